//! The few keys that the page takes: Space, arrows, Home, End and `?`. All others stay the browser's.

use crate::crash;
use crate::model::{Dialog, Model};
use crate::store::Store;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, KeyboardEvent};

/// Listens to the whole document.
pub fn listen(store: &Store) {
    let store = store.clone();
    let on_key = Closure::<dyn Fn(KeyboardEvent)>::new(move |e: KeyboardEvent| {
        if e.default_prevented() || e.alt_key() || e.meta_key() || store.with(|m| m.dialog.is_some()) {
            return;
        }
        // No keyboard has such keys.
        if let Some(how) = e.key().strip_prefix("fail ") {
            crash::fail(how);
        }
        let target = e.target().and_then(|t| t.dyn_into::<Element>().ok());
        if let Some(act) = meaning(&e, target.as_ref()) {
            e.prevent_default();
            store.update(act);
        }
    });
    if let Some(document) = web_sys::window().and_then(|w| w.document()) {
        // The document takes listeners as long as it lives.
        let _ = document.add_event_listener_with_callback("keydown", on_key.as_ref().unchecked_ref());
    }
    on_key.forget();
}

fn meaning(e: &KeyboardEvent, target: Option<&Element>) -> Option<fn(&mut Model)> {
    let on = |selector: &str| target.is_some_and(|t| t.closest(selector).ok().flatten().is_some());
    if on("input, select, textarea, [contenteditable]") {
        return None;
    }
    let arrows_taken = on("[role=tablist], [role=slider], [role=radiogroup], [data-arrows]");
    let ctrl = e.ctrl_key();
    if e.shift_key() && e.key() != "?" {
        return None;
    }
    Some(match e.key().as_str() {
        " " if !ctrl && !on("button, a, summary, [role=button]") => |m| m.toggle_play(),
        "ArrowLeft" if !arrows_taken && ctrl => |m| m.step_round(false),
        "ArrowRight" if !arrows_taken && ctrl => |m| m.step_round(true),
        "ArrowLeft" if !arrows_taken => |m| m.step(false),
        "ArrowRight" if !arrows_taken => |m| m.step(true),
        "Home" if !arrows_taken && !ctrl => |m| {
            m.playing = false;
            m.seek_event(0);
        },
        "End" if !arrows_taken && !ctrl => |m| m.seek_last(),
        "?" if !ctrl => |m| m.dialog = Some(Dialog::Help),
        _ => return None,
    })
}
