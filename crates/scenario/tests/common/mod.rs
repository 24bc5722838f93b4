//! A protocol that exists only as its description, with every kind of parameter.

use consensus_kernel::{
    About, AdversarySpec, AgreementScope, Bound, Breaks, Claims, CommandSpec, Duration, Envelope, FaultModel,
    Givers, Inputs, Kind, KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Ratio, Switch, Validity,
    Value,
};

/// All test protocols.
pub const CATALOGUE: &[&Meta] = &[&TOY, &PLAIN, &BITS];

/// The one with everything.
pub static TOY: Meta = Meta {
    id: "toy",
    title: "Toy",
    member: "replica",
    paper: "Nobody 2000",
    reference: "Nobody: Nothing. 2000.",
    summary: "Exists only as its description.",
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
    quorum: QuorumRule::Majority,
    n: (1, 4, 128),
    round: "view",
    slot: "number",
    params: &[
        ParamSpec {
            key: "batch",
            label: "Batch",
            help: "Entries a message.",
            kind: ParamKind::Int { min: 1, max: 100, default: 8 },
        },
        ParamSpec {
            key: "timeout",
            label: "Timeout",
            help: "Patience.",
            kind: ParamKind::Span {
                min: Duration::millis(1),
                max: Duration::secs(60),
                default: Duration::millis(500),
            },
        },
        ParamSpec {
            key: "election",
            label: "Election timeout",
            help: "Drawn from this range.",
            kind: ParamKind::SpanRange {
                min: Duration::millis(1),
                max: Duration::secs(60),
                default: (Duration::millis(150), Duration::millis(300)),
            },
        },
        ParamSpec {
            key: "quorum",
            label: "Quorum",
            help: "How large.",
            kind: ParamKind::Choice {
                options: &[("2f+1", "literal"), ("n-f", "large"), ("§ & %", "odd")],
                default: 0,
            },
        },
        ParamSpec {
            key: "prevote",
            label: "Pre-vote",
            help: "Asks first.",
            kind: ParamKind::Flag { default: false },
        },
        ParamSpec {
            key: "share",
            label: "Share",
            help: "How much is enough.",
            kind: ParamKind::Ratio {
                min: Ratio::percent(10),
                max: Ratio::percent(200),
                default: Ratio::percent(50),
            },
        },
        ParamSpec {
            key: "trust",
            label: "Trust",
            help: "In each.",
            kind: ParamKind::Ratios {
                min: Ratio::ZERO,
                max: Ratio::ONE,
                usual: &[Ratio::percent(90), Ratio::percent(50)],
            },
        },
        ParamSpec {
            key: "beliefs",
            label: "Beliefs",
            help: "Of each.",
            kind: ParamKind::Table {
                columns: (2, 4),
                usual: &[&[Ratio::percent(90), Ratio::percent(10)], &[Ratio::ZERO, Ratio::ONE]],
            },
        },
        ParamSpec {
            key: "question",
            label: "Question",
            help: "Put to all.",
            kind: ParamKind::Text { bytes_max: 40, default: "Why?" },
        },
        ParamSpec {
            key: "answers",
            label: "Answers",
            help: "Of each.",
            kind: ParamKind::Texts { bytes_max: 40, usual: &["Because; so.", "a|b\\c\nd"] },
        },
    ],
    rules: &[],
    switches: &[switch("lock"), switch("up-to-date"), switch("5.4.2"), switch("§1 – a")],
    kinds: &[kind("prepare"), kind("pre-prepare"), kind("commit")],
    timers: &["election", "view-change"],
    commands: &[
        CommandSpec { id: "suspect", label: "suspects", does: "Doubts another.", about: About::Replica },
        CommandSpec { id: "rest", label: "rests", does: "Does nothing for a while.", about: About::Nothing },
        CommandSpec {
            id: "rule",
            label: "rules",
            does: "Says its word.",
            about: About::Choice(&["for", "against"]),
        },
    ],
    adversaries: &[
        AdversarySpec { id: "two-faced", label: "two-faced", does: "Tells each half something else." },
        AdversarySpec { id: "stale", label: "sends old votes", does: "Sends the votes of the round before." },
    ],
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
    weighted: true,
};

/// One without anything of its own, that tolerates crashes of less than half.
pub static PLAIN: Meta = Meta {
    id: "plain",
    bound: Bound::Half,
    n: (3, 5, 7),
    params: &[],
    switches: &[],
    kinds: &[],
    timers: &[],
    commands: &[],
    adversaries: &[],
    weighted: false,
    ..TOY
};

/// One whose replicas begin with a bit, over links that lose nothing.
pub static BITS: Meta = Meta {
    id: "bits",
    inputs: Inputs::Given { by: Givers::All, options: &[Value::plain(0), Value::plain(1)], usual: &[0, 1] },
    envelope: Envelope { reliable_links: true, ..TOY.envelope },
    ..PLAIN
};

const fn switch(id: &'static str) -> Switch {
    Switch { id, label: id, cite: "nowhere", breaks: Breaks::Liveness, accident: "None." }
}

const fn kind(name: &'static str) -> Kind {
    Kind { name, glyph: "k", proposal: false, class: KindClass::Decision }
}
