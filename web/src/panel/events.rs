//! The list of events around the cursor, which is also the run in words; filtered by node and by kind.

use crate::markup::html;
use crate::model::Selection;
use crate::part::part;
use crate::shown::Shown;
use crate::timeline::diagram::{diagram, filters};
use crate::width::Width;
use crate::words;
use consensus_figure::spacetime::{Side, chart};
use consensus_kernel::NodeId;
use consensus_lab::view::{EventView, What};
use yew::functional::Hook;
use yew::prelude::*;

/// Events asked for at a time: to ask replays them, so neighbouring positions of the cursor share a block.
const BLOCK: u64 = 128;
/// Blocks before and behind the cursor's that a filter looks through.
const FILTER_BLOCKS: u64 = 8;
/// Rows drawn at most.
const ROWS: usize = 120;

/// The list of events; on a phone below the diagram, which has no other place there.
pub fn events(props: Shown) -> Html {
    let phone = props.store.with(|m| m.width) == Width::Phone;
    html! {
        <>
            if phone { { diagram(props.clone()) } }
            { part("events", props, |ctx, props| use_events(props).run(ctx)) }
        </>
    }
}

#[hook]
fn use_events(props: &Shown) -> Html {
    let (cursor, known, edits, scenario, selected, look, phone) = props.store.with(|m| {
        let (session, scenario) = (m.session(), m.scenario().clone());
        let (at, known) = (session.position().event, session.frontier().event);
        (at, known, m.edits, scenario, m.selected_event(), m.look, m.width == Width::Phone)
    });
    let filtered = look.node.is_some() || look.kind.is_some();
    let around = if filtered { FILTER_BLOCKS } else { 1 };
    let block = cursor / BLOCK;
    let from = block.saturating_sub(around) * BLOCK;
    let to = ((block + 1 + around) * BLOCK).min(known);
    let events =
        use_memo((from, to, edits), |(from, to, _)| props.store.with(|m| m.session().outline(*from, *to)));
    let passes = |e: &&EventView| {
        look.node.is_none_or(|n| e.node == Some(n)) && look.kind.is_none_or(|k| kind_of(&e.what) == Some(k))
    };
    let list = use_node_ref();
    {
        let list = list.clone();
        use_effect_with(cursor, move |_| keep_in_sight(&list));
    }
    let all: Vec<&EventView> = events.iter().filter(passes).collect();
    let here = all.partition_point(|e| e.index < cursor);
    let first = here.saturating_sub(ROWS / 2).min(all.len().saturating_sub(ROWS));
    let rows = &all[first..(first + ROWS).min(all.len())];
    let meta = scenario.meta;
    let nodes = (0..scenario.n).map(NodeId::replica).chain((0..scenario.clients).map(NodeId::client));
    // What can have led to the selected event and what can follow from it, as far as the list reaches.
    let ids: Vec<NodeId> = nodes.collect();
    let chart = selected.map(|_| chart(meta, &ids, &events, &[]));
    let cone = chart.as_ref().and_then(|chart| chart.cone(selected?));
    let side = |event: u64| match (&chart, &cone) {
        (Some(chart), Some(cone)) => match chart.row_of(event).and_then(|row| cone.side(row, event)) {
            Some(Side::Past) => ("⇢", "It can have led to the selected event", ""),
            Some(Side::Future) => ("⇠", "It can have followed from the selected event", ""),
            Some(Side::Here) => ("", "", ""),
            None => ("", "", "apart"),
        },
        _ => ("", "", ""),
    };
    html! {
        <div class="events">
            // On a phone those of the diagram stand above it.
            if !phone { <div class="filters">{ filters(&props.store) }</div> }
            <p class="quiet">
                { format!("{} to {} of {}", words::grouped(from), words::grouped(to), words::grouped(known)) }
            </p>
            <ol class="rows" ref={list}>
                { for rows.iter().map(|e| {
                    let index = e.index;
                    let (sign, says, apart) = side(index);
                    let class = classes!("row", apart, (index + 1 == cursor).then_some("now"), (index >= cursor).then_some("future"));
                    html! {
                        <li key={index}>
                            <button {class} aria-current={(index + 1 == cursor).then_some("true")}
                                onclick={props.store.on(move |m, _: MouseEvent| {
                                    m.playing = false;
                                    m.seek_event(index + 1);
                                    m.selection = Some(Selection::Event(index));
                                })}>
                                <span class="num">{ words::moment(e.at.0 as f64) }</span>
                                <b>{ e.node.map_or_else(|| "net".to_owned(), |n| n.to_string()) }</b>
                                <span>
                                    if !sign.is_empty() { <i role="img" aria-label={says} title={says}>{ sign }</i>{ " " } }
                                    { words::what(meta, &scenario, e) }{ outcome(e) }
                                </span>
                            </button>
                        </li>
                    }
                }) }
            </ol>
            if rows.is_empty() { <p class="quiet">{ "No such event near the cursor." }</p> }
        </div>
    }
}

/// Scrolls the list, if it has a window of its own, so that the row of the cursor is in it.
fn keep_in_sight(list: &NodeRef) {
    let Some(list) = list.cast::<web_sys::Element>() else { return };
    let row = list.query_selector(".row.now").ok().flatten();
    let window = list.closest(".tab-body").ok().flatten();
    let (Some(row), Some(window)) = (row, window) else { return };
    let (row, view) = (row.get_bounding_client_rect(), window.get_bounding_client_rect());
    if row.top() < view.top() || row.bottom() > view.bottom() {
        let middle = (row.top() - view.top() - view.height() / 3.0) as i32;
        window.set_scroll_top(window.scroll_top() + middle);
    }
}

/// What came of it, behind what happened.
fn outcome(event: &EventView) -> Html {
    html! {
        <>
            if let Some(why) = event.rejected { <span class="bad-ink">{ format!(" – refused: {why}") }</span> }
            { for event.decided.iter().map(|(slot, value)| html! { <span class="ok-ink">{ format!(" ✓ {value} at {slot}") }</span> }) }
        </>
    }
}

fn kind_of(what: &What) -> Option<usize> {
    match what {
        What::Deliver(m) | What::Lost(m, _) => Some(m.flight.kind),
        _ => None,
    }
}
