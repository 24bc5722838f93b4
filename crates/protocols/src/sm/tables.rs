//! What SM says of itself: the table of citations, the switches, the lies.

use crate::generals::{ENVELOPE, INPUTS, KINDS, PARAMS, TIMERS};
use consensus_kernel::{
    AdversarySpec, AgreementScope, Bound, Breaks, Claims, FaultModel, Layout, Meta, QuorumRule, Validity,
};

rules! {
    Commands, "SM(m) 1", "LSP 1982, §4, SM(m), step 1",
        "signs its order as the commander, sends it, and obeys it too",
        "Whoever gets it can prove to others that he said so.",
        "sign v and send v:0 to every lieutenant";
    FirstOrder, "SM(m) 2A", "LSP 1982, §4, SM(m), step 2 (A)",
        "has its first order, from the commander himself",
        "Others may hold another one, so it waits for what they show.",
        "v:0 from the commander, no order yet: V_i := {v}";
    NewOrder, "SM(m) 2B", "LSP 1982, §4, SM(m), step 2 (B)",
        "is shown an order that it did not know",
        "The signatures prove that the commander gave it, whatever he told others.",
        "v:0:j_1:...:j_k, v not in V_i: add v to V_i";
    PassesOn, "SM(m) 2 (ii)", "LSP 1982, §4, SM(m), step 2 (ii)",
        "signs what is new and passes it on to all who have not signed",
        "With k = m one of the m + 1 signers is loyal and has shown it to everybody already.",
        "k < m: send v:0:j_1:...:j_k:i to every other lieutenant";
    Obeys, "SM(m) 3", "LSP 1982, §4, SM(m), step 3",
        "knows a single order and obeys it",
        "Every loyal lieutenant knows the same.",
        "V_i = {v}: choice(V_i) = v";
    Retreats, "choice", "LSP 1982, §4, function choice",
        "knows no order, or two, and retreats",
        "Two signed orders prove that the commander is a traitor; all that matters is to do the same.",
        "V_i empty or of several: choice(V_i) = RETREAT";
    ComesBack, "A1", "LSP 1982, §3, assumptions A1 and A3",
        "comes back after a crash and goes on with what it has",
        "What it missed counts as not sent. It is one of the faulty, so nothing is promised of it.",
        "missed rounds: what was not heard is not known";
}

switches! {
    SIGNATURES = 0, "signatures", "§4, A4", Breaks::Safety("Agreement"),
        "An order counts only with real signatures",
        "A traitor makes up an order of the commander, and three generals are as lost as with oral messages.";
    DISTINCT_SIGNERS = 1, "distinct-signers", "§4, proof of theorem 2", Breaks::Safety("Agreement"),
        "The signatures are those of different generals",
        "A traitor signs again and again until a chain is long enough to be shown in the last round.";
    SIGNED_IN_TIME = 2, "signed-in-time", "§6, time-outs", Breaks::Safety("Agreement"),
        "In round r a chain carries at least r signatures",
        "Traitors show an order to one lieutenant so late that it cannot tell the others any more.";
    LAST_ROUND = 3, "last-round", "§4, SM(m)", Breaks::Safety("Agreement"),
        "There are m + 1 rounds",
        "With m rounds m traitors sign in turn, and the one who is shown their chain has no time to pass it on.";
    PASS_ON = 4, "pass-on", "§4, step 2 (ii)", Breaks::Safety("Agreement"),
        "A lieutenant shows what is new to the others",
        "A commander with two faces is never found out.";
    CHOICE = 5, "choice", "§4, step 3", Breaks::Safety("Agreement"),
        "All choose alike from the same set of orders",
        "If each obeys the order that it heard first, one attacks and one retreats though both know both.";
    ENOUGH_SIGNED = 6, "enough-signed", "§4, k < m", Breaks::Nothing,
        "What m + 1 have signed is not passed on",
        "Nothing happens but messages that tell nobody anything: one of the signers is loyal.";
}

/// Positions of the adversaries.
pub mod adversary {
    pub const TWO_FACED: usize = 0;
    pub const WITHHOLD: usize = 1;
    pub const SIGN_AGAIN: usize = 2;
    pub const FORGE: usize = 3;
}

const ADVERSARIES: &[AdversarySpec] = &[
    AdversarySpec {
        id: "two-faced",
        label: "Two faces",
        does: "As commander it signs the opposite for even-numbered lieutenants; as lieutenant it passes nothing on to \
               them.",
    },
    AdversarySpec {
        id: "withhold",
        label: "Withholds an order",
        does: "The traitors pass a second order of the commander on among themselves and show it to one loyal \
               lieutenant in the last round.",
    },
    AdversarySpec {
        id: "sign-again",
        label: "Signs again",
        does: "The same, and it signs so often that the chain is long enough for that round.",
    },
    AdversarySpec {
        id: "forge",
        label: "Forges",
        does: "It passes on the opposite order with the names of those who signed, but without their signatures.",
    },
];

/// SM in its own words.
pub const META: Meta = Meta {
    id: "sm",
    title: "Byzantine generals, signed",
    member: "general",
    paper: "Lamport, Shostak & Pease 1982",
    reference: "Leslie Lamport, Robert Shostak and Marshall Pease, The Byzantine Generals Problem, ACM TOPLAS 4(3), 1982",
    summary: "The same problem with signatures that nobody can forge. Whoever gets an order signs it and passes it on, \
              so each order travels with proof of where it came from, and a commander with two faces is found out. After \
              m + 1 rounds all loyal lieutenants know the same orders: one is obeyed, none or several mean retreat. Any \
              number of traitors can be among them.",
    claims: Claims {
        agreement: AgreementScope::Correct,
        validity: Validity::Unanimous,
        termination: Some("every message arrives within Δ and no loyal general is ever down"),
        safety: "at most m of n ≥ m + 2 generals are traitors or crash, every message arrives within Δ, and loyal \
                 generals' signatures cannot be forged",
    },
    faults: FaultModel::Byzantine,
    bound: Bound::AllButTwo,
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
        "Two orders only (§4 allows any values; choice takes their median)",
        "Traitors forging each other's signatures, which A4 allows: each signs for itself",
        "SM(0): the letter of step 2 (A) has lieutenants pass on the commander's order even then; here nobody does",
        "Missing communication paths (§5): everybody reaches everybody",
    ],
    envelope: ENVELOPE,
    layout: Layout::Ring,
    weighted: false,
};
