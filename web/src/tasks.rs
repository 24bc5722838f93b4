//! What the visitor is guided through: a step of a lesson, or a mission that notices when it is done.

use crate::model::{Model, Tab, natural_speed};
use consensus_lab::catalogue;
use consensus_lessons::Place;
use consensus_lessons::guided::Guided;
use consensus_lessons::missions::{Mission, Progress};
use consensus_scenario::{Pause, Scenario, When, parse};

/// A step of a lesson plays no longer than so many seconds.
const STEP_S: f64 = 10.0;

/// What the visitor is guided through.
pub enum Task {
    /// A step of a lesson, and what was answered there.
    Step(&'static Guided, usize, Option<usize>),
    /// A mission, what it began with, and how far it is.
    Mission(&'static Mission, Box<Scenario>, Progress),
}

impl Task {
    /// Where that is, what was answered, and how far it is.
    pub fn seen(&self) -> (Place, Option<usize>, Progress) {
        match self {
            Self::Step(guided, at, answer) => (Place::Step(guided, *at), *answer, Progress::Open),
            Self::Mission(mission, _, progress) => (Place::Mission(mission), None, progress.clone()),
        }
    }
}

impl Model {
    /// Opens a step of a lesson and plays it.
    pub fn enter(&mut self, guided: &'static Guided, at: usize) {
        let Some((text, from, to)) = guided.scene(at) else { return };
        if !self.set_up(text) {
            return;
        }
        self.task = Some(Task::Step(guided, at, None));
        self.set_pauses(vec![Pause { when: When::Event(to), note: String::new() }]);
        self.seek_event(to);
        let ends = self.session().position().at;
        self.playing = !self.reduced_motion && from < to;
        if self.playing {
            self.seek_event(from);
        }
        let long_us = ends.since(self.session().position().at).0 as f64;
        self.speed = natural_speed(self.scenario()).max(long_us / STEP_S);
        self.tab = Tab::Log;
        self.edits += 1;
    }

    /// Goes to where the step that plays now will stop.
    pub fn finish_step(&mut self) {
        if let Some(Task::Step(guided, at, _)) = self.task
            && let Some((_, _, to)) = guided.scene(at)
        {
            self.playing = false;
            self.seek_event(to);
        }
    }

    /// Puts the scenario of a task on the bench, unless it is there.
    fn set_up(&mut self, text: &str) -> bool {
        let Ok(link) = parse(text, catalogue()) else { return false };
        let there = link.scenario == *self.scenario() || self.replace(link.scenario).is_ok();
        self.lesson = None;
        self.set_rivals(&[]);
        there
    }

    /// Answers the question of a step.
    pub fn answer(&mut self, choice: usize) {
        if let Some(Task::Step(_, _, answer)) = &mut self.task {
            *answer = Some(choice);
        }
    }

    /// Begins a mission, or begins it again.
    pub fn begin_mission(&mut self, mission: &'static Mission) {
        if self.set_up(mission.link) {
            self.set_pauses(Vec::new());
            self.task = Some(Task::Mission(mission, Box::new(self.scenario().clone()), Progress::Open));
            self.seek_event(0);
            self.playing = false;
            self.edits += 1;
        }
    }

    /// Leaves a lesson or a mission; the run stays.
    pub fn leave_task(&mut self) {
        if let Some(Task::Step(..)) = self.task.take() {
            self.set_pauses(Vec::new());
        }
        self.edits += 1;
    }

    /// The address of what the visitor is guided through, as long as its scenario is untouched.
    pub fn place(&self) -> Option<Place> {
        let (place, ..) = self.task.as_ref()?.seen();
        let begins = match place {
            Place::Step(guided, at) => guided.scene(at)?.0,
            Place::Mission(mission) => mission.link,
        };
        (parse(begins, catalogue()).ok()?.scenario == *self.scenario()).then_some(place)
    }

    /// Notices while time passes when a mission is done. What was changed is compared then only: it takes two scenarios' texts.
    pub fn watch_running_mission(&mut self) {
        let session = self.studio.session();
        let happened = |mission: &Mission| mission.is_broken(session);
        if matches!(&self.task, Some(Task::Mission(mission, _, Progress::Open)) if happened(mission)) {
            self.watch_mission();
        }
    }

    /// Notices when a mission is done. What was done once stays done, until something else is changed.
    pub fn watch_mission(&mut self) {
        let session = self.studio.session();
        if let Some(Task::Mission(mission, begin, progress)) = &mut self.task
            && !matches!(progress, Progress::Done(_))
        {
            *progress = mission.progress(begin, session);
        }
    }
}
