//! Blocks and their parents, drawn like a history: a row for each block, the newest on top, forks in lanes.

use super::cell::{cell, key};
use crate::markup::html;
use consensus_figure::lineage::{Place, arrange};
use consensus_figure::shape::number;
use consensus_kernel::BlockPanel;
use yew::prelude::*;

/// Height of a row and width of a lane, in pixels; the style sheet has the row's height too.
const ROW: f64 = 44.0;
const LANE: f64 = 22.0;
/// Radius of a block of the largest weight, and of the smallest.
const RADIUS: (f64, f64) = (8.0, 4.5);

/// Draws them.
pub fn blocks(panel: &BlockPanel) -> Html {
    let places = arrange(panel);
    let lanes = places.iter().map(|place| place.lane + 1).max().unwrap_or(1);
    let (width, height) = (lanes as f64 * LANE, places.len() as f64 * ROW);
    let heaviest = panel.blocks.iter().map(|b| b.weight).max().unwrap_or(1).max(1) as f64;
    let centre = |row: usize, lane: usize| ((lane as f64 + 0.5) * LANE, (row as f64 + 0.5) * ROW);
    let row_of = |block: usize| places.iter().position(|place| place.block == block);
    let line = |row: usize, place: &Place, target: Option<usize>, class: &'static str| {
        let target = target.and_then(row_of)?;
        let ((x, y), (u, v)) = (centre(row, place.lane), centre(target, places[target].lane));
        // Down its own lane, then over to the other's in the last half of a row.
        let bend = v - ROW / 2.0;
        let d = format!(
            "M{} {}L{} {}Q{} {} {} {}",
            number(x),
            number(y),
            number(x),
            number(bend),
            number(x),
            number(v),
            number(u),
            number(v)
        );
        Some(html! { <path class={class} {d} /> })
    };
    let lines = places.iter().enumerate().flat_map(|(row, place)| {
        let block = &panel.blocks[place.block];
        [line(row, place, block.parent, "lineage"), line(row, place, block.link, "lineage loose")]
    });
    let dots = places.iter().enumerate().map(|(row, place)| {
        let block = &panel.blocks[place.block];
        let (x, y) = centre(row, place.lane);
        let share = (block.weight as f64 / heaviest).sqrt();
        let radius = RADIUS.1 + (RADIUS.0 - RADIUS.1) * share;
        html! {
            <circle class={format!("block round-{}", block.cell.round % 6)} cx={number(x)} cy={number(y)} r={number(radius)} />
        }
    });
    html! {
        <div class="log blocks">
            <h2>{ panel.title }</h2>
            <div class="blocks-grid">
                <svg width={number(width)} height={number(height)} aria-hidden="true">
                    { for lines.flatten() }
                    { for dots }
                </svg>
                <ol reversed=true>
                    { for places.iter().map(|place| {
                        let block = &panel.blocks[place.block];
                        html! {
                            <li>
                                <span class="num" title={panel.height_name}><span class="unseen">{ panel.height_name }{ " " }</span>{ block.height }</span>
                                <code>{ block.name.clone() }</code>
                                { cell(Some(&block.cell)) }
                                <small title={block.marks.join(" · ")}>{ block.marks.join(" · ") }</small>
                            </li>
                        }
                    }) }
                </ol>
            </div>
            { key() }
        </div>
    }
}
