//! What holds, what is counted, what the protocol claims, and what is simplified.

use super::conflict::conflict;
use super::event_link;
use crate::address;
use crate::badges::{glyph, state};
use crate::compare::table::EVENTS;
use crate::markup::html;
use crate::search::door;
use crate::shown::Shown;
use crate::words;
use consensus_kernel::KindClass;
use consensus_lab::compare::of_later_rounds;
use consensus_lab::view::PropertyView;
use consensus_lessons::document::{deviations, passage};
use yew::prelude::*;

/// How many of the latest decisions are listed.
const DECISIONS: usize = 12;

/// The facts of a run.
pub fn facts(props: &Shown) -> Html {
    html! {
        <div class="facts">
            { truth(props) }
            { counts(props) }
            { decisions(props) }
            { about(props) }
            { document(props) }
        </div>
    }
}

/// All properties and assumptions with their reasons.
fn truth(props: &Shown) -> Html {
    let (properties, assumptions, searchable) =
        props.store.with(|m| (m.session().properties(), m.session().assumptions(), !m.watch_only));
    html! {
        <>
            <h2>{ "Properties" }</h2>
            <ul class="truths">{ for properties.iter().map(|p| property(props, p)) }</ul>
            if searchable { <p class="reason">{ door(&props.store, None) }</p> }
            <h2>{ "Assumptions" }</h2>
            <ul class="truths">
                { for assumptions.iter().map(|a| html! {
                    <li>
                        <b class={if a.holds { "ok-ink" } else { "warn-ink" }}>
                            { format!("{} {}", if a.holds { "✓" } else { "⚠" }, a.name) }
                        </b>
                        <p>{ a.reason.clone() }</p>
                    </li>
                }) }
            </ul>
        </>
    }
}

fn property(props: &Shown, p: &PropertyView) -> Html {
    html! {
        <li>
            <b class={format!("{}-ink", state(p.status))}>{ format!("{} {}", glyph(p.status), p.name) }</b>
            <small>{ format!(" {} · {}", p.kind, p.place) }</small>
            <p>{ p.says }</p>
            <p class="quiet">{ p.reason.clone() }</p>
            if let (Some(event), Some(at)) = (p.event, p.at) { <p>{ event_link(props, event, at.0) }</p> }
            { conflict(props, p) }
        </li>
    }
}

/// Messages by kind.
fn counts(props: &Shown) -> Html {
    let (metrics, meta, later) =
        props.store.with(|m| (m.session().metrics(), m.meta(), of_later_rounds(m.session(), EVENTS)));
    let rows = meta.kinds.iter().zip(&metrics.by_kind);
    let number = |n: u64| html! { <td class="num">{ words::grouped(n) }</td> };
    let of_class = |class| Some(metrics.of_class(meta, class));
    let sums = [
        ("between replicas", Some(metrics.replica)),
        ("· for decisions", of_class(KindClass::Decision)),
        ("·· of a later round than decided", later),
        ("· for leaders and views", of_class(KindClass::Leadership)),
        ("· in the background", of_class(KindClass::Background)),
        ("with clients", Some(metrics.client)),
        ("lost", Some(metrics.lost)),
        ("duplicated", Some(metrics.duplicated)),
        ("sent again by links", Some(metrics.retransmitted)),
    ];
    html! {
        <>
            <h2>{ "Messages" }</h2>
            <table class="counts">
                <thead><tr><th scope="col">{ "kind" }</th><th scope="col">{ "sent" }</th><th scope="col">{ "bytes" }</th></tr></thead>
                <tbody>
                    { for rows.map(|(kind, (count, bytes))| html! {
                        <tr><th scope="row">{ kind.name }</th>{ number(*count) }{ number(*bytes) }</tr>
                    }) }
                </tbody>
                <tfoot>
                    { for sums.into_iter().filter_map(|(what, count)| Some((what, count?))).map(|(what, count)| html! {
                        <tr><th scope="row">{ what }</th>{ number(count) }<td /></tr>
                    }) }
                    <tr><th scope="row">{ "in all" }</th>{ number(metrics.replica + metrics.client) }{ number(metrics.bytes) }</tr>
                </tfoot>
            </table>
            <p class="quiet">
                { "A message is one send between two different nodes. What a node tells itself is never counted; messages \
                   from or to a client are counted apart. Bytes follow a model, not a wire format: 16 a header, 8 a number, \
                   32 a digest, 64 a signature, 1 a byte of text." }
            </p>
        </>
    }
}

/// The latest decisions.
fn decisions(props: &Shown) -> Html {
    let decisions = props.store.with(|m| m.session().decisions());
    let latest = decisions.iter().rev().take(DECISIONS);
    html! {
        <>
            <h2>{ format!("Decisions: {}", words::grouped(decisions.len() as u64)) }</h2>
            <ul class="plain-list">
                { for latest.map(|d| html! {
                    <li>
                        <button class="link" onclick={{
                            let event = d.event;
                            props.store.on(move |m, _: MouseEvent| m.show_event(event))
                        }}>{ format!("{} {} at {}", words::node(d.node), d.value, d.slot) }</button>
                        <span class="num">{ format!("{} · {}", words::count(d.delays as usize, "delay"), words::moment(d.at.0 as f64)) }</span>
                    </li>
                }) }
            </ul>
        </>
    }
}

/// What the protocol is, and what the engine leaves out.
fn about(props: &Shown) -> Html {
    let (meta, bound) = props.store.with(|m| (m.meta(), m.scenario().bound()));
    html! {
        <>
            <h2>{ format!("About {}", meta.title) }</h2>
            <p>{ meta.summary }</p>
            <p>{ format!("Bound: {}. Safe if {}.", bound.formula(), meta.claims.safety) }</p>
            if let Some(when) = meta.claims.termination { <p>{ format!("Decides if {when}.") }</p> }
            <p class="quiet">{ meta.reference }</p>
            if !meta.simplified.is_empty() {
                <h2>{ "What is simplified" }</h2>
                <ul class="simplified">{ for meta.simplified.iter().map(|s| html! { <li>{ *s }</li> }) }</ul>
            }
        </>
    }
}

/// What the document says of the protocol, and what its samples would do.
fn document(props: &Shown) -> Html {
    let id = props.store.with(|m| m.meta().id);
    let Some(passage) = passage(id) else { return Html::default() };
    let link = |to: &str, text: &'static str| {
        html! { <a href={format!("{}{to}", address::here())}>{ text }</a> }
    };
    html! {
        <>
            <h2>{ "In the document" }</h2>
            <blockquote>{ passage.says }</blockquote>
            <p class="quiet">{ passage.section }</p>
            <ul class="truths">
                { for deviations(id).map(|d| html! {
                    <li>
                        <b>{ "The sample " }{ d.sample }</b>
                        <p>{ d.leads }{ " " }{ link(&d.accident(), "See it happen") }</p>
                        <p>{ d.rule }{ " " }{ link(d.control(), "With this rule") }</p>
                    </li>
                }) }
            </ul>
        </>
    }
}
