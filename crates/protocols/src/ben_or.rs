//! Ben-Or (PODC 1983): processes that begin with a bit agree on one although no bound on delays is known. No deterministic
//! protocol can promise that with a single crash (Fischer, Lynch & Paterson 1985); this one tosses coins, and decides with
//! probability 1.
//!
//! Fault models, by the parameter `variant`: fewer than half of the processes crash (the paper's Protocol A), or fewer
//! than a fifth do anything whatever (Protocol B). Links lose nothing and take any time. The proof for the first is
//! Aguilera & Toueg, *The correctness proof of Ben-Or's randomized consensus algorithm*, Distributed Computing 25, 2012.
//!
//! A round r has two steps, and in each a process goes by the first n − f that it hears, itself among them:
//! - `Report` (1, r, x): what the sender would decide. More than n/2 equal reports, of all n, not of those heard, let
//!   a process propose their value.
//! - `Proposal` (2, r, v, D) or (2, r, ?). Two such majorities share a process, so no two propose different values in
//!   one round. One proposal for v is enough to take v over, more than f decide it: whoever hears n − f processes
//!   hears at least one of those. Who hears none tosses a coin.
//!
//! With liars the thresholds are more than (n + f)/2 to propose and to decide, and f + 1 to take over.
//!
//! Once somebody has decided v, everybody enters the next round with v and decides in it. So a decided process takes part
//! in one more round and falls silent; those that decide in that one cannot know and report in a further one, where nobody
//! answers. With the parameter `announce` a decided process says `Decide` instead, once, and whoever hears that (with
//! liars: from f + 1) decides and says so too; with liars it still takes part in that round, for one word proves nothing to
//! the others.
//!
//! The coin is the process's own, or (`coin=common`) one that a trusted dealer tossed for all beforehand (Rabin 1983),
//! which brings the expected number of rounds from exponential in n to at most three.
//!
//! Left out: the dealer's own protocol. A process that crashed has lost what came meanwhile, and nothing is promised to it
//! if it comes back.

mod invariants;
mod lies;
mod message;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use message::{Ballot, Choice, Msg, Round};
pub use tables::{Cite, META};

use consensus_kernel::{
    Cx, Face, Input, Invariant, Liar, Meta, NodeId, Panel, Protocol, QuorumRule, RuleId, Setup, SetupError,
    Value, keyed_draw,
};
use serde::Serialize;
use std::collections::VecDeque;
use tables::*;

/// How many of its latest rounds a process remembers, for people and invariants.
const REMEMBERED: usize = 32;

/// Where some may lie, what is said of rounds further ahead than this is not kept: one liar could name any number.
const AHEAD_MAX: u64 = 1 << 10;

/// What a dealt coin is drawn for.
const DEALER: u64 = 0x6465_616c_6572;

/// What all processes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of processes.
    pub n: usize,
    /// Number of faulty ones that thresholds are sized for.
    pub f: usize,
    /// Whether the faulty ones may lie.
    pub byzantine: bool,
    /// What each begins with.
    pub inputs: Vec<Value>,
    /// Whether all see the same coin.
    pub common_coin: bool,
    /// Whether deciders say so.
    pub announce: bool,
    /// How many must be heard in a step.
    pub wait: usize,
    /// Equal reports that let a process propose.
    pub propose: usize,
    /// Proposals of a value that are enough to take it over.
    pub adopt: usize,
    /// Proposals of a value that decide it.
    pub decide: usize,
    /// Announcements of a value that decide it.
    pub believe: usize,
    /// What the dealer's coins are drawn from.
    pub seed: u64,
}

impl Config {
    fn of(setup: &Setup) -> Result<Self, SetupError> {
        let (n, f, rules) = (setup.n, setup.f, setup.rules);
        let byzantine = setup.params.choice(param::VARIANT) == 1;
        let all_but_faulty = QuorumRule::AllButFaulty.size(n, f);
        if n > 1 && all_but_faulty == 1 {
            let why = format!(
                "with f = {f} each of the {n} processes would wait for nobody but itself; at most {}",
                n - 2
            );
            return Err(SetupError { key: "f", why });
        }
        let majority = QuorumRule::Majority.size(n, f);
        let outvotes_liars = QuorumRule::ByzantineMinimum.size(n, f);
        let adopt = if byzantine && rules.holds(ADOPT_F_PLUS_1) { f + 1 } else { 1 };
        Ok(Self {
            n,
            f,
            byzantine,
            inputs: setup.inputs.clone(),
            common_coin: setup.params.choice(param::COIN) == 1,
            announce: setup.params.flag(param::ANNOUNCE),
            wait: if rules.holds(WAIT_N_MINUS_F) { all_but_faulty } else { n },
            propose: if byzantine && rules.holds(LIARS_IN_MAJORITY) { outvotes_liars } else { majority },
            adopt,
            decide: match (rules.holds(DECIDE_ON_MANY), byzantine) {
                (false, _) => adopt,
                (true, false) => f + 1,
                (true, true) => outvotes_liars,
            },
            believe: if byzantine && rules.holds(BELIEVE_F_PLUS_1) { f + 1 } else { 1 },
            seed: setup.seed,
        })
    }
}

/// Where a process is in its round.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Step {
    /// Not begun.
    Asleep,
    /// Waits for reports.
    Reports,
    /// Waits for proposals.
    Proposals,
    /// Has said all it has to say.
    Silent,
}

/// How a round ended for a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum End {
    /// It took over a proposed value.
    Took(Value),
    /// It decided.
    Decided(Value),
    /// No proposal named a value (or it looked at none): the coin fell like this.
    Coin(Value),
}

/// What a process did in one round.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Played {
    /// Which round.
    pub round: u64,
    /// What it reported.
    pub report: Value,
    /// What it proposed, once it has.
    pub proposal: Option<Choice>,
    /// How it ended, once it has.
    pub end: Option<End>,
}

/// A decision and the round that made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Decided {
    /// What.
    pub value: Value,
    /// The round that it ended so; none if it believed what others announced.
    pub round: Option<u64>,
}

/// One process's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct BenOr {
    /// Which process it is.
    pub me: NodeId,
    /// The value it would decide: the paper's x.
    pub x: Value,
    /// Its round, from 1.
    pub round: u64,
    /// Where it is in that round.
    pub step: Step,
    /// What was heard in its round and in later ones, ascending.
    pub heard: VecDeque<Round>,
    /// Announcements heard.
    pub announced: Ballot,
    /// What it decided.
    pub decided: Option<Decided>,
    /// The round after whose proposal it falls silent, once that is settled.
    pub last: Option<u64>,
    /// Its latest rounds, oldest first, the present one last.
    pub past: VecDeque<Played>,
}

/// Ben-Or's processes look at no clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Timer {}

impl consensus_kernel::Timer for Timer {
    fn count(_n: usize) -> usize {
        0
    }
    fn index(self) -> usize {
        match self {}
    }
    fn from_index(index: usize) -> Self {
        unreachable!("no timer was ever set, so none has place {index}")
    }
    fn name(self) -> &'static str {
        match self {}
    }
}

impl Protocol for BenOr {
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        Config::of(setup)
    }

    fn new(config: &Config, me: NodeId) -> Self {
        Self {
            me,
            x: config.inputs.get(me.index()).copied().unwrap_or(ZERO),
            round: 0,
            step: Step::Asleep,
            heard: VecDeque::new(),
            announced: Ballot::default(),
            decided: None,
            last: None,
            past: VecDeque::with_capacity(REMEMBERED),
        }
    }

    #[inline]
    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Self>) {
        match input {
            Input::Start | Input::Restart if self.step == Step::Asleep => {
                self.report(cx);
                cx.cite(Cite::Begin);
                self.go_on(cx);
            }
            Input::Start | Input::Restart => {}
            Input::Propose(_) => cx.reject("processes begin with their values, nobody asks them for others"),
            Input::Command { .. } => cx.reject("processes take no commands of a visitor"),
            Input::Fire(timer) => match timer {},
            Input::Deliver { from, .. } if from.index() >= cx.config.n || from.is_client() => {
                cx.reject("only processes send this");
            }
            Input::Deliver { from, msg: Msg::Decide { choice, .. } } => self.on_decide(from, *choice, cx),
            Input::Deliver { from, msg } => self.on_vote(from, msg, cx),
        }
    }

    fn restart(&self, _config: &Config) -> Self {
        self.clone()
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(_config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        vec![view::rounds(replicas)]
    }

    fn invariants() -> &'static [Invariant<Self>] {
        invariants::ALL
    }

    fn quorum(config: &Config) -> Option<usize> {
        Some(config.propose)
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::ProposeValue as RuleId]
    }

    fn lie(strategy: usize) -> Option<Liar<Self>> {
        lies::liar(strategy)
    }
}

impl BenOr {
    /// Step 1: opens the next round with a report.
    fn report(&mut self, cx: &mut Cx<'_, Self>) {
        self.round += 1;
        self.step = Step::Reports;
        while self.heard.front().is_some_and(|r| r.round < self.round) {
            self.heard.pop_front();
        }
        cx.cite(Cite::Report);
        if self.past.len() == REMEMBERED {
            self.past.pop_front();
        }
        self.past.push_back(Played { round: self.round, report: self.x, proposal: None, end: None });
        let (me, round, choice) = (self.me, self.round, Choice::of(self.x));
        self.heard_in(round).reports.add(me, choice);
        cx.broadcast(Msg::Report { round, choice });
    }

    /// Goes on for as long as enough has been heard; messages of later rounds may be there already.
    fn go_on(&mut self, cx: &mut Cx<'_, Self>) {
        loop {
            let (wait, step) = (cx.config.wait, self.step);
            let heard = self.heard_in(self.round);
            match step {
                Step::Reports if heard.reports.heard() >= wait => self.propose(cx),
                Step::Proposals if heard.proposals.heard() >= wait => self.conclude(cx),
                _ => return,
            }
        }
    }

    /// Step 2: proposes the value that enough reports name, if they do.
    fn propose(&mut self, cx: &mut Cx<'_, Self>) {
        let (me, round) = (self.me, self.round);
        let heard = self.heard_in(round);
        // More than half of those heard: what this rule is so easily mistaken for.
        let needed = match cx.holds(MAJORITY_OF_ALL) {
            true => cx.config.propose,
            false => QuorumRule::Majority.size(heard.reports.heard(), 0),
        };
        let choice = heard.reports.reaching(needed).unwrap_or(Choice::Open);
        heard.proposals.add(me, choice);
        cx.cite(if choice == Choice::Open { Cite::ProposeNothing } else { Cite::ProposeValue });
        cx.broadcast(Msg::Proposal { round, choice });
        self.step = Step::Proposals;
        if let Some(played) = self.past.back_mut() {
            played.proposal = Some(choice);
        }
        if self.last == Some(round) {
            // This was the one more round that the others need.
            cx.cite(Cite::Silent);
            self.step = Step::Silent;
        }
    }

    /// Step 3: decides, takes over, or tosses the coin; then the next round.
    fn conclude(&mut self, cx: &mut Cx<'_, Self>) {
        let Config { decide, adopt, .. } = *cx.config;
        let round = self.round;
        let proposals = &self.heard_in(round).proposals;
        let decided = proposals.reaching(decide).and_then(Choice::value);
        let seen = proposals.reaching(adopt).and_then(Choice::value).filter(|_| cx.holds(ADOPT_BEFORE_COIN));
        let end = match (decided, seen) {
            (Some(value), _) => End::Decided(value),
            (None, Some(value)) => End::Took(value),
            (None, None) => End::Coin(self.toss(cx)),
        };
        if let Some(played) = self.past.back_mut() {
            played.end = Some(end);
        }
        let (End::Decided(value) | End::Took(value) | End::Coin(value)) = end;
        self.x = value;
        let cite = match end {
            End::Decided(_) => Cite::Decide,
            End::Took(_) => Cite::Adopt,
            End::Coin(_) if cx.config.common_coin => Cite::CommonCoin,
            End::Coin(_) => Cite::Coin,
        };
        if matches!(end, End::Decided(_)) {
            self.decide(Decided { value, round: Some(round) }, cx);
            self.last = Some(round + 1);
        }
        if self.step != Step::Silent {
            self.report(cx);
        }
        // Last, because it is what the step came to.
        cx.cite(cite);
    }

    fn toss(&self, cx: &mut Cx<'_, Self>) -> Value {
        let bits = if cx.config.common_coin {
            keyed_draw(cx.config.seed, DEALER, self.round)
        } else {
            cx.rng().bits()
        };
        if bits & 1 == 0 { ZERO } else { ONE }
    }

    /// Decides, if it has not, and says so where deciders do.
    fn decide(&mut self, decided: Decided, cx: &mut Cx<'_, Self>) {
        let speaks = cx.holds(SPEAK_ON);
        if self.decided.is_none() {
            self.decided = Some(decided);
            cx.decide(1, decided.value);
            if speaks && cx.config.announce {
                cx.broadcast(Msg::Decide { round: self.round, choice: Choice::of(decided.value) });
            }
        }
        if !speaks || (cx.config.announce && !cx.config.byzantine) {
            self.step = Step::Silent;
        }
    }

    fn on_vote(&mut self, from: NodeId, msg: &Msg, cx: &mut Cx<'_, Self>) {
        let (round, choice, is_report) = match *msg {
            Msg::Report { round, choice } => (round, choice, true),
            Msg::Proposal { round, choice } | Msg::Decide { round, choice } => (round, choice, false),
        };
        if self.step == Step::Silent {
            return cx.reject("it has decided and takes no further part");
        }
        if round < self.round {
            return cx.reject("of a round that is over");
        }
        if cx.config.byzantine && round > self.round.saturating_add(AHEAD_MAX) {
            return cx.reject("too far ahead to be kept");
        }
        if is_report && choice == Choice::Open {
            return cx.reject("a report names 0 or 1");
        }
        let (me, others) = (self.me, cx.config.wait - 1);
        let heard = self.heard_in(round);
        let ballot = if is_report { &mut heard.reports } else { &mut heard.proposals };
        if ballot.heard() - usize::from(ballot.holds(me)) >= others {
            return cx.reject("it has heard n - f in this step already");
        }
        if !ballot.add(from, choice) {
            return cx.reject("this process was heard in this step before");
        }
        if round == self.round {
            self.go_on(cx);
        }
    }

    /// An announcement, where deciders announce.
    fn on_decide(&mut self, from: NodeId, choice: Choice, cx: &mut Cx<'_, Self>) {
        let Some(value) = choice.value().filter(|_| cx.config.announce) else {
            return cx.reject("nobody announces this here");
        };
        if !self.announced.add(from, choice) {
            return cx.reject("this process has announced before");
        }
        if self.decided.is_some() {
            return cx.reject("it has decided already");
        }
        if self.announced.reaching(cx.config.believe) == Some(choice) {
            if let Some(played) = self.past.back_mut() {
                played.end = Some(End::Decided(value));
            }
            cx.cite(Cite::Believe);
            self.decide(Decided { value, round: None }, cx);
        }
    }

    /// What was heard in a round that is not over.
    fn heard_in(&mut self, round: u64) -> &mut Round {
        let at = self.heard.partition_point(|r| r.round < round);
        if self.heard.get(at).is_none_or(|r| r.round != round) {
            self.heard.insert(at, Round::new(round));
        }
        &mut self.heard[at]
    }
}
