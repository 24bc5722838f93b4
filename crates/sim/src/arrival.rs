//! The end of a message's way: at its receiver's door, or lost.

use crate::observer::{Cause, Observer, Step};
use crate::peek::Loss;
use crate::queue::{Event, HELD, Packed, Tag, identity_index};
use crate::simulation::{Health, Simulation, Trigger};
use consensus_kernel::{Automaton, Duration};

impl<P: Automaton> Simulation<P> {
    /// A message reaches its receiver's door.
    #[inline(always)]
    pub(crate) fn arrive<O: Observer<P>>(&mut self, event: Packed, observer: &mut O, watched: u64) {
        if self.open && self.cells[event.to()].health == Health::Up {
            self.deliver(event, observer, watched);
        } else {
            self.arrive_late(event.event(), observer, watched);
        }
    }

    /// The same where something may be in its way.
    #[inline(never)]
    fn arrive_late<O: Observer<P>>(&mut self, event: Event, observer: &mut O, watched: u64) {
        let cell = &self.cells[event.to as usize];
        if cell.health != Health::Up {
            if cell.health == Health::Paused {
                self.cells[event.to as usize].held.push(Event { flags: event.flags | HELD, ..event });
            } else {
                self.lost(event, "the receiver is down", observer);
            }
            return;
        }
        if self.connectivity.any_blocked() {
            let from = identity_index(self.slab.get(event.payload).from, self.shape.n);
            if self.connectivity.is_blocked(from, self.identity_of(event.to as usize)) {
                return self.cut_off(event, observer);
            }
        }
        if self.network.cpu != Duration::ZERO {
            let cell = &mut self.cells[event.to as usize];
            let done = cell.busy_until.max(event.at).saturating_add(self.network.cpu.0);
            cell.busy_until = done;
            cell.inbox.push_back(Event { at: done, flags: event.flags | HELD, ..event });
            self.push(Event { at: done, tag: Tag::Ready, payload: 0, ..event });
            return;
        }
        self.deliver_late(event, observer, watched);
    }

    #[inline(never)]
    pub(crate) fn deliver_late<O: Observer<P>>(&mut self, event: Event, observer: &mut O, watched: u64) {
        self.metrics.delivered += 1;
        self.step(event.to as usize, Trigger::Deliver(event.into()), 0, observer, watched);
        self.slab.release(event.payload);
    }

    #[inline(always)]
    fn deliver<O: Observer<P>>(&mut self, event: Packed, observer: &mut O, watched: u64) {
        self.metrics.delivered += 1;
        self.step_here(event.to(), Trigger::Deliver(event), 0, observer, watched);
        self.slab.release(event.payload());
    }

    /// A message meets a cut link: the link layer tries again, or it is lost.
    fn cut_off<O: Observer<P>>(&mut self, event: Event, observer: &mut O) {
        if self.network.retransmit.is_some() {
            self.schedule_retry(event);
        } else {
            self.lost(event, "the link is cut", observer);
        }
    }

    pub(crate) fn lose_on_the_way<O: Observer<P>>(&mut self, event: Event, observer: &mut O) {
        const REASONS: [&str; 3] = ["the network lost it", "the link is cut", "it was dropped by hand"];
        let reason = (event.flags & 3) as usize;
        if reason < 2 && self.network.retransmit.is_some() {
            self.schedule_retry(event);
        } else {
            self.lost(event, REASONS[reason.min(2)], observer);
        }
    }

    /// A message is gone for good.
    pub(crate) fn lost<O: Observer<P>>(&mut self, event: Event, why: &'static str, observer: &mut O) {
        let facts = self.facts(&event);
        self.metrics.lost += 1;
        if self.losses.len() == Loss::REMEMBERED {
            self.losses.pop_front();
        }
        self.losses.push_back(Loss { facts, at: self.now });
        let number = self.events;
        self.events += 1;
        if O::RECORDS && observer.records() {
            let step = Step {
                event: number,
                at: self.now,
                node: Some(facts.to),
                second: event.to as usize >= self.shape.total,
                cause: Cause::Lost(facts, &*self.slab.get(event.payload).msg, why),
                cites: &[],
                rejected: None,
                decided: &[],
                sent: &[],
            };
            observer.step(self, &step);
        }
        self.slab.release(event.payload);
    }
}
