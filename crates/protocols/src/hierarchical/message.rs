//! What members of the hierarchy send each other.

use super::Counts;
use consensus_kernel::{Message, NodeSet, Slot, Value};
use serde::Serialize;

/// What goes up and down the tree. The sender is in the envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// Worker to supervisor: what it would do.
    Proposal(Value),
    /// Supervisor to executive.
    Evaluation {
        /// What it recommends.
        option: Value,
        /// How many of its workers propose what.
        counts: Counts,
    },
    /// From above: what is to be done.
    Decision(Value),
    /// What has been decided?
    Ask,
    /// A worker's.
    Objection,
    /// Supervisor to chair: which of its workers object.
    Report(NodeSet),
    /// The visitor has to rule.
    Escalation,
    /// The visitor has ruled.
    Ruling(Value),
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Proposal(_) => 0,
            Self::Evaluation { .. } => 1,
            Self::Decision(_) => 2,
            Self::Ask => 3,
            Self::Objection => 4,
            Self::Report(_) => 5,
            Self::Escalation => 6,
            Self::Ruling(_) => 7,
        }
    }

    fn bytes(&self) -> u64 {
        16 + match self {
            Self::Proposal(_) | Self::Decision(_) | Self::Ruling(_) => 8,
            Self::Evaluation { counts, .. } => 8 + 8 * counts.len() as u64,
            Self::Report(who) => 8 * who.len() as u64,
            Self::Ask | Self::Objection | Self::Escalation => 0,
        }
    }

    fn round(&self) -> u64 {
        // Options have colours here.
        match self {
            Self::Proposal(option)
            | Self::Evaluation { option, .. }
            | Self::Decision(option)
            | Self::Ruling(option) => option.number().into(),
            Self::Ask | Self::Objection | Self::Report(_) | Self::Escalation => 0,
        }
    }

    fn slot(&self) -> Option<Slot> {
        Some(1)
    }
}
