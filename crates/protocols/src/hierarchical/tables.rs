//! What the hierarchy says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    About, AdversarySpec, AgreementScope, Bound, Breaks, Claims, CommandSpec, Duration, Envelope, FaultModel,
    Givers, Inputs, Kind, KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Ratio, Validity, Value,
};

/// What can be proposed.
pub const OPTIONS: [Value; 4] = [Value::plain(0), Value::plain(1), Value::plain(2), Value::plain(3)];

/// Δ unless said otherwise, and what searches keep to.
const DELTA: Duration = Duration::millis(20);

rules! {
    Proposes, "level 1", "document, Level 1: worker agents propose",
        "proposes its own view to its supervisor",
        "Who does the work knows it best.",
        "send Proposal(own) to the supervisor";
    Hears, "counts", "document, Level 2",
        "counts what it was told from below",
        "Each is counted once, by its first word.",
        "votes[option] += 1";
    Evaluates, "level 2", "document, Level 2: supervisors evaluate",
        "recommends what most of its workers propose",
        "The executive cannot listen to everybody.",
        "all workers heard, or span 1 over: send Evaluation(plurality, counts)";
    Decides, "level 3", "document, Level 3: the executive decides",
        "decides by what it was told and announces it",
        "Somebody has to, and in time.",
        "all supervisors heard, or span 2 over: send Decision(plurality)";
    Relays, "relay", "project: the way down is the way up",
        "passes the decision on to its workers",
        "n - 1 messages reach all.",
        "from the executive: send Decision to the workers";
    Learns, "told", "document, verification",
        "is told the decision",
        "It can say now whether it objects.",
        "from the supervisor or the executive";
    Asks, "stand-in", "project: a silent supervisor",
        "has been told nothing and asks the executive",
        "Its supervisor may have crashed.",
        "no Decision by span 4: send Ask to the executive";
    Answers, "answer", "project: a silent supervisor",
        "tells what it knows to a node that missed it",
        "A crash on the way down must not cut off a team.",
        "on Ask: send Decision, Escalation or Ruling";
    Objects, "objection", "document, _collect_objections",
        "objects, because it proposed something else",
        "Those below are the only check on the executive.",
        "decision != own: send Objection";
    Collects, "collects", "document, _collect_objections",
        "notes an objection of one of its workers",
        "Silence is no objection.",
        "objections += worker";
    Reports, "report", "project: objections go past the executive",
        "tells the chair who of its workers objects",
        "The chair counts those of all teams.",
        "span 5 over: send Report(objections) to the chair";
    Counts, "threshold", "document, len(objections) > len(workers) * 0.5",
        "counts objections against the threshold",
        "Of all workers, and strictly more: 5 of 10 are not enough, 6 are.",
        "objections > threshold * workers";
    Dismisses, "same executive", "schedule hierarchical_captured_executive",
        "is told of objections to its own decision and keeps to it",
        "Nobody is a judge in his own cause.",
        "escalation target = executive: nothing changes";
    Escalates, "escalated", "document, escalate to human",
        "tells all that the visitor has to rule",
        "Too many object, or no decision came.",
        "send Escalation to all; wait for a ruling";
    Waits, "waits", "document, escalate to human",
        "waits for the ruling",
        "Nothing may be decided before.",
        "on Escalation: decide nothing";
    Rules, "ruling", "document, escalate to human",
        "is given the visitor's decision and tells all",
        "It is final, so one escalation is all there can be.",
        "at=...:do:1:rule:OPTION: send Ruling(option)";
    Accepts, "ruled", "document, escalate to human",
        "accepts the ruling",
        "Nobody can object to it.",
        "on Ruling(option): decide option";
    Stands, "approved", "document, status approved",
        "has heard of no escalation and takes the decision as it stands",
        "Any escalation would have arrived by now.",
        "span 8 over and not escalated: decide";
    ComesBack, "restart", "project: it was faulty",
        "comes back and asks for what it missed",
        "Nothing is promised to it.",
        "send Ask";
}

/// Positions of the parameters.
pub mod param {
    pub const SUPERVISORS: usize = 0;
    pub const THRESHOLD: usize = 1;
    pub const COUNT: usize = 2;
    pub const DELTA: usize = 3;
}

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "supervisors",
        label: "Supervisors",
        help: "Replicas 1 to this many; 0 is the executive, the rest are workers.",
        kind: ParamKind::Int { min: 1, max: 16, default: 2 },
    },
    ParamSpec {
        key: "threshold",
        label: "Threshold",
        help: "Objections of more than this share of all workers escalate.",
        kind: ParamKind::Ratio { min: Ratio::ZERO, max: Ratio::ONE, default: Ratio::percent(50) },
    },
    ParamSpec {
        key: "count",
        label: "Executive counts",
        help: "Whose words the executive counts.",
        kind: ParamKind::Choice {
            options: &[
                ("supervisors", "one vote a supervisor: a majority of majorities"),
                ("workers", "one vote a worker: a flat majority"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "delta",
        label: "Δ",
        help: "The longest that a message may take.",
        kind: ParamKind::span(DELTA),
    },
];

switches! {
    STRICTLY_MORE = 0, "strictly-more", "threshold", Breaks::Safety("Escalation Warranted"),
        "exactly the threshold does not escalate",
        "Half of the workers stop a decision that half of them want.";
    ALL_WORKERS = 1, "all-workers", "threshold", Breaks::Safety("Escalation Warranted"),
        "objections are a share of all workers, not of those who spoke",
        "The silent do not count, so a single worker has a veto.";
    PAST_EXECUTIVE = 2, "past-executive", "escalated", Breaks::Safety("Accountability"),
        "objections go to the chair, past the executive",
        "The executive is told of objections to itself, and its decision stands.";
    WINDOW = 3, "window", "approved", Breaks::Safety("Accountability"),
        "nobody acts on a decision before objections can have escalated it",
        "The decision is carried out while the objections are on their way.";
    EVALUATE = 4, "evaluate", "level 2", Breaks::Safety("Backed Decision"),
        "a supervisor recommends what most of its workers propose",
        "It recommends its own view, which none of them may share.";
    FOLLOW = 5, "follow", "level 3", Breaks::Safety("Backed Decision"),
        "the executive decides by what it was told",
        "It decides its own view against all supervisors.";
    STAND_IN = 6, "stand-in", "stand-in", Breaks::Liveness,
        "the executive stands in for a silent supervisor",
        "A supervisor crashes, and its workers are never told.";
    SILENCE_ESCALATES = 7, "silence-escalates", "escalated", Breaks::Liveness,
        "that no decision came is put before the visitor",
        "The executive crashes, and everybody waits for ever.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const CAPTURED: usize = 0;
    pub const TWO_FACED: usize = 1;
    pub const COLLUDE: usize = 2;
    pub const VETO: usize = 3;
    pub const GAG: usize = 4;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "captured",
        label: "Captured executive",
        does: "It decides the last option that no supervisor recommended.",
    },
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "As executive it tells even-numbered nodes what nobody recommended, the others the truth.",
    },
    AdversarySpec {
        id: "collude",
        label: "Colluding worker",
        does: "It proposes option 3 and objects to all others, as all do who collude.",
    },
    AdversarySpec {
        id: "veto",
        label: "Veto",
        does: "It objects to every decision, also to what it proposed.",
    },
    AdversarySpec { id: "gag", label: "Gags its team", does: "As supervisor it keeps objections to itself." },
];

timers! {
    Span, "span", "A span at whose end it has something to do is over.";
}

const fn kind(name: &'static str, glyph: &'static str, proposal: bool) -> Kind {
    Kind { name, glyph, proposal, class: KindClass::Decision }
}

/// The hierarchy in its own words.
pub const META: Meta = Meta {
    id: "hierarchical",
    title: "Hierarchical",
    member: "agent",
    paper: "the document; no paper",
    reference: "Hierarchical Consensus, in: Consensus Protocols, Formal Agreement Mechanisms for Multi-Agent Systems; on \
                tiers of majorities Philip J. Boland, Majority Systems and the Condorcet Jury Theorem, The Statistician 38, \
                1989",
    summary: "Workers propose, supervisors pass on what most of their workers want, and an executive decides. Workers may \
              object; if strictly more than half of them do, it waits for your decision. Fast and cheap, as long as the \
              one at the top is right.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Proposed,
        termination: Some(
            "at most one node crashes, not the chair once it has escalated, and every message arrives within Δ; an \
             escalation waits for your decision",
        ),
        safety: "at most one node crashes, the executive is honest, and every message arrives within Δ",
    },
    faults: FaultModel::Crash,
    bound: Bound::One,
    variants: None,
    inputs: Inputs::Given { by: Givers::All, options: &OPTIONS, usual: &[0, 0, 1] },
    quorum: QuorumRule::Majority,
    n: (4, 13, 128),
    round: "option",
    slot: "decision",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: &[
        kind("proposal", "P", true),
        kind("evaluation", "E", true),
        kind("decision", "D", true),
        kind("ask", "?", false),
        kind("objection", "O", false),
        kind("report", "R", false),
        kind("escalation", "!", true),
        kind("ruling", "U", true),
    ],
    timers: TIMERS,
    commands: &[CommandSpec {
        id: "rule",
        label: "rules",
        does: "At the chair, node 1, when something was escalated: your decision, final for all.",
        about: About::Choice(&["0", "1", "2", "3"]),
    }],
    adversaries: ADVERSARIES,
    simplified: &[
        "Workers object when they proposed something else; the document leaves open why",
        "Options are numbers; what they stand for, and how agents come to them, is not modelled",
        "Two levels of delegation; the document has no more either",
    ],
    envelope: Envelope::rounds(DELTA),
    layout: Layout::Tree,
    weighted: false,
};
