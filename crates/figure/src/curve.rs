//! The way a message takes: a quadratic curve that keeps to the left, so that the two directions of a link part; away from
//! the middle of the picture hardly, for there stand the words.

use crate::point::Point;
use crate::shape::Within;

/// The largest distance between a curve's control point and the straight line.
const BEND_MAX: f64 = 56.0;

/// How far the control point stands aside, as a share of the link's length.
const BEND_SHARE: f64 = 0.16;

/// What is left of its bend of a curve that would go around the nodes instead of between them.
const OUTWARD: f64 = 0.1;

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
    /// The way from one disc to another, each a centre and a radius, around this middle, if there is one; bent so many times
    /// as much as usual.
    pub fn between(from: (Point, f64), to: (Point, f64), middle: Option<Point>, times: f64) -> Self {
        let way = to.0 - from.0;
        let (half, left) = ((from.0 + to.0) * 0.5, way.unit().left());
        let bend = (way.length() * BEND_SHARE).min(BEND_MAX);
        let inward = middle.map_or(0.0, |m| (m.x - half.x) * left.x + (m.y - half.y) * left.y);
        let control =
            half + left * (bend * times + inward.within((OUTWARD - 1.0) * bend, (1.0 - OUTWARD) * bend));
        // Between neighbours that nearly touch there is always some way to go.
        let share = (0.85 * way.length() / (from.1 + to.1)).min(1.0);
        let trimmed = |(centre, radius): (Point, f64)| centre + (control - centre).unit() * (radius * share);
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
    fn the_two_directions_of_a_link_never_touch_and_none_goes_around_the_nodes() {
        let [a, b] = discs();
        for middle in [Point::new(120.0, 60.0), Point::new(90.0, 400.0), Point::new(150.0, -70.0)] {
            let (there, back) =
                (Curve::between(a, b, Some(middle), 1.0), Curve::between(b, a, Some(middle), 1.0));
            for (i, j) in (0..=50).flat_map(|i| (0..=50).map(move |j| (i, j))) {
                let gap = there.at(f64::from(i) / 50.0).distance(back.at(f64::from(j) / 50.0));
                assert!(gap > 3.0, "{gap} at {i} and {j}");
            }
            let way = b.0 - a.0;
            let inward = way.side_of(middle - a.0).signum();
            let off = |curve: Curve| inward * way.unit().side_of(curve.at(0.5) - a.0);
            if middle.y != 60.0 {
                assert!(off(there) > -2.0 && off(back) > -2.0, "{} and {}", off(there), off(back));
            }
        }
    }

    #[test]
    fn a_curve_begins_and_ends_at_the_borders() {
        let [a, b] = discs();
        let curve = Curve::between(a, b, None, 1.0);
        assert!((curve.at(0.0).distance(a.0) - a.1).abs() < 1e-9);
        assert!((curve.at(1.0).distance(b.0) - b.1).abs() < 1e-9);
        assert_eq!(curve.at(-3.0), curve.from);
        assert_eq!(curve.at(7.0), curve.to);
    }

    #[test]
    fn the_first_part_of_a_curve_lies_on_it() {
        let [a, b] = discs();
        let curve = Curve::between(a, b, None, 1.0);
        let part = curve.until(0.6);
        for i in 0..=10 {
            let t = f64::from(i) / 10.0;
            assert!(part.at(t).distance(curve.at(0.6 * t)) < 1e-9);
        }
    }

    #[test]
    fn direction_is_a_unit_vector_along_the_way() {
        let [a, b] = discs();
        let curve = Curve::between(a, b, None, 1.0);
        for t in [0.0f64, 0.3, 0.5, 1.0] {
            let ahead = curve.at((t + 1e-4).min(1.0)) - curve.at((t - 1e-4).max(0.0));
            assert!((curve.direction(t).length() - 1.0).abs() < 1e-9);
            assert!(curve.direction(t).distance(ahead.unit()) < 1e-3);
        }
    }
}
