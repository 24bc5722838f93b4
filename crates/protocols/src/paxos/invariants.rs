//! Paxos's own invariants: what the proof of §2.2 rests on.
//!
//! Each check looks at the node that just took a step and compares it with the ledger of what was seen before.

use super::synod::{
    CHOSEN_STANDS, LEARNED_IS_CHOSEN, ONE_VALUE, PROMISES_STAND, VOTES_STAND, WITHIN_PROMISE,
};
use super::{Ballot, Cite, Config, Node, Paxos, Proposal, Stage};
use consensus_kernel::{Invariant, Ledger, LedgerKey, NodeId, QuorumRule, RuleId, Value, World};

const ACCEPT: RuleId = Cite::Accept as RuleId;
const PROPOSE: RuleId = Cite::Propose as RuleId;
const RECOVER: RuleId = Cite::Recover as RuleId;

pub(super) const ALL: &[Invariant<Paxos>] = &[
    Invariant {
        name: ONE_VALUE,
        place: "Paxos Made Simple, §2.2",
        says: "In one ballot at most one value is proposed.",
        on: &[PROPOSE],
        check: one_value_per_ballot,
    },
    Invariant {
        name: CHOSEN_STANDS,
        place: "Paxos Made Simple, §2.2, P2b",
        says: "Once a value is chosen, every proposal of a higher ballot has that value.",
        on: &[PROPOSE, ACCEPT],
        check: chosen_value_stands,
    },
    Invariant {
        name: WITHIN_PROMISE,
        place: "Paxos Made Simple, §2.2, phase 2b",
        says: "An acceptor has never voted in a ballot above its promise.",
        on: &[ACCEPT, RECOVER],
        check: vote_within_promise,
    },
    Invariant {
        name: PROMISES_STAND,
        place: "Paxos Made Simple, §2.2 (P1a) and §2.5",
        says: "An acceptor's promise only grows, also across restarts.",
        on: &[Cite::Promise as RuleId, ACCEPT, RECOVER],
        check: promises_stand,
    },
    Invariant {
        name: VOTES_STAND,
        place: "Paxos Made Simple, §2.2 and §2.5",
        says: "The ballot of an acceptor's latest vote only grows, also across restarts.",
        on: &[ACCEPT, RECOVER],
        check: votes_stand,
    },
    Invariant {
        name: LEARNED_IS_CHOSEN,
        place: "Paxos Made Simple, §2.1 and §2.3",
        says: "What is learned was accepted by a majority of the acceptors in one ballot.",
        on: &[ACCEPT, Cite::Chosen as RuleId, Cite::Told as RuleId],
        check: learned_means_chosen,
    },
];

fn one_value_per_ballot(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(Proposal { ballot, value }) = world.member(who).and_then(proposal) else { return Ok(()) };
    ledger.state(ballot, value.0, who).map_err(|first| {
        format!("nodes {} and {who} propose different values in ballot {ballot}, {who} {value}", first.who)
    })
}

fn proposal(node: &Node) -> Option<Proposal> {
    let p = &node.proposer;
    let value = p.proposed.filter(|_| p.stage == Stage::Proposing)?;
    Some(Proposal { ballot: p.ballot, value })
}

/// What stands for good: the value that was chosen first, its ballot, and of each value ever chosen its first ballot.
const FIRST: LedgerKey = LedgerKey { group: 1, place: 0 };
const FIRST_BALLOT: LedgerKey = LedgerKey { group: 1, place: 1 };
const CHOSEN: u64 = 3;
/// The group of what was proposed, by ballot.
const PROPOSED: u64 = 1;

/// Where the ledger keeps an acceptor's vote in a ballot. Before all of them stands that there are any.
fn vote_key(ballot: Ballot, acceptor: usize) -> LedgerKey {
    LedgerKey { group: ballot << 1, place: acceptor as u64 + 1 }
}

fn any_vote_key(ballot: Ballot) -> LedgerKey {
    LedgerKey { group: ballot << 1, place: 0 }
}

/// Notes this node's vote, if it has one; gives it if a majority has voted the same.
fn note_vote(ledger: &mut Ledger, config: &Config, node: &Node) -> Option<Proposal> {
    let vote = node.acceptor.accepted?;
    let _first = ledger.state(any_vote_key(vote.ballot), 0, node.me);
    let _known = ledger.state(vote_key(vote.ballot, node.me.index()), vote.value.0, node.me);
    if !is_chosen(ledger, config, vote) {
        return None;
    }
    let _first = ledger.state_for_good((CHOSEN, vote.value.0), vote.ballot, node.me);
    Some(vote)
}

fn is_chosen(ledger: &Ledger, config: &Config, p: Proposal) -> bool {
    let acceptors = config.acceptors.0..config.acceptors.1;
    let voted = |i: &usize| ledger.lookup(vote_key(p.ballot, *i)).is_some_and(|(v, _)| v == p.value.0);
    let majority = QuorumRule::Majority.size(acceptors.len(), 0);
    acceptors.filter(voted).count() >= majority
}

fn chosen_value_stands(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(node_here) = world.member(who) else { return Ok(()) };
    let now_chosen = note_vote(ledger, world.config(), node_here);
    let proposal = proposal(node_here);
    if let Some(Proposal { ballot, value }) = proposal {
        let _first = ledger.state((PROPOSED, ballot), value.0, who);
    }
    let first = ledger.lookup_for_good(FIRST).zip(ledger.lookup_for_good(FIRST_BALLOT));
    if let Some(((value, _), (ballot, _))) = first {
        if let Some(p) = proposal.filter(|p| p.ballot > ballot && p.value.0 != value) {
            return Err(format!(
                "node {who} proposes {} in ballot {}; another was chosen in {ballot}",
                p.value, p.ballot
            ));
        }
        return match now_chosen.filter(|p| p.value.0 != value) {
            Some(p) => Err(format!("{} is chosen in ballot {}, another in {ballot}", p.value, p.ballot)),
            None => Ok(()),
        };
    }
    let Some(Proposal { ballot, value }) = now_chosen else { return Ok(()) };
    let _first = ledger.state_for_good(FIRST, value.0, who);
    let _first = ledger.state_for_good(FIRST_BALLOT, ballot, who);
    // Of all that was proposed before, too, whether or not its proposer has gone on.
    let later = ledger
        .facts()
        .find(|(key, other, _)| key.group == PROPOSED && key.place > ballot && *other != value.0);
    match later {
        Some((LedgerKey { place, .. }, other, by)) => Err(format!(
            "{value} is chosen in ballot {ballot} although node {by} proposed {} in ballot {place}",
            Value(other)
        )),
        None => Ok(()),
    }
}

fn vote_within_promise(_ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(acceptor) = world.member(who).map(|n| &n.acceptor) else { return Ok(()) };
    match acceptor.accepted.filter(|vote| vote.ballot > acceptor.promised) {
        Some(vote) => Err(format!(
            "acceptor {who} voted in ballot {} and promised only {}",
            vote.ballot, acceptor.promised
        )),
        None => Ok(()),
    }
}

fn promises_stand(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(acceptor) = world.member(who).map(|n| &n.acceptor) else { return Ok(()) };
    let now = acceptor.promised;
    ledger
        .rises(who, now)
        .map_err(|before| format!("acceptor {who} went back to promise {now} after {before}"))
}

fn votes_stand(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(acceptor) = world.member(who).map(|n| &n.acceptor) else { return Ok(()) };
    let now = acceptor.accepted.map_or(0, |p| p.ballot);
    ledger
        .rises(who, now)
        .map_err(|before| format!("acceptor {who} went back to its vote of ballot {now} after {before}"))
}

fn learned_means_chosen(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(node) = world.member(who) else { return Ok(()) };
    let _chosen = note_vote(ledger, world.config(), node);
    let Some(learned) = node.learner.chosen else { return Ok(()) };
    let Proposal { ballot, value } = learned;
    let first = ledger.lookup_for_good((CHOSEN, value.0)).is_some_and(|(first, _)| first == ballot);
    // Votes are forgotten after long; then nothing is said.
    if first || is_chosen(ledger, world.config(), learned) || !ledger.recalls(any_vote_key(ballot)) {
        return Ok(());
    }
    Err(format!("node {who} learned {value} of ballot {ballot}, which no majority accepted in that ballot"))
}
