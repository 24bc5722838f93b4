//! Where the nodes stand.
//!
//! An arrangement is tried with large nodes first and then with ever smaller ones, until no two touch and none leaves the
//! rectangle. That is plainly right for every n, mix of weights and shape of window, and it is done only when one of
//! them changes. Of few nodes several arrangements are tried: the one is taken in which words have room and messages a way.

use crate::curve::Curve;
use crate::point::Point;
use crate::room::Room;
use crate::shape::Within;
use consensus_kernel::{Layout, NodeId};

/// Up to so many replicas there is room for words, dots and letters; beyond, shapes only.
pub const ROOMY_MAX: usize = 12;

/// Where there is so much room for each node, words stand beside it, not only dots.
const WORDED_AREA: f64 = 9_000.0;

/// The largest radius of a node of average weight.
const RADIUS_MAX: f64 = 40.0;

/// How much wider than high a circle of nodes may become.
const LONGEST: f64 = 1.7;

/// The smallest radius that is tried; reached only in windows too small to be of use.
const RADIUS_MIN: f64 = 1.5;

/// Room beside a node and above it that arrangements leave, beyond its ring: for words on that side, or for none.
static MARGINS: [(f64, f64); 6] =
    [(4.0, 4.0), (28.0, 42.0), (4.0, 42.0), (28.0, 4.0), (78.0, 4.0), (78.0, 42.0)];

/// Size of the words that are counted on beside a node; where there is room for dots only, of those.
const WORDS: Point = Point::new(70.0, 37.0);
const DOTS: Point = Point::new(32.0, 9.0);

/// Up to so many messages each has its glyph where nodes have room for words.
const GLYPHS_MAX: usize = 240;

/// And anywhere if there is so much room for each of them, and nodes are so large.
const GLYPH_AREA: f64 = 4_000.0;
const GLYPH_NODE_MIN: f64 = 9.0;

/// Radius of a message among few, so that its letter can be read.
pub const GLYPH_FEW: f64 = 7.5;

/// Among so many nodes and clients that is tried.
const BENT_MAX: usize = 20;

/// How ways are bent, until one is in nobody's way: those to the other side as no way back is.
const BENDS: [f64; 11] = [1.0, 0.3, 1.8, 2.7, 3.6, 4.5, -0.4, -1.4, -2.2, -3.2, -4.1];

/// A node with a smaller radius is a plain disc: nobody could read its name in it, or see its timer run.
pub const LEGIBLE_MIN: f64 = 5.0;

/// What is to be arranged, and where.
#[derive(Clone, PartialEq, Debug)]
pub struct Ask {
    /// In which way.
    pub layout: Layout,
    /// Weight of each replica.
    pub weights: Vec<u64>,
    /// Column or level of each replica, where the layout has them.
    pub groups: Vec<usize>,
    /// Who stands in the middle of a star.
    pub leader: usize,
    /// Number of clients.
    pub clients: usize,
    /// Width of the rectangle.
    pub width: f64,
    /// Height of the rectangle.
    pub height: f64,
}

/// One node's place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spot {
    /// Whose.
    pub id: NodeId,
    /// Its centre.
    pub at: Point,
    /// Its radius.
    pub radius: f64,
    /// Direction in which there is room for its labels.
    pub out: Point,
}

impl Spot {
    /// Radius of the ring that is its timer.
    pub fn ring(&self) -> f64 {
        self.radius + (self.radius * 0.25).within(4.0, 7.0)
    }

    /// How far it reaches with that.
    pub fn reach(&self) -> f64 {
        self.ring() + 1.5
    }
}

/// All places: replicas, then clients.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Placement {
    /// In the order of [`consensus_lab::Session::nodes`].
    pub spots: Vec<Spot>,
    /// How many of them are replicas.
    pub replicas: usize,
    /// Whether there is room for words, dots and letters.
    pub roomy: bool,
    /// Width of the rectangle.
    pub width: f64,
    /// Height of the rectangle.
    pub height: f64,
    /// Radius of a node of average weight.
    radius: f64,
    /// What replicas stand around with nobody in it.
    middle: Option<Point>,
}

impl Placement {
    /// Whether there is room for words beside nodes, not only for dots.
    pub fn worded(&self) -> bool {
        self.roomy && self.width * self.height >= WORDED_AREA * self.spots.len().max(6) as f64
    }

    /// Radius of a message with its letter: small where nodes are small, and where many send much.
    pub fn glyph(&self) -> f64 {
        let side = self.width.min(self.height);
        (self.radius * 0.36).min(side / (3.5 * self.spots.len().max(1) as f64)).within(5.0, 9.5)
    }

    /// Radius of each of so many messages under way; none where they are dots.
    pub fn glyph_among(&self, messages: usize) -> Option<f64> {
        let few = messages as f64 * GLYPH_AREA <= self.width * self.height && self.radius >= GLYPH_NODE_MIN;
        let usual = (self.roomy && messages <= GLYPHS_MAX).then(|| self.glyph());
        if few { Some(usual.unwrap_or(0.0).max(GLYPH_FEW)) } else { usual }
    }

    /// How much larger than usual nodes and words are.
    pub fn scale(&self) -> f64 {
        scale(self.width.min(self.height))
    }

    /// Position of a node in [`Placement::spots`].
    pub fn index(&self, id: NodeId) -> usize {
        if id.is_client() { self.replicas + id.index() } else { id.index() }
    }

    /// A node's place, if it has one.
    pub fn spot(&self, id: NodeId) -> Option<&Spot> {
        self.spots.get(self.index(id)).filter(|s| s.id == id)
    }

    /// The way of a message.
    pub fn curve(&self, from: NodeId, to: NodeId) -> Option<Curve> {
        // A message with a letter keeps off the node's ring, so that both stay readable.
        let border = |s: &Spot| if self.roomy { s.reach() + self.glyph() } else { s.radius + 2.0 };
        let disc = |id| self.spot(id).map(|s| (s.at, border(s)));
        let (a, b) = (disc(from)?, disc(to)?);
        let usual = Curve::between(a, b, self.middle, 1.0);
        // Clients stand beside the others: what they say to those further away must not look as if it were for the nearest.
        if !self.roomy || self.spots.len() > BENT_MAX || from.is_client() == to.is_client() {
            return Some(usual);
        }
        let mut best = (f64::MIN, usual);
        for times in BENDS {
            let way = Curve::between(a, b, self.middle, times);
            let clearance = self.clearance(&way, (from, to));
            if clearance > best.0 {
                best = (clearance, way);
            }
            if clearance > self.glyph() {
                break;
            }
        }
        Some(best.1)
    }

    /// How far a way keeps off the faces of all others, and off the edges.
    fn clearance(&self, way: &Curve, (from, to): (NodeId, NodeId)) -> f64 {
        let mut least = f64::MAX;
        for i in 1..24 {
            let at = way.at(f64::from(i) / 24.0);
            least = least.min(at.x).min(at.y).min(self.width - at.x).min(self.height - at.y);
            for spot in self.spots.iter().filter(|s| s.id != from && s.id != to) {
                least = least.min(at.distance(spot.at) - spot.radius);
            }
        }
        least
    }

    /// The node at a point, or the nearest one within `slop` of it.
    pub fn node_at(&self, point: Point, slop: f64) -> Option<NodeId> {
        let gap = |s: &Spot| s.at.distance(point) - s.radius;
        let nearest = self.spots.iter().min_by(|a, b| gap(a).total_cmp(&gap(b)))?;
        (gap(nearest) <= slop).then_some(nearest.id)
    }
}

/// Arranges the nodes, if there is any room.
pub fn place(ask: &Ask) -> Placement {
    if ask.width < 1.0 {
        return Placement::default();
    }
    let n = ask.weights.len();
    let alike = ask.groups.windows(2).all(|pair| pair[0] == pair[1]);
    if ask.layout == Layout::Columns && alike && n > 1 {
        // Where all play the same part there is nothing to tell apart by columns.
        return place(&Ask { layout: Layout::Ring, ..ask.clone() });
    }
    let roomy = n <= ROOMY_MAX;
    // Where there are many clients, each arrangement takes long.
    let tried = match n + ask.clients {
        _ if !roomy => 1,
        ..=16 => MARGINS.len(),
        _ => 2,
    };
    let mut best: Option<(f64, Placement)> = None;
    let tries = ring_counts(ask.layout, n)
        .into_iter()
        .flat_map(|rings| MARGINS[..tried].iter().map(move |margins| (rings, *margins)));
    for (rings, margins) in tries {
        // Among many nodes their size is all that counts.
        let floor = best.as_ref().filter(|_| !roomy).map_or(RADIUS_MIN, |(radius, _)| *radius);
        let side = ask.width.min(ask.height);
        let mut radius = (radius_max(n) * scale(side)).min(side * 0.085).max(RADIUS_MIN * 2.0);
        while radius > floor {
            let (spots, middle) = arrange(ask, radius, rings, margins);
            if radius * 0.97 <= RADIUS_MIN || fits(ask, &spots, radius) {
                let Ask { width, height, .. } = *ask;
                let mut placed = Placement { spots, replicas: n, roomy, width, height, radius, middle };
                let worth = if roomy { placed.settle() } else { radius };
                if best.as_ref().is_none_or(|(best, _)| worth > *best) {
                    best = Some((worth, placed));
                }
                break;
            }
            radius *= 0.97;
        }
    }
    best.map(|(_, placed)| placed).unwrap_or_default()
}

impl Placement {
    /// Gives each node the side on which its words are in nobody's way, and says what the arrangement is worth: the larger the
    /// nodes, the longer the shortest way, and the fewer words without a place, the more.
    fn settle(&mut self) -> f64 {
        let size = if self.worded() { WORDS * self.scale() } else { DOTS };
        let mut room = Room::with_ways(self);
        let places: Vec<_> = self.spots.iter().map(|spot| room.beside(spot, size)).collect();
        let mut shortest = 160.0_f64;
        for (i, a) in self.spots.iter().enumerate() {
            for b in &self.spots[..i] {
                shortest = shortest.min(a.at.distance(b.at) - a.radius - b.radius);
            }
        }
        let mut worth = 4.0 * self.radius + shortest;
        for (spot, place) in self.spots.iter_mut().zip(places) {
            worth -= place.as_ref().map_or(20.0, |place| (place.crossed as f64).min(16.0));
            spot.out = place.map_or(spot.out, |place| place.out);
        }
        worth
    }
}

/// How much larger than usual nodes and words are in a picture whose shorter side has so many pixels: on a large screen it
/// is looked at from further away.
fn scale(side: f64) -> f64 {
    (side / 640.0).within(1.0, 1.5)
}

/// Nodes leave room between them for messages, the more the more of them there are.
fn radius_max(n: usize) -> f64 {
    (115.0 / (n.max(1) as f64).sqrt()).min(RADIUS_MAX)
}

/// A crowded circle is staggered into several, so that nodes stay large enough to read their names.
fn ring_counts(layout: Layout, n: usize) -> Vec<usize> {
    match layout {
        // One guess, since every try compares each with each.
        Layout::Ring | Layout::Star if n > 128 => vec![n.isqrt() / 3],
        Layout::Ring | Layout::Star if n > 2 * ROOMY_MAX => vec![1, 2, 3, 4],
        _ => vec![1],
    }
}

fn fits(ask: &Ask, spots: &[Spot], radius: f64) -> bool {
    let gap = if ask.weights.len() <= ROOMY_MAX {
        // Between neighbours a message with its letter finds room, where the window has it.
        (ask.width.min(ask.height) * 0.05).within(6.0, 24.0)
    } else {
        (radius * 0.3).within(1.0, 8.0)
    };
    let inside = |s: &Spot| {
        let r = s.radius + gap / 2.0;
        s.at.x >= r && s.at.y >= r && s.at.x <= ask.width - r && s.at.y <= ask.height - r
    };
    spots.iter().all(inside)
        && spots
            .iter()
            .enumerate()
            .all(|(i, a)| spots[i + 1..].iter().all(|b| a.at.distance(b.at) >= a.radius + b.radius + gap))
}

fn arrange(ask: &Ask, radius: f64, rings: usize, margins: (f64, f64)) -> (Vec<Spot>, Option<Point>) {
    let n = ask.weights.len();
    let frame = Frame::new(ask, radius, margins);
    let centres = match ask.layout {
        Layout::Ring => ring(&frame, n, radius, rings),
        Layout::Star if n > 1 => star(&frame, n, ask.leader, radius, rings),
        Layout::Star => vec![(frame.centre(), Point::new(0.0, -1.0))],
        Layout::Columns => strips(&frame, &ask.groups, n, radius, false),
        Layout::Tree => strips(&frame, &ask.groups, n, radius, true),
    };
    let average = ask.weights.iter().sum::<u64>() as f64 / n.max(1) as f64;
    let replicas = centres.into_iter().zip(&ask.weights).enumerate().map(|(i, ((at, out), &weight))| {
        let share = if average > 0.0 { (weight as f64 / average).sqrt().within(0.7, 1.35) } else { 1.0 };
        Spot { id: NodeId::replica(i), at, radius: radius * share, out }
    });
    let middle = Some(frame.centre()).filter(|_| ask.layout == Layout::Ring);
    (replicas.chain(clients(&frame, ask, radius)).collect(), middle)
}

/// What is left of the rectangle for the centres of replicas.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// What a circle does not need of the width, at each side.
    spare: f64,
}

impl Frame {
    fn new(ask: &Ask, radius: f64, margins: (f64, f64)) -> Self {
        let roomy = ask.weights.len() <= ROOMY_MAX;
        let heaviest = radius * if ask.weights.windows(2).all(|w| w[0] == w[1]) { 1.0 } else { 1.35 };
        // Beside a node of a roomy picture stand its timer ring and its votes.
        let (beside, above) = if roomy {
            (heaviest + 8.0 + margins.0, heaviest + 8.0 + margins.1)
        } else {
            (heaviest + 9.0, heaviest + 9.0)
        };
        let beside = beside.min(ask.width * 0.25);
        let strip = if ask.clients == 0 || in_corners(ask) {
            0.0
        } else {
            client_columns(ask, radius) * radius * 2.4 + 22.0
        };
        let mut frame = Self {
            left: beside + strip,
            right: ask.width - beside,
            // Above each column stands who is in it.
            top: above + if ask.layout == Layout::Columns { 14.0 } else { 0.0 },
            bottom: ask.height - above,
            spare: 0.0,
        };
        if matches!(ask.layout, Layout::Ring | Layout::Star) {
            let (width, height) = frame.size();
            frame.spare = ((width - height * LONGEST) / 2.0).max(0.0);
            frame.left += frame.spare;
            frame.right -= frame.spare;
        }
        frame
    }

    fn centre(&self) -> Point {
        Point::new((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    fn size(&self) -> (f64, f64) {
        ((self.right - self.left).max(1.0), (self.bottom - self.top).max(1.0))
    }
}

/// A narrow window has free corners beside the circle, and no width to give away.
fn in_corners(ask: &Ask) -> bool {
    ask.clients <= 2
        && (ask.width < ask.height * 1.5 || ask.width < 440.0)
        && matches!(ask.layout, Layout::Ring | Layout::Star)
}

fn client_radius(radius: f64) -> f64 {
    radius * 0.85
}

fn client_columns(ask: &Ask, radius: f64) -> f64 {
    let per_column = (ask.height / (radius * 2.3)).floor().max(1.0);
    (ask.clients as f64 / per_column).ceil()
}

fn clients(frame: &Frame, ask: &Ask, radius: f64) -> Vec<Spot> {
    let r = client_radius(radius);
    let columns = client_columns(ask, radius) as usize;
    let rows = ask.clients.div_ceil(columns.max(1)).max(1);
    let spot = |i: usize| {
        let cornered = in_corners(ask);
        let out = if cornered { Point::new(1.0, 0.0) } else { Point::new(0.0, 1.0) };
        let at = if cornered {
            let y = if i == 0 { r + 12.0 } else { ask.height - r - 12.0 };
            Point::new(r + 12.0, y)
        } else {
            // Below each stand its votes.
            let step = (ask.height / rows as f64)
                .min(r * 2.0 + if ask.weights.len() <= ROOMY_MAX { 62.0 } else { 8.0 });
            let (column, row) = (i / rows, i % rows);
            let here = rows.min(ask.clients - column * rows);
            let y = frame.centre().y + (row as f64 - (here as f64 - 1.0) / 2.0) * step;
            Point::new(frame.spare + r + 14.0 + column as f64 * radius * 2.4, y)
        };
        Spot { id: NodeId::client(i), at, radius: r, out }
    };
    (0..ask.clients).map(spot).collect()
}

type Centres = Vec<(Point, Point)>;

/// Evenly along an ellipse, clockwise from the top; neighbours on different rings when there are several.
fn ring(frame: &Frame, n: usize, radius: f64, rings: usize) -> Centres {
    let (width, height) = frame.size();
    let (rx, ry) = (width / 2.0, (height / 2.0).min(width / 2.0 * LONGEST));
    let mut turns = even_turns(rx, ry, n);
    if n == 2 && rx > ry {
        // One beside the other.
        turns = vec![0.25, 0.75];
    }
    let depth = (radius * 2.3 + 2.0) * 0.9;
    let one = |(i, turn): (usize, f64)| {
        let on = Point::on_clock(turn);
        // An odd one out would stand beside the first on the same ring: it goes one further in.
        let level = if rings > 1 && i + 1 == n && i % rings == 0 { rings } else { i % rings };
        let inward = level as f64 * depth;
        let at = frame.centre() + Point::new(on.x * (rx - inward), on.y * (ry - inward));
        (at, on)
    };
    turns.into_iter().enumerate().map(one).collect()
}

fn star(frame: &Frame, n: usize, leader: usize, radius: f64, rings: usize) -> Centres {
    let mut around = ring(frame, n - 1, radius, rings);
    // Its words stand between two spokes: below, or where an even number leaves no room there, to the right.
    let spokes = (n - 1) as f64;
    let turn = if n.is_multiple_of(2) { 0.5 } else { ((spokes / 4.0).floor() + 0.5) / spokes };
    around.insert(leader.min(n - 1), (frame.centre(), Point::on_clock(turn)));
    around
}

/// Turns from the top that cut an ellipse into n arcs of the same length.
fn even_turns(rx: f64, ry: f64, n: usize) -> Vec<f64> {
    const STEPS: usize = 720;
    let on = |i: usize| {
        let p = Point::on_clock(i as f64 / STEPS as f64);
        Point::new(p.x * rx, p.y * ry)
    };
    let mut lengths = Vec::with_capacity(STEPS + 1);
    lengths.push(0.0);
    for i in 0..STEPS {
        lengths.push(lengths[i] + on(i).distance(on(i + 1)));
    }
    let whole = lengths[STEPS];
    let turn = |k: usize| {
        let wanted = whole * k as f64 / n as f64;
        let i = lengths.partition_point(|&l| l <= wanted).clamp(1, STEPS) - 1;
        let rest = (wanted - lengths[i]) / (lengths[i + 1] - lengths[i]).max(f64::MIN_POSITIVE);
        (i as f64 + rest) / STEPS as f64
    };
    (0..n).map(turn).collect()
}

/// Each group in a strip of its own: columns side by side, or levels one below the other.
fn strips(frame: &Frame, groups: &[usize], n: usize, radius: f64, levels: bool) -> Centres {
    let group = |i: usize| groups.get(i).copied().unwrap_or(0);
    let count = (0..n).map(group).max().map_or(1, |g| g + 1);
    let (width, height) = frame.size();
    let (strip_width, strip_height) =
        if levels { (width, height / count as f64) } else { (width / count as f64, height) };
    let mut centres = vec![(Point::default(), Point::new(1.0, 0.0)); n];
    for g in 0..count {
        let members: Vec<usize> = (0..n).filter(|&i| group(i) == g).collect();
        if !levels && n <= ROOMY_MAX {
            let x = frame.left
                + width * (g as f64 + 0.5 * f64::from(u8::from(count == 1))) / (count.max(2) - 1) as f64;
            zigzag(&mut centres, &members, frame, x, radius);
            continue;
        }
        let columns = best_columns(members.len(), strip_width, strip_height);
        let rows = members.len().div_ceil(columns).max(1);
        // Rows as alike as they can be: nobody stands alone in the last one.
        let columns = members.len().div_ceil(rows).max(1);
        let corner = if levels {
            Point::new(frame.left, frame.top + strip_height * g as f64)
        } else {
            Point::new(frame.left + strip_width * g as f64, frame.top)
        };
        for (k, &i) in members.iter().enumerate() {
            let (row, column) = (k / columns, k % columns);
            let here = columns.min(members.len() - row * columns);
            let x = strip_width * (column as f64 + 0.5) / here as f64;
            let y = strip_height * (row as f64 + 0.5) / rows as f64;
            centres[i].0 = corner + Point::new(x, y);
            centres[i].1 = if levels { Point::new(0.0, 1.0) } else { Point::new(1.0, 0.0) };
        }
    }
    centres
}

/// A column whose nodes step aside by turns where there is no room for one below the other: so each keeps a height of its own,
/// and nobody stands in the way of what goes to another column.
fn zigzag(centres: &mut Centres, members: &[usize], frame: &Frame, x: f64, radius: f64) {
    let step = frame.size().1 / (members.len().max(2) - 1) as f64;
    let wanted = 2.0 * radius + 26.0;
    let aside = (wanted * wanted - step * step).max(0.0).sqrt() / 2.0;
    for (k, &i) in members.iter().enumerate() {
        let y = (k as f64 - (members.len() - 1) as f64 / 2.0) * step.min(150.0);
        let side = if k % 2 == 0 { -1.0 } else { 1.0 };
        centres[i].0 = Point::new(x + side * aside, frame.centre().y + y);
    }
}

/// The number of columns that leaves each of m members the largest square.
fn best_columns(m: usize, width: f64, height: f64) -> usize {
    let square = |c: usize| (width / c as f64).min(height / m.div_ceil(c) as f64);
    (1..=m.max(1)).max_by(|&a, &b| square(a).total_cmp(&square(b))).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(layout: Layout, n: usize, clients: usize, width: f64, height: f64) -> Ask {
        let groups = (0..n).map(|i| i % 3).collect();
        Ask { layout, weights: vec![1; n], groups, leader: 0, clients, width, height }
    }

    #[test]
    fn where_all_play_one_part_they_stand_on_a_circle_instead_of_in_a_column() {
        let alike = Ask { groups: vec![2; 5], ..ask(Layout::Columns, 5, 1, 780.0, 530.0) };
        assert_eq!(place(&alike), place(&Ask { layout: Layout::Ring, ..alike.clone() }));
        let apart = ask(Layout::Columns, 5, 1, 780.0, 530.0);
        assert_ne!(place(&apart), place(&Ask { layout: Layout::Ring, ..apart.clone() }));
    }

    #[test]
    fn in_a_level_of_two_rows_nobody_stands_alone() {
        let groups = (0..13).map(|i: usize| i.min(1) + usize::from(i > 2)).collect();
        let placed = place(&Ask { groups, ..ask(Layout::Tree, 13, 0, 366.0, 320.0) });
        let row = |i: usize| (placed.spots[i].at.y * 1e3) as i64;
        let alike = |i: &usize| (3..13).filter(|j| row(*j) == row(*i)).count();
        assert!((3..13).all(|i| alike(&i) >= 5), "{:?}", (3..13).map(row).collect::<Vec<_>>());
    }

    #[test]
    fn each_part_has_a_column_and_each_node_of_it_a_height_of_its_own() {
        for (width, height) in [(628.0, 330.0), (390.0, 250.0), (720.0, 240.0)] {
            let groups = vec![0, 0, 1, 1, 1, 1, 1, 2, 2, 2];
            let placed = place(&Ask { groups: groups.clone(), ..ask(Layout::Columns, 10, 1, width, height) });
            assert_apart(&placed);
            for (i, a) in placed.spots[..10].iter().enumerate() {
                for (j, b) in placed.spots[..i].iter().enumerate() {
                    if groups[i] == groups[j] {
                        assert!((a.at.y - b.at.y).abs() > 12.0, "{a:?} and {b:?}");
                    } else {
                        assert!(a.at.x - a.radius > b.at.x + b.radius, "{a:?} and {b:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn in_a_low_and_wide_frame_the_circle_is_wide_and_its_clients_are_near() {
        let placed = place(&ask(Layout::Ring, 4, 2, 720.0, 240.0));
        let [right, left] = [1, 3].map(|i| placed.spots[i]);
        assert!(right.at.x - left.at.x > 250.0, "{left:?} and {right:?}");
        assert!(left.at.x - placed.spots[4].at.x < 160.0, "{left:?} and {:?}", placed.spots[4]);
    }

    #[test]
    fn of_two_beside_a_leader_each_has_a_side() {
        let placed = place(&ask(Layout::Star, 3, 0, 780.0, 400.0));
        assert!(placed.spots.iter().all(|s| (s.at.y - 200.0).abs() < 1.0), "{:?}", placed.spots);
    }

    fn assert_apart(placed: &Placement) {
        for (i, a) in placed.spots.iter().enumerate() {
            assert!(a.at.x - a.radius >= 0.0 && a.at.x + a.radius <= placed.width, "{a:?}");
            assert!(a.at.y - a.radius >= 0.0 && a.at.y + a.radius <= placed.height, "{a:?}");
            for b in &placed.spots[i + 1..] {
                assert!(a.at.distance(b.at) > a.radius + b.radius, "{a:?} touches {b:?}");
            }
        }
    }

    #[test]
    fn nodes_never_touch_up_to_128_of_them_in_any_layout_and_window() {
        for layout in [Layout::Ring, Layout::Star, Layout::Columns, Layout::Tree] {
            for (width, height) in
                [(780.0, 530.0), (660.0, 420.0), (390.0, 320.0), (360.0, 300.0), (1600.0, 500.0)]
            {
                for n in (1..=20).chain([31, 64, 65, 97, 100, 127, 128]) {
                    for clients in [0, 1, 2, 5] {
                        let placed = place(&ask(layout, n, clients, width, height));
                        assert_eq!(placed.spots.len(), n + clients);
                        assert_apart(&placed);
                    }
                }
            }
        }
    }

    #[test]
    fn a_thousand_nodes_are_dots_that_do_not_touch() {
        let placed = place(&ask(Layout::Ring, 1_000, 1, 780.0, 530.0));
        assert_apart(&placed);
        assert!(placed.spots[999].radius >= 2.0, "{:?}", placed.spots[999]);
    }

    #[test]
    fn names_of_three_digits_fit_into_128_nodes_of_a_desktop_window() {
        let placed = place(&ask(Layout::Ring, 128, 1, 780.0, 530.0));
        assert!(placed.spots[127].radius >= 8.0, "{:?}", placed.spots[127]);
    }

    #[test]
    fn a_ring_begins_at_the_top_and_runs_clockwise() {
        let placed = place(&ask(Layout::Ring, 4, 0, 600.0, 600.0));
        let [top, right, bottom, left] = [0, 1, 2, 3].map(|i| placed.spots[i].at);
        assert!(top.y < right.y && right.y < bottom.y && left.x < top.x && top.x < right.x);
    }

    #[test]
    fn clients_stand_to_the_left_of_a_wide_ring() {
        let placed = place(&ask(Layout::Ring, 7, 2, 780.0, 530.0));
        let leftmost = placed.spots[..7].iter().map(|s| s.at.x - s.radius).fold(f64::MAX, f64::min);
        assert!(placed.spots[7..].iter().all(|s| s.at.x + s.radius < leftmost));
    }

    #[test]
    fn what_clients_say_and_hear_crosses_the_face_of_no_other_node() {
        let mut crossing = Vec::new();
        for (n, clients) in [(4, 1), (4, 2), (5, 1), (5, 2), (7, 1), (7, 2)] {
            for (width, height) in [(788.0, 430.0), (628.0, 250.0), (390.0, 250.0)] {
                let placed = place(&ask(Layout::Ring, n, clients, width, height));
                for (client, node) in (0..clients).flat_map(|c| (0..n).map(move |i| (c, i))) {
                    let (client, node) = (NodeId::client(client), NodeId::replica(node));
                    for (from, to) in [(client, node), (node, client)] {
                        let way = placed.curve(from, to).unwrap();
                        let crosses = |s: &&Spot| {
                            let near = |i: u8| way.at(f64::from(i) / 99.0).distance(s.at) < s.radius;
                            s.id != from && s.id != to && (0..100).any(near)
                        };
                        crossing.extend(
                            placed.spots.iter().find(crosses).map(|s| (n, clients, width, from, to, s.id)),
                        );
                    }
                }
            }
        }
        assert!(crossing.is_empty(), "{crossing:?}");
    }

    #[test]
    fn a_heavier_node_is_larger() {
        let mut asked = ask(Layout::Ring, 4, 0, 780.0, 530.0);
        asked.weights = vec![40, 20, 20, 20];
        let placed = place(&asked);
        assert!(placed.spots[0].radius > placed.spots[1].radius);
        assert_apart(&placed);
    }

    #[test]
    fn the_leader_of_a_star_stands_in_the_middle() {
        let mut asked = ask(Layout::Star, 5, 0, 600.0, 600.0);
        asked.leader = 3;
        let at = place(&asked).spots[3].at;
        assert!((at.x - 300.0).abs() < 1.0 && (at.y - 300.0).abs() < 1.0);
    }

    #[test]
    fn few_messages_have_letters_among_many_nodes_too_and_many_are_dots() {
        let of = |n, width, messages| {
            place(&ask(Layout::Ring, n, 2, width, 330.0)).glyph_among(messages).map(|r| r >= GLYPH_FEW)
        };
        assert_eq!([2, 40, 700].map(|messages| of(16, 760.0, messages)), [Some(true), Some(true), None]);
        assert_eq!([2, 40].map(|messages| of(16, 390.0, messages)), [Some(true), None]);
        assert_eq!([2, 200, 700].map(|messages| of(12, 760.0, messages)), [Some(true), Some(false), None]);
        assert_eq!(of(1_000, 760.0, 2), None);
    }

    #[test]
    fn a_tap_beside_a_node_finds_it_and_a_tap_far_away_finds_none() {
        let placed = place(&ask(Layout::Ring, 4, 1, 780.0, 530.0));
        let spot = placed.spots[2];
        let beside = spot.at + Point::new(spot.radius + 8.0, 0.0);
        assert_eq!(placed.node_at(beside, 12.0), Some(spot.id));
        assert_eq!(placed.node_at(Point::new(779.0, 1.0), 12.0), None);
    }
}
