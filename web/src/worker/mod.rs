//! Long jobs are done in workers, each with an instance of the module of its own: what they say is heard here, and what
//! breaks is replaced. The other half of the door is `web/boot/instance.js`.

pub mod growth;
pub mod messages;
pub mod work;

use crate::contest;
use crate::search;
use crate::store::Store;
use js_sys::{Function, Reflect};
use messages::{GROWTH, Tally, Word};
use std::cell::RefCell;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// So many workers that broke, one after the other, end a job.
const BROKEN_MAX: u32 = 3;

/// Whoever does a job.
#[derive(Default)]
pub struct Worker {
    /// How far it is.
    pub tally: Tally,
    /// A sentence about the last one that broke.
    pub trouble: String,
    /// How many broke since one has last got on.
    broken: u32,
    /// Ends the one at work.
    end: Option<Function>,
}

type Heard = Closure<dyn Fn(JsValue, JsValue)>;

thread_local! {
    /// What workers are heard with.
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

impl Worker {
    /// Has a fresh one do a job from where it is; false if the browser lets the page have none.
    pub fn employ(&mut self, store: &Store, job: &str) -> bool {
        self.rest();
        let heard: JsValue = HEARD.with_borrow_mut(|heard| {
            let heard = heard.get_or_insert_with(|| {
                let store = store.clone();
                Closure::new(move |word: JsValue, job: JsValue| hear(&store, &word, &job))
            });
            heard.as_ref().clone()
        });
        let door = Reflect::get(&js_sys::global(), &"inWorker".into()).unwrap_or_default();
        let end =
            door.dyn_into::<Function>().and_then(|door| door.call2(&JsValue::NULL, &job.into(), &heard));
        self.end = end.ok().map(JsCast::unchecked_into);
        self.is_busy()
    }

    /// Whether one is at work.
    pub fn is_busy(&self) -> bool {
        self.end.is_some()
    }

    /// Ends it.
    pub fn rest(&mut self) {
        if let Some(end) = self.end.take() {
            // It has nothing to say.
            let _ = end.call0(&JsValue::NULL);
        }
    }

    /// Takes note of how far it is.
    pub fn note(&mut self, tally: Tally) {
        if tally.runs > self.tally.runs {
            self.broken = 0;
        }
        self.tally = tally;
    }

    /// It is no more: leaves out what it was at. True if another one is to go on.
    pub fn miss(&mut self, at: &str) -> bool {
        self.end = None;
        self.broken += 1;
        let more = self.broken < BROKEN_MAX;
        let then = if more { "A fresh one goes on with the next." } else { "So that is the end." };
        self.trouble = format!("The worker broke, or said nothing, in {at} {}. {then}", self.tally.runs);
        self.tally.runs += 1;
        more
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.rest();
    }
}

/// Hears a worker: how far it is and what it has found, or, without a text, that it is no more.
fn hear(store: &Store, word: &JsValue, job: &JsValue) {
    let word = word.as_string().as_deref().and_then(Word::read);
    if job.as_string().is_some_and(|job| job.starts_with(GROWTH)) {
        contest::hear(store, word);
    } else {
        search::hear(store, word);
    }
}
