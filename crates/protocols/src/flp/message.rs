//! What processes send each other, and how it is counted.

use super::Ballot;
use consensus_kernel::{Message, Slot, Value};
use serde::Serialize;

/// A value in a ballot: a proposal, or the vote for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Vote {
    /// The ballot.
    pub ballot: Ballot,
    /// The ballot's only value.
    pub value: Value,
}

/// What processes send each other. The sender is in the envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// 1a: asks for a promise.
    Prepare {
        /// The sender's ballot.
        ballot: Ballot,
    },
    /// 1b: promises to heed no lower ballot.
    Promise {
        /// The ballot promised.
        ballot: Ballot,
        /// The acceptor's last vote.
        voted: Option<Vote>,
    },
    /// Refuses a prepare or an accept.
    Refuse {
        /// The ballot refused.
        ballot: Ballot,
        /// The higher one that was promised.
        promised: Ballot,
    },
    /// 2a: asks for a vote.
    Accept(Vote),
    /// 2b: votes.
    Accepted {
        /// In this ballot, for its value.
        ballot: Ballot,
    },
    /// A majority has voted.
    Decided {
        /// For this value.
        value: Value,
    },
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Prepare { .. } => 0,
            Self::Promise { .. } => 1,
            Self::Refuse { .. } => 2,
            Self::Accept(_) => 3,
            Self::Accepted { .. } => 4,
            Self::Decided { .. } => 5,
        }
    }

    fn bytes(&self) -> u64 {
        let numbers = match self {
            Self::Prepare { .. } | Self::Accepted { .. } | Self::Decided { .. } => 1,
            Self::Refuse { .. } | Self::Accept(_) => 2,
            Self::Promise { voted, .. } => 1 + 2 * u64::from(voted.is_some()),
        };
        16 + 8 * numbers
    }

    fn round(&self) -> u64 {
        match *self {
            Self::Prepare { ballot }
            | Self::Promise { ballot, .. }
            | Self::Refuse { ballot, .. }
            | Self::Accept(Vote { ballot, .. })
            | Self::Accepted { ballot } => ballot,
            Self::Decided { .. } => 0,
        }
    }

    fn slot(&self) -> Option<Slot> {
        Some(1)
    }
}
