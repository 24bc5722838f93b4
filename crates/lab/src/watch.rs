//! What is noted once, when the frontier first passes: verdicts, decisions, marks.

use crate::checkpoints::Sim;
use crate::view::{Mark, MarkKind, Position};
use consensus_check::{Tracker, Verdicts};
use consensus_kernel::{AnyNode, Automaton, Meta, NodeId, Slot};
use consensus_scenario::describe_action;
use consensus_sim::{Decision, Observer, Step};

/// Most decisions that a session remembers one by one.
const DECISIONS_MAX: usize = 1 << 20;
/// Most marks of one run; later ones are left out.
const MARKS_MAX: usize = 4_096;

/// Watches a run. At the frontier it judges and notes; behind it, only the tracker follows, or every event that passes is
/// handed to somebody. One type serves all: each type of observer costs the page a copy of the simulator.
pub(crate) struct Watch<'a> {
    tracker: Option<&'a mut Tracker>,
    front: Option<Front<'a>>,
    each: Option<&'a mut Each<'a>>,
}

/// Whom every event is handed to.
pub(crate) type Each<'a> = dyn FnMut(&Sim, &Step<'_, AnyNode>) + 'a;

/// What is noted where the run is new.
struct Front<'a> {
    meta: &'static Meta,
    verdicts: &'a mut Verdicts,
    /// Nothing is noted where a run is only judged.
    notes: Option<(&'a mut Vec<Decision>, &'a mut Vec<Mark>)>,
    milestones: u64,
    highest: u64,
}

impl<'a> Watch<'a> {
    /// Behind the frontier.
    pub fn behind(tracker: &'a mut Tracker) -> Self {
        Self { tracker: Some(tracker), front: None, each: None }
    }

    /// Hands every event to somebody.
    pub fn recording(each: &'a mut Each<'a>) -> Self {
        Self { tracker: None, front: None, each: Some(each) }
    }

    /// At the frontier.
    pub fn at_front(
        sim: &Sim,
        tracker: &'a mut Tracker,
        verdicts: &'a mut Verdicts,
        decisions: &'a mut Vec<Decision>,
        marks: &'a mut Vec<Mark>,
    ) -> Self {
        let meta = sim.scenario().meta;
        let milestones = AnyNode::milestones(sim.config()).iter().fold(0, |set, rule| set | 1 << rule);
        let highest = verdicts.tracker.highest();
        let front = Front { meta, verdicts, notes: Some((decisions, marks)), milestones, highest };
        Self { tracker: Some(tracker), front: Some(front), each: None }
    }

    /// Judges only.
    pub fn judging(meta: &'static Meta, verdicts: &'a mut Verdicts) -> Self {
        let front = Front { meta, verdicts, notes: None, milestones: 0, highest: Slot::MAX };
        Self { tracker: None, front: Some(front), each: None }
    }
}

impl Front<'_> {
    fn mark(&mut self, position: Position, kind: MarkKind, label: String) {
        if let Some((_, marks)) = &mut self.notes
            && marks.len() < MARKS_MAX
        {
            marks.push(Mark { position, kind, label });
        }
    }
}

/// A node's name in prose.
pub(crate) fn replica_name(id: NodeId) -> String {
    if id.is_client() { format!("client {id}") } else { format!("node {id}") }
}

impl Front<'_> {
    fn decided(&mut self, d: &Decision) {
        self.verdicts.note(d);
        if let Some((decisions, _)) = &mut self.notes
            && decisions.len() < DECISIONS_MAX
        {
            decisions.push(*d);
        }
        if !d.byzantine && !d.node.is_client() && d.slot > self.highest {
            self.highest = d.slot;
            let label =
                format!("{} decides {} {}: {}", replica_name(d.node), self.meta.slot, d.slot, d.value);
            self.mark(Position { event: d.event + 1, at: d.at }, MarkKind::Decision, label);
        }
    }

    fn cited(&mut self, sim: &Sim, node: NodeId, rules: u64) {
        let judged = rules & self.verdicts.watched();
        if judged != 0 {
            self.verdicts.cited(sim, node, judged);
        }
        let reached = rules & self.milestones;
        if reached != 0
            && let Some(rule) = self.meta.rules.get(reached.trailing_zeros() as usize)
            && let Some(copy) = sim.copies(node).first()
        {
            let round = copy.face(sim.config()).round;
            let label = format!("{} {} ({} {round})", replica_name(node), rule.what(), self.meta.round);
            self.mark(Position { event: sim.events(), at: sim.now() }, MarkKind::Leader, label);
        }
    }

    fn acted(&mut self, sim: &Sim, action: usize) {
        self.verdicts.acted(sim, action);
        if self.notes.is_none() {
            return;
        }
        let scenario = sim.scenario();
        let label = describe_action(scenario.meta, &scenario.script[action].action);
        self.mark(Position { event: sim.events(), at: sim.now() }, MarkKind::Fault, label);
    }
}

impl Observer<AnyNode> for Watch<'_> {
    const RECORDS: bool = true;

    fn records(&self) -> bool {
        self.each.is_some()
    }

    fn step(&mut self, sim: &Sim, step: &Step<'_, AnyNode>) {
        if let Some(each) = &mut self.each {
            each(sim, step);
        }
    }

    fn watched_rules(&self) -> u64 {
        self.front.as_ref().map_or(0, |front| front.verdicts.watched() | front.milestones)
    }

    fn decided(&mut self, d: &Decision) {
        if let Some(tracker) = &mut self.tracker {
            tracker.note(d);
        }
        if let Some(front) = &mut self.front {
            front.decided(d);
        }
    }

    fn cited(&mut self, sim: &Sim, node: NodeId, rules: u64) {
        if let Some(front) = &mut self.front {
            front.cited(sim, node, rules);
        }
    }

    fn acted(&mut self, sim: &Sim, action: usize) {
        if let Some(front) = &mut self.front {
            front.acted(sim, action);
        }
    }
}
