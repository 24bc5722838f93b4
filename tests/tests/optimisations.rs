//! What optimisations change, as numbers measured from runs: messages for a decision, delays, latency, throughput. With
//! processing cost and bandwidth the bottleneck is an outcome, not an assumption.

use consensus_kernel::ParamValue;
use consensus_lab::compare::{Measured, measured};
use consensus_lab::tolerance::tolerance;
use consensus_lab::{Budget, Hunt, judge_scenario, open};
use consensus_scenario::print;
use consensus_tests::{finished, protocol, read, scenario, soak, violated};

/// Sixteen clients with one request each under way, one-way delays of 10 ms.
const LOAD: &str = "clients=16&req=320&until=60s";

/// PBFT with as many sequence numbers under way as the window says: with K = 1 the next one needs a stable checkpoint.
const WINDOWED: &str = "&checkpoint=1&timeout=1h&retry=1h";

fn measure(protocol: &str, settings: &str) -> Measured {
    let run = finished(&scenario(&format!("#/{protocol}?{LOAD}{settings}")));
    let measured = measured(&*run);
    assert!(measured.finished && measured.violated.is_none(), "{protocol} {settings}: {measured:?}");
    measured
}

fn throughput(protocol: &str, settings: &str) -> f64 {
    measure(protocol, settings).throughput.expect("something was decided")
}

fn latency_ms(protocol: &str, settings: &str) -> f64 {
    measure(protocol, settings).latency_us.expect("something was decided") as f64 / 1_000.0
}

/// Within 4 %: the first and the last of the 320 decisions have no neighbours.
fn assert_near(got: f64, expected: f64, what: &str) {
    assert!((got / expected - 1.0).abs() < 0.04, "{what}: {got}, not {expected}");
}

#[test]
fn a_batch_divides_the_messages_between_replicas_by_its_size() {
    for batch in [1.0, 2.0, 4.0, 8.0] {
        let run = measure("pbft", &format!("{WINDOWED}&window=1&batch={batch}"));
        // The first request goes alone: nobody else has asked yet.
        assert_near(run.messages.expect("counted"), 24.0 / batch, &format!("batches of {batch}"));
        assert_eq!(run.messages_client, Some(5.0), "what passes between clients and replicas is not shared");
    }
}

#[test]
fn with_a_window_on_instances_in_parallel_waiting_requests_share_the_next_one() {
    // Nothing waits at the usual window, so a batch is never more than one.
    assert_eq!(measure("pbft", "&batch=8"), measure("pbft", ""));
    // One instance at a time takes three delays, and what came meanwhile goes together: of sixteen clients no more than eight.
    for (batch, messages) in [(1.0f64, 24.0), (4.0, 6.0), (16.0, 3.0)] {
        let run = measure("pbft", &format!("&timeout=1h&retry=1h&parallel=1&batch={batch}"));
        assert_near(run.messages.expect("counted"), messages, &format!("batches of {batch}"));
        let clients = 16.0f64 / 0.060;
        assert_near(run.throughput.expect("decided"), (batch / 0.030).min(clients), "W b by latency");
    }
    // More instances in parallel: more messages, and nobody waits.
    let four = measure("pbft", "&timeout=1h&retry=1h&parallel=4&batch=16");
    assert!(four.messages.expect("counted") < 8.0 && four.latency_us == Some(50_000), "{four:?}");
}

#[test]
fn batches_spare_busy_processors_so_that_sixteen_clients_are_answered_sooner() {
    // The scenarios of the gallery.
    let [plain, batched] = ["Every request on its own", "Requests that wait share a number"].map(|title| {
        let lesson = consensus_lessons::gallery::by_title(title).expect("it is in the gallery");
        let run = finished(&scenario(lesson.link));
        let measured = measured(&*run);
        assert!(measured.finished && measured.violated.is_none(), "{title}: {measured:?}");
        measured
    });
    println!("{plain:?}\n{batched:?}");
    assert_eq!((plain.messages, batched.messages), (Some(24.0), Some(3.375)));
    assert_eq!((plain.latency_us, batched.latency_us), (Some(112_000), Some(68_000)));
    assert_eq!(plain.throughput.map(f64::round), Some(136.0));
    assert_eq!(batched.throughput.map(f64::round), Some(195.0));
}

#[test]
fn throughput_is_window_times_batch_by_latency_until_the_clients_are_the_bottleneck() {
    // A sequence number is under way for four delays: three phases and the checkpoint.
    let little = |window: f64, batch: f64| window * batch / 0.040;
    for (window, batch) in [(1.0, 1.0), (2.0, 1.0), (4.0, 1.0), (8.0, 1.0), (1.0, 4.0), (2.0, 4.0)] {
        let settings = format!("{WINDOWED}&window={window}&batch={batch}");
        assert_near(throughput("pbft", &settings), little(window, batch), &settings);
    }
    // Sixteen clients that wait five delays each.
    assert_near(throughput("pbft", &format!("{WINDOWED}&window=16")), 16.0 / 0.050, "a window of 16");
}

#[test]
fn a_larger_window_helps_until_processors_or_links_are_full() {
    let with = |window: u64, scarce: &str| throughput("pbft", &format!("{WINDOWED}&window={window}{scarce}"));
    for scarce in ["&cpu=500us", "&bandwidth=200k"] {
        let doubled = with(2, scarce) / with(1, scarce);
        assert_near(doubled, 2.0, &format!("from 1 to 2 with {scarce}"));
        let useless = with(16, scarce) / with(8, scarce);
        assert!(useless < 1.25, "from 8 to 16 with {scarce}: {useless}");
    }
    // The links of four replicas carry 200 kB a second each, and are nearly full.
    let sent = measure("pbft", &format!("{WINDOWED}&window=16&bandwidth=200k"));
    let carried = sent.bytes.expect("counted") * sent.throughput.expect("decided");
    assert!(carried > 0.85 * 4.0 * 200_000.0, "the four links carry {carried} bytes a second");
}

#[test]
fn raft_batches_by_itself_what_waits_for_the_follower() {
    let run = |batch: u64| measure("raft", &format!("&batch={batch}"));
    let (one, four) = (run(1), run(4));
    assert_near(one.messages.expect("counted"), 8.0, "an entry and its answer for each of four followers");
    assert_near(four.messages.expect("counted"), 2.0, "shared by four");
    assert_eq!((one.delays_client, four.delays_client), (Some(32), Some(8)), "one under way at a time");
}

#[test]
fn a_pipeline_of_raft_carries_window_times_batch_a_round_trip() {
    // One entry a message and a round trip of 20 ms, until sixteen clients that wait four delays are the bottleneck. So
    // many requests that the election before them hardly counts.
    for (window, expected) in [(1, 1.0 / 0.020), (2, 2.0 / 0.020), (4, 4.0 / 0.020), (16, 16.0 / 0.040)] {
        let requests = 1_600 * window;
        let load = format!("#/raft?clients=16&req={requests}&until=200s&batch=1&window={window}");
        let run = measured(&*finished(&scenario(&load)));
        assert!(run.finished && run.violated.is_none(), "{load}: {run:?}");
        assert_near(run.throughput.expect("decided"), expected, &format!("a window of {window}"));
        assert_near(
            run.messages.expect("counted"),
            8.0,
            "an entry and its answer for each of four followers",
        );
    }
}

#[test]
fn a_pipeline_survives_what_it_did_not_expect() {
    // Messages overtake each other and get lost: beliefs turn out wrong, and nothing is lost by it.
    let run = measure("raft", "&batch=1&window=8&latency=5ms..40ms&loss=5%&seed=3");
    assert!(
        run.throughput.expect("decided") > throughput("raft", "&batch=1&latency=5ms..40ms&loss=5%&seed=3")
    );
}

#[test]
fn speculation_saves_two_of_five_delays_and_most_messages() {
    let (plain, speculative) = (measure("pbft", ""), measure("zyzzyva", ""));
    assert_eq!((plain.delays_client, speculative.delays_client), (Some(5), Some(3)));
    assert_eq!((plain.messages, speculative.messages), (Some(24.0), Some(3.0)));
    assert_eq!((plain.latency_us, speculative.latency_us), (Some(50_000), Some(30_000)));
    assert_near(
        speculative.throughput.expect("decided"),
        16.0 / 0.030,
        "sixteen clients that wait three delays",
    );
}

#[test]
fn one_crashed_replica_turns_the_advantage_of_speculation_round() {
    // PBFT does not notice. Zyzzyva's clients hope for 60 ms in vain, and then take two delays more.
    let crashed = "&cpu=500us&at=0:crash:3";
    assert!(latency_ms("zyzzyva", "&cpu=500us") < 0.6 * latency_ms("pbft", "&cpu=500us"));
    assert!(latency_ms("zyzzyva", crashed) > 1.4 * latency_ms("pbft", crashed));
    assert!(throughput("zyzzyva", crashed) < 0.75 * throughput("pbft", crashed));
    let impatient = latency_ms("zyzzyva", &format!("{crashed}&hope=31ms"));
    assert!(impatient < latency_ms("zyzzyva", crashed) - 20.0, "who hopes less waits less: {impatient} ms");
}

/// One request at a time.
fn one_by_one(settings: &str) -> Measured {
    let run = finished(&scenario(&format!("#/pbft?req=320&until=60s{settings}")));
    let measured = measured(&*run);
    assert!(measured.finished && measured.violated.is_none(), "{settings}: {measured:?}");
    measured
}

#[test]
fn tentative_execution_saves_one_delay_of_five() {
    let (plain, tentative) = (one_by_one(""), one_by_one("&execute=tentative"));
    assert_eq!((plain.delays_client, tentative.delays_client), (Some(5), Some(4)));
    assert_eq!((plain.latency_us, tentative.latency_us), (Some(50_000), Some(40_000)));
    assert_eq!(
        (plain.messages, tentative.messages),
        (Some(24.0), Some(24.0)),
        "the commits are sent none the less"
    );
    assert_near(tentative.throughput.expect("decided"), 1.0 / 0.040, "one request at a time");
}

#[test]
fn among_many_requests_under_way_most_wait_for_the_commit_of_the_one_before() {
    // §5.1: only one batch at a time is executed before it is committed.
    assert_eq!(measure("pbft", "&execute=tentative").delays_client, Some(5));
}

#[test]
fn commits_that_travel_with_other_messages_halve_the_messages() {
    for n in [4.0, 7.0, 10.0] {
        let run = one_by_one(&format!("&execute=piggyback&n={n}"));
        assert_near(run.messages.expect("counted"), n * (n - 1.0), "pre-prepares and prepares alone");
        assert_eq!(run.delays_client, Some(4));
    }
    // Bytes are saved less: the commits are aboard.
    let (separate, aboard) = (one_by_one("&execute=tentative"), one_by_one("&execute=piggyback"));
    let saved = 1.0 - aboard.bytes.expect("counted") / separate.bytes.expect("counted");
    assert!((0.02..0.2).contains(&saved), "{saved}");
}

#[test]
fn a_read_takes_one_round_trip_and_no_message_between_replicas() {
    let run = one_by_one("&reads=1");
    assert_eq!((run.delays_client, run.messages, run.messages_client), (Some(2), Some(0.0), Some(8.0)));
    assert_eq!(run.latency_us, Some(20_000));
    let half = one_by_one("&reads=2");
    assert_eq!((half.messages, half.messages_client), (Some(12.0), Some(6.5)), "half of them are ordered");
}

/// Berger, Reiser & Bessani 2021: the primary and its fellows leave f correct replicas out and answer no client.
#[test]
fn who_is_left_out_by_liars_learns_what_is_committed_so_that_writes_find_their_quorum() {
    for (n, left_out, liars) in [(4, "3", 1), (7, "5,6", 2), (10, "7,8,9", 3)] {
        for reads in ["", "&reads=2", "&reads=2&execute=tentative"] {
            let lies: String = (0..liars).map(|liar| format!("&byz={liar}:omit:{left_out},c0,c1")).collect();
            let link = format!("#/pbft?n={n}&clients=2&req=4{reads}{lies}&until=60s&deadline=60s");
            let run = finished(&scenario(&link));
            assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
            let of = |kind: &str| run.scenario().meta.kinds.iter().position(|k| k.name == kind);
            let shown = run.metrics().by_kind[of("committed").expect("there is such a kind")].0;
            assert!(reads.is_empty() || shown > 0, "{link}: it takes proofs of what is committed");
        }
    }
}

/// What a cell of the table of hierarchical participation is held against.
enum Held {
    /// Runs of the engine itself.
    Run(String),
    /// Runs of the parts that the scheme would be put together from: nothing puts them together here.
    Parts(String),
    /// Nothing.
    Not(&'static str),
}

/// A scheme of two levels, clusters whose representatives agree among themselves, is not an engine: what is built is one
/// committee that orders for all. So its cells are held against runs of PBFT of the size of a cluster, and of as many
/// replicas as there are clusters.
fn held(column: &str, n: usize, clusters: usize, size: usize) -> Held {
    let alone = |n: usize| run_of(&format!("n={n}"));
    let (cluster, top) = (alone(size), alone(clusters));
    let two_level = clusters as u64 * messages(&cluster) + messages(&top);
    let guaranteed = (cluster.f + 1) * (top.f + 1) - 1;
    match column {
        "flat_pbft_msgs" | "ratio" if n > 128 => Held::Not("at most 128 replicas order without a committee"),
        "flat_pbft_msgs" => Held::Run(messages(&alone(n)).to_string()),
        "flat_max_faults" => Held::Run(scenario(&format!("#/pbft?n={n}")).f.to_string()),
        "two_level_msgs" => Held::Parts(two_level.to_string()),
        "ratio" => Held::Parts(rounded(two_level as f64 / messages(&alone(n)) as f64)),
        // One liar more than a cluster bears speaks for it, and the top bears so many clusters that lie.
        "guaranteed_faults_two_level" => Held::Parts(guaranteed.to_string()),
        "min_faults_breaking_two_level" => Held::Parts((guaranteed + 1).to_string()),
        "delays_two_level" => {
            // Down to who did not take part: by how much learners of a committee are behind its members.
            let learners = run_of(&format!("n={n}&committee={size}"));
            let [inside, above, learned] =
                [&cluster, &top, &learners].map(|run| run.delays_all.expect("decided"));
            let down = learned - inside;
            Held::Parts(format!("{inside} (clusters) + {above} (representatives) [+{down} down]"))
        }
        _ => panic!("{column}: neither held against anything nor listed with a reason"),
    }
}

/// One request, and nobody fails.
fn run_of(settings: &str) -> Measured {
    let run = measured(&*finished(&scenario(&format!("#/pbft?req=1&{settings}"))));
    assert!(run.finished && run.violated.is_none(), "{settings}: {run:?}");
    run
}

/// Messages between replicas that order one request.
fn messages(run: &Measured) -> u64 {
    run.messages.expect("counted") as u64
}

/// To four places, without zeros at the end.
fn rounded(x: f64) -> String {
    format!("{x:.4}").trim_end_matches('0').to_owned()
}

#[test]
fn every_cell_of_hierarchical_participation_is_held_against_runs_or_listed() {
    let table = read("reference/hierarchical_participation.csv");
    let mut lines = table.lines();
    let columns: Vec<&str> = lines.next().expect("a header").split(',').collect();
    assert_eq!((&columns[..3], columns.last()), (&["n", "clusters", "cluster_size"][..], Some(&"source")));
    let (mut runs, mut parts, mut not) = (0, 0, 0);
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let [n, clusters, size] = [0, 1, 2].map(|i| cells[i].parse().expect("a number"));
        for (column, cell) in columns.iter().zip(&cells).skip(3).take(columns.len() - 4) {
            let (computed, count) = match held(column, n, clusters, size) {
                Held::Run(computed) => (computed, &mut runs),
                Held::Parts(computed) => (computed, &mut parts),
                Held::Not(reason) => {
                    println!("not compared: {column} of n = {n}: {reason}");
                    not += 1;
                    continue;
                }
            };
            assert_eq!(computed, *cell, "{column} of {line}");
            *count += 1;
        }
        // What is built: so many order, and it costs what they cost alone.
        let committee = run_of(&format!("n={n}&committee={size}"));
        assert_eq!(messages(&committee), messages(&run_of(&format!("n={size}"))), "{line}");
    }
    // Of eight rows; the largest has neither messages of all replicas nor a ratio to them.
    assert_eq!((runs, parts, not), (8 + 7, 4 * 8 + 7, 2));
    let too_many = open(&scenario("#/pbft?n=129")).err().expect("it is refused");
    assert_eq!(too_many.why, "129 order; more than 128 need a committee");
}

#[test]
fn a_committee_says_how_many_liars_it_tolerates_and_so_many_are_what_it_survives() {
    for (n, members, f, tolerated) in [(16, 4, 5, 1), (16, 7, 5, 2), (64, 8, 21, 2), (6, 4, 1, 1)] {
        let link = format!("#/pbft?n={n}&req=1&committee={members}");
        let run = finished(&scenario(&link));
        let caveat = run.assumptions().into_iter().find(|a| a.name == "A safe variant").expect("it says so");
        let reason = format!("a committee orders for all; tolerated liars: {tolerated}, without it {f}");
        assert_eq!((caveat.holds, caveat.reason), (tolerated == f, reason));
        if n == 16 {
            let survives = |link: &str| {
                let tried = tolerance(&scenario(link), &mut || ()).expect("possible").expect("it finishes");
                tried.liars.expect("liars are tried").most
            };
            assert_eq!((survives(&link), survives("#/pbft?n=16&req=1")), (tolerated, f), "{link}");
        }
    }
}

#[test]
fn within_what_its_members_tolerate_a_committee_decides_and_all_who_learn_hear_of_it() {
    // A member that cares for a learner may wait for a view that nobody else wants.
    let waits = "#/pbft?n=5&seed=27&latency=1ms..50ms&committee=4&byz=0:omit:2,3,4,c0&until=60s&deadline=60s";
    assert_eq!(violated(&*finished(&scenario(waits))), Vec::<&str>::new());
    // As searches draw it, but only so many order as make no difference to what is tolerated.
    let meta = protocol("pbft");
    let at = meta.params.iter().position(|param| param.key == "committee").expect("there are committees");
    let mut runs = 0;
    for seed in 0.. {
        let mut scenario = Hunt { meta, budget: Budget::Within, without: None }.scenario(seed);
        let members = match scenario.n {
            5 | 6 => 4,
            8 | 9 => 7,
            _ => continue,
        };
        scenario.params.0[at] = ParamValue::Int(members);
        let outcome = judge_scenario(&scenario, false).expect("possible");
        assert!(outcome.violations.is_empty(), "{:?}: {}", outcome.violations, print(&scenario));
        runs += 1;
        if runs == 2_000 * soak() {
            break;
        }
    }
}

#[test]
fn a_committee_is_cheaper_for_all_sixteen_and_falls_to_two_liars() {
    let load = "n=16&req=40&clients=2&until=10s";
    let run = |settings: &str| finished(&scenario(&format!("#/pbft?{load}{settings}")));
    let (all, four) = (run(""), run("&committee=4"));
    let (all_cost, four_cost) = (measured(&*all), measured(&*four));
    assert_eq!((all_cost.messages, four_cost.messages), (Some(480.0), Some(24.0)));
    assert_eq!((all_cost.messages_client, four_cost.messages_client), (Some(17.0), Some(5.0)));
    // Twelve learn, and say so.
    assert!(four_cost.messages_all.expect("counted") < 24.0 + 2.0 * 12.0 + 12.0);
    assert_eq!((all_cost.delays_client, four_cost.delays_client), (Some(5), Some(5)));
    assert_eq!((all_cost.delays_all, four_cost.delays_all), (Some(3), Some(4)), "learners are told");
    assert_eq!(all.decisions().len(), four.decisions().len(), "all replicas know all decisions");

    let caveat = |run: &dyn consensus_lab::Session| {
        run.assumptions().iter().any(|a| a.name == "A safe variant" && !a.holds)
    };
    assert!(!caveat(&*all) && caveat(&*four));
    let lies = "&byz=0:two-faced&byz=1:two-faced&latency=8ms..24ms";
    assert_eq!(violated(&*run(lies)), Vec::<&str>::new(), "five of sixteen may lie");
    let captured =
        (1..=5).any(|seed| !violated(&*run(&format!("{lies}&committee=4&seed={seed}"))).is_empty());
    assert!(captured, "two of four may not");
}
