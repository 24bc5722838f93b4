//! One node on the stage: drawn again only when its drawing changes.

use super::shapes::shapes;
use crate::markup::html;
use crate::model::Selection;
use crate::part::part;
use crate::store::Store;
use consensus_figure::layout::LEGIBLE_MIN;
use consensus_figure::point::Point;
use consensus_figure::shape::{NodeShape, number};
use std::rc::Rc;
use yew::functional::Hook;
use yew::prelude::*;

/// What a node's figure needs.
#[derive(PartialEq)]
pub struct NodeFigureProps {
    /// Its drawing.
    pub shape: NodeShape,
    /// Whether it is selected.
    pub selected: bool,
    /// Centre and radius.
    pub disc: (Point, f64),
    /// The page's state.
    pub store: Store,
}

/// One node; a click is answered by the stage, a key here.
pub fn node_figure(props: Rc<NodeFigureProps>) -> Html {
    part(props.shape.id.raw(), props, |ctx, props| use_node_figure(props).run(ctx))
}

#[hook]
fn use_node_figure(props: &NodeFigureProps) -> Html {
    let (centre, radius) = props.disc;
    let disc = radius < LEGIBLE_MIN;
    let select = {
        let (store, id) = (props.store.clone(), props.shape.id);
        move || store.update(|m| m.select(Some(Selection::Node(id))))
    };
    let on_key = {
        let select = select.clone();
        Callback::from(move |e: KeyboardEvent| {
            if matches!(e.key().as_str(), "Enter" | " ") {
                e.prevent_default();
                select();
            }
        })
    };
    // Assistive technology clicks without a pointer.
    let on_click = Callback::from(move |e: MouseEvent| {
        if e.detail() == 0 {
            select();
        }
    });
    // The disc on top is what is pressed and named: what is written in and beside the node is told by its label.
    html! {
        <g class={classes!("node", props.selected.then_some("selected"), disc.then_some("disc"))}>
            <g aria-hidden="true">{ shapes(&props.shape.shapes) }</g>
            <circle class="hit" cx={number(centre.x)} cy={number(centre.y)} r={number(radius)} role="button"
                tabindex="0" aria-label={props.shape.label.clone()} aria-pressed={props.selected.to_string()}
                onkeydown={on_key} onclick={on_click} />
            if !disc || props.selected {
                <circle class="halo" cx={number(centre.x)} cy={number(centre.y)} r={number(radius + 11.0)} aria-hidden="true" />
            }
        </g>
    }
}
