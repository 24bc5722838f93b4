//! What holds in every run within the budget, and what a captured executive breaks.

use super::{CHAIR, Cite, Config, Hierarchical, Role};
use consensus_kernel::{Invariant, Ledger, NodeId, RuleId, World};

pub(super) const ALL: &[Invariant<Hierarchical>] = &[
    Invariant {
        name: "Backed Decision",
        place: "project, after the document's levels 2 and 3",
        says: "A supervisor recommends what one of its workers proposed, and only what a supervisor recommends stands \
               (or, counting workers, what one of them proposed).",
        on: &[Cite::Evaluates as RuleId, Cite::Stands as RuleId],
        check: backed,
    },
    Invariant {
        name: "Accountability",
        place: "the document's verification; project: past the executive",
        says: "No decision stands while reported objections are more than the threshold.",
        on: &[Cite::Stands as RuleId, Cite::Reports as RuleId],
        check: accountable,
    },
    Invariant {
        name: "Escalation Warranted",
        place: "the document's len(objections) > len(workers) * 0.5",
        says: "A decision is escalated only if strictly more than the threshold of all workers object.",
        on: &[Cite::Escalates as RuleId],
        check: warranted,
    },
];

type World_<'a> = &'a dyn World<Hierarchical>;

fn supervisors(config: &Config) -> impl Iterator<Item = NodeId> + use<> {
    (1..=config.supervisors).map(NodeId::replica)
}

fn workers(config: &Config) -> impl Iterator<Item = NodeId> + use<> {
    (config.supervisors + 1..config.n).map(NodeId::replica)
}

fn backed(_: &mut Ledger, world: World_<'_>, who: NodeId) -> Result<(), String> {
    let (config, Some(node)) = (world.config(), world.node(who)) else { return Ok(()) };
    if let Some(option) = node.evaluation
        && node.voters() > 0
        && node.heard.count(option) == 0
    {
        return Err(format!("supervisor {who} recommends {option}, which none of its workers proposed"));
    }
    let Some(option) = node.decided.filter(|_| !node.ruled) else { return Ok(()) };
    // What liars told the executive is not known.
    let said: Option<Vec<_>> = match config.flat {
        false => supervisors(config).map(|id| world.node(id).map(|node| node.evaluation)).collect(),
        true => workers(config).map(|id| world.node(id).map(|node| Some(node.own))).collect(),
    };
    let heard = |id| world.node(id).is_some_and(|node| node.evaluation.is_some());
    let said = said.filter(|_| supervisors(config).any(heard));
    match said {
        Some(said) if !said.contains(&Some(option)) => {
            Err(format!("{option} stands at node {who}, although nobody recommended it"))
        }
        _ => Ok(()),
    }
}

fn accountable(_: &mut Ledger, world: World_<'_>, _: NodeId) -> Result<(), String> {
    let (config, Some(chair)) = (world.config(), world.node(CHAIR)) else { return Ok(()) };
    let Some(option) = chair.decided.filter(|_| !chair.ruled) else { return Ok(()) };
    let reported = supervisors(config).filter_map(|id| world.node(id)).filter(|node| node.reported);
    let objections: usize = reported.map(|node| node.objections.count()).sum();
    if objections < config.needed() {
        return Ok(());
    }
    let all = config.workers();
    Err(format!("{option} stands, although {objections} of {all} workers object"))
}

fn warranted(_: &mut Ledger, world: World_<'_>, who: NodeId) -> Result<(), String> {
    let (config, Some(chair)) = (world.config(), world.node(who)) else { return Ok(()) };
    let objects = |id: &NodeId| world.node(*id).is_none_or(|node| node.objects);
    let objections = workers(config).filter(objects).count();
    if chair.decision.is_none() || objections >= config.needed() {
        return Ok(());
    }
    debug_assert_eq!(config.role(who), Role::Supervisor, "only the chair escalates");
    let all = config.workers();
    Err(format!("escalated with {objections} objections of {all} workers"))
}
