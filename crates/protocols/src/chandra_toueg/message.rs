//! What Chandra and Toueg's processes send each other.

use consensus_kernel::{Message, Slot, Value};
use serde::Serialize;

/// What a process would decide, and since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Estimate {
    /// The value.
    pub value: Value,
    /// The round in which it was taken over; 0 for what the process began with.
    pub timestamp: u64,
}

/// What processes send each other. The sender is in the envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// Phase 1: the sender's estimate.
    Estimate {
        /// The round.
        round: u64,
        /// The estimate.
        estimate: Estimate,
    },
    /// Phase 2: what the coordinator proposes.
    Proposal {
        /// The round.
        round: u64,
        /// The value.
        value: Value,
    },
    /// Phase 3: the sender has taken the proposal over.
    Ack {
        /// The round.
        round: u64,
    },
    /// Phase 3: the sender suspects the coordinator.
    Nack {
        /// The round.
        round: u64,
    },
    /// R-broadcast: this is decided.
    Decide {
        /// The round whose coordinator decided it.
        round: u64,
        /// The value.
        value: Value,
    },
    /// The sender is up.
    Heartbeat,
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Estimate { .. } => 0,
            Self::Proposal { .. } => 1,
            Self::Ack { .. } => 2,
            Self::Nack { .. } => 3,
            Self::Decide { .. } => 4,
            Self::Heartbeat => 5,
        }
    }

    fn bytes(&self) -> u64 {
        let numbers = match self {
            Self::Heartbeat => 0,
            Self::Ack { .. } | Self::Nack { .. } => 1,
            Self::Proposal { .. } | Self::Decide { .. } => 2,
            Self::Estimate { .. } => 3,
        };
        16 + 8 * numbers
    }

    fn round(&self) -> u64 {
        match *self {
            Self::Estimate { round, .. }
            | Self::Proposal { round, .. }
            | Self::Ack { round }
            | Self::Nack { round }
            | Self::Decide { round, .. } => round,
            Self::Heartbeat => 0,
        }
    }

    fn slot(&self) -> Option<Slot> {
        (*self != Self::Heartbeat).then_some(1)
    }
}
