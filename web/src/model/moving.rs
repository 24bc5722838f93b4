//! How the cursor moves: by itself while time passes, and by hand.

use super::{Model, Selection, Tab};
use consensus_kernel::{Duration, Time};
use consensus_lab::telling;
use consensus_lab::view::{MarkKind, Position};
use consensus_scenario::{Latency, Scenario};

/// Silence, in which only timers run, passes so many times as fast.
const HURRY: f64 = 8.0;

/// While time passes an explanation stays at least this long, in real ms.
const TELL_MS: f64 = 1_200.0;

impl Model {
    /// Lets real time pass. True if the cursor has moved.
    pub fn pass(&mut self, real_ms: f64) -> bool {
        if !self.playing || !self.on_screen {
            return false;
        }
        let from = Position { event: self.session().position().event, at: Time(self.clock_us as u64) };
        self.clock_us += self.virtual_step(real_ms);
        if let Some(end) = self.end()
            && self.clock_us >= end.0 as f64
        {
            self.clock_us = end.0 as f64;
            self.playing = false;
        }
        self.studio.session_mut().seek_time(Time(self.clock_us as u64));
        self.stop_behind(from);
        self.watch_running_mission();
        self.studio.note_seen();
        self.seek_rivals();
        self.told_for_ms += real_ms;
        if self.told_for_ms >= TELL_MS || self.told_event.is_none() {
            self.told_event = self.telling_event();
            self.told_for_ms = 0.0;
        }
        true
    }

    /// How much virtual time passes in a span of real time: more while nothing is under way, up to the next event.
    fn virtual_step(&mut self, real_ms: f64) -> f64 {
        let step = real_ms * self.speed / 1_000.0;
        if self.contest.is_some() {
            return step;
        }
        self.studio.session().flights(&mut self.flights);
        if !self.flights.is_empty() {
            return step;
        }
        let next = self.session().pending(1).first().map(|p| p.due.0 as f64 - self.clock_us);
        next.map_or(step, |left| (step * HURRY).min(left.max(step)))
    }

    /// The time of the run's last moment, once it is known.
    pub fn end(&self) -> Option<Time> {
        let session = self.session();
        let end = session.end().map(|_| session.frontier().at)?;
        match &self.contest {
            Some(contest) => contest.end().map(|last| last.max(end)),
            None => Some(end),
        }
    }

    /// Whether there is nothing left to play.
    pub fn at_end(&self) -> bool {
        let session = self.session();
        let over = session.position().event >= session.frontier().event;
        over && self.end().is_some_and(|end| self.clock_us >= end.0 as f64)
    }

    /// Starts or stops the passing of time; at the end it starts over.
    pub fn toggle_play(&mut self) {
        self.sought_us = None;
        self.playing = !self.playing;
        if self.playing && self.at_end() {
            self.seek_time(0.0);
        }
        self.forget_event();
    }

    /// Puts the cursor behind this many events.
    pub fn seek_event(&mut self, event: u64) {
        self.studio.session_mut().seek_event(event);
        self.clock_us = self.session().position().at.0 as f64;
        self.moved();
    }

    /// Where the cursor stands, as `start` of a link: the time, or, where more happens at this very time, so many events.
    pub fn moment(&self) -> String {
        let (session, at_us) = (self.session(), self.clock_us as u64);
        let event = session.position().event;
        match at_us {
            _ if session.event_at(Time(at_us + 1)) > event => event.to_string(),
            // A bare 0 is a number of events.
            0 => "0us".to_owned(),
            _ => Duration(at_us).to_string(),
        }
    }

    /// Puts the cursor at a time, in microseconds.
    pub fn seek_time(&mut self, at_us: f64) {
        let last = self.end().unwrap_or(self.scenario().until).0 as f64;
        self.clock_us = at_us.max(0.0).min(last);
        self.studio.session_mut().seek_time(Time(self.clock_us as u64));
        self.moved();
    }

    /// To a time; beyond what is known of the run, when that is known.
    pub fn go_to_time(&mut self, at_us: f64) {
        let known_us = self.known_us().filter(|known_us| at_us > *known_us);
        self.seek_time(known_us.unwrap_or(at_us));
        self.sought_us = known_us.map(|_| at_us);
    }

    /// How far all runs are known; none once they are to their ends.
    fn known_us(&self) -> Option<f64> {
        let open = (0..self.contestants()).map(|who| self.contestant(who)).filter(|s| s.end().is_none());
        open.map(|session| session.frontier().at.0).min().map(|us| us as f64)
    }

    /// Goes on to the time that was asked for once it is known. True if it was.
    pub fn arrive(&mut self) -> bool {
        let known = |at_us: &f64| self.known_us().is_none_or(|known_us| known_us >= *at_us);
        let Some(at_us) = self.sought_us.filter(known) else { return false };
        self.seek_time(at_us);
        true
    }

    /// One event on or back; time stops passing.
    pub fn step(&mut self, on: bool) {
        self.playing = false;
        let event = self.session().position().event;
        if on && self.session().end().is_some() && event >= self.session().frontier().event {
            // What runs beside it may go on.
            return self.seek_last();
        }
        self.seek_event(if on { event + 1 } else { event.saturating_sub(1) });
    }

    /// On or back to where a leader, a decision or a violation appears; else to the end or the beginning.
    pub fn step_round(&mut self, on: bool) {
        self.playing = false;
        let here = self.session().position();
        let marks = self.session().marks();
        let mut places = marks.iter().filter(|m| m.kind != MarkKind::Fault).map(|m| m.position);
        let goal = if on { places.find(|p| *p > here) } else { places.rfind(|p| *p < here) };
        match goal {
            Some(goal) => {
                self.seek_event(goal.event);
                // A deadline passes after the last event before it.
                if goal.at > self.session().position().at {
                    self.seek_time(goal.at.0 as f64);
                }
            }
            None if on => self.seek_last(),
            None => self.seek_event(0),
        }
    }

    /// To the last moment, when that is known.
    pub fn seek_last(&mut self) {
        self.playing = false;
        let Some(end) = self.end() else { return self.go_to_time(self.scenario().until.0 as f64) };
        self.seek_event(self.session().frontier().event);
        self.seek_time(end.0 as f64);
    }

    /// Shows an event: the cursor goes behind it, and its explanation opens.
    pub fn show_event(&mut self, event: u64) {
        self.playing = false;
        self.seek_event(event + 1);
        self.selection = Some(Selection::Event(event));
        self.tab = Tab::Why;
    }

    /// The event to explain: the one pointed at, else the last one at the cursor.
    pub fn explained_event(&self) -> Option<u64> {
        match self.selection {
            Some(Selection::Event(event)) => Some(event),
            _ if self.playing => self.told_event,
            _ => self.telling_event(),
        }
    }

    /// Among the last events at the cursor, the one that tells most; while it stands still, the last.
    pub(super) fn telling_event(&self) -> Option<u64> {
        const LOOK_BACK: u64 = 12;
        let to = self.session().position().event;
        if !self.playing {
            return to.checked_sub(1);
        }
        telling(&self.session().outline(to.saturating_sub(LOOK_BACK), to))
    }

    pub(super) fn moved(&mut self) {
        self.sought_us = None;
        self.watch_mission();
        self.studio.note_seen();
        self.seek_rivals();
        self.forget_event();
    }

    pub(super) fn forget_event(&mut self) {
        if let Some(Selection::Event(_)) = self.selection {
            self.selection = None;
        }
        self.told_event = None;
        self.told_for_ms = 0.0;
    }
}

/// A message of usual delay takes a little over half a second.
pub fn natural_speed(scenario: &Scenario) -> f64 {
    let usual = match scenario.network.latency {
        Latency::Constant(d) | Latency::Exponential(d) => d.0 as f64,
        Latency::Uniform(low, high) => (low.0 + high.0) as f64 / 2.0,
    };
    (usual / 0.6).max(1.0)
}
