//! One run: its state, and the loop that moves it.

use crate::canonical;
use crate::connectivity::Connectivity;
use crate::depths::Depths;
use crate::metrics::Metrics;
use crate::observer::{Cause, Decision, MessageFacts, Observer, Step};
use crate::payload::Slab;
use crate::peek::Loss;
use crate::queue::{
    ACTION_SEQ, DUPLICATE, Event, FIRST_SEQ, HELD, Packed, Queue, REQUEST_SEQ, Tag, identity_index,
};
use crate::scheduler::Scheduler;
use crate::sending::{Odds, link_keys};
use crate::timers::{Due, Timers};
use consensus_kernel::{
    Address, Automaton, Cx, Duration, Input, Message, NodeId, NodeSet, Outbox, Protocol, Ratio, Rng, Sent,
    SetupError, Slot, Time, TimerChange, Value, World,
};
use consensus_scenario::{Action, Fate, Group, MessageName, Network, Scenario, Strategy, bounds};
use std::collections::VecDeque;
use std::hint::cold_path;
use std::sync::Arc;

/// How many of a client's latest requests the run remembers the sending of, to count delays from there.
const REQUESTS_REMEMBERED: usize = 64;

/// No second copy.
pub(crate) const NO_TWIN: u16 = u16::MAX;

/// What never changes during a run, shared by all its checkpoints.
pub(crate) struct Fixed<P: Automaton> {
    pub scenario: Scenario,
    pub config: P::Config,
    /// Who each instance is: replicas, clients, then second copies of twins.
    pub identities: Vec<NodeId>,
    /// The second copy of each identity, or [`NO_TWIN`].
    pub second: Vec<u16>,
    /// For each identity that is a twin: whom the second copy faces.
    pub sides: Vec<Group>,
    /// The misbehaviour of each identity.
    pub strategies: Vec<Option<Strategy>>,
    /// All Byzantine replicas.
    pub fellows: NodeSet,
    pub events_max: u64,
    /// By sender and kind: what the fates of messages are drawn from.
    pub link_keys: Vec<u64>,
}

/// Sizes that the hot path needs at hand.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub n: usize,
    /// Replicas and clients.
    pub total: usize,
    pub kinds: usize,
    pub twins: bool,
}

/// Whether a node runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Health {
    /// It runs.
    Up,
    /// It has crashed.
    Crashed,
    /// It stands still.
    Paused,
}

/// One instance of a node.
#[derive(Clone)]
pub(crate) struct Cell<P> {
    pub id: NodeId,
    pub node: P,
    pub rng: Rng,
    pub health: Health,
    pub byzantine: bool,
    /// Whether it ever came back without its disk.
    pub lost_disk: bool,
    /// Whether its clock runs at another rate.
    pub skew: Option<Ratio>,
    /// Message delays on the longest chain that led to its last step.
    pub depth: u32,
    /// When its link is free to send again (with limited bandwidth).
    pub link_free: u64,
    /// When it is free to handle the next message (with processing cost).
    pub busy_until: u64,
    /// Messages being handled or waiting to be.
    pub inbox: VecDeque<Event>,
    /// What reached it while it stood still.
    pub held: Vec<Event>,
    pub decided: u64,
}

/// A run of one protocol at one moment. Cloning it makes a checkpoint.
#[derive(Clone)]
pub struct Simulation<P: Automaton> {
    pub(crate) fixed: Arc<Fixed<P>>,
    pub(crate) shape: Shape,
    pub(crate) now: Time,
    pub(crate) events: u64,
    /// When more than one event happened at once for the last time, and how many did after the first.
    instant: Time,
    at_this_instant: u64,
    pub(crate) seq: u32,
    pub(crate) queue: Queue,
    pub(crate) slab: Slab<P::Msg>,
    pub(crate) timers: Timers,
    depths: Depths,
    pub(crate) cells: Vec<Cell<P>>,
    pub(crate) network: Network,
    pub(crate) connectivity: Connectivity,
    /// Messages so far by sender, kind and receiver.
    pub(crate) counters: Vec<u32>,
    /// Latest arrival on each link, where order is kept.
    pub(crate) latest: Vec<u64>,
    /// Fates of messages that are not sent yet.
    pub(crate) armed: Vec<(MessageName, Fate)>,
    pub(crate) metrics: Metrics,
    /// Requests handed to each client so far.
    pub(crate) proposed: Vec<u32>,
    /// Depth at which each client first sent its latest requests, and when.
    pub(crate) bases: Vec<[(u32, u32, Time); REQUESTS_REMEMBERED]>,
    pub(crate) requests_planned: u32,
    pub(crate) losses: VecDeque<Loss>,
    /// A message can meet nothing but delay, loss and duplication: the fast path of sending.
    pub(crate) plain: bool,
    /// Nothing is in a message's way at the door of a node that runs: the fast path of arriving.
    pub(crate) open: bool,
    /// What the fates of messages are drawn with.
    pub(crate) odds: Odds,
    /// The effects of the step under way; its buffers serve again and again.
    pub(crate) effects: Effects<P>,
    /// What the step under way has sent (kind and number of receivers), when recording.
    sent: Vec<(usize, usize)>,
    ended: Option<End>,
    /// Who chooses what happens next, if it is not the network.
    pub(crate) scheduler: Option<Box<Scheduler>>,
}

/// Why a run is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Nothing can ever happen again.
    Quiescent,
    /// The scenario's `until` is reached.
    Until,
    /// A bound on events or messages is reached.
    Limit,
}

/// How far to run.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// Stop once so many events have happened since the beginning.
    pub event: u64,
    /// Stop before the first event after this time.
    pub time: Time,
}

impl Stop {
    /// Run to the end.
    pub const NEVER: Self = Self { event: u64::MAX, time: Time::NEVER };

    /// Run until so many events have happened.
    pub const fn at_event(event: u64) -> Self {
        Self { event, time: Time::NEVER }
    }

    /// Run until this time.
    pub const fn at_time(time: Time) -> Self {
        Self { event: u64::MAX, time }
    }
}

/// Where a call of [`Simulation::run`] came to rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// At the stop that was asked for.
    Stopped,
    /// At the end of the run.
    Ended(End),
}

type Effects<P> = Outbox<<P as Automaton>::Msg, <P as Automaton>::Timer>;

/// What calls a node.
pub(crate) enum Trigger<P: Automaton> {
    Start,
    Propose(Value),
    Deliver(Packed),
    Fire(P::Timer),
    /// Position of the action in the script.
    Told(usize),
    Restart,
}

impl<P: Protocol> Simulation<P> {
    /// Builds the run of a scenario, at time zero with nothing happened yet.
    pub fn new(scenario: &Scenario) -> Result<Self, SetupError> {
        Self::with_limit(scenario, bounds::EVENTS)
    }

    /// Like [`Simulation::new`], with another bound on the number of events.
    pub fn with_limit(scenario: &Scenario, events_max: u64) -> Result<Self, SetupError> {
        Ok(Self::configured(scenario, P::configure(&scenario.setup())?, events_max))
    }

    /// Builds the run of another scenario, in the memory of this one: for who makes many short runs.
    pub fn begin_again(self, scenario: &Scenario) -> Result<Self, SetupError> {
        let (config, mut effects) = (P::configure(&scenario.setup())?, self.effects);
        self.slab.into_boxes().for_each(|spare| effects.reuse(spare));
        Ok(Self::built(scenario, config, self.fixed.events_max, self.queue.emptied(), effects))
    }
}

impl<P: Automaton> Simulation<P> {
    /// Builds the run of a scenario whose set-up was turned into this configuration.
    pub fn configured(scenario: &Scenario, config: P::Config, events_max: u64) -> Self {
        Self::built(scenario, config, events_max, Queue::default(), Effects::<P>::default())
    }

    fn built(
        scenario: &Scenario,
        config: P::Config,
        events_max: u64,
        queue: Queue,
        effects: Effects<P>,
    ) -> Self {
        let fixed = Fixed::<P>::new(scenario, config, events_max);
        let (n, clients) = (scenario.n, scenario.clients);
        let shape = Shape {
            n,
            total: n + clients,
            kinds: scenario.meta.kinds.len(),
            twins: fixed.identities.len() > n + clients,
        };
        let instances = fixed.identities.len();
        let cells = fixed.identities.iter().enumerate().map(|(i, id)| Cell::new(&fixed, i, *id)).collect();
        let mut sim = Self {
            shape,
            now: Time::ZERO,
            events: 0,
            instant: Time::ZERO,
            at_this_instant: 0,
            seq: FIRST_SEQ,
            queue,
            slab: Slab::default(),
            timers: Timers::new(instances, P::timers(&fixed.config, n)),
            depths: Depths::new(instances),
            cells,
            network: scenario.network,
            connectivity: Connectivity::new(shape.total),
            counters: vec![0; shape.total * shape.kinds * shape.total],
            latest: Vec::new(),
            armed: Vec::new(),
            metrics: Metrics::new(shape.kinds),
            proposed: vec![0; clients],
            bases: vec![[(0, 0, Time::ZERO); REQUESTS_REMEMBERED]; clients],
            requests_planned: 0,
            losses: VecDeque::new(),
            plain: false,
            open: false,
            odds: Odds::of(&scenario.network),
            effects,
            sent: Vec::new(),
            ended: None,
            scheduler: Scheduler::of(scenario),
            fixed: Arc::new(fixed),
        };
        for instance in 0..instances {
            sim.push(Event {
                at: 0,
                seq: 0,
                payload: 0,
                nth: 0,
                to: instance as u16,
                tag: Tag::Start,
                flags: 0,
            });
        }
        sim.plan_action(0);
        sim.plan_request();
        if sim.is_scheduled() {
            // When a message is handled is the scheduler's choice alone.
            sim.network.cpu = Duration::ZERO;
            sim.plan_release();
        }
        sim.choose_path();
        sim
    }

    /// Puts this moment under the scenario of another moment, one that differs only in what its script does after now: panics
    /// if the scenarios differ in the past or in anything but the script.
    pub fn rebase(&mut self, onto: &Self) {
        let done = self.actions_done();
        let (before, after) = (&self.fixed.scenario, &onto.fixed.scenario);
        assert!(before.same_but_script(after), "only the script can be edited under way");
        assert!(after.script.get(..done) == Some(&before.script[..done]), "a run's past cannot be edited");
        self.fixed = Arc::clone(&onto.fixed);
        self.queue.edit(|event| event.tag != Tag::Action);
        self.ended = None;
        self.plan_action(done);
    }

    /// A rough size of this moment in memory, in bytes, to keep checkpoints within bounds.
    pub fn estimated_bytes(&self) -> usize {
        // The first is as good as any other replica, and the last as any other client.
        let own = |cell: Option<&Cell<P>>| cell.map_or(0, |cell| canonical::own_bytes(&cell.node));
        let clients = self.fixed.scenario.clients.min(self.cells.len());
        let nodes = (self.cells.len() - clients) * own(self.cells.first()) + clients * own(self.cells.last());
        nodes
            + self.cells.len() * size_of::<Cell<P>>()
            + self.queue.estimated_bytes()
            + self.slab.estimated_bytes()
            + self.plain_bytes()
            + self.depths.estimated_bytes()
            + size_of_val(&*self.bases)
    }

    /// How many of them are copied in one piece.
    pub fn plain_bytes(&self) -> usize {
        size_of_val(&*self.counters)
    }

    /// How many actions of the script have been carried out.
    pub fn actions_done(&self) -> usize {
        let next = self.queue.iter().find(|e| e.tag == Tag::Action);
        next.map_or(self.fixed.scenario.script.len(), |e| e.payload as usize)
    }

    /// Moves on until the stop or the end, telling the observer.
    pub fn run<O: Observer<P>>(&mut self, observer: &mut O, stop: Stop) -> Progress {
        let until = self.fixed.scenario.until;
        let last = stop.time.min(until);
        let watched = observer.watched_rules();
        let events_max = self.fixed.events_max;
        while self.events < stop.event {
            let Some(event) = self.queue.pop(last.0) else {
                if self.queue.len() == 0 {
                    return self.end(End::Quiescent);
                }
                self.advance_clock(last);
                return if stop.time > until { self.end(End::Until) } else { Progress::Stopped };
            };
            let over = (self.events >= events_max)
                | (self.queue.len() >= bounds::IN_FLIGHT)
                | (self.seq > u32::MAX / 2);
            if over || (event.at == self.now.0 && self.too_many_at_once()) {
                cold_path();
                self.queue.push(event.event());
                return self.end(End::Limit);
            }
            if event.is_delivery() {
                self.now = Time(event.at);
                self.arrive(event, observer, watched);
            } else if !event.is_timer() || self.timer_runs_out(&event.event()) {
                self.now = Time(event.at);
                self.handle(event.event(), observer, watched);
            }
        }
        Progress::Stopped
    }

    /// Counts one more event at this very time.
    #[inline]
    fn too_many_at_once(&mut self) -> bool {
        if self.instant != self.now {
            (self.instant, self.at_this_instant) = (self.now, 0);
        }
        self.at_this_instant += 1;
        self.at_this_instant > bounds::EVENTS_AT_ONE_INSTANT
    }

    fn end(&mut self, end: End) -> Progress {
        self.ended = Some(end);
        Progress::Ended(end)
    }

    fn advance_clock(&mut self, to: Time) {
        self.now = self.now.max(to);
    }

    /// What happens beside the arrival of messages.
    #[inline(never)]
    fn handle<O: Observer<P>>(&mut self, event: Event, observer: &mut O, watched: u64) {
        let instance = event.to as usize;
        match event.tag {
            Tag::Deliver => {}
            Tag::Timer if self.cells[instance].health == Health::Paused => {
                self.cells[instance].held.push(event)
            }
            Tag::Timer => {
                let depth = self.cells[instance].depth;
                let timer = P::timer(event.payload as usize);
                self.step(instance, Trigger::Fire(timer), depth, observer, watched);
            }
            Tag::Ready => {
                let cell = &mut self.cells[instance];
                if cell.health == Health::Paused {
                    cell.held.push(event);
                } else if let Some(message) = cell.inbox.pop_front_if(|message| message.at <= event.at) {
                    self.deliver_late(message, observer, watched);
                }
            }
            Tag::Lost => self.lose_on_the_way(event, observer),
            Tag::Retry => self.send_again(event, observer),
            Tag::Request => {
                self.requests_planned += 1;
                self.plan_request();
                self.propose(instance, observer, watched);
            }
            Tag::Action => {
                let index = event.payload as usize;
                self.plan_action(index + 1);
                self.act(index, observer);
            }
            Tag::Back => self.come_back(instance, event.payload != 0, observer, watched),
            Tag::Asked => self.propose(instance, observer, watched),
            Tag::Tick => self.tick(event.payload),
            Tag::Told => match self.cells[instance].health {
                Health::Up => {
                    let depth = self.cells[instance].depth;
                    self.step(instance, Trigger::Told(event.payload as usize), depth, observer, watched);
                }
                Health::Paused => self.cells[instance].held.push(event),
                Health::Crashed => {}
            },
            Tag::Start => match self.cells[instance].health {
                Health::Up => self.step(instance, Trigger::Start, 0, observer, watched),
                Health::Paused => self.cells[instance].held.push(event),
                Health::Crashed => {}
            },
        }
    }

    /// Whether a timer's event is the one at which it runs out; a stopped timer's event is no event at all, and that of a
    /// timer that was pushed back goes back into the queue.
    #[inline]
    fn timer_runs_out(&mut self, event: &Event) -> bool {
        let instance = event.to as usize;
        if self.cells[instance].health == Health::Paused {
            return true;
        }
        match self.timers.due(instance, event.payload as usize, event.at) {
            Due::Fire => true,
            Due::Stale => false,
            Due::Later(at) => {
                self.push(Event { at, ..*event });
                false
            }
        }
    }

    /// Hands a client its next value. One that stands still, or is down, is handed it when it runs again.
    pub(crate) fn propose<O: Observer<P>>(&mut self, instance: usize, observer: &mut O, watched: u64) {
        let cell = &mut self.cells[instance];
        if cell.health != Health::Up {
            let (at, to) = (self.now.0, instance as u16);
            return cell.held.push(Event { at, seq: 0, payload: 0, nth: 0, to, tag: Tag::Asked, flags: 0 });
        }
        let client = self.fixed.identities[instance].index();
        self.proposed[client] += 1;
        let value = Value::request(client, self.proposed[client]);
        self.step(instance, Trigger::Propose(value), 0, observer, watched);
    }

    /// Brings a crashed instance back, with its disk or without.
    fn come_back<O: Observer<P>>(
        &mut self,
        instance: usize,
        keep_disk: bool,
        observer: &mut O,
        watched: u64,
    ) {
        let id = self.fixed.identities[instance];
        let cell = &mut self.cells[instance];
        cell.health = Health::Up;
        cell.lost_disk |= !keep_disk;
        cell.node = match keep_disk {
            true => cell.node.restart(&self.fixed.config),
            false => P::new(&self.fixed.config, id),
        };
        let held = core::mem::take(&mut cell.held);
        self.step(instance, Trigger::Restart, 0, observer, watched);
        for event in held {
            self.put_back(event);
        }
    }

    /// Calls one node and carries out its effects. How deep a step is that a message causes the message says, not `depth`.
    #[inline(never)]
    pub(crate) fn step<O: Observer<P>>(
        &mut self,
        instance: usize,
        trigger: Trigger<P>,
        depth: u32,
        observer: &mut O,
        watched: u64,
    ) {
        self.step_here(instance, trigger, depth, observer, watched)
    }

    /// The same, laid out where it stands: for the one place that delivers messages.
    #[inline(always)]
    pub(crate) fn step_here<O: Observer<P>>(
        &mut self,
        instance: usize,
        trigger: Trigger<P>,
        depth: u32,
        observer: &mut O,
        watched: u64,
    ) {
        let number = self.events;
        let Self { cells, slab, fixed, now, effects, depths, .. } = self;
        let fixed: &Fixed<P> = fixed;
        let cell = &mut cells[instance];
        let id = cell.id;
        let local = match cell.skew {
            None => *now,
            Some(rate) => {
                cold_path();
                Time(rate.of(now.0))
            }
        };
        let mut depth = depth;
        let input = match &trigger {
            Trigger::Deliver(event) => {
                let body = slab.get(event.payload());
                depth = depths.reach(instance, body.slot, body.depth);
                Input::Deliver { from: body.from, msg: &*body.msg }
            }
            Trigger::Fire(timer) => Input::Fire(*timer),
            Trigger::Told(index) => match fixed.scenario.script.get(*index).map(|timed| &timed.action) {
                Some(&Action::Command(_, command, about)) => Input::Command { command, about },
                _ => unreachable!("only commands are told"),
            },
            Trigger::Propose(value) => Input::Propose(*value),
            Trigger::Start => Input::Start,
            Trigger::Restart => Input::Restart,
        };
        cell.depth = depth;
        self.events = number + 1;
        effects.begin();
        effects.listens = O::RECORDS && observer.records();
        let mut cx = Cx::new(id, local, &fixed.config, fixed.scenario.rules, &mut cell.rng, effects);
        if cell.byzantine
            && let Some(Some(Strategy::Own(which))) = fixed.strategies.get(instance)
        {
            cold_path();
            cell.node.misstep(*which, input, &mut cx);
        } else {
            cell.node.step(input, &mut cx);
        }
        let quiet = effects.is_empty() & !effects.listens;
        if !quiet {
            self.carry_out(instance, number, observer);
        }
        let cited = self.effects.cited & watched;
        if cited != 0 {
            observer.cited(self, id, cited);
        }
        if O::RECORDS && observer.records() {
            self.record(instance, number, &trigger, observer);
        }
        if !quiet {
            self.effects.clear();
        }
    }

    /// Carries out effects: timers, then messages, then decisions.
    #[inline(always)]
    fn carry_out<O: Observer<P>>(&mut self, instance: usize, number: u64, observer: &mut O) {
        for i in 0..self.effects.timers.len() {
            match self.effects.timers[i] {
                TimerChange::Set(timer, after) => self.set_timer(instance, timer, after),
                TimerChange::Cancel(timer) => self.timers.cancel(instance, P::place(timer)),
            }
        }
        if self.effects.sends.len() > 1 {
            // They are taken from the end.
            self.effects.sends.reverse();
        }
        while let Some(Sent { to, msg }) = self.effects.sends.pop() {
            self.send_one(instance, to, msg, number, O::RECORDS && observer.records());
        }
        for i in 0..self.effects.decisions.len() {
            let (slot, value) = self.effects.decisions[i];
            self.decide(instance, slot, value, number, observer);
        }
    }

    #[inline(never)]
    fn send_one(&mut self, instance: usize, to: Address, msg: Box<P::Msg>, number: u64, records: bool) {
        let kind = msg.kind();
        let receivers = self.send(instance, to, msg, number);
        if records {
            self.sent.push((kind, receivers));
        }
    }

    #[cold]
    fn record<O: Observer<P>>(
        &mut self,
        instance: usize,
        number: u64,
        trigger: &Trigger<P>,
        observer: &mut O,
    ) {
        let cause = match trigger {
            Trigger::Start => Cause::Start,
            Trigger::Propose(value) => Cause::Propose(*value),
            Trigger::Deliver(event) => {
                Cause::Deliver(self.facts(&event.event()), &*self.slab.get(event.payload()).msg)
            }
            Trigger::Fire(timer) => Cause::Fire(*timer),
            Trigger::Told(index) => Cause::Told(*index),
            Trigger::Restart => Cause::Restart,
        };
        let step = Step {
            event: number,
            at: self.now,
            node: Some(self.fixed.identities[instance]),
            second: instance >= self.shape.total,
            cause,
            cites: &self.effects.cites,
            rejected: self.effects.rejected,
            decided: &self.effects.decisions,
            sent: &self.sent,
        };
        observer.step(self, &step);
        self.sent.clear();
    }

    // Once, wherever steps come from: what is hot should fit into the processor's first cache for instructions.
    #[inline(never)]
    fn decide<O: Observer<P>>(
        &mut self,
        instance: usize,
        slot: Slot,
        value: Value,
        event: u64,
        observer: &mut O,
    ) {
        let cell = &mut self.cells[instance];
        cell.decided += 1;
        let node = cell.id;
        let base = value.client().and_then(|c| self.bases.get(c.index()));
        let sent_at = base.map(|b| b[value.number() as usize % REQUESTS_REMEMBERED]);
        // What was chosen may be another client's, but nobody gets more replies than he has asked for.
        let asked = if node.is_client() { self.proposed[node.index()] } else { u32::MAX };
        let unasked = cell.decided > asked.into() || (value.client() == Some(node) && value.number() > asked);
        let (delays, since) = match sent_at {
            // What replicas begin with is there from the start.
            _ if value.is_input() => (cell.depth, Time::ZERO),
            Some((number, depth, since)) if number == value.number() => {
                (cell.depth.saturating_sub(depth + u32::from(!node.is_client())), since)
            }
            _ => (0, self.now),
        };
        observer.decided(&Decision {
            node,
            slot,
            value,
            since,
            at: self.now,
            event,
            delays,
            byzantine: cell.byzantine,
            unasked,
        });
    }

    /// Remembers at which depth a client first sent a request, and when.
    pub(crate) fn note_request(&mut self, client: NodeId, msg: &P::Msg, depth: u32) {
        let Some(value) = msg.request() else { return };
        let place = &mut self.bases[client.index()][value.number() as usize % REQUESTS_REMEMBERED];
        if place.0 != value.number() {
            *place = (value.number(), depth, self.now);
        }
    }

    /// Puts an event into the queue behind all others at its time.
    #[inline(always)]
    pub(crate) fn push(&mut self, event: Event) {
        let event = Packed::from(event);
        // Word by word, since a processor is slow to load as one what was stored in parts.
        self.push_words(event.at, event.payload(), event.what());
    }

    #[inline(never)]
    fn push_words(&mut self, at: u64, payload: u32, what: u64) {
        let mut event = Packed::of_words(at, self.seq, payload, what);
        if self.is_scheduled() && event.is_delivery() && event.flags() & HELD == 0 {
            cold_path();
            // Who holds may push first.
            let at = self.hold();
            event = Packed::of_words(at, self.seq, payload, what);
        }
        self.seq += 1;
        self.queue.put(event);
    }

    /// The same, at its own time whoever schedules.
    #[inline]
    pub(crate) fn push_at(&mut self, event: Event) {
        let seq = self.seq;
        self.seq += 1;
        self.queue.push(Event { seq, ..event });
    }

    fn plan_action(&mut self, index: usize) {
        if let Some(next) = self.fixed.scenario.script.get(index) {
            let at = next.at.0.max(self.now.0);
            self.queue.push(Event {
                at,
                seq: ACTION_SEQ,
                payload: index as u32,
                nth: 0,
                to: 0,
                tag: Tag::Action,
                flags: 0,
            });
        }
    }

    fn plan_request(&mut self) {
        let scenario = &self.fixed.scenario;
        let k = self.requests_planned;
        if k >= scenario.requests || scenario.clients == 0 {
            return;
        }
        let to = (self.shape.n + k as usize % scenario.clients) as u16;
        let at = scenario.gap.times(k.into()).0;
        // The very first request waits until every node has started: sequence numbers of starts are lower.
        let seq = if at == 0 { self.seq } else { REQUEST_SEQ };
        self.queue.push(Event { at, seq, payload: 0, nth: 0, to, tag: Tag::Request, flags: 0 });
        self.seq += u32::from(at == 0);
    }

    /// Decides whether messages can take the fast path.
    pub(crate) fn choose_path(&mut self) {
        let net = &self.network;
        self.odds = Odds::of(net);
        self.plain = !net.fifo
            && net.gst.is_none()
            && net.bandwidth.is_none()
            && !self.shape.twins
            && self.scheduler.is_none()
            && self.armed.is_empty()
            && !self.connectivity.any_blocked();
        self.open = !self.connectivity.any_blocked() && net.cpu == Duration::ZERO;
    }

    pub(crate) fn facts(&self, event: &Event) -> MessageFacts {
        let payload = self.slab.get(event.payload);
        MessageFacts {
            from: payload.from,
            to: self.fixed.identities[event.to as usize],
            kind: payload.kind as usize,
            nth: event.nth,
            round: payload.msg.round(),
            sent: payload.sent,
            due: event.time(),
            cause: payload.cause,
            duplicate: event.tag == Tag::Deliver && event.flags & DUPLICATE != 0,
            held: event.tag == Tag::Deliver && event.flags & HELD != 0,
            forged: payload.forged,
        }
    }

    pub(crate) fn identity_of(&self, instance: usize) -> usize {
        identity_index(self.fixed.identities[instance], self.shape.n)
    }

    /// All instances of an identity: one, or two for a twin; none for a name that is not in this run.
    pub(crate) fn instances_of(&self, id: NodeId) -> impl Iterator<Item = usize> + use<P> {
        let first = identity_index(id, self.shape.n);
        let exists = first < self.shape.total && (!id.is_client() || first >= self.shape.n);
        let exists = exists && (id.is_client() || first < self.shape.n);
        let second = self.fixed.second.get(first).copied().filter(|s| *s != NO_TWIN).map(usize::from);
        exists.then_some(first).into_iter().chain(second.filter(|_| exists))
    }

    /// The scenario of this run.
    pub fn scenario(&self) -> &Scenario {
        &self.fixed.scenario
    }

    /// The configuration that all nodes know.
    pub fn config(&self) -> &P::Config {
        &self.fixed.config
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// How many events have happened.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Why the run is over, if it is.
    pub fn ended(&self) -> Option<End> {
        self.ended
    }

    /// Counts so far.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Requests handed to each client so far.
    pub fn proposed(&self) -> &[u32] {
        &self.proposed
    }

    /// The state of all instances: replicas, clients, second copies.
    pub fn states(&self) -> impl Iterator<Item = &P> {
        self.cells.iter().map(|c| &c.node)
    }

    /// Whether a node is Byzantine in this run.
    pub fn is_byzantine(&self, id: NodeId) -> bool {
        self.fixed.strategies.get(identity_index(id, self.shape.n)).is_some_and(|s| s.is_some())
    }
}

impl<P: Automaton> World<P> for Simulation<P> {
    fn config(&self) -> &P::Config {
        &self.fixed.config
    }

    fn replicas(&self) -> usize {
        self.shape.n
    }

    #[inline(always)]
    fn node(&self, id: NodeId) -> Option<&P> {
        // The second copies, which stand behind the others, are those of Byzantine nodes.
        self.cells.get(identity_index(id, self.shape.n)).filter(|c| !c.byzantine).map(|c| &c.node)
    }
}

impl<P: Automaton> Cell<P> {
    fn new(fixed: &Fixed<P>, instance: usize, id: NodeId) -> Self {
        let scenario = &fixed.scenario;
        let strategy = &fixed.strategies[identity_index(id, scenario.n)];
        Self {
            id,
            node: P::new(&fixed.config, id),
            rng: Rng::stream(scenario.seed, instance as u64),
            health: Health::Up,
            byzantine: strategy.is_some(),
            lost_disk: false,
            skew: scenario.skews.iter().find(|(node, _)| *node == id).map(|(_, rate)| *rate),
            depth: 0,
            link_free: 0,
            busy_until: 0,
            inbox: VecDeque::new(),
            held: Vec::new(),
            decided: 0,
        }
    }
}

impl<P: Automaton> Fixed<P> {
    fn new(scenario: &Scenario, config: P::Config, events_max: u64) -> Self {
        let (n, clients) = (scenario.n, scenario.clients);
        let mut identities: Vec<NodeId> = (0..n).map(NodeId::replica).collect();
        identities.extend((0..clients).map(NodeId::client));
        let total = identities.len();
        let mut fixed = Self {
            scenario: scenario.clone(),
            config,
            second: vec![NO_TWIN; total],
            sides: vec![Group::default(); total],
            strategies: vec![None; total],
            fellows: scenario.byzantine.iter().map(|b| b.node).collect(),
            identities,
            events_max,
            link_keys: link_keys(scenario.seed, total, scenario.meta.kinds.len()),
        };
        for byzantine in &scenario.byzantine {
            let index = identity_index(byzantine.node, n);
            if let Strategy::Twins(side) = &byzantine.strategy {
                let everyone = fixed.identities[..total].iter().copied();
                let odd = || everyone.filter(|id| id.index() % 2 == 1).collect();
                fixed.sides[index] = side.unwrap_or_else(odd);
                fixed.second[index] = fixed.identities.len() as u16;
                fixed.identities.push(byzantine.node);
            }
            fixed.strategies[index] = Some(byzantine.strategy.clone());
        }
        fixed
    }
}
