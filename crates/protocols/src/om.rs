//! OM(m), oral messages (Lamport, Shostak & Pease 1982, §3): generals act alike although some of them are traitors.
//!
//! Fault model: at most m of n ≥ 3m + 1 generals say anything to anybody. What is sent arrives within Δ (A1), its sender
//! is known (A2), and that nothing came can be noticed (A3). Messages prove nothing: "he told me" is just words.
//!
//! The algorithm is a recursion. OM(0): the commander sends his order, and everybody uses what he receives. OM(m): the
//! commander sends his order; each lieutenant acts as commander of OM(m − 1) to tell the others what he received; then he
//! uses the majority of what he was told himself and what came of the others' runs. Unrolled, round k carries messages
//! with paths of k generals: "3 says that 1 said that 0 ordered attack" has the path 0, 1, 3. What a lieutenant has heard
//! is a tree of paths ([`Heard`]); when the last round is over he takes majorities from its leaves to its root.
//!
//! Messages: (n−1) + (n−1)(n−2) + … + (n−1)⋯(n−m−1). Generals are numbered from 0, the commander is 0; he obeys himself.
//! A tie, and a message that does not come, count as retreat. `f` is the paper's m, unless `m` says more.
//!
//! Rounds, and what becomes of a general who crashes: see `generals.rs`.

mod heard;
mod lies;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use crate::generals::{Order, Plan, Timer};
pub use heard::{Heard, Majority, Path};
pub use tables::Cite;

use crate::generals::{COMMANDER, General, ic1, ic2, kind};
use consensus_kernel::{
    Cx, Face, Input, Invariant, Liar, Message, Meta, NodeId, NodeSet, Pace, Panel, Protocol, RuleId, Setup,
    SetupError, Slot, To,
};
use serde::Serialize;
use tables::*;

/// So many messages a run may take: with three more copies of each, and each sent again by a liar, they still fit into
/// the simulator's bound on messages under way.
const MESSAGES_MAX: u64 = 200_000;

/// How many messages OM(m) takes among n generals, saturating.
pub fn messages(n: usize, m: usize) -> u64 {
    let (mut sum, mut round) = (0u64, 1u64);
    for k in 1..=(m + 1).min(n) {
        round = round.saturating_mul((n - k) as u64);
        sum = sum.saturating_add(round);
    }
    sum
}

/// What all generals know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Generals, rounds and the order.
    pub plan: Plan,
    /// How orders are weighed.
    pub majority: Majority,
}

/// A general.
#[derive(Clone, Debug, Serialize)]
pub struct Om {
    me: NodeId,
    /// The round under way, from 1; one more than there are when all are over.
    round: u32,
    /// Whether the round is over, but something is missing that it waits for.
    waits: bool,
    /// Whether it has sent an order as the commander.
    ordered: bool,
    obeys: Option<Order>,
    /// What it was told; nothing at the commander.
    heard: Heard,
}

/// "The last of the path says that the one before him said … that the first ordered this."
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Msg {
    /// Who has passed it on, the commander first, the sender last.
    pub path: Path,
    /// The order.
    pub order: Order,
}

impl Message for Msg {
    fn kind(&self) -> usize {
        kind(self.order, self.path.len() > 1)
    }
    fn bytes(&self) -> u64 {
        16 + 8 + 8 * self.path.len() as u64
    }
    fn round(&self) -> u64 {
        self.path.len() as u64
    }
    fn slot(&self) -> Option<Slot> {
        Some(1)
    }
}

impl Protocol for Om {
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        let plan = Plan::new(setup, setup.rules.holds(LAST_ROUND))?;
        let (n, m) = (plan.n, plan.m);
        let needed = messages(n, m);
        if needed > MESSAGES_MAX {
            let why = format!(
                "OM({m}) takes {needed} messages among {n} generals; at most {MESSAGES_MAX}: fewer generals, or a \
                 smaller f"
            );
            return Err(SetupError { key: "n", why });
        }
        if m > setup.f && n < 3 * m + 1 {
            let why = format!("OM({m}) is right among {} generals or more; a smaller m", 3 * m + 1);
            return Err(SetupError { key: "m", why });
        }
        let majority =
            Majority { counts: setup.rules.holds(MAJORITY), tie_retreats: setup.rules.holds(COMMON_TIE) };
        Ok(Config { plan, majority })
    }

    fn new(config: &Config, me: NodeId) -> Self {
        let Plan { n, rounds, .. } = config.plan;
        Self {
            me,
            round: 1,
            waits: false,
            ordered: false,
            obeys: None,
            heard: Heard::new(n, rounds as usize, me),
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Self>) {
        match input {
            Input::Start if self.me == COMMANDER => self.command(cx),
            Input::Start => cx.set_timer(Timer::Round, cx.config.plan.span()),
            Input::Deliver { from, msg } => self.hear(from, msg, cx),
            Input::Fire(Timer::Round) => self.end_round(cx),
            Input::Restart => self.come_back(cx),
            Input::Propose(_) | Input::Command { .. } => cx.reject("generals take no requests"),
        }
    }

    fn restart(&self, _config: &Config) -> Self {
        self.clone()
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        view::trees(config, replicas)
    }

    fn invariants() -> &'static [Invariant<Self>] {
        const OBEYS: &[RuleId] = &[Cite::Obeys as RuleId, Cite::Majority as RuleId];
        const ALL: &[Invariant<Om>] = &[ic1(OBEYS), ic2(OBEYS)];
        ALL
    }

    fn pace(config: &Config) -> Option<Pace> {
        Some(Pace::Rounds(config.plan.delta))
    }

    fn milestones() -> &'static [RuleId] {
        const ALL: &[RuleId] = &[Cite::Relays as RuleId, Cite::Obeys as RuleId, Cite::Majority as RuleId];
        ALL
    }

    fn lie(strategy: usize) -> Option<Liar<Self>> {
        lies::liar(strategy)
    }
}

impl General for Om {
    fn obeys(&self) -> Option<Order> {
        self.obeys
    }
    fn has_ordered(&self) -> bool {
        self.ordered
    }
}

impl Om {
    /// OM(m), step 1.
    fn command(&mut self, cx: &mut Cx<'_, Self>) {
        let order = cx.config.plan.order;
        cx.cite(Cite::Commands);
        cx.broadcast(Msg { path: Path::COMMANDER, order });
        self.ordered = true;
        self.obey(order, cx);
    }

    fn obey(&mut self, order: Order, cx: &mut Cx<'_, Self>) {
        self.obeys = Some(order);
        cx.decide(1, order.value());
    }

    /// OM(m), step 2: what came along a path. Only the first word counts, and only in time.
    fn hear(&mut self, from: NodeId, msg: &Msg, cx: &mut Cx<'_, Self>) {
        if from != msg.path.last() && cx.holds(SENDER_KNOWN) {
            return cx.reject("the path does not end with its sender");
        }
        let Some(place) = self.heard.place(&msg.path) else {
            return cx.reject("no path to this general");
        };
        if (msg.path.len() as u32) < self.round {
            return cx.reject("its round is over");
        }
        if !self.heard.put(place, msg.order) {
            return cx.reject("heard along this path before");
        }
        cx.cite(if msg.path.len() == 1 { Cite::Hears } else { Cite::IsTold });
        if self.waits && self.heard.missing(self.round) == 0 {
            self.end_round(cx);
        }
    }

    /// The round is over: what was heard in it is passed on, or, in the end, judged.
    fn end_round(&mut self, cx: &mut Cx<'_, Self>) {
        if self.obeys.is_some() {
            return cx.reject("all rounds are over");
        }
        if self.heard.missing(self.round) > 0 {
            if !cx.holds(ABSENCE) {
                self.waits = true;
                return;
            }
            cx.cite(Cite::Missing);
        }
        self.waits = false;
        let ended = self.round;
        self.round += 1;
        if ended < cx.config.plan.rounds {
            cx.set_timer(Timer::Round, cx.config.plan.span());
            self.relay(ended, cx);
        } else {
            self.judge(cx);
        }
    }

    /// OM(m), step 2: acts as the commander of one OM(m − k) for each path of k generals.
    fn relay(&mut self, length: u32, cx: &mut Cx<'_, Self>) {
        cx.cite(Cite::Relays);
        for place in self.heard.places(length) {
            let said = self.heard.get(place);
            if said.is_none() && !cx.holds(RELAY_MISSING) {
                continue;
            }
            let path = self.heard.path(place).then(self.me);
            let others: NodeSet = cx.config.plan.lieutenants().filter(|id| !path.contains(*id)).collect();
            if !others.is_empty() {
                let order = said.unwrap_or(Order::Retreat);
                cx.multicast(To::Set(others), Msg { path, order });
            }
        }
    }

    /// OM(m), step 3, from the leaves to the root; with a single round OM(0), step 2.
    fn judge(&mut self, cx: &mut Cx<'_, Self>) {
        let (orders, tied) = self.heard.resolve(cx.config.majority);
        if tied {
            cx.cite(Cite::Tie);
        }
        cx.cite(if cx.config.plan.rounds == 1 { Cite::Obeys } else { Cite::Majority });
        self.obey(orders[0], cx);
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
        let (round, left) = cx.config.plan.round_at(cx.now());
        self.waits = false;
        if round > cx.config.plan.rounds {
            self.round = cx.config.plan.rounds + 1;
            self.judge(cx);
        } else {
            self.round = round;
            cx.set_timer(Timer::Round, left);
        }
    }
}
