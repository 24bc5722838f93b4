//! The canonical event stream and its digest: what "the same run" means.

use crate::observer::{Cause, Observer, Step};
use crate::{MessageFacts, Simulation};
use consensus_kernel::walk::{Sink, Walk};
use consensus_kernel::{Automaton, Digest, Hasher};

/// Absorbs every event of a run, with its message, the rules cited and what was decided.
pub struct TraceDigest {
    hasher: Hasher,
    buffer: Vec<u8>,
}

impl Default for TraceDigest {
    fn default() -> Self {
        Self { hasher: Hasher::new(), buffer: Vec::with_capacity(512) }
    }
}

impl TraceDigest {
    /// The digest of all events seen, closed by the states of all nodes.
    pub fn finish<P: Automaton>(mut self, sim: &Simulation<P>) -> Digest {
        for node in sim.states() {
            self.buffer.clear();
            write(&mut self.buffer, node);
            self.hasher.update(&self.buffer);
        }
        self.hasher.finish()
    }

    fn number(&mut self, x: u64) {
        self.buffer.extend_from_slice(&x.to_le_bytes());
    }

    fn facts(&mut self, tag: u8, facts: &MessageFacts) {
        self.buffer.push(tag);
        self.number(facts.from.raw().into());
        self.number(facts.kind as u64);
        self.number(facts.nth.into());
        self.number(facts.sent.0);
    }
}

impl<P: Automaton> Observer<P> for TraceDigest {
    const RECORDS: bool = true;

    fn step(&mut self, _sim: &Simulation<P>, step: &Step<'_, P>) {
        self.buffer.clear();
        self.number(step.at.0);
        self.number(step.node.map_or(u64::MAX, |n| n.raw().into()));
        self.buffer.push(step.second.into());
        match &step.cause {
            Cause::Start => self.buffer.push(0),
            Cause::Propose(value) => {
                self.buffer.push(1);
                self.number(value.0);
            }
            Cause::Deliver(facts, msg) => {
                self.facts(2, facts);
                write(&mut self.buffer, *msg);
            }
            Cause::Lost(facts, ..) => self.facts(3, facts),
            Cause::Fire(timer) => {
                self.buffer.push(4);
                self.number(P::place(*timer) as u64);
            }
            Cause::Action(i) => {
                self.buffer.push(5);
                self.number(*i as u64);
            }
            Cause::Restart => self.buffer.push(6),
            Cause::Told(i) => {
                self.buffer.push(7);
                self.number(*i as u64);
            }
        }
        self.number(step.cites.len() as u64);
        self.buffer.extend_from_slice(step.cites);
        self.buffer.push(step.rejected.is_some().into());
        self.number(step.decided.len() as u64);
        for (slot, value) in step.decided {
            self.number(*slot);
            self.number(value.0);
        }
        self.number(step.sent.len() as u64);
        for (kind, receivers) in step.sent {
            self.number(*kind as u64);
            self.number(*receivers as u64);
        }
        self.hasher.update(&self.buffer);
    }
}

/// Appends the canonical bytes of any value: numbers little-endian in eight bytes, lengths before contents, variants by
/// position. Never fails for the plain data that protocols are made of.
pub(crate) fn write(into: &mut Vec<u8>, value: &(impl Walk + ?Sized)) {
    let told = value.walk(&mut Writer(into));
    told.expect("plain data always has a canonical form");
}

/// About how much memory a copy takes, but for what others hold, too.
pub(crate) fn own_bytes(value: &(impl Walk + ?Sized)) -> usize {
    let mut weigher = Weigher(0);
    let _ = value.walk(&mut weigher);
    weigher.0
}

struct Writer<'a>(&'a mut Vec<u8>);

impl Sink for Writer<'_> {
    fn for_people(&self) -> bool {
        false
    }
    fn truth(&mut self, is: bool) {
        self.unsigned(is.into());
    }
    fn signed(&mut self, x: i64) {
        self.unsigned(x as u64);
    }
    fn unsigned(&mut self, x: u64) {
        self.0.extend_from_slice(&x.to_le_bytes());
    }
    fn fraction(&mut self, bits: u64) {
        self.unsigned(bits);
    }
    fn letter(&mut self, c: char) {
        self.unsigned(c as u64);
    }
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
    fn bytes(&mut self, bytes: &[u8]) {
        self.unsigned(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
    fn none(&mut self) {
        self.unsigned(0);
    }
    fn some(&mut self) {
        self.unsigned(1);
    }
    fn unit(&mut self, _: Option<&'static str>) {}
    fn unit_variant(&mut self, index: u32, _: &'static str) {
        self.unsigned(index.into());
    }
    fn variant(&mut self, index: u32, _: &'static str) {
        self.unsigned(index.into());
    }
    fn length(&mut self, length: Option<usize>) {
        self.unsigned(length.map_or(u64::MAX, |l| l as u64));
    }
    fn list(&mut self) {}
    fn map(&mut self) {}
    fn field(&mut self, _: &'static str) {}
    fn key(&mut self) {}
    fn end(&mut self) {}
}

/// Numbers take a word, lists the three words of a vector's head, and what is not there a word.
struct Weigher(usize);

impl Sink for Weigher {
    fn wants_shared(&self) -> bool {
        false
    }
    fn for_people(&self) -> bool {
        false
    }
    fn truth(&mut self, _: bool) {
        self.0 += 1;
    }
    fn signed(&mut self, _: i64) {
        self.0 += 8;
    }
    fn unsigned(&mut self, _: u64) {
        self.0 += 8;
    }
    fn byte(&mut self, _: u8) {
        self.0 += 1;
    }
    fn fraction(&mut self, _: u64) {
        self.0 += 8;
    }
    fn letter(&mut self, _: char) {
        self.0 += 4;
    }
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }
    fn bytes(&mut self, bytes: &[u8]) {
        self.0 += 24 + bytes.len();
    }
    fn none(&mut self) {
        self.0 += 8;
    }
    fn some(&mut self) {}
    fn unit(&mut self, _: Option<&'static str>) {}
    fn unit_variant(&mut self, _: u32, _: &'static str) {
        self.0 += 1;
    }
    fn variant(&mut self, _: u32, _: &'static str) {
        self.0 += 8;
    }
    fn length(&mut self, _: Option<usize>) {
        self.0 += 24;
    }
    fn list(&mut self) {}
    fn map(&mut self) {}
    fn field(&mut self, _: &'static str) {}
    fn key(&mut self) {}
    fn end(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &impl Walk) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, value);
        out
    }

    struct Held([u64; 9]);

    impl serde::Serialize for Held {
        fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            s.serialize_newtype_struct(consensus_kernel::walk::SHARED, &self.0)
        }
    }

    #[test]
    fn what_others_hold_too_is_written_and_costs_a_copy_next_to_nothing() {
        let held = Held([7; 9]);
        assert_eq!(bytes(&held), bytes(&held.0));
        assert_eq!((own_bytes(&held), own_bytes(&held.0)), (8, 72));
    }

    #[test]
    fn different_values_have_different_bytes() {
        assert_ne!(bytes(&vec![vec![1u8], vec![]]), bytes(&vec![vec![], vec![1u8]]));
        assert_ne!(bytes(&Some(0u8)), bytes(&None::<u8>));
        assert_ne!(bytes(&("ab", "c")), bytes(&("a", "bc")));
        assert_eq!(bytes(&7u8), bytes(&7u64), "a number's width is not part of its meaning");
    }
}
