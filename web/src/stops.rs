//! Pauses: where playing stops, as far as the run is known, and the gestures that add, change and remove them.

use crate::model::{Model, Tab};
use crate::tasks::Task;
use consensus_kernel::Time;
use consensus_lab::locate;
use consensus_lab::view::Position;
use consensus_scenario::{Pause, When, bounds};

/// A moment at which playing stops.
pub struct Stop {
    /// As it stands in the link.
    pub pause: Pause,
    /// Where that is, once the run is known so far.
    pub position: Option<Position>,
}

impl Model {
    /// Stops at the first pause that was passed since then.
    pub fn stop_behind(&mut self, from: Position) {
        self.locate_stops();
        let to = Position { event: self.session().position().event, at: Time(self.clock_us as u64) };
        let passed = |at: &Position| from < *at && *at <= to;
        if let Some(at) = self.stops.iter().filter_map(|s| s.position).filter(passed).min() {
            self.playing = false;
            self.selection = None;
            if !matches!(self.task, Some(Task::Step(..))) {
                self.tab = Tab::Why;
            }
            self.studio.session_mut().seek_event(at.event);
            self.clock_us = at.at.0 as f64;
        }
    }

    /// Finds where pauses lie, as far as the run is known.
    pub fn locate_stops(&mut self) {
        let session = self.studio.session();
        for stop in self.stops.iter_mut().filter(|s| s.position.is_none()) {
            stop.position = locate(session, stop.pause.when);
        }
    }

    /// Replaces the pauses by those of a link.
    pub fn set_pauses(&mut self, pauses: Vec<Pause>) {
        self.stops = pauses.into_iter().map(|pause| Stop { pause, position: None }).collect();
        self.locate_stops();
    }

    /// The pause at the cursor, while the run stands still: its place in the list.
    pub fn standing(&self) -> Option<usize> {
        let event = self.session().position().event;
        let here = |s: &Stop| match (s.position, s.pause.when) {
            (Some(at), When::Time(_)) => at.at.0 == self.clock_us as u64,
            (Some(at), _) => at.event == event,
            (None, _) => false,
        };
        // A step of a lesson says what is to be said above the picture.
        let silent = self.playing || matches!(self.task, Some(Task::Step(..)));
        if silent { None } else { self.stops.iter().position(here) }
    }

    /// Makes playing stop here.
    pub fn pause_here(&mut self) {
        if self.is_refused() {
            return;
        }
        if self.stops.len() >= bounds::PAUSES {
            self.notice(format!("A link holds at most {} pauses; remove some.", bounds::PAUSES));
            return;
        }
        let when = When::Event(self.session().position().event);
        self.stops.push(Stop { pause: Pause { when, note: String::new() }, position: None });
        self.locate_stops();
        self.edits += 1;
    }

    /// Plays through a pause from now on.
    pub fn remove_pause(&mut self, place: usize) {
        if self.is_refused() {
            return;
        }
        self.stops.remove(place);
        self.edits += 1;
    }

    /// Says something else at a pause. What is too long for a link is cut.
    pub fn set_note(&mut self, place: usize, note: &str) {
        if self.is_refused() {
            return;
        }
        let mut end = note.len().min(bounds::NOTE_BYTES);
        while !note.is_char_boundary(end) {
            end -= 1;
        }
        self.stops[place].pause.note = note[..end].to_owned();
        self.edits += 1;
    }
}
