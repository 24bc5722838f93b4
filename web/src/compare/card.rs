//! One contestant: its picture at this moment, and how far it has come.

use super::violated;
use crate::icons::{Sign, sign};
use crate::markup::html;
use crate::part::part;
use crate::stage::shapes::{hatches, shapes};
use crate::stage::size::use_size;
use crate::store::Store;
use crate::words;
use consensus_figure::density::Density;
use consensus_figure::layout;
use consensus_figure::moment::{Moment, Show, ask, draw};
use consensus_figure::shape::number;
use consensus_kernel::Time;
use consensus_scenario::Scenario;
use yew::functional::Hook;
use yew::prelude::*;

/// Height of the picture, as a share of its width.
const HEIGHT: f64 = 250.0 / 340.0;

/// What the card keeps free beside it.
const PADDING: f64 = 24.0;

/// What a card needs.
#[derive(PartialEq)]
pub struct CardProps {
    /// The page's state.
    pub store: Store,
    /// Grows with every change of it.
    pub version: u64,
    /// Which contestant: 0 is the run on the bench, the rivals follow.
    pub who: usize,
}

/// One contestant.
pub fn card(props: CardProps) -> Html {
    part(props.who as u64, props, |ctx, props| use_card(props).run(ctx))
}

#[hook]
fn use_card(props: &CardProps) -> Html {
    let who = props.who;
    let place = use_node_ref();
    let width = (use_size(&place).width - PADDING).max(1.0);
    let (moment, name, settings, changed, violation) = props.store.with(|m| {
        let session = m.contestant(who);
        let rival = m.contest.as_ref().filter(|_| who > 0).and_then(|c| c.rivals.get(who - 1));
        let text = rival.map(|r| match apart(m.scenario(), session.scenario()) {
            Some(at) => format!(";parts at {}", words::moment(at.0 as f64)),
            None => r.text.clone(),
        });
        let violation = violated(&session.properties()).map(|p| format!("{} violated", p.name));
        let changed = rival.map_or_else(String::new, |r| r.changed.clone());
        (Moment::of(session), m.contestant_name(who), text, changed, violation)
    });
    // What it does not share stands beside its title, as long as there is room.
    let brief = settings.as_ref().filter(|text| !text.starts_with(';')).map(|_| moment.meta.title.to_owned());
    let asked = ask(moment.meta.layout, &moment.nodes, width, width * HEIGHT);
    let placement = use_memo(asked, layout::place);
    let scene = draw(&moment, &placement, Show { density: Density::All, selected: None, messages: true });
    let settings =
        settings.and_then(|text| Some(text.split_once(';')?.1.replace(';', " · ").replace(':', " ")));
    html! {
        <article class="card" ref={place} aria-label={name.clone()}>
            <header>
                <b>{ brief.unwrap_or_else(|| name.clone()) }</b>
                <small>{ settings.unwrap_or_else(|| words::count(moment.nodes.iter().filter(|n| !n.id.is_client()).count(), moment.meta.member)) }</small>
                if who > 0 {
                    { cross(&format!("Remove {name}"), props.store.on(move |m, _: MouseEvent| m.remove_rival(who - 1))) }
                }
            </header>
            <svg viewBox={format!("0 0 {} {}", number(scene.width), number(scene.height))} role="img" aria-label={scene.description}>
                if who == 0 { { hatches() } }
                { shapes(&scene.ground) }
                { for scene.nodes.iter().map(|node| html! { <g>{ shapes(&node.shapes) }</g> }) }
                { shapes(&scene.over) }
                <g class="words">{ shapes(&scene.words) }</g>
            </svg>
            <p class={if violation.is_some() { "bad-ink" } else { "quiet" }}>
                { violation.unwrap_or_else(|| format!("{} under way", words::count(moment.flights.len(), "message"))) }
            </p>
            if !changed.is_empty() { <p class="quiet warn-ink">{ changed }</p> }
        </article>
    }
}

/// What takes a contestant away.
pub fn cross(label: &str, remove: Callback<MouseEvent>) -> Html {
    html! { <button class="icon plain" aria-label={label.to_owned()} onclick={remove}>{ sign(Sign::Cross) }</button> }
}

/// When two branches of one run part.
fn apart(a: &Scenario, b: &Scenario) -> Option<Time> {
    let same = a.script.iter().zip(&b.script).take_while(|(a, b)| a == b).count();
    let next = [a, b].map(|s| s.script.get(same).map(|t| t.at));
    next.into_iter().flatten().min().filter(|_| a.same_but_script(b))
}
