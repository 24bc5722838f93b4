//! The middle of the page: badges, the stage, how much of it to show, and the legend.

use crate::badges::Badges;
use crate::legend::Legend;
use crate::model::Density;
use crate::shown::Shown;
use crate::stage::Stage;
use yew::prelude::*;

/// The middle of the page.
#[component]
pub fn Scene(props: &Shown) -> Html {
    let Shown { store, version } = props.clone();
    let density = store.with(|m| m.density);
    let choice = |this: Density, label: &'static str, help: &'static str| {
        html! {
            <button aria-pressed={(density == this).to_string()} title={help}
                onclick={store.on(move |m, _: MouseEvent| m.density = this)}>{ label }</button>
        }
    };
    html! {
        <section class="scene" aria-label="Picture of the run">
            <div class="above">
                <Badges ..props.clone() />
                <div class="segments density" role="group" aria-label="Messages shown">
                    { choice(Density::Focus, "Focus", "Messages of the last step only") }
                    { choice(Density::Context, "Context", "The last step, the others faintly") }
                    { choice(Density::All, "All", "All messages alike") }
                </div>
            </div>
            <div class="stage-box"><Stage store={store.clone()} {version} /></div>
            <Legend ..props.clone() />
        </section>
    }
}
