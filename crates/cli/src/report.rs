//! A finished run as data: what `--json` prints.

use consensus_kernel::NodeId;
use consensus_lab::Session;
use consensus_lab::view::{AssumptionView, DecisionView, End, PropertyView, Status};
use serde::Serialize;
use std::collections::BTreeMap;

/// A finished run.
#[derive(Serialize)]
pub(crate) struct Report {
    pub protocol: &'static str,
    pub n: usize,
    pub f: usize,
    pub seed: u64,
    pub digest: String,
    pub end: End,
    pub time_us: u64,
    pub events: u64,
    pub messages: Messages,
    pub decisions: Vec<Decision>,
    /// Replies accepted by clients.
    pub replies: Vec<Decision>,
    pub properties: Vec<Property>,
    pub assumptions: Vec<Assumption>,
}

/// Counts. A message is one point-to-point send between two different nodes; client messages are counted apart.
#[derive(Serialize)]
pub(crate) struct Messages {
    pub replica: u64,
    pub client: u64,
    pub by_kind: BTreeMap<&'static str, u64>,
    pub bytes: u64,
    pub lost: u64,
    pub duplicated: u64,
    pub retransmitted: u64,
}

#[derive(Serialize)]
pub(crate) struct Decision {
    pub node: NodeId,
    pub slot: u64,
    pub value: String,
    pub time_us: u64,
    pub delays: u32,
}

#[derive(Serialize)]
pub(crate) struct Property {
    pub name: &'static str,
    pub kind: &'static str,
    pub status: Status,
    pub event: Option<u64>,
    pub reason: String,
}

#[derive(Serialize)]
pub(crate) struct Assumption {
    pub name: &'static str,
    pub status: &'static str,
    pub reason: String,
}

fn decision(d: DecisionView) -> Decision {
    Decision { node: d.node, slot: d.slot, value: d.value.to_string(), time_us: d.at.0, delays: d.delays }
}

fn property(p: PropertyView) -> Property {
    Property { name: p.name, kind: p.kind, status: p.status, event: p.event, reason: p.reason }
}

fn assumption(a: AssumptionView) -> Assumption {
    Assumption { name: a.name, status: if a.holds { "holds" } else { "broken" }, reason: a.reason }
}

impl Report {
    /// The report of a session whose cursor stands at the end of its run.
    pub fn of(session: &dyn Session, end: End) -> Self {
        let scenario = session.scenario();
        let metrics = session.metrics();
        let kinds = scenario.meta.kinds.iter().zip(&metrics.by_kind);
        let position = session.position();
        Self {
            protocol: scenario.meta.id,
            n: scenario.n,
            f: scenario.f,
            seed: scenario.seed,
            digest: session.digest().to_string(),
            end,
            time_us: position.at.0,
            events: position.event,
            messages: Messages {
                replica: metrics.replica,
                client: metrics.client,
                by_kind: kinds.map(|(kind, (messages, _))| (kind.name, *messages)).collect(),
                bytes: metrics.bytes,
                lost: metrics.lost,
                duplicated: metrics.duplicated,
                retransmitted: metrics.retransmitted,
            },
            decisions: session.decisions().into_iter().map(decision).collect(),
            replies: session.replies().into_iter().map(decision).collect(),
            properties: session.properties().into_iter().map(property).collect(),
            assumptions: session.assumptions().into_iter().map(assumption).collect(),
        }
    }

    /// Whether any property is violated.
    pub fn violated(&self) -> bool {
        self.properties.iter().any(|p| p.status == Status::Violated)
    }
}
