//! Looking at a run without touching it: messages under way, timers, what comes next.

use crate::MessageFacts;
use crate::queue::{Event, Tag, identity_index};
use crate::simulation::{Health, NO_TWIN, Simulation};
use consensus_kernel::{Automaton, NodeId, Time, Value, sort_by_number};
use consensus_scenario::MessageName;

/// A message under way, with its body.
pub struct InFlight<'a, P: Automaton> {
    /// How it travels.
    pub facts: MessageFacts,
    /// What it says.
    pub msg: &'a P::Msg,
}

/// A message that was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Loss {
    /// How it travelled.
    pub facts: MessageFacts,
    /// When it was lost.
    pub at: Time,
}

impl Loss {
    /// How many of the latest losses a run remembers.
    pub const REMEMBERED: usize = 64;
}

/// A timer that is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimerFacts {
    /// Its name.
    pub name: &'static str,
    /// When it was set.
    pub set_at: Time,
    /// When it runs out.
    pub due: Time,
}

/// One thing that will happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// When.
    pub due: Time,
    /// To whom; none for what happens to the network.
    pub node: Option<NodeId>,
    /// What.
    pub what: PendingWhat,
}

/// What will happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PendingWhat {
    /// A node starts, or comes back.
    Start,
    /// A message arrives (or is lost by then, which nobody can know yet).
    Deliver(MessageFacts),
    /// A timer of this name runs out.
    Fire(&'static str),
    /// A client is handed this value.
    Propose(Value),
    /// An action of the script.
    Action(usize),
}

impl<P: Automaton> Simulation<P> {
    /// Calls `f` for every message under way. A message that will be lost is shown with the arrival it would have had.
    pub fn in_flight(&self, mut f: impl FnMut(InFlight<'_, P>)) {
        let oldest = self.oldest_held();
        let waiting = self.cells.iter().flat_map(|c| c.inbox.iter().chain(&c.held)).copied();
        for event in self.queue.iter().chain(waiting) {
            if matches!(event.tag, Tag::Deliver | Tag::Lost) {
                let mut facts = self.facts_shown(&event);
                facts.held |= oldest == Some(event.seq);
                f(InFlight { facts, msg: &self.slab.get(event.payload).msg });
            }
        }
    }

    /// The message under way that carries this name.
    pub fn find_message(&self, name: &MessageName) -> Option<InFlight<'_, P>> {
        let waiting = self.cells.iter().flat_map(|c| c.inbox.iter().chain(&c.held)).copied();
        let event = self.queue.iter().chain(waiting).find(|e| self.carries(e, name))?;
        Some(InFlight { facts: self.facts_shown(&event), msg: &self.slab.get(event.payload).msg })
    }

    fn facts_shown(&self, event: &Event) -> MessageFacts {
        let mut facts = self.facts(event);
        if event.tag == Tag::Lost {
            // It is drawn as if it would arrive: about twice as far as the place of loss.
            facts.due = Time(facts.sent.0 + facts.due.since(facts.sent).0.saturating_mul(9) / 5);
        } else if self.is_scheduled() {
            facts.due = self.hover(event, facts.sent);
        }
        facts
    }

    /// The latest losses, oldest first.
    pub fn losses(&self) -> impl Iterator<Item = &Loss> {
        self.losses.iter()
    }

    /// A node's timers that are set.
    pub fn timers(&self, id: NodeId) -> Vec<TimerFacts> {
        let mut found = Vec::new();
        for instance in self.instances_of(id) {
            for timer in 0..self.timers.per_instance() {
                if let Some((set_at, due)) = self.timers.get(instance, timer) {
                    found.push(TimerFacts { name: P::timer_name(self.config(), timer), set_at, due });
                }
            }
        }
        found
    }

    /// The state of a node: one, or two for a twin.
    pub fn copies(&self, id: NodeId) -> Vec<&P> {
        self.instances_of(id).map(|i| &self.cells[i].node).collect()
    }

    /// Whether a node runs.
    pub fn health(&self, id: NodeId) -> Health {
        self.instances_of(id).next().map_or(Health::Crashed, |i| self.cells[i].health)
    }

    /// Whether a node ever came back without its disk.
    pub fn lost_disk(&self, id: NodeId) -> bool {
        self.instances_of(id).any(|i| self.cells[i].lost_disk)
    }

    /// How often a node has decided.
    pub fn decided(&self, id: NodeId) -> u64 {
        self.instances_of(id).next().map_or(0, |i| self.cells[i].decided)
    }

    /// Whether what one node sends now gets to another: no link between them is cut.
    pub fn reaches(&self, from: NodeId, to: NodeId) -> bool {
        let place = |id| identity_index(id, self.shape.n);
        !self.connectivity.is_blocked(place(from), place(to))
    }

    /// Whether anything is cut.
    pub fn is_partitioned(&self) -> bool {
        self.connectivity.any_blocked()
    }

    /// Whether a node has two copies.
    pub fn is_twin(&self, id: NodeId) -> bool {
        self.fixed.second.get(identity_index(id, self.shape.n)).is_some_and(|s| *s != NO_TWIN)
    }

    /// The next things to happen, soonest first, at most so many.
    pub fn pending(&self, most: usize) -> Vec<Pending> {
        let relevant = self.queue.iter().filter(|e| self.will_matter(e));
        // By the view's time: a timer that was pushed back is looked after by an event before it is due.
        let mut soonest: Vec<(Pending, u32)> = relevant.map(|e| (self.pending_view(&e), e.seq)).collect();
        sort_by_number(&mut soonest, |(_, seq)| (*seq).into());
        sort_by_number(&mut soonest, |(pending, _)| pending.due.0);
        soonest.truncate(most);
        soonest.into_iter().map(|(pending, _)| pending).collect()
    }

    fn will_matter(&self, event: &Event) -> bool {
        match event.tag {
            Tag::Timer => self.timers.is_looked_after(event.to as usize, event.payload as usize, event.at),
            Tag::Ready | Tag::Retry | Tag::Tick => false,
            _ => true,
        }
    }

    fn pending_view(&self, event: &Event) -> Pending {
        let instance = event.to as usize;
        let node = Some(self.fixed.identities[instance]);
        match event.tag {
            Tag::Timer => {
                let due =
                    self.timers.get(instance, event.payload as usize).map_or(event.time(), |(_, due)| due);
                Pending {
                    due,
                    node,
                    what: PendingWhat::Fire(P::timer_name(self.config(), event.payload as usize)),
                }
            }
            Tag::Request | Tag::Asked => {
                let client = self.fixed.identities[instance].index();
                let value = Value::request(client, self.proposed[client] + 1);
                Pending { due: event.time(), node, what: PendingWhat::Propose(value) }
            }
            Tag::Action | Tag::Told => {
                Pending { due: event.time(), node: None, what: PendingWhat::Action(event.payload as usize) }
            }
            Tag::Start | Tag::Back | Tag::Tick => {
                Pending { due: event.time(), node, what: PendingWhat::Start }
            }
            Tag::Deliver | Tag::Lost | Tag::Retry | Tag::Ready => {
                let facts = self.facts_shown(event);
                Pending { due: facts.due, node, what: PendingWhat::Deliver(facts) }
            }
        }
    }
}
