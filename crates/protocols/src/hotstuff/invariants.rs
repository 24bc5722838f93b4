//! HotStuff's own invariants (§4.4), over what happened in the step that just ended and the ledger of what was seen before.

use super::{Ballot, Blocks, Cite, Fact, HotStuff, Phase, block_of, view_of};
use consensus_kernel::{Digest, Invariant, Ledger, NodeId, RuleId, World};

const CERTIFIED: &[RuleId] = &[
    Cite::Certify as RuleId,
    Cite::LearnHigh as RuleId,
    Cite::KeepHigh as RuleId,
    Cite::Lock as RuleId,
    Cite::Decide as RuleId,
];
const COMMITTED: &[RuleId] = &[Cite::Commit as RuleId, Cite::TakeState as RuleId];
const EITHER: &[RuleId] = &[
    Cite::Certify as RuleId,
    Cite::LearnHigh as RuleId,
    Cite::KeepHigh as RuleId,
    Cite::Commit as RuleId,
    Cite::TakeState as RuleId,
];

pub(super) const ALL: &[Invariant<HotStuff>] = &[
    Invariant {
        name: "One Certificate",
        place: "HotStuff, §4.4, Lemma 1",
        says: "In each view and phase there are certificates for one block only.",
        on: CERTIFIED,
        check: one_certificate,
    },
    Invariant {
        name: "Committed Prefix",
        place: "HotStuff, §4.4, Theorem 2",
        says: "Of the branches that two correct replicas have committed, one is a prefix of the other.",
        on: COMMITTED,
        check: committed_prefix,
    },
    Invariant {
        name: "Later Certificates",
        place: "HotStuff, §4.4, proof of Theorem 2",
        says: "What is certified in a later view than that of a block that its own chain commits extends that block.",
        on: EITHER,
        check: later_certificates,
    },
    Invariant {
        name: "Lock Monotone",
        place: "HotStuff, Alg. 2 commit; Alg. 4",
        says: "The view of a replica's lock never falls, also across restarts.",
        on: &[Cite::Lock as RuleId],
        check: lock_monotone,
    },
    Invariant {
        name: "View Monotone",
        place: "HotStuff, Alg. 2",
        says: "A replica enters views in ascending order only, also across restarts.",
        on: &[Cite::NextView as RuleId, Cite::Timeout as RuleId, Cite::Join as RuleId],
        check: view_monotone,
    },
    Invariant {
        name: "Exactly Once",
        place: "HotStuff, §4",
        says: "A replica executes each request of a client at most once.",
        on: &[Cite::Execute as RuleId],
        check: exactly_once,
    },
];

fn one_certificate(ledger: &mut Ledger, world: &dyn World<HotStuff>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Certified(Ballot { phase, view, block }) = fact else { continue };
        ledger.state((*phase as u64, *view), block.short(), who).map_err(|other| {
            format!(
                "view {view} has certificates for two blocks: replica {} knows another one than replica {who}, {block:?}",
                other.who
            )
        })?;
    }
    Ok(())
}

fn committed_prefix(ledger: &mut Ledger, world: &dyn World<HotStuff>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Committed { height, block, .. } = fact else { continue };
        ledger.state(*height, block.short(), who).map_err(|other| {
            format!(
                "replica {who} commits {block:?} at height {height}, where replica {} committed another block",
                other.who
            )
        })?;
    }
    Ok(())
}

/// Groups of the ledger: by height, which block is committed, and the view of the one whose chain committed it. Ancestors
/// are committed with it: certificates of views between theirs and its own may be for other branches.
const BLOCK: u64 = 0;
const HEAD: u64 = 1;

fn later_certificates(ledger: &mut Ledger, world: &dyn World<HotStuff>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        match fact {
            Fact::Committed { height, head, block } => {
                let (high, at) = (view_of(&r.high), block_of(&r.high));
                let there = ancestor(&r.blocks, at, *height);
                if high > *head && there.is_some_and(|there| there != *block) {
                    return Err(conflict(who, high, *block, *head));
                }
                let first = ledger.state((BLOCK, *height), block.short(), who).is_ok();
                let _ = first && ledger.state((HEAD, *height), *head, who).is_ok();
            }
            Fact::Certified(Ballot { phase: Phase::Prepare | Phase::Generic, view, block }) => {
                let mut at = *block;
                for here in r.blocks.branch(*block) {
                    let committed = ledger.lookup((BLOCK, here.height));
                    let (head, _) = ledger.lookup((HEAD, here.height)).unwrap_or((u64::MAX, who));
                    match committed {
                        Some((short, _)) if short == at.short() => break,
                        Some(_) if head < *view => return Err(conflict(who, *view, at, head)),
                        _ => at = here.parent,
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn conflict(who: NodeId, view: u64, block: Digest, head: u64) -> String {
    format!(
        "replica {who} knows a certificate of view {view} for another branch than the one committed with view {head}, at \
         {block:?}"
    )
}

/// The ancestor of a block at this height, as far as is known.
fn ancestor(blocks: &Blocks, from: Digest, height: u64) -> Option<Digest> {
    let mut at = from;
    for here in blocks.branch(from) {
        if here.height <= height {
            return (here.height == height).then_some(at);
        }
        at = here.parent;
    }
    None
}

/// The key of a replica's `k`-th value.
fn nth(who: NodeId, k: u64) -> (u64, u64) {
    (who.raw().into(), k)
}

fn ascends(ledger: &mut Ledger, who: NodeId, k: u64, view: u64) -> bool {
    let before = ledger.lookup(nth(who, k.wrapping_sub(1))).map_or(0, |(before, _)| before);
    before < view && ledger.state(nth(who, k), view, who).is_ok()
}

fn lock_monotone(ledger: &mut Ledger, world: &dyn World<HotStuff>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Locked { nth, view } = fact else { continue };
        if !ascends(ledger, who, *nth, *view) {
            return Err(format!("replica {who} locked view {view} after a later one"));
        }
    }
    Ok(())
}

fn view_monotone(ledger: &mut Ledger, world: &dyn World<HotStuff>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Entered { nth, view } = fact else { continue };
        if !ascends(ledger, who, *nth, *view) {
            return Err(format!("replica {who} entered view {view} after a later one"));
        }
    }
    Ok(())
}

fn exactly_once(_ledger: &mut Ledger, world: &dyn World<HotStuff>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    match r.clients.iter().position(|c| c.executions > c.number) {
        None => Ok(()),
        Some(client) => {
            let known = r.clients[client];
            Err(format!(
                "replica {who} executed {} requests of client {}, which has made {}",
                known.executions,
                NodeId::client(client),
                known.number
            ))
        }
    }
}
