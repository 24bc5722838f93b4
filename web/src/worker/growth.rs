//! How the cost of each contestant grows with n, and how many faults it survives: one measurement after the other.

use consensus_lab::compare::{SIZES, grown};
use consensus_lab::tolerance::tolerance;
use consensus_scenario::Scenario;

/// What is measured: of whom, by place among the contestants, and with how many replicas what it costs; with none, how many
/// faults it survives.
pub type Measurement = (usize, usize);

/// What came of one: two numbers. Of a run's cost messages between replicas that serve decisions, for each of them, as the
/// bits of a fraction, and the time from request to answer in microseconds; else how many crashes, nothing if none can be
/// told from the run without faults, and how many liars, nothing where only crashes are promised to be survived.
pub type Found = [Option<u64>; 2];

/// All measurements: small runs of all first, so that the curves grow together.
pub fn measurements(contestants: &[Scenario]) -> Vec<Measurement> {
    let mut all = Vec::new();
    for n in SIZES.into_iter().chain([0]) {
        for (who, scenario) in contestants.iter().enumerate() {
            if n == 0 || (scenario.meta.n.0..=scenario.meta.n.2).contains(&n) {
                all.push((who, n));
            }
        }
    }
    all
}

/// Makes one of them; nothing comes of sizes that a protocol's own parameters exclude, or with which not all is decided.
pub fn measure(scenario: &Scenario, n: usize, beat: &mut dyn FnMut()) -> Found {
    if n == 0 {
        let Some(found) = tolerance(scenario, beat).ok().flatten() else { return [None; 2] };
        return [Some(found.crashes), found.liars].map(|survived| survived.map(|s| s.most as u64));
    }
    grown(scenario, n, beat).map_or([None; 2], |cost| [cost.messages.map(f64::to_bits), cost.latency_us])
}

/// What was found as a line.
pub fn print((who, n): Measurement, [first, second]: Found) -> String {
    let word = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    format!("{who} {n} {} {}", word(first), word(second))
}

/// From a line.
pub fn read(line: &str) -> Option<(Measurement, Found)> {
    let mut numbers = line.split(' ').map(|word| word.parse::<u64>().ok());
    let mut next = || numbers.next();
    let of = (next()?? as usize, next()?? as usize);
    Some((of, [next()?, next()?]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_lab::catalogue;
    use consensus_scenario::parse;

    fn contestants(links: &[&str]) -> Vec<Scenario> {
        let scenario = |link: &&str| parse(link, catalogue()).expect("it is a link").scenario;
        links.iter().map(scenario).collect()
    }

    #[test]
    fn what_was_found_arrives_as_it_was_sent() {
        for found in [[Some(24.375f64.to_bits()), Some(50_000)], [Some(2), Some(0)], [None, None]] {
            assert_eq!(read(&print((3, 16), found)), Some(((3, 16), found)));
        }
        assert_eq!(read("3 16 -"), None);
    }

    #[test]
    fn small_runs_come_first_and_faults_last() {
        let all = measurements(&contestants(&["#/pbft?n=4", "#/raft?n=3"]));
        assert_eq!(all[..2], [(0, 4), (1, 4)]);
        assert_eq!(all[all.len() - 2..], [(0, 0), (1, 0)]);
    }

    #[test]
    fn a_measurement_is_what_the_run_cost_and_shows_that_it_lives() {
        let mut beats = 0;
        let pbft = &contestants(&["#/pbft?n=4&req=9"])[0];
        let [messages, latency_us] = measure(pbft, 4, &mut || beats += 1);
        assert_eq!(messages.map(f64::from_bits), Some(24.0));
        assert!(latency_us.is_some() && beats > 0);
        assert_eq!(measure(pbft, 0, &mut || ()), [Some(1), Some(1)]);
    }

    #[test]
    fn faults_survived_are_told_only_as_far_as_they_can_be_tried() {
        let tried = |link: &str| measure(&contestants(&[link])[0], 0, &mut || ());
        assert_eq!(tried("#/raft?n=5"), [Some(2), None], "it does not promise to survive liars");
        assert_eq!(tried("#/flp?n=3"), [None, None], "it does not finish without faults either");
    }
}
