//! How HotStuff looks: faces on the stage, and the tree of blocks.

use super::tables::META;
use super::{Block, Config, Phase, Replica, Variant, after, block_of, view_of, wire::GENESIS};
use consensus_kernel::{
    Block as Shown, BlockPanel, Digest, Face, LogCell, LogState, NodeId, NodeSet, Tone, Votes, sort_by_number,
};

/// Blocks of so many heights are shown.
const HEIGHTS: u64 = 16;

pub(super) fn face(replica: &Replica, config: &Config) -> Face {
    let leads = config.leader(replica.view) == replica.me;
    let (status, tone) = if replica.owed.is_some() {
        ("fetching blocks".into(), Tone::Busy)
    } else if !replica.begun {
        ("view change".into(), Tone::Contending)
    } else if !replica.pending.is_empty() {
        (progress(replica).into(), Tone::Busy)
    } else if replica.executed > 0 {
        (format!("executed {}", replica.executed).into(), Tone::Settled)
    } else {
        ("idle".into(), Tone::Idle)
    };
    let votes = votes(replica, config);
    Face {
        role: if leads { "leader" } else { "replica" },
        status,
        tone,
        round: replica.view,
        leads,
        waits_for: waits_for(replica, config, votes.as_ref()),
        votes,
    }
}

fn progress(replica: &Replica) -> &'static str {
    match replica.voted {
        (view, Phase::Prepare) if view == replica.view => "voted",
        (view, Phase::PreCommit) if view == replica.view => "prepared",
        (view, Phase::Commit) if view == replica.view => "locked",
        (view, Phase::Generic) if after(view) == replica.view => "voted",
        _ => "waiting",
    }
}

/// What it collects: NEW-VIEWs, or as a leader votes.
fn votes(replica: &Replica, config: &Config) -> Option<Votes> {
    let show = |of, from: NodeSet| Votes {
        of,
        have: from.len() as u64,
        need: config.quorum as u64,
        total: config.n as u64,
        from: from.iter().map(NodeId::raw).collect(),
    };
    let here = || {
        let there = |(i, view): (usize, &u64)| (*view >= replica.view).then_some(NodeId::replica(i));
        replica.announced.iter().enumerate().filter_map(there).collect()
    };
    if !replica.begun {
        return Some(show("new-view", here()));
    }
    if replica.pending.is_empty() || config.leader(replica.view) != replica.me {
        return None;
    }
    let latest = replica.tallies.iter().max_by_key(|t| (t.ballot().view, t.ballot().phase));
    match latest {
        Some(tally) if replica.proposed < replica.view || config.variant == Variant::Basic => {
            Some(show("vote", *tally.signers()))
        }
        _ if replica.proposed < replica.view => Some(show("new-view", here())),
        _ => None,
    }
}

fn waits_for(replica: &Replica, config: &Config, votes: Option<&Votes>) -> Option<String> {
    let view = replica.view;
    match votes {
        _ if replica.owed.is_some() => Some("blocks that it lacks".to_owned()),
        Some(v) if v.of == "new-view" && v.have < v.need => {
            Some(format!("{} of {} replicas in view {view}", v.have, v.need))
        }
        Some(v) if v.of == "vote" && v.have < v.need => {
            Some(format!("{} of {} votes for its certificate", v.have, v.need))
        }
        _ if replica.pending.is_empty() => None,
        _ if config.leader(view) == replica.me && replica.proposed < view => {
            Some(format!("what it needs to propose in view {view}"))
        }
        _ => Some(format!("replica {}, the leader of view {view}", config.leader(view))),
    }
}

/// The union of all replicas' trees, from the highest block down.
pub(super) fn block_panel(replicas: &[&Replica]) -> BlockPanel {
    let all = || replicas.iter().flat_map(|r| r.blocks.iter());
    let top = all().map(|b| b.body().height).max().unwrap_or(0);
    let lowest = top.saturating_sub(HEIGHTS - 1);
    let mut found: Vec<(Digest, &Block)> = Vec::new();
    for block in all().filter(|b| b.body().height >= lowest) {
        if found.iter().all(|(digest, _)| *digest != block.digest()) {
            found.push((block.digest(), block.body()));
        }
    }
    sort_by_number(&mut found, |(_, block)| block.height << 32 | block.view & 0xffff_ffff);
    let root = usize::from(lowest <= 1);
    let place = |digest: Digest| match digest {
        GENESIS => (root == 1).then_some(0),
        _ => found.iter().position(|(known, _)| *known == digest).map(|at| at + root),
    };
    let mut blocks = Vec::with_capacity(found.len() + root);
    if root == 1 {
        let cell = LogCell { text: "genesis".to_owned(), round: 0, state: LogState::Applied };
        let marks = marks(replicas, GENESIS);
        blocks.push(Shown {
            name: "0".to_owned(),
            parent: None,
            link: None,
            height: 0,
            weight: 1,
            cell,
            marks,
        });
    }
    for (digest, block) in &found {
        let (parent, link) = (place(block.parent), place(block_of(&block.justify)));
        let certified = found.iter().any(|(_, b)| block_of(&b.justify) == *digest)
            || replicas.iter().any(|r| block_of(&r.high) == *digest);
        let executed = |r: &&Replica| block.height <= r.tip.height && r.blocks.descends(r.tip.block, *digest);
        let state = match (replicas.iter().any(executed), certified) {
            (true, _) => LogState::Applied,
            (false, true) => LogState::Prepared,
            (false, false) => LogState::Proposed,
        };
        blocks.push(Shown {
            name: format!("{digest:?}").chars().take(4).collect(),
            parent,
            link: link.filter(|_| link != parent),
            height: block.view,
            weight: 1,
            cell: LogCell { text: text(block), round: block.view, state },
            marks: marks(replicas, *digest),
        });
    }
    BlockPanel { title: "Block tree", height_name: META.round, blocks }
}

fn text(block: &Block) -> String {
    match block.requests.as_slice() {
        [] => "empty".to_owned(),
        [one] => one.body().value.to_string(),
        [one, more @ ..] => format!("{} +{}", one.body().value, more.len()),
    }
}

/// Who has locked it, for whom its certificate is the highest, who has executed up to it.
fn marks(rows: &[&Replica], digest: Digest) -> Vec<String> {
    let mut marks = Vec::new();
    let mut mark = |what: &str, is: &dyn Fn(&Replica) -> bool| {
        let who = rows.iter().filter(|r| is(r));
        crate::marks::mark(&mut marks, what, &mut who.map(|r| r.me), rows.len());
    };
    mark("highest of", &|r| view_of(&r.high) > 0 && block_of(&r.high) == digest);
    mark("locked by", &|r| view_of(&r.lock) > 0 && block_of(&r.lock) == digest);
    mark("executed by", &|r| r.tip.height > 0 && r.tip.block == digest);
    marks
}
