//! How much room there is.

use crate::store::Store;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// The page's arrangement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// One column.
    Phone,
    /// Picture and panel; the set-up is a tab of the panel.
    Compact,
    /// Set-up, picture and panel.
    Wide,
}

/// Narrower than this, in CSS pixels, is a phone; where the window is higher than wide, as a tablet's is, narrower than that;
/// and so is whatever is not higher than a phone that lies on its side.
const PHONE: f64 = 760.0;
const UPRIGHT: f64 = 900.0;
const LYING: f64 = 420.0;
/// Narrower than this has no room for three columns.
const COMPACT: f64 = 1_100.0;

impl Width {
    /// As the window is now.
    pub fn now() -> Self {
        let window = web_sys::window();
        let size = |inner: Option<Result<JsValue, JsValue>>| inner?.ok()?.as_f64();
        let px = size(window.as_ref().map(|w| w.inner_width())).unwrap_or(COMPACT);
        let high = size(window.as_ref().map(|w| w.inner_height())).unwrap_or(PHONE);
        match px {
            px if high <= LYING || px < if high > px { UPRIGHT } else { PHONE } => Self::Phone,
            px if px < COMPACT => Self::Compact,
            _ => Self::Wide,
        }
    }

    /// The class of the page.
    pub fn class(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Compact => "compact",
            Self::Wide => "wide",
        }
    }
}

/// Keeps the arrangement as the window changes.
pub fn follow(store: &Store) {
    let store = store.clone();
    let on_resize = Closure::<dyn Fn()>::new(move || {
        let width = Width::now();
        if store.with(|m| m.width != width) {
            store.update(|m| m.set_width(width));
        }
    });
    if let Some(window) = web_sys::window() {
        window.set_onresize(Some(on_resize.as_ref().unchecked_ref()));
    }
    on_resize.forget();
}
