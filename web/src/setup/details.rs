//! The parts of the form that are seldom touched, folded: load, the protocol's parameters, time, the rest of the network.

use super::Form;
use super::field::{Field, rail, toggle};
use crate::markup::html;
use consensus_figure::shape::number;
use consensus_kernel::{Duration, ParamKind, ParamSpec, ParamValue, Ratio};
use consensus_scenario::{Schedule, bounds, print_param, print_ratio};
use yew::prelude::*;

/// Load and parameters.
pub fn usual(props: &Form) -> Html {
    let asked = props.store.with(|m| m.scenario().clients > 0);
    html! {
        <>
            if asked { <details><summary>{ "Requests" }</summary>{ load(props) }</details> }
            { params(props) }
        </>
    }
}

/// When the run ends, and the rest of the network.
pub fn seldom(props: &Form) -> Html {
    html! {
        <>
            <details><summary>{ "End of the run" }</summary>{ time(props) }</details>
            <details><summary>{ "More of the network" }</summary>{ network(props) }</details>
        </>
    }
}

fn load(props: &Form) -> Html {
    let store = &props.store;
    let (requests, clients, gap) =
        store.with(|m| (m.scenario().requests, m.scenario().clients, m.scenario().gap));
    html! {
        <>
            <Field store={store.clone()} name="req" label="Requests" help="How many values clients ask for"
                value={requests.to_string()} steps={Some((0, u64::from(bounds::REQUESTS)))} />
            <Field store={store.clone()} name="clients" label="Clients" help="Among how many clients they are dealt"
                value={clients.to_string()} steps={Some((1, bounds::CLIENTS as u64))} />
            <Field store={store.clone()} name="gap" label="Gap" value={gap.to_string()}
                help="Time between one request and the next; 0 hands all over at once" />
        </>
    }
}

/// The protocol's own parameters, from its schema.
fn params(props: &Form) -> Html {
    let store = &props.store;
    let (meta, params) = store.with(|m| (m.meta(), m.scenario().params.filled(m.meta().params, 0)));
    let common = |(spec, _): &(&ParamSpec, &ParamValue)| !spec.kind.is_per_replica();
    let mut own = meta.params.iter().zip(&params.0).filter(common).peekable();
    if own.peek().is_none() {
        return Html::default();
    }
    let one = |(spec, value): (&'static ParamSpec, &ParamValue)| {
        let shown = print_param(spec, value);
        match (&spec.kind, value) {
            (ParamKind::Flag { .. }, ParamValue::Flag(on)) => {
                let set = store.on(|m, on: bool| m.set_key(spec.key, if on { "on" } else { "off" }));
                toggle(html! { { spec.label } }, spec.help.to_owned(), *on, set)
            }
            (ParamKind::Choice { options, .. }, _) => {
                let set = store.on(|m, e: Event| {
                    m.set_key(spec.key, &e.target_unchecked_into::<web_sys::HtmlSelectElement>().value());
                });
                html! {
                    <label class="field choice" title={spec.help}>
                        <span>{ spec.label }</span>
                        <select onchange={set}>
                            { for options.iter().map(|(name, says)| html! {
                                <option value={*name} title={*says} selected={*name == shown}>{ *name }</option>
                            }) }
                        </select>
                    </label>
                }
            }
            (kind, _) => {
                let steps = match kind {
                    ParamKind::Int { min, max, .. } | ParamKind::Sure { min, max, .. } => Some((*min, *max)),
                    _ => None,
                };
                let slider = match (kind, value) {
                    (ParamKind::Ratio { min, max, .. }, ParamValue::Ratio(ratio)) => {
                        ratio_slider(props, spec, *min, *max, *ratio)
                    }
                    _ => Html::default(),
                };
                html! {
                    <Field store={store.clone()} name={spec.key} label={spec.label} help={spec.help} value={shown} {steps}>
                        { slider }
                    </Field>
                }
            }
        }
    };
    html! {
        <details>
            <summary>{ format!("Parameters of {}", meta.title) }</summary>
            { for own.map(one) }
        </details>
    }
}

/// A slider in steps of a hundredth; the text takes any ratio.
fn ratio_slider(props: &Form, spec: &'static ParamSpec, min: Ratio, max: Ratio, now: Ratio) -> Html {
    let percent = |ratio: Ratio| ratio.as_f64() * 100.0;
    let set = props.store.on(move |m, e: Event| {
        let to = e.target_unchecked_into::<web_sys::HtmlInputElement>().value();
        m.set_key(spec.key, &(to + "%"));
    });
    let width = (percent(max) - percent(min)).max(1.0);
    html! {
        <div class="sliders">
            { rail(0.0, (percent(now) - percent(min)) / width) }
            <input type="range" min={number(percent(min))} max={number(percent(max))} step="1" value={number(percent(now))}
                aria-label={format!("{} in per cent", spec.label)} onchange={set} />
        </div>
    }
}

fn time(props: &Form) -> Html {
    let store = &props.store;
    let (until, deadline) = store.with(|m| (m.scenario().until, m.scenario().deadline));
    html! {
        <>
            <Field store={store.clone()} name="until" label="Run until" help="The run ends here at the latest"
                value={until.to_string()} />
            <Field store={store.clone()} name="deadline" label="Decide by" placeholder="no demand"
                help="Every request should be decided by then; later, termination counts as violated"
                value={deadline.map(|d| d.to_string()).unwrap_or_default()} />
        </>
    }
}

fn network(props: &Form) -> Html {
    let store = &props.store;
    let n = store.with(|m| m.scenario().network);
    let span = |d: Option<Duration>| d.map(|d| d.to_string()).unwrap_or_default();
    let set_fifo =
        store.on(|m, on: bool| m.change(if on { "in order" } else { "any order" }, |s| s.network.fifo = on));
    html! {
        <>
            <Field store={store.clone()} name="dup" label="Duplicates" value={print_ratio(n.duplicate)}
                help="Probability of a second copy of a message, then of a third, and a fourth" />
            { toggle(html! { "Links keep the order" }, "Messages on one link do not overtake each other, but for what is sent again, doubled or replayed".to_owned(), n.fifo, set_fifo) }
            { retransmit(props, n.retransmit) }
            { scheduler(props, n.schedule) }
            <Field store={store.clone()} name="gst" label="Stable from" value={span(n.gst.map(|t| Duration(t.0)))}
                placeholder="the start"
                help="Global stabilisation time: before it a message may take until then, plus its usual delay" />
            <Field store={store.clone()} name="cpu" label="Time per message" value={n.cpu.to_string()}
                help="How long a node takes to handle one message" />
            <Field store={store.clone()} name="bandwidth" label="Bandwidth" placeholder="unlimited"
                value={n.bandwidth.map(|b| b.to_string()).unwrap_or_default()} help="Bytes per second that a node can send" />
        </>
    }
}

fn scheduler(props: &Form, now: Schedule) -> Html {
    if !props.store.with(|m| m.scenario().meta.can_be_scheduled()) {
        return Html::default();
    }
    let set = props.store.on(|m, on: bool| {
        let (label, schedule) = match on {
            true => ("a scheduler", Schedule::Bivalent),
            false => ("no scheduler", Schedule::Network),
        };
        m.change(label, |s| s.set_schedule(schedule));
    });
    let help = "Who chooses what arrives next wants no decision, and holds nothing back for ever (FLP 1985)";
    toggle(html! { "A scheduler against deciding" }, help.to_owned(), now == Schedule::Bivalent, set)
}

fn retransmit(props: &Form, now: Option<Duration>) -> Html {
    const USUAL: Duration = Duration::millis(50);
    let set = props.store.on(|m, on: bool| {
        m.change(if on { "reliable links" } else { "plain links" }, |s| {
            s.network.retransmit = on.then_some(USUAL)
        });
    });
    let help = format!(
        "A lost message is sent again by the link, first after {}, then doubling",
        now.unwrap_or(USUAL)
    );
    toggle(html! { "Links send again what is lost" }, help, now.is_some(), set)
}
