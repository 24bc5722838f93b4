//! A whole run, judged.

use crate::tracker::Termination;
use crate::verdicts::{TERMINATION, Verdicts, Violation};
use consensus_kernel::{Protocol, SetupError};
use consensus_scenario::Scenario;
use consensus_sim::{End, Progress, Simulation, Stop};

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The first violation of each property, in the order they happened.
    pub violations: Vec<Violation>,
    /// Whether everybody decided everything, or waits for the visitor to decide; otherwise what is missing.
    pub termination: Result<(), String>,
    /// Decisions of correct replicas.
    pub decisions: u64,
    /// Events that happened.
    pub events: u64,
    /// Why it ended.
    pub end: End,
}

impl Outcome {
    /// Whether this property was violated. Termination counts as violated once nothing can happen any more, or the
    /// scenario's deadline has passed, while somebody has not decided.
    pub fn violates(&self, property: &str) -> bool {
        self.violations.iter().any(|v| v.property == property)
    }
}

/// Runs a scenario to its end and judges it. With `stop_at_first`, ends at the first violation of safety.
pub fn judge<P: Protocol>(scenario: &Scenario, stop_at_first: bool) -> Result<Outcome, SetupError> {
    const SLICE: u64 = 512;
    let mut sim = Simulation::<P>::new(scenario)?;
    let mut verdicts = Verdicts::new(&sim);
    let deadline = scenario.deadline.unwrap_or(scenario.until);
    let mut by_deadline = None;
    let end = loop {
        let before_deadline = by_deadline.is_none() && sim.now() < deadline;
        let time = if before_deadline { deadline } else { consensus_kernel::Time::NEVER };
        let progress = sim.run(&mut verdicts, Stop { event: sim.events() + SLICE, time });
        if before_deadline && (sim.now() >= deadline || progress != Progress::Stopped) {
            by_deadline = Some(verdicts.tracker.termination(&sim));
        }
        match progress {
            Progress::Ended(end) => break end,
            Progress::Stopped if stop_at_first && !verdicts.violations().is_empty() => break End::Until,
            Progress::Stopped => {}
        }
    };
    let last = verdicts.tracker.termination(&sim);
    let termination = match by_deadline.unwrap_or(last) {
        Termination::Reached | Termination::Asks(_) => Ok(()),
        Termination::Missing(what) => Err(what),
    };
    let mut violations = verdicts.violations().to_vec();
    if let Err(reason) = &termination
        && (scenario.deadline.is_some()
            || (end == End::Quiescent && scenario.meta.claims.termination.is_some()))
    {
        let (event, at) = (sim.events(), sim.now());
        violations.push(Violation {
            property: TERMINATION,
            event,
            at,
            reason: reason.clone(),
            conflict: None,
        });
    }
    Ok(Outcome {
        violations,
        termination,
        decisions: verdicts.tracker.decisions(),
        events: sim.events(),
        end,
    })
}
