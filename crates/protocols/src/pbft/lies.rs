//! Lies that PBFT's literature knows. A liar signs in its own name only, so it can order only what clients really asked
//! for, or, in a new view, null requests.

use super::tables::adversary;
use super::{Commit, Laden, Msg, NewView, Order, Pbft, PrePrepare, Prepare, Reply, Shared, ViewChange};
use consensus_kernel::{Corruption, Digest, Liar, Lie};

/// The lie at a position of the table.
pub(super) fn liar(strategy: usize) -> Option<Liar<Pbft>> {
    match strategy {
        adversary::TWO_FACED => Some(|lie| each_part(lie, two_faced)),
        adversary::WRONG_DIGEST => Some(|lie| each_part(lie, wrong_digest)),
        adversary::WITHHOLD_COMMIT => Some(|lie| each_part(lie, withhold_commit)),
        adversary::FORGETFUL => Some(forgetful),
        adversary::EMPTY_NEW_VIEW => Some(empty_new_view),
        adversary::FALSE_REPLY => Some(false_reply),
        _ => None,
    }
}

/// What becomes of a message by a lie that is told of single statements: of each part of what carries others.
fn each_part(lie: &Lie<'_, Pbft>, one: Liar<Pbft>) -> Corruption<Msg> {
    let Msg::Laden(laden) = lie.msg else { return one(lie) };
    let told = |msg: &Msg| match one(&Lie { msg, ..*lie }) {
        Corruption::Replace(other) => Some(other),
        Corruption::Drop => None,
        _ => Some(msg.clone()),
    };
    let commits = laden.commits.iter().filter_map(|vote| match told(&Msg::Commit(*vote)) {
        Some(Msg::Commit(vote)) => Some(vote),
        _ => None,
    });
    match told(&laden.msg) {
        Some(msg) => Corruption::Replace(Msg::Laden(Shared::new(Laden { msg, commits: commits.collect() }))),
        None => Corruption::Drop,
    }
}

/// The same vote, for another digest.
fn vote_for(digest: Digest, lie: &Lie<'_, Pbft>) -> Corruption<Msg> {
    match lie.msg {
        Msg::Prepare(vote) => {
            Corruption::Replace(Msg::Prepare(lie.signer.sign(Prepare { digest, ..*vote.body() })))
        }
        Msg::Commit(vote) => {
            Corruption::Replace(Msg::Commit(lie.signer.sign(Commit { digest, ..*vote.body() })))
        }
        _ => Corruption::Keep,
    }
}

fn null_order(view: u64, sequence: u64, lie: &Lie<'_, Pbft>) -> PrePrepare {
    let batch = lie.config.null.clone();
    PrePrepare { order: lie.signer.sign(Order { view, sequence, digest: batch.digest() }), batch }
}

/// The other face is the same story told one number earlier, so that liars with two faces agree without talking. What
/// has the first number is kept from those who are shown it.
fn two_faced(lie: &Lie<'_, Pbft>) -> Corruption<Msg> {
    if lie.to.is_client() || lie.to.index().is_multiple_of(2) || lie.fellows.contains(lie.to) {
        return Corruption::Keep;
    }
    let earlier = |sequence: u64| sequence.checked_sub(1).filter(|before| *before > 0);
    let other = match lie.msg {
        Msg::PrePrepare(proposal) if proposal.order.signer() == lie.signer.owner() => {
            let order = *proposal.order.body();
            earlier(order.sequence).map(|sequence| {
                let order = lie.signer.sign(Order { sequence, ..order });
                Msg::PrePrepare(PrePrepare { order, batch: proposal.batch.clone() })
            })
        }
        Msg::Prepare(vote) => earlier(vote.body().sequence)
            .map(|sequence| Msg::Prepare(lie.signer.sign(Prepare { sequence, ..*vote.body() }))),
        Msg::Commit(vote) => earlier(vote.body().sequence)
            .map(|sequence| Msg::Commit(lie.signer.sign(Commit { sequence, ..*vote.body() }))),
        _ => return Corruption::Keep,
    };
    other.map_or(Corruption::Drop, Corruption::Replace)
}

fn wrong_digest(lie: &Lie<'_, Pbft>) -> Corruption<Msg> {
    vote_for(Digest::of(b"proposed by nobody"), lie)
}

fn withhold_commit(lie: &Lie<'_, Pbft>) -> Corruption<Msg> {
    if matches!(lie.msg, Msg::Commit(_)) { Corruption::Drop } else { Corruption::Keep }
}

fn forgetful(lie: &Lie<'_, Pbft>) -> Corruption<Msg> {
    match lie.msg {
        Msg::ViewChange(change) if change.signer() == lie.signer.owner() => {
            let body = ViewChange { prepared: Vec::new(), ..change.body().clone() };
            Corruption::Replace(Msg::ViewChange(Shared::new(lie.signer.sign(body))))
        }
        _ => Corruption::Keep,
    }
}

fn empty_new_view(lie: &Lie<'_, Pbft>) -> Corruption<Msg> {
    match lie.msg {
        Msg::NewView(new) if new.signer() == lie.signer.owner() => {
            let NewView { view, changes, orders } = new.body().clone();
            let orders = orders.iter().map(|p| null_order(view, p.order.body().sequence, lie)).collect();
            let body = NewView { view, changes, orders };
            Corruption::Replace(Msg::NewView(Shared::new(lie.signer.sign(body))))
        }
        _ => Corruption::Keep,
    }
}

fn false_reply(lie: &Lie<'_, Pbft>) -> Corruption<Msg> {
    match lie.msg {
        Msg::Reply(reply) => {
            Corruption::Replace(Msg::Reply(Reply { slot: reply.slot.saturating_add(1), ..*reply }))
        }
        _ => Corruption::Keep,
    }
}
