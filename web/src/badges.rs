//! Properties and assumptions at a glance: a badge for each, and one line that says why it stands so.

use crate::markup::html;
use crate::model::Tab;
use crate::scene::density_choice;
use crate::shown::Shown;
use crate::words;
use consensus_kernel::sort_by_number;
use consensus_lab::view::{AssumptionView, PropertyView, Status};
use yew::prelude::*;

/// How many properties have a badge of their own while nothing is wrong.
pub const BADGES: usize = 4;

/// The badges above the stage.
pub fn badges(props: &Shown) -> Html {
    let (mut properties, assumptions) =
        props.store.with(|m| (m.session().properties(), m.session().assumptions()));
    let broken: Vec<AssumptionView> = assumptions.into_iter().filter(|a| !a.holds).collect();
    let line = telling_line(&properties, &broken);
    // What is violated comes first; the rest keeps its order.
    sort_by_number(&mut properties, |p| u64::from(p.status != Status::Violated));
    let violated = properties.iter().filter(|p| p.status == Status::Violated).count();
    let shown = BADGES.max(violated).min(properties.len());
    let more = properties.split_off(shown);
    let show_facts = props.store.on(|m, _: MouseEvent| m.tab = Tab::Facts);
    html! {
        <div class="truth">
            <div class="badges" role="group" aria-label="Properties and assumptions">
                { for broken.iter().map(|a| html! {
                    <button class="badge broken" title={a.reason.clone()} onclick={show_facts.clone()}>
                        { format!("⚠ Assumption broken: {}", a.name) }
                    </button>
                }) }
                { for properties.iter().map(|p| badge(props, p)) }
                if !more.is_empty() {
                    <button class={classes!("badge", state(more_status(&more)))} title="All properties"
                        onclick={show_facts}>{ format!("{} {} more", glyph(more_status(&more)), more.len()) }</button>
                }
            </div>
            <div class="telling-row">
                if let Some(eyes) = props.store.with(|m| m.eyes) {
                    <p class="telling">
                        { format!("Only what {} knows: what it has heard and sent.", words::node(eyes)) }
                        <button class="link" onclick={props.store.on(|m, _: MouseEvent| m.eyes = None)}>{ "Show what is so" }</button>
                    </p>
                } else {
                    <p class="telling" title={line.clone()}>{ line }</p>
                }
                { density_choice(props) }
            </div>
        </div>
    }
}

fn badge(props: &Shown, property: &PropertyView) -> Html {
    let event = property.event.filter(|_| property.status == Status::Violated);
    let onclick = props.store.on(move |m, _: MouseEvent| match event {
        Some(event) => m.show_event(event),
        None => m.tab = Tab::Facts,
    });
    let verb = match property.status {
        Status::Holds => "",
        Status::Violated => " violated",
        Status::Pending => " pending",
    };
    html! {
        <button class={classes!("badge", state(property.status))} {onclick}
            title={format!("{} – {}", property.says, property.reason)}>
            { format!("{} {}{verb}", glyph(property.status), property.name) }
        </button>
    }
}

/// What is worth a sentence: a violation, else a broken assumption and what is still missing.
fn telling_line(properties: &[PropertyView], broken: &[AssumptionView]) -> String {
    let of = |status| properties.iter().find(|p| p.status == status);
    if let Some(p) = of(Status::Violated) {
        return format!("{}: {}", p.name, p.reason);
    }
    let mut line = broken.first().map_or_else(String::new, |a| format!("{}: {}. ", a.name, a.reason));
    if let Some(p) = of(Status::Pending) {
        line.push_str(&format!("{}: {}", p.name, p.reason));
    }
    line
}

/// How properties without a badge of their own stand together.
pub fn more_status(more: &[PropertyView]) -> Status {
    if more.iter().any(|p| p.status == Status::Pending) { Status::Pending } else { Status::Holds }
}

/// The class that colours a status.
pub fn state(status: Status) -> &'static str {
    match status {
        Status::Holds => "ok",
        Status::Violated => "bad",
        Status::Pending => "wait",
    }
}

/// The sign of a status, so that it is never told by colour alone.
pub fn glyph(status: Status) -> &'static str {
    match status {
        Status::Holds => "✓",
        Status::Violated => "✕",
        Status::Pending => "…",
    }
}
