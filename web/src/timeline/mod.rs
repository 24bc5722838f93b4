//! The whole run at a glance: scrubber with marks, and one line per node with messages slanting between them.

use crate::store::Store;
use yew::prelude::*;

/// What the timeline needs.
#[derive(PartialEq, Properties)]
pub struct TimelineProps {
    /// The page's state.
    pub store: Store,
    /// Which state.
    pub version: u64,
}

/// The run over time.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let position = props.store.with(|m| m.studio.session().position());
    html! { <p class="timeline">{ position.at.to_string() }</p> }
}
