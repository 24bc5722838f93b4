//! The first frame of the opening example as it stands in `index.html` (`web/boot/still.html`): what a visitor sees while the
//! page's module is on its way. It is written from the same lesson, pictures and style sheets as the page; the test below
//! holds it against the file, so that it cannot drift from what takes its place.

use crate::badges::{BADGES, Badge, badge, fitting, more_text, worst};
use crate::icons::{Sign, logo, sign};
use crate::markup::html;
use crate::panel::views::name;
use crate::stage::shapes::{hatch, shapes};
use crate::words;
use consensus_figure::layout;
use consensus_figure::moment::{Moment, Show, ask, draw};
use consensus_figure::palette::Ink;
use consensus_figure::shape::number;
use consensus_figure::svg::escape;
use consensus_lab::view::Status;
use consensus_lab::{Session, catalogue, open};
use consensus_lessons::gallery::{by_title, opening};
use consensus_scenario::parse;
use std::fmt::Write;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes, VNode};

/// The room of the stage on a desk (1440 × 900) and on a phone: the picture is drawn for both, and shrinks and grows with
/// the window until the page has measured it.
const STAGES: [(&str, f64, f64); 2] = [("roomy", 788.0, 445.0), ("narrow", 390.0, 283.0)];

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/boot/still.html");

#[test]
fn the_first_frame_in_the_page_is_that_of_the_opening_example() {
    let text = printed(&still());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(FILE, text).expect("the file can be written");
        return;
    }
    let kept = std::fs::read_to_string(FILE).expect("the file is there");
    assert!(kept == text, "{FILE} is not the first frame any more: `cargo xtask golden` writes it anew");
}

/// The page at the beginning of the opening example, without anything that answers. It is hidden until `still.js` has arranged it.
fn still() -> Html {
    let lesson = opening().expect("the gallery has an opening");
    let scenario = parse(lesson.link, catalogue()).expect("a lesson").scenario;
    let session = open(&scenario).expect("the opening example runs");
    let meta = session.scenario().meta;
    let step = |it: Sign, disabled: bool| html! { <button {disabled}>{ sign(it) }</button> };
    let panels = session.panels();
    let tabs = ["Why", name(&panels), "Nodes", "Events", "Next", "Facts"];
    html! {
        <div id="still" hidden=true inert=true>
            <header class="head">
                <a class="brand">{ logo() }<b>{ "Consensus Playground" }</b></a>
                <span class="picker">
                    <span class="picked"><b>{ meta.title }</b><small>{ meta.paper }</small>{ sign(Sign::Down) }</span>
                </span>
                <h1 class="headline">{ lesson.title }</h1>
                <div class="doors narrow"><button class="primary">{ "Share" }</button><button class="icon">{ "⋯" }</button></div>
                <div class="doors roomy">
                    <button class="icon" disabled=true>{ sign(Sign::Undo) }</button>
                    <button class="icon" disabled=true>{ sign(Sign::Redo) }</button>
                    <button>{ "Gallery" }</button>
                    <button>{ "Compare" }</button>
                    <button class="primary">{ "Share" }</button>
                    <button class="icon">{ sign(Sign::Theme) }</button>
                    <button class="icon">{ "?" }</button>
                </div>
            </header>
            <div class="setup"><h2>{ "Set-up" }</h2></div>
            <main class="middle">
                <section class="scene">
                    { truth(&*session) }
                    <div class="stage-box">
                        <div class="stage"><svg width="0" height="0"><defs>{ hatch(Ink::Trouble) }</defs></svg>{ for STAGES.map(|it| picture(&*session, it)) }</div>
                    </div>
                    <div class="legend"></div>
                </section>
            </main>
            <section class="controls">
                <div class="transport">
                    { step(Sign::BackRound, true) }{ step(Sign::Back, true) }
                    <button class="play">{ sign(Sign::Pause) }</button>
                    { step(Sign::Next, false) }{ step(Sign::NextRound, false) }
                </div>
                <div class="speed"></div>
                <div class="where"><b class="clock">{ words::moment(0.0) }</b><span class="count"></span></div>
            </section>
            <div class="timeline-box"></div>
            <section class="panel">
                <div class="tabs">
                    { for tabs.map(|tab| html! { <button aria-selected={(tab == tabs[0]).to_string()}>{ tab }</button> }) }
                    <button class="more">{ "Set-up" }</button>
                </div>
                <div class="tab-body">
                    <div class="lesson">
                        <h2 class="narrow">{ lesson.title }</h2>
                        <p><b>{ "What to watch. " }</b>{ lesson.watch }</p>
                        if let Some(twin) = by_title(lesson.twin) {
                            <p class="twin">{ "Compare: " }<a href="#">{ twin.title }</a></p>
                        }
                    </div>
                    <article class="why"><h2>{ meta.title }</h2><p>{ meta.summary }</p><p class="quiet">{ meta.reference }</p></article>
                </div>
            </section>
        </div>
    }
}

/// The badges, as [`crate::badges::badges`] has them while nothing is wrong, on a desk and on a phone.
fn truth(session: &dyn Session) -> Html {
    let properties = session.properties();
    let waits = properties.iter().find(|p| p.status == Status::Pending);
    let telling = waits.map_or_else(String::new, |p| format!("{}: {}", p.name, p.reason));
    let all: Vec<Badge> = properties.iter().map(badge).collect();
    let [roomy, narrow] = [0.0, 362.0].map(|room| fitting(&all, BADGES, room));
    let more = |shown: usize, of: &str| {
        let rest = &all[shown..];
        worst(rest).map(|worst| {
            let text = more_text(worst, rest);
            html! { <button class={format!("badge {} {of}", worst.class)}>{ text }</button> }
        })
    };
    html! {
        <div class="truth">
            <div class="badges">
                { for all[..roomy].iter().enumerate().map(|(i, it)| {
                    let of = if i < narrow { "" } else { " roomy" };
                    html! { <button class={format!("badge {}{of}", it.class)}>{ it.text.clone() }</button> }
                }) }
                { for more(roomy, "roomy") }
                { for more(narrow, "narrow") }
            </div>
            <div class="segments density">
                <button>{ "Focus" }</button><button aria-pressed="true">{ "Context" }</button><button>{ "All" }</button>
            </div>
            <div class="telling-row"><p class="telling">{ telling }</p></div>
        </div>
    }
}

fn picture(session: &dyn Session, (class, width, height): (&str, f64, f64)) -> Html {
    let moment = Moment::of(session);
    let placement = layout::place(&ask(moment.meta.layout, &moment.nodes, width, height));
    let scene = draw(&moment, &placement, Show::default());
    html! {
        <svg class={format!("picture {class}")} viewBox={format!("0 0 {} {}", number(width), number(height))}>
            { shapes(&scene.ground) }
            { for scene.nodes.iter().map(|node| shapes(&node.shapes)) }
            { shapes(&scene.over) }
            <g class="words">{ shapes(&scene.words) }</g>
        </svg>
    }
}

/// Attributes for those who listen: to them the page speaks when it is there.
const SPOKEN: [&str; 2] = ["aria-hidden", "focusable"];

fn attributes(all: &Attributes) -> Box<dyn Iterator<Item = (&'static str, &str)> + '_> {
    fn value(value: &AttributeOrProperty) -> &str {
        match value {
            AttributeOrProperty::Attribute(text) => text.as_str(),
            AttributeOrProperty::Static(text) => text,
            AttributeOrProperty::Property(_) => {
                panic!("the first frame has a property, which is no attribute")
            }
        }
    }
    match all {
        Attributes::Static(pairs) => Box::new(pairs.iter().map(move |(name, it)| (*name, value(it)))),
        Attributes::Dynamic { keys, values } => Box::new(
            keys.iter().zip(values.iter()).filter_map(move |(name, it)| Some((*name, value(it.as_ref()?)))),
        ),
        Attributes::IndexMap(_) => panic!("the first frame has attributes that `html!` does not write"),
    }
}

/// A tree as HTML.
fn printed(node: &Html) -> String {
    let mut out = String::new();
    print(&mut out, node);
    out.push('\n');
    out
}

fn print(out: &mut String, node: &Html) {
    match node {
        VNode::VText(text) => out.push_str(&escape(&text.text)),
        VNode::VList(list) => list.iter().for_each(|child| print(out, child)),
        VNode::VTag(tag) => {
            let _ = write!(out, "<{}", tag.tag());
            for (name, value) in attributes(&tag.attributes).filter(|(name, _)| !SPOKEN.contains(name)) {
                let _ = write!(out, " {name}=\"{}\"", escape(value.trim()));
            }
            out.push('>');
            tag.children().into_iter().for_each(|child| print(out, child));
            let _ = write!(out, "</{}>", tag.tag());
        }
        other => panic!("the first frame has {other:?}, which is no plain element"),
    }
}
