//! The document that the playground makes playable: what it says of each protocol, and what its code samples would do where
//! they do otherwise than the papers.

/// What the document says of a protocol.
#[derive(Debug)]
pub struct Passage {
    /// The protocol's name in links.
    pub protocol: &'static str,
    /// The section.
    pub section: &'static str,
    /// A short quotation.
    pub says: &'static str,
}

/// Where a code sample does otherwise than the paper.
#[derive(Debug)]
pub struct Deviation {
    /// The protocol's name in links.
    pub protocol: &'static str,
    /// What the sample does, after "the sample".
    pub sample: &'static str,
    /// What that leads to.
    pub leads: &'static str,
    /// What the paper demands instead.
    pub rule: &'static str,
    /// The property that is violated, if any is.
    pub breaks: Option<&'static str>,
    /// The setting that makes the engine do as the sample does, instead of one by that name in the scenario.
    pub setting: &'static str,
    /// A scenario in which it matters.
    pub link: &'static str,
}

impl Deviation {
    /// The accident, or what comes of it else: what the sample would do.
    pub fn accident(&self) -> String {
        let key = |pair: &'static str| pair.split('=').next();
        let kept = self.link.split('&').filter(|pair| key(pair) != key(self.setting));
        let kept = kept.collect::<Vec<_>>().join("&");
        let when = if self.breaks.is_some() { "violation" } else { "decision" };
        format!("{kept}&{}&pause={when}:{}", self.setting, self.leads)
    }

    /// What is violated, for people.
    pub fn broken(&self) -> &'static str {
        self.breaks.unwrap_or("Nothing")
    }

    /// The same with the paper's rule.
    pub const fn control(&self) -> &'static str {
        self.link
    }
}

/// What the document says of a protocol.
pub fn passage(protocol: &str) -> Option<&'static Passage> {
    PASSAGES.iter().find(|p| p.protocol == protocol)
}

/// Where the samples of a protocol do otherwise than its paper.
pub fn deviations(protocol: &str) -> impl Iterator<Item = &'static Deviation> {
    DEVIATIONS.iter().filter(move |d| d.protocol == protocol)
}

const fn says(protocol: &'static str, section: &'static str, says: &'static str) -> Passage {
    Passage { protocol, section, says }
}

/// A passage for each protocol.
pub const PASSAGES: &[Passage] = &[
    says("paxos", "Paxos", "The foundational consensus algorithm for distributed systems"),
    says("multi-paxos", "Paxos", "The foundational consensus algorithm for distributed systems"),
    says("raft", "Raft", "A more understandable consensus algorithm"),
    says("om", "The Byzantine Generals Problem", "To tolerate 1 Byzantine agent, need 4 total"),
    says(
        "sm",
        "The Byzantine Generals Problem",
        "When agents might be actively malicious (Byzantine), stronger protocols are needed",
    ),
    says("pbft", "PBFT (Practical Byzantine Fault Tolerance)", "Check if we have 2f + 1 matching PREPAREs"),
    says("zyzzyva", "Optimizations for Agent Systems", "Process before consensus completes"),
    says("hotstuff", "Comparison of Protocols", "f < n/3 Byzantine | O(n) | 3 RTT | Higher"),
    says(
        "flp",
        "Why Consensus is Hard",
        "deterministic consensus is impossible in asynchronous systems with even one faulty process",
    ),
    says("ben-or", "Why Consensus is Hard", "Practical protocols work around this through: … Randomization"),
    says(
        "chandra-toueg",
        "Why Consensus is Hard",
        "Practical protocols work around this through: … Failure detectors",
    ),
    says("weighted", "Weighted Agent Consensus", "Select cluster with highest weighted support"),
    says("hierarchical", "Hierarchical Consensus", "Significant objection - escalate to human"),
    says("belief", "Belief-Based Consensus", "Combine beliefs using geometric mean of probabilities"),
    says("nakamoto", "Nakamoto Consensus", "Validate chain - longest valid chain wins"),
    says("pos", "Proof of Stake for Agents", "Agent \"stake\" could be reputation or trust score"),
];

/// All deviations.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        protocol: "paxos",
        sample: "has promises without the value accepted before",
        leads: "A proposer that is told nothing proposes its own value, although another one is chosen.",
        rule: "A promise reports the latest vote, and the proposer repeats the highest one (P2c).",
        breaks: Some("Agreement"),
        setting: "without=adopt-accepted",
        link: "#/paxos?n=7&until=1s&deadline=1s&clients=2&req=0&roles=apart&backoff=1h&retry=1h&patience=1h\
               &at=0:block:1-0,2&at=10ms:propose:c0&at=45ms:block:0-3,4&at=60ms:propose:c1&at=150ms:heal\
               &at=150ms:block:0-4&at=160ms:fire:0:ballot",
    },
    Deviation {
        protocol: "raft",
        sample: "cuts the log at every AppendEntries",
        leads: "A message that arrives late cuts off entries that are committed.",
        rule: "Entries are deleted only from the first that conflicts (Fig. 2).",
        breaks: Some("Committed Prefix"),
        setting: "without=truncate-on-conflict-only",
        link: "#/raft?n=3&until=1s&deadline=1s&clients=2&req=0&election=1h&heartbeat=1h&retry=1h&noop=off\
               &at=10ms:delay:0-1:heartbeat:1:150ms&at=10ms:fire:0:election&at=35ms:cut:2-0&at=35ms:cut:2-1\
               &at=50ms:propose:c0&at=110ms:fire:0:heartbeat&at=220ms:crash:0&at=230ms:heal\
               &at=240ms:fire:1:election&at=300ms:propose:c1&at=315ms:fire:c1:retry&at=400ms:restart:0\
               &at=500ms:fire:1:heartbeat&at=600ms:fire:1:heartbeat&at=700ms:fire:1:heartbeat",
    },
    Deviation {
        protocol: "raft",
        sample: "keeps voted_for in memory",
        leads: "A server that restarts votes again in the same term: two leaders.",
        rule: "Term, vote and log are on disk before an answer is sent (Fig. 2).",
        breaks: Some("Election Safety"),
        setting: "without=persist-vote",
        link: "#/raft?n=3&until=1s&deadline=1s&clients=2&req=0&election=1h&heartbeat=1h&retry=1h&noop=off\
               &at=0:cut:0-2&at=0:cut:0-c1&at=10ms:fire:0:election&at=10ms:fire:2:election\
               &at=10ms:delay:2-1:request-vote:1:20ms&at=25ms:crash:1&at=27ms:restart:1&at=62ms:propose:c1\
               &at=63ms:fire:c1:retry&at=65ms:delay:2-1:append:1:60ms&at=70ms:propose:c0&at=300ms:heal\
               &at=310ms:fire:0:heartbeat&at=400ms:fire:c1:retry&at=600ms:fire:0:heartbeat",
    },
    Deviation {
        protocol: "raft",
        sample: "keeps its log in memory",
        leads: "A server that restarts has lost an entry that it acknowledged, and helps to elect a leader without it.",
        rule: "Term, vote and log are on disk before an answer is sent (Fig. 2).",
        breaks: Some("Leader Completeness"),
        setting: "without=persist-log",
        link: "#/raft?n=3&until=1s&deadline=1s&req=0&election=1h&noop=off&at=10ms:fire:0:election&at=40ms:block:0-2\
               &at=50ms:propose:c0&at=100ms:crash:1&at=110ms:restart:1&at=120ms:fire:2:election&at=200ms:heal\
               &at=210ms:fire:1:election&at=250ms:propose:c0",
    },
    Deviation {
        protocol: "raft",
        sample: "keeps its vote when a leader has a newer term",
        leads: "It refuses a candidate of that term. Nothing comes of it: the term has its leader, and the next begins anew.",
        rule: "Whoever enters a newer term has not voted in it (§5.1, Fig. 2).",
        breaks: None,
        setting: "without=fresh-vote",
        link: "#/raft?n=3&until=1s&deadline=1s&clients=2&req=0&election=1h&noop=off&at=10ms:fire:1:election\
               &at=60ms:delay:0-2:request-vote:1:60ms&at=60ms:fire:0:election&at=140ms:propose:c0&at=300ms:crash:0\
               &at=310ms:fire:2:election&at=400ms:propose:c1",
    },
    Deviation {
        protocol: "raft",
        sample: "bounds the commit index by the end of the log",
        leads: "Old entries behind the new ones are called committed, as soon as the log is no longer cut.",
        rule: "The bound is the last entry that the message vouches for (Fig. 2).",
        breaks: Some("State Machine Safety"),
        setting: "without=min-commit",
        link: "#/raft?n=3&until=1s&deadline=1s&clients=3&req=0&election=1h&heartbeat=1h&retry=1h&noop=off\
               &at=10ms:fire:0:election&at=50ms:propose:c0&at=100ms:fire:0:heartbeat&at=120ms:fire:2:election\
               &at=155ms:cut:2-0&at=155ms:cut:2-1&at=160ms:propose:c1&at=200ms:fire:0:election&at=230ms:propose:c2\
               &at=300ms:heal&at=310ms:fire:0:heartbeat&at=400ms:fire:0:heartbeat&at=500ms:fire:c1:retry\
               &at=600ms:fire:0:heartbeat",
    },
    Deviation {
        protocol: "raft",
        sample: "begins with commit_index = 0, and its first entry is number 0",
        leads: "The first entry is carried out although no majority has it.",
        rule: "At first nothing is committed (Fig. 2).",
        breaks: Some("State Machine Safety"),
        setting: "without=commit-from-none",
        link: "#/raft?n=5&until=1s&deadline=1s&clients=2&req=0&election=1h&heartbeat=1h&retry=1h&noop=off\
               &at=10ms:fire:0:election&at=45ms:block:0-2,3,4&at=50ms:propose:c0&at=100ms:fire:2:election\
               &at=150ms:propose:c1&at=300ms:heal&at=310ms:fire:2:heartbeat&at=400ms:fire:c0:retry\
               &at=500ms:fire:2:heartbeat",
    },
    Deviation {
        protocol: "pbft",
        sample: "waits for 2f + 1 PREPAREs, and the primary sends none",
        leads: "With one backup down there are only 2f.",
        rule: "The pre-prepare and 2f prepares (§4.2).",
        breaks: Some("Termination"),
        setting: "without=pre-prepare-counts",
        link: "#/pbft?until=500ms&deadline=500ms&at=0:crash:3",
    },
    Deviation {
        protocol: "pbft",
        sample: "takes 2f + 1 for a quorum whatever n is",
        leads: "Two quorums of three out of five share only the liar.",
        rule: "Two quorums must share f + 1 replicas: ⌈(n + f + 1)/2⌉.",
        breaks: Some("Agreement"),
        setting: "quorum=2f+1",
        link: "#/pbft?n=5&until=5s&deadline=5s&clients=2&req=2&byz=0:two-faced",
    },
    Deviation {
        protocol: "pbft",
        sample: "counts PREPAREs and COMMITs of all views",
        leads: "Together they are enough, of no view they prove anything, and the next one gives the number away.",
        rule: "They match in view, sequence number and digest (§4.2).",
        breaks: Some("Committed Uniqueness"),
        setting: "without=view-binding",
        link: "#/pbft?seed=296&until=2s&deadline=2s&clients=2&req=3&loss=0.2&timeout=80ms&byz=0:two-faced",
    },
    Deviation {
        protocol: "pbft",
        sample: "leaves open whose PREPAREs and COMMITs it counts",
        leads: "A message that arrives twice counts twice.",
        rule: "From 2f different backups, and from 2f + 1 replicas (§4.2).",
        breaks: Some("Prepared Uniqueness"),
        setting: "without=distinct-senders",
        link: "#/pbft?n=5&until=1s&deadline=1s&clients=2&req=2&dup=0.5&byz=0:two-faced",
    },
    Deviation {
        protocol: "pbft",
        sample: "executes a request as often as it is ordered",
        leads: "A client that got no reply asks again, and its request happens twice.",
        rule: "Of each client its latest request is remembered, and its reply (§4.1).",
        breaks: Some("Exactly Once"),
        setting: "without=dedup",
        link: "#/pbft?until=2s&deadline=2s&req=2&loss=0.2",
    },
    Deviation {
        protocol: "pbft",
        sample: "executes a request as soon as it is committed",
        leads: "Replicas execute in different orders.",
        rule: "In the order of sequence numbers (§4.2).",
        breaks: Some("Executed Prefix"),
        setting: "without=in-order",
        link: "#/pbft?n=7&seed=4&until=61831432us&deadline=61831432us&clients=2&req=2&loss=0.16",
    },
    Deviation {
        protocol: "pbft",
        sample: "commits on COMMITs alone, prepared or not",
        leads: "What nobody can prove to be prepared is carried out, and the next view gives its number to another request.",
        rule: "Committed-local means prepared, and 2f + 1 commits (§4.2).",
        breaks: Some("Agreement"),
        setting: "without=prepared-before-commit",
        link: "#/pbft?n=6&seed=72057594037928094&until=1300ms&clients=3&req=6&latency=exp:19ms\
               &at=26300us:block:1,2,5,c0,c2-0&at=421748us:partition:2,4,5,c1&at=665447us:latency:28ms..141ms\
               &at=673776us:partition:1,2,3,4,c1,c2",
    },
    Deviation {
        protocol: "pbft",
        sample: "lets the primary alone answer the client",
        leads: "A lying primary tells the client what nobody executed.",
        rule: "The client waits for f + 1 equal replies (§4.1).",
        breaks: Some("Agreement"),
        setting: "without=client-quorum",
        link: "#/pbft?n=6&seed=156&until=71987634us&deadline=71987634us&clients=3&req=2&byz=0:false-reply",
    },
    Deviation {
        protocol: "pbft",
        sample: "never changes the view",
        leads: "The primary has stopped, and everybody waits for it.",
        rule: "A timer runs while a request waits; then comes another primary (§4.4).",
        breaks: Some("Termination"),
        setting: "timeout=1h",
        link: "#/pbft?n=4&req=2&gap=40ms&seed=3&latency=8ms..24ms&until=1500ms&deadline=1500ms&at=20ms:crash:0",
    },
    Deviation {
        protocol: "weighted",
        sample: "takes the heaviest cluster, however light it is",
        leads: "An answer wins with less than half of all weight behind it.",
        rule: "More than a threshold of all weight, or no result.",
        breaks: Some("Majority of All"),
        setting: "without=majority",
        link: "#/weighted?n=6&f=3&seed=0&until=60413ms&deadline=60413ms\
               &expertise=0.4,0.8/0.8,0.9/0.4,0.8/0.7,0.4/0.7,0.4/0.4,0.8&byz=1:silent",
    },
    Deviation {
        protocol: "weighted",
        sample: "leaves ties to max()",
        leads: "Whoever counts in another order finds another winner.",
        rule: "Ties are broken by a rule that all share.",
        breaks: Some("Agreement"),
        setting: "without=ties",
        link: "#/weighted?n=3&seed=96&until=60130ms&deadline=60130ms&trust=0.7,0,0.7",
    },
    Deviation {
        protocol: "weighted",
        sample: "has one coordinator count",
        leads: "It announces another result to each half.",
        rule: "All exchange signed answers and count themselves.",
        breaks: Some("Agreement"),
        setting: "decide=coordinator",
        link: "#/weighted?f=1&until=1s&latency=8ms..18ms&byz=0:two-faced",
    },
    Deviation {
        protocol: "weighted",
        sample: "waits for every agent",
        leads: "One silent agent is enough to wait for ever.",
        rule: "Whoever has not answered in time abstains.",
        breaks: Some("Termination"),
        setting: "without=deadline",
        link: "#/weighted?decide=coordinator&until=1s&deadline=1s&byz=2:silent",
    },
    Deviation {
        protocol: "weighted",
        sample: "bounds no weight",
        leads: "One agent outweighs all others.",
        rule: "No share above one half.",
        breaks: Some("No Dictator"),
        setting: "without=cap",
        link: "#/weighted?n=5&f=1&until=1s&question=X%20or%20Y%3F&answers=Y%7CX%7CY%7CY%7CY\
               &trust=0.5,0.95,0.5,0.5,0.5&expertise=0.4/0.9/0.4/0.4/0.4",
    },
    Deviation {
        protocol: "hierarchical",
        sample: "has objections counted where the decision was made",
        leads: "The executive that is objected to keeps to its decision.",
        rule: "Objections go past the executive.",
        breaks: Some("Accountability"),
        setting: "without=past-executive",
        link: "#/hierarchical?n=13&f=0&until=1s&in=0,0,0,0,0,0,3,3,0,0,0,3,3&byz=0:captured",
    },
    Deviation {
        protocol: "hierarchical",
        sample: "has nobody stand in for a supervisor",
        leads: "One has stopped, and its workers never hear what is decided.",
        rule: "Somebody stands in.",
        breaks: Some("Termination"),
        setting: "without=stand-in",
        link: "#/hierarchical?n=7&until=2s&deadline=2s&in=3,3,3,3,3,3,3&at=6883us:crash:1",
    },
    Deviation {
        protocol: "hierarchical",
        sample: "waits for the executive, however long it takes",
        leads: "It has stopped, and no decision ever comes.",
        rule: "That none came is put before people.",
        breaks: Some("Termination"),
        setting: "without=silence-escalates",
        link: "#/hierarchical?n=7&until=2s&deadline=2s&at=0:crash:0",
    },
    Deviation {
        protocol: "nakamoto",
        sample: "counts leading zeros of the hash",
        leads: "Steps of 16: a block passes that the target would refuse.",
        rule: "The hash is a number, at most the target, as in Bitcoin.",
        breaks: Some("Proof of Work"),
        setting: "without=exact-target",
        link: "#/nakamoto?seed=0&until=61609236us&deadline=61609236us&clients=2&difficulty=5&w=8,3,9,5,1,10",
    },
    Deviation {
        protocol: "nakamoto",
        sample: "lets the longest chain win",
        leads: "Many easy blocks beat fewer hard ones.",
        rule: "The chain with most work (§4).",
        breaks: Some("Heaviest Chain"),
        setting: "without=most-work",
        link: "#/nakamoto?n=4&until=30s&confirmations=6&retarget=4&mine=always&w=3,3,3,2&byz=3:easy-branch",
    },
    Deviation {
        protocol: "nakamoto",
        sample: "never adapts the difficulty",
        leads: "Most of the power leaves, and blocks no longer come in time.",
        rule: "The target follows the pace of the blocks (§4).",
        breaks: Some("Termination"),
        setting: "without=retarget",
        link: "#/nakamoto?n=3&until=20s&deadline=20s&confirmations=16&interval=100ms&retarget=4&w=1,1,38\
               &byz=2:withhold",
    },
    Deviation {
        protocol: "pos",
        sample: "votes once",
        leads: "What one round has made final the next one does not know.",
        rule: "Two rounds of votes, and a lock (Tendermint, Alg. 1).",
        breaks: Some("Agreement"),
        setting: "variant=single",
        link: "#/pos?n=4&until=2s&clients=2&req=2&latency=10ms&proposer=rotation&at=25ms:block:0,2,3-1\
               &at=25ms:block:0,1,3-2&at=25ms:block:0,1,2-3&at=100ms:heal&at=0:delay:c0-1:request:1:10ms",
    },
    Deviation {
        protocol: "pos",
        sample: "draws the proposer with a random() of its own",
        leads: "Each waits for another proposer.",
        rule: "proposer(h, r) is the same for all.",
        breaks: Some("Termination"),
        setting: "without=common-draw",
        link: "#/pos?n=7&seed=4&until=1s&deadline=1s",
    },
    Deviation {
        protocol: "pos",
        sample: "keeps no votes to compare",
        leads: "A validator votes twice, and nobody notices.",
        rule: "Two votes that exclude each other are evidence, and cost the stake.",
        breaks: Some("Equivocation Noticed"),
        setting: "without=evidence",
        link: "#/pos?seed=18&until=72465862us&deadline=72465862us&loss=0.15&proposer=rotation&w=6,9,7,3\
               &byz=0:double-voter",
    },
    Deviation {
        protocol: "pos",
        sample: "asks for more than 0.67, and calls it two thirds",
        leads: "33 of 100 are down. The other 67 are more than two thirds, and not more than 0.67.",
        rule: "3 · votes > 2 · stake, in integers.",
        breaks: Some("Termination"),
        setting: "without=exact-two-thirds",
        link: "#/pos?until=2s&deadline=2s&w=33,23,22,22&at=0:crash:0",
    },
    Deviation {
        protocol: "pos",
        sample: "waits for the votes of all validators",
        leads: "One is silent, and nothing becomes final without its vote.",
        rule: "More than two thirds are enough, whoever is missing (Alg. 1).",
        breaks: Some("Termination"),
        setting: "without=quorum-suffices",
        link: "#/pos?until=2s&deadline=2s&at=0:crash:3",
    },
    Deviation {
        protocol: "belief",
        sample: "adds 1e-10 to every probability",
        leads: "A zero is no veto, but the word of one: it overrules ten that say 0.9, and eleven overrule it.",
        rule: "A zero is a veto, or people choose the floor: 1e-3 is overruled by four (Genest & Zidek, §3).",
        breaks: Some("No Veto"),
        setting: "floor=1e-10",
        link: "#/belief?n=11&f=0&until=1s&floor=1e-3&beliefs=0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1/0.9,0.1\
               /0.9,0.1/0.9,0.1/0.9,0.1/0,1",
    },
    Deviation {
        protocol: "belief",
        sample: "takes no weights",
        leads: "Two who guess outvote one who knows.",
        rule: "∏ p_i^w_i: a belief counts as much as its agent (Genest & Zidek, §3).",
        breaks: Some("The Weighted Pool"),
        setting: "without=weights",
        link: "#/belief?n=3&f=0&until=1s&w=8,1,1&beliefs=0.9,0.1/0.2,0.8/0.2,0.8",
    },
    Deviation {
        protocol: "belief",
        sample: "asks one agent after the other, and waits",
        leads: "One has stopped, and there is no pool.",
        rule: "Who has not answered in time is left out.",
        breaks: Some("Termination"),
        setting: "without=end-of-round",
        link: "#/belief?until=1s&deadline=1s&at=0:crash:3",
    },
];
