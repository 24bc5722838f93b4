//! Serde used as reflection: any state or message as a tree that a person can read.

use serde::ser::{self, Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;

/// A value as a tree, fields in the order of declaration.
#[derive(Clone, PartialEq, Debug)]
pub enum Tree {
    /// Nothing there.
    None,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Text, or the name of a variant.
    Text(String),
    /// Several of a kind.
    List(Vec<Tree>),
    /// Named parts.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// Reads any serialisable value.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Self {
        value.serialize(Reader).unwrap_or_else(|Unreadable(why)| Self::Text(why))
    }

    /// The part with this name.
    pub fn get(&self, name: &str) -> Option<&Tree> {
        match self {
            Self::Map(parts) => parts.iter().find(|(k, _)| k == name).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// One line, for lists of events.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("–"),
            Self::Bool(x) => write!(f, "{}", if *x { "yes" } else { "no" }),
            Self::Int(x) => match (i64::try_from(*x), u64::try_from(*x)) {
                (Ok(x), _) => write!(f, "{x}"),
                (_, Ok(x)) => write!(f, "{x}"),
                _ => f.write_str("beyond 64 bits"),
            },
            Self::Text(x) => f.write_str(x),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Map(parts) => {
                for (i, (name, part)) in parts.iter().enumerate() {
                    let open = if matches!(part, Self::Map(_)) { ("(", ")") } else { ("", "") };
                    write!(f, "{}{name} {}{part}{}", if i == 0 { "" } else { ", " }, open.0, open.1)?;
                }
                Ok(())
            }
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => s.serialize_none(),
            Self::Bool(x) => s.serialize_bool(*x),
            Self::Int(x) => match (i64::try_from(*x), u64::try_from(*x)) {
                (Ok(x), _) => s.serialize_i64(x),
                (_, Ok(x)) => s.serialize_u64(x),
                _ => s.collect_str(x),
            },
            Self::Text(x) => s.serialize_str(x),
            Self::List(items) => {
                let mut seq = s.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|i| seq.serialize_element(i))?;
                seq.end()
            }
            Self::Map(parts) => {
                let mut map = s.serialize_map(Some(parts.len()))?;
                parts.iter().try_for_each(|(k, v)| map.serialize_entry(k, v))?;
                map.end()
            }
        }
    }
}

#[derive(Debug)]
struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl ser::Error for Unreadable {
    fn custom<T: fmt::Display>(msg: T) -> Self {
        Self(msg.to_string())
    }
}

struct Reader;

struct Items {
    variant: Option<&'static str>,
    items: Vec<Tree>,
}

struct Parts {
    variant: Option<&'static str>,
    parts: Vec<(String, Tree)>,
    key: Option<String>,
}

fn tagged(variant: Option<&'static str>, tree: Tree) -> Tree {
    match variant {
        None => tree,
        Some(name) => Tree::Map(vec![(name.to_owned(), tree)]),
    }
}

macro_rules! ints {
    ($($method:ident $ty:ty),*) => {$(
        fn $method(self, v: $ty) -> Result<Tree, Unreadable> {
            Ok(Tree::Int(v.into()))
        }
    )*};
}

impl Serializer for Reader {
    type Ok = Tree;
    type Error = Unreadable;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Parts;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Parts;

    ints!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_u8 u8,
          serialize_u16 u16, serialize_u32 u32, serialize_u64 u64);

    fn serialize_bool(self, v: bool) -> Result<Tree, Unreadable> {
        Ok(Tree::Bool(v))
    }
    fn serialize_f32(self, _: f32) -> Result<Tree, Unreadable> {
        Err(Unreadable("a number with a fraction".to_owned()))
    }
    fn serialize_f64(self, v: f64) -> Result<Tree, Unreadable> {
        self.serialize_f32(v as f32)
    }
    fn serialize_char(self, v: char) -> Result<Tree, Unreadable> {
        Ok(Tree::Text(v.into()))
    }
    fn serialize_str(self, v: &str) -> Result<Tree, Unreadable> {
        Ok(Tree::Text(v.to_owned()))
    }
    fn serialize_bytes(self, v: &[u8]) -> Result<Tree, Unreadable> {
        Ok(Tree::List(v.iter().map(|b| Tree::Int((*b).into())).collect()))
    }
    fn serialize_none(self) -> Result<Tree, Unreadable> {
        Ok(Tree::None)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<Tree, Unreadable> {
        v.serialize(self)
    }
    fn serialize_unit(self) -> Result<Tree, Unreadable> {
        Ok(Tree::None)
    }
    fn serialize_unit_struct(self, name: &'static str) -> Result<Tree, Unreadable> {
        Ok(Tree::Text(name.to_owned()))
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Tree, Unreadable> {
        Ok(Tree::Text(variant.to_owned()))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        v: &T,
    ) -> Result<Tree, Unreadable> {
        v.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        v: &T,
    ) -> Result<Tree, Unreadable> {
        Ok(tagged(Some(variant), v.serialize(self)?))
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Items, Unreadable> {
        Ok(Items { variant: None, items: Vec::with_capacity(len.unwrap_or(0).min(1024)) })
    }
    fn serialize_tuple(self, len: usize) -> Result<Items, Unreadable> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items, Unreadable> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items, Unreadable> {
        Ok(Items { variant: Some(variant), items: Vec::new() })
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Parts, Unreadable> {
        Ok(Parts { variant: None, parts: Vec::new(), key: None })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts, Unreadable> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts, Unreadable> {
        Ok(Parts { variant: Some(variant), parts: Vec::new(), key: None })
    }
}

macro_rules! items {
    ($($tr:ident $method:ident),*) => {$(
        impl ser::$tr for Items {
            type Ok = Tree;
            type Error = Unreadable;
            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Unreadable> {
                self.items.push(v.serialize(Reader)?);
                Ok(())
            }
            fn end(self) -> Result<Tree, Unreadable> {
                Ok(tagged(self.variant, Tree::List(self.items)))
            }
        }
    )*};
}
items!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field,
       SerializeTupleVariant serialize_field);

macro_rules! parts {
    ($($tr:ident),*) => {$(
        impl ser::$tr for Parts {
            type Ok = Tree;
            type Error = Unreadable;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, k: &'static str, v: &T) -> Result<(), Unreadable> {
                self.parts.push((k.to_owned(), v.serialize(Reader)?));
                Ok(())
            }
            fn end(self) -> Result<Tree, Unreadable> {
                Ok(tagged(self.variant, Tree::Map(self.parts)))
            }
        }
    )*};
}
parts!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Parts {
    type Ok = Tree;
    type Error = Unreadable;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, k: &T) -> Result<(), Unreadable> {
        self.key = Some(k.serialize(Reader)?.to_string());
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), Unreadable> {
        let key = self.key.take().unwrap_or_default();
        self.parts.push((key, v.serialize(Reader)?));
        Ok(())
    }
    fn end(self) -> Result<Tree, Unreadable> {
        Ok(tagged(self.variant, Tree::Map(self.parts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NodeId, Value};
    use serde::Serialize;

    #[derive(Serialize)]
    enum Msg {
        Vote { view: u64, from: NodeId, value: Option<Value> },
        Ping,
    }

    #[test]
    fn a_message_reads_as_its_fields_in_order() {
        let tree = Tree::of(&Msg::Vote { view: 3, from: NodeId::client(1), value: None });
        let fields = tree.get("Vote").unwrap();
        assert_eq!(fields.to_string(), "view 3, from c1, value –");
        assert_eq!(Tree::of(&Msg::Ping), Tree::Text("Ping".into()));
        assert_eq!(serde_json::to_string(&tree).unwrap(), r#"{"Vote":{"view":3,"from":"c1","value":null}}"#);
    }
}
