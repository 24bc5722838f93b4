//! Properties as they stand at a moment.

use crate::checkpoints::Moment;
use crate::view::{DecisionView, End, PropertyView, Status};
use consensus_check::{AGREEMENT, INTEGRITY, TERMINATION, Termination, VALIDITY, Verdicts, Violation};
use consensus_kernel::{
    AgreementScope, AnyNode, Automaton, Givers, Inputs, NodeId, Promise, Slot, Validity, Value,
};
use consensus_sim::Decision;

/// All properties at this moment. `over`: why the run is over, if this is its last moment.
pub(crate) fn views(
    moment: &Moment,
    verdicts: &Verdicts,
    decisions: &[Decision],
    over: Option<End>,
) -> Vec<PropertyView> {
    let (here, meta) = (moment.sim.events(), moment.sim.scenario().meta);
    let safety = |name: &'static str, says: &'static str, place: &'static str| {
        let violation = verdicts.violations().iter().find(|v| v.property == name && v.event < here);
        safety_view(moment, name, says, place, violation, decisions)
    };
    // An invariant holds not because something was decided, but because no step that could break it has.
    let own = |promise: &Promise| {
        let mut view = safety(promise.name, promise.says, promise.place);
        if view.status == Status::Holds {
            let rules: Vec<_> = promise.on.iter().map(|rule| meta.rules[usize::from(*rule)].id()).collect();
            view.reason = format!("checked after each step by {}", rules.join(", "));
        }
        view
    };
    let agreement = match meta.claims.agreement {
        AgreementScope::Uniform => {
            "No two nodes ever decide differently at the same place, not even one that crashes."
        }
        AgreementScope::Correct => "No two correct nodes decide differently at the same place.",
    };
    let validity = match (meta.inputs, meta.claims.validity) {
        (Inputs::Requests, _) => "Only what a client asked for is decided.",
        (Inputs::Given { by: Givers::Nobody, .. }, _) => {
            "Only something of the sort that is asked for is decided."
        }
        (_, Validity::Proposed) => "Only what some node began with is decided.",
        (_, Validity::Unanimous) => {
            "If all correct nodes that begin with a value begin with the same one, only that is decided."
        }
    };
    let mut views = vec![
        safety(AGREEMENT, agreement, "the consensus problem"),
        safety(VALIDITY, validity, "the consensus problem"),
        safety(
            INTEGRITY,
            "No correct node decides a place twice, and no client takes a reply that it has not asked for.",
            "the consensus problem",
        ),
        termination(moment, over),
    ];
    views.extend(AnyNode::promises(moment.sim.config()).iter().map(own));
    views
}

fn safety_view(
    moment: &Moment,
    name: &'static str,
    says: &'static str,
    place: &'static str,
    violation: Option<&Violation>,
    decisions: &[Decision],
) -> PropertyView {
    let (status, reason) = match violation {
        Some(v) => (Status::Violated, v.reason.clone()),
        None => match moment.tracker.decisions() {
            // Where clients decide before replicas do.
            0 if moment.tracker.answered() > 0 => {
                (Status::Holds, format!("{} replies accepted so far", moment.tracker.answered()))
            }
            0 => (Status::Holds, "nothing has been decided yet".to_owned()),
            1 => (Status::Holds, "one decision so far".to_owned()),
            k => (Status::Holds, format!("{k} decisions so far")),
        },
    };
    let find = |node: NodeId, slot: Slot, value: Value| {
        let d = decisions.iter().find(|d| d.node == node && d.slot == slot && d.value == value)?;
        Some(DecisionView { node, slot, value, since: d.since, at: d.at, event: d.event, delays: d.delays })
    };
    let conflict = violation
        .and_then(|v| v.conflict)
        .and_then(|(a, first, b, second, slot)| Some((find(a, slot, first)?, find(b, slot, second)?)));
    PropertyView {
        name,
        kind: "safety",
        says,
        place,
        status,
        event: violation.map(|v| v.event),
        at: violation.map(|v| v.at),
        reason,
        conflict,
    }
}

/// Whether everybody has decided, or has had the time for it.
pub(crate) fn termination(moment: &Moment, over: Option<End>) -> PropertyView {
    let sim = &moment.sim;
    let (mut status, mut reason) = match moment.tracker.termination(sim) {
        Termination::Reached => {
            let reason = match sim.scenario().meta.inputs {
                Inputs::Requests => "every request is answered and every correct node knows it",
                Inputs::Given { .. } => "every correct node has decided",
            };
            (Status::Holds, reason.to_owned())
        }
        Termination::Missing(what) | Termination::Asks(what) => (Status::Pending, what),
    };
    // Who waits for the visitor breaks no promise.
    let asks = matches!(moment.tracker.termination(sim), Termination::Asks(_));
    let late = sim.scenario().deadline.is_some_and(|deadline| sim.now() >= deadline);
    let promised = sim.scenario().meta.claims.termination;
    let demanded = promised.is_some() || sim.scenario().deadline.is_some();
    if status == Status::Pending && !asks && (late || over == Some(End::Quiescent)) {
        // What nobody promised is missed only where the scenario itself demands it.
        if demanded {
            status = Status::Violated;
        }
        reason = match late {
            true => format!("the deadline has passed: {reason}"),
            false => format!("nothing can happen any more: {reason}"),
        };
    }
    let violated = status == Status::Violated;
    let says = match sim.scenario().deadline {
        Some(_) if promised.is_none() => {
            "The scenario demands a decision by its deadline; the protocol promises none."
        }
        _ => promised.unwrap_or("This protocol does not promise to decide."),
    };
    PropertyView {
        name: TERMINATION,
        kind: "liveness",
        says,
        place: "the consensus problem",
        status,
        event: violated.then(|| sim.events()),
        at: violated.then(|| sim.now()),
        reason,
        conflict: None,
    }
}
