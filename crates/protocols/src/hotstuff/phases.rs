//! Proposals, votes and certificates: Algorithm 2 for the basic variant, Algorithms 3 to 5 for the chained ones.

use super::tables::*;
use super::{Ballot, Block, Cite, Fact, HotStuff, Msg, Phase, Qc, Replica, Request, Variant};
use super::{after, block_of, view_of};
use crate::clients::request;
use consensus_kernel::{Cx, Digest, Hashed, NodeId, Signed};
use smallvec::SmallVec;

/// Votes of views so far ahead are not kept.
const VIEWS_AHEAD_MAX: u64 = 64;

impl Replica {
    /// Alg. 2 and 3, as a leader: extends the block of the highest certificate. False if it is not the time for it.
    ///
    /// The basic leader waits for n − f NEW-VIEWs. The chained one needs them only if it has no certificate of the view
    /// before.
    #[inline]
    pub(super) fn propose(&mut self, cx: &mut Cx<'_, HotStuff>) -> bool {
        let config = cx.config;
        if self.proposed >= self.view || self.pending.is_empty() || config.leader(self.view) != self.me {
            return false;
        }
        let linked = config.variant != Variant::Basic && after(view_of(&self.high)) == self.view;
        if !linked && (self.here < config.quorum || !self.has_gathered(cx)) {
            return false;
        }
        let parent = block_of(&self.high);
        let Some(height) = self.blocks.height(parent) else {
            self.want(parent, self.high_from, cx);
            return false;
        };
        let requests = self.select(parent, cx);
        let block =
            Hashed::new(Block { view: self.view, height: height + 1, parent, justify: self.high, requests });
        self.proposed = self.view;
        cx.cite(Cite::Propose);
        cx.broadcast(match config.variant {
            Variant::Basic => Msg::Prepare(block.clone()),
            _ => Msg::Generic(block.clone()),
        });
        self.on_proposal(self.me, &block, cx);
        true
    }

    /// Requests for a block on top of `parent`: what is known and not on its branch.
    fn select(&self, parent: Digest, cx: &Cx<'_, HotStuff>) -> SmallVec<[Signed<Request>; 1]> {
        let open = || self.blocks.branch(parent).take_while(|block| block.height > self.tip.height);
        let fresh = |r: &&Signed<Request>| {
            let same = |p: &Signed<Request>| {
                p.signer() == r.signer() && p.body().value.number() >= r.body().value.number()
            };
            !open().any(|block| block.requests.iter().any(same))
        };
        self.pending.iter().filter(fresh).take(cx.config.batch).copied().collect()
    }

    /// Whether a block is well-formed and its certificate stands.
    pub(super) fn is_block(&self, block: &Block, cx: &Cx<'_, HotStuff>) -> bool {
        let config = cx.config;
        let certified = block.justify.as_ref().is_none_or(|qc| {
            let ballot = qc.ballot();
            ballot.phase == config.first_phase() && ballot.view < block.view && qc.is_valid(cx)
        });
        certified
            && (block.parent == block_of(&block.justify) || !cx.holds(EXTENDS_JUSTIFY))
            && block.requests.len() <= config.batch
            && block.requests.iter().all(|r| request::is_own(r, config.clients))
    }

    /// safeNode: whether a block extends the locked one, or a certificate later than the lock justifies it.
    fn is_safe(&self, block: &Block, cx: &Cx<'_, HotStuff>) -> bool {
        let (justified, locked) = (view_of(&block.justify), view_of(&self.lock));
        !cx.holds(LOCK)
            || justified > locked
            || (justified == locked && !cx.holds(LATER_THAN_LOCK))
            || self.blocks.descends(block.parent, block_of(&self.lock))
    }

    /// Whether it has not voted in this view and phase.
    fn may_vote(&self, view: u64, phase: Phase, cx: &Cx<'_, HotStuff>) -> bool {
        let first = view == self.view && (view, phase) > self.voted;
        first || (view == self.voted.0 && !cx.holds(VOTE_ONCE))
    }

    /// Alg. 2 PREPARE, Alg. 4 onReceiveProposal: votes for a safe block, then learns from its certificate.
    pub(super) fn on_proposal(&mut self, from: NodeId, proposal: &Hashed<Block>, cx: &mut Cx<'_, HotStuff>) {
        let (block, digest) = (proposal.body(), proposal.digest());
        if block.view == 0 || from != cx.config.leader(block.view) {
            return cx.reject("not from the leader of its view");
        }
        if !self.is_block(block, cx) {
            return cx.reject("not a valid block");
        }
        if block.view > self.view {
            let succeeds = after(view_of(&block.justify)) == block.view;
            if !succeeds && cx.config.next_turn(self.view) != cx.config.next_turn(block.view) {
                self.hold(proposal, cx);
                return cx.reject("of a view that has not begun here");
            }
            self.enter(block.view, true, cx);
        }
        let Some(height) = self.blocks.height(block.parent) else {
            self.hold(proposal, cx);
            return self.want(block.parent, from, cx);
        };
        if height + 1 != block.height {
            return cx.reject("not a valid block");
        }
        let phase = cx.config.first_phase();
        let votes = self.may_vote(block.view, phase, cx);
        let safe = votes && self.is_safe(block, cx);
        // Of each view one block at most that it does not vote for, however many its leader shows, and none that came too
        // late for what is executed.
        let late = height < self.tip.height && block.view <= self.tip.view;
        if safe || !(late || self.blocks.has_view(block.view)) {
            self.insert(proposal, cx);
        }
        if safe {
            self.begin(cx);
            cx.cite(if phase == Phase::Generic { Cite::VoteGeneric } else { Cite::VotePrepare });
            self.cast(Ballot { phase, view: block.view, block: digest }, cx);
        } else if votes {
            cx.reject("conflicts with the lock");
        } else if block.view < self.view {
            cx.reject("stale view");
        } else {
            cx.reject("voted in this view already");
        }
        if let Some(qc) = &block.justify {
            self.learn(qc, from, cx);
        }
        if safe && phase == Phase::Generic && block.view >= self.view {
            self.enter(after(block.view), true, cx);
        }
    }

    /// Keeps a proposal until its view begins or its parent is here: of each leader its latest, so that a leader of far
    /// views takes nobody else's place.
    fn hold(&mut self, proposal: &Hashed<Block>, cx: &Cx<'_, HotStuff>) {
        let leader = |block: &Hashed<Block>| cx.config.leader(block.body().view);
        match self.held.iter_mut().find(|held| leader(held) == leader(proposal)) {
            None => self.held.push(proposal.clone()),
            Some(held) if held.body().view <= proposal.body().view => *held = proposal.clone(),
            Some(_) => {}
        }
    }

    /// Signs a ballot and gives it to whoever collects it.
    fn cast(&mut self, ballot: Ballot, cx: &mut Cx<'_, HotStuff>) {
        self.voted = self.voted.max((ballot.view, ballot.phase));
        let (vote, collector) = (cx.sign(ballot), cx.config.collector(&ballot));
        if collector == self.me { self.count(&vote, cx) } else { cx.send(collector, Msg::Vote(vote)) }
    }

    /// A vote reaches the leader.
    #[inline]
    pub(super) fn on_vote(&mut self, from: NodeId, vote: &Signed<Ballot>, cx: &mut Cx<'_, HotStuff>) {
        let ballot = vote.body();
        let last = ballot.view.saturating_add(u64::from(ballot.phase == Phase::Generic));
        if vote.signer() != from {
            cx.reject("somebody else's vote");
        } else if cx.config.collector(ballot) != self.me {
            cx.reject("another leader collects these votes");
        } else if last < self.view {
            cx.reject("stale view");
        } else if last > self.view.saturating_add(VIEWS_AHEAD_MAX) {
            cx.reject("too far ahead");
        } else {
            self.count(vote, cx);
        }
    }

    /// As a leader: counts a vote, of each replica one in a view and phase.
    #[inline]
    fn count(&mut self, vote: &Signed<Ballot>, cx: &mut Cx<'_, HotStuff>) {
        let ballot = vote.body();
        let rival = |t: &Qc| {
            let other = t.ballot();
            (other.view, other.phase) == (ballot.view, ballot.phase)
                && other.block != ballot.block
                && t.signers().contains(vote.signer())
        };
        if cx.holds(VOTE_ONCE) && self.tallies.iter().any(rival) {
            return cx.reject("this replica voted for another block before");
        }
        self.tally(vote, cx);
    }

    /// n − f votes make a certificate.
    #[inline]
    pub(super) fn tally(&mut self, vote: &Signed<Ballot>, cx: &mut Cx<'_, HotStuff>) {
        let (before, tally) = match self.tallies.iter_mut().find(|t| t.ballot() == vote.body()) {
            Some(tally) => {
                let before = tally.count(cx);
                if !tally.add(vote) {
                    if cx.holds(DISTINCT_SIGNERS) {
                        return cx.reject("counted already");
                    }
                    tally.list_again();
                }
                (before, *tally)
            }
            None => {
                self.tallies.push(Qc::of(vote));
                (0, Qc::of(vote))
            }
        };
        if before < cx.config.quorum && tally.count(cx) >= cx.config.quorum {
            self.certify(tally, vote.signer(), cx);
        }
    }

    /// As a leader: has a certificate, and shows it (Alg. 2) or lets its next block carry it (Alg. 3, Alg. 4
    /// onReceiveVote).
    fn certify(&mut self, qc: Qc, last: NodeId, cx: &mut Cx<'_, HotStuff>) {
        cx.cite(Cite::Certify);
        self.facts.push(Fact::Certified(*qc.ballot()));
        if qc.ballot().phase == Phase::Generic {
            self.raise_high(&qc, last, cx);
            self.enter_from(after(qc.ballot().view), cx);
        } else {
            cx.broadcast(Msg::Certificate(qc));
            self.on_certificate(last, &qc, cx);
        }
    }

    /// Alg. 2 PRE-COMMIT, COMMIT, DECIDE: a certificate of this view; the next vote follows.
    pub(super) fn on_certificate(&mut self, from: NodeId, qc: &Qc, cx: &mut Cx<'_, HotStuff>) {
        let Ballot { phase, view, block } = *qc.ballot();
        if phase == Phase::Generic || !qc.is_valid(cx) {
            return cx.reject("not a valid certificate");
        }
        self.enter_from(view, cx);
        let next = match phase {
            Phase::Prepare => Some((Phase::PreCommit, Cite::VotePreCommit)),
            Phase::PreCommit => Some((Phase::Commit, Cite::VoteCommit)),
            Phase::Commit | Phase::Generic => None,
        };
        self.learn(qc, from, cx);
        let Some((phase, cite)) = next else { return };
        if self.may_vote(view, phase, cx) {
            cx.cite(cite);
            self.cast(Ballot { phase, view, block }, cx);
        } else {
            cx.reject("stale view, or voted already");
        }
    }

    /// What a valid certificate says, whoever shows it and whenever.
    pub(super) fn learn(&mut self, qc: &Qc, from: NodeId, cx: &mut Cx<'_, HotStuff>) {
        let Ballot { phase, view, block } = *qc.ballot();
        match phase {
            Phase::Prepare => self.raise_high(qc, from, cx),
            Phase::PreCommit => {
                self.raise_lock(qc, cx);
                if !cx.holds(LAST_PHASE) {
                    self.commit(block, qc, from, cx);
                }
            }
            Phase::Commit => {
                self.facts.push(Fact::Certified(*qc.ballot()));
                cx.cite(Cite::Decide);
                self.commit(block, qc, from, cx);
                self.enter_from(after(view), cx);
            }
            Phase::Generic => {
                self.raise_high(qc, from, cx);
                self.update(qc, from, cx);
                self.enter_from(after(view), cx);
            }
        }
    }

    /// Alg. 4 update: the chain of certified blocks that ends in this certificate's block locks one and commits one.
    fn update(&mut self, qc: &Qc, from: NodeId, cx: &mut Cx<'_, HotStuff>) {
        let mut block = qc.ballot().block;
        let Some(last) = self.blocks.find(block) else {
            self.owed = Some(*qc);
            return self.want(block, from, cx);
        };
        let (mut view, mut justify) = (last.view, last.justify);
        match (cx.config.variant, &justify) {
            (Variant::TwoChain, _) => self.raise_lock(qc, cx),
            (_, Some(one)) => self.raise_lock(&one.clone(), cx),
            _ => {}
        }
        for _ in 1..cx.config.chain {
            let Some(one) = justify else { return };
            block = one.ballot().block;
            let Some(before) = self.blocks.find(block) else {
                // Below what is executed nothing is missing.
                if one.ballot().view > self.tip.view {
                    self.owed = Some(*qc);
                    self.want(block, from, cx);
                }
                return;
            };
            if after(before.view) != view && cx.holds(CONSECUTIVE_VIEWS) {
                return;
            }
            (view, justify) = (before.view, before.justify);
        }
        self.commit(block, qc, from, cx);
    }

    /// prepareQC, genericQC, qc_high: the highest certificate seen.
    #[inline]
    pub(super) fn raise_high(&mut self, qc: &Qc, from: NodeId, cx: &mut Cx<'_, HotStuff>) {
        let (ballot, high) = (qc.ballot(), view_of(&self.high));
        if ballot.block == block_of(&self.high) {
            return;
        }
        cx.cite(if ballot.view < high { Cite::KeepHigh } else { Cite::LearnHigh });
        self.facts.push(Fact::Certified(*ballot));
        if ballot.view > high {
            (self.high, self.high_from) = (Some(*qc), from);
        }
    }

    /// lockedQC, b_lock: never falls.
    #[inline]
    fn raise_lock(&mut self, qc: &Qc, cx: &mut Cx<'_, HotStuff>) {
        let (ballot, lock) = (qc.ballot(), view_of(&self.lock));
        if ballot.block == block_of(&self.lock) {
            return;
        }
        if ballot.view < lock {
            // An old one is stated as well: a view has one.
            let old = Fact::Certified(*ballot);
            if !self.facts.contains(&old) {
                cx.cite(Cite::KeepHigh);
                self.facts.push(old);
            }
            return;
        }
        cx.cite(Cite::Lock);
        self.facts.push(Fact::Certified(*ballot));
        if ballot.view > lock {
            self.lock = Some(*qc);
            self.locks += 1;
            self.facts.push(Fact::Locked { nth: self.locks, view: ballot.view });
        }
    }
}
