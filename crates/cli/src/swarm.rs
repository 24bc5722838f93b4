//! `consensus swarm`: many scenarios, drawn from seeds, on all cores.

use crate::Failure;
use clap::{Args, ValueEnum};
use consensus_kernel::Meta;
use consensus_lab::{Budget, Hunt, catalogue};
use consensus_scenario::print;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

#[derive(Args)]
pub(crate) struct SwarmArguments {
    /// Which protocol.
    protocol: String,
    /// The seeds A..B, B excluded.
    #[arg(long, default_value = "0..2000", value_parser = seeds)]
    seeds: (u64, u64),
    /// Faults within what the protocol promises to survive, or beyond.
    #[arg(long, value_enum, default_value_t = BudgetName::Within)]
    budget: BudgetName,
    /// Switch this rule off.
    #[arg(long, value_name = "RULE")]
    without: Option<String>,
    /// Stop at the first violation.
    #[arg(long)]
    first: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BudgetName {
    Within,
    Beyond,
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let parse =
        |part: &str| part.parse::<u64>().map_err(|_| format!("`{part}` is no seed: a whole number is"));
    let (from, to) = text.split_once("..").ok_or("seeds are given as A..B")?;
    let (from, to) = (parse(from)?, parse(to)?);
    if from < to { Ok((from, to)) } else { Err(format!("{from}..{to} holds no seed")) }
}

#[derive(Serialize)]
struct Found {
    property: &'static str,
    link: String,
}

#[derive(Serialize)]
struct Summary {
    protocol: &'static str,
    runs: u64,
    decided: u64,
    violated: u64,
    runs_per_second: f64,
    first_violation: Option<Found>,
}

/// The protocol with this name, or what there is.
pub(crate) fn protocol(name: &str) -> Result<&'static Meta, Failure> {
    let known = || catalogue().iter().map(|m| m.id).collect::<Vec<_>>().join(", ");
    let meta = catalogue().iter().find(|m| m.id == name);
    meta.copied()
        .ok_or_else(|| Failure::Bad(format!("there is no protocol `{name}`; there are: {}", known())))
}

pub(crate) fn swarm(arguments: &SwarmArguments) -> Result<(), Failure> {
    let meta = protocol(&arguments.protocol)?;
    let without = match &arguments.without {
        None => None,
        Some(rule) => Some(meta.switches.iter().position(|s| s.id == rule).ok_or_else(|| {
            let known: Vec<&str> = meta.switches.iter().map(|s| s.id).collect();
            Failure::Bad(format!(
                "{} has no rule `{rule}` to switch off; it has: {}",
                meta.id,
                known.join(", ")
            ))
        })? as u8),
    };
    let budget = match arguments.budget {
        BudgetName::Within => Budget::Within,
        BudgetName::Beyond => Budget::Beyond,
    };
    let hunt = Hunt { meta, budget, without };
    let started = Instant::now();
    let tally = search(&hunt, arguments);
    let seconds = started.elapsed().as_secs_f64();
    let first_violation = tally.first.map(|(seed, property)| {
        let scenario = hunt.smallest(seed, property);
        Found { property, link: print(&scenario) }
    });
    let summary = Summary {
        protocol: meta.id,
        runs: tally.runs,
        decided: tally.decided,
        violated: tally.violated,
        runs_per_second: tally.runs as f64 / seconds.max(1e-9),
        first_violation,
    };
    report(&summary, &hunt, arguments.json)?;
    if summary.violated > 0 { Err(Failure::Violated) } else { Ok(()) }
}

fn report(summary: &Summary, hunt: &Hunt, json: bool) -> Result<(), Failure> {
    if json {
        let text = serde_json::to_string(summary).map_err(|e| Failure::Broken(e.to_string()))?;
        println!("{text}");
        return Ok(());
    }
    let Summary { protocol, runs, decided, violated, runs_per_second, first_violation } = summary;
    println!(
        "{protocol}: {runs} runs, {decided} decided, {violated} violated, {runs_per_second:.0} runs a second"
    );
    let rule = hunt.without.map(|at| hunt.meta.switches[usize::from(at)].id);
    match (first_violation, rule) {
        (Some(found), _) => println!("{} is violated by\n{}", found.property, found.link),
        // Whether an accident can happen at all is the question then, not how seldom.
        (None, Some(rule)) if hunt.named().is_none() => {
            println!("nothing was found without {rule}, as it should be: no property rests on it");
        }
        (None, Some(rule)) => println!(
            "nothing was found without {rule} in so few runs: more --seeds, or `consensus rules {protocol} --rule {rule}`, \
             search longer"
        ),
        // With n clean runs the 95 % upper bound on the failure rate is 3/n.
        (None, None) => {
            println!("failure rate below {:.2e} with 95 % confidence", 3.0 / (*runs).max(1) as f64);
        }
    }
    Ok(())
}

#[derive(Default)]
struct Tally {
    runs: u64,
    decided: u64,
    violated: u64,
    /// The lowest seed that violates something, and what.
    first: Option<(u64, &'static str)>,
}

fn search(hunt: &Hunt, arguments: &SwarmArguments) -> Tally {
    let (from, to) = arguments.seeds;
    let bar = match std::io::stderr().is_terminal() && !arguments.json {
        true => ProgressBar::new(to - from),
        false => ProgressBar::hidden(),
    };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let next = AtomicU64::new(from);
    let stop = AtomicBool::new(false);
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let work = || {
        let mut tally = Tally::default();
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= to {
                break;
            }
            let trial = hunt.trial(seed);
            tally.runs += 1;
            tally.decided += u64::from(trial.decided);
            if let Some(property) = trial.violated {
                tally.violated += 1;
                tally.first.get_or_insert((seed, property));
                stop.fetch_or(arguments.first, Ordering::Relaxed);
            }
            bar.inc(1);
        }
        tally
    };
    let mut total = Tally::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let part = worker.join().expect("a trial never panics");
            total.runs += part.runs;
            total.decided += part.decided;
            total.violated += part.violated;
            total.first = [total.first, part.first].into_iter().flatten().min();
        }
    });
    bar.finish_and_clear();
    total
}
