//! The values that liars tell: shown beside all their messages, for seeing that they differ is the point.

use crate::moment::Moment;
use consensus_kernel::inspect::Tree;
use consensus_lab::Session;
use consensus_lab::view::{FlightMark, FlightView, What};
use consensus_scenario::MessageName;

/// More are not readable.
const TAGS_MAX: usize = 16;

/// In so many events before the cursor the value is looked for that a digest stands for.
const LOOK_BACK: u64 = 400;

/// A message and the value it carries.
pub type Tag = (MessageName, String);

/// The name of a message under way.
pub fn name_of(flight: &FlightView) -> MessageName {
    MessageName { from: flight.from, to: flight.to, kind: flight.kind, nth: flight.nth }
}

/// Which values digests stand for, as far as messages have told.
#[derive(Default)]
pub struct Values(Vec<(String, String)>);

impl Values {
    /// The values of the messages of liars, where there is room for words: with the slot that they are told for.
    pub fn of_liars(&mut self, session: &dyn Session, moment: &Moment, roomy: bool) -> Vec<Tag> {
        let lies = |f: &&FlightView| {
            let liar = moment.nodes.iter().any(|n| n.id == f.from && n.byzantine.is_some());
            roomy && (liar || f.mark == FlightMark::Forged)
        };
        let mut tags = Vec::new();
        for f in moment.flights.iter().filter(lies).take(TAGS_MAX) {
            let name = name_of(f);
            let Some(message) = session.message(name) else { continue };
            if let Some(value) = self.told(session, &message.body, f.mark == FlightMark::Forged) {
                let slot = slot(&message.body, moment.meta.slot);
                tags.push((name, slot.map_or(value.clone(), |slot| format!("{slot}: {value}"))));
            }
        }
        tags
    }

    /// What a message says: its value, or the one that its digest stands for; else, if it must be told, the digest.
    fn told(&mut self, session: &dyn Session, body: &Tree, must: bool) -> Option<String> {
        if let Some(value) = value(body) {
            return Some(value);
        }
        let digest = digest(body)?;
        if must && !self.0.iter().any(|(of, _)| *of == digest) {
            let here = session.position().event;
            for event in session.events(here.saturating_sub(LOOK_BACK), here) {
                if let What::Deliver(message) = event.what {
                    self.note(&message.body);
                }
            }
            // What nobody has told is not looked for again.
            self.0.push((digest.clone(), digest.chars().take(4).chain(['…']).collect()));
        }
        self.0.iter().find(|(of, _)| *of == digest).map(|(_, value)| value.clone())
    }

    /// A message with a value and its digest tells what that stands for.
    fn note(&mut self, body: &Tree) {
        if let (Some(value), Some(digest)) = (value(body), digest(body))
            && !self.0.iter().any(|(of, _)| *of == digest)
        {
            self.0.push((digest, value));
        }
    }
}

fn value(body: &Tree) -> Option<String> {
    first(body, &|text| text.contains('←') || text == "no-op")
}

fn digest(body: &Tree) -> Option<String> {
    first(body, &|text| text.ends_with('…'))
}

/// The number of the slot, by the first of the protocol's words for it.
fn slot(tree: &Tree, word: &str) -> Option<i128> {
    match tree {
        Tree::List(items) => items.iter().find_map(|item| slot(item, word)),
        Tree::Map(parts) => parts.iter().find_map(|(name, part)| match part {
            Tree::Int(number) if word.split(' ').next() == Some(name) => Some(*number),
            part => slot(part, word),
        }),
        _ => None,
    }
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
    use consensus_kernel::Time;

    #[test]
    fn a_value_is_found_however_deep_it_lies() {
        let body = Tree::Map(vec![
            ("view".into(), Tree::Int(0)),
            ("request".into(), Tree::List(vec![Tree::Text("signed".into()), Tree::Text("x←1".into())])),
        ]);
        assert_eq!(value(&body), Some("x←1".to_owned()));
        assert_eq!(value(&Tree::Int(4)), None);
        assert_eq!((slot(&body, "view"), slot(&body, "sequence")), (Some(0), None));
    }

    /// What is written beside the messages of the opening example's liar at a time, sorted.
    fn tags(ms: u64) -> Vec<String> {
        let link = "#/pbft?n=4&f=1&seed=3&clients=2&req=4&latency=8ms..24ms&timeout=100ms&byz=0:two-faced";
        let scenario = consensus_scenario::parse(link, consensus_lab::catalogue()).unwrap().scenario;
        let mut session = consensus_lab::open(&scenario).unwrap();
        while session.run_ahead(1_000) {}
        session.seek_time(Time(1_000 * ms));
        let tags = Values::default().of_liars(session.as_ref(), &Moment::of(session.as_ref()), true);
        let mut tags: Vec<String> = tags.into_iter().map(|(_, told)| told).collect();
        tags.sort();
        tags.dedup();
        tags
    }

    #[test]
    fn both_values_of_a_liar_are_told_each_with_its_slot_and_those_that_digests_stand_for() {
        assert_eq!(tags(22), ["1: x←1", "1: y←1", "2: y←1"]);
        // Its votes carry digests only.
        let later: Vec<String> = (2..60).flat_map(|k| tags(5 * k)).collect();
        assert!(later.iter().all(|told| !told.contains('…')), "{later:?}");
        assert!(later.iter().any(|told| told == "2: y←2"), "{later:?}");
    }
}
