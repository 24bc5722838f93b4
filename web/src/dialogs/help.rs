//! Keys, gestures, and what signs and words mean.

use crate::markup::html;
use crate::shown::Shown;
use yew::prelude::*;

const KEYS: &[(&str, &str)] = &[
    ("Space", "play or pause"),
    ("← →", "previous, next event"),
    ("Ctrl + ← →", "previous, next round: where a leader, a decision or a violation appears"),
    ("Home, End", "beginning, end of what is known"),
    ("?", "this help"),
];

const SIGNS: &[(&str, &str)] = &[
    ("filled", "a request or proposal"),
    ("hollow", "a reply or vote"),
    ("colour", "the term or view that owns a message or an entry, never its sender"),
    ("ring around a node", "a timer running out"),
    ("dots at a node", "votes it has, of those it needs"),
    ("hatched node", "it lies"),
    (
        "dashed ring around a node",
        "befouled: correct, but what its safety rests on is broken in this run; with ≠, another correct node decided otherwise",
    ),
    ("dashed grey node with ✕", "it has crashed"),
    ("dashes that end in ✕", "a message that was lost"),
    (
        "flag, diamond, wedge, ✕ on the line of time",
        "a new leader, a decision, a fault, a violation; a press on one leads there",
    ),
    ("‖ below that line", "a pause: playing stops there"),
    ("// on that line", "from here on time is drawn shorter: nothing but silence"),
    ("1/38", "the speed: so many times slower than the virtual world"),
];

const WORDS: &[(&str, &str)] = &[
    ("f", "how many nodes may fail or lie while all promises hold"),
    ("quorum", "votes enough that any two quorums share somebody honest"),
    ("view, term, ballot", "attempts, counted; a later one may have another leader"),
    ("Byzantine", "may do anything, such as tell each another thing"),
    ("the document", "the text that is made playable here, and held against the papers"),
];

/// The help.
pub fn help(_: &Shown) -> Html {
    let list = |items: &'static [(&'static str, &'static str)]| {
        html! { <dl class="help">{ for items.iter().map(|(a, b)| html! { <div><dt>{ *a }</dt><dd>{ *b }</dd></div> }) }</dl> }
    };
    html! {
        <>
            <p>
                { "This is a real engine, not a film: every node runs the protocol, and what you do to a node or a message \
                   changes what follows. Select one in the picture to see its state and what can be done to it. Going back \
                   and doing something else makes a branch; the old future stays beside it. While nothing is under way and \
                   only timers run, time passes eight times as fast." }
            </p>
            <h3>{ "Words" }</h3>
            { list(WORDS) }
            <h3>{ "Signs" }</h3>
            { list(SIGNS) }
            <h3>{ "Keys" }</h3>
            { list(KEYS) }
        </>
    }
}
