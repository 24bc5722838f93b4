//! Nakamoto consensus (Nakamoto 2008): whoever likes takes part, and hash power votes. A payment is final with a probability
//! that grows with each block on top of it.
//!
//! Fault model: those who do anything but honest work have less than half of the hash power (`w=` gives shares), and
//! honest nodes hear of each other's blocks soon, compared with the time between two of them. No signature and no vote
//! is counted: agreement is a matter of chance, never certain, and the further below one half the better.
//!
//! Messages spread over a graph (`graph`, `degree`): a node passes on to its neighbours what is new to it.
//! - `Request`: a client pays, and tells one node. `Payment`: the nodes tell each other.
//! - `Block`: whoever finds a proof of work sends the whole block at once, and so does whoever receives it, but where
//!   each is joined with each. (Bitcoin announces a hash first and sends what is asked for, to save bytes.)
//! - `Get`: a node that receives a block without knowing its parent keeps it aside and asks the sender for the parent.
//! - `Locate`: if the block is far above its own, it says where its chain ends instead. `Blocks`: what follows there, some
//!   dozens at a time, until it is where the others are. (Bitcoin's `getblocks` and `getheaders`.)
//! - `Tip`: a node in which nothing has changed for two intervals tells neighbours that may lack its last block, until they
//!   answer; so lost messages cost time only.
//! - `Reply`: each node tells the client when its payment is `confirmations` deep (§11 calls that z; the block that holds it
//!   counts as the first). The client believes what more than half of the hash power says.
//!
//! A block is a header and at most one payment. The header's SHA-256, read as a number, must not exceed the target that the
//! blocks before it prescribe: each `retarget` blocks it is multiplied by the time that they took over the time that they
//! should have taken, by 4 and by 1/4 at most. A node builds on the chain with most work in it, the sum of
//! 2²⁵⁶ / (target + 1); among equals on the one it saw first. When another becomes better it takes its payments back as far as
//! the two have in common, and carries out those of the other. Height h is decided once it is z deep. Deciding is all that
//! a node can do: a branch that becomes better later replaces it, and that is the violation of agreement and
//! integrity which z is to make unlikely.
//!
//! Nor is it promised that a miner's share of the final blocks is its share of the hash power (chain quality; Garay, Kiayias &
//! Leonardos, EUROCRYPT 2015, §3.2): whoever has α of the power and mines selfishly can have up to α / (1 − α) of the blocks.
//! The page shows both shares of every run.
//!
//! Mining is real (`mining=real`): nonces are tried one after another, so many in a time as the node's share of the hash
//! power allows, and found nonces are remembered, so that going back in time does not grind again. For statistics
//! `mining=drawn` draws the time to the next block from the exponential distribution that this amounts to.
//!
//! Miners rest while every payment that they know is deep enough (`mine=needed`), so that a run can end; Bitcoin's do not.
//! Left out: see `META.simplified`.

mod client;
mod graph;
mod invariants;
mod lies;
mod mining;
mod tables;
#[cfg(test)]
mod tests;
mod tree;
mod u256;
mod view;
mod wire;

pub use client::Client;
pub use graph::Graph;
pub use lies::Plot;
pub use mining::Work;
pub use tables::{Cite, META};
pub use tree::{Entry, Spent, Tree};
pub use u256::U256;
pub use wire::{Block, Header, Msg, Payment, Proof, payload};

use crate::shared::Shared;
use consensus_kernel::{
    Cx, Digest, Duration, Face, Input, Invariant, Member, Meta, Misstep, NodeId, NodeSet, Pace, Panel, Party,
    RuleId, Setup, SetupError, Slot, To, Value, WeightRule, WideSet,
};
use serde::Serialize;
use tables::*;

/// Most payments that wait at a node, and most blocks that wait for their parents.
const WAITING_MAX: usize = 256;
/// A block's time may be ahead of the receiver's clock by this: two hours, as in Bitcoin.
const FUTURE: u64 = 2 * 3_600 * 1_000_000;
/// The target is never higher than 2 to this times the first one.
const EASIEST: u32 = 4;
/// Asking neighbours again takes at most 2 to this times as long as the first time.
const DOUBLINGS_MAX: u32 = 3;
/// So often a neighbour is asked for a parent, each time another one, before its children are given up.
const ASKED_MAX: u32 = 24;
/// A block so much higher than a node's own is not asked for one by one.
const FAR: Slot = 32;
/// So many blocks are sent at a time to who is far behind.
const PIECE: usize = 64;
/// Heights that are kept beyond what the rules look back.
const KEPT: usize = 192;

/// A node: a miner, or a client of the network.
pub type Nakamoto = Party<Miner>;

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of miners.
    pub n: usize,
    /// Number of clients.
    pub clients: usize,
    /// z: so many blocks make what the first of them holds final.
    pub confirmations: u64,
    /// Time between two blocks, on average.
    pub interval: Duration,
    /// Whether hashes are tried; otherwise times are drawn.
    pub real: bool,
    /// Whether miners go on when every payment is deep enough.
    pub always: bool,
    /// Hash power of each miner, and of all.
    pub shares: Vec<u64>,
    /// The sum of the shares.
    pub total: u64,
    /// Hashes that a block takes at first, on average, as a power of two.
    pub bits: u32,
    /// The first target.
    pub target: U256,
    /// The easiest target.
    pub limit: U256,
    /// The target changes each so many blocks.
    pub retarget: u64,
    /// Whether each is joined with each, so that nothing need be passed on.
    pub complete: bool,
    /// Neighbours of each.
    pub peers: Vec<WideSet>,
    /// What the first block is made of, so that each seed has its own hashes.
    pub seed: u64,
    /// The least hash power whose word a client takes.
    pub enough: u64,
    /// How long a client waits before it tells all nodes.
    pub retry: Duration,
    /// A double spender gives up when it is so many blocks behind.
    pub patience: u64,
    /// Share of the others, in per cent, that a selfish pool in the middle of a hub reaches before its rival.
    pub gamma: u64,
}

impl Config {
    fn keep(&self) -> usize {
        (self.confirmations + self.retarget) as usize + KEPT
    }
}

/// A block whose parent a node lacks, and who sent it: whoever it is does not need it again.
#[derive(Clone, Debug, Serialize)]
struct Orphan {
    from: NodeId,
    block: Shared<Block>,
}

/// One miner's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Miner {
    me: NodeId,
    /// The blocks that it knows, and its chain.
    tree: Tree,
    /// What is spent on its chain, carried out block by block.
    spent: Spent,
    /// Payments that are on no block of its chain.
    pool: Vec<Payment>,
    /// Blocks whose parents it lacks.
    orphans: Vec<Orphan>,
    /// Heights up to this are decided.
    decided: Slot,
    /// Of each client the latest coins that are decided, the height of each, and whether it went elsewhere: a reply may be
    /// lost, and its client ask when the block is long forgotten.
    settled: Vec<(Value, Slot, bool)>,
    /// Blocks of the chain that are decided, by miner.
    credits: Vec<u64>,
    /// Blocks that it found.
    found: u64,
    /// How often it left blocks for a better branch, how many at most, and how many that were decided.
    reorganised: u64,
    deepest: u64,
    undone: u64,
    /// What it looks for.
    work: Option<Work>,
    /// Neighbours that are known to have its last block, or as good a one.
    told: WideSet,
    /// How often it has asked those that are not.
    attempts: u32,
    /// What a liar keeps from the others. An honest node has no secrets.
    plot: Plot,
    /// What was decided in this step, for the invariants: heights and blocks.
    #[serde(skip)]
    news: Vec<(Slot, Digest)>,
}

impl Member for Miner {
    type Client = Client;
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        let p = &setup.params;
        let total: u64 = setup.weights.iter().sum();
        if total == 0 {
            return Err(SetupError { key: "w", why: "somebody must have hash power".to_owned() });
        }
        let bits = p.int(param::DIFFICULTY) as u32;
        let graph = [Graph::Random, Graph::Complete, Graph::Hub][p.choice(param::GRAPH)];
        let peers = graph::peers(graph, setup.n, p.int(param::DEGREE) as usize, setup.seed);
        Ok(Config {
            n: setup.n,
            clients: setup.clients,
            confirmations: p.int(param::CONFIRMATIONS),
            interval: p.span(param::INTERVAL),
            real: p.choice(param::MINING) == 0,
            always: p.choice(param::MINE) == 1,
            shares: setup.weights.clone(),
            total,
            bits,
            target: U256::ones(256 - bits),
            limit: U256::ones(256 - bits + EASIEST),
            retarget: p.int(param::RETARGET),
            complete: peers.iter().all(|some| some.len() + 1 == setup.n),
            peers,
            seed: setup.seed,
            enough: WeightRule::MoreThanHalf.least(total),
            retry: p.span(param::RETRY),
            patience: p.int(param::PATIENCE),
            gamma: p.int(param::GAMMA),
        })
    }

    fn new(config: &Config, me: NodeId) -> Self {
        let tree = Tree::new(Block::genesis(config.target, config.seed), config.clients, config.keep());
        Self {
            me,
            spent: tree.tip().spent.clone(),
            tree,
            pool: Vec::new(),
            orphans: Vec::new(),
            decided: 0,
            settled: Vec::new(),
            credits: vec![0; config.n],
            found: 0,
            reorganised: 0,
            deepest: 0,
            undone: 0,
            work: None,
            told: WideSet::EMPTY,
            attempts: 0,
            plot: Plot::default(),
            news: Vec::new(),
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Nakamoto>) {
        let is_talk = matches!(
            input,
            Input::Deliver { msg: Msg::Get(_) | Msg::Locate(_) | Msg::Tip { .. }, .. }
                | Input::Fire(Timer::Tell)
        );
        self.react(input, cx);
        if !is_talk {
            self.aim(cx);
        }
    }

    /// The chain is on disk; payments that wait, and blocks without parents, are not.
    fn restart(&self, _config: &Config) -> Self {
        Self { pool: Vec::new(), orphans: Vec::new(), told: WideSet::EMPTY, work: None, ..self.clone() }
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(config: &Config, miners: &[&Self]) -> Vec<Panel> {
        let payments = view::payments(miners).map(Panel::Matrix);
        let quality = view::quality(config, miners).map(Panel::Bars);
        [Panel::Blocks(view::blocks(config, miners))].into_iter().chain(quality).chain(payments).collect()
    }

    fn pace(config: &Config) -> Option<Pace> {
        let (interval, hops) = (config.interval, graph::hops(&config.peers));
        let memory = interval.times(tree::BURIED_MAX);
        Some(Pace::Race { interval, hops, tolerance: Duration::micros(FUTURE), memory })
    }

    fn edges(config: &Config) -> Option<Vec<(NodeId, NodeId)>> {
        let of = |(i, peers): (usize, &WideSet)| {
            peers.iter().map(move |peer| (NodeId::replica(i), peer)).filter(|(id, peer)| id < peer).collect()
        };
        (!config.complete).then(|| config.peers.iter().enumerate().flat_map::<Vec<_>, _>(of).collect())
    }

    fn invariants() -> &'static [Invariant<Nakamoto>] {
        invariants::ALL
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::Reorganise as RuleId]
    }

    fn misstep(strategy: usize) -> Option<Misstep<Nakamoto>> {
        lies::misstep(strategy)
    }
}

impl Miner {
    /// Blocks of the chain that are decided, by miner.
    pub fn credits(&self) -> &[u64] {
        &self.credits
    }

    /// Blocks that it found.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// How many decided blocks it had to take back.
    pub fn undone(&self) -> u64 {
        self.undone
    }

    /// The blocks that it knows, and its chain.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What a liar keeps from the others.
    pub fn plot(&self) -> &Plot {
        &self.plot
    }

    /// All that an input brings about but for what is mined next.
    fn react(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Nakamoto>) {
        self.news.clear();
        match input {
            Input::Start => {}
            Input::Restart => {
                self.attempts = 0;
                self.tell(cx);
            }
            Input::Deliver { from, msg: Msg::Request(payment) } => self.on_request(from, *payment, cx),
            Input::Deliver { from, .. } if from.is_client() => cx.reject("clients only pay"),
            Input::Deliver { from, .. } if !self.peers(cx).contains(from) => cx.reject("no neighbour"),
            Input::Deliver { from, msg: Msg::Payment(payment) } => {
                if self.take_payment(*payment, cx) {
                    self.pass_on(from, Msg::Payment(*payment), cx);
                }
            }
            Input::Deliver { from, msg: Msg::Block(block) } => self.on_block(from, block, cx),
            Input::Deliver { from, msg: Msg::Get(hash) } => match self.tree.find(*hash) {
                Some(entry) if entry.height > 0 => {
                    cx.cite(Cite::Help);
                    cx.send(from, Msg::Block(entry.block.clone()));
                }
                _ => cx.reject("it lacks that block, too"),
            },
            Input::Deliver { from, msg: Msg::Tip { block, height, ask } } => {
                self.on_tip(from, *block, *height, *ask, cx);
            }
            Input::Deliver { from, msg: Msg::Locate(places) } => self.on_locate(from, places, cx),
            Input::Deliver { from, msg: Msg::Blocks(blocks) } => self.on_blocks(from, blocks, cx),
            Input::Deliver { msg: Msg::Reply { .. }, .. } => cx.reject("only clients take replies"),
            Input::Fire(Timer::Mine) => {
                if let Some(block) = self.dig(cx) {
                    self.publish(block, cx);
                }
            }
            Input::Fire(Timer::Tell) => self.tell(cx),
            Input::Fire(Timer::Retry) => cx.reject("miners have no such timer"),
            Input::Command { .. } => {
                if let Some(block) = self.dig_at_once(cx) {
                    self.publish(block, cx);
                }
            }
            Input::Propose(_) => cx.reject("clients pay, not miners"),
        }
    }

    fn peers<'c>(&self, cx: &Cx<'c, Nakamoto>) -> &'c WideSet {
        &cx.config.peers[self.me.index()]
    }

    /// §5, step 1: a client's payment goes to all nodes.
    fn on_request(&mut self, from: NodeId, payment: Payment, cx: &mut Cx<'_, Nakamoto>) {
        let Some((client, number)) = payment.spender().filter(|_| payment.coin.client() == Some(from)) else {
            return cx.reject("another client's coin");
        };
        if client >= cx.config.clients || payment.back {
            return cx.reject("a client asks for its payments only");
        }
        if let Some((coin, height, lost)) = self.settled.iter().find(|settled| settled.0 == payment.coin) {
            return self.reply(*coin, *height, *lost, cx);
        }
        self.take_payment(payment, cx);
        if number > self.spent[client] {
            // Again, if the client asks again: it may have been lost on the way.
            self.pass_on(from, Msg::Payment(payment), cx);
        }
    }

    /// The block of its chain that spends this coin, if that is not too long ago.
    fn spent_in(&self, coin: Value) -> Option<&Entry> {
        let spends = |entry: &Entry| entry.block.payment().is_some_and(|payment| payment.coin == coin);
        self.tree.iter().rev().find(|entry| spends(entry) && self.tree.holds(entry))
    }

    fn reply(&self, coin: Value, height: Slot, lost: bool, cx: &mut Cx<'_, Nakamoto>) {
        if let Some(client) = coin.client() {
            cx.cite(Cite::Confirm);
            cx.send(client, Msg::Reply { coin, height, lost });
        }
    }

    /// Keeps a payment for a block to come; says whether it is new. Of two that spend one coin the first stays.
    fn take_payment(&mut self, payment: Payment, cx: &mut Cx<'_, Nakamoto>) -> bool {
        let Some((client, number)) = payment.spender().filter(|(client, _)| *client < cx.config.clients)
        else {
            cx.reject("nobody's coin");
            return false;
        };
        if number <= self.spent[client] {
            cx.reject("spent on its chain");
            return false;
        }
        if self.pool.iter().any(|other| other.coin == payment.coin) || self.pool.len() >= WAITING_MAX {
            cx.reject("it waits already");
            return false;
        }
        cx.cite(Cite::Relay);
        self.pool.push(payment);
        true
    }

    /// To all neighbours but the one it comes from.
    fn pass_on(&self, from: NodeId, msg: Msg, cx: &mut Cx<'_, Nakamoto>) {
        if !cx.config.complete || from.is_client() {
            let mut to = *self.peers(cx);
            to.remove(from);
            send_all(to, &msg, cx);
        }
    }

    /// §5, steps 4 and 5: a block that it found goes to all.
    fn publish(&mut self, block: Shared<Block>, cx: &mut Cx<'_, Nakamoto>) {
        let hash = block.hash();
        cx.cite(Cite::Found);
        if self.add(block, cx) {
            self.told = WideSet::EMPTY;
            self.consider(hash, cx);
        }
        self.spread(hash, cx);
    }

    /// Sends a block of its own to all neighbours.
    fn spread(&mut self, hash: Digest, cx: &mut Cx<'_, Nakamoto>) {
        if let Some(entry) = self.tree.find(hash) {
            send_all(*self.peers(cx), &Msg::Block(entry.block.clone()), cx);
        }
    }

    fn on_block(&mut self, from: NodeId, block: &Shared<Block>, cx: &mut Cx<'_, Nakamoto>) {
        let hash = block.hash();
        if self.tree.find(hash).is_some() || self.orphans.iter().any(|other| other.block.hash() == hash) {
            if self.tree.tip().block.hash() == hash {
                self.told.insert(from);
            }
            return cx.reject("it has this block");
        }
        if !mining::proves(block, cx) {
            return cx.reject("the hash is above the target");
        }
        if self.tree.find(block.header().parent).is_none() && cx.holds(PARENT_FIRST) {
            if Slot::from(block.header().height) <= self.tree.lowest() {
                return cx.reject("it parts from the chain below what is kept");
            }
            cx.cite(Cite::Orphan);
            self.keep_aside(Orphan { from, block: block.clone() });
            return self.ask(from, block.header().parent, block.header().height.into(), cx);
        }
        if !self.take_in(from, block.clone(), cx) {
            // Whatever waits for it waits in vain.
            self.forget_children(hash);
        }
        // Those that waited for it, and those that waited for them.
        while let Some(next) =
            self.orphans.iter().position(|orphan| self.tree.find(orphan.block.header().parent).is_some())
        {
            let Orphan { from, block } = self.orphans.remove(next);
            if !self.take_in(from, block.clone(), cx) {
                self.forget_children(block.hash());
            }
        }
    }

    /// Asks somebody for what it lacks of the way to this block, which is at most so high.
    fn ask(&self, from: NodeId, block: Digest, height: Slot, cx: &mut Cx<'_, Nakamoto>) {
        if height <= self.tree.tip().height + FAR {
            cx.send(from, Msg::Get(self.missing(block)));
        } else if self.attempts < ASKED_MAX {
            cx.cite(Cite::Locate);
            cx.send(from, Msg::Locate(self.tree.ends()));
        }
    }

    /// Sends what follows on its own chain where the two part.
    fn on_locate(&self, from: NodeId, places: &[(Slot, Digest)], cx: &mut Cx<'_, Nakamoto>) {
        let holds =
            |place: &&(Slot, Digest)| self.tree.onward(place.0).next().is_some_and(|b| b.hash() == place.1);
        let Some(((height, _), (top, _))) = places.iter().find(holds).zip(places.first()) else {
            return cx.reject("their chains have nothing in common that is kept");
        };
        cx.cite(Cite::Help);
        // What the other has to leave, and more.
        let count = PIECE + top.saturating_sub(*height).min(cx.config.keep() as u64) as usize;
        cx.send(from, Msg::Blocks(self.tree.onward(height + 1).take(count).cloned().collect()));
    }

    /// Takes in what follows where its chain ends, and asks for more as long as that brings it further.
    fn on_blocks(&mut self, from: NodeId, blocks: &[Shared<Block>], cx: &mut Cx<'_, Nakamoto>) {
        let before = self.tree.tip().height;
        for block in blocks {
            self.on_block(from, block, cx);
        }
        if blocks.len() >= PIECE && self.tree.tip().height > before {
            self.ask(from, Digest::ZERO, Slot::MAX, cx);
        }
    }

    /// Keeps a block until its parent comes. If there is no room, the oldest one goes of whoever has sent most, so that a liar
    /// crowds out its own only.
    fn keep_aside(&mut self, orphan: Orphan) {
        if self.orphans.len() >= WAITING_MAX {
            let of = |who: NodeId| self.orphans.iter().filter(|other| other.from == who).count();
            let most = self.orphans.iter().map(|other| of(other.from)).max();
            let place = self.orphans.iter().position(|other| Some(of(other.from)) == most);
            self.orphans.remove(place.unwrap_or(0));
        }
        self.orphans.push(orphan);
    }

    /// Gives up the blocks that wait for this one, and those that wait for them.
    fn forget_children(&mut self, hash: Digest) {
        let mut lost = vec![hash];
        while let Some(parent) = lost.pop() {
            self.orphans.retain(|orphan| {
                let is_child = orphan.block.header().parent == parent;
                if is_child {
                    lost.push(orphan.block.hash());
                }
                !is_child
            });
        }
    }

    /// The first block on the way back from this one that it has not even as an orphan.
    fn missing(&self, mut hash: Digest) -> Digest {
        while let Some(orphan) = self.orphans.iter().find(|orphan| orphan.block.hash() == hash) {
            hash = orphan.block.header().parent;
        }
        hash
    }

    /// Takes in what somebody sent; false if it is not valid.
    fn take_in(&mut self, from: NodeId, block: Shared<Block>, cx: &mut Cx<'_, Nakamoto>) -> bool {
        let hash = block.hash();
        if !self.add(block.clone(), cx) {
            return false;
        }
        cx.cite(Cite::Accept);
        // What comes late to this node only is no news to others.
        if !self
            .orphans
            .iter()
            .any(|orphan| orphan.block.header().height > block.header().height + FAR as u32)
        {
            self.pass_on(from, Msg::Block(block), cx);
        }
        self.consider(hash, cx);
        if self.tree.tip().block.hash() == hash {
            self.told.insert(from);
        }
        true
    }

    /// Judges a block in its place, and puts it in the tree if it is valid.
    fn add(&mut self, block: Shared<Block>, cx: &mut Cx<'_, Nakamoto>) -> bool {
        let header = *block.header();
        let known = self.tree.find(header.parent);
        // Without its rule a block goes behind whatever is there.
        let parent = known.unwrap_or_else(|| self.tree.tip());
        let judged = match known {
            Some(parent) => self.judge(&block, parent, cx),
            None => Ok(()),
        };
        let mut spent = parent.spent.clone();
        let mut paid_at = parent.paid_at;
        if let Some((client, number)) = block.payment().and_then(Payment::spender) {
            match spent.get_mut(client) {
                Some(last) if number == last.saturating_add(1) => *last = number,
                _ => {
                    cx.reject("the coin is not there, or spent before on this branch");
                    return false;
                }
            }
            paid_at = parent.height + 1;
        }
        if let Err(why) = judged {
            cx.reject(why);
            return false;
        }
        let same = header.target == parent.block.header().target;
        let own_work = if same { parent.own_work } else { header.target.work() };
        let (height, work) = (parent.height + 1, parent.work.plus(own_work));
        let parent = parent.block.hash();
        if self.tree.insert(Entry { block, parent, height, own_work, work, spent, paid_at }) {
            let lowest = self.tree.lowest();
            self.orphans.retain(|orphan| Slot::from(orphan.block.header().height) > lowest);
        }
        true
    }

    /// What a block must be behind this parent, beside its proof and its payment.
    fn judge(&self, block: &Block, parent: &Entry, cx: &Cx<'_, Nakamoto>) -> Result<(), &'static str> {
        let header = block.header();
        if Slot::from(header.height) != parent.height + 1 || usize::from(header.miner) >= cx.config.n {
            return Err("no such height, or no such miner");
        }
        if header.target != mining::next_target(&self.tree, parent, cx) {
            return Err("not the target that the blocks before it prescribe");
        }
        if header.time <= parent.block.header().time || header.time > cx.now().as_micros() + FUTURE {
            return Err("a time before its parent's, or far ahead");
        }
        if header.payload != payload(block.payment()) {
            return Err("the header is of another payload");
        }
        Ok(())
    }

    /// §5, step 6: builds on the block if its branch has more work than the chain.
    fn consider(&mut self, hash: Digest, cx: &mut Cx<'_, Nakamoto>) {
        let Some(entry) = self.tree.find(hash) else { return };
        let tip = self.tree.tip();
        let order = match cx.holds(MOST_WORK) {
            true => entry.work.cmp(&tip.work),
            false => entry.height.cmp(&tip.height),
        };
        let better = order.is_gt() || (order.is_eq() && !cx.holds(FIRST_SEEN));
        if !better || entry.block.hash() == tip.block.hash() {
            return cx.cite(Cite::Fork);
        }
        if let Some(branch) = self.tree.branch(hash) {
            self.reorganise(&branch, cx);
        } else {
            cx.reject("it parts from the chain below what is kept");
        }
    }

    /// Leaves the chain where the branch does, and follows the branch.
    fn reorganise(&mut self, branch: &[Digest], cx: &mut Cx<'_, Nakamoto>) {
        let first = branch.first().and_then(|hash| self.tree.find(*hash)).map_or(0, |entry| entry.height);
        let mut left = 0;
        while self.tree.tip().height >= first.max(1) {
            let entry = self.tree.tip();
            let (payment, miner) = (entry.block.payment(), entry.block.header().miner);
            if entry.height <= self.decided {
                self.decided = entry.height - 1;
                self.undone += 1;
                if let Some(credit) = self.credits.get_mut(usize::from(miner)) {
                    *credit = credit.saturating_sub(1);
                }
            }
            if let Some((payment, (client, number))) = payment.and_then(|p| Some((p, p.spender()?)))
                && cx.holds(UNDO)
            {
                self.spent[client] = number - 1;
                if self.pool.iter().all(|other| other.coin != payment.coin) {
                    self.pool.push(payment);
                }
            }
            if !self.tree.pop() {
                break;
            }
            left += 1;
        }
        let decided = self.decided;
        self.settled.retain(|(_, height, _)| *height <= decided);
        for hash in branch {
            let payment = self.tree.find(*hash).and_then(|entry| entry.block.payment());
            if let Some((client, number)) = payment.and_then(Payment::spender) {
                self.spent[client] = number;
            }
            self.tree.push(*hash);
        }
        let spent = &self.spent;
        self.pool.retain(|p| p.spender().is_some_and(|(client, number)| number > spent[client]));
        self.reorganised += u64::from(left > 0);
        self.deepest = self.deepest.max(left);
        (self.told, self.attempts) = (WideSet::EMPTY, 0);
        cx.set_timer(Timer::Tell, cx.config.interval.times(2));
        cx.cite(if left > 0 { Cite::Reorganise } else { Cite::Extend });
        self.decide(cx);
    }

    /// §11: what is z deep is decided, and those who pay are told.
    fn decide(&mut self, cx: &mut Cx<'_, Nakamoto>) {
        while self.decided + cx.config.confirmations <= self.tree.tip().height {
            let height = self.decided + 1;
            let Some(entry) = self.tree.on_chain(height) else {
                return;
            };
            let (hash, block) = (entry.block.hash(), entry.block.clone());
            self.decided = height;
            if let Some(credit) = self.credits.get_mut(usize::from(block.header().miner)) {
                *credit += 1;
            }
            self.news.push((height, hash));
            cx.cite(Cite::Decide);
            cx.decide(height, block.value());
            if let Some(payment) = block.payment() {
                self.settle(payment, height);
                self.reply(payment.coin, height, payment.back, cx);
            }
        }
    }

    /// Remembers what has become of a coin, as long as its client may still ask: it pays no further ahead of what it waits for.
    fn settle(&mut self, payment: Payment, height: Slot) {
        let coin = payment.coin;
        let is_over = |other: Value| {
            other.client() == coin.client()
                && other.number().saturating_add(client::OPEN_MAX) <= coin.number()
        };
        self.settled.retain(|(other, ..)| !is_over(*other));
        self.settled.push((coin, height, payment.back));
    }

    /// Tells the neighbours that may lack its last block, asks for what it lacks, and comes back to both later.
    fn tell(&mut self, cx: &mut Cx<'_, Nakamoto>) {
        let told = self.told;
        let silent: WideSet = self.peers(cx).iter().filter(|peer| !told.contains(*peer)).collect();
        if silent == WideSet::EMPTY && self.orphans.is_empty() {
            return;
        }
        if let Some(orphan) = self.orphans.last() {
            let header = *orphan.block.header();
            let missing = self.missing(header.parent);
            let place = self.attempts as usize % self.peers(cx).len().max(1);
            if let Some(peer) = self.peers(cx).iter().nth(place) {
                self.ask(peer, missing, header.height.into(), cx);
            }
            if self.attempts >= ASKED_MAX {
                // Nobody has it. If somebody has after all, its tip will tell.
                self.forget_children(missing);
            }
        }
        if silent != WideSet::EMPTY {
            cx.cite(Cite::Tell);
            send_all(silent, &self.own_tip(true), cx);
        }
        let wait = cx.config.interval.times(2 << self.attempts.min(DOUBLINGS_MAX));
        self.attempts = self.attempts.saturating_add(1);
        cx.set_timer(Timer::Tell, wait);
    }

    fn own_tip(&self, ask: bool) -> Msg {
        let tip = self.tree.tip();
        Msg::Tip { block: tip.block.hash(), height: tip.height, ask }
    }

    fn on_tip(&mut self, from: NodeId, hash: Digest, height: Slot, ask: bool, cx: &mut Cx<'_, Nakamoto>) {
        match self.tree.find(hash) {
            // It is below all that may still be undone.
            None if height <= self.tree.lowest() => {}
            None => {
                cx.cite(Cite::Ask);
                self.ask(from, hash, height, cx);
            }
            Some(entry) if entry.work >= self.tree.tip().work => {
                self.told.insert(from);
            }
            // It is behind.
            Some(_) => {}
        }
        if ask {
            cx.send(from, self.own_tip(false));
        }
    }
}

/// To all of these: as one message where an address can name them.
fn send_all(to: WideSet, msg: &Msg, cx: &mut Cx<'_, Nakamoto>) {
    let named: NodeSet = to.iter().collect();
    match named.len() {
        0 if to == WideSet::EMPTY => {}
        all if all == to.len() => cx.multicast(To::Set(named), msg.clone()),
        _ => to.iter().for_each(|id| cx.send(id, msg.clone())),
    }
}
