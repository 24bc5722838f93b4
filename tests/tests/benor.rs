//! How many rounds Ben-Or takes, measured with the real engine, against `reference/benor.json`.
//!
//! The model of its figures: nobody fails, rounds are in lock-step, and in each step every process hears itself and n − f − 1
//! of the others, drawn uniformly and independently. No network does that, so here the test itself carries the letters from
//! engine to engine, and shows each process what the model shows it. The balancing adversary looks at the reports and shows
//! every process as many of either value as it can. With exponential delays (the last test, on the simulator) those heard
//! first in one step are correlated with those heard first in the next, and rounds are a little more or fewer.
//!
//! Rows of up to a thousand million rounds cannot be played. So all rows are held in another way, too: what a process does
//! depends on how many of those heard name what; the engine is asked for each such number, and from its answers the
//! expectations follow by counting.

use consensus_kernel::{
    Cx, Input, NodeId, Outbox, ParamValue, Params, Protocol, Rng, RuleSet, Setup, Time, Value,
};
use consensus_lab::open;
use consensus_protocols::ben_or::{BenOr, Choice, Config, End, Msg, Timer};
use consensus_tests::{read, scenario, soak};
use serde_json::Value as Json;
use std::fmt::Debug;

/// The probability that any of all figures leaves its interval by chance is at most this.
const ERROR: f64 = 0.001;
/// Most trials of a row, and about how many steps of an engine a row may take; both are more where there is more time.
const TRIALS_MAX: u64 = 5_000;
const STEPS_MAX: f64 = 10_000_000.0;
/// Rows that would get fewer trials are not played: their means would say little.
const TRIALS_MIN: u64 = 100;

#[test]
fn every_row_follows_from_what_the_engine_answers_to_so_many_reports_and_proposals() {
    let rows = rows();
    assert_eq!(rows.len(), 17);
    for row in rows {
        let answers = Answers::of(&row);
        let (first, all) = answers.expected(row.ones);
        let balanced = 1.0 + 1.0 / answers.forced();
        let pairs = [(first, row.first), (all, row.all), (balanced, row.balanced)];
        println!("n={} f={}: {pairs:?}", row.n, row.f);
        for (computed, listed) in pairs {
            // The table has six decimals, of large numbers ten digits.
            assert!(
                (computed - listed).abs() <= 5.1e-7 + 1e-9 * listed,
                "n={} f={}: {pairs:?}",
                row.n,
                row.f
            );
        }
    }
}

#[test]
fn in_lock_step_rounds_are_as_many_as_the_exact_chain_says() {
    let rows = played(|row| row.all);
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
    let rows = played(|row| row.balanced);
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
    ((STEPS_MAX * soak() as f64 / steps) as u64).min(TRIALS_MAX * soak())
}

/// The rows that can be played; the others are named, with what they would take.
fn played(rounds: impl Fn(&Row) -> f64) -> Vec<Row> {
    let (played, not): (Vec<Row>, Vec<Row>) =
        rows().into_iter().partition(|row| trials(row, rounds(row)) >= TRIALS_MIN);
    for row in not {
        println!("not played: n={} f={}: {TRIALS_MIN} runs of {} rounds", row.n, row.f, rounds(&row));
    }
    played
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

/// What the engine does on hearing n − f, itself among them. Nobody lies, so one value at most is proposed in a round.
struct Answers {
    n: usize,
    wait: usize,
    /// What it proposes, by its own report and by how many of those heard report 1.
    proposals: [Vec<Choice>; 2],
    /// How its round ends, by whether it proposed a value itself and by how many of those heard did; none where that
    /// cannot be.
    ends: [Vec<Option<Ends>>; 2],
}

/// How a round ends for a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ends {
    Decided,
    Took,
    Coin,
}

impl Answers {
    /// Asks the engine.
    fn of(row: &Row) -> Self {
        let wait = row.n - row.f;
        let possible = |own: usize, marked: usize| own <= marked && 1 - own <= wait - marked;
        let proposal = |own: usize, ones: usize| match possible(own, ones) {
            true => agreed(|seed| Alone::new(row, seed, own).hears_reports(ones)),
            false => Choice::Open,
        };
        let end = |own: usize, named: usize| {
            let end_for = |value: usize, seed: u64| {
                let mut process = Alone::new(row, seed, value);
                // Reports of one value alone let it propose that, as many of either let it propose none.
                let ones = if own == 1 { wait * value } else { wait / 2 };
                let proposed = process.hears_reports(ones);
                assert_eq!(proposed, if own == 1 { Choice::VALUES[value] } else { Choice::Open });
                process.hears_proposals(named, Choice::VALUES[value])
            };
            possible(own, named).then(|| agreed(|seed| end_for(seed as usize % 2, seed / 2)))
        };
        let by_own = [0, 1];
        Self {
            n: row.n,
            wait,
            proposals: by_own.map(|own| (0..=wait).map(|ones| proposal(own, ones)).collect()),
            ends: by_own.map(|own| (0..=wait).map(|named| end(own, named)).collect()),
        }
    }

    /// The probability of `judge` over the number of those who are marked, when a process that is marked itself or not
    /// hears others at random, of whom so many are marked.
    fn over_views(&self, own: usize, others: usize, judge: impl Fn(usize) -> bool) -> f64 {
        let (all, wanted) = (self.n - 1, self.wait - 1);
        if others > all {
            // There is no such process.
            return 0.0;
        }
        let views = |heard: usize| choose(others, heard) * choose(all - others, wanted - heard);
        let good = (0..=wanted).filter(|heard| judge(own + heard)).map(views);
        good.sum::<f64>() / choose(all, wanted)
    }

    /// Expected rounds until the first decision and until the last, if so many begin with 1.
    fn expected(&self, ones: usize) -> (f64, f64) {
        // Expectations from each number of ones: x = constants + matrix · x, by elimination.
        let states = self.n + 1;
        let mut rows: Vec<Vec<f64>> = (0..states)
            .map(|ones| {
                let (next, late) = self.round(ones);
                let unknowns = next.iter().enumerate().map(|(k, p)| f64::from(u8::from(k == ones)) - p);
                unknowns.chain([1.0, 1.0 + late]).collect()
            })
            .collect();
        for i in 0..states {
            let by = rows[i].clone();
            for (j, row) in rows.iter_mut().enumerate().filter(|(j, _)| *j != i) {
                let factor = row[i] / by[i];
                assert!(factor.is_finite(), "state {i} leads nowhere from {j}");
                row.iter_mut().zip(&by).for_each(|(x, y)| *x -= factor * y);
            }
        }
        let row = &rows[ones];
        (row[states] / row[ones], row[states + 1] / row[ones])
    }

    /// A round with so many ones: how likely each number of ones is in the next, where nobody decides; and how likely some
    /// decide and others do not, who then do so one round later.
    fn round(&self, ones: usize) -> (Vec<f64>, f64) {
        let zeros = self.n - ones;
        // Only what more than half report can be proposed.
        let value = usize::from(ones > zeros);
        let proposes = |own: usize| {
            let marked = ones - own.min(ones);
            self.over_views(own, marked, |seen| self.proposals[own].get(seen) == Some(&Choice::VALUES[value]))
        };
        let named = sum_of(&binomial(ones, proposes(1)), &binomial(zeros, proposes(0)));
        let (mut next, mut late) = (vec![0.0; self.n + 1], 0.0);
        for (named, probability) in named.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            // By whether the process is one of those who proposed it.
            let [of_others, of_them] = [0, 1].map(|own| {
                let marked = named - own.min(named);
                [Ends::Decided, Ends::Took, Ends::Coin].map(|end| {
                    self.over_views(own, marked, |seen| self.ends[own].get(seen) == Some(&Some(end)))
                })
            });
            let power = |base: f64, times: usize| (0..times).fold(1.0, |product, _| product * base);
            let all =
                |p: &dyn Fn([f64; 3]) -> f64| power(p(of_them), named) * power(p(of_others), self.n - named);
            let (nobody, everybody) = (all(&|[decided, ..]| 1.0 - decided), all(&|[decided, ..]| decided));
            late += probability * (1.0 - nobody - everybody);
            if nobody == 0.0 {
                continue;
            }
            let goes_along = |[decided, took, coin]: [f64; 3]| (took + coin / 2.0) / (1.0 - decided);
            let along = sum_of(
                &binomial(named, goes_along(of_them)),
                &binomial(self.n - named, goes_along(of_others)),
            );
            for (along, p) in along.iter().enumerate() {
                next[if value == 1 { along } else { self.n - along }] += probability * nobody * p;
            }
        }
        (next, late)
    }

    /// How likely coins fall so that no choice of views keeps a process from proposing; then all decide.
    fn forced(&self) -> f64 {
        let mut forced = 0.0;
        for ones in 0..=self.n {
            let zeros = self.n - ones;
            let has_no_choice = |own: usize| {
                let seen = (0..=self.wait).filter(|seen| {
                    (own..=ones).contains(seen) && (1 - own..=zeros).contains(&(self.wait - seen))
                });
                let mut choices = seen.map(|seen| self.proposals[own][seen]);
                choices.all(|choice| choice != Choice::Open)
            };
            let processes = [(0, zeros), (1, ones)].into_iter().filter(|(_, many)| *many > 0);
            let all: Vec<bool> = processes.map(|(own, _)| has_no_choice(own)).collect();
            assert!(all.iter().all(|one| *one == all[0]), "{ones} ones: all or nobody");
            forced += f64::from(u8::from(all[0])) * choose(self.n, ones);
        }
        assert_eq!(self.ends[1][self.wait], Some(Ends::Decided));
        assert_eq!(self.ends[0][0], Some(Ends::Coin));
        forced / (1u64 << self.n) as f64
    }
}

/// The answer to a question that is put in several rounds, orders, and from several senders.
fn agreed<T: PartialEq + Debug>(ask: impl Fn(u64) -> T) -> T {
    let answer = ask(0);
    (1..8).for_each(|seed| assert_eq!(ask(seed), answer, "it is more than the numbers that counts"));
    answer
}

/// The distribution of how many of so many come true.
fn binomial(many: usize, probability: f64) -> Vec<f64> {
    (0..many).fold(vec![1.0], |sum, _| sum_of(&sum, &[1.0 - probability, probability]))
}

/// The distribution of the sum of two independent numbers.
fn sum_of(one: &[f64], other: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; one.len() + other.len() - 1];
    for (i, x) in one.iter().enumerate() {
        for (j, y) in other.iter().enumerate() {
            sum[i + j] += x * y;
        }
    }
    sum
}

/// How many ways there are to choose some of so many.
fn choose(many: usize, some: usize) -> f64 {
    if some > many {
        return 0.0;
    }
    (0..some).fold(1, |ways: u64, k| ways * (many - k) as u64 / (k + 1) as u64) as f64
}

/// One process, which hears what the test makes up, in some order and from some of the others.
struct Alone {
    trial: Trial,
}

impl Alone {
    /// In the first round or a later one, by the seed, with this bit of its own.
    fn new(row: &Row, seed: u64, own: usize) -> Self {
        let mut alone = Self { trial: Trial::new(row, OWN_COIN, seed, &|_| own as u32) };
        for _ in 0..seed {
            // Nothing to propose, and one proposal that keeps the bit.
            alone.hears_reports((row.n - row.f) / 2);
            assert_eq!(alone.hears_proposals(1, Choice::VALUES[own]), Ends::Took);
        }
        alone
    }

    /// So many ones among the reports it goes by, its own included: what it proposes.
    fn hears_reports(&mut self, ones: usize) -> Choice {
        let own = match self.trial.said[0] {
            Msg::Report { choice, .. } => usize::from(choice == Choice::One),
            _ => panic!("it has reported"),
        };
        self.hears(ones - own, |round, is_one| Msg::Report {
            round,
            choice: Choice::VALUES[usize::from(is_one)],
        });
        match self.trial.said[0] {
            Msg::Proposal { choice, .. } => choice,
            _ => panic!("it has heard enough reports"),
        }
    }

    /// So many proposals of a value among those it goes by, its own included: how its round ends.
    fn hears_proposals(&mut self, named: usize, value: Choice) -> Ends {
        let own = match self.trial.said[0] {
            Msg::Proposal { choice, .. } => usize::from(choice == value),
            _ => panic!("it has proposed"),
        };
        self.hears(named - own, |round, names| Msg::Proposal {
            round,
            choice: if names { value } else { Choice::Open },
        });
        let past = &self.trial.nodes[0].past;
        match past[past.len() - 2].end {
            Some(End::Decided(_)) => Ends::Decided,
            Some(End::Took(_)) => Ends::Took,
            Some(End::Coin(_)) => Ends::Coin,
            None => panic!("it has heard enough proposals"),
        }
    }

    /// As many others as it waits for, of whom so many say the first thing, in any order.
    fn hears(&mut self, marked: usize, says: impl Fn(u64, bool) -> Msg) {
        let round = self.trial.nodes[0].round;
        let mut others: Vec<(usize, bool)> = self
            .trial
            .shown(0, &[], View::Uniform)
            .into_iter()
            .enumerate()
            .map(|(k, j)| (j, k < marked))
            .collect();
        others.sort_unstable();
        for (j, is_marked) in others {
            let msg = says(round, is_marked);
            self.trial.step(0, Input::Deliver { from: NodeId::replica(j), msg: &msg });
        }
        self.trial.said[0] = *self.trial.out.sends.last().expect("it goes on").msg;
    }
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
        let (n, wanted) = (self.nodes.len(), self.config.wait - 1);
        let mut others = self.all_others(i);
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

    /// All others, of whom the first n − f − 1 are drawn at random.
    fn all_others(&mut self, i: usize) -> Vec<usize> {
        let mut others: Vec<usize> = (0..self.nodes.len()).filter(|j| *j != i).collect();
        for k in 0..self.config.wait - 1 {
            let at = self.hand.within(k as u64, others.len() as u64 - 1) as usize;
            others.swap(k, at);
        }
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
