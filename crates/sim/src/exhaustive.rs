//! All schedules, up to a number of events: what they can decide. For tests of what the scheduler says, and for small
//! configurations only, since there are very many.

use crate::canonical;
use crate::configuration::{Configuration, Work};
use crate::simulation::Simulation;
use consensus_kernel::{Automaton, Digest, Value};
use std::collections::BTreeSet;

/// What all schedules of at most so many events can lead to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explored {
    /// What can be decided, ascending.
    pub values: Vec<Value>,
    /// Different configurations seen, the first among them. Two are the same if all nodes and all that is under way are.
    pub configurations: usize,
    /// Whether all schedules were followed to their end or to the bound on events; false where the bound on
    /// configurations stopped the search.
    pub complete: bool,
}

impl<P: Automaton> Simulation<P> {
    /// Follows all schedules of at most so many events from here, each up to its first decision, and looks at no more
    /// than so many configurations.
    pub fn explore(&self, acts_max: usize, configurations_max: usize) -> Explored {
        let mut work = Work::of(u32::MAX);
        let mut values = BTreeSet::new();
        let first = Configuration::of(self);
        let mut seen = BTreeSet::from([first.digest()]);
        let mut level = vec![first];
        for _ in 0..acts_max {
            let mut next = Vec::new();
            for here in &level {
                for at in (0..here.pending.len()).filter(|at| here.is_possible(*at)) {
                    let mut there = here.clone();
                    there.apply(at, &mut work);
                    if !seen.insert(there.digest()) {
                        continue;
                    }
                    match there.decided {
                        Some(value) => _ = values.insert(value),
                        None => next.push(there),
                    }
                    if seen.len() >= configurations_max {
                        return Explored::of(values, seen.len(), false);
                    }
                }
            }
            level = next;
        }
        Explored::of(values, seen.len(), true)
    }
}

impl Explored {
    fn of(values: BTreeSet<Value>, configurations: usize, complete: bool) -> Self {
        Self { values: values.into_iter().collect(), configurations, complete }
    }
}

impl<P: Automaton> Configuration<'_, P> {
    /// What two configurations share exactly if they are the same, whatever led to them.
    fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for node in self.nodes() {
            canonical::write(&mut bytes, node);
        }
        let mut under_way: Vec<Vec<u8>> = self.pending.iter().map(|p| p.canonical()).collect();
        under_way.sort_unstable();
        under_way.iter().for_each(|one| bytes.extend_from_slice(one));
        Digest::of(&bytes)
    }
}
