//! HotStuff (Yin, Malkhi, Reiter, Gueta & Abraham 2019): replicas execute the same requests in the same order although
//! some of them lie, and a leader talks to each of them instead of everybody to everybody.
//!
//! Fault model: at most f of n ≥ 3f + 1 replicas do anything but forge signatures; the network loses, doubles, delays
//! and reorders. Safety never depends on time; progress needs delays that do not grow for ever.
//!
//! Votes go to a leader, who makes a certificate of n − f of them and shows it. Blocks form a tree; a certificate is for
//! one block in one view. Three variants share everything but their rules:
//! - `basic` (Algorithms 1 and 2): a view decides one block in three phases, each a broadcast and votes. `NewView` tells
//!   the leader the highest prepareQC; `Prepare` proposes; the certificates travel as PRE-COMMIT, COMMIT and DECIDE.
//! - `chained` (Algorithms 3 to 5): each view proposes a block, and its certificate serves as the next phase of the
//!   blocks before it. Two certified blocks in a row lock the first, three of consecutive views commit it.
//! - `two-chain`: the commit rule of HotStuff-2 and Jolteon. One certified block is a lock, two of consecutive views
//!   commit the first. After a failed view the leader waits until it has heard of every lock (HotStuff-2).
//!
//! The paper fills skipped views with blank nodes, so that "direct parent" means consecutive views. Here blocks carry
//! their view, and the commit rule asks for consecutive views by number; a block's parent is always the block that its
//! certificate is for. Height counts blocks, and requests are numbered as they are executed: the i-th one decides slot i.
//!
//! Pacemaker (the paper leaves it open): leaders take turns. A leader has as many views in a row as it takes to commit
//! one block, four in `chained` and three in `two-chain`, times `tenure`; otherwise n = 3f + 1 replicas of which f are
//! silent need never see enough views in a row. `leaders=every-view` gives each view another one. A view that was entered
//! because the one before succeeded is timed at once; one that was entered because time ran out, only when n − f
//! replicas are in it, and its time doubles. Who hears that f + 1 others are further joins them. Time-outs are announced
//! to all: synchronising views is not part of the linear cost that the paper claims. Clocks run only while a request is
//! known that is not executed, so a run in which everybody knows everything falls silent.
//!
//! Clients send to all replicas, accept f + 1 equal replies, and go on asking those that have not replied: so each
//! correct replica learns of what it missed. It then runs out of time and says how far it is, and is sent the blocks that
//! it lacks with a certificate that proves them; or, if nobody keeps them any more, a state that f + 1 replicas agree on.
//!
//! Everything but timers is on disk: the paper has no replica lose its state. Left out: see `META.simplified`.

mod blocks;
mod catch_up;
mod invariants;
mod lies;
mod pacemaker;
mod phases;
mod tables;
#[cfg(test)]
mod tests;
mod view;
mod wire;

pub use blocks::Blocks;
pub use tables::{Cite, Timer};
pub use wire::*;

use crate::clients::all::{Answer, AskedAll, AsksAll};
use crate::clients::request::{self, Pending};
use consensus_kernel::{
    Caveat, Cx, Digest, Duration, Face, Hashed, Input, Invariant, Liar, Member, Meta, Misstep, NodeId,
    NodeSet, Panel, Party, RuleId, Setup, SetupError, Signed, Slot, Time,
};
use serde::Serialize;
use smallvec::SmallVec;
use tables::*;

/// A node: a replica, or a client of the replicas.
pub type HotStuff = Party<Replica>;

/// Which rules commit a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Variant {
    /// Algorithm 2.
    Basic,
    /// Algorithms 3 to 5.
    Chained,
    /// HotStuff-2, Jolteon.
    TwoChain,
}

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of replicas.
    pub n: usize,
    /// Number of clients.
    pub clients: usize,
    /// Which rules commit a block.
    pub variant: Variant,
    /// One more than may be faulty: among so many there is a correct one.
    pub weak: usize,
    /// Votes that make a certificate, and NEW-VIEWs that begin a view.
    pub quorum: usize,
    /// All replicas.
    pub everyone: NodeSet,
    /// Replies that a client accepts.
    pub replies: usize,
    /// Certified blocks of consecutive views that commit the first of them.
    pub chain: usize,
    /// How many views in a row a leader has.
    pub tenure: u64,
    /// How long a view lasts while none has failed.
    pub timeout: Duration,
    /// How long a client waits before it asks again.
    pub retry: Duration,
    /// At most so many requests share a block.
    pub batch: usize,
    /// So many blocks are kept.
    pub history: usize,
    /// Whether a view is announced before there is a request for it.
    pub eager: bool,
}

impl Config {
    /// The leader of a view; views count from 1.
    #[inline]
    pub fn leader(&self, view: u64) -> NodeId {
        NodeId::replica((view.saturating_sub(1) / self.tenure % self.n as u64) as usize)
    }

    /// The first view after this one that has another leader.
    pub fn next_turn(&self, view: u64) -> u64 {
        (view.saturating_sub(1) / self.tenure).saturating_add(1).saturating_mul(self.tenure).saturating_add(1)
    }

    /// Who collects the votes of a ballot: its view's leader, and in the chained variants the next view's.
    #[inline]
    pub fn collector(&self, ballot: &Ballot) -> NodeId {
        self.leader(ballot.view.saturating_add(u64::from(ballot.phase == Phase::Generic)))
    }

    /// What votes on proposals are for.
    #[inline]
    pub fn first_phase(&self) -> Phase {
        if self.variant == Variant::Basic { Phase::Prepare } else { Phase::Generic }
    }

    /// A snapshot of the state follows each so many blocks.
    fn period(&self) -> u64 {
        (self.history as u64 / 2).max(1)
    }
}

/// Something that just happened, for the invariants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fact {
    /// A certificate was made or seen.
    Certified(Ballot),
    /// A view was entered, the `nth`.
    Entered { nth: u64, view: u64 },
    /// The lock rose for the `nth` time, to this view.
    Locked { nth: u64, view: u64 },
    /// The rules commit a block, whether or not it can be executed: itself, or as an ancestor of the one of view `head`.
    Committed { height: u64, head: u64, block: Digest },
}

/// The last block executed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
struct Tip {
    block: Digest,
    height: u64,
    view: u64,
}

/// One replica's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Replica {
    me: NodeId,
    /// curView.
    view: u64,
    /// How many views it has entered.
    views_entered: u64,
    /// Whether the view's time runs: the one before succeeded, or a quorum is in it.
    begun: bool,
    /// By replica: the latest view that it has announced.
    announced: Vec<u64>,
    /// How many have announced this view or a later one.
    here: usize,
    /// By replica: the view in which it was answered last, and when.
    answered: Vec<(u64, Time)>,
    /// The last view that it announced itself.
    own_announced: u64,
    /// Views in a row that ran out of time, with nothing executed between them.
    failed: u32,
    /// prepareQC, or genericQC of the chained variants: the highest certificate for a block; none is the genesis block's.
    high: Option<Qc>,
    /// Who showed it.
    high_from: NodeId,
    /// lockedQC.
    lock: Option<Qc>,
    /// How often the lock rose.
    locks: u64,
    /// The last vote: its view and phase.
    voted: (u64, Phase),
    /// As a leader: the last view that it proposed in.
    proposed: u64,
    /// As a leader: the last view in which it began to wait for all locks.
    gathering: u64,
    /// As a leader: the last view in which it has waited for all locks.
    waited: u64,
    /// As a leader: votes of this view, or the one before it.
    tallies: SmallVec<[Qc; 2]>,
    /// Of each leader at most one proposal that cannot be judged yet.
    held: SmallVec<[Hashed<Block>; 1]>,
    blocks: Blocks,
    /// Blocks asked for in this view.
    wanted: SmallVec<[Digest; 2]>,
    tip: Tip,
    /// How many requests were executed.
    executed: Slot,
    /// What proved the last commit.
    proof: Option<Qc>,
    /// What proves a commit that waits for blocks.
    owed: Option<Qc>,
    /// The state, by client.
    clients: Vec<ClientRecord>,
    /// Requests that are not executed, oldest first, one a client.
    pending: Pending,
    /// The state at the last multiple of the period.
    snapshot: Option<Shared<Snapshot>>,
    /// By replica: the latest state that it sent.
    offers: Vec<Option<Shared<Snapshot>>>,
    timer: bool,
    /// Whether the timer starts anew after this step.
    #[serde(skip)]
    fresh: bool,
    #[serde(skip)]
    facts: Vec<Fact>,
    /// The block last committed on another branch than what was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<Digest>,
    /// Where the blocks to be executed are noted down.
    #[serde(skip)]
    path: Vec<Digest>,
}

impl Member for Replica {
    type Client = AsksAll;
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        let (p, holds) = (&setup.params, |switch| setup.rules.holds(switch));
        let variant = [Variant::Basic, Variant::Chained, Variant::TwoChain][p.choice(param::VARIANT)];
        let (chain, views) = match variant {
            Variant::Basic => (0, 1),
            Variant::Chained => (3, 4),
            Variant::TwoChain => (2, 3),
        };
        let quorum = QUORUM_RULES[p.choice(param::QUORUM)].size(setup.n, setup.f);
        Ok(Config {
            n: setup.n,
            clients: setup.clients,
            variant,
            weak: setup.f + 1,
            quorum: quorum - usize::from(!holds(QUORUM) && quorum > 1),
            everyone: NodeSet::first(setup.n),
            replies: if holds(CLIENT_QUORUM) { setup.f + 1 } else { 1 },
            chain: chain - usize::from(!holds(LAST_PHASE) && chain > 1),
            tenure: if p.choice(param::LEADERS) == 1 { 1 } else { views * p.int(param::TENURE).max(1) },
            timeout: p.span(param::TIMEOUT),
            retry: p.span(param::RETRY),
            batch: p.int(param::BATCH).max(1) as usize,
            history: p.int(param::HISTORY).max(2) as usize,
            eager: p.choice(param::NEW_VIEW) == 0,
        })
    }

    fn new(config: &Config, me: NodeId) -> Self {
        Self {
            me,
            view: 1,
            views_entered: 0,
            begun: true,
            announced: vec![0; config.n],
            here: 0,
            answered: vec![(0, Time::ZERO); config.n],
            own_announced: 0,
            failed: 0,
            high: None,
            high_from: me,
            lock: None,
            locks: 0,
            voted: (0, Phase::Prepare),
            proposed: 0,
            gathering: 0,
            waited: 0,
            tallies: SmallVec::new(),
            held: SmallVec::new(),
            blocks: Blocks::default(),
            wanted: SmallVec::new(),
            tip: Tip { block: GENESIS, height: 0, view: 0 },
            executed: 0,
            proof: None,
            owed: None,
            clients: vec![ClientRecord::default(); config.clients],
            pending: Vec::new(),
            snapshot: None,
            offers: vec![None; config.n],
            timer: false,
            fresh: false,
            facts: Vec::new(),
            elsewhere: None,
            path: Vec::new(),
        }
    }

    #[inline]
    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, HotStuff>) {
        self.facts.clear();
        match input {
            Input::Start => {}
            Input::Restart => self.announce_to_all(Word::Asks, cx),
            Input::Propose(_) => cx.reject("requests come from clients, not from replicas"),
            Input::Command { .. } => cx.reject("replicas take no commands of a visitor"),
            Input::Fire(Timer::View) => self.on_view_timeout(cx),
            Input::Fire(Timer::Gather) => self.waited = self.gathering,
            Input::Fire(Timer::Retry) => cx.reject("replicas have no retry timer"),
            Input::Deliver { from, msg } => self.receive(from, msg, cx),
        }
        self.go_on(cx);
        self.settle(cx);
    }

    fn restart(&self, _config: &Config) -> Self {
        Self { timer: false, ..self.clone() }
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(_config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        vec![Panel::Blocks(view::block_panel(replicas))]
    }

    fn caveat(config: &Config) -> Option<Caveat> {
        // The blocks of a chain and the certificate of the last take a view each, and one more may be lost while those catch up
        // whom a faulty leader did not let see his view succeed. f faulty leaders cut a round of turns into f stretches: if
        // more than (views - 1) f are correct, one of those is long enough.
        let faulty = config.weak - 1;
        let views = if config.variant == Variant::Chained { 5 } else { 4 };
        let torn = config.variant != Variant::Basic && config.tenure == 1 && faulty > 0;
        (torn && config.n - faulty <= (views - 1) * faulty).then_some(Caveat::Progress(
            "with another leader each view, faulty ones may see to it that too few correct ones follow each other",
        ))
    }

    fn invariants() -> &'static [Invariant<HotStuff>] {
        invariants::ALL
    }

    fn quorum(config: &Config) -> Option<usize> {
        Some(config.quorum)
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::Begins as RuleId]
    }

    fn lie(strategy: usize) -> Option<Liar<HotStuff>> {
        lies::liar(strategy)
    }

    fn misstep(strategy: usize) -> Option<Misstep<HotStuff>> {
        lies::misstep(strategy)
    }
}

impl AskedAll for Replica {
    const RETRY: Timer = Timer::Retry;
    const CITES: [RuleId; 3] =
        [Cite::ClientAsks as RuleId, Cite::ClientRepeats as RuleId, Cite::ClientAccepts as RuleId];

    fn request(request: Signed<Request>) -> Msg {
        Msg::Request(request)
    }
    fn answer(msg: &Msg) -> Option<Answer> {
        match msg {
            Msg::Reply(reply) => Some(Answer { asked: reply.value, slot: reply.slot, view: reply.view }),
            _ => None,
        }
    }
    fn everyone(config: &Config) -> &NodeSet {
        &config.everyone
    }
    fn weight(_config: &Config, _member: NodeId) -> u64 {
        1
    }
    fn total_and_enough(config: &Config) -> (u64, u64) {
        (config.n as u64, config.replies as u64)
    }
    fn patience(config: &Config) -> Duration {
        config.retry
    }
}

impl Replica {
    #[inline]
    fn receive(&mut self, from: NodeId, msg: &Msg, cx: &mut Cx<'_, HotStuff>) {
        let basic = cx.config.variant == Variant::Basic;
        match msg {
            Msg::Request(request) => self.on_request(from, request, cx),
            _ if !is_replica(from, cx.config) => cx.reject("only replicas send this"),
            Msg::Reply(_) => cx.reject("replies are for clients"),
            Msg::NewView(new) => self.on_new_view(from, new, cx),
            Msg::Prepare(block) if basic => self.on_proposal(from, block, cx),
            Msg::Generic(block) if !basic => self.on_proposal(from, block, cx),
            Msg::Vote(vote) if basic != (vote.body().phase == Phase::Generic) => self.on_vote(from, vote, cx),
            Msg::Certificate(qc) if basic => self.on_certificate(from, qc, cx),
            Msg::Fetch(fetch) => self.on_fetch(from, fetch, cx),
            Msg::Branch(branch) => self.on_branch(from, branch, cx),
            Msg::State(state) => self.on_state(from, state, cx),
            _ => cx.reject("a message of another variant"),
        }
    }

    /// What is possible after each input: a proposal that waited is judged, the view announced, a block proposed.
    #[inline]
    fn go_on(&mut self, cx: &mut Cx<'_, HotStuff>) {
        loop {
            self.announce(cx);
            if let Some(place) = self.judgeable() {
                let block = self.held.swap_remove(place);
                self.on_proposal(cx.config.leader(block.body().view), &block, cx);
            } else if !self.propose(cx) {
                return;
            }
        }
    }

    /// The earliest proposal held whose view has come and whose parent is here.
    #[inline]
    fn judgeable(&self) -> Option<usize> {
        let ready = |(_, b): &(usize, &Hashed<Block>)| {
            b.body().view <= self.view && self.blocks.height(b.body().parent).is_some()
        };
        let held = self.held.iter().enumerate().filter(ready);
        held.min_by_key(|(_, block)| block.body().view).map(|(place, _)| place)
    }

    /// A request, from its client.
    fn on_request(&mut self, from: NodeId, request: &Signed<Request>, cx: &mut Cx<'_, HotStuff>) {
        if from != request.signer() || !request::is_own(request, cx.config.clients) {
            return cx.reject("not the client's own request");
        }
        let (record, value) = (self.clients[from.index()], request.body().value);
        if cx.holds(DEDUP) && value.number() <= record.number {
            if value.number() < record.number {
                return cx.reject("a later request of this client was executed");
            }
            cx.cite(Cite::ReplyAgain);
            return cx.send(from, Msg::Reply(Reply { view: self.view, value, slot: record.slot }));
        }
        request::keep(&mut self.pending, request);
    }

    /// Keeps a block, and what it carries in mind until it is executed.
    fn insert(&mut self, block: &Hashed<Block>, cx: &Cx<'_, HotStuff>) {
        let floor = self.snapshot.as_ref().map_or(0, |s| s.block.body().height);
        self.blocks.insert(block, cx.config.history, floor);
        if block.body().height <= self.tip.height {
            return;
        }
        for request in &block.body().requests {
            if request.body().value.number() > self.clients[request.signer().index()].number {
                request::keep(&mut self.pending, request);
            }
        }
    }

    /// The branch up to `block` is committed: executes what is not executed yet.
    fn commit(&mut self, block: Digest, proof: &Qc, from: NodeId, cx: &mut Cx<'_, HotStuff>) {
        if block == self.tip.block || block == GENESIS {
            return;
        }
        self.path.clear();
        let mut at = block;
        for here in self.blocks.branch(block).take_while(|here| here.height > self.tip.height) {
            if self.elsewhere == Some(at) {
                return self.contradict(block, cx);
            }
            self.path.push(at);
            at = here.parent;
        }
        if at != self.tip.block {
            let below = self.path.is_empty();
            let Some(height) = self.blocks.height(at) else {
                // Of a view that is executed nothing is missing.
                if !below || proof.ballot().view > self.tip.view {
                    self.owed = Some(*proof);
                    self.want(at, from, cx);
                }
                return;
            };
            // An ancestor of what is executed, as far as that is still kept, or another branch.
            let other = |above: &Block| above.height == height + 1 && above.parent != at;
            if below && height < self.tip.height && !self.blocks.branch(self.tip.block).any(other) {
                return;
            }
            return self.contradict(block, cx);
        }
        (self.proof, self.owed) = (Some(*proof), None);
        let head = self.blocks.find(block).map_or(0, |head| head.view);
        while let Some(next) = self.path.pop() {
            self.execute(next, head, cx);
        }
    }

    /// The rules commit a block that conflicts with what was executed. That cannot be unless a rule is off or too many
    /// lie; nothing is undone, and the invariants see it.
    #[cold]
    fn contradict(&mut self, block: Digest, cx: &mut Cx<'_, HotStuff>) {
        cx.cite(Cite::Commit);
        cx.reject("conflicts with what was executed");
        let Self { blocks, facts, tip, elsewhere, .. } = self;
        let head = blocks.find(block).map_or(0, |head| head.view);
        let (mut own, mut other) = (blocks.branch(tip.block), blocks.branch(block));
        let mut executed = own.next_hashed();
        // Down to where the branches part, or to what was said before: a branch grows, and is not told of from its root again.
        while let Some(here) = other.next_hashed() {
            let (height, block) = (here.body().height, here.digest());
            while executed.is_some_and(|own| own.body().height > height) {
                executed = own.next_hashed();
            }
            if *elsewhere == Some(block) || executed.is_some_and(|own| own.digest() == block) {
                break;
            }
            facts.push(Fact::Committed { height, head, block });
        }
        *elsewhere = Some(block);
    }

    /// Executes the next block of the branch up to the one of view `head`, and replies to its clients.
    fn execute(&mut self, digest: Digest, head: u64, cx: &mut Cx<'_, HotStuff>) {
        let Some(block) = self.blocks.find(digest) else { return };
        let (height, view, count) = (block.height, block.view, block.requests.len());
        self.tip = Tip { block: digest, height, view };
        self.failed = 0;
        cx.cite(Cite::Commit);
        self.facts.push(Fact::Committed { height, head, block: digest });
        for i in 0..count {
            let Some(request) = self.blocks.find(digest).and_then(|b| b.requests.get(i).copied()) else {
                break;
            };
            self.execute_request(&request, cx);
        }
        if height.is_multiple_of(cx.config.period()) {
            self.keep_snapshot();
        }
    }

    /// Executes a request unless it was executed before, and replies.
    #[inline]
    fn execute_request(&mut self, request: &Signed<Request>, cx: &mut Cx<'_, HotStuff>) {
        let (client, value) = (request.signer(), request.body().value);
        let record = &mut self.clients[client.index()];
        if cx.holds(DEDUP) && value.number() <= record.number {
            return cx.cite(Cite::Repeated);
        }
        self.executed += 1;
        *record = ClientRecord {
            number: record.number.max(value.number()),
            executions: record.executions + 1,
            slot: self.executed,
        };
        request::forget(&mut self.pending, client, value.number());
        cx.cite(Cite::Execute);
        cx.decide(self.executed, value);
        cx.send(client, Msg::Reply(Reply { view: self.view, value, slot: self.executed }));
    }
}
