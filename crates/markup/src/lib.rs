//! `html!` with the notation of Yew's macro of that name, written out as calls instead of structures.
//!
//! Yew's own macro spells every element out where it stands, most of a kilobyte of wasm for each; the page has
//! hundreds, and its download is bounded. This one writes a few calls of a builder, `crate::markup`, which the crate
//! that uses the macro provides. Components are left to Yew's macro.
//!
//! Understood are elements, fragments, components, `{ expr }`, `{ for iterator }`, and `if` with `else`; attributes
//! as `name={expr}`, `name="text"`, `name=true` or `{name}`, besides `ref`, `key`, and listeners (`onclick` and so on).

mod parse;
mod write;

use proc_macro::TokenStream;

/// A tree of virtual nodes. See the crate's documentation for what may stand in it.
#[proc_macro]
pub fn html(input: TokenStream) -> TokenStream {
    match parse::nodes(input) {
        Ok(nodes) => write::root(&nodes),
        Err((why, span)) => write::refusal(&why, span),
    }
}
