//! Scenarios to begin with: each teaches one thing, and most have a healthy or broken twin beside them.

/// A scenario with a lesson.
#[derive(Debug)]
pub struct Lesson {
    /// What it shows, as a headline.
    pub title: &'static str,
    /// What to watch, in a sentence or two.
    pub watch: &'static str,
    /// The scenario as a link's fragment.
    pub link: &'static str,
    /// The title of the one to compare it with.
    pub twin: Option<&'static str>,
}

/// All of them; the page opens on the first.
pub const LESSONS: &[Lesson] = &[
    Lesson {
        title: "One of four lies, and three still agree",
        watch: "Node 0, the primary, gives number 1 to one request towards even replicas and to another towards odd \
                ones. No request gathers enough commits; timers run out, view 1 begins under node 1, and the honest \
                three agree.",
        link: "#/pbft?n=4&f=1&seed=3&clients=2&req=4&latency=8ms..24ms&timeout=100ms&retry=80ms&until=600ms\
               &byz=0:two-faced",
        twin: Some("Four replicas agree, nobody fails"),
    },
    Lesson {
        title: "Four replicas agree, nobody fails",
        watch: "Three phases for one request: pre-prepare, prepare, commit. 24 messages between replicas, and \
                after three delays every replica has decided.",
        link: "#/pbft?n=4&req=1",
        twin: Some("One of four lies, and three still agree"),
    },
    Lesson {
        title: "The primary crashes: a new view",
        watch: "The primary stops in the middle. The backups' timers run out, they ask for the next view, and \
                its primary orders again whatever may have been decided.",
        link: "#/pbft?n=4&req=4&gap=40ms&seed=3&latency=8ms..24ms&until=2s&at=60ms:crash:0",
        twin: Some("Four replicas agree, nobody fails"),
    },
    Lesson {
        title: "Two of four lie: one too many",
        watch: "One liar more than n ≥ 3f + 1 allows. First the assumption is broken; then two honest replicas \
                prepare different requests under one number.",
        link: "#/pbft?n=4&f=1&seed=1&req=2&latency=8ms..24ms&until=1s&byz=0:two-faced&byz=1:two-faced",
        twin: Some("One of four lies, and three still agree"),
    },
    Lesson {
        title: "A vote must name what it is for",
        watch: "The same lying primary, but replicas count votes without looking at the digest. Each half \
                executes its own request: agreement is violated.",
        link: "#/pbft?n=4&f=1&seed=7&clients=2&req=2&latency=8ms..24ms&until=1s\
               &byz=0:two-faced&without=digest-binding",
        twin: Some("One of four lies, and three still agree"),
    },
    Lesson {
        title: "Three acceptors choose a value",
        watch: "Two phases: promises first, then votes. Proposer 0 counts votes from two of three acceptors, the \
                value is chosen, and it tells the learners.",
        link: "#/paxos?n=7&roles=apart&seed=3&latency=8ms..24ms",
        twin: Some("A proposer stops half-way, and its value is chosen"),
    },
    Lesson {
        title: "A proposer stops half-way, and its value is chosen",
        watch: "Proposer 0 has one vote for x when it is overtaken and crashes. Acceptor 2 reports that vote to \
                proposer 1, which must propose x instead of its own y: for all it knows x may be chosen.",
        link: "#/paxos?n=7&roles=apart&clients=2&req=2&gap=20ms&seed=2&latency=8ms..24ms&until=2s&at=75ms:crash:0",
        twin: Some("An acceptor forgets its vote"),
    },
    Lesson {
        title: "An acceptor forgets its vote",
        watch: "x is chosen with the votes of acceptors 2 and 3. Acceptor 3 comes back with an empty disk and \
                reports nothing, so y is chosen as well: agreement is violated.",
        link: "#/paxos?n=7&until=1s&clients=2&req=0&roles=apart&backoff=1h&retry=1h&patience=1h\
               &at=0:block:0-1,4&at=0:block:1-2&at=10ms:propose:c0&at=100ms:crash:3&at=110ms:amnesia:3\
               &at=120ms:propose:c1",
        twin: Some("A proposer stops half-way, and its value is chosen"),
    },
    Lesson {
        title: "Two proposers overtake each other for ever",
        watch: "Whoever sees a higher ballot takes a higher one at once. Each completes phase 1 just before the \
                other's phase 2 arrives, and nothing is ever chosen.",
        link: "#/paxos?n=3&until=2s&deadline=2s&clients=2&req=2&gap=15ms&without=back-off",
        twin: Some("A random wait ends the duel"),
    },
    Lesson {
        title: "A random wait ends the duel",
        watch: "The same two proposers, but whoever is overtaken waits a random time. The other has its value \
                chosen meanwhile.",
        link: "#/paxos?n=3&until=2s&deadline=2s&clients=2&req=2&gap=15ms",
        twin: Some("Two proposers overtake each other for ever"),
    },
    Lesson {
        title: "One promise for all slots, then a round trip a command",
        watch: "Replica 0 does phase 1 once, for every slot there will ever be. From then on each command takes one \
                accept to each acceptor and one answer.",
        link: "#/multi-paxos?n=5&req=4&gap=60ms&seed=2&latency=8ms..24ms&until=600ms",
        twin: Some("The leader stops, and its successor fills the gap"),
    },
    Lesson {
        title: "The leader stops, and its successor fills the gap",
        watch: "The leader's command in slot 1 is lost, the one in slot 2 is accepted, and it stops. Replica 1 \
                proposes slot 2 again and puts a no-op into slot 1, so that slot 2 can be carried out.",
        link: "#/multi-paxos?n=3&until=1s&clients=2&req=0&election=1h&heartbeat=1h&retry=1h&at=50ms:propose:c0\
               &at=65ms:block:0-1,2&at=71ms:heal&at=72ms:propose:c1&at=95ms:crash:0&at=110ms:fire:1:election\
               &at=200ms:fire:1:heartbeat&at=220ms:fire:c0:retry&at=220ms:fire:c1:retry&at=300ms:restart:0\
               &at=400ms:fire:1:heartbeat&at=500ms:fire:1:heartbeat",
        twin: Some("A promise that leaves out unused slots"),
    },
    Lesson {
        title: "A promise that leaves out unused slots",
        watch: "Replica 2 has promised ballot 2 to replica 1, but only in slots in use. In the next one it accepts x \
                of the old leader and y of the new: both are chosen.",
        link: "#/multi-paxos?n=3&until=1s&clients=2&req=0&election=1h&heartbeat=1h&retry=1h&without=covers-all\
               &at=0:cut:0-1&at=0:block:c1-0&at=50ms:fire:1:election&at=100ms:propose:c0&at=150ms:propose:c1\
               &at=160ms:fire:c1:retry&at=300ms:heal&at=350ms:fire:1:heartbeat",
        twin: Some("One promise for all slots, then a round trip a command"),
    },
    Lesson {
        title: "Five servers elect a leader",
        watch: "Every server waits a random time. The first to wake asks for votes; three of five make a leader, \
                and its heartbeats keep the others quiet.",
        link: "#/raft?n=5&req=3&gap=50ms&seed=2&until=1s",
        twin: Some("The leader crashes"),
    },
    Lesson {
        title: "The leader crashes",
        watch: "After the crash nobody hears heartbeats. A new term begins, no entry that a client was told \
                about is lost, and the old leader comes back as a follower.",
        link: "#/raft?n=5&req=6&gap=100ms&seed=2&until=2s&at=400ms:crash:4&at=1200ms:restart:4",
        twin: Some("Five servers elect a leader"),
    },
    Lesson {
        title: "A split network, and how it heals",
        watch: "Two servers are cut off from three. Only the larger side goes on; after healing the others catch \
                up.",
        link: "#/raft?n=5&req=10&gap=100ms&seed=4&until=3s&at=500ms:partition:0,1/2,3,4&at=1500ms:heal",
        twin: Some("Five servers elect a leader"),
    },
    Lesson {
        title: "An old entry, counted too early",
        watch: "Without the rule of §5.4.2 a leader commits an entry of an earlier term by counting copies, and \
                a later leader overwrites it. Watch terms 2 to 4.",
        link: "#/raft?seed=4708&until=4s&clients=2&req=3&gap=299ms&latency=exp:8ms&noop=off\
               &without=commit-own-term&at=573986us:pause:1&at=1050404us:pause:0\
               &at=1100448us:resume:1&at=1314127us:block:0-1,2,3,4,c0,c1&at=1635168us:resume:0\
               &at=1807901us:pause:0&at=2763114us:heal&at=2763114us:resume:0",
        twin: Some("The leader crashes"),
    },
    Lesson {
        title: "Seven generals, all loyal",
        watch: "156 messages in three rounds: the order, what each was told, and what each was told that others were \
                told. The trees show what a lieutenant has heard and the majorities over it.",
        link: "#/om?n=7&until=1s",
        twin: Some("Four generals, one traitor"),
    },
    Lesson {
        title: "Four generals, one traitor",
        watch: "Lieutenant 3 turns the order round. The other two hear attack twice and retreat once, and attack.",
        link: "#/om?n=4&until=1s&byz=3:opposite",
        twin: Some("Three generals cannot do it"),
    },
    Lesson {
        title: "Three generals cannot do it",
        watch: "Lieutenant 1 hears attack from the commander and retreat from 2, just as if the commander had two \
                faces. Whatever it does is wrong in one of the two stories; here a loyal commander is not obeyed.",
        link: "#/om?n=3&f=1&until=1s&byz=2:opposite",
        twin: Some("Three generals who sign can do it"),
    },
    Lesson {
        title: "Three generals who sign can do it",
        watch: "The commander signs attack for 1 and retreat for 2. Each shows the other what it got: both know that he \
                is a traitor, and both retreat.",
        link: "#/sm?n=3&until=1s&byz=0:two-faced",
        twin: Some("Three generals cannot do it"),
    },
    Lesson {
        title: "An order shown too late",
        watch: "Commander and lieutenant 1 keep a second order to themselves and show it to 2 in the last round. It \
                carries two signatures; round three demands three.",
        link: "#/sm?n=4&f=2&until=1s&byz=0:withhold&byz=1:withhold",
        twin: Some("An order shown too late is believed"),
    },
    Lesson {
        title: "An order shown too late is believed",
        watch: "The same without that rule: 2 knows two orders and retreats, 3 was never shown the second one and \
                attacks.",
        link: "#/sm?n=4&f=2&until=1s&byz=0:withhold&byz=1:withhold&without=signed-in-time",
        twin: Some("An order shown too late"),
    },
    Lesson {
        title: "The scheduler that never lets you decide",
        watch: "Three processes, mixed bits, every message arrives, nobody crashes, and nobody ever decides. The panel \
                shows which message the scheduler holds back, and two schedules from here: one decides 0, one decides 1.",
        link: "#/flp?sched=bivalent",
        twin: Some("Once messages keep time, waiting helps"),
    },
    Lesson {
        title: "Equal bits leave nothing to keep open",
        watch: "The same scheduler, but all begin with 1: 0 cannot be decided. It has nothing to choose between and lets \
                the nearest decision happen.",
        link: "#/flp?in=1,1,1&sched=bivalent",
        twin: Some("The scheduler that never lets you decide"),
    },
    Lesson {
        title: "Once messages keep time, waiting helps",
        watch: "A refused proposer waits, the longer the higher its ballot. Until 1 s the scheduler decides when timers run \
                out, so that is worth nothing; from then on messages keep time, and somebody is left alone long enough.",
        link: "#/flp?sched=bivalent&retry=40ms&gst=1s&until=3s",
        twin: Some("The scheduler that never lets you decide"),
    },
    Lesson {
        title: "A duel that chance ends",
        watch: "No scheduler, only delays that differ by chance. Proposers still overtake each other, until one is quick \
                enough. With latency=10ms they would duel for ever.",
        link: "#/flp?seed=8&latency=5ms..20ms",
        twin: Some("A promise that is not kept"),
    },
    Lesson {
        title: "A promise that is not kept",
        watch: "The same duel, but acceptors vote below their promise. Ballot 5 is chosen, and ballot 7, which was told that \
                nothing had been, is chosen as well, with another value.",
        link: "#/flp?seed=8&latency=5ms..20ms&without=keep-promise",
        twin: Some("A duel that chance ends"),
    },
    Lesson {
        title: "Coins decide where clocks cannot",
        watch: "Two begin with 0 and two with 1, and no message is on time. Rounds without a majority end in coins; \
                the table below shows them fall, until enough fall alike.",
        link: "#/ben-or?n=4&seed=7&latency=8ms..24ms&until=3s",
        twin: Some("A majority of those heard is none"),
    },
    Lesson {
        title: "One of six lies, and coins still agree",
        watch: "With n ≥ 5f + 1 a value is taken over from two proposals only, so that the liar's word alone, 0 to some \
                and 1 to others, counts for nothing.",
        link: "#/ben-or?n=6&seed=2&latency=8ms..24ms&until=3s&variant=byzantine&byz=0:two-faced",
        twin: Some("Coins decide where clocks cannot"),
    },
    Lesson {
        title: "A majority of those heard is none",
        watch: "Two of the three reports that a process hears are not more than half of four. Taken for it, 0 and 1 are \
                both proposed in round 1, and both are decided.",
        link: "#/ben-or?n=4&seed=3&latency=8ms..24ms&until=3s&without=majority-of-all",
        twin: Some("Coins decide where clocks cannot"),
    },
    Lesson {
        title: "A coordinator, a majority, a decision",
        watch: "Everybody sends its estimate to node 1, which proposes one, collects acks and decides; the decision is \
                passed on by all who hear of it.",
        link: "#/chandra-toueg?n=5",
        twin: Some("Wrong suspicions delay and do no harm"),
    },
    Lesson {
        title: "Wrong suspicions delay and do no harm",
        watch: "Nodes 2, 3 and 4 are told to suspect node 1, which is up, and then it is cut off. Their nacks keep it from \
                deciding, and node 2 takes over. Suspect whom you like: agreement stands.",
        link: "#/chandra-toueg?until=1s&at=5ms:do:2:suspect:1&at=5ms:do:3:suspect:1&at=5ms:do:4:suspect:1\
               &at=12ms:block:1-0,2,3,4&at=500ms:heal",
        twin: Some("A nack overlooked"),
    },
    Lesson {
        title: "A nack overlooked",
        watch: "The same suspicions, but node 1 decides although there are nacks among the answers. Nobody else has taken \
                its value over, and node 2 never hears of it.",
        link: "#/chandra-toueg?until=1s&without=all-acks&at=5ms:do:2:suspect:1&at=5ms:do:3:suspect:1\
               &at=5ms:do:4:suspect:1&at=12ms:block:1-0,2,3,4&at=500ms:heal",
        twin: Some("Wrong suspicions delay and do no harm"),
    },
    Lesson {
        title: "A leader in the middle",
        watch: "In HotStuff everybody talks to the leader only. Three phases of votes make three certificates; after \
                seven delays every replica has decided, with seven messages for each replica but the leader.",
        link: "#/hotstuff?n=4&req=1",
        twin: Some("A chain of blocks, and a liar weaves two"),
    },
    Lesson {
        title: "A chain of blocks, and a liar weaves two",
        watch: "Each view adds a block, and three certified ones of consecutive views commit the first. Node 1 leads \
                from view 5 and builds on two branches by turns; the blocks in its gap are not committed, and the \
                honest agree.",
        link: "#/hotstuff?variant=chained&clients=4&req=4&byz=1:weaver&until=3s",
        twin: Some("Three blocks in a row, but with a gap"),
    },
    Lesson {
        title: "Three blocks in a row, but with a gap",
        watch: "The same liar, but the gap in the views is ignored. Node 0 commits a block of view 3 by a chain of views \
                3, 4 and 6. The other branch got its certificate in view 5: agreement is violated.",
        link: "#/hotstuff?variant=chained&clients=4&req=4&byz=1:weaver&until=3s&without=consecutive-views",
        twin: Some("A chain of blocks, and a liar weaves two"),
    },
    Lesson {
        title: "Two certificates for one view",
        watch: "Two of four have two faces and vote for both blocks of view 1, so each block finds three votes. The two \
                honest replicas are shown one block's certificates each, and execute different requests.",
        link: "#/hotstuff?n=4&f=1&clients=2&req=2&until=1s&byz=0:two-faced&byz=3:two-faced",
        twin: Some("A leader in the middle"),
    },
    Lesson {
        title: "Nobody asks the others: three delays",
        watch: "Replicas execute as soon as the primary has ordered, and answer. The client sees that all four histories \
                are the same and is done. Every fourth request they check it among themselves.",
        link: "#/zyzzyva?n=4&req=8&gap=50ms&checkpoint=4&until=1s",
        twin: Some("One slow replica, and the fast path is gone"),
    },
    Lesson {
        title: "One slow replica, and the fast path is gone",
        watch: "Replica 3 answers, but late. Every request now waits for it, then takes a second phase: the client hands \
                out the three signatures that it has.",
        link: "#/zyzzyva?n=4&req=8&gap=50ms&checkpoint=4&until=2s&byz=3:delay:200ms",
        twin: Some("Nobody asks the others: three delays"),
    },
    Lesson {
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
        twin: Some("Nobody asks the others: three delays"),
    },
    Lesson {
        title: "Ten workers, two supervisors, one executive",
        watch: "Proposals go up the tree, the decision comes down: 24 messages. Four workers wanted something else and object; \
                four of ten are not enough, and the decision stands.",
        link: "#/hierarchical",
        twin: Some("More than half object: you decide"),
    },
    Lesson {
        title: "More than half object: you decide",
        watch: "The first team is for 1 to a man, the second for 0 by a vote, and the executive prefers 0. Seven of ten object. \
                Nothing is decided before you rule: choose node 1, the chair.",
        link: "#/hierarchical?in=0,1,0,1,1,1,1,1,0,0,0,1,1",
        twin: Some("Ten workers, two supervisors, one executive"),
    },
    Lesson {
        title: "Four of nine win two teams of three",
        watch: "Two teams are for 1 by two to one, the third is for 0 to a man: two supervisors of three say 1, though five of \
                nine workers want 0. They object, and you decide. Let the executive count workers, and 0 wins.",
        link: "#/hierarchical?supervisors=3&in=1,1,1,1,1,1,0,1,1,0,0,0,0",
        twin: Some("Ten workers, two supervisors, one executive"),
    },
    Lesson {
        title: "The executive is captured",
        watch: "Both supervisors recommend 0, it decides 3. Six of ten workers object, but to the executive itself, and 3 stands. \
                Switch the rule on again, and the objections reach you.",
        link: "#/hierarchical?f=0&in=0,0,0,0,0,0,3,3,0,0,0,3,3&byz=0:captured&without=past-executive",
        twin: Some("More than half object: you decide"),
    },
    Lesson {
        title: "Six blocks deep, and a payment is final",
        watch: "Hashes are tried until one is small enough. Whoever finds one sends a block, all build on it, and the \
                payments are final when six blocks lie on them. Two blocks at once make a branch, and the next one decides.",
        link: "#/nakamoto?seed=4&req=3&latency=10ms..60ms",
        twin: Some("With most of the hash power the past can be changed"),
    },
    Lesson {
        title: "A third of the hash power fails at eight confirmations",
        watch: "Node 3 spends its coins twice: in secret it builds a branch in which the coin comes back. It falls behind, \
                and gives up.",
        link: "#/nakamoto?n=4&seed=6&until=15s&req=3&gap=3s&confirmations=8&mine=always&w=2,2,2,3&byz=3:double-spend",
        twin: Some("A third of the hash power undoes two confirmations"),
    },
    Lesson {
        title: "A third of the hash power undoes two confirmations",
        watch: "The same spender, but the merchant trusts a payment that is two blocks deep. The hidden branch is one block \
                longer, comes out, and the payment is gone.",
        link: "#/nakamoto?n=4&seed=6&until=15s&req=3&gap=3s&confirmations=2&mine=always&w=2,2,2,3&byz=3:double-spend",
        twin: Some("A third of the hash power fails at eight confirmations"),
    },
    Lesson {
        title: "Two fifths of the hash power, more than half of the blocks",
        watch: "Node 0 stands in the middle and mines selfishly: it shows a block only when another is found, and its own \
                arrives first. Others work on branches that come to nothing; see the credits in a node's state.",
        link: "#/nakamoto?n=5&seed=5&until=60s&req=0&confirmations=20&retarget=2016&mine=always&graph=hub&gamma=100\
               &w=8,3,3,3,3&byz=0:selfish",
        twin: Some("Six blocks deep, and a payment is final"),
    },
    Lesson {
        title: "Most work counts, not most blocks",
        watch: "Node 3 writes late times into its branch, so that its blocks become easy and many. Nodes that count blocks \
                follow it; with the rule nobody does.",
        link: "#/nakamoto?n=4&until=40s&confirmations=6&retarget=4&mine=always&w=3,3,3,2&byz=3:easy-branch\
               &without=most-work",
        twin: Some("Six blocks deep, and a payment is final"),
    },
    Lesson {
        title: "With most of the hash power the past can be changed",
        watch: "Node 2 has three fifths of the hash power and never gives up. However deep a payment lies, its branch \
                will be the longer one.",
        link: "#/nakamoto?n=3&until=30s&confirmations=6&mine=always&w=1,1,3&byz=2:majority",
        twin: Some("Six blocks deep, and a payment is final"),
    },
    Lesson {
        title: "Five agents answer, and all count the same",
        watch: "Each answer is signed, sent to all and passed on once. Similar answers count together, each by trust times \
                expertise; the table below shows the camps, and what each vote is worth.",
        link: "#/weighted?f=1&latency=8ms..18ms",
        twin: Some("Who knows more weighs more"),
    },
    Lesson {
        title: "Who knows more weighs more",
        watch: "The same answers, in the domain in which others are the experts: now Sydney has the majority. Weights are \
                worth as much as what is known of the agents.",
        link: "#/weighted?f=1&domain=1&latency=8ms..18ms",
        twin: Some("Five agents answer, and all count the same"),
    },
    Lesson {
        title: "Two answers are none",
        watch: "Agent 0 answers one thing to odd-numbered agents and another to even ones. When the answers are passed on, all \
                see both, signed, and count neither: all find the same, and no majority.",
        link: "#/weighted?f=1&latency=8ms..18ms&byz=0:two-faced",
        twin: Some("A coordinator with two results"),
    },
    Lesson {
        title: "A coordinator with two results",
        watch: "The same agent collects the answers and announces what has come out: the truth to odd-numbered agents, and to \
                even ones without the answers that won. Both add up, and agreement is violated.",
        link: "#/weighted?decide=coordinator&f=1&latency=8ms..18ms&byz=0:two-faced",
        twin: Some("Two answers are none"),
    },
    Lesson {
        title: "One agent outweighs four",
        watch: "Trust times expertise gives agent 1 more than half of all weight. Four say Y, it says X, and X it is. With the \
                rule of the largest share back on, it is stopped at one half.",
        link: "#/weighted?f=1&latency=8ms..18ms&question=X%20or%20Y%3F&answers=Y%7CX%7CY%7CY%7CY&trust=0.5,0.95,0.5,0.5,0.5\
               &expertise=0.4/0.9/0.4/0.4/0.4&without=cap",
        twin: Some("Five agents answer, and all count the same"),
    },
    Lesson {
        title: "Four agents pool what they believe",
        watch: "Each tells the others how probable it thinks three outcomes are. All pool the same beliefs in the same order and \
                decide for the same outcome; both pools stand in the table.",
        link: "#/belief",
        twin: Some("One zero is a veto"),
    },
    Lesson {
        title: "One zero is a veto",
        watch: "Three of four are nearly sure of outcome 0, one gives it no chance at all: the geometric mean is zero, whatever the \
                others think. The linear pool, below, would still choose it.",
        link: "#/belief?floor=0&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0,1",
        twin: Some("Four agents pool what they believe"),
    },
    Lesson {
        title: "Eleven outvote a zero",
        watch: "A floor of 1e-10 makes the veto finite: eleven at 0.9 outvote the liar who says 0. Take one of them away, and the \
                liar has its way.",
        link: "#/belief?n=12&f=1&byz=11:veto&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1",
        twin: Some("One zero is a veto"),
    },
    Lesson {
        title: "A ring comes to one pool",
        watch: "Eight agents hear their two neighbours only. Round by round each moves to the mean of three; after 64 rounds a \
                millionth of the distance is left.",
        link: "#/belief?n=8&graph=ring&until=2s",
        twin: Some("Four agents pool what they believe"),
    },
    Lesson {
        title: "A liar tells each another thing",
        watch: "Agent 3 is certain of outcome 0 towards 0 and 2, and of outcome 2 towards 1. A pool believes everybody, so the \
                agents come to different ones.",
        link: "#/belief?f=0&byz=3:two-faced",
        twin: Some("Four agents pool what they believe"),
    },
    Lesson {
        title: "Stake votes, not heads",
        watch: "The proposer is drawn in proportion to stake, and a block is final when more than 200 of 300 have prevoted \
                and precommitted it. Validators 0, 1 and 2 are enough, 2, 3 and 4 are not.",
        link: "#/pos?n=5&seed=3&w=100,80,60,40,20&req=4&gap=100ms",
        twin: Some("A third of the stake, and two thirds suffice"),
    },
    Lesson {
        title: "A liar votes twice and loses its stake",
        watch: "Validator 0 shows odd validators another block than even ones. No block finds two thirds; the gossip brings \
                both of its votes together, a block carries the evidence, and its stake counts no more.",
        link: "#/pos?n=4&clients=2&req=4&w=3,3,3,3&proposer=rotation&gossip=200ms&byz=0:two-faced&until=3s",
        twin: Some("A third of the stake, and two thirds suffice"),
    },
    Lesson {
        title: "A third of the stake, and two thirds suffice",
        watch: "Exactly one third lies, and two thirds are taken for a quorum. Validators 1 and 2 do not hear each other, and \
                each finds two thirds with the liar, who signed for both: that is evidence.",
        link: "#/pos?n=3&until=3s&clients=2&req=2&latency=10ms&proposer=rotation&w=2,2,2&byz=0:two-faced\
               &without=more-than-two-thirds&at=0:cut:1-2&at=100ms:heal",
        twin: Some("Stake votes, not heads"),
    },
    Lesson {
        title: "One vote is not enough, even without liars",
        watch: "As the document has it: more than two thirds of one vote. Validator 0 alone hears enough of round 0; the \
                others begin anew and make another block final. Nobody lied, and it cannot be undone.",
        link: "#/pos?until=3s&clients=2&req=2&latency=10ms&variant=single&proposer=rotation\
               &at=0:delay:c0-1:request:1:10ms&at=25ms:block:0,2,3-1&at=25ms:block:0,1,3-2&at=25ms:block:0,1,2-3\
               &at=100ms:heal",
        twin: Some("Two votes and a lock keep what one vote loses"),
    },
    Lesson {
        title: "Two votes and a lock keep what one vote loses",
        watch: "The same network under Tendermint. Prevotes that only validator 0 hears are no decision; in the next round \
                all agree.",
        link: "#/pos?until=3s&clients=2&req=2&latency=10ms&proposer=rotation\
               &at=0:delay:c0-1:request:1:10ms&at=25ms:block:0,2,3-1&at=25ms:block:0,1,3-2&at=25ms:block:0,1,2-3\
               &at=100ms:heal",
        twin: Some("One vote is not enough, even without liars"),
    },
];

/// Lessons in which nobody decides, which is what they teach.
#[cfg(test)]
const UNDECIDED: &[&str] = &[
    "The scheduler that never lets you decide",
    "More than half object: you decide",
    "Four of nine win two teams of three",
];

/// The lesson with this title.
pub fn by_title(title: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|l| l.title == title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_lab::view::Status;
    use consensus_lab::{Session, catalogue, open};
    use consensus_scenario::parse;

    const TERMINATION: &str = "Termination";

    /// The run of a lesson, at its end.
    fn run(lesson: &Lesson) -> Box<dyn Session> {
        let link = parse(lesson.link, catalogue()).unwrap_or_else(|e| panic!("{}: {e}", lesson.title));
        let mut session = open(&link.scenario).unwrap_or_else(|e| panic!("{}: {}", lesson.title, e.why));
        while session.run_ahead(10_000) {}
        let end = session.frontier().event;
        session.seek_event(end);
        session
    }

    fn stands(session: &dyn Session, property: &str) -> Option<Status> {
        session.properties().into_iter().find(|p| p.name == property).map(|p| p.status)
    }

    #[test]
    fn every_lesson_decides_something_or_shows_why_not_and_its_twin_is_another_lesson() {
        for lesson in LESSONS {
            let run = run(lesson);
            let stalls = stands(&*run, TERMINATION) == Some(Status::Violated);
            let decides = stalls || !run.decisions().is_empty();
            assert_eq!(decides, !UNDECIDED.contains(&lesson.title), "{}", lesson.title);
            let twin = lesson.twin.and_then(by_title).expect("a twin");
            assert_ne!(twin.title, lesson.title);
        }
    }

    #[test]
    fn lessons_about_accidents_show_them_and_the_first_lesson_shows_none() {
        let accidents = [
            ("Two of four lie: one too many", "Prepared Uniqueness"),
            ("A vote must name what it is for", "Agreement"),
            ("An acceptor forgets its vote", "Agreement"),
            ("A promise that leaves out unused slots", "Agreement"),
            ("Two proposers overtake each other for ever", TERMINATION),
            ("An old entry, counted too early", "Leader Completeness"),
            ("A promise that is not kept", "Chosen Is Final"),
            ("An old certificate comes back", "Agreement"),
            ("Three generals cannot do it", "IC2"),
            ("An order shown too late is believed", "IC1"),
            ("A majority of those heard is none", "Agreement"),
            ("A nack overlooked", "Agreement"),
            ("Three blocks in a row, but with a gap", "Agreement"),
            ("A third of the stake, and two thirds suffice", "Agreement"),
            ("One vote is not enough, even without liars", "Agreement"),
            ("Two certificates for one view", "One Certificate"),
            ("A third of the hash power undoes two confirmations", "Common Prefix"),
            ("With most of the hash power the past can be changed", "Agreement"),
            ("Most work counts, not most blocks", "Heaviest Chain"),
            ("The executive is captured", "Accountability"),
            ("A coordinator with two results", "Agreement"),
            ("One agent outweighs four", "No Dictator"),
            ("A liar tells each another thing", "Agreement"),
        ];
        for (title, property) in accidents {
            let session = run(by_title(title).expect(title));
            assert_eq!(stands(&*session, property), Some(Status::Violated), "{title}");
        }
        let first = run(&LESSONS[0]);
        assert!(first.properties().iter().all(|p| p.status == Status::Holds));
    }
}
