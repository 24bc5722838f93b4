//! View changes (§4.4) and their liveness (§4.5.2).

use super::*;

/// Replicas 1 to 3 give up view 0 by their request timers, the primary being cut off.
fn depose_the_first_primary(table: &mut Table<Pbft>) {
    for i in 1..4 {
        if table.timers.contains_key(&(r(i), Timer::Request as usize)) {
            table.fire(r(i), Timer::Request);
        }
    }
    run_without(table, &[0]);
}

#[test]
fn a_prepared_request_keeps_its_number_in_the_next_view() {
    let mut table = Table::new(&setup(4, 2));
    // Only replica 3 prepares x←1; the commits are lost.
    propose(&mut table, x(1));
    table.deliver_all(|l| match l.msg {
        Msg::Request(_) | Msg::PrePrepare(_) => true,
        Msg::Prepare(_) => l.to == r(3),
        _ => false,
    });
    assert!(replica(&table, 3).known(1).unwrap().prepared);
    depose_the_first_primary(&mut table);
    for i in 1..4 {
        assert_eq!((replica(&table, i).view, replica(&table, i).active), (1, true), "replica {i}");
        assert_eq!(decided(&table, r(i)), [(1, x(1))]);
        assert_eq!(cited(&table, r(i), Cite::Reproposed), 1);
    }
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
}

#[test]
fn a_number_that_nobody_prepared_is_filled_with_the_null_request() {
    let mut table = Table::new(&setup(4, 2));
    // The order of sequence 1 is lost, sequence 2 prepares.
    propose(&mut table, x(1));
    propose(&mut table, y(1));
    table.deliver_all(|l| match &l.msg {
        Msg::Request(_) => true,
        Msg::PrePrepare(p) => p.order.body().sequence == 2,
        Msg::Prepare(_) => true,
        _ => false,
    });
    depose_the_first_primary(&mut table);
    for i in 1..4 {
        assert_eq!(decided(&table, r(i)), [(1, Value::NOOP), (2, y(1))], "replica {i}");
        assert_eq!(cited(&table, r(i), Cite::NullRequest), 1);
    }
    table.fire(c(0), Timer::Retry);
    run_without(&mut table, &[0]);
    assert_eq!(decided(&table, c(0)), [(3, x(1))]);
}

#[test]
fn the_certificate_of_the_highest_view_wins() {
    let mut table = Table::new(&setup(4, 2));
    let proof = |table: &Table<Pbft>, view: u64, value: Value, by: [usize; 2]| {
        let proposal = proposal(table, view, 1, &[value]);
        let digest = proposal.batch.digest();
        let vote = |i: usize| signed(table, r(i), Prepare { view, sequence: 1, digest });
        let mut prepares = Certificate::of(&vote(by[0]));
        prepares.add(&vote(by[1]));
        Prepared { proposal, prepares }
    };
    let old = proof(&table, 0, x(1), [1, 2]);
    let new = proof(&table, 1, y(1), [2, 3]);
    let change = |table: &Table<Pbft>, i: usize, prepared: Vec<Prepared>| {
        Msg::ViewChange(Shared::new(signed(table, r(i), ViewChange { view: 2, stable: None, prepared })))
    };
    for (i, p) in [(0, vec![old]), (3, vec![new])] {
        let msg = change(&table, i, p);
        tell(&mut table, r(i), r(2), msg);
    }
    assert!(replica(&table, 2).active, "it has joined the other two and begun view 2");
    let entry = replica(&table, 2).known(1).unwrap();
    assert_eq!(entry.proposal.as_ref().unwrap().batch.digest(), batch(&table, &[y(1)]).digest());
}

#[test]
fn a_new_view_is_refused_unless_it_orders_what_its_certificates_demand() {
    let mut table = Table::new(&setup(4, 2));
    propose(&mut table, x(1));
    table.deliver_all(|l| matches!(l.msg, Msg::Request(_) | Msg::PrePrepare(_) | Msg::Prepare(_)));
    for i in 1..4 {
        table.fire(r(i), Timer::Request);
    }
    table.deliver_all(|l| matches!(l.msg, Msg::ViewChange(_)) && l.to == r(1));
    let honest = replica(&table, 1).new_view.clone().unwrap().body().clone();
    assert_eq!(honest.orders.len(), 1);
    let refused = |table: &mut Table<Pbft>, signer: NodeId, new: NewView| {
        let new = signed(table, signer, new);
        tell(table, signer, r(2), Msg::NewView(Shared::new(new)));
        assert!(!replica(table, 2).active);
        why(table)
    };
    let emptied = NewView { orders: Vec::new(), ..honest.clone() };
    assert_eq!(refused(&mut table, r(1), emptied), "the view changes demand other orders");
    let null = table.config.null.clone();
    let order = signed(&table, r(1), Order { view: 1, sequence: 1, digest: null.digest() });
    let nulled = NewView { orders: vec![PrePrepare { order, batch: null }], ..honest.clone() };
    assert_eq!(refused(&mut table, r(1), nulled), "the view changes demand other orders");
    let few = NewView { changes: honest.changes[..2].to_vec(), ..honest.clone() };
    assert_eq!(refused(&mut table, r(1), few), "a new view without a quorum of valid view changes");
    let mut twice = honest.changes.clone();
    twice[2] = twice[1].clone();
    let twice = NewView { changes: twice, ..honest.clone() };
    assert_eq!(refused(&mut table, r(1), twice), "a new view without a quorum of valid view changes");
    assert_eq!(refused(&mut table, r(3), honest.clone()), "not the primary of that view");
    let honest = signed(&table, r(1), honest);
    tell(&mut table, r(1), r(2), Msg::NewView(Shared::new(honest)));
    assert!(replica(&table, 2).active);
}

#[test]
fn a_view_change_is_refused_unless_its_certificates_hold() {
    let mut table = Table::new(&setup(4, 1));
    let proposal = proposal(&table, 0, 1, &[x(1)]);
    let digest = proposal.batch.digest();
    let vote = |who: NodeId, d: Digest| signed(&table, who, Prepare { view: 0, sequence: 1, digest: d });
    let one = Certificate::of(&vote(r(1), digest));
    let mut with_primary = one;
    with_primary.add(&vote(r(0), digest));
    let mut good = one;
    good.add(&vote(r(2), digest));
    let mut elsewhere = Certificate::of(&vote(r(1), Digest::of(b"other")));
    elsewhere.add(&vote(r(2), Digest::of(b"other")));
    let p = |prepares| Prepared { proposal: proposal.clone(), prepares };
    let unproven = Certificate::of(&signed(&table, r(3), Checkpoint { sequence: 16, digest }));
    let bad = [
        (None, vec![p(one)]),
        (None, vec![p(with_primary)]),
        (None, vec![p(elsewhere)]),
        (None, vec![p(good), p(good)]),
        (Some(unproven), vec![]),
    ];
    for (stable, prepared) in bad {
        let change = signed(&table, r(3), ViewChange { view: 1, stable, prepared });
        tell(&mut table, r(3), r(2), Msg::ViewChange(Shared::new(change)));
        assert_eq!(why(&table), "a view change without its proofs");
    }
    let change = signed(&table, r(3), ViewChange { view: 1, stable: None, prepared: vec![p(good)] });
    tell(&mut table, r(1), r(2), Msg::ViewChange(Shared::new(change.clone())));
    assert_eq!(why(&table), "somebody else's view change");
    tell(&mut table, r(3), r(2), Msg::ViewChange(Shared::new(change)));
    assert!(replica(&table, 2).changes[3].is_some());
}

#[test]
fn a_replica_joins_the_lowest_view_that_f_plus_1_others_lead_to() {
    let mut table = Table::new(&setup(7, 1));
    want_view(&mut table, 4, 6, 9);
    want_view(&mut table, 5, 6, 3);
    want_view(&mut table, 5, 6, 4);
    assert_eq!(replica(&table, 6).view, 0, "two of seven may lie");
    want_view(&mut table, 3, 6, 7);
    assert_eq!((replica(&table, 6).view, replica(&table, 6).active), (4, false));
}

#[test]
fn the_timer_of_a_new_view_starts_with_a_quorum_and_doubles() {
    let mut table = Table::new(&setup(4, 1));
    let key = (r(3), Timer::ViewChange as usize);
    let ask = Msg::Request(request(&table, x(1)));
    tell(&mut table, c(0), r(3), ask);
    table.fire(r(3), Timer::Request);
    want_view(&mut table, 1, 3, 1);
    assert!(!table.timers.contains_key(&key), "two want view 1");
    want_view(&mut table, 2, 3, 1);
    assert_eq!(table.timers[&key], Duration::millis(300));
    for (view, span) in [(2, 600), (3, 1_200), (4, 2_400)] {
        table.fire(r(3), Timer::ViewChange);
        assert_eq!(replica(&table, 3).view, view);
        assert!(!table.timers.contains_key(&key));
        want_view(&mut table, 1, 3, view);
        want_view(&mut table, 2, 3, view);
        // The primary of view 3 is replica 3 itself: it begins the view instead of waiting for it.
        if view == 3 {
            assert!(replica(&table, 3).active);
            want_view(&mut table, 0, 3, 4);
            want_view(&mut table, 1, 3, 4);
            want_view(&mut table, 2, 3, 4);
            assert_eq!(table.timers[&key], Duration::millis(2_400));
            break;
        }
        assert_eq!(table.timers[&key], Duration::millis(span));
    }
}

#[test]
fn an_execution_sets_the_timer_back_to_t() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    table.deliver_all(|l| matches!(l.msg, Msg::Request(_) | Msg::PrePrepare(_)));
    depose_the_first_primary(&mut table);
    table.fire(c(0), Timer::Retry);
    run_without(&mut table, &[0]);
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
    assert!(replica(&table, 2).fresh);
    let ask = Msg::Request(request(&table, x(2)));
    tell(&mut table, c(0), r(2), ask);
    assert_eq!(table.timers[&(r(2), Timer::Request as usize)], Duration::millis(300));
}

#[test]
fn who_has_left_a_view_takes_no_more_part_in_it() {
    let mut table = Table::new(&setup(4, 1));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    table.fire(r(1), Timer::Request);
    prepare(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(why(&table), "stale view");
    assert_eq!(cited(&table, r(1), Cite::Prepared), 0);
}

#[test]
fn votes_that_outrun_the_new_view_are_not_lost() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    table.deliver_all(|l| matches!(l.msg, Msg::Request(_) | Msg::PrePrepare(_) | Msg::Prepare(_)));
    for i in 1..4 {
        table.fire(r(i), Timer::Request);
    }
    let mut late = Vec::new();
    while let Some(letter) = table.pile.pop_front() {
        if matches!(letter.msg, Msg::NewView(_)) && letter.to == r(3) {
            late.push(letter);
        } else if letter.from != r(0) && letter.to != r(0) {
            table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
        }
    }
    assert!(!replica(&table, 3).active);
    tell(&mut table, r(1), r(3), late.remove(0).msg);
    assert_eq!(cited(&table, r(3), Cite::Prepared), 2, "it hears the prepare that came before the new view");
    run_without(&mut table, &[0]);
    assert_eq!(decided(&table, r(3)), [(1, x(1))]);
}
