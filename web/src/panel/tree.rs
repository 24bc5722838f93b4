//! Any state or message as nested lists that can be folded.

use crate::markup::html;
use consensus_kernel::inspect::Tree;
use yew::prelude::*;

/// Lists longer than this are cut, with a note.
const ITEMS_MAX: usize = 64;
/// Deeper than this everything is one line.
const DEPTH_MAX: usize = 5;

/// Draws a tree.
pub fn tree(tree: &Tree) -> Html {
    // A variant's name over its fields is a title, not a level.
    if let Tree::Map(parts) = tree
        && let [(name, inner @ Tree::Map(_))] = parts.as_slice()
    {
        return html! { <><h4 class="tree-title">{ spaced(name) }</h4>{ draw(inner, 0) }</> };
    }
    draw(tree, 0)
}

fn draw(tree: &Tree, depth: usize) -> Html {
    match tree {
        Tree::Map(parts) if depth < DEPTH_MAX => html! {
            <dl class="tree">
                { for parts.iter().map(|(name, part)| html! {
                    <div class={classes!(matches!(part, Tree::Map(inner) if !inner.is_empty()).then_some("deep"))}>
                        <dt>{ spaced(name) }</dt><dd>{ draw(part, depth + 1) }</dd>
                    </div>
                }) }
            </dl>
        },
        Tree::List(items) if items.is_empty() => html! { <span class="quiet">{ "none" }</span> },
        Tree::List(items)
            if depth < DEPTH_MAX && items.iter().any(|i| matches!(i, Tree::Map(_) | Tree::List(_))) =>
        {
            html! {
                <details>
                    <summary>{ format!("{} of them", items.len()) }</summary>
                    <ol class="tree-list" start="0">
                        { for items.iter().take(ITEMS_MAX).map(|item| html! { <li>{ draw(item, depth + 1) }</li> }) }
                    </ol>
                    if items.len() > ITEMS_MAX { <p class="quiet">{ format!("and {} more", items.len() - ITEMS_MAX) }</p> }
                </details>
            }
        }
        Tree::List(items) => {
            let shown: Vec<String> = items.iter().take(ITEMS_MAX).map(Tree::to_string).collect();
            let more = if items.len() > ITEMS_MAX { ", …" } else { "" };
            html! { <span class="value">{ format!("{}{more}", shown.join(", ")) }</span> }
        }
        other => html! { <span class="value">{ other.to_string() }</span> },
    }
}

/// `next_index` as people write it.
fn spaced(name: &str) -> String {
    name.replace('_', " ")
}
