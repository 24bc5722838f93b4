//! How Paxos looks: faces on the stage, and who promised and accepted what.

use super::{Config, Node, Stage};
use consensus_kernel::{
    Face, LogCell, LogState, MatrixPanel, MatrixRow, NodeId, QuorumRule, Tally, Tone, Value, Votes,
};

/// How many ballots are shown.
const COLUMNS: usize = 12;

pub(super) fn face(node: &Node, config: &Config) -> Face {
    let Node { me, proposer, acceptor, learner } = node;
    let role = match () {
        () if config.together => "replica",
        () if config.proposes(*me) => "proposer",
        () if config.accepts(*me) => "acceptor",
        () => "learner",
    };
    let (status, tone, round) = match (learner.chosen, proposer.stage, acceptor.accepted) {
        (Some(chosen), ..) => (chosen.value.to_string().into(), Tone::Settled, chosen.ballot),
        (None, Stage::Preparing, _) => ("preparing".into(), Tone::Contending, proposer.ballot),
        (None, Stage::Proposing, _) => ("proposing".into(), Tone::Busy, proposer.ballot),
        (None, Stage::Waiting, _) => {
            ("waiting".into(), Tone::Contending, acceptor.promised.max(proposer.seen))
        }
        (None, Stage::Idle, Some(vote)) => ("accepted".into(), Tone::Busy, vote.ballot),
        (None, Stage::Idle, None) if acceptor.promised > 0 => {
            ("promised".into(), Tone::Busy, acceptor.promised)
        }
        (None, Stage::Idle, None) => ("idle".into(), Tone::Idle, 0),
    };
    let ballot = proposer.ballot;
    let votes = match proposer.stage {
        _ if learner.chosen.is_some() => None,
        Stage::Preparing => Some(votes("promise", &proposer.promises.tally, config)),
        Stage::Proposing => {
            let own = learner.votes.iter().find(|(p, _)| p.ballot == ballot);
            Some(votes("vote", own.map_or(&Tally::EMPTY, |(_, count)| &count.tally), config))
        }
        _ => {
            let leading = learner.votes.iter().max_by_key(|(p, count)| (count.size(), p.ballot));
            leading.map(|(_, count)| votes("vote", &count.tally, config))
        }
    };
    let waits_for = match (&votes, proposer.stage) {
        _ if learner.chosen.is_some() => None,
        (Some(v), Stage::Preparing) => Some(format!("{} of {} promises for ballot {ballot}", v.have, v.need)),
        (Some(v), Stage::Proposing) => Some(format!("{} of {} votes for ballot {ballot}", v.have, v.need)),
        (_, Stage::Waiting) => Some(format!("its back-off to pass: ballot {} overtook it", proposer.seen)),
        _ if role == "learner" => Some("word of what is chosen".to_owned()),
        _ => None,
    };
    Face { role, status, tone, round, leads: false, votes, waits_for }
}

fn votes(of: &'static str, tally: &Tally, config: &Config) -> Votes {
    Votes {
        of,
        have: tally.weight(),
        need: config.quorum as u64,
        total: config.acceptor_count() as u64,
        from: tally.voters().iter().map(NodeId::raw).collect(),
    }
}

/// Acceptors by ballots: who promised, who accepted what, and what a majority accepted.
pub(super) fn matrix(config: &Config, replicas: &[&Node]) -> MatrixPanel {
    let acceptors: Vec<&Node> = replicas.iter().copied().filter(|node| config.accepts(node.me)).collect();
    let mut ballots: Vec<u64> =
        acceptors.iter().flat_map(|node| node.acceptor.answers.iter().map(|a| a.ballot)).collect();
    consensus_kernel::sort(&mut ballots, |a, b| a < b);
    ballots.dedup();
    ballots.drain(..ballots.len().saturating_sub(COLUMNS));
    let majority = QuorumRule::Majority.size(acceptors.len(), 0);
    let chosen = |ballot: u64, value: Value| {
        let voted = |node: &&&Node| {
            node.acceptor.answers.iter().any(|a| a.ballot == ballot && a.accepted == Some(value))
        };
        acceptors.iter().filter(voted).count() >= majority
    };
    let cell = |node: &Node, ballot: u64| {
        let answer = node.acceptor.answers.iter().find(|a| a.ballot == ballot)?;
        let (text, state) = match answer.accepted {
            None => ("promised".to_owned(), LogState::Proposed),
            Some(value) if chosen(ballot, value) => (value.to_string(), LogState::Committed),
            Some(value) => (value.to_string(), LogState::Prepared),
        };
        Some(LogCell { text, round: ballot, state })
    };
    let row = |node: &&Node| MatrixRow {
        label: node.me.to_string(),
        replica: Some(node.me.index()),
        cells: ballots.iter().map(|ballot| cell(node, *ballot)).collect(),
    };
    MatrixPanel {
        title: "Promises and votes",
        row_name: "acceptor",
        column_name: "ballot",
        rows: acceptors.iter().map(row).collect(),
        columns: ballots.iter().map(u64::to_string).collect(),
    }
}
