//! How PBFT looks: faces on the stage, and the logs side by side.

use super::tables::META;
use super::{Config, Entry, Replica};
use consensus_kernel::{Face, LogCell, LogMark, LogPanel, LogState, NodeId, NodeSet, Tone, Value, Votes};

pub(super) fn face(replica: &Replica, config: &Config) -> Face {
    let leads = replica.active && replica.primary == replica.me;
    let next = replica.executed + 1;
    let works = replica.accepted > replica.executed;
    let role = match config.is_member(replica.me) {
        true if leads => "primary",
        true => "backup",
        false => "learner",
    };
    let (status, tone) = if !replica.active {
        ("view change".to_owned(), Tone::Contending)
    } else if replica.low > replica.executed {
        ("fetching state".to_owned(), Tone::Busy)
    } else if works {
        (progress(replica.known(next), replica.tentative == Some(next)).to_owned(), Tone::Busy)
    } else if !replica.pending.is_empty() {
        ("waiting".to_owned(), Tone::Busy)
    } else if replica.executed > 0 {
        (format!("executed {}", replica.executed), Tone::Settled)
    } else {
        ("idle".to_owned(), Tone::Idle)
    };
    let votes = if !replica.active {
        Some(votes("view change", wanting(replica), config.changes, config))
    } else if works {
        let (of, from) = replica.votes_on(next);
        Some(votes(of, from, if of == "commit" { config.commits } else { config.prepares + 1 }, config))
    } else {
        None
    };
    let waits_for = waits_for(replica, votes.as_ref(), next);
    Face { role, status: status.into(), tone, round: replica.view, leads, votes, waits_for }
}

fn progress(entry: Option<&Entry>, tentative: bool) -> &'static str {
    match entry {
        Some(e) if e.committed || e.settled.is_some() => "committed",
        Some(e) if e.prepared && tentative => "executed tentatively",
        Some(e) if e.prepared => "prepared",
        Some(e) if e.proposal.is_some() => "pre-prepared",
        _ => "missing a pre-prepare",
    }
}

fn waits_for(replica: &Replica, votes: Option<&Votes>, next: u64) -> Option<String> {
    match votes {
        Some(v) if !replica.active && v.have >= v.need => {
            Some(format!("replica {} to begin view {}", replica.primary, replica.view))
        }
        Some(v) if !replica.active => {
            Some(format!("{} of {} view changes to view {}", v.have, v.need, replica.view))
        }
        Some(v) if v.of == "prepare" => {
            Some(format!("{} of {} prepares for sequence {next}, the pre-prepare among them", v.have, v.need))
        }
        Some(v) => Some(format!("{} of {} commits for sequence {next}", v.have, v.need)),
        None if replica.low > replica.executed => Some(format!("the state of checkpoint {}", replica.low)),
        None if replica.pending.is_empty() => None,
        None if replica.primary == replica.me => Some("a stable checkpoint: the log is full".to_owned()),
        None => Some(format!("the primary's order for {}", replica.pending[0].body().value)),
    }
}

/// Who wants the view that this replica is changing to.
fn wanting(replica: &Replica) -> NodeSet {
    replica.changes.iter().flatten().filter(|c| c.body().view == replica.view).map(|c| c.signer()).collect()
}

fn votes(of: &'static str, from: NodeSet, need: usize, config: &Config) -> Votes {
    Votes {
        of,
        have: from.len() as u64,
        need: need as u64,
        total: config.members as u64,
        from: from.iter().map(NodeId::raw).collect(),
    }
}

pub(super) fn log_panel(config: &Config, replicas: &[&Replica]) -> LogPanel {
    let last = replicas.iter().map(|r| r.accepted.max(r.executed)).max().unwrap_or(0);
    LogPanel::latest(
        META.slot,
        last,
        replicas.len(),
        &|i, sequence| cell(config, replicas[i], sequence),
        &|i| marks(config, replicas[i]),
    )
}

fn cell(config: &Config, replica: &Replica, sequence: u64) -> Option<LogCell> {
    let Some(entry) = replica.known(sequence) else { return past_cell(config, replica, sequence) };
    let (batch, round) = match (&entry.proposal, &entry.settled, &entry.proof) {
        (Some(p), _, _) => (&p.batch, p.order.body().view),
        (None, Some(s), _) => (&s.batch, s.commits.body().view),
        (None, None, Some(p)) => (&p.proposal.batch, p.proposal.order.body().view),
        (None, None, None) => return None,
    };
    let state = if entry.executed {
        LogState::Applied
    } else if entry.committed || entry.settled.is_some() {
        LogState::Committed
    } else if entry.prepared || entry.proof.is_some() {
        LogState::Prepared
    } else {
        LogState::Proposed
    };
    Some(LogCell { text: text(batch.body().requests.iter().map(|r| r.body().value)), round, state })
}

fn marks(config: &Config, replica: &Replica) -> Vec<LogMark> {
    vec![LogMark::of(replica.low, "low"), LogMark::of(replica.high(config), "high")]
}

/// What was executed and is only in the history, because the state was fetched or the log went round.
fn past_cell(config: &Config, replica: &Replica, sequence: u64) -> Option<LogCell> {
    let segment = replica
        .history
        .iter()
        .find(|s| sequence <= s.sequence && sequence + config.checkpoint > s.sequence)?;
    let batch = segment.batches.get((sequence + config.checkpoint - segment.sequence - 1) as usize)?;
    let text = text(batch.body().requests.iter().map(|r| r.body().value));
    Some(LogCell { text, round: 0, state: LogState::Applied })
}

fn text(mut values: impl ExactSizeIterator<Item = Value>) -> String {
    let more = values.len().saturating_sub(1);
    let first = values.next().unwrap_or(Value::NOOP);
    if more == 0 { first.to_string() } else { format!("{first} +{more}") }
}
