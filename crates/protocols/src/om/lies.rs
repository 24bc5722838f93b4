//! What traitors say instead. Each is asked message by message; those that work together follow the same rule.

use super::tables::adversary;
use super::{Msg, Om, Order};
use consensus_kernel::{Corruption, Liar, Lie, NodeId};

/// The lie at a position of the table.
pub(super) fn liar(strategy: usize) -> Option<Liar<Om>> {
    match strategy {
        adversary::OPPOSITE => Some(opposite),
        adversary::TWO_FACED => Some(two_faced),
        adversary::SPLIT => Some(split),
        adversary::LAST_ROUND => Some(last_round),
        adversary::IMPERSONATE => Some(impersonate),
        _ => None,
    }
}

fn say(order: Order, lie: &Lie<'_, Om>) -> Corruption<Msg> {
    if order == lie.msg.order { Corruption::Keep } else { Corruption::Replace(Msg { order, ..*lie.msg }) }
}

fn is_even(id: NodeId) -> bool {
    id.index().is_multiple_of(2)
}

fn opposite(lie: &Lie<'_, Om>) -> Corruption<Msg> {
    say(lie.msg.order.opposite(), lie)
}

fn two_faced(lie: &Lie<'_, Om>) -> Corruption<Msg> {
    if is_even(lie.to) { opposite(lie) } else { Corruption::Keep }
}

/// Whatever they heard, even-numbered generals are to retreat and odd-numbered ones to attack.
fn split(lie: &Lie<'_, Om>) -> Corruption<Msg> {
    say(if is_even(lie.to) { Order::Retreat } else { Order::Attack }, lie)
}

fn last_round(lie: &Lie<'_, Om>) -> Corruption<Msg> {
    if lie.msg.path.len() as u32 == lie.config.plan.rounds { two_faced(lie) } else { Corruption::Keep }
}

/// The opposite, as if another had passed it on.
fn impersonate(lie: &Lie<'_, Om>) -> Corruption<Msg> {
    let Some(before) = lie.msg.path.before() else { return Corruption::Keep };
    let mut others = lie.config.plan.lieutenants().filter(|id| *id != lie.to && !lie.msg.path.contains(*id));
    match others.next_back() {
        Some(other) => Corruption::Replace(Msg { path: before.then(other), order: lie.msg.order.opposite() }),
        None => Corruption::Keep,
    }
}
