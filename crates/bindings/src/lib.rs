//! The surface of the laboratory for JavaScript: values in, values out.
//!
//! This crate draws nothing and decides nothing; it turns what the laboratory says into values of the host language.

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of the engines.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
