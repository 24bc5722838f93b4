//! Checkpoints (§3.1), and how a replica that missed something catches up (§3.2, filling holes).
//!
//! A checkpoint becomes stable in two rounds. In the first, replicas vouch for their history up to it; a quorum of that
//! is a commit certificate. In the second they say that they hold one in their view; a quorum of that, of one view, is
//! final, because every later view change hears of it from a correct replica. Who begins a view with an open checkpoint
//! holds a certificate of that view for it, and says so again.

use super::tables::{FILL_HOLES, STABLE_QUORUM};
use super::{
    Cite, ClientRecord, Config, Fact, History, Msg, OrderReq, QUIET_MAX, Replica, SEGMENTS_MAX, Segment,
    Shared, Stable, State, Zyzzyva, is_signed, is_stable,
};
use consensus_kernel::{Certificate, Cx, Hashed, NodeId, Signed};

/// So many different statements about one place are kept of each replica. A correct one makes one a view.
const STATEMENTS_MAX: usize = 4;

/// Adds signatures to those known for the same statement. Who makes too many about one place takes the room of its own
/// earlier ones, never that of others.
pub(super) fn gather<T: PartialEq + Copy>(
    known: &mut Vec<Certificate<T>>,
    more: &Certificate<T>,
    place: impl Fn(&T) -> u64,
) -> Certificate<T> {
    if let Some(same) = known.iter_mut().find(|c| c.body() == more.body()) {
        same.join(more);
        return *same;
    }
    let beside = |c: &&Certificate<T>| place(c.body()) == place(more.body());
    let full =
        |id| known.iter().filter(beside).filter(|c| c.signers().contains(id)).count() >= STATEMENTS_MAX;
    if more.signers().iter().all(full) {
        let theirs = |c: &Certificate<T>| beside(&c) && c.signers().union(more.signers()) == *more.signers();
        let Some(oldest) = known.iter().position(theirs) else { return *more };
        known.remove(oldest);
    }
    known.push(*more);
    *more
}

/// Whether a history fits its proof, and each part of it the one before.
fn is_history(state: &State, config: &Config) -> bool {
    let k = config.checkpoint;
    let shaped = |s: &Segment| {
        s.sequence > 0
            && s.sequence.is_multiple_of(k)
            && s.bodies.len() as u64 == k
            && s.clients.len() == config.clients
    };
    let linked = |w: &[Shared<Segment>]| {
        w[0].sequence.checked_add(k) == Some(w[1].sequence) && w[1].before == w[0].history()
    };
    let proven = |s: &Shared<Segment>| {
        let stable = state.stable.body();
        s.sequence == stable.sequence && s.history() == stable.history && s.state() == stable.state
    };
    state.segments.len() <= SEGMENTS_MAX
        && state.segments.iter().all(|s| shaped(s))
        && state.segments.windows(2).all(linked)
        && state.segments.last().is_some_and(proven)
}

impl Replica {
    /// §3.1: tells all how far it has come, at every K-th sequence number.
    pub(super) fn take_checkpoint(&mut self, vouch: Signed<History>, cx: &mut Cx<'_, Zyzzyva>) {
        let vouch = Certificate::of(&vouch);
        cx.cite(Cite::TakeCheckpoint);
        cx.broadcast(Msg::Checkpoint(vouch));
        self.count_checkpoint(&vouch, cx);
        // The others may have been faster.
        let sequence = vouch.body().sequence;
        let proof = self.stables.iter().find(|c| c.body().sequence == sequence && is_stable(c, cx.config));
        if let Some(proof) = proof.copied() {
            self.settle_checkpoint(proof, cx);
        }
    }

    /// Keeps what was executed since the last checkpoint, and the state.
    pub(super) fn close_segment(&mut self, sequence: u64, config: &Config) {
        let first = sequence + 1 - config.checkpoint;
        let since = self.log.range((first - self.low - 1) as usize..);
        let before = since.clone().next().map_or(self.low_history, OrderReq::before);
        let bodies: Vec<Hashed<_>> = since.map(|o| o.body.clone()).collect();
        self.tentative.push_back(Shared::new(Segment {
            sequence,
            before,
            bodies,
            clients: self.clients.clone(),
        }));
    }

    /// The state at the latest checkpoint at or below this sequence number.
    pub(super) fn state_before(&self, sequence: u64) -> (u64, Vec<ClientRecord>) {
        let known = self.tentative.iter().rev().chain(self.history.iter().rev());
        let latest = known.filter(|s| s.sequence <= sequence).map(|s| (s.sequence, s.clients.clone()));
        latest.max_by_key(|(n, _)| *n).unwrap_or_else(|| (0, vec![ClientRecord::NONE; self.clients.len()]))
    }

    /// First round: others vouch for a checkpoint, or show a whole commit certificate, which may be for any place.
    pub(super) fn on_checkpoint(
        &mut self,
        from: NodeId,
        vouch: &Certificate<History>,
        cx: &mut Cx<'_, Zyzzyva>,
    ) {
        let History { view, sequence, .. } = *vouch.body();
        let needed = if sequence.is_multiple_of(cx.config.checkpoint) { 1 } else { cx.config.certificate };
        if !is_signed(vouch, needed, cx.config) {
            return cx.reject("neither a checkpoint nor a commit certificate");
        }
        if view > self.view {
            return self.hint(from, cx);
        }
        if sequence <= self.low {
            cx.reject("stable already");
            return self.show_stable(from, cx);
        }
        if view < self.view || !self.active {
            return cx.reject("stale view");
        }
        if sequence > self.low + cx.config.window {
            return self.hint(from, cx);
        }
        if sequence.is_multiple_of(cx.config.checkpoint) {
            self.count_checkpoint(vouch, cx);
        } else {
            // It covers what lies before it; nothing is gained by keeping it as well.
            self.certify_checkpoint(*vouch, cx);
        }
    }

    fn count_checkpoint(&mut self, vouch: &Certificate<History>, cx: &mut Cx<'_, Zyzzyva>) {
        let all = gather(&mut self.checkpoints, vouch, |h| h.sequence);
        self.certify_checkpoint(all, cx);
    }

    fn certify_checkpoint(&mut self, all: Certificate<History>, cx: &mut Cx<'_, Zyzzyva>) {
        let History { sequence, digest, .. } = *all.body();
        let ours = sequence > self.certified && self.history_at(sequence) == Some(digest);
        if ours && all.count() >= cx.config.quorum {
            cx.cite(Cite::Certified);
            self.certify(all, cx);
        }
    }

    /// Second round: says of the latest checkpoint below a certificate that it is certified here.
    pub(super) fn announce(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        let sequence = self.certified - self.certified % cx.config.checkpoint;
        if sequence <= self.announced.max(self.low) {
            return;
        }
        let Some(segment) = self.tentative.iter().find(|s| s.sequence == sequence) else { return };
        let Some(history) = self.history_at(sequence) else { return };
        self.announced = sequence;
        let stable =
            Certificate::of(&cx.sign(Stable { view: self.view, sequence, history, state: segment.state() }));
        cx.broadcast(Msg::Stable(stable));
        self.count_stable(&stable, cx);
    }

    /// Second round: others hold a certificate for a checkpoint.
    pub(super) fn on_stable(&mut self, from: NodeId, stable: &Certificate<Stable>, cx: &mut Cx<'_, Zyzzyva>) {
        let sequence = stable.body().sequence;
        if !sequence.is_multiple_of(cx.config.checkpoint) || !is_signed(stable, 1, cx.config) {
            return cx.reject("not a checkpoint of replicas");
        }
        if sequence <= self.low {
            cx.reject("stable already");
            if stable.count() < cx.config.stables {
                self.show_stable(from, cx);
            }
            return;
        }
        if sequence > self.low.saturating_add(cx.config.window) {
            // Too far to be reached order by order: what is proven is fetched, whatever else is but a hint.
            return if is_stable(stable, cx.config) {
                self.settle_checkpoint(*stable, cx)
            } else {
                self.hint(from, cx)
            };
        }
        self.count_stable(stable, cx);
    }

    fn count_stable(&mut self, stable: &Certificate<Stable>, cx: &mut Cx<'_, Zyzzyva>) {
        let all = gather(&mut self.stables, stable, |s| s.sequence);
        if all.count() >= cx.config.stables {
            self.settle_checkpoint(all, cx);
        }
    }

    /// A checkpoint has its proof: cuts the log there, or asks for what is missing.
    fn settle_checkpoint(&mut self, proof: Certificate<Stable>, cx: &mut Cx<'_, Zyzzyva>) {
        let Stable { sequence, history, .. } = *proof.body();
        match self.history_at(sequence) {
            Some(ours) if ours == history => self.make_stable(proof, cx),
            Some(_) if cx.holds(STABLE_QUORUM) => self.needs_state = true,
            Some(_) => {}
            None => self.behind = true,
        }
    }

    /// §3.1: what is stable is final.
    pub(super) fn make_stable(&mut self, proof: Certificate<Stable>, cx: &mut Cx<'_, Zyzzyva>) {
        let Stable { sequence, history, .. } = *proof.body();
        if sequence <= self.low {
            return;
        }
        cx.cite(Cite::Stable);
        self.facts.push(Fact::Stable { sequence, history });
        while self.low < sequence {
            let Some(order) = self.log.pop_front() else { break };
            self.low += 1;
            cx.decide(self.low, order.value());
        }
        while let Some(segment) = self.tentative.pop_front_if(|s| s.sequence <= sequence) {
            self.keep_segment(segment);
        }
        self.set_stable(proof);
        self.order_pending(cx);
    }

    fn keep_segment(&mut self, segment: Shared<Segment>) {
        if self.history.len() == SEGMENTS_MAX {
            self.history.pop_front();
        }
        self.history.push_back(segment);
    }

    fn set_stable(&mut self, proof: Certificate<Stable>) {
        let Stable { sequence, history, .. } = *proof.body();
        (self.low, self.low_history, self.stable) = (sequence, history, Some(proof));
        self.certified = self.certified.max(sequence);
        self.announced = self.announced.max(sequence);
        self.checkpoints.retain(|c| c.body().sequence > sequence);
        self.stables.retain(|c| c.body().sequence > sequence);
        self.needs_state = false;
    }

    fn show_stable(&self, to: NodeId, cx: &mut Cx<'_, Zyzzyva>) {
        if let Some(stable) = self.stable {
            cx.send(to, Msg::Stable(stable));
        }
    }

    /// What it lacks.
    pub(super) fn hole(&self) -> Msg {
        let sequence = if self.needs_state { self.low + 1 } else { self.executed() + 1 };
        // Who waits for a view to begin asks as one who is not in it.
        let view = if self.active { self.view } else { self.view.saturating_sub(1) };
        Msg::FillHole { view, sequence, low: self.low }
    }

    /// Shows a replica with a lower stable checkpoint what is known of later ones.
    pub(super) fn show_checkpoints(&self, to: NodeId, low: u64, cx: &mut Cx<'_, Zyzzyva>) {
        if low < self.low {
            self.show_stable(to, cx);
        }
        for stable in self.stables.iter().filter(|c| c.body().sequence > low) {
            cx.send(to, Msg::Stable(*stable));
        }
        // The longest certificate covers what is vouched for below it.
        let covered = self.certificate.as_ref().map_or(0, |c| c.body().sequence).max(low);
        let open = self.checkpoints.iter().filter(|c| c.body().sequence > covered);
        for vouch in open.chain(self.certificate.iter().filter(|c| c.body().sequence > low)) {
            cx.send(to, Msg::Checkpoint(*vouch));
        }
    }

    /// Somebody seems to be ahead: asks, once until something moves.
    pub(super) fn hint(&mut self, from: NodeId, cx: &mut Cx<'_, Zyzzyva>) {
        if !std::mem::replace(&mut self.behind, true) && cx.holds(FILL_HOLES) {
            cx.cite(Cite::AskHole);
            cx.send(from, self.hole());
        }
    }

    /// Asks all for what this replica lacks.
    pub(super) fn ask_all(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        if cx.holds(FILL_HOLES) {
            cx.cite(Cite::AskHole);
            cx.broadcast(self.hole());
        }
    }

    /// Nothing has moved for a while: says again whatever may be lost.
    pub(super) fn on_resend_timeout(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        self.quiet = (self.quiet + 1).min(QUIET_MAX);
        // Who merely seems to be ahead may be lying.
        self.behind &= self.quiet < QUIET_MAX;
        self.ask_all(cx);
        if let Some(accusations) = self.accusations {
            cx.broadcast(Msg::Accuse(accusations));
        }
        if self.active {
            let open = self.checkpoints.iter().filter(|c| c.body().view == self.view);
            open.for_each(|c| cx.broadcast(Msg::Checkpoint(*c)));
            self.stables.iter().for_each(|c| cx.broadcast(Msg::Stable(*c)));
            return;
        }
        if let Some(change) = self.own_change() {
            cx.broadcast(Msg::ViewChange(change));
        }
        self.confirms.iter().for_each(|c| cx.broadcast(Msg::ViewConfirm(*c)));
    }

    /// Step 3: another replica lacks orders, or a view, or a state.
    pub(super) fn on_fill_hole(&mut self, from: NodeId, view: u64, sequence: u64, cx: &mut Cx<'_, Zyzzyva>) {
        if sequence <= self.low {
            self.send_state(from, sequence, cx);
        }
        if view < self.view {
            return self.help(from, cx);
        }
        if view > self.view {
            return self.hint(from, cx);
        }
        let first = sequence.max(self.low + 1);
        let orders = (first..=self.executed()).filter_map(|n| self.order(n)).filter(|o| o.view() == view);
        if self.active {
            for order in orders {
                cx.cite(Cite::FillHole);
                cx.send(from, Msg::OrderReq(order.clone()));
            }
        }
    }

    /// Shows a replica in an earlier view how this one came about.
    pub(super) fn help(&self, to: NodeId, cx: &mut Cx<'_, Zyzzyva>) {
        cx.cite(Cite::Help);
        if let Some(change) = self.own_change().filter(|_| !self.active) {
            cx.send(to, Msg::ViewChange(change));
        }
        if let Some(new) = &self.new_view {
            cx.send(to, Msg::NewView(new.clone()));
        }
        if let Some(begun) = self.begun.filter(|_| self.active) {
            cx.send(to, Msg::ViewConfirm(begun));
        }
    }

    /// The stable checkpoint, with as much history as the other lacks and this one keeps.
    pub(super) fn send_state(&self, to: NodeId, sequence: u64, cx: &mut Cx<'_, Zyzzyva>) {
        let Some(stable) = self.stable else { return };
        let segments: Vec<_> = self.history.iter().filter(|s| s.sequence >= sequence).cloned().collect();
        if !segments.is_empty() {
            cx.cite(Cite::Help);
            cx.send(to, Msg::State(Shared::new(State { stable, segments })));
        }
    }

    /// A stable checkpoint, shown by another replica.
    pub(super) fn on_state(&mut self, state: &Shared<State>, cx: &mut Cx<'_, Zyzzyva>) {
        let Stable { sequence, history, .. } = *state.stable.body();
        if sequence <= self.low {
            return cx.reject("stable already");
        }
        if !is_stable(&state.stable, cx.config) {
            return cx.reject("not a proof of a stable checkpoint");
        }
        if self.history_at(sequence) == Some(history) {
            return self.make_stable(state.stable, cx);
        }
        if !is_history(state, cx.config) {
            return cx.reject("the state does not have the digest that was proven");
        }
        cx.cite(Cite::StateTransfer);
        self.adopt(state, cx);
        self.begin_if_confirmed(cx);
        self.hear_early(cx);
        self.order_pending(cx);
    }

    /// Takes over a proven state. What it executed beyond a history that turned out otherwise never was.
    fn adopt(&mut self, state: &State, cx: &mut Cx<'_, Zyzzyva>) {
        let Some(last) = state.segments.last() else { return };
        for segment in &state.segments {
            let first = segment.sequence + 1 - cx.config.checkpoint;
            for (sequence, body) in (first..).zip(&segment.bodies).filter(|(n, _)| *n > self.low) {
                cx.decide(sequence, body.body().request.body().value);
            }
        }
        self.log.clear();
        self.tentative.clear();
        self.clients.clone_from(&last.clients);
        let known = self.history.back().map_or(0, |s| s.sequence);
        if state.segments[0].sequence > known + cx.config.checkpoint {
            self.history.clear();
        }
        for segment in state.segments.iter().filter(|s| s.sequence > known) {
            self.keep_segment(segment.clone());
        }
        let Stable { sequence, history, .. } = *state.stable.body();
        self.facts.push(Fact::Stable { sequence, history });
        (self.certified, self.behind) = (sequence, false);
        let reached = |c: &Certificate<History>| c.body().sequence <= sequence;
        if !self.certificate.as_ref().is_none_or(reached) {
            // What it took part in was overtaken by a later view: nothing of that view can be certified any more.
            self.certificate = self.begun.filter(reached);
            self.active &= self.certificate.is_some();
        }
        self.set_stable(state.stable);
        let clients = &self.clients;
        self.pending.retain(|p| p.body().value.number() > clients[p.signer().index()].number);
        self.early.retain(|e| e.sequence() > sequence);
    }
}
