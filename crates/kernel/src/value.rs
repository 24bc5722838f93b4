//! What nodes agree on.

use crate::NodeId;
use core::fmt;
use serde::{Serialize, Serializer};

/// A place in the order that is being agreed on, from 1: a log index, a sequence number, a height. Single-decision protocols
/// use slot 1.
pub type Slot = u64;

/// A value that a client asked for, the no-op that fills a place nobody asked for, or what a replica began with.
///
/// What a client asks for is the name of its request: client `i`'s `k`-th (k ≥ 1). It prints as an assignment to that
/// client's own register, `x←1`, which is also what executing it means. What a replica begins with is a number or an
/// order ([`crate::Inputs`]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(pub u64);

/// Set in what replicas begin with; the word below it says of which sort it is.
const INPUT: u64 = 1 << 63;
const ORDER: u64 = INPUT | 1 << 32;
const ANSWER: u64 = INPUT | 2 << 32;
const PLURALITY: u64 = INPUT | 3 << 32;

impl Value {
    /// The value that changes nothing.
    pub const NOOP: Self = Self(0);
    /// A general's order, and what a general does who has heard none.
    pub const RETREAT: Self = Self(ORDER);
    /// A general's order.
    pub const ATTACK: Self = Self(ORDER | 1);

    /// Among answers: nobody has given any.
    pub const NO_ANSWER: Self = Self(INPUT | 4 << 32);

    /// The answer of a replica, for which enough have spoken.
    pub const fn answer(replica: usize) -> Self {
        Self(ANSWER | replica as u64)
    }

    /// No answer has enough behind it; most speaks for that of this replica.
    pub const fn plurality(replica: usize) -> Self {
        Self(PLURALITY | replica as u64)
    }

    /// A number that a replica begins with; prints as the number.
    pub const fn plain(number: u32) -> Self {
        Self(INPUT | number as u64)
    }

    /// Whether a replica can begin with it: a number or an order.
    pub const fn is_input(self) -> bool {
        self.0 & INPUT != 0
    }

    /// The `number`-th request (from 1) of client `client` (from 0).
    pub const fn request(client: usize, number: u32) -> Self {
        Self(((client as u64) << 32) | number as u64)
    }

    /// The client that asked; none for the no-op and for what replicas begin with.
    pub const fn client(self) -> Option<NodeId> {
        if self.0 == 0 || self.is_input() {
            None
        } else {
            Some(NodeId::client((self.0 >> 32) as usize & 0x7fff))
        }
    }

    /// Which of its client's requests this is, from 1; 0 for the no-op. Of what a replica begins with: the number.
    pub const fn number(self) -> u32 {
        self.0 as u32
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const REGISTERS: [&str; 6] = ["x", "y", "z", "u", "v", "w"];
        match self.client() {
            None if *self == Self::RETREAT => f.write_str("retreat"),
            None if *self == Self::ATTACK => f.write_str("attack"),
            None if *self == Self::NO_ANSWER => f.write_str("no answer"),
            None if self.0 >> 32 == ANSWER >> 32 => write!(f, "answer of {}", self.number()),
            None if self.0 >> 32 == PLURALITY >> 32 => write!(f, "no majority, most for {}", self.number()),
            None if self.is_input() => write!(f, "{}", self.number()),
            None => f.write_str("no-op"),
            Some(c) => match REGISTERS.get(c.index()) {
                Some(name) => write!(f, "{name}←{}", self.number()),
                None => write!(f, "r{}←{}", c.index(), self.number()),
            },
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() { s.collect_str(self) } else { s.serialize_u64(self.0) }
    }
}
