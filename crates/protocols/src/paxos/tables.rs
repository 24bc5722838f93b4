//! What single-decree Paxos says of itself: the table of citations, the switches, the parameters.

use super::synod;
use consensus_kernel::{
    AgreementScope, Bound, Claims, Duration, Envelope, FaultModel, Inputs, Kind, KindClass, Layout, Meta,
    ParamKind, ParamSpec, QuorumRule, Switch, Validity, Variants,
};

rules! {
    Begin, "begins", "Paxos Made Simple, §2.2",
        "begins with nothing promised and nothing accepted",
        "An acceptor that never answered is bound by nothing.",
        "maxBal := 0; maxVBal := 0; maxVal := none";
    Recover, "§2.5 restart", "Paxos Made Simple, §2.5",
        "is back with what it kept of its promise, its vote and the ballot it used last",
        "These were on disk before they were sent, so what was said before the crash still holds.",
        "keep maxBal, maxVBal, maxVal, last ballot; forget the rest";
    TakeRequest, "§2.1 value", "Paxos Made Simple, §2.1",
        "has a client's value to propose",
        "Only what was proposed may be chosen.",
        "own := the first value asked for; answer all once one is chosen";
    Prepare, "1a", "Paxos Made Simple, §2.2, phase 1a",
        "picks a ballot above all it knows and asks for promises",
        "It must learn what may have been chosen before, and keep older proposals from being chosen later.",
        "b := least own ballot > all seen; prepare(b) to the acceptors";
    Promise, "1b", "Paxos Made Simple, §2.2, phase 1b and P1a",
        "promises the ballot and reports what it has accepted",
        "From now on nothing below this ballot gets its vote, so the proposer's picture stays true.",
        "b > maxBal: maxBal := b; promise(b, maxVBal, maxVal)";
    CountPromise, "§2.2 counts promise", "Paxos Made Simple, §2.2, P2c",
        "counts a promise and keeps the highest-numbered report",
        "Any value chosen below this ballot has an acceptor in every quorum of promises.",
        "Q := Q + sender; best := report with the largest mbal";
    Propose, "2a", "Paxos Made Simple, §2.2, phase 2a and P2c",
        "has promises from a quorum and proposes",
        "If something may be chosen already it is what the highest report says; if nothing is reported the choice is free.",
        "|Q| a majority: v := best, else own; accept(b, v), once a ballot";
    NothingToPropose, "§2.3 nothing yet", "Paxos Made Simple, §2.3",
        "finds that nothing was accepted and has no value of its own",
        "It asked only because a learner wanted to know.",
        "best = none and own = none: stop";
    Accept, "2b", "Paxos Made Simple, §2.2, phase 2b and P1a",
        "accepts the proposal and says so to whoever counts",
        "A vote is a promise, too: nothing below its ballot will follow it.",
        "b >= maxBal: maxBal := maxVBal := b; maxVal := v; accepted(b, v)";
    Refuse, "P1a refuses", "Paxos Made Simple, §2.2 (P1a, and informing the proposer)",
        "has promised a higher ballot, refuses and says so",
        "The promise forbids it. Saying so only saves the proposer's time.",
        "b < maxBal: refuse(b, maxBal)";
    Overtaken, "§2.4 overtaken", "Paxos Made Simple, §2.2 and §2.4",
        "sees a higher ballot and gives its own up",
        "Who goes on at once overtakes the other in turn, and neither ever finishes.",
        "b' > b: abandon b; wait";
    TryAgain, "§2.4 tries again", "Paxos Made Simple, §2.4",
        "has waited long enough and tries a higher ballot",
        "Messages may be lost and proposers may stop; somebody must go on.",
        "timer runs out, nothing chosen: next ballot, waiting twice as long";
    CountVote, "§2.3 counts vote", "Paxos Made Simple, §2.3",
        "counts an acceptor's vote for a proposal",
        "Votes of one ballot for one value, each acceptor once.",
        "V[b, v] := V[b, v] + sender";
    Chosen, "§2.3 chosen", "Paxos Made Simple, §2.1 and §2.3",
        "sees a quorum of votes for one proposal: its value is chosen",
        "Every later quorum of promises holds one of these voters, so no later proposal differs.",
        "|V[b, v]| a majority: chosen := v";
    Announce, "§2.3 informs", "Paxos Made Simple, §2.3, distinguished learner",
        "tells the others what is chosen",
        "One learner counts and tells: fewer messages than votes to all, at one delay more.",
        "chosen(b, v) to learners and proposers";
    Told, "§2.3 told", "Paxos Made Simple, §2.3",
        "is told what is chosen",
        "Nodes only stop, they do not lie: what another learned is true.",
        "on chosen(b, v): chosen := v";
    AskOutcome, "§2.3 asks", "Paxos Made Simple, §2.3, end",
        "still does not know what is chosen and asks a proposer",
        "Votes and news get lost. A proposer that does not know finds out by proposing.",
        "timer runs out: query to a proposer, the next one next time";
    Reply, "replies", "Paxos Made Simple, §2.1",
        "tells its client what was chosen",
        "It may be another client's value: one value is chosen for all.",
        "chosen: reply to every client that asked";
    ClientAsk, "client asks", "Paxos Made Simple, §3",
        "asks a proposer to get its value chosen",
        "Clients that ask different proposers make them compete.",
        "request(v) to a proposer; start the timer";
    ClientRetry, "client asks again", "Paxos Made Simple, §2.4",
        "had no answer in time and asks the next proposer",
        "The proposer may have stopped.",
        "timer runs out: request(v) to the next proposer";
    ClientDone, "client knows", "Paxos Made Simple, §2.1",
        "learns what was chosen",
        "Its question is settled, whether or not its own value won.",
        "on reply: decided";
}

/// The rules of one proposal that Multi-Paxos has no use for, after those of [`synod`].
mod own {
    use super::super::synod::{LEARNED_IS_CHOSEN, ONE_VALUE};
    use consensus_kernel::Breaks;

    switches! {
        ONE_PROPOSAL = 16, "one-proposal", "2a", Breaks::Safety(ONE_VALUE),
            "propose once in a ballot",
            "A late promise makes the proposer change its mind: some acceptors voted for the old value, others for the new.";
        LEARN_MAJORITY = 17, "learn-majority", "§2.3", Breaks::Safety(LEARNED_IS_CHOSEN),
            "learn from a quorum of votes only",
            "A learner believes a minority, and the majority chooses otherwise.";
    }
}

pub use own::{LEARN_MAJORITY, ONE_PROPOSAL};

const SWITCHES: &[Switch] = &synod::join::<18>(own::SWITCHES);

/// Position of the choice whether nodes play every part.
pub const ROLES: usize = 0;
/// Position of the way learners hear.
pub const LEARN: usize = 1;
/// Position of the choice whom clients ask.
pub const ASK: usize = 2;
/// Position of a proposer's waiting time.
pub const BACKOFF: usize = 3;
/// Position of a client's patience.
pub const RETRY: usize = 4;
/// Position of a learner's patience.
pub const PATIENCE: usize = 5;

const SHORTEST: Duration = Duration::millis(1);
const LONGEST: Duration = Duration::secs(3_600);

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        key: "roles",
        label: "Roles",
        help: "Whether every node proposes, accepts and learns, or two only propose, two only learn, and the rest are \
               acceptors.",
        kind: ParamKind::Choice {
            options: &[
                ("together", "every node proposes, accepts and learns"),
                ("apart", "two propose, two learn, all others accept"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "learn",
        label: "Learners hear",
        help: "Who is told of votes (§2.3).",
        kind: ParamKind::Choice {
            options: &[
                ("announce", "from the proposer, which counts the votes"),
                ("broadcast", "each vote themselves"),
                ("proposer-only", "nothing: only the proposer learns"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "ask",
        label: "Clients ask",
        help: "Whether clients go to different proposers, which makes them compete, or to a distinguished one (§2.4).",
        kind: ParamKind::Choice {
            options: &[
                ("different", "a proposer each"),
                ("one", "the same proposer, the next if it is silent"),
            ],
            default: 0,
        },
    },
    ParamSpec {
        key: "backoff",
        label: "Back-off",
        help: "How long a proposer waits for its ballot, or after it was overtaken, before it tries a higher one; drawn \
               from this range, doubled with each failure up to sixteen times.",
        kind: ParamKind::SpanRange {
            min: SHORTEST,
            max: LONGEST,
            default: (Duration::millis(80), Duration::millis(240)),
        },
    },
    ParamSpec {
        key: "retry",
        label: "Client patience",
        help: "How long a client waits for an answer before it asks the next proposer.",
        kind: ParamKind::span(Duration::millis(500)),
    },
    ParamSpec {
        key: "patience",
        label: "Learner patience",
        help: "How long a learner waits for the choice before it asks; doubled each time, up to eight times.",
        kind: ParamKind::span(Duration::secs(1)),
    },
];

timers! {
    Ballot, "ballot", "A proposer has waited long enough for its ballot, or since it was overtaken.";
    Learner, "learner", "A learner has waited for long.";
    Retry, "retry", "A client's patience is over.";
}

const KINDS: &[Kind] = &[
    Kind::of("prepare", "P", true, KindClass::Decision),
    Kind::of("promise", "p", false, KindClass::Decision),
    Kind::of("accept", "A", true, KindClass::Decision),
    Kind::of("accepted", "a", false, KindClass::Decision),
    Kind::of("refuse", "×", false, KindClass::Decision),
    Kind::of("chosen", "C", true, KindClass::Decision),
    Kind::of("query", "?", true, KindClass::Background),
    Kind::of("request", "R", true, KindClass::Client),
    Kind::of("reply", "r", false, KindClass::Client),
];

/// Paxos's [`Meta`].
pub const META: Meta = Meta {
    id: "paxos",
    title: "Paxos",
    member: "process",
    paper: "Lamport 2001",
    reference: "Leslie Lamport, Paxos Made Simple, ACM SIGACT News 32(4), 2001, §2; The Part-Time Parliament, ACM TOCS \
                16(2), 1998",
    summary: "Nodes choose a single value. A proposer first has a majority of acceptors promise to accept nothing older \
              and learns what they have accepted; then it asks them to accept the highest-numbered value it heard of, or \
              its own if there is none. What a majority accepts under one number is chosen, and every later proposal \
              must repeat it. Two proposers can overtake each other for a long time, but never choose two values.",
    claims: Claims {
        agreement: AgreementScope::Uniform,
        validity: Validity::Proposed,
        termination: Some(
            "a majority of acceptors is alive and connected, and in the end one proposer is left undisturbed for long \
             enough",
        ),
        safety: "nodes only stop and restart with what was on disk; messages may be lost, doubled, late or out of order",
    },
    faults: FaultModel::Crash,
    bound: Bound::Half,
    variants: Some(Variants {
        param: ROLES,
        models: &[(FaultModel::Crash, Bound::Half), (FaultModel::Crash, Bound::HalfBesideFour)],
    }),
    inputs: Inputs::Requests,
    quorum: QuorumRule::Majority,
    n: (1, 5, 128),
    round: "ballot",
    slot: "decree",
    params: PARAMS,
    rules: RULES,
    switches: SWITCHES,
    kinds: KINDS,
    timers: TIMERS,
    commands: &[],
    adversaries: &[],
    simplified: &[
        "Electing the distinguished proposer (§2.4): clients choose it, and pass to the next when it is silent",
        "A set of distinguished learners (§2.3): the proposer counts, or all learners do",
        "Changing the set of acceptors (§3)",
    ],
    envelope: Envelope::CRASHES,
    layout: Layout::Columns,
    weighted: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_switch_stands_where_its_constant_says() {
        let rows = [
            (synod::ADOPT, "adopt-accepted"),
            (synod::STRICT_PROMISE, "strict-promise"),
            (synod::BACK_OFF, "back-off"),
            (ONE_PROPOSAL, "one-proposal"),
            (LEARN_MAJORITY, "learn-majority"),
        ];
        for (switch, id) in rows {
            assert_eq!(SWITCHES[usize::from(switch)].id, id);
        }
        assert_eq!(SWITCHES.len(), usize::from(LEARN_MAJORITY) + 1);
        assert_eq!(synod::SWITCHES.len(), usize::from(ONE_PROPOSAL));
    }
}
