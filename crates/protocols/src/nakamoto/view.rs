//! How it looks: faces on the stage, and the tree of blocks.

use super::{Config, Entry, Miner, Payment};
use consensus_kernel::{
    BarRow, BarsPanel, Block as Shown, BlockPanel, Digest, Face, LogCell, LogState, MatrixPanel, MatrixRow,
    Tone, Value, Votes, sort, sort_by_number,
};

/// Blocks of so many heights are shown, and so many nodes and payments.
const HEIGHTS: u64 = 16;
const ROWS: usize = 16;
const COINS: usize = 8;
/// So many miners' shares are shown one by one.
const MINERS: usize = 8;

pub(super) fn face(miner: &Miner, config: &Config) -> Face {
    let tip = miner.tree.tip();
    let deep = (tip.height + 1).saturating_sub(tip.paid_at);
    let shallow = tip.is_shallow(config.confirmations);
    let (status, tone) = match (&miner.work, miner.orphans.is_empty()) {
        (_, false) => ("lacks blocks".into(), Tone::Contending),
        (Some(_), _) => (format!("mines {}", tip.height + 1).into(), Tone::Busy),
        (None, _) if tip.height == 0 => ("idle".into(), Tone::Idle),
        (None, _) if shallow => ("no hash power".into(), Tone::Busy),
        (None, _) => (format!("height {}", tip.height).into(), Tone::Settled),
    };
    let waits_for = match miner.next_payment() {
        Some(payment) => Some(format!("a block for {}", payment.coin)),
        None => shallow.then(|| format!("{deep} of {} confirmations", config.confirmations)),
    };
    Face {
        role: "miner",
        status,
        tone,
        round: tip.height,
        leads: false,
        votes: shallow.then(|| Votes {
            of: "confirmation",
            have: deep,
            need: config.confirmations,
            total: config.confirmations,
            from: Vec::new(),
        }),
        waits_for,
    }
}

/// The union of all trees, from the highest block down. A block that no node builds on any more is stale.
pub(super) fn blocks(config: &Config, miners: &[&Miner]) -> BlockPanel {
    let all = || miners.iter().flat_map(|m| m.tree.iter());
    let top = all().map(|entry| entry.height).max().unwrap_or(0);
    let lowest = top.saturating_sub(HEIGHTS - 1);
    let mut found: Vec<&Entry> = Vec::new();
    for entry in all().filter(|entry| entry.height >= lowest) {
        if found.iter().all(|known| known.block.hash() != entry.block.hash()) {
            found.push(entry);
        }
    }
    sort_by_number(&mut found, |entry| entry.height);
    let place = |hash: Digest| found.iter().position(|entry| entry.block.hash() == hash);
    let show = |entry: &&Entry| {
        let hash = entry.block.hash();
        let decided = miners.iter().any(|m| m.decided >= entry.height && m.tree.holds(entry));
        let state = match (decided, miners.iter().any(|m| m.tree.holds(entry))) {
            (true, _) => LogState::Applied,
            (false, true) => LogState::Prepared,
            (false, false) => LogState::Proposed,
        };
        let text = match entry.block.payment() {
            _ if entry.height == 0 => "genesis".to_owned(),
            None => "empty".to_owned(),
            Some(payment) if payment.back => format!("{} back", payment.coin),
            Some(payment) => payment.coin.to_string(),
        };
        Shown {
            // Its first digits are zeros, like those of all others.
            name: hash.to_string()[60..].to_owned(),
            parent: place(entry.parent),
            link: None,
            height: entry.height,
            weight: entry.own_work.scaled(4, 1 << config.bits).0[3].max(1),
            cell: LogCell { text, round: entry.block.header().miner.into(), state },
            marks: marks(miners, entry, state),
        }
    };
    BlockPanel { title: "Block tree", height_name: "height", blocks: found.iter().map(show).collect() }
}

/// What has become of the latest payments at each node: whether they wait, or which block of its chain holds them, or a
/// hidden one. None while nobody pays.
pub(super) fn payments(miners: &[&Miner]) -> Option<MatrixPanel> {
    let miners = &miners[..miners.len().min(ROWS)];
    let mut coins: Vec<Value> = Vec::new();
    for miner in miners {
        let tip = miner.tree.tip().height;
        let recent = miner.tree.iter().rev().take_while(|entry| entry.height + HEIGHTS > tip);
        let paid = recent.filter_map(|entry| entry.block.payment());
        coins.extend(miner.pool.iter().copied().chain(paid).map(|payment| payment.coin));
    }
    sort(&mut coins, |a, b| a < b);
    coins.dedup();
    coins.drain(..coins.len().saturating_sub(COINS));
    let row = |miner: &&Miner| MatrixRow {
        label: miner.me.to_string(),
        replica: Some(miner.me.index()),
        cells: coins.iter().map(|coin| fate(miner, *coin)).collect(),
    };
    (!coins.is_empty()).then(|| MatrixPanel {
        title: "Payments",
        row_name: "node",
        column_name: "coin",
        columns: coins.iter().map(Value::to_string).collect(),
        rows: miners.iter().map(row).collect(),
    })
}

/// Who has which share of the hash power, and of the blocks that are final at the node with most of them: chain quality
/// (Garay, Kiayias & Leonardos 2015, §3.2), and what Eyal & Sirer call revenue. None before anything is final.
pub(super) fn quality(config: &Config, miners: &[&Miner]) -> Option<BarsPanel> {
    let credits = miners.iter().map(|miner| miner.credits());
    let credits = credits.max_by_key(|all| all.iter().sum::<u64>())?;
    let both = [&*config.shares, credits];
    let alone = config.n.min(MINERS);
    let mut rows = Vec::with_capacity(alone + 1);
    for k in 0..alone + usize::from(alone < config.n) {
        let mut parts = Vec::with_capacity(both.len());
        for of in both {
            let sum: u64 = if k < alone { of[k] } else { of[alone..].iter().sum() };
            parts.push((sum * 1_000_000).checked_div(of.iter().sum())? as u32);
        }
        rows.push(match k < alone {
            true => BarRow { label: k.to_string(), replica: Some(k), parts: Some(parts) },
            false => BarRow { label: "others".to_owned(), replica: None, parts: Some(parts) },
        });
    }
    let columns = ["hash power", "final blocks"].map(str::to_owned).to_vec();
    Some(BarsPanel { title: "Chain quality", row_name: "miner", columns, rows })
}

/// What has become of a payment at a node.
fn fate(miner: &Miner, coin: Value) -> Option<LogCell> {
    let spends = |payment: &Payment| payment.coin == coin;
    let holds = |entry: &&Entry| entry.block.payment().is_some_and(|payment| spends(&payment));
    let hidden = miner.tree.iter().filter(holds).find(|entry| miner.plot.hides(entry.block.hash()));
    let (payment, place, height, state) = match (hidden, miner.spent_in(coin)) {
        (Some(entry), _) => (entry.block.payment()?, "hidden at", entry.height, LogState::Proposed),
        (None, Some(entry)) if entry.height <= miner.decided => {
            (entry.block.payment()?, "final at", entry.height, LogState::Applied)
        }
        (None, Some(entry)) => (entry.block.payment()?, "at", entry.height, LogState::Prepared),
        (None, None) => (*miner.pool.iter().find(|p| spends(p))?, "waits", 0, LogState::Proposed),
    };
    let mut text = if payment.back { "back, ".to_owned() } else { String::new() };
    text.push_str(place);
    if height > 0 {
        text.push_str(&format!(" {height}"));
    }
    Some(LogCell { text, round: height, state })
}

/// Who found it, who builds on it, and whether nobody does.
fn marks(miners: &[&Miner], entry: &Entry, state: LogState) -> Vec<String> {
    let hash = entry.block.hash();
    let mut marks = Vec::new();
    if entry.height > 0 {
        marks.push(format!("found by {}", entry.block.header().miner));
    }
    let heads = miners.iter().filter(|m| m.tree.tip().block.hash() == hash);
    crate::marks::mark(&mut marks, "head of", &mut heads.map(|m| m.me), miners.len());
    if state == LogState::Proposed {
        let secret = miners.iter().all(|m| m.tree.find(hash).is_none() || m.plot.hides(hash));
        marks.push(if secret { "withheld" } else { "stale" }.to_owned());
    }
    marks
}
