//! What traitors do with signed messages. They sign in their own names only, but they know each other, keep chains to
//! themselves, and show them when it suits them.

use super::tables::adversary;
use super::{Chain, Claim, Msg, Order, Sm, Text};
use crate::generals::COMMANDER;
use consensus_kernel::{Corruption, Liar, Lie, NodeId};

/// The lie at a position of the table.
pub(super) fn liar(strategy: usize) -> Option<Liar<Sm>> {
    match strategy {
        adversary::TWO_FACED => Some(two_faced),
        adversary::WITHHOLD => Some(withhold),
        adversary::SIGN_AGAIN => Some(sign_again),
        adversary::FORGE => Some(forge),
        _ => None,
    }
}

fn commands(lie: &Lie<'_, Sm>) -> bool {
    lie.signer.owner() == COMMANDER
}

/// What the commander signs instead.
fn other_order(lie: &Lie<'_, Sm>) -> Chain {
    Chain::new(lie.signer.sign(Text::Own(lie.msg.order().opposite())))
}

fn two_faced(lie: &Lie<'_, Sm>) -> Corruption<Msg> {
    match (lie.to.index().is_multiple_of(2), commands(lie)) {
        (false, _) => Corruption::Keep,
        (true, true) => Corruption::Replace(Msg::Signed(other_order(lie))),
        (true, false) => Corruption::Drop,
    }
}

fn withhold(lie: &Lie<'_, Sm>) -> Corruption<Msg> {
    conspire(lie, false)
}

fn sign_again(lie: &Lie<'_, Sm>) -> Corruption<Msg> {
    conspire(lie, true)
}

/// The commander signs a second order for the first traitor among the lieutenants alone; the traitors pass it on among
/// themselves, each to the next, and the last one shows it to a single loyal lieutenant, in the last round.
fn conspire(lie: &Lie<'_, Sm>, sign_again: bool) -> Corruption<Msg> {
    let me = lie.signer.owner();
    let Msg::Signed(honest) = lie.msg else { return Corruption::Keep };
    let chain = if commands(lie) { other_order(lie) } else { honest.clone() };
    if !chain.signers().iter().all(|name| lie.fellows.contains(*name)) {
        return Corruption::Keep;
    }
    let loyal = |id: &NodeId| !lie.fellows.contains(*id);
    let next = lie.fellows.iter().find(|id| *id > me);
    let victim = lie.config.lieutenants().find(loyal);
    if next == Some(lie.to) {
        return Corruption::Replace(Msg::Signed(chain));
    }
    if next.is_none() && victim == Some(lie.to) {
        return show_at_last(lie, chain, sign_again);
    }
    // To the others the commander says what he would say anyway.
    if commands(lie) { Corruption::Keep } else { Corruption::Drop }
}

/// Shows a chain in the last round, perhaps with as many signatures as that round demands.
fn show_at_last(lie: &Lie<'_, Sm>, mut chain: Chain, sign_again: bool) -> Corruption<Msg> {
    let rounds = lie.config.rounds;
    while sign_again && (chain.signers().len() as u32) < rounds {
        chain = Chain::new(lie.signer.sign(Text::Message(chain)));
    }
    let rounds_left = rounds.saturating_sub(lie.node.round);
    Corruption::Late(Msg::Signed(chain), lie.config.span().times(rounds_left.into()))
}

/// The opposite, with the same names and no signatures.
fn forge(lie: &Lie<'_, Sm>) -> Corruption<Msg> {
    if commands(lie) {
        return Corruption::Keep;
    }
    let order: Order = lie.msg.order().opposite();
    Corruption::Replace(Msg::Claimed(Claim { order, names: lie.msg.names() }))
}
