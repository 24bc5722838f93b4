//! Phase 1, once for all instances (§3).

use super::tables::{NOOP_FILL, REPORT_ALL};
use super::{Cite, Msg, MultiPaxos, REPORT_MAX, Replica, Role, Timer, log};
use crate::paxos::synod::{self, BACK_OFF, Ballot, Count, Proposal, THIS_BALLOT};
use consensus_kernel::{Cx, Duration, NodeId, Slot, Value};
use smallvec::SmallVec;

impl Replica {
    pub(super) fn wait_for_leader(&self, cx: &mut Cx<'_, MultiPaxos>) {
        let (low, high) = cx.config.election;
        let after = cx.rng().within(low.0, high.0);
        cx.set_timer(Timer::Election, Duration(after));
    }

    /// 1a.
    pub(super) fn stand(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        let above = self.ballot.max(self.seen).max(self.promised);
        self.ballot = synod::next_ballot(above, self.me.index(), cx.config.n, cx.config.rules);
        if self.role == Role::Leader {
            cx.cancel_timer(Timer::Heartbeat);
        }
        (self.role, self.leader, self.promises) = (Role::Candidate, None, Count::NONE);
        self.first = self.log.prefix() + 1;
        self.reported.clear();
        let (ballot, first) = (self.ballot, self.first);
        self.wait_for_leader(cx);
        let own = self.promise(ballot, cx);
        cx.cite(Cite::Stand);
        cx.broadcast(Msg::Prepare { ballot, first });
        if own {
            let known: SmallVec<[(Slot, Proposal); 8]> = self
                .log
                .opens()
                .filter_map(|(slot, open)| Some((slot, open.vote.or(open.chosen)?)))
                .collect();
            for (slot, vote) in known {
                self.note_report(slot, vote, cx);
            }
            self.count_promise(self.me, cx);
        }
    }

    fn promise(&mut self, ballot: Ballot, cx: &mut Cx<'_, MultiPaxos>) -> bool {
        let promises = synod::prepare(&mut self.promised, ballot, cx.config.rules);
        if promises {
            cx.cite(Cite::Promise);
            self.covered = self.log.last();
        }
        promises
    }

    /// 1b.
    pub(super) fn on_prepare(
        &mut self,
        from: NodeId,
        ballot: Ballot,
        first: Slot,
        cx: &mut Cx<'_, MultiPaxos>,
    ) {
        if ballot < self.promised {
            return self.refuse(from, ballot, cx);
        }
        if self.log.prefix() >= first.saturating_add(REPORT_MAX) {
            cx.cite(Cite::TooFarBehind);
            // It stands above the other when its own turn comes.
            self.seen = self.seen.max(ballot);
            return self.send_values(from, first, cx);
        }
        if !self.promise(ballot, cx) {
            return cx.reject("this ballot was promised before");
        }
        let chosen = (first.max(1)..=self.log.prefix()).filter_map(|slot| self.log.settled(slot)).collect();
        let most = if cx.holds(REPORT_ALL) { usize::MAX } else { 1 };
        let accepted = self.log.opens().filter(|(slot, _)| *slot >= first);
        let votes =
            accepted.filter_map(|(slot, open)| Some((slot, open.vote.or(open.chosen)?))).take(most).collect();
        cx.send(from, Msg::Promise { ballot, first, chosen, votes });
        if self.role == Role::Follower {
            self.leader = None;
            self.wait_for_leader(cx);
        } else {
            self.overtaken(ballot, None, cx);
        }
    }

    pub(super) fn on_promise(
        &mut self,
        from: NodeId,
        ballot: Ballot,
        (first, chosen): (Slot, &[Proposal]),
        votes: &[(Slot, Proposal)],
        cx: &mut Cx<'_, MultiPaxos>,
    ) {
        if ballot != self.ballot && cx.holds(THIS_BALLOT) {
            return cx.reject("a promise of another ballot");
        }
        if self.role != Role::Candidate {
            return cx.reject("it has its promises, or gave the ballot up");
        }
        for (slot, proposal) in (first..=Slot::MAX).zip(chosen) {
            self.choose(slot, *proposal);
        }
        for (slot, vote) in votes {
            self.note_report(*slot, *vote, cx);
        }
        self.advance(cx);
        cx.cite(Cite::CountPromise);
        self.count_promise(from, cx);
    }

    fn note_report(&mut self, slot: Slot, vote: Proposal, cx: &Cx<'_, MultiPaxos>) {
        let Some(at) = slot.checked_sub(self.first).filter(|at| *at < log::REACH) else { return };
        let at = at as usize;
        if at >= self.reported.len() {
            self.reported.resize(at + 1, None);
        }
        self.reported[at] = Some(synod::binding(self.reported[at], vote, cx.config.rules));
    }

    fn count_promise(&mut self, from: NodeId, cx: &mut Cx<'_, MultiPaxos>) {
        if !self.promises.add(from, cx.config.rules) {
            return cx.reject("this acceptor was counted before");
        }
        if self.promises.size() >= cx.config.quorum {
            self.lead(cx);
        }
    }

    /// §3: proposes again what was reported, fills gaps, then serves clients.
    fn lead(&mut self, cx: &mut Cx<'_, MultiPaxos>) {
        (self.role, self.leader) = (Role::Leader, Some(self.me));
        cx.cancel_timer(Timer::Election);
        let last = (self.first + self.reported.len() as Slot - 1).max(self.log.prefix());
        self.next = last + 1;
        for slot in self.log.prefix() + 1..=last {
            if self.log.open(slot).is_some_and(|open| open.chosen.is_some()) {
                continue;
            }
            let report = slot.checked_sub(self.first).and_then(|at| *self.reported.get(at as usize)?);
            let filler = cx.holds(NOOP_FILL).then_some(Value::NOOP);
            let Some(value) = synod::proposable(report, filler, cx.config.rules) else { continue };
            cx.cite(if report.is_some() { Cite::Repropose } else { Cite::Noop });
            self.propose(slot, value, cx);
        }
        for session in &mut self.sessions {
            session.pending = 0;
        }
        let waiting: SmallVec<[Value; 4]> = self.queue.drain(..).collect();
        for value in waiting {
            self.take(value, cx);
        }
        self.told = self.log.prefix();
        self.beat(cx);
        cx.cite(Cite::Lead);
    }

    /// §2.4: a higher ballot is about, perhaps that of a leader.
    pub(super) fn overtaken(&mut self, higher: Ballot, leader: Option<NodeId>, cx: &mut Cx<'_, MultiPaxos>) {
        self.seen = self.seen.max(higher);
        if self.role == Role::Follower || higher <= self.ballot {
            return;
        }
        cx.cite(Cite::Overtaken);
        if !cx.holds(BACK_OFF) {
            return self.stand(cx);
        }
        if self.role == Role::Leader {
            cx.cancel_timer(Timer::Heartbeat);
        }
        (self.role, self.leader) = (Role::Follower, leader);
        for value in self.queue.drain(..) {
            if let Some(client) = value.client() {
                cx.send(client, Msg::Redirect { value, leader });
            }
        }
        self.wait_for_leader(cx);
    }

    pub(super) fn on_refuse(&mut self, ballot: Ballot, promised: Ballot, cx: &mut Cx<'_, MultiPaxos>) {
        if ballot != self.ballot || promised <= ballot || self.role == Role::Follower {
            return cx.reject("about a ballot that is over");
        }
        self.overtaken(promised, None, cx);
    }

    pub(super) fn refuse(&self, from: NodeId, ballot: Ballot, cx: &mut Cx<'_, MultiPaxos>) {
        cx.cite(Cite::Refuse);
        cx.reject("it has promised a higher ballot");
        cx.send(from, Msg::Refuse { ballot, promised: self.promised });
    }
}
