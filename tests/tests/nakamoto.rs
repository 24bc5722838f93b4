//! Nakamoto consensus measured with the real engine, against `reference/bitcoin_q.csv`, `selfish_mining.csv` and
//! `orphan_rate.csv`.
//!
//! Blocks are drawn, not ground, but for the last test, and the target stays, since the models have no retargeting. A run is
//! cut into many pieces, and what is measured in each is taken for independent of the others. All figures lie in
//! intervals that by chance any of them leaves once in a thousand times.
#![expect(clippy::disallowed_methods, reason = "what is measured is judged here; no run depends on it")]

use consensus_kernel::{NodeId, Panel, Time};
use consensus_protocols::nakamoto::{Miner, Nakamoto};
use consensus_sim::{Observer, Simulation, Stop};
use consensus_tests::{finished, read, scenario};

/// The probability that any figure of a test leaves its interval by chance is at most this.
const ERROR: f64 = 0.001;
/// Rows with fewer expected successes or failures are left out.
const EXPECTED_MIN: f64 = 10.0;
/// What all measurements have in common.
const COMMON: &str = "interval=1s&mine=always&retry=1d&without=retarget";

#[test]
fn a_double_spend_succeeds_as_often_as_the_exact_formula_says() {
    const ATTEMPTS: f64 = 5_000.0;
    struct Row {
        q: f64,
        z: u64,
        tie: f64,
        strict: f64,
    }
    let row = |cells: &[&str]| {
        let number = |i: usize| cells[i].parse::<f64>().ok();
        let row = Row { q: number(1)?, z: number(2)? as u64, tie: number(5)?, strict: number(7)? };
        let wanted = [0.1, 0.2, 0.3, 0.4].contains(&row.q) && (1..=6).contains(&row.z);
        (cells[0] == "rosenfeld_table" && wanted && row.strict * ATTEMPTS >= EXPECTED_MIN).then_some(row)
    };
    let rows: Vec<Row> = table("bitcoin_q").iter().filter_map(|cells| row(&cells_of(cells))).collect();
    assert!(rows.len() >= 16, "only {} rows are left", rows.len());
    let allowed = quantile(ERROR / (2 * rows.len()) as f64);
    in_parallel(&rows, |row| {
        let (z, share) = (row.z, (row.q * 10.0).round());
        // The chance to catch up from this far behind is less than one in a million.
        let patience = (14.0 / ((1.0 - row.q) / row.q).ln()).ceil();
        let mut sim = start(&format!(
            "n=2&w={},{share}&confirmations={z}&mining=drawn&latency=1us&req=1000000&gap=4s&patience={patience}\
             &byz=1:double-spend&until=87600h&seed={share}{z}",
            10.0 - share
        ));
        let mut seconds = 0.0;
        let (attempts, ties, wins) = loop {
            seconds += 10_000.0;
            run(&mut sim, seconds);
            let results = miner(&sim, 1).plot().results();
            if results.0 as f64 >= ATTEMPTS {
                break results;
            }
        };
        // A success is one: the honest node had to take back what it had decided.
        assert_eq!(wins > 0, miner(&sim, 0).undone() > 0);
        for (what, count, expected) in [("as long", ties, row.tie), ("longer", wins, row.strict)] {
            let n = attempts as f64;
            let error = (expected * (1.0 - expected) / n).sqrt();
            let off = (count as f64 / n - expected) / error;
            println!("q={} z={z} {what}: {count} of {n}, expected {expected}, off by {off:.2}", row.q);
            assert!(off.abs() <= allowed, "q={} z={z} {what}: {count} of {n}, expected {expected}", row.q);
        }
    });
}

#[test]
fn a_selfish_pool_earns_what_eyal_and_sirer_say() {
    struct Row {
        alpha: f64,
        gamma: f64,
        revenue: f64,
    }
    let row = |cells: &[&str]| {
        let number = |i: usize| cells[i].parse::<f64>().expect("a number");
        let row = Row { alpha: number(0), gamma: number(1), revenue: number(2) };
        // Above .42 it takes far more blocks; and with equal miners nobody reaches all but the finder's share.
        (row.alpha <= 0.42 && row.alpha >= 0.1 && row.gamma < 1.0).then_some(row)
    };
    let rows: Vec<Row> = table("selfish_mining").iter().filter_map(|cells| row(&cells_of(cells))).collect();
    assert!(rows.len() >= 36, "only {} rows are left", rows.len());
    let allowed = quantile(ERROR / rows.len() as f64);
    in_parallel(&rows, |row| {
        // The pool is the hub. In a race it reaches first whom it likes, but for the one who found the other block.
        let honest = if row.gamma == 0.75 { 4 } else { 2 };
        let gamma = (row.gamma * 100.0 * f64::from(honest) / f64::from(honest - 1)).round();
        let weight = |share: f64| (share * 1e6).round();
        let others =
            vec![weight((1.0 - row.alpha) / f64::from(honest)).to_string(); honest as usize].join(",");
        let mut sim = start(&format!(
            "n={}&seed={}&w={},{others}&graph=hub&gamma={gamma}&confirmations=200&mining=drawn&latency=1us&req=0&byz=0:selfish\
             &until=30000s",
            honest + 1,
            weight(row.alpha + row.gamma),
            weight(row.alpha)
        ));
        let measured = Ratio::of((1..=60).map(|k| {
            run(&mut sim, f64::from(k) * 400.0);
            let credits = miner(&sim, 1).credits();
            (credits[0], credits.iter().sum())
        }));
        let off = (measured.mean - row.revenue) / measured.error;
        println!("α={} γ={}: {measured:?}, expected {}, off by {off:.2}", row.alpha, row.gamma, row.revenue);
        assert!(off.abs() <= allowed, "α={} γ={}: {measured:?}, {}", row.alpha, row.gamma, row.revenue);
    });
}

#[test]
fn two_fifths_of_the_hash_power_in_the_middle_of_a_hub_find_more_than_half_of_the_blocks() {
    // The page shows this very run.
    let story = read("golden/nakamoto_selfish.scenario");
    let share = |story: &str| {
        let mut sim = Simulation::with_limit(&scenario(story), u64::MAX).expect("a possible set-up");
        run(&mut sim, 60.0);
        let credits = miner(&sim, 1).credits();
        credits[0] as f64 / credits.iter().sum::<u64>() as f64
    };
    let (selfish, honest) = (share(&story), share(&story.replace("byz=0:selfish", "")));
    assert!(selfish > 0.5 && (0.3..0.5).contains(&honest), "{selfish} and {honest}");
}

#[test]
fn the_page_shows_a_selfish_pool_with_more_blocks_than_power_and_not_more_than_chain_quality_allows() {
    let story = read("golden/nakamoto_selfish.scenario");
    let shares = |story: &str| {
        let run = finished(&scenario(story));
        let bars = run.panels().into_iter().find_map(|panel| match panel {
            Panel::Bars(bars) => Some(bars),
            _ => None,
        });
        let pool = &bars.expect("something is final").rows[0];
        let parts = pool.parts.as_ref().expect("shares");
        [parts[0], parts[1]].map(|millionths| f64::from(millionths) / 1e6)
    };
    let [power, blocks] = shares(&story);
    // Garay, Kiayias & Leonardos 2015, §3.2.
    assert!(power < blocks && blocks < power / (1.0 - power), "{power} and {blocks}");
    let [power, blocks] = shares(&story.replace("byz=0:selfish", ""));
    assert!((blocks - power).abs() < 0.1, "{power} and {blocks}");
}

#[test]
fn blocks_go_stale_as_often_as_in_the_reference() {
    /// Blocks of the reference's own measurement.
    const BLOCKS: f64 = 60_000.0;
    struct Row {
        n: u64,
        delay: f64,
        stale: f64,
    }
    let row = |cells: &[&str]| {
        let number = |i: usize| cells[i].parse::<f64>().expect("a number");
        (cells[0] == "monte_carlo").then(|| Row { n: number(1) as u64, delay: number(4), stale: number(8) })
    };
    let rows: Vec<Row> = table("orphan_rate").iter().filter_map(|cells| row(&cells_of(cells))).collect();
    assert_eq!(rows.len(), 24);
    let allowed = quantile(ERROR / rows.len() as f64);
    in_parallel(&rows, |row| {
        let delay = (row.delay * 1e6).round();
        let mut sim = start(&format!(
            "n={}&seed={delay}&graph=complete&confirmations=50&mining=drawn&latency={delay}us&req=0&until=30000s",
            row.n
        ));
        let measured = Ratio::of((1..=40).map(|k| {
            run(&mut sim, f64::from(k) * 200.0);
            let found: u64 = (0..row.n as usize).map(|i| miner(&sim, i).found()).sum();
            (found - miner(&sim, 0).tree().tip().height, found)
        }));
        let error = measured.error.hypot((row.stale * (1.0 - row.stale) / BLOCKS).sqrt());
        let off = (measured.mean - row.stale) / error;
        println!("n={} D/T={}: {measured:?}, expected {}, off by {off:.2}", row.n, row.delay, row.stale);
        assert!(off.abs() <= allowed, "n={} D/T={}: {measured:?}, expected {}", row.n, row.delay, row.stale);
    });
}

#[test]
fn hashes_that_are_really_ground_take_the_time_and_find_the_miners_that_they_should() {
    let mut sim = start("n=3&w=1,2,3&difficulty=6&confirmations=2&latency=1us&req=0&until=30000s");
    const SECONDS: f64 = 4_000.0;
    run(&mut sim, SECONDS);
    let credits = miner(&sim, 0).credits();
    let blocks: u64 = credits.iter().sum();
    let allowed = quantile(ERROR / 4.0);
    for (i, count) in credits.iter().enumerate() {
        let share = (i + 1) as f64 / 6.0;
        let off = (*count as f64 - share * blocks as f64) / (share * (1.0 - share) * blocks as f64).sqrt();
        assert!(off.abs() <= allowed, "miner {i} found {count} of {blocks}");
    }
    // One hash more is tried than the exponential distribution would, of 64.
    let off = (blocks as f64 - SECONDS) / SECONDS.sqrt();
    assert!(off.abs() <= allowed, "{blocks} blocks in {SECONDS} s");
}

/// Nobody watches.
struct Nobody;

impl Observer<Nakamoto> for Nobody {}

fn start(link: &str) -> Simulation<Nakamoto> {
    begin(&format!("{link}&{COMMON}"))
}

fn begin(link: &str) -> Simulation<Nakamoto> {
    let scenario = scenario(&format!("#/nakamoto?{link}"));
    Simulation::with_limit(&scenario, u64::MAX).unwrap_or_else(|error| panic!("{}: {}", error.key, error.why))
}

fn run(sim: &mut Simulation<Nakamoto>, seconds: f64) {
    sim.run(&mut Nobody, Stop { event: u64::MAX, time: Time((seconds * 1e6) as u64) });
}

fn miner(sim: &Simulation<Nakamoto>, i: usize) -> &Miner {
    sim.copies(NodeId::replica(i))[0].member().expect("replicas are miners")
}

/// The lines of a table of the reference, without the first.
fn table(name: &str) -> Vec<String> {
    read(&format!("reference/{name}.csv")).lines().skip(1).map(str::to_owned).collect()
}

fn cells_of(line: &str) -> Vec<&str> {
    line.split(',').collect()
}

fn in_parallel<T: Sync>(rows: &[T], one: impl Fn(&T) + Sync) {
    let one = &one;
    std::thread::scope(|scope| {
        for odd in [0, 1] {
            scope.spawn(move || rows.iter().skip(odd).step_by(2).for_each(one));
        }
    });
}

/// A share of something, measured in pieces, and its standard error.
#[derive(Clone, Copy, Debug)]
struct Ratio {
    mean: f64,
    error: f64,
}

impl Ratio {
    /// From running counts of a part and of the whole, at the end of each piece.
    fn of(counts: impl Iterator<Item = (u64, u64)>) -> Self {
        let mut before = (0, 0);
        let mut pieces: Vec<(f64, f64)> = Vec::new();
        for (part, whole) in counts {
            pieces.push((part as f64 - before.0 as f64, whole as f64 - before.1 as f64));
            before = (part, whole);
        }
        let (part, whole) = (before.0 as f64, before.1 as f64);
        let (mean, k) = (part / whole, pieces.len() as f64);
        let squares: f64 = pieces.iter().map(|(part, whole)| (part - mean * whole).powi(2)).sum();
        Self { mean, error: (squares * k / (k - 1.0)).sqrt() / whole }
    }
}

/// How many standard errors a figure may be off, for this probability that it is by chance, to either side.
fn quantile(probability: f64) -> f64 {
    let density = |x: f64| (-x * x / 2.0).exp() / core::f64::consts::TAU.sqrt();
    // From far out inwards, until the tail weighs enough.
    let (mut x, mut tail) = (9.0, 0.0);
    const STEP: f64 = 1e-4;
    while tail < probability / 2.0 {
        tail += density(x) * STEP;
        x -= STEP;
    }
    x
}
