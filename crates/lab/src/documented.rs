//! What the document that the playground makes playable says of protocols, and whether what a comparison has measured bears
//! it out.

use crate::amount::{Rate, Span, Tenths};
use crate::compare::Measured;
use consensus_kernel::Duration;
use consensus_scenario::Scenario;
use serde::Serialize;
use std::cmp::Ordering;
use std::fmt::{Arguments, Write};

/// The document's row for one protocol in its table "Comparison of Protocols", and why runs may differ from it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Documented {
    /// The protocol's name in links.
    pub protocol: &'static str,
    /// Faults tolerated.
    pub tolerance: &'static str,
    /// Messages for a decision.
    pub messages: &'static str,
    /// Time to a decision.
    pub latency: &'static str,
    /// Decisions a second, in words.
    pub throughput: &'static str,
    /// So many times as many replicas, and more, as are faulty.
    times_faulty: usize,
    /// The power of n with which messages grow.
    power: f64,
    /// Message delays to a decision; none where it takes minutes.
    delays: Option<u32>,
    /// The place of its throughput among the document's words, from the lowest up.
    rank: u8,
    /// Why fewer faults are survived.
    fewer_faults: &'static str,
    /// Why messages grow more slowly, and faster.
    messages_why: [&'static str; 2],
    /// Why replicas take fewer delays, and more.
    latency_why: [&'static str; 2],
    /// Why throughput is lower, and not lower, than the words say.
    throughput_why: [&'static str; 2],
    /// The same where messages cost time.
    load_why: [&'static str; 2],
}

/// One that takes part in a comparison, and what is measured of it.
pub struct Contestant<'a> {
    /// What it is called there.
    pub name: String,
    /// What it runs.
    pub scenario: &'a Scenario,
    /// What that has cost.
    pub measured: Measured,
    /// The exponent with which its messages for a decision grow with n, once that is measured.
    pub exponent: Option<f64>,
    /// Once that was tried: how many crashed and how many lying replicas it survived, as [`crate::tolerance`] tells.
    pub survived: Option<[Option<u64>; 2]>,
}

/// What the measurements say to one of the document's claims.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Judged {
    /// Whether it is as the document says; none where nothing is measured that could tell.
    pub agrees: Option<bool>,
    /// The same as a sentence that begins with the claim, with the numbers, and, where they differ from what the document
    /// says, the reason.
    pub says: String,
}

/// The row of a protocol, if the document has one.
pub fn documented(protocol: &str) -> Option<&'static Documented> {
    ROWS.iter().find(|row| row.protocol == protocol)
}

/// What the measurements say to the row of contestant `who` among all: to tolerance, messages, latency and throughput.
pub fn verdict(row: &Documented, who: usize, all: &[Contestant<'_>]) -> Vec<Judged> {
    let mut judged = Vec::new();
    tolerance(row, &all[who], &mut judged);
    messages(row, &all[who], &mut judged);
    latency(row, &all[who], &mut judged);
    throughput(row, &all[who], all, &mut judged);
    judged
}

fn say(to: &mut Vec<Judged>, claim: &str, agrees: Option<bool>, measured: Arguments<'_>, why: &str) {
    let head = match agrees {
        None => "not judged",
        Some(true) => "as the document says",
        Some(false) => "differs",
    };
    let reason = if why.is_empty() { "" } else { "; " };
    to.push(Judged { agrees, says: format!("{claim} {head}: {measured}{reason}{why}.") });
}

fn tolerance(row: &Documented, own: &Contestant<'_>, to: &mut Vec<Judged>) {
    const CLAIM: &str = "Tolerance";
    let (survived, how) = match own.survived {
        None => return say(to, CLAIM, None, format_args!("it is not tried"), ""),
        Some([_, Some(liars)]) => (liars, "lying"),
        Some([Some(crashes), _]) => (crashes, "crashed"),
        _ => return say(to, CLAIM, None, format_args!("it does not finish even without faults"), ""),
    };
    let n = own.measured.n;
    let claimed = (n.saturating_sub(1) / row.times_faulty) as u64;
    let why = match survived.cmp(&claimed) {
        Ordering::Less => row.fewer_faults,
        Ordering::Equal => "",
        Ordering::Greater => "trials refute, they prove nothing",
    };
    let measured = format_args!("{survived} of {n} {how} survived, {claimed} claimed");
    say(to, CLAIM, Some(survived == claimed), measured, why);
}

fn messages(row: &Documented, own: &Contestant<'_>, to: &mut Vec<Judged>) {
    const CLAIM: &str = "Messages";
    let Some(exponent) = own.exponent else {
        return say(to, CLAIM, None, format_args!("growth is not measured"), "");
    };
    let agrees = (exponent - row.power).abs() < 0.5;
    let why = if agrees { "" } else { row.messages_why[usize::from(exponent > row.power)] };
    say(to, CLAIM, Some(agrees), format_args!("n^{}", Tenths(exponent)), why);
}

fn latency(row: &Documented, own: &Contestant<'_>, to: &mut Vec<Judged>) {
    const CLAIM: &str = "Latency";
    let m = &own.measured;
    let (Some(client), Some(us)) = (m.delays_client, m.latency_us) else {
        return say(to, CLAIM, None, UNDECIDED, "");
    };
    // One alone decides without a message.
    let first = m.delays_first.unwrap_or(0);
    let Some(delays) = row.delays else {
        let interval = own.scenario.meta.params.iter().position(|spec| spec.key == INTERVAL);
        let interval = interval.map_or(Duration::ZERO, |at| own.scenario.params.span(at));
        let measured = format_args!("{} s, with a block each {interval}", Tenths(us as f64 / 1e6));
        return say(to, CLAIM, Some(MINUTES.contains(&us)), measured, "Bitcoin’s come each 600s");
    };
    let why = match first.cmp(&delays) {
        Ordering::Less => row.latency_why[0],
        Ordering::Equal => "",
        Ordering::Greater => row.latency_why[1],
    };
    let [replica, client_knows] = [first, client].map(|delays| Tenths(f64::from(delays) / 2.0));
    let measured = format_args!("{replica} RTT until a replica decides, {client_knows} for the client");
    say(to, CLAIM, Some(first == delays || client == delays), measured, why);
}

/// Words are relative: what is judged is how it stands to those of whom the document has another word.
fn throughput(row: &Documented, own: &Contestant<'_>, all: &[Contestant<'_>], to: &mut Vec<Judged>) {
    const CLAIM: &str = "Throughput";
    let (Some(a_second), Some(us)) = (own.measured.throughput, own.measured.latency_us) else {
        return say(to, CLAIM, None, UNDECIDED, "");
    };
    let (mut agrees, mut lower) = (None, false);
    let mut measured = Rate(a_second).to_string();
    let mut between = " beside";
    for other in all {
        let (Some(theirs), Some(said)) = (other.measured.throughput, documented(other.measured.protocol))
        else {
            continue;
        };
        if said.rank == row.rank {
            continue;
        }
        let as_said =
            if said.rank > row.rank { a_second < theirs * ALIKE } else { a_second * ALIKE > theirs };
        agrees = Some(as_said && agrees != Some(false));
        lower |= !as_said && said.rank < row.rank;
        let _ = write!(measured, "{between} {} {}", other.name, Rate(theirs));
        between = ",";
    }
    match agrees {
        None => measured += ", and nobody of another word beside it",
        Some(true) => {}
        Some(false) => {
            let (gap, network) = (own.scenario.gap, &own.scenario.network);
            let busy = a_second * us as f64 / 1e6 / own.scenario.clients as f64;
            let _ = match () {
                () if gap > Duration::ZERO => write!(measured, "; requests come every {gap}"),
                () if busy < BUSY => write!(measured, "; some requests wait longer, as for the first leader"),
                () => {
                    write!(measured, "; answers take {}, and clients wait for them", Span(us))
                }
            };
            let costs = network.cpu > Duration::ZERO || network.bandwidth.is_some();
            for (reasons, counts) in [(row.throughput_why, true), (row.load_why, costs)] {
                let why = reasons[usize::from(!lower)];
                if counts && !why.is_empty() {
                    let _ = write!(measured, "; {why}");
                }
            }
        }
    }
    say(to, CLAIM, agrees, format_args!("{measured}"), "");
}

const UNDECIDED: Arguments<'_> = format_args!("nothing is decided");
/// Two rates of which the lower is at least this share of the other are alike.
const ALIKE: f64 = 0.95;
/// The least share of their time in which clients wait for answers, if the median tells how long those take.
const BUSY: f64 = 0.8;
/// The key of the average time between two blocks, where latency is counted in minutes.
const INTERVAL: &str = "interval";
/// What minutes are, in microseconds.
const MINUTES: std::ops::Range<u64> = 60_000_000..7_200_000_000;

/// Why messages are fewer than the power says.
const FEW: &str = "not all replicas take part";
/// Why messages are more than the power says.
const AGAIN: &str = "what is sent again counts";
/// Why replicas take more delays than one decision alone.
const WAITS: &str = "waiting for others, or for a leader, counts";
/// Why fewer faults are survived.
const SETTINGS: &str = "these settings promise no more";

/// What its rows for protocols have in common that survive crashes.
const CRASHES: Documented = Documented {
    protocol: "",
    tolerance: "f < n/2 crash",
    messages: "O(n)",
    latency: "2 RTT",
    throughput: "Moderate",
    times_faulty: 2,
    power: 1.0,
    delays: Some(4),
    rank: 2,
    fewer_faults: SETTINGS,
    messages_why: [FEW, AGAIN],
    latency_why: ["", WAITS],
    throughput_why: ["", ""],
    load_why: ["its leader is the first to be full", ""],
};

const ROWS: &[Documented] = &[
    Documented {
        protocol: "paxos",
        messages_why: [FEW, "each vote goes to all learners"],
        latency_why: ["votes go straight to the learners", WAITS],
        throughput_why: ["it decides once, and that with both phases"; 2],
        load_why: [""; 2],
        ..CRASHES
    },
    Documented {
        protocol: "multi-paxos",
        latency_why: [
            "phase 1 is done once for all: one round trip is left, and the client’s to the leader",
            WAITS,
        ],
        ..CRASHES
    },
    Documented {
        protocol: "raft",
        latency_why: ["one round trip is the leader’s to a majority, one the client’s to the leader", WAITS],
        ..CRASHES
    },
    Documented {
        protocol: "pbft",
        tolerance: "f < n/3 Byzantine",
        messages: "O(n²)",
        latency: "3 RTT",
        throughput: "Lower",
        times_faulty: 3,
        power: 2.0,
        delays: Some(6),
        rank: 1,
        latency_why: ["votes go from all to all, not through a leader and back", WAITS],
        throughput_why: ["", "it orders all that waits at once"],
        load_why: ["", "its replicas bear equal loads"],
        ..CRASHES
    },
    Documented {
        protocol: "hotstuff",
        tolerance: "f < n/3 Byzantine",
        latency: "3 RTT",
        throughput: "Higher",
        times_faulty: 3,
        delays: Some(6),
        rank: 3,
        latency_why: ["two phases are enough for it", WAITS],
        throughput_why: [
            "a block ends each round trip, in the basic variant each third, with one command unless batched",
            "",
        ],
        load_why: ["certificates list their signers, so they grow with n", ""],
        ..CRASHES
    },
    Documented {
        protocol: "nakamoto",
        tolerance: "50% honest hash",
        latency: "Minutes",
        throughput: "Low",
        delays: None,
        rank: 0,
        fewer_faults: "finality is a matter of probability, and work done during a delay is lost",
        messages_why: [FEW, "a block crosses every edge of the graph"],
        throughput_why: ["", "blocks come as often as set here, and carry all that waits"],
        load_why: [""; 2],
        ..CRASHES
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue, compare::measure};
    use consensus_scenario::parse;

    fn scenario(link: &str) -> Scenario {
        parse(link, catalogue()).unwrap_or_else(|e| panic!("{link}: {e}")).scenario
    }

    fn contestant<'a>(scenario: &'a Scenario, measured: Measured) -> Contestant<'a> {
        Contestant {
            name: scenario.meta.title.to_owned(),
            scenario,
            measured,
            exponent: None,
            survived: None,
        }
    }

    /// A contestant of each row's protocol, with numbers made up: delays to a replica's decision beside those of the row,
    /// the power of n and the survivors beside its own, and a rate for its word.
    fn field<'a>(
        scenarios: &'a [Scenario],
        delays: i32,
        power: f64,
        survivors: i64,
        rate: fn(u8) -> f64,
    ) -> Vec<Contestant<'a>> {
        let one = |(row, scenario): (&Documented, &'a Scenario)| {
            let mut c = contestant(scenario, measure(scenario).expect("possible"));
            let first = row.delays.map(|claimed| claimed.saturating_add_signed(delays));
            c.measured.delays_first = first.or(c.measured.delays_first);
            c.measured.delays_client = first.map(|first| first + 1).or(c.measured.delays_client);
            c.measured.throughput = Some(rate(row.rank));
            c.exponent = Some(row.power + power);
            let claimed = (scenario.n as i64 - 1) / row.times_faulty as i64;
            let survived = Some((claimed + survivors) as u64);
            c.survived =
                Some([survived, Some(c.scenario.faults()).filter(|f| *f == Byzantine).and(survived)]);
            c
        };
        ROWS.iter().zip(scenarios).map(one).collect()
    }

    use consensus_kernel::FaultModel::Byzantine;

    fn scenarios() -> Vec<Scenario> {
        ROWS.iter().map(|row| scenario(&format!("#/{}?n=7&req=1&until=100s", row.protocol))).collect()
    }

    #[test]
    fn numbers_that_are_as_the_document_says_are_called_so_in_every_row() {
        let mut scenarios = scenarios();
        let last = scenarios.len() - 1;
        scenarios[last] = scenario("#/nakamoto?n=7&req=1&interval=60s&until=1h");
        let all = field(&scenarios, 0, 0.3, 0, |rank| f64::from(rank * 10 + 1));
        for (who, row) in ROWS.iter().enumerate() {
            for judged in verdict(row, who, &all) {
                assert_eq!(judged.agrees, Some(true), "{}: {}", row.protocol, judged.says);
                assert!(judged.says.contains(" as the document says: "), "{}", judged.says);
            }
        }
    }

    #[test]
    fn numbers_that_are_not_as_the_document_says_differ_with_a_reason_in_every_row() {
        let scenarios = scenarios();
        for sign in [-1, 1] {
            let falling = |rank| 10.0 - f64::from(rank);
            let all = field(&scenarios, 3 * sign, 0.7 * f64::from(sign), sign.into(), falling);
            for (who, row) in ROWS.iter().enumerate() {
                for judged in verdict(row, who, &all) {
                    assert_eq!(judged.agrees, Some(false), "{}: {}", row.protocol, judged.says);
                    assert!(judged.says.contains(" differs: "), "{}", judged.says);
                    let reason = judged.says.split_once("; ").is_some_and(|(_, reason)| reason.len() > 10);
                    assert!(reason, "{}: {} wants a reason", row.protocol, judged.says);
                }
            }
        }
    }

    #[test]
    fn what_is_not_measured_is_not_judged_and_says_so() {
        for row in ROWS {
            let scenario = scenario(&format!("#/{}?n=7&until=1us", row.protocol));
            let all = [contestant(&scenario, measure(&scenario).expect("possible"))];
            for judged in verdict(row, 0, &all) {
                assert_eq!(judged.agrees, None, "{}", judged.says);
                assert!(judged.says.contains(" not judged: "), "{}", judged.says);
            }
        }
    }

    /// What is said of the first of these runs.
    fn said(links: &[&str]) -> Vec<String> {
        let scenarios: Vec<Scenario> = links.iter().map(|link| scenario(link)).collect();
        let all: Vec<Contestant<'_>> =
            scenarios.iter().map(|s| contestant(s, measure(s).expect("possible"))).collect();
        let row = documented(scenarios[0].meta.id).expect("a row");
        verdict(row, 0, &all).into_iter().map(|judged| judged.says).collect()
    }

    #[test]
    fn what_runs_cost_stands_in_the_words_with_its_reason() {
        let hotstuff = &said(&["#/hotstuff?req=20", "#/pbft?req=20", "#/raft?n=4&req=20"]);
        assert_eq!(
            hotstuff[2],
            "Latency as the document says: 3 RTT until a replica decides, 4.5 for the client."
        );
        assert_eq!(
            hotstuff[3],
            "Throughput differs: 11.1/s beside PBFT 20/s, Raft 15.2/s; answers take 90 ms, and clients wait for them; a block \
             ends each round trip, in the basic variant each third, with one command unless batched."
        );
        let pbft = &said(&["#/pbft?req=20", "#/nakamoto?n=4&req=2&until=60s"]);
        assert!(
            pbft[2].starts_with("Latency differs: 1.5 RTT until a replica decides, 2.5 for the client; ")
        );
        assert!(pbft[3].starts_with("Throughput as the document says: 20/s beside Nakamoto "), "{}", pbft[3]);
        let full = &said(&["#/hotstuff?req=20&cpu=1ms", "#/pbft?req=20&cpu=1ms"])[3];
        assert!(full.ends_with("; certificates list their signers, so they grow with n."), "{full}");
        let quick = &said(&["#/multi-paxos?n=4&req=20&cpu=1ms", "#/hotstuff?req=20&cpu=1ms"])[3];
        assert!(
            quick.contains(" differs: ") && !quick.contains("full"),
            "who is faster is not full: {quick}"
        );
        let alone = &said(&["#/pbft?n=1&req=3"])[2];
        assert!(
            alone.starts_with("Latency differs: 0 RTT until a replica decides, 1 for the client"),
            "{alone}"
        );
        let raft = &said(&["#/raft?n=4&req=20", "#/pbft?req=20"]);
        assert!(raft[2].starts_with("Latency as the document says: 1 RTT until a replica decides, 2 for"));
        assert!(raft[3].contains("; some requests wait longer, as for the first leader"), "{}", raft[3]);
    }

    #[test]
    fn where_all_keep_up_with_what_is_asked_no_word_is_right() {
        let load = "req=40&gap=500ms&until=60s";
        let pbft = &said(&[&format!("#/pbft?{load}"), &format!("#/hotstuff?{load}")]);
        assert_eq!(
            pbft[3].split("; ").next(),
            Some("Throughput differs: 2/s beside HotStuff 2/s"),
            "{}",
            pbft[3]
        );
        assert!(pbft[3].contains("; requests come every 500ms"), "{}", pbft[3]);
    }

    #[test]
    fn minutes_are_minutes_where_blocks_take_as_long_as_bitcoins() {
        let quick = &said(&["#/nakamoto?n=4&req=1&until=60s"])[2];
        assert!(quick.contains("differs: ") && quick.contains(" s, with a block each 500ms; "), "{quick}");
        let slow = &said(&["#/nakamoto?n=4&req=1&until=10h&interval=600s"])[2];
        assert!(slow.contains("as the document says: ") && slow.contains("with a block each 600s"), "{slow}");
        for row in ROWS {
            let meta = catalogue().iter().find(|meta| meta.id == row.protocol).expect("it is built");
            let timed = meta.params.iter().any(|spec| spec.key == INTERVAL);
            assert!(row.delays.is_some() || timed, "{} has no time between blocks", row.protocol);
        }
    }
}
