//! Scenarios to begin with: each teaches one thing, and has a healthy or broken twin.

mod agents;
mod asynchrony;
mod byzantine;
mod crash;
mod open;

/// A scenario with a lesson.
#[derive(Debug)]
pub struct Lesson {
    /// How much goes wrong in it, and what that leads to.
    pub kind: Kind,
    /// What it shows, as a headline.
    pub title: &'static str,
    /// What to watch, in a sentence or two.
    pub watch: &'static str,
    /// The scenario as a link's fragment.
    pub link: &'static str,
    /// The title of the one to compare it with.
    pub twin: &'static str,
}

/// How much goes wrong in a scenario. The property is the one that is violated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nothing: everybody decides.
    Healthy,
    /// As much as the protocol promises to survive, and it does.
    Within,
    /// As much, and chance decides against it: it promises no certainty.
    Chance(&'static str),
    /// More than that, and nothing comes of it.
    Unharmed,
    /// More than that.
    Beyond(&'static str),
    /// Perhaps nothing, but a rule is off.
    RuleOff(&'static str),
}

impl Kind {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Within => "within its limits",
            Self::Chance(_) => "within its limits, too few confirmations",
            Self::Unharmed => "beyond its limits, unharmed",
            Self::Beyond(_) => "beyond its limits",
            Self::RuleOff(_) => "a rule is off",
        }
    }

    /// The property that is violated.
    pub const fn breaks(self) -> Option<&'static str> {
        match self {
            Self::Healthy | Self::Within | Self::Unharmed => None,
            Self::Chance(property) | Self::Beyond(property) | Self::RuleOff(property) => Some(property),
        }
    }
}

impl Lesson {
    /// The name of its protocol, as it stands in the link.
    pub fn protocol(&self) -> &'static str {
        self.link.trim_start_matches("#/").split(['?', '&']).next().unwrap_or_default()
    }
}

/// All of them: those of one protocol together, from healthy to broken.
pub fn lessons() -> impl Iterator<Item = &'static Lesson> {
    [crash::LESSONS, byzantine::LESSONS, asynchrony::LESSONS, agents::LESSONS, open::LESSONS]
        .into_iter()
        .flatten()
}

/// What the page opens on by itself.
pub fn opening() -> Option<&'static Lesson> {
    by_title("One of four lies, and three still agree")
}

/// The lesson with this title.
pub fn by_title(title: &str) -> Option<&'static Lesson> {
    lessons().find(|l| l.title == title)
}
