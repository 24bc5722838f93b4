//! Zyzzyva's own invariants, over what happened in the step that just ended and the ledger of what was seen before.

use super::{Cite, Fact, Zyzzyva};
use consensus_kernel::{Invariant, Ledger, NodeId, RuleId, World};

const CERTIFIED: &[RuleId] =
    &[Cite::LocalCommit as RuleId, Cite::Certified as RuleId, Cite::BeginView as RuleId];
const STABLE: &[RuleId] = &[Cite::Stable as RuleId, Cite::StateTransfer as RuleId];

pub(super) const ALL: &[Invariant<Zyzzyva>] = &[
    Invariant {
        name: "Certified Uniqueness",
        place: "Zyzzyva, §3.4",
        says: "No two correct replicas hold commit certificates for different histories of the same view and length.",
        on: CERTIFIED,
        check: certified_uniqueness,
    },
    Invariant {
        name: "Stable Uniqueness",
        place: "Zyzzyva, §3.1 and §3.4",
        says: "Correct replicas have the same history at the same stable checkpoint.",
        on: STABLE,
        check: stable_uniqueness,
    },
    Invariant {
        name: "View Monotone",
        place: "Zyzzyva, §3.3",
        says: "A replica begins views in ascending order only, also across restarts.",
        on: &[Cite::BeginView as RuleId],
        check: view_monotone,
    },
    Invariant {
        name: "Exactly Once",
        place: "Zyzzyva, §3.2, step 3",
        says: "A replica executes each request of a client at most once.",
        on: &[Cite::Execute as RuleId],
        check: exactly_once,
    },
];

fn certified_uniqueness(ledger: &mut Ledger, world: &dyn World<Zyzzyva>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Certified(history) = fact else { continue };
        let (view, sequence) = (history.view, history.sequence);
        ledger.state((view, sequence), history.digest.short(), who).map_err(|other| {
            format!(
                "replicas {} and {who} hold certificates for different histories up to {sequence} in view {view}",
                other.who
            )
        })?;
    }
    Ok(())
}

fn stable_uniqueness(ledger: &mut Ledger, world: &dyn World<Zyzzyva>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Stable { sequence, history } = fact else { continue };
        ledger.state(*sequence, history.short(), who).map_err(|other| {
            format!(
                "replicas {} and {who} have different histories at the stable checkpoint {sequence}",
                other.who
            )
        })?;
    }
    Ok(())
}

fn view_monotone(ledger: &mut Ledger, world: &dyn World<Zyzzyva>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    let key = |k: u64| (u64::from(who.raw()) << 48) | k;
    let before = ledger.lookup(key(r.views_entered.wrapping_sub(1))).map(|(view, _)| view);
    if before.is_some_and(|view| view >= r.view) {
        return Err(format!("replica {who} began view {} after a later one", r.view));
    }
    ledger
        .state(key(r.views_entered), r.view, who)
        .map_err(|other| format!("replica {who} began views {} and {} in one place", other.first, r.view))
}

fn exactly_once(_ledger: &mut Ledger, world: &dyn World<Zyzzyva>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    match r.clients.iter().position(|c| c.executions > c.number) {
        None => Ok(()),
        Some(client) => Err(format!(
            "replica {who} executed {} requests of client {}, which has made {}",
            r.clients[client].executions,
            NodeId::client(client),
            r.clients[client].number
        )),
    }
}
