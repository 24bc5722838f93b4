//! Runs in which an engine that is only nearly the paper's would go another way.

use consensus_check::{Valid, Verdicts};
use consensus_kernel::{NodeId, Time, Value};
use consensus_lab::Session;
use consensus_lab::view::{End, EventView, Status, What};
use consensus_protocols::pbft::Pbft;
use consensus_sim::{Decision, Simulation};
use consensus_tests::{finished, go_to_the_end, property, read, scenario, violated};
use std::fmt::Write;

#[test]
fn a_primary_that_ignores_one_client_is_replaced_however_well_it_serves_the_others() {
    // PBFT, §4.4: the timer belongs to the request. The drops stand in for a primary that does not care for client 0,
    // whose requests the backups have from 410 ms on.
    for gap in ["100ms", "300ms"] {
        let mut link = format!("#/pbft?n=4&clients=2&req=200&gap={gap}&until=2s&at=0:cut:c0-0");
        for backup in 1..4 {
            for relay in 1..=24 {
                let _ = write!(link, "&at=0:drop:{backup}-0:relay:{relay}");
            }
        }
        let run = finished(&scenario(&link));
        assert_eq!(violated(&*run), Vec::<&str>::new());
        let decisions = run.decisions();
        let executed =
            |client| decisions.iter().filter(move |d| d.value.client() == Some(NodeId::client(client)));
        let first = executed(0).map(|d| d.at).min().expect("the request is executed in the end");
        assert!(first < Time(1_000_000), "gap {gap}: the ignored client has to wait until {first:?}");
        assert!(executed(1).any(|d| d.at < first), "gap {gap}: the other one is served all the time");
    }
}

/// The names of the assumptions that a run breaks.
fn broken(run: &dyn Session) -> Vec<&'static str> {
    run.assumptions().into_iter().filter(|a| !a.holds).map(|a| a.name).collect()
}

#[test]
fn between_neighbours_a_near_tie_or_a_crash_is_no_promise() {
    // Belief: rounding, too few rounds, or a thousand that are not enough, and then crashes, which take weight along.
    let half = |n: usize, one: &str, other: &str| [vec![one; n / 2], vec![other; n / 2]].concat().join("/");
    let (tie, sure) = ("0.6,0.4/0.4,0.6/0.6,0.4/0.4,0.6".to_owned(), half(8, "0.9,0.1", "0.1,0.9"));
    let far = half(128, "0.9,0.1", "0.2,0.8");
    for (set_up, expected) in [
        (format!("n=4&graph=ring&beliefs={tie}"), "A safe variant"),
        (format!("n=4&graph=star&beliefs={tie}"), "A safe variant"),
        (format!("n=8&graph=ring&rounds=1&beliefs={sure}"), "A safe variant"),
        (format!("n=128&graph=ring&until=60s&beliefs={far}"), "A safe variant"),
        (
            "n=4&graph=star&beliefs=0.9,0.1/0.9,0.1/0.1,0.9/0.3,0.7&at=5ms:crash:0".to_owned(),
            "At most f faulty",
        ),
    ] {
        let run = finished(&scenario(&format!("#/belief?{set_up}")));
        assert!(violated(&*run).contains(&"Agreement"), "{set_up}");
        assert!(broken(&*run).contains(&expected), "{set_up}: {:?}", broken(&*run));
    }
    for set_up in [
        "n=8&graph=ring",
        "n=32&graph=ring&until=60s",
        "n=5&graph=star&rule=linear",
        "beliefs=0.5,0.5/0.5,0.5/0.5,0.5/0.5,0.5",
    ] {
        let run = finished(&scenario(&format!("#/belief?{set_up}")));
        assert_eq!((violated(&*run), broken(&*run)), (vec![], vec![]), "{set_up}");
    }
}

#[test]
fn who_denies_an_outcome_only_in_the_light_of_the_evidence_has_a_veto_too() {
    let link = "#/belief?n=3&beliefs=0.97,0.03/0.97,0.03/0.01,0.99&floor=1e-3&evidence=0.05,1";
    let run = finished(&scenario(link));
    assert_eq!((violated(&*run), broken(&*run)), (vec!["No Veto"], vec!["A safe variant"]));
    assert_eq!(broken(&*finished(&scenario(&format!("{link}&update=after")))), Vec::<&str>::new());
}

#[test]
fn who_hears_of_nothing_that_weighs_anything_is_of_no_opinion_and_decides() {
    let run = finished(&scenario("#/belief?n=8&graph=ring&rule=linear&rounds=1&w=1,0,0,0,0,0,0,0"));
    assert_eq!(property(&*run, "Termination").status, Status::Holds);
}

#[test]
fn two_view_changes_of_others_are_enough_for_a_primary_that_saw_nothing_wrong() {
    // PBFT, §4.4: client 0 is cut off from replica 1, which alone has no reason to leave view 0.
    let link = "#/pbft?n=4&req=1&until=8s&byz=0:silent&at=0:cut:c0-1";
    for rule in ["", "&without=join"] {
        let run = finished(&scenario(&format!("{link}{rule}")));
        assert_eq!(property(&*run, "Termination").status, Status::Holds, "{rule}");
    }
}

#[test]
fn a_leader_of_a_later_term_that_lacks_what_an_earlier_one_commits_afterwards_is_incomplete() {
    // Raft, Figure 3: server 0, leader of term 1, takes a late answer to an old heartbeat for a copy when server 1
    // leads term 2 already.
    let link = "#/raft?n=3&req=0&noop=off&election=1h&heartbeat=1h&retry=1h&until=400ms\
                &at=0:delay:1-0:heartbeat-reply:2:200ms&at=0:drop:2-0:heartbeat-reply:2\
                &at=0:drop:0-1:append:1&at=0:drop:0-2:append:1&at=0:drop:1-0:request-vote:1\
                &at=0:drop:1-0:heartbeat:1&at=10ms:fire:0:election&at=60ms:fire:0:heartbeat\
                &at=65ms:propose:c0&at=110ms:fire:1:election";
    assert_eq!(violated(&*finished(&scenario(link))), Vec::<&str>::new());
    let without = finished(&scenario(&format!("{link}&without=match-from-request")));
    assert!(violated(&*without).contains(&"Leader Completeness"), "{:?}", violated(&*without));
}

#[test]
fn a_committed_entry_that_is_replaced_while_its_server_is_down_is_missed() {
    // Raft, Figure 8 once more; server 0, which knew its entry to be committed, comes back after it was overwritten.
    let mut story = read("golden/raft_figure8.scenario");
    for (line, instead) in [
        ("\nbatch=1\n", "\nbatch=8\n"),
        ("\nat=620ms:restart:0\n", "\nat=1.45s:restart:0\n"),
        ("\nat=1.2s:fire:4:heartbeat\n", "\nat=1.1s:fire:4:heartbeat\n"),
    ] {
        assert!(story.contains(line), "{line}");
        story = story.replace(line, instead);
    }
    for at in ["1.5s", "1.6s", "1.7s"] {
        let _ = writeln!(story, "at={at}:fire:4:heartbeat");
    }
    let run = finished(&scenario(&story));
    assert!(violated(&*run).contains(&"Committed Prefix"), "{:?}", violated(&*run));
}

/// How many messages of a kind a run has sent.
fn sent(run: &dyn Session, kind: &str) -> u64 {
    let kinds = run.scenario().meta.kinds;
    let at = kinds.iter().position(|k| k.name == kind).expect("a kind of this protocol");
    run.metrics().by_kind[at].0
}

#[test]
fn new_views_are_answered_once_and_answers_never() {
    // HotStuff, Alg. 5: a NEW-VIEW needs no answer. Here who is behind gets one, and chained views go on faster than
    // messages travel: answered in turn, or twice because it came twice, one would become hundreds of thousands.
    const CLIENTS: &str = "until=4s&latency=1ms..80ms&clients=8&req=400&dup=1";
    for (set_up, faults) in [
        ("n=4&variant=chained", "at=218ms:partition:0,1/2,3&at=2500ms:heal"),
        ("n=7&variant=chained", "at=0:crash:0"),
        ("n=7&variant=two-chain", "at=218ms:partition:0,1,2/3,4,5,6&at=2500ms:heal"),
    ] {
        let run = finished(&scenario(&format!("#/hotstuff?{set_up}&{CLIENTS}&{faults}")));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "{set_up}");
        let new_views = sent(&*run, "new-view");
        assert!(new_views < 1_000, "{set_up}: {new_views} new-views");
    }
}

#[test]
fn bytes_of_certificates_do_not_grow_with_votes_that_come_twice() {
    let bytes =
        |link: &str| finished(&scenario(link)).metrics().by_kind.iter().map(|kind| kind.1).sum::<u64>();
    for variant in ["basic", "chained"] {
        let link = format!("#/hotstuff?req=20&variant={variant}&latency=5ms");
        assert_eq!(bytes(&link), bytes(&format!("{link}&dup=1")), "{variant}");
    }
}

#[test]
fn what_was_chosen_before_all_that_is_remembered_was_chosen_all_the_same() {
    // 128 nodes vote for minutes in thousands of ballots before the last one learns.
    let link = "#/paxos?n=128&clients=16&req=16&gap=100ms&learn=proposer-only&until=100s&loss=30%25";
    let run = finished(&scenario(link));
    assert_eq!(violated(&*run), Vec::<&str>::new());
}

#[test]
fn a_promise_that_falls_is_seen_however_late_and_among_however_many() {
    for link in [
        "#/paxos?n=5&clients=2&req=2&gap=15ms&without=persist-promise,back-off&at=3s:crash:2&at=3010ms:restart:2\
         &until=3500ms",
        "#/paxos?n=31&clients=2&req=2&gap=15ms&without=persist-promise,back-off&at=1s:crash:2&at=1010ms:restart:2\
         &until=1500ms",
        "#/multi-paxos?n=9&without=persist-promise,back-off&req=0&until=3s&election=30ms..60ms&heartbeat=1s\
         &at=2s:crash:2&at=2010ms:restart:2",
    ] {
        let run = finished(&scenario(link));
        assert!(violated(&*run).contains(&"Promises Stand"), "{link}: {:?}", violated(&*run));
    }
    let link = "#/raft?until=31s&req=0&election=10ms..12ms&heartbeat=1s&without=persist-term,persist-vote\
                &at=30s:crash:2&at=30010ms:restart:2";
    let run = finished(&scenario(link));
    assert!(violated(&*run).contains(&"Terms Never Decrease"), "{:?}", violated(&*run));
}

#[test]
fn a_decision_that_nobody_promised_is_not_missed_unless_the_scenario_demands_it() {
    // FLP 1985 is that no protocol can promise it.
    let link = "#/flp?loss=20%25";
    let run = finished(&scenario(link));
    let termination = property(&*run, "Termination");
    assert_eq!(
        (termination.status, violated(&*run)),
        (Status::Pending, Vec::new()),
        "{}",
        termination.reason
    );
    assert!(termination.reason.starts_with("nothing can happen any more"), "{}", termination.reason);
    let demanded = finished(&scenario(&format!("{link}&deadline=1s&until=1s")));
    assert_eq!(violated(&*demanded), ["Termination"]);
}

#[test]
fn what_replicas_of_zyzzyva_send_each_other_grows_with_the_requests_and_not_with_their_square() {
    // §3.2, step 3: a FILL-HOLE is answered with the orders, and of certificates the longest matters.
    let checkpoints = |requests: u32| {
        let link = format!("#/zyzzyva?req={requests}&byz=0:broken-chain&checkpoint=256&until=300s");
        sent(&*finished(&scenario(&link)), "checkpoint")
    };
    let (few, many) = (checkpoints(10), checkpoints(40));
    assert!(many <= 5 * few, "{few} for ten requests, {many} for forty");
}

#[test]
fn what_clients_have_accepted_is_decided_before_replicas_say_so() {
    let run = finished(&scenario("#/zyzzyva?req=10"));
    assert_eq!(property(&*run, "Agreement").reason, "10 replies accepted so far");
}

#[test]
fn why_an_invariant_holds_is_said_by_the_rules_after_which_it_is_judged() {
    let run = finished(&scenario("#/raft?n=3&req=1&until=1s"));
    let reason = property(&*run, "One Vote per Term").reason;
    assert_eq!(reason, "checked after each step by §5.2 election, §5.2 grants vote");
    assert!(property(&*run, "Agreement").reason.ends_with("decisions so far"));
}

#[test]
fn a_replica_that_lags_far_behind_does_not_keep_a_majority_without_a_leader() {
    // Multi-Paxos: replica 2 missed far more than a promise reports; leader 0 crashes when it comes back.
    let clients: String = (0..16).map(|i| format!(",c{i}")).collect();
    let run = finished(&scenario(&format!(
        "#/multi-paxos?n=3&clients=16&window=64&latency=1ms..3ms&req=9000&seed=2&until=20s\
         &at=10ms:partition:0,1{clients}/2&at=1s:crash:0&at=1s:heal"
    )));
    assert_eq!(violated(&*run), Vec::<&str>::new());
    let times: Vec<Time> =
        run.decisions().iter().filter(|d| d.node == NodeId::replica(1)).map(|d| d.at).collect();
    let longest = times.windows(2).map(|w| w[1].since(w[0])).max().expect("decisions");
    assert!(longest.0 < 1_500_000, "nothing decided for {longest:?}");
}

#[test]
fn certificates_of_two_views_do_not_add_up() {
    // Zyzzyva, step 4b.2: client 0 hears of a certificate of view 0 from replicas 0 and 3, and of one of view 1 from
    // replica 1. View 1 began without replica 0's, view 2 begins without replica 1's, and the best that it hears of says
    // nothing of the request. Replica 3 forgets in its view changes, and that is all that is amiss.
    let link = "#/zyzzyva?n=4&clients=2&req=0&timeout=700ms&byz=3:forgetful&at=0:block:0-2\
                &at=0:block:c0-2&at=0:block:2,3-c1&at=0:propose:c0&at=40ms:block:c0-1&at=40ms:block:c0-2\
                &at=200ms:heal&at=200ms:partition:0/1,2,3,c0,c1&at=200ms:block:c1-1&at=200ms:block:c0-1\
                &at=200ms:block:c0-2&at=400ms:propose:c1&at=815ms:block:c1-2,3&at=820ms:block:1,3-2\
                &at=820ms:block:2-1,3&at=1500ms:mend:1-2&at=1500ms:mend:2-3&at=1580ms:mend:1-c0\
                &at=1700ms:block:c0-2&at=2100ms:partition:1,c0/0/2,3,c1&at=2230ms:heal\
                &at=2230ms:partition:1,c0/0,2,3,c1&at=4s:heal&until=20s";
    for checkpoint in [1, 16] {
        let run = finished(&scenario(&format!("{link}&checkpoint={checkpoint}")));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "K = {checkpoint}");
        assert_eq!(property(&*run, "Termination").status, Status::Holds, "K = {checkpoint}");
    }
}

#[test]
fn where_nodes_may_lie_the_values_of_those_who_crash_do_not_count() {
    // Ben-Or: among liars who has crashed is one of the faulty, so unanimity is that of the others. Where nodes only crash,
    // what it told before is as good as any.
    let allows = |variant: &str| {
        let link = format!("#/ben-or?n=6&f=1&in=1,1,1,1,1,0&variant={variant}&at=1ms:crash:5");
        Valid::of(&scenario(&link), &[NodeId::replica(5)]).allows(Value::plain(0))
    };
    assert!(allows("crash") && !allows("byzantine"));
}

#[test]
fn a_client_that_asks_late_is_told_what_has_become_of_its_payment() {
    // Nakamoto: the reply came while the client was down, or was lost, and the block is forgotten by the time it asks again.
    for link in [
        "#/nakamoto?mine=always&mining=drawn&at=1s:crash:c0&at=200s:restart:c0&until=400s&deadline=400s&seed=7",
        "#/nakamoto?n=3&mine=always&mining=drawn&interval=20ms&latency=1ms&confirmations=32&until=60s\
         &at=0:drop:0-c0:reply:1&at=0:drop:1-c0:reply:1",
        // Sixteen of them, the first of which is the last to be known.
        "#/nakamoto?n=3&mine=always&mining=drawn&interval=20ms&latency=1ms&confirmations=32&until=60s&req=40\
         &at=0:drop:0-c0:reply:1&at=0:drop:1-c0:reply:1",
    ] {
        let run = finished(&scenario(link));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
        let reason = property(&*run, "Termination").reason;
        assert!(!reason.contains("no accepted reply"), "{link}: {reason}");
    }
}

#[test]
fn pauses_in_which_miners_rest_do_not_make_blocks_easier() {
    // Nakamoto: else blocks come so fast in the end that honest nodes undo six confirmations.
    for seed in 0..40 {
        let link = "#/nakamoto?req=20&gap=60s&until=3000s&mining=drawn&latency=10ms..60ms";
        let run = finished(&scenario(&format!("{link}&seed={seed}")));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "seed {seed}");
    }
}

#[test]
fn a_deadline_does_not_demand_that_everybody_knows_what_was_decided_this_instant() {
    // Nakamoto: blocks go on for ever, and each takes some delays to be everywhere.
    let link = "#/nakamoto?mine=always&mining=drawn&until=30s&deadline=30s";
    for seed in 0..60 {
        let run = finished(&scenario(&format!("{link}&seed={seed}")));
        assert_eq!(property(&*run, "Termination").status, Status::Holds, "seed {seed}");
    }
    // But what it has lacked for longer it is demanded to know.
    let run = finished(&scenario(&format!(
        "{link}&at=0:cut:3-4&at=20s:cut:0-3&at=20s:cut:1-3&at=20s:cut:2-3&at=20s:cut:5-3"
    )));
    assert_eq!(property(&*run, "Termination").status, Status::Violated);
}

#[test]
fn a_node_that_was_away_for_long_accepts_what_happened_meanwhile() {
    // Nakamoto, abstract: nodes leave and rejoin the network at will.
    for link in [
        "#/nakamoto?n=4&req=60&gap=6s&at=10s:crash:3&at=400s:restart:3&until=1h&deadline=1h",
        "#/nakamoto?n=4&w=5,5,5,4&mine=always&mining=drawn&req=1&at=10s:crash:3&at=300s:restart:3&until=500s&deadline=500s",
        "#/nakamoto?n=4&mining=drawn&mine=always&req=1&at=10s:crash:3&at=3000s:restart:3&until=3100s&deadline=3100s",
    ] {
        let run = finished(&scenario(link));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
        let asked = sent(&*run, "get") + sent(&*run, "locate") + sent(&*run, "blocks");
        assert!(asked < 1_000, "{link}: {asked}");
    }
}

#[test]
fn a_chain_that_a_partition_divided_was_not_within_its_assumptions() {
    // Nakamoto: both sides go on, and what one of them calls final is undone. It stays so when links have healed.
    let link =
        "#/nakamoto?n=4&until=40s&confirmations=3&mine=always&req=2&at=1s:partition:0,1/2,3&at=20s:heal";
    let run = finished(&scenario(link));
    assert!(violated(&*run).contains(&"Common Prefix"));
    let broken: Vec<_> = run.assumptions().into_iter().filter(|a| !a.holds).collect();
    assert_eq!(broken.len(), 1);
    assert_eq!((broken[0].name, broken[0].at), ("One network", Some(Time(1_000_000))));
}

#[test]
fn a_committee_whose_primary_was_replaced_falls_silent_when_all_know_all() {
    // PBFT: learners have no view, so that members are of a later one is no news to them.
    let link = "#/pbft?n=7&committee=4&until=60s&req=2&gap=1s&at=900ms:pause:0&at=3s:resume:0";
    let run = finished(&scenario(link));
    assert_eq!(property(&*run, "Termination").status, Status::Holds);
    assert_eq!(run.end(), Some(End::Quiescent));
}

#[test]
fn a_committee_of_four_costs_sixteen_what_the_gallery_says() {
    let run = finished(&scenario("#/pbft?n=16&committee=4&req=1"));
    let metrics = run.metrics();
    assert_eq!(
        metrics.replica,
        24 + 12 + 12 + 2 * 12,
        "ordered; shown and acknowledged; asked by one member, and answered"
    );
}

#[test]
fn a_request_that_is_executed_twice_is_noticed_whatever_was_only_read() {
    // PBFT, §4.1: the client is told by nobody, asks again, and reads in between.
    let link = "#/pbft?n=4&reads=2&without=dedup&req=0&retry=10s&until=3s&at=0:propose:c0&at=0:drop:1-0:relay:1\
                &at=0:drop:2-0:relay:1&at=0:drop:3-0:relay:1&at=100ms:propose:c0&at=200ms:propose:c0&at=225ms:fire:c0:retry";
    assert!(violated(&*finished(&scenario(link))).contains(&"Exactly Once"));
}

#[test]
fn a_leader_without_an_entry_of_its_own_term_waits_for_one_and_nothing_else_was_promised() {
    // Raft, §5.4.2 and §8.
    let link = "#/raft?n=3&noop=off&until=60s&deadline=60s&at=552ms:crash:0&at=5s:restart:0";
    let run = finished(&scenario(link));
    let termination = property(&*run, "Termination");
    assert_eq!(termination.status, Status::Violated);
    assert!(termination.reason.contains("an entry of its own term"), "{}", termination.reason);
    let broken: Vec<_> = run.assumptions().into_iter().filter(|a| !a.holds).collect();
    assert_eq!(broken.iter().map(|a| a.name).collect::<Vec<_>>(), ["A live variant"]);
}

#[test]
fn a_commander_that_crashes_when_all_have_decided_excuses_nobody() {
    // Byzantine generals: IC2 was violated before.
    for crash in ["", "&at=5s:crash:0"] {
        let run = finished(&scenario(&format!("#/om?n=3&f=1&byz=2:opposite{crash}")));
        assert!(violated(&*run).contains(&"Validity"), "{crash}");
    }
}

#[test]
fn an_executive_that_comes_back_does_not_decide_alone() {
    // Hierarchical: the only supervisor's word came while the executive was down. It has a view of its own, which nobody
    // recommended, so the visitor is asked.
    for back in ["35ms", "45ms", "100ms"] {
        let link = "#/hierarchical?n=6&supervisors=1&in=0,1,1,0,1,0&until=2s&at=15ms:crash:0";
        let run = finished(&scenario(&format!("{link}&at={back}:restart:0")));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "{back}");
        assert_eq!((run.decisions(), property(&*run, "Termination").status), (Vec::new(), Status::Pending));
    }
}

#[test]
fn a_liar_that_equivocates_says_two_things_where_the_protocol_knows_how() {
    let run = finished(&scenario("#/sm?n=3&f=1&without=pass-on&byz=0:equivocate"));
    assert!(violated(&*run).contains(&"Agreement"));
}

#[test]
fn an_agent_that_was_not_there_does_not_pool_alone() {
    // Belief: down from the start, it has nobody's belief but its own; and what it told now might reach some in time only.
    for latency in ["", "&latency=1ms..20ms"] {
        for seed in 0..20 {
            let link = format!(
                "#/belief?n=4&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0.1,0.9&at=0:crash:3&at=7ms:restart:3&seed={seed}{latency}"
            );
            let run = finished(&scenario(&link));
            assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
            assert!(run.decisions().len() >= 3, "{link}");
        }
    }
}

#[test]
fn a_chain_whose_blocks_come_as_quickly_as_they_spread_was_not_within_its_assumptions() {
    let broken = |link: &str| -> Vec<_> {
        let run = finished(&scenario(&format!("#/nakamoto?n=6&until=20s&{link}")));
        run.assumptions().into_iter().filter(|a| !a.holds).map(|a| (a.name, a.at)).collect()
    };
    const SPREAD: &str = "Blocks spread in time";
    let begin = Some(Time::ZERO);
    assert_eq!(broken("interval=500ms&latency=20ms"), []);
    assert_eq!(broken("interval=30ms&latency=20ms"), [(SPREAD, begin)]);
    assert_eq!(broken("interval=500ms&latency=20ms&at=3s:latency:600ms"), [(SPREAD, Some(Time(3_000_000)))]);
    // β < (1 − β) / (1 + (1 − β) λΔ): of two hops a fifth of the interval each, 44 % can be too many, 40 % are not.
    let liars = |percent: u64| {
        let honest = 100 - percent;
        broken(&format!("graph=hub&interval=500ms&latency=50ms&w=1,{percent},{honest},0,0,0&byz=1:selfish"))
    };
    assert_eq!(liars(40), []);
    assert_eq!(liars(48), [(SPREAD, begin)]);
}

#[test]
fn a_fast_clock_is_hash_power_and_one_that_is_hours_ahead_is_refused() {
    let broken = |link: &str| -> Vec<_> {
        let run = finished(&scenario(&format!("#/nakamoto?n=6&{link}")));
        run.assumptions().into_iter().filter(|a| !a.holds).map(|a| a.name).collect()
    };
    assert_eq!(broken("until=20s&byz=0:withhold&skew=0:2/1"), Vec::<&str>::new());
    assert_eq!(broken("until=20s&byz=0:withhold&skew=0:6/1"), ["Blocks spread in time"]);
    assert_eq!(broken("mining=drawn&mine=always&interval=10min&until=3h&skew=3:2/1"), ["Clocks agree"]);
}

#[test]
fn a_client_that_takes_a_reply_to_nothing_breaks_integrity() {
    let sim = Simulation::<Pbft>::new(&scenario("#/pbft?n=4&req=1")).expect("the bounds allow it");
    let mut verdicts = Verdicts::new(&sim);
    let (node, value) = (NodeId::client(0), Value::request(0, 1));
    let reply = Decision {
        node,
        slot: 1,
        value,
        since: Time(1),
        at: Time(9),
        event: 9,
        delays: 5,
        byzantine: false,
        unasked: false,
    };
    verdicts.note(&reply);
    assert!(verdicts.violations().is_empty());
    verdicts.note(&Decision { unasked: true, ..reply });
    assert_eq!(verdicts.violations()[0].property, "Integrity");
    assert_eq!(verdicts.violations()[0].reason, "client c0 accepted x←1, for which it had not asked");
}

#[test]
fn who_passes_nothing_on_in_the_middle_of_a_star_divides_the_network() {
    // Nakamoto: little of the work is enough for that, if every way leads through the liar.
    let star = "#/nakamoto?n=4&graph=hub&until=30s&confirmations=3&mine=always&req=2";
    let broken = |more: &str| -> Vec<(&str, Option<Time>)> {
        let run = finished(&scenario(&format!("{star}{more}")));
        run.assumptions().into_iter().filter(|a| !a.holds).map(|a| (a.name, a.at)).collect()
    };
    assert_eq!(broken(""), []);
    assert_eq!(broken("&byz=0:silent"), [("One network", Some(Time::ZERO))]);
    assert_eq!(broken("&byz=3:silent"), []);
    assert_eq!(broken("&at=5s:crash:0&at=9s:restart:0"), [("One network", Some(Time(5_000_000)))]);
}

#[test]
fn a_miner_that_saw_the_other_of_two_blocks_is_not_late_before_the_next() {
    // Nakamoto: with `mine=always` decisions never end, and of two equally heavy chains the next block decides.
    let link = "#/nakamoto?n=7&seed=984&until=62466682us&deadline=62466682us&clients=2&req=5&gap=354ms&latency=8ms&\
                dup=0.22&order=fifo&mine=always&degree=8&w=5,5,9,6,9,2,8&byz=0:twins:2,4,5,6&byz=5:withhold&\
                at=696682us:latency:1ms..10ms";
    let run = finished(&scenario(link));
    assert_eq!(violated(&*run), Vec::<&str>::new());
}

#[test]
fn leaders_that_change_every_view_need_enough_correct_ones_in_a_row() {
    // HotStuff, chained: three blocks and a certificate are four views, and of four leaders one is silent.
    let link = "#/hotstuff?seed=285&until=60s&deadline=60s&clients=2&variant=chained&byz=1:silent";
    let every_view = finished(&scenario(&format!("{link}&leaders=every-view")));
    assert_eq!(violated(&*every_view), ["Termination"]);
    let broken: Vec<_> = every_view.assumptions().into_iter().filter(|a| !a.holds).map(|a| a.name).collect();
    assert_eq!(broken, ["A live variant"]);
    let in_turns = finished(&scenario(link));
    assert_eq!(violated(&*in_turns), Vec::<&str>::new());
    assert!(in_turns.assumptions().into_iter().all(|a| a.holds));
}

#[test]
fn a_leader_that_is_told_of_a_choice_in_a_higher_ballot_leads_no_more() {
    // Multi-Paxos: what its followers accepted in its ballot is not what was chosen, however far it knows.
    let link = "#/multi-paxos?n=7&clients=2&election=2s..3s&retry=60ms&until=5s&at=21ms:partition:0,1,c0/2/3,4,5,6,c1&\
                at=40ms:fire:3:election&at=40ms:propose:c1&at=300ms:partition:0,1,c0/2,3,4,5,6,c1&\
                at=500ms:partition:0,1,2,c0/3,4,5,6,c1&at=900ms:heal";
    let run = finished(&scenario(link));
    assert_eq!(violated(&*run), Vec::<&str>::new());
    assert_eq!(property(&*run, "Termination").status, Status::Holds);
}

#[test]
fn a_client_that_stands_still_asks_when_it_runs_again() {
    let still = "#/hotstuff?req=3&gap=50ms&until=20s&deadline=10s&at=40ms:pause:c0&at=120ms:resume:c0";
    let down = "#/raft?req=3&gap=400ms&until=20s&deadline=10s&at=390ms:crash:c0&at=1s:restart:c0";
    for link in [still, down] {
        let run = finished(&scenario(link));
        assert_eq!(property(&*run, "Termination").status, Status::Holds, "{link}");
        let asked = run.nodes().into_iter().find(|node| node.id == NodeId::client(0)).expect("there is one");
        assert_eq!(asked.face.status, "3 done", "{link}");
    }
    // One that never does is promised nothing.
    let gone = finished(&scenario("#/raft?req=3&gap=400ms&until=20s&deadline=10s&at=390ms:crash:c0"));
    assert_eq!(violated(&*gone), Vec::<&str>::new());
    assert!(property(&*gone, "Termination").reason.contains("client c0 does not run"));
}

#[test]
fn where_only_two_propose_two_faults_are_too_many_for_progress() {
    // Paxos with roles apart.
    let link = "#/paxos?n=9&roles=apart&deadline=5s&at=1ms:crash:0&at=1ms:crash:1";
    let run = finished(&scenario(link));
    let broken: Vec<_> = run.assumptions().into_iter().filter(|a| !a.holds).map(|a| a.name).collect();
    assert_eq!(broken, ["A live variant"]);
}

/// What happened at a replica, with times.
fn events_at(run: &dyn Session, replica: usize) -> Vec<EventView> {
    let mut events = run.outline(0, run.position().event);
    events.retain(|event| event.node == Some(NodeId::replica(replica)));
    events
}

#[test]
fn a_block_that_is_proved_when_it_is_kept_no_more_contradicts_nothing() {
    // HotStuff: replica 3 is shown the proof for the first block when all others are executed, and few of them kept.
    for late in ["at=0:delay:0-3:prepare:1:3s&at=0:delay:0-3:decide:1:3s", "at=0:delay:0-3:decide:1:3s"] {
        let run = finished(&scenario(&format!("#/hotstuff?history=8&tenure=256&req=40&until=9s&{late}")));
        let events = events_at(&*run, 3);
        let wrong = "conflicts with what was executed";
        assert!(events.iter().all(|event| event.rejected != Some(wrong)), "{late}");
        let fetches = |event: &&EventView| {
            let kinds = run.scenario().meta.kinds;
            event.at > Time(3_000_000) && event.sent.iter().any(|(kind, _)| kinds[*kind].name == "fetch")
        };
        assert_eq!(events.iter().find(fetches), None, "{late}: nothing is missing");
    }
}

#[test]
fn a_reply_that_came_late_sets_no_replica_of_zyzzyva_asking_the_others() {
    // The client repeats itself when all answers are under way. Everybody has executed the same.
    let run = finished(&scenario("#/zyzzyva?req=1&hope=20ms&retry=30ms&until=3s"));
    assert_eq!((sent(&*run, "request"), sent(&*run, "fill-hole")), (5, 0));
    // Who is asked again and again may be the one that missed something: the others are in view 1.
    let left = "#/zyzzyva?req=2&gap=300ms&until=20s&deadline=20s&at=250ms:crash:0&at=290ms:partition:0,1,2,c0/3\
                &at=2s:heal";
    assert_eq!(violated(&*finished(&scenario(left))), Vec::<&str>::new());
}

#[test]
fn a_candidate_says_that_it_keeps_a_command() {
    // Multi-Paxos: the first command comes before the promises do.
    let run = finished(&scenario("#/multi-paxos?req=1"));
    let silent = |event: &EventView| {
        let What::Deliver(message) = &event.what else { return false };
        run.scenario().meta.kinds[message.flight.kind].name == "request"
            && event.cites.is_empty()
            && event.rejected.is_none()
    };
    assert!(!events_at(&*run, 0).iter().any(silent));
}

#[test]
fn a_miner_that_was_away_for_longer_than_blocks_are_kept_is_promised_nothing() {
    let link = "#/nakamoto?n=4&mining=drawn&mine=always&graph=complete&interval=20ms&latency=1ms&until=260s\
                &deadline=255s&at=1s:crash:3";
    let back = |at: &str| finished(&scenario(&format!("{link}&at={at}:restart:3")));
    assert_eq!(broken(&*back("250s")), ["Nobody away for too long"]);
    let run = back("150s");
    assert_eq!((broken(&*run), property(&*run, "Termination").status), (vec![], Status::Holds));
}

#[test]
fn where_servers_stand_before_a_leader_can_be_heard_nothing_is_promised() {
    // Raft, §5.6: the broadcast time should be far below the election timeout.
    for link in [
        "#/raft?req=1&latency=5ms..40ms&election=10ms..12ms&until=5s&deadline=5s",
        "#/multi-paxos?req=1&latency=5ms..40ms&election=10ms..12ms&until=5s&deadline=5s",
    ] {
        let run = finished(&scenario(link));
        assert_eq!(
            (violated(&*run), broken(&*run)),
            (vec!["Termination"], vec!["Leaders are heard in time"])
        );
        let calm = format!("{link}&at=1s:latency:1ms");
        let calm = calm.replace("10ms..12ms", "60ms..120ms").replace("5ms..40ms", "5ms..80ms");
        assert_eq!(broken(&*finished(&scenario(&calm))), Vec::<&str>::new(), "as messages are in the end");
    }
    assert_eq!(broken(&*finished(&scenario("#/raft?n=1&req=1&election=10ms..12ms"))), Vec::<&str>::new());
}

#[test]
fn a_crash_right_before_the_moment_that_is_gone_back_to_is_not_forgotten() {
    // What a server carries out again after it is no second decision, whatever was done next.
    let after = |acts: &str| scenario(&format!("#/raft?req=3&until=3s{acts}"));
    let mut run = finished(&after(""));
    for acts in ["&at=1s:crash:0&at=2s:restart:0", "&at=1s:crash:0&at=1000001us:crash:1&at=2s:restart:0"] {
        run.seek_time(Time(1_000_000));
        run.edit(after(acts)).expect("possible");
    }
    go_to_the_end(&mut *run);
    assert_eq!(violated(&*run), Vec::<&str>::new());
}

#[test]
fn where_nothing_was_asked_for_no_answer_is_owed() {
    for link in ["#/pbft?until=1us&req=0", "#/raft?n=3&req=0&until=1s&deadline=1s"] {
        let run = finished(&scenario(link));
        let termination = property(&*run, "Termination");
        assert_eq!(
            (termination.status, &*termination.reason),
            (Status::Pending, "nothing was proposed"),
            "{link}"
        );
    }
}
