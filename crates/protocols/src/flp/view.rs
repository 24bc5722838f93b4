//! How a process looks, and what all of them have promised and voted for.

use super::{Config, Flp, META, Phase, Vote};
use consensus_kernel::{Face, LogCell, LogState, MatrixPanel, MatrixRow, NodeId, Tally, Tone, Votes};

pub(super) fn face(process: &Flp, config: &Config) -> Face {
    let ballot = process.ballot;
    let (of, tally) = match process.phase {
        Phase::Preparing => ("promise", Some(&process.promises)),
        Phase::Proposing(_) => ("vote", Some(&process.votes)),
        Phase::Waiting | Phase::Done => ("", None),
    };
    let votes = tally.map(|tally| votes(of, tally, config));
    let waits_for = match (&votes, process.phase) {
        (Some(v), _) => Some(format!("{} of {} {of}s for ballot {ballot}", v.have, v.need)),
        (None, Phase::Waiting) => Some("its time to try again".to_owned()),
        _ => None,
    };
    let (status, tone) = match (process.phase, process.decided) {
        (_, Some(value)) => (format!("decided {value}"), Tone::Settled),
        (Phase::Proposing(value), _) => (format!("proposes {value}"), Tone::Busy),
        (Phase::Waiting, _) => (format!("holds {}", process.input), Tone::Idle),
        _ => (format!("holds {}", process.input), Tone::Contending),
    };
    Face { role: "process", status: status.into(), tone, round: ballot, leads: false, votes, waits_for }
}

fn votes(of: &'static str, tally: &Tally, config: &Config) -> Votes {
    Votes {
        of,
        have: tally.count() as u64,
        need: config.quorum as u64,
        total: config.n as u64,
        from: tally.voters().iter().map(NodeId::raw).collect(),
    }
}

/// What each acceptor has promised and voted for.
pub(super) fn ballots(processes: &[&Flp]) -> MatrixPanel {
    let cell = |text: String, round, state| Some(LogCell { text, round, state });
    let row = |p: &&Flp| {
        let voted = |vote: Vote| {
            let text = format!("{} in {}", vote.value, vote.ballot);
            LogCell { text, round: vote.ballot, state: LogState::Prepared }
        };
        let decided = p.decided.map(|value| LogCell {
            text: value.to_string(),
            round: p.ballot,
            state: LogState::Committed,
        });
        MatrixRow {
            label: format!("process {}", p.me),
            replica: Some(p.me.index()),
            cells: vec![
                cell(p.input.to_string(), 0, LogState::Proposed),
                cell(p.promised.to_string(), p.promised, LogState::Proposed),
                p.voted.map(voted),
                decided,
            ],
        }
    };
    MatrixPanel {
        title: "Promises and votes",
        row_name: "process",
        column_name: META.round,
        columns: ["began with", "promised", "voted", "decided"].map(str::to_owned).into(),
        rows: processes.iter().map(row).collect(),
    }
}
