//! The control bar: lets time pass, steps both ways, sets the speed, says where the cursor stands, and lists branches.

use crate::icons::{Sign, sign};
use crate::markup::html;
use crate::model::{Dialog, Model};
use crate::scale::{log10, pow10};
use crate::setup::field::rail;
use crate::shown::Shown;
use crate::words;
use consensus_figure::shape::Within;
use consensus_figure::shape::{hundredths, number};
use consensus_lab::view::End;
use yew::prelude::*;

/// Exponents of ten of the slowest and fastest speed, in virtual µs per real second.
const SPEED_LOW: f64 = 2.0;
const SPEED_HIGH: f64 = 8.0;

/// Why a step cannot be taken.
const BEGINNING: &str = "The run begins here";
const EDGE: &str = "Nothing is known beyond this moment";

/// The control bar.
pub fn controls(props: &Shown) -> Html {
    let store = &props.store;
    let (playing, speed, clock_us, event, known, end, over) = store.with(|m| {
        let session = m.session();
        let (event, known) = (session.position().event, session.frontier().event);
        (m.playing, m.speed, m.clock_us, event, known, session.end(), m.at_end())
    });
    let at_end = over && !playing;
    let set_speed = store.on(|m, e: InputEvent| {
        let exponent = e.target_unchecked_into::<web_sys::HtmlInputElement>().value_as_number();
        if exponent.is_finite() {
            m.speed = pow10(exponent.within(SPEED_LOW, SPEED_HIGH));
        }
    });
    let (play_label, play_sign) = match (playing, over) {
        (true, _) => ("Pause (Space)", Sign::Pause),
        (false, true) => ("Play again from the start (Space)", Sign::Again),
        _ => ("Play (Space)", Sign::Play),
    };
    let step = |sign_shown: Sign, label: &'static str, off: bool, act: fn(&mut Model)| {
        let refused = if event == 0 { BEGINNING } else { EDGE };
        html! {
            <button class="step" title={if off { refused } else { label }} aria-label={label} disabled={off}
                onclick={store.on(move |m, _: MouseEvent| act(m))}>{ sign(sign_shown) }</button>
        }
    };
    html! {
        <section class="controls" aria-label="Time">
            <div class="transport">
                { step(Sign::BackRound, "Previous round (Ctrl+←)", event == 0, |m| m.step_round(false)) }
                { step(Sign::Back, "Previous event (←)", event == 0, |m| m.step(false)) }
                <button class="play" title={play_label} aria-label={play_label}
                    onclick={store.on(|m, _: MouseEvent| m.toggle_play())}>
                    { sign(play_sign) }
                </button>
                { step(Sign::Next, "Next event (→)", at_end, |m| m.step(true)) }
                { step(Sign::NextRound, "Next round (Ctrl+→)", at_end, |m| m.step_round(true)) }
            </div>
            <label class="speed">
                <span>{ "speed" }</span>
                <span class="sliders">
                    { rail(0.0, (log10(speed) - SPEED_LOW) / (SPEED_HIGH - SPEED_LOW)) }
                    <input type="range" min={number(SPEED_LOW)} max={number(SPEED_HIGH)} step="0.05"
                        value={hundredths(log10(speed))} oninput={set_speed} aria-valuetext={speed_text(speed)} />
                </span>
                <output>{ speed_text(speed) }</output>
            </label>
            <div class="where">
                <b class="clock">{ words::moment(clock_us) }</b>
                <span class="count" title={end_reason(end)}>
                    { format!("event {} of {}{}", words::grouped(event), words::grouped(known), if end.is_some() { "" } else { "+" }) }
                    if at_end { { " · " }{ end_words(end) } }
                </span>
            </div>
            { branches(props) }
        </section>
    }
}

/// The branches of the run, and the way back to where the visitor was.
fn branches(props: &Shown) -> Html {
    let store = &props.store;
    let (names, current, in_past) = store.with(|m| {
        let names: Vec<String> = m.studio.branches().iter().map(|b| b.name.clone()).collect();
        (names, m.studio.current(), m.studio.in_the_past() && !m.playing)
    });
    html! {
        <div class={classes!("branches", (names.len() == 1).then_some("only"))} role="group" aria-label="Branches">
            <button class="live" disabled={!in_past}
                title={if in_past { "To the furthest moment seen on this branch" } else { "Nothing later was seen on this branch, or time passes" }}
                onclick={store.on(|m, _: MouseEvent| m.return_to_live())}>{ "return to live" }</button>
            { for names.iter().enumerate().map(|(i, name)| html! {
                <button class="branch" aria-pressed={(i == current).to_string()} title={name.clone()}
                    onclick={store.on(move |m, _: MouseEvent| m.switch_branch(i))}>{ name.clone() }</button>
            }) }
            if names.len() > 1 {
                <button title="Name, compare and delete branches" aria-label="All branches"
                    onclick={store.on(|m, _: MouseEvent| m.dialog = Some(Dialog::Branches))}>{ "⋯" }</button>
            }
        </div>
    }
}

/// How much slower or faster than the virtual world.
fn speed_text(speed: f64) -> String {
    let slow = 1e6 / speed;
    match slow {
        s if s >= 9.5 => format!("1/{}", two_digits(s)),
        s if s > 1.05 => format!("1/{}", number(s)),
        s if s > 0.95 => "1×".to_owned(),
        s if s > 0.105 => format!("{}×", number(1.0 / s)),
        s => format!("{}×", two_digits(1.0 / s)),
    }
}

/// Rounds to two leading digits.
fn two_digits(x: f64) -> u64 {
    let mut scale = 1.0;
    while x / scale >= 100.0 {
        scale *= 10.0;
    }
    ((x / scale).round() * scale) as u64
}

fn end_words(end: Option<End>) -> &'static str {
    match end {
        Some(End::Quiescent) => "at rest",
        Some(End::Until) => "time is up",
        Some(End::Limit) => "stopped at the limit",
        None => "",
    }
}

fn end_reason(end: Option<End>) -> &'static str {
    match end {
        Some(End::Quiescent) => "Nothing can ever happen again: no message is under way, no timer is set.",
        Some(End::Until) => "The scenario ends here; see Set-up, Run until.",
        Some(End::Limit) => "A bound on events or messages is reached.",
        None => "",
    }
}
