//! What runs: a protocol by its type, or any protocol with its type forgotten.

use crate::walk::Walk;
use crate::{
    Caveat, Corruption, Cx, Face, Input, Ledger, Lie, Message, NodeId, Pace, Panel, Protocol, RuleId, Timer,
    World,
};

/// What the simulator and the checks ask of a node and of what all nodes know.
///
/// Every [`Protocol`] is one, at no cost. [`crate::AnyNode`] is the other: it stands for all protocols at once, so that
/// code over it is there once, however many protocols there are. What a protocol says in its type is asked here of the
/// configuration, since a forgotten type says nothing; what it says in its [`crate::Meta`] goes with the scenario.
pub trait Automaton: Clone + Walk + 'static {
    /// Everything that all nodes know beforehand.
    type Config: 'static;
    /// What nodes send each other.
    type Msg: Message;
    /// What nodes set timers for.
    type Timer: Copy + 'static;

    /// The node before its first input.
    fn new(config: &Self::Config, me: NodeId) -> Self;
    /// Reacts to one input.
    fn step(&mut self, input: Input<'_, Self::Msg, Self::Timer>, cx: &mut Cx<'_, Self>);
    /// The same, with this strategy of a Byzantine node.
    fn misstep(&mut self, strategy: usize, input: Input<'_, Self::Msg, Self::Timer>, cx: &mut Cx<'_, Self>);
    /// The node as it comes back after a crash.
    fn restart(&self, config: &Self::Config) -> Self;
    /// What the stage draws of it.
    fn face(&self, config: &Self::Config) -> Face;
    /// Views over all replicas.
    fn panels(config: &Self::Config, replicas: &[&Self]) -> Vec<Panel>;
    /// The size of a quorum, if there is one size only.
    fn quorum(config: &Self::Config) -> Option<usize>;
    /// Whether this replica is to learn what is decided.
    fn learns(config: &Self::Config, replica: NodeId) -> bool;
    /// How time counts; none if any delay will do.
    fn pace(config: &Self::Config) -> Option<Pace>;
    /// Why nothing is promised in this configuration.
    fn caveat(config: &Self::Config) -> Option<Caveat>;
    /// What a replica weighs by its parameters.
    fn weight(config: &Self::Config, replica: NodeId) -> Option<u64>;
    /// Who talks to whom, if not everybody to everybody.
    fn edges(config: &Self::Config) -> Option<Vec<(NodeId, NodeId)>>;
    /// Rules worth a mark on the time line.
    fn milestones(config: &Self::Config) -> &'static [RuleId];
    /// The protocol's own invariants.
    fn promises(config: &Self::Config) -> Vec<Promise>;
    /// Judges the invariant at this place among them.
    fn judge(
        config: &Self::Config,
        promise: usize,
        ledger: &mut Ledger,
        world: &dyn World<Self>,
        who: NodeId,
    ) -> Result<(), String>;
    /// What a liar with this strategy sends.
    fn lie(strategy: usize, lie: &Lie<'_, Self>) -> Corruption<Self::Msg>;
    /// How many timers there can be on one node, of n replicas.
    fn timers(config: &Self::Config, n: usize) -> usize;
    /// The timer at a place.
    fn timer(index: usize) -> Self::Timer;
    /// The place of a timer.
    fn place(timer: Self::Timer) -> usize;
    /// The name of the timer at a place.
    fn timer_name(config: &Self::Config, index: usize) -> &'static str;
}

/// What an [`crate::Invariant`] says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Promise {
    /// Name, as in the paper.
    pub name: &'static str,
    /// Where the paper states it.
    pub place: &'static str,
    /// What it demands, in a sentence.
    pub says: &'static str,
    /// After which rules it is evaluated.
    pub on: &'static [RuleId],
}

impl<P: Protocol> Automaton for P {
    type Config = P::Config;
    type Msg = P::Msg;
    type Timer = P::Timer;

    fn new(config: &P::Config, me: NodeId) -> Self {
        P::new(config, me)
    }
    #[inline(always)]
    fn step(&mut self, input: Input<'_, P::Msg, P::Timer>, cx: &mut Cx<'_, Self>) {
        Protocol::step(self, input, cx);
    }
    fn misstep(&mut self, strategy: usize, input: Input<'_, P::Msg, P::Timer>, cx: &mut Cx<'_, Self>) {
        <P as Protocol>::misstep(strategy).unwrap_or(Protocol::step)(self, input, cx);
    }
    fn restart(&self, config: &P::Config) -> Self {
        Protocol::restart(self, config)
    }
    fn face(&self, config: &P::Config) -> Face {
        Protocol::face(self, config)
    }
    fn panels(config: &P::Config, replicas: &[&Self]) -> Vec<Panel> {
        <P as Protocol>::panels(config, replicas)
    }
    fn quorum(config: &P::Config) -> Option<usize> {
        <P as Protocol>::quorum(config)
    }
    fn learns(config: &P::Config, replica: NodeId) -> bool {
        <P as Protocol>::learns(config, replica)
    }
    fn pace(config: &P::Config) -> Option<Pace> {
        <P as Protocol>::pace(config)
    }
    fn caveat(config: &P::Config) -> Option<Caveat> {
        <P as Protocol>::caveat(config)
    }
    fn weight(config: &P::Config, replica: NodeId) -> Option<u64> {
        <P as Protocol>::weight(config, replica)
    }
    fn edges(config: &P::Config) -> Option<Vec<(NodeId, NodeId)>> {
        <P as Protocol>::edges(config)
    }
    fn milestones(_: &P::Config) -> &'static [RuleId] {
        <P as Protocol>::milestones()
    }
    fn promises(_: &P::Config) -> Vec<Promise> {
        let all = P::invariants().iter();
        all.map(|i| Promise { name: i.name, place: i.place, says: i.says, on: i.on }).collect()
    }
    #[inline]
    fn judge(
        _: &P::Config,
        promise: usize,
        ledger: &mut Ledger,
        world: &dyn World<Self>,
        who: NodeId,
    ) -> Result<(), String> {
        P::invariants().get(promise).map_or(Ok(()), |invariant| (invariant.check)(ledger, world, who))
    }
    fn lie(strategy: usize, lie: &Lie<'_, Self>) -> Corruption<P::Msg> {
        <P as Protocol>::lie(strategy).map_or(Corruption::Keep, |liar| liar(lie))
    }
    fn timers(_: &P::Config, n: usize) -> usize {
        P::Timer::count(n)
    }
    #[inline]
    fn timer(index: usize) -> P::Timer {
        P::Timer::from_index(index)
    }
    #[inline]
    fn place(timer: P::Timer) -> usize {
        timer.index()
    }
    fn timer_name(_: &P::Config, index: usize) -> &'static str {
        P::Timer::from_index(index).name()
    }
}
