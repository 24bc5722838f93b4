//! From the laboratory's plain data to values of the host language.

use consensus_lab::catalogue;
use consensus_scenario::{ParseError, print};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// A result whose error is thrown.
pub type Thrown<T> = Result<T, JsValue>;

/// Plain objects, as JSON would have them. They pass through text, because that is quicker than value by value, and
/// because a number beyond 2⁵³ (a seed, a hash) is then rounded where it would otherwise be refused.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Thrown<JsValue> {
    let text = serde_json::to_string(value).map_err(|e| js_sys::Error::new(&e.to_string()))?;
    js_sys::JSON::parse(&text)
}

/// What came of reading a link.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Parsed {
    /// Its canonical form.
    Link(String),
    /// The first mistake in it.
    Error(Mistake),
}

/// What is wrong with a link, and where.
#[derive(Serialize)]
pub struct Mistake {
    message: String,
    key: String,
    value: String,
    why: String,
    allowed: String,
    position: usize,
    line: u32,
    column: u32,
}

impl Parsed {
    /// Reads a link.
    pub fn of(text: &str) -> Self {
        match consensus_scenario::parse(text, catalogue()) {
            Ok(link) => Self::Link(print(&link.scenario)),
            Err(error) => Self::Error(Mistake::of(error)),
        }
    }
}

impl Mistake {
    fn of(error: ParseError) -> Self {
        let message = error.to_string();
        let ParseError { key, value, position, line, column, why, allowed, .. } = error;
        Self { message, key, value, why, allowed, position, line, column }
    }
}
