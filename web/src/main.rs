//! The Yew front end: draws runs of the laboratory and turns gestures into edits of their scenario.
//!
//! Everything a visitor sees about a protocol comes from its `Meta` and from the views of a session; no protocol's name
//! stands in this crate, except in the links of the gallery. The state lives in one [`store::Store`]; the animation runs
//! outside Yew, in the store's frame loop.

mod app;
mod model;
mod stage;
mod store;
mod timeline;

fn main() {
    yew::Renderer::<app::App>::new().render();
}
