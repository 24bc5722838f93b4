//! What nodes send each other, and how it is counted.

use crate::paxos::synod::{Ballot, Proposal};
use consensus_kernel::{Message, NodeId, Slot, Value};
use serde::Serialize;
use smallvec::SmallVec;

/// What nodes send each other. The sender is in the envelope.
#[derive(Clone, Debug, Serialize)]
pub enum Msg {
    /// 1a, for all instances at once.
    Prepare {
        /// The ballot.
        ballot: Ballot,
        /// The first slot in which the sender does not know what is chosen.
        first: Slot,
    },
    /// 1b, for all instances at once.
    Promise {
        /// The ballot promised.
        ballot: Ballot,
        /// The first slot asked about.
        first: Slot,
        /// What the acceptor knows to be chosen, from that slot on without a gap.
        chosen: Box<[Proposal]>,
        /// What it has accepted in the slots after those.
        votes: Box<[(Slot, Proposal)]>,
    },
    /// 2a for one instance.
    Accept {
        /// The instance.
        slot: Slot,
        /// What is proposed in it.
        proposal: Proposal,
        /// The leader knows all slots up to this one to be chosen.
        chosen: Slot,
    },
    /// 2b for one instance.
    Accepted {
        /// The ballot.
        ballot: Ballot,
        /// The instance.
        slot: Slot,
    },
    /// The ballot is below what was promised. Nothing depends on it.
    Refuse {
        /// The ballot refused.
        ballot: Ballot,
        /// The ballot promised.
        promised: Ballot,
    },
    /// The leader has learned that more is chosen.
    Commit {
        /// Its ballot.
        ballot: Ballot,
        /// All slots up to this one are chosen.
        chosen: Slot,
    },
    /// The leader is there.
    Heartbeat {
        /// Its ballot.
        ballot: Ballot,
        /// All slots up to this one are chosen.
        chosen: Slot,
        /// What is chosen in the last of them, for acceptors that were not asked.
        news: SmallVec<[Proposal; 1]>,
    },
    /// Asks what is chosen.
    Fetch {
        /// From this slot on.
        first: Slot,
    },
    /// Says what is chosen.
    Values {
        /// In this slot
        first: Slot,
        /// and those after it.
        chosen: Box<[Proposal]>,
    },
    /// A client's command.
    Request {
        /// The command; its number names it within its client's session.
        value: Value,
    },
    /// The command is carried out.
    Reply {
        /// The replica's ballot.
        ballot: Ballot,
        /// The command.
        value: Value,
        /// Where it was chosen.
        slot: Slot,
    },
    /// This replica does not lead.
    Redirect {
        /// The command that it did not take.
        value: Value,
        /// Who leads, if it knows.
        leader: Option<NodeId>,
    },
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Prepare { .. } => 0,
            Self::Promise { .. } => 1,
            Self::Accept { .. } => 2,
            Self::Accepted { .. } => 3,
            Self::Refuse { .. } => 4,
            Self::Commit { .. } => 5,
            Self::Heartbeat { .. } => 6,
            Self::Fetch { .. } => 7,
            Self::Values { .. } => 8,
            Self::Request { .. } => 9,
            Self::Reply { .. } => 10,
            Self::Redirect { .. } => 11,
        }
    }

    fn bytes(&self) -> u64 {
        let numbers = match self {
            Self::Fetch { .. } | Self::Request { .. } => 1,
            Self::Prepare { .. }
            | Self::Accepted { .. }
            | Self::Refuse { .. }
            | Self::Commit { .. }
            | Self::Redirect { .. } => 2,
            Self::Reply { .. } => 3,
            Self::Accept { .. } => 4,
            Self::Heartbeat { news, .. } => 2 + 2 * news.len(),
            Self::Values { chosen, .. } => 1 + 2 * chosen.len(),
            Self::Promise { chosen, votes, .. } => 2 + 2 * chosen.len() + 3 * votes.len(),
        };
        16 + 8 * numbers as u64
    }

    fn round(&self) -> u64 {
        match *self {
            Self::Prepare { ballot, .. }
            | Self::Promise { ballot, .. }
            | Self::Accept { proposal: Proposal { ballot, .. }, .. }
            | Self::Accepted { ballot, .. }
            | Self::Refuse { ballot, .. }
            | Self::Commit { ballot, .. }
            | Self::Heartbeat { ballot, .. }
            | Self::Reply { ballot, .. } => ballot,
            Self::Fetch { .. } | Self::Values { .. } | Self::Request { .. } | Self::Redirect { .. } => 0,
        }
    }

    fn slot(&self) -> Option<Slot> {
        match *self {
            Self::Accept { slot, .. } | Self::Accepted { slot, .. } => Some(slot),
            _ => None,
        }
    }

    fn request(&self) -> Option<Value> {
        match *self {
            Self::Request { value } => Some(value),
            _ => None,
        }
    }
}
