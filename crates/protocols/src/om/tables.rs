//! What OM says of itself: the table of citations, the switches, the lies.

use crate::generals::{ENVELOPE, INPUTS, KINDS, PARAMS, TIMERS};
use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, FaultModel, Layout, Meta, QuorumRule, Validity,
};

rules! {
    Commands, "OM(m) 1", "LSP 1982, §3, OM(m), step 1",
        "gives its order as the commander, and obeys it too",
        "Everything else is about bringing all loyal lieutenants to the same idea of what he said.",
        "send v to every lieutenant";
    Hears, "OM(m) 2", "LSP 1982, §3, OM(m), step 2",
        "hears the commander's order",
        "Others may have been told something else, so it does not obey yet.",
        "v_i := the value received from the commander";
    IsTold, "OM(m) 3", "LSP 1982, §3, OM(m), step 3",
        "is told what another has heard",
        "Comparing what everybody was told is what makes two faces useless.",
        "v_j := what lieutenant j says in OM(m - 1)";
    Missing, "A3", "LSP 1982, §3, assumption A3",
        "notices that a message did not come and takes it as retreat",
        "A traitor may be silent. Waiting for him would stop everybody.",
        "no value by the end of the round: RETREAT";
    Relays, "OM(m) 2 relay", "LSP 1982, §3, OM(m), step 2",
        "acts as commander to tell the others what it heard",
        "Each of these runs is an OM(m - 1) with one general less, and so on down to OM(0).",
        "act as commander in OM(m - 1), send v_i to the n - 2 others";
    Tie, "majority", "LSP 1982, §3, function majority",
        "finds what it was told of the commander's order tied, which is a retreat for everybody",
        "Any rule will do if it is the same function of the same values at every lieutenant.",
        "no majority among v_1, ..., v_{n-1}: RETREAT";
    Obeys, "OM(0) 2", "LSP 1982, §3, OM(0), step 2",
        "obeys what the commander told it",
        "Without traitors his word is enough.",
        "use the value received, or RETREAT";
    Majority, "OM(m) 3 majority", "LSP 1982, §3, OM(m), step 3",
        "takes the majorities from the leaves to the root and obeys",
        "Loyal lieutenants agree on each value that they weigh, or they have enough equal ones.",
        "use majority(v_1, ..., v_{n-1})";
    ComesBack, "A1", "LSP 1982, §3, assumptions A1 and A3",
        "comes back after a crash and goes on with what it has",
        "What it missed counts as not sent. It is one of the faulty, so nothing is promised of it.",
        "missed rounds: RETREAT for what was not heard";
}

switches! {
    LAST_ROUND = 0, "last-round", "§3, OM(m)", Breaks::Safety("Agreement"),
        "There are m + 1 rounds",
        "With m rounds a chain of m traitors reaches one lieutenant, who can no longer tell the others.";
    MAJORITY = 1, "majority", "§3, step 3", Breaks::Safety("Agreement"),
        "A lieutenant takes the majority of what it was told",
        "It believes whoever spoke first, and a commander with two faces splits the army.";
    COMMON_TIE = 2, "common-tie", "§3, majority", Breaks::Safety("Agreement"),
        "A tie means the same to every lieutenant",
        "If each follows its own copy when the votes are equal, equal votes lead to different orders.";
    SENDER_KNOWN = 3, "sender-known", "§3, A2", Breaks::Safety("Agreement"),
        "A lieutenant knows who sent what it hears",
        "A traitor speaks in another's name and is believed before the other is heard.";
    ABSENCE = 4, "absence", "§3, A3", Breaks::Liveness,
        "The end of a round shows what was not sent",
        "One silent traitor, and everybody waits for ever.";
    RELAY_MISSING = 5, "relay-missing", "§3, step 2", Breaks::Nothing,
        "A lieutenant who heard nothing passes on a retreat",
        "Nothing happens: if it is silent too, the others take that as the same retreat.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const OPPOSITE: usize = 0;
    pub const TWO_FACED: usize = 1;
    pub const SPLIT: usize = 2;
    pub const LAST_ROUND: usize = 3;
    pub const IMPERSONATE: usize = 4;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec { id: "opposite", label: "Says the opposite", does: "It turns every order round." },
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "It turns orders round towards even-numbered generals only.",
    },
    AdversarySpec {
        id: "split",
        label: "Splits the army",
        does: "Whatever it heard, it tells even-numbered generals retreat and odd-numbered ones attack; all who do so \
               work together.",
    },
    AdversarySpec {
        id: "last-round",
        label: "Lies at last",
        does: "It is loyal until the last round and two-faced there.",
    },
    AdversarySpec {
        id: "impersonate",
        label: "Speaks for another",
        does: "It passes on the opposite as if another lieutenant had said so.",
    },
];

/// OM in its own words.
pub const META: Meta = Meta {
    id: "om",
    title: "Byzantine generals, oral",
    member: "general",
    paper: "Lamport, Shostak & Pease 1982",
    reference: "Leslie Lamport, Robert Shostak and Marshall Pease, The Byzantine Generals Problem, ACM TOPLAS 4(3), 1982",
    summary: "A commander orders attack or retreat, and the loyal lieutenants must all do the same, and what he said if \
              he is loyal. Words prove nothing, so everybody tells everybody what he was told, and what he was told \
              that others were told, m + 1 rounds deep; then each takes majorities. With three generals and one traitor \
              no algorithm can do it: the traitor is always as credible as the loyal one.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Unanimous,
        termination: Some("every message arrives within Δ and no loyal general is ever down"),
        safety: "at most m of n ≥ 3m + 1 generals are traitors or crash, every message arrives within Δ, and its sender \
                 is known",
    },
    faults: FaultModel::Byzantine,
    bound: Bound::Third,
    variants: None,
    inputs: INPUTS,
    quorum: QuorumRule::Majority,
    n: (1, 4, 128),
    round: "round",
    slot: "decision",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: TIMERS,
    commands: &[],
    adversaries: ADVERSARIES,
    simplified: &[
        "Two orders only (§3 allows any values)",
        "Missing communication paths, OM(m, p) on regular graphs (§5): everybody reaches everybody",
        "Approximate agreement on a time of attack (§2)",
    ],
    envelope: ENVELOPE,
    layout: Layout::Ring,
    weighted: false,
};
