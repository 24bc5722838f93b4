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
        let body = session.message(name)?.body;
        let value = first(&body, &|text| text.contains('←') || text == "no-op");
        let digest =
            || first(&body, &|text| text.ends_with('…')).map(|d| d.chars().take(4).chain(['…']).collect());
        Some((name, value.or_else(digest)?))
    };
    forged.filter_map(tag).collect()
}

/// The first text in a message that looks like this. Values print as assignments, digests of them end in an ellipsis.
fn first(tree: &Tree, looks: &dyn Fn(&str) -> bool) -> Option<String> {
    match tree {
        Tree::Text(text) if looks(text) => Some(text.clone()),
        Tree::List(items) => items.iter().find_map(|item| first(item, looks)),
        Tree::Map(parts) => parts.iter().find_map(|(_, part)| first(part, looks)),
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
        let is_value = |text: &str| text.contains('←');
        assert_eq!(first(&body, &is_value), Some("x←1".to_owned()));
        assert_eq!(first(&Tree::Int(4), &is_value), None);
    }
}
