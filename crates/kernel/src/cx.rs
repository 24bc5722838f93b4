//! What a node may ask of the world while it handles one input.

use crate::{
    Duration, Effect, NodeId, Protocol, Rng, RuleId, RuleSet, Signed, Signer, Slot, SwitchId, Time, To, Value,
};

/// The effects of the current step, in order. The buffer is reused from step to step.
pub type Outbox<P> = Vec<Effect<<P as Protocol>::Msg, <P as Protocol>::Timer>>;

/// One node's view of the world during one step.
pub struct Cx<'a, P: Protocol> {
    /// The node itself.
    pub me: NodeId,
    /// What all nodes know beforehand.
    pub config: &'a P::Config,
    now: Time,
    rules: RuleSet,
    signer: Signer,
    rng: &'a mut Rng,
    out: &'a mut Outbox<P>,
}

impl<'a, P: Protocol> Cx<'a, P> {
    /// For the simulator and for tests: the context of one step.
    #[inline]
    pub fn new(
        me: NodeId,
        now: Time,
        config: &'a P::Config,
        rules: RuleSet,
        rng: &'a mut Rng,
        out: &'a mut Outbox<P>,
    ) -> Self {
        Self { me, config, now, rules, signer: Signer::for_simulator(me), rng, out }
    }

    /// The node's own clock, which may run fast or slow.
    #[inline]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Whether a switchable rule holds.
    #[inline]
    pub fn holds(&self, switch: SwitchId) -> bool {
        self.rules.holds(switch)
    }

    /// Signs in the node's own name.
    #[inline]
    pub fn sign<T>(&self, body: T) -> Signed<T> {
        self.signer.sign(body)
    }

    /// The node's own stream of random choices.
    #[inline]
    pub fn rng(&mut self) -> &mut Rng {
        self.rng
    }

    /// Sends to one node. Sending to oneself does nothing: a node handles its own part directly.
    #[inline]
    pub fn send(&mut self, to: NodeId, msg: P::Msg) {
        self.out.push(Effect::Send { to: To::One(to), msg });
    }

    /// Sends to all other replicas; stored once however many there are.
    #[inline]
    pub fn broadcast(&mut self, msg: P::Msg) {
        self.out.push(Effect::Send { to: To::Others, msg });
    }

    /// Sends to several.
    #[inline]
    pub fn multicast(&mut self, to: To, msg: P::Msg) {
        self.out.push(Effect::Send { to, msg });
    }

    /// Sets a timer, replacing the same timer if it was set.
    #[inline]
    pub fn set_timer(&mut self, timer: P::Timer, after: Duration) {
        self.out.push(Effect::SetTimer { timer, after });
    }

    /// Stops a timer.
    #[inline]
    pub fn cancel_timer(&mut self, timer: P::Timer) {
        self.out.push(Effect::CancelTimer { timer });
    }

    /// Decides.
    #[inline]
    pub fn decide(&mut self, slot: Slot, value: Value) {
        self.out.push(Effect::Decide { slot, value });
    }

    /// Names the rule that fires.
    #[inline]
    pub fn cite(&mut self, rule: impl Into<RuleId>) {
        self.out.push(Effect::Cite(rule.into()));
    }

    /// Refuses the input.
    #[inline]
    pub fn reject(&mut self, why: &'static str) {
        self.out.push(Effect::Reject(why));
    }
}
