//! Several AppendEntries under way to one follower (dissertation §10.2.2): the leader believes that each arrives, and sends
//! the next without waiting for an answer. The consistency check of §5.3 makes a wrong belief harmless: the follower
//! refuses, and the leader goes back to what it knows.

use super::{Cite, Raft, Server, Timer};
use consensus_kernel::{Cx, NodeId, NodeSet, Slot};
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
    /// Something to every follower: entries to those that lack some and have none under way, heartbeats to the others.
    pub(super) fn send_round(&mut self, cx: &mut Cx<'_, Raft>) {
        cx.set_timer(Timer::Heartbeat, cx.config.heartbeat);
        let (mut lacking, mut others) = (NodeSet::EMPTY, NodeSet::EMPTY);
        let mut repeats = false;
        let mut waiting = self.in_flight;
        for id in self.followers() {
            let (builds_on, overdue) = (self.builds_on(id), self.overdue.contains(id));
            let waits = self.in_flight.contains(id) || builds_on;
            if overdue {
                self.doubt(id);
            }
            if self.lacks_entries(id) && (!waits || overdue) {
                repeats |= waits;
                lacking.insert(id);
            } else if builds_on {
                // It hears of its leader by what is under way.
                waiting.insert(id);
            } else {
                others.insert(id);
            }
        }
        self.overdue = waiting;
        if repeats {
            cx.cite(Cite::Retransmit);
        }
        self.send_entries(lacking, cx);
        if !others.is_empty() {
            cx.cite(Cite::Heartbeat);
            self.multicast(others, None, cx);
        }
    }

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
