//! What a scenario shows, found by the scenario: a lesson of the gallery, what a sample of the document would do, or the
//! same with the paper's rule.

use crate::document::{Deviation, deviations};
use crate::gallery::{Lesson, by_title, lessons};

/// What a scenario shows.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// A lesson of the gallery.
    Lesson(&'static Lesson),
    /// What a sample of the document would do.
    Sample(&'static Deviation),
    /// The same with the paper's rule.
    Control(&'static Deviation),
}

impl Subject {
    /// All of a protocol. Where scenarios are the same, the first is meant.
    pub fn of(protocol: &str) -> impl Iterator<Item = Self> {
        let told = lessons().filter(move |l| l.protocol() == protocol).map(Self::Lesson);
        let samples = deviations(protocol).flat_map(|d| [Self::Sample(d), Self::Control(d)]);
        told.chain(samples)
    }

    /// The scenario as a link's fragment.
    pub fn link(self) -> String {
        match self {
            Self::Lesson(lesson) => lesson.link.to_owned(),
            Self::Sample(d) => d.accident(),
            Self::Control(d) => d.control().to_owned(),
        }
    }

    /// What it shows, as a headline.
    pub fn title(self) -> String {
        match self {
            Self::Lesson(lesson) => lesson.title.to_owned(),
            Self::Sample(d) => format!("The document's sample {}", d.sample),
            Self::Control(d) => format!("The paper's rule, where the document's sample {}", d.sample),
        }
    }

    /// What to watch.
    pub fn watch(self) -> String {
        match self {
            Self::Lesson(lesson) => lesson.watch.to_owned(),
            Self::Sample(d) => format!("{} {} is violated.", d.leads, d.broken()),
            Self::Control(d) => match d.breaks {
                Some(breaks) => {
                    format!("{breaks} is not violated, in the very run in which the sample violates it.")
                }
                None => "Nothing is violated, nor is it by the sample.".to_owned(),
            },
        }
    }

    /// The paper's rule that the sample lacks.
    pub const fn rule(self) -> Option<&'static str> {
        match self {
            Self::Lesson(_) => None,
            Self::Sample(d) | Self::Control(d) => Some(d.rule),
        }
    }

    /// What to compare it with.
    pub fn twin(self) -> Option<Self> {
        match self {
            Self::Lesson(lesson) => by_title(lesson.twin).map(Self::Lesson),
            Self::Sample(d) => Some(Self::Control(d)),
            Self::Control(d) => Some(Self::Sample(d)),
        }
    }
}
