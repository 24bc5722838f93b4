//! How many nodes, how many of them may be faulty, and the seed.

use super::Form;
use super::field::Field;
use crate::icons::{Sign, sign};
use crate::markup::html;
use crate::words;
use consensus_kernel::{Bound, Value};
use consensus_lab::capital;
use consensus_scenario::{Scenario, bounds};
use yew::prelude::*;

/// Nodes, faults, weights and seed.
pub fn agents(props: &Form) -> Html {
    let store = &props.store;
    let (scenario, quorum) = store.with(|m| (m.scenario().clone(), m.session().quorum()));
    let (min, _, max) = scenario.meta.n;
    let members = words::plural(scenario.meta.member);
    let weights: Vec<String> = scenario.weights.iter().map(u64::to_string).collect();
    let roll = store.on(|m, _: MouseEvent| match fresh_seed() {
        Some(seed) => m.set_key("seed", &seed.to_string()),
        None => m.refuse("seed", "this browser gives no random numbers; type a seed instead"),
    });
    html! {
        <>
            <Field store={store.clone()} name="n" label={capital(&members)} letter="n" help={format!("Number of {members}")}
                value={scenario.n.to_string()} steps={Some((min as u64, max.min(bounds::REPLICAS) as u64))} />
            if scenario.bound().max_weight(1).is_none() {
                <Field store={store.clone()} name="f" label="Faults tolerated" letter="f"
                    help={format!("Number of faulty {members} that quorums are sized for; may be set beyond the bound")}
                    value={scenario.f.to_string()} steps={Some((0, scenario.n.saturating_sub(1) as u64))} />
            }
            { bound(&scenario, quorum) }
            <Field store={store.clone()} name="seed" label="Seed" help="The root of every random choice"
                value={scenario.seed.to_string()}>
                <button type="button" class="icon dice" title="Another random seed" aria-label="Another random seed"
                    onclick={roll}>{ sign(Sign::Dice) }</button>
            </Field>
            if !scenario.meta.inputs.options().is_empty() {
                <Field store={store.clone()} name="in" label="Begin with" help={inputs_help(&scenario)}
                    value={join(&scenario.inputs_given())} />
            }
            if scenario.meta.weighted {
                <Field store={store.clone()} name="w" label="Weights" help={format!("Weight of each {}, with commas between", scenario.meta.member)}
                    value={weights.join(",")} placeholder="all weigh 1" />
            }
        </>
    }
}

/// Who begins with a value, and what it may be.
fn inputs_help(scenario: &Scenario) -> String {
    let who = match scenario.meta.inputs.givers(scenario.n) {
        1 => format!("What {} 0 begins with", scenario.meta.member),
        _ => format!("What each {} begins with, with commas between", scenario.meta.member),
    };
    format!(
        "{who}: {}",
        scenario.meta.inputs.options().iter().map(Value::to_string).collect::<Vec<_>>().join(" or ")
    )
}

fn join(values: &[Value]) -> String {
    values.iter().map(Value::to_string).collect::<Vec<_>>().join(",")
}

/// Whether n and f fit the protocol's bound, and how large a quorum is.
fn bound(scenario: &Scenario, quorum: Option<usize>) -> Html {
    let Scenario { n, f, .. } = scenario;
    let bound = scenario.bound();
    if let Some(most) = bound.max_weight(scenario.total_weight()) {
        return html! { <p class="bound ok">{ format!("weight {most} of {} may be faulty", scenario.total_weight()) }</p> };
    }
    let least = match bound {
        Bound::One | Bound::Nobody => String::new(),
        Bound::Half | Bound::HalfOfWeight => format!("2·{f} + 1"),
        Bound::HalfBesideFour => format!("2·{f} + 5"),
        Bound::Third | Bound::ThirdOfWeight => format!("3·{f} + 1"),
        Bound::Fifth => format!("5·{f} + 1"),
        Bound::AllButTwo => format!("{f} + 2"),
    };
    // Not every protocol counts votes to one size.
    let quorum = quorum.map_or_else(String::new, |q| format!(" · quorum {q}"));
    let holds = *n >= bound.min_n(*f);
    let says = match (bound, holds) {
        (Bound::One | Bound::Nobody, _) => format!("f = {f}"),
        (_, true) => format!("{n} ≥ {least}"),
        (_, false) => format!("{n} < {least}"),
    };
    if holds {
        html! { <p class="bound ok">{ format!("✓ {says}{quorum}") }</p> }
    } else {
        html! {
            <p class="bound warn" role="status">
                { format!("⚠ {says}: beyond the bound {}, so expect trouble{quorum}", bound.formula()) }
            </p>
        }
    }
}

/// A seed that nobody chose; short enough to be read aloud.
fn fresh_seed() -> Option<u64> {
    const SEEDS: u32 = 1_000_000;
    getrandom::u32().ok().map(|x| u64::from(x % SEEDS))
}
