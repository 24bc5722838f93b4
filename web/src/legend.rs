//! What the signs on the stage mean. All kinds of messages that the run sends, as far as it is known, have a place, so that
//! nothing moves when one appears for the first time; further signs join as this run shows them.

use crate::markup::html;
use crate::part::part;
use crate::shown::Shown;
use crate::stage::shapes::shapes;
use consensus_figure::glyph;
use consensus_figure::legend::{SIGN_HEIGHT, SIGN_WIDTH, Seen, entries};
use consensus_figure::point::Point;
use consensus_figure::shape::{Shape, number};
use consensus_lab::view::FlightMark;
use yew::functional::Hook;
use yew::prelude::*;

/// The legend below the stage.
pub fn legend(props: Shown) -> Html {
    part("legend", props, |ctx, props| use_legend(props).run(ctx))
}

#[hook]
fn use_legend(props: &Shown) -> Html {
    let seen = use_mut_ref(Seen::default);
    let of = use_mut_ref(|| (0, 0));
    let meta = props.store.with(|m| m.meta());
    let sent: Vec<bool> = props.store.with(|m| {
        let run = (m.edits, m.studio.current());
        if of.replace(run) != run {
            seen.replace(Seen::default());
        }
        let session = m.session();
        let mut flights = Vec::new();
        session.flights(&mut flights);
        seen.borrow_mut().note(&session.metrics(), &session.nodes(), &flights, &session.losses());
        (0..meta.kinds.len()).map(|kind| session.sends(kind)).collect()
    });
    let known = entries(meta, &seen.borrow());
    let middle = Point::new(SIGN_WIDTH / 2.0, SIGN_HEIGHT / 2.0);
    let kinds = meta.kinds.iter().zip(sent).filter_map(|(kind, sent)| {
        let appeared = known.iter().any(|e| e.label == kind.name);
        let sign = glyph::message(middle, 7.5, kind, 0, FlightMark::Plain);
        (sent || appeared).then(|| entry(&sign, kind.name, appeared))
    });
    let others = known.iter().filter(|e| meta.kinds.iter().all(|k| k.name != e.label));
    html! {
        <ul class="legend" aria-label="Legend" tabindex="0">
            { for kinds }
            { for others.map(|e| entry(&e.sign, &e.label, true)) }
            <li class="note">{ format!("colour: {}", meta.round) }</li>
        </ul>
    }
}

fn entry(sign: &[Shape], label: &str, appeared: bool) -> Html {
    html! {
        <li class={classes!((!appeared).then_some("not-yet"))}>
            <svg width="22" height="20" viewBox={format!("3 0 22 {}", number(SIGN_HEIGHT))} aria-hidden="true">{ shapes(sign) }</svg>
            { label.to_owned() }
        </li>
    }
}
