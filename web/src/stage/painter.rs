//! Messages under way, drawn on a canvas in every frame.
//!
//! With few of them each has its glyph and its way; with many they are dots, gathered by colour, so that a frame costs a
//! few thousand canvas calls and no allocation: buffers keep their room, and the ways between all pairs of nodes are
//! worked out when the nodes are placed.

use super::size::Size;
use crate::model::{Model, Selection};
use consensus_figure::curve::Curve;
use consensus_figure::density::{Density, Emphasis, emphasis};
use consensus_figure::glyph::{LETTER_MIN, Outline};
use consensus_figure::layout::{GLYPH_FEW, LEGIBLE_MIN, Placement};
use consensus_figure::moment::{Moment, Show, behind, gone, loss_fraction, loss_freshness};
use consensus_figure::palette::{Ink, ROUND_COLOURS, Theme};
use consensus_figure::point::Point;
use consensus_figure::room::Room;
use consensus_figure::shape::{Within, number};
use consensus_figure::values::{Tag, name_of};
use consensus_kernel::Kind;
use consensus_lab::view::{FlightMark, FlightView, LossView};
use consensus_scenario::MessageName;
use std::f64::consts::TAU;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Up to so many messages of one step each have a glyph among dots.
const STEP_MAX: usize = 240;

/// Beyond so many, dots are squares: they cost half.
const DISCS_MAX: usize = 1_000;

/// Of more than so many, what has just been sent and what has just arrived is told apart in every other frame only, while the
/// run plays.
const LATE_FROM: usize = 1_000;

/// Between so many nodes the ways of all pairs are kept; among more, few pairs have messages.
const WAYS_KEPT: usize = 160;

/// Marks beside the colours of rounds: forged, held back, a second copy.
const SPECIAL: usize = 3;

/// Each colour filled, hollow and faint.
const BUCKETS: usize = ROUND_COLOURS * 3 + SPECIAL;

/// What a liar says; its size is [`consensus_figure::room::TAG_SIZE`].
const TAG_FONT: &str = "700 11px system-ui, sans-serif";

/// The slanted lines on what is held: the middle of each and half its length, in radii.
const HATCHES: [(f64, f64, f64); 3] = [(-0.46, -0.31, 0.55), (0.0, 0.0, 0.78), (0.46, 0.31, 0.55)];

/// Draws the messages under way.
pub struct Painter {
    context: Option<CanvasRenderingContext2d>,
    size: Size,
    ratio: f64,
    placement: Option<Rc<Placement>>,
    /// The way from each node to each, by position: `from * nodes + to`; none where nodes are many.
    ways: Vec<Curve>,
    nodes: usize,
    /// Radius of a glyph, and whether messages are glyphs.
    glyph: f64,
    glyphs: bool,
    /// Whether those of the current step are, among dots.
    step: bool,
    /// Fonts of one letter and of two.
    fonts: [String; 2],
    show: Show,
    selection: Option<Selection>,
    /// What was lost, and the share of its way after which.
    losses: Vec<(LossView, f64)>,
    fade_us: f64,
    tags: Vec<Tag>,
    /// Where words stand already.
    taken: Vec<(Point, Point)>,
    flights: Vec<FlightView>,
    /// They are those of the frame before.
    late: bool,
    buckets: [Vec<(f64, f64)>; BUCKETS],
    inks: Inks,
    now_us: f64,
    still: bool,
}

impl Default for Painter {
    fn default() -> Self {
        Self {
            context: None,
            size: Size::default(),
            ratio: 1.0,
            placement: None,
            ways: Vec::new(),
            nodes: 0,
            glyph: 0.0,
            glyphs: false,
            step: false,
            fonts: Default::default(),
            show: Show::default(),
            selection: None,
            losses: Vec::new(),
            fade_us: 1.0,
            tags: Vec::new(),
            taken: Vec::new(),
            flights: Vec::new(),
            late: false,
            buckets: std::array::from_fn(|_| Vec::new()),
            inks: Inks::new(Theme::Light),
            now_us: 0.0,
            still: false,
        }
    }
}

/// Colours as the canvas takes them.
struct Inks {
    theme: Theme,
    rounds: [String; ROUND_COLOURS],
    paper: String,
    text: String,
    trouble: String,
}

impl Inks {
    fn new(theme: Theme) -> Self {
        Self {
            theme,
            rounds: std::array::from_fn(|round| Ink::Round(round as u64).hex(theme)),
            paper: Ink::Paper.hex(theme),
            text: Ink::Text.hex(theme),
            trouble: Ink::Trouble.hex(theme),
        }
    }

    fn round(&self, round: u64) -> &str {
        &self.rounds[Ink::round_colour(round)]
    }
}

impl Painter {
    /// Takes a canvas of this size, in CSS pixels; its own pixels are those of the screen.
    pub fn take(&mut self, canvas: &HtmlCanvasElement, size: Size) {
        self.ratio = web_sys::window().map_or(1.0, |w| w.device_pixel_ratio()).within(1.0, 3.0);
        canvas.set_width((size.width * self.ratio) as u32);
        canvas.set_height((size.height * self.ratio) as u32);
        let context = canvas.get_context("2d").ok().flatten();
        self.context = context.and_then(|c| c.dyn_into().ok());
        self.size = size;
    }

    /// Takes note of what is not drawn in every frame anew.
    pub fn see(
        &mut self,
        placement: &Rc<Placement>,
        show: Show,
        selection: Option<Selection>,
        moment: &Moment,
        tags: Vec<Tag>,
        taken: Vec<(Point, Point)>,
    ) {
        if !self.placement.as_ref().is_some_and(|p| Rc::ptr_eq(p, placement)) {
            self.ways.clear();
            let few = placement.spots.len() <= WAYS_KEPT;
            for from in placement.spots.iter().filter(|_| few) {
                let way = |to: &consensus_figure::layout::Spot| {
                    if from.id == to.id { Some(Curve::default()) } else { placement.curve(from.id, to.id) }
                };
                self.ways.extend(placement.spots.iter().map(|to| way(to).unwrap_or_default()));
            }
            self.nodes = placement.spots.len();
            self.placement = Some(placement.clone());
        }
        self.show = show;
        self.selection = selection;
        self.losses.clear();
        let place = |loss: &LossView| {
            let receiver = moment.nodes.get(placement.index(loss.to))?;
            Some((*loss, loss_fraction(receiver)))
        };
        self.losses.extend(moment.losses.iter().filter_map(place));
        self.fade_us = moment.fade_us;
        self.tags = tags;
        self.taken = taken;
        let theme = if crate::theme::is_dark() { Theme::Dark } else { Theme::Light };
        if theme != self.inks.theme {
            self.inks = Inks::new(theme);
        }
    }

    /// Draws the moment `now_us` microseconds into the run.
    pub fn paint(&mut self, model: &Model, now_us: f64) {
        let (Some(context), Some(placement)) = (self.context.clone(), self.placement.clone()) else { return };
        self.now_us = now_us;
        self.still = model.reduced_motion;
        self.late = !self.late && model.playing && self.flights.len() > LATE_FROM;
        if !self.late {
            model.session().flights(&mut self.flights);
        }
        if let Some(eyes) = model.eyes {
            self.flights.retain(|f| f.from == eyes);
        }
        let theme = if crate::theme::is_dark() { Theme::Dark } else { Theme::Light };
        if theme != self.inks.theme {
            self.inks = Inks::new(theme);
        }
        // The canvas has a plain transform and sizes are finite: none of its calls can fail.
        let _ = context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, self.size.width, self.size.height);
        let kinds = model.meta().kinds;
        let event = model.session().position().event;
        self.paint_losses(&context);
        let glyph = placement.glyph_among(self.flights.len());
        self.glyphs = glyph.is_some();
        let glyph = glyph.unwrap_or(GLYPH_FEW);
        if self.glyph != glyph {
            self.glyph = glyph;
            self.fonts =
                [1.2, 0.95].map(|share| format!("700 {}px system-ui, sans-serif", number(glyph * share)));
        }
        self.step = false;
        if !self.glyphs {
            let full = self.flights.iter().filter(|f| self.is_full(f, kinds, event));
            let step = self.show.density == Density::Focus && full.count() <= STEP_MAX;
            self.paint_dots(&context, kinds, event, step);
            self.step = step;
        }
        if self.glyphs || self.step {
            self.paint_glyphs(&context, kinds, event, !model.playing || self.still);
        }
        // Nodes and their names shine through what passes below them.
        let _ = context.set_global_composite_operation("destination-out");
        context.set_global_alpha(0.8);
        context.begin_path();
        for spot in placement.spots.iter().filter(|spot| spot.radius >= LEGIBLE_MIN) {
            context.move_to(spot.at.x + spot.radius, spot.at.y);
            // The radius is positive.
            let _ = context.arc(spot.at.x, spot.at.y, spot.radius, 0.0, TAU);
        }
        context.fill();
        let _ = context.set_global_composite_operation("source-over");
        context.set_global_alpha(1.0);
        if self.glyphs {
            self.paint_tags(&context, &placement, kinds, event);
        }
        self.paint_selected(&context);
    }

    /// The message nearest to a point, within a distance of its border.
    pub fn message_at(&self, at: Point, slop: f64) -> Option<MessageName> {
        let reach = slop + if self.glyphs { self.glyph } else { 3.0 };
        let away = |(i, f): (usize, &FlightView)| (self.spot(i, f).distance(at), name_of(f));
        let nearest = self.flights.iter().enumerate().map(away).min_by(|a, b| a.0.total_cmp(&b.0))?;
        (nearest.0 <= reach).then_some(nearest.1)
    }

    fn way(&self, flight: &FlightView) -> Curve {
        let Some(placement) = &self.placement else { return Curve::default() };
        let at = placement.index(flight.from) * self.nodes + placement.index(flight.to);
        let way = self.ways.get(at).copied();
        way.or_else(|| placement.curve(flight.from, flight.to)).unwrap_or_default()
    }

    /// How far a message has come; without motion it stands half way.
    fn fraction(&self, i: usize, flight: &FlightView, way: &Curve) -> f64 {
        let gone = if self.still { 0.5 } else { gone(flight, self.now_us) };
        if !self.glyphs && !self.step {
            return gone;
        }
        // Where ways begin and end at the very border of nodes a letter keeps off that.
        let roomy = self.placement.as_ref().is_some_and(|placement| placement.roomy);
        let end = if roomy { 0.0 } else { self.glyph / way.from.distance(way.to).max(3.0 * self.glyph) };
        end + gone * (1.0 - 2.0 * end) - behind(&self.flights[..i], flight, way, self.glyph)
    }

    fn spot(&self, i: usize, flight: &FlightView) -> Point {
        let way = self.way(flight);
        way.at(self.fraction(i, flight, &way))
    }

    fn paint_losses(&self, context: &CanvasRenderingContext2d) {
        let Some(placement) = &self.placement else { return };
        context.set_stroke_style_str(&self.inks.trouble);
        for (loss, share) in &self.losses {
            let fresh = loss_freshness(loss, self.now_us, self.fade_us);
            let Some(way) = placement.curve(loss.from, loss.to).filter(|_| fresh > 0.0) else { continue };
            context.set_global_alpha(0.2 + 0.8 * fresh);
            let part = way.until(*share);
            context.set_line_width(1.5);
            set_dash(context, Some((5.0, 3.0)));
            stroke_curve(context, &part);
            set_dash(context, None);
            context.set_line_width(2.2);
            let arm = if placement.roomy { 4.5 } else { 3.0 };
            context.begin_path();
            context.move_to(part.to.x - arm, part.to.y - arm);
            context.line_to(part.to.x + arm, part.to.y + arm);
            context.move_to(part.to.x - arm, part.to.y + arm);
            context.line_to(part.to.x + arm, part.to.y - arm);
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }

    fn paint_glyphs(&self, context: &CanvasRenderingContext2d, kinds: &[Kind], event: u64, arrows: bool) {
        context.set_text_align("center");
        context.set_text_baseline("alphabetic");
        let full = |f: &&FlightView| self.is_full(f, kinds, event);
        for flight in self.flights.iter().filter(full) {
            context.set_stroke_style_str(self.ink(flight));
            context.set_global_alpha(0.4);
            context.set_line_width(1.3);
            set_dash(context, [None, Some((5.0, 3.0)), Some((1.5, 3.0))][Ink::round_pattern(flight.round)]);
            stroke_curve(context, &self.way(flight));
        }
        set_dash(context, None);
        context.set_global_alpha(1.0);
        for (i, flight) in self.flights.iter().enumerate() {
            let Some(kind) = kinds.get(flight.kind) else { continue };
            if full(&flight) {
                self.paint_glyph(context, (i, flight), kind, arrows);
            } else if self.glyphs {
                let at = self.spot(i, flight);
                context.set_global_alpha(0.55);
                context.set_fill_style_str(self.ink(flight));
                disc(context, at, 2.6);
                context.fill();
                context.set_global_alpha(1.0);
            }
        }
    }

    fn ink(&self, flight: &FlightView) -> &str {
        if flight.mark == FlightMark::Forged { &self.inks.trouble } else { self.inks.round(flight.round) }
    }

    fn paint_glyph(
        &self,
        context: &CanvasRenderingContext2d,
        (i, flight): (usize, &FlightView),
        kind: &Kind,
        arrows: bool,
    ) {
        let ink = self.ink(flight);
        let way = self.way(flight);
        let fraction = self.fraction(i, flight, &way);
        let (at, outline) = (way.at(fraction), Outline::of(kind.class));
        let solid = kind.proposal && flight.mark != FlightMark::Forged && flight.mark != FlightMark::Held;
        context.set_stroke_style_str(ink);
        context.set_line_width(2.0);
        if arrows {
            context.set_fill_style_str(ink);
            arrow_head(context, at, way.direction(fraction), self.glyph);
        }
        if flight.mark == FlightMark::Duplicate {
            context.set_global_alpha(0.55);
            trace(context, at + Point::new(4.0, -4.0), self.glyph, outline);
            context.stroke();
        }
        let forged = flight.mark == FlightMark::Forged;
        set_dash(context, forged.then_some((4.0, 2.5)));
        context.set_fill_style_str(if solid { ink } else { &self.inks.paper });
        trace(context, at, self.glyph, outline);
        context.fill();
        context.stroke();
        if forged {
            context.set_line_width(1.4);
            disc(context, at, self.glyph + 3.5);
            context.stroke();
            set_dash(context, None);
        }
        let held = flight.mark == FlightMark::Held;
        if held {
            hatch(context, at, self.glyph);
        }
        let narrow = kind.glyph.len() > 1;
        context.set_font(&self.fonts[usize::from(narrow)]);
        if self.glyph >= LETTER_MIN {
            context.set_fill_style_str(if solid { &self.inks.paper } else { ink });
            let base = at + Point::new(0.0, self.glyph * if narrow { 0.34 } else { 0.41 });
            self.write(context, kind.glyph, base, held);
        }
        context.set_global_alpha(1.0);
    }

    /// Writes what liars say, where it covers nothing.
    fn paint_tags(
        &self,
        context: &CanvasRenderingContext2d,
        placement: &Placement,
        kinds: &[Kind],
        event: u64,
    ) {
        if self.tags.is_empty() {
            return;
        }
        let spots: Vec<Option<Point>> = self
            .flights
            .iter()
            .enumerate()
            .map(|(i, flight)| self.is_full(flight, kinds, event).then(|| self.spot(i, flight)))
            .collect();
        let mut room = Room::of(placement);
        room.taken.extend_from_slice(&self.taken);
        context.set_font(TAG_FONT);
        for (base, ink, value) in room.tags(&self.flights, &spots, self.glyph, &self.tags) {
            context.set_fill_style_str(&ink.hex(self.inks.theme));
            self.write(context, value, base, true);
        }
    }

    /// Writes words around a point, in a halo of paper if something is beneath them.
    fn write(&self, context: &CanvasRenderingContext2d, words: &str, base: Point, halo: bool) {
        // Text on a canvas fails only for sizes that are not finite.
        if halo {
            context.set_stroke_style_str(&self.inks.paper);
            context.set_line_width(3.0);
            let _ = context.stroke_text(words, base.x, base.y);
        }
        let _ = context.fill_text(words, base.x, base.y);
    }

    fn is_full(&self, flight: &FlightView, kinds: &[Kind], event: u64) -> bool {
        emphasis(self.show.density, flight, kinds, event, self.show.selected) == Emphasis::Full
    }

    /// Draws all as dots, but for those of the current step if they have glyphs.
    fn paint_dots(&mut self, context: &CanvasRenderingContext2d, kinds: &[Kind], event: u64, step: bool) {
        let Self { flights, buckets, .. } = self;
        let flights = std::mem::take(flights);
        let mut buckets = std::mem::replace(buckets, std::array::from_fn(|_| Vec::new()));
        buckets.iter_mut().for_each(Vec::clear);
        for (i, flight) in flights.iter().enumerate() {
            if step && self.is_full(flight, kinds, event) {
                continue;
            }
            let at = self.spot(i, flight);
            buckets[self.bucket(flight, kinds, event)].push((at.x, at.y));
        }
        let squares = flights.len() > DISCS_MAX;
        // The faint ones first, the special ones last, on top.
        let order = (0..ROUND_COLOURS).map(|c| 3 * c + 2);
        let order =
            order.chain((0..3 * ROUND_COLOURS).filter(|b| b % 3 != 2)).chain(3 * ROUND_COLOURS..BUCKETS);
        for bucket in order.filter(|&b| !buckets[b].is_empty()) {
            self.paint_bucket(context, bucket, &buckets[bucket], squares);
        }
        context.set_global_alpha(1.0);
        self.flights = flights;
        self.buckets = buckets;
    }

    fn bucket(&self, flight: &FlightView, kinds: &[Kind], event: u64) -> usize {
        match flight.mark {
            FlightMark::Forged => return 3 * ROUND_COLOURS,
            FlightMark::Held => return 3 * ROUND_COLOURS + 1,
            FlightMark::Duplicate => return 3 * ROUND_COLOURS + 2,
            FlightMark::Plain => {}
        }
        let look = match kinds.get(flight.kind) {
            _ if !self.is_full(flight, kinds, event) => 2,
            Some(kind) if kind.proposal => 0,
            _ => 1,
        };
        3 * Ink::round_colour(flight.round) + look
    }

    fn paint_bucket(
        &self,
        context: &CanvasRenderingContext2d,
        bucket: usize,
        spots: &[(f64, f64)],
        squares: bool,
    ) {
        let (ink, look): (&str, usize) = match bucket.checked_sub(3 * ROUND_COLOURS) {
            Some(0) => (&self.inks.trouble, 0),
            Some(1) => (&self.inks.text, 1),
            Some(_) => (&self.inks.text, 2),
            None => (&self.inks.rounds[bucket / 3], bucket % 3),
        };
        let (radius, alpha) = [(3.2, 1.0), (2.6, 0.9), (1.6, 0.45)][look];
        context.set_global_alpha(alpha);
        context.set_fill_style_str(ink);
        if squares {
            let side = [4.6, 3.0, 2.0][look];
            for (x, y) in spots {
                context.fill_rect(x - side / 2.0, y - side / 2.0, side, side);
            }
            return;
        }
        context.begin_path();
        for (x, y) in spots {
            context.move_to(x + radius, *y);
            // The radius is positive.
            let _ = context.arc(*x, *y, radius, 0.0, TAU);
        }
        if look == 1 {
            context.set_stroke_style_str(ink);
            context.set_line_width(1.4);
            context.stroke();
        } else {
            context.fill();
        }
    }

    fn paint_selected(&self, context: &CanvasRenderingContext2d) {
        let Some(Selection::Message(name)) = self.selection else { return };
        let Some(i) = self.flights.iter().position(|f| name_of(f) == name) else { return };
        let flight = &self.flights[i];
        context.set_stroke_style_str(&self.inks.text);
        context.set_line_width(1.0);
        context.set_global_alpha(0.6);
        stroke_curve(context, &self.way(flight));
        context.set_global_alpha(1.0);
        context.set_line_width(2.0);
        disc(context, self.spot(i, flight), self.glyph + 6.0);
        context.stroke();
    }
}

fn set_dash(context: &CanvasRenderingContext2d, dash: Option<(f64, f64)>) {
    let pattern = match dash {
        Some((on, off)) => js_sys::Array::of2(&JsValue::from_f64(on), &JsValue::from_f64(off)),
        None => js_sys::Array::new(),
    };
    // Only negative lengths are refused.
    let _ = context.set_line_dash(&pattern);
}

fn stroke_curve(context: &CanvasRenderingContext2d, way: &Curve) {
    context.begin_path();
    context.move_to(way.from.x, way.from.y);
    context.quadratic_curve_to(way.control.x, way.control.y, way.to.x, way.to.y);
    context.stroke();
}

fn disc(context: &CanvasRenderingContext2d, at: Point, radius: f64) {
    context.begin_path();
    // The radius is positive.
    let _ = context.arc(at.x, at.y, radius, 0.0, TAU);
}

/// Traces the outline of a message.
fn trace(context: &CanvasRenderingContext2d, at: Point, radius: f64, outline: Outline) {
    match outline {
        Outline::Circle => disc(context, at, radius),
        Outline::Small => disc(context, at, radius * 0.8),
        Outline::Square => {
            let r = radius * 0.9;
            context.begin_path();
            context.rect(at.x - r, at.y - r, 2.0 * r, 2.0 * r);
        }
        Outline::Diamond => {
            let r = radius * 1.25;
            context.begin_path();
            context.move_to(at.x, at.y - r);
            context.line_to(at.x + r, at.y);
            context.line_to(at.x, at.y + r);
            context.line_to(at.x - r, at.y);
            context.close_path();
        }
    }
}

/// Slanted lines across a message that is held back, beneath its letter.
fn hatch(context: &CanvasRenderingContext2d, at: Point, radius: f64) {
    context.set_line_width(1.2);
    context.begin_path();
    for (x, y, half) in HATCHES {
        let (middle, arm) = (at + Point::new(x, y) * radius, Point::new(0.56, -0.83) * (half * radius));
        context.move_to(middle.x - arm.x, middle.y - arm.y);
        context.line_to(middle.x + arm.x, middle.y + arm.y);
    }
    context.stroke();
}

/// A small arrow head just ahead of a message.
fn arrow_head(context: &CanvasRenderingContext2d, at: Point, direction: Point, glyph: f64) {
    let tip = at + direction * (glyph * 1.8);
    let back = at + direction * (glyph * 1.1);
    let side = direction.left() * (glyph * 0.48);
    context.begin_path();
    context.move_to(tip.x, tip.y);
    context.line_to(back.x + side.x, back.y + side.y);
    context.line_to(back.x - side.x, back.y - side.y);
    context.close_path();
    context.fill();
}
