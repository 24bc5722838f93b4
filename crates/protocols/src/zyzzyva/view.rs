//! How Zyzzyva looks: faces on the stage, and the histories side by side.

use super::tables::META;
use super::{Config, Replica};
use consensus_kernel::{Face, LogCell, LogMark, LogPanel, LogState, NodeId, NodeSet, Tone, Value, Votes};

pub(super) fn face(replica: &Replica, config: &Config) -> Face {
    let leads = replica.active && replica.primary == replica.me;
    let executed = replica.executed();
    let (status, tone) = if !replica.active {
        (if replica.new_view.is_some() { "confirming" } else { "view change" }.to_owned(), Tone::Contending)
    } else if replica.needs_state {
        ("fetching state".to_owned(), Tone::Busy)
    } else if replica.waits() {
        ("waiting".to_owned(), Tone::Busy)
    } else if executed > replica.certified {
        (format!("speculates {executed}"), Tone::Busy)
    } else if executed > replica.low {
        (format!("certified {executed}"), Tone::Settled)
    } else if executed > 0 {
        (format!("stable {executed}"), Tone::Settled)
    } else {
        ("idle".to_owned(), Tone::Idle)
    };
    let votes = if replica.active { holding(replica, config) } else { Some(wanting(replica, config)) };
    let waits_for = waits_for(replica, votes.as_ref().filter(|_| !replica.active));
    let role = if leads { "primary" } else { "backup" };
    Face { role, status: status.into(), tone, round: replica.view, leads, votes, waits_for }
}

/// Who holds a certificate for the next checkpoint.
fn holding(replica: &Replica, config: &Config) -> Option<Votes> {
    let open = replica.stables.iter().min_by_key(|c| (c.body().sequence, config.n - c.count()))?;
    Some(votes("holder", *open.signers(), config.stables, config))
}

/// Who wants the view that this replica is changing to, or confirms how it begins.
fn wanting(replica: &Replica, config: &Config) -> Votes {
    let confirms = replica.confirms.iter().max_by_key(|c| c.count());
    let (of, from, need): (_, NodeSet, _) = match confirms.filter(|_| replica.new_view.is_some()) {
        Some(most) => ("confirmation", *most.signers(), config.quorum),
        None => {
            let changes = replica.changes.iter().flatten().filter(|c| c.body().view == replica.view);
            ("view change", changes.map(|c| c.signer()).collect(), config.changes)
        }
    };
    votes(of, from, need, config)
}

fn votes(of: &'static str, from: NodeSet, need: usize, config: &Config) -> Votes {
    Votes {
        of,
        have: from.len() as u64,
        need: need as u64,
        total: config.n as u64,
        from: from.iter().map(NodeId::raw).collect(),
    }
}

fn waits_for(replica: &Replica, votes: Option<&Votes>) -> Option<String> {
    let next = replica.executed() + 1;
    match (votes, replica.pending.first()) {
        (Some(v), _) if v.have < v.need => {
            Some(format!("{} of {} {}s of view {}", v.have, v.need, v.of, replica.view))
        }
        (Some(_), _) if replica.needs_state => Some("the state that the view begins with".to_owned()),
        (Some(_), _) => Some(format!("replica {} to begin view {}", replica.primary, replica.view)),
        (None, _) if replica.needs_state => Some("the state of a stable checkpoint".to_owned()),
        (None, _) if !replica.early.is_empty() => Some(format!("the order with number {next}")),
        (None, Some(_)) if replica.primary == replica.me => {
            Some("a stable checkpoint: the log is full".to_owned())
        }
        (None, Some(request)) => Some(format!("the primary's order for {}", request.body().value)),
        (None, None) if replica.behind => Some("what others have from here on".to_owned()),
        (None, None) => None,
    }
}

pub(super) fn log_panel(replicas: &[&Replica]) -> LogPanel {
    let last = replicas.iter().map(|r| r.executed()).max().unwrap_or(0);
    LogPanel::latest(META.slot, last, replicas.len(), &|i, sequence| cell(replicas[i], sequence), &|i| {
        marks(replicas[i])
    })
}

fn cell(replica: &Replica, sequence: u64) -> Option<LogCell> {
    let text = |value: Value| value.to_string();
    if let Some(order) = replica.order(sequence) {
        let state = if sequence <= replica.certified { LogState::Prepared } else { LogState::Proposed };
        return Some(LogCell { text: text(order.value()), round: order.view(), state });
    }
    let segment = replica.history.iter().find(|s| sequence <= s.sequence)?;
    let body = (segment.bodies.len() as u64 + sequence).checked_sub(segment.sequence + 1)?;
    let value = segment.bodies.get(body as usize)?.body().request.body().value;
    Some(LogCell { text: text(value), round: 0, state: LogState::Applied })
}

fn marks(replica: &Replica) -> Vec<LogMark> {
    vec![LogMark::of(replica.low, "stable"), LogMark::of(replica.certified, "certified")]
}
