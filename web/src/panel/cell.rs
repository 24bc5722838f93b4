//! What a node holds at one place, framed by how far it has come.

use crate::markup::html;
use consensus_kernel::LogCell;
use yew::prelude::*;

/// How far a cell has come, by [`consensus_kernel::LogState`]: its frame, and what that means.
const STATES: [(&str, &str); 4] = [
    ("proposed", "known"),
    ("prepared", "backed by a quorum"),
    ("committed", "final"),
    ("applied", "executed"),
];

/// Draws a cell; an empty one where there is nothing.
pub fn cell(cell: Option<&LogCell>) -> Html {
    let Some(cell) = cell else { return html! { <span class="cell empty" /> } };
    let (state, says) = STATES[cell.state as usize];
    html! {
        <span class={format!("cell {state} round-{}", cell.round % 6)} title={format!("{} – {says}, round {}", cell.text, cell.round)}>
            { cell.text.clone() }<span class="unseen">{ ", " }{ says }</span>
        </span>
    }
}

/// What the frames mean.
pub fn key() -> Html {
    html! {
        <ul class="log-key" aria-label="What the frames mean">
            { for STATES.iter().map(|(state, says)| html! {
                <li><span class={format!("cell {state}")} />{ *says }</li>
            }) }
        </ul>
    }
}
