//! Room for the words beside nodes: where they cover neither nodes nor other words, and where no message passes.

use crate::layout::{Placement, Spot};
use crate::point::Point;
use crate::shape::{Anchor, Within};

/// Directions around a node, and how many of them are not turned away from its own.
const DIRECTIONS: usize = 16;
const FACING: usize = 9;

/// Points of ways are taken so far from each other: less than a message is wide.
const STRIDE: f64 = 14.0;

/// In a picture that is wider than a phone's the page says in the lower right corner how much is under way.
const COUNT: Point = Point::new(158.0, 22.0);
const COUNTED_WIDTH: f64 = 440.0;

/// What words beside a node must not cover: other nodes, words that stand already, the edge of the picture; and what they
/// had better not: the ways of messages.
pub struct Room<'a> {
    /// The picture's nodes.
    pub placement: &'a Placement,
    /// Points of the ways, close to each other.
    ways: Vec<Point>,
    /// How many directions are tried.
    directions: usize,
    /// Corner and size of each block of words.
    taken: Vec<(Point, Point)>,
}

/// A place for a block of words.
pub struct Place {
    /// Its upper left corner.
    pub corner: Point,
    /// On which side its lines are aligned: on that of the node.
    pub anchor: Anchor,
    /// Its direction from the node.
    pub out: Point,
    /// At how many points messages pass over it.
    pub crossed: usize,
}

impl<'a> Room<'a> {
    /// All of a picture whose nodes know where their words are in nobody's way.
    pub fn of(placement: &'a Placement) -> Self {
        let corner = Point::new(placement.width, placement.height) - COUNT;
        let taken = if placement.width < COUNTED_WIDTH { Vec::new() } else { vec![(corner, COUNT)] };
        Self { placement, ways: Vec::new(), directions: FACING, taken }
    }

    /// Keeps a block for other words.
    pub(crate) fn keep(&mut self, corner: Point, size: Point) {
        self.taken.push((corner, size));
    }

    /// The same with the ways between all nodes.
    pub(crate) fn with_ways(placement: &'a Placement) -> Self {
        let mut ways = Vec::new();
        for from in &placement.spots {
            let talks = |to: &&Spot| to.id != from.id && !(from.id.is_client() && to.id.is_client());
            for to in placement.spots.iter().filter(talks) {
                let Some(way) = placement.curve(from.id, to.id) else { continue };
                let steps = (from.at.distance(to.at) / STRIDE).ceil().max(1.0);
                ways.extend((0..=steps as usize).map(|i| way.at(i as f64 / steps)));
            }
        }
        Self { ways, directions: DIRECTIONS, ..Self::of(placement) }
    }

    /// Takes the place for a block of words: where the fewest messages pass, and of such places the one that is nearest to
    /// the node's own direction.
    pub fn beside(&mut self, spot: &Spot, size: Point) -> Option<Place> {
        let clear = self.placement.glyph() + 1.0;
        let near = spot.reach() + size.x + size.y + 2.0 * clear;
        let ways: Vec<Point> = self.ways.iter().copied().filter(|p| p.distance(spot.at) < near).collect();
        let mut best: Option<Place> = None;
        for i in 0..self.directions {
            // To both sides of its own direction by turns.
            let turn = i.div_ceil(2) as f64 * if i % 2 == 0 { 1.0 } else { -1.0 } / DIRECTIONS as f64;
            let out = spot.out.turned(turn);
            let corner = self.corner(spot, out, size);
            if !self.is_free(corner, size) {
                continue;
            }
            let crossed = ways.iter().filter(|p| to_block(**p, corner, size) < clear).count();
            if best.as_ref().is_some_and(|b| b.crossed <= crossed) {
                continue;
            }
            let anchor = match out.x {
                x if x > 0.35 => Anchor::Start,
                x if x < -0.35 => Anchor::End,
                _ => Anchor::Middle,
            };
            best = Some(Place { corner, anchor, out, crossed });
            if crossed == 0 {
                break;
            }
        }
        self.taken.extend(best.as_ref().map(|place| (place.corner, size)));
        best
    }

    /// Where a block stands that is moved away from a node in a direction until there is room for the node's ring between
    /// them; the edges of the picture hold it back.
    fn corner(&self, spot: &Spot, out: Point, size: Point) -> Point {
        let half = size * 0.5;
        let reach = spot.reach() + 4.0;
        let mut corner = spot.at + out * reach - half;
        for _ in 0..100 {
            if to_block(spot.at, corner, size) < reach {
                corner = corner + out * 2.0;
            }
        }
        let end = Point::new(self.placement.width, self.placement.height) - size;
        Point::new(corner.x.within(2.0, end.x - 2.0), corner.y.within(2.0, end.y - 2.0))
    }

    fn is_free(&self, corner: Point, size: Point) -> bool {
        let end = corner + size;
        let apart = |(other, extent): &(Point, Point)| {
            let far = *other + *extent;
            end.x <= other.x || far.x <= corner.x || end.y <= other.y || far.y <= corner.y
        };
        let clear_of = |spot: &Spot| to_block(spot.at, corner, size) > spot.reach();
        corner.x >= 1.0
            && corner.y >= 1.0
            && self.placement.spots.iter().all(clear_of)
            && self.taken.iter().all(apart)
    }
}

/// How far a point lies from a block.
fn to_block(point: Point, corner: Point, size: Point) -> f64 {
    let end = corner + size;
    point.distance(Point::new(point.x.within(corner.x, end.x), point.y.within(corner.y, end.y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Ask, place};
    use consensus_kernel::Layout;

    #[test]
    fn on_a_phone_all_of_four_or_seven_have_their_words_where_no_message_passes() {
        for n in [4, 7] {
            let ask = Ask {
                layout: Layout::Ring,
                weights: vec![1; n],
                groups: Vec::new(),
                leader: 0,
                clients: 0,
                width: 390.0,
                height: 260.0,
            };
            let placed = place(&ask);
            let mut room = Room::with_ways(&placed);
            let mut blocks = Vec::new();
            for spot in &placed.spots {
                let place = room.beside(spot, Point::new(66.0, 37.0)).expect("there is a place");
                assert_eq!(place.crossed, 0, "{n}: {spot:?}");
                let end = place.corner + Point::new(66.0, 37.0);
                assert!(place.corner.x >= 1.0 && place.corner.y >= 1.0 && end.x <= 390.0 && end.y <= 260.0);
                blocks.push((place.corner, end));
            }
            for (i, (a, a_end)) in blocks.iter().enumerate() {
                let apart = |(b, b_end): &(Point, Point)| {
                    a_end.x <= b.x || b_end.x <= a.x || a_end.y <= b.y || b_end.y <= a.y
                };
                assert!(blocks[..i].iter().all(apart));
            }
        }
    }
}
