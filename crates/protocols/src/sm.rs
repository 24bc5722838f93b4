//! SM(m), signed messages (Lamport, Shostak & Pease 1982, §4): with signatures any number of traitors is harmless.
//!
//! Fault model: at most m of n ≥ m + 2 generals do anything but forge a loyal general's signature or alter what he signed
//! (A4). What is sent arrives within Δ, and its absence can be noticed (A1, A3).
//!
//! The commander signs his order and sends it: v:0. A lieutenant who gets an order that it does not know yet, with a chain
//! of signatures v:0:j₁:…:jₖ, adds v to its set V and, if k < m, signs and sends it to everybody who has not signed. In the
//! end it obeys choice(V): the order in V if there is just one, else retreat. A chain that arrives in round r must carry r
//! signatures of different generals: with m + 1 of them one is loyal, and he has shown the order to everybody; with fewer
//! there is a round left to pass it on. So all loyal lieutenants end with the same V.
//!
//! A chain is made of real [`Signed`] statements, one inside the other ([`Chain`]), so that nobody can make one that others
//! did not sign. What a forger can say is a [`Claim`]: names without signatures. Nobody believes it unless the rule
//! `signatures` is switched off.
//!
//! Messages with a loyal commander: (n−1) + (n−1)(n−2) for m ≥ 1. `f` is the paper's m, unless `m` says more.
//!
//! Rounds, and what becomes of a general who crashes: see `generals.rs`. Passing on at the end of the round means that the
//! chains which arrive in round r are those of r signatures; what a traitor shows early is taken early.

mod lies;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use crate::chain::{Names, Text};
pub use crate::generals::{Order, Plan, Timer};
pub use tables::Cite;

use crate::generals::{COMMANDER, General, ic1, ic2, kind};
use consensus_kernel::{
    Cx, Face, Input, Invariant, Ledger, Liar, Message, Meta, NodeId, NodeSet, Pace, Panel, Protocol, RuleId,
    Setup, SetupError, Slot, To, World,
};
use serde::Serialize;
use tables::*;

/// A general.
#[derive(Clone, Debug, Serialize)]
pub struct Sm {
    me: NodeId,
    /// The round under way, from 1; one more than there are when all are over.
    round: u32,
    /// Whether it has sent an order as the commander.
    ordered: bool,
    /// V: the orders it knows, in the order of their coming, and by which messages.
    known: Vec<Msg>,
    /// How many of them it has passed on, or need not.
    passed_on: usize,
    obeys: Option<Order>,
}

/// A chain of signatures under an order.
pub type Chain = crate::chain::Chain<Order>;

/// An order and the names of those who are said to have signed it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Claim {
    /// The order.
    pub order: Order,
    /// The names, the commander's first.
    pub names: Names,
}

impl Claim {
    /// Passed on by one more.
    #[must_use]
    pub fn then(mut self, name: NodeId) -> Self {
        self.names.push(name);
        self
    }
}

/// What generals send each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// v:0:j₁:…:jₖ.
    Signed(Chain),
    /// The same without the signatures.
    Claimed(Claim),
}

impl Msg {
    /// The order v.
    pub fn order(&self) -> Order {
        match self {
            Self::Signed(chain) => *chain.value(),
            Self::Claimed(claim) => claim.order,
        }
    }

    /// Who has signed, or is said to have: the commander first.
    pub fn names(&self) -> Names {
        match self {
            Self::Signed(chain) => chain.signers(),
            Self::Claimed(claim) => claim.names.clone(),
        }
    }
}

impl Message for Msg {
    fn kind(&self) -> usize {
        kind(self.order(), self.names().len() > 1)
    }
    fn bytes(&self) -> u64 {
        let each = if matches!(self, Self::Signed(_)) { 64 } else { 8 };
        16 + 8 + each * self.names().len() as u64
    }
    fn round(&self) -> u64 {
        self.names().len() as u64
    }
    fn slot(&self) -> Option<Slot> {
        Some(1)
    }
}

impl Protocol for Sm {
    type Config = Plan;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Plan, SetupError> {
        Plan::new(setup, setup.rules.holds(LAST_ROUND))
    }

    fn new(_plan: &Plan, me: NodeId) -> Self {
        Self { me, round: 1, ordered: false, known: Vec::new(), passed_on: 0, obeys: None }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Self>) {
        match input {
            Input::Start if self.me == COMMANDER => self.command(cx),
            Input::Start => cx.set_timer(Timer::Round, cx.config.span()),
            Input::Deliver { msg, .. } => self.hear(msg, cx),
            Input::Fire(Timer::Round) => self.end_round(cx),
            Input::Restart => self.come_back(cx),
            Input::Propose(_) | Input::Command { .. } => cx.reject("generals take no requests"),
        }
    }

    fn restart(&self, _plan: &Plan) -> Self {
        self.clone()
    }

    fn face(&self, plan: &Plan) -> Face {
        view::face(self, plan)
    }

    fn panels(_plan: &Plan, replicas: &[&Self]) -> Vec<Panel> {
        vec![Panel::Matrix(view::sets(replicas))]
    }

    fn invariants() -> &'static [Invariant<Self>] {
        const OBEYS: &[RuleId] = &[Cite::Obeys as RuleId, Cite::Retreats as RuleId];
        const ALL: &[Invariant<Sm>] = &[
            ic1(OBEYS),
            ic2(OBEYS),
            Invariant {
                name: "Equal Sets",
                place: "Lamport, Shostak & Pease 1982, §4, proof of theorem 2",
                says: "All loyal lieutenants end with the same set of orders.",
                on: OBEYS,
                check: equal_sets,
            },
        ];
        ALL
    }

    fn pace(plan: &Plan) -> Option<Pace> {
        Some(Pace::Rounds(plan.delta))
    }

    fn milestones() -> &'static [RuleId] {
        const ALL: &[RuleId] = &[Cite::PassesOn as RuleId, Cite::Obeys as RuleId, Cite::Retreats as RuleId];
        ALL
    }

    fn lie(strategy: usize) -> Option<Liar<Self>> {
        lies::liar(strategy)
    }
}

impl General for Sm {
    fn obeys(&self) -> Option<Order> {
        self.obeys
    }
    fn has_ordered(&self) -> bool {
        self.ordered
    }
}

fn equal_sets(ledger: &mut Ledger, world: &dyn World<Sm>, who: NodeId) -> Result<(), String> {
    let Some(general) = world.node(who).filter(|_| who != COMMANDER) else { return Ok(()) };
    let set = general.known.iter().fold(0, |set, msg| set | 1 << msg.order() as u64);
    ledger.state(0, set, who).map_err(|other| {
        format!("lieutenants {} and {who} know different orders when they choose", other.who)
    })
}

impl Sm {
    /// SM(m), step 1.
    fn command(&mut self, cx: &mut Cx<'_, Self>) {
        let order = cx.config.order;
        cx.cite(Cite::Commands);
        cx.broadcast(Msg::Signed(Chain::new(cx.sign(Text::Own(order)))));
        self.ordered = true;
        self.obey(order, cx);
    }

    fn obey(&mut self, order: Order, cx: &mut Cx<'_, Self>) {
        self.obeys = Some(order);
        cx.decide(1, order.value());
    }

    /// SM(m), step 2: an order with its signatures.
    fn hear(&mut self, msg: &Msg, cx: &mut Cx<'_, Self>) {
        let names = msg.names();
        if self.me == COMMANDER {
            return cx.reject("the commander takes no orders");
        }
        if self.round > cx.config.rounds {
            return cx.reject("all rounds are over");
        }
        if let Some(why) = self.objection(msg, &names, cx) {
            return cx.reject(why);
        }
        if self.known.iter().any(|known| known.order() == msg.order()) {
            return cx.reject("that order is known");
        }
        let first = names.len() == 1;
        if first && !self.known.is_empty() {
            return cx.reject("the commander has given another order before");
        }
        cx.cite(if first { Cite::FirstOrder } else { Cite::NewOrder });
        self.known.push(msg.clone());
    }

    /// What is wrong with a chain (A4, and enough signatures for its round).
    fn objection(&self, msg: &Msg, names: &Names, cx: &Cx<'_, Self>) -> Option<&'static str> {
        if matches!(msg, Msg::Claimed(_)) && cx.holds(SIGNATURES) {
            return Some("not signed");
        }
        if names.first() != Some(&COMMANDER) {
            return Some("the commander's signature is missing");
        }
        let distinct: NodeSet = names.iter().copied().collect();
        if distinct.len() < names.len() && cx.holds(DISTINCT_SIGNERS) {
            return Some("signed twice by the same general");
        }
        if (names.len() as u32) < self.round && cx.holds(SIGNED_IN_TIME) {
            return Some("too few signatures for this round");
        }
        None
    }

    /// The round is over: what is new is passed on, or, in the end, an order is chosen.
    fn end_round(&mut self, cx: &mut Cx<'_, Self>) {
        if self.obeys.is_some() {
            return cx.reject("all rounds are over");
        }
        let ended = self.round;
        self.round += 1;
        if ended < cx.config.rounds {
            cx.set_timer(Timer::Round, cx.config.span());
            self.pass_on(cx);
        } else {
            self.choose(cx);
        }
    }

    /// SM(m), step 2 (ii): unless m + 1 have signed, so that one of them is loyal.
    fn pass_on(&mut self, cx: &mut Cx<'_, Self>) {
        let new = self.passed_on..self.known.len();
        self.passed_on = self.known.len();
        for msg in &self.known[new] {
            let names = msg.names();
            let needed = names.len() <= cx.config.m || !cx.holds(ENOUGH_SIGNED);
            let others: NodeSet =
                cx.config.lieutenants().filter(|id| *id != self.me && !names.contains(id)).collect();
            if !needed || others.is_empty() || !cx.holds(PASS_ON) {
                continue;
            }
            cx.cite(Cite::PassesOn);
            let signed = match msg {
                Msg::Signed(chain) => Msg::Signed(Chain::new(cx.sign(Text::Message(chain.clone())))),
                Msg::Claimed(claim) => Msg::Claimed(claim.clone().then(self.me)),
            };
            cx.multicast(To::Set(others), signed);
        }
    }

    /// SM(m), step 3.
    fn choose(&mut self, cx: &mut Cx<'_, Self>) {
        let order = match self.known.as_slice() {
            [only] => Some(only.order()),
            [first, ..] if !cx.holds(CHOICE) => Some(first.order()),
            _ => None,
        };
        cx.cite(if order.is_some() { Cite::Obeys } else { Cite::Retreats });
        self.obey(order.unwrap_or(Order::Retreat), cx);
    }

    /// A crash made it faulty; it goes on as well as it can.
    fn come_back(&mut self, cx: &mut Cx<'_, Self>) {
        if self.obeys.is_some() {
            return;
        }
        cx.cite(Cite::ComesBack);
        if self.me == COMMANDER {
            return self.obey(Order::Retreat, cx);
        }
        let (round, left) = cx.config.round_at(cx.now());
        self.passed_on = self.known.len();
        if round > cx.config.rounds {
            self.round = cx.config.rounds + 1;
            self.choose(cx);
        } else {
            self.round = round;
            cx.set_timer(Timer::Round, left);
        }
    }
}
