//! Events as front ends see them.

use crate::checkpoints::Sim;
use crate::view::{EventView, FlightMark, FlightView, MessageView, What};
use consensus_kernel::inspect::Tree;
use consensus_kernel::{AnyMessage, AnyNode, Automaton, Message};
use consensus_sim::{Cause, MessageFacts, Step};

/// A message as front ends see it.
pub(crate) fn flight_view(facts: &MessageFacts) -> FlightView {
    FlightView {
        from: facts.from,
        to: facts.to,
        kind: facts.kind,
        nth: facts.nth,
        round: facts.round,
        sent: facts.sent,
        due: facts.due,
        cause: facts.cause,
        mark: match () {
            () if facts.forged => FlightMark::Forged,
            () if facts.duplicate => FlightMark::Duplicate,
            () if facts.held => FlightMark::Held,
            () => FlightMark::Plain,
        },
    }
}

/// An event as front ends see it, with what `body` makes of a message's fields.
pub(crate) fn event_view(
    sim: &Sim,
    step: &Step<'_, AnyNode>,
    body: impl Fn(&AnyMessage) -> Tree,
) -> EventView {
    let message_view = |facts: &MessageFacts, msg: &AnyMessage| MessageView {
        flight: flight_view(facts),
        body: body(msg),
        bytes: msg.bytes(),
    };
    let what = match &step.cause {
        Cause::Start => What::Start,
        Cause::Propose(value) => What::Propose(*value),
        Cause::Deliver(facts, msg) => What::Deliver(message_view(facts, msg)),
        Cause::Lost(facts, msg, why) => What::Lost(message_view(facts, msg), why),
        Cause::Fire(timer) => What::Fire(AnyNode::timer_name(sim.config(), *timer)),
        Cause::Action(index) => What::Action(*index),
        Cause::Restart => What::Restart,
        Cause::Told(index) => What::Told(*index),
    };
    EventView {
        index: step.event,
        at: step.at,
        node: step.node,
        second: step.second,
        what,
        cites: step.cites.to_vec(),
        rejected: step.rejected,
        decided: step.decided.to_vec(),
        sent: step.sent.to_vec(),
    }
}
