//! What belief consensus says of itself: the table of citations, the switches, the parameters.

use crate::generals::TIMERS;
use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, Duration, Envelope, FaultModel, Givers, Inputs,
    Kind, KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Ratio, Validity, Variants,
};

/// Δ unless said otherwise, and what searches keep to.
const DELTA: Duration = Duration::millis(20);
/// Finest tolerance, and the usual one.
const MILLIONTH: Ratio = match Ratio::new(1, 1_000_000) {
    Some(ratio) => ratio,
    None => Ratio::ZERO,
};
/// Most rounds.
pub(super) const ROUNDS_MAX: u32 = 1_000;

rules! {
    UpdatesFirst, "Bayes, before", "Genest & Zidek 1986, §3, external Bayesianity",
        "updates its own belief on the evidence",
        "Everybody has seen it.",
        "p_i(k) := p_i(k) L(k) / sum";
    Tells, "tells", "document, get_belief_distribution",
        "tells its neighbours what it believes",
        "Nobody can pool what it has not been told.",
        "send Belief(1, p_i) to the neighbours";
    Hears, "hears", "document, beliefs.append",
        "is told a belief",
        "Each counts once, by its first word.",
        "heard[j] := p_j";
    Missing, "round over", "project: synchronous rounds",
        "pools without those it has not heard",
        "One that crashed must not stop the others.",
        "round over: weights of those heard sum up to one again";
    Mixes, "mixes", "DeGroot 1974; Xiao & Boyd 2004, Metropolis weights",
        "moves to the mean of its own opinion and its neighbours'",
        "Symmetric weights keep the mean of all while the distance shrinks.",
        "x_i := sum W_ij x_j, W_ij = 1 / (1 + max(d_i, d_j))";
    UpdatesLast, "Bayes, after", "Genest & Zidek 1986, §3, external Bayesianity",
        "updates the pool on the evidence",
        "In a logarithmic pool this comes to the same as updating before.",
        "p(k) := p(k) L(k) / sum";
    Pools, "pools", "document, _log_opinion_pool; Genest & Zidek 1986",
        "pools and decides for the most probable outcome",
        "All have the same beliefs in the same order, so they get the same pool.",
        "p := exp(x - log-sum-exp x), or sum w_i p_i; decide argmax p";
    Undefined, "vetoed", "Genest & Zidek 1986, §3, zero preservation",
        "finds every outcome vetoed and has no pool",
        "What is left to normalise is zero.",
        "sum p = 0: undefined";
    ComesBack, "restart", "project: it was faulty",
        "comes back and decides only if it has heard all",
        "It has missed what came meanwhile.",
        "nothing is promised to it";
}

/// Positions of the parameters.
pub mod param {
    pub const BELIEFS: usize = 0;
    pub const RULE: usize = 1;
    pub const FLOOR: usize = 2;
    pub const GRAPH: usize = 3;
    pub const ROUNDS: usize = 4;
    pub const EVIDENCE: usize = 5;
    pub const UPDATE: usize = 6;
    pub const DELTA: usize = 7;
    pub const TOLERANCE: usize = 8;
}

/// The floors that can be chosen.
pub(super) const FLOORS: [f64; 5] = [0.0, 1e-3, 1e-6, 1e-10, 1e-300];

const fn row(a: u32, b: u32, c: u32) -> [Ratio; 3] {
    [Ratio::percent(a), Ratio::percent(b), Ratio::percent(c)]
}

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "beliefs",
        label: "Beliefs",
        help: "A row for each agent: the probability of each outcome; rows are divided by their sum.",
        kind: ParamKind::Table {
            columns: (2, 8),
            usual: &[&row(70, 20, 10), &row(50, 30, 20), &row(20, 50, 30), &row(60, 30, 10)],
        },
    },
    ParamSpec {
        key: "rule",
        label: "Pool",
        help: "How beliefs become one.",
        kind: ParamKind::Choice {
            options: &[
                ("log", "weighted geometric mean: a zero is a veto"),
                ("linear", "weighted mean: nobody has a veto"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "floor",
        label: "Floor",
        help: "Least probability that counts in a logarithmic pool.",
        kind: ParamKind::Choice {
            options: &[
                ("0", "none: a zero is an absolute veto"),
                ("1e-3", "outvoted by 4 agents at .9"),
                ("1e-6", "outvoted by 7"),
                ("1e-10", "the document's; outvoted by 11"),
                ("1e-300", "outvoted by 315"),
            ],
            default: 3,
        },
    },
    ParamSpec {
        key: "graph",
        label: "Who hears whom",
        help: "On a complete graph one round is enough.",
        kind: ParamKind::Choice {
            options: &[
                ("complete", "everybody hears everybody"),
                ("ring", "everybody hears two neighbours"),
                ("star", "all hear agent 0, and it hears all"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "rounds",
        label: "Rounds",
        help: "On a ring or star; 0 for as many as the tolerance needs, at most 1,000.",
        kind: ParamKind::Int { min: 0, max: ROUNDS_MAX as u64, default: 0 },
    },
    ParamSpec {
        key: "evidence",
        label: "Evidence",
        help: "How likely it is under each outcome, with commas between; or none.",
        kind: ParamKind::Text { bytes_max: 96, default: "none" },
    },
    ParamSpec {
        key: "update",
        label: "Update on it",
        help: "When the evidence is taken into account.",
        kind: ParamKind::Choice {
            options: &[("before", "each agent before it tells"), ("after", "the pool at the end")],
            default: 0,
        },
    },
    ParamSpec {
        key: "delta",
        label: "Round Δ",
        help: "The longest that a message may take; a round lasts as long.",
        kind: ParamKind::span(DELTA),
    },
    ParamSpec {
        key: "tolerance",
        label: "Tolerance",
        help: "The share of their first distance that may be left between neighbours' pools.",
        kind: ParamKind::Ratio { min: MILLIONTH, max: Ratio::percent(50), default: MILLIONTH },
    },
];

switches! {
    NORMALISE = 0, "normalise", "pools", Breaks::Safety("A Distribution"),
        "a pool is divided by its sum",
        "Geometric means sum up to less than one, the less the more the agents differ.";
    SUM_TO_ONE = 1, "sum-to-one", "pools", Breaks::Safety("No Surer than the Surest"),
        "weights sum up to one",
        "Each belief counts as evidence of its own, and together they are surer than any of them.";
    LOG_SPACE = 2, "log-space", "pools", Breaks::Liveness,
        "products are sums of logarithms",
        "Small numbers multiply to zero for every outcome, and there is no pool.";
    FLOOR = 3, "floor", "vetoed", Breaks::Liveness,
        "a zero is raised to the floor",
        "Every outcome has an agent that rules it out, and there is no pool.";
    SYMMETRIC = 4, "symmetric", "mixes", Breaks::Safety("The Weighted Pool"),
        "neighbours give each other the same weight",
        "Means over neighbourhoods count the well connected more.";
    END_OF_ROUND = 5, "end-of-round", "round over", Breaks::Liveness,
        "a round ends when its time is over",
        "One agent has crashed, and all others wait for it for ever.";
    WEIGHTS = 6, "weights", "pools", Breaks::Safety("The Weighted Pool"),
        "a belief counts as much as its agent",
        "Who guesses counts as much as who knows.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const VETO: usize = 0;
    pub const TWO_FACED: usize = 1;
    pub const STUBBORN: usize = 2;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "veto",
        label: "Veto",
        does: "It gives everything to the last outcome and 0 to all others.",
    },
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "It is certain of outcome 0 towards even-numbered agents and of the last one towards the others.",
    },
    AdversarySpec {
        id: "stubborn",
        label: "Stubborn",
        does: "It tells its first belief in every round; on a ring or star all others come to it.",
    },
];

/// Belief consensus in its own words.
pub const META: Meta = Meta {
    id: "belief",
    title: "Belief pools",
    member: "agent",
    paper: "Genest & Zidek 1986; DeGroot 1974",
    reference: "Christian Genest and James V. Zidek, Combining Probability Distributions: A Critique and an Annotated \
                Bibliography, Statistical Science 1(1), 1986; Morris H. DeGroot, Reaching a Consensus, JASA 69, 1974; \
                Belief-Based Consensus, in: Consensus Protocols, Formal Agreement Mechanisms for Multi-Agent Systems",
    summary: "Agents tell each other how probable they think each outcome is and pool: by a geometric mean, where one zero \
              is a veto, or by a plain one. In one round if all hear all, in many between neighbours.",
    claims: Claims {
        agreement: AgreementScope::Uniform,
        validity: Validity::Proposed,
        termination: Some("every message arrives within Δ, and a floor leaves no outcome without a chance"),
        safety: "agents crash and do not lie, every message arrives within Δ; on a ring or star nobody crashes either, \
                 and pools come nearer to each other than the best two outcomes are",
    },
    faults: FaultModel::Crash,
    bound: Bound::AllButTwo,
    // On a ring or star who crashes takes part of the weight along.
    variants: Some(Variants {
        param: param::GRAPH,
        models: &[
            (FaultModel::Crash, Bound::AllButTwo),
            (FaultModel::Crash, Bound::Nobody),
            (FaultModel::Crash, Bound::Nobody),
        ],
    }),
    inputs: Inputs::Given { by: Givers::Nobody, options: &[], usual: &[] },
    quorum: QuorumRule::Majority,
    n: (2, 4, 128),
    round: "round",
    slot: "decision",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: &[Kind { name: "belief", glyph: "B", proposal: true, class: KindClass::Decision }],
    timers: TIMERS,
    commands: &[],
    adversaries: ADVERSARIES,
    simplified: &[
        "Weights are given; the literature has rules for learning them",
        "All have seen the same evidence and agree on how likely it is",
    ],
    envelope: Envelope::rounds(DELTA),
    layout: Layout::Ring,
    weighted: true,
};
