//! Events as lines of text and as a table for spreadsheets.

use consensus_kernel::inspect::Tree;
use consensus_kernel::{Meta, Time};
use consensus_lab::Session;
use consensus_lab::paste::quoted;
use consensus_lab::view::{EventView, MessageView, What};

/// A time in milliseconds: "412.6 ms".
pub fn clock(at: Time) -> String {
    let tenths = at.0 / 100;
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

/// The events numbered `from .. to`, a line each: number, time, what happened, what came of it.
pub fn text(session: &dyn Session, from: u64, to: u64) -> String {
    let meta = session.scenario().meta;
    let line = |e: &EventView| text_line(e, meta, &session.headline(e));
    session.events(from, to).iter().map(line).collect()
}

/// The events numbered `from .. to` as comma-separated values with a header.
pub fn csv(session: &dyn Session, from: u64, to: u64) -> String {
    let meta = session.scenario().meta;
    let mut out = row(&CSV_HEADER.map(str::to_owned));
    for event in session.events(from, to) {
        out.push_str(&row(&csv_cells(&event, meta, &session.headline(&event))));
    }
    out
}

/// The events numbered `from .. to` as JSON, with the scenario's file, from which the run can be had again.
pub fn json(session: &dyn Session, scenario: &str, from: u64, to: u64) -> String {
    let events = json_events(session, from, to);
    format!("{{\"scenario\":{},\n\"events\":[\n{events}\n]}}\n", quoted(scenario))
}

/// The events numbered `from .. to` as objects with commas between: columns as in [`csv`], and beside them the fields of
/// the message.
pub fn json_events(session: &dyn Session, from: u64, to: u64) -> String {
    let meta = session.scenario().meta;
    let mut out = String::new();
    for (i, event) in session.events(from, to).iter().enumerate() {
        out.push_str(if i == 0 { "{" } else { ",\n{" });
        let cells = csv_cells(event, meta, &session.headline(event));
        for (name, cell) in CSV_HEADER.iter().zip(cells) {
            let value = match cell.is_empty() {
                true => "null".to_owned(),
                false if NUMBERS.contains(name) => cell,
                false => quoted(&cell),
            };
            out.push_str(&format!("\"{name}\":{value},"));
        }
        out.push_str("\"fields\":");
        match &event.what {
            What::Deliver(m) | What::Lost(m, _) => tree_json(&mut out, &m.body),
            _ => out.push_str("null"),
        }
        out.push('}');
    }
    out
}

/// Columns that are numbers in JSON, too.
const NUMBERS: [&str; 4] = ["event", "time_us", "sent_us", "round"];

fn tree_json(out: &mut String, tree: &Tree) {
    match tree {
        Tree::None => out.push_str("null"),
        Tree::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
        Tree::Int(x) if i64::try_from(*x).is_ok() || u64::try_from(*x).is_ok() => {
            out.push_str(&tree.to_string());
        }
        Tree::Int(_) => out.push_str(&quoted(&tree.to_string())),
        Tree::Text(text) => out.push_str(&quoted(text)),
        Tree::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                tree_json(out, item);
            }
            out.push(']');
        }
        Tree::Map(parts) => {
            out.push('{');
            for (i, (name, part)) in parts.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                out.push_str(&quoted(name));
                out.push(':');
                tree_json(out, part);
            }
            out.push('}');
        }
    }
}

const CSV_HEADER: [&str; 13] = [
    "event", "time_us", "node", "what", "kind", "from", "to", "sent_us", "round", "rules", "decided", "sent",
    "headline",
];

fn text_line(event: &EventView, meta: &Meta, headline: &str) -> String {
    let mut line = format!("{:>6}  {:>12}  {headline}", event.index, clock(event.at));
    for part in [rules(event, meta), sent(event, meta), decided(event)] {
        if !part.is_empty() {
            line.push_str("  · ");
            line.push_str(&part);
        }
    }
    if let Some(why) = event.rejected {
        line.push_str("  · refused: ");
        line.push_str(why);
    }
    line.push('\n');
    line
}

fn csv_cells(event: &EventView, meta: &Meta, headline: &str) -> [String; 13] {
    let message: Option<&MessageView> = match &event.what {
        What::Deliver(m) | What::Lost(m, _) => Some(m),
        _ => None,
    };
    let of = |f: &dyn Fn(&MessageView) -> String| message.map(f).unwrap_or_default();
    [
        event.index.to_string(),
        event.at.0.to_string(),
        event.node.map(|n| n.to_string()).unwrap_or_default(),
        word(event).to_owned(),
        of(&|m| kind_name(meta, m.flight.kind).to_owned()),
        of(&|m| m.flight.from.to_string()),
        of(&|m| m.flight.to.to_string()),
        of(&|m| m.flight.sent.0.to_string()),
        of(&|m| m.flight.round.to_string()),
        rules(event, meta),
        decided(event),
        sent(event, meta),
        headline.to_owned(),
    ]
}

fn word(event: &EventView) -> &'static str {
    match (&event.what, event.rejected) {
        (What::Deliver(_), Some(_)) => "refuse",
        (What::Deliver(_), None) => "deliver",
        (What::Start, _) => "start",
        (What::Propose(_), _) => "propose",
        (What::Lost(..), _) => "lost",
        (What::Fire(_), _) => "timer",
        (What::Action(_), _) => "action",
        (What::Restart, _) => "restart",
        (What::Told(_), _) => "command",
    }
}

/// The name of a kind of message.
pub(crate) fn kind_name(meta: &Meta, kind: usize) -> &'static str {
    meta.kinds.get(kind).map_or("message", |k| k.name)
}

fn rules(event: &EventView, meta: &Meta) -> String {
    let places = event.cites.iter().filter_map(|&r| meta.rules.get(r as usize)).map(|r| r.id());
    places.collect::<Vec<_>>().join(" ")
}

fn sent(event: &EventView, meta: &Meta) -> String {
    let one = |&(kind, count): &(usize, usize)| format!("{count} × {}", kind_name(meta, kind));
    event.sent.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn decided(event: &EventView) -> String {
    let one = |(slot, value): &(u64, _)| format!("{slot}: {value}");
    event.decided.iter().map(one).collect::<Vec<_>>().join(", ")
}

pub(crate) fn row(cells: &[String]) -> String {
    let mut line = cells.iter().map(|c| csv_cell(c)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// A cell that a spreadsheet takes as text: what it would run as a formula begins with an apostrophe.
pub fn csv_cell(text: &str) -> String {
    let guarded =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

/// A time on an axis with a line at each `step` up to `to_us`, in the unit that reads best for all of them: "5 ms", "2.5 s".
pub fn on_axis(us: u64, step: u64, to_us: f64) -> String {
    match step {
        step if to_us >= 1e6 && step % 100_000 == 0 => decimal(us / 100_000, "s"),
        step if step % 100 == 0 => decimal(us / 100, "ms"),
        _ => format!("{us} µs"),
    }
}

fn decimal(tenths: u64, unit: &str) -> String {
    if tenths.is_multiple_of(10) {
        format!("{} {unit}", tenths / 10)
    } else {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_cell_never_runs_as_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"] {
            assert!(csv_cell(bad).trim_start_matches('"').starts_with('\''), "{bad:?}");
        }
        assert_eq!(csv_cell("x←1"), "x←1");
    }

    #[test]
    fn fields_are_json_whatever_stands_in_them() {
        let parts = vec![
            ("a \"b\"".to_owned(), Tree::List(vec![Tree::Int(-3), Tree::None, Tree::Bool(true)])),
            ("c".to_owned(), Tree::Text("</script>\n".to_owned())),
        ];
        let mut out = String::new();
        tree_json(&mut out, &Tree::Map(parts));
        assert_eq!(out, r#"{"a \"b\"":[-3,null,true],"c":"</script>\n"}"#);
    }

    #[test]
    fn a_cell_with_separators_is_quoted() {
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    }

    #[test]
    fn a_delivery_fills_its_row() {
        let event = sample::delivery(7, 2_000, 3_000, 0, 1);
        let cells = csv_cells(&event, &sample::META, "1 receives ask");
        assert_eq!(
            cells[..9],
            ["7", "3000", "1", "deliver", "ask", "0", "1", "2000", "0"].map(str::to_owned)
        );
    }

    #[test]
    fn a_line_names_number_time_and_deed() {
        let event = sample::delivery(7, 2_000, 3_150, 0, 1);
        let line = text_line(&event, &sample::META, "1 receives ask");
        assert_eq!(line, "     7        3.1 ms  1 receives ask  · 1 × answer\n");
    }

    #[test]
    fn all_times_of_an_axis_have_one_unit() {
        assert_eq!([50, 1_000].map(|us| on_axis(us, 50, 2e3)), ["50 µs", "1000 µs"]);
        assert_eq!([500, 1_000].map(|us| on_axis(us, 500, 9e3)), ["0.5 ms", "1 ms"]);
        assert_eq!([3_520_000, 3_600_000].map(|us| on_axis(us, 20_000, 3.65e6)), ["3520 ms", "3600 ms"]);
        assert_eq!([200_000, 1_000_000].map(|us| on_axis(us, 100_000, 1.1e6)), ["0.2 s", "1 s"]);
        assert_eq!(on_axis(100_000, 100_000, 9e5), "100 ms");
    }
}
