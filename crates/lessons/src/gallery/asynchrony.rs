//! Networks without clocks: FLP, Ben-Or, Chandra & Toueg.

use super::{Kind, Lesson};

pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        kind: Kind::Healthy,
        title: "A duel that chance ends",
        watch: "No scheduler, only delays that differ by chance. Proposers still overtake each other, until one is quick \
                enough. With latency=10ms they would duel for ever.",
        link: "#/flp?seed=8&latency=5ms..20ms",
        twin: "A promise that is not kept",
    },
    Lesson {
        kind: Kind::Within,
        title: "Equal bits leave nothing to keep open",
        watch: "The same scheduler, but all begin with 1: 0 cannot be decided. It has nothing to choose between and lets \
                the nearest decision happen.",
        link: "#/flp?in=1,1,1&sched=bivalent",
        twin: "The scheduler that never lets you decide",
    },
    Lesson {
        kind: Kind::Within,
        title: "Once messages keep time, waiting helps",
        watch: "A refused proposer waits, the longer the higher its ballot. Until 1 s the scheduler decides when timers run \
                out, so that is worth nothing; from then on messages keep time, and somebody is left alone long enough.",
        link: "#/flp?sched=bivalent&retry=40ms&gst=1s&until=3s",
        twin: "The scheduler that never lets you decide",
    },
    Lesson {
        kind: Kind::Within,
        title: "The scheduler that never lets you decide",
        watch: "Three processes, mixed bits, every message arrives, nobody crashes, and nobody ever decides. The panel \
                shows which message the scheduler holds back, and two schedules from here: one decides 0, one decides 1.",
        link: "#/flp?sched=bivalent",
        twin: "Once messages keep time, waiting helps",
    },
    Lesson {
        kind: Kind::Beyond("Termination"),
        title: "Two of three stop",
        watch: "FLP is about one process that may stop. With two gone there is no majority: no scheduler is needed to prevent a decision.",
        link: "#/flp?seed=8&latency=5ms..20ms&until=1s&deadline=1s&at=12ms:crash:1&at=12ms:crash:2",
        twin: "A duel that chance ends",
    },
    Lesson {
        kind: Kind::RuleOff("Chosen Is Final"),
        title: "A promise that is not kept",
        watch: "The same duel, but acceptors vote below their promise. Ballot 5 is chosen, and ballot 7, which was told that \
                nothing had been, is chosen as well, with another value.",
        link: "#/flp?seed=8&latency=5ms..20ms&without=keep-promise",
        twin: "A duel that chance ends",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Coins decide where clocks cannot",
        watch: "Two begin with 0 and two with 1, and no message is on time. Rounds without a majority end in coins; \
                the table below shows them fall, until enough fall alike.",
        link: "#/ben-or?n=4&seed=7&latency=8ms..24ms&until=3s",
        twin: "A majority of those heard is none",
    },
    Lesson {
        kind: Kind::Within,
        title: "One of six lies, and coins still agree",
        watch: "With n ≥ 5f + 1 a value is taken over from two proposals only, so that the liar's word alone, 0 to some \
                and 1 to others, counts for nothing.",
        link: "#/ben-or?n=6&seed=2&latency=8ms..24ms&until=3s&variant=byzantine&byz=0:two-faced",
        twin: "Coins decide where clocks cannot",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "Half of them faulty, and two halves decide",
        watch: "Each half takes the other for crashed, and the two that it hears for a majority. One half decides 0, the other 1.",
        link: "#/ben-or?n=4&f=2&until=1s&in=0,0,1,1&without=majority-of-all,decide-on-many&at=0:partition:0,1/2,3",
        twin: "Coins decide where clocks cannot",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "A majority of those heard is none",
        watch: "Two of the three reports that a process hears are not more than half of four. Taken for it, 0 and 1 are \
                both proposed in round 1, and both are decided.",
        link: "#/ben-or?n=4&seed=3&latency=8ms..24ms&until=3s&without=majority-of-all",
        twin: "Coins decide where clocks cannot",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "A coordinator, a majority, a decision",
        watch: "Everybody sends its estimate to node 1, which proposes one, collects acks and decides; the decision is \
                passed on by all who hear of it.",
        link: "#/chandra-toueg?n=5",
        twin: "Wrong suspicions delay and do no harm",
    },
    Lesson {
        kind: Kind::Within,
        title: "Wrong suspicions delay and do no harm",
        watch: "Nodes 2, 3 and 4 are told to suspect node 1, which is up, and then it is cut off. Their nacks keep it from \
                deciding, and node 2 takes over. Suspect whom you like: agreement stands.",
        link: "#/chandra-toueg?until=1s&at=5ms:do:2:suspect:1&at=5ms:do:3:suspect:1&at=5ms:do:4:suspect:1\
               &at=12ms:block:1-0,2,3,4&at=500ms:heal",
        twin: "A nack overlooked",
    },
    Lesson {
        kind: Kind::Beyond("Termination"),
        title: "A majority is gone",
        watch: "Two of five are left. Coordinator after coordinator waits for three estimates and never has them.",
        link: "#/chandra-toueg?n=5&until=1s&deadline=1s&at=5ms:crash:0&at=5ms:crash:1&at=5ms:crash:2",
        twin: "Wrong suspicions delay and do no harm",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "A nack overlooked",
        watch: "The same suspicions, but node 1 decides although there are nacks among the answers. Nobody else has taken \
                its value over, and node 2 never hears of it.",
        link: "#/chandra-toueg?until=1s&without=all-acks&at=5ms:do:2:suspect:1&at=5ms:do:3:suspect:1\
               &at=5ms:do:4:suspect:1&at=12ms:block:1-0,2,3,4&at=500ms:heal",
        twin: "Wrong suspicions delay and do no harm",
    },
];
