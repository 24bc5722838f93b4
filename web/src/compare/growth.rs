//! Growth with n: measured from runs of every contestant at the sizes of the literature's tables.

use crate::markup::html;
use crate::model::{Dialog, Model};
use crate::shown::Shown;
use crate::stage::shapes::shapes;
use crate::width::Width;
use consensus_figure::plot::{Series, log_log};
use consensus_figure::shape::{Scene, number};
use consensus_lab::compare::Measured;
use yew::prelude::*;

/// Size of a plot, before it is scaled to its place: words stay readable on a narrow page.
const SIZE: (f64, f64) = (640.0, 340.0);
const SIZE_NARROW: (f64, f64) = (360.0, 300.0);

/// The plots, or the way to them.
pub fn growth(props: &Shown) -> Html {
    let store = &props.store;
    let size = if store.with(|m| m.width) == Width::Phone { SIZE_NARROW } else { SIZE };
    let Some((plots, complete)) = store.with(|m| {
        let complete = m.contest.as_ref()?.growth.as_ref()?.is_complete();
        Some((plots(m, size)?, complete))
    }) else {
        return html! {
            <div class="growth">
                <button onclick={store.on(|m, _: MouseEvent| m.grow())}>{ "Measure growth from 4 to 100 replicas, and faults survived" }</button>
            </div>
        };
    };
    html! {
        <div class="growth">
            <h2>{ "Growth with n" }</h2>
            <p class="quiet" role="status">{ if complete { "Three requests each, no faults. A straight line is a power of n; its exponent is fitted." } else { "Measuring…" } }</p>
            <div class="plots">{ for plots.iter().map(plot) }</div>
            <p><button class="link" onclick={store.on(|m, _: MouseEvent| m.dialog = Some(Dialog::Share))}>{ "Save as SVG or PNG" }</button></p>
        </div>
    }
}

/// The plots as far as they are measured; none before that was asked for.
pub fn plots(m: &Model, size: (f64, f64)) -> Option<Vec<Scene>> {
    let growth = m.contest.as_ref()?.growth.as_ref()?;
    let names: Vec<String> = (0..m.contestants()).map(|who| m.contestant_name(who)).collect();
    let plot = |y: &dyn Fn(&Measured) -> Option<f64>, of: &str| {
        let curve =
            |points: &Vec<Measured>| points.iter().filter_map(|m| Some((m.n as f64, y(m)?))).collect();
        let series: Vec<Series> = names
            .iter()
            .zip(&growth.points)
            .map(|(name, points)| Series { name: name.clone(), points: curve(points) })
            .collect();
        log_log(&series, "replicas n", of, size.0, size.1)
    };
    Some(vec![
        plot(&|m| m.messages, "messages between replicas, a decision"),
        plot(&|m| m.latency_us.map(|us| us as f64 / 1e3), "latency in ms"),
    ])
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
