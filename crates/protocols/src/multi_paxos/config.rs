//! What all nodes know beforehand.

use super::tables::*;
use crate::paxos::synod::MAJORITY;
use consensus_kernel::{Duration, QuorumRule, RuleSet, Setup, SetupError};
use serde::Serialize;

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of replicas.
    pub n: usize,
    /// Number of clients.
    pub clients: usize,
    /// Acceptors in a quorum.
    pub quorum: usize,
    /// A replica that hears no leader for a time drawn from this range stands itself.
    pub election: (Duration, Duration),
    /// A leader is heard this often.
    pub heartbeat: Duration,
    /// A client waits this long before it asks another replica.
    pub retry: Duration,
    /// So many instances may be open at a time: α.
    pub window: u64,
    /// Whether a leader asks only as many acceptors as it needs.
    pub thrifty: bool,
    /// Whether it tells the others at once what is chosen.
    pub explicit_commit: bool,
    /// Whether replica 0 stands when the run begins.
    pub boot: bool,
    /// Which rules hold.
    pub rules: RuleSet,
}

impl Config {
    /// Reads a set-up, or says why it is impossible.
    pub(super) fn of(setup: &Setup) -> Result<Self, SetupError> {
        let p = &setup.params;
        let rule = if setup.rules.holds(MAJORITY) { QuorumRule::Majority } else { QuorumRule::Half };
        Ok(Self {
            n: setup.n,
            clients: setup.clients,
            quorum: rule.size(setup.n, setup.f),
            election: p.rising_range(ELECTION, "election")?,
            heartbeat: p.span(HEARTBEAT),
            retry: p.span(RETRY),
            window: p.int(WINDOW).max(1),
            thrifty: p.flag(THRIFTY),
            explicit_commit: p.flag(EXPLICIT_COMMIT),
            boot: p.flag(BOOT),
            rules: setup.rules,
        })
    }
}
