//! The protocol's views over all nodes, each in its closed shape.

use super::{bars, blocks, family, log, matrix, opinions};
use crate::markup::html;
use crate::model::Model;
use crate::shown::Shown;
use consensus_kernel::Panel;
use consensus_lab::Session;
use consensus_scenario::Schedule;
use std::cell::Cell;
use yew::prelude::*;

/// So many configurations of a single process are looked at while the visitor waits. Each of n takes about n³ as long; of three
/// processes 5,000 are left, mostly enough for two decisions.
const CONFIGURATIONS: usize = 135_000;

/// All of them, of long tables so many rows.
pub fn views(props: &Shown, rows: usize) -> Html {
    let panels = props.store.with(|m| m.session().panels());
    let longer = |panel: &Panel| match panel {
        Panel::Log(log) => log.rows.len() > rows,
        Panel::Matrix(matrix) => matrix.rows.len() > rows,
        _ => false,
    };
    if panels.iter().any(longer) {
        props.store.repaint();
    }
    if panels.is_empty() {
        return html! { <p class="quiet">{ "This protocol keeps nothing that all nodes share a view of." }</p> };
    }
    let draw = |panel: &Panel| match panel {
        Panel::Log(log) => log::table(props, log, rows),
        Panel::Matrix(matrix) => matrix::table(props, matrix, rows),
        Panel::Tree(tree) => family::family(tree),
        Panel::Blocks(blocks) => blocks::blocks(blocks),
        Panel::Opinions(panel) => opinions::opinions(props, panel),
        Panel::Bars(shares) => bars::table(props, shares),
    };
    let here = |m: &Model| (m.edits, m.session().position().event);
    let explored = props.store.with(|m| m.explored.clone().filter(|(at, _)| *at == here(m)));
    let more = match explored {
        Some((_, panel)) => draw(&panel),
        None if props.store.with(|m| m.scenario().network.schedule == Schedule::Network) => Html::default(),
        None => {
            let onclick = props.store.on(move |m, _: MouseEvent| {
                m.playing = false;
                let configurations_max = CONFIGURATIONS / m.scenario().n.pow(3);
                m.explored = m.session().explored(configurations_max).map(|panel| (here(m), panel));
            });
            html! { <button {onclick}>{ "Follow all schedules from here" }</button> }
        }
    };
    // The scheduler's panel is the first, and this belongs to it.
    let (first, rest) = panels.split_at(1);
    html! { <>{ for first.iter().map(draw) }{ more }{ for rest.iter().map(draw) }</> }
}

/// What the tab is called. The first view is of one shape whatever happens in a run, so they are not all made for its name
/// with every picture: with a thousand nodes that is much. `edits` says whether it is the same run.
pub fn tab_name(session: &dyn Session, edits: u64) -> &'static str {
    thread_local! {
        static KNOWN: Cell<(u64, &'static str)> = const { Cell::new((u64::MAX, "")) };
    }
    let (of, known) = KNOWN.get();
    if of == edits {
        return known;
    }
    let named = name(&session.panels());
    KNOWN.set((edits, named));
    named
}

/// The same, by the first of them.
pub fn name(panels: &[Panel]) -> &'static str {
    match panels.first() {
        Some(Panel::Matrix(_)) => "Table",
        Some(Panel::Tree(_)) => "Tree",
        Some(Panel::Blocks(_)) => "Blocks",
        Some(Panel::Opinions(_)) => "Answers",
        Some(Panel::Bars(_)) => "Shares",
        Some(Panel::Log(_)) | None => "Log",
    }
}
