//! Nodes that crash: Paxos, Multi-Paxos, Raft.

use super::{Kind, Lesson};

pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        kind: Kind::Healthy,
        title: "Three acceptors choose a value",
        watch: "Two phases: promises first, then votes. Proposer 0 counts votes from two of three acceptors, the \
                value is chosen, and it tells the learners.",
        link: "#/paxos?n=7&roles=apart&seed=3&latency=8ms..24ms",
        twin: "A proposer stops half-way, and its value is chosen",
    },
    Lesson {
        kind: Kind::Within,
        title: "A proposer stops half-way, and its value is chosen",
        watch: "Proposer 0 has one vote for x when it is overtaken and crashes. Acceptor 2 reports that vote to \
                proposer 1, which must propose x instead of its own y: for all it knows x may be chosen.",
        link: "#/paxos?n=7&roles=apart&clients=2&req=2&gap=20ms&seed=2&latency=8ms..24ms&until=2s&at=75ms:crash:0",
        twin: "An acceptor forgets its vote",
    },
    Lesson {
        kind: Kind::Within,
        title: "A random wait ends the duel",
        watch: "The same two proposers, but whoever is overtaken waits a random time. The other has its value \
                chosen meanwhile.",
        link: "#/paxos?n=3&until=2s&deadline=2s&clients=2&req=2&gap=15ms",
        twin: "Two proposers overtake each other for ever",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "An acceptor forgets its vote",
        watch: "x is chosen with the votes of acceptors 2 and 3. Acceptor 3 comes back with an empty disk and \
                reports nothing, so y is chosen as well: agreement is violated.",
        link: "#/paxos?n=7&until=1s&clients=2&req=0&roles=apart&backoff=1h&retry=1h&patience=1h\
               &at=0:block:0-1,4&at=0:block:1-2&at=10ms:propose:c0&at=100ms:crash:3&at=110ms:amnesia:3\
               &at=120ms:propose:c1",
        twin: "A proposer stops half-way, and its value is chosen",
    },
    Lesson {
        kind: Kind::RuleOff("Termination"),
        title: "Two proposers overtake each other for ever",
        watch: "Whoever sees a higher ballot takes a higher one at once. Each completes phase 1 just before the \
                other's phase 2 arrives, and nothing is ever chosen.",
        link: "#/paxos?n=3&until=2s&deadline=2s&clients=2&req=2&gap=15ms&without=back-off",
        twin: "A random wait ends the duel",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "One promise for all slots, then a round trip a command",
        watch: "Replica 0 does phase 1 once, for every slot there will ever be. From then on each command takes one \
                accept to each acceptor and one answer.",
        link: "#/multi-paxos?n=5&req=4&gap=60ms&seed=2&latency=8ms..24ms&until=600ms",
        twin: "The leader stops, and its successor fills the gap",
    },
    Lesson {
        kind: Kind::Within,
        title: "The leader stops, and its successor fills the gap",
        watch: "The leader's command in slot 1 is lost, the one in slot 2 is accepted, and it stops. Replica 1 \
                proposes slot 2 again and puts a no-op into slot 1, so that slot 2 can be carried out.",
        link: "#/multi-paxos?n=3&until=1s&clients=2&req=0&election=1h&heartbeat=1h&retry=1h&at=50ms:propose:c0\
               &at=65ms:block:0-1,2&at=71ms:heal&at=72ms:propose:c1&at=95ms:crash:0&at=110ms:fire:1:election\
               &at=200ms:fire:1:heartbeat&at=220ms:fire:c0:retry&at=220ms:fire:c1:retry&at=300ms:restart:0\
               &at=400ms:fire:1:heartbeat&at=500ms:fire:1:heartbeat",
        twin: "A promise that leaves out unused slots",
    },
    Lesson {
        kind: Kind::Beyond("Termination"),
        title: "Two of three stop, and nothing is chosen any more",
        watch: "Replica 0 is alone and asks for votes that nobody gives. It decides nothing, and nothing wrong.",
        link: "#/multi-paxos?n=3&req=4&gap=60ms&seed=2&latency=8ms..24ms&until=1s&deadline=1s&at=100ms:crash:1&at=110ms:crash:2",
        twin: "The leader stops, and its successor fills the gap",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "A promise that leaves out unused slots",
        watch: "Replica 2 has promised ballot 2 to replica 1, but only in slots in use. In the next one it accepts x \
                of the old leader and y of the new: both are chosen.",
        link: "#/multi-paxos?n=3&until=1s&clients=2&req=0&election=1h&heartbeat=1h&retry=1h&without=covers-all\
               &at=0:cut:0-1&at=0:block:c1-0&at=50ms:fire:1:election&at=100ms:propose:c0&at=150ms:propose:c1\
               &at=160ms:fire:c1:retry&at=300ms:heal&at=350ms:fire:1:heartbeat",
        twin: "One promise for all slots, then a round trip a command",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Five servers elect a leader",
        watch: "Every server waits a random time. The first to wake asks for votes; three of five make a leader, \
                and its heartbeats keep the others quiet.",
        link: "#/raft?n=5&req=3&gap=50ms&seed=2&until=1s",
        twin: "The leader crashes",
    },
    Lesson {
        kind: Kind::Within,
        title: "The leader crashes",
        watch: "After the crash nobody hears heartbeats. A new term begins, no entry that a client was told \
                about is lost, and the old leader comes back as a follower.",
        link: "#/raft?n=5&req=6&gap=100ms&seed=2&until=2s&at=400ms:crash:4&at=1200ms:restart:4",
        twin: "Five servers elect a leader",
    },
    Lesson {
        kind: Kind::Within,
        title: "A split network, and how it heals",
        watch: "Two servers are cut off from three. Only the larger side goes on; after healing the others catch \
                up.",
        link: "#/raft?n=5&req=10&gap=100ms&seed=4&until=3s&at=500ms:partition:0,1/2,3,4&at=1500ms:heal",
        twin: "Five servers elect a leader",
    },
    Lesson {
        kind: Kind::Beyond("Termination"),
        title: "Three of five crash: safe, and stuck",
        watch: "Two servers are left. Each asks for votes, term after term, and three are needed. What was committed stays.",
        link: "#/raft?n=5&req=6&gap=100ms&seed=2&until=2s&deadline=2s&at=400ms:crash:4&at=450ms:crash:0&at=500ms:crash:1",
        twin: "The leader crashes",
    },
    Lesson {
        kind: Kind::RuleOff("Leader Completeness"),
        title: "An old entry, counted too early",
        watch: "Without the rule of §5.4.2 a leader commits an entry of an earlier term by counting copies, and \
                a later leader overwrites it. Watch terms 2 to 4.",
        link: "#/raft?seed=4708&until=4s&clients=2&req=3&gap=299ms&latency=exp:8ms&noop=off\
               &without=commit-own-term&at=573986us:pause:1&at=1050404us:pause:0\
               &at=1100448us:resume:1&at=1314127us:block:0-1,2,3,4,c0,c1&at=1635168us:resume:0\
               &at=1807901us:pause:0&at=2763114us:heal&at=2763114us:resume:0",
        twin: "The leader crashes",
    },
];
