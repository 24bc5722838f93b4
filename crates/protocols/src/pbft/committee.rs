//! A committee: of all replicas only the first few order, and the others learn from the primary what is committed.
//!
//! This is for decisions that are worth less: it takes fewer messages and tolerates fewer liars. Everything that the paper
//! says of n replicas holds of the members alone, with a quorum of theirs. A learner takes nobody's word: it is shown
//! q signed commits. It tells the primary that it has them. The first f + 1 members care for the learners, for one of them is
//! correct, whatever the primary does: they ask of whom they have heard nothing, when nothing else happens.

use super::tables::param;
use super::{Config, Msg, Pbft, Replica, Shared};
use consensus_kernel::{Bound, Caveat, Cx, NodeId, NodeSet, Setup, To};

/// What is given away: of liars no more are tolerated than the members tolerate among themselves.
pub(super) fn caveat(config: &Config) -> Option<Caveat> {
    config.committee.map(|_| Caveat::Fewer(config.weak - 1, "a committee orders for all; tolerated liars:"))
}

/// How many replicas order, and how many of them may be faulty.
pub(super) fn members_of(setup: &Setup) -> (usize, usize) {
    match setup.params.int(param::COMMITTEE) as usize {
        k if k > 0 && k < setup.n => (k, Bound::Third.max_f(k).min(setup.f)),
        _ => (setup.n, setup.f),
    }
}

impl Replica {
    /// Whether a message is one that this replica heeds from this sender: learners neither order nor vote.
    #[inline]
    pub(super) fn heeds(&self, from: NodeId, msg: &Msg, config: &Config) -> bool {
        config.committee.is_none()
            || match msg {
                Msg::Relay(_) | Msg::Status(_) | Msg::Committed(_) | Msg::State(_) => true,
                Msg::Checkpoint(_) => config.is_member(from),
                _ => config.is_member(from) && config.is_member(self.me),
            }
    }

    /// To all who order.
    #[inline]
    pub(super) fn tell_members(msg: Msg, cx: &mut Cx<'_, Pbft>) {
        match cx.config.committee {
            None => cx.broadcast(msg),
            Some(members) => cx.multicast(To::Set(members), msg),
        }
    }

    /// The primary shows the learners what is committed.
    #[inline]
    pub(super) fn teach(&self, sequence: u64, cx: &mut Cx<'_, Pbft>) {
        if cx.config.committee.is_none() || !self.active || self.primary != self.me {
            return;
        }
        let entry = self.known(sequence);
        if let Some(proof) = entry.and_then(|entry| entry.proof_of_commit(cx.config.commits)) {
            let learners: NodeSet = (cx.config.members..cx.config.n).map(NodeId::replica).collect();
            cx.multicast(To::Set(learners), Msg::Committed(Shared::clone(&proof)));
        }
    }
}
