//! Any protocol, with its type forgotten: one node, one message and one configuration for all of them.
//!
//! A simulation that is written out for every protocol costs the page a copy each. Over these it is there once, and a
//! protocol costs what it does itself and the few calls below. A step pays for it with one indirect call, and a message
//! with one small allocation, however many receivers it has.

use crate::walk::{Sink, Walk};
use crate::{
    Automaton, Caveat, Corruption, Cx, Face, Input, Ledger, Lie, Message, NodeId, Outbox, Pace, Panel,
    Promise, Protocol, RuleId, Setup, SetupError, Slot, TimerChange, Value, World,
};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// What all nodes of a run know, whatever its protocol: also which protocol it is.
#[derive(Clone)]
pub struct AnyConfig(Rc<dyn Host>);

/// A node, whatever its protocol.
pub struct AnyNode(Box<dyn Node>);

/// A message, whatever its protocol.
#[derive(Clone)]
pub struct AnyMessage(Rc<dyn Letter>);

impl AnyConfig {
    /// Turns a set-up into a configuration of this protocol, or says why the set-up is impossible.
    pub fn of<P: Protocol>(setup: &Setup) -> Result<Self, SetupError> {
        let outbox = RefCell::new(Outbox::default());
        Ok(Self(Rc::new(Kept::<P> { config: P::configure(setup)?, outbox })))
    }
}

/// What is asked of a configuration.
trait Host {
    fn node(self: Rc<Self>, me: NodeId) -> Box<dyn Node>;
    fn panels(&self, replicas: &[&AnyNode]) -> Vec<Panel>;
    fn quorum(&self) -> Option<usize>;
    fn learns(&self, replica: NodeId) -> bool;
    fn pace(&self) -> Option<Pace>;
    fn caveat(&self) -> Option<Caveat>;
    fn weight(&self, replica: NodeId) -> Option<u64>;
    fn edges(&self) -> Option<Vec<(NodeId, NodeId)>>;
    fn milestones(&self) -> &'static [RuleId];
    fn promises(&self) -> Vec<Promise>;
    fn judge(
        &self,
        promise: usize,
        ledger: &mut Ledger,
        world: &dyn World<AnyNode>,
        who: NodeId,
    ) -> Result<(), String>;
    fn lie(&self, strategy: usize, lie: &Lie<'_, AnyNode>) -> Corruption<AnyMessage>;
    fn timers(&self, n: usize) -> usize;
    fn timer_name(&self, index: usize) -> &'static str;
}

/// What is asked of a node.
trait Node: Walk {
    fn copy(&self) -> Box<dyn Node>;
    /// A step, with a strategy if the node is Byzantine.
    fn step(
        &mut self,
        strategy: Option<usize>,
        input: Input<'_, AnyMessage, usize>,
        cx: &mut Cx<'_, AnyNode>,
    );
    fn restart(&self) -> Box<dyn Node>;
    fn face(&self) -> Face;
    /// Its state, with its type.
    fn state(&self) -> &dyn Any;
}

/// What is asked of a message.
trait Letter: Walk {
    fn kind(&self) -> usize;
    fn bytes(&self) -> u64;
    fn round(&self) -> u64;
    fn slot(&self) -> Option<Slot>;
    fn request(&self) -> Option<Value>;
    /// The message, with its type.
    fn body(&self) -> &dyn Any;
}

/// A configuration with its type, and where a step of any of its nodes leaves its effects.
struct Kept<P: Protocol> {
    config: P::Config,
    outbox: RefCell<Outbox<P::Msg, P::Timer>>,
}

/// A node's state with its type.
struct Seated<P: Protocol> {
    state: P,
    host: Rc<Kept<P>>,
}

/// A message with its type.
struct Sealed<M>(M);

/// All nodes, with their type.
struct Typed<'a, P: Protocol> {
    world: &'a dyn World<AnyNode>,
    config: &'a P::Config,
}

/// The run's own type, which a node or message of it has.
fn own<T: 'static>(any: &dyn Any) -> &T {
    any.downcast_ref().expect("all nodes and messages of a run are of one protocol")
}

impl<P: Protocol> Host for Kept<P> {
    fn node(self: Rc<Self>, me: NodeId) -> Box<dyn Node> {
        Box::new(Seated { state: P::new(&self.config, me), host: self })
    }
    fn panels(&self, replicas: &[&AnyNode]) -> Vec<Panel> {
        let typed: Vec<&P> = replicas.iter().map(|node| own(node.0.state())).collect();
        <P as Protocol>::panels(&self.config, &typed)
    }
    fn quorum(&self) -> Option<usize> {
        <P as Protocol>::quorum(&self.config)
    }
    fn learns(&self, replica: NodeId) -> bool {
        <P as Protocol>::learns(&self.config, replica)
    }
    fn pace(&self) -> Option<Pace> {
        <P as Protocol>::pace(&self.config)
    }
    fn caveat(&self) -> Option<Caveat> {
        <P as Protocol>::caveat(&self.config)
    }
    fn weight(&self, replica: NodeId) -> Option<u64> {
        <P as Protocol>::weight(&self.config, replica)
    }
    fn edges(&self) -> Option<Vec<(NodeId, NodeId)>> {
        <P as Protocol>::edges(&self.config)
    }
    fn milestones(&self) -> &'static [RuleId] {
        <P as Protocol>::milestones()
    }
    fn promises(&self) -> Vec<Promise> {
        P::promises(&self.config)
    }
    fn judge(
        &self,
        promise: usize,
        ledger: &mut Ledger,
        world: &dyn World<AnyNode>,
        who: NodeId,
    ) -> Result<(), String> {
        let config = &self.config;
        P::judge(config, promise, ledger, &Typed::<P> { world, config }, who)
    }
    fn lie(&self, strategy: usize, lie: &Lie<'_, AnyNode>) -> Corruption<AnyMessage> {
        let Some(liar) = <P as Protocol>::lie(strategy) else { return Corruption::Keep };
        let told = Lie {
            msg: own(lie.msg.0.body()),
            to: lie.to,
            node: own(lie.node.0.state()),
            config: &self.config,
            signer: lie.signer,
            fellows: lie.fellows,
        };
        match liar(&told) {
            Corruption::Keep => Corruption::Keep,
            Corruption::Drop => Corruption::Drop,
            Corruption::Replace(msg) => Corruption::Replace(AnyMessage::of(msg)),
            Corruption::Late(msg, more) => Corruption::Late(AnyMessage::of(msg), more),
        }
    }
    fn timers(&self, n: usize) -> usize {
        P::timers(&self.config, n)
    }
    fn timer_name(&self, index: usize) -> &'static str {
        P::timer_name(&self.config, index)
    }
}

impl<P: Protocol> Node for Seated<P> {
    fn copy(&self) -> Box<dyn Node> {
        Box::new(Self { state: self.state.clone(), host: Rc::clone(&self.host) })
    }

    fn step(
        &mut self,
        strategy: Option<usize>,
        input: Input<'_, AnyMessage, usize>,
        cx: &mut Cx<'_, AnyNode>,
    ) {
        let input = match input {
            Input::Start => Input::Start,
            Input::Propose(value) => Input::Propose(value),
            Input::Deliver { from, msg } => Input::Deliver { from, msg: own(msg.0.body()) },
            Input::Fire(timer) => Input::Fire(P::timer(timer)),
            Input::Command { command, about } => Input::Command { command, about },
            Input::Restart => Input::Restart,
        };
        let mut typed = self.host.outbox.borrow_mut();
        typed.listens = cx.out.listens;
        let mut inner = Cx::new(cx.me, cx.now, &self.host.config, cx.rules, cx.rng, &mut typed);
        match strategy {
            None => Protocol::step(&mut self.state, input, &mut inner),
            Some(strategy) => self.state.misstep(strategy, input, &mut inner),
        }
        // What was cleared for this step is swapped in, so the typed outbox is empty again.
        cx.out.swap_plain(&mut typed);
        cx.out.take_sends(&mut typed, |msg| AnyMessage::of(msg.clone()));
        cx.out.timers.extend(typed.timers.drain(..).map(|change| match change {
            TimerChange::Set(timer, after) => TimerChange::Set(P::place(timer), after),
            TimerChange::Cancel(timer) => TimerChange::Cancel(P::place(timer)),
        }));
    }

    fn restart(&self) -> Box<dyn Node> {
        let state = Protocol::restart(&self.state, &self.host.config);
        Box::new(Self { state, host: Rc::clone(&self.host) })
    }
    fn face(&self) -> Face {
        Protocol::face(&self.state, &self.host.config)
    }
    fn state(&self) -> &dyn Any {
        &self.state
    }
}

impl<P: Protocol> Walk for Seated<P> {
    fn walk(&self, sink: &mut dyn Sink) -> Result<(), String> {
        self.state.walk(sink)
    }
}

impl<M: Message> Letter for Sealed<M> {
    fn kind(&self) -> usize {
        self.0.kind()
    }
    fn bytes(&self) -> u64 {
        self.0.bytes()
    }
    fn round(&self) -> u64 {
        self.0.round()
    }
    fn slot(&self) -> Option<Slot> {
        self.0.slot()
    }
    fn request(&self) -> Option<Value> {
        self.0.request()
    }
    fn body(&self) -> &dyn Any {
        &self.0
    }
}

impl<M: Message> Walk for Sealed<M> {
    fn walk(&self, sink: &mut dyn Sink) -> Result<(), String> {
        self.0.walk(sink)
    }
}

impl<P: Protocol> World<P> for Typed<'_, P> {
    fn config(&self) -> &P::Config {
        self.config
    }
    fn replicas(&self) -> usize {
        self.world.replicas()
    }
    fn node(&self, id: NodeId) -> Option<&P> {
        self.world.node(id).map(|node| own(node.0.state()))
    }
}

impl AnyMessage {
    fn of(msg: impl Message) -> Self {
        Self(Rc::new(Sealed(msg)))
    }
}

impl Message for AnyMessage {
    fn kind(&self) -> usize {
        self.0.kind()
    }
    fn bytes(&self) -> u64 {
        self.0.bytes()
    }
    fn round(&self) -> u64 {
        self.0.round()
    }
    fn slot(&self) -> Option<Slot> {
        self.0.slot()
    }
    fn request(&self) -> Option<Value> {
        self.0.request()
    }
}

impl Walk for AnyMessage {
    fn walk(&self, sink: &mut dyn Sink) -> Result<(), String> {
        self.0.walk(sink)
    }
}

impl Walk for AnyNode {
    fn walk(&self, sink: &mut dyn Sink) -> Result<(), String> {
        self.0.walk(sink)
    }
}

impl Clone for AnyNode {
    fn clone(&self) -> Self {
        Self(self.0.copy())
    }
}

impl Automaton for AnyNode {
    type Config = AnyConfig;
    type Msg = AnyMessage;
    type Timer = usize;

    fn new(config: &AnyConfig, me: NodeId) -> Self {
        Self(Rc::clone(&config.0).node(me))
    }
    fn step(&mut self, input: Input<'_, AnyMessage, usize>, cx: &mut Cx<'_, Self>) {
        self.0.step(None, input, cx);
    }
    fn misstep(&mut self, strategy: usize, input: Input<'_, AnyMessage, usize>, cx: &mut Cx<'_, Self>) {
        self.0.step(Some(strategy), input, cx);
    }
    fn restart(&self, _: &AnyConfig) -> Self {
        Self(self.0.restart())
    }
    fn face(&self, _: &AnyConfig) -> Face {
        self.0.face()
    }
    fn panels(config: &AnyConfig, replicas: &[&Self]) -> Vec<Panel> {
        config.0.panels(replicas)
    }
    fn quorum(config: &AnyConfig) -> Option<usize> {
        config.0.quorum()
    }
    fn learns(config: &AnyConfig, replica: NodeId) -> bool {
        config.0.learns(replica)
    }
    fn pace(config: &AnyConfig) -> Option<Pace> {
        config.0.pace()
    }
    fn caveat(config: &AnyConfig) -> Option<Caveat> {
        config.0.caveat()
    }
    fn weight(config: &AnyConfig, replica: NodeId) -> Option<u64> {
        config.0.weight(replica)
    }
    fn edges(config: &AnyConfig) -> Option<Vec<(NodeId, NodeId)>> {
        config.0.edges()
    }
    fn milestones(config: &AnyConfig) -> &'static [RuleId] {
        config.0.milestones()
    }
    fn promises(config: &AnyConfig) -> Vec<Promise> {
        config.0.promises()
    }
    fn judge(
        config: &AnyConfig,
        promise: usize,
        ledger: &mut Ledger,
        world: &dyn World<Self>,
        who: NodeId,
    ) -> Result<(), String> {
        config.0.judge(promise, ledger, world, who)
    }
    fn lie(strategy: usize, lie: &Lie<'_, Self>) -> Corruption<AnyMessage> {
        lie.config.0.lie(strategy, lie)
    }
    fn timers(config: &AnyConfig, n: usize) -> usize {
        config.0.timers(n)
    }
    fn timer(index: usize) -> usize {
        index
    }
    fn place(timer: usize) -> usize {
        timer
    }
    fn timer_name(config: &AnyConfig, index: usize) -> &'static str {
        config.0.timer_name(index)
    }
}
