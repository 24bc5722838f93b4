//! Missions: something to bring about in a run, with few changes, of which the page notices when it is done.

use consensus_lab::Session;
use consensus_lab::view::Status;
use consensus_scenario::{Link, Scenario, print_file};

/// A mission.
#[derive(Debug)]
pub struct Mission {
    /// Its name in addresses: `#/mission/double-spend`.
    pub name: &'static str,
    /// What is to be brought about.
    pub title: &'static str,
    /// How to go about it, in a sentence or two.
    pub brief: &'static str,
    /// What it begins with.
    pub link: &'static str,
    /// Which keys may be changed; `at=cut`: this action only.
    pub may: &'static [&'static str],
    /// The property to be violated.
    pub breaks: &'static str,
    /// Changes with which it is done, as keys of a link. Nobody is shown them; tests try them.
    pub solution: &'static str,
}

/// How far a mission is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Not done.
    Open,
    /// A key was changed that may not be.
    Astray(String),
    /// Done, with so many changes.
    Done(usize),
}

impl Mission {
    /// How far it is, at the cursor of a run that has come of its beginning.
    pub fn progress(&self, begin: &Scenario, session: &dyn Session) -> Progress {
        let changes = changes(begin, session.scenario());
        if let Some(line) = changes.iter().find(|line| !self.allows(line)) {
            return Progress::Astray(line.split('=').next().unwrap_or_default().to_owned());
        }
        if self.is_broken(session) { Progress::Done(changes.len()) } else { Progress::Open }
    }

    /// Whether what it asks for has happened, whatever was changed for that.
    pub fn is_broken(&self, session: &dyn Session) -> bool {
        session.properties().iter().any(|p| p.name == self.breaks && p.status == Status::Violated)
    }

    fn allows(&self, line: &str) -> bool {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        self.may.iter().any(|may| match may.split_once('=') {
            None => *may == key,
            Some((k, action)) => k == key && value.split(':').nth(1) == Some(action),
        })
    }
}

/// What differs, a line of a scenario file each. A value that was replaced counts once.
fn changes(begin: &Scenario, now: &Scenario) -> Vec<String> {
    let lines = |scenario: &Scenario| -> Vec<String> {
        print_file(&Link::from(scenario.clone())).lines().map(str::to_owned).collect()
    };
    let (mut gone, mut new) = (lines(begin), lines(now));
    new.retain(|line| match gone.iter().position(|g| g == line) {
        Some(place) => {
            gone.remove(place);
            false
        }
        None => true,
    });
    let key = |line: &str| line.split('=').next().unwrap_or_default().to_owned();
    for line in &new {
        if let Some(place) = gone.iter().position(|g| key(g) == key(line)) {
            gone.remove(place);
        }
    }
    new.extend(gone);
    new
}

/// All of them, the easiest first.
pub const MISSIONS: &[Mission] = &[
    Mission {
        name: "disobey",
        title: "Have a loyal general disobeyed",
        brief: "Four generals can bear one traitor. Choose who lies, and how: select a general, and see Behaves.",
        link: "#/om?n=4&f=1&until=1s",
        may: &["byz"],
        breaks: "IC2",
        solution: "byz=2:opposite&byz=3:opposite",
    },
    Mission {
        name: "silence",
        title: "Keep Raft from answering, and crash nobody",
        brief: "One request, five servers, two seconds. Cut links as you like (+ add, under Faults); fewer cuts are better.",
        link: "#/raft?n=5&req=1&seed=2&until=2s&deadline=2s",
        may: &["at=partition", "at=cut", "at=block", "at=mend", "at=heal"],
        breaks: "Termination",
        solution: "at=0:partition:0,1/2,3/4",
    },
    Mission {
        name: "two-decisions",
        title: "Make two honest nodes decide differently",
        brief: "Two clients, four replicas. Choose liars, act on messages, try seeds.",
        link: "#/pbft?n=4&f=1&clients=2&req=2&seed=1&latency=8ms..24ms&until=1s",
        may: &["byz", "at", "seed"],
        breaks: "Agreement",
        solution: "byz=0:two-faced&byz=1:two-faced",
    },
    Mission {
        name: "double-spend",
        title: "Win a double spend with 30 % of the hash power",
        brief: "Node 3 mines in secret a branch in which it keeps its coin. Change how deep the merchant wants a payment, and \
                try seeds. How deep can you still win?",
        link: "#/nakamoto?n=4&seed=1&until=15s&req=3&gap=3s&confirmations=6&mine=always&w=7,7,7,9&byz=3:double-spend",
        may: &["seed", "confirmations"],
        breaks: "Common Prefix",
        solution: "seed=3&confirmations=1",
    },
    Mission {
        name: "forget",
        title: "Make Paxos choose twice, without a liar",
        brief: "Act on links and nodes, and have both clients ask. A node may come back with an empty disk.",
        link: "#/paxos?n=7&until=1s&clients=2&req=0&roles=apart&backoff=1h&retry=1h&patience=1h",
        may: &["at"],
        breaks: "Agreement",
        solution: "at=0:block:0-1,4&at=0:block:1-2&at=10ms:propose:c0&at=100ms:crash:3&at=110ms:amnesia:3&at=120ms:propose:c1",
    },
];
