//! One line of the form: a label, a text that is read as a link reads it, and a sentence if it cannot be.

use crate::markup::html;
use crate::store::Store;
use consensus_figure::shape::Within;
use consensus_figure::shape::number;
use yew::prelude::*;

/// Why a number cannot be changed further.
pub const LIMIT: &str = "That is the limit";

/// What a field needs.
#[derive(PartialEq, Properties)]
pub struct FieldProps {
    /// The page's state.
    pub store: Store,
    /// The key, as in a link.
    pub name: AttrValue,
    /// What people call it.
    pub label: AttrValue,
    /// Its letter in the papers.
    #[prop_or_default]
    pub letter: AttrValue,
    /// What it means.
    #[prop_or_default]
    pub help: AttrValue,
    /// How it stands.
    pub value: AttrValue,
    /// For whole numbers: smallest and largest, for the buttons beside it.
    #[prop_or_default]
    pub steps: Option<(u64, u64)>,
    /// Shown while it is empty.
    #[prop_or_default]
    pub placeholder: AttrValue,
    /// Further controls: a slider, a button.
    #[prop_or_default]
    pub children: Html,
}

/// One line of the form.
#[component]
pub fn Field(props: &FieldProps) -> Html {
    let FieldProps { store, name, label, letter, help, value, steps, placeholder, children } = props;
    // What is being typed, until it is handed over.
    let draft = use_state(|| None::<String>);
    let error = store.with(|m| m.field_error.clone()).filter(|e| e.key == name.as_str());
    let commit = {
        let (store, name, draft) = (store.clone(), name.clone(), draft.clone());
        Callback::from(move |text: String| {
            let taken = store.update(|m| {
                m.set_key(&name, &text);
                m.field_error.is_none()
            });
            draft.set((!taken).then_some(text));
        })
    };
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |e: InputEvent| {
            draft.set(Some(e.target_unchecked_into::<web_sys::HtmlInputElement>().value()));
        })
    };
    let onchange = {
        let commit = commit.clone();
        Callback::from(move |e: Event| {
            commit.emit(e.target_unchecked_into::<web_sys::HtmlInputElement>().value())
        })
    };
    let step_to = |to: Option<u64>, sign: &'static str, word: &'static str| {
        let commit = commit.clone();
        html! {
            <button type="button" disabled={to.is_none()} title={if to.is_none() { LIMIT } else { word }} aria-label={format!("{word} {label}")}
                onclick={move |_| if let Some(to) = to { commit.emit(to.to_string()) }}>{ sign }</button>
        }
    };
    let number = value.parse::<u64>().ok();
    let less = steps.and_then(|(min, _)| number.filter(|x| *x > min).map(|x| x - 1));
    let more = steps.and_then(|(_, max)| number.filter(|x| *x < max).map(|x| x + 1));
    let id = format!("field-{name}");
    let id_error = format!("error-{name}");
    let shown = draft.as_ref().filter(|_| error.is_some() || draft.is_some()).cloned();
    html! {
        <div class={classes!("field", error.is_some().then_some("wrong"))}>
            <label for={id.clone()} title={help.clone()}>
                { label.clone() }
                if !letter.is_empty() { { " " }<i>{ letter.clone() }</i> }
            </label>
            <span class={if steps.is_some() { "entry stepper" } else { "entry" }}>
                if steps.is_some() { { step_to(less, "−", "Less") } }
                <input {id} type="text" autocomplete="off" spellcheck="false" {oninput} {onchange} title={help.clone()}
                    inputmode={if steps.is_some() { "numeric" } else { "text" }} placeholder={placeholder.clone()}
                    value={shown.unwrap_or_else(|| value.to_string())} maxlength="200"
                    aria-invalid={error.is_some().to_string()} aria-describedby={id_error.clone()} />
                if steps.is_some() { { step_to(more, "+", "More") } }
            </span>
            { children.clone() }
            <p class="wrong-why" id={id_error} role={error.as_ref().map(|_| "alert")}>{ error.map(|e| e.why).unwrap_or_default() }</p>
        </div>
    }
}

/// A switch with its label.
pub fn toggle(label: Html, help: String, on: bool, set: Callback<bool>) -> Html {
    let onchange = Callback::from(move |e: Event| {
        set.emit(e.target_unchecked_into::<web_sys::HtmlInputElement>().checked());
    });
    html! {
        <label class="toggle" title={help}>
            <input type="checkbox" role="switch" checked={on} {onchange} />
            <span>{ label }</span>
        </label>
    }
}

/// The rail of a slider, filled between two shares of its length.
pub fn rail(from: f64, to: f64) -> Html {
    let share = |x: f64| number(100.0 * x.within(0.0, 1.0)) + "%";
    html! {
        <svg class="rail" aria-hidden="true" focusable="false">
            <line class="rail-all" x1="0" x2="100%" y1="10" y2="10" />
            <line x1={share(from)} x2={share(to)} y1="10" y2="10" />
        </svg>
    }
}
