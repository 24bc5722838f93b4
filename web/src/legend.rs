//! What the signs on the stage mean, built from the kinds of messages of this protocol.

use crate::shown::Shown;
use consensus_kernel::Kind;
use yew::prelude::*;

/// The legend below the stage.
#[component]
pub fn Legend(props: &Shown) -> Html {
    let (meta, seen, lossy, lies) = props.store.with(|m| {
        let metrics = m.session().metrics();
        let seen: Vec<bool> = metrics.by_kind.iter().map(|(messages, _)| *messages > 0).collect();
        let liars = !m.scenario().byzantine.is_empty();
        (m.meta(), seen, metrics.lost > 0, liars)
    });
    let kinds = meta.kinds.iter().zip(seen).map(|(kind, seen)| {
        html! {
            <li class={classes!((!seen).then_some("unseen-yet"))}>{ glyph(kind) }{ kind.name }</li>
        }
    });
    html! {
        <ul class="legend" aria-label="Legend">
            { for kinds }
            if lossy {
                <li>
                    <svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true" class="lost">
                        <path d="M1 7h16M18 3l7 8M25 3l-7 8" />
                    </svg>
                    { "lost" }
                </li>
            }
            if lies {
                <li>
                    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" class="forged">
                        <circle cx="9" cy="9" r="7" />
                    </svg>
                    { "from a liar" }
                </li>
            }
            <li class="note">{ format!("colour: {}", meta.round) }</li>
        </ul>
    }
}

/// A message's sign: filled for a proposal, hollow for a vote.
pub fn glyph(kind: &Kind) -> Html {
    html! {
        <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"
            class={if kind.proposal { "kind proposal" } else { "kind" }}>
            <circle cx="9" cy="9" r="7.5" />
            <text x="9" y="12.400" text-anchor="middle">{ kind.glyph }</text>
        </svg>
    }
}
