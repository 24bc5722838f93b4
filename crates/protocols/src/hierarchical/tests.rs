//! Levels, objections and escalations at a table-top; majorities of majorities against Boland's figures.

use super::tables::*;
use super::*;
use crate::testbed::{Table, setup, with, without};
use consensus_kernel::ParamValue;

fn p(i: usize) -> NodeId {
    NodeId::replica(i)
}

fn option(number: u32) -> Value {
    Value::plain(number)
}

/// An executive, two supervisors and these workers, the first half of them under supervisor 1.
fn company(above: [u32; 3], workers: &[u32]) -> Setup {
    let mut setup = setup(&META, 3 + workers.len(), 0);
    setup.inputs = above.iter().chain(workers).map(|v| option(*v)).collect();
    setup
}

/// Ten workers of whom so many propose 1, all of them in the first team as far as it goes; the decision is 0 or 1 as the
/// executive's own view has it, since the supervisors differ.
fn divided(ones: usize, executive: u32) -> Setup {
    let workers: Vec<u32> = (0..10).map(|i| u32::from(i < ones)).collect();
    company([executive, 1, 0], &workers)
}

/// Lets all letters come and all spans end, in order.
fn run(table: &mut Table<Hierarchical>) {
    let n = table.replicas.len();
    table.deliver_all(|_| true);
    for span in 1..=8u64 {
        table.now = consensus_kernel::Time(span * 20_001);
        for i in 0..n {
            let moment = table.config.spans(p(i)).get(table.replicas[i].passed);
            if moment == Some(&span) && table.timers.contains_key(&(p(i), 0)) {
                table.fire(p(i), Timer::Span);
            }
        }
        table.deliver_all(|_| true);
    }
}

fn decided(table: &Table<Hierarchical>) -> Vec<u32> {
    table.decided.iter().map(|(.., value)| value.number()).collect()
}

#[test]
fn the_plurality_wins_and_among_equals_the_own_view_or_the_smallest() {
    let of = |counts, own| plurality(&counts, option(own)).number();
    assert_eq!(of([1, 2, 0, 0], 0), 1);
    assert_eq!(of([2, 2, 1, 0], 1), 1);
    assert_eq!(of([2, 2, 1, 0], 2), 0);
    assert_eq!(of([0, 0, 0, 0], 3), 3);
}

#[test]
fn workers_are_spread_over_supervisors_and_every_supervisor_has_one() {
    for n in 3..=40 {
        for supervisors in 1..=(n - 1) / 2 {
            let setup = with(setup(&META, n, 0), param::SUPERVISORS, ParamValue::Int(supervisors as u64));
            let config = Hierarchical::configure(&setup).expect("possible");
            let sizes: Vec<usize> = config.board().iter().map(|id| config.team(id).len()).collect();
            assert_eq!(sizes.iter().sum::<usize>(), config.workers());
            let (least, most) = (sizes.iter().min(), sizes.iter().max());
            assert!(least >= Some(&1) && most <= least.map(|k| k + 1).as_ref(), "n={n}: {sizes:?}");
        }
    }
    let setup = with(setup(&META, 4, 0), param::SUPERVISORS, ParamValue::Int(2));
    assert_eq!(Hierarchical::configure(&setup).map_err(|e| e.key).err(), Some("supervisors"));
}

#[test]
fn a_decision_takes_one_sweep_up_and_one_down() {
    for (n, supervisors) in [(3, 1), (7, 2), (13, 2), (13, 3), (50, 7)] {
        let mut setup = with(setup(&META, n, 0), param::SUPERVISORS, ParamValue::Int(supervisors));
        setup.inputs = vec![option(2); n];
        let mut table: Table<Hierarchical> = Table::new(&setup);
        let mut kinds = [0; 8];
        let mut sent = 0;
        while let Some(letter) = table.pile.front() {
            kinds[consensus_kernel::Message::kind(&letter.msg)] += 1;
            sent += 1;
            table.deliver();
        }
        assert_eq!(kinds[0] + kinds[1], n - 1, "a sweep");
        assert_eq!(kinds[2], n - 1, "the way down");
        assert_eq!(sent, 2 * (n - 1));
        run(&mut table);
        assert_eq!(decided(&table), vec![2; n]);
    }
}

#[test]
fn five_objections_of_ten_are_not_enough_and_six_are() {
    // Six propose 1, so the first team is for 1 and the second, 4 to 1, for 0; the executive settles it.
    let mut stands: Table<Hierarchical> = Table::new(&divided(5, 0));
    run(&mut stands);
    assert_eq!(stands.replicas[1].all_objections.count(), 5);
    assert_eq!(decided(&stands), vec![0; 13]);
    let mut escalates: Table<Hierarchical> = Table::new(&divided(6, 0));
    run(&mut escalates);
    assert_eq!(escalates.replicas[1].all_objections.count(), 6);
    assert_eq!(decided(&escalates), Vec::<u32>::new());
    assert!(escalates.replicas.iter().all(|node| node.escalated));
    let lax = without(divided(5, 0), STRICTLY_MORE);
    let mut lax: Table<Hierarchical> = Table::new(&lax);
    run(&mut lax);
    assert!(lax.replicas[1].escalated);
}

#[test]
fn an_objection_after_the_report_counts_at_the_chair_and_is_refused_elsewhere() {
    // Five of ten object, all in the first team but for one whose word comes late.
    let mut table: Table<Hierarchical> = Table::new(&divided(0, 0));
    table.deliver_all(|_| true);
    for span in [1, 2, 4, 5] {
        table.now = consensus_kernel::Time(span * 20_001);
        for i in 0..3 {
            let moment = table.config.spans(p(i)).get(table.replicas[i].passed);
            if moment == Some(&span) {
                table.fire(p(i), Timer::Span);
            }
        }
        table.deliver_all(|_| true);
    }
    assert!(table.replicas[1].reported && table.replicas[2].reported, "that nobody objects is a report, too");
    for worker in 3..9 {
        let boss = table.config.boss(p(worker));
        table.step(boss, Input::Deliver { from: p(worker), msg: &Msg::Objection });
    }
    assert_eq!(table.replicas[1].all_objections.count(), 5);
    assert_eq!(table.replicas[2].objections.count(), 0);
    assert!(table.rejected.iter().any(|(who, why)| *who == p(2) && why.starts_with("too late")));
    // The sixth tells the chair itself, as it does if the executive told it the decision.
    table.step(CHAIR, Input::Deliver { from: p(8), msg: &Msg::Objection });
    assert!(table.replicas[1].escalated);
}

#[test]
fn an_escalation_waits_for_the_visitor_at_the_chair_and_his_ruling_is_final() {
    let mut table: Table<Hierarchical> = Table::new(&divided(6, 0));
    run(&mut table);
    let rule = |table: &mut Table<Hierarchical>, node, about| {
        table.step(p(node), Input::Command { command: 0, about });
    };
    rule(&mut table, 0, 1);
    rule(&mut table, 1, 3);
    assert_eq!(table.decided.len(), 0, "not the chair, and nobody began with 3");
    let asked = table.replicas[1].face(&table.config);
    assert_eq!(asked.tone, consensus_kernel::Tone::Asking);
    rule(&mut table, 1, 1);
    table.deliver_all(|_| true);
    assert_eq!(decided(&table), vec![1; 13]);
    rule(&mut table, 1, 0);
    assert_eq!(table.rejected.last(), Some(&(p(1), "nothing waits for a ruling")));
}

#[test]
fn objections_take_at_most_one_more_sweep() {
    let mut table: Table<Hierarchical> = Table::new(&divided(10, 0));
    // All propose 1; a captured executive decides 3.
    let mut objections = 0;
    for letter in 0.. {
        let Some(front) = table.pile.front_mut() else { break };
        if front.from == p(0) {
            front.msg = Msg::Decision(option(3));
        }
        objections += usize::from(front.msg == Msg::Objection);
        table.deliver();
        assert!(letter < 1_000);
    }
    run(&mut table);
    assert_eq!(objections, 10);
    assert!(table.replicas[1].escalated);
    // Ten objections and the other supervisor's report; the chair's own is no message.
    assert!(objections < 13 - 1);
}

#[test]
fn without_the_way_past_the_executive_objections_are_dismissed() {
    let mut table: Table<Hierarchical> = Table::new(&without(divided(6, 0), PAST_EXECUTIVE));
    run(&mut table);
    assert_eq!(decided(&table), vec![0; 13]);
    assert!(table.cited.iter().any(|(who, rule)| *who == p(0) && *rule == Cite::Dismisses as u8));
}

#[test]
fn the_workers_of_a_supervisor_that_crashed_are_told_by_the_executive_and_object_to_the_chair() {
    // Node 2 never speaks.
    let mut table: Table<Hierarchical> = Table::new(&divided(0, 1));
    table.deliver_all(|letter| letter.to != p(2));
    table.timers.remove(&(p(2), 0));
    assert!(table.replicas[0].decision.is_none());
    for span in [1, 2] {
        table.now = consensus_kernel::Time(span * 20_001);
        for i in [1, 0] {
            let due = table.config.spans(p(i)).get(table.replicas[i].passed) == Some(&span);
            if due && table.timers.contains_key(&(p(i), 0)) {
                table.fire(p(i), Timer::Span);
            }
        }
        table.deliver_all(|letter| letter.to != p(2));
    }
    let told = table.replicas.iter().filter(|node| node.decision == Some(option(0))).count();
    assert_eq!(told, 12, "all but the one that crashed");
}

#[test]
fn a_silent_executive_is_put_before_the_visitor() {
    let mut table: Table<Hierarchical> = Table::new(&divided(3, 0));
    table.timers.remove(&(p(0), 0));
    table.deliver_all(|letter| letter.to != p(0));
    run(&mut table);
    let others = &table.replicas[1..];
    assert!(others.iter().all(|node| node.escalated && node.decided.is_none()));
}

#[test]
fn hostile_letters_are_refused_with_a_reason() {
    let mut table: Table<Hierarchical> = Table::new(&divided(6, 0));
    table.pile.clear();
    let letters = [
        (1, 8, Msg::Proposal(option(0))),
        (1, 3, Msg::Proposal(option(9))),
        (3, 4, Msg::Proposal(option(0))),
        (0, 5, Msg::Evaluation { option: option(0), counts: [1, 0, 0, 0] }),
        (0, 2, Msg::Evaluation { option: option(0), counts: [u16::MAX; 4] }),
        (5, 2, Msg::Decision(option(0))),
        (0, 1, Msg::Decision(option(0))),
        (2, 0, Msg::Decision(option(7))),
        (1, 2, Msg::Objection),
        (1, 2, Msg::Report([p(3)].into_iter().collect())),
        (2, 1, Msg::Report([p(3)].into_iter().collect())),
        (3, 2, Msg::Escalation),
        (3, 2, Msg::Ruling(option(0))),
        (0, 4, Msg::Ask),
        (4, 200, Msg::Ask),
    ];
    let all = letters.len();
    for (to, from, msg) in letters {
        table.step(p(to), Input::Deliver { from: p(from), msg: &msg });
    }
    table.step(p(1), Input::Deliver { from: NodeId::client(0), msg: &Msg::Ask });
    table.step(p(1), Input::Propose(option(0)));
    table.step(p(1), Input::Command { command: 0, about: 99 });
    assert_eq!(table.rejected.len(), all + 3, "{:?}", table.rejected);
    assert!(table.pile.is_empty() && table.decided.is_empty());
}

/// Two options, 0 the right one: whether so many right workers of a team make its supervisor right.
fn is_right(right: usize, team: usize) -> bool {
    plurality(&[right as u16, (team - right) as u16, 0, 0], option(1)) == option(0)
}

fn choose(n: usize, k: usize) -> f64 {
    (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64)
}

fn power(x: f64, k: usize) -> f64 {
    (0..k).fold(1.0, |product, _| product * x)
}

/// The probability that a vote of n is right, if each is with probability p.
fn right(n: usize, p: f64) -> f64 {
    let of = |k: usize| choose(n, k) * power(p, k) * power(1.0 - p, n - k);
    (0..=n).filter(|k| is_right(*k, n)).map(of).sum()
}

#[test]
fn two_tiers_of_majorities_are_right_less_often_than_one_vote_of_all() {
    for (teams, team, tiers, flat) in [(3, 3, 0.71552, 0.73343), (7, 7, 0.88681, 0.92242)] {
        assert!((right(teams, right(team, 0.6)) - tiers).abs() < 5e-6, "{}", right(teams, right(team, 0.6)));
        assert!((right(teams * team, 0.6) - flat).abs() < 5e-6, "{}", right(teams * team, 0.6));
    }
}

#[test]
fn the_engine_counts_majorities_of_majorities_or_all_workers_as_it_is_told() {
    // Every outcome of three teams of three: nodes 4 to 12.
    let (mut tiers, mut flat) = (0.0, 0.0);
    for outcome in 0..1u32 << 9 {
        let workers: Vec<u32> = (0..9).map(|i| outcome >> i & 1).collect();
        let mut setup = company([1, 1, 1], &[&[1], &workers[..]].concat());
        setup = with(setup, param::SUPERVISORS, ParamValue::Int(3));
        let decides = |count| {
            let setup = with(setup.clone(), param::COUNT, ParamValue::Choice(count));
            let mut table: Table<Hierarchical> = Table::new(&setup);
            table.deliver_all(|letter| !matches!(letter.msg, Msg::Decision(_)));
            table.replicas[0].decision
        };
        let wrong = outcome.count_ones() as usize;
        let weight = power(0.6, 9 - wrong) * power(0.4, wrong);
        tiers += if decides(0) == Some(option(0)) { weight } else { 0.0 };
        flat += if decides(1) == Some(option(0)) { weight } else { 0.0 };
    }
    assert!((tiers - 0.71552).abs() < 5e-6 && (flat - 0.73343).abs() < 5e-6, "{tiers} {flat}");
}
