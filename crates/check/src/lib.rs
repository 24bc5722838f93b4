//! Properties over runs, the search for violations, and shrinking what it finds.
//!
//! Agreement, validity, integrity and termination are derived from decisions alone, so no protocol states them. A
//! protocol's own invariants are evaluated when it cites a rule that can break them. Assumptions (at most f faulty, disks
//! keep what they hold, …) are judged apart: beyond the budget both "assumption broken" and "property violated" are true.

mod assumptions;
mod judge;
mod shrink;
mod swarm;
mod tracker;
mod valid;
mod verdicts;

pub use assumptions::{Assumption, assumptions, budget, stays_one_network};
pub use judge::{Outcome, judge, judge_run};
pub use shrink::{shorten, shrink};
pub use swarm::{Budget, draw_scenario, heals};
pub use tracker::{Termination, Tracker};
pub use valid::Valid;
pub use verdicts::{AGREEMENT, INTEGRITY, TERMINATION, VALIDITY, Verdicts, Violation};
