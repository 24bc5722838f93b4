//! What a run tells those who watch it.

use crate::Simulation;
use consensus_kernel::{Automaton, NodeId, RuleId, Slot, Time, Value};

/// Watches a run. Every method has an empty default, so that what nobody watches costs nothing.
pub trait Observer<P: Automaton> {
    /// Whether [`Observer::step`] may want to be called: it makes every event slower.
    const RECORDS: bool = false;

    /// Whether it wants to be called now, where one type serves both who records and who does not.
    #[inline]
    fn records(&self) -> bool {
        Self::RECORDS
    }

    /// Rules (one bit each) after which [`Observer::cited`] wants to be called.
    fn watched_rules(&self) -> u64 {
        0
    }

    /// A node has decided. Twins and liars decide too: see [`Decision::byzantine`].
    #[inline]
    fn decided(&mut self, _decision: &Decision) {}

    /// A step in which a watched rule was cited is complete.
    #[inline]
    fn cited(&mut self, _sim: &Simulation<P>, _node: NodeId, _rules: u64) {}

    /// An event is complete, with all it led to.
    fn step(&mut self, _sim: &Simulation<P>, _step: &Step<'_, P>) {}

    /// An action of the script was carried out (after the nodes' own steps, if it led to any).
    fn acted(&mut self, _sim: &Simulation<P>, _action: usize) {}
}

/// A node's decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Who.
    pub node: NodeId,
    /// Where.
    pub slot: Slot,
    /// What.
    pub value: Value,
    /// When its client first sent the request, or when the run began; where neither is known, when it was decided.
    pub since: Time,
    /// When.
    pub at: Time,
    /// In which event.
    pub event: u64,
    /// Message delays on the longest chain that led here from the sending of the request: at a client all of them, at a replica
    /// without the first, which brought the request. Zero for the no-op.
    pub delays: u32,
    /// Whether the node is Byzantine, so that nothing is promised of it.
    pub byzantine: bool,
    /// Whether it is a client that has not asked for this, or has got as many replies as it asked for.
    pub unasked: bool,
}

/// Why an event happened.
pub enum Cause<'a, P: Automaton> {
    /// The run began.
    Start,
    /// A client was handed a request.
    Propose(Value),
    /// A message arrived.
    Deliver(MessageFacts, &'a P::Msg),
    /// A message was lost, and why.
    Lost(MessageFacts, &'a P::Msg, &'static str),
    /// A timer ran out.
    Fire(P::Timer),
    /// An action of the script: its position.
    Action(usize),
    /// The visitor told the node to do something, by the action at this position of the script.
    Told(usize),
    /// The node came back.
    Restart,
}

/// How a message travelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageFacts {
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Position in the protocol's table of kinds.
    pub kind: usize,
    /// Which of its kind on this link, from 1.
    pub nth: u32,
    /// The term or view that owns it.
    pub round: u64,
    /// When it was sent.
    pub sent: Time,
    /// When it arrives, arrived or was lost.
    pub due: Time,
    /// The event in which it was sent.
    pub cause: u64,
    /// A copy that the network made.
    pub duplicate: bool,
    /// Held back by hand, by a pause, by a busy receiver, or longest of all by the scheduler.
    pub held: bool,
    /// Not what the sender's honest code sent to everybody.
    pub forged: bool,
}

/// One event with all it led to.
pub struct Step<'a, P: Automaton> {
    /// Its number, from 0.
    pub event: u64,
    /// When.
    pub at: Time,
    /// At which node; none for what happens to the network.
    pub node: Option<NodeId>,
    /// Which of a twin's copies.
    pub second: bool,
    /// Why.
    pub cause: Cause<'a, P>,
    /// Rules cited, in order.
    pub cites: &'a [RuleId],
    /// Why the input was refused, if it was.
    pub rejected: Option<&'static str>,
    /// Decisions made.
    pub decided: &'a [(Slot, Value)],
    /// Messages sent: kind and number of receivers.
    pub sent: &'a [(usize, usize)],
}
