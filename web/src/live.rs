//! Decisions, violations, faults and the visitor's own gestures for those who listen instead of looking.

use crate::markup::html;
use crate::shown::Shown;
use consensus_lab::view::MarkKind;
use yew::prelude::*;

/// A live region that says the latest of them at the cursor.
pub fn live(props: &Shown) -> Html {
    let text = props.store.with(|m| {
        if let Some(place) = m.standing() {
            return Some(format!("Paused. {}", m.stops[place].pause.note));
        }
        let here = m.session().position();
        let marks = m.session().marks();
        let told = |kind: MarkKind| kind != MarkKind::Leader;
        let latest = marks.iter().rfind(|k| k.position <= here && told(k.kind))?.position.event;
        // One event can break several promises.
        let all = marks.iter().filter(|k| k.position.event == latest && told(k.kind));
        Some(all.map(|k| k.label.as_str()).collect::<Vec<_>>().join(". "))
    });
    html! { <p class="unseen" role="status" aria-live="polite">{ text.unwrap_or_default() }</p> }
}
