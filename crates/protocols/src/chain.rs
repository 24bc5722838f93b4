//! Chains of signatures (Lamport, Shostak & Pease 1982, §4): v:0:j₁:…:jₖ, each name a real signature over all that stands
//! before it.

use consensus_kernel::{NodeId, Signed};
use serde::{Serialize, Serializer};
use smallvec::SmallVec;
use std::fmt::Display;
use std::sync::Arc;

/// Nodes, in the order in which they signed.
pub type Names = SmallVec<[NodeId; 4]>;

/// What somebody puts his name to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text<V> {
    /// The first one: v itself.
    Own(V),
    /// Another one: a whole message that he got.
    Message(Chain<V>),
}

/// A signed message, stored once however many hold it. Only who signs can make it longer, and nobody can alter it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain<V>(Arc<Signed<Text<V>>>);

impl<V> Chain<V> {
    /// From its last signature.
    pub fn new(signed: Signed<Text<V>>) -> Self {
        Self(Arc::new(signed))
    }

    /// The value inside.
    pub fn value(&self) -> &V {
        let mut chain = self;
        loop {
            match chain.0.body() {
                Text::Own(value) => return value,
                Text::Message(inner) => chain = inner,
            }
        }
    }

    /// Who signed first.
    pub fn source(&self) -> NodeId {
        let mut chain = self;
        while let Text::Message(inner) = chain.0.body() {
            chain = inner;
        }
        chain.0.signer()
    }

    /// Who signed, innermost first.
    pub fn signers(&self) -> Names {
        let mut names = Names::new();
        let mut chain = self;
        loop {
            names.push(chain.0.signer());
            match chain.0.body() {
                Text::Own(_) => break,
                Text::Message(inner) => chain = inner,
            }
        }
        names.reverse();
        names
    }
}

/// As the paper writes it: the value, then the names.
impl<V: Serialize + Display> Serialize for Chain<V> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let (value, names) = (self.value(), self.signers());
        if !s.is_human_readable() {
            return (value, names.as_slice()).serialize(s);
        }
        let mut text = value.to_string();
        for name in names {
            text.push(':');
            text.push_str(&name.to_string());
        }
        s.serialize_str(&text)
    }
}
