//! What all of Raft's nodes know beforehand.

use super::tables::*;
use consensus_kernel::{Duration, QuorumRule, RuleSet, Setup, SetupError};
use serde::Serialize;

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of servers.
    pub n: usize,
    /// Number of clients.
    pub clients: usize,
    /// Votes that elect, copies that commit.
    pub quorum: usize,
    /// Election timeouts are drawn from this range.
    pub election: (Duration, Duration),
    /// A leader is heard this often.
    pub heartbeat: Duration,
    /// A client waits this long before it asks another server.
    pub retry: Duration,
    /// At most so many entries travel in one message.
    pub batch: u64,
    /// At most so many messages with entries are under way to a follower.
    pub window: usize,
    /// Entries wait for the heartbeat timer.
    pub on_heartbeat: bool,
    /// A new leader appends a no-op.
    pub noop: bool,
    /// Ask before standing.
    pub prevote: bool,
    /// Tell followers of each commit at once.
    pub eager_commit: bool,
    /// Which rules hold: what is on disk depends on it.
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
            batch: p.int(BATCH).max(1),
            window: p.int(WINDOW).max(1) as usize,
            on_heartbeat: p.choice(REPLICATE) == 1,
            noop: p.flag(NOOP),
            prevote: p.flag(PREVOTE),
            eager_commit: p.flag(EAGER_COMMIT),
            rules: setup.rules,
        })
    }
}
