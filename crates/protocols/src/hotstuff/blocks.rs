//! The blocks that a replica keeps, by digest: the branches that may still grow, and as much of the committed one as
//! others may have to be sent.

use super::wire::{Block, GENESIS};
use consensus_kernel::{Digest, Hashed};
use serde::Serialize;
use std::collections::VecDeque;

/// Blocks in the order in which they came. The wanted one is mostly among the newest.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Blocks {
    kept: VecDeque<Hashed<Block>>,
    /// The greatest height of all that were ever here: what is higher need not be looked for.
    #[serde(skip)]
    top: u64,
}

impl Blocks {
    /// The block with this digest.
    #[inline]
    pub fn find(&self, digest: Digest) -> Option<&Block> {
        self.hashed(digest).map(Hashed::body)
    }

    /// The same, with its digest.
    #[inline]
    pub fn hashed(&self, digest: Digest) -> Option<&Hashed<Block>> {
        self.kept.iter().rev().find(|block| block.digest() == digest)
    }

    /// The height of a block; the genesis block's is 0. None if it is not here.
    pub fn height(&self, digest: Digest) -> Option<u64> {
        if digest == GENESIS { Some(0) } else { self.find(digest).map(|block| block.height) }
    }

    /// Whether a block of this view is here.
    pub fn has_view(&self, view: u64) -> bool {
        self.kept.iter().rev().any(|block| block.body().view == view)
    }

    /// Adds a block unless it is here. Of more than `most`, the oldest go, but none from height `floor` upwards.
    pub fn insert(&mut self, block: &Hashed<Block>, most: usize, floor: u64) {
        let height = block.body().height;
        if height <= self.top && self.hashed(block.digest()).is_some() {
            return;
        }
        self.top = self.top.max(height);
        while self.kept.len() >= most && self.kept.front().is_some_and(|b| b.body().height < floor) {
            self.kept.pop_front();
        }
        self.kept.push_back(block.clone());
    }

    /// A block and its ancestors, as far as they are here.
    #[inline]
    pub fn branch(&self, from: Digest) -> Branch<'_> {
        Branch { kept: &self.kept, at: from, below: self.kept.len() }
    }

    /// Whether `block` is `ancestor`, or descends from it as far as is known.
    pub fn descends(&self, block: Digest, ancestor: Digest) -> bool {
        block == ancestor || self.branch(block).any(|here| here.parent == ancestor)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Hashed<Block>> {
        self.kept.iter()
    }
}

/// A walk from a block down to its ancestors. A parent mostly came before its child, so one pass finds them all.
pub struct Branch<'a> {
    kept: &'a VecDeque<Hashed<Block>>,
    at: Digest,
    /// Where the last one was found.
    below: usize,
}

impl<'a> Iterator for Branch<'a> {
    type Item = &'a Block;

    #[inline]
    fn next(&mut self) -> Option<&'a Block> {
        self.next_hashed().map(Hashed::body)
    }
}

impl<'a> Branch<'a> {
    /// The next one, with its digest.
    #[inline]
    pub fn next_hashed(&mut self) -> Option<&'a Hashed<Block>> {
        if self.at == GENESIS {
            return None;
        }
        let fits = |i: &usize| self.kept[*i].digest() == self.at;
        let found = (0..self.below).rev().find(fits);
        self.below = found.or_else(|| (self.below..self.kept.len()).rev().find(fits))?;
        let block = &self.kept[self.below];
        self.at = block.body().parent;
        Some(block)
    }
}
