//! How many faulty replicas a protocol survives: tried, at several places and in several ways. Evidence, not proof: one
//! trial that fails refutes a number, but that none of those tried failed proves nothing.

use crate::compare::with_replicas;
use crate::registry::simulate;
use crate::watch::Watch;
use consensus_check::{Termination, Verdicts};
use consensus_kernel::{FaultModel, NodeId, SetupError, Time};
use consensus_scenario::{Action, Byzantine, Scenario, Strategy, bounds};
use consensus_sim::{Progress, Stop};

/// How many faulty replicas a protocol survived.
pub struct Tolerance {
    /// Replicas that stopped: all at the beginning, all in the middle of the run, or one after the other.
    pub crashes: Survived,
    /// Replicas that lied: each of them in the same way, or each in another. None where only crashes are promised to be
    /// survived.
    pub liars: Option<Survived>,
}

/// So many of them.
pub struct Survived {
    /// The most with which no trial failed.
    pub most: usize,
    /// Trials with so many.
    pub trials: usize,
    /// The trial that failed with one more, if so many were tried, up to where it was given up.
    pub failed: Option<Scenario>,
}

/// Places at which the faulty are tried.
const PLACES: usize = 4;
/// First leaders that are faulty, at most: each doubles the time-out after it, and dozens would take years.
const LEADERS: usize = 4;
/// Events in which all is to be decided, and so many more for each of the run without faults.
const EVENTS: (u64, u64) = (1 << 17, 8);
/// After so many events there are no further trials with the same number.
const EVENTS_TRIED: u64 = 1 << 21;
/// Events between two signs of life.
const SLICE: u64 = 256;

/// Tries how many faulty replicas a scenario's protocol survives: with its n, few requests, no other faults, and all of one
/// weight. None if even without faults not all is decided. `beat` is called every few hundred events.
///
/// # Errors
/// If the protocol refuses the scenario.
pub fn tolerance(scenario: &Scenario, beat: &mut dyn FnMut()) -> Result<Option<Tolerance>, SetupError> {
    let calm = with_replicas(scenario, scenario.n);
    // Time-outs that double take long, and nothing happens meanwhile: events are what is bounded.
    let until = Time::ZERO + bounds::UNTIL;
    let calm = Scenario { f: scenario.f, inputs: scenario.inputs.clone(), until, ..calm };
    let ran = run(&calm, bounds::EVENTS, beat)?;
    if !ran.survived {
        return Ok(None);
    }
    let trials = Trials { ran, calm };
    let crashes = trials.most(&[], beat)?;
    let meta = trials.calm.meta;
    let later = Strategy::Delay(trials.calm.network.latency.high().times(8));
    let odd = (1..trials.calm.n).step_by(2).map(NodeId::replica).collect();
    let generic = [Strategy::Silent, Strategy::Twins(None), Strategy::Omit(odd), later];
    let lies: Vec<Strategy> =
        generic.into_iter().chain((0..meta.adversaries.len()).map(Strategy::Own)).collect();
    let liars = match trials.calm.faults() {
        FaultModel::Crash => None,
        FaultModel::Byzantine => Some(trials.most(&lies, beat)?),
    };
    Ok(Some(Tolerance { crashes, liars }))
}

/// What the trials of a scenario have in common.
struct Trials {
    /// The scenario without faults.
    calm: Scenario,
    /// What came of it.
    ran: Ran,
}

impl Trials {
    /// The largest number of replicas that is survived if they tell these lies, or crash if there are none. From what the
    /// protocol is set to survive it goes up while nothing fails, and else down by halves.
    fn most(&self, lies: &[Strategy], beat: &mut dyn FnMut()) -> Result<Survived, SetupError> {
        // With fewer than two correct ones there is nothing to agree on.
        let mut too_many = self.calm.n.saturating_sub(1).max(1);
        let mut found = Survived { most: 0, trials: 0, failed: None };
        let mut faulty = self.calm.f.min(too_many - 1).max(1);
        while found.most + 1 < too_many {
            let (trials, failed) = self.with(faulty, lies, beat)?;
            if failed.is_none() {
                (found.most, found.trials) = (faulty, trials);
                faulty += 1;
            } else {
                (too_many, found.failed) = (faulty, failed);
            }
            if faulty >= too_many {
                faulty = (found.most + too_many) / 2;
            }
        }
        Ok(found)
    }

    /// All trials with so many, or those up to the first that fails.
    fn with(
        &self,
        faulty: usize,
        lies: &[Strategy],
        beat: &mut dyn FnMut(),
    ) -> Result<(usize, Option<Scenario>), SetupError> {
        let ways = if lies.is_empty() { 3 } else { 2 * lies.len() };
        let (mut events, mut trial) = (0, 0);
        while trial < PLACES * ways && events < EVENTS_TRIED {
            let mut scenario = self.scenario(faulty, lies, trial);
            let ran = run(&scenario, EVENTS.0 + EVENTS.1 * self.ran.events, beat)?;
            if !ran.survived {
                scenario.until = ran.at;
                return Ok((trial, Some(scenario)));
            }
            events += ran.events;
            trial += 1;
        }
        Ok((trial, None))
    }

    /// What is tried: in each way at all places.
    fn scenario(&self, faulty: usize, lies: &[Strategy], trial: usize) -> Scenario {
        let (way, n) = (trial / PLACES, self.calm.n);
        let mut scenario = Scenario { seed: self.calm.seed ^ trial as u64, ..self.calm.clone() };
        for k in 0..faulty {
            let node = NodeId::replica(match trial % PLACES {
                0 if k < LEADERS => k,
                0 | 1 => n - faulty + k,
                2 => k * n / faulty,
                _ => 1 + k * (n - 1) / faulty,
            });
            if lies.is_empty() {
                let part = [0, faulty, 2 * k][way] as u64;
                let at = Time(1 + self.ran.at.0 / (2 * faulty) as u64 * part);
                scenario.act(at, Action::Crash(node));
            } else {
                let lie = way / 2 + way % 2 * (1 + k);
                let strategy = lies[lie % lies.len()].clone();
                scenario.byzantine.push(Byzantine { node, strategy });
            }
        }
        scenario
    }
}

/// What came of a run.
struct Ran {
    /// Whether all was decided, and nothing wrong then or for as many events again.
    survived: bool,
    /// When all was decided, or else the run was given up.
    at: Time,
    events: u64,
}

fn run(scenario: &Scenario, events_max: u64, beat: &mut dyn FnMut()) -> Result<Ran, SetupError> {
    let mut sim = simulate(scenario, events_max)?;
    let mut verdicts = Verdicts::new(&sim);
    let mut decided = None;
    loop {
        beat();
        let stop = Stop { event: sim.events() + SLICE, time: Time::NEVER };
        let over = sim.run(&mut Watch::judging(scenario.meta, &mut verdicts), stop) != Progress::Stopped;
        let (at, events) = (sim.now(), sim.events());
        let wrong = !verdicts.violations().is_empty();
        // Who waits for the visitor breaks no promise.
        if decided.is_none() && !matches!(verdicts.tracker.termination(&sim), Termination::Missing(_)) {
            decided = Some((at, events));
        }
        match decided {
            Some((at, first)) if !wrong && (over || events >= 2 * first) => {
                return Ok(Ran { survived: true, at, events });
            }
            _ if wrong || over => return Ok(Ran { survived: false, at, events }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use consensus_scenario::parse;

    fn tried(link: &str) -> Option<(usize, Option<usize>)> {
        let scenario = parse(link, catalogue()).unwrap_or_else(|e| panic!("{link}: {e}")).scenario;
        let found = tolerance(&scenario, &mut || ()).expect("possible")?;
        Some((found.crashes.most, found.liars.map(|liars| liars.most)))
    }

    #[test]
    fn crashes_and_lies_survived_are_what_the_bounds_say() {
        assert_eq!(tried("#/pbft?n=4"), Some((1, Some(1))));
        assert_eq!(tried("#/hotstuff?n=7"), Some((2, Some(2))));
        assert_eq!(tried("#/zyzzyva?n=5"), Some((1, Some(1))));
        assert_eq!(tried("#/sm?n=5"), Some((3, Some(3))));
    }

    #[test]
    fn neither_the_end_of_the_scenario_nor_its_load_changes_what_is_survived() {
        for link in ["#/pbft?n=22", "#/pbft?n=22&until=1s", "#/pbft?n=22&req=20", "#/hotstuff?n=22"] {
            assert_eq!(tried(link), Some((7, Some(7))), "{link}");
        }
        assert_eq!(tried("#/raft?n=33&req=1"), Some((16, None)));
    }

    #[test]
    fn nobody_lies_where_only_crashes_are_promised_to_be_survived() {
        for (link, f) in [("#/paxos?n=4", 1), ("#/chandra-toueg?n=5", 2), ("#/raft?n=5&req=3", 2)] {
            assert_eq!(tried(link), Some((f, None)), "{link}");
        }
    }

    #[test]
    fn liars_at_several_places_break_what_those_at_the_front_do_not() {
        for n in [5, 6] {
            let liars = tried(&format!("#/om?n={n}")).and_then(|(_, liars)| liars);
            assert_eq!(liars, Some(1), "OM(1) with {n}");
        }
    }

    #[test]
    fn what_does_not_decide_without_faults_says_nothing_of_faults() {
        assert_eq!(tried("#/flp?n=3"), None);
        assert!(
            tried("#/nakamoto?n=6").is_some(),
            "ten seconds are short, but they are not what bounds a trial"
        );
    }

    #[test]
    fn what_failed_is_a_run_that_fails_again() {
        let scenario = parse("#/om?n=6", catalogue()).expect("a link").scenario;
        let found = tolerance(&scenario, &mut || ()).expect("possible").expect("decides");
        let liars = found.liars.expect("Byzantine");
        let failed = liars.failed.expect("two were too many");
        assert_eq!(failed.byzantine.len(), 2);
        assert!(!crate::judge_any(&failed, false, &mut || ()).expect("possible").violations.is_empty());
    }
}
