//! What happens next, soonest first, and what can be done about it.

use super::deeds::{Deed, deeds};
use super::message::message_deeds;
use crate::markup::html;
use crate::model::Selection;
use crate::shown::Shown;
use crate::store::Store;
use crate::words;
use consensus_kernel::Duration;
use consensus_lab::view::{Health, Pending, PendingView};
use consensus_scenario::{Action, Scenario, describe_action};
use yew::prelude::*;

/// How many coming things are listed.
const SHOWN: usize = 24;

/// What happens next.
pub fn next(props: &Shown) -> Html {
    let (pending, scenario, clock, playing, open) = props
        .store
        .with(|m| (m.session().pending(SHOWN), m.scenario().clone(), m.clock_us, m.playing, m.open_next));
    let watched = props.store.with(|m| m.watch_only);
    if pending.is_empty() {
        return html! { <p class="quiet">{ "Nothing: no message is under way and no timer is set." }</p> };
    }
    html! {
        <div class="next">
            <h2>{ "What happens next" }</h2>
            if !watched {
                <p class="quiet">{ if playing { "Pause to change what happens." } else { "Unfold one to change it." } }</p>
            }
            <ol class="rows">
                { for pending.iter().enumerate().map(|(i, p)| {
                    let expanded = !playing && open == Some(i);
                    let flip = props.store.on(move |m, _: MouseEvent| m.open_next = (!expanded).then_some(i));
                    html! {
                        <li>
                            <button class="row" aria-expanded={expanded.to_string()} onclick={flip}>
                                <span class="num">{ format!("+{}", words::moment((p.due.0 as f64 - clock).max(0.0))) }</span>
                                <b>{ p.node.map_or_else(|| "net".to_owned(), |n| n.to_string()) }</b>
                                <span>{ says(&scenario, p) }</span>
                            </button>
                            if expanded { { actions(props, p) } }
                        </li>
                    }
                }) }
            </ol>
        </div>
    }
}

fn says(scenario: &Scenario, pending: &PendingView) -> String {
    let kind = |i: usize| scenario.meta.kinds.get(i).map_or("message", |k| k.name);
    match &pending.what {
        Pending::Deliver(f) => format!("{} from {}", kind(f.kind), f.from),
        Pending::Start => "starts".to_owned(),
        Pending::Fire(timer, _) => format!("timer {timer}"),
        Pending::Propose(value) => format!("is asked for {value}"),
        Pending::Action(i) => {
            scenario.script.get(*i).map_or_else(String::new, |t| describe_action(scenario.meta, &t.action))
        }
    }
}

fn actions(props: &Shown, pending: &PendingView) -> Html {
    let store = &props.store;
    let due = pending.due;
    let go = html! {
        <button class="link" onclick={store.on(move |m, _: MouseEvent| {
            m.playing = false;
            m.seek_time(due.0 as f64);
        })}>{ "go to that moment" }</button>
    };
    let body = match (&pending.what, pending.node) {
        (Pending::Deliver(f), _) => {
            let name = words::name_of(f);
            html! {
                <>
                    { deeds(store, message_deeds(props, f)) }
                    <button class="link" onclick={store.on(move |m, _: MouseEvent| m.select(Some(Selection::Message(name))))}>
                        { "look inside" }
                    </button>
                    { " · " }
                </>
            }
        }
        (Pending::Fire(_, index), Some(node)) => {
            let health =
                store.with(|m| m.session().nodes().into_iter().find(|n| n.id == node).map(|n| n.health));
            let action = match health {
                Some(Health::Paused) => Err("It is paused: resume it first."),
                Some(Health::Crashed) => Err("It has crashed: restart it first."),
                _ => Ok(Action::Fire(node, *index)),
            };
            deeds(
                store,
                vec![Deed { label: "Run out now".to_owned(), help: "The timer runs out at once", action }],
            )
        }
        (Pending::Start, _) => fixed(store, "All nodes start when the run does."),
        (Pending::Propose(_), _) => fixed(store, "When clients ask is set under Set-up, Requests."),
        (Pending::Action(_), _) if store.with(|m| m.watch_only) => Html::default(),
        (Pending::Action(i), _) => {
            let i = *i;
            html! {
                <div class="deeds">
                    <button onclick={store.on(move |m, _: MouseEvent| m.change("without that", |s| {
                        if i < s.script.len() {
                            s.script.remove(i);
                        }
                    }))}>{ "Take it out" }</button>
                    <button onclick={store.on(move |m, _: MouseEvent| m.change("later", |s| {
                        if i < s.script.len() {
                            let timed = s.script.remove(i);
                            s.act(timed.at + Duration::millis(100), timed.action);
                        }
                    }))}>{ "100 ms later" }</button>
                </div>
            }
        }
        (Pending::Fire(..), None) => Html::default(),
    };
    html! { <div class="row-more">{ body }{ go }</div> }
}

/// What cannot be altered, and why.
fn fixed(store: &Store, why: &'static str) -> Html {
    deeds(store, vec![Deed { label: "Now".to_owned(), help: "", action: Err(why) }])
}
