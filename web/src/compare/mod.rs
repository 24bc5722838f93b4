//! Protocols side by side on one clock: a picture of each, what each has cost so far, beside what the document says, and
//! how that grows with n.

mod card;
pub mod growth;
pub mod table;

use crate::markup::html;
use crate::model::FULL;
use crate::shown::Shown;
use card::{CardProps, card};
use consensus_lab::catalogue;
use consensus_lab::view::PropertyView;
use consensus_scenario::{bounds, rival};
use yew::prelude::*;

/// The comparison, in the middle of the page.
pub fn comparison(props: &Shown) -> Html {
    let Shown { store, version } = props.clone();
    let (count, absent, shared) = store.with(|m| {
        let rivals = m.contest.as_ref().map_or(&[][..], |c| &c.rivals);
        let shared = match () {
            // Who has liars of its own, or shares nothing, says so.
            () if rivals.iter().any(|r| r.text.contains(";byz:") || r.text.contains(";own")) => {
                "One clock, each with its own faults."
            }
            () if rivals.iter().any(|r| !r.changed.is_empty()) => {
                "One network, one seed, one load, and the same faults as far as each protocol knows them."
            }
            () => "One network, one seed, one load, the same faults.",
        };
        let absent = m.contest.iter().flat_map(|c| &c.absent).map(|(_, why, _)| why.clone());
        (rivals.len(), absent.collect::<Vec<_>>(), shared)
    });
    let full = count + absent.len() >= bounds::RIVALS;
    let add = store.on(|m, e: Event| {
        let select = e.target_unchecked_into::<web_sys::HtmlSelectElement>();
        let Some(meta) = catalogue().iter().find(|meta| meta.id == select.value()) else { return };
        select.set_value("");
        let scenario = rival(m.scenario(), meta);
        m.add_rival(&scenario);
    });
    html! {
        <section class="comparison" aria-label="Comparison">
            <div class="comparison-head">
                <h2>{ "Side by side" }</h2>
                <p class="quiet">
                    { shared }
                    { " Self messages are never counted; messages with clients are counted apart." }
                </p>
                <select aria-label="Add a protocol" disabled={full} onchange={add}>
                    <option value="" selected=true>{ if full { FULL } else { "Add a protocol…" } }</option>
                    { for catalogue().iter().map(|meta| html! { <option value={meta.id}>{ meta.title }</option> }) }
                </select>
                <button onclick={store.on(|m, _: MouseEvent| m.compare(false))}>{ "Back to one run" }</button>
            </div>
            <div class="cards">
                { for (0..=count).map(|who| card(CardProps { store: store.clone(), version, who })) }
                { for absent.into_iter().enumerate().map(|(i, why)| html! {
                    <article class="card">
                        <header>
                            <p class="warn-ink">{ why }</p>
                            { card::cross("Remove", store.on(move |m, _: MouseEvent| m.remove_rival(count + i))) }
                        </header>
                    </article>
                }) }
            </div>
            // Above the table, whose rows grow as more is measured: so its buttons stay where they are.
            { growth::growth(props) }
            { table::table(props) }
        </section>
    }
}

/// The first property that is violated.
fn violated(properties: &[PropertyView]) -> Option<&PropertyView> {
    properties.iter().find(|p| p.status == consensus_lab::view::Status::Violated)
}
