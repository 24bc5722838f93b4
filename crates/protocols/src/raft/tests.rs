//! One test a claim, on the table-top.

mod storms;

use super::*;
use crate::testbed::watch::Watch;
use crate::testbed::{self, Table, with, without, x, y};
use consensus_kernel::{Address, Breaks, Outbox, ParamValue, Protocol, Rng, RuleSet, Sent, SwitchId};
use std::collections::BTreeMap;

const MILLIS: u64 = 1_000;

fn setup(n: usize, clients: usize) -> Setup {
    testbed::setup(&META, n, clients)
}

/// No no-ops, one entry a message, entries only with heartbeats: the schedules of the paper, step by step.
fn by_hand(n: usize) -> Setup {
    let setup = with(setup(n, 2), NOOP, ParamValue::Flag(false));
    with(with(setup, BATCH, ParamValue::Int(1)), REPLICATE, ParamValue::Choice(1))
}

fn s(i: usize) -> NodeId {
    NodeId::replica(i)
}

fn entry(term: u64, value: Value) -> Entry {
    Entry { term, value }
}

fn append(term: u64, prev: (u64, u64), leader_commit: u64, entries: &[Entry]) -> Msg {
    Msg::Append {
        term,
        prev_log_index: prev.0,
        prev_log_term: prev.1,
        leader_commit,
        entries: entries.into(),
    }
}

fn heartbeat(term: u64, prev: (u64, u64), leader_commit: u64) -> Msg {
    Msg::Heartbeat { term, prev_log_index: prev.0, prev_log_term: prev.1, leader_commit }
}

fn request_vote(term: u64, last: (u64, u64)) -> Msg {
    Msg::RequestVote { term, last_log_index: last.0, last_log_term: last.1 }
}

/// A table whose every step is watched by Raft's invariants and by agreement on decisions.
struct Watched {
    table: Table<Raft>,
    watch: Watch,
}

impl Watched {
    fn new(setup: &Setup) -> Self {
        let mut watched = Self { table: Table::new(setup), watch: Watch::of::<Raft>() };
        watched.look();
        watched
    }

    /// Checks what the last step cited and decided.
    fn look(&mut self) {
        let _first = self.watch.look(&self.table, &[]);
    }

    fn broken(&self) -> &[(&'static str, String)] {
        &self.watch.broken
    }

    fn server(&self, i: usize) -> &Server {
        self.table.replicas[i].member().expect("replicas are servers")
    }

    fn deliver(&mut self, from: NodeId, to: NodeId, msg: &Msg) {
        self.table.step(to, Input::Deliver { from, msg });
        self.look();
    }

    fn fire(&mut self, id: NodeId, timer: Timer) {
        self.table.fire(id, timer);
        self.look();
    }

    fn propose(&mut self, value: Value) {
        self.table.step(value.client().expect("a client's value"), Input::Propose(value));
        self.look();
    }

    fn restart(&mut self, i: usize) {
        self.table.restart(s(i));
        self.look();
    }

    /// Delivers letters between these servers (and clients) until none is left; loses all others.
    fn among(&mut self, servers: &[usize]) {
        let inside = |id: NodeId| id.is_client() || servers.contains(&id.index());
        while let Some(letter) = self.table.pile.pop_front() {
            if inside(letter.from) && inside(letter.to) {
                self.deliver(letter.from, letter.to, &letter.msg);
            }
        }
    }

    /// Server `i` stands for election among `servers`.
    fn elect(&mut self, i: usize, servers: &[usize]) {
        self.fire(s(i), Timer::Election);
        self.among(servers);
    }

    fn beat(&mut self, i: usize, servers: &[usize]) {
        self.fire(s(i), Timer::Heartbeat);
        self.among(servers);
    }

    fn leads(&self, i: usize) -> bool {
        self.server(i).role == Role::Leader
    }

    fn terms(&self, i: usize) -> Vec<u64> {
        let log = &self.server(i).log;
        (1..=log.last_index()).filter_map(|k| log.term_at(k)).collect()
    }

    fn breaks(&self, name: &str) -> bool {
        self.broken().iter().any(|(broken, _)| *broken == name)
    }

    fn cited(&self, cite: Cite) -> bool {
        self.table.cited.iter().any(|(_, c)| *c == RuleId::from(cite))
    }

    /// The last letter on the pile, taken off it.
    fn answer(&mut self) -> Msg {
        self.table.pile.pop_back().expect("an answer").msg
    }

    fn granted(&mut self) -> bool {
        matches!(self.answer(), Msg::Vote { granted: true, .. })
    }
}

fn all(n: usize) -> Vec<usize> {
    (0..n).collect()
}

/// Delivers everything and counts letters by kind.
fn count_all(w: &mut Watched) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    while let Some(letter) = w.table.pile.pop_front() {
        *counts.entry(META.kinds[letter.msg.kind()].name).or_insert(0) += 1;
        w.deliver(letter.from, letter.to, &letter.msg);
    }
    counts
}

// Counts.

#[test]
fn an_election_takes_a_request_a_vote_and_a_first_heartbeat_for_each_follower() {
    for n in [3, 4, 5, 7, 16] {
        let mut w = Watched::new(&with(setup(n, 0), NOOP, ParamValue::Flag(false)));
        w.fire(s(0), Timer::Election);
        let counts = count_all(&mut w);
        assert!(w.leads(0));
        let expected =
            [("heartbeat", n - 1), ("heartbeat-reply", n - 1), ("request-vote", n - 1), ("vote", n - 1)];
        assert_eq!(counts, BTreeMap::from(expected));
    }
}

#[test]
fn a_command_takes_a_round_trip_to_each_follower_and_one_to_the_client() {
    for n in [3, 4, 5, 7, 16, 100] {
        let mut w = Watched::new(&setup(n, 1));
        w.elect(0, &all(n));
        for k in 1..=3 {
            w.propose(x(k));
            let counts = count_all(&mut w);
            let expected = [("append", n - 1), ("append-reply", n - 1), ("reply", 1), ("request", 1)];
            assert_eq!(counts, BTreeMap::from(expected), "n={n}");
            assert!(w.table.decided.contains(&(NodeId::client(0), u64::from(k) + 1, x(k))));
        }
    }
}

#[test]
fn pushing_commits_doubles_the_messages_between_servers() {
    for n in [3, 4, 5, 7] {
        let mut w = Watched::new(&with(setup(n, 1), EAGER_COMMIT, ParamValue::Flag(true)));
        w.elect(0, &all(n));
        w.propose(x(1));
        let counts = count_all(&mut w);
        assert_eq!((counts["append"], counts["append-reply"]), (2 * (n - 1), 2 * (n - 1)), "n={n}");
        assert!((0..n).all(|i| w.server(i).commit_index == 2), "everybody knows without a heartbeat");
    }
}

#[test]
fn entries_of_one_broadcast_are_written_once() {
    let mut w = Watched::new(&setup(5, 1));
    w.elect(0, &all(5));
    let (mut out, mut rng) = (Outbox::default(), Rng::stream(1, 0));
    let config = w.table.config.clone();
    let mut cx = Cx::new(s(0), Time::ZERO, &config, RuleSet::ALL_HOLD, &mut rng, &mut out);
    let msg = Msg::Request { value: x(1) };
    w.table.replicas[0].step(Input::Deliver { from: NodeId::client(0), msg: &msg }, &mut cx);
    assert!(matches!(out.sends[..], [Sent { to: Address::OTHERS, .. }]));
}

#[test]
fn a_follower_has_one_append_with_entries_under_way_and_the_rest_travel_together() {
    let mut w = Watched::new(&setup(3, 3));
    w.elect(0, &all(3));
    for c in 0..3 {
        let msg = Msg::Request { value: Value::request(c, 1) };
        w.deliver(NodeId::client(c), s(0), &msg);
    }
    assert_eq!(w.table.pile.len(), 2);
    let mut sizes = Vec::new();
    while let Some(letter) = w.table.pile.pop_front() {
        if let Msg::Append { entries, .. } = &letter.msg {
            sizes.push(entries.len());
        }
        w.deliver(letter.from, letter.to, &letter.msg);
    }
    assert_eq!(sizes, [1, 1, 2, 2]);
}

#[test]
fn the_batch_bounds_the_entries_of_one_message() {
    let mut w = Watched::new(&with(setup(3, 1), BATCH, ParamValue::Int(2)));
    w.elect(0, &[0, 1]);
    for k in 1..=6 {
        w.propose(x(k));
        w.among(&[0, 1]);
    }
    w.fire(s(0), Timer::Heartbeat);
    w.fire(s(0), Timer::Heartbeat);
    while let Some(letter) = w.table.pile.pop_front() {
        assert!(!matches!(&letter.msg, Msg::Append { entries, .. } if entries.len() > 2));
        w.deliver(letter.from, letter.to, &letter.msg);
    }
    assert_eq!(w.terms(2), [1; 7]);
}

#[test]
fn a_lost_append_is_sent_again_after_a_whole_heartbeat_interval() {
    let mut w = Watched::new(&setup(3, 1));
    w.elect(0, &all(3));
    w.propose(x(1));
    w.among(&[0, 1]);
    w.fire(s(0), Timer::Heartbeat);
    assert!(w.table.pile.iter().all(|l| matches!(l.msg, Msg::Heartbeat { .. })), "it may still arrive");
    w.among(&[0, 1]);
    w.beat(0, &all(3));
    assert!(w.cited(Cite::Retransmit));
    assert_eq!(w.terms(2), [1, 1]);
}

// Terms and votes.

#[test]
fn a_newer_term_makes_anybody_a_follower() {
    let mut w = Watched::new(&setup(3, 0));
    w.elect(0, &all(3));
    assert!(w.leads(0));
    w.deliver(s(1), s(0), &Msg::Vote { term: 9, granted: false });
    assert_eq!(
        (w.server(0).role, w.server(0).current_term, w.server(0).voted_for),
        (Role::Follower, 9, None)
    );
    assert!(w.table.timers.contains_key(&(s(0), 0)), "the deposed leader has an election timer again");
    assert!(!w.table.timers.contains_key(&(s(0), 1)), "and no heartbeat timer");
}

#[test]
fn a_request_of_an_earlier_term_is_refused_with_the_current_one() {
    let mut w = Watched::new(&setup(3, 0));
    w.deliver(s(1), s(0), &heartbeat(5, (0, 0), 0));
    w.table.pile.clear();
    w.deliver(s(2), s(0), &append(4, (0, 0), 0, &[entry(4, x(1))]));
    assert!(matches!(w.answer(), Msg::AppendReply(Ack { term: 5, success: false, .. })));
    assert_eq!(w.server(0).log.last_index(), 0);
    w.deliver(s(2), s(0), &request_vote(4, (9, 9)));
    assert!(matches!(w.answer(), Msg::Vote { term: 5, granted: false }));
}

#[test]
fn a_server_votes_once_a_term_and_repeats_the_same_vote() {
    let mut w = Watched::new(&setup(3, 0));
    w.deliver(s(1), s(0), &request_vote(1, (0, 0)));
    assert!(w.granted());
    w.deliver(s(1), s(0), &request_vote(1, (0, 0)));
    assert!(w.granted(), "the answer may have been lost");
    w.deliver(s(2), s(0), &request_vote(1, (0, 0)));
    assert!(!w.granted());
}

fn votes_for(switch: Option<SwitchId>, last: (u64, u64)) -> bool {
    let base = setup(3, 0);
    let mut w = Watched::new(&switch.map_or(base.clone(), |sw| without(base, sw)));
    w.deliver(s(1), s(0), &append(2, (0, 0), 0, &[entry(1, x(1)), entry(2, x(2))]));
    w.table.pile.clear();
    w.deliver(s(2), s(0), &request_vote(3, last));
    w.granted()
}

#[test]
fn a_vote_needs_a_log_that_is_at_least_as_up_to_date() {
    let own = (2, 2);
    assert!(votes_for(None, own));
    assert!(votes_for(None, (3, 2)));
    assert!(votes_for(None, (1, 3)), "a later last term wins whatever the length");
    assert!(!votes_for(None, (1, 2)));
    assert!(!votes_for(None, (9, 1)), "length does not outweigh the last term");
    assert!(votes_for(Some(UP_TO_DATE), (0, 0)));
    assert!(votes_for(Some(LAST_TERM_FIRST), (9, 1)) && !votes_for(Some(LAST_TERM_FIRST), (1, 3)));
    assert!(!votes_for(Some(LATER_TERM_SUFFICES), (1, 3)) && votes_for(Some(LATER_TERM_SUFFICES), own));
}

#[test]
fn votes_of_earlier_terms_and_second_votes_do_not_count() {
    for (rules, leads) in [(None, false), (Some(DROP_STALE_VOTES), true)] {
        let base = setup(5, 0);
        let mut w = Watched::new(&rules.map_or(base.clone(), |sw| without(base, sw)));
        w.fire(s(0), Timer::Election);
        w.fire(s(0), Timer::Election);
        w.deliver(s(1), s(0), &Msg::Vote { term: 2, granted: true });
        w.deliver(s(1), s(0), &Msg::Vote { term: 2, granted: true });
        assert!(!w.leads(0), "one voter is one vote");
        w.deliver(s(2), s(0), &Msg::Vote { term: 1, granted: true });
        assert_eq!(w.leads(0), leads);
    }
}

#[test]
fn half_of_the_servers_do_not_elect() {
    let mut w = Watched::new(&setup(4, 0));
    w.elect(0, &[0, 1]);
    assert!(!w.leads(0));
    let mut w = Watched::new(&without(setup(4, 0), MAJORITY));
    w.elect(0, &[0, 1]);
    w.elect(2, &[2, 3]);
    assert!(w.leads(0) && w.leads(2));
    assert!(w.breaks("Election Safety"));
}

#[test]
fn only_a_leader_or_a_granted_vote_restarts_the_election_timer() {
    let restarts = |switch: Option<SwitchId>, msg: &Msg| {
        let base = setup(3, 0);
        let mut w = Watched::new(&switch.map_or(base.clone(), |sw| without(base, sw)));
        w.deliver(s(1), s(0), &append(2, (0, 0), 0, &[entry(2, x(1))]));
        w.table.timers.clear();
        w.deliver(s(2), s(0), msg);
        w.table.timers.contains_key(&(s(0), 0))
    };
    assert!(restarts(None, &heartbeat(2, (1, 2), 0)));
    assert!(
        restarts(None, &heartbeat(2, (7, 2), 0)),
        "a leader whose entries do not fit is still the leader"
    );
    assert!(restarts(None, &request_vote(3, (1, 2))));
    assert!(!restarts(None, &request_vote(3, (0, 0))), "the vote is not given");
    assert!(!restarts(None, &heartbeat(1, (0, 0), 0)), "an old leader");
    assert!(restarts(Some(TIMER_ON_GRANT_ONLY), &request_vote(3, (0, 0))));
    assert!(restarts(Some(TIMER_ON_GRANT_ONLY), &heartbeat(1, (0, 0), 0)));
}

#[test]
fn election_timeouts_are_drawn_from_the_range_unless_that_is_switched_off() {
    let drawn = |setup: &Setup| {
        let mut w = Watched::new(setup);
        let mut seen = Vec::new();
        for _ in 0..50 {
            seen.push(w.table.timers[&(s(0), 0)].as_micros() / MILLIS);
            w.fire(s(0), Timer::Election);
        }
        (seen.iter().min().copied(), seen.iter().max().copied())
    };
    let (low, high) = drawn(&setup(3, 0));
    assert!(low >= Some(150) && high <= Some(300) && low < Some(200) && high > Some(250));
    assert_eq!(drawn(&without(setup(3, 0), RANDOMISED_TIMEOUTS)), (Some(150), Some(150)));
}

#[test]
fn a_candidate_yields_to_the_leader_of_its_own_term() {
    let mut w = Watched::new(&setup(3, 0));
    w.fire(s(0), Timer::Election);
    w.deliver(s(1), s(0), &heartbeat(1, (0, 0), 0));
    assert_eq!((w.server(0).role, w.server(0).leader), (Role::Follower, Some(s(1))));
    assert!(w.cited(Cite::YieldToLeader));
}

#[test]
fn a_single_server_elects_itself_and_commits_alone() {
    let mut w = Watched::new(&setup(1, 1));
    w.elect(0, &[0]);
    w.propose(x(1));
    w.among(&[0]);
    assert!(w.table.decided.contains(&(NodeId::client(0), 2, x(1))));
}

// Pre-vote.

#[test]
fn with_pre_vote_a_server_that_cannot_win_opens_no_term() {
    let mut w = Watched::new(&with(setup(3, 0), PREVOTE, ParamValue::Flag(true)));
    w.elect(0, &[0]);
    w.elect(0, &[0]);
    assert_eq!((w.server(0).role, w.server(0).current_term), (Role::PreCandidate, 0));
    w.elect(0, &all(3));
    assert!(w.leads(0));
    let cited =
        |cite| w.table.cited.iter().filter(|(who, rule)| *who == s(0) && *rule == cite as RuleId).count();
    assert_eq!((cited(Cite::CountPreVote), cited(Cite::CountVote)), (1, 1), "a would-be vote is no vote");
    assert_eq!(w.server(0).current_term, 1);
    w.elect(2, &all(3));
    assert!(w.leads(0) && w.server(2).current_term == 1, "who hears a leader does not help to unseat it");
    w.table.now = Time(200 * MILLIS);
    w.elect(2, &[1, 2]);
    assert!(w.leads(2), "after the shortest election timeout of silence it does");
}

#[test]
fn with_pre_vote_a_server_whose_term_is_behind_learns_the_term() {
    let mut w = Watched::new(&with(setup(3, 0), PREVOTE, ParamValue::Flag(true)));
    w.elect(0, &[0, 1]);
    w.elect(2, &[1, 2]);
    assert_eq!((w.server(2).role, w.server(2).current_term), (Role::Follower, 1));
}

// The log.

#[test]
fn entries_are_stored_only_after_a_matching_entry() {
    let mut w = Watched::new(&setup(3, 0));
    w.deliver(s(1), s(0), &append(1, (1, 1), 1, &[entry(1, x(2))]));
    assert!(matches!(w.answer(), Msg::AppendReply(Ack { success: false, index: 0, .. })));
    w.deliver(s(1), s(0), &append(1, (0, 0), 0, &[entry(1, x(1)), entry(1, x(2))]));
    assert!(matches!(w.answer(), Msg::AppendReply(Ack { success: true, index: 2, .. })));
    w.deliver(s(1), s(0), &append(3, (2, 2), 2, &[entry(3, x(3))]));
    assert!(
        matches!(w.answer(), Msg::AppendReply(Ack { success: false, index: 0, .. })),
        "the hint skips the term"
    );
    assert_eq!((w.terms(0), w.server(0).commit_index), (vec![1, 1], 0), "a refused message commits nothing");
}

#[test]
fn only_entries_that_conflict_are_deleted() {
    let entries = [entry(1, x(1)), entry(1, x(2)), entry(1, x(3))];
    for (switch, left) in [(None, 3), (Some(TRUNCATE_ON_CONFLICT_ONLY), 1)] {
        let base = setup(3, 0);
        let mut w = Watched::new(&switch.map_or(base.clone(), |sw| without(base, sw)));
        w.deliver(s(1), s(0), &append(1, (0, 0), 3, &entries));
        w.deliver(s(1), s(0), &append(1, (0, 0), 0, &entries[..1]));
        assert_eq!(w.server(0).log.last_index(), left);
        assert_eq!(w.breaks("Committed Prefix"), switch.is_some());
    }
    let mut w = Watched::new(&setup(3, 0));
    w.deliver(s(1), s(0), &append(1, (0, 0), 1, &entries));
    w.deliver(s(2), s(0), &append(2, (1, 1), 1, &[entry(2, y(1))]));
    assert_eq!(w.terms(0), [1, 2]);
}

#[test]
fn the_commit_index_never_falls() {
    let mut w = Watched::new(&setup(3, 0));
    w.deliver(s(1), s(0), &append(1, (0, 0), 2, &[entry(1, x(1)), entry(1, x(2))]));
    w.deliver(s(1), s(0), &heartbeat(1, (0, 0), 0));
    w.deliver(s(1), s(0), &heartbeat(1, (1, 1), 1));
    assert_eq!((w.server(0).commit_index, w.server(0).last_applied), (2, 2));
}

#[test]
fn a_leader_finds_the_place_up_to_which_logs_agree_a_term_at_a_time() {
    let mut w = Watched::new(&with(setup(3, 0), NOOP, ParamValue::Flag(false)));
    let old: Vec<Entry> = (1..=20).map(|k| entry(1, x(k))).collect();
    w.deliver(s(1), s(2), &append(1, (0, 0), 0, &[entry(1, x(1)), entry(1, x(2))]));
    w.deliver(s(1), s(0), &append(1, (0, 0), 0, &old[..2]));
    w.deliver(s(1), s(0), &append(3, (2, 1), 0, &[entry(3, y(1))]));
    let stray: Vec<Entry> = (2..=20).map(|k| entry(2, y(k))).collect();
    w.deliver(s(1), s(2), &append(2, (2, 1), 0, &stray));
    w.table.pile.clear();
    w.elect(0, &[0, 2]);
    assert!(w.leads(0));
    assert_eq!(w.terms(2), [1, 1, 3]);
    assert_eq!(w.table.cited.iter().filter(|(_, c)| *c == RuleId::from(Cite::BackUp)).count(), 1);
}

#[test]
fn a_copy_counts_only_as_far_as_the_answered_request_reached() {
    for (switch, committed) in [(None, 1), (Some(MATCH_FROM_REQUEST), 2)] {
        let base = setup(3, 1);
        let mut w = Watched::new(&switch.map_or(base.clone(), |sw| without(base, sw)));
        w.elect(0, &[0, 1]);
        w.deliver(NodeId::client(0), s(0), &Msg::Request { value: x(1) });
        let ack = Ack { term: 1, success: true, prev_log_index: 0, index: 1 };
        w.deliver(s(2), s(0), &Msg::AppendReply(ack));
        assert_eq!(w.server(0).commit_index, committed);
    }
}

#[test]
fn a_follower_that_lost_its_disk_is_filled_again_without_a_storm() {
    let mut w = Watched::new(&setup(3, 1));
    w.elect(0, &all(3));
    w.propose(x(1));
    w.among(&all(3));
    w.table.replicas[2] = Raft::Member(Server::new(&w.table.config, s(2)));
    w.beat(0, &all(3));
    assert_eq!(w.terms(2), [1, 1]);
    assert!(w.table.pile.is_empty());
}

// Durability.

#[test]
fn a_restart_keeps_the_term_the_vote_and_the_log_and_nothing_else() {
    let back = |switch: Option<SwitchId>| {
        let base = setup(3, 1);
        let mut w = Watched::new(&switch.map_or(base.clone(), |sw| without(base, sw)));
        w.elect(0, &all(3));
        w.propose(x(1));
        w.among(&all(3));
        w.restart(0);
        let s = w.server(0);
        let (current_term, voted_for, log) = (s.current_term, s.voted_for, s.log.clone());
        let reborn = Server { current_term, voted_for, log, ..Server::new(&w.table.config, s.me) };
        assert_eq!(format!("{s:?}"), format!("{reborn:?}"), "all else is as at the very beginning");
        (s.current_term, s.voted_for, s.log.last_index())
    };
    assert_eq!(back(None), (1, Some(s(0)), 2));
    assert_eq!(back(Some(PERSIST_TERM)), (0, None, 2));
    assert_eq!(back(Some(PERSIST_VOTE)), (1, None, 2));
    assert_eq!(back(Some(PERSIST_LOG)), (1, Some(s(0)), 0));
}

#[test]
fn a_restarted_server_applies_its_log_again_and_the_clients_notice_nothing() {
    let mut w = Watched::new(&setup(3, 1));
    w.elect(0, &all(3));
    w.propose(x(1));
    w.among(&all(3));
    let replies = w.table.decided.iter().filter(|(who, ..)| who.is_client()).count();
    w.restart(1);
    w.elect(1, &all(3));
    assert!(w.leads(1));
    assert_eq!(w.server(1).last_applied, 3);
    assert_eq!(w.table.decided.iter().filter(|(who, ..)| who.is_client()).count(), replies);
    assert!(w.broken().is_empty(), "{:?}", w.broken());
}

// Clients.

#[test]
fn a_client_follows_a_redirect_to_the_leader() {
    let mut w = Watched::new(&setup(3, 1));
    w.elect(2, &all(3));
    w.propose(x(1));
    w.propose(x(2));
    w.among(&all(3));
    assert!(w.cited(Cite::Redirect));
    let answered: Vec<_> = w.table.decided.iter().filter(|(who, ..)| who.is_client()).collect();
    assert_eq!(answered, [&(NodeId::client(0), 2, x(1)), &(NodeId::client(0), 3, x(2))]);
}

#[test]
fn a_client_has_one_command_outstanding() {
    let mut w = Watched::new(&setup(3, 1));
    for k in 1..=5 {
        w.propose(x(k));
    }
    assert_eq!(w.table.pile.len(), 1);
    w.table.pile.clear();
    w.elect(1, &all(3));
    w.fire(NodeId::client(0), Timer::Retry);
    w.among(&all(3));
    assert_eq!(w.table.decided.iter().filter(|(who, ..)| who.is_client()).count(), 5);
}

#[test]
fn a_client_without_an_answer_asks_the_next_server() {
    let mut w = Watched::new(&setup(3, 1));
    w.propose(x(1));
    for target in [1, 2, 0] {
        w.table.pile.clear();
        w.fire(NodeId::client(0), Timer::Retry);
        assert_eq!(w.table.pile[0].to, s(target));
    }
}

/// Server 0 stores and commits x←1 but its reply is lost; server 1 takes over; the client asks again.
fn repeated_command(setup: &Setup) -> Watched {
    let mut w = Watched::new(setup);
    w.elect(0, &all(3));
    w.propose(x(1));
    while let Some(letter) = w.table.pile.pop_front() {
        if !matches!(letter.msg, Msg::Reply { .. }) {
            w.deliver(letter.from, letter.to, &letter.msg);
        }
    }
    w.elect(1, &[1, 2]);
    w.fire(NodeId::client(0), Timer::Retry);
    w.among(&[1, 2]);
    w
}

#[test]
fn a_repeated_command_is_answered_again_and_carried_out_once() {
    let w = repeated_command(&setup(3, 1));
    assert!(w.cited(Cite::Duplicate));
    assert!(w.table.decided.contains(&(NodeId::client(0), 2, x(1))), "the answer names the first execution");
    assert!(w.broken().is_empty(), "{:?}", w.broken());
    assert!(repeated_command(&without(setup(3, 1), DEDUP)).breaks("Exactly Once"));
}

#[test]
fn a_command_that_is_in_the_log_twice_changes_the_state_once() {
    let mut w = Watched::new(&setup(3, 1));
    let log = [entry(1, x(1)), entry(1, x(1)), entry(1, x(2)), entry(1, x(1))];
    w.deliver(s(1), s(0), &append(1, (0, 0), 4, &log));
    let session = w.server(0).sessions[0];
    assert_eq!((session.executed, session.index, w.server(0).last_applied), (2, 3, 4));
    assert_eq!(w.table.decided.len(), 4, "every index is decided");
    assert!(w.broken().is_empty());
}

#[test]
fn what_was_carried_out_is_counted_whatever_the_guard_thinks() {
    // A guard that forgets what it has seen does not blind the invariant.
    let mut w = Watched::new(&setup(3, 1));
    w.deliver(s(1), s(0), &append(1, (0, 0), 1, &[entry(1, x(1))]));
    let Raft::Member(server) = &mut w.table.replicas[0] else { panic!("it is a server") };
    server.sessions[0].executed = 0;
    w.deliver(s(1), s(0), &append(1, (1, 1), 2, &[entry(1, x(1))]));
    assert!(w.breaks("Exactly Once"));
}

#[test]
fn what_is_committed_late_is_held_against_leaders_of_later_terms() {
    // Servers 1 and 2 elect 1 for term 2; only then does server 0, still leading term 1, believe its entry committed.
    let setup = with(without(setup(3, 1), MATCH_FROM_REQUEST), NOOP, ParamValue::Flag(false));
    let mut w = Watched::new(&setup);
    w.elect(0, &all(3));
    w.deliver(NodeId::client(0), s(0), &Msg::Request { value: x(1) });
    w.table.pile.clear();
    w.elect(1, &[1, 2]);
    assert!(w.leads(0) && w.leads(1));
    let ack = Ack { term: 1, success: true, prev_log_index: 0, index: 0 };
    w.deliver(s(2), s(0), &Msg::HeartbeatReply(ack));
    assert_eq!(w.server(0).commit_index, 1);
    assert!(w.breaks("Leader Completeness"));
}

#[test]
fn a_committed_entry_that_is_replaced_is_noticed_when_the_index_advances_after_a_restart() {
    let mut w = Watched::new(&setup(3, 1));
    w.deliver(s(1), s(0), &append(1, (0, 0), 1, &[entry(1, x(1))]));
    w.restart(0);
    w.deliver(s(2), s(0), &append(2, (0, 0), 2, &[entry(2, x(2)), entry(2, x(3))]));
    assert!(w.breaks("Committed Prefix"), "{:?}", w.broken());
}

#[test]
fn a_leader_takes_a_repeated_command_into_its_log_once() {
    let mut w = Watched::new(&setup(3, 1));
    w.elect(0, &all(3));
    for _ in 0..3 {
        w.deliver(NodeId::client(0), s(0), &Msg::Request { value: x(1) });
    }
    assert_eq!(w.server(0).log.last_index(), 2);
    w.among(&all(3));
    w.deliver(NodeId::client(0), s(0), &Msg::Request { value: x(1) });
    assert!(matches!(w.answer(), Msg::Reply { index: 2, .. }));
}

// The schedules of the paper.

/// Figure 8 up to (c), with terms 1, 2, 3 for the paper's 2, 3, 4: an entry of term 1 is on a majority while server 0
/// leads term 3.
fn figure_8(setup: &Setup) -> Watched {
    let mut w = Watched::new(setup);
    w.elect(0, &all(5));
    w.deliver(NodeId::client(0), s(0), &Msg::Request { value: x(1) });
    w.beat(0, &[0, 1]);
    w.restart(0);
    w.elect(4, &[2, 3, 4]);
    w.deliver(NodeId::client(1), s(4), &Msg::Request { value: y(1) });
    w.restart(4);
    w.elect(0, &[0, 1, 2, 3]);
    w.elect(0, &[0, 1, 2, 3]);
    assert!(w.leads(0));
    w.deliver(NodeId::client(0), s(0), &Msg::Request { value: x(2) });
    w.beat(0, &[0, 1, 2]);
    let logs = (0..5).map(|i| w.terms(i)).collect::<Vec<_>>();
    assert_eq!(logs, [vec![1, 3], vec![1, 3], vec![1], vec![], vec![2]], "the first entry is on a majority");
    w
}

#[test]
fn a_leader_commits_only_entries_of_its_own_term_by_counting() {
    let mut w = figure_8(&by_hand(5));
    assert!(w.server(0).commit_index == 0 && w.cited(Cite::OldTermWaits));
    let mut bad = figure_8(&without(by_hand(5), COMMIT_OWN_TERM));
    assert_eq!(bad.server(0).commit_index, 1);
    for w in [&mut w, &mut bad] {
        w.restart(0);
        w.elect(4, &[2, 3, 4]);
        w.elect(4, &[2, 3, 4]);
        assert!(w.leads(4));
    }
    assert!(w.broken().is_empty(), "{:?}", w.broken());
    assert!(bad.breaks("Leader Completeness"), "{:?}", bad.broken());
}

#[test]
fn an_entry_of_the_own_term_commits_the_older_ones_with_it() {
    let mut w = figure_8(&by_hand(5));
    for _ in 0..6 {
        w.beat(0, &[0, 1, 2]);
    }
    assert_eq!(w.server(0).commit_index, w.server(0).log.last_index());
    w.elect(4, &[2, 3, 4]);
    w.elect(4, &[2, 3, 4]);
    assert!(!w.leads(4), "a server without the entry of the later term cannot win");
    assert!(w.broken().is_empty(), "{:?}", w.broken());
}

#[test]
fn a_forgotten_vote_makes_two_leaders_of_one_term() {
    let play = |setup: &Setup| {
        let mut w = Watched::new(setup);
        w.fire(s(2), Timer::Election);
        let late: Vec<_> = w.table.pile.drain(..).filter(|l| l.to == s(1)).collect();
        w.elect(0, &[0, 1]);
        w.restart(1);
        for letter in late {
            w.deliver(letter.from, letter.to, &letter.msg);
        }
        w.among(&[1, 2]);
        w
    };
    let setup = with(setup(3, 2), NOOP, ParamValue::Flag(false));
    assert!(play(&setup).broken().is_empty());
    let mut w = play(&without(setup, PERSIST_VOTE));
    for i in [0, 2] {
        w.deliver(NodeId::client(i / 2), s(i), &Msg::Request { value: Value::request(i / 2, 1) });
        w.among(&[1, i]);
    }
    assert!(w.breaks("One Vote per Term") && w.breaks("Election Safety"));
    assert!(w.breaks("Log Matching") && w.breaks("State Machine Safety") && w.breaks("Agreement"));
}

#[test]
fn a_leftover_is_not_committed_by_a_heartbeat_that_does_not_vouch_for_it() {
    let play = |setup: &Setup| {
        let mut w = Watched::new(setup);
        for i in 0..3 {
            w.deliver(s((i + 1) % 3), s(i), &append(1, (0, 0), 1, &[entry(1, x(1))]));
        }
        w.deliver(s(0), s(2), &append(1, (1, 1), 1, &[entry(1, y(1))]));
        w.table.pile.clear();
        w.elect(0, &[0, 1]);
        w.deliver(NodeId::client(0), s(0), &Msg::Request { value: x(2) });
        w.among(&[0, 1]);
        assert_eq!(w.server(0).commit_index, 2);
        w.deliver(s(0), s(2), &heartbeat(2, (1, 1), 2));
        w
    };
    let setup = with(setup(3, 1), NOOP, ParamValue::Flag(false));
    assert!(play(&setup).broken().is_empty());
    let w = play(&without(setup, MIN_COMMIT));
    assert!(w.breaks("State Machine Safety") && w.breaks("Agreement"));
}

#[test]
fn a_long_log_of_an_old_term_does_not_win() {
    let play = |setup: &Setup| {
        let mut w = Watched::new(setup);
        w.elect(0, &all(3));
        w.among(&all(3));
        for c in 0..4 {
            w.deliver(NodeId::client(c), s(0), &Msg::Request { value: Value::request(c, 1) });
        }
        w.table.pile.clear();
        w.elect(1, &[1, 2]);
        w.among(&[1, 2]);
        assert_eq!(w.server(1).commit_index, 2);
        w.restart(0);
        w.elect(0, &all(3));
        w.elect(0, &all(3));
        w
    };
    let w = play(&setup(3, 4));
    assert!(!w.leads(0) && w.broken().is_empty());
    let w = play(&without(setup(3, 4), LAST_TERM_FIRST));
    assert!(w.leads(0) && w.breaks("Leader Completeness"));
}

#[test]
fn logs_that_refuse_each_other_never_elect_without_the_lexicographic_order() {
    let play = |setup: &Setup| {
        let mut w = Watched::new(setup);
        w.deliver(s(1), s(0), &append(1, (0, 0), 0, &[entry(1, x(1)), entry(1, x(2)), entry(1, x(3))]));
        w.deliver(s(0), s(1), &append(2, (0, 0), 0, &[entry(2, y(1))]));
        w.table.pile.clear();
        for _ in 0..5 {
            w.elect(0, &[0, 1]);
            w.elect(1, &[0, 1]);
        }
        w.leads(0) || w.leads(1)
    };
    assert!(play(&setup(3, 1)));
    assert!(!play(&without(setup(3, 1), LATER_TERM_SUFFICES)));
}

// What people see.

#[test]
fn faces_and_logs_show_roles_votes_and_marks() {
    let mut w = Watched::new(&setup(3, 1));
    w.fire(s(0), Timer::Election);
    let face = w.table.replicas[0].face(&w.table.config);
    assert_eq!((face.role, face.waits_for.as_deref()), ("candidate", Some("1 of 2 votes for term 1")));
    w.among(&all(3));
    for k in 1..=40 {
        w.propose(x(k));
        w.among(&all(3));
    }
    w.deliver(NodeId::client(0), s(0), &Msg::Request { value: x(41) });
    let face = w.table.replicas[0].face(&w.table.config);
    assert_eq!(
        (face.role, face.leads, face.waits_for.as_deref()),
        ("leader", true, Some("1 of 2 copies of index 42"))
    );
    let replicas: Vec<&Server> = w.table.replicas.iter().filter_map(Raft::member).collect();
    let panels = Server::panels(&w.table.config, &replicas);
    let [Panel::Log(panel)] = &panels[..] else { panic!("one log panel") };
    assert_eq!((panel.first, panel.columns, panel.rows.len()), (19, 24, 3));
    let states: Vec<_> =
        panel.rows[0].cells[22..].iter().flatten().map(|c| (c.text.as_str(), c.state)).collect();
    assert_eq!(
        states,
        [("x←40", consensus_kernel::LogState::Applied), ("x←41", consensus_kernel::LogState::Proposed)]
    );
    let names: Vec<_> = panel.rows[0].marks.iter().map(|m| (m.name.as_str(), m.slot)).collect();
    assert_eq!(names, [("commit", 41), ("match 1", 41), ("next 1", 42), ("match 2", 41), ("next 2", 42)]);
}
