//! What a fault or the end of a run means for what the protocol promises: who still reaches a quorum, which assumption is
//! broken, what is missing; and the promise itself.

use crate::checkpoints::Sim;
use crate::explain::capital;
use crate::view::{EventView, PropertyView, Stake, What};
use consensus_check::{assumptions, budget};
use consensus_kernel::{AnyNode, Automaton, NodeId};
use consensus_scenario::Action;
use consensus_sim::Health;

/// At most so many nodes are named one by one.
const NAMED: usize = 8;

/// What is at stake after an event. `missing`: how termination stands, if it is the run's last.
pub(crate) fn stake(sim: &Sim, event: &EventView, missing: Option<PropertyView>) -> Option<Stake> {
    let scenario = sim.scenario();
    let mut why = Vec::new();
    let fault = match &event.what {
        What::Action(i) => scenario.script.get(*i).map(|t| &t.action).filter(|action| is_fault(action)),
        _ => None,
    };
    let whole = fault
        .is_some_and(|action| !matches!(action, Action::Message(..) | Action::Loss(_) | Action::Latency(_)));
    // Who comes back does so in the next event.
    let back = matches!(fault, Some(Action::Restart(_) | Action::Amnesia(_) | Action::Resume(_)));
    if !back && (fault.is_some() || matches!(event.what, What::Lost(..))) {
        why.extend(reach(sim, whole));
    }
    if let Some(action) = fault {
        let found = assumptions(sim);
        let new = found.into_iter().filter(|a| !a.holds && a.at == Some(event.at) && event.at.0 > 0);
        let crash = matches!(action, Action::Crash(_)).then(|| budget(scenario, sim.now()));
        let named = crash.into_iter().chain(new).map(|a| format!("{}: {}.", a.name, a.reason));
        for sentence in named {
            if !why.contains(&sentence) {
                why.push(sentence);
            }
        }
    }
    why.extend(missing.map(|p| format!("The run ends here: {}.", p.reason)));
    if why.is_empty() {
        return None;
    }
    let claims = scenario.meta.claims;
    let decides = match claims.termination {
        Some(when) => format!("Decides if {when}."),
        None => "Promises no decision.".to_owned(),
    };
    let claim = format!("{decides} Safe if {}.", claims.safety);
    Some(Stake { why: capital(&why.join(" ")), claim, place: scenario.meta.reference })
}

/// Whether it touches what a protocol's promises rest on.
fn is_fault(action: &Action) -> bool {
    !matches!(action, Action::Propose(_) | Action::Fire(..) | Action::Command(..))
}

/// Who reaches a quorum, itself included, both ways. `all`: also where everybody does.
fn reach(sim: &Sim, all: bool) -> Option<String> {
    let scenario = sim.scenario();
    let quorum =
        AnyNode::quorum(sim.config()).filter(|_| scenario.bound().voters(scenario.n) == scenario.n)?;
    let up: Vec<NodeId> =
        (0..scenario.n).map(NodeId::replica).filter(|id| sim.health(*id) == Health::Up).collect();
    let joined = |a: NodeId, b: NodeId| sim.reaches(a, b) && sim.reaches(b, a);
    let enough = |a: &&NodeId| up.iter().filter(|b| joined(**a, **b)).count() >= quorum;
    let able: Vec<String> = up.iter().filter(enough).map(NodeId::to_string).collect();
    match able.len() {
        0 => Some(format!(
            "No node reaches a quorum of {quorum} now: nothing new can be decided until one does."
        )),
        k if k < up.len() && k > NAMED => {
            Some(format!("Only {k} of {} reach a quorum of {quorum} now.", scenario.n))
        }
        k if k < up.len() => Some(format!("Only {} reach a quorum of {quorum} now.", able.join(", "))),
        k if all => Some(format!("{k} of {} run and reach each other; a quorum takes {quorum}.", scenario.n)),
        _ => None,
    }
}
