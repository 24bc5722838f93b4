//! A finished run as data: what `consensus run --json` prints and the bindings hand out.

use crate::compare::of_later_rounds;
use crate::session::Session;
use crate::view::{AssumptionView, DecisionView, End, PropertyView, Status};
use consensus_kernel::{KindClass, NodeId, OpinionPanel, Panel, Time};
use serde::Serialize;
use std::collections::BTreeMap;

/// Events of a run that are gone through, at most, for what its counts are made of.
const EVENTS: u64 = 1 << 17;

/// A finished run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The protocol's name in links.
    pub protocol: &'static str,
    /// Number of replicas.
    pub n: usize,
    /// Number of faulty replicas that quorums are sized for.
    pub f: usize,
    /// Root of every random choice.
    pub seed: u64,
    /// SHA-256 over the canonical event stream.
    pub digest: String,
    /// Why it is over.
    pub end: End,
    /// Virtual time in microseconds.
    pub time_us: u64,
    /// Events that happened.
    pub events: u64,
    /// What was sent.
    pub messages: Messages,
    /// Decisions of correct replicas, oldest first.
    pub decisions: Vec<Decision>,
    /// Replies accepted by clients.
    pub replies: Vec<Decision>,
    /// How each property stands.
    pub properties: Vec<Property>,
    /// How each assumption stands.
    pub assumptions: Vec<Assumption>,
    /// Where agents answer a question: what they found, and what each vote is worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<OpinionPanel>,
}

/// Counts. A message is one point-to-point send between two different nodes; client messages are counted apart.
#[derive(Clone, Debug, Serialize)]
pub struct Messages {
    /// Between replicas.
    pub replica: u64,
    /// From or to a client.
    pub client: u64,
    /// Of each kind.
    pub by_kind: BTreeMap<&'static str, u64>,
    /// By what they serve: sums of kinds.
    pub by_class: Classes,
    /// Of those that serve the run's only decision, how many are of later rounds than the one that decided, if any are
    /// ([`of_later_rounds`]). Nothing is said of long runs.
    pub later_rounds: Option<u64>,
    /// Bytes, by the size model.
    pub bytes: u64,
    /// Lost.
    pub lost: u64,
    /// Second copies.
    pub duplicated: u64,
    /// Frames that the link layer sent again.
    pub retransmitted: u64,
}

/// Messages by what they serve ([`KindClass`]).
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Classes {
    /// Decisions.
    pub decision: u64,
    /// Elections and changes of the view.
    pub leadership: u64,
    /// No decision in particular: heartbeats, checkpoints, state transfer.
    pub background: u64,
    /// Clients.
    pub client: u64,
}

/// One decision, or one reply accepted.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// Who.
    pub node: NodeId,
    /// Where.
    pub slot: u64,
    /// What.
    pub value: String,
    /// Virtual time in microseconds.
    pub time_us: u64,
    /// Message delays on the chain that led to it.
    pub delays: u32,
}

/// One property at the end.
#[derive(Clone, Debug, Serialize)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// `safety` or `liveness`.
    pub kind: &'static str,
    /// How it stands.
    pub status: Status,
    /// The first offending event.
    pub event: Option<u64>,
    /// Why it stands so.
    pub reason: String,
}

/// One assumption at the end.
#[derive(Clone, Debug, Serialize)]
pub struct Assumption {
    /// Its name.
    pub name: &'static str,
    /// `holds` or `broken`.
    pub status: &'static str,
    /// Why it stands so.
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
    /// Runs a session to its end and reports it.
    pub fn of_whole(session: &mut dyn Session) -> Self {
        while session.run_ahead(1 << 16) {}
        session.seek_time(Time::NEVER);
        session.seek_event(session.frontier().event);
        let end = session.end().unwrap_or(End::Limit);
        Self::of(session, end)
    }

    /// The report of a session whose cursor stands at the end of its run.
    pub fn of(session: &dyn Session, end: End) -> Self {
        let scenario = session.scenario();
        let metrics = session.metrics();
        let kinds = scenario.meta.kinds.iter().zip(&metrics.by_kind);
        let of_class = |class| metrics.of_class(scenario.meta, class);
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
                by_class: Classes {
                    decision: of_class(KindClass::Decision),
                    leadership: of_class(KindClass::Leadership),
                    background: of_class(KindClass::Background),
                    client: of_class(KindClass::Client),
                },
                later_rounds: of_later_rounds(session, EVENTS),
                bytes: metrics.bytes,
                lost: metrics.lost,
                duplicated: metrics.duplicated,
                retransmitted: metrics.retransmitted,
            },
            decisions: session.decisions().into_iter().map(decision).collect(),
            replies: session.replies().into_iter().map(decision).collect(),
            properties: session.properties().into_iter().map(property).collect(),
            assumptions: session.assumptions().into_iter().map(assumption).collect(),
            answers: session.panels().into_iter().find_map(|panel| match panel {
                Panel::Opinions(answers) => Some(answers),
                _ => None,
            }),
        }
    }

    /// Whether any property is violated.
    pub fn violated(&self) -> bool {
        self.properties.iter().any(|p| p.status == Status::Violated)
    }
}
