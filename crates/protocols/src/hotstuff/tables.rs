//! What HotStuff says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, Duration, Envelope, FaultModel, Inputs, Kind,
    KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Validity, Variants,
};

rules! {
    ClientAsks, "client", "HotStuff, §4",
        "sends its next request to all replicas",
        "Any of them may lead next.",
        "<request> to all";
    ClientRepeats, "client asks on", "project rule; HotStuff leaves it open",
        "asks those again that have not replied",
        "Messages get lost, and who missed the decision must hear of the request.",
        "timer runs out: <request> to those without a reply";
    ClientAccepts, "f + 1 replies", "HotStuff, §4",
        "has the same result from f + 1 replicas and accepts it",
        "At most f lie, so one of them is correct.",
        "f + 1 equal replies of different replicas: accept";
    ReplyAgain, "reply again", "HotStuff, §4",
        "has executed this request already and sends the reply again",
        "The first reply may be lost; executing twice would be wrong.",
        "number = last executed of the client: resend the reply";
    NewView, "new-view", "HotStuff, Alg. 2, NEXTVIEW interrupt",
        "says that it is in a view, and what the highest certificate is that it knows",
        "The leader must learn of whatever may have been decided.",
        "MSG(new-view, prepareQC) to the leader; after a time-out to all";
    Propose, "createLeaf", "HotStuff, Alg. 2 prepare; Alg. 3; Alg. 5 onBeat",
        "leads, and proposes a block on top of the highest certificate",
        "Whatever is locked anywhere, a certificate at least as high is among n - f new-views.",
        "b* := createLeaf(highQC.node, cmd); MSG(prepare, b*, highQC) to all";
    VotePrepare, "safeNode", "HotStuff, Alg. 1 safeNode; Alg. 2 prepare",
        "finds the block safe and votes for it",
        "It extends the lock, or a later certificate shows that the lock is not decided.",
        "extends lockedQC.node or justify.view > lockedQC.view: vote prepare";
    VoteGeneric, "onReceiveProposal", "HotStuff, Alg. 3; Alg. 4 onReceiveProposal",
        "finds the block safe and votes, to the next leader",
        "Its certificate is the next phase of the blocks before it, too.",
        "b*.view > vheight and (extends b_lock or justify.view > b_lock.view): vote";
    Certify, "quorum certificate", "HotStuff, Alg. 2; Alg. 4 onReceiveVote",
        "leads, and has n - f votes: a certificate",
        "Two sets of n - f share a correct replica, which votes once in a view.",
        "n - f votes for (type, view, node): QC";
    LearnHigh, "prepareQC", "HotStuff, Alg. 2 pre-commit; Alg. 5 updateQCHigh",
        "sees the highest certificate so far and keeps it",
        "It tells the next leader.",
        "qc.view > prepareQC.view: prepareQC := qc";
    KeepHigh, "older certificate", "HotStuff, Alg. 5 updateQCHigh",
        "is shown a certificate of an earlier view than its own, and keeps its own",
        "Of two certificates the later one counts.",
        "qc.view < prepareQC.view: ignore";
    VotePreCommit, "pre-commit", "HotStuff, Alg. 2 pre-commit",
        "sees that n - f voted for the block, and says so",
        "Once n - f know the certificate, every later leader hears of it.",
        "prepareQC of this view: vote pre-commit";
    Lock, "lockedQC", "HotStuff, Alg. 2 commit; Alg. 4 update",
        "locks the block: votes for no other branch without a later certificate",
        "Somebody may be about to decide it.",
        "precommitQC, or the parent of a certified block: lockedQC := it, if later";
    VoteCommit, "commit", "HotStuff, Alg. 2 commit",
        "is locked, and says so",
        "If n - f are locked, no conflicting block finds a quorum any more.",
        "precommitQC of this view: vote commit";
    Decide, "decide", "HotStuff, Alg. 2 decide",
        "sees that n - f are locked: the block is decided",
        "No later view can certify another branch.",
        "commitQC: execute the branch";
    Commit, "commits", "HotStuff, Alg. 2 decide; Alg. 3 and 4, three-chain",
        "commits the next block of the branch",
        "In a row without gaps in views, each certificate is a phase for the block at its start.",
        "b'' -> b' -> b certified in consecutive views: execute up to b";
    Execute, "execute", "HotStuff, Alg. 4 onCommit",
        "executes a request after everything before it and replies to the client",
        "Equal order of execution keeps the states equal.",
        "for each new block of the branch: execute, reply";
    Repeated, "exactly once", "HotStuff, §4",
        "meets a request that it has executed before and does not execute it again",
        "Two leaders can propose the same request.",
        "number <= last executed of the client: skip";
    NextView, "next view", "HotStuff, Alg. 2, Alg. 3",
        "sees the view succeed and enters the next one",
        "A certificate of a view proves that n - f were in it.",
        "curView := qc.view + 1";
    Timeout, "nextView interrupt", "HotStuff, Alg. 2 line 35; §4.4",
        "runs out of time and goes to the next leader's view",
        "The leader may be faulty. Time decides who leads, never what is decided.",
        "timer runs out: curView := next view; new-view; the time doubles";
    Join, "joins", "project rule; PBFT, §4.5.2",
        "hears that f + 1 others are in later views and joins them",
        "One of them is correct; a view works only with n - f replicas in it.",
        "f + 1 new-views for later views: curView := the least of them";
    Begins, "view begins", "project rule; HotStuff leaves view synchronisation open",
        "knows that n - f replicas are in the view, or hears its leader: the view's time runs",
        "Timing it earlier would let a fast replica run away from the others.",
        "n - f new-views for curView: start the timer";
    Wait, "waits for locks", "HotStuff-2, §4",
        "leads after a failed view, and waits until it may have heard of every lock",
        "With two phases a single replica can hold the highest lock.",
        "no QC of the view before: wait before proposing";
    Fetch, "fetches", "HotStuff, §4.2, fetching of missing nodes",
        "lacks a block and asks for it",
        "A certificate names a block by its digest only.",
        "unknown digest: ask whoever named it";
    Help, "sends blocks", "HotStuff, §4.2, fetching of missing nodes",
        "sends a replica the blocks that it lacks",
        "Digests and a certificate prove them.",
        "asked, or the other has executed less: send the branch";
    TakeBlocks, "takes blocks", "HotStuff, §4.2, fetching of missing nodes",
        "has the blocks that it lacked",
        "Each is named by the one above it.",
        "digest asked for, or certified: keep";
    TakeState, "state transfer", "project rule; HotStuff leaves it open",
        "fell behind what others keep, and takes the state that f + 1 of them agree on",
        "One of them is correct.",
        "f + 1 equal states: adopt";
}

timers! {
    View, "view", "A replica waits for its view to succeed, or to begin.";
    Gather, "gather", "A leader waits for the last locks after a failed view.";
    Retry, "retry", "A client waits for replies.";
}

/// Positions in the table of kinds.
pub mod kind {
    pub const REQUEST: usize = 0;
    pub const REPLY: usize = 1;
    pub const NEW_VIEW: usize = 2;
    pub const PREPARE: usize = 3;
    pub const PREPARE_VOTE: usize = 4;
    pub const PRE_COMMIT: usize = 5;
    pub const PRE_COMMIT_VOTE: usize = 6;
    pub const COMMIT: usize = 7;
    pub const COMMIT_VOTE: usize = 8;
    pub const DECIDE: usize = 9;
    pub const GENERIC: usize = 10;
    pub const GENERIC_VOTE: usize = 11;
    pub const FETCH: usize = 12;
    pub const BLOCKS: usize = 13;
    pub const STATE: usize = 14;
}

const KINDS: &[Kind] = &[
    Kind::of("request", "Rq", true, KindClass::Client),
    Kind::of("reply", "Re", false, KindClass::Client),
    Kind::of("new-view", "NV", false, KindClass::Leadership),
    Kind::of("prepare", "P", true, KindClass::Decision),
    Kind::of("prepare-vote", "p", false, KindClass::Decision),
    Kind::of("pre-commit", "Q", true, KindClass::Decision),
    Kind::of("pre-commit-vote", "q", false, KindClass::Decision),
    Kind::of("commit", "C", true, KindClass::Decision),
    Kind::of("commit-vote", "c", false, KindClass::Decision),
    Kind::of("decide", "D", true, KindClass::Decision),
    Kind::of("generic", "G", true, KindClass::Decision),
    Kind::of("generic-vote", "g", false, KindClass::Decision),
    Kind::of("fetch", "F?", false, KindClass::Background),
    Kind::of("blocks", "B", true, KindClass::Background),
    Kind::of("state", "S", true, KindClass::Background),
];

/// Positions of the parameters.
pub mod param {
    pub const VARIANT: usize = 0;
    pub const QUORUM: usize = 1;
    pub const TIMEOUT: usize = 2;
    pub const RETRY: usize = 3;
    pub const BATCH: usize = 4;
    pub const TENURE: usize = 5;
    pub const LEADERS: usize = 6;
    pub const NEW_VIEW: usize = 7;
    pub const HISTORY: usize = 8;
}

/// The quorum rules on offer, in the order of the parameter's options.
pub const QUORUM_RULES: [QuorumRule; 3] =
    [QuorumRule::AllButFaulty, QuorumRule::ByzantineMinimum, QuorumRule::TwoFPlusOne];

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "variant",
        label: "Variant",
        help: "Which rules commit a block.",
        kind: ParamKind::Choice {
            options: &[
                ("basic", "Algorithm 2: a view decides one block in three phases"),
                ("chained", "Algorithms 3 to 5: a block a view, three consecutive ones commit the first"),
                ("two-chain", "Algorithm 6, HotStuff-2, Jolteon: two consecutive ones commit the first"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "quorum",
        label: "Quorum",
        help: "How many votes make a certificate, and how many replicas begin a view.",
        kind: ParamKind::Choice {
            options: &[
                ("all-but-f", "n − f: everybody who can be waited for"),
                ("minimal", "⌈(n+f+1)/2⌉: two quorums share a correct replica for every n"),
                ("2f+1", "2f + 1 to the letter: right only for n = 3f + 1"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "timeout",
        label: "View timeout",
        help: "How long a view may last. Doubles with each view that fails.",
        kind: ParamKind::span(Duration::millis(200)),
    },
    ParamSpec {
        key: "retry",
        label: "Client patience",
        help: "How long a client waits before it asks those again that have not replied.",
        kind: ParamKind::span(Duration::millis(400)),
    },
    ParamSpec {
        key: "batch",
        label: "Requests per block",
        help: "At most so many requests share a block.",
        kind: ParamKind::Int { min: 1, max: 64, default: 1 },
    },
    ParamSpec {
        key: "tenure",
        label: "Tenure",
        help: "A leader has so many times the views in a row that it takes to commit a block: large for a stable leader.",
        kind: ParamKind::Int { min: 1, max: 256, default: 1 },
    },
    ParamSpec {
        key: "leaders",
        label: "Leaders",
        help: "When another leader follows.",
        kind: ParamKind::Choice {
            options: &[
                ("in-turns", "after the views of a tenure, or a time-out"),
                (
                    "every-view",
                    "each view, as in Algorithm 3: chained variants then need several correct ones in a row",
                ),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "new-view",
        label: "New-views",
        help: "When replicas announce the next view of the basic variant.",
        kind: ParamKind::Choice {
            options: &[
                ("at-once", "as soon as the one before has decided"),
                ("on-request", "only when there is a request for it"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "history",
        label: "Blocks kept",
        help: "Who falls further behind is sent the state instead of blocks.",
        kind: ParamKind::Int { min: 8, max: 1_024, default: 64 },
    },
];

switches! {
    CLIENT_QUORUM = 0, "client-quorum", "§4", Breaks::Safety("Agreement"),
        "A client waits for f + 1 equal replies",
        "A single lying replica tells the client a result that never was.";
    DEDUP = 1, "dedup", "§4", Breaks::Safety("Exactly Once"),
        "A request is executed once, however often it is asked or proposed",
        "An impatient client asks again, and the effect happens twice.";
    QUORUM = 2, "quorum", "Alg. 2", Breaks::Safety("One Certificate"),
        "A certificate needs n − f votes",
        "With one less, two certificates of a view need not share a correct voter.";
    DISTINCT_SIGNERS = 3, "distinct-signers", "Alg. 1", Breaks::Safety("One Certificate"),
        "A certificate counts signers, not signatures",
        "A doubled vote counts twice, and too few replicas look like a quorum.";
    VOTE_ONCE = 4, "vote-once", "Alg. 2; Alg. 4", Breaks::Safety("One Certificate"),
        "A replica votes once in a view and phase",
        "A leader proposes two blocks and gets a certificate for each.";
    LOCK = 5, "lock", "Alg. 1 safeNode", Breaks::Safety("Committed Prefix"),
        "Who is locked votes for no other branch without a later certificate",
        "A lying leader starts from an old block, and what was decided is decided again otherwise.";
    EXTENDS_JUSTIFY = 6, "extends-justify", "Alg. 2 prepare", Breaks::Safety("Committed Prefix"),
        "A block extends the block that its certificate is for",
        "A certificate of one branch opens the locks for another.";
    LAST_PHASE = 7, "last-phase", "Alg. 2; Alg. 4", Breaks::Safety("Committed Prefix"),
        "A block is decided one phase after it can be locked",
        "One replica decides before the others are locked, and they go another way.";
    CONSECUTIVE_VIEWS = 8, "consecutive-views", "Alg. 3; Alg. 4", Breaks::Safety("Committed Prefix"),
        "The views of a chain that commits have no gap (chained variants)",
        "In the gap another branch was certified, and its certificate is late enough to open the locks.";
    LATER_THAN_LOCK = 9, "later-than-lock", "Alg. 1 safeNode", Breaks::Nothing,
        "Only a certificate later than the lock opens it, not one of the same view",
        "Nothing: a view has one certificate, so one of the same view is for the locked block itself.";
    TIMER_DOUBLING = 10, "timer-doubling", "§4.4", Breaks::Liveness,
        "Each failed view doubles the time given to the next",
        "If messages are slower than the timer, every view is abandoned before it can work.";
    WAIT_AFTER_FAILURE = 11, "wait-after-failure", "HotStuff-2, §4; HotStuff, §4.4", Breaks::Liveness,
        "After a failed view a leader waits for all locks (two-chain)",
        "Leaders do not hear of the one replica that is locked, propose what it refuses, and lack its vote.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const TWO_FACED: usize = 0;
    pub const IMPROVISER: usize = 1;
    pub const STALE_FORK: usize = 2;
    pub const CONFIDANT: usize = 3;
    pub const WEAVER: usize = 4;
    pub const FALSE_REPLY: usize = 5;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "As leader it proposes two blocks, to even replicas one first and to odd ones the other, and shows each side \
               the certificates of its own; as voter it votes for everything.",
    },
    AdversarySpec {
        id: "improviser",
        label: "Improvises",
        does: "As leader it proposes blocks on any certified block, several in a view, to whom it likes, and shows its \
               certificates to some only; it votes for everything.",
    },
    AdversarySpec {
        id: "stale-fork",
        label: "Starts from old",
        does: "As leader it extends the oldest block that it has a certificate for.",
    },
    AdversarySpec {
        id: "confidant",
        label: "Tells one only",
        does: "As leader it shows certificates, and blocks that carry a new one, only to the replica before it; it votes \
               for nothing, and its new-views hide what it knows.",
    },
    AdversarySpec {
        id: "weaver",
        label: "Weaves two branches",
        does: "In its turn it proposes on two branches by turns, and shows the certificate that would settle it to one \
               replica only (chained).",
    },
    crate::clients::FALSE_REPLY,
];

const MODEL: (FaultModel, Bound) = (FaultModel::Byzantine, Bound::Third);

/// HotStuff in its own words.
pub const META: Meta = Meta {
    id: "hotstuff",
    title: "HotStuff",
    member: "replica",
    paper: "Yin et al. 2019",
    reference: "Maofan Yin, Dahlia Malkhi, Michael K. Reiter, Guy Golan Gueta and Ittai Abraham, HotStuff: BFT Consensus \
                with Linearity and Responsiveness, PODC 2019, arXiv:1803.05069; two-chain: Dahlia Malkhi and Kartik Nayak, \
                HotStuff-2, 2023; Rati Gelashvili et al., Jolteon and Ditto, FC 2022",
    summary: "Replicas execute the requests of clients in the same order although up to a third of them may lie, and \
              all talk to a leader only: while views succeed, messages grow with n, not with its square. Votes make \
              certificates, blocks form a tree. A certified block is locked in one phase more and decided in another, so \
              that a new leader needs to hear from n − f replicas only; with two phases (two-chain) it is locked at once, and a new leader has to wait.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Proposed,
        termination: Some(
            "at most f replicas are faulty, messages between the others arrive after a delay that does not grow for \
             ever, and leaders have as many views in a row as a commit takes",
        ),
        safety: "at most f of n ≥ 3f + 1 replicas are faulty, signatures cannot be forged, and digests do not \
                 collide; messages may be lost, doubled, late or out of order",
    },
    faults: FaultModel::Byzantine,
    bound: Bound::Third,
    variants: Some(Variants { param: param::VARIANT, models: &[MODEL, MODEL, MODEL] }),
    inputs: Inputs::Requests,
    quorum: QuorumRule::AllButFaulty,
    n: (1, 4, 128),
    round: "view",
    slot: "position",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: TIMERS,
    commands: &[],
    adversaries: ADVERSARIES,
    simplified: &[
        "Threshold signatures (§3): a certificate lists its signers, and signatures are ideal",
        "Blank nodes for skipped views (Alg. 3): blocks carry their view, and consecutive views are checked",
        "View synchronisation is left open: here whoever runs out of time tells all, n² messages for a failed view (Alg. 5: the next leader)",
        "State transfer without signed checkpoints: f + 1 replicas vouch for a state",
        "Jolteon's time-out certificates: its commit rule runs with HotStuff-2's waiting leader",
    ],
    envelope: Envelope::LIARS,
    layout: Layout::Star,
    weighted: false,
};
