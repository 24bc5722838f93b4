//! Room for words: beside nodes, where they cover neither nodes nor other words, and where no message passes; and beside
//! messages, for what liars say.

use crate::glyph;
use crate::layout::{Placement, Spot};
use crate::palette::Ink;
use crate::point::Point;
use crate::shape::{Anchor, Within, text_width};
use crate::values::{Tag, name_of};
use consensus_lab::view::FlightView;

/// Directions around a node, and how many of them are not turned away from its own.
const DIRECTIONS: usize = 16;
const FACING: usize = 9;

/// Points of ways are taken so far from each other: less than a message is wide.
const STRIDE: f64 = 14.0;

/// In a picture that is wider than a phone's the page says in the lower right corner how much is under way.
const COUNT: Point = Point::new(158.0, 22.0);
const COUNTED_WIDTH: f64 = 440.0;

/// Size of what is written beside a message, in bold.
pub const TAG_SIZE: f64 = 11.0;

/// From the border of a message to that, at least.
const TAG_GAP: f64 = 6.5;

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
    pub taken: Vec<(Point, Point)>,
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

    /// Where the middle of the base line of what is written beside messages stands: above each if nothing is there, else below or
    /// at a side; nowhere where it would cover something on every side. `spots`: where the messages are, if they have glyphs.
    pub fn tags<'t>(
        &mut self,
        flights: &[FlightView],
        spots: &[Option<Point>],
        radius: f64,
        tags: &'t [Tag],
    ) -> Vec<(Point, Ink, &'t str)> {
        let mut written = Vec::new();
        if tags.is_empty() {
            return written;
        }
        let arm = Point::new(radius, radius);
        for at in spots.iter().flatten() {
            self.keep(*at - arm, arm * 2.0);
        }
        for (flight, at) in flights.iter().zip(spots) {
            let (Some(at), Some((_, text))) = (at, tags.iter().find(|(name, _)| *name == name_of(flight)))
            else {
                continue;
            };
            // Bold letters are a little wider.
            let size = Point::new(text_width(text, TAG_SIZE * 1.1), TAG_SIZE);
            let away = (size + arm * 2.0) * 0.5 + Point::new(TAG_GAP, TAG_GAP);
            let beside = |(x, y)| *at + Point::new(x * away.x, y * away.y) - size * 0.5;
            let sides = [(0.0, -1.0), (0.0, 1.0), (1.0, 0.0), (-1.0, 0.0)];
            if let Some(corner) = sides.map(beside).into_iter().find(|corner| self.is_free(*corner, size)) {
                self.keep(corner, size);
                let base = corner + Point::new(size.x * 0.5, size.y - 2.0);
                written.push((base, glyph::ink(flight.round, flight.mark), text.as_str()));
            }
        }
        written
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
            && end.x < self.placement.width
            && end.y < self.placement.height
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
    use crate::sample;
    use consensus_kernel::Layout;

    /// A ring of so many on a phone.
    fn on_a_phone(n: usize) -> Placement {
        place(&Ask {
            layout: Layout::Ring,
            weights: vec![1; n],
            groups: Vec::new(),
            leader: 0,
            clients: 0,
            width: 390.0,
            height: 260.0,
        })
    }

    #[test]
    fn what_liars_say_covers_neither_messages_nor_words_nor_the_edge_and_else_is_left_out() {
        let placed = on_a_phone(4);
        let flights: Vec<FlightView> = (0..4).map(|k| sample::flight(k, (k + 1) % 4, 0, 10)).collect();
        let tags: Vec<Tag> = flights.iter().map(|f| (name_of(f), "1: x←1".to_owned())).collect();
        let middle = Point::new(195.0, 130.0);
        let written = |spots: &[Option<Point>]| {
            let mut room = Room::of(&placed);
            room.taken.push((middle + Point::new(-40.0, 20.0), Point::new(80.0, 14.0)));
            let written = room.tags(&flights, spots, 9.0, &tags);
            written.iter().map(|(base, ..)| *base - middle).collect::<Vec<_>>()
        };
        // Above; not below, where words are, but at a side; what has no glyph has no words.
        let spots = [Some(middle), Some(middle - Point::new(0.0, 20.0)), None, None];
        let [first, second] = written(&spots)[..] else { panic!("both are written") };
        assert!(first.y.abs() < 10.0 && first.x > 20.0, "{first:?}");
        assert!(second.y < -35.0 && second.x == 0.0, "{second:?}");
        // In a heap only what is at its border has room.
        assert!(written(&[Some(middle); 4]).len() < 4);
        let corner = Point::new(1.0, 1.0);
        assert!(written(&[Some(corner), None, None, None]).iter().all(|base| (*base + middle).x > 20.0));
    }

    #[test]
    fn on_a_phone_all_of_four_or_seven_have_their_words_where_no_message_passes() {
        for n in [4, 7] {
            let placed = on_a_phone(n);
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
