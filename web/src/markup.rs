//! What `html!` writes its trees with: one builder for all elements, so that an element costs a few calls.

pub use consensus_markup::html;

use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use yew::virtual_dom::{
    AttributeOrProperty, Attributes, FullyKeyedState, Key, Listener, Listeners, VList, VNode, VTag, VText,
};
use yew::{AttrValue, Classes, NodeRef};

/// What is fixed of an element: its name, and either all its attributes or the names of those whose values follow.
pub struct Tag {
    /// Its name.
    pub name: &'static str,
    /// Attributes that never change; none if some change.
    pub fixed: &'static [(&'static str, AttributeOrProperty)],
    /// Names of attributes whose values follow in the same order.
    pub keys: &'static [&'static str],
}

/// An element, or a list of nodes, while it is written.
struct El {
    tag: &'static Tag,
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    children: Vec<VNode>,
    key: Option<Key>,
    node_ref: Option<NodeRef>,
    value: Option<AttrValue>,
    checked: Option<bool>,
}

thread_local! {
    /// What is open, the outermost first. `html!` opens and closes in pairs, and what it calls in between does, too. So its
    /// calls need name no element, which makes them short.
    static OPEN: RefCell<Vec<El>> = const { RefCell::new(Vec::new()) };
}

/// Does something to the innermost element that is open.
fn with(change: impl FnOnce(&mut El)) {
    OPEN.with_borrow_mut(|open| open.last_mut().map(change));
}

/// Opens an element.
#[inline(never)]
pub fn open(tag: &'static Tag) {
    let element = El {
        tag,
        values: Vec::new(),
        listeners: Vec::new(),
        children: Vec::new(),
        key: None,
        node_ref: None,
        value: None,
        checked: None,
    };
    OPEN.with_borrow_mut(|open| open.push(element));
}

/// Opens a list of nodes without an element around them.
#[inline(never)]
pub fn group() {
    open(&Tag { name: "", fixed: &[], keys: &[] });
}

/// The next attribute's value.
pub fn attribute<A: Attribute>(value: A) {
    next_value(value.value());
}

#[inline(never)]
fn next_value(value: Value) {
    with(|el| {
        let name = el.tag.keys.get(el.values.len());
        let value = match value {
            // Which option is chosen is what the state says, also after a visitor has chosen another.
            Value::Set | Value::Unset if name == Some(&"selected") => {
                let is = JsValue::from_bool(matches!(value, Value::Set));
                Some(AttributeOrProperty::Property(is))
            }
            Value::Is(value) => Some(value),
            Value::Set => name.map(|name| AttributeOrProperty::Static(name)),
            Value::Unset => None,
        };
        el.values.push(value);
    });
}

/// Something that listens to an event.
#[inline(never)]
pub fn on(listener: Option<Rc<dyn Listener>>) {
    with(|el| el.listeners.push(listener));
}

/// What will refer to the element in the document.
#[inline(never)]
pub fn refer(place: NodeRef) {
    with(|el| el.node_ref = Some(place));
}

/// What tells the element from its siblings.
#[inline(never)]
pub fn key(key: impl Into<Key>) {
    let key = key.into();
    with(|el| el.key = Some(key));
}

/// The value of an input.
pub fn value<A: Attribute>(value: A) {
    let value = match value.value() {
        Value::Is(AttributeOrProperty::Attribute(text)) => Some(text),
        Value::Is(AttributeOrProperty::Static(text)) => Some(AttrValue::Static(text)),
        _ => None,
    };
    with(|el| el.value = value);
}

/// Whether a box is ticked.
#[inline(never)]
pub fn checked(on: bool) {
    with(|el| el.checked = Some(on));
}

/// A text that never changes.
#[inline(never)]
pub fn text(text: &'static str) {
    push(text.node());
}

/// A child.
pub fn child(child: impl Child) {
    push(child.node());
}

/// Some children.
pub fn each<C: Child>(all: impl IntoIterator<Item = C>) {
    for child in all {
        push(child.node());
    }
}

#[inline(never)]
fn push(node: VNode) {
    with(|el| el.children.push(node));
}

/// Closes the innermost element and puts it into the one around it.
#[inline(never)]
pub fn attach() {
    push(close());
}

/// Closes the innermost element.
#[inline(never)]
pub fn close() -> VNode {
    let Some(el) = OPEN.with_borrow_mut(Vec::pop) else { return VNode::default() };
    let attributes = match el.tag.keys {
        [] => Attributes::Static(el.tag.fixed),
        keys => Attributes::Dynamic { keys, values: el.values.into() },
    };
    let listeners = match el.listeners.is_empty() {
        true => Listeners::None,
        false => Listeners::Pending(el.listeners.into()),
    };
    let place = el.node_ref.unwrap_or_default();
    let tag = match el.tag.name {
        "input" => VTag::__new_input(el.value, el.checked, place, el.key, attributes, listeners),
        "textarea" => VTag::__new_textarea(el.value, None, place, el.key, attributes, listeners),
        name => {
            let name = AttrValue::Static(name);
            VTag::__new_other(name, place, el.key, attributes, listeners, list_of(el.children))
        }
    };
    VNode::VTag(Rc::new(tag))
}

/// Closes a list of nodes.
#[inline(never)]
pub fn list() -> VNode {
    OPEN.with_borrow_mut(Vec::pop).map_or_else(VNode::default, |el| list_of(el.children))
}

fn list_of(children: Vec<VNode>) -> VNode {
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
