//! Multi-Paxos's own invariants: those of one instance, slot by slot, and what the state machine adds.
//!
//! Each check looks only at what the replica that just took a step voted for and learned in that step.

use super::{Ballot, Cite, MultiPaxos, Proposal, Replica, Role};
use crate::paxos::synod::{
    CHOSEN_STANDS, LEARNED_IS_CHOSEN, ONE_VALUE, PROMISES_STAND, VOTES_STAND, WITHIN_PROMISE,
};
use consensus_kernel::{Invariant, Ledger, LedgerKey, NodeId, QuorumRule, RuleId, Slot, Value, World};

/// Commands are carried out in the order of slots.
pub(super) const IN_ORDER: &str = "In Order";
/// No command is carried out twice.
pub(super) const EXACTLY_ONCE: &str = "Exactly Once";

/// How many open slots, and how many ballots of each, a check after a restart looks at.
const LOOKED_AT: u64 = 1 << 7;

const RECOVER: RuleId = Cite::Recover as RuleId;
const ACCEPT: RuleId = Cite::Accept as RuleId;
const PROPOSED: [RuleId; 3] = [Cite::Propose as RuleId, Cite::Repropose as RuleId, Cite::Noop as RuleId];
const VOTED: &[RuleId] = &[PROPOSED[0], PROPOSED[1], PROPOSED[2], ACCEPT, RECOVER];

pub(super) const ALL: &[Invariant<MultiPaxos>] = &[
    Invariant {
        name: ONE_VALUE,
        place: "Paxos Made Simple, §2.2",
        says: "In one slot and ballot at most one value is proposed.",
        on: &PROPOSED,
        check: one_value_per_ballot,
    },
    Invariant {
        name: CHOSEN_STANDS,
        place: "Paxos Made Simple, §2.2, P2b",
        says: "Once a value is chosen in a slot, every proposal of a higher ballot there has that value.",
        on: &[PROPOSED[0], PROPOSED[1], PROPOSED[2], Cite::Chosen as RuleId],
        check: chosen_value_stands,
    },
    Invariant {
        name: WITHIN_PROMISE,
        place: "Paxos Made Simple, §2.2, phase 2b",
        says: "A replica has never voted in a ballot above its promise.",
        on: VOTED,
        check: vote_within_promise,
    },
    Invariant {
        name: PROMISES_STAND,
        place: "Paxos Made Simple, §2.2 (P1a) and §2.5",
        says: "A replica's promise only grows, also across restarts.",
        on: &[Cite::Promise as RuleId, ACCEPT, RECOVER],
        check: promises_stand,
    },
    Invariant {
        name: VOTES_STAND,
        place: "Paxos Made Simple, §2.5",
        says: "A replica that comes back still has its latest vote in each slot.",
        on: VOTED,
        check: votes_stand,
    },
    Invariant {
        name: LEARNED_IS_CHOSEN,
        place: "Paxos Made Simple, §2.1 and §2.3",
        says: "What is learned in a slot was accepted there by a majority in one ballot.",
        on: &[
            PROPOSED[0],
            PROPOSED[1],
            PROPOSED[2],
            ACCEPT,
            Cite::Chosen as RuleId,
            Cite::Learn as RuleId,
            Cite::Told as RuleId,
            Cite::CountPromise as RuleId,
        ],
        check: learned_means_chosen,
    },
    Invariant {
        name: IN_ORDER,
        place: "Paxos Made Simple, §3",
        says: "A replica carries out the commands of slots 1, 2, 3, … in this order.",
        on: &[Cite::Apply as RuleId],
        check: in_order,
    },
    Invariant {
        name: EXACTLY_ONCE,
        place: "project rule; Raft, §8",
        says: "A replica carries out each command of a client at most once.",
        on: &[Cite::Apply as RuleId],
        check: exactly_once,
    },
];

/// What a leader proposed in this step: it votes for it at once.
fn proposed(replica: &Replica) -> impl Iterator<Item = (Slot, Proposal)> {
    let own = replica.ballot;
    replica.fresh.iter().copied().filter(move |(_, p)| p.ballot == own)
}

fn one_value_per_ballot(
    ledger: &mut Ledger,
    world: &dyn World<MultiPaxos>,
    who: NodeId,
) -> Result<(), String> {
    let Some(leader) = world.member(who) else { return Ok(()) };
    for (slot, Proposal { ballot, value }) in proposed(leader) {
        ledger.state((ballot, slot), value.0, who).map_err(|first| {
            format!(
                "leaders {} and {who} propose different values in slot {slot}, ballot {ballot}",
                first.who
            )
        })?;
    }
    Ok(())
}

fn chosen_value_stands(
    ledger: &mut Ledger,
    world: &dyn World<MultiPaxos>,
    who: NodeId,
) -> Result<(), String> {
    let Some(here) = world.member(who) else { return Ok(()) };
    for (slot, p) in proposed(here) {
        let _first = ledger.state(proposal_key(slot, p.ballot), p.value.0, who);
        let chosen = ledger.lookup(chosen_key(slot, false)).zip(ledger.lookup(chosen_key(slot, true)));
        if let Some(((value, by), (ballot, _))) = chosen
            && p.ballot > ballot
            && p.value.0 != value
        {
            return Err(format!(
                "leader {who} proposes {} in slot {slot}, ballot {}; leader {by} had another chosen in ballot {ballot}",
                p.value, p.ballot
            ));
        }
    }
    for (slot, p) in here.learned.iter().filter(|(_, p)| here.role == Role::Leader && p.ballot == here.ballot)
    {
        if ledger.state(chosen_key(*slot, false), p.value.0, who).is_err() {
            return Err(format!(
                "leader {who} has {} chosen in slot {slot}; another was chosen before",
                p.value
            ));
        }
        let _first = ledger.state(chosen_key(*slot, true), p.ballot, who);
        // Of all that was proposed before, too, whether or not its proposer leads still.
        let replicas = (0..world.replicas()).filter_map(|i| world.member(NodeId::replica(i)));
        let highest = replicas.map(|r| r.promised).max().unwrap_or(0);
        for ballot in p.ballot + 1..=highest.min(p.ballot.saturating_add(LOOKED_AT)) {
            let proposed = ledger.lookup(proposal_key(*slot, ballot));
            if let Some((other, by)) = proposed.filter(|(other, _)| *other != p.value.0) {
                return Err(format!(
                    "{} is chosen in slot {slot}, ballot {}, although leader {by} proposed {} in ballot {ballot}",
                    p.value,
                    p.ballot,
                    Value(other)
                ));
            }
        }
    }
    Ok(())
}

// A ledger's groups are ballots, and their places follow the slots: a steady leader's facts come one behind the other.

/// Where the ledger keeps what is chosen in a slot, and behind it in which ballot.
fn chosen_key(slot: Slot, ballot: bool) -> LedgerKey {
    LedgerKey { group: 0, place: slot.wrapping_mul(2).wrapping_add(ballot.into()) }
}

/// Where the ledger keeps what was proposed.
fn proposal_key(slot: Slot, ballot: Ballot) -> LedgerKey {
    LedgerKey { group: ballot.saturating_add(1), place: slot }
}

fn vote_within_promise(
    _ledger: &mut Ledger,
    world: &dyn World<MultiPaxos>,
    who: NodeId,
) -> Result<(), String> {
    let Some(replica) = world.member(who) else { return Ok(()) };
    match replica.fresh.iter().find(|(_, p)| p.ballot > replica.promised) {
        Some((slot, p)) => Err(format!(
            "replica {who} voted in ballot {} in slot {slot} and promised only {}",
            p.ballot, replica.promised
        )),
        None => Ok(()),
    }
}

fn promises_stand(ledger: &mut Ledger, world: &dyn World<MultiPaxos>, who: NodeId) -> Result<(), String> {
    let Some(replica) = world.member(who) else { return Ok(()) };
    let now = replica.promised;
    ledger
        .rises(who, now)
        .map_err(|before| format!("replica {who} went back to promise {now} after {before}"))
}

/// Where the ledger keeps the vote of one of `n` replicas.
fn vote_key(n: usize, slot: Slot, ballot: Ballot, who: NodeId) -> LedgerKey {
    let place = slot.wrapping_mul(n as u64).wrapping_add(who.index() as u64);
    LedgerKey { group: ballot.saturating_add(1), place }
}

fn votes_stand(ledger: &mut Ledger, world: &dyn World<MultiPaxos>, who: NodeId) -> Result<(), String> {
    let (Some(replica), n) = (world.member(who), world.replicas()) else { return Ok(()) };
    for (slot, p) in &replica.fresh {
        let _known = ledger.state(vote_key(n, *slot, p.ballot, who), p.value.0, who);
    }
    if !replica.fresh.is_empty() {
        return Ok(());
    }
    // Back after a crash: was there a vote of a later ballot than the one that is left?
    for slot in replica.log.prefix() + 1..=replica.log.prefix() + LOOKED_AT {
        let left = replica.log.open(slot).and_then(|open| open.vote).map_or(0, |vote| vote.ballot);
        let later = (left + 1..=replica.promised.min(left.saturating_add(LOOKED_AT)))
            .find(|ballot| ledger.lookup(vote_key(n, slot, *ballot, who)).is_some());
        if let Some(ballot) = later {
            return Err(format!("replica {who} lost its vote of ballot {ballot} in slot {slot}"));
        }
    }
    Ok(())
}

fn learned_means_chosen(
    ledger: &mut Ledger,
    world: &dyn World<MultiPaxos>,
    who: NodeId,
) -> Result<(), String> {
    let (Some(here), n) = (world.member(who), world.replicas()) else { return Ok(()) };
    for (slot, p) in &here.fresh {
        let _known = ledger.state(vote_key(n, *slot, p.ballot, who), p.value.0, who);
    }
    for (slot, Proposal { ballot, value }) in &here.learned {
        let chosen = LedgerKey { group: 0, place: *slot };
        match ledger.lookup(chosen) {
            Some((first, _)) if first == value.0 => continue,
            Some(_) => {
                return Err(format!("replica {who} takes {value} for chosen in slot {slot}; another was"));
            }
            // Long ago.
            None if here.role != Role::Leader || *ballot != here.ballot => continue,
            // A leader's own vote is the first: those after it may be forgotten.
            None if !ledger.recalls(vote_key(n, *slot, *ballot, who)) => continue,
            None => {}
        }
        let voted =
            |id: &NodeId| ledger.lookup(vote_key(n, *slot, *ballot, *id)).is_some_and(|(v, _)| v == value.0);
        let votes = (0..n).map(NodeId::replica).filter(voted).count();
        if votes < QuorumRule::Majority.size(n, 0) {
            return Err(format!(
                "leader {who} takes {value} for chosen in slot {slot} by {votes} votes in ballot {ballot}"
            ));
        }
        let _first = ledger.state(chosen, value.0, who);
    }
    Ok(())
}

fn in_order(_ledger: &mut Ledger, world: &dyn World<MultiPaxos>, who: NodeId) -> Result<(), String> {
    match world.member(who).and_then(|r| r.disorder) {
        None => Ok(()),
        Some(slot) => Err(format!("replica {who} carried out slot {slot} out of turn")),
    }
}

fn exactly_once(_ledger: &mut Ledger, world: &dyn World<MultiPaxos>, who: NodeId) -> Result<(), String> {
    match world.member(who).and_then(|r| r.executed_again) {
        None => Ok(()),
        Some((slot, value)) => Err(format!("replica {who} carried out {value} again in slot {slot}")),
    }
}
