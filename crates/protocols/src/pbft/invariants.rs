//! PBFT's own invariants (§4.2, §4.5.1), over what happened in the step that just ended and the ledger of what was seen
//! before.

use super::{Cite, Fact, Pbft};
use consensus_kernel::{Digest, Invariant, Ledger, NodeId, RuleId, World, broken};

const PREPARED: &[RuleId] = &[Cite::Prepared as RuleId];
const COMMITTED: &[RuleId] = &[Cite::CommittedLocal as RuleId, Cite::LearnCommitted as RuleId];
const READ: &[RuleId] = &[Cite::ClientReads as RuleId, Cite::ReadAnswered as RuleId];
const EXECUTED: &[RuleId] = &[Cite::Execute as RuleId];
const CHECKPOINTS: &[RuleId] = &[Cite::TakeCheckpoint as RuleId, Cite::StateTransfer as RuleId];
const ENTERED: &[RuleId] = &[Cite::StartView as RuleId, Cite::EnterView as RuleId];

pub(super) const ALL: &[Invariant<Pbft>] = &[
    Invariant {
        name: "Prepared Uniqueness",
        place: "PBFT, §4.2",
        says: "No two correct replicas prepare different batches under the same view and sequence number.",
        on: PREPARED,
        check: prepared_uniqueness,
    },
    Invariant {
        name: "Committed Uniqueness",
        place: "PBFT, §4.5.1",
        says: "No two correct replicas know different batches to be committed at the same sequence number, in any views.",
        on: COMMITTED,
        check: committed_uniqueness,
    },
    Invariant {
        name: "Executed Prefix",
        place: "PBFT, §4.2 and §4.5.1",
        says: "Of what two correct replicas have executed, one is a prefix of the other.",
        on: EXECUTED,
        check: executed_prefix,
    },
    Invariant {
        name: "Equal Checkpoints",
        place: "PBFT, §4.3",
        says: "Correct replicas have the same state at the same checkpoint.",
        on: CHECKPOINTS,
        check: equal_checkpoints,
    },
    Invariant {
        name: "View Monotone",
        place: "PBFT, §4.4",
        says: "A replica enters views in ascending order only, also across restarts.",
        on: ENTERED,
        check: view_monotone,
    },
    Invariant {
        name: "Exactly Once",
        place: "PBFT, §4.1",
        says: "A replica executes each request of a client at most once.",
        on: EXECUTED,
        check: exactly_once,
    },
    Invariant {
        name: "Fresh Reads",
        place: "PBFT, §5.1",
        says: "What a client reads is no older than what was answered before it asked.",
        on: READ,
        check: fresh_reads,
    },
];

fn short(digest: &Digest) -> String {
    format!("{digest:?}")
}

#[inline(always)]
fn prepared_uniqueness(ledger: &mut Ledger, world: &dyn World<Pbft>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Prepared { view, sequence, digest } = fact else { continue };
        ledger.state((*view, *sequence), digest.short(), who).or_else(move |other| {
            broken(move || {
                let (other, digest) = (other.who, short(digest));
                format!(
                    "replica {other} prepared another batch at sequence {sequence} of view {view} than replica {who}, which \
                     prepared {digest}"
                )
            })
        })?;
    }
    Ok(())
}

#[inline(always)]
fn committed_uniqueness(ledger: &mut Ledger, world: &dyn World<Pbft>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Committed { sequence, digest } = fact else { continue };
        ledger.state(*sequence, digest.short(), who).or_else(move |other| {
            broken(move || {
                format!(
                    "sequence {sequence} is committed differently at replicas {} and {who}, where it is {}",
                    other.who,
                    short(digest)
                )
            })
        })?;
    }
    Ok(())
}

#[inline(always)]
fn executed_prefix(ledger: &mut Ledger, world: &dyn World<Pbft>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Executed { position, digest } = fact else { continue };
        ledger.state(*position, digest.short(), who).or_else(move |other| {
            broken(move || {
                format!("replicas {} and {who} executed different batches as number {position}", other.who)
            })
        })?;
    }
    Ok(())
}

fn equal_checkpoints(ledger: &mut Ledger, world: &dyn World<Pbft>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    let (sequence, digest) = (r.own_checkpoint.sequence, r.own_checkpoint.digest);
    ledger.state(sequence, digest.short(), who).map_err(|other| {
        format!("replicas {} and {who} have different states at checkpoint {sequence}", other.who)
    })
}

fn view_monotone(ledger: &mut Ledger, world: &dyn World<Pbft>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    let key = |k: u64| (u64::from(who.raw()) << 48) | k;
    let before = ledger.lookup(key(r.views_entered.wrapping_sub(1))).map(|(view, _)| view);
    if before.is_some_and(|view| view >= r.view) {
        return Err(format!("replica {who} entered view {} after a later one", r.view));
    }
    ledger
        .state(key(r.views_entered), r.view, who)
        .map_err(|other| format!("replica {who} entered views {} and {} in one place", other.first, r.view))
}

#[inline(always)]
fn exactly_once(_ledger: &mut Ledger, world: &dyn World<Pbft>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    match r.executed_again {
        None => Ok(()),
        Some((slot, value)) => broken(move || format!("replica {who} executed {value} again at {slot}")),
    }
}

fn fresh_reads(ledger: &mut Ledger, world: &dyn World<Pbft>, who: NodeId) -> Result<(), String> {
    let Some(client) = world.client(who) else { return Ok(()) };
    let key = |number: u32| (u64::from(who.raw()), u64::from(number));
    if let Some((number, slot)) = client.read
        && let Some((known, _)) = ledger.lookup(key(number)).filter(|(known, _)| slot < *known)
    {
        return Err(format!(
            "client {who} read that its neighbour's last request was executed at {slot}, when {known} was known to it"
        ));
    }
    if let Some(value) = client.outstanding.filter(|_| client.reading) {
        let about = NodeId::client((who.index() + 1) % world.config().clients);
        let known = world.client(about).map_or(0, |neighbour| neighbour.accepted);
        // Asked again, it asks for what was known at first.
        let _ = ledger.state(key(value.number()), known, who);
    }
    Ok(())
}
