//! PBFT (Castro & Liskov 1999): replicas execute the same requests in the same order although some of them lie.
//!
//! Fault model: at most f of n ≥ 3f + 1 replicas do anything but forge signatures; the network loses, doubles, delays
//! and reorders. Safety never depends on time; progress needs delays that do not grow for ever.
//!
//! Messages, in the order in which they matter:
//! - `Request` and `Reply` pass between a client and the replicas (§4.1); the client accepts what f + 1 replicas say.
//!   A backup passes a request on with `Relay`.
//! - `PrePrepare`, `Prepare`, `Commit` order a batch of requests (§4.2). The primary sends no `Prepare`: its
//!   pre-prepare stands for it.
//! - `Checkpoint` lets the log be cut (§4.3).
//! - `ViewChange` and `NewView` replace the primary (§4.4).
//! - `Status`, `Committed`, `State` repair what was lost. Whoever is stuck says how far it is and is sent what it
//!   lacks; whoever has executed something that another replica never showed to know of tells it. Nobody speaks while
//!   all is well, and a run in which everybody knows everything falls silent, unless somebody waits for a view that nobody else
//!   wants.
//!
//! Quorums: with q = ⌈(n+f+1)/2⌉, which is 2f + 1 for n = 3f + 1, prepared takes the pre-prepare and q − 1 prepares of
//! different backups, and commits, checkpoints and view changes take q. `quorum=` chooses other sizes.
//!
//! A batch that is executed decides the slot of its sequence number. With more than one request to a batch, the i-th
//! (from 0) of sequence number s decides slot s · batch + i. The null request decides the no-op. A request that was
//! ordered twice decides both slots and is executed at the first.
//!
//! A proof of commitment (q signed commits) is obeyed in any view and also between views: it implies that f + 1 correct
//! replicas prepared the batch, which no view change can miss.
//!
//! A backup's timer belongs to one request (§4.4): only its execution stops it, so a primary that serves some clients
//! and not others is found out. Next comes the oldest request that a client has sent here, and after those whatever the
//! primary has ordered. The first new request that is executed in a view sets the span back to T (§4.5.2).
//!
//! With `parallel=` the primary has a window on the protocol instances that run in parallel, and requests that wait for it
//! go together, as many as `batch=` says (TOCS 2002, request batching).
//!
//! Options (§5.1): with `execute=` replicas reply a phase earlier, tentatively, and let commits travel with other
//! messages; with `reads=` some requests only read and are not ordered. With `committee=` a part of the replicas orders
//! for all, for decisions that are worth less.
//!
//! Everything but timers is on disk: the paper has no replica lose its state. Left out: see `META.simplified`.

mod catch_up;
mod client;
mod committee;
mod config;
mod invariants;
mod lies;
mod reads;
mod tables;
mod tentative;
#[cfg(test)]
mod tests;
mod timers;
mod view;
mod view_change;
mod votes;
mod wire;

pub use client::Client;
pub use config::Config;
pub use tables::{Cite, Timer};
pub use wire::*;

use crate::clients::request::{self, Pending};
use consensus_kernel::{
    Caveat, Certificate, Cx, Digest, Face, Hashed, Input, Invariant, Liar, Member, Meta, NodeId, NodeSet,
    Panel, Party, RuleId, Setup, SetupError, Signed, Slot, Value,
};
use serde::Serialize;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::hint::cold_path;
use tables::*;
use timers::Awaited;
use votes::Votes;

/// So many messages of views to come are kept per sender.
const EARLY_MAX: usize = 64;
/// The status timer is doubled at most so often while nothing moves.
const STATUS_DOUBLINGS_MAX: u32 = 3;
/// The history is kept over so many log sizes, for replicas that fell behind.
const HISTORY_WINDOWS: u64 = 4;

/// A node: a replica, or a client of the replicas.
pub type Pbft = Party<Replica>;

/// What a replica knows of one sequence number.
#[derive(Clone, Debug, Default, Serialize)]
struct Entry {
    sequence: u64,
    /// The pre-prepare accepted in this view.
    proposal: Option<PrePrepare>,
    prepares: Votes<Prepare>,
    commits: Votes<Commit>,
    prepared: bool,
    sent_commit: bool,
    committed: bool,
    executed: bool,
    /// From an earlier view: that it prepared there. The latest such view counts.
    proof: Option<Shared<Prepared>>,
    /// From an earlier view or from another replica: that it is committed.
    settled: Option<Shared<Committed>>,
}

impl Entry {
    /// Forgets everything, for another sequence number.
    fn begin(&mut self, sequence: u64) {
        self.sequence = sequence;
        self.proposal = None;
        self.prepares.clear();
        self.commits.clear();
        (self.prepared, self.sent_commit, self.committed, self.executed) = (false, false, false, false);
        (self.proof, self.settled) = (None, None);
    }

    /// The certificate of this view as one that outlives it. Who has counted votes carelessly may have prepared without
    /// one: it has nothing to show.
    fn certificate(&self, needed: usize) -> Option<Prepared> {
        let proposal = self.proposal.as_ref().filter(|_| self.prepared)?;
        let Order { view, sequence, digest } = *proposal.order.body();
        let prepares = *self.prepares.certificate(&Prepare { view, sequence, digest })?;
        (prepares.count() >= needed).then(|| Prepared { proposal: proposal.clone(), prepares })
    }

    /// Proof that it is committed, for others.
    fn proof_of_commit(&self, needed: usize) -> Option<Shared<Committed>> {
        if self.settled.is_some() {
            return self.settled.clone();
        }
        let proposal = self.proposal.as_ref().filter(|_| self.committed)?;
        let Order { view, sequence, digest } = *proposal.order.body();
        let commits = *self.commits.certificate(&Commit { view, sequence, digest })?;
        let enough = commits.count() >= needed;
        enough.then(|| Shared::new(Committed { batch: proposal.batch.clone(), commits }))
    }

    /// Keeps what outlives the view.
    fn leave_view(&mut self, cx: &Cx<'_, Pbft>) {
        if let Some(certificate) = self.certificate(cx.config.prepares) {
            self.proof = Some(Shared::new(certificate));
        }
        self.settled = self.proof_of_commit(cx.config.commits);
        self.proposal = None;
        if cx.holds(VIEW_BINDING) {
            self.prepares.clear();
            self.commits.clear();
        }
        (self.prepared, self.sent_commit, self.committed) = (false, false, false);
    }
}

/// Something that just happened, for the invariants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fact {
    Prepared {
        view: u64,
        sequence: u64,
        digest: Digest,
    },
    Committed {
        sequence: u64,
        digest: Digest,
    },
    /// The batch executed as the `position`-th.
    Executed {
        position: u64,
        digest: Digest,
    },
}

/// Whether messages of a view are for now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Hearing {
    Now,
    Early,
    Stale,
}

/// One replica's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Replica {
    me: NodeId,
    /// The view it is in, or changing to.
    view: u64,
    /// Whether that view has begun.
    active: bool,
    /// The last view that began.
    last_active: u64,
    /// The primary of `view`.
    primary: NodeId,
    /// How many views began here.
    views_entered: u64,
    /// At the primary: the last sequence number assigned.
    assigned: u64,
    /// At the primary, by client: the last request that has a sequence number.
    proposed: Vec<u32>,
    /// Requests that came from clients and are not executed, oldest first, one a client.
    pending: Pending,
    /// The log: a ring indexed by sequence number.
    entries: Vec<Entry>,
    /// The highest sequence number for which a pre-prepare was accepted in this view.
    accepted: u64,
    /// Everything up to here is executed.
    executed: u64,
    /// How many batches were executed.
    position: u64,
    /// The state, by client.
    clients: Vec<ClientRecord>,
    /// h: the sequence number of the last stable checkpoint.
    low: u64,
    /// Its proof; none for the initial state.
    stable: Option<Certificate<Checkpoint>>,
    /// Proof of a stable checkpoint that is not executed yet.
    stable_ahead: Option<Certificate<Checkpoint>>,
    /// The last checkpoint of its own.
    own_checkpoint: Checkpoint,
    /// Executed since then.
    since_checkpoint: Vec<Hashed<Batch>>,
    /// The history up to then, for replicas that fell behind.
    history: VecDeque<Shared<Segment>>,
    /// Votes on checkpoints: a ring indexed by sequence number / K.
    checkpoints: Vec<(u64, Votes<Checkpoint>)>,
    /// The latest view change of each replica.
    changes: Vec<Option<Shared<Signed<ViewChange>>>>,
    /// What began the current view.
    new_view: Option<Shared<Signed<NewView>>>,
    /// Views in a row that began, or did not even begin, without a new request being executed in them: so often the
    /// timer is doubled.
    failed_views: u32,
    /// Whether a request that was not executed before has been executed in this view.
    fresh: bool,
    /// By sender: messages of views that have not begun here.
    early: Vec<Vec<Msg>>,
    /// By replica: the highest sequence number that it has shown to know of.
    aware: Vec<u64>,
    /// How many have not shown to know of all that is executed here.
    unaware: usize,
    /// Whether something arrived that says that others are ahead.
    hinted: bool,
    /// How often in a row the status timer ran out and nothing had moved.
    quiet: u32,
    /// What was executed when the status timer was set.
    executed_at_status: u64,
    /// What the request timer runs for; none if it does not run.
    awaited: Option<Awaited>,
    view_change_timer: bool,
    status_timer: bool,
    /// The sequence number that is executed tentatively, the next after what is executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    tentative: Option<u64>,
    /// Commits that wait for a message to carry them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    held: Vec<Signed<Commit>>,
    /// Reads that are answered once so much is executed, one a client.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reads: Vec<(Value, u64)>,
    /// The first request that it executed although it had executed it before, and where.
    #[serde(skip)]
    executed_again: Option<(Slot, Value)>,
    #[serde(skip)]
    facts: Vec<Fact>,
}

impl Member for Replica {
    type Client = Client;
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        Config::of(setup)
    }

    fn new(config: &Config, me: NodeId) -> Self {
        let ring = (config.window as usize).next_power_of_two();
        let checkpoints = (config.window / config.checkpoint) as usize;
        let cares = |i| i != me.index() && config.cares(me, NodeId::replica(i));
        let aware = (0..config.n).map(|i| if cares(i) { 0 } else { u64::MAX }).collect();
        Self {
            me,
            view: 0,
            active: true,
            last_active: 0,
            primary: config.primary(0),
            views_entered: 0,
            assigned: 0,
            proposed: vec![0; config.clients],
            pending: Vec::new(),
            entries: (0..ring).map(|_| Entry::default()).collect(),
            accepted: 0,
            executed: 0,
            position: 0,
            clients: vec![ClientRecord::default(); config.clients],
            low: 0,
            stable: None,
            stable_ahead: None,
            own_checkpoint: Checkpoint { sequence: 0, digest: Digest::ZERO },
            since_checkpoint: Vec::new(),
            history: VecDeque::new(),
            checkpoints: vec![(0, Votes::default()); checkpoints],
            changes: vec![None; config.n],
            new_view: None,
            failed_views: 0,
            fresh: true,
            early: vec![Vec::new(); config.n],
            aware,
            unaware: 0,
            hinted: false,
            quiet: 0,
            executed_at_status: 0,
            awaited: None,
            view_change_timer: false,
            status_timer: false,
            tentative: None,
            held: Vec::new(),
            reads: Vec::new(),
            executed_again: None,
            facts: Vec::new(),
        }
    }

    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Pbft>) {
        self.facts.clear();
        let executed = self.executed;
        let mut moved = true;
        match input {
            Input::Start => {}
            Input::Restart => {
                self.collect(cx);
                self.flush(cx);
                self.ask(cx);
            }
            Input::Propose(_) => cx.reject("requests come from clients, not from replicas"),
            Input::Command { .. } => cx.reject("replicas take no commands of a visitor"),
            Input::Fire(Timer::Request) => {
                self.awaited = None;
                self.on_request_timeout(cx);
            }
            Input::Fire(Timer::ViewChange) => {
                self.view_change_timer = false;
                self.on_view_change_timeout(cx);
            }
            Input::Fire(Timer::Status) => {
                self.status_timer = false;
                self.on_status_timeout(cx);
            }
            Input::Fire(Timer::Commit) => self.flush(cx),
            Input::Fire(Timer::Retry) => cx.reject("replicas have no retry timer"),
            Input::Deliver { from, msg } => moved = self.receive(from, msg, cx),
        }
        if !self.reads.is_empty() {
            self.answer_reads(cx);
        }
        if moved {
            self.settle(executed, cx);
        }
    }

    /// What is on disk: everything but the timers.
    fn restart(&self, _config: &Config) -> Self {
        Self { awaited: None, view_change_timer: false, status_timer: false, ..self.clone() }
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        vec![Panel::Log(view::log_panel(config, replicas))]
    }

    fn invariants() -> &'static [Invariant<Pbft>] {
        invariants::ALL
    }

    fn quorum(config: &Config) -> Option<usize> {
        config.committee.is_none().then_some(config.quorum)
    }

    fn caveat(config: &Config) -> Option<Caveat> {
        committee::caveat(config)
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::StartView as RuleId, Cite::EnterView as RuleId]
    }

    fn lie(strategy: usize) -> Option<Liar<Pbft>> {
        lies::liar(strategy)
    }
}

impl Replica {
    /// Says whether anything that timers depend on may have changed: not if a vote was counted and is not enough.
    #[inline]
    fn receive(&mut self, from: NodeId, msg: &Msg, cx: &mut Cx<'_, Pbft>) -> bool {
        match msg {
            // §4.1: what clients ask for, and backups pass on.
            Msg::Request(request) => self.on_request(from, request, cx),
            Msg::Read(request) => self.on_read(from, request, cx),
            _ if !is_replica(from, cx.config) => cx.reject("only replicas send this"),
            _ if !self.heeds(from, msg, cx.config) => cx.reject("only the committee orders"),
            Msg::Relay(request) => self.on_request(from, request, cx),
            Msg::Reply(_) => cx.reject("replies are for clients"),
            // §4.2: the three phases.
            Msg::PrePrepare(proposal) => self.on_pre_prepare(from, proposal, cx),
            Msg::Prepare(vote) => return self.on_prepare(from, vote, cx),
            Msg::Commit(vote) => return self.on_commit(from, vote, cx),
            Msg::Laden(laden) => self.on_laden(from, laden, cx),
            // §4.3: the log is cut.
            Msg::Checkpoint(vote) => self.on_checkpoint(from, vote, cx),
            // §4.4: another primary.
            Msg::ViewChange(change) => self.on_view_change(from, change, cx),
            Msg::NewView(new) => self.on_new_view(new, cx),
            // What was lost.
            Msg::Status(status) => self.on_status(from, status, cx),
            Msg::Committed(proof) => self.on_committed(from, proof, cx),
            Msg::State(state) => self.on_state(from, state, cx),
        }
        true
    }

    /// H, the high watermark.
    #[inline]
    fn high(&self, config: &Config) -> u64 {
        self.low + config.window
    }

    #[inline]
    fn place(&self, sequence: u64) -> usize {
        sequence as usize & (self.entries.len() - 1)
    }

    /// What is known of a sequence number, if anything.
    fn known(&self, sequence: u64) -> Option<&Entry> {
        Some(&self.entries[self.place(sequence)]).filter(|e| e.sequence == sequence && sequence > 0)
    }

    /// The entry of a sequence number between the watermarks.
    #[inline]
    fn entry(&mut self, sequence: u64) -> &mut Entry {
        let place = self.place(sequence);
        let entry = &mut self.entries[place];
        if entry.sequence != sequence {
            entry.begin(sequence);
        }
        entry
    }

    /// §4.1, §4.2: a request, from its client or passed on by a backup.
    fn on_request(&mut self, from: NodeId, request: &Signed<Request>, cx: &mut Cx<'_, Pbft>) {
        if !request::is_own(request, cx.config.clients) || (from.is_client() && from != request.signer()) {
            return cx.reject("not the client's own request");
        }
        let (client, value) = (request.signer().index(), request.body().value);
        if !cx.config.is_member(self.me) {
            return self.pass_on(from, request, cx);
        }
        let record = self.clients[client];
        if cx.holds(DEDUP) && value.number() <= record.number {
            if value.number() < record.number {
                return cx.reject("a later request of this client was executed");
            }
            cx.cite(Cite::ReplyAgain);
            return self.reply(request.signer(), value, record.slot, How::Stable, cx);
        }
        request::keep(&mut self.pending, request);
        if !cx.holds(DEDUP) {
            self.proposed[client] = self.proposed[client].min(value.number() - 1);
        }
        if self.primary == self.me {
            self.propose(cx);
        } else if self.active {
            self.pass_on(from, request, cx);
        }
    }

    /// §4.1: a backup passes a client's request on.
    fn pass_on(&mut self, from: NodeId, request: &Signed<Request>, cx: &mut Cx<'_, Pbft>) {
        if from.is_client() {
            cx.cite(Cite::Relay);
            cx.send(self.primary, Msg::Relay(*request));
        }
    }

    fn reply(&self, to: NodeId, value: Value, slot: Slot, how: How, cx: &mut Cx<'_, Pbft>) {
        cx.send(to, Msg::Reply(Reply { view: self.view, value, slot, how }));
    }

    /// TOCS 2002, request batching: the primary has executed something, so it may have room for what waits.
    fn propose_more(&mut self, cx: &mut Cx<'_, Pbft>) {
        if cx.config.parallel < cx.config.window {
            cold_path();
            self.propose(cx);
        }
    }

    /// §4.2: the primary gives waiting requests their sequence numbers, up to the high watermark, and no more than W that it
    /// has not executed yet.
    fn propose(&mut self, cx: &mut Cx<'_, Pbft>) {
        if !self.active || self.primary != self.me {
            return;
        }
        // Others may have gone on without it, and shown it what has these numbers.
        self.assigned = self.assigned.max(self.executed).max(self.low);
        while self.assigned < self.high(cx.config)
            && self.assigned < self.executed.max(self.tentative.unwrap_or(0)) + cx.config.parallel
        {
            let proposed = &self.proposed;
            let is_new = |r: &&Signed<Request>| r.body().value.number() > proposed[r.signer().index()];
            let requests: SmallVec<[Signed<Request>; 1]> =
                self.pending.iter().filter(is_new).take(cx.config.batch).copied().collect();
            if requests.is_empty() {
                return;
            }
            for request in &requests {
                self.proposed[request.signer().index()] = request.body().value.number();
            }
            self.assigned += 1;
            let batch = Hashed::new(Batch { requests });
            let order = cx.sign(Order { view: self.view, sequence: self.assigned, digest: batch.digest() });
            let proposal = PrePrepare { order, batch };
            cx.cite(Cite::Assign);
            self.tell(Msg::PrePrepare(proposal.clone()), cx);
            self.accept(proposal, cx);
        }
    }

    /// Whether messages of a view are for now. A replica that changes views hears nothing of the old one any more.
    #[inline]
    fn hearing(&self, view: u64, cx: &Cx<'_, Pbft>) -> Hearing {
        let in_view = view == self.view && self.active;
        let lingers = !self.active && view == self.last_active && !cx.holds(STOP_IN_VIEW_CHANGE);
        let counts = self.active && view < self.view && !cx.holds(VIEW_BINDING);
        if in_view || lingers || counts {
            Hearing::Now
        } else if view >= self.view {
            Hearing::Early
        } else {
            Hearing::Stale
        }
    }

    /// Whether an order or a vote is for now: its view has begun and is not over, and its number is between the
    /// watermarks. What is early is kept.
    #[inline]
    fn admits<T: Ballot>(
        &mut self,
        from: NodeId,
        ballot: &T,
        keep: impl FnOnce() -> Msg,
        cx: &mut Cx<'_, Pbft>,
    ) -> bool {
        let sequence = ballot.sequence();
        match self.hearing(ballot.view(), cx) {
            Hearing::Now if sequence > self.low && sequence <= self.high(cx.config) => return true,
            Hearing::Now if sequence <= self.low => cx.reject("below the low watermark"),
            Hearing::Now => {
                self.hinted = true;
                cx.reject("above the high watermark");
            }
            Hearing::Early => {
                self.hinted = true;
                let kept = &mut self.early[from.index()];
                if kept.len() < EARLY_MAX {
                    kept.push(keep());
                } else {
                    cx.reject("too many messages of later views");
                }
            }
            Hearing::Stale => cx.reject("stale view"),
        }
        false
    }

    /// Notes that a replica knows of a sequence number.
    #[inline]
    fn note_aware(&mut self, who: NodeId, sequence: u64) {
        let known = &mut self.aware[who.index()];
        if *known < sequence {
            self.unaware -=
                usize::from(*known < self.executed && sequence >= self.executed && self.unaware > 0);
            *known = sequence;
        }
    }

    /// §4.2: the primary's order. It may come by way of another replica: its signature counts.
    fn on_pre_prepare(&mut self, from: NodeId, proposal: &PrePrepare, cx: &mut Cx<'_, Pbft>) {
        let order = proposal.order.body();
        self.note_aware(from, order.sequence);
        if !self.admits(from, order, || Msg::PrePrepare(proposal.clone()), cx) {
            return;
        }
        if order.view < self.last_active {
            return cx.reject("stale view");
        }
        if proposal.order.signer() == self.me || !is_proposal(proposal, cx.config) {
            return cx.reject("not a valid order of this view's primary");
        }
        if proposal.batch.body().is_null() {
            return cx.reject("only a new view orders the null request");
        }
        match &self.entry(order.sequence).proposal {
            None => {
                cx.cite(Cite::AcceptPrePrepare);
                self.accept(proposal.clone(), cx);
            }
            Some(accepted) if accepted.order == proposal.order => cx.reject("accepted already"),
            Some(_) => cx.reject("digest conflicts with the accepted pre-prepare"),
        }
    }

    /// Takes an order into the log; a backup votes for it.
    fn accept(&mut self, proposal: PrePrepare, cx: &mut Cx<'_, Pbft>) {
        let Order { view, sequence, digest } = *proposal.order.body();
        let leads = proposal.order.signer() == self.me;
        self.accepted = self.accepted.max(sequence);
        let entry = self.entry(sequence);
        entry.proposal = Some(proposal);
        if !leads {
            let vote = cx.sign(Prepare { view, sequence, digest });
            entry.prepares.hear(&vote, cx);
            self.tell(Msg::Prepare(vote), cx);
        }
        self.advance(sequence, cx);
    }

    /// §4.2: a backup agrees.
    #[inline]
    fn on_prepare(&mut self, from: NodeId, vote: &Signed<Prepare>, cx: &mut Cx<'_, Pbft>) -> bool {
        let ballot = vote.body();
        if vote.signer() != from {
            cx.reject("somebody else's vote");
            return true;
        }
        let unaware = self.unaware;
        self.note_aware(from, ballot.sequence);
        if !self.admits(from, ballot, || Msg::Prepare(*vote), cx) {
            return true;
        }
        let primary = if ballot.view == self.view { self.primary } else { cx.config.primary(ballot.view) };
        if from == primary {
            cx.reject("the primary sends no prepare");
            return true;
        }
        let entry = self.entry(ballot.sequence);
        let vote = entry.prepares.hear(vote, cx);
        // Once it is prepared, only commits carry it further.
        let prepared = entry.prepared;
        let enough = votes::carries(vote, cx.config.prepares, cx) && !prepared;
        if enough {
            self.advance(ballot.sequence, cx);
        }
        enough | (self.unaware != unaware)
    }

    /// §4.2: a replica has prepared.
    #[inline]
    fn on_commit(&mut self, from: NodeId, vote: &Signed<Commit>, cx: &mut Cx<'_, Pbft>) -> bool {
        let ballot = vote.body();
        if vote.signer() != from {
            cx.reject("somebody else's vote");
            return true;
        }
        let unaware = self.unaware;
        self.note_aware(from, ballot.sequence);
        if !self.admits(from, ballot, || Msg::Commit(*vote), cx) {
            return true;
        }
        let entry = self.entry(ballot.sequence);
        let vote = entry.commits.hear(vote, cx);
        let committed = entry.committed;
        let enough = votes::carries(vote, cx.config.commits, cx) && !committed;
        if enough {
            self.advance(ballot.sequence, cx);
        }
        enough | (self.unaware != unaware)
    }

    /// §4.2: moves a sequence number through prepared and committed-local as far as its votes carry it.
    #[inline]
    fn advance(&mut self, sequence: u64, cx: &mut Cx<'_, Pbft>) {
        let place = self.place(sequence);
        let entry = &mut self.entries[place];
        let Some(proposal) = entry.proposal.as_ref().filter(|_| !entry.committed) else { return };
        let Order { view, digest, .. } = *proposal.order.body();
        if !entry.prepared && entry.prepares.reach(cx.config.prepares, digest, cx) {
            entry.prepared = true;
            cx.cite(Cite::Prepared);
            self.facts.push(Fact::Prepared { view, sequence, digest });
        }
        if !entry.sent_commit && (entry.prepared || !cx.holds(PREPARED_BEFORE_COMMIT)) {
            entry.sent_commit = true;
            cx.cite(Cite::SendCommit);
            let vote = cx.sign(Commit { view, sequence, digest });
            entry.commits.hear(&vote, cx);
            self.send_commit(vote, cx);
        }
        let entry = &mut self.entries[place];
        let enough = entry.commits.reach(cx.config.commits, digest, cx) || !cx.holds(COMMIT_PHASE);
        if entry.prepared && entry.sent_commit && enough {
            entry.committed = true;
            cx.cite(Cite::CommittedLocal);
            self.facts.push(Fact::Committed { sequence, digest });
            self.execute_committed(sequence, cx);
        } else {
            self.execute_tentatively(cx);
        }
    }

    /// §4.2: executes what is committed, in ascending order. `sequence` was committed just now.
    fn execute_committed(&mut self, sequence: u64, cx: &mut Cx<'_, Pbft>) {
        if !cx.holds(IN_ORDER) && sequence > self.executed {
            self.execute(sequence, cx);
        }
        loop {
            let next = self.executed + 1;
            let Some(entry) = self.known(next) else { break };
            if !entry.executed && !entry.committed && entry.settled.is_none() {
                break;
            }
            self.execute(next, cx);
            self.executed = next;
            self.teach(next, cx);
            if next.is_multiple_of(cx.config.checkpoint) {
                self.take_checkpoint(next, cx);
            }
        }
        if let Some(ahead) = self.stable_ahead.filter(|c| c.body().sequence <= self.executed) {
            self.make_stable(ahead, cx);
        }
        self.execute_tentatively(cx);
        self.propose_more(cx);
    }

    /// §4.2: executes one batch and replies to its clients.
    fn execute(&mut self, sequence: u64, cx: &mut Cx<'_, Pbft>) {
        let (view, active) = (self.view, self.active);
        let entry = self.entry(sequence);
        if std::mem::replace(&mut entry.executed, true) {
            return;
        }
        let ordered = entry.proposal.as_ref().filter(|_| entry.committed).map(|p| &p.batch);
        let shown = entry.settled.as_ref();
        let in_view = active && (ordered.is_some() || shown.is_some_and(|s| s.commits.body().view == view));
        let ordered_here = ordered.is_some();
        let Some(batch) = ordered.or(shown.map(|s| &s.batch)).cloned() else { return };
        self.position += 1;
        // Who has its reply already needs no other.
        let replied = self.tentative == Some(sequence) && ordered_here;
        self.tentative = self.tentative.filter(|n| *n != sequence);
        cx.cite(Cite::Execute);
        self.facts.push(Fact::Executed { position: self.position, digest: batch.digest() });
        if batch.body().is_null() {
            cx.decide(cx.config.slot(sequence, 0), Value::NOOP);
        }
        for (i, request) in batch.body().requests.iter().enumerate() {
            self.execute_request(request, cx.config.slot(sequence, i), in_view, replied, cx);
        }
        self.since_checkpoint.push(batch);
    }

    /// §4.1: executes a request unless it was executed before, and replies. `in_view`: whether it was committed in the
    /// view that is under way; `replied`: whether its client has a tentative reply.
    fn execute_request(
        &mut self,
        request: &Signed<Request>,
        slot: Slot,
        in_view: bool,
        replied: bool,
        cx: &mut Cx<'_, Pbft>,
    ) {
        let (client, value) = (request.signer(), request.body().value);
        cx.decide(slot, value);
        let record = &mut self.clients[client.index()];
        if value.number() <= record.number {
            if cx.holds(DEDUP) {
                return cx.cite(Cite::Repeated);
            }
            self.executed_again = self.executed_again.or(Some((slot, value)));
        }
        // §4.5.2: the view works, so its timer is T again.
        if in_view && value.number() > record.number {
            (self.fresh, self.failed_views) = (true, 0);
        }
        *record = ClientRecord {
            number: record.number.max(value.number()),
            executions: record.executions + 1,
            slot,
        };
        request::forget(&mut self.pending, client, value.number());
        if !replied && cx.config.is_member(self.me) {
            self.reply(client, value, slot, How::Stable, cx);
        }
    }

    /// How many replicas have voted on a sequence number, for people: prepares (with the pre-prepare), then commits.
    fn votes_on(&self, sequence: u64) -> (&'static str, NodeSet) {
        let Some(entry) = self.known(sequence) else { return ("prepare", NodeSet::EMPTY) };
        let digest = entry.proposal.as_ref().map(|p| p.order.body().digest);
        if entry.prepared {
            return ("commit", digest.map_or(NodeSet::EMPTY, |d| entry.commits.voters_for(d)));
        }
        let mut voters = digest.map_or(NodeSet::EMPTY, |d| entry.prepares.voters_for(d));
        if let Some(proposal) = &entry.proposal {
            voters.insert(proposal.order.signer());
        }
        ("prepare", voters)
    }
}
