//! A picture as plain shapes: what the page shows, what is exported and what the command line prints is one thing.

use crate::palette::Ink;
use crate::point::Point;
use consensus_kernel::NodeId;
pub use consensus_lab::number;

/// A picture.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scene {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// What it shows, in a few words.
    pub title: String,
    /// The same for someone who cannot see it.
    pub description: String,
    /// Links, lines of a grid: beneath the nodes.
    pub ground: Vec<Shape>,
    /// The nodes.
    pub nodes: Vec<NodeShape>,
    /// Messages and words: above the nodes.
    pub over: Vec<Shape>,
    /// What stands beside nodes and links, above the messages that pass: words in a halo of paper.
    pub words: Vec<Shape>,
    /// Corner and size of each block of words, for whoever writes more.
    pub taken: Vec<(Point, Point)>,
}

/// One node's drawing.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeShape {
    /// Whose.
    pub id: NodeId,
    /// The same in words: "node 2, backup, prepared, view 1, 3 of 3 prepares".
    pub label: String,
    /// How it looks.
    pub shapes: Vec<Shape>,
}

/// One shape.
#[derive(Clone, PartialEq, Debug)]
pub enum Shape {
    /// A disc.
    Circle {
        /// Centre.
        at: Point,
        /// Radius.
        radius: f64,
        /// Look.
        paint: Paint,
    },
    /// Lines and curves.
    Path {
        /// As the attribute `d` has it.
        d: String,
        /// Look.
        paint: Paint,
    },
    /// Words.
    Text {
        /// Where the base line begins, has its middle or ends.
        at: Point,
        /// Font size.
        size: f64,
        /// Which of the three.
        anchor: Anchor,
        /// Whether it is bold.
        bold: bool,
        /// Colour.
        ink: Ink,
        /// The words.
        text: String,
    },
}

/// Which point of a text is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Anchor {
    /// As the attribute `text-anchor` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// How an area is filled.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fill {
    /// Not at all.
    None,
    /// With the ink.
    Solid(Ink),
    /// With a pale version of it.
    Tint(Ink),
    /// With slanted lines.
    Hatch(Ink),
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dash {
    /// Through.
    Solid,
    /// In dashes.
    Dashed,
    /// In dots.
    Dotted,
}

impl Dash {
    /// As the attribute `stroke-dasharray` has it; none for a solid line.
    pub const fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some("5 3"),
            Self::Dotted => Some("1.5 3"),
        }
    }
}

/// The look of a shape.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Paint {
    /// Inside.
    pub fill: Fill,
    /// Outline.
    pub stroke: Option<Ink>,
    /// Width of the outline.
    pub width: f64,
    /// Dashes of the outline.
    pub dash: Dash,
    /// 1 is opaque.
    pub opacity: f64,
}

impl Paint {
    /// A filled area.
    pub const fn filled(fill: Fill) -> Self {
        Self { fill, stroke: None, width: 0.0, dash: Dash::Solid, opacity: 1.0 }
    }

    /// A line.
    pub const fn line(ink: Ink, width: f64) -> Self {
        Self { fill: Fill::None, stroke: Some(ink), width, dash: Dash::Solid, opacity: 1.0 }
    }

    /// The same with this inside.
    pub const fn fill(self, fill: Fill) -> Self {
        Self { fill, ..self }
    }

    /// The same with these dashes.
    pub const fn dash(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }

    /// The same, letting something through.
    pub const fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

impl Shape {
    /// A disc.
    pub const fn circle(at: Point, radius: f64, paint: Paint) -> Self {
        // In a picture of no size there may be less than no room.
        Self::Circle { at, radius: radius.max(0.0), paint }
    }

    /// A straight line.
    pub fn line(from: Point, to: Point, paint: Paint) -> Self {
        Self::Path { d: format!("M{} L{}", pair(from), pair(to)), paint }
    }

    /// A closed polygon.
    pub fn polygon(corners: &[Point], paint: Paint) -> Self {
        let corners: Vec<String> = corners.iter().map(|&p| pair(p)).collect();
        Self::Path { d: format!("M{} Z", corners.join(" L")), paint }
    }

    /// Part of a circle, clockwise from one turn to another.
    pub fn arc(centre: Point, radius: f64, from: f64, to: f64, paint: Paint) -> Self {
        if to - from >= 0.999 {
            return Self::circle(centre, radius, paint);
        }
        let (a, b) = (centre + Point::on_clock(from) * radius, centre + Point::on_clock(to) * radius);
        let (r, large) = (number(radius), u8::from(to - from > 0.5));
        Self::Path { d: format!("M{} A{r} {r} 0 {large} 1 {}", pair(a), pair(b)), paint }
    }

    /// Words.
    pub fn text(at: Point, size: f64, anchor: Anchor, ink: Ink, text: impl Into<String>) -> Self {
        Self::Text { at, size, anchor, bold: false, ink, text: text.into() }
    }

    /// Bold words around a point.
    pub fn bold(at: Point, size: f64, ink: Ink, text: impl Into<String>) -> Self {
        Self::Text { at, size, anchor: Anchor::Middle, bold: true, ink, text: text.into() }
    }
}

/// Keeps a number within bounds.
pub trait Within {
    /// The nearest number that is at least `low` and at most `high`; `high` where they contradict each other. The standard
    /// library's `clamp` panics there, and what its panic prints costs the page 7 KB.
    fn within(self, low: f64, high: f64) -> f64;
}

impl Within for f64 {
    #[allow(clippy::manual_clamp)]
    fn within(self, low: f64, high: f64) -> f64 {
        self.max(low).min(high)
    }
}

/// A number that is not negative, to a hundredth.
pub fn hundredths(x: f64) -> String {
    let hundredths = (x.max(0.0) * 100.0).round() as u64;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Two coordinates, as paths have them.
pub fn pair(p: Point) -> String {
    format!("{} {}", number(p.x), number(p.y))
}

/// About how wide a text is.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_right() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(-0.04), "0");
        assert_eq!(number(-1.26), "-1.3");
    }

    #[test]
    fn a_whole_turn_is_a_circle() {
        let paint = Paint::line(Ink::Soft, 1.0);
        assert!(matches!(Shape::arc(Point::default(), 9.0, 0.0, 1.0, paint), Shape::Circle { .. }));
        assert!(matches!(Shape::arc(Point::default(), 9.0, 0.0, 0.4, paint), Shape::Path { .. }));
    }
}
