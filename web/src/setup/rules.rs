//! The rules of the paper that can be switched off, each with the accident it prevents.

use super::Form;
use super::field::toggle;
use crate::markup::html;
use crate::search::door;
use consensus_kernel::{Breaks, RuleSet, Switch, SwitchId};
use yew::prelude::*;

/// The switches.
pub fn rules(props: &Form) -> Html {
    let store = &props.store;
    let (meta, rules) = store.with(|m| (m.meta(), m.scenario().rules));
    if meta.switches.is_empty() {
        return Html::default();
    }
    let one = |id: SwitchId, switch: &'static Switch| {
        // A switch that names a rule of the table stands where that rule stands.
        let rule = meta.rules.iter().find(|rule| rule.id() == switch.cite);
        let place = rule.map_or(switch.cite, |rule| rule.place());
        let holds = rules.holds(id);
        let set = store.on(move |m, on: bool| {
            let count = m.meta().switches.len() as SwitchId;
            let name = format!("{} {}", if on { "with" } else { "without" }, switch.id);
            m.change(&name, |s| {
                let off = (0..count).filter(|i| if *i == id { !on } else { !s.rules.holds(*i) });
                s.rules = off.fold(RuleSet::ALL_HOLD, RuleSet::without);
            });
        });
        html! {
            <li>
                { toggle(html! { <>{ switch.label }{ " " }<small>{ place }</small></> }, switch.accident.to_owned(), holds, set) }
                if !holds { <p class="accident">{ consequence(switch) }{ " " }{ door(store, Some(id)) }</p> }
            </li>
        }
    };
    html! {
        <details open=true>
            <summary title="Switch a rule off to see the accident it prevents">{ "Rules" }</summary>
            <ul class="rules">{ for meta.switches.iter().enumerate().map(|(i, s)| one(i as SwitchId, s)) }</ul>
        </details>
    }
}

/// What the absence of a rule leads to, in words.
pub fn consequence(switch: &Switch) -> String {
    match switch.breaks {
        Breaks::Safety(property) => format!("Without it {property} can break. {}", switch.accident),
        Breaks::Liveness => format!("Without it a run may never decide. {}", switch.accident),
        Breaks::Nothing => format!("Without it nothing breaks. {}", switch.accident),
    }
}
