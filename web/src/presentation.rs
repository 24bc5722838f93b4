//! How a link wants the page to look, apart from the scenario: the query before the `#`.

use crate::model::{Tab, Tabs};
use crate::theme::Theme;
use consensus_scenario::{When, parse_when};

/// Which controls an embedded page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ControlBar {
    /// Control bar and timeline.
    #[default]
    Full,
    /// Control bar only.
    Bar,
    /// Nothing but the picture.
    None,
}

/// What the query asks for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Presentation {
    /// Only the picture and its controls.
    pub embed: bool,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// Which controls an embedded page shows.
    pub controls: ControlBar,
    /// Where the cursor stands at first: a time, or a number of events.
    pub start: Option<When>,
    /// Whether time passes at first; none: as the page thinks fit.
    pub play: Option<bool>,
    /// Virtual microseconds per real second.
    pub speed: Option<f64>,
    /// Which panels an embedded page shows.
    pub tabs: Tabs,
    /// Whether an embedded page lets the visitor change the run.
    pub editable: bool,
}

impl Default for Presentation {
    fn default() -> Self {
        Self {
            embed: false,
            theme: Theme::default(),
            controls: ControlBar::default(),
            start: None,
            play: None,
            speed: None,
            tabs: Tabs::default(),
            editable: true,
        }
    }
}

impl Presentation {
    /// Reads a query such as `?embed=1&start=412ms`. What it does not understand it leaves out, with a sentence each.
    pub fn read(query: &str) -> (Self, Vec<String>) {
        const PAIRS_MAX: usize = 32;
        let mut this = Self::default();
        let mut wrong = Vec::new();
        for pair in query.trim_start_matches('?').split('&').filter(|p| !p.is_empty()).take(PAIRS_MAX) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, "1"));
            if let Err(allowed) = this.set(key, value) {
                let shown: String = value.chars().filter(|c| !c.is_control()).take(40).collect();
                wrong.push(format!("The link's {key}={shown} is not understood and left out: {allowed}."));
            }
        }
        (this, wrong)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), &'static str> {
        match key {
            "embed" => self.embed = flag(value)?,
            "theme" => {
                self.theme = match value {
                    "auto" => Theme::Auto,
                    "light" => Theme::Light,
                    "dark" => Theme::Dark,
                    "host" => Theme::Host,
                    _ => return Err("write light, dark, auto or host"),
                }
            }
            "controls" => {
                self.controls = match value {
                    "full" => ControlBar::Full,
                    "bar" => ControlBar::Bar,
                    "none" => ControlBar::None,
                    _ => return Err("write full, bar or none"),
                }
            }
            "start" => {
                let when = parse_when(value).ok().filter(|when| !matches!(when, When::First(_)));
                self.start =
                    Some(when.ok_or("write a time such as 412ms, or a number of events such as 57")?);
            }
            "play" => self.play = Some(flag(value)?),
            "speed" => {
                let millionths = millionths(value).ok_or("write a number such as 0.02")?;
                if !(100..=100_000_000).contains(&millionths) {
                    return Err("write a number from 0.0001 to 100, where 1 is as fast as the virtual world");
                }
                self.speed = Some(millionths as f64);
            }
            "panels" => {
                let tabs: Option<Vec<Tab>> = value.split(',').map(tab).collect();
                self.tabs =
                    Tabs::of(&tabs.ok_or(
                        "write some of why, views, nodes, events, next, facts and setup, with commas",
                    )?);
            }
            "editable" => self.editable = flag(value)?,
            // Somebody else's key, such as a tracker's: none of our business.
            _ => {}
        }
        Ok(())
    }
}

/// A panel by its name.
fn tab(name: &str) -> Option<Tab> {
    Some(match name {
        "why" => Tab::Why,
        "views" => Tab::Log,
        "nodes" => Tab::Chosen,
        "events" => Tab::Events,
        "next" => Tab::Next,
        "facts" => Tab::Facts,
        "setup" => Tab::Setup,
        _ => return None,
    })
}

/// A decimal number, in millionths; digits beyond are dropped.
fn millionths(value: &str) -> Option<u64> {
    const DIGITS: usize = 6;
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    if whole.len() > DIGITS || !value.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let digits: String = part.chars().chain("0".repeat(DIGITS).chars()).take(DIGITS).collect();
    Some(whole.parse::<u64>().ok()? * 1_000_000 + digits.parse::<u64>().ok()?)
}

fn flag(value: &str) -> Result<bool, &'static str> {
    match value {
        "1" | "true" | "on" => Ok(true),
        "0" | "false" | "off" => Ok(false),
        _ => Err("write 1 or 0"),
    }
}
