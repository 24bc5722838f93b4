//! Proof of work: what a miner looks for, how long it takes, and what proves it.

use super::tables::*;
use super::{Block, Config, Entry, Header, Miner, Nakamoto, Payment, Proof, Timer, Tree, U256, payload};
use crate::shared::Shared;
use consensus_kernel::{Cx, Digest, Duration};
use serde::Serialize;
use std::cell::RefCell;

/// What a miner looks for.
#[derive(Clone, Debug, Serialize)]
pub struct Work {
    /// The header, with the nonce that is tried next.
    header: Header,
    payment: Option<Payment>,
    /// The nonce that this turn will find when its time is over.
    luck: Option<u64>,
}

impl Work {
    /// Whether it is for this payment, or none, behind this block.
    pub(super) fn is_for(&self, parent: Digest, payment: Option<Payment>) -> bool {
        self.header.parent == parent && self.payment == payment
    }
}

/// In one turn a miner tries as many nonces as take it this part of an interval.
const TURNS: u64 = 4;
/// The target is never lower, so that the sum of all work is below 2²⁵⁶ however long a chain is.
const HARDEST: U256 = U256([0, 0, 0, u64::MAX]);
/// Most nonces that are tried at once by hand.
const BY_HAND: u64 = 1 << 17;
/// Most nonces of one turn, so that a turn is over before anybody could notice.
const TURN_MAX: u64 = 1 << 10;

/// The target of the block after this one: every `retarget` blocks, times the time they took over the time they should
/// have taken. Bitcoin measures one interval less than it multiplies by; here both are as many as there are blocks. Where
/// miners rest, a block behind one with which they may have begun to counts as if it had taken as long as planned: else
/// each pause would make blocks easier, until they come faster than they spread.
pub fn next_target(tree: &Tree, parent: &Entry, cx: &Cx<'_, Nakamoto>) -> U256 {
    let Config { retarget, interval, limit, always, confirmations, .. } = *cx.config;
    let last = parent.block.header();
    if parent.height == 0 || !parent.height.is_multiple_of(retarget) || !cx.holds(RETARGET) {
        return last.target;
    }
    let planned = interval.times(retarget).as_micros();
    let (mut taken, mut entry) = (0u64, parent);
    for _ in 0..retarget {
        let Some(before) = tree.ancestor(entry, 1) else { return last.target };
        let time = entry.block.header().time.saturating_sub(before.block.header().time);
        let worked = always || before.is_shallow(confirmations);
        taken = taken.saturating_add(if worked { time } else { interval.as_micros() });
        entry = before;
    }
    taken = taken.max(1);
    if cx.holds(CLAMP) {
        taken = taken.max(planned / 4).min(planned.saturating_mul(4));
    }
    last.target.scaled(taken, planned).min(limit).max(HARDEST)
}

/// Whether a block's proof is one. Where times are drawn, a stamp stands for it.
pub fn proves(block: &Block, cx: &Cx<'_, Nakamoto>) -> bool {
    let header = block.header();
    match cx.config.real {
        true => is_small(&block.proof(), header.target, cx.holds(EXACT_TARGET)),
        false => header.nonce == block.proof().short(),
    }
}

fn is_small(proof: &Digest, target: U256, exact: bool) -> bool {
    let proof = U256::of(proof);
    if exact { proof <= target } else { proof.hex_zeros() >= target.hex_zeros() }
}

/// What stands for a proof of work in this run.
pub(super) fn kind_of_proof(cx: &Cx<'_, Nakamoto>) -> Proof {
    Proof { real: cx.config.real, covers_parent: cx.holds(COVERS_PARENT) }
}

/// What was ground before: a stretch of nonces under one header, and the first one that will do. A pure function's results,
/// remembered so that going back in time does not grind again.
#[derive(Clone, Copy, Default)]
struct Ground {
    /// What tells stretches apart: 128 bits of all that was asked for.
    of: [u64; 2],
    /// One more than the nonce; 0 if there is none.
    found: u64,
}

/// So many stretches are remembered, each in its place until another one needs it.
const GROUND_MAX: usize = 1 << 17;

thread_local! {
    static GROUND: RefCell<Vec<Ground>> = const { RefCell::new(Vec::new()) };
}

/// The first nonce of so many that gives a proof.
fn grind(header: &Header, count: u64, exact: bool, covers_parent: bool) -> Option<u64> {
    let parent = if covers_parent { header.parent } else { Digest::ZERO };
    // Multiplying is a fraction of hashing, and nobody gains by two stretches that look alike: they are hashes for the most
    // part.
    let mut of = [1u64, 2];
    let mut mix = |word: u64| {
        of[0] = (of[0] ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        of[1] = (of[1] ^ word).wrapping_mul(0xd1b5_4a32_d192_ed03).rotate_left(31);
    };
    let hashes = [U256::of(&parent), U256::of(&header.payload), header.target];
    hashes.into_iter().flat_map(|number| number.0).for_each(&mut mix);
    let small = u64::from(header.height) << 17 | u64::from(header.miner) << 1 | u64::from(exact);
    [header.time, header.nonce, count, small].into_iter().for_each(&mut mix);
    let place = of[1] as usize % GROUND_MAX;
    let known = GROUND.with_borrow(|ground| ground.get(place).copied()).filter(|known| known.of == of);
    if let Some(known) = known {
        return known.found.checked_sub(1);
    }
    let nonce = header.grind(parent, count, |proof| is_small(proof, header.target, exact));
    GROUND.with_borrow_mut(|ground| {
        ground.resize(GROUND_MAX, Ground::default());
        ground[place] = Ground { of, found: nonce.map_or(0, |nonce| nonce.wrapping_add(1)) };
    });
    nonce
}

impl Miner {
    /// Looks for the block after its last one, with the oldest payment that can be made; or rests.
    pub(super) fn aim(&mut self, cx: &mut Cx<'_, Nakamoto>) {
        let payment = self.next_payment();
        if !self.is_needed(payment, cx) {
            return;
        }
        let parent = self.tree.tip().block.hash();
        if !self.work.as_ref().is_some_and(|work| work.is_for(parent, payment)) {
            self.look_for(parent, payment, 0, cx);
        }
    }

    /// Whether a block is needed: this payment waits, or one is not deep enough yet. If not it stops looking for one.
    pub(super) fn is_needed(&mut self, next: Option<Payment>, cx: &mut Cx<'_, Nakamoto>) -> bool {
        let (tip, config) = (self.tree.tip(), cx.config);
        let wanted = config.always || tip.is_shallow(config.confirmations) || next.is_some();
        let needed = config.shares[self.me.index()] > 0 && wanted;
        if !needed && self.work.take().is_some() {
            cx.cancel_timer(Timer::Mine);
        }
        needed
    }

    /// The oldest payment whose coin is there.
    pub(super) fn next_payment(&self) -> Option<Payment> {
        let can_be_made = |p: &&Payment| {
            p.spender().is_some_and(|(client, number)| self.spent.get(client) == Some(&(number - 1)))
        };
        self.pool.iter().find(can_be_made).copied()
    }

    /// Begins to look for a block behind this one, with a time that is at least so many microseconds after its.
    pub(super) fn look_for(
        &mut self,
        parent: Digest,
        payment: Option<Payment>,
        after: u64,
        cx: &mut Cx<'_, Nakamoto>,
    ) {
        let Some(entry) = self.tree.find(parent) else { return };
        let header = Header {
            parent,
            payload: payload(payment),
            target: next_target(&self.tree, entry, cx),
            time: cx.now().as_micros().max(entry.block.header().time + after.max(1)),
            height: entry.height as u32 + 1,
            miner: self.me.index() as u16,
            nonce: 0,
        };
        self.work = Some(Work { header, payment, luck: None });
        self.take_turn(cx);
    }

    /// Sets the timer to when this turn is over: a proof is found, or it is time for the next turn.
    fn take_turn(&mut self, cx: &mut Cx<'_, Nakamoto>) {
        let Some(work) = &mut self.work else { return };
        let config = cx.config;
        let share = config.shares[self.me.index()].max(1);
        if !config.real {
            // The next event of a Poisson process: how long one waits for it has no memory.
            let chance = ((cx.rng().bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
            let harder = config.target.float() / work.header.target.float();
            let mean = config.interval.as_micros() as f64 * config.total as f64 / share as f64 * harder;
            let wait = Duration(((-libm::log(chance) * mean) as u64).saturating_add(1));
            work.luck = Some(0);
            return cx.set_timer(Timer::Mine, wait);
        }
        let hashes = 1u128 << config.bits;
        let per_interval = u128::from(config.total);
        let turn = (hashes * u128::from(share) / per_interval / u128::from(TURNS)) as u64;
        let turn = turn.clamp(1, TURN_MAX);
        work.luck = grind(&work.header, turn, cx.holds(EXACT_TARGET), cx.holds(COVERS_PARENT));
        let tries = work.luck.map_or(turn, |nonce| nonce.wrapping_sub(work.header.nonce) + 1);
        let time = u128::from(tries) * u128::from(config.interval.as_micros()) * per_interval
            / (hashes * u128::from(share));
        work.header.nonce = work.luck.unwrap_or(work.header.nonce + turn);
        let wait = Duration(u64::try_from(time).unwrap_or(u64::MAX).max(1));
        cx.set_timer(Timer::Mine, wait);
    }

    /// The turn is over: the block, if one is found; otherwise the next turn has begun.
    pub(super) fn dig(&mut self, cx: &mut Cx<'_, Nakamoto>) -> Option<Shared<Block>> {
        let work = self.work.as_mut()?;
        if work.luck.is_none() {
            work.header.time = work.header.time.max(cx.now().as_micros());
            self.take_turn(cx);
            return None;
        }
        self.finish(cx)
    }

    /// A block now, whatever time it would take: told so by hand.
    pub(super) fn dig_at_once(&mut self, cx: &mut Cx<'_, Nakamoto>) -> Option<Shared<Block>> {
        let (parent, payment) = (self.tree.tip().block.hash(), self.next_payment());
        self.look_for(parent, payment, 0, cx);
        let work = self.work.as_mut()?;
        if cx.config.real {
            work.header.nonce = 0;
            let (exact, covers) = (cx.holds(EXACT_TARGET), cx.holds(COVERS_PARENT));
            let Some(nonce) = grind(&work.header, BY_HAND, exact, covers) else {
                cx.reject("no proof among the first nonces: it is too hard by now");
                return None;
            };
            work.header.nonce = nonce;
        }
        self.finish(cx)
    }

    fn finish(&mut self, cx: &mut Cx<'_, Nakamoto>) -> Option<Shared<Block>> {
        let mut work = self.work.take()?;
        cx.cancel_timer(Timer::Mine);
        let by = kind_of_proof(cx);
        if !by.real {
            work.header.time = work.header.time.max(cx.now().as_micros());
            work.header.nonce = work.header.stamp(by.covers_parent).short();
        }
        self.found += 1;
        Some(Block::new(work.header, work.payment, by))
    }
}
