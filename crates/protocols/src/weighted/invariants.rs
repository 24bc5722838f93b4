//! What is promised beyond agreement: everybody counts the same answers, nobody is left out, and a majority is one of all.

use super::tables::Cite;
use super::texts::Said;
use super::{Plan, Weighted, given};
use consensus_kernel::{Invariant, Ledger, NodeId, RuleId, Value, World};

const COUNTS: &[RuleId] = &[Cite::Majority as RuleId, Cite::NoMajority as RuleId, Cite::Accepts as RuleId];

pub(super) const ALL: &[Invariant<Weighted>] = &[
    Invariant {
        name: "Interactive Consistency",
        place: "Pease, Shostak & Lamport 1980, §1",
        says: "All correct agents count the same answers.",
        on: COUNTS,
        check: same_answers,
    },
    Invariant {
        name: "Every Voice",
        place: "Pease, Shostak & Lamport 1980, §1",
        says: "What a correct agent answers is counted by every other, as it was given.",
        on: COUNTS,
        check: every_voice,
    },
    Invariant {
        name: "Majority of All",
        place: "the document, agreement_level",
        says: "Behind what is called a majority stands more than θ of all members' weight.",
        on: COUNTS,
        check: majority_of_all,
    },
    Invariant {
        name: "No Dictator",
        place: "weighted_dictator",
        says: "If the largest share is at most θ, no agent decides alone.",
        on: COUNTS,
        check: no_dictator,
    },
];

/// The agent, if it has counted: who was told nothing by a coordinator has not.
fn counts(world: &dyn World<Weighted>, who: NodeId) -> Option<&Weighted> {
    world.node(who).filter(|agent| agent.ruling.is_some() && !agent.known.is_empty())
}

fn same_answers(ledger: &mut Ledger, world: &dyn World<Weighted>, who: NodeId) -> Result<(), String> {
    let Some(agent) = counts(world, who) else { return Ok(()) };
    let plan = world.config();
    let mix = |sum: u64, more: u64| (sum ^ more).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let number = |said: &Said| said.text().bytes().fold(0, |sum, byte| mix(sum, 1 + u64::from(byte)));
    let fold = |sum: u64, (id, said): (u64, u64)| mix(sum, (id << 32) ^ said);
    let mut counted: Vec<(u64, u64)> =
        agent.counted(plan).iter().map(|b| (b.agent.index() as u64, number(&b.said))).collect();
    consensus_kernel::sort(&mut counted, |a, b| a < b);
    ledger
        .state(0, counted.into_iter().fold(1, fold), who)
        .map_err(|other| format!("agents {} and {who} count different answers", other.who))
}

fn every_voice(_: &mut Ledger, world: &dyn World<Weighted>, who: NodeId) -> Result<(), String> {
    let plan = world.config();
    let Some(agent) = counts(world, who) else { return Ok(()) };
    for id in (0..plan.n).map(NodeId::replica) {
        let said = &plan.answers[id.index()];
        let spoke = world.node(id).is_some_and(|other| other.spoke);
        if spoke && given(&agent.known, id) != [said] {
            return Err(format!("agent {who} does not count the answer of the correct agent {id}"));
        }
    }
    Ok(())
}

/// Who has given one answer and belongs to the cluster of what was decided; none if no majority was.
fn behind(agent: &Weighted, plan: &Plan) -> Option<Vec<NodeId>> {
    let ruling = agent.ruling.as_ref()?;
    let speaker = NodeId::replica(ruling.value.number() as usize);
    if ruling.value != Value::answer(speaker.index()) {
        return None;
    }
    let place = ruling.cluster_of(speaker);
    let one = |id: &NodeId| matches!(given(&agent.known, *id)[..], [said] if !said.is_blank());
    let members = (0..plan.n).map(NodeId::replica).filter(|id| ruling.cluster_of(*id) == place);
    Some(members.filter(one).filter(|_| place.is_some()).collect())
}

fn majority_of_all(_: &mut Ledger, world: &dyn World<Weighted>, who: NodeId) -> Result<(), String> {
    let plan = world.config();
    let Some(behind) = world.node(who).and_then(|agent| behind(agent, plan)) else { return Ok(()) };
    let weight: u64 = behind.iter().map(|id| plan.weight(*id)).sum();
    if weight > plan.enough(plan.total) {
        return Ok(());
    }
    Err(format!("agent {who} calls {weight} of {} a majority", plan.total))
}

fn no_dictator(_: &mut Ledger, world: &dyn World<Weighted>, who: NodeId) -> Result<(), String> {
    let plan = world.config();
    let Some(behind) = world.node(who).and_then(|agent| behind(agent, plan)) else { return Ok(()) };
    let mut heavy = behind.iter().filter(|id| plan.weight(**id) > 0);
    match (heavy.next(), heavy.next()) {
        (Some(only), None) if plan.cap.at_most(plan.theta) => {
            Err(format!("agent {only} alone decides for all {}", plan.n))
        }
        _ => Ok(()),
    }
}
