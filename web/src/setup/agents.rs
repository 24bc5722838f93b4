//! How many nodes, how many of them may be faulty, and the seed.

use super::Form;
use super::field::Field;
use crate::icons::{Sign, sign};
use crate::markup::html;
use consensus_kernel::Bound;
use consensus_scenario::{Scenario, bounds};
use yew::prelude::*;

/// Nodes, faults, weights and seed.
pub fn agents(props: &Form) -> Html {
    let store = &props.store;
    let (scenario, quorum) = store.with(|m| (m.scenario().clone(), m.session().quorum()));
    let (min, _, max) = scenario.meta.n;
    let weights: Vec<String> = scenario.weights.iter().map(u64::to_string).collect();
    let roll = store.on(|m, _: MouseEvent| match fresh_seed() {
        Some(seed) => m.set_key("seed", &seed.to_string()),
        None => m.refuse("seed", "this browser gives no random numbers; type a seed instead"),
    });
    html! {
        <>
            <Field store={store.clone()} name="n" label="Replicas" letter="n" help="Number of replicas"
                value={scenario.n.to_string()} steps={Some((min as u64, max.min(bounds::REPLICAS) as u64))} />
            <Field store={store.clone()} name="f" label="Faults tolerated" letter="f"
                help="Number of faulty replicas that quorums are sized for; may be set beyond the bound"
                value={scenario.f.to_string()} steps={Some((0, scenario.n.saturating_sub(1) as u64))} />
            { bound(&scenario, quorum) }
            <Field store={store.clone()} name="seed" label="Seed" help="The root of every random choice"
                value={scenario.seed.to_string()}>
                <button type="button" class="icon dice" title="Another random seed" aria-label="Another random seed"
                    onclick={roll}>{ sign(Sign::Dice) }</button>
            </Field>
            if scenario.meta.weighted {
                <Field store={store.clone()} name="w" label="Weights" help="Weight of each replica, with commas between"
                    value={weights.join(",")} placeholder="all weigh 1" />
            }
        </>
    }
}

/// Whether n and f fit the protocol's bound, and how large a quorum is.
fn bound(scenario: &Scenario, quorum: Option<usize>) -> Html {
    let Scenario { n, f, meta, .. } = scenario;
    let factor = match meta.bound {
        Bound::Half => 2,
        Bound::Third => 3,
    };
    let quorum = quorum.unwrap_or_else(|| meta.quorum.size(*n, *f));
    if *n >= meta.bound.min_n(*f) {
        html! { <p class="bound ok">{ format!("✓ {n} ≥ {factor}·{f} + 1 · quorum {quorum}") }</p> }
    } else {
        html! {
            <p class="bound warn" role="status">
                { format!("⚠ {n} < {factor}·{f} + 1: beyond the bound {}, so expect trouble · quorum {quorum}", meta.bound.formula()) }
            </p>
        }
    }
}

/// A seed that nobody chose; short enough to be read aloud.
fn fresh_seed() -> Option<u64> {
    const SEEDS: u32 = 1_000_000;
    getrandom::u32().ok().map(|x| u64::from(x % SEEDS))
}
