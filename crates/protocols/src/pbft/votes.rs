//! Votes for one place, as certificates in the making: signatures are kept, because others may have to be shown them.

use super::tables::{DIGEST_BINDING, DISTINCT_SENDERS, VIEW_BINDING};
use super::{Checkpoint, Commit, Pbft, Prepare};
use consensus_kernel::{Certificate, Cx, Digest, NodeSet, Signed, Vote};
use serde::Serialize;
use smallvec::SmallVec;
use std::hint::cold_path;

/// A statement that names a digest.
pub trait Names: Copy + PartialEq {
    /// The digest it names.
    fn named(&self) -> Digest;
}

impl Names for Prepare {
    #[inline]
    fn named(&self) -> Digest {
        self.digest
    }
}

impl Names for Commit {
    #[inline]
    fn named(&self) -> Digest {
        self.digest
    }
}

impl Names for Checkpoint {
    #[inline]
    fn named(&self) -> Digest {
        self.digest
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
struct Choice<T> {
    certificate: Certificate<T>,
    /// How many have signed, counted as they come.
    #[serde(skip)]
    voters: u32,
    /// How many messages said so, repetitions included: what a careless replica would count.
    messages: u32,
}

/// Votes for one place. A voter's first vote counts, so there are at most as many choices as voters.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Votes<T> {
    choices: SmallVec<[Choice<T>; 1]>,
    voted: NodeSet,
}

impl<T> Default for Votes<T> {
    fn default() -> Self {
        Self { choices: SmallVec::new(), voted: NodeSet::EMPTY }
    }
}

impl<T: Names> Votes<T> {
    /// Takes a vote into account that is bound to a view. Without views to tell votes apart none contradicts another.
    #[inline]
    pub fn hear(&mut self, vote: &Signed<T>, cx: &Cx<'_, Pbft>) -> Vote {
        if !cx.holds(VIEW_BINDING) {
            cold_path();
            self.voted.remove(vote.signer());
        }
        self.add(vote)
    }

    /// Takes a vote into account.
    #[inline]
    pub fn add(&mut self, vote: &Signed<T>) -> Vote {
        let fresh = self.voted.insert(vote.signer());
        if fresh
            && let Some(first) = self.choices.first_mut()
            && first.certificate.add(vote)
        {
            first.voters += 1;
            first.messages += 1;
            return Vote::Counted(first.voters as usize);
        }
        self.add_rare(vote, fresh)
    }

    /// The first vote for its choice, or one of somebody who has voted before.
    #[inline(never)]
    fn add_rare(&mut self, vote: &Signed<T>, fresh: bool) -> Vote {
        if let Some(choice) = self.choices.iter_mut().find(|c| c.certificate.body() == vote.body()) {
            if fresh {
                choice.voters += u32::from(choice.certificate.add(vote));
            } else if !choice.certificate.signers().contains(vote.signer()) {
                return Vote::Equivocation;
            }
            choice.messages += 1;
            return if fresh { Vote::Counted(choice.voters as usize) } else { Vote::Duplicate };
        }
        if !fresh {
            return Vote::Equivocation;
        }
        self.choices.push(Choice { certificate: Certificate::of(vote), voters: 1, messages: 1 });
        Vote::Counted(1)
    }

    /// Whether enough distinct voters stand behind a digest.
    #[inline]
    pub fn reach(&self, needed: usize, digest: Digest, cx: &Cx<'_, Pbft>) -> bool {
        if !cx.holds(DIGEST_BINDING) {
            cold_path();
            return self.voted.len() >= needed;
        }
        if !cx.holds(VIEW_BINDING) {
            cold_path();
            return self.voters_for(digest).len() >= needed;
        }
        let Some(choice) = self.choice(digest) else { return needed == 0 };
        if cx.holds(DISTINCT_SENDERS) {
            choice.voters as usize >= needed
        } else {
            choice.messages as usize >= needed
        }
    }

    #[inline]
    fn choice(&self, digest: Digest) -> Option<&Choice<T>> {
        self.choices.iter().find(|c| c.certificate.body().named() == digest)
    }

    /// The signatures behind a statement.
    pub fn certificate(&self, body: &T) -> Option<&Certificate<T>> {
        self.choices.iter().map(|c| &c.certificate).find(|c| c.body() == body)
    }

    /// Who stands behind a digest.
    pub fn voters_for(&self, digest: Digest) -> NodeSet {
        let behind = self.choices.iter().map(|c| &c.certificate).filter(|c| c.body().named() == digest);
        behind.fold(NodeSet::EMPTY, |all, c| all.union(c.signers()))
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.choices.clear();
        self.voted = NodeSet::EMPTY;
    }
}

/// Whether a vote may be the one that makes `needed`, so that its place must be looked at; says why if it changes
/// nothing.
#[inline]
pub fn carries(vote: Vote, needed: usize, cx: &mut Cx<'_, Pbft>) -> bool {
    match vote {
        Vote::Counted(k) if k < needed => {
            !cx.holds(DIGEST_BINDING) || !cx.holds(DISTINCT_SENDERS) || !cx.holds(VIEW_BINDING)
        }
        vote => counts(vote, cx),
    }
}

/// Whether a vote changes anything; says why if not.
#[inline]
pub fn counts(vote: Vote, cx: &mut Cx<'_, Pbft>) -> bool {
    match vote {
        Vote::Counted(_) => true,
        Vote::Duplicate if !cx.holds(DISTINCT_SENDERS) => true,
        Vote::Duplicate => {
            cx.reject("counted already");
            false
        }
        Vote::Equivocation => {
            cx.reject("this replica voted differently before");
            false
        }
    }
}
