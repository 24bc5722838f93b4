//! How what was lost is repaired.

use super::*;

/// Lets the status timer run out twice: the first time it sees that something has moved, and waits on.
fn nudge(table: &mut Table<Pbft>, i: usize) {
    table.fire(r(i), Timer::Status);
    assert!(table.pile.is_empty());
    table.fire(r(i), Timer::Status);
}

#[test]
fn a_replica_that_missed_votes_is_sent_proofs_of_commitment() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=5, &[3]);
    assert_eq!(replica(&table, 3).executed, 0);
    assert!(table.timers.contains_key(&(r(1), Timer::Status as usize)), "replica 3 was not heard of");
    nudge(&mut table, 1);
    let counts = run_counting(&mut table);
    assert_eq!(replica(&table, 3).executed, 5);
    assert_eq!(counts[kind::COMMITTED], 5);
    assert_eq!(decided(&table, r(3)), (1..=5).map(|k| (u64::from(k), x(k))).collect::<Vec<_>>());
}

#[test]
fn a_replica_that_fell_behind_the_log_fetches_the_state() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=70, &[3]);
    nudge(&mut table, 2);
    let counts = run_counting(&mut table);
    assert!(counts[kind::STATE] > 0);
    assert_eq!(replica(&table, 3).executed, 70);
    assert_eq!(replica(&table, 3).clients, replica(&table, 0).clients);
    assert_eq!(cited(&table, r(3), Cite::StateTransfer), 1);
    assert_eq!(decided(&table, r(3)).len(), 70, "the history goes back far enough to decide everything");
    execute(&mut table, 71..=80, &[0]);
    assert_eq!(replica(&table, 3).view, 0);
    for i in 1..4 {
        table.fire(r(i), Timer::Status);
    }
    run(&mut table);
    assert_eq!(replica(&table, 3).own_checkpoint, replica(&table, 1).own_checkpoint);
}

#[test]
fn a_state_that_does_not_fit_its_proof_is_refused() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=16, &[3]);
    let honest = replica(&table, 0).clone();
    let segment = (**honest.history.back().unwrap()).clone();
    let stable = honest.stable.unwrap();
    let weak = Certificate::of(&signed(&table, r(0), *stable.body()));
    let mut richer = segment.clone();
    richer.clients[0].number = 99;
    let mut shorter = segment.clone();
    shorter.batches.pop();
    let send = |table: &mut Table<Pbft>, stable, segment: &Segment| {
        let state = State { stable, segments: vec![Shared::new(segment.clone())] };
        tell(table, r(0), r(3), Msg::State(Shared::new(state)));
    };
    send(&mut table, weak, &segment);
    assert_eq!(why(&table), "not a proof of a stable checkpoint");
    for bad in [&richer, &shorter] {
        send(&mut table, stable, bad);
        assert_eq!(why(&table), "the state does not have the digest that was proven");
    }
    assert_eq!(replica(&table, 3).executed, 0);
    send(&mut table, stable, &segment);
    assert_eq!((replica(&table, 3).executed, replica(&table, 3).low), (16, 16));
}

#[test]
fn a_primary_that_was_left_behind_goes_on_above_what_it_is_shown() {
    let mut others = Table::new(&setup(4, 1));
    execute(&mut others, 1..=16, &[]);
    let known = replica(&others, 1);
    let segments = known.history.iter().cloned().collect();
    let state = State { stable: known.stable.unwrap(), segments };
    let mut table = Table::new(&setup(4, 1));
    tell(&mut table, r(1), r(0), Msg::State(Shared::new(state)));
    assert_eq!((replica(&table, 0).executed, replica(&table, 0).low), (16, 16));
    let next = request(&table, x(17));
    tell(&mut table, c(0), r(0), Msg::Request(next));
    assert_eq!(replica(&table, 0).assigned, 17);
}

#[test]
fn a_proof_of_commitment_needs_a_quorum_for_this_very_batch() {
    let mut table = Table::new(&setup(4, 2));
    let batches = [batch(&table, &[x(1)]), batch(&table, &[y(1)])];
    let vote = |i: usize| signed(&table, r(i), Commit { view: 0, sequence: 1, digest: batches[0].digest() });
    let mut two = Certificate::of(&vote(0));
    two.add(&vote(1));
    let mut three = two;
    three.add(&vote(2));
    for (batch, commits) in [(&batches[0], two), (&batches[1], three)] {
        let proof = Committed { batch: batch.clone(), commits };
        tell(&mut table, r(0), r(3), Msg::Committed(Shared::new(proof)));
        assert_eq!(why(&table), "not a proof of commitment");
    }
    let proof = Committed { batch: batches[0].clone(), commits: three };
    tell(&mut table, r(0), r(3), Msg::Committed(Shared::new(proof)));
    assert_eq!(decided(&table, r(3)), [(1, x(1))]);
}

#[test]
fn a_replica_that_missed_the_view_change_is_sent_the_new_view() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    run_without(&mut table, &[0, 3]);
    table.fire(c(0), Timer::Retry);
    run_without(&mut table, &[0, 3]);
    for i in 1..3 {
        table.fire(r(i), Timer::Request);
    }
    // Replica 3 hears the view changes, joins, and misses the rest.
    table.deliver_all(|l| {
        l.from != r(0) && l.to != r(0) && (l.to != r(3) || matches!(l.msg, Msg::ViewChange(_)))
    });
    assert!(replica(&table, 1).active && !replica(&table, 3).active);
    table.fire(r(3), Timer::Status);
    run(&mut table);
    assert!(replica(&table, 3).active);
    assert_eq!(decided(&table, r(3)), [(1, x(1))]);
}

#[test]
fn a_crashed_replica_comes_back_with_its_log_and_asks() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=3, &[]);
    execute(&mut table, 4..=6, &[2]);
    table.restart(r(2));
    assert_eq!(replica(&table, 2).executed, 3);
    run(&mut table);
    assert_eq!(replica(&table, 2).executed, 6);
}
