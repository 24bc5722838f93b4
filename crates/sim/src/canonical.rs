//! The canonical event stream and its digest: what "the same run" means.

use crate::observer::{Cause, Observer, Step};
use crate::{MessageFacts, Simulation};
use consensus_kernel::{Digest, Hasher, Protocol, Timer};
use serde::ser::{self, Serialize, Serializer};
use std::fmt;

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
    pub fn finish<P: Protocol>(mut self, sim: &Simulation<P>) -> Digest {
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

impl<P: Protocol> Observer<P> for TraceDigest {
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
                self.number(timer.index() as u64);
            }
            Cause::Action(i) => {
                self.buffer.push(5);
                self.number(*i as u64);
            }
            Cause::Restart => self.buffer.push(6),
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
fn write(into: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    value.serialize(Writer(into)).expect("plain data always has a canonical form");
}

/// Length of the canonical bytes.
pub(crate) fn length(value: &(impl Serialize + ?Sized)) -> usize {
    let mut bytes = Vec::new();
    write(&mut bytes, value);
    bytes.len()
}

struct Writer<'a>(&'a mut Vec<u8>);

#[derive(Debug)]
struct Never(String);

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(msg: T) -> Self {
        Self(msg.to_string())
    }
}

impl Writer<'_> {
    fn put(&mut self, x: u64) {
        self.0.extend_from_slice(&x.to_le_bytes());
    }
}

macro_rules! numbers {
    ($($method:ident $ty:ty),*) => {$(
        fn $method(mut self, v: $ty) -> Result<(), Never> {
            self.put(v as u64);
            Ok(())
        }
    )*};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Writer<'a>;
    type SerializeTuple = Writer<'a>;
    type SerializeTupleStruct = Writer<'a>;
    type SerializeTupleVariant = Writer<'a>;
    type SerializeMap = Writer<'a>;
    type SerializeStruct = Writer<'a>;
    type SerializeStructVariant = Writer<'a>;

    numbers!(serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
             serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_char char);

    fn is_human_readable(&self) -> bool {
        false
    }
    fn serialize_f32(mut self, v: f32) -> Result<(), Never> {
        self.put(v.to_bits().into());
        Ok(())
    }
    fn serialize_f64(mut self, v: f64) -> Result<(), Never> {
        self.put(v.to_bits());
        Ok(())
    }
    fn serialize_str(self, v: &str) -> Result<(), Never> {
        self.serialize_bytes(v.as_bytes())
    }
    fn serialize_bytes(mut self, v: &[u8]) -> Result<(), Never> {
        self.put(v.len() as u64);
        self.0.extend_from_slice(v);
        Ok(())
    }
    fn serialize_none(mut self) -> Result<(), Never> {
        self.put(0);
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(mut self, v: &T) -> Result<(), Never> {
        self.put(1);
        v.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Never> {
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        Ok(())
    }
    fn serialize_unit_variant(mut self, _: &'static str, index: u32, _: &'static str) -> Result<(), Never> {
        self.put(index.into());
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, v: &T) -> Result<(), Never> {
        v.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        index: u32,
        _: &'static str,
        v: &T,
    ) -> Result<(), Never> {
        self.put(index.into());
        v.serialize(self)
    }
    fn serialize_seq(mut self, len: Option<usize>) -> Result<Self, Never> {
        self.put(len.map_or(u64::MAX, |l| l as u64));
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        Ok(self)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }
    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Never> {
        self.put(index.into());
        Ok(self)
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Self, Never> {
        self.serialize_seq(len)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        Ok(self)
    }
    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Never> {
        self.put(index.into());
        Ok(self)
    }
}

macro_rules! parts {
    ($($tr:ident $method:ident),*) => {$(
        impl ser::$tr for Writer<'_> {
            type Ok = ();
            type Error = Never;
            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Never> {
                v.serialize(Writer(self.0))
            }
            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        }
    )*};
}
parts!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
       SerializeTupleVariant serialize_field);

macro_rules! fields {
    ($($tr:ident),*) => {$(
        impl ser::$tr for Writer<'_> {
            type Ok = ();
            type Error = Never;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, v: &T) -> Result<(), Never> {
                v.serialize(Writer(self.0))
            }
            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        }
    )*};
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Writer<'_> {
    type Ok = ();
    type Error = Never;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, k: &T) -> Result<(), Never> {
        k.serialize(Writer(self.0))
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Never> {
        v.serialize(Writer(self.0))
    }
    fn end(self) -> Result<(), Never> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: &impl Serialize) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, value);
        out
    }

    #[test]
    fn different_values_have_different_bytes() {
        assert_ne!(bytes(&vec![vec![1u8], vec![]]), bytes(&vec![vec![], vec![1u8]]));
        assert_ne!(bytes(&Some(0u8)), bytes(&None::<u8>));
        assert_ne!(bytes(&("ab", "c")), bytes(&("a", "bc")));
        assert_eq!(bytes(&7u8), bytes(&7u64), "a number's width is not part of its meaning");
    }
}
