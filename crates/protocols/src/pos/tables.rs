//! What proof of stake says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, Duration, Envelope, FaultModel, Inputs, Kind,
    KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Ratio, Validity, Variants,
};

rules! {
    ClientAsks, "client", "project rule",
        "sends its next request to all validators",
        "Any of them may propose next.",
        "<request> to all";
    ClientRepeats, "client asks on", "project rule",
        "asks those again that have not replied",
        "Messages get lost, and who missed the block must hear of the request.",
        "timer runs out: <request> to those without a reply";
    ClientAccepts, "a third replies", "project rule",
        "has the same result from more than a third of the stake and accepts it",
        "Less than a third lies, so one of them is correct.",
        "equal replies of > 1/3: accept";
    ReplyAgain, "reply again", "project rule",
        "has executed this request already and sends the reply again",
        "The first reply may be lost; executing twice would be wrong.",
        "number = last executed of the client: resend the reply";
    Begin, "StartRound(0)", "Tendermint, Alg. 1 L10, L54",
        "begins a height",
        "There is something to decide.",
        "a request is known, or others have begun: StartRound(0)";
    Propose, "PROPOSAL", "Tendermint, Alg. 1 L14–L19",
        "has the turn, and proposes a new block",
        "Turns go by stake: nobody has more of them than stake.",
        "proposer(h, r) = p: PROPOSAL(h, r, getValue(), -1)";
    ProposeValid, "PROPOSAL again", "Tendermint, Alg. 1 L15–L16",
        "has the turn, and proposes a block again that two thirds prevoted",
        "Somebody may be locked on it, and prevotes for nothing else.",
        "validValue != nil: PROPOSAL(h, r, validValue, validRound)";
    Prevote, "PREVOTE", "Tendermint, Alg. 1 L22–L26",
        "prevotes for a new proposal",
        "It is valid, and nothing else is locked.",
        "valid(v) and (lockedRound = -1 or lockedValue = v): PREVOTE id(v)";
    PrevoteProven, "PREVOTE, unlocked", "Tendermint, Alg. 1 L28–L32",
        "prevotes on a block that two thirds prevoted before",
        "Prevotes of a round after the lock prove that the locked block was not decided.",
        "2f+1 PREVOTE(vr, id(v)), valid(v) and (lockedRound <= vr or lockedValue = v): PREVOTE id(v)";
    PrevoteNil, "PREVOTE nil", "Tendermint, Alg. 1 L26, L32",
        "prevotes nil: the proposal is invalid, or another block is locked",
        "Whoever is locked may be about to see its block decided.",
        "else: PREVOTE nil";
    WaitPrevotes, "timeoutPrevote", "Tendermint, Alg. 1 L34–L35",
        "has prevotes of two thirds, not for one block, and waits a little for more",
        "Leaving at once would miss a block that is only slow.",
        "2f+1 PREVOTE(r, *): schedule timeoutPrevote(r)";
    Polka, "polka", "Tendermint, Alg. 1 L36, L42–L43",
        "sees that two thirds prevoted for a block",
        "It may be decided in this round: it is what to propose next.",
        "2f+1 PREVOTE(r, id(v)): validValue := v, validRound := r";
    Lock, "PRECOMMIT", "Tendermint, Alg. 1 L37–L41",
        "locks the block and precommits it",
        "While two thirds are locked, no other block finds two thirds.",
        "step = prevote: lockedValue := v, lockedRound := r, PRECOMMIT id(v)";
    NilPolka, "PRECOMMIT nil", "Tendermint, Alg. 1 L44–L46",
        "sees that two thirds prevoted for nothing, and precommits nil",
        "Nothing can be decided in this round.",
        "2f+1 PREVOTE(r, nil): PRECOMMIT nil";
    WaitPrecommits, "timeoutPrecommit", "Tendermint, Alg. 1 L47–L48",
        "has precommits of two thirds, and waits a little for more",
        "The block may still be decided in this round.",
        "2f+1 PRECOMMIT(r, *): schedule timeoutPrecommit(r)";
    Decide, "decision", "Tendermint, Alg. 1 L49–L54",
        "sees that two thirds precommitted a block: it is final",
        "More than a third of the correct stake is locked on it for good.",
        "2f+1 PRECOMMIT(r, id(v)), any r: decision[h] := v";
    DecideSingle, "single vote", "the document, validate_proposal",
        "sees that two thirds voted for a block, and takes it for final",
        "Others may not have seen it, and nothing keeps them from voting otherwise in the next round.",
        "votes of > 2/3 of the total stake in one round: final";
    Execute, "execute", "project rule",
        "executes the block's request and replies to the client",
        "Equal order of execution keeps the states equal.",
        "decision[h]: execute, reply";
    Skip, "skips rounds", "Tendermint, Alg. 1 L55–L56",
        "hears that more than a third are in later rounds, and joins them",
        "One of them is correct, and a round needs two thirds.",
        "f+1 messages of rounds >= r > round: StartRound(r)";
    TimeoutPropose, "no proposal", "Tendermint, Alg. 1 L57–L60",
        "has waited for a proposal in vain, and prevotes nil",
        "The proposer may be faulty.",
        "timeoutPropose(r): PREVOTE nil";
    TimeoutPrevote, "no polka", "Tendermint, Alg. 1 L61–L64",
        "has waited for more prevotes in vain, and precommits nil",
        "Those that are missing may be faulty.",
        "timeoutPrevote(r): PRECOMMIT nil";
    NextRound, "next round", "Tendermint, Alg. 1 L65–L67",
        "has waited for a decision in vain, and goes to the next round",
        "Another proposer may do better; each round is given more time.",
        "timeoutPrecommit(r): StartRound(r+1)";
    Equivocation, "equivocation", "Casper FFG, §2, commandment I; project",
        "has two votes of one validator that exclude each other: evidence",
        "Whoever signs both lies, whatever the network does.",
        "two signed votes of one height, round and step for different blocks: evidence";
    Slash, "slashing", "Casper FFG, §2; project rule: from the next height on",
        "counts the stake of those no more that the block convicts",
        "Weights must be the same for all who count votes of a height.",
        "evidence in decision[h]: stake 0 from h+1 on, in votes and in the total";
    Fork, "accountability", "Casper FFG, Theorem 1; project",
        "learns of another final block at a height that is final here, and who signed for both",
        "Two certificates share more than a third of the stake.",
        "two certificates of one height: name signers of both";
    Tell, "gossip", "Tendermint, §2, gossip communication",
        "does not get on, and tells the others what it knows of the height",
        "What one correct validator has, all must get.",
        "nothing final for a while: votes and blocks of the height to all";
    Hear, "hears gossip", "Tendermint, §2, gossip communication",
        "takes over votes and blocks that it lacked",
        "Votes are signed, so it does not matter who passes them on.",
        "gossip of this height: as if each had come by itself";
    Help, "sends blocks", "project rule",
        "is further, and sends the final blocks that the other lacks",
        "Their certificates prove them.",
        "gossip of an earlier height: final blocks from there on";
    TakeBlock, "takes a block", "project rule; Tendermint, Alg. 1 L49",
        "has a final block with its certificate",
        "The votes that it missed are in it.",
        "block h with 2f+1 PRECOMMIT(r, id(v)): decision[h] := v";
}

timers! {
    Propose, "propose", "timeoutPropose.";
    Prevote, "prevote", "timeoutPrevote.";
    Precommit, "precommit", "timeoutPrecommit.";
    Gossip, "gossip", "A validator does not get on.";
    Retry, "retry", "A client waits for replies.";
}

/// Positions in the table of kinds.
pub mod kind {
    pub const REQUEST: usize = 0;
    pub const REPLY: usize = 1;
    pub const PROPOSAL: usize = 2;
    pub const PREVOTE: usize = 3;
    pub const PRECOMMIT: usize = 4;
    pub const GOSSIP: usize = 5;
    pub const BLOCKS: usize = 6;
}

const KINDS: &[Kind] = &[
    Kind::of("request", "Rq", true, KindClass::Client),
    Kind::of("reply", "Re", false, KindClass::Client),
    Kind::of("proposal", "P", true, KindClass::Decision),
    Kind::of("prevote", "v", false, KindClass::Decision),
    Kind::of("precommit", "c", false, KindClass::Decision),
    Kind::of("gossip", "G", false, KindClass::Background),
    Kind::of("blocks", "B", true, KindClass::Background),
];

/// Positions of the parameters.
pub mod param {
    pub const VARIANT: usize = 0;
    pub const PROPOSER: usize = 1;
    pub const TIMEOUT: usize = 2;
    pub const GROWTH: usize = 3;
    pub const GOSSIP: usize = 4;
    pub const RETRY: usize = 5;
    pub const TRUST: usize = 6;
}

const fn span(key: &'static str, label: &'static str, help: &'static str, default: u64) -> ParamSpec {
    ParamSpec { key, label, help, kind: ParamKind::span(Duration::millis(default)) }
}

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "variant",
        label: "Variant",
        help: "What makes a block final.",
        kind: ParamKind::Choice {
            options: &[
                ("tendermint", "two votes and a lock, Algorithm 1"),
                ("single", "one vote of more than two thirds, and each round begins anew: unsafe"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "proposer",
        label: "Proposer",
        help: "How a proposer is chosen.",
        kind: ParamKind::Choice {
            options: &[
                ("lottery", "by lot, each with its share of the stake"),
                ("rotation", "in turn, exactly as often as there is stake (Tendermint)"),
            ],
            default: 0,
        },
    },
    span(
        "timeout",
        "Timeout",
        "How long round 0 waits for a proposal, for prevotes and for precommits.",
        150,
    ),
    span("growth", "Growth", "How much longer each further round waits.", 100),
    span(
        "gossip",
        "Gossip",
        "How long a validator that does not get on waits before it tells the others what it knows.",
        1_000,
    ),
    span(
        "retry",
        "Client patience",
        "How long a client waits before it asks those again that have not replied.",
        400,
    ),
    ParamSpec {
        key: "trust",
        label: "Trust",
        help: "How far each validator is trusted: it proposes in proportion to stake times trust, and votes with its stake.",
        // Nobody is out of the draw.
        kind: ParamKind::Ratios { min: Ratio::percent(10), max: Ratio::ONE, usual: &[Ratio::ONE] },
    },
];

switches! {
    MORE_THAN = 0, "more-than-two-thirds", "§3", Breaks::Safety("Agreement"),
        "A quorum is more than two thirds, not two thirds",
        "A liar with exactly one third makes two quorums out of two halves of the rest.";
    TWO_THIRDS = 1, "two-thirds", "§3", Breaks::Safety("One Polka"),
        "A quorum is two thirds, not one half",
        "Two quorums share a liar only, who votes in both.";
    OF_TOTAL = 2, "of-total", "§3", Breaks::Safety("Agreement"),
        "A quorum is counted of the total stake, not of the stake that has voted",
        "The first voter that is heard decides alone.";
    DISTINCT_VOTERS = 3, "distinct-voters", "§3", Breaks::Safety("Two Thirds"),
        "Stake counts once, however often a vote arrives",
        "A doubled vote weighs twice, and too little stake looks like a quorum.";
    LOCK = 4, "lock", "Alg. 1 L23, L29", Breaks::Safety("One Block"),
        "Who is locked prevotes for no other block without later prevotes for it",
        "One validator sees a block decided, and the others decide another one in the next round.";
    PROOF = 5, "proof", "Alg. 1 L28", Breaks::Safety("One Block"),
        "The prevotes of a proposal's valid round are checked",
        "A lying proposer names a late round, and all locks open.";
    LATER_POLKA = 6, "later-polka", "Alg. 1 L29", Breaks::Safety("One Block"),
        "Only prevotes of a round not before the lock open it",
        "Prevotes from before the lock bring back a block that was given up.";
    VALID_VALUE = 7, "valid-value", "Alg. 1 L15, L42", Breaks::Liveness,
        "A proposer proposes the block again that two thirds prevoted last",
        "Those that are locked refuse whatever is new, for ever.";
    SKIP = 8, "skip", "Alg. 1 L55", Breaks::Liveness,
        "Who hears that more than a third are further joins them",
        "Validators that fell back never meet the others in one round.";
    TIMEOUT_GROWTH = 9, "timeout-growth", "§3", Breaks::Liveness,
        "Each round waits longer than the one before",
        "If messages are slower than the timers, every round is given up before it can work.";
    EVIDENCE = 10, "evidence", "Casper FFG, §2", Breaks::Safety("Equivocation Noticed"),
        "Two votes of one validator that exclude each other are evidence",
        "Votes are kept by validator only: who votes for two is never punished.";
    EVIDENCE_CHECKED = 11, "evidence-checked", "Casper FFG, §2", Breaks::Safety("The Innocent Keep Their Stake"),
        "Evidence in a block is checked before it is voted for",
        "A lying proposer has honest validators slashed.";
    SLASHED_OUT = 12, "slashed-out", "Casper FFG, §2", Breaks::Safety("Two Thirds"),
        "Convicted stake counts no more",
        "Those convicted go on voting, and blocks become final with their help.";
    DEDUP = 13, "dedup", "valid(v)", Breaks::Safety("Exactly Once"),
        "A block with a request that was executed is invalid",
        "An impatient client asks again, and the effect happens twice.";
    CLIENT_QUORUM = 14, "client-quorum", "project rule", Breaks::Safety("Agreement"),
        "A client waits for equal replies of more than a third",
        "A single lying validator tells the client a result that never was.";
    COMMON_DRAW = 15, "common-draw", "proposer(h, r)", Breaks::Liveness,
        "All see the same draw of a proposer",
        "Each draws for itself, and nobody takes another's proposal for a proposer's.";
    EXACT = 16, "exact-two-thirds", "§3", Breaks::Liveness,
        "A quorum is more than two thirds, not more than 0.67",
        "Of 100 stakes 33 are down. The other 67 are more than two thirds, but not more than 0.67, and nothing becomes final.";
    QUORUM_SUFFICES = 17, "quorum-suffices", "Alg. 1 L36, L49", Breaks::Liveness,
        "A quorum is enough, whoever is missing",
        "One validator is silent, and without its vote nothing is ever final.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const TWO_FACED: usize = 0;
    pub const DOUBLE_VOTER: usize = 1;
    pub const IMPROVISER: usize = 2;
    pub const FRAMER: usize = 3;
    pub const CONFIDANT: usize = 4;
    pub const FALSE_REPLY: usize = 5;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "As proposer it shows odd validators another block than even ones, and votes for both.",
    },
    AdversarySpec {
        id: "double-voter",
        label: "Votes twice",
        does: "It votes for a block to even validators and for nil to odd ones, and the other way round.",
    },
    AdversarySpec {
        id: "improviser",
        label: "Improvises",
        does: "It proposes any block with any valid round to whom it likes, and votes for several.",
    },
    AdversarySpec {
        id: "framer",
        label: "False evidence",
        does: "As proposer it accuses those who voted for the last block, without evidence.",
    },
    AdversarySpec {
        id: "confidant",
        label: "Tells one only",
        does: "In round 0 only the validator before it sees its precommits; later it proposes another block, whatever was locked.",
    },
    crate::clients::FALSE_REPLY,
];

const MODEL: (FaultModel, Bound) = (FaultModel::Byzantine, Bound::ThirdOfWeight);

/// Proof of stake in its own words.
pub const META: Meta = Meta {
    id: "pos",
    title: "Proof of Stake",
    member: "validator",
    paper: "Buchman, Kwon & Milosevic 2018",
    reference: "Ethan Buchman, Jae Kwon and Zarko Milosevic, The latest gossip on BFT consensus, 2018, \
                arXiv:1807.04938; slashing: Vitalik Buterin and Virgil Griffith, Casper the Friendly Finality Gadget, 2017, \
                arXiv:1710.09437",
    summary: "Validators hold stake. In each round one of them, drawn in proportion to it, proposes a block, and it is \
              final once more than two thirds of the stake have voted for it twice. Locks carry over from round to \
              round what may have been decided. Whoever signs two votes that exclude each other loses its stake.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Proposed,
        termination: Some(
            "less than a third of the stake is faulty, and messages between the others arrive after a delay that does \
             not grow for ever",
        ),
        safety: "less than a third of the stake is faulty, and signatures cannot be forged; messages may be lost, \
                 doubled, late or out of order",
    },
    faults: FaultModel::Byzantine,
    bound: Bound::ThirdOfWeight,
    variants: Some(Variants { param: param::PROPOSER, models: &[MODEL, MODEL] }),
    inputs: Inputs::Requests,
    quorum: QuorumRule::AllButFaulty,
    n: (1, 4, 128),
    round: "round",
    slot: "height",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: TIMERS,
    commands: &[],
    adversaries: ADVERSARIES,
    simplified: &[
        "Gossip over a peer graph (§2): messages go to all directly, and what is missing is sent again",
        "Changes of stake other than by slashing, deposits and withdrawal delays (Casper FFG, §3)",
        "The surround condition of Casper FFG (§2, commandment II): Tendermint's votes have no source",
        "Blame for amnesia across rounds: both certificates' signers are named, transcripts are not collected",
        "The lottery's randomness is the run's own and cannot be ground; verifiable random functions",
        "Votes are kept of the latest 8 rounds (L49: of all); what is heard of a later height is not kept, but asked for",
        "Second votes that arrive after their height is final convict nobody; proposers without a request wait",
        "Whoever misses more than 1,024 blocks finds nobody who keeps them: no snapshots",
    ],
    envelope: Envelope::LIARS,
    layout: Layout::Ring,
    weighted: true,
};
