//! What Raft says of itself: the table of citations, the switches, the parameters.

use consensus_kernel::{
    AgreementScope, Bound, Breaks, Claims, Duration, Envelope, FaultModel, Inputs, Kind, KindClass, Layout,
    Meta, ParamKind, ParamSpec, QuorumRule, Switch, SwitchId, Validity,
};

rules! {
    Begin, "Fig. 2 follower", "Raft, Figure 2",
        "begins as a follower and starts its election timer",
        "A server that is new cannot know whether there is a leader, so it first listens.",
        "role := follower; term := 0; vote := none; log := empty";
    NewerTerm, "§5.1 newer term", "Raft, §5.1 and Figure 2, rules for all servers",
        "learns of a newer term, enters it and becomes a follower",
        "Terms are Raft's clock. Whoever lags behind would otherwise go on leading or voting in a past that is over.",
        "if m.term > term: term := m.term; vote := none; role := follower";
    StaleTerm, "§5.1 stale term", "Raft, §5.1 and Figure 2",
        "refuses a request of an earlier term and answers with its own",
        "An old leader that comes back must not be obeyed, and must learn that it was replaced.",
        "if m.term < term: refuse, reply term";
    Heartbeat, "§5.2 heartbeat", "Raft, §5.2",
        "tells its followers that it is still leading",
        "Followers that hear nothing for an election timeout would start an election.",
        "every heartbeat interval: AppendEntries without entries to each follower that needs none";
    HeardLeader, "§5.2 hears leader", "Raft, §5.2 and Figure 2",
        "hears from the leader of its term and restarts its election timer",
        "As long as the leader is heard there is nothing to elect.",
        "on AppendEntries of the current term: leader := sender; restart the election timer";
    StartElection, "§5.2 election", "Raft, §5.2 and Figure 2, candidates",
        "heard nothing for too long: opens a new term, votes for itself and asks the others",
        "Somebody must replace a leader that is silent. A new term keeps the votes of different attempts apart.",
        "term += 1; vote := self; restart the election timer; RequestVote to all";
    StandAgain, "§5.2 stands again", "Raft, §5.2",
        "did not win within its election timeout and tries again",
        "The votes were split, or messages were lost. Random timeouts make it unlikely that candidates collide again.",
        "candidate, timer runs out: next election with a newly drawn timeout";
    GrantVote, "§5.2 grants vote", "Raft, §5.2, §5.4.1 and Figure 2",
        "gives the candidate its one vote of this term and restarts its election timer",
        "The vote is on disk before the answer leaves, so that a crash cannot give it away twice.",
        "m.term = term and vote in {none, m.candidate} and the candidate's log is up to date";
    VoteTaken, "§5.2 one vote", "Raft, §5.2",
        "has voted for somebody else in this term and refuses",
        "One vote a term and majorities that overlap: that is why a term has at most one leader.",
        "vote not in {none, m.candidate}: refuse";
    CountVote, "§5.2 counts vote", "Raft, §5.2",
        "counts a vote for its own candidacy",
        "Only votes of the current term, and each voter once.",
        "votes := votes + sender";
    BecomeLeader, "§5.2 wins", "Raft, §5.2",
        "has votes from a majority and becomes the leader of the term",
        "Any two majorities share a server, and that server voted once: nobody else can win this term.",
        "|votes| >= majority: role := leader; nextIndex := last + 1; matchIndex := 0";
    YieldToLeader, "§5.2 yields", "Raft, §5.2 and Figure 2, candidates",
        "was standing for election, hears the leader of its own term, and yields",
        "The term has a leader already, so this candidacy cannot succeed.",
        "candidate and AppendEntries of the same term: role := follower";
    LeaderAppend, "§5.3 appends", "Raft, §5.3",
        "takes a client's command into its own log",
        "The leader alone decides where a command goes, and only ever appends to its log.",
        "log += (term, command)";
    SendEntries, "§5.3 replicates", "Raft, §5.3",
        "sends followers the entries that they lack",
        "An entry is safe once a majority holds it.",
        "last >= nextIndex[i]: AppendEntries with the entries from nextIndex[i]";
    Retransmit, "§5.3 retries", "Raft, §5.3",
        "had no answer for a whole heartbeat interval and sends the entries again",
        "Messages get lost and followers restart. Repeating AppendEntries is harmless.",
        "retry until the follower has stored all entries";
    LogMismatch, "§5.3 consistency check", "Raft, §5.3",
        "lacks the entry before the new ones, or holds another one there, and refuses",
        "Accepting only what fits onto its own log is the induction step of Log Matching.",
        "log[prevLogIndex].term ≠ prevLogTerm: refuse";
    Truncate, "§5.3 conflict", "Raft, §5.3 and Figure 2",
        "deletes its entries from the first one that contradicts the leader's",
        "Such entries were never committed. Entries that agree stay: the message may be an old one.",
        "log[i].term ≠ entry.term: delete log[i..]";
    FollowerAppend, "§5.3 stores", "Raft, §5.3 and Figure 2",
        "stores the leader's entries after its own",
        "They are on disk before the answer leaves: the leader counts on them.",
        "log += entries not yet there";
    CountCopy, "§5.3 matchIndex", "Raft, §5.3 and Figure 2, leaders",
        "learns how far a follower's log equals its own",
        "The figure comes from the request that is answered. What was appended since may not have arrived.",
        "matchIndex[i] := max(matchIndex[i], prevLogIndex + |entries|); nextIndex[i] := matchIndex[i] + 1";
    BackUp, "§5.3 nextIndex", "Raft, §5.3",
        "was refused by a follower and tries from an earlier entry",
        "Going back finds the place up to which both logs agree. A hint skips a whole term at a time.",
        "nextIndex[i] := index that the follower proposes, at least 1";
    FollowerCommit, "§5.3 commitIndex", "Raft, §5.3 and Figure 2",
        "learns that more of its log is committed",
        "Only as far as this very message vouches for: what stands beyond it may be a leftover of an old leader.",
        "commitIndex := max(commitIndex, min(leaderCommit, prevLogIndex + |entries|))";
    Apply, "§5.3 applies", "Raft, §5.3 and Figure 2, rules for all servers",
        "carries out committed commands in the order of the log",
        "Same commands in the same order: all state machines go through the same states.",
        "while commitIndex > lastApplied: lastApplied += 1; apply log[lastApplied]";
    StaleLog, "§5.4.1 up to date", "Raft, §5.4.1",
        "refuses a candidate whose log is behind its own",
        "A majority holds every committed entry, and a majority must vote: so a winner holds them all.",
        "(lastTerm, lastIndex) of the candidate < own (lastTerm, lastIndex): refuse";
    LeaderCommit, "§5.4.2 commits", "Raft, §5.3, §5.4.2 and Figure 2, leaders",
        "sees an entry on a majority and commits it with all before it",
        "Of its own term, so nobody can win an election without these entries any more.",
        "N > commitIndex, majority of matchIndex >= N, log[N].term = term: commitIndex := N";
    OldTermWaits, "§5.4.2 old term", "Raft, §5.4.2 and Figure 8",
        "sees an entry of an earlier term on a majority and does not commit it yet",
        "A server with a later last term could still win and overwrite it. An entry of this term settles it.",
        "log[N].term < term: wait for an entry of the own term";
    Recover, "§5.5 restart", "Raft, §5.5 and Figure 2, persistent state",
        "is back with what it kept of its term, its vote and its log",
        "What it promised before the crash still holds. What is committed it learns again from the leader.",
        "keep currentTerm, votedFor, log; commitIndex := lastApplied := 0";
    Noop, "§8 no-op", "Raft, §8",
        "opens its term with an entry that changes nothing",
        "It may commit older entries only together with one of its own term, and wants one at once.",
        "on becoming leader: log += (term, no-op)";
    ClientAsk, "§8 request", "Raft, §8",
        "sends a command, numbered, to the server it believes to lead",
        "The number lets the servers recognise the command if it has to be sent again.",
        "one command at a time, numbers ascending";
    ClientRetry, "§8 retry", "Raft, §8",
        "had no answer in time and asks the next server",
        "The server may have crashed, or may not know the leader.",
        "timer runs out: send the same number to another server";
    Redirect, "§8 redirect", "Raft, §8",
        "does not lead and tells the client who does, if it knows",
        "Commands go through the leader only.",
        "not leader: reply with the leader of the current term";
    Duplicate, "§8 duplicate", "Raft, §8; dissertation, §6.3",
        "has carried out this command before and does not do it again; who asks for it gets the answer that it gave",
        "A client repeats a command when the answer got lost. The effect must still happen exactly once.",
        "number <= last number of the client's session: no effect, stored reply";
    Reply, "§8 reply", "Raft, §5.3 and §8",
        "answers the client whose command it has carried out",
        "Only after the command is committed and applied.",
        "leader, applied: reply with the index";
    ClientDone, "§8 answered", "Raft, §8",
        "has its answer: the command is carried out",
        "A reply comes from a server that has applied the command, so it cannot be undone.",
        "reply to the outstanding number: next command";
    AskPreVote, "§9.6 pre-vote", "Ongaro's dissertation, §9.6",
        "asks whether it could win before it opens a new term",
        "A server that was cut off would otherwise come back with a higher term and unseat a good leader.",
        "timer runs out: PreVote to all, term unchanged";
    GrantPreVote, "§9.6 would vote", "Ongaro's dissertation, §9.6",
        "would vote for the sender in the next term",
        "It has no leader either and the sender's log is up to date. It promises nothing.",
        "no leader heard for the shortest election timeout and the log is up to date";
    RefusePreVote, "§9.6 would not vote", "Ongaro's dissertation, §9.6",
        "would not vote for the sender in the next term",
        "It hears a leader, or the sender's log is behind.",
        "leader heard recently, or log not up to date, or term behind: refuse";
    CountPreVote, "§9.6 counts pre-vote", "Ongaro's dissertation, §9.6",
        "hears of one more server that would vote for it",
        "A majority of them, itself among it: the election can be won, so the term may be opened.",
        "would-be votes := would-be votes + sender";
    EagerCommit, "pushes commit", "etcd-io/raft; Raft leaves it to the next AppendEntries",
        "tells followers at once how far the log is committed",
        "They apply one delay earlier, at the price of twice the messages.",
        "commitIndex grew: empty AppendEntries to each follower that holds the entry";
}

/// Votes go only to candidates whose log is up to date.
pub const UP_TO_DATE: SwitchId = 0;
/// The last term counts before the length.
pub const LAST_TERM_FIRST: SwitchId = 1;
/// A later last term is enough, whatever the length.
pub const LATER_TERM_SUFFICES: SwitchId = 2;
/// One vote a term.
pub const ONE_VOTE: SwitchId = 3;
/// Votes of earlier terms do not count.
pub const DROP_STALE_VOTES: SwitchId = 4;
/// Quorums are majorities.
pub const MAJORITY: SwitchId = 5;
/// The election timer restarts only for a leader, a granted vote or an own election.
pub const TIMER_ON_GRANT_ONLY: SwitchId = 6;
/// Election timeouts are random.
pub const RANDOMISED_TIMEOUTS: SwitchId = 7;
/// New entries must fit onto the entry before them.
pub const PREV_MATCH: SwitchId = 8;
/// Only entries that contradict the leader's are deleted.
pub const TRUNCATE_ON_CONFLICT_ONLY: SwitchId = 9;
/// A follower commits no further than the message vouches for.
pub const MIN_COMMIT: SwitchId = 10;
/// A refused AppendEntries commits nothing.
pub const COMMIT_AFTER_CHECK: SwitchId = 11;
/// A follower's copy is counted as far as the answered request reached.
pub const MATCH_FROM_REQUEST: SwitchId = 12;
/// Only entries of the own term are committed by counting.
pub const COMMIT_OWN_TERM: SwitchId = 13;
/// The term is on disk.
pub const PERSIST_TERM: SwitchId = 14;
/// The vote is on disk.
pub const PERSIST_VOTE: SwitchId = 15;
/// The log is on disk.
pub const PERSIST_LOG: SwitchId = 16;
/// Commands that were carried out before are not carried out again.
pub const DEDUP: SwitchId = 17;
/// At first nothing is committed.
pub const COMMIT_FROM_NONE: SwitchId = 18;
/// The vote is free again in each term.
pub const FRESH_VOTE: SwitchId = 19;

/// Indexed by the constants above.
pub const SWITCHES: &[Switch] = &[
    Switch {
        id: "up-to-date",
        label: "vote only for an up-to-date log",
        cite: "§5.4.1",
        breaks: Breaks::Safety("Leader Completeness"),
        accident: "A server that missed committed entries wins the election and overwrites them everywhere.",
    },
    Switch {
        id: "last-term-first",
        label: "compare logs by last term before length",
        cite: "§5.4.1",
        breaks: Breaks::Safety("Leader Completeness"),
        accident: "A cut-off leader piles up commands nobody stored. Back again, its long log beats the shorter one \
                   that holds the entries committed meanwhile.",
    },
    Switch {
        id: "later-term-suffices",
        label: "a later last term wins whatever the length",
        cite: "§5.4.1",
        breaks: Breaks::Liveness,
        accident: "If a vote needs both a last term and a length no smaller than the voter's, one server with a long \
                   old log and one with a short new log refuse each other for ever.",
    },
    Switch {
        id: "one-vote",
        label: "one vote a term",
        cite: "§5.2",
        breaks: Breaks::Safety("One Vote per Term"),
        accident: "Two candidates collect the same server's vote in one term, and both lead it.",
    },
    Switch {
        id: "drop-stale-votes",
        label: "ignore votes of earlier terms",
        cite: "§5.2",
        breaks: Breaks::Safety("Election Safety"),
        accident: "A vote that was given in an earlier term arrives late and completes a majority in a term in which \
                   that server voted for somebody else: two leaders.",
    },
    Switch {
        id: "majority",
        label: "a quorum is more than half",
        cite: "§5.2, §5.3",
        breaks: Breaks::Safety("Election Safety"),
        accident: "With half of the servers as a quorum, two halves that never meet elect a leader each.",
    },
    Switch {
        id: "timer-on-grant-only",
        label: "restart the election timer only for a leader or a granted vote",
        cite: "§5.2, Figure 2",
        breaks: Breaks::Liveness,
        accident: "A server whose log is behind stands again and again. It cannot win, but each refused request \
                   restarts the timers of those who could.",
    },
    Switch {
        id: "randomised-timeouts",
        label: "draw election timeouts at random",
        cite: "§5.2, §9.3",
        breaks: Breaks::Liveness,
        accident: "With equal timeouts all servers stand at the same moment, each votes for itself, and nobody wins, \
                   time after time.",
    },
    Switch {
        id: "prev-match",
        label: "store entries only after a matching entry",
        cite: "§5.3",
        breaks: Breaks::Safety("Log Matching"),
        accident: "New entries are stored after an entry that the leader does not have, so two logs share an entry \
                   but not what precedes it.",
    },
    Switch {
        id: "truncate-on-conflict-only",
        label: "delete entries only where they conflict",
        cite: "§5.3, Figure 2",
        breaks: Breaks::Safety("Committed Prefix"),
        accident: "An old AppendEntries arrives late and cuts off entries that the follower acknowledged since: the \
                   leader still counts them.",
    },
    Switch {
        id: "min-commit",
        label: "commit no further than the message vouches for",
        cite: "Figure 2, AppendEntries 5",
        breaks: Breaks::Safety("State Machine Safety"),
        accident: "A follower with a leftover entry of an old leader hears that its index is committed and applies \
                   the leftover.",
    },
    Switch {
        id: "commit-after-check",
        label: "commit only after the consistency check",
        cite: "§5.3, Figure 2",
        breaks: Breaks::Safety("State Machine Safety"),
        accident: "The follower refuses the entries because its log differs, yet believes the leader's commit index \
                   and applies what differs.",
    },
    Switch {
        id: "match-from-request",
        label: "count copies as far as the request reached",
        cite: "§5.3, Figure 2",
        breaks: Breaks::Safety("Leader Completeness"),
        accident: "An answer to an old request is taken for an acknowledgement of all that was appended since: the \
                   leader commits entries that nobody else holds.",
    },
    Switch {
        id: "commit-own-term",
        label: "commit by counting only entries of the own term",
        cite: "§5.4.2",
        breaks: Breaks::Safety("Leader Completeness"),
        accident: "Figure 8: an entry of an earlier term reaches a majority and is called committed, then a server \
                   with a later last term wins and overwrites it.",
    },
    Switch {
        id: "persist-term",
        label: "keep the term on disk",
        cite: "Figure 2",
        breaks: Breaks::Safety("Terms Never Decrease"),
        accident: "A restarted server has forgotten its term, is led through it a second time and can vote in it \
                   again.",
    },
    Switch {
        id: "persist-vote",
        label: "keep the vote on disk",
        cite: "Figure 2",
        breaks: Breaks::Safety("One Vote per Term"),
        accident: "A server votes, crashes, comes back with no memory of it and votes for the other candidate: two \
                   leaders in one term.",
    },
    Switch {
        id: "persist-log",
        label: "have entries on disk before acknowledging them",
        cite: "Figure 2",
        breaks: Breaks::Safety("Leader Completeness"),
        accident: "A follower acknowledges an entry and loses it in a crash. The leader counted it, and a majority \
                   without the entry elects somebody who never had it.",
    },
    Switch {
        id: "dedup",
        label: "carry out a repeated command once",
        cite: "§8",
        breaks: Breaks::Safety("Exactly Once"),
        accident: "The answer gets lost, the client asks again, and the command is carried out twice.",
    },
    Switch {
        id: "commit-from-none",
        label: "begin with nothing committed",
        cite: "Figure 2, commitIndex",
        breaks: Breaks::Safety("State Machine Safety"),
        accident: "The first entry is carried out where it arrives, and another one takes its place.",
    },
    Switch {
        id: "fresh-vote",
        label: "forget the vote when a leader has a newer term",
        cite: "§5.1, Figure 2",
        breaks: Breaks::Nothing,
        accident: "None: a term with a leader needs no more votes.",
    },
];

/// Position of the range of election timeouts among the parameters.
pub const ELECTION: usize = 0;
/// Position of the heartbeat interval.
pub const HEARTBEAT: usize = 1;
/// Position of the client's patience.
pub const RETRY: usize = 2;
/// Position of the number of entries in one AppendEntries.
pub const BATCH: usize = 3;
/// Position of the moment at which entries are sent.
pub const REPLICATE: usize = 4;
/// Position of the no-op flag.
pub const NOOP: usize = 5;
/// Position of the pre-vote flag.
pub const PREVOTE: usize = 6;
/// Position of the eager commit flag.
pub const EAGER_COMMIT: usize = 7;
pub const WINDOW: usize = 8;

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "election",
        label: "Election timeout",
        help: "How long a server hears nothing before it starts an election; drawn anew each time from this range.",
        kind: ParamKind::SpanRange {
            min: Duration::millis(1),
            max: Duration::secs(3_600),
            default: (Duration::millis(150), Duration::millis(300)),
        },
    },
    ParamSpec {
        key: "heartbeat",
        label: "Heartbeat interval",
        help: "How often a leader is heard of; well below the shortest election timeout.",
        kind: ParamKind::Span {
            min: Duration::micros(100),
            max: Duration::secs(3_600),
            default: Duration::millis(50),
        },
    },
    ParamSpec {
        key: "retry",
        label: "Client patience",
        help: "How long a client waits for an answer before it asks the next server.",
        kind: ParamKind::span(Duration::millis(500)),
    },
    ParamSpec {
        key: "batch",
        label: "Entries per AppendEntries",
        help: "At most so many entries travel in one message.",
        kind: ParamKind::Int { min: 1, max: 64, default: 8 },
    },
    ParamSpec {
        key: "replicate",
        label: "Entries are sent",
        help: "Whether a new entry leaves the leader at once or with the next heartbeat.",
        kind: ParamKind::Choice {
            options: &[
                ("on-request", "as soon as the leader has them and the follower has answered the last ones"),
                ("on-heartbeat", "only when the heartbeat timer runs out"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "noop",
        label: "No-op in each term",
        help: "A new leader appends an entry that changes nothing, so that older entries get committed.",
        kind: ParamKind::Flag { default: true },
    },
    ParamSpec {
        key: "prevote",
        label: "Pre-vote",
        help: "A server asks whether it could win before it opens a new term.",
        kind: ParamKind::Flag { default: false },
    },
    ParamSpec {
        key: "eager-commit",
        label: "Push commits",
        help: "The leader tells followers of each commit at once instead of with its next message.",
        kind: ParamKind::Flag { default: false },
    },
    ParamSpec {
        key: "window",
        label: "Messages under way",
        help: "At most so many AppendEntries with entries are under way to a follower; more than one is pipelining.",
        kind: ParamKind::Int { min: 1, max: 64, default: 1 },
    },
];

timers! {
    Election, "election", "A server that is not the leader heard nothing for too long.";
    Heartbeat, "heartbeat", "A leader must be heard.";
    Retry, "retry", "A client's patience is over.";
}

const KINDS: &[Kind] = &[
    Kind::of("request-vote", "V", true, KindClass::Leadership),
    Kind::of("vote", "v", false, KindClass::Leadership),
    Kind::of("pre-vote", "P", true, KindClass::Leadership),
    Kind::of("pre-vote-reply", "p", false, KindClass::Leadership),
    Kind::of("append", "A", true, KindClass::Decision),
    Kind::of("append-reply", "a", false, KindClass::Decision),
    Kind::of("heartbeat", "H", true, KindClass::Background),
    Kind::of("heartbeat-reply", "h", false, KindClass::Background),
    Kind::of("request", "R", true, KindClass::Client),
    Kind::of("reply", "r", false, KindClass::Client),
    Kind::of("redirect", "→", false, KindClass::Client),
];

/// Raft's [`Meta`].
pub const META: Meta = Meta {
    id: "raft",
    title: "Raft",
    member: "server",
    paper: "Ongaro & Ousterhout 2014",
    reference: "Diego Ongaro and John Ousterhout, In Search of an Understandable Consensus Algorithm (Extended \
                Version), USENIX ATC 2014; Diego Ongaro, Consensus: Bridging Theory and Practice, Stanford 2014",
    summary: "Servers keep equal logs of commands by obeying one leader. Time is divided into terms; each term begins \
              with an election that at most one server can win, and only a server that holds every committed entry. \
              The leader appends commands to its log and copies them to the others; an entry that a majority holds \
              is committed and carried out by all. When the leader falls silent, somebody else's timer runs out and \
              the next term begins.",
    claims: Claims {
        agreement: AgreementScope::Uniform,
        validity: Validity::Proposed,
        termination: Some(
            "a majority is alive and connected for long enough, and messages are fast compared with election timeouts",
        ),
        safety: "servers only stop and restart with what was on disk; messages may be lost, doubled, late or out of \
                 order",
    },
    faults: FaultModel::Crash,
    bound: Bound::Half,
    variants: None,
    inputs: Inputs::Requests,
    quorum: QuorumRule::Majority,
    n: (1, 5, 128),
    round: "term",
    slot: "index",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: TIMERS,
    commands: &[],
    adversaries: &[],
    simplified: &[
        "Snapshots and InstallSnapshot (§7): the log is kept whole",
        "Changes of membership (§6): the servers are fixed",
        "Read-only requests without a log entry (ReadIndex and leases; §8, dissertation §6.4): every command is logged",
        "A leader that loses contact with a majority stepping down by itself (dissertation §6.2)",
        "Repeating a RequestVote within its term (§5.1, §5.5): where one is lost, the next election makes up for it",
        "Clients that pick a server at random (§8): they begin with server 0 and go on to the next in turn",
    ],
    envelope: Envelope::CRASHES,
    layout: Layout::Ring,
    weighted: false,
};

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_kernel::RuleId;
    use std::collections::BTreeSet;

    #[test]
    fn a_citation_points_at_its_row() {
        let rows = [
            (Cite::Begin, "Fig. 2 follower"),
            (Cite::BecomeLeader, "§5.2 wins"),
            (Cite::Apply, "§5.3 applies"),
            (Cite::StaleLog, "§5.4.1 up to date"),
            (Cite::LeaderCommit, "§5.4.2 commits"),
            (Cite::Noop, "§8 no-op"),
            (Cite::EagerCommit, "pushes commit"),
        ];
        for (cite, id) in rows {
            assert_eq!(RULES[usize::from(RuleId::from(cite))].id(), id);
        }
        assert_eq!(RULES.len(), usize::from(RuleId::from(Cite::EagerCommit)) + 1);
    }

    #[test]
    fn the_rules_stand_in_the_papers_order_and_have_distinct_names() {
        let sections: Vec<&str> = RULES
            .iter()
            .filter(|r| r.id().starts_with('§'))
            .filter_map(|r| r.id().split(' ').next())
            .collect();
        assert!(sections.is_sorted(), "{sections:?}");
        let ids: BTreeSet<&str> = RULES.iter().map(|r| r.id()).collect();
        assert_eq!(ids.len(), RULES.len());
        assert!(RULES.iter().all(|r| !r.why().is_empty() && !r.rule().is_empty() && !r.place().is_empty()));
    }

    #[test]
    fn a_switch_constant_points_at_its_row() {
        let rows = [
            (UP_TO_DATE, "up-to-date"),
            (LAST_TERM_FIRST, "last-term-first"),
            (LATER_TERM_SUFFICES, "later-term-suffices"),
            (ONE_VOTE, "one-vote"),
            (DROP_STALE_VOTES, "drop-stale-votes"),
            (MAJORITY, "majority"),
            (TIMER_ON_GRANT_ONLY, "timer-on-grant-only"),
            (RANDOMISED_TIMEOUTS, "randomised-timeouts"),
            (PREV_MATCH, "prev-match"),
            (TRUNCATE_ON_CONFLICT_ONLY, "truncate-on-conflict-only"),
            (MIN_COMMIT, "min-commit"),
            (COMMIT_AFTER_CHECK, "commit-after-check"),
            (MATCH_FROM_REQUEST, "match-from-request"),
            (COMMIT_OWN_TERM, "commit-own-term"),
            (PERSIST_TERM, "persist-term"),
            (PERSIST_VOTE, "persist-vote"),
            (PERSIST_LOG, "persist-log"),
            (DEDUP, "dedup"),
            (COMMIT_FROM_NONE, "commit-from-none"),
            (FRESH_VOTE, "fresh-vote"),
        ];
        assert_eq!(rows.len(), SWITCHES.len());
        for (at, (switch, id)) in rows.into_iter().enumerate() {
            assert_eq!((usize::from(switch), SWITCHES[at].id), (at, id));
        }
    }
}
