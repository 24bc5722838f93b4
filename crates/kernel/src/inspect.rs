//! Any state or message as a tree that a person can read.

use crate::walk::{Sink, Walk};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
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
    /// Reads any value that can be walked: any that can be serialised.
    pub fn of(value: &(impl Walk + ?Sized)) -> Self {
        let mut grower = Grower::default();
        match value.walk(&mut grower) {
            Ok(()) => grower.done.unwrap_or(Self::None),
            Err(why) => Self::Text(why),
        }
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

/// What is open while a tree grows.
enum Open {
    Variant(&'static str),
    List(Vec<Tree>),
    Map { parts: Vec<(String, Tree)>, name: Option<String> },
}

/// Grows a tree from what it is told.
#[derive(Default)]
struct Grower {
    open: Vec<Open>,
    done: Option<Tree>,
}

impl Grower {
    /// A part is complete: it goes where it belongs.
    fn put(&mut self, mut tree: Tree) {
        while let Some(Open::Variant(name)) = self.open.last() {
            tree = Tree::Map(vec![((*name).to_owned(), tree)]);
            self.open.pop();
        }
        match self.open.last_mut() {
            Some(Open::List(items)) => items.push(tree),
            Some(Open::Map { parts, name }) => match name.take() {
                Some(name) => parts.push((name, tree)),
                None => *name = Some(tree.to_string()),
            },
            _ => self.done = Some(tree),
        }
    }
}

impl Sink for Grower {
    fn for_people(&self) -> bool {
        true
    }
    fn truth(&mut self, is: bool) {
        self.put(Tree::Bool(is));
    }
    fn signed(&mut self, x: i64) {
        self.put(Tree::Int(x.into()));
    }
    fn unsigned(&mut self, x: u64) {
        self.put(Tree::Int(x.into()));
    }
    fn fraction(&mut self, _: u64) {
        self.text("a number with a fraction");
    }
    fn letter(&mut self, c: char) {
        self.put(Tree::Text(c.into()));
    }
    fn text(&mut self, text: &str) {
        self.put(Tree::Text(text.to_owned()));
    }
    fn bytes(&mut self, bytes: &[u8]) {
        self.put(Tree::List(bytes.iter().map(|b| Tree::Int((*b).into())).collect()));
    }
    fn none(&mut self) {
        self.put(Tree::None);
    }
    fn some(&mut self) {}
    fn unit(&mut self, name: Option<&'static str>) {
        self.put(name.map_or(Tree::None, |name| Tree::Text(name.to_owned())));
    }
    fn unit_variant(&mut self, _: u32, name: &'static str) {
        self.text(name);
    }
    fn variant(&mut self, _: u32, name: &'static str) {
        self.open.push(Open::Variant(name));
    }
    fn length(&mut self, _: Option<usize>) {}
    fn list(&mut self) {
        self.open.push(Open::List(Vec::new()));
    }
    fn map(&mut self) {
        self.open.push(Open::Map { parts: Vec::new(), name: None });
    }
    fn field(&mut self, name: &'static str) {
        if let Some(Open::Map { name: next, .. }) = self.open.last_mut() {
            *next = Some(name.to_owned());
        }
    }
    fn key(&mut self) {}
    fn end(&mut self) {
        match self.open.pop() {
            Some(Open::List(items)) => self.put(Tree::List(items)),
            Some(Open::Map { parts, .. }) => self.put(Tree::Map(parts)),
            _ => {}
        }
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
