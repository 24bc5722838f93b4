//! Draws the space–time diagram on a canvas.
//!
//! Events are replayed to be drawn, so they are fetched for a stretch wider than what is shown, and again only when the
//! view has left it, the run has changed, or much more of it is known.

use super::scrubber::whole_us;
use super::window::View;
use crate::model::{Model, Selection, natural_speed};
use crate::stage::size::Size;
use crate::width::Width;
use consensus_figure::palette::{Ink, ROUND_COLOURS, Theme};
use consensus_figure::point::Point;
use consensus_figure::shape::Within;
use consensus_figure::spacetime::{
    Arrow, CUT, Chart, Cone, EVENTS_MAX, EVENTS_STILL_MAX, Look, NAMES_WIDTH, THINNED, Tick, TickKind,
    Window, capped, chart, grid_step, height_at, name_every,
};
use consensus_figure::sparse::sparse;
use consensus_figure::table::on_axis;
use consensus_kernel::{NodeId, Time, sort_by_number};
use consensus_lab::Session;
use consensus_lab::view::{EventView, FlightView, Health};
use consensus_scenario::MessageName;
use std::f64::consts::TAU;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Usual delays from edge to edge at first.
const DELAYS_SHOWN: f64 = 22.0;

/// What is nearest to the cursor is at most this part of the width away from it, so that it is inside wherever the cursor
/// stands.
const SIGHT: f64 = 4.0;

/// Room above for half of a name.
const HEAD: f64 = 5.0;

/// Room below for times and tools.
const FOOT: f64 = 28.0;

/// Room that the tools take at the right of it; on a phone they stand elsewhere.
const TOOLS_WIDTH: f64 = 372.0;

/// Room at the right edge.
const RIGHT: f64 = 14.0;

/// With twice so many arrows the picture stands still for a frame after it was drawn while the run plays, and with each so many
/// more for another: it creeps, and the stage above it needs the time.
const ARROWS_LIGHT: usize = 200;

/// Most frames that it stands still for.
const STILL_FRAMES_MAX: usize = 3;

/// After so many frames in which nobody moved anything there is time to read more events.
const REST_FRAMES: usize = 12;

/// Opacity of what has nothing to do with the selected event.
const DIM: f64 = 0.13;

/// Opacity of what is still to come.
const FUTURE: f64 = 0.28;

/// What a fetched stretch holds, and for which run.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Fetched {
    edits: u64,
    branch: usize,
    /// Times that it covers.
    from_us: f64,
    to_us: f64,
    /// How far the run was known then, in events.
    known: u64,
    /// Whether all of the run's events up to `to_us` were known.
    complete: bool,
    /// At how many events it was cut short, if it was.
    capped: Option<u64>,
}

/// What a picture depends on; nothing is drawn as long as it stays the same.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Picture {
    view: View,
    now_px: i64,
    fetched: Fetched,
    selection: Option<Selection>,
    look: Look,
    size: Size,
    theme: Theme,
    down: u64,
}

/// What came of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Painted {
    /// The same time is shown as before.
    Same,
    /// The next frame shows another.
    Moving,
    /// The view has come to rest.
    Arrived,
}

/// Draws the diagram.
pub struct Painter {
    context: Option<CanvasRenderingContext2d>,
    size: Size,
    ratio: f64,
    view: Option<View>,
    zoomed: bool,
    /// The span at which there is something to be seen, where that takes more than usual.
    sight_us: f64,
    run: (u64, usize),
    fetched: Option<Fetched>,
    /// The events of the stretch, and from which number to which they were read.
    events: Vec<EventView>,
    read: (u64, u64),
    chart: Chart,
    /// Those of its arrows that are drawn, what that depends on, and whether others are not.
    arrows: Vec<Arrow>,
    sparse: Option<(Fetched, Look, Option<Selection>, u64, f64)>,
    thinned: bool,
    down: Vec<NodeId>,
    look: Look,
    /// What the selected event can have come from and led to.
    cone: Option<Cone>,
    drawn: Option<Picture>,
    flights: Vec<FlightView>,
    /// Frames since it was drawn.
    stood_still: usize,
    /// The time at the cursor, and frames since it and the view came to rest.
    rest: (f64, usize),
}

impl Default for Painter {
    fn default() -> Self {
        Self {
            context: None,
            size: Size::default(),
            ratio: 1.0,
            view: None,
            zoomed: false,
            sight_us: 0.0,
            run: (u64::MAX, 0),
            fetched: None,
            events: Vec::new(),
            read: (0, 0),
            chart: Chart::default(),
            arrows: Vec::new(),
            sparse: None,
            thinned: false,
            down: Vec::new(),
            look: Look::default(),
            cone: None,
            drawn: None,
            flights: Vec::new(),
            stood_still: 0,
            rest: (0.0, 0),
        }
    }
}

impl Painter {
    /// Takes a canvas of this size, in CSS pixels.
    pub fn take(&mut self, canvas: &HtmlCanvasElement, size: Size) {
        self.ratio = web_sys::window().map_or(1.0, |w| w.device_pixel_ratio()).within(1.0, 3.0);
        canvas.set_width((size.width * self.ratio) as u32);
        canvas.set_height((size.height * self.ratio) as u32);
        let context = canvas.get_context("2d").ok().flatten();
        self.context = context.and_then(|c| c.dyn_into().ok());
        self.size = size;
        self.drawn = None;
    }

    /// Takes note of what changes with the state only.
    pub fn see(&mut self, model: &Model) {
        self.look = model.look;
        let nodes = model.session().nodes();
        self.down.clear();
        self.down.extend(nodes.iter().filter(|n| n.health == Health::Crashed).map(|n| n.id));
    }

    /// The time that is shown.
    pub fn window(&self) -> Window {
        self.view.map_or(Window { from_us: 0.0, to_us: 0.0 }, |v| v.window())
    }

    /// Zooms by a factor, keeping a time in its place.
    pub fn zoom(&mut self, factor: f64, around_us: f64, whole_us: f64) {
        if let Some(view) = &mut self.view {
            view.zoom(factor, around_us, whole_us * 1.04);
            self.zoomed = true;
        }
    }

    /// The time at a place.
    pub fn time_us(&self, x: f64) -> f64 {
        let window = self.window();
        let share = (x - NAMES_WIDTH) / (self.size.width - NAMES_WIDTH - RIGHT).max(1.0);
        (window.from_us + share * (window.to_us - window.from_us)).max(0.0)
    }

    /// The arrow or tick at a place.
    pub fn found_at(&self, at: Point, slop: f64) -> Option<Selection> {
        let tick = self.chart.ticks.iter().find(|t| {
            let spot = Point::new(self.x(t.at), self.y(t.row));
            spot.distance(at) <= slop + 2.0
        });
        if let Some(tick) = tick {
            return Some(Selection::Event(tick.event));
        }
        let away = |a: &Arrow| distance_to_segment(at, self.ends(a));
        let nearest = self.arrows.iter().min_by(|a, b| away(a).total_cmp(&away(b)))?;
        if away(nearest) > slop {
            return None;
        }
        Some(match nearest.event {
            Some(event) => Selection::Event(event),
            None => Selection::Message(self.name_of(nearest)?),
        })
    }

    /// Draws if anything has changed.
    pub fn paint(&mut self, model: &Model, now_us: f64) -> Painted {
        let Some(context) = self.context.clone() else { return Painted::Same };
        if self.size.width < 80.0 || self.size.height < 20.0 {
            model.diagram.set(None);
            return Painted::Same;
        }
        let still_frames = (self.arrows.len() / ARROWS_LIGHT).saturating_sub(1).min(STILL_FRAMES_MAX);
        if model.playing && self.stood_still < still_frames {
            self.stood_still += 1;
            return Painted::Moving;
        }
        self.stood_still = 0;
        let before = self.view;
        let mut moving = self.move_view(model, now_us);
        let rests = !model.playing && self.view == before && self.rest.0 == now_us;
        self.rest = (now_us, if rests { self.rest.1 + 1 } else { 0 });
        self.fetch(model, now_us);
        if self.widen(model, now_us) {
            moving = self.move_view(model, now_us);
            self.fetch(model, now_us);
        }
        let (Some(view), Some(fetched)) = (self.view, self.fetched) else { return Painted::Same };
        self.choose(model.selection, fetched, view);
        // As soon as it has come to rest there is more to be read.
        moving |= !model.playing && fetched.capped == Some(EVENTS_MAX) && self.rest.1 < REST_FRAMES;
        let theme = if crate::theme::is_dark() { Theme::Dark } else { Theme::Light };
        let picture = Picture {
            view,
            now_px: (self.x_us(now_us) * self.ratio) as i64,
            fetched,
            selection: model.selection,
            look: self.look,
            size: self.size,
            theme,
            down: self.down.iter().fold(0, |sum, id| sum * 31 + u64::from(id.raw()) + 1),
        };
        model.diagram.set(Some(view.window()));
        let same = self.drawn.is_some_and(|drawn| drawn.view == view);
        if self.drawn != Some(picture) {
            self.cone = match model.selection {
                Some(Selection::Event(event)) => self.chart.cone(event),
                _ => None,
            };
            self.draw(&context, theme, now_us, model.selection);
            self.drawn = Some(picture);
        }
        match (moving, same) {
            (true, _) => Painted::Moving,
            (false, true) => Painted::Same,
            (false, false) => Painted::Arrived,
        }
    }

    /// Chooses the arrows that are drawn.
    fn choose(&mut self, selection: Option<Selection>, fetched: Fetched, view: View) {
        // Of a moving window the length is not quite the same in every frame.
        let of = (fetched, self.look, selection, view.span_us as u64, self.size.width);
        if self.sparse == Some(of) {
            return;
        }
        self.sparse = Some(of);
        let row = self.selected_row(selection);
        self.arrows.clear();
        let mut arrows = std::mem::take(&mut self.arrows);
        arrows.extend(self.chart.arrows.iter().filter(|a| self.look.shows(&self.chart, a)));
        let concerns = |a: &Arrow| row == Some(a.from) || row == Some(a.to);
        self.thinned = sparse(&mut arrows, self.chart.rows.len(), view.window(), self.size.width, concerns);
        sort_by_number(&mut arrows, |a| 2 * Ink::round_colour(a.round) as u64 + u64::from(a.proposal));
        self.arrows = arrows;
    }

    fn selected_row(&self, selection: Option<Selection>) -> Option<u16> {
        let Some(Selection::Node(id)) = selection else { return None };
        self.chart.rows.iter().position(|row| *row == id).map(|row| row as u16)
    }

    fn move_view(&mut self, model: &Model, now_us: f64) -> bool {
        let run = (model.edits, model.studio.current());
        let whole = whole_us(model);
        if self.run != run || self.view.is_none() {
            self.run = run;
            self.fetched = None;
            self.read = (0, 0);
            self.events.clear();
            self.sight_us = 0.0;
        }
        if self.view.is_some_and(|view| view.is_far(now_us)) {
            self.sight_us = 0.0;
        }
        let usual = natural_speed(model.scenario()) * 0.6;
        let span = (usual * DELAYS_SHOWN)
            .max(self.sight_us)
            .min(if model.end().is_some() { whole * 1.04 } else { f64::MAX })
            .max(20.0);
        let view = self.view.get_or_insert(View { left_us: 0.0, span_us: span });
        if !self.zoomed {
            view.span_us = span;
        }
        let playing_still = model.reduced_motion;
        view.follow(now_us, whole, playing_still)
    }

    /// Between two blocks, say, nothing happens for long: then more time is shown, so that something is in it, until the cursor
    /// leaps elsewhere. True if that is news.
    fn widen(&mut self, model: &Model, now_us: f64) -> bool {
        let Some(view) = self.view.filter(|_| !self.zoomed) else { return false };
        let away = |a: &Arrow| (a.sent.0 as f64 - now_us).max(now_us - a.end.0 as f64);
        let nearest = self.chart.arrows.iter().map(away).fold(f64::MAX, f64::min);
        let sight = (nearest * SIGHT).min(whole_us(model));
        let wider = nearest < f64::MAX && sight > view.span_us;
        if wider {
            self.sight_us = sight;
        }
        wider
    }

    fn fetch(&mut self, model: &Model, now_us: f64) {
        let Some(view) = self.view else { return };
        let session = model.session();
        let (edits, branch) = self.run;
        let known = session.frontier();
        let (left, right) = (view.left_us, view.left_us + view.span_us);
        let most = if self.rest.1 < REST_FRAMES { EVENTS_MAX } else { EVENTS_STILL_MAX };
        if let Some(old) = self.fetched {
            let same_run = (old.edits, old.branch) == (edits, branch);
            let covers = old.from_us <= left && (old.to_us >= right || !old.complete);
            let grown = !old.complete && known.event > old.known + old.known / 4 + 8;
            let ended = !old.complete && session.end().is_some() && known.event > old.known;
            // A stretch cut short by the cap stays as long as the cursor is inside.
            let inside = old.from_us <= now_us && (now_us <= old.to_us || !old.complete);
            let enough = covers || inside && old.capped.is_some_and(|cap| cap >= most);
            if same_run && enough && !grown && !ended {
                return;
            }
        }
        let margin = view.span_us * 0.6;
        let here = session.position().event;
        let asked =
            session.events_around(Time((left - margin).max(0.0) as u64), Time((right + margin) as u64 + 1));
        let (first, last) = capped(asked.0, asked.1, here, most);
        self.read(session, first, last);
        let events = &self.events;
        let reaches_known = last >= known.event;
        session.flights(&mut self.flights);
        let under_way: &[FlightView] = if reaches_known && here >= known.event { &self.flights } else { &[] };
        let ids: Vec<NodeId> = session.nodes().iter().map(|n| n.id).collect();
        self.chart = chart(model.meta(), &ids, events, under_way);
        let from_us = if first == 0 { 0.0 } else { events.first().map_or(0.0, |e| e.at.0 as f64) };
        let to_us = if reaches_known && session.end().is_some() {
            f64::MAX
        } else {
            events.last().map_or(0.0, |e| e.at.0 as f64)
        };
        let complete = !reaches_known || session.end().is_some();
        let capped = (asked != (first, last)).then_some(most);
        let read_us = Window { from_us, to_us: if reaches_known { f64::MAX } else { to_us } };
        self.chart.cut = capped.map(|_| read_us);
        self.fetched = Some(Fetched { edits, branch, from_us, to_us, known: known.event, complete, capped });
    }

    /// Has the outlines of these events: those that were read for the picture before are not read again.
    fn read(&mut self, session: &dyn Session, first: u64, last: u64) {
        let (from, to) = self.read;
        if from <= first && first <= to && to <= last {
            let passed = self.events.partition_point(|e| e.index < first);
            self.events.drain(..passed);
            self.events.extend(session.outline(to, last));
        } else {
            self.events = session.outline(first, last);
        }
        self.read = (first, last);
    }

    fn x(&self, at: Time) -> f64 {
        self.x_us(at.0 as f64)
    }

    fn x_us(&self, at_us: f64) -> f64 {
        let window = self.window();
        let share = (at_us - window.from_us) / (window.to_us - window.from_us).max(1.0);
        NAMES_WIDTH + share * (self.size.width - NAMES_WIDTH - RIGHT)
    }

    fn y(&self, row: u16) -> f64 {
        HEAD + (f64::from(row) + 0.5) / self.chart.rows.len().max(1) as f64 * (self.size.height - FOOT - HEAD)
    }

    fn ends(&self, arrow: &Arrow) -> (Point, Point) {
        let y = |row| self.y(row);
        (
            Point::new(self.x(arrow.sent), self.y(arrow.from)),
            Point::new(self.x(arrow.end), height_at(arrow, &y)),
        )
    }

    fn name_of(&self, arrow: &Arrow) -> Option<MessageName> {
        let node = |row: u16| self.chart.rows.get(usize::from(row)).copied();
        Some(MessageName {
            from: node(arrow.from)?,
            to: node(arrow.to)?,
            kind: usize::from(arrow.kind),
            nth: arrow.nth,
        })
    }

    fn draw(
        &self,
        context: &CanvasRenderingContext2d,
        theme: Theme,
        now_us: f64,
        selection: Option<Selection>,
    ) {
        let (width, height) = (self.size.width, self.size.height);
        // The transform is plain and all sizes are finite: no call can fail.
        let _ = context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, width, height);
        self.draw_grid(context, theme);
        let now_x = self.x_us(now_us);
        context.save();
        context.begin_path();
        context.rect(NAMES_WIDTH, 0.0, width - NAMES_WIDTH, height - FOOT + 4.0);
        context.clip();
        // What follows from the selected event is to be seen, too.
        let future = if self.cone.is_some() { 0.8 } else { FUTURE };
        self.draw_half(context, theme, now_x, width, future, selection);
        self.draw_half(context, theme, NAMES_WIDTH, now_x, 1.0, selection);
        self.draw_selected(context, theme, selection);
        context.restore();
        self.draw_left_out(context, theme);
        context.set_fill_style_str(&Ink::Text.hex(theme));
        context.fill_rect(now_x - 0.75, 0.0, 1.5, height - FOOT + 6.0);
    }

    fn draw_grid(&self, context: &CanvasRenderingContext2d, theme: Theme) {
        let (width, height) = (self.size.width, self.size.height);
        let window = self.window();
        context.set_fill_style_str(&Ink::Soft.hex(theme));
        context.set_font("10.5px system-ui, sans-serif");
        context.set_text_align("center");
        let step = grid_step(window, width / 120.0);
        let mut at = (window.from_us as u64).div_ceil(step) * step;
        let right = width - if Width::now() == Width::Phone { 24.0 } else { TOOLS_WIDTH };
        while (at as f64) < window.to_us {
            let x = self.x_us(at as f64);
            if x > NAMES_WIDTH + 12.0 && x < right {
                let _ = context.fill_text(&on_axis(at, step, window.to_us), x, height - 9.0);
            }
            at += step;
        }
        context.set_font("11.5px system-ui, sans-serif");
        context.set_text_align("left");
        let every = name_every(self.chart.rows.len(), height - FOOT);
        for (row, id) in self.chart.rows.iter().enumerate().step_by(every) {
            let _ = context.fill_text(&id.to_string(), 4.0, self.y(row as u16) + 4.0);
        }
        context.set_line_width(1.0);
        context.set_stroke_style_str(&Ink::Faint.hex(theme));
        // Lines nearer than about three pixels would be a grey area.
        let crowded = self.chart.rows.len() as f64 * 3.0 > height;
        for (row, id) in self.chart.rows.iter().enumerate().step_by(if crowded { every } else { 1 }) {
            set_dash(context, self.down.contains(id).then_some((2.0, 4.0)));
            let y = self.y(row as u16);
            line(context, Point::new(NAMES_WIDTH, y), Point::new(width - RIGHT, y));
        }
        set_dash(context, None);
    }

    /// Everything between two places, with one opacity: colours in batches, then what has a look of its own.
    fn draw_half(
        &self,
        context: &CanvasRenderingContext2d,
        theme: Theme,
        left: f64,
        right: f64,
        opacity: f64,
        selection: Option<Selection>,
    ) {
        if right <= left {
            return;
        }
        context.save();
        context.begin_path();
        context.rect(left, 0.0, right - left, self.size.height);
        context.clip();
        let selected = self.selected_row(selection);
        let concerned = |a: &Arrow| match &self.cone {
            Some(cone) => cone.has(a),
            None => selected.is_none_or(|row| a.from == row || a.to == row),
        };
        for quiet in [true, false] {
            for colour in 0..ROUND_COLOURS {
                for proposal in [false, true] {
                    let of = |a: &&Arrow| {
                        !a.lost
                            && !a.forged
                            && Ink::round_colour(a.round) == colour
                            && a.proposal == proposal
                            && (a.background && self.cone.is_none() || !concerned(a)) == quiet
                            && self.x(a.sent) <= right
                            && self.x(a.end) >= left
                    };
                    let strength = if quiet {
                        if self.cone.is_some() { DIM } else { 0.3 }
                    } else if proposal {
                        0.95
                    } else {
                        0.55
                    };
                    context.set_global_alpha(opacity * strength);
                    context.set_line_width(if proposal { 1.5 } else { 1.1 });
                    context.set_stroke_style_str(&Ink::Round(colour as u64).hex(theme));
                    self.stroke_all(context, self.arrows.iter().filter(of));
                }
            }
        }
        set_dash(context, Some((4.0, 3.0)));
        context.set_line_width(1.4);
        context.set_stroke_style_str(&Ink::Trouble.hex(theme));
        for quiet in [true, false] {
            let dim = |a: &Arrow| self.cone.as_ref().is_some_and(|cone| !cone.has(a));
            context.set_global_alpha(if quiet { DIM } else { opacity });
            let troubled = |a: &&Arrow| (a.forged || a.lost) && dim(a) == quiet;
            self.stroke_all(context, self.arrows.iter().filter(troubled));
        }
        set_dash(context, None);
        self.draw_crosses(context);
        self.draw_ticks(context, theme, opacity);
        context.restore();
    }

    fn stroke_all<'a>(&self, context: &CanvasRenderingContext2d, arrows: impl Iterator<Item = &'a Arrow>) {
        let mut any = false;
        for arrow in arrows {
            if !any {
                context.begin_path();
                any = true;
            }
            let (a, b) = self.ends(arrow);
            context.move_to(a.x, a.y);
            context.line_to(b.x, b.y);
        }
        if any {
            context.stroke();
        }
    }

    fn draw_crosses(&self, context: &CanvasRenderingContext2d) {
        context.set_line_width(1.7);
        context.begin_path();
        for arrow in self.arrows.iter().filter(|a| a.lost) {
            let (_, at) = self.ends(arrow);
            context.move_to(at.x - 3.0, at.y - 3.0);
            context.line_to(at.x + 3.0, at.y + 3.0);
            context.move_to(at.x - 3.0, at.y + 3.0);
            context.line_to(at.x + 3.0, at.y - 3.0);
        }
        context.stroke();
    }

    fn draw_ticks(&self, context: &CanvasRenderingContext2d, theme: Theme, opacity: f64) {
        let large = self.chart.rows.len() <= 16;
        let r = if large { 3.6 } else { 2.0 };
        for quiet in [true, false] {
            context.set_global_alpha(if quiet { DIM } else { opacity });
            for (kind, ink) in [
                (TickKind::Timer, Ink::Soft),
                (TickKind::Fault, Ink::Warning),
                (TickKind::Decision, Ink::Good),
            ] {
                context.set_fill_style_str(&ink.hex(theme));
                context.begin_path();
                let apart = |t: &Tick| self.cone.as_ref().is_some_and(|c| c.side(t.row, t.event).is_none());
                for tick in self.chart.ticks.iter().filter(|t| t.kind == kind && apart(t) == quiet) {
                    let (x, y) = (self.x(tick.at), self.y(tick.row));
                    match kind {
                        TickKind::Timer => context.rect(x - 1.0, y - r, 2.0, 2.0 * r),
                        TickKind::Decision => {
                            polygon(context, &[(x, y - r), (x + r, y), (x, y + r), (x - r, y)])
                        }
                        TickKind::Fault => polygon(context, &[(x, y - r), (x + r, y + r), (x - r, y + r)]),
                    }
                }
                context.fill();
            }
        }
    }

    /// Says where the picture ends although the run does not, and that it does not show everything.
    fn draw_left_out(&self, context: &CanvasRenderingContext2d, theme: Theme) {
        let (width, bottom) = (self.size.width, self.size.height - FOOT);
        context.set_global_alpha(1.0);
        context.set_font("11.5px system-ui, sans-serif");
        context.set_stroke_style_str(&Ink::Paper.hex(theme));
        context.set_fill_style_str(&Ink::Soft.hex(theme));
        let say = |align: &str, text: &str, x: f64, y: f64| {
            context.set_text_align(align);
            context.set_line_width(4.0);
            let _ = context.stroke_text(text, x, y);
            let _ = context.fill_text(text, x, y);
        };
        if self.thinned {
            say("right", THINNED, width - RIGHT, 11.0);
        }
        let Some(cut) = self.chart.cut else { return };
        let (left, right) = (NAMES_WIDTH, width - RIGHT);
        for (from, to) in [(left, self.x_us(cut.from_us)), (self.x_us(cut.to_us), right)] {
            if from >= to || from > right || to < left {
                continue;
            }
            let (from, to) = (from.max(left), to.min(right));
            context.set_global_alpha(0.12);
            context.fill_rect(from, 0.0, to - from, bottom + 4.0);
            context.set_global_alpha(1.0);
            say("center", CUT, ((from + to) / 2.0).within(left + 52.0, right - 52.0), bottom / 2.0);
        }
    }

    fn draw_selected(&self, context: &CanvasRenderingContext2d, theme: Theme, selection: Option<Selection>) {
        let is_it = |a: &&Arrow| match selection {
            Some(Selection::Event(event)) => a.event == Some(event),
            Some(Selection::Message(name)) => self.name_of(a) == Some(name),
            _ => false,
        };
        context.set_global_alpha(1.0);
        context.set_stroke_style_str(&Ink::Text.hex(theme));
        context.set_line_width(2.2);
        let Some(arrow) = self.chart.arrows.iter().find(is_it) else {
            let tick = |t: &&Tick| selection == Some(Selection::Event(t.event));
            if let Some(tick) = self.chart.ticks.iter().find(tick) {
                context.begin_path();
                // The radius is positive.
                let _ = context.arc(self.x(tick.at), self.y(tick.row), 6.5, 0.0, TAU);
                context.stroke();
            }
            return;
        };
        let (a, b) = self.ends(arrow);
        line(context, a, b);
        context.begin_path();
        // The radius is positive.
        let _ = context.arc(b.x, b.y, 4.5, 0.0, TAU);
        context.stroke();
    }
}

fn distance_to_segment(p: Point, (a, b): (Point, Point)) -> f64 {
    let way = b - a;
    let length = way.length();
    if length == 0.0 {
        return p.distance(a);
    }
    let along = ((p.x - a.x) * way.x + (p.y - a.y) * way.y) / (length * length);
    p.distance(a + way * along.within(0.0, 1.0))
}

fn set_dash(context: &CanvasRenderingContext2d, dash: Option<(f64, f64)>) {
    let pattern = match dash {
        Some((on, off)) => js_sys::Array::of2(&JsValue::from_f64(on), &JsValue::from_f64(off)),
        None => js_sys::Array::new(),
    };
    // Only negative lengths are refused.
    let _ = context.set_line_dash(&pattern);
}

fn line(context: &CanvasRenderingContext2d, a: Point, b: Point) {
    context.begin_path();
    context.move_to(a.x, a.y);
    context.line_to(b.x, b.y);
    context.stroke();
}

fn polygon(context: &CanvasRenderingContext2d, corners: &[(f64, f64)]) {
    for (i, (x, y)) in corners.iter().enumerate() {
        if i == 0 {
            context.move_to(*x, *y);
        } else {
            context.line_to(*x, *y);
        }
    }
    context.close_path();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_to_an_arrow_is_to_its_nearest_point() {
        let segment = (Point::new(0.0, 0.0), Point::new(10.0, 0.0));
        assert_eq!(distance_to_segment(Point::new(5.0, 3.0), segment), 3.0);
        assert_eq!(distance_to_segment(Point::new(13.0, 4.0), segment), 5.0);
    }
}
