//! What must hold of every honest node's chain.

use super::{Cite, Miner, Nakamoto, U256};
use consensus_kernel::{Invariant, Ledger, NodeId, RuleId, World};

const MOVED: &[RuleId] = &[Cite::Extend as RuleId, Cite::Reorganise as RuleId];
const HEARD: &[RuleId] = &[Cite::Extend as RuleId, Cite::Reorganise as RuleId, Cite::Fork as RuleId];

/// How many blocks of the chain are looked at after each change.
const LOOKED_AT: u64 = 8;

pub(super) const ALL: &[Invariant<Nakamoto>] = &[
    Invariant {
        name: "Common Prefix",
        place: "Garay, Kiayias & Leonardos 2015, §3.2; Nakamoto, §11",
        says: "What was ever z deep on an honest node's chain is on all of them.",
        on: &[Cite::Decide as RuleId],
        check: common_prefix,
    },
    Invariant {
        name: "Heaviest Chain",
        place: "Nakamoto, §4",
        says: "No valid block that a node knows has more work behind it than its last one.",
        on: HEARD,
        check: heaviest_chain,
    },
    Invariant {
        name: "Linked Chain",
        place: "Nakamoto, §3",
        says: "Each block of a node's chain names the hash of the one before.",
        on: MOVED,
        check: linked_chain,
    },
    Invariant {
        name: "Proof of Work",
        place: "Nakamoto, §4",
        says: "The hash of each block of a node's chain is at most its target.",
        on: MOVED,
        check: proof_of_work,
    },
    Invariant {
        name: "Ledger Follows Chain",
        place: "Nakamoto, §5",
        says: "What a node holds for spent is what its own chain spends.",
        on: MOVED,
        check: ledger_follows_chain,
    },
];

fn common_prefix(ledger: &mut Ledger, world: &dyn World<Nakamoto>, who: NodeId) -> Result<(), String> {
    let Some(miner) = world.member(who) else { return Ok(()) };
    for (height, hash) in &miner.news {
        ledger.state(*height, hash.short(), who).map_err(|other| {
            format!(
                "at height {height} block {hash:?} is z deep at node {who}, another one was at node {}",
                other.who
            )
        })?;
    }
    Ok(())
}

fn heaviest_chain(_: &mut Ledger, world: &dyn World<Nakamoto>, who: NodeId) -> Result<(), String> {
    let Some(miner) = world.member(who) else { return Ok(()) };
    let tip = miner.tree.tip();
    match miner.tree.iter().rev().find(|entry| entry.work > tip.work) {
        None => Ok(()),
        Some(entry) => Err(format!(
            "node {who} builds on height {}, although block {:?} at height {} has more work behind it",
            tip.height,
            entry.block.hash(),
            entry.height
        )),
    }
}

fn latest(miner: &Miner) -> impl Iterator<Item = &super::Entry> {
    let tip = miner.tree.tip().height;
    let heights = tip.saturating_sub(LOOKED_AT).max(1)..=tip;
    heights.filter_map(|height| miner.tree.on_chain(height))
}

fn linked_chain(_: &mut Ledger, world: &dyn World<Nakamoto>, who: NodeId) -> Result<(), String> {
    let Some(miner) = world.member(who) else { return Ok(()) };
    let loose = |entry: &&super::Entry| {
        let before = miner.tree.on_chain(entry.height - 1);
        before.is_some_and(|before| before.block.hash() != entry.block.header().parent)
    };
    latest(miner).find(loose).map_or(Ok(()), |entry| {
        Err(format!("block {:?} of node {who} follows a block that is not its parent", entry.block.hash()))
    })
}

fn proof_of_work(_: &mut Ledger, world: &dyn World<Nakamoto>, who: NodeId) -> Result<(), String> {
    let Some(miner) = world.member(who).filter(|_| world.config().real) else { return Ok(()) };
    let cheap = |entry: &&super::Entry| U256::of(&entry.block.proof()) > entry.block.header().target;
    latest(miner).find(cheap).map_or(Ok(()), |entry| {
        Err(format!("the hash of block {:?} at node {who} is above its target", entry.block.hash()))
    })
}

fn ledger_follows_chain(_: &mut Ledger, world: &dyn World<Nakamoto>, who: NodeId) -> Result<(), String> {
    let Some(miner) = world.member(who) else { return Ok(()) };
    let chain = &miner.tree.tip().spent;
    match miner.spent.iter().zip(chain).position(|(held, true_one)| held != true_one) {
        None => Ok(()),
        Some(client) => Err(format!(
            "node {who} holds coins of client {client} up to {} for spent, its chain spends up to {}",
            miner.spent[client], chain[client]
        )),
    }
}
