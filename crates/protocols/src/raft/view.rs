//! How Raft looks: faces on the stage, and the logs side by side.

use super::{Config, Role, Server};
use consensus_kernel::{Face, LogCell, LogMark, LogPanel, LogState, NodeId, NodeSet, Tone, Votes};

/// With more servers than this, each follower's marks would hide the leader's row.
const MARKED_FOLLOWERS: usize = 16;

pub(super) fn face(server: &Server, config: &Config) -> Face {
    let last = server.log.last_index();
    let open = last.saturating_sub(server.commit_index);
    let term = server.current_term;
    let (role, tone) = match server.role {
        Role::Follower if server.last_applied > 0 && open == 0 => ("follower", Tone::Settled),
        Role::Follower if open > 0 => ("follower", Tone::Busy),
        Role::Follower => ("follower", Tone::Idle),
        Role::PreCandidate => ("pre-candidate", Tone::Contending),
        Role::Candidate => ("candidate", Tone::Contending),
        Role::Leader => ("leader", if open > 0 { Tone::Busy } else { Tone::Settled }),
    };
    let votes = votes(server, config);
    let waits_for = votes.as_ref().map(|v| match server.role {
        // §5.4.2: copies do not commit what earlier terms left.
        Role::Leader if v.have >= v.need => format!("an entry of its own term {term}"),
        Role::Leader => format!("{} of {} copies of index {last}", v.have, v.need),
        Role::PreCandidate => {
            format!("{} of {} servers that would vote in term {}", v.have, v.need, term.saturating_add(1))
        }
        _ => format!("{} of {} votes for term {term}", v.have, v.need),
    });
    let waits_for = waits_for.or_else(|| match (server.role, server.leader) {
        (Role::Follower, None) => Some("a leader, or its election timer".to_owned()),
        _ => None,
    });
    let status = match (server.role, open) {
        (Role::Candidate, _) => "standing".into(),
        (Role::PreCandidate, _) => "asking".into(),
        (_, 0) if last == 0 => "empty log".into(),
        (_, 0) => format!("committed {last}").into(),
        (_, open) => format!("{open} uncommitted").into(),
    };
    Face { role, status, tone, round: term, leads: server.role == Role::Leader, votes, waits_for }
}

fn votes(server: &Server, config: &Config) -> Option<Votes> {
    let last = server.log.last_index();
    let (of, from) = match server.role {
        Role::Candidate => ("vote", *server.votes.voters()),
        Role::PreCandidate => ("pre-vote", *server.votes.voters()),
        Role::Leader if last > server.commit_index => ("copy", holders(server, last)),
        Role::Leader | Role::Follower => return None,
    };
    Some(Votes {
        of,
        have: from.len() as u64,
        need: config.quorum as u64,
        total: config.n as u64,
        from: from.iter().map(NodeId::raw).collect(),
    })
}

fn holders(leader: &Server, index: u64) -> NodeSet {
    let all = leader.match_index.iter().enumerate().map(|(i, reached)| (NodeId::replica(i), *reached));
    all.filter(|(id, reached)| *id == leader.me || *reached >= index).map(|(id, _)| id).collect()
}

pub(super) fn log_panel(servers: &[&Server]) -> LogPanel {
    let last = servers.iter().map(|s| s.log.last_index()).max().unwrap_or(0);
    LogPanel::latest(super::META.slot, last, servers.len(), &|i, index| cell(servers[i], index), &|i| {
        marks(servers[i])
    })
}

fn cell(server: &Server, index: u64) -> Option<LogCell> {
    let entry = server.log.entry(index)?;
    let state = if index <= server.last_applied {
        LogState::Applied
    } else if index <= server.commit_index {
        LogState::Committed
    } else {
        LogState::Proposed
    };
    Some(LogCell { text: entry.value.to_string(), round: entry.term, state })
}

fn marks(server: &Server) -> Vec<LogMark> {
    let mut marks = vec![LogMark::of(server.commit_index, "commit")];
    if server.role == Role::Leader && server.match_index.len() <= MARKED_FOLLOWERS {
        for (i, (reached, next)) in server.match_index.iter().zip(&server.next_index).enumerate() {
            if i != server.me.index() {
                marks.push(LogMark { slot: *reached, name: format!("match {i}") });
                marks.push(LogMark { slot: *next, name: format!("next {i}") });
            }
        }
    }
    marks
}
