//! How one node looks: its name and state inside, its timer around it, its votes outside, and a mark for whatever is
//! wrong with it. Nothing is told by colour alone.

use crate::glyph::{badge, cross};
use crate::layout::{LEGIBLE_MIN, Spot};
use crate::palette::Ink;
use crate::point::Point;
use crate::room::{Place, Room};
use crate::shape::Within;
use crate::shape::{Anchor, Dash, Fill, NodeShape, Paint, Shape, text_width};
use consensus_kernel::{Face, Meta, Time, Tone, Votes, plural};
use consensus_lab::view::{Health, NodeView, Standing, TimerView, fraction};

/// A quorum of at most so many votes is shown as dots.
const DOTS_MAX: u64 = 9;

/// In narrower pictures the weight of all is left out.
const FULL_WIDTH: f64 = 560.0;

/// From dot to dot.
const DOT_STEP: f64 = 9.5;

/// Size of the words outside.
const LINE_SIZE: f64 = 11.0;

/// Draws a node; where the picture is roomy with words and dots around it, as far as there is room for them: those come into
/// `beside`.
pub fn draw(
    view: &NodeView,
    spot: &Spot,
    meta: &Meta,
    now: Time,
    room: &mut Room<'_>,
    beside: &mut Vec<Shape>,
) -> NodeShape {
    let roomy = room.placement.roomy;
    let mut shapes = Vec::new();
    let legible = spot.radius >= LEGIBLE_MIN;
    if legible {
        timer(&mut shapes, view, spot, now, roomy);
    }
    horns(&mut shapes, view, spot);
    body(&mut shapes, view, spot);
    if legible {
        words(&mut shapes, view, spot, roomy);
    }
    if roomy {
        outside(beside, view, spot, room);
    }
    if !room.placement.worded() && (!roomy || dotted(view).is_none()) {
        vote_ring(&mut shapes, view, spot);
    }
    marks(&mut shapes, view, spot);
    NodeShape { id: view.id, label: label(view, meta), shapes }
}

/// A node in words.
pub fn label(view: &NodeView, meta: &Meta) -> String {
    let kind = if view.id.is_client() { "client" } else { "node" };
    let mut parts = vec![format!("{kind} {}", view.id)];
    match view.health {
        Health::Crashed => parts.push("crashed".to_owned()),
        Health::Paused => parts.push("paused".to_owned()),
        Health::Up => {}
    }
    describe(&mut parts, &view.face, meta, kind);
    if let Some(second) = &view.second_face {
        parts.push("its second face".to_owned());
        describe(&mut parts, second, meta, kind);
    }
    if let Some(how) = &view.byzantine {
        parts.push(format!("Byzantine: {how}"));
    }
    match view.standing {
        Standing::Befouled | Standing::Contradicted => parts.push("befouled".to_owned()),
        Standing::IllBehaved if view.byzantine.is_none() => {
            parts.push("ill-behaved: it lost its disk".to_owned())
        }
        _ => {}
    }
    parts.join(", ")
}

fn describe(parts: &mut Vec<String>, face: &Face, meta: &Meta, kind: &str) {
    if face.role != kind {
        parts.push(face.role.to_owned());
    }
    if face.status != face.role {
        parts.push(face.status.clone().into_owned());
    }
    parts.push(format!("{} {}", meta.round, face.round));
    let waits = face.waits_for.as_deref().unwrap_or_default();
    // What it waits for mostly says how many votes it has.
    if let Some(votes) = face.votes.as_ref().filter(|votes| !waits.starts_with(&votes.k_of_q())) {
        parts.push(format!("{} {}", votes.k_of_q(), plural(votes.of)));
    }
    if let Some(wait) = &face.waits_for {
        // "2 of 3 votes" is what it has.
        let counts = wait.starts_with(|c: char| c.is_ascii_digit());
        parts.push(format!("{} {wait}", if counts { "has" } else { "waits for" }));
    }
}

fn short(votes: &Votes) -> String {
    format!("{} of {}", votes.have, votes.need)
}

fn ink(view: &NodeView) -> Ink {
    match view.health {
        Health::Crashed => Ink::Soft,
        _ if view.byzantine.is_some() => Ink::Trouble,
        _ if view.id.is_client() => Ink::Soft,
        _ => Ink::Round(view.face.round),
    }
}

fn timer(shapes: &mut Vec<Shape>, view: &NodeView, spot: &Spot, now: Time, roomy: bool) {
    let soonest: Option<&TimerView> = view.timers.iter().min_by_key(|t| t.due);
    if let Some(timer) = soonest.filter(|_| view.health != Health::Crashed) {
        // In steps too small to see, so that a drawing changes only when it shows.
        let steps = if roomy { 120.0 } else { 32.0 };
        let left = ((1.0 - fraction(timer, now).within(0.0, 1.0)) * steps).ceil() / steps;
        let (radius, width) = if roomy { (spot.ring(), 3.0) } else { (spot.radius + 2.5, 1.5) };
        if left > 0.004 {
            let paint = Paint::line(Ink::Soft, width).opacity(0.55);
            shapes.push(Shape::arc(spot.at, radius, 0.0, left, paint));
        }
    }
}

fn horns(shapes: &mut Vec<Shape>, view: &NodeView, spot: &Spot) {
    if view.byzantine.is_none() {
        return;
    }
    let r = spot.radius;
    for side in [-1.0, 1.0] {
        let on = |turn: f64, reach: f64| spot.at + Point::on_clock(side * turn) * reach;
        let corners = [on(0.05, r - 0.5), on(0.115, r + (r * 0.36).min(11.0)), on(0.13, r - 0.5)];
        shapes.push(Shape::polygon(&corners, Paint::filled(Fill::Solid(Ink::Trouble))));
    }
}

fn body(shapes: &mut Vec<Shape>, view: &NodeView, spot: &Spot) {
    let (ink, r) = (ink(view), spot.radius);
    let lost_disk = view.standing == Standing::IllBehaved && view.byzantine.is_none();
    let fill = match view.health {
        Health::Crashed => Fill::Solid(Ink::Paper),
        _ if view.byzantine.is_some() || lost_disk => Fill::Hatch(ink),
        _ if view.id.is_client() => Fill::Solid(Ink::Paper),
        _ => Fill::Tint(ink),
    };
    let dash = match view.health {
        Health::Up if matches!(view.face.tone, Tone::Contending | Tone::Asking) => Dash::Dashed,
        Health::Up => Dash::Solid,
        Health::Crashed => Dash::Dashed,
        Health::Paused => Dash::Dotted,
    };
    let leads = view.face.leads && view.health != Health::Crashed;
    let width = if leads { (r * 0.12).within(1.8, 4.0) } else { (r * 0.065).within(1.0, 2.0) };
    // Hatching is drawn over paper, for it lets links through.
    if matches!(fill, Fill::Hatch(_)) {
        shapes.push(Shape::circle(spot.at, r, Paint::filled(Fill::Solid(Ink::Paper))));
    }
    shapes.push(Shape::circle(spot.at, r, Paint::line(ink, width).fill(fill).dash(dash)));
    if leads {
        shapes.push(Shape::circle(spot.at, r - width - 1.0, Paint::line(ink, (width * 0.3).max(0.7))));
    }
    if let Some(second) = &view.second_face {
        let half = Paint::line(Ink::Round(second.round), width + 1.0);
        shapes.push(Shape::arc(spot.at, r, 0.0, 0.5, half));
        let edge = Point::new(0.0, r);
        shapes.push(Shape::line(spot.at - edge, spot.at + edge, Paint::line(ink, 1.0).dash(Dash::Dashed)));
    }
    if view.health == Health::Crashed {
        shapes.extend(cross(spot.at, r * 0.5, Paint::line(Ink::Soft, (r * 0.09).max(1.2)).opacity(0.6)));
    }
}

/// The word inside: what it is at; for a leader, that it leads; for whoever is not up, that.
fn status(view: &NodeView) -> &str {
    match view.health {
        Health::Crashed => "crashed",
        Health::Paused => "paused",
        Health::Up if view.second_face.is_some() => "twins",
        Health::Up if view.face.leads => view.face.role,
        Health::Up => &view.face.status,
    }
}

fn words(shapes: &mut Vec<Shape>, view: &NodeView, spot: &Spot, roomy: bool) {
    let name = view.id.to_string();
    let r = spot.radius;
    let ink = if view.health == Health::Crashed { Ink::Soft } else { Ink::Text };
    if (roomy || view.face.leads) && status_fits(view, spot) {
        let size = (r * 0.5).within(11.0, (r * 0.4).max(16.0));
        let small = status_size(status(view), r);
        plate(shapes, view, spot, &name, size, status(view), small);
        shapes.push(Shape::bold(spot.at + Point::new(0.0, -r * 0.08), size, ink, name));
        let at = spot.at + Point::new(0.0, r * 0.36);
        let tone = if view.byzantine.is_some() { Ink::Text } else { Ink::Soft };
        shapes.push(Shape::text(at, small, Anchor::Middle, tone, status(view)));
    } else {
        let size = (r * 0.95).min(1.7 * r / (name.len() as f64 * 0.6)).within(3.0, (r * 0.375).max(15.0));
        plate(shapes, view, spot, &name, size, "", 0.0);
        shapes.push(Shape::bold(spot.at + Point::new(0.0, size * 0.35), size, ink, name));
    }
}

/// Words on hatching stand on a plain ground.
fn plate(
    shapes: &mut Vec<Shape>,
    view: &NodeView,
    spot: &Spot,
    name: &str,
    size: f64,
    status: &str,
    small: f64,
) {
    if view.byzantine.is_none() && view.standing != Standing::IllBehaved {
        return;
    }
    let half = (text_width(name, size).max(text_width(status, small)) / 2.0 + 3.0).min(spot.radius * 0.9);
    let (top, bottom) = if small > 0.0 {
        (-spot.radius * 0.08 - size * 0.85, spot.radius * 0.36 + 3.5)
    } else {
        (-size * 0.5, size * 0.5)
    };
    let corner = |x: f64, y: f64| spot.at + Point::new(x, y);
    let corners = [corner(-half, top), corner(half, top), corner(half, bottom), corner(-half, bottom)];
    shapes.push(Shape::polygon(&corners, Paint::filled(Fill::Solid(Ink::Paper)).opacity(0.85)));
}

/// The room for the status, at the height where it stands; letters are taken to be as wide as those of a wide font.
fn status_room(radius: f64) -> f64 {
    radius * 1.66
}

fn status_size(text: &str, radius: f64) -> f64 {
    // Some letters are half as wide again.
    let letters: f64 = text.chars().map(|c| if matches!(c, 'm' | 'w') { 1.5 } else { 1.0 }).sum();
    let fitting = status_room(radius) / (letters.max(1.0) * 0.62);
    // Between the name's line and its own is 0.44 of the radius.
    fitting.min(radius * 0.42).min((radius * 0.2875).max(11.5))
}

fn status_fits(view: &NodeView, spot: &Spot) -> bool {
    status_size(status(view), spot.radius) >= 8.5
}

/// Votes, and whatever does not fit inside, on a side where there is room; where there is none at all, nothing.
fn outside(shapes: &mut Vec<Shape>, view: &NodeView, spot: &Spot, room: &mut Room<'_>) {
    if view.health == Health::Crashed {
        return;
    }
    let mut lines = Vec::new();
    if !status_fits(view, spot) {
        lines.push(status(view).to_owned());
    }
    if view.face.leads
        && view.second_face.is_none()
        && view.face.status != view.face.role
        && view.face.votes.is_none()
    {
        lines.push(view.face.status.clone().into_owned());
    }
    if let Some(second) = &view.second_face {
        lines.extend([&view.face, second].map(|face| match &face.votes {
            Some(votes) => format!("{}, {}", face.status, votes.k_of_q()),
            None => face.status.clone().into_owned(),
        }));
    } else if let Some(votes) = &view.face.votes {
        lines.push(if room.placement.width < FULL_WIDTH { short(votes) } else { votes.k_of_q() });
    }
    let dots = dotted(view);
    let scale = room.placement.scale();
    if !room.placement.worded() {
        lines.clear();
    }
    let (line_size, line_height) = (LINE_SIZE * scale, 13.0 * scale);
    let above = if dots.is_some() { 11.0 } else { 0.0 };
    let span = dots.map_or(0.0, |votes| dots_span(votes) + 8.0);
    let (Place { corner, anchor, .. }, size) = loop {
        // Some fonts are a little wider than the average.
        let width = lines.iter().map(|l| text_width(l, line_size * 1.08)).fold(span, f64::max);
        let size = Point::new(width, lines.len() as f64 * line_height + above);
        if let Some(place) = room.beside(spot, size).filter(|_| size.y > 0.0) {
            break (place, size);
        }
        if lines.is_empty() {
            return;
        }
        // What it counts is worth more than what it is at.
        lines.remove(0);
    };
    let x = corner.x
        + match anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => size.x / 2.0,
            Anchor::End => size.x,
        };
    let mut y = corner.y;
    if let Some(votes) = dots {
        vote_dots(shapes, votes, Point::new(x, y + 5.0), anchor, ink(view));
        y += above;
    }
    for line in lines {
        y += line_height;
        shapes.push(Shape::text(Point::new(x, y - 3.0), line_size, anchor, Ink::Soft, line));
    }
}

/// The votes that are shown as dots.
fn dotted(view: &NodeView) -> Option<&Votes> {
    let few = |v: &&Votes| view.second_face.is_none() && v.need <= DOTS_MAX && !v.is_weighted();
    view.face.votes.as_ref().filter(few)
}

/// From the middle of the first dot to that of the last.
fn dots_span(votes: &Votes) -> f64 {
    (votes.need.max(1) - 1) as f64 * DOT_STEP
}

fn vote_dots(shapes: &mut Vec<Shape>, votes: &Votes, at: Point, anchor: Anchor, ink: Ink) {
    let span = dots_span(votes);
    let left = match anchor {
        Anchor::Start => 4.0,
        Anchor::Middle => -span / 2.0,
        Anchor::End => -span - 4.0,
    };
    for k in 0..votes.need {
        let fill = if k < votes.have { Fill::Solid(ink) } else { Fill::Solid(Ink::Paper) };
        let centre = at + Point::new(left + k as f64 * DOT_STEP, 0.0);
        shapes.push(Shape::circle(centre, 3.4, Paint::line(ink, 1.3).fill(fill)));
    }
}

/// Where there is no room for words: the share of the quorum, as a ring.
fn vote_ring(shapes: &mut Vec<Shape>, view: &NodeView, spot: &Spot) {
    if let Some(votes) = view.face.votes.as_ref().filter(|v| v.need > 0 && v.have > 0)
        && view.health != Health::Crashed
    {
        let share = (votes.have as f64 / votes.need as f64).min(1.0);
        let width = (spot.radius * 0.2).within(1.2, 3.0);
        shapes.push(Shape::arc(spot.at, spot.radius - width, 0.0, share, Paint::line(ink(view), width)));
    }
}

fn marks(shapes: &mut Vec<Shape>, view: &NodeView, spot: &Spot) {
    let sign = match (view.standing, view.health) {
        (Standing::Contradicted, _) => Some((Ink::Trouble, "≠")),
        (Standing::IllBehaved, Health::Up) if view.byzantine.is_none() => Some((Ink::Text, "∅")),
        (_, Health::Paused) => Some((Ink::Soft, "Ⅱ")),
        _ => None,
    };
    let ring = match view.standing {
        Standing::Contradicted => Some(Ink::Trouble),
        Standing::Befouled => Some(Ink::Warning),
        _ => None,
    };
    if let Some(ink) = ring {
        shapes.push(Shape::circle(spot.at, spot.radius + 3.5, Paint::line(ink, 1.5).dash(Dash::Dashed)));
    }
    if let Some((ink, sign)) = sign {
        // At a small node it is smaller and further out: the name stays readable.
        let (radius, away) = ((spot.radius * 0.5).min(8.0), spot.radius.max((spot.radius * 1.2).min(20.0)));
        shapes.extend(badge(spot.at + Point::on_clock(0.125) * away, radius, ink, sign));
    }
}
