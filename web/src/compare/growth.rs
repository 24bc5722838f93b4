//! Growth with n: measured from runs of every contestant at the sizes of the literature's tables.

use crate::contest::grow;
use crate::markup::html;
use crate::model::{Dialog, Model};
use crate::shown::Shown;
use crate::stage::shapes::shapes;
use crate::width::Width;
use consensus_figure::plot::{Series, log_log};
use consensus_figure::shape::{Scene, number};
use yew::prelude::*;

/// Size of a plot, before it is scaled to its place: words stay readable on a narrow page.
const SIZE: (f64, f64) = (640.0, 340.0);
const SIZE_NARROW: (f64, f64) = (360.0, 300.0);

/// The plots, or the way to them.
pub fn growth(props: &Shown) -> Html {
    let store = &props.store;
    let size = if store.with(|m| m.width) == Width::Phone { SIZE_NARROW } else { SIZE };
    let begin = {
        let store = store.clone();
        move |_: MouseEvent| grow(&store)
    };
    let Some((plots, made, all, busy, trouble)) = store.with(|m| {
        let growth = m.contest.as_ref()?.growth.as_ref()?;
        Some((
            plots(m, size)?,
            growth.made(),
            growth.all,
            growth.worker.is_busy(),
            growth.worker.trouble.clone(),
        ))
    }) else {
        return html! {
            <div class="growth">
                <button onclick={begin}>{ "Measure growth from 4 to 100 replicas, and faults survived" }</button>
            </div>
        };
    };
    let rest = store.on(|m, _: MouseEvent| {
        if let Some(growth) = m.contest.as_mut().and_then(|contest| contest.growth.as_mut()) {
            growth.worker.rest();
        }
    });
    html! {
        <div class="growth">
            <h2>{ "Growth with n" }</h2>
            <p class="quiet" role="status">{ match (made < all, busy) {
                (false, _) => "Three requests each, no faults; sizes at which not all is decided are left out. A straight line is a power of n; its exponent is fitted.",
                (_, true) => "Measuring…",
                _ => "It rests.",
            } }</p>
            if !trouble.is_empty() { <p class="warn-ink" role="alert">{ trouble }</p> }
            if made < all {
                <p class="measuring">
                    // First in its line, so that it stays where it is while the numbers beside it grow.
                    if busy { <button onclick={rest}>{ "Stop" }</button> } else { <button onclick={begin}>{ "Go on" }</button> }
                    <progress max={all.to_string()} value={made.to_string()} aria-label="Measurements"></progress>
                    { format!("{made} of {all} measurements") }
                </p>
            }
            <div class="plots">{ for plots.iter().map(plot) }</div>
            <p><button class="link" onclick={store.on(|m, _: MouseEvent| m.dialog = Some(Dialog::Share))}>{ "Save as SVG or PNG" }</button></p>
        </div>
    }
}

/// The plots as far as they are measured; none before that was asked for.
pub fn plots(m: &Model, size: (f64, f64)) -> Option<Vec<Scene>> {
    let growth = m.contest.as_ref()?.growth.as_ref()?;
    let plot = |latency: bool, of: &str| {
        let series = |who| Series { name: m.contestant_name(who), points: growth.curve(who, latency) };
        let series: Vec<Series> = (0..m.contestants()).map(series).collect();
        log_log(&series, "replicas n", of, size.0, size.1)
    };
    Some(vec![plot(false, "messages between replicas, a decision"), plot(true, "latency in ms")])
}

fn plot(scene: &Scene) -> Html {
    html! {
        <figure>
            <svg viewBox={format!("0 0 {} {}", number(scene.width), number(scene.height))} role="img" aria-label={scene.description.clone()}>
                { shapes(&scene.ground) }
                { shapes(&scene.over) }
            </svg>
            <figcaption>
                <details><summary>{ "In numbers" }</summary><p>{ scene.description.clone() }</p></details>
            </figcaption>
        </figure>
    }
}
