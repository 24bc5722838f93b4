//! What the signs of a picture mean: only those that this run has shown.

use crate::curve::Curve;
use crate::glyph;
use crate::palette::Ink;
use crate::point::Point;
use crate::shape::{Dash, Fill, Paint, Shape};
use consensus_kernel::Meta;
use consensus_lab::view::{FlightMark, FlightView, LossView, MetricsView, NodeView, Standing};

/// Width of the box in which a sign is drawn.
pub const SIGN_WIDTH: f64 = 28.0;

/// Height of that box.
pub const SIGN_HEIGHT: f64 = 20.0;

/// One sign and its meaning.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The sign, in a box of [`SIGN_WIDTH`] by [`SIGN_HEIGHT`] whose corner is the origin.
    pub sign: Vec<Shape>,
    /// What it means.
    pub label: String,
}

/// What has been seen of a run. It only grows, so that the legend stands still.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    kinds: u64,
    lost: bool,
    held: bool,
    forged: bool,
    duplicate: bool,
    timer: bool,
    byzantine: bool,
    befouled: bool,
    contradicted: bool,
}

impl Seen {
    /// Takes note of a moment.
    pub fn note(
        &mut self,
        metrics: &MetricsView,
        nodes: &[NodeView],
        flights: &[FlightView],
        losses: &[LossView],
    ) {
        for (kind, (count, _)) in metrics.by_kind.iter().enumerate() {
            self.kinds |= u64::from(*count > 0) << kind.min(63);
        }
        self.lost |= metrics.lost > 0 || !losses.is_empty();
        for flight in flights {
            self.kinds |= 1 << flight.kind.min(63);
            match flight.mark {
                FlightMark::Plain => {}
                FlightMark::Held => self.held = true,
                FlightMark::Forged => self.forged = true,
                FlightMark::Duplicate => self.duplicate = true,
            }
        }
        self.timer |= nodes.iter().any(|n| !n.timers.is_empty());
        self.byzantine |= nodes.iter().any(|n| n.byzantine.is_some());
        self.befouled |= nodes.iter().any(|n| n.befouled.is_some());
        self.contradicted |= nodes.iter().any(|n| n.standing == Standing::Contradicted);
    }
}

/// The legend: kinds of messages first.
pub fn entries(meta: &Meta, seen: &Seen) -> Vec<Entry> {
    let middle = Point::new(SIGN_WIDTH / 2.0, SIGN_HEIGHT / 2.0);
    let mut entries: Vec<Entry> = meta
        .kinds
        .iter()
        .enumerate()
        .filter(|(i, _)| seen.kinds & (1 << (*i).min(63)) != 0)
        .map(|(_, kind)| Entry {
            sign: glyph::message(middle, 7.5, kind, 0, FlightMark::Plain),
            label: kind.name.to_owned(),
        })
        .collect();
    let mut add = |shown: bool, sign: Vec<Shape>, label: &str| {
        if shown {
            entries.push(Entry { sign, label: label.to_owned() });
        }
    };
    let line = Curve {
        from: Point::new(1.0, middle.y),
        control: middle,
        to: Point::new(SIGN_WIDTH - 5.0, middle.y),
    };
    add(seen.lost, glyph::loss(&line, 1.0), "lost");
    if let Some(plain) = meta.kinds.iter().find(|k| !k.proposal).or(meta.kinds.first()) {
        let of = |mark| glyph::message(middle, 6.0, plain, 0, mark);
        add(seen.held, of(FlightMark::Held), "held back");
        add(seen.forged, of(FlightMark::Forged), "two-faced");
        add(seen.duplicate, of(FlightMark::Duplicate), "second copy");
    }
    let ring = Paint::line(Ink::Soft, 2.5).opacity(0.7);
    add(seen.timer, vec![Shape::arc(middle, 7.0, 0.0, 0.7, ring)], "timer, time left");
    let hatched = Paint::line(Ink::Trouble, 1.5).fill(Fill::Hatch(Ink::Trouble));
    add(seen.byzantine, vec![Shape::circle(middle, 7.5, hatched)], "Byzantine node");
    let ring = Paint::line(Ink::Warning, 1.5).dash(Dash::Dashed);
    add(seen.befouled, vec![Shape::circle(middle, 7.5, ring)], "befouled: nothing is promised to it");
    add(seen.contradicted, glyph::badge(middle, Ink::Trouble, "≠").into(), "contradicted");
    entries
}
