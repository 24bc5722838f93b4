//! The simulator: one run of one protocol, fully typed.
//!
//! It moves messages, timers, faults and the script's actions through one queue and calls the protocol's nodes. It names
//! no protocol, draws nothing and judges nothing: what happens is told to an [`Observer`], which is absent where speed
//! matters.

mod actions;
mod arrival;
mod canonical;
mod configuration;
mod connectivity;
mod depths;
mod exhaustive;
mod metrics;
mod observer;
mod payload;
mod peek;
mod queue;
mod scheduler;
mod sending;
mod simulation;
mod timers;

pub use canonical::TraceDigest;
pub use configuration::{Act, Witness};
pub use exhaustive::Explored;
pub use metrics::{KindCount, Metrics};
pub use observer::{Cause, Decision, MessageFacts, Observer, Step};
pub use peek::{InFlight, Loss, Pending, PendingWhat, TimerFacts};
pub use scheduler::Outlook;
pub use simulation::{End, Health, Progress, Simulation, Stop};
