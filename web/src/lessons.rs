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
        watch: "Node 3 tells half of the others one thing and half another. Watch each honest node wait for matching \
                votes from three different nodes before it moves on.",
        link: "#/pbft?n=4&f=1&seed=7&req=4&gap=60ms&latency=8ms..24ms&byz=3:equivocate",
        twin: Some("Four replicas agree, nobody fails"),
    },
    Lesson {
        title: "Four replicas agree, nobody fails",
        watch: "Three phases for one request: pre-prepare, prepare, commit. 24 messages between replicas, three delays.",
        link: "#/pbft?n=4&req=1",
        twin: Some("One of four lies, and three still agree"),
    },
    Lesson {
        title: "The primary crashes: a new view",
        watch: "The primary stops in the middle. The backups' timers run out, they ask for the next view, and the new \
                primary carries over what may have been decided.",
        link: "#/pbft?n=4&req=4&gap=40ms&seed=3&latency=8ms..24ms&at=60ms:crash:0",
        twin: Some("Four replicas agree, nobody fails"),
    },
    Lesson {
        title: "Two of four lie: agreement breaks",
        watch: "One liar more than the bound allows. First the assumption is broken; then see whether agreement follows.",
        link: "#/pbft?n=4&f=1&seed=1&req=2&latency=8ms..24ms&byz=0:equivocate&byz=3:equivocate",
        twin: Some("One of four lies, and three still agree"),
    },
    Lesson {
        title: "Five servers elect a leader",
        watch: "Every server waits a random time. The first to wake asks for votes; three of five make a leader, and its \
                heartbeats keep the others quiet.",
        link: "#/raft?n=5&req=3&gap=50ms&seed=2&until=2s",
        twin: Some("The leader crashes"),
    },
    Lesson {
        title: "The leader crashes",
        watch: "After the crash nobody hears heartbeats. A new term begins, and no entry that a client was told about is lost.",
        link: "#/raft?n=5&req=6&gap=100ms&seed=2&until=3s&at=400ms:crash:0&at=1500ms:restart:0",
        twin: Some("Five servers elect a leader"),
    },
    Lesson {
        title: "A split network, and how it heals",
        watch: "Two servers are cut off from three. Only the larger side goes on; after healing the others catch up.",
        link: "#/raft?n=5&req=10&gap=100ms&seed=4&until=4s&at=500ms:partition:0,1/2,3,4&at=2s:heal",
        twin: Some("Five servers elect a leader"),
    },
];

/// The lesson with this title.
pub fn by_title(title: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|l| l.title == title)
}
