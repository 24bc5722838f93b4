//! Tentative execution (§5.1), and commits that travel with other messages (TOCS 2002).
//!
//! A replica that has prepared a batch, and knows everything below it to be committed, executes it and replies at once.
//! What that does to the state is said by the batch alone, so it is kept apart until the batch is committed: to roll
//! back is to forget it. A client that has 2f + 1 such replies of one view knows that a quorum has prepared, so every
//! later view orders it again.
//!
//! Since nobody waits for the commits then, they need no messages of their own: the next pre-prepare or prepare carries
//! them. If there is none for half of T, they go by themselves.

use super::tables::ROLL_BACK;
use super::{Cite, Commit, How, Laden, Msg, Pbft, Replica, Shared, Timer};
use consensus_kernel::{Cx, Duration, NodeId, Signed};
use std::hint::cold_path;

impl Replica {
    /// §5.1: executes the next batch as soon as it is prepared, and replies.
    #[inline]
    pub(super) fn execute_tentatively(&mut self, cx: &mut Cx<'_, Pbft>) {
        let next = self.executed + 1;
        if cx.config.tentative && self.active && self.tentative != Some(next) {
            cold_path();
            self.try_tentatively(next, cx);
        }
    }

    fn try_tentatively(&mut self, next: u64, cx: &mut Cx<'_, Pbft>) {
        let Some(entry) = self.known(next).filter(|e| e.prepared && !e.executed) else { return };
        let Some(batch) = entry.proposal.as_ref().map(|p| p.batch.clone()) else { return };
        self.tentative = Some(next);
        cx.cite(Cite::Tentative);
        let requests = &batch.body().requests;
        for (i, request) in requests.iter().enumerate() {
            let (client, value) = (request.signer(), request.body().value);
            // What is executed before may stand in this very batch.
            let before =
                requests[..i].iter().filter(|r| r.signer() == client).map(|r| r.body().value.number());
            if value.number() > before.fold(self.clients[client.index()].number, u32::max) {
                self.reply(client, value, cx.config.slot(next, i), How::Tentative, cx);
            }
        }
        self.propose_more(cx);
    }

    /// §5.1: the view is over, and with it what was executed tentatively in it.
    pub(super) fn roll_back(&mut self, cx: &mut Cx<'_, Pbft>) {
        if !self.held.is_empty() {
            self.held.clear();
            cx.cancel_timer(Timer::Commit);
        }
        let Some(sequence) = self.tentative.take() else { return };
        if cx.holds(ROLL_BACK) {
            return cx.cite(Cite::RollBack);
        }
        self.entry(sequence).committed = true;
        self.execute_committed(sequence, cx);
    }

    /// §4.2: tells all that it has prepared, sooner or later.
    #[inline]
    pub(super) fn send_commit(&mut self, vote: Signed<Commit>, cx: &mut Cx<'_, Pbft>) {
        if !cx.config.piggyback {
            return Self::tell_members(Msg::Commit(vote), cx);
        }
        cold_path();
        if self.held.is_empty() {
            cx.set_timer(Timer::Commit, Duration((cx.config.timeout.0 / 2).max(1)));
        }
        self.held.push(vote);
    }

    /// To all who order, with the commits that wait.
    #[inline]
    pub(super) fn tell(&mut self, msg: Msg, cx: &mut Cx<'_, Pbft>) {
        if self.held.is_empty() {
            return Self::tell_members(msg, cx);
        }
        cold_path();
        cx.cancel_timer(Timer::Commit);
        let commits = std::mem::take(&mut self.held);
        Self::tell_members(Msg::Laden(Shared::new(Laden { msg, commits })), cx);
    }

    /// Nothing came that could carry the commits.
    pub(super) fn flush(&mut self, cx: &mut Cx<'_, Pbft>) {
        for vote in std::mem::take(&mut self.held) {
            Self::tell_members(Msg::Commit(vote), cx);
        }
    }

    /// An order or a prepare, and what it carries.
    pub(super) fn on_laden(&mut self, from: NodeId, laden: &Laden, cx: &mut Cx<'_, Pbft>) {
        let carries = matches!(laden.msg, Msg::PrePrepare(_) | Msg::Prepare(_));
        if !carries || laden.commits.len() as u64 > cx.config.window {
            return cx.reject("only orders and prepares carry commits");
        }
        for vote in &laden.commits {
            self.on_commit(from, vote, cx);
        }
        self.receive(from, &laden.msg, cx);
    }
}
