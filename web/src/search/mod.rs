//! The search for an accident: runs drawn from seeds, made in a worker, until something is violated; what is found comes on
//! the bench, made small. What is searched and how is `consensus swarm`'s (`consensus_lab::Hunt`).

mod strip;

pub use strip::{door, strip};

use crate::crash;
use crate::model::{Model, Tab};
use crate::store::{Store, now_ms};
use crate::worker::Worker;
use crate::worker::messages::{Job, Word};
use consensus_kernel::SwitchId;
use consensus_lab::view::MarkKind;
use consensus_lab::{Budget, Hunt, catalogue};
use consensus_scenario::parse;

/// Why nothing happens, where a browser is that strict.
pub const NO_WORKER: &str = "This browser lets the page have no worker for that.";
/// Shortest time between two drawings of how far it is, in ms.
const SHOW_MS: f64 = 250.0;

/// What comes of a search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It waits to be begun, or to be continued.
    Rests,
    /// Runs are made.
    Runs,
    /// This property was violated; the scenario is made smaller.
    Shrinks(String),
    /// The scenario that violates this property is on the bench.
    Found(String),
}

/// A search.
pub struct Search {
    hunt: Hunt,
    stage: Stage,
    worker: Worker,
    /// When the worker began, and with how many runs made.
    since: (f64, u64),
    shown_ms: f64,
}

impl Search {
    fn new(hunt: Hunt) -> Self {
        Self { hunt, stage: Stage::Rests, worker: Worker::default(), since: (0.0, 0), shown_ms: 0.0 }
    }

    fn rest(&mut self) {
        self.worker.rest();
        self.stage = Stage::Rests;
    }

    fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Runs | Stage::Shrinks(_))
    }

    /// Runs a second, since the worker began.
    fn pace(&self) -> u64 {
        let (began_ms, runs) = self.since;
        ((self.worker.tally.runs.saturating_sub(runs)) as f64 * 1_000.0 / (self.shown_ms - began_ms).max(1.0))
            as u64
    }
}

/// Begins a search of what is on the bench: without a rule, or with more faults than it is built for, or as it promises.
pub fn begin(store: &Store, without: Option<SwitchId>, budget: Budget) {
    store.update(|m| {
        let hunt = Hunt { meta: m.meta(), budget, without };
        m.search = Some(Search::new(hunt));
    });
    if let Some(root) = crash::root() {
        // On a phone the search stands above where it was asked for.
        root.set_scroll_top(0);
    }
    go_on(store);
}

/// Goes on with the search in a fresh worker.
fn go_on(store: &Store) {
    store.update(|m| {
        let Some(search) = &mut m.search else { return };
        let job = Job::Search(search.hunt, search.worker.tally).print();
        if !search.worker.employ(store, &job) {
            return m.notice(NO_WORKER);
        }
        search.stage = Stage::Runs;
        search.since = (now_ms(), search.worker.tally.runs);
        search.shown_ms = search.since.0;
    });
}

/// Hears a worker: how far it is, what it has found, or, without a word, that it is no more.
pub fn hear(store: &Store, word: Option<Word>) {
    match word {
        Some(word) => store.update_if(|m| m.hear(word)),
        None => {
            if store.update(Model::miss) {
                go_on(store);
            }
        }
    }
}

impl Model {
    /// Takes a word of the worker's into account. True if there is something new to show.
    fn hear(&mut self, word: Word) -> bool {
        let meta = self.meta();
        let Some(search) = &mut self.search else { return false };
        if search.hunt.meta.id != meta.id {
            // The visitor has gone elsewhere.
            self.search = None;
            return true;
        }
        search.worker.note(word.tally);
        let due = now_ms() - search.shown_ms >= SHOW_MS;
        let mut found = word.found.into_iter();
        let stage = match (found.next(), found.next()) {
            (None, _) => Stage::Runs,
            (Some(property), None) => Stage::Shrinks(property),
            (Some(property), Some(link)) => {
                search.rest();
                self.open_found(&link);
                Stage::Found(property)
            }
        };
        let Some(search) = &mut self.search else { return false };
        if !due && search.stage == stage {
            return false;
        }
        search.shown_ms = now_ms();
        search.stage = stage;
        true
    }

    /// Puts on the bench what was found, at the moment where it breaks.
    fn open_found(&mut self, link: &str) {
        let Ok(found) = parse(link, catalogue()) else { return };
        if let Err(e) = self.replace(found.scenario) {
            return self.notice(e.why);
        }
        self.playing = false;
        let broken = |m: &Self| m.session().first_mark(MarkKind::Violation);
        while broken(self).is_none() && self.studio.session_mut().run_ahead(1 << 10) {}
        match broken(self) {
            Some(at) => self.show_event(at.event.saturating_sub(1)),
            // What did not come in time shows at the end.
            None => self.seek_last(),
        }
        self.tab = Tab::Why;
    }

    /// A worker is no more: leaves its run out. True if another one is to go on.
    fn miss(&mut self) -> bool {
        let Some(search) = &mut self.search else { return false };
        search.stage = Stage::Rests;
        search.worker.miss("the run with seed")
    }
}
