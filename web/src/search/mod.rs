//! The search for an accident: runs drawn from seeds, made in a worker, until something is violated; what is found comes on
//! the bench, made small. What is searched and how is `consensus swarm`'s (`consensus_lab::Hunt`).

mod messages;
mod strip;
pub mod worker;

pub use strip::{door, strip};

use crate::crash;
use crate::model::{Model, Tab};
use crate::store::{Store, now_ms};
use consensus_kernel::SwitchId;
use consensus_lab::view::MarkKind;
use consensus_lab::{Budget, Hunt, catalogue};
use consensus_scenario::parse;
use js_sys::{Function, Reflect};
use messages::{Job, Tally, Word};
use std::cell::RefCell;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageEvent;

/// Shortest time between two drawings of how far it is, in ms.
const SHOW_MS: f64 = 250.0;
/// So many workers that broke, one after the other, end a search.
const BROKEN_MAX: u32 = 3;

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
    tally: Tally,
    /// When the worker began, and with how many runs made.
    since: (f64, u64),
    shown_ms: f64,
    /// How many workers broke since one has last made a run.
    broken: u32,
    /// A sentence about the last one that did.
    trouble: String,
    /// Ends the worker.
    end: Option<Function>,
}

type Heard = Closure<dyn Fn(MessageEvent)>;

thread_local! {
    /// What workers are heard with.
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

impl Search {
    fn new(hunt: Hunt) -> Self {
        let tally = Tally::default();
        let (stage, trouble) = (Stage::Rests, String::new());
        Self { hunt, stage, tally, since: (0.0, 0), shown_ms: 0.0, broken: 0, trouble, end: None }
    }

    fn rest(&mut self) {
        if let Some(end) = self.end.take() {
            // It has nothing to say.
            let _ = end.call0(&JsValue::NULL);
        }
        self.stage = Stage::Rests;
    }

    fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Runs | Stage::Shrinks(_))
    }

    /// Runs a second, since the worker began.
    fn pace(&self) -> u64 {
        let (began_ms, runs) = self.since;
        ((self.tally.runs.saturating_sub(runs)) as f64 * 1_000.0 / (self.shown_ms - began_ms).max(1.0)) as u64
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.rest();
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
    let heard: JsValue = HEARD.with_borrow_mut(|heard| {
        let heard = heard.get_or_insert_with(|| {
            let store = store.clone();
            Closure::new(move |e: MessageEvent| hear(&store, &e))
        });
        heard.as_ref().clone()
    });
    store.update(|m| {
        let Some(search) = &mut m.search else { return };
        search.rest();
        let job = Job { hunt: search.hunt, tally: search.tally };
        let door = Reflect::get(&js_sys::global(), &"inWorker".into()).unwrap_or_default();
        let end = door
            .dyn_into::<Function>()
            .and_then(|door| door.call2(&JsValue::NULL, &job.print().into(), &heard));
        match end {
            Ok(end) => {
                search.stage = Stage::Runs;
                search.end = Some(end.unchecked_into());
                search.since = (now_ms(), search.tally.runs);
                search.shown_ms = search.since.0;
            }
            Err(_) => m.notice("This browser lets the page have no worker to search in."),
        }
    });
}

/// Hears a worker: how far it is, what it has found, or, in an event without a text, that it is no more.
fn hear(store: &Store, e: &MessageEvent) {
    match e.data().as_string().as_deref().and_then(Word::read) {
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
        if word.tally.runs > search.tally.runs {
            search.broken = 0;
        }
        search.tally = word.tally;
        let due = now_ms() - search.shown_ms >= SHOW_MS;
        let stage = match (word.property, word.link) {
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
        search.end = None;
        search.stage = Stage::Rests;
        search.broken += 1;
        let seed = search.tally.runs;
        search.tally.runs += 1;
        let more = search.broken < BROKEN_MAX;
        let then = if more { "A fresh one goes on with the next run." } else { "The search has ended." };
        search.trouble = format!("The worker broke, or said nothing, in the run with seed {seed}. {then}");
        more
    }
}
