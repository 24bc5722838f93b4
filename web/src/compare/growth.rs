//! Growth with n: measured from runs of every contestant at the sizes of the literature's tables.

use crate::markup::html;
use crate::shown::Shown;
use crate::stage::shapes::shapes;
use crate::width::Width;
use consensus_figure::palette::Theme;
use consensus_figure::plot::{Series, log_log};
use consensus_figure::shape::number;
use consensus_figure::svg;
use consensus_lab::compare::Measured;
use yew::prelude::*;

/// Size of a plot, before it is scaled to its place: words stay readable on a narrow page.
const SIZE: (f64, f64) = (640.0, 340.0);
const SIZE_NARROW: (f64, f64) = (360.0, 300.0);

/// The plots, or the way to them.
pub fn growth(props: &Shown) -> Html {
    let store = &props.store;
    let state = store.with(|m| {
        let growth = m.contest.as_ref()?.growth.as_ref()?;
        let names: Vec<&str> =
            (0..m.contestants()).map(|who| m.contestant(who).scenario().meta.title).collect();
        let series = |y: &dyn Fn(&Measured) -> Option<f64>| -> Vec<Series> {
            let curve =
                |points: &Vec<Measured>| points.iter().filter_map(|m| Some((m.n as f64, y(m)?))).collect();
            names
                .iter()
                .zip(&growth.points)
                .map(|(name, points)| Series { name: (*name).to_owned(), points: curve(points) })
                .collect()
        };
        let messages = series(&|m| m.messages);
        let latency = series(&|m| m.latency_us.map(|us| us as f64 / 1e3));
        Some((messages, latency, growth.is_complete()))
    });
    let size = if store.with(|m| m.width) == Width::Phone { SIZE_NARROW } else { SIZE };
    let Some((messages, latency, complete)) = state else {
        return html! {
            <div class="growth">
                <button onclick={store.on(|m, _: MouseEvent| m.grow())}>{ "Measure growth from 4 to 100 replicas, and faults survived" }</button>
            </div>
        };
    };
    let plots = [(messages, "messages between replicas, a decision"), (latency, "latency in ms")];
    html! {
        <div class="growth">
            <h2>{ "Growth with n" }</h2>
            <p class="quiet" role="status">{ if complete { "Three requests each, no faults. A straight line is a power of n; its exponent is fitted." } else { "Measuring…" } }</p>
            <div class="plots">{ for plots.iter().map(|(series, y)| plot(series, y, size)) }</div>
        </div>
    }
}

fn plot(series: &[Series], y: &str, size: (f64, f64)) -> Html {
    let scene = log_log(series, "replicas n", y, size.0, size.1);
    let file =
        js_sys::encode_uri_component(&svg::print(&scene, &[], Theme::Light)).as_string().unwrap_or_default();
    html! {
        <figure>
            <svg viewBox={format!("0 0 {} {}", number(size.0), number(size.1))} role="img" aria-label={scene.description.clone()}>
                { shapes(&scene.ground) }
                { shapes(&scene.over) }
            </svg>
            <figcaption>
                <a download="growth.svg" href={format!("data:image/svg+xml,{file}")}>{ "Save as SVG" }</a>
                <details><summary>{ "In numbers" }</summary><p>{ scene.description }</p></details>
            </figcaption>
        </figure>
    }
}
