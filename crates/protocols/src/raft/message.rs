//! What Raft's nodes send each other, and how it is counted.

use super::Entry;
use consensus_kernel::{Message, NodeId, Slot, Value};
use serde::Serialize;
use smallvec::SmallVec;

/// What nodes send each other. The sender is in the envelope.
#[derive(Clone, Debug, Serialize)]
pub enum Msg {
    /// Asks for a vote in a term.
    RequestVote {
        /// The candidate's term.
        term: u64,
        /// Index of its last entry.
        last_log_index: u64,
        /// Term of its last entry.
        last_log_term: u64,
    },
    /// Answers [`Msg::RequestVote`].
    Vote {
        /// The voter's term.
        term: u64,
        /// Whether the vote is given.
        granted: bool,
    },
    /// Asks whether a vote would be given in the term after this one.
    PreVote {
        /// The sender's term, not the one it would open.
        term: u64,
        /// Index of its last entry.
        last_log_index: u64,
        /// Term of its last entry.
        last_log_term: u64,
    },
    /// Answers [`Msg::PreVote`].
    PreVoteReply {
        /// The voter's term.
        term: u64,
        /// Whether the vote would be given.
        granted: bool,
    },
    /// AppendEntries that carries entries (or, with pushed commits, only the commit index).
    Append {
        /// The leader's term.
        term: u64,
        /// Index of the entry before the new ones.
        prev_log_index: u64,
        /// Term of the entry before the new ones.
        prev_log_term: u64,
        /// How far the leader's log is committed.
        leader_commit: u64,
        /// The new entries.
        entries: SmallVec<[Entry; 4]>,
    },
    /// Answers [`Msg::Append`].
    AppendReply(Ack),
    /// AppendEntries without entries.
    Heartbeat {
        /// The leader's term.
        term: u64,
        /// Index of the last entry that the leader believes the follower to share.
        prev_log_index: u64,
        /// Its term.
        prev_log_term: u64,
        /// How far the leader's log is committed.
        leader_commit: u64,
    },
    /// Answers [`Msg::Heartbeat`].
    HeartbeatReply(Ack),
    /// A client's command.
    Request {
        /// The command; its number names it within its client's session.
        value: Value,
    },
    /// The command is carried out.
    Reply {
        /// The server's term.
        term: u64,
        /// The command.
        value: Value,
        /// Index at which it was carried out.
        index: u64,
    },
    /// This server does not lead.
    Redirect {
        /// The server's term.
        term: u64,
        /// The command that it did not take.
        value: Value,
        /// Who leads the term, if the server knows.
        leader: Option<NodeId>,
    },
}

/// The answer to AppendEntries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Ack {
    /// The follower's term.
    pub term: u64,
    /// Whether the entries fitted.
    pub success: bool,
    /// `prevLogIndex` of the request that is answered.
    pub prev_log_index: u64,
    /// If they fitted, the last index known to be equal; if not, the last index still worth trying.
    pub index: u64,
}

impl Msg {
    /// What AppendEntries carries.
    pub(super) fn entries(&self) -> &[Entry] {
        if let Self::Append { entries, .. } = self { entries } else { &[] }
    }
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::RequestVote { .. } => 0,
            Self::Vote { .. } => 1,
            Self::PreVote { .. } => 2,
            Self::PreVoteReply { .. } => 3,
            Self::Append { .. } => 4,
            Self::AppendReply(_) => 5,
            Self::Heartbeat { .. } => 6,
            Self::HeartbeatReply(_) => 7,
            Self::Request { .. } => 8,
            Self::Reply { .. } => 9,
            Self::Redirect { .. } => 10,
        }
    }

    fn bytes(&self) -> u64 {
        // By kind, without the entries.
        const NUMBERS: [u64; 11] = [3, 2, 3, 2, 4, 4, 4, 4, 1, 3, 3];
        16 + 8 * (NUMBERS[self.kind()] + 2 * self.entries().len() as u64)
    }

    fn round(&self) -> u64 {
        match *self {
            Self::RequestVote { term, .. }
            | Self::Vote { term, .. }
            | Self::PreVote { term, .. }
            | Self::PreVoteReply { term, .. }
            | Self::Append { term, .. }
            | Self::Heartbeat { term, .. }
            | Self::AppendReply(Ack { term, .. })
            | Self::HeartbeatReply(Ack { term, .. })
            | Self::Reply { term, .. }
            | Self::Redirect { term, .. } => term,
            Self::Request { .. } => 0,
        }
    }

    fn slot(&self) -> Option<Slot> {
        match self {
            Self::Append { prev_log_index, entries, .. } => {
                Some(prev_log_index.saturating_add(entries.len() as u64))
            }
            Self::AppendReply(Ack { success: true, index, .. }) => Some(*index),
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
