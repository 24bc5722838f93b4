//! What an event changed at its node, in words: its face, its state and its timers before and after. So it is said for all
//! protocols at once, also where no rule of a paper has a name for it, as when one more vote is counted.

use crate::checkpoints::Sim;
use crate::explain::capital;
use crate::run::in_prose;
use crate::view::{EventView, What};
use consensus_kernel::inspect::Tree;
use consensus_kernel::{Automaton, Face, NodeId, Time, plural};

/// A node before an event.
pub(crate) struct Before {
    node: NodeId,
    seen: Seen,
}

/// What can change.
struct Seen {
    face: Face,
    state: Tree,
    /// Name, and from when to when.
    timers: Vec<(&'static str, Time, Time)>,
}

impl Seen {
    fn of(sim: &Sim, node: NodeId, second: bool) -> Option<Self> {
        let copies = sim.copies(node);
        let copy = copies.get(usize::from(second))?;
        let timers = sim.timers(node).into_iter().map(|t| (t.name, t.set_at, t.due)).collect();
        Some(Self { face: copy.face(sim.config()), state: Tree::of(*copy), timers })
    }
}

impl Before {
    /// None where the moment just before the event cannot be stopped at, and where a message reached nobody.
    pub fn of(sim: &Sim, event: &EventView) -> Option<Self> {
        let node =
            event.node.filter(|_| sim.events() == event.index && !matches!(event.what, What::Lost(..)))?;
        Some(Self { node, seen: Seen::of(sim, node, event.second)? })
    }

    /// What is different after the event, in a sentence: what the node counts; else what it is at or waits for; else what of
    /// its state is another; else which timer it set. An empty text if nothing is.
    pub fn changed(self, after: &Sim, event: &EventView) -> Option<String> {
        if after.events() != event.index + 1 {
            return None;
        }
        let (Self { node, seen: old }, new) = (&self, Seen::of(after, self.node, event.second)?);
        let (was, is) = (&old.face, &new.face);
        let who = capital(&in_prose(*node));
        let meta = after.scenario().meta;
        let mut said = Vec::new();
        if (was.role, &was.status, was.round) != (is.role, &is.status, is.round) {
            let role = if was.role == is.role { String::new() } else { format!(", {}", is.role) };
            let round =
                if was.round == is.round { String::new() } else { format!(", {} {}", meta.round, is.round) };
            said.push(format!("changes to “{}”{role}{round}", is.status));
        }
        match &is.votes {
            Some(votes) if is.votes != was.votes => {
                said.push(format!("now has {} {}", votes.k_of_q(), plural(votes.of)));
            }
            _ => {}
        }
        if let Some(wait) = is.waits_for.as_ref().filter(|_| said.is_empty() && was.waits_for != is.waits_for)
        {
            said.push(format!("now waits for {wait}"));
        }
        if said.is_empty() && old.state != new.state {
            let mut names = Vec::new();
            differing(&old.state, &new.state, &mut names);
            said.push(format!("notes it in its state: {}", names.join(", ")));
        }
        if said.is_empty() && old.timers != new.timers {
            let set = new.timers.iter().enumerate().find(|(i, timer)| old.timers.get(*i) != Some(timer));
            said.push(
                set.map_or("stops a timer".to_owned(), |(_, timer)| format!("sets its {} timer", timer.0)),
            );
        }
        Some(if said.is_empty() { String::new() } else { format!("{who} {}.", said.join(" and ")) })
    }
}

/// The names of the outermost parts that differ.
fn differing(old: &Tree, new: &Tree, names: &mut Vec<String>) {
    let (Tree::Map(old), Tree::Map(new)) = (old, new) else { return };
    for ((name, was), (_, is)) in old.iter().zip(new).filter(|((_, was), (_, is))| was != is) {
        let deeper = names.len();
        // The name of a variant says nothing; what is in it does.
        if new.len() == 1 {
            differing(was, is, names);
        }
        if names.len() == deeper {
            names.push(name.replace('_', " "));
        }
    }
}
