//! `consensus bench`: the engines against a bare loop, in one run on one thread.

use crate::{ALLOCATOR, Failure};
use clap::Args;
use consensus_kernel::Meta;
use consensus_lab::workload::{BareLoop, busy_scenario};
use consensus_lab::{busy_engine, catalogue, open_with_limit};
use serde::Serialize;
use stats_alloc::Region;
use std::time::Instant;

#[derive(Args)]
pub(crate) struct BenchArguments {
    /// Messages delivered in each round.
    #[arg(long, default_value_t = 2_000_000)]
    messages: u64,
    /// How often so many are delivered by each, in short pieces taken in turn; the median piece counts.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only this protocol.
    #[arg(long)]
    protocol: Option<String>,
    /// Only this number of replicas.
    #[arg(long)]
    n: Option<usize>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// One engine at one size.
#[derive(Serialize)]
struct Row {
    protocol: &'static str,
    n: usize,
    /// Whether messages can be lost and doubled.
    trouble: bool,
    /// Messages delivered per second by the bare loop.
    bare_per_second: f64,
    /// Messages delivered per second by the engine, with network, faults and properties on.
    engine_per_second: f64,
    /// Their ratio: the median over pieces of engine / bare, each pair measured one after the other.
    ratio: f64,
    /// Allocations per message delivered, after a warm-up.
    allocations_per_message: f64,
    decisions: u64,
}

#[derive(Serialize)]
struct Seek {
    protocol: &'static str,
    n: usize,
    events: u64,
    median_ms: f64,
    worst_ms: f64,
}

#[derive(Serialize)]
struct Result_ {
    engines: Vec<Row>,
    seeks: Vec<Seek>,
}

/// Messages delivered in one piece: well under a millisecond.
const PIECE: u64 = 4_000;
/// Sizes at which engines are measured.
const SIZES: [usize; 4] = [4, 5, 16, 64];

pub(crate) fn bench(arguments: &BenchArguments) -> Result<(), Failure> {
    let mut result = Result_ { engines: Vec::new(), seeks: Vec::new() };
    if !arguments.json {
        println!("protocol       n  trouble   bare M/s  engine M/s  ratio  allocations/message");
    }
    let wanted = |meta: &&&Meta| arguments.protocol.as_ref().is_none_or(|id| meta.id == id);
    for meta in catalogue().iter().filter(wanted) {
        let sizes = SIZES.into_iter().filter(|n| arguments.n.is_none_or(|only| only == *n));
        for n in sizes.filter(|n| is_possible(meta, *n)) {
            for trouble in [false, true] {
                let row = measure(meta, n, trouble, arguments)?;
                if !arguments.json {
                    println!(
                        "{:<12} {:>3}  {:<7} {:>10.1} {:>11.1} {:>6.2}  {:.4}",
                        row.protocol,
                        row.n,
                        row.trouble,
                        row.bare_per_second / 1e6,
                        row.engine_per_second / 1e6,
                        row.ratio,
                        row.allocations_per_message
                    );
                }
                result.engines.push(row);
            }
        }
    }
    for meta in catalogue().iter().filter(wanted) {
        let sizes = [4, 64].into_iter().filter(|n| arguments.n.is_none_or(|only| only == *n));
        for n in sizes.filter(|n| is_possible(meta, *n)) {
            let seek = seek(meta, n)?;
            if !arguments.json {
                let Seek { protocol, n, events, median_ms, worst_ms } = &seek;
                println!(
                    "seek in {protocol} n={n}, {events} events: median {median_ms:.2} ms, worst {worst_ms:.2} ms"
                );
            }
            result.seeks.push(seek);
        }
    }
    if arguments.json {
        let text = serde_json::to_string_pretty(&result).map_err(|e| Failure::Broken(e.to_string()))?;
        println!("{text}");
    }
    Ok(())
}

/// Whether the protocol runs with so many replicas, and its parameters as usual.
fn is_possible(meta: &'static Meta, n: usize) -> bool {
    (meta.n.0..=meta.n.2).contains(&n) && busy_engine(&busy_scenario(meta, n, false)).is_ok()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn measure(meta: &'static Meta, n: usize, trouble: bool, arguments: &BenchArguments) -> Result<Row, Failure> {
    let scenario = busy_scenario(meta, n, trouble);
    let mut engine = busy_engine(&scenario).map_err(|e| Failure::Broken(e.why))?;
    engine.deliver(arguments.messages / 4);
    let (mut bare, mut real, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut allocations, mut delivered_in_all) = (0usize, 0u64);
    // Short pieces in turn, so that what else the machine does falls into few of them and the median passes over those.
    let piece = arguments.messages.clamp(1, PIECE);
    let mut bare_loop = BareLoop::new(n);
    bare_loop.deliver(arguments.messages / 4);
    let pieces = arguments.rounds.max(1) as u64 * arguments.messages.div_ceil(piece).max(1);
    for _ in 0..pieces {
        let started = Instant::now();
        let delivered = bare_loop.deliver(piece);
        bare.push(delivered as f64 / started.elapsed().as_secs_f64());
        let region = Region::new(ALLOCATOR);
        let started = Instant::now();
        let delivered = engine.deliver(piece);
        real.push(delivered as f64 / started.elapsed().as_secs_f64());
        allocations += region.change().allocations;
        delivered_in_all += delivered;
        ratios.push(real[real.len() - 1] / bare[bare.len() - 1]);
    }
    if !engine.is_clean() || delivered_in_all == 0 {
        return Err(Failure::Broken(format!(
            "{} n={n}: the measured run violates a property or stalls",
            meta.id
        )));
    }
    Ok(Row {
        protocol: meta.id,
        n,
        trouble,
        bare_per_second: median(bare),
        engine_per_second: median(real),
        ratio: median(ratios),
        allocations_per_message: allocations as f64 / delivered_in_all as f64,
        decisions: engine.decisions(),
    })
}

/// Seeks to places all over a run of a million events.
fn seek(meta: &'static Meta, n: usize) -> Result<Seek, Failure> {
    const EVENTS: u64 = 1_000_000;
    const SEEKS: u64 = 200;
    let scenario = busy_scenario(meta, n, true);
    let mut session = open_with_limit(&scenario, EVENTS).map_err(|e| Failure::Broken(e.why))?;
    while session.run_ahead(1 << 16) {}
    let events = session.frontier().event;
    let mut rng = consensus_kernel::Rng::stream(11, 11);
    let mut times: Vec<f64> = (0..SEEKS)
        .map(|_| {
            let target = rng.within(0, events);
            let started = Instant::now();
            session.seek_event(target);
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    Ok(Seek {
        protocol: meta.id,
        n,
        events,
        median_ms: times[times.len() / 2],
        worst_ms: times[times.len() - 1],
    })
}
