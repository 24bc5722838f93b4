//! Everything that the page teaches is so: each scenario of the gallery shows what its kind claims.

use consensus_kernel::{Duration, RuleSet};
use consensus_lab::view::{Position, Status};
use consensus_lab::{Session, catalogue, locate};
use consensus_lessons::gallery::{Kind, Lesson, by_title, lessons, opening};
use consensus_scenario::{Scenario, parse};
use consensus_tests::{compare_with_golden, finished, property, scenario, violated};
use std::fmt::Write;

const TERMINATION: &str = "Termination";

/// Lessons within the budget in which not everything is decided, which is what they teach.
const UNDECIDED: &[&str] = &[
    "The scheduler that never lets you decide",
    "More than half object: you decide",
    "Four of nine win two teams of three",
    "Two fifths of the hash power, more than half of the blocks",
];

/// Lessons beyond the budget in which no assumption is broken: it is a matter of chance that has gone wrong.
const CHANCE: &[&str] = &["A third of the hash power undoes two confirmations"];

fn broken(session: &dyn Session) -> Vec<&'static str> {
    session.assumptions().into_iter().filter(|a| !a.holds).map(|a| a.name).collect()
}

#[test]
fn each_lesson_ends_as_its_kind_says() {
    for lesson in lessons() {
        let title = lesson.title;
        let run = finished(&scenario(lesson.link));
        match lesson.kind {
            Kind::Healthy | Kind::Within => {
                assert_eq!(violated(&*run), Vec::<&str>::new(), "{title}");
                let decided = property(&*run, TERMINATION).status == Status::Holds;
                assert_eq!(decided, !UNDECIDED.contains(&title), "{title}");
            }
            Kind::Beyond(name) => {
                assert!(violated(&*run).contains(&name), "{title}: {:?}", violated(&*run));
                assert_eq!(broken(&*run).is_empty(), CHANCE.contains(&title), "{title}");
            }
            Kind::RuleOff(name) => {
                assert!(violated(&*run).contains(&name), "{title}: {:?}", violated(&*run));
                assert!(broken(&*run).contains(&"Every rule holds"), "{title}");
            }
        }
    }
}

#[test]
fn where_a_rule_is_off_the_same_run_with_the_rule_violates_nothing() {
    for lesson in lessons().filter(|l| matches!(l.kind, Kind::RuleOff(_))) {
        let with_rule = Scenario { rules: RuleSet::ALL_HOLD, ..scenario(lesson.link) };
        assert_eq!(violated(&*finished(&with_rule)), Vec::<&str>::new(), "{}", lesson.title);
    }
}

#[test]
fn each_protocol_has_a_healthy_scenario_one_within_its_budget_and_one_beyond_in_this_order() {
    let place = |lesson: &&Lesson| match lesson.kind {
        Kind::Healthy => 0,
        Kind::Within => 1,
        Kind::Beyond(_) => 2,
        Kind::RuleOff(_) => 3,
    };
    for meta in catalogue() {
        let kinds: Vec<usize> = lessons().filter(|l| l.protocol() == meta.id).map(|l| place(&l)).collect();
        assert!(kinds.is_sorted(), "{}: {kinds:?}", meta.id);
        assert!((0..3).all(|kind| kinds.contains(&kind)), "{}: {kinds:?}", meta.id);
    }
    assert!(lessons().all(|l| catalogue().iter().any(|meta| meta.id == l.protocol())));
}

#[test]
fn each_lesson_has_a_name_of_its_own_and_a_twin_under_the_same_subject() {
    for lesson in lessons() {
        assert_eq!(lessons().filter(|l| l.title == lesson.title).count(), 1, "{}", lesson.title);
        let twin =
            by_title(lesson.twin).unwrap_or_else(|| panic!("{}: no twin {}", lesson.title, lesson.twin));
        assert_ne!(twin.title, lesson.title);
    }
    assert!(opening().is_some());
}
/// `golden/lessons.txt` holds what is explained at each pause, so that a changed engine cannot leave a note at another step
/// unseen.
#[test]
fn at_each_pause_of_a_lesson_happens_what_its_note_is_about() {
    let mut lines = String::new();
    for lesson in lessons() {
        let link = parse(lesson.link, catalogue()).expect("it is read");
        let run = finished(&link.scenario);
        let _ = writeln!(lines, "{}", lesson.title);
        assert!(!link.pauses.is_empty(), "{}", lesson.title);
        let mut before = Position::default();
        for pause in &link.pauses {
            let at = locate(&*run, pause.when).unwrap_or_else(|| panic!("{}: {pause:?}", lesson.title));
            assert!(before <= at, "{}: {pause:?} lies before another", lesson.title);
            before = at;
            let step = run.outline(at.event.saturating_sub(1), at.event);
            let headline = step.first().map_or_else(String::new, |event| run.explain(event).headline);
            let _ = writeln!(lines, "  {} {}: {headline} | {}", at.event, Duration(at.at.0), pause.note);
        }
    }
    compare_with_golden("golden/lessons.txt", &lines);
}
