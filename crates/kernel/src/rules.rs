//! The rules of a paper: cited as they fire, and switchable one by one.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// Position of a rule in its protocol's table ([`crate::Meta::rules`]).
pub type RuleId = u8;

/// Position of a switch in its protocol's table ([`crate::Meta::switches`]); below 64.
pub type SwitchId = u8;

/// One rule of the paper, as the explanation card shows it. Own words, never the paper's sentences.
///
/// Its parts stand in one text, a line each: there are hundreds of rules, and a page that carries them pays for every
/// reference to a text.
#[derive(Clone, Copy, Debug)]
pub struct Rule(&'static str);

impl Rule {
    /// From five lines: [`Rule::id`], [`Rule::what`], [`Rule::why`], [`Rule::rule`], [`Rule::place`].
    pub const fn of(lines: &'static str) -> Self {
        Self(lines)
    }

    fn line(self, n: usize) -> &'static str {
        self.0.split('\n').nth(n).unwrap_or_default()
    }

    /// Short name by which the paper's readers know it: `§5.4.2`, `1b`, `prepared`.
    pub fn id(self) -> &'static str {
        self.line(0)
    }

    /// What happened, as a short clause with the node as its subject: "becomes leader of the term".
    pub fn what(self) -> &'static str {
        self.line(1)
    }

    /// Why the protocol does it: what would go wrong otherwise.
    pub fn why(self) -> &'static str {
        self.line(2)
    }

    /// The rule itself, as one line of pseudo code or a formula.
    pub fn rule(self) -> &'static str {
        self.line(3)
    }

    /// Where it stands: paper and section.
    pub fn place(self) -> &'static str {
        self.line(4)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut parts = s.serialize_struct("Rule", 5)?;
        parts.serialize_field("id", self.id())?;
        parts.serialize_field("what", self.what())?;
        parts.serialize_field("why", self.why())?;
        parts.serialize_field("rule", self.rule())?;
        parts.serialize_field("place", self.place())?;
        parts.end()
    }
}

/// What switching a rule off leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Breaks {
    /// The named property (a generic one or an invariant of the protocol) can be violated.
    Safety(&'static str),
    /// Nothing wrong is ever decided, but runs exist that never decide.
    Liveness,
    /// Provably nothing: the rule is belt and braces. The text of the switch says why.
    Nothing,
}

/// A rule that the visitor can switch off.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Switch {
    /// Name in a link: `without=commit-own-term`.
    pub id: &'static str,
    /// The rule it removes, in a few words, as it reads while the rule holds.
    pub label: &'static str,
    /// Which rule of the paper.
    pub cite: &'static str,
    /// What its absence breaks.
    pub breaks: Breaks,
    /// The accident it prevents, in a sentence or two.
    pub accident: &'static str,
}

/// The set of rules that are switched off: one bit test each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RuleSet {
    off: u64,
}

impl RuleSet {
    /// Every rule holds.
    pub const ALL_HOLD: Self = Self { off: 0 };

    /// Switches a rule off.
    pub const fn without(mut self, switch: SwitchId) -> Self {
        self.off |= 1 << switch;
        self
    }

    /// Whether the rule holds.
    #[inline]
    pub const fn holds(self, switch: SwitchId) -> bool {
        self.off & (1 << switch) == 0
    }

    /// Whether every rule holds.
    pub const fn all_hold(self) -> bool {
        self.off == 0
    }
}
