//! Names of nodes, and sets of them.

use core::fmt;
use serde::{Serialize, Serializer};

/// The largest number of replicas (or of clients) that vote. Bit sets of voters are this wide.
pub const MAX_REPLICAS: usize = 256;

const CLIENT_BIT: u16 = 0x8000;

/// The one name of a node, everywhere: replicas print as `0`, `1`, …, clients as `c0`, `c1`, ….
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(u16);

impl NodeId {
    /// The `i`-th replica (counted from 0).
    pub const fn replica(i: usize) -> Self {
        debug_assert!(i < CLIENT_BIT as usize);
        Self(i as u16)
    }

    /// The `i`-th client (counted from 0).
    pub const fn client(i: usize) -> Self {
        debug_assert!(i < CLIENT_BIT as usize);
        Self(i as u16 | CLIENT_BIT)
    }

    /// Whether this node is a client.
    #[inline]
    pub const fn is_client(self) -> bool {
        self.0 & CLIENT_BIT != 0
    }

    /// Position among the replicas, or among the clients.
    #[inline]
    pub const fn index(self) -> usize {
        (self.0 & !CLIENT_BIT) as usize
    }

    /// The number behind the name; unique among replicas and clients of a run.
    pub const fn raw(self) -> u16 {
        self.0
    }

    pub(crate) const fn of_raw(raw: u16) -> Self {
        Self(raw)
    }

    /// Reads a name as [`fmt::Display`] prints it.
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, client) = match text.strip_prefix('c') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let plain = !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit());
        if !plain || (digits.len() > 1 && digits.starts_with('0')) {
            return None;
        }
        let i: usize = digits.parse().ok()?;
        Some(if client { Self::client(i) } else { Self::replica(i) })
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_client() {
            f.write_str("c")?;
        }
        write!(f, "{}", self.index())
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() { s.collect_str(self) } else { s.serialize_u16(self.0) }
    }
}

/// A set of replicas, as bits. Clients are never members.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bits<const WORDS: usize>([u64; WORDS]);

/// A set of replicas that may vote, up to [`MAX_REPLICAS`] of them.
pub type NodeSet = Bits<{ MAX_REPLICAS / 64 }>;

/// A set of replicas of the largest runs, up to 1,024 of them: neighbours, sides of a cut. Four times the size.
pub type WideSet = Bits<16>;

impl<const WORDS: usize> Default for Bits<WORDS> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const WORDS: usize> Bits<WORDS> {
    /// The empty set.
    pub const EMPTY: Self = Self([0; WORDS]);

    /// One replica alone; nobody, if it is none that a set can hold.
    #[inline]
    pub fn only(id: NodeId) -> Self {
        let (word, bit) = (id.raw() as usize / 64, 1u64 << (id.raw() % 64));
        // Each word by itself: what is stored at a computed place cannot stay in registers.
        Self(std::array::from_fn(|i| if i == word { bit } else { 0 }))
    }

    /// The replicas `0 .. n`.
    pub fn first(n: usize) -> Self {
        let mut set = Self::EMPTY;
        for i in 0..n.min(64 * WORDS) {
            set.insert(NodeId::replica(i));
        }
        set
    }

    /// Adds a replica; false if it was there already, or is no replica that a set can hold.
    #[inline]
    pub fn insert(&mut self, id: NodeId) -> bool {
        let i = id.raw() as usize;
        let Some(word) = self.0.get_mut(i / 64) else { return false };
        let bit = 1u64 << (i % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }

    /// Removes a replica; true if it was there.
    pub fn remove(&mut self, id: NodeId) -> bool {
        let i = id.raw() as usize;
        let Some(word) = self.0.get_mut(i / 64) else { return false };
        let bit = 1u64 << (i % 64);
        let there = *word & bit != 0;
        *word &= !bit;
        there
    }

    /// Whether the replica is a member.
    #[inline]
    pub fn contains(&self, id: NodeId) -> bool {
        let i = id.raw() as usize;
        self.0.get(i / 64).is_some_and(|w| w & (1 << (i % 64)) != 0)
    }

    /// Number of members.
    pub fn len(&self) -> usize {
        self.0.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// Members of both.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut out = *self;
        for (a, b) in out.0.iter_mut().zip(other.0) {
            *a &= b;
        }
        out
    }

    /// Members of either.
    pub fn union(&self, other: &Self) -> Self {
        let mut out = *self;
        for (a, b) in out.0.iter_mut().zip(other.0) {
            *a |= b;
        }
        out
    }

    /// Members in ascending order.
    pub fn iter(&self) -> NodeSetIter<WORDS> {
        NodeSetIter { words: self.0, at: 0 }
    }
}

impl<const WORDS: usize> FromIterator<NodeId> for Bits<WORDS> {
    fn from_iter<I: IntoIterator<Item = NodeId>>(iter: I) -> Self {
        let mut set = Self::EMPTY;
        for id in iter {
            set.insert(id);
        }
        set
    }
}

impl<const WORDS: usize> IntoIterator for Bits<WORDS> {
    type Item = NodeId;
    type IntoIter = NodeSetIter<WORDS>;
    fn into_iter(self) -> NodeSetIter<WORDS> {
        self.iter()
    }
}

/// Iterator over the members of a set, ascending.
#[derive(Clone, Debug)]
pub struct NodeSetIter<const WORDS: usize> {
    words: [u64; WORDS],
    at: usize,
}

impl<const WORDS: usize> Iterator for NodeSetIter<WORDS> {
    type Item = NodeId;
    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        while self.at < WORDS {
            let word = &mut self.words[self.at];
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(NodeId::replica(self.at * 64 + bit));
            }
            self.at += 1;
        }
        None
    }
}

impl<const WORDS: usize> fmt::Debug for Bits<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<const WORDS: usize> Serialize for Bits<WORDS> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_it_prints() {
        for id in [NodeId::replica(0), NodeId::replica(127), NodeId::client(0), NodeId::client(12)] {
            assert_eq!(NodeId::parse(&id.to_string()), Some(id));
        }
        for bad in ["", "c", "-1", "01", "c01", "1x", "99999", "٣"] {
            assert_eq!(NodeId::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_set_counts_a_member_once_and_never_a_client() {
        let mut set = NodeSet::EMPTY;
        assert!(set.insert(NodeId::replica(200)));
        assert!(!set.insert(NodeId::replica(200)));
        assert!(!set.insert(NodeId::client(3)));
        assert_eq!(set.len(), 1);
        assert_eq!(set.iter().collect::<Vec<_>>(), [NodeId::replica(200)]);
        assert_eq!(NodeSet::first(70).len(), 70);
    }
}
