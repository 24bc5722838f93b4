//! The scheduler of Fischer, Lynch & Paterson (1985): within the rules of asynchrony it keeps two decisions possible.
//!
//! Once a step (one latency of virtual time) one event happens, of its choice. It follows the proof of their Theorem 1:
//! let e be the oldest pending event; find a schedule σ of other events, perhaps empty, such that e applied after σ leaves
//! a configuration from which two decisions can still be reached (Lemma 3), and let σ and then e happen. That they can be
//! reached is never assumed: two schedules show it, found by running the configuration on while part of the system stands
//! still. Whatever is older than [`Scheduler::bound`] steps happens by itself, so nothing is held back for ever.
//!
//! σ is looked for among chains in which each event depends on the one before, and the last happens where e does: by Lemma
//! 1 events at different processes commute, so a σ that ends elsewhere does no more than a shorter one. That it is a chain
//! keeps the search small; what needs two independent causes is not found.
//!
//! Where one decision only is left, or none can be kept open, it stops resisting and lets the nearest decision happen.

use crate::configuration::{Act, Configuration, Policy, Witness, Work, family};
use crate::queue::{Event, HELD, Tag};
use crate::simulation::Simulation;
use consensus_kernel::{Automaton, Duration, Time, Value};
use consensus_scenario::{Latency, Scenario, Schedule};
use std::sync::Arc;

/// Steps for each ordered pair of nodes after which a pending event happens by itself.
const BOUND_PER_PAIR: u64 = 6;
/// Longest σ, and how many of its beginnings are kept at each length.
const CHAIN_MAX: usize = 4;
const WIDTH: usize = 96;
/// So many pending events, oldest first, are tried as e.
const AIMS: usize = 8;
/// So many events are tried before a step; what is not found by then is taken not to be there.
const THOUGHT: u32 = 50_000;

/// What the scheduler remembers from step to step.
#[derive(Clone)]
pub(crate) struct Scheduler {
    /// The span between two steps, in microseconds.
    span: u64,
    /// In steps.
    bound: u64,
    /// Whether the next step is in the queue.
    armed: bool,
    /// What it has chosen to let happen next, in order; kept as long as it leads where it should.
    plan: Plan,
    family: Arc<[Policy]>,
    /// Policies of the family that served last.
    hints: Vec<usize>,
    /// How often something else than the oldest event had to happen.
    overruled: u64,
}

/// What the scheduler has chosen to let happen, and to what end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Plan {
    acts: Vec<Act>,
    end: Aim,
}

/// To what end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Aim {
    /// Two decisions are still possible.
    Bivalent,
    /// Something is decided.
    Decide,
    /// What is left arrives in the order in which it was sent.
    #[default]
    Drain,
}

/// What the scheduler does next, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outlook {
    /// Steps so far.
    pub step: u64,
    /// Whether somebody has decided: then nothing is left to prevent.
    pub decided: bool,
    /// A schedule for each decision that is still possible: for two, one, or none that was found.
    pub witnesses: Vec<Witness>,
    /// What it lets happen next, and after that, until its aim is reached.
    pub plan: Vec<Act>,
    /// Whether two decisions are possible after the plan.
    pub stays: bool,
    /// The oldest pending event.
    pub oldest: Option<Act>,
    /// How many steps that has waited.
    pub age: u64,
    /// The decisions that would still be possible if it happened now.
    pub otherwise: Vec<Value>,
    /// After so many steps it happens by itself.
    pub bound: u64,
    /// How often so far something else than the oldest event had to happen.
    pub overruled: u64,
}

impl Scheduler {
    /// The scheduler of a run, if the scenario wants one.
    pub fn of(scenario: &Scenario) -> Option<Box<Self>> {
        let wanted = scenario.network.schedule == Schedule::Bivalent && scenario.meta.can_be_scheduled();
        let span = match scenario.network.latency {
            Latency::Constant(d) | Latency::Uniform(_, d) | Latency::Exponential(d) => d.0.max(1),
        };
        wanted.then(|| {
            Box::new(Self {
                span,
                bound: BOUND_PER_PAIR * (scenario.n * scenario.n) as u64,
                armed: false,
                plan: Plan::default(),
                family: family(scenario.n, scenario.f).into(),
                hints: Vec::new(),
                overruled: 0,
            })
        })
    }

    /// What to let happen from here.
    fn think<P: Automaton>(&mut self, here: &Configuration<'_, P>, decided: bool) -> Plan {
        let mut work = Work::of(THOUGHT);
        if !self.plan.acts.is_empty() && self.leads_there(here, &mut work) {
            return core::mem::take(&mut self.plan);
        }
        let oldest = here.oldest().map(|at| here.pending[at].act);
        let drain = Plan { acts: oldest.into_iter().collect(), end: Aim::Drain };
        if decided || drain.acts.is_empty() {
            return drain;
        }
        if let Some(acts) = self.lemma_3(here, &mut work) {
            return Plan { acts, end: Aim::Bivalent };
        }
        let nearest = here.shortest(&self.family, &mut work);
        nearest.map_or(drain, |witness| Plan { acts: witness.acts, end: Aim::Decide })
    }

    /// Whether what is left of the plan still leads to its end.
    fn leads_there<P: Automaton>(&mut self, here: &Configuration<'_, P>, work: &mut Work<P>) -> bool {
        let mut there = here.clone();
        for act in &self.plan.acts {
            match there.find(*act).filter(|at| there.is_possible(*at)) {
                Some(at) => there.apply(at, work),
                None => return false,
            }
        }
        match self.plan.end {
            Aim::Bivalent => self.is_bivalent(&there, work),
            Aim::Decide => there.decided.is_some(),
            Aim::Drain => false,
        }
    }

    fn is_bivalent<P: Automaton>(&mut self, here: &Configuration<'_, P>, work: &mut Work<P>) -> bool {
        here.decided.is_none() && here.witnesses(&self.family, &mut self.hints, work).len() == 2
    }

    /// A schedule that ends with the oldest event for which there is one, and leaves two decisions possible.
    fn lemma_3<P: Automaton>(&mut self, here: &Configuration<'_, P>, work: &mut Work<P>) -> Option<Vec<Act>> {
        let possible = (0..here.pending.len()).filter(|at| here.is_possible(*at));
        let aims: Vec<usize> = possible.take(AIMS).collect();
        let oldest = *aims.first()?;
        if self.keeps(here, here.pending[oldest].act, work) {
            return Some(vec![here.pending[oldest].act]);
        }
        if !self.is_bivalent(here, work) {
            return None;
        }
        aims.into_iter().find_map(|at| self.before_event(here, at, work))
    }

    /// Whether two decisions are possible after this event.
    fn keeps<P: Automaton>(&mut self, here: &Configuration<'_, P>, e: Act, work: &mut Work<P>) -> bool {
        let mut after = here.clone();
        let Some(at) = after.find(e).filter(|at| after.is_possible(*at)) else { return false };
        after.apply(at, work);
        self.is_bivalent(&after, work)
    }

    fn before_event<P: Automaton>(
        &mut self,
        here: &Configuration<'_, P>,
        e: usize,
        work: &mut Work<P>,
    ) -> Option<Vec<Act>> {
        let (e, place) = (here.pending[e].act, here.pending[e].to);
        if self.keeps(here, e, work) {
            return Some(vec![e]);
        }
        // Each beginning of a σ: where it leads, what happens, what came of its last event, and where that was.
        let mut beginnings = vec![(here.clone(), Vec::new(), 0, None)];
        for _ in 0..CHAIN_MAX {
            let mut longer = Vec::new();
            for (there, acts, fresh, last) in &beginnings {
                for at in 0..there.pending.len() {
                    let (act, to) = (there.pending[at].act, there.pending[at].to);
                    let depends = last.is_none_or(|last| at >= *fresh || to == last);
                    if act == e || !depends || work.left == 0 || !there.is_possible(at) {
                        continue;
                    }
                    let mut next = there.clone();
                    next.apply(at, work);
                    if next.decided.is_some() {
                        continue;
                    }
                    let mut acts: Vec<Act> = acts.clone();
                    acts.push(act);
                    if to == place && self.keeps(&next, e, work) {
                        acts.push(e);
                        return Some(acts);
                    }
                    if longer.len() < WIDTH {
                        longer.push((next, acts, there.pending.len() - 1, Some(to)));
                    }
                }
            }
            beginnings = longer;
        }
        None
    }
}

impl<P: Automaton> Simulation<P> {
    /// Whether the scheduler chooses what happens next.
    #[inline]
    pub(crate) fn is_scheduled(&self) -> bool {
        self.scheduler.is_some()
    }

    /// Puts the global stabilisation time into the queue, if there is one.
    pub(crate) fn plan_release(&mut self) {
        if let Some(gst) = self.network.gst {
            self.push_tick(gst.0, RELEASE);
        }
    }

    fn push_tick(&mut self, at: u64, payload: u32) {
        self.push(Event { at, seq: 0, payload, nth: 0, to: 0, tag: Tag::Tick, flags: 0 });
    }

    /// Until when something new can be held back; there will be a step before.
    pub(crate) fn hold(&mut self) -> u64 {
        let Some(scheduler) = &mut self.scheduler else { return self.now.0 };
        let Scheduler { span, bound, .. } = **scheduler;
        if !core::mem::replace(&mut scheduler.armed, true) {
            self.push_tick((self.now.0 / span + 1) * span, STEP);
        }
        self.now.0.saturating_add(bound * span)
    }

    /// One step of the scheduler, or its end.
    pub(crate) fn tick(&mut self, payload: u32) {
        if payload == RELEASE {
            return self.release();
        }
        let Some(mut scheduler) = self.scheduler.take() else { return };
        let here = Configuration::of(self);
        let mut plan = scheduler.think(&here, self.has_decided());
        scheduler.armed = !here.pending.is_empty();
        let next = (!plan.acts.is_empty()).then(|| plan.acts.remove(0));
        let oldest = here.oldest().map(|at| here.pending[at].act);
        scheduler.overruled += u64::from(plan.end == Aim::Bivalent && next != oldest);
        let (armed, at) = (scheduler.armed, self.now.0 + scheduler.span);
        scheduler.plan = plan;
        self.scheduler = Some(scheduler);
        if armed {
            self.push_tick(at, STEP);
        }
        match next {
            Some(Act::Deliver(name)) => {
                let named = self.queue.iter().filter(|e| e.tag == Tag::Deliver && self.carries(e, &name));
                let Some(seq) = named.map(|e| e.seq).min() else { return };
                let now = self.now.0;
                self.queue.edit(|e| {
                    if e.seq == seq && e.tag == Tag::Deliver {
                        e.at = now;
                    }
                    true
                });
            }
            Some(Act::Fire(id, timer)) => {
                let instances: Vec<usize> = self.instances_of(id).collect();
                for instance in instances {
                    self.run_out_now(instance, timer);
                }
            }
            None => {}
        }
    }

    /// From the global stabilisation time on the network is what it says it is: nothing is held back any longer, and what
    /// was arrives within one latency.
    fn release(&mut self) {
        self.scheduler = None;
        self.network.cpu = self.fixed.scenario.network.cpu;
        let latest = self.now.0.saturating_add(self.network.latency.high().0);
        self.queue.edit(|e| {
            if e.tag == Tag::Deliver && e.flags & HELD == 0 {
                e.at = e.at.min(latest);
            }
            true
        });
        self.choose_path();
    }

    fn has_decided(&self) -> bool {
        self.cells.iter().any(|cell| cell.decided > 0 && !cell.byzantine)
    }

    /// What the scheduler does next from here, and why; none where nobody schedules.
    pub fn outlook(&self) -> Option<Outlook> {
        let mut scheduler = self.scheduler.as_ref()?.as_ref().clone();
        let here = Configuration::of(self);
        let mut work = Work::of(THOUGHT);
        let decided = self.has_decided();
        let mut look = |from: &Configuration<'_, P>| match decided || from.decided.is_some() {
            true => Vec::new(),
            false => from.witnesses(&scheduler.family, &mut scheduler.hints.clone(), &mut work),
        };
        let witnesses = look(&here);
        let oldest = here.oldest();
        let otherwise = oldest.map_or(Vec::new(), |at| {
            let mut after = here.clone();
            after.apply(at, &mut Work::of(1));
            after.decided.into_iter().chain(look(&after).iter().map(|w| w.value)).collect()
        });
        let plan = scheduler.think(&here, decided);
        Some(Outlook {
            step: self.now.0 / scheduler.span,
            decided,
            witnesses,
            stays: plan.end == Aim::Bivalent,
            plan: plan.acts,
            oldest: oldest.map(|at| here.pending[at].act),
            age: oldest.map_or(0, |at| self.now.since(here.pending[at].since).0 / scheduler.span),
            otherwise,
            bound: scheduler.bound,
            overruled: scheduler.overruled,
        })
    }

    /// The longest that the scheduler can hold anything back; none where nobody schedules.
    pub fn held_at_most(&self) -> Option<Duration> {
        self.scheduler.as_ref().map(|s| Duration(s.bound * s.span))
    }

    /// The sequence number of the message that the scheduler has held back longest.
    pub(crate) fn oldest_held(&self) -> Option<u32> {
        if !self.is_scheduled() {
            return None;
        }
        let waiting = self.queue.iter().filter(|e| e.tag == Tag::Deliver && e.at > self.now.0);
        waiting.map(|e| (self.slab.get(e.payload).sent, e.seq)).min().map(|(_, seq)| seq)
    }

    /// For the picture: where it is held back a message has no arrival, so it is drawn on its way to the middle.
    pub(crate) fn hover(&self, event: &Event, sent: Time) -> Time {
        let span = self.scheduler.as_ref().map_or(1, |s| s.span);
        let waited = self.now.since(sent).0;
        if event.at <= self.now.0 { event.time() } else { Time(sent.0 + 2 * waited + span) }
    }
}

/// What a tick is: a step of the scheduler, or its end.
const STEP: u32 = 0;
const RELEASE: u32 = 1;
