//! Whoever has work or stake: Nakamoto, proof of stake.

use super::{Kind, Lesson};

pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        kind: Kind::Healthy,
        title: "Six blocks deep, and a payment is final",
        watch: "Hashes are tried until one is small enough. Whoever finds one sends a block, all build on it, and the \
                payments are final when six blocks lie on them. Two blocks at once make a branch, and the next one decides.",
        link: "#/nakamoto?seed=4&req=3&latency=10ms..60ms\
               &pause=59:A hash small enough: others build on it.\
               &pause=decision:Six blocks deep.",
        twin: "With most of the hash power the past can be changed",
    },
    Lesson {
        kind: Kind::Within,
        title: "A third of the hash power fails at eight confirmations",
        watch: "Node 3 spends its coins twice: in secret it builds a branch in which the coin comes back. It falls behind, \
                and no payment is undone.",
        link: "#/nakamoto?n=4&seed=25&until=15s&req=3&gap=3s&confirmations=8&mine=always&w=2,2,2,3&byz=3:double-spend\
               &pause=10:Node 3 mines in secret.\
               &pause=decision:Eight blocks deep, and the hidden branch is not longer.",
        twin: "A third of the hash power undoes two confirmations",
    },
    Lesson {
        kind: Kind::Within,
        title: "Two fifths of the hash power, more than half of the blocks",
        watch: "Node 0 stands in the middle and mines selfishly: it shows a block only when another is found, and its own \
                arrives first. Others work on branches that come to nothing; see the credits in a node's state.",
        link: "#/nakamoto?n=5&seed=5&until=60s&req=0&confirmations=20&retarget=2016&mine=always&graph=hub&gamma=100\
               &w=8,3,3,3,3&byz=0:selfish\
               &pause=45:A hidden block comes out at the very moment another is found.\
               &pause=58:The others' block is left behind: wasted work.",
        twin: "Six blocks deep, and a payment is final",
    },
    Lesson {
        kind: Kind::Chance("Common Prefix"),
        title: "A third of the hash power undoes two confirmations",
        watch: "The same spender, but the merchant trusts a payment that is two blocks deep. The hidden branch is one block \
                longer, comes out, and the payment is gone.",
        link: "#/nakamoto?n=4&seed=25&until=15s&req=3&gap=3s&confirmations=2&mine=always&w=2,2,2,3&byz=3:double-spend\
               &pause=decision:Two blocks deep: the merchant believes it.\
               &pause=76:The hidden branch comes out. The payment is gone.",
        twin: "A third of the hash power fails at eight confirmations",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "With most of the hash power the past can be changed",
        watch: "Node 2 has three fifths of the hash power and never gives up. However deep a payment lies, its branch \
                will be the longer one.",
        link: "#/nakamoto?n=3&until=30s&confirmations=6&mine=always&w=1,1,3&byz=2:majority\
               &pause=decision:Six deep, and called final.\
               &pause=313:A longer branch. However deep, it would have come.",
        twin: "Six blocks deep, and a payment is final",
    },
    Lesson {
        kind: Kind::RuleOff("Heaviest Chain"),
        title: "Most work counts, not most blocks",
        watch: "Node 3 writes late times into its branch, so that its blocks become easy and many. Nodes that count blocks \
                follow it; with the rule nobody does.",
        link: "#/nakamoto?n=4&until=40s&confirmations=6&retarget=4&mine=always&w=3,3,3,2&byz=3:easy-branch\
               &without=most-work\
               &pause=decision:Six deep on the branch with most work.\
               &pause=978:A branch of many easy blocks, with less work in it.",
        twin: "Six blocks deep, and a payment is final",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Stake votes, not heads",
        watch: "The proposer is drawn in proportion to stake, and a block is final when more than 200 of 300 have prevoted \
                and precommitted it. Validators 0, 1 and 2 are enough, 2, 3 and 4 are not.",
        link: "#/pos?n=5&seed=3&w=100,80,60,40,20&req=4&gap=100ms\
               &pause=9:The proposer was drawn by stake.\
               &pause=22:More than 200 of 300 have prevoted: locked.\
               &pause=45:The same for precommits: final.",
        twin: "A third of the stake, and two thirds suffice",
    },
    Lesson {
        kind: Kind::Within,
        title: "A liar votes twice and loses its stake",
        watch: "Validator 0 shows odd validators another block than even ones. No block finds two thirds; the gossip brings \
                both of its votes together, a block carries the evidence, and its stake counts no more.",
        link: "#/pos?n=4&clients=2&req=4&w=3,3,3,3&proposer=rotation&gossip=200ms&byz=0:two-faced&until=3s\
               &pause=11:Another block for even validators than for odd ones.\
               &pause=56:Two votes, one signature: that is evidence.\
               &pause=83:From the next height on its stake counts no more.",
        twin: "A third of the stake, and two thirds suffice",
    },
    Lesson {
        kind: Kind::Within,
        title: "Two votes and a lock keep what one vote loses",
        watch: "The same network under Tendermint. Prevotes that only validator 0 hears are no decision; in the next round \
                all agree.",
        link: "#/pos?until=3s&clients=2&req=2&latency=10ms&proposer=rotation\
               &at=0:delay:c0-1:request:1:10ms&at=25ms:block:0,2,3-1&at=25ms:block:0,1,3-2&at=25ms:block:0,1,2-3\
               &at=100ms:heal\
               &pause=30:Prevotes of more than two thirds: a lock, and no decision yet.\
               &pause=67:The next round finds the same block.",
        twin: "One vote is not enough, even without liars",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "A third of the stake, and two thirds suffice",
        watch: "Exactly one third lies, and two thirds are taken for a quorum. Validators 1 and 2 do not hear each other, and \
                each finds two thirds with the liar, who signed for both: that is evidence.",
        link: "#/pos?n=3&until=3s&clients=2&req=2&latency=10ms&proposer=rotation&w=2,2,2&byz=0:two-faced\
               &without=more-than-two-thirds&at=0:cut:1-2&at=100ms:heal\
               &pause=17:Two thirds, and a liar among them.\
               &pause=18:And two thirds for another block.\
               &pause=28:Both are final.",
        twin: "Stake votes, not heads",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "One vote is not enough, even without liars",
        watch: "As the document has it: more than two thirds of one vote. Validator 0 alone hears enough of round 0; the \
                others begin anew and make another block final. Nobody lied, and it cannot be undone.",
        link: "#/pos?until=3s&clients=2&req=2&latency=10ms&variant=single&proposer=rotation\
               &at=0:delay:c0-1:request:1:10ms&at=25ms:block:0,2,3-1&at=25ms:block:0,1,3-2&at=25ms:block:0,1,2-3\
               &at=100ms:heal\
               &pause=30:More than two thirds, in one vote. Only node 0 has seen them.\
               &pause=39:The others know nothing of it, and begin anew.\
               &pause=53:Another block is final. Nobody lied.",
        twin: "Two votes and a lock keep what one vote loses",
    },
];
