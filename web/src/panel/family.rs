//! A tree as lists within lists: who was told what by whom.

use super::cell::cell;
use crate::markup::html;
use consensus_kernel::TreePanel;
use yew::prelude::*;

/// Draws it.
pub fn family(tree: &TreePanel) -> Html {
    html! {
        <div class="log family">
            <h2>{ tree.title.clone() }</h2>
            { children(tree, None) }
        </div>
    }
}

fn children(tree: &TreePanel, parent: Option<usize>) -> Html {
    let mine = || tree.nodes.iter().enumerate().filter(|(_, node)| node.parent == parent);
    if mine().next().is_none() {
        return Html::default();
    }
    html! {
        <ul>
            { for mine().map(|(i, node)| html! {
                <li>
                    <span class="family-line">
                        <span aria-hidden="true">{ cell(Some(&node.cell)) }</span>
                        <span>{ node.label.clone() }<span class="unseen">{ ": " }{ node.cell.text.clone() }</span></span>
                    </span>
                    // A parent stands before its children, so this ends.
                    if parent.is_none_or(|p| p < i) { { children(tree, Some(i)) } }
                </li>
            }) }
        </ul>
    }
}
