//! The whole run at a glance: a space–time diagram of the time around the cursor, and a scrubber with marks over all of
//! the run.

pub mod diagram;
mod painter;
mod scrubber;
mod window;

use crate::markup::html;
use crate::shown::Shown;
use diagram::diagram;
use scrubber::scrubber;
use yew::prelude::*;

/// The run over time.
pub fn timeline(props: &Shown) -> Html {
    html! {
        <section class="timeline" aria-label="Run over time">
            { diagram(props.clone()) }
            { scrubber(props.clone()) }
        </section>
    }
}
