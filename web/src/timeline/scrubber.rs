//! The scrubber: the whole run, how far it is known, where the cursor stands, and marks whose shape says what they are.

use crate::markup::html;
use crate::model::Model;
use crate::part::part;
use crate::place::place_of;
use crate::shown::Shown;
use crate::stage::size::use_size;
use crate::store::Store;
use crate::words;
use consensus_figure::point::Point;
use consensus_figure::shape::Within;
use consensus_figure::shape::{number, pair};
use consensus_kernel::sort_by_number;
use consensus_lab::view::{Mark, MarkKind};
use web_sys::{Element, PointerEvent};
use yew::functional::Hook;
use yew::prelude::*;

/// Room for the knob at both ends.
const MARGIN: f64 = 14.0;

/// Height of the whole.
const HEIGHT: f64 = 40.0;

/// Marks of one kind nearer to each other than this are drawn as one; a flag is twice as wide as the others, and where
/// leaders change all the time a few are enough to say so.
const MARK_GAP: f64 = 4.0;
const FLAG_GAP: f64 = 12.0;
const FLAG_GAP_OF_MANY: f64 = 40.0;
const FLAGS_MANY: usize = 40;

/// A press this near to a mark goes to it.
const SNAP: f64 = 6.0;

/// The scrubber.
pub fn scrubber(props: Shown) -> Html {
    part("scrubber", props, |ctx, props| use_scrubber(props).run(ctx))
}

#[hook]
fn use_scrubber(props: &Shown) -> Html {
    let store = &props.store;
    let place = use_node_ref();
    let width = use_size(&place).width;
    let scale = store.with(|m| Scale::new(m, (width - 2.0 * MARGIN).max(1.0)));
    let (clock_us, known_us, marks, event, window) = store.with(|m| {
        let session = m.session();
        let known_us = session.frontier().at.0 as f64;
        (m.clock_us, known_us, session.marks(), session.position().event, m.diagram.get())
    });
    // Where the diagram shows all there is nothing to be marked.
    let shown = window.map(|w| [w.from_us, w.to_us].map(|at| scale.x(at)));
    let shown = shown.filter(|[from, to]| to - from < 0.97 * scale.width);
    let (at, known) = (scale.x(clock_us), scale.x(known_us));
    let middle = HEIGHT / 2.0;
    let said = format!("{}, after {} events", words::moment(clock_us), words::grouped(event));
    let stops: Vec<f64> =
        store.with(|m| m.stops.iter().filter_map(|s| s.position).map(|p| p.at.0 as f64).collect());
    let figure = |mark: &Mark| mark_figure(mark, scale.x(mark.position.at.0 as f64));
    let drawn: Html = thinned(&marks, scale).into_iter().map(figure).collect();
    html! {
        <div class="scrubber" ref={place} role="slider" tabindex="0" aria-label="Time" aria-valuemin="0"
            aria-valuemax={(scale.whole_us as u64).to_string()} aria-valuenow={(clock_us as u64).to_string()}
            aria-valuetext={said} onkeydown={on_key(store, scale)} onpointerdown={on_press(store, scale, marks)}
            onpointermove={on_move(store, scale)}>
            if width > 0.0 {
                <svg width={number(width)} height={number(HEIGHT)} aria-hidden="true">
                    if let Some([from, to]) = shown {
                        <rect class="shown" x={number(from)} width={number((to - from).max(4.0))} y="7" height="26" rx="5"><title>{ "what the diagram shows" }</title></rect>
                    }
                    <line class="track" x1={number(MARGIN)} x2={number(MARGIN + scale.width)} y1={number(middle)} y2={number(middle)} />
                    <line class="known" x1={number(MARGIN)} x2={number(known)} y1={number(middle)} y2={number(middle)} />
                    <line class="past" x1={number(MARGIN)} x2={number(at)} y1={number(middle)} y2={number(middle)} />
                    if scale.knee_us < scale.whole_us {
                        <path class="knee" d={format!("M{} l5 -12 m4 0 l-5 12", at_point(scale.x(scale.knee_us), middle + 6.0))}>
                            <title>{ "from here on time is drawn shorter: nothing but silence" }</title>
                        </path>
                    }
                    { drawn }
                    { for stops.into_iter().map(|at| html! {
                        <path class="stop" d={format!("M{} v8 m4 0 v-8", at_point(scale.x(at) - 2.0, middle + 5.0))}><title>{ "pause" }</title></path>
                    }) }
                    <circle class="knob-halo" cx={number(at)} cy={number(middle)} r="12" />
                    <circle class="knob" cx={number(at)} cy={number(middle)} r="7" />
                </svg>
            }
        </div>
    }
}

/// From times to places and back. Where a run ends in long silence, that gets little room.
#[derive(Clone, Copy, PartialEq)]
struct Scale {
    whole_us: f64,
    /// Where the silence begins; the end of the run if there is none.
    knee_us: f64,
    width: f64,
}

/// The share of the width for what comes before the silence.
const LIVELY: f64 = 0.85;

impl Scale {
    fn new(model: &Model, width: f64) -> Self {
        let whole_us = whole_us(model);
        let last_mark = model.session().marks().last().map_or(0.0, |m| m.position.at.0 as f64);
        let lively_us = last_mark * 1.2;
        let is_silent = model.end().is_some() && last_mark > 0.0 && lively_us * 2.0 < whole_us;
        Self { whole_us, knee_us: if is_silent { lively_us } else { whole_us }, width }
    }

    fn lively(self) -> f64 {
        if self.knee_us < self.whole_us { LIVELY } else { 1.0 }
    }

    fn x(self, at_us: f64) -> f64 {
        let share = if at_us <= self.knee_us {
            at_us.max(0.0) / self.knee_us * self.lively()
        } else {
            let silent = (at_us.min(self.whole_us) - self.knee_us) / (self.whole_us - self.knee_us).max(1.0);
            self.lively() + silent * (1.0 - self.lively())
        };
        MARGIN + share * self.width
    }

    fn time_us(self, x: f64) -> f64 {
        let share = ((x - MARGIN) / self.width).within(0.0, 1.0);
        if share <= self.lively() {
            share / self.lively() * self.knee_us
        } else {
            self.knee_us + (share - self.lively()) / (1.0 - self.lively()) * (self.whole_us - self.knee_us)
        }
    }
}

/// How long the run is; while that is not known, how long it can be.
pub fn whole_us(model: &Model) -> f64 {
    model.end().unwrap_or(model.scenario().until).0.max(1) as f64
}

fn at_point(x: f64, y: f64) -> String {
    pair(Point::new(x, y))
}

fn thinned(marks: &[Mark], scale: Scale) -> Vec<&Mark> {
    let mut last = [f64::MIN; 4];
    let flags = marks.iter().filter(|mark| mark.kind == MarkKind::Leader).count();
    let flag_gap = if flags > FLAGS_MANY { FLAG_GAP_OF_MANY } else { FLAG_GAP };
    let kept = |mark: &&Mark| {
        let x = scale.x(mark.position.at.0 as f64);
        let last = &mut last[mark.kind as usize];
        let gap = if mark.kind == MarkKind::Leader { flag_gap } else { MARK_GAP };
        let keep = x - *last >= gap;
        if keep {
            *last = x;
        }
        keep
    };
    let mut kept: Vec<&Mark> = marks.iter().filter(kept).collect();
    // What matters most is drawn last, on top.
    sort_by_number(&mut kept, |m| u64::MAX - m.kind as u64);
    kept
}

/// Decisions are diamonds on the line, leaders flags above it, faults wedges below it, violations crosses through it.
fn mark_figure(mark: &Mark, x: f64) -> Html {
    let y = HEIGHT / 2.0;
    let (class, d) = match mark.kind {
        MarkKind::Decision => ("decision", format!("M{} l4 5 l-4 5 l-4 -5 Z", at_point(x, y - 5.0))),
        MarkKind::Leader => ("leader", format!("M{} v-15 l8 3.5 l-8 3.5", at_point(x, y - 1.0))),
        MarkKind::Fault => ("fault", format!("M{} l5 9 h-10 Z", at_point(x, y + 4.0))),
        MarkKind::Violation => {
            ("violation", format!("M{} l12 12 m0 -12 l-12 12", at_point(x - 6.0, y - 6.0)))
        }
    };
    html! { <path class={classes!("mark", class)} {d}><title>{ mark.label.clone() }</title></path> }
}

fn seek(store: &Store, at_us: f64) {
    store.update(|m| {
        m.playing = false;
        m.go_to_time(at_us);
    });
}

fn on_press(store: &Store, scale: Scale, marks: Vec<Mark>) -> Callback<PointerEvent> {
    let store = store.clone();
    Callback::from(move |e: PointerEvent| {
        if e.button() != 0 {
            return;
        }
        let Some((track, x)) = track_place(&e) else { return };
        // Without capture the knob merely stops at the edge.
        let _ = track.set_pointer_capture(e.pointer_id());
        let away = |m: &&Mark| (scale.x(m.position.at.0 as f64) - x).abs();
        match marks.iter().min_by(|a, b| away(a).total_cmp(&away(b))).filter(|m| away(m) <= SNAP) {
            Some(mark) => store.update(|m| {
                m.playing = false;
                m.seek_event(mark.position.event);
            }),
            None => seek(&store, scale.time_us(x)),
        }
    })
}

fn on_move(store: &Store, scale: Scale) -> Callback<PointerEvent> {
    let store = store.clone();
    Callback::from(move |e: PointerEvent| {
        if e.buttons() & 1 == 0 {
            return;
        }
        if let Some((track, x)) = track_place(&e)
            && track.has_pointer_capture(e.pointer_id())
        {
            seek(&store, scale.time_us(x));
        }
    })
}

fn track_place(e: &PointerEvent) -> Option<(Element, f64)> {
    let track = place_of(e, "[role=slider]")?;
    let x = f64::from(e.client_x()) - track.get_bounding_client_rect().left();
    Some((track, x))
}

fn on_key(store: &Store, scale: Scale) -> Callback<KeyboardEvent> {
    let store = store.clone();
    Callback::from(move |e: KeyboardEvent| {
        if e.alt_key() || e.meta_key() || e.ctrl_key() {
            return;
        }
        let now_us = store.with(|m| m.clock_us);
        let goal = match e.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now_us - scale.knee_us / 100.0,
            "ArrowRight" | "ArrowUp" => now_us + scale.knee_us / 100.0,
            "PageDown" => now_us - scale.knee_us / 10.0,
            "PageUp" => now_us + scale.knee_us / 10.0,
            "Home" => 0.0,
            "End" => scale.whole_us,
            _ => return,
        };
        e.prevent_default();
        seek(&store, goal.max(0.0));
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_kernel::Time;
    use consensus_lab::view::Position;

    fn mark(at: u64, kind: MarkKind) -> Mark {
        Mark { position: Position { event: at, at: Time(at) }, kind, label: String::new() }
    }

    #[test]
    fn a_place_on_the_track_and_its_time_belong_together() {
        for knee_us in [5_000.0, 700.0] {
            let scale = Scale { whole_us: 5_000.0, knee_us, width: 800.0 };
            for at in [0.0, 17.0, 700.0, 2_500.0, 5_000.0] {
                assert!((scale.time_us(scale.x(at)) - at).abs() < 1e-6);
            }
            assert_eq!(scale.time_us(-50.0), 0.0);
            assert_eq!(scale.time_us(9_000.0), 5_000.0);
        }
    }

    #[test]
    fn crowded_marks_are_thinned_by_kind_and_violations_are_drawn_last() {
        let scale = Scale { whole_us: 1_000.0, knee_us: 1_000.0, width: 100.0 };
        let marks: Vec<Mark> = (0..1_000)
            .map(|at| mark(at, if at == 500 { MarkKind::Violation } else { MarkKind::Decision }))
            .collect();
        let kept = thinned(&marks, scale);
        assert!(kept.len() <= 27, "{}", kept.len());
        assert_eq!(kept.last().unwrap().kind, MarkKind::Violation);
    }
}
