//! A run with a cursor, for a worker, a page or a script.

use crate::value::{Thrown, to_js};
use crate::{open_link, read};
use consensus_kernel::{NodeId, SetupError, Time};
use consensus_scenario::print;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A run with a cursor that can stand at any of its moments, and a frontier up to which it is known.
#[wasm_bindgen]
pub struct Session {
    inner: Box<dyn consensus_lab::Session>,
}

/// What is told of the frontier.
#[derive(Serialize)]
struct Frontier {
    #[serde(flatten)]
    position: consensus_lab::view::Position,
    /// Why the run is over, if it is known to be.
    end: Option<consensus_lab::view::End>,
}

#[wasm_bindgen]
impl Session {
    /// Opens the run of a link, with the cursor at its beginning.
    #[wasm_bindgen(constructor)]
    pub fn open(link: &str) -> Thrown<Session> {
        Ok(Self { inner: open_link(link)? })
    }

    /// The canonical link of what runs.
    pub fn link(&self) -> String {
        print(self.inner.scenario())
    }

    /// Replaces the scenario, keeping the cursor's time. What both have in common is not computed again.
    pub fn edit(&mut self, link: &str) -> Thrown<()> {
        let scenario = read(link)?.scenario;
        if scenario.meta.id != self.inner.scenario().meta.id {
            self.inner = open_link(link)?;
            return Ok(());
        }
        let refused = |e: SetupError| js_sys::Error::new(&format!("{}: {}", e.key, e.why));
        Ok(self.inner.edit(scenario).map_err(refused)?)
    }

    /// Moves the frontier on by at most so many events. False once the end is reached.
    pub fn run_ahead(&mut self, events_max: f64) -> bool {
        self.inner.run_ahead(events_max.max(0.0) as u64)
    }

    /// Moves the cursor to a time in microseconds.
    pub fn seek_time(&mut self, at_us: f64) {
        self.inner.seek_time(Time(at_us.max(0.0) as u64));
    }

    /// Moves the cursor so that exactly so many events have happened.
    pub fn seek_event(&mut self, event: f64) {
        self.inner.seek_event(event.max(0.0) as u64);
    }

    /// Where the cursor stands: `{ event, at }`.
    pub fn position(&self) -> Thrown<JsValue> {
        to_js(&self.inner.position())
    }

    /// How far the run is known, and why it is over, if it is: `{ event, at, end }`.
    pub fn frontier(&self) -> Thrown<JsValue> {
        to_js(&Frontier { position: self.inner.frontier(), end: self.inner.end() })
    }

    /// All nodes at the cursor.
    pub fn nodes(&self) -> Thrown<JsValue> {
        to_js(&self.inner.nodes())
    }

    /// All messages under way at the cursor.
    pub fn flights(&self) -> Thrown<JsValue> {
        let mut flights = Vec::new();
        self.inner.flights(&mut flights);
        to_js(&flights)
    }

    /// Messages lost lately.
    pub fn losses(&self) -> Thrown<JsValue> {
        to_js(&self.inner.losses())
    }

    /// A node's whole state at the cursor; two for a twin.
    pub fn inspect(&self, node: &str) -> Thrown<JsValue> {
        let scenario = self.inner.scenario();
        let exists = |id: &NodeId| id.index() < if id.is_client() { scenario.clients } else { scenario.n };
        let id = NodeId::parse(node).filter(exists);
        let id = id.ok_or_else(|| js_sys::Error::new(&format!("there is no node {node:?}")))?;
        to_js(&self.inner.inspect(id))
    }

    /// The protocol's views over all nodes at the cursor.
    pub fn panels(&self) -> Thrown<JsValue> {
        to_js(&self.inner.panels())
    }

    /// The events numbered `from .. to`, as far as the frontier.
    pub fn events(&self, from: f64, to: f64) -> Thrown<JsValue> {
        to_js(&self.inner.events(from.max(0.0) as u64, to.max(0.0) as u64))
    }

    /// The explanation of one event: what, why, and the rules that fired.
    pub fn explain(&self, event: f64) -> Thrown<JsValue> {
        let event = event.max(0.0) as u64;
        let found = self.inner.events(event, event.saturating_add(1));
        let found =
            found.first().ok_or_else(|| js_sys::Error::new(&format!("event {event} is not known")))?;
        to_js(&self.inner.explain(found))
    }

    /// The next things to happen, at most so many.
    pub fn pending(&self, most: usize) -> Thrown<JsValue> {
        to_js(&self.inner.pending(most))
    }

    /// All properties at the cursor.
    pub fn properties(&self) -> Thrown<JsValue> {
        to_js(&self.inner.properties())
    }

    /// All assumptions at the cursor.
    pub fn assumptions(&self) -> Thrown<JsValue> {
        to_js(&self.inner.assumptions())
    }

    /// Decisions of replicas up to the cursor.
    pub fn decisions(&self) -> Thrown<JsValue> {
        to_js(&self.inner.decisions())
    }

    /// Replies accepted by clients up to the cursor.
    pub fn replies(&self) -> Thrown<JsValue> {
        to_js(&self.inner.replies())
    }

    /// Counts at the cursor.
    pub fn metrics(&self) -> Thrown<JsValue> {
        to_js(&self.inner.metrics())
    }

    /// Marks of the whole known run.
    pub fn marks(&self) -> Thrown<JsValue> {
        to_js(&self.inner.marks())
    }

    /// SHA-256 over the canonical event stream of the whole run.
    pub fn digest(&self) -> String {
        self.inner.digest().to_string()
    }
}
