//! The page's address: the fragment is the scenario, the query is how the page looks.
//!
//! The fragment follows every edit, at most every 250 ms and never inside a frame, whose history belongs to its host.

use crate::deflate::{deflate, inflate};
use crate::later::later;
use crate::presentation::Presentation;
use crate::store::Store;
use consensus_lab::catalogue;
use consensus_scenario::{
    InflateError, Inflated, Link, deflated_part, long_text, parse_inflated, share_deflated,
};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use yew::platform::spawn_local;

/// Shortest time between two writes, in ms: browsers refuse pages that write more often.
const WRITE_MS: i32 = 250;

thread_local! {
    /// The latest link to what is on the bench; in the address, unless that belongs to another page.
    static WRITTEN: RefCell<String> = const { RefCell::new(String::new()) };
    static WAITING: Cell<bool> = const { Cell::new(false) };
}

/// The fragment of an address, and what the browser has inflated of it, if it is compressed.
pub struct Fragment {
    /// As it stands in the address.
    pub text: String,
    inflated: Inflated,
}

impl Fragment {
    /// A link or a scenario as text, from wherever.
    pub async fn of(text: String) -> Self {
        let inflated = match deflated_part(&text) {
            Some(deflated) => inflate(deflated).await,
            None => Err(InflateError::Damaged),
        };
        Self { text, inflated }
    }
}

/// What the address asks for.
pub async fn asked() -> Fragment {
    Fragment::of(fragment()).await
}

/// A fragment read: what to run, and sentences about what was wrong with it.
pub fn read(fragment: Fragment) -> (Link, Vec<String>) {
    let (mut link, errors) = parse_inflated(&fragment.text, catalogue(), |_| fragment.inflated);
    let mut sentences: Vec<String> = errors.iter().map(|e| format!("{e}.")).collect();
    if !sentences.is_empty() {
        let lost = errors.iter().any(|e| matches!(e.key.as_str(), "protocol" | "link"));
        let told = match lost {
            true => "The link could not be used; an example is shown:",
            false => "Not all of the link could be used; the rest of it is shown:",
        };
        if let Some((example, _)) = crate::open::example().filter(|_| lost) {
            link = example;
        }
        sentences.insert(0, told.to_owned());
    }
    (link, sentences)
}

/// The fragment of the page's address, empty if there is none.
pub fn fragment() -> String {
    location().and_then(|l| l.hash().ok()).unwrap_or_default()
}

/// The query of the page's address.
pub fn query() -> String {
    location().and_then(|l| l.search().ok()).unwrap_or_default()
}

/// The page's own address without query and fragment.
pub fn here() -> String {
    let whole = location().and_then(|l| l.href().ok()).unwrap_or_default();
    whole.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Whether the page is shown inside another one.
pub fn framed() -> bool {
    let Some(window) = web_sys::window() else { return false };
    match window.parent() {
        Ok(Some(parent)) => !js_sys::Object::is(&parent, &window),
        _ => true,
    }
}

/// A link as text: the fragment alone, or a sentence if it is too long for one. None if it is to be compressed, which
/// takes a moment ([`link_to`]).
pub fn short_link_to(link: &Link) -> Option<Result<String, String>> {
    long_text(link).is_none().then(|| shared(link, None))
}

/// A link as text, compressed if it is long.
pub async fn link_to(link: &Link) -> Result<String, String> {
    let deflated = match long_text(link) {
        Some(text) => deflate(text).await,
        None => None,
    };
    shared(link, deflated.as_deref())
}

fn shared(link: &Link, deflated: Option<&[u8]>) -> Result<String, String> {
    share_deflated(link, deflated)
        .ok_or_else(|| "This scenario is too long for a link; save it as a file instead.".to_owned())
}

/// A link for whoever cannot wait: readable, or, where that is too long, the latest that was made.
pub fn link_at_once(link: &Link) -> String {
    share_deflated(link, None).unwrap_or_else(|| match WRITTEN.with(|w| w.borrow().clone()) {
        none if none.is_empty() => fragment(),
        latest => latest,
    })
}

/// Opens another scenario whenever the fragment is changed by hand or by a link.
pub fn follow(store: &Store) {
    let store = store.clone();
    let on_change = Closure::<dyn Fn()>::new(move || {
        let text = fragment();
        if WRITTEN.with(|w| *w.borrow() == text) {
            return;
        }
        let store = store.clone();
        spawn_local(async move {
            let asked = asked().await;
            // The address may have moved on while this one was inflated.
            if asked.text == fragment() {
                let (presentation, _) = Presentation::read(&query());
                store.update(|m| crate::open::reopen(m, asked, &presentation));
            }
        });
    });
    if let Some(window) = web_sys::window() {
        window.set_onhashchange(Some(on_change.as_ref().unchecked_ref()));
    }
    on_change.forget();
}

/// Soon writes the scenario on the bench into the address.
pub fn publish(store: &Store) {
    if WAITING.with(|w| w.replace(true)) {
        return;
    }
    let store = store.clone();
    later(WRITE_MS, move || {
        WAITING.with(|w| w.set(false));
        spawn_local(async move {
            let (link, place, edits) = store.with(|m| (m.link(), m.place(), m.edits));
            let text = match place {
                Some(place) => Ok(place.fragment()),
                None => link_to(&link).await,
            };
            if let Ok(text) = text
                && store.with(|m| m.edits) == edits
            {
                write(&text);
            }
        });
    });
}

fn write(text: &str) {
    if text == fragment() {
        return;
    }
    WRITTEN.with(|w| text.clone_into(&mut w.borrow_mut()));
    let history = web_sys::window().filter(|_| !framed()).and_then(|w| w.history().ok());
    if let Some(history) = history {
        // A browser that is asked too often refuses; the next edit writes again.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(text));
    }
}

fn location() -> Option<web_sys::Location> {
    Some(web_sys::window()?.location())
}
