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
        assert_eq!(cited(&table, r(i), Cite::Reproposed), usize::from(i == 1), "only the primary orders");
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
        assert_eq!(cited(&table, r(i), Cite::NullRequest), usize::from(i == 1));
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
fn votes_of_a_view_that_is_over_count_only_without_the_rule() {
    for bound in [true, false] {
        let setup = setup(4, 1);
        let mut table = Table::new(&if bound { setup } else { without(setup, VIEW_BINDING) });
        let change =
            |i| Shared::new(signed(&table, r(i), ViewChange { view: 1, stable: None, prepared: Vec::new() }));
        let new = NewView { view: 1, changes: (0..3).map(change).collect(), orders: Vec::new() };
        let new = Msg::NewView(Shared::new(signed(&table, r(1), new)));
        tell(&mut table, r(1), r(3), new);
        let digest = pre_prepare(&mut table, r(3), 1, 1, &[x(1)]);
        prepare(&mut table, r(2), r(3), 0, 1, digest);
        let entry = |table: &Table<Pbft>| replica(table, 3).known(1).cloned().unwrap();
        assert_eq!(entry(&table).prepared, !bound);
        assert!(entry(&table).certificate(2).is_none(), "there is nothing to show");
        // Who has changed its mind since does not contradict itself.
        prepare(&mut table, r(2), r(3), 1, 1, digest);
        assert!(entry(&table).prepared && entry(&table).certificate(2).is_some());
        pre_prepare(&mut table, r(3), 0, 2, &[x(2)]);
        assert_eq!(why(&table), "stale view");
    }
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

/// Seven replicas, the first two of which are silent, on their way to view 2.
fn in_view_2_of_seven() -> Table<Pbft> {
    let mut table = Table::new(&setup(7, 1));
    propose(&mut table, x(1));
    table.pile.clear();
    table.fire(c(0), Timer::Retry);
    run_without(&mut table, &[0, 1]);
    for timer in [Timer::Request, Timer::ViewChange] {
        for i in 2..7 {
            table.fire(r(i), timer);
        }
        run_without(&mut table, &[0, 1]);
    }
    table
}

#[test]
fn the_first_new_request_of_a_view_sets_the_timer_back_to_t() {
    // §4.5.2: doubled, unless a request is executed in the new view that was not executed previously.
    let mut table = in_view_2_of_seven();
    assert_eq!((replica(&table, 3).view, decided(&table, c(0)).len()), (2, 1));
    assert_eq!(replica(&table, 3).failed_views, 0);
    let ask = Msg::Request(request(&table, x(2)));
    tell(&mut table, c(0), r(3), ask);
    assert_eq!(table.timers[&(r(3), Timer::Request as usize)], Duration::millis(300));
}

#[test]
fn until_then_a_view_after_one_that_failed_has_twice_the_time() {
    let mut table = Table::new(&setup(7, 1));
    let ask = Msg::Request(request(&table, x(1)));
    tell(&mut table, c(0), r(3), ask);
    table.fire(r(3), Timer::Request);
    for view in [1, 2] {
        for i in [2, 4, 5, 6] {
            want_view(&mut table, i, 3, view);
        }
        if view == 1 {
            table.fire(r(3), Timer::ViewChange);
        }
    }
    let changes = (2..7).map(|i| {
        Shared::new(signed(&table, r(i), ViewChange { view: 2, stable: None, prepared: Vec::new() }))
    });
    let new = NewView { view: 2, changes: changes.collect(), orders: Vec::new() };
    let new = Msg::NewView(Shared::new(signed(&table, r(2), new)));
    tell(&mut table, r(2), r(3), new);
    assert!(replica(&table, 3).active);
    assert_eq!(table.timers[&(r(3), Timer::Request as usize)], Duration::millis(600));
}

#[test]
fn neither_the_null_request_nor_an_old_one_sets_the_timer_back() {
    let mut table = Table::new(&setup(4, 2));
    execute(&mut table, 1..=1, &[]);
    // x←1, executed at sequence 1, prepares at 2 as well, and y←1 at 4; nothing prepares at 3.
    let mut proofs = Vec::new();
    for (sequence, values) in [(1, &[x(1)]), (2, &[x(1)]), (4, &[y(1)])] {
        let proposal = proposal(&table, 0, sequence, values);
        let digest = proposal.batch.digest();
        let vote = |i: usize| signed(&table, r(i), Prepare { view: 0, sequence, digest });
        let mut prepares = Certificate::of(&vote(1));
        prepares.add(&vote(2));
        proofs.push(Prepared { proposal, prepares });
    }
    let change = |i: usize, prepared| {
        Shared::new(signed(&table, r(i), ViewChange { view: 1, stable: None, prepared }))
    };
    let changes = vec![change(0, Vec::new()), change(1, proofs), change(3, Vec::new())];
    let orders =
        [(1, &[x(1)][..]), (2, &[x(1)]), (3, &[]), (4, &[y(1)])].map(|(n, v)| proposal(&table, 1, n, v));
    let digests = orders.clone().map(|p| p.batch.digest());
    let new = NewView { view: 1, changes, orders: orders.into() };
    let new = Msg::NewView(Shared::new(signed(&table, r(1), new)));
    tell(&mut table, r(1), r(2), new);
    assert_eq!((replica(&table, 2).view, replica(&table, 2).active), (1, true), "{}", why(&table));
    for (sequence, d) in (1..).zip(digests) {
        assert!(!replica(&table, 2).fresh, "before sequence {sequence}");
        prepare(&mut table, r(3), r(2), 1, sequence, d);
        commit(&mut table, r(1), r(2), 1, sequence, d);
        commit(&mut table, r(3), r(2), 1, sequence, d);
        assert_eq!(replica(&table, 2).executed, sequence);
    }
    assert!(replica(&table, 2).fresh, "y←1 is new");
}

#[test]
fn a_new_primary_needs_2f_view_changes_of_others_and_not_the_rule_to_join() {
    // §4.4: V holds the view change that it sent "or would have sent".
    let mut table = Table::new(&without(setup(4, 1), JOIN));
    want_view(&mut table, 2, 1, 1);
    assert_eq!(replica(&table, 1).view, 0);
    want_view(&mut table, 3, 1, 1);
    assert_eq!((replica(&table, 1).view, replica(&table, 1).active), (1, true));
    assert_eq!((cited(&table, r(1), Cite::StartView), cited(&table, r(1), Cite::Join)), (1, 0));
}

#[test]
fn who_prepared_by_counting_carelessly_has_nothing_to_show_and_its_view_change_stands() {
    for switch in [DISTINCT_SENDERS, DIGEST_BINDING] {
        let mut table = Table::new(&without(setup(4, 1), switch));
        let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
        if switch == DISTINCT_SENDERS {
            prepare(&mut table, r(1), r(1), 0, 1, d);
        } else {
            prepare(&mut table, r(2), r(1), 0, 1, Digest::of(b"other"));
        }
        assert_eq!(cited(&table, r(1), Cite::Prepared), 1);
        table.fire(r(1), Timer::Request);
        let change = replica(&table, 1).changes[1].clone().unwrap();
        assert_eq!(change.body().prepared.len(), 0);
        assert!(is_view_change(&change, &table.config));
    }
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
