//! Chains of signatures: the paper's v:0:j₁:…:jₖ, each name a real signature over all that stands before it.

use super::Order;
use consensus_kernel::{NodeId, Signed};
use serde::{Serialize, Serializer};
use smallvec::SmallVec;
use std::sync::Arc;

/// Generals, in the order in which they signed.
pub type Names = SmallVec<[NodeId; 4]>;

/// What a general puts his name to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// The commander: his order v.
    Order(Order),
    /// A lieutenant: a whole message that he got.
    Message(Chain),
}

/// A signed message, stored once however many hold it. Only who signs can make it longer, and nobody can alter it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain(Arc<Signed<Text>>);

impl Chain {
    /// From its last signature.
    pub fn new(signed: Signed<Text>) -> Self {
        Self(Arc::new(signed))
    }

    /// The order inside.
    pub fn order(&self) -> Order {
        let mut chain = self;
        loop {
            match chain.0.body() {
                Text::Order(order) => return *order,
                Text::Message(inner) => chain = inner,
            }
        }
    }

    /// Who signed, innermost first.
    pub fn signers(&self) -> Names {
        let mut names = Names::new();
        let mut chain = self;
        loop {
            names.push(chain.0.signer());
            match chain.0.body() {
                Text::Order(_) => break,
                Text::Message(inner) => chain = inner,
            }
        }
        names.reverse();
        names
    }
}

/// As the paper writes it: the order, then the names.
impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let (order, names) = (self.order(), self.signers());
        if !s.is_human_readable() {
            return (order, names.as_slice()).serialize(s);
        }
        let mut text = order.name().to_owned();
        for name in names {
            text.push(':');
            text.push_str(&name.to_string());
        }
        s.serialize_str(&text)
    }
}

/// An order and the names of those who are said to have signed it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Claim {
    /// The order.
    pub order: Order,
    /// The names, the commander's first.
    pub names: Names,
}

impl Claim {
    /// Passed on by one more.
    #[must_use]
    pub fn then(mut self, name: NodeId) -> Self {
        self.names.push(name);
        self
    }
}
