//! Moments of a run to go back to, evenly spaced in events, within a bound in number and in bytes.

use consensus_check::Tracker;
use consensus_kernel::{AnyNode, Time};
use consensus_sim::Simulation;

/// Events between checkpoints at first.
const INTERVAL: u64 = 1_024;
/// At most so many checkpoints; beyond that every second one is given up and the interval doubles.
const COUNT_MAX: usize = 64;
/// Copying this many bytes takes about as long as one event: moments are as far apart as copying one is worth.
const BYTES_PER_EVENT: usize = 512;
/// The same of bytes that lie in one piece.
const PLAIN_BYTES_PER_EVENT: usize = 8_192;
/// At most so many bytes, roughly.
const BYTES_MAX: usize = 96 << 20;

/// A simulation, whatever its protocol.
pub(crate) type Sim = Simulation<AnyNode>;

/// A moment of a run.
#[derive(Clone)]
pub(crate) struct Moment {
    pub sim: Sim,
    pub tracker: Tracker,
}

/// Moments to go back to, oldest first; the beginning is always among them.
pub(crate) struct Checkpoints {
    moments: Vec<Moment>,
    interval: u64,
    bytes: usize,
    copying: u64,
}

impl Checkpoints {
    pub fn new(beginning: Moment) -> Self {
        Self { moments: vec![beginning], interval: INTERVAL, bytes: 0, copying: 0 }
    }

    /// How many events after `from` the next checkpoint is due.
    pub fn next_due(&self, from: u64) -> u64 {
        (from / self.interval + 1) * self.interval
    }

    /// From how many events on it is quicker to copy a moment than to get there event by event.
    pub fn worth_a_copy(&self) -> u64 {
        self.interval / 4
    }

    /// How many events copying a moment takes about as long as.
    pub fn copying(&self) -> u64 {
        self.copying
    }

    /// Keeps this moment if one is due.
    pub fn offer(&mut self, moment: &Moment) {
        let last = self.moments.last().map_or(0, |m| m.sim.events());
        let event = moment.sim.events();
        if event < last + self.interval {
            return;
        }
        let (bytes, plain) = (moment.sim.estimated_bytes(), moment.sim.plain_bytes());
        self.copying = ((bytes - plain) / BYTES_PER_EVENT + plain / PLAIN_BYTES_PER_EVENT) as u64;
        while self.interval < self.copying {
            self.interval *= 2;
        }
        if event < last + self.interval {
            return;
        }
        self.bytes += bytes;
        self.moments.push(moment.clone());
        if self.moments.len() > COUNT_MAX || (self.bytes > BYTES_MAX && self.moments.len() > 2) {
            self.thin();
        }
    }

    fn thin(&mut self) {
        let mut place = 0;
        self.moments.retain(|_| {
            place += 1;
            place % 2 == 1
        });
        self.interval *= 2;
        self.bytes /= 2;
    }

    /// The latest moment at which at most so many events had happened.
    pub fn at_or_before_event(&self, event: u64) -> &Moment {
        let place = self.moments.partition_point(|m| m.sim.events() <= event);
        &self.moments[place.saturating_sub(1)]
    }

    /// The latest moment strictly before a time; the beginning, if none is.
    pub fn before_time(&self, at: Time) -> &Moment {
        let place = self.moments.partition_point(|m| m.sim.now() < at);
        &self.moments[place.saturating_sub(1)]
    }

    /// Gives up all moments at or after a time but the beginning, and puts the rest under another scenario.
    pub fn cut(&mut self, at: Time, onto: &Sim) {
        let keep = self.moments.partition_point(|m| m.sim.now() < at).max(1);
        self.bytes = self.bytes / self.moments.len() * keep;
        self.moments.truncate(keep);
        for moment in &mut self.moments {
            moment.sim.rebase(onto);
        }
    }
}
