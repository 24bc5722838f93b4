//! What a validator hears: proposals, votes and requests, and what it keeps of them.

use super::Msg;
use super::ballots::Round;
use super::tables::*;
use super::{
    BLOCKS_MAX, Ballot, Block, Cx, Digest, Evidence, Hashed, Offer, Pos, Proposal, ROUNDS_MAX, Replica,
    Reply, Request, Shared, Signed, Step, Votes, WINDOW,
};
use crate::clients::request;
use consensus_kernel::NodeId;

impl Replica {
    /// A proposal, from its proposer or passed on.
    pub(super) fn on_proposal(
        &mut self,
        proposal: &Shared<Proposal>,
        cx: &mut Cx<'_, Pos>,
    ) -> Result<(), &'static str> {
        let Offer { height, round, block, valid_round } = *proposal.offer.body();
        if height != self.height {
            return self.elsewhere(height, cx);
        }
        if block != proposal.block.digest() || valid_round.is_some_and(|valid| valid >= round) {
            return Err("not a proposal");
        }
        if round < self.round {
            // Its votes may still make it final (L49).
            return if self.hold(&proposal.block, None) { Ok(()) } else { Err("of an earlier round") };
        }
        if round > self.round.saturating_add(WINDOW) {
            return Err("of a far later round");
        }
        let proposer = match round == self.round {
            true => self.proposer,
            false => self.turns.proposer(height, round, &self.tickets, cx.config, self.me),
        };
        if proposer != Some(proposal.offer.signer()) {
            return Err("not this round's proposer");
        }
        if self.at(round).is_some_and(|r| r.proposal.is_some()) {
            return Err("a proposal of this round is here");
        }
        self.keep_proposal(proposal);
        Ok(())
    }

    /// Votes, from their voters or passed on.
    pub(super) fn on_votes(&mut self, votes: &Votes, cx: &mut Cx<'_, Pos>) -> Result<(), &'static str> {
        let Ballot { height, round, step, .. } = *votes.body();
        if height != self.height {
            return self.elsewhere(height, cx);
        }
        let are_validators = votes.signers().union(&cx.config.everyone) == cx.config.everyone;
        if step == Step::Propose || !are_validators {
            return Err("not votes of validators");
        }
        if round > self.round {
            for id in votes.signers().iter() {
                let known = &mut self.latest[id.index()];
                if known.is_none_or(|known| known.body().round < round) {
                    *known = Some(*votes);
                }
            }
        }
        let kept = round <= self.round.saturating_add(WINDOW)
            && (round >= self.round || self.at(round).is_some() || self.rounds.len() < ROUNDS_MAX);
        if kept && !self.add(votes, cx) {
            return Err("counted already");
        }
        Ok(())
    }

    /// Whether all these votes are counted.
    pub(super) fn counts(&self, votes: &Votes) -> bool {
        let Ballot { round, step, block, .. } = *votes.body();
        let stack = self.at(round).and_then(|r| r.of(step).find(block));
        stack.is_some_and(|stack| votes.signers().union(stack.votes.signers()) == *stack.votes.signers())
    }

    /// Counts votes, and notices who votes for two.
    pub(super) fn add(&mut self, votes: &Votes, cx: &mut Cx<'_, Pos>) -> bool {
        let distinct = cx.holds(DISTINCT_VOTERS);
        let (stakes, blocks) = (std::mem::take(&mut self.stakes), std::mem::take(&mut self.blocks));
        let round = self.at_mut(votes.body().round);
        let fresh = round.add(votes, &stakes, distinct, &blocks);
        let caught: Vec<Evidence> =
            if fresh { round.of(votes.body().step).conflicts().collect() } else { Vec::new() };
        (self.stakes, self.blocks) = (stakes, blocks);
        if cx.holds(EVIDENCE) {
            caught.into_iter().for_each(|evidence| self.accuse(evidence, cx));
        }
        fresh
    }

    /// A request, from its client.
    pub(super) fn on_request(&mut self, from: NodeId, request: &Signed<Request>, cx: &mut Cx<'_, Pos>) {
        if from != request.signer() || !request::is_own(request, cx.config.clients) {
            return cx.reject("not the client's own request");
        }
        let (record, value) = (self.clients[from.index()], request.body().value);
        if cx.holds(DEDUP) && value.number() <= record.number {
            if value.number() < record.number {
                return cx.reject("a later request of this client was executed");
            }
            cx.cite(Cite::ReplyAgain);
            return cx.send(from, Msg::Reply(Reply { value, height: record.slot }));
        }
        request::keep(&mut self.pending, request);
    }

    /// What was heard of a round.
    pub(super) fn at(&self, round: u64) -> Option<&Round> {
        self.rounds.iter().find(|r| r.number == round)
    }

    pub(super) fn at_mut(&mut self, round: u64) -> &mut Round {
        let place = self.rounds.partition_point(|r| r.number < round);
        if self.rounds.get(place).is_none_or(|r| r.number != round) {
            self.rounds.insert(place, Round::new(round));
        }
        &mut self.rounds[place]
    }

    /// A block of this height.
    pub(super) fn find(&self, block: Digest) -> Option<&Hashed<Block>> {
        self.blocks.iter().find(|known| known.digest() == block)
    }

    /// Keeps a block of this height, whose voters weigh as much; false if it is here, of another height, or finds no room.
    pub(super) fn hold(&mut self, block: &Hashed<Block>, voters: Option<u64>) -> bool {
        let new = block.body().height == self.height && self.find(block.digest()).is_none();
        let holds = new && self.has_room(self.standing(block.digest()).max(voters));
        if holds {
            self.blocks.push(block.clone());
        }
        holds
    }

    pub(super) fn keep_proposal(&mut self, proposal: &Shared<Proposal>) {
        self.at_mut(proposal.offer.body().round).proposal = Some(proposal.clone());
        self.hold(&proposal.block, None);
    }

    /// What speaks for a block: the most weight that voted for it in one round and step, or all there is if it is locked,
    /// valid or proposed. None if nobody's word is kept.
    fn standing(&self, id: Digest) -> Option<u64> {
        let proposed = |round: &Round| round.proposal.as_ref().is_some_and(|p| p.block.digest() == id);
        if self.locked.is_some_and(|(_, locked)| locked == id)
            || self.valid.is_some_and(|votes| votes.body().block == Some(id))
            || self.rounds.iter().any(proposed)
        {
            return Some(u64::MAX);
        }
        let stacks = self.rounds.iter().flat_map(|round| [&round.prevotes, &round.precommits]);
        stacks.filter_map(|stacks| stacks.find(Some(id))).map(|stack| stack.weight).max()
    }

    /// Whether one more block fits, if need be in the place of one that less speaks for: otherwise a liar could fill it all
    /// with blocks of its own making, and votes for each. An equal must wait, or it could bring in new ones without end.
    fn has_room(&mut self, standing: Option<u64>) -> bool {
        if self.blocks.len() < BLOCKS_MAX {
            return true;
        }
        let all = self.blocks.iter().enumerate();
        let least = all.map(|(place, block)| (self.standing(block.digest()), place)).min();
        let worst = least.filter(|(least, _)| least.is_none() || *least < standing);
        worst.map(|(_, place)| self.blocks.remove(place)).is_some()
    }
}
