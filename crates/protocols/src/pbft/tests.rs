//! One test a claim, on the table-top; then storms of random schedules.

use super::*;
use crate::testbed::{Letter, Table};
use consensus_kernel::{Ledger, Message, ParamValue, Params, Ratio, Rng, RuleSet, SwitchId, Time, World};

fn setup(n: usize, clients: usize) -> Setup {
    Setup {
        n,
        f: META.bound.max_f(n),
        clients,
        params: Params::defaults(META.params),
        rules: RuleSet::ALL_HOLD,
        weights: vec![1; n],
        delay_max: Duration::millis(10),
        seed: 1,
        loss: Ratio::ZERO,
    }
}

fn with(mut setup: Setup, at: usize, value: ParamValue) -> Setup {
    setup.params.0[at] = value;
    setup
}

fn without(mut setup: Setup, switch: SwitchId) -> Setup {
    setup.rules = setup.rules.without(switch);
    setup
}

fn r(i: usize) -> NodeId {
    NodeId::replica(i)
}

fn c(i: usize) -> NodeId {
    NodeId::client(i)
}

fn x(number: u32) -> Value {
    Value::request(0, number)
}

fn y(number: u32) -> Value {
    Value::request(1, number)
}

/// What `who` would sign.
fn signed<T>(table: &Table<Pbft>, who: NodeId, body: T) -> Signed<T> {
    let (mut rng, mut out) = (Rng::stream(1, 1), Vec::new());
    Cx::<Pbft>::new(who, Time::ZERO, &table.config, table.rules, &mut rng, &mut out).sign(body)
}

fn request(table: &Table<Pbft>, value: Value) -> Signed<Request> {
    signed(table, value.client().unwrap(), Request { value })
}

fn batch(table: &Table<Pbft>, values: &[Value]) -> Hashed<Batch> {
    Hashed::new(Batch { requests: values.iter().map(|v| request(table, *v)).collect() })
}

/// A pre-prepare of the primary of its view.
fn proposal(table: &Table<Pbft>, view: u64, sequence: u64, values: &[Value]) -> PrePrepare {
    let batch = batch(table, values);
    let order = Order { view, sequence, digest: batch.digest() };
    PrePrepare { order: signed(table, table.config.primary(view), order), batch }
}

fn pre_prepare(table: &mut Table<Pbft>, to: NodeId, view: u64, sequence: u64, values: &[Value]) -> Digest {
    let proposal = proposal(table, view, sequence, values);
    let digest = proposal.batch.digest();
    tell(table, table.config.primary(view), to, Msg::PrePrepare(proposal));
    digest
}

fn prepare(table: &mut Table<Pbft>, from: NodeId, to: NodeId, view: u64, sequence: u64, digest: Digest) {
    let vote = signed(table, from, Prepare { view, sequence, digest });
    tell(table, from, to, Msg::Prepare(vote));
}

fn commit(table: &mut Table<Pbft>, from: NodeId, to: NodeId, view: u64, sequence: u64, digest: Digest) {
    let vote = signed(table, from, Commit { view, sequence, digest });
    tell(table, from, to, Msg::Commit(vote));
}

fn tell(table: &mut Table<Pbft>, from: NodeId, to: NodeId, msg: Msg) {
    table.step(to, Input::Deliver { from, msg: &msg });
}

fn replica(table: &Table<Pbft>, i: usize) -> &Replica {
    table.replicas[i].replica().unwrap()
}

fn why(table: &Table<Pbft>) -> &'static str {
    table.rejected.last().map_or("nothing was refused", |(_, why)| why)
}

fn cited(table: &Table<Pbft>, who: NodeId, cite: Cite) -> usize {
    table.cited.iter().filter(|(id, rule)| *id == who && *rule == cite as RuleId).count()
}

fn decided(table: &Table<Pbft>, who: NodeId) -> Vec<(Slot, Value)> {
    table.decided.iter().filter(|(id, ..)| *id == who).map(|(_, slot, value)| (*slot, *value)).collect()
}

fn propose(table: &mut Table<Pbft>, value: Value) {
    table.step(value.client().unwrap(), Input::Propose(value));
}

/// Delivers everything and counts it by kind.
fn run_counting(table: &mut Table<Pbft>) -> [usize; 12] {
    let mut counts = [0; 12];
    while let Some(letter) = table.pile.front() {
        counts[letter.msg.kind()] += 1;
        table.deliver();
    }
    counts
}

fn run(table: &mut Table<Pbft>) {
    table.deliver_all(|_| true);
}

/// Runs while some replicas are cut off.
fn run_without(table: &mut Table<Pbft>, absent: &[usize]) {
    let gone = |id: NodeId| !id.is_client() && absent.contains(&id.index());
    table.deliver_all(|l: &Letter<Msg>| !gone(l.from) && !gone(l.to));
}

/// Lets client 0 have so many requests executed, one after the other, with some replicas cut off.
fn execute(table: &mut Table<Pbft>, numbers: std::ops::RangeInclusive<u32>, absent: &[usize]) {
    for k in numbers {
        propose(table, x(k));
        run_without(table, absent);
    }
}

#[test]
fn one_request_costs_what_the_paper_says() {
    for n in [4, 5, 7, 10] {
        let mut table = Table::new(&setup(n, 1));
        propose(&mut table, x(1));
        let counts = run_counting(&mut table);
        assert_eq!(counts[kind::REQUEST], 1, "n={n}");
        assert_eq!(counts[kind::PRE_PREPARE], n - 1, "n={n}");
        assert_eq!(counts[kind::PREPARE], (n - 1) * (n - 1), "n={n}");
        assert_eq!(counts[kind::COMMIT], n * (n - 1), "n={n}");
        assert_eq!(counts[kind::REPLY], n, "n={n}");
        assert_eq!(counts.iter().sum::<usize>(), 2 * n * n - n + 1, "n={n}");
        assert_eq!(table.decided.iter().filter(|d| (d.1, d.2) == (1, x(1))).count(), n + 1, "n={n}");
        assert!(table.timers.is_empty(), "nothing is left to wait for at n={n}");
    }
}

#[test]
fn with_one_backup_silent_the_counts_are_those_of_figure_1() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    let mut counts = [0; 12];
    while let Some(letter) = table.pile.front() {
        counts[letter.msg.kind()] += 1;
        if letter.to == r(3) {
            table.pile.pop_front();
        } else {
            table.deliver();
        }
    }
    assert_eq!((counts[kind::PRE_PREPARE], counts[kind::PREPARE], counts[kind::COMMIT]), (3, 6, 9));
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
}

#[test]
fn a_lone_replica_agrees_with_itself() {
    let mut table = Table::new(&setup(1, 1));
    execute(&mut table, 1..=40, &[]);
    assert_eq!(decided(&table, c(0)).len(), 40);
    assert_eq!(replica(&table, 0).low, 32);
}

#[test]
fn prepared_takes_the_pre_prepare_and_two_prepares_of_different_backups() {
    let mut table = Table::new(&setup(4, 1));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    assert_eq!(cited(&table, r(1), Cite::Prepared), 0, "its own prepare alone");
    prepare(&mut table, r(1), r(1), 0, 1, d);
    assert_eq!(why(&table), "counted already");
    prepare(&mut table, r(0), r(1), 0, 1, d);
    assert_eq!(why(&table), "the primary sends no prepare");
    prepare(&mut table, r(2), r(1), 0, 1, Digest::of(b"other"));
    assert_eq!(cited(&table, r(1), Cite::Prepared), 0, "a vote for another digest");
    prepare(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(why(&table), "this replica voted differently before");
    prepare(&mut table, r(3), r(1), 0, 1, d);
    assert_eq!(cited(&table, r(1), Cite::Prepared), 1);
}

#[test]
fn prepares_count_even_if_they_come_before_the_pre_prepare() {
    let mut table = Table::new(&setup(4, 1));
    let d = proposal(&table, 0, 1, &[x(1)]).batch.digest();
    prepare(&mut table, r(2), r(1), 0, 1, d);
    prepare(&mut table, r(3), r(1), 0, 1, d);
    assert_eq!(cited(&table, r(1), Cite::Prepared), 0);
    pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    assert_eq!(cited(&table, r(1), Cite::Prepared), 1);
}

#[test]
fn committed_local_takes_being_prepared_and_a_quorum_of_commits() {
    let mut table = Table::new(&setup(4, 1));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    for i in [0, 2, 3] {
        commit(&mut table, r(i), r(1), 0, 1, d);
    }
    assert_eq!(decided(&table, r(1)), [], "it has not prepared");
    prepare(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(decided(&table, r(1)), [(1, x(1))]);

    let mut table = Table::new(&setup(4, 1));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    prepare(&mut table, r(2), r(1), 0, 1, d);
    commit(&mut table, r(0), r(1), 0, 1, d);
    assert_eq!(decided(&table, r(1)), [], "two commits, its own among them");
    commit(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(decided(&table, r(1)), [(1, x(1))]);
}

#[test]
fn a_pre_prepare_is_refused_unless_it_is_the_primarys_own_order_for_these_requests() {
    let mut table = Table::new(&setup(4, 1));
    let good = proposal(&table, 0, 1, &[x(1)]);
    let not_primary =
        PrePrepare { order: signed(&table, r(2), *good.order.body()), batch: good.batch.clone() };
    let other_batch = PrePrepare { order: good.order, batch: table.config.null.clone() };
    for bad in [not_primary, other_batch] {
        tell(&mut table, r(2), r(1), Msg::PrePrepare(bad));
        assert_eq!(why(&table), "not a valid order of this view's primary");
    }
    let stolen = Hashed::new(Batch { requests: [signed(&table, c(0), Request { value: y(1) })].into() });
    let order = signed(&table, r(0), Order { view: 0, sequence: 1, digest: stolen.digest() });
    tell(&mut table, r(0), r(1), Msg::PrePrepare(PrePrepare { order, batch: stolen }));
    assert_eq!(why(&table), "not a valid order of this view's primary");
    assert_eq!(replica(&table, 1).accepted, 0);
    tell(&mut table, r(3), r(1), Msg::PrePrepare(good));
    assert_eq!(replica(&table, 1).accepted, 1, "it may come by way of another replica");
}

#[test]
fn a_second_digest_for_the_same_number_is_refused() {
    let mut table = Table::new(&setup(4, 2));
    pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    pre_prepare(&mut table, r(1), 0, 1, &[y(1)]);
    assert_eq!(why(&table), "digest conflicts with the accepted pre-prepare");
    let sent = table.pile.iter().filter(|l| matches!(l.msg, Msg::Prepare(_))).count();
    assert_eq!(sent, 3, "it voted once");
}

#[test]
fn numbers_outside_the_watermarks_are_refused() {
    let mut table = Table::new(&setup(4, 1));
    for sequence in [0, 33, u64::MAX] {
        pre_prepare(&mut table, r(1), 0, sequence, &[x(1)]);
        let expected = if sequence == 0 { "below the low watermark" } else { "above the high watermark" };
        assert_eq!(why(&table), expected);
    }
    pre_prepare(&mut table, r(1), 0, 32, &[x(1)]);
    assert_eq!(replica(&table, 1).accepted, 32);
}

#[test]
fn requests_are_executed_in_the_order_of_their_numbers() {
    let mut table = Table::new(&setup(4, 2));
    let first = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    let second = pre_prepare(&mut table, r(1), 0, 2, &[y(1)]);
    for (sequence, d) in [(2, second), (1, first)] {
        prepare(&mut table, r(2), r(1), 0, sequence, d);
        commit(&mut table, r(0), r(1), 0, sequence, d);
        commit(&mut table, r(2), r(1), 0, sequence, d);
    }
    assert_eq!(decided(&table, r(1)), [(1, x(1)), (2, y(1))]);
}

#[test]
fn a_request_that_was_executed_gets_its_reply_again_and_nothing_else() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=1, &[]);
    let again = Msg::Request(request(&table, x(1)));
    tell(&mut table, c(0), r(2), again);
    let letter = table.pile.pop_back().unwrap();
    assert_eq!((letter.to, letter.msg), (c(0), Msg::Reply(Reply { view: 0, value: x(1), slot: 1 })));
    assert!(table.pile.is_empty());
}

#[test]
fn a_request_that_was_ordered_twice_is_executed_once() {
    let mut table = Table::new(&setup(4, 1));
    for sequence in 1..=2 {
        let d = pre_prepare(&mut table, r(1), 0, sequence, &[x(1)]);
        prepare(&mut table, r(2), r(1), 0, sequence, d);
        commit(&mut table, r(0), r(1), 0, sequence, d);
        commit(&mut table, r(2), r(1), 0, sequence, d);
    }
    assert_eq!(decided(&table, r(1)), [(1, x(1)), (2, x(1))]);
    assert_eq!(replica(&table, 1).clients[0], ClientRecord { number: 1, executions: 1, slot: 1 });
    assert_eq!(cited(&table, r(1), Cite::Repeated), 1);
}

#[test]
fn nobody_asks_in_a_clients_name() {
    let mut table = Table::new(&setup(4, 2));
    let foreign = signed(&table, c(1), Request { value: x(1) });
    for (from, msg) in [(c(1), Msg::Request(foreign)), (r(1), Msg::Relay(foreign))] {
        tell(&mut table, from, r(0), msg);
        assert_eq!(why(&table), "not the client's own request");
    }
    let absent = signed(&table, c(7), Request { value: Value::request(7, 1) });
    tell(&mut table, c(7), r(0), Msg::Request(absent));
    assert_eq!(why(&table), "not the client's own request");
    assert!(table.pile.is_empty());
}

#[test]
fn a_backup_relays_a_request_and_watches_the_primary() {
    let mut table = Table::new(&setup(4, 1));
    let asked = request(&table, x(1));
    tell(&mut table, c(0), r(2), Msg::Request(asked));
    let letter = table.pile.pop_front().unwrap();
    assert_eq!((letter.to, letter.msg), (r(0), Msg::Relay(asked)));
    assert_eq!(table.timers.get(&(r(2), Timer::Request as usize)), Some(&Duration::millis(300)));
}

#[test]
fn a_stable_checkpoint_moves_the_watermarks() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=16, &[]);
    for i in 0..4 {
        assert_eq!(replica(&table, i).low, 16, "replica {i}");
        assert_eq!(replica(&table, i).stable.unwrap().count(), 3);
        assert_eq!(replica(&table, i).own_checkpoint, replica(&table, 0).own_checkpoint);
    }
    pre_prepare(&mut table, r(1), 0, 16, &[x(17)]);
    assert_eq!(why(&table), "below the low watermark");
    pre_prepare(&mut table, r(1), 0, 48, &[x(17)]);
    assert_eq!(replica(&table, 1).accepted, 48);
}

#[test]
fn a_full_log_stops_the_primary_until_a_checkpoint_is_stable() {
    let few = with(setup(4, 8), param::CHECKPOINT, ParamValue::Int(2));
    let mut table = Table::new(&few);
    for i in 0..8 {
        propose(&mut table, Value::request(i, 1));
    }
    while table.pile.front().is_some_and(|l| matches!(l.msg, Msg::Request(_))) {
        table.deliver();
    }
    assert_eq!(replica(&table, 0).assigned, 4, "h + 2K");
    run(&mut table);
    assert_eq!(replica(&table, 0).executed, 8);
    assert!((0..8).all(|i| decided(&table, c(i)).len() == 1));
}

#[test]
fn a_batch_gives_each_request_a_slot_of_its_own() {
    let mut table = Table::new(&with(setup(4, 3), param::BATCH, ParamValue::Int(4)));
    pre_prepare(&mut table, r(1), 0, 1, &[x(1), y(1), Value::request(2, 1)]);
    let d = batch(&table, &[x(1), y(1), Value::request(2, 1)]).digest();
    prepare(&mut table, r(2), r(1), 0, 1, d);
    commit(&mut table, r(0), r(1), 0, 1, d);
    commit(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(decided(&table, r(1)), [(4, x(1)), (5, y(1)), (6, Value::request(2, 1))]);
}

#[test]
fn requests_that_wait_for_the_log_share_a_pre_prepare() {
    let tight =
        with(with(setup(4, 6), param::CHECKPOINT, ParamValue::Int(1)), param::WINDOW, ParamValue::Int(1));
    let mut table = Table::new(&with(tight, param::BATCH, ParamValue::Int(8)));
    for i in 0..6 {
        propose(&mut table, Value::request(i, 1));
    }
    run(&mut table);
    assert_eq!(replica(&table, 0).executed, 2, "one request alone, then five together");
    assert!((0..6).all(|i| decided(&table, c(i)).len() == 1));
}

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

fn want_view(table: &mut Table<Pbft>, from: usize, to: usize, view: u64) {
    let change = signed(table, r(from), ViewChange { view, stable: None, prepared: Vec::new() });
    tell(table, r(from), r(to), Msg::ViewChange(Shared::new(change)));
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

/// A primary of five that orders x←1 for replicas 1 and 2, y←1 for 3 and 4, and commits both.
fn split_five(quorum: usize) -> Table<Pbft> {
    let mut table = Table::new(&with(setup(5, 2), param::QUORUM, ParamValue::Choice(quorum)));
    let digests = [x(1), y(1)].map(|v| batch(&table, &[v]).digest());
    for i in 1..5 {
        pre_prepare(&mut table, r(i), 0, 1, &[[x(1), y(1)][(i - 1) / 2]]);
        commit(&mut table, r(0), r(i), 0, 1, digests[(i - 1) / 2]);
    }
    table.deliver_all(|l| !l.to.is_client() && l.to != r(0));
    table
}

#[test]
fn the_literal_2f_plus_1_splits_five_replicas_and_the_minimal_quorum_does_not() {
    let split = split_five(2);
    assert_eq!(split.config.quorum, 3);
    assert_eq!((decided(&split, r(1)), decided(&split, r(3))), (vec![(1, x(1))], vec![(1, y(1))]));
    for rule in [0, 1] {
        let whole = split_five(rule);
        assert_eq!(whole.config.quorum, 4);
        assert!(whole.decided.is_empty());
    }
}

#[test]
fn quorums_have_the_size_that_their_rule_says() {
    let quorum = |n, f, rule| {
        let setup = Setup { f, ..with(setup(n, 1), param::QUORUM, ParamValue::Choice(rule)) };
        let config = Pbft::configure(&setup).unwrap();
        assert_eq!(config.prepares + 1, config.quorum);
        assert_eq!((config.commits, config.changes), (config.quorum, config.quorum));
        config.quorum
    };
    assert_eq!([quorum(4, 1, 0), quorum(4, 1, 1), quorum(4, 1, 2)], [3, 3, 3]);
    assert_eq!([quorum(5, 1, 0), quorum(6, 1, 0), quorum(7, 2, 0)], [4, 4, 5]);
    assert_eq!([quorum(3, 1, 0), quorum(3, 1, 1), quorum(3, 1, 2)], [3, 2, 3], "beyond the bound");
}

#[test]
fn a_quorum_rule_that_is_switched_off_asks_for_one_vote_less() {
    let config = |switch| Pbft::configure(&without(setup(4, 1), switch)).unwrap();
    assert_eq!(config(PREPARE_QUORUM).prepares, 1);
    assert_eq!(config(COMMIT_QUORUM).commits, 2);
    assert_eq!(config(VIEW_CHANGE_QUORUM).changes, 2);
    assert_eq!(config(CLIENT_QUORUM).replies, 1);
    assert_eq!(config(PRE_PREPARE_COUNTS).prepares, 3, "prepares of backups");
}

#[test]
fn demanding_2f_plus_1_prepares_of_backups_stalls_with_one_of_them_gone() {
    let mut table = Table::new(&without(setup(4, 1), PRE_PREPARE_COUNTS));
    execute(&mut table, 1..=1, &[3]);
    assert!(table.decided.is_empty());
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=1, &[3]);
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
}

#[test]
fn a_log_smaller_than_the_checkpoint_period_is_refused() {
    let error = Pbft::configure(&with(setup(4, 1), param::WINDOW, ParamValue::Int(15))).unwrap_err();
    assert_eq!(error.key, "window");
}

#[test]
fn a_client_takes_what_f_plus_1_replicas_say() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    table.pile.clear();
    let reply = |slot| Msg::Reply(Reply { view: 5, value: x(1), slot });
    tell(&mut table, r(3), c(0), reply(9));
    tell(&mut table, r(3), c(0), reply(9));
    assert_eq!(why(&table), "counted already");
    tell(&mut table, r(1), c(0), reply(1));
    assert_eq!(decided(&table, c(0)), []);
    tell(&mut table, r(2), c(0), reply(1));
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
    tell(&mut table, r(0), c(0), reply(1));
    assert_eq!(why(&table), "not the request it waits for");
    propose(&mut table, x(2));
    assert_eq!(table.pile.back().unwrap().to, r(1), "it asks the primary of the view they replied from");
}

#[test]
fn a_client_without_a_result_asks_all() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    assert_eq!(table.pile.len(), 1);
    table.pile.clear();
    table.fire(c(0), Timer::Retry);
    assert_eq!(table.pile.len(), 4);
    run(&mut table);
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
    assert_eq!(replica(&table, 0).executed, 1, "the relayed copies are not ordered again");
}

#[test]
fn a_client_has_one_request_under_way_at_a_time() {
    let mut table = Table::new(&setup(4, 1));
    for k in 1..=3 {
        propose(&mut table, x(k));
    }
    assert_eq!(table.pile.len(), 1);
    run(&mut table);
    assert_eq!(decided(&table, c(0)), [(1, x(1)), (2, x(2)), (3, x(3))]);
}

#[test]
fn every_adversary_of_the_table_has_its_lie() {
    assert!((0..META.adversaries.len()).all(|i| Pbft::lie(i).is_some()));
    assert!(Pbft::lie(META.adversaries.len()).is_none());
}

#[test]
fn the_tables_fit_the_code() {
    assert_eq!(META.rules.len(), Cite::StateTransfer as usize + 1);
    assert!(META.rules.len() <= 64);
    let rule = |cite: Cite| META.rules[cite as usize].id;
    assert_eq!(rule(Cite::ClientAsks), "§4.1 request");
    assert_eq!(rule(Cite::Prepared), "§4.2 prepared");
    assert_eq!(rule(Cite::Join), "§4.5.2 joins");
    assert_eq!(rule(Cite::StateTransfer), "state transfer");
    let switch = |at: SwitchId| META.switches[at as usize].id;
    assert_eq!(switch(CLIENT_QUORUM), "client-quorum");
    assert_eq!(switch(DISTINCT_SENDERS), "distinct-senders");
    assert_eq!(switch(TIMER_DOUBLING), "timer-doubling");
    assert_eq!(META.switches.len(), TIMER_DOUBLING as usize + 1);
    let adversary = |at: usize| META.adversaries[at].id;
    assert_eq!(adversary(adversary::TWO_FACED), "two-faced");
    assert_eq!(adversary(adversary::FALSE_REPLY), "false-reply");
    assert_eq!(META.params[param::WINDOW].key, "window");
    assert_eq!(META.kinds[kind::STATE].name, "state");
    assert_eq!(META.kinds[kind::PRE_PREPARE].name, "pre-prepare");
}

#[test]
fn what_travels_often_is_small() {
    assert!(size_of::<Msg>() <= 128, "{}", size_of::<Msg>());
    let table = Table::<Pbft>::new(&setup(4, 1));
    let vote = signed(&table, r(1), Prepare { view: 0, sequence: 1, digest: Digest::ZERO });
    assert_eq!(Msg::Prepare(vote).bytes(), 16 + 3 * 8 + 32 + 64);
    assert_eq!(Msg::PrePrepare(proposal(&table, 0, 1, &[x(1)])).bytes(), 16 + 2 * 8 + 32 + 64 + (3 * 8 + 64));
}

/// All invariants, watched over a table.
struct Watch {
    ledgers: Vec<Ledger>,
    slots: Ledger,
    seen: (usize, usize),
}

struct Seen<'a>(&'a Table<Pbft>);

impl World<Pbft> for Seen<'_> {
    fn config(&self) -> &Config {
        &self.0.config
    }
    fn replicas(&self) -> usize {
        self.0.replicas.len()
    }
    fn node(&self, id: NodeId) -> Option<&Pbft> {
        if id.is_client() { self.0.clients.get(id.index()) } else { self.0.replicas.get(id.index()) }
    }
}

impl Watch {
    fn new() -> Self {
        Self { ledgers: vec![Ledger::new(); invariants::ALL.len()], slots: Ledger::new(), seen: (0, 0) }
    }

    /// After each step: what it cited and decided.
    fn look(&mut self, table: &Table<Pbft>) -> Result<(), String> {
        for (who, slot, value) in &table.decided[self.seen.0..] {
            let agreed = self.slots.state(*slot, value.0, *who);
            agreed.map_err(|other| format!("{who} and {} decide slot {slot} differently", other.who))?;
        }
        for (who, rule) in &table.cited[self.seen.1..] {
            for (invariant, ledger) in invariants::ALL.iter().zip(&mut self.ledgers) {
                if !who.is_client() && invariant.on.contains(rule) {
                    (invariant.check)(ledger, &Seen(table), *who)?;
                }
            }
        }
        self.seen = (table.decided.len(), table.cited.len());
        Ok(())
    }
}

/// Random deliveries, losses, repetitions and timers; then a calm in which nothing is lost.
fn storm(setup: &Setup, seed: u64, requests: u32) -> Result<Table<Pbft>, String> {
    let (mut table, mut rng, mut watch) = (Table::new(setup), Rng::stream(seed, 7), Watch::new());
    for i in 0..setup.clients {
        for k in 1..=requests {
            propose(&mut table, Value::request(i, k));
        }
    }
    for _ in 0..1_500 {
        let last = table.pile.len().saturating_sub(1) as u64;
        let at = rng.within(0, last.min(12)) as usize;
        match rng.within(0, 99) {
            0..80 if !table.pile.is_empty() => {
                let letter = table.pile.remove(at).unwrap();
                if rng.within(0, 9) == 0 {
                    table.pile.push_back(letter.clone());
                }
                table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
            }
            80..90 if !table.pile.is_empty() => drop(table.pile.remove(at)),
            98 => table.restart(r(rng.within(0, setup.n as u64 - 1) as usize)),
            90.. => fire_any(&mut table, &mut rng),
            _ => fire_any(&mut table, &mut rng),
        }
        watch.look(&table)?;
    }
    for _ in 0..200 {
        while table.deliver() {
            watch.look(&table)?;
        }
        if table.timers.is_empty() {
            break;
        }
        // The shortest timer first, as time would have it, so that the doubled ones get their chance.
        let (&(id, timer), _) = table.timers.iter().min_by_key(|(_, span)| **span).unwrap();
        table.fire(id, <Timer as consensus_kernel::Timer>::from_index(timer));
        watch.look(&table)?;
    }
    Ok(table)
}

fn fire_any(table: &mut Table<Pbft>, rng: &mut Rng) {
    let set: Vec<(NodeId, usize)> = table.timers.keys().copied().collect();
    if !set.is_empty() {
        let (id, timer) = set[rng.within(0, set.len() as u64 - 1) as usize];
        table.fire(id, <Timer as consensus_kernel::Timer>::from_index(timer));
    }
}

#[test]
fn storms_break_nothing_and_all_is_decided_when_they_end() {
    for seed in 0..300 {
        let n = [4, 5, 7][seed as usize % 3];
        let small = with(setup(n, 2), param::CHECKPOINT, ParamValue::Int(1 + seed % 4));
        let table = storm(&small, seed, 4).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        for client in 0..2 {
            assert_eq!(decided(&table, c(client)).len(), 4, "seed {seed}, client {client}");
        }
        let highest = (0..n).map(|i| replica(&table, i).executed).max();
        assert!((0..n).all(|i| Some(replica(&table, i).executed) == highest), "seed {seed}");
    }
}

#[test]
fn without_what_new_views_inherit_storms_break_agreement() {
    let broken = without(with(setup(4, 2), param::CHECKPOINT, ParamValue::Int(4)), NEW_VIEW_CERTIFICATES);
    assert!((0..200).any(|seed| storm(&broken, seed, 4).is_err()));
}

#[test]
fn hostile_numbers_are_refused_and_nothing_panics() {
    let mut table = Table::new(&setup(4, 2));
    execute(&mut table, 1..=20, &[]);
    let extremes = [0, 1, 16, 17, 32, 48, 49, u64::MAX - 1, u64::MAX];
    for view in extremes {
        for sequence in extremes {
            let d = pre_prepare(&mut table, r(1), view, sequence, &[y(1)]);
            prepare(&mut table, r(2), r(1), view, sequence, d);
            commit(&mut table, r(2), r(1), view, sequence, d);
            let checkpoint = signed(&table, r(2), Checkpoint { sequence, digest: d });
            tell(&mut table, r(2), r(1), Msg::Checkpoint(checkpoint));
            let commits = Certificate::of(&signed(&table, r(2), Commit { view, sequence, digest: d }));
            let proof = Committed { batch: batch(&table, &[y(1)]), commits };
            tell(&mut table, r(2), r(1), Msg::Committed(Shared::new(proof)));
            let state = State { stable: Certificate::of(&checkpoint), segments: Vec::new() };
            tell(&mut table, r(2), r(1), Msg::State(Shared::new(state)));
            for active in [true, false] {
                let status = Status { view, active, stable: sequence, executed: sequence, answer: active };
                tell(&mut table, r(2), r(1), Msg::Status(status));
            }
        }
        want_view(&mut table, 2, 1, view);
    }
    assert_eq!(replica(&table, 1).executed, 20);
    assert_eq!(replica(&table, 1).view, 0);
    run(&mut table);
    propose(&mut table, y(1));
    run(&mut table);
    assert_eq!(decided(&table, c(1)).len(), 1);
}
