//! One test a claim, on the table-top.

use super::*;
use crate::testbed::{self, Letter, Table, r, with, x, y};
use consensus_kernel::{LogState, Message, ParamValue, Rng};
use std::collections::{BTreeMap, BTreeSet};

/// Letters lost, doubled or delivered at random before the calm.
const STORM_LETTERS: usize = 400;

fn setup(n: usize, clients: usize) -> Setup {
    testbed::setup(&META, n, clients)
}

fn proposal(ballot: Ballot, value: Value) -> Proposal {
    Proposal { ballot, value }
}

fn replica(table: &Table<MultiPaxos>, i: usize) -> &Replica {
    table.replicas[i].member().expect("replicas are replicas")
}

fn tell(table: &mut Table<MultiPaxos>, from: usize, to: usize, msg: &Msg) {
    table.step(r(to), Input::Deliver { from: r(from), msg });
}

fn answer(table: &mut Table<MultiPaxos>) -> Msg {
    table.pile.pop_back().expect("an answer").msg
}

fn ask(table: &mut Table<MultiPaxos>, value: Value) {
    let client = value.client().expect("a client's value");
    table.step(client, Input::Propose(value));
}

/// Delivers letters among these replicas, and to and from clients, until none is left; loses all others.
fn among(table: &mut Table<MultiPaxos>, replicas: &[usize]) {
    let inside = |id: NodeId| id.is_client() || replicas.contains(&id.index());
    table.deliver_all(|letter: &Letter<Msg>| inside(letter.from) && inside(letter.to));
}

/// A table on which replica 0 leads.
fn led(setup: &Setup) -> Table<MultiPaxos> {
    let mut table = Table::<MultiPaxos>::new(setup);
    table.deliver_all(|_| true);
    assert_eq!(replica(&table, 0).role, Role::Leader);
    table
}

fn accept(slot: Slot, proposal: Proposal, chosen: Slot) -> Msg {
    Msg::Accept { slot, proposal, chosen }
}

/// Counts the letters on the pile by kind.
fn pile(table: &Table<MultiPaxos>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for letter in &table.pile {
        *counts.entry(META.kinds[letter.msg.kind()].name).or_insert(0) += 1;
    }
    counts
}

/// What each replica carried out, by slot; panics if two differ.
fn agreed(table: &Table<MultiPaxos>) -> BTreeMap<Slot, Value> {
    let mut slots = BTreeMap::new();
    for (who, slot, value) in &table.decided {
        assert_eq!(slots.entry(*slot).or_insert(*value), value, "{who} at slot {slot}");
    }
    slots
}

#[test]
fn section_3_after_one_phase_1_each_command_takes_phase_2_only() {
    let mut table = led(&setup(5, 1));
    for number in 1..=3 {
        ask(&mut table, x(number));
        table.deliver();
        assert_eq!(pile(&table), BTreeMap::from([("accept", 4)]));
        table.deliver_all(|_| true);
    }
    assert_eq!(replica(&table, 0).log.prefix(), 3);
    assert_eq!(table.cited.iter().filter(|(_, c)| *c == RuleId::from(Cite::Stand)).count(), 1);
}

#[test]
fn section_3_a_new_leader_proposes_again_what_is_reported_and_fills_gaps_with_no_ops() {
    let mut table = Table::<MultiPaxos>::new(&with(setup(3, 1), BOOT, ParamValue::Flag(false)));
    // Of an old leader only slots 2 and 4 got to replica 1, of a later one another command in slot 2 to replica 2.
    tell(&mut table, 0, 1, &accept(2, proposal(1, x(2)), 0));
    tell(&mut table, 0, 1, &accept(4, proposal(1, x(4)), 0));
    tell(&mut table, 0, 2, &accept(2, proposal(4, y(1)), 0));
    table.pile.clear();
    // Its first ballot is below what replica 2 promised.
    for _ in 0..2 {
        table.fire(r(1), Timer::Election);
        among(&mut table, &[1, 2]);
    }
    let log = &replica(&table, 1).log;
    let values: Vec<Value> = (1..=log.prefix()).filter_map(|s| log.settled(s)).map(|p| p.value).collect();
    assert_eq!(values, [Value::NOOP, y(1), Value::NOOP, x(4)]);
    assert_eq!(replica(&table, 1).next, 5);
}

#[test]
fn section_3_a_promise_covers_slots_that_nobody_has_used() {
    let mut table = Table::<MultiPaxos>::new(&with(setup(3, 1), BOOT, ParamValue::Flag(false)));
    tell(&mut table, 1, 0, &Msg::Prepare { ballot: 5, first: 1 });
    table.pile.clear();
    tell(&mut table, 2, 0, &accept(77, proposal(4, x(1)), 0));
    assert!(matches!(answer(&mut table), Msg::Refuse { ballot: 4, promised: 5 }));
    tell(&mut table, 1, 0, &accept(77, proposal(5, x(1)), 0));
    assert!(matches!(answer(&mut table), Msg::Accepted { ballot: 5, slot: 77 }));
}

#[test]
fn section_3_commands_are_carried_out_in_the_order_of_slots_whatever_is_chosen_first() {
    let mut table = led(&setup(3, 3));
    for client in 0..3 {
        ask(&mut table, Value::request(client, 1));
    }
    among(&mut table, &[0]);
    let ballot = replica(&table, 0).ballot;
    for slot in [3, 2] {
        tell(&mut table, 1, 0, &Msg::Accepted { ballot, slot });
        assert_eq!(replica(&table, 0).applied, 0, "slot 1 is missing");
    }
    tell(&mut table, 1, 0, &Msg::Accepted { ballot, slot: 1 });
    let slots: Vec<Slot> = table.decided.iter().map(|(_, slot, _)| *slot).collect();
    assert_eq!(slots, [1, 2, 3]);
}

#[test]
fn section_3_at_most_alpha_slots_are_open() {
    let mut table = led(&with(setup(3, 5), WINDOW, ParamValue::Int(2)));
    for client in 0..5 {
        ask(&mut table, Value::request(client, 1));
    }
    among(&mut table, &[0]);
    assert_eq!((replica(&table, 0).next, replica(&table, 0).queue.len()), (3, 3));
    let ballot = replica(&table, 0).ballot;
    tell(&mut table, 1, 0, &Msg::Accepted { ballot, slot: 1 });
    assert_eq!((replica(&table, 0).next, replica(&table, 0).queue.len()), (4, 2));
}

#[test]
fn a_thrifty_leader_asks_a_bare_majority_and_the_others_only_if_it_must() {
    let mut table = led(&with(setup(5, 1), THRIFTY, ParamValue::Flag(true)));
    ask(&mut table, x(1));
    table.deliver();
    let asked: BTreeSet<NodeId> = table.pile.iter().map(|letter| letter.to).collect();
    assert_eq!(asked, BTreeSet::from([r(1), r(2)]));
    table.pile.clear();
    for beat in 0..2 {
        table.fire(r(0), Timer::Heartbeat);
        assert_eq!(pile(&table).get("accept"), [None, Some(&4)][beat], "only when it has waited");
        table.deliver_all(|letter| beat == 1 && letter.to != r(1));
    }
    assert_eq!(replica(&table, 0).log.prefix(), 1);
    // Whoever was not asked is told with the heartbeat.
    ask(&mut table, x(2));
    table.deliver_all(|_| true);
    table.fire(r(0), Timer::Heartbeat);
    table.deliver_all(|_| true);
    assert!((0..5).all(|i| replica(&table, i).log.prefix() == 2));
    assert!(!table.pile.iter().any(|letter| matches!(letter.msg, Msg::Fetch { .. })));
}

#[test]
fn with_explicit_commit_all_know_at_once() {
    let mut table = led(&with(setup(3, 1), EXPLICIT_COMMIT, ParamValue::Flag(true)));
    ask(&mut table, x(1));
    table.deliver_all(|_| true);
    assert!((0..3).all(|i| replica(&table, i).applied == 1));
}

#[test]
fn section_2_3_progress_vouches_only_for_votes_in_the_leaders_ballot() {
    let mut table = Table::<MultiPaxos>::new(&with(setup(3, 1), BOOT, ParamValue::Flag(false)));
    tell(&mut table, 0, 2, &accept(1, proposal(1, x(1)), 0));
    table.pile.clear();
    tell(&mut table, 1, 2, &Msg::Heartbeat { ballot: 5, chosen: 1, news: SmallVec::new() });
    assert_eq!(replica(&table, 2).log.prefix(), 0);
    assert!(matches!(answer(&mut table), Msg::Fetch { first: 1 }));
    tell(&mut table, 1, 2, &Msg::Values { first: 1, chosen: Box::new([proposal(5, y(1))]) });
    assert_eq!(agreed(&table), BTreeMap::from([(1, y(1))]));
}

#[test]
fn a_replica_that_lacks_much_fetches_it_piece_by_piece() {
    let mut table = led(&setup(3, 1));
    for number in 1..=200 {
        ask(&mut table, x(number));
        among(&mut table, &[0, 1]);
    }
    assert_eq!(replica(&table, 2).log.prefix(), 0);
    table.fire(r(0), Timer::Heartbeat);
    table.deliver_all(|_| true);
    assert_eq!(replica(&table, 2).log.prefix(), 200);
}

#[test]
fn who_is_too_far_behind_gets_values_instead_of_a_promise() {
    let mut table = led(&setup(3, 1));
    for number in 1..=REPORT_MAX as u32 + 1 {
        ask(&mut table, x(number));
        among(&mut table, &[0, 1]);
    }
    let promised = replica(&table, 0).promised;
    tell(&mut table, 2, 0, &Msg::Prepare { ballot: promised + 2, first: 1 });
    assert!(matches!(answer(&mut table), Msg::Values { first: 1, .. }));
    assert_eq!(replica(&table, 0).promised, promised);
}

#[test]
fn section_2_4_a_leader_that_is_overtaken_follows_and_its_clients_go_elsewhere() {
    let mut table = led(&setup(3, 1));
    tell(&mut table, 1, 0, &Msg::Prepare { ballot: 5, first: 1 });
    assert_eq!(replica(&table, 0).role, Role::Follower);
    tell(&mut table, 1, 0, &Msg::Heartbeat { ballot: 5, chosen: 0, news: SmallVec::new() });
    table.pile.clear();
    ask(&mut table, x(1));
    table.deliver();
    assert!(matches!(answer(&mut table), Msg::Redirect { leader: Some(leader), .. } if leader == r(1)));
}

#[test]
fn section_2_5_promise_votes_and_chosen_commands_are_on_disk_and_the_log_is_carried_out_again() {
    let mut table = led(&setup(3, 2));
    ask(&mut table, x(1));
    table.deliver_all(|_| true);
    ask(&mut table, y(1));
    among(&mut table, &[0]);
    let before = replica(&table, 0).clone();
    assert_eq!((before.log.prefix(), before.log.last()), (1, 2));
    table.decided.clear();
    table.restart(r(0));
    let after = replica(&table, 0);
    assert_eq!((after.promised, after.ballot), (before.promised, before.ballot));
    assert_eq!(after.log.known(2), before.log.known(2));
    assert_eq!((after.role, after.applied), (Role::Follower, 1));
    assert_eq!(table.decided, [(r(0), 1, x(1))]);
}

#[test]
fn a_command_that_two_leaders_put_into_two_slots_is_carried_out_once() {
    let mut table = led(&setup(3, 1));
    ask(&mut table, x(1));
    table.deliver_all(|letter| !letter.to.is_client());
    table.fire(r(0), Timer::Heartbeat);
    table.deliver_all(|_| true);
    table.fire(r(1), Timer::Election);
    table.deliver_all(|_| true);
    table.step(r(1), Input::Deliver { from: NodeId::client(0), msg: &Msg::Request { value: x(1) } });
    assert!(matches!(answer(&mut table), Msg::Reply { slot: 1, .. }));
    assert_eq!(replica(&table, 1).executed_again, None);
}

#[test]
fn the_log_panel_shows_votes_what_is_carried_out_and_where_the_leader_goes_on() {
    let mut table = led(&setup(3, 2));
    ask(&mut table, x(1));
    table.deliver_all(|_| true);
    ask(&mut table, y(1));
    among(&mut table, &[0]);
    let replicas: Vec<&Replica> = table.replicas.iter().filter_map(MultiPaxos::member).collect();
    let panel = view::log_panel(&replicas);
    let cell = |i: usize| panel.rows[0].cells[i].as_ref().map(|c| (&*c.text, c.state));
    assert_eq!(cell(0), Some(("x←1", LogState::Applied)));
    assert_eq!(cell(1), Some(("y←1", LogState::Proposed)));
    assert!(panel.rows[0].marks.iter().any(|m| m.name == "next" && m.slot == 3));
}

#[test]
fn no_message_however_hostile_makes_a_replica_panic_or_go_back_on_its_promise() {
    let numbers = [0, 1, 7, log::REACH + 1, u64::MAX - 1, u64::MAX];
    let values = [x(1), Value::NOOP, Value(u64::MAX)];
    let mut table = led(&setup(3, 1));
    for (a, b) in numbers.iter().flat_map(|a| numbers.map(|b| (*a, b))) {
        for value in values {
            let p = proposal(a, value);
            let hostile = [
                Msg::Prepare { ballot: a, first: b },
                Msg::Promise { ballot: a, first: b, chosen: Box::new([p, p]), votes: Box::new([(b, p)]) },
                accept(b, p, a),
                Msg::Accepted { ballot: a, slot: b },
                Msg::Refuse { ballot: a, promised: b },
                Msg::Commit { ballot: a, chosen: b },
                Msg::Heartbeat { ballot: a, chosen: b, news: SmallVec::from_slice(&[p, p]) },
                Msg::Fetch { first: b },
                Msg::Values { first: b, chosen: Box::new([p, p]) },
                Msg::Request { value },
                Msg::Reply { ballot: a, value, slot: b },
                Msg::Redirect { value, leader: Some(r(99)) },
            ];
            for msg in &hostile {
                for from in [r(1), r(99), NodeId::client(0), NodeId::client(9)] {
                    for to in 0..3 {
                        let before = replica(&table, to).promised;
                        table.step(r(to), Input::Deliver { from, msg });
                        assert!(replica(&table, to).promised >= before);
                    }
                    table.step(NodeId::client(0), Input::Deliver { from, msg });
                }
            }
            table.pile.clear();
        }
    }
}

#[test]
fn in_any_storm_and_with_every_option_all_replicas_carry_out_the_same() {
    for seed in 0..120 {
        let mut rng = Rng::stream(seed, 0x6d75_6c74);
        let n = rng.within(1, 5) as usize;
        let mut setup = with(setup(n, 3), WINDOW, ParamValue::Int(rng.within(1, 4)));
        for flag in [THRIFTY, EXPLICIT_COMMIT, BOOT] {
            setup = with(setup, flag, ParamValue::Flag(rng.within(0, 1) == 1));
        }
        let mut table = Table::<MultiPaxos>::new(&setup);
        for number in 1..=4 {
            (0..3).for_each(|c| ask(&mut table, Value::request(c, number)));
        }
        for _ in 0..STORM_LETTERS {
            gust(&mut table, &mut rng);
        }
        for _ in 0..600 {
            table.deliver_all(|_| true);
            let answered = table.decided.iter().filter(|(who, ..)| who.is_client()).count();
            let last = (0..n).map(|i| replica(&table, i).applied).max();
            if answered == 12 && (0..n).all(|i| Some(replica(&table, i).applied) == last) {
                break;
            }
            some_timer(&mut table, &mut rng);
        }
        let answered = table.decided.iter().filter(|(who, ..)| who.is_client()).count();
        assert_eq!(answered, 12, "seed {seed}");
        agreed(&table);
        assert!((0..n).all(|i| replica(&table, i).disorder.is_none()), "seed {seed}");
        assert!((0..n).all(|i| replica(&table, i).executed_again.is_none()), "seed {seed}");
    }
}

fn some_timer(table: &mut Table<MultiPaxos>, rng: &mut Rng) {
    let set: Vec<(NodeId, usize)> = table.timers.keys().copied().collect();
    if let Some((id, timer)) = set.get(rng.within(0, set.len().max(1) as u64 - 1) as usize) {
        table.fire(*id, consensus_kernel::Timer::from_index(*timer));
    }
}

/// Delivers, doubles or loses a letter, lets a timer run out, or restarts a node.
fn gust(table: &mut Table<MultiPaxos>, rng: &mut Rng) {
    let n = table.replicas.len() as u64;
    match rng.within(0, 29) {
        0 => table.restart(r(rng.within(0, n - 1) as usize)),
        1 => some_timer(table, rng),
        fate => {
            if table.pile.is_empty() {
                return;
            }
            let at = rng.within(0, table.pile.len() as u64 - 1) as usize;
            let Some(letter) = table.pile.remove(at) else { return };
            if fate == 2 || fate == 3 {
                return;
            }
            if fate == 4 {
                table.pile.push_back(letter.clone());
            }
            table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
        }
    }
}

#[test]
fn each_kind_of_message_has_its_row() {
    let (ballot, slot, value) = (1, 1, x(1));
    let messages = [
        (Msg::Prepare { ballot, first: 1 }, "prepare"),
        (Msg::Promise { ballot, first: 1, chosen: Box::new([]), votes: Box::new([]) }, "promise"),
        (accept(1, proposal(1, value), 0), "accept"),
        (Msg::Accepted { ballot, slot }, "accepted"),
        (Msg::Refuse { ballot, promised: 2 }, "refuse"),
        (Msg::Commit { ballot, chosen: 1 }, "commit"),
        (Msg::Heartbeat { ballot, chosen: 1, news: SmallVec::new() }, "heartbeat"),
        (Msg::Fetch { first: 1 }, "fetch"),
        (Msg::Values { first: 1, chosen: Box::new([]) }, "values"),
        (Msg::Request { value }, "request"),
        (Msg::Reply { ballot, value, slot }, "reply"),
        (Msg::Redirect { value, leader: None }, "redirect"),
    ];
    for (msg, name) in messages {
        assert_eq!(META.kinds[msg.kind()].name, name);
    }
}
