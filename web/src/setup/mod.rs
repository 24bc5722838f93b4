//! The form from which a scenario is made; all of it comes from what the protocol says of itself.

mod add_fault;
mod agents;
mod details;
mod each;
mod faults;
pub mod field;
mod network;
mod rules;

pub use rules::consequence;

use crate::markup::html;
use crate::part::part;
use crate::store::Store;
use yew::functional::Hook;
use yew::prelude::*;

/// What the parts of the form need.
#[derive(Clone, PartialEq)]
pub struct Form {
    /// The page's state.
    pub store: Store,
    /// How often the scenario was edited: the form is drawn again only then.
    pub edits: u64,
}

/// The form.
pub fn set_up(props: Form) -> Html {
    part("set-up", props, |ctx, props| use_set_up(props).run(ctx))
}

#[hook]
fn use_set_up(props: &Form) -> Html {
    html! {
        <section class="setup" aria-label="Set-up">
            <h2>{ "Set-up" }</h2>
            { agents::agents(props) }
            { network::network_fields(props) }
            { faults::faults(props) }
            { each::each(props) }
            { details::usual(props) }
            { rules::rules(props) }
            { details::seldom(props) }
        </section>
    }
}
