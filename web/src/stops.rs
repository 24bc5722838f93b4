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

    /// Replaces the pauses by those that a link or a lesson brings.
    pub fn set_pauses(&mut self, pauses: Vec<Pause>) {
        self.studio.set_pauses(pauses);
        self.show_pauses();
    }

    /// Replaces the pauses; can be undone.
    fn edit_pauses(&mut self, change: impl FnOnce(&mut Vec<Pause>)) {
        if self.is_refused() {
            return;
        }
        let mut pauses = self.studio.pauses().to_vec();
        change(&mut pauses);
        self.studio.edit_pauses(pauses);
        self.show_pauses();
        self.edits += 1;
    }

    /// Takes over the pauses that are on the bench.
    pub fn show_pauses(&mut self) {
        let stop = |pause: &Pause| Stop { pause: pause.clone(), position: None };
        self.stops = self.studio.pauses().iter().map(stop).collect();
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
        if self.stops.len() >= bounds::PAUSES {
            self.notice(format!("A link holds at most {} pauses; remove some.", bounds::PAUSES));
            return;
        }
        let when = When::Event(self.session().position().event);
        self.edit_pauses(|pauses| pauses.push(Pause { when, note: String::new() }));
    }

    /// Plays through a pause from now on.
    pub fn remove_pause(&mut self, place: usize) {
        self.edit_pauses(|pauses| drop(pauses.remove(place)));
    }

    /// Says something else at a pause. What is too long for a link is cut.
    pub fn set_note(&mut self, place: usize, note: &str) {
        let mut end = note.len().min(bounds::NOTE_BYTES);
        while !note.is_char_boundary(end) {
            end -= 1;
        }
        self.edit_pauses(|pauses| note[..end].clone_into(&mut pauses[place].note));
    }
}
