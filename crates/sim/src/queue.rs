//! The event queue: a calendar of small plain events, stable at equal times.

use consensus_kernel::{NodeId, Time};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tag {
    /// An instance starts.
    Start,
    /// The payload reaches an instance.
    Deliver,
    /// The payload is lost on its way.
    Lost,
    /// The link layer sends the payload again.
    Retry,
    /// An instance has finished handling the first message of its inbox.
    Ready,
    /// A timer may have run out: the payload is the timer's index.
    Timer,
    /// The next request is handed to its client.
    Request,
    /// The next action of the script is due: the payload is its index.
    Action,
}

/// Set on a copy that the network made.
pub(crate) const DUPLICATE: u8 = 1;
/// Set on a message that was held back by hand, by a pause or by a busy receiver.
pub(crate) const HELD: u8 = 2;
/// Attempts of the link layer are counted in the upper bits.
pub(crate) const ATTEMPT_SHIFT: u8 = 2;

/// One thing that will happen: 24 bytes, no pointers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub at: u64,
    /// Order among events at the same time. Below [`FIRST_SEQ`] for what the script and the request plan do.
    pub seq: u32,
    /// Which payload, timer or action.
    pub payload: u32,
    /// Which of its kind on its link, from 1.
    pub nth: u32,
    /// Which instance.
    pub to: u16,
    pub tag: Tag,
    pub flags: u8,
}

/// Sequence numbers below are for actions (0) and requests (1): they come first at their time.
pub(crate) const FIRST_SEQ: u32 = 2;

impl Event {
    #[inline]
    fn before(&self, other: &Self) -> bool {
        // Without branches, which would be guessed wrong half of the time.
        (self.at < other.at) | ((self.at == other.at) & (self.seq < other.seq))
    }

    #[inline]
    fn key(&self) -> (u64, u32) {
        (self.at, self.seq)
    }

    pub(crate) fn time(&self) -> Time {
        Time(self.at)
    }
}

/// Microseconds a bucket spans, as a power of two.
const SPAN_BITS: u32 = 5;
/// Buckets of the wheel: together they reach 131 ms ahead, further than most messages travel.
const BUCKETS: usize = 4_096;
const WORDS: usize = BUCKETS / 64;
const NONE: u32 = u32::MAX;
/// With more events than this the wheel is used, with fewer than [`FEW`] it is given up again.
const MANY: usize = 48;
const FEW: usize = 16;
/// The turn when there is no wheel: everything is before its end.
const NO_WHEEL: u64 = u64::MAX;

#[derive(Clone, Copy)]
struct Node {
    event: Event,
    next: u32,
}

/// A calendar queue (Brown 1988): a wheel of buckets for the near future, a heap for what lies beyond it. A bucket is
/// sorted when its time comes, so events come out by (time, sequence). A few events need no wheel: they are one bucket.
#[derive(Clone)]
pub(crate) struct Queue {
    /// The bucket whose time has come, descending: taken from the end.
    now: Vec<Event>,
    /// The number of that bucket, counted from the beginning of time, or [`NO_WHEEL`].
    turn: u64,
    /// First node of each bucket of the wheel, unsorted.
    buckets: Vec<u32>,
    /// Which buckets hold something, and which words of that hold something.
    filled: [u64; WORDS],
    words: u64,
    pool: Vec<Node>,
    free: u32,
    /// Events beyond the wheel, a heap by (time, sequence).
    beyond: BinaryHeap<Reverse<Later>>,
    /// The turn of the first of them.
    beyond_turn: u64,
    len: usize,
}

/// An event in the heap of the far future.
#[derive(Clone, Copy)]
struct Later(Event);

impl PartialEq for Later {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Later {}
impl PartialOrd for Later {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Later {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.key().cmp(&other.0.key())
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            now: Vec::new(),
            turn: NO_WHEEL,
            buckets: vec![NONE; BUCKETS],
            filled: [0; WORDS],
            words: 0,
            pool: Vec::new(),
            free: NONE,
            beyond: BinaryHeap::new(),
            beyond_turn: u64::MAX,
            len: 0,
        }
    }
}

impl Queue {
    /// Adds an event. It may lie at the time of the last one taken, but not before it.
    #[inline]
    pub fn push(&mut self, event: Event) {
        self.len += 1;
        let turn = event.at >> SPAN_BITS;
        if turn <= self.turn {
            self.push_now(event);
        } else if turn - self.turn < BUCKETS as u64 {
            self.push_bucket(turn, event);
        } else {
            self.beyond_turn = self.beyond_turn.min(turn);
            self.beyond.push(Reverse(Later(event)));
        }
    }

    /// Adds to the bucket being taken, in its place.
    fn push_now(&mut self, event: Event) {
        let place = self.now.partition_point(|e| event.before(e));
        self.now.insert(place, event);
        if self.turn == NO_WHEEL && self.now.len() > MANY {
            self.begin_wheel();
        }
    }

    /// Moves all but the next events to the wheel.
    #[cold]
    fn begin_wheel(&mut self) {
        let Some(next) = self.now.last() else { return };
        self.turn = next.at >> SPAN_BITS;
        let near = self.now.partition_point(|e| e.at >> SPAN_BITS > self.turn);
        let rest = self.now.split_off(near);
        for event in core::mem::replace(&mut self.now, rest) {
            self.len -= 1;
            self.push(event);
        }
    }

    /// Takes everything from the wheel.
    #[cold]
    fn give_up_wheel(&mut self) {
        let mut all = core::mem::take(&mut self.now);
        all.extend(self.iter());
        all.sort_unstable_by_key(|e| Reverse(e.key()));
        self.buckets.fill(NONE);
        (self.filled, self.words) = ([0; WORDS], 0);
        self.pool.clear();
        self.free = NONE;
        self.beyond.clear();
        (self.beyond_turn, self.turn) = (u64::MAX, NO_WHEEL);
        self.now = all;
    }

    #[inline]
    fn push_bucket(&mut self, turn: u64, event: Event) {
        let bucket = turn as usize % BUCKETS;
        let node = Node { event, next: self.buckets[bucket] };
        let place = match self.pool.get_mut(self.free as usize) {
            Some(place) => {
                let taken = self.free;
                self.free = place.next;
                *place = node;
                taken
            }
            None => {
                self.pool.push(node);
                (self.pool.len() - 1) as u32
            }
        };
        self.buckets[bucket] = place;
        self.filled[bucket / 64] |= 1 << (bucket % 64);
        self.words |= 1 << (bucket / 64);
    }

    /// The next event.
    #[inline]
    pub fn peek(&mut self) -> Option<&Event> {
        if self.now.is_empty() {
            self.turn_wheel();
        }
        self.now.last()
    }

    /// Takes the next event.
    #[inline]
    pub fn pop(&mut self) -> Option<Event> {
        self.peek()?;
        self.len -= 1;
        self.now.pop()
    }

    /// Brings up the next bucket that holds something, if any does.
    fn turn_wheel(&mut self) {
        if self.len < FEW {
            if self.turn != NO_WHEEL {
                self.give_up_wheel();
            }
            return;
        }
        let wheel = self.next_filled();
        self.turn = match wheel.min(self.beyond_turn) {
            u64::MAX => return,
            turn => turn,
        };
        if wheel == self.turn {
            let bucket = self.turn as usize % BUCKETS;
            let mut at = core::mem::replace(&mut self.buckets[bucket], NONE);
            self.filled[bucket / 64] &= !(1 << (bucket % 64));
            if self.filled[bucket / 64] == 0 {
                self.words &= !(1 << (bucket / 64));
            }
            while let Some(node) = self.pool.get_mut(at as usize) {
                self.now.push(node.event);
                let next = core::mem::replace(&mut node.next, self.free);
                self.free = at;
                at = next;
            }
        }
        if self.beyond_turn == self.turn {
            self.bring_from_beyond();
        }
        if self.now.len() > 1 {
            self.sort();
        }
    }

    #[cold]
    fn bring_from_beyond(&mut self) {
        while let Some(Reverse(Later(event))) = self.beyond.peek()
            && event.at >> SPAN_BITS <= self.turn
        {
            self.now.push(*event);
            self.beyond.pop();
        }
        self.beyond_turn = self.beyond.peek().map_or(u64::MAX, |Reverse(Later(e))| e.at >> SPAN_BITS);
    }

    /// Sorts the bucket. A list gives the latest first, so what came in order is in order already.
    fn sort(&mut self) {
        const SMALL: usize = 24;
        if self.now.len() > SMALL {
            return self.now.sort_unstable_by_key(|e| Reverse(e.key()));
        }
        for i in 1..self.now.len() {
            let event = self.now[i];
            let mut place = i;
            while place > 0 && self.now[place - 1].before(&event) {
                self.now[place] = self.now[place - 1];
                place -= 1;
            }
            self.now[place] = event;
        }
    }

    /// The turn of the first bucket after the present one that holds something; the end of time if none does.
    #[inline]
    fn next_filled(&self) -> u64 {
        let start = (self.turn as usize + 1) % BUCKETS;
        let here = self.filled[start / 64] & (u64::MAX << (start % 64));
        let bucket = if here != 0 {
            start / 64 * 64 + here.trailing_zeros() as usize
        } else {
            if self.words == 0 {
                return u64::MAX;
            }
            let after = self.words & (u64::MAX << (start / 64)) & !(1 << (start / 64));
            let word = if after != 0 { after } else { self.words }.trailing_zeros() as usize;
            word * 64 + self.filled[word % WORDS].trailing_zeros() as usize
        };
        let ahead = bucket.wrapping_sub(start) % BUCKETS;
        self.turn + 1 + ahead as u64
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// All events, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        let listed = self.buckets.iter().flat_map(|first| {
            let node = |at: u32| self.pool.get(at as usize);
            std::iter::successors(node(*first), move |n| node(n.next)).map(|n| &n.event)
        });
        self.now.iter().rev().chain(listed).chain(self.beyond.iter().map(|Reverse(Later(e))| e))
    }

    /// Changes events in place and keeps those for which `keep` says so, then restores the order. No event may be moved
    /// before the last one taken.
    pub fn edit(&mut self, mut keep: impl FnMut(&mut Event) -> bool) {
        let mut kept: Vec<Event> = self.iter().copied().collect();
        kept.retain_mut(&mut keep);
        let turn = self.turn;
        *self = Self { turn, ..Self::default() };
        for event in kept {
            self.push(event);
        }
    }
}

/// The owner of an instance index, for tables that are indexed by identity.
pub(crate) fn identity_index(id: NodeId, n: usize) -> usize {
    if id.is_client() { n + id.index() } else { id.index() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at: u64, seq: u32) -> Event {
        Event { at, seq, payload: 0, nth: 0, to: 0, tag: Tag::Deliver, flags: 0 }
    }

    #[test]
    fn events_come_out_by_time_and_in_order_of_arrival_at_the_same_time() {
        let mut queue = Queue::default();
        let mut rng = consensus_kernel::Rng::stream(3, 3);
        let (mut expected, mut last) = (Vec::new(), 0);
        for seq in 0..20_000 {
            let far = if seq % 7 == 0 { 400_000 } else { 4_000 };
            let at = last + rng.within(0, far) / (1 + u64::from(seq % 5) * 40);
            queue.push(event(at, seq));
            expected.push((at, seq));
            if seq % 3 == 0 {
                expected.sort_unstable();
                let got = queue.pop().unwrap();
                assert_eq!((got.at, got.seq), expected.remove(0));
                last = got.at;
            }
        }
        expected.sort_unstable();
        for want in expected {
            let got = queue.pop().unwrap();
            assert_eq!((got.at, got.seq), want);
        }
        assert!(queue.pop().is_none());
    }

    #[test]
    fn an_event_stays_small() {
        assert_eq!(size_of::<Event>(), 24);
    }
}
