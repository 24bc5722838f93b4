//! Several AppendEntries under way to one follower (dissertation §10.2.1): the leader believes that each arrives, and sends
//! the next without waiting for an answer. The consistency check of §5.3 makes a wrong belief harmless: the follower
//! refuses, and the leader goes back to what it knows.

use super::Server;
use consensus_kernel::{NodeId, Slot};
use serde::Serialize;
use std::collections::VecDeque;

/// What a leader believes of one follower.
#[derive(Clone, Debug, Serialize)]
pub struct Pipe {
    /// It has yet to learn where the follower's log ends, and sends one message at a time.
    pub probing: bool,
    /// The last index in each message under way, oldest first.
    pub ends: VecDeque<Slot>,
}

impl Server {
    /// A new leader knows nothing of the others; with a window of one it never believes anything.
    pub(super) fn reset_pipes(&mut self, window: usize) {
        self.pipes.clear();
        if window > 1 {
            let probing = Pipe { probing: true, ends: VecDeque::with_capacity(window) };
            self.pipes.resize(self.next_index.len(), probing);
        }
    }

    /// Whether messages are under way to a follower that later ones build on.
    pub(super) fn builds_on(&self, id: NodeId) -> bool {
        self.pipes.get(id.index()).is_some_and(|pipe| !pipe.ends.is_empty())
    }

    /// Entries up to `end` have left for a follower.
    pub(super) fn believe(&mut self, id: NodeId, end: Slot, window: usize) {
        self.in_flight.insert(id);
        self.overdue.remove(id);
        let i = id.index();
        if let Some(pipe) = self.pipes.get_mut(i).filter(|pipe| !pipe.probing) {
            pipe.ends.push_back(end);
            self.next_index[i] = end + 1;
            if pipe.ends.len() < window {
                self.in_flight.remove(id);
            }
        }
    }

    /// A follower's log is known to equal the leader's up to here.
    pub(super) fn confirm(&mut self, id: NodeId, reached: Slot) {
        let Some(pipe) = self.pipes.get_mut(id.index()) else { return };
        pipe.probing = false;
        while pipe.ends.front().is_some_and(|end| *end <= reached) {
            pipe.ends.pop_front();
            self.in_flight.remove(id);
            self.overdue.remove(id);
        }
    }

    /// What was believed was wrong: back to what is known. False if nothing was believed.
    pub(super) fn doubt(&mut self, id: NodeId) -> bool {
        let i = id.index();
        let Some(pipe) = self.pipes.get_mut(i).filter(|pipe| !pipe.probing) else { return false };
        pipe.probing = true;
        pipe.ends.clear();
        self.next_index[i] = self.match_index[i] + 1;
        self.in_flight.remove(id);
        true
    }
}
