//! Who stands behind a decision.
//!
//! Nodes show whose votes they are collecting ([`consensus_kernel::Face::votes`]). A vote that completes a quorum leads to
//! what follows in the same step, so the quorum is what the node showed just before, and the sender of what it then got. If
//! the node itself counted nothing, it heard from somebody who did: the message that made it decide was sent in an event of
//! another node, and the search goes on there. Where nobody shows a count, what made the node decide stands for it: whom
//! it had heard when its time was over, the message that it went by, or nobody.

use crate::checkpoints::Sim;
use crate::view::{Certificate, DecisionView, EventView, What};
use consensus_kernel::{AnyNode, Automaton, NodeId};

/// From mouth to mouth at most so often.
const HOPS: usize = 6;

/// What a search needs of a run.
pub(crate) trait Past {
    /// The moment before an event; none if that is inside of what happens all at once, as when a node goes on after a pause.
    fn before(&self, event: u64) -> Option<Sim>;
    /// The event, without the fields of its message.
    fn event(&self, event: u64) -> Option<EventView>;
    /// In which earlier event a node made the same decision.
    fn decided_by(&self, node: NodeId, decision: &DecisionView, before: u64) -> Option<u64>;
}

/// The certificate behind a decision.
pub(crate) fn find(past: &dyn Past, decision: &DecisionView) -> Option<Certificate> {
    let mut word = None;
    quorum(past, decision, &mut word).or(word)
}

/// The quorum that was counted. `word`: what the node itself went by.
fn quorum(past: &dyn Past, decision: &DecisionView, word: &mut Option<Certificate>) -> Option<Certificate> {
    let mut at = decision.event;
    for hop in 0..HOPS {
        let step = past.event(at)?;
        let node = step.node?;
        let sim = past.before(at)?;
        let trigger = match &step.what {
            What::Deliver(m) if step.rejected.is_none() => Some(m.flight),
            _ => None,
        };
        let found = counted(&sim, &step, node, trigger.map(|f| f.from));
        if let Some(found) = found.as_ref().filter(|c| c.need > 0) {
            return Some(found.clone());
        }
        if hop == 0 {
            let of = |kind: usize| sim.scenario().meta.kinds[kind].name;
            *word = match trigger.filter(|f| !f.from.is_client()) {
                Some(f) => Some(Certificate {
                    counter: node,
                    of: of(f.kind),
                    need: 0,
                    voters: vec![f.from],
                    event: at,
                }),
                None => found.or(Some(Certificate {
                    counter: node,
                    of: "",
                    need: 0,
                    voters: Vec::new(),
                    event: at,
                })),
            };
        }
        let trigger = trigger?;
        let told = past.decided_by(trigger.from, decision, at).unwrap_or(trigger.cause);
        at = Some(told).filter(|told| *told < at)?;
    }
    None
}

/// What a step counts with the vote that it got; nothing is `need`ed where that is no quorum.
fn counted(sim: &Sim, step: &EventView, node: NodeId, sender: Option<NodeId>) -> Option<Certificate> {
    let copies = sim.copies(node);
    let face = copies.get(usize::from(step.second)).or(copies.first())?.face(sim.config());
    let votes = face.votes?;
    let mut voters: Vec<NodeId> = votes.from.iter().map(|i| NodeId::replica(usize::from(*i))).collect();
    let mut have = votes.have;
    let weighted = have != voters.len() as u64;
    if let Some(sender) = sender.filter(|s| !s.is_client() && !voters.contains(s)) {
        let weight =
            || AnyNode::weight(sim.config(), sender).unwrap_or_else(|| sim.scenario().weight(sender));
        have += if weighted { weight() } else { 1 };
        voters.insert(voters.partition_point(|v| *v < sender), sender);
    }
    let need = if have >= votes.need { votes.need } else { 0 };
    Some(Certificate { counter: node, of: votes.of, need, voters, event: step.index })
}
