//! How gestures and fields change the scenario, and how they are taken back.

use super::{FieldError, Model, Selection, natural_speed};
use crate::open::lesson_of;
use crate::tasks::Task;
use crate::words;
use consensus_figure::spacetime::Look;
use consensus_kernel::{NodeId, SetupError, Time};
use consensus_lab::catalogue;
use consensus_lessons::missions::Progress;
use consensus_scenario::{Action, Link, Scenario, Strategy, bounds, describe_action, parse, print_file};

/// Where what is wrong with pasted agents is shown.
pub const PASTE: &str = "paste";

impl Model {
    /// Does something to the run at the cursor.
    pub fn act(&mut self, action: Action) {
        if self.is_refused() {
            return;
        }
        if self.scenario().script.len() >= bounds::ACTIONS {
            self.notice(format!(
                "A script holds at most {} actions; remove some under Faults.",
                bounds::ACTIONS
            ));
            return;
        }
        let name = describe_action(self.meta(), &action);
        let done = self.studio.act(action, name);
        let acted = done.is_ok();
        // Another message may stand there now.
        self.open_next = None;
        self.edited(done);
        if acted {
            // It stands a microsecond ahead: go there, so that what was done is seen.
            self.seek_time((self.session().position().at.0 + 1) as f64);
        }
    }

    /// Says that this copy is for watching, if it is.
    pub fn is_refused(&mut self) -> bool {
        if self.watch_only {
            self.notice("This run is shown for watching. Open it in the playground to change it.");
        }
        self.watch_only
    }

    /// Replaces the scenario, keeping the moment. `name` is what a branch is called, should this make one.
    pub fn edit(&mut self, scenario: Scenario, name: impl Into<String>) {
        if self.is_refused() {
            return;
        }
        if scenario == *self.scenario() {
            if self.field_error.take().is_some() {
                self.edits += 1;
            }
            return;
        }
        // What stands on the bench can always be written as text: the same bounds hold for the form and for links.
        match parse(&print_file(&Link::from(scenario)), catalogue()) {
            Ok(link) => {
                let done = self.studio.edit(link.scenario, name.into());
                self.edited(done);
            }
            Err(e) => self.refuse(e.key, format!("{}, {}", e.why, e.allowed)),
        }
    }

    /// Sets one key of the scenario to a text, as a link would. An empty text brings the default back.
    pub fn set_key(&mut self, key: &str, text: &str) {
        let text = text.trim();
        let label = format!("{key} {}", text.chars().take(40).collect::<String>());
        self.set_keys(key, label, &[(key, text.to_owned())]);
    }

    /// Takes over what a visitor has brought of agents of his own.
    pub fn paste(&mut self, text: &str) {
        match consensus_lab::paste::settings(self.meta(), text) {
            Ok(settings) => self.set_keys(PASTE, "agents pasted".to_owned(), &settings),
            Err(why) => self.refuse(PASTE, why),
        }
    }

    /// Sets several keys at once; a mistake in one is shown at `blamed`.
    fn set_keys(&mut self, blamed: &str, label: String, settings: &[(&str, String)]) {
        let mut scenario = self.scenario().clone();
        // Lines that name nodes beyond the new n would make the text invalid.
        let n = settings.iter().find(|(key, _)| *key == "n").and_then(|(_, text)| text.parse::<usize>().ok());
        if let Some(n) = n {
            // Another n means another f, unless that was set by hand.
            let followed = scenario.f == scenario.bound().max_f(scenario.n);
            scenario.n = n.max(1);
            scenario.f =
                if followed { scenario.bound().max_f(scenario.n) } else { scenario.f.min(scenario.n - 1) };
            scenario.inputs.clear();
            let gone = forget_missing_nodes(&mut scenario);
            if gone > 0 {
                self.notice(format!(
                    "{gone} faults of nodes that no longer exist were removed; undo brings them back."
                ));
            }
        }
        let file = print_file(&Link::from(scenario));
        let replaced = |line: &&str| settings.iter().any(|(key, _)| line.split('=').next() == Some(key));
        let mut lines: Vec<&str> = file.lines().filter(|line| !replaced(line)).collect();
        let new: Vec<String> = settings
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(key, text)| format!("{key}={}", escape(text)))
            .collect();
        lines.splice(1..1, new.iter().map(String::as_str));
        match parse(&lines.join("\n"), catalogue()) {
            Ok(link) => self.edit(link.scenario, label),
            Err(e) if e.key == blamed => self.refuse(blamed, format!("{}, {}", e.why, e.allowed)),
            Err(e) => self.refuse(blamed, format!("{}: {}, {}", e.key, e.why, e.allowed)),
        }
    }

    /// Changes a copy of the scenario and puts it on the bench.
    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut Scenario)) {
        let mut scenario = self.scenario().clone();
        change(&mut scenario);
        self.edit(scenario, name);
    }

    /// Starts over with another scenario.
    pub fn replace(&mut self, scenario: Scenario) -> Result<(), SetupError> {
        self.studio.replace(scenario)?;
        self.expected_digest = None;
        self.lesson = None;
        self.stops.clear();
        self.task = None;
        self.selection = None;
        self.eyes = None;
        self.look = Look::default();
        self.speed = natural_speed(self.scenario());
        self.clock_us = 0.0;
        self.rivals_follow();
        self.seek_time(0.0);
        self.forget_event();
        self.field_error = None;
        self.edits += 1;
        Ok(())
    }

    /// Refuses the edit of a field, keeping the last good state.
    pub fn refuse(&mut self, key: impl Into<String>, why: impl Into<String>) {
        self.field_error = Some(FieldError { key: key.into(), why: sentence(&why.into()) });
        self.edits += 1;
    }

    /// Opens or closes the form that adds a fault.
    pub fn show_add_fault(&mut self, open: bool) {
        self.adding_fault = open;
        self.edits += 1;
    }

    /// Takes the last edit back.
    pub fn undo(&mut self) {
        let done = self.studio.undo();
        self.returned(done);
    }

    /// Makes the last undone edit again.
    pub fn redo(&mut self) {
        let done = self.studio.redo();
        self.returned(done);
    }

    /// Goes to another branch.
    pub fn switch_branch(&mut self, branch: usize) {
        let done = self.studio.switch(branch);
        self.returned(done);
    }

    /// Takes a branch away.
    pub fn remove_branch(&mut self, branch: usize) {
        let done = self.studio.remove(branch);
        self.returned(done);
    }

    /// Back to where the visitor left the main branch.
    pub fn return_to_live(&mut self) {
        let seen = self.studio.branches()[self.studio.current()].seen;
        self.seek_time(seen.0 as f64);
    }

    fn edited(&mut self, done: Result<(), SetupError>) {
        match done {
            Ok(()) => {
                self.field_error = None;
                self.expected_digest = None;
                self.lesson = None;
                self.settle();
            }
            Err(e) => self.refuse(e.key, e.why),
        }
    }

    fn returned(&mut self, done: Result<(), SetupError>) {
        match done {
            Ok(()) => {
                self.clock_us = self.session().position().at.0 as f64;
                self.field_error = None;
                self.show_pauses();
                if self.task.is_none() {
                    self.lesson = lesson_of(self.scenario());
                }
                self.settle();
            }
            Err(e) => self.refuse(e.key, e.why),
        }
    }

    /// After the run under the cursor has changed: what no longer exists is no longer shown.
    pub(super) fn settle(&mut self) {
        self.edits += 1;
        self.rivals_follow();
        for stop in &mut self.stops {
            stop.position = None;
        }
        self.locate_stops();
        if let Some(Task::Mission(.., progress)) = &mut self.task {
            *progress = Progress::Open;
        }
        self.watch_mission();
        let last = self.end().unwrap_or(self.scenario().until).0 as f64;
        if self.clock_us > last {
            self.clock_us = last;
            self.studio.session_mut().seek_time(Time(last as u64));
        }
        let (n, clients) = (self.scenario().n, self.scenario().clients);
        let there = |id: NodeId| id.index() < if id.is_client() { clients } else { n };
        let gone = match self.selection {
            Some(Selection::Node(id)) => !there(id),
            Some(Selection::Message(name)) => !there(name.from) || !there(name.to),
            Some(Selection::Event(_)) => true,
            None => false,
        };
        if gone {
            self.selection = None;
        }
        self.eyes = self.eyes.filter(|id| there(*id));
        self.look.node = self.look.node.filter(|id| there(*id));
        let kinds = self.meta().kinds.len();
        self.look.kind = self.look.kind.filter(|kind| *kind < kinds);
        self.told_event = None;
    }
}

/// Takes everything out of a scenario that names a node which it does not have (any more). Gives how much that was.
fn forget_missing_nodes(scenario: &mut Scenario) -> usize {
    let (n, clients) = (scenario.n, scenario.clients);
    let there = move |id: NodeId| id.index() < if id.is_client() { clients } else { n };
    let before = scenario.byzantine.len() + scenario.skews.len() + scenario.script.len();
    scenario.byzantine.retain(|b| {
        there(b.node)
            && match &b.strategy {
                Strategy::Omit(group) | Strategy::Twins(Some(group)) => group.iter().all(there),
                _ => true,
            }
    });
    scenario.skews.retain(|(id, _)| there(*id));
    scenario.script.retain(|t| words::nodes_of(&t.action).into_iter().all(there));
    if !scenario.weights.is_empty() {
        scenario.weights.resize(n, 1);
    }
    scenario.params = scenario.params.resized(scenario.meta.params, n);
    before - (scenario.byzantine.len() + scenario.skews.len() + scenario.script.len())
}

/// A text as it may stand in a line of a scenario file.
fn escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:/,~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut text = consensus_lab::capital(clause);
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}
