//! Experiments over many runs: one trial of a swarm, and the smallest scenario behind a violation.

use crate::registry::judge_scenario;
use consensus_check::{Budget, Outcome, TERMINATION, draw_scenario, heals, shorten, shrink};
use consensus_kernel::{Breaks, Meta, RuleSet, SwitchId};
use consensus_scenario::Scenario;

/// Runs tried while shrinking one violation.
const SHRINK_TRIES: usize = 400;

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
        // A drawn combination that the protocol refuses is drawn again, from a seed of its own.
        (0..16)
            .map(|k| draw_scenario(self.meta, seed ^ (k << 56), self.budget, self.without))
            .find(|s| crate::open(s).is_ok())
            .unwrap_or_else(|| Scenario::new(self.meta))
    }

    /// The property that the switched-off rule is said to protect.
    fn named(&self) -> Option<&'static str> {
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
    fn happens_anyway(&self, scenario: &Scenario, property: &str) -> bool {
        let with = || Scenario { rules: RuleSet::ALL_HOLD, ..scenario.clone() };
        self.without.is_some()
            && self.budget == Budget::Within
            && judge_scenario(&with(), false).is_ok_and(|outcome| outcome.violates(property))
    }

    /// Tries one seed.
    pub fn trial(&self, seed: u64) -> Trial {
        let stop_at_first = self.named().is_none() && !self.demands_termination();
        let scenario = self.scenario(seed);
        match judge_scenario(&scenario, stop_at_first) {
            Ok(outcome) => Trial {
                decided: outcome.termination.is_ok(),
                events: outcome.events,
                violated: self
                    .violated(&outcome)
                    .filter(|property| !self.happens_anyway(&scenario, property)),
            },
            Err(_) => Trial { decided: false, events: 0, violated: None },
        }
    }

    /// The smallest scenario found that violates the same property as this seed's.
    pub fn smallest(&self, seed: u64, property: &str) -> Scenario {
        // A promise to decide binds only where everything heals in the end.
        let fair = |s: &Scenario| property != TERMINATION || heals(s);
        let breaks = |s: &Scenario| fair(s) && breaks(s, property) && !self.happens_anyway(s, property);
        let found = self.scenario(seed);
        let found = if property == TERMINATION { found } else { shorten(&found, breaks) };
        shrink(&found, SHRINK_TRIES, breaks)
    }
}

/// Whether a run violates this property. Most of a run comes after the first violation, so it is judged that far first.
pub fn breaks(scenario: &Scenario, property: &str) -> bool {
    let judged = |stop_at_first| judge_scenario(scenario, stop_at_first);
    if property == TERMINATION {
        return judged(false).is_ok_and(|o| o.violates(property));
    }
    let first = judged(true);
    first.is_ok_and(|o| {
        let violates = o.violates(property);
        violates || (!o.violations.is_empty() && judged(false).is_ok_and(|o| o.violates(property)))
    })
}
