//! The search above the picture: what is looked for, how far it is, and what came of it.

use super::{Search, Stage, begin, go_on};
use crate::icons::{Sign, sign};
use crate::markup::html;
use crate::setup::consequence;
use crate::shown::Shown;
use crate::store::Store;
use crate::words;
use crate::worker::messages::Tally;
use consensus_kernel::{Meta, SwitchId};
use consensus_lab::{Budget, Hunt};
use yew::prelude::*;

/// A button that begins a search: without a rule; or with what is missing on the bench, if anything is.
pub fn door(store: &Store, without: Option<SwitchId>) -> Html {
    let store = store.clone();
    let open = Callback::from(move |_: MouseEvent| {
        let off = store.with(|m| {
            let (rules, count) = (m.scenario().rules, m.meta().switches.len() as SwitchId);
            without.or((0..count).find(|rule| !rules.holds(*rule)))
        });
        begin(&store, off, if off.is_some() { Budget::Within } else { Budget::Beyond });
    });
    html! { <button onclick={open}>{ "Search for an accident" }</button> }
}

/// The search, if there is one.
pub fn strip(props: &Shown) -> Option<Html> {
    let store = &props.store;
    store.with(|m| {
        let search = m.search.as_ref().filter(|search| search.hunt.meta.id == m.meta().id)?;
        let (busy, tally) = (search.is_busy(), search.worker.tally);
        let label = match (busy, tally.runs) {
            (true, _) => "Stop",
            (_, 0) => "Search",
            _ => "Search on",
        };
        let press = {
            let store = store.clone();
            move |_: MouseEvent| match busy {
                true => store.update(|m| m.search.as_mut().map_or((), Search::rest)),
                false => go_on(&store),
            }
        };
        Some(html! {
            <section class="guide mission search" aria-label="Search for an accident">
                <div class="guide-head">
                    <h2>{ "Search" }</h2>
                    { choice(store, &search.hunt) }
                    <button class="primary" onclick={press}>{ label }</button>
                    <button class="icon plain" aria-label="Close the search" title="Close the search"
                        onclick={store.on(|m, _: MouseEvent| m.search = None)}>{ sign(Sign::Cross) }</button>
                </div>
                if !matches!(search.stage, Stage::Found(_)) { <p>{ sense(&search.hunt) }</p> }
                if !search.worker.trouble.is_empty() { <p class="warn-ink" role="alert">{ search.worker.trouble.clone() }</p> }
                <p><b role="status">{ outcome(&search.stage, tally, search.hunt.without.is_none()) }</b></p>
                if tally.runs > 0 {
                    <p class="quiet">{ format!(
                        "{}: {} decided, {} violated; {} a second",
                        words::count(tally.runs as usize, "run"), words::grouped(tally.decided), words::grouped(tally.violated), search.pace()
                    ) }</p>
                }
            </section>
        })
    })
}

/// What may be missing: nothing, a rule, or the bound on faults.
fn choice(store: &Store, hunt: &Hunt) -> Html {
    let meta: &'static Meta = hunt.meta;
    let at = match (hunt.without, hunt.budget) {
        (Some(rule), _) => usize::from(rule) + 2,
        (None, budget) => usize::from(budget == Budget::Beyond),
    };
    let set = {
        let store = store.clone();
        Callback::from(move |e: Event| {
            let at = e.target_unchecked_into::<web_sys::HtmlSelectElement>().selected_index();
            let budget = if at == 1 { Budget::Beyond } else { Budget::Within };
            begin(&store, SwitchId::try_from(at - 2).ok(), budget);
        })
    };
    let labels =
        ["All rules, faults within its limits", "All rules, faults beyond its limits"].map(str::to_owned);
    let rules = meta.switches.iter().map(|switch| format!("Without: {}", switch.label));
    html! {
        <select aria-label="What is searched" onchange={set}>
            { for labels.into_iter().chain(rules).enumerate().map(|(i, label)| html! {
                <option selected={i == at}>{ label }</option>
            }) }
        </select>
    }
}

/// What is to be expected.
fn sense(hunt: &Hunt) -> String {
    match (hunt.without.and_then(|rule| hunt.meta.switches.get(usize::from(rule))), hunt.budget) {
        (Some(switch), _) => consequence(switch),
        (None, Budget::Within) => "Whatever fails within its limits, nothing may be violated.".to_owned(),
        (None, Budget::Beyond) => {
            "With more faults than it is built for, something will be violated.".to_owned()
        }
    }
}

/// What came of it, for those who listen, too.
fn outcome(stage: &Stage, tally: Tally, whole: bool) -> String {
    match stage {
        Stage::Rests if tally.runs == 0 => String::new(),
        // Without a rule the question is whether there is an accident, not how seldom.
        Stage::Rests if tally.violated == 0 && !whole => "Nothing was found yet.".to_owned(),
        // With n clean runs the 95 % upper bound on the failure rate is 3/n.
        Stage::Rests if tally.violated == 0 => {
            format!(
                "Nothing was violated: with 95 % confidence it is in less than one run of {}.",
                (tally.runs / 3).max(1)
            )
        }
        Stage::Rests => "The search rests.".to_owned(),
        Stage::Runs => "Searching…".to_owned(),
        Stage::Shrinks(property) => format!("{property} breaks. The scenario is made smaller…"),
        Stage::Found(property) => {
            format!("{property} breaks: it is on the bench, made small. Undo takes it away.")
        }
    }
}
