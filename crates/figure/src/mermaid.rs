//! Events as a Mermaid sequence diagram.
//!
//! Mermaid knows no slanted arrows: a message stands where it arrived, so the order of the lines is the order of events.

use crate::table::kind_name;
use consensus_kernel::{Meta, NodeId};
use consensus_lab::Session;
use consensus_lab::view::{EventView, MessageView, What};
use std::fmt::Write;

/// Beyond so many lines Mermaid gives up.
const LINES_MAX: usize = 400;

/// The events numbered `from .. to`; says so when it has to stop before.
pub fn sequence(session: &dyn Session, from: u64, to: u64) -> String {
    let nodes: Vec<NodeId> = session.nodes().iter().map(|n| n.id).collect();
    let events = session.events(from, to);
    print(session.scenario().meta, &nodes, &events, &|e| session.headline(e))
}

fn print(
    meta: &Meta,
    nodes: &[NodeId],
    events: &[EventView],
    headline: &dyn Fn(&EventView) -> String,
) -> String {
    let mut out = String::from("sequenceDiagram\n");
    let clients = nodes.iter().filter(|n| n.is_client());
    for id in clients.chain(nodes.iter().filter(|n| !n.is_client())) {
        let _ = writeln!(out, "    participant n{id} as {id}");
    }
    let mut lines = 0;
    for event in events {
        if lines >= LINES_MAX {
            let last = nodes.first().copied().unwrap_or(NodeId::replica(0));
            let _ =
                writeln!(out, "    Note over n{last}: cut off at event {} of {}", event.index, events.len());
            break;
        }
        lines += line(&mut out, meta, nodes, event, headline);
    }
    out
}

/// Gives the number of lines written: nothing is said of nodes that merely start.
fn line(
    out: &mut String,
    meta: &Meta,
    nodes: &[NodeId],
    event: &EventView,
    headline: &dyn Fn(&EventView) -> String,
) -> usize {
    let before = out.lines().count();
    match &event.what {
        What::Start => {}
        What::Deliver(m) => {
            arrow(out, meta, m, if is_proposal(meta, m) { "->>" } else { "-->>" }, event.rejected)
        }
        What::Lost(m, why) => arrow(out, meta, m, "-x", Some(why)),
        What::Propose(_) | What::Fire(_) | What::Restart | What::Action(_) | What::Told(_) => {
            let over = match (event.node, nodes) {
                (Some(node), _) => format!("n{node}"),
                (None, [first, .., last]) => format!("n{first},n{last}"),
                (None, [only]) => format!("n{only}"),
                (None, []) => return 0,
            };
            let _ = writeln!(out, "    Note over {over}: {}", escape(&headline(event)));
        }
    }
    if let Some(node) = event.node {
        for (slot, value) in &event.decided {
            let _ = writeln!(
                out,
                "    Note over n{node}: decides {} at {} {slot}",
                escape(&value.to_string()),
                meta.slot
            );
        }
    }
    out.lines().count() - before
}

fn is_proposal(meta: &Meta, m: &MessageView) -> bool {
    meta.kinds.get(m.flight.kind).is_some_and(|k| k.proposal)
}

fn arrow(out: &mut String, meta: &Meta, m: &MessageView, arrow: &str, why: Option<&str>) {
    let flight = &m.flight;
    let kind = kind_name(meta, flight.kind);
    let trouble = why.map(|w| format!(", {w}")).unwrap_or_default();
    let text = escape(&format!("{kind}, {} {}{trouble}", meta.round, flight.round));
    let _ = writeln!(out, "    n{}{arrow}n{}: {text}", flight.from, flight.to);
}

/// Text that Mermaid takes as text: what could end it or start something becomes a character code.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | ';' | ':' | '<' | '>' | '"' | '%' | '{' | '}' | '\\' | '`' | '&' => {
                let _ = write!(out, "#{};", c as u32);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_delivery_is_an_arrow_and_a_loss_a_cross() {
        let nodes = [NodeId::replica(0), NodeId::replica(1), NodeId::client(0)];
        let events = [sample::delivery(0, 0, 1_000, 0, 1), sample::lost(1, 0, 1_000, 1, 0)];
        let text = print(&sample::META, &nodes, &events, &|_| String::new());
        assert_eq!(
            text,
            "sequenceDiagram\n    participant nc0 as c0\n    participant n0 as 0\n    participant n1 as 1\n    \
             n0->>n1: ask, view 0\n    n1-xn0: ask, view 0, the link is cut\n"
        );
    }

    #[test]
    fn text_cannot_break_out_of_a_line() {
        let hostile = escape("a\nparticipant x; # %% :<script>");
        assert!(!hostile.contains(['\n', '<', '%']), "{hostile}");
        assert_eq!(hostile.matches(';').count(), hostile.matches('#').count());
    }

    #[test]
    fn a_long_run_is_cut_off_and_says_so() {
        let nodes = [NodeId::replica(0), NodeId::replica(1)];
        let events: Vec<_> = (0..1_000).map(|i| sample::delivery(i, 0, 1_000, 0, 1)).collect();
        let text = print(&sample::META, &nodes, &events, &|_| String::new());
        assert!(text.lines().count() <= LINES_MAX + 4);
        assert!(text.contains("cut off at event 400 of 1000"));
    }
}
