//! What the page shows, as plain data, and how gestures change it.

use crate::contest::Contest;
use crate::open::lesson_of;
use crate::stops::Stop;
use crate::tasks::Task;
use crate::width::Width;
use crate::words;
use consensus_figure::spacetime::{Look, Window};
use consensus_kernel::{Meta, NodeId, SetupError, Time};
use consensus_lab::view::{FlightView, MarkKind, Position, What};
use consensus_lab::{Session, Studio, catalogue};
use consensus_lessons::gallery::Lesson;
use consensus_lessons::missions::Progress;
use consensus_scenario::{
    Action, Latency, Link, MessageName, Scenario, Strategy, bounds, describe_action, parse, print_file,
};
use std::cell::Cell;

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

/// Which panel is open. On a wide page the set-up has a place of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tab {
    /// The explanation of one event.
    Why,
    /// The protocol's views over all nodes.
    Log,
    /// The selected node or message.
    Chosen,
    /// The list of events.
    Events,
    /// What happens next.
    Next,
    /// Properties, counts, and what is simplified.
    Facts,
    /// The form; a tab on narrow pages only.
    Setup,
}

impl Tab {
    /// All of them, in their order on the page.
    pub const ALL: [Self; 7] =
        [Self::Why, Self::Log, Self::Chosen, Self::Events, Self::Next, Self::Facts, Self::Setup];
}

/// A set of panels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tabs(u8);

impl Tabs {
    /// These.
    pub fn of(tabs: &[Tab]) -> Self {
        Self(tabs.iter().fold(0, |set, tab| set | 1 << *tab as u8))
    }

    /// Whether it is one of them.
    pub fn has(self, tab: Tab) -> bool {
        self.0 >> tab as u8 & 1 == 1
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Which dialog is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialog {
    /// Scenarios to begin with.
    Gallery,
    /// Links to what is on screen.
    Share,
    /// Keys and signs.
    Help,
    /// The branches of the run.
    Branches,
    /// What has no room at the top of a narrow page.
    Menu,
}

/// Why the last edit of a field was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldError {
    /// The field.
    pub key: String,
    /// A sentence.
    pub why: String,
}

/// Everything the page shows.
pub struct Model {
    /// The run, its branches, undo and redo.
    pub studio: Studio,
    /// Where the cursor stands between two events: virtual microseconds.
    pub clock_us: f64,
    /// The time that the visitor has asked for, while it is beyond what is known of the run.
    pub sought_us: Option<f64>,
    /// Whether time passes.
    pub playing: bool,
    /// Virtual microseconds per real second.
    pub speed: f64,
    /// What the run is compared with, while it is.
    pub contest: Option<Contest>,
    /// What the visitor has pointed at.
    pub selection: Option<Selection>,
    /// How many messages the stage shows.
    pub density: Density,
    /// Through whose eyes the stage is seen, if through somebody's.
    pub eyes: Option<NodeId>,
    /// Steps without animation.
    pub reduced_motion: bool,
    /// Whether anybody can see the page; in a frame that is scrolled away nobody can.
    pub on_screen: bool,
    /// In a frame: the run is to be watched, not to be changed.
    pub watch_only: bool,
    /// In a frame: the panels beside the picture. On a page of its own: none of these, but all.
    pub tabs: Tabs,
    /// How much room there is.
    pub width: Width,
    /// Which panel is open.
    pub tab: Tab,
    /// Which dialog is open.
    pub dialog: Option<Dialog>,
    /// Grows with every change of what the form shows.
    pub edits: u64,
    /// Why the last edit of a field was refused.
    pub field_error: Option<FieldError>,
    /// Whether the form that adds a fault is open.
    pub adding_fault: bool,
    /// Which line of what happens next is unfolded.
    pub open_next: Option<usize>,
    /// Sentences that wait to be dismissed.
    pub notices: Vec<String>,
    /// Where playing stops.
    pub stops: Vec<Stop>,
    /// What the visitor is guided through.
    pub task: Option<Task>,
    /// The lesson on the bench, as long as its scenario is untouched.
    pub lesson: Option<&'static Lesson>,
    /// Which messages the diagram shows, and which events the list.
    pub look: Look,
    /// The time that the space–time diagram shows, once it was drawn.
    pub diagram: Cell<Option<Window>>,
    /// The digest that the link expects of the run, until it has been compared.
    pub expected_digest: Option<String>,
    /// The event that is explained while time passes: it changes about once a second, so that it can be read.
    told_event: Option<u64>,
    told_for_ms: f64,
    flights: Vec<FlightView>,
}

/// Silence, in which only timers run, passes so many times as fast.
const HURRY: f64 = 8.0;

/// While time passes an explanation stays at least this long, in real ms.
const TELL_MS: f64 = 1_500.0;

impl Model {
    /// A run at its beginning, standing still.
    pub fn new(studio: Studio) -> Self {
        let speed = natural_speed(studio.session().scenario());
        Self {
            studio,
            clock_us: 0.0,
            sought_us: None,
            playing: false,
            speed,
            contest: None,
            selection: None,
            density: Density::Context,
            eyes: None,
            reduced_motion: false,
            on_screen: true,
            watch_only: false,
            tabs: Tabs::default(),
            width: Width::now(),
            tab: Tab::Why,
            dialog: None,
            edits: 0,
            field_error: None,
            adding_fault: false,
            open_next: None,
            notices: Vec::new(),
            stops: Vec::new(),
            task: None,
            lesson: None,
            look: Look::default(),
            diagram: Cell::new(None),
            expected_digest: None,
            told_event: None,
            told_for_ms: 0.0,
            flights: Vec::new(),
        }
    }

    /// The run on the bench.
    pub fn session(&self) -> &dyn Session {
        self.studio.session()
    }

    /// What determines it.
    pub fn scenario(&self) -> &Scenario {
        self.session().scenario()
    }

    /// What its protocol says of itself.
    pub fn meta(&self) -> &'static Meta {
        self.scenario().meta
    }

    /// What the run shows, as a headline.
    pub fn title(&self) -> String {
        self.lesson.map_or_else(|| words::describe(self.scenario()), |l| l.title.to_owned())
    }

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

    /// Opens or closes the comparison.
    pub fn compare(&mut self, on: bool) {
        self.contest = on.then(|| Contest::new(self.scenario(), Vec::new()));
        self.seek_rivals();
        self.edits += 1;
    }

    /// How many runs stand side by side.
    pub fn contestants(&self) -> usize {
        1 + self.contest.as_ref().map_or(0, |contest| contest.rivals.len())
    }

    /// One of them: 0 is the run on the bench.
    pub fn contestant(&self, who: usize) -> &dyn Session {
        let rivals = self.contest.as_ref().map_or(&[][..], |contest| &contest.rivals);
        match who.checked_sub(1).and_then(|place| rivals.get(place)) {
            Some(rival) => &*rival.session,
            None => self.session(),
        }
    }

    /// What it is called: its protocol, and the branch that it is, if the run has several.
    pub fn contestant_name(&self, who: usize) -> String {
        let scenario = self.contestant(who).scenario();
        let branches = self.studio.branches();
        let named = match who {
            0 => branches.get(self.studio.current()),
            _ => branches.iter().find(|b| b.scenario == *scenario),
        };
        match named.filter(|_| branches.len() > 1) {
            Some(branch) => format!("{}: {}", scenario.meta.title, branch.name),
            None => scenario.meta.title.to_owned(),
        }
    }

    /// Puts another branch beside the one on the bench, on one clock.
    pub fn compare_branch(&mut self, branch: usize) {
        let Some(scenario) = self.studio.branches().get(branch).map(|b| b.scenario.clone()) else { return };
        if self.contest.is_none() {
            self.contest = Some(Contest::new(self.scenario(), vec![scenario]));
            self.seek_rivals();
            self.edits += 1;
        } else {
            self.add_rival(&scenario);
        }
    }

    /// Compares with one more.
    pub fn add_rival(&mut self, scenario: &Scenario) {
        let base = self.scenario().clone();
        if let Some(contest) = &mut self.contest
            && let Err(e) = contest.add(&base, scenario)
        {
            let sentence = format!("{} cannot run here: {}: {}.", scenario.meta.title, e.key, e.why);
            self.notice(sentence);
        }
        self.seek_rivals();
        self.edits += 1;
    }

    /// Compares with one less.
    pub fn remove_rival(&mut self, place: usize) {
        if let Some(contest) = &mut self.contest {
            contest.remove(place);
        }
        self.edits += 1;
    }

    /// Starts to measure growth with n.
    pub fn grow(&mut self) {
        let base = self.scenario().clone();
        if let Some(contest) = &mut self.contest {
            contest.grow(&base);
        }
    }

    /// What the page's address says.
    pub fn link(&self) -> Link {
        let rivals = self.contest.as_ref().map_or_else(Vec::new, Contest::scenarios);
        Link {
            rivals,
            pauses: self.stops.iter().map(|s| s.pause.clone()).collect(),
            ..Link::from(self.scenario().clone())
        }
    }

    fn seek_rivals(&mut self) {
        if let Some(contest) = &mut self.contest {
            contest.seek(Time(self.clock_us as u64));
        }
    }

    fn rivals_follow(&mut self) {
        if let Some(contest) = &mut self.contest {
            contest.follow(self.studio.session().scenario());
            contest.seek(Time(self.clock_us as u64));
        }
    }

    /// Starts or stops the passing of time; at the end it starts over.
    pub fn toggle_play(&mut self) {
        self.sought_us = None;
        self.playing = !self.playing;
        if self.playing && self.end().is_some_and(|end| self.clock_us >= end.0 as f64) {
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

    /// Puts the cursor at a time, in microseconds.
    pub fn seek_time(&mut self, at_us: f64) {
        let last = self.end().unwrap_or(self.scenario().until).0 as f64;
        self.clock_us = at_us.max(0.0).min(last);
        self.studio.session_mut().seek_time(Time(self.clock_us as u64));
        self.moved();
    }

    /// To a time; beyond what is known of the run, when that is known.
    pub fn go_to_time(&mut self, at_us: f64) {
        let known_us = self.session().frontier().at.0 as f64;
        let far = at_us > known_us && self.session().end().is_none();
        self.seek_time(if far { known_us } else { at_us });
        self.sought_us = far.then_some(at_us);
    }

    /// Goes on to the time that was asked for once it is known. True if it was.
    pub fn arrive(&mut self) -> bool {
        let known =
            |at_us: &f64| self.session().frontier().at.0 as f64 >= *at_us || self.session().end().is_some();
        let Some(at_us) = self.sought_us.filter(known) else { return false };
        self.seek_time(at_us);
        true
    }

    /// One event on or back; time stops passing.
    pub fn step(&mut self, on: bool) {
        self.playing = false;
        let event = self.session().position().event;
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

    /// To the last moment that is known.
    pub fn seek_last(&mut self) {
        self.playing = false;
        let frontier = self.session().frontier();
        self.seek_event(frontier.event);
        self.seek_time(frontier.at.0 as f64);
    }

    /// Shows an event: the cursor goes behind it, and its explanation opens.
    pub fn show_event(&mut self, event: u64) {
        self.playing = false;
        self.seek_event(event + 1);
        self.selection = Some(Selection::Event(event));
        self.tab = Tab::Why;
    }

    /// Points at something and opens its panel.
    pub fn select(&mut self, what: Option<Selection>) {
        self.selection = what;
        match what {
            Some(Selection::Node(_) | Selection::Message(_)) => self.tab = Tab::Chosen,
            Some(Selection::Event(_)) => self.tab = Tab::Why,
            None => {}
        }
    }

    /// The event pointed at, if one is.
    pub fn selected_event(&self) -> Option<u64> {
        match self.selection {
            Some(Selection::Event(event)) => Some(event),
            _ => None,
        }
    }

    /// The event to explain: the one pointed at, else the last one at the cursor.
    pub fn explained_event(&self) -> Option<u64> {
        match self.selection {
            Some(Selection::Event(event)) => Some(event),
            _ if self.playing => self.told_event,
            _ => self.telling_event(),
        }
    }

    /// Among the last events at the cursor, the latest in which a node did something by a rule.
    fn telling_event(&self) -> Option<u64> {
        const LOOK_BACK: u64 = 48;
        let to = self.session().position().event;
        let events = self.session().outline(to.saturating_sub(LOOK_BACK), to);
        if !self.playing {
            return events.last().map(|e| e.index);
        }
        let told = events.iter().rev().find(|e| !e.decided.is_empty() || matches!(e.what, What::Action(_)));
        told.or_else(|| events.iter().rev().find(|e| !e.cites.is_empty())).or(events.last()).map(|e| e.index)
    }

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
            scenario.n = n.max(1);
            scenario.inputs.clear();
            let gone = forget_missing_nodes(&mut scenario);
            if gone > 0 {
                self.notice(format!(
                    "{gone} faults of nodes that no longer exist were removed; undo brings them back."
                ));
            }
        }
        let file = print_file(&Link::from(scenario));
        // Another n means another f, unless that was set by hand.
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

    /// Arranges the page for another width.
    pub fn set_width(&mut self, width: Width) {
        self.width = width;
        if width == Width::Wide && self.tab == Tab::Setup {
            self.tab = Tab::Why;
        }
    }

    /// Once the run is known to its end: says so if it is not the run that the link was made for. True if it was compared.
    pub fn compare_digest(&mut self) -> bool {
        /// Longer runs are not compared: it would take longer than a visitor waits.
        const EVENTS_MAX: u64 = 200_000;
        if self.session().end().is_none() {
            return false;
        }
        let Some(expected) = self.expected_digest.take() else { return false };
        if self.session().frontier().event <= EVENTS_MAX
            && !self.session().digest().to_string().starts_with(&expected)
        {
            self.notice(
                "This run differs from the one the link was made for: the engines have changed since.",
            );
        }
        true
    }

    /// Shows a sentence until it is dismissed.
    pub fn notice(&mut self, text: impl Into<String>) {
        const NOTICES_MAX: usize = 16;
        let text = text.into();
        if !self.notices.contains(&text) {
            self.notices.push(text);
        }
        if self.notices.len() > NOTICES_MAX {
            self.notices.remove(0);
        }
    }

    fn moved(&mut self) {
        self.sought_us = None;
        self.watch_mission();
        self.studio.note_seen();
        self.seek_rivals();
        self.forget_event();
    }

    fn forget_event(&mut self) {
        if let Some(Selection::Event(_)) = self.selection {
            self.selection = None;
        }
        self.told_event = None;
        self.told_for_ms = 0.0;
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
    fn settle(&mut self) {
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

/// A message of usual delay takes a little over half a second.
pub fn natural_speed(scenario: &Scenario) -> f64 {
    let usual = match scenario.network.latency {
        Latency::Constant(d) | Latency::Exponential(d) => d.0 as f64,
        Latency::Uniform(low, high) => (low.0 + high.0) as f64 / 2.0,
    };
    (usual / 0.6).max(1.0)
}

/// Takes everything out of a scenario that names a node which it does not have (any more). Gives how much that was.
pub fn forget_missing_nodes(scenario: &mut Scenario) -> usize {
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

/// Where what is wrong with pasted agents is shown.
pub const PASTE: &str = "paste";

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
