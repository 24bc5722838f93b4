//! What lying agents do. They sign in their own names only, but they know each other, keep answers to themselves, and show
//! them when it suits them.

use super::tables::adversary;
use super::{Ballot, Chain, Msg, Question, Ruling, Weighted, answer, ballots};
use crate::chain::Text;
use crate::weighted::COORDINATOR;
use crate::weighted::texts::Said;
use consensus_kernel::{Corruption, Liar, Lie, NodeId, Value};

/// The lie at a position of the table.
pub(super) fn liar(strategy: usize) -> Option<Liar<Weighted>> {
    match strategy {
        adversary::TWO_FACED => Some(two_faced),
        adversary::WITHHOLD => Some(withhold),
        adversary::SIGN_AGAIN => Some(sign_again),
        adversary::COLLUDE => Some(collude),
        adversary::USURP => Some(usurp),
        adversary::PRESENT => Some(present),
        _ => None,
    }
}

/// A message in which it says this instead.
fn instead(lie: &Lie<'_, Weighted>, said: Said) -> Msg {
    Msg::Answers(vec![Chain::new(lie.signer.sign(Text::Own(answer(said))))])
}

/// Whether it is its own answer that it sends.
fn is_own(msg: &Msg) -> bool {
    matches!(msg, Msg::Answers(chains) if chains.len() == 1 && chains[0].signers().len() == 1
        && chains[0].value().to == Question::Put)
}

fn two_faced(lie: &Lie<'_, Weighted>) -> Corruption<Msg> {
    if !lie.to.index().is_multiple_of(2) {
        return Corruption::Keep;
    }
    match lie.msg {
        Msg::Ask(_) => Corruption::Keep,
        Msg::Answers(_) if is_own(lie.msg) => {
            Corruption::Replace(instead(lie, lie.config.other(lie.signer.owner())))
        }
        Msg::Answers(_) => Corruption::Drop,
        Msg::Result { answers, .. } => {
            let winners = Ruling::of(lie.config, &ballots(lie.config, answers)).clusters;
            let heaviest = |chain: &&Chain| match winners.first() {
                Some(first) => !first.members.contains(&chain.source()),
                None => true,
            };
            let left: Vec<Chain> = answers.iter().filter(heaviest).cloned().collect();
            let claim = Ruling::of(lie.config, &ballots(lie.config, &left)).value;
            Corruption::Replace(Msg::Result { claim, answers: left })
        }
    }
}

fn withhold(lie: &Lie<'_, Weighted>) -> Corruption<Msg> {
    conspire(lie, false)
}

fn sign_again(lie: &Lie<'_, Weighted>) -> Corruption<Msg> {
    conspire(lie, true)
}

/// The first liar signs a second answer for the next liar alone; they pass it on among themselves, each to the next, and the
/// last one shows it to a single correct agent, in the last round.
fn conspire(lie: &Lie<'_, Weighted>, sign_again: bool) -> Corruption<Msg> {
    let me = lie.signer.owner();
    let first = lie.fellows.iter().next();
    let Msg::Answers(chains) = lie.msg else { return Corruption::Keep };
    let is_secret = |chain: &&Chain| {
        let names = chain.signers();
        names.first() == first.as_ref() && names.iter().all(|name| lie.fellows.contains(*name))
    };
    let secret = match chains.iter().find(is_secret) {
        Some(own) if own.signers().len() == 1 => {
            Chain::new(lie.signer.sign(Text::Own(answer(lie.config.other(me)))))
        }
        Some(passed_on) => passed_on.clone(),
        None => return Corruption::Keep,
    };
    let next = lie.fellows.iter().find(|id| *id > me);
    let victim = (0..lie.config.n).map(NodeId::replica).find(|id| !lie.fellows.contains(*id));
    let others = || chains.iter().filter(|chain| !is_secret(chain)).cloned();
    if next == Some(lie.to) {
        return Corruption::Replace(Msg::Answers([secret].into_iter().chain(others()).collect()));
    }
    if next.is_none() && victim == Some(lie.to) {
        return show_at_last(lie, secret, sign_again);
    }
    // To the others the first one says what it would say anyway.
    if Some(me) == first { Corruption::Keep } else { Corruption::Replace(Msg::Answers(others().collect())) }
}

/// Shows an answer in the last round, perhaps with as many signatures as that round demands.
fn show_at_last(lie: &Lie<'_, Weighted>, mut chain: Chain, sign_again: bool) -> Corruption<Msg> {
    let rounds = lie.config.rounds;
    while sign_again && (chain.signers().len() as u32) < rounds {
        chain = Chain::new(lie.signer.sign(Text::Message(chain)));
    }
    let rounds_left = rounds.saturating_sub(lie.node.round);
    Corruption::Late(Msg::Answers(vec![chain]), lie.config.span().times(rounds_left.into()))
}

fn collude(lie: &Lie<'_, Weighted>) -> Corruption<Msg> {
    match lie.fellows.iter().next() {
        Some(first) if is_own(lie.msg) => {
            Corruption::Replace(instead(lie, lie.config.answers[first.index()].clone()))
        }
        _ => Corruption::Keep,
    }
}

fn usurp(lie: &Lie<'_, Weighted>) -> Corruption<Msg> {
    match lie.msg {
        Msg::Result { answers, .. } => {
            let claim = Value::answer(COORDINATOR.index());
            Corruption::Replace(Msg::Result { claim, answers: answers.clone() })
        }
        _ => Corruption::Keep,
    }
}

fn present(lie: &Lie<'_, Weighted>) -> Corruption<Msg> {
    let roll = &lie.node.roll;
    match lie.msg {
        Msg::Result { .. } if !roll.is_empty() => {
            let ballot = |chain: &Chain| Ballot { agent: chain.source(), said: chain.value().said.clone() };
            let ballots: Vec<Ballot> = roll.iter().map(ballot).collect();
            let claim = Ruling::of(lie.config, &ballots).value;
            Corruption::Replace(Msg::Result { claim, answers: roll.clone() })
        }
        _ => Corruption::Keep,
    }
}
