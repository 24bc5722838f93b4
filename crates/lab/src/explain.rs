//! An event in words: from what happened and the rules it cited.

use crate::run::in_prose;
use crate::view::{EventView, Explanation, FlightView, What};
use consensus_kernel::Meta;
use consensus_scenario::{Scenario, describe_action};

/// Explains an event.
pub(crate) fn explain(scenario: &Scenario, event: &EventView) -> Explanation {
    let meta = scenario.meta;
    let rules: Vec<_> = event.cites.iter().filter_map(|r| meta.rules.get(*r as usize)).copied().collect();
    let who = event.node.map(in_prose);
    // The last rule of a step is what it came to.
    let headline = match (&who, rules.last()) {
        (Some(who), Some(rule)) => format!("{} {}", capital(who), rule.what()),
        _ => capital(&happened(scenario, event)),
    };
    let mut detail = Vec::new();
    if !rules.is_empty() {
        detail.push(format!("{}.", capital(&happened(scenario, event))));
    }
    if let Some(why) = event.rejected {
        detail.push(format!("It was refused: {why}."));
    }
    for (slot, value) in &event.decided {
        let who = who.as_deref().unwrap_or("It");
        let place = if *slot == 0 { String::new() } else { format!(" at {} {slot}", meta.slot) };
        detail.push(format!("{} decided {value}{place}.", capital(who)));
    }
    let sent = sent(meta, event);
    if !sent.is_empty() {
        detail.push(sent);
    }
    if rules.is_empty() && detail.is_empty() {
        detail.push("Nothing changed.".to_owned());
    }
    Explanation { headline, detail: detail.join(" "), rules }
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
