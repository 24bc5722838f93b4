//! What nodes agree on.

use crate::NodeId;
use core::fmt;
use serde::{Serialize, Serializer};

/// A place in the order that is being agreed on, from 1: a log index, a sequence number, a height. Single-decision protocols
/// use slot 1.
pub type Slot = u64;

/// A value that a client asked for, or the no-op that fills a place nobody asked for.
///
/// A value is the name of a request: client `i`'s `k`-th (k ≥ 1). It prints as an assignment to that client's own
/// register, `x←1`, which is also what executing it means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(pub u64);

impl Value {
    /// The value that changes nothing.
    pub const NOOP: Self = Self(0);

    /// The `number`-th request (from 1) of client `client` (from 0).
    pub const fn request(client: usize, number: u32) -> Self {
        Self(((client as u64) << 32) | number as u64)
    }

    /// The client that asked; none for the no-op.
    pub const fn client(self) -> Option<NodeId> {
        if self.0 == 0 { None } else { Some(NodeId::client((self.0 >> 32) as usize & 0x7fff)) }
    }

    /// Which of its client's requests this is, from 1; 0 for the no-op.
    pub const fn number(self) -> u32 {
        self.0 as u32
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const REGISTERS: [&str; 6] = ["x", "y", "z", "u", "v", "w"];
        match self.client() {
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
