//! Parts of the page with a memory of their own, or that are drawn less often than the rest.
//!
//! Each Yew component costs several kilobytes of download, most of it the same for all. So there is one component for
//! many parts: it is told what to draw, and which hooks that uses, as data.

use crate::markup::html;
use std::any::Any;
use std::rc::Rc;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew::virtual_dom::Key;

/// What draws a part from its properties, calling hooks: `|ctx, props| use_yours(props).run(ctx)`.
pub type Draw<P> = fn(&mut HookContext, &P) -> Html;

/// A part. It keeps its memory as long as `key` stands in the same place, so parts of another kind need another key; it is
/// drawn again when its properties change or its memory does.
pub fn part<P: PartialEq + 'static>(key: impl Into<Key>, props: P, draw: Draw<P>) -> Html {
    let (key, drawing): (Key, Rc<dyn Drawing>) = (key.into(), Rc::new(Drawn { props, draw }));
    html! { <Part {key} {drawing} /> }
}

/// A part, whatever its properties.
trait Drawing {
    fn draw(&self, ctx: &mut HookContext) -> Html;
    fn equals(&self, other: &dyn Drawing) -> bool;
    fn as_any(&self) -> &dyn Any;
}

struct Drawn<P> {
    props: P,
    draw: Draw<P>,
}

impl<P: PartialEq + 'static> Drawing for Drawn<P> {
    fn draw(&self, ctx: &mut HookContext) -> Html {
        (self.draw)(ctx, &self.props)
    }
    fn equals(&self, other: &dyn Drawing) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| other.props == self.props)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Clone, Properties)]
struct PartProps {
    drawing: Rc<dyn Drawing>,
}

impl PartialEq for PartProps {
    fn eq(&self, other: &Self) -> bool {
        self.drawing.equals(&*other.drawing)
    }
}

#[component]
fn Part(props: &PartProps) -> Html {
    use_drawing(&*props.drawing)
}

/// The hooks of a part are those of its drawing.
fn use_drawing(drawing: &dyn Drawing) -> impl Hook<Output = Html> + '_ {
    Hooks(drawing)
}

struct Hooks<'a>(&'a dyn Drawing);

impl Hook for Hooks<'_> {
    type Output = Html;

    fn run(self, ctx: &mut HookContext) -> Html {
        self.0.draw(ctx)
    }
}
