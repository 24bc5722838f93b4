//! What the script, or the visitor's hand, does to a run.

use crate::observer::{Cause, Observer, Step};
use crate::queue::{Event, Tag, identity_index};
use crate::simulation::{Health, Simulation};
use consensus_kernel::{Automaton, NodeId};
use consensus_scenario::Action;

impl<P: Automaton> Simulation<P> {
    /// Carries out one action of the script.
    pub(crate) fn act<O: Observer<P>>(&mut self, index: usize, observer: &mut O) {
        let number = self.events;
        self.events += 1;
        let action = self.fixed.scenario.script[index].action.clone();
        if O::RECORDS && observer.records() {
            let step = Step {
                event: number,
                at: self.now,
                node: None,
                second: false,
                cause: Cause::Action(index),
                cites: &[],
                rejected: None,
                decided: &[],
                sent: &[],
            };
            observer.step(self, &step);
        }
        match action {
            Action::Crash(id) => self.crash(id),
            Action::Restart(id) => self.restart(id, true),
            Action::Amnesia(id) => self.restart(id, false),
            Action::Pause(id) => self.pause(id),
            Action::Resume(id) => self.resume(id),
            Action::Partition(groups) => {
                let identities = self.fixed.identities.clone();
                self.connectivity.partition(&groups, &identities);
            }
            Action::Block(from, to) => {
                for a in from.iter() {
                    for b in to.iter() {
                        self.block(a, b, true);
                    }
                }
            }
            Action::Cut(a, b) => {
                self.block(a, b, true);
                self.block(b, a, true);
            }
            Action::Mend(a, b) => {
                self.block(a, b, false);
                self.block(b, a, false);
            }
            Action::Heal => self.connectivity.heal(),
            Action::Loss(loss) => self.network.loss = loss,
            Action::Latency(latency) => self.network.latency = latency,
            Action::Propose(client) => {
                if let Some(instance) = self.instances_of(client).next().filter(|_| client.is_client()) {
                    self.follow(Tag::Asked, instance, 0, 0);
                }
            }
            Action::Fire(id, timer) => self.fire_by_hand(id, timer),
            Action::Command(id, ..) => {
                for (k, instance) in self.instances_of(id).enumerate() {
                    self.follow(Tag::Told, instance, index as u32, k as u32);
                }
            }
            Action::Message(name, fate) => self.fate(name, fate),
        }
        self.choose_path();
        observer.acted(self, index);
    }

    fn block(&mut self, from: NodeId, to: NodeId, blocked: bool) {
        let (a, b) = (identity_index(from, self.shape.n), identity_index(to, self.shape.n));
        if a < self.shape.total && b < self.shape.total && a != b {
            self.connectivity.set(a, b, blocked);
        }
    }

    /// The node stops: its timers are gone, and so is what it was handling.
    fn crash(&mut self, id: NodeId) {
        for instance in self.instances_of(id) {
            let cell = &mut self.cells[instance];
            if cell.health == Health::Crashed {
                continue;
            }
            cell.health = Health::Crashed;
            cell.busy_until = 0;
            let waiting: Vec<Event> = cell.inbox.drain(..).chain(cell.held.drain(..)).collect();
            self.timers.cancel_all(instance);
            for event in waiting {
                match event.tag {
                    Tag::Deliver => {
                        self.metrics.lost += 1;
                        self.slab.release(event.payload);
                    }
                    // A held timer's event goes back so that the timer table knows it is gone.
                    Tag::Timer => self.put_back(event),
                    // Its user is not down.
                    Tag::Asked => self.cells[instance].held.push(event),
                    _ => {}
                }
            }
        }
    }

    /// Crashed nodes come back, in the events that follow.
    fn restart(&mut self, id: NodeId, keep_disk: bool) {
        for (k, instance) in self.instances_of(id).enumerate() {
            if self.cells[instance].health == Health::Crashed {
                self.follow(Tag::Back, instance, u32::from(keep_disk), k as u32);
            }
        }
    }

    /// The `k`-th event right behind this one.
    fn follow(&mut self, tag: Tag, instance: usize, payload: u32, k: u32) {
        let (at, to) = (self.now.0, instance as u16);
        self.queue.push(Event { at, seq: k, payload, nth: 0, to, tag, flags: 0 });
    }

    fn pause(&mut self, id: NodeId) {
        for instance in self.instances_of(id) {
            let cell = &mut self.cells[instance];
            if cell.health == Health::Up {
                cell.health = Health::Paused;
            }
        }
    }

    fn resume(&mut self, id: NodeId) {
        for instance in self.instances_of(id) {
            let cell = &mut self.cells[instance];
            if cell.health != Health::Paused {
                continue;
            }
            cell.health = Health::Up;
            for event in core::mem::take(&mut cell.held) {
                self.put_back(event);
            }
        }
    }

    /// Puts a held event back into the queue, now.
    pub(crate) fn put_back(&mut self, event: Event) {
        self.timers.requeued(&event, self.now.0);
        self.push_at(Event { at: self.now.0, ..event });
    }

    /// Lets all timers of this name that are set on the node run out now.
    fn fire_by_hand(&mut self, id: NodeId, name: usize) {
        let Some(name) = self.fixed.scenario.meta.timers.get(name) else { return };
        for instance in self.instances_of(id) {
            for timer in 0..self.timers.per_instance() {
                if P::timer_name(&self.fixed.config, timer) == *name {
                    self.run_out_now(instance, timer);
                }
            }
        }
    }

    /// Lets a timer run out now, if it is set.
    pub(crate) fn run_out_now(&mut self, instance: usize, timer: usize) {
        let set = self.timers.get(instance, timer).is_some();
        if set && self.timers.set(instance, timer, self.now, self.now.0) {
            let (payload, to) = (timer as u32, instance as u16);
            self.push(Event { at: self.now.0, seq: 0, payload, nth: 0, to, tag: Tag::Timer, flags: 0 });
        }
    }
}
