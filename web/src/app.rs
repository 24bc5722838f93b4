//! The page as a whole: opens a run, and lays out what shows it.

use crate::controls::Controls;
use crate::dialogs::Dialogs;
use crate::header::Header;
use crate::live::Live;
use crate::notices::Notices;
use crate::panel::Panel;
use crate::presentation::{ControlBar, Presentation};
use crate::scene::Scene;
use crate::setup::SetUp;
use crate::store::Store;
use crate::timeline::Timeline;
use crate::width::Width;
use crate::{address, keyboard, open, theme, width, words};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use yew::prelude::*;

/// The page.
#[component]
pub fn App() -> Html {
    let opened = use_memo((), |()| begin());
    let version = use_state(|| 0u64);
    {
        let (opened, version) = (opened.clone(), version.setter());
        use_effect_with((), move |()| {
            if let Ok((store, _)) = &*opened {
                store.subscribe(Callback::from(move |v| version.set(v)));
            }
        });
    }
    match &*opened {
        Err(why) => html! { <p class="page-error" role="alert">{ why.clone() }</p> },
        Ok((store, presentation)) => {
            let (store, version, presentation) = (store.clone(), *version, *presentation);
            if presentation.embed {
                html! { <Embedded {store} {version} {presentation} /> }
            } else {
                html! { <Whole {store} {version} {presentation} /> }
            }
        }
    }
}

/// What the two arrangements of the page need.
#[derive(PartialEq, Properties)]
struct PageProps {
    store: Store,
    version: u64,
    presentation: Presentation,
}

/// The page on its own.
#[component]
fn Whole(props: &PageProps) -> Html {
    let PageProps { store, version, .. } = props;
    let (width, edits) = store.with(|m| (m.width, m.edits));
    {
        let store = store.clone();
        use_effect_with(edits, move |edits| {
            if *edits > 0 {
                address::publish(&store);
            }
        });
    }
    let (store, version) = (store.clone(), *version);
    html! {
        <div class={classes!("page", width.class())}>
            <Header store={store.clone()} {version} />
            if width == Width::Wide {
                <SetUp store={store.clone()} {edits} />
            }
            <main class="middle">
                <Notices store={store.clone()} {version} />
                <Scene store={store.clone()} {version} />
            </main>
            <Controls store={store.clone()} {version} />
            <div class="timeline-box"><Timeline store={store.clone()} {version} /></div>
            <Panel store={store.clone()} {version} />
            <Dialogs store={store.clone()} {version} />
            <Live {store} {version} />
        </div>
    }
}

/// The page inside another one: the picture, the controls that were asked for, and the way to the whole page.
#[component]
fn Embedded(props: &PageProps) -> Html {
    let (store, version) = (props.store.clone(), props.version);
    let controls = props.presentation.controls;
    let (title, fragment) = store.with(|m| {
        let title = m.lesson.map_or_else(|| words::describe(m.scenario()), |l| l.title.to_owned());
        (title, address::link_to(m.scenario()).unwrap_or_default())
    });
    let start = store.with(|m| consensus_kernel::Duration(m.clock_us as u64));
    html! {
        <div class={classes!("page", "embed", store.with(|m| m.width.class()))}>
            <header class="head">
                <h1 class="headline">{ title }</h1>
                <a class="out" target="_blank" rel="noopener" href={format!("{}?start={start}{fragment}", address::here())}>
                    { "Open in playground" }
                </a>
            </header>
            <main class="middle">
                <Notices store={store.clone()} {version} />
                <Scene store={store.clone()} {version} />
            </main>
            if controls != ControlBar::None {
                <Controls store={store.clone()} {version} />
            }
            if controls == ControlBar::Full {
                <div class="timeline-box"><Timeline store={store.clone()} {version} /></div>
            }
            <Live {store} {version} />
        </div>
    }
}

/// Reads the address, opens the run, and starts listening.
fn begin() -> Result<(Store, Presentation), String> {
    let (presentation, wrong) = Presentation::read(&address::query());
    let mut model = open::open(&address::fragment(), &presentation)?;
    if let Some(query) = reduced_motion_query() {
        model.reduced_motion = query.matches();
        model.playing &= !model.reduced_motion || presentation.play == Some(true);
    }
    for sentence in wrong {
        model.notice(sentence);
    }
    let store = Store::new(model);
    theme::begin(presentation.theme, {
        let store = store.clone();
        move || store.repaint()
    });
    address::follow(&store);
    keyboard::listen(&store);
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
