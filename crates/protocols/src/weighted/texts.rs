//! How alike two answers are: Dice's coefficient over multisets (Dice 1945; over pairs of letters Adamson & Boreham 1974),
//! 2·|A ∩ B| / (|A| + |B|), in whole numbers.
//!
//! Before that answers are made plain: letters in lower case by Unicode's mapping, every run of blanks, punctuation and signs
//! one blank, none at the ends. Accents stay, and composed and decomposed letters differ. What is empty then is no answer.

use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// What an agent says; stored once however many hold it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said(Arc<str>);

impl Said {
    /// This text.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it says nothing.
    pub fn is_blank(&self) -> bool {
        !self.0.chars().any(char::is_alphanumeric)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

/// What an agent puts its name to: an answer, and to which question.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Statement {
    /// To which question.
    pub to: Question,
    /// The answer.
    pub said: Said,
}

/// What can be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Question {
    /// Whether somebody is there.
    RollCall,
    /// The question of the run.
    Put,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.said, f)
    }
}

/// What answers are made of when they are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Measure {
    /// Pairs of neighbouring letters, with a blank before and behind.
    Letters,
    /// Words.
    Words,
    /// The whole: alike or not.
    Exact,
}

/// An answer made plain.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut blank = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) && !out.is_empty() {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// The parts of an answer, sorted, each as often as it occurs.
pub fn parts(text: &str, measure: Measure) -> Vec<String> {
    let plain = plain(text);
    let mut parts: Vec<String> = match measure {
        _ if plain.is_empty() => Vec::new(),
        Measure::Exact => vec![plain],
        Measure::Words => plain.split(' ').map(str::to_owned).collect(),
        Measure::Letters => {
            let letters = || plain.chars().chain([' ']);
            [' ']
                .into_iter()
                .chain(letters())
                .zip(letters())
                .map(|(a, b)| String::from_iter([a, b]))
                .collect()
        }
    };
    consensus_kernel::sort(&mut parts, |a, b| a < b);
    parts
}

/// Twice what two answers share, and how much there is of both.
pub fn dice(a: &[String], b: &[String]) -> (u32, u32) {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j) = (i + 1, j + 1);
                shared += 2;
            }
        }
    }
    (shared, (a.len() + b.len()) as u32)
}
