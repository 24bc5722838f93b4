//! Proof of stake against `reference/pos.json`: how often whom the lottery draws, how much stake makes a quorum, and that a
//! real run draws as the lottery says.

use consensus_kernel::{NodeId, QuorumRule, WeightRule};
use consensus_lab::view::What;
use consensus_protocols::pos::lottery;
use consensus_tests::{finished, read, scenario};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

fn reference() -> Json {
    serde_json::from_str(&read("reference/pos.json")).expect("pos.json is JSON")
}

fn numbers(list: &Json) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// How often each wins so many draws.
fn wins(seed: u64, slots: u64, stakes: &[u64]) -> Vec<f64> {
    let mut wins = vec![0.0; stakes.len()];
    for height in 1..=slots {
        wins[lottery(seed, height, 0, stakes).expect("somebody has stake").index()] += 1.0;
    }
    wins
}

/// Pearson's X².
fn chi_square(seen: &[f64], expected: &[f64]) -> f64 {
    seen.iter().zip(expected).map(|(o, e)| (o - e) * (o - e) / e).sum()
}

#[test]
fn the_lottery_draws_in_proportion_to_stake() {
    let example = &reference()["proposer_frequency"]["example"];
    let stakes: Vec<u64> = numbers(&example["stakes"]).iter().map(|x| *x as u64).collect();
    let slots = example["slots"].as_u64().expect("a number");
    let (expected, sd) = (numbers(&example["expected"]), numbers(&example["sd"]));
    let limit = example["accept_if_X2_below"]["alpha=1e-3"].as_f64().expect("a number");
    let x2 = chi_square(&wins(1, slots, &stakes), &expected);
    println!("X² = {x2:.2}, limit {limit}");
    assert!(x2 < limit);

    // Over many runs the counts scatter as the table says; with 400 of them the deviation is known to 3.5 %.
    const RUNS: u64 = 400;
    let all: Vec<Vec<f64>> = (0..RUNS).map(|seed| wins(seed, slots, &stakes)).collect();
    for (i, (mean, sd)) in expected.iter().zip(sd).enumerate() {
        let seen = all.iter().map(|run| (run[i] - mean) * (run[i] - mean)).sum::<f64>() / RUNS as f64;
        println!("validator {i}: sd {:.2}, expected {sd}", seen.sqrt());
        assert!((seen.sqrt() / sd - 1.0).abs() < 4.0 * 0.0354, "validator {i}");
    }
}

#[test]
fn so_it_does_among_any_number_of_validators() {
    for row in reference()["proposer_frequency"]["critical_values"].as_array().expect("rows") {
        let df = row["df"].as_u64().expect("a number");
        let stakes: Vec<u64> = (0..=df).map(|i| 1 + i % 4).collect();
        let (slots, total) = (20_000, stakes.iter().sum::<u64>());
        let expected: Vec<f64> = stakes.iter().map(|s| (slots * s) as f64 / total as f64).collect();
        let x2 = chi_square(&wins(df, slots, &stakes), &expected);
        assert!(x2 < row["p001"].as_f64().expect("a number"), "{df} degrees of freedom: X² = {x2:.2}");
    }
}

#[test]
fn an_adversary_has_runs_of_turns_as_long_as_its_share_to_that_power_says() {
    const WINDOWS: u64 = 200_000;
    let reference = reference();
    let rows = reference["run_lengths"]["table"].as_array().expect("rows");
    // 99.9 % over all rows together.
    let allowed = 4.2;
    let mut held = 0;
    for row in rows {
        let (beta, p) = (row["beta"].as_f64().expect("a number"), row["p"].as_f64().expect("a number"));
        let k = row["k"].as_u64().expect("a number");
        let expected = p * WINDOWS as f64;
        if expected < 10.0 {
            continue;
        }
        let own = (beta * 3_000.0).round() as u64;
        let stakes = [own, 3_000 - own];
        let all_own = |w: &u64| (0..k).all(|i| lottery(k, w * k + i, 0, &stakes) == Some(NodeId::replica(0)));
        let seen = (0..WINDOWS).filter(all_own).count() as f64;
        let off = (seen - expected).abs() / (expected * (1.0 - p)).sqrt();
        assert!(off < allowed, "{beta} in a row {k} times: {seen} of {expected:.1}, off by {off:.1}");
        held += 1;
    }
    assert!(held >= 20, "{held} rows");
}

#[test]
fn quorums_have_the_sizes_of_the_table() {
    let reference = reference();
    for row in reference["quorum_2_3"]["integer_quorums"].as_array().expect("rows") {
        let number = |key: &str| row[key].as_u64().expect("a number");
        let (n, f) = (number("n"), number("f"));
        assert_eq!(WeightRule::MoreThanTwoThirds.least(n), number("gt_2n_3"), "n={n}");
        assert_eq!(WeightRule::TwoThirds.least(n), number("ge_2n_3"), "n={n}");
        let size = |rule: QuorumRule| rule.size(n as usize, f as usize) as u64;
        assert_eq!(size(QuorumRule::AllButFaulty), number("n_minus_f"), "n={n}");
        assert_eq!(size(QuorumRule::TwoFPlusOne), number("two_f_plus_1"), "n={n}");
        assert_eq!(
            size(QuorumRule::ByzantineMinimum),
            number("min_safe_ceil_n_plus_f_plus_1_over_2"),
            "n={n}"
        );
    }
}

#[test]
fn liars_make_two_quorums_and_block_all_at_the_shares_of_the_table() {
    const TOTAL: u64 = 6_000_000;
    let reference = reference();
    for row in reference["quorum_2_3"]["table"].as_array().expect("rows") {
        let share = row["byz_stake"].as_f64().expect("a number");
        // The table's 0.333333 stands for exactly one third.
        let liars = match share {
            third if (third - 1.0 / 3.0).abs() < 1e-5 => TOTAL / 3,
            other => (other * TOTAL as f64).round() as u64,
        };
        let honest = TOTAL - liars;
        for (rule, name) in [(WeightRule::TwoThirds, "ge"), (WeightRule::MoreThanTwoThirds, "gt")] {
            let quorum = rule.least(TOTAL);
            let is = |key: String| row[key.as_str()].as_bool().expect("true or false");
            let conflicting = honest / 2 + liars >= quorum;
            assert_eq!(conflicting, is(format!("conflicting_certs_if_quorum_{name}_2_3")), "{share} {name}");
            assert_eq!(honest < quorum, is(format!("byz_abstain_blocks_if_{name}_2_3")), "{share} {name}");
        }
    }
}

#[test]
fn stake_times_trust_weighs_as_the_example_says() {
    let example = &reference()["trust_weighted"]["example"];
    let (stake, trust) = (numbers(&example["stake"]), numbers(&example["trust"]));
    let weights: Vec<u64> = stake.iter().zip(trust).map(|(s, t)| (s * t).round() as u64).collect();
    assert_eq!(weights.iter().map(|w| *w as f64).collect::<Vec<_>>(), numbers(&example["w"]));
    let total: u64 = weights.iter().sum();
    for (weight, probability) in weights.iter().zip(numbers(&example["prob"])) {
        assert!((*weight as f64 / total as f64 - probability).abs() < 1e-6);
    }
    let least = WeightRule::TwoThirds.least(total);
    assert_eq!(least as f64, example["two_thirds_quorum"].as_f64().expect("a number").ceil());
    // The only two that can do it together.
    let weigh = |a: usize, b: usize| weights[a] + weights[b];
    let pairs = (0..5).flat_map(|a| (a + 1..5).map(move |b| (a, b)));
    assert_eq!(pairs.filter(|(a, b)| weigh(*a, *b) >= least).collect::<Vec<_>>(), [(0, 1)]);
    assert!(weights.iter().all(|w| *w < least), "nobody can do it alone");
}

#[test]
fn a_real_run_lets_those_propose_whom_the_lottery_draws() {
    let scenario = scenario("#/pos?n=5&seed=11&clients=2&req=60&w=100,80,60,40,20&until=1h");
    let run = finished(&scenario);
    let meta = consensus_tests::protocol("pos");
    // By the time at which they were sent: one height after the other, for nothing is lost.
    let mut proposed: BTreeMap<u64, BTreeSet<NodeId>> = BTreeMap::new();
    for event in run.events(0, run.frontier().event) {
        if let What::Deliver(message) = &event.what
            && meta.kinds[message.flight.kind].name == "proposal"
        {
            proposed.entry(message.flight.sent.0).or_default().insert(message.flight.from);
        }
    }
    assert_eq!(proposed.len(), 60, "a proposal for each height");
    for (height, from) in (1..).zip(proposed.values()) {
        let drawn: BTreeSet<NodeId> = lottery(11, height, 0, &[100, 80, 60, 40, 20]).into_iter().collect();
        assert_eq!(*from, drawn, "height {height}");
    }
}

#[test]
fn of_a_single_vote_nothing_is_promised_and_locks_are_what_it_lacks() {
    let violated = |variant: &str, seed: u64| {
        let link = format!("#/pos?variant={variant}&clients=2&req=6&loss=0.2&until=20s&seed={seed}");
        let run = finished(&scenario(&link));
        let promised = run.assumptions().iter().all(|a| a.name != "A safe variant" || a.holds);
        assert_eq!(promised, variant == "tendermint");
        !consensus_tests::violated(&*run).is_empty()
    };
    let count = |variant: &str| (1..=100).filter(|seed| violated(variant, *seed)).count();
    assert!(count("single") > 0, "nobody is faulty, and one in twenty runs ends with two final blocks");
    assert_eq!(count("tendermint"), 0);
}
