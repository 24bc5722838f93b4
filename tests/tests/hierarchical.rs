//! The hierarchy in whole runs: what a decision costs, what objections can do, and what the visitor has to do himself.

use consensus_kernel::ParamValue;
use consensus_lab::view::Status;
use consensus_lab::{Budget, Hunt, Session, judge_scenario};
use consensus_scenario::print;
use consensus_tests::{finished, property, read, scenario, violated};
use std::collections::BTreeSet;

/// How many messages of these kinds a run sends.
fn sent(run: &dyn Session, kinds: &[&str]) -> u64 {
    let all = run.scenario().meta.kinds;
    let counted = run.metrics().by_kind;
    all.iter()
        .zip(counted)
        .filter(|(kind, _)| kinds.contains(&kind.name))
        .map(|(_, (messages, _))| messages)
        .sum()
}

#[test]
fn a_decision_takes_2_times_n_minus_1_messages_and_four_delays() {
    for (n, supervisors) in [(5, 1), (13, 2), (13, 3), (64, 8)] {
        let same = vec!["1"; n].join(",");
        let run = finished(&scenario(&format!("#/hierarchical?n={n}&supervisors={supervisors}&in={same}")));
        let (edges, decisions) = (n as u64 - 1, run.decisions());
        assert_eq!(sent(&*run, &["proposal", "evaluation"]), edges, "a sweep");
        assert_eq!(sent(&*run, &["decision"]), edges);
        assert_eq!(run.metrics().replica, 2 * edges);
        assert_eq!(decisions.len(), n);
        assert_eq!(decisions.iter().map(|d| d.delays).max(), Some(4));
    }
}

#[test]
fn an_objection_round_takes_at_most_another_n_minus_1() {
    let link = "#/hierarchical?n=13&f=0&byz=0:captured&in=0,0,0,0,0,0,0,0,0,0,0,0,0";
    let run = finished(&scenario(link));
    assert_eq!(sent(&*run, &["objection", "report"]), 11);
    assert_eq!(sent(&*run, &["escalation"]), 12);
}

#[test]
fn five_objections_of_ten_let_a_captured_executive_have_its_way_and_six_wait_for_the_visitor() {
    let captured =
        read("golden/hierarchical_captured_executive.scenario").replace("without=past-executive", "");
    let waits = finished(&scenario(&captured));
    assert_eq!(waits.decisions(), Vec::new());
    assert_eq!(violated(&*waits), Vec::<&str>::new());
    let termination = property(&*waits, "Termination");
    assert_eq!(termination.status, Status::Pending, "nothing is broken: it waits");
    assert!(termination.reason.contains("your decision"), "{}", termination.reason);
    // One of the six says nothing any more: silence is no objection.
    let five = finished(&scenario(&format!("{captured}\nat=25ms:crash:3\n")));
    let values: BTreeSet<String> = five.decisions().iter().map(|d| d.value.to_string()).collect();
    assert_eq!(values, BTreeSet::from(["3".to_owned()]));
    assert_eq!(violated(&*five), ["Backed Decision"]);
}

#[test]
fn a_ruling_is_part_of_the_scenario_and_all_decide_it() {
    let link = "#/hierarchical?n=7&in=0,1,0,1,1,1,0&supervisors=2&at=200ms:do:1:rule:1";
    let run = finished(&scenario(link));
    let values: Vec<String> = run.decisions().iter().map(|d| d.value.to_string()).collect();
    assert_eq!(values, vec!["1"; 7], "{:?}", run.properties());
    assert_eq!(property(&*run, "Termination").status, Status::Holds);
}

#[test]
fn a_lying_executive_is_beyond_the_budget_and_splits_the_tree() {
    let run = finished(&scenario("#/hierarchical?n=13&f=0&byz=0:two-faced&threshold=9/10"));
    assert!(violated(&*run).contains(&"Agreement"));
    assert!(run.assumptions().iter().any(|a| !a.holds));
}

#[test]
fn whoever_crashes_alone_the_others_decide_or_wait_for_the_visitor() {
    for node in 0..13 {
        for at in [1, 5, 15, 25, 35, 45, 60, 85, 105, 125, 150] {
            let run = finished(&scenario(&format!("#/hierarchical?at={at}ms:crash:{node}")));
            assert_eq!(violated(&*run), Vec::<&str>::new(), "{node} at {at} ms");
            let decided = run.decisions().len();
            let asks = property(&*run, "Termination").reason.contains("your decision");
            assert!(decided >= 12 || asks, "{node} at {at} ms: {decided} decided");
        }
    }
}

#[test]
fn a_minority_that_wins_most_teams_is_stopped_by_the_objections_of_the_majority() {
    let link = "#/hierarchical?supervisors=3&in=1,1,1,1,1,1,0,1,1,0,0,0,0";
    let tiers = finished(&scenario(link));
    assert_eq!(tiers.decisions(), Vec::new());
    assert!(property(&*tiers, "Termination").reason.contains("your decision"));
    let flat = finished(&scenario(&format!("{link}&count=workers")));
    let values: BTreeSet<String> = flat.decisions().iter().map(|d| d.value.to_string()).collect();
    assert_eq!(values, BTreeSet::from(["0".to_owned()]));
}

#[test]
fn what_holds_where_supervisors_are_counted_holds_where_workers_are() {
    let meta = consensus_tests::protocol("hierarchical");
    let count = meta.params.iter().position(|p| p.key == "count").expect("it is there");
    for seed in 0..2_000 {
        let mut scenario = Hunt { meta, budget: Budget::Within, without: None }.scenario(seed);
        scenario.params.0[count] = ParamValue::Choice(1);
        let outcome = judge_scenario(&scenario, false).expect("possible");
        assert_eq!(outcome.violations, Vec::new(), "{}", print(&scenario));
        assert!(outcome.termination.is_ok(), "{}", print(&scenario));
    }
}
