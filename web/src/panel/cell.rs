//! What a node holds at one place, framed by how far it has come.

use crate::markup::html;
use consensus_figure::shape::{number, text_width};
use consensus_kernel::LogCell;
use yew::prelude::*;

/// How far a cell has come, by [`consensus_kernel::LogState`]: its frame, and what that means, as it is said after what the
/// cell holds.
const STATES: [(&str, &str); 4] = [
    ("proposed", ", known"),
    ("prepared", ", backed, not yet final"),
    ("committed", ", final"),
    ("applied", ", executed"),
];

/// Draws a cell; an empty one where there is nothing.
pub fn cell(cell: Option<&LogCell>) -> Html {
    let Some(cell) = cell else { return html! { <span class="cell empty" /> } };
    let (state, says) = STATES[cell.state as usize];
    html! {
        <span class={format!("cell {state} round-{}", cell.round % 6)} title={format!("{}{says}, round {}", cell.text, cell.round)}>
            { cell.text.clone() }<span class="unseen">{ says }</span>
        </span>
    }
}

/// So many rows of a table are drawn in the frame in which it appears, and as many more in each drawing after that.
pub const ROWS_AT_ONCE: usize = 12;

/// How wide a table is, with what stands before its columns: told of those only that are drawn in parts, so that no column
/// changes its width by what comes later.
pub fn width<'a>(rows: usize, columns: usize, cells: impl Iterator<Item = &'a LogCell>) -> Option<String> {
    let widest = cells.map(|cell| text_width(&cell.text, 12.5)).fold(42.0, f64::max);
    (rows > ROWS_AT_ONCE).then(|| number((columns + 1) as f64 * (widest + 20.0)))
}

/// What the frames mean.
pub fn key() -> Html {
    html! {
        <ul class="log-key" aria-label="What the frames mean">
            { for STATES.iter().map(|(state, says)| html! {
                <li><span class={format!("cell {state}")} />{ &says[2..] }</li>
            }) }
        </ul>
    }
}
