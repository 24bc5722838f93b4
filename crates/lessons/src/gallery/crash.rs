//! Nodes that crash: Paxos, Multi-Paxos, Raft.

use super::{Kind, Lesson};

pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        kind: Kind::Healthy,
        title: "Three acceptors choose a value",
        watch: "Two phases: promises first, then votes. Proposer 0 counts votes from two of three acceptors, the \
                value is chosen, and it tells the learners.",
        link: "#/paxos?n=7&roles=apart&seed=3&latency=8ms..24ms\
               &pause=15:Promises of two of three: no older ballot can be chosen any more.\
               &pause=21:Two of three have voted for it. Now it is chosen, whoever knows.",
        twin: "A proposer stops half-way, and its value is chosen",
    },
    Lesson {
        kind: Kind::Within,
        title: "A proposer stops half-way, and its value is chosen",
        watch: "Proposer 0 has one vote for x when it is overtaken and crashes. Acceptor 2 reports that vote to \
                proposer 1, which must propose x instead of its own y: for all it knows x may be chosen.",
        link: "#/paxos?n=7&roles=apart&clients=2&req=2&gap=20ms&seed=2&latency=8ms..24ms&until=2s&at=75ms:crash:0\
               &pause=26:Overtaken: acceptor 3 has promised a higher ballot.\
               &pause=30:Acceptor 2 reported a vote for x. So node 1 proposes x, not its own y.\
               &pause=decision:The value of the proposer that stopped.",
        twin: "An acceptor forgets its vote",
    },
    Lesson {
        kind: Kind::Within,
        title: "A random wait ends the duel",
        watch: "The same two proposers, but whoever is overtaken waits a random time. The other has its value \
                chosen meanwhile.",
        link: "#/paxos?n=3&until=2s&deadline=2s&clients=2&req=2&gap=15ms\
               &pause=14:Overtaken, node 0 waits a random time instead of bidding higher at once.\
               &pause=decision:The other one had the time it needed.",
        twin: "Two proposers overtake each other for ever",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "An acceptor forgets its vote",
        watch: "x is chosen with the votes of acceptors 2 and 3. Acceptor 3 comes back with an empty disk and \
                reports nothing, so y is chosen as well: agreement is violated.",
        link: "#/paxos?n=7&until=1s&clients=2&req=0&roles=apart&backoff=1h&retry=1h&patience=1h\
               &at=0:block:0-1,4&at=0:block:1-2&at=10ms:propose:c0&at=100ms:crash:3&at=110ms:amnesia:3\
               &at=120ms:propose:c1\
               &pause=24:x is chosen: acceptors 2 and 3 have voted for it.\
               &pause=31:An empty disk: the promise and the vote are gone.\
               &pause=39:Nobody reports a vote, so node 1 may propose y, although x was chosen.",
        twin: "A proposer stops half-way, and its value is chosen",
    },
    Lesson {
        kind: Kind::RuleOff("Termination"),
        title: "Two proposers overtake each other for ever",
        watch: "Whoever sees a higher ballot takes a higher one at once. Each completes phase 1 just before the \
                other's phase 2 arrives, and nothing is ever chosen.",
        link: "#/paxos?n=3&until=2s&deadline=2s&clients=2&req=2&gap=15ms&without=back-off\
               &pause=16:Refused: it has promised the other one's higher ballot.\
               &pause=34:The same again, one ballot up. Nothing in the rules ends this.",
        twin: "A random wait ends the duel",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "One promise for all slots, then a round trip a command",
        watch: "Replica 0 does phase 1 once, for every slot there will ever be. From then on each command takes one \
                accept to each acceptor and one answer.",
        link: "#/multi-paxos?n=5&req=4&gap=60ms&seed=2&latency=8ms..24ms&until=600ms\
               &pause=14:Phase 1 is done, for every slot there will ever be.\
               &pause=27:Slot 1 took one round trip. So will every other.",
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
               &at=400ms:fire:1:heartbeat&at=500ms:fire:1:heartbeat\
               &pause=24:Slot 2 is accepted, slot 1 was lost. The leader stops.\
               &pause=31:It proposes slot 2 again and puts a no-op into slot 1.\
               &pause=decision:Slot 1 is filled, so slot 2 can be carried out.",
        twin: "A promise that leaves out unused slots",
    },
    Lesson {
        kind: Kind::Beyond("Termination"),
        title: "Two of three stop, and nothing is chosen any more",
        watch: "Replica 0 is alone and asks for votes that nobody gives. It decides nothing, and nothing wrong.",
        link: "#/multi-paxos?n=3&req=4&gap=60ms&seed=2&latency=8ms..24ms&until=1s&deadline=1s&at=100ms:crash:1&at=110ms:crash:2\
               &pause=24:One of three is left. Two would be a majority.\
               &pause=1s:Late is not wrong: what was decided stands.",
        twin: "The leader stops, and its successor fills the gap",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "A promise that leaves out unused slots",
        watch: "Replica 2 has promised ballot 2 to replica 1, but only in slots in use. In the next one it accepts x \
                of the old leader and y of the new: both are chosen.",
        link: "#/multi-paxos?n=3&until=1s&clients=2&req=0&election=1h&heartbeat=1h&retry=1h&without=covers-all\
               &at=0:cut:0-1&at=0:block:c1-0&at=50ms:fire:1:election&at=100ms:propose:c0&at=150ms:propose:c1\
               &at=160ms:fire:c1:retry&at=300ms:heal&at=350ms:fire:1:heartbeat\
               &pause=17:Node 1 leads with ballot 2. Node 2 promised it only the slots in use.\
               &pause=24:Slot 1 was not in use, so node 2 votes for the old leader.\
               &pause=35:Two values chosen in one slot.",
        twin: "One promise for all slots, then a round trip a command",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Five servers elect a leader",
        watch: "Every server waits a random time. The first to wake asks for votes; three of five make a leader, \
                and its heartbeats keep the others quiet.",
        link: "#/raft?n=5&req=3&gap=50ms&seed=2&until=1s\
               &pause=12:The first timer runs out: term 1 begins.\
               &pause=18:Three of five votes. Nobody else can have three in this term.\
               &pause=26:A majority holds the entry: it is committed.",
        twin: "The leader crashes",
    },
    Lesson {
        kind: Kind::Within,
        title: "The leader crashes",
        watch: "After the crash nobody hears heartbeats. A new term begins, no entry that a client was told \
                about is lost, and the old leader comes back as a follower.",
        link: "#/raft?n=5&req=6&gap=100ms&seed=2&until=2s&at=400ms:crash:4&at=1200ms:restart:4\
               &pause=62:From here on nobody hears heartbeats.\
               &pause=79:A new term. Only a server with every committed entry can win it.\
               &pause=219:The old leader is back, with its term, its vote and its log.",
        twin: "Five servers elect a leader",
    },
    Lesson {
        kind: Kind::Within,
        title: "A split network, and how it heals",
        watch: "Two servers are cut off from three and the client. Only the larger side goes on; after healing the \
                others catch up.",
        link: "#/raft?n=5&req=10&gap=100ms&seed=4&until=3s&at=500ms:partition:0,1&at=1500ms:heal\
               &pause=85:Two on one side; three and the client on the other.\
               &pause=121:Three are a majority: they elect a leader. Node 0 leads on and commits nothing.\
               &pause=392:Healed: the smaller side will hear of the higher term and follow.",
        twin: "Five servers elect a leader",
    },
    Lesson {
        kind: Kind::Beyond("Termination"),
        title: "Three of five crash: safe, and stuck",
        watch: "Two servers are left. Each asks for votes, term after term, and three are needed. What was committed stays.",
        link: "#/raft?n=5&req=6&gap=100ms&seed=2&until=2s&deadline=2s&at=400ms:crash:4&at=450ms:crash:0&at=500ms:crash:1\
               &pause=69:Two are left; three votes are needed.\
               &pause=2s:Nothing was decided wrongly, and nothing will be decided.",
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
               &at=1807901us:pause:0&at=2763114us:heal&at=2763114us:resume:0\
               &pause=129:Node 0 leads term 2, and node 1 does not know.\
               &pause=203:Node 1 leads term 3 and counts copies of its entry of term 1: that is the rule left out.\
               &pause=violation:Node 0 wins term 4 without that entry, and will overwrite it.",
        twin: "The leader crashes",
    },
];
