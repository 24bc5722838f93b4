//! Zyzzyva (Kotla et al. 2007): replicas execute at once and leave it to the client to see whether they agree.
//!
//! Fault model: at most f of n ≥ 3f + 1 replicas do anything but forge signatures; the network loses, doubles, delays
//! and reorders. Safety never depends on time; progress needs delays that do not grow for ever.
//!
//! Messages, in the order in which they matter:
//! - `Request`, `OrderReq`, `SpecResponse` (§3.2, steps 1 to 3): the primary orders, everybody executes speculatively and
//!   answers the client, each answer with a digest of the whole history. If all n answers match, the client is done (4a).
//! - `Commit`, `LocalCommit` (4b): if only a quorum matches, the client makes a commit certificate of the signatures, hands
//!   it to all, and is done when a quorum holds it.
//! - `ConfirmReq`, `FillHole` (4c, 3): a replica that knows of a request but not of its order, or lacks earlier orders.
//! - `Proof` (4d): two orders of the primary that contradict each other.
//! - `Accuse` (I-HATE-THE-PRIMARY), `ViewChange`, `NewView`, `ViewConfirm` (§3.3) replace the primary.
//! - `Checkpoint`, `Stable`, `State` (§3.1) make a prefix final, cut the log, and help replicas that fell behind.
//!
//! Two levels. A *commit certificate* is a quorum of signatures on one history of one view: no other history of that
//! view can have one. It may still be lost with its holder. What is *committed* is what all n replicas executed in one
//! view, or what a quorum holds certificates of one view for: no view change can miss it. (Certificates of different views
//! do not add up, as the paper's client lets them: the earlier ones may be overtaken by a view that began without.) So a client decides by the one or the other,
//! and a replica decides at stable checkpoints only: of the client's success it hears nothing. Checkpoints therefore take
//! two rounds, one that makes a certificate and one in which a quorum says that it has it.
//!
//! The published view change prefers the longest commit certificate and is unsafe (Abraham et al. 2017,
//! arXiv:1712.01367): a certificate of an old view, overtaken since, can bring its history back. Here certificates are
//! ordered by view first, and speculative histories count only if they are of the view of the best certificate. That
//! suffices because who takes part in a view holds a certificate of it: the view confirmations that began it.
//! `without=certificates-by-view` is the published rule.
//!
//! Quorums: q = ⌈(n+f+1)/2⌉, which is 2f + 1 for n = 3f + 1; a new view keeps what q − f of q view changes report.
//!
//! Everything but timers is on disk. Left out: see `META.simplified`.

mod client;
mod invariants;
mod lies;
mod repair;
mod tables;
#[cfg(test)]
mod tests;
mod view;
mod view_change;
mod wire;

pub use client::Client;
pub use tables::{Cite, Timer};
pub use wire::*;

use crate::clients::request::{self, Pending, Request};
use crate::shared::Shared;
use consensus_kernel::{
    Certificate, Cx, Digest, Duration, Face, Hashed, Input, Invariant, Liar, Member, Meta, Misstep, NodeId,
    Panel, Party, QuorumRule, RuleId, Setup, SetupError, Signed, Value,
};
use serde::Serialize;
use std::collections::VecDeque;
use tables::*;

/// The timer is doubled at most so often.
const DOUBLINGS_MAX: u32 = 20;
/// The timer for sending again is doubled at most so often while nothing moves.
const QUIET_MAX: u32 = 3;
/// The history is kept over so many checkpoints, for replicas that fell behind.
const SEGMENTS_MAX: usize = 8;

/// A node: a replica, or a client of the replicas.
pub type Zyzzyva = Party<Replica>;

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of replicas.
    pub n: usize,
    /// Number of clients.
    pub clients: usize,
    /// One more than may be faulty: among so many there is a correct one.
    pub weak: usize,
    /// The size q of a quorum.
    pub quorum: usize,
    /// Equal responses that complete a request in one phase.
    pub fast: usize,
    /// Signatures that make a commit certificate.
    pub certificate: usize,
    /// LOCAL-COMMITs that complete a request in two phases.
    pub commits: usize,
    /// Holders of a certificate that make a checkpoint stable.
    pub stables: usize,
    /// View changes that begin a view.
    pub changes: usize,
    /// View changes that must report the same for the new view to keep it.
    pub support: usize,
    /// How long a replica waits for the primary.
    pub timeout: Duration,
    /// How long a client hopes for the fast path.
    pub hope: Duration,
    /// How long a client waits before it asks all replicas again.
    pub retry: Duration,
    /// K: a checkpoint every so many sequence numbers.
    pub checkpoint: u64,
    /// The log holds so many orders above the stable checkpoint.
    pub window: u64,
}

impl Config {
    /// The primary of a view.
    #[inline]
    pub fn primary(&self, view: u64) -> NodeId {
        NodeId::replica((view % self.n as u64) as usize)
    }
}

/// Something that just happened, for the invariants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fact {
    Certified(History),
    Stable { sequence: u64, history: Digest },
}

/// What the timer for the primary runs for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
enum Awaited {
    /// A client's request.
    Request(Value),
    /// The order with this number: a later one came.
    Order(u64),
    /// The beginning of this view.
    View(u64),
}

/// One replica's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Replica {
    me: NodeId,
    /// The view it is in, or changing to.
    view: u64,
    /// Whether that view has begun.
    active: bool,
    /// The primary of `view`.
    primary: NodeId,
    /// How many views began here.
    views_entered: u64,
    /// What it has executed speculatively, from the first order above the stable checkpoint.
    log: VecDeque<OrderReq>,
    /// The sequence number of the last stable checkpoint.
    low: u64,
    /// h at that place.
    low_history: Digest,
    /// Its proof; none for the initial state.
    stable: Option<Certificate<Stable>>,
    /// Everything up to here is covered by a commit certificate of this view, or stable.
    certified: u64,
    /// CC: the best commit certificate.
    certificate: Option<Certificate<History>>,
    /// The state, by client.
    clients: Vec<ClientRecord>,
    /// Checkpoints above the stable one.
    tentative: VecDeque<Shared<Segment>>,
    /// The history up to the stable checkpoint, for replicas that fell behind.
    history: VecDeque<Shared<Segment>>,
    /// The last checkpoint for which it has said that it holds a certificate.
    announced: u64,
    /// Signatures on checkpoints above the stable one.
    checkpoints: Vec<Certificate<History>>,
    /// Signatures of those who hold certificates for them.
    stables: Vec<Certificate<Stable>>,
    /// Requests that came from clients and are not executed, oldest first, one a client.
    pending: Pending,
    /// Orders of this view that cannot be executed yet.
    early: Vec<OrderReq>,
    /// Who accuses the primary of `view`.
    accusations: Option<Certificate<Accusation>>,
    /// The latest view change of each replica.
    changes: Vec<Option<Shared<Signed<ViewChange>>>>,
    /// What the primary of `view` wants to begin, or began it with.
    new_view: Option<Shared<Signed<NewView>>>,
    /// Who confirms with what history `view` begins.
    confirms: Vec<Certificate<History>>,
    /// The confirmations that began the view.
    begun: Option<Certificate<History>>,
    /// Whether something arrived that says that others are ahead.
    behind: bool,
    /// Whether it needs the state of a checkpoint that its own history cannot reach.
    needs_state: bool,
    /// View changes in a row without an execution between them: so often the timer is doubled.
    failed_views: u32,
    /// Whether anything was executed since the last view change.
    fresh: bool,
    /// How often in a row the timer for sending again ran out and nothing had moved.
    quiet: u32,
    /// How often it has answered a client again since anything moved.
    repeats: usize,
    /// What the timer for the primary runs for.
    awaited: Option<Awaited>,
    resend_timer: bool,
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
        let (p, holds) = (&setup.params, |switch| setup.rules.holds(switch));
        let checkpoint = p.int(param::CHECKPOINT).max(1);
        let quorum = QuorumRule::ByzantineMinimum.size(setup.n, setup.f);
        let one_less = |rule| quorum - usize::from(!holds(rule) && quorum > 1);
        Ok(Config {
            n: setup.n,
            clients: setup.clients,
            weak: setup.f + 1,
            quorum,
            fast: if holds(FAST_QUORUM) { setup.n } else { quorum },
            certificate: one_less(CERTIFICATE_QUORUM),
            commits: one_less(COMMIT_QUORUM),
            stables: if holds(STABLE_QUORUM) { quorum } else { 1 },
            changes: one_less(VIEW_CHANGE_QUORUM),
            support: quorum.saturating_sub(setup.f).max(1),
            timeout: p.span(param::TIMEOUT),
            hope: p.span(param::HOPE),
            retry: p.span(param::RETRY),
            checkpoint,
            window: 2 * checkpoint,
        })
    }

    fn new(config: &Config, me: NodeId) -> Self {
        Self {
            me,
            view: 0,
            active: true,
            primary: config.primary(0),
            views_entered: 0,
            log: VecDeque::with_capacity(config.window as usize),
            low: 0,
            low_history: Digest::ZERO,
            stable: None,
            certified: 0,
            certificate: None,
            clients: vec![ClientRecord::NONE; config.clients],
            tentative: VecDeque::new(),
            history: VecDeque::new(),
            announced: 0,
            checkpoints: Vec::new(),
            stables: Vec::new(),
            pending: Vec::new(),
            early: Vec::new(),
            accusations: None,
            changes: vec![None; config.n],
            new_view: None,
            confirms: Vec::new(),
            begun: None,
            behind: false,
            needs_state: false,
            failed_views: 0,
            fresh: true,
            quiet: 0,
            repeats: 0,
            awaited: None,
            resend_timer: false,
            facts: Vec::new(),
        }
    }

    #[inline]
    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Zyzzyva>) {
        self.facts.clear();
        let before = (self.executed(), self.view, self.low);
        match input {
            Input::Start => {}
            Input::Restart => {
                self.behind = true;
                self.ask_all(cx);
            }
            Input::Propose(_) => cx.reject("requests come from clients, not from replicas"),
            Input::Command { .. } => cx.reject("replicas take no commands of a visitor"),
            Input::Fire(Timer::Primary) => {
                self.awaited = None;
                self.on_primary_timeout(cx);
            }
            Input::Fire(Timer::Resend) => {
                self.resend_timer = false;
                self.on_resend_timeout(cx);
            }
            Input::Fire(Timer::Retry) => cx.reject("replicas have no retry timer"),
            Input::Deliver { from, msg } => self.receive(from, msg, cx),
        }
        self.settle(before, cx);
    }

    fn restart(&self, _config: &Config) -> Self {
        Self { awaited: None, resend_timer: false, ..self.clone() }
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(_config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        vec![Panel::Log(view::log_panel(replicas))]
    }

    fn invariants() -> &'static [Invariant<Zyzzyva>] {
        invariants::ALL
    }

    fn quorum(config: &Config) -> Option<usize> {
        Some(config.quorum)
    }

    /// Whether a request is complete is known to its client alone.
    fn learns(_config: &Config, _replica: NodeId) -> bool {
        false
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::StartView as RuleId, Cite::BeginView as RuleId]
    }

    fn lie(strategy: usize) -> Option<Liar<Zyzzyva>> {
        lies::liar(strategy)
    }

    fn misstep(strategy: usize) -> Option<Misstep<Zyzzyva>> {
        lies::misstep(strategy)
    }
}

impl Replica {
    #[inline]
    fn receive(&mut self, from: NodeId, msg: &Msg, cx: &mut Cx<'_, Zyzzyva>) {
        match msg {
            // What clients send.
            Msg::Request(request) => self.on_request(from, request, cx),
            Msg::Commit(certificate) => self.on_commit(from, certificate, cx),
            Msg::Proof(proof) => self.on_proof(proof, cx),
            _ if !is_replica(from, cx.config) => cx.reject("only replicas send this"),
            Msg::SpecResponse(_) | Msg::LocalCommit(_) => cx.reject("responses are for clients"),
            // §3.2: the order, and what is missing of it.
            Msg::OrderReq(order) => self.on_order(from, order, cx),
            Msg::ConfirmReq { view, request } => self.on_confirm_req(from, *view, request, cx),
            Msg::FillHole { view, sequence, low } => {
                self.show_checkpoints(from, *low, cx);
                self.on_fill_hole(from, *view, *sequence, cx);
            }
            // §3.3: another primary.
            Msg::Accuse(accusations) => self.on_accuse(from, accusations, cx),
            Msg::ViewChange(change) => self.on_view_change(from, change, cx),
            Msg::NewView(new) => self.on_new_view(new, cx),
            Msg::ViewConfirm(confirm) => self.on_view_confirm(from, confirm, cx),
            // §3.1: the log is cut.
            Msg::Checkpoint(vouch) => self.on_checkpoint(from, vouch, cx),
            Msg::Stable(stable) => self.on_stable(from, stable, cx),
            Msg::State(state) => self.on_state(state, cx),
        }
    }

    /// max n: everything up to here is executed.
    #[inline]
    fn executed(&self) -> u64 {
        self.low + self.log.len() as u64
    }

    /// h(max n).
    #[inline]
    fn head(&self) -> Digest {
        self.log.back().map_or(self.low_history, OrderReq::history)
    }

    /// h at a sequence number between the stable checkpoint and what is executed.
    fn history_at(&self, sequence: u64) -> Option<Digest> {
        if sequence == self.low {
            return Some(self.low_history);
        }
        self.order(sequence).map(OrderReq::history)
    }

    /// What is executed at a sequence number above the stable checkpoint.
    fn order(&self, sequence: u64) -> Option<&OrderReq> {
        self.log.get(sequence.checked_sub(self.low + 1)? as usize)
    }

    /// Whether this replica cannot go on by itself.
    #[inline]
    fn waits(&self) -> bool {
        !self.active || self.behind || self.needs_state || !self.pending.is_empty() || !self.early.is_empty()
    }

    /// Whether it is the primary's fault: a request without an order, an order that does not fit, a view that does not
    /// begin.
    #[inline]
    fn blames_primary(&self) -> bool {
        let lacks = !self.pending.is_empty() || !self.early.is_empty();
        !self.active || (lacks && self.primary != self.me)
    }

    /// Sets and stops the timers as the state after a step demands. The primary's timer belongs to one request (step 4c):
    /// that others are served meanwhile does not start it anew.
    #[inline]
    fn settle(&mut self, before: (u64, u64, u64), cx: &mut Cx<'_, Zyzzyva>) {
        let moved = before != (self.executed(), self.view, self.low);
        if moved {
            (self.quiet, self.repeats) = (0, 0);
        }
        let blames = self.blames_primary();
        let goes_on = match self.awaited {
            None => !blames,
            Some(awaited) => blames && self.still_awaits(awaited, moved),
        };
        if !goes_on {
            self.set_primary_timer(blames, cx);
        }
        let waits = self.waits();
        if waits && !self.resend_timer {
            cx.set_timer(Timer::Resend, Duration((cx.config.timeout.0 / 2).max(1) << self.quiet));
            self.resend_timer = true;
        } else if !waits && self.resend_timer {
            cx.cancel_timer(Timer::Resend);
            self.resend_timer = false;
        }
    }

    fn still_awaits(&self, awaited: Awaited, moved: bool) -> bool {
        match awaited {
            Awaited::View(view) => !self.active && view == self.view && !moved,
            Awaited::Request(value) => self.active && self.pending.iter().any(|p| p.body().value == value),
            Awaited::Order(sequence) => self.active && sequence > self.executed(),
        }
    }

    /// The oldest request that came here is next, so that each has its turn.
    #[inline(never)]
    fn set_primary_timer(&mut self, blames: bool, cx: &mut Cx<'_, Zyzzyva>) {
        let next = match self.pending.first() {
            _ if !blames => None,
            _ if !self.active => Some(Awaited::View(self.view)),
            Some(request) => Some(Awaited::Request(request.body().value)),
            None => Some(Awaited::Order(self.executed() + 1)),
        };
        if next.is_some() {
            let doubled = if cx.holds(TIMER_DOUBLING) { self.failed_views } else { 0 };
            cx.set_timer(Timer::Primary, cx.config.timeout.times(1 << doubled));
        } else {
            cx.cancel_timer(Timer::Primary);
        }
        self.awaited = next;
    }

    /// §3.2, steps 2 and 4c: a request, from its client.
    fn on_request(&mut self, from: NodeId, request: &Signed<Request>, cx: &mut Cx<'_, Zyzzyva>) {
        if from != request.signer() || !request::is_own(request, cx.config.clients) {
            return cx.reject("not the client's own request");
        }
        let (record, number) = (self.clients[from.index()], request.body().value.number());
        if cx.holds(DEDUP) && number <= record.number {
            if number < record.number {
                return cx.reject("a later request of this client was executed");
            }
            return self.respond_again(from, cx);
        }
        let leads = self.primary == self.me;
        if !leads && !cx.holds(WATCH_PRIMARY) {
            return cx.reject("only the primary takes requests");
        }
        request::keep(&mut self.pending, request);
        if self.active && leads {
            self.order_pending(cx);
        } else if self.active {
            cx.cite(Cite::ConfirmReq);
            cx.send(self.primary, Msg::ConfirmReq { view: self.view, request: *request });
        }
    }

    /// Step 4c: what was executed is answered again; what a certificate covers, as committed.
    fn respond_again(&mut self, client: NodeId, cx: &mut Cx<'_, Zyzzyva>) {
        let record = self.clients[client.index()];
        // A client that this does not help may have other answers from replicas that are further.
        self.repeats = self.repeats.saturating_add(1);
        self.behind |= self.repeats > cx.config.clients;
        if record.slot <= self.certified {
            cx.cite(Cite::RespondAgain);
            return self.send_local_commit(client, cx);
        }
        if !self.active {
            return cx.reject("between views, executed orders may not stand");
        }
        if let Some(order) = self.order(record.slot).cloned() {
            cx.cite(Cite::RespondAgain);
            self.respond(&order, cx);
        }
    }

    /// Answers the client of an order; says what was signed.
    #[inline]
    fn respond(&self, order: &OrderReq, cx: &mut Cx<'_, Zyzzyva>) -> Signed<History> {
        let (view, sequence, digest) = (order.view(), order.sequence(), order.history());
        let vouch = cx.sign(History { view, sequence, digest });
        let response = SpecResponse { vouch, value: order.value(), order: order.order.clone() };
        cx.send(order.body.body().request.signer(), Msg::SpecResponse(response));
        vouch
    }

    fn send_local_commit(&self, client: NodeId, cx: &mut Cx<'_, Zyzzyva>) {
        let record = self.clients[client.index()];
        let value = Value::request(client.index(), record.number);
        let (view, sequence, history) = (self.last_view(), record.slot, record.history);
        cx.send(client, Msg::LocalCommit(LocalCommit { view, value, sequence, history }));
    }

    /// Step 2: the primary gives waiting requests their sequence numbers, as far as the log reaches.
    fn order_pending(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        while self.active && self.primary == self.me && self.executed() < self.low + cx.config.window {
            let Some(request) = self.pending.first().copied() else { return };
            self.pending.remove(0);
            let client = self.clients[request.signer().index()];
            if cx.holds(DEDUP) && request.body().value.number() <= client.number {
                continue;
            }
            let body = Hashed::new(Body { request });
            let history = Hashed::new(Link { before: self.head(), request: body.digest() });
            let order = cx.sign(Order { view: self.view, sequence: self.executed() + 1, history });
            let order = OrderReq { order, body };
            cx.cite(Cite::Assign);
            cx.broadcast(Msg::OrderReq(order.clone()));
            self.speculate(order, cx);
        }
    }

    /// Step 3: the primary's order. It may come by way of another replica: its signature counts.
    #[inline]
    fn on_order(&mut self, from: NodeId, order: &OrderReq, cx: &mut Cx<'_, Zyzzyva>) {
        let (view, sequence) = (order.view(), order.sequence());
        let lingers = !self.active && view == self.last_view() && !cx.holds(STOP_IN_VIEW_CHANGE);
        if view > self.view {
            return self.hint(from, cx);
        }
        if view < self.view && !lingers {
            cx.reject("stale view");
            return self.help(from, cx);
        }
        if order.order.signer() == self.me || !is_order(order, cx.config) {
            return cx.reject("not a valid order of this view's primary");
        }
        let executed = self.executed();
        if sequence <= executed {
            return cx.reject("this sequence number is taken");
        }
        if sequence > self.low + cx.config.window {
            self.behind = true;
            return cx.reject("the log is full");
        }
        if sequence > executed + 1 || !(self.active || lingers) {
            return self.keep_early(order, cx);
        }
        if order.before() != self.head() && cx.holds(HISTORY_CHAIN) {
            return cx.reject("its history is not the one executed here");
        }
        self.speculate(order.clone(), cx);
        self.hear_early(cx);
    }

    /// Step 3: an order that cannot be executed yet. The primary is asked for what comes before it.
    fn keep_early(&mut self, order: &OrderReq, cx: &mut Cx<'_, Zyzzyva>) {
        if self.early.iter().any(|e| e.sequence() == order.sequence()) {
            return cx.reject("known already");
        }
        if self.active && self.early.is_empty() && cx.holds(FILL_HOLES) {
            cx.cite(Cite::AskHole);
            cx.send(self.primary, self.hole());
        }
        self.early.push(order.clone());
    }

    /// Takes up orders that came early.
    fn hear_early(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        if self.early.is_empty() {
            return;
        }
        while let Some(place) = self.early.iter().position(|e| e.sequence() == self.executed() + 1) {
            let order = self.early.swap_remove(place);
            if order.before() == self.head() || !cx.holds(HISTORY_CHAIN) {
                self.speculate(order, cx);
            }
        }
        let executed = self.executed();
        self.early.retain(|e| e.sequence() > executed);
    }

    /// Step 3: executes at once and answers the client, and at every K-th sequence number all others.
    #[inline]
    fn speculate(&mut self, order: OrderReq, cx: &mut Cx<'_, Zyzzyva>) {
        cx.cite(Cite::Execute);
        self.fresh = true;
        self.behind = false;
        if !self.execute(order, cx) {
            return cx.cite(Cite::Repeated);
        }
        let Some(order) = self.log.back() else { return };
        let vouch = self.respond(order, cx);
        if vouch.body().sequence.is_multiple_of(cx.config.checkpoint) {
            self.take_checkpoint(vouch, cx);
        }
    }

    /// Puts an order into the log and carries it out; false if its request was executed before.
    #[inline]
    fn execute(&mut self, order: OrderReq, cx: &Cx<'_, Zyzzyva>) -> bool {
        let sequence = order.sequence();
        let fresh = self.apply(&order, cx);
        self.log.push_back(order);
        if !self.pending.is_empty() {
            let clients = &self.clients;
            self.pending.retain(|p| p.body().value.number() > clients[p.signer().index()].number);
        }
        if sequence.is_multiple_of(cx.config.checkpoint) {
            self.close_segment(sequence, cx.config);
        }
        fresh
    }

    /// What an order does to the state; false if its request was executed before.
    fn apply(&mut self, order: &OrderReq, cx: &Cx<'_, Zyzzyva>) -> bool {
        let (client, number) = (order.body.body().request.signer(), order.value().number());
        let record = &mut self.clients[client.index()];
        let fresh = number > record.number;
        if fresh || !cx.holds(DEDUP) {
            *record = ClientRecord {
                number: record.number.max(number),
                executions: record.executions + 1,
                slot: order.sequence(),
                history: order.history(),
            };
        }
        fresh || !cx.holds(DEDUP)
    }

    /// Step 4c: a backup heard of a request from its client and has seen no order for it.
    fn on_confirm_req(
        &mut self,
        from: NodeId,
        view: u64,
        request: &Signed<Request>,
        cx: &mut Cx<'_, Zyzzyva>,
    ) {
        if view > self.view {
            return self.hint(from, cx);
        }
        if view < self.view {
            return self.help(from, cx);
        }
        if self.primary != self.me || !self.active || !request::is_own(request, cx.config.clients) {
            return cx.reject("only the primary of the view confirms requests");
        }
        let record = self.clients[request.signer().index()];
        if request.body().value.number() > record.number {
            request::keep(&mut self.pending, request);
            return self.order_pending(cx);
        }
        match self.order(record.slot).filter(|o| o.view() == self.view).cloned() {
            Some(order) => {
                cx.cite(Cite::FillHole);
                cx.send(from, Msg::OrderReq(order));
            }
            None => self.send_state(from, record.slot, cx),
        }
    }

    /// Step 4b.1: a client's commit certificate.
    fn on_commit(&mut self, client: NodeId, certificate: &Certificate<History>, cx: &mut Cx<'_, Zyzzyva>) {
        let History { view, sequence, digest } = *certificate.body();
        let Some(record) = self.clients.get(client.index()).filter(|_| client.is_client()) else {
            return cx.reject("only clients send this");
        };
        if !is_signed(certificate, cx.config.certificate, cx.config) {
            return cx.reject("not a commit certificate");
        }
        if (record.slot, record.history) != (sequence, digest) {
            if view == self.view && sequence > self.executed() {
                self.hint(self.primary, cx);
            }
            return cx.reject("not what was executed here");
        }
        if sequence > self.certified {
            let lingers = !self.active && view == self.last_view() && !cx.holds(STOP_IN_VIEW_CHANGE);
            if !(self.active && view == self.view || lingers) {
                return cx.reject("a certificate of another view");
            }
            self.certify(*certificate, cx);
        }
        cx.cite(Cite::LocalCommit);
        self.send_local_commit(client, cx);
    }

    /// Takes over a commit certificate for what is executed here.
    fn certify(&mut self, certificate: Certificate<History>, cx: &mut Cx<'_, Zyzzyva>) {
        self.certified = self.certified.max(certificate.body().sequence);
        self.prefer(certificate, cx);
        self.facts.push(Fact::Certified(*certificate.body()));
        self.announce(cx);
    }

    /// Keeps the better of two certificates: that of the later view, in one view the longer one.
    fn prefer(&mut self, certificate: Certificate<History>, cx: &Cx<'_, Zyzzyva>) {
        let rank = |c: &Certificate<History>| view_change::rank(c.body().view, c.body().sequence, cx);
        if self.certificate.as_ref().is_none_or(|known| rank(known) < rank(&certificate)) {
            self.certificate = Some(certificate);
        }
    }

    /// The view it last took part in: that of its certificate, unless it is active.
    fn last_view(&self) -> u64 {
        if self.active { self.view } else { self.certificate.as_ref().map_or(0, |c| c.body().view) }
    }
}
