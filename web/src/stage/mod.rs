//! The picture of one moment: nodes, links and messages under way.

use crate::store::Store;
use yew::prelude::*;

/// What the stage needs.
#[derive(PartialEq, Properties)]
pub struct StageProps {
    /// The page's state.
    pub store: Store,
    /// Which state.
    pub version: u64,
}

/// The picture of one moment.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let nodes = props.store.with(|m| m.studio.session().nodes());
    html! {
        <ul class="stage">
            { for nodes.iter().map(|n| html! { <li>{ n.id.to_string() }{ " " }{ n.face.status.clone() }</li> }) }
        </ul>
    }
}
