//! Single-decree Paxos (Lamport, *Paxos Made Simple*, 2001, §2): nodes choose one value, whatever stops and whatever the
//! network does, and never two.
//!
//! Fault model: fewer than half of the acceptors stop, and may come back with what was on disk. Messages may be lost,
//! doubled, late and out of order. Safety never depends on time; progress needs a majority of acceptors and, in the end,
//! a proposer that is left undisturbed.
//!
//! Messages, in the order in which they matter:
//! - `Request`: a client has a value (several clients with several proposers make them duel).
//! - `Prepare` (1a) and `Promise` (1b): a proposer takes a ballot that only it owns, and a majority of acceptors promises
//!   to accept nothing below it and reports what it has accepted.
//! - `Accept` (2a) and `Accepted` (2b): the proposer proposes the highest-numbered report, or its own value if there is
//!   none; acceptors accept unless they have promised a higher ballot.
//! - `Chosen`: whoever counts a majority of `Accepted` for one ballot tells the others (§2.3).
//! - `Refuse` tells a proposer that it was overtaken, `Query` asks what is chosen, `Reply` answers the client. Nothing in
//!   the proof depends on them.
//!
//! On disk are an acceptor's promise and vote, and the ballot that a proposer used last (`Node::restart`). Clients of all
//! proposers get the same answer: the chosen value, which may be another client's.
//!
//! Roles are parts of a node. Together, every node plays all three; apart, the first two nodes propose, the last two
//! learn, and those between are acceptors. What a node tells itself is no message.
//!
//! Left out: the election of the distinguished proposer (§2.4; clients choose it), sets of distinguished learners (§2.3),
//! reconfiguration (§3).

mod config;
mod invariants;
mod message;
pub mod synod;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use config::{Config, Learn};
pub use message::Msg;
pub use synod::{Ballot, Count, Proposal};
pub use tables::{Cite, Timer};

use crate::clients::one::{Answer, AskedOne, AsksOne};
use consensus_kernel::{
    Caveat, Cx, Duration, Face, Input, Invariant, Member, Meta, NodeId, Panel, Party, RuleId, Setup,
    SetupError, Value,
};
use serde::Serialize;
use smallvec::SmallVec;
use synod::{BACK_OFF, PERSIST_PROMISE, PERSIST_VOTE, SAME_BALLOT, THIS_BALLOT};
use tables::{META, ONE_PROPOSAL};

/// A node: a proposer, acceptor or learner, perhaps all of them, or a client.
pub type Paxos = Party<Node>;

/// How far a proposer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Stage {
    /// It has nothing under way.
    Idle,
    /// Phase 1: it waits for promises.
    Preparing,
    /// Phase 2: it waits for votes.
    Proposing,
    /// It was overtaken and waits.
    Waiting,
}

/// The part that proposes.
#[derive(Clone, Debug, Serialize)]
pub struct Proposer {
    /// On disk: the ballot that it used last.
    pub ballot: Ballot,
    /// The highest ballot of another that it has heard of.
    pub seen: Ballot,
    /// How far it is.
    pub stage: Stage,
    /// The first value that a client asked it for.
    pub own: Option<Value>,
    /// Promises of its ballot.
    pub promises: Count,
    /// The report that binds it.
    pub best: Option<Proposal>,
    /// What it proposes in its ballot.
    pub proposed: Option<Value>,
    /// How often it was overtaken or had no answer.
    pub failures: u32,
    /// The requests to be answered, one a client.
    pub asked: SmallVec<[Value; 2]>,
}

/// What an acceptor answered in one ballot, for those who look on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Answered {
    /// The ballot.
    pub ballot: Ballot,
    /// What it accepted, if it did more than promise.
    pub accepted: Option<Value>,
}

/// The part that promises and votes. All of it is on disk.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Acceptor {
    /// Nothing below this ballot is accepted: `maxBal`.
    pub promised: Ballot,
    /// `(maxVBal, maxVal)`.
    pub accepted: Option<Proposal>,
    /// Its answers in the latest ballots, ascending; no rule reads them.
    pub answers: SmallVec<[Answered; 2]>,
}

/// The part that learns what is chosen.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Learner {
    /// Votes for the latest proposals.
    pub votes: SmallVec<[(Proposal, Count); 1]>,
    /// What is chosen.
    pub chosen: Option<Proposal>,
    /// How often it has asked.
    pub asked: u32,
}

/// How many answers an acceptor remembers, and how many proposals' votes a learner keeps apart.
const REMEMBERED: usize = 12;
/// How often a proposer's waiting time doubles at most.
const DOUBLINGS: u32 = 4;
/// How often a learner's does.
const LEARNER_DOUBLINGS: u32 = 3;

/// One node's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Node {
    /// Which node it is.
    pub me: NodeId,
    /// Proposes, if that is among its parts.
    pub proposer: Proposer,
    /// Promises and votes, if that is.
    pub acceptor: Acceptor,
    /// Learns, or counts votes for its own proposal.
    pub learner: Learner,
}

impl Member for Node {
    type Client = AsksOne;
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        Config::of(setup)
    }

    fn new(_config: &Config, me: NodeId) -> Self {
        let proposer = Proposer {
            ballot: 0,
            seen: 0,
            stage: Stage::Idle,
            own: None,
            promises: Count::NONE,
            best: None,
            proposed: None,
            failures: 0,
            asked: SmallVec::new(),
        };
        Self { me, proposer, acceptor: Acceptor::default(), learner: Learner::default() }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Paxos>) {
        let (from, msg) = match input {
            Input::Start => {
                cx.cite(Cite::Begin);
                return self.wait_for_news(cx);
            }
            Input::Restart => {
                cx.cite(Cite::Recover);
                return self.wait_for_news(cx);
            }
            Input::Propose(_) => return cx.reject("values come from clients"),
            Input::Command { .. } => return cx.reject("nodes take no commands of a visitor"),
            Input::Fire(Timer::Ballot) => return self.ballot_timeout(cx),
            Input::Fire(Timer::Learner) => return self.ask_outcome(cx),
            Input::Fire(Timer::Retry) => return cx.reject("only clients have this timer"),
            Input::Deliver { from, msg } => (from, msg),
        };
        if let Msg::Request { value } = *msg {
            return self.on_request(from, value, cx);
        }
        if from.is_client() || from.index() >= cx.config.n {
            return cx.reject("only nodes send this");
        }
        let (me, config) = (self.me, cx.config);
        match *msg {
            Msg::Prepare { ballot } if config.accepts(me) => self.on_prepare(from, ballot, cx),
            Msg::Promise { ballot, accepted } if config.proposes(me) => {
                self.on_promise(from, ballot, accepted, cx)
            }
            Msg::Accept(proposal) if config.accepts(me) => self.on_accept(from, proposal, cx),
            Msg::Accepted(proposal) => self.count_vote(from, proposal, cx),
            Msg::Refuse { ballot, promised } if config.proposes(me) => self.on_refuse(ballot, promised, cx),
            Msg::Chosen(proposal) => self.on_chosen(proposal, cx),
            Msg::Query => self.on_query(from, cx),
            _ => cx.reject("this is for nodes of another part"),
        }
    }

    /// What is on disk.
    fn restart(&self, config: &Config) -> Self {
        let mut back = Self::new(config, self.me);
        back.proposer.ballot = self.proposer.ballot;
        back.acceptor = self.acceptor.clone();
        if !config.rules.holds(PERSIST_VOTE) {
            back.acceptor.accepted = None;
        }
        if !config.rules.holds(PERSIST_PROMISE) {
            // What a vote promises is read off the vote.
            back.acceptor.promised = back.acceptor.accepted.map_or(0, |p| p.ballot);
        }
        back
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(config: &Config, nodes: &[&Self]) -> Vec<Panel> {
        vec![Panel::Matrix(view::matrix(config, nodes))]
    }

    fn invariants() -> &'static [Invariant<Paxos>] {
        invariants::ALL
    }

    fn caveat(config: &Config) -> Option<Caveat> {
        config
            .all_may_fail
            .then_some(Caveat::Progress("both proposers may be among the faulty, and nobody else proposes"))
    }

    fn quorum(config: &Config) -> Option<usize> {
        Some(config.quorum)
    }

    fn learns(config: &Config, replica: NodeId) -> bool {
        config.learn != Learn::ProposerOnly && config.is_learner(replica)
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::Propose as RuleId]
    }
}

impl AskedOne for Node {
    const RETRY: Timer = Timer::Retry;
    const CITES: [RuleId; 3] =
        [Cite::ClientAsk as RuleId, Cite::ClientRetry as RuleId, Cite::ClientDone as RuleId];

    fn request(value: Value) -> Msg {
        Msg::Request { value }
    }
    fn answer(msg: &Msg) -> Option<Answer> {
        match *msg {
            Msg::Reply { asked, chosen } => Some(Answer::Decided { asked, slot: 1, value: chosen.value }),
            _ => None,
        }
    }
    fn first(config: &Config, client: NodeId) -> NodeId {
        let turn = if config.distinguished { 0 } else { client.index() };
        NodeId::replica(turn % config.proposers.max(1))
    }
    fn askable(config: &Config) -> usize {
        config.proposers
    }
    fn patience(config: &Config) -> Duration {
        config.retry
    }
}

impl Node {
    // The proposer (§2.2).

    fn on_request(&mut self, from: NodeId, value: Value, cx: &mut Cx<'_, Paxos>) {
        if value.client() != Some(from) {
            return cx.reject("a value that is not the sender's");
        }
        if !cx.config.proposes(self.me) {
            return cx.reject("only proposers take requests");
        }
        let p = &mut self.proposer;
        p.asked.retain(|other| other.client() != Some(from));
        p.asked.push(value);
        if self.learner.chosen.is_some() {
            return self.reply(cx);
        }
        cx.cite(Cite::TakeRequest);
        p.own.get_or_insert(value);
        if p.stage == Stage::Idle {
            self.begin_ballot(cx);
        }
    }

    /// 1a.
    fn begin_ballot(&mut self, cx: &mut Cx<'_, Paxos>) {
        let p = &mut self.proposer;
        let above = p.ballot.max(p.seen).max(self.acceptor.promised);
        p.ballot = synod::next_ballot(above, self.me.index(), cx.config.proposers, cx.config.rules);
        p.stage = Stage::Preparing;
        (p.promises, p.best, p.proposed) = (Count::NONE, None, None);
        let ballot = p.ballot;
        self.wait(cx);
        let own = cx.config.accepts(self.me) && self.promise(ballot, cx);
        cx.cite(Cite::Prepare);
        cx.multicast(cx.config.to_acceptors(), Msg::Prepare { ballot });
        if own {
            self.count_promise(self.me, self.acceptor.accepted, cx);
        }
    }

    /// The timer after which it tries a higher ballot.
    fn wait(&self, cx: &mut Cx<'_, Paxos>) {
        let (low, high) = cx.config.backoff;
        let after = if cx.holds(BACK_OFF) {
            cx.rng().within(low.0, high.0) << self.proposer.failures.min(DOUBLINGS)
        } else {
            low.0
        };
        cx.set_timer(Timer::Ballot, Duration(after));
    }

    fn on_promise(
        &mut self,
        from: NodeId,
        ballot: Ballot,
        accepted: Option<Proposal>,
        cx: &mut Cx<'_, Paxos>,
    ) {
        let p = &self.proposer;
        if ballot != p.ballot && cx.holds(THIS_BALLOT) {
            return cx.reject("a promise of another ballot");
        }
        let late = p.stage == Stage::Proposing && !cx.holds(ONE_PROPOSAL);
        if p.stage != Stage::Preparing && !late {
            return cx.reject("it has its promises, or gave the ballot up");
        }
        self.count_promise(from, accepted, cx);
    }

    fn count_promise(&mut self, from: NodeId, accepted: Option<Proposal>, cx: &mut Cx<'_, Paxos>) {
        let p = &mut self.proposer;
        if !p.promises.add(from, cx.config.rules) {
            return cx.reject("this acceptor was counted before");
        }
        if from != self.me {
            cx.cite(Cite::CountPromise);
        }
        if let Some(reported) = accepted {
            p.best = Some(synod::binding(p.best, reported, cx.config.rules));
        }
        if p.promises.size() >= cx.config.quorum {
            self.propose(cx);
        }
    }

    /// 2a.
    fn propose(&mut self, cx: &mut Cx<'_, Paxos>) {
        let p = &mut self.proposer;
        let Some(value) = synod::proposable(p.best, p.own, cx.config.rules) else {
            cx.cite(Cite::NothingToPropose);
            p.stage = Stage::Idle;
            return cx.cancel_timer(Timer::Ballot);
        };
        if p.stage == Stage::Proposing && p.proposed == Some(value) {
            return;
        }
        (p.stage, p.proposed) = (Stage::Proposing, Some(value));
        let proposal = Proposal { ballot: p.ballot, value };
        if cx.config.accepts(self.me) {
            self.on_accept(self.me, proposal, cx);
        }
        cx.cite(Cite::Propose);
        cx.multicast(cx.config.to_acceptors(), Msg::Accept(proposal));
    }

    fn on_refuse(&mut self, ballot: Ballot, promised: Ballot, cx: &mut Cx<'_, Paxos>) {
        if ballot != self.proposer.ballot || promised <= ballot {
            return cx.reject("about another ballot");
        }
        self.overtaken(promised, cx);
    }

    /// §2.4: a higher ballot is about.
    fn overtaken(&mut self, higher: Ballot, cx: &mut Cx<'_, Paxos>) {
        let p = &mut self.proposer;
        p.seen = p.seen.max(higher);
        if !matches!(p.stage, Stage::Preparing | Stage::Proposing) || higher <= p.ballot {
            return;
        }
        cx.cite(Cite::Overtaken);
        p.failures = p.failures.saturating_add(1);
        if cx.holds(BACK_OFF) {
            p.stage = Stage::Waiting;
            self.wait(cx);
        } else {
            self.begin_ballot(cx);
        }
    }

    fn ballot_timeout(&mut self, cx: &mut Cx<'_, Paxos>) {
        if self.proposer.stage == Stage::Idle {
            return cx.reject("no ballot is under way");
        }
        cx.cite(Cite::TryAgain);
        self.proposer.failures = self.proposer.failures.saturating_add(1);
        self.begin_ballot(cx);
    }

    // The acceptor (§2.2).

    /// 1b, for another's ballot.
    fn on_prepare(&mut self, from: NodeId, ballot: Ballot, cx: &mut Cx<'_, Paxos>) {
        if self.promise(ballot, cx) {
            cx.send(from, Msg::Promise { ballot, accepted: self.acceptor.accepted });
            self.overtaken(ballot, cx);
        } else if ballot < self.acceptor.promised {
            self.refuse(from, ballot, cx);
        } else {
            cx.reject("this ballot was promised before");
        }
    }

    fn promise(&mut self, ballot: Ballot, cx: &mut Cx<'_, Paxos>) -> bool {
        let promises = synod::prepare(&mut self.acceptor.promised, ballot, cx.config.rules);
        if promises {
            cx.cite(Cite::Promise);
            self.note(ballot, None);
        }
        promises
    }

    /// 2b, for a proposal of this node's own as well.
    fn on_accept(&mut self, from: NodeId, proposal: Proposal, cx: &mut Cx<'_, Paxos>) {
        if !synod::accept(&mut self.acceptor.promised, proposal.ballot, cx.config.rules) {
            return if from == self.me {
                cx.reject("it has promised a higher ballot itself")
            } else {
                self.refuse(from, proposal.ballot, cx)
            };
        }
        cx.cite(Cite::Accept);
        self.acceptor.accepted = Some(proposal);
        self.note(proposal.ballot, Some(proposal.value));
        if from != self.me || cx.config.learn == Learn::Broadcast {
            cx.multicast(cx.config.to_counters(from), Msg::Accepted(proposal));
        }
        if from == self.me || (cx.config.learn == Learn::Broadcast && cx.config.is_learner(self.me)) {
            self.count_vote(self.me, proposal, cx);
        }
        self.overtaken(proposal.ballot, cx);
    }

    fn refuse(&self, from: NodeId, ballot: Ballot, cx: &mut Cx<'_, Paxos>) {
        cx.cite(Cite::Refuse);
        cx.reject("it has promised a higher ballot");
        cx.send(from, Msg::Refuse { ballot, promised: self.acceptor.promised });
    }

    /// Keeps the answer for those who look on.
    fn note(&mut self, ballot: Ballot, accepted: Option<Value>) {
        let answers = &mut self.acceptor.answers;
        let at = answers.partition_point(|a| a.ballot < ballot);
        match answers.get_mut(at) {
            Some(known) if known.ballot == ballot => known.accepted = accepted.or(known.accepted),
            _ => answers.insert(at, Answered { ballot, accepted }),
        }
        if answers.len() > REMEMBERED {
            answers.remove(0);
        }
    }

    // The learner (§2.3).

    fn count_vote(&mut self, from: NodeId, proposal: Proposal, cx: &mut Cx<'_, Paxos>) {
        if self.learner.chosen.is_some() {
            return if from != self.me {
                cx.reject("it knows what is chosen")
            };
        }
        let votes = &mut self.learner.votes;
        let apart = cx.holds(SAME_BALLOT);
        let same = |p: &Proposal| p.value == proposal.value && (p.ballot == proposal.ballot || !apart);
        let at = votes.iter().position(|(p, _)| same(p)).unwrap_or_else(|| {
            if votes.len() == REMEMBERED {
                let oldest =
                    votes.iter().enumerate().min_by_key(|(_, (p, _))| p.ballot).map_or(0, |(i, _)| i);
                votes.remove(oldest);
            }
            votes.push((proposal, Count::NONE));
            votes.len() - 1
        });
        let (counted, count) = &mut votes[at];
        if !count.add(from, cx.config.rules) {
            return cx.reject("this acceptor was counted before");
        }
        if from != self.me {
            cx.cite(Cite::CountVote);
        }
        counted.ballot = proposal.ballot;
        if count.size() >= cx.config.convincing {
            cx.cite(Cite::Chosen);
            if cx.config.learn == Learn::Announce {
                cx.cite(Cite::Announce);
                cx.multicast(cx.config.to_the_curious(), Msg::Chosen(proposal));
            }
            self.learn(proposal, cx);
        }
    }

    fn on_chosen(&mut self, proposal: Proposal, cx: &mut Cx<'_, Paxos>) {
        if self.learner.chosen.is_some() {
            return cx.reject("it knows what is chosen");
        }
        cx.cite(Cite::Told);
        self.learn(proposal, cx);
    }

    fn learn(&mut self, proposal: Proposal, cx: &mut Cx<'_, Paxos>) {
        self.learner.chosen = Some(proposal);
        self.proposer.stage = Stage::Idle;
        cx.cancel_timer(Timer::Ballot);
        cx.cancel_timer(Timer::Learner);
        cx.decide(1, proposal.value);
        self.reply(cx);
    }

    fn reply(&mut self, cx: &mut Cx<'_, Paxos>) {
        let Some(chosen) = self.learner.chosen else { return };
        for asked in self.proposer.asked.drain(..) {
            if let Some(client) = asked.client() {
                cx.cite(Cite::Reply);
                cx.send(client, Msg::Reply { asked, chosen });
            }
        }
    }

    fn wait_for_news(&mut self, cx: &mut Cx<'_, Paxos>) {
        if Self::learns(cx.config, self.me) {
            let usual = cx.config.patience.0 << self.learner.asked.min(LEARNER_DOUBLINGS);
            let after = Duration(cx.rng().within(usual, usual.saturating_mul(2)));
            cx.set_timer(Timer::Learner, after);
        }
    }

    fn ask_outcome(&mut self, cx: &mut Cx<'_, Paxos>) {
        cx.cite(Cite::AskOutcome);
        let proposer = NodeId::replica(self.learner.asked as usize % cx.config.proposers.max(1));
        self.learner.asked = self.learner.asked.saturating_add(1);
        self.wait_for_news(cx);
        if proposer == self.me { self.find_out(cx) } else { cx.send(proposer, Msg::Query) }
    }

    fn on_query(&mut self, from: NodeId, cx: &mut Cx<'_, Paxos>) {
        match self.learner.chosen {
            Some(chosen) => {
                cx.cite(Cite::Announce);
                cx.send(from, Msg::Chosen(chosen));
            }
            None if cx.config.proposes(self.me) => self.find_out(cx),
            None => cx.reject("it does not propose"),
        }
    }

    /// A proposer learns what is chosen by proposing (§2.3).
    fn find_out(&mut self, cx: &mut Cx<'_, Paxos>) {
        if self.proposer.stage == Stage::Idle {
            self.begin_ballot(cx);
        } else {
            cx.reject("it is at it already");
        }
    }
}
