//! One test a claim, on the table-top.

use super::*;
use crate::testbed::{self, Letter, Table, c, r, signed, tell, with, without, x, y};
use consensus_kernel::{Message, Outbox, ParamValue, Rng, Slot, SwitchId, Time, Value};

fn setup(n: usize, clients: usize) -> Setup {
    testbed::setup(&META, n, clients)
}

/// A checkpoint every so many requests.
fn every(k: u64, setup: Setup) -> Setup {
    with(setup, param::CHECKPOINT, ParamValue::Int(k))
}

/// The primary's order after a history.
fn order(table: &Table<Zyzzyva>, view: u64, sequence: u64, before: Digest, value: Value) -> OrderReq {
    let request = signed(table, value.client().unwrap(), Request { value });
    let body = Hashed::new(Body { request });
    let history = Hashed::new(Link { before, request: body.digest() });
    let order = signed(table, table.config.primary(view), Order { view, sequence, history });
    OrderReq { order, body }
}

/// Orders of these values in a row, from the first sequence number on.
fn chain(table: &Table<Zyzzyva>, view: u64, values: &[Value]) -> Vec<OrderReq> {
    let mut before = Digest::ZERO;
    let next = |(i, value): (usize, &Value)| {
        let order = order(table, view, i as u64 + 1, before, *value);
        before = order.history();
        order
    };
    values.iter().enumerate().map(next).collect()
}

/// So many replicas, from the first on, sign the same.
fn certificate<T: Clone + PartialEq>(table: &Table<Zyzzyva>, body: &T, signers: &[usize]) -> Certificate<T> {
    let mut all = Certificate::of(&signed(table, r(signers[0]), body.clone()));
    for i in signers {
        all.join(&Certificate::of(&signed(table, r(*i), body.clone())));
    }
    all
}

fn replica(table: &Table<Zyzzyva>, i: usize) -> &Replica {
    table.replicas[i].member().unwrap()
}

fn why(table: &Table<Zyzzyva>) -> &'static str {
    table.rejected.last().map_or("nothing was refused", |(_, why)| why)
}

fn cited(table: &Table<Zyzzyva>, who: NodeId, cite: Cite) -> usize {
    table.cited.iter().filter(|(id, rule)| *id == who && *rule == cite as RuleId).count()
}

fn decided(table: &Table<Zyzzyva>, who: NodeId) -> Vec<(Slot, Value)> {
    table.decided.iter().filter(|(id, ..)| *id == who).map(|(_, slot, value)| (*slot, *value)).collect()
}

fn values(replica: &Replica) -> Vec<Value> {
    replica.log.iter().map(OrderReq::value).collect()
}

fn propose(table: &mut Table<Zyzzyva>, value: Value) {
    table.step(value.client().unwrap(), Input::Propose(value));
}

fn run(table: &mut Table<Zyzzyva>) {
    table.deliver_all(|_| true);
}

/// Runs while some replicas are cut off.
fn run_without(table: &mut Table<Zyzzyva>, absent: &[usize]) {
    let gone = |id: NodeId| !id.is_client() && absent.contains(&id.index());
    table.deliver_all(|l: &Letter<Msg>| !gone(l.from) && !gone(l.to));
}

/// Delivers everything but what goes to or comes from the absent, and counts by kind all that is sent.
fn run_counting(table: &mut Table<Zyzzyva>, absent: &[usize]) -> [usize; 15] {
    let gone = |id: NodeId| !id.is_client() && absent.contains(&id.index());
    let mut counts = [0; 15];
    while let Some(letter) = table.pile.front() {
        counts[letter.msg.kind()] += 1;
        if gone(letter.to) {
            table.pile.pop_front();
        } else {
            table.deliver();
        }
    }
    counts
}

/// Lets client 0 have so many requests executed, one after the other.
fn execute(table: &mut Table<Zyzzyva>, numbers: std::ops::RangeInclusive<u32>) {
    for k in numbers {
        propose(table, x(k));
        run(table);
    }
}

/// Two replicas accuse the primary of the view that they are in, with some replicas cut off.
fn change_view(table: &mut Table<Zyzzyva>, accusers: [usize; 2], absent: &[usize]) {
    let view = replica(table, accusers[0]).view;
    for to in (0..4).filter(|i| !absent.contains(i)) {
        let both = certificate(table, &Accusation { view }, &accusers);
        tell(table, r(accusers[0]), r(to), Msg::Accuse(both));
    }
    run_without(table, absent);
}

#[test]
fn one_request_costs_what_the_paper_says() {
    for n in [4, 5, 7, 10] {
        let mut table = Table::new(&setup(n, 1));
        propose(&mut table, x(1));
        let counts = run_counting(&mut table, &[]);
        assert_eq!(counts[kind::ORDER_REQ], n - 1, "n={n}");
        assert_eq!(counts[kind::SPEC_RESPONSE], n, "n={n}");
        assert_eq!(counts.iter().sum::<usize>(), 2 * n, "n={n}");
        assert_eq!(decided(&table, c(0)), [(1, x(1))], "n={n}");
        assert!(table.timers.is_empty(), "nothing is left to wait for at n={n}");
    }
}

#[test]
fn one_crashed_replica_costs_a_second_phase() {
    for n in [4, 7, 10] {
        let mut table = Table::new(&setup(n, 1));
        propose(&mut table, x(1));
        let first = run_counting(&mut table, &[n - 1]);
        assert_eq!(decided(&table, c(0)), [], "n={n}: all but one have answered");
        table.fire(c(0), Timer::Retry);
        let second = run_counting(&mut table, &[n - 1]);
        let all: usize = first.iter().chain(&second).sum();
        assert_eq!(all, 4 * n - 2, "n={n}");
        assert_eq!(decided(&table, c(0)), [(1, x(1))], "n={n}");
        assert!((0..n - 1).all(|i| replica(&table, i).certified == 1), "n={n}");
    }
}

#[test]
fn without_the_second_phase_it_waits_for_ever() {
    let mut table = Table::new(&without(setup(4, 1), TWO_PHASES));
    propose(&mut table, x(1));
    for _ in 0..5 {
        run_without(&mut table, &[3]);
        table.fire(c(0), Timer::Retry);
    }
    assert_eq!(decided(&table, c(0)), []);
}

#[test]
fn a_history_digest_covers_everything_before_it() {
    let mut table = Table::new(&setup(4, 2));
    execute(&mut table, 1..=2);
    let digest = |value: Value| Digest::of(&value.0.to_le_bytes());
    let chained = |before: Digest, value: Value| {
        let bytes: Vec<u8> = before.0.into_iter().chain(digest(value).0).collect();
        Digest::of(&bytes)
    };
    let expected = chained(chained(Digest::ZERO, x(1)), x(2));
    for i in 0..4 {
        assert_eq!(replica(&table, i).head(), expected);
    }
}

#[test]
fn an_order_is_executed_only_after_the_history_that_it_continues() {
    let mut table = Table::new(&setup(4, 2));
    let orders = chain(&table, 0, &[x(1), y(1)]);
    tell(&mut table, r(0), r(1), Msg::OrderReq(orders[1].clone()));
    assert_eq!(replica(&table, 1).executed(), 0, "a hole");
    assert_eq!(cited(&table, r(1), Cite::AskHole), 1);
    let astray = order(&table, 0, 1, Digest::of(b"elsewhere"), x(1));
    tell(&mut table, r(0), r(1), Msg::OrderReq(astray));
    assert_eq!(why(&table), "its history is not the one executed here");
    tell(&mut table, r(2), r(1), Msg::OrderReq(orders[0].clone()));
    assert_eq!(values(replica(&table, 1)), [x(1), y(1)], "whoever hands it on");
    let msg = Msg::OrderReq(order(&table, 0, 2, orders[0].history(), x(2)));
    tell(&mut table, r(0), r(1), msg);
    assert_eq!(why(&table), "this sequence number is taken");
}

#[test]
fn only_the_primary_of_the_view_orders() {
    let mut table = Table::new(&setup(4, 1));
    let mut forged = order(&table, 0, 1, Digest::ZERO, x(1));
    forged.order = signed(&table, r(2), forged.order.body().clone());
    tell(&mut table, r(2), r(1), Msg::OrderReq(forged));
    assert_eq!(why(&table), "not a valid order of this view's primary");
}

#[test]
fn a_hole_is_filled_by_the_primary_and_then_by_anybody() {
    let mut table = Table::new(&setup(4, 1));
    for k in 1..=2 {
        propose(&mut table, x(k));
        run_without(&mut table, &[3]);
        table.fire(c(0), Timer::Retry);
        run_without(&mut table, &[3]);
    }
    let second = replica(&table, 0).log[1].clone();
    tell(&mut table, r(0), r(3), Msg::OrderReq(second));
    assert_eq!(cited(&table, r(3), Cite::AskHole), 1);
    run_without(&mut table, &[0]);
    assert_eq!(replica(&table, 3).executed(), 0, "the primary does not answer");
    table.fire(r(3), Timer::Resend);
    run_without(&mut table, &[0]);
    assert_eq!(replica(&table, 3).executed(), 2);
}

#[test]
fn answers_match_only_if_their_histories_do() {
    let mut table = Table::new(&setup(4, 2));
    propose(&mut table, x(1));
    table.pile.clear();
    let one = chain(&table, 0, &[x(1)])[0].clone();
    let other = order(&table, 0, 1, Digest::of(b"elsewhere"), x(1));
    for (i, order) in [&one, &one, &one, &other].into_iter().enumerate() {
        let history = History { view: 0, sequence: 1, digest: order.history() };
        let vouch = signed(&table, r(i), history);
        let response = SpecResponse { vouch, value: x(1), order: order.order.clone() };
        tell(&mut table, r(i), c(0), Msg::SpecResponse(response));
    }
    assert_eq!(decided(&table, c(0)), []);
    assert_eq!(cited(&table, c(0), Cite::ClientProves), 1, "the primary ordered two ways");
    run(&mut table);
    assert!((1..4).all(|i| replica(&table, i).view == 1), "which ends its view");
}

#[test]
fn a_client_counts_replicas_and_not_answers() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    run_without(&mut table, &[3]);
    let order = replica(&table, 1).log[0].clone();
    let vouch = signed(&table, r(1), History { view: 0, sequence: 1, digest: order.history() });
    let again = Msg::SpecResponse(SpecResponse { vouch, value: x(1), order: order.order });
    tell(&mut table, r(1), c(0), again.clone());
    assert_eq!(why(&table), "counted already");
    tell(&mut table, r(2), c(0), again);
    assert_eq!(why(&table), "the answer does not follow from the order", "signed by another");
    assert_eq!(decided(&table, c(0)), []);
}

#[test]
fn a_certificate_counts_only_where_it_fits_what_was_executed() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    run_without(&mut table, &[3]);
    let digest = replica(&table, 1).head();
    let proof = certificate(&table, &History { view: 0, sequence: 1, digest }, &[0, 1, 2]);
    tell(&mut table, c(0), r(3), Msg::Commit(proof));
    assert_eq!(why(&table), "not what was executed here");
    let short = certificate(&table, &History { view: 0, sequence: 1, digest }, &[0, 1]);
    tell(&mut table, c(0), r(1), Msg::Commit(short));
    assert_eq!(why(&table), "not a commit certificate");
    tell(&mut table, c(0), r(1), Msg::Commit(proof));
    assert_eq!(replica(&table, 1).certified, 1);
}

#[test]
fn one_accusation_changes_nothing_and_two_change_the_view() {
    let mut table = Table::new(&setup(4, 1));
    let msg = Msg::Accuse(certificate(&table, &Accusation { view: 0 }, &[3]));
    tell(&mut table, r(3), r(1), msg);
    assert_eq!(replica(&table, 1).view, 0);
    propose(&mut table, x(1));
    run(&mut table);
    assert_eq!(decided(&table, c(0)).len(), 1, "it goes on taking part");
    let msg = Msg::Accuse(certificate(&table, &Accusation { view: 0 }, &[2]));
    tell(&mut table, r(2), r(1), msg);
    assert_eq!((replica(&table, 1).view, replica(&table, 1).active), (1, false));
}

#[test]
fn a_silent_primary_is_replaced_and_the_request_gets_done() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    run_without(&mut table, &[0]);
    table.fire(c(0), Timer::Retry);
    table.fire(c(0), Timer::Retry);
    run_without(&mut table, &[0]);
    for i in 1..4 {
        assert_eq!(cited(&table, r(i), Cite::ConfirmReq), 1);
        table.fire(r(i), Timer::Primary);
    }
    run_without(&mut table, &[0]);
    assert!((1..4).all(|i| replica(&table, i).active && replica(&table, i).view == 1));
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
}

#[test]
fn what_completed_in_one_phase_survives_the_view_change() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=2);
    assert_eq!(decided(&table, c(0)).len(), 2);
    change_view(&mut table, [2, 3], &[0]);
    for i in 1..4 {
        assert_eq!(values(replica(&table, i)), [x(1), x(2)]);
        assert_eq!(replica(&table, i).certified, 2, "the confirmations are a certificate");
    }
}

#[test]
fn what_one_replica_alone_executed_is_rolled_back() {
    let mut table = Table::new(&setup(4, 2));
    execute(&mut table, 1..=1);
    let lone = order(&table, 0, 2, replica(&table, 3).head(), y(1));
    tell(&mut table, r(0), r(3), Msg::OrderReq(lone));
    assert_eq!(replica(&table, 3).clients[1].number, 1);
    table.pile.clear();
    change_view(&mut table, [2, 3], &[0]);
    assert_eq!(values(replica(&table, 3)), [x(1)]);
    assert_eq!(replica(&table, 3).clients[1], ClientRecord::NONE, "the state, too");
    assert_eq!(replica(&table, 3).clients[0].number, 1);
    assert_eq!(cited(&table, r(3), Cite::RollBack), 1);
}

/// A valid report of a replica.
fn report(
    table: &Table<Zyzzyva>,
    who: usize,
    view: u64,
    certificate_of: Option<(u64, usize)>,
    orders: Vec<OrderReq>,
) -> Shared<Signed<ViewChange>> {
    let accusations = certificate(table, &Accusation { view: view - 1 }, &[1, 2]);
    let certificate = certificate_of.map(|(view, length)| {
        let (sequence, digest) =
            (length as u64, if length == 0 { Digest::ZERO } else { orders[length - 1].history() });
        certificate(table, &History { view, sequence, digest }, &[0, 2, 3])
    });
    let change = ViewChange { view, accusations, stable: None, certificate, orders };
    Shared::new(signed(table, r(who), change))
}

/// With what a view begins, by sequence number and values.
fn begins(table: &Table<Zyzzyva>, reports: &[Shared<Signed<ViewChange>>]) -> u64 {
    assert!(reports.iter().all(|c| is_view_change(c, &table.config)), "the reports are valid");
    let (mut rng, mut out) = (Rng::stream(1, 1), Outbox::default());
    let cx = Cx::<Zyzzyva>::new(r(2), Time::ZERO, &table.config, table.rules, &mut rng, &mut out);
    let history = |(sequence, digest): (u64, Digest)| if sequence == 0 { 0 } else { digest.short() };
    history(view_change::base(reports, &cx).end())
}

#[test]
fn a_certificate_of_a_later_view_beats_a_longer_one_of_an_earlier_view() {
    // Abraham et al. 2017, §3: an old certificate for x and y, overtaken by a view that began empty and completed y.
    let scene = |table: &Table<Zyzzyva>| {
        let old = chain(table, 0, &[x(1), y(1)]);
        let new = chain(table, 1, &[y(1)]);
        let reports = [
            report(table, 0, 2, Some((0, 2)), old.clone()),
            report(table, 2, 2, Some((1, 0)), new.clone()),
            report(table, 3, 2, Some((1, 0)), new.clone()),
        ];
        (begins(table, &reports), old[1].history().short(), new[0].history().short())
    };
    let (found, _, new) = scene(&Table::new(&setup(4, 2)));
    assert_eq!(found, new, "ordered by view");
    let (found, old, _) = scene(&Table::new(&without(setup(4, 2), CERTIFICATES_BY_VIEW)));
    assert_eq!(found, old, "the published rule");
}

#[test]
fn beyond_the_certificate_it_takes_two_equal_reports_of_its_view() {
    let table = Table::new(&setup(4, 2));
    let (x_y, x_x) = (chain(&table, 0, &[x(1), y(1)]), chain(&table, 0, &[x(1), x(2)]));
    let one_each = [
        report(&table, 1, 1, Some((0, 1)), x_y.clone()),
        report(&table, 2, 1, None, x_x),
        report(&table, 3, 1, None, Vec::new()),
    ];
    assert_eq!(begins(&table, &one_each), x_y[0].history().short(), "the certificate only");
    let two = [
        report(&table, 1, 1, None, x_y.clone()),
        report(&table, 2, 1, None, x_y.clone()),
        report(&table, 3, 1, None, Vec::new()),
    ];
    assert_eq!(begins(&table, &two), x_y[1].history().short());
    let x_x_x = chain(&table, 0, &[x(1), x(2), x(3)]);
    let longest = [two[0].clone(), two[1].clone(), report(&table, 0, 1, None, x_x_x.clone())];
    assert_eq!(begins(&table, &longest), x_y[1].history().short());
    let careless = Table::new(&without(setup(4, 2), SUPPORT_QUORUM));
    assert_eq!(begins(&careless, &longest), x_x_x[2].history().short());
}

#[test]
fn a_report_is_refused_if_it_does_not_prove_itself() {
    let table = Table::new(&setup(4, 2));
    let orders = chain(&table, 0, &[x(1), y(1)]);
    assert!(is_view_change(&report(&table, 3, 1, Some((0, 1)), orders.clone()), &table.config));
    let edit = |change: fn(&mut ViewChange)| {
        let mut body = report(&table, 3, 1, Some((0, 1)), orders.clone()).body().clone();
        change(&mut body);
        is_view_change(&signed(&table, r(3), body), &table.config)
    };
    assert!(edit(|_| {}));
    assert!(!edit(|c| c.view = 2), "accusations of another view");
    assert!(!edit(|c| c.orders.swap(0, 1)), "no chain");
    assert!(!edit(|c| c.orders.clear()), "a certificate without its history");
    assert!(!edit(|c| c.orders = c.orders.split_off(1)), "a hole");
    let later = order(&table, 1, 3, orders[1].history(), x(2));
    let mut body = report(&table, 3, 2, Some((0, 1)), orders.clone()).body().clone();
    body.orders.push(later);
    assert!(
        !is_view_change(&signed(&table, r(3), body), &table.config),
        "an order of a view without certificate"
    );
}

#[test]
fn a_checkpoint_is_final_when_a_quorum_holds_a_certificate_for_it() {
    let mut table = Table::new(&every(1, setup(4, 1)));
    let first = chain(&table, 0, &[x(1)])[0].clone();
    tell(&mut table, r(0), r(1), Msg::OrderReq(first.clone()));
    let history = History { view: 0, sequence: 1, digest: first.history() };
    let msg = Msg::Checkpoint(certificate(&table, &history, &[2]));
    tell(&mut table, r(2), r(1), msg);
    assert_eq!(replica(&table, 1).certified, 0);
    let msg = Msg::Checkpoint(certificate(&table, &history, &[3]));
    tell(&mut table, r(3), r(1), msg);
    assert_eq!(replica(&table, 1).certified, 1, "a certificate");
    assert_eq!((replica(&table, 1).low, decided(&table, r(1)).len()), (0, 0), "that it alone may hold");
    let state = replica(&table, 1).tentative[0].state();
    let stable = Stable { view: 0, sequence: 1, history: first.history(), state };
    // Of another view: who held it there may have been overtaken.
    let msg = Msg::Stable(certificate(&table, &Stable { view: 1, ..stable }, &[2, 3]));
    tell(&mut table, r(2), r(1), msg);
    assert_eq!(replica(&table, 1).low, 0, "certificates of two views do not add up");
    let msg = Msg::Stable(certificate(&table, &stable, &[2, 3]));
    tell(&mut table, r(2), r(1), msg);
    assert_eq!(replica(&table, 1).low, 1);
    assert_eq!(decided(&table, r(1)), [(1, x(1))]);
}

#[test]
fn checkpoints_cut_the_log_and_everybody_decides() {
    let mut table = Table::new(&every(4, setup(4, 1)));
    execute(&mut table, 1..=40);
    for i in 0..4 {
        assert_eq!((replica(&table, i).low, replica(&table, i).log.len()), (40, 0));
        assert_eq!(decided(&table, r(i)).len(), 40);
        assert!(replica(&table, i).history.len() <= SEGMENTS_MAX);
        assert!(replica(&table, i).stables.is_empty() && replica(&table, i).checkpoints.is_empty());
    }
    assert!(table.timers.is_empty());
}

#[test]
fn an_open_checkpoint_is_announced_again_in_the_next_view() {
    let mut table = Table::new(&every(2, setup(4, 1)));
    for k in 1..=2 {
        propose(&mut table, x(k));
        table.deliver_all(|l| !matches!(l.msg, Msg::Stable(_)));
    }
    assert!((0..4).all(|i| (replica(&table, i).certified, replica(&table, i).low) == (2, 0)));
    // Replica 3 holds the certificate and is cut off; the others need each other.
    change_view(&mut table, [1, 2], &[3]);
    assert!((0..3).all(|i| (replica(&table, i).view, replica(&table, i).low) == (1, 2)));
    assert_eq!(replica(&table, 3).low, 0);
}

#[test]
fn a_replica_that_missed_a_stable_checkpoint_fetches_its_state() {
    let mut table = Table::new(&every(2, setup(4, 1)));
    for k in 1..=5 {
        propose(&mut table, x(k));
        run_without(&mut table, &[3]);
        table.fire(c(0), Timer::Retry);
        run_without(&mut table, &[3]);
    }
    assert_eq!((replica(&table, 1).low, replica(&table, 3).executed()), (4, 0));
    propose(&mut table, x(6));
    run(&mut table);
    table.fire(r(3), Timer::Resend);
    run(&mut table);
    let (late, other) = (replica(&table, 3), replica(&table, 1));
    assert_eq!(cited(&table, r(3), Cite::StateTransfer), 1);
    assert_eq!((late.executed(), late.head(), late.clients[0]), (6, other.head(), other.clients[0]));
    assert_eq!(decided(&table, r(3)).len(), 6);
}

#[test]
fn a_request_ordered_twice_is_executed_once() {
    let mut table = Table::new(&setup(4, 1));
    let orders = chain(&table, 0, &[x(1), x(1)]);
    for order in &orders {
        tell(&mut table, r(0), r(1), Msg::OrderReq(order.clone()));
    }
    assert_eq!((replica(&table, 1).executed(), replica(&table, 1).clients[0].executions), (2, 1));
    assert_eq!(cited(&table, r(1), Cite::Repeated), 1);
}

#[test]
fn what_a_replica_knows_survives_a_crash() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=3);
    let before = (replica(&table, 2).head(), replica(&table, 2).clients.clone());
    table.restart(r(2));
    assert_eq!((replica(&table, 2).head(), replica(&table, 2).clients.clone()), before);
    run(&mut table);
    propose(&mut table, x(4));
    run(&mut table);
    assert_eq!(decided(&table, c(0)).len(), 4);
}

#[test]
fn a_replica_in_an_old_view_is_shown_the_new_one() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=1);
    change_view(&mut table, [1, 2], &[3]);
    assert_eq!((replica(&table, 3).view, replica(&table, 1).view), (0, 1));
    propose(&mut table, x(2));
    run(&mut table);
    let late = replica(&table, 3);
    assert_eq!((late.view, late.active), (1, true));
}

#[test]
fn a_replica_that_gave_up_a_view_takes_no_part_in_it() {
    let mut table = Table::new(&setup(4, 1));
    let both = certificate(&table, &Accusation { view: 0 }, &[2, 3]);
    tell(&mut table, r(3), r(1), Msg::Accuse(both));
    let late = chain(&table, 0, &[x(1)])[0].clone();
    tell(&mut table, r(0), r(1), Msg::OrderReq(late));
    assert_eq!(why(&table), "stale view");
    assert_eq!(replica(&table, 1).executed(), 0);
}

#[test]
fn a_lone_replica_agrees_with_itself() {
    let mut table = Table::new(&every(4, setup(1, 1)));
    execute(&mut table, 1..=20);
    assert_eq!(decided(&table, c(0)).len(), 20);
    assert_eq!(replica(&table, 0).low, 20);
}

/// Rules that are sizes of quorums, and what they are without.
#[test]
fn a_missing_rule_makes_its_quorum_one_smaller() {
    let size = |switch: SwitchId, of: fn(&Config) -> usize| {
        let table = Table::<Zyzzyva>::new(&without(setup(7, 1), switch));
        (of(&Table::<Zyzzyva>::new(&setup(7, 1)).config), of(&table.config))
    };
    assert_eq!(size(FAST_QUORUM, |c| c.fast), (7, 5));
    assert_eq!(size(CERTIFICATE_QUORUM, |c| c.certificate), (5, 4));
    assert_eq!(size(COMMIT_QUORUM, |c| c.commits), (5, 4));
    assert_eq!(size(VIEW_CHANGE_QUORUM, |c| c.changes), (5, 4));
    assert_eq!(size(STABLE_QUORUM, |c| c.stables), (5, 1));
}

#[test]
fn a_liars_many_statements_push_out_its_own_only() {
    let mut table = Table::new(&every(3, setup(4, 1)));
    for k in 1..200 {
        let stable = Stable { view: 0, sequence: 3_000 * k, history: Digest::ZERO, state: Digest::ZERO };
        let claim = Certificate::of(&signed(&table, r(3), stable));
        (0..3).for_each(|to| tell(&mut table, r(3), r(to), Msg::Stable(claim)));
    }
    execute(&mut table, 1..=6);
    run(&mut table);
    assert!((0..4).all(|i| replica(&table, i).low == 6), "honest checkpoints are counted");
    assert!(replica(&table, 1).stables.len() <= 64);
}

#[test]
fn who_answers_in_many_views_with_others_is_heard_in_the_next() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    for view in 0..9 {
        let commit = LocalCommit { view, sequence: 1, history: Digest::ZERO, value: x(1) };
        for i in if view < 8 { 1..3 } else { 0..3 } {
            tell(&mut table, r(i), c(0), Msg::LocalCommit(commit));
        }
        assert_eq!(decided(&table, c(0)).len(), usize::from(view == 8), "two in each view are no three");
    }
}

#[test]
fn a_liars_many_answers_leave_room_for_those_of_others() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    for sequence in 1..200 {
        let history = Digest::of(&[sequence as u8]);
        let commit = LocalCommit { view: 0, sequence, history, value: x(1) };
        tell(&mut table, r(3), c(0), Msg::LocalCommit(commit));
    }
    let commit = LocalCommit { view: 0, sequence: 1, history: Digest::ZERO, value: x(1) };
    for i in 0..3 {
        tell(&mut table, r(i), c(0), Msg::LocalCommit(commit));
    }
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
}

#[test]
fn a_certificate_that_is_no_checkpoint_is_obeyed_and_not_shown_again() {
    let mut table = Table::new(&every(8, setup(4, 1)));
    execute(&mut table, 1..=3);
    let digest = replica(&table, 1).history_at(3).expect("executed");
    let proof = certificate(&table, &History { view: 0, sequence: 3, digest }, &[0, 1, 2]);
    tell(&mut table, r(2), r(1), Msg::Checkpoint(proof));
    assert_eq!((replica(&table, 1).certified, replica(&table, 1).checkpoints.len()), (3, 0));
}

#[test]
fn a_liar_takes_nobodys_room_for_checkpoints() {
    // A single signature opens an entry, so one replica may fill any table that is first come, first served.
    let mut table = Table::new(&every(4, setup(4, 1)));
    for i in 1..=200 {
        for (place, to) in [(4, 1), (8, 1), (1_000_000 + 4 * i, 1), (4, 2), (8, 2), (1_000_000 + 4 * i, 2)] {
            let lie = Digest::of(&[i as u8, place as u8]);
            let stable = Stable { view: 0, sequence: place, history: lie, state: lie };
            let msg = Msg::Stable(certificate(&table, &stable, &[3]));
            tell(&mut table, r(3), r(to), msg);
            let history = History { view: 0, sequence: place, digest: lie };
            let msg = Msg::Checkpoint(certificate(&table, &history, &[3]));
            tell(&mut table, r(3), r(to), msg);
        }
    }
    assert!(replica(&table, 1).stables.len() <= 8 && replica(&table, 1).checkpoints.len() <= 8);
    table.pile.clear();
    for k in 1..=20 {
        propose(&mut table, x(k));
        run_without(&mut table, &[3]);
        table.fire(c(0), Timer::Retry);
        run_without(&mut table, &[3]);
    }
    assert_eq!(decided(&table, c(0)).len(), 20);
    assert!((0..3).all(|i| replica(&table, i).low == 20), "checkpoints become stable");
}

#[test]
fn a_liar_takes_nobodys_room_for_confirmations_of_a_view() {
    let mut table = Table::new(&setup(4, 1));
    execute(&mut table, 1..=1);
    for to in 1..3 {
        let both = certificate(&table, &Accusation { view: 0 }, &[2, 3]);
        tell(&mut table, r(3), r(to), Msg::Accuse(both));
        for i in 0..200u8 {
            let history = History { view: 1, sequence: 1, digest: Digest::of(&[i]) };
            let msg = Msg::ViewConfirm(certificate(&table, &history, &[3]));
            tell(&mut table, r(3), r(to), msg);
        }
    }
    run_without(&mut table, &[3]);
    assert!((1..3).all(|i| (replica(&table, i).view, replica(&table, i).active) == (1, true)));
}

#[test]
fn a_liar_takes_nobodys_room_for_answers() {
    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    for view in 0..200 {
        let order = order(&table, 4 * view + 3, 1, Digest::of(b"elsewhere"), x(1));
        let history = History { view: 4 * view + 3, sequence: 1, digest: order.history() };
        let vouch = signed(&table, r(3), history);
        let lie = SpecResponse { vouch, value: x(1), order: order.order };
        tell(&mut table, r(3), c(0), Msg::SpecResponse(lie));
        let history = Digest::of(&view.to_le_bytes());
        let lie = LocalCommit { view: 0, value: x(1), sequence: view, history };
        tell(&mut table, r(3), c(0), Msg::LocalCommit(lie));
    }
    run_without(&mut table, &[3]);
    table.fire(c(0), Timer::Retry);
    run_without(&mut table, &[3]);
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
}

#[test]
fn the_timer_belongs_to_one_request_and_serving_others_does_not_start_it_anew() {
    let mut table = Table::new(&setup(4, 2));
    // Backup 1 hears of client 1's request from the client; the primary leaves it out.
    let request = signed(&table, c(1), Request { value: y(1) });
    tell(&mut table, c(1), r(1), Msg::Request(request));
    table.pile.clear();
    assert!(table.timers.contains_key(&(r(1), Timer::Primary as usize)));
    // Its time is running: whoever sets it anew would be seen.
    table.timers.insert((r(1), Timer::Primary as usize), Duration(1));
    let orders = chain(&table, 0, &[x(1), x(2), x(3)]);
    for order in orders {
        tell(&mut table, r(0), r(1), Msg::OrderReq(order));
    }
    assert_eq!(replica(&table, 1).executed(), 3);
    assert_eq!(table.timers[&(r(1), Timer::Primary as usize)], Duration(1));
    let served = order(&table, 0, 4, replica(&table, 1).head(), y(1));
    tell(&mut table, r(0), r(1), Msg::OrderReq(served));
    assert!(!table.timers.contains_key(&(r(1), Timer::Primary as usize)));
}

#[test]
fn a_state_with_numbers_at_the_end_of_all_numbers_is_refused() {
    let mut table = Table::new(&every(1, setup(4, 1)));
    let stable = Stable { view: 0, sequence: 1, history: Digest::ZERO, state: Digest::ZERO };
    let stable = certificate(&table, &stable, &[1, 2, 3]);
    let body = Hashed::new(Body { request: signed(&table, c(0), Request { value: x(1) }) });
    let segment = |sequence| {
        let clients = vec![ClientRecord::NONE];
        Shared::new(Segment { sequence, before: Digest::ZERO, bodies: vec![body.clone()], clients })
    };
    let segments = vec![segment(u64::MAX), segment(1)];
    tell(&mut table, r(3), r(1), Msg::State(Shared::new(State { stable, segments })));
    assert_eq!(why(&table), "the state does not have the digest that was proven");
}
