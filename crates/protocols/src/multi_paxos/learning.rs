//! Learning what is chosen (§2.3).

use super::tables::LEADERS_BALLOT;
use super::{Cite, Msg, MultiPaxos, Replica, Role, VALUES_MAX};
use crate::paxos::synod::{Ballot, Proposal};
use consensus_kernel::{Cx, NodeId, Slot};

impl Replica {
    pub(super) fn on_progress(
        &mut self,
        from: NodeId,
        ballot: Ballot,
        chosen: Slot,
        news: &[Proposal],
        cx: &mut Cx<'_, MultiPaxos>,
    ) {
        if ballot < self.promised {
            return self.refuse(from, ballot, cx);
        }
        self.follow(from, ballot, cx);
        if !news.is_empty() {
            cx.cite(Cite::Told);
            let first = chosen.saturating_add(1).saturating_sub(news.len() as Slot);
            for (slot, proposal) in (first..=Slot::MAX).zip(news) {
                self.choose(slot, *proposal);
            }
        }
        self.note_progress(ballot, chosen, cx);
        if self.log.prefix() < chosen {
            self.fetch(from, cx);
        }
    }

    /// What it accepted in the leader's ballot, as far as the leader's knowledge reaches, is chosen.
    pub(super) fn note_progress(&mut self, ballot: Ballot, chosen: Slot, cx: &mut Cx<'_, MultiPaxos>) {
        self.heard = self.heard.max(chosen);
        let before = self.learned.len();
        for slot in self.log.prefix() + 1..=chosen.min(self.log.last()) {
            let vote = self.log.open(slot).and_then(|open| open.vote);
            if let Some(vote) = vote.filter(|vote| vote.ballot == ballot || !cx.holds(LEADERS_BALLOT)) {
                self.choose(slot, vote);
            }
        }
        if self.learned.len() > before {
            cx.cite(Cite::Learn);
        }
        self.advance(cx);
    }

    pub(super) fn choose(&mut self, slot: Slot, proposal: Proposal) {
        if let Some(open) = self.log.open_mut(slot).filter(|open| open.chosen.is_none()) {
            open.chosen = Some(proposal);
            self.learned.push((slot, proposal));
        }
    }

    fn fetch(&self, from: NodeId, cx: &mut Cx<'_, MultiPaxos>) {
        cx.cite(Cite::Fetch);
        cx.send(from, Msg::Fetch { first: self.log.prefix() + 1 });
    }

    pub(super) fn on_fetch(&self, from: NodeId, first: Slot, cx: &mut Cx<'_, MultiPaxos>) {
        if first == 0 || first > self.log.prefix() {
            return cx.reject("it knows no more itself");
        }
        self.send_values(from, first, cx);
    }

    pub(super) fn send_values(&self, to: NodeId, first: Slot, cx: &mut Cx<'_, MultiPaxos>) {
        cx.cite(Cite::Help);
        let first = first.max(1);
        let last = self.log.prefix().min(first.saturating_add(VALUES_MAX - 1));
        let chosen = (first..=last).filter_map(|slot| self.log.settled(slot)).collect();
        cx.send(to, Msg::Values { first, chosen });
    }

    pub(super) fn on_values(
        &mut self,
        from: NodeId,
        first: Slot,
        chosen: &[Proposal],
        cx: &mut Cx<'_, MultiPaxos>,
    ) {
        let before = self.log.prefix();
        for (slot, proposal) in (first..=Slot::MAX).zip(chosen) {
            self.choose(slot, *proposal);
        }
        if self.learned.is_empty() {
            return cx.reject("it knows this");
        }
        cx.cite(Cite::Told);
        // What was chosen in a higher ballot is not what its own followers accepted: to lead on and say that so much is chosen
        // would let them take their votes for it.
        if let Some(highest) = chosen.iter().map(|proposal| proposal.ballot).max() {
            self.overtaken(highest, None, cx);
        }
        self.advance(cx);
        // A full answer is not the last.
        let more = self.log.prefix() < self.heard || chosen.len() as u64 == VALUES_MAX;
        if self.log.prefix() > before && more {
            self.fetch(from, cx);
        }
        if self.role == Role::Leader {
            self.fill_window(cx);
        }
    }
}
