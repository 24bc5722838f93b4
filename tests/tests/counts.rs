//! Messages and delays of real runs against the formulas of `reference/message_counts.csv`, for every protocol that is
//! built and every n of the table.
//!
//! Counts are attributed to what they serve: a decision, an election or a phase. A row under another convention, or for
//! a variant that the engines do not have, is listed with the reason; a row that is neither fails the test.

use consensus_kernel::{KindClass, Time, Value};
use consensus_lab::view::{MarkKind, What};
use consensus_lab::{Session, catalogue};
use consensus_lessons::gallery::lessons;
use consensus_tests::{finished, read, scenario, violated};
use std::collections::BTreeMap;

/// One-way delay of every run here.
const LATENCY_US: u64 = 10_000;

/// What a row of the table is held against.
enum Held {
    /// A run with this many replicas.
    Against(fn(usize) -> String, Counted, Delays),
    /// Nothing, because the variant is not built or the row counts otherwise.
    Not(&'static str),
}

/// Which messages between replicas the row counts.
enum Counted {
    /// All that serve decisions.
    Decisions,
    /// These kinds.
    Kinds(&'static [&'static str]),
    /// These kinds, and only what belongs to round 1.
    OfRound1(&'static [&'static str]),
    /// All between replicas.
    All,
    /// All that serve decisions. The row's client asks one replica and has one reply; ours asks all and all reply.
    OneAsked,
    /// All of one round (view, term) that serve decisions.
    Round(u64),
}

/// What the row's delays are.
enum Delays {
    /// Message delays on the chains that led to the first decision, the last one, and the client's.
    OfDecisions,
    /// From the first sending of one kind to the last arrival of another.
    Between(&'static str, &'static str),
    /// From the time-out to the election and until everybody has heard of it.
    OfElection,
    /// Replicas do not decide, or later: what it took the client, and the same without so many hops of it.
    OfClient(u64),
}

/// What a row is held against; the second part of the name is the row's variant.
fn held(protocol: &str, variant: &str) -> Held {
    use Counted::{All, Decisions, Kinds, OfRound1, Round};
    use Delays::{Between, OfClient, OfDecisions, OfElection};
    match (protocol, variant) {
        ("paxos", "single-decree, proposer co-located with an acceptor, 2b to proposer only") => {
            Held::Against(|n| one_decree(n, "proposer-only"), Decisions, OfDecisions)
        }
        ("paxos", "single-decree + explicit learn broadcast") => {
            Held::Against(|n| one_decree(n, "announce"), Decisions, OfDecisions)
        }
        ("paxos", "single-decree, 2b broadcast to all learners") => {
            Held::Against(|n| one_decree(n, "broadcast"), Decisions, OfDecisions)
        }
        ("multi_paxos", "steady state, phase 1 skipped, commit piggybacked") => {
            Held::Against(|n| steady_multi_paxos(n, ""), Decisions, OfDecisions)
        }
        ("multi_paxos", "steady state + explicit commit") => {
            Held::Against(|n| steady_multi_paxos(n, "&explicit-commit=on"), Decisions, OfDecisions)
        }
        ("multi_paxos", "steady state, thrifty (bare majority contacted)") => {
            Held::Against(|n| steady_multi_paxos(n, "&thrifty=on"), Decisions, OfDecisions)
        }
        ("multi_paxos", "leader change (phase 1 for all open instances at once)") => Held::Against(
            |n| {
                format!(
                    "#/multi-paxos?n={n}&until=1s&req=0&election=1h&heartbeat=1h&boot=off&at=10ms:fire:0:election"
                )
            },
            Kinds(&["prepare", "promise"]),
            Between("prepare", "promise"),
        ),
        ("raft", "steady state, one entry, one AppendEntries per follower") => {
            Held::Against(|n| steady_raft(n, "off"), Decisions, OfDecisions)
        }
        ("raft", "commit pushed immediately with an extra empty AppendEntries round") => {
            Held::Against(|n| steady_raft(n, "on"), Decisions, OfDecisions)
        }
        ("raft", "election, no split vote, incl. first heartbeat without replies") => {
            Held::Against(election, Kinds(&["request-vote", "vote", "heartbeat"]), OfElection)
        }
        ("raft", r#"steady state, minimum ("single round-trip to half the cluster")"#) => {
            Held::Not("not built: a leader sends entries to every follower, not to a bare majority")
        }
        ("pbft", "normal case, no batching, all n replicas correct") => {
            Held::Against(|n| format!("#/pbft?n={n}&req=1"), Decisions, OfDecisions)
        }
        ("pbft", "normal case, Figure 1 situation (one backup silent, n=3f+1)") => {
            Held::Against(one_backup_down, Decisions, OfDecisions)
        }
        ("pbft", "phase pre-prepare") => phase(&["pre-prepare"]),
        ("pbft", "phase prepare") => phase(&["prepare"]),
        ("pbft", "phase commit") => phase(&["commit"]),
        ("pbft", "checkpoint (once every K requests)") => Held::Against(
            |n| format!("#/pbft?n={n}&req=1&checkpoint=1"),
            Kinds(&["checkpoint"]),
            Between("checkpoint", "checkpoint"),
        ),
        ("pbft", "view change, old primary silent, empty O") => Held::Against(
            silent_primary,
            Kinds(&["view-change", "new-view"]),
            Between("view-change", "new-view"),
        ),
        ("pbft", variant) if variant.starts_with("naive count incl. self messages") => Held::Not(
            "another convention: self messages, and a PREPARE of the primary, which the paper has not",
        ),
        ("pbft", "tentative execution, commits still sent separately") => {
            Held::Against(|n| format!("#/pbft?n={n}&req=1&execute=tentative"), Decisions, OfClient(2))
        }
        // The run ends before commits give up waiting for another request.
        ("pbft", "tentative execution, commits piggybacked on later pre-prepare/prepare") => Held::Against(
            |n| format!("#/pbft?n={n}&req=1&execute=piggyback&until=60ms"),
            Decisions,
            OfClient(2),
        ),
        ("pbft", "read-only optimisation") => {
            Held::Against(|n| format!("#/pbft?n={n}&req=1&reads=1"), Decisions, OfClient(2))
        }
        ("ben_or", "one round (two all-to-all exchanges)") => {
            Held::Against(unanimous, Kinds(&["report", "proposal"]), OfDecisions)
        }
        ("ben_or", "DECIDE termination gadget") => {
            Held::Against(unanimous, Kinds(&["decide"]), Between("decide", "decide"))
        }
        // Who has answered goes on to round 2, before the decision arrives: these rows count round 1 alone.
        ("chandra_toueg", "one round, no decision broadcast") => Held::Against(
            |n| format!("#/chandra-toueg?n={n}"),
            OfRound1(&["estimate", "proposal", "ack"]),
            Between("estimate", "ack"),
        ),
        ("chandra_toueg", "failure-free run, round 1 decides, R-broadcast with relays") => {
            Held::Against(|n| format!("#/chandra-toueg?n={n}"), OfRound1(WITH_DECISION), OfDecisions)
        }
        ("chandra_toueg", "failure-free, no relay counting") => Held::Against(
            |n| format!("#/chandra-toueg?n={n}&without=relay"),
            OfRound1(WITH_DECISION),
            OfDecisions,
        ),
        ("chandra_toueg", "failure-free, round-1 phase 1 skipped, with relays") => Held::Against(
            |n| format!("#/chandra-toueg?n={n}&first-phase=off"),
            OfRound1(WITH_DECISION),
            OfDecisions,
        ),
        ("tendermint", "one round, point-to-point broadcast") => {
            Held::Against(|n| format!("#/pos?n={n}&req=1"), Counted::OneAsked, OfDecisions)
        }
        ("pos_vote", variant) if variant.contains("all-to-all votes") => {
            Held::Against(|n| format!("#/pos?n={n}&req=1&variant=single"), Counted::OneAsked, OfDecisions)
        }
        ("pos_vote", _) => Held::Not("not built: votes go to all, not to the proposer alone"),
        ("hotstuff_basic", "one view incl. new-view interrupts and decide") => {
            // Everybody enters the view when the request arrives, so the new-views are part of the way.
            Held::Against(|n| format!("#/hotstuff?n={n}&req=1&new-view=on-request"), All, OfDecisions)
        }
        ("hotstuff_basic", "one view without new-view") => {
            Held::Against(|n| format!("#/hotstuff?n={n}&req=1"), Decisions, OfDecisions)
        }
        ("hotstuff_basic", "per phase (broadcast + votes)") => Held::Against(
            |n| format!("#/hotstuff?n={n}&req=1"),
            Kinds(&["prepare", "prepare-vote"]),
            Between("prepare", "prepare-vote"),
        ),
        // The request's block is that of view 1; empty ones follow until it is committed.
        ("hotstuff_chained", "per block, votes go to next leader or stable leader") => {
            Held::Against(|n| format!("#/hotstuff?n={n}&req=1&variant=chained"), Round(1), OfDecisions)
        }
        ("hotstuff_2chain", "per block (HotStuff-2 / Jolteon / DiemBFT v4 commit rule)") => {
            Held::Against(|n| format!("#/hotstuff?n={n}&req=1&variant=two-chain"), Round(1), OfDecisions)
        }
        ("zyzzyva", "fast path (client gets all 3f+1 matching spec-responses)") => {
            Held::Against(|n| format!("#/zyzzyva?n={n}&req=1"), Decisions, OfClient(1))
        }
        ("zyzzyva", "two-phase path (client gets 2f+1..3f): + COMMIT to all + LOCAL-COMMIT") => {
            Held::Against(one_replica_slow, Decisions, OfClient(1))
        }
        ("nakamoto", "one block, complete graph push") => Held::Against(
            |n| {
                format!(
                    "#/nakamoto?n={n}&until=1s&req=0&confirmations=1&interval=1h&graph=complete&at=10ms:do:0:mine"
                )
            },
            Kinds(&["block"]),
            Between("block", "block"),
        ),
        ("nakamoto", variant) if variant.starts_with("one block, flooding") => Held::Not(
            "another graph: no node has more than 8 neighbours, but some have fewer; a test of the protocol counts its edges",
        ),
        ("weighted_agents", _) => {
            Held::Against(|n| format!("#/weighted?n={n}&decide=coordinator"), Decisions, OfDecisions)
        }
        ("log_opinion_pool", "one exchange, all-to-all") => {
            Held::Against(|n| format!("#/belief?n={n}"), Decisions, OfDecisions)
        }
        ("log_opinion_pool", "one exchange via aggregator") => {
            Held::Not("not built: no agent pools for the others")
        }
        ("hierarchical", _) => Held::Against(of_one_mind, Decisions, OfDecisions),
        _ => panic!("{protocol}, {variant}: neither held against a run nor listed with a reason"),
    }
}

const WITH_DECISION: &[&str] = &["estimate", "proposal", "ack", "decide"];

/// All begin with 1, decide it in round 1, and say so instead of taking part in another round.
fn unanimous(n: usize) -> String {
    format!("#/ben-or?n={n}&announce=on&in={}", vec!["1"; n].join(","))
}

/// Nobody has anything to object to.
fn of_one_mind(n: usize) -> String {
    let supervisors = if n < 5 { 1 } else { 2 };
    format!("#/hierarchical?n={n}&supervisors={supervisors}&in={}", vec!["1"; n].join(","))
}

fn phase(kinds: &'static [&'static str]) -> Held {
    Held::Against(
        |n| format!("#/pbft?n={n}&req=1"),
        Counted::Kinds(kinds),
        Delays::Between(kinds[0], kinds[0]),
    )
}

/// One proposer, which is an acceptor, too; learners hear in this way.
fn one_decree(n: usize, learn: &str) -> String {
    format!("#/paxos?n={n}&req=1&learn={learn}")
}

/// Replica 0 leads, gets one command, and tells the others with a heartbeat; no timer but this one fires.
fn steady_multi_paxos(n: usize, options: &str) -> String {
    format!(
        "#/multi-paxos?n={n}&until=1s&req=0&election=1h&heartbeat=1h&retry=1h{options}\
         &at=100ms:propose:c0&at=200ms:fire:0:heartbeat"
    )
}

/// Server 0 is elected, gets one command, and tells the others of the commit with a heartbeat; no timer but these fires.
fn steady_raft(n: usize, eager_commit: &str) -> String {
    format!(
        "#/raft?n={n}&until=1s&req=0&election=1h&heartbeat=1h&retry=1h&noop=off&eager-commit={eager_commit}\
         &at=10ms:fire:0:election&at=100ms:propose:c0&at=200ms:fire:0:heartbeat"
    )
}

/// Server 0 is elected.
fn election(n: usize) -> String {
    format!("#/raft?n={n}&until=1s&req=0&election=1h&heartbeat=1h&noop=off&at=10ms:fire:0:election")
}

/// The last backup is down. The run ends before anybody asks what became of it.
fn one_backup_down(n: usize) -> String {
    format!("#/pbft?n={n}&req=1&until=60ms&at=0:crash:{}", n - 1)
}

/// The primary says nothing. Backups hear of the request at the same moment, and all give up at the same moment.
fn silent_primary(n: usize) -> String {
    format!("#/pbft?n={n}&req=1&until=2s&byz=0:silent")
}

/// The last replica's answer is late.
fn one_replica_slow(n: usize) -> String {
    format!("#/zyzzyva?n={n}&req=1&at=0:delay:{}-c0:spec-response:1:500ms", n - 1)
}

#[test]
fn every_row_of_a_built_protocol_agrees_with_real_runs_or_is_listed() {
    let mut compared = 0;
    for row in rows().iter().filter(|row| is_built(row)) {
        let (protocol, variant) = (row["protocol"].as_str(), row["variant"].as_str());
        match held(protocol, variant) {
            Held::Not(reason) => println!("not compared: {protocol}, {variant}: {reason}"),
            Held::Against(link, counted, delays) => {
                for n in sizes(row) {
                    compare(row, n, &link(n), &counted, &delays);
                    compared += 1;
                }
            }
        }
    }
    // Three rows of Paxos's, four of Multi-Paxos's, three of Raft's, ten of PBFT's, two of Zyzzyva's, five of HotStuff's,
    // two of Ben-Or's, four of Chandra and Toueg's two of proof of stake and one each of the hierarchy, belief pools, Nakamoto and weighted
    // agents, all at seven sizes.
    assert_eq!(compared, 39 * 7);
}

#[test]
fn a_crashed_replica_answers_neither_of_zyzzyvas_phases() {
    for n in [4, 7, 10, 16, 31, 64, 100] {
        let run = finished(&scenario(&format!("#/zyzzyva?n={n}&req=1&at=0:crash:{}", n - 1)));
        let metrics = run.metrics();
        assert_eq!(metrics.replica + metrics.client, 4 * n as u64 - 2);
        assert_eq!(delays(&*run, &Delays::OfClient(1)), (4, 4, 5));
        // The wait for the last answer is longer than all the rest.
        let slow = run.replies()[0].at.as_micros();
        assert_eq!(slow, 60_000 + 2 * LATENCY_US, "60 ms of hope, then two delays more");
    }
}

/// Whether the row's protocol is in the catalogue, under its own name or as a variant: `hotstuff_basic`.
fn is_built(row: &Row) -> bool {
    let name = match row["protocol"].as_str() {
        "log_opinion_pool" => "belief".to_owned(),
        "tendermint" => "pos".to_owned(),
        name => name.replace('_', "-"),
    };
    let family = name.split('-').next();
    catalogue().iter().any(|meta| meta.id == name || Some(meta.id) == family)
}

#[test]
fn a_decided_ben_or_process_costs_a_whole_round_more_unless_it_says_so() {
    for (n, announced, silent) in [(4, 24 + 12, 48), (7, 84 + 42, 168)] {
        let count = |link: &str| finished(&scenario(link)).metrics().replica;
        assert_eq!(count(&unanimous(n)), announced);
        assert_eq!(count(&unanimous(n).replace("&announce=on", "")), silent);
    }
}

#[test]
fn taken_literally_chandra_and_toueg_send_messages_of_round_2_before_the_decision_arrives() {
    for (n, literally) in [(4, 26), (7, 71)] {
        let run = finished(&scenario(&format!("#/chandra-toueg?n={n}")));
        assert_eq!(count(&*run, &Counted::Decisions), literally, "n = {n}");
        // Heartbeats run beside it: one of each at the start, and nobody needs a second one.
        assert_eq!(of_class(&*run, KindClass::Background), (n * (n - 1)) as u64);
    }
}

#[test]
fn one_pbft_request_among_four_takes_24_and_29_messages_and_3_and_5_delays() {
    let run = finished(&scenario("#/pbft?n=4&req=1"));
    let metrics = run.metrics();
    assert_eq!((metrics.replica, metrics.replica + metrics.client), (24, 29));
    assert_eq!(delays(&*run, &Delays::OfDecisions), (3, 3, 5));
}

#[test]
fn delays_are_those_of_the_longest_chain_whatever_arrives_last() {
    // The pre-prepare comes when all votes are there already: they were three delays deep, and the decision rests on them.
    let late = finished(&scenario("#/pbft?n=4&req=1&at=0:delay:0-1:pre-prepare:1:300ms"));
    assert_eq!(delays(&*late, &Delays::OfDecisions), (3, 3, 5));
    for seed in 0..40 {
        // Never fewer than in lock step, and more where a replica speaks after it has heard what it need not have waited for.
        for network in ["latency=1ms..50ms", "loss=30%&link=retransmit:20ms", "dup=20%&latency=1ms..20ms"] {
            let pbft = format!("#/pbft?n=4&req=1&{network}&seed={seed}");
            let (first, _, client) = delays(&*finished(&scenario(&pbft)), &Delays::OfDecisions);
            assert!(first >= 3 && client >= 5, "{pbft}: {first}, client {client}");
            let paxos = format!("#/multi-paxos?n=5&req=1&{network}&seed={seed}");
            let (first, _, client) = delays(&*finished(&scenario(&paxos)), &Delays::OfDecisions);
            assert!(first >= 2 && client >= 4, "{paxos}: {first}, client {client}");
        }
    }
}

#[test]
fn heartbeats_and_elections_are_counted_apart_from_decisions() {
    let run = finished(&scenario("#/raft?n=5&req=20&gap=100ms&until=10s"));
    // Twenty commands and the no-op of the term, two messages a follower each.
    assert_eq!(of_class(&*run, KindClass::Decision), 2 * 4 * 21);
    assert_eq!(of_class(&*run, KindClass::Leadership), 2 * 4);
    assert!(of_class(&*run, KindClass::Background) > 1_000);
}

#[test]
fn what_serves_clients_is_what_travels_from_or_to_them() {
    for lesson in lessons() {
        let run = finished(&scenario(lesson.link));
        let [decision, leadership, background, client] =
            [KindClass::Decision, KindClass::Leadership, KindClass::Background, KindClass::Client]
                .map(|class| of_class(&*run, class));
        let metrics = run.metrics();
        assert_eq!(
            (decision + leadership + background, client),
            (metrics.replica, metrics.client),
            "{}",
            lesson.link
        );
    }
}

/// Messages that are counted to one account.
fn of_class(run: &dyn Session, class: KindClass) -> u64 {
    run.metrics().of_class(run.scenario().meta, class)
}

fn compare(row: &Row, n: usize, link: &str, counted: &Counted, wanted: &Delays) {
    let run = finished(&scenario(link));
    assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
    let (number, name) = (|column: String| row[&column].parse::<u64>().expect("a count"), &row["variant"]);
    let replica = count(&*run, counted);
    assert_eq!(replica, number(format!("replica_n{n}")), "{name}: messages between replicas in {link}");
    let client = match counted {
        Counted::Kinds(_) | Counted::OfRound1(_) => 0,
        Counted::OneAsked => {
            assert_eq!(run.metrics().client, 2 * n as u64, "{link}");
            2
        }
        Counted::Decisions | Counted::All | Counted::Round(_) => run.metrics().client,
    };
    assert_eq!(replica + client, number(format!("total_n{n}")), "{name}: all messages in {link}");
    let columns = ["delays_first_decide", "delays_all_decide", "client_delays"].map(|c| number(c.to_owned()));
    assert_eq!(delays(&*run, wanted), columns.into(), "{name}: delays in {link}");
}

fn count(run: &dyn Session, counted: &Counted) -> u64 {
    if let Counted::OfRound1(names) = counted {
        // All of them arrive, since nobody is down.
        let meta = run.scenario().meta;
        let events = run.events(0, run.frontier().event).into_iter();
        let counts = events.filter(|event| match &event.what {
            What::Deliver(m) => m.flight.round == 1 && names.contains(&meta.kinds[m.flight.kind].name),
            _ => false,
        });
        return counts.count() as u64;
    }
    if let Counted::Round(round) = counted {
        let serves = |kind: usize| run.scenario().meta.kinds[kind].class == KindClass::Decision;
        let counts = |what: &What| matches!(what, What::Deliver(m) if m.flight.round == *round && serves(m.flight.kind));
        return run.events(0, run.frontier().event).iter().filter(|event| counts(&event.what)).count() as u64;
    }
    let kinds = run.scenario().meta.kinds.iter().zip(run.metrics().by_kind);
    let wanted = kinds.filter(|(kind, _)| match counted {
        Counted::Decisions | Counted::OneAsked => kind.class == KindClass::Decision,
        Counted::Kinds(names) | Counted::OfRound1(names) => names.contains(&kind.name),
        Counted::All => kind.class != KindClass::Client,
        Counted::Round(_) => false,
    });
    wanted.map(|(_, (messages, _))| messages).sum()
}

/// Delays until the first, until the last, and at the client.
fn delays(run: &dyn Session, wanted: &Delays) -> (u64, u64, u64) {
    match wanted {
        Delays::OfDecisions => {
            let decisions = run.decisions();
            let of_requests =
                || decisions.iter().filter(|d| d.value != Value::NOOP).map(|d| u64::from(d.delays));
            let client = run.replies().iter().map(|d| u64::from(d.delays)).max();
            (
                of_requests().min().expect("decided"),
                of_requests().max().expect("decided"),
                client.unwrap_or(0),
            )
        }
        Delays::OfClient(hops) => {
            let client = run.replies().iter().map(|d| u64::from(d.delays)).max().expect("answered");
            let decided = run.decisions().iter().map(|d| u64::from(d.delays)).min();
            assert!(decided.is_none_or(|delays| delays > client - hops), "replicas decide by then");
            (client - hops, client - hops, client)
        }
        Delays::Between(first, last) => {
            let sent = travels(run, first).map(|(sent, _)| sent).min().expect("sent");
            let arrived = travels(run, last).map(|(_, arrived)| arrived).max().expect("arrived");
            let delays = arrived.since(sent).as_micros() / LATENCY_US;
            (delays, delays, 0)
        }
        Delays::OfElection => {
            let fired = run.scenario().script[0].at;
            let elected =
                run.marks().into_iter().find(|m| m.kind == MarkKind::Leader).expect("elected").position.at;
            let heard = travels(run, "heartbeat").map(|(_, arrived)| arrived).max().expect("heard");
            let since = |at: Time| at.since(fired).as_micros() / LATENCY_US;
            (since(elected), since(heard), 0)
        }
    }
}

/// When each message of a kind was sent and arrived.
fn travels(run: &dyn Session, kind: &str) -> impl Iterator<Item = (Time, Time)> {
    let kind =
        run.scenario().meta.kinds.iter().position(|k| k.name == kind).expect("the protocol has this kind");
    run.events(0, run.frontier().event).into_iter().filter_map(move |event| match event.what {
        What::Deliver(message) if message.flight.kind == kind => Some((message.flight.sent, event.at)),
        _ => None,
    })
}

type Row = BTreeMap<String, String>;

fn rows() -> Vec<Row> {
    let text = read("reference/message_counts.csv");
    let mut lines = text.lines().map(cells);
    let header = lines.next().expect("the table has a header");
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

/// The sizes that the table has columns for.
fn sizes(row: &Row) -> Vec<usize> {
    let mut sizes: Vec<usize> =
        row.keys().filter_map(|column| column.strip_prefix("replica_n")?.parse().ok()).collect();
    sizes.sort_unstable();
    sizes
}

/// The cells of a line; quotes keep commas together, two quotes inside stand for one.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cells.last_mut().expect("never empty").push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().expect("never empty").push(c),
        }
    }
    cells
}
