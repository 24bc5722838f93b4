//! What all nodes know beforehand: who plays which part.

use super::synod::MAJORITY;
use super::tables::*;
use consensus_kernel::{Duration, NodeId, NodeSet, QuorumRule, RuleSet, Setup, SetupError, To};
use serde::Serialize;

/// How many nodes only propose, and how many only learn, where roles stand apart.
const APART: usize = 2;

/// How learners hear what is chosen (§2.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Learn {
    /// Votes go to the proposer, which tells the others: it is the distinguished learner.
    Announce,
    /// Votes go to every learner.
    Broadcast,
    /// Votes go to the proposer, and nobody else is told.
    ProposerOnly,
}

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of nodes.
    pub n: usize,
    /// Whether every node plays every part.
    pub together: bool,
    /// The nodes 0 .. this propose.
    pub proposers: usize,
    /// Whether all of those can be among the faulty.
    pub all_may_fail: bool,
    /// The first node that is an acceptor, and the first after it that is none.
    pub acceptors: (usize, usize),
    /// This node and all after it learn.
    pub learners: usize,
    /// Acceptors in a quorum.
    pub quorum: usize,
    /// Votes that convince a learner.
    pub convincing: usize,
    /// How learners hear.
    pub learn: Learn,
    /// Whether all clients ask the same proposer.
    pub distinguished: bool,
    /// How long a proposer waits before it tries a higher ballot: drawn from this range, doubled with each failure.
    pub backoff: (Duration, Duration),
    /// A client waits this long before it asks another proposer.
    pub retry: Duration,
    /// A learner waits this long before it asks.
    pub patience: Duration,
    /// Which rules hold.
    pub rules: RuleSet,
}

impl Config {
    /// Reads a set-up, or says why it is impossible.
    pub(super) fn of(setup: &Setup) -> Result<Self, SetupError> {
        let (p, n) = (&setup.params, setup.n);
        let backoff = p.rising_range(BACKOFF, "backoff")?;
        let together = p.choice(ROLES) == 0;
        if !together && n <= 2 * APART {
            let why = format!(
                "roles apart need at least {} nodes: two proposers, an acceptor, two learners",
                2 * APART + 1
            );
            return Err(SetupError { key: "n", why });
        }
        let (proposers, acceptors, learners) =
            if together { (n, (0, n), 0) } else { (APART, (APART, n - APART), n - APART) };
        let size = |rule: QuorumRule| rule.size(acceptors.1 - acceptors.0, setup.f);
        let rule = |switch| if setup.rules.holds(switch) { QuorumRule::Majority } else { QuorumRule::Half };
        let quorum = size(rule(MAJORITY));
        Ok(Self {
            n,
            together,
            proposers,
            all_may_fail: setup.f >= proposers,
            acceptors,
            learners,
            quorum,
            convincing: quorum.min(size(rule(LEARN_MAJORITY))),
            learn: [Learn::Announce, Learn::Broadcast, Learn::ProposerOnly][p.choice(LEARN).min(2)],
            distinguished: p.choice(ASK) == 1,
            backoff,
            retry: p.span(RETRY),
            patience: p.span(PATIENCE),
            rules: setup.rules,
        })
    }

    /// Whether a node proposes.
    pub fn proposes(&self, id: NodeId) -> bool {
        !id.is_client() && id.index() < self.proposers
    }

    /// Whether a node is an acceptor.
    pub fn accepts(&self, id: NodeId) -> bool {
        !id.is_client() && (self.acceptors.0..self.acceptors.1).contains(&id.index())
    }

    /// Whether a node is a learner.
    pub fn is_learner(&self, id: NodeId) -> bool {
        !id.is_client() && (self.learners..self.n).contains(&id.index())
    }

    /// Number of acceptors.
    pub fn acceptor_count(&self) -> usize {
        self.acceptors.1 - self.acceptors.0
    }

    /// All acceptors.
    pub(super) fn to_acceptors(&self) -> To {
        self.to(|id| self.accepts(id))
    }

    /// Whoever wants to know what is chosen: learners, and proposers for their clients' sake.
    pub(super) fn to_the_curious(&self) -> To {
        self.to(|id| self.is_learner(id) || self.proposes(id))
    }

    /// Whom an acceptor tells of its vote for this proposer's proposal.
    pub(super) fn to_counters(&self, proposer: NodeId) -> To {
        match self.learn {
            Learn::Broadcast => self.to(|id| self.is_learner(id) || id == proposer),
            Learn::Announce | Learn::ProposerOnly => To::One(proposer),
        }
    }

    fn to(&self, wanted: impl Fn(NodeId) -> bool) -> To {
        if self.together {
            return To::Others;
        }
        To::Set((0..self.n).map(NodeId::replica).filter(|id| wanted(*id)).collect::<NodeSet>())
    }
}
