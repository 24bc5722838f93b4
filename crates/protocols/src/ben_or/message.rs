//! What Ben-Or's processes send each other, and how they count it.

use consensus_kernel::{Message, NodeId, Slot, Tally, Value};
use serde::Serialize;

/// What a message names: a value, or, in a proposal, none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Choice {
    /// The value 0.
    Zero,
    /// The value 1.
    One,
    /// No value: the paper's "?".
    Open,
}

impl Choice {
    /// Both values.
    pub const VALUES: [Self; 2] = [Self::Zero, Self::One];

    /// The choice of a value.
    pub fn of(value: Value) -> Self {
        if value == Value::plain(0) { Self::Zero } else { Self::One }
    }

    /// The value it names.
    pub fn value(self) -> Option<Value> {
        match self {
            Self::Zero => Some(Value::plain(0)),
            Self::One => Some(Value::plain(1)),
            Self::Open => None,
        }
    }

    /// The other value; of none, none.
    pub fn other(self) -> Self {
        match self {
            Self::Zero => Self::One,
            Self::One => Self::Zero,
            Self::Open => Self::Open,
        }
    }
}

/// What processes send each other. The sender is in the envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// (1, r, x): the value that the sender would decide.
    Report {
        /// The round.
        round: u64,
        /// Its value.
        choice: Choice,
    },
    /// (2, r, v, D) or (2, r, ?): the value that enough reports named, if they did.
    Proposal {
        /// The round.
        round: u64,
        /// The value proposed, or none.
        choice: Choice,
    },
    /// The sender has decided.
    Decide {
        /// In which round.
        round: u64,
        /// What.
        choice: Choice,
    },
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Report { .. } => 0,
            Self::Proposal { .. } => 1,
            Self::Decide { .. } => 2,
        }
    }

    fn bytes(&self) -> u64 {
        16 + 8 * 2
    }

    fn round(&self) -> u64 {
        match *self {
            Self::Report { round, .. } | Self::Proposal { round, .. } | Self::Decide { round, .. } => round,
        }
    }

    fn slot(&self) -> Option<Slot> {
        Some(1)
    }
}

/// Who named what in one step. A process's first word counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Ballot {
    zero: Tally,
    one: Tally,
    open: Tally,
}

impl Ballot {
    /// Counts a process; false if it was counted before.
    #[inline]
    pub fn add(&mut self, from: NodeId, choice: Choice) -> bool {
        if self.holds(from) {
            return false;
        }
        match choice {
            Choice::Zero => self.zero.add(from),
            Choice::One => self.one.add(from),
            Choice::Open => self.open.add(from),
        }
    }

    /// Whether this process was counted.
    #[inline]
    pub fn holds(&self, from: NodeId) -> bool {
        [&self.zero, &self.one, &self.open].into_iter().any(|tally| tally.voters().contains(from))
    }

    /// Who named this.
    pub fn tally(&self, choice: Choice) -> &Tally {
        match choice {
            Choice::Zero => &self.zero,
            Choice::One => &self.one,
            Choice::Open => &self.open,
        }
    }

    /// How many were heard.
    #[inline]
    pub fn heard(&self) -> usize {
        self.zero.count() + self.one.count() + self.open.count()
    }

    /// The value that so many name. Under the paper's rules it cannot be both; if it is, 0 comes first.
    pub fn reaching(&self, needed: usize) -> Option<Choice> {
        Choice::VALUES.into_iter().find(|choice| self.tally(*choice).count() >= needed)
    }
}

/// What was heard in one round.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Round {
    /// Which.
    pub round: u64,
    /// Its first step.
    pub reports: Ballot,
    /// Its second step.
    pub proposals: Ballot,
}

impl Round {
    /// Nothing heard yet.
    pub fn new(round: u64) -> Self {
        Self { round, reports: Ballot::default(), proposals: Ballot::default() }
    }
}
