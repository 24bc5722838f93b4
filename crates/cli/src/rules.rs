//! `consensus rules`: how long a search takes to find what goes wrong without each rule.

use crate::Failure;
use crate::swarm::protocol;
use clap::Args;
use consensus_kernel::{Breaks, Meta, SwitchId};
use consensus_lab::{Budget, Hunt, catalogue};
use consensus_scenario::print;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[derive(Args)]
pub(crate) struct RulesArguments {
    /// Which protocols; all unless some are named.
    protocols: Vec<String>,
    /// This rule alone.
    #[arg(long)]
    rule: Option<String>,
    /// So many searches for each rule, each from a seed of its own.
    #[arg(long, default_value_t = 5)]
    searches: u64,
    /// A search is given up after so many seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Also rules that serve progress alone.
    #[arg(long)]
    liveness: bool,
}

/// Seeds of one search.
const SEEDS: u64 = 1_000_000_000;

pub(crate) fn rules(arguments: &RulesArguments) -> Result<(), Failure> {
    let named = arguments.protocols.iter().map(|name| protocol(name)).collect::<Result<Vec<_>, _>>()?;
    let metas = if named.is_empty() { catalogue().to_vec() } else { named };
    println!(
        "{:<44} {:>7} {:>7} {:>7} {:>7} {:>6}  not found",
        "rule", "median", "longest", "shrink", "longest", "bytes"
    );
    let mut missing = 0;
    for meta in metas {
        for (place, switch) in meta.switches.iter().enumerate() {
            let asked = arguments.rule.as_ref().is_none_or(|rule| rule == switch.id);
            let wanted = match switch.breaks {
                Breaks::Safety(_) => true,
                Breaks::Liveness => arguments.liveness || arguments.rule.is_some(),
                Breaks::Nothing => false,
            };
            if asked && wanted {
                missing += measure(meta, place as SwitchId, arguments);
            }
        }
    }
    if missing > 0 { Err(Failure::Violated) } else { Ok(()) }
}

/// Measures and prints one rule; says how many searches came to nothing.
fn measure(meta: &'static Meta, place: SwitchId, arguments: &RulesArguments) -> usize {
    let hunt = Hunt { meta, budget: Budget::Within, without: Some(place) };
    let (mut searching, mut shrinking, mut bytes, mut missing) = (Vec::new(), Vec::new(), 0, 0);
    for k in 0..arguments.searches {
        let started = Instant::now();
        let found = first(&hunt, k * SEEDS, started + Duration::from_secs(arguments.seconds));
        let Some((seed, property)) = found else {
            missing += 1;
            continue;
        };
        searching.push(started.elapsed().as_secs_f64());
        let started = Instant::now();
        let smallest = print(&hunt.smallest(seed, property));
        shrinking.push(started.elapsed().as_secs_f64());
        bytes = bytes.max(smallest.len());
    }
    let times = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        let at = |place: usize| times.get(place).copied().unwrap_or(f64::NAN);
        format!("{:>7.2} {:>7.2}", at(times.len() / 2), at(times.len().saturating_sub(1)))
    };
    println!(
        "{:<44} {} {} {bytes:>6}  {missing}/{}",
        format!("{} {}", meta.id, meta.switches[usize::from(place)].id),
        times(&mut searching),
        times(&mut shrinking),
        arguments.searches,
    );
    missing
}

/// A seed from here on whose run violates what the missing rule protects.
fn first(hunt: &Hunt, from: u64, until: Instant) -> Option<(u64, &'static str)> {
    let (next, stop, found) = (AtomicU64::new(from), AtomicBool::new(false), Mutex::new(None));
    let property = hunt.named()?;
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |n| n.get()) {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) && Instant::now() < until {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if hunt.trial(seed).violated == Some(property) {
                        stop.store(true, Ordering::Relaxed);
                        found.lock().expect("nobody panics with it").get_or_insert((seed, property));
                    }
                }
            });
        }
    });
    found.into_inner().expect("nobody panics with it")
}
