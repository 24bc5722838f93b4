//! What `html!` writes its trees with: one builder for all elements, so that an element costs a few calls.

pub use consensus_markup::html;

use std::rc::Rc;
use yew::virtual_dom::{
    AttributeOrProperty, Attributes, FullyKeyedState, Key, Listener, Listeners, VList, VNode, VTag, VText,
};
use yew::{AttrValue, Classes, NodeRef};

/// An element, or a list of nodes, while it is written.
pub struct El {
    tag: &'static str,
    attributes: Attributes,
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    children: Vec<VNode>,
    key: Option<Key>,
    node_ref: Option<NodeRef>,
    value: Option<AttrValue>,
    checked: Option<bool>,
}

impl El {
    /// An element whose attributes never change.
    #[inline(never)]
    pub fn fixed(tag: &'static str, attributes: &'static [(&'static str, AttributeOrProperty)]) -> Self {
        Self {
            tag,
            attributes: Attributes::Static(attributes),
            values: Vec::new(),
            listeners: Vec::new(),
            children: Vec::new(),
            key: None,
            node_ref: None,
            value: None,
            checked: None,
        }
    }

    /// An element with attributes of these names, whose values follow in the same order.
    #[inline(never)]
    pub fn new(tag: &'static str, keys: &'static [&'static str]) -> Self {
        let mut element = Self::fixed(tag, &[]);
        element.attributes = Attributes::Dynamic { keys, values: Box::default() };
        element
    }

    /// A list of nodes without an element around them.
    #[inline(never)]
    pub fn group() -> Self {
        Self::fixed("", &[])
    }

    /// The next attribute's value.
    #[inline(never)]
    pub fn attribute<A: Attribute>(&mut self, value: A) {
        let value = match (&self.attributes, value.value()) {
            (_, Value::Is(value)) => Some(value),
            (Attributes::Dynamic { keys, .. }, Value::Set) => {
                keys.get(self.values.len()).map(|name| AttributeOrProperty::Static(name))
            }
            _ => None,
        };
        self.values.push(value);
    }

    /// Something that listens to an event.
    #[inline(never)]
    pub fn on(&mut self, listener: Option<Rc<dyn Listener>>) {
        self.listeners.push(listener);
    }

    /// What will refer to the element in the document.
    #[inline(never)]
    pub fn refer(&mut self, place: NodeRef) {
        self.node_ref = Some(place);
    }

    /// What tells the element from its siblings.
    #[inline(never)]
    pub fn key(&mut self, key: impl Into<Key>) {
        self.key = Some(key.into());
    }

    /// The value of an input.
    #[inline(never)]
    pub fn value<A: Attribute>(&mut self, value: A) {
        self.value = match value.value() {
            Value::Is(AttributeOrProperty::Attribute(text)) => Some(text),
            Value::Is(AttributeOrProperty::Static(text)) => Some(AttrValue::Static(text)),
            _ => None,
        };
    }

    /// Whether a box is ticked.
    #[inline(never)]
    pub fn checked(&mut self, on: bool) {
        self.checked = Some(on);
    }

    /// A text that never changes.
    #[inline(never)]
    pub fn text(&mut self, text: &'static str) {
        self.push(text.node());
    }

    /// A child.
    pub fn child(&mut self, child: impl Child) {
        self.push(child.node());
    }

    /// Some children.
    pub fn each<C: Child>(&mut self, all: impl IntoIterator<Item = C>) {
        for child in all {
            self.push(child.node());
        }
    }

    #[inline(never)]
    fn push(&mut self, node: VNode) {
        self.children.push(node);
    }

    /// The element.
    #[inline(never)]
    pub fn done(mut self) -> VNode {
        if let Attributes::Dynamic { values, .. } = &mut self.attributes {
            *values = self.values.into();
        }
        let listeners = match self.listeners.is_empty() {
            true => Listeners::None,
            false => Listeners::Pending(self.listeners.into()),
        };
        let place = self.node_ref.unwrap_or_default();
        let tag = match self.tag {
            "input" => {
                VTag::__new_input(self.value, self.checked, place, self.key, self.attributes, listeners)
            }
            "textarea" => VTag::__new_textarea(self.value, None, place, self.key, self.attributes, listeners),
            tag => {
                let tag = AttrValue::Static(tag);
                VTag::__new_other(tag, place, self.key, self.attributes, listeners, list(self.children))
            }
        };
        VNode::VTag(Rc::new(tag))
    }

    /// The list of nodes.
    #[inline(never)]
    pub fn list(self) -> VNode {
        list(self.children)
    }
}

fn list(children: Vec<VNode>) -> VNode {
    let keyed = match children.iter().all(VNode::has_key) {
        true => FullyKeyedState::KnownFullyKeyed,
        false => FullyKeyedState::KnownMissingKeys,
    };
    VNode::VList(Rc::new(VList::__macro_new(children, None, keyed)))
}

/// What can stand between tags.
pub trait Child {
    /// As a node.
    fn node(self) -> VNode;
}

impl Child for VNode {
    fn node(self) -> VNode {
        self
    }
}

impl Child for AttrValue {
    #[inline(never)]
    fn node(self) -> VNode {
        VNode::VText(VText::new(self))
    }
}

impl Child for &'static str {
    fn node(self) -> VNode {
        AttrValue::Static(self).node()
    }
}

impl Child for String {
    #[inline(never)]
    fn node(self) -> VNode {
        AttrValue::from(self).node()
    }
}

impl Child for u64 {
    #[inline(never)]
    fn node(self) -> VNode {
        self.to_string().node()
    }
}

/// How an attribute stands.
pub enum Value {
    /// It has this value.
    Is(AttributeOrProperty),
    /// It is there.
    Set,
    /// It is not there.
    Unset,
}

/// What can be the value of an attribute.
pub trait Attribute {
    /// As such.
    fn value(self) -> Value;
}

impl Attribute for &'static str {
    fn value(self) -> Value {
        Value::Is(AttributeOrProperty::Static(self))
    }
}

impl Attribute for AttrValue {
    fn value(self) -> Value {
        Value::Is(AttributeOrProperty::Attribute(self))
    }
}

impl Attribute for String {
    fn value(self) -> Value {
        AttrValue::from(self).value()
    }
}

impl Attribute for Classes {
    fn value(self) -> Value {
        self.to_string().value()
    }
}

impl Attribute for bool {
    fn value(self) -> Value {
        if self { Value::Set } else { Value::Unset }
    }
}

impl<A: Attribute> Attribute for Option<A> {
    fn value(self) -> Value {
        self.map_or(Value::Unset, A::value)
    }
}
