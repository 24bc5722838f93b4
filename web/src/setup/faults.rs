//! Everything that goes wrong in this scenario, each line removable, and the door to add more.

use super::Form;
use super::add_fault::add_fault;
use crate::icons::{Sign, sign};
use crate::markup::html;
use crate::words;
use consensus_scenario::{Scenario, Strategy, describe_action, describe_strategy, print_strategy};
use yew::prelude::*;

/// One line of the list, and how to take it out of a scenario.
struct Line {
    class: &'static str,
    tag: String,
    text: String,
    says: String,
    when: String,
    remove: Callback<MouseEvent>,
}

/// The list of faults.
pub fn faults(props: &Form) -> Html {
    let (scenario, adding) = props.store.with(|m| (m.scenario().clone(), m.adding_fault));
    let lines = lines(props, &scenario);
    let flip = props.store.on(|m, _: MouseEvent| m.show_add_fault(!m.adding_fault));
    html! {
        <>
            <div class="with-door">
                <h3>{ "Faults" }</h3>
                <button type="button" class="door" aria-expanded={adding.to_string()} onclick={flip}>
                    { if adding { "close" } else { "+ add" } }
                </button>
            </div>
            if adding { { add_fault(props.clone()) } }
            if lines.is_empty() && !adding {
                <p class="quiet">{ "None. Add one here, or select a node or a message in the picture." }</p>
            }
            <ul class="faults">
                { for lines.into_iter().map(|line| html! {
                    <li>
                        <span class={classes!("tag", line.class)}>{ line.tag }</span>
                        <span class="fault-text" title={line.says}>{ line.text.clone() }</span>
                        <span class="fault-when">{ line.when }</span>
                        <button type="button" class="icon plain" aria-label={format!("Remove: {}", line.text)} title="Remove"
                            onclick={line.remove}>{ sign(Sign::Cross) }</button>
                    </li>
                }) }
            </ul>
        </>
    }
}

fn lines(props: &Form, scenario: &Scenario) -> Vec<Line> {
    let take_out = |name: String, remove: fn(&mut Scenario, usize), i: usize| {
        props.store.on(move |m, _: MouseEvent| m.change(&name, |s| remove(s, i)))
    };
    let liars = scenario.byzantine.iter().enumerate().map(|(i, b)| Line {
        class: "lies",
        tag: b.node.to_string(),
        text: short(scenario, &b.strategy),
        says: describe_strategy(scenario.meta, &b.strategy),
        when: "always".to_owned(),
        remove: take_out(
            format!("{} honest", b.node),
            |s, i| {
                s.byzantine.remove(i);
            },
            i,
        ),
    });
    let skews = scenario.skews.iter().enumerate().map(|(i, (node, rate))| Line {
        class: "",
        tag: node.to_string(),
        text: format!("clock runs at {}/{}", rate.num(), rate.den()),
        says: "Its timers run out earlier or later".to_owned(),
        when: "always".to_owned(),
        remove: take_out(
            format!("{node} in time"),
            |s, i| {
                s.skews.remove(i);
            },
            i,
        ),
    });
    let script = scenario.script.iter().enumerate().map(|(i, timed)| {
        let text = describe_action(scenario.meta, &timed.action);
        let nodes = words::nodes_of(&timed.action);
        Line {
            class: if nodes.is_empty() { "" } else { "hits" },
            tag: match nodes.as_slice() {
                [] => "net".to_owned(),
                [one] => one.to_string(),
                [a, b] => format!("{a} {b}"),
                [a, ..] => format!("{a} …"),
            },
            when: words::moment(timed.at.0 as f64),
            remove: take_out(
                format!("no {text}"),
                |s, i| {
                    s.script.remove(i);
                },
                i,
            ),
            says: text.clone(),
            text,
        }
    });
    liars.chain(skews).chain(script).collect()
}

/// A strategy in as few words as a link needs.
fn short(scenario: &Scenario, strategy: &Strategy) -> String {
    match strategy {
        Strategy::Own(i) => scenario.meta.adversaries.get(*i).map_or("lies", |a| a.label).to_owned(),
        other => print_strategy(scenario.meta, other).replacen(':', " ", 1),
    }
}
