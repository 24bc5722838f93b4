//! What the page teaches, as data: scenarios that are lessons, guided lessons, missions, and what the document
//! says. Nothing here runs anything; tests
//! run all of it and hold it to what it claims.

pub mod document;
pub mod gallery;
pub mod guided;
pub mod missions;
mod subject;

use guided::{GUIDED, Guided};
use missions::{MISSIONS, Mission};
pub use subject::Subject;

/// What an address leads to that is more than a scenario.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// A step of a guided lesson, from 0.
    Step(&'static Guided, usize),
    /// A mission.
    Mission(&'static Mission),
}

impl Place {
    /// Reads `#/lesson/NAME/STEP` (steps from 1, the first if there is no number) or `#/mission/NAME`.
    pub fn read(fragment: &str) -> Option<Self> {
        let mut parts = fragment.trim_start_matches(['#', '/']).split('/');
        let (kind, name, number) = (parts.next()?, parts.next()?, parts.next());
        match kind {
            "lesson" => {
                let guided = GUIDED.iter().find(|g| g.name == name)?;
                let step = number.and_then(|n| n.parse::<usize>().ok()).unwrap_or(1);
                Some(Self::Step(guided, step.clamp(1, guided.steps.len()) - 1))
            }
            "mission" => MISSIONS.iter().find(|m| m.name == name).map(Self::Mission),
            _ => None,
        }
    }

    /// Its address.
    pub fn fragment(self) -> String {
        match self {
            Self::Step(guided, step) => format!("#/lesson/{}/{}", guided.name, step + 1),
            Self::Mission(mission) => format!("#/mission/{}", mission.name),
        }
    }
}
