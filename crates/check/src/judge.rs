//! A whole run, judged.

use crate::tracker::Termination;
use crate::verdicts::{TERMINATION, Verdicts, Violation};
use consensus_kernel::{Automaton, Protocol, SetupError};
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
    let sim = Simulation::<P>::new(scenario)?;
    Ok(judge_run(sim, stop_at_first, |sim, verdicts, stop| sim.run(verdicts, stop)))
}

/// Judges a run that stands at its beginning. `go` takes it on to a stop, with the verdicts watching, some hundred events
/// at a time.
pub fn judge_run<A: Automaton>(
    mut sim: Simulation<A>,
    stop_at_first: bool,
    mut go: impl FnMut(&mut Simulation<A>, &mut Verdicts, Stop) -> Progress,
) -> Outcome {
    const SLICE: u64 = 512;
    let mut verdicts = Verdicts::new(&sim);
    let (deadline, until) = (sim.scenario().deadline, sim.scenario().until);
    let promised = sim.scenario().meta.claims.termination.is_some();
    let last_moment = deadline.unwrap_or(until);
    let mut by_deadline = None;
    let end = loop {
        let before_deadline = by_deadline.is_none() && sim.now() < last_moment;
        let time = if before_deadline { last_moment } else { consensus_kernel::Time::NEVER };
        let stop = Stop { event: sim.events() + SLICE, time };
        let progress = go(&mut sim, &mut verdicts, stop);
        if before_deadline && (sim.now() >= last_moment || progress != Progress::Stopped) {
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
        && (deadline.is_some() || (end == End::Quiescent && promised))
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
    Outcome { violations, termination, decisions: verdicts.tracker.decisions(), events: sim.events(), end }
}
