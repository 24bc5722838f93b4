//! What liars tell: pools believe everybody.

use super::tables::adversary;
use super::{Belief, Msg};
use consensus_kernel::{Corruption, Liar, Lie};

/// The lie at a position of the table.
pub(super) fn liar(strategy: usize) -> Option<Liar<Belief>> {
    match strategy {
        adversary::VETO => Some(veto),
        adversary::TWO_FACED => Some(two_faced),
        adversary::STUBBORN => Some(stubborn),
        _ => None,
    }
}

/// Is certain of this outcome.
fn certain(lie: &Lie<'_, Belief>, of: usize) -> Corruption<Msg> {
    let sure: Vec<f64> = (0..lie.config.outcomes()).map(|k| if k == of { 1.0 } else { 0.0 }).collect();
    Corruption::Replace(Msg { round: lie.msg.round, opinion: lie.config.opinion(lie.node.me, &sure) })
}

fn veto(lie: &Lie<'_, Belief>) -> Corruption<Msg> {
    certain(lie, lie.config.outcomes() - 1)
}

fn two_faced(lie: &Lie<'_, Belief>) -> Corruption<Msg> {
    certain(lie, if lie.to.index().is_multiple_of(2) { 0 } else { lie.config.outcomes() - 1 })
}

fn stubborn(lie: &Lie<'_, Belief>) -> Corruption<Msg> {
    let opinion = lie.config.initial(lie.node.me);
    Corruption::Replace(Msg { round: lie.msg.round, opinion })
}
