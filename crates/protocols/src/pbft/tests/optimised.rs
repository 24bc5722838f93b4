//! §5.1 and its relatives: tentative execution, commits that travel with other messages, reads, committees.

use super::*;

fn executing(n: usize, clients: usize, how: usize) -> Setup {
    with(setup(n, clients), param::EXECUTE, ParamValue::Choice(how))
}

fn reading(n: usize, clients: usize, how: usize, every: u64) -> Setup {
    with(executing(n, clients, how), param::READS, ParamValue::Int(every))
}

fn sitting(n: usize, k: u64) -> Setup {
    with(setup(n, 1), param::COMMITTEE, ParamValue::Int(k))
}

fn reply(view: u64, slot: Slot, how: How) -> Msg {
    Msg::Reply(Reply { view, value: x(1), slot, how })
}

/// Replica 1 has prepared x←1 at 1.
fn prepared_at_1(how: usize) -> Table<Pbft> {
    let mut table = Table::new(&executing(4, 1, how));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    prepare(&mut table, r(2), r(1), 0, 1, d);
    table
}

fn replies_of(table: &Table<Pbft>, who: NodeId) -> Vec<Reply> {
    let replies = table.pile.iter().filter(|letter| letter.from == who);
    replies
        .filter_map(|letter| if let Msg::Reply(reply) = &letter.msg { Some(*reply) } else { None })
        .collect()
}

#[test]
fn what_is_prepared_is_answered_tentatively_once_and_decided_when_it_is_committed() {
    let mut table = prepared_at_1(param::TENTATIVE);
    let tentative = Reply { view: 0, value: x(1), slot: 1, how: How::Tentative };
    assert_eq!(replies_of(&table, r(1)), [tentative]);
    assert_eq!((decided(&table, r(1)), replica(&table, 1).executed), (vec![], 0));
    let d = proposal(&table, 0, 1, &[x(1)]).batch.digest();
    commit(&mut table, r(0), r(1), 0, 1, d);
    commit(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(decided(&table, r(1)), [(1, x(1))]);
    assert_eq!(replies_of(&table, r(1)), [tentative], "the client has its reply");
    assert_eq!(replica(&table, 1).tentative, None);
}

#[test]
fn nothing_is_executed_tentatively_above_what_is_not_committed() {
    let mut table = Table::new(&executing(4, 2, param::TENTATIVE));
    let first = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    let second = pre_prepare(&mut table, r(1), 0, 2, &[y(1)]);
    prepare(&mut table, r(2), r(1), 0, 2, second);
    assert!(replies_of(&table, r(1)).is_empty());
    prepare(&mut table, r(2), r(1), 0, 1, first);
    assert_eq!(replica(&table, 1).tentative, Some(1));
    commit(&mut table, r(0), r(1), 0, 1, first);
    commit(&mut table, r(2), r(1), 0, 1, first);
    assert_eq!((replica(&table, 1).executed, replica(&table, 1).tentative), (1, Some(2)));
}

#[test]
fn a_request_that_stands_twice_in_a_batch_is_answered_tentatively_once() {
    let mut table = Table::new(&with(executing(4, 1, param::TENTATIVE), param::BATCH, ParamValue::Int(2)));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1), x(1)]);
    prepare(&mut table, r(2), r(1), 0, 1, d);
    let once = Reply { view: 0, value: x(1), slot: 2, how: How::Tentative };
    assert_eq!(replies_of(&table, r(1)), [once]);
}

#[test]
fn where_some_read_a_client_says_that_it_waited_for_a_quorum() {
    let mut table = Table::new(&reading(4, 1, 0, 5));
    propose(&mut table, x(1));
    run(&mut table);
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
    let (few, quorum) = (Cite::ClientAccepts, Cite::ClientAcceptsQuorum);
    assert_eq!((cited(&table, c(0), few), cited(&table, c(0), quorum)), (0, 1));
}

#[test]
fn a_client_takes_2f_plus_1_replies_of_one_view_or_f_plus_1_to_what_is_committed() {
    let ask = || {
        let mut table = Table::new(&executing(4, 1, param::TENTATIVE));
        propose(&mut table, x(1));
        table
    };
    let mut table = ask();
    for (i, view, how) in [(0, 0, How::Tentative), (1, 0, How::Tentative), (2, 1, How::Tentative)] {
        tell(&mut table, r(i), c(0), reply(view, 1, how));
    }
    assert_eq!(decided(&table, c(0)), [], "two views");
    tell(&mut table, r(0), c(0), reply(1, 1, How::Tentative));
    tell(&mut table, r(3), c(0), reply(1, 1, How::Stable));
    assert_eq!(decided(&table, c(0)), [(1, x(1))], "three replies of view 1, one of them stable");
    assert_eq!(cited(&table, c(0), Cite::ClientAcceptsTentative), 1);

    let mut table = ask();
    tell(&mut table, r(0), c(0), reply(0, 1, How::Stable));
    assert_eq!(decided(&table, c(0)), []);
    tell(&mut table, r(1), c(0), reply(3, 1, How::Stable));
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
    assert_eq!(cited(&table, c(0), Cite::ClientAccepts), 1);

    let mut table = Table::new(&setup(4, 1));
    propose(&mut table, x(1));
    tell(&mut table, r(0), c(0), reply(0, 1, How::Tentative));
    assert_eq!(why(&table), "nothing is executed tentatively here");
}

#[test]
fn a_view_change_takes_back_what_was_executed_tentatively() {
    for (keeps, executed) in [(false, 0), (true, 1)] {
        let setup = executing(4, 1, param::TENTATIVE);
        let mut table = Table::new(&if keeps { without(setup, ROLL_BACK) } else { setup });
        let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
        prepare(&mut table, r(2), r(1), 0, 1, d);
        table.fire(r(1), Timer::Request);
        let replica = replica(&table, 1);
        assert_eq!((replica.tentative, replica.executed), (None, executed));
        assert_eq!(cited(&table, r(1), Cite::RollBack), usize::from(!keeps));
        assert_eq!(replica.changes[1].as_ref().unwrap().body().prepared.len(), 1, "it has its certificate");
    }
}

#[test]
fn commits_wait_for_the_next_order_or_prepare_to_carry_them() {
    let mut table = Table::new(&executing(4, 1, param::PIGGYBACK));
    execute(&mut table, 1..=1, &[]);
    assert_eq!(decided(&table, c(0)), [(1, x(1))], "four replies are enough");
    assert!((0..4).all(|i| replica(&table, i).executed == 0 && replica(&table, i).held.len() == 1));
    for number in 2..=5 {
        propose(&mut table, x(number));
        let counts = run_counting(&mut table);
        assert_eq!((counts[kind::PRE_PREPARE], counts[kind::PREPARE], counts[kind::COMMIT]), (3, 9, 0));
        assert!((0..4).all(|i| replica(&table, i).executed == u64::from(number) - 1), "request {number}");
    }
    // Nobody asks any more.
    for i in 0..4 {
        table.fire(r(i), Timer::Commit);
    }
    assert_eq!(run_counting(&mut table)[kind::COMMIT], 12);
    assert!((0..4).all(|i| replica(&table, i).executed == 5));
}

#[test]
fn only_orders_and_prepares_carry_commits_and_each_its_senders_own() {
    let mut table = Table::new(&executing(4, 1, param::PIGGYBACK));
    let d = proposal(&table, 0, 1, &[x(1)]).batch.digest();
    let vote = signed(&table, r(2), Commit { view: 0, sequence: 1, digest: d });
    let odd = Msg::Laden(Shared::new(Laden { msg: Msg::Commit(vote), commits: vec![vote] }));
    tell(&mut table, r(2), r(1), odd.clone());
    assert_eq!(why(&table), "only orders and prepares carry commits");
    tell(&mut table, r(2), r(1), Msg::Laden(Shared::new(Laden { msg: odd, commits: vec![] })));
    assert_eq!(why(&table), "only orders and prepares carry commits");
    let ahead = signed(&table, r(3), Prepare { view: 0, sequence: 1, digest: d });
    tell(
        &mut table,
        r(3),
        r(1),
        Msg::Laden(Shared::new(Laden { msg: Msg::Prepare(ahead), commits: vec![vote] })),
    );
    assert_eq!(
        replica(&table, 1).known(1).map(|e| (e.prepares.voters_for(d).len(), e.commits.voters_for(d).len())),
        Some((1, 0))
    );
}

#[test]
fn a_read_takes_one_round_trip_and_no_place() {
    let mut table = Table::new(&reading(4, 2, 0, 2));
    execute(&mut table, 1..=1, &[]);
    for number in 1..=2 {
        propose(&mut table, y(number));
        run(&mut table);
    }
    // Client 1 has read, as its second request, what client 0 did last.
    assert_eq!(decided(&table, c(1)), [(2, y(1)), (0, y(2))]);
    assert_eq!(table.clients[1].client().and_then(|client| client.read), Some((2, 1)));
    assert!((0..4).all(|i| replica(&table, i).executed == 2));
}

#[test]
fn with_reads_about_writes_are_accepted_from_a_quorum_too() {
    let replies = |every| Replica::configure(&reading(7, 1, 0, every)).unwrap().replies;
    assert_eq!((replies(0), replies(2)), (3, 5));
}

#[test]
fn a_read_waits_until_what_is_prepared_is_executed() {
    let mut table = Table::new(&reading(4, 2, param::PIGGYBACK, 2));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    prepare(&mut table, r(2), r(1), 0, 1, d);
    let read = Msg::Read(request(&table, y(2)));
    table.pile.clear();
    tell(&mut table, c(1), r(1), read.clone());
    assert!(replies_of(&table, r(1)).is_empty());
    assert_eq!(table.pile.iter().filter(|l| matches!(l.msg, Msg::Commit(_))).count(), 3, "it hurries");
    commit(&mut table, r(0), r(1), 0, 1, d);
    commit(&mut table, r(2), r(1), 0, 1, d);
    assert_eq!(replies_of(&table, r(1)), [Reply { view: 0, value: y(2), slot: 1, how: How::Read }]);
    // Who has prepared nothing has nothing to wait for.
    tell(&mut table, c(1), r(3), read);
    assert_eq!(replies_of(&table, r(3)), [Reply { view: 0, value: y(2), slot: 0, how: How::Read }]);
    let write = Msg::Read(request(&table, y(3)));
    tell(&mut table, c(1), r(3), write);
    assert_eq!(why(&table), "not the client's own read");
}

#[test]
fn a_read_with_different_answers_is_ordered_in_the_end() {
    let mut table = Table::new(&reading(4, 1, 0, 1));
    propose(&mut table, x(1));
    table.pile.clear();
    let answer = |slot| Msg::Reply(Reply { view: 0, value: x(1), slot, how: How::Read });
    for (i, slot) in [(0, 0), (1, 3), (2, 0)] {
        tell(&mut table, r(i), c(0), answer(slot));
    }
    assert_eq!(decided(&table, c(0)), []);
    table.fire(c(0), Timer::Retry);
    tell(&mut table, r(3), c(0), answer(0));
    assert_eq!(why(&table), "not the request it waits for");
    run(&mut table);
    assert_eq!(decided(&table, c(0)), [(1, x(1))]);
}

#[test]
fn a_committee_orders_and_the_others_learn() {
    for (n, k) in [(16, 4), (7, 4), (10, 7)] {
        let mut table = Table::new(&sitting(n, k));
        let k = k as usize;
        propose(&mut table, x(1));
        let counts = run_counting(&mut table);
        assert_eq!(counts[kind::PRE_PREPARE] + counts[kind::PREPARE] + counts[kind::COMMIT], 2 * k * (k - 1));
        assert_eq!((counts[kind::COMMITTED], counts[kind::STATUS]), (n - k, n - k));
        // Of f + 1 members the primary is one that knows already.
        let wonder = table.timers.keys().filter(|(_, timer)| *timer == Timer::Status as usize).count();
        assert_eq!(wonder, table.config.weak - 1);
        assert_eq!(counts[kind::REPLY], k);
        assert_eq!(table.decided.iter().filter(|d| (d.1, d.2) == (1, x(1))).count(), n + 1);
        execute(&mut table, 2..=40, &[]);
        assert!((0..n).all(|i| (replica(&table, i).executed, replica(&table, i).low) == (40, 32)));
    }
}

#[test]
fn who_is_not_of_the_committee_has_no_say() {
    let mut table = Table::new(&sitting(7, 4));
    let d = pre_prepare(&mut table, r(1), 0, 1, &[x(1)]);
    prepare(&mut table, r(6), r(1), 0, 1, d);
    assert_eq!(why(&table), "only the committee orders");
    want_view(&mut table, 5, 1, 1);
    assert_eq!(why(&table), "only the committee orders");
    pre_prepare(&mut table, r(6), 0, 1, &[x(1)]);
    assert_eq!(why(&table), "only the committee orders");
    tell(&mut table, r(6), c(0), reply(0, 1, How::Stable));
    assert_eq!(why(&table), "only replicas reply");
    assert_eq!((table.config.quorum, table.config.weak, Replica::quorum(&table.config)), (3, 2, None));
    assert!(
        Replica::caveat(&table.config).is_some()
            && Replica::caveat(&Config::of(&setup(7, 1)).unwrap()).is_none()
    );
}

#[test]
fn a_committee_changes_its_primary_and_goes_on_and_the_learners_hear_of_it() {
    let mut table = Table::new(&sitting(7, 4));
    execute(&mut table, 1..=2, &[]);
    propose(&mut table, x(3));
    run_without(&mut table, &[0]);
    table.fire(c(0), Timer::Retry);
    run_without(&mut table, &[0]);
    for i in 1..4 {
        table.fire(r(i), Timer::Request);
    }
    run_without(&mut table, &[0]);
    assert_eq!(decided(&table, c(0)).len(), 3);
    assert!((4..7).all(|i| replica(&table, i).executed == 3 && replica(&table, i).view == 0));
}
