//! Rules one by one.

use super::*;
use crate::testbed::{Table, setup, with, without};
use consensus_kernel::{ParamValue, Time};

type Bench = Table<Nakamoto>;

const REAL: Proof = Proof { real: true, covers_parent: true };

fn id(i: usize) -> NodeId {
    NodeId::replica(i)
}

/// Three miners, joined with each other, and a client; nothing is found but at a command.
fn bench(change: impl Fn(Setup) -> Setup) -> Bench {
    let setup = with(setup(&META, 3, 1), param::CONFIRMATIONS, ParamValue::Int(2));
    Bench::new(&change(with(setup, param::DIFFICULTY, ParamValue::Int(4))))
}

fn drawn(setup: Setup) -> Setup {
    with(setup, param::MINING, ParamValue::Choice(1))
}

fn restless(setup: Setup) -> Setup {
    with(setup, param::MINE, ParamValue::Choice(1))
}

/// A block at this node, and a microsecond later the time is another.
fn mine(table: &mut Bench, i: usize) -> Digest {
    table.now = Time(table.now.0 + 1_000);
    table.step(id(i), Input::Command { command: 0, about: 0 });
    tip(table, i)
}

fn mine_many(table: &mut Bench, i: usize, count: usize) {
    for _ in 0..count {
        mine(table, i);
    }
}

fn tip(table: &mut Bench, i: usize) -> Digest {
    miner(table, i).tree.tip().block.hash()
}

fn miner(table: &mut Bench, i: usize) -> &mut Miner {
    match table.node(id(i)) {
        Nakamoto::Member(miner) => miner,
        Nakamoto::Client(_) => unreachable!("replicas are miners"),
    }
}

fn cited(table: &Bench, cite: Cite) -> usize {
    table.cited.iter().filter(|(_, rule)| *rule == RuleId::from(cite)).count()
}

fn refused(table: &Bench, why: &str) -> bool {
    table.rejected.iter().any(|(_, reason)| *reason == why)
}

#[test]
fn a_block_reaches_everybody_and_holds_the_payment() {
    let mut table = bench(|s| s);
    table.step(NodeId::client(0), Input::Propose(Value::request(0, 1)));
    table.deliver_all(|_| true);
    for i in [1, 2] {
        mine(&mut table, i);
        table.deliver_all(|_| true);
    }
    let coin = Value::request(0, 1);
    let deciders: Vec<NodeId> =
        table.decided.iter().filter(|d| (d.1, d.2) == (1, coin)).map(|d| d.0).collect();
    assert_eq!(deciders.len(), 4, "three miners and the client: {deciders:?}");
    assert!((0..3).all(|i| miner(&mut table, i).work.is_none()), "miners rest");
}

#[test]
fn among_equals_the_first_seen_stays_and_the_next_block_decides() {
    let mut table = bench(|s| s);
    let (a, b) = (mine(&mut table, 0), mine(&mut table, 1));
    table.deliver_all(|_| true);
    assert_eq!((tip(&mut table, 0), tip(&mut table, 1)), (a, b));
    let c = mine(&mut table, 1);
    table.deliver_all(|_| true);
    assert!((0..3).all(|i| tip(&mut table, i) == c));
    assert!(cited(&table, Cite::Reorganise) >= 1);

    let mut table = bench(|s| without(s, FIRST_SEEN));
    let (a, b) = (mine(&mut table, 0), mine(&mut table, 1));
    table.deliver_all(|_| true);
    assert_eq!((tip(&mut table, 0), tip(&mut table, 1)), (b, a), "the last seen");
}

#[test]
fn a_block_without_its_parent_waits_and_the_parent_is_asked_for() {
    let mut table = bench(|s| s);
    mine_many(&mut table, 0, 3);
    // Node 1 gets the last of three only.
    let last = table.pile.iter().rposition(|letter| letter.to == id(1)).expect("blocks are sent");
    let letter = table.pile[last].clone();
    table.pile.clear();
    table.pile.push_back(letter);
    table.deliver();
    assert_eq!((cited(&table, Cite::Orphan), miner(&mut table, 1).orphans.len()), (1, 1));
    table.deliver_all(|_| true);
    assert_eq!(tip(&mut table, 1), tip(&mut table, 0));
    assert!(miner(&mut table, 1).orphans.is_empty());
}

/// The blocks of this node's chain, from height 1 on.
fn chain(table: &mut Bench, i: usize) -> Vec<Shared<Block>> {
    let miner = miner(table, i);
    (1..).map_while(|height| miner.tree.on_chain(height)).map(|entry| entry.block.clone()).collect()
}

fn hear(table: &mut Bench, to: usize, from: usize, block: &Shared<Block>) {
    table.step(id(to), Input::Deliver { from: id(from), msg: &Msg::Block(block.clone()) });
}

#[test]
fn a_block_that_waited_for_its_parent_is_not_sent_back_to_who_sent_it_but_to_all_others() {
    // In a ring, so that blocks are passed on at all.
    let ring =
        |s: Setup| with(with(s, param::GRAPH, ParamValue::Choice(0)), param::DEGREE, ParamValue::Int(2));
    let setup = with(setup(&META, 5, 0), param::DIFFICULTY, ParamValue::Int(4));
    let mut table = Bench::new(&ring(setup));
    let peers: Vec<usize> = table.config.peers[0].iter().map(NodeId::index).collect();
    let [child_from, parent_from] = peers[..] else { panic!("a ring: {peers:?}") };
    let miner_of_both = (1..5).find(|i| !peers.contains(i)).expect("two are no neighbours");
    mine_many(&mut table, miner_of_both, 2);
    let [parent, child] = &chain(&mut table, miner_of_both)[..] else { panic!("two blocks") };
    table.pile.clear();
    hear(&mut table, 0, child_from, child);
    hear(&mut table, 0, parent_from, parent);
    let told = |block: &Shared<Block>| -> Vec<usize> {
        let is = |msg: &Msg| matches!(msg, Msg::Block(sent) if sent.hash() == block.hash());
        table.pile.iter().filter(|letter| is(&letter.msg)).map(|letter| letter.to.index()).collect()
    };
    assert_eq!((told(parent), told(child)), (vec![child_from], vec![parent_from]));
    assert!(miner(&mut table, 0).told.contains(id(child_from)), "it has the last block");
    assert!(!miner(&mut table, 0).told.contains(id(parent_from)));
}

/// A block behind this one that proves its work, whatever else is wrong with it.
fn child_of(parent: Digest, height: u32) -> Shared<Block> {
    let target = U256::ones(255);
    let header = Header { parent, payload: Digest::ZERO, target, time: 9, height, miner: 0, nonce: 0 };
    let nonce = header.grind(parent, 1 << 8, |proof| U256::of(proof) <= target).expect("one bit");
    Block::new(Header { nonce, ..header }, None, REAL)
}

#[test]
fn blocks_behind_an_invalid_one_are_given_up_with_it() {
    let mut table = bench(|s| s);
    let genesis = tip(&mut table, 1);
    let invalid = child_of(genesis, 1);
    let child = child_of(invalid.hash(), 2);
    hear(&mut table, 1, 0, &child_of(child.hash(), 3));
    hear(&mut table, 1, 0, &child);
    assert_eq!(miner(&mut table, 1).orphans.len(), 2);
    hear(&mut table, 1, 0, &invalid);
    assert!(refused(&table, "not the target that the blocks before it prescribe"));
    assert!(miner(&mut table, 1).orphans.is_empty());
}

#[test]
fn blocks_whose_parent_was_forgotten_or_is_nowhere_are_not_waited_for() {
    let mut table = bench(|s| without(drawn(s), RETARGET));
    mine_many(&mut table, 0, 600);
    table.pile.clear();
    let lowest = miner(&mut table, 0).tree.lowest() as u32;
    assert!(lowest > 200, "{lowest}");
    let lost = |height| {
        let header = *child_of(Digest::ZERO, height).header();
        let header = Header { nonce: header.stamp(true).short(), ..header };
        Block::new(header, None, Proof { real: false, ..REAL })
    };
    hear(&mut table, 0, 1, &lost(lowest));
    assert!(refused(&table, "it parts from the chain below what is kept"));
    hear(&mut table, 0, 1, &lost(lowest + 1));
    assert_eq!(miner(&mut table, 0).orphans.len(), 1);
    // The chain goes on until that height is forgotten, too.
    mine_many(&mut table, 0, 100);
    assert!(miner(&mut table, 0).orphans.is_empty());
    // One that says that it is high stays until nobody has sent its parent for long.
    hear(&mut table, 0, 1, &lost(100_000));
    for peer in [1, 2] {
        miner(&mut table, 0).told.insert(id(peer));
    }
    let mut asked = 0;
    while table.timers.contains_key(&(id(0), Timer::Tell as usize)) {
        table.fire(id(0), Timer::Tell);
        asked += 1;
    }
    assert!(miner(&mut table, 0).orphans.is_empty() && asked <= ASKED_MAX + 2, "{asked}");
}

/// Node 0 finds so many blocks of which the others hear nothing.
fn mine_unheard(table: &mut Bench, count: usize) {
    for _ in 0..count {
        mine(table, 0);
        table.pile.clear();
    }
}

#[test]
fn who_was_away_for_long_is_told_what_happened_and_leaves_a_branch_of_its_own() {
    for own in [0, 1, 40, 150] {
        let mut table = bench(|s| without(drawn(s), RETARGET));
        mine_many(&mut table, 1, 10);
        table.deliver_all(|_| true);
        mine_many(&mut table, 1, own);
        table.pile.clear();
        mine_unheard(&mut table, 1_000);
        assert!(miner(&mut table, 0).tree.lowest() > 200, "one by one it would get nowhere");
        mine(&mut table, 0);
        table.deliver_all(|_| true);
        assert_eq!(tip(&mut table, 1), tip(&mut table, 0), "{own} of its own");
        assert_eq!(miner(&mut table, 1).decided, 1_010);
        assert!(miner(&mut table, 1).orphans.is_empty());
    }
}

#[test]
fn who_was_away_for_too_long_does_not_ask_for_ever() {
    let mut table = bench(|s| without(drawn(s), RETARGET));
    mine_unheard(&mut table, 9_000);
    mine(&mut table, 0);
    table.deliver_all(|_| true);
    assert_eq!(miner(&mut table, 1).tree.tip().height, 0);
    assert!(refused(&table, "their chains have nothing in common that is kept"));
    let mut asked = 0;
    for _ in 0..4 * ASKED_MAX {
        for i in 0..3 {
            if table.timers.contains_key(&(id(i), Timer::Tell as usize)) {
                table.fire(id(i), Timer::Tell);
            }
        }
        asked = table.pile.iter().filter(|letter| matches!(letter.msg, Msg::Locate(_) | Msg::Get(_))).count();
        table.deliver_all(|_| true);
    }
    assert_eq!(asked, 0);
    assert!(miner(&mut table, 0).tree.onward(0).next().is_none(), "what is kept is bounded");
    assert!(miner(&mut table, 0).tree.onward(801).count() > 8_192);
}

#[test]
fn who_sends_blocks_without_parents_crowds_out_its_own() {
    let mut table = bench(|s| s);
    let honest = child_of(Digest([7; 32]), 2);
    hear(&mut table, 1, 2, &honest);
    for i in 0..2 * WAITING_MAX as u16 {
        let [high, low] = i.to_be_bytes();
        let mut parent = Digest([1; 32]);
        (parent.0[0], parent.0[1]) = (high, low);
        hear(&mut table, 1, 0, &child_of(parent, 2));
    }
    let orphans = &miner(&mut table, 1).orphans;
    assert_eq!(orphans.len(), WAITING_MAX);
    assert!(orphans.iter().any(|orphan| orphan.block.hash() == honest.hash()));
}

#[test]
fn a_branch_with_more_blocks_but_less_work_does_not_count() {
    // At every second block the target changes: who says that it took long may go on with an easier one.
    let two = |s: Setup| drawn(with(restless(s), param::RETARGET, ParamValue::Int(2)));
    let run = |change: &dyn Fn(Setup) -> Setup| {
        let mut table = bench(|s| change(two(s)));
        // Alone, and slowly: blocks 3 and 4 are a quarter as hard as the first two.
        table.now = Time(10_000_000);
        mine_many(&mut table, 0, 4);
        let easy = tip(&mut table, 0);
        table.pile.clear();
        table.now = Time(0);
        // The other is quick: its third block is four times as hard.
        mine_many(&mut table, 1, 3);
        let hard = tip(&mut table, 1);
        table.now = Time(20_000_000);
        table.pile.clear();
        table.step(id(0), Input::Fire(Timer::Tell));
        table.step(id(1), Input::Fire(Timer::Tell));
        table.deliver_all(|_| true);
        (easy, hard, tip(&mut table, 2))
    };
    let (_, hard, chosen) = run(&|s| s);
    assert_eq!(chosen, hard, "4 blocks of 1 + 1 + ¼ + ¼ against 1 + 1 + 4");
    let (easy, _, chosen) = run(&|s| without(s, MOST_WORK));
    assert_eq!(chosen, easy);
}

#[test]
fn a_target_changes_by_four_at_most() {
    let run = |change: &dyn Fn(Setup) -> Setup| {
        let mut table = bench(|s| change(drawn(with(restless(s), param::RETARGET, ParamValue::Int(2)))));
        mine_many(&mut table, 0, 3);
        let first = table.config.target;
        (first, miner(&mut table, 0).tree.tip().block.header().target)
    };
    let (first, clamped) = run(&|s| s);
    assert_eq!(clamped, first.scaled(250_000, 1_000_000));
    assert!(run(&|s| without(s, CLAMP)).1 < clamped);
    assert_eq!(run(&|s| without(s, RETARGET)).1, first);
}

#[test]
fn rest_is_no_sign_of_little_hash_power() {
    // A payment, two confirmations, and a long rest; twice, and the target changes.
    let target = |mode: fn(Setup) -> Setup| {
        let mut table = bench(|s| mode(drawn(with(s, param::RETARGET, ParamValue::Int(4)))));
        for number in [1, 2] {
            table.now = Time(1_000_000_000 * u64::from(number));
            let payment = Payment { coin: Value::request(0, number), back: false };
            table.step(id(0), Input::Deliver { from: id(1), msg: &Msg::Payment(payment) });
            for _ in 0..2 {
                table.now = Time(table.now.0 + 250_000);
                mine(&mut table, 0);
            }
        }
        mine(&mut table, 0);
        (miner(&mut table, 0).tree.tip().block.header().target, table.config.target)
    };
    let ((needed, first), (always, _)) = (target(|s| s), target(restless));
    assert_eq!(always, first.scaled(4, 1));
    // Two blocks at twice the speed, and two that count as planned.
    assert_eq!(needed, first.scaled(2 * 250_000 + 2_000 + 2 * 500_000, 4 * 500_000));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut table = bench(|s| s);
    mine(&mut table, 0);
    let block = miner(&mut table, 0).tree.tip().block.clone();
    table.pile.clear();
    let header = *block.header();
    let payment = |number| Some(Payment { coin: Value::request(0, number), back: false });
    let forged = |header: Header, payment| Msg::Block(Block::new(header, payment, REAL));
    // Grinds on until the hash fits again, so that what else is wrong is found.
    let proved = |header: Header, payment: Option<Payment>| {
        let header = Header { payload: payload(payment), ..header };
        let target = header.target;
        let nonce = header.grind(header.parent, 1 << 12, |proof| U256::of(proof) <= target);
        forged(Header { nonce: nonce.expect("4 bits"), ..header }, payment)
    };
    let easy = U256::ones(255);
    let cases = [
        (forged(Header { target: U256::ones(20), ..header }, None), "the hash is above the target"),
        (
            proved(Header { target: easy, ..header }, None),
            "not the target that the blocks before it prescribe",
        ),
        (proved(Header { height: 2, ..header }, None), "no such height, or no such miner"),
        (proved(Header { miner: 9, ..header }, None), "no such height, or no such miner"),
        (proved(Header { time: u64::MAX, ..header }, None), "a time before its parent's, or far ahead"),
        (proved(header, payment(2)), "the coin is not there, or spent before on this branch"),
        (Msg::Payment(Payment { coin: Value::NOOP, back: false }), "nobody's coin"),
        (Msg::Get(Digest::ZERO), "it lacks that block, too"),
    ];
    for (msg, why) in cases {
        table.rejected.clear();
        table.step(id(1), Input::Deliver { from: id(0), msg: &msg });
        assert!(refused(&table, why), "{why}: {:?}", table.rejected);
        assert_eq!(miner(&mut table, 1).tree.tip().height, 0, "{why}");
    }
}

#[test]
fn without_its_parent_in_the_proof_a_proof_fits_another_branch() {
    let cut_off = |covers: bool| {
        let mut table = bench(|s| if covers { s } else { without(s, COVERS_PARENT) });
        mine(&mut table, 0);
        let block = miner(&mut table, 0).tree.tip().block.clone();
        table.pile.clear();
        // Another first block of its height, and on that the proof of the second.
        mine(&mut table, 0);
        let second = miner(&mut table, 0).tree.tip().block.clone();
        table.pile.clear();
        table.now = Time(0);
        let first = mine(&mut table, 1);
        assert_ne!(first, block.hash());
        table.deliver_all(|_| true);
        let header = Header { parent: first, ..*second.header() };
        let grafted = Block::new(header, None, Proof { covers_parent: covers, ..REAL });
        table.step(id(2), Input::Deliver { from: id(1), msg: &Msg::Block(grafted.clone()) });
        tip(&mut table, 2) == grafted.hash()
    };
    assert!(cut_off(false));
    assert!(!cut_off(true));
}

#[test]
fn a_coin_is_spent_once_on_a_branch() {
    let mut table = bench(|s| s);
    let coin = Value::request(0, 1);
    let there = Payment { coin, back: false };
    let back = Payment { coin, back: true };
    table.step(id(0), Input::Deliver { from: id(1), msg: &Msg::Payment(there) });
    table.step(id(1), Input::Deliver { from: id(0), msg: &Msg::Payment(back) });
    table.pile.clear();
    mine(&mut table, 0);
    mine(&mut table, 1);
    table.deliver_all(|_| true);
    assert_eq!(miner(&mut table, 0).tree.tip().block.payment(), Some(there));
    // Two more on the other branch: the first payment waits no longer, its coin is spent.
    mine(&mut table, 1);
    table.deliver_all(|_| true);
    let zero = miner(&mut table, 0);
    assert_eq!((zero.spent[0], zero.pool.len(), zero.undone), (1, 0, 0));
    assert_eq!(zero.tree.on_chain(1).unwrap().block.payment(), Some(back));
}

#[test]
fn a_chain_that_grows_for_ever_takes_bounded_room() {
    let mut table = bench(|s| without(drawn(s), RETARGET));
    for _ in 0..2_000 {
        mine(&mut table, 0);
        table.deliver_all(|_| true);
    }
    let keep = table.config.keep();
    assert!((0..3).all(|i| miner(&mut table, i).tree.iter().count() <= keep + keep / 8 + 2));
    assert_eq!(miner(&mut table, 2).tree.tip().height, 2_000);
}

#[test]
fn a_block_goes_over_each_edge_twice_but_for_the_tree_that_it_came_on() {
    let setup = with(setup(&META, 40, 0), param::DEGREE, ParamValue::Int(8));
    let mut table = Bench::new(&drawn(setup));
    mine(&mut table, 0);
    let mut count = 0;
    while table.deliver() {
        count += 1;
    }
    let ends: usize = table.config.peers.iter().map(WideSet::len).sum();
    assert_eq!(count, ends - 39);
    assert!((0..40).all(|i| tip(&mut table, i) == tip(&mut table, 0)));
}

#[test]
fn a_table_shows_where_each_node_has_a_payment() {
    let mut table = bench(|s| s);
    let coin = Value::request(0, 1);
    table.step(id(0), Input::Deliver { from: id(1), msg: &Msg::Payment(Payment { coin, back: false }) });
    table.step(id(1), Input::Deliver { from: id(0), msg: &Msg::Payment(Payment { coin, back: true }) });
    table.pile.clear();
    let texts = |table: &Bench| -> Vec<Option<String>> {
        let replicas: Vec<&Miner> = table.replicas.iter().filter_map(Nakamoto::member).collect();
        let panel = view::payments(&replicas).expect("somebody pays");
        assert_eq!(panel.columns, ["x←1"]);
        panel.rows.iter().map(|row| row.cells[0].as_ref().map(|cell| cell.text.clone())).collect()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(texts(&table), [text("waits"), text("back, waits"), None]);
    mine(&mut table, 1);
    table.deliver_all(|_| true);
    assert_eq!(texts(&table), [text("back, at 1"), text("back, at 1"), text("back, at 1")]);
    mine(&mut table, 0);
    assert_eq!(texts(&table)[0], text("back, final at 1"));
}
