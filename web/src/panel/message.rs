//! One message under way: its fields, why it was sent, and what can be done to it.

use super::deeds::{Deed, deeds};
use super::explain::{ExplainProps, explain};
use super::tree::tree;
use crate::markup::html;
use crate::model::Selection;
use crate::shown::Shown;
use crate::words;
use consensus_kernel::Duration;
use consensus_lab::view::{FlightMark, FlightView, Health};
use consensus_scenario::{Action, Fate, MessageName};
use yew::prelude::*;

/// How much later a delayed message arrives, unless the visitor writes something else in the list of faults.
const DELAYS: [(&str, Duration); 2] =
    [("Delay 20 ms", Duration::millis(20)), ("Delay 200 ms", Duration::millis(200))];

/// One message.
pub fn message_inspector(props: &Shown, name: MessageName) -> Html {
    let store = &props.store;
    let (message, meta) = store.with(|m| (m.session().message(name), m.meta()));
    let Some(message) = message else {
        return html! {
            <article class="inspector">
                <h2>{ words::message(meta, &name) }</h2>
                <p>{ "It is not under way at this moment: it has arrived, was lost, or is not yet sent." }</p>
            </article>
        };
    };
    let flight = message.flight;
    let to = |id| store.on(move |m, _: MouseEvent| m.select(Some(Selection::Node(id))));
    html! {
        <article class="inspector">
            <p class="where-when">
                <span class={format!("round round-{}", flight.round % 6)}>{ format!("{} {}", meta.round, flight.round) }</span>
                <span class="at">{ format!("{} bytes", words::grouped(message.bytes)) }</span>
            </p>
            <h2>{ words::message(meta, &name) }</h2>
            <p>
                { "From " }<button class="link" onclick={to(flight.from)}>{ words::node(flight.from) }</button>
                { " to " }<button class="link" onclick={to(flight.to)}>{ words::node(flight.to) }</button>
                { format!(", arrives at {}.{}", words::moment(flight.due.0 as f64), remark(flight.mark)) }
            </p>
            { deeds(store, message_deeds(props, &flight)) }
            <h3>{ "Fields" }</h3>
            { tree(&message.body) }
            <h3>{ "Why it was sent" }</h3>
            <p>{ super::event_link(props, flight.cause, flight.sent.0) }</p>
            { explain(ExplainProps { store: store.clone(), version: props.version, event: flight.cause }) }
        </article>
    }
}

/// What can be done to a message under way.
pub fn message_deeds(props: &Shown, flight: &FlightView) -> Vec<Deed> {
    let name = words::name_of(flight);
    let (now, receiver) = props.store.with(|m| {
        let receiver = m.session().nodes().into_iter().find(|n| n.id == flight.to);
        (m.session().position().at, receiver.map(|n| n.health))
    });
    let deliver = match receiver {
        Some(Health::Crashed) => Err("Its receiver has crashed: it would be lost."),
        Some(Health::Paused) => Err("Its receiver is paused: resume it first."),
        _ if flight.due <= now && flight.mark != FlightMark::Held => Err("It arrives at this very moment."),
        _ => Ok(()),
    };
    let deed = |label: &str, help, possible: Result<(), &'static str>, fate| Deed {
        label: label.to_owned(),
        help,
        action: possible.map(|()| Action::Message(name, fate)),
    };
    let mut all = vec![
        deed("Deliver now", "It arrives at once", deliver, Fate::Deliver),
        deed("Drop", "It is lost", Ok(()), Fate::Drop),
        deed("Duplicate", "It arrives a second time", Ok(()), Fate::Duplicate),
    ];
    all.extend(DELAYS.map(|(label, by)| deed(label, "It arrives later", Ok(()), Fate::Delay(by))));
    all
}

fn remark(mark: FlightMark) -> &'static str {
    match mark {
        FlightMark::Plain => "",
        FlightMark::Duplicate => " It is a second copy.",
        FlightMark::Held => " It is held back.",
        FlightMark::Forged => " A liar sent it: an honest node would have sent something else.",
    }
}
