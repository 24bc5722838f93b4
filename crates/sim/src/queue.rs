//! The event queue: a four-ary heap over small plain events, stable at equal times.

use consensus_kernel::{NodeId, Time};

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
        self.at < other.at || (self.at == other.at && self.seq < other.seq)
    }

    pub(crate) fn time(&self) -> Time {
        Time(self.at)
    }
}

const ARITY: usize = 4;

/// A min-heap by (time, sequence).
#[derive(Clone, Default)]
pub(crate) struct Queue {
    heap: Vec<Event>,
}

impl Queue {
    #[inline]
    pub fn push(&mut self, event: Event) {
        let mut i = self.heap.len();
        self.heap.push(event);
        while i > 0 {
            let parent = (i - 1) / ARITY;
            if !event.before(&self.heap[parent]) {
                break;
            }
            self.heap[i] = self.heap[parent];
            i = parent;
        }
        self.heap[i] = event;
    }

    #[inline]
    pub fn peek(&self) -> Option<&Event> {
        self.heap.first()
    }

    #[inline]
    pub fn pop(&mut self) -> Option<Event> {
        let last = self.heap.pop()?;
        let Some(top) = self.heap.first().copied() else { return Some(last) };
        let len = self.heap.len();
        let heap = &mut self.heap[..len];
        let mut i = 0;
        loop {
            let first = i * ARITY + 1;
            if first >= len {
                break;
            }
            let end = (first + ARITY).min(len);
            let mut least = first;
            for child in first + 1..end {
                if heap[child].before(&heap[least]) {
                    least = child;
                }
            }
            if !heap[least].before(&last) {
                break;
            }
            heap[i] = heap[least];
            i = least;
        }
        heap[i] = last;
        Some(top)
    }

    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// All events, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        self.heap.iter()
    }

    /// Changes events in place and keeps those for which `keep` says so, then restores the order.
    pub fn edit(&mut self, mut keep: impl FnMut(&mut Event) -> bool) {
        let mut kept: Vec<Event> = std::mem::take(&mut self.heap);
        kept.retain_mut(&mut keep);
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
        let mut expected = Vec::new();
        for seq in 0..2_000 {
            let at = rng.within(0, 40);
            queue.push(event(at, seq));
            expected.push((at, seq));
            if seq % 3 == 0 {
                expected.sort_unstable();
                let got = queue.pop().unwrap();
                assert_eq!((got.at, got.seq), expected.remove(0));
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
