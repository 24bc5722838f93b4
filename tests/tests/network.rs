//! What the manual says of the network is so in runs.

use consensus_kernel::{NodeId, Time};
use consensus_lab::view::What;
use consensus_tests::{finished, scenario};
use std::collections::BTreeMap;

/// One arrival between replicas or at a client: from, to, kind, number, sent, arrived.
type Arrival = (NodeId, NodeId, usize, u32, Time, Time);

/// What arrived in the run of a link, in the order of arrival.
fn arrivals(link: &str) -> Vec<Arrival> {
    let session = finished(&scenario(link));
    let events = session.events(0, session.frontier().event);
    let arrival = |at: Time, what: &What| match what {
        What::Deliver(m) => {
            let f = m.flight;
            Some((f.from, f.to, f.kind, f.nth, f.sent, at))
        }
        _ => None,
    };
    events.iter().filter_map(|e| arrival(e.at, &e.what)).collect()
}

/// How many arrivals were overtaken: something sent later on the same directed link was there before.
fn overtaken(link: &str) -> usize {
    let mut latest: BTreeMap<(NodeId, NodeId), Time> = BTreeMap::new();
    let mut count = 0;
    for (from, to, _, _, sent, _) in arrivals(link) {
        let latest = latest.entry((from, to)).or_insert(sent);
        count += usize::from(sent < *latest);
        *latest = sent.max(*latest);
    }
    count
}

#[test]
fn doubling_everything_brings_each_message_four_times() {
    let mut copies: BTreeMap<_, usize> = BTreeMap::new();
    for (from, to, kind, nth, ..) in arrivals("#/pbft?n=4&req=2&dup=100%") {
        *copies.entry((from, to, kind, nth)).or_default() += 1;
    }
    assert!(copies.len() > 50);
    assert!(copies.values().all(|k| *k == 4), "{copies:?}");
}

#[test]
fn links_keep_the_order_of_first_ways_only() {
    let link = "#/raft?n=5&req=40&gap=3ms&window=8&latency=1ms..30ms";
    assert!(overtaken(link) > 0);
    assert_eq!(overtaken(&format!("{link}&order=fifo")), 0);
    assert_eq!(overtaken(&format!("{link}&order=fifo&loss=10%")), 0);
    assert!(overtaken(&format!("{link}&order=fifo&loss=10%&link=retransmit:20ms")) > 0);
    assert!(overtaken(&format!("{link}&order=fifo&dup=10%")) > 0);
    assert!(overtaken(&format!("{link}&order=fifo&byz=0:replay:20ms")) > 0);
}

#[test]
fn a_message_doubled_by_hand_comes_again_a_microsecond_later() {
    // Before it is sent, and under way.
    for at in ["0", "15ms"] {
        let link = format!("#/pbft?n=4&at={at}:dup:0-2:pre-prepare:1");
        let twice: Vec<Time> = arrivals(&link)
            .iter()
            .filter(|a| a.4 == Time(10_000) && a.1 == NodeId::replica(2))
            .map(|a| a.5)
            .collect();
        assert_eq!(twice, [Time(20_000), Time(20_001)], "{link}");
    }
}

#[test]
fn mending_a_link_opens_it_through_a_partition() {
    let crosses = |link: &str| {
        let side = |id: NodeId| id == NodeId::replica(3);
        arrivals(link).iter().filter(|a| side(a.0) != side(a.1)).map(|a| (a.0, a.1)).collect::<Vec<_>>()
    };
    let cut_off = "#/pbft?n=4&at=0:partition:3";
    assert_eq!(crosses(cut_off), []);
    let through = crosses(&format!("{cut_off}&at=0:mend:0-3"));
    let (one, other) = (NodeId::replica(0), NodeId::replica(3));
    assert!(through.contains(&(one, other)) && through.contains(&(other, one)), "{through:?}");
    assert!(through.iter().all(|pair| [(one, other), (other, one)].contains(pair)), "{through:?}");
}
