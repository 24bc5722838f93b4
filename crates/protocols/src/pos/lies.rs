//! Lies that the literature knows. A liar signs in its own name only, and proposes only what clients really asked for, or
//! nothing.

use super::tables::adversary;
use super::{
    Ballot, Block, Commit, Cx, Digest, Evidence, Hashed, Msg, Offer, Pos, Proposal, Replica, Reply, Shared,
    Signed, Step, Timer, Votes,
};
use consensus_kernel::{Corruption, Input, Liar, Lie, Misstep, NodeId, NodeSet, To};

/// The lie at a position of the table, if words are enough for it.
pub(super) fn liar(strategy: usize) -> Option<Liar<Pos>> {
    match strategy {
        adversary::TWO_FACED => Some(two_faced),
        adversary::DOUBLE_VOTER => Some(double_voter),
        adversary::FRAMER => Some(framer),
        adversary::FALSE_REPLY => Some(false_reply),
        _ => None,
    }
}

/// The lie at a position of the table, if it takes more than words.
pub(super) fn misstep(strategy: usize) -> Option<Misstep<Pos>> {
    match strategy {
        adversary::CONFIDANT => Some(confidant),
        adversary::IMPROVISER => Some(improviser),
        _ => None,
    }
}

/// The same message with another block for the one that the liar proposes itself.
fn instead(lie: &Lie<'_, Pos>, other: impl Fn(&Block) -> Option<Block>) -> Corruption<Msg> {
    let Some(replica) = lie.node.member() else { return Corruption::Keep };
    let me = lie.signer.owner();
    match lie.msg {
        Msg::Proposal(honest) if honest.block.body().round == honest.offer.body().round => {
            match other(honest.block.body()).map(Hashed::new) {
                Some(block) => {
                    let offer = Offer { block: block.digest(), ..*honest.offer.body() };
                    let offer = lie.signer.sign(offer);
                    Corruption::Replace(Msg::Proposal(Shared::new(Proposal { offer, block, proof: None })))
                }
                None => Corruption::Keep,
            }
        }
        Msg::Vote(vote) => {
            let Ballot { round, block, .. } = *vote.body();
            let own = replica.at(round).and_then(|r| r.proposal.as_ref()).filter(|p| p.offer.signer() == me);
            let own = own.filter(|p| block == Some(p.block.digest()));
            match own.and_then(|p| other(p.block.body())) {
                Some(block) => {
                    let block = Some(Hashed::new(block).digest());
                    Corruption::Replace(Msg::Vote(lie.signer.sign(Ballot { block, ..*vote.body() })))
                }
                None => Corruption::Keep,
            }
        }
        // It would give itself away.
        Msg::Gossip(_) => Corruption::Drop,
        _ => Corruption::Keep,
    }
}

fn two_faced(lie: &Lie<'_, Pos>) -> Corruption<Msg> {
    let odd = !lie.to.is_client() && lie.to.index() % 2 == 1;
    instead(lie, |block| odd.then(|| Block { request: None, ..block.clone() }))
}

fn framer(lie: &Lie<'_, Pos>) -> Corruption<Msg> {
    let last = lie.node.member().and_then(|r| r.chain.back()).map(|commit: &Shared<Commit>| commit.votes);
    instead(lie, |block| {
        let evidence = vec![Evidence { first: last?, second: last? }];
        Some(Block { evidence, ..block.clone() })
    })
}

fn double_voter(lie: &Lie<'_, Pos>) -> Corruption<Msg> {
    let Some(replica) = lie.node.member() else { return Corruption::Keep };
    match lie.msg {
        Msg::Vote(vote) if lie.to.index() % 2 == 1 => {
            let Ballot { round, block, .. } = *vote.body();
            let proposed = || replica.at(round).and_then(|r| Some(r.proposal.as_ref()?.block.digest()));
            let block = if block.is_some() { None } else { proposed() };
            Corruption::Replace(Msg::Vote(lie.signer.sign(Ballot { block, ..*vote.body() })))
        }
        Msg::Gossip(_) => Corruption::Drop,
        _ => Corruption::Keep,
    }
}

fn false_reply(lie: &Lie<'_, Pos>) -> Corruption<Msg> {
    match lie.msg {
        Msg::Reply(reply) => {
            Corruption::Replace(Msg::Reply(Reply { height: reply.height.saturating_add(1), ..*reply }))
        }
        _ => Corruption::Keep,
    }
}

fn below(cx: &mut Cx<'_, Pos>, n: usize) -> usize {
    cx.rng().within(0, n.max(1) as u64 - 1) as usize
}

fn some_validators(cx: &mut Cx<'_, Pos>) -> NodeSet {
    let everyone = cx.config.everyone;
    everyone.iter().filter(|_| below(cx, 2) == 0).collect()
}

fn one_of<T: Clone>(all: &[T], cx: &mut Cx<'_, Pos>) -> Option<T> {
    let at = below(cx, all.len());
    all.get(at).cloned()
}

impl Replica {
    /// Prevotes that it has heard of, as proofs.
    fn polkas(&self) -> Vec<Votes> {
        self.rounds.iter().flat_map(|r| r.prevotes.iter()).map(|stack| stack.votes).collect()
    }

    /// A proposal of its own making for this round.
    fn improvise(&self, cx: &mut Cx<'_, Pos>) -> Option<Shared<Proposal>> {
        let mut blocks = self.blocks.clone();
        let requests: Vec<Signed<_>> = self.pending.clone();
        blocks.extend(requests.iter().map(|request| self.make_block(Some(*request))));
        blocks.push(self.make_block(None));
        let block = one_of(&blocks, cx)?;
        let id = Some(block.digest());
        let polkas: Vec<Votes> = self.polkas().into_iter().filter(|votes| votes.body().block == id).collect();
        let proof = one_of(&polkas, cx);
        let valid_round = match below(cx, 3) {
            0 => None,
            1 => self.round.checked_sub(1),
            _ => proof.map(|votes| votes.body().round).filter(|round| *round < self.round),
        };
        Some(self.offer(block, valid_round, proof, cx))
    }
}

/// Shows its blocks to all but the next validator, and in round 0 its precommits only to the one before it, which may then
/// see a block decided that nobody else does. Later it proposes another block, now and then with a valid round that is
/// none.
fn confidant(node: &mut Pos, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Pos>) {
    consensus_kernel::Protocol::step(node, input, cx);
    let Pos::Member(replica) = node else { return };
    let (n, me) = (cx.config.n, replica.me.index());
    let friend: NodeSet = [NodeId::replica((me + n - 1) % n)].into_iter().collect();
    let strangers: NodeSet = [NodeId::replica((me + 1) % n)].into_iter().collect();
    let most = cx.config.everyone.iter().filter(|id| !strangers.contains(*id)).collect();
    for (to, msg) in cx.unsend() {
        let (vote, whom) = match &msg {
            Msg::Proposal(honest) if honest.offer.body().round == 0 => {
                cx.multicast(To::Set(most), msg.clone());
                (*honest.offer.body(), friend)
            }
            Msg::Proposal(honest) => {
                let round = honest.offer.body().round;
                let request = replica.pending.last().filter(|r| Some(**r) != honest.block.body().request);
                let block = replica.make_block(request.copied());
                let valid_round = round.checked_sub(1).filter(|_| below(cx, 2) == 0);
                let forged = replica.offer(block, valid_round, None, cx);
                cx.broadcast(Msg::Proposal(forged.clone()));
                (*forged.offer.body(), cx.config.everyone)
            }
            Msg::Vote(vote) if vote.body().round == 0 && vote.body().block.is_some() => {
                let whom = if vote.body().step == Step::Precommit { friend } else { most };
                cx.multicast(To::Set(whom), msg);
                continue;
            }
            Msg::Gossip(_) | Msg::Blocks(_) => continue,
            _ => {
                cx.multicast(to, msg);
                continue;
            }
        };
        for step in [Step::Prevote, Step::Precommit] {
            let Offer { height, round, block, .. } = vote;
            let vote = cx.sign(Ballot { step, height, round, block: Some(block) });
            cx.multicast(To::Set(if step == Step::Prevote { most } else { whom }), Msg::Vote(vote));
        }
    }
}

/// Honest code goes first; then what it sent is varied, and now and then it votes for what others propose.
fn improviser(node: &mut Pos, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Pos>) {
    let heard = match &input {
        Input::Deliver { msg: Msg::Proposal(proposal), .. } => Some(*proposal.offer.body()),
        _ => None,
    };
    consensus_kernel::Protocol::step(node, input, cx);
    let Pos::Member(replica) = node else { return };
    for (to, msg) in cx.unsend() {
        let some = some_validators(cx);
        let others: NodeSet = cx.config.everyone.iter().filter(|id| !some.contains(*id)).collect();
        match &msg {
            Msg::Proposal(_) if below(cx, 2) == 0 => {
                let forged = replica.improvise(cx);
                let whom = if below(cx, 2) == 0 { To::Others } else { To::Set(some) };
                forged.into_iter().for_each(|forged| cx.multicast(whom, Msg::Proposal(forged)));
                cx.multicast(To::Set(others), msg);
            }
            Msg::Vote(vote) if below(cx, 2) == 0 => {
                let mut ids: Vec<Option<Digest>> = replica.blocks.iter().map(|b| Some(b.digest())).collect();
                ids.push(None);
                let block = one_of(&ids, cx).flatten();
                let other = cx.sign(Ballot { block, ..*vote.body() });
                cx.multicast(To::Set(some), Msg::Vote(other));
                cx.multicast(To::Set(others), msg);
            }
            Msg::Gossip(_) if below(cx, 2) == 0 => {}
            _ => cx.multicast(to, msg),
        }
    }
    if let Some(Offer { height, round, block, .. }) = heard {
        for step in [Step::Prevote, Step::Precommit] {
            if below(cx, 2) == 0 {
                let vote = cx.sign(Ballot { step, height, round, block: Some(block) });
                let some = some_validators(cx);
                cx.multicast(To::Set(some), Msg::Vote(vote));
            }
        }
    }
}
