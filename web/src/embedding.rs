//! The page inside another one: the picture, the controls and panels that were asked for, and the way to the whole page.
//! It rests while it is off screen.

use crate::address;
use crate::app::middle;
use crate::controls::controls;
use crate::dialogs::dialogs;
use crate::guide::guide;
use crate::live::live;
use crate::markup::html;
use crate::notices::notices;
use crate::panel::panel;
use crate::presentation::{ControlBar, Presentation};
use crate::shown::Shown;
use crate::store::Store;
use crate::timeline::timeline;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{IntersectionObserver, IntersectionObserverEntry};
use yew::prelude::*;

/// The page inside another one.
pub fn embedded(shown: &Shown, asked: &Presentation) -> Html {
    let (title, width, tabs, note) = shown.store.with(|m| {
        let note = m.standing().map(|place| m.stops[place].pause.note.clone());
        (m.title(), m.width, m.tabs, note.unwrap_or_default())
    });
    let open_whole = shown.store.on(|m, e: MouseEvent| {
        m.playing = false;
        let (fragment, start) = (address::link_at_once(&m.link()), m.moment());
        let link: web_sys::Element = e.target_unchecked_into();
        // The browser follows the link after this: it leads to what is on screen now.
        let _ = link.set_attribute("href", &format!("{}?start={start}{fragment}", address::here()));
    });
    html! {
        <div class={classes!("page", "embed", width.class(), (!tabs.is_empty()).then_some("with-panel"))}>
            <header class="head">
                <h1 class="headline">{ title }</h1>
                <a class="out" target="_blank" rel="noopener" href={address::here()} onclick={open_whole}>{ "Open in playground" }</a>
            </header>
            <main class="middle">
                { notices(shown) }
                { guide(shown) }
                { middle(shown, true) }
                // With a panel it stands there.
                if tabs.is_empty() && !note.is_empty() { <p class="note">{ note }</p> }
            </main>
            if asked.controls != ControlBar::None { { controls(shown) } }
            if asked.controls == ControlBar::Full {
                <div class="timeline-box">{ timeline(shown) }</div>
            }
            if !tabs.is_empty() { { panel(shown) } }
            { dialogs(shown) }
            { live(shown) }
        </div>
    }
}

/// Lets no time pass while nobody can see it.
pub fn rest_off_screen(store: &Store) {
    let Some(body) = web_sys::window().and_then(|w| w.document()).and_then(|d| d.body()) else { return };
    let store = store.clone();
    let seen = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let last = entries.pop().unchecked_into::<IntersectionObserverEntry>();
        store.update(|m| m.on_screen = last.is_intersecting());
    });
    // A browser without it plays on.
    if let Ok(observer) = IntersectionObserver::new(seen.as_ref().unchecked_ref()) {
        observer.observe(&body);
        // It watches as long as the page lives.
        seen.forget();
    }
}
