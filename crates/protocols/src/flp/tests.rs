//! The rules one by one, with the test's own hand carrying the letters.

use super::*;
use crate::testbed::{Table, setup, with, without};
use consensus_kernel::{ParamValue, RuleId};

const P0: NodeId = NodeId::replica(0);
const P1: NodeId = NodeId::replica(1);
const P2: NodeId = NodeId::replica(2);
const ZERO: Value = INPUTS[0];
const ONE: Value = INPUTS[1];

/// Three processes that have opened ballots 3, 4 and 5, and nothing on the pile.
fn quiet() -> Table<Flp> {
    quiet_after(&setup(&META, 3, 0))
}

fn quiet_after(setup: &Setup) -> Table<Flp> {
    let mut table = Table::<Flp>::new(setup);
    table.pile.clear();
    table.cited.clear();
    table
}

fn give(table: &mut Table<Flp>, from: NodeId, to: NodeId, msg: Msg) -> Vec<Msg> {
    let before = table.pile.len();
    table.step(to, Input::Deliver { from, msg: &msg });
    table.pile.drain(before..).map(|letter| letter.msg).collect()
}

fn cited(table: &Table<Flp>, cite: Cite) -> bool {
    table.cited.iter().any(|(_, rule)| *rule == RuleId::from(cite))
}

#[test]
fn ballots_of_different_processes_are_different_and_each_is_above_the_last() {
    let table = Table::<Flp>::new(&setup(&META, 3, 0));
    assert_eq!(table.replicas.iter().map(|p| p.ballot).collect::<Vec<_>>(), [3, 4, 5]);
    for (n, i) in [(3, 0), (3, 2), (4, 1), (5, 4)] {
        let config = Flp::configure(&setup(&META, n, 0)).unwrap();
        let mut process = Flp::new(&config, NodeId::replica(i));
        for above in 0..40 {
            process.stronger = above;
            let next = process.next_ballot(&config);
            assert!(next > above && next <= above.max(n as u64) + n as u64, "{n} {i} {above}: {next}");
            assert_eq!(next % n as u64, i as u64);
        }
    }
}

#[test]
fn p1a_an_acceptor_promises_only_what_is_above_its_promise() {
    let mut table = quiet();
    let refused = give(&mut table, P0, P2, Msg::Prepare { ballot: 3 });
    assert_eq!(refused, [Msg::Refuse { ballot: 3, promised: 5 }]);
    let promised = give(&mut table, P0, P2, Msg::Prepare { ballot: 6 });
    assert_eq!(promised, [Msg::Promise { ballot: 6, voted: None }]);
    assert_eq!(give(&mut table, P0, P2, Msg::Prepare { ballot: 6 }), [], "a second copy is nothing new");
    assert_eq!(table.node(P2).promised, 6);
}

#[test]
fn p2c_a_proposer_takes_over_the_value_of_the_highest_vote_that_its_majority_reports() {
    let mut table = quiet_after(&setup(&META, 5, 0));
    let report = |ballot, value| Msg::Promise { ballot: 5, voted: Some(Vote { ballot, value }) };
    let first = give(&mut table, P1, P0, report(2, ONE));
    assert_eq!(first, [], "two of five are no majority");
    let accepts = give(&mut table, P2, P0, report(1, ZERO));
    assert_eq!(accepts, [Msg::Accept(Vote { ballot: 5, value: ONE }); 4]);
    assert!(cited(&table, Cite::Adopt));
}

#[test]
fn p2c_a_proposer_whose_majority_reports_no_vote_proposes_what_it_began_with() {
    let mut table = quiet();
    let accepts = give(&mut table, P0, P1, Msg::Promise { ballot: 4, voted: None });
    assert_eq!(accepts, [Msg::Accept(Vote { ballot: 4, value: ONE }); 2]);
    assert_eq!(table.node(P1).voted, Some(Vote { ballot: 4, value: ONE }), "its own acceptor votes, too");
}

#[test]
fn p1a_an_acceptor_votes_at_its_promise_or_above_and_never_below() {
    let mut table = quiet();
    let at = |ballot| Msg::Accept(Vote { ballot, value: ZERO });
    assert_eq!(give(&mut table, P0, P1, at(3)), [Msg::Refuse { ballot: 3, promised: 4 }]);
    assert_eq!(table.node(P1).voted, None);
    assert_eq!(give(&mut table, P1, P0, at(3)), [Msg::Accepted { ballot: 3 }]);
    assert_eq!(give(&mut table, P0, P1, at(9)), [Msg::Accepted { ballot: 9 }]);
    assert_eq!(table.node(P1).promised, 9, "a vote is a promise, too");
    let refused = give(&mut table, P2, P1, Msg::Prepare { ballot: 8 });
    assert_eq!(refused, [Msg::Refuse { ballot: 8, promised: 9 }]);
}

#[test]
fn a_majority_of_votes_in_one_ballot_decides_and_everybody_is_told() {
    let mut table = quiet();
    give(&mut table, P0, P2, Msg::Prepare { ballot: 6 });
    give(&mut table, P0, P1, Msg::Promise { ballot: 4, voted: None });
    let told = give(&mut table, P0, P1, Msg::Accepted { ballot: 4 });
    assert_eq!(told, [Msg::Decided { value: ONE }; 2]);
    give(&mut table, P1, P0, told[0]);
    give(&mut table, P1, P2, told[1]);
    assert_eq!(table.decided, [(P1, 1, ONE), (P0, 1, ONE), (P2, 1, ONE)]);
    assert_eq!(
        give(&mut table, P0, P2, Msg::Refuse { ballot: 5, promised: 9 }),
        [],
        "it opens no more ballots"
    );
}

#[test]
fn s24_a_refused_proposer_opens_the_next_ballot_at_once_above_the_one_that_refused_it() {
    let mut table = quiet();
    let opened = give(&mut table, P2, P0, Msg::Refuse { ballot: 3, promised: 11 });
    assert_eq!(opened, [Msg::Prepare { ballot: 12 }; 2]);
    assert!(table.timers.is_empty());
    assert_eq!(give(&mut table, P1, P0, Msg::Refuse { ballot: 3, promised: 10 }), [], "that ballot is over");
    assert_eq!(give(&mut table, P1, P0, Msg::Refuse { ballot: 12, promised: 4 }), [], "that is no reason");
    assert_eq!(table.node(P0).ballot, 12);
}

#[test]
fn with_a_wait_a_refused_proposer_waits_the_longer_the_higher_its_next_ballot() {
    let wait = Duration::millis(10);
    let mut table = quiet_after(&with(setup(&META, 3, 0), RETRY, ParamValue::Span(wait)));
    for (promised, round) in [(5, 2), (11, 4), (32, 11)] {
        let ballot = table.node(P0).ballot;
        assert_eq!(give(&mut table, P2, P0, Msg::Refuse { ballot, promised }), []);
        assert_eq!(table.timers[&(P0, 0)], wait.times(round));
        table.fire(P0, Timer::Retry);
        assert_eq!(table.node(P0).ballot, round * 3);
    }
}

#[test]
fn a_proposer_whose_own_acceptor_has_promised_more_meanwhile_counts_as_refused() {
    let mut table = quiet();
    give(&mut table, P2, P0, Msg::Prepare { ballot: 5 });
    let next = give(&mut table, P1, P0, Msg::Promise { ballot: 3, voted: None });
    assert_eq!(next, [Msg::Prepare { ballot: 6 }; 2]);
    assert_eq!(table.node(P0).voted, None);
}

#[test]
fn s25_a_process_that_comes_back_keeps_promise_and_vote_and_uses_no_ballot_twice() {
    let mut table = quiet();
    give(&mut table, P1, P0, Msg::Accept(Vote { ballot: 7, value: ONE }));
    table.restart(P0);
    let back = table.node(P0);
    assert_eq!((back.voted, back.ballot), (Some(Vote { ballot: 7, value: ONE }), 9));
    let mut forgetful = quiet_after(&without(setup(&META, 3, 0), PERSIST));
    give(&mut forgetful, P1, P0, Msg::Accept(Vote { ballot: 7, value: ONE }));
    forgetful.restart(P0);
    let back = forgetful.node(P0);
    assert_eq!((back.voted, back.ballot), (None, 3), "it opens the ballot of its first life again");
}

#[test]
fn s24_two_proposers_that_overtake_each_other_before_every_vote_never_decide() {
    let mut table = quiet();
    let mut duellists = [(P0, 3), (P1, 4)];
    give(&mut table, P0, P2, Msg::Prepare { ballot: 6 });
    for _ in 0..1_000 {
        let [(this, ballot), (other, theirs)] = duellists;
        // The third process promises the other one's ballot, so that it refuses this one's.
        let higher = theirs.max(ballot) + 3;
        let refusal = give(&mut table, this, P2, Msg::Accept(Vote { ballot, value: ZERO }));
        assert!(matches!(refusal[..], [Msg::Refuse { .. }]), "{refusal:?}");
        give(&mut table, P2, this, refusal[0]);
        let ballot = table.node(this).ballot;
        give(&mut table, this, P2, Msg::Prepare { ballot });
        assert!(ballot < higher + 6);
        duellists = [(other, theirs), (this, ballot)];
    }
    assert_eq!(table.decided, []);
}

#[test]
fn what_is_hostile_is_refused_with_a_reason() {
    let mut table = quiet();
    let strange = [
        (P2, Msg::Promise { ballot: 99, voted: None }),
        (P2, Msg::Accepted { ballot: 3 }),
        (P2, Msg::Refuse { ballot: 4, promised: 9 }),
        (NodeId::client(0), Msg::Prepare { ballot: 9 }),
        (NodeId::replica(7), Msg::Prepare { ballot: 9 }),
    ];
    for (k, (from, msg)) in strange.into_iter().enumerate() {
        assert_eq!(give(&mut table, from, P0, msg), []);
        assert_eq!(table.rejected.len(), k + 1, "{msg:?}");
    }
}
