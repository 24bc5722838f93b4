//! An event in words: from what happened and the rules it cited.

use crate::checkpoints::Sim;
use crate::run::in_prose;
use crate::view::{EventView, Explanation, FlightView, Stake, What};
use consensus_kernel::{Meta, Rule};
use consensus_scenario::{Action, Fate, Scenario, describe_action};

/// What an event came to, in a line.
pub(crate) fn headline(scenario: &Scenario, event: &EventView) -> String {
    // The last rule of a step is what it came to.
    match (event.node, rules(scenario, event).last()) {
        (Some(node), Some(rule)) => format!("{} {}", capital(&in_prose(node)), rule.what()),
        _ => capital(&happened(scenario, event)),
    }
}

fn rules(scenario: &Scenario, event: &EventView) -> Vec<Rule> {
    event.cites.iter().filter_map(|r| scenario.meta.rules.get(*r as usize)).copied().collect()
}

/// Explains an event. `changed`: what it changed at its node, if that is known.
pub(crate) fn explain(
    sim: &Sim,
    event: &EventView,
    changed: Option<String>,
    stake: Option<Stake>,
) -> Explanation {
    let scenario = sim.scenario();
    let meta = scenario.meta;
    let rules = rules(scenario, event);
    let mut detail = Vec::new();
    if !rules.is_empty() {
        detail.push(format!("{}.", capital(&happened(scenario, event))));
    }
    if let Some(why) = event.rejected {
        // A client that has its answer is no judge of those that come late.
        detail.push(match is_late(scenario, event) {
            true => format!("It is passed over: {why}."),
            false => format!("It was refused: {why}."),
        });
    }
    for (slot, value) in &event.decided {
        let who = event.node.map_or_else(|| "it".to_owned(), in_prose);
        let place = if *slot == 0 { String::new() } else { format!(" at {} {slot}", meta.slot) };
        detail.push(format!("{} decided {value}{place}.", capital(&who)));
    }
    let action = match event.what {
        What::Action(i) => scenario.script.get(i).map(|t| &t.action),
        _ => None,
    };
    match (&event.what, action, changed) {
        (_, Some(action), _) => detail.push(meaning(action).to_owned()),
        (What::Lost(m, _), ..) => {
            detail.push(format!("{} does not get it.", capital(&in_prose(m.flight.to))))
        }
        (_, _, Some(changed)) if rules.is_empty() => detail.push(changed),
        _ => {}
    }
    detail.push(sent(meta, event));
    detail.retain(|sentence| !sentence.is_empty());
    if rules.is_empty() && detail.is_empty() {
        detail.push("Nothing changed.".to_owned());
    }
    let stake = stake.filter(|_| rules.is_empty());
    Explanation { headline: headline(scenario, event), detail: detail.join(" "), rules, stake }
}

/// Whether it is but an answer of an honest node of which its client has no more need.
pub fn is_late(scenario: &Scenario, event: &EventView) -> bool {
    let What::Deliver(m) = &event.what else { return false };
    let lies = scenario.byzantine.iter().any(|b| b.node == m.flight.from);
    event.rejected.is_some() && m.flight.to.is_client() && !lies
}

/// Which of the latest events, oldest first, tells most while time passes: a decision or an action may stay a little longer
/// than a rule, and a rule longer than what nobody has a name for, but nothing stays once a dozen others came.
pub fn telling(events: &[EventView]) -> Option<u64> {
    let worth = |e: &EventView| match e.what {
        _ if !e.decided.is_empty() => 10,
        What::Action(_) => 10,
        _ if !e.cites.is_empty() => 6,
        _ => 0,
    };
    events.iter().max_by_key(|e| e.index + worth(e)).map(|e| e.index)
}

/// What an action means for those that it befalls.
fn meaning(action: &Action) -> &'static str {
    match action {
        Action::Crash(_) => "From now on it neither hears nor says anything.",
        Action::Restart(_) => "It comes back with what is on its disk.",
        Action::Amnesia(_) => "It comes back and knows nothing of what it has promised.",
        Action::Pause(_) => "It stands still, and what reaches it waits.",
        Action::Resume(_) => "It goes on with what has waited for it.",
        Action::Partition(_) => "Each hears only those of its own group; all in no group form one more.",
        Action::Block(..) => "What is sent that way is lost.",
        Action::Cut(..) => "Neither hears the other.",
        Action::Mend(..) | Action::Heal => "What is sent from now on gets through again.",
        Action::Loss(loss) if loss.is_zero() => "Chance loses nothing any more.",
        Action::Loss(_) => "Chance chooses which.",
        Action::Latency(_) => "What is under way already comes as it would have come.",
        Action::Propose(_) => "Its request follows.",
        Action::Fire(..) => "Its time is over, whatever its clock says.",
        Action::Command(..) => "What it does follows.",
        Action::Message(_, Fate::Drop) => "It never arrives.",
        Action::Message(_, Fate::Deliver) => "It arrives before all others.",
        Action::Message(_, Fate::Delay(_)) => "It comes later than by itself.",
        Action::Message(_, Fate::Duplicate) => "It arrives twice.",
    }
}

/// The text with a capital letter, to begin a sentence or a label.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| std::iter::once(first.to_ascii_uppercase()).chain(chars).collect())
}

fn message(meta: &Meta, flight: &FlightView) -> String {
    let kind = meta.kinds.get(flight.kind).map_or("message", |k| k.name);
    format!("the {kind} from {} to {}", in_prose(flight.from), in_prose(flight.to))
}

fn happened(scenario: &Scenario, event: &EventView) -> String {
    let who = event.node.map_or_else(String::new, in_prose);
    match &event.what {
        What::Start => format!("{who} starts"),
        What::Restart => format!("{who} comes back"),
        What::Propose(value) => format!("{who} is asked to get {value} agreed on"),
        What::Deliver(m) => format!("{} arrived", message(scenario.meta, &m.flight)),
        What::Lost(m, why) => format!("{} is lost: {why}", message(scenario.meta, &m.flight)),
        What::Fire(timer) => format!("the {timer} timer of {who} ran out"),
        What::Action(i) | What::Told(i) => scenario.script.get(*i).map_or_else(
            || "something was done by hand".to_owned(),
            |t| describe_action(scenario.meta, &t.action),
        ),
    }
}

fn sent(meta: &Meta, event: &EventView) -> String {
    let parts: Vec<String> = event
        .sent
        .iter()
        .filter(|(_, receivers)| *receivers > 0)
        .map(|(kind, receivers)| {
            let name = meta.kinds.get(*kind).map_or("message", |k| k.name);
            let nodes = if *receivers == 1 { "node" } else { "nodes" };
            format!("{name} to {receivers} {nodes}")
        })
        .collect();
    if parts.is_empty() { String::new() } else { format!("Sent: {}.", parts.join(", ")) }
}
