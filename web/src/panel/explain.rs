//! The explanation card of one event.

use crate::markup::html;
use crate::part::part;
use crate::shown::Shown;
use crate::store::Store;
use crate::words;
use consensus_lab::is_late;
use consensus_lab::view::{EventView, Explanation, What};
use yew::functional::Hook;
use yew::prelude::*;

/// Which event is explained.
#[derive(PartialEq)]
pub struct ExplainProps {
    /// The page's state.
    pub store: Store,
    /// Which version of it.
    pub version: u64,
    /// The event.
    pub event: u64,
}

/// The explanation card.
pub fn explain(props: ExplainProps) -> Html {
    part("explain", props, |ctx, props| use_explain(props).run(ctx))
}

#[hook]
fn use_explain(props: &ExplainProps) -> Html {
    // To ask for an event replays it, so the answer is kept until the event or the run changes.
    let edits = props.store.with(|m| m.edits);
    let told = use_memo((props.event, edits), |(event, _)| {
        props.store.with(|m| {
            let session = m.session();
            let view = session.events(*event, event + 1).into_iter().next()?;
            let explanation = session.explain(&view);
            Some((view, explanation, m.meta()))
        })
    });
    let Some((view, explanation, meta)) = &*told else {
        return html! { <p class="quiet">{ "This event lies beyond what is known of the run." }</p> };
    };
    let shown = Shown { store: props.store.clone(), version: props.version };
    let may_pause = props.store.with(|m| !m.playing && !m.watch_only && m.standing().is_none());
    let refused = props.store.with(|m| view.rejected.is_some() && !is_late(m.scenario(), view));
    let round = props.store.with(|m| {
        let node = view.node?;
        m.session().nodes().into_iter().find(|n| n.id == node).map(|n| n.face.round)
    });
    html! {
        <article class="why" aria-label="Explanation">
            <p class="where-when">
                if let Some(round) = round {
                    <span class={format!("round round-{}", round % 6)}>{ format!("{} {round}", meta.round) }</span>
                }
                <span class="quiet">{ format!("event {}", words::grouped(view.index)) }</span>
                <span class="at">{ words::moment(view.at.0 as f64) }</span>
                if may_pause {
                    <button class="link" title="Playing will stop here, also for whoever opens the link"
                        onclick={props.store.on(|m, _: MouseEvent| m.pause_here())}>{ "pause here" }</button>
                }
            </p>
            <h2>{ explanation.headline.clone() }</h2>
            <p class={refused.then_some("refused")}>{ explanation.detail.clone() }</p>
            { rules(explanation) }
            { cause(&shown, view) }
        </article>
    }
}

/// Why it matters, by which rules, and where they stand; without a rule, which promise it bears on.
fn rules(explanation: &Explanation) -> Html {
    let cited = explanation
        .rules
        .iter()
        .map(|r| (r.why(), html! { <pre><code>{ r.rule() }</code></pre> }, r.place()));
    let stake = explanation.stake.iter().map(|s| (&*s.why, html! { <p>{ s.claim.clone() }</p> }, s.place));
    html! {
        <>
            { for cited.chain(stake).map(|(why, rule, place)| html! {
                <section class="rule">
                    <h3>{ "Why it matters" }</h3>
                    <p>{ why.to_owned() }</p>
                    <h3>{ "Rule" }</h3>
                    { rule }
                    <h3>{ "Where" }</h3>
                    <p>{ place }</p>
                </section>
            }) }
        </>
    }
}

/// What led here: for a message, the event in which it was sent.
fn cause(shown: &Shown, view: &EventView) -> Html {
    match &view.what {
        What::Deliver(m) | What::Lost(m, _) => html! {
            <section>
                <h3>{ "Caused by" }</h3>
                <p>{ super::event_link(shown, m.flight.cause, m.flight.sent.0) }</p>
                <h3>{ "Message" }</h3>
                { super::tree::tree(&m.body) }
            </section>
        },
        _ => Html::default(),
    }
}
