//! Timers of all instances. A timer that is set again later does not enter the queue again: its old event, when it
//! comes, is put back. So a timer that is reset at every message costs nothing in the queue.

use crate::queue::{Event, Tag};
use crate::simulation::Simulation;
use consensus_kernel::{Automaton, Duration, Time};
use core::hint::cold_path;

const NEVER: u64 = u64::MAX;

#[derive(Clone, Copy)]
struct Slot {
    /// When it runs out; [`NEVER`] if it is not set.
    deadline: u64,
    /// The earliest event in the queue that looks at it; [`NEVER`] if there is none.
    queued: u64,
    set_at: u64,
}

/// What to do with a timer's event.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Due {
    /// The timer runs out.
    Fire,
    /// Look again at that time.
    Later(u64),
    /// Nothing: the timer was stopped, or another event looks after it.
    Stale,
}

/// Timers of all instances, `per_instance` each.
#[derive(Clone)]
pub(crate) struct Timers {
    per_instance: usize,
    slots: Vec<Slot>,
}

impl Timers {
    pub fn new(instances: usize, per_instance: usize) -> Self {
        let unset = Slot { deadline: NEVER, queued: NEVER, set_at: 0 };
        Self { per_instance, slots: vec![unset; instances * per_instance] }
    }

    /// Sets a timer. True if an event at `deadline` must be pushed.
    #[inline]
    pub fn set(&mut self, instance: usize, timer: usize, now: Time, deadline: u64) -> bool {
        let slot = &mut self.slots[instance * self.per_instance + timer];
        slot.deadline = deadline;
        slot.set_at = now.0;
        let push = slot.queued > deadline;
        if push {
            slot.queued = deadline;
        }
        push
    }

    #[inline]
    pub fn cancel(&mut self, instance: usize, timer: usize) {
        self.slots[instance * self.per_instance + timer].deadline = NEVER;
    }

    pub fn cancel_all(&mut self, instance: usize) {
        for timer in 0..self.per_instance {
            self.cancel(instance, timer);
        }
    }

    /// Judges a timer's event that came out of the queue at `at`.
    #[inline]
    pub fn due(&mut self, instance: usize, timer: usize, at: u64) -> Due {
        let slot = &mut self.slots[instance * self.per_instance + timer];
        if slot.queued != at {
            return Due::Stale;
        }
        slot.queued = NEVER;
        if slot.deadline == NEVER {
            Due::Stale
        } else if slot.deadline > at {
            slot.queued = slot.deadline;
            Due::Later(slot.deadline)
        } else {
            slot.deadline = NEVER;
            Due::Fire
        }
    }

    /// Notes that a held event was put back at another time.
    pub fn requeued(&mut self, held: &Event, now: u64) {
        if held.tag == Tag::Timer {
            let slot = &mut self.slots[held.to as usize * self.per_instance + held.payload as usize];
            if slot.queued == held.at {
                slot.queued = now;
            }
        }
    }

    /// Whether a timer is set: when it was, and when it runs out.
    pub fn get(&self, instance: usize, timer: usize) -> Option<(Time, Time)> {
        let slot = &self.slots[instance * self.per_instance + timer];
        (slot.deadline != NEVER).then_some((Time(slot.set_at), Time(slot.deadline)))
    }

    /// Whether it is the event at this time that looks after a timer that is set.
    pub fn is_looked_after(&self, instance: usize, timer: usize, at: u64) -> bool {
        let slot = &self.slots[instance * self.per_instance + timer];
        slot.deadline != NEVER && slot.queued == at
    }

    pub fn per_instance(&self) -> usize {
        self.per_instance
    }
}

impl<P: Automaton> Simulation<P> {
    /// Sets one node's timer, by its own clock.
    #[inline]
    pub(crate) fn set_timer(&mut self, instance: usize, timer: P::Timer, after: Duration) {
        let real = match self.cells[instance].skew {
            None => after.0,
            // A clock that runs at twice the rate lets the same span pass in half the time.
            Some(rate) => {
                cold_path();
                after.0.saturating_mul(u64::from(rate.den())) / u64::from(rate.num()).max(1)
            }
        };
        let deadline = match self.is_scheduled() {
            true => {
                cold_path();
                self.hold()
            }
            false => self.now.0.saturating_add(real).min(u64::MAX - 1),
        };
        if self.timers.set(instance, P::place(timer), self.now, deadline) {
            self.push(Event {
                at: deadline,
                seq: 0,
                payload: P::place(timer) as u32,
                nth: 0,
                to: instance as u16,
                tag: Tag::Timer,
                flags: 0,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_is_pushed_back_fires_once_and_at_its_last_deadline() {
        let mut timers = Timers::new(1, 1);
        assert!(timers.set(0, 0, Time(0), 10), "enters the queue");
        assert!(!timers.set(0, 0, Time(5), 15), "already has an earlier event");
        assert_eq!(timers.due(0, 0, 10), Due::Later(15));
        assert_eq!(timers.due(0, 0, 15), Due::Fire);
        assert_eq!(timers.due(0, 0, 15), Due::Stale);
    }

    #[test]
    fn a_timer_that_is_brought_forward_leaves_a_stale_event() {
        let mut timers = Timers::new(1, 1);
        assert!(timers.set(0, 0, Time(0), 10));
        assert!(timers.set(0, 0, Time(1), 4));
        assert_eq!(timers.due(0, 0, 4), Due::Fire);
        assert_eq!(timers.due(0, 0, 10), Due::Stale);
    }

    #[test]
    fn a_stopped_timer_does_not_fire() {
        let mut timers = Timers::new(2, 1);
        timers.set(1, 0, Time(0), 10);
        timers.cancel(1, 0);
        assert_eq!(timers.due(1, 0, 10), Due::Stale);
        assert_eq!(timers.get(1, 0), None);
    }
}
