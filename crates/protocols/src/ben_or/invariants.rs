//! What holds in every run of Ben-Or within its bound. The ledger is not needed for the last two: a process keeps its
//! latest rounds.

use super::{BenOr, Choice, Cite, Decided, Played};
use consensus_kernel::{Invariant, Ledger, NodeId, RuleId, Value, World};

pub(super) const ALL: &[Invariant<BenOr>] = &[
    Invariant {
        name: "One Value Proposed",
        place: "Aguilera & Toueg 2012, proof of agreement",
        says: "No two correct processes propose different values in one round.",
        on: &[Cite::ProposeValue as RuleId],
        check: one_value_proposed,
    },
    Invariant {
        name: "Decided Value Stays",
        place: "Aguilera & Toueg 2012, proof of agreement",
        says: "After a decision in round r, every correct process reports that value in all later rounds.",
        on: &[Cite::Report as RuleId, Cite::Decide as RuleId, Cite::Believe as RuleId],
        check: decided_value_stays,
    },
    Invariant {
        name: "All by the Next Round",
        place: "Aguilera & Toueg 2012, proof of agreement",
        says: "After a decision in round r, no correct process ends round r + 1 undecided.",
        on: &[Cite::Report as RuleId, Cite::Decide as RuleId, Cite::Believe as RuleId],
        check: all_by_the_next_round,
    },
];

fn one_value_proposed(ledger: &mut Ledger, world: &dyn World<BenOr>, who: NodeId) -> Result<(), String> {
    let Some(process) = world.node(who) else { return Ok(()) };
    for played in process.past.iter().rev() {
        let Some(value) = played.proposal.and_then(Choice::value) else { continue };
        if let Err(before) = ledger.state(played.round, value.number().into(), who) {
            return Err(format!(
                "in round {} process {} proposed {} and process {who} proposed {value}",
                played.round, before.who, before.first
            ));
        }
    }
    Ok(())
}

/// Holds every process against the rounds in which others decided. `judge` says what is wrong between a value decided in
/// a round and a process.
fn against_decisions(
    world: &dyn World<BenOr>,
    who: NodeId,
    judge: impl Fn(Value, u64, &BenOr) -> Option<String>,
) -> Result<(), String> {
    let Some(me) = world.node(who) else { return Ok(()) };
    let complain = |by: &BenOr, of: &BenOr| {
        let Decided { value, round } = by.decided?;
        let what = judge(value, round?, of)?;
        Some(format!("process {} decided {value} in round {}, and {what}", by.me, round?))
    };
    for other in (0..world.replicas()).filter_map(|i| world.node(NodeId::replica(i))) {
        if let Some(why) = complain(other, me).or_else(|| complain(me, other)) {
            return Err(why);
        }
    }
    Ok(())
}

fn decided_value_stays(_: &mut Ledger, world: &dyn World<BenOr>, who: NodeId) -> Result<(), String> {
    against_decisions(world, who, |value, round, process| {
        let strays = |p: &&Played| p.round > round && p.report != value;
        let played = process.past.iter().find(strays)?;
        Some(format!("process {} reported {} in round {}", process.me, played.report, played.round))
    })
}

fn all_by_the_next_round(_: &mut Ledger, world: &dyn World<BenOr>, who: NodeId) -> Result<(), String> {
    against_decisions(world, who, |_, round, process| {
        let late = process.decided.is_none() && process.round > round + 1;
        late.then(|| format!("process {} went on to round {} undecided", process.me, process.round))
    })
}
