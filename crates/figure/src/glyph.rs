//! How one message looks: outline by what it is for, filled or hollow by what it does, colour by its round.

use crate::palette::Ink;
use crate::point::Point;
use crate::shape::{Anchor, Dash, Fill, Paint, Shape};
use consensus_kernel::{Kind, KindClass};
use consensus_lab::view::FlightMark;

/// In a message of a smaller radius no letter can be read.
pub const LETTER_MIN: f64 = 7.0;

/// Outline of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outline {
    /// Serves a decision.
    Circle,
    /// Elects a leader or changes the view.
    Diamond,
    /// Goes between a client and a replica.
    Square,
    /// Runs in the background.
    Small,
}

impl Outline {
    /// The outline of a class of messages.
    pub const fn of(class: KindClass) -> Self {
        match class {
            KindClass::Decision => Self::Circle,
            KindClass::Leadership => Self::Diamond,
            KindClass::Client => Self::Square,
            KindClass::Background => Self::Small,
        }
    }
}

/// The colour of a message.
pub fn ink(round: u64, mark: FlightMark) -> Ink {
    if mark == FlightMark::Forged { Ink::Trouble } else { Ink::Round(round) }
}

/// A message drawn around a point.
pub fn message(at: Point, radius: f64, kind: &Kind, round: u64, mark: FlightMark) -> Vec<Shape> {
    let ink = ink(round, mark);
    let fill = match (mark, kind.proposal) {
        (FlightMark::Held, _) => Fill::Hatch(ink),
        (FlightMark::Forged, _) | (_, false) => Fill::Solid(Ink::Paper),
        (_, true) => Fill::Solid(ink),
    };
    let dash = if mark == FlightMark::Forged { Dash::Dashed } else { Dash::Solid };
    let opacity = if mark == FlightMark::Duplicate { 0.5 } else { 1.0 };
    let paint = Paint::line(ink, 2.0).fill(fill).dash(dash).opacity(opacity);
    let mut shapes = Vec::new();
    if mark == FlightMark::Duplicate {
        shapes.push(outlined(at + Point::new(4.0, -4.0), radius, kind.class, paint.fill(Fill::None)));
    }
    shapes.push(outlined(at, radius, kind.class, paint));
    if mark == FlightMark::Forged {
        shapes.push(Shape::circle(at, radius + 3.5, Paint::line(ink, 1.5).dash(Dash::Dashed)));
    }
    if radius >= LETTER_MIN {
        let letter = if fill == Fill::Solid(ink) { Ink::Paper } else { ink };
        let size = if kind.glyph.chars().count() > 1 { radius * 0.95 } else { radius * 1.15 };
        shapes.push(Shape::bold(at + Point::new(0.0, size * 0.36), size, letter, kind.glyph));
    }
    shapes
}

/// A lost message: dashes up to where it was lost, and a cross.
pub fn loss(way: &crate::curve::Curve, fraction: f64) -> Vec<Shape> {
    let part = way.until(fraction);
    let (at, arm) = (part.to, 4.5);
    let line = Paint::line(Ink::Trouble, 1.6);
    let d = format!(
        "M{} Q{} {}",
        crate::shape::pair(part.from),
        crate::shape::pair(part.control),
        crate::shape::pair(at)
    );
    let mut shapes = vec![Shape::Path { d, paint: line.dash(Dash::Dashed) }];
    shapes.extend(cross(at, arm, Paint::line(Ink::Trouble, 2.2)));
    shapes
}

/// Two crossing lines.
pub fn cross(at: Point, arm: f64, paint: Paint) -> [Shape; 2] {
    let (a, b) = (Point::new(arm, arm), Point::new(arm, -arm));
    [Shape::line(at - a, at + a, paint), Shape::line(at - b, at + b, paint)]
}

/// An arrow head whose tip is at a point.
pub fn arrow_head(tip: Point, direction: Point, length: f64, ink: Ink) -> Shape {
    let (back, side) = (tip - direction * length, direction.left() * (length * 0.55));
    Shape::polygon(&[tip, back + side, back - side], Paint::filled(Fill::Solid(ink)))
}

/// A small disc with a sign at a node's shoulder.
pub fn badge(at: Point, radius: f64, ink: Ink, sign: &str) -> [Shape; 2] {
    [
        Shape::circle(at, radius, Paint::line(Ink::Paper, 1.5).fill(Fill::Solid(ink))),
        Shape::Text {
            at: at + Point::new(0.0, radius * 0.5),
            size: radius * 1.375,
            anchor: Anchor::Middle,
            bold: true,
            ink: Ink::Paper,
            text: sign.to_owned(),
        },
    ]
}

fn outlined(at: Point, radius: f64, class: KindClass, paint: Paint) -> Shape {
    let corner = |x: f64, y: f64| at + Point::new(x, y);
    match Outline::of(class) {
        Outline::Circle => Shape::circle(at, radius, paint),
        Outline::Small => Shape::circle(at, radius * 0.75, paint),
        Outline::Diamond => {
            let r = radius * 1.25;
            Shape::polygon(&[corner(0.0, -r), corner(r, 0.0), corner(0.0, r), corner(-r, 0.0)], paint)
        }
        Outline::Square => {
            let r = radius * 0.9;
            Shape::polygon(&[corner(-r, -r), corner(r, -r), corner(r, r), corner(-r, r)], paint)
        }
    }
}
