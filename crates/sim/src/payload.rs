//! Message bodies under way: each stored once, however many receivers it has.

use consensus_kernel::{Message, NodeId, Time};
use core::hint::cold_path;

/// A message body and what all its copies share.
#[derive(Clone)]
pub(crate) struct Payload<M> {
    pub msg: Box<M>,
    pub from: NodeId,
    pub kind: u8,
    /// Sent by a Byzantine node with another content than its honest code would send, or from one of two faces.
    pub forged: bool,
    /// For a twin: which of its copies sent it.
    pub second: bool,
    /// Message delays on the longest chain that led to it, itself included.
    pub depth: u32,
    /// The decision that it serves; 0 if none.
    pub slot: u32,
    pub sent: Time,
    /// The event in which it was sent.
    pub cause: u64,
    copies: u32,
}

impl<M: Message> Payload<M> {
    #[inline]
    pub fn new(msg: Box<M>, from: NodeId, kind: u8, depth: u32, sent: Time, cause: u64) -> Self {
        let slot = msg.slot().unwrap_or(0) as u32;
        Self { msg, from, kind, forged: false, second: false, depth, slot, sent, cause, copies: 0 }
    }

    /// The same, with so many copies under way.
    #[inline]
    pub fn with_copies(self, copies: u32) -> Self {
        Self { copies, ..self }
    }
}

/// Bodies under way, addressed by small numbers that are reused.
#[derive(Clone)]
pub(crate) struct Slab<M> {
    bodies: Vec<Payload<M>>,
    /// Places that are free, in the first `idle` entries; as long as `bodies`.
    free: Vec<u32>,
    idle: usize,
}

impl<M> Default for Slab<M> {
    fn default() -> Self {
        Self { bodies: Vec::new(), free: Vec::new(), idle: 0 }
    }
}

impl<M> Slab<M> {
    /// Stores a body with no copies yet. The box of a body that was there before is given back.
    #[inline]
    pub fn insert(&mut self, payload: Payload<M>) -> (u32, Option<Box<M>>) {
        if self.idle == 0 {
            cold_path();
            self.bodies.push(payload);
            self.free.push(0);
            return ((self.bodies.len() - 1) as u32, None);
        }
        self.idle -= 1;
        let i = self.free[self.idle];
        let before = core::mem::replace(&mut self.bodies[i as usize], payload);
        (i, Some(before.msg))
    }

    /// What a copy takes.
    pub fn estimated_bytes(&self) -> usize {
        self.bodies.len() * (size_of::<Payload<M>>() + size_of::<M>() + size_of::<u32>())
    }

    /// All boxes, for other messages.
    pub fn into_boxes(self) -> impl Iterator<Item = Box<M>> {
        self.bodies.into_iter().map(|body| body.msg)
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
        debug_assert!(body.copies > 0, "a message body was released more often than it was sent");
        body.copies = body.copies.wrapping_sub(1);
        let last = body.copies == 0;
        self.note_free(i, last);
    }

    /// Notes that a place is free, if it is. No branch: nobody can guess which copy is the last.
    #[inline]
    fn note_free(&mut self, i: u32, is: bool) {
        if let Some(place) = self.free.get_mut(self.idle) {
            *place = i;
            self.idle += usize::from(is);
        }
    }

    /// Notes how many copies of a new body are under way; without any, its place is free again.
    #[inline]
    pub fn settle(&mut self, i: u32, copies: u32) {
        self.bodies[i as usize].copies = copies;
        if copies == 0 {
            self.note_free(i, true);
        }
    }
}
