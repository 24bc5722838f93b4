//! Raft's own invariants: Figure 3 of the paper, and what the proofs use beside it.
//!
//! Each check looks only at the server that just took a step and compares it with the ledger of what was seen before.
//! Logs are compared by prefix hash from the top down, as far as they are news, so that a check costs as much as the
//! step that caused it.

use super::{Cite, Raft, Role, Server};
use consensus_kernel::{Invariant, Ledger, LedgerKey, NodeId, RuleId, World, broken, mix};

/// No single check looks at more entries than this, however long the log.
const NEWS_MAX: u64 = 1 << 12;

const fn on<const K: usize>(cites: [Cite; K]) -> [RuleId; K] {
    let mut ids = [0; K];
    let mut i = 0;
    while i < K {
        ids[i] = cites[i] as RuleId;
        i += 1;
    }
    ids
}

const ELECTED: &[RuleId] = &on([Cite::BecomeLeader]);
const LED: &[RuleId] = &on([Cite::BecomeLeader, Cite::LeaderAppend, Cite::Truncate]);
const LOGGED: &[RuleId] = &on([Cite::Noop, Cite::LeaderAppend, Cite::FollowerAppend]);
const COMMITTED: &[RuleId] = &on([Cite::BecomeLeader, Cite::LeaderCommit, Cite::FollowerCommit]);
const APPLIED: &[RuleId] = &on([Cite::Apply]);
const REWRITTEN: &[RuleId] =
    &on([Cite::LeaderCommit, Cite::FollowerCommit, Cite::FollowerAppend, Cite::Truncate]);
const TERMED: &[RuleId] = &on([Cite::Begin, Cite::NewerTerm, Cite::StartElection, Cite::Recover]);
const VOTED: &[RuleId] = &on([Cite::StartElection, Cite::GrantVote]);

pub(super) const ALL: &[Invariant<Raft>] = &[
    Invariant {
        name: "Election Safety",
        place: "Raft, Figure 3 and §5.2",
        says: "A term has at most one leader.",
        on: ELECTED,
        check: election_safety,
    },
    Invariant {
        name: "Leader Append-Only",
        place: "Raft, Figure 3 and §5.3",
        says: "A leader never deletes or overwrites an entry of its log; it only appends.",
        on: LED,
        check: leader_append_only,
    },
    Invariant {
        name: "Log Matching",
        place: "Raft, Figure 3 and §5.3",
        says: "Two logs with an entry of the same index and term are equal up to that entry.",
        on: LOGGED,
        check: log_matching,
    },
    Invariant {
        name: "Leader Completeness",
        place: "Raft, Figure 3 and §5.4",
        says: "An entry that was committed in a term is in the log of the leader of every later term.",
        on: COMMITTED,
        check: leader_completeness,
    },
    Invariant {
        name: "State Machine Safety",
        place: "Raft, Figure 3 and §5.4.3",
        says: "No two servers apply different entries at the same index.",
        on: APPLIED,
        check: state_machine_safety,
    },
    Invariant {
        name: "Committed Prefix",
        place: "Raft, §5.3: a committed entry is durable",
        says: "What a server knows to be committed stays in its log as it is.",
        on: REWRITTEN,
        check: committed_prefix,
    },
    Invariant {
        name: "Terms Never Decrease",
        place: "Raft, §5.1",
        says: "A server's current term only grows, also across restarts.",
        on: TERMED,
        check: terms_never_decrease,
    },
    Invariant {
        name: "One Vote per Term",
        place: "Raft, §5.2 and Figure 2",
        says: "A server votes for at most one candidate in a term, also across restarts.",
        on: VOTED,
        check: one_vote_per_term,
    },
    Invariant {
        name: "Exactly Once",
        place: "Raft, §8",
        says: "A server carries out each command of a client at most once.",
        on: APPLIED,
        check: exactly_once,
    },
];

// What is checked all the time is laid out where it is called: a call through a pointer, and from there back to the world,
// costs more than most checks do.

/// A ledger key: a place in the group `a` of one of an invariant's tables. Neighbouring places stay side by side.
fn key(table: u64, a: u64, place: u64) -> LedgerKey {
    LedgerKey { group: group(table, a), place }
}

fn group(table: u64, a: u64) -> u64 {
    a << 2 | table
}

fn election_safety(ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    let Some(leader) = world.member(who).filter(|s| s.role == Role::Leader) else { return Ok(()) };
    let term = leader.current_term;
    ledger
        .state(key(0, 0, term), who.raw().into(), who)
        .map_err(|other| format!("servers {} and {who} both lead term {term}", other.who))
}

/// Of each index the hash of the log up to it, as ledgers ask for it.
#[inline(always)]
fn prefixes(s: &Server) -> impl Fn(u64) -> Option<u64> {
    move |index| s.log.prefix(index)
}

/// Compares a log with what the ledger says, from `top` down to the first entry that is no news, and records the news.
/// The error is the highest index that differs, and who had it otherwise.
#[inline(always)]
fn compare(
    ledger: &mut Ledger,
    server: &Server,
    (floor, top): (u64, u64),
    group: u64,
) -> Result<(), (u64, NodeId)> {
    let lowest = floor.max(top.saturating_sub(NEWS_MAX));
    match ledger.retrace(group, (lowest, top), server.me, prefixes(server)) {
        Ok(_) => Ok(()),
        Err((index, other)) => Err((index, other.who)),
    }
}

#[inline(always)]
fn leader_append_only(ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    let Some(leader) = world.member(who).filter(|s| s.role == Role::Leader) else { return Ok(()) };
    let (term, last, id) = (leader.current_term, leader.log.last_index(), u64::from(who.raw()));
    let reign = mix(term).wrapping_add(id);
    let entry = |index| key(2, reign, index);
    // The prefix hash at this index stands for the whole log that it was elected with. Where the entry before the last is
    // what it was, nobody need know.
    let before = last.saturating_sub(1);
    let base = match leader.log.prefix(before) {
        Some(prefix) if ledger.holds(entry(before), prefix) => before,
        _ => base_of_reign(ledger, leader),
    };
    if last < base || ledger.lookup(entry(last + 1)).is_some() {
        return broken(move || format!("leader {who} of term {term} lost its entry {}", last + 1));
    }
    compare(ledger, leader, (base.saturating_sub(1), last), group(2, reign)).or_else(move |(index, _)| {
        broken(move || format!("leader {who} of term {term} rewrote its log at or below index {index}"))
    })
}

/// Where the log ended when this leader's reign was first looked at.
#[inline(never)]
fn base_of_reign(ledger: &mut Ledger, leader: &Server) -> u64 {
    let (key, last) = (key(1, leader.current_term, leader.me.raw().into()), leader.log.last_index());
    ledger.lookup(key).map_or_else(
        || {
            let _first = ledger.state(key, last, leader.me);
            last
        },
        |(base, _)| base,
    )
}

#[inline(always)]
fn log_matching(ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    let Some(s) = world.member(who) else { return Ok(()) };
    let (last, log) = (s.log.last_index(), &s.log);
    for index in (last.saturating_sub(NEWS_MAX) + 1..=last).rev() {
        let (Some(entry), Some(prefix)) = (log.entry(index), log.prefix(index)) else { continue };
        match ledger.news(key(0, entry.term, index), prefix, who) {
            Ok(true) => {}
            // Mostly another server was here before.
            Ok(false) => break,
            Err(other) => {
                let (term, other) = (entry.term, other.who);
                return broken(move || {
                    format!(
                        "servers {other} and {who} hold an entry of term {term} at index {index}, but differ at or before it"
                    )
                });
            }
        }
    }
    Ok(())
}

#[inline(always)]
fn leader_completeness(ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    let Some(s) = world.member(who) else { return Ok(()) };
    let reign = key(2, s.current_term, who.raw().into());
    // Whom a follower has answered is no new leader.
    let may_be_new = s.role == Role::Leader && s.match_index.iter().all(|reached| *reached == 0);
    if may_be_new && ledger.news(reign, 0, who) == Ok(true) {
        begins_with_what_is_committed(ledger, s)?;
    }
    if s.role == Role::Leader {
        later_leaders_hold_what_is_committed(world, s)?;
    }
    // What was committed first stands; a contradiction here is State Machine Safety's affair.
    let range = (s.commit_index.saturating_sub(NEWS_MAX), s.commit_index);
    if ledger.retrace(group(0, 0), range, who, prefixes(s)) != Ok(false) {
        let _news = ledger.retrace(group(1, 0), range, who, |_| Some(s.current_term));
    }
    Ok(())
}

/// When a leader is first seen: it must hold what was committed in earlier terms.
#[inline(never)]
fn begins_with_what_is_committed(ledger: &Ledger, s: &Server) -> Result<(), String> {
    let (last, term) = (s.log.last_index(), s.current_term);
    for index in (last.saturating_sub(NEWS_MAX)..=last + 1).rev().filter(|i| *i > 0) {
        let Some((prefix, by)) = ledger.lookup(key(0, 0, index)) else { continue };
        if ledger.lookup(key(1, 0, index)).is_none_or(|(committed_in, _)| committed_in >= term) {
            continue;
        }
        if s.log.prefix(index) != Some(prefix) {
            return Err(format!(
                "server {} leads term {term} without the log that server {by} committed up to index {index}",
                s.me
            ));
        }
        break;
    }
    Ok(())
}

/// An answer that comes late may complete a majority when there is a leader of a later term already.
#[inline]
fn later_leaders_hold_what_is_committed(world: &dyn World<Raft>, s: &Server) -> Result<(), String> {
    let (term, index) = (s.current_term, s.commit_index);
    for id in (0..world.replicas()).map(NodeId::replica) {
        let Some(later) = world.member(id).filter(|l| l.role == Role::Leader && l.current_term > term) else {
            continue;
        };
        if later.log.prefix(index) != s.log.prefix(index) {
            let (later, me) = (later.current_term, s.me);
            return broken(move || {
                format!(
                    "server {id} leads term {later} without the log that server {me} commits in term {term} up to index {index}"
                )
            });
        }
    }
    Ok(())
}

#[inline(always)]
fn state_machine_safety(ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    let Some(s) = world.member(who) else { return Ok(()) };
    compare(ledger, s, (0, s.last_applied), group(0, 0)).or_else(move |(index, other)| {
        broken(move || format!("servers {other} and {who} applied different entries up to index {index}"))
    })
}

#[inline(always)]
fn committed_prefix(ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    let Some(s) = world.member(who) else { return Ok(()) };
    let index = s.commit_index;
    if index > s.log.last_index() {
        return broken(move || format!("server {who} lost entry {index}, which it knew to be committed"));
    }
    ledger.keeps(who, index, prefixes(s)).or_else(move |index| {
        broken(move || {
            format!("server {who} rewrote its log at or below index {index}, which it knew to be committed")
        })
    })
}

fn terms_never_decrease(ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    let Some(s) = world.member(who) else { return Ok(()) };
    let term = s.current_term;
    ledger.rises(who, term).map_err(|before| format!("server {who} went back to term {term} after {before}"))
}

fn one_vote_per_term(ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    let Some(s) = world.member(who) else { return Ok(()) };
    let Some(candidate) = s.voted_for else { return Ok(()) };
    let term = s.current_term;
    ledger.state(key(0, u64::from(who.raw()), term), candidate.raw().into(), who).map_err(|before| {
        format!("server {who} voted for {} and for {candidate} in term {term}", before.first)
    })
}

#[inline(always)]
fn exactly_once(_ledger: &mut Ledger, world: &dyn World<Raft>, who: NodeId) -> Result<(), String> {
    match world.member(who).and_then(|s| s.executed_again) {
        None => Ok(()),
        Some((index, value)) => {
            broken(move || format!("server {who} carried out {value} again at index {index}"))
        }
    }
}
