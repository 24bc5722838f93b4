//! What the page shows, as plain data, and how it changes.

use consensus_kernel::{NodeId, SetupError, Time};
use consensus_lab::Studio;
use consensus_scenario::{Action, MessageName, Scenario};

/// What the visitor has pointed at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Selection {
    /// A node.
    Node(NodeId),
    /// A message, under way or past.
    Message(MessageName),
    /// An event, by its number.
    Event(u64),
}

/// How many messages the stage shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Density {
    /// Those of the last step.
    Focus,
    /// Those, and the others faintly.
    Context,
    /// All alike.
    All,
}

/// Everything the page shows.
pub struct Model {
    /// The run, its branches, undo and redo.
    pub studio: Studio,
    /// Where the cursor stands between two events: virtual microseconds.
    pub clock_us: f64,
    /// Whether time passes.
    pub playing: bool,
    /// Virtual microseconds per real second.
    pub speed: f64,
    /// What the visitor has pointed at.
    pub selection: Option<Selection>,
    /// How many messages the stage shows.
    pub density: Density,
    /// Steps without animation.
    pub reduced_motion: bool,
}

impl Model {
    /// A run at its beginning, standing still.
    pub fn new(studio: Studio) -> Self {
        let speed = natural_speed(studio.session().scenario());
        Self {
            studio,
            clock_us: 0.0,
            playing: false,
            speed,
            selection: None,
            density: Density::Context,
            reduced_motion: false,
        }
    }

    /// What determines the run on the bench.
    pub fn scenario(&self) -> &Scenario {
        self.studio.session().scenario()
    }

    /// Lets real time pass. True if the cursor has moved.
    pub fn pass(&mut self, real_ms: f64) -> bool {
        if !self.playing {
            return false;
        }
        self.clock_us += real_ms * self.speed / 1_000.0;
        let end = self.end();
        if let Some(end) = end
            && self.clock_us >= end.0 as f64
        {
            self.clock_us = end.0 as f64;
            self.playing = false;
        }
        self.studio.session_mut().seek_time(Time(self.clock_us as u64));
        self.studio.note_seen();
        true
    }

    /// The time of the run's last moment, once it is known.
    pub fn end(&self) -> Option<Time> {
        let session = self.studio.session();
        session.end().map(|_| session.frontier().at)
    }

    /// Puts the cursor behind this many events.
    pub fn seek_event(&mut self, event: u64) {
        self.studio.session_mut().seek_event(event);
        self.clock_us = self.studio.session().position().at.0 as f64;
        self.studio.note_seen();
    }

    /// Puts the cursor at a time.
    pub fn seek_time(&mut self, at_us: f64) {
        let last = self.end().unwrap_or(self.scenario().until).0 as f64;
        self.clock_us = at_us.clamp(0.0, last);
        self.studio.session_mut().seek_time(Time(self.clock_us as u64));
        self.studio.note_seen();
    }

    /// Does something to the run at the cursor.
    pub fn act(&mut self, action: Action, name: String) -> Result<(), SetupError> {
        self.studio.act(action, name)
    }
}

/// A message of usual delay takes a little over half a second.
fn natural_speed(scenario: &Scenario) -> f64 {
    use consensus_scenario::Latency;
    let usual = match scenario.network.latency {
        Latency::Constant(d) | Latency::Exponential(d) => d.0 as f64,
        Latency::Uniform(low, high) => (low.0 + high.0) as f64 / 2.0,
    };
    (usual / 0.6).max(1.0)
}
