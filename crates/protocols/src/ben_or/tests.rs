//! One test a claim, on the table-top.

use super::*;
use crate::testbed::{self, Table, with, without};
use consensus_kernel::{Message, ParamValue, SwitchId};

fn p(i: usize) -> NodeId {
    NodeId::replica(i)
}

/// Processes that begin with these bits, at most f of them faulty.
fn begin(bits: &[u32], f: usize) -> Setup {
    let mut setup = testbed::setup(&META, bits.len(), 0);
    setup.inputs = bits.iter().map(|bit| Value::plain(*bit)).collect();
    setup.f = f;
    setup
}

fn with_liars(setup: Setup) -> Setup {
    with(setup, param::VARIANT, ParamValue::Choice(1))
}

fn announcing(setup: Setup) -> Setup {
    with(setup, param::ANNOUNCE, ParamValue::Flag(true))
}

fn report(round: u64, bit: u32) -> Msg {
    Msg::Report { round, choice: Choice::of(Value::plain(bit)) }
}

fn proposal(round: u64, choice: Choice) -> Msg {
    Msg::Proposal { round, choice }
}

/// Process 0 of a table whose letters are thrown away, and what it says next.
struct Alone(Table<BenOr>);

impl Alone {
    fn new(setup: &Setup) -> Self {
        let mut table = Table::new(setup);
        table.pile.clear();
        Self(table)
    }

    /// Gives process 0 a letter from process `i`.
    fn hear(&mut self, i: usize, msg: Msg) {
        self.0.step(p(0), Input::Deliver { from: p(i), msg: &msg });
    }

    fn hear_each(&mut self, msgs: &[Msg]) {
        for (i, msg) in (1..).zip(msgs) {
            self.hear(i, *msg);
        }
    }

    /// What it has sent, each message once, since it was last asked.
    fn said(&mut self) -> Vec<Msg> {
        let mut said: Vec<Msg> = self.0.pile.drain(..).filter(|l| l.from == p(0)).map(|l| l.msg).collect();
        said.dedup();
        said
    }

    fn end(&self) -> Option<End> {
        self.0.replicas[0].past.iter().find(|played| played.round == 1)?.end
    }

    fn rejected(&self) -> Option<&'static str> {
        self.0.rejected.last().map(|(_, why)| *why)
    }
}

#[test]
fn who_all_begin_with_the_same_decide_it_in_round_1_after_one_more_round_of_messages() {
    let mut table: Table<BenOr> = Table::new(&begin(&[1, 1, 1, 1], 1));
    let mut counts = [0; 3];
    while let Some(letter) = table.pile.front() {
        counts[letter.msg.kind()] += 1;
        table.deliver();
    }
    assert_eq!(table.decided, [0, 1, 2, 3].map(|i| (p(i), 1, ONE)).to_vec());
    assert!(table.replicas.iter().all(|r| r.decided == Some(Decided { value: ONE, round: Some(1) })));
    assert!(table.replicas.iter().all(|r| r.step == Step::Silent && r.round == 2));
    // Reports and proposals of two rounds, n(n - 1) each.
    assert_eq!(counts, [24, 24, 0]);
}

#[test]
fn step_2_proposes_what_more_than_half_of_all_report_not_of_those_heard() {
    let setup = begin(&[0, 0, 1, 1], 1);
    let mut alone = Alone::new(&setup);
    alone.hear(1, report(1, 0));
    assert_eq!(alone.said(), []);
    alone.hear(2, report(1, 1));
    assert_eq!(alone.said(), [proposal(1, Choice::Open)]);
    let mut careless = Alone::new(&without(setup, MAJORITY_OF_ALL));
    careless.hear_each(&[report(1, 0), report(1, 1)]);
    assert_eq!(careless.said(), [proposal(1, Choice::Zero)]);
}

#[test]
fn step_3_takes_one_proposal_over_decides_more_than_f_and_else_tosses_the_coin() {
    let outcome = |f: usize, heard: &[Choice]| {
        let mut alone = Alone::new(&begin(&[0; 5], f));
        alone.hear_each(&[report(1, 1), report(1, 1), report(1, 0), report(1, 1)][..4 - f]);
        let msgs: Vec<Msg> = heard.iter().map(|choice| proposal(1, *choice)).collect();
        alone.hear_each(&msgs);
        alone.end()
    };
    use Choice::{One, Open};
    assert_eq!(outcome(2, &[One, Open]), Some(End::Took(ONE)));
    assert_eq!(outcome(1, &[One, One, Open]), Some(End::Decided(ONE)));
    assert_eq!(outcome(1, &[One, Open, Open]), Some(End::Took(ONE)));
    assert!(matches!(outcome(2, &[Open, Open]), Some(End::Coin(_))));
}

#[test]
fn a_value_that_was_seen_is_taken_over_unless_the_rule_is_off() {
    let heard = [proposal(1, Choice::One), proposal(1, Choice::Open)];
    let setup = begin(&[0; 5], 2);
    let end = |setup: &Setup| {
        let mut alone = Alone::new(setup);
        alone.hear_each(&[report(1, 1), report(1, 1)]);
        alone.hear_each(&heard);
        alone.end()
    };
    assert_eq!(end(&setup), Some(End::Took(ONE)));
    assert!(matches!(end(&without(setup.clone(), ADOPT_BEFORE_COIN)), Some(End::Coin(_))));
    assert_eq!(end(&without(setup, DECIDE_ON_MANY)), Some(End::Decided(ONE)));
}

/// The coins that all processes toss in round 1 when nobody proposes anything.
fn coins(coin: usize, seed: u64) -> Vec<Value> {
    let mut setup = with(begin(&[0, 1, 0, 1], 1), param::COIN, ParamValue::Choice(coin));
    setup.seed = seed;
    let mut table: Table<BenOr> = Table::new(&setup);
    table.pile.clear();
    (0..4)
        .map(|i| {
            let others = (0..4).filter(|j| *j != i).take(2);
            for j in others.clone() {
                table.step(p(i), Input::Deliver { from: p(j), msg: &report(1, (j % 2) as u32) });
            }
            for j in others {
                table.step(p(i), Input::Deliver { from: p(j), msg: &proposal(1, Choice::Open) });
            }
            match table.replicas[i].past[0].end {
                Some(End::Coin(value)) => value,
                other => panic!("process {i} tossed no coin: {other:?}"),
            }
        })
        .collect()
}

#[test]
fn each_tosses_a_coin_of_its_own_and_the_dealer_one_for_all() {
    let own = coins(0, 1);
    assert!(own.contains(&ZERO) && own.contains(&ONE), "{own:?}");
    let common: Vec<Vec<Value>> = (0..32).map(|seed| coins(1, seed)).collect();
    assert!(common.iter().all(|round| round.iter().all(|coin| *coin == round[0])));
    assert!(common.iter().any(|round| round[0] == ZERO) && common.iter().any(|round| round[0] == ONE));
}

#[test]
fn a_decided_process_takes_part_in_one_more_round_and_then_falls_silent() {
    let mut alone = Alone::new(&begin(&[1, 1, 1], 1));
    alone.hear(1, report(1, 1));
    alone.hear(1, proposal(1, Choice::One));
    assert_eq!(alone.0.decided, [(p(0), 1, ONE)]);
    assert_eq!(alone.said(), [proposal(1, Choice::One), report(2, 1)]);
    alone.hear(2, report(2, 1));
    assert_eq!(alone.said(), [proposal(2, Choice::One)]);
    alone.hear(2, proposal(2, Choice::One));
    assert_eq!((alone.said(), alone.0.decided.len()), (vec![], 1));
    assert!(alone.rejected().is_some());
    let mut quitter = Alone::new(&without(begin(&[1, 1, 1], 1), SPEAK_ON));
    quitter.hear(1, report(1, 1));
    quitter.hear(1, proposal(1, Choice::One));
    assert_eq!(quitter.said(), [proposal(1, Choice::One)]);
}

#[test]
fn an_announcement_is_believed_passed_on_and_ends_everything_where_nobody_lies() {
    let mut alone = Alone::new(&announcing(begin(&[0, 1, 1], 1)));
    let decide = Msg::Decide { round: 1, choice: Choice::One };
    alone.hear(1, decide);
    assert_eq!((alone.said(), alone.0.decided.clone()), (vec![decide], vec![(p(0), 1, ONE)]));
    alone.hear(2, decide);
    assert_eq!(alone.said(), []);
    let mut unheard = Alone::new(&begin(&[0, 1, 1], 1));
    unheard.hear(1, decide);
    assert!(unheard.0.decided.is_empty() && unheard.rejected().is_some());
}

#[test]
fn with_liars_an_announcement_is_believed_from_f_plus_1_and_the_rounds_go_on() {
    let decide = Msg::Decide { round: 1, choice: Choice::One };
    let setup = announcing(with_liars(begin(&[0, 1, 1, 1, 1, 1], 1)));
    let mut alone = Alone::new(&setup);
    alone.hear(1, decide);
    alone.hear(1, decide);
    assert!(alone.0.decided.is_empty());
    alone.hear(2, decide);
    assert_eq!(alone.0.decided, [(p(0), 1, ONE)]);
    assert_eq!(alone.0.replicas[0].step, Step::Reports);
    let mut gullible = Alone::new(&without(setup, BELIEVE_F_PLUS_1));
    gullible.hear(1, decide);
    assert_eq!(gullible.0.decided, [(p(0), 1, ONE)]);
}

#[test]
fn thresholds_are_those_of_protocols_a_and_b() {
    let config = |setup: Setup| Config::of(&setup).expect("possible");
    let of = |c: &Config| [c.wait, c.propose, c.adopt, c.decide, c.believe];
    for n in 2..=40 {
        for f in 1..n - 1 {
            let a = config(begin(&vec![0; n], f));
            // The least that is more than n/2, at least one, and more than f.
            assert_eq!(of(&a), [n - f, (n + 2) / 2, 1, f + 1, 1], "A, n={n} f={f}");
            let b = config(with_liars(begin(&vec![0; n], f)));
            let more = (n + f + 2) / 2;
            assert_eq!(of(&b), [n - f, more.min(n), f + 1, more.min(n), f + 1], "B, n={n} f={f}");
            if n > 5 * f {
                // Whoever hears n - f of which one decided hears enough of its proposals to take them over.
                assert!(b.decide - 2 * f >= b.adopt, "n={n} f={f}");
                assert!(
                    n - 2 * f >= b.propose,
                    "B decides a unanimous value whatever liars say, n={n} f={f}"
                );
            }
        }
    }
}

#[test]
fn where_only_its_own_word_would_be_waited_for_the_set_up_is_refused() {
    assert_eq!(Config::of(&begin(&[0, 1, 0, 1], 3)).map_err(|e| e.key).err(), Some("f"));
    assert!(Config::of(&begin(&[0, 1, 0, 1], 2)).is_ok());
    let table: Table<BenOr> = Table::new(&begin(&[1], 0));
    assert_eq!(table.decided, [(p(0), 1, ONE)]);
}

#[test]
fn a_process_is_heard_once_in_a_step_and_later_rounds_wait_for_their_time() {
    let mut alone = Alone::new(&begin(&[0, 0, 1, 1, 1], 1));
    alone.hear(1, report(1, 0));
    for again in [report(1, 0), report(1, 1)] {
        alone.hear(1, again);
    }
    assert_eq!(alone.0.rejected.len(), 2);
    alone.hear(1, report(2, 1));
    alone.hear(1, proposal(1, Choice::Zero));
    let process = &alone.0.replicas[0];
    assert_eq!(
        process.heard.iter().map(|r| (r.round, r.reports.heard())).collect::<Vec<_>>(),
        [(1, 2), (2, 1)]
    );
    assert_eq!((process.round, process.step), (1, Step::Reports));
    alone.hear_each(&[report(1, 1), report(1, 1), report(1, 0)]);
    alone.hear_each(&[proposal(1, Choice::Open), proposal(1, Choice::Open), proposal(1, Choice::Open)]);
    assert_eq!(alone.0.replicas[0].round, 2);
    alone.hear(2, report(1, 1));
    assert_eq!(alone.rejected(), Some("of a round that is over"));
}

#[test]
fn hostile_letters_and_visitors_are_refused_with_a_reason() {
    let mut alone = Alone::new(&begin(&[0, 1, 1], 1));
    alone.hear(1, Msg::Report { round: 1, choice: Choice::Open });
    alone.hear(1, report(0, 1));
    alone.hear(7, report(1, 1));
    alone.0.step(p(0), Input::Deliver { from: NodeId::client(0), msg: &report(1, 1) });
    alone.0.step(p(0), Input::Propose(ONE));
    alone.0.step(p(0), Input::Command { command: 0, about: 0 });
    assert_eq!(alone.0.rejected.len(), 6);
    alone.hear(1, report(u64::MAX, 1));
    assert_eq!((alone.0.replicas[0].round, alone.said()), (1, vec![]));
}

/// What came of a storm.
struct Weather {
    decided: Vec<(NodeId, Value)>,
    /// Whether some round had two values proposed by honest processes.
    split: bool,
}

/// Letters arrive in an order drawn from a seed, until nobody says anything more; liars' letters name what is drawn.
fn storm(setup: &Setup, liars: usize, seed: u64) -> Weather {
    let mut table: Table<BenOr> = Table::new(setup);
    let mut rng = consensus_kernel::Rng::stream(seed, 7);
    let mut proposed: std::collections::BTreeMap<u64, Choice> = std::collections::BTreeMap::new();
    let mut split = false;
    for _ in 0..100_000 {
        if table.pile.is_empty() {
            break;
        }
        let at = rng.within(0, table.pile.len() as u64 - 1) as usize;
        let mut letter = table.pile.swap_remove_back(at).expect("it is there");
        if letter.from.index() < liars {
            let lie = [Choice::Zero, Choice::One, Choice::Open][rng.within(0, 2) as usize];
            let (Msg::Report { choice, .. } | Msg::Proposal { choice, .. } | Msg::Decide { choice, .. }) =
                &mut letter.msg;
            *choice = lie;
        } else if let Msg::Proposal { round, choice } = letter.msg
            && choice != Choice::Open
        {
            split |= *proposed.entry(round).or_insert(choice) != choice;
        }
        table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
    }
    let honest = table.decided.iter().filter(|(id, ..)| id.index() >= liars);
    Weather { decided: honest.map(|(id, _, value)| (*id, *value)).collect(), split }
}

fn storm_setup(seed: u64, liars: usize) -> Setup {
    let n = if liars > 0 { 6 + seed % 3 } else { 3 + seed % 5 } as usize;
    let bits: Vec<u32> = (0..n).map(|i| (seed >> (i + 3)) as u32 & 1).collect();
    let f = if liars > 0 { liars } else { (n - 1) / 2 };
    let mut setup = begin(&bits, f);
    setup.seed = seed;
    if liars > 0 {
        setup = with_liars(setup);
    }
    let setup = with(setup, param::COIN, ParamValue::Choice((seed % 2) as usize));
    with(setup, param::ANNOUNCE, ParamValue::Flag((seed / 2).is_multiple_of(2)))
}

#[test]
fn in_any_order_of_letters_all_decide_alike_with_either_coin_and_either_ending() {
    for (seed, liars) in (0..400).flat_map(|seed| [(seed, 0), (seed, 1)]) {
        let setup = storm_setup(seed, liars);
        let Weather { decided, split } = storm(&setup, liars, seed);
        assert_eq!(decided.len(), setup.n - liars, "seed {seed}, {liars} liars: {decided:?}");
        assert!(decided.iter().all(|(_, value)| *value == decided[0].1), "seed {seed}: {decided:?}");
        assert!(!split, "seed {seed}, {liars} liars");
        let honest = &setup.inputs[liars..];
        if honest.iter().all(|value| *value == honest[0]) {
            assert_eq!(decided[0].1, honest[0], "seed {seed}, {liars} liars: unanimity");
        }
    }
}

/// Whether storms without this rule go wrong: two values proposed in a round, or decided.
fn goes_wrong(switch: SwitchId, liars: usize) -> bool {
    (0..4_000).any(|seed| {
        let Weather { decided, split } = storm(&without(storm_setup(seed, liars), switch), liars, seed);
        split || decided.iter().any(|(_, value)| *value != decided[0].1)
    })
}

#[test]
fn without_a_rule_of_safety_some_order_of_letters_goes_wrong() {
    for (switch, liars) in [
        (MAJORITY_OF_ALL, 0),
        (ADOPT_BEFORE_COIN, 0),
        (DECIDE_ON_MANY, 0),
        (LIARS_IN_MAJORITY, 1),
        (BELIEVE_F_PLUS_1, 1),
    ] {
        assert!(goes_wrong(switch, liars), "{}", META.switches[switch as usize].id);
    }
}

#[test]
fn a_liar_that_names_ever_later_rounds_fills_no_memory() {
    let mut table = Table::<BenOr>::new(&with_liars(begin(&[0, 0, 1, 1, 1, 1], 1)));
    for round in 2..5_000 {
        table.step(p(0), Input::Deliver { from: p(5), msg: &report(round, 1) });
    }
    assert!(table.replicas[0].heard.len() as u64 <= AHEAD_MAX + 1);
    assert_eq!(table.rejected.last().map(|(_, why)| *why), Some("too far ahead to be kept"));
}
