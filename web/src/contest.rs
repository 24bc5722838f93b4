//! What the run on the bench is compared with: rivals on the same clock, and growth with n, measured on demand. Which rivals
//! there are is the bench's (`Studio::rivals`), so that undo knows them; here are their runs.

use crate::search::NO_WORKER;
use crate::store::Store;
use crate::worker::Worker;
use crate::worker::growth::{Found, measurements, read};
use crate::worker::messages::{Job, Word};
use consensus_kernel::{SetupError, Time};
use consensus_lab::view::End;
use consensus_lab::{Session, catalogue, documented, open};
use consensus_scenario::{Scenario, changed, parse_rival, print, print_rival, rival};

/// One rival.
pub struct Rival {
    /// What it does not share with the run on the bench, as in a link.
    pub text: String,
    /// Faults of the run on the bench that it has not, or has in another form.
    pub changed: String,
    /// Its run.
    pub session: Box<dyn Session>,
}

/// Rivals that a comparison begins with.
const FIRST_RIVALS: usize = 3;

/// Growth with n, measured in a worker.
pub struct Growth {
    /// Who measures.
    pub worker: Worker,
    contestants: Vec<String>,
    /// How many measurements there are.
    pub all: usize,
    /// What was found: of which contestant, and with how many replicas.
    found: Vec<((usize, usize), Found)>,
}

/// The comparison.
#[derive(Default)]
pub struct Contest {
    /// All but the run on the bench.
    pub rivals: Vec<Rival>,
    /// Who cannot run beside this run: as in a link, why, and what it would run, if that can be read.
    pub absent: Vec<(String, String, Option<Scenario>)>,
    /// Growth, once it was asked for.
    pub growth: Option<Growth>,
}

/// Why a scenario cannot run.
pub fn refusal(scenario: &Scenario, e: &SetupError) -> String {
    format!("{} cannot run here: {}: {}.", scenario.meta.title, e.key, e.why)
}

/// The rivals that a comparison begins with: protocols that the document compares.
pub fn first_rivals(base: &Scenario) -> Vec<String> {
    let others = catalogue().iter().filter(|meta| meta.id != base.meta.id && documented(meta.id).is_some());
    others.take(FIRST_RIVALS).map(|meta| print_rival(base, &rival(base, meta))).collect()
}

impl Contest {
    /// Has these rivals run beside this run; those that cannot say why. Who ran already runs on.
    pub fn follow(&mut self, base: &Scenario, texts: &[String]) {
        self.growth = None;
        self.absent.clear();
        let mut known = std::mem::take(&mut self.rivals);
        for text in texts {
            let scenario = match parse_rival(base, catalogue(), text) {
                Ok(scenario) => scenario,
                Err(e) => {
                    self.absent.push((text.clone(), format!("{text}: {}, {}.", e.why, e.allowed), None));
                    continue;
                }
            };
            let asked = scenario.clone();
            let runs = known.iter().position(|rival| rival.text == *text);
            let session = match runs.map(|at| known.swap_remove(at).session) {
                Some(mut session) => session.edit(scenario).map(|()| session),
                None => open(&scenario),
            };
            match session {
                Ok(session) => {
                    let changed = changed(base, &asked);
                    self.rivals.push(Rival { text: text.clone(), changed, session });
                }
                Err(e) => self.absent.push((text.clone(), refusal(&asked, &e), Some(asked))),
            }
        }
    }

    /// Puts all rivals at a time.
    pub fn seek(&mut self, at: Time) {
        for rival in &mut self.rivals {
            rival.session.seek_time(at);
        }
    }

    /// The rivals, as a link has them, and behind them those that cannot run.
    pub fn texts(&self) -> Vec<String> {
        let absent = self.absent.iter().map(|(text, ..)| text);
        self.rivals.iter().map(|rival| &rival.text).chain(absent).cloned().collect()
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

    /// Computes a little of the rivals' future. False if there is nothing left to compute.
    pub fn run_ahead(&mut self, events: u64) -> bool {
        self.rivals.iter_mut().any(|r| r.session.end().is_none() && r.session.run_ahead(events))
    }
}

impl Growth {
    /// Nothing measured yet.
    fn new(contestants: &[Scenario]) -> Self {
        Self {
            worker: Worker::default(),
            contestants: contestants.iter().map(print).collect(),
            all: measurements(contestants).len(),
            found: Vec::new(),
        }
    }

    /// How many measurements are made.
    pub fn made(&self) -> usize {
        self.worker.tally.runs as usize
    }

    /// What runs of a contestant cost: replicas, and messages between them for each decision, or ms to an answer.
    pub fn curve(&self, who: usize, latency: bool) -> Vec<(f64, f64)> {
        let point = |((of, n), [messages, us]): &((usize, usize), Found)| {
            let y = if latency { us.map(|us| us as f64 / 1e3) } else { messages.map(f64::from_bits) };
            Some((*n as f64, y?)).filter(|_| *of == who && *n > 0)
        };
        self.found.iter().filter_map(point).collect()
    }

    /// How many faulty replicas a contestant survived, crashed and lying, once that is known.
    pub fn tolerance(&self, who: usize) -> Option<Found> {
        self.found.iter().find(|(of, _)| *of == (who, 0)).map(|(_, found)| *found)
    }

    /// Takes a word of the worker's into account. True if it says something new.
    fn hear(&mut self, word: &Word) -> bool {
        self.worker.note(word.tally);
        self.found.extend(word.found.iter().filter_map(|line| read(line)));
        if self.made() >= self.all {
            self.worker.rest();
        }
        !word.found.is_empty()
    }
}

/// Measures growth, or goes on with it.
pub fn grow(store: &Store) {
    store.update(|m| {
        let base = m.scenario().clone();
        let Some(contest) = &mut m.contest else { return };
        let mut contestants = contest.scenarios();
        contestants.insert(0, base);
        let growth = contest.growth.get_or_insert_with(|| Growth::new(&contestants));
        let job = Job::Growth(growth.contestants.clone(), growth.worker.tally).print();
        if !growth.worker.employ(store, &job) {
            m.notice(NO_WORKER);
        }
    });
}

/// Hears the worker that measures growth; without a word it is no more.
pub fn hear(store: &Store, word: Option<Word>) {
    let mut on = false;
    store.update_if(|m| {
        let Some(growth) = m.contest.as_mut().and_then(|contest| contest.growth.as_mut()) else {
            return false;
        };
        match word {
            Some(word) => growth.hear(&word),
            None => {
                on = growth.worker.miss("measurement") && growth.made() < growth.all;
                true
            }
        }
    });
    if on {
        grow(store);
    }
}
