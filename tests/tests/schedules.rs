//! Known accidents, step by step: each golden scenario follows a schedule of `reference/schedules.json` (or one that the
//! fidelity notes describe), violates the property the schedule names while its rule is off, and violates nothing with
//! the rule on.
//!
//! The story stands in the comments of `golden/<id>.scenario`, what happens in `golden/<id>.trace`.

use consensus_figure::table;
use consensus_lab::view::Status;
use consensus_lab::{Session, catalogue};
use consensus_tests::{compare_with_golden, finished, property, read, scenario, violated};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

/// A golden scenario and what must come of it.
struct Golden {
    id: &'static str,
    /// At least these properties.
    violates: &'static [&'static str],
    /// The same with some lines replaced, and what must come of that. What violates nothing as it stands comes first.
    variants: &'static [(&'static [Instead], Then)],
}

/// A line of a scenario and what stands there instead.
type Instead = (&'static str, &'static str);

/// What must come of a variant.
#[derive(Clone, Copy)]
enum Then {
    /// Every property holds, and everybody decides everything.
    Decides,
    /// No property of safety is violated, and nobody decides.
    Stalls,
}

const GOLDEN: &[Golden] = &[
    Golden {
        id: "raft_votedfor_amnesia",
        violates: &[
            "Election Safety",
            "Log Matching",
            "State Machine Safety",
            "One Vote per Term",
            "Agreement",
        ],
        variants: &[(&[("without=persist-vote", "")], Then::Decides)],
    },
    Golden {
        id: "raft_figure8",
        violates: &["Leader Completeness", "State Machine Safety", "Agreement"],
        variants: &[(&[("without=commit-own-term", "")], Then::Decides)],
    },
    Golden {
        id: "raft_commit_without_min",
        violates: &["State Machine Safety", "Agreement"],
        variants: &[(&[("without=min-commit", "")], Then::Decides)],
    },
    Golden {
        id: "raft_length_only_vote",
        violates: &["Leader Completeness", "State Machine Safety", "Agreement"],
        variants: &[(&[("without=last-term-first", "")], Then::Decides)],
    },
    Golden {
        id: "raft_no_randomness",
        violates: &["Termination"],
        variants: &[(&[("without=randomised-timeouts", "")], Then::Decides)],
    },
    Golden {
        id: "raft_unconditional_truncate",
        violates: &["Committed Prefix", "Leader Completeness", "State Machine Safety", "Agreement"],
        variants: &[(&[("without=truncate-on-conflict-only", "")], Then::Decides)],
    },
    Golden {
        id: "raft_conjunctive_vote",
        violates: &["Termination"],
        variants: &[(&[("without=later-term-suffices", "")], Then::Decides)],
    },
    Golden {
        id: "paxos_acceptor_amnesia",
        violates: &["Agreement", "Chosen Value Stands", "Promises Stand", "Votes Stand"],
        variants: &[(&[("at=110ms:amnesia:3", "at=110ms:restart:3")], Then::Decides)],
    },
    Golden {
        id: "paxos_ignores_highest_accepted",
        violates: &["Agreement", "Chosen Value Stands"],
        variants: &[(&[("without=adopt-accepted", "")], Then::Decides)],
    },
    Golden {
        id: "paxos_dueling_proposers",
        violates: &["Termination"],
        variants: &[
            (&[("without=back-off", "")], Then::Decides),
            (&[("ask=different", "ask=one")], Then::Decides),
        ],
    },
    Golden {
        id: "paxos_shared_ballot",
        violates: &["Agreement", "One Value per Ballot"],
        // Either rule is enough.
        variants: &[
            (&[(BOTH_OFF, "without=owned-ballots")], Then::Decides),
            (&[(BOTH_OFF, "without=strict-promise")], Then::Decides),
        ],
    },
    Golden {
        id: "multi_paxos_gap",
        violates: &["Termination"],
        variants: &[(&[("without=noop-fill", "")], Then::Decides)],
    },
    Golden {
        id: "multi_paxos_slot_ballots",
        violates: &["Agreement", "Chosen Value Stands"],
        variants: &[(&[("without=covers-all", "")], Then::Decides)],
    },
    Golden {
        id: "pbft_n3f",
        violates: &["Agreement", "Prepared Uniqueness", "Committed Uniqueness"],
        variants: &[
            // With all three as a quorum the liar cannot split them, but it, or its silence, can stop them.
            (&[("quorum=all-but-f", "quorum=minimal")], Then::Stalls),
            (&[("quorum=all-but-f", "quorum=minimal"), ("byz=0:two-faced", "byz=0:silent")], Then::Stalls),
        ],
    },
    Golden {
        id: "pbft_wrong_quorum_n5",
        violates: &["Agreement", "Prepared Uniqueness", "Committed Uniqueness"],
        variants: &[
            (&[("quorum=2f+1", "quorum=minimal")], Then::Decides),
            (&[("quorum=2f+1", "quorum=all-but-f")], Then::Decides),
        ],
    },
    Golden {
        id: "pbft_three_prepares_stall",
        violates: &["Termination"],
        variants: &[(&[("without=pre-prepare-counts", "")], Then::Decides)],
    },
    Golden {
        id: "zyzzyva_view_change",
        violates: &["Agreement"],
        variants: &[(&[("without=certificates-by-view", "")], Then::Decides)],
    },
    Golden {
        id: "bgp_three_generals",
        violates: &["IC1", "Agreement"],
        variants: &[
            // Four can do it, whatever equal votes mean; and three that retreat then are wrong in the other story.
            (&[("n=3", "n=4")], Then::Decides),
            (&[("without=common-tie", "")], Then::Decides),
        ],
    },
    Golden {
        id: "bgp_loyal_commander",
        violates: &["IC2", "Validity", "Agreement"],
        variants: &[(&[("n=3", "n=4")], Then::Decides)],
    },
    Golden {
        id: "sm_withheld_order",
        violates: &["IC1", "Equal Sets", "Agreement"],
        variants: &[(&[("without=signed-in-time", "")], Then::Decides)],
    },
    Golden {
        id: "sm_unsigned",
        violates: &["IC2", "Validity", "Agreement"],
        variants: &[(&[("without=signatures", "")], Then::Decides)],
    },
    Golden {
        id: "benor_n2f",
        violates: &["Agreement", "One Value Proposed", "Decided Value Stays"],
        variants: &[
            // Two reports are never more than half of four: they toss coins for ever, on either side.
            (&[("without=majority-of-all,decide-on-many", "")], Then::Stalls),
            (&[("without=majority-of-all,decide-on-many", "without=decide-on-many")], Then::Stalls),
        ],
    },
    Golden {
        id: "benor_byzantine_two_majorities",
        violates: &["One Value Proposed"],
        variants: &[(&[("without=liars-in-majority", "")], Then::Decides)],
    },
    Golden {
        id: "benor_byzantine_one_word",
        violates: &["Decided Value Stays", "All by the Next Round"],
        variants: &[(&[("without=adopt-f-plus-1", "")], Then::Decides)],
    },
    Golden {
        id: "benor_byzantine_false_decide",
        violates: &["Validity"],
        variants: &[(&[("without=believe-f-plus-1", "")], Then::Decides)],
    },
    Golden { id: "chandra_toueg_calm", violates: &[], variants: &[(&[], Then::Decides)] },
    Golden {
        id: "chandra_toueg_wrong_suspicions",
        violates: &["Agreement", "Majority Behind a Decision", "Locked Value"],
        variants: &[(&[("without=all-acks", "")], Then::Decides)],
    },
    Golden {
        id: "chandra_toueg_locked_value",
        violates: &["Agreement", "Locked Value"],
        variants: &[(&[("without=latest", "")], Then::Decides)],
    },
    Golden {
        id: "chandra_toueg_no_stamp",
        violates: &["Agreement", "Locked Value"],
        variants: &[(&[("without=stamp", "")], Then::Decides)],
    },
    Golden {
        id: "chandra_toueg_halves",
        violates: &["Agreement", "Majority Behind a Decision", "Locked Value"],
        variants: &[(&[("without=majority", "")], Then::Decides)],
    },
    Golden {
        id: "chandra_toueg_cut_short",
        violates: &["Termination"],
        variants: &[(&[("without=relay", "")], Then::Decides)],
    },
    Golden {
        id: "flp_bivalent",
        violates: &[],
        // It is the scheduler, not the protocol alone: where delays differ by chance, somebody is quick enough.
        variants: &[(&[], Then::Stalls), (&[("sched=bivalent", "latency=5ms..20ms")], Then::Decides)],
    },
    Golden {
        id: "flp_equal_bits",
        violates: &[],
        variants: &[(&[], Then::Decides), (&[("in=1,1,1", "in=1,1,0")], Then::Stalls)],
    },
    Golden {
        id: "flp_gst",
        violates: &[],
        variants: &[(&[], Then::Decides), (&[("gst=1s", "")], Then::Stalls)],
    },
    Golden {
        id: "hierarchical_captured_executive",
        violates: &["Accountability", "Backed Decision"],
        // The chair puts it before the visitor, who rules.
        variants: &[(&[("without=past-executive", "at=150ms:do:1:rule:0")], Then::Decides)],
    },
    Golden {
        id: "hierarchical_worker_veto",
        violates: &["Escalation Warranted"],
        variants: &[(&[("without=all-workers", "")], Then::Decides)],
    },
    Golden {
        id: "hotstuff_n4_two_byzantine",
        violates: &["Agreement", "One Certificate", "Committed Prefix"],
        variants: &[(&[("byz=3:two-faced", "")], Then::Decides)],
    },
    Golden {
        id: "hotstuff_nonconsecutive_3chain",
        violates: &["Agreement", "Committed Prefix"],
        variants: &[(&[("without=consecutive-views", "")], Then::Decides)],
    },
    Golden {
        id: "hotstuff_two_phase_hidden_lock",
        violates: &["Termination"],
        // With three phases whoever is locked is not alone: n − f know the certificate that the lock needs.
        variants: &[(&[("variant=two-chain", "variant=basic")], Then::Decides)],
    },
    Golden {
        id: "pow_majority",
        violates: &["Agreement", "Integrity", "Common Prefix"],
        variants: &[(&[("w=1,1,3", "w=4,4,1")], Then::Decides)],
    },
    // Nobody promises a fair share, and nobody pays here; tests/nakamoto.rs counts blocks with and without the liar.
    Golden { id: "nakamoto_selfish", violates: &[], variants: &[] },
    Golden {
        id: "nakamoto_double_spend",
        violates: &["Agreement", "Integrity", "Common Prefix"],
        variants: &[(&[("confirmations=2", "confirmations=8")], Then::Decides)],
    },
    Golden {
        id: "nakamoto_easy_branch",
        violates: &["Agreement", "Integrity", "Common Prefix", "Heaviest Chain"],
        variants: &[(&[("without=most-work", "")], Then::Decides)],
    },
    Golden {
        id: "nakamoto_fork",
        violates: &["Ledger Follows Chain", "Termination"],
        variants: &[(&[("without=undo", "")], Then::Decides)],
    },
    Golden {
        id: "weighted_dictator",
        violates: &["No Dictator"],
        variants: &[(&[("without=cap", "")], Then::Decides)],
    },
    Golden {
        id: "weighted_coordinator",
        violates: &["Agreement", "Interactive Consistency", "Every Voice"],
        variants: &[(&[("decide=coordinator", "decide=all")], Then::Decides)],
    },
    Golden {
        id: "logpool_zero_veto",
        violates: &["No Veto"],
        // A linear pool, a floor that can be borne, or two more who are for outcome 0.
        variants: &[
            (&[("rule=log", "rule=linear")], Then::Decides),
            (&[("floor=1e-10", "floor=1e-3")], Then::Decides),
            (&[("n=10", "n=12"), NINE_AT_POINT_NINE], Then::Decides),
        ],
    },
    Golden {
        id: "pos_one_third",
        violates: &["Agreement", "One Polka", "One Block", "Two Thirds"],
        variants: &[
            (&[("without=more-than-two-thirds", "")], Then::Decides),
            // It cannot split them any more, but its silence stops them: four of six are too few.
            (&[("without=more-than-two-thirds", ""), ("byz=0:two-faced", "byz=0:silent")], Then::Stalls),
        ],
    },
    Golden {
        id: "pos_single_vote_round_relock",
        violates: &["Agreement", "One Block"],
        variants: &[(&[("variant=single", "")], Then::Decides)],
    },
];

const NINE_AT_POINT_NINE: Instead = (
    "beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0,1",
    "beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0,1",
);
const BOTH_OFF: &str = "without=owned-ballots,strict-promise";

/// Most events of a run that its trace shows one by one.
const EVENTS_SHOWN: u64 = 120;

#[test]
fn every_schedule_of_a_built_protocol_is_a_golden_scenario() {
    let covered: BTreeSet<&str> = GOLDEN.iter().map(|golden| golden.id).collect();
    // By their names in the file, and ours.
    let ours = |name: &str| match name {
        "byzantine_generals" => "om".to_owned(),
        "hotstuff_chained" => "hotstuff".to_owned(),
        "weighted_agents" => "weighted".to_owned(),
        "belief_log_pool" => "belief".to_owned(),
        name => name.replace('_', "-"),
    };
    let is_built = |schedule: &&Value| {
        let name = ours(text(schedule, "protocol"));
        catalogue().iter().any(|meta| meta.id == name)
    };
    for schedule in schedules().iter().filter(is_built) {
        assert!(covered.contains(text(schedule, "id")), "{} has no golden scenario", text(schedule, "id"));
    }
}

#[test]
fn without_its_rule_each_schedule_violates_what_it_names() {
    let schedules = schedules();
    for golden in GOLDEN {
        let run = finished(&scenario(&source(golden)));
        let violated = violated(&*run);
        for name in golden.violates {
            assert!(violated.contains(name), "{}: {name} is not among the violated, {violated:?}", golden.id);
        }
        let Some(schedule) = schedules.iter().find(|s| text(s, "id") == golden.id) else { continue };
        for expected in schedule["expected_violation"].as_array().expect("a list of violations") {
            let name = our_name(expected.as_str().expect("violations are words"));
            assert!(golden.violates.contains(&name), "{}: the schedule demands {name}", golden.id);
        }
    }
}

#[test]
fn each_schedule_stays_within_the_budget_unless_it_says_otherwise() {
    for schedule in schedules() {
        let Some(golden) = GOLDEN.iter().find(|golden| golden.id == text(&schedule, "id")) else { continue };
        let run = finished(&scenario(&source(golden)));
        let beyond = text(&schedule, "kind") == "beyond_budget";
        // Where the budget is a share of the weight, it is the rule of the cap that keeps to it.
        let of_shares = text(&schedule, "fault_budget").contains("share");
        // And where it is what an agent may say, the engine has it as a caveat.
        let of_zeros = text(&schedule, "fault_budget").contains("output 0");
        let of_budget = |name: &str| {
            (of_shares && name == "Every rule holds")
                || (of_zeros && name == "A safe variant")
                || name == "At most f faulty"
                || name.contains('≥')
                || name.contains('≤')
                || name.contains('<')
        };
        let broken = run.assumptions().into_iter().find(|a| of_budget(a.name) && !a.holds);
        let reason = broken.as_ref().map(|a| a.reason.as_str());
        assert_eq!(broken.is_some(), beyond, "{}: {reason:?}", golden.id);
    }
}

#[test]
fn with_its_rule_no_schedule_violates_anything() {
    for golden in GOLDEN {
        for (text, then) in variants(golden) {
            let run = finished(&scenario(&text));
            assert_eq!(violated(&*run), Vec::<&str>::new(), "{}", golden.id);
            let termination = property(&*run, "Termination");
            match then {
                Then::Decides => {
                    assert_eq!(termination.status, Status::Holds, "{}: {}", golden.id, termination.reason);
                    assert!(!run.decisions().is_empty(), "{}", golden.id);
                }
                Then::Stalls => assert_eq!(run.decisions(), Vec::new(), "{}", golden.id),
            }
        }
    }
}

#[test]
fn each_schedule_takes_the_course_that_its_trace_tells() {
    for golden in GOLDEN {
        let mut trace = course(&source(golden));
        let changed_ones =
            variants(golden).zip(golden.variants).filter(|(_, (changes, _))| !changes.is_empty());
        for (instead, (changes, _)) in changed_ones {
            let changes: Vec<String> = changes.iter().map(changed).collect();
            let _ = writeln!(trace, "\n=== {}\n", changes.join(", "));
            trace.push_str(&course(&instead.0));
        }
        compare_with_golden(&format!("golden/{}.trace", golden.id), &trace);
    }
}

fn source(golden: &Golden) -> String {
    read(&format!("golden/{}.scenario", golden.id))
}

fn variants(golden: &Golden) -> impl Iterator<Item = (String, Then)> {
    let source = source(golden);
    golden.variants.iter().map(move |(changes, then)| {
        let changed = changes.iter().fold(source.clone(), |text, (line, instead)| {
            assert!(text.lines().any(|l| l == *line), "{} has no line {line}", golden.id);
            text.replace(line, instead)
        });
        (changed, *then)
    })
}

fn changed((line, instead): &Instead) -> String {
    if instead.is_empty() { format!("not {line}") } else { format!("{instead}, not {line}") }
}

/// A run as text: its events, verdicts and digest.
fn course(source: &str) -> String {
    let run = finished(&scenario(source));
    let events = run.frontier().event;
    let mut out = table::text(&*run, 0, events.min(EVENTS_SHOWN));
    if events > EVENTS_SHOWN {
        let _ = writeln!(out, "  … and {} more events", events - EVENTS_SHOWN);
    }
    verdicts(&*run, &mut out);
    out
}

fn verdicts(run: &dyn Session, out: &mut String) {
    out.push('\n');
    for p in run.properties() {
        let status = match p.status {
            Status::Holds => "holds",
            Status::Violated => "VIOLATED",
            Status::Pending => "pending",
        };
        let event = p.event.map(|event| format!(" (event {event})")).unwrap_or_default();
        let _ = writeln!(out, "{status:<8}  {:<22}  {}{event}", p.name, p.reason);
    }
    for assumption in run.assumptions().iter().filter(|a| !a.holds) {
        let _ = writeln!(out, "broken    {:<22}  {}", assumption.name, assumption.reason);
    }
    let _ = writeln!(out, "digest    {}", run.digest());
}

fn schedules() -> Vec<Value> {
    let file: Value = serde_json::from_str(&read("reference/schedules.json")).expect("the file is JSON");
    file["schedules"].as_array().expect("a list of schedules").clone()
}

fn text<'a>(json: &'a Value, key: &str) -> &'a str {
    json[key].as_str().unwrap_or_else(|| panic!("a schedule has no {key}"))
}

/// The property that a schedule names in its own words: "Liveness within budget" is Termination, "IC1 in scenario B" IC1.
fn our_name(expected: &str) -> &str {
    let name = expected.split([',', '(']).next().unwrap_or(expected);
    let name = name.split(" within ").next().unwrap_or(name);
    match name.split(" in ").next().unwrap_or(name).trim() {
        "Liveness" => "Termination",
        "decision quality / accountability" => "Accountability",
        "common prefix at any depth k" => "Common Prefix",
        "Agreement; accountable: D signed two votes at one height" => "Agreement",
        "one agent overrides 9" => "No Veto",
        "Robustness: single-agent capture; 1 of 5" => "No Dictator",
        name => name,
    }
}
