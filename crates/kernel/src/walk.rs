//! Serde used as reflection: one serialiser that tells a [`Sink`] what it meets.
//!
//! Serde writes its code out for every type and every serialiser. The kinds of output differ only in what they do with
//! the same few events, so they share this serialiser, and each state and message is written out once.

use serde::ser::{self, Serialize, Serializer};
use std::fmt;

/// As the name of a newtype: what is in it is stored once, however many hold it.
pub const SHARED: &str = "shared";

/// What is told about a value, in the order of its parts.
pub trait Sink {
    /// Whether it wants to be told of what others hold, too.
    fn wants_shared(&self) -> bool {
        true
    }
    /// Whether identities and digests are told as people write them.
    fn for_people(&self) -> bool;
    /// A truth value.
    fn truth(&mut self, is: bool);
    /// A whole number, negative or not.
    fn signed(&mut self, x: i64);
    /// A whole number.
    fn unsigned(&mut self, x: u64);
    /// A small one: digests are lists of them.
    fn byte(&mut self, x: u8) {
        self.unsigned(x.into());
    }
    /// The bits of a number with a fraction.
    fn fraction(&mut self, bits: u64);
    /// A letter.
    fn letter(&mut self, c: char);
    /// Text.
    fn text(&mut self, text: &str);
    /// Bytes.
    fn bytes(&mut self, bytes: &[u8]);
    /// Nothing there.
    fn none(&mut self);
    /// Something there; it follows.
    fn some(&mut self);
    /// A value without parts, with the name of its type if it has one.
    fn unit(&mut self, name: Option<&'static str>);
    /// A variant without parts.
    fn unit_variant(&mut self, index: u32, name: &'static str);
    /// A variant; its parts follow.
    fn variant(&mut self, index: u32, name: &'static str);
    /// The length of the list or map that follows, where that is not a matter of its type.
    fn length(&mut self, length: Option<usize>);
    /// A list begins.
    fn list(&mut self);
    /// Named parts begin.
    fn map(&mut self);
    /// The name of the part that follows.
    fn field(&mut self, name: &'static str);
    /// The value that follows is the name of the next.
    fn key(&mut self);
    /// The list, or the named parts, end.
    fn end(&mut self);
}

/// What a sink can be told about: whatever can be serialised, and nodes and messages whose types are forgotten.
pub trait Walk {
    /// Tells a sink about itself. An error is a sentence of the value itself; plain data has none.
    fn walk(&self, sink: &mut dyn Sink) -> Result<(), String>;
}

impl<T: Serialize + ?Sized> Walk for T {
    fn walk(&self, sink: &mut dyn Sink) -> Result<(), String> {
        self.serialize(Walker(sink)).map_err(|Refused(why)| why)
    }
}

struct Walker<'a>(&'a mut dyn Sink);

#[derive(Debug)]
struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(msg: T) -> Self {
        Self(msg.to_string())
    }
}

type Told = Result<(), Refused>;

macro_rules! told {
    ($($method:ident $ty:ty => $event:ident),* $(,)?) => {$(
        fn $method(self, v: $ty) -> Told {
            self.0.$event(v.into());
            Ok(())
        }
    )*};
}

impl<'a> Serializer for Walker<'a> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    told!(
        serialize_bool bool => truth,
        serialize_i8 i8 => signed, serialize_i16 i16 => signed, serialize_i32 i32 => signed,
        serialize_i64 i64 => signed,
        serialize_u8 u8 => byte, serialize_u16 u16 => unsigned, serialize_u32 u32 => unsigned,
        serialize_u64 u64 => unsigned,
        serialize_char char => letter,
        serialize_str &str => text,
        serialize_bytes &[u8] => bytes,
    );

    fn is_human_readable(&self) -> bool {
        self.0.for_people()
    }
    fn serialize_f32(self, v: f32) -> Told {
        self.0.fraction(v.to_bits().into());
        Ok(())
    }
    fn serialize_f64(self, v: f64) -> Told {
        self.0.fraction(v.to_bits());
        Ok(())
    }
    fn serialize_none(self) -> Told {
        self.0.none();
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Told {
        self.0.some();
        v.serialize(self)
    }
    fn serialize_unit(self) -> Told {
        self.0.unit(None);
        Ok(())
    }
    fn serialize_unit_struct(self, name: &'static str) -> Told {
        self.0.unit(Some(name));
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, index: u32, variant: &'static str) -> Told {
        self.0.unit_variant(index, variant);
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, v: &T) -> Told {
        if name == SHARED && !self.0.wants_shared() {
            self.0.none();
            return Ok(());
        }
        v.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        variant: &'static str,
        v: &T,
    ) -> Told {
        self.0.variant(index, variant);
        v.serialize(self)
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Self, Refused> {
        self.0.length(len);
        self.serialize_tuple(0)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Refused> {
        self.0.list();
        Ok(self)
    }
    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Self, Refused> {
        self.serialize_tuple(len)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self, Refused> {
        self.0.variant(index, variant);
        self.serialize_tuple(len)
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Self, Refused> {
        self.0.length(len);
        self.serialize_struct("", 0)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        self.0.map();
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self, Refused> {
        self.0.variant(index, variant);
        self.serialize_struct(name, len)
    }
}

macro_rules! items {
    ($($tr:ident $method:ident),*) => {$(
        impl ser::$tr for Walker<'_> {
            type Ok = ();
            type Error = Refused;
            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Told {
                v.serialize(Walker(self.0))
            }
            fn end(self) -> Told {
                self.0.end();
                Ok(())
            }
        }
    )*};
}
items!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
       SerializeTupleVariant serialize_field);

macro_rules! fields {
    ($($tr:ident),*) => {$(
        impl ser::$tr for Walker<'_> {
            type Ok = ();
            type Error = Refused;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, v: &T) -> Told {
                self.0.field(name);
                v.serialize(Walker(self.0))
            }
            fn end(self) -> Told {
                self.0.end();
                Ok(())
            }
        }
    )*};
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Walker<'_> {
    type Ok = ();
    type Error = Refused;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, k: &T) -> Told {
        self.0.key();
        k.serialize(Walker(self.0))
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Told {
        v.serialize(Walker(self.0))
    }
    fn end(self) -> Told {
        self.0.end();
        Ok(())
    }
}
