//! How Ben-Or looks: faces on the stage, and processes by rounds.

use super::{BenOr, Choice, Config, End, Played, Step};
use consensus_kernel::{Face, LogCell, LogState, MatrixPanel, MatrixRow, NodeId, Panel, Tally, Tone, Votes};

/// How many rounds are shown.
const COLUMNS: u64 = 12;

pub(super) fn face(process: &BenOr, config: &Config) -> Face {
    let last_coin = process.past.iter().rev().nth(1).and_then(|played| match played.end {
        Some(End::Coin(value)) => Some(value),
        _ => None,
    });
    let proposal = process.past.back().and_then(|played| played.proposal);
    let status = match (process.decided, process.step) {
        (Some(decided), _) => format!("decided {}", decided.value).into(),
        (None, Step::Asleep) => "asleep".into(),
        (None, Step::Proposals) => format!("proposes {}", proposed(proposal)).into(),
        (None, _) => match last_coin {
            Some(value) => format!("coin: {value}").into(),
            None => format!("reports {}", process.x).into(),
        },
    };
    // Who has decided needs nobody any more.
    let votes = votes(process, config).filter(|_| process.decided.is_none());
    let waits_for =
        votes.as_ref().map(|v| format!("{} of {} {}s of round {}", v.have, v.need, v.of, process.round));
    Face {
        role: "process",
        status,
        tone: if process.decided.is_some() { Tone::Settled } else { Tone::Busy },
        round: process.round,
        leads: false,
        votes,
        waits_for,
    }
}

fn votes(process: &BenOr, config: &Config) -> Option<Votes> {
    let round = process.heard.front().filter(|r| r.round == process.round)?;
    let (of, ballot) = match process.step {
        Step::Reports => ("report", &round.reports),
        Step::Proposals => ("proposal", &round.proposals),
        Step::Asleep | Step::Silent => return None,
    };
    let tallies = [Choice::Zero, Choice::One, Choice::Open].map(|choice| *ballot.tally(choice));
    let voters =
        tallies.iter().map(Tally::voters).fold(consensus_kernel::NodeSet::EMPTY, |all, v| all.union(v));
    Some(Votes {
        of,
        have: ballot.heard() as u64,
        need: config.wait as u64,
        total: config.n as u64,
        from: voters.iter().map(NodeId::raw).collect(),
    })
}

fn proposed(choice: Option<Choice>) -> String {
    match choice.and_then(Choice::value) {
        Some(value) => format!("D{value}"),
        None => "?".to_owned(),
    }
}

/// Processes by rounds: what each reported, proposed, and made of the proposals.
pub(super) fn rounds(replicas: &[&BenOr]) -> Panel {
    let last = replicas.iter().map(|p| p.round).max().unwrap_or(0);
    let shown = last.saturating_sub(COLUMNS - 1).max(1)..=last;
    let row = |process: &&BenOr| MatrixRow {
        label: process.me.to_string(),
        replica: Some(process.me.index()),
        cells: shown
            .clone()
            .map(|round| process.past.iter().find(|played| played.round == round).map(cell))
            .collect(),
    };
    Panel::Matrix(MatrixPanel {
        title: "Reports, proposals, coins",
        row_name: "process",
        column_name: "round",
        columns: shown.clone().map(|round| round.to_string()).collect(),
        rows: replicas.iter().map(row).collect(),
    })
}

fn cell(played: &Played) -> LogCell {
    let mut text = played.report.to_string();
    if played.proposal.is_some() {
        text.push(' ');
        text.push_str(&proposed(played.proposal));
    }
    let end = match played.end {
        None => None,
        Some(End::Took(value)) => Some((" takes ", value)),
        Some(End::Coin(value)) => Some((" coin ", value)),
        Some(End::Decided(value)) => Some((" decides ", value)),
    };
    if let Some((how, value)) = end {
        text.push_str(how);
        text.push_str(&value.to_string());
    }
    let state = match (played.end, played.proposal) {
        (Some(End::Decided(_)), _) => LogState::Committed,
        (_, Some(Choice::Zero | Choice::One)) => LogState::Prepared,
        _ => LogState::Proposed,
    };
    // Values, not rounds, have colours here: the columns are rounds already.
    LogCell { text, round: played.report.number().into(), state }
}
