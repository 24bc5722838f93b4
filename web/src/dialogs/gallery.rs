//! Scenarios to begin with, as plain links: by protocol, from healthy to broken, and a filter over all of them.

use crate::address;
use crate::files;
use crate::markup::html;
use crate::part::part;
use crate::shown::Shown;
use crate::store::Store;
use crate::width::Width;
use crate::words;
use consensus_kernel::Meta;
use consensus_lab::catalogue;
use consensus_lessons::document::{Deviation, deviations};
use consensus_lessons::gallery::{Kind, Lesson, lessons};
use consensus_lessons::guided::GUIDED;
use consensus_lessons::missions::MISSIONS;
use consensus_lessons::{Place, Subject};
use consensus_scenario::{Scenario, print};
use yew::functional::Hook;
use yew::prelude::*;

/// The gallery. It is drawn when it opens and when the filter changes.
pub fn gallery(props: &Shown) -> Html {
    part("gallery", props.store.clone(), |ctx, store| use_gallery(store).run(ctx))
}

#[hook]
fn use_gallery(store: &Store) -> Html {
    let wanted = use_state(String::new);
    let typed = {
        let wanted = wanted.setter();
        Callback::from(move |e: InputEvent| {
            let field: web_sys::HtmlInputElement = e.target_unchecked_into();
            wanted.set(field.value().to_ascii_lowercase());
        })
    };
    let (current, narrow, here) =
        store.with(|m| (m.lesson.map(Subject::title), m.width == Width::Phone, m.meta().id));
    let shelf = use_state(|| here);
    let look = Look {
        words: wanted.split_whitespace().collect(),
        shelf: if wanted.is_empty() { *shelf } else { "" },
        current,
        // The address may be the same already: then nothing else would close the dialog.
        close: store.on(|m, _: MouseEvent| m.dialog = None),
    };
    let guided = GUIDED.iter().map(|g| (Place::Step(g, 0), g.title, g.steps[0].say));
    let missions = MISSIONS.iter().map(|m| (Place::Mission(m), m.title, m.brief));
    let groups: Vec<(usize, Html)> = catalogue().iter().filter_map(|meta| group(&look, meta)).collect();
    let found: usize = groups.iter().map(|(count, _)| count).sum();
    let choice = |id: &'static str, title: &'static str| {
        let shelf = shelf.setter();
        html! {
            <button aria-pressed={(look.shelf == id).to_string()} onclick={Callback::from(move |_: MouseEvent| shelf.set(id))}>
                { title }
            </button>
        }
    };
    html! {
        <>
            <div class="filter">
                // On a phone the keyboard would cover what there is to choose from.
                <input type="text" aria-label="Filter" placeholder="Filter: leader, crash, Agreement…"
                    data-first={(!narrow).then_some("")} oninput={typed} />
                <span role="status">{ if look.shelf == LESSONS { String::new() } else { format!("{found} scenarios") } }</span>
            </div>
            <div class="hall">
                <div class="shelves" role="group" aria-label="Show">
                    { choice(LESSONS, "Lessons, missions") }
                    { for catalogue().iter().map(|meta| choice(meta.id, meta.title)) }
                    { choice("", "Everything") }
                </div>
                <div>
                    { places(&look, "Guided lessons", guided.collect()) }
                    { places(&look, "Missions", missions.collect()) }
                    if found == 0 && look.shelf.is_empty() { <p>{ "No scenario has all of these words." }</p> }
                    { for groups.into_iter().map(|(_, group)| group) }
                    { files::open_file(store) }
                </div>
            </div>
        </>
    }
}

/// The shelf that belongs to no protocol.
const LESSONS: &str = "lessons";

/// What decides what is listed, and how.
struct Look<'a> {
    words: Vec<&'a str>,
    /// Where to look: a protocol's id, [`LESSONS`], or nothing for everywhere.
    shelf: &'static str,
    current: Option<String>,
    close: Callback<MouseEvent>,
}

impl Look<'_> {
    /// Whether something on this shelf is looked for, and all words of the filter stand in one of its texts.
    fn wants(&self, shelf: &str, texts: &[&str]) -> bool {
        (self.shelf.is_empty() || self.shelf == shelf)
            && self.words.iter().all(|word| texts.iter().any(|text| text.to_ascii_lowercase().contains(word)))
    }
}

/// Guided lessons, or missions.
fn places(look: &Look<'_>, title: &'static str, mut all: Vec<(Place, &'static str, &'static str)>) -> Html {
    all.retain(|(_, name, text)| look.wants(LESSONS, &[title, name, text]));
    if all.is_empty() {
        return Html::default();
    }
    html! {
        <section class="group">
            <h3>{ title }</h3>
            <ul class="gallery">
                { for all.iter().map(|(place, name, text)| html! {
                    <li>
                        <a href={format!("{}{}", address::here(), place.fragment())} onclick={look.close.clone()}>
                            <b>{ *name }</b>
                            <span>{ *text }</span>
                        </a>
                    </li>
                }) }
            </ul>
        </section>
    }
}

/// The scenarios of one protocol, and how many there are.
fn group(look: &Look<'_>, meta: &'static Meta) -> Option<(usize, Html)> {
    let wanted = |l: &&Lesson| {
        let texts =
            [meta.title, meta.paper, l.title, l.watch, l.kind.words(), l.kind.breaks().unwrap_or_default()];
        l.protocol() == meta.id && look.wants(meta.id, &texts)
    };
    let found: Vec<&Lesson> = lessons().filter(wanted).collect();
    let would =
        |d: &&Deviation| look.wants(meta.id, &[meta.title, "document sample", d.sample, d.leads, d.broken()]);
    let samples: Vec<&Deviation> = deviations(meta.id).filter(would).collect();
    let count = found.len() + samples.len();
    if count == 0 {
        return None;
    }
    let group = html! {
        <section class="group">
            <h3>
                <a href={format!("{}{}", address::here(), print(&Scenario::example(meta)))} onclick={look.close.clone()}>{ meta.title }</a>
                <small>{ meta.paper }</small>
            </h3>
            <p class="quiet">{ words::first_sentence(meta.summary) }</p>
            <ul class="gallery">
                { for found.iter().map(|lesson| item(look, lesson)) }
                { for samples.iter().map(|d| html! {
                    <li>
                        <a href={format!("{}{}", address::here(), d.accident())} onclick={look.close.clone()}>
                            <small class="warn-ink">{ "what the document's sample would do: " }{ d.broken() }{ " violated" }</small>
                            <b>{ "The sample " }{ d.sample }</b>
                            <span>{ d.leads }</span>
                        </a>
                    </li>
                }) }
            </ul>
        </section>
    };
    Some((count, group))
}

fn item(look: &Look<'_>, lesson: &Lesson) -> Html {
    let ink = match lesson.kind {
        Kind::Healthy => "ok-ink",
        Kind::Within | Kind::Unharmed => "",
        Kind::Chance(_) | Kind::Beyond(_) => "bad-ink",
        Kind::RuleOff(_) => "warn-ink",
    };
    html! {
        <li>
            <a href={format!("{}{}", address::here(), lesson.link)} onclick={look.close.clone()}
                aria-current={(look.current.as_deref() == Some(lesson.title)).then_some("true")}>
                <small class={ink}>
                    { lesson.kind.words() }
                    if let Some(property) = lesson.kind.breaks() { { ": " }{ property }{ " violated" } }
                </small>
                <b>{ lesson.title }</b>
                <span>{ lesson.watch }</span>
            </a>
        </li>
    }
}
