//! What miners do who do not play fair. Their honest code goes on keeping the public chain; what they find is kept apart.
//! Nobody here has a proof that was not worked for.

use super::mining::kind_of_proof;
use super::tables::adversary;
use super::{Block, Entry, Header, Miner, Msg, Nakamoto, Payment, Timer, send_all};
use consensus_kernel::{Cx, Digest, Input, Misstep, Slot, Value, WideSet};
use serde::Serialize;

/// What a liar keeps from the others.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plot {
    /// Where its branch leaves the public chain: the block and its height; none while it has no plan.
    base: Option<(Digest, Slot)>,
    /// Its branch, ascending.
    branch: Vec<Digest>,
    /// How many of them the others were shown.
    shown: usize,
    /// The coin that it wants back.
    coin: Option<Value>,
    /// Whether the times of its branch are false, so that its targets grow easier.
    easy: bool,
    /// Whether its branch was ever as long as the public one, once the payment was deep enough.
    caught_up: bool,
    /// How many double spends it has tried, in how many it caught up, and how many came out.
    attempts: u64,
    ties: u64,
    wins: u64,
}

impl Plot {
    /// Whether it keeps this block from the others.
    pub fn hides(&self, block: Digest) -> bool {
        self.branch[self.shown..].contains(&block)
    }

    /// Double spends that are over, and in how many of them its branch was ever as long as the public one, and longer, once
    /// the payment was deep enough.
    pub fn results(&self) -> (u64, u64, u64) {
        let open = u64::from(self.base.is_some());
        (self.attempts - open, self.ties - u64::from(self.caught_up) * open, self.wins)
    }

    fn give_up(&mut self) {
        (self.base, self.coin, self.caught_up, self.easy, self.shown) = (None, None, false, false, 0);
        self.branch.clear();
    }

    /// What it builds on.
    fn head(&self) -> Option<Digest> {
        self.branch.last().copied().or(self.base.map(|(block, _)| block))
    }
}

/// The misstep at a position of the table.
pub(super) fn misstep(strategy: usize) -> Option<Misstep<Nakamoto>> {
    match strategy {
        adversary::SELFISH => Some(|node, input, cx| step(node, input, cx, selfish)),
        adversary::DOUBLE_SPEND => Some(|node, input, cx| step(node, input, cx, double_spend)),
        adversary::MAJORITY => Some(|node, input, cx| step(node, input, cx, never_gives_up)),
        adversary::GRAFT => Some(|node, input, cx| step(node, input, cx, graft)),
        adversary::EASY_BRANCH => Some(|node, input, cx| step(node, input, cx, easy_branch)),
        adversary::WITHHOLD => Some(|node, input, cx| step(node, input, cx, withhold)),
        _ => None,
    }
}

type Input_<'a> = Input<'a, Msg, Timer>;
/// What a liar does about what it has heard or found: the height of the public chain before.
type Scheme = fn(&mut Miner, Event, &mut Cx<'_, Nakamoto>);

/// What has happened to a liar.
#[derive(Clone, Copy)]
enum Event {
    /// It has found a block, which nobody knows.
    Found(Digest),
    /// Its honest code took a step; this payment was new to it.
    Heard(Option<Payment>),
}

fn step(node: &mut Nakamoto, input: Input_<'_>, cx: &mut Cx<'_, Nakamoto>, scheme: Scheme) {
    let Nakamoto::Member(miner) = node else {
        return consensus_kernel::Protocol::step(node, input, cx);
    };
    let event = match input {
        Input::Fire(Timer::Mine) => {
            miner.news.clear();
            match miner.dig(cx) {
                None => return,
                Some(block) => {
                    let hash = block.hash();
                    if !miner.add(block, cx) {
                        return miner.aim_apart(cx);
                    }
                    Event::Found(hash)
                }
            }
        }
        Input::Deliver { msg: Msg::Payment(payment) | Msg::Request(payment), .. } => {
            let fresh = miner.pool.iter().all(|other| other.coin != payment.coin);
            let payment = Some(*payment).filter(|_| fresh);
            miner.react(input, cx);
            Event::Heard(payment.filter(|payment| miner.next_payment() == Some(*payment)))
        }
        input => {
            miner.react(input, cx);
            Event::Heard(None)
        }
    };
    scheme(miner, event, cx);
    miner.aim_apart(cx);
}

impl Miner {
    /// Goes on with its own branch, if it has one, as long as honest miners go on with theirs.
    fn aim_apart(&mut self, cx: &mut Cx<'_, Nakamoto>) {
        let Some(head) = self.plot.head() else { return self.aim(cx) };
        let next = self.next_payment();
        if !self.is_needed(next, cx) {
            return;
        }
        let Some(entry) = self.tree.find(head) else {
            self.plot.give_up();
            return self.aim(cx);
        };
        let payment = match self.plot.coin {
            Some(coin) if self.plot.branch.is_empty() => Some(Payment { coin, back: true }),
            Some(_) => None,
            None => self.pool.iter().find(|p| follows(entry, p)).copied(),
        };
        if self.work.as_ref().is_some_and(|work| work.is_for(head, payment)) {
            return;
        }
        // Four times what is planned: no more is believed.
        let after = if self.plot.easy { cx.config.interval.times(4).as_micros() } else { 0 };
        self.look_for(head, payment, after, cx);
    }

    /// Keeps a block that it found: the next of its branch.
    fn keep(&mut self, hash: Digest) {
        if self.plot.base.is_none() {
            let tip = self.tree.tip();
            self.plot.base = Some((tip.block.hash(), tip.height));
        }
        self.plot.branch.push(hash);
    }

    /// By how much its branch is longer than the public chain.
    fn lead(&self) -> i64 {
        let Some((_, base)) = self.plot.base else { return 0 };
        (base + self.plot.branch.len() as u64) as i64 - self.tree.tip().height as i64
    }

    /// Shows its branch up to the `count`-th block to these neighbours.
    fn show(&mut self, count: usize, to: WideSet, cx: &mut Cx<'_, Nakamoto>) {
        for hash in self.plot.branch.get(self.plot.shown..count).unwrap_or_default() {
            if let Some(entry) = self.tree.find(*hash) {
                send_all(to, &Msg::Block(entry.block.clone()), cx);
            }
        }
    }

    /// Shows all of it to all, and builds on it like everybody.
    fn show_all(&mut self, cx: &mut Cx<'_, Nakamoto>) {
        let (all, everyone) = (self.plot.branch.len(), *self.peers(cx));
        self.show(all, everyone, cx);
        let head = self.plot.head();
        self.plot.give_up();
        head.into_iter().for_each(|head| self.consider(head, cx));
    }
}

fn follows(entry: &Entry, payment: &Payment) -> bool {
    payment.spender().is_some_and(|(client, number)| entry.spent.get(client) == Some(&(number - 1)))
}

/// Eyal & Sirer 2014, Algorithm 1. Its private branch is `branch`, the public one is its honest code's chain.
fn selfish(miner: &mut Miner, event: Event, cx: &mut Cx<'_, Nakamoto>) {
    match event {
        Event::Found(hash) => {
            // Two branches of one block each were public, and now its own is longer.
            let race = miner.lead() == 0 && miner.plot.shown > 0;
            miner.keep(hash);
            if race {
                miner.show_all(cx);
            }
        }
        Event::Heard(_) if miner.plot.base.is_none() => {}
        Event::Heard(_) => match miner.lead() {
            // They win.
            ..0 => miner.plot.give_up(),
            0 if miner.plot.shown < miner.plot.branch.len() => race(miner, cx),
            0 => {}
            1 if miner.plot.branch.len() > 1 => miner.show_all(cx),
            lead => {
                // As many as the others have found since.
                let count = miner.plot.branch.len() - lead as usize;
                let everyone = *miner.peers(cx);
                miner.show(count, everyone, cx);
                miner.plot.shown = miner.plot.shown.max(count);
            }
        },
    }
}

/// One block against one: its own first to those that it reaches first, the other's first to the rest. In the middle of a
/// hub that is as many as the paper's γ says; elsewhere the graph decides.
fn race(miner: &mut Miner, cx: &mut Cx<'_, Nakamoto>) {
    let everyone = *miner.peers(cx);
    let sent = cx.unsend();
    let hub = everyone.len() + 1 == cx.config.n && !cx.config.complete;
    let first: WideSet =
        everyone.iter().filter(|_| !hub || cx.rng().within(0, 99) < cx.config.gamma).collect();
    let rest: WideSet = everyone.iter().filter(|id| !first.contains(*id)).collect();
    let all = miner.plot.branch.len();
    miner.show(all, first, cx);
    for (to, msg) in sent {
        cx.multicast(to, msg);
    }
    miner.show(all, rest, cx);
    miner.plot.shown = all;
}

/// Nakamoto, §11: pays, and at the same time begins a branch in which the coin goes back. Once the payment is deep enough
/// and the branch is the longer one, it comes out.
fn double_spend(miner: &mut Miner, event: Event, cx: &mut Cx<'_, Nakamoto>) {
    let patience = cx.config.patience;
    spend_twice(miner, event, patience, false, cx);
}

fn never_gives_up(miner: &mut Miner, event: Event, cx: &mut Cx<'_, Nakamoto>) {
    spend_twice(miner, event, u64::MAX, false, cx);
}

fn graft(miner: &mut Miner, event: Event, cx: &mut Cx<'_, Nakamoto>) {
    spend_twice(miner, event, u64::MAX, true, cx);
}

fn easy_branch(miner: &mut Miner, event: Event, cx: &mut Cx<'_, Nakamoto>) {
    miner.plot.easy = true;
    spend_twice(miner, event, u64::MAX, false, cx);
}

fn spend_twice(miner: &mut Miner, event: Event, patience: u64, grafts: bool, cx: &mut Cx<'_, Nakamoto>) {
    match (event, miner.plot.base) {
        (Event::Found(hash), None) => {
            // Nothing is planned: an honest block.
            miner.consider(hash, cx);
            return miner.spread(hash, cx);
        }
        (Event::Found(hash), Some(_)) => miner.keep(hash),
        (Event::Heard(Some(payment)), None) => {
            let tip = miner.tree.tip();
            miner.plot.base = Some((tip.block.hash(), tip.height));
            miner.plot.coin = Some(payment.coin);
            miner.plot.attempts += 1;
        }
        (Event::Heard(_), None) => return,
        (Event::Heard(_), Some(_)) => {}
    }
    let Some(((base, height), coin)) = miner.plot.base.zip(miner.plot.coin) else { return };
    if miner.tree.on_chain(height).is_none_or(|entry| entry.block.hash() != base) {
        return miner.plot.give_up();
    }
    if grafts {
        graft_on(miner, height, cx);
    }
    let tip = miner.tree.tip();
    let deep =
        miner.spent_in(coin).is_some_and(|entry| tip.height + 1 - entry.height >= cx.config.confirmations);
    let lead = miner.lead();
    if deep && lead >= 0 && !miner.plot.caught_up {
        miner.plot.caught_up = true;
        miner.plot.ties += 1;
    }
    let work = miner.plot.head().and_then(|head| miner.tree.find(head)).map(|entry| entry.work);
    if deep && (work > Some(tip.work) || (miner.plot.easy && lead > 0)) {
        miner.plot.wins += 1;
        miner.show_all(cx);
    } else if lead.unsigned_abs() > patience && lead < 0 {
        miner.plot.give_up();
    }
}

/// Puts the proofs of the public blocks on its own branch, height by height: worth something only where a proof does
/// not cover what it builds on.
fn graft_on(miner: &mut Miner, base: Slot, cx: &mut Cx<'_, Nakamoto>) {
    while let Some(head) = miner.plot.branch.last().copied() {
        let height = base + miner.plot.branch.len() as u64 + 1;
        let Some(public) = miner.tree.on_chain(height) else { return };
        let header = Header { parent: head, ..*public.block.header() };
        let block = Block::new(header, public.block.payment(), kind_of_proof(cx));
        let hash = block.hash();
        if !miner.add(block, cx) {
            return miner.plot.give_up();
        }
        miner.plot.branch.push(hash);
    }
}

/// Works, and shows nothing of it: its hash power is missing.
fn withhold(_: &mut Miner, _: Event, _: &mut Cx<'_, Nakamoto>) {}
