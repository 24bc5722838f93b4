//! The strip above the picture while a guided lesson or a mission is under way, or a search.

use crate::icons::{Sign, sign};
use crate::markup::html;
use crate::model::Model;
use crate::shown::Shown;
use crate::tasks::Task;
use crate::{address, search};
use consensus_lessons::Place;
use consensus_lessons::guided::{Ask, GUIDED, Guided};
use consensus_lessons::missions::{Mission, Progress};
use yew::prelude::*;

/// The strip.
pub fn guide(props: &Shown) -> Html {
    if let Some(search) = search::strip(props) {
        return search;
    }
    let (place, answer, progress) = match props.store.with(|m| m.task.as_ref().map(Task::seen)) {
        Some(seen) => seen,
        None => return Html::default(),
    };
    let (title, head, body) = match place {
        Place::Step(guided, at) => {
            (guided.title, doors(props, guided, at), lesson(props, guided, at, answer))
        }
        Place::Mission(mission) => {
            (mission.title, standing(props, mission, &progress), html! { <p>{ mission.brief }</p> })
        }
    };
    html! {
        <section class={classes!("guide", matches!(place, Place::Mission(_)).then_some("mission"))} aria-label={title}>
            <div class="guide-head">
                <h2>{ title }</h2>
                { head }
                <button class="icon plain" aria-label="Leave" title="Leave"
                    onclick={props.store.on(|m, _: MouseEvent| m.leave_task())}>{ sign(Sign::Cross) }</button>
            </div>
            { body }
        </section>
    }
}

/// Which step it is, and the ways to the others. They stand where they always are, whatever there is to read.
fn doors(props: &Shown, guided: &'static Guided, at: usize) -> Html {
    let count = guided.steps.len();
    let (label, onward) = if at + 1 == count { ("Finish", None) } else { ("Next", Some(at + 1)) };
    html! {
        <>
            <span class="quiet">{ format!("{} of {count}", at + 1) }</span>
            <button disabled={at == 0} title={if at == 0 { "This is the first step" } else { "To the step before" }}
                onclick={props.store.on(move |m, _: MouseEvent| m.enter(guided, at.saturating_sub(1)))}>{ "Back" }</button>
            <button class="primary" onclick={props.store.on(move |m: &mut Model, _: MouseEvent| match onward {
                Some(next) => m.enter(guided, next),
                None => m.leave_task(),
            })}>{ label }</button>
        </>
    }
}

/// One step of a guided lesson.
fn lesson(props: &Shown, guided: &'static Guided, at: usize, answer: Option<usize>) -> Html {
    let step = &guided.steps[at];
    let last = at + 1 == guided.steps.len();
    let onward = GUIDED.iter().skip_while(|g| g.name != guided.name).nth(1).filter(|_| last);
    html! {
        <>
            <p aria-live="polite">
                { step.say }
                if let Some(next) = onward {
                    { " " }<a href={format!("{}{}", address::here(), Place::Step(next, 0).fragment())}>{ "Next lesson: " }{ next.title }</a>
                }
            </p>
            if let Some(ask) = &step.ask { { question(props, ask, answer) } }
        </>
    }
}

/// A prediction, and what became of it.
fn question(props: &Shown, ask: &'static Ask, answer: Option<usize>) -> Html {
    html! {
        <div class="ask" role="group" aria-label={ask.question}>
            <b>{ ask.question }</b>
            { for ask.answers.iter().enumerate().map(|(i, text)| html! {
                <button aria-pressed={(answer == Some(i)).to_string()}
                    onclick={props.store.on(move |m: &mut Model, _: MouseEvent| m.answer(i))}>{ *text }</button>
            }) }
            <span role="status">
                if let Some(given) = answer { { if given == ask.right { "Right. " } else { "No. " } }{ ask.because } }
            </span>
        </div>
    }
}

/// How far a mission is.
fn standing(props: &Shown, mission: &'static Mission, progress: &Progress) -> Html {
    let told = match progress {
        Progress::Open => "Not done yet.".to_owned(),
        Progress::Astray(key) => format!("{key} may not be changed here: undo that."),
        Progress::Done(1) => "Mission accomplished, with one change.".to_owned(),
        Progress::Done(count) => format!("Mission accomplished, with {count} changes."),
    };
    let class = match progress {
        Progress::Open => "quiet",
        Progress::Astray(_) => "warn-ink",
        Progress::Done(_) => "ok-ink",
    };
    html! {
        <>
            <b role="status" {class}>{ told }</b>
            <button onclick={props.store.on(move |m, _: MouseEvent| m.begin_mission(mission))}>{ "Start over" }</button>
        </>
    }
}
