//! From the laboratory's plain data to values of the host language.

use consensus_kernel::inspect::Tree;
use consensus_lab::catalogue;
use consensus_scenario::{ParseError, print};
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;

/// A result whose error is thrown.
pub type Thrown<T> = Result<T, JsValue>;

/// The largest whole number that the host language's numbers hold exactly: 2⁵³ − 1.
const SAFE_INTEGER: i128 = (1 << 53) - 1;

/// Plain objects, as JSON would have them. A whole number that the host's numbers cannot hold exactly (a seed, a hash)
/// becomes its decimal digits.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Thrown<JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Exact(&Tree::of(value)).serialize(&serializer).map_err(JsValue::from)
}

/// A tree whose numbers are exact in the host language.
struct Exact<'a>(&'a Tree);

impl Serialize for Exact<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Tree::Int(x) if x.abs() > SAFE_INTEGER => s.collect_str(x),
            Tree::List(items) => s.collect_seq(items.iter().map(Exact)),
            Tree::Map(parts) => s.collect_map(parts.iter().map(|(name, part)| (name, Exact(part)))),
            plain => plain.serialize(s),
        }
    }
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
