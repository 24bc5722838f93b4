//! One test a claim, on the table-top: here the normal case and the clients.

mod forgers;
mod lies;
mod optimised;
mod repair;
mod storms;
mod view_changes;

use super::*;
use crate::testbed::{self, Letter, Table, c, r, signed, tell, with, without, x, y};
use consensus_kernel::{Duration, Message, ParamValue, Rng, SwitchId};

fn setup(n: usize, clients: usize) -> Setup {
    testbed::setup(&META, n, clients)
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

fn replica(table: &Table<Pbft>, i: usize) -> &Replica {
    table.replicas[i].member().unwrap()
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

fn want_view(table: &mut Table<Pbft>, from: usize, to: usize, view: u64) {
    let change = signed(table, r(from), ViewChange { view, stable: None, prepared: Vec::new() });
    tell(table, r(from), r(to), Msg::ViewChange(Shared::new(change)));
}

/// Delivers everything and counts it by kind.
fn run_counting(table: &mut Table<Pbft>) -> [usize; META.kinds.len()] {
    let mut counts = [0; META.kinds.len()];
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
    let mut counts = [0; META.kinds.len()];
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
fn only_a_new_view_orders_the_null_request() {
    // §4.2: m is a client's request. §4.4: null requests are in O.
    let mut table = Table::new(&setup(4, 1));
    pre_prepare(&mut table, r(1), 0, 1, &[]);
    assert_eq!(why(&table), "only a new view orders the null request");
    assert_eq!(replica(&table, 1).accepted, 0);
}

#[test]
fn who_has_not_prepared_does_not_know_it_to_be_committed_even_if_it_commits_too_early() {
    // §4.2: committed-local is prepared and 2f + 1 commits; the switch drops the guard on sending COMMIT alone.
    let mut table = Table::new(&without(setup(4, 1), PREPARED_BEFORE_COMMIT));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    assert_eq!(cited(&table, r(1), Cite::SendCommit), 1);
    commit(&mut table, r(0), r(1), 0, 1, d);
    commit(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(decided(&table, r(1)), []);
    prepare(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(decided(&table, r(1)), [(1, x(1))]);
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
    assert_eq!(
        (letter.to, letter.msg),
        (c(0), Msg::Reply(Reply { view: 0, value: x(1), slot: 1, how: How::Stable }))
    );
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
fn the_timer_of_a_backup_belongs_to_one_request() {
    // §4.4: it is stopped when the backup no longer waits for *the* request.
    let mut table = Table::new(&setup(4, 2));
    let key = (r(2), Timer::Request as usize);
    let forgotten = request(&table, x(1));
    tell(&mut table, c(0), r(2), Msg::Request(forgotten));
    // Marks the timer, to see whether it is set again.
    table.timers.insert(key, Duration::millis(1));
    for sequence in 1..=3 {
        let d = pre_prepare(&mut table, r(2), 0, sequence, &[y(sequence as u32)]);
        prepare(&mut table, r(1), r(2), 0, sequence, d);
        commit(&mut table, r(0), r(2), 0, sequence, d);
        commit(&mut table, r(1), r(2), 0, sequence, d);
        assert_eq!(replica(&table, 2).executed, sequence);
        assert_eq!(table.timers.get(&key), Some(&Duration::millis(1)), "other requests do not stop it");
    }
    let asked = request(&table, y(4));
    tell(&mut table, c(1), r(2), Msg::Request(asked));
    let d = pre_prepare(&mut table, r(2), 0, 4, &[x(1)]);
    prepare(&mut table, r(1), r(2), 0, 4, d);
    commit(&mut table, r(0), r(2), 0, 4, d);
    commit(&mut table, r(1), r(2), 0, 4, d);
    assert_eq!(table.timers.get(&key), Some(&Duration::millis(300)), "another request waits");
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

#[test]
fn requests_that_wait_for_an_instance_to_end_share_the_next() {
    for (parallel, executed) in [(1, 2), (2, 3), (0, 6)] {
        let few = with(setup(4, 6), param::PARALLEL, ParamValue::Int(parallel));
        let mut table = Table::new(&with(few, param::BATCH, ParamValue::Int(8)));
        for i in 0..6 {
            propose(&mut table, Value::request(i, 1));
        }
        while table.pile.front().is_some_and(|l| matches!(l.msg, Msg::Request(_))) {
            table.deliver();
        }
        assert_eq!(replica(&table, 0).assigned, if parallel == 0 { 6 } else { parallel });
        run(&mut table);
        assert_eq!(
            replica(&table, 0).executed,
            executed,
            "the first {parallel} alone, then the rest together"
        );
        assert!((0..6).all(|i| decided(&table, c(i)).len() == 1));
    }
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
        let config = Replica::configure(&setup).unwrap();
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
    let config = |switch| Replica::configure(&without(setup(4, 1), switch)).unwrap();
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
    let error = Replica::configure(&with(setup(4, 1), param::WINDOW, ParamValue::Int(15))).unwrap_err();
    assert_eq!(error.key, "window");
}

#[test]
fn a_client_takes_what_f_plus_1_replicas_say() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    table.pile.clear();
    let reply = |slot| Msg::Reply(Reply { view: 5, value: x(1), slot, how: How::Stable });
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
    assert!((0..META.adversaries.len()).all(|i| Replica::lie(i).is_some()));
    assert!(Replica::lie(META.adversaries.len()).is_none());
}

#[test]
fn the_tables_fit_the_code() {
    assert_eq!(META.rules.len(), Cite::ClientAcceptsQuorum as usize + 1);
    assert!(META.rules.len() <= 64);
    let rule = |cite: Cite| META.rules[cite as usize].id();
    assert_eq!(rule(Cite::ClientAsks), "§4.1 request");
    assert_eq!(rule(Cite::Prepared), "§4.2 prepared");
    assert_eq!(rule(Cite::Join), "§4.5.2 joins");
    assert_eq!(rule(Cite::StateTransfer), "state transfer");
    let switch = |at: SwitchId| META.switches[at as usize].id;
    assert_eq!(switch(CLIENT_QUORUM), "client-quorum");
    assert_eq!(switch(DISTINCT_SENDERS), "distinct-senders");
    assert_eq!(switch(TIMER_DOUBLING), "timer-doubling");
    assert_eq!(switch(WRITE_QUORUM), "write-quorum");
    assert_eq!(switch(VIEW_BINDING), "view-binding");
    assert_eq!(META.switches.len(), VIEW_BINDING as usize + 1);
    let adversary = |at: usize| META.adversaries[at].id;
    assert_eq!(adversary(adversary::TWO_FACED), "two-faced");
    assert_eq!(adversary(adversary::FALSE_REPLY), "false-reply");
    assert_eq!(META.params[param::WINDOW].key, "window");
    assert_eq!(META.params[param::COMMITTEE].key, "committee");
    assert_eq!(META.kinds[kind::STATE].name, "state");
    assert_eq!(META.kinds[kind::READ].name, "read");
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
