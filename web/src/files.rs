//! Files: what the page hands out to be saved, and what it is handed to open.

use crate::address::Fragment;
use crate::markup::html;
use crate::model::Model;
use crate::presentation::Presentation;
use crate::store::Store;
use crate::{address, open};
use consensus_scenario::bounds::FILE_BYTES;
use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, DragEvent, Element, File, HtmlCanvasElement, HtmlElement,
    HtmlImageElement, HtmlInputElement, Url, window,
};
use yew::platform::spawn_local;
use yew::prelude::*;

/// Pixels of a picture for each of its own.
const PIXELS: f64 = 2.0;

/// Saves a text as a file.
pub fn save(name: &str, text: &str) {
    let Ok(blob) = Blob::new_with_str_sequence(&Array::of1(&text.into())) else { return };
    if let Ok(url) = Url::create_object_url_with_blob(&blob) {
        save_from(name, &url);
    }
}

/// Saves what an address holds as a file.
pub fn save_from(name: &str, address: &str) {
    let link = window().and_then(|w| w.document()).and_then(|d| d.create_element("a").ok());
    if let Some(link) = link {
        // Both attributes may have any value.
        let _ = link.set_attribute("href", address);
        let _ = link.set_attribute("download", name);
        link.unchecked_into::<HtmlElement>().click();
    }
}

/// A picture as an address that holds its pixels; none where the browser cannot draw it.
pub async fn pixels(svg: &str) -> Option<String> {
    let image = HtmlImageElement::new().ok()?;
    image.set_src(&format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(svg))));
    JsFuture::from(image.decode()).await.ok()?;
    let canvas = window()?.document()?.create_element("canvas").ok()?.unchecked_into::<HtmlCanvasElement>();
    let (width, height) =
        (f64::from(image.natural_width()) * PIXELS, f64::from(image.natural_height()) * PIXELS);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d").ok()??.unchecked_into::<CanvasRenderingContext2d>();
    context.draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height).ok()?;
    canvas.to_data_url().ok()
}

/// Whether a browser is likely to refuse to save: a frame that is somebody's sandbox.
pub fn is_caged() -> bool {
    let origin = js_sys::global();
    address::framed() && Reflect::get(&origin, &"origin".into()).is_ok_and(|o| o == JsValue::from_str("null"))
}

/// A field that opens a file, with what can be opened.
pub fn open_file(store: &Store) -> Html {
    let store = store.clone();
    let chosen = Callback::from(move |e: Event| {
        let input: HtmlInputElement = e.target_unchecked_into();
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            store.update(|m| m.dialog = None);
            read(&store, file);
        }
    });
    html! {
        <label class="open-file">
            <span>{ "Open a scenario, a link or a trace from a file" }</span>
            <input type="file" accept=".scenario,.txt,.url,.json" onchange={chosen} />
            <small>{ "or drop it anywhere on the page" }</small>
        </label>
    }
}

/// Opens what is dropped on the page.
pub fn listen(store: &Store) {
    let Some(document) = window().and_then(|w| w.document()) else { return };
    let root = document.document_element();
    let store = store.clone();
    let on_drag = Closure::<dyn Fn(DragEvent)>::new(move |e: DragEvent| {
        let Some(data) = e.data_transfer() else { return };
        let has = |kind: &str| data.types().includes(&kind.into(), 0);
        let into_field = e
            .target()
            .and_then(|t| t.dyn_into::<Element>().ok())
            .is_some_and(|t| t.closest("input, textarea").ok().flatten().is_some());
        if !has("Files") && (into_field || !has("text/plain")) {
            return;
        }
        e.prevent_default();
        let over = e.type_() == "dragover";
        if let Some(root) = &root {
            let _ = root.toggle_attribute_with_force("data-dragged", over);
        }
        if e.type_() != "drop" {
            return;
        }
        if store.update(Model::is_refused) {
            return;
        }
        // What is to be said of it must not be said behind a dialog.
        store.update(|m| m.dialog = None);
        match data.files().and_then(|files| files.get(0)) {
            Some(file) => read(&store, file),
            None => take(&store, data.get_data("text/plain").unwrap_or_default()),
        }
    });
    for kind in ["dragover", "dragleave", "drop"] {
        // The document takes listeners as long as it lives.
        let _ = document.add_event_listener_with_callback(kind, on_drag.as_ref().unchecked_ref());
    }
    on_drag.forget();
}

/// Reads a file and puts on the bench what it holds; if it is wrong, a sentence says so and what is on the bench stays.
fn read(store: &Store, file: File) {
    if file.size() > FILE_BYTES as f64 {
        // A whole number: printing one with a fraction costs the page seven kilobytes.
        let kib = (file.size() / 1024.0) as u64 + 1;
        store.update(|m| {
            m.notice(format!(
                "{} has {kib} KiB; a scenario has at most {} KiB.",
                file.name(),
                FILE_BYTES / 1024
            ));
        });
        return;
    }
    let store = store.clone();
    spawn_local(async move {
        match JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()) {
            Some(text) => take(&store, text),
            None => store.update(|m| m.notice(format!("{} cannot be read.", file.name()))),
        }
    });
}

/// Puts on the bench what a text holds: a link, a scenario, or a trace with its scenario.
fn take(store: &Store, text: String) {
    let store = store.clone();
    spawn_local(async move {
        let text = match scenario_of(&text) {
            Ok(inner) => inner.unwrap_or(text),
            Err(why) => return store.update(|m| m.notice(why)),
        };
        let query = text.split_once('#').and_then(|(before, _)| before.split_once('?'));
        let (presentation, _) = Presentation::read(query.map_or("", |(_, query)| query));
        let fragment = Fragment::of(text).await;
        store.update(|m| open::reopen(m, fragment, &presentation));
    });
}

/// The scenario inside a trace; none if the text is no JSON.
fn scenario_of(text: &str) -> Result<Option<String>, &'static str> {
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    let trace = JSON::parse(text).map_err(|_| "What was opened is no JSON, though it begins like it.")?;
    let scenario = Reflect::get(&trace, &"scenario".into()).ok().and_then(|s| s.as_string());
    scenario.map(Some).ok_or("What was opened is JSON, but no trace: it has no text named “scenario”.")
}
