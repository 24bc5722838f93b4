//! A bounded memory of facts that must be unique: "in term 4 the leader is 2", "index 7 holds x←3".

use crate::NodeId;

/// How many facts one generation holds. A ledger looks back over at least this many.
const GENERATION: usize = 1 << 11;

/// How many of a replica's heights are kept apart, to be taken back to.
const HEIGHTS: usize = 1 << 6;

/// How many facts may stand for good.
const LASTING: usize = 1 << 6;

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
///
/// What is not remembered may have happened all the same: who says that something never was asks [`Ledger::recalls`].
/// What must never be forgotten has places of its own: a few facts that [stand for good](Ledger::state_for_good), and of
/// each replica a number that [only rises](Ledger::rises).
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    young: Table,
    old: Table,
    event: u32,
    /// Where blocks of the younger generation were found lately, each in the line that its name leads to: runs move on
    /// from place to place, and some nodes are a little behind.
    hints: [Hint; LINES],
    /// Facts of later events only are all remembered; none forgotten yet is none.
    forgotten: Option<u32>,
    lasting: Vec<(LedgerKey, Fact)>,
    /// By replica: what it reached and in which event, ascending.
    heights: Vec<Vec<(u64, u32)>>,
}

/// How many hints there are.
const LINES: usize = 8;

/// Where a block of the younger generation is.
#[derive(Clone, Copy, Debug)]
struct Hint {
    group: u64,
    number: u64,
    at: usize,
}

impl Default for Hint {
    /// Of a block that cannot be.
    fn default() -> Self {
        Self { group: 0, number: u64::MAX, at: 0 }
    }
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
        self.hinted(key.group, number)
            .is_some_and(|block| (block.there & (1 << i) != 0) & (block.facts[i].value == value))
    }

    /// States that `key` has `value`. An error if another value was stated under that key before.
    #[inline]
    pub fn state(
        &mut self,
        key: impl Into<LedgerKey>,
        value: u64,
        who: NodeId,
    ) -> Result<(), LedgerConflict> {
        self.news(key, value, who).map(drop)
    }

    /// The same, and says whether nobody had stated it before.
    #[inline]
    pub fn news(
        &mut self,
        key: impl Into<LedgerKey>,
        value: u64,
        who: NodeId,
    ) -> Result<bool, LedgerConflict> {
        let key = key.into();
        let (_, i) = key.block();
        let at = match self.place(key) {
            Ok(at) => at,
            Err(known) => return known.agree(value),
        };
        let block = &mut self.young.blocks[at];
        if block.there & (1 << i) != 0 {
            return block.facts[i].agree(value);
        }
        block.there |= 1 << i;
        block.facts[i] = Fact { value, event: self.event, who };
        self.young.added += 1;
        Ok(true)
    }

    /// States what the places of a group hold, from `top` down to the first that somebody has stated before, or to the one
    /// above `floor`; says whether there was any news. The error names the place that differs. A place without a value is
    /// passed over.
    #[inline]
    pub fn retrace(
        &mut self,
        group: u64,
        (floor, top): (u64, u64),
        who: NodeId,
        value_at: impl Fn(u64) -> Option<u64>,
    ) -> Result<bool, (u64, LedgerConflict)> {
        // Mostly somebody else was here before.
        if value_at(top).is_some_and(|value| self.holds(LedgerKey { group, place: top }, value)) {
            return Ok(false);
        }
        self.retrace_news(group, (floor, top), who, value_at)
    }

    /// The same, where there mostly is news.
    #[inline(never)]
    pub fn retrace_news(
        &mut self,
        group: u64,
        (floor, top): (u64, u64),
        who: NodeId,
        value_at: impl Fn(u64) -> Option<u64>,
    ) -> Result<bool, (u64, LedgerConflict)> {
        let mut place = top;
        while place > floor {
            let key = LedgerKey { group, place };
            let (number, last) = key.block();
            let at = match self.place(key) {
                Ok(at) => at,
                Err(known) => return known.fits(value_at(place), place, top),
            };
            let (block, start) = (&mut self.young.blocks[at], number * PLACES as u64);
            // The highest place of the block that somebody has stated, and those above it.
            let known = block.there & (u16::MAX >> (PLACES - 1 - last));
            let above = (u16::BITS - known.leading_zeros()) as usize;
            let first = above.max((floor + 1).saturating_sub(start) as usize);
            for i in first..=last {
                let Some(value) = value_at(start + i as u64) else { continue };
                block.there |= 1 << i;
                block.facts[i] = Fact { value, event: self.event, who };
                self.young.added += 1;
            }
            if first > above {
                break;
            }
            if let Some(i) = above.checked_sub(1) {
                let place = start + i as u64;
                return block.facts[i].fits(value_at(place), place, top);
            }
            place = start.saturating_sub(1);
        }
        Ok(true)
    }

    /// A block in the younger generation for this key, or the fact that the older one knows.
    #[inline]
    fn place(&mut self, key: LedgerKey) -> Result<usize, Fact> {
        let (number, _) = key.block();
        let hint = &self.hints[line(key.group, number)];
        if (hint.number == number) & (hint.group == key.group) { Ok(hint.at) } else { self.make_place(key) }
    }

    /// The block of the younger generation that was found lately, if it is this one.
    #[inline]
    fn hinted(&self, group: u64, number: u64) -> Option<&Block> {
        let hint = &self.hints[line(group, number)];
        if (hint.number == number) & (hint.group == group) { self.young.blocks.get(hint.at) } else { None }
    }

    /// The same, looked for.
    #[inline(never)]
    fn make_place(&mut self, key: LedgerKey) -> Result<usize, Fact> {
        let (number, _) = key.block();
        let at = match (self.young.search(key.group, number), self.old.fact(key)) {
            (Some(at), _) => at,
            (None, Some(known)) => return Err(*known),
            (None, None) => self.bring(key.group, number),
        };
        self.hints[line(key.group, number)] = Hint { group: key.group, number, at };
        Ok(at)
    }

    /// Brings a block into the younger generation, empty if it is new.
    fn bring(&mut self, group: u64, number: u64) -> usize {
        if self.young.added >= GENERATION {
            self.forgotten = self.forgotten.max(self.old.latest());
            // The older table's memory serves again.
            core::mem::swap(&mut self.old, &mut self.young);
            self.young.clear();
            self.hints = [Hint::default(); LINES];
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
        self.lasting.retain(|(_, fact)| u64::from(fact.event) < event);
        self.heights.iter_mut().for_each(|of| of.retain(|(_, at)| u64::from(*at) < event));
    }

    /// States that a replica's number is `now`. An error with the highest before if it was higher. That is never
    /// forgotten; one of these a ledger.
    pub fn rises(&mut self, who: NodeId, now: u64) -> Result<(), u64> {
        if self.heights.len() <= who.index() {
            self.heights.resize_with(who.index() + 1, Vec::new);
        }
        let heights = &mut self.heights[who.index()];
        match heights.last() {
            Some((before, _)) if *before > now => return Err(*before),
            Some((before, _)) if *before == now => return Ok(()),
            _ => {}
        }
        if heights.len() == HEIGHTS {
            // What is left is a little lower than the truth for who goes back, never higher.
            let mut lower = false;
            heights.retain(|_| {
                lower = !lower;
                !lower
            });
        }
        heights.push((now, self.event));
        Ok(())
    }

    /// States a fact that is never forgotten, of which a run has a few. An error if another value stands there.
    pub fn state_for_good(
        &mut self,
        key: impl Into<LedgerKey>,
        value: u64,
        who: NodeId,
    ) -> Result<(), LedgerConflict> {
        let key = key.into();
        if let Some((_, known)) = self.lasting.iter().find(|(known, _)| *known == key) {
            return known.agree(value).map(drop);
        }
        if self.lasting.len() < LASTING {
            self.lasting.push((key, Fact { value, event: self.event, who }));
        }
        Ok(())
    }

    /// The value that stands under a key for good, and who stated it.
    pub fn lookup_for_good(&self, key: impl Into<LedgerKey>) -> Option<(u64, NodeId)> {
        let key = key.into();
        self.lasting.iter().find(|(known, _)| *known == key).map(|(_, fact)| (fact.value, fact.who))
    }

    /// Whether everything stated since the fact under this key is still remembered. If that fact is not there: whether
    /// nothing was ever forgotten.
    pub fn recalls(&self, key: impl Into<LedgerKey>) -> bool {
        let key = key.into();
        let Some(forgotten) = self.forgotten else { return true };
        let fact = self.young.fact(key).or_else(|| self.old.fact(key));
        fact.is_some_and(|fact| fact.event > forgotten)
    }

    /// The value first stated under a key, and by whom.
    #[inline]
    pub fn lookup(&self, key: impl Into<LedgerKey>) -> Option<(u64, NodeId)> {
        let key = key.into();
        let (number, i) = key.block();
        // What is in the younger generation is in no other.
        let block = match self.hinted(key.group, number) {
            Some(block) => block,
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
    fn agree(&self, value: u64) -> Result<bool, LedgerConflict> {
        if self.value == value { Ok(false) } else { Err(self.conflict()) }
    }

    /// Whether the value at this place is this one, for whoever retraces from `top`.
    #[inline]
    fn fits(&self, value: Option<u64>, place: u64, top: u64) -> Result<bool, (u64, LedgerConflict)> {
        match value {
            Some(value) if value != self.value => Err((place, self.conflict())),
            _ => Ok(place < top),
        }
    }

    #[inline]
    fn conflict(&self) -> LedgerConflict {
        LedgerConflict { first: self.value, who: self.who }
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
    /// The last event in which anything was stated that is here.
    fn latest(&self) -> Option<u32> {
        let there = |block: &Block, i: &usize| block.there & (1 << i) != 0;
        let facts = self
            .blocks
            .iter()
            .flat_map(|b| (0..PLACES).filter(move |i| there(b, i)).map(|i| b.facts[i].event));
        facts.max()
    }

    #[inline]
    fn fact(&self, key: LedgerKey) -> Option<&Fact> {
        let (number, i) = key.block();
        let block = &self.blocks[self.search(key.group, number)?];
        Some(&block.facts[i]).filter(|_| block.there & (1 << i) != 0)
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

/// The line of a block's hint.
#[inline]
fn line(group: u64, number: u64) -> usize {
    (group ^ group >> 2 ^ number) as usize % LINES
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

    #[test]
    fn it_knows_since_when_it_remembers_everything() {
        let mut ledger = Ledger::new();
        let a = NodeId::replica(0);
        assert!(ledger.recalls(77), "nothing was forgotten yet");
        for key in 0..GENERATION as u64 * 3 {
            ledger.at_event(key);
            ledger.state(key, key, a).unwrap();
        }
        let first = (0..).find(|k| ledger.lookup(*k).is_some()).unwrap();
        assert!(!ledger.recalls(first - 1) && !ledger.recalls(u64::MAX));
        assert!(ledger.recalls(first));
    }

    #[test]
    fn a_number_that_only_rises_is_never_forgotten_and_can_be_taken_back() {
        let mut ledger = Ledger::new();
        let (a, b) = (NodeId::replica(0), NodeId::replica(1));
        assert_eq!(ledger.rises(b, 9), Ok(()));
        for k in 0..10_000 {
            ledger.at_event(k);
            assert_eq!(ledger.rises(a, 3 * k), Ok(()));
        }
        assert_eq!(ledger.rises(b, 8), Err(9));
        assert_eq!(ledger.rises(b, 9), Ok(()));
        assert_eq!(ledger.rises(a, 29_996), Err(29_997));
        ledger.take_back(5_000);
        assert_eq!(ledger.rises(a, 3 * 4_999), Ok(()), "what is left is never too high");
        assert!(ledger.rises(a, 3 * 2_000).is_err());
    }

    #[test]
    fn what_stands_for_good_outlasts_all_generations() {
        let mut ledger = Ledger::new();
        let a = NodeId::replica(0);
        ledger.state_for_good(7, 1, a).unwrap();
        for key in 0..GENERATION as u64 * 5 {
            ledger.state(key, key, a).unwrap();
        }
        assert_eq!(ledger.lookup_for_good(7), Some((1, a)));
        assert!(ledger.state_for_good(7, 2, a).is_err());
    }
}
