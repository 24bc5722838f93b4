//! Scenarios to begin with, as plain links; and every protocol.

use crate::address;
use crate::lessons::LESSONS;
use crate::markup::html;
use crate::shown::Shown;
use consensus_lab::catalogue;
use consensus_scenario::{Scenario, parse, print};
use yew::prelude::*;

/// The gallery.
pub fn gallery(props: &Shown) -> Html {
    let current = props.store.with(|m| m.lesson.map(|l| l.title));
    // The address may be the same already: then nothing else would close the dialog.
    let close = props.store.on(|m, _: MouseEvent| m.dialog = None);
    let lessons = LESSONS.iter().filter_map(|l| Some((l, parse(l.link, catalogue()).ok()?.scenario.meta)));
    html! {
        <>
            <ul class="gallery">
                { for lessons.map(|(lesson, meta)| html! {
                    <li>
                        <a href={format!("{}{}", address::here(), lesson.link)} onclick={close.clone()}
                            aria-current={(current == Some(lesson.title)).then_some("true")}>
                            <small>{ meta.title }</small>
                            <b>{ lesson.title }</b>
                            <span>{ lesson.watch }</span>
                        </a>
                    </li>
                }) }
            </ul>
            <h3>{ "Every protocol" }</h3>
            <ul class="gallery">
                { for catalogue().iter().map(|p| html! {
                    <li>
                        <a href={format!("{}{}", address::here(), print(&Scenario::example(p)))} onclick={close.clone()}>
                            <small>{ p.paper }</small>
                            <b>{ p.title }</b>
                            <span>{ p.summary }</span>
                        </a>
                    </li>
                }) }
            </ul>
        </>
    }
}
