//! Checkpoints (§4.3), and how a replica that missed something catches up.
//!
//! Three things repair a loss. A replica's own messages can be sent again. A proof of commitment stands by itself and is
//! obeyed in any view. Below the stable checkpoint, where messages are discarded, its proof and the state do: the digest
//! of a checkpoint covers the state and, through the checkpoint before it, the whole history.

use super::{
    Checkpoint, Cite, Commit, Committed, Config, HISTORY_WINDOWS, Msg, Order, Pbft, Prepare, Replica,
    STATUS_DOUBLINGS_MAX, Segment, Shared, State, Status, are_replicas, is_stable, votes,
};
use consensus_kernel::{Certificate, Cx, NodeId, NodeSet, Signed, To, Value};
use std::sync::Arc;

/// So many checkpoints back the history is kept.
fn history_length_max(config: &Config) -> usize {
    (HISTORY_WINDOWS * config.window / config.checkpoint) as usize
}

/// Whether a history fits its proof: its last digest is the proven one, and each segment names the one before it.
fn is_history(state: &State, config: &Config) -> bool {
    let k = config.checkpoint;
    let shaped = |s: &Segment| {
        s.sequence > 0
            && s.sequence.is_multiple_of(k)
            && s.batches.len() as u64 == k
            && s.clients.len() == config.clients
    };
    let linked = |w: &[Shared<Segment>]| {
        w[0].sequence.checked_add(k) == Some(w[1].sequence) && w[1].before == w[0].digest()
    };
    state.segments.len() <= history_length_max(config)
        && state.segments.iter().all(|s| shaped(s))
        && state.segments.windows(2).all(linked)
        && state.segments.last().is_some_and(|s| {
            s.sequence == state.stable.body().sequence && s.digest() == state.stable.body().digest
        })
}

impl Replica {
    /// §4.3: announces the state after K more sequence numbers.
    pub(super) fn take_checkpoint(&mut self, sequence: u64, cx: &mut Cx<'_, Pbft>) {
        let segment = self.close_segment(sequence, cx.config);
        self.own_checkpoint = Checkpoint { sequence, digest: cx.config.digests.of(&segment) };
        self.history.push_back(segment);
        cx.cite(Cite::TakeCheckpoint);
        if cx.config.is_member(self.me) {
            let vote = cx.sign(self.own_checkpoint);
            cx.broadcast(Msg::Checkpoint(vote));
            self.count_checkpoint(&vote, cx);
        }
    }

    /// What was executed since the last checkpoint, with the state. The oldest segment gives its memory if nobody else
    /// holds it.
    fn close_segment(&mut self, sequence: u64, config: &Config) -> Shared<Segment> {
        let mut oldest = None;
        while self.history.len() >= history_length_max(config) {
            oldest = self.history.pop_front();
        }
        let before = self.own_checkpoint.digest;
        if let Some(mut shared) = oldest
            && let Some(segment) = Arc::get_mut(&mut shared.0)
        {
            (segment.sequence, segment.before) = (sequence, before);
            segment.clients.clone_from(&self.clients);
            segment.batches.clear();
            std::mem::swap(&mut segment.batches, &mut self.since_checkpoint);
            return shared;
        }
        let batches = std::mem::take(&mut self.since_checkpoint);
        Shared::new(Segment { sequence, before, batches, clients: self.clients.clone() })
    }

    /// §4.3: another replica has reached a checkpoint.
    pub(super) fn on_checkpoint(&mut self, from: NodeId, vote: &Signed<Checkpoint>, cx: &mut Cx<'_, Pbft>) {
        let sequence = vote.body().sequence;
        if vote.signer() != from || !sequence.is_multiple_of(cx.config.checkpoint) {
            return cx.reject("not a checkpoint of its sender");
        }
        self.note_aware(from, sequence);
        if sequence <= self.low {
            return cx.reject("stable already");
        }
        if sequence > self.high(cx.config) {
            self.hinted = true;
            return cx.reject("above the high watermark");
        }
        self.count_checkpoint(vote, cx);
    }

    fn count_checkpoint(&mut self, vote: &Signed<Checkpoint>, cx: &mut Cx<'_, Pbft>) {
        let sequence = vote.body().sequence;
        if sequence <= self.low {
            return;
        }
        let place = (sequence / cx.config.checkpoint) as usize % self.checkpoints.len();
        let (of, poll) = &mut self.checkpoints[place];
        if *of != sequence {
            *of = sequence;
            poll.clear();
        }
        if !votes::counts(poll.add(vote), cx) {
            return;
        }
        let Some(proof) = poll.certificate(vote.body()).filter(|c| c.count() >= cx.config.quorum).copied()
        else {
            return;
        };
        self.on_stable(proof, cx);
    }

    /// A checkpoint has its proof. A replica that has not executed so far first waits for what is still under way.
    fn on_stable(&mut self, proof: Certificate<Checkpoint>, cx: &mut Cx<'_, Pbft>) {
        let sequence = proof.body().sequence;
        if sequence <= self.executed {
            self.make_stable(proof, cx);
        } else if self.stable_ahead.is_none_or(|c| c.body().sequence < sequence) {
            self.stable_ahead = Some(proof);
        }
    }

    /// §4.3: moves the watermarks. What is below them is overwritten as the ring goes round.
    pub(super) fn make_stable(&mut self, proof: Certificate<Checkpoint>, cx: &mut Cx<'_, Pbft>) {
        let sequence = proof.body().sequence;
        if sequence <= self.low {
            return;
        }
        cx.cite(Cite::Stable);
        self.low = sequence;
        self.stable = Some(proof);
        self.stable_ahead = self.stable_ahead.filter(|c| c.body().sequence > sequence);
        self.propose(cx);
    }

    fn status(&self, answer: bool) -> Msg {
        let (view, active, stable, executed) = (self.view, self.active, self.low, self.executed);
        Msg::Status(Status { view, active, stable, executed, answer })
    }

    /// Asks all who order for what this replica lacks.
    pub(super) fn ask(&mut self, cx: &mut Cx<'_, Pbft>) {
        cx.cite(Cite::AskStatus);
        Self::tell_members(self.status(false), cx);
        self.hinted = false;
    }

    /// Nothing for a while: asks all who order if this replica is stuck, and tells those who may not know what it has
    /// executed.
    pub(super) fn on_status_timeout(&mut self, cx: &mut Cx<'_, Pbft>) {
        if self.executed > self.executed_at_status {
            return;
        }
        self.quiet = (self.quiet + 1).min(STATUS_DOUBLINGS_MAX);
        let asks = self.is_stuck() || self.hinted;
        if asks {
            self.ask(cx);
        }
        // Whoever orders is asked already. Who learns has nothing to say, but may have nobody else who cares.
        let first = if asks { cx.config.members } else { 0 };
        let aware = self.aware.iter().enumerate().skip(first);
        let unaware: NodeSet =
            aware.filter(|(_, known)| **known < self.executed).map(|(i, _)| NodeId::replica(i)).collect();
        if !unaware.is_empty() {
            cx.cite(Cite::AskStatus);
            cx.multicast(To::Set(unaware), self.status(false));
        }
    }

    /// Another replica says how far it is.
    pub(super) fn on_status(&mut self, from: NodeId, status: &Status, cx: &mut Cx<'_, Pbft>) {
        if cx.config.cares(self.me, from) {
            self.aware[from.index()] = status.executed;
        }
        self.unaware = self.aware.iter().filter(|known| **known < self.executed).count();
        self.help(from, status, cx);
        let later_view = (status.view, status.active) > (self.view, self.active);
        let later_state = status.executed > self.executed;
        let learns = !cx.config.is_member(self.me);
        // Views are the members' affair.
        self.hinted |= later_state || (later_view && status.active && !learns);
        // Of who learns nothing else is heard; and of who is done, and as far, it may not be known.
        let level = status.executed == self.executed && !self.is_stuck();
        if (later_view || later_state || learns || level) && !status.answer {
            cx.cite(Cite::AskStatus);
            cx.send(from, self.status(true));
        }
    }

    /// Sends a replica what it lacks.
    fn help(&self, to: NodeId, status: &Status, cx: &mut Cx<'_, Pbft>) {
        let mut help: Vec<Msg> = Vec::new();
        if status.stable.min(status.executed) < self.low {
            help.extend(self.state_for(status));
        }
        if status.stable < self.own_checkpoint.sequence && self.low < self.own_checkpoint.sequence {
            help.push(Msg::Checkpoint(cx.sign(self.own_checkpoint)));
        }
        let learns = !cx.config.is_member(to) || !cx.config.is_member(self.me);
        if learns {
            // Views are the members' affair.
        } else if (status.view, status.active) < (self.view, self.active) {
            let change = self.changes[self.me.index()].clone().map(Msg::ViewChange);
            help.extend(if self.active { self.new_view.clone().map(Msg::NewView) } else { change });
        } else if status.view == self.view && !self.active {
            help.extend(self.changes[self.me.index()].clone().map(Msg::ViewChange));
        }
        for sequence in status.executed.max(self.low).saturating_add(1)..=self.executed.max(self.accepted) {
            self.help_with(sequence, to, status, &mut help, cx);
        }
        if !help.is_empty() {
            cx.cite(Cite::Help);
        }
        for msg in help {
            cx.send(to, msg);
        }
    }

    /// For one sequence number: proof that it is committed, or else this replica's own messages about it.
    fn help_with(&self, sequence: u64, to: NodeId, status: &Status, help: &mut Vec<Msg>, cx: &Cx<'_, Pbft>) {
        let Some(entry) = self.known(sequence) else { return };
        if let Some(proof) = entry.proof_of_commit(cx.config.commits) {
            return help.push(Msg::Committed(proof));
        }
        let votes = self.active && status.view == self.view && cx.config.is_member(to);
        let Some(proposal) = entry.proposal.as_ref().filter(|_| votes) else {
            return;
        };
        let Order { view, digest, .. } = *proposal.order.body();
        help.push(Msg::PrePrepare(proposal.clone()));
        if self.primary != self.me {
            help.push(Msg::Prepare(cx.sign(Prepare { view, sequence, digest })));
        }
        if entry.sent_commit {
            help.push(Msg::Commit(cx.sign(Commit { view, sequence, digest })));
        }
    }

    /// The last stable checkpoint, with as much history as the other lacks and this one keeps.
    fn state_for(&self, status: &Status) -> Option<Msg> {
        let stable = self.stable?;
        let lacking = |s: &&Shared<Segment>| s.sequence > status.executed && s.sequence <= self.low;
        let segments: Vec<_> = self.history.iter().filter(lacking).cloned().collect();
        let whole = status.executed >= self.low || segments.last().is_some_and(|s| s.sequence == self.low);
        whole.then(|| Msg::State(Shared::new(State { stable, segments })))
    }

    /// A quorum of commits, shown by another replica.
    pub(super) fn on_committed(&mut self, from: NodeId, proof: &Shared<Committed>, cx: &mut Cx<'_, Pbft>) {
        let Commit { sequence, digest, .. } = *proof.commits.body();
        self.note_aware(from, sequence);
        if sequence <= self.executed.max(self.low) {
            return cx.reject("executed already");
        }
        if sequence > self.high(cx.config) {
            self.hinted = true;
            return cx.reject("above the high watermark");
        }
        let valid = are_replicas(proof.commits.signers(), cx.config)
            && proof.commits.count() >= cx.config.commits
            && proof.batch.digest() == digest
            && proof.batch.body().is_valid(cx.config);
        if !valid {
            return cx.reject("not a proof of commitment");
        }
        let entry = self.entry(sequence);
        if entry.committed || entry.settled.is_some() {
            return cx.reject("committed already");
        }
        entry.settled = Some(proof.clone());
        cx.cite(Cite::LearnCommitted);
        self.facts.push(super::Fact::Committed { sequence, digest });
        self.execute_committed(sequence, cx);
        if !cx.config.is_member(self.me) {
            cx.send(from, self.status(true));
        }
    }

    /// A stable checkpoint, shown by another replica.
    pub(super) fn on_state(&mut self, from: NodeId, state: &Shared<State>, cx: &mut Cx<'_, Pbft>) {
        let sequence = state.stable.body().sequence;
        self.note_aware(from, sequence);
        if !is_stable(&state.stable, cx.config) {
            return cx.reject("not a proof of a stable checkpoint");
        }
        if sequence <= self.executed {
            return self.make_stable(state.stable, cx);
        }
        if !is_history(state, cx.config) {
            return cx.reject("the state does not have the digest that was proven");
        }
        cx.cite(Cite::StateTransfer);
        self.adopt(state, cx);
        self.make_stable(state.stable, cx);
        self.execute_committed(sequence, cx);
    }

    /// Takes over a proven state. What it lacked is decided as far back as the history goes, but not executed again.
    fn adopt(&mut self, state: &State, cx: &mut Cx<'_, Pbft>) {
        let Some(last) = state.segments.last() else { return };
        for segment in &state.segments {
            let first = segment.sequence + 1 - cx.config.checkpoint;
            for (sequence, batch) in (first..).zip(&segment.batches).filter(|(n, _)| *n > self.executed) {
                let requests = &batch.body().requests;
                if batch.body().is_null() {
                    cx.decide(cx.config.slot(sequence, 0), Value::NOOP);
                }
                for (i, request) in requests.iter().enumerate() {
                    cx.decide(cx.config.slot(sequence, i), request.body().value);
                }
            }
        }
        self.tentative = None;
        self.executed = last.sequence;
        self.position = last.sequence;
        self.clients.clone_from(&last.clients);
        self.own_checkpoint = *state.stable.body();
        self.since_checkpoint.clear();
        let known = self.history.back().map_or(0, |s| s.sequence);
        if state.segments[0].sequence > known + cx.config.checkpoint {
            self.history.clear();
        }
        self.history.extend(state.segments.iter().filter(|s| s.sequence > known).cloned());
        while self.history.len() > history_length_max(cx.config) {
            self.history.pop_front();
        }
        let clients = &self.clients;
        self.pending.retain(|p| p.body().value.number() > clients[p.signer().index()].number);
    }
}
