//! What holds of every pool, as long as agents tell all the same.

use super::{Belief, Cite, Config, Graph, Opinion, Rule, argmax};
use consensus_kernel::{Invariant, Ledger, NodeId, RuleId, World};

const ON: &[RuleId] = &[Cite::Pools as RuleId];

/// Beyond what rounding does.
const ROUNDING: f64 = 1e-9;

pub(super) const ALL: &[Invariant<Belief>] = &[
    Invariant {
        name: "A Distribution",
        place: "Genest & Zidek 1986, §1",
        says: "A pool's probabilities sum up to one.",
        on: ON,
        check: sums_to_one,
    },
    Invariant {
        name: "One Pool",
        place: "project; DeGroot 1974, theorem 2",
        says: "The pools of correct agents are equal (on a ring or star: as near as |λ₂| to the number of rounds brings them).",
        on: ON,
        check: one_pool,
    },
    Invariant {
        name: "The Weighted Pool",
        place: "DeGroot 1974; Xiao & Boyd 2004, §2",
        says: "Where everybody was heard, the pool is that of all beliefs by their weights.",
        on: ON,
        check: weighted_pool,
    },
    Invariant {
        name: "No Surer than the Surest",
        place: "Genest & Zidek 1986, §3",
        says: "On a complete graph the odds between two outcomes (in a linear pool: a probability) lie between the lowest \
               and the highest that were told.",
        on: ON,
        check: between,
    },
    Invariant {
        name: "No Veto",
        place: "Genest & Zidek 1986, §3, zero preservation",
        says: "Nobody alone turns a logarithmic pool from what all others hold most probable by giving it no chance.",
        on: ON,
        check: no_veto,
    },
];

type Pools<'a> = &'a dyn World<Belief>;

fn apart(a: &[f64], b: &[f64]) -> f64 {
    let gaps = a.iter().zip(b).map(|(a, b)| if a > b { a - b } else { b - a });
    gaps.fold(0.0, |most, gap| if gap > most { gap } else { most })
}

fn pool(world: Pools<'_>, id: NodeId) -> Option<&Opinion> {
    world.node(id)?.pool.as_ref()
}

fn agents(config: &Config) -> impl Iterator<Item = NodeId> + use<> {
    (0..config.n).map(NodeId::replica)
}

/// Whether somebody's opinion is not what theory has it: it lies, or was not heard.
fn disturbed(world: Pools<'_>) -> bool {
    agents(world.config()).any(|id| world.node(id).is_none_or(|node| node.missed))
}

fn sums_to_one(_: &mut Ledger, world: Pools<'_>, who: NodeId) -> Result<(), String> {
    let Some(pool) = pool(world, who) else { return Ok(()) };
    let sum: f64 = pool.0.iter().sum();
    if apart(&[sum], &[1.0]) < ROUNDING && pool.0.iter().all(|p| *p >= 0.0) {
        return Ok(());
    }
    Err(format!("the pool of {who} sums up to {} millionths", (sum * 1e6) as u64))
}

fn one_pool(_: &mut Ledger, world: Pools<'_>, who: NodeId) -> Result<(), String> {
    let (config, Some(own)) = (world.config(), pool(world, who)) else { return Ok(()) };
    if config.graph != Graph::Complete && disturbed(world) {
        return Ok(());
    }
    for other in agents(config) {
        if let Some(theirs) = pool(world, other)
            && apart(&own.0, &theirs.0) > config.within
        {
            return Err(format!("the pools of {who} and {other} differ"));
        }
    }
    Ok(())
}

fn weighted_pool(_: &mut Ledger, world: Pools<'_>, who: NodeId) -> Result<(), String> {
    let (config, Some(own)) = (world.config(), pool(world, who)) else { return Ok(()) };
    if disturbed(world) {
        return Ok(());
    }
    match config.pool_of_all() {
        Some(all) if apart(&own.0, &all) > config.within => {
            Err(format!("the pool of {who} is not that of all beliefs by their weights"))
        }
        _ => Ok(()),
    }
}

fn between(_: &mut Ledger, world: Pools<'_>, who: NodeId) -> Result<(), String> {
    let (config, Some(node)) = (world.config(), world.node(who)) else { return Ok(()) };
    if node.pool.is_none() || config.graph != Graph::Complete || config.rule == Rule::Product {
        return Ok(());
    }
    for (a, b) in (0..config.outcomes()).flat_map(|a| (0..config.outcomes()).map(move |b| (a, b))) {
        let odds = |x: &Opinion| if config.rule == Rule::Log { x.0[a] - x.0[b] } else { x.0[a] };
        let most = node.heard.iter().flatten().map(odds);
        let most = most.fold(f64::NEG_INFINITY, |most, x| if x > most { x } else { most });
        // Vetoes leave nothing to compare.
        if most < f64::INFINITY && odds(&node.opinion) > most + ROUNDING {
            return Err(format!("agent {who} is surer of outcome {a} than anybody who told it"));
        }
    }
    Ok(())
}

fn no_veto(_: &mut Ledger, world: Pools<'_>, who: NodeId) -> Result<(), String> {
    let (config, Some(node)) = (world.config(), world.node(who)) else { return Ok(()) };
    if config.graph != Graph::Complete || config.rule != Rule::Log {
        return Ok(());
    }
    let least = libm::log(config.floor);
    let chosen = argmax(&node.opinion.0);
    let told = || node.heard.iter().enumerate().filter_map(|(i, x)| Some((i, &x.as_ref()?.0)));
    for (i, denied) in told().filter(|(_, x)| x.iter().any(|x| *x <= least)) {
        let mut others = told().filter(|(j, _)| *j != i).map(|(_, x)| argmax(x));
        // One against one is no veto.
        let (Some(best), Some(next)) = (others.next(), others.next()) else { continue };
        if best != chosen && denied[best] <= least && next == best && others.all(|other| other == best) {
            return Err(format!("agent {i} alone gives outcome {best} no chance"));
        }
    }
    Ok(())
}
