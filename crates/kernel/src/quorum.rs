//! Vote counting: the only place that knows how large a quorum is.

use crate::{NodeId, NodeSet};
use serde::Serialize;
use smallvec::SmallVec;

/// How many of n replicas make a quorum when f may be faulty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum QuorumRule {
    /// ⌊n/2⌋ + 1: two quorums share a replica. Crash faults.
    Majority,
    /// ⌈(n+f+1)/2⌉: two quorums share f+1 replicas, so a correct one, for every n.
    ByzantineMinimum,
    /// n − f: what can always be collected; two of them share n − 2f.
    AllButFaulty,
    /// 2f + 1, read literally: safe only when n = 3f + 1.
    TwoFPlusOne,
    /// 2f: one short of 2f + 1, kept to show what goes wrong.
    TwoF,
    /// ⌊n/2⌋: one short of a majority, kept to show what goes wrong.
    Half,
}

impl QuorumRule {
    /// The quorum's size; at least 1 and at most n.
    pub const fn size(self, n: usize, f: usize) -> usize {
        let q = match self {
            Self::Majority => n / 2 + 1,
            Self::ByzantineMinimum => (n + f + 1).div_ceil(2),
            Self::AllButFaulty => n.saturating_sub(f),
            Self::TwoFPlusOne => 2 * f + 1,
            Self::TwoF => 2 * f,
            Self::Half => n / 2,
        };
        if q < 1 {
            1
        } else if q > n {
            n
        } else {
            q
        }
    }

    /// The least number of replicas that two quorums of this size share (negative: how far they are from touching).
    pub const fn overlap(self, n: usize, f: usize) -> isize {
        2 * self.size(n, f) as isize - n as isize
    }
}

/// How much of the total weight makes a quorum. The total is that of all who may vote, never of those who did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum WeightRule {
    /// More than two thirds: two quorums share more than a third.
    MoreThanTwoThirds,
    /// More than 0.67, which is not the same: what is left when less than a third is missing may be too little.
    MoreThan67Percent,
    /// Two thirds: two quorums share a third, which may be just what is faulty.
    TwoThirds,
    /// More than half: two quorums share somebody, who may be faulty.
    MoreThanHalf,
    /// More than a third: somebody in it is correct.
    MoreThanThird,
}

impl WeightRule {
    /// The least weight that is enough; at least 1, for a total of up to 2⁶³.
    pub const fn least(self, total: u64) -> u64 {
        let least = match self {
            Self::MoreThanTwoThirds => total - total.div_ceil(3) + 1,
            Self::MoreThan67Percent => total / 100 * 67 + total % 100 * 67 / 100 + 1,
            Self::TwoThirds => total - total / 3,
            Self::MoreThanHalf => total / 2 + 1,
            Self::MoreThanThird => total / 3 + 1,
        };
        if least < 1 { 1 } else { least }
    }
}

/// What a set of voters weighs together.
pub fn weigh(voters: &NodeSet, weights: &[u64]) -> u64 {
    voters.iter().filter_map(|id| weights.get(id.index())).sum()
}

/// Distinct voters for one thing, and their weight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Tally {
    voters: NodeSet,
    weight: u64,
}

impl Tally {
    /// No votes.
    pub const EMPTY: Self = Self { voters: NodeSet::EMPTY, weight: 0 };

    /// Counts a voter of weight 1; false if it was counted before.
    #[inline]
    pub fn add(&mut self, voter: NodeId) -> bool {
        self.add_weighted(voter, 1)
    }

    /// Counts a voter with its weight; false if it was counted before.
    #[inline]
    pub fn add_weighted(&mut self, voter: NodeId, weight: u64) -> bool {
        let fresh = self.voters.insert(voter);
        if fresh {
            self.weight += weight;
        }
        fresh
    }

    /// Who voted.
    #[inline]
    pub fn voters(&self) -> &NodeSet {
        &self.voters
    }

    /// Weight of those who voted; their number where all weigh 1.
    #[inline]
    pub fn weight(&self) -> u64 {
        self.weight
    }

    /// Number of voters, where all weigh 1.
    #[inline]
    pub fn count(&self) -> usize {
        self.weight as usize
    }

    /// Forgets all votes.
    pub fn clear(&mut self) {
        *self = Self::EMPTY;
    }
}

/// What came of offering a vote to a [`Poll`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Vote {
    /// Counted; so many distinct voters now stand behind that choice.
    Counted(usize),
    /// The same voter made the same choice before.
    Duplicate,
    /// The same voter made another choice before: evidence that it lies.
    Equivocation,
}

/// Votes of distinct voters for one of several choices. A voter's first choice counts, a second one is evidence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Poll<C> {
    choices: SmallVec<[(C, Tally); 1]>,
    voted: NodeSet,
    equivocators: NodeSet,
}

impl<C> Default for Poll<C> {
    fn default() -> Self {
        Self { choices: SmallVec::new(), voted: NodeSet::EMPTY, equivocators: NodeSet::EMPTY }
    }
}

impl<C: PartialEq + Copy> Poll<C> {
    /// Offers a vote.
    #[inline]
    pub fn add(&mut self, voter: NodeId, choice: C) -> Vote {
        let fresh = self.voted.insert(voter);
        if let Some((_, tally)) = self.choices.iter_mut().find(|(c, _)| *c == choice) {
            if fresh {
                tally.add(voter);
                return Vote::Counted(tally.count());
            }
            if tally.voters().contains(voter) {
                return Vote::Duplicate;
            }
        } else if fresh {
            let mut tally = Tally::EMPTY;
            tally.add(voter);
            self.choices.push((choice, tally));
            return Vote::Counted(1);
        }
        self.equivocators.insert(voter);
        Vote::Equivocation
    }

    /// Distinct voters behind a choice.
    #[inline]
    pub fn count(&self, choice: C) -> usize {
        self.tally(choice).map_or(0, |t| t.count())
    }

    /// The votes for a choice, if any.
    #[inline]
    pub fn tally(&self, choice: C) -> Option<&Tally> {
        self.choices.iter().find(|(c, _)| *c == choice).map(|(_, t)| t)
    }

    /// The choice with most voters (the first to get there among equals).
    pub fn leading(&self) -> Option<(C, usize)> {
        let mut best: Option<(C, usize)> = None;
        for (c, t) in &self.choices {
            if best.is_none_or(|(_, k)| t.count() > k) {
                best = Some((*c, t.count()));
            }
        }
        best
    }

    /// Voters caught making two choices.
    pub fn equivocators(&self) -> &NodeSet {
        &self.equivocators
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.choices.clear();
        self.voted = NodeSet::EMPTY;
        self.equivocators = NodeSet::EMPTY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn byzantine_quorums_overlap_in_a_correct_replica_for_every_n() {
        for n in 4..=128 {
            let f = (n - 1) / 3;
            assert!(QuorumRule::ByzantineMinimum.overlap(n, f) > f as isize, "n={n}");
            assert!(QuorumRule::ByzantineMinimum.size(n, f) <= n - f, "live at n={n}");
            assert!(QuorumRule::AllButFaulty.overlap(n, f) > f as isize, "n={n}");
            let literal_is_safe = QuorumRule::TwoFPlusOne.overlap(n, f) > f as isize;
            assert_eq!(literal_is_safe, n == 3 * f + 1, "n={n}");
        }
        assert_eq!(QuorumRule::ByzantineMinimum.size(3, 1), 3, "beyond the bound it stalls");
    }

    #[test]
    fn a_weighted_quorum_is_the_least_weight_beyond_its_share() {
        for total in 1..=400u64 {
            let is = |rule: WeightRule, enough: &dyn Fn(u64) -> bool| {
                assert_eq!(rule.least(total), (1..).find(|w| enough(*w)).unwrap(), "{rule:?} of {total}");
            };
            is(WeightRule::MoreThanTwoThirds, &|w| 3 * w > 2 * total);
            is(WeightRule::MoreThan67Percent, &|w| 100 * w > 67 * total);
            is(WeightRule::TwoThirds, &|w| 3 * w >= 2 * total);
            is(WeightRule::MoreThanHalf, &|w| 2 * w > total);
            is(WeightRule::MoreThanThird, &|w| 3 * w > total);
        }
    }

    proptest! {
        /// A naive twin: a list of first votes.
        #[test]
        fn a_poll_counts_like_a_list_of_first_votes(votes in prop::collection::vec((0usize..6, 0u8..3), 0..40)) {
            let mut poll = Poll::default();
            let mut first: Vec<(usize, u8)> = Vec::new();
            for (voter, choice) in votes {
                let seen = first.iter().find(|(v, _)| *v == voter).map(|(_, c)| *c);
                let got = poll.add(NodeId::replica(voter), choice);
                match seen {
                    None => {
                        first.push((voter, choice));
                        let k = first.iter().filter(|(_, c)| *c == choice).count();
                        prop_assert_eq!(got, Vote::Counted(k));
                    }
                    Some(c) if c == choice => prop_assert_eq!(got, Vote::Duplicate),
                    Some(_) => prop_assert_eq!(got, Vote::Equivocation),
                }
            }
        }
    }
}
