//! The event queue: a calendar of small plain events, stable at equal times.

use consensus_kernel::{NodeId, Time};
use core::hint::cold_path;
use std::cmp::Reverse;
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
    /// The scheduler chooses what happens now. No event of the run by itself.
    Tick,
}

const TAGS: [Tag; 12] = [
    Tag::Start,
    Tag::Deliver,
    Tag::Lost,
    Tag::Retry,
    Tag::Ready,
    Tag::Timer,
    Tag::Request,
    Tag::Action,
    Tag::Back,
    Tag::Asked,
    Tag::Told,
    Tag::Tick,
];

/// Set on a copy that the network made.
pub(crate) const DUPLICATE: u8 = 1;
/// Set on a message that was held back by hand, by a pause or by a busy receiver.
pub(crate) const HELD: u8 = 2;
/// Attempts of the link layer are counted in the upper bits.
pub(crate) const ATTEMPT_SHIFT: u8 = 2;

/// One thing that will happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    pub(crate) fn time(&self) -> Time {
        Time(self.at)
    }
}

/// An event in the queue: three whole words. A processor that has just stored narrow fields is slow to load them again
/// as wide ones, and events are moved more often than they are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Packed {
    pub at: u64,
    /// Sequence number, payload.
    order: u64,
    /// Number on its link, instance, tag, flags.
    what: u64,
}

impl From<Event> for Packed {
    #[inline(always)]
    fn from(e: Event) -> Self {
        let (tag, flags) = (u64::from(e.tag as u8), u64::from(e.flags));
        Self {
            at: e.at,
            order: u64::from(e.seq) << 32 | u64::from(e.payload),
            what: u64::from(e.nth) << 32 | u64::from(e.to) << 16 | tag << 8 | flags,
        }
    }
}

impl Packed {
    #[inline]
    pub fn of_words(at: u64, seq: u32, payload: u32, what: u64) -> Self {
        Self { at, order: u64::from(seq) << 32 | u64::from(payload), what }
    }

    #[inline]
    pub fn what(self) -> u64 {
        self.what
    }

    #[inline]
    pub fn flags(self) -> u8 {
        self.what as u8
    }

    #[inline]
    pub fn event(self) -> Event {
        Event {
            at: self.at,
            seq: self.seq(),
            payload: self.payload(),
            nth: (self.what >> 32) as u32,
            to: self.to() as u16,
            tag: TAGS[(self.what >> 8) as usize % 256 % TAGS.len()],
            flags: self.flags(),
        }
    }

    /// Whether a message arrives.
    #[inline]
    pub fn is_delivery(self) -> bool {
        (self.what >> 8) as u8 == Tag::Deliver as u8
    }

    #[inline]
    pub fn is_timer(self) -> bool {
        (self.what >> 8) as u8 == Tag::Timer as u8
    }

    /// Which payload, timer or action.
    #[inline]
    pub fn payload(self) -> u32 {
        self.order as u32
    }

    /// Which instance.
    #[inline]
    pub fn to(self) -> usize {
        (self.what >> 16) as u16 as usize
    }

    #[inline]
    fn seq(self) -> u32 {
        (self.order >> 32) as u32
    }

    #[inline]
    fn before(&self, other: &Self) -> bool {
        // Without branches, which would be guessed wrong half of the time.
        (self.at < other.at) | ((self.at == other.at) & (self.order < other.order))
    }
}

/// Slots of the wheel: 64 words of 64 bits each.
const SLOTS: usize = 4_096;
const WORDS: usize = SLOTS / 64;
/// How many slots ahead an event may lie: so few that no word holds slots of two laps.
const REACH: u64 = (SLOTS - 64) as u64;
const NONE: u32 = u32::MAX;
/// Microseconds a slot spans, as a power of two: at first and at most.
const SPAN_BITS: (u32, u32) = (3, 16);
/// The span is judged after so many events beyond the wheel, and after so many slots that held several.
const JUDGED_AFTER: (u32, u32) = (256, 1_024);
/// The span doubles if more than one event in so many lies beyond the wheel.
const FAR_SHARE: u32 = 8;
/// It also doubles if not even one slot in so many is shared, so that few events lie close together in memory.
const LONELY_SHARE: u32 = 32;
/// The span is halved if more than one slot in so many is shared.
const CROWDED_SHARE: u32 = 8;
/// But only if at most one event in so many lies in the further half of the wheel or beyond.
const HALF_SHARE: u32 = 16;

#[derive(Clone, Copy)]
struct Node {
    event: Packed,
    next: u32,
}

/// A calendar queue (Brown 1988): a wheel of slots for the near future, a heap for what lies beyond it. A slot's span
/// follows the traffic, as short as the wheel can be while most events find their place on it, so that a slot mostly
/// holds one event; that one lies in the slot itself. Where several share a slot the others are in a list, and all are
/// sorted when their time comes. So events come out by (time, sequence).
#[derive(Clone)]
pub(crate) struct Queue {
    /// What is left of the slot being taken, descending: taken from the end.
    now: Vec<Packed>,
    /// The number of that slot, counted from the beginning of time.
    slot: u64,
    /// Microseconds a slot spans, as a power of two.
    span: u32,
    /// An event of each slot of the wheel that holds any.
    slots: Box<[Packed; SLOTS]>,
    /// The first slot of the wheel that holds something; the end of time if there is none. It is looked for as soon as the
    /// one before is taken: then the search goes on beside the step that follows, which need not wait for it.
    next: u64,
    /// Which slots hold something, and which words of that hold something.
    filled: [u64; WORDS],
    words: u64,
    /// Which slots hold several, and of those the first node of the list of the others, unsorted.
    shared: [u64; WORDS],
    firsts: Box<[u32; SLOTS]>,
    pool: Vec<Node>,
    free: u32,
    /// Events beyond the wheel, a heap by (time, sequence).
    beyond: BinaryHeap<Reverse<Packed>>,
    /// The slot of the first of them.
    beyond_slot: u64,
    len: usize,
    traffic: Traffic,
}

/// What has happened since the span was judged.
#[derive(Clone, Copy, Default)]
struct Traffic {
    /// The sequence number at which it was.
    since: u32,
    /// Events in the further half of the wheel or beyond.
    long: u32,
    /// Events beyond the wheel.
    far: u32,
    /// Slots that held several events.
    shared: u32,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            now: Vec::new(),
            slot: 0,
            span: SPAN_BITS.0,
            slots: wheel(Packed { at: 0, order: 0, what: 0 }),
            next: u64::MAX,
            filled: [0; WORDS],
            words: 0,
            shared: [0; WORDS],
            firsts: wheel(0),
            pool: Vec::new(),
            free: NONE,
            beyond: BinaryHeap::new(),
            beyond_slot: u64::MAX,
            len: 0,
            traffic: Traffic::default(),
        }
    }
}

/// Something for each slot of a wheel.
fn wheel<T: Clone>(each: T) -> Box<[T; SLOTS]> {
    vec![each; SLOTS].try_into().unwrap_or_else(|_| unreachable!("there is one for each slot"))
}

impl Queue {
    /// An empty one, in the memory of this one.
    pub fn emptied(mut self) -> Self {
        self.begin_again(0, SPAN_BITS.0, &[]);
        self.traffic = Traffic::default();
        self
    }

    /// Adds an event. It may lie at the time of the last one taken, but not before it.
    #[inline(always)]
    pub fn push(&mut self, event: Event) {
        self.put(event.into());
    }

    /// The same of one that is packed.
    #[inline(always)]
    pub fn put(&mut self, event: Packed) {
        self.len += 1;
        let slot = event.at >> self.span;
        // Huge for what lies at or before the slot being taken.
        let ahead = slot.wrapping_sub(self.slot).wrapping_sub(1);
        self.traffic.long += u32::from(ahead > REACH / 2);
        if ahead < REACH {
            self.push_on_wheel(slot, event);
        } else {
            // Word by word, so that the event need not lie in memory to be pointed at.
            self.push_aside(slot, event.at, event.order, event.what);
        }
    }

    #[inline(always)]
    fn push_on_wheel(&mut self, slot: u64, event: Packed) {
        let index = slot as usize % SLOTS;
        let (word, bit) = (&mut self.filled[index / 64], 1 << (index % 64));
        if *word & bit != 0 {
            return self.push_beside(index, event.at, event.order, event.what);
        }
        *word |= bit;
        self.words |= 1 << (index / 64);
        self.slots[index] = event;
        self.next = self.next.min(slot);
    }

    /// Adds to a slot that holds something.
    #[inline(never)]
    fn push_beside(&mut self, index: usize, at: u64, order: u64, what: u64) {
        let (word, bit) = (&mut self.shared[index / 64], 1 << (index % 64));
        let next = if *word & bit != 0 { self.firsts[index] } else { NONE };
        *word |= bit;
        let node = Node { event: Packed { at, order, what }, next };
        self.firsts[index] = self.free;
        match self.pool.get_mut(self.free as usize) {
            Some(place) => {
                self.free = place.next;
                *place = node;
            }
            None => {
                self.firsts[index] = self.pool.len() as u32;
                self.pool.push(node);
            }
        }
    }

    /// Adds what does not go on the wheel: to the slot being taken, in its place, or beyond the wheel.
    #[inline(never)]
    fn push_aside(&mut self, slot: u64, at: u64, order: u64, what: u64) {
        let event = Packed { at, order, what };
        if slot <= self.slot {
            let place = self.now.partition_point(|e| event.before(e));
            return self.now.insert(place, event);
        }
        self.beyond_slot = self.beyond_slot.min(slot);
        self.beyond.push(Reverse(event));
        self.traffic.far += 1;
        if self.traffic.far == JUDGED_AFTER.0 {
            let Traffic { since, shared, .. } = self.traffic;
            let pushed = event.seq().wrapping_sub(since);
            let (many_far, few_shared) =
                (pushed < JUDGED_AFTER.0 * FAR_SHARE, shared < pushed / LONELY_SHARE);
            if (many_far || few_shared) && self.span < SPAN_BITS.1 {
                self.change_span(self.span + 1);
            }
            self.judged_at(event.seq());
        }
    }

    /// Takes the next event if it lies not after `last`.
    #[inline(always)]
    pub fn pop(&mut self, last: u64) -> Option<Packed> {
        if self.now.is_empty() {
            let slot = self.next;
            if (slot < self.beyond_slot) & !self.is_shared(slot) {
                let event = self.slots[slot as usize % SLOTS];
                if event.at > last {
                    cold_path();
                    return None;
                }
                self.leave(slot);
                self.len -= 1;
                return Some(event);
            }
            self.bring_up();
        }
        let next = self.now.pop_if(|event| event.at <= last)?;
        self.len -= 1;
        Some(next)
    }

    #[inline]
    fn is_shared(&self, slot: u64) -> bool {
        let index = slot as usize % SLOTS;
        self.shared[index / 64] & (1 << (index % 64)) != 0
    }

    /// Moves on to the first slot of the wheel, from which everything is being taken, and looks for the next.
    #[inline]
    fn leave(&mut self, slot: u64) {
        let index = slot as usize % SLOTS;
        self.slot = slot;
        let word = &mut self.filled[index / 64];
        *word &= *word - 1;
        self.words &= !(u64::from(*word == 0) << (index / 64));
        let here = slot / 64;
        let ahead = self.words.rotate_right(here as u32).trailing_zeros();
        let word = here + u64::from(ahead);
        let bit = self.filled[word as usize % WORDS].trailing_zeros();
        self.next = if self.words == 0 { u64::MAX } else { word * 64 + u64::from(bit) };
    }

    /// Gives a list of nodes back, from its first to its last.
    #[inline]
    fn give_back(&mut self, first: u32, last: u32) {
        self.pool[last as usize].next = self.free;
        self.free = first;
    }

    /// Brings up the next slot with everything in it, if there is any.
    #[inline(never)]
    fn bring_up(&mut self) {
        let slot = self.next;
        let next = slot.min(self.beyond_slot);
        if next == u64::MAX {
            return;
        }
        if slot == next {
            self.take_slot(slot);
        } else {
            self.slot = next;
        }
        if self.beyond_slot == next {
            self.bring_from_beyond();
        }
    }

    /// Takes a whole slot. Of a few events each is put behind those that come after it: counting them takes no
    /// branches, and branches on times that are random are guessed wrong half of the time.
    #[inline]
    fn take_slot(&mut self, slot: u64) {
        const SMALL: usize = 16;
        let index = slot as usize % SLOTS;
        let (own, first) = (self.slots[index], self.firsts[index]);
        let shared = self.is_shared(slot);
        self.leave(slot);
        if !shared {
            return self.now.push(own);
        }
        self.shared[index / 64] &= !(1 << (index % 64));
        let (mut keys, mut nodes, mut places) = ([0u64; SMALL], [0u32; SMALL], [0u8; SMALL]);
        let within = (1 << self.span) - 1;
        let key = |event: &Packed| (event.at & within) << 32 | u64::from(event.seq());
        keys[0] = key(&own);
        let (mut at, mut last, mut len) = (first, first, 1);
        while let Some(node) = self.pool.get(at as usize) {
            // Of many events these tables are of no use, but the list is followed to its end.
            let i = len % SMALL;
            let key = key(&node.event);
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
        self.now.push(own);
        if len > SMALL {
            self.take_many(first);
        } else {
            self.now.resize(len, own);
            self.now[places[0] as usize] = own;
            for i in 1..len {
                self.now[places[i] as usize] = self.pool[nodes[i] as usize].event;
            }
        }
        self.give_back(first, last);
        self.traffic.shared += 1;
        if self.traffic.shared >= JUDGED_AFTER.1 {
            self.judge_sharing();
        }
    }

    /// The same of a whole list.
    #[inline(never)]
    fn take_many(&mut self, first: u32) {
        let mut at = first;
        while let Some(node) = self.pool.get(at as usize) {
            self.now.push(node.event);
            at = node.next;
        }
        self.now.sort_unstable_by_key(|e| Reverse(*e));
    }

    #[cold]
    fn bring_from_beyond(&mut self) {
        while let Some(Reverse(event)) = self.beyond.peek()
            && event.at >> self.span <= self.slot
        {
            self.now.push(*event);
            self.beyond.pop();
        }
        self.now.sort_unstable_by_key(|e| Reverse(*e));
        self.beyond_slot = self.beyond.peek().map_or(u64::MAX, |Reverse(e)| e.at >> self.span);
    }

    /// Halves the span if the wheel would still hold nearly everything.
    #[cold]
    fn judge_sharing(&mut self) {
        let seq = self.now.iter().map(|e| e.seq()).max().unwrap_or(0);
        let pushed = seq.wrapping_sub(self.traffic.since);
        let many_shared = self.traffic.shared > pushed / CROWDED_SHARE;
        if many_shared && self.traffic.long < pushed / HALF_SHARE && self.span > 0 {
            self.change_span(self.span - 1);
        }
        self.judged_at(seq);
    }

    fn judged_at(&mut self, seq: u32) {
        self.traffic = Traffic { since: seq, ..Traffic::default() };
    }

    fn change_span(&mut self, span: u32) {
        let events: Vec<Event> = self.iter().collect();
        let end = (self.slot << self.span) | ((1 << self.span) - 1);
        self.begin_again(end >> span, span, &events);
    }

    /// Starts a new wheel with these events, keeping the memory of the old one.
    fn begin_again(&mut self, slot: u64, span: u32, events: &[Event]) {
        self.now.clear();
        self.next = u64::MAX;
        (self.filled, self.words, self.shared) = ([0; WORDS], 0, [0; WORDS]);
        self.pool.clear();
        self.free = NONE;
        self.beyond.clear();
        (self.beyond_slot, self.slot, self.span, self.len) = (u64::MAX, slot, span, 0);
        // What is put back is no traffic: past the mark, nothing is judged.
        self.traffic.far = JUDGED_AFTER.0;
        for event in events {
            self.push(*event);
        }
        self.judged_at(self.traffic.since);
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// What a copy takes: the wheel, full or not, and all events.
    pub fn estimated_bytes(&self) -> usize {
        size_of_val(&*self.slots) + size_of_val(&*self.firsts) + self.len * size_of::<Packed>()
    }

    /// All events, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = Event> {
        let slots = (0..SLOTS).filter(|index| self.filled[index / 64] & (1 << (index % 64)) != 0);
        let listed = slots.flat_map(|index| {
            let node = |at: u32| self.pool.get(at as usize);
            let first = if self.is_shared(index as u64) { self.firsts[index] } else { NONE };
            let others = std::iter::successors(node(first), move |n| node(n.next)).map(|n| &n.event);
            std::iter::once(&self.slots[index]).chain(others)
        });
        let beyond = self.beyond.iter().map(|Reverse(event)| event);
        self.now.iter().rev().chain(listed).chain(beyond).map(|event| event.event())
    }

    /// Changes events in place and keeps those for which `keep` says so, then restores the order. No event may be moved
    /// before the last one taken.
    pub fn edit(&mut self, mut keep: impl FnMut(&mut Event) -> bool) {
        let mut kept: Vec<Event> = self.iter().collect();
        kept.retain_mut(&mut keep);
        self.begin_again(self.slot, self.span, &kept);
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
                let got = queue.pop(u64::MAX).unwrap().event();
                assert_eq!((got.at, got.seq), expected.remove(0));
                last = got.at;
            }
        }
        expected.sort_unstable();
        for want in expected {
            let got = queue.pop(u64::MAX).unwrap().event();
            assert_eq!((got.at, got.seq), want);
        }
        assert!(queue.pop(u64::MAX).is_none());
    }

    #[test]
    fn an_event_comes_out_of_its_words_as_it_went_in() {
        for (tag, flags) in TAGS.into_iter().zip(0..) {
            let event =
                Event { at: 1 << 50, seq: u32::MAX, payload: 7, nth: u32::MAX - 1, to: 300, tag, flags };
            assert_eq!(Packed::from(event).event(), event);
        }
    }
}
