//! Which element an event is about. Yew listens at the root of the page, so `currentTarget` is the root whoever was
//! meant.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

/// The element with this selector that the event happened in.
pub fn place_of(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}
