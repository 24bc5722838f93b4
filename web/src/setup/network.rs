//! How long messages take and how many are lost.

use super::Form;
use super::field::{Field, rail};
use crate::markup::html;
use crate::scale::{log10, pow10};
use consensus_figure::shape::Within;
use consensus_figure::shape::{hundredths, number};
use consensus_kernel::Duration;
use consensus_scenario::{Latency, print_latency};
use yew::prelude::*;

/// Ends of the latency sliders as powers of ten of a microsecond: 100 µs to 10 s.
const LOW: f64 = 2.0;
const HIGH: f64 = 7.0;
/// Largest loss on the slider, in per cent; the text takes more.
const LOSS_MAX: u32 = 50;

/// Latency and loss.
pub fn network_fields(props: &Form) -> Html {
    let store = &props.store;
    let network = store.with(|m| m.scenario().network);
    let (low, high, spread) = match network.latency {
        Latency::Constant(d) => (d, d, true),
        Latency::Uniform(low, high) => (low, high, true),
        Latency::Exponential(mean) => (mean, mean, false),
    };
    let move_to = move |is_high: bool| {
        store.on(move |m, e: Event| {
            let Some(to) = value_of(&e).map(duration) else { return };
            let latency = match (spread, is_high) {
                (false, _) => Latency::Exponential(to),
                (true, true) => between(low.min(to), to),
                (true, false) => between(to, high.max(to)),
            };
            m.set_key("latency", &print_latency(latency));
        })
    };
    let set_loss = store.on(|m, e: Event| {
        if let Some(percent) = value_of(&e) {
            m.set_key("loss", &(number(percent) + "%"));
        }
    });
    let slider = |at: Duration, label: &'static str, onchange: Callback<Event>| {
        html! {
            <input type="range" min={number(LOW)} max={number(HIGH)} step="0.02" value={hundredths(exponent(at))}
                aria-label={label} aria-valuetext={at.to_string()} {onchange} />
        }
    };
    html! {
        <>
            <h3>{ "Network" }</h3>
            <Field store={store.clone()} name="latency" label="Latency" value={print_latency(network.latency)}
                help="One-way delay: 10ms, 8ms..24ms (all equally likely), or exp:10ms (exponential with this mean)">
                <div class={if spread { "sliders two" } else { "sliders" }}>
                    { rail(if low < high { share(low) } else { 0.0 }, share(high)) }
                    { slider(low, if spread { "Shortest latency" } else { "Mean latency" }, move_to(false)) }
                    if spread { { slider(high, "Longest latency", move_to(true)) } }
                </div>
            </Field>
            <Field store={store.clone()} name="loss" label="Loss" value={network.loss.to_string()}
                help="Probability that a message is lost: 2%, 0.02 or 1/50">
                <div class="sliders">
                    { rail(0.0, network.loss.as_f64() * 100.0 / f64::from(LOSS_MAX)) }
                    <input type="range" min="0" max={LOSS_MAX.to_string()} step="1" aria-label="Loss in per cent"
                        value={number(network.loss.as_f64() * 100.0)} onchange={set_loss} />
                </div>
            </Field>
        </>
    }
}

fn between(low: Duration, high: Duration) -> Latency {
    if low == high { Latency::Constant(low) } else { Latency::Uniform(low, high) }
}

fn value_of(e: &Event) -> Option<f64> {
    Some(e.target_unchecked_into::<web_sys::HtmlInputElement>().value_as_number()).filter(|x| x.is_finite())
}

fn exponent(d: Duration) -> f64 {
    log10(d.0.max(1) as f64)
}

/// Where a latency lies on its slider.
fn share(d: Duration) -> f64 {
    (exponent(d) - LOW) / (HIGH - LOW)
}

/// Two leading digits: nobody wants 10 233 µs.
fn duration(exponent: f64) -> Duration {
    let exact = pow10(exponent.within(LOW, HIGH));
    let unit = pow10(log10(exact).floor() - 1.0);
    Duration(((exact / unit).round() * unit).round() as u64)
}
