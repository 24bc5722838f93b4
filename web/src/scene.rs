//! The middle of the page: badges, the stage, how much of it to show, and the legend.

use crate::badges::badges;
use crate::legend::legend;
use crate::markup::html;
use crate::model::Density;
use crate::shown::Shown;
use crate::stage::stage;
use yew::prelude::*;

/// The middle of the page.
pub fn scene(props: &Shown, with_legend: bool) -> Html {
    html! {
        <section class="scene" aria-label="Picture of the run">
            { badges(props) }
            <div class="stage-box">{ stage(props.clone()) }</div>
            if with_legend { { legend(props.clone()) } }
        </section>
    }
}

/// How many messages the stage shows.
pub fn density_choice(props: &Shown) -> Html {
    let density = props.store.with(|m| m.density);
    let choice = |this: Density, label: &'static str, help: &'static str| {
        html! {
            <button aria-pressed={(density == this).to_string()} title={help}
                onclick={props.store.on(move |m, _: MouseEvent| m.density = this)}>{ label }</button>
        }
    };
    html! {
        <div class="segments density" role="group" aria-label="Messages shown">
            { choice(Density::Focus, "Focus", "Messages of the last step only") }
            { choice(Density::Context, "Context", "The last step, the others faintly") }
            { choice(Density::All, "All", "All messages alike") }
        </div>
    }
}
