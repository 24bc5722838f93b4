//! Nodes that lie: generals with and without signatures, PBFT, Zyzzyva, HotStuff.

use super::{Kind, Lesson};

pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        kind: Kind::Healthy,
        title: "Seven generals, all loyal",
        watch: "156 messages in three rounds: the order, what each was told, and what each was told that others were \
                told. The trees show what a lieutenant has heard and the majorities over it.",
        link: "#/om?n=7&until=1s\
               &pause=8:The order goes to all six.\
               &pause=20:Each tells the others what it heard, and then what it was told that others heard.\
               &pause=176:Majorities from the leaves to the root.",
        twin: "Four generals, one traitor",
    },
    Lesson {
        kind: Kind::Within,
        title: "Four generals, one traitor",
        watch: "Lieutenant 3 turns the order round. The other two hear attack twice and retreat once, and attack.",
        link: "#/om?n=4&until=1s&byz=3:opposite\
               &pause=10:The traitor passes on the opposite.\
               &pause=17:Attack, attack, retreat: the majority is the order.",
        twin: "Three generals cannot do it",
    },
    Lesson {
        kind: Kind::Beyond("IC2"),
        title: "Three generals cannot do it",
        watch: "Lieutenant 1 hears attack from the commander and retreat from 2, just as if the commander had two \
                faces. Whatever it does is wrong in one of the two stories; here a loyal commander is not obeyed.",
        link: "#/om?n=3&f=1&until=1s&byz=2:opposite\
               &pause=7:The traitor passes on the opposite of what it heard.\
               &pause=10:Attack from one, retreat from the other. Whom to believe? There is no third voice.",
        twin: "Three generals who sign can do it",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "One order under three seals",
        watch: "The commander signs its order. Each lieutenant shows it to the others with its own signature below, and all obey.",
        link: "#/sm?n=4&until=1s\
               &pause=8:Its own signature below the commander's.\
               &pause=20:One order and no other: obeyed.",
        twin: "Three generals who sign can do it",
    },
    Lesson {
        kind: Kind::Within,
        title: "Three generals who sign can do it",
        watch: "The commander signs attack for 1 and retreat for 2. Each shows the other what it got: both know that he \
                is a traitor, and both retreat.",
        link: "#/sm?n=3&until=1s&byz=0:two-faced\
               &pause=4:Attack to one, retreat to the other, both signed.\
               &pause=8:Two orders with the commander's signature: he is a traitor.\
               &pause=10:Both know the same two orders, and both retreat.",
        twin: "Three generals cannot do it",
    },
    Lesson {
        kind: Kind::Within,
        title: "An order shown too late",
        watch: "Commander and lieutenant 1 keep a second order to themselves and show it to 2 in the last round. It \
                carries two signatures; round three demands three.",
        link: "#/sm?n=4&f=2&until=1s&byz=0:withhold&byz=1:withhold\
               &pause=11:The traitors pass a second order among themselves.\
               &pause=15:Now node 1 shows it. Two signatures in round three are one too few.\
               &pause=21:So node 2 does not count it, and obeys like node 3.",
        twin: "An order shown too late is believed",
    },
    Lesson {
        kind: Kind::Beyond("IC1"),
        title: "Two traitors, but rounds for one",
        watch: "With f = 1 there are two rounds. Commander and lieutenant 1 show 2 a second order in the last of them, under two valid \
                seals, and 3 never hears of it.",
        link: "#/sm?n=4&f=1&until=1s&byz=0:withhold&byz=1:withhold\
               &pause=11:In the last round there is no time to pass this on.\
               &pause=18:Node 3 knows one order, node 2 two.",
        twin: "An order shown too late",
    },
    Lesson {
        kind: Kind::RuleOff("IC1"),
        title: "An order shown too late is believed",
        watch: "The same without that rule: 2 knows two orders and retreats, 3 was never shown the second one and \
                attacks.",
        link: "#/sm?n=4&f=2&until=1s&byz=0:withhold&byz=1:withhold&without=signed-in-time\
               &pause=15:The second order is shown in the last round.\
               &pause=22:Node 2 believed it, node 3 never saw it.",
        twin: "An order shown too late",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Four replicas agree, nobody fails",
        watch: "Three phases for one request: pre-prepare, prepare, commit. 24 messages between replicas, and \
                after three delays every replica has decided.",
        link: "#/pbft?n=4&req=1\
               &pause=7:The primary gives the request a number.\
               &pause=12:Prepared: no other request can have this number in this view.\
               &pause=23:Committed: no later view can forget it.",
        twin: "One of four lies, and three still agree",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Answered before it is committed",
        watch: "Replicas execute as soon as they have prepared, and the client waits for three equal answers instead of two: \
                four delays, not five. Their commits travel with the next request.",
        link: "#/pbft?n=4&req=8&gap=50ms&execute=piggyback&until=1s\
               &pause=15:All four have prepared, executed and replied. No commit was sent yet.\
               &pause=decision:The commits came with the prepares for the next request.",
        twin: "Four replicas agree, nobody fails",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Every request on its own",
        watch: "Sixteen clients, and a message takes a node 1 ms. 24 messages for each request keep all four busy: an answer takes \
                112 ms, 136 requests a second.",
        link: "#/pbft?clients=16&req=64&until=2s&cpu=1ms\
               &pause=decision:The first request. Fifteen others are under way.",
        twin: "Requests that wait share a number",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Requests that wait share a number",
        watch: "The same, but one instance at a time (W = 1), for up to eight requests: 3.4 messages for each, 68 ms, 195 requests a \
                second.",
        link: "#/pbft?clients=16&req=64&until=2s&cpu=1ms&batch=8&parallel=1\
               &pause=decision:The first went alone. The next eight go together.",
        twin: "Every request on its own",
    },
    Lesson {
        kind: Kind::Within,
        title: "One of four lies, and three still agree",
        watch: "Node 0, the primary, should tell all in which order to take the clients' requests. It lies: even replicas \
                hear one order, odd ones another. Neither gets enough votes; timers run out, node 1 becomes primary (view 1), \
                and the honest three agree.",
        link: "#/pbft?n=4&f=1&seed=3&clients=2&req=4&latency=8ms..24ms&timeout=100ms&retry=80ms&until=600ms\
               &byz=0:two-faced\
               &pause=111:No request found enough votes. A timer runs out.\
               &pause=146:View 1: another primary, one order for all.\
               &pause=212:The honest three agree. Back and forth, faults and seed are yours now.",
        twin: "Four replicas agree, nobody fails",
    },
    Lesson {
        kind: Kind::Within,
        title: "The primary crashes: a new view",
        watch: "The primary stops in the middle. The backups' timers run out, they ask for the next view, and \
                its primary orders again whatever may have been decided.",
        link: "#/pbft?n=4&req=4&gap=40ms&seed=3&latency=8ms..24ms&until=2s&at=60ms:crash:0\
               &pause=31:The primary stops in the middle.\
               &pause=61:The backups have waited long enough.\
               &pause=73:What may have been decided is ordered again, under its old number.",
        twin: "Four replicas agree, nobody fails",
    },
    Lesson {
        kind: Kind::Beyond("Prepared Uniqueness"),
        title: "Two of four lie: one too many",
        watch: "One liar more than n ≥ 3f + 1 allows. First the assumption is broken; then two honest replicas \
                prepare different requests under one number.",
        link: "#/pbft?n=4&f=1&seed=1&req=2&latency=8ms..24ms&until=1s&byz=0:two-faced&byz=1:two-faced\
               &pause=9:Two liars of four. Three votes can be had for anything now.\
               &pause=38:Prepared here with another request than there: two quorums met in liars only.\
               &pause=48:And executed.",
        twin: "One of four lies, and three still agree",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "Sixteen replicas, but four of them decide",
        watch: "A committee of four orders for all sixteen: 24 messages, twelve to tell the others, and their answers, instead of 480. Two liars \
                among it are enough to split it; five of sixteen would not be.",
        link: "#/pbft?n=16&clients=2&req=4&latency=8ms..24ms&until=2s&committee=4&byz=0:two-faced&byz=1:two-faced\
               &pause=violation:Two of the four are one too many. All sixteen would have tolerated five.",
        twin: "Two of four lie: one too many",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "A vote must name what it is for",
        watch: "The same lying primary, but replicas count votes without looking at the digest. Each half \
                executes its own request: agreement is violated.",
        link: "#/pbft?n=4&f=1&seed=7&clients=2&req=2&latency=8ms..24ms&until=1s\
               &byz=0:two-faced&without=digest-binding\
               &pause=17:Votes for another request are counted as votes for this one.\
               &pause=33:Each half has executed its own request.",
        twin: "One of four lies, and three still agree",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Nobody asks the others: three delays",
        watch: "Replicas execute as soon as the primary has ordered, and answer. The client sees that all four histories \
                are the same and is done. Every fourth request they check it among themselves.",
        link: "#/zyzzyva?n=4&req=8&gap=50ms&checkpoint=4&until=1s\
               &pause=7:Executed before anybody else has agreed.\
               &pause=14:Four equal answers: done after three delays.\
               &pause=57:Every fourth request they make sure among themselves.",
        twin: "One slow replica, and the fast path is gone",
    },
    Lesson {
        kind: Kind::Within,
        title: "One slow replica, and the fast path is gone",
        watch: "Replica 3 answers, but late. Every request now waits for it, then takes a second phase: the client hands \
                out the three signatures that it has.",
        link: "#/zyzzyva?n=4&req=8&gap=50ms&checkpoint=4&until=2s&byz=3:delay:200ms\
               &pause=15:The fourth answer is missing. Three signatures will have to do.\
               &pause=22:Five delays instead of three, and the time it waited.",
        twin: "Nobody asks the others: three delays",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "Two of four lie, and answers that were final are not",
        watch: "Both have two faces. Client c1 gathers three signed answers and is done with number 1. After two changes of view \
                number 1 is the other client's.",
        link: "#/zyzzyva?n=4&f=1&clients=2&req=2&seed=12&latency=8ms..24ms&timeout=100ms&until=2s&byz=0:twins\
               &byz=1:twins\
               &pause=29:A certificate for number 1: c1 is done.\
               &pause=176:Another new view, with the history that two liars report. Replica 3 takes back what c1 was told.\
               &pause=248:Number 1 again, for another client.",
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
               &at=1325ms:mend:0-3&at=2s:heal&at=2100ms:fire:c0:retry&at=7s:propose:c1\
               &pause=35:Replica 0 keeps a certificate of view 0. Nobody else has it.\
               &pause=207:The longest certificate won, not the latest: it undid what was complete.",
        twin: "Nobody asks the others: three delays",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "A leader in the middle",
        watch: "In HotStuff everybody talks to the leader only. Three phases of votes make three certificates; after \
                seven delays every replica has decided, with seven messages for each replica but the leader.",
        link: "#/hotstuff?n=4&req=1\
               &pause=10:Votes go to the leader only.\
               &pause=24:The second certificate: the block is locked.\
               &pause=30:The third: it is decided.",
        twin: "A chain of blocks, and a liar weaves two",
    },
    Lesson {
        kind: Kind::Within,
        title: "A chain of blocks, and a liar weaves two",
        watch: "Each view adds a block, and three certified ones of consecutive views commit the first. Node 1 leads \
                from view 5 and builds on two branches by turns; the blocks in its gap are not committed, and the \
                honest agree.",
        link: "#/hotstuff?variant=chained&clients=4&req=4&byz=1:weaver&until=3s\
               &pause=45:Three certified blocks in a row: the first is final.\
               &pause=101:The liar builds on two branches, so views have gaps, and gaps commit nothing.",
        twin: "Three blocks in a row, but with a gap",
    },
    Lesson {
        kind: Kind::Beyond("One Certificate"),
        title: "Two certificates for one view",
        watch: "Two of four have two faces and vote for both blocks of view 1, so each block finds three votes. The two \
                honest replicas are shown one block's certificates each, and execute different requests.",
        link: "#/hotstuff?n=4&f=1&clients=2&req=2&until=1s&byz=0:two-faced&byz=3:two-faced\
               &pause=20:Two blocks of one view, and two replicas that vote for both.\
               &pause=37:Both have three votes.\
               &pause=50:And both are executed.",
        twin: "A leader in the middle",
    },
    Lesson {
        kind: Kind::RuleOff("Agreement"),
        title: "Three blocks in a row, but with a gap",
        watch: "The same liar, but the gap in the views is ignored. Node 0 commits a block of view 3 by a chain of views \
                3, 4 and 6. The other branch got its certificate in view 5: agreement is violated.",
        link: "#/hotstuff?variant=chained&clients=4&req=4&byz=1:weaver&until=3s&without=consecutive-views\
               &pause=76:A certificate on the other branch.\
               &pause=87:Three blocks, though not of consecutive views: taken for final on the other branch.",
        twin: "A chain of blocks, and a liar weaves two",
    },
];
