//! The page as a whole: opens a run, and lays out what shows it.

use crate::address::Fragment;
use crate::compare::comparison;
use crate::controls::controls;
use crate::dialogs::dialogs;
use crate::embedding::{self, embedded};
use crate::guide::guide;
use crate::header::header;
use crate::later::later;
use crate::live::live;
use crate::markup::html;
use crate::model::Tab;
use crate::notices::notices;
use crate::panel::panel;
use crate::part::{Draw, part};
use crate::presentation::Presentation;
use crate::scene::scene;
use crate::setup::{Form, set_up};
use crate::shown::Shown;
use crate::store::Store;
use crate::tasks::Task;
use crate::timeline::timeline;
use crate::width::Width;
use crate::{address, crash, files, keyboard, open, theme, width};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::Element;
use yew::prelude::*;

/// What was opened: the page's state, or a sentence why nothing could be.
#[derive(Clone, PartialEq, Properties)]
pub struct Page {
    /// The state, and how the page is to look.
    pub opened: Rc<Result<(Store, Presentation), String>>,
    /// What the page stands in.
    pub place: Element,
}

/// In so many steps the page is put together, a task each: in one task it would take too long. Until the last one it has its
/// size, but cannot be seen, and what stood here before stays.
const WHOLE: u64 = 6;
/// Then there is time for a frame, in which the browser arranges and measures it, before it lives.
const FRAME_MS: i32 = 20;

/// Draws the page for the first time, behind what stands there now.
pub fn put_together(opened: Rc<Result<(Store, Presentation), String>>) {
    let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
    let (Some(body), Ok(place)) = (document.body(), document.create_element("div")) else { return };
    // An element that is new can stand anywhere.
    let _ = body.append_child(&place);
    yew::Renderer::<App>::with_root_and_props(place.clone(), Page { opened, place }).render();
}

/// The page.
///
/// Few parts of it are Yew components: one costs several kilobytes of download. Those with a memory of their own, or
/// that are to be drawn less often than the rest, are; the others are functions.
#[component]
pub fn App(props: &Page) -> Html {
    let opened = &props.opened;
    let version = use_state(|| 0u64);
    let step = use_state(|| match &**opened {
        Ok((_, presentation)) if !presentation.embed => 0,
        _ => WHOLE,
    });
    {
        let (props, version, next) = (props.clone(), version.setter(), step.setter());
        use_effect_with(*step, move |&step| {
            if step < WHOLE {
                return later(0, move || next.set(step + 1));
            }
            while let Some(before) = props.place.previous_element_sibling() {
                before.remove();
            }
            later(FRAME_MS, move || {
                if let Ok((store, _)) = &*props.opened {
                    store.subscribe(Callback::from(move |v| version.set(v)));
                }
            });
        });
    }
    let edits = (**opened).as_ref().map_or(0, |(store, _)| store.with(|m| m.edits));
    {
        let opened = opened.clone();
        use_effect_with(edits, move |edits| {
            if let (1.., Ok((store, _))) = (*edits, &*opened) {
                address::publish(store);
            }
        });
    }
    match &**opened {
        Err(why) => html! { <p class="page-error" role="alert">{ why.clone() }</p> },
        Ok((store, presentation)) => {
            let shown = Shown { store: store.clone(), version: *version };
            if presentation.embed { embedded(&shown, presentation) } else { whole(&shown, edits, *step) }
        }
    }
}

/// The page on its own, as far as it is put together.
fn whole(shown: &Shown, edits: u64, step: u64) -> Html {
    let (width, comparing) = shown.store.with(|m| (m.width, m.contest.is_some()));
    // Parts, so that each step draws only what is new.
    let drawn = |key: &'static str, draw: Draw<Shown>| part(key, shown.clone(), draw);
    html! {
        <div class={classes!("page", width.class(), comparing.then_some("comparing"), (step < WHOLE).then_some("unseen-yet"))}>
            { drawn("head", |_, shown| header(shown)) }
            if step > 0 {
                <main class="middle">
                    { notices(shown) }
                    { guide(shown) }
                    { middle(shown, step > 1) }
                </main>
            }
            if step > 1 {
                { drawn("controls", |_, shown| controls(shown)) }
            }
            if step > 2 {
                <div class="timeline-box">{ timeline(shown) }</div>
            }
            if step > 3 {
                { drawn("panel", |_, shown| panel(shown)) }
            }
            if step > 4 {
                // It stands at the left, but whoever goes from part to part wants to see the run before its many settings.
                if width == Width::Wide {
                    { set_up(Form { store: shown.store.clone(), edits }) }
                }
                { dialogs(shown) }
                { live(shown) }
            }
        </div>
    }
}

/// The picture of the run, or of several side by side.
pub fn middle(shown: &Shown, with_legend: bool) -> Html {
    if shown.store.with(|m| m.contest.is_some()) { comparison(shown) } else { scene(shown, with_legend) }
}

/// Opens the run that the address asks for, and starts listening.
pub fn begin(asked: Fragment) -> Result<(Store, Presentation), String> {
    let (presentation, wrong) = Presentation::read(&address::query());
    let mut model = open::open(asked, &presentation)?;
    if let Some(query) = reduced_motion_query() {
        model.reduced_motion = query.matches();
        model.playing &= !model.reduced_motion || presentation.play == Some(true);
    }
    // With reduced motion a step of a lesson shows where it ends.
    if let (true, Some(Task::Step(guided, at, _))) = (model.reduced_motion, &model.task) {
        model.enter(guided, *at);
    }
    for sentence in wrong {
        model.notice(sentence);
    }
    if presentation.embed {
        model.watch_only = !presentation.editable;
        model.tabs = presentation.tabs;
        model.tab = Tab::ALL.into_iter().find(|tab| model.tabs.has(*tab)).unwrap_or(model.tab);
    }
    if let Some((at_us, sentence)) = crash::again() {
        model.playing = false;
        model.go_to_time(at_us);
        model.notice(sentence);
    }
    let store = Store::new(model);
    if presentation.embed {
        embedding::rest_off_screen(&store);
    }
    theme::begin(presentation.theme, {
        let store = store.clone();
        move || store.repaint()
    });
    address::follow(&store);
    keyboard::listen(&store);
    files::listen(&store);
    width::follow(&store);
    follow_reduced_motion(&store);
    Ok((store, presentation))
}

fn reduced_motion_query() -> Option<web_sys::MediaQueryList> {
    web_sys::window()?.match_media("(prefers-reduced-motion: reduce)").ok()?
}

fn follow_reduced_motion(store: &Store) {
    let Some(query) = reduced_motion_query() else { return };
    let store = store.clone();
    let follow =
        Closure::<dyn Fn(web_sys::MediaQueryListEvent)>::new(move |e: web_sys::MediaQueryListEvent| {
            store.update(|m| m.reduced_motion = e.matches());
        });
    query.set_onchange(Some(follow.as_ref().unchecked_ref()));
    follow.forget();
}
