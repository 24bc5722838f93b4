//! Protocols with clients: nodes of two kinds in one run, each with its own code.

use crate::{
    Caveat, Cx, Face, Input, Invariant, Liar, Message, Meta, Misstep, NodeId, Pace, Panel, Protocol, RuleId,
    Setup, SetupError, Timer, World,
};
use serde::Serialize;

/// A node of a protocol with clients. This is the [`Protocol`]; what a node of either kind does, its own type says. Almost
/// all nodes are members, and a box would cost each of their steps a hop.
#[derive(Clone, Debug, Serialize)]
pub enum Party<M: Member> {
    /// One of those that agree.
    Member(M),
    /// One that asks them.
    Client(M::Client),
}

/// One of those that agree, in a protocol with clients. What is not explained here is explained at [`Protocol`].
pub trait Member: Clone + Serialize + Sized + 'static {
    /// Who asks them.
    type Client: Client<Self>;
    /// Everything that all nodes know beforehand.
    type Config: Clone + Serialize + 'static;
    /// What nodes send each other.
    type Msg: Message;
    /// What nodes set timers for.
    type Timer: Timer;

    /// What the protocol says of itself.
    const META: &'static Meta;

    /// Turns a set-up into a configuration, or says why the set-up is impossible.
    fn configure(setup: &Setup) -> Result<Self::Config, SetupError>;
    /// The member `me` before its first input.
    fn new(config: &Self::Config, me: NodeId) -> Self;
    /// Reacts to one input.
    fn step(&mut self, input: Input<'_, Self::Msg, Self::Timer>, cx: &mut Cx<'_, Party<Self>>);
    /// The member as it comes back after a crash.
    fn restart(&self, config: &Self::Config) -> Self;
    /// What the stage draws of it.
    fn face(&self, config: &Self::Config) -> Face;

    /// Views over all members beyond the stage.
    fn panels(_config: &Self::Config, _members: &[&Self]) -> Vec<Panel> {
        Vec::new()
    }
    /// The protocol's own invariants.
    fn invariants() -> &'static [Invariant<Party<Self>>] {
        &[]
    }
    /// The size of a quorum, if there is one size only.
    fn quorum(_config: &Self::Config) -> Option<usize> {
        None
    }
    /// Whether this member is to learn what is decided.
    fn learns(_config: &Self::Config, _member: NodeId) -> bool {
        true
    }
    /// How time counts; none if any delay will do.
    fn pace(_config: &Self::Config) -> Option<Pace> {
        None
    }
    /// Why nothing is promised in this configuration.
    fn caveat(_config: &Self::Config) -> Option<Caveat> {
        None
    }
    /// Who talks to whom, if not everybody to everybody.
    fn edges(_config: &Self::Config) -> Option<Vec<(NodeId, NodeId)>> {
        None
    }
    /// Rules worth a mark on the time line.
    fn milestones() -> &'static [RuleId] {
        &[]
    }
    /// The protocol's own lies.
    fn lie(_strategy: usize) -> Option<Liar<Party<Self>>> {
        None
    }
    /// Its own misbehaviour that other words do not make.
    fn misstep(_strategy: usize) -> Option<Misstep<Party<Self>>> {
        None
    }
}

/// One that asks members of this type. All of its state is kept over a crash: a request's number must never be used twice.
pub trait Client<M: Member>: Clone + Serialize + 'static {
    /// The client `me` before its first input.
    fn new(config: &M::Config, me: NodeId) -> Self;
    /// Reacts to one input.
    fn step(&mut self, input: Input<'_, M::Msg, M::Timer>, cx: &mut Cx<'_, Party<M>>);
    /// What the stage draws of it.
    fn face(&self, config: &M::Config) -> Face;
}

impl<M: Member> Party<M> {
    /// The member, if it is one.
    #[inline]
    pub fn member(&self) -> Option<&M> {
        match self {
            Self::Member(member) => Some(member),
            Self::Client(_) => None,
        }
    }

    /// The client, if it is one.
    pub fn client(&self) -> Option<&M::Client> {
        match self {
            Self::Client(client) => Some(client),
            Self::Member(_) => None,
        }
    }
}

impl<M: Member> dyn World<Party<M>> + '_ {
    /// The state of a member; none if it is Byzantine, or a client.
    #[inline]
    pub fn member(&self, id: NodeId) -> Option<&M> {
        self.node(id).and_then(Party::member)
    }

    /// The state of a client.
    pub fn client(&self, id: NodeId) -> Option<&M::Client> {
        self.node(id).and_then(Party::client)
    }
}

impl<M: Member> Protocol for Party<M> {
    type Config = M::Config;
    type Msg = M::Msg;
    type Timer = M::Timer;

    const META: &'static Meta = M::META;

    fn configure(setup: &Setup) -> Result<M::Config, SetupError> {
        M::configure(setup)
    }
    fn new(config: &M::Config, me: NodeId) -> Self {
        if me.is_client() {
            Self::Client(M::Client::new(config, me))
        } else {
            Self::Member(M::new(config, me))
        }
    }
    // Laid out where it is called, which mostly is with a message: then the input need not lie in memory to be looked at.
    // The page has no room for that.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn step(&mut self, input: Input<'_, M::Msg, M::Timer>, cx: &mut Cx<'_, Self>) {
        match self {
            Self::Member(member) => member.step(input, cx),
            Self::Client(client) => client.step(input, cx),
        }
    }
    fn restart(&self, config: &M::Config) -> Self {
        match self {
            Self::Member(member) => Self::Member(member.restart(config)),
            Self::Client(client) => Self::Client(client.clone()),
        }
    }
    fn face(&self, config: &M::Config) -> Face {
        match self {
            Self::Member(member) => member.face(config),
            Self::Client(client) => client.face(config),
        }
    }
    fn panels(config: &M::Config, replicas: &[&Self]) -> Vec<Panel> {
        let members: Vec<&M> = replicas.iter().filter_map(|replica| replica.member()).collect();
        M::panels(config, &members)
    }
    fn invariants() -> &'static [Invariant<Self>] {
        M::invariants()
    }
    fn quorum(config: &M::Config) -> Option<usize> {
        M::quorum(config)
    }
    fn learns(config: &M::Config, replica: NodeId) -> bool {
        M::learns(config, replica)
    }
    fn pace(config: &M::Config) -> Option<Pace> {
        M::pace(config)
    }
    fn caveat(config: &M::Config) -> Option<Caveat> {
        M::caveat(config)
    }
    fn edges(config: &M::Config) -> Option<Vec<(NodeId, NodeId)>> {
        M::edges(config)
    }
    fn milestones() -> &'static [RuleId] {
        M::milestones()
    }
    fn lie(strategy: usize) -> Option<Liar<Self>> {
        M::lie(strategy)
    }
    fn misstep(strategy: usize) -> Option<Misstep<Self>> {
        M::misstep(strategy)
    }
}
