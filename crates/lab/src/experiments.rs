//! Experiments over many runs: one trial of a swarm, and the smallest scenario behind a violation.

#[cfg(feature = "experiments")]
use crate::registry::judge_scenario;
use crate::registry::promises_all;
use consensus_check::{Budget, Outcome, TERMINATION, draw_scenario, heals, shorten, shrink};
use consensus_kernel::{Breaks, Meta, RuleSet, SetupError, SwitchId, Time};
use consensus_scenario::Scenario;

/// Runs tried while shrinking one violation.
const SHRINK_TRIES: usize = 400;
/// Events that they may take together.
const SHRINK_EVENTS: u64 = 4_000_000;

/// Whoever runs a scenario to its end and judges it, or, where the second word is true, to its first violation of safety.
pub type Judge<'a> = dyn FnMut(&Scenario, bool) -> Result<Outcome, SetupError> + 'a;

/// What a swarm searches.
#[derive(Clone, Copy, Debug)]
pub struct Hunt {
    /// In which protocol.
    pub meta: &'static Meta,
    /// Faults within the protocol's promises, or beyond.
    pub budget: Budget,
    /// A rule switched off.
    pub without: Option<SwitchId>,
}

/// What came of one seed.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Whether everybody decided everything after the faults healed.
    pub decided: bool,
    /// Events of the run.
    pub events: u64,
    /// The property that was violated first, if one was.
    pub violated: Option<&'static str>,
}

impl Hunt {
    /// Whether not deciding counts as a violation: it does wherever the protocol promises to decide.
    fn demands_termination(&self) -> bool {
        let promised = self.meta.claims.termination.is_some() && self.budget == Budget::Within;
        match self.without.and_then(|s| self.meta.switches.get(s as usize)) {
            None => promised,
            Some(switch) => {
                promised && switch.breaks != Breaks::Nothing && !matches!(switch.breaks, Breaks::Safety(_))
            }
        }
    }

    /// The scenario of a seed.
    pub fn scenario(&self, seed: u64) -> Scenario {
        // A drawn combination that the protocol refuses, or with which it promises less where all promises are to be kept,
        // is drawn again, from a seed of its own.
        let everything = self.budget == Budget::Within && self.without.is_none();
        (0..16)
            .map(|k| draw_scenario(self.meta, seed ^ (k << 56), self.budget, self.without))
            .find(|s| promises_all(s).is_ok_and(|all| all || !everything))
            .unwrap_or_else(|| Scenario::new(self.meta))
    }

    /// The property that the switched-off rule is said to protect.
    pub fn named(&self) -> Option<&'static str> {
        match self.meta.switches.get(self.without? as usize)?.breaks {
            Breaks::Safety(property) => Some(property),
            Breaks::Liveness => Some(TERMINATION),
            Breaks::Nothing => None,
        }
    }

    /// The property to report: the one that the switched-off rule protects if it is among those violated, else the first.
    fn violated(&self, outcome: &Outcome) -> Option<&'static str> {
        let counts = |property: &&str| *property != TERMINATION || self.demands_termination();
        let named = self.named().filter(|p| outcome.violates(p)).filter(counts);
        named.or_else(|| outcome.violations.iter().map(|v| v.property).find(counts))
    }

    /// Whether the missing rule is not to blame: a variant that promises nothing may be drawn, too.
    fn happens_anyway(&self, scenario: &Scenario, property: &str, judge: &mut Judge) -> bool {
        let with = || Scenario { rules: RuleSet::ALL_HOLD, ..scenario.clone() };
        self.without.is_some()
            && self.budget == Budget::Within
            && judge(&with(), false).is_ok_and(|outcome| outcome.violates(property))
    }

    /// Tries one seed.
    #[cfg(feature = "experiments")]
    pub fn trial(&self, seed: u64) -> Trial {
        self.trial_by(seed, &mut judge_scenario)
    }

    /// Tries one seed, with a judge of one's own.
    pub fn trial_by(&self, seed: u64, judge: &mut Judge) -> Trial {
        let stop_at_first = self.named().is_none() && !self.demands_termination();
        let scenario = self.scenario(seed);
        match judge(&scenario, stop_at_first) {
            Ok(outcome) => Trial {
                decided: outcome.termination.is_ok(),
                events: outcome.events,
                violated: self
                    .violated(&outcome)
                    .filter(|property| !self.happens_anyway(&scenario, property, judge)),
            },
            Err(_) => Trial { decided: false, events: 0, violated: None },
        }
    }

    /// The smallest scenario found that violates the same property as this seed's.
    #[cfg(feature = "experiments")]
    pub fn smallest(&self, seed: u64, property: &str) -> Scenario {
        self.smallest_by(seed, property, &mut judge_scenario)
    }

    /// The same with a judge of one's own.
    pub fn smallest_by(&self, seed: u64, property: &str, judge: &mut Judge) -> Scenario {
        let found = self.scenario(seed);
        let at = if property == TERMINATION { None } else { broken_by(&found, property, &mut 0, judge) };
        let mut left = SHRINK_EVENTS;
        let mut breaks = |s: &Scenario| {
            // A promise to decide binds only where everything heals in the end.
            let fair = left > 0 && (property != TERMINATION || heals(s));
            fair && broken_by(s, property, &mut left, judge).is_some()
                && !self.happens_anyway(s, property, judge)
        };
        let found = at.map_or(found.clone(), |at| shorten(&found, at, &mut breaks));
        shrink(&found, SHRINK_TRIES, breaks)
    }
}

/// When a run violates this property first, if it does.
#[cfg(feature = "experiments")]
pub fn broken(scenario: &Scenario, property: &str) -> Option<Time> {
    broken_by(scenario, property, &mut 0, &mut judge_scenario)
}

/// The same, taking the events from what is left. Most of a run comes after the first violation, so it is judged that far
/// first.
fn broken_by(scenario: &Scenario, property: &str, left: &mut u64, judge: &mut Judge) -> Option<Time> {
    let mut judged = |stop_at_first| {
        let outcome = judge(scenario, stop_at_first).ok()?;
        *left = left.saturating_sub(outcome.events);
        let found = outcome.violations.iter().find(|v| v.property == property).map(|v| v.at);
        Some((found, !outcome.violations.is_empty()))
    };
    match judged(property != TERMINATION)? {
        (None, true) if property != TERMINATION => judged(false)?.0,
        (found, _) => found,
    }
}
