//! The space–time diagram of the time around the cursor.

use super::painter::{Filter, Painter};
use super::scrubber::whole_us;
use crate::markup::html;
use crate::model::{Model, Selection};
use crate::part::part;
use crate::place::place_of;
use crate::shown::Shown;
use crate::stage::size::{Size, use_size};
use crate::store::{FrameHandle, Store};
use crate::words;
use consensus_figure::point::Point;
use consensus_figure::spacetime::caption;
use consensus_kernel::NodeId;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::{HtmlCanvasElement, HtmlSelectElement, MouseEvent, WheelEvent};
use yew::functional::Hook;
use yew::prelude::*;

/// How far beside an arrow a click may go.
const SLOP: f64 = 5.0;

/// How much one press of a zoom button changes.
const ZOOM_STEP: f64 = 1.6;

/// The diagram.
pub fn diagram(props: Shown) -> Html {
    part("diagram", props, |ctx, props| use_diagram(props).run(ctx))
}

#[hook]
fn use_diagram(props: &Shown) -> Html {
    let store = &props.store;
    let place = use_node_ref();
    let canvas = use_node_ref();
    let size = use_size(&place);
    let painter = use_mut_ref(Painter::default);
    let filter = use_state_eq(Filter::default);
    let (meta, ids, selected) = store.with(|m| {
        painter.borrow_mut().see(m, *filter);
        let ids: Vec<NodeId> = m.session().nodes().iter().map(|n| n.id).collect();
        (m.meta(), ids, matches!(m.selection, Some(Selection::Event(_))))
    });
    use_canvas(store, &canvas, &painter, size);

    let zoom = |factor: f64| {
        let (store, painter) = (store.clone(), painter.clone());
        Callback::from(move |_: MouseEvent| {
            let (around, whole) = store.with(|m| (m.clock_us, whole_us(m)));
            painter.borrow_mut().zoom(factor, around, whole);
            store.ask_frame();
        })
    };
    let choose = |change: fn(&mut Filter, &str)| {
        let filter = filter.clone();
        Callback::from(move |e: Event| {
            let mut next = *filter;
            change(&mut next, &e.target_unchecked_into::<HtmlSelectElement>().value());
            filter.set(next);
        })
    };
    let kinds = meta.kinds.iter().enumerate().map(|(i, k)| {
        html! { <option value={i.to_string()} selected={filter.kind == Some(i)}>{ k.name }</option> }
    });
    let nodes = ids.iter().map(|id| {
        html! { <option value={id.to_string()} selected={filter.node == Some(*id)}>{ words::node(*id) }</option> }
    });
    let shown = caption(painter.borrow().window());
    html! {
        <div class="diagram">
            <div class="plot" ref={place} onclick={on_click(store, &painter)} onwheel={on_wheel(store, &painter)}>
                <canvas ref={canvas} role="img"
                    aria-label={format!("Messages between the nodes from {shown}; the list of events says the same in words")}>
                </canvas>
            </div>
            if selected {
                <p class="cone-note">
                    { "What can have led to the event, and what can follow from it" }
                    <button onclick={store.on(|m, _: MouseEvent| m.select(None))}>{ "Show all" }</button>
                </p>
            }
            <div class="tools" role="group" aria-label="Diagram">
                <button onclick={zoom(1.0 / ZOOM_STEP)} aria-label="Zoom in" title="Zoom in (Ctrl + wheel)">{ "+" }</button>
                <button onclick={zoom(ZOOM_STEP)} aria-label="Zoom out" title="Zoom out (Ctrl + wheel)">{ "−" }</button>
                <button onclick={zoom(1e12)} aria-label="Whole run" title="Whole run">{ "↔" }</button>
                <select aria-label="Kinds shown in the diagram" title="Kinds shown"
                    onchange={choose(|f, value| f.kind = value.parse().ok())}>
                    <option value="" selected={filter.kind.is_none()}>{ "all kinds" }</option>
                    { for kinds }
                </select>
                <select aria-label="Nodes shown in the diagram" title="Nodes shown"
                    onchange={choose(|f, value| f.node = NodeId::parse(value))}>
                    <option value="" selected={filter.node.is_none()}>{ "all nodes" }</option>
                    { for nodes }
                </select>
            </div>
        </div>
    }
}

/// Gives the canvas its size, and draws on it in every frame in which something has changed.
#[hook]
fn use_canvas(store: &Store, canvas: &NodeRef, painter: &Rc<RefCell<Painter>>, size: Size) {
    let handle = use_mut_ref(|| None::<FrameHandle>);
    use_effect_with((store.clone(), size), {
        let (canvas, painter, handle) = (canvas.clone(), painter.clone(), handle.clone());
        move |(store, size)| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                painter.borrow_mut().take(&canvas, *size);
            }
            let (painter, again) = (painter.clone(), store.clone());
            let listener = move |model: &Model, now_us: f64| {
                if painter.borrow_mut().paint(model, now_us) {
                    again.ask_frame();
                }
            };
            *handle.borrow_mut() = Some(store.on_frame(Rc::new(listener)));
            move || *handle.borrow_mut() = None
        }
    });
    let store = store.clone();
    use_effect(move || store.ask_frame());
}

fn place_in(e: &MouseEvent) -> Option<Point> {
    let corner = place_of(e, ".plot")?.get_bounding_client_rect();
    Some(Point::new(f64::from(e.client_x()) - corner.left(), f64::from(e.client_y()) - corner.top()))
}

/// An arrow or a tick is shown, with its event; anywhere else time goes there.
fn on_click(store: &Store, painter: &Rc<RefCell<Painter>>) -> Callback<MouseEvent> {
    let (store, painter) = (store.clone(), painter.clone());
    Callback::from(move |e: MouseEvent| {
        let Some(at) = place_in(&e) else { return };
        let (found, time_us) = {
            let painter = painter.borrow();
            (painter.found_at(at, SLOP), painter.time_us(at.x))
        };
        store.update(|m| match found {
            Some(Selection::Event(event)) => m.show_event(event),
            Some(other) => m.select(Some(other)),
            None => {
                m.playing = false;
                m.seek_time(time_us);
            }
        });
    })
}

fn on_wheel(store: &Store, painter: &Rc<RefCell<Painter>>) -> Callback<WheelEvent> {
    let (store, painter) = (store.clone(), painter.clone());
    Callback::from(move |e: WheelEvent| {
        if !e.ctrl_key() {
            return;
        }
        e.prevent_default();
        let Some(at) = place_in(&e) else { return };
        let whole = store.with(whole_us);
        let mut painter = painter.borrow_mut();
        let around = painter.time_us(at.x);
        painter.zoom(if e.delta_y() > 0.0 { 1.25 } else { 0.8 }, around, whole);
        store.ask_frame();
    })
}
