//! Weighted agents against `reference/condorcet.csv`: the chances of a right answer, summed over all that can be said, each
//! counted by the engine's own rule; and who has how much power.

use consensus_kernel::Protocol;
use consensus_kernel::{NodeId, Ratio, Value};
use consensus_lab::open;
use consensus_protocols::weighted::{
    Ballot, Plan, Ruling, Said, Weighted, has_veto, is_dictator, log_odds, swings,
};
use consensus_tests::{finished, read, scenario, violated};

/// A row of the table.
struct Row {
    kind: String,
    n: usize,
    p: Option<f64>,
    profile: String,
    weights: String,
    value: f64,
    comparison: String,
    note: String,
}

fn rows() -> Vec<Row> {
    let text = read("reference/condorcet.csv");
    let row = |line: &str| {
        let cells: Vec<&str> = line.splitn(9, ',').collect();
        Row {
            kind: cells[0].to_owned(),
            n: cells[1].parse().expect("a number"),
            p: cells[2].parse().ok(),
            profile: cells[3].to_owned(),
            weights: cells[4].to_owned(),
            value: cells[5].parse().expect("a probability"),
            comparison: cells[6].to_owned(),
            note: cells[7].to_owned(),
        }
    };
    text.lines().skip(1).map(row).collect()
}

fn numbers(cell: &str) -> Vec<f64> {
    cell.split(' ').filter_map(|x| x.parse().ok()).collect()
}

/// Agents with these weights; more than half is a majority, and nobody is cut.
fn weighing(weights: &[u64]) -> Plan {
    let n = weights.len().max(2);
    let setup = scenario(&format!("#/weighted?n={n}&cap=1")).setup();
    Weighted::configure(&setup).expect("a possible set-up").with_weights(weights.to_vec())
}

/// The right answer, or the wrong one.
fn says(i: usize, right: bool) -> Ballot {
    Ballot { agent: NodeId::replica(i), said: Said::new(if right { "Canberra" } else { "Sydney" }) }
}

/// How good the decision is if these are right: 1 if right, 0 if wrong, ½ if nobody has a majority and a coin is tossed. An
/// agent of negative weight counts for the opposite of what it says.
fn outcome(plan: &Plan, negative: &[bool], right: usize) -> f64 {
    let n = negative.len();
    let is_right = |i: usize| (right & (1 << i) != 0) != negative[i];
    let ballots: Vec<Ballot> = (0..n).map(|i| says(i, is_right(i))).collect();
    let value = Ruling::of(plan, &ballots).value;
    match (0..n).find(|i| value == Value::answer(*i)) {
        Some(speaker) if is_right(speaker) => 1.0,
        Some(_) => 0.0,
        None => 0.5,
    }
}

/// The outcome for each set of agents that are right.
fn outcomes(weights: &[f64]) -> Vec<f64> {
    let whole: Vec<u64> = weights.iter().map(|w| (w.abs() * 1e6).round() as u64).collect();
    let negative: Vec<bool> = weights.iter().map(|w| *w < 0.0).collect();
    let plan = weighing(&whole);
    (0..1 << weights.len()).map(|right| outcome(&plan, &negative, right)).collect()
}

fn chance(outcomes: &[f64], p: &[f64]) -> f64 {
    let of = |right: usize| -> f64 {
        p.iter().enumerate().map(|(i, p)| if right & (1 << i) != 0 { *p } else { 1.0 - p }).product()
    };
    outcomes.iter().enumerate().map(|(right, good)| good * of(right)).sum()
}

fn assert_close(found: f64, wanted: f64, what: &str) {
    assert!((found - wanted).abs() < 1e-9, "{what}: {found}, and the table says {wanted}");
}

/// The chance of a right answer where agents are too many for all that can be said: the probability of each weight that can
/// be right, one agent after the other, and what the engine makes of that weight. More weight for what is right never does
/// harm, so where the outcome changes is found by halving.
fn chance_by_weight(weights: &[u64], p: &[f64]) -> f64 {
    let total: u64 = weights.iter().sum();
    let mut chances = vec![0.0; total as usize + 1];
    chances[0] = 1.0;
    for (weight, p) in weights.iter().zip(p) {
        for right in (0..chances.len()).rev() {
            let without = right.checked_sub(*weight as usize).map_or(0.0, |before| chances[before]);
            chances[right] = chances[right] * (1.0 - p) + without * p;
        }
    }
    // Agents of weight 1 alone can make any weight.
    assert!(weights.iter().all(|weight| *weight == 1));
    let plan = weighing(&weights[..weights.len().min(100)]).with_weights(weights.to_vec());
    let outcome = |right: usize| -> f64 {
        let ballots: Vec<Ballot> = (0..weights.len()).map(|i| says(i, i < right)).collect();
        match Ruling::of(&plan, &ballots).value {
            value if value == Value::answer(0) && right > 0 => 1.0,
            value if value == Value::answer(right) => 0.0,
            _ => 0.5,
        }
    };
    let first = |least: f64| {
        let (mut low, mut high) = (0, weights.len() + 1);
        while low < high {
            let middle = (low + high) / 2;
            if middle > weights.len() || outcome(middle) >= least { high = middle } else { low = middle + 1 }
        }
        low
    };
    let (tie, win) = (first(0.5), first(1.0));
    chances[win..].iter().sum::<f64>() + chances[tie..win].iter().sum::<f64>() / 2.0
}

/// Up to this number of agents all that can be said is counted.
const N_MAX: usize = 11;

#[test]
fn the_chances_of_a_majority_are_condorcets() {
    let mut checked = 0;
    for n in [1, 3, 5, 7, 9, 11, 15, 21, 51, 101, 1001] {
        let outcomes = if n <= N_MAX { outcomes(&vec![1.0; n]) } else { Vec::new() };
        for row in rows().iter().filter(|row| row.n == n) {
            let Some(p) = row.p else { continue };
            let majority = || match n {
                ..=N_MAX => chance(&outcomes, &vec![p; n]),
                _ => chance_by_weight(&vec![1; n], &vec![p; n]),
            };
            match row.kind.as_str() {
                "simple_majority" => assert_close(majority(), row.value, &format!("n={n}, p={p}")),
                // With this probability all say what one says.
                "correlated_majority" => {
                    let rho: f64 = row.profile.trim_start_matches("rho=").parse().expect("a number");
                    assert_close(rho * p + (1.0 - rho) * majority(), row.value, &format!("n={n}, ρ={rho}"));
                }
                _ => continue,
            }
            checked += 1;
        }
    }
    let is = |row: &&Row| ["simple_majority", "correlated_majority"].contains(&row.kind.as_str());
    let all = rows().iter().filter(is).count();
    assert!(checked == all && all > 100, "{checked} of {all}");
}

#[test]
fn weights_one_by_one_give_the_same_as_all_that_can_be_said() {
    for n in [3, 5, 9] {
        for p in [0.4, 0.6, 0.9] {
            let all = chance(&outcomes(&vec![1.0; n]), &vec![p; n]);
            assert_close(chance_by_weight(&vec![1; n], &vec![p; n]), all, "the two ways");
        }
    }
}

#[test]
fn log_odds_are_the_best_weights() {
    let mut checked = 0;
    for row in rows().iter().filter(|row| row.kind == "weighted_majority") {
        let (p, weights) = (numbers(&row.profile), numbers(&row.weights));
        let what = format!("p = {}", row.profile);
        assert_close(chance(&outcomes(&weights), &p), row.value, &what);
        for (p, weight) in p.iter().zip(&weights) {
            let odds = log_odds(((p * 1e6).round() as u64, 1_000_000)).expect("finite");
            assert!((f64::from(odds) / 100.0 - weight).abs() <= 0.005, "ln of the odds of {p}");
        }
        for part in row.comparison.split(';') {
            let (name, wanted) = part.split_once('=').expect("a name and a number");
            let wanted: f64 = wanted.parse().expect("a number");
            let other: Vec<f64> = match name {
                "simple" => vec![1.0; p.len()],
                "weights_p" => p.clone(),
                "weights_p_minus_half" => p.iter().map(|p| p - 0.5).collect(),
                _ => continue,
            };
            assert_close(chance(&outcomes(&other), &p), wanted, &format!("{what}, {name}"));
        }
        checked += 1;
    }
    assert_eq!(checked, 9);
}

#[test]
fn power_is_as_the_table_has_it() {
    let mut checked = 0;
    for row in rows().iter().filter(|row| row.kind == "trust_x_expertise_power") {
        let weights = numbers(&row.weights);
        let trust: Vec<String> = weights.iter().map(f64::to_string).collect();
        let plan = |theta: &str| {
            let link =
                format!("#/weighted?cap=1&theta={theta}&trust={}&expertise=1/1/1/1/1", trust.join(","));
            Weighted::configure(&scenario(&link).setup()).expect("a possible set-up")
        };
        let (half, third) = (plan("0.5"), plan("2/3"));
        let largest = (0..row.n).map(NodeId::replica).max_by_key(|id| half.weight(*id)).expect("somebody");
        let share = half.weight(largest) as f64 / half.total as f64;
        assert!((share - row.value).abs() < 1e-6, "{}: {share}", row.profile);
        let is = |name: &str| row.comparison.contains(&format!("{name}=True"));
        assert_eq!(is_dictator(&half, largest), is("dictator_at_1/2"), "{}", row.profile);
        assert_eq!(has_veto(&third, largest), is("veto_at_2/3"), "{}", row.profile);
        let swings = swings(&half.weights, half.enough(half.total)).expect("few enough");
        let all: u64 = swings.iter().sum();
        let (_, index) = row.note.split_once("Banzhaf index ").expect("it is there");
        for (swings, wanted) in swings.iter().zip(numbers(index)) {
            assert!(
                (*swings as f64 / all as f64 - wanted).abs() < 5e-5,
                "{}: {swings} of {all}",
                row.profile
            );
        }
        checked += 1;
    }
    assert_eq!(checked, 4);
    assert_eq!(weighing(&[1, 1, 1]).theta, Ratio::percent(50));
}

#[test]
fn messages_are_two_for_each_pair_or_three_for_each_agent() {
    for n in [2u64, 3, 5, 9, 16, 64] {
        let all = finished(&scenario(&format!("#/weighted?n={n}&f=1")));
        assert_eq!((all.metrics().replica, violated(&*all)), (2 * n * (n - 1), Vec::new()), "n={n}");
        let one = finished(&scenario(&format!("#/weighted?n={n}&decide=coordinator")));
        assert_eq!((one.metrics().replica, violated(&*one)), (3 * (n - 1), Vec::new()), "n={n}");
    }
}

/// A correct coordinator and any number of liars beside it: whatever searches draw, everybody decides the same.
#[test]
fn around_a_correct_coordinator_nobody_is_divided() {
    let meta = consensus_tests::protocol("weighted");
    let place = meta.params.iter().position(|p| p.key == "decide").expect("it can be chosen");
    let mut lied = 0;
    for seed in 0..1_500 {
        let hunt = consensus_lab::Hunt { meta, budget: consensus_lab::Budget::Within, without: None };
        let mut drawn = hunt.scenario(seed);
        drawn.params.0[place] = consensus_kernel::ParamValue::Choice(1);
        drawn.byzantine.retain(|b| b.node != NodeId::replica(0));
        drawn.script.retain(|timed| timed.action != consensus_scenario::Action::Crash(NodeId::replica(0)));
        lied += usize::from(!drawn.byzantine.is_empty());
        let outcome = consensus_lab::judge_scenario(&drawn, false).expect("a possible set-up");
        assert!(
            outcome.violations.is_empty() && outcome.termination.is_ok(),
            "{}",
            consensus_scenario::print(&drawn)
        );
    }
    assert!(lied > 500, "{lied}");
}

#[test]
fn long_answers_of_many_agents_are_a_file_and_not_a_link() {
    let answer = |i: usize| format!("{i} {}", "lorem ipsum ".repeat(340));
    let text = (0..64).map(answer).collect::<Vec<_>>().join("%7C");
    let file = format!("weighted\nn=64\nanswers={text}\n");
    assert!(open(&scenario(&file)).is_ok());
}
