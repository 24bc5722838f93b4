//! A bounded memory of facts that must be unique: "in term 4 the leader is 2", "index 7 holds x←3".

use crate::NodeId;
use crate::rng::mix;

/// How many keys one generation holds. A ledger looks back over at least this many facts.
const GENERATION: usize = 1 << 13;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Fact {
    key: u64,
    value: u64,
    /// The event in which it was stated, so that a run can be taken back.
    event: u32,
    who: NodeId,
}

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
    pub fn state(&mut self, key: u64, value: u64, who: NodeId) -> Result<(), LedgerConflict> {
        match self.lookup(key) {
            Some((first, _)) if first == value => Ok(()),
            Some((first, who)) => Err(LedgerConflict { first, who }),
            None => {
                if self.young.len >= GENERATION {
                    self.old = core::mem::take(&mut self.young);
                }
                self.young.insert(Fact { key, value, event: self.event, who });
                Ok(())
            }
        }
    }

    /// Says in which event the following statements are made.
    #[inline]
    pub fn at_event(&mut self, event: u64) {
        self.event = event as u32;
    }

    /// Forgets what was stated in this event or later.
    pub fn take_back(&mut self, event: u64) {
        for table in [&mut self.young, &mut self.old] {
            let kept = core::mem::take(table);
            kept.slots
                .into_iter()
                .flatten()
                .filter(|f| u64::from(f.event) < event)
                .for_each(|f| table.insert(f));
        }
    }

    /// The value first stated under a key, and by whom.
    #[inline]
    pub fn lookup(&self, key: u64) -> Option<(u64, NodeId)> {
        self.young.get(key).or_else(|| self.old.get(key)).map(|f| (f.value, f.who))
    }

    /// All facts still remembered, in no particular but a deterministic order.
    pub fn facts(&self) -> impl Iterator<Item = (u64, u64, NodeId)> + '_ {
        self.old.slots.iter().chain(&self.young.slots).flatten().map(|f| (f.key, f.value, f.who))
    }
}

#[derive(Clone, Debug, Default)]
struct Table {
    slots: Vec<Option<Fact>>,
    len: usize,
}

impl Table {
    #[inline]
    fn place(&self, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        // Neighbouring keys stay neighbours, so that those of the latest slots share cache lines.
        let mut i = (key ^ mix(key >> 16)) as usize & mask;
        while self.slots[i].is_some_and(|f| f.key != key) {
            i = (i + 1) & mask;
        }
        i
    }

    #[inline]
    fn get(&self, key: u64) -> Option<Fact> {
        if self.len == 0 { None } else { self.slots[self.place(key)] }
    }

    fn insert(&mut self, fact: Fact) {
        if (self.len + 1) * 2 > self.slots.len() {
            let grown = vec![None; (self.slots.len() * 2).max(64)];
            let before = core::mem::replace(&mut self.slots, grown);
            for f in before.into_iter().flatten() {
                let i = self.place(f.key);
                self.slots[i] = Some(f);
            }
        }
        let i = self.place(fact.key);
        self.slots[i] = Some(fact);
        self.len += 1;
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
