//! What the page shows, as plain data, and how gestures change it.

mod comparing;
mod editing;
mod moving;

pub use comparing::FULL;
pub use editing::PASTE;
pub use moving::natural_speed;

use crate::contest::Contest;
use crate::search::Search;
use crate::stops::Stop;
use crate::tasks::Task;
use crate::width::Width;
use crate::words;
use consensus_figure::spacetime::{Look, Window};
use consensus_kernel::{Meta, NodeId, Panel};
use consensus_lab::view::FlightView;
use consensus_lab::{Session, Studio};
use consensus_lessons::Subject;
use consensus_scenario::{Link, MessageName, Scenario};
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
    /// Whether the table of nodes has all of them, however many they are.
    pub all_nodes: bool,
    /// How many rows of long tables were drawn last, and of which panel.
    pub rows: Cell<(Tab, usize)>,
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
    /// What all schedules lead to from an event of a run, once that was asked.
    pub explored: Option<((u64, u64), Panel)>,
    /// Sentences that wait to be dismissed.
    pub notices: Vec<String>,
    /// Where playing stops.
    pub stops: Vec<Stop>,
    /// What the visitor is guided through.
    pub task: Option<Task>,
    /// The search for an accident, once it was begun.
    pub search: Option<Search>,
    /// What the scenario on the bench shows, as long as it is untouched.
    pub lesson: Option<Subject>,
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
            all_nodes: false,
            rows: Cell::new((Tab::Why, 0)),
            dialog: None,
            edits: 0,
            field_error: None,
            adding_fault: false,
            open_next: None,
            explored: None,
            notices: Vec::new(),
            stops: Vec::new(),
            task: None,
            search: None,
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
        self.lesson.map_or_else(|| words::describe(self.scenario()), Subject::title)
    }

    /// What the page's address says.
    pub fn link(&self) -> Link {
        let mut rivals = self.contest.as_ref().map_or_else(Vec::new, Contest::scenarios);
        let absent = self.contest.iter().flat_map(|contest| &contest.absent);
        rivals.extend(absent.filter_map(|(_, _, scenario)| scenario.clone()));
        Link {
            rivals,
            pauses: self.stops.iter().map(|s| s.pause.clone()).collect(),
            ..Link::from(self.scenario().clone())
        }
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
}
