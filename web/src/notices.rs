//! Sentences about what was wrong and what was done instead, until they are dismissed.

use crate::icons::{Sign, sign};
use crate::markup::html;
use crate::shown::Shown;
use yew::prelude::*;

/// The notices.
pub fn notices(props: &Shown) -> Html {
    let notices = props.store.with(|m| m.notices.clone());
    html! {
        <div class="notices" role="alert">
            if !notices.is_empty() {
                <div class="notice">
                    <ul>{ for notices.into_iter().map(|text| html! { <li>{ text }</li> }) }</ul>
                    <button class="icon plain" aria-label="Dismiss" title="Dismiss"
                        onclick={props.store.on(|m, _: MouseEvent| m.notices.clear())}>{ sign(Sign::Cross) }</button>
                </div>
            }
        </div>
    }
}
