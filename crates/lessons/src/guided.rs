//! Guided lessons: a few steps each, with an address of their own.

/// A guided lesson.
#[derive(Debug)]
pub struct Guided {
    /// Its name in addresses: `#/lesson/three-generals/1`.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its steps.
    pub steps: &'static [Step],
}

/// One step: something to read, and a piece of a run to watch.
#[derive(Debug)]
pub struct Step {
    /// What to read.
    pub say: &'static str,
    /// The scenario; the one of the step before if empty.
    pub link: &'static str,
    /// After how many events it stops. It begins where the step before stops, in another scenario at its beginning.
    pub to: u64,
    /// A prediction to make.
    pub ask: Option<Ask>,
}

/// A prediction to make.
#[derive(Debug)]
pub struct Ask {
    /// The question.
    pub question: &'static str,
    /// What may be answered.
    pub answers: [&'static str; 2],
    /// Position of the right one.
    pub right: usize,
    /// Why.
    pub because: &'static str,
}

impl Guided {
    /// The scenario of a step, and between which events it plays.
    pub fn scene(&self, step: usize) -> Option<(&'static str, u64, u64)> {
        let to = self.steps.get(step)?.to;
        let first = (0..=step).rev().find(|s| !self.steps[*s].link.is_empty())?;
        let from = if first == step { 0 } else { self.steps[step - 1].to };
        Some((self.steps[first].link, from, to))
    }
}

const fn step(say: &'static str, link: &'static str, to: u64) -> Step {
    Step { say, link, to, ask: None }
}

/// All of them, the easiest first.
pub const GUIDED: &[Guided] = &[
    Guided {
        name: "three-generals",
        title: "Three generals cannot agree",
        steps: &[
            step(
                "Three generals must do the same, attack or retreat. One of them may be a traitor. Node 0 commands, and orders \
                 attack. Press Next.",
                "#/om?n=3&f=1&until=1s&byz=2:opposite",
                1,
            ),
            Step {
                say: "Both lieutenants have the order. Now each tells the other what it heard, in case the commander is the \
                      traitor. He is not: it is node 2.",
                link: "",
                to: 5,
                ask: Some(Ask {
                    question: "What will node 2 say that it heard?",
                    answers: ["attack", "retreat"],
                    right: 1,
                    because: "It wants node 1 to disobey a loyal commander.",
                }),
            },
            step(
                "Node 1 heard attack from one and retreat from the other. It has no third voice to ask. Without a majority it \
                 retreats: a loyal commander is not obeyed.",
                "",
                10,
            ),
            step(
                "Another story: now the commander is the traitor, and tells each something else. Node 1 hears the very same \
                 words as before. Whatever it does on them is wrong in one of the two stories.",
                "#/om?n=3&f=1&until=1s&byz=0:two-faced",
                11,
            ),
            step(
                "With a fourth general the loyal hear attack twice and retreat once. The majority is right in both stories: \
                 n ≥ 3f + 1. Try a second traitor: select a general, and see Behaves.",
                "#/om?n=4&until=1s&byz=3:opposite",
                19,
            ),
        ],
    },
    Guided {
        name: "own-term",
        title: "Why Raft waits for its own term",
        steps: &[
            step(
                "Five servers. Server 1 led term 1, server 0 leads term 2. It brings a new entry, y, to server 1 only, and crashes. \
                 Watch the log, in the panel.",
                FIGURE_8_WITHOUT,
                77,
            ),
            step(
                "Server 4 is elected for term 3 by those who never saw that entry, has one of its own in the same place, and \
                 crashes, too.",
                "",
                109,
            ),
            Step {
                say: "Server 0 is back, leads term 4, and brings its old entry of term 2 to a third server. A majority holds it \
                      now. The rule is off, so it is called committed.",
                link: "",
                to: 139,
                ask: Some(Ask {
                    question: "Can it still be lost?",
                    answers: ["yes", "no, a majority holds it"],
                    right: 0,
                    because: "Server 4 has an entry of term 3. A log whose last term is higher wins votes, also of those who \
                              hold the old entry.",
                }),
            },
            step(
                "Server 4 is elected for term 5 and overwrites the entry that was called committed. Leader Completeness is \
                 violated.",
                "",
                160,
            ),
            step(
                "With the rule a leader counts copies only of entries of its own term; older ones are committed along with \
                 them. Until then the old entry was not committed, and nothing is lost.",
                FIGURE_8,
                232,
            ),
        ],
    },
    Guided {
        name: "two-f-plus-one",
        title: "What 2f + 1 buys",
        steps: &[
            step(
                "Four replicas, of which f = 1 may lie. The primary, node 0, gives a request its number. Will all execute \
                 the same under it?",
                "#/pbft?n=4&req=1",
                7,
            ),
            Step {
                say: "Replicas vote. Each waits for a quorum of 2f + 1 = 3 before it goes on.",
                link: "",
                to: 15,
                ask: Some(Ask {
                    question: "How many replicas do two quorums of three out of four share at least?",
                    answers: ["one", "two"],
                    right: 1,
                    because: "3 + 3 − 4 = 2. At most one of the two lies, so the other one is honest, and it votes once.",
                }),
            },
            step(
                "A second round of votes makes sure that a later view cannot forget it. Then all execute.",
                "",
                28,
            ),
            step(
                "Now five replicas and still quorums of three, as “2f + 1” says. 3 + 3 − 5 = 1: two quorums may share only \
                 the liar. It votes for both requests.",
                "#/pbft?n=5&until=5s&deadline=5s&quorum=2f+1&clients=2&req=2&byz=0:two-faced",
                64,
            ),
            step(
                "With ⌈(n + f + 1)/2⌉ = 4 of five every two quorums share an honest replica again. 2f + 1 is that number for \
                 n = 3f + 1 only.",
                "#/pbft?n=5&until=5s&deadline=5s&clients=2&req=2&byz=0:two-faced",
                300,
            ),
        ],
    },
    Guided {
        name: "six-confirmations",
        title: "Six confirmations",
        steps: &[
            step(
                "Nobody votes here. Miners try hashes; whoever finds one small enough adds a block, and the branch with most \
                 work counts. Watch the first one being found.",
                "#/nakamoto?seed=4&req=3&latency=10ms..60ms",
                59,
            ),
            step(
                "A payment lies six blocks deep. To undo it, somebody would have to redo six blocks, and overtake all others \
                 meanwhile.",
                "",
                285,
            ),
            Step {
                say: "A merchant who trusts two blocks. Node 3 has a third of the hash power and mines a branch in secret, in \
                      which it keeps its coin.",
                link: "#/nakamoto?n=4&seed=25&until=15s&req=3&gap=3s&confirmations=2&mine=always&w=2,2,2,3&byz=3:double-spend",
                to: 59,
                ask: Some(Ask {
                    question: "Two blocks deep: is the payment safe?",
                    answers: ["yes", "no"],
                    right: 1,
                    because: "A third of the power wins three such races of ten, and three of twenty against six blocks. \
                              With a tenth of it, six blocks leave it one of ten thousand.",
                }),
            },
            step("The secret branch is longer, and all switch to it. The payment is gone.", "", 76),
            step(
                "The same spender, the same luck, but six confirmations: its branch is not long enough. Try fewer, or another \
                 seed.",
                "#/nakamoto?n=4&seed=25&until=15s&req=3&gap=3s&confirmations=6&mine=always&w=2,2,2,3&byz=3:double-spend",
                119,
            ),
        ],
    },
    Guided {
        name: "zero-veto",
        title: "One zero vetoes them all",
        steps: &[
            step(
                "Four agents tell each other how probable they think two outcomes are. All give outcome 0 nine chances in \
                 ten.",
                "#/belief?floor=0&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1",
                4,
            ),
            step("The pool is the geometric mean of what they said: 0.9, for all.", "", 16),
            Step {
                say: "Now the last one is certain of outcome 1 and gives outcome 0 no chance at all.",
                link: "#/belief?floor=0&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0,1",
                to: 4,
                ask: Some(Ask {
                    question: "Which outcome does the pool choose?",
                    answers: ["0: three of four", "1"],
                    right: 1,
                    because: "A product with one zero in it is zero.",
                }),
            },
            step(
                "Outcome 1, for everybody. The linear pool, the plain mean, would have chosen 0: see Shares, in the panel.",
                "",
                16,
            ),
            step(
                "The document's sample adds 1e-10 to every probability. So a zero counts for ten agents or so: eleven at 0.9 \
                 outvote it. Take one away, and they do not.",
                "#/belief?n=12&f=1&byz=11:veto&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/\
                 0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1",
                144,
            ),
        ],
    },
    Guided {
        name: "scheduler",
        title: "The scheduler that never lets you decide",
        steps: &[
            step(
                "Three processes begin with different bits and want to agree on one. Nobody crashes, no message is lost. But a \
                 scheduler chooses which message arrives next.",
                "#/flp?sched=bivalent",
                3,
            ),
            step(
                "A process asks a majority for promises, then for votes. The panel shows what the scheduler holds \
                 back, and two ways on from here: one ends in 0, one in 1.",
                "",
                14,
            ),
            Step {
                say: "A majority of votes for this proposal would be a decision. The scheduler first delivers a prepare of \
                      somebody else.",
                link: "",
                to: 34,
                ask: Some(Ask {
                    question: "Must it run out of such steps?",
                    answers: ["yes", "no"],
                    right: 1,
                    because: "Fischer, Lynch and Paterson proved that there is always another one (Lemma 3).",
                }),
            },
            step(
                "On it goes, for a thousand events: everything is delivered sooner or later, and nobody decides. Nothing wrong \
                 is decided either.",
                "",
                1003,
            ),
            step(
                "The way out: from 1 s on messages keep time, and whoever is refused waits longer and longer. Somebody is left \
                 alone long enough. Coins are another way out, and failure detectors a third: see the gallery.",
                "#/flp?sched=bivalent&retry=40ms&gst=1s&until=3s",
                120,
            ),
        ],
    },
];

/// Figure 8 of the Raft paper, with one entry in a message and no entry of its own for a new leader.
macro_rules! figure_8 {
    ($($more:literal)?) => {
        concat!("#/raft?n=5&until=2s&deadline=2s&clients=3&req=0&election=1h&heartbeat=1h&retry=1h&batch=1&noop=off\
         &at=10ms:fire:1:election&at=50ms:propose:c0&at=120ms:fire:1:heartbeat&at=150ms:fire:0:election\
         &at=195ms:block:0-2,3,4&at=200ms:propose:c1&at=225ms:crash:0&at=230ms:heal&at=240ms:fire:4:election\
         &at=280ms:propose:c2&at=291ms:fire:c2:retry&at=315ms:block:4-0,1,2,3&at=330ms:crash:4&at=340ms:heal\
         &at=340ms:restart:0&at=350ms:fire:0:election&at=380ms:fire:0:election&at=405ms:block:0-3\
         &at=445ms:crash:0&at=450ms:heal&at=450ms:restart:4&at=460ms:fire:4:election&at=490ms:fire:4:election\
         &at=600ms:fire:c1:retry&at=620ms:restart:0&at=700ms:fire:4:heartbeat&at=800ms:fire:c1:retry\
         &at=900ms:fire:c2:retry&at=1s:fire:c1:retry&at=1.2s:fire:4:heartbeat&at=1.4s:fire:4:heartbeat", $($more)?)
    };
}
const FIGURE_8: &str = figure_8!();

/// The same without the rule of §5.4.2.
const FIGURE_8_WITHOUT: &str = figure_8!("&without=commit-own-term");
