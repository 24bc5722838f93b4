//! When a replica's timers run: a backup watches the primary for the sake of one request (§4.4), and whoever is stuck, or
//! believes another to be, asks for what is missing.

use super::tables::TIMER_DOUBLING;
use super::{Pbft, Replica, Timer};
use consensus_kernel::{Cx, Duration, Value};
use serde::Serialize;

/// The timer is doubled at most so often.
pub(super) const DOUBLINGS_MAX: u32 = 20;

/// What a backup's request timer runs for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub(super) enum Awaited {
    /// A client's request.
    Request(Value),
    /// What the primary has ordered under this number: the request came with the order.
    Sequence(u64),
}

impl Replica {
    /// How long this replica waits now: T, doubled with each view that led to nothing.
    pub(super) fn patience(&self, cx: &Cx<'_, Pbft>) -> Duration {
        let doubled = if cx.holds(TIMER_DOUBLING) { self.failed_views } else { 0 };
        cx.config.timeout.times(1 << doubled)
    }

    /// Whether something waits to be executed.
    #[inline]
    fn has_work(&self) -> bool {
        (self.accepted > self.executed) | !self.pending.is_empty()
    }

    /// Whether this replica cannot go on by itself.
    #[inline]
    pub(super) fn is_stuck(&self) -> bool {
        !self.active | self.has_work() | self.stable_ahead.is_some() | (self.low > self.executed)
    }

    /// Sets and stops the timers as the state after a step demands: a backup's request timer runs while something waits
    /// to be executed, stops when that very request is, and starts again if another waits (§4.4); the status timer runs
    /// while this replica is stuck or another may be.
    #[inline]
    pub(super) fn settle(&mut self, executed_before: u64, cx: &mut Cx<'_, Pbft>) {
        if self.executed != executed_before {
            self.unaware = self.aware.iter().filter(|known| **known < self.executed).count();
            self.quiet = 0;
        }
        let watches = self.active & (self.primary != self.me) & cx.config.is_member(self.me);
        let goes_on = match self.awaited {
            None => !(watches & self.has_work()),
            Some(awaited) => watches && self.still_waits_for(awaited),
        };
        let restless = self.is_stuck() | (self.unaware > 0) | self.hinted;
        if !goes_on {
            self.set_request_timer(watches, cx);
        }
        if restless != self.status_timer {
            self.set_status_timer(restless, cx);
        }
    }

    #[inline]
    fn still_waits_for(&self, awaited: Awaited) -> bool {
        match awaited {
            Awaited::Request(value) => self.pending.iter().any(|request| request.body().value == value),
            Awaited::Sequence(sequence) => sequence > self.executed,
        }
    }

    /// The oldest request that came here is next, so that each has its turn; after those, what the primary has ordered.
    #[inline(never)]
    fn set_request_timer(&mut self, watches: bool, cx: &mut Cx<'_, Pbft>) {
        let next = match self.pending.first() {
            _ if !watches => None,
            Some(request) => Some(Awaited::Request(request.body().value)),
            None => (self.accepted > self.executed).then(|| Awaited::Sequence(self.executed + 1)),
        };
        if next.is_some() {
            cx.set_timer(Timer::Request, self.patience(cx));
        } else if self.awaited.is_some() {
            cx.cancel_timer(Timer::Request);
        }
        self.awaited = next;
    }

    #[inline(never)]
    fn set_status_timer(&mut self, restless: bool, cx: &mut Cx<'_, Pbft>) {
        if restless {
            cx.set_timer(Timer::Status, Duration((cx.config.timeout.0 / 2).max(1) << self.quiet));
            self.executed_at_status = self.executed;
        } else {
            cx.cancel_timer(Timer::Status);
        }
        self.status_timer = restless;
    }
}
