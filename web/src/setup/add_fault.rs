//! The small form that adds a fault: what, to whom, when. It writes the same words as a link and reads them the same way.

use super::Form;
use crate::markup::html;
use crate::part::part;
use crate::words;
use consensus_kernel::{About, Duration, Meta, NodeId};
use consensus_scenario::{FAULTS, Scenario, parse_action, put_in_order};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::functional::Hook;
use yew::prelude::*;

/// What has to be filled in beside the time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nothing,
    Replica,
    Client,
    /// Two nodes, and the words before them.
    Pair(&'static str, &'static str),
    Side,
    Text(&'static str),
    Timer,
    /// A command: what it is about.
    Told(About),
    Liar,
    LiarSpan,
    LiarSide,
    Clock,
}

/// Label, word in a link, and what has to be filled in.
const DEEDS: &[(&str, &str, Shape)] = &[
    ("crash a node", "crash", Shape::Replica),
    ("restart it", "restart", Shape::Replica),
    ("restart it, disk lost", "amnesia", Shape::Replica),
    ("pause a node", "pause", Shape::Replica),
    ("resume it", "resume", Shape::Replica),
    ("split the network", "partition", Shape::Side),
    ("cut a link", "cut", Shape::Pair("one", "other")),
    ("cut one way only", "block", Shape::Pair("from", "to")),
    ("mend a link", "mend", Shape::Pair("one", "other")),
    ("heal all links", "heal", Shape::Nothing),
    ("change the loss", "loss", Shape::Text("20%")),
    ("change the latency", "latency", Shape::Text("5ms..20ms")),
    ("one more request", "propose", Shape::Client),
    ("fire a timer", "fire", Shape::Timer),
];

const LIES: &[(&str, &str, Shape)] = &[
    ("is silent", "silent", Shape::Liar),
    ("sends late", "delay", Shape::LiarSpan),
    ("is silent to some", "omit", Shape::LiarSide),
    ("sends everything twice", "replay", Shape::LiarSpan),
    ("has two faces (twins)", "twins", Shape::LiarSide),
];

/// A clock that is wrong from the start, as a link calls it.
const SKEW: &str = "skew";

/// The form.
pub fn add_fault(props: Form) -> Html {
    part("add-fault", props, |ctx, props| use_add_fault(props).run(ctx))
}

#[hook]
fn use_add_fault(props: &Form) -> Html {
    let store = &props.store;
    let (scenario, now_us) = store.with(|m| (m.scenario().clone(), m.clock_us as u64));
    let deed = use_state(|| "crash".to_owned());
    let first = use_state(|| "0".to_owned());
    let second = use_state(|| "1".to_owned());
    let side = use_state(Vec::<NodeId>::new);
    let text = use_state(String::new);
    let at = use_state(|| None::<String>);
    let error = use_state(|| None::<String>);

    let shape = shape_of(scenario.meta, &deed);
    let always = matches!(shape, Shape::Liar | Shape::LiarSpan | Shape::LiarSide | Shape::Clock);
    let at_text = at.as_ref().cloned().unwrap_or_else(|| Duration(now_us).to_string());
    let replicas: Vec<NodeId> = (0..scenario.n).map(NodeId::replica).collect();
    let clients: Vec<NodeId> = (0..scenario.clients).map(NodeId::client).collect();
    let all: Vec<NodeId> = replicas.iter().chain(&clients).copied().collect();
    let (pressed, others): (Vec<NodeId>, Vec<NodeId>) = all.iter().partition(|x| side.contains(x));
    let group = names(&pressed, ",");
    let halved = !pressed.is_empty() && !others.is_empty();
    let words = match shape {
        Shape::Nothing | Shape::Liar => (*deed).clone(),
        Shape::Replica | Shape::Client => format!("{}:{}", *deed, *first),
        Shape::Pair(..) => format!("{}:{}-{}", *deed, *first, *second),
        Shape::Side | Shape::LiarSide if group.is_empty() => (*deed).clone(),
        // Who is in no group is on the other side, clients too, and whoever joins later.
        Shape::Side | Shape::LiarSide => format!("{}:{group}", *deed),
        Shape::Text(usual) => format!("{}:{}", *deed, or(&text, usual)),
        Shape::LiarSpan => format!("{}:{}", *deed, or(&text, "20ms")),
        Shape::Clock => or(&text, "2/1"),
        Shape::Told(about) => {
            let about = match about {
                About::Nothing => String::new(),
                About::Replica => format!(":{}", *second),
                About::Choice(names) => format!(":{}", or(&text, names.first().unwrap_or(&""))),
            };
            format!("do:{}:{}{about}", *first, deed.trim_start_matches("do:"))
        }
        Shape::Timer => {
            format!("{}:{}:{}", *deed, *first, or(&text, scenario.meta.timers.first().unwrap_or(&"")))
        }
    };
    let add = {
        let (store, error) = (store.clone(), error.clone());
        let (scenario, first, at_text) = (scenario.clone(), (*first).clone(), at_text.clone());
        Callback::from(move |_: MouseEvent| {
            let outcome = if shape == Shape::Side && !halved {
                Err("Each side needs somebody.".to_owned())
            } else if always {
                from_the_start(&scenario, shape == Shape::Clock, &first, &words)
            } else {
                with_action(&scenario, &at_text, &words)
            };
            match outcome {
                Ok((changed, name)) => {
                    store.update(|m| {
                        m.edit(changed, name);
                        m.show_add_fault(m.field_error.is_some());
                    });
                }
                Err(why) => error.set(Some(why)),
            }
        })
    };
    let node_select = |label: &'static str, chosen: &UseStateHandle<String>, nodes: Vec<NodeId>| {
        let setter = chosen.setter();
        let onchange = Callback::from(move |e: Event| {
            setter.set(e.target_unchecked_into::<HtmlSelectElement>().value())
        });
        html! {
            <label class="part"><span>{ label }</span>
                <select {onchange}>
                    { for nodes.iter().map(|x| html! {
                        <option value={x.to_string()} selected={x.to_string() == **chosen}>{ words::node(*x) }</option>
                    }) }
                </select>
            </label>
        }
    };
    let text_input = |label: &'static str, value: String, setter: Callback<String>| {
        let oninput = Callback::from(move |e: InputEvent| {
            setter.emit(e.target_unchecked_into::<HtmlInputElement>().value())
        });
        html! { <label class="part"><span>{ label }</span><input type="text" maxlength="60" {value} {oninput} /></label> }
    };
    let set_text = {
        let text = text.setter();
        Callback::from(move |t| text.set(t))
    };
    let set_at = {
        let at = at.setter();
        Callback::from(move |t| at.set(Some(t)))
    };
    let meta = scenario.meta;
    let pick = {
        let (deed, first, text, error) = (deed.setter(), first.setter(), text.setter(), error.setter());
        Callback::from(move |e: Event| {
            let word = e.target_unchecked_into::<HtmlSelectElement>().value();
            first.set(if shape_of(meta, &word) == Shape::Client { "c0" } else { "0" }.to_owned());
            text.set(String::new());
            error.set(None);
            deed.set(word);
        })
    };
    let option = |label: &str, word: &str| {
        html! {
            <option value={word.to_owned()} selected={word == *deed}>{ label.to_owned() }</option>
        }
    };
    html! {
        <div class="add-fault" role="group" aria-label="Add a fault">
            <label class="part"><span>{ "what" }</span>
                <select onchange={pick}>
                    <optgroup label="At a moment">
                        { for DEEDS.iter().filter(|(.., shape)| *shape != Shape::Client || scenario.clients > 0)
                            .map(|(label, word, _)| option(label, word)) }
                        { for meta.commands.iter().map(|c| option(&format!("a node {}", c.label), &format!("do:{}", c.id))) }
                    </optgroup>
                    <optgroup label="From the start">{ option("wrong clock rate", SKEW) }</optgroup>
                    <optgroup label="A liar, from the start">
                        { for LIES.iter().map(|(label, word, _)| option(label, word)) }
                        { for scenario.meta.adversaries.iter().map(|a| option(a.label, a.id)) }
                    </optgroup>
                </select>
            </label>
            { match shape {
                Shape::Nothing => Html::default(),
                Shape::Replica | Shape::Liar => node_select("who", &first, replicas),
                Shape::Client => node_select("who", &first, clients),
                Shape::Pair(one, other) => html! {
                    <>
                        { node_select(one, &first, all.clone()) }
                        { node_select(other, &second, all) }
                        if one == "from" { <p class="quiet">{ "Nothing gets there; the way back stays open." }</p> }
                    </>
                },
                Shape::Clock => html! {
                    <>
                        { node_select("who", &first, replicas) }
                        { text_input("rate", or(&text, "2/1"), set_text) }
                        <p class="quiet">{ "From 1/10 to 10/1. At 2/1 its timers run out in half the time, at 1/2 in twice the time." }</p>
                    </>
                },
                Shape::Side => html! {
                    <>
                        { sides(&all, &side, "one side") }
                        <div class="part"><span>{ "other side" }</span><span>{ or(&names(&others, ", "), "nobody") }</span></div>
                    </>
                },
                Shape::LiarSide => html! { <>{ node_select("who", &first, replicas) }{ sides(&all, &side, "these nodes") }</> },
                Shape::Text(usual) => text_input("to", or(&text, usual), set_text),
                Shape::LiarSpan => html! { <>{ node_select("who", &first, replicas) }{ text_input("by", or(&text, "20ms"), set_text) }</> },
                Shape::Told(about) => html! {
                    <>
                        { node_select("who", &first, replicas.clone()) }
                        { match about {
                            About::Nothing => Html::default(),
                            About::Replica => node_select("about", &second, replicas),
                            About::Choice(names) => choice("what", names, &text),
                        } }
                    </>
                },
                Shape::Timer => html! {
                    <>{ node_select("of", &first, all) }{ choice("timer", scenario.meta.timers, &text) }</>
                },
            } }
            if !always { { text_input("at", at_text, set_at) } }
            <p class="wrong-why" role="alert">{ (*error).clone().unwrap_or_default() }</p>
            <button type="button" class="primary" onclick={add}>{ "Add" }</button>
        </div>
    }
}

fn shape_of(meta: &Meta, word: &str) -> Shape {
    if let Some(command) = word.strip_prefix("do:").and_then(|id| meta.commands.iter().find(|c| c.id == id)) {
        return Shape::Told(command.about);
    }
    if word == SKEW {
        return Shape::Clock;
    }
    DEEDS.iter().chain(LIES).find(|(_, w, _)| *w == word).map_or(Shape::Liar, |(_, _, shape)| *shape)
}

fn or(text: &str, usual: &str) -> String {
    if text.is_empty() { usual.to_owned() } else { text.to_owned() }
}

fn names(nodes: &[NodeId], between: &str) -> String {
    nodes.iter().map(|x| x.to_string()).collect::<Vec<_>>().join(between)
}

fn with_action(scenario: &Scenario, at: &str, words: &str) -> Result<(Scenario, String), String> {
    let timed = parse_action(scenario, &format!("{}:{words}", at.trim())).map_err(|e| format!("{e}."))?;
    let mut changed = scenario.clone();
    let name = consensus_scenario::describe_action(scenario.meta, &timed.action);
    changed.act(timed.at, timed.action);
    Ok((changed, name))
}

/// With another clock, or another lie, in place of what the node has.
fn from_the_start(
    scenario: &Scenario,
    clock: bool,
    who: &str,
    words: &str,
) -> Result<(Scenario, String), String> {
    let mut changed = scenario.clone();
    changed.byzantine.retain(|b| clock || b.node.to_string() != who);
    changed.skews.retain(|(node, _)| !clock || node.to_string() != who);
    let name = if clock { SKEW } else { "byz" };
    for key in FAULTS.iter().filter(|key| key.name == name) {
        key.read(&mut changed, &format!("{who}:{words}")).map_err(|e| format!("{e}."))?;
    }
    put_in_order(&mut changed);
    Ok((changed, format!("{who} {}", if clock { "out of time" } else { "lies" })))
}

/// Buttons that put each node on a side.
fn sides(nodes: &[NodeId], side: &UseStateHandle<Vec<NodeId>>, label: &'static str) -> Html {
    html! {
        <div class="part"><span>{ label }</span>
            <span class="sides" role="group" aria-label={label}>
                { for nodes.iter().map(|x| {
                    let (x, on, side) = (*x, side.contains(x), side.clone());
                    html! {
                        <button type="button" aria-pressed={on.to_string()} onclick={move |_| {
                            let mut next = (*side).clone();
                            match next.binary_search(&x) {
                                Ok(place) => drop(next.remove(place)),
                                Err(place) => next.insert(place, x),
                            }
                            side.set(next);
                        }}>{ x.to_string() }</button>
                    }
                }) }
            </span>
        </div>
    }
}

/// One of several names; the first unless another is chosen.
fn choice(label: &'static str, names: &'static [&'static str], chosen: &UseStateHandle<String>) -> Html {
    let setter = chosen.setter();
    let onchange =
        Callback::from(move |e: Event| setter.set(e.target_unchecked_into::<HtmlSelectElement>().value()));
    html! {
        <label class="part"><span>{ label }</span>
            <select {onchange}>
                { for names.iter().map(|name| html! { <option value={*name} selected={*name == chosen.as_str()}>{ *name }</option> }) }
            </select>
        </label>
    }
}
