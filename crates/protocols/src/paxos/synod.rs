//! The rules of one instance, the same in single-decree Paxos and in each slot of Multi-Paxos (Lamport, Paxos Made
//! Simple, §2.2 and §2.3): whose a ballot is, when an acceptor answers, what a quorum of promises leaves to propose, and
//! whom to count.

use consensus_kernel::{Breaks, NodeId, RuleSet, Switch, Tally, Value};
use serde::Serialize;

/// The number of a proposal, from 1; 0 stands before the first.
pub type Ballot = u64;

/// A numbered proposal. At an acceptor the latest that it accepted: `(maxVBal, maxVal)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Proposal {
    /// Its number.
    pub ballot: Ballot,
    /// What it proposes.
    pub value: Value,
}

/// The smallest ballot above another that proposer `index` of so many owns: they take turns.
pub fn next_ballot(above: Ballot, index: usize, proposers: usize, rules: RuleSet) -> Ballot {
    if !rules.holds(OWNED_BALLOTS) {
        return above.saturating_add(1);
    }
    let (first, step) = (index as u64 + 1, proposers.max(1) as u64);
    match above.checked_sub(first) {
        None => first,
        Some(past) => first.saturating_add((past / step + 1).saturating_mul(step)),
    }
}

/// 1b: whether an acceptor that promised `promised` answers a prepare request; if so, it promises this ballot.
pub fn prepare(promised: &mut Ballot, ballot: Ballot, rules: RuleSet) -> bool {
    let open = ballot > *promised || (ballot == *promised && !rules.holds(STRICT_PROMISE));
    if open && rules.holds(RECORD_PROMISE) {
        *promised = ballot;
    }
    open
}

/// 2b: whether it answers an accept request; if so, it promises this ballot, too.
#[inline]
pub fn accept(promised: &mut Ballot, ballot: Ballot, rules: RuleSet) -> bool {
    let open = ballot >= *promised || !rules.holds(ACCEPT_GUARD);
    if open && rules.holds(PROMISE_ON_ACCEPT) {
        *promised = ballot.max(*promised);
    }
    open
}

/// Of two accepted proposals that promises report, the one that binds the proposer: the one with the highest ballot.
pub fn binding(best: Option<Proposal>, reported: Proposal, rules: RuleSet) -> Proposal {
    let Some(best) = best else { return reported };
    let better = if !rules.holds(EVERY_REPORT) {
        false
    } else if !rules.holds(BALLOT_NOT_VALUE) {
        reported.value > best.value
    } else if !rules.holds(HIGHEST_BALLOT) {
        reported.ballot < best.ballot
    } else {
        reported.ballot > best.ballot
    };
    if better { reported } else { best }
}

/// P2c: what may be proposed: the value that binds, or one's own if there is none.
pub fn proposable(best: Option<Proposal>, own: Option<Value>, rules: RuleSet) -> Option<Value> {
    let bound = best.map(|p| p.value);
    if rules.holds(ADOPT) { bound.or(own) } else { own.or(bound) }
}

/// Acceptors that answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Count {
    /// Who.
    pub tally: Tally,
    /// Answers of acceptors that were counted already, counted once more because a rule is missing.
    pub repeats: u32,
}

impl Count {
    /// Nobody.
    pub const NONE: Self = Self { tally: Tally::EMPTY, repeats: 0 };

    /// Counts an acceptor; false if it was counted before.
    #[inline]
    pub fn add(&mut self, acceptor: NodeId, rules: RuleSet) -> bool {
        if self.tally.add(acceptor) {
            return true;
        }
        let again = !rules.holds(COUNT_ACCEPTORS);
        self.repeats += u32::from(again);
        again
    }

    /// How many.
    #[inline]
    pub fn size(&self) -> usize {
        self.tally.count() + self.repeats as usize
    }
}

// Names of the invariants that both protocols have.

/// In one ballot at most one value is proposed.
pub const ONE_VALUE: &str = "One Value per Ballot";
/// P2b.
pub const CHOSEN_STANDS: &str = "Chosen Value Stands";
/// No vote above the promise.
pub const WITHIN_PROMISE: &str = "Vote Within Promise";
/// Promises only grow.
pub const PROMISES_STAND: &str = "Promises Stand";
/// Votes are never taken back.
pub const VOTES_STAND: &str = "Votes Stand";
/// A majority stands behind what is learned.
pub const LEARNED_IS_CHOSEN: &str = "Learned Means Chosen";

switches! {
    ADOPT = 0, "adopt-accepted", "P2c", Breaks::Safety(CHOSEN_STANDS),
        "propose what the promises report, not one's own value",
        "A value is chosen, the next proposer hears of it in a promise, insists on its own, and that is chosen as well.";
    HIGHEST_BALLOT = 1, "highest-ballot", "P2c", Breaks::Safety(CHOSEN_STANDS),
        "of several reports take the highest ballot, not the lowest",
        "An old proposal that one acceptor holds beats the later one that a quorum chose.";
    BALLOT_NOT_VALUE = 2, "ballot-not-value", "P2c", Breaks::Safety(CHOSEN_STANDS),
        "compare reports by ballot, not by value",
        "A larger value that was never chosen beats the chosen one.";
    EVERY_REPORT = 3, "every-report", "P2c", Breaks::Safety(CHOSEN_STANDS),
        "look at the reports of a whole quorum, not at the first",
        "The first report is of an old proposal; the chosen one stands in the next, unread.";
    ACCEPT_GUARD = 4, "accept-guard", "P1a, 2b", Breaks::Safety(CHOSEN_STANDS),
        "accept nothing below the promise",
        "A proposer was promised that nothing older gets through and proposes freely; then the older proposal is chosen.";
    RECORD_PROMISE = 5, "record-promise", "P1a, 1b", Breaks::Safety(CHOSEN_STANDS),
        "remember the promise that is given",
        "The promise is given and forgotten, and the older proposal that it ruled out is accepted.";
    PROMISE_ON_ACCEPT = 6, "promise-on-accept", "2b", Breaks::Safety(WITHIN_PROMISE),
        "a vote is a promise, too",
        "An acceptor that was never asked to promise votes, then takes a proposal of a lower ballot and forgets its vote.";
    STRICT_PROMISE = 7, "strict-promise", "1b", Breaks::Nothing,
        "promise only a ballot above the last",
        "Nothing: a ballot has one owner, who proposes once in it, so to promise it again tells him nothing new. \
         Without owned ballots as well, two proposers are promised the same ballot, and two values are chosen in it.";
    OWNED_BALLOTS = 8, "owned-ballots", "§2.5", Breaks::Nothing,
        "each ballot belongs to one proposer",
        "Nothing: of two quorums of promises for one ballot a common acceptor gave one, as it promises a ballot only once. \
         Without strict promises as well, both proposers get theirs, and two values are chosen in one ballot.";
    MAJORITY = 9, "majority", "§2.2", Breaks::Safety("Agreement"),
        "a quorum is more than half",
        "Two halves that never meet choose two values.";
    COUNT_ACCEPTORS = 10, "count-acceptors", "§2.2", Breaks::Safety(LEARNED_IS_CHOSEN),
        "count acceptors, not messages",
        "The network doubles one acceptor's vote, and it passes for a majority.";
    SAME_BALLOT = 11, "same-ballot", "§2.2", Breaks::Safety(LEARNED_IS_CHOSEN),
        "count only votes of one ballot together",
        "Votes for one value in different ballots add up, though no ballot has a majority and a later one is free.";
    THIS_BALLOT = 12, "this-ballot", "§2.2", Breaks::Safety(CHOSEN_STANDS),
        "count only promises of the present ballot",
        "A late promise of an earlier ballot completes a quorum: it rules out too little and reports too little.";
    PERSIST_PROMISE = 13, "persist-promise", "§2.5", Breaks::Safety(PROMISES_STAND),
        "have the promise on disk before it is sent",
        "After a crash the acceptor has forgotten what it promised and accepts the proposal that it had ruled out.";
    PERSIST_VOTE = 14, "persist-vote", "§2.5", Breaks::Safety(VOTES_STAND),
        "have the vote on disk before it is sent",
        "A value is chosen with the acceptor's vote; after a crash it reports none, and another value is chosen.";
    BACK_OFF = 15, "back-off", "§2.4", Breaks::Liveness,
        "whoever is overtaken waits a random time",
        "Two proposers overtake each other's ballots for ever, and neither gets to the second phase in time.";
}

/// The switches of a protocol: those of the instance, then its own.
pub const fn join<const N: usize>(own: &[Switch]) -> [Switch; N] {
    let mut all = [SWITCHES[0]; N];
    let mut i = 0;
    while i < N {
        all[i] = if i < SWITCHES.len() { SWITCHES[i] } else { own[i - SWITCHES.len()] };
        i += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_kernel::RuleSet;

    const ALL: RuleSet = RuleSet::ALL_HOLD;

    fn proposal(ballot: Ballot, number: u32) -> Proposal {
        Proposal { ballot, value: Value::request(0, number) }
    }

    #[test]
    fn ballots_have_one_owner_each_and_a_proposer_always_finds_a_higher_one_of_its_own() {
        for proposers in 1..6 {
            for above in 0..40 {
                let next: Vec<u64> = (0..proposers).map(|i| next_ballot(above, i, proposers, ALL)).collect();
                let mut sorted = next.clone();
                sorted.sort_unstable();
                let expected: Vec<u64> = (above + 1..=above + proposers as u64).collect();
                assert_eq!(sorted, expected, "each takes its turn after {above}");
                assert!(next.iter().enumerate().all(|(i, b)| (b - 1) as usize % proposers == i));
            }
        }
        assert_eq!(next_ballot(u64::MAX, 0, 3, ALL), u64::MAX);
        assert_eq!(next_ballot(7, 2, 3, ALL.without(OWNED_BALLOTS)), 8);
    }

    #[test]
    fn p1a_a_promise_is_given_only_above_the_last_and_a_vote_also_at_it() {
        let mut promised = 4;
        assert!(!prepare(&mut promised, 4, ALL) && !prepare(&mut promised, 3, ALL));
        assert!(accept(&mut promised, 4, ALL) && !accept(&mut promised, 3, ALL));
        assert!(prepare(&mut promised, 5, ALL));
        assert_eq!(promised, 5);
        assert!(accept(&mut promised, 7, ALL));
        assert_eq!(promised, 7, "a vote promises its ballot");
    }

    #[test]
    fn p2c_the_report_with_the_highest_ballot_binds_and_only_without_any_the_choice_is_free() {
        let reports = [proposal(2, 9), proposal(5, 1), proposal(3, 4)];
        let best = |rules: RuleSet| {
            reports.iter().fold(None, |best, report| Some(binding(best, *report, rules))).map(|p| p.ballot)
        };
        assert_eq!(best(ALL), Some(5));
        assert_eq!(best(ALL.without(HIGHEST_BALLOT)), Some(2));
        assert_eq!(best(ALL.without(BALLOT_NOT_VALUE)), Some(2));
        assert_eq!(best(ALL.without(EVERY_REPORT)), Some(2));
        let own = Some(Value::request(1, 1));
        assert_eq!(proposable(Some(reports[1]), own, ALL), Some(reports[1].value));
        assert_eq!(proposable(None, own, ALL), own);
        assert_eq!(proposable(Some(reports[1]), own, ALL.without(ADOPT)), own);
    }

    #[test]
    fn an_acceptor_counts_once_however_often_it_answers() {
        let mut count = Count::NONE;
        assert!(count.add(NodeId::replica(3), ALL) && !count.add(NodeId::replica(3), ALL));
        assert_eq!(count.size(), 1);
        assert!(count.add(NodeId::replica(3), ALL.without(COUNT_ACCEPTORS)));
        assert_eq!(count.size(), 2);
    }
}
