//! Lies that Ben-Or's second protocol must bear.

use super::tables::adversary;
use super::{BenOr, Choice, Msg};
use consensus_kernel::{Corruption, Liar, Lie};

/// The lie at a position of the table.
pub(super) fn liar(strategy: usize) -> Option<Liar<BenOr>> {
    match strategy {
        adversary::TWO_FACED => Some(two_faced),
        adversary::CONTRARY => Some(contrary),
        adversary::UNDECIDED => Some(undecided),
        adversary::FALSE_DECIDE => Some(false_decide),
        _ => None,
    }
}

fn naming(msg: &Msg, choice: Choice) -> Corruption<Msg> {
    Corruption::Replace(match *msg {
        Msg::Report { round, .. } => Msg::Report { round, choice },
        Msg::Proposal { round, .. } => Msg::Proposal { round, choice },
        Msg::Decide { round, .. } => Msg::Decide { round, choice },
    })
}

fn two_faced(lie: &Lie<'_, BenOr>) -> Corruption<Msg> {
    naming(lie.msg, Choice::VALUES[lie.to.index() % 2])
}

fn contrary(lie: &Lie<'_, BenOr>) -> Corruption<Msg> {
    naming(lie.msg, Choice::of(lie.node.x).other())
}

fn undecided(lie: &Lie<'_, BenOr>) -> Corruption<Msg> {
    match lie.msg {
        Msg::Proposal { .. } => naming(lie.msg, Choice::Open),
        _ => Corruption::Keep,
    }
}

fn false_decide(lie: &Lie<'_, BenOr>) -> Corruption<Msg> {
    match *lie.msg {
        Msg::Report { round, choice } if lie.config.announce => {
            Corruption::Replace(Msg::Decide { round, choice: choice.other() })
        }
        _ => contrary(lie),
    }
}
