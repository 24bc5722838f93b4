//! The branches of the run: what they are called, where they part from the main one, and what can be done with them.

use crate::markup::html;
use crate::model::Model;
use crate::shown::Shown;
use crate::words;
use yew::prelude::*;

/// All branches.
pub fn branches(props: &Shown) -> Html {
    let store = &props.store;
    let (all, current) = store.with(|m| {
        let all: Vec<_> = m.studio.branches().iter().map(|b| (b.name.clone(), b.seen)).collect();
        (all, m.studio.current())
    });
    let deed =
        |label: &'static str, branch: usize, refused: Option<&'static str>, act: fn(&mut Model, usize)| {
            html! {
                <button disabled={refused.is_some()} title={refused.unwrap_or(label)}
                    aria-label={format!("{label}: {}", all[branch].0)}
                    onclick={store.on(move |m, _: MouseEvent| act(m, branch))}>{ label }</button>
            }
        };
    html! {
        <>
            <p class="quiet">{ "What is done in the past makes a branch; the old future stays on its own. On the bench: " }<b>{ all[current].0.clone() }</b></p>
            <ul class="branch-list">
                { for all.iter().enumerate().map(|(i, (name, seen))| {
                    let here = (i == current).then_some("It is on the bench already.");
                    let main = (i == 0).then_some("The main branch stays.");
                    html! {
                        <li>
                            <input type="text" maxlength="40" aria-label={format!("Name of {name}")} value={name.clone()}
                                onchange={store.on(move |m, e: Event| {
                                    let input: web_sys::HtmlInputElement = e.target_unchecked_into();
                                    m.studio.rename(i, &input.value());
                                    input.set_value(&m.studio.branches()[i].name);
                                })} />
                            <small>{ format!("seen to {}", words::moment(seen.0 as f64)) }</small>
                            <span class="deeds">
                                { deed("Go there", i, here, |m, i| {
                                    m.dialog = None;
                                    m.switch_branch(i);
                                }) }
                                { deed("Compare", i, here, |m, i| {
                                    m.dialog = None;
                                    m.compare_branch(i);
                                }) }
                                { deed("Delete", i, main, Model::remove_branch) }
                            </span>
                        </li>
                    }
                }) }
            </ul>
            <p class="quiet">{ "“Compare” puts a branch beside the one on the bench, on one clock." }</p>
        </>
    }
}
