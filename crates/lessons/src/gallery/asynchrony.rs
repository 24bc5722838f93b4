//! Networks without clocks: FLP, Ben-Or, Chandra & Toueg.

use super::{Kind, Lesson};

pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        kind: Kind::Healthy,
        title: "A duel that chance ends",
        watch: "No scheduler, only delays that differ by chance. Proposers still overtake each other, until one is quick \
                enough. With latency=10ms they would duel for ever.",
        link: "#/flp?seed=8&latency=5ms..20ms\
               &pause=11:A majority of promises. It proposes its own bit.\
               &pause=17:Too late: overtaken.\
               &pause=decision:This time the message was quick enough.",
        twin: "A promise that is not kept",
    },
    Lesson {
        kind: Kind::Within,
        title: "Equal bits leave nothing to keep open",
        watch: "The same scheduler, but all begin with 1: 0 cannot be decided. It has nothing to choose between and lets \
                the nearest decision happen.",
        link: "#/flp?in=1,1,1&sched=bivalent\
               &pause=decision:With equal bits no other decision was possible: nothing to keep open.",
        twin: "The scheduler that never lets you decide",
    },
    Lesson {
        kind: Kind::Within,
        title: "Once messages keep time, waiting helps",
        watch: "A refused proposer waits, the longer the higher its ballot. Until 1 s the scheduler decides when timers run \
                out, so that is worth nothing; from then on messages keep time, and somebody is left alone long enough.",
        link: "#/flp?sched=bivalent&retry=40ms&gst=1s&until=3s\
               &pause=22:The scheduler holds back whatever would decide.\
               &pause=103:From 1 s on messages keep time.\
               &pause=decision:Whoever waited long enough was left alone.",
        twin: "The scheduler that never lets you decide",
    },
    Lesson {
        kind: Kind::Within,
        title: "The scheduler that never lets you decide",
        watch: "Three processes, mixed bits, every message arrives, nobody crashes, and nobody ever decides. Tree \
                shows which message the scheduler holds back, and two schedules from here: one decides 0, one decides 1.",
        link: "#/flp?sched=bivalent\
               &pause=14:Two schedules lead on from here: one to 0, one to 1. See Tree.\
               &pause=34:It always finds a next step that keeps both open.\
               &pause=132:No message is lost, nobody has stopped, and nobody decides.",
        twin: "Once messages keep time, waiting helps",
    },
    Lesson {
        kind: Kind::Beyond("Termination"),
        title: "Two of three stop",
        watch: "FLP is about one process that may stop. With two gone there is no majority: no scheduler is needed to prevent a decision.",
        link: "#/flp?seed=8&latency=5ms..20ms&until=1s&deadline=1s&at=12ms:crash:1&at=12ms:crash:2\
               &pause=7:One of three is left.\
               &pause=16:It needs one more to agree with.",
        twin: "A duel that chance ends",
    },
    Lesson {
        kind: Kind::RuleOff("Chosen Is Final"),
        title: "A promise that is not kept",
        watch: "The same duel, but acceptors vote below their promise. Ballot 5 is chosen, and ballot 7, which was told that \
                nothing had been, is chosen as well, with another value.",
        link: "#/flp?seed=8&latency=5ms..20ms&without=keep-promise\
               &pause=17:It promised a higher ballot, and votes all the same.\
               &pause=22:Ballot 5 was chosen. This vote is for another value in ballot 7.\
               &pause=27:Both values are chosen.",
        twin: "A duel that chance ends",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Coins decide where clocks cannot",
        watch: "Two begin with 0 and two with 1, and no message is on time. Rounds without a majority end in coins; \
                Table shows them fall, until enough fall alike.",
        link: "#/ben-or?n=4&seed=7&latency=8ms..24ms&until=3s\
               &pause=9:Two and two: no majority, no proposal.\
               &pause=20:Nothing proposed, so it tosses a coin.\
               &pause=84:Enough coins fell alike.\
               &pause=95:More than f propose it: decided.",
        twin: "A majority of those heard is none",
    },
    Lesson {
        kind: Kind::Within,
        title: "Coins that the scheduler cannot foresee",
        watch: "The scheduler that keeps FLP's processes undecided for ever does what it can. It cannot know how coins will \
                fall: in the end enough of them fall alike.",
        link: "#/ben-or?n=4&seed=1&sched=bivalent\
               &pause=decision:A coin has fallen that no schedule could undo.",
        twin: "The scheduler that never lets you decide",
    },
    Lesson {
        kind: Kind::Within,
        title: "One of six lies, and coins still agree",
        watch: "With n ≥ 5f + 1 a value is taken over from two proposals only, so that the liar's word alone, 0 to some \
                and 1 to others, counts for nothing.",
        link: "#/ben-or?n=6&seed=2&latency=8ms..24ms&until=3s&variant=byzantine&byz=0:two-faced\
               &pause=22:The liar reports 0 to some, 1 to others.\
               &pause=120:Two proposals are needed: one of them is honest.\
               &pause=decision:All who are honest will follow within a round.",
        twin: "Coins decide where clocks cannot",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "Half of them faulty, and two halves decide",
        watch: "Each half takes the other for crashed, and the two that it hears for a majority. One half decides 0, the other 1.",
        link: "#/ben-or?n=4&f=2&until=1s&in=0,0,1,1&without=majority-of-all,decide-on-many&at=0:partition:0,1/2,3\
               &pause=1:Two halves, and each takes the other for crashed.\
               &pause=8:Two reports of four are taken for a majority.\
               &pause=12:0 here, 1 there.",
        twin: "Coins decide where clocks cannot",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "A majority of those heard is none",
        watch: "Two of the three reports that a process hears are not more than half of four. Taken for it, 0 and 1 are \
                both proposed in round 1, and both are decided.",
        link: "#/ben-or?n=4&seed=3&latency=8ms..24ms&until=3s&without=majority-of-all\
               &pause=6:Two of three heard. Three of four would be a majority.\
               &pause=9:And another two of three, for the other value.\
               &pause=23:Decided both ways.",
        twin: "Coins decide where clocks cannot",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "A coordinator, a majority, a decision",
        watch: "Everybody sends its estimate to node 1, which proposes one, collects acks and decides; the decision is \
                passed on by all who hear of it.",
        link: "#/chandra-toueg?n=5\
               &pause=19:A majority's estimates are in: the latest is proposed.\
               &pause=36:A majority has taken it over: no other value can be decided.",
        twin: "Wrong suspicions delay and do no harm",
    },
    Lesson {
        kind: Kind::Within,
        title: "Once suspicions come true, they decide",
        watch: "Until 3 s the scheduler that wants no decision chooses when heartbeats arrive: coordinators are suspected, \
                round after round. From then on messages keep time, and the next coordinator gets its acks.",
        link: "#/chandra-toueg?n=5&sched=bivalent&gst=3s&until=4s\
               &pause=3s:Sixteen rounds of suspicions, and no decision. From here on messages keep time.\
               &pause=decision:The first coordinator that nobody suspected.",
        twin: "The scheduler that never lets you decide",
    },
    Lesson {
        kind: Kind::Within,
        title: "Wrong suspicions delay and do no harm",
        watch: "Nodes 2, 3 and 4 are told to suspect node 1, which is up, and then it is cut off. Their nacks keep it from \
                deciding, and node 2 takes over. Suspect whom you like: agreement stands.",
        link: "#/chandra-toueg?until=1s&at=5ms:do:2:suspect:1&at=5ms:do:3:suspect:1&at=5ms:do:4:suspect:1\
               &at=12ms:block:1-0,2,3,4&at=500ms:heal\
               &pause=7:A wrong suspicion: node 1 is up.\
               &pause=37:A nack. Node 1 cannot decide.\
               &pause=47:The next coordinator decides instead.",
        twin: "A nack overlooked",
    },
    Lesson {
        kind: Kind::Beyond("Termination"),
        title: "A majority is gone",
        watch: "Two of five are left. Coordinator after coordinator waits for three estimates and never has them.",
        link: "#/chandra-toueg?n=5&until=1s&deadline=1s&at=5ms:crash:0&at=5ms:crash:1&at=5ms:crash:2\
               &pause=8:Two of five are left; three are needed.\
               &pause=1s:Suspecting the dead helps, but does not replace their votes.",
        twin: "Wrong suspicions delay and do no harm",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "A nack overlooked",
        watch: "The same suspicions, but node 1 decides although there are nacks among the answers. Nobody else has taken \
                its value over, and node 2 never hears of it.",
        link: "#/chandra-toueg?until=1s&without=all-acks&at=5ms:do:2:suspect:1&at=5ms:do:3:suspect:1\
               &at=5ms:do:4:suspect:1&at=12ms:block:1-0,2,3,4&at=500ms:heal\
               &pause=38:One ack and some nacks, taken for a majority of acks.\
               &pause=47:The next coordinator knew nothing of it.",
        twin: "Wrong suspicions delay and do no harm",
    },
];
