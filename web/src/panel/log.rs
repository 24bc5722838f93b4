//! Replicated logs side by side: one row per replica, one column per slot.

use super::cell::{cell, key, width};
use super::matrix::head;
use crate::markup::html;
use crate::shown::Shown;
use consensus_kernel::{LogPanel, LogRow, NodeId};
use yew::prelude::*;

/// Draws so many of them.
pub fn table(props: &Shown, log: &LogPanel, rows: usize) -> Html {
    let cells = log.rows.iter().flat_map(|row| &row.cells).flatten();
    html! {
        <div class="log">
            <h2>{ "Replicated log" }</h2>
            <div class="log-scroll" tabindex="0" role="region" aria-label="Replicated log">
                <table width={width(log.rows.len(), log.columns, cells)}>
                    <thead>
                        <tr>
                            <th scope="col" class="corner">{ log.slot_name }</th>
                            { for (0..log.columns as u64).map(|i| html! { <th scope="col">{ log.first + i }</th> }) }
                        </tr>
                    </thead>
                    <tbody>{ for log.rows.iter().take(rows).enumerate().map(|(i, row)| line(props, log, i, row)) }</tbody>
                </table>
            </div>
            { key() }
        </div>
    }
}

fn line(props: &Shown, log: &LogPanel, index: usize, row: &LogRow) -> Html {
    let id = NodeId::replica(index);
    let marks = |slot: u64| {
        let names: Vec<&str> = row.marks.iter().filter(|m| m.slot == slot).map(|m| m.name.as_str()).collect();
        if names.is_empty() {
            Html::default()
        } else {
            html! { <small class="log-mark">{ names.join(" · ") }</small> }
        }
    };
    html! {
        <tr>
            <th scope="row">
                { head(props, &id.to_string(), Some(id)) }
            </th>
            { for row.cells.iter().enumerate().map(|(i, entry)| html! {
                <td>{ cell(entry.as_ref()) }{ marks(log.first + i as u64) }</td>
            }) }
        </tr>
    }
}
