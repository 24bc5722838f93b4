//! Nodes that lie: generals with and without signatures, PBFT, Zyzzyva, HotStuff.

use super::{Kind, Lesson};

pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        kind: Kind::Healthy,
        title: "Seven generals, all loyal",
        watch: "156 messages in three rounds: the order, what each was told, and what each was told that others were \
                told. The trees show what a lieutenant has heard and the majorities over it.",
        link: "#/om?n=7&until=1s",
        twin: "Four generals, one traitor",
    },
    Lesson {
        kind: Kind::Within,
        title: "Four generals, one traitor",
        watch: "Lieutenant 3 turns the order round. The other two hear attack twice and retreat once, and attack.",
        link: "#/om?n=4&until=1s&byz=3:opposite",
        twin: "Three generals cannot do it",
    },
    Lesson {
        kind: Kind::Beyond("IC2"),
        title: "Three generals cannot do it",
        watch: "Lieutenant 1 hears attack from the commander and retreat from 2, just as if the commander had two \
                faces. Whatever it does is wrong in one of the two stories; here a loyal commander is not obeyed.",
        link: "#/om?n=3&f=1&until=1s&byz=2:opposite",
        twin: "Three generals who sign can do it",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "One order under three seals",
        watch: "The commander signs its order. Each lieutenant shows it to the others with its own signature below, and all obey.",
        link: "#/sm?n=4&until=1s",
        twin: "Three generals who sign can do it",
    },
    Lesson {
        kind: Kind::Within,
        title: "Three generals who sign can do it",
        watch: "The commander signs attack for 1 and retreat for 2. Each shows the other what it got: both know that he \
                is a traitor, and both retreat.",
        link: "#/sm?n=3&until=1s&byz=0:two-faced",
        twin: "Three generals cannot do it",
    },
    Lesson {
        kind: Kind::Within,
        title: "An order shown too late",
        watch: "Commander and lieutenant 1 keep a second order to themselves and show it to 2 in the last round. It \
                carries two signatures; round three demands three.",
        link: "#/sm?n=4&f=2&until=1s&byz=0:withhold&byz=1:withhold",
        twin: "An order shown too late is believed",
    },
    Lesson {
        kind: Kind::Beyond("IC1"),
        title: "Two traitors, but rounds for one",
        watch: "With f = 1 there are two rounds. Commander and lieutenant 1 show 2 a second order in the last of them, under two valid \
                seals, and 3 never hears of it.",
        link: "#/sm?n=4&f=1&until=1s&byz=0:withhold&byz=1:withhold",
        twin: "An order shown too late",
    },
    Lesson {
        kind: Kind::RuleOff("IC1"),
        title: "An order shown too late is believed",
        watch: "The same without that rule: 2 knows two orders and retreats, 3 was never shown the second one and \
                attacks.",
        link: "#/sm?n=4&f=2&until=1s&byz=0:withhold&byz=1:withhold&without=signed-in-time",
        twin: "An order shown too late",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Four replicas agree, nobody fails",
        watch: "Three phases for one request: pre-prepare, prepare, commit. 24 messages between replicas, and \
                after three delays every replica has decided.",
        link: "#/pbft?n=4&req=1",
        twin: "One of four lies, and three still agree",
    },
    Lesson {
        kind: Kind::Within,
        title: "One of four lies, and three still agree",
        watch: "Node 0, the primary, gives number 1 to one request towards even replicas and to another towards odd \
                ones. No request gathers enough commits; timers run out, view 1 begins under node 1, and the honest \
                three agree.",
        link: "#/pbft?n=4&f=1&seed=3&clients=2&req=4&latency=8ms..24ms&timeout=100ms&retry=80ms&until=600ms\
               &byz=0:two-faced",
        twin: "Four replicas agree, nobody fails",
    },
    Lesson {
        kind: Kind::Within,
        title: "The primary crashes: a new view",
        watch: "The primary stops in the middle. The backups' timers run out, they ask for the next view, and \
                its primary orders again whatever may have been decided.",
        link: "#/pbft?n=4&req=4&gap=40ms&seed=3&latency=8ms..24ms&until=2s&at=60ms:crash:0",
        twin: "Four replicas agree, nobody fails",
    },
    Lesson {
        kind: Kind::Beyond("Prepared Uniqueness"),
        title: "Two of four lie: one too many",
        watch: "One liar more than n ≥ 3f + 1 allows. First the assumption is broken; then two honest replicas \
                prepare different requests under one number.",
        link: "#/pbft?n=4&f=1&seed=1&req=2&latency=8ms..24ms&until=1s&byz=0:two-faced&byz=1:two-faced",
        twin: "One of four lies, and three still agree",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "A vote must name what it is for",
        watch: "The same lying primary, but replicas count votes without looking at the digest. Each half \
                executes its own request: agreement is violated.",
        link: "#/pbft?n=4&f=1&seed=7&clients=2&req=2&latency=8ms..24ms&until=1s\
               &byz=0:two-faced&without=digest-binding",
        twin: "One of four lies, and three still agree",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Nobody asks the others: three delays",
        watch: "Replicas execute as soon as the primary has ordered, and answer. The client sees that all four histories \
                are the same and is done. Every fourth request they check it among themselves.",
        link: "#/zyzzyva?n=4&req=8&gap=50ms&checkpoint=4&until=1s",
        twin: "One slow replica, and the fast path is gone",
    },
    Lesson {
        kind: Kind::Within,
        title: "One slow replica, and the fast path is gone",
        watch: "Replica 3 answers, but late. Every request now waits for it, then takes a second phase: the client hands \
                out the three signatures that it has.",
        link: "#/zyzzyva?n=4&req=8&gap=50ms&checkpoint=4&until=2s&byz=3:delay:200ms",
        twin: "Nobody asks the others: three delays",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "Two of four lie, and answers that were final are not",
        watch: "Both have two faces. Client c1 gathers three signed answers and is done with number 1. After two changes of view \
                number 1 is the other client's.",
        link: "#/zyzzyva?n=4&f=1&clients=2&req=2&seed=1&latency=8ms..24ms&until=2s&byz=0:equivocate&byz=1:equivocate",
        twin: "Nobody asks the others: three delays",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "An old certificate comes back",
        watch: "The published view change prefers the longest commit certificate. Replica 0 keeps one of view 0 that views \
                1 and 2 were right to forget, and with it undoes what is complete. Ordered by view it is harmless.",
        link: "#/zyzzyva?n=4&until=20s&deadline=20s&clients=3&req=0&retry=5s&checkpoint=3&byz=0:twins:1,c1\
               &without=certificates-by-view&at=0:propose:c0&at=0:drop:c0-1:commit:1&at=0:drop:c0-2:commit:1\
               &at=0:drop:c0-3:commit:1&at=0:drop:c2-1:commit:1&at=0:drop:c2-2:commit:1&at=0:drop:c2-3:commit:1\
               &at=30ms:propose:c2&at=150ms:block:2,3-0&at=150ms:drop:c1-0:request:1\
               &at=150ms:drop:c1-0:request:2&at=150ms:drop:1-0:confirm-req:1&at=150ms:drop:1-2:fill-hole:1\
               &at=150ms:drop:1-3:fill-hole:1&at=150ms:drop:3-1:view-change:1&at=160ms:propose:c1\
               &at=170ms:fire:c1:retry&at=171ms:fire:c1:retry&at=1s:block:1-0,2,3,c0,c2\
               &at=1s:block:0,2,3,c0,c2-1&at=1010ms:fire:c0:retry&at=1020ms:fire:c0:retry&at=1325ms:mend:0-2\
               &at=1325ms:mend:0-3&at=2s:heal&at=2100ms:fire:c0:retry&at=7s:propose:c1",
        twin: "Nobody asks the others: three delays",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "A leader in the middle",
        watch: "In HotStuff everybody talks to the leader only. Three phases of votes make three certificates; after \
                seven delays every replica has decided, with seven messages for each replica but the leader.",
        link: "#/hotstuff?n=4&req=1",
        twin: "A chain of blocks, and a liar weaves two",
    },
    Lesson {
        kind: Kind::Within,
        title: "A chain of blocks, and a liar weaves two",
        watch: "Each view adds a block, and three certified ones of consecutive views commit the first. Node 1 leads \
                from view 5 and builds on two branches by turns; the blocks in its gap are not committed, and the \
                honest agree.",
        link: "#/hotstuff?variant=chained&clients=4&req=4&byz=1:weaver&until=3s",
        twin: "Three blocks in a row, but with a gap",
    },
    Lesson {
        kind: Kind::Beyond("One Certificate"),
        title: "Two certificates for one view",
        watch: "Two of four have two faces and vote for both blocks of view 1, so each block finds three votes. The two \
                honest replicas are shown one block's certificates each, and execute different requests.",
        link: "#/hotstuff?n=4&f=1&clients=2&req=2&until=1s&byz=0:two-faced&byz=3:two-faced",
        twin: "A leader in the middle",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "Three blocks in a row, but with a gap",
        watch: "The same liar, but the gap in the views is ignored. Node 0 commits a block of view 3 by a chain of views \
                3, 4 and 6. The other branch got its certificate in view 5: agreement is violated.",
        link: "#/hotstuff?variant=chained&clients=4&req=4&byz=1:weaver&until=3s&without=consecutive-views",
        twin: "A chain of blocks, and a liar weaves two",
    },
];
