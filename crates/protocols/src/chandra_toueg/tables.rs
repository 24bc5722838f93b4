//! What Chandra and Toueg's protocol says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    About, AgreementScope, Bound, Breaks, Claims, CommandSpec, Duration, Envelope, FaultModel, Givers,
    Inputs, Kind, KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Validity, Value,
};

/// What a process may begin with.
pub const OPTIONS: &[Value] =
    &[Value::plain(1), Value::plain(2), Value::plain(3), Value::plain(4), Value::plain(5)];

rules! {
    Begin, "propose", "Chandra & Toueg 1996, Figure 6",
        "begins with its own value, which no round has touched yet",
        "A time stamp of 0 yields to every later one.",
        "estimate := input; ts := 0; r := 0";
    SendEstimate, "phase 1", "Chandra & Toueg 1996, Figure 6, phase 1",
        "enters a round and sends its estimate to the coordinator",
        "What may be decided already is known to a majority, and the coordinator asks one.",
        "r := r + 1; c := (r mod n) + 1; send (r, estimate, ts) to c";
    Propose, "phase 2", "Chandra & Toueg 1996, Figure 6, phase 2",
        "has the estimates of a majority and proposes one with the latest time stamp",
        "If a value is locked, this majority shares a process with the one that locked it, and nothing is later.",
        "estimates of ⌈(n+1)/2⌉: send (r, estimate with the largest ts) to all";
    Adopt, "phase 3, ack", "Chandra & Toueg 1996, Figure 6, phase 3",
        "takes the proposal over, stamps it with the round, and says so",
        "The time stamp is what later coordinators go by.",
        "proposal from c: estimate := it; ts := r; send ack";
    GiveUp, "phase 3, nack", "Chandra & Toueg 1996, Figure 6, phase 3",
        "suspects the coordinator and goes on without it",
        "A coordinator that has crashed would hold everybody up for ever.",
        "c in D: send nack";
    CountAck, "phase 4", "Chandra & Toueg 1996, Figure 6, phase 4",
        "counts a process that took its proposal over",
        "It waits for a majority of answers, of either kind.",
        "ack of round r";
    CountNack, "phase 4, nack", "Chandra & Toueg 1996, Figure 6, phase 4",
        "counts a process that gave up on it",
        "It has to count them, or it would wait for ever.",
        "nack of round r";
    NextRound, "phase 4, fails", "Chandra & Toueg 1996, Figure 6, phase 4",
        "has a nack among the answers of a majority and goes on to the next round",
        "Those who took its value over may be a minority, which the next coordinator need not hear of.",
        "⌈(n+1)/2⌉ answers, not all acks: next round";
    Broadcast, "phase 4, decides", "Chandra & Toueg 1996, Figure 6, phase 4",
        "has acks of a majority: the value is locked, and it R-broadcasts the decision",
        "No later coordinator can propose anything else.",
        "⌈(n+1)/2⌉ acks: R-broadcast (r, estimate, decide)";
    Deliver, "R-deliver", "Chandra & Toueg 1996, §4 and Figure 6",
        "hears of a decision for the first time, passes it on, and decides",
        "If its sender crashed in the midst of sending, some heard it and some did not.",
        "first (r, v, decide): send it to all; decide v";
    Suspect, "suspects", "Chandra & Toueg 1996, §9.1",
        "has not heard of a process for too long (or was told so) and suspects it",
        "Whoever has crashed is silent for ever, so it is suspected for ever in the end.",
        "no heartbeat of q for timeout(q): D := D + q";
    Mistake, "ends suspicion", "Chandra & Toueg 1996, §9.1",
        "hears of a process that it suspects: a mistake, and it will wait longer next time",
        "Once its time-out is longer than any delay, it is never suspected wrongly again.",
        "heartbeat of q in D: D := D - q; timeout(q) += growth";
    Trust, "trusts by hand", "a mistake of the detector, made by the visitor",
        "is told to trust a process",
        "Its silence will tell again.",
        "D := D - q";
}

/// Positions of the parameters.
pub mod param {
    pub const HEARTBEAT: usize = 0;
    pub const TIMEOUT: usize = 1;
    pub const GROWTH: usize = 2;
    pub const FIRST_PHASE: usize = 3;
}

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "heartbeat",
        label: "Heartbeat",
        help: "Time between two heartbeats of a process.",
        kind: ParamKind::span(Duration::millis(50)),
    },
    ParamSpec {
        key: "timeout",
        label: "Time-out",
        help: "How long a process may be silent before it is suspected, at first.",
        kind: ParamKind::span(Duration::millis(150)),
    },
    ParamSpec {
        key: "growth",
        label: "Growth",
        help: "How much longer it may be silent after each wrong suspicion.",
        kind: ParamKind::span(Duration::millis(50)),
    },
    ParamSpec {
        key: "first-phase",
        label: "Estimates in round 1",
        help: "Off: the first coordinator proposes its own value at once, which saves a delay.",
        kind: ParamKind::Flag { default: true },
    },
];

switches! {
    STAMP = 0, "stamp", "phase 3", Breaks::Safety("Agreement"),
        "who takes a proposal over stamps it with the round",
        "A locked value looks as old as any other, and the next coordinator picks another one.";
    LATEST = 1, "latest", "phase 2", Breaks::Safety("Agreement"),
        "the coordinator proposes a latest estimate, not any",
        "It proposes its own old value although a member of its majority knows the locked one.";
    ALL_ACKS = 2, "all-acks", "phase 4", Breaks::Safety("Agreement"),
        "a nack among the answers of a majority forbids a decision",
        "A minority took the value over, and the next coordinator hears only of others.";
    MAJORITY = 3, "majority", "phases 2 and 4", Breaks::Safety("Agreement"),
        "a coordinator waits for a majority",
        "Two coordinators ask different halves, and each decides.";
    OR_SUSPECT = 4, "or-suspect", "phase 3", Breaks::Liveness,
        "whoever suspects the coordinator stops waiting for it",
        "The coordinator has crashed, and everybody waits for its proposal for ever.";
    RELAY = 5, "relay", "R-broadcast", Breaks::Liveness,
        "whoever first hears of a decision passes it on",
        "The coordinator crashes in the midst of sending; who heard it has stopped, the others are too few.";
    GROW = 6, "grow", "§9.1", Breaks::Liveness,
        "a wrong suspicion makes the time-out longer",
        "If messages are slower than the time-out, every coordinator is suspected for ever.";
}

/// Positions of the commands.
pub mod command {
    pub const SUSPECT: usize = 0;
}

/// Chandra and Toueg's protocol in its own words.
pub const META: Meta = Meta {
    id: "chandra-toueg",
    title: "Chandra–Toueg",
    member: "process",
    paper: "Chandra & Toueg 1996",
    reference: "Tushar Deepak Chandra and Sam Toueg, Unreliable Failure Detectors for Reliable Distributed Systems, \
                Journal of the ACM 43(2), 1996",
    summary: "Processes agree on one of their values although messages may take any time. Coordinators take turns: each \
              collects estimates, proposes a latest one, and decides when a majority has taken it over. Whoever suspects \
              the coordinator goes on without it. Suspicions may be wrong: they delay the decision and never make it \
              disagree. It is a way round the impossibility of Fischer, Lynch and Paterson: an oracle that in the \
              end stops being wrong about one process.",
    claims: Claims {
        agreement: AgreementScope::Uniform,
        validity: Validity::Proposed,
        termination: Some(
            "fewer than half crash, links lose nothing, and in the end some process that is up is suspected by nobody",
        ),
        safety: "fewer than half of the processes crash; failure detectors may err at will",
    },
    faults: FaultModel::Crash,
    bound: Bound::Half,
    variants: None,
    inputs: Inputs::Given { by: Givers::All, options: OPTIONS, usual: &[0, 1, 2, 3, 4] },
    quorum: QuorumRule::Majority,
    n: (1, 5, 128),
    round: "round",
    slot: "decision",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: &[
        Kind { name: "estimate", glyph: "E", proposal: false, class: KindClass::Decision },
        Kind { name: "proposal", glyph: "P", proposal: true, class: KindClass::Decision },
        Kind { name: "ack", glyph: "A", proposal: false, class: KindClass::Decision },
        Kind { name: "nack", glyph: "N", proposal: false, class: KindClass::Decision },
        Kind { name: "decide", glyph: "D", proposal: true, class: KindClass::Decision },
        Kind { name: "heartbeat", glyph: "h", proposal: false, class: KindClass::Background },
    ],
    timers: &["heartbeat", "suspect"],
    commands: &[
        CommandSpec {
            id: "suspect",
            label: "suspects",
            does: "Its failure detector errs: it suspects this process until it hears of it again.",
            about: About::Replica,
        },
        CommandSpec {
            id: "trust",
            label: "trusts",
            does: "Its failure detector drops its suspicion of this process, until its silence tells again.",
            about: About::Replica,
        },
    ],
    adversaries: &[],
    simplified: &[
        "Heartbeats run for ever in the paper; here a process that has decided sends none, for nobody needs it any more",
        "Other classes of detectors (§2.4): S, which tolerates n − 1 crashes, and ◇W, which is as strong as ◇S",
    ],
    envelope: Envelope { reliable_links: true, ..Envelope::CRASHES },
    layout: Layout::Ring,
    weighted: false,
};
