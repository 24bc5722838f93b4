//! Message bodies under way: each stored once, however many receivers it has.

use consensus_kernel::{NodeId, Time};

/// A message body and what all its copies share.
#[derive(Clone)]
pub(crate) struct Payload<M> {
    pub msg: M,
    pub from: NodeId,
    pub kind: u8,
    /// Sent by a Byzantine node with another content than its honest code would send, or from one of two faces.
    pub forged: bool,
    /// For a twin: which of its copies sent it.
    pub second: bool,
    /// Message delays on the chain that led to it, itself included.
    pub depth: u32,
    pub sent: Time,
    /// The event in which it was sent.
    pub cause: u64,
    copies: u32,
}

impl<M> Payload<M> {
    pub fn new(msg: M, from: NodeId, kind: u8, depth: u32, sent: Time, cause: u64) -> Self {
        Self { msg, from, kind, forged: false, second: false, depth, sent, cause, copies: 0 }
    }
}

/// Bodies under way, addressed by small numbers that are reused.
#[derive(Clone)]
pub(crate) struct Slab<M> {
    bodies: Vec<Payload<M>>,
    free: Vec<u32>,
}

impl<M> Default for Slab<M> {
    fn default() -> Self {
        Self { bodies: Vec::new(), free: Vec::new() }
    }
}

impl<M> Slab<M> {
    /// Stores a body with no copies yet.
    #[inline(always)]
    pub fn insert(&mut self, payload: Payload<M>) -> u32 {
        match self.free.pop() {
            Some(i) => {
                // Field by field, since bodies are large and a whole one would be copied once more.
                let place = &mut self.bodies[i as usize];
                let Payload { msg, from, kind, forged, second, depth, sent, cause, copies } = payload;
                place.msg = msg;
                (place.from, place.kind, place.forged, place.second) = (from, kind, forged, second);
                (place.depth, place.sent, place.cause, place.copies) = (depth, sent, cause, copies);
                i
            }
            None => {
                self.bodies.push(payload);
                (self.bodies.len() - 1) as u32
            }
        }
    }

    #[inline]
    pub fn get(&self, i: u32) -> &Payload<M> {
        &self.bodies[i as usize]
    }

    /// Notes that so many more copies are under way.
    #[inline]
    pub fn retain(&mut self, i: u32, copies: u32) {
        self.bodies[i as usize].copies += copies;
    }

    /// Notes that a copy has arrived or is lost; the place is reused after the last one.
    #[inline]
    pub fn release(&mut self, i: u32) {
        let body = &mut self.bodies[i as usize];
        assert!(body.copies > 0, "a message body was released more often than it was sent");
        body.copies -= 1;
        if body.copies == 0 {
            self.free.push(i);
        }
    }

    /// Notes how many copies of a new body are under way; without any, its place is free again.
    #[inline]
    pub fn settle(&mut self, i: u32, copies: u32) {
        self.bodies[i as usize].copies = copies;
        if copies == 0 {
            self.free.push(i);
        }
    }
}
