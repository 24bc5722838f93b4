//! Beliefs at a table-top: what agents pool, whatever comes late, twice or not at all.

use super::tables::*;
use super::*;
use crate::testbed::{Table, setup, with, without};
use consensus_kernel::ParamValue;

fn p(i: usize) -> NodeId {
    NodeId::replica(i)
}

fn agents(rows: &[&[u32]]) -> Setup {
    let row = |row: &&[u32]| row.iter().map(|x| Ratio::percent(*x)).collect();
    with(
        filled(setup(&META, rows.len(), 0)),
        param::BELIEFS,
        ParamValue::Table(rows.iter().map(row).collect()),
    )
}

/// Parameters as a set-up has them, in full.
fn filled(mut setup: Setup) -> Setup {
    setup.params = setup.params.filled(META.params, setup.n);
    setup
}

fn choice(setup: Setup, at: usize, option: usize) -> Setup {
    with(setup, at, ParamValue::Choice(option))
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9)
}

/// Lets letters come and rounds end until nothing more happens.
fn run(setup: &Setup) -> Table<Belief> {
    let mut table: Table<Belief> = Table::new(setup);
    for _ in 0..2_000 {
        table.deliver_all(|_| true);
        let due: Vec<NodeId> =
            (0..setup.n).map(p).filter(|id| !table.replicas[id.index()].over(&table.config)).collect();
        if due.is_empty() {
            break;
        }
        for id in due {
            table.fire(id, Timer::Round);
        }
    }
    table
}

fn pools(table: &Table<Belief>) -> Vec<Vec<f64>> {
    table.replicas.iter().filter_map(|agent| Some(agent.pool.as_ref()?.0.clone())).collect()
}

#[test]
fn two_agents_pool_to_the_geometric_or_the_plain_mean() {
    let setup = agents(&[&[90, 10], &[60, 40]]);
    let log = run(&setup);
    assert!(near(&pools(&log)[0], &[0.786_061_230_9, 0.213_938_769_1].map(|x: f64| x)), "{:?}", pools(&log));
    let linear = run(&choice(setup.clone(), param::RULE, 1));
    assert!(near(&pools(&linear)[1], &[0.75, 0.25]));
    let experts = run(&without(setup, SUM_TO_ONE));
    assert!(near(&pools(&experts)[0], &[27.0 / 29.0, 2.0 / 29.0]));
}

#[test]
fn weights_count_and_their_size_does_not() {
    let mut setup = agents(&[&[90, 10], &[60, 40], &[20, 80]]);
    setup.weights = vec![5, 3, 2];
    let small = run(&setup);
    setup.weights = vec![500, 300, 200];
    assert!(near(&pools(&small)[0], &pools(&run(&setup))[0]));
    let direct = small.config.pool_of_all().expect("there is one");
    assert!(near(&pools(&small)[0], &direct));
    let unweighted = pools(&run(&without(setup.clone(), WEIGHTS)));
    setup.weights = vec![1; 3];
    assert_eq!(unweighted, pools(&run(&setup)), "without the rule all count alike");
    setup.weights = vec![1, 0, 0];
    assert!(near(&pools(&run(&setup))[2], &[0.9, 0.1]));
}

#[test]
fn all_get_the_same_bits_in_whatever_order_beliefs_come() {
    let setup = agents(&[&[70, 20, 10], &[50, 30, 20], &[20, 50, 30], &[33, 33, 34], &[1, 1, 98]]);
    let mut rng = consensus_kernel::Rng::stream(7, 7);
    let mut bits = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let mut table: Table<Belief> = Table::new(&setup);
        while !table.pile.is_empty() {
            let at = rng.within(0, table.pile.len() as u64 - 1) as usize;
            let letter = table.pile.swap_remove_back(at).expect("it is there");
            table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
        }
        bits.extend(pools(&table).iter().map(|p| p.iter().map(|x| x.to_bits()).collect::<Vec<_>>()));
        assert_eq!(table.decided.len(), 5);
    }
    assert_eq!(bits.len(), 1);
}

#[test]
fn a_silent_agent_is_left_out_and_the_weights_of_the_others_sum_up_to_one_again() {
    let setup = agents(&[&[90, 10], &[60, 40], &[0, 100]]);
    let mut table: Table<Belief> = Table::new(&setup);
    table.deliver_all(|letter| letter.from != p(2) && letter.to != p(2));
    for i in 0..2 {
        table.fire(p(i), Timer::Round);
    }
    assert!(near(&pools(&table)[0], &[0.786_061_230_9, 0.213_938_769_1]));
    assert!(table.replicas[0].missed && table.decided.len() == 2);
    // The one that weighs nothing is all there is.
    let mut light = setup;
    light.weights = vec![0, 0, 1];
    let mut table: Table<Belief> = Table::new(&light);
    table.deliver_all(|letter| letter.from != p(2));
    table.fire(p(0), Timer::Round);
    assert!(near(&pools(&table)[0], &[0.786_061_230_9, 0.213_938_769_1]));
}

#[test]
fn a_zero_is_a_veto_and_a_floor_makes_it_finite() {
    let setup = agents(&[&[95, 5, 0], &[90, 5, 5], &[0, 10, 90]]);
    let absolute = run(&choice(setup.clone(), param::FLOOR, 0));
    assert!(near(&pools(&absolute)[0], &[0.0, 1.0, 0.0]));
    assert!(pools(&run(&setup))[0][0] > 0.0);
    // Each of two outcomes is ruled out by somebody.
    let opposed = agents(&[&[100, 0], &[0, 100]]);
    let undefined = run(&choice(opposed.clone(), param::FLOOR, 0));
    assert!(undefined.decided.is_empty() && undefined.replicas.iter().all(|agent| agent.undefined));
    assert!(run(&without(opposed.clone(), FLOOR)).decided.is_empty());
    assert!(near(&pools(&run(&opposed))[0], &[0.5, 0.5]));
    assert!(near(&pools(&run(&choice(choice(opposed, param::FLOOR, 0), param::RULE, 1)))[0], &[0.5, 0.5]));
}

#[test]
fn products_underflow_where_sums_of_logarithms_do_not() {
    let setup = choice(agents(&[&[100, 0], &[100, 0], &[0, 100], &[0, 100]]), param::FLOOR, 4);
    assert_eq!(run(&setup).decided.len(), 4);
    let naive = run(&without(setup.clone(), LOG_SPACE));
    assert!(naive.decided.is_empty() && naive.replicas.iter().all(|agent| agent.undefined));
    // With a floor that it can bear it is the same.
    let mild = choice(setup, param::FLOOR, 1);
    assert!(near(&pools(&run(&without(mild.clone(), LOG_SPACE)))[0], &pools(&run(&mild))[0]));
}

#[test]
fn between_neighbours_all_come_to_the_pool_of_all() {
    let rows: [&[u32]; 6] =
        [&[70, 20, 10], &[50, 30, 20], &[20, 50, 30], &[60, 30, 10], &[1, 1, 98], &[90, 5, 5]];
    for (graph, rule, unequal) in
        [(1, 0, false), (1, 1, false), (2, 0, false), (2, 1, true), (1, 0, true), (2, 0, true)]
    {
        let mut setup = choice(choice(agents(&rows), param::GRAPH, graph), param::RULE, rule);
        if unequal {
            setup.weights = vec![1, 2, 3, 1, 0, 5];
        }
        let table = run(&setup);
        let all = table.config.pool_of_all().expect("there is one");
        for pool in pools(&table) {
            let gap = pool.iter().zip(&all).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(gap <= table.config.within && gap < 1e-5, "{graph} {rule} {unequal}: {gap}");
        }
        assert_eq!(pools(&table).len(), 6);
    }
}

#[test]
fn means_over_neighbourhoods_come_to_another_pool() {
    let rows: [&[u32]; 5] = [&[99, 1], &[40, 60], &[40, 60], &[40, 60], &[40, 60]];
    let star = choice(agents(&rows), param::GRAPH, 2);
    let (fair, unfair) = (run(&star), run(&without(star.clone(), SYMMETRIC)));
    let all = fair.config.pool_of_all().expect("there is one");
    assert!((pools(&fair)[3][0] - all[0]).abs() < 1e-5);
    assert!((pools(&unfair)[3][0] - all[0]).abs() > 0.05);
}

#[test]
fn updating_before_or_after_comes_to_the_same_only_for_logarithms() {
    let rows: [&[u32]; 3] = [&[70, 20, 10], &[50, 30, 20], &[20, 50, 30]];
    let mut setup = agents(&rows);
    setup.weights = vec![5, 3, 2];
    let setup = with(setup, param::EVIDENCE, ParamValue::Text(Some("0.9,0.4,0.1".to_owned())));
    let pool = |rule, update| {
        pools(&run(&choice(choice(setup.clone(), param::RULE, rule), param::UPDATE, update)))[0].clone()
    };
    let log = [0.781_616_042_4, 0.191_341_996_5, 0.027_041_961_1];
    assert!(near(&pool(0, 0), &log) && near(&pool(0, 1), &log), "{:?}", pool(0, 0));
    assert!(near(&pool(1, 1), &[0.785_137_318_3, 0.187_399_030_7, 0.027_463_651_1]));
    assert!(near(&pool(1, 0), &[0.754_118_437_4, 0.214_133_480_3, 0.031_748_082_3]));
}

#[test]
fn evidence_is_read_or_refused() {
    assert_eq!(read_evidence("0.25, 1,.5"), Some(vec![0.25, 1.0, 0.5]));
    for bad in ["", "x", "1.5", "0.1,", "-1", "1e3", "0.1.2", "12345678901"] {
        assert_eq!(read_evidence(bad), None, "{bad}");
    }
    let two =
        with(agents(&[&[50, 50], &[50, 50]]), param::EVIDENCE, ParamValue::Text(Some("1,1,1".to_owned())));
    assert_eq!(Config::of(&two).map_err(|e| e.key).err(), Some("evidence"));
}

#[test]
fn hostile_letters_are_refused_with_a_reason() {
    let setup = choice(agents(&[&[50, 50], &[50, 50], &[50, 50], &[50, 50]]), param::GRAPH, 1);
    let mut table: Table<Belief> = Table::new(&setup);
    table.pile.clear();
    let letter = |round, x: &[f64]| Msg { round, opinion: Opinion(x.to_vec()) };
    let letters = [
        (p(2), letter(1, &[0.0, 0.0])),
        (NodeId::client(0), letter(1, &[0.0, 0.0])),
        (p(200), letter(1, &[0.0, 0.0])),
        (p(1), letter(1, &[0.0])),
        (p(1), letter(1, &[f64::NAN, 0.0])),
        (p(1), letter(1, &[f64::INFINITY, 0.0])),
        (p(1), letter(0, &[0.0, 0.0])),
        (p(1), letter(3, &[0.0, 0.0])),
    ];
    for (from, msg) in &letters {
        table.step(p(0), Input::Deliver { from: *from, msg });
    }
    table.step(p(0), Input::Propose(Value::plain(0)));
    table.step(p(0), Input::Command { command: 0, about: 0 });
    assert_eq!(table.rejected.len(), letters.len() + 2, "{:?}", table.rejected);
    let good = letter(1, &[-1.0, f64::NEG_INFINITY]);
    for _ in 0..2 {
        table.step(p(0), Input::Deliver { from: p(1), msg: &good });
    }
    assert_eq!(table.rejected.last(), Some(&(p(0), "this agent was heard in this round before")));
}

#[test]
fn people_read_six_decimals() {
    let text = |x: f64| consensus_kernel::inspect::Tree::of(&Opinion(vec![x])).to_string();
    assert_eq!(text(0.786_061_230_9), "[0.786061]");
    assert_eq!(text(-23.025_850_93), "[-23.025851]");
    assert_eq!(text(f64::NEG_INFINITY), "[-infinity]");
}

#[test]
fn what_nobody_can_believe_is_refused() {
    let two = agents(&[&[90, 10], &[60, 40]]);
    let refuses = |setup: &Setup, opinion: &[f64]| {
        let mut table: Table<Belief> = Table::new(setup);
        let msg = Msg { round: 1, opinion: Opinion(opinion.to_vec()) };
        table.step(p(1), Input::Deliver { from: p(0), msg: &msg });
        !table.rejected.is_empty()
    };
    let linear = choice(two.clone(), param::RULE, 1);
    assert!(!refuses(&linear, &[0.25, 0.75]));
    for odd in [[1.5, -0.5], [-0.1, 1.1], [0.5, 0.6], [f64::NAN, 1.0], [f64::INFINITY, 0.0]] {
        assert!(refuses(&linear, &odd), "{odd:?}");
    }
    assert!(refuses(&linear, &[1.0]) && refuses(&linear, &[0.5, 0.25, 0.25]));
    let logarithm = |x: f64| libm::log(x);
    assert!(!refuses(&two, &[0.25, 0.75].map(logarithm)));
    // What the floor raises is above what is left.
    assert!(!refuses(&two, &[1e-10, 1.0].map(logarithm)));
    assert!(refuses(&two, &[0.5, 1.5].map(logarithm)) && refuses(&two, &[0.75, 0.75].map(logarithm)));
    // On a ring an opinion is as heavy as the agent, so only its bounds are known.
    let ring = choice(agents(&[&[90, 10], &[90, 10], &[90, 10], &[90, 10]]), param::GRAPH, 1);
    assert!(!refuses(&ring, &[0.75, 0.75].map(logarithm)) && refuses(&ring, &[0.5, 1.5].map(logarithm)));
    let ring = choice(ring, param::RULE, 1);
    assert!(!refuses(&ring, &[0.5, 0.75]) && refuses(&ring, &[4.5, 0.0]) && refuses(&ring, &[-0.5, 0.5]));
}
