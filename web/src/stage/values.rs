//! The values that liars tell: shown beside their messages, for seeing both at once is the point.

use consensus_kernel::inspect::Tree;
use consensus_lab::Session;
use consensus_lab::view::{FlightMark, FlightView};
use consensus_scenario::MessageName;

/// More are not readable.
const TAGS_MAX: usize = 16;

/// A message and the value it carries.
pub type Tag = (MessageName, String);

/// The values of forged messages, where there is room for words.
pub fn of_forged(session: &dyn Session, flights: &[FlightView], roomy: bool) -> Vec<Tag> {
    if !roomy {
        return Vec::new();
    }
    let forged = flights.iter().filter(|f| f.mark == FlightMark::Forged).take(TAGS_MAX);
    let tag = |f: &FlightView| {
        let name = MessageName { from: f.from, to: f.to, kind: f.kind, nth: f.nth };
        let value = session.message(name).and_then(|m| value_in(&m.body))?;
        Some((name, value))
    };
    forged.filter_map(tag).collect()
}

/// The first thing in a message that prints as a value does.
fn value_in(tree: &Tree) -> Option<String> {
    match tree {
        Tree::Text(text) if text.contains('←') || text == "no-op" => Some(text.clone()),
        Tree::List(items) => items.iter().find_map(value_in),
        Tree::Map(parts) => parts.iter().find_map(|(_, part)| value_in(part)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_however_deep_it_lies() {
        let body = Tree::Map(vec![
            ("view".into(), Tree::Int(0)),
            ("request".into(), Tree::List(vec![Tree::Text("signed".into()), Tree::Text("x←1".into())])),
        ]);
        assert_eq!(value_in(&body), Some("x←1".to_owned()));
        assert_eq!(value_in(&Tree::Int(4)), None);
    }
}
