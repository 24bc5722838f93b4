//! Cells in rows and columns: votes by voter and ballot, reports by node and round.

use super::cell::{cell, key, width};
use crate::markup::html;
use crate::model::Selection;
use crate::shown::Shown;
use consensus_kernel::{MatrixPanel, MatrixRow, NodeId};
use yew::prelude::*;

/// Draws them, up to so many rows.
pub fn table(props: &Shown, matrix: &MatrixPanel, rows: usize) -> Html {
    let cells = matrix.rows.iter().flat_map(|row| &row.cells).flatten();
    html! {
        <div class="log">
            <h2>{ matrix.title }</h2>
            if matrix.columns.is_empty() {
                <p class="quiet">{ format!("No {} so far.", matrix.column_name) }</p>
            } else {
                <div class="log-scroll" tabindex="0" role="region" aria-label={matrix.title}>
                    <table width={width(matrix.rows.len(), matrix.columns.len(), cells)}>
                        <thead>
                            <tr>
                                <th scope="col" class="corner">{ matrix.column_name }</th>
                                { for matrix.columns.iter().map(|head| html! { <th scope="col">{ head.clone() }</th> }) }
                            </tr>
                        </thead>
                        <tbody>{ for matrix.rows.iter().take(rows).map(|row| line(props, row)) }</tbody>
                    </table>
                </div>
                { key() }
            }
        </div>
    }
}

fn line(props: &Shown, row: &MatrixRow) -> Html {
    html! {
        <tr>
            <th scope="row">{ head(props, &row.label, row.replica.map(NodeId::replica)) }</th>
            { for row.cells.iter().map(|entry| html! { <td>{ cell(entry.as_ref()) }</td> }) }
        </tr>
    }
}

/// The head of a row: a door to its node, if it belongs to one.
pub fn head(props: &Shown, label: &str, node: Option<NodeId>) -> Html {
    match node {
        Some(id) => html! {
            <button class="link" aria-label={format!("{} {label}", if id.is_client() { "client" } else { "node" })} onclick={props.store.on(move |m, _: MouseEvent| m.select(Some(Selection::Node(id))))}>
                { label.to_owned() }
            </button>
        },
        None => html! { { label.to_owned() } },
    }
}
