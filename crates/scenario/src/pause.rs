//! Moments at which playing stops, and what to read there. They belong to the link: the run is the same without them.

use crate::bounds::{EVENTS, NOTE_BYTES};
use crate::error::ErrorKind::UnknownName;
use crate::value::{Read, parse_duration, parse_number, parse_texts, print_text};
use crate::{ValueError, error};
use consensus_kernel::{Duration, Time};

/// A moment at which playing stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pause {
    /// When.
    pub when: When,
    /// What to read there; may be empty.
    pub note: String,
}

/// When playing stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// After so many events.
    Event(u64),
    /// At this time.
    Time(Time),
    /// When this happens for the first time: position in [`FIRSTS`].
    First(usize),
}

/// What can happen for the first time, by its name in a link.
pub const FIRSTS: [&str; 4] = ["violation", "fault", "leader", "decision"];

/// Reads a moment and its note: `57:Two promises are enough`, `24ms`, `decision:It is done`.
pub(crate) fn parse_pause(text: &str) -> Read<Pause> {
    let (when, note) = text.split_once(':').unwrap_or((text, ""));
    let mut note = parse_texts(note, 1, NOTE_BYTES, None)?.pop().unwrap_or_default();
    if note.contains('\n') {
        note = note.replace('\n', " ");
    }
    Ok(Pause { when: parse_when(when.trim())?, note })
}

/// Reads a moment: `57` for a number of events, a time such as `24ms`, or what happens for the first time.
///
/// # Errors
/// A sentence, and what is allowed.
pub fn parse_when(text: &str) -> Result<When, ValueError> {
    if let Some(first) = FIRSTS.iter().position(|name| *name == text) {
        return Ok(When::First(first));
    }
    match text.as_bytes() {
        [b'0'..=b'9', ..] if text.bytes().all(|b| b.is_ascii_digit()) => {
            parse_number(text, 0, EVENTS, "events").map(When::Event)
        }
        [b'0'..=b'9' | b'.', ..] => parse_duration(text).map(|Duration(us)| When::Time(Time(us))),
        _ => {
            let shown = error::clean(text, 40);
            let allowed =
                format!("allowed: a number of events, a time such as 24ms, or one of: {}", FIRSTS.join(", "));
            Err(ValueError::new(UnknownName, format!("`{shown}` is no moment"), allowed))
        }
    }
}

/// Writes a moment and its note.
pub(crate) fn print_pause(pause: &Pause) -> String {
    let when = match pause.when {
        When::Event(events) => events.to_string(),
        When::Time(at) => match Duration(at.0) {
            // A bare 0 is a number of events.
            Duration::ZERO => "0us".to_owned(),
            span => span.to_string(),
        },
        When::First(first) => FIRSTS.get(first).copied().unwrap_or_default().to_owned(),
    };
    match pause.note.is_empty() {
        true => when,
        false => format!("{when}:{}", print_text(&pause.note)),
    }
}
