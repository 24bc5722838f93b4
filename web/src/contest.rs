//! What the run on the bench is compared with: rivals on the same clock, and growth with n, measured on demand.

use consensus_kernel::{SetupError, Time};
use consensus_lab::compare::{Measured, Tolerance, Trials, go_to_the_last_decision, measured, with_replicas};
use consensus_lab::view::End;
use consensus_lab::{Session, catalogue, documented, open};
use consensus_scenario::{Scenario, bounds, parse_rival, print_rival, rival};
use std::collections::VecDeque;

/// One rival.
pub struct Rival {
    /// What it does not share with the run on the bench, as in a link.
    pub text: String,
    /// Its run.
    pub session: Box<dyn Session>,
}

/// Numbers of replicas at which growth is measured: those of the literature's tables.
const SIZES: [usize; 7] = [4, 7, 10, 16, 31, 64, 100];
/// Requests of a run that measures growth: the first may pay for an election.
const GROWTH_REQUESTS: u32 = 3;
/// Rivals that a comparison begins with.
const FIRST_RIVALS: usize = 3;

/// Growth with n, run after run.
#[derive(Default)]
pub struct Growth {
    /// Runs still to be made: whose, and with how many replicas.
    waiting: VecDeque<(usize, Scenario)>,
    under_way: Option<(usize, Box<dyn Session>)>,
    /// By contestant: how many faulty replicas it survives, tried after that.
    trials: Vec<Trials>,
    /// What has been measured so far, by contestant.
    pub points: Vec<Vec<Measured>>,
}

/// The comparison.
pub struct Contest {
    /// All but the run on the bench.
    pub rivals: Vec<Rival>,
    /// Growth, once it was asked for.
    pub growth: Option<Growth>,
}

impl Contest {
    /// Opens a comparison with these rivals; without any, with protocols that the document compares.
    pub fn new(base: &Scenario, rivals: Vec<Scenario>) -> Self {
        let mut contest = Self { rivals: Vec::new(), growth: None };
        let usual = || {
            let others =
                catalogue().iter().filter(|meta| meta.id != base.meta.id && documented(meta.id).is_some());
            others.take(FIRST_RIVALS).map(|meta| rival(base, meta)).collect()
        };
        let rivals: Vec<Scenario> = if rivals.is_empty() { usual() } else { rivals };
        for scenario in rivals {
            // One that its protocol refuses has been reported where the link was read, or is left out.
            let _ = contest.add(base, &scenario);
        }
        contest
    }

    /// Adds a rival.
    pub fn add(&mut self, base: &Scenario, scenario: &Scenario) -> Result<(), SetupError> {
        if self.rivals.len() < bounds::RIVALS {
            let session = open(scenario)?;
            self.rivals.push(Rival { text: print_rival(base, scenario), session });
            self.growth = None;
        }
        Ok(())
    }

    /// Takes a rival away.
    pub fn remove(&mut self, place: usize) {
        if place < self.rivals.len() {
            self.rivals.remove(place);
            self.growth = None;
        }
    }

    /// After an edit of the run on the bench: everybody shares it.
    pub fn follow(&mut self, base: &Scenario) {
        self.growth = None;
        self.rivals.retain_mut(|rival| {
            let Ok(scenario) = parse_rival(base, catalogue(), &rival.text) else { return false };
            rival.session.edit(scenario).is_ok()
        });
    }

    /// Puts all rivals at a time.
    pub fn seek(&mut self, at: Time) {
        for rival in &mut self.rivals {
            rival.session.seek_time(at);
        }
    }

    /// The rivals' scenarios, for a link.
    pub fn scenarios(&self) -> Vec<Scenario> {
        self.rivals.iter().map(|rival| rival.session.scenario().clone()).collect()
    }

    /// When the last rival's run is over; none if one is not known to its end.
    pub fn end(&self) -> Option<Time> {
        let ends =
            self.rivals.iter().map(|rival| rival.session.end().map(|_: End| rival.session.frontier().at));
        ends.collect::<Option<Vec<Time>>>().map(|ends| ends.into_iter().max().unwrap_or_default())
    }

    /// Computes a little of the rivals' future, or of what growth needs. False if there is nothing left to compute.
    pub fn run_ahead(&mut self, events: u64) -> bool {
        let busy = self.rivals.iter_mut().any(|r| r.session.end().is_none() && r.session.run_ahead(events));
        busy || self.growth.as_mut().is_some_and(|growth| growth.run_ahead(events))
    }

    /// Starts to measure growth.
    pub fn grow(&mut self, base: &Scenario) {
        let contestants: Vec<Scenario> = std::iter::once(base.clone()).chain(self.scenarios()).collect();
        let trials = contestants.iter().map(|c| Trials::new(&with_requests(c.clone()))).collect();
        let mut growth = Growth { points: vec![Vec::new(); contestants.len()], trials, ..Growth::default() };
        // Small runs of all first, so that the curves grow together.
        for n in SIZES {
            for (who, scenario) in contestants.iter().enumerate() {
                if (scenario.meta.n.0..=scenario.meta.n.2).contains(&n) {
                    growth.waiting.push_back((who, with_requests(with_replicas(scenario, n))));
                }
            }
        }
        self.growth = Some(growth);
    }
}

fn with_requests(scenario: Scenario) -> Scenario {
    Scenario { requests: scenario.requests.min(GROWTH_REQUESTS), ..scenario }
}

impl Growth {
    /// Whether everything is measured.
    pub fn is_complete(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_none() && self.trials.iter().all(|t| t.found().is_some())
    }

    /// How many faulty replicas a contestant survived, once that is known.
    pub fn tolerance(&self, who: usize) -> Option<Tolerance> {
        self.trials.get(who)?.found()
    }

    fn run_ahead(&mut self, events: u64) -> bool {
        if self.under_way.is_none() {
            let Some((who, scenario)) = self.waiting.pop_front() else {
                // A scenario that ran once is not refused.
                return self.trials.iter_mut().any(|trials| trials.run_ahead(events).unwrap_or(false));
            };
            // A size that the protocol's own parameters exclude is left out.
            self.under_way = open(&scenario).ok().map(|session| (who, session));
        }
        if let Some((who, session)) = &mut self.under_way
            && !session.run_ahead(events)
        {
            go_to_the_last_decision(&mut **session);
            self.points[*who].push(measured(&**session));
            self.under_way = None;
        }
        true
    }
}
