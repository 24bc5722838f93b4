//! The Byzantine generals against `reference/byzantine_generals.csv` and against the argument why three cannot do it.

use consensus_kernel::{Duration, NodeId, Time, Value};
use consensus_lab::{Session, judge_scenario, open};
use consensus_tests::{finished, protocol, read, scenario, violated};

/// A row of the table.
struct Row {
    algorithm: String,
    m: u64,
    n: u64,
    messages: u64,
    rounds: u64,
}

fn rows() -> Vec<Row> {
    let text = read("reference/byzantine_generals.csv");
    let row = |line: &str| {
        let cells: Vec<&str> = line.splitn(6, ',').collect();
        let number = |at: usize| cells[at].parse().expect("a number");
        let (m, n, messages, rounds) = (number(1), number(2), number(3), number(4));
        Row { algorithm: cells[0].to_owned(), m, n, messages, rounds }
    };
    text.lines().skip(1).map(row).collect()
}

/// The run of a row without faults.
fn link(row: &Row) -> String {
    let id = if row.algorithm.starts_with("SM(m)") { "sm" } else { "om" };
    let Row { m, n, .. } = row;
    // A single general has nobody to lie to it.
    let m = if *n == 1 { String::new() } else { format!("&f={m}&m={m}") };
    format!("#/{id}?n={n}{m}")
}

#[test]
fn every_row_of_the_table_agrees_with_a_real_run_or_is_refused_for_its_size() {
    let (mut ran, mut refused) = (0, 0);
    for row in rows() {
        let link = link(&row);
        if let Err(error) = open(&scenario(&link)) {
            assert_eq!(error.key, "n", "{link}: {}", error.why);
            let told = format!("takes {} messages among {} generals", row.messages, row.n);
            assert!(error.why.contains(&told), "{link}: {}", error.why);
            refused += 1;
            continue;
        }
        let run = finished(&scenario(&link));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
        assert_eq!(run.metrics().replica, row.messages, "{link}");
        let decisions = run.decisions();
        assert_eq!(decisions.len() as u64, row.n, "{link}");
        assert!(decisions.iter().all(|d| d.value == Value::ATTACK), "{link}");
        let last = decisions.iter().map(|d| d.at).max().expect("decided");
        let round = Duration::millis(20) + Duration::micros(1);
        let rounds = if row.n == 1 { 0 } else { row.rounds };
        assert_eq!(last, Time::ZERO + round.times(rounds), "{link}: rounds");
        ran += 1;
    }
    // OM(5) among 16 generals takes four million messages.
    assert_eq!((ran, refused), (17, 1));
}

/// Lets every set of traitors of this size tell every combination of lies, the generic silence among them; says how many
/// runs there were and in how many a property was violated.
fn all_lies(id: &str, n: usize, f: usize) -> (usize, usize) {
    let own = protocol(id).adversaries.iter().map(|lie| lie.id);
    let lies: Vec<&str> = own.chain(["silent"]).collect();
    let (mut runs, mut bad) = (0, 0);
    for traitors in (0..1u32 << n).filter(|set| set.count_ones() as usize == f) {
        for mut combination in 0..lies.len().pow(f as u32) {
            let mut link = format!("#/{id}?n={n}&f={f}&until=1s&latency=5ms..20ms");
            for traitor in (0..n).filter(|i| traitors >> i & 1 == 1) {
                link += &format!("&byz={traitor}:{}", lies[combination % lies.len()]);
                combination /= lies.len();
            }
            let outcome = judge_scenario(&scenario(&link), false).expect("possible");
            runs += 1;
            bad += usize::from(!outcome.violations.is_empty());
        }
    }
    (runs, bad)
}

#[test]
fn three_generals_a_traitor_are_too_few_and_one_more_is_enough() {
    for m in [1, 2] {
        let (_, bad) = all_lies("om", 3 * m, m);
        assert!(bad > 0, "OM({m}) among {}", 3 * m);
        let (runs, bad) = all_lies("om", 3 * m + 1, m);
        assert_eq!(bad, 0, "OM({m}) among {}, {runs} runs", 3 * m + 1);
    }
}

#[test]
fn with_signatures_all_but_two_may_be_traitors() {
    for n in 3..=5 {
        let (runs, bad) = all_lies("sm", n, n - 2);
        assert_eq!(bad, 0, "SM({}) among {n}, {runs} runs", n - 2);
    }
}

#[test]
fn to_lieutenant_1_of_three_both_stories_are_the_same() {
    let inside = |rule: &str, traitor: &str| {
        let run = finished(&scenario(&format!("#/om?n=3&f=1&byz={traitor}{rule}")));
        let view = format!("{:?}", run.inspect(NodeId::replica(1)));
        (view, violated(&*run))
    };
    for (rule, first_breaks, second_breaks) in [
        ("", &["Agreement", "Validity", "IC2"][..], &[][..]),
        ("&without=common-tie", &[], &["Agreement", "IC1"]),
        ("&without=majority", &[], &["Agreement", "IC1"]),
    ] {
        let (first, broken_in_first) = inside(rule, "2:opposite");
        let (second, broken_in_second) = inside(rule, "0:two-faced");
        assert_eq!(first, second, "one state for two stories{rule}");
        assert_eq!((&*broken_in_first, &*broken_in_second), (first_breaks, second_breaks), "{rule}");
    }
}

/// What replica 1 was sent by replicas that lie: sender, kind, and when it arrived, in milliseconds.
fn told(run: &dyn Session, to: usize) -> Vec<(usize, &'static str, u64)> {
    use consensus_lab::view::{FlightMark, What};
    let kinds = run.scenario().meta.kinds;
    let events = run.events(0, run.frontier().event).into_iter();
    let forged = events.filter_map(|event| match event.what {
        What::Deliver(message)
            if message.flight.mark == FlightMark::Forged && message.flight.to == NodeId::replica(to) =>
        {
            Some((message.flight.from.index(), kinds[message.flight.kind].name, event.at.as_micros() / 1_000))
        }
        _ => None,
    });
    forged.collect()
}

#[test]
fn each_lie_is_told_to_whom_it_is_said_to_be() {
    let lies = |link: &str, to: usize| told(&*finished(&scenario(link)), to);
    assert_eq!(lies("#/om?n=4&byz=3:opposite", 1), [(3, "said-retreat", 30)]);
    assert_eq!(lies("#/om?n=4&byz=3:two-faced", 1), []);
    assert_eq!(lies("#/om?n=4&byz=3:two-faced", 2), [(3, "said-retreat", 30)]);
    assert_eq!(lies("#/om?n=4&byz=0:split&in=retreat", 1), [(0, "attack", 10)]);
    assert_eq!(lies("#/om?n=4&byz=0:split&in=retreat", 2), []);
    let last = lies("#/om?n=7&byz=3:last-round", 2);
    assert_eq!(last, [(3, "said-retreat", 50); 4], "four paths of three generals end with 3");
    assert_eq!(lies("#/om?n=4&byz=3:impersonate", 1), [(3, "said-retreat", 30)]);
    assert_eq!(lies("#/sm?n=4&byz=0:two-faced", 2), [(0, "retreat", 10)]);
    // Two traitors among five: 0 signs retreat for 1, who shows it to 2 in the last of three rounds.
    assert_eq!(lies("#/sm?n=5&f=2&byz=0:withhold&byz=1:withhold", 1), [(0, "retreat", 10)]);
    assert_eq!(lies("#/sm?n=5&f=2&byz=0:withhold&byz=1:withhold", 2), [(1, "said-retreat", 50)]);
    assert_eq!(lies("#/sm?n=5&f=2&byz=0:withhold&byz=1:withhold", 3), []);
    // The same, with more signatures.
    assert_eq!(lies("#/sm?n=5&f=2&byz=0:sign-again&byz=1:sign-again", 1), [(0, "retreat", 10)]);
    assert_eq!(lies("#/sm?n=5&f=2&byz=0:sign-again&byz=1:sign-again", 2), [(1, "said-retreat", 50)]);
    assert_eq!(lies("#/sm?n=5&f=2&byz=0:sign-again&byz=1:sign-again", 3), []);
    assert_eq!(lies("#/sm?n=3&byz=2:forge", 1), [(2, "said-retreat", 30)]);
}

#[test]
fn signing_again_makes_a_chain_long_enough_for_the_last_round_and_withholding_does_not() {
    let shown = |lie: &str, rule: &str| {
        let link = format!("#/sm?n=5&f=2&byz=0:{lie}&byz=1:{lie}&without={rule}");
        violated(&*finished(&scenario(&link))).contains(&"IC1")
    };
    // Two signatures are too few for round 3, three of two generals are not, and whoever counts generals sees that.
    assert!(shown("withhold", "signed-in-time") && !shown("withhold", "distinct-signers"));
    assert!(shown("sign-again", "distinct-signers") && !shown("sign-again", "pass-on"));
}

#[test]
fn a_lieutenant_that_crashes_and_comes_back_is_one_of_the_faulty() {
    // Down while the others tell what they heard; back, it takes their silence for retreat.
    let link = "#/om?n=4&at=25ms:crash:2&at=35ms:restart:2";
    let run = finished(&scenario(link));
    let decided = |node: usize| run.decisions().into_iter().find(|d| d.node == NodeId::replica(node));
    assert_eq!(decided(2).expect("it goes on").value, Value::RETREAT);
    assert_eq!(decided(1).expect("decided").value, Value::ATTACK);
    assert_eq!(violated(&*run), Vec::<&str>::new());
    assert!(run.assumptions().iter().all(|assumption| assumption.holds), "one of one faulty");
}

#[test]
fn a_commander_that_crashes_before_it_spoke_binds_nobody() {
    for link in ["#/om?n=4&at=0:crash:0", "#/sm?n=4&at=0:crash:0&at=15ms:restart:0"] {
        let run = finished(&scenario(link));
        assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
        assert!(run.decisions().iter().all(|d| d.value == Value::RETREAT), "{link}");
    }
}
