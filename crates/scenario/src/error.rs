//! What is wrong with a text, where, and what would be right; safe to show anywhere.

use core::fmt;

/// What sort of mistake it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// The text names no protocol: there is nothing in it.
    Empty,
    /// The text is longer than a link, a file or an inflated link may be.
    TooLong,
    /// A per cent sign that begins no escape, or escapes that are no UTF-8.
    Escape,
    /// A compressed form that is damaged or of a form not known here.
    Compressed,
    /// The text was written for a newer meaning of the engines.
    Version,
    /// No protocol has this name.
    Protocol,
    /// No key has this name.
    Key,
    /// A key, or something in a value, that may stand only once.
    Repeated,
    /// A key without a value, or an action without what it acts on.
    Missing,
    /// Not written as such a value is written.
    Malformed,
    /// Below the bound.
    TooSmall,
    /// Above the bound.
    TooLarge,
    /// More of them than allowed.
    TooMany,
    /// A name that the protocol does not have.
    UnknownName,
    /// A node that does not exist, or one of the wrong sort.
    NoSuchNode,
    /// Things that cannot stand together.
    Conflict,
}

/// What is wrong with one value, and what is allowed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValueError {
    /// The sort of mistake.
    pub kind: ErrorKind,
    /// What is wrong, as a clause: "too large".
    pub why: String,
    /// What is allowed, as a clause: "at most 128 replicas are allowed".
    pub allowed: String,
}

/// What is wrong with a text: where, and what is allowed. Nothing in it holds control or bidirectional characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// The key to blame, at most 40 characters; `protocol` for the name of the protocol, `link` for the whole.
    pub key: String,
    /// The value as given, at most 60 characters.
    pub value: String,
    /// Offset of the culprit in the given text, in bytes.
    pub position: usize,
    /// The line it stands in, from 1.
    pub line: u32,
    /// The character of that line with which it begins, from 1.
    pub column: u32,
    /// The sort of mistake.
    pub kind: ErrorKind,
    /// What is wrong, as a clause.
    pub why: String,
    /// What is allowed, as a clause; empty if what is wrong says that, too.
    pub allowed: String,
}

impl ValueError {
    pub(crate) fn new(kind: ErrorKind, why: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self { kind, why: why.into(), allowed: allowed.into() }
    }

    /// The same, with the setting of several that it is about.
    pub(crate) fn of(self, key: &str) -> Self {
        Self { why: format!("{key}: {}", self.why), ..self }
    }

    pub(crate) fn malformed(why: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, why, allowed)
    }

    /// A name that is none of these.
    pub(crate) fn unknown<'a>(
        kind: ErrorKind,
        what: &str,
        name: &str,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        let shown = clean(name, VALUE_CHARS);
        let why = match nearest(name, names.clone()) {
            Some(near) => format!("there is no {what} `{shown}`, did you mean `{near}`?"),
            None => format!("there is no {what} `{shown}`"),
        };
        let list: Vec<&str> = names.collect();
        let allowed = if list.is_empty() {
            "this protocol has none".into()
        } else {
            format!("allowed: {}", list.join(", "))
        };
        Self::new(kind, why, allowed)
    }
}

impl ParseError {
    /// An error at a byte offset of the text.
    pub(crate) fn at(text: &str, position: usize, key: &str, value: &str, error: ValueError) -> Self {
        let position = floor_boundary(text, position);
        let before = text.get(..position).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let ValueError { kind, why, allowed } = error;
        Self {
            key: clean(key, KEY_CHARS),
            value: clean(value, VALUE_CHARS),
            position,
            line: from_one(before.bytes().filter(|b| *b == b'\n').count()),
            column: from_one(before.get(line_start..).unwrap_or_default().chars().count()),
            kind,
            why,
            allowed,
        }
    }

    /// What is wrong and what is allowed, without the place.
    pub fn because(&self) -> String {
        let between = match () {
            () if self.allowed.is_empty() => "",
            () if self.why.ends_with('?') => " ",
            () => ", ",
        };
        format!("{}{between}{}", self.why, self.allowed)
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = if self.why.ends_with('?') { "" } else { "," };
        write!(f, "{}{comma} {}", self.why, self.allowed)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        if !self.value.is_empty() {
            write!(f, "={}", self.value)?;
        }
        match self.line {
            1 => write!(f, " (at character {})", self.column)?,
            line => write!(f, " (line {line}, character {})", self.column)?,
        }
        write!(f, ": {}", self.because())
    }
}

impl core::error::Error for ValueError {}
impl core::error::Error for ParseError {}

/// Longest key shown.
const KEY_CHARS: usize = 40;
/// Longest value shown.
const VALUE_CHARS: usize = 60;

/// The text without anything that could hide or turn what stands around it, and not longer than this.
pub(crate) fn clean(text: &str, chars_max: usize) -> String {
    let shown = |c: char| if is_hidden(c) { '\u{fffd}' } else { c };
    let mut chars = text.chars().map(shown);
    let mut out: String = chars.by_ref().take(chars_max).collect();
    if chars.next().is_some() {
        out.pop();
        out.push('…');
    }
    out
}

/// Control characters, bidirectional marks, characters of no width, and line separators.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The candidate that differs in the fewest letters, if it is so near that a slip of the hand explains it.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(KEY_CHARS).map(|c| c.to_ascii_lowercase()).collect();
    let allowed = word.len().div_ceil(3).min(3);
    candidates
        .map(|c| (distance(&word, c), c))
        // Something must be left of the word: one letter is no slip for another.
        .filter(|(d, c)| *d <= allowed && *d < word.len().max(c.len()))
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// How many letters must be put in, taken out or replaced (Levenshtein).
fn distance(word: &[char], other: &str) -> usize {
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (i, c) in other.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, w) in row.iter_mut().skip(1).zip(word) {
            let next = (diagonal + usize::from(*w != c)).min(left + 1).min(*above + 1);
            diagonal = *above;
            *above = next;
            left = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// A count from zero as people count.
fn from_one(from_zero: usize) -> u32 {
    u32::try_from(from_zero).unwrap_or(u32::MAX).saturating_add(1)
}

/// The next position at or before this one that lies between two characters.
fn floor_boundary(text: &str, position: usize) -> usize {
    (0..=position.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_has_no_control_and_no_bidi_characters() {
        assert_eq!(clean("a\u{202e}b\u{0}c\n", 60), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(clean(&"x".repeat(61), 60).chars().count(), 60);
        assert!(clean(&"x".repeat(61), 60).ends_with('…'));
        assert_eq!(clean(&"x".repeat(60), 60), "x".repeat(60));
    }

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not() {
        let keys = ["seed", "latency", "loss", "n"];
        assert_eq!(nearest("sed", keys.into_iter()), Some("seed"));
        assert_eq!(nearest("lattency", keys.into_iter()), Some("latency"));
        assert_eq!(nearest("LOSS", keys.into_iter()), Some("loss"));
        assert_eq!(nearest("colour", keys.into_iter()), None);
        assert_eq!(nearest("9", keys.into_iter()), None);
        assert_eq!(distance(&['k', 'i', 't', 't', 'e', 'n'], "sitting"), 3);
    }
}
