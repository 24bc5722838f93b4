//! What a node may ask of the world while it handles one input.

use crate::{
    Automaton, Duration, NodeId, NodeSet, Rng, RuleId, RuleSet, Signed, Signer, Slot, SwitchId, Time, To,
    Value,
};
use core::hint::cold_path;

/// What a step did to the world: effects as data, a closed vocabulary, in order within each kind. Whoever carries them
/// out takes timers first, then messages, then decisions. The buffers are reused from step to step.
#[derive(Clone, Debug)]
pub struct Outbox<M, T> {
    /// Timers set (replacing the same timer, if it was set) or stopped.
    pub timers: Vec<TimerChange<T>>,
    /// Messages, each stored once however many receivers it has.
    pub sends: Vec<Sent<M>>,
    /// Decisions. A client decides when it accepts a reply.
    pub decisions: Vec<(Slot, Value)>,
    /// The rules of the paper that fired, in order; empty if nobody [listens](Outbox::listens).
    pub cites: Vec<RuleId>,
    /// The same as a set, one bit each.
    pub cited: u64,
    /// Why the input was refused, if it was.
    pub rejected: Option<&'static str>,
    /// Whether rules are listed one by one, for those who record.
    pub listens: bool,
    /// The sets that addresses point to.
    sets: Vec<NodeSet>,
    /// Places for messages to come.
    spare: Spare<M>,
}

/// Messages are large and would be copied at every hand that they go through, so they travel in boxes, which are used
/// again and again.
type Spare<M> = Vec<Box<M>>;

/// A message and its receivers.
#[derive(Clone, Debug)]
pub struct Sent<M> {
    /// To whom; [`Outbox::receivers`] says it in full.
    pub to: Address,
    /// What it says.
    pub msg: Box<M>,
}

/// [`To`] in four bytes: one node by its number, or all other replicas, or a set of the outbox by its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Address(u32);

impl Address {
    /// All replicas but the sender.
    pub const OTHERS: Self = Self(0xffff);

    /// One node.
    #[inline]
    pub const fn one(id: NodeId) -> Self {
        Self(id.raw() as u32)
    }

    #[inline]
    const fn set(place: usize) -> Self {
        Self(0x1_0000 + place as u32)
    }

    /// Whether it is a set of the outbox.
    #[inline]
    pub const fn is_set(self) -> bool {
        self.0 > 0xffff
    }

    /// The one node; for another kind of address a name that no node has.
    #[inline]
    pub const fn node(self) -> NodeId {
        NodeId::of_raw(self.0 as u16)
    }
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
            listens: true,
            sets: Vec::new(),
            spare: Vec::new(),
        }
    }
}

impl<M, T> Outbox<M, T> {
    /// Makes an empty one ready for a step.
    #[inline]
    pub fn begin(&mut self) {
        debug_assert!(self.is_empty() && self.cites.is_empty() && self.sets.is_empty());
        self.cited = 0;
        self.rejected = None;
    }

    /// Empties it, keeping its memory.
    #[inline]
    pub fn clear(&mut self) {
        self.timers.clear();
        if !self.sends.is_empty() {
            cold_path();
            self.sends.clear();
        }
        self.decisions.clear();
        self.cites.clear();
        self.cited = 0;
        self.rejected = None;
        self.sets.clear();
    }

    /// Whether nothing is to be carried out.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.timers.len() | self.sends.len() | self.decisions.len() == 0
    }

    /// To whom an address of this outbox is.
    #[inline]
    pub fn receivers(&self, address: Address) -> To {
        match address {
            Address::OTHERS => To::Others,
            Address(place) if address.is_set() => To::Set(self.sets[place as usize - 0x1_0000]),
            one => To::One(one.node()),
        }
    }

    /// Takes back a message's box, for another message.
    #[inline]
    pub fn reuse(&mut self, spare: Box<M>) {
        self.spare.push(spare);
    }

    // Where there is room for it, laid out where it is called: then a message is written field by field where it is to be.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[cfg_attr(target_family = "wasm", inline)]
    fn send(&mut self, to: Address, msg: M) -> &mut M {
        let msg = match self.spare.pop() {
            Some(mut place) => {
                *place = msg;
                place
            }
            None => {
                cold_path();
                Box::new(msg)
            }
        };
        &mut self.sends.push_mut(Sent { to, msg }).msg
    }

    /// Out of the way: rules are cited everywhere, and mostly nobody listens.
    #[inline(never)]
    fn list(&mut self, rule: RuleId) {
        self.cites.push(rule);
    }

    /// Takes over the messages of another outbox, as this one's kind of message.
    pub(crate) fn take_sends<N, U>(&mut self, other: &mut Outbox<N, U>, as_own: impl Fn(&N) -> M) {
        std::mem::swap(&mut self.sets, &mut other.sets);
        for Sent { to, msg } in other.sends.drain(..) {
            self.send(to, as_own(&msg));
            other.spare.push(msg);
        }
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
        self.out.send(Address::one(to), msg);
    }

    /// Sends to all other replicas; stored once however many there are.
    #[inline]
    pub fn broadcast(&mut self, msg: P::Msg) {
        self.out.send(Address::OTHERS, msg);
    }

    /// Sends to several.
    #[inline]
    pub fn multicast(&mut self, to: To, msg: P::Msg) {
        self.place(to, msg);
    }

    /// The same, and gives the message in its place, for what is easier put into it there than moved with it.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub fn place(&mut self, to: To, msg: P::Msg) -> &mut P::Msg {
        let address = match to {
            To::One(id) => Address::one(id),
            To::Others => Address::OTHERS,
            To::Set(set) => {
                self.out.sets.push(set);
                Address::set(self.out.sets.len() - 1)
            }
        };
        self.out.send(address, msg)
    }

    /// Takes back what the step has sent so far, for a Byzantine node to change ([`crate::Misstep`]). Honest code never
    /// looks back.
    pub fn unsend(&mut self) -> Vec<(To, P::Msg)> {
        let sends = std::mem::take(&mut self.out.sends);
        sends.into_iter().map(|sent| (self.out.receivers(sent.to), *sent.msg)).collect()
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
        if self.out.listens {
            cold_path();
            self.out.list(rule);
        }
    }

    /// Refuses the input.
    #[inline]
    pub fn reject(&mut self, why: &'static str) {
        cold_path();
        self.out.rejected = Some(why);
    }
}
