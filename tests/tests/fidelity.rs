//! Runs in which an engine that is only nearly the paper's would go another way.

use consensus_kernel::{NodeId, Time};
use consensus_lab::view::Status;
use consensus_tests::{finished, property, read, scenario, violated};
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
