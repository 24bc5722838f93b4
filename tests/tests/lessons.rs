//! Everything that the page teaches is so: scenarios, pauses, guided lessons and missions show what they claim.

use consensus_kernel::{Duration, NodeId, RuleSet, Time};
use consensus_lab::view::{MarkKind, Position, Status};
use consensus_lab::{Session, catalogue, locate};
use consensus_lessons::document::{DEVIATIONS, Deviation, passage};
use consensus_lessons::gallery::{Kind, Lesson, by_title, lessons, opening};
use consensus_lessons::guided::GUIDED;
use consensus_lessons::missions::{MISSIONS, Progress};
use consensus_lessons::{Place, Subject};
use consensus_scenario::{Scenario, parse};
use consensus_tests::{compare_with_golden, finished, property, scenario, violated};
use std::collections::BTreeSet;
use std::fmt::Write;

const TERMINATION: &str = "Termination";

/// Lessons within the budget in which not everything is decided, which is what they teach.
const UNDECIDED: &[&str] = &[
    "The scheduler that never lets you decide",
    "More than half object: you decide",
    "Four of nine win two teams of three",
    "Two fifths of the hash power, more than half of the blocks",
];

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
            Kind::Unharmed => {
                assert_eq!(violated(&*run), Vec::<&str>::new(), "{title}");
                assert!(!broken(&*run).is_empty(), "{title}");
            }
            Kind::Chance(name) | Kind::Beyond(name) => {
                assert!(violated(&*run).contains(&name), "{title}: {:?}", violated(&*run));
                let chance = matches!(lesson.kind, Kind::Chance(_));
                assert_eq!(broken(&*run).is_empty(), chance, "{title}");
            }
            Kind::RuleOff(name) => {
                assert!(violated(&*run).contains(&name), "{title}: {:?}", violated(&*run));
                assert!(broken(&*run).contains(&"Every rule holds"), "{title}");
            }
        }
    }
}

#[test]
fn while_the_network_is_split_the_larger_side_serves_the_client() {
    let lesson = by_title("A split network, and how it heals").expect("it is there");
    let run = finished(&scenario(lesson.link));
    let answered = run.outline(0, run.frontier().event).into_iter().filter(|e| !e.decided.is_empty());
    let during: Vec<NodeId> =
        answered.filter(|e| (600_000..1_500_000).contains(&e.at.0)).filter_map(|e| e.node).collect();
    assert!([2, 3, 4].map(NodeId::replica).iter().all(|node| during.contains(node)));
    assert!(during.contains(&NodeId::client(0)));
    assert!(![0, 1].map(NodeId::replica).iter().any(|node| during.contains(node)));
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
        Kind::Within | Kind::Unharmed => 1,
        Kind::Chance(_) | Kind::Beyond(_) => 2,
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
            let headline = step.first().map_or_else(String::new, |event| run.headline(event));
            let _ = writeln!(lines, "  {} {}: {headline} | {}", at.event, Duration(at.at.0), pause.note);
        }
    }
    compare_with_golden("golden/lessons.txt", &lines);
}

#[test]
fn the_steps_of_guided_lessons_lie_in_their_runs_in_order_and_show_what_they_say() {
    let mut lines = String::new();
    for guided in GUIDED {
        let _ = writeln!(lines, "{}", guided.title);
        for (at, step) in guided.steps.iter().enumerate() {
            let (link, from, to) = guided.scene(at).expect("a step has a scenario");
            assert!(from < to, "{} {at}", guided.name);
            let run = finished(&scenario(link));
            assert!(to <= run.frontier().event, "{} {at}: {} events", guided.name, run.frontier().event);
            let headline = run.outline(to - 1, to).first().map(|event| run.headline(event));
            let marks = run.marks();
            let broken = marks.iter().filter(|m| m.kind == MarkKind::Violation && m.position.event <= to);
            let broken: Vec<&str> = broken.filter_map(|m| m.label.split(" violated").next()).collect();
            let _ = writeln!(lines, "  {to} {} {broken:?} | {}", headline.expect("an event"), step.say);
        }
        for (at, _) in guided.steps.iter().enumerate() {
            let address = Place::Step(guided, at).fragment();
            assert!(
                matches!(Place::read(&address), Some(Place::Step(g, s)) if g.name == guided.name && s == at)
            );
        }
    }
    compare_with_golden("golden/guided.txt", &lines);
}

#[test]
fn addresses_of_lessons_and_missions_are_read_and_others_are_none_of_theirs() {
    for (address, reads) in [
        ("#/lesson/zero-veto", true),
        ("#/lesson/zero-veto/2", true),
        ("#/lesson/zero-veto/0", true),
        ("#/lesson/zero-veto/99999999999999999999999", true),
        ("#/lesson/zero-veto/-1/?&%00", true),
        ("#/lesson/", false),
        ("#/lesson/none/1", false),
        ("#/mission/double-spend", true),
        ("#/mission/", false),
        ("#/pbft?n=4", false),
        ("", false),
    ] {
        assert_eq!(Place::read(address).is_some(), reads, "{address}");
    }
}

#[test]
fn a_mission_is_open_at_first_done_with_its_solution_and_goes_astray_elsewhere() {
    for mission in MISSIONS {
        let begin = scenario(mission.link);
        assert_eq!(mission.progress(&begin, &*finished(&begin)), Progress::Open, "{}", mission.name);
        let kept = mission.link.split('&').filter(|pair| {
            let key = pair.split('=').next();
            key == Some("byz") || !mission.solution.split('&').any(|new| new.split('=').next() == key)
        });
        let solved = [&kept.collect::<Vec<_>>().join("&"), mission.solution].join("&");
        let done = mission.progress(&begin, &*finished(&scenario(&solved)));
        let count = mission.solution.split('&').count();
        assert_eq!(done, Progress::Done(count), "{}", mission.name);
        let elsewhere = Scenario { until: Time(777_000_000), ..scenario(&solved) };
        let astray = mission.progress(&begin, &*finished(&elsewhere));
        assert_eq!(astray, Progress::Astray("until".to_owned()), "{}", mission.name);
    }
}

#[test]
fn each_scenario_that_shows_something_has_a_title_of_its_own_and_something_to_compare_it_with() {
    let mut titles = BTreeSet::new();
    for subject in catalogue().iter().flat_map(|meta| Subject::of(meta.id)) {
        assert!(titles.insert(subject.title()), "{}", subject.title());
        assert!(!subject.watch().is_empty());
        let twin = subject.twin().expect("there is something to compare it with");
        assert_ne!(scenario(&twin.link()), scenario(&subject.link()), "{}", subject.title());
        let bench = scenario(&subject.link());
        let found = Subject::of(bench.meta.id).find(|s| scenario(&s.link()) == bench).expect("it is found");
        let a_lesson = matches!((subject, found), (Subject::Control(_), Subject::Lesson(_)));
        assert!(a_lesson || found.title() == subject.title(), "{} is {}", subject.title(), found.title());
    }
}

/// Whoever opens a sample is stopped where it has gone wrong, also where that is that nothing was decided in time.
#[test]
fn a_sample_stops_at_its_accident_and_soon() {
    for deviation in DEVIATIONS {
        let link = parse(&deviation.accident(), catalogue()).expect("it is read");
        let run = finished(&link.scenario);
        let at = locate(&*run, link.pauses[0].when).expect("it comes to that");
        assert!(at.at <= Time(20_000_000), "{}: {}", deviation.sample, at.at);
    }
}

#[test]
fn every_protocol_has_its_passage_of_the_document() {
    assert!(catalogue().iter().all(|meta| passage(meta.id).is_some()));
}

#[test]
fn what_a_sample_would_do_leads_to_the_accident_and_the_rule_of_the_paper_prevents_it() {
    for deviation in DEVIATIONS {
        let Deviation { protocol, sample, breaks, .. } = deviation;
        let accident = parse(&deviation.accident(), catalogue()).expect("it is read");
        assert_eq!(accident.scenario.meta.id, *protocol);
        let (run, with_rule) = (finished(&accident.scenario), finished(&scenario(deviation.control())));
        let (found, controlled) = (violated(&*run), violated(&*with_rule));
        if let Some(breaks) = breaks {
            assert!(found.contains(breaks), "{protocol}: {sample}: {found:?}");
            assert!(!controlled.contains(breaks), "{protocol}, with the rule: {sample}: {controlled:?}");
        } else {
            // It is not the same run: what the rule prevents does happen, and does no harm.
            assert_eq!((found, controlled), (Vec::new(), Vec::new()), "{protocol}: {sample}");
            assert_ne!(run.digest(), with_rule.digest(), "{protocol}: {sample}");
        }
    }
    let protocols: BTreeSet<&str> = DEVIATIONS.iter().map(|d| d.protocol).collect();
    let expected = ["paxos", "raft", "pbft", "weighted", "hierarchical", "nakamoto", "pos", "belief"];
    assert_eq!(protocols, BTreeSet::from(expected));
}
