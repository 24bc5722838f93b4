//! The one door for front ends: which protocols there are, runs of any of them, and experiments over many runs.
//!
//! This is the only crate that sees both the simulator and the protocols. It draws nothing.

mod amount;
mod certificate;
mod change;
mod checkpoints;
pub mod compare;
mod contestants;
mod documented;
mod experiments;
mod explain;
mod outlook;
pub mod paste;
mod pauses;
mod properties;
mod recorder;
mod registry;
#[cfg(feature = "experiments")]
pub mod report;
mod run;
mod session;
mod stake;
mod studio;
pub mod tolerance;
pub mod view;
mod watch;
#[cfg(feature = "experiments")]
pub mod workload;

pub use amount::{Rate, Span, number};
pub use consensus_check::{Budget, Outcome};
#[cfg(feature = "experiments")]
pub use consensus_check::{Violation, draw_scenario, shorten, shrink};
pub use contestants::told_apart;
pub use documented::{Contestant, Documented, Judged, documented, verdict};
#[cfg(feature = "experiments")]
pub use experiments::broken;
pub use experiments::{Hunt, Trial};
pub use explain::{capital, is_late, telling};
pub use pauses::locate;
#[cfg(feature = "experiments")]
pub use registry::{busy_engine, judge_scenario, typed_digest};
pub use registry::{catalogue, judge_any, open, open_with_limit};
pub use session::Session;
pub use studio::{Branch, Studio};
