//! On narrow pages: what has no room in the line at the top.

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
    let item = |label: &'static str, enabled: bool, act: fn(&mut Model)| {
        html! { <button disabled={!enabled} onclick={store.on(move |m, _: MouseEvent| act(m))}>{ label }</button> }
    };
    html! {
        <div class="menu">
            <p class="quiet">{ "Messages shown" }</p>
            { density_choice(props) }
            { item("Gallery", true, |m| m.dialog = Some(Dialog::Gallery)) }
            { item("Compare protocols", true, |m| {
                m.dialog = None;
                m.compare(true);
            }) }
            { item("Undo", can_undo, Model::undo) }
            { item("Redo", can_redo, Model::redo) }
            { item("Light or dark", true, |_| theme::switch()) }
            { item("Help", true, |m| m.dialog = Some(Dialog::Help)) }
        </div>
    }
}
