//! Weighted agents: one question, many answers, and a vote in which trust and expertise count.
//!
//! Each agent weighs wᵢ = trustᵢ · expertiseᵢ, exactly, in whole numbers. Similar answers form a cluster (`texts.rs` has the
//! measure, `tally.rs` the clustering); a cluster wins if it weighs more than θ of all members' weight, whether they
//! answered or not. Otherwise the heaviest is named as what it is: the most, and no majority. θ ≥ ½ leaves at most one winner.
//! A share above `cap` is cut first, so that with cap ≤ θ nobody decides alone.
//!
//! Fault model: at most f of n ≥ f + 2 agents crash or lie in any way but forging signatures; what is sent arrives within Δ.
//!
//! All decide (`decide=all`): n authenticated broadcasts at once (Dolev & Strong 1983), which is interactive consistency (Pease,
//! Shostak & Lamport 1980). Each agent signs its answer and sends it to all. Who learns an answer in round k, with k different
//! signatures, signs it and passes it on, with all else that is new, in round k + 1. After f + 1 rounds all correct agents
//! have the same answers: of each agent one, none, or two, and two count as none. They count for themselves and find the
//! same. SM(m) of `sm.rs` is the same algorithm for one order.
//!
//! One decides (`decide=coordinator`), as the document has it: agent 0 asks, waits 2Δ, counts, and announces the result with
//! the signed answers, which all count again. It can invent nothing, but leave out answers, and other ones for others: so a
//! faulty coordinator can divide the agents. An answer names its question, since a coordinator may have asked for other
//! signatures before (`roll-call`). Who has heard nothing after three rounds decides that there is no answer.
//!
//! Messages without faults: 2·n·(n−1) if all decide and f ≥ 1, in f + 1 rounds; 3·(n−1) with a coordinator, in three.
//!
//! Why weights: with independent agents that are right with probability pᵢ, the best weights are ln(pᵢ/(1−pᵢ)) (Nitzan &
//! Paroush 1982; Shapley & Grofman 1984), which the panel shows beside the given ones with pᵢ = trustᵢ · expertiseᵢ. Power is
//! not weight: `power.rs` counts swings.

mod invariants;
mod lies;
mod plan;
mod power;
mod tables;
mod tally;
#[cfg(test)]
mod tests;
mod texts;
mod view;

pub use crate::chain::{Names, Text};
pub use crate::generals::Timer;
pub use plan::Plan;
pub use power::{COUNTED_MAX, has_veto, is_dictator, log_odds, swings};
pub use tables::{Cite, META};
pub use tally::{Ballot, Cluster, Ruling};
pub use texts::{Measure, Question, Said, Statement, dice, parts, plain};

use consensus_kernel::{
    Caveat, Cx, Face, Input, Invariant, Liar, Message, Meta, NodeId, NodeSet, Pace, Panel, Protocol, RuleId,
    Setup, SetupError, Slot, Value,
};
use serde::Serialize;
use tables::*;

/// Who asks and announces where one decides.
pub(crate) const COORDINATOR: NodeId = NodeId::replica(0);

/// An answer with its signatures, the answering agent's first.
pub type Chain = crate::chain::Chain<Statement>;

/// An agent.
#[derive(Clone, Debug, Serialize)]
pub struct Weighted {
    me: NodeId,
    /// The round under way, from 1; one more than there are when all are over.
    round: u32,
    /// Whether it has sent its answer.
    spoke: bool,
    /// The answers it knows, in the order of their coming: at most two of an agent.
    known: Vec<Chain>,
    /// By agent: the places of its answers among them, counted from 1; 0 where there is none.
    #[serde(skip)]
    places: Vec<[u32; 2]>,
    /// How many of them it has passed on, or need not.
    passed_on: usize,
    /// Whether it has answered a roll call.
    present: bool,
    /// Of the coordinator: who has.
    roll: Vec<Chain>,
    /// What it has found.
    ruling: Option<Ruling>,
}

/// What agents send each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// The coordinator puts a question.
    Ask(Question),
    /// Answers: the sender's own, or those it passes on.
    Answers(Vec<Chain>),
    /// The coordinator announces.
    Result {
        /// What it says has come out.
        claim: Value,
        /// The answers under it.
        answers: Vec<Chain>,
    },
}

impl Msg {
    fn chains(&self) -> &[Chain] {
        match self {
            Self::Ask(_) => &[],
            Self::Answers(chains) | Self::Result { answers: chains, .. } => chains,
        }
    }
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Ask(_) => kind::ASK,
            Self::Result { .. } => kind::RESULT,
            Self::Answers(_) if self.round() > 1 => kind::RELAY,
            Self::Answers(_) => kind::ANSWER,
        }
    }
    fn bytes(&self) -> u64 {
        let each = |chain: &Chain| (chain.value().said.text().len() + 64 * chain.signers().len()) as u64;
        16 + self.chains().iter().map(each).sum::<u64>()
    }
    fn round(&self) -> u64 {
        self.chains().iter().map(|chain| chain.signers().len() as u64).max().unwrap_or(1)
    }
    fn slot(&self) -> Option<Slot> {
        Some(1)
    }
}

impl Protocol for Weighted {
    type Config = Plan;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Plan, SetupError> {
        Plan::new(setup)
    }

    fn new(plan: &Plan, me: NodeId) -> Self {
        Self {
            me,
            round: 1,
            spoke: false,
            known: Vec::new(),
            places: vec![[0; 2]; plan.n],
            passed_on: 0,
            present: false,
            roll: Vec::new(),
            ruling: None,
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Self>) {
        match input {
            Input::Start => self.begin(cx),
            Input::Deliver { from, msg: Msg::Ask(question) } => self.asked(from, *question, cx),
            Input::Deliver { msg: Msg::Answers(chains), .. } => self.hear(chains, cx),
            Input::Deliver { from, msg: Msg::Result { claim, answers } } => {
                self.told(from, *claim, answers, cx);
            }
            Input::Fire(Timer::Round) => self.end_round(cx),
            Input::Restart => self.come_back(cx),
            Input::Propose(_) | Input::Command { .. } => cx.reject("agents take no requests"),
        }
    }

    fn restart(&self, _plan: &Plan) -> Self {
        self.clone()
    }

    fn face(&self, plan: &Plan) -> Face {
        view::face(self, plan)
    }

    fn panels(plan: &Plan, agents: &[&Self]) -> Vec<Panel> {
        vec![Panel::Opinions(view::opinions(plan, agents))]
    }

    fn invariants() -> &'static [Invariant<Self>] {
        invariants::ALL
    }

    fn pace(plan: &Plan) -> Option<Pace> {
        Some(Pace::Rounds(plan.delta))
    }

    fn caveat(plan: &Plan) -> Option<Caveat> {
        plan.coordinated.then_some(Caveat::Safety(
            "one coordinator decides, and if it is faulty it can divide the others",
        ))
    }

    fn weight(plan: &Plan, agent: NodeId) -> Option<u64> {
        Some(plan.weight(agent))
    }

    fn milestones() -> &'static [RuleId] {
        const ALL: &[RuleId] = &[
            Cite::PassesOn as RuleId,
            Cite::Majority as RuleId,
            Cite::NoMajority as RuleId,
            Cite::Announces as RuleId,
        ];
        ALL
    }

    fn lie(strategy: usize) -> Option<Liar<Self>> {
        lies::liar(strategy)
    }
}

impl Weighted {
    /// Dolev & Strong, round 1; or the coordinator asks.
    fn begin(&mut self, cx: &mut Cx<'_, Self>) {
        cx.set_timer(Timer::Round, cx.config.span());
        if !cx.config.coordinated {
            return self.speak(cx);
        }
        if self.me == COORDINATOR {
            self.ask(if cx.config.before > 0 { Question::RollCall } else { Question::Put }, cx);
        }
    }

    fn ask(&mut self, question: Question, cx: &mut Cx<'_, Self>) {
        cx.cite(Cite::Asks);
        cx.broadcast(Msg::Ask(question));
        match question {
            Question::RollCall => self.roll.push(Chain::new(cx.sign(Text::Own(present())))),
            Question::Put => self.speak(cx),
        }
    }

    /// Signs its answer and sends it to whoever counts.
    fn speak(&mut self, cx: &mut Cx<'_, Self>) {
        cx.cite(Cite::Answers);
        self.spoke = true;
        let own = Chain::new(cx.sign(Text::Own(answer(cx.config.answers[self.me.index()].clone()))));
        if !cx.config.coordinated {
            cx.broadcast(Msg::Answers(vec![own.clone()]));
        } else if self.me != COORDINATOR {
            return cx.send(COORDINATOR, Msg::Answers(vec![own]));
        }
        self.learn(own);
        self.passed_on = self.known.len();
    }

    fn asked(&mut self, from: NodeId, question: Question, cx: &mut Cx<'_, Self>) {
        if !cx.config.coordinated || from != COORDINATOR {
            cx.reject("not asked by a coordinator");
        } else if question == Question::RollCall {
            if std::mem::replace(&mut self.present, true) {
                return cx.reject("asked before");
            }
            cx.cite(Cite::Answers);
            let here = Chain::new(cx.sign(Text::Own(present())));
            cx.send(COORDINATOR, Msg::Answers(vec![here]));
        } else if self.spoke || self.ruling.is_some() {
            cx.reject("asked before");
        } else {
            self.speak(cx);
        }
    }

    /// Dolev & Strong, §4: answers with their signatures.
    fn hear(&mut self, chains: &[Chain], cx: &mut Cx<'_, Self>) {
        if cx.config.coordinated && self.me != COORDINATOR {
            return cx.reject("the coordinator counts");
        }
        if self.ruling.is_some() {
            return cx.reject("all rounds are over");
        }
        let mut refused = None;
        for chain in chains {
            if chain.value().to == Question::RollCall {
                match self.roll.iter().any(|there| there.source() == chain.source()) {
                    false if cx.config.before >= self.round => self.roll.push(chain.clone()),
                    _ => refused = Some("an answer to another question"),
                }
                continue;
            }
            match self.objection(chain, cx) {
                Some(why) => refused = Some(why),
                None => {
                    cx.cite(Cite::Hears);
                    self.learn(chain.clone());
                }
            }
        }
        if let Some(why) = refused {
            cx.reject(why);
        }
        let waits = cx.config.coordinated && !cx.holds(DEADLINE) && self.round > cx.config.before + 2;
        if waits && self.heard().len() == cx.config.n {
            self.announce(cx);
        }
    }

    /// What is wrong with an answer.
    fn objection(&self, chain: &Chain, cx: &Cx<'_, Self>) -> Option<&'static str> {
        let names = chain.signers();
        let distinct: NodeSet = names.iter().copied().collect();
        if distinct.len() < names.len() && cx.holds(DISTINCT_SIGNERS) {
            return Some("signed twice by the same agent");
        }
        let late = (names.len() as u32) < self.round && !cx.config.coordinated;
        if late && cx.holds(SIGNED_IN_TIME) {
            return Some("too few signatures for this round");
        }
        let places = self.places.get(names[0].index()).copied().unwrap_or_default();
        let mut known = places.iter().filter_map(|at| self.known.get((*at as usize).wrapping_sub(1)));
        if known.any(|known| known.value().said == chain.value().said) {
            return Some("that answer is known");
        }
        // Two are proof enough.
        (places[1] > 0).then_some("that agent has given two answers already")
    }

    /// Keeps an answer that it did not know.
    fn learn(&mut self, chain: Chain) {
        let places = self.places.get_mut(chain.source().index());
        self.known.push(chain);
        if let Some(place) = places.and_then(|places| places.iter_mut().find(|place| **place == 0)) {
            *place = self.known.len() as u32;
        }
    }

    /// The round is over: what is new is passed on, or, in the end, answers are counted.
    fn end_round(&mut self, cx: &mut Cx<'_, Self>) {
        if self.ruling.is_some() {
            return cx.reject("all rounds are over");
        }
        let ended = self.round;
        self.round += 1;
        match (cx.config.coordinated, self.me == COORDINATOR) {
            (false, _) if ended >= cx.config.rounds => return self.count(cx),
            (false, _) => self.pass_on(cx),
            (true, true) if ended == cx.config.before => self.ask(Question::Put, cx),
            (true, true) if ended >= cx.config.before + 2 => {
                if cx.holds(DEADLINE) || self.heard().len() == cx.config.n {
                    self.announce(cx);
                }
                return;
            }
            (true, false) if ended >= cx.config.rounds => return self.give_up(cx),
            (true, _) => {}
        }
        cx.set_timer(Timer::Round, cx.config.span());
    }

    /// Dolev & Strong, §4: signs what is new and passes it on, unless f + 1 have signed.
    fn pass_on(&mut self, cx: &mut Cx<'_, Self>) {
        let new = &self.known[self.passed_on..];
        self.passed_on = self.known.len();
        let unfinished = new.iter().filter(|chain| chain.signers().len() <= cx.config.f);
        let signed = |chain: &Chain| Chain::new(cx.sign(Text::Message(chain.clone())));
        let signed: Vec<Chain> = unfinished.map(signed).collect();
        if !signed.is_empty() && cx.holds(PASS_ON) {
            cx.cite(Cite::PassesOn);
            cx.broadcast(Msg::Answers(signed));
        }
    }

    /// The document, `_aggregate`.
    fn count(&mut self, cx: &mut Cx<'_, Self>) {
        let ruling = Ruling::of(cx.config, &self.counted(cx.config));
        self.settle(ruling, cx);
    }

    fn settle(&mut self, ruling: Ruling, cx: &mut Cx<'_, Self>) {
        let majority = ruling.value == Value::answer(ruling.value.number() as usize);
        cx.cite(if majority { Cite::Majority } else { Cite::NoMajority });
        cx.decide(1, ruling.value);
        self.ruling = Some(ruling);
    }

    fn announce(&mut self, cx: &mut Cx<'_, Self>) {
        self.count(cx);
        cx.cite(Cite::Announces);
        if let Some(Ruling { value: claim, .. }) = self.ruling {
            cx.broadcast(Msg::Result { claim, answers: self.known.clone() });
        }
    }

    /// The coordinator has announced: it is believed as far as it can be counted again.
    fn told(&mut self, from: NodeId, claim: Value, answers: &[Chain], cx: &mut Cx<'_, Self>) {
        if !cx.config.coordinated || from != COORDINATOR {
            return cx.reject("not the coordinator");
        }
        if self.ruling.is_some() {
            return cx.reject("the result is known");
        }
        let mut ruling = Ruling::of(cx.config, &ballots(cx.config, answers));
        if ruling.value != claim {
            if cx.holds(RECOUNT) {
                return cx.reject("the answers do not amount to that result");
            }
            ruling.value = claim;
        }
        cx.cite(Cite::Accepts);
        self.known = answers.to_vec();
        self.settle(ruling, cx);
    }

    /// No result has come in time.
    fn give_up(&mut self, cx: &mut Cx<'_, Self>) {
        self.settle(Ruling { clusters: Vec::new(), value: Value::NO_ANSWER }, cx);
    }

    /// A crash made it faulty; it goes on as well as it can.
    fn come_back(&mut self, cx: &mut Cx<'_, Self>) {
        if self.ruling.is_some() {
            return;
        }
        cx.cite(Cite::ComesBack);
        let (round, left) = cx.config.round_at(cx.now());
        self.passed_on = self.known.len();
        let rounds = cx.config.rounds;
        self.round = round.min(rounds + 1);
        match (round > rounds, cx.config.coordinated) {
            (false, _) => cx.set_timer(Timer::Round, left),
            (true, false) => self.count(cx),
            (true, true) => self.give_up(cx),
        }
    }

    /// The answers that it counts.
    fn counted(&self, plan: &Plan) -> Vec<Ballot> {
        ballots(plan, &self.known)
    }

    /// Of whom it knows an answer.
    fn heard(&self) -> NodeSet {
        self.known.iter().map(|chain| chain.source()).collect()
    }
}

/// An answer to the question of the run.
fn answer(said: Said) -> Statement {
    Statement { to: Question::Put, said }
}

/// The answer to a roll call.
fn present() -> Statement {
    Statement { to: Question::RollCall, said: Said::new("present") }
}

/// What an agent is known to have said to the question: its different answers, in the order of their coming.
fn given(known: &[Chain], agent: NodeId) -> Vec<&Said> {
    let mut given: Vec<&Said> = Vec::new();
    let own = |chain: &&Chain| chain.source() == agent && chain.value().to == Question::Put;
    for Statement { said, .. } in known.iter().filter(own).map(|chain| chain.value()) {
        if !given.contains(&said) {
            given.push(said);
        }
    }
    given
}

/// The answers that count, in the order of their coming.
fn ballots(plan: &Plan, known: &[Chain]) -> Vec<Ballot> {
    let mut ballots: Vec<Ballot> = Vec::new();
    for chain in known {
        let (agent, Statement { to, said }) = (chain.source(), chain.value());
        if *to != Question::Put && plan.rules.holds(BOUND) {
            continue;
        }
        let other = given(known, agent).len() > 1;
        let seen = ballots.iter().any(|ballot| ballot.agent == agent);
        let same = ballots.iter().any(|ballot| ballot.agent == agent && ballot.said == *said);
        let counts = match other {
            true if !plan.rules.holds(ONE_WEIGHT) => !same,
            true if plan.rules.holds(TWO_ANSWERS) => false,
            _ => !seen,
        };
        if counts && !said.is_blank() && agent.index() < plan.n {
            ballots.push(Ballot { agent, said: said.clone() });
        }
    }
    ballots
}
