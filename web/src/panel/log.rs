//! Replicated logs side by side: one row per replica, one column per slot.

use crate::markup::html;
use crate::model::Selection;
use crate::shown::Shown;
use consensus_kernel::{LogCell, LogPanel, LogRow, LogState, NodeId, Panel};
use yew::prelude::*;

/// The protocol's views over all nodes.
pub fn log(props: &Shown) -> Html {
    let panels = props.store.with(|m| m.session().panels());
    if panels.is_empty() {
        return html! { <p class="quiet">{ "This protocol keeps no log." }</p> };
    }
    html! {
        <>
            { for panels.iter().map(|panel| match panel {
                Panel::Log(log) => table(props, log),
            }) }
        </>
    }
}

fn table(props: &Shown, log: &LogPanel) -> Html {
    html! {
        <div class="log">
            <h2>{ "Replicated log" }</h2>
            <div class="log-scroll" tabindex="0" role="region" aria-label="Replicated log">
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="corner">{ log.slot_name }</th>
                            { for (0..log.columns as u64).map(|i| html! { <th scope="col">{ log.first + i }</th> }) }
                        </tr>
                    </thead>
                    <tbody>{ for log.rows.iter().enumerate().map(|(i, row)| line(props, log, i, row)) }</tbody>
                </table>
            </div>
            <ul class="log-key" aria-label="What the frames mean">
                <li><span class="cell proposed" />{ "known" }</li>
                <li><span class="cell prepared" />{ "backed by a quorum" }</li>
                <li><span class="cell committed" />{ "final" }</li>
                <li><span class="cell applied" />{ "executed" }</li>
            </ul>
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
                <button class="link" onclick={props.store.on(move |m, _: MouseEvent| m.select(Some(Selection::Node(id))))}>
                    { id.to_string() }
                </button>
            </th>
            { for row.cells.iter().enumerate().map(|(i, cell)| html! {
                <td>{ entry(cell.as_ref()) }{ marks(log.first + i as u64) }</td>
            }) }
        </tr>
    }
}

fn entry(cell: Option<&LogCell>) -> Html {
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
