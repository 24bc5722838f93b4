//! The one door for front ends: which protocols there are, runs of any of them, and experiments over many runs.
//!
//! This is the only crate that sees both the simulator and the protocols. It draws nothing.

mod checkpoints;
mod experiments;
mod explain;
mod properties;
mod recorder;
mod registry;
mod run;
mod session;
mod studio;
pub mod view;
mod watch;
pub mod workload;

pub use consensus_check::{Budget, Outcome, Violation, draw_scenario, shrink};
pub use experiments::{Hunt, Trial};
pub use registry::{busy_engine, catalogue, judge_scenario, open, open_with_limit};
pub use session::Session;
pub use studio::{Branch, Studio};
