//! Lies that a protocol's literature knows, told by a Byzantine node on top of its honest code.

use crate::{Automaton, Cx, Duration, Input, NodeId, NodeSet, Protocol, Signer};

/// Decides, message by message and receiver by receiver, what a Byzantine node really sends. It may sign as the node
/// itself, and as nobody else.
pub type Liar<P> = fn(&Lie<'_, P>) -> Corruption<<P as Protocol>::Msg>;

/// A Byzantine node's own way to take a step, for misbehaviour that other words do not make: it may let the honest code
/// go first, change what that has sent ([`Cx::unsend`]) and the node's state, and send what it likes. It signs as the node
/// itself, and as nobody else.
pub type Misstep<P> = fn(&mut P, Input<'_, <P as Protocol>::Msg, <P as Protocol>::Timer>, &mut Cx<'_, P>);

/// What a liar knows when it is asked.
pub struct Lie<'a, P: Automaton> {
    /// The honest message.
    pub msg: &'a P::Msg,
    /// Its receiver.
    pub to: NodeId,
    /// The liar's state.
    pub node: &'a P,
    /// What all nodes know.
    pub config: &'a P::Config,
    /// The liar's own signature.
    pub signer: &'a Signer,
    /// All Byzantine replicas of the run, itself among them: traitors know each other.
    pub fellows: &'a NodeSet,
}

/// What a liar sends instead of an honest message.
#[derive(Clone, Debug)]
pub enum Corruption<M> {
    /// The honest message.
    Keep,
    /// Nothing.
    Drop,
    /// Something else.
    Replace(M),
    /// This, the honest message or something else, so much later than the honest one would leave.
    Late(M, Duration),
}
