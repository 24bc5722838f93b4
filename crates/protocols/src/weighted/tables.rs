//! What weighted agents say of themselves: the table of citations, the switches, the parameters, the lies.

use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, Duration, Envelope, FaultModel, Givers, Inputs,
    Kind, KindClass, Layout, Meta, ParamKind, ParamSpec, QuorumRule, Ratio, Validity,
};

rules! {
    Asks, "ask", "the document, reach_consensus",
        "puts the question to all as the coordinator",
        "One agent collects: few messages, and all depends on it.",
        "coordinator: send the question to every agent, wait 2Δ";
    Answers, "answer", "the document, reach_consensus; Dolev & Strong 1983, §4",
        "signs its answer and sends it",
        "With a signature others can pass it on, and nobody can change it.",
        "send answer:i";
    Hears, "extract", "Dolev & Strong 1983, §4",
        "learns an answer that it did not know",
        "The signatures prove whose it is, whoever brought it.",
        "answer:i:j_1:...:j_k in round k + 1 or before: add to W_i";
    PassesOn, "relay", "Dolev & Strong 1983, §4",
        "signs what is new and passes it on",
        "With f + 1 signatures a correct agent has shown it to all already.",
        "k < f + 1: send answer:i:j_1:...:j_k:me";
    Majority, "> θ", "the document, _aggregate",
        "finds more than θ of all weight behind one answer",
        "The total is that of all members: silence is no consent.",
        "weight(cluster) > θ·sum(weights)";
    NoMajority, "plurality", "the document, _aggregate",
        "finds no answer with enough behind it",
        "The heaviest is named as what it is, the most, and not as a majority.",
        "max weight(cluster) <= θ·sum(weights)";
    Announces, "announce", "the document, reach_consensus",
        "announces the result with the answers under it",
        "Whoever gets it can count again.",
        "send result and signed answers to every agent";
    Accepts, "accept", "the document, ConsensusResult",
        "counts the announced answers again and accepts",
        "A coordinator can leave answers out, but invent none.",
        "result = count(signed answers): decide it";
    ComesBack, "restart", "Dolev & Strong 1983, §2",
        "comes back after a crash and goes on with what it has",
        "It has missed messages, so nothing is promised of it.",
        "missed rounds: what was not heard is not known";
}

switches! {
    LAST_ROUND = 0, "last-round", "Dolev & Strong 1983, §3", Breaks::Safety("Interactive Consistency"),
        "Answers are exchanged in f + 1 rounds",
        "f liars sign in turn, and who is shown their chain in the last round cannot pass it on.";
    PASS_ON = 1, "pass-on", "Dolev & Strong 1983, §4", Breaks::Safety("Interactive Consistency"),
        "Each answer is shown to the others",
        "An agent that answers differently to different agents is never found out.";
    SIGNED_IN_TIME = 2, "signed-in-time", "Dolev & Strong 1983, §4", Breaks::Safety("Interactive Consistency"),
        "In round r an answer carries r signatures",
        "A late answer counts for some and comes too late to others.";
    DISTINCT_SIGNERS = 3, "distinct-signers", "Dolev & Strong 1983, §4", Breaks::Safety("Interactive Consistency"),
        "The signatures are those of different agents",
        "A liar signs again and again until its chain is long enough for the last round.";
    TWO_ANSWERS = 4, "two-answers", "Dolev & Strong 1983, §4", Breaks::Safety("Interactive Consistency"),
        "Who signs two answers has given none",
        "If each counts the one it heard first, a liar votes differently in each count.";
    ONE_WEIGHT = 5, "one-weight", "the document, WeightedOpinion", Breaks::Safety("Majority of All"),
        "An agent counts once, however much it says",
        "A liar signs two answers, and its weight stands behind both.";
    MEMBERS = 6, "all-members", "weighted quorum over all weights", Breaks::Safety("Majority of All"),
        "The threshold is of all members' weight",
        "Counted among those who answered, the few who speak decide for all.";
    PLURALITY = 7, "majority", "the document, agreement_level", Breaks::Safety("Majority of All"),
        "The heaviest answer needs more than θ",
        "The document takes the heaviest whatever it weighs: a fifth of the weight passes for consensus.";
    ABSTENTIONS = 8, "abstentions", "weighted quorum over all weights", Breaks::Safety("Majority of All"),
        "Who gives no answer stands behind none",
        "Silence is counted as consent to the heaviest answer.";
    TIES = 9, "ties", "the document, max()", Breaks::Safety("Agreement"),
        "Of equal answers that of the lowest number comes first",
        "Whichever was heard first comes first, and agents hear in different order.";
    CAP = 10, "cap", "weighted_dictator", Breaks::Safety("No Dictator"),
        "No agent has more than its share",
        "Trust times expertise can give one agent more than all others together: it decides alone.";
    RECOUNT = 11, "recount", "the document, ConsensusResult", Breaks::Safety("Majority of All"),
        "Agents count the announced answers again",
        "A lying coordinator announces a majority that nobody voted for.";
    DEADLINE = 12, "deadline", "the document, agent.generate", Breaks::Liveness,
        "The coordinator waits no longer than 2Δ",
        "One silent agent keeps all others waiting for ever.";
    BOUND = 13, "question-binding", "signed votes name what they are for", Breaks::Safety("Every Voice"),
        "An answer names its question",
        "With a roll call first, a lying coordinator shows everybody's signed \"present\" as answers to the question.";
}

/// Positions of the parameters.
pub(super) mod param {
    pub const DECIDE: usize = 0;
    pub const QUESTION: usize = 1;
    pub const ANSWERS: usize = 2;
    pub const TRUST: usize = 3;
    pub const EXPERTISE: usize = 4;
    pub const DOMAIN: usize = 5;
    pub const THETA: usize = 6;
    pub const SIMILAR: usize = 7;
    pub const MEASURE: usize = 8;
    pub const CAP: usize = 9;
    pub const DELTA: usize = 10;
    pub const ROLL_CALL: usize = 11;
    pub const DOMAINS: usize = 12;
}

/// The domain of the usual question.
pub(super) const USUAL_DOMAIN: &str = "geography";

/// Δ unless said otherwise, and what searches keep to.
const DELTA: Duration = Duration::millis(20);

const fn pc(percent: u32) -> Ratio {
    Ratio::percent(percent)
}

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "decide",
        label: "Who decides",
        help: "All count for themselves after an exchange that liars cannot split, or one coordinator counts.",
        kind: ParamKind::Choice {
            options: &[
                ("all", "all exchange signed answers in f + 1 rounds"),
                ("coordinator", "agent 0 asks, counts and announces"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "question",
        label: "Question",
        help: "What the agents are asked.",
        kind: ParamKind::Text { bytes_max: 4_096, default: "Which city is the capital of Australia?" },
    },
    ParamSpec {
        key: "answers",
        label: "Answers",
        help: "What each agent answers; empty for no answer.",
        kind: ParamKind::Texts {
            bytes_max: 4_096,
            usual: &["Canberra", "It is Canberra.", "Sydney", "canberra!", "Sydney, of course"],
        },
    },
    ParamSpec {
        key: "trust",
        label: "Trust",
        help: "How far each agent is trusted, from 0 to 1.",
        kind: ParamKind::Ratios {
            min: Ratio::ZERO,
            max: Ratio::ONE,
            usual: &[pc(90), pc(80), pc(90), pc(50), pc(70)],
        },
    },
    ParamSpec {
        key: "expertise",
        label: "Expertise",
        help: "How much each agent knows of each domain, from 0 to 1.",
        kind: ParamKind::Table {
            columns: (1, 8),
            usual: &[
                &[pc(90), pc(20)],
                &[pc(60), pc(50)],
                &[pc(80), pc(90)],
                &[pc(70), pc(40)],
                &[pc(40), pc(80)],
            ],
        },
    },
    ParamSpec {
        key: "domain",
        label: "Domain",
        help: "What the question belongs to: a domain's name, or its column of expertise, from 0.",
        kind: ParamKind::Text { bytes_max: 64, default: USUAL_DOMAIN },
    },
    ParamSpec {
        key: "theta",
        label: "Threshold θ",
        help: "More than this share of all weight is a majority.",
        kind: ParamKind::Ratio { min: Ratio::ZERO, max: Ratio::ONE, default: pc(50) },
    },
    ParamSpec {
        key: "similar",
        label: "Similarity",
        help: "Answers at least this similar count as one.",
        kind: ParamKind::Ratio { min: Ratio::ZERO, max: Ratio::ONE, default: pc(50) },
    },
    ParamSpec {
        key: "measure",
        label: "Compared by",
        help: "What Dice's measure of similarity counts.",
        kind: ParamKind::Choice {
            options: &[
                ("letters", "pairs of letters"),
                ("words", "words"),
                ("exact", "the whole, but for case and punctuation"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "cap",
        label: "Largest share",
        help: "No agent may have more than this share of all weight.",
        kind: ParamKind::Ratio { min: pc(1), max: Ratio::ONE, default: pc(50) },
    },
    ParamSpec {
        key: "delta",
        label: "Round Δ",
        help: "The longest that a message may take; a round lasts as long.",
        kind: ParamKind::span(DELTA),
    },
    ParamSpec {
        key: "roll-call",
        label: "Roll call first",
        help: "The coordinator first asks who is there; two rounds more.",
        kind: ParamKind::Flag { default: false },
    },
    ParamSpec {
        key: "domains",
        label: "Domains",
        help: "Names of the columns of expertise, with commas between.",
        kind: ParamKind::Text { bytes_max: 512, default: "geography,law" },
    },
];

/// Positions of the kinds of message.
pub(super) mod kind {
    pub const ASK: usize = 0;
    pub const ANSWER: usize = 1;
    pub const RELAY: usize = 2;
    pub const RESULT: usize = 3;
}

const KINDS: &[Kind] = &[
    Kind { name: "ask", glyph: "?", proposal: true, class: KindClass::Decision },
    Kind { name: "answer", glyph: "A", proposal: true, class: KindClass::Decision },
    Kind { name: "relay", glyph: "a", proposal: false, class: KindClass::Decision },
    Kind { name: "result", glyph: "R", proposal: true, class: KindClass::Decision },
];

/// Positions of the adversaries.
pub(super) mod adversary {
    pub const TWO_FACED: usize = 0;
    pub const WITHHOLD: usize = 1;
    pub const SIGN_AGAIN: usize = 2;
    pub const COLLUDE: usize = 3;
    pub const USURP: usize = 4;
    pub const PRESENT: usize = 5;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "It gives even-numbered agents another answer and passes nothing on to them; as coordinator it leaves the \
               heaviest answers out for them.",
    },
    AdversarySpec {
        id: "withhold",
        label: "Withholds an answer",
        does: "The liars pass a second answer of the first of them on among themselves and show it to one agent in the \
               last round.",
    },
    AdversarySpec {
        id: "sign-again",
        label: "Signs again",
        does: "The same, and it signs so often that the chain is long enough for that round.",
    },
    AdversarySpec {
        id: "collude",
        label: "Colludes",
        does: "It answers what the first of the liars answers.",
    },
    AdversarySpec {
        id: "usurp",
        label: "Usurps",
        does: "As coordinator it announces its own answer as that of the majority.",
    },
    AdversarySpec {
        id: "present",
        label: "Takes presence for consent",
        does: "As coordinator it announces what was answered at the roll call.",
    },
];

/// Weighted agents in their own words.
pub const META: Meta = Meta {
    id: "weighted",
    title: "Weighted agents",
    member: "agent",
    paper: "Dolev & Strong 1983; Dice 1945",
    reference: "The document, \"Weighted Agent Consensus\"; Danny Dolev and H. Raymond Strong, Authenticated Algorithms for \
                Byzantine Agreement, SIAM Journal on Computing 12(4), 1983; Lee R. Dice, Measures of the Amount of Ecologic \
                Association Between Species, Ecology 26(3), 1945",
    summary: "Agents answer a question. Each weighs as much as it is trusted and knows of the matter; similar answers count \
              together; an answer wins if more than a threshold of all weight is behind it. Either all exchange signed \
              answers, so that all count the same whoever lies, or one coordinator collects and announces, and all hangs on \
              it.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Proposed,
        termination: Some(
            "every message arrives within Δ, no correct agent is ever down, and a coordinator, if there is one, is correct",
        ),
        safety: "at most f of n ≥ f + 2 agents lie or crash, every message arrives within Δ, signatures cannot be forged, and \
                 a coordinator, if there is one, is correct",
    },
    faults: FaultModel::Byzantine,
    bound: Bound::AllButTwo,
    variants: None,
    inputs: Inputs::Given { by: Givers::Nobody, options: &[], usual: &[] },
    quorum: QuorumRule::Majority,
    n: (2, 5, 100),
    round: "round",
    slot: "decision",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: crate::generals::TIMERS,
    commands: &[],
    adversaries: ADVERSARIES,
    simplified: &[
        "Agents, trust oracle and expertise are given: nobody is asked anything outside the run",
        "The document writes a new text out of the winning answers; here one of them speaks for all",
        "Answers are compared as letters or words, not by meaning: \"yes\" and \"indeed\" differ, and so do accents written \
         in two ways",
        "Answers that arrive in one round travel on in one message",
    ],
    envelope: Envelope { byzantine: true, ..Envelope::rounds(DELTA) },
    layout: Layout::Ring,
    weighted: false,
};
