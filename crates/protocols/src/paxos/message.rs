//! What nodes send each other, and how it is counted.

use super::synod::{Ballot, Proposal};
use consensus_kernel::{Message, Slot, Value};
use serde::Serialize;

/// What nodes send each other. The sender is in the envelope.
#[derive(Clone, Debug, Serialize)]
pub enum Msg {
    /// 1a: asks acceptors to promise a ballot.
    Prepare {
        /// The ballot.
        ballot: Ballot,
    },
    /// 1b: nothing below this ballot will be accepted any more.
    Promise {
        /// The ballot promised.
        ballot: Ballot,
        /// What the acceptor has accepted so far, if anything.
        accepted: Option<Proposal>,
    },
    /// 2a: asks acceptors to accept a proposal.
    Accept(Proposal),
    /// 2b: accepted.
    Accepted(Proposal),
    /// The request's ballot is below what was promised. Nothing depends on it.
    Refuse {
        /// The ballot refused.
        ballot: Ballot,
        /// The ballot promised.
        promised: Ballot,
    },
    /// A quorum accepted this.
    Chosen(Proposal),
    /// A learner wants to know what is chosen.
    Query,
    /// A client's value.
    Request {
        /// The value; its number names it.
        value: Value,
    },
    /// The client's question is settled.
    Reply {
        /// The value that the client asked for.
        asked: Value,
        /// What was chosen.
        chosen: Proposal,
    },
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Prepare { .. } => 0,
            Self::Promise { .. } => 1,
            Self::Accept(_) => 2,
            Self::Accepted(_) => 3,
            Self::Refuse { .. } => 4,
            Self::Chosen(_) => 5,
            Self::Query => 6,
            Self::Request { .. } => 7,
            Self::Reply { .. } => 8,
        }
    }

    fn bytes(&self) -> u64 {
        let numbers = match self {
            Self::Query => 0,
            Self::Prepare { .. } | Self::Request { .. } | Self::Promise { accepted: None, .. } => 1,
            Self::Accept(_) | Self::Accepted(_) | Self::Refuse { .. } | Self::Chosen(_) => 2,
            Self::Promise { .. } | Self::Reply { .. } => 3,
        };
        16 + 8 * numbers
    }

    fn round(&self) -> u64 {
        match *self {
            Self::Prepare { ballot } | Self::Promise { ballot, .. } | Self::Refuse { ballot, .. } => ballot,
            Self::Accept(p) | Self::Accepted(p) | Self::Chosen(p) | Self::Reply { chosen: p, .. } => p.ballot,
            Self::Query | Self::Request { .. } => 0,
        }
    }

    fn slot(&self) -> Option<Slot> {
        matches!(self, Self::Accept(_) | Self::Accepted(_) | Self::Chosen(_)).then_some(1)
    }

    fn request(&self) -> Option<Value> {
        match *self {
            Self::Request { value } => Some(value),
            _ => None,
        }
    }
}
