//! A session over a simulation.

use crate::change::Before;
use crate::checkpoints::{Checkpoints, Moment, Sim};
use crate::recorder::{event_view, flight_view};
use crate::registry::simulate;
use crate::session::Session;
use crate::view::*;
use crate::watch::{Watch, replica_name};
use crate::{certificate, explain, outlook, properties, stake};
use consensus_check::{Tracker, Verdicts, assumptions};
use consensus_kernel::inspect::Tree;
use consensus_kernel::{
    AnyMessage, AnyNode, Automaton, Digest, Message, Meta, NodeId, Panel, SetupError, Time, sort_by_number,
};
use consensus_scenario::{MessageName, Scenario, describe_strategy};
use consensus_sim::{self as sim, Decision, Observer, PendingWhat, Progress, Step, Stop, TraceDigest};
use std::cell::RefCell;

/// The time is noted after each so many events.
const NOTED: u64 = 256;

/// So many events before a place that was looked at another moment is kept, for whoever looks there again or steps back.
const NEAR: u64 = 256;

/// A run with a cursor, a frontier and checkpoints.
pub(crate) struct Run {
    cursor: Moment,
    frontier: Moment,
    checkpoints: Checkpoints,
    /// The moment a little before where was looked last, if that is far from any checkpoint.
    near: RefCell<Option<Moment>>,
    /// When so many events had happened, twice as many, and so on.
    times: Vec<Time>,
    verdicts: Verdicts,
    decisions: Vec<Decision>,
    marks: Vec<Mark>,
    /// Where it was too late to decide.
    missed: Option<Mark>,
    end: Option<End>,
    events_max: u64,
}

impl Run {
    pub fn new(scenario: &Scenario, events_max: u64) -> Result<Self, SetupError> {
        let sim = simulate(scenario, events_max)?;
        let beginning = Moment { tracker: Tracker::new(&sim), sim };
        let verdicts = Verdicts::new(&beginning.sim);
        Ok(Self {
            cursor: beginning.clone(),
            frontier: beginning.clone(),
            checkpoints: Checkpoints::new(beginning),
            near: RefCell::new(None),
            times: Vec::new(),
            verdicts,
            decisions: Vec::new(),
            marks: Vec::new(),
            missed: None,
            end: None,
            events_max,
        })
    }

    /// Moves the frontier to a stop, leaving checkpoints on the way. False once the end is reached.
    fn run_frontier(&mut self, stop: Stop) -> bool {
        let deadline = self.scenario().deadline.unwrap_or(Time::NEVER);
        while self.end.is_none() {
            let here = self.frontier.sim.events();
            let in_time = self.frontier.sim.now() < deadline;
            let time = if in_time { stop.time.min(deadline) } else { stop.time };
            let next = self.checkpoints.next_due(here).min((here / NOTED + 1) * NOTED);
            let slice = Stop { event: stop.event.min(next), time };
            let Moment { sim, tracker } = &mut self.frontier;
            let (verdicts, decisions) = (&mut self.verdicts, &mut self.decisions);
            let mut watch = Watch::at_front(sim, tracker, verdicts, decisions, &mut self.marks);
            let progress = sim.run(&mut watch, slice);
            if let Progress::Ended(end) = progress {
                self.end = Some(end_view(end));
            }
            let too_late = in_time && self.frontier.sim.now() >= deadline;
            if too_late || self.end.is_some() {
                self.note_missed();
            }
            match progress {
                Progress::Ended(_) => {}
                Progress::Stopped => {
                    self.checkpoints.offer(&self.frontier);
                    let events = self.frontier.sim.events();
                    while (self.times.len() as u64) < events / NOTED {
                        self.times.push(self.frontier.sim.now());
                    }
                    if too_late && deadline < stop.time {
                        continue;
                    }
                    if events >= stop.event || events == here || events < slice.event {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Marks where it is too late to decide.
    #[inline(never)]
    fn note_missed(&mut self) {
        let termination = properties::termination(&self.frontier, self.end);
        if termination.status == Status::Violated && self.missed.is_none() {
            let label = format!("{} violated: {}", termination.name, termination.reason);
            self.missed = Some(Mark { position: self.frontier(), kind: MarkKind::Violation, label });
        }
    }

    /// Moves the cursor, from where it stands or from the nearest moment that is kept, whichever is quicker. `behind`: the
    /// goal lies behind the cursor.
    fn move_cursor(&mut self, behind: bool, stop: Stop) {
        let ahead = self.cursor.sim.events() + self.checkpoints.worth_a_copy();
        // Of a time it is known about how many events come before it.
        let goal = match stop.event {
            u64::MAX => self.times.partition_point(|time| *time < stop.time) as u64 * NOTED,
            event => event,
        };
        let base = nearest(&self.checkpoints, self.near.get_mut().as_ref(), &self.frontier, stop);
        if behind || base.sim.events() > ahead {
            self.cursor.clone_from(base);
            if let Some(kept) = leave_near(&mut self.cursor, goal, stop, self.checkpoints.copying()) {
                *self.near.get_mut() = Some(kept);
            }
        }
        let Moment { sim, tracker } = &mut self.cursor;
        sim.run(&mut Watch::behind(tracker), stop);
    }

    /// The beginning of a run of a scenario that is this one but for its script.
    fn anew(&self, scenario: &Scenario) -> Sim {
        Sim::configured(scenario, self.frontier.sim.config().clone(), self.events_max)
    }

    /// A moment of its own at an event, for looking around without moving the cursor.
    fn moment_at(&self, event: u64) -> Sim {
        let stop = Stop::at_event(event);
        let mut moment =
            nearest(&self.checkpoints, self.near.borrow().as_ref(), &self.frontier, stop).clone();
        if let Some(kept) = leave_near(&mut moment, event, stop, self.checkpoints.copying()) {
            *self.near.borrow_mut() = Some(kept);
        }
        let Moment { mut sim, mut tracker } = moment;
        sim.run(&mut Watch::behind(&mut tracker), stop);
        sim
    }

    /// Records the events `from .. to`, of each message what `body` makes of it.
    fn replay(&self, from: u64, to: u64, body: fn(&AnyMessage) -> Tree) -> Vec<EventView> {
        let to = to.min(self.frontier.sim.events());
        if from >= to {
            return Vec::new();
        }
        let mut sim = self.moment_at(from);
        let mut events = Vec::new();
        let mut record = |sim: &Sim, step: &Step<'_, AnyNode>| events.push(event_view(sim, step, body));
        sim.run(&mut Watch::recording(&mut record), Stop::at_event(to));
        events
    }

    fn decision_view(&self, d: &Decision) -> DecisionView {
        DecisionView {
            node: d.node,
            slot: d.slot,
            value: d.value,
            since: d.since,
            at: d.at,
            event: d.event,
            delays: d.delays,
        }
    }

    fn decisions_where(&self, wanted: impl Fn(&Decision) -> bool) -> Vec<DecisionView> {
        let here = self.cursor.sim.events();
        let so_far = self.decisions.iter().take_while(|d| d.event < here);
        so_far.filter(|d| !d.byzantine && wanted(d)).map(|d| self.decision_view(d)).collect()
    }

    /// `void`: why nothing is promised to correct nodes.
    fn node_view(&self, id: NodeId, void: Option<&str>) -> NodeView {
        let sim = &self.cursor.sim;
        let scenario = sim.scenario();
        let mut faces = sim.copies(id).into_iter().map(|copy| copy.face(sim.config()));
        let face = faces.next().expect("every node of a run has a state");
        let lies = scenario.byzantine.iter().find(|b| b.node == id);
        let here = sim.events();
        let contradicted = self
            .verdicts
            .violations()
            .iter()
            .filter(|v| v.event < here)
            .any(|v| v.conflict.is_some_and(|(a, _, b, ..)| a == id || b == id));
        let standing = match () {
            () if lies.is_some() || sim.lost_disk(id) => Standing::IllBehaved,
            () if contradicted => Standing::Contradicted,
            () if void.is_some() && !id.is_client() => Standing::Befouled,
            () => Standing::Intact,
        };
        let befouled = match standing {
            Standing::Contradicted => Some("another correct node decided otherwise".to_owned()),
            Standing::Befouled => void.map(str::to_owned),
            Standing::Intact | Standing::IllBehaved => None,
        };
        NodeView {
            id,
            face,
            second_face: faces.next(),
            health: match sim.health(id) {
                sim::Health::Up => Health::Up,
                sim::Health::Crashed => Health::Crashed,
                sim::Health::Paused => Health::Paused,
            },
            byzantine: lies.map(|b| describe_strategy(scenario.meta, &b.strategy)),
            standing,
            befouled,
            weight: match id.is_client() {
                true => 1,
                false => AnyNode::weight(sim.config(), id).unwrap_or_else(|| scenario.weight(id)),
            },
            timers: sim.timers(id).into_iter().filter_map(|t| timer_view(scenario.meta, &t)).collect(),
            decided: sim.decided(id),
        }
    }
}

fn timer_view(meta: &Meta, timer: &sim::TimerFacts) -> Option<TimerView> {
    let index = meta.timers.iter().position(|name| *name == timer.name)?;
    Some(TimerView { name: timer.name, index, set_at: timer.set_at, due: timer.due })
}

fn end_view(end: sim::End) -> End {
    match end {
        sim::End::Quiescent => End::Quiescent,
        sim::End::Until => End::Until,
        sim::End::Limit => End::Limit,
    }
}

impl Session for Run {
    fn scenario(&self) -> &Scenario {
        self.frontier.sim.scenario()
    }

    fn quorum(&self) -> Option<usize> {
        AnyNode::quorum(self.frontier.sim.config())
    }

    fn position(&self) -> Position {
        Position { event: self.cursor.sim.events(), at: self.cursor.sim.now() }
    }

    fn frontier(&self) -> Position {
        Position { event: self.frontier.sim.events(), at: self.frontier.sim.now() }
    }

    fn end(&self) -> Option<End> {
        self.end
    }

    fn run_ahead(&mut self, events_max: u64) -> bool {
        let stop = Stop::at_event(self.frontier.sim.events().saturating_add(events_max));
        self.run_frontier(stop)
    }

    fn seek_event(&mut self, event: u64) {
        self.run_frontier(Stop::at_event(event));
        let event = event.min(self.frontier.sim.events());
        self.move_cursor(self.cursor.sim.events() > event, Stop::at_event(event));
    }

    fn seek_time(&mut self, at: Time) {
        let at = at.min(self.scenario().until);
        self.run_frontier(Stop::at_time(at));
        self.move_cursor(self.cursor.sim.now() > at, Stop::at_time(at));
    }

    fn edges(&self) -> Option<Vec<(NodeId, NodeId)>> {
        AnyNode::edges(self.frontier.sim.config())
    }

    fn nodes(&self) -> Vec<NodeView> {
        let scenario = self.scenario();
        let replicas = (0..scenario.n).map(NodeId::replica);
        let assumed = assumptions(&self.cursor.sim).into_iter();
        let void =
            { assumed }.find(|a| !a.holds && !a.progress_only).map(|a| format!("{}: {}", a.name, a.reason));
        let all = replicas.chain((0..scenario.clients).map(NodeId::client));
        all.map(|id| self.node_view(id, void.as_deref())).collect()
    }

    fn flights(&self, into: &mut Vec<FlightView>) {
        into.clear();
        self.cursor.sim.in_flight(|message| into.push(flight_view(&message.facts)));
    }

    fn losses(&self) -> Vec<LossView> {
        let view = |loss: &sim::Loss| {
            let f = loss.facts;
            LossView { from: f.from, to: f.to, kind: f.kind, round: f.round, sent: f.sent, at: loss.at }
        };
        self.cursor.sim.losses().map(view).collect()
    }

    fn inspect(&self, node: NodeId) -> Vec<Tree> {
        self.cursor.sim.copies(node).into_iter().map(Tree::of).collect()
    }

    fn message(&self, name: MessageName) -> Option<MessageView> {
        let message = self.cursor.sim.find_message(&name)?;
        Some(MessageView {
            flight: flight_view(&message.facts),
            body: Tree::of(message.msg),
            bytes: message.msg.bytes(),
        })
    }

    fn panels(&self) -> Vec<Panel> {
        let sim = &self.cursor.sim;
        let replicas: Vec<&AnyNode> =
            (0..sim.scenario().n).filter_map(|i| sim.copies(NodeId::replica(i)).into_iter().next()).collect();
        let own = AnyNode::panels(sim.config(), &replicas);
        outlook::panel(sim).into_iter().chain(own).collect()
    }

    fn explored(&self, configurations_max: usize) -> Option<Panel> {
        outlook::explored(&self.cursor.sim, configurations_max)
    }

    fn events(&self, from: u64, to: u64) -> Vec<EventView> {
        self.replay(from, to, Tree::of)
    }

    fn outline(&self, from: u64, to: u64) -> Vec<EventView> {
        self.replay(from, to, |_| Tree::None)
    }

    fn event_at(&self, at: Time) -> u64 {
        if at == Time::ZERO {
            return 0;
        }
        let Moment { mut sim, mut tracker } = self.checkpoints.before_time(at).clone();
        let stop = Stop { event: self.frontier.sim.events(), time: Time(at.0 - 1) };
        sim.run(&mut Watch::behind(&mut tracker), stop);
        sim.events()
    }

    fn events_around(&self, from: Time, to: Time) -> (u64, u64) {
        let before = |at: Time| self.times.partition_point(|time| *time < at) as u64;
        (before(from) * NOTED, ((before(to) + 1) * NOTED).min(self.frontier.sim.events()))
    }

    fn pending(&self, most: usize) -> Vec<PendingView> {
        let timers = self.scenario().meta.timers;
        let view = |p: sim::Pending| {
            let what = match p.what {
                PendingWhat::Start => Pending::Start,
                PendingWhat::Deliver(facts) => Pending::Deliver(flight_view(&facts)),
                PendingWhat::Fire(name) => {
                    Pending::Fire(name, timers.iter().position(|t| *t == name).unwrap_or(0))
                }
                PendingWhat::Propose(value) => Pending::Propose(value),
                PendingWhat::Action(i) => Pending::Action(i),
            };
            PendingView { due: p.due, node: p.node, what }
        };
        self.cursor.sim.pending(most).into_iter().map(view).collect()
    }

    fn properties(&self) -> Vec<PropertyView> {
        let over = self.end.filter(|_| self.cursor.sim.events() == self.frontier.sim.events());
        properties::views(&self.cursor, &self.verdicts, &self.decisions, over)
    }

    fn assumptions(&self) -> Vec<AssumptionView> {
        let view = |a: consensus_check::Assumption| AssumptionView {
            name: a.name,
            holds: a.holds,
            reason: a.reason,
            at: a.at,
        };
        assumptions(&self.cursor.sim).into_iter().map(view).collect()
    }

    fn decisions(&self) -> Vec<DecisionView> {
        self.decisions_where(|d| !d.node.is_client())
    }

    fn replies(&self) -> Vec<DecisionView> {
        self.decisions_where(|d| d.node.is_client())
    }

    fn certificate(&self, decision: &DecisionView) -> Option<Certificate> {
        certificate::find(self, decision)
    }

    fn heard(&self, node: NodeId) -> Vec<Heard> {
        const LOOK_BACK: u64 = 4_096;
        let here = self.cursor.sim.events();
        let mut heard: Vec<Heard> = Vec::new();
        for event in self.outline(here.saturating_sub(LOOK_BACK), here) {
            let What::Deliver(m) = event.what else { continue };
            if event.node != Some(node) || event.rejected.is_some() {
                continue;
            }
            let of = m.flight.from;
            heard.retain(|h| h.of != of);
            heard.push(Heard { of, message: m.flight, event: event.index });
        }
        heard
    }

    fn sends(&self, kind: usize) -> bool {
        self.frontier.sim.metrics().by_kind.get(kind).is_some_and(|k| k.messages > 0)
    }

    fn metrics(&self) -> MetricsView {
        let m = self.cursor.sim.metrics();
        MetricsView {
            replica: m.replica,
            client: m.client,
            by_kind: m.by_kind.iter().map(|k| (k.messages, k.bytes)).collect(),
            lost: m.lost,
            duplicated: m.duplicated,
            retransmitted: m.retransmitted,
            bytes: m.by_kind.iter().map(|k| k.bytes).sum(),
        }
    }

    fn marks(&self) -> Vec<Mark> {
        let violation = |v: &consensus_check::Violation| Mark {
            position: Position { event: v.event + 1, at: v.at },
            kind: MarkKind::Violation,
            label: format!("{} violated: {}", v.property, v.reason),
        };
        let mut marks: Vec<Mark> = self.verdicts.violations().iter().map(violation).collect();
        marks.extend(self.marks.iter().chain(&self.missed).cloned());
        sort_by_number(&mut marks, |m| m.position.event);
        marks
    }

    fn first_mark(&self, kind: MarkKind) -> Option<Position> {
        let violations = self.verdicts.violations().iter();
        match kind {
            MarkKind::Violation => {
                let missed = self.missed.iter().map(|m| m.position);
                violations.map(|v| Position { event: v.event + 1, at: v.at }).chain(missed).min()
            }
            _ => self.marks.iter().find(|m| m.kind == kind).map(|m| m.position),
        }
    }

    fn headline(&self, event: &EventView) -> String {
        explain::headline(self.scenario(), event)
    }

    fn explain(&self, event: &EventView) -> Explanation {
        let mut sim = self.moment_at(event.index);
        let before = Before::of(&sim, event);
        sim.run(&mut Watch::recording(&mut |_, _| {}), Stop::at_event(event.index + 1));
        let changed = before.and_then(|before| before.changed(&sim, event));
        let last = self.end.is_some() && sim.events() == self.frontier.sim.events();
        let missing = last.then(|| properties::termination(&self.frontier, self.end));
        explain::explain(&sim, event, changed, stake::stake(&sim, event, missing))
    }

    fn digest(&self) -> Digest {
        let mut sim = self.anew(self.scenario());
        let mut digest = TraceDigest::default();
        let mut absorb = |sim: &Sim, step: &Step<'_, AnyNode>| digest.step(sim, step);
        sim.run(&mut Watch::recording(&mut absorb), Stop::NEVER);
        digest.finish(&sim)
    }

    fn edit(&mut self, scenario: Scenario) -> Result<(), SetupError> {
        let at = self.cursor.sim.now();
        let before = self.scenario();
        let first_difference = before.script.iter().zip(&scenario.script).position(|(a, b)| a != b);
        let common = first_difference.unwrap_or(before.script.len().min(scenario.script.len()));
        if !before.same_but_script(&scenario) {
            *self = Self::new(&scenario, self.events_max)?;
            self.seek_time(at);
            return Ok(());
        }
        let differing = [before.script.get(common), scenario.script.get(common)];
        let Some(since) = differing.into_iter().flatten().map(|t| t.at).min() else { return Ok(()) };
        let onto = self.anew(&scenario);
        self.go_back_to(since, &onto);
        self.verdicts.allow(&scenario);
        self.seek_time(at);
        Ok(())
    }
}

/// The latest of the moments that are kept from which a stop can be reached.
#[inline(never)]
fn nearest<'a>(
    checkpoints: &'a Checkpoints,
    near: Option<&'a Moment>,
    frontier: &'a Moment,
    stop: Stop,
) -> &'a Moment {
    let by_time = stop.event == u64::MAX;
    let checkpoint =
        if by_time { checkpoints.before_time(stop.time) } else { checkpoints.at_or_before_event(stop.event) };
    let reaches = |m: &&Moment| if by_time { m.sim.now() <= stop.time } else { m.sim.events() <= stop.event };
    let others = near.into_iter().chain([frontier]).filter(reaches);
    others.fold(checkpoint, |best, m| if m.sim.events() > best.sim.events() { m } else { best })
}

/// Runs a moment on until it is near an event that is so far that a copy there is worth what copying takes, in events.
#[inline(never)]
fn leave_near(moment: &mut Moment, event: u64, stop: Stop, copying: u64) -> Option<Moment> {
    if event < moment.sim.events() + copying.max(4 * NEAR) {
        return None;
    }
    let Moment { sim, tracker } = &mut *moment;
    sim.run(&mut Watch::behind(tracker), Stop { event: event - NEAR, time: stop.time });
    Some(moment.clone())
}

impl certificate::Past for Run {
    fn before(&self, event: u64) -> Option<Sim> {
        Some(self.moment_at(event)).filter(|sim| sim.events() == event)
    }

    fn event(&self, event: u64) -> Option<EventView> {
        self.outline(event, event + 1).into_iter().find(|e| e.index == event)
    }

    fn decided_by(&self, node: NodeId, decision: &DecisionView, before: u64) -> Option<u64> {
        let same = |d: &&Decision| (d.node, d.slot, d.value) == (node, decision.slot, decision.value);
        self.decisions.iter().take_while(|d| d.event < before).find(same).map(|d| d.event)
    }
}

impl Run {
    /// Forgets everything at or after a time and continues under the scenario of `onto`.
    fn go_back_to(&mut self, since: Time, onto: &Sim) {
        self.checkpoints.cut(since, onto);
        if self.cursor.sim.now() < since {
            self.cursor.sim.rebase(onto);
            self.frontier = self.cursor.clone();
        } else {
            self.frontier = self.checkpoints.before_time(since).clone();
            self.cursor = self.frontier.clone();
        }
        (self.end, self.missed) = (None, None);
        let event = self.frontier.sim.events();
        self.times.truncate((event / NOTED) as usize);
        *self.near.get_mut() = None;
        self.decisions.truncate(self.decisions.partition_point(|d| d.event < event));
        self.marks.retain(|m| m.position.event <= event);
        self.verdicts.take_back(event, self.frontier.tracker.clone(), &self.decisions);
    }
}

/// The name of a node in prose.
pub(crate) fn in_prose(id: NodeId) -> String {
    replica_name(id)
}
