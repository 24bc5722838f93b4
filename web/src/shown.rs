//! What most components need.

use crate::store::Store;

/// The page's state, and which version of it.
#[derive(Clone, PartialEq)]
pub struct Shown {
    /// The page's state.
    pub store: Store,
    /// Which version of it is to be drawn.
    pub version: u64,
}
