//! What the document that the playground makes playable says of protocols, to stand beside what is measured.

/// The document's row for one protocol in its table "Comparison of Protocols", and where runs differ from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Documented {
    /// The protocol's name in links.
    pub protocol: &'static str,
    /// Faults tolerated.
    pub tolerance: &'static str,
    /// Messages for a decision.
    pub messages: &'static str,
    /// Time to a decision.
    pub latency: &'static str,
    /// Decisions a second, in words.
    pub throughput: &'static str,
    /// Where what is measured differs, and why.
    pub differs: &'static str,
}

/// The row of a protocol, if the document has one.
pub fn documented(protocol: &str) -> Option<&'static Documented> {
    ROWS.iter().find(|row| row.protocol == protocol)
}

const ROWS: &[Documented] = &[
    Documented {
        protocol: "paxos",
        tolerance: "f < n/2 crash",
        messages: "O(n)",
        latency: "2 RTT",
        throughput: "Moderate",
        differs: "Two round trips hold for one decision on its own. With a stable leader the first phase is done once, \
                  and each decision takes one; votes sent to all learners make the messages O(n²).",
    },
    Documented {
        protocol: "multi-paxos",
        tolerance: "f < n/2 crash",
        messages: "O(n)",
        latency: "2 RTT",
        throughput: "Moderate",
        differs: "The document's 2 RTT is for a single decision. Here phase 1 is done once for all, so a decision takes \
                  one round trip between replicas, and one more between the client and the leader.",
    },
    Documented {
        protocol: "raft",
        tolerance: "f < n/2 crash",
        messages: "O(n)",
        latency: "2 RTT",
        throughput: "Moderate",
        differs: "Seen by the client it is 2 RTT: one to the leader and one from the leader to a majority. Between \
                  replicas it is one. The leader sends and receives all messages, so it is the first to be full.",
    },
    Documented {
        protocol: "pbft",
        tolerance: "f < n/3 Byzantine",
        messages: "O(n²)",
        latency: "3 RTT",
        throughput: "Lower",
        differs: "Three message delays between replicas, five seen by the client: that is 2.5 round trips, not 3. Every \
                  replica sends to every other, so the load is even: a linear protocol's leader may be full sooner.",
    },
    Documented {
        protocol: "hotstuff",
        tolerance: "f < n/3 Byzantine",
        messages: "O(n)",
        latency: "3 RTT",
        throughput: "Higher",
        differs: "Three round trips end at the leader's last certificate: replicas decide after 7 delays, 8 with the \
                  new view, the client has its answer after 9 or 10. As for throughput, \
                  chaining overlaps decisions, but ends one block a round trip, with one command unless batched, \
                  while PBFT orders all that wait at once.",
    },
    Documented {
        protocol: "nakamoto",
        tolerance: "50% honest hash",
        messages: "O(n)",
        latency: "Minutes",
        throughput: "Low",
        differs: "With delay the share that an attacker may hold is less than one half, and finality is a matter of \
                  probability. Minutes are Bitcoin's; blocks here come as often as the parameters say. Gossip sends a block \
                  over every edge of the graph, so O(n) holds for bounded degree.",
    },
];
