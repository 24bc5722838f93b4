//! The panel on the right: tabs, of which only the open one is drawn.

mod bars;
mod blocks;
mod cell;
mod conflict;
mod deeds;
mod events;
mod explain;
mod facts;
mod family;
mod log;
mod matrix;
mod message;
mod next;
mod node;
mod opinions;
mod tree;
pub mod views;
mod why;

use crate::markup::html;
use crate::model::{Selection, Tab};
use crate::setup::{Form, set_up};
use crate::shown::Shown;
use crate::width::Width;
use crate::words;
use cell::ROWS_AT_ONCE;
use yew::prelude::*;

/// The panel.
pub fn panel(props: &Shown) -> Html {
    let store = &props.store;
    let (tab, selection, edits, meta, width, asked) =
        store.with(|m| (m.tab, m.selection, m.edits, m.meta(), m.width, m.tabs));
    let chosen = match selection {
        Some(Selection::Node(id)) if id.is_client() => format!("Client {id}"),
        Some(Selection::Node(id)) => format!("Node {id}"),
        Some(Selection::Message(name)) => meta.kinds.get(name.kind).map_or("Message", |k| k.name).to_owned(),
        _ => "Nodes".to_owned(),
    };
    let mut tabs = vec![
        (Tab::Why, "Why".to_owned()),
        (Tab::Log, store.with(|m| views::tab_name(m.session(), m.edits)).to_owned()),
        (Tab::Chosen, chosen),
        (Tab::Events, "Events".to_owned()),
        (Tab::Next, "Next".to_owned()),
        (Tab::Facts, "Facts".to_owned()),
    ];
    if width != Width::Wide || asked.has(Tab::Setup) {
        tabs.push((Tab::Setup, "Set-up".to_owned()));
    }
    if !asked.is_empty() {
        tabs.retain(|(tab, _)| asked.has(*tab));
    }
    // In the frame that a gesture waits for, long tables begin; each frame after it has as much more of them.
    let rows = store.with(|m| {
        let (of, rows) = m.rows.get();
        let rows = if of == tab { rows + ROWS_AT_ONCE } else { ROWS_AT_ONCE };
        m.rows.set((tab, rows));
        rows
    });
    let body = match (tab, selection) {
        (Tab::Why, _) => why::why(props),
        (Tab::Log, _) => views::views(props, rows),
        (Tab::Chosen, Some(Selection::Node(id))) => node::node_inspector(props, id),
        (Tab::Chosen, Some(Selection::Message(name))) => message::message_inspector(props, name),
        (Tab::Chosen, _) => node::node_table(props, rows),
        (Tab::Events, _) => events::events(props.clone()),
        (Tab::Next, _) => next::next(props),
        (Tab::Facts, _) => facts::facts(props),
        (Tab::Setup, _) => set_up(Form { store: store.clone(), edits }),
    };
    html! {
        <section class="panel" aria-label="Details">
            // `web/boot/focus.js` has the keys.
            <div class="tabs" role="tablist">
                { for tabs.into_iter().map(|(this, label)| html! {
                    <button role="tab" id={tab_id(this)} aria-selected={(this == tab).to_string()}
                        aria-controls="tab-panel" tabindex={if this == tab { "0" } else { "-1" }} title={label.clone()}
                        onclick={store.on(move |m, _: MouseEvent| m.tab = this)}>{ label }</button>
                }) }
            </div>
            // Each begins at its top.
            <div key={tab_id(tab)} class="tab-body" role="tabpanel" id="tab-panel" aria-labelledby={tab_id(tab)} tabindex="0">{ body }</div>
        </section>
    }
}

fn tab_id(tab: Tab) -> &'static str {
    match tab {
        Tab::Why => "tab-why",
        Tab::Log => "tab-log",
        Tab::Chosen => "tab-chosen",
        Tab::Events => "tab-events",
        Tab::Next => "tab-next",
        Tab::Facts => "tab-facts",
        Tab::Setup => "tab-set-up",
    }
}

/// A moment of an event as a button that goes there.
fn event_link(props: &Shown, event: u64, at_us: u64) -> Html {
    html! {
        <button class="link" onclick={props.store.on(move |m, _: MouseEvent| m.show_event(event))}>
            { format!("event {} at {}", words::grouped(event), words::moment(at_us as f64)) }
        </button>
    }
}
