//! What PBFT says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, Duration, Envelope, FaultModel, Inputs, Kind,
    KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Validity, Variants,
};

rules! {
    ClientAsks, "§4.1 request", "PBFT, §4.1",
        "sends its next request to the replica it believes to be the primary",
        "One request at a time, with a number that only grows, so that replicas can tell a new one from a repetition.",
        "<REQUEST, o, t, c> to the primary; start the timer";
    ClientRepeats, "§4.1 client timeout", "PBFT, §4.1",
        "got no result in time and sends its request to all replicas",
        "A faulty primary could ignore it for ever. Now every backup knows of it and will watch the primary.",
        "timer runs out: <REQUEST, o, t, c> to all; start the timer again";
    ClientAccepts, "§4.1 f + 1 replies", "PBFT, §4.1",
        "has the same result from f + 1 replicas and accepts it",
        "At most f lie, so at least one of them is correct, and a correct replica replies only to what is committed.",
        "f + 1 replies with the same t and r from different replicas: accept r";
    ReplyAgain, "§4.1 reply again", "PBFT, §4.1",
        "has executed this request already and sends the reply again",
        "The first reply may be lost; executing twice would be wrong.",
        "t = last executed of c: resend the last reply";
    Relay, "§4.1 relay", "PBFT, §4.1",
        "is not the primary, passes the request on and watches whether it gets executed",
        "The client may only be mistaken about who leads, or the primary may be ignoring it: the timer tells which.",
        "backup, request not executed: relay to the primary; start the timer";
    Assign, "§4.2 assigns", "PBFT, §4.2",
        "is the primary and assigns the next sequence number",
        "Total order comes from one replica's numbering; the votes check that it numbers the same way for all.",
        "n := n + 1; multicast <<PRE-PREPARE, v, n, d>, m>";
    AcceptPrePrepare, "§4.2 pre-prepare", "PBFT, §4.2",
        "accepts the primary's order and tells all with PREPARE",
        "A backup accepts one digest only for a view and a number. So two quorums cannot form for different ones.",
        "digest fits, view is v, h < n <= H, no other digest for (v, n): multicast <PREPARE, v, n, d, i>";
    Prepared, "§4.2 prepared", "PBFT, §4.2",
        "has prepared: nobody else can prepare anything different under this view and number",
        "Any two quorums share a correct replica, and that one agreed to one digest only.",
        "prepared(m, v, n, i) := pre-prepare and 2f matching prepares of different backups";
    SendCommit, "§4.2 commit", "PBFT, §4.2",
        "tells all that it has prepared",
        "That it has prepared itself does not suffice: a later view must be able to learn it from others.",
        "prepared: multicast <COMMIT, v, n, D(m), i>";
    CommittedLocal, "§4.2 committed-local", "PBFT, §4.2",
        "knows that the batch is committed",
        "A quorum has prepared it, so every later view change hears of it from a correct replica.",
        "committed-local(m, v, n, i) := prepared and 2f + 1 matching commits, its own among them";
    Execute, "§4.2 execute", "PBFT, §4.2",
        "executes the batch after everything before it and sends the replies that are due",
        "Equal order of execution keeps the states equal.",
        "committed-local(n) and all below n executed: execute; <REPLY, v, t, c, i, r>";
    Repeated, "§4.1 exactly once", "PBFT, §4.1",
        "meets a request that it has executed before and does not execute it again",
        "A request can be ordered twice, for instance by two primaries. Its number shows it.",
        "t <= last executed of c: skip";
    TakeCheckpoint, "§4.3 checkpoint", "PBFT, §4.3",
        "has executed another K sequence numbers and announces the digest of its state",
        "The log cannot grow for ever. Only a state that a quorum vouches for may replace it.",
        "n mod K = 0: multicast <CHECKPOINT, n, d, i>";
    Stable, "§4.3 stable", "PBFT, §4.3",
        "has proof that a checkpoint is stable: forgets what is below and moves its watermarks",
        "A quorum vouches for that state, so it can always be fetched and proven.",
        "2f + 1 matching checkpoints, all up to n executed: h := n; H := h + k; discard all <= h";
    RequestTimeout, "§4.4 timeout", "PBFT, §4.4",
        "waited too long for a request to be executed and wants the next view",
        "The primary may be faulty. Time decides only when to try another one, never what is decided.",
        "timer of a request runs out: stop accepting; multicast <VIEW-CHANGE, v + 1, n, C, P, i>";
    NewViewTimeout, "§4.5.2 next view", "PBFT, §4.5.2, first rule",
        "waited too long for the new view to begin and wants the one after it",
        "The new primary may be faulty as well.",
        "timer runs out before NEW-VIEW for v + 1: <VIEW-CHANGE, v + 2, ...>";
    Join, "§4.5.2 joins", "PBFT, §4.5.2, second rule",
        "hears that f + 1 replicas want later views and joins the lowest of them",
        "At least one of them is correct. Waiting for its own timer would keep the others waiting.",
        "f + 1 view changes for views > v from different replicas: view change to the least of them";
    WaitDoubled, "§4.5.2 timer", "PBFT, §4.5.2, first rule",
        "a quorum wants this view: waits for it to begin, twice as long after each view that led to nothing",
        "Starting only now brings the replicas into step; doubling outgrows any delay that does not grow for ever.",
        "2f + 1 view changes for v + 1: start the timer with T; after a view without a new request executed 2T, ...";
    StartView, "§4.4 new view", "PBFT, §4.4",
        "is the primary of the new view, has a quorum of view changes, and begins it",
        "From a quorum of certificates it can tell everything that may have committed anywhere.",
        "2f valid view changes of others: multicast <NEW-VIEW, v + 1, V, O>";
    EnterView, "§4.4 enters", "PBFT, §4.4",
        "has checked the new view against its certificates and enters it",
        "It recomputes O, so that the new primary cannot leave out or replace anything.",
        "V valid, O = O(V): v := v + 1; multicast PREPARE for each of O";
    Reproposed, "§4.4 highest view", "PBFT, §4.4",
        "orders again, under the same number, what has prepared in the highest view",
        "If it committed anywhere, this is it.",
        "for n with a certificate in P: <PRE-PREPARE, v + 1, n, d> with d of the highest view";
    NullRequest, "§4.4 null request", "PBFT, §4.4",
        "fills a number that nobody has prepared with the null request",
        "Execution must not stop at a gap; a quorum has shown that nothing committed there.",
        "for n without a certificate: <PRE-PREPARE, v + 1, n, d_null>";
    AskStatus, "retransmission", "Castro & Liskov, TOCS 2002, retransmission by status messages",
        "says how far it is, so that others send what it lacks",
        "Messages get lost. Whoever is stuck asks; whoever has heard nothing of somebody tells him.",
        "stuck, asked, or unheard of for too long: <STATUS, v, h, last executed>";
    Help, "answers status", "Castro & Liskov, TOCS 2002, retransmission by status messages",
        "sends a replica what it lacks",
        "Its own messages again, or proofs that stand by themselves.",
        "on STATUS from j: resend what j has not";
    LearnCommitted, "commit certificate", "follows from PBFT, §4.2",
        "learns from a quorum of commits that a batch is committed",
        "It implies that f + 1 correct replicas have prepared it, whatever the learner has seen itself.",
        "2f + 1 signed commits for (v, n, d) and m with D(m) = d: committed";
    StateTransfer, "state transfer", "PBFT, §4.4; TOCS 2002, state transfer",
        "fell behind what the others keep, fetches the state of a stable checkpoint and goes on from there",
        "The messages are discarded; the checkpoint is proven by a quorum, and its digest covers state and history.",
        "2f + 1 checkpoints (n, d) and a state with digest d: adopt it";
    Tentative, "§5.1 tentative", "PBFT, §5.1",
        "has prepared, knows all below to be committed, executes and replies before this is",
        "Views rarely fail between prepared and committed: the client waits for four delays instead of five.",
        "prepared(n) and all below n committed: execute tentatively; <REPLY, v, t, c, i, r>, marked tentative";
    ClientAcceptsTentative, "§5.1 2f + 1 replies", "PBFT, §5.1",
        "has the same result, tentative or not, from 2f + 1 replicas in one view and accepts it",
        "A quorum has prepared it in that view, so every later view orders it again.",
        "2f + 1 replies with the same v, t and r: accept r";
    RollBack, "§5.1 rolls back", "PBFT, §5.1",
        "leaves the view and takes back what it executed tentatively",
        "The next view may put the null request there. Only then does the paper take it back.",
        "view change: state := the last committed one";
    ClientReads, "§5.1 read", "PBFT, §5.1",
        "sends a request that only reads to all replicas",
        "What changes nothing needs no place in the order: one round trip is enough.",
        "<REQUEST, o, t, c> to all; start the timer";
    AnswerRead, "§5.1 answer", "PBFT, §5.1",
        "has executed all that its answer must show and answers the read",
        "What it executed tentatively may be known to a client, and may be taken back: it waits for the commit.",
        "read-only o: once everything prepared here is committed, <REPLY, v, t, c, i, r>";
    ReadAnswered, "§5.1 2f + 1 answers", "PBFT, §5.1",
        "has the same answer from 2f + 1 replicas and accepts it",
        "Among them is a correct one that has executed everything that was known to be done.",
        "2f + 1 replies with the same t and r: accept r; timer runs out: have it ordered";
    ClientAcceptsQuorum, "write quorum", "project rule, for PBFT, §5.1",
        "has the same result from a quorum of replicas and accepts it",
        "Where others read without an order, f + 1 are too few: a quorum of answers to a read could miss them all.",
        "2f + 1 replies with the same t and r: accept r";
}

timers! {
    Request, "request", "A backup waits for a request to be executed.";
    ViewChange, "view-change", "A replica waits for a view that a quorum wants.";
    Retry, "retry", "A client waits for a result.";
    Status, "status", "A replica is stuck, or has not heard of another for a while.";
    Commit, "commit", "A replica holds commits back until another message can carry them.";
}

/// Positions in the table of kinds.
pub mod kind {
    pub const REQUEST: usize = 0;
    pub const REPLY: usize = 1;
    pub const RELAY: usize = 2;
    pub const PRE_PREPARE: usize = 3;
    pub const PREPARE: usize = 4;
    pub const COMMIT: usize = 5;
    pub const CHECKPOINT: usize = 6;
    pub const VIEW_CHANGE: usize = 7;
    pub const NEW_VIEW: usize = 8;
    pub const STATUS: usize = 9;
    pub const COMMITTED: usize = 10;
    pub const STATE: usize = 11;
    pub const READ: usize = 12;
}

const KINDS: &[Kind] = &[
    Kind::of("request", "Rq", true, KindClass::Client),
    Kind::of("reply", "Re", false, KindClass::Client),
    Kind::of("relay", "Rl", true, KindClass::Background),
    Kind::of("pre-prepare", "PP", true, KindClass::Decision),
    Kind::of("prepare", "P", false, KindClass::Decision),
    Kind::of("commit", "C", false, KindClass::Decision),
    Kind::of("checkpoint", "Cp", false, KindClass::Background),
    Kind::of("view-change", "VC", false, KindClass::Leadership),
    Kind::of("new-view", "NV", true, KindClass::Leadership),
    Kind::of("status", "St", false, KindClass::Background),
    Kind::of("committed", "Cc", true, KindClass::Background),
    Kind::of("state", "S", true, KindClass::Background),
    Kind::of("read", "Rd", true, KindClass::Client),
];

/// Positions of the parameters.
pub mod param {
    pub const QUORUM: usize = 0;
    pub const TIMEOUT: usize = 1;
    pub const RETRY: usize = 2;
    pub const BATCH: usize = 3;
    pub const CHECKPOINT: usize = 4;
    pub const WINDOW: usize = 5;
    pub const EXECUTE: usize = 6;
    pub const READS: usize = 7;
    pub const COMMITTEE: usize = 8;
    pub const PARALLEL: usize = 9;

    /// Positions among the options of `EXECUTE`.
    pub const TENTATIVE: usize = 1;
    pub const PIGGYBACK: usize = 2;
}

/// The quorum rules on offer, in the order of the parameter's options.
pub const QUORUM_RULES: [QuorumRule; 3] =
    [QuorumRule::ByzantineMinimum, QuorumRule::AllButFaulty, QuorumRule::TwoFPlusOne];

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "quorum",
        label: "Quorum",
        help: "How many replicas stand behind prepares (with the pre-prepare), commits, checkpoints, view changes.",
        kind: ParamKind::Choice {
            options: &[
                ("minimal", "⌈(n+f+1)/2⌉: two quorums share a correct replica for every n"),
                ("all-but-f", "n − f: everybody who can be waited for"),
                ("2f+1", "2f + 1 to the letter: right only for n = 3f + 1"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "timeout",
        label: "Request timeout T",
        help: "How long a backup waits for a request to be executed before it asks for the next view. Doubles with each failed view.",
        kind: ParamKind::span(Duration::millis(300)),
    },
    ParamSpec {
        key: "retry",
        label: "Client patience",
        help: "How long a client waits for the result before it asks all replicas.",
        kind: ParamKind::span(Duration::millis(400)),
    },
    ParamSpec {
        key: "batch",
        label: "Requests per pre-prepare",
        help: "At most so many waiting requests share one sequence number.",
        kind: ParamKind::Int { min: 1, max: 64, default: 1 },
    },
    ParamSpec {
        key: "checkpoint",
        label: "Checkpoint period K",
        help: "A checkpoint follows every K sequence numbers.",
        kind: ParamKind::Int { min: 1, max: 256, default: 16 },
    },
    ParamSpec {
        key: "window",
        label: "Log size k",
        help: "The high watermark is so far above the last stable checkpoint. At least K; 0 means 2K.",
        kind: ParamKind::Int { min: 0, max: 512, default: 0 },
    },
    ParamSpec {
        key: "execute",
        label: "Execute when",
        help: "When a replica executes and replies (§5.1).",
        kind: ParamKind::Choice {
            options: &[
                ("committed", "committed: the client waits for f + 1 replies"),
                ("tentative", "prepared: the client waits for 2f + 1, one delay less"),
                (
                    "piggyback",
                    "prepared, and commits travel with the next pre-prepare or prepare, after T/2 alone",
                ),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "reads",
        label: "Every so many-th request reads",
        help: "It asks all replicas what the next client did last, and is not ordered (§5.1). 0: none reads.",
        kind: ParamKind::Int { min: 0, max: 1_000, default: 0 },
    },
    ParamSpec {
        key: "committee",
        label: "Committee",
        help: "Only so many replicas order, the others learn: for decisions of low risk. 0: all order.",
        kind: ParamKind::Sure { min: 0, max: 128, default: 0, sure: 0 },
    },
    ParamSpec {
        key: "parallel",
        label: "Instances in parallel W",
        help: "While so many sequence numbers are under way the primary lets requests wait, so that they can share the next one \
               (TOCS 2002, request batching). 0: as many as the log has room for.",
        kind: ParamKind::Int { min: 0, max: 512, default: 0 },
    },
];

switches! {
    CLIENT_QUORUM = 0, "client-quorum", "§4.1", Breaks::Safety("Agreement"),
        "A client waits for f + 1 equal replies",
        "A single lying replica tells the client a result that never was.";
    DEDUP = 1, "dedup", "§4.1", Breaks::Safety("Exactly Once"),
        "A request is executed once, however often it is asked or ordered",
        "An impatient client asks again, the request is ordered again, and its effect happens twice.";
    PREPARE_QUORUM = 2, "prepare-quorum", "§4.2", Breaks::Safety("Prepared Uniqueness"),
        "Prepared means 2f prepares beside the pre-prepare",
        "With one prepare less, a primary with two faces makes two correct replicas prepare different requests under one number.";
    PRE_PREPARE_COUNTS = 3, "pre-prepare-counts", "§4.2", Breaks::Liveness,
        "The primary's pre-prepare stands for its prepare",
        "If 2f + 1 prepares of backups are demanded, f silent backups are enough to stop everything.";
    COMMIT_QUORUM = 4, "commit-quorum", "§4.2", Breaks::Safety("Committed Uniqueness"),
        "Committed-local means 2f + 1 commits",
        "With one commit less, a replica executes what the next view need not hear of, and the number is given away again.";
    PREPARED_BEFORE_COMMIT = 5, "prepared-before-commit", "§4.2", Breaks::Safety("Committed Uniqueness"),
        "A replica commits only what it has prepared",
        "If commits follow the pre-prepare at once, they are not backed by certificates, and a view change loses them.";
    COMMIT_PHASE = 6, "commit-phase", "§4.2", Breaks::Safety("Committed Uniqueness"),
        "A replica executes when it is committed, not already when it is prepared",
        "One replica alone knows its certificate. If the view change does not hear it, another request gets the number.";
    DIGEST_BINDING = 7, "digest-binding", "§4.2", Breaks::Safety("Agreement"),
        "A prepare or commit counts for the digest it names only",
        "A primary with two faces gets its votes added up, and each half executes its own request. (Proofs shown to others still name one digest.)";
    DISTINCT_SENDERS = 8, "distinct-senders", "§4.2", Breaks::Safety("Prepared Uniqueness"),
        "Prepares and commits are counted by sender, not by message",
        "A doubled message is counted twice, and too few replicas look like a quorum. (Proofs shown to others are still counted by signature.)";
    IN_ORDER = 9, "in-order", "§4.2", Breaks::Safety("Executed Prefix"),
        "Sequence numbers are executed in ascending order",
        "Two requests overtake each other, and the replicas execute them in different order.";
    STOP_IN_VIEW_CHANGE = 10, "stop-in-view-change", "§4.4", Breaks::Safety("Committed Uniqueness"),
        "Who has asked for a new view takes no more part in the old one",
        "A request commits in the old view after its replicas have reported that they know of none.";
    VIEW_CHANGE_QUORUM = 11, "view-change-quorum", "§4.4", Breaks::Safety("Committed Uniqueness"),
        "A new view needs 2f + 1 view changes",
        "With one less, none of them need come from a correct replica that has prepared what was executed.";
    NEW_VIEW_CERTIFICATES = 12, "new-view-certificates", "§4.4", Breaks::Safety("Committed Uniqueness"),
        "A new view orders again what the view changes prove to be prepared",
        "The new primary begins afresh and gives away numbers under which others have executed.";
    HIGHEST_VIEW = 13, "highest-view", "§4.4", Breaks::Safety("Committed Uniqueness"),
        "Among several certificates for a number the one of the highest view is taken",
        "An old certificate, overtaken long ago, comes back and replaces what was executed since.";
    NEW_VIEW_CHECK = 14, "new-view-check", "§4.4", Breaks::Safety("Committed Uniqueness"),
        "Backups recompute what a new view must order again",
        "A lying new primary orders null requests where others have executed, and nobody notices.";
    JOIN = 15, "join", "§4.5.2", Breaks::Liveness,
        "A replica joins when f + 1 others want later views",
        "Replicas wait for each other in different views, and none of these views finds a quorum.";
    TIMER_DOUBLING = 16, "timer-doubling", "§4.5.2", Breaks::Liveness,
        "Each failed view doubles the time given to the next",
        "If messages are slower than the timer, every view is abandoned before it can work.";
    TENTATIVE_QUORUM = 17, "tentative-quorum", "§5.1", Breaks::Safety("Agreement"),
        "A client waits for 2f + 1 replies if they are tentative",
        "Of f + 1 that have prepared one may lie and the other not be heard: the next view gives the number away.";
    ROLL_BACK = 18, "roll-back", "§5.1", Breaks::Safety("Executed Prefix"),
        "What was executed tentatively is taken back when the view changes",
        "The next view orders something else there, and the replica has executed more than the others.";
    READ_QUORUM = 19, "read-quorum", "§5.1", Breaks::Safety("Fresh Reads"),
        "A read waits for 2f + 1 equal answers",
        "Of f + 1 that give the same answer one may lie and the other lag behind: what was done is not seen.";
    READS_WAIT = 20, "reads-wait", "§5.1", Breaks::Safety("Fresh Reads"),
        "A replica answers a read when nothing that it has prepared is uncommitted",
        "A client was told that its request is executed, tentatively, and another one does not see it.";
    WRITE_QUORUM = 21, "write-quorum", "project rule", Breaks::Safety("Fresh Reads"),
        "Where some read, all wait for 2f + 1 replies",
        "Of f + 1 replicas that reply one may lie: a quorum of the others knows nothing of what was done.";
    VIEW_BINDING = 22, "view-binding", "§4.2", Breaks::Safety("Committed Uniqueness"),
        "A prepare or commit counts in its own view only",
        "Votes of two views add up to what neither of them proves, and the next view gives the number away again. (Proofs shown to others still name one view.)";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const TWO_FACED: usize = 0;
    pub const WRONG_DIGEST: usize = 1;
    pub const WITHHOLD_COMMIT: usize = 2;
    pub const FORGETFUL: usize = 3;
    pub const EMPTY_NEW_VIEW: usize = 4;
    pub const FALSE_REPLY: usize = 5;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "What it says of sequence number n to even replicas it says of n − 1 to odd ones: as primary it gives one \
               number to two requests, as backup it votes to match. Towards other liars it is honest.",
    },
    AdversarySpec {
        id: "wrong-digest",
        label: "Wrong digest",
        does: "Its prepares and commits name a digest that nobody has proposed.",
    },
    AdversarySpec {
        id: "withhold-commit",
        label: "Withholds commits",
        does: "It takes part until a request has prepared, and never sends a commit.",
    },
    AdversarySpec {
        id: "forgetful",
        label: "Forgets certificates",
        does: "The view changes that it sends hide everything that it has prepared. In a new view of its own it shows \
               the true one: O must fit V.",
    },
    AdversarySpec {
        id: "empty-new-view",
        label: "Empties new views",
        does: "As a new primary it orders null requests where certificates demand real ones.",
    },
    crate::clients::FALSE_REPLY,
];

const MODEL: (FaultModel, Bound) = (FaultModel::Byzantine, Bound::Third);

/// PBFT in its own words.
pub const META: Meta = Meta {
    id: "pbft",
    title: "PBFT",
    member: "replica",
    paper: "Castro & Liskov 1999",
    reference: "Miguel Castro and Barbara Liskov, Practical Byzantine Fault Tolerance, OSDI 1999; the same, Practical \
                Byzantine Fault Tolerance and Proactive Recovery, ACM TOCS 20(4), 2002",
    summary: "Replicas execute the requests of clients in the same order although fewer than a third may lie. In \
              each view one replica, the primary, gives requests their sequence numbers. Two rounds of votes follow: \
              after the first, nobody can be brought to accept another order in this view; after the second, no later \
              view can forget it. When the primary fails to make progress, the others change the view and prove to \
              its successor what may already be decided.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Proposed,
        termination: Some(
            "at most f replicas are faulty and messages between the others arrive after a delay that does not grow \
             for ever",
        ),
        safety: "at most f of n ≥ 3f + 1 replicas are faulty, signatures cannot be forged, and digests do not \
                 collide; messages may be lost, doubled, late or out of order",
    },
    faults: MODEL.0,
    bound: MODEL.1,
    variants: Some(Variants { param: param::EXECUTE, models: &[MODEL, MODEL, MODEL] }),
    inputs: Inputs::Requests,
    quorum: QuorumRule::ByzantineMinimum,
    n: (1, 4, 256),
    round: "view",
    slot: "sequence number",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: TIMERS,
    commands: &[],
    adversaries: ADVERSARIES,
    simplified: &[
        "One timer from the view changes to the first new request of the view (§4.5.2): it stops with NEW-VIEW, and the \
         request timer begins with the same span if something waits. It starts also when some of the 2f + 1 want later views",
        "Requests travel with the certificates that are about them (§4.4 leaves them out and fetches what is missing)",
        "Message authentication codes instead of signatures (§5.2): signatures are ideal and cost nothing",
        "Digest replies (§5.1): a result is one number. A read that has to be ordered counts as an assignment",
        "Non-deterministic operations (§4.6): operations are assignments",
        "Proactive recovery (TOCS 2002): replicas keep their state on disk, and no keys change",
        "State transfer by a tree of partitions (TOCS 2002): the state is small and sent whole",
    ],
    envelope: Envelope::LIARS,
    layout: Layout::Ring,
    weighted: false,
};
