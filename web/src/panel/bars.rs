//! Distributions, one a row: each share as a number with a bar behind it.

use super::matrix::head;
use crate::markup::html;
use crate::shown::Shown;
use consensus_kernel::{BarRow, BarsPanel, NodeId};
use yew::prelude::*;

/// Draws them.
pub fn table(props: &Shown, panel: &BarsPanel) -> Html {
    html! {
        <div class="log bars">
            <h2>{ panel.title }</h2>
            <div class="log-scroll" tabindex="0" role="region" aria-label={panel.title}>
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="corner">{ panel.row_name }</th>
                            { for panel.columns.iter().map(|head| html! { <th scope="col">{ head.clone() }</th> }) }
                        </tr>
                    </thead>
                    <tbody>{ for panel.rows.iter().map(|row| line(props, row, panel.columns.len())) }</tbody>
                </table>
            </div>
        </div>
    }
}

fn line(props: &Shown, row: &BarRow, columns: usize) -> Html {
    html! {
        <tr>
            <th scope="row">{ head(props, &row.label, row.replica.map(NodeId::replica)) }</th>
            { for (0..columns).map(|k| html! {
                <td>
                    { match row.parts.as_ref().and_then(|parts| parts.get(k)) {
                        Some(part) => html! {
                            <span class="bar">
                                { BarRow::percent(*part) }
                                <svg aria-hidden="true" focusable="false">
                                    <rect class="all" width="100%" height="100%" rx="2" />
                                    <rect width={format!("{}.{:02}%", part / 10_000, part % 10_000 / 100)} height="100%" rx="2" />
                                </svg>
                            </span>
                        },
                        None => html! { <span class="bar">{ "undefined" }</span> },
                    } }
                </td>
            }) }
        </tr>
    }
}
