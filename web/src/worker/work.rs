//! A job as a worker does it, in an instance of its own. The page ends it by ending the worker.

use super::growth::{self, measurements};
use super::messages::{Job, Tally, Word};
use crate::crash;
use consensus_lab::{Hunt, catalogue, judge_any};
use consensus_scenario::{Scenario, parse, print};
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
    let mouth = Mouth { page: here.unchecked_into(), said_ms: Cell::new(0.0) };
    match Job::read(&text) {
        Some(Job::Search(hunt, tally)) => search(&hunt, tally, &mouth),
        Some(Job::Growth(contestants, tally)) => measure(&contestants, tally, &mouth),
        None => {
            mouth.say(Tally::default(), Vec::new());
            crash::fail(&text);
        }
    }
}

/// What a worker speaks with.
struct Mouth {
    page: DedicatedWorkerGlobalScope,
    said_ms: Cell<f64>,
}

impl Mouth {
    fn say(&self, tally: Tally, found: Vec<String>) {
        self.said_ms.set(Date::now());
        // A text can always be sent.
        let _ = self.page.post_message(&Word { tally, found }.print().into());
    }

    /// Says that it lives, if it has said nothing for long.
    fn beat(&self, tally: Tally, found: Option<&str>) {
        if Date::now() - self.said_ms.get() >= BEAT_MS {
            self.say(tally, found.map(str::to_owned).into_iter().collect());
        }
    }
}

fn search(hunt: &Hunt, mut tally: Tally, mouth: &Mouth) {
    loop {
        let seed = tally.runs;
        mouth.say(tally, Vec::new());
        let trial = hunt.trial_by(seed, &mut |s, first| judge_any(s, first, &mut || mouth.beat(tally, None)));
        tally.runs += 1;
        tally.decided += u64::from(trial.decided);
        let Some(property) = trial.violated else { continue };
        tally.violated += 1;
        mouth.say(tally, vec![property.to_owned()]);
        let mut judge = |s: &_, first| judge_any(s, first, &mut || mouth.beat(tally, Some(property)));
        let smallest = hunt.smallest_by(seed, property, &mut judge);
        return mouth.say(tally, vec![property.to_owned(), print(&smallest)]);
    }
}

fn measure(links: &[String], mut tally: Tally, mouth: &Mouth) {
    let contestants: Vec<Scenario> =
        links.iter().filter_map(|link| Some(parse(link, catalogue()).ok()?.scenario)).collect();
    for next in measurements(&contestants).into_iter().skip(tally.runs as usize) {
        mouth.beat(tally, None);
        let found = growth::measure(&contestants[next.0], next.1, &mut || mouth.beat(tally, None));
        tally.runs += 1;
        mouth.say(tally, vec![growth::print(next, found)]);
    }
}
