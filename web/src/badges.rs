//! Properties and assumptions at a glance: a badge for each, and one line that says why it stands so.

use crate::markup::html;
use crate::model::Tab;
use crate::part::part;
use crate::scene::density_choice;
use crate::shown::Shown;
use crate::stage::size::use_size;
use crate::words;
use consensus_figure::shape::text_width;
use consensus_kernel::sort_by_number;
use consensus_lab::view::{AssumptionView, PropertyView, Status};
use yew::functional::Hook;
use yew::prelude::*;

/// How many properties have a badge of their own while nothing is wrong.
pub const BADGES: usize = 4;

/// The badges above the stage, as many as have room: what is violated has it first, then which assumption is broken.
pub fn badges(props: &Shown) -> Html {
    part("badges", props.clone(), |ctx, props| use_badges(props).run(ctx))
}

#[hook]
fn use_badges(props: &Shown) -> Html {
    let place = use_node_ref();
    let room = use_size(&place).width;
    let (mut properties, assumptions) =
        props.store.with(|m| (m.session().properties(), m.session().assumptions()));
    let broken: Vec<AssumptionView> = assumptions.into_iter().filter(|a| !a.holds).collect();
    let line = telling_line(&properties, &broken);
    // The rest keeps its order.
    sort_by_number(&mut properties, |p| u64::from(p.status != Status::Violated));
    let violated = properties.iter().filter(|p| p.status == Status::Violated).count();
    let mut all: Vec<Badge> = properties.iter().map(badge).collect();
    // What is violated and what excuses it are seen side by side.
    let first = violated.min(1);
    all.splice(first..first, broken.iter().map(broken_badge));
    let pressing = violated + broken.len();
    let most = (BADGES + broken.len()).max(pressing);
    let more = all.split_off(fitting(&all, most, room));
    let show_facts = props.store.on(|m, _: MouseEvent| m.tab = Tab::Facts);
    html! {
        <div class="truth">
            <div class="badges" ref={place} role="group" aria-label="Properties and assumptions">
                { for all.into_iter().map(|Badge { class, text, says, event }| {
                    let onclick = props.store.on(move |m, _: MouseEvent| match event {
                        Some(event) => m.show_event(event),
                        None => m.tab = Tab::Facts,
                    });
                    html! { <button class={classes!("badge", class)} {onclick} title={says}>{ text }</button> }
                }) }
                if let Some(worst) = worst(&more) {
                    <button class={classes!("badge", worst.class)} title="All properties and assumptions"
                        onclick={show_facts}>{ more_text(worst, &more) }</button>
                }
            </div>
            { density_choice(props) }
            <div class="telling-row">
                if let Some(eyes) = props.store.with(|m| m.eyes) {
                    <p class="telling">
                        { format!("Only what {} knows: what it has heard and sent.", words::node(eyes)) }
                        <button class="link" onclick={props.store.on(|m, _: MouseEvent| m.eyes = None)}>{ "Show what is so" }</button>
                    </p>
                } else {
                    // A tap or the keyboard opens what is longer than its place.
                    <p class="telling" tabindex="0" title={line.clone()}>{ line }</p>
                }
            </div>
        </div>
    }
}

/// What one badge says, and the event that it leads to.
pub struct Badge {
    /// The class that colours it.
    pub class: &'static str,
    /// On it; begins with its sign.
    pub text: String,
    says: String,
    event: Option<u64>,
}

/// The badge of a property.
pub fn badge(property: &PropertyView) -> Badge {
    let verb = match property.status {
        Status::Holds => "",
        Status::Violated => " violated",
        Status::Pending => " pending",
    };
    Badge {
        class: state(property.status),
        text: format!("{} {}{verb}", glyph(property.status), property.name),
        says: format!("{} – {}", property.says, property.reason),
        event: property.event.filter(|_| property.status == Status::Violated),
    }
}

fn broken_badge(assumption: &AssumptionView) -> Badge {
    Badge {
        class: "broken",
        text: format!("⚠ Assumption broken: {}", assumption.name),
        says: assumption.reason.clone(),
        event: None,
    }
}

/// The worst of those that have no room: it colours their badge.
pub fn worst(rest: &[Badge]) -> Option<&Badge> {
    const WORST: [&str; 4] = ["bad", "broken", "wait", "ok"];
    rest.iter().min_by_key(|b| WORST.iter().position(|class| *class == b.class))
}

/// The badge of those that have no room: how many of them stand as the worst does. Of the others it says nothing, since
/// its sign would be false of them.
pub fn more_text(worst: &Badge, rest: &[Badge]) -> String {
    let like = rest.iter().filter(|b| b.class == worst.class).count();
    format!("{} {like} more", worst.text.chars().next().unwrap_or_default())
}

/// How many of them have room, the badge for the rest among them; at least one. Nothing is known of the room: at most so many.
pub fn fitting(all: &[Badge], most: usize, room: f64) -> usize {
    const SIZE: f64 = 12.5;
    const GAP: f64 = 6.0;
    /// Its margins, and what its sign is wider than a letter.
    const BESIDE: f64 = 24.0;
    /// What is violated is written in bold.
    const BOLD: f64 = 1.1;
    let wide = |class: &str, text: &str| {
        text_width(text, SIZE) * if class == "bad" { BOLD } else { 1.0 } + BESIDE + GAP
    };
    let mut left = room + GAP;
    let mut shown = 0;
    for (i, badge) in all.iter().enumerate().take(most) {
        left -= wide(badge.class, &badge.text);
        let rest = if i + 1 == all.len() { 0.0 } else { wide(all[0].class, "✓ 10 more") };
        if room > 0.0 && left < rest && i > 0 {
            break;
        }
        shown = i + 1;
    }
    shown
}

/// What is worth a sentence: a violation, else what is still missing, who is silent, and a broken assumption.
fn telling_line(properties: &[PropertyView], broken: &[AssumptionView]) -> String {
    let of = |status| properties.iter().find(|p| p.status == status);
    if let Some(p) = of(Status::Violated) {
        return format!("{}: {}", p.name, p.reason);
    }
    let pending = of(Status::Pending).map(|p| format!("{}: {}", p.name, p.reason));
    let broken = broken.first().map(|a| format!("{}: {}", a.name, a.reason));
    pending.into_iter().chain(broken).collect::<Vec<_>>().join(". ")
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
