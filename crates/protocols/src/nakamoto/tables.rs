//! What Nakamoto consensus says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    About, AdversarySpec, AgreementScope, Bound, Breaks, Claims, CommandSpec, Duration, Envelope, FaultModel,
    Inputs, Kind, KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Validity,
};

rules! {
    ClientPays, "pays", "Nakamoto, §2, §5 step 1",
        "spends its next coin and tells a node",
        "The node tells the others; no one of them is in charge.",
        "<payment> to a node";
    ClientRepeats, "asks all", "project rule; Nakamoto leaves it open",
        "has not heard enough and tells all nodes",
        "Messages get lost, and a node may be down or lie.",
        "timer runs out: <payment> to all";
    ClientAccepts, "is sure enough", "Nakamoto, §11",
        "hears from most hash power that its payment is z blocks deep",
        "Whoever wants to undo it must catch up with z blocks.",
        "more than half say z confirmations: accept";
    ClientLoses, "coin spent otherwise", "Nakamoto, §2, §11",
        "hears that its coin went elsewhere",
        "Of two payments of a coin a chain holds only one.",
        "another payment of the coin is z deep: lost";
    Relay, "passes on a payment", "Nakamoto, §5 steps 1 and 2",
        "keeps a payment for a block and passes it on",
        "Whoever finds the next block is to know of it.",
        "new and not spent on the chain: keep; to the neighbours";
    Found, "proof of work", "Nakamoto, §4, §5 steps 3 and 4",
        "finds a proof of work and sends its block to all",
        "The more hash power, the more often that happens.",
        "SHA-256(header) <= target: <block> to all";
    Accept, "valid block", "Nakamoto, §5 step 5",
        "finds a block valid and passes it on",
        "Blocks with bad proofs or spent coins go no further.",
        "proof, target, time and payment fit: to the neighbours";
    Orphan, "parent unknown", "Nakamoto, §5, last paragraph",
        "keeps a block aside whose parent it lacks, and asks for that",
        "What a block is worth depends on those before it.",
        "no parent: keep; <get parent>";
    Ask, "asks for a block", "Nakamoto, §5, last paragraph",
        "hears of a block that it lacks and asks for it",
        "A message that told of it was lost.",
        "<tip> unknown: <get>";
    Locate, "asks from where it is", "Nakamoto, §5, last paragraph, §12",
        "was away for long, says where its chain ends and asks what follows",
        "Nodes leave and come back at will: the chain tells what happened meanwhile.",
        "<block> or <tip> far above its own: <locate>";
    Help, "sends blocks", "Nakamoto, §5, last paragraph",
        "sends what a neighbour lacks",
        "Who missed one asks when the next one comes.",
        "<get>: the block; <locate>: the next blocks of its chain";
    Extend, "extends its chain", "Nakamoto, §5 step 6",
        "builds on the new block from now on",
        "Work on a longer chain is not wasted.",
        "block behind the tip: tip := block";
    Fork, "keeps its branch", "Nakamoto, §5",
        "sees another branch that has no more work, and keeps its own",
        "The next block will break the tie.",
        "work <= work of the tip: keep the first seen";
    Reorganise, "reorganises", "Nakamoto, §5",
        "leaves blocks for a branch with more work",
        "All who follow the most work end on the same chain.",
        "work > work of the tip: undo to the fork, follow the branch";
    Decide, "z deep", "Nakamoto, §11",
        "has z blocks on top and calls the first of them final",
        "The chance to overtake them falls exponentially with z.",
        "height <= tip - z + 1: decide";
    Confirm, "tells the client", "Nakamoto, §8",
        "tells a client that its payment is deep enough",
        "Clients keep no chain of their own.",
        "decided: <reply>";
    Tell, "tells its tip", "project rule; Nakamoto leaves it open",
        "tells neighbours what it builds on, until they have it too",
        "The last block may have been lost on its way.",
        "nothing new for two intervals: <tip> to who may lack it";
}

timers! {
    Mine, "mine", "A miner tries nonces, or has found one.";
    Tell, "tell", "A miner tells its neighbours what it builds on.";
    Retry, "retry", "A client waits for a reply.";
}

/// Positions in the table of kinds.
pub mod kind {
    pub const REQUEST: usize = 0;
    pub const REPLY: usize = 1;
    pub const PAYMENT: usize = 2;
    pub const BLOCK: usize = 3;
    pub const GET: usize = 4;
    pub const TIP: usize = 5;
    pub const LOCATE: usize = 6;
    pub const BLOCKS: usize = 7;
}

const KINDS: &[Kind] = &[
    Kind::of("request", "Rq", true, KindClass::Client),
    Kind::of("reply", "Re", false, KindClass::Client),
    Kind::of("payment", "P", true, KindClass::Decision),
    Kind::of("block", "B", true, KindClass::Decision),
    Kind::of("get", "B?", false, KindClass::Background),
    Kind::of("tip", "T", false, KindClass::Background),
    Kind::of("locate", "L", false, KindClass::Background),
    Kind::of("blocks", "Bs", false, KindClass::Background),
];

/// Positions of the parameters.
pub mod param {
    pub const MINING: usize = 0;
    pub const CONFIRMATIONS: usize = 1;
    pub const INTERVAL: usize = 2;
    pub const DIFFICULTY: usize = 3;
    pub const RETARGET: usize = 4;
    pub const MINE: usize = 5;
    pub const GRAPH: usize = 6;
    pub const DEGREE: usize = 7;
    pub const RETRY: usize = 8;
    pub const PATIENCE: usize = 9;
    pub const GAMMA: usize = 10;
}

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "mining",
        label: "Mining",
        help: "Whether nonces are tried, or the time to the next proof is drawn.",
        kind: ParamKind::Choice {
            options: &[
                ("real", "SHA-256 of real headers, nonce by nonce"),
                ("drawn", "exponential times without a hash tried: for statistics"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "confirmations",
        label: "Confirmations z",
        help: "A block is final once it and so many less one on top of it are there.",
        // A sixth of the hash power catches up with 32 blocks less than once in a hundred million times, (4·5/36)³².
        kind: ParamKind::Sure { min: 1, max: 1_000, default: 6, sure: 32 },
    },
    ParamSpec {
        key: "interval",
        label: "Block interval",
        help: "Average time between two blocks of all miners together.",
        kind: ParamKind::Span {
            min: Duration::millis(1),
            max: Duration::secs(86_400),
            default: Duration::millis(500),
        },
    },
    ParamSpec {
        key: "difficulty",
        label: "Difficulty",
        help: "A block takes 2 to the power of this hashes at first.",
        kind: ParamKind::Int { min: 4, max: 14, default: 8 },
    },
    ParamSpec {
        key: "retarget",
        label: "Retarget",
        help: "The target changes each so many blocks.",
        kind: ParamKind::Sure { min: 2, max: 2_016, default: 16, sure: 16 },
    },
    ParamSpec {
        key: "mine",
        label: "Mine",
        help: "When miners rest.",
        kind: ParamKind::Choice {
            options: &[("needed", "while no payment waits or is too shallow"), ("always", "never: Bitcoin")],
            default: 0,
        },
    },
    ParamSpec {
        key: "graph",
        label: "Graph",
        help: "Who is joined with whom.",
        kind: ParamKind::Choice {
            options: &[
                ("random", "each with `degree` others, drawn from the seed"),
                ("complete", "each with each"),
                ("hub", "each with node 0 only"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "degree",
        label: "Neighbours",
        help: "At most so many neighbours has a node of the random graph.",
        kind: ParamKind::Sure { min: 2, max: 32, default: 4, sure: 8 },
    },
    ParamSpec {
        key: "retry",
        label: "Client patience",
        help: "How long a client waits before it tells all nodes.",
        kind: ParamKind::Span {
            min: Duration::millis(1),
            max: Duration::secs(86_400),
            default: Duration::secs(6),
        },
    },
    ParamSpec {
        key: "patience",
        label: "Spender's patience",
        help: "A double spender gives up when it is more than so many blocks behind.",
        kind: ParamKind::Int { min: 1, max: 1_000, default: 20 },
    },
    ParamSpec {
        key: "gamma",
        label: "Head start γ",
        help: "Share of the others, in per cent, that a selfish hub tells of its own block first.",
        kind: ParamKind::Int { min: 0, max: 100, default: 50 },
    },
];

switches! {
    MOST_WORK = 0, "most-work", "§4", Breaks::Safety("Heaviest Chain"),
        "The chain with most work counts, not the one with most blocks",
        "Many easy blocks outweigh few hard ones, and rewriting the past becomes cheap.";
    PARENT_FIRST = 1, "parent-first", "§5", Breaks::Safety("Linked Chain"),
        "A block waits for its parent",
        "A block is put behind one that it never named, and each node has a chain of its own.";
    COVERS_PARENT = 2, "covers-parent", "§4", Breaks::Safety("Common Prefix"),
        "The proof of work covers the hash of the block before",
        "Proofs are cut off and put on another branch, which so costs nothing.";
    EXACT_TARGET = 3, "exact-target", "Bitcoin; §4 counts zero bits", Breaks::Safety("Proof of Work"),
        "The hash is compared with the target as a number",
        "Counting zero digits moves the difficulty in steps of 16, and hashes above the target pass.";
    UNDO = 4, "undo", "§5", Breaks::Safety("Ledger Follows Chain"),
        "Payments of a branch that is left are taken back",
        "A payment counts as made that no chain holds any more, and is never made again.";
    RETARGET = 5, "retarget", "§4", Breaks::Liveness,
        "The target follows the hash power",
        "When hash power goes away, blocks come too seldom for ever.";
    CLAMP = 6, "clamp", "Bitcoin; Nakamoto, §4", Breaks::Liveness,
        "A target changes by a factor of 4 at most",
        "A burst of quick blocks makes the next ones so hard that nobody finds one.";
    FIRST_SEEN = 7, "first-seen", "§5", Breaks::Nothing,
        "Among branches with equal work a node keeps the first seen",
        "Nothing that is deep enough: but a selfish pool then wins every race, whatever its place.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const SELFISH: usize = 0;
    pub const DOUBLE_SPEND: usize = 1;
    pub const MAJORITY: usize = 2;
    pub const GRAFT: usize = 3;
    pub const EASY_BRANCH: usize = 4;
    pub const WITHHOLD: usize = 5;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "selfish",
        label: "Mines selfishly",
        does: "It keeps its blocks to itself and shows them when others find one (Eyal & Sirer, Algorithm 1).",
    },
    AdversarySpec {
        id: "double-spend",
        label: "Spends twice",
        does: "Beside each payment that it can it mines a branch in which the coin goes back, and shows it once the payment \
               is deep enough and the branch longer; it gives up when it is too far behind.",
    },
    AdversarySpec {
        id: "majority",
        label: "Never gives up",
        does: "It spends twice and never gives up: with half of the hash power it gets there in the end, if miners do not \
               rest before (mine=always).",
    },
    AdversarySpec {
        id: "graft",
        label: "Reuses proofs",
        does: "It spends twice and puts the proofs of others on its branch.",
    },
    AdversarySpec {
        id: "easy-branch",
        label: "Makes it easy",
        does: "It spends twice, and writes late times into its branch, so that its targets grow easier and its blocks many.",
    },
    AdversarySpec { id: "withhold", label: "Withholds", does: "It never shows a block that it finds." },
];

/// Nakamoto consensus in its own words.
pub const META: Meta = Meta {
    id: "nakamoto",
    title: "Nakamoto",
    member: "miner",
    paper: "Nakamoto 2008",
    reference: "Satoshi Nakamoto, Bitcoin: A Peer-to-Peer Electronic Cash System, 2008; Ittay Eyal and Emin Gün Sirer, \
                Majority is not Enough, FC 2014, arXiv:1311.0243; Meni Rosenfeld, Analysis of Hashrate-Based \
                Double-Spending, 2014, arXiv:1402.2009",
    summary: "Miners that nobody knows agree on a chain of blocks. A block costs work, proved by its hash; all build on \
              the chain with most work in it. Branches appear and disappear; what lies z blocks deep stays with a \
              probability that grows with z, as long as most hash power is honest.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Proposed,
        termination: Some("most hash power is honest, and blocks spread faster than they are found"),
        safety: "with a probability that falls exponentially with z, never for certain: less than half of the hash power \
                 is dishonest, blocks spread much faster than they are found, and no partition lasts z blocks",
    },
    faults: FaultModel::Byzantine,
    bound: Bound::HalfOfWeight,
    variants: None,
    inputs: Inputs::Requests,
    quorum: QuorumRule::Majority,
    n: (1, 6, 1_000),
    round: "height",
    slot: "height",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: &["tell", "retry"],
    commands: &[CommandSpec {
        id: "mine",
        label: "finds a block",
        does: "It finds a block at once, whatever time that would take.",
        about: About::Nothing,
    }],
    adversaries: ADVERSARIES,
    simplified: &[
        "One payment a block, no Merkle tree (§7), no scripts, no fees and rewards (§6): credits count blocks",
        "A client's coins are spent in order, each the change of the one before",
        "A client believes more than half of the hash power (§8 has it compare headers)",
        "mine=needed: miners rest while no payment is waiting, and a block after that counts for the target as if it had taken \
         as long as planned (with confirmations=1 that is every block, so the target stays); Bitcoin's never do",
        "mining=drawn: times are exponential draws, and a stamp stands for the proof",
        "Blocks are pushed whole; Bitcoin announces them first. Hashes are single SHA-256, nonces have 64 bits",
        "A block is younger than its parent; Bitcoin compares with the median of the last eleven",
        "Selfish and double-spending miners compare heights: Eyal & Sirer's difficulty does not change within a fork",
        "Who spends twice has the client's key: payer and attacker are one. Liars do not pool their work, and rest when \
         honest miners do",
        "Forks that begin some hundred blocks back are refused, and of blocks before those only the chain's latest 8,192 are \
         kept: who was away for longer does not come back",
    ],
    envelope: Envelope {
        // Both sides of a cut go on, and one of them is undone.
        partition: false,
        // A clock that runs fast is hash power.
        pause: false,
        ..Envelope::LIARS
    },
    layout: Layout::Ring,
    weighted: true,
};
