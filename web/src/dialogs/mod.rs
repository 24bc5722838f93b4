//! Dialogs: the browser's own, so that focus, Escape and the backdrop behave as everywhere.

mod branches;
mod gallery;
mod help;
mod menu;
mod share;
mod take;

use crate::icons::{Sign, sign};
use crate::markup::html;
use crate::model::Dialog;
use crate::part::part;
use crate::shown::Shown;
use wasm_bindgen::JsCast;
use yew::functional::Hook;
use yew::prelude::*;

/// How much of a list is seen before what is chosen in it.
const AHEAD_PX: i32 = 60;

/// The open dialog, if any.
pub fn dialogs(props: &Shown) -> Html {
    let open = props.store.with(|m| m.dialog);
    let (title, body) = match open {
        None => return Html::default(),
        Some(Dialog::Gallery) => ("Gallery", gallery::gallery(props)),
        Some(Dialog::Share) => ("Share", share::share(props.clone())),
        Some(Dialog::Help) => ("Help", help::help(props)),
        Some(Dialog::Branches) => ("Branches", branches::branches(props)),
        Some(Dialog::Menu) => ("Menu", menu::menu(props)),
    };
    frame(FrameProps { store: props.store.clone(), title, children: body })
}

/// What the frame of a dialog needs.
#[derive(PartialEq)]
struct FrameProps {
    store: crate::store::Store,
    title: &'static str,
    children: Html,
}

/// A modal dialog with a title and a way out.
fn frame(props: FrameProps) -> Html {
    part(props.title, props, |ctx, props| use_frame(props).run(ctx))
}

#[hook]
fn use_frame(props: &FrameProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = node.cast::<web_sys::HtmlDialogElement>()
                && dialog.show_modal().is_err()
            {
                // Where it cannot be modal it is at least there.
                dialog.show();
            }
            let within = |selector| {
                let found = node.cast::<web_sys::Element>()?.query_selector(selector).ok()??;
                found.dyn_into::<web_sys::HtmlElement>().ok()
            };
            // By hand: an element with `autofocus` is looked at only with the next frame, and then something has the focus.
            if let Some(first) = within("[data-first]") {
                let _ = first.focus();
            }
            // What is chosen in a list that scrolls is seen.
            if let Some(chosen) = within("[aria-pressed=true]")
                && let Some(list) = chosen.parent_element()
            {
                list.set_scroll_left(chosen.offset_left() - AHEAD_PX);
                list.set_scroll_top(chosen.offset_top() - AHEAD_PX);
            }
        });
    }
    let close = props.store.on(|m, _: Event| m.dialog = None);
    let close_click = props.store.on(|m, _: MouseEvent| m.dialog = None);
    let outside = {
        let (store, node) = (props.store.clone(), node.clone());
        Callback::from(move |e: MouseEvent| {
            let on_backdrop = e.target().zip(node.get()).is_some_and(|(t, n)| js_sys::Object::is(&t, &n));
            if on_backdrop {
                store.update(|m| m.dialog = None);
            }
        })
    };
    html! {
        <dialog ref={node} onclose={close} onclick={outside} aria-label={props.title}>
            <div class="dialog-head">
                <h2>{ props.title }</h2>
                <button class="icon plain" aria-label="Close" onclick={close_click}>{ sign(Sign::Cross) }</button>
            </div>
            <div class="dialog-body" tabindex="0">{ props.children.clone() }</div>
        </dialog>
    }
}
