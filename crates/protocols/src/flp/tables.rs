//! What the protocol says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    AgreementScope, Bound, Breaks, Claims, Duration, Envelope, FaultModel, Givers, Inputs, Kind, KindClass,
    Layout, Meta, ParamKind, ParamSpec, QuorumRule, Validity, Value,
};

rules! {
    Prepare, "1a", "Paxos Made Simple, §2.2 and §2.4",
        "opens its next ballot and asks all acceptors for a promise",
        "Before it proposes anything it must know what may have been chosen already.",
        "b := lowest own ballot above all heard of; promise b itself; send prepare(b) to all others";
    Promise, "1b", "Paxos Made Simple, §2.2, P1a and P2c",
        "promises to heed no lower ballot, and reports its last vote",
        "The report is worth nothing if a lower ballot can still get a vote behind its back.",
        "prepare(b), b > promised: promised := b; reply promise(b, last vote)";
    RefusePrepare, "1b refused", "Paxos Made Simple, §2.2",
        "has promised a higher ballot, and says so",
        "The proposer would wait for ever for a majority that it may no longer get.",
        "prepare(b), b < promised: reply refuse(b, promised)";
    CountPromise, "1b counted", "Paxos Made Simple, §2.2",
        "counts a promise for its ballot",
        "Two majorities share an acceptor: one of them knows of every choice made in a lower ballot.",
        "promises += sender; remember the highest vote reported";
    Propose, "2a free", "Paxos Made Simple, §2.2, P2c (a)",
        "has a majority of promises, none reports a vote: proposes what it began with",
        "Nothing can have been chosen in a lower ballot, nor ever will be.",
        "majority promised b, no vote reported: vote; send accept(b, own input) to all others";
    Adopt, "2a bound", "Paxos Made Simple, §2.2, P2c (b)",
        "has a majority of promises and proposes the value of the highest vote reported",
        "If anything was chosen in a lower ballot, it is this value.",
        "majority promised b, highest vote (b', v): vote; send accept(b, v) to all others";
    Vote, "2b", "Paxos Made Simple, §2.2, P1a",
        "votes for the proposal",
        "It has promised nothing that stands against it.",
        "accept(b, v), b >= promised: promised := b; vote := (b, v); reply accepted(b)";
    RefuseAccept, "2b refused", "Paxos Made Simple, §2.2, P1a",
        "has promised a higher ballot and does not vote",
        "The higher ballot was told that no lower one would get this vote.",
        "accept(b, v), b < promised: reply refuse(b, promised)";
    CountVote, "2b counted", "Paxos Made Simple, §2.3",
        "counts a vote in its ballot",
        "A value is chosen when a majority has voted for it in one ballot.",
        "votes += sender";
    Decide, "§2.3 chosen", "Paxos Made Simple, §2.3",
        "sees a majority vote for its proposal: it is chosen, and all are told",
        "Every higher ballot will hear of it from one of these acceptors.",
        "majority voted in b: decide v; send decided(v) to all others";
    Learn, "§2.3 learns", "Paxos Made Simple, §2.3",
        "is told what was chosen, and decides it",
        "Learners need not count votes themselves.",
        "decided(v): decide v; open no more ballots";
    Refused, "§2.4 duel", "Paxos Made Simple, §2.4",
        "is refused: somebody else has opened a higher ballot",
        "Two proposers that go on like this can keep each other from deciding for ever.",
        "refuse(b, b'), b open: open the next ballot above b', at once or after a while";
    Recover, "§2.5 restart", "Paxos Made Simple, §2.5",
        "is back with what it kept of its promise and its vote",
        "A forgotten promise would let two majorities choose differently.",
        "keep promised, vote, decision; open a ballot above all of them";
}

switches! {
    ADOPT_HIGHEST = 0, "adopt-highest", "2a bound", Breaks::Safety("Agreement"),
        "A proposer takes over the value of the highest vote reported",
        "A value was chosen, and the next ballot proposes another.";
    KEEP_PROMISE = 1, "keep-promise", "2b refused", Breaks::Safety("Agreement"),
        "An acceptor does not vote below its promise",
        "A late accept of a low ballot is chosen after a higher ballot was told that it could not be.";
    VOTE_PROMISES = 2, "vote-promises", "2b", Breaks::Safety("Votes Keep Promises"),
        "A vote is a promise, too",
        "An acceptor votes in a high ballot it was never asked to promise, then in a lower one, and forgets the first.";
    MAJORITY = 3, "majority", "1b counted", Breaks::Safety("Agreement"),
        "Promises and votes of a majority are needed",
        "With half of them, two sides choose without hearing of each other.";
    PERSIST = 4, "persist", "§2.5 restart", Breaks::Safety("Agreement"),
        "Promise and vote are on disk",
        "An acceptor comes back without its vote, and what it helped to choose is forgotten.";
}

/// Position of the parameter.
pub const RETRY: usize = 0;

const PARAMS: &[ParamSpec] = &[ParamSpec {
    key: "retry",
    label: "Wait after a refusal",
    help: "How long a refused proposer waits, times the round of its next ballot; 0: it tries again at once, as FLP's \
           model without clocks has it",
    kind: ParamKind::Span { min: Duration::ZERO, max: Duration::secs(60), default: Duration::ZERO },
}];

timers! {
    Retry, "retry", "A process opens its next ballot.";
}

const KINDS: &[Kind] = &[
    Kind::of("prepare", "1a", true, KindClass::Leadership),
    Kind::of("promise", "1b", false, KindClass::Leadership),
    Kind::of("refuse", "no", false, KindClass::Leadership),
    Kind::of("accept", "2a", true, KindClass::Decision),
    Kind::of("accepted", "2b", false, KindClass::Decision),
    Kind::of("decided", "!", true, KindClass::Decision),
];

/// What a process can begin with.
pub const INPUTS: [Value; 2] = [Value::plain(0), Value::plain(1)];

/// The protocol's [`Meta`].
pub const META: Meta = Meta {
    id: "flp",
    title: "FLP: the Synod, duelling",
    member: "process",
    paper: "Fischer, Lynch & Paterson 1985",
    reference: "Michael J. Fischer, Nancy A. Lynch and Michael S. Paterson, Impossibility of Distributed Consensus \
                with One Faulty Process, Journal of the ACM 32(2), 1985; Leslie Lamport, The Part-Time Parliament, \
                ACM TOCS 16(2), 1998; Leslie Lamport, Paxos Made Simple, 2001",
    summary: "Every process begins with a bit and tries to get it chosen: it opens a ballot, asks a majority to promise \
              to heed no lower one, then asks for votes. Whoever is refused opens a higher ballot at once. Nothing \
              wrong is ever decided, but a scheduler that chooses which message arrives next (sched=bivalent) keeps \
              both bits possible for ever, although every message arrives.",
    claims: Claims {
        agreement: AgreementScope::Uniform,
        validity: Validity::Proposed,
        termination: None,
        safety: "processes only stop and restart with what was on disk; messages may be lost, doubled, late or out of order",
    },
    faults: FaultModel::Crash,
    bound: Bound::Half,
    variants: None,
    inputs: Inputs::Given { by: Givers::All, options: &INPUTS, usual: &[0, 1] },
    quorum: QuorumRule::Majority,
    n: (3, 3, 5),
    round: "ballot",
    slot: "decision",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: TIMERS,
    commands: &[],
    adversaries: &[],
    simplified: &[
        "Loss: in FLP's own model every message arrives. Who lost one and does not retry (retry=0) waits for ever",
        "A distinguished proposer (§2.4): here everybody proposes, which is the point",
        "Many instances (§3): one value is decided",
        "Learners count no votes: the proposer that sees the majority tells them (§2.3)",
    ],
    envelope: Envelope::CRASHES,
    layout: Layout::Ring,
    weighted: false,
};
