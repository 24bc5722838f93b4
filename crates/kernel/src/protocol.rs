//! The shape of a protocol.

use crate::walk::Walk;
use crate::{
    Cx, Duration, Face, Invariant, Liar, Meta, Misstep, NodeId, NodeSet, Panel, RuleId, Setup, SetupError,
    Slot, Value,
};
use serde::Serialize;

/// What a protocol takes for granted of delays and clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// It works in rounds, and no message takes longer than this.
    Rounds(Duration),
    /// Whoever hears no leader for a while stands for election, so leaders must be heard before.
    Leaders {
        /// The shortest such while.
        patience: Duration,
        /// A leader speaks this often.
        heartbeat: Duration,
    },
    /// Whoever finds blocks more quickly wins, so blocks must spread before others are found.
    Race {
        /// One is found each so long, on average.
        interval: Duration,
        /// So many messages, one after another, bring it to everybody.
        hops: u64,
        /// A clock may be wrong by this.
        tolerance: Duration,
        /// What was found is kept so long for those who were down.
        memory: Duration,
    },
}

/// One node of a protocol: its whole state, and what it does with each input.
///
/// The simulator calls [`Protocol::step`] with [`Input::Start`] once, then with whatever happens, in an order that is a
/// function of the scenario. A crashed node is not called; when it comes back it is replaced by [`Protocol::restart`]
/// (or, if it lost its disk, by [`Protocol::new`]) and called with [`Input::Restart`].
pub trait Protocol: Clone + Serialize + Sized + 'static {
    /// Everything that all nodes know beforehand.
    type Config: Clone + Serialize + 'static;
    /// What nodes send each other.
    type Msg: Message;
    /// What nodes set timers for.
    type Timer: Timer;

    /// What it says of itself.
    const META: &'static Meta;

    /// Turns a set-up into a configuration, or says why the set-up is impossible. The set-up's values are within the
    /// bounds of [`Meta::params`] already.
    fn configure(setup: &Setup) -> Result<Self::Config, SetupError>;

    /// The node `me` before its first input. Clients have ids for which [`NodeId::is_client`] holds.
    fn new(config: &Self::Config, me: NodeId) -> Self;

    /// Reacts to one input. Total: hostile input is rejected with a reason, never a panic.
    fn step(&mut self, input: Input<'_, Self::Msg, Self::Timer>, cx: &mut Cx<'_, Self>);

    /// The node as it comes back after a crash: only what was on disk is kept.
    fn restart(&self, config: &Self::Config) -> Self;

    /// What the stage draws of this node.
    fn face(&self, config: &Self::Config) -> Face;

    /// Views over all replicas beyond the stage: logs, trees, tables. Of a twin the first copy is shown.
    fn panels(_config: &Self::Config, _replicas: &[&Self]) -> Vec<Panel> {
        Vec::new()
    }

    /// The protocol's own invariants.
    fn invariants() -> &'static [Invariant<Self>] {
        &[]
    }

    /// The size of a quorum under this configuration, if the protocol has one size only.
    fn quorum(_config: &Self::Config) -> Option<usize> {
        None
    }

    /// Whether this replica is to learn what is decided: nobody waits for the others.
    fn learns(_config: &Self::Config, _replica: NodeId) -> bool {
        true
    }

    /// How time counts in this configuration; none if any delay will do.
    fn pace(_config: &Self::Config) -> Option<Pace> {
        None
    }

    /// Why not all is promised in this configuration although no rule is off: for variants that are known to be unsafe, or to
    /// stand still.
    fn caveat(_config: &Self::Config) -> Option<Caveat> {
        None
    }

    /// What a replica weighs by its parameters; none if the set-up's weights say it.
    fn weight(_config: &Self::Config, _replica: NodeId) -> Option<u64> {
        None
    }

    /// Who talks to whom, as pairs of replicas; none if everybody talks to everybody.
    fn edges(_config: &Self::Config) -> Option<Vec<(NodeId, NodeId)>> {
        None
    }

    /// Rules that, when cited, are worth a mark on the time line: elections won, views begun.
    fn milestones() -> &'static [RuleId] {
        &[]
    }

    /// The protocol's own lies, for a Byzantine node: `strategy` is a position in [`Meta::adversaries`].
    fn lie(_strategy: usize) -> Option<Liar<Self>> {
        None
    }

    /// The same for misbehaviour that other words do not make. A strategy may have a lie, a misstep or both.
    fn misstep(_strategy: usize) -> Option<Misstep<Self>> {
        None
    }
}

/// What a variant does not keep, and why, as a clause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caveat {
    /// Something wrong may be decided.
    Safety(&'static str),
    /// The same, where f says that more than so many replicas may be faulty.
    Fewer(usize, &'static str),
    /// Nothing wrong is decided, but perhaps nothing at all.
    Progress(&'static str),
}

/// What a node is called with.
#[derive(Debug)]
pub enum Input<'a, M, T> {
    /// The run begins.
    Start,
    /// To a client: ask the replicas for this value.
    Propose(Value),
    /// A message arrives. `from` is authentic.
    Deliver {
        /// Who sent it.
        from: NodeId,
        /// What it says.
        msg: &'a M,
    },
    /// A timer that this node set has run out.
    Fire(T),
    /// The visitor tells the node to do something.
    Command {
        /// What: position in [`Meta::commands`].
        command: usize,
        /// About what, as [`crate::About`] says: a replica's index, the position of a name, or 0.
        about: usize,
    },
    /// The node is back after a crash.
    Restart,
}

/// To whom a message goes. The sender itself is never among them: self messages are not messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    /// One node, replica or client.
    One(NodeId),
    /// All replicas but the sender.
    Others,
    /// These replicas, but the sender.
    Set(NodeSet),
}

/// What nodes send each other.
pub trait Message: Clone + Walk + 'static {
    /// Position in [`Meta::kinds`].
    fn kind(&self) -> usize;

    /// Size on the wire in bytes, by the model that `docs/scenario.md` states: 8 bytes a number, 32 a digest, 64 a
    /// signature, 16 of header.
    fn bytes(&self) -> u64;

    /// The term, view, ballot or branch that owns it: its colour.
    fn round(&self) -> u64;

    /// The decision it serves, if it serves one: what a node is told about the same one adds up in the count of message
    /// delays.
    fn slot(&self) -> Option<Slot>;

    /// For what a client sends: the request it carries.
    fn request(&self) -> Option<Value> {
        None
    }
}

/// What nodes set timers for: few per node, each with its own place.
pub trait Timer: Copy + Eq + Serialize + 'static {
    /// How many there can be on one node, of n replicas.
    fn count(n: usize) -> usize;
    /// Its place, below [`Timer::count`].
    fn index(self) -> usize;
    /// The timer at a place.
    fn from_index(index: usize) -> Self;
    /// Its name, for people: "election".
    fn name(self) -> &'static str;
}
