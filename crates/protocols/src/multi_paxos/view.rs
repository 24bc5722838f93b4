//! How Multi-Paxos looks: faces on the stage, and the logs side by side.

use super::{Config, Replica, Role};
use consensus_kernel::{Face, LogCell, LogMark, LogPanel, LogState, NodeId, Tally, Tone, Votes};

pub(super) fn face(replica: &Replica, config: &Config) -> Face {
    let prefix = replica.log.prefix();
    let open = replica.log.last() - prefix;
    let (role, tone) = match replica.role {
        Role::Candidate => ("candidate", Tone::Contending),
        Role::Leader if open == 0 => ("leader", Tone::Settled),
        Role::Leader => ("leader", Tone::Busy),
        Role::Follower if open > 0 => ("acceptor", Tone::Busy),
        Role::Follower if prefix > 0 => ("acceptor", Tone::Settled),
        Role::Follower => ("acceptor", Tone::Idle),
    };
    let votes = match replica.role {
        Role::Candidate => Some(votes("promise", &replica.promises.tally, config)),
        Role::Leader => replica.log.open(prefix + 1).map(|open| votes("vote", &open.heard.tally, config)),
        Role::Follower => None,
    };
    let ballot = replica.ballot;
    let waits_for = match (&votes, replica.role, replica.leader) {
        (Some(v), Role::Candidate, _) => {
            Some(format!("{} of {} promises for ballot {ballot}", v.have, v.need))
        }
        (Some(v), Role::Leader, _) => Some(format!("{} of {} votes for slot {}", v.have, v.need, prefix + 1)),
        (None, Role::Follower, None) => Some("a leader, or its election timer".to_owned()),
        _ => None,
    };
    let status = match (replica.role, open) {
        (Role::Candidate, _) => "preparing".into(),
        (_, 0) if prefix == 0 => "empty log".into(),
        (_, 0) => format!("chosen {prefix}").into(),
        (_, open) => format!("{open} open").into(),
    };
    let round = if replica.role == Role::Follower { replica.promised } else { ballot };
    Face { role, status, tone, round, leads: replica.role == Role::Leader, votes, waits_for }
}

fn votes(of: &'static str, tally: &Tally, config: &Config) -> Votes {
    Votes {
        of,
        have: tally.weight(),
        need: config.quorum as u64,
        total: config.n as u64,
        from: tally.voters().iter().map(NodeId::raw).collect(),
    }
}

pub(super) fn log_panel(replicas: &[&Replica]) -> LogPanel {
    let last = replicas.iter().map(|r| r.log.last()).max().unwrap_or(0);
    LogPanel::latest(super::META.slot, last, replicas.len(), &|i, slot| cell(replicas[i], slot), &|i| {
        marks(replicas[i])
    })
}

fn cell(replica: &Replica, slot: u64) -> Option<LogCell> {
    let known = replica.log.known(slot)?;
    let state = if slot <= replica.applied {
        LogState::Applied
    } else if replica.log.open(slot).is_some_and(|open| open.chosen.is_some()) {
        LogState::Committed
    } else {
        LogState::Proposed
    };
    Some(LogCell { text: known.value.to_string(), round: known.ballot, state })
}

fn marks(replica: &Replica) -> Vec<LogMark> {
    let mut marks = vec![LogMark::of(replica.log.prefix(), "chosen")];
    if replica.role == Role::Leader {
        marks.push(LogMark::of(replica.next, "next"));
    }
    marks
}
