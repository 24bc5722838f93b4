//! Light and dark: follows the system until the visitor switches.

use std::cell::RefCell;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

const STORED: &str = "consensus-playground-theme";

thread_local! {
    /// Called after each change, for what is not drawn by style sheets.
    static CHANGED: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// What a link asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// As the system, or as the visitor chose before.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// As the page around it says, which `web/boot/still.js` asks; until it does, as the system.
    Host,
}

/// Sets the theme for the first time and follows the system from now on.
pub fn begin(asked: Theme, changed: impl Fn() + 'static) {
    CHANGED.with(|c| *c.borrow_mut() = Some(Box::new(changed)));
    match asked {
        Theme::Light => return set(false),
        Theme::Dark => return set(true),
        Theme::Host => return follow_host(),
        Theme::Auto => {}
    }
    if let Some(dark) = remembered() {
        return set(dark);
    }
    let Some(query) =
        web_sys::window().and_then(|w| w.match_media("(prefers-color-scheme: dark)").ok().flatten())
    else {
        return set(false);
    };
    set(query.matches());
    let follow = Closure::<dyn Fn(web_sys::MediaQueryListEvent)>::new(|e: web_sys::MediaQueryListEvent| {
        if remembered().is_none() {
            set(e.matches());
        }
    });
    query.set_onchange(Some(follow.as_ref().unchecked_ref()));
    follow.forget();
}

/// Draws again when the page around it says another theme: that was set before anything was drawn, `web/boot/still.js`.
fn follow_host() {
    let Some(window) = web_sys::window() else { return };
    let follow = Closure::<dyn Fn(web_sys::MessageEvent)>::new(|_| set(is_dark()));
    // Without it what no style sheet colours keeps its colours.
    let _ = window.add_event_listener_with_callback("message", follow.as_ref().unchecked_ref());
    follow.forget();
}

/// The other one.
pub fn switch() {
    let dark = !is_dark();
    set(dark);
    if let Some(storage) = web_sys::window().and_then(|w| w.local_storage().ok().flatten()) {
        // Without storage the choice lasts as long as the page.
        let _ = storage.set_item(STORED, if dark { "dark" } else { "light" });
    }
}

/// Whether the page is dark now.
pub fn is_dark() -> bool {
    root().and_then(|r| r.get_attribute("data-theme")).is_some_and(|t| t == "dark")
}

fn remembered() -> Option<bool> {
    let storage = web_sys::window()?.local_storage().ok()??;
    Some(storage.get_item(STORED).ok()?? == "dark")
}

fn set(dark: bool) {
    if let Some(root) = root() {
        // Setting a plain attribute on the root cannot fail.
        let _ = root.set_attribute("data-theme", if dark { "dark" } else { "light" });
    }
    CHANGED.with(|c| {
        if let Some(changed) = &*c.borrow() {
            changed();
        }
    });
}

fn root() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.document_element()
}
