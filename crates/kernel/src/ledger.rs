//! A bounded memory of facts that must be unique: "in term 4 the leader is 2", "index 7 holds x←3".

use crate::NodeId;

/// How many facts one generation holds. A ledger looks back over at least this many.
const GENERATION: usize = 1 << 11;

/// What a fact is about: a place within a group, such as a log index within a term.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerKey {
    /// Which group; any number, far apart or not.
    pub group: u64,
    /// Which place within it. Facts about neighbouring places are kept side by side, so dense numbers cost least.
    pub place: u64,
}

impl LedgerKey {
    /// The number of its block, and its place there.
    #[inline]
    fn block(self) -> (u64, usize) {
        (self.place / PLACES as u64, self.place as usize % PLACES)
    }
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
    value: u64,
    /// The event in which it was stated, so that a run can be taken back.
    event: u32,
    who: NodeId,
}

/// How many places share a block.
const PLACES: usize = 16;

/// A run of neighbouring places of one group.
#[derive(Clone, Debug)]
struct Block {
    group: u64,
    /// Its places are numbered from 16 times this.
    number: u64,
    /// Which places hold a fact, one bit each.
    there: u16,
    facts: [Fact; PLACES],
}

/// Remembers the first value stated under each key, and who stated it.
///
/// Two generations: when the younger is full it becomes the older and the older is forgotten, so memory is bounded
/// however long the run. A block that is added to moves to the younger, so no fact is in both.
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

    /// Whether this very value was stated under that key not long ago: what is true of most statements, and cheap to
    /// tell. False says nothing.
    #[inline]
    pub fn holds(&self, key: impl Into<LedgerKey>, value: u64) -> bool {
        let key = key.into();
        let (number, i) = key.block();
        self.young.recent(key.group, number).is_some_and(|at| {
            let block = &self.young.blocks[at];
            (block.there & (1 << i) != 0) & (block.facts[i].value == value)
        })
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
        let (number, i) = key.block();
        let at = match self.young.recent(key.group, number) {
            Some(at) => at,
            None => match self.make_place(key) {
                Ok(at) => at,
                Err(known) => return known.agree(value),
            },
        };
        let block = &mut self.young.blocks[at];
        if block.there & (1 << i) != 0 {
            return block.facts[i].agree(value);
        }
        block.there |= 1 << i;
        block.facts[i] = Fact { value, event: self.event, who };
        self.young.added += 1;
        Ok(())
    }

    /// A block in the younger generation for this key, or the fact that the older one knows.
    #[inline(never)]
    fn make_place(&mut self, key: LedgerKey) -> Result<usize, Fact> {
        let (number, _) = key.block();
        match (self.young.search(key.group, number), self.old.fact(key)) {
            (Some(at), _) => Ok(at),
            (None, Some(known)) => Err(*known),
            (None, None) => Ok(self.bring(key.group, number)),
        }
    }

    /// Brings a block into the younger generation, empty if it is new.
    fn bring(&mut self, group: u64, number: u64) -> usize {
        if self.young.added >= GENERATION {
            // The older table's memory serves again.
            core::mem::swap(&mut self.old, &mut self.young);
            self.young.clear();
        }
        let mut block = Block { group, number, there: 0, facts: [Fact::NONE; PLACES] };
        if let Some(at) = self.old.search(group, number) {
            let before = &mut self.old.blocks[at];
            block.clone_from(before);
            before.there = 0;
        }
        self.young.insert(block)
    }

    /// Says in which event the following statements are made.
    #[inline]
    pub fn at_event(&mut self, event: u64) {
        self.event = event as u32;
    }

    /// Forgets what was stated in this event or later.
    pub fn take_back(&mut self, event: u64) {
        for table in [&mut self.young, &mut self.old] {
            for block in &mut table.blocks {
                for (i, fact) in block.facts.iter().enumerate() {
                    if u64::from(fact.event) >= event {
                        block.there &= !(1 << i);
                    }
                }
            }
        }
    }

    /// The value first stated under a key, and by whom.
    #[inline]
    pub fn lookup(&self, key: impl Into<LedgerKey>) -> Option<(u64, NodeId)> {
        let key = key.into();
        let (number, i) = key.block();
        // What is in the younger generation is in no other.
        let block = match self.young.recent(key.group, number) {
            Some(at) => &self.young.blocks[at],
            None => self.block_of_before(key.group, number)?,
        };
        let fact = &block.facts[i];
        (block.there & (1 << i) != 0).then_some((fact.value, fact.who))
    }

    #[inline(never)]
    fn block_of_before(&self, group: u64, number: u64) -> Option<&Block> {
        let young = self.young.search(group, number).map(|at| &self.young.blocks[at]);
        young.or_else(|| self.old.search(group, number).map(|at| &self.old.blocks[at]))
    }

    /// All facts still remembered (key, value, who), in no particular but a deterministic order.
    pub fn facts(&self) -> impl Iterator<Item = (LedgerKey, u64, NodeId)> + '_ {
        self.old.blocks.iter().chain(&self.young.blocks).flat_map(|block| {
            let there = block.facts.iter().enumerate().filter(|(i, _)| block.there & (1 << i) != 0);
            there.map(|(i, fact)| {
                let place = block.number * PLACES as u64 + i as u64;
                (LedgerKey { group: block.group, place }, fact.value, fact.who)
            })
        })
    }
}

impl Fact {
    const NONE: Self = Self { value: 0, event: 0, who: NodeId::replica(0) };

    #[inline]
    fn agree(&self, value: u64) -> Result<(), LedgerConflict> {
        if self.value == value { Ok(()) } else { Err(LedgerConflict { first: self.value, who: self.who }) }
    }
}

/// Blocks in the order in which they came, found by open addressing.
#[derive(Clone, Debug, Default)]
struct Table {
    blocks: Vec<Block>,
    /// One more than a block's position; 0 where there is none. At most half full.
    index: Vec<u32>,
    /// Facts stated while this was the younger generation.
    added: usize,
}

impl Table {
    #[inline]
    fn fact(&self, key: LedgerKey) -> Option<&Fact> {
        let (number, i) = key.block();
        let block = &self.blocks[self.search(key.group, number)?];
        Some(&block.facts[i]).filter(|_| block.there & (1 << i) != 0)
    }

    /// Looks among the two newest blocks: runs move on from place to place, and some nodes are a little behind.
    #[inline]
    fn recent(&self, group: u64, number: u64) -> Option<usize> {
        let [.., before, newest] = self.blocks.as_slice() else { return None };
        let is = |block: &Block| (block.number == number) & (block.group == group);
        let newest = is(newest);
        (newest | is(before)).then(|| self.blocks.len() - 2 + usize::from(newest))
    }

    fn search(&self, group: u64, number: u64) -> Option<usize> {
        let mut i = scatter(group, number);
        loop {
            // The mask keeps within a power of two; an empty index finds nothing.
            let at = *self.index.get(i & self.index.len().wrapping_sub(1))?;
            let block = self.blocks.get(at.wrapping_sub(1) as usize)?;
            if block.number == number && block.group == group {
                return Some(at as usize - 1);
            }
            i += 1;
        }
    }

    fn insert(&mut self, block: Block) -> usize {
        self.blocks.push(block);
        let last = self.blocks.len() - 1;
        if self.blocks.len() * 2 > self.index.len() {
            self.index = vec![0; (self.index.len() * 2).max(32)];
            (0..=last).for_each(|at| self.list(at));
        } else {
            self.list(last);
        }
        last
    }

    fn list(&mut self, at: usize) {
        let mask = self.index.len() - 1;
        let mut i = scatter(self.blocks[at].group, self.blocks[at].number) & mask;
        while self.index[i] != 0 {
            i = (i + 1) & mask;
        }
        self.index[i] = at as u32 + 1;
    }

    fn clear(&mut self) {
        self.blocks.clear();
        self.index.fill(0);
        self.added = 0;
    }
}

/// Where the search for a block begins.
#[inline]
fn scatter(group: u64, number: u64) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mixed = (group.wrapping_mul(ODD) ^ number).wrapping_mul(ODD);
    (mixed ^ (mixed >> 32)) as usize
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
