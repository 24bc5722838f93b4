//! How Chandra and Toueg's protocol looks: faces on the stage, processes by rounds, and who suspects whom.

use super::{ChandraToueg, Config, Phase, Played};
use consensus_kernel::{
    Face, LogCell, LogState, MatrixPanel, MatrixRow, NodeId, NodeSet, Panel, Tone, Votes,
};

/// How many rounds are shown.
const COLUMNS: u64 = 12;

pub(super) fn face(process: &ChandraToueg, config: &Config) -> Face {
    let leads = process.round > 0 && config.coordinator(process.round) == process.me;
    let votes = votes(process, config);
    let round = process.round;
    let waits_for = match (process.phase, &votes) {
        (Phase::Proposal, _) => {
            let coordinator = config.coordinator(round);
            Some(format!("the proposal of {coordinator} in round {round}, or to suspect {coordinator}"))
        }
        (_, Some(v)) => Some(format!("{} of {} {}s in round {round}", v.have, v.need, v.of)),
        _ => None,
    };
    let suspects = process.detector.suspected;
    let status = match (process.decided, suspects.is_empty()) {
        (Some(decided), _) => format!("decided {}", decided.value),
        (None, true) => format!("{} @ {}", process.estimate.value, process.estimate.timestamp),
        (None, false) => format!("suspects {}", names(&suspects)),
    };
    let tone = match process.phase {
        Phase::Decided => Tone::Settled,
        Phase::Asleep => Tone::Idle,
        _ if suspects.is_empty() => Tone::Busy,
        _ => Tone::Contending,
    };
    let role = if leads { "coordinator" } else { "participant" };
    Face { role, status: status.into(), tone, round, leads, votes, waits_for }
}

fn names(ids: &NodeSet) -> String {
    let names: Vec<String> = ids.iter().map(|id| id.to_string()).collect();
    names.join(", ")
}

fn votes(process: &ChandraToueg, config: &Config) -> Option<Votes> {
    let chair = process.chairs.front().filter(|chair| chair.round == process.round)?;
    let (of, from) = match process.phase {
        Phase::Estimates => ("estimate", *chair.estimates.voters()),
        Phase::Answers => ("answer", chair.acks.voters().union(chair.nacks.voters())),
        _ => return None,
    };
    Some(Votes {
        of,
        have: from.len() as u64,
        need: config.majority as u64,
        total: config.n as u64,
        from: from.iter().map(NodeId::raw).collect(),
    })
}

/// Processes by rounds: with which estimate each came, what it proposed, and how it answered.
pub(super) fn rounds(replicas: &[&ChandraToueg]) -> Panel {
    let last = replicas.iter().map(|p| p.round).max().unwrap_or(0);
    let shown = last.saturating_sub(COLUMNS - 1).max(1)..=last;
    let cells = |process: &ChandraToueg| {
        let of = |round| process.past.iter().find(|played| played.round == round).map(cell);
        shown.clone().map(of).collect()
    };
    Panel::Matrix(MatrixPanel {
        title: "Estimates @ the round they are from",
        row_name: "process",
        column_name: "round",
        columns: shown.clone().map(|round| round.to_string()).collect(),
        rows: replicas.iter().map(|process| row(process, cells(process))).collect(),
    })
}

fn row(process: &ChandraToueg, cells: Vec<Option<LogCell>>) -> MatrixRow {
    MatrixRow { label: process.me.to_string(), replica: Some(process.me.index()), cells }
}

fn cell(played: &Played) -> LogCell {
    let mut text = format!("{}@{}", played.estimate.value, played.estimate.timestamp);
    if let Some(value) = played.proposed {
        text.push_str(" → ");
        text.push_str(&value.to_string());
    }
    text.push_str(match played.took {
        None => "",
        Some(true) => " ack",
        Some(false) => " nack",
    });
    let state = match (played.locked, played.took) {
        (true, _) => LogState::Committed,
        (_, Some(true)) => LogState::Prepared,
        _ => LogState::Proposed,
    };
    // Values, not rounds, have colours here: the columns are rounds already.
    let value = played.proposed.unwrap_or(played.estimate.value);
    LogCell { text, round: value.number().into(), state }
}

/// Who suspects whom.
pub(super) fn suspicions(config: &Config, replicas: &[&ChandraToueg]) -> Panel {
    let cells = |process: &ChandraToueg| {
        let of = |i| {
            let suspects = process.detector.suspected.contains(NodeId::replica(i));
            suspects.then(|| LogCell { text: "suspects".to_owned(), round: 0, state: LogState::Proposed })
        };
        (0..config.n).map(of).collect()
    };
    Panel::Matrix(MatrixPanel {
        title: "Who suspects whom",
        row_name: "process",
        column_name: "suspect",
        columns: (0..config.n).map(|i| i.to_string()).collect(),
        rows: replicas.iter().map(|process| row(process, cells(process))).collect(),
    })
}
