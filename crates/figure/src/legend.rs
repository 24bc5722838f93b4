//! What the signs of a picture mean: only those that this run has shown.

use crate::curve::Curve;
use crate::glyph;
use crate::layout::ROOMY_MAX;
use crate::moment::COUNTED_MAX;
use crate::palette::Ink;
use crate::point::Point;
use crate::shape::{Anchor, Dash, Fill, Paint, Shape};
use consensus_kernel::{Meta, Tone};
use consensus_lab::view::{FlightMark, FlightView, Health, LossView, MetricsView, NodeView, Standing};

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
    leader: Option<&'static str>,
    /// Among so many nodes that words have no room: votes, and how many messages are under way.
    shares: bool,
    counts: bool,
    contending: Option<&'static str>,
    crashed: bool,
    paused: bool,
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
        let replicas = || nodes.iter().filter(|n| !n.id.is_client() && n.health != Health::Crashed);
        self.leader = self.leader.or(replicas().find(|n| n.face.leads).map(|n| n.face.role));
        let many = replicas().count() > ROOMY_MAX;
        self.shares |= many && replicas().any(|n| n.face.votes.as_ref().is_some_and(|v| v.have > 0));
        self.counts |= many && replicas().count() <= COUNTED_MAX && !flights.is_empty();
        for node in replicas().filter(|n| n.health == Health::Up) {
            match node.face.tone {
                Tone::Contending => self.contending = Some("stands for leader, or changes the round"),
                Tone::Asking => self.contending = Some("waits for your decision"),
                _ => {}
            }
        }
        self.crashed |= nodes.iter().any(|n| n.health == Health::Crashed);
        self.paused |= nodes.iter().any(|n| n.health == Health::Paused);
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
    let blue = Ink::Round(0);
    if let Some(role) = seen.leader {
        let sign = [(7.5, 2.2), (5.0, 0.8)].map(|(r, w)| Shape::circle(middle, r, Paint::line(blue, w)));
        add(true, sign.into(), role);
    }
    let arc = Shape::arc(middle, 7.0, 0.0, 0.6, Paint::line(blue, 2.5));
    add(seen.shares, vec![arc], "votes, of those needed");
    let number = Shape::text(middle + Point::new(0.0, 4.0), 11.0, Anchor::Middle, Ink::Soft, "3");
    add(seen.counts, vec![number], "messages on their way there");
    let outline = |ink, dash| Shape::circle(middle, 7.5, Paint::line(ink, 1.5).dash(dash));
    if let Some(what) = seen.contending {
        add(true, vec![outline(blue, Dash::Dashed)], what);
    }
    let [a, b] = glyph::cross(middle, 3.5, Paint::line(Ink::Soft, 1.5));
    add(seen.crashed, vec![outline(Ink::Soft, Dash::Dashed), a, b], "crashed");
    add(seen.paused, vec![outline(blue, Dash::Dotted)], "paused");
    let hatched = Paint::line(Ink::Trouble, 1.5).fill(Fill::Hatch(Ink::Trouble));
    add(seen.byzantine, vec![Shape::circle(middle, 7.5, hatched)], "Byzantine node");
    add(seen.befouled, vec![outline(Ink::Warning, Dash::Dashed)], "befouled: nothing is promised to it");
    add(seen.contradicted, glyph::badge(middle, 8.0, Ink::Trouble, "≠").into(), "contradicted");
    entries
}
