//! What a protocol's promises rest on, judged apart from the promises.

use consensus_kernel::{FaultModel, NodeId, Protocol, Time};
use consensus_scenario::{Action, Scenario};
use consensus_sim::Simulation;

/// One assumption at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumption {
    /// Its name.
    pub name: &'static str,
    /// Whether it holds so far.
    pub holds: bool,
    /// Why, as a sentence without a full stop.
    pub reason: String,
    /// Since when it is broken.
    pub at: Option<Time>,
}

impl Assumption {
    fn new(name: &'static str, broken_at: Option<Time>, reason: String) -> Self {
        Self { name, holds: broken_at.is_none(), reason, at: broken_at }
    }
}

/// The assumptions of a run as it stands.
pub fn assumptions<P: Protocol>(sim: &Simulation<P>) -> Vec<Assumption> {
    let scenario = sim.scenario();
    let mut found = vec![bound(scenario), budget(scenario, sim.now())];
    if scenario.meta.faults == FaultModel::Crash && !scenario.byzantine.is_empty() {
        let node = scenario.byzantine[0].node;
        let reason = format!("{} tolerates crashes only, and node {node} lies", scenario.meta.title);
        found.push(Assumption::new("Crash faults only", Some(Time::ZERO), reason));
    }
    if let Some(q) = P::quorum(sim.config()) {
        found.push(intersection(scenario, q));
    }
    found.push(disks(scenario, sim.now()));
    if !scenario.rules.all_hold() {
        let off: Vec<&str> = scenario
            .meta
            .switches
            .iter()
            .enumerate()
            .filter(|(i, _)| !scenario.rules.holds(*i as u8))
            .map(|(_, s)| s.id)
            .collect();
        let reason = format!("switched off: {}", off.join(", "));
        found.push(Assumption::new("Every rule holds", Some(Time::ZERO), reason));
    }
    if sim.is_partitioned() {
        let since = scenario.script.iter().rev().find(|t| t.at <= sim.now() && cuts(&t.action)).map(|t| t.at);
        let reason = "links are cut, so nobody promises progress until they heal".to_owned();
        found.push(Assumption::new("All links up", since.or(Some(sim.now())), reason));
    }
    found
}

fn cuts(action: &Action) -> bool {
    matches!(action, Action::Partition(_) | Action::Block(..) | Action::Cut(..))
}

fn bound(scenario: &Scenario) -> Assumption {
    let (n, f, meta) = (scenario.n, scenario.f, scenario.meta);
    let most = meta.bound.max_f(n);
    let formula = meta.bound.formula();
    if f <= most {
        Assumption::new(formula, None, format!("{n} nodes tolerate {most}, {f} is assumed"))
    } else {
        Assumption::new(formula, Some(Time::ZERO), format!("{n} nodes tolerate {most}, but f is set to {f}"))
    }
}

/// At most f nodes are faulty at any one time: Byzantine, crashed, or back without their disk.
fn budget(scenario: &Scenario, now: Time) -> Assumption {
    const NAME: &str = "At most f faulty";
    let f = scenario.f;
    let byzantine: Vec<NodeId> = scenario.byzantine.iter().map(|b| b.node).collect();
    let mut faulty = byzantine.clone();
    let mut worst = faulty.len();
    let mut broken = (worst > f).then_some(Time::ZERO);
    for timed in scenario.script.iter().take_while(|t| t.at <= now) {
        match timed.action {
            Action::Crash(id) if !id.is_client() && !faulty.contains(&id) => faulty.push(id),
            Action::Restart(id) if !byzantine.contains(&id) => {
                faulty.retain(|other| *other != id);
            }
            _ => {}
        }
        worst = worst.max(faulty.len());
        if worst > f && broken.is_none() {
            broken = Some(timed.at);
        }
    }
    Assumption::new(NAME, broken, format!("at most {worst} at a time so far, f is {f}"))
}

fn intersection(scenario: &Scenario, q: usize) -> Assumption {
    const NAME: &str = "Quorums intersect";
    let (n, f) = (scenario.n as isize, scenario.f as isize);
    let overlap = 2 * q as isize - n;
    let needed = match scenario.meta.faults {
        FaultModel::Crash => 1,
        FaultModel::Byzantine => f + 1,
    };
    let shared = overlap.max(0);
    let reason = format!("any two quorums of {q} among {n} share at least {shared}; {needed} needed");
    Assumption::new(NAME, (overlap < needed).then_some(Time::ZERO), reason)
}

fn disks(scenario: &Scenario, now: Time) -> Assumption {
    const NAME: &str = "Disks survive";
    let lost = scenario.script.iter().take_while(|t| t.at <= now).find_map(|t| match t.action {
        Action::Amnesia(id) => Some((id, t.at)),
        _ => None,
    });
    match lost {
        Some((id, at)) => Assumption::new(NAME, Some(at), format!("node {id} came back with an empty disk")),
        None => Assumption::new(NAME, None, "every node that came back had what it wrote".to_owned()),
    }
}
