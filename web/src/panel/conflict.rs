//! Two decisions that contradict each other: who stands behind each, and who stands behind both.

use super::event_link;
use crate::markup::html;
use crate::part::part;
use crate::shown::Shown;
use crate::store::Store;
use crate::words;
use consensus_kernel::NodeId;
use consensus_lab::view::{Certificate, DecisionView, PropertyView, Standing, Status};
use yew::functional::Hook;
use yew::prelude::*;

/// Up to so many replicas each has a column.
const COLUMNS: usize = 24;

#[derive(PartialEq)]
struct ConflictProps {
    store: Store,
    edits: u64,
    both: (DecisionView, DecisionView),
}

/// The conflict of a violated property, if it has one.
pub fn conflict(props: &Shown, property: &PropertyView) -> Html {
    match (&property.conflict, property.status) {
        (Some(both), Status::Violated) => {
            let edits = props.store.with(|m| m.edits);
            let both = both.clone();
            part("conflict", ConflictProps { store: props.store.clone(), edits, both }, |ctx, props| {
                use_conflict(props).run(ctx)
            })
        }
        _ => Html::default(),
    }
}

// Certificates are found by replaying, so this is drawn again only for another conflict.
#[hook]
fn use_conflict(props: &ConflictProps) -> Html {
    let (decisions, found, nodes) = props.store.with(|m| {
        let decisions = [&props.both.0, &props.both.1];
        let nodes = m.session().nodes().into_iter().filter(|n| !n.id.is_client());
        let nodes: Vec<(NodeId, bool)> = nodes.map(|n| (n.id, n.standing == Standing::IllBehaved)).collect();
        (decisions, decisions.map(|d| m.session().certificate(d)), nodes)
    });
    let shown = Shown { store: props.store.clone(), version: 0 };
    let votes =
        |found: &Option<Certificate>, id: NodeId| found.as_ref().is_some_and(|c| c.voters.contains(&id));
    let shared: Vec<&(NodeId, bool)> =
        nodes.iter().filter(|(id, _)| found.iter().all(|c| votes(c, *id))).collect();
    let known = found.iter().all(|c| c.as_ref().is_some_and(|c| c.need > 0));
    html! {
        <div class="conflict">
            { for decisions.iter().zip(&found).map(|(d, c)| html! {
                <p>
                    <b>{ format!("{} decided {} at {}", words::node(d.node), d.value, d.slot) }</b>
                    <br />{ event_link(&shown, d.event, d.at.0) }
                    <br />{ behind(d, c.as_ref()) }
                </p>
            }) }
            if known && nodes.len() <= COLUMNS {
                <table class="quorums">
                    <caption class="unseen">{ "Who voted for which" }</caption>
                    <thead><tr><td />{ for nodes.iter().map(|(id, ill)| html! {
                        <th scope="col" class={ill.then_some("bad-ink")}>{ id.to_string() }</th>
                    }) }</tr></thead>
                    <tbody>
                        { for decisions.iter().zip(&found).map(|(d, c)| html! {
                            <tr>
                                <th scope="row">{ d.value.to_string() }</th>
                                { for nodes.iter().map(|(id, _)| {
                                    let both = shared.iter().any(|(s, _)| s == id);
                                    html! {
                                        <td class={both.then_some("both")}>{ if votes(c, *id) { "●" } else { "" } }</td>
                                    }
                                }) }
                            </tr>
                        }) }
                    </tbody>
                </table>
            }
            if known { <p>{ overlap(&shared) }</p> }
        </div>
    }
}

/// Who stands behind a decision, in words.
fn behind(decision: &DecisionView, found: Option<&Certificate>) -> String {
    let Some(c) = found else { return "It shows no votes behind it.".to_owned() };
    let names: Vec<String> = c.voters.iter().map(ToString::to_string).collect();
    let heard = if c.counter == decision.node {
        String::new()
    } else {
        format!(", counted by {}", words::node(c.counter))
    };
    let of = format!("{} from {}{heard}", words::plural(c.of), names.join(", "));
    match (c.need, names.len()) {
        (0, 0) => "Nobody but itself stands behind it.".to_owned(),
        (0, _) => format!("It went by {of}; no quorum is shown"),
        (need, _) => format!("{of}; {need} needed"),
    }
}

fn overlap(shared: &[&(NodeId, bool)]) -> String {
    let list = |ill: bool| {
        let names: Vec<String> =
            shared.iter().filter(|(_, i)| *i == ill).map(|(id, _)| id.to_string()).collect();
        names.join(", ")
    };
    let (ill, well) = (list(true), list(false));
    match (ill.is_empty(), well.is_empty()) {
        (true, true) => "The two quorums share nobody.".to_owned(),
        (false, true) => {
            format!("Who voted in both: {ill}, ill-behaved. No correct node stands in both quorums.")
        }
        (true, false) => {
            format!("Who voted in both: {well}, correct: it could do so because a rule or its memory failed.")
        }
        (false, false) => format!("Who voted in both: {ill}, ill-behaved; {well}, correct."),
    }
}
