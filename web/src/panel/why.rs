//! What this scenario teaches, and the explanation of one event: what happened, why, by which rule, and where that stands.

use super::conflict::conflict;
use super::explain::{ExplainProps, explain};
use crate::address;
use crate::markup::html;
use crate::model::Dialog;
use crate::shown::Shown;
use crate::width::Width;
use crate::words;
use consensus_lab::view::{PropertyView, Status};
use consensus_lessons::Subject;
use yew::prelude::*;

/// The first panel.
pub fn why(props: &Shown) -> Html {
    let (lesson, event, meta, width, standing, busy) = props
        .store
        .with(|m| (m.lesson, m.explained_event(), m.meta(), m.width, m.standing(), m.task.is_some()));
    let violated: Vec<PropertyView> = props.store.with(|m| {
        // What was missed was so behind the last event, not in it.
        let missed =
            |p: &PropertyView| p.event.is_some() && p.kind == "liveness" && p.event == event.map(|e| e + 1);
        let here = |p: &PropertyView| {
            p.status == Status::Violated && (missed(p) || (p.event.is_some() && p.event == event))
        };
        m.session().properties().into_iter().filter(here).collect()
    });
    html! {
        <>
            if let Some(place) = standing {
                { pause(props, place) }
            } else if let Some(lesson) = lesson {
                <div class="lesson">
                    // Where the line at the top has no room for it.
                    if width == Width::Phone { <h2>{ lesson.title() }</h2> }
                    <p><b>{ "What to watch. " }</b>{ lesson.watch() }</p>
                    { compare(lesson) }
                </div>
            } else if event.is_some() && !busy {
                // Whoever has picked a protocol and nothing else.
                <div class="lesson">
                    <p><b>{ meta.title }{ ". " }</b>{ words::first_sentence(meta.summary) }</p>
                    <p class="twin"><button class="link" onclick={props.store.on(|m, _: MouseEvent| m.dialog = Some(Dialog::Gallery))}>
                        { "Scenarios that show it, healthy and broken" }
                    </button></p>
                </div>
            }
            { for violated.iter().map(|p| html! {
                <section class="violated">
                    <h2 class="bad-ink">{ format!("✕ {} violated", p.name) }</h2>
                    <p>{ p.says }</p>
                    if p.conflict.is_none() { <p>{ p.reason.clone() }</p> }
                    { conflict(props, p) }
                </section>
            }) }
            { match event {
                Some(event) => explain(ExplainProps { store: props.store.clone(), version: props.version, event }),
                None => html! {
                    <article class="why">
                        <h2>{ meta.title }</h2>
                        <p>{ meta.summary }</p>
                        <p class="quiet">{ meta.reference }</p>
                    </article>
                },
            } }
        </>
    }
}

/// Which rule a sample of the document lacks, and what to compare the scenario with.
fn compare(lesson: Subject) -> Html {
    html! {
        <>
            if let Some(rule) = lesson.rule() { <p><b>{ "The paper's rule. " }</b>{ rule }</p> }
            if let Some(twin) = lesson.twin() {
                <p class="twin">{ "Compare: " }<a href={format!("{}{}", address::here(), twin.link())}>{ twin.title() }</a></p>
            }
        </>
    }
}

/// The pause at the cursor: what to read there, which of how many it is, and how to change it.
fn pause(props: &Shown, place: usize) -> Html {
    let store = &props.store;
    let (note, count, watched, over) =
        store.with(|m| (m.stops[place].pause.note.clone(), m.stops.len(), m.watch_only, m.at_end()));
    let sample = store.with(|m| m.lesson.filter(|l| l.rule().is_some()));
    let write = store.on(move |m, e: Event| {
        m.set_note(place, &e.target_unchecked_into::<web_sys::HtmlInputElement>().value());
    });
    html! {
        <div class="lesson pause">
            <p>{ note.clone() }</p>
            if let Some(lesson) = sample { { compare(lesson) } }
            <button class="primary" onclick={store.on(|m, _: MouseEvent| m.toggle_play())}>{ if over { "Play from the beginning" } else { "Play on" } }</button>
            if !watched {
                <details>
                    <summary>{ format!("Pause {} of {count}: note, remove", place + 1) }</summary>
                    <input type="text" aria-label="Note" placeholder="A note for whoever watches" value={note} onchange={write} />
                    <button onclick={store.on(move |m, _: MouseEvent| m.remove_pause(place))}>{ "Remove" }</button>
                </details>
            }
        </div>
    }
}
