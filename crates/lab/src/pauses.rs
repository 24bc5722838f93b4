//! Where in a run a pause lies.

use crate::session::Session;
use crate::view::{MarkKind, Position};
use consensus_kernel::{Duration, Time};
use consensus_scenario::When;

/// The kinds of marks in the order of their names in links ([`consensus_scenario::FIRSTS`]).
const KINDS: [MarkKind; 4] = [MarkKind::Violation, MarkKind::Fault, MarkKind::Leader, MarkKind::Decision];

/// The moment that is meant, as soon as the run is known so far.
pub fn locate(session: &dyn Session, when: When) -> Option<Position> {
    let known = session.frontier();
    match when {
        When::Event(0) => Some(Position::default()),
        When::Event(event) if event <= known.event => {
            let at = session.outline(event - 1, event).first()?.at;
            Some(Position { event, at })
        }
        When::Event(_) => None,
        When::Time(at) if at < known.at || session.end().is_some() => {
            let after = Time(at.0) + Duration::micros(1);
            Some(Position { event: session.event_at(after), at })
        }
        When::Time(_) => None,
        When::First(first) => session.first_mark(KINDS[first]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue, open};
    use consensus_scenario::{FIRSTS, parse};

    #[test]
    fn what_happens_first_is_found_by_the_kind_of_its_mark() {
        assert_eq!(KINDS.map(|kind| format!("{kind:?}").to_lowercase()), FIRSTS);
    }

    #[test]
    fn the_first_mark_of_a_kind_is_the_first_among_all_marks() {
        let text = "#/pbft?n=4&f=1&seed=1&req=2&latency=8ms..24ms&until=1s&byz=0:two-faced&byz=1:two-faced&at=300ms:crash:2";
        let mut session = open(&parse(text, catalogue()).expect("it is read").scenario).expect("it runs");
        while session.run_ahead(1_000) {}
        let marks = session.marks();
        assert!(marks.iter().any(|m| m.kind == MarkKind::Violation));
        for kind in KINDS {
            let first = marks.iter().find(|m| m.kind == kind).map(|m| m.position);
            assert_eq!(session.first_mark(kind), first, "{kind:?}");
        }
    }

    #[test]
    fn a_pause_is_found_once_the_run_is_known_so_far() {
        let link = parse("#/pbft?n=4", catalogue()).expect("it is read");
        let mut session = open(&link.scenario).expect("it runs");
        let decision = When::First(3);
        assert_eq!(locate(&*session, When::Event(0)), Some(Position::default()));
        assert_eq!(locate(&*session, When::Event(20)), None);
        assert_eq!(locate(&*session, When::Time(Time(15_000))), None);
        assert_eq!(locate(&*session, decision), None);
        while session.run_ahead(1_000) {}
        let twentieth = locate(&*session, When::Event(20)).expect("it is known");
        session.seek_event(20);
        assert_eq!(session.position(), twentieth);
        let then = locate(&*session, When::Time(Time(15_000))).expect("it is known");
        session.seek_time(Time(15_000));
        assert_eq!((session.position().event, Time(15_000)), (then.event, then.at));
        session.seek_event(locate(&*session, decision).expect("they decide").event);
        assert_eq!(session.decisions().len(), 1);
    }
}
