//! One test a claim, on the table-top.

use super::synod::{ACCEPT_GUARD, OWNED_BALLOTS, STRICT_PROMISE};
use super::tables::{ASK, LEARN, ROLES};
use super::*;
use crate::testbed::{self, Letter, Table, r, with, without};
use consensus_kernel::{LogState, Message, ParamValue, Rng};

/// Letters lost, doubled or delivered at random before all timers may run out.
const STORM_LETTERS: usize = 300;

fn setup(n: usize, clients: usize) -> Setup {
    testbed::setup(&META, n, clients)
}

fn apart(n: usize, clients: usize) -> Setup {
    with(setup(n, clients), ROLES, ParamValue::Choice(1))
}

fn x() -> Value {
    Value::request(0, 1)
}

fn y() -> Value {
    Value::request(1, 1)
}

fn proposal(ballot: Ballot, value: Value) -> Proposal {
    Proposal { ballot, value }
}

fn node(table: &Table<Paxos>, i: usize) -> &Node {
    table.replicas[i].member().expect("replicas are nodes")
}

fn tell(table: &mut Table<Paxos>, from: usize, to: usize, msg: &Msg) {
    table.step(r(to), Input::Deliver { from: r(from), msg });
}

/// What the last letter on the pile says.
fn answer(table: &mut Table<Paxos>) -> Msg {
    table.pile.pop_back().expect("an answer").msg
}

fn ask(table: &mut Table<Paxos>, value: Value) {
    let client = value.client().expect("a client's value");
    table.step(client, Input::Propose(value));
}

/// Delivers letters among these nodes, and to and from clients, until none is left; loses all others.
fn among(table: &mut Table<Paxos>, nodes: &[usize]) {
    let inside = |id: NodeId| id.is_client() || nodes.contains(&id.index());
    table.deliver_all(|letter: &Letter<Msg>| inside(letter.from) && inside(letter.to));
}

fn decided(table: &Table<Paxos>) -> Vec<Value> {
    let mut values: Vec<Value> = table.decided.iter().map(|(_, _, value)| *value).collect();
    values.sort_unstable();
    values.dedup();
    values
}

#[test]
fn p1a_an_acceptor_refuses_what_is_below_its_promise_and_says_so() {
    let mut table = Table::<Paxos>::new(&setup(3, 1));
    tell(&mut table, 2, 0, &Msg::Prepare { ballot: 3 });
    assert!(matches!(answer(&mut table), Msg::Promise { ballot: 3, accepted: None }));
    tell(&mut table, 1, 0, &Msg::Prepare { ballot: 2 });
    assert!(matches!(answer(&mut table), Msg::Refuse { ballot: 2, promised: 3 }));
    tell(&mut table, 1, 0, &Msg::Accept(proposal(2, y())));
    assert!(matches!(answer(&mut table), Msg::Refuse { ballot: 2, promised: 3 }));
    assert_eq!(node(&table, 0).acceptor.accepted, None);
    // The same prepare once more is neither promised again nor news to its owner.
    tell(&mut table, 2, 0, &Msg::Prepare { ballot: 3 });
    assert!(table.pile.is_empty());
    tell(&mut table, 2, 0, &Msg::Accept(proposal(3, x())));
    assert!(matches!(answer(&mut table), Msg::Accepted(p) if p == proposal(3, x())));
}

#[test]
fn phase_2b_a_vote_promises_its_ballot_even_if_nobody_asked_for_that() {
    let mut table = Table::<Paxos>::new(&setup(3, 1));
    tell(&mut table, 2, 0, &Msg::Accept(proposal(6, x())));
    assert_eq!(node(&table, 0).acceptor.promised, 6);
    tell(&mut table, 1, 0, &Msg::Prepare { ballot: 5 });
    assert!(matches!(answer(&mut table), Msg::Refuse { ballot: 5, promised: 6 }));
}

#[test]
fn p2c_a_proposer_repeats_the_value_of_the_highest_ballot_that_a_quorum_reports() {
    let mut table = Table::<Paxos>::new(&setup(5, 1));
    ask(&mut table, x());
    table.deliver();
    let ballot = node(&table, 0).proposer.ballot;
    for (from, accepted) in [(1, proposal(4, y())), (2, proposal(3, Value::request(2, 1)))] {
        tell(&mut table, from, 0, &Msg::Promise { ballot, accepted: Some(accepted) });
    }
    assert_eq!(node(&table, 0).proposer.proposed, Some(y()));
    // A promise that comes after the quorum changes nothing: one proposal a ballot.
    tell(&mut table, 3, 0, &Msg::Promise { ballot, accepted: Some(proposal(0, x())) });
    assert_eq!(node(&table, 0).proposer.proposed, Some(y()));
}

#[test]
fn promises_count_once_an_acceptor_and_only_for_the_present_ballot() {
    let mut table = Table::<Paxos>::new(&setup(5, 1));
    ask(&mut table, x());
    table.deliver();
    let ballot = node(&table, 0).proposer.ballot;
    for _ in 0..3 {
        tell(&mut table, 1, 0, &Msg::Promise { ballot, accepted: None });
    }
    tell(&mut table, 2, 0, &Msg::Promise { ballot: ballot + 5, accepted: None });
    assert_eq!(node(&table, 0).proposer.stage, Stage::Preparing);
    tell(&mut table, 2, 0, &Msg::Promise { ballot, accepted: None });
    assert_eq!(node(&table, 0).proposer.stage, Stage::Proposing);
}

#[test]
fn a_value_is_chosen_by_votes_of_one_ballot_and_an_acceptor_votes_once_in_it() {
    let broadcast = with(setup(5, 1), LEARN, ParamValue::Choice(1));
    let mut table = Table::<Paxos>::new(&broadcast);
    for (from, ballot) in [(1, 1), (1, 1), (1, 1), (2, 2), (3, 3), (2, 1)] {
        tell(&mut table, from, 0, &Msg::Accepted(proposal(ballot, x())));
        assert_eq!(node(&table, 0).learner.chosen, None);
    }
    tell(&mut table, 4, 0, &Msg::Accepted(proposal(1, x())));
    assert_eq!(node(&table, 0).learner.chosen, Some(proposal(1, x())));
}

#[test]
fn whoever_is_overtaken_waits_and_then_takes_a_higher_ballot_of_its_own() {
    let mut table = Table::<Paxos>::new(&setup(3, 1));
    ask(&mut table, x());
    table.deliver();
    assert_eq!(node(&table, 0).proposer.ballot, 1);
    tell(&mut table, 1, 0, &Msg::Prepare { ballot: 5 });
    assert_eq!(node(&table, 0).proposer.stage, Stage::Waiting);
    table.fire(r(0), Timer::Ballot);
    assert_eq!((node(&table, 0).proposer.stage, node(&table, 0).proposer.ballot), (Stage::Preparing, 7));
    // A refusal tells a proposer the same.
    tell(&mut table, 1, 0, &Msg::Refuse { ballot: 7, promised: 11 });
    assert_eq!(node(&table, 0).proposer.stage, Stage::Waiting);
    table.fire(r(0), Timer::Ballot);
    assert_eq!(node(&table, 0).proposer.ballot, 13);
}

#[test]
fn section_2_4_waiting_doubles_with_each_failure_so_that_some_ballot_outlives_any_delay() {
    let mut table = Table::<Paxos>::new(&setup(3, 1));
    ask(&mut table, x());
    table.deliver();
    let (low, high) = table.config.backoff;
    for failures in 0..8u32 {
        let after = table.timers[&(r(0), 0)];
        let times = 1 << failures.min(DOUBLINGS);
        assert!((low.times(times)..=high.times(times)).contains(&after), "{after} after {failures} failures");
        table.fire(r(0), Timer::Ballot);
    }
}

#[test]
fn clients_of_different_proposers_get_the_same_answer() {
    let mut table = Table::<Paxos>::new(&setup(3, 2));
    ask(&mut table, x());
    among(&mut table, &[0, 1, 2]);
    ask(&mut table, y());
    among(&mut table, &[0, 1, 2]);
    assert_eq!(decided(&table), [x()]);
    assert_eq!(table.decided.len(), 3 + 2);
}

#[test]
fn section_2_5_promise_vote_and_last_ballot_are_on_disk() {
    let mut table = Table::<Paxos>::new(&setup(3, 1));
    ask(&mut table, x());
    among(&mut table, &[0, 1]);
    let before = node(&table, 0).clone();
    assert!(before.learner.chosen.is_some());
    table.restart(r(0));
    let after = node(&table, 0);
    assert_eq!(after.acceptor.promised, before.acceptor.promised);
    assert_eq!(after.acceptor.accepted, Some(proposal(1, x())));
    assert_eq!((after.proposer.ballot, after.learner.chosen), (1, None));
}

#[test]
fn section_2_3_a_learner_that_asks_makes_a_proposer_find_out_by_proposing() {
    let mut table = Table::<Paxos>::new(&setup(3, 1));
    ask(&mut table, x());
    among(&mut table, &[0, 1]);
    // Whoever learned has forgotten it, and nobody told node 2.
    (0..2).for_each(|i| table.restart(r(i)));
    table.fire(r(2), Timer::Learner);
    among(&mut table, &[0, 1, 2]);
    assert_eq!(node(&table, 2).learner.chosen.map(|p| p.value), Some(x()));
    assert_eq!(decided(&table), [x()]);
}

#[test]
fn section_2_3_where_nothing_was_accepted_finding_out_ends_after_phase_1() {
    let mut table = Table::<Paxos>::new(&setup(3, 1));
    table.fire(r(1), Timer::Learner);
    among(&mut table, &[0, 1, 2]);
    assert_eq!(node(&table, 0).proposer.stage, Stage::Idle);
    assert!(table.cited.contains(&(r(0), Cite::NothingToPropose.into())));
    assert!(table.decided.is_empty());
}

#[test]
fn a_proposer_passes_to_the_next_where_clients_agree_on_one() {
    let mut table = Table::<Paxos>::new(&with(setup(5, 3), ASK, ParamValue::Choice(1)));
    let asks = |client: &Paxos| client.client().expect("clients are clients").target;
    assert!(table.clients.iter().all(|client| asks(client) == r(0)));
    ask(&mut table, x());
    for turn in 1..=5 {
        table.fire(NodeId::client(0), Timer::Retry);
        assert_eq!(asks(&table.clients[0]), r(turn % 5));
    }
}

#[test]
fn apart_each_part_does_its_own_work_only() {
    let mut table = Table::<Paxos>::new(&apart(7, 1));
    ask(&mut table, x());
    among(&mut table, &[0, 1, 2, 3, 4, 5, 6]);
    let learned = |i: usize| node(&table, i).learner.chosen.is_some();
    assert_eq!([0, 1, 2, 3, 4, 5, 6].map(learned), [true, true, false, false, false, true, true]);
    let voted = |i: usize| node(&table, i).acceptor.accepted.is_some();
    assert_eq!([0, 1, 2, 3, 4, 5, 6].map(voted), [false, false, true, true, true, false, false]);
    let rejections = table.rejected.len();
    tell(&mut table, 0, 5, &Msg::Prepare { ballot: 9 });
    tell(&mut table, 2, 6, &Msg::Promise { ballot: 1, accepted: None });
    tell(&mut table, 0, 1, &Msg::Accept(proposal(9, y())));
    tell(&mut table, 5, 2, &Msg::Query);
    assert_eq!(table.rejected.len(), rejections + 4);
    assert!(Node::configure(&apart(4, 1)).is_err_and(|e| e.key == "n"));
    // Three of the seven vote, and the bound says so.
    let bound = META.model(&apart(7, 1).params).1;
    assert_eq!((Node::quorum(&table.config), bound.voters(7), bound.max_f(7)), (Some(2), 3, 1));
}

#[test]
fn equal_ballots_get_past_one_missing_rule_and_not_past_the_other() {
    let duel = |setup: &Setup| {
        let mut table = Table::<Paxos>::new(setup);
        ask(&mut table, x());
        ask(&mut table, y());
        table.deliver_all(|_| true);
        decided(&table).len()
    };
    assert!(duel(&without(setup(3, 2), OWNED_BALLOTS)) <= 1);
    assert!(duel(&without(setup(3, 2), STRICT_PROMISE)) <= 1);
    assert_eq!(duel(&without(without(setup(3, 2), OWNED_BALLOTS), STRICT_PROMISE)), 2);
}

#[test]
fn the_matrix_shows_who_promised_and_accepted_what_in_which_ballot() {
    let mut table = Table::<Paxos>::new(&without(setup(3, 1), ACCEPT_GUARD));
    ask(&mut table, x());
    table.deliver_all(|letter| letter.to != r(2));
    tell(&mut table, 1, 2, &Msg::Prepare { ballot: 5 });
    let replicas: Vec<&Node> = table.replicas.iter().filter_map(Paxos::member).collect();
    let matrix = view::matrix(&table.config, &replicas);
    assert_eq!(matrix.columns, ["1", "5"]);
    let cell =
        |row: usize, column: usize| matrix.rows[row].cells[column].as_ref().map(|c| (&*c.text, c.state));
    assert_eq!(cell(0, 0), Some(("x←1", LogState::Committed)));
    assert_eq!((cell(2, 0), cell(2, 1)), (None, Some(("promised", LogState::Proposed))));
}

#[test]
fn no_message_however_hostile_makes_a_node_panic_or_go_back_on_its_promise() {
    let numbers = [0, 1, 7, u64::MAX - 1, u64::MAX];
    let values = [x(), Value::NOOP, Value(u64::MAX)];
    for setup in [setup(3, 1), apart(5, 1)] {
        let mut table = Table::<Paxos>::new(&setup);
        ask(&mut table, x());
        table.deliver();
        for (ballot, value) in numbers.iter().flat_map(|b| values.map(|v| (*b, v))) {
            let p = proposal(ballot, value);
            let hostile = [
                Msg::Prepare { ballot },
                Msg::Promise { ballot, accepted: Some(p) },
                Msg::Accept(p),
                Msg::Accepted(p),
                Msg::Refuse { ballot, promised: u64::MAX },
                Msg::Query,
                Msg::Request { value },
                Msg::Reply { asked: value, chosen: p },
            ];
            for msg in &hostile {
                for from in [r(1), r(99), NodeId::client(0), NodeId::client(9)] {
                    for to in 0..setup.n {
                        let before = node(&table, to).acceptor.promised;
                        table.step(r(to), Input::Deliver { from, msg });
                        assert!(node(&table, to).acceptor.promised >= before);
                    }
                    table.step(NodeId::client(0), Input::Deliver { from, msg });
                }
            }
            table.pile.clear();
        }
    }
}

#[test]
fn in_any_storm_and_with_every_way_of_learning_all_learners_learn_one_value() {
    for seed in 0..150 {
        let mut rng = Rng::stream(seed, 0x7061_786f);
        let n = rng.within(1, 5) as usize + if seed % 2 == 0 { 0 } else { 4 };
        let base = if seed % 2 == 0 { setup(n, 3) } else { apart(n, 3) };
        let setup = with(base, LEARN, ParamValue::Choice(rng.within(0, 2) as usize));
        let mut table = Table::<Paxos>::new(&setup);
        (0..3).for_each(|c| ask(&mut table, Value::request(c, 1)));
        for _ in 0..STORM_LETTERS {
            gust(&mut table, &mut rng);
        }
        // Calm: everything arrives, and now and then a timer runs out.
        for _ in 0..400 {
            table.deliver_all(|_| true);
            let set: Vec<(NodeId, usize)> = table.timers.keys().copied().collect();
            let Some((id, timer)) = set.get(rng.within(0, set.len().max(1) as u64 - 1) as usize) else {
                break;
            };
            table.fire(*id, consensus_kernel::Timer::from_index(*timer));
        }
        assert_eq!(decided(&table).len(), 1, "seed {seed}: {:?}", table.decided);
        let unknowing = (0..n)
            .filter(|i| Node::learns(&table.config, r(*i)) && node(&table, *i).learner.chosen.is_none());
        assert_eq!(unknowing.count(), 0, "seed {seed}");
    }
}

/// Delivers, doubles or loses a letter, lets a timer run out, or restarts a node.
fn gust(table: &mut Table<Paxos>, rng: &mut Rng) {
    let n = table.replicas.len() as u64;
    match rng.within(0, 19) {
        0 => table.restart(r(rng.within(0, n - 1) as usize)),
        1 => {
            let set: Vec<(NodeId, usize)> = table.timers.keys().copied().collect();
            if let Some((id, timer)) = set.get(rng.within(0, set.len().max(1) as u64 - 1) as usize) {
                table.fire(*id, consensus_kernel::Timer::from_index(*timer));
            }
        }
        fate => {
            if table.pile.is_empty() {
                return;
            }
            let at = rng.within(0, table.pile.len() as u64 - 1) as usize;
            let Some(letter) = table.pile.remove(at) else { return };
            if fate == 2 {
                return;
            }
            if fate == 3 {
                table.pile.push_back(letter.clone());
            }
            table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
        }
    }
}

#[test]
fn each_kind_of_message_has_its_row() {
    let p = proposal(1, x());
    let messages = [
        (Msg::Prepare { ballot: 1 }, "prepare"),
        (Msg::Promise { ballot: 1, accepted: None }, "promise"),
        (Msg::Accept(p), "accept"),
        (Msg::Accepted(p), "accepted"),
        (Msg::Refuse { ballot: 1, promised: 2 }, "refuse"),
        (Msg::Chosen(p), "chosen"),
        (Msg::Query, "query"),
        (Msg::Request { value: x() }, "request"),
        (Msg::Reply { asked: x(), chosen: p }, "reply"),
    ];
    for (msg, name) in messages {
        assert_eq!(META.kinds[msg.kind()].name, name);
    }
}
