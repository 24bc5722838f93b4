//! What each contestant has cost up to this moment, beside what the document says.

use crate::markup::html;
use crate::shown::Shown;
use crate::words;
use crate::worker::growth::Found;
use consensus_figure::shape::number;
use consensus_lab::compare::{Measured, exponent, measured, of_later_rounds};
use consensus_lab::{Contestant, Documented, Judged, Rate, Span, documented, verdict};
use yew::prelude::*;

/// Heads of the columns: short, and in a sentence.
const HEADS: [(&str, &str); 7] = [
    (
        "Tolerates",
        "Faulty replicas that the protocol promises to survive; once growth is measured, the most with which nothing failed of what was tried: crashed or lying, at several places and in several ways.",
    ),
    ("Decided", "Values decided so far; one that many are told counts once"),
    (
        "Messages",
        "Between replicas, for each decision; in brackets with elections and background; without later rounds, as papers count: who has not heard of the decision yet goes on",
    ),
    ("With clients", "Messages from or to a client, for each decision"),
    (
        "Delays",
        "Message delays until the first replica decides, until all do, until the client knows; where it knows first, replicas answer on trust and decide with the next checkpoint",
    ),
    ("Latency", "Median time from request to answer, or until all have decided"),
    ("Throughput", "Decisions a second, up to the last of them"),
];

/// Events of a run that are gone through, at most, for what one of its counts is made of: it is done again in each frame.
pub const EVENTS: u64 = 1 << 10;

/// The table.
pub fn table(props: &Shown) -> Html {
    let rows = props.store.with(|m| {
        let growth = m.contest.as_ref().and_then(|c| c.growth.as_ref());
        let all: Vec<Contestant<'_>> = (0..m.contestants())
            .map(|who| {
                let session = m.contestant(who);
                Contestant {
                    name: m.contestant_name(who),
                    scenario: session.scenario(),
                    measured: Measured {
                        later_rounds: of_later_rounds(session, EVENTS),
                        ..measured(session)
                    },
                    // A curve of few points has another slope.
                    exponent: growth
                        .filter(|g| g.made() >= g.all)
                        .and_then(|g| exponent(&g.curve(who, false))),
                    survived: growth.and_then(|g| g.tolerance(who)),
                }
            })
            .collect();
        let rivals = m.contest.as_ref().map_or(&[][..], |c| &c.rivals);
        let row = |(who, c): (usize, &Contestant<'_>)| {
            let changed = who.checked_sub(1).and_then(|at| rivals.get(at)).map_or("", |r| &r.changed);
            html! {
                <>
                    <tr>
                        <th scope="row">{ c.name.clone() }</th>
                        <td>{ tolerates(c.measured.f, c.scenario.bound().formula(), c.survived) }</td>
                        { for cells(&c.measured).into_iter().map(|text| html! { <td>{ text }</td> }) }
                    </tr>
                    { across(changed, "quiet warn-ink") }
                    { for documented(c.measured.protocol).map(|row| said(row, &verdict(row, who, &all))) }
                </>
            }
        };
        all.iter().enumerate().map(row).collect::<Vec<_>>()
    });
    html! {
        <div class="compare-scroll" tabindex="0" role="region" aria-label="Measured so far">
            <table class="compare">
                <caption>{ "Measured, and what the document says" }</caption>
                <thead>
                    <tr>
                        <th scope="col">{ "Protocol" }</th>
                        { for HEADS.iter().map(|(head, says)| html! { <th scope="col" title={*says}>{ *head }</th> }) }
                    </tr>
                </thead>
                <tbody>{ for rows }</tbody>
            </table>
        </div>
    }
}

/// The bound, and beside it, once it was tried, with how many crashed and how many lying replicas nothing failed.
fn tolerates(f: usize, bound: &str, tried: Option<Found>) -> String {
    let tried = match tried {
        None => String::new(),
        Some([None, _]) => "; undetermined: it does not finish".to_owned(),
        Some([Some(crashes), liars]) => {
            let liars = liars.map_or_else(String::new, |liars| format!(", {liars} lying"));
            format!("; tried: {crashes} crashed{liars}")
        }
    };
    format!("f = {f}, {bound}{tried}")
}

fn cells(m: &Measured) -> [String; 6] {
    let real = |value: Option<f64>| value.map_or_else(dash, number);
    let whole = |value: Option<u32>| value.map_or_else(dash, |v| v.to_string());
    let messages = match (m.messages, m.messages_all) {
        (Some(own), Some(all)) if all > own => format!("{} ({})", number(own), number(all)),
        (own, _) => real(own),
    };
    let later = m.later_rounds.map_or_else(String::new, |later| {
        format!(", {} without later rounds", real(m.messages.map(|all| all - later as f64)))
    });
    [
        words::grouped(m.decisions),
        messages + &later,
        real(m.messages_client),
        format!(
            "{} / {} / {}{}",
            whole(m.delays_first),
            whole(m.delays_all),
            whole(m.delays_client),
            if m.client_first() { " (client first)" } else { "" }
        ),
        m.latency_us.map_or_else(dash, |us| match us {
            0..1_000 => Span(us).to_string(),
            _ => words::moment(us as f64),
        }),
        m.throughput.map_or_else(dash, |rate| Rate(rate).to_string()),
    ]
}

fn dash() -> String {
    "–".to_owned()
}

/// The document's row, and what the measurements say to it.
fn said(row: &Documented, judged: &[Judged]) -> Html {
    // What nothing measured can tell yet goes without saying: the cells above are empty.
    let mut verdict = String::new();
    judged.iter().filter(|j| j.agrees.is_some()).for_each(|j| verdict += &format!("{}\n", j.says));
    html! {
        <>
            <tr class="said">
                <th scope="row">{ "the document says" }</th>
                <td>{ row.tolerance }</td><td></td><td>{ row.messages }</td><td></td><td></td><td>{ row.latency }</td><td>{ row.throughput }</td>
            </tr>
            { across(&verdict, "") }
        </>
    }
}

/// A sentence across the table, if there is one.
fn across(text: &str, class: &'static str) -> Html {
    html! {
        if !text.is_empty() { <tr class="differs"><td colspan="8"><p class={class}>{ text.to_owned() }</p></td></tr> }
    }
}
