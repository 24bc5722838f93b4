//! What each agent has of the protocol's own parameters: a row for each, with a cell for each number and a field for a text.

use super::Form;
use super::field::LIMIT;
use crate::markup::html;
use crate::model::PASTE;
use consensus_kernel::{ParamKind, ParamSpec, ParamValue, Ratio};
use consensus_scenario::{print_param, print_ratio};
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// The table; nothing if no parameter is given to each.
pub fn each(props: &Form) -> Html {
    let (meta, n, params) = props.store.with(|m| {
        let s = m.scenario();
        (s.meta, s.n, s.params.filled(s.meta.params, s.n))
    });
    let own: Vec<(&'static ParamSpec, ParamValue)> =
        meta.params.iter().zip(params.0).filter(|(spec, _)| spec.kind.is_per_replica()).collect();
    if own.is_empty() {
        return Html::default();
    }
    // A text (there is one at most) takes the width of the form; the numbers stand below it, side by side.
    let texts = || own.iter().filter(|(_, value)| matches!(value, ParamValue::Texts(_)));
    let numbers = || own.iter().filter(|(_, value)| !matches!(value, ParamValue::Texts(_)));
    let error = props.store.with(|m| m.field_error.clone());
    let error = error.filter(|e| e.key == PASTE || own.iter().any(|(spec, _)| spec.key == e.key));
    let take_over = props.store.on(|m, _: MouseEvent| {
        let area = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("paste"));
        if let Some(area) = area.and_then(|e| e.dyn_into::<web_sys::HtmlTextAreaElement>().ok()) {
            m.paste(&area.value());
        }
    });
    html! {
        <details open=true>
            <summary>{ "What each agent has" }</summary>
            <div class="each-scroll" tabindex="0" role="region" aria-label="What each agent has">
                <table class="each">
                    <thead>
                        <tr>
                            <th scope="col">{ "Agent" }</th>
                            { for numbers().map(|(spec, value)| head(props, spec, value)) }
                        </tr>
                    </thead>
                    { for (0..n).map(|i| html! {
                        <tbody>
                            { for texts().map(|(spec, value)| html! {
                                <tr>
                                    <th scope="row" rowspan="2">{ i.to_string() }</th>
                                    <td colspan="99">{ words(props, spec, value, i) }</td>
                                </tr>
                            }) }
                            <tr>
                                if texts().next().is_none() { <th scope="row">{ i.to_string() }</th> }
                                { for numbers().map(|(spec, value)| cells(props, spec, value, i)) }
                            </tr>
                        </tbody>
                    }) }
                </table>
            </div>
            <details class="paste">
                <summary>{ "Paste your own agents" }</summary>
                <label for="paste">{ "An answer a line, a table with named columns, or JSON" }</label>
                <textarea id="paste" rows="5" spellcheck="false"
                    placeholder={"[{\"answer\": \"…\", \"trust\": 0.9, \"expertise\": 0.8}, …]"} />
                <button type="button" onclick={take_over}>{ "Take over" }</button>
            </details>
            <p class="wrong-why" role={error.as_ref().map(|_| "alert")}>{ error.map(|e| e.why).unwrap_or_default() }</p>
        </details>
    }
}

/// The head of a column, or of several, with buttons for more and fewer.
fn head(props: &Form, spec: &'static ParamSpec, value: &ParamValue) -> Html {
    let (ParamValue::Table(rows), ParamKind::Table { columns: (least, most), .. }) = (value, &spec.kind)
    else {
        return html! { <th scope="col" title={spec.help}>{ spec.label }</th> };
    };
    let columns = rows.first().map_or(0, Vec::len);
    let button = |to: usize, sign: &'static str, word: &'static str| {
        let mut rows = rows.clone();
        rows.iter_mut().for_each(|row| row.resize(to, Ratio::ZERO));
        let text = print_param(spec, &ParamValue::Table(rows));
        let allowed = (*least..=*most).contains(&to);
        let set = props.store.on(move |m, _: MouseEvent| m.set_key(spec.key, &text));
        html! {
            <button type="button" disabled={!allowed} title={if allowed { word } else { LIMIT }} aria-label={format!("{word} columns of {}", spec.label)} onclick={set}>
                { sign }
            </button>
        }
    };
    html! {
        <th scope="colgroup" colspan={columns.to_string()} title={spec.help}>
            { spec.label }
            { button(columns.wrapping_sub(1), "−", "Fewer") }
            { button(columns + 1, "+", "More") }
        </th>
    }
}

/// The numbers that one agent has of one parameter.
fn cells(props: &Form, spec: &'static ParamSpec, value: &ParamValue, i: usize) -> Html {
    let label = format!("{} of agent {i}", spec.label);
    match value {
        ParamValue::Ratios(ratios) => {
            let texts: Vec<String> = ratios.iter().map(|r| print_ratio(*r)).collect();
            number(props, spec, label, texts, i, ",")
        }
        ParamValue::Table(rows) => {
            let columns = rows.first().map_or(1, Vec::len);
            let mut texts: Vec<String> = Vec::new();
            for row in rows {
                texts.extend(row.iter().map(|r| print_ratio(*r)));
            }
            let one = |column: usize| {
                let label = format!("{label}, column {}", column + 1);
                number(props, spec, label, texts.clone(), i * columns + column, "/")
            };
            (0..columns).map(one).collect()
        }
        _ => Html::default(),
    }
}

/// The field for one agent's text.
fn words(props: &Form, spec: &'static ParamSpec, value: &ParamValue, i: usize) -> Html {
    let (ParamValue::Texts(texts), ParamKind::Texts { bytes_max, .. }) = (value, &spec.kind) else {
        return Html::default();
    };
    let shown = texts.get(i).cloned().unwrap_or_default();
    let texts = texts.clone();
    let set = props.store.on(move |m, e: Event| {
        let mut texts = texts.clone();
        texts[i] = e.target_unchecked_into::<web_sys::HtmlTextAreaElement>().value();
        m.set_key(spec.key, &print_param(spec, &ParamValue::Texts(texts)));
    });
    html! {
        <textarea aria-label={format!("{} of agent {i}", spec.label)} rows="1" maxlength={bytes_max.to_string()} value={shown}
            onchange={set} />
    }
}

/// A field for one of several ratios; in a table (`/` between rows) a fraction has a colon.
fn number(
    props: &Form,
    spec: &'static ParamSpec,
    label: String,
    texts: Vec<String>,
    at: usize,
    between: &'static str,
) -> Html {
    let shown = texts[at].clone();
    let n = props.store.with(|m| m.scenario().n);
    let set = props.store.on(move |m, e: Event| {
        let mut texts = texts.clone();
        texts[at] = e.target_unchecked_into::<web_sys::HtmlInputElement>().value();
        let text = match between {
            "/" => {
                let rows = texts.chunks(texts.len() / n.max(1));
                rows.map(|row| row.join(",").replace('/', ":")).collect::<Vec<_>>().join("/")
            }
            _ => texts.join(","),
        };
        m.set_key(spec.key, &text);
    });
    html! {
        <td><input type="text" inputmode="decimal" autocomplete="off" aria-label={label} maxlength="20" value={shown} onchange={set} /></td>
    }
}
