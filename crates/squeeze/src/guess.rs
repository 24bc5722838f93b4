//! How likely each branch is.
//!
//! Log-odds that are added up, as PAQ does (Mahoney 2005): how often the branch was taken before, at the node of the tree by
//! itself and in each wide view of the circumstances (a slot for every view and node), each times what such a slot is worth;
//! and what the memories say, each for the byte that it remembers, as much as such a memory has been worth. When the branch is
//! known, each slot moves towards it, the less the older it is, and what all were worth takes a step that makes the sum
//! better: a logistic regression that never stops. At last comes how often such a guess was right before (secondary
//! estimation).
//!
//! Time goes into waiting for memory, so a byte asks for all of it at once, and tables are no larger than they gain.

#![allow(clippy::needless_range_loop)] // Lanes run side by side through several tables.

use crate::coder::{CERTAIN, Coder};
use crate::trees::{LEAF, ROOT, TREES, Trees, Way};
use crate::walk::{Event, KINDS, VIEWS, Walk, mix};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// Views that have slots, the first ones, and how many slots each has. The nodes by themselves have slots before them.
const WIDE: usize = 3;
const SLOTTED: usize = 1 + WIDE;
const SLOT_BITS: u32 = 20;
const SLOTS: usize = SLOTTED << SLOT_BITS;
/// The other views, which remember the byte that came: in 16 bits of the view, the byte, and how often it came in a row.
const NARROW: usize = VIEWS - WIDE;
const MEMO_BITS: u32 = 18;
const MEMOS: usize = NARROW << MEMO_BITS;
/// One memory more, the last: what followed where so many latest bytes stood last; and how many places it has. It gives way
/// to a [hope](Walk::hope).
const REPEAT_BYTES: u32 = 5;
const REPEAT_BITS: u32 = 18;
/// All memories.
const LANES: usize = NARROW + 1;
/// How often in a row a memory can have been right.
const RUNS: usize = 32;
const MEANS: usize = KINDS * (LANES + 1) * RUNS;

/// Log-odds are in parts of this; larger ones than `SUM_MAX` make no difference.
const ONE: i32 = 1 << 12;
const SUM_MAX: i32 = 8 * ONE - 1;
/// A slot is a chance, and in its lowest bits how often it has moved: each time this part of the way, in 256ths.
const AGES: usize = 8;
const PACE: [i32; AGES] = [180, 130, 100, 80, 65, 56, 50, 46];
/// What slots of a tree, a view and an age are worth, in parts of `WORTH`, at first.
const WORTH_BITS: u32 = 14;
const WORTH: i32 = 6_000;
const WORTHS: usize = 2_048;
/// What they are worth more or less at a node in its circumstances, by view; nothing at first.
const HERE_BITS: u32 = 14;
const HERE: usize = SLOTTED << HERE_BITS;
/// Both learn from the product of what the slot said and a quarter of the error.
const WORTH_SHIFT: u32 = 20;
const _: () = assert!(TREES * SLOTTED * AGES <= WORTHS && TREES << 8 <= 1 << SLOT_BITS);
/// A memory's step is the error of the guess, at most 65,535, times 77, shifted by this: 0.3 in log-odds.
const STEP: i32 = 77;
const STEP_SHIFT: u32 = 12;
/// What a memory is worth learns more slowly.
const MEAN_SHIFT: u32 = 3;
/// The last correction: its circumstances, its levels of log-odds, how fast it learns.
const RIGHT_BITS: u32 = 12;
const LEVELS: usize = 32;
const LEVEL_SHIFT: u32 = 11;
const RIGHT_SHIFT: u32 = 6;
const RIGHTS: usize = LEVELS << RIGHT_BITS;

/// What has been learned, and where the walk is.
pub struct Guesser {
    /// Where it is.
    pub walk: Walk,
    trees: Trees,
    slots: Box<[u16; SLOTS]>,
    worths: Box<[i32; WORTHS]>,
    here: Box<[i32; HERE]>,
    memos: Box<[u32; MEMOS]>,
    /// What each memory is worth, by kind and by how often in a row it was right.
    means: Box<[i16; MEANS]>,
    /// All bytes so far.
    past: Vec<u8>,
    /// Where the byte after such bytes stood last.
    places: Box<[u32; 1 << REPEAT_BITS]>,
    /// Where the repetition is, and how often it has been right.
    repeat: usize,
    repeat_run: usize,
    right: Box<[u16; RIGHTS]>,
    chances: Box<[u16; 4096]>,
    /// The other way round.
    odds: Box<[i16; 4096]>,
}

/// A memory, while a byte is found.
#[derive(Clone, Copy, Default)]
struct Lanes {
    /// The choices that lead to the remembered byte, the next one highest.
    hopes: [i32; LANES],
    /// What they are worth; 0 once a choice was another one.
    trust: [i32; LANES],
    /// Steps taken.
    learned: [i32; LANES],
}

/// A table in the heap: it is larger than a stack may be.
fn table<T: Copy, const N: usize>(value: T) -> Box<[T; N]> {
    match vec![value; N].into_boxed_slice().try_into() {
        Ok(table) => table,
        Err(_) => unreachable!(),
    }
}

impl Guesser {
    /// Nothing is learned yet.
    pub fn new(trees: Trees) -> Self {
        let chances = chances();
        let mut right = table(0);
        for (at, right) in right.iter_mut().enumerate() {
            let level = (at % LEVELS) as i32 - LEVELS as i32 / 2;
            *right = chances[place((level << LEVEL_SHIFT) + (1 << LEVEL_SHIFT) / 2)];
        }
        Self {
            walk: Walk::default(),
            trees,
            slots: table(1 << 15),
            worths: table(WORTH),
            here: table(0),
            memos: table(0),
            means: table(ONE as i16),
            past: Vec::with_capacity(crate::MODULE_MAX),
            places: table(0),
            repeat: 0,
            repeat_run: 0,
            right,
            odds: odds(&chances),
            chances,
        }
    }

    /// Codes the next byte and walks on. The unpacker need not know the byte.
    pub fn byte(&mut self, coder: &mut impl Coder, byte: u8) -> (u8, Event) {
        let kind = self.walk.kind() as usize;
        let tree = self.walk.tree() % TREES;
        let views = self.walk.views();
        let glance = mix(kind as u32, self.walk.glance());
        let mut bases = [tree << 8; SLOTTED];
        for view in 0..WIDE {
            bases[1 + view] = ((1 + view) << SLOT_BITS) + (views[view] >> (32 - SLOT_BITS)) as usize;
        }
        let mut at = [0; NARROW];
        let mut memos = [0; NARROW];
        for lane in 0..NARROW {
            at[lane] = ((lane << MEMO_BITS) + (views[WIDE + lane] >> (32 - MEMO_BITS)) as usize) % MEMOS;
            memos[lane] = self.memos[at[lane]];
        }
        let repeated = self.repeated();
        let hope = self.walk.hope();

        let ways = &self.trees.ways[tree];
        let mean = |lane: usize, run: usize| ((kind * (LANES + 1) + lane) * RUNS + run % RUNS) % MEANS;
        let mut lanes = Lanes::default();
        let mut means = [0; LANES];
        for lane in 0..LANES {
            let (row, run, known, byte) = match (memos.get(lane), hope) {
                (Some(&memo), _) => {
                    (lane, memo as usize, memo >> 16 == views[WIDE + lane] & 0xffff, (memo >> 8) as u8)
                }
                (None, Some((byte, situation))) => (LANES, situation, true, byte),
                (None, None) => (lane, self.repeat_run, true, repeated),
            };
            means[lane] = mean(row, run);
            let way = ways[usize::from(byte)];
            lanes.hopes[lane] = (u32::from(way.choices) << (32 - u32::from(way.length.max(1)))) as i32;
            lanes.trust[lane] = i32::from(self.means[means[lane]]) & mask(known && way.length > 0);
        }

        let way = ways[usize::from(byte)];
        let found = self.way(coder, tree, way, &bases, &mut lanes, glance);

        for (&mean, &learned) in means.iter().zip(&lanes.learned) {
            let mean = &mut self.means[mean];
            *mean = (i32::from(*mean) + (learned >> MEAN_SHIFT)).clamp(1, i32::from(i16::MAX)) as i16;
        }
        for lane in 0..NARROW {
            self.memos[at[lane]] = renewed(memos[lane], views[WIDE + lane], found);
        }
        self.past.push(found);
        self.repeat += 1;
        self.repeat_run = if repeated == found { (self.repeat_run + 1).min(RUNS - 1) } else { 0 };
        (found, self.walk.step(found))
    }

    /// The byte that followed where the latest bytes stood last.
    fn repeated(&mut self) -> u8 {
        let latest = self.walk.bytes() << (64 - 8 * REPEAT_BYTES);
        let place =
            &mut self.places[(latest.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - REPEAT_BITS)) as usize];
        if self.repeat_run == 0 {
            self.repeat = *place as usize;
        }
        *place = self.past.len() as u32;
        self.past.get(self.repeat).copied().unwrap_or(0)
    }

    /// Codes the choices that lead to a byte, and learns from each.
    #[inline]
    fn way(
        &mut self,
        coder: &mut impl Coder,
        tree: usize,
        way: Way,
        bases: &[usize; SLOTTED],
        lanes: &mut Lanes,
        glance: u32,
    ) -> u8 {
        let branches = &self.trees.branches[tree];
        let mut left = way.length;
        let mut node = ROOT;
        loop {
            left = left.saturating_sub(1);
            let bit = usize::from(way.choices >> left & 1);
            let (mut said, mut worths, mut sum) = ([0; SLOTTED], [0; SLOTTED], 0);
            let circumstances = mix(glance, node as u32);
            let here = (circumstances >> (32 - HERE_BITS)) as usize * SLOTTED;
            for k in 0..SLOTTED {
                let slot = self.slots[(bases[k] ^ node) % SLOTS];
                worths[k] = ((tree * SLOTTED + k) * AGES + usize::from(slot) % AGES) % WORTHS;
                said[k] = i32::from(self.odds[usize::from(slot >> 4)]);
                let worth = self.worths[worths[k]] + self.here[(here + k) % HERE];
                sum += said[k].wrapping_mul(worth) >> WORTH_BITS;
            }
            let mut against = [0; LANES];
            for lane in 0..LANES {
                against[lane] = !(lanes.hopes[lane] >> 31);
                sum += (lanes.trust[lane] ^ against[lane]) - against[lane];
            }
            let sum = sum.clamp(-SUM_MAX, SUM_MAX);
            let guess = i32::from(self.chances[place(sum)]);
            let circumstances = (circumstances >> (32 - RIGHT_BITS)) as usize;
            let level = (sum >> LEVEL_SHIFT) + LEVELS as i32 / 2;
            let right = &mut self.right[(circumstances * LEVELS + level as usize) % RIGHTS];
            let chance = (guess + i32::from(*right)) as u32 / 2;

            let bit = coder.code(chance.clamp(8, CERTAIN - 8), bit);

            let came = bit as i32 * (CERTAIN as i32 - 1);
            *right = (i32::from(*right) + ((came - i32::from(*right)) >> RIGHT_SHIFT)) as u16;
            let error = came - guess;
            for k in 0..SLOTTED {
                let step = (said[k] * (error >> 2) + (1 << (WORTH_SHIFT - 1))) >> WORTH_SHIFT;
                self.worths[worths[k]] += step;
                self.here[(here + k) % HERE] += step;
                let slot = &mut self.slots[(bases[k] ^ node) % SLOTS];
                *slot = moved(*slot, came);
            }
            let step = (error * STEP) >> STEP_SHIFT;
            for lane in 0..LANES {
                let spoke = mask(lanes.trust[lane] != 0);
                lanes.learned[lane] += ((step ^ against[lane]) - against[lane]) & spoke;
                lanes.trust[lane] &= mask(against[lane] == bit as i32 - 1);
                lanes.hopes[lane] <<= 1;
            }
            match branches[node][bit & 1] {
                to if to >= LEAF => return (to - LEAF) as u8,
                // Not in a packed module.
                0 => return 0,
                to => node = usize::from(to) & 255,
            }
        }
    }
}

/// All bits, or none.
#[inline]
fn mask(all: bool) -> i32 {
    -i32::from(all)
}

/// A slot after the branch that came: 0 or 65,535.
#[inline]
fn moved(slot: u16, came: i32) -> u16 {
    let age = usize::from(slot) % AGES;
    let chance = i32::from(slot) + (((came - i32::from(slot)) * PACE[age]) >> 8);
    chance as u16 / AGES as u16 * AGES as u16 + (age + usize::from(age < AGES - 1)) as u16
}

/// The memory of a view after this byte: one that was often right is not given up at once.
#[inline]
fn renewed(memo: u32, view: u32, byte: u8) -> u32 {
    let run = memo & (RUNS as u32 - 1);
    let known = memo >> 16 == view & 0xffff;
    if known && memo >> 8 & 0xff == u32::from(byte) {
        memo + u32::from(run < RUNS as u32 - 1)
    } else if known && run > 1 {
        memo - run + run / 4
    } else {
        view << 16 | u32::from(byte) << 8
    }
}

/// Where in the table of chances a sum stands.
#[inline]
fn place(sum: i32) -> usize {
    ((sum + 8 * ONE) >> 4) as usize & 4095
}

/// 65,536 / (1 + e⁻ˣ) for 4,096 x from −8 to 8.
fn chances() -> Box<[u16; 4096]> {
    let mut table = table(0);
    // e⁻⁸, and e to the power of a step, 1/256.
    let (mut power, step) = (3.354_626_279_025_118_4e-4_f64, 1.003_913_889_338_347_6_f64);
    for chance in table.iter_mut() {
        *chance = (65_536.0 * power / (1.0 + power)) as u16;
        power *= step;
    }
    table
}

/// Log-odds of 4,096 chances.
fn odds(chances: &[u16; 4096]) -> Box<[i16; 4096]> {
    let mut table = table(0);
    let mut place = 0;
    for (chance, odds) in table.iter_mut().enumerate() {
        while place < 4095 && usize::from(chances[place]) < chance * 16 + 8 {
            place += 1;
        }
        *odds = ((place as i32) * 16 - 8 * ONE) as i16;
    }
    table
}
