//! How a replica that missed something catches up: blocks with a certificate that proves them, or, if they are kept no
//! more, a state that f + 1 replicas agree on.

use super::wire::GENESIS;
use super::{Block, Branch, Cite, Fact, Fetch, HotStuff, Msg, Qc, Replica, Shared, Snapshot, Tip};
use consensus_kernel::{Cx, Digest, Hashed, NodeId, Value};
use std::sync::Arc;

/// So many blocks are sent at a time.
const BLOCKS_MAX: usize = 1_024;

impl Replica {
    /// Asks for a block that it lacks, once in a view.
    pub(super) fn want(&mut self, block: Digest, from: NodeId, cx: &mut Cx<'_, HotStuff>) {
        if !self.wanted.contains(&block) && block != GENESIS {
            self.wanted.push(block);
            cx.cite(Cite::Fetch);
            let from = if from == self.me { self.high_from } else { from };
            cx.send(from, Msg::Fetch(Fetch { block, height: self.tip.height }));
        }
    }

    /// Another replica lacks a block.
    pub(super) fn on_fetch(&mut self, from: NodeId, fetch: &Fetch, cx: &mut Cx<'_, HotStuff>) {
        if self.blocks.find(fetch.block).is_none() {
            return cx.reject("not a block it has");
        }
        cx.cite(Cite::Help);
        self.send_branch(from, fetch.block, fetch.height, None, cx);
    }

    /// Another replica has executed less.
    pub(super) fn help(&mut self, who: NodeId, height: u64, cx: &mut Cx<'_, HotStuff>) {
        let Some(proof) = self.proof else { return };
        cx.cite(Cite::Help);
        self.send_branch(who, proof.ballot().block, height, Some(proof), cx);
    }

    /// Sends a block and its ancestors above a height, and the state if they are not all kept.
    fn send_branch(
        &self,
        to: NodeId,
        block: Digest,
        above: u64,
        proof: Option<Qc>,
        cx: &mut Cx<'_, HotStuff>,
    ) {
        let (mut branch, mut blocks) = (self.blocks.branch(block), Vec::new());
        while let Some(here) = branch.next_hashed()
            && (blocks.is_empty() || here.body().height > above)
        {
            blocks.push(here.clone());
        }
        blocks.reverse();
        let gap = blocks.first().is_none_or(|lowest| lowest.body().height > above.saturating_add(1));
        if let Some(snapshot) = self.snapshot.as_ref().filter(|s| gap && s.block.body().height > above) {
            cx.send(to, Msg::State(snapshot.clone()));
        }
        if !blocks.is_empty() {
            cx.send(to, Msg::Branch(Shared::new(Branch { blocks, proof })));
        }
    }

    /// Blocks that were asked for, or that a certificate proves.
    pub(super) fn on_branch(&mut self, from: NodeId, branch: &Branch, cx: &mut Cx<'_, HotStuff>) {
        let Some(last) = branch.blocks.last() else { return cx.reject("no blocks") };
        let is_parent = |w: &[_]| matches!(w, [a, b] if is_child(a, b));
        let shaped = branch.blocks.len() <= BLOCKS_MAX
            && branch.blocks.windows(2).all(is_parent)
            && branch.blocks.iter().all(|b| self.is_block(b.body(), cx));
        let proven =
            branch.proof.as_ref().is_some_and(|qc| qc.ballot().block == last.digest() && qc.is_valid(cx));
        if !shaped || !(proven || self.wanted.contains(&last.digest())) {
            return cx.reject("not blocks that it asked for");
        }
        cx.cite(Cite::TakeBlocks);
        for block in &branch.blocks {
            self.insert(block, cx);
        }
        self.wanted.retain(|digest| *digest != last.digest());
        if let Some(qc) = branch.proof.as_ref().filter(|_| proven) {
            self.learn(qc, from, cx);
        }
        if let Some(qc) = self.owed.take() {
            self.learn(&qc, from, cx);
        }
    }

    /// Keeps the state as it is now, for replicas that fall behind.
    pub(super) fn keep_snapshot(&mut self) {
        let Some(block) = self.blocks.hashed(self.tip.block).cloned() else { return };
        let executed = self.executed;
        // The last one's memory serves again if nobody else holds it.
        if let Some(kept) = self.snapshot.as_mut().and_then(|snapshot| Arc::get_mut(&mut snapshot.0)) {
            (kept.block, kept.executed) = (block, executed);
            return kept.clients.clone_from(&self.clients);
        }
        self.snapshot = Some(Shared::new(Snapshot { block, executed, clients: self.clients.clone() }));
    }

    /// A state. Once f + 1 replicas have sent the same, one of them is correct.
    pub(super) fn on_state(&mut self, from: NodeId, state: &Shared<Snapshot>, cx: &mut Cx<'_, HotStuff>) {
        let fits = state.clients.len() == self.clients.len();
        if !fits || state.block.body().height <= self.tip.height {
            return cx.reject("not a later state");
        }
        self.offers[from.index()] = Some(state.clone());
        let same = self.offers.iter().flatten().filter(|offer| **offer == *state).count();
        if same < cx.config.weak {
            return;
        }
        cx.cite(Cite::TakeState);
        for (client, record) in state.clients.iter().enumerate() {
            if record.slot > self.executed {
                cx.decide(record.slot, Value::request(client, record.number));
            }
        }
        let (block, height, view) =
            (state.block.digest(), state.block.body().height, state.block.body().view);
        self.tip = Tip { block, height, view };
        self.executed = state.executed;
        self.clients.clone_from(&state.clients);
        let clients = &self.clients;
        self.pending.retain(|p| p.body().value.number() > clients[p.signer().index()].number);
        self.snapshot = Some(state.clone());
        self.offers.fill(None);
        self.insert(&state.block, cx);
        self.facts.push(Fact::Committed { height, head: u64::MAX, block });
        if let Some(qc) = self.owed.take() {
            self.learn(&qc, from, cx);
        }
    }
}

/// Whether one block is the next one's parent.
fn is_child(parent: &Hashed<Block>, child: &Hashed<Block>) -> bool {
    child.body().parent == parent.digest() && Some(child.body().height) == parent.body().height.checked_add(1)
}
