//! Safety, judged incrementally: each decision once, each invariant when a rule that can break it is cited.

use crate::tracker::Tracker;
use crate::valid::Valid;
use consensus_kernel::{AgreementScope, Automaton, Ledger, NodeId, Promise, Slot, Time, Value, World};
use consensus_scenario::{Action, Scenario};
use consensus_sim::{Decision, Observer, Simulation};
use core::hint::cold_path;

/// All correct nodes that decide a slot decide the same value.
pub const AGREEMENT: &str = "Agreement";
/// What is decided was proposed: by a client, or as what a replica began with ([`consensus_kernel::Validity`]).
pub const VALIDITY: &str = "Validity";
/// No correct node decides a slot twice (carrying out the log again after a crash aside), and no client accepts more replies
/// than it has asked for.
pub const INTEGRITY: &str = "Integrity";
/// Every correct node decides in the end.
pub const TERMINATION: &str = "Termination";

/// The first time a property was violated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Which property.
    pub property: &'static str,
    /// In which event.
    pub event: u64,
    /// When.
    pub at: Time,
    /// How, as a sentence without a full stop.
    pub reason: String,
    /// For agreement: the node and value decided first, and those that conflict.
    pub conflict: Option<(NodeId, Value, NodeId, Value, Slot)>,
}

/// Judges the safety properties of a run as it goes.
pub struct Verdicts {
    decided: Decided,
    /// Per replica: the highest slot decided, and which of the 64 slots up to it.
    windows: Vec<(Slot, u64)>,
    /// When replicas crashed: a replica that comes back carries out its log again, which is no second decision.
    crashes: Vec<(u64, NodeId)>,
    /// Whether nothing is promised of a replica that comes back: only what correct ones decide must agree, and who has
    /// crashed is not correct any more.
    crash_is_final: bool,
    valid: Valid,
    own: Vec<Own>,
    watched: u64,
    /// Which invariants are judged after these rules, one bit each, as found out lately: steps cite the same sets of rules
    /// again and again.
    judged: [(u64, u32); SETS],
    violations: Vec<Violation>,
    slot_name: &'static str,
    /// How far everybody has come.
    pub tracker: Tracker,
}

/// What is kept of one invariant of the protocol.
struct Own {
    promise: Promise,
    /// The rules after which it is judged, one bit each; none once it is violated.
    on: u64,
    ledger: Ledger,
}

/// How many sets of rules are kept.
const SETS: usize = 16;

/// Where a set of rules is kept: by the upper bits of a product, which all rules have a part in.
#[inline]
fn set_place(rules: u64) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    (rules.wrapping_mul(ODD) >> 60) as usize % SETS
}

/// The rules after which an invariant is judged.
fn rules_of(promise: &Promise) -> u64 {
    promise.on.iter().fold(0, |set, rule| set | 1 << rule)
}

impl Verdicts {
    /// Nothing judged yet.
    pub fn new<P: Automaton>(sim: &Simulation<P>) -> Self {
        let scenario = sim.scenario();
        let replicas = scenario.n;
        let own = |promise| Own { promise, on: rules_of(&promise), ledger: Ledger::new() };
        let own: Vec<Own> = P::promises(sim.config()).into_iter().map(own).collect();
        Self {
            decided: Decided::default(),
            windows: vec![(0, 0); replicas],
            crashes: Vec::new(),
            crash_is_final: scenario.meta.claims.agreement == AgreementScope::Correct
                && !scenario.meta.envelope.recovers(),
            valid: Valid::of(scenario, &[]),
            watched: own.iter().fold(0, |set, own| set | own.on),
            own,
            judged: Default::default(),
            violations: Vec::new(),
            slot_name: sim.scenario().meta.slot,
            tracker: Tracker::new(sim),
        }
    }

    /// Goes on under another scenario, one that differs only in what its script does from now on, or after another crash.
    pub fn allow(&mut self, scenario: &Scenario) {
        let crashed: Vec<NodeId> = self.crashes.iter().map(|(_, node)| *node).collect();
        self.valid = Valid::of(scenario, &crashed);
    }

    /// All violations so far, the first of each property, in the order they happened.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Takes the run back: as if this event and all later ones had not happened. The tracker is set to what a checkpoint
    /// at that event remembers.
    pub fn take_back(&mut self, event: u64, tracker: Tracker, recent: &[Decision]) {
        self.violations.retain(|v| v.event < event);
        self.decided = Decided::default();
        for d in recent.iter().filter(|d| d.event < event && !d.byzantine) {
            if !self.is_gone(d.node, d.event) {
                self.decided.state(d);
            }
        }
        for own in &mut self.own {
            own.ledger.take_back(event);
            let violated = self.violations.iter().any(|v| v.property == own.promise.name);
            own.on = if violated { 0 } else { rules_of(&own.promise) };
        }
        self.judged = Default::default();
        self.windows.fill((0, 0));
        self.crashes.retain(|(at, _)| *at < event);
        let crashes = std::mem::take(&mut self.crashes);
        for d in recent.iter().filter(|d| d.event < event && !d.byzantine && !d.node.is_client()) {
            if crashes.iter().all(|(at, node)| *node != d.node || *at < d.event) {
                self.fits_window(d);
            }
        }
        self.crashes = crashes;
        self.tracker = tracker;
    }

    /// Rules (one bit each) after which something is judged.
    pub fn watched(&self) -> u64 {
        self.watched
    }

    /// Judges a decision.
    #[inline(always)]
    pub fn note(&mut self, decision: &Decision) {
        if decision.byzantine || self.is_gone(decision.node, decision.event) {
            return self.tracker.note(decision);
        }
        // What a client only read has no place.
        if decision.slot > 0 || !decision.node.is_client() {
            self.judge_agreement(decision);
        }
        self.judge_validity(decision);
        if decision.node.is_client() {
            self.tracker.note_answer(decision);
            if decision.unasked {
                self.decided_twice(decision);
            }
        } else {
            self.tracker.note_decision(decision);
            if !self.fits_window(decision) {
                self.decided_twice(decision);
            }
        }
    }

    #[cold]
    fn decided_twice(&mut self, decision: &Decision) {
        let who = name(decision.node);
        let reason = if decision.unasked {
            format!("{who} accepted {}, for which it had not asked", decision.value)
        } else {
            format!("{who} decided {} {} twice", self.slot_name, decision.slot)
        };
        self.violate(INTEGRITY, decision, reason);
    }

    /// Whether a replica had crashed by this event, where that makes it faulty for good.
    #[inline]
    fn is_gone(&self, node: NodeId, event: u64) -> bool {
        if !self.crash_is_final {
            return false;
        }
        cold_path();
        self.crashes.iter().any(|(at, crashed)| *crashed == node && *at <= event)
    }

    fn violate(&mut self, property: &'static str, decision: &Decision, reason: String) {
        if self.violations.iter().all(|v| v.property != property) {
            let (event, at) = (decision.event, decision.at);
            self.violations.push(Violation { property, event, at, reason, conflict: None });
        }
    }

    fn is_violated(&self, property: &str) -> bool {
        self.violations.iter().any(|v| v.property == property)
    }

    #[cold]
    fn broken(&mut self, broken: Vec<(usize, String)>, event: u64, at: Time) {
        for (place, reason) in broken {
            self.own[place].on = 0;
            let property = self.own[place].promise.name;
            self.violations.push(Violation { property, event, at, reason, conflict: None });
        }
        self.judged = Default::default();
    }

    /// The invariants that can break by these rules, one bit each.
    #[inline]
    fn judged_after(&mut self, rules: u64) -> u32 {
        let line = &mut self.judged[set_place(rules)];
        if line.0 == rules { line.1 } else { self.find_judged(rules) }
    }

    #[inline(never)]
    fn find_judged(&mut self, rules: u64) -> u32 {
        let places = self.own.iter().enumerate().filter(|(_, own)| own.on & rules != 0);
        let set = places.fold(0, |set, (place, _)| set | 1 << place);
        self.judged[set_place(rules)] = (rules, set);
        set
    }

    #[inline(always)]
    fn judge_agreement(&mut self, d: &Decision) {
        if let Some((who, first)) = self.decided.state(d) {
            self.disagree(d, who, first);
        }
    }

    #[cold]
    fn disagree(&mut self, d: &Decision, who: NodeId, first: Value) {
        if self.is_violated(AGREEMENT) {
            return;
        }
        let (node, value, slot) = (d.node, d.value, d.slot);
        self.violations.push(Violation {
            property: AGREEMENT,
            event: d.event,
            at: d.at,
            reason: format!(
                "{} decided {first} at {} {slot}, {} decided {value}",
                name(who),
                self.slot_name,
                name(node)
            ),
            conflict: Some((who, first, node, value, slot)),
        });
    }

    #[inline(always)]
    fn judge_validity(&mut self, d: &Decision) {
        if !self.valid.allows(d.value) {
            self.invalid(d);
        }
    }

    #[cold]
    fn invalid(&mut self, d: &Decision) {
        let reason = format!("{} decided {}, {}", name(d.node), d.value, self.valid.objection());
        self.violate(VALIDITY, d, reason);
    }

    /// Marks a slot as decided by a replica; false if it was so before.
    #[inline]
    fn fits_window(&mut self, d: &Decision) -> bool {
        let (high, seen) = &mut self.windows[d.node.index()];
        if d.slot > *high {
            let ahead = d.slot - *high;
            *seen = if ahead >= 64 { 0 } else { *seen << ahead };
            *seen |= 1;
            *high = d.slot;
            return true;
        }
        let behind = *high - d.slot;
        if behind >= 64 {
            return true;
        }
        let fresh = *seen & (1 << behind) == 0;
        *seen |= 1 << behind;
        fresh
    }
}

/// How many of the latest slots are remembered, at first and at most.
const SLOTS: (usize, usize) = (1 << 6, 1 << 12);

/// The first decision of each of the latest slots, at the slot's number modulo the ring's length. That grows until the
/// ring is as long as it may be.
#[derive(Default)]
struct Decided {
    ring: Vec<(Slot, Value, NodeId)>,
}

impl Decided {
    /// Takes a decision into account. If the slot was decided otherwise before: who did, and what.
    #[inline(always)]
    fn state(&mut self, d: &Decision) -> Option<(NodeId, Value)> {
        let len = self.ring.len();
        // The length is a power of two, or nothing.
        let place = self.ring.get_mut(d.slot as usize & len.wrapping_sub(1));
        let Some(place) = place else { return self.grow(d) };
        if d.slot > place.0 {
            if (place.0 > 0) & (len < SLOTS.1) {
                return self.grow(d);
            }
            *place = (d.slot, d.value, d.node);
        }
        // The same again, or of a slot so old that nobody remembers.
        let fine = (d.slot != place.0) | (d.value == place.1);
        if fine { None } else { Some((place.2, place.1)) }
    }

    /// The very first decision, or one that would push out what may be remembered.
    #[cold]
    fn grow(&mut self, d: &Decision) -> Option<(NodeId, Value)> {
        let len = (2 * self.ring.len()).max(SLOTS.0);
        let before = std::mem::replace(&mut self.ring, vec![(0, Value::NOOP, NodeId::replica(0)); len]);
        for known in before.into_iter().filter(|known| known.0 > 0) {
            self.ring[known.0 as usize & (len - 1)] = known;
        }
        self.state(d)
    }
}

fn name(id: NodeId) -> String {
    if id.is_client() { format!("client {id}") } else { format!("node {id}") }
}

impl<P: Automaton> Observer<P> for Verdicts {
    fn watched_rules(&self) -> u64 {
        self.watched
    }

    #[inline]
    fn decided(&mut self, decision: &Decision) {
        self.note(decision);
    }

    fn acted(&mut self, sim: &Simulation<P>, action: usize) {
        if let Some(Action::Crash(node)) = sim.scenario().script.get(action).map(|t| &t.action)
            && let Some(window) = self.windows.get_mut(node.index()).filter(|_| !node.is_client())
        {
            *window = (0, 0);
            // The event under way has been counted already.
            self.crashes.push((sim.events().saturating_sub(1), *node));
            self.allow(sim.scenario());
        }
    }

    // Once, wherever steps come from: what is hot should fit into the processor's first cache for instructions.
    #[inline(never)]
    fn cited(&mut self, sim: &Simulation<P>, node: NodeId, rules: u64) {
        // Nothing is promised of Byzantine ones.
        let Some(state) = sim.node(node) else { return };
        // The event under way has been counted already.
        let event = sim.events().saturating_sub(1);
        if self.is_gone(node, event) {
            return;
        }
        let set = self.judged_after(rules);
        let (own, world, mut broken) = (&mut *self.own, Around { sim, node, state }, Vec::new());
        // Written out one by one, so that the compiler knows which check is called where.
        macro_rules! each {
            ($($place:literal)*) => {$(
                if set & 1 << $place != 0 {
                    judge(own, $place, &world, event, &mut broken);
                }
            )*};
        }
        each!(0 1 2 3 4 5 6 7 8);
        if set >> 9 != 0 {
            each!(9 10 11);
            let mut rest = set >> 12 << 12;
            while rest != 0 {
                judge(own, rest.trailing_zeros() as usize, &world, event, &mut broken);
                rest &= rest - 1;
            }
        }
        if !broken.is_empty() {
            self.broken(broken, event, sim.now());
        }
    }
}

/// Judges the invariant at this place.
#[inline(always)]
fn judge<P: Automaton>(
    own: &mut [Own],
    place: usize,
    world: &Around<'_, P>,
    event: u64,
    broken: &mut Vec<(usize, String)>,
) {
    let Some(own) = own.get_mut(place) else { return };
    own.ledger.at_event(event);
    if let Err(reason) = P::judge(world.sim.config(), place, &mut own.ledger, world, world.node) {
        note(broken, place, reason);
    }
}

#[cold]
fn note(broken: &mut Vec<(usize, String)>, place: usize, reason: String) {
    broken.push((place, reason));
}

/// The world around the node that just took a step, whose state, which every check asks for, is at hand.
struct Around<'a, P: Automaton> {
    sim: &'a Simulation<P>,
    node: NodeId,
    state: &'a P,
}

impl<P: Automaton> World<P> for Around<'_, P> {
    fn config(&self) -> &P::Config {
        self.sim.config()
    }

    fn replicas(&self) -> usize {
        self.sim.replicas()
    }

    #[inline(always)]
    fn node(&self, id: NodeId) -> Option<&P> {
        if id == self.node { Some(self.state) } else { self.sim.node(id) }
    }
}
