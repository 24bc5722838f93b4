//! Scenarios as plain data, and their one text form for links, files, the command line and tests.
//!
//! This crate parses and prints; it runs nothing and knows no protocol by name: whoever reads a scenario hands in the
//! list of protocols there are.

pub mod bounds;
mod model;

pub use model::{
    Action, Byzantine, Fate, Group, Latency, MessageName, Network, Scenario, Strategy, Timed,
};
