//! What the paper leaves to gossip: whoever does not get on tells the others what it knows of its height, and whoever is
//! further sends the blocks that prove it.

use super::tables::Cite;
use super::{
    Ballot, Block, Commit, Cx, Digest, Gossip, Hashed, Msg, Pos, Replica, Shared, Step, Timer, Votes,
};
use consensus_kernel::{NodeId, Slot, weigh};

/// So many final blocks are sent at a time.
const BATCH: usize = 64;
/// More votes or blocks than these in one message are no gossip.
const VOTES_MAX: usize = 1_024;

impl Replica {
    /// Something of another height. Of a later one: the others are further.
    pub(super) fn elsewhere(&mut self, height: Slot, cx: &mut Cx<'_, Pos>) -> Result<(), &'static str> {
        if height < self.height {
            return Err("of an earlier height");
        }
        self.behind = true;
        self.keep_telling(cx);
        Err("of a later height")
    }

    /// Sets the gossip timer unless it is set.
    pub(super) fn keep_telling(&mut self, cx: &mut Cx<'_, Pos>) {
        if !self.telling {
            self.telling = true;
            cx.set_timer(Timer::Gossip, cx.config.gossip);
        }
    }

    /// After a crash.
    pub(super) fn resume(&mut self, cx: &mut Cx<'_, Pos>) {
        if self.begun {
            // The others are set again by what they wait for.
            if self.step == Step::Propose || cx.config.single {
                let timer = if self.step == Step::Propose { Timer::Propose } else { Timer::Prevote };
                cx.set_timer(timer, self.patience(cx));
            }
            self.keep_telling(cx);
        }
    }

    pub(super) fn on_gossip_timer(&mut self, cx: &mut Cx<'_, Pos>) {
        self.telling = false;
        if self.begun || self.behind {
            cx.cite(Cite::Tell);
            cx.broadcast(Msg::Gossip(self.gossip()));
            self.behind = false;
            if self.begun {
                self.keep_telling(cx);
            }
        }
    }

    /// What it knows: votes of its round, the one before and those after; precommits for a block in any round; the
    /// prevotes for the valid block.
    fn gossip(&self) -> Shared<Gossip> {
        let mut votes: Vec<Votes> = Vec::new();
        for round in &self.rounds {
            let recent = round.number.saturating_add(1) >= self.round;
            let prevotes = round.prevotes.iter().filter(|_| recent);
            let precommits = round.precommits.iter().filter(|s| recent || s.votes.body().block.is_some());
            votes.extend(prevotes.chain(precommits).map(|stack| stack.votes));
        }
        for more in self.latest.iter().flatten().chain(&self.valid) {
            if !votes.contains(more) {
                votes.push(*more);
            }
        }
        let named = |block: &&Hashed<Block>| votes.iter().any(|v| v.body().block == Some(block.digest()));
        Shared::new(Gossip {
            height: self.height,
            round: self.round,
            last: self.chain.back().cloned(),
            proposal: self.at(self.round).and_then(|round| round.proposal.clone()),
            blocks: self.blocks.iter().filter(named).cloned().collect(),
            votes,
        })
    }

    pub(super) fn on_gossip(&mut self, from: NodeId, gossip: &Gossip, cx: &mut Cx<'_, Pos>) {
        if gossip.votes.len() > VOTES_MAX || gossip.blocks.len() > super::BLOCKS_MAX {
            return cx.reject("too much at once");
        }
        cx.cite(Cite::Hear);
        if let Some(last) = &gossip.last {
            self.on_commit(last, cx);
        }
        if gossip.height < self.height {
            return self.help(from, gossip.height, cx);
        }
        if gossip.height > self.height {
            // The one that is further is asked for what is missing.
            return cx.send(from, Msg::Gossip(self.gossip()));
        }
        for votes in &gossip.votes {
            if let Some(id) = votes.body().block
                && let Some(block) = gossip.blocks.iter().find(|block| block.digest() == id)
            {
                self.hold(block, Some(weigh(votes.signers(), &self.stakes)));
            }
            // What is known already is no reason to refuse the rest.
            let _ = self.on_votes(votes, cx);
        }
        if let Some(proposal) = &gossip.proposal {
            let _ = self.on_proposal(proposal, cx);
        }
    }

    /// Sends final blocks from this height on.
    fn help(&self, who: NodeId, height: Slot, cx: &mut Cx<'_, Pos>) {
        let missing = |commit: &&Shared<Commit>| commit.block.body().height >= height;
        let blocks: Vec<Shared<Commit>> = self.chain.iter().filter(missing).take(BATCH).cloned().collect();
        if blocks.first().is_some_and(|first| first.block.body().height == height) {
            cx.cite(Cite::Help);
            cx.send(who, Msg::Blocks(Shared::new(blocks)));
        }
    }

    pub(super) fn on_blocks(&mut self, blocks: &[Shared<Commit>], cx: &mut Cx<'_, Pos>) {
        if blocks.len() > BATCH {
            return cx.reject("too much at once");
        }
        blocks.iter().for_each(|commit| self.on_commit(commit, cx));
        if blocks.len() == BATCH {
            // There may be more.
            self.behind = true;
            self.keep_telling(cx);
        }
    }

    /// A block with a certificate: the next one, or one beside the chain.
    fn on_commit(&mut self, commit: &Shared<Commit>, cx: &mut Cx<'_, Pos>) {
        let Block { height, parent, .. } = *commit.block.body();
        let step = if cx.config.single { Step::Prevote } else { Step::Precommit };
        let Ballot { round, .. } = *commit.votes.body();
        let ballot = Ballot { step, height, round, block: Some(commit.block.digest()) };
        if *commit.votes.body() != ballot {
            return;
        }
        if height < self.height {
            return self.compare(commit, cx);
        }
        let next = (height, parent) == (self.height, self.parent);
        if next && self.proves(&commit.votes, cx) && self.is_valid(&commit.block, cx) {
            cx.cite(Cite::TakeBlock);
            self.finalise(commit, cx);
        }
    }

    /// The first digits of a block's name.
    pub(super) fn short(block: Digest) -> String {
        format!("{block:?}").chars().take(4).collect()
    }
}
