//! The visitor's bench: one run on it, undo and redo, branches made by acting in the past, and what the run is compared with.

use crate::registry::open;
use crate::session::Session;
use consensus_kernel::{Duration, SetupError, Time};
use consensus_scenario::{Action, Pause, Scenario};

/// How many edits can be undone.
const UNDO_DEPTH: usize = 200;

/// How many branches are kept; the oldest but the main one gives way.
const BRANCHES_MAX: usize = 12;

/// Longest name of a branch, in letters.
const NAME_MAX: usize = 40;

/// A line of the run's history with a name.
#[derive(Clone, Debug)]
pub struct Branch {
    /// "main", or what was done where it left the other.
    pub name: String,
    /// What determines it.
    pub scenario: Scenario,
    /// The furthest time the visitor has seen on it.
    pub seen: Time,
}

/// What undo goes back to.
#[derive(Clone)]
struct Step {
    branches: Vec<Branch>,
    current: usize,
    pauses: Vec<Pause>,
    rivals: Option<Vec<String>>,
    at: Time,
}

/// The visitor's bench.
pub struct Studio {
    session: Box<dyn Session>,
    branches: Vec<Branch>,
    current: usize,
    pauses: Vec<Pause>,
    rivals: Option<Vec<String>>,
    undo: Vec<Step>,
    redo: Vec<Step>,
}

impl Studio {
    /// Puts a scenario on the bench.
    pub fn new(scenario: Scenario) -> Result<Self, SetupError> {
        let session = open(&scenario)?;
        let main = Branch { name: "main".to_owned(), scenario, seen: Time::ZERO };
        Ok(Self {
            session,
            branches: vec![main],
            current: 0,
            pauses: Vec::new(),
            rivals: None,
            undo: Vec::new(),
            redo: Vec::new(),
        })
    }

    /// The run.
    pub fn session(&self) -> &dyn Session {
        &*self.session
    }

    /// The run, to move its cursor or its frontier.
    pub fn session_mut(&mut self) -> &mut dyn Session {
        &mut *self.session
    }

    /// Notes that the visitor has seen the run as far as the cursor. Call it after the cursor has moved forward.
    pub fn note_seen(&mut self) {
        let at = self.session.position().at;
        let branch = &mut self.branches[self.current];
        branch.seen = branch.seen.max(at);
    }

    /// All branches, the main one first.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Which branch is on the bench.
    pub fn current(&self) -> usize {
        self.current
    }

    /// Whether the cursor stands before what was already seen of this branch.
    pub fn in_the_past(&self) -> bool {
        self.session.position().at < self.branches[self.current].seen
    }

    /// Does something at the cursor's time. In the past this makes a branch; the old future stays on the old one.
    pub fn act(&mut self, action: Action, name: String) -> Result<(), SetupError> {
        let at = self.time_of(&action);
        let mut scenario = self.branches[self.current].scenario.clone();
        scenario.act(at, action);
        self.edit(scenario, name)
    }

    /// When an action must stand in the script to follow what the visitor has seen and precede what they have not.
    fn time_of(&self, action: &Action) -> Time {
        let now = self.session.position();
        if now.event == 0 {
            return now.at;
        }
        if let Action::Message(name, _) = action
            && let Some(message) = self.session.message(*name)
            && message.flight.due == now.at
        {
            // Due within this very instant: its fate is prepared before it is sent.
            return message.flight.sent;
        }
        // Actions come first at their time, and something may have happened at this one already.
        now.at + Duration::micros(1)
    }

    /// Replaces the scenario on the bench. In the past this makes a branch with that name.
    pub fn edit(&mut self, scenario: Scenario, name: String) -> Result<(), SetupError> {
        let at = self.session.position().at;
        let before = self.snapshot();
        let fork = self.in_the_past();
        self.session.edit(scenario.clone())?;
        if fork {
            if self.branches.len() >= BRANCHES_MAX {
                self.branches.remove(1);
            }
            let name = self.fresh_name(name);
            self.branches.push(Branch { name, scenario, seen: at });
            self.current = self.branches.len() - 1;
        } else {
            self.branches[self.current].scenario = scenario;
        }
        self.remember(before);
        Ok(())
    }

    /// Where playing stops.
    pub fn pauses(&self) -> &[Pause] {
        &self.pauses
    }

    /// Puts pauses on the bench that came with the run: no edit of the visitor.
    pub fn set_pauses(&mut self, pauses: Vec<Pause>) {
        self.pauses = pauses;
    }

    /// Replaces the pauses; can be undone.
    pub fn edit_pauses(&mut self, pauses: Vec<Pause>) {
        let before = self.snapshot();
        self.pauses = pauses;
        self.remember(before);
    }

    /// What stands beside the run, each as a link has it (`vs=`); none while it stands alone.
    pub fn rivals(&self) -> Option<&[String]> {
        self.rivals.as_deref()
    }

    /// Puts beside the run what came with it: no edit of the visitor.
    pub fn set_rivals(&mut self, rivals: Option<Vec<String>>) {
        self.rivals = rivals;
    }

    /// Puts other rivals beside the run; can be undone.
    pub fn edit_rivals(&mut self, rivals: Option<Vec<String>>) {
        let before = self.snapshot();
        self.rivals = rivals;
        self.remember(before);
    }

    /// Starts over with another scenario, forgetting all branches and pauses; can be undone.
    pub fn replace(&mut self, scenario: Scenario) -> Result<(), SetupError> {
        let before = self.snapshot();
        self.session = open(&scenario)?;
        self.branches = vec![Branch { name: "main".to_owned(), scenario, seen: Time::ZERO }];
        self.current = 0;
        self.pauses.clear();
        self.remember(before);
        Ok(())
    }

    /// Goes to another branch, to the same time.
    pub fn switch(&mut self, branch: usize) -> Result<(), SetupError> {
        if branch < self.branches.len() && branch != self.current {
            let scenario = self.branches[branch].scenario.clone();
            self.session.edit(scenario)?;
            self.current = branch;
        }
        Ok(())
    }

    /// Gives a branch another name; an empty one leaves it as it is. Can be undone.
    pub fn rename(&mut self, branch: usize, name: &str) {
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
        let before = self.snapshot();
        if let Some(branch) = self.branches.get_mut(branch).filter(|b| !name.is_empty() && b.name != name) {
            branch.name = name;
            self.remember(before);
        }
    }

    /// Takes a branch away; the main one stays. From the one on the bench the visitor goes back to the main one. Can be
    /// undone.
    pub fn remove(&mut self, branch: usize) -> Result<(), SetupError> {
        if branch == 0 || branch >= self.branches.len() {
            return Ok(());
        }
        let before = self.snapshot();
        if branch == self.current {
            self.switch(0)?;
        }
        self.branches.remove(branch);
        if self.current > branch {
            self.current -= 1;
        }
        self.remember(before);
        Ok(())
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Takes the last edit back.
    pub fn undo(&mut self) -> Result<(), SetupError> {
        if let Some(step) = self.undo.pop() {
            let now = self.snapshot();
            self.restore(step)?;
            self.redo.push(now);
        }
        Ok(())
    }

    /// Makes the last undone edit again.
    pub fn redo(&mut self) -> Result<(), SetupError> {
        if let Some(step) = self.redo.pop() {
            let now = self.snapshot();
            self.restore(step)?;
            self.undo.push(now);
        }
        Ok(())
    }

    /// The name with a number, if there is a branch of that name already.
    fn fresh_name(&self, name: String) -> String {
        let taken = |name: &str| self.branches.iter().any(|b| b.name == name);
        if !taken(&name) {
            return name;
        }
        (2..).map(|k| format!("{name} ({k})")).find(|name| !taken(name)).unwrap_or_default()
    }

    fn snapshot(&self) -> Step {
        Step {
            branches: self.branches.clone(),
            current: self.current,
            pauses: self.pauses.clone(),
            rivals: self.rivals.clone(),
            at: self.session.position().at,
        }
    }

    fn remember(&mut self, before: Step) {
        if self.undo.len() == UNDO_DEPTH {
            self.undo.remove(0);
        }
        self.undo.push(before);
        self.redo.clear();
    }

    fn restore(&mut self, step: Step) -> Result<(), SetupError> {
        let scenario = &step.branches[step.current].scenario;
        let now = self.session.scenario();
        // Where the run is the same, the cursor stays.
        if scenario != now {
            if scenario.meta.id == now.meta.id {
                self.session.edit(scenario.clone())?;
            } else {
                self.session = open(scenario)?;
            }
            self.session.seek_time(step.at);
        }
        self.branches = step.branches;
        self.current = step.current;
        self.pauses = step.pauses;
        self.rivals = step.rivals;
        Ok(())
    }
}
