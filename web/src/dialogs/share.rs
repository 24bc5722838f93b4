//! Links to exactly what is on screen: for people, for Markdown, for another page.

use super::take::take;
use crate::address;
use crate::markup::html;
use crate::part::part;
use crate::shown::Shown;
use crate::words;
use consensus_kernel::Panel;
use consensus_lab::paste;
use consensus_scenario::print_file;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlTextAreaElement, window};
use yew::functional::Hook;
use yew::platform::spawn_local;
use yew::prelude::*;

/// The share dialog.
pub fn share(props: Shown) -> Html {
    part("share", props, |ctx, props| use_share(props).run(ctx))
}

#[hook]
fn use_share(props: &Shown) -> Html {
    let with_moment = use_state(|| true);
    // As it was when the dialog opened: what is being copied must not change under the hand.
    let now = use_memo((), |()| {
        props.store.with(|m| {
            let link = m.link();
            let file = print_file(&link);
            let found = m.session().panels().into_iter().find_map(|panel| match panel {
                Panel::Opinions(panel) => Some((paste::as_text(&panel), paste::as_json(&panel))),
                _ => None,
            });
            (link, m.title(), (m.clock_us, m.moment()), file, found)
        })
    });
    let (title, (at_us, moment), file) = (&now.1, &now.2, &now.3);
    let fragment = use_state(|| address::short_link_to(&now.0));
    {
        let (fragment, now) = (fragment.clone(), now.clone());
        use_effect_with((), move |()| {
            if fragment.is_none() {
                spawn_local(async move { fragment.set(Some(address::link_to(&now.0).await)) });
            }
        });
    }
    let flip = {
        let with_moment = with_moment.clone();
        Callback::from(move |e: Event| {
            with_moment.set(e.target_unchecked_into::<web_sys::HtmlInputElement>().checked());
        })
    };
    let at = if *with_moment { format!("start={moment}") } else { String::new() };
    // Where the time alone does not say which of several events was the last.
    let events = match moment.parse::<u64>() {
        Ok(events) => format!(", after {} events", words::grouped(events)),
        Err(_) => String::new(),
    };
    let address = |parts: &[&str], fragment: &str| {
        let query: Vec<&str> = parts.iter().copied().filter(|p| !p.is_empty()).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}{fragment}", address::here(), query.join("&"))
    };
    let body = match &*fragment {
        None => Html::default(),
        Some(Ok(fragment)) => {
            let link = address(&[&at], fragment);
            let frame = address(&["embed=1", &at], fragment);
            let here = address::here();
            let folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
            let markdown_title = title.replace(['[', ']'], "");
            html! {
                <>
                    { copied("Link", link.clone(), 2) }
                    { copied("Markdown", format!("[{markdown_title}]({link})"), 2) }
                    { copied("Frame for a page of yours", format!(
                        "<iframe src=\"{}\" width=\"100%\" height=\"560\" title=\"{}\" loading=\"lazy\"></iframe>",
                        attribute(&frame), attribute(title)
                    ), 2) }
                    { copied("Element for a page with several runs", format!(
                        "<script src=\"{}/embed.js\"></script>\n<consensus-playground scenario=\"{}\"{}></consensus-playground>",
                        folder, attribute(fragment), if *with_moment { format!(" start=\"{moment}\"") } else { String::new() }
                    ), 2) }
                </>
            }
        }
        Some(Err(why)) => html! { <p class="refused">{ why.clone() }</p> },
    };
    html! {
        <div class="share">
            <label class="toggle">
                <input type="checkbox" role="switch" checked={*with_moment} onchange={flip} />
                <span>{ format!("Begin at this moment, {}{events}", words::moment(*at_us)) }</span>
            </label>
            { body }
            if let Some((text, json)) = &now.4 {
                <details>
                    <summary>{ "Result" }</summary>
                    { copied("Result as text", text.clone(), 6) }
                    { copied("Result as JSON", json.clone(), 6) }
                </details>
            }
            <details><summary>{ "Scenario file" }</summary>{ copied("Scenario file", file.clone(), 6) }</details>
            { take(props.clone()) }
        </div>
    }
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// A text to copy.
#[derive(PartialEq)]
struct CopiedProps {
    label: &'static str,
    text: AttrValue,
    rows: u32,
}

/// A text with a button that copies it; where that is forbidden, the text is selected for copying by hand.
pub fn copied(label: &'static str, text: String, rows: u32) -> Html {
    part(label, CopiedProps { label, text: text.into(), rows }, |ctx, props| use_copied(props).run(ctx))
}

#[hook]
fn use_copied(props: &CopiedProps) -> Html {
    let area = use_node_ref();
    let told = use_state(|| "");
    let id = format!("copy-{}", props.label.replace(' ', "-"));
    let copy = {
        let (area, told, text) = (area.clone(), told.clone(), props.text.clone());
        Callback::from(move |_: MouseEvent| {
            let (area, told, text) = (area.clone(), told.clone(), text.clone());
            spawn_local(async move {
                let clipboard =
                    window().filter(web_sys::Window::is_secure_context).map(|w| w.navigator().clipboard());
                let copied = match clipboard {
                    Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
                    None => false,
                };
                if !copied && let Some(area) = area.cast::<HtmlTextAreaElement>() {
                    area.select();
                }
                told.set(if copied {
                    "Copied."
                } else {
                    "Selected: copy it with the keyboard or the menu of your browser."
                });
            });
        })
    };
    html! {
        <div class="copied">
            <div class="copied-head"><label for={id.clone()}>{ props.label }</label><button onclick={copy} aria-label={format!("Copy: {}", props.label)}>{ "Copy" }</button></div>
            <textarea {id} ref={area} readonly=true rows={props.rows.to_string()} value={props.text.clone()} spellcheck="false" />
            <p class="quiet" role="status">{ *told }</p>
        </div>
    }
}
