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
        watch: "Node 0, the primary, orders one thing towards even replicas and another towards odd ones. \
                Neither finds enough matching votes; timers run out, view 1 begins under node 1, and the honest \
                three agree.",
        link: "#/pbft?n=4&f=1&seed=7&req=3&gap=60ms&latency=8ms..24ms&byz=0:two-faced",
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
        watch: "One liar more than n ≥ 3f + 1 allows. First the assumption is broken; in view 1, two honest \
                replicas prepare different requests under one number.",
        link: "#/pbft?n=4&f=1&seed=1&req=2&latency=8ms..24ms&until=1s&byz=0:two-faced&byz=1:two-faced",
        twin: Some("One of four lies, and three still agree"),
    },
    Lesson {
        title: "A vote must name what it is for",
        watch: "The same lying primary, but replicas count votes without looking at the digest. Each half \
                executes its own request: agreement is violated.",
        link: "#/pbft?n=4&f=1&seed=7&req=2&latency=8ms..24ms&until=1s&byz=0:two-faced\
               &without=digest-binding",
        twin: Some("One of four lies, and three still agree"),
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
    fn every_lesson_decides_something_and_its_twin_is_another_lesson() {
        for lesson in LESSONS {
            assert!(!run(lesson).decisions().is_empty(), "{} decides nothing", lesson.title);
            let twin = lesson.twin.and_then(by_title).expect("a twin");
            assert_ne!(twin.title, lesson.title);
        }
    }

    #[test]
    fn lessons_about_accidents_show_them_and_the_first_lesson_shows_none() {
        let accidents = [
            ("Two of four lie: one too many", "Prepared Uniqueness"),
            ("A vote must name what it is for", "Agreement"),
            ("An old entry, counted too early", "Leader Completeness"),
            ("Three generals cannot do it", "IC2"),
            ("An order shown too late is believed", "IC1"),
        ];
        for (title, property) in accidents {
            let session = run(by_title(title).expect(title));
            assert_eq!(stands(&*session, property), Some(Status::Violated), "{title}");
        }
        let first = run(&LESSONS[0]);
        assert!(first.properties().iter().all(|p| p.status == Status::Holds));
    }
}
