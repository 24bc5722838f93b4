//! How often Raft's votes split, measured with the real engine, against `reference/raft_election.json` (Ongaro's
//! dissertation, §9.2).
//!
//! The model: all s servers that are alive of n set their timers at the same moment; timeouts are uniform over a range;
//! every message takes the same time, a fraction l of that range. The vote splits if so many servers time out before
//! the first candidate's request reaches them that those left cannot elect it. Here: fresh servers, the others crashed
//! from the beginning, and a vote that split is a first term without a leader.

use consensus_kernel::{Duration, NodeId, ParamValue, Time};
use consensus_lab::open;
use consensus_lab::view::MarkKind;
use consensus_scenario::{Action, Latency, Scenario, Timed};
use consensus_tests::{protocol, read, soak};
use serde_json::Value;

/// The range of timeouts is one to two times this, so that microseconds are fine enough.
const RANGE: Duration = Duration::secs(10);
/// The probability that any of all rows leaves its interval by chance is at most this.
const ERROR: f64 = 0.001;
/// Rows with fewer expected splits, or fewer expected elections, are left out.
const EXPECTED_MIN: f64 = 10.0;

/// Elections of each row.
fn trials() -> u64 {
    5_000 * soak()
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    n: usize,
    alive: usize,
    latency: f64,
    split: f64,
}

#[test]
fn the_table_follows_the_formula() {
    for row in rows() {
        assert!((formula(row.n, row.alive, row.latency) - row.split).abs() < 1e-5, "{row:?}");
    }
}

#[test]
fn votes_split_as_often_as_the_dissertation_says() {
    let tested = tested();
    assert!(tested.len() >= 60, "only {} rows are left", tested.len());
    let allowed = ERROR / tested.len() as f64 / 2.0;
    let half = tested.len() / 2;
    let measure_all = |rows: &[Row]| rows.iter().map(|row| (*row, measure(*row))).collect::<Vec<_>>();
    let measured = std::thread::scope(|scope| {
        let first = scope.spawn(|| measure_all(&tested[..half]));
        let second = measure_all(&tested[half..]);
        first.join().expect("no trial panics").into_iter().chain(second).collect::<Vec<_>>()
    });
    for (row, splits) in measured {
        let (below, above) = tails(trials(), row.split, splits);
        let rate = splits as f64 / trials() as f64;
        assert!(
            below.min(above) >= allowed,
            "{row:?}: {splits} of {} split, {rate}; tails {below:e} {above:e}",
            trials()
        );
    }
}

/// The rows in which enough is expected of either outcome.
fn tested() -> Vec<Row> {
    let enough = |row: &Row| {
        let expected = trials() as f64 * row.split.min(1.0 - row.split);
        expected >= EXPECTED_MIN
    };
    rows().into_iter().filter(enough).collect()
}

fn rows() -> Vec<Row> {
    let file: Value = serde_json::from_str(&read("reference/raft_election.json")).expect("the file is JSON");
    let table = file["split_vote_fixed_latency"]["table"].as_array().expect("a table").clone();
    let count = |row: &Value, key: &str| row[key].as_u64().expect("a whole number") as usize;
    let number = |row: &Value, key: &str| row[key].as_f64().expect("a number");
    let row = |row: &Value| Row {
        n: count(row, "n"),
        alive: count(row, "s"),
        latency: number(row, "l"),
        split: number(row, "p_split"),
    };
    table.iter().map(row).collect()
}

/// P(Bin(s, l) ≥ s − ⌊n/2⌋).
fn formula(n: usize, alive: usize, latency: f64) -> f64 {
    binomial(alive as u64, latency)[alive - n / 2..].iter().sum()
}

/// How many trials had no leader in their first term.
fn measure(row: Row) -> u64 {
    let template = template(row);
    (1..=trials()).filter(|seed| splits(&Scenario { seed: *seed, ..template.clone() })).count() as u64
}

fn template(row: Row) -> Scenario {
    let meta = protocol("raft");
    let mut scenario = Scenario::new(meta);
    (scenario.n, scenario.f, scenario.requests) = (row.n, meta.bound.max_f(row.n), 0);
    let delay = Duration((RANGE.as_micros() as f64 * row.latency).round() as u64);
    scenario.network.latency = Latency::Constant(delay);
    // The latest first candidate, the way there and back, and the event itself.
    scenario.until = Time(RANGE.times(2).as_micros() + 2 * delay.as_micros() + 1);
    for (spec, value) in meta.params.iter().zip(&mut scenario.params.0) {
        match spec.key {
            "election" => *value = ParamValue::SpanRange(RANGE, RANGE.times(2)),
            "heartbeat" => *value = ParamValue::Span(Duration::secs(3_600)),
            _ => {}
        }
    }
    let crash = |i| Timed { at: Time::ZERO, action: Action::Crash(NodeId::replica(i)) };
    scenario.script = (row.alive..row.n).map(crash).collect();
    scenario
}

fn splits(scenario: &Scenario) -> bool {
    let mut session = open(scenario).expect("the set-up is possible");
    while session.run_ahead(1 << 10) {}
    let marks = session.marks();
    !marks.iter().any(|mark| mark.kind == MarkKind::Leader && mark.label.ends_with("(term 1)"))
}

/// Probabilities of at most and of at least so many successes.
fn tails(trials: u64, probability: f64, successes: u64) -> (f64, f64) {
    let exactly = binomial(trials, probability);
    let successes = successes as usize;
    (exactly[..=successes].iter().sum(), exactly[successes..].iter().sum())
}

/// The probabilities of 0, 1, … successes.
#[expect(clippy::disallowed_methods, reason = "an expectation, not a run: the last digit does not matter")]
fn binomial(trials: u64, probability: f64) -> Vec<f64> {
    let (ln_yes, ln_no) = (probability.ln(), (-probability).ln_1p());
    let mut ln = trials as f64 * ln_no;
    let mut exactly = vec![ln.exp()];
    for k in 1..=trials {
        ln += ((trials - k + 1) as f64 / k as f64).ln() + ln_yes - ln_no;
        exactly.push(ln.exp());
    }
    exactly
}
