//! Which node reaches which: partitions, cut links and one-way blocks.

use consensus_kernel::NodeId;
use consensus_scenario::Group;

/// Blocked directions, as one bit per ordered pair of identities.
#[derive(Clone)]
pub(crate) struct Connectivity {
    total: usize,
    words: usize,
    blocked: Vec<u64>,
    any: bool,
}

impl Connectivity {
    pub fn new(total: usize) -> Self {
        Self { total, words: total.div_ceil(64), blocked: Vec::new(), any: false }
    }

    /// Whether anything is blocked at all: the only question on the fast path.
    #[inline]
    pub fn any_blocked(&self) -> bool {
        self.any
    }

    /// Whether nothing gets from one identity (by index) to another.
    #[inline]
    pub fn is_blocked(&self, from: usize, to: usize) -> bool {
        self.any && self.blocked[from * self.words + to / 64] & (1 << (to % 64)) != 0
    }

    /// Blocks or opens one direction.
    pub fn set(&mut self, from: usize, to: usize, blocked: bool) {
        if self.blocked.is_empty() {
            self.blocked = vec![0; self.total * self.words];
        }
        let word = &mut self.blocked[from * self.words + to / 64];
        let bit = 1u64 << (to % 64);
        *word = if blocked { *word | bit } else { *word & !bit };
        self.any = self.blocked.iter().any(|w| *w != 0);
    }

    /// Opens everything.
    pub fn heal(&mut self) {
        self.blocked.clear();
        self.any = false;
    }

    /// Replaces everything by a partition: nodes reach only their own group; those in no group form one more.
    pub fn partition(&mut self, groups: &[Group], identities: &[NodeId]) {
        self.heal();
        let group_of = |id: NodeId| groups.iter().position(|g| g.contains(id));
        let sides: Vec<Option<usize>> = identities[..self.total].iter().map(|id| group_of(*id)).collect();
        for (from, a) in sides.iter().enumerate() {
            for (to, b) in sides.iter().enumerate() {
                if a != b {
                    self.set(from, to, true);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_no_group_of_a_partition_is_with_all_others_in_none() {
        let nodes: Vec<NodeId> = (0..5).map(NodeId::replica).chain([NodeId::client(0)]).collect();
        let group = |places: &[usize]| places.iter().map(|x| nodes[*x]).collect::<Group>();
        for (groups, sides) in [
            (vec![group(&[3, 4])], [0, 0, 0, 1, 1, 0]),
            (vec![group(&[0, 1]), group(&[2])], [0, 0, 1, 2, 2, 2]),
        ] {
            let mut connectivity = Connectivity::new(nodes.len());
            connectivity.set(0, 1, true);
            connectivity.partition(&groups, &nodes);
            for (from, a) in sides.iter().enumerate() {
                for (to, b) in sides.iter().enumerate() {
                    assert_eq!(connectivity.is_blocked(from, to), a != b, "{groups:?}: {from} to {to}");
                }
            }
        }
    }
}
