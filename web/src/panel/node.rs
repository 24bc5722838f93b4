//! One node: what it is at, what can be done to it, and its whole state. Without a selection, the table of all nodes,
//! which is the picture in words.

use super::deeds::{Deed, deeds};
use super::matrix::head;
use super::tree::tree;
use crate::markup::html;
use crate::shown::Shown;
use crate::store::Store;
use crate::words;
use consensus_kernel::{About, Meta, NodeId};
use consensus_lab::capital;
use consensus_lab::view::{Health, NodeView, Standing};
use consensus_scenario::{Action, Byzantine, Scenario, Strategy, describe_action, describe_strategy};
use yew::prelude::*;

/// So many rows of the table of nodes can be drawn while nobody notices; more are a wish.
const NODES_AT_ONCE: usize = 160;

/// One node.
pub fn node_inspector(props: &Shown, id: NodeId) -> Html {
    let store = &props.store;
    let (node, trees, scenario, clock, seen, watched) = store.with(|m| {
        let node = m.session().nodes().into_iter().find(|n| n.id == id);
        (node, m.session().inspect(id), m.scenario().clone(), m.clock_us, m.eyes == Some(id), m.watch_only)
    });
    let Some(node) = node else {
        return html! { <p class="quiet">{ format!("There is no {} in this run.", words::node(id)) }</p> };
    };
    let meta = scenario.meta;
    html! {
        <article class="inspector">
            <p class="where-when">
                <span class={format!("round round-{}", node.face.round % 6)}>{ format!("{} {}", meta.round, node.face.round) }</span>
                <button class="link" onclick={store.on(|m, _: MouseEvent| m.selection = None)}>{ "all nodes" }</button>
            </p>
            <h2>{ format!("{}: {}, {}", capital(&words::node(id)), node.face.role, condition(&node)) }</h2>
            <p class="waits">{ waiting(&node) }</p>
            if !id.is_client() { { standing(&node) } }
            { deeds(store, node_deeds(&node, meta, scenario.n)) }
            <button aria-pressed={seen.to_string()} title="The stage shows only what this node has heard and sent"
                onclick={store.on(move |m, _: MouseEvent| m.eyes = (!seen).then_some(id))}>{ "See through its eyes" }</button>
            if seen { { knows(props, id, meta) } }
            if !watched {
                { cuts(store, &scenario, id) }
                if !id.is_client() { { lies(store, &scenario, id) } }
            }
            if !node.timers.is_empty() {
                <h3>{ "Timers" }</h3>
                <ul class="plain-list">
                    { for node.timers.iter().map(|t| {
                        let left = (t.due.0 as f64 - clock).max(0.0);
                        html! { <li><span>{ t.name }</span><span class="num">{ format!("in {}", words::moment(left)) }</span></li> }
                    }) }
                </ul>
            }
            <h3>{ "Whole state" }</h3>
            { for trees.iter().enumerate().map(|(i, t)| html! {
                <>
                    if trees.len() > 1 { <h4>{ if i == 0 { "First face" } else { "Second face" } }</h4> }
                    { tree(t) }
                </>
            }) }
        </article>
    }
}

/// What the run's promises are worth to it.
fn standing(node: &NodeView) -> Html {
    let (class, word, why) = match (node.standing, &node.befouled) {
        (Standing::Intact, _) => {
            ("quiet", "Intact", "correct, and what its safety rests on holds.".to_owned())
        }
        (Standing::IllBehaved, _) => ("quiet", "Ill-behaved", "nothing is promised of it.".to_owned()),
        (_, why) => (
            "refused",
            "Befouled",
            format!("correct, but nothing is promised to it: {}.", why.as_deref().unwrap_or_default()),
        ),
    };
    html! { <p {class}><b>{ word }</b>{ ": " }{ why }</p> }
}

/// What it has heard of the others, beside what is so.
fn knows(props: &Shown, id: NodeId, meta: &Meta) -> Html {
    let (heard, nodes, clock) =
        props.store.with(|m| (m.session().heard(id), m.session().nodes(), m.clock_us));
    html! {
        <table class="knows">
            <thead><tr>
                <th scope="col">{ "of" }</th><th scope="col">{ "it has heard" }</th><th scope="col">{ "so it is" }</th>
            </tr></thead>
            <tbody>
                { for nodes.iter().filter(|n| n.id != id).map(|node| {
                    let last = heard.iter().find(|h| h.of == node.id);
                    html! {
                        <tr>
                            <th scope="row">{ node.id.to_string() }</th>
                            <td>
                                if let Some(h) = last {
                                    { meta.kinds.get(h.message.kind).map_or("message", |k| k.name) }
                                    { format!(", {} {}", meta.round, h.message.round) }<br />
                                    { super::event_link(props, h.event, h.message.due.0) }
                                    <small>{ format!(" sent {} ago", words::moment((clock - h.message.sent.0 as f64).max(0.0))) }</small>
                                } else {
                                    { "nothing" }
                                }
                            </td>
                            <td>{ condition(node) }{ format!(", {} {}", meta.round, node.face.round) }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}

fn node_deeds(node: &NodeView, meta: &Meta, n: usize) -> Vec<Deed> {
    let id = node.id;
    let if_up = |action| match node.health {
        Health::Up => Ok(action),
        Health::Crashed => Err("It has crashed: restart it first."),
        Health::Paused => Err("It is paused: resume it first."),
    };
    let if_crashed = |action| {
        if node.health == Health::Crashed { Ok(action) } else { Err("Restart needs a crashed node.") }
    };
    let mut all = Vec::new();
    if id.is_client() {
        all.push(Deed {
            label: "Ask for one more".into(),
            help: "The client asks for one more value",
            action: Ok(Action::Propose(id)),
        });
    } else {
        all.push(match node.health {
            Health::Crashed => Deed {
                label: "Restart".into(),
                help: "It comes back with what was on its disk",
                action: Ok(Action::Restart(id)),
            },
            _ => Deed {
                label: "Crash".into(),
                help: "It stops; messages that reach it are lost",
                action: if_up(Action::Crash(id)),
            },
        });
        all.push(Deed {
            label: "Restart, disk lost".into(),
            help: "It comes back with an empty disk",
            action: if_crashed(Action::Amnesia(id)),
        });
        all.push(match node.health {
            Health::Paused => {
                Deed { label: "Resume".into(), help: "It goes on", action: Ok(Action::Resume(id)) }
            }
            _ => Deed {
                label: "Pause".into(),
                help: "It stands still; messages wait",
                action: if_up(Action::Pause(id)),
            },
        });
    }
    if !id.is_client() {
        all.extend(commands(meta, n, id).into_iter().map(|(label, help, action)| Deed {
            label,
            help,
            action: if_up(action),
        }));
    }
    for timer in node.timers.iter().filter(|t| meta.timers.get(t.index) == Some(&t.name)) {
        all.push(Deed {
            label: format!("Fire {} timer", timer.name),
            help: "The timer runs out at once",
            action: if_up(Action::Fire(id, timer.index)),
        });
    }
    all
}

/// What the protocol lets a visitor tell this node.
fn commands(meta: &Meta, n: usize, id: NodeId) -> Vec<(String, &'static str, Action)> {
    let mut all = Vec::new();
    for (at, command) in meta.commands.iter().enumerate() {
        let mut tell = |about: usize| {
            let action = Action::Command(id, at, about);
            let words = describe_action(meta, &action);
            // Without the node's own name, which stands above the buttons.
            let label = words.split_once(' ').map_or(words.clone(), |(_, rest)| rest.to_owned());
            all.push((label, command.does, action));
        };
        match command.about {
            About::Nothing => tell(0),
            About::Replica => (0..n).filter(|other| *other != id.index()).for_each(tell),
            About::Choice(names) => (0..names.len()).for_each(tell),
        }
    }
    all
}

/// Cut or mend the link to each other node, or all of them.
fn cuts(store: &Store, scenario: &Scenario, id: NodeId) -> Html {
    // Clients say nothing to each other.
    let clients = if id.is_client() { 0 } else { scenario.clients };
    let replicas = (0..scenario.n).map(NodeId::replica).filter(|x| *x != id);
    let others = replicas.chain((0..clients).map(NodeId::client));
    let isolate = Action::Partition(vec![[id].into_iter().collect()]);
    let act = |action: Action| store.on(move |m, _: MouseEvent| m.act(action.clone()));
    html! {
        <details>
            <summary>{ "Links" }</summary>
            <div class="deeds">
                <button onclick={act(isolate)} title="It reaches nobody and nobody reaches it; undoes earlier cuts">{ "Cut off from all" }</button>
                <button onclick={act(Action::Heal)} title="Undo all cuts and partitions">{ "Heal all" }</button>
            </div>
            <p class="quiet">{ "Cut the link to:" }</p>
            <div class="deeds small">
                { for others.clone().map(|x| html! { <button onclick={act(Action::Cut(id, x))}>{ x.to_string() }</button> }) }
            </div>
            <p class="quiet">{ "Mend the link to:" }</p>
            <div class="deeds small">
                { for others.map(|x| html! { <button onclick={act(Action::Mend(id, x))}>{ x.to_string() }</button> }) }
            </div>
        </details>
    }
}

/// How the node misbehaves from the start of the run.
fn lies(store: &Store, scenario: &Scenario, id: NodeId) -> Html {
    let meta = scenario.meta;
    let now = scenario.byzantine.iter().find(|b| b.node == id).map(|b| b.strategy.clone());
    let mut choices = vec![Strategy::Silent, Strategy::Twins(None)];
    choices.extend((0..meta.adversaries.len()).map(Strategy::Own));
    if let Some(other) = now.clone().filter(|s| !choices.contains(s)) {
        choices.push(other);
    }
    let chosen = now.as_ref().and_then(|s| choices.iter().position(|c| c == s));
    let options = choices.clone();
    let onchange = store.on(move |m, e: Event| {
        let value = e.target_unchecked_into::<web_sys::HtmlSelectElement>().value();
        let strategy = value.parse::<usize>().ok().and_then(|i| options.get(i).cloned());
        let name = if strategy.is_some() { format!("{id} lies") } else { format!("{id} honest") };
        m.change(&name, |s| {
            s.byzantine.retain(|b| b.node != id);
            if let Some(strategy) = strategy {
                let place = s.byzantine.partition_point(|b| b.node < id);
                s.byzantine.insert(place, Byzantine { node: id, strategy });
            }
        });
    });
    html! {
        <label class="field choice" title="From the start of the run; more strategies under Set-up, Faults">
            <span>{ "Behaves" }</span>
            <select {onchange}>
                <option value="" selected={chosen.is_none()}>{ "honestly" }</option>
                { for choices.iter().enumerate().map(|(i, s)| html! {
                    <option value={i.to_string()} selected={chosen == Some(i)}>{ describe_strategy(meta, s) }</option>
                }) }
            </select>
        </label>
    }
}

/// All nodes in words; if all were asked for, they come `rows` by `rows`.
pub fn node_table(props: &Shown, rows: usize) -> Html {
    let (nodes, meta, all) = props.store.with(|m| (m.session().nodes(), m.meta(), m.all_nodes));
    let shown = NODES_AT_ONCE.max(if all { rows } else { 0 });
    if all && nodes.len() > shown {
        props.store.repaint();
    }
    html! {
        <div class="nodes">
            <h2>{ "All nodes" }</h2>
            <table>
                <thead><tr>
                    <th scope="col">{ "node" }</th><th scope="col">{ "part" }</th><th scope="col">{ meta.round }</th><th scope="col">{ "state" }</th>
                </tr></thead>
                <tbody>
                    { for nodes.iter().take(shown).map(|node| {
                        let id = node.id;
                        html! {
                            <tr>
                                <th scope="row">{ head(props, &id.to_string(), Some(id)) }</th>
                                <td>{ node.face.role }</td>
                                <td class="num">{ node.face.round }</td>
                                <td>
                                    { condition(node) }
                                    if node.befouled.is_some() { <b class="warn-ink">{ ", befouled" }</b> }
                                    <br /><span class="quiet">{ waiting(node) }</span>
                                </td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
            if nodes.len() > shown && !all {
                <button onclick={props.store.on(|m, _: MouseEvent| {
                    m.all_nodes = true;
                    m.rows.set((m.tab, NODES_AT_ONCE));
                })}>
                    { format!("Show all {}", words::grouped(nodes.len() as u64)) }
                </button>
            }
        </div>
    }
}

/// Its health if that says most, else what it is at.
fn condition(node: &NodeView) -> String {
    let health = match node.health {
        Health::Up => None,
        Health::Crashed => Some("crashed"),
        Health::Paused => Some("paused"),
    };
    let state = health.map_or_else(|| node.face.status.to_string(), str::to_owned);
    match &node.byzantine {
        Some(how) => format!("{state}, {how}"),
        None => state,
    }
}

fn waiting(node: &NodeView) -> String {
    match (&node.health, &node.face.waits_for) {
        (Health::Up, Some(what)) => format!("waits: {what}"),
        _ => String::new(),
    }
}
