//! Chandra & Toueg (JACM 1996): processes agree on one of the values they begin with, although no bound on delays is known,
//! by guessing who has crashed. The guesses may be wrong; agreement never rests on them, only progress does.
//!
//! Fault model: fewer than half of the processes crash. Links lose nothing between processes that stay up and take any
//! time. The failure detector is of class ◇S: every process that crashes is suspected by all in the end, and some process
//! that does not crash is in the end suspected by nobody.
//!
//! Rounds have rotating coordinators: process r mod n in round r (the paper's (r mod n) + 1, counted from 1). Figure 6 of
//! the paper, phase by phase:
//! 1. Everybody sends its `Estimate`, with the round in which it took it over, to the coordinator.
//! 2. The coordinator waits for a majority, picks one of the latest, and sends it to all as its `Proposal`.
//! 3. Everybody waits for the proposal or until it suspects the coordinator: it takes the proposal over and answers `Ack`,
//!    or answers `Nack`; and it goes on to the next round without waiting for what comes of this one.
//! 4. The coordinator waits for a majority of answers. If all of them are acks, the value is locked: every later
//!    coordinator hears of it from some member of its majority, and it is the latest there. It R-broadcasts `Decide`,
//!    which everybody passes on when it first arrives, so that it reaches all or none of those that stay up, even if the
//!    coordinator crashes in the midst of sending.
//!
//! The detector (§9 has one for partial synchrony): a `Heartbeat` to all every so often; who is silent for longer than
//! its time-out is suspected; a heartbeat of a suspect ends the suspicion and lengthens its time-out. A visitor can make
//! the detector err, by the commands `suspect` and `trust`.
//!
//! Left out: the other classes of detectors (S, which needs no majority; ◇W, which can be turned into ◇S). A process
//! that crashed has lost what came meanwhile, and nothing is promised to it if it comes back.

mod detector;
mod invariants;
mod message;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use detector::Detector;
pub use message::{Estimate, Msg};
pub use tables::{Cite, META};

use consensus_kernel::{
    Cx, Duration, Face, Input, Invariant, Meta, NodeId, Panel, Protocol, QuorumRule, RuleId, Setup,
    SetupError, Tally, Value,
};
use serde::Serialize;
use std::collections::VecDeque;
use tables::*;

/// How many of its latest rounds a process remembers, for people and invariants.
const REMEMBERED: usize = 32;

/// What all processes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of processes.
    pub n: usize,
    /// What each begins with.
    pub inputs: Vec<Value>,
    /// Estimates and answers that a coordinator waits for.
    pub majority: usize,
    /// Time between two heartbeats.
    pub heartbeat: Duration,
    /// How long a process may be silent, at first.
    pub timeout: Duration,
    /// How much longer after each mistake.
    pub growth: Duration,
    /// Whether round 1 begins with estimates: none can be later than another there.
    pub first_phase: bool,
}

impl Config {
    fn of(setup: &Setup) -> Self {
        let rule = if setup.rules.holds(MAJORITY) { QuorumRule::Majority } else { QuorumRule::Half };
        Self {
            n: setup.n,
            inputs: setup.inputs.clone(),
            majority: rule.size(setup.n, setup.f),
            heartbeat: setup.params.span(param::HEARTBEAT),
            timeout: setup.params.span(param::TIMEOUT),
            growth: setup.params.span(param::GROWTH),
            first_phase: setup.params.flag(param::FIRST_PHASE),
        }
    }

    /// Who coordinates a round.
    pub fn coordinator(&self, round: u64) -> NodeId {
        NodeId::replica((round % self.n as u64) as usize)
    }
}

/// What a process waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Phase {
    /// Not begun.
    Asleep,
    /// Phase 2, at the coordinator: for estimates.
    Estimates,
    /// Phase 3: for the proposal, or for a suspicion.
    Proposal,
    /// Phase 4, at the coordinator: for answers.
    Answers,
    /// For nothing: it has decided.
    Decided,
}

/// What a coordinator has heard in one of its rounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Chair {
    /// Which round.
    pub round: u64,
    /// Who sent an estimate.
    pub estimates: Tally,
    /// The latest of them.
    pub latest: Option<Estimate>,
    /// Who took the proposal over.
    pub acks: Tally,
    /// Who gave up on it.
    pub nacks: Tally,
}

/// What a process did in one round.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Played {
    /// Which round.
    pub round: u64,
    /// The estimate it entered with.
    pub estimate: Estimate,
    /// What it proposed, as coordinator.
    pub proposed: Option<Value>,
    /// Whether it took the proposal over; none while it waits.
    pub took: Option<bool>,
    /// Whether it R-broadcast a decision.
    pub locked: bool,
}

/// A decision, and the round whose coordinator made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Decided {
    /// What.
    pub value: Value,
    /// Which round.
    pub round: u64,
}

/// One process's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct ChandraToueg {
    /// Which process it is.
    pub me: NodeId,
    /// What it would decide, and since which round.
    pub estimate: Estimate,
    /// Its round, from 1.
    pub round: u64,
    /// What it waits for there.
    pub phase: Phase,
    /// What it decided.
    pub decided: Option<Decided>,
    /// Its guesses.
    pub detector: Detector,
    /// What it has heard in rounds of its own that are not over, ascending.
    pub chairs: VecDeque<Chair>,
    /// Proposals of rounds that it has not reached, ascending.
    pub proposals: VecDeque<(u64, Value)>,
    /// Its latest rounds, oldest first, the present one last.
    pub past: VecDeque<Played>,
}

/// What processes set timers for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Timer {
    /// The next heartbeat is due.
    Heartbeat,
    /// This process was silent for too long.
    Suspect(NodeId),
}

impl consensus_kernel::Timer for Timer {
    fn count(n: usize) -> usize {
        1 + n
    }
    fn index(self) -> usize {
        match self {
            Self::Heartbeat => 0,
            Self::Suspect(id) => 1 + id.index(),
        }
    }
    fn from_index(index: usize) -> Self {
        match index.checked_sub(1) {
            None => Self::Heartbeat,
            Some(i) => Self::Suspect(NodeId::replica(i)),
        }
    }
    fn name(self) -> &'static str {
        META.timers[usize::from(self != Self::Heartbeat)]
    }
}

impl Protocol for ChandraToueg {
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        Ok(Config::of(setup))
    }

    fn new(config: &Config, me: NodeId) -> Self {
        let value = config.inputs.get(me.index()).copied().unwrap_or(OPTIONS[0]);
        Self {
            me,
            estimate: Estimate { value, timestamp: 0 },
            round: 0,
            phase: Phase::Asleep,
            decided: None,
            detector: Detector::new(config),
            chairs: VecDeque::new(),
            proposals: VecDeque::new(),
            past: VecDeque::with_capacity(REMEMBERED),
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Self>) {
        match input {
            Input::Start | Input::Restart if self.phase == Phase::Decided => {}
            Input::Start | Input::Restart => {
                self.detector.start(self.me, cx);
                if self.phase == Phase::Asleep {
                    cx.cite(Cite::Begin);
                    self.enter_round(cx);
                    self.go_on(cx);
                }
            }
            Input::Propose(_) => cx.reject("processes begin with their values, nobody asks them for others"),
            Input::Command { command, about } => self.on_command(command, about, cx),
            Input::Fire(Timer::Heartbeat) => self.detector.beat(cx),
            Input::Fire(Timer::Suspect(id)) => {
                self.detector.suspect(id, cx);
                self.go_on(cx);
            }
            Input::Deliver { from, .. } if from.index() >= cx.config.n || from.is_client() => {
                cx.reject("only processes send this");
            }
            Input::Deliver { msg: Msg::Decide { round, value }, .. } => self.on_decide(*round, *value, cx),
            Input::Deliver { .. } if self.phase == Phase::Decided => {
                cx.reject("it has decided, and the others have heard or will hear of it");
            }
            Input::Deliver { from, msg } => {
                match *msg {
                    Msg::Estimate { round, estimate } => self.on_estimate(from, round, estimate, cx),
                    Msg::Proposal { round, value } => self.on_proposal(from, round, value, cx),
                    Msg::Ack { round } => self.on_answer(from, round, true, cx),
                    Msg::Nack { round } => self.on_answer(from, round, false, cx),
                    Msg::Heartbeat => self.detector.hear(from, cx),
                    Msg::Decide { .. } => {}
                }
                self.go_on(cx);
            }
        }
    }

    fn restart(&self, _config: &Config) -> Self {
        self.clone()
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        vec![view::rounds(replicas), view::suspicions(config, replicas)]
    }

    fn invariants() -> &'static [Invariant<Self>] {
        invariants::ALL
    }

    fn quorum(config: &Config) -> Option<usize> {
        Some(config.majority)
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::Propose as RuleId]
    }
}

impl ChandraToueg {
    /// Goes on for as long as what the present phase waits for is there.
    fn go_on(&mut self, cx: &mut Cx<'_, Self>) {
        loop {
            let majority = cx.config.majority;
            match self.phase {
                Phase::Estimates | Phase::Answers => {
                    let asks = self.phase == Phase::Estimates;
                    let chair = self.chair(self.round);
                    let heard =
                        if asks { chair.estimates.count() } else { chair.acks.count() + chair.nacks.count() };
                    match (heard >= majority, asks) {
                        (true, true) => self.propose(cx),
                        (true, false) => self.conclude(cx),
                        (false, _) => return,
                    }
                }
                Phase::Proposal => match self.proposals.front() {
                    Some((round, value)) if *round == self.round => self.adopt(*value, cx),
                    _ if self.gives_up(cx) => self.give_up(cx),
                    _ => return,
                },
                Phase::Asleep | Phase::Decided => return,
            }
        }
    }

    /// Phase 1: the next round, and an estimate to its coordinator.
    fn enter_round(&mut self, cx: &mut Cx<'_, Self>) {
        self.round += 1;
        let (round, estimate) = (self.round, self.estimate);
        while self.chairs.front().is_some_and(|chair| chair.round < round) {
            self.chairs.pop_front();
        }
        while self.proposals.front().is_some_and(|(r, _)| *r < round) {
            self.proposals.pop_front();
        }
        if self.past.len() == REMEMBERED {
            self.past.pop_front();
        }
        self.past.push_back(Played { round, estimate, proposed: None, took: None, locked: false });
        let coordinator = cx.config.coordinator(round);
        let skips = round == 1 && !cx.config.first_phase;
        if coordinator == self.me {
            self.phase = Phase::Estimates;
            self.count_estimate(self.me, round, estimate);
            if skips {
                self.propose(cx);
            }
            return;
        }
        self.phase = Phase::Proposal;
        if !skips {
            cx.cite(Cite::SendEstimate);
            cx.send(coordinator, Msg::Estimate { round, estimate });
        }
    }

    fn on_estimate(&mut self, from: NodeId, round: u64, estimate: Estimate, cx: &mut Cx<'_, Self>) {
        if self.is_over(round, cx) {
            return;
        }
        if !OPTIONS.contains(&estimate.value) || estimate.timestamp >= round {
            return cx.reject("no process can have this estimate");
        }
        if !self.count_estimate(from, round, estimate) {
            cx.reject("its estimate of this round is counted already");
        }
    }

    fn count_estimate(&mut self, from: NodeId, round: u64, estimate: Estimate) -> bool {
        let chair = self.chair(round);
        let fresh = chair.estimates.add(from);
        if fresh && chair.latest.is_none_or(|latest| latest.timestamp < estimate.timestamp) {
            chair.latest = Some(estimate);
        }
        fresh
    }

    /// Phase 2: proposes one of the latest estimates of a majority. Its own copy of the proposal arrives at once.
    fn propose(&mut self, cx: &mut Cx<'_, Self>) {
        let round = self.round;
        let latest = self.chair(round).latest.filter(|_| cx.holds(LATEST));
        let value = latest.unwrap_or(self.estimate).value;
        cx.cite(Cite::Propose);
        cx.broadcast(Msg::Proposal { round, value });
        if let Some(played) = self.past.back_mut() {
            played.proposed = Some(value);
        }
        self.adopt(value, cx);
    }

    fn on_proposal(&mut self, from: NodeId, round: u64, value: Value, cx: &mut Cx<'_, Self>) {
        if round == 0 || from != cx.config.coordinator(round) || from == self.me {
            return cx.reject("the sender does not coordinate this round");
        }
        if round < self.round || (round == self.round && self.phase != Phase::Proposal) {
            return cx.reject("of a round that is over");
        }
        if !OPTIONS.contains(&value) {
            return cx.reject("nobody can have begun with this value");
        }
        let at = self.proposals.partition_point(|(r, _)| *r < round);
        if self.proposals.get(at).is_some_and(|(r, _)| *r == round) {
            return cx.reject("this proposal is known already");
        }
        self.proposals.insert(at, (round, value));
    }

    /// Phase 3, the proposal is there.
    fn adopt(&mut self, value: Value, cx: &mut Cx<'_, Self>) {
        let round = self.round;
        let timestamp = if cx.holds(STAMP) { round } else { self.estimate.timestamp };
        self.estimate = Estimate { value, timestamp };
        self.answer(true, cx);
        cx.cite(Cite::Adopt);
    }

    fn gives_up(&self, cx: &Cx<'_, Self>) -> bool {
        self.detector.suspected.contains(cx.config.coordinator(self.round)) && cx.holds(OR_SUSPECT)
    }

    /// Phase 3, the coordinator is suspected.
    fn give_up(&mut self, cx: &mut Cx<'_, Self>) {
        self.answer(false, cx);
        cx.cite(Cite::GiveUp);
    }

    fn answer(&mut self, took: bool, cx: &mut Cx<'_, Self>) {
        let (me, round) = (self.me, self.round);
        if let Some(played) = self.past.back_mut() {
            played.took = Some(took);
        }
        let coordinator = cx.config.coordinator(round);
        if coordinator == me {
            self.chair(round).acks.add(me);
            self.phase = Phase::Answers;
            return;
        }
        cx.send(coordinator, if took { Msg::Ack { round } } else { Msg::Nack { round } });
        self.enter_round(cx);
    }

    fn on_answer(&mut self, from: NodeId, round: u64, took: bool, cx: &mut Cx<'_, Self>) {
        if self.is_over(round, cx) {
            return;
        }
        let chair = self.chair(round);
        if chair.acks.voters().contains(from) || chair.nacks.voters().contains(from) {
            return cx.reject("its answer of this round is counted already");
        }
        let fresh = if took { chair.acks.add(from) } else { chair.nacks.add(from) };
        if fresh && round == self.round {
            cx.cite(if took { Cite::CountAck } else { Cite::CountNack });
        }
    }

    /// Phase 4: decides if all answers of a majority are acks.
    fn conclude(&mut self, cx: &mut Cx<'_, Self>) {
        let (round, value) = (self.round, self.estimate.value);
        let acks = self.chair(round).acks.count();
        if acks < cx.config.majority && cx.holds(ALL_ACKS) {
            cx.cite(Cite::NextRound);
            return self.enter_round(cx);
        }
        if let Some(played) = self.past.back_mut() {
            played.locked = true;
        }
        cx.broadcast(Msg::Decide { round, value });
        self.decide(Decided { value, round }, cx);
        cx.cite(Cite::Broadcast);
    }

    /// R-broadcast: whoever hears of a decision first passes it on, then decides.
    fn on_decide(&mut self, round: u64, value: Value, cx: &mut Cx<'_, Self>) {
        if self.decided.is_some() {
            return cx.reject("it has decided already");
        }
        if !OPTIONS.contains(&value) {
            return cx.reject("nobody can have begun with this value");
        }
        if cx.holds(RELAY) {
            cx.broadcast(Msg::Decide { round, value });
        }
        self.decide(Decided { value, round }, cx);
        cx.cite(Cite::Deliver);
    }

    fn decide(&mut self, decided: Decided, cx: &mut Cx<'_, Self>) {
        self.decided = Some(decided);
        self.phase = Phase::Decided;
        self.detector.stop(self.me, cx);
        cx.decide(1, decided.value);
    }

    fn on_command(&mut self, command: usize, about: usize, cx: &mut Cx<'_, Self>) {
        let id = NodeId::replica(about);
        if about >= cx.config.n || id == self.me {
            return cx.reject("there is no other process of this name");
        }
        if self.phase == Phase::Decided {
            return cx.reject("it has decided and asks its detector no more");
        }
        if command == command::SUSPECT {
            self.detector.suspect(id, cx)
        } else {
            self.detector.trust(id, cx)
        }
        self.go_on(cx);
    }

    /// Refuses what a coordinator gets for a round that it is not to lead, or has left.
    fn is_over(&self, round: u64, cx: &mut Cx<'_, Self>) -> bool {
        let refused = if round == 0 || cx.config.coordinator(round) != self.me {
            "it does not coordinate this round"
        } else if round < self.round {
            "of a round that is over"
        } else {
            return false;
        };
        cx.reject(refused);
        true
    }

    /// What was heard in a round of its own that is not over.
    fn chair(&mut self, round: u64) -> &mut Chair {
        let at = self.chairs.partition_point(|chair| chair.round < round);
        if self.chairs.get(at).is_none_or(|chair| chair.round != round) {
            let (estimates, acks, nacks) = (Tally::EMPTY, Tally::EMPTY, Tally::EMPTY);
            self.chairs.insert(at, Chair { round, estimates, latest: None, acks, nacks });
        }
        &mut self.chairs[at]
    }
}
