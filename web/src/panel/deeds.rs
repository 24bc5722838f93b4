//! Buttons that do something to the run; one that cannot says why.

use crate::markup::html;
use crate::store::Store;
use consensus_scenario::Action;
use yew::prelude::*;

/// Something a visitor can do now.
pub struct Deed {
    /// On the button.
    pub label: String,
    /// What it does.
    pub help: &'static str,
    /// The action, or why it cannot be done.
    pub action: Result<Action, &'static str>,
}

/// A row of buttons, and below it a sentence for each that is disabled.
pub fn deeds(store: &Store, all: Vec<Deed>) -> Html {
    if store.with(|m| m.watch_only) {
        return Html::default();
    }
    let mut reasons: Vec<&'static str> = Vec::new();
    for why in all.iter().filter_map(|d| d.action.as_ref().err()) {
        if !reasons.contains(why) {
            reasons.push(why);
        }
    }
    html! {
        <div class="deeds-box">
            <div class="deeds" role="group" aria-label="What you can do">
                { for all.into_iter().map(|deed| {
                    let title = match &deed.action {
                        Ok(_) => deed.help,
                        Err(why) => why,
                    };
                    let action = deed.action.ok();
                    let disabled = action.is_none();
                    html! {
                        <button {title} {disabled} onclick={store.on(move |m, _: MouseEvent| {
                            if let Some(action) = &action {
                                m.act(action.clone());
                            }
                        })}>{ deed.label }</button>
                    }
                }) }
            </div>
            { for reasons.into_iter().map(|why| html! { <p class="quiet reason">{ why }</p> }) }
        </div>
    }
}
