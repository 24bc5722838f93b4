//! What a node holds at one place, framed by how far it has come.

use crate::markup::html;
use consensus_kernel::{LogCell, LogState};
use yew::prelude::*;

/// Draws a cell; an empty one where there is nothing.
pub fn cell(cell: Option<&LogCell>) -> Html {
    let Some(cell) = cell else { return html! { <span class="cell empty" /> } };
    let (state, says) = match cell.state {
        LogState::Proposed => ("proposed", "known, no promise"),
        LogState::Prepared => ("prepared", "backed by a quorum, not yet final"),
        LogState::Committed => ("committed", "final"),
        LogState::Applied => ("applied", "final and executed"),
    };
    html! {
        <span class={format!("cell {state} round-{}", cell.round % 6)} title={format!("{} – {says}, round {}", cell.text, cell.round)}>
            { cell.text.clone() }
        </span>
    }
}

/// What the frames mean.
pub fn key() -> Html {
    html! {
        <ul class="log-key" aria-label="What the frames mean">
            <li><span class="cell proposed" />{ "known" }</li>
            <li><span class="cell prepared" />{ "backed by a quorum" }</li>
            <li><span class="cell committed" />{ "final" }</li>
            <li><span class="cell applied" />{ "executed" }</li>
        </ul>
    }
}
