//! The Yew front end: draws runs of the laboratory and turns gestures into edits of their scenario.
//!
//! Everything a visitor sees about a protocol comes from its `Meta` and from the views of a session; no protocol's name
//! stands in this crate. The state lives in one [`store::Store`]; the animation runs outside Yew, in the store's frame
//! loop.

mod address;
mod app;
mod badges;
mod compare;
mod contest;
mod controls;
mod crash;
mod deflate;
mod dialogs;
mod embedding;
mod files;
mod guide;
mod header;
mod icons;
mod keyboard;
mod later;
mod legend;
mod live;
mod markup;
mod model;
mod notices;
mod open;
mod panel;
mod part;
mod place;
mod presentation;
mod scale;
mod scene;
mod search;
mod setup;
mod shown;
mod stage;
#[cfg(test)]
mod still;
mod stops;
mod store;
mod tasks;
mod theme;
mod timeline;
mod width;
mod words;
mod worker;

fn main() {
    if web_sys::window().is_none() {
        return worker::work::work();
    }
    yew::set_custom_panic_hook(Box::new(crash::tell));
    yew::platform::spawn_local(async {
        let opened = app::begin(address::asked().await).into();
        later::later(0, || app::put_together(opened));
    });
}
