//! What Multi-Paxos says of itself: the table of citations, the switches, the parameters.

use crate::paxos::synod;
use consensus_kernel::{
    AgreementScope, Bound, Claims, Duration, Envelope, FaultModel, Inputs, Kind, KindClass, Layout, Meta,
    ParamKind, ParamSpec, QuorumRule, Switch, Validity,
};

rules! {
    Begin, "begins", "Paxos Made Simple, §2.2",
        "begins with nothing promised and nothing accepted",
        "An acceptor that never answered is bound by nothing.",
        "maxBal := 0; no votes";
    Recover, "§2.5 restart", "Paxos Made Simple, §2.5",
        "is back with what it kept of its promise, its votes and what it knows to be chosen",
        "These were on disk before they were sent, so what was said before the crash still holds.",
        "keep maxBal, votes, chosen; carry out the log again";
    Stand, "1a", "Paxos Made Simple, §3, phase 1 for all instances",
        "hears no leader, picks a ballot above all it knows and asks for promises in all instances",
        "One phase 1 serves for infinitely many instances: a short message names them all.",
        "b := least own ballot > all seen; prepare(b, first slot not known chosen)";
    Promise, "1b", "Paxos Made Simple, §3 and §2.2, P1a",
        "promises the ballot in all instances and reports its votes",
        "In all slots at once nothing older gets its vote from now on, also in those that nobody has used.",
        "b > maxBal: maxBal := b; promise(b, chosen, votes) from that slot on";
    TooFarBehind, "§3 behind", "follows from Paxos Made Simple, §3",
        "does not promise a replica that lacks too much, and sends it what is chosen",
        "An acceptor need not answer. A leader should know most of what is chosen.",
        "first + limit <= chosen: values instead of a promise";
    CountPromise, "§2.2 counts promise", "Paxos Made Simple, §2.2, P2c",
        "counts a promise and keeps, for each slot, the highest-numbered report",
        "Any value chosen below this ballot has an acceptor in every quorum of promises.",
        "Q := Q + sender; best[s] := report with the largest ballot";
    Lead, "§3 leads", "Paxos Made Simple, §3",
        "has promises from a quorum and leads",
        "Until somebody takes a higher ballot it goes straight to phase 2 in every instance.",
        "|Q| a majority: for each slot up to the last reported one: propose; then serve clients";
    Repropose, "P2c", "Paxos Made Simple, §3 and §2.2, P2c",
        "proposes again what the promises report for a slot",
        "It may be chosen there already.",
        "best[s] = v: accept(b, s, v)";
    Noop, "§3 no-op", "Paxos Made Simple, §3",
        "fills a slot that nobody reports with a command that changes nothing",
        "Commands after the gap are chosen, perhaps, and cannot be carried out before it is filled.",
        "best[s] = none, s below a reported slot: accept(b, s, no-op)";
    Propose, "2a", "Paxos Made Simple, §3, phase 2a",
        "proposes the command in the next slot",
        "Phase 1 is done for all slots, so one round trip chooses a command.",
        "s <= chosen + alpha: accept(b, s, v)";
    Queue, "§3 waits", "Paxos Made Simple, §3; alpha",
        "keeps a command until it may propose it",
        "Phase 1 comes first. Then at most alpha slots are open, so that a gap is never longer than that.",
        "candidate, or s > chosen + alpha: wait";
    Accept, "2b", "Paxos Made Simple, §2.2, phase 2b and P1a",
        "accepts the proposal in this slot",
        "A vote is a promise, too: nothing below its ballot will follow it, in any slot.",
        "b >= maxBal: maxBal := b; vote[s] := (b, v); accepted(b, s)";
    Refuse, "P1a refuses", "Paxos Made Simple, §2.2 (P1a, and informing the proposer)",
        "has promised a higher ballot, refuses and says so",
        "The promise forbids it. Saying so only saves the leader's time.",
        "b < maxBal: refuse(b, maxBal)";
    Overtaken, "§2.4 overtaken", "Paxos Made Simple, §2.4",
        "sees a higher ballot and no longer leads or stands",
        "Taking a higher one at once would overtake the other in turn, and neither would get anything chosen.",
        "b' > b: follow; wait a random time";
    CountVote, "§2.3 counts vote", "Paxos Made Simple, §2.3",
        "counts an acceptor's vote in this slot",
        "Votes of one ballot, each acceptor once.",
        "V[s] := V[s] + sender";
    Chosen, "§2.3 chosen", "Paxos Made Simple, §2.1 and §2.3",
        "sees a quorum of votes in this slot: the command is chosen",
        "Every later quorum of promises holds one of these voters, so no later proposal differs.",
        "|V[s]| a majority: chosen[s] := v";
    Commit, "explicit commit", "Paxos Made Simple, §2.3, distinguished learner",
        "tells the others at once what is chosen",
        "They need not wait for its next message, at the price of half as many messages again.",
        "commit(b, chosen) to all";
    Heartbeat, "§3 heartbeat", "Paxos Made Simple, §3, electing a leader",
        "tells the others that it leads, and how far everything is chosen",
        "Whoever hears nothing would stand.",
        "every heartbeat interval: heartbeat(b, chosen)";
    Retransmit, "sends again", "Paxos Made Simple, §3",
        "had no quorum of votes for a whole heartbeat interval and asks the others again",
        "Messages get lost and acceptors stop. Asking again is harmless.",
        "open since the last heartbeat: accept(b, s, v) to all that have not voted";
    Learn, "§2.3 learns", "Paxos Made Simple, §2.3",
        "learns that its votes in the leader's ballot are chosen",
        "In one ballot a slot has one value, and who leads knows of no choice in a higher one, so what it accepted there is what \
         was chosen.",
        "s <= chosen, vote[s] of the leader's ballot: chosen[s] := its value";
    Fetch, "§2.3 asks", "Paxos Made Simple, §2.3, end",
        "knows that more is chosen than it has, and asks for it",
        "Its own votes may be of older ballots, and missing ones tell nothing.",
        "chosen[s] unknown: fetch(s)";
    Help, "§2.3 tells", "Paxos Made Simple, §2.3",
        "tells another what is chosen",
        "Nodes only stop, they do not lie: what one learned others may believe.",
        "on fetch(s): values(s, ...)";
    Told, "§2.3 told", "Paxos Made Simple, §2.3",
        "is told what is chosen",
        "It need not count votes itself.",
        "on values(s, v, ...): chosen[s] := v, ...";
    Apply, "§3 in order", "Paxos Made Simple, §3",
        "carries out chosen commands in the order of their slots",
        "Same commands in the same order: all state machines go through the same states.",
        "chosen[applied + 1] known: applied += 1; carry it out";
    Duplicate, "once", "project rule; Raft, §8",
        "has carried out this command before and does not do it again; who asks for it gets the answer that it gave",
        "A client repeats a command when the answer got lost, and two leaders can propose it in two slots.",
        "number <= last number of the client: no effect";
    Reply, "replies", "Paxos Made Simple, §3",
        "answers the client whose command it has carried out",
        "Only after the command is chosen and all before it are carried out.",
        "leader, applied: reply with the slot";
    Redirect, "redirects", "Paxos Made Simple, §3",
        "does not lead and tells the client who does, if it knows",
        "Commands go to the leader only.",
        "not leader: redirect";
    ClientAsk, "client asks", "Paxos Made Simple, §3",
        "sends its next command to the replica it believes to lead",
        "The number lets the replicas recognise the command if it has to be sent again.",
        "request(v); start the timer";
    ClientRetry, "client asks again", "Paxos Made Simple, §3",
        "had no answer in time and asks the next replica",
        "The leader may have stopped.",
        "timer runs out: request(v) to the next replica";
    ClientDone, "client knows", "Paxos Made Simple, §3",
        "has its answer: the command is carried out",
        "What is chosen and carried out cannot be undone.",
        "on reply: next command";
}

/// What many instances add, after the rules of one instance in [`synod`].
mod own {
    use super::super::invariants::{EXACTLY_ONCE, IN_ORDER as ORDER};
    use super::super::synod::{CHOSEN_STANDS, LEARNED_IS_CHOSEN};
    use consensus_kernel::Breaks;

    switches! {
        COVERS_ALL = 16, "covers-all", "§3", Breaks::Safety(CHOSEN_STANDS),
            "a promise holds in all instances, also in unused ones",
            "With a ballot for each slot an old leader still gets commands chosen in new slots, and the new leader, which \
             had no promise there, others in the same.";
        REPORT_ALL = 17, "report-all", "§3", Breaks::Safety(CHOSEN_STANDS),
            "report the votes in all instances",
            "Only the first open slot is reported. In the next one a command is chosen, and the new leader fills it anew.";
        NOOP_FILL = 18, "noop-fill", "§3", Breaks::Liveness,
            "fill gaps with no-ops",
            "The old leader's command is lost in one slot and chosen in the next. Nothing after the gap is ever carried out.";
        IN_ORDER = 19, "in-order", "§3", Breaks::Safety(ORDER),
            "carry commands out in the order of slots",
            "A command is carried out before an earlier one that is still open: replicas differ.";
        LEADERS_BALLOT = 20, "leaders-ballot", "§2.3", Breaks::Safety(LEARNED_IS_CHOSEN),
            "learn from the leader's progress only what was accepted in its ballot",
            "A replica with an old, never chosen command in the slot takes that for the chosen one.";
        DEDUP = 21, "dedup", "project rule; Raft, §8", Breaks::Safety(EXACTLY_ONCE),
            "carry out a repeated command once",
            "The answer gets lost, the client asks again, and the command is carried out twice.";
    }
}

pub use own::{COVERS_ALL, DEDUP, IN_ORDER, LEADERS_BALLOT, NOOP_FILL, REPORT_ALL};

const SWITCHES: &[Switch] = &synod::join::<22>(own::SWITCHES);

/// Position of the range of election timeouts.
pub const ELECTION: usize = 0;
/// Position of the heartbeat interval.
pub const HEARTBEAT: usize = 1;
/// Position of a client's patience.
pub const RETRY: usize = 2;
/// Position of the window.
pub const WINDOW: usize = 3;
/// Position of the thrifty flag.
pub const THRIFTY: usize = 4;
/// Position of the explicit commit flag.
pub const EXPLICIT_COMMIT: usize = 5;
/// Position of the boot flag.
pub const BOOT: usize = 6;

const SHORTEST: Duration = Duration::millis(1);
const LONGEST: Duration = Duration::secs(3_600);

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "election",
        label: "Election timeout",
        help: "How long a replica hears no leader before it stands; drawn anew each time from this range.",
        kind: ParamKind::SpanRange {
            min: SHORTEST,
            max: LONGEST,
            default: (Duration::millis(150), Duration::millis(300)),
        },
    },
    ParamSpec {
        key: "heartbeat",
        label: "Heartbeat interval",
        help: "How often a leader is heard of; well below the shortest election timeout.",
        kind: ParamKind::Span { min: Duration::micros(100), max: LONGEST, default: Duration::millis(50) },
    },
    ParamSpec {
        key: "retry",
        label: "Client patience",
        help: "How long a client waits for an answer before it asks the next replica.",
        kind: ParamKind::span(Duration::millis(500)),
    },
    ParamSpec {
        key: "window",
        label: "Window α",
        help: "So many slots may be open at a time (§3).",
        kind: ParamKind::Int { min: 1, max: 64, default: 8 },
    },
    ParamSpec {
        key: "thrifty",
        label: "Thrifty",
        help: "The leader asks only as many acceptors as it needs, and all of them if answers are missing: a crashed one among the first costs each command that wait.",
        kind: ParamKind::Flag { default: false },
    },
    ParamSpec {
        key: "explicit-commit",
        label: "Explicit commit",
        help: "The leader tells the others at once what is chosen, instead of with its next message.",
        kind: ParamKind::Flag { default: false },
    },
    ParamSpec {
        key: "boot",
        label: "Replica 0 begins",
        help: "Replica 0 stands when the run begins, instead of whoever waits least.",
        kind: ParamKind::Flag { default: true },
    },
];

timers! {
    Election, "election", "A replica that does not lead heard no leader for too long.";
    Heartbeat, "heartbeat", "A leader must be heard.";
    Retry, "retry", "A client's patience is over.";
}

const KINDS: &[Kind] = &[
    Kind::of("prepare", "P", true, KindClass::Leadership),
    Kind::of("promise", "p", false, KindClass::Leadership),
    Kind::of("accept", "A", true, KindClass::Decision),
    Kind::of("accepted", "a", false, KindClass::Decision),
    Kind::of("refuse", "×", false, KindClass::Leadership),
    Kind::of("commit", "C", true, KindClass::Decision),
    Kind::of("heartbeat", "H", true, KindClass::Background),
    Kind::of("fetch", "?", true, KindClass::Background),
    Kind::of("values", "v", false, KindClass::Background),
    Kind::of("request", "R", true, KindClass::Client),
    Kind::of("reply", "r", false, KindClass::Client),
    Kind::of("redirect", "→", false, KindClass::Client),
];

/// Multi-Paxos's [`Meta`].
pub const META: Meta = Meta {
    id: "multi-paxos",
    title: "Multi-Paxos",
    member: "replica",
    paper: "Lamport 2001",
    reference: "Leslie Lamport, Paxos Made Simple, ACM SIGACT News 32(4), 2001, §3; The Part-Time Parliament, ACM TOCS \
                16(2), 1998",
    summary: "A state machine on one instance of Paxos for each slot of a log. A leader does phase 1 once, with one \
              ballot for all slots, proposes again whatever it hears of, and fills gaps with no-ops. From then on each \
              command takes one round trip of phase 2, several slots at a time, and replicas carry commands out in the \
              order of slots. A new leader takes a higher ballot.",
    claims: Claims {
        agreement: AgreementScope::Uniform,
        validity: Validity::Proposed,
        termination: Some(
            "a majority is alive and connected for long enough, and messages are fast compared with election timeouts",
        ),
        safety: "replicas only stop and restart with what was on disk; messages may be lost, doubled, late or out of \
                 order",
    },
    faults: FaultModel::Crash,
    bound: Bound::Half,
    variants: None,
    inputs: Inputs::Requests,
    quorum: QuorumRule::Majority,
    n: (1, 5, 128),
    round: "ballot",
    slot: "slot",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: TIMERS,
    commands: &[],
    adversaries: &[],
    simplified: &[
        "Changing the set of replicas through the log, for which α is there (§3): the replicas are fixed",
        "Roles on nodes of their own: every replica proposes, accepts and learns",
        "Snapshots: the log is kept whole",
        "Electing the leader is left open by the paper: here a random time without word from one",
    ],
    envelope: Envelope::CRASHES,
    layout: Layout::Star,
    weighted: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_switch_stands_where_its_constant_says() {
        let rows = [
            (synod::ADOPT, "adopt-accepted"),
            (synod::BACK_OFF, "back-off"),
            (COVERS_ALL, "covers-all"),
            (REPORT_ALL, "report-all"),
            (NOOP_FILL, "noop-fill"),
            (IN_ORDER, "in-order"),
            (LEADERS_BALLOT, "leaders-ballot"),
            (DEDUP, "dedup"),
        ];
        for (switch, id) in rows {
            assert_eq!(SWITCHES[usize::from(switch)].id, id);
        }
        assert_eq!(SWITCHES.len(), usize::from(DEDUP) + 1);
    }
}
