//! The one door for front ends: which protocols there are, runs of any of them, and experiments over many runs.
//!
//! This is the only crate that sees both the simulator and the protocols. It draws nothing.

mod registry;
mod session;
mod studio;
pub mod view;

pub use registry::{catalogue, open};
pub use session::Session;
pub use studio::{Branch, Studio};
