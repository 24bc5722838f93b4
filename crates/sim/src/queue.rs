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
    /// What an action has led to at one node comes right behind it, as an event of its own: the node is back, with its
    /// disk if the payload says so.
    Back,
    /// Likewise: a client is asked for one more value.
    Asked,
    /// Likewise: a replica is told to do something; the payload is the action's index.
    Told,
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

/// Sequence numbers below are for what the script and the plan of requests do, which comes first at its time: what an
/// action has led to (0, and 1 for a twin's second copy), the next action, the next request.
pub(crate) const FIRST_SEQ: u32 = 4;
pub(crate) const ACTION_SEQ: u32 = 2;
pub(crate) const REQUEST_SEQ: u32 = 3;

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

/// Buckets of the wheel.
const BUCKETS: usize = 2_048;
const WORDS: usize = BUCKETS / 64;
const NONE: u32 = u32::MAX;
/// Microseconds a bucket spans, as a power of two: at first, at least and at most.
const SPAN_BITS: (u32, u32, u32) = (9, 3, 16);
/// How many events a bucket should hold on average; beyond these bounds the span is halved or doubled.
const FILLING: (u32, u32) = (3, 8);
/// After so many turns of the wheel the filling is judged.
const TURNS: u32 = 256;

#[derive(Clone, Copy)]
struct Node {
    event: Event,
    next: u32,
}

/// A calendar queue (Brown 1988): a wheel of buckets for the near future, a heap for what lies beyond it. A bucket is
/// sorted when its time comes, so events come out by (time, sequence). What a bucket spans follows the traffic.
#[derive(Clone)]
pub(crate) struct Queue {
    /// The bucket whose time has come, descending: taken from the end.
    now: Vec<Event>,
    /// The number of that bucket, counted from the beginning of time.
    turn: u64,
    /// Microseconds a bucket spans, as a power of two.
    span: u32,
    /// Turns since the filling was judged, and events they brought up.
    turns: u32,
    turned: u32,
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
            turn: 0,
            span: SPAN_BITS.0,
            turns: 0,
            turned: 0,
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
        let turn = event.at >> self.span;
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
        if self.turns == TURNS && self.change_span() {
            return;
        }
        let wheel = self.next_filled();
        self.turn = match wheel.min(self.beyond_turn) {
            u64::MAX => return,
            turn => turn,
        };
        if wheel == self.turn {
            self.take_bucket();
        }
        if self.beyond_turn == self.turn {
            self.bring_from_beyond();
        }
    }

    /// Takes the bucket whose turn it is. Of a few events each is put behind those that come after it: counting them
    /// takes no branches, and branches on times that are random are guessed wrong half of the time.
    #[inline]
    fn take_bucket(&mut self) {
        const SMALL: usize = 16;
        let bucket = self.turn as usize % BUCKETS;
        let first = core::mem::replace(&mut self.buckets[bucket], NONE);
        self.filled[bucket / 64] &= !(1 << (bucket % 64));
        if self.filled[bucket / 64] == 0 {
            self.words &= !(1 << (bucket / 64));
        }
        let (mut keys, mut nodes, mut places) = ([0u64; SMALL], [0u32; SMALL], [0u8; SMALL]);
        let within = (1 << self.span) - 1;
        let (mut at, mut last, mut len) = (first, first, 0);
        while let Some(node) = self.pool.get(at as usize) {
            // Of many events these tables are of no use, but the list is followed to its end.
            let i = len % SMALL;
            let key = (node.event.at & within) << 32 | u64::from(node.event.seq);
            let mut place = 0;
            for j in 0..i {
                let after = u8::from(keys[j] > key);
                place += after;
                places[j] += 1 - after;
            }
            (keys[i], nodes[i], places[i]) = (key, at, place);
            len += 1;
            (last, at) = (at, node.next);
        }
        if len > SMALL {
            self.take_many(first);
        } else {
            self.now.resize(len, self.pool[first as usize].event);
            for i in 0..len {
                self.now[places[i] as usize] = self.pool[nodes[i] as usize].event;
            }
        }
        self.pool[last as usize].next = self.free;
        self.free = first;
        self.turns += 1;
        self.turned += len as u32;
    }

    #[inline(never)]
    fn take_many(&mut self, first: u32) {
        let mut at = first;
        while let Some(node) = self.pool.get(at as usize) {
            self.now.push(node.event);
            at = node.next;
        }
        self.now.sort_unstable_by_key(|e| Reverse(e.key()));
    }

    #[cold]
    fn bring_from_beyond(&mut self) {
        while let Some(Reverse(Later(event))) = self.beyond.peek()
            && event.at >> self.span <= self.turn
        {
            self.now.push(*event);
            self.beyond.pop();
        }
        self.now.sort_unstable_by_key(|e| Reverse(e.key()));
        self.beyond_turn = self.beyond.peek().map_or(u64::MAX, |Reverse(Later(e))| e.at >> self.span);
    }

    /// Judges the filling, and if it is far off halves or doubles what a bucket spans. True if that has brought events
    /// up.
    #[cold]
    fn change_span(&mut self) -> bool {
        let filling = self.turned / self.turns;
        (self.turns, self.turned) = (0, 0);
        let (_, least, most) = SPAN_BITS;
        let span = match filling {
            few if few < FILLING.0 && self.span < most => self.span + 1,
            many if many > FILLING.1 && self.span > least => self.span - 1,
            _ => return false,
        };
        let events: Vec<Event> = self.iter().copied().collect();
        let end = (self.turn << self.span) | ((1 << self.span) - 1);
        self.begin_again(end >> span, span, &events);
        !self.now.is_empty()
    }

    /// Starts a new wheel with these events, keeping the memory of the old one.
    fn begin_again(&mut self, turn: u64, span: u32, events: &[Event]) {
        self.now.clear();
        self.buckets.fill(NONE);
        (self.filled, self.words) = ([0; WORDS], 0);
        self.pool.clear();
        self.free = NONE;
        self.beyond.clear();
        (self.beyond_turn, self.turn, self.span, self.len) = (u64::MAX, turn, span, 0);
        for event in events {
            self.push(*event);
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
        self.begin_again(self.turn, self.span, &kept);
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
