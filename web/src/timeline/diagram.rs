//! The space–time diagram of the time around the cursor.

use super::painter::{Painted, Painter};
use super::scrubber::whole_us;
use crate::markup::html;
use crate::model::{Model, Selection};
use crate::part::part;
use crate::place::place_of;
use crate::shown::Shown;
use crate::stage::size::{Size, use_size};
use crate::store::{FrameHandle, Haste, Store};
use crate::words;
use consensus_figure::point::Point;
use consensus_figure::spacetime::Look;
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

/// With more lines than this it is higher, if the page is.
const ROWS_LOW_MAX: usize = 10;

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
    let (selected, many) = store.with(|m| {
        painter.borrow_mut().see(m);
        (m.selected_event().is_some(), m.scenario().n + m.scenario().clients > ROWS_LOW_MAX)
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
    html! {
        <div class={classes!("diagram", many.then_some("many"))}>
            <div class="plot" ref={place} onclick={on_click(store, &painter)} onwheel={on_wheel(store, &painter)}>
                <canvas ref={canvas} role="img" aria-label="Messages between the nodes over time; the list of events says the same in words">
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
                { filters(store) }
            </div>
        </div>
    }
}

/// Which kinds and which nodes are shown, in the diagram and in the list of events alike.
pub fn filters(store: &Store) -> Html {
    let (meta, look, ids) = store.with(|m| {
        let (n, clients) = (m.scenario().n, m.scenario().clients);
        let ids: Vec<NodeId> = (0..n).map(NodeId::replica).chain((0..clients).map(NodeId::client)).collect();
        (m.meta(), m.look, ids)
    });
    let choose = |change: fn(&mut Look, &str)| {
        store.on(move |m, e: Event| {
            change(&mut m.look, &e.target_unchecked_into::<HtmlSelectElement>().value());
        })
    };
    html! {
        <>
            <select aria-label="Kinds shown" title="Kinds shown" onchange={choose(|look, value| look.kind = value.parse().ok())}>
                <option value="" selected={look.kind.is_none()}>{ "all kinds" }</option>
                { for meta.kinds.iter().enumerate().map(|(i, k)| html! {
                    <option value={i.to_string()} selected={look.kind == Some(i)}>{ k.name }</option>
                }) }
            </select>
            <select aria-label="Nodes shown" title="Nodes shown" onchange={choose(|look, value| look.node = NodeId::parse(value))}>
                <option value="" selected={look.node.is_none()}>{ "all nodes" }</option>
                { for ids.into_iter().map(|id| html! {
                    <option value={id.to_string()} selected={look.node == Some(id)}>{ words::node(id) }</option>
                }) }
            </select>
        </>
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
                match painter.borrow_mut().paint(model, now_us) {
                    Painted::Moving => again.ask_frame(),
                    // The scrubber shows where.
                    Painted::Arrived if !model.playing => again.repaint(),
                    _ => {}
                }
            };
            *handle.borrow_mut() = Some(store.on_frame(Haste::Later, Rc::new(listener)));
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
