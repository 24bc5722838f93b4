//! How beliefs look: faces on the stage, and distributions as bars, both pools beside each other.

use super::{Belief, Config, argmax, linear_pool, log_pool, updated};
use consensus_kernel::{BarRow, BarsPanel, Face, NodeId, Panel, Tone, Votes};

pub(super) fn face(agent: &Belief, config: &Config) -> Face {
    let of = config.neighbours(agent.me);
    let from: Vec<u16> = of.iter().filter(|id| agent.heard[id.index()].is_some()).map(NodeId::raw).collect();
    let (have, all) = (from.len() as u64, of.len() as u64);
    let over = agent.round > config.rounds;
    let now = match &agent.pool {
        Some(pool) => Some(pool.0.clone()),
        None => config.distribution(&agent.opinion),
    };
    let status = match now {
        Some(p) if !agent.undefined => {
            let best = argmax(&p);
            format!("{best} at {}", BarRow::percent(millionths(p[best]))).into()
        }
        _ => "vetoed".into(),
    };
    Face {
        role: "agent",
        status,
        tone: if agent.decided.is_some() { Tone::Settled } else { Tone::Busy },
        round: agent.round.min(config.rounds).into(),
        leads: false,
        votes: (!over).then_some(Votes { of: "belief", have, need: all, total: all, from }),
        waits_for: match (over, agent.undefined) {
            (_, true) => Some("nothing: every outcome was vetoed".to_owned()),
            (true, false) => None,
            (false, false) => Some(format!("{have} of {all} beliefs of round {}, or its end", agent.round)),
        },
    }
}

fn millionths(p: f64) -> u32 {
    (p * 1e6 + 0.5) as u32
}

fn bars(label: String, replica: Option<usize>, p: Option<Vec<f64>>) -> BarRow {
    BarRow { label, replica, parts: p.map(|p| p.into_iter().map(millionths).collect()) }
}

pub(super) fn panels(config: &Config, replicas: &[&Belief]) -> Vec<Panel> {
    let columns: Vec<String> = (0..config.outcomes()).map(|k| format!("outcome {k}")).collect();
    let told = config.beliefs.iter().enumerate();
    let mut rows: Vec<BarRow> = told.map(|(i, p)| bars(i.to_string(), Some(i), Some(p.clone()))).collect();
    let pools = |beliefs: &[Vec<f64>]| {
        [
            ("logarithmic pool", log_pool(beliefs, &config.weights, config.floor)),
            ("linear pool", Some(linear_pool(beliefs, &config.weights))),
        ]
    };
    let evidence = &config.evidence;
    for (name, pool) in pools(&config.beliefs) {
        match evidence.is_empty() {
            true => rows.push(bars(name.to_owned(), None, pool)),
            false => {
                let later = pool.and_then(|p| updated(&p, evidence));
                rows.push(bars(format!("{name}, then evidence"), None, later));
            }
        }
    }
    if !evidence.is_empty() {
        let beliefs: Option<Vec<_>> = config.beliefs.iter().map(|p| updated(p, evidence)).collect();
        for (name, pool) in beliefs.iter().flat_map(|beliefs| pools(beliefs)) {
            rows.push(bars(format!("evidence, then {name}"), None, pool));
        }
    }
    let now = |agent: &&Belief| {
        let p = match &agent.pool {
            Some(pool) => Some(pool.0.clone()),
            None => config.distribution(&agent.opinion),
        };
        bars(agent.me.to_string(), Some(agent.me.index()), p.filter(|_| !agent.undefined))
    };
    let panel = |title, columns, rows| Panel::Bars(BarsPanel { title, row_name: "agent", columns, rows });
    vec![
        panel("What each thinks now", columns.clone(), replicas.iter().map(now).collect()),
        panel("First beliefs, and both pools of all", columns, rows),
    ]
}
