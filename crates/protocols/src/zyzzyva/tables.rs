//! What Zyzzyva says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, Duration, Envelope, FaultModel, Inputs, Kind,
    KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Validity,
};

rules! {
    ClientAsks, "1 request", "Zyzzyva, §3.2, step 1",
        "sends its next request to the replica it believes to be the primary",
        "One request at a time, with a number that only grows.",
        "<REQUEST, o, t, c> to the primary; start the timer";
    Assign, "2 order", "Zyzzyva, §3.2, step 2",
        "is the primary and assigns the next sequence number",
        "The digest of the history binds the order to everything before it.",
        "h(n) = H(h(n-1), d); multicast <<ORDER-REQ, v, n, h(n), d>, m>";
    Execute, "3 speculates", "Zyzzyva, §3.2, step 3",
        "executes at once, without asking the others, and answers the client",
        "If the primary is correct, everybody executes the same. The client will see if not.",
        "n = max n + 1, h(n) = H(h(n-1), d): execute; <SPEC-RESPONSE, v, n, h(n), t, r, OR>";
    Repeated, "exactly once", "Zyzzyva, §3.2, step 3",
        "meets a request that it has executed before and does not execute it again",
        "A request can be ordered twice. Its number shows it.",
        "t <= last executed of c: skip";
    AskHole, "3 asks", "Zyzzyva, §3.2, step 3, holes",
        "asks for what others may have and it lacks",
        "Histories are executed without gaps.",
        "n > max n + 1: <FILL-HOLE, v, max n + 1> to the primary, later to all";
    FillHole, "3 fills", "Zyzzyva, §3.2, step 3, holes",
        "sends the orders that another replica lacks",
        "They are signed by the primary, so anybody can hand them on.",
        "on <FILL-HOLE, v, n>: resend the orders from n on";
    ClientCompletes, "4a all", "Zyzzyva, §3.2, step 4a",
        "has the same answer from all replicas and is done",
        "Every correct replica has this history, so f + 1 of any 2f + 1 report it to the next view.",
        "3f + 1 equal (v, n, h, r): complete";
    ClientCommits, "4b commit", "Zyzzyva, §3.2, step 4b",
        "has equal answers from a quorum only and hands out their signatures",
        "With the certificate in the hands of a quorum, no view change can miss it.",
        "timer, 2f + 1 equal answers: <COMMIT, c, CC> to all";
    LocalCommit, "4b.1 local commit", "Zyzzyva, §3.2, step 4b.1",
        "keeps the commit certificate and says so",
        "Only if it executed the same; else it would vouch for what it has not.",
        "CC fits the history: CC := max; <LOCAL-COMMIT, v, d, h, i, c>";
    ClientCompletesLate, "4b.2 quorum", "Zyzzyva, §3.2, step 4b.2; of one view: project rule",
        "knows that a quorum holds a certificate for its request and is done",
        "Every later view change hears of it from a correct replica. Certificates of two views do not add up.",
        "2f + 1 LOCAL-COMMITs of one view: complete";
    ClientRepeats, "4c repeats", "Zyzzyva, §3.2, step 4c",
        "is not done in time and sends its request to all replicas",
        "The primary may be ignoring it. Now all replicas watch.",
        "timer, fewer than 2f + 1 answers, or LOCAL-COMMITs: <REQUEST> to all";
    ConfirmReq, "4c confirm", "Zyzzyva, §3.2, step 4c",
        "heard of a request without an order, asks the primary for it and watches",
        "If no order comes, the primary is to blame.",
        "backup, m not executed: <CONFIRM-REQ, v, m> to the primary; start the timer";
    RespondAgain, "4c again", "Zyzzyva, §3.2, step 4c",
        "has executed this request already and answers again",
        "The first answer may be lost. What a certificate covers is answered as committed.",
        "t = last executed of c: resend; if CC covers it: <LOCAL-COMMIT>";
    ClientProves, "4d proof", "Zyzzyva, §3.2, step 4d",
        "shows all replicas two orders of the primary that contradict each other",
        "Time-outs would never tell: everybody has executed the request, each elsewhere.",
        "OR, OR' signed by the primary, same v, different n or h: <POM, v, OR, OR'> to all";
    Convicted, "4d convicted", "Zyzzyva, §3.2, step 4d",
        "sees the primary convicted by its own signatures",
        "A correct primary orders one way.",
        "valid POM: accuse";
    Accuse, "VC1", "Zyzzyva, §3.3, VC1",
        "accuses the primary",
        "It goes on taking part: one replica alone may be mistaken, or lie.",
        "timer or POM: <I-HATE-THE-PRIMARY, v> to all";
    GiveUp, "VC2", "Zyzzyva, §3.3, VC2",
        "gives up the view, because f + 1 accuse, and reports its history",
        "One of f + 1 is correct. The accusations in its report bring the others along.",
        "f + 1 accusations: stop; <VIEW-CHANGE, v + 1, CC, O> to all";
    StartView, "VC3", "Zyzzyva, §3.3, VC3",
        "is the primary of the new view and hands out a quorum of reports",
        "Everybody computes from the same reports, so it need not be trusted.",
        "2f + 1 view changes: <NEW-VIEW, v + 1, P> to all";
    ConfirmView, "VC4", "Zyzzyva, §3.3, VC4; Abraham et al. 2017",
        "computes with what history the view begins and says so",
        "Whatever is complete anywhere is in it. Certificates are ordered by view: an old one may be overtaken.",
        "CC of the highest view, then what f + 1 of that view report: <VIEW-CONFIRM, v + 1, n, h>";
    BeginView, "VC5", "Zyzzyva, §3.3, VC5",
        "sees a quorum confirm the same history and begins the view",
        "The primary may have handed out different reports.",
        "2f + 1 equal confirmations: begin; they are the first CC of the view";
    RollBack, "VC5 rolls back", "Zyzzyva, §3.3",
        "takes back what it executed and the new view does not keep",
        "It was only speculation: no client can have completed it.",
        "own history is not a prefix of the new one: undo to the fork, execute the new one";
    TakeCheckpoint, "checkpoint", "project rule; Zyzzyva, §3.1, asks f + 1",
        "has executed another K requests and vouches for its history",
        "The clients' commit certificates may never come.",
        "n mod K = 0: <CHECKPOINT, v, n, h> to all";
    Certified, "certified", "project rule; Zyzzyva, §3.1, asks f + 1",
        "has a commit certificate for a checkpoint from the replicas themselves",
        "It holds it now, but the others may not.",
        "2f + 1 equal CHECKPOINTs of one view: CC := max";
    Stable, "stable", "project rule; Zyzzyva, §3.1, asks f + 1",
        "knows that a quorum holds certificates for a checkpoint: all up to it is final",
        "Only now can it never be rolled back, and the log be cut.",
        "2f + 1 hold a CC of one view for n: decide up to n; discard";
    StateTransfer, "state transfer", "Zyzzyva, §3.1",
        "fetches the state of a stable checkpoint and goes on from there",
        "The orders are discarded; the checkpoint is proven, and its digests cover state and history.",
        "proof of (n, h, s) and a state with these digests: adopt it";
    Help, "helps", "Zyzzyva, §3.2 and §3.3",
        "shows a replica that fell behind what it missed",
        "Messages get lost, and all that it shows proves itself.",
        "message of an earlier view or a low n: resend view change, new view, confirmations, state";
}

timers! {
    Primary, "primary", "A replica waits for the primary, or for a view to begin.";
    Resend, "resend", "A replica waits, and sends again what may be lost.";
    Retry, "retry", "A client waits for a result.";
}

/// Positions in the table of kinds.
pub mod kind {
    pub const REQUEST: usize = 0;
    pub const ORDER_REQ: usize = 1;
    pub const SPEC_RESPONSE: usize = 2;
    pub const COMMIT: usize = 3;
    pub const LOCAL_COMMIT: usize = 4;
    pub const PROOF: usize = 5;
    pub const CONFIRM_REQ: usize = 6;
    pub const FILL_HOLE: usize = 7;
    pub const ACCUSE: usize = 8;
    pub const VIEW_CHANGE: usize = 9;
    pub const NEW_VIEW: usize = 10;
    pub const VIEW_CONFIRM: usize = 11;
    pub const CHECKPOINT: usize = 12;
    pub const STABLE: usize = 13;
    pub const STATE: usize = 14;
}

const KINDS: &[Kind] = &[
    Kind::of("request", "Rq", true, KindClass::Client),
    Kind::of("order-req", "Or", true, KindClass::Decision),
    Kind::of("spec-response", "Sr", false, KindClass::Client),
    Kind::of("commit", "C", true, KindClass::Client),
    Kind::of("local-commit", "Lc", false, KindClass::Client),
    Kind::of("proof", "Pm", true, KindClass::Client),
    Kind::of("confirm-req", "Cr", true, KindClass::Background),
    Kind::of("fill-hole", "Fh", false, KindClass::Background),
    Kind::of("accuse", "Ih", false, KindClass::Leadership),
    Kind::of("view-change", "VC", false, KindClass::Leadership),
    Kind::of("new-view", "NV", true, KindClass::Leadership),
    Kind::of("view-confirm", "Vf", false, KindClass::Leadership),
    Kind::of("checkpoint", "Cp", false, KindClass::Background),
    Kind::of("stable", "St", false, KindClass::Background),
    Kind::of("state", "S", true, KindClass::Background),
];

/// Positions of the parameters.
pub mod param {
    pub const TIMEOUT: usize = 0;
    pub const HOPE: usize = 1;
    pub const RETRY: usize = 2;
    pub const CHECKPOINT: usize = 3;
}

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "timeout",
        label: "Replica patience",
        help: "How long a replica waits for an order, or for a view to begin, before it accuses the primary. Doubles with \
               each failed view.",
        kind: ParamKind::span(Duration::millis(300)),
    },
    ParamSpec {
        key: "hope",
        label: "Hope for the fast path",
        help: "How long a client waits for all replicas before it makes do with a quorum.",
        kind: ParamKind::span(Duration::millis(60)),
    },
    ParamSpec {
        key: "retry",
        label: "Client patience",
        help: "How long a client waits for the result before it asks all replicas.",
        kind: ParamKind::span(Duration::millis(400)),
    },
    ParamSpec {
        key: "checkpoint",
        label: "Checkpoint period K",
        help: "A checkpoint follows every K sequence numbers; the log holds 2K.",
        kind: ParamKind::Int { min: 1, max: 256, default: 16 },
    },
];

switches! {
    FAST_QUORUM = 0, "fast-quorum", "step 4a", Breaks::Safety("Agreement"),
        "One phase is enough only if all 3f + 1 answer alike",
        "With 2f + 1 equal answers, the next view may hear of them from one correct replica only, and drop them.";
    TWO_PHASES = 1, "two-phases", "step 4b", Breaks::Liveness,
        "A client makes do with 2f + 1 answers and a second phase",
        "One crashed replica, and no request is ever complete.";
    CERTIFICATE_QUORUM = 2, "certificate-quorum", "step 4b", Breaks::Safety("Certified Uniqueness"),
        "A commit certificate takes 2f + 1 signatures",
        "With one less, a primary with two faces gets certificates for two histories.";
    COMMIT_QUORUM = 3, "commit-quorum", "step 4b.2", Breaks::Safety("Agreement"),
        "The second phase takes 2f + 1 LOCAL-COMMITs",
        "With one less, a view change may hear of the certificate from nobody correct.";
    HISTORY_BINDING = 4, "history-binding", "step 4a", Breaks::Safety("Agreement"),
        "Answers are equal only if the histories behind them are",
        "The request is at the same place everywhere, after different ones. The next view keeps neither.";
    HISTORY_CHAIN = 5, "history-chain", "step 3", Breaks::Safety("Agreement"),
        "A replica executes an order only if it continues its own history",
        "It vouches for a history that it has not executed.";
    CERTIFICATES_BY_VIEW = 6, "certificates-by-view", "Abraham et al. 2017", Breaks::Safety("Agreement"),
        "A new view prefers the commit certificate of the highest view",
        "The published rule prefers the longest. One of an old view, overtaken since, undoes what is complete.";
    SPECULATION_COUNTS = 7, "speculation-counts", "VC4", Breaks::Safety("Agreement"),
        "A new view keeps what f + 1 report beyond the certificate",
        "What completed in one phase has no certificate, and is lost.";
    SUPPORT_QUORUM = 8, "support-quorum", "VC4", Breaks::Safety("Agreement"),
        "Beyond the certificate it takes f + 1 equal reports",
        "The longest report replaces what is complete, although it tells of orders that nobody else was given.";
    VIEW_CHANGE_QUORUM = 9, "view-change-quorum", "VC3", Breaks::Safety("Agreement"),
        "A new view needs 2f + 1 reports",
        "With one less, too few of them come from correct replicas.";
    STOP_IN_VIEW_CHANGE = 10, "stop-in-view-change", "VC2", Breaks::Safety("Agreement"),
        "Who has reported its history takes no more part in the old view",
        "A request completes after everybody has reported that there is none.";
    STABLE_QUORUM = 11, "stable-quorum", "project rule; §3.1", Breaks::Safety("Agreement"),
        "A checkpoint is final when a quorum holds certificates for it",
        "One replica alone holds the certificate, calls it final, and the next view forgets it.";
    DEDUP = 12, "dedup", "step 3", Breaks::Safety("Exactly Once"),
        "A request is executed once, however often it is asked or ordered",
        "An impatient client asks again, and the effect happens twice.";
    WATCH_PRIMARY = 13, "watch-primary", "step 4c", Breaks::Liveness,
        "Backups that hear of a request watch whether the primary orders it",
        "A crashed primary is never replaced.";
    FILL_HOLES = 14, "fill-holes", "step 3", Breaks::Liveness,
        "A replica asks for what it lacks",
        "One lost order, and it can execute nothing any more.";
    PROOFS = 15, "proofs", "step 4d", Breaks::Liveness,
        "A client tells all that the primary ordered two ways",
        "All have executed the request, so nobody misses it, and their histories never match.";
    TIMER_DOUBLING = 16, "timer-doubling", "§3.3", Breaks::Liveness,
        "Each failed view doubles the time given to the next",
        "If messages are slower than the timer, every view is abandoned before it can work.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const FORGETFUL: usize = 0;
    pub const BROKEN_CHAIN: usize = 1;
    pub const WITHHOLD_COMMIT: usize = 2;
    pub const FALSE_RESPONSE: usize = 3;
    pub const ACCUSER: usize = 4;
    pub const HOARD: usize = 5;
    pub const REWRITE: usize = 6;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "forgetful",
        label: "Forgets its history",
        does: "Its view changes hide what it has executed and the certificates that it holds.",
    },
    AdversarySpec {
        id: "broken-chain",
        label: "Breaks the chain",
        does: "As primary it gives odd replicas orders that follow another history.",
    },
    AdversarySpec {
        id: "withhold-commit",
        label: "Withholds commits",
        does: "It executes and answers, but never says that it holds a certificate.",
    },
    AdversarySpec {
        id: "false-response",
        label: "False responses",
        does: "It vouches for a history that nobody has.",
    },
    AdversarySpec {
        id: "accuser",
        label: "Accuses everybody",
        does: "Whenever it has something to say to another replica, it accuses the primary instead.",
    },
    AdversarySpec {
        id: "hoard",
        label: "Hoards a certificate",
        does: "It leaves one replica out, helps another alone to a certificate, and convicts itself before anybody can use \
               one; its view changes hide everything, or bring up the longest certificate of an earlier view.",
    },
    AdversarySpec {
        id: "rewrite",
        label: "Rewrites history",
        does: "Having been primary, it reports what it ordered the other way round, and one order more.",
    },
];

/// Zyzzyva in its own words.
pub const META: Meta = Meta {
    id: "zyzzyva",
    title: "Zyzzyva",
    member: "replica",
    paper: "Kotla et al. 2007",
    reference: "Ramakrishna Kotla, Lorenzo Alvisi, Mike Dahlin, Allen Clement and Edmund Wong, Zyzzyva: Speculative \
                Byzantine Fault Tolerance, SOSP 2007; Ittai Abraham, Guy Gueta, Dahlia Malkhi, Lorenzo Alvisi, Ramakrishna \
                Kotla and Jean-Philippe Martin, Revisiting Fast Practical Byzantine Fault Tolerance, arXiv:1712.01367, 2017",
    summary: "Replicas execute a request as soon as the primary has ordered it and answer the client without asking each \
              other. The client compares: if all answers match, it is done after three message delays. If only a quorum \
              matches, it hands the signatures back to the replicas and is done when a quorum holds them. What nobody \
              can have completed is rolled back when the view changes. One slow replica costs the fast path. The view \
              change is the repaired one; the published one can be switched on.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Proposed,
        termination: Some(
            "at most f replicas are faulty, clients are correct, and messages arrive after a delay that does not grow \
             for ever",
        ),
        safety: "at most f of n ≥ 3f + 1 replicas are faulty, signatures cannot be forged, and digests do not \
                 collide; messages may be lost, doubled, late or out of order",
    },
    faults: FaultModel::Byzantine,
    bound: Bound::Third,
    variants: None,
    inputs: Inputs::Requests,
    quorum: QuorumRule::ByzantineMinimum,
    n: (1, 4, 128),
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
        "Checkpoints (§3.1): stable there with f + 1 equal CHECKPOINTs; here a quorum certifies one, and a quorum of holders makes it final",
        "Batches of requests, read-only requests, a single full response (§4): one request an order, answered by all",
        "Message authentication codes and preferred quorums (§4): signatures are ideal and cost nothing",
        "Zyzzyva5, which needs 5f + 1 replicas for the fast path with f of them slow (§4)",
        "View changes report everything since the stable checkpoint, not only since the commit certificate (§3.3)",
        "State transfer in parts: the state is small and sent whole",
    ],
    envelope: Envelope::LIARS,
    layout: Layout::Ring,
    weighted: false,
};
