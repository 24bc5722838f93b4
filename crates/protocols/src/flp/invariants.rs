//! The Synod's own invariants. They follow the votes through the ledger, since acceptors remember only their last.

use super::{Cite, Flp, Phase};
use consensus_kernel::{Invariant, Ledger, NodeId, QuorumRule, RuleId, Value, World};

const PROPOSED: &[RuleId] = &[Cite::Propose as RuleId, Cite::Adopt as RuleId];
const VOTED: &[RuleId] = &[Cite::Propose as RuleId, Cite::Adopt as RuleId, Cite::Vote as RuleId];

pub(super) const ALL: &[Invariant<Flp>] = &[
    Invariant {
        name: "One Value per Ballot",
        place: "Paxos Made Simple, §2.2",
        says: "A ballot proposes at most one value.",
        on: PROPOSED,
        check: one_value_per_ballot,
    },
    Invariant {
        name: "Chosen Is Final",
        place: "Paxos Made Simple, §2.2, P2b",
        says: "Once a majority has voted in a ballot, no higher ballot proposes another value.",
        on: VOTED,
        check: chosen_is_final,
    },
    Invariant {
        name: "Votes Keep Promises",
        place: "Paxos Made Simple, §2.2, P1a",
        says: "No acceptor's last vote lies above its promise.",
        on: VOTED,
        check: votes_keep_promises,
    },
];

/// Facts of the ledger, by group: values of ballots, and votes of each ballot. The choice (its ballot, its value) stands
/// for good.
const VALUES: u64 = 0;
const CHOICE: u64 = 1;
const VOTES: u64 = 2;

fn one_value_per_ballot(ledger: &mut Ledger, world: &dyn World<Flp>, who: NodeId) -> Result<(), String> {
    let Some(p) = world.node(who) else { return Ok(()) };
    let Phase::Proposing(value) = p.phase else { return Ok(()) };
    let stated = ledger.state((VALUES, p.ballot), value.0, who);
    stated
        .map_err(|c| format!("ballot {} proposes {value}, and process {} proposed another", p.ballot, c.who))
}

fn chosen_is_final(ledger: &mut Ledger, world: &dyn World<Flp>, who: NodeId) -> Result<(), String> {
    let Some(p) = world.node(who) else { return Ok(()) };
    if let Phase::Proposing(value) = p.phase {
        let _first = ledger.state((VALUES, p.ballot), value.0, who);
        if let Some((ballot, chosen)) = choice(ledger)
            && p.ballot > ballot
            && value.0 != chosen
        {
            return Err(overruled(ballot, who, value, p.ballot));
        }
    }
    let Some(vote) = p.voted else { return Ok(()) };
    let place = VOTES + vote.ballot;
    let _counted_before = ledger.state((place, u64::from(who.raw())), 1, who);
    let voters = (0..world.replicas()).filter(|i| ledger.lookup((place, *i as u64)).is_some()).count();
    match choice(ledger) {
        Some((ballot, chosen)) if vote.ballot > ballot && vote.value.0 != chosen => {
            Err(overruled(ballot, who, vote.value, vote.ballot))
        }
        None if voters >= QuorumRule::Majority.size(world.replicas(), 0) => {
            let _first = ledger.state_for_good((CHOICE, 0), vote.ballot, who);
            let _first = ledger.state_for_good((CHOICE, 1), vote.value.0, who);
            // Of all that was proposed before, too, whether or not anybody voted for it.
            let later = ledger.facts().find(|(key, value, _)| {
                key.group == VALUES && key.place > vote.ballot && *value != vote.value.0
            });
            later.map_or(Ok(()), |(key, value, by)| Err(overruled(vote.ballot, by, Value(value), key.place)))
        }
        _ => Ok(()),
    }
}

/// The ballot that was chosen and its value.
fn choice(ledger: &Ledger) -> Option<(u64, u64)> {
    let (ballot, _) = ledger.lookup_for_good((CHOICE, 0))?;
    ledger.lookup_for_good((CHOICE, 1)).map(|(value, _)| (ballot, value))
}

fn overruled(chosen: u64, who: NodeId, value: Value, ballot: u64) -> String {
    format!(
        "ballot {chosen} was chosen by a majority, and process {who} proposes or takes over {value} in ballot {ballot}"
    )
}

fn votes_keep_promises(_: &mut Ledger, world: &dyn World<Flp>, who: NodeId) -> Result<(), String> {
    let Some(p) = world.node(who) else { return Ok(()) };
    match p.voted {
        Some(vote) if vote.ballot > p.promised => {
            Err(format!("process {who} voted in ballot {} and has promised only {}", vote.ballot, p.promised))
        }
        _ => Ok(()),
    }
}
