//! How proof of stake looks: faces on the stage, votes by round, final blocks, evidence.

use super::ballots::{Round, Stack};
use super::tables::META;
use super::{Config, Digest, Hashed, Replica, Step, wire::GENESIS};
use consensus_kernel::{
    BarRow, BarsPanel, Block as Shown, BlockPanel, Face, LogCell, LogState, MatrixPanel, MatrixRow, NodeId,
    Panel, Tone, Votes,
};

/// So many rounds of votes, and heights of blocks, are shown.
const ROUNDS: usize = 4;
const HEIGHTS: u64 = 16;

pub(super) fn face(replica: &Replica, config: &Config) -> Face {
    let leads = replica.begun && replica.proposer == Some(replica.me);
    let locked = replica.locked.is_some();
    let (status, tone) = match (replica.begun, replica.step) {
        _ if replica.fork.is_some() => ("sees a fork".into(), Tone::Contending),
        (true, Step::Propose) => (if leads { "proposing" } else { "waiting" }.into(), Tone::Busy),
        (true, _) if locked => ("locked".into(), Tone::Busy),
        (true, Step::Prevote) => ("prevoted".into(), Tone::Busy),
        (true, Step::Precommit) => ("precommitted nil".into(), Tone::Busy),
        (false, _) if replica.height > 1 => (format!("height {}", replica.height - 1).into(), Tone::Settled),
        (false, _) => ("idle".into(), Tone::Idle),
    };
    let votes = votes(replica, config);
    let waits_for = votes.as_ref().map(|v| match v.have < v.need {
        true => format!("{}s of stake {}, has {}", v.of, v.need, v.have),
        // Enough of them, and for no block.
        false => format!("the end of round {}", replica.round),
    });
    let proposer = || replica.proposer.map(|id| format!("the proposal of validator {id}"));
    Face {
        role: if replica.convicted.contains(replica.me) {
            "slashed"
        } else if leads {
            "proposer"
        } else {
            "validator"
        },
        status,
        tone,
        round: replica.round,
        leads,
        waits_for: waits_for.or_else(|| proposer().filter(|_| replica.begun)),
        votes,
    }
}

/// The votes that it waits for: the heaviest of its step.
fn votes(replica: &Replica, config: &Config) -> Option<Votes> {
    let step = Some(replica.step).filter(|step| replica.begun && *step > Step::Propose)?;
    let stacks = replica.at(replica.round)?.of(step);
    let heaviest = stacks.iter().max_by_key(|stack| stack.weight);
    Some(Votes {
        of: if step == Step::Prevote { "prevote" } else { "precommit" },
        have: heaviest.map_or(0, |stack| stack.weight),
        need: config.quorum.least(replica.total),
        total: replica.total,
        from: heaviest.map_or_else(Vec::new, |s| s.votes.signers().iter().map(NodeId::raw).collect()),
    })
}

pub(super) fn panels(config: &Config, rows: &[&Replica]) -> Vec<Panel> {
    let mut panels = vec![Panel::Matrix(vote_panel(config, rows)), Panel::Blocks(block_panel(rows))];
    panels.extend(evidence_panel(rows).map(Panel::Matrix));
    panels.extend(rows.iter().max_by_key(|r| r.height).map(|r| Panel::Bars(turns_panel(config, r))));
    panels
}

/// What everybody's share of the turns is made of, as one that is furthest sees it.
fn turns_panel(config: &Config, replica: &Replica) -> BarsPanel {
    let share = |of: u64, all: u64| (of * 1_000_000).checked_div(all).unwrap_or(0) as u32;
    let all: u64 = replica.tickets.iter().sum();
    let row = |i: usize| BarRow {
        label: i.to_string(),
        replica: Some(i),
        parts: Some(vec![
            share(replica.stakes[i], replica.total),
            share(config.trust[i], config.full),
            share(replica.tickets[i], all),
        ]),
    };
    let columns = ["stake", "trust", "turns"].map(str::to_owned).to_vec();
    BarsPanel {
        title: "Who proposes",
        row_name: "validator",
        columns,
        rows: (0..config.n).map(row).collect(),
    }
}

/// Who voted for what at the highest height that anybody works on: all that anybody has heard.
fn vote_panel(config: &Config, rows: &[&Replica]) -> MatrixPanel {
    let height = rows.iter().filter(|r| !r.rounds.is_empty()).map(|r| r.height).max().unwrap_or(0);
    let here: Vec<&Replica> = rows.iter().copied().filter(|r| r.height == height).collect();
    let mut numbers: Vec<u64> = here.iter().flat_map(|r| r.rounds.iter().map(|round| round.number)).collect();
    consensus_kernel::sort(&mut numbers, |a, b| a < b);
    numbers.dedup();
    numbers.drain(..numbers.len().saturating_sub(ROUNDS));
    let steps: &[(Step, &str)] = match config.single {
        true => &[(Step::Prevote, "vote")],
        false => &[(Step::Prevote, "prevote"), (Step::Precommit, "precommit")],
    };
    let all = |number: u64, step: Step| {
        let rounds = here.iter().flat_map(|r| r.rounds.iter());
        rounds.filter(move |r: &&Round| r.number == number).flat_map(move |r| r.of(step).iter())
    };
    let stakes = here.first().map_or(&config.stakes, |r| &r.stakes);
    let need = config.quorum.least(stakes.iter().sum());
    let mut columns = Vec::new();
    let mut cells: Vec<Vec<Option<LogCell>>> = vec![Vec::new(); config.n];
    for (number, (step, name)) in numbers.iter().flat_map(|n| steps.iter().map(move |step| (*n, *step))) {
        let most = all(number, step).map(|stack| stack.weight).max().unwrap_or(0);
        columns.push(format!("{name} {number}: {most} of {need}"));
        for (i, row) in cells.iter_mut().enumerate() {
            row.push(cell(NodeId::replica(i), all(number, step), number, need));
        }
    }
    let label = |i: usize| format!("{i} · stake {}", stakes.get(i).copied().unwrap_or(0));
    let rows = cells.into_iter().enumerate();
    MatrixPanel {
        title: "Votes by stake",
        row_name: "validator",
        column_name: "round",
        columns,
        rows: rows.map(|(i, cells)| MatrixRow { label: label(i), replica: Some(i), cells }).collect(),
    }
}

/// What one validator voted for; two names if it voted for two.
fn cell<'a>(who: NodeId, stacks: impl Iterator<Item = &'a Stack>, round: u64, need: u64) -> Option<LogCell> {
    let mut found: Vec<Option<Digest>> = Vec::new();
    let mut state = LogState::Proposed;
    for stack in stacks.filter(|stack| stack.votes.signers().contains(who)) {
        let block = stack.votes.body().block;
        if !found.contains(&block) {
            found.push(block);
        }
        if stack.weight >= need && block.is_some() {
            state = LogState::Prepared;
        }
    }
    let names: Vec<String> =
        found.into_iter().map(|id| id.map_or("nil".to_owned(), Replica::short)).collect();
    (!names.is_empty()).then(|| LogCell { text: names.join(" and "), round, state })
}

/// Final blocks by height, and what is proposed on top of them.
fn block_panel(rows: &[&Replica]) -> BlockPanel {
    let top = rows.iter().map(|r| r.height).max().unwrap_or(1);
    let lowest = top.saturating_sub(HEIGHTS - 1);
    let mut found: Vec<(&Hashed<super::Block>, bool)> = Vec::new();
    for height in lowest..=top {
        for r in rows {
            let last = r.final_at(height).map(|commit| (&commit.block, true));
            let open = r.blocks.iter().filter(|_| r.height == height).map(|block| (block, false));
            for (block, is_final) in last.into_iter().chain(open) {
                match found.iter_mut().find(|(known, _)| known.digest() == block.digest()) {
                    Some((_, known)) => *known |= is_final,
                    None => found.push((block, is_final)),
                }
            }
        }
    }
    let root = usize::from(lowest <= 1);
    let mut blocks = Vec::with_capacity(found.len() + root);
    if root == 1 {
        let cell = LogCell { text: "genesis".to_owned(), round: 0, state: LogState::Applied };
        let (name, marks) = ("0".to_owned(), Vec::new());
        blocks.push(Shown { name, parent: None, link: None, height: 0, weight: 1, cell, marks });
    }
    for (hashed, is_final) in &found {
        let (digest, block) = (hashed.digest(), hashed.body());
        let place = found.iter().position(|(other, _)| other.digest() == block.parent).map(|at| at + root);
        let polka = |r: &&Replica| r.valid.is_some_and(|votes| votes.body().block == Some(digest));
        let state = match is_final {
            true => LogState::Applied,
            false if rows.iter().any(polka) => LogState::Prepared,
            false => LogState::Proposed,
        };
        let mut text = block.request.map_or_else(|| "empty".to_owned(), |_| block.value().to_string());
        if !block.evidence.is_empty() {
            text.push_str(" + evidence");
        }
        blocks.push(Shown {
            name: Replica::short(digest),
            parent: if block.parent == GENESIS { (root == 1).then_some(0) } else { place },
            link: None,
            height: block.height,
            weight: 1,
            cell: LogCell { text, round: block.round, state },
            marks: marks(rows, digest, block.height),
        });
    }
    BlockPanel { title: "Blocks", height_name: META.slot, blocks }
}

/// For whom it is final, and who is locked on it.
fn marks(rows: &[&Replica], digest: Digest, height: u64) -> Vec<String> {
    let mut marks = Vec::new();
    let mut mark = |what: &str, is: &dyn Fn(&Replica) -> bool| {
        let who = rows.iter().filter(|r| is(r));
        crate::marks::mark(&mut marks, what, &mut who.map(|r| r.me), rows.len());
    };
    mark("locked by", &|r| r.locked.is_some_and(|(_, id)| id == digest));
    mark("final for", &|r| r.final_at(height).is_some_and(|commit| commit.block.digest() == digest));
    marks
}

/// Who was caught, by whose evidence; none while nobody was.
fn evidence_panel(rows: &[&Replica]) -> Option<MatrixPanel> {
    let caught = rows.iter().fold(consensus_kernel::NodeSet::EMPTY, |all, r| all.union(&r.accused()));
    let knows = |r: &Replica, who: NodeId| {
        let (text, state) = match () {
            () if r.convicted.contains(who) => ("slashed", LogState::Applied),
            () if r.accused().contains(who) => ("evidence", LogState::Prepared),
            () => return None,
        };
        Some(LogCell { text: text.to_owned(), round: 0, state })
    };
    let row = |who: NodeId| MatrixRow {
        label: format!("against {who}"),
        replica: Some(who.index()),
        cells: rows.iter().map(|r| knows(r, who)).collect(),
    };
    (!caught.is_empty()).then(|| MatrixPanel {
        title: "Evidence of two votes",
        row_name: "accused",
        column_name: "held by",
        columns: rows.iter().map(|r| r.me.to_string()).collect(),
        rows: caught.iter().map(row).collect(),
    })
}
