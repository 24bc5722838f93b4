//! What is done in a task of its own, so that the visitor's gestures need not wait for all that comes before and after it.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Does it after so many ms at the earliest, and never within what is going on now.
pub fn later(ms: i32, work: impl FnOnce() + 'static) {
    let work = Closure::once_into_js(work);
    if let Some(window) = web_sys::window() {
        // A window takes as many timers as it is given.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(work.unchecked_ref(), ms);
    }
}
