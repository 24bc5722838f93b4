//! A made-up protocol and made-up moments of it, for this crate's tests.

use crate::moment::Moment;
use consensus_kernel::inspect::Tree;
use consensus_kernel::{
    AgreementScope, Bound, Claims, Envelope, Face, FaultModel, Inputs, Kind, KindClass, Layout, Meta, NodeId,
    QuorumRule, Time, Tone, Validity, Votes,
};
use consensus_lab::view::*;

const fn kind(name: &'static str, glyph: &'static str, proposal: bool, class: KindClass) -> Kind {
    Kind { name, glyph, proposal, class }
}

pub(crate) static META: Meta = Meta {
    id: "sample",
    title: "Sample <&> protocol",
    member: "replica",
    paper: "Nobody 2000",
    reference: "Nobody: Nothing. Nowhere, 2000.",
    summary: "Asks and answers.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Proposed,
        termination: None,
        safety: "always",
    },
    faults: FaultModel::Byzantine,
    bound: Bound::Third,
    variants: None,
    inputs: Inputs::Requests,
    quorum: QuorumRule::ByzantineMinimum,
    n: (1, 4, 128),
    round: "view",
    slot: "slot",
    params: &[],
    rules: &[],
    switches: &[],
    kinds: &[
        kind("ask", "A", true, KindClass::Decision),
        kind("answer", "a", false, KindClass::Decision),
        kind("elect", "E", true, KindClass::Leadership),
        kind("beat", "b", false, KindClass::Background),
        kind("request", "R", true, KindClass::Client),
    ],
    timers: &["patience"],
    commands: &[],
    adversaries: &[],
    simplified: &[],
    envelope: Envelope {
        loss: true,
        duplication: true,
        partition: true,
        crash: true,
        pause: true,
        byzantine: true,
        delay_max: None,
        reliable_links: false,
    },
    layout: Layout::Ring,
    weighted: false,
};

pub(crate) fn flight(from: usize, to: usize, sent: u64, due: u64) -> FlightView {
    FlightView {
        from: NodeId::replica(from),
        to: NodeId::replica(to),
        kind: 0,
        nth: 1,
        round: 0,
        sent: Time(sent),
        due: Time(due),
        cause: 0,
        mark: FlightMark::Plain,
    }
}

fn message(from: usize, to: usize, sent: u64, due: u64) -> MessageView {
    MessageView { flight: flight(from, to, sent, due), body: Tree::None, bytes: 64 }
}

fn event(index: u64, at: u64, node: usize, what: What) -> EventView {
    EventView {
        index,
        at: Time(at),
        node: Some(NodeId::replica(node)),
        second: false,
        what,
        cites: Vec::new(),
        rejected: None,
        decided: Vec::new(),
        sent: Vec::new(),
    }
}

pub(crate) fn delivery(index: u64, sent: u64, at: u64, from: usize, to: usize) -> EventView {
    EventView { sent: vec![(1, 1)], ..event(index, at, to, What::Deliver(message(from, to, sent, at))) }
}

pub(crate) fn lost(index: u64, sent: u64, at: u64, from: usize, to: usize) -> EventView {
    event(index, at, to, What::Lost(message(from, to, sent, at), "the link is cut"))
}

pub(crate) fn node(id: NodeId) -> NodeView {
    let votes = Votes { of: "answer", have: 2, need: 3, total: 4, from: vec![0, 1] };
    NodeView {
        id,
        face: Face {
            role: "backup",
            status: "prepared".into(),
            tone: Tone::Busy,
            round: 0,
            leads: id == NodeId::replica(0),
            votes: Some(votes),
            waits_for: None,
        },
        second_face: None,
        health: Health::Up,
        byzantine: None,
        standing: Standing::Intact,
        befouled: None,
        weight: 1,
        timers: vec![TimerView { name: "patience", index: 0, set_at: Time(0), due: Time(40_000) }],
        decided: 0,
    }
}

/// One of everything: a twin, a crashed, a paused and a befouled node; every mark a message can have; a loss.
pub(crate) fn moment(n: usize) -> Moment {
    let ids = (0..n).map(NodeId::replica).chain([NodeId::client(0)]);
    let mut nodes: Vec<NodeView> = ids.map(node).collect();
    if n >= 4 {
        nodes[1].health = Health::Crashed;
        nodes[2].byzantine = Some("<two> & \"faced\"".to_owned());
        nodes[2].standing = Standing::IllBehaved;
        nodes[2].second_face = Some(Face { round: 1, ..nodes[2].face.clone() });
        nodes[3].health = Health::Paused;
        nodes[3].standing = Standing::Contradicted;
        nodes[3].befouled = Some("too many <lie>".to_owned());
    }
    let marks = [FlightMark::Plain, FlightMark::Duplicate, FlightMark::Held, FlightMark::Forged];
    let flights = (0..4 * n).map(|i| {
        let (from, to) = (i % n, (i + 1 + i / n) % n);
        FlightView { kind: i % 5, round: i as u64, mark: marks[i % 4], ..flight(from, to, 0, 20_000) }
    });
    Moment {
        meta: &META,
        position: Position { event: 3, at: Time(10_000) },
        flights: flights.filter(|f| f.from != f.to).collect(),
        losses: vec![LossView {
            from: NodeId::client(0),
            to: NodeId::replica(0),
            kind: 4,
            round: 0,
            sent: Time(0),
            at: Time(5_000),
        }],
        nodes,
        tags: Vec::new(),
        edges: None,
        fade_us: 20_000.0,
    }
}
