//! The surface of the laboratory for JavaScript: values in, values out.
//!
//! This crate draws nothing and decides nothing; it turns what the laboratory says into values of the host language. A
//! run is named by its link, as in the page and on the command line. Times are whole microseconds, nodes are named as in
//! links (`0`, `c0`). What is wrong is thrown as an `Error` whose message is the sentence the command line would print.

mod bench;
mod session;
mod value;

pub use bench::{Engine, bare_loop};
pub use session::Session;

use consensus_lab::report::Report;
use consensus_lab::{catalogue, open};
use consensus_scenario::Link;
use value::{Thrown, to_js};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The version of the engines.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// What every protocol says of itself, in the order of the picker.
#[wasm_bindgen]
pub fn protocols() -> Thrown<JsValue> {
    to_js(catalogue())
}

/// The canonical form of a link, or the first mistake in it: `{ link }` or `{ error: { message, key, value, why, allowed,
/// position, line, column } }`.
#[wasm_bindgen]
pub fn parse(link: &str) -> Thrown<JsValue> {
    to_js(&value::Parsed::of(link))
}

/// Runs a link to its end: the object that `consensus run --json` prints.
#[wasm_bindgen]
pub fn run(link: &str) -> Thrown<JsValue> {
    to_js(&Report::of_whole(&mut *open_link(link)?))
}

/// SHA-256 over the canonical event stream of a link's whole run, in hexadecimal digits.
#[wasm_bindgen]
pub fn digest(link: &str) -> Thrown<String> {
    Ok(open_link(link)?.digest().to_string())
}

fn read(link: &str) -> Thrown<Link> {
    consensus_scenario::parse(link, catalogue()).map_err(|e| js_sys::Error::new(&e.to_string()).into())
}

fn open_link(link: &str) -> Thrown<Box<dyn consensus_lab::Session>> {
    let refused =
        |e: consensus_kernel::SetupError| js_sys::Error::new(&format!("{}: {}", e.key, e.why)).into();
    open(&read(link)?.scenario).map_err(refused)
}
