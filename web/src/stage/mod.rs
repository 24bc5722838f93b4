//! The picture of one moment: nodes, links and messages under way.
//!
//! What changes with the state only (nodes, names, links) is SVG that Yew draws at most ten times a second. What moves
//! (messages) is drawn on a canvas above it in every frame, by [`painter::Painter`], outside Yew. Both take their
//! geometry from the same placement, which is also what an exported picture uses.

mod node;
mod painter;
pub mod shapes;
pub mod size;

use crate::markup::html;
use crate::model::{Density, Model, Selection};
use crate::part::part;
use crate::place::place_of;
use crate::shown::Shown;
use crate::store::{FrameHandle, Haste, Store};
use crate::words;
use consensus_figure::density;
use consensus_figure::layout::{self, Placement};
use consensus_figure::moment::{Moment, Show, ask, draw};
use consensus_figure::point::Point;
use consensus_figure::shape::number;
use consensus_figure::values::Values;
use node::{NodeFigureProps, node_figure};
use painter::Painter;
use shapes::{hatches, shapes};
use size::{Size, use_size};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, PointerEvent};
use yew::functional::Hook;
use yew::prelude::*;

/// How far beside a node or message a click may go, in CSS pixels.
const SLOP_MOUSE: f64 = 12.0;

/// The same for a finger.
const SLOP_TOUCH: f64 = 22.0;

/// The picture of one moment.
pub fn stage(props: Shown) -> Html {
    part("stage", props, |ctx, props| use_stage(props).run(ctx))
}

#[hook]
fn use_stage(props: &Shown) -> Html {
    let store = &props.store;
    let place = use_node_ref();
    let canvas = use_node_ref();
    let size = use_size(&place);
    let painter = use_mut_ref(Painter::default);

    let (moment, show, selection) = store.with(|m| {
        let (moment, show) = seen(m);
        (moment, show, m.selection)
    });
    let asked = ask(moment.meta.layout, &moment.nodes, size.width, size.height.max(1.0));
    let placement = use_memo(asked, layout::place);
    let scene = draw(&moment, &placement, show);
    let values = use_mut_ref(Values::default);
    let tags = store.with(|m| values.borrow_mut().of_liars(m.session(), &moment, placement.roomy));
    painter.borrow_mut().see(&placement, show, selection, &moment, tags, scene.taken);
    let pick = use_pick(store, &painter, &placement);

    let figures = scene.nodes.into_iter().map(|shape| {
        let id = shape.id;
        let selected = show.selected == Some(id);
        let disc = placement.spot(id).map_or((Point::default(), 0.0), |s| (s.at, s.radius));
        Rc::new(NodeFigureProps { shape, selected, disc, store: store.clone() })
    });
    let drawn = use_mut_ref(Drawn::default);
    if drawn.borrow_mut().renew(figures.collect()) {
        store.repaint();
    }
    use_canvas(store, &canvas, &painter, size);
    html! {
        <div class="stage" ref={place} onclick={pick}>
            if size.width > 0.0 {
                <svg class="picture" width={number(size.width)} height={number(size.height)} role="group"
                    aria-label={scene.title}>
                    { hatches() }
                    <g aria-hidden="true">{ shapes(&scene.ground) }</g>
                    { for drawn.borrow().figures.iter().flatten().cloned().map(node_figure) }
                    <g aria-hidden="true">{ shapes(&scene.over) }</g>
                </svg>
            }
            <canvas class="messages" ref={canvas} aria-hidden="true"></canvas>
            if size.width > 0.0 {
                <svg class="words" aria-hidden="true">{ shapes(&scene.words) }</svg>
            }
            <p class="under-way" aria-hidden="true">{ under_way(moment.flights.len()) }</p>
        </div>
    }
}

/// So many nodes are drawn anew in one frame; where more have changed, the rest follow in the frames after it.
const NODES_AT_ONCE: usize = 200;

/// What is drawn of the nodes.
#[derive(Default)]
struct Drawn {
    figures: Vec<Option<Rc<NodeFigureProps>>>,
    /// Who comes first the next time: those that had to wait.
    first: usize,
}

impl Drawn {
    /// Takes over what has changed, as far as there is time; what the visitor points at does not wait. True if others have to.
    fn renew(&mut self, now: Vec<Rc<NodeFigureProps>>) -> bool {
        let (count, first) = (now.len(), self.first);
        self.figures.resize(count, None);
        let mut anew = 0;
        for k in 0..count {
            let i = (first + k) % count;
            let (old, figure) = (&mut self.figures[i], &now[i]);
            if old.as_ref() == Some(figure) {
                continue;
            }
            if anew < NODES_AT_ONCE || old.as_ref().is_some_and(|old| old.selected != figure.selected) {
                *old = Some(figure.clone());
            } else if anew == NODES_AT_ONCE {
                self.first = i;
            }
            anew += 1;
        }
        anew > NODES_AT_ONCE
    }
}

/// What the stage shows, as the visitor wants to see it.
pub fn seen(m: &Model) -> (Moment, Show) {
    let selected = match m.selection {
        Some(Selection::Node(id)) => Some(id),
        _ => None,
    };
    let moment = Moment::of(m.session());
    let moment = match m.eyes {
        Some(eyes) => moment.through(eyes, &m.session().heard(eyes)),
        None => moment,
    };
    (moment, Show { density: figure_density(m.density), selected, messages: false })
}

fn under_way(count: usize) -> String {
    if count == 0 { String::new() } else { format!("{} under way", words::count(count, "message")) }
}

fn figure_density(density: Density) -> density::Density {
    match density {
        Density::Focus => density::Density::Focus,
        Density::Context => density::Density::Context,
        Density::All => density::Density::All,
    }
}

/// Gives the canvas its size, and draws on it in every frame.
#[hook]
fn use_canvas(store: &Store, canvas: &NodeRef, painter: &Rc<RefCell<Painter>>, size: Size) {
    let handle = use_mut_ref(|| None::<FrameHandle>);
    use_effect_with((store.clone(), size), {
        let (canvas, painter, handle) = (canvas.clone(), painter.clone(), handle.clone());
        move |(store, size)| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                painter.borrow_mut().take(&canvas, *size);
            }
            let painter = painter.clone();
            let listener = move |model: &Model, now_us: f64| {
                painter.borrow_mut().paint(model, now_us);
            };
            *handle.borrow_mut() = Some(store.on_frame(Haste::AtOnce, Rc::new(listener)));
            move || *handle.borrow_mut() = None
        }
    });
    let store = store.clone();
    // Selection and density may change while nothing moves.
    use_effect(move || store.ask_frame());
}

/// Selects what is under the pointer: a message, else a node, else nothing.
#[hook]
fn use_pick(
    store: &Store,
    painter: &Rc<RefCell<Painter>>,
    placement: &Rc<Placement>,
) -> Callback<MouseEvent> {
    let (store, painter, placement) = (store.clone(), painter.clone(), placement.clone());
    Callback::from(move |e: MouseEvent| {
        let Some(stage) = place_of(&e, ".stage") else { return };
        // What a keyboard or a screen reader clicks has no place; the node's own handler answers.
        if e.detail() == 0 {
            return;
        }
        let touch = e.dyn_ref::<PointerEvent>().is_some_and(|p| p.pointer_type() == "touch");
        let slop = if touch { SLOP_TOUCH } else { SLOP_MOUSE };
        let corner = stage.get_bounding_client_rect();
        let at = Point::new(f64::from(e.client_x()) - corner.left(), f64::from(e.client_y()) - corner.top());
        let on_node = placement.node_at(at, 0.0);
        let message_slop = if on_node.is_some() { 0.0 } else { slop };
        let message = painter.borrow().message_at(at, message_slop).map(Selection::Message);
        let picked = message.or(on_node.or_else(|| placement.node_at(at, slop)).map(Selection::Node));
        store.update(|m| m.select(picked));
    })
}
