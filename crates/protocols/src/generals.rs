//! What the two algorithms of the Byzantine generals share (Lamport, Shostak & Pease 1982): orders, rounds of known
//! length, the promises IC1 and IC2.
//!
//! Rounds are in lock-step: what is heard in round k is passed on when it ends. The paper passes on at once; messages,
//! what they carry and what is obeyed are the same, and here a missing message is noticed where its round ends (A3).
//! A round is one microsecond longer than Δ, so that a message which takes Δ is in time.
//!
//! A general who crashes is faulty. Its disk keeps all but the timer. If it comes back it goes on with the round that is
//! under way, what it did not hear counts as missing, and nothing is promised of it; a commander who comes back without
//! having spoken does what everybody does who hears nothing.

use consensus_kernel::{
    Duration, Envelope, Face, Givers, Inputs, Invariant, Kind, KindClass, Ledger, NodeId, ParamKind,
    ParamSpec, Protocol, RuleId, Setup, SetupError, Time, Tone, Value, Votes, World,
};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// The commanding general.
pub(crate) const COMMANDER: NodeId = NodeId::replica(0);

/// What generals are told to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Also what a general does who has heard nothing, or no clear word.
    Retreat,
    /// Only good if all do it.
    Attack,
}

impl Order {
    /// The other one.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Retreat => Self::Attack,
            Self::Attack => Self::Retreat,
        }
    }

    /// As what is decided.
    pub const fn value(self) -> Value {
        match self {
            Self::Retreat => Value::RETREAT,
            Self::Attack => Value::ATTACK,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retreat => "retreat",
            Self::Attack => "attack",
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What all generals know beforehand. The order is the commander's alone.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// Number of generals, the commander among them.
    pub n: usize,
    /// How many traitors the algorithm is built for.
    pub m: usize,
    /// Number of rounds.
    pub rounds: u32,
    /// The longest that a message may take.
    pub delta: Duration,
    /// What the commander begins with.
    pub order: Order,
}

impl Plan {
    /// Reads it from a set-up. `last_round`: whether there are m + 1 rounds, not m.
    pub(crate) fn new(setup: &Setup, last_round: bool) -> Result<Self, SetupError> {
        let m = match setup.params.choice(param::M) {
            0 => setup.f,
            chosen => chosen - 1,
        };
        if m < setup.f {
            let why = format!("m = {m} is built for fewer traitors than f = {}; at least that many", setup.f);
            return Err(SetupError { key: "m", why });
        }
        let order = if setup.inputs.first() == Some(&Value::ATTACK) { Order::Attack } else { Order::Retreat };
        let rounds = (m + usize::from(last_round)).max(1) as u32;
        Ok(Self { n: setup.n, m, rounds, delta: setup.params.span(param::DELTA), order })
    }

    /// How long a round lasts.
    pub(crate) fn span(&self) -> Duration {
        self.delta + Duration::micros(1)
    }

    /// The round under way at this time, from 1, and how long it lasts from then.
    pub(crate) fn round_at(&self, now: Time) -> (u32, Duration) {
        let span = self.span().as_micros();
        let over = now.as_micros() / span;
        let left = (over + 1).saturating_mul(span) - now.as_micros();
        (u32::try_from(over).unwrap_or(u32::MAX).saturating_add(1), Duration::micros(left))
    }

    /// All who take orders.
    pub(crate) fn lieutenants(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (1..self.n).map(NodeId::replica)
    }
}

timers! {
    Round, "round", "The round under way ends.";
}

/// Positions of the parameters.
pub(crate) mod param {
    pub const M: usize = 0;
    pub const DELTA: usize = 1;
}

/// Δ unless said otherwise, and what searches keep to.
const DELTA: Duration = Duration::millis(20);

pub(crate) const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "m",
        label: "Traitors m",
        help: "How many traitors the algorithm is built for; it takes m + 1 rounds. At least f.",
        kind: ParamKind::Choice {
            options: &[
                ("f", "as many as there may be"),
                ("0", "none"),
                ("1", "one"),
                ("2", "two"),
                ("3", "three"),
                ("4", "four"),
                ("5", "five"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "delta",
        label: "Round Δ",
        help: "The longest that a message may take; a round lasts as long.",
        kind: ParamKind::span(DELTA),
    },
];

pub(crate) const INPUTS: Inputs =
    Inputs::Given { by: Givers::First, options: &[Value::ATTACK, Value::RETREAT], usual: &[0] };

pub(crate) const ENVELOPE: Envelope = Envelope { byzantine: true, ..Envelope::rounds(DELTA) };

/// Messages by what they say, so that it can be seen on their way; filled from the commander, hollow when passed on.
pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "retreat", glyph: "R", proposal: true, class: KindClass::Decision },
    Kind { name: "attack", glyph: "A", proposal: true, class: KindClass::Decision },
    Kind { name: "said-retreat", glyph: "R", proposal: false, class: KindClass::Decision },
    Kind { name: "said-attack", glyph: "A", proposal: false, class: KindClass::Decision },
];

/// The position among [`KINDS`].
pub(crate) const fn kind(order: Order, passed_on: bool) -> usize {
    order as usize + if passed_on { 2 } else { 0 }
}

/// A general on the stage.
pub(crate) fn face(
    me: NodeId,
    round: u32,
    obeys: Option<Order>,
    plan: &Plan,
    votes: Option<Votes>,
    waits_for: Option<String>,
) -> Face {
    let role = if me == COMMANDER { "commander" } else { "lieutenant" };
    let (status, tone) = match obeys {
        Some(order) => (Cow::Borrowed(order.name()), Tone::Settled),
        None if me == COMMANDER => (Cow::Borrowed("silent"), Tone::Idle),
        None => (Cow::Owned(format!("round {round} of {}", plan.rounds)), Tone::Busy),
    };
    let round = u64::from(round.min(plan.rounds));
    Face { role, status, tone, round, leads: me == COMMANDER, votes, waits_for }
}

/// A general of either algorithm, as IC1 and IC2 see it.
pub(crate) trait General: Protocol {
    /// What it has come to obey, if it has; of the commander: what it has ordered.
    fn obeys(&self) -> Option<Order>;
    /// Whether it has sent an order.
    fn has_ordered(&self) -> bool;
}

/// IC1 (§1). `on`: after which rules lieutenants obey.
pub(crate) const fn ic1<P: General>(on: &'static [RuleId]) -> Invariant<P> {
    Invariant {
        name: "IC1",
        place: "Lamport, Shostak & Pease 1982, §1",
        says: "All loyal lieutenants obey the same order.",
        on,
        check: lieutenants_agree,
    }
}

/// IC2 (§1).
pub(crate) const fn ic2<P: General>(on: &'static [RuleId]) -> Invariant<P> {
    Invariant {
        name: "IC2",
        place: "Lamport, Shostak & Pease 1982, §1",
        says: "If the commander is loyal, every loyal lieutenant obeys his order.",
        on,
        check: commander_is_obeyed,
    }
}

fn lieutenants_agree<P: General>(
    ledger: &mut Ledger,
    world: &dyn World<P>,
    who: NodeId,
) -> Result<(), String> {
    let Some(order) = world.node(who).and_then(P::obeys).filter(|_| who != COMMANDER) else { return Ok(()) };
    ledger.state(0, order as u64, who).map_err(|other| {
        format!("lieutenant {who} obeys {}, lieutenant {} does not", order.name(), other.who)
    })
}

fn commander_is_obeyed<P: General>(
    _ledger: &mut Ledger,
    world: &dyn World<P>,
    who: NodeId,
) -> Result<(), String> {
    let loyal = world.node(COMMANDER).filter(|c| c.has_ordered());
    match (loyal.and_then(P::obeys), world.node(who).and_then(P::obeys)) {
        (Some(ordered), Some(obeyed)) if ordered != obeyed => Err(format!(
            "the loyal commander ordered {}, lieutenant {who} obeys {}",
            ordered.name(),
            obeyed.name()
        )),
        _ => Ok(()),
    }
}
