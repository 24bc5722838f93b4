//! Agents that weigh, object and believe.

use super::{Kind, Lesson};

pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        kind: Kind::Healthy,
        title: "Five agents answer, and all count the same",
        watch: "Each answer is signed, sent to all and passed on once. Similar answers count together, each by trust times \
                expertise; Answers shows the camps, and what each vote is worth.",
        link: "#/weighted?f=1&latency=8ms..18ms\
               &pause=26:Answers are passed on once, signed, so that all see the same.\
               &pause=decision:More than half of all weight is behind one answer. See Answers.",
        twin: "Who knows more weighs more",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Who knows more weighs more",
        watch: "The same answers, in the domain in which others are the experts: now Sydney has the majority. Weights are \
                worth as much as what is known of the agents.",
        link: "#/weighted?f=1&domain=law&latency=8ms..18ms\
               &pause=decision:The same answers, other weights, another winner.",
        twin: "Five agents answer, and all count the same",
    },
    Lesson {
        kind: Kind::Within,
        title: "Two answers are none",
        watch: "Agent 0 answers one thing to odd-numbered agents and another to even ones. When the answers are passed on, all \
                see both, signed, and count neither: all find the same, and no majority.",
        link: "#/weighted?f=1&latency=8ms..18ms&byz=0:two-faced\
               &pause=31:Two answers with one signature.\
               &pause=decision:Neither counts, for anybody.",
        twin: "A coordinator with two results",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "A coordinator with two results",
        watch: "The same agent collects the answers and announces what has come out: the truth to odd-numbered agents, and to \
                even ones without the answers that won. Both add up, and agreement is violated.",
        link: "#/weighted?decide=coordinator&f=1&latency=8ms..18ms&byz=0:two-faced\
               &pause=19:Node 0 announces to even agents what it does not tell odd ones.\
               &pause=25:Both results add up.",
        twin: "Two answers are none",
    },
    Lesson {
        kind: Kind::RuleOff("No Dictator"),
        title: "One agent outweighs four",
        watch: "Trust times expertise gives agent 1 more than half of all weight. Four say Y, it says X, and X it is. With the \
                rule of the largest share back on, it is stopped at one half.",
        link: "#/weighted?f=1&latency=8ms..18ms&question=X%20or%20Y%3F&answers=Y%7CX%7CY%7CY%7CY&trust=0.5,0.95,0.5,0.5,0.5\
               &expertise=0.4/0.9/0.4/0.4/0.4&without=cap\
               &pause=51:Four say Y. The fifth weighs more than they do together.",
        twin: "Five agents answer, and all count the same",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Ten workers, two supervisors, one executive",
        watch: "Proposals go up the tree, the decision comes down: 24 messages. Four workers wanted something else and object; \
                four of ten are not enough, and the decision stands.",
        link: "#/hierarchical\
               &pause=18:What most of its workers want.\
               &pause=25:One decides for all.\
               &pause=56:Four of ten object. More than half would be six.",
        twin: "More than half object: you decide",
    },
    Lesson {
        kind: Kind::Within,
        title: "More than half object: you decide",
        watch: "The first team is for 1 to a man, the second for 0 by a vote, and the executive prefers 0. Seven of ten object. \
                Nothing is decided before you rule: choose node 1, the chair.",
        link: "#/hierarchical?in=0,1,0,1,1,1,1,1,0,0,0,1,1\
               &pause=60:Seven of ten.\
               &pause=61:Choose node 1, the chair, and rule.",
        twin: "Ten workers, two supervisors, one executive",
    },
    Lesson {
        kind: Kind::Within,
        title: "Four of nine win two teams of three",
        watch: "Two teams are for 1 by two to one, the third is for 0 to a man: two supervisors of three say 1, though five of \
                nine workers want 0. They object, and you decide. Let the executive count workers, and 0 wins.",
        link: "#/hierarchical?supervisors=3&in=1,1,1,1,1,1,0,1,1,0,0,0,0\
               &pause=25:Two supervisors of three say 1. They speak for four workers of nine.\
               &pause=59:Five of nine object.",
        twin: "Ten workers, two supervisors, one executive",
    },
    Lesson {
        kind: Kind::Beyond("Accountability"),
        title: "The executive is captured",
        watch: "Both supervisors recommend 0, it decides 3. Six of ten workers object, but to the executive itself, and 3 stands. \
                Switch the rule on again, and the objections reach you.",
        link: "#/hierarchical?f=0&in=0,0,0,0,0,0,3,3,0,0,0,3,3&byz=0:captured&without=past-executive\
               &pause=25:Nobody recommended 3.\
               &pause=60:Objections go to the one who decided, and that is that.\
               &pause=74:It stands.",
        twin: "More than half object: you decide",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "Four agents pool what they believe",
        watch: "Each tells the others how probable it thinks three outcomes are. All pool the same beliefs in the same order and \
                decide for the same outcome; both pools stand under Shares.",
        link: "#/belief\
               &pause=decision:All have heard the same, and all compute the same pool.",
        twin: "One zero is a veto",
    },
    Lesson {
        kind: Kind::Healthy,
        title: "A ring comes to one pool",
        watch: "Eight agents hear their two neighbours only. Round by round each moves to the mean of three; after 64 rounds a \
                millionth of the distance is left.",
        link: "#/belief?n=8&graph=ring&until=2s\
               &pause=25:Each moves to the mean of three.\
               &pause=decision:After 64 rounds a millionth of the distance is left.",
        twin: "Four agents pool what they believe",
    },
    Lesson {
        kind: Kind::Unharmed,
        title: "Eleven outvote a zero",
        watch: "A floor of 1e-10 makes the veto finite: eleven at 0.9 outvote the liar who says 0. Take one of them away, and the \
                liar has its way.",
        link: "#/belief?n=12&f=1&byz=11:veto&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1\
               &pause=133:The liar says 0.\
               &pause=decision:A floor instead of zero: eleven at 0.9 are just enough.",
        twin: "One zero is a veto",
    },
    Lesson {
        kind: Kind::Beyond("No Veto"),
        title: "One zero is a veto",
        watch: "Three of four are nearly sure of outcome 0, one gives it no chance at all: the geometric mean is zero, whatever the \
                others think. The linear pool, under Shares, would still choose it.",
        link: "#/belief?floor=0&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0,1\
               &pause=decision:0.9, 0.9, 0.9 and 0: the geometric mean is 0.",
        twin: "Four agents pool what they believe",
    },
    Lesson {
        kind: Kind::Beyond("Agreement"),
        title: "A liar tells each another thing",
        watch: "Agent 3 is certain of outcome 0 towards 0 and 2, and of outcome 2 towards 1. A pool believes everybody, so the \
                agents come to different ones.",
        link: "#/belief?f=0&byz=3:two-faced\
               &pause=14:What node 3 told 0 and 2.\
               &pause=15:What it told 1. The pools differ.",
        twin: "Four agents pool what they believe",
    },
];
