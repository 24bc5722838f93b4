//! Answers gathered to camps: what was found, how heavy each camp is, and what each agent's vote is worth.

use super::matrix::head;
use crate::markup::html;
use crate::shown::Shown;
use consensus_figure::shape::number;
use consensus_kernel::{BarRow, Camp, NodeId, OpinionPanel, Verdict, Voice};
use yew::prelude::*;

/// Draws them.
pub fn opinions(props: &Shown, panel: &OpinionPanel) -> Html {
    html! {
        <div class="log opinions">
            <h2>{ panel.title }</h2>
            <p>{ panel.question.clone() }</p>
            { for panel.verdicts.iter().map(verdict) }
            <ol class="camps" aria-label="Camps, the heaviest first">
                { for panel.camps.iter().map(|c| camp(c, panel)) }
            </ol>
            <div class="log-scroll" tabindex="0" role="region" aria-label="What each vote is worth">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{ "Agent" }</th>
                            <th scope="col" title="Its position among the camps">{ "Camp" }</th>
                            <th scope="col" title="Trust times expertise, as a share of all">{ "Weight" }</th>
                            <th scope="col" title="How often its vote turns the scale (Banzhaf 1965)">{ "Power" }</th>
                            <th scope="col" title="The best weight for an agent that is right with probability p = trust · expertise: ln(p / (1 − p))">
                                { "Best" }
                            </th>
                            <th scope="col">{ "Answer" }</th>
                        </tr>
                    </thead>
                    <tbody>{ for panel.voices.iter().map(|v| voice(props, v)) }</tbody>
                </table>
            </div>
        </div>
    }
}

fn percent(share: u32) -> String {
    BarRow::percent(share * 100)
}

fn agents(replicas: &[usize]) -> String {
    let who = if replicas.len() == 1 { "Agent " } else { "Agents " };
    who.to_owned() + &replicas.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

fn verdict(verdict: &Verdict) -> Html {
    let found = format!("{}: {}", agents(&verdict.replicas), verdict.what);
    let (answer, share) = match &verdict.answer {
        Some(answer) => {
            (format!("“{answer}”"), format!("agreement {} of all weight", percent(verdict.share)))
        }
        None => (String::new(), String::new()),
    };
    html! { <p class="verdict">{ found }{ " " }<strong>{ answer }</strong>{ " " }{ share }</p> }
}

fn camp(camp: &Camp, panel: &OpinionPanel) -> Html {
    let at = |share: u32| number(f64::from(share.min(10_000)) / 100.0) + "%";
    let part = match panel.camps.iter().any(|c| c.wins) {
        _ if camp.wins => " · wins",
        true => " · dissent",
        false => "",
    };
    html! {
        <li class={camp.wins.then_some("wins")}>
            <span class="answer">{ camp.answer.clone() }</span>
            <svg class="share" aria-hidden="true" focusable="false">
                <rect class="all" width="100%" height="100%" rx="4" />
                <rect width={at(camp.share)} height="100%" rx="4" />
                <line x1={at(panel.threshold)} x2={at(panel.threshold)} y1="0" y2="100%" />
            </svg>
            <span>{ format!("{} · {}{part}", percent(camp.share), agents(&camp.members)) }</span>
        </li>
    }
}

fn voice(props: &Shown, voice: &Voice) -> Html {
    let best = voice.best.map_or_else(|| "∞".to_owned(), |b| number(f64::from(b) / 100.0));
    html! {
        <tr>
            <th scope="row">
                { head(props, &voice.replica.to_string(), Some(NodeId::replica(voice.replica))) }
            </th>
            <td>{ voice.camp.map_or_else(|| "–".to_owned(), |c| (c + 1).to_string()) }</td>
            <td>{ percent(voice.share) }</td>
            <td>{ voice.power.map_or_else(|| "–".to_owned(), percent) }</td>
            <td>{ best }</td>
            <td class="answer">{ voice.answer.clone() }{ for voice.marks.iter().map(|mark| html! { <span class="tag hits">{ *mark }</span> }) }</td>
        </tr>
    }
}
