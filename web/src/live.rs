//! Decisions and violations for those who listen instead of looking.

use crate::markup::html;
use crate::shown::Shown;
use consensus_lab::view::MarkKind;
use yew::prelude::*;

/// A live region that says the latest decision or violation at the cursor.
pub fn live(props: &Shown) -> Html {
    let text = props.store.with(|m| {
        if let Some(place) = m.standing() {
            return Some(format!("Paused. {}", m.stops[place].pause.note));
        }
        let here = m.session().position();
        let marks = m.session().marks();
        let told = |kind: MarkKind| matches!(kind, MarkKind::Decision | MarkKind::Violation);
        let latest = marks.iter().rev().find(|k| k.position <= here && told(k.kind));
        latest.map(|k| match k.kind {
            MarkKind::Violation => format!("Violated: {}", k.label),
            _ => k.label.clone(),
        })
    });
    html! { <p class="unseen" role="status" aria-live="polite">{ text.unwrap_or_default() }</p> }
}
