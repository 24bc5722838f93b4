//! Sentences about what was wrong and what was done instead, until they are dismissed.

use crate::icons::{Sign, sign};
use crate::shown::Shown;
use yew::prelude::*;

/// The notices.
#[component]
pub fn Notices(props: &Shown) -> Html {
    let notices = props.store.with(|m| m.notices.clone());
    html! {
        <div class="notices" role="alert">
            { for notices.into_iter().enumerate().map(|(i, text)| html! {
                <div class="notice">
                    <p>{ text }</p>
                    <button class="icon plain" aria-label="Dismiss" onclick={props.store.on(move |m, _: MouseEvent| {
                        m.notices.remove(i);
                    })}>{ sign(Sign::Cross) }</button>
                </div>
            }) }
        </div>
    }
}
