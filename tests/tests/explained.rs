//! The explanation card says what an event changed, and that nothing changed only where that is so.

use consensus_kernel::NodeId;
use consensus_lab::view::{EventView, Explanation, What};
use consensus_lab::{catalogue, is_late, locate, telling};
use consensus_lessons::gallery::lessons;
use consensus_scenario::parse;
use consensus_tests::{finished, scenario};

/// Events of each run that are looked at.
const LOOKED_AT: u64 = 160;

#[test]
fn nothing_changed_is_said_only_where_nothing_is_different() {
    let examples = catalogue().iter().map(|meta| format!("#/{}", meta.id));
    let links = examples.chain(lessons().map(|l| l.link.to_owned()));
    for link in links.chain(["#/pbft?n=4&req=1", "#/hotstuff?n=4"].map(str::to_owned)) {
        let mut run = finished(&scenario(&link));
        for event in run.outline(0, LOOKED_AT) {
            let told = run.explain(&event);
            assert!(!told.detail.is_empty() || !told.rules.is_empty(), "{link} {}: {told:?}", event.index);
            if !told.detail.contains("Nothing changed") {
                continue;
            }
            assert!(!matches!(event.what, What::Action(_)), "{link} {}: {told:?}", event.index);
            let Some(node) = event.node else { continue };
            let mut at = |event| {
                run.seek_event(event);
                let seen = run.nodes().into_iter().find(|n| n.id == node).expect("it is there");
                // While it is asked, assumptions and certificates of others may change, but nothing of it.
                (run.position().event, seen.face, seen.second_face, seen.timers, run.inspect(node))
            };
            let (before, after) = (at(event.index), at(event.index + 1));
            if (before.0, after.0) == (event.index, event.index + 1) && !matches!(event.what, What::Lost(..))
            {
                assert_eq!(
                    (before.1, before.2, before.3, before.4),
                    (after.1, after.2, after.3, after.4),
                    "{link} {}",
                    event.index
                );
            }
        }
    }
}

fn told(link: &str, event: u64) -> Explanation {
    let run = finished(&scenario(link));
    let event = run.outline(event, event + 1).remove(0);
    run.explain(&event)
}

#[test]
fn a_vote_is_counted_in_words() {
    let told = told("#/pbft?n=4&req=1", 10);
    assert_eq!(told.headline, "The prepare from node 1 to node 0 arrived");
    assert_eq!(told.detail, "Node 0 now has 2 of 3 prepares.");
}

#[test]
fn a_fault_says_what_it_means_and_which_promise_it_bears_on() {
    let crash = told("#/pbft?n=4&at=0:crash:3", 0);
    assert_eq!(crash.detail, "From now on it neither hears nor says anything.");
    let stake = crash.stake.expect("something is at stake");
    assert!(stake.why.starts_with("3 of 4 run and reach each other; a quorum takes 3."), "{}", stake.why);
    assert!(stake.claim.starts_with("Decides if at most f replicas are faulty"), "{}", stake.claim);
    let cut = told("#/raft?n=5&at=0:partition:0,1/2,3,4", 0);
    assert_eq!(cut.detail, "Each hears only those of its own group; all in no group form one more.");
    assert!(
        cut.stake.expect("something is at stake").why.starts_with("Only 2, 3, 4 reach a quorum of 3 now.")
    );
    let alone = told("#/raft?n=3&at=0:crash:0&at=0:crash:1", 1);
    assert!(alone.stake.expect("something is at stake").why.starts_with("No node reaches a quorum of 2 now"));
}

#[test]
fn each_pause_of_a_lesson_says_why_it_matters() {
    let mut silent = Vec::new();
    for lesson in lessons() {
        let link = parse(lesson.link, catalogue()).expect("it is read");
        let run = finished(&link.scenario);
        for pause in &link.pauses {
            let at = locate(&*run, pause.when).expect("it is found").event;
            let Some(event) = run.outline(at.saturating_sub(1), at).pop() else { continue };
            let told = run.explain(&event);
            if told.rules.is_empty() && told.stake.is_none() {
                silent
                    .push(format!("{}: {} | {} | {}", lesson.title, told.headline, told.detail, pause.note));
            }
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn an_answer_that_its_client_needs_no_more_is_passed_over_and_a_liars_is_refused() {
    let last = |link: &str| {
        let run = finished(&scenario(link));
        let to = run.frontier().event;
        let late = |e: &&EventView| e.node.is_some_and(NodeId::is_client) && e.rejected.is_some();
        let event = run.outline(0, to).iter().rfind(late).expect("there is one").clone();
        (run.explain(&event).detail, is_late(run.scenario(), &event))
    };
    let (honest, late) = last("#/pbft?n=4&req=1");
    assert!(late && honest.starts_with("It is passed over: "), "{honest}");
    let (liar, late) =
        last("#/pbft?n=4&req=1&byz=0:false-reply&byz=1:false-reply&byz=2:false-reply&byz=3:false-reply");
    assert!(!late && liar.starts_with("It was refused: "), "{liar}");
}

#[test]
fn what_is_told_while_time_passes_is_never_a_dozen_events_old() {
    for link in [
        "#/pbft?until=20s&deadline=20s&at=0:crash:3&without=pre-prepare-counts",
        "#/raft?n=5&req=3&at=10ms:partition:0,1/2,3,4",
    ] {
        let run = finished(&scenario(link));
        for to in 1..run.frontier().event.min(200) {
            let told = telling(&run.outline(to.saturating_sub(12), to)).expect("something is told");
            assert!(to - told <= 11, "{link} at {to}: {told}");
        }
    }
    let run = finished(&scenario("#/pbft?n=4&req=1"));
    // The second vote of a quorum is no news beside the rule that was just followed, or the decision.
    assert_eq!(telling(&run.outline(0, 11)), Some(9));
    let decided = run.outline(0, 40).iter().position(|e| !e.decided.is_empty()).expect("they decide") as u64;
    assert_eq!(telling(&run.outline(decided - 3, decided + 1)), Some(decided));
}
