//! What Ben-Or says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, Envelope, FaultModel, Givers, Inputs, Kind,
    KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Validity, Value, Variants,
};

/// The value 0.
pub const ZERO: Value = Value::plain(0);
/// The value 1.
pub const ONE: Value = Value::plain(1);

rules! {
    Begin, "step 0", "Ben-Or 1983, Protocol A",
        "begins round 1 with its own value",
        "Nobody else's is known yet.",
        "x := input; r := 1";
    Report, "step 1", "Ben-Or 1983, step 1",
        "reports its value to all and opens a round",
        "A round begins with a look at what everybody would decide.",
        "send (1, r, x) to all; wait for n - f";
    ProposeValue, "step 2, D", "Ben-Or 1983, step 2",
        "has equal reports from more than half of all and proposes their value",
        "Two majorities share a process, so nobody proposes another value in this round.",
        "more than n/2 (with liars (n+f)/2) reports of v: send (2, r, v, D)";
    ProposeNothing, "step 2, ?", "Ben-Or 1983, step 2",
        "has no majority of equal reports and proposes no value",
        "Most of those heard may still be a minority of all.",
        "otherwise: send (2, r, ?)";
    Adopt, "step 3a", "Ben-Or 1983, step 3",
        "has seen a value proposed and takes it over",
        "Somebody may have decided it in this round.",
        "a proposal (with liars f + 1) of v: x := v";
    Decide, "step 3b", "Ben-Or 1983, step 3",
        "has seen its value proposed by more than f and decides it",
        "Whoever hears n - f processes hears one of these too and takes the value over.",
        "more than f (with liars (n+f)/2) proposals of v: decide v";
    Coin, "step 3c", "Ben-Or 1983, step 3",
        "has seen no value proposed and tosses its coin",
        "No rule could choose without a schedule that keeps it undecided for ever; a coin escapes in the end.",
        "otherwise: x := 0 or 1, each with probability 1/2";
    CommonCoin, "common coin", "Rabin, FOCS 1983",
        "has seen no value proposed and takes what the dealer's coin shows to all",
        "With probability 1/2 it is the value that others took over.",
        "otherwise: x := coin(r), the same for all";
    Silent, "falls silent", "Aguilera & Toueg 2012, after a decision everybody decides in the next round",
        "has taken part in one more round and falls silent",
        "All decide in this round, and nobody needs its word in a later one.",
        "decided in round r: stop after (2, r + 1, v, D)";
    Believe, "DECIDE", "Ben-Or 1983; termination by announcement",
        "believes an announced decision and decides the same",
        "A process that stops must leave its decision to those that wait for it.",
        "DECIDE v (with liars f + 1 of them): decide v";
}

/// Positions of the parameters.
pub mod param {
    pub const VARIANT: usize = 0;
    pub const COIN: usize = 1;
    pub const ANNOUNCE: usize = 2;
}

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "variant",
        label: "Faults",
        help: "What faulty processes may do; it sets the thresholds and how many are tolerated.",
        kind: ParamKind::Choice {
            options: &[
                ("crash", "they stop: Protocol A, n ≥ 2f + 1"),
                ("byzantine", "they do anything: Protocol B, n ≥ 5f + 1"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "coin",
        label: "Coin",
        help: "Whose coin falls when nobody has proposed a value.",
        kind: ParamKind::Choice {
            options: &[
                ("own", "each process tosses its own (Ben-Or)"),
                ("common", "a trusted dealer tossed one for all (Rabin): at most 3 rounds expected"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "announce",
        label: "Announce decisions",
        help: "Deciders say so; without liars they stop there, instead of taking part in one more round.",
        kind: ParamKind::Flag { default: false },
    },
];

switches! {
    MAJORITY_OF_ALL = 0, "majority-of-all", "step 2", Breaks::Safety("One Value Proposed"),
        "a proposal needs more than half of all, not of those heard",
        "Two processes hear different majorities of the few they wait for, and propose both values.";
    ADOPT_BEFORE_COIN = 1, "adopt-before-coin", "step 3a", Breaks::Safety("Agreement"),
        "the coin is tossed only if no value was proposed",
        "One process decides, the others toss coins although they saw the same proposals, and decide otherwise.";
    DECIDE_ON_MANY = 2, "decide-on-many", "step 3b", Breaks::Safety("Agreement"),
        "it takes more proposals to decide than to take over",
        "One proposal that the others do not hear decides; their coins fall the other way.";
    SPEAK_ON = 3, "speak-on", "after step 3", Breaks::Liveness,
        "deciders take part in one more round, or say what they decided",
        "Deciders stop, and too few are left for the others to hear n - f.";
    WAIT_N_MINUS_F = 4, "wait-n-minus-f", "steps 1 and 2", Breaks::Liveness,
        "a step waits for n - f, not for all",
        "One process has crashed, and all others wait for it for ever.";
    LIARS_IN_MAJORITY = 5, "liars-in-majority", "Protocol B, step 2", Breaks::Safety("One Value Proposed"),
        "with liars a proposal needs more than (n + f)/2 reports",
        "A liar reports both values and completes a majority for each.";
    ADOPT_F_PLUS_1 = 6, "adopt-f-plus-1", "Protocol B, step 3", Breaks::Safety("Decided Value Stays"),
        "with liars a value is taken over from f + 1",
        "A liar alone proposes the other value, and a process takes it over after a decision.";
    BELIEVE_F_PLUS_1 = 7, "believe-f-plus-1", "termination by announcement", Breaks::Safety("Agreement"),
        "with liars an announcement is believed from f + 1",
        "A liar announces a decision that nobody made.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const TWO_FACED: usize = 0;
    pub const CONTRARY: usize = 1;
    pub const UNDECIDED: usize = 2;
    pub const FALSE_DECIDE: usize = 3;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "It reports and proposes 0 towards even processes and 1 towards odd ones.",
    },
    AdversarySpec {
        id: "contrary",
        label: "Contrary",
        does: "It reports and proposes the opposite of what it should.",
    },
    AdversarySpec { id: "undecided", label: "Undecided", does: "It never proposes a value." },
    AdversarySpec {
        id: "false-decide",
        label: "False decision",
        does: "It announces decisions that it never made; where nobody announces, it is contrary.",
    },
];

/// Ben-Or in its own words.
pub const META: Meta = Meta {
    id: "ben-or",
    title: "Ben-Or",
    member: "process",
    paper: "Ben-Or 1983",
    reference: "Michael Ben-Or, Another Advantage of Free Choice: Completely Asynchronous Agreement Protocols, PODC 1983; \
                Marcos K. Aguilera and Sam Toueg, The correctness proof of Ben-Or's randomized consensus algorithm, \
                Distributed Computing 25, 2012",
    summary: "Processes begin with bits and agree on one, however slow messages are. In each round they report their \
              values, propose one that a majority reported, and decide what enough propose. Where nobody proposes, each \
              tosses a coin; sooner or later enough coins fall alike. It is the first way round the impossibility of \
              Fischer, Lynch and Paterson: termination with probability 1.",
    claims: Claims {
        agreement: AgreementScope::Uniform,
        validity: Validity::Unanimous,
        termination: Some(
            "at most f processes are faulty, links lose nothing, and coins are fair: with probability 1",
        ),
        safety: "at most f processes are faulty: n ≥ 2f + 1 if they crash, n ≥ 5f + 1 if they lie",
    },
    faults: FaultModel::Crash,
    bound: Bound::Half,
    variants: Some(Variants {
        param: param::VARIANT,
        models: &[(FaultModel::Crash, Bound::Half), (FaultModel::Byzantine, Bound::Fifth)],
    }),
    inputs: Inputs::Given { by: Givers::All, options: &[ZERO, ONE], usual: &[0, 1] },
    quorum: QuorumRule::AllButFaulty,
    n: (1, 4, 128),
    round: "round",
    slot: "decision",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: &[
        Kind { name: "report", glyph: "R", proposal: true, class: KindClass::Decision },
        Kind { name: "proposal", glyph: "P", proposal: false, class: KindClass::Decision },
        Kind { name: "decide", glyph: "D", proposal: true, class: KindClass::Decision },
    ],
    timers: &[],
    commands: &[],
    adversaries: ADVERSARIES,
    simplified: &[
        "Messages of all later rounds are kept in the paper; where some may lie, here those of the next 1,024 rounds",
        "Processes run for ever in the paper; here they fall silent when nobody needs them any more",
        "The dealer of the common coin (Rabin 1983) is trusted and sends nothing",
    ],
    envelope: Envelope { reliable_links: true, ..Envelope::LIARS },
    layout: Layout::Ring,
    weighted: false,
};
