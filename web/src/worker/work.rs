//! The search as a worker does it, in an instance of its own. The page ends it by ending the worker.

use super::messages::{Job, Tally, Word};
use crate::crash;
use consensus_lab::judge_any;
use consensus_scenario::print;
use js_sys::{Date, Reflect};
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::DedicatedWorkerGlobalScope;

/// A sign of life at least so often, in ms.
const BEAT_MS: f64 = 50.0;

/// Does the job that lies ready, if this is a worker. Whoever asks for what is no job gets what he asks for.
pub fn work() {
    let here = js_sys::global();
    let Some(text) = Reflect::get(&here, &"job".into()).ok().and_then(|job| job.as_string()) else { return };
    let here: DedicatedWorkerGlobalScope = here.unchecked_into();
    let said_ms = Cell::new(0.0);
    let say = |tally: Tally, property: Option<&str>, link: Option<String>| {
        said_ms.set(Date::now());
        let word = Word { tally, property: property.map(str::to_owned), link };
        // A text can always be sent.
        let _ = here.post_message(&word.print().into());
    };
    let Some(Job { hunt, mut tally }) = Job::read(&text) else {
        say(Tally::default(), None, None);
        return crash::fail(&text);
    };
    let beat = |tally, property| {
        if Date::now() - said_ms.get() >= BEAT_MS {
            say(tally, property, None);
        }
    };
    loop {
        let seed = tally.runs;
        say(tally, None, None);
        let trial = hunt.trial_by(seed, &mut |s, first| judge_any(s, first, &mut || beat(tally, None)));
        tally.runs += 1;
        tally.decided += u64::from(trial.decided);
        let Some(property) = trial.violated else { continue };
        tally.violated += 1;
        say(tally, Some(property), None);
        let mut judge = |s: &_, first| judge_any(s, first, &mut || beat(tally, Some(property)));
        let smallest = hunt.smallest_by(seed, property, &mut judge);
        return say(tally, Some(property), Some(print(&smallest)));
    }
}
