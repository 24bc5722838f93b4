//! The target of the FLP scheduler: the Synod of Paxos (Lamport 1998, 2001) with everybody proposing.
//!
//! Fischer, Lynch & Paterson (1985) prove that no deterministic protocol whose messages may take arbitrarily long can be
//! sure to decide if one process may stop. The proof is an adversary that chooses which message arrives next and keeps
//! both outcomes possible for ever, although every message arrives in the end. To watch it at work one needs a
//! deterministic protocol that it can play against, and this is one: every process begins with a bit and is proposer,
//! acceptor and learner at once. Nothing here waits for a clock unless the parameter `retry` says so.
//!
//! Fault model: fewer than half of the processes stop, and may come back with what was on disk. Messages may be lost,
//! doubled, late and out of order. Safety never depends on time. Nobody is promised a decision, even if nothing is lost.
//!
//! Messages, in their order:
//! - `Prepare` (1a) asks every acceptor to promise to heed no lower ballot; `Promise` (1b) does, and reports the
//!   acceptor's last vote (§2.2, P1a and P2c).
//! - `Accept` (2a) asks for votes, with the value that the promises leave; `Accepted` (2b) is the vote (§2.2).
//! - `Refuse` says that a higher ballot was promised. The paper calls it an optimisation; here it drives the duel: a
//!   proposer that is refused opens its next ballot at once (§2.4).
//! - `Decided` is how the proposer whose ballot a majority has voted for tells all learners (§2.3).
//!
//! On disk is the acceptor (its promise and its vote), and what was decided. A process that comes back opens a new
//! ballot above its promise, so it never uses a ballot twice.
//!
//! With `retry` above zero a refused proposer waits, the longer the higher its ballot. That does not help while clocks
//! say nothing about messages, and it does help once they do (Dwork, Lynch & Stockmeyer 1988).
//!
//! Left out: a distinguished proposer (§2.4), many instances (§3).

mod invariants;
mod message;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use message::{Msg, Vote};
pub use tables::{Cite, Timer};

use consensus_kernel::{
    Cx, Duration, Face, Input, Invariant, Meta, NodeId, Panel, Protocol, QuorumRule, RuleId, RuleSet, Setup,
    SetupError, Tally, Value,
};
use serde::Serialize;
use tables::*;

/// A ballot's number; 0 is none. Ballot b belongs to process b mod n.
pub type Ballot = u64;

/// What all processes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of processes.
    pub n: usize,
    /// Promises that open phase 2, votes that decide.
    pub quorum: usize,
    /// What each process begins with.
    pub inputs: Vec<Value>,
    /// What a refused proposer waits, times the round of the ballot it will open; zero: it does not wait.
    pub retry: Duration,
    /// Which rules hold: what is on disk depends on it.
    pub rules: RuleSet,
}

/// How far a proposer is with its ballot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Phase {
    /// Phase 1: it collects promises.
    Preparing,
    /// Phase 2: it collects votes for this value.
    Proposing(Value),
    /// It was refused, and waits before it tries again.
    Waiting,
    /// It knows the decision.
    Done,
}

/// One process: proposer, acceptor and learner.
#[derive(Clone, Debug, Serialize)]
pub struct Flp {
    /// Which process it is.
    pub me: NodeId,
    /// What it begins with.
    pub input: Value,
    /// On disk: the highest ballot that its acceptor has promised to heed; 0 if none.
    pub promised: Ballot,
    /// On disk: its acceptor's last vote.
    pub voted: Option<Vote>,
    /// The highest ballot that refused it.
    pub stronger: Ballot,
    /// The ballot that its proposer has opened last; 0 if none.
    pub ballot: Ballot,
    /// How far it is with that.
    pub phase: Phase,
    /// Acceptors that have promised, in phase 1.
    pub promises: Tally,
    /// The vote of the highest ballot that promises have reported.
    pub highest: Option<Vote>,
    /// Acceptors that have voted, in phase 2.
    pub votes: Tally,
    /// On disk: what it has learnt.
    pub decided: Option<Value>,
}

impl Protocol for Flp {
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        let rule = if setup.rules.holds(MAJORITY) { QuorumRule::Majority } else { QuorumRule::Half };
        Ok(Config {
            n: setup.n,
            quorum: rule.size(setup.n, setup.f),
            inputs: setup.inputs.clone(),
            retry: setup.params.span(RETRY),
            rules: setup.rules,
        })
    }

    fn new(config: &Config, me: NodeId) -> Self {
        Self {
            me,
            input: config.inputs.get(me.index()).copied().unwrap_or(INPUTS[0]),
            promised: 0,
            voted: None,
            stronger: 0,
            ballot: 0,
            phase: Phase::Waiting,
            promises: Tally::EMPTY,
            highest: None,
            votes: Tally::EMPTY,
            decided: None,
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Self>) {
        let (from, msg) = match input {
            Input::Start => return self.open_ballot(cx),
            Input::Restart => {
                cx.cite(Cite::Recover);
                return if self.decided.is_none() {
                    self.open_ballot(cx)
                };
            }
            Input::Fire(Timer::Retry) if self.phase == Phase::Waiting => return self.open_ballot(cx),
            Input::Fire(Timer::Retry) => return cx.reject("its ballot is open already"),
            Input::Propose(_) => return cx.reject("processes begin with their values"),
            Input::Command { .. } => return cx.reject("processes take no commands"),
            Input::Deliver { from, msg } => (from, *msg),
        };
        if from.is_client() || from.index() >= cx.config.n {
            return cx.reject("only processes send this");
        }
        match msg {
            Msg::Prepare { ballot } => self.on_prepare(from, ballot, cx),
            Msg::Promise { ballot, voted } => self.on_promise(from, ballot, voted, cx),
            Msg::Refuse { ballot, promised } => self.on_refuse(ballot, promised, cx),
            Msg::Accept(vote) => self.on_accept(from, vote, cx),
            Msg::Accepted { ballot } => self.on_accepted(from, ballot, cx),
            Msg::Decided { value } => self.on_decided(value, cx),
        }
    }

    fn restart(&self, config: &Config) -> Self {
        let new = Self::new(config, self.me);
        if !config.rules.holds(PERSIST) {
            return new;
        }
        let phase = if self.decided.is_some() { Phase::Done } else { Phase::Waiting };
        Self { promised: self.promised, voted: self.voted, decided: self.decided, phase, ..new }
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(_config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        vec![Panel::Matrix(view::ballots(replicas))]
    }

    fn invariants() -> &'static [Invariant<Self>] {
        invariants::ALL
    }

    fn quorum(config: &Config) -> Option<usize> {
        Some(config.quorum)
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::Propose as RuleId, Cite::Adopt as RuleId]
    }
}

impl Flp {
    // §2.2, phase 1.

    /// 1a: opens its next ballot above all it has promised, its own acceptor first.
    fn open_ballot(&mut self, cx: &mut Cx<'_, Self>) {
        cx.cite(Cite::Prepare);
        self.ballot = self.next_ballot(cx.config);
        self.phase = Phase::Preparing;
        self.promised = self.ballot;
        self.highest = self.voted;
        self.promises.clear();
        self.votes.clear();
        cx.broadcast(Msg::Prepare { ballot: self.ballot });
        self.count_promise(self.me, cx);
    }

    /// 1b: promises to heed no ballot below, if it has not promised as much before.
    fn on_prepare(&mut self, from: NodeId, ballot: Ballot, cx: &mut Cx<'_, Self>) {
        if ballot == self.promised {
            return cx.reject("it has promised this ballot already");
        }
        if ballot < self.promised {
            cx.cite(Cite::RefusePrepare);
            return cx.send(from, Msg::Refuse { ballot, promised: self.promised });
        }
        cx.cite(Cite::Promise);
        self.promised = ballot;
        cx.send(from, Msg::Promise { ballot, voted: self.voted });
    }

    fn on_promise(&mut self, from: NodeId, ballot: Ballot, voted: Option<Vote>, cx: &mut Cx<'_, Self>) {
        if ballot != self.ballot || self.phase != Phase::Preparing {
            return cx.reject("a promise that its ballot does not need");
        }
        cx.cite(Cite::CountPromise);
        if voted.is_some_and(|vote| self.highest.is_none_or(|highest| vote.ballot > highest.ballot)) {
            self.highest = voted;
        }
        self.count_promise(from, cx);
    }

    fn count_promise(&mut self, from: NodeId, cx: &mut Cx<'_, Self>) {
        self.promises.add(from);
        if self.promises.count() >= cx.config.quorum {
            self.propose(cx);
        }
    }

    // §2.2, phase 2.

    /// 2a: with a majority of promises, asks for votes, its own acceptor's first. P2c: for the value of the highest
    /// ballot reported, and only if there is none for its own.
    fn propose(&mut self, cx: &mut Cx<'_, Self>) {
        if self.ballot < self.promised && cx.holds(KEEP_PROMISE) {
            // It has promised another ballot meanwhile, so it would not vote for its own.
            return self.refused(cx);
        }
        let value = match self.highest {
            Some(vote) if cx.holds(ADOPT_HIGHEST) => {
                cx.cite(Cite::Adopt);
                vote.value
            }
            _ => {
                cx.cite(Cite::Propose);
                self.input
            }
        };
        self.phase = Phase::Proposing(value);
        let vote = Vote { ballot: self.ballot, value };
        cx.broadcast(Msg::Accept(vote));
        self.vote(vote, cx);
        self.count_vote(self.me, value, cx);
    }

    /// 2b: votes, unless it has promised to heed no ballot so low.
    fn on_accept(&mut self, from: NodeId, vote: Vote, cx: &mut Cx<'_, Self>) {
        let ballot = vote.ballot;
        if ballot < self.promised && cx.holds(KEEP_PROMISE) {
            cx.cite(Cite::RefuseAccept);
            return cx.send(from, Msg::Refuse { ballot, promised: self.promised });
        }
        cx.cite(Cite::Vote);
        self.vote(vote, cx);
        cx.send(from, Msg::Accepted { ballot });
    }

    /// A vote is a promise, too: whoever votes in a ballot heeds no lower one.
    fn vote(&mut self, vote: Vote, cx: &mut Cx<'_, Self>) {
        self.voted = Some(vote);
        if cx.holds(VOTE_PROMISES) {
            self.promised = self.promised.max(vote.ballot);
        }
    }

    fn on_accepted(&mut self, from: NodeId, ballot: Ballot, cx: &mut Cx<'_, Self>) {
        match self.phase {
            Phase::Proposing(value) if ballot == self.ballot => {
                cx.cite(Cite::CountVote);
                self.count_vote(from, value, cx);
            }
            _ => cx.reject("a vote in a ballot that is no longer open"),
        }
    }

    // §2.3: learning.

    fn count_vote(&mut self, from: NodeId, value: Value, cx: &mut Cx<'_, Self>) {
        self.votes.add(from);
        if self.votes.count() >= cx.config.quorum {
            cx.cite(Cite::Decide);
            cx.broadcast(Msg::Decided { value });
            self.learn(value, cx);
        }
    }

    fn on_decided(&mut self, value: Value, cx: &mut Cx<'_, Self>) {
        if self.decided.is_some() {
            return cx.reject("it has decided already");
        }
        cx.cite(Cite::Learn);
        self.learn(value, cx);
    }

    fn learn(&mut self, value: Value, cx: &mut Cx<'_, Self>) {
        if self.phase == Phase::Waiting {
            cx.cancel_timer(Timer::Retry);
        }
        self.phase = Phase::Done;
        if self.decided.is_none() {
            self.decided = Some(value);
            cx.decide(1, value);
        }
    }

    // §2.4: progress.

    fn on_refuse(&mut self, ballot: Ballot, promised: Ballot, cx: &mut Cx<'_, Self>) {
        let open = matches!(self.phase, Phase::Preparing | Phase::Proposing(_));
        if ballot != self.ballot || !open {
            return cx.reject("a refusal of a ballot that is no longer open");
        }
        if promised <= ballot {
            return cx.reject("a refusal without a reason");
        }
        self.stronger = self.stronger.max(promised);
        self.refused(cx);
    }

    /// Its ballot can no longer be sure of a majority: on to the next one, at once or after a while.
    fn refused(&mut self, cx: &mut Cx<'_, Self>) {
        cx.cite(Cite::Refused);
        if cx.config.retry == Duration::ZERO {
            return self.open_ballot(cx);
        }
        self.phase = Phase::Waiting;
        let round = self.next_ballot(cx.config) / cx.config.n as u64;
        cx.set_timer(Timer::Retry, cx.config.retry.times(round));
    }

    /// Its lowest ballot above all that it has promised, opened or been refused for.
    fn next_ballot(&self, config: &Config) -> Ballot {
        let (n, above) = (config.n as u64, self.promised.max(self.ballot).max(self.stronger));
        let ballot = (above / n).max(1) * n + self.me.index() as u64;
        if ballot > above { ballot } else { ballot + n }
    }
}
