//! A bounded memory of facts that must be unique: "in term 4 the leader is 2", "index 7 holds x←3".

use crate::NodeId;
use crate::rng::mix;

/// How many facts one generation holds. A ledger looks back over at least this many.
const GENERATION: usize = 1 << 11;

/// What a fact is about: a place within a group, such as a log index within a term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerKey {
    /// Which group; any number, far apart or not.
    pub group: u64,
    /// Which place within it. Facts about neighbouring places are kept side by side.
    pub place: u64,
}

impl From<u64> for LedgerKey {
    fn from(place: u64) -> Self {
        Self { group: 0, place }
    }
}

impl From<(u64, u64)> for LedgerKey {
    fn from((group, place): (u64, u64)) -> Self {
        Self { group, place }
    }
}

#[derive(Clone, Copy, Debug)]
struct Fact {
    key: LedgerKey,
    value: u64,
    /// The event in which it was stated, so that a run can be taken back.
    event: u32,
    who: NodeId,
    there: bool,
}

const EMPTY: Fact =
    Fact { key: LedgerKey { group: 0, place: 0 }, value: 0, event: 0, who: NodeId::replica(0), there: false };

/// Remembers the first value stated under each key, and who stated it.
///
/// Open addressing over two generations: when the younger is full it becomes the older and the older is forgotten, so
/// memory is bounded however long the run.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    young: Table,
    old: Table,
    event: u32,
}

/// Two different values under one key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerConflict {
    /// The value stated first.
    pub first: u64,
    /// Who stated it.
    pub who: NodeId,
}

impl Ledger {
    /// Nothing stated.
    pub fn new() -> Self {
        Self::default()
    }

    /// States that `key` has `value`. An error if another value was stated under that key before.
    #[inline]
    pub fn state(
        &mut self,
        key: impl Into<LedgerKey>,
        value: u64,
        who: NodeId,
    ) -> Result<(), LedgerConflict> {
        let key = key.into();
        match self.find(key) {
            Some(fact) if fact.value == value => Ok(()),
            Some(fact) => Err(LedgerConflict { first: fact.value, who: fact.who }),
            None => {
                self.add(Fact { key, value, event: self.event, who, there: true });
                Ok(())
            }
        }
    }

    #[inline]
    fn add(&mut self, fact: Fact) {
        if self.young.len >= GENERATION {
            // The older table's memory serves again.
            core::mem::swap(&mut self.old, &mut self.young);
            self.young.clear();
        }
        self.young.insert(fact);
    }

    #[inline]
    fn find(&self, key: LedgerKey) -> Option<&Fact> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    /// Says in which event the following statements are made.
    #[inline]
    pub fn at_event(&mut self, event: u64) {
        self.event = event as u32;
    }

    /// Forgets what was stated in this event or later.
    pub fn take_back(&mut self, event: u64) {
        for table in [&mut self.young, &mut self.old] {
            let before = core::mem::take(table);
            before.facts().filter(|f| u64::from(f.event) < event).for_each(|f| table.insert(*f));
        }
    }

    /// The value first stated under a key, and by whom.
    #[inline]
    pub fn lookup(&self, key: impl Into<LedgerKey>) -> Option<(u64, NodeId)> {
        self.find(key.into()).map(|f| (f.value, f.who))
    }

    /// All facts still remembered (key, value, who), in no particular but a deterministic order.
    pub fn facts(&self) -> impl Iterator<Item = (LedgerKey, u64, NodeId)> + '_ {
        self.old.facts().chain(self.young.facts()).map(|f| (f.key, f.value, f.who))
    }
}

#[derive(Clone, Debug, Default)]
struct Table {
    slots: Vec<Fact>,
    len: usize,
}

impl Table {
    /// Where a key stands or would stand: sixteen neighbours share a block, blocks are scattered, and a
    /// place that is taken gives way to the next one in the next block.
    #[inline]
    fn place(&self, key: LedgerKey) -> usize {
        let mask = self.slots.len() - 1;
        let block = mix(key.group ^ (key.place >> 4).wrapping_mul(0x9e37_79b9_7f4a_7c15)) as usize;
        let mut i = ((block << 4) | (key.place & 15) as usize) & mask;
        while self.slots[i].there && self.slots[i].key != key {
            i = (i + 17) & mask;
        }
        i
    }

    #[inline]
    fn get(&self, key: LedgerKey) -> Option<&Fact> {
        if self.len == 0 {
            return None;
        }
        Some(&self.slots[self.place(key)]).filter(|f| f.there)
    }

    fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.slots.iter().filter(|f| f.there)
    }

    fn insert(&mut self, fact: Fact) {
        if (self.len + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let i = self.place(fact.key);
        self.slots[i] = fact;
        self.len += 1;
    }

    #[cold]
    fn grow(&mut self) {
        let grown = vec![EMPTY; (self.slots.len() * 2).max(256)];
        for fact in core::mem::replace(&mut self.slots, grown).into_iter().filter(|f| f.there) {
            let i = self.place(fact.key);
            self.slots[i] = fact;
        }
    }

    fn clear(&mut self) {
        self.slots.fill(EMPTY);
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_statement_stands_and_a_second_one_is_a_conflict() {
        let mut ledger = Ledger::new();
        let (a, b) = (NodeId::replica(0), NodeId::replica(1));
        assert_eq!(ledger.state(4, 9, a), Ok(()));
        assert_eq!(ledger.state(4, 9, b), Ok(()));
        assert_eq!(ledger.state(4, 8, b), Err(LedgerConflict { first: 9, who: a }));
    }

    #[test]
    fn what_is_taken_back_was_never_stated() {
        let mut ledger = Ledger::new();
        let a = NodeId::replica(0);
        for event in 0..10 {
            ledger.at_event(event);
            ledger.state(event, 1, a).unwrap();
        }
        ledger.take_back(6);
        assert_eq!(ledger.facts().count(), 6);
        assert_eq!(ledger.state(7, 2, a), Ok(()));
    }

    #[test]
    fn it_remembers_a_whole_generation_and_forgets_in_the_end() {
        let mut ledger = Ledger::new();
        let a = NodeId::replica(0);
        for key in 0..GENERATION as u64 * 3 {
            ledger.state(key, key, a).unwrap();
        }
        let last = GENERATION as u64 * 3 - 1;
        assert!((last - GENERATION as u64 + 1..=last).all(|k| ledger.lookup(k).is_some()));
        assert_eq!(ledger.lookup(0), None);
    }
}
