//! A bounded memory of facts that must be unique: "in term 4 the leader is 2", "index 7 holds x←3".

use crate::NodeId;
use core::hint::cold_path;

/// How many of the latest facts are remembered at least.
const GENERATION: u64 = 1 << 11;

/// How many places there are for facts, at first and at most: twice as many as must be remembered.
const LINES: (usize, usize) = (1 << 6, 1 << 12);

/// How many facts may lie aside.
const ASIDE: usize = 8;

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
    /// The line that it belongs to, before the mask.
    #[inline]
    fn line(self) -> usize {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let spread = (self.group ^ (self.place >> 32)).wrapping_mul(ODD) >> 32;
        self.place.wrapping_add(spread) as usize
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
    key: LedgerKey,
    value: u64,
    /// How many were stated before it: so long that it may be forgotten, if there is none here.
    nth: u64,
    /// The event in which it was stated, so that a run can be taken back.
    event: u32,
    who: NodeId,
    /// Of the line, whatever lies in it: where facts are that belong here and found it taken, of this generation and of the
    /// one before.
    strays: [Strays; 2],
}

/// Where facts lie that found their line taken: in one of so many further lines, perhaps aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Strays(u8);

impl Strays {
    const NONE: Self = Self(0);
    /// Some lie aside.
    const ASIDE: u8 = 1 << 7;
    /// The most that is counted, which stands for all lines.
    const FAR: usize = 0x7f;

    fn further(self, lines: usize) -> usize {
        match usize::from(self.0 & !Self::ASIDE) {
            Self::FAR => lines - 1,
            far => far,
        }
    }

    fn stray(&mut self, far: usize) {
        let far = far.min(Self::FAR) as u8;
        self.0 = (self.0 & Self::ASIDE) | far.max(self.0 & !Self::ASIDE);
    }
}

/// Remembers the first value stated under each key, and who stated it.
///
/// Each fact has a line that its key leads to. Where another fact is in the way there it lies aside, or where too many do, in
/// one of a few other lines, and its own line says so: who looks for what nobody stated looks there only. A line serves again
/// when its fact is none of the latest [`GENERATION`] ones, so memory is bounded however long the run, and a run that moves on
/// from place to place finds what it looks for where it looks first.
///
/// What is not remembered may have happened all the same: who says that something never was asks [`Ledger::recalls`].
/// What must never be forgotten has places of its own: a few facts that [stand for good](Ledger::state_for_good), and of
/// each replica a number that [only rises](Ledger::rises) or [what it holds for ever](Ledger::keeps).
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// A power of two of them, or none.
    lines: Vec<Fact>,
    mask: usize,
    /// The event of the last fact that does not lie in its own line, of this generation and of the one before; 0 if none.
    strayed: [u32; 2],
    /// Facts that lie in no line, so that they are in nobody's way: runs that move on from place to place side by side
    /// would otherwise push each other off their lines for good, once a single fact was in the way of one.
    aside: Vec<Fact>,
    /// How many were ever stated.
    stated: u64,
    event: u32,
    /// Facts of later events only are all remembered; none forgotten yet is none.
    forgotten: Option<u32>,
    lasting: Vec<Fact>,
    /// By replica: what it reached, what it held there, and in which event, ascending.
    heights: Vec<Vec<(u64, u64, u32)>>,
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

    /// The fact under a key.
    #[inline]
    fn find(&self, key: LedgerKey) -> Option<&Fact> {
        let line = key.line();
        let fact = self.lines.get(line & self.mask)?;
        if fact.is(key) {
            return Some(fact);
        }
        if fact.strays != [Strays::NONE; 2] {
            cold_path();
            return self.find_further(key, line, fact.strays);
        }
        None
    }

    #[inline(never)]
    fn find_further(&self, key: LedgerKey, line: usize, [now, before]: [Strays; 2]) -> Option<&Fact> {
        let aside = if (now.0 | before.0) & Strays::ASIDE != 0 { &*self.aside } else { &[] };
        let reach = now.further(self.lines.len()).max(before.further(self.lines.len()));
        let further = (1..=reach).map(|d| &self.lines[self.further(line, d)]);
        aside.iter().chain(further).find(|fact| fact.is(key))
    }

    /// The line that serves where the own one and so many others cannot. It lies half of the lines ahead: a run that moves on
    /// from place to place comes there when the fact may be forgotten, and is not pushed off its own lines for good.
    #[inline]
    fn further(&self, line: usize, d: usize) -> usize {
        line.wrapping_add(d * (self.lines.len() / 2 + 1)) & self.mask
    }

    /// Remembers what is not there yet.
    #[inline]
    fn write(&mut self, key: LedgerKey, value: u64, who: NodeId) {
        let mut fact =
            Fact { key, value, nth: self.stated, event: self.event, who, strays: [Strays::NONE; 2] };
        self.stated += 1;
        match self.lines.get_mut(key.line() & self.mask) {
            Some(line)
                if !fact.nth.is_multiple_of(GENERATION) && fact.nth.wrapping_sub(line.nth) >= GENERATION =>
            {
                if !line.is_blank() {
                    self.forgotten = self.forgotten.max(Some(line.event));
                }
                fact.strays = line.strays;
                *line = fact;
            }
            _ => {
                cold_path();
                self.write_further(fact);
            }
        }
    }

    #[inline(never)]
    fn write_further(&mut self, fact: Fact) {
        if fact.nth.is_multiple_of(GENERATION) {
            self.begin_generation();
        }
        let len = self.lines.len();
        if len < LINES.1 && self.stated > len as u64 / 2 {
            let before = core::mem::replace(&mut self.lines, vec![Fact::NONE; (2 * len).max(LINES.0)]);
            self.mask = self.lines.len() - 1;
            let aside = core::mem::take(&mut self.aside);
            before.into_iter().chain(aside).filter(|fact| !fact.is_blank()).for_each(|fact| self.place(fact));
        }
        self.place(fact);
    }

    /// What strayed in the generation before the last may be forgotten, and nobody looks for it any more.
    fn begin_generation(&mut self) {
        for line in &mut self.lines {
            line.strays = [Strays::NONE, line.strays[0]];
        }
        let oldest = self.stated.saturating_sub(GENERATION);
        self.aside.retain(|fact| fact.nth >= oldest);
        let [now, before] = self.strayed;
        self.forgotten = self.forgotten.max(Some(before).filter(|event| *event > 0));
        self.strayed = [0, now];
    }

    /// Puts a fact into the first line from its own whose fact may be forgotten. There is one: half of the lines are enough
    /// for what may not.
    fn place(&mut self, mut fact: Fact) {
        let line = fact.key.line();
        let may_go = |old: &Fact| self.stated.wrapping_sub(old.nth) > GENERATION;
        let far = (0..self.lines.len()).find(|d| may_go(&self.lines[self.further(line, *d)])).unwrap_or(0);
        if far > 0 {
            self.strayed[0] = self.strayed[0].max(fact.event);
            let own = &mut self.lines[line & self.mask].strays[0];
            if self.aside.len() < ASIDE {
                own.0 |= Strays::ASIDE;
                return self.aside.push(fact);
            }
            own.stray(far);
        }
        let place = self.further(line, far);
        let old = &mut self.lines[place];
        if !old.is_blank() {
            self.forgotten = self.forgotten.max(Some(old.event));
        }
        fact.strays = old.strays;
        *old = fact;
    }

    /// Whether this very value was stated under that key.
    #[inline]
    pub fn holds(&self, key: impl Into<LedgerKey>, value: u64) -> bool {
        self.find(key.into()).is_some_and(|fact| fact.value == value)
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
        if let Some(fact) = self.find(key) {
            return fact.agree(value);
        }
        self.write(key, value, who);
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
        if let Some(value) = value_at(top)
            && self.holds(LedgerKey { group, place: top }, value)
        {
            return Ok(false);
        }
        self.retrace_news(group, (floor, top), who, value_at)
    }

    /// The same, where there mostly is news.
    #[inline(never)]
    fn retrace_news(
        &mut self,
        group: u64,
        (floor, top): (u64, u64),
        who: NodeId,
        value_at: impl Fn(u64) -> Option<u64>,
    ) -> Result<bool, (u64, LedgerConflict)> {
        for place in (floor + 1..=top).rev() {
            let (key, value) = (LedgerKey { group, place }, value_at(place));
            if let Some(fact) = self.find(key) {
                return match value {
                    Some(value) if value != fact.value => Err((place, fact.conflict())),
                    _ => Ok(place < top),
                };
            }
            if let Some(value) = value {
                self.write(key, value, who);
            }
        }
        Ok(true)
    }

    /// Says in which event the following statements are made.
    #[inline]
    pub fn at_event(&mut self, event: u64) {
        self.event = event as u32;
    }

    /// Forgets what was stated in this event or later.
    pub fn take_back(&mut self, event: u64) {
        for fact in &mut self.lines {
            if u64::from(fact.event) >= event {
                *fact = Fact { strays: fact.strays, ..Fact::NONE };
            }
        }
        self.aside.retain(|fact| u64::from(fact.event) < event);
        self.lasting.retain(|fact| u64::from(fact.event) < event);
        self.heights.iter_mut().for_each(|of| of.retain(|(.., at)| u64::from(*at) < event));
    }

    /// States that a replica's number is `now`. An error with the highest before if it was higher. That is never
    /// forgotten; one of these a ledger.
    pub fn rises(&mut self, who: NodeId, now: u64) -> Result<(), u64> {
        match self.heights.get(who.index()).and_then(|heights| heights.last()) {
            Some((before, ..)) if *before > now => Err(*before),
            Some((before, ..)) if *before == now => Ok(()),
            _ => {
                self.rise(who, now, 0);
                Ok(())
            }
        }
    }

    /// States that a replica has reached this height, and that what it held at heights that it reached before is what it
    /// holds there now. The error is the height at which it differs. `value_at` stands for everything up to a height. That is
    /// never forgotten; one of these a ledger, or of [`Ledger::rises`].
    #[inline]
    pub fn keeps(
        &mut self,
        who: NodeId,
        height: u64,
        value_at: impl Fn(u64) -> Option<u64>,
    ) -> Result<(), u64> {
        let differs = |reached: u64, held: u64| value_at(reached).is_some_and(|value| value != held);
        if let Some(heights) = self.heights.get(who.index())
            && let Some((reached, held, _)) = heights.last()
        {
            if *reached > height {
                // It came back and has not got so far again.
                let lower = heights.iter().rev().find(|(reached, ..)| *reached <= height);
                return match lower {
                    Some((reached, held, _)) if differs(*reached, *held) => Err(*reached),
                    _ => Ok(()),
                };
            }
            if differs(*reached, *held) {
                return Err(*reached);
            }
            if *reached == height {
                return Ok(());
            }
        }
        if let Some(value) = value_at(height) {
            self.rise(who, height, value);
        }
        Ok(())
    }

    fn rise(&mut self, who: NodeId, height: u64, value: u64) {
        if self.heights.len() <= who.index() {
            self.heights.resize_with(who.index() + 1, Vec::new);
        }
        let heights = &mut self.heights[who.index()];
        if heights.len() == HEIGHTS {
            // What is left is a little lower than the truth for who goes back, never higher.
            let mut lower = false;
            heights.retain(|_| {
                lower = !lower;
                !lower
            });
        }
        heights.push((height, value, self.event));
    }

    /// States a fact that is never forgotten, of which a run has a few. An error if another value stands there.
    pub fn state_for_good(
        &mut self,
        key: impl Into<LedgerKey>,
        value: u64,
        who: NodeId,
    ) -> Result<(), LedgerConflict> {
        let key = key.into();
        if let Some(known) = self.lasting.iter().find(|known| known.key == key) {
            return known.agree(value).map(drop);
        }
        if self.lasting.len() < LASTING {
            self.lasting.push(Fact { key, value, nth: 0, event: self.event, who, strays: [Strays::NONE; 2] });
        }
        Ok(())
    }

    /// The value that stands under a key for good, and who stated it.
    pub fn lookup_for_good(&self, key: impl Into<LedgerKey>) -> Option<(u64, NodeId)> {
        let key = key.into();
        self.lasting.iter().find(|known| known.key == key).map(|fact| (fact.value, fact.who))
    }

    /// Whether everything stated since the fact under this key is still remembered. If that fact is not there: whether
    /// nothing was ever forgotten.
    pub fn recalls(&self, key: impl Into<LedgerKey>) -> bool {
        let Some(forgotten) = self.forgotten else { return true };
        self.find(key.into()).is_some_and(|fact| fact.event > forgotten)
    }

    /// The value first stated under a key, and by whom.
    #[inline]
    pub fn lookup(&self, key: impl Into<LedgerKey>) -> Option<(u64, NodeId)> {
        self.find(key.into()).map(|fact| (fact.value, fact.who))
    }

    /// All facts still remembered (key, value, who), in no particular but a deterministic order.
    pub fn facts(&self) -> impl Iterator<Item = (LedgerKey, u64, NodeId)> + '_ {
        self.lines
            .iter()
            .chain(&self.aside)
            .filter(|fact| !fact.is_blank())
            .map(|fact| (fact.key, fact.value, fact.who))
    }
}

impl Fact {
    /// No fact: it may be forgotten from the beginning.
    const NONE: Self = Self {
        key: LedgerKey { group: 0, place: 0 },
        value: 0,
        nth: 0u64.wrapping_sub(2 * GENERATION),
        event: 0,
        who: NodeId::replica(0),
        strays: [Strays::NONE; 2],
    };

    #[inline]
    fn is_blank(&self) -> bool {
        self.nth == Self::NONE.nth
    }

    #[inline]
    fn is(&self, key: LedgerKey) -> bool {
        (self.key.place == key.place) & (self.key.group == key.group) & !self.is_blank()
    }

    #[inline]
    fn agree(&self, value: u64) -> Result<bool, LedgerConflict> {
        if self.value == value { Ok(false) } else { Err(self.conflict()) }
    }

    #[inline]
    fn conflict(&self) -> LedgerConflict {
        LedgerConflict { first: self.value, who: self.who }
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
        for key in 0..GENERATION * 3 {
            ledger.state(key, key, a).unwrap();
        }
        let last = GENERATION * 3 - 1;
        assert!((last - GENERATION + 1..=last).all(|k| ledger.lookup(k).is_some()));
        assert_eq!(ledger.lookup(0), None);
    }

    #[test]
    fn it_knows_since_when_it_remembers_everything() {
        let mut ledger = Ledger::new();
        let a = NodeId::replica(0);
        assert!(ledger.recalls(77), "nothing was forgotten yet");
        for key in 0..GENERATION * 3 {
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
        for key in 0..GENERATION * 5 {
            ledger.state(key, key, a).unwrap();
        }
        assert_eq!(ledger.lookup_for_good(7), Some((1, a)));
        assert!(ledger.state_for_good(7, 2, a).is_err());
    }

    /// Whether anything lies elsewhere than in its own line.
    fn strays(ledger: &Ledger) -> bool {
        ledger.lines.iter().any(|line| line.strays != [Strays::NONE; 2])
    }

    #[test]
    fn a_fact_that_is_in_the_way_of_two_runs_pushes_neither_off_its_lines_for_good() {
        let mut ledger = Ledger::new();
        let a = NodeId::replica(0);
        for place in 1..20_000u64 {
            for group in 0..2 {
                ledger.state((group, place), place, a).unwrap();
            }
            if place == 9_000 {
                // Where the first run will come soon.
                let in_the_way = |place: &u64| {
                    let line = LedgerKey { group: 2, place: *place }.line();
                    line & ledger.mask == 9_100 & ledger.mask
                };
                let place = (0..).find(in_the_way).unwrap();
                assert!(!strays(&ledger));
                ledger.state((2, place), 7, a).unwrap();
            }
            // At first there are too few lines. Two are stated at each place, so the generation after next begins there.
            assert!(place < 3_100 || strays(&ledger) == (9_100..5 * GENERATION).contains(&place), "{place}");
            let recent = |k: u64| k == 0 || ledger.holds((0, k), k) && ledger.holds((1, k), k);
            assert!(recent(place.saturating_sub(1_000)) && recent(place));
        }
    }

    #[test]
    fn it_says_the_same_as_a_list_of_the_latest_facts_wherever_their_keys_lead() {
        let mut rng = crate::Rng::stream(1, 2);
        let (mut ledger, mut list) = (Ledger::new(), std::collections::VecDeque::new());
        let a = NodeId::replica(0);
        for k in 0..40_000u64 {
            ledger.at_event(k);
            // Keys all over, a few of them again and again, and two runs side by side.
            let key = match rng.within(0, 3) {
                0 => (rng.within(0, u64::MAX), rng.within(0, 3)),
                1 => (rng.within(0, 40), 7),
                group => (group, k / 4),
            };
            let known = list.iter().rev().find(|(other, _)| *other == key).map(|(_, value)| *value);
            let value = rng.within(0, 1);
            match known {
                Some(first) => assert_eq!(ledger.state(key, value, a).is_ok(), first == value, "{k}"),
                // What may be forgotten may be there all the same.
                None if ledger.lookup(key).is_none() => {
                    ledger.state(key, value, a).unwrap();
                    list.push_back((key, value));
                }
                None => {}
            }
            if list.len() as u64 > GENERATION {
                list.pop_front();
            }
            let Some((key, value)) = list.get(rng.within(0, list.len() as u64 - 1) as usize) else {
                continue;
            };
            assert_eq!(ledger.lookup(*key), Some((*value, a)), "{k}");
            assert!(!ledger.recalls((u64::MAX, k)) || k < GENERATION * 2);
        }
    }
}
