//! What the page says of who waits for whom, who stands behind a decision, and who knows what.

use consensus_kernel::{NodeId, Time};
use consensus_lab::view::{MarkKind, PropertyView, Standing, Status};
use consensus_lab::{Session, catalogue, open};
use consensus_scenario::{Scenario, parse};
use std::collections::BTreeMap;
use std::path::Path;

fn run(text: &str) -> Box<dyn Session> {
    let scenario = parse(text, catalogue()).expect("a scenario").scenario;
    let mut session = open(&scenario).expect("possible");
    while session.run_ahead(4_096) {}
    let end = session.frontier();
    session.seek_event(end.event);
    session
}

fn property(session: &dyn Session, name: &str) -> PropertyView {
    session.properties().into_iter().find(|p| p.name == name).expect("there is such a property")
}

/// All stored runs in which correct nodes decide differently: protocol, file, run.
fn conflicts() -> Vec<(String, Box<dyn Session>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/counterexamples");
    let entries = |folder: &Path| {
        let mut all: Vec<_> =
            std::fs::read_dir(folder).expect("it is there").map(|e| e.expect("readable").path()).collect();
        all.sort();
        all
    };
    let links = entries(&root).into_iter().flat_map(|folder| entries(&folder));
    let open = |file: std::path::PathBuf| {
        let session = run(&std::fs::read_to_string(&file).expect("readable"));
        let name = file.strip_prefix(&root).expect("inside").display().to_string();
        property(&*session, "Agreement").conflict.is_some().then_some((name, session))
    };
    links.filter_map(open).collect()
}

#[test]
fn both_sides_of_every_stored_conflict_say_who_stands_behind_them() {
    let mut found: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (name, session) in conflicts() {
        let (a, b) = property(&*session, "Agreement").conflict.expect("it has one");
        let both = [&a, &b].map(|d| session.certificate(d).unwrap_or_else(|| panic!("{name}: {d:?}")));
        let count = found.entry(name.split('/').next().unwrap_or_default().to_owned()).or_default();
        count.1 += 1;
        count.0 += usize::from(both.iter().all(|c| c.need > 0));
        for (decision, certificate) in [a, b].iter().zip(&both) {
            let mut voters = certificate.voters.clone();
            voters.sort_unstable();
            voters.dedup();
            assert_eq!(voters.len(), certificate.voters.len(), "{name}: {certificate:?}");
            assert!(certificate.event <= decision.event, "{name}: {decision:?} {certificate:?}");
            assert!(voters.iter().all(|v| v.index() < session.scenario().n), "{name}");
        }
    }
    println!("conflicts with two whole quorums, of all: {found:?}");
    // Who decides alone, or on the word of one, has none: that is what the missing rule led to.
    for protocol in ["pbft", "paxos", "raft", "hotstuff", "zyzzyva"] {
        let (with, of) = found.get(protocol).copied().unwrap_or_default();
        assert!(with * 3 >= of * 2, "{protocol}: {with} of {of}");
    }
}

#[test]
fn in_a_healthy_run_every_decision_has_a_quorum_behind_it_and_two_quorums_meet() {
    for text in ["#/pbft?n=4&req=2", "#/pbft?n=7&req=1", "#/raft?n=5&req=2", "#/hotstuff?n=4&req=2"] {
        let session = run(text);
        let quorum = session.quorum().expect("it has one size");
        let decisions = session.decisions();
        assert!(!decisions.is_empty());
        for decision in decisions {
            let certificate =
                session.certificate(&decision).unwrap_or_else(|| panic!("{text}: {decision:?}"));
            assert!(certificate.need > 0, "{text}: {certificate:?}");
            assert!(certificate.voters.len() >= quorum, "{text}: {certificate:?}");
        }
    }
}

#[test]
fn a_promise_to_decide_that_is_broken_stands_on_the_time_line_where_it_was_too_late() {
    for (text, at) in [
        ("#/pbft?n=4&req=1&until=3s&deadline=1s&at=0:crash:2&at=0:crash:3", Time(1_000_000)),
        ("#/pbft?n=4&req=1&until=1s&deadline=1s&at=0:crash:2&at=0:crash:3", Time(1_000_000)),
    ] {
        let mut session = run(text);
        let place = session.first_mark(MarkKind::Violation).expect("a mark");
        assert_eq!(place.at, at, "{text}");
        session.seek_event(place.event);
        session.seek_time(place.at);
        assert_eq!(
            (session.position(), property(&*session, "Termination").status),
            (place, Status::Violated)
        );
    }
    let healthy = run("#/pbft?n=4&req=1&until=3s&deadline=1s");
    assert_eq!(healthy.first_mark(MarkKind::Violation), None);
}

#[test]
fn with_the_literal_quorum_of_five_the_liar_alone_stands_in_both() {
    let text = include_str!("../golden/pbft_wrong_quorum_n5.scenario");
    let session = run(text);
    let (a, b) = property(&*session, "Agreement").conflict.expect("it is broken");
    let [a, b] = [a, b].map(|d| session.certificate(&d).expect("votes are counted").voters);
    let both: Vec<NodeId> = a.into_iter().filter(|v| b.contains(v)).collect();
    let liars: Vec<NodeId> = session.scenario().byzantine.iter().map(|l| l.node).collect();
    assert_eq!(both, liars);
}

#[test]
fn a_run_that_stands_still_says_what_it_waits_for_and_from_whom() {
    let session = run("#/pbft?n=4&req=1&until=100ms&at=0:crash:2&at=0:crash:3");
    let reason = property(&*session, "Termination").reason;
    assert!(reason.contains("of 3 prepares") && reason.contains("none yet from"), "{reason}");
    assert!(reason.contains("2 (crashed), 3 (crashed)"), "{reason}");
}

#[test]
fn who_is_correct_where_too_many_are_not_is_befouled() {
    let standings = |text: &str| -> Vec<Standing> {
        let nodes = run(text).nodes().into_iter().filter(|n| !n.id.is_client());
        nodes.map(|n| n.standing).collect()
    };
    use Standing::{Befouled, IllBehaved, Intact};
    assert_eq!(standings("#/pbft?n=4&byz=0:silent"), [IllBehaved, Intact, Intact, Intact]);
    assert_eq!(
        standings("#/pbft?n=4&byz=0:silent&byz=1:silent"),
        [IllBehaved, IllBehaved, Befouled, Befouled]
    );
    // A cut stops progress; what is decided is right all the same.
    assert_eq!(standings("#/raft?n=3&until=1s&at=0:cut:0-1"), [Intact; 3]);
    let session = run(include_str!("../golden/pbft_wrong_quorum_n5.scenario"));
    assert_eq!(property(&*session, "Agreement").status, Status::Violated);
    let contradicted = session.nodes().into_iter().filter(|n| n.standing == Standing::Contradicted);
    assert!(contradicted.clone().count() >= 2 && contradicted.into_iter().all(|n| n.befouled.is_some()));
}

#[test]
fn a_node_has_heard_what_arrived_and_nothing_else() {
    let mut scenario: Scenario = parse("#/pbft?n=4&req=1", catalogue()).expect("a scenario").scenario;
    scenario.until = Time(1_000_000);
    let mut session = open(&scenario).expect("possible");
    session.seek_event(0);
    assert_eq!(session.heard(NodeId::replica(1)), []);
    session.seek_time(Time(200_000));
    let here = session.position().event;
    for event in session.outline(0, here) {
        let consensus_lab::view::What::Deliver(m) = event.what else { continue };
        if event.rejected.is_none() {
            let heard = session.heard(m.flight.to);
            let last = heard.iter().find(|h| h.of == m.flight.from).expect("it has heard of it");
            assert!(last.event >= event.index);
        }
    }
}

#[test]
fn a_run_that_stands_still_says_what_it_has_and_who_is_missing() {
    for (link, says) in [
        // Where nobody counts, who is faulty is named.
        (
            "#/zyzzyva?req=2&until=2s&deadline=2s&at=20ms:crash:0&at=20ms:crash:1",
            "node 2 waits for what others have from here on; faulty: 0 (crashed), 1 (crashed)",
        ),
        (
            "#/hotstuff?n=4&req=2&at=30ms:crash:1&at=30ms:crash:2&until=800ms",
            "node 0 has 2 of 3 replicas in view 2",
        ),
        // Where no replica waits, a client does.
        ("#/pbft?n=4&loss=30%25&req=3&seed=2&until=110ms", "client c0 has 1 of 2 equal replies to x←1"),
        // Enough precommits, and all of them for no block.
        ("#/pos?n=7&seed=4&until=5s&deadline=5s&without=common-draw", "node 0 waits for the end of round 5"),
        // Confirmations come from nobody in particular.
        ("#/nakamoto?n=8&until=3575ms", "node 0 has 4 of 6 confirmations"),
        (
            "#/hierarchical?n=7&at=0:crash:1&without=stand-in",
            "node 3 waits for the decision, from node 1; faulty: 1",
        ),
    ] {
        let reason = property(&*run(link), "Termination").reason;
        assert!(reason.contains(says), "{link}: {reason}");
        assert!(!reason.contains("confirmations,"), "{link}: {reason}");
    }
}
