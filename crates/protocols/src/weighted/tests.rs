//! One test a claim, on the table-top and on the counting itself.

use super::*;
use crate::testbed::{self, Table, with, without};
use consensus_kernel::{Breaks, Outbox, ParamValue, Ratio, Rng, SwitchId, Time};
use proptest::prelude::*;

fn a(i: usize) -> NodeId {
    NodeId::replica(i)
}

fn ratio(num: u32, den: u32) -> Ratio {
    Ratio::new(num, den).expect("no zero below")
}

/// Agents with these answers, all of weight 1, at most f of them faulty.
fn asked(answers: &[&str], f: usize) -> Setup {
    let mut setup = testbed::setup(&META, answers.len(), 0);
    setup.f = f;
    let n = answers.len();
    let ones = vec![Ratio::ONE; n];
    let setup =
        with(setup, param::ANSWERS, ParamValue::Texts(answers.iter().map(|t| (*t).to_owned()).collect()));
    let setup = with(setup, param::TRUST, ParamValue::Ratios(ones.clone()));
    with(setup, param::EXPERTISE, ParamValue::Table(ones.into_iter().map(|one| vec![one]).collect()))
}

/// The same with this trust.
fn trusting(setup: Setup, hundredths: &[u32]) -> Setup {
    with(setup, param::TRUST, ParamValue::Ratios(hundredths.iter().map(|p| Ratio::percent(*p)).collect()))
}

fn coordinated(setup: Setup) -> Setup {
    with(setup, param::DECIDE, ParamValue::Choice(1))
}

fn plan(setup: &Setup) -> Plan {
    Weighted::configure(setup).expect("a possible set-up")
}

/// What everybody's own answers amount to.
fn ruling(plan: &Plan) -> Ruling {
    Ruling::of(plan, &everybody(plan))
}

fn everybody(plan: &Plan) -> Vec<Ballot> {
    let ballot = |i: usize| Ballot { agent: a(i), said: plan.answers[i].clone() };
    (0..plan.n).map(ballot).filter(|ballot| !ballot.said.is_blank()).collect()
}

/// Plays a round for all: whatever is under way arrives, then the round ends.
fn round(table: &mut Table<Weighted>) {
    table.deliver_all(|_| true);
    for i in 0..table.replicas.len() {
        if table.timers.contains_key(&(a(i), 0)) {
            table.fire(a(i), Timer::Round);
        }
    }
}

fn decided(table: &Table<Weighted>) -> Vec<Value> {
    table.decided.iter().map(|(_, _, value)| *value).collect()
}

/// An answer, really signed by these.
fn chain(text: &str, names: &[usize]) -> Chain {
    let plan = plan(&asked(&["yes", "no"], 0));
    let sign = |who: usize, text| {
        let (mut rng, mut out) = (Rng::stream(1, 1), Outbox::default());
        Cx::<Weighted>::new(a(who), Time::ZERO, &plan, Default::default(), &mut rng, &mut out).sign(text)
    };
    let first = Chain::new(sign(names[0], Text::Own(answer(Said::new(text)))));
    names[1..].iter().fold(first, |chain, who| Chain::new(sign(*who, Text::Message(chain))))
}

#[test]
fn answers_are_compared_without_case_blanks_and_punctuation() {
    assert_eq!(plain("  It's\tCANBERRA!! "), "it s canberra");
    assert_eq!(plain("ÄRGER — Straße"), "ärger straße");
    assert_eq!(plain("北京。"), "北京");
    assert_eq!(plain("?! …"), "");
    let alike = |x: &str, y: &str, measure| dice(&parts(x, measure), &parts(y, measure));
    assert_eq!(alike("Paris", "paris.", Measure::Exact), (2, 2));
    assert_eq!(alike("Paris", "Lyon", Measure::Letters), (0, 11));
    assert_eq!(alike("42", "43", Measure::Letters), (2, 6));
    assert_eq!(
        alike("to be or not to be", "be", Measure::Words),
        (2, 7),
        "each word as often as it stands there"
    );
    assert_eq!(alike("", "", Measure::Letters), (0, 0));
}

#[test]
fn what_is_blank_is_no_answer() {
    let plan = plan(&asked(&["yes", "…", ""], 1));
    assert_eq!(ruling(&plan).value, Value::plurality(0), "one of three is no majority");
    let silent = self::plan(&asked(&["", "?", ""], 1));
    assert_eq!(ruling(&silent).value, Value::NO_ANSWER);
}

#[test]
fn a_threshold_is_a_share_of_all_and_to_be_exceeded() {
    let half = plan(&asked(&["yes", "yes", "no", ""], 1));
    assert_eq!(ruling(&half).value, Value::plurality(0));
    let more = plan(&asked(&["yes", "yes", "yes", "no"], 1));
    assert_eq!(ruling(&more).value, Value::answer(0));
    let strict = with(asked(&["yes", "yes", "no"], 1), param::THETA, ParamValue::Ratio(ratio(2, 3)));
    assert_eq!(ruling(&plan(&strict)).value, Value::plurality(0), "two thirds are not more than two thirds");
}

#[test]
fn weights_are_trust_times_expertise_of_the_domain() {
    let setup = trusting(asked(&["x", "y", "z"], 1), &[90, 50, 100]);
    let rows =
        vec![vec![ratio(1, 3), Ratio::ONE], vec![ratio(2, 3), Ratio::ONE], vec![Ratio::ZERO, Ratio::ONE]];
    let setup = with(setup, param::EXPERTISE, ParamValue::Table(rows));
    let setup = with(setup, param::CAP, ParamValue::Ratio(Ratio::ONE));
    assert_eq!(plan(&setup).weights, [9, 10, 0]);
    let domain = |name: &str| with(setup.clone(), param::DOMAIN, ParamValue::Text(Some(name.to_owned())));
    for other in ["1", "law", " Law "] {
        assert_eq!(plan(&domain(other)).weights, [9, 5, 10], "{other}");
    }
    for none in ["2", "cooking", "", "-1"] {
        assert_eq!(Weighted::configure(&domain(none)).unwrap_err().key, "domain", "{none}");
    }
    let fine = with(
        asked(&["x", "y"], 0),
        param::TRUST,
        ParamValue::Ratios(vec![ratio(1, 4_294_967_295), Ratio::ONE]),
    );
    assert_eq!(Weighted::configure(&fine).unwrap_err().key, "trust", "no common unit");
}

#[test]
fn a_share_above_the_cap_is_cut_to_it() {
    let heavy = trusting(asked(&["x"; 5], 1), &[86, 20, 20, 20, 20]);
    let half = plan(&heavy);
    assert_eq!(
        (half.weights, half.total, half.cut),
        (vec![4, 1, 1, 1, 1], 8, vec![true, false, false, false, false])
    );
    let equal = plan(&with(heavy.clone(), param::CAP, ParamValue::Ratio(ratio(1, 5))));
    assert_eq!(equal.weights, [1; 5]);
    let refused = Weighted::configure(&with(heavy, param::CAP, ParamValue::Ratio(ratio(19, 100))));
    assert_eq!(refused.unwrap_err().key, "cap", "five cannot all have less than a fifth");
    let alone = plan(&trusting(asked(&["x"; 3], 1), &[90, 0, 0]));
    assert_eq!(alone.total, 0, "a share of nothing is nothing");
    assert_eq!(ruling(&alone).value, Value::NO_ANSWER);
}

#[test]
fn an_answer_that_nobody_began_with_is_compared_all_the_same() {
    let plan = plan(&asked(&["yes", "no"], 0));
    let said = |i: usize, text: &str| Ballot { agent: a(i), said: Said::new(text) };
    let ruling = Ruling::of(&plan, &[said(0, "Yes, yes"), said(1, "yes")]);
    assert_eq!((ruling.clusters.len(), ruling.value), (1, Value::answer(0)));
    assert_eq!(plan.other(a(0)).text(), "no");
}

#[test]
fn a_light_agent_between_two_camps_does_not_join_them() {
    // The one between is like both, they are not like each other.
    let answers = ["red green", "red green blue grey", "blue grey"];
    let setup = with(asked(&answers, 1), param::MEASURE, ParamValue::Choice(1));
    let light = plan(&trusting(setup.clone(), &[60, 10, 50]));
    let clusters = ruling(&light).clusters;
    assert_eq!(clusters.len(), 2);
    assert_eq!((&clusters[0].members[..], clusters[0].speaker), (&[a(0), a(1)][..], a(0)));
    let heavy = plan(&trusting(setup, &[20, 90, 50]));
    assert_eq!(ruling(&heavy).clusters.len(), 1, "a heavy one leads");
}

#[test]
fn of_equal_camps_the_lowest_number_comes_first_and_the_medoid_speaks() {
    let tie = plan(&asked(&["no", "yes", "yes", "no"], 1));
    assert_eq!(ruling(&tie).value, Value::plurality(0));
    let answers = ["the answer is seven", "seven", "the answer is seven!", "The answer: is seven.", "eight"];
    let camps =
        ruling(&plan(&with(asked(&answers, 1), param::SIMILAR, ParamValue::Ratio(ratio(2, 5))))).clusters;
    assert_eq!((camps[0].members.len(), camps[0].speaker), (4, a(0)));
}

#[test]
fn all_exchange_twice_and_find_the_same() {
    let mut table = Table::<Weighted>::new(&asked(&["yes", "Yes!", "yes", "no", "no"], 2));
    let mut sent = table.pile.len();
    assert_eq!(sent, 20);
    round(&mut table);
    sent += table.pile.len();
    round(&mut table);
    sent += table.pile.len();
    assert_eq!(sent, 40, "each answer is passed on once, all in one message");
    assert_eq!(decided(&table), []);
    round(&mut table);
    assert_eq!(decided(&table), [Value::answer(0); 5]);
    assert_eq!(table.rejected.iter().filter(|(_, why)| *why != "that answer is known").count(), 0);
}

#[test]
fn with_a_coordinator_it_takes_three_messages_for_each() {
    let setup = coordinated(asked(&["yes", "Yes!", "yes", "no", "no"], 2));
    let mut table = Table::<Weighted>::new(&setup);
    table.deliver_all(|_| true);
    round(&mut table);
    round(&mut table);
    assert_eq!(decided(&table), [Value::answer(0)], "the coordinator first");
    table.deliver_all(|_| true);
    assert_eq!(decided(&table), [Value::answer(0); 5]);
}

#[test]
fn an_announcement_that_does_not_add_up_is_refused_and_in_the_end_there_is_no_answer() {
    let setup = coordinated(asked(&["no", "yes", "yes"], 1));
    let mut table = Table::<Weighted>::new(&setup);
    table.pile.clear();
    let claim = Msg::Result { claim: Value::answer(0), answers: Vec::new() };
    table.step(a(1), Input::Deliver { from: a(2), msg: &claim });
    table.step(a(1), Input::Deliver { from: a(0), msg: &claim });
    let why: Vec<&str> = table.rejected.iter().map(|(_, why)| *why).collect();
    assert_eq!(why, ["not the coordinator", "the answers do not amount to that result"]);
    for _ in 0..3 {
        table.fire(a(1), Timer::Round);
    }
    assert_eq!(table.decided, [(a(1), 1, Value::NO_ANSWER)]);
    let mut table = Table::<Weighted>::new(&without(setup, RECOUNT));
    table.step(a(1), Input::Deliver { from: a(0), msg: &claim });
    assert_eq!(table.decided, [(a(1), 1, Value::answer(0))], "without the rule it is believed");
}

#[test]
fn presence_is_no_answer_to_the_question() {
    let roll_call =
        with(coordinated(asked(&["yes", "yes", "no"], 1)), param::ROLL_CALL, ParamValue::Flag(true));
    let mut table = Table::<Weighted>::new(&roll_call);
    (0..4).for_each(|_| round(&mut table));
    table.deliver_all(|_| true);
    assert_eq!(decided(&table), [Value::answer(0); 3]);
    let roll = table.replicas[0].roll.clone();
    assert_eq!(roll.len(), 3);
    let told = |setup: &Setup| {
        let mut table = Table::<Weighted>::new(setup);
        let msg = Msg::Result { claim: Value::answer(0), answers: roll.clone() };
        table.step(a(1), Input::Deliver { from: a(0), msg: &msg });
        decided(&table)
    };
    assert_eq!(told(&roll_call), []);
    assert_eq!(told(&without(roll_call, BOUND)), [Value::answer(0)]);
}

#[test]
fn who_signs_two_answers_has_given_none() {
    let mut table = Table::<Weighted>::new(&asked(&["yes", "no", "yes", "no"], 2));
    table.pile.retain(|letter| letter.from != a(3) || letter.to != a(2));
    table.step(a(2), Input::Deliver { from: a(3), msg: &Msg::Answers(vec![chain("yes", &[3])]) });
    (0..3).for_each(|_| round(&mut table));
    assert_eq!(decided(&table), [Value::plurality(0); 4], "two for yes of four, and one for no");
}

#[test]
fn an_agent_can_come_back_at_any_time() {
    for rounds in 0..4 {
        for setup in [asked(&["yes"; 3], 1), coordinated(asked(&["yes"; 3], 1))] {
            let mut table = Table::<Weighted>::new(&setup);
            for _ in 0..rounds {
                round(&mut table);
            }
            table.now = Time(20_002 * rounds);
            table.restart(a(1));
            (0..4).for_each(|_| round(&mut table));
            let own = table.decided.iter().filter(|(id, ..)| *id == a(1)).count();
            assert_eq!(own, 1, "after {rounds} rounds");
        }
    }
}

/// Whatever arrives, in whatever order, from whomever: no panic, one decision at most.
#[test]
fn hostile_messages_are_refused() {
    for seed in 0..300 {
        let mut rng = Rng::stream(seed, 7);
        let setup = asked(&["yes", "no", "yes", ""], 2);
        let setup = if seed % 2 == 0 { setup } else { coordinated(setup) };
        let mut table = Table::<Weighted>::new(&setup);
        for _ in 0..60 {
            let pick = |rng: &mut Rng, n: u64| rng.within(0, n - 1) as usize;
            let made = |rng: &mut Rng| {
                let text = ["yes", "no", "", "maybe", "\u{1f600}"][pick(rng, 5)];
                let names: Vec<usize> = (0..=pick(rng, 4)).map(|_| pick(rng, 6)).collect();
                chain(text, &names)
            };
            let chains = (0..pick(&mut rng, 4)).map(|_| made(&mut rng)).collect();
            let msg = match pick(&mut rng, 3) {
                0 => Msg::Ask([Question::RollCall, Question::Put][pick(&mut rng, 2)]),
                1 => Msg::Answers(chains),
                _ => Msg::Result { claim: Value::answer(pick(&mut rng, 9)), answers: chains },
            };
            let (to, from) = (a(pick(&mut rng, 4)), a(pick(&mut rng, 6)));
            table.step(to, Input::Deliver { from, msg: &msg });
            let _ = (msg.kind(), msg.bytes(), msg.round());
            if pick(&mut rng, 6) == 0 && table.timers.contains_key(&(to, 0)) {
                table.fire(to, Timer::Round);
            }
        }
        (0..4).for_each(|_| round(&mut table));
        let agents: Vec<&Weighted> = table.replicas.iter().collect();
        assert_eq!(Weighted::panels(&table.config, &agents).len(), 1);
        assert_eq!(table.decided.len(), 4, "seed {seed}");
    }
}

#[test]
fn every_switch_names_a_promise() {
    for (place, switch) in SWITCHES.iter().enumerate() {
        let fine = match switch.breaks {
            Breaks::Safety("Agreement") | Breaks::Liveness => true,
            Breaks::Safety(name) => Weighted::invariants().iter().any(|promise| promise.name == name),
            Breaks::Nothing => false,
        };
        assert!(fine, "{}", switch.id);
        assert!(plan(&without(asked(&["x"; 4], 2), place as SwitchId)).rounds >= 2);
    }
}

#[test]
fn power_is_not_weight() {
    assert_eq!(swings(&[50, 49, 1], 50), Some(vec![3, 1, 1]));
    assert_eq!(swings(&[2, 2, 1], 2), Some(vec![2, 2, 2]), "the light one counts as much");
    assert_eq!(swings(&[1; COUNTED_MAX + 1], 10), None);
    assert_eq!(
        (log_odds((9, 10)), log_odds((1, 5)), log_odds((1, 1)), log_odds((0, 1))),
        (Some(220), Some(-139), None, None)
    );
}

proptest! {
    #[test]
    fn swings_are_those_of_all_coalitions(weights in prop::collection::vec(0u64..30, 1..9), share in 0u64..100) {
        let enough = weights.iter().sum::<u64>() * share / 100;
        let sum = |set: usize| -> u64 { (0..weights.len()).filter(|i| set & (1 << i) != 0).map(|i| weights[i]).sum() };
        let turns = |set: &usize, i: usize| set & (1 << i) == 0 && sum(*set) <= enough && sum(set | 1 << i) > enough;
        let all = 1usize << weights.len();
        let by_hand: Vec<u64> = (0..weights.len()).map(|i| (0..all).filter(|set| turns(set, i)).count() as u64).collect();
        prop_assert_eq!(swings(&weights, enough), Some(by_hand));
    }

    #[test]
    fn the_order_of_arrival_changes_nothing(
        answers in prop::collection::vec("(yes|no|yes indeed|not|)", 2..8),
        trust in prop::collection::vec(0u32..4, 8),
        turn in 0usize..8,
    ) {
        let texts: Vec<&str> = answers.iter().map(String::as_str).collect();
        let trust: Vec<u32> = trust.iter().take(texts.len()).map(|t| t * 25).collect();
        let plan = plan(&trusting(asked(&texts, 1.min(texts.len() - 1)), &trust));
        let mut ballots = everybody(&plan);
        let before = Ruling::of(&plan, &ballots);
        let k = turn % ballots.len().max(1);
        ballots.rotate_left(k);
        prop_assert_eq!(&Ruling::of(&plan, &ballots), &before);
        // Scaling all weights changes nothing either.
        let scaled = plan.clone().with_weights(plan.weights.iter().map(|w| w * 7).collect());
        prop_assert_eq!(Ruling::of(&scaled, &ballots).value, before.value);
    }

    #[test]
    fn nobody_has_more_than_the_cap(trust in prop::collection::vec(0u32..101, 3..9), cap in 34u32..101) {
        let setup = trusting(asked(&vec!["x"; trust.len()], 1), &trust);
        let plan = plan(&with(setup, param::CAP, ParamValue::Ratio(Ratio::percent(cap))));
        for (i, weight) in plan.weights.iter().enumerate() {
            prop_assert!(u128::from(*weight) * 100 <= u128::from(cap) * u128::from(plan.total));
            for (j, other) in plan.weights.iter().enumerate() {
                prop_assert!(trust[i] < trust[j] || weight >= other, "the order stays");
            }
        }
    }

    #[test]
    fn likeness_is_mutual_and_whole_for_equals(x in "[a-cA-C ,.é漢]{0,12}", y in "[a-cA-C ,.é漢]{0,12}") {
        for measure in [Measure::Letters, Measure::Words, Measure::Exact] {
            let (p, q) = (parts(&x, measure), parts(&y, measure));
            prop_assert_eq!(dice(&p, &q), dice(&q, &p));
            let (shared, all) = dice(&p, &p);
            prop_assert_eq!(shared, all);
            prop_assert_eq!(p.is_empty(), Said::new(&x).is_blank());
        }
    }
}

#[test]
fn two_answers_that_nobody_began_with_are_two() {
    let judged = |texts: [&str; 2]| {
        let mut table = Table::<Weighted>::new(&without(asked(&["yes", "yes", "no"], 1), PASS_ON));
        table.pile.retain(|letter| letter.from != a(2));
        for (i, text) in texts.into_iter().enumerate() {
            let msg = Msg::Answers(vec![chain(text, &[2])]);
            table.step(a(i), Input::Deliver { from: a(2), msg: &msg });
        }
        (0..2).for_each(|_| round(&mut table));
        let mut ledger = consensus_kernel::Ledger::default();
        let consistency = invariants::ALL.iter().find(|i| i.name == "Interactive Consistency").unwrap();
        (0..2).all(|i| (consistency.check)(&mut ledger, &table, a(i)).is_ok())
    };
    assert!(judged(["maybe", "maybe"]));
    assert!(!judged(["maybe", "never"]));
}
