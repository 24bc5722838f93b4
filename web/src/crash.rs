//! When the page itself fails: it is begun again by `web/boot/instance.js`, which is told here what went wrong.

use std::hint::black_box;
use std::panic::PanicHookInfo;

/// The document's outermost element.
pub fn root() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.document_element()
}

/// Leaves word of where the mistake is.
pub fn tell(info: &PanicHookInfo<'_>) {
    if let (Some(root), Some(place)) = (root(), info.location()) {
        // Setting a plain attribute on the root cannot fail.
        let _ = root.set_attribute("data-mistake", &format!("{}:{}", place.file(), place.line()));
    }
}

/// In a page that was begun again: the time at which the visitor was, in microseconds, and a sentence about it.
pub fn again() -> Option<(f64, String)> {
    const LEFT: &str = "data-again";
    let root = root()?;
    let text = root.get_attribute(LEFT)?;
    // Removing it cannot fail.
    let _ = root.remove_attribute(LEFT);
    let (at_us, sentence) = text.split_once(' ')?;
    Some((at_us.parse::<u64>().ok()? as f64, sentence.to_owned()))
}

/// Fails on purpose. Nothing that a visitor can do leads here: it is what tests see failures with, real ones
/// (`tests/browser/faults.test.mjs`).
pub fn fail(how: &str) {
    match how {
        "spin" => loop {
            std::hint::spin_loop();
        },
        "trap" => std::process::abort(),
        "memory" => loop {
            std::mem::forget(black_box(Vec::<u8>::with_capacity(1 << 24)));
        },
        "stack" => {
            black_box(deeper(black_box(1)));
        }
        _ => {}
    }
}

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    if depth == 0 { 0 } else { deeper(black_box(depth + 1)) + 1 }
}
