//! Multi-Paxos (Lamport, *Paxos Made Simple*, 2001, §3): a state machine whose commands are chosen by one instance of
//! Paxos for each slot of a log.
//!
//! Fault model: fewer than half of the replicas stop, and may come back with what was on disk. Messages may be lost,
//! doubled, late and out of order. Safety never depends on time; progress needs a majority that hears its leader more
//! often than its election timers run out.
//!
//! Messages, in the order in which they matter:
//! - `Prepare` (1a) and `Promise` (1b): whoever hears no leader does phase 1 once, with one ballot for all slots at once.
//!   A promise reports what is chosen and what was accepted from the first slot on that the candidate does not know.
//! - `Accept` (2a) and `Accepted` (2b): the new leader proposes again what was reported, fills gaps with no-ops, and then
//!   puts each client's command into the next slot, at most α of them at a time.
//! - What is chosen travels with the next `Accept` or `Heartbeat`, or at once as `Commit`. `Fetch` and `Values` close what
//!   gaps are left.
//! - `Request`, `Reply` and `Redirect` pass between a client and a replica; `Refuse` tells a leader that it was overtaken.
//!
//! The rules of one instance are those of single-decree Paxos, and its code ([`crate::paxos::synod`]). On disk are the
//! promise, the votes and what is known to be chosen (`Replica::restart`); a restarted replica carries its log out once
//! more from the beginning. A command is decided at its slot when it is carried out; the client decides when it is
//! answered.
//!
//! Left out: changing the set of replicas (§3), roles on nodes of their own, snapshots.

mod config;
mod invariants;
mod learning;
mod log;
mod message;
mod phase_1;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use config::Config;
pub use log::{Log, Open};
pub use message::Msg;
pub use tables::{Cite, Timer};

use crate::clients::one::{Answer, AskedOne, AsksOne};
use crate::paxos::synod::{self, Ballot, Count, PERSIST_PROMISE, PERSIST_VOTE, Proposal, SAME_BALLOT};
use consensus_kernel::{
    Cx, Duration, Face, Input, Invariant, Member, Meta, NodeId, NodeSet, Pace, Panel, Party, RuleId, Setup,
    SetupError, Slot, To, Value,
};
use serde::Serialize;
use smallvec::SmallVec;
use std::collections::VecDeque;
use tables::*;

/// A node: a replica, or a client of the replicas.
pub type MultiPaxos = Party<Replica>;

/// A replica's part in its ballot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Role {
    /// Follows whoever leads.
    Follower,
    /// Phase 1: it waits for promises.
    Candidate,
    /// Phase 1 is done for all slots.
    Leader,
}

/// What the state machine remembers of one client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Session {
    /// Number of the command carried out last; 0 if none was. It is also the value of the client's register.
    pub executed: u32,
    /// Slot of that command: the reply, if it must be given again.
    pub slot: Slot,
    /// Number of the command that this replica, as leader, has taken and not answered; 0 if none.
    pub pending: u32,
}

/// Most slots that one promise or one message of values covers.
const REPORT_MAX: u64 = 256;
/// Most chosen proposals that travel in one message.
const VALUES_MAX: u64 = 64;

/// One replica's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Replica {
    /// Which replica it is.
    pub me: NodeId,
    /// On disk: nothing below this ballot is accepted, in any slot: `maxBal`.
    pub promised: Ballot,
    /// On disk: the last slot that was in use when that was promised. Read only if the promise covers no more.
    pub covered: Slot,
    /// On disk: votes, and what is chosen.
    pub log: Log,
    /// On disk: the ballot that it used last.
    pub ballot: Ballot,
    /// The highest ballot of another that it has heard of.
    pub seen: Ballot,
    /// Its part.
    pub role: Role,
    /// Who leads, as far as it knows.
    pub leader: Option<NodeId>,
    /// At a candidate: promises of its ballot.
    pub promises: Count,
    /// At a candidate: the first slot that it asked about.
    pub first: Slot,
    /// At a candidate: the report that binds it in each slot from there on.
    pub reported: Vec<Option<Proposal>>,
    /// At a leader: the next slot to use.
    pub next: Slot,
    /// At a leader: how far everything was chosen at its last heartbeat.
    pub told: Slot,
    /// At a leader or candidate: commands that wait.
    pub queue: VecDeque<Value>,
    /// All slots up to here are chosen, as far as it has heard.
    pub heard: Slot,
    /// The slot that it carried out last.
    pub applied: Slot,
    /// The state machine, by client.
    pub sessions: Vec<Session>,
    /// The first slot that was carried out out of turn.
    pub disorder: Option<Slot>,
    /// The first command that was carried out although it had been before, and where.
    pub executed_again: Option<(Slot, Value)>,
    /// Votes cast in this step.
    #[serde(skip)]
    pub fresh: SmallVec<[(Slot, Proposal); 2]>,
    /// What was learned to be chosen in this step.
    #[serde(skip)]
    pub learned: SmallVec<[(Slot, Proposal); 2]>,
}

impl Member for Replica {
    type Client = AsksOne;
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
            promised: 0,
            covered: 0,
            log: Log::default(),
            ballot: 0,
            seen: 0,
            role: Role::Follower,
            leader: None,
            promises: Count::NONE,
            first: 1,
            reported: Vec::new(),
            next: 1,
            told: 0,
            queue: VecDeque::new(),
            heard: 0,
            applied: 0,
            sessions: vec![Session::default(); config.clients],
            disorder: None,
            executed_again: None,
            fresh: SmallVec::new(),
            learned: SmallVec::new(),
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, MultiPaxos>) {
        self.fresh.clear();
        self.learned.clear();
        let (from, msg) = match input {
            Input::Start => {
                cx.cite(Cite::Begin);
                let first = cx.config.boot && self.me.index() == 0;
                return if first { self.stand(cx) } else { self.wait_for_leader(cx) };
            }
            Input::Restart => return self.recover(cx),
            Input::Propose(_) => return cx.reject("commands come from clients"),
            Input::Command { .. } => return cx.reject("replicas take no commands of a visitor"),
            Input::Fire(Timer::Election) if self.role == Role::Leader => {
                return cx.reject("a leader has no election timer");
            }
            Input::Fire(Timer::Election) => return self.stand(cx),
            Input::Fire(Timer::Heartbeat) => return self.heartbeat_timeout(cx),
            Input::Fire(Timer::Retry) => return cx.reject("only clients have this timer"),
            Input::Deliver { from, msg } => (from, msg),
        };
        if let Msg::Request { value } = *msg {
            return self.on_request(from, value, cx);
        }
        if from.is_client() || from.index() >= cx.config.n {
            return cx.reject("only replicas send this");
        }
        match *msg {
            Msg::Prepare { ballot, first } => self.on_prepare(from, ballot, first, cx),
            Msg::Promise { ballot, first, ref chosen, ref votes } => {
                self.on_promise(from, ballot, (first, chosen), votes, cx);
            }
            Msg::Accept { slot, proposal, chosen } => self.on_accept(from, slot, proposal, chosen, cx),
            Msg::Accepted { ballot, slot } => self.on_accepted(from, ballot, slot, cx),
            Msg::Refuse { ballot, promised } => self.on_refuse(ballot, promised, cx),
            Msg::Commit { ballot, chosen } => self.on_progress(from, ballot, chosen, &[], cx),
            Msg::Heartbeat { ballot, chosen, ref news } => self.on_progress(from, ballot, chosen, news, cx),
            Msg::Fetch { first } => self.on_fetch(from, first, cx),
            Msg::Values { first, ref chosen } => self.on_values(from, first, chosen, cx),
            Msg::Request { .. } | Msg::Reply { .. } | Msg::Redirect { .. } => {
                cx.reject("this is for clients only")
            }
        }
    }

    /// What is on disk.
    fn restart(&self, config: &Config) -> Self {
        let mut back = Self::new(config, self.me);
        back.ballot = self.ballot;
        back.log = self.log.restart(config.rules.holds(PERSIST_VOTE));
        if config.rules.holds(PERSIST_PROMISE) {
            (back.promised, back.covered) = (self.promised, self.covered);
        } else {
            // What votes promise is read off the votes.
            let votes = back.log.opens().filter_map(|(_, open)| open.vote).map(|vote| vote.ballot);
            back.promised = votes.max().unwrap_or(0);
        }
        back
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(_config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        vec![Panel::Log(view::log_panel(replicas))]
    }

    fn invariants() -> &'static [Invariant<MultiPaxos>] {
        invariants::ALL
    }

    fn quorum(config: &Config) -> Option<usize> {
        Some(config.quorum)
    }

    fn pace(config: &Config) -> Option<Pace> {
        Some(Pace::Leaders { patience: config.election.0, heartbeat: config.heartbeat })
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::Lead as RuleId]
    }
}

impl AskedOne for Replica {
    const RETRY: Timer = Timer::Retry;
    const CITES: [RuleId; 3] =
        [Cite::ClientAsk as RuleId, Cite::ClientRetry as RuleId, Cite::ClientDone as RuleId];

    fn request(value: Value) -> Msg {
        Msg::Request { value }
    }
    fn answer(msg: &Msg) -> Option<Answer> {
        match *msg {
            Msg::Reply { value, slot, .. } => Some(Answer::Decided { asked: value, slot, value }),
            Msg::Redirect { value, leader } => Some(Answer::Elsewhere { asked: value, leader }),
            _ => None,
        }
    }
    fn askable(config: &Config) -> usize {
        config.n
    }
    fn patience(config: &Config) -> Duration {
        config.retry
    }
}

impl Replica {
    /// §2.5: the state machine is not on disk; it goes through the log again.
    fn recover(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        for slot in 1..=self.log.prefix() {
            if let Some(proposal) = self.log.settled(slot) {
                self.carry_out(slot, proposal.value, cx);
            }
        }
        self.advance(cx);
        cx.cite(Cite::Recover);
        self.wait_for_leader(cx);
    }

    // Phase 2, the leader's side.

    fn on_request(&mut self, from: NodeId, value: Value, cx: &mut Cx<'_, MultiPaxos>) {
        if value.client() != Some(from) || value.number() == 0 {
            return cx.reject("a command that is not the sender's");
        }
        let (number, ballot) = (value.number(), self.ballot);
        match self.role {
            Role::Follower => {
                cx.cite(Cite::Redirect);
                return cx.send(from, Msg::Redirect { value, leader: self.leader });
            }
            Role::Candidate => {
                cx.cite(Cite::Queue);
                self.queue.retain(|other| other.client() != Some(from));
                return self.queue.push_back(value);
            }
            Role::Leader => {}
        }
        let session = *self.session(from);
        if cx.holds(DEDUP) {
            if number == session.executed {
                cx.cite(Cite::Duplicate);
                return cx.send(from, Msg::Reply { ballot, value, slot: session.slot });
            }
            if number < session.executed {
                return cx.reject("the client has moved on from this command");
            }
            if number == session.pending {
                return cx.reject("the command is under way already");
            }
        }
        self.take(value, cx);
    }

    /// The command goes into the next slot, or waits for the window to move.
    fn take(&mut self, value: Value, cx: &mut Cx<'_, MultiPaxos>) {
        if let Some(client) = value.client() {
            self.session(client).pending = value.number();
        }
        self.queue.push_back(value);
        self.fill_window(cx);
        if !self.queue.is_empty() {
            cx.cite(Cite::Queue);
        }
    }

    fn fill_window(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        // A later leader may have filled slots that this one thought it would use.
        self.next = self.next.max(self.log.prefix() + 1);
        while self.next <= self.log.prefix().saturating_add(cx.config.window) {
            if self.log.open(self.next).is_some_and(|open| open.chosen.is_some()) {
                self.next += 1;
                continue;
            }
            let Some(value) = self.queue.pop_front() else { return };
            self.next += 1;
            cx.cite(Cite::Propose);
            self.propose(self.next - 1, value, cx);
        }
    }

    /// 2a, and the leader's own vote.
    fn propose(&mut self, slot: Slot, value: Value, cx: &mut Cx<'_, MultiPaxos>) {
        let proposal = Proposal { ballot: self.ballot, value };
        let Some(open) = self.log.open_mut(slot) else { return };
        (open.heard, open.overdue) = (Count::NONE, false);
        if synod::accept(&mut self.promised, self.ballot, cx.config.rules) {
            open.vote = Some(proposal);
            open.heard.add(self.me, cx.config.rules);
            self.fresh.push((slot, proposal));
        }
        let msg = Msg::Accept { slot, proposal, chosen: self.log.prefix() };
        if cx.config.thrifty {
            cx.multicast(To::Set(self.asked(cx.config)), msg)
        } else {
            cx.broadcast(msg)
        }
        self.count_votes(slot, cx);
    }

    /// The acceptors that a thrifty leader asks: with itself just a quorum.
    fn asked(&self, config: &Config) -> NodeSet {
        let at = |k: usize| NodeId::replica((self.me.index() + k) % config.n.max(1));
        (1..config.quorum).map(at).collect()
    }

    fn on_accepted(&mut self, from: NodeId, ballot: Ballot, slot: Slot, cx: &mut Cx<'_, MultiPaxos>) {
        if self.role != Role::Leader || (ballot != self.ballot && cx.holds(SAME_BALLOT)) {
            return cx.reject("a vote in another ballot");
        }
        let rules = cx.config.rules;
        let Some(open) = self.log.open_mut(slot).filter(|open| open.chosen.is_none() && open.vote.is_some())
        else {
            return cx.reject("it is known what is chosen in this slot");
        };
        if !open.heard.add(from, rules) {
            return cx.reject("this acceptor was counted before");
        }
        cx.cite(Cite::CountVote);
        self.count_votes(slot, cx);
    }

    fn count_votes(&mut self, slot: Slot, cx: &mut Cx<'_, MultiPaxos>) {
        let Some(open) = self.log.open(slot).filter(|open| open.heard.size() >= cx.config.quorum) else {
            return;
        };
        let Some(proposal) = open.vote else { return };
        cx.cite(Cite::Chosen);
        self.choose(slot, proposal);
        let before = self.log.prefix();
        self.advance(cx);
        let chosen = self.log.prefix();
        if chosen > before {
            if cx.config.explicit_commit {
                cx.cite(Cite::Commit);
                cx.broadcast(Msg::Commit { ballot: self.ballot, chosen });
            }
            self.fill_window(cx);
        }
    }

    fn heartbeat_timeout(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        if self.role != Role::Leader {
            return cx.reject("only leaders send heartbeats");
        }
        let mut late: SmallVec<[Slot; 8]> = SmallVec::new();
        for slot in self.log.prefix() + 1..self.next {
            let Some(open) = self.log.open_mut(slot).filter(|o| o.chosen.is_none() && o.vote.is_some())
            else {
                continue;
            };
            if core::mem::replace(&mut open.overdue, true) {
                late.push(slot);
            }
        }
        for slot in late {
            self.ask_again(slot, cx);
        }
        self.beat(cx);
        cx.cite(Cite::Heartbeat);
    }

    fn ask_again(&self, slot: Slot, cx: &mut Cx<'_, MultiPaxos>) {
        let Some((heard, proposal)) = self.log.open(slot).and_then(|open| Some((open.heard, open.vote?)))
        else {
            return;
        };
        cx.cite(Cite::Retransmit);
        let missing = (0..cx.config.n).map(NodeId::replica).filter(|id| !heard.tally.voters().contains(*id));
        cx.multicast(To::Set(missing.collect()), Msg::Accept { slot, proposal, chosen: self.log.prefix() });
    }

    /// Tells the others that it leads; those whom it does not ask also what was chosen since the last time.
    fn beat(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        cx.set_timer(Timer::Heartbeat, cx.config.heartbeat);
        let (ballot, chosen) = (self.ballot, self.log.prefix());
        let plain = Msg::Heartbeat { ballot, chosen, news: SmallVec::new() };
        if cx.config.thrifty && chosen > self.told {
            let asked = self.asked(cx.config);
            let idle =
                (0..cx.config.n).map(NodeId::replica).filter(|id| *id != self.me && !asked.contains(*id));
            let since = self.told.max(chosen.saturating_sub(VALUES_MAX));
            let news = (since + 1..=chosen).filter_map(|slot| self.log.settled(slot)).collect();
            cx.multicast(To::Set(idle.collect()), Msg::Heartbeat { ballot, chosen, news });
            cx.multicast(To::Set(asked), plain);
        } else {
            cx.broadcast(plain);
        }
        self.told = chosen;
    }

    // Phase 2, the acceptor's side.

    /// 2b.
    fn on_accept(
        &mut self,
        from: NodeId,
        slot: Slot,
        proposal: Proposal,
        chosen: Slot,
        cx: &mut Cx<'_, MultiPaxos>,
    ) {
        let ballot = proposal.ballot;
        let mut alone = self.log.open(slot).and_then(|open| open.vote).map_or(0, |vote| vote.ballot);
        let uncovered = slot > self.covered && !cx.holds(COVERS_ALL);
        let guard = if uncovered { &mut alone } else { &mut self.promised };
        if !synod::accept(guard, ballot, cx.config.rules) {
            return self.refuse(from, ballot, cx);
        }
        self.follow(from, ballot, cx);
        if slot <= self.log.prefix() {
            return self.send_values(from, slot, cx);
        }
        match self.log.open_mut(slot) {
            Some(open) => open.vote = Some(proposal),
            None => return cx.reject("too far ahead: it must catch up first"),
        }
        self.fresh.push((slot, proposal));
        self.note_progress(ballot, chosen, cx);
        cx.cite(Cite::Accept);
        cx.send(from, Msg::Accepted { ballot, slot });
    }

    /// The sender leads, unless this replica has a ballot as high.
    fn follow(&mut self, from: NodeId, ballot: Ballot, cx: &mut Cx<'_, MultiPaxos>) {
        self.overtaken(ballot, Some(from), cx);
        if self.role == Role::Follower {
            self.leader = Some(from);
            self.wait_for_leader(cx);
        }
    }

    // The state machine and its clients (§3).

    /// Carries out what can be.
    fn advance(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        if !cx.holds(IN_ORDER) {
            for slot in self.log.prefix() + 1..=self.log.last() {
                let Some(open) = self.log.open_mut(slot).filter(|open| !open.applied) else { continue };
                let Some(proposal) = open.chosen else { continue };
                open.applied = true;
                self.carry_out(slot, proposal.value, cx);
            }
        }
        while let Some((proposal, applied)) = self.log.settle() {
            if !applied {
                self.carry_out(self.log.prefix(), proposal.value, cx);
            }
        }
    }

    fn carry_out(&mut self, slot: Slot, value: Value, cx: &mut Cx<'_, MultiPaxos>) {
        cx.cite(Cite::Apply);
        if slot != self.applied + 1 {
            self.disorder.get_or_insert(slot);
        }
        self.applied = slot;
        cx.decide(slot, value);
        let Some(client) = value.client() else { return };
        let (number, ballot, leads) = (value.number(), self.ballot, self.role == Role::Leader);
        let session = self.session(client);
        let again = number <= session.executed;
        if again && cx.holds(DEDUP) {
            return cx.cite(Cite::Duplicate);
        }
        (session.executed, session.slot) = (number, slot);
        if leads && session.pending == number {
            session.pending = 0;
            cx.cite(Cite::Reply);
            cx.send(client, Msg::Reply { ballot, value, slot });
        }
        if again {
            self.executed_again.get_or_insert((slot, value));
        }
    }

    fn session(&mut self, client: NodeId) -> &mut Session {
        let at = client.index();
        if at >= self.sessions.len() {
            self.sessions.resize(at + 1, Session::default());
        }
        &mut self.sessions[at]
    }
}
