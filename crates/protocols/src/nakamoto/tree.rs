//! The blocks that a node knows: a tree, and the chain through it that the node builds on.

use super::{Block, U256};
use crate::shared::Shared;
use consensus_kernel::{Digest, Slot};
use serde::{Serialize, Serializer};
use smallvec::SmallVec;
use std::collections::VecDeque;

/// By client: the number of the latest coin spent.
pub type Spent = SmallVec<[u32; 4]>;

/// A block in the tree, and what follows from those before it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// The block.
    pub block: Shared<Block>,
    /// The block before it in this tree.
    pub parent: Digest,
    /// Blocks before it.
    pub height: Slot,
    /// The work of its own proof.
    pub own_work: U256,
    /// The work of all proofs up to its own.
    pub work: U256,
    /// What is spent once it is carried out.
    pub spent: Spent,
    /// The height of the latest payment up to it.
    pub paid_at: Slot,
}

impl Entry {
    /// Whether the latest payment up to it is not deep enough behind it, so that miners go on.
    pub fn is_shallow(&self, confirmations: u64) -> bool {
        self.paid_at > 0 && self.paid_at + confirmations > self.height + 1
    }
}

/// So many blocks of the chain are kept, without what follows from them, below those that a branch may leave.
pub(super) const BURIED_MAX: Slot = 8_192;

/// All blocks a node knows of the latest heights, and its chain.
#[derive(Clone, Debug, Serialize)]
pub struct Tree {
    /// In the order in which they came.
    entries: Vec<Shared<Entry>>,
    /// The first bytes of their hashes, in the same order: what a search looks at.
    #[serde(skip)]
    keys: Vec<u64>,
    /// The chain, ascending, without gaps; never empty. Its last block says which it is.
    #[serde(rename = "tip", serialize_with = "tip_alone")]
    chain: VecDeque<Shared<Entry>>,
    /// The height of the first block of `chain`.
    base: Slot,
    /// The chain before that, ascending, for those who were away: in pieces, so that a copy of the tree shares them.
    #[serde(skip)]
    buried: VecDeque<Shared<Vec<Shared<Block>>>>,
    /// So many heights are kept.
    keep: usize,
}

impl Tree {
    /// The first block alone.
    pub fn new(genesis: Shared<Block>, clients: usize, keep: usize) -> Self {
        let own_work = genesis.header().target.work();
        let spent = SmallVec::from_elem(0, clients);
        let (parent, keys) = (Digest::ZERO, vec![genesis.hash().short()]);
        let entry =
            Entry { block: genesis, parent, height: 0, own_work, work: U256::ZERO, spent, paid_at: 0 };
        let entry = Shared::new(entry);
        Self {
            entries: vec![entry.clone()],
            keys,
            chain: VecDeque::from([entry]),
            base: 0,
            keep,
            buried: VecDeque::new(),
        }
    }

    fn place(&self, hash: Digest) -> Option<usize> {
        let mut end = self.keys.len();
        while let Some(place) = self.keys[..end].iter().rposition(|key| *key == hash.short()) {
            if self.entries[place].block.hash() == hash {
                return Some(place);
            }
            end = place;
        }
        None
    }

    /// A block by its hash. The latest are found first.
    pub fn find(&self, hash: Digest) -> Option<&Entry> {
        self.place(hash).map(|place| &*self.entries[place])
    }

    /// The lowest height of which blocks are kept: what follows an unknown block of a height below fits nowhere.
    pub fn lowest(&self) -> Slot {
        self.base
    }

    /// The block that the chain ends with.
    pub fn tip(&self) -> &Entry {
        &self.chain[self.chain.len() - 1]
    }

    /// The chain's block at a height.
    pub fn on_chain(&self, height: Slot) -> Option<&Entry> {
        let place = height.checked_sub(self.base)?;
        self.chain.get(usize::try_from(place).ok()?).map(|entry| &**entry)
    }

    /// Whether the block is on the chain.
    pub fn holds(&self, entry: &Entry) -> bool {
        self.on_chain(entry.height).is_some_and(|own| own.block.hash() == entry.block.hash())
    }

    /// All of them, in the order in which they came.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().map(|entry| &**entry)
    }

    /// The block so many before this one, itself for 0.
    pub fn ancestor<'a>(&'a self, mut entry: &'a Entry, back: u64) -> Option<&'a Entry> {
        let height = entry.height.checked_sub(back)?;
        while entry.height > height {
            if self.holds(entry) {
                return self.on_chain(height);
            }
            entry = self.find(entry.parent)?;
        }
        Some(entry)
    }

    /// Adds a block, and forgets those that are buried too deep; true if there were some.
    pub fn insert(&mut self, entry: Entry) -> bool {
        self.keys.push(entry.block.hash().short());
        self.entries.push(Shared::new(entry));
        let high = self.base + self.chain.len() as u64;
        let low = high.saturating_sub(self.keep as u64);
        // Now and then, all at once.
        let is_time = self.base + (self.keep as u64 / 8) < low;
        if is_time {
            self.entries.retain(|entry| entry.height >= low);
            self.keys = self.entries.iter().map(|entry| entry.block.hash().short()).collect();
            let buried = self.chain.drain(..(low - self.base) as usize).map(|entry| entry.block.clone());
            self.buried.push_back(Shared::new(buried.collect()));
            self.base = low;
            if self.first() + BURIED_MAX < low {
                self.buried.pop_front();
            }
        }
        is_time
    }

    /// The height of the first block of the chain that is left.
    fn first(&self) -> Slot {
        let first = self.buried.front().and_then(|piece| piece.first());
        first.map_or(self.base, |block| block.header().height.into())
    }

    /// The chain from a height on, as far as it is left.
    pub fn onward(&self, height: Slot) -> impl Iterator<Item = &Shared<Block>> {
        let buried = self.buried.iter().flat_map(|piece| piece.iter());
        let before = height.checked_sub(self.first()).map_or(usize::MAX, |before| before as usize);
        buried.chain(self.chain.iter().map(|entry| &entry.block)).skip(before)
    }

    /// Where the chain ends: its last block and others before it, each time twice as far back, with their heights.
    pub fn ends(&self) -> Vec<(Slot, Digest)> {
        let (mut ends, mut back) = (Vec::new(), 0);
        while let Some(entry) = self.on_chain(self.tip().height.saturating_sub(back).max(self.base)) {
            ends.push((entry.height, entry.block.hash()));
            if entry.height == self.base {
                break;
            }
            back = 2 * back + 1;
        }
        ends
    }

    /// The blocks from the chain (exclusive) up to this one, ascending; none if they part below what is kept.
    pub fn branch(&self, tip: Digest) -> Option<Vec<Digest>> {
        let mut branch = Vec::new();
        let mut entry = self.find(tip)?;
        while !self.holds(entry) {
            branch.push(entry.block.hash());
            entry = self.find(entry.parent)?;
        }
        branch.reverse();
        Some(branch)
    }

    /// Takes the last block off the chain; false if it is the last that is kept.
    pub fn pop(&mut self) -> bool {
        self.chain.len() > 1 && self.chain.pop_back().is_some()
    }

    /// Puts a block on the chain.
    pub fn push(&mut self, hash: Digest) {
        self.chain.extend(self.place(hash).map(|place| self.entries[place].clone()));
    }
}

fn tip_alone<S: Serializer>(chain: &VecDeque<Shared<Entry>>, s: S) -> Result<S::Ok, S::Error> {
    chain.back().map(|entry| entry.block.hash()).serialize(s)
}
