//! Raft (Ongaro & Ousterhout 2014): servers keep equal logs of commands by obeying one leader.
//!
//! Fault model: fewer than half of the servers stop, and may come back with what was on disk. Messages may be lost,
//! doubled, late and out of order. Safety never depends on time; progress needs a majority that hears its leader more
//! often than its election timers run out.
//!
//! Messages, in the order in which they matter:
//! - `RequestVote` and `Vote` elect the leader of a term (§5.2, §5.4.1). With pre-vote on, `PreVote` and `PreVoteReply`
//!   come first and ask whether an election could be won at all (dissertation §9.6).
//! - `Append` is AppendEntries with entries, `Heartbeat` is AppendEntries without; `AppendReply` and `HeartbeatReply`
//!   answer them (§5.3). They are one procedure, told apart only so that they are counted apart.
//! - `Request`, `Reply` and `Redirect` pass between a client and a server (§8).
//!
//! The steady state: the client's request, one `Append` to each follower, their replies, and the reply to the client.
//! A follower has at most `window` of `Append` under way at a time, usually one; entries that come meanwhile travel
//! together in the next.
//! Followers learn the commit index from the next message of either kind.
//!
//! On disk are the term, the vote and the log (`Server::restart`); a restarted server applies its log once more from
//! the beginning. An applied command is decided at its index, by every server; the client decides when it is answered.
//!
//! Left out: snapshots (§7), membership changes (§6), read-only requests without a log entry (§8), a leader stepping
//! down by itself when it loses its majority (dissertation §6.2).

mod config;
mod election;
mod invariants;
mod log;
mod message;
mod pipeline;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use config::Config;
pub use log::{Entry, Log};
pub use message::{Ack, Msg};
pub use pipeline::Pipe;
pub use tables::{Cite, Timer};

use crate::clients::one::{Answer, AskedOne, AsksOne};
use consensus_kernel::{
    Caveat, Cx, Duration, Face, Input, Invariant, Member, Message, Meta, NodeId, NodeSet, Pace, Panel, Party,
    RuleId, Setup, SetupError, Slot, Tally, Time, To, Value,
};
use serde::Serialize;
use smallvec::SmallVec;
use std::hint::cold_path;
use tables::*;

/// A node: a server, or a client of the servers.
pub type Raft = Party<Server>;

/// A server's part in its term.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Role {
    /// Obeys.
    Follower,
    /// Asks whether it could be elected.
    PreCandidate,
    /// Stands for election.
    Candidate,
    /// Leads.
    Leader,
}

/// What the state machine remembers of one client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Session {
    /// Number of the command carried out last; 0 if none was. It is also the value of the client's register.
    pub executed: u32,
    /// How many of the client's commands were carried out. Their numbers count from 1, so with more than the highest
    /// of them one was carried out twice.
    pub executions: u32,
    /// Index at which it was carried out: the reply, if it must be given again.
    pub index: Slot,
    /// Number of the command that this server, as leader, has taken into its log and not answered; 0 if none.
    pub pending: u32,
}

/// One server's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Server {
    /// Which server it is.
    pub me: NodeId,
    /// On disk: the latest term it has seen.
    pub current_term: u64,
    /// On disk: who got its vote in this term.
    pub voted_for: Option<NodeId>,
    /// On disk.
    pub log: Log,
    /// Its part in this term.
    pub role: Role,
    /// Who leads this term, as far as it knows.
    pub leader: Option<NodeId>,
    /// When it last heard a leader, on its own clock.
    pub heard_at: Option<Time>,
    /// Votes (or would-be votes) for its own candidacy.
    pub votes: Tally,
    /// Everything up to here is committed.
    pub commit_index: Slot,
    /// Everything up to here is carried out.
    pub last_applied: Slot,
    /// The state machine, by client.
    pub sessions: Vec<Session>,
    /// The first command that made more executions for its client than the client has commands, and where.
    pub executed_again: Option<(Slot, Value)>,
    /// At a leader: the next entry to send to each server.
    pub next_index: Vec<Slot>,
    /// At a leader: how far each server's log is known to equal its own.
    pub match_index: Vec<Slot>,
    /// At a leader: the commit index that each server was told, if its log is what the leader believes.
    pub told_commit: Vec<Slot>,
    /// At a leader: who has an AppendEntries with entries under way.
    pub in_flight: NodeSet,
    /// At a leader: who has had it under way since before the last heartbeat.
    pub overdue: NodeSet,
    /// At a leader: the followers that hold more than is committed.
    pub ahead: Tally,
    /// At a leader with a window of more than one: what is under way to each server.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pipes: Vec<Pipe>,
}

impl Member for Server {
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
            current_term: 0,
            voted_for: None,
            log: Log::default(),
            role: Role::Follower,
            leader: None,
            heard_at: None,
            votes: Tally::EMPTY,
            commit_index: 0,
            last_applied: 0,
            sessions: vec![Session::default(); config.clients],
            executed_again: None,
            next_index: vec![1; config.n],
            match_index: vec![0; config.n],
            told_commit: vec![0; config.n],
            in_flight: NodeSet::EMPTY,
            overdue: NodeSet::EMPTY,
            ahead: Tally::EMPTY,
            pipes: Vec::new(),
        }
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Raft>) {
        let (from, msg) = match input {
            Input::Start => {
                cx.cite(Cite::Begin);
                return self.restart_election_timer(cx);
            }
            Input::Restart => {
                cx.cite(Cite::Recover);
                return self.restart_election_timer(cx);
            }
            Input::Propose(_) => return cx.reject("commands come from clients, not from servers"),
            Input::Command { .. } => return cx.reject("servers take no commands of a visitor"),
            Input::Fire(Timer::Election) => return self.election_timeout(cx),
            Input::Fire(Timer::Heartbeat) => return self.heartbeat_timeout(cx),
            Input::Fire(Timer::Retry) => return cx.reject("servers have no retry timer"),
            Input::Deliver { from, msg } => (from, msg),
        };
        if let Msg::Request { value } = *msg {
            return self.on_request(from, value, cx);
        }
        if from.is_client() || from.index() >= cx.config.n {
            return cx.reject("only servers send this");
        }
        if msg.round() > self.current_term {
            cold_path();
            let vote = self.voted_for;
            self.enter_term(msg.round(), cx);
            if !cx.holds(FRESH_VOTE) && matches!(msg, Msg::Append { .. } | Msg::Heartbeat { .. }) {
                self.voted_for = vote;
            }
        }
        if !cx.holds(TIMER_ON_GRANT_ONLY) {
            self.restart_election_timer_for_any(msg, cx);
        }
        match *msg {
            Msg::RequestVote { term, last_log_index, last_log_term } => {
                self.on_request_vote(from, term, (last_log_term, last_log_index), cx);
            }
            Msg::Vote { term, granted } => self.on_vote(from, term, granted, cx),
            Msg::PreVote { term, last_log_index, last_log_term } => {
                self.on_pre_vote(from, term, (last_log_term, last_log_index), cx);
            }
            Msg::PreVoteReply { term, granted } => self.on_pre_vote_reply(from, term, granted, cx),
            Msg::Append { term, prev_log_index, prev_log_term, leader_commit, .. }
            | Msg::Heartbeat { term, prev_log_index, prev_log_term, leader_commit } => {
                let (prev, entries) = ((prev_log_index, prev_log_term), msg.entries());
                let Some((success, index)) =
                    self.on_append_entries(from, term, prev, leader_commit, entries, cx)
                else {
                    return;
                };
                // Put together where it is sent: a message that is moved costs more than what it says.
                let term = self.current_term;
                match msg {
                    Msg::Heartbeat { .. } => {
                        cx.send(from, Msg::HeartbeatReply(Ack { term, success, prev_log_index, index }));
                    }
                    _ => {
                        cx.send(from, Msg::AppendReply(Ack { term, success, prev_log_index, index }));
                    }
                }
            }
            Msg::AppendReply(ref ack) | Msg::HeartbeatReply(ref ack) => self.on_ack(from, ack, cx),
            Msg::Request { .. } | Msg::Reply { .. } | Msg::Redirect { .. } => {
                cx.reject("this is for clients only");
            }
        }
    }

    /// What is on disk.
    fn restart(&self, config: &Config) -> Self {
        let mut back = Self::new(config, self.me);
        if config.rules.holds(PERSIST_TERM) {
            back.current_term = self.current_term;
        }
        if config.rules.holds(PERSIST_VOTE) && config.rules.holds(PERSIST_TERM) {
            back.voted_for = self.voted_for;
        }
        if config.rules.holds(PERSIST_LOG) {
            back.log = self.log.clone();
        }
        back
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(_config: &Config, servers: &[&Self]) -> Vec<Panel> {
        vec![Panel::Log(view::log_panel(servers))]
    }

    fn invariants() -> &'static [Invariant<Raft>] {
        invariants::ALL
    }

    fn quorum(config: &Config) -> Option<usize> {
        Some(config.quorum)
    }

    fn caveat(config: &Config) -> Option<Caveat> {
        (!config.noop).then_some(Caveat::Progress(
            "a new leader opens its term with no entry, so what older terms left waits for a command",
        ))
    }

    fn pace(config: &Config) -> Option<Pace> {
        Some(Pace::Leaders { patience: config.election.0, heartbeat: config.heartbeat })
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::BecomeLeader as RuleId]
    }
}

impl AskedOne for Server {
    const RETRY: Timer = Timer::Retry;
    const CITES: [RuleId; 3] =
        [Cite::ClientAsk as RuleId, Cite::ClientRetry as RuleId, Cite::ClientDone as RuleId];

    fn request(value: Value) -> Msg {
        Msg::Request { value }
    }
    fn answer(msg: &Msg) -> Option<Answer> {
        match *msg {
            Msg::Reply { value, index, .. } => Some(Answer::Decided { asked: value, slot: index, value }),
            Msg::Redirect { value, leader, .. } => Some(Answer::Elsewhere { asked: value, leader }),
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

impl Server {
    // §5.1: terms.

    /// A message with a newer term: first the term, then the message.
    fn enter_term(&mut self, term: u64, cx: &mut Cx<'_, Raft>) {
        cx.cite(Cite::NewerTerm);
        let led = self.role == Role::Leader;
        self.current_term = term;
        self.voted_for = None;
        self.role = Role::Follower;
        self.leader = None;
        self.votes.clear();
        if led {
            cx.cancel_timer(Timer::Heartbeat);
            self.restart_election_timer(cx);
        }
    }

    // §5.3: replication, the leader's side.

    fn heartbeat_timeout(&mut self, cx: &mut Cx<'_, Raft>) {
        if self.role == Role::Leader {
            self.send_round(cx)
        } else {
            cx.reject("only leaders send heartbeats")
        }
    }

    fn followers(&self) -> impl Iterator<Item = NodeId> + use<> {
        let me = self.me;
        (0..self.next_index.len()).map(NodeId::replica).filter(move |id| *id != me)
    }

    fn lacks_entries(&self, id: NodeId) -> bool {
        self.next_index[id.index()] <= self.log.last_index()
    }

    fn send_entries(&mut self, to: NodeSet, cx: &mut Cx<'_, Raft>) {
        if to.is_empty() {
            return;
        }
        cx.cite(Cite::SendEntries);
        self.multicast(to, Some(cx.config.batch), cx);
        for id in to {
            self.believe(id, self.end_of_batch(id, cx), cx.config.window);
        }
    }

    /// The last index of what a follower is sent next.
    fn end_of_batch(&self, id: NodeId, cx: &Cx<'_, Raft>) -> Slot {
        (self.next_index[id.index()] + cx.config.batch - 1).min(self.log.last_index())
    }

    /// The same to one follower: the way of almost all entries.
    fn send_entries_to(&mut self, id: NodeId, cx: &mut Cx<'_, Raft>) {
        cx.cite(Cite::SendEntries);
        let next = self.next_index[id.index()];
        self.told_commit[id.index()] = self.commit_index.min(next.saturating_sub(1));
        self.append_entries(To::One(id), next, Some(cx.config.batch), cx);
        self.believe(id, self.end_of_batch(id, cx), cx.config.window);
    }

    /// AppendEntries with at most `batch` entries (or a heartbeat) to each, one message for all that continue from the
    /// same index.
    fn multicast(&mut self, to: NodeSet, batch: Option<u64>, cx: &mut Cx<'_, Raft>) {
        let mut rest = to;
        while let Some(first) = rest.iter().next() {
            let next = self.next_index[first.index()];
            let (mut group, mut size) = (NodeSet::EMPTY, 0usize);
            for id in rest {
                if self.next_index[id.index()] == next {
                    self.told_commit[id.index()] = self.commit_index.min(next.saturating_sub(1));
                    group.insert(id);
                    size += 1;
                    rest.remove(id);
                }
            }
            let to = match size {
                1 => To::One(first),
                _ if size + 1 == cx.config.n => To::Others,
                _ => To::Set(group),
            };
            self.append_entries(to, next, batch, cx);
        }
    }

    /// AppendEntries from an index on, with at most `batch` entries, or a heartbeat.
    #[inline]
    fn append_entries(&self, to: To, next: Slot, batch: Option<u64>, cx: &mut Cx<'_, Raft>) {
        let prev_log_index = next.saturating_sub(1);
        let prev_log_term = self.log.term_at(prev_log_index).unwrap_or(0);
        let (term, leader_commit) = (self.current_term, self.commit_index);
        let Some(batch) = batch else {
            cx.multicast(to, Msg::Heartbeat { term, prev_log_index, prev_log_term, leader_commit });
            return;
        };
        let entries = SmallVec::new();
        let msg = cx.place(to, Msg::Append { term, prev_log_index, prev_log_term, leader_commit, entries });
        if let Msg::Append { entries, .. } = msg {
            let end = next.saturating_add(batch).min(self.log.last_index() + 1);
            entries.extend((next..end).filter_map(|index| self.log.entry(index)));
        }
    }

    fn on_ack(&mut self, from: NodeId, ack: &Ack, cx: &mut Cx<'_, Raft>) {
        if ack.term < self.current_term {
            return cx.reject("an answer to an earlier term");
        }
        if self.role != Role::Leader || from == self.me {
            return cx.reject("an answer that no leader waits for");
        }
        if ack.success {
            self.count_copy(from, ack, cx)
        } else {
            self.back_up(from, ack, cx)
        }
        while self.lacks_entries(from) && !self.in_flight.contains(from) && !cx.config.on_heartbeat {
            self.send_entries_to(from, cx);
        }
        if cx.config.eager_commit {
            self.push_commit(cx);
        }
    }

    fn count_copy(&mut self, from: NodeId, ack: &Ack, cx: &mut Cx<'_, Raft>) {
        let i = from.index();
        let reached = if cx.holds(MATCH_FROM_REQUEST) { ack.index } else { u64::MAX };
        let reached = reached.min(self.log.last_index());
        if reached >= self.next_index[i] {
            self.in_flight.remove(from);
        }
        self.confirm(from, reached);
        self.next_index[i] = self.next_index[i].max(reached + 1);
        if reached <= self.match_index[i] {
            return;
        }
        cx.cite(Cite::CountCopy);
        self.match_index[i] = reached;
        if reached > self.commit_index {
            self.ahead.add(from);
            self.advance_commit(cx);
        }
    }

    fn back_up(&mut self, from: NodeId, ack: &Ack, cx: &mut Cx<'_, Raft>) {
        if ack.prev_log_index > self.match_index[from.index()] && self.doubt(from) {
            cx.cite(Cite::BackUp);
            return;
        }
        let next = &mut self.next_index[from.index()];
        if ack.prev_log_index.checked_add(1) != Some(*next) || *next <= 1 {
            return cx.reject("a refusal of an earlier attempt");
        }
        cx.cite(Cite::BackUp);
        *next = ack.index.saturating_add(1).clamp(1, ack.prev_log_index);
        self.in_flight.remove(from);
    }

    /// §5.4.2 and the last rule for leaders in Figure 2. Counting starts only when enough followers are ahead of the
    /// commit index, so it costs a scan a commit and not a scan a message.
    fn advance_commit(&mut self, cx: &mut Cx<'_, Raft>) {
        if self.ahead.count() + 1 < cx.config.quorum {
            return;
        }
        let low = self.highest_on(cx.config.quorum);
        if low <= self.commit_index {
            return;
        }
        if self.log.term_at(low) != Some(self.current_term) && cx.holds(COMMIT_OWN_TERM) {
            return cx.cite(Cite::OldTermWaits);
        }
        cx.cite(Cite::LeaderCommit);
        self.commit_index = low;
        self.ahead.clear();
        for id in self.followers() {
            if self.match_index[id.index()] > low {
                self.ahead.add(id);
            }
        }
        self.apply(cx);
    }

    /// The highest index that so many servers hold, if it is above the commit index.
    fn highest_on(&self, quorum: usize) -> Slot {
        let (mut low, mut high) = (self.commit_index, self.log.last_index());
        if self.ahead.count() + 1 == quorum {
            // Only if all that are ahead hold it.
            return self.ahead.voters().iter().map(|id| self.match_index[id.index()]).fold(high, Slot::min);
        }
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if self.copies(middle) >= quorum { low = middle } else { high = middle - 1 }
        }
        low
    }

    /// How many servers hold the entry at this index, the leader among them.
    fn copies(&self, index: Slot) -> usize {
        1 + self.followers().filter(|id| self.match_index[id.index()] >= index).count()
    }

    /// With pushed commits: tells followers what they hold and do not know to be committed.
    fn push_commit(&mut self, cx: &mut Cx<'_, Raft>) {
        let mut to = NodeSet::EMPTY;
        for id in self.followers() {
            let i = id.index();
            let news = self.commit_index.min(self.match_index[i]);
            if news > self.told_commit[i] && self.next_index[i] == self.match_index[i] + 1 {
                to.insert(id);
            }
        }
        if !to.is_empty() {
            cx.cite(Cite::EagerCommit);
            self.multicast(to, Some(0), cx);
        }
    }

    // §5.3: replication, the follower's side.

    /// The answer, unless there is none to give: whether they fitted, and the index to report.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn on_append_entries(
        &mut self,
        from: NodeId,
        term: u64,
        (prev_log_index, prev_log_term): (u64, u64),
        leader_commit: u64,
        entries: &[Entry],
        cx: &mut Cx<'_, Raft>,
    ) -> Option<(bool, Slot)> {
        if term < self.current_term {
            cx.cite(Cite::StaleTerm);
            cx.reject("the sender leads an earlier term");
            return Some((false, self.refusal(prev_log_index)));
        }
        if !self.follow(from, cx) {
            return None;
        }
        let last = self.log.last_index();
        let fits = match self.log.term_at(prev_log_index) {
            Some(own) => own == prev_log_term || !cx.holds(PREV_MATCH),
            None => false,
        };
        if !fits {
            cx.cite(Cite::LogMismatch);
            cx.reject("the entries do not fit onto the log");
            if !cx.holds(COMMIT_AFTER_CHECK) {
                self.commit(leader_commit.min(last), cx);
            }
            return Some((false, self.refusal(prev_log_index)));
        }
        self.store(prev_log_index, entries, cx);
        let reached = prev_log_index + entries.len() as u64;
        let bound = if cx.holds(MIN_COMMIT) { reached } else { self.log.last_index() };
        // Without the rule the first entry counts as committed wherever it is.
        let begun = if cx.holds(COMMIT_FROM_NONE) { 0 } else { self.log.last_index().min(1) };
        self.commit(leader_commit.min(bound).max(begun), cx);
        Some((true, reached))
    }

    /// Accepts the sender as leader of the current term; false if that cannot be.
    fn follow(&mut self, from: NodeId, cx: &mut Cx<'_, Raft>) -> bool {
        match self.role {
            Role::Leader => {
                cx.reject("a second leader in the own term");
                return false;
            }
            Role::Candidate | Role::PreCandidate => {
                cold_path();
                cx.cite(Cite::YieldToLeader);
                self.role = Role::Follower;
                self.votes.clear();
            }
            Role::Follower => {}
        }
        cx.cite(Cite::HeardLeader);
        self.leader = Some(from);
        self.heard_at = Some(cx.now());
        self.restart_election_timer(cx);
        true
    }

    /// Says no, and where the leader might try next: at the end of the own log, or before the whole term that conflicts.
    fn refusal(&self, prev_log_index: u64) -> Slot {
        match self.log.term_at(prev_log_index) {
            Some(term) => self.log.first_of_term(term).saturating_sub(1),
            None => self.log.last_index(),
        }
    }

    fn store(&mut self, prev: u64, entries: &[Entry], cx: &mut Cx<'_, Raft>) {
        if !cx.holds(TRUNCATE_ON_CONFLICT_ONLY) && prev < self.log.last_index() {
            cx.cite(Cite::Truncate);
            self.log.truncate(prev);
        }
        let mut stored = false;
        let mut news = entries;
        if prev == self.log.last_index() {
            // Mostly they go on where the log ends.
            entries.iter().for_each(|entry| self.log.push(*entry));
            stored = !entries.is_empty();
            news = &[];
        }
        for (index, entry) in (prev + 1..).zip(news) {
            match self.log.term_at(index) {
                Some(term) if term == entry.term => continue,
                Some(_) => {
                    cx.cite(Cite::Truncate);
                    self.log.truncate(index - 1);
                }
                None => {}
            }
            self.log.push(*entry);
            stored = true;
        }
        if stored {
            cx.cite(Cite::FollowerAppend);
        }
    }

    fn commit(&mut self, index: Slot, cx: &mut Cx<'_, Raft>) {
        if index > self.commit_index {
            cx.cite(Cite::FollowerCommit);
            self.commit_index = index;
            self.apply(cx);
        }
    }

    // §5.3 and §8: the state machine and its clients.

    fn apply(&mut self, cx: &mut Cx<'_, Raft>) {
        cx.cite(Cite::Apply);
        while self.last_applied < self.commit_index {
            let Some(entry) = self.log.entry(self.last_applied + 1) else { return };
            self.last_applied += 1;
            cx.decide(self.last_applied, entry.value);
            self.execute(self.last_applied, entry.value, cx);
        }
    }

    fn execute(&mut self, index: Slot, value: Value, cx: &mut Cx<'_, Raft>) {
        let Some(client) = value.client() else { return };
        let leads = self.role == Role::Leader;
        let term = self.current_term;
        let number = value.number();
        let session = self.session(client);
        let again = number <= session.executed;
        if again && cx.holds(DEDUP) {
            return cx.cite(Cite::Duplicate);
        }
        (session.executed, session.index) = (number, index);
        session.executions += 1;
        let too_many = session.executions > number;
        if leads && session.pending == number {
            session.pending = 0;
            cx.cite(Cite::Reply);
            cx.send(client, Msg::Reply { term, value, index });
        }
        if too_many {
            self.executed_again.get_or_insert((index, value));
        }
    }

    fn session(&mut self, client: NodeId) -> &mut Session {
        let at = client.index();
        if at >= self.sessions.len() {
            cold_path();
            self.sessions.resize(at + 1, Session::default());
        }
        &mut self.sessions[at]
    }

    fn on_request(&mut self, from: NodeId, value: Value, cx: &mut Cx<'_, Raft>) {
        if value.client() != Some(from) {
            return cx.reject("a command that is not the sender's");
        }
        let (term, leader) = (self.current_term, self.leader);
        if self.role != Role::Leader {
            cx.cite(Cite::Redirect);
            return cx.send(from, Msg::Redirect { term, value, leader });
        }
        let number = value.number();
        if number == 0 {
            return cx.reject("a client counts its commands from 1");
        }
        let session = self.session(from);
        if cx.holds(DEDUP) {
            if number == session.executed {
                cx.cite(Cite::Duplicate);
                return cx.send(from, Msg::Reply { term, value, index: session.index });
            }
            if number < session.executed {
                return cx.reject("the client has moved on from this command");
            }
            if number == session.pending {
                return cx.reject("the command is in the log already, not yet committed");
            }
        }
        session.pending = number;
        cx.cite(Cite::LeaderAppend);
        self.log.push(Entry { term, value });
        if !cx.config.on_heartbeat {
            let is_idle = |id: &NodeId| self.lacks_entries(*id) && !self.in_flight.contains(*id);
            let mut idle = self.followers().filter(is_idle);
            match (idle.next(), idle.next()) {
                (None, _) => {}
                (Some(one), None) => self.send_entries_to(one, cx),
                _ => self.send_entries(self.followers().filter(is_idle).collect(), cx),
            }
        }
        self.advance_commit(cx);
    }
}
