//! The line at the top: what the page is, which protocol runs, what this scenario shows, and the doors.

use crate::address;
use crate::icons::{Sign, logo, sign};
use crate::markup::html;
use crate::model::Dialog;
use crate::shown::Shown;
use crate::theme;
use consensus_lab::catalogue;
use consensus_scenario::Scenario;
use yew::prelude::*;

/// Why an edit cannot be taken back, or made again.
pub const NO_UNDO: &str = "Nothing to undo";
pub const NO_REDO: &str = "Nothing to redo";

/// The line at the top.
pub fn header(props: &Shown) -> Html {
    let store = &props.store;
    let (meta, title, can_undo, can_redo, comparing) =
        store.with(|m| (m.meta(), m.title(), m.studio.can_undo(), m.studio.can_redo(), m.contest.is_some()));
    let pick = store.on(|m, e: Event| {
        let id = e.target_unchecked_into::<web_sys::HtmlSelectElement>().value();
        let Some(meta) = catalogue().iter().find(|p| p.id == id) else { return };
        let seed = m.scenario().seed;
        let scenario = Scenario { seed, ..Scenario::example(meta) };
        if let Err(e) = m.replace(scenario) {
            m.refuse(e.key, e.why);
        }
        m.playing = !m.reduced_motion;
    });
    let open = |dialog| {
        store.on(move |m, _: MouseEvent| {
            // What is shared is the moment on the screen, so it stays there.
            m.playing &= !matches!(dialog, Dialog::Share);
            m.dialog = Some(dialog);
        })
    };
    html! {
        <header class="head">
            <a class="brand" href={address::here()} aria-label="Consensus Playground">{ logo() }<b>{ "Consensus Playground" }</b></a>
            <label class="picker">
                <span class="unseen">{ "Protocol" }</span>
                <span class="picked" aria-hidden="true"><b>{ meta.title }</b><small>{ meta.paper }</small>{ sign(Sign::Down) }</span>
                <select onchange={pick}>
                    { for catalogue().iter().map(|p| html! {
                        <option value={p.id} selected={p.id == meta.id}>{ format!("{} – {}", p.title, p.paper) }</option>
                    }) }
                </select>
            </label>
            <h1 class="headline" title={title.clone()}>{ title }</h1>
            <div class="doors narrow">
                <button class="primary" onclick={open(Dialog::Share)}>{ "Share" }</button>
                <button class="icon" aria-label="Menu" onclick={open(Dialog::Menu)}>{ "⋯" }</button>
            </div>
            <div class="doors roomy">
                <button class="icon" title={if can_undo { "Undo" } else { NO_UNDO }} aria-label="Undo the last edit" disabled={!can_undo}
                    onclick={store.on(|m, _: MouseEvent| m.undo())}>{ sign(Sign::Undo) }</button>
                <button class="icon" title={if can_redo { "Redo" } else { NO_REDO }} aria-label="Redo the edit" disabled={!can_redo}
                    onclick={store.on(|m, _: MouseEvent| m.redo())}>{ sign(Sign::Redo) }</button>
                <button onclick={open(Dialog::Gallery)}>{ "Gallery" }</button>
                <button aria-pressed={comparing.to_string()} title="Protocols side by side on one clock"
                    onclick={store.on(move |m, _: MouseEvent| m.compare(!comparing))}>{ "Compare" }</button>
                <button class="primary" onclick={open(Dialog::Share)}>{ "Share" }</button>
                <button class="icon" title="Light or dark" aria-label="Switch between light and dark"
                    onclick={store.on(|_, _: MouseEvent| theme::switch())}>{ sign(Sign::Theme) }</button>
                <button class="icon" title="Help" aria-label="Help" onclick={open(Dialog::Help)}>{ "?" }</button>
            </div>
        </header>
    }
}
