//! Who hears whom: the graph that payments and blocks spread over.

use consensus_kernel::{NodeId, Rng, WideSet};

/// How nodes are connected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Graph {
    /// Each with several others: the union of random cycles through all (Law & Siu, INFOCOM 2003).
    Random,
    /// Each with each.
    Complete,
    /// Each with node 0 only.
    Hub,
}

/// What the graph is drawn for.
const GRAPH: u64 = 0x0067_7261_7068;

/// Everybody's neighbours. Connected, whatever is drawn.
pub fn peers(graph: Graph, n: usize, degree: usize, seed: u64) -> Vec<WideSet> {
    let mut peers = vec![WideSet::EMPTY; n];
    let mut join = |a: usize, b: usize| {
        if a != b {
            peers[a].insert(NodeId::replica(b));
            peers[b].insert(NodeId::replica(a));
        }
    };
    match graph {
        Graph::Hub => (1..n).for_each(|i| join(0, i)),
        Graph::Random if degree + 1 < n => {
            let mut rng = Rng::stream(seed, GRAPH);
            let mut cycle: Vec<usize> = (0..n).collect();
            for _ in 0..(degree / 2).max(1) {
                for i in (1..n).rev() {
                    cycle.swap(i, rng.within(0, i as u64) as usize);
                }
                (0..n).for_each(|i| join(cycle[i], cycle[(i + 1) % n]));
            }
        }
        Graph::Random | Graph::Complete => (0..n).for_each(|i| (0..i).for_each(|j| join(i, j))),
    }
    peers
}

/// How many steps the last node is from the farthest: two of a hub, and of a drawn graph about as many as any other.
pub fn hops(peers: &[WideSet]) -> u64 {
    let mut reached = WideSet::only(NodeId::replica(peers.len() - 1));
    for hops in 0.. {
        let farther = reached.iter().fold(reached, |all, id| all.union(&peers[id.index()]));
        if farther == reached {
            return hops;
        }
        reached = farther;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_is_two_steps_wide_and_a_drawn_graph_grows_slowly() {
        let width = |graph, n| hops(&peers(graph, n, 4, 7));
        assert_eq!([Graph::Hub, Graph::Complete, Graph::Random].map(|graph| width(graph, 1)), [0; 3]);
        assert_eq!((width(Graph::Hub, 50), width(Graph::Complete, 50)), (2, 1));
        assert!((4..=10).contains(&width(Graph::Random, 500)));
    }

    #[test]
    fn everybody_is_reached_and_nobody_has_more_neighbours_than_asked() {
        for (n, degree, seed) in (1..60).flat_map(|n| [(n, 2, n as u64), (n, 4, 7), (n, 8, n as u64)]) {
            let peers = peers(Graph::Random, n, degree, seed);
            let mut reached = WideSet::first(1);
            for _ in 0..n {
                reached = reached.iter().fold(reached, |all, id| all.union(&peers[id.index()]));
            }
            assert_eq!(reached.len(), n, "n={n} degree={degree}");
            assert!(peers.iter().all(|p| p.len() <= degree), "n={n} degree={degree}");
        }
    }
}
