//! Paxos's own invariants: what the proof of §2.2 rests on.
//!
//! Each check looks at the node that just took a step and compares it with the ledger of what was seen before.

use super::synod::{
    CHOSEN_STANDS, LEARNED_IS_CHOSEN, ONE_VALUE, PROMISES_STAND, VOTES_STAND, WITHIN_PROMISE,
};
use super::{Ballot, Cite, Config, Node, Paxos, Proposal, Stage};
use consensus_kernel::{Invariant, Ledger, LedgerKey, NodeId, QuorumRule, RuleId, World};

/// How far down skipped ballots are marked as seen.
const SKIPPED_MAX: u64 = 1 << 12;

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

fn node(world: &dyn World<Paxos>, who: NodeId) -> Option<&Node> {
    world.node(who).and_then(Paxos::node)
}

fn one_value_per_ballot(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(Proposal { ballot, value }) = node(world, who).and_then(proposal) else { return Ok(()) };
    ledger.state(ballot, value.0, who).map_err(|first| {
        format!("nodes {} and {who} propose different values in ballot {ballot}, {who} {value}", first.who)
    })
}

fn proposal(node: &Node) -> Option<Proposal> {
    let p = &node.proposer;
    let value = p.proposed.filter(|_| p.stage == Stage::Proposing)?;
    Some(Proposal { ballot: p.ballot, value })
}

/// Where the ledger keeps an acceptor's vote in a ballot.
fn vote_key(ballot: Ballot, acceptor: usize) -> LedgerKey {
    LedgerKey { group: ballot << 1, place: acceptor as u64 }
}

/// Notes this node's vote, if it has one; gives it if a majority has voted the same.
fn note_vote(ledger: &mut Ledger, config: &Config, node: &Node) -> Option<Proposal> {
    let vote = node.acceptor.accepted?;
    let _known = ledger.state(vote_key(vote.ballot, node.me.index()), vote.value.0, node.me);
    is_chosen(ledger, config, vote).then_some(vote)
}

fn is_chosen(ledger: &Ledger, config: &Config, p: Proposal) -> bool {
    let acceptors = config.acceptors.0..config.acceptors.1;
    let voted = |i: &usize| ledger.lookup(vote_key(p.ballot, *i)).is_some_and(|(v, _)| v == p.value.0);
    let majority = QuorumRule::Majority.size(acceptors.len(), 0);
    acceptors.filter(voted).count() >= majority
}

fn chosen_value_stands(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    const CHOSEN: [LedgerKey; 2] = [LedgerKey { group: 1, place: 0 }, LedgerKey { group: 1, place: 1 }];
    let Some(node_here) = node(world, who) else { return Ok(()) };
    let now_chosen = note_vote(ledger, world.config(), node_here);
    let first = ledger.lookup(CHOSEN[0]).zip(ledger.lookup(CHOSEN[1]));
    let differs = |p: &Proposal, ballot: Ballot, value: u64| p.ballot > ballot && p.value.0 != value;
    if let Some(((value, _), (ballot, _))) = first {
        if let Some(p) = proposal(node_here).filter(|p| differs(p, ballot, value)) {
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
    let Some(chosen) = now_chosen else { return Ok(()) };
    let _first = ledger.state(CHOSEN[0], chosen.value.0, who);
    let _first = ledger.state(CHOSEN[1], chosen.ballot, who);
    for id in (0..world.replicas()).map(NodeId::replica) {
        let later = node(world, id).and_then(proposal).filter(|p| differs(p, chosen.ballot, chosen.value.0));
        if let Some(p) = later {
            let Proposal { ballot, value } = chosen;
            return Err(format!(
                "{value} is chosen in ballot {ballot} although node {id} proposed {} in ballot {}",
                p.value, p.ballot
            ));
        }
    }
    Ok(())
}

fn vote_within_promise(_ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(acceptor) = node(world, who).map(|n| &n.acceptor) else { return Ok(()) };
    match acceptor.accepted.filter(|vote| vote.ballot > acceptor.promised) {
        Some(vote) => Err(format!(
            "acceptor {who} voted in ballot {} and promised only {}",
            vote.ballot, acceptor.promised
        )),
        None => Ok(()),
    }
}

fn promises_stand(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(acceptor) = node(world, who).map(|n| &n.acceptor) else { return Ok(()) };
    never_falls(ledger, who, acceptor.promised)
        .map_err(|now| format!("acceptor {who} went back to promise {now} after a higher one"))
}

fn votes_stand(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(acceptor) = node(world, who).map(|n| &n.acceptor) else { return Ok(()) };
    never_falls(ledger, who, acceptor.accepted.map_or(0, |p| p.ballot))
        .map_err(|now| format!("acceptor {who} went back to its vote of ballot {now} after a later one"))
}

/// Marks all numbers up to this one as reached by this node; an error if a higher one was reached before.
pub(crate) fn never_falls(ledger: &mut Ledger, who: NodeId, now: u64) -> Result<(), u64> {
    let key = |place| LedgerKey { group: u64::from(who.raw()), place };
    if now.checked_add(1).is_some_and(|above| ledger.lookup(key(above)).is_some()) {
        return Err(now);
    }
    for place in (now.saturating_sub(SKIPPED_MAX)..=now).rev() {
        if ledger.lookup(key(place)).is_some() {
            break;
        }
        let _news = ledger.state(key(place), 0, who);
    }
    Ok(())
}

fn learned_means_chosen(ledger: &mut Ledger, world: &dyn World<Paxos>, who: NodeId) -> Result<(), String> {
    let Some(node) = node(world, who) else { return Ok(()) };
    let _chosen = note_vote(ledger, world.config(), node);
    // The votes are there when somebody learns of them; later they may be forgotten.
    let judged = |p: Proposal| LedgerKey { group: 1, place: p.ballot };
    let known = |p: &Proposal| ledger.lookup(judged(*p)).is_some_and(|(value, _)| value == p.value.0);
    let new = node.learner.chosen.filter(|p| !known(p));
    match new {
        Some(p) if is_chosen(ledger, world.config(), p) => {
            let _first = ledger.state(judged(p), p.value.0, who);
            Ok(())
        }
        Some(p) if !ledger.has_forgotten() => {
            let Proposal { ballot, value } = p;
            Err(format!(
                "node {who} learned {value} of ballot {ballot}, which no majority accepted in that ballot"
            ))
        }
        _ => Ok(()),
    }
}
