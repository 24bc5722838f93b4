//! What a node may ask of the world while it handles one input.

use crate::{
    Automaton, Duration, NodeId, Rng, RuleId, RuleSet, Signed, Signer, Slot, SwitchId, Time, To, Value,
};

/// What a step did to the world: effects as data, a closed vocabulary, in order within each kind. Whoever carries them
/// out takes timers first, then messages, then decisions. The buffers are reused from step to step.
#[derive(Clone, Debug)]
pub struct Outbox<M, T> {
    /// Timers set (replacing the same timer, if it was set) or stopped.
    pub timers: Vec<TimerChange<T>>,
    /// Messages, each stored once however many receivers it has.
    pub sends: Vec<(To, M)>,
    /// Decisions. A client decides when it accepts a reply.
    pub decisions: Vec<(Slot, Value)>,
    /// The rules of the paper that fired.
    pub cites: Vec<RuleId>,
    /// The same as a set, one bit each.
    pub cited: u64,
    /// Why the input was refused, if it was.
    pub rejected: Option<&'static str>,
}

/// What happened to a timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimerChange<T> {
    /// It runs out after this time on the node's own clock, whatever it was set to before.
    Set(T, Duration),
    /// It is stopped, if it was set.
    Cancel(T),
}

impl<M, T> Default for Outbox<M, T> {
    fn default() -> Self {
        Self {
            timers: Vec::new(),
            sends: Vec::new(),
            decisions: Vec::new(),
            cites: Vec::new(),
            cited: 0,
            rejected: None,
        }
    }
}

impl<M, T> Outbox<M, T> {
    /// Empties it, keeping its memory.
    #[inline]
    pub fn clear(&mut self) {
        self.timers.clear();
        self.sends.clear();
        self.decisions.clear();
        self.cites.clear();
        self.cited = 0;
        self.rejected = None;
    }

    /// Exchanges with another outbox what does not depend on their types: decisions, citations and refusal.
    pub(crate) fn swap_plain<N, U>(&mut self, other: &mut Outbox<N, U>) {
        std::mem::swap(&mut self.decisions, &mut other.decisions);
        std::mem::swap(&mut self.cites, &mut other.cites);
        std::mem::swap(&mut self.cited, &mut other.cited);
        std::mem::swap(&mut self.rejected, &mut other.rejected);
    }
}

/// One node's view of the world during one step.
pub struct Cx<'a, P: Automaton> {
    /// The node itself.
    pub me: NodeId,
    /// What all nodes know beforehand.
    pub config: &'a P::Config,
    pub(crate) now: Time,
    pub(crate) rules: RuleSet,
    signer: Signer,
    pub(crate) rng: &'a mut Rng,
    pub(crate) out: &'a mut Outbox<P::Msg, P::Timer>,
}

impl<'a, P: Automaton> Cx<'a, P> {
    /// For the simulator and for tests: the context of one step.
    #[inline]
    pub fn new(
        me: NodeId,
        now: Time,
        config: &'a P::Config,
        rules: RuleSet,
        rng: &'a mut Rng,
        out: &'a mut Outbox<P::Msg, P::Timer>,
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
        self.out.sends.push((To::One(to), msg));
    }

    /// Sends to all other replicas; stored once however many there are.
    #[inline]
    pub fn broadcast(&mut self, msg: P::Msg) {
        self.out.sends.push((To::Others, msg));
    }

    /// Sends to several.
    #[inline]
    pub fn multicast(&mut self, to: To, msg: P::Msg) {
        self.out.sends.push((to, msg));
    }

    /// Sets a timer, replacing the same timer if it was set.
    #[inline]
    pub fn set_timer(&mut self, timer: P::Timer, after: Duration) {
        self.out.timers.push(TimerChange::Set(timer, after));
    }

    /// Stops a timer.
    #[inline]
    pub fn cancel_timer(&mut self, timer: P::Timer) {
        self.out.timers.push(TimerChange::Cancel(timer));
    }

    /// Decides.
    #[inline]
    pub fn decide(&mut self, slot: Slot, value: Value) {
        self.out.decisions.push((slot, value));
    }

    /// Names the rule that fires.
    #[inline]
    pub fn cite(&mut self, rule: impl Into<RuleId>) {
        let rule = rule.into();
        self.out.cited |= 1 << (rule & 63);
        self.out.cites.push(rule);
    }

    /// Refuses the input.
    #[inline]
    pub fn reject(&mut self, why: &'static str) {
        self.out.rejected = Some(why);
    }
}
