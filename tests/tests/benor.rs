//! How many rounds Ben-Or takes, measured with the real engine, against `reference/benor.json`.
//!
//! The model of its figures: nobody fails, rounds are in lock-step, and in each step every process hears itself and n − f − 1
//! of the others, drawn uniformly and independently. No network does that, so here the test itself carries the letters from
//! engine to engine, and shows each process what the model shows it. The balancing adversary looks at the reports and shows
//! every process as many of either value as it can. With exponential delays (the last test, on the simulator) those heard
//! first in one step are correlated with those heard first in the next, and rounds are a little more or fewer.

use consensus_kernel::{
    Cx, Input, NodeId, Outbox, ParamValue, Params, Protocol, Rng, RuleSet, Setup, Time, Value,
};
use consensus_lab::open;
use consensus_protocols::ben_or::{BenOr, Choice, Config, Msg, Timer};
use consensus_tests::{read, scenario};
use serde_json::Value as Json;

/// The probability that any of all figures leaves its interval by chance is at most this.
const ERROR: f64 = 0.001;
/// Most trials of a row, and about how many steps of an engine a row may take.
const TRIALS_MAX: u64 = 5_000;
const STEPS_MAX: f64 = 10_000_000.0;
/// Rows that would get fewer trials are left out: their means would say little.
const TRIALS_MIN: u64 = 100;

#[test]
fn in_lock_step_rounds_are_as_many_as_the_exact_chain_says() {
    let rows: Vec<Row> = rows().into_iter().filter(|row| trials(row, row.all) >= TRIALS_MIN).collect();
    assert!(rows.len() >= 16, "only {} rows are left", rows.len());
    let allowed = quantile(ERROR / (2 * rows.len()) as f64);
    for (row, first, all) in measure(&rows, OWN_COIN, View::Uniform, |row| trials(row, row.all)) {
        for (what, measured, expected) in [("first", first, row.first), ("all", all, row.all)] {
            let off = (measured.mean - expected).abs() / measured.error;
            println!("n={} f={} {what}: {measured:?}, expected {expected}, off by {off:.2}", row.n, row.f);
            assert!(off <= allowed, "n={} f={} {what}: {measured:?}, expected {expected}", row.n, row.f);
        }
    }
}

#[test]
fn the_balancing_adversary_holds_them_up_as_long_as_its_formula_says() {
    let rows: Vec<Row> = rows().into_iter().filter(|row| trials(row, row.balanced) >= TRIALS_MIN).collect();
    assert!(rows.len() >= 12, "only {} rows are left", rows.len());
    let allowed = quantile(ERROR / rows.len() as f64);
    for (row, first, _) in measure(&rows, OWN_COIN, View::Balanced, |row| trials(row, row.balanced)) {
        let off = (first.mean - row.balanced).abs() / first.error;
        println!("n={} f={}: {first:?}, expected {}, off by {off:.2}", row.n, row.f, row.balanced);
        assert!(off <= allowed, "n={} f={}: {first:?}, expected {}", row.n, row.f, row.balanced);
    }
}

#[test]
fn with_a_common_coin_at_most_three_rounds_are_expected_of_either_view() {
    let rows: Vec<Row> = rows().into_iter().filter(|row| row.n <= 16).collect();
    let allowed = quantile(ERROR / (2 * rows.len()) as f64);
    for view in [View::Uniform, View::Balanced] {
        for (row, first, _) in measure(&rows, COMMON_COIN, view, |_| 2_000) {
            let at_least = first.mean - allowed * first.error;
            assert!(at_least <= 3.0, "n={} f={}: {first:?}", row.n, row.f);
        }
    }
}

#[test]
fn who_all_begin_with_the_same_decide_in_round_1_whatever_they_are_shown() {
    for row in rows().iter().filter(|row| row.n <= 16) {
        for seed in 0..20 {
            let mut trial = Trial::new(row, OWN_COIN, seed, &|_| 1);
            assert_eq!(trial.rounds(View::Uniform), (1, 1), "n={} f={}", row.n, row.f);
        }
    }
}

#[test]
fn with_exponential_delays_rounds_are_a_little_more_than_in_lock_step() {
    for (n, f, noted) in [(4, 1, 4.07), (7, 3, 5.34)] {
        let rounds = |seed: u64| {
            let link = format!("#/ben-or?n={n}&f={f}&seed={seed}&latency=exp:10ms&until=1h");
            let mut session = open(&scenario(&link)).expect("possible");
            while session.run_ahead(1 << 12) {}
            session.seek_time(Time::NEVER);
            // Every process ends one round after the one in which it decided.
            session.nodes().iter().map(|node| node.face.round - 1).min().expect("there are processes")
        };
        let measured = Measured::of((1..=3_000).map(rounds));
        println!("n={n} f={f}: {measured:?}, noted {noted}");
        // The notes have it to two places and call it about; so the interval of the measurement, and a per cent.
        let off = (measured.mean - noted).abs();
        assert!(off <= quantile(ERROR / 2.0) * measured.error + 0.01 * noted, "n={n} f={f}: {measured:?}");
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    n: usize,
    f: usize,
    ones: usize,
    /// Expected rounds until somebody has decided, until all have, and under the balancing adversary.
    first: f64,
    all: f64,
    balanced: f64,
}

fn rows() -> Vec<Row> {
    let file: Json = serde_json::from_str(&read("reference/benor.json")).expect("the file is JSON");
    let number = |row: &Json, key: &str| row[key].as_f64().unwrap_or_else(|| panic!("a row has no {key}"));
    let row = |row: &Json| Row {
        n: number(row, "n") as usize,
        f: number(row, "f") as usize,
        ones: number(row, "start_ones") as usize,
        first: number(row, "E_rounds_first_decision"),
        all: number(row, "E_rounds_all_decided"),
        balanced: number(row, "E_rounds_balancing_adversary"),
    };
    file["table"].as_array().expect("a table").iter().map(row).collect()
}

/// How many trials of so many expected rounds a row can have.
fn trials(row: &Row, rounds: f64) -> u64 {
    let steps = rounds * (2 * row.n * (row.n - row.f)) as f64;
    ((STEPS_MAX / steps) as u64).min(TRIALS_MAX)
}

/// A mean and its standard error.
#[derive(Clone, Copy, Debug)]
struct Measured {
    mean: f64,
    error: f64,
}

impl Measured {
    fn of(rounds: impl Iterator<Item = u64>) -> Self {
        let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for x in rounds.map(|x| x as f64) {
            (count, sum, squares) = (count + 1.0, sum + x, squares + x * x);
        }
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0) * count / (count - 1.0);
        Self { mean, error: (variance / count).sqrt() }
    }
}

/// Each row with the rounds measured until the first and until the last decision.
fn measure(
    rows: &[Row],
    coin: usize,
    view: View,
    trials: impl Fn(&Row) -> u64 + Sync,
) -> Vec<(Row, Measured, Measured)> {
    let one = |row: &Row| {
        let rounds: Vec<(u64, u64)> = (0..trials(row))
            .map(|seed| Trial::new(row, coin, seed, &|i| u32::from(i < row.ones)).rounds(view))
            .collect();
        let first = Measured::of(rounds.iter().map(|(first, _)| *first));
        (*row, first, Measured::of(rounds.iter().map(|(_, all)| *all)))
    };
    // Every other row to either thread, so that both have cheap ones and dear ones.
    let part = |from: usize| rows.iter().skip(from).step_by(2).map(one).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| part(1));
        let mut measured = part(0);
        measured.extend(other.join().expect("no trial panics"));
        measured
    })
}

const OWN_COIN: usize = 0;
const COMMON_COIN: usize = 1;

/// What each process is shown of the others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Uniform,
    Balanced,
}

/// Engines side by side, and the hand that carries letters between them.
struct Trial {
    config: Config,
    nodes: Vec<BenOr>,
    coins: Vec<Rng>,
    /// What each said last.
    said: Vec<Msg>,
    out: Outbox<Msg, Timer>,
    hand: Rng,
}

impl Trial {
    fn new(row: &Row, coin: usize, seed: u64, bit: &dyn Fn(usize) -> u32) -> Self {
        let mut params = Params::defaults(BenOr::META.params);
        let at = BenOr::META.params.iter().position(|p| p.key == "coin").expect("it has coins");
        params.0[at] = ParamValue::Choice(coin);
        let config = BenOr::configure(&Setup {
            n: row.n,
            f: row.f,
            clients: 0,
            params,
            rules: RuleSet::ALL_HOLD,
            weights: vec![1; row.n],
            inputs: (0..row.n).map(|i| Value::plain(bit(i))).collect(),
            seed,
        });
        let config = config.expect("the set-up is possible");
        let mut trial = Self {
            nodes: (0..row.n).map(|i| BenOr::new(&config, NodeId::replica(i))).collect(),
            coins: (0..row.n as u64).map(|i| Rng::stream(seed, i)).collect(),
            said: Vec::new(),
            out: Outbox::default(),
            hand: Rng::stream(seed, 0x6861_6e64),
            config,
        };
        for i in 0..row.n {
            trial.step(i, Input::Start);
            let said = &trial.out.sends.last().expect("a process reports when it begins").msg;
            trial.said.push(**said);
        }
        trial
    }

    fn step(&mut self, i: usize, input: Input<'_, Msg, Timer>) {
        self.out.clear();
        let me = NodeId::replica(i);
        let rules = RuleSet::ALL_HOLD;
        let mut cx = Cx::new(me, Time::ZERO, &self.config, rules, &mut self.coins[i], &mut self.out);
        self.nodes[i].step(input, &mut cx);
    }

    /// Plays until all have decided; the rounds in which the first and the last did.
    fn rounds(&mut self, view: View) -> (u64, u64) {
        for round in 1..1_000_000 {
            self.exchange(view);
            self.exchange(View::Uniform);
            let decided = || self.nodes.iter().filter_map(|node| node.decided?.round);
            if decided().count() == self.nodes.len() {
                return (decided().min().unwrap_or(round), decided().max().unwrap_or(round));
            }
        }
        panic!("a million rounds and no decision");
    }

    /// One step of a round: everybody hears n − f, itself among them.
    fn exchange(&mut self, view: View) {
        let said = self.said.clone();
        for i in 0..self.nodes.len() {
            let others = self.shown(i, &said, view);
            for j in others {
                self.step(i, Input::Deliver { from: NodeId::replica(j), msg: &said[j] });
                if let Some(sent) = self.out.sends.last() {
                    self.said[i] = *sent.msg;
                }
            }
        }
    }

    /// The n − f − 1 others that a process is shown.
    fn shown(&mut self, i: usize, said: &[Msg], view: View) -> Vec<usize> {
        let n = self.nodes.len();
        let wanted = self.config.wait - 1;
        let mut others: Vec<usize> = (0..n).filter(|j| *j != i).collect();
        for k in 0..wanted {
            let at = self.hand.within(k as u64, others.len() as u64 - 1) as usize;
            others.swap(k, at);
        }
        if view == View::Balanced {
            let is_one = |j: usize| matches!(said[j], Msg::Report { choice: Choice::One, .. });
            let ones = (0..n).filter(|j| is_one(*j)).count();
            let own = usize::from(is_one(i));
            // No more than half of all may be seen of either value.
            let low = (wanted + 1).saturating_sub(n / 2).max((wanted + 1).saturating_sub(n - ones)).max(own);
            let high = (n / 2).min(ones).min(wanted + own);
            if low <= high {
                let (some, rest): (Vec<usize>, Vec<usize>) = others.into_iter().partition(|j| is_one(*j));
                let zeros = wanted - (low - own);
                return some.into_iter().take(low - own).chain(rest.into_iter().take(zeros)).collect();
            }
        }
        others.truncate(wanted);
        others
    }
}

/// How many standard deviations a normal variable exceeds, either way, with this probability.
#[expect(clippy::disallowed_methods, reason = "an expectation, not a run: the last digit does not matter")]
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
