//! On narrow pages: what has no room in the line at the top.

use crate::header::{NO_REDO, NO_UNDO};
use crate::markup::html;
use crate::model::{Dialog, Model};
use crate::scene::density_choice;
use crate::shown::Shown;
use crate::theme;
use yew::prelude::*;

/// The menu.
pub fn menu(props: &Shown) -> Html {
    let store = &props.store;
    let (can_undo, can_redo) = store.with(|m| (m.studio.can_undo(), m.studio.can_redo()));
    // A finger does not hover: why something cannot be done stands there.
    let item = |label: &'static str, refused: &'static str, act: fn(&mut Model)| {
        html! {
            <button disabled={!refused.is_empty()} onclick={store.on(move |m, _: MouseEvent| act(m))}>
                { label } if !refused.is_empty() { <small>{ refused }</small> }
            </button>
        }
    };
    html! {
        <div class="menu">
            <p class="quiet">{ "Messages shown" }</p>
            { density_choice(props) }
            { item("Gallery", "", |m| m.dialog = Some(Dialog::Gallery)) }
            { item("Compare protocols", "", |m| {
                m.dialog = None;
                m.compare(true);
            }) }
            { item("Undo", if can_undo { "" } else { NO_UNDO }, Model::undo) }
            { item("Redo", if can_redo { "" } else { NO_REDO }, Model::redo) }
            { item("Light or dark", "", |_| theme::switch()) }
            { item("Help", "", |m| m.dialog = Some(Dialog::Help)) }
        </div>
    }
}
