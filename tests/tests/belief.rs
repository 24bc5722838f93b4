//! Pools against the figures of `reference/opinion_pool.json`, to the digits printed there, and in whole runs.

use consensus_kernel::{BarRow, Panel, ParamValue, Ratio, Rng};
use consensus_lab::view::Status;
use consensus_lab::{Budget, Hunt, Session, judge_scenario};
use consensus_protocols::belief::{
    Graph, linear_pool, log_pool, log_sum_exp, rounds_needed, second_eigenvalue, updated,
};
use consensus_scenario::print;
use consensus_tests::{finished, property, read, scenario, violated};
use serde_json::Value;
use std::collections::BTreeSet;

/// Half of the last of ten decimals.
const PRINTED: f64 = 5.1e-11;

fn reference() -> Value {
    serde_json::from_str(&read("reference/opinion_pool.json")).expect("the file is JSON")
}

fn number(json: &Value) -> f64 {
    json.as_f64().unwrap_or_else(|| panic!("{json} is no number"))
}

fn numbers(json: &Value) -> Vec<f64> {
    json.as_array().unwrap_or_else(|| panic!("{json} is no list")).iter().map(number).collect()
}

fn rows(json: &Value) -> Vec<Vec<f64>> {
    json.as_array().expect("a list of distributions").iter().map(numbers).collect()
}

fn assert_printed(actual: &[f64], expected: &Value, what: &str) {
    let expected = numbers(expected);
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (a, b) in actual.iter().zip(&expected) {
        assert!((a - b).abs() < PRINTED, "{what}: {actual:?}, not {expected:?}");
    }
}

/// Beliefs that are no distributions are divided by their sum, as the engine does; the reference takes them as they are.
#[test]
fn both_pools_of_every_example_are_those_of_the_reference() {
    for example in reference()["examples"].as_array().expect("examples") {
        let name = example["name"].as_str().expect("a name");
        let (beliefs, weights) = (rows(&example["beliefs"]), numbers(&example["weights"]));
        assert_printed(&linear_pool(&beliefs, &weights), &example["linear_pool"], name);
        match (log_pool(&beliefs, &weights, 0.0), &example["log_pool"]) {
            (None, Value::Null) => {}
            (Some(pool), expected) => assert_printed(&pool, expected, name),
            (None, _) => panic!("{name}: undefined"),
        }
    }
}

#[test]
fn weights_of_one_each_make_a_product_of_experts() {
    let case = &reference()["sum_of_weights"];
    let beliefs = rows(&case["beliefs"]);
    for (weights, key) in [([1.0, 1.0], "w=(1,1)"), ([0.5, 0.5], "w=(.5,.5)")] {
        assert_printed(&log_pool(&beliefs, &weights, 0.0).expect("defined"), &case[key], key);
    }
}

#[test]
fn only_the_logarithmic_pool_with_weights_that_sum_up_to_one_is_externally_bayesian() {
    let case = &reference()["external_bayesianity"];
    let (beliefs, weights) = (rows(&case["beliefs"]), numbers(&case["weights"]));
    let likelihood = numbers(&case["likelihood"]);
    let update = |p: &[f64]| updated(p, &likelihood).expect("defined");
    let later: Vec<Vec<f64>> = beliefs.iter().map(|p| update(p)).collect();
    let log = |beliefs: &[Vec<f64>], weights: &[f64]| log_pool(beliefs, weights, 0.0).expect("defined");
    assert_printed(&update(&log(&beliefs, &weights)), &case["log_pool_then_update"], "log, then");
    assert_printed(&log(&later, &weights), &case["update_then_log_pool"], "then log");
    assert_printed(
        &update(&linear_pool(&beliefs, &weights)),
        &case["linear_pool_then_update"],
        "linear, then",
    );
    assert_printed(&linear_pool(&later, &weights), &case["update_then_linear_pool"], "then linear");
    let (twice, double) =
        (weights.iter().map(|w| 2.0 * w).collect::<Vec<_>>(), &case["weights_summing_to_2"]);
    assert_printed(&update(&log(&beliefs, &twice)), &double["pool_then_update"], "sum 2, then");
    assert_printed(&log(&later, &twice), &double["update_then_pool"], "then sum 2");
    let gap = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(gap(&update(&log(&beliefs, &weights)), &log(&later, &weights)) < 1e-15);
    let linear = gap(&update(&linear_pool(&beliefs, &weights)), &linear_pool(&later, &weights));
    assert!((linear - number(&case["max_abs_diff_linear"])).abs() < 1e-15);
}

#[test]
fn merging_outcomes_before_or_after_comes_to_the_same_only_in_a_linear_pool() {
    let json = reference();
    let case = &json["marginalisation"];
    let beliefs = rows(&json["external_bayesianity"]["beliefs"]);
    let weights = numbers(&json["external_bayesianity"]["weights"]);
    let merged = |p: &[f64]| vec![p[0], p[1] + p[2]];
    let fewer: Vec<Vec<f64>> = beliefs.iter().map(|p| merged(p)).collect();
    let log = |beliefs: &[Vec<f64>]| log_pool(beliefs, &weights, 0.0).expect("defined");
    assert_printed(
        &merged(&linear_pool(&beliefs, &weights)),
        &case["linear_pool_then_merge"],
        "linear, then",
    );
    assert_printed(&linear_pool(&fewer, &weights), &case["merge_then_linear_pool"], "then linear");
    assert_printed(&merged(&log(&beliefs)), &case["log_pool_then_merge"], "log, then");
    assert_printed(&log(&fewer), &case["merge_then_log_pool"], "then log");
}

#[test]
fn each_pool_is_nearest_to_all_beliefs_in_its_own_direction() {
    let case = &reference()["kl_optimality"];
    let (beliefs, weights) = (rows(&case["beliefs"]), numbers(&case["weights"]));
    let divergence = |q: &[f64], p: &[f64]| q.iter().zip(p).map(|(q, p)| q * libm::log(q / p)).sum::<f64>();
    let to_all = |q: &[f64]| beliefs.iter().zip(&weights).map(|(p, w)| w * divergence(q, p)).sum::<f64>();
    let from_all = |q: &[f64]| beliefs.iter().zip(&weights).map(|(p, w)| w * divergence(p, q)).sum::<f64>();
    let log = log_pool(&beliefs, &weights, 0.0).expect("defined");
    let linear = linear_pool(&beliefs, &weights);
    for (name, got) in [("at_log", to_all(&log)), ("at_linear", to_all(&linear))] {
        assert!((got - number(&case["sum_w_KL(q||p_i)"][name])).abs() < 1e-15, "{name}: {got}");
    }
    for (name, got) in [("at_log", from_all(&log)), ("at_linear", from_all(&linear))] {
        assert!((got - number(&case["sum_w_KL(p_i||q)"][name])).abs() < 1e-15, "{name}: {got}");
    }
    let means: Vec<f64> =
        (0..3).map(|k| beliefs.iter().zip(&weights).map(|(p, w)| w * libm::log(p[k])).sum::<f64>()).collect();
    assert!((-log_sum_exp(&means) - number(&case["minus_ln_Z"])).abs() < 1e-15);
}

/// So many agents of this belief in outcome 0 and one who gives it nothing.
fn with_a_veto(honest: usize, others: f64, floor: f64) -> f64 {
    let mut beliefs = vec![vec![others, 1.0 - others]; honest];
    beliefs.push(vec![0.0, 1.0]);
    let weights = vec![1.0 / (honest + 1) as f64; honest + 1];
    log_pool(&beliefs, &weights, floor).expect("defined")[0]
}

#[test]
fn a_floor_makes_the_veto_finite_and_what_it_is_worth_depends_on_n() {
    let case = &reference()["epsilon_floor_veto"];
    for row in case["table"].as_array().expect("a table") {
        let honest = row["n"].as_u64().expect("n") as usize - 1;
        let pooled = with_a_veto(honest, number(&row["others"]), number(&row["eps"]));
        let expected = number(&row["pooled_option0"]);
        // Six digits are printed.
        assert!((pooled / expected - 1.0).abs() < 5.1e-6, "{row}: {pooled}");
    }
    for row in case["honest_needed_to_override_one_veto"].as_array().expect("a table") {
        let needed = row["n_honest_needed"].as_u64().expect("a number") as usize;
        let pooled = |honest| with_a_veto(honest, number(&row["others"]), number(&row["eps"]));
        assert!(pooled(needed) > 0.5 && pooled(needed - 1) < 0.5, "{row}");
    }
}

#[test]
fn a_ring_needs_as_many_rounds_as_its_second_eigenvalue_says() {
    for row in reference()["distributed_belief_consensus"]["table"].as_array().expect("a table") {
        let (n, eigenvalue) = (
            row["n"].as_u64().expect("n"),
            second_eigenvalue(Graph::Ring, row["n"].as_u64().expect("n") as usize),
        );
        assert!((eigenvalue - number(&row["lambda2"])).abs() < 1e-12, "{row}");
        assert_eq!(u64::from(rounds_needed(eigenvalue, 1e-6)), row["rounds_to_1e_6"], "{row}");
        let run = finished(&scenario(&format!("#/belief?n={n}&graph=ring")));
        assert_eq!(violated(&*run), Vec::<&str>::new());
        let all = |rows: &[BarRow]| rows.iter().map(|row| row.parts.clone()).collect::<BTreeSet<_>>();
        let now = all(&shares(&*run, 0)[..n as usize]);
        let pool =
            shares(&*run, 1).into_iter().find(|row| row.label.starts_with("logarithmic")).expect("a pool");
        assert!(
            now.iter()
                .flatten()
                .flatten()
                .zip(pool.parts.iter().cycle().flatten())
                .all(|(a, b)| a.abs_diff(*b) <= 5),
            "{now:?} {pool:?}"
        );
        assert_eq!(run.metrics().replica, 2 * n * u64::from(rounds_needed(eigenvalue, 1e-6)));
    }
}

fn shares(run: &dyn Session, at: usize) -> Vec<BarRow> {
    match &run.panels()[at] {
        Panel::Bars(panel) => panel.rows.clone(),
        other => panic!("{other:?} shows no shares"),
    }
}

fn decided(run: &dyn Session) -> BTreeSet<String> {
    run.decisions().iter().map(|d| d.value.to_string()).collect()
}

#[test]
fn one_exchange_is_enough_where_everybody_hears_everybody() {
    let run = finished(&scenario("#/belief?n=2&beliefs=0.9,0.1/0.6,0.4"));
    let row = |parts: [u32; 2]| Some(parts.to_vec());
    assert!(shares(&*run, 0).iter().all(|agent| agent.parts == row([786_061, 213_939])));
    let pools = shares(&*run, 1);
    assert_eq!(
        (pools[2].parts.clone(), pools[3].parts.clone()),
        (row([786_061, 213_939]), row([750_000, 250_000]))
    );
    assert_eq!(BarRow::percent(786_061), "78.61 %");
    assert_eq!(run.decisions().len(), 2);
}

/// So many who are sure of outcome 0 at .9, and one liar with a veto.
fn against_a_veto(honest: usize) -> String {
    let beliefs = vec!["0.9,0.1"; honest + 1].join("/");
    format!("#/belief?n={}&f=0&beliefs={beliefs}&byz={honest}:veto", honest + 1)
}

#[test]
fn eleven_outvote_the_veto_of_a_liar_and_ten_do_not() {
    assert_eq!(decided(&*finished(&scenario(&against_a_veto(11)))), BTreeSet::from(["0".to_owned()]));
    assert_eq!(decided(&*finished(&scenario(&against_a_veto(10)))), BTreeSet::from(["1".to_owned()]));
}

#[test]
fn a_liar_that_tells_each_another_thing_splits_the_agents() {
    let run = finished(&scenario("#/belief?n=4&f=0&byz=3:two-faced"));
    for property in ["Agreement", "One Pool"] {
        assert!(violated(&*run).contains(&property), "{:?}", violated(&*run));
    }
}

#[test]
fn all_come_to_a_stubborn_agent_between_neighbours() {
    let beliefs = "0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.2,0.8";
    let link =
        |graph: &str| format!("#/belief?n=6&f=0&rounds=400&graph={graph}&beliefs={beliefs}&byz=5:stubborn");
    assert_eq!(decided(&*finished(&scenario(&link("ring")))), BTreeSet::from(["1".to_owned()]));
    assert_eq!(decided(&*finished(&scenario(&link("complete")))), BTreeSet::from(["0".to_owned()]));
}

#[test]
fn where_every_outcome_is_vetoed_nobody_decides() {
    let run = finished(&scenario("#/belief?n=2&floor=0&beliefs=1,0/0,1"));
    assert_eq!(run.decisions(), Vec::new());
    let termination = property(&*run, "Termination");
    assert_eq!(termination.status, Status::Violated);
    assert!(termination.reason.contains("vetoed"), "{}", termination.reason);
    let linear = finished(&scenario("#/belief?n=2&floor=0&rule=linear&beliefs=1,0/0,1"));
    assert_eq!(linear.decisions().len(), 2);
}

#[test]
fn whoever_crashes_the_others_pool_alike() {
    for (node, at) in (0..4).flat_map(|node| [0, 3, 12, 19, 25].map(|at| (node, at))) {
        let run = finished(&scenario(&format!("#/belief?latency=1ms..20ms&at={at}ms:crash:{node}")));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "{node} at {at} ms");
        assert!(run.decisions().len() >= 3);
    }
}

/// Searches draw neither graph nor rule, so they are gone through here; beliefs have zeros now and then.
#[test]
fn every_rule_keeps_its_promises_on_every_graph() {
    let meta = consensus_tests::protocol("belief");
    let place = |key| meta.params.iter().position(|p| p.key == key).expect("it is there");
    for seed in 0..1_500u64 {
        let mut scenario = Hunt { meta, budget: Budget::Within, without: None }.scenario(seed);
        let mut rng = Rng::stream(seed, 0x6265_6c69_6566);
        let mut draw = |most| rng.within(0, most);
        let graph = draw(2) as usize;
        for (key, most) in [("rule", 1), ("update", 1)] {
            scenario.params.0[place(key)] = ParamValue::Choice(draw(most) as usize);
        }
        scenario.params.0[place("graph")] = ParamValue::Choice(graph);
        scenario.params.0[place("floor")] = ParamValue::Choice(1 + draw(3) as usize);
        scenario.params.0[place("rounds")] = ParamValue::Int(0);
        if draw(1) == 0 {
            scenario.params.0[place("evidence")] = ParamValue::Text(Some("0.9,0.4,0.1".to_owned()));
        }
        let belief = |draw: &mut dyn FnMut(u64) -> u64| {
            let parts = [draw(9), draw(9), draw(9)].map(|part| if part < 3 { 0 } else { part as u32 * 10 });
            parts.map(Ratio::percent).to_vec()
        };
        let beliefs = (0..scenario.n).map(|_| belief(&mut draw)).collect();
        scenario.params.0[place("beliefs")] = ParamValue::Table(beliefs);
        if graph > 0 {
            // Nothing is promised there if somebody crashes.
            scenario.script.clear();
            scenario.f = 0;
        }
        let outcome = judge_scenario(&scenario, false).unwrap_or_else(|error| panic!("{}", error.why));
        // That one zero is no veto, nobody promises who lets agents say 0.
        let broken = || finished(&scenario).assumptions().iter().any(|a| !a.holds);
        let promised = |property: &str| property != "No Veto" && (property != "Agreement" || !broken());
        let violated: Vec<_> = outcome.violations.iter().filter(|v| promised(v.property)).collect();
        assert!(violated.is_empty(), "{}: {violated:?}", print(&scenario));
        assert!(outcome.termination.is_ok(), "{}", print(&scenario));
    }
}

#[test]
fn a_looser_tolerance_takes_fewer_rounds() {
    let sent = |more: &str| finished(&scenario(&format!("#/belief?n=8&graph=ring{more}"))).metrics().replica;
    assert_eq!(sent(""), 16 * 64);
    assert_eq!(sent("&tolerance=1/1000"), 16 * 32);
    assert_eq!(sent("&tolerance=1/1000&rounds=5"), 16 * 5);
}
