//! When the page itself fails: a sentence instead of a dead picture.

use std::panic::PanicHookInfo;

/// Says so in the page, with the way on. The address holds the scenario, so nothing is lost by loading it again.
pub fn tell(info: &PanicHookInfo<'_>) {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    let (Ok(note), Some(body)) = (document.create_element("p"), document.body()) else { return };
    let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line())).unwrap_or_default();
    note.set_text_content(Some(&format!(
        "The page has stopped because of a mistake in it{place}. Load it again to go on; the address still holds the scenario."
    )));
    note.set_class_name("crashed-page");
    // Neither can fail on an element just made.
    let _ = note.set_attribute("role", "alert");
    let _ = body.append_child(&note);
}
