//! The page as a whole: opens a run, and lays out what shows it.

use crate::model::Model;
use crate::stage::Stage;
use crate::store::Store;
use crate::timeline::Timeline;
use consensus_lab::{Studio, catalogue};
use consensus_scenario::Scenario;
use yew::prelude::*;

/// The page.
#[component]
pub fn App() -> Html {
    let opened = use_memo((), |()| {
        let meta = catalogue().first().ok_or("No protocol is built into this page.".to_owned())?;
        let studio = Studio::new(Scenario::new(meta)).map_err(|e| format!("{}: {}", e.key, e.why))?;
        Ok::<_, String>(Store::new(Model::new(studio)))
    });
    let version = use_state(|| 0u64);
    {
        let version = version.setter();
        use_effect_with((), {
            let opened = opened.clone();
            move |()| {
                if let Ok(store) = &*opened {
                    store.subscribe(Callback::from(move |v| version.set(v)));
                }
            }
        });
    }
    match &*opened {
        Err(why) => html! { <p role="alert">{ why.clone() }</p> },
        Ok(store) => html! {
            <main>
                <Stage store={store.clone()} version={*version} />
                <Timeline store={store.clone()} version={*version} />
            </main>
        },
    }
}
