//! Captured executives and workers who work together.

use super::tables::{OPTIONS, adversary};
use super::{Hierarchical, Msg, Timer, target};
use consensus_kernel::{Corruption, Cx, Input, Liar, Lie, Misstep, Value};

/// What those who work together are after.
const CAUSE: Value = OPTIONS[OPTIONS.len() - 1];

/// The lie at a position of the table.
pub(super) fn liar(strategy: usize) -> Option<Liar<Hierarchical>> {
    match strategy {
        adversary::CAPTURED => Some(captured),
        adversary::TWO_FACED => Some(two_faced),
        adversary::GAG => Some(gag),
        _ => None,
    }
}

/// The misbehaviour at a position of the table.
pub(super) fn misstep(strategy: usize) -> Option<Misstep<Hierarchical>> {
    match strategy {
        adversary::COLLUDE => Some(collude),
        adversary::VETO => Some(veto),
        _ => None,
    }
}

fn captured(lie: &Lie<'_, Hierarchical>) -> Corruption<Msg> {
    match lie.msg {
        // The last option that no supervisor recommended.
        Msg::Decision(_) => {
            let unwanted = OPTIONS.into_iter().rev().find(|option| lie.node.heard.count(*option) == 0);
            Corruption::Replace(Msg::Decision(unwanted.unwrap_or(CAUSE)))
        }
        _ => Corruption::Keep,
    }
}

fn two_faced(lie: &Lie<'_, Hierarchical>) -> Corruption<Msg> {
    if lie.to.index().is_multiple_of(2) { captured(lie) } else { Corruption::Keep }
}

fn gag(lie: &Lie<'_, Hierarchical>) -> Corruption<Msg> {
    match lie.msg {
        Msg::Report(_) => Corruption::Drop,
        _ => Corruption::Keep,
    }
}

fn collude(node: &mut Hierarchical, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Hierarchical>) {
    node.own = CAUSE;
    consensus_kernel::Protocol::step(node, input, cx);
}

fn veto(node: &mut Hierarchical, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Hierarchical>) {
    let from = match input {
        Input::Deliver { from, msg: Msg::Decision(_) } => Some(from),
        _ => None,
    };
    let knew = node.decision.is_some();
    consensus_kernel::Protocol::step(node, input, cx);
    if let Some(from) = from
        && !knew
        && node.decision.is_some()
        && !node.objects
    {
        node.objects = true;
        let to = if from == super::EXECUTIVE { target(cx) } else { from };
        cx.send(to, Msg::Objection);
    }
}
