//! All schedules, up to a number of events: what they can decide. For tests of what the scheduler says, and for whoever asks;
//! for few events only, since there are very many schedules.

use crate::canonical;
use crate::configuration::{Configuration, Work};
use crate::simulation::Simulation;
use consensus_kernel::{Automaton, Digest, Value};

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
    /// The same by number of events, from one on, as far as all schedules of so many were followed: configurations seen, and
    /// what can be decided.
    pub levels: Vec<(usize, Vec<Value>)>,
}

impl<P: Automaton> Simulation<P> {
    /// Follows all schedules of at most so many events from here, each up to its first decision, and looks at no more
    /// than so many configurations.
    pub fn explore(&self, acts_max: usize, configurations_max: usize) -> Explored {
        self.explore_while(configurations_max, &mut |explored| explored.levels.len() < acts_max)
    }

    /// The same, but only up to the first number of events with which two decisions are possible.
    pub fn explore_to_two(&self, configurations_max: usize) -> Explored {
        self.explore_while(configurations_max, &mut |explored| explored.values.len() < 2)
    }

    fn explore_while(
        &self,
        configurations_max: usize,
        goes_on: &mut dyn FnMut(&Explored) -> bool,
    ) -> Explored {
        let mut work = Work::of(u32::MAX);
        let first = Configuration::of(self);
        let mut seen = Seen::new();
        seen.insert(first.digest());
        let mut level = vec![first];
        let mut explored =
            Explored { values: Vec::new(), configurations: 1, complete: true, levels: Vec::new() };
        while !level.is_empty() && explored.complete && goes_on(&explored) {
            let mut next = Vec::new();
            'level: for here in &level {
                for at in (0..here.pending.len()).filter(|at| here.is_possible(*at)) {
                    let mut there = here.clone();
                    there.apply(at, &mut work);
                    if !seen.insert(there.digest()) {
                        continue;
                    }
                    match there.decided {
                        Some(value) => {
                            let place = explored.values.partition_point(|other| *other < value);
                            if explored.values.get(place) != Some(&value) {
                                explored.values.insert(place, value);
                            }
                        }
                        None => next.push(there),
                    }
                    explored.configurations += 1;
                    if explored.configurations >= configurations_max {
                        explored.complete = false;
                        break 'level;
                    }
                }
            }
            if explored.complete {
                explored.levels.push((explored.configurations, explored.values.clone()));
            }
            level = next;
        }
        explored
    }
}

/// Configurations seen, by the beginning of their digest. A tree would cost the page kilobytes.
struct Seen(Vec<Vec<Digest>>);

impl Seen {
    fn new() -> Self {
        Self(vec![Vec::new(); 1 << 12])
    }

    /// Adds one; false if it is there.
    fn insert(&mut self, digest: Digest) -> bool {
        let place = usize::from(u16::from_le_bytes([digest.0[0], digest.0[1]])) % self.0.len();
        let there = self.0[place].contains(&digest);
        if !there {
            self.0[place].push(digest);
        }
        !there
    }
}

impl<P: Automaton> Configuration<'_, P> {
    /// What two configurations share exactly if they are the same, whatever led to them.
    fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for node in self.nodes() {
            canonical::write(&mut bytes, node);
        }
        let mut under_way: Vec<Vec<u8>> = Vec::new();
        for one in self.pending.iter().map(|p| p.canonical()) {
            let place = under_way.partition_point(|other| *other < one);
            under_way.insert(place, one);
        }
        under_way.iter().for_each(|one| bytes.extend_from_slice(one));
        Digest::of(&bytes)
    }
}
