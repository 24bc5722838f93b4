//! The votes of a height, by round, as one validator has heard them. A voter counts for every block that it signs for: who
//! signs for two is caught, and neither half is forgotten.

use super::BLOCKS_MAX;
use super::wire::{Ballot, Block, Evidence, Proposal, Shared, Step, Votes};
use consensus_kernel::{Digest, Hashed, NodeSet, weigh};
use serde::Serialize;
use smallvec::SmallVec;

/// Votes for so many blocks of one round and step are kept, and more only for blocks that are here, so that at most
/// [`BLOCKS_MAX`] more are needed.
const CHOICES_MAX: usize = 8;

/// Votes for one block, or for nil.
#[derive(Clone, Debug, Serialize)]
pub struct Stack {
    /// Who signed.
    pub votes: Votes,
    /// What they weigh.
    pub weight: u64,
}

/// All votes of one round and step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stacks {
    all: SmallVec<[Stack; 1]>,
    voters: NodeSet,
    /// What all voters weigh.
    pub heard: u64,
}

impl Stacks {
    /// Adds votes; false if there is nothing new in them, or no room, which votes for the blocks that are `here` always find.
    /// If voters need not be distinct, everything that comes counts.
    pub fn add(&mut self, votes: &Votes, stakes: &[u64], distinct: bool, here: &[Hashed<Block>]) -> bool {
        let more = |known: &NodeSet| {
            let fresh = votes.signers().iter().filter(|id| !distinct || !known.contains(*id)).collect();
            weigh(&fresh, stakes)
        };
        let is_here =
            |votes: &Votes| votes.body().block.is_none_or(|id| here.iter().any(|b| b.digest() == id));
        let (heard, full) = (more(&self.voters), self.all.len() >= CHOICES_MAX);
        match self.all.iter_mut().find(|stack| stack.votes.body() == votes.body()) {
            Some(stack) => {
                let before = stack.votes.count();
                let weight = more(stack.votes.signers());
                stack.votes.join(votes);
                if distinct && stack.votes.count() == before {
                    return false;
                }
                stack.weight = stack.weight.saturating_add(weight);
            }
            None if full && !is_here(votes) => return false,
            None => {
                if self.all.len() >= CHOICES_MAX + BLOCKS_MAX {
                    // Of blocks that had to go for others, which several liars can bring about, the least.
                    let gone = self.all.iter().enumerate().filter(|(_, stack)| !is_here(&stack.votes));
                    if let Some((place, _)) = gone.min_by_key(|(_, stack)| stack.weight) {
                        self.all.remove(place);
                    }
                }
                self.all.push(Stack { votes: *votes, weight: weigh(votes.signers(), stakes) });
            }
        }
        self.heard = self.heard.saturating_add(heard);
        self.voters = self.voters.union(votes.signers());
        true
    }

    /// The votes for each block and for nil.
    pub fn iter(&self) -> impl Iterator<Item = &Stack> {
        self.all.iter()
    }

    /// The votes for one block, or for nil.
    pub fn find(&self, block: Option<Digest>) -> Option<&Stack> {
        self.all.iter().find(|stack| stack.votes.body().block == block)
    }

    /// Two ballots that the same voters signed.
    pub fn conflicts(&self) -> impl Iterator<Item = Evidence> {
        let after = |i: usize| self.all.iter().skip(i + 1);
        let pairs = self.all.iter().enumerate().flat_map(move |(i, a)| after(i).map(move |b| (a, b)));
        pairs
            .map(|(a, b)| Evidence { first: a.votes, second: b.votes })
            .filter(|evidence| !evidence.offenders().is_empty())
    }
}

/// One round of the present height.
#[derive(Clone, Debug, Serialize)]
pub struct Round {
    /// Its number.
    pub number: u64,
    /// What its proposer said first.
    pub proposal: Option<Shared<Proposal>>,
    /// PREVOTEs.
    pub prevotes: Stacks,
    /// PRECOMMITs.
    pub precommits: Stacks,
}

impl Round {
    /// Nothing heard yet.
    pub fn new(number: u64) -> Self {
        Self { number, proposal: None, prevotes: Stacks::default(), precommits: Stacks::default() }
    }

    /// The votes of a step.
    pub fn of(&self, step: Step) -> &Stacks {
        if step == Step::Precommit { &self.precommits } else { &self.prevotes }
    }

    /// Adds votes of this round.
    pub fn add(&mut self, votes: &Votes, stakes: &[u64], distinct: bool, here: &[Hashed<Block>]) -> bool {
        let Ballot { step, .. } = votes.body();
        let stacks = if *step == Step::Precommit { &mut self.precommits } else { &mut self.prevotes };
        stacks.add(votes, stakes, distinct, here)
    }
}
