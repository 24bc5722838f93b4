//! Many runs: inside the budget no property is ever violated and everybody decides; without its rule each protocol has
//! the accident that its switch tells.
//!
//! The counterexamples lie in `golden/counterexamples/<protocol>/<switch>.link`, each shrunk.
//! `cargo test -p consensus-tests --test swarm -- --ignored` looks for those that are missing. Some are
//! written by hand: `timer-doubling`, because no drawn network is slower than the timers; `exact-two-thirds`, because
//! drawn stakes are too small to tell two thirds from 0.67; `wait-after-failure`, which costs views and not the decision
//! once links have healed; and Zyzzyva's `certificates-by-view`, which is its golden scenario.

use consensus_check::{TERMINATION, heals};
use consensus_kernel::{Breaks, Meta, RuleSet, Switch, SwitchId};
use consensus_lab::{Budget, Hunt, Outcome, broken, catalogue, judge_scenario, shorten, shrink};
use consensus_scenario::{Scenario, print};
use consensus_tests::{file, finished, read, scenario, soak};
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs of each protocol.
const RUNS: u64 = 2_000;
/// Runs without a rule that protects nothing.
const RUNS_HARMLESS: u64 = 500;
/// Runs tried while shrinking one.
const SHRINK_TRIES: usize = 400;
/// Runs that a search for one accident may take.
const SEARCH_MAX: u64 = 100_000;
/// Longest link of a counterexample.
const LINK_BYTES_MAX: usize = 4_096;

const THREADS: u64 = 2;

#[test]
fn inside_the_budget_nothing_is_violated_and_everybody_decides() {
    for meta in catalogue() {
        let tally = tally(&Hunt { meta, budget: Budget::Within, without: None }, RUNS * soak());
        let Tally { runs, decided, violated, .. } = &tally;
        // With n clean runs the 95 % upper bound on the failure rate is 3/n.
        println!(
            "{}: {runs} runs, {decided} decided, {} violated; failure rate below {:.1e} with 95 % confidence",
            meta.id,
            violated.len(),
            3.0 / *runs as f64
        );
        assert_eq!(*violated, Vec::new(), "{}", meta.id);
        if meta.claims.termination.is_some() {
            assert_eq!(decided, runs, "{}", meta.id);
        }
    }
}

#[test]
fn beyond_the_budget_the_same_searchers_see_red() {
    for meta in catalogue() {
        let tally = tally(&Hunt { meta, budget: Budget::Beyond, without: None }, RUNS * soak());
        assert!(!tally.violated.is_empty(), "{}: liars, lost disks, and nothing is violated", meta.id);
    }
}

#[test]
fn a_search_finds_a_missing_rule() {
    for (id, switch) in [("raft", "majority"), ("pbft", "digest-binding")] {
        let meta = consensus_tests::protocol(id);
        let place = meta.switches.iter().position(|s| s.id == switch).expect("the protocol has this switch");
        assert!(search(meta, place as SwitchId, 2_000).is_some(), "{id} does without {switch} in 2,000 runs");
    }
}

#[test]
fn every_stored_counterexample_breaks_what_its_switch_names_and_only_without_the_rule() {
    let mut none = Vec::new();
    for (meta, place, switch) in switches() {
        let Some(property) = named(switch) else { continue };
        let link = read(&path(meta, switch));
        let without = scenario(link.trim());
        assert!(link.len() <= LINK_BYTES_MAX, "{}/{}: the link is long", meta.id, switch.id);
        assert!(!without.rules.holds(place), "{}/{}: the rule is not off", meta.id, switch.id);
        assert_eq!(print(&without), link.trim(), "{}/{}: the link is not canonical", meta.id, switch.id);
        if !is_counterexample(&without, property) {
            none.push(format!("{}/{}", meta.id, switch.id));
        }
    }
    assert_eq!(none, Vec::<String>::new(), "these are none");
}

#[test]
fn without_a_rule_that_protects_nothing_nothing_is_violated() {
    for (meta, place, switch) in switches().filter(|(_, _, switch)| switch.breaks == Breaks::Nothing) {
        let hunt = Hunt { meta, budget: Budget::Within, without: Some(place) };
        let tally = tally(&hunt, RUNS_HARMLESS * soak());
        assert_eq!(tally.violated, Vec::new(), "{}/{}", meta.id, switch.id);
        // Nor does its absence cost a decision: who decides nothing has drawn a variant that promises none.
        for seed in tally.undecided {
            let with_rule = Scenario { rules: RuleSet::ALL_HOLD, ..hunt.scenario(seed) };
            let promised = finished(&with_rule).assumptions().iter().all(|a| a.holds);
            assert!(!promised || meta.claims.termination.is_none(), "{}/{}: {seed}", meta.id, switch.id);
        }
    }
}

#[test]
#[ignore = "a search of minutes, to be run when a switch is new or a counterexample no longer holds"]
fn look_for_missing_counterexamples() {
    let mut missing = Vec::new();
    for (meta, place, switch) in switches() {
        let Some(property) = named(switch) else { continue };
        if file(&path(meta, switch)).is_file() {
            continue;
        }
        let Some(seed) = search(meta, place, SEARCH_MAX) else {
            missing.push(format!("{}/{}", meta.id, switch.id));
            continue;
        };
        let found = Hunt { meta, budget: Budget::Within, without: Some(place) }.scenario(seed);
        let breaks = |s: &Scenario| is_counterexample(s, property);
        let found = match broken(&found, property) {
            Some(at) if property != TERMINATION => shorten(&found, at, breaks),
            _ => found,
        };
        let smallest = shrink(&found, SHRINK_TRIES, breaks);
        let target = file(&path(meta, switch));
        std::fs::create_dir_all(target.parent().expect("it has a folder")).expect("the folder can be made");
        std::fs::write(target, print(&smallest) + "\n").expect("the file can be written");
        println!("{}/{}: seed {seed}: {}", meta.id, switch.id, print(&smallest));
    }
    assert_eq!(missing, Vec::<String>::new(), "no accident was found");
}

fn switches() -> impl Iterator<Item = (&'static Meta, SwitchId, &'static Switch)> {
    let of = |meta: &&'static Meta| {
        let meta = *meta;
        meta.switches.iter().enumerate().map(move |(place, switch)| (meta, place as SwitchId, switch))
    };
    catalogue().iter().flat_map(of)
}

/// The property that a rule protects.
fn named(switch: &Switch) -> Option<&'static str> {
    match switch.breaks {
        Breaks::Safety(property) => Some(property),
        Breaks::Liveness => Some(TERMINATION),
        Breaks::Nothing => None,
    }
}

fn path(meta: &Meta, switch: &Switch) -> String {
    format!("golden/counterexamples/{}/{}.link", meta.id, switch.id)
}

/// Whether a run violates this property, and nothing is amiss in the same run with all rules.
fn is_counterexample(without: &Scenario, property: &str) -> bool {
    // A promise to decide binds only where everything heals in the end.
    let bound = property != TERMINATION || heals(without);
    // What shrinking leaves may be impossible.
    if consensus_lab::open(without).is_err() {
        return false;
    }
    let with = || judged(&Scenario { rules: RuleSet::ALL_HOLD, ..without.clone() });
    let fine = |outcome: Outcome| outcome.violations.is_empty() && outcome.termination.is_ok();
    bound && broken(without, property).is_some() && fine(with())
}

fn judged(scenario: &Scenario) -> Outcome {
    judge_scenario(scenario, false).unwrap_or_else(|error| panic!("{}: {}", error.key, error.why))
}

#[derive(Default)]
struct Tally {
    runs: u64,
    decided: u64,
    /// Seeds of runs in which something was not decided.
    undecided: Vec<u64>,
    /// Links and properties.
    violated: Vec<(String, &'static str)>,
}

fn tally(hunt: &Hunt, runs: u64) -> Tally {
    let part = |first: u64| {
        let mut tally = Tally::default();
        for seed in (first..runs).step_by(THREADS as usize) {
            let trial = hunt.trial(seed);
            tally.runs += 1;
            tally.decided += u64::from(trial.decided);
            tally.undecided.extend((!trial.decided).then_some(seed));
            tally.violated.extend(trial.violated.map(|property| (print(&hunt.scenario(seed)), property)));
        }
        tally
    };
    let mut total = Tally::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|first| {
                let part = &part;
                scope.spawn(move || part(first))
            })
            .collect();
        for worker in workers {
            let part = worker.join().expect("a trial never panics");
            total.runs += part.runs;
            total.decided += part.decided;
            total.undecided.extend(part.undecided);
            total.violated.extend(part.violated);
        }
    });
    total
}

/// A seed whose run, without the rule and inside the budget, violates what the rule protects.
fn search(meta: &'static Meta, place: SwitchId, runs: u64) -> Option<u64> {
    let property = named(&meta.switches[place as usize])?;
    let hunt = Hunt { meta, budget: Budget::Within, without: Some(place) };
    let found = AtomicBool::new(false);
    let part = |first: u64| {
        let mut seeds =
            (first..runs).step_by(THREADS as usize).take_while(|_| !found.load(Ordering::Relaxed));
        let breaks = |seed: &u64| hunt.trial(*seed).violated == Some(property);
        let seed = seeds.find(|seed| breaks(seed) && is_counterexample(&hunt.scenario(*seed), property));
        found.fetch_or(seed.is_some(), Ordering::Relaxed);
        seed
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|first| {
                let part = &part;
                scope.spawn(move || part(first))
            })
            .collect();
        workers.into_iter().filter_map(|worker| worker.join().expect("a trial never panics")).min()
    })
}
