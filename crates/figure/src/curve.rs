//! The way a message takes: a quadratic curve that keeps to the left, so that the two directions of a link part.

use crate::point::Point;
use crate::shape::Within;

/// The largest distance between a curve's control point and the straight line.
const BEND_MAX: f64 = 56.0;

/// How far the control point stands aside, as a share of the link's length.
const BEND_SHARE: f64 = 0.16;

/// A quadratic curve from border to border of two nodes.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Curve {
    /// Where it leaves the sender.
    pub from: Point,
    /// What it bends towards.
    pub control: Point,
    /// Where it reaches the receiver.
    pub to: Point,
}

impl Curve {
    /// The way from one disc to another, each a centre and a radius.
    pub fn between(from: (Point, f64), to: (Point, f64)) -> Self {
        let way = to.0 - from.0;
        let bend = (way.length() * BEND_SHARE).min(BEND_MAX);
        let control = (from.0 + to.0) * 0.5 + way.unit().left() * bend;
        let trimmed = |(centre, radius): (Point, f64)| centre + (control - centre).unit() * radius;
        Self { from: trimmed(from), control, to: trimmed(to) }
    }

    /// Where a message is that has gone this fraction of its way; outside of 0..1 it stays at the ends.
    pub fn at(&self, fraction: f64) -> Point {
        let t = fraction.within(0.0, 1.0);
        let s = 1.0 - t;
        self.from * (s * s) + self.control * (2.0 * s * t) + self.to * (t * t)
    }

    /// The direction it goes there, of length 1.
    pub fn direction(&self, fraction: f64) -> Point {
        let t = fraction.within(0.0, 1.0);
        ((self.control - self.from) * (1.0 - t) + (self.to - self.control) * t).unit()
    }

    /// Its first part, up to this fraction: also a quadratic curve.
    pub fn until(&self, fraction: f64) -> Self {
        let t = fraction.within(0.0, 1.0);
        Self { from: self.from, control: self.from * (1.0 - t) + self.control * t, to: self.at(t) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discs() -> [(Point, f64); 2] {
        [(Point::new(20.0, 30.0), 12.0), (Point::new(220.0, 90.0), 18.0)]
    }

    #[test]
    fn the_two_directions_of_a_link_never_touch() {
        let [a, b] = discs();
        let (there, back) = (Curve::between(a, b), Curve::between(b, a));
        let way = b.0 - a.0;
        for i in 0..=100 {
            let t = f64::from(i) / 100.0;
            assert!(way.side_of(there.at(t) - a.0) > 1.0, "there at {t}");
            assert!(way.side_of(back.at(t) - a.0) < -1.0, "back at {t}");
        }
    }

    #[test]
    fn a_curve_begins_and_ends_at_the_borders() {
        let [a, b] = discs();
        let curve = Curve::between(a, b);
        assert!((curve.at(0.0).distance(a.0) - a.1).abs() < 1e-9);
        assert!((curve.at(1.0).distance(b.0) - b.1).abs() < 1e-9);
        assert_eq!(curve.at(-3.0), curve.from);
        assert_eq!(curve.at(7.0), curve.to);
    }

    #[test]
    fn the_first_part_of_a_curve_lies_on_it() {
        let [a, b] = discs();
        let curve = Curve::between(a, b);
        let part = curve.until(0.6);
        for i in 0..=10 {
            let t = f64::from(i) / 10.0;
            assert!(part.at(t).distance(curve.at(0.6 * t)) < 1e-9);
        }
    }

    #[test]
    fn direction_is_a_unit_vector_along_the_way() {
        let [a, b] = discs();
        let curve = Curve::between(a, b);
        for t in [0.0f64, 0.3, 0.5, 1.0] {
            let ahead = curve.at((t + 1e-4).min(1.0)) - curve.at((t - 1e-4).max(0.0));
            assert!((curve.direction(t).length() - 1.0).abs() < 1e-9);
            assert!(curve.direction(t).distance(ahead.unit()) < 1e-3);
        }
    }
}
