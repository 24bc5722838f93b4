//! A protocol's own invariants: named predicates over all nodes' states, checked where they can change.

use crate::{Automaton, Ledger, NodeId, Protocol, RuleId};

/// The states of all nodes, as an invariant may see them.
pub trait World<P: Automaton> {
    /// What all nodes know beforehand.
    fn config(&self) -> &P::Config;
    /// Number of replicas.
    fn replicas(&self) -> usize;
    /// A node's state; none if it is Byzantine, since nothing is promised of those. A crashed node shows the state it
    /// crashed with.
    fn node(&self, id: NodeId) -> Option<&P>;
}

/// What a broken invariant says, put together out of the way of all the checks that find nothing: what is hot should fit
/// into the processor's first cache for instructions.
#[cold]
#[inline(never)]
pub fn broken(says: impl FnOnce() -> String) -> Result<(), String> {
    Err(says())
}

/// A named predicate. It is evaluated after each step of a correct node in which one of `on` was cited, so a rule
/// that can make it false must be among them.
pub struct Invariant<P: Protocol> {
    /// Name, as in the paper: "Election Safety".
    pub name: &'static str,
    /// Where the paper states it.
    pub place: &'static str,
    /// What it demands, in a sentence.
    pub says: &'static str,
    /// After which rules it is evaluated.
    pub on: &'static [RuleId],
    /// Says what is wrong, naming nodes and slots. `who` is the node that just took a step, a client
    /// too if one cites such a rule. The ledger is the
    /// invariant's own memory of the run, for properties over history.
    pub check: fn(ledger: &mut Ledger, world: &dyn World<P>, who: NodeId) -> Result<(), String>,
}
