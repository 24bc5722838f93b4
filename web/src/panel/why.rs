//! What this scenario teaches, and the explanation of one event: what happened, why, by which rule, and where that stands.

use super::explain::{ExplainProps, explain};
use crate::address;
use crate::markup::html;
use crate::shown::Shown;
use crate::width::Width;
use consensus_lessons::gallery::by_title;
use yew::prelude::*;

/// The first panel.
pub fn why(props: &Shown) -> Html {
    let (lesson, event, meta, width) =
        props.store.with(|m| (m.lesson, m.explained_event(), m.meta(), m.width));
    html! {
        <>
            if let Some(lesson) = lesson {
                <div class="lesson">
                    // Where the line at the top has no room for it.
                    if width == Width::Phone { <h2>{ lesson.title }</h2> }
                    <p><b>{ "What to watch. " }</b>{ lesson.watch }</p>
                    if let Some(twin) = by_title(lesson.twin) {
                        <p class="twin">{ "Compare: " }<a href={format!("{}{}", address::here(), twin.link)}>{ twin.title }</a></p>
                    }
                </div>
            }
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
