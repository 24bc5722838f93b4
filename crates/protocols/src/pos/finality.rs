//! What is final: execution, forks, evidence, and whose stake counts no more from which height on.

use super::tables::*;
use super::{
    Block, Commit, Cx, Evidence, Fact, HISTORY, Msg, Pos, Replica, Reply, Request, Shared, Signed, Step,
    Timer, Votes,
};
use crate::clients::request;
use consensus_kernel::{NodeSet, Slot, weigh};

impl Replica {
    /// A block is final: executes it, convicts whom it convicts, and goes to the next height.
    pub(super) fn finalise(&mut self, commit: &Shared<Commit>, cx: &mut Cx<'_, Pos>) {
        let Block { height, request, evidence, .. } = commit.block.body();
        let (height, block) = (*height, commit.block.digest());
        let innocent = without(&cx.config.everyone, &self.convicted);
        self.facts.push(Fact::Final { height, block, innocent });
        self.chain.push_back(commit.clone());
        if self.chain.len() > HISTORY {
            self.chain.pop_front();
        }
        self.execute(height, request.as_ref(), cx);
        let convicted = evidence.iter().fold(self.convicted, |all, e| all.union(&e.offenders()));
        self.turns.next_height(&self.tickets);
        if convicted != self.convicted {
            cx.cite(Cite::Slash);
            self.convicted = convicted;
            self.evidence.retain(|e| e.offenders().union(&convicted) != convicted);
            if cx.holds(SLASHED_OUT) {
                self.slashed.push((height.saturating_add(1), convicted));
                convicted.iter().for_each(|id| (self.stakes[id.index()], self.tickets[id.index()]) = (0, 0));
                self.total = self.stakes.iter().sum();
            }
        }
        (self.height, self.parent) = (height.saturating_add(1), block);
        (self.round, self.step, self.proposed, self.timed) = (0, Step::Propose, false, [false; 2]);
        (self.locked, self.valid, self.begun, self.behind) = (None, None, false, false);
        self.proposer = self.turns.proposer(self.height, 0, &self.tickets, cx.config, self.me);
        self.rounds.clear();
        self.blocks.clear();
        self.latest.fill(None);
        self.telling = false;
        [Timer::Propose, Timer::Prevote, Timer::Precommit, Timer::Gossip]
            .into_iter()
            .for_each(|t| cx.cancel_timer(t));
    }

    /// Executes a request and replies.
    fn execute(&mut self, height: Slot, request: Option<&Signed<Request>>, cx: &mut Cx<'_, Pos>) {
        let Some(request) = request else { return cx.decide(height, consensus_kernel::Value::NOOP) };
        let (client, value) = (request.signer(), request.body().value);
        cx.cite(Cite::Execute);
        cx.decide(height, value);
        if let Some(record) = self.clients.get_mut(client.index()) {
            record.execute(value.number(), height);
        }
        request::forget(&mut self.pending, client, value.number());
        cx.send(client, Msg::Reply(Reply { value, height }));
    }

    /// Whether votes of an earlier height were a quorum of the stake that counted then.
    fn proved(&self, votes: &Votes, cx: &Cx<'_, Pos>) -> bool {
        let before = self.slashed.iter().rev().find(|(from, _)| *from <= votes.body().height);
        let guilty = before.map_or(NodeSet::EMPTY, |(_, guilty)| *guilty);
        let stake = |of: &NodeSet| weigh(&without(of, &guilty), &cx.config.stakes);
        let weight = stake(votes.signers());
        let total = if cx.holds(OF_TOTAL) { stake(&cx.config.everyone) } else { weight };
        weight >= cx.config.quorum.least(total)
    }

    /// A final block of a height that is final here: another one is a fork, and whoever signed for both is to blame, at
    /// once if it was in one round.
    pub(super) fn compare(&mut self, commit: &Commit, cx: &mut Cx<'_, Pos>) {
        let height = commit.block.body().height;
        let Some(own) = self.final_at(height).filter(|own| own.block.digest() != commit.block.digest())
        else {
            return;
        };
        if !self.proved(&commit.votes, cx) {
            return;
        }
        let evidence = Evidence { first: own.votes, second: commit.votes };
        if self.fork.is_none() {
            cx.cite(Cite::Fork);
            self.fork = Some((height, evidence.offenders()));
        }
        if evidence.conflicts() && cx.holds(EVIDENCE) {
            self.accuse(evidence, cx);
        }
    }

    /// Keeps evidence against somebody who was not caught before.
    pub(super) fn accuse(&mut self, evidence: Evidence, cx: &mut Cx<'_, Pos>) {
        let known = self.accused();
        if evidence.offenders().union(&known) != known {
            cx.cite(Cite::Equivocation);
            self.evidence.push(evidence);
        }
    }

    /// Whom evidence speaks against, in final blocks or not yet.
    pub(super) fn accused(&self) -> NodeSet {
        self.evidence.iter().fold(self.convicted, |all, e| all.union(&e.offenders()))
    }

    /// The block that is final at a height, with its votes, if it is still kept.
    pub(super) fn final_at(&self, height: Slot) -> Option<&Shared<Commit>> {
        self.chain.iter().rev().find(|commit| commit.block.body().height == height)
    }
}

/// Those of a set that are not in another.
pub(super) fn without(set: &NodeSet, others: &NodeSet) -> NodeSet {
    set.iter().filter(|id| !others.contains(*id)).collect()
}
