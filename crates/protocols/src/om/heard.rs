//! What a lieutenant has heard: one place for each path along which an order can come to him, and the majorities over it.
//!
//! A path is a list of different generals, the commander first, the lieutenant himself not among them. Places are numbered
//! by length, then in the order of the generals, so that the paths that go on from one place lie side by side.

use super::Order;
use crate::generals::COMMANDER;
use consensus_kernel::NodeId;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::ops::Range;

/// The longest path. The bound on messages is passed first (a test holds them together).
pub(super) const LONGEST: usize = 8;

/// Generals who have passed something on, one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path {
    length: u8,
    generals: [u8; LONGEST],
}

impl Path {
    /// Straight from the commander.
    pub const COMMANDER: Self = Self { length: 1, generals: [0; LONGEST] };

    /// Passed on by one more.
    #[must_use]
    pub fn then(mut self, next: NodeId) -> Self {
        self.generals[usize::from(self.length)] = next.index() as u8;
        self.length += 1;
        self
    }

    /// How many have passed it on, the commander included.
    #[expect(clippy::len_without_is_empty, reason = "a path is never empty")]
    pub fn len(&self) -> usize {
        self.length.into()
    }

    /// Who they are.
    pub fn generals(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<'_> {
        self.generals[..self.len()].iter().map(|i| NodeId::replica(usize::from(*i)))
    }

    /// Who sent it to its receiver.
    pub fn last(&self) -> NodeId {
        self.generals().next_back().unwrap_or(COMMANDER)
    }

    /// All but the last; none if that is nobody.
    pub(super) fn before(mut self) -> Option<Self> {
        self.length -= 1;
        self.generals[self.len()] = 0;
        (self.length > 0).then_some(self)
    }

    /// Whether it went through this general.
    pub fn contains(&self, id: NodeId) -> bool {
        self.generals().any(|general| general == id)
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.generals())
    }
}

/// How orders are weighed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Majority {
    /// Whether they are counted; else only what came along the path itself matters.
    pub counts: bool,
    /// Whether a tie is a retreat for everybody; else each follows what he was told himself.
    pub tie_retreats: bool,
}

impl Majority {
    /// The majority of what was told along a path and what came of those who passed it on, and whether it was a tie.
    fn of(self, told: Order, passed_on: &[Order]) -> (Order, bool) {
        if !self.counts {
            return (told, false);
        }
        let count = |wanted| usize::from(told == wanted) + passed_on.iter().filter(|o| **o == wanted).count();
        match count(Order::Attack).cmp(&count(Order::Retreat)) {
            Ordering::Greater => (Order::Attack, false),
            Ordering::Less => (Order::Retreat, false),
            Ordering::Equal => (if self.tie_retreats { Order::Retreat } else { told }, true),
        }
    }
}

/// The tree of what was heard. Empty at the commander, whom nobody tells anything.
#[derive(Clone, Debug)]
pub struct Heard {
    n: usize,
    me: NodeId,
    /// For each length, from 1: where its places begin; then where all end.
    starts: Vec<usize>,
    orders: Vec<Option<Order>>,
}

impl Heard {
    /// Nothing heard yet, in a run with so many generals and rounds.
    pub(super) fn new(n: usize, rounds: usize, me: NodeId) -> Self {
        let longest = if me == COMMANDER { 0 } else { rounds.min(n - 1) };
        let mut starts = vec![0];
        let (mut end, mut paths) = (0, 1);
        for length in 1..=longest {
            end += paths;
            starts.push(end);
            paths *= n - 1 - length;
        }
        Self { n, me, starts, orders: vec![None; end] }
    }

    /// The longest paths.
    pub(super) fn longest(&self) -> usize {
        self.starts.len() - 1
    }

    /// The places of the paths of this length; none if none are so long.
    pub(super) fn places(&self, length: u32) -> Range<usize> {
        let length = length as usize;
        if (1..=self.longest()).contains(&length) {
            self.starts[length - 1]..self.starts[length]
        } else {
            0..0
        }
    }

    /// The places of the paths that go on from this one, which is of this length.
    pub(super) fn onward(&self, place: usize, length: usize) -> Range<usize> {
        if length >= self.longest() {
            return 0..0;
        }
        let paths = self.n - 1 - length;
        let first = self.starts[length] + (place - self.starts[length - 1]) * paths;
        first..first + paths
    }

    /// The place of a path; none if nothing can come to this general along it.
    pub(super) fn place(&self, path: &Path) -> Option<usize> {
        if path.len() > self.longest() || path.generals().next() != Some(COMMANDER) {
            return None;
        }
        let mut at = 0;
        for (k, id) in path.generals().enumerate().skip(1) {
            let before = || path.generals().take(k).chain([self.me]);
            if id.index() >= self.n || before().any(|other| other == id) {
                return None;
            }
            let rank = id.index() - before().filter(|other| *other < id).count();
            at = at * (self.n - 1 - k) + rank;
        }
        Some(self.starts[path.len() - 1] + at)
    }

    /// The path of a place.
    pub(super) fn path(&self, place: usize) -> Path {
        let length = self.starts.iter().rposition(|start| *start <= place).unwrap_or(0) + 1;
        let mut ranks = [0; LONGEST];
        let mut at = place - self.starts[length - 1];
        for k in (1..length).rev() {
            let paths = self.n - 1 - k;
            ranks[k] = at % paths;
            at /= paths;
        }
        ranks[1..length].iter().fold(Path::COMMANDER, |path, rank| {
            let free = (1..self.n).map(NodeId::replica).filter(|id| *id != self.me && !path.contains(*id));
            free.clone().nth(*rank).map_or(path, |id| path.then(id))
        })
    }

    /// What came along each path, by place.
    pub fn orders(&self) -> &[Option<Order>] {
        &self.orders
    }

    /// What came along a path.
    pub(super) fn get(&self, place: usize) -> Option<Order> {
        self.orders[place]
    }

    /// Notes what came along a path; false if something came before.
    pub(super) fn put(&mut self, place: usize, order: Order) -> bool {
        let free = self.orders[place].is_none();
        if free {
            self.orders[place] = Some(order);
        }
        free
    }

    /// How many paths of this length brought nothing.
    pub(super) fn missing(&self, length: u32) -> usize {
        self.orders[self.places(length)].iter().filter(|order| order.is_none()).count()
    }

    /// What comes of each path, the whole in front, and whether that was a tie. What is missing counts as retreat.
    pub(super) fn resolve(&self, majority: Majority) -> (Vec<Order>, bool) {
        let told = |order: &Option<Order>| order.unwrap_or(Order::Retreat);
        let mut orders: Vec<Order> = self.orders.iter().map(told).collect();
        let mut tied = false;
        for length in (1..self.longest()).rev() {
            for place in self.places(length as u32) {
                let onward = self.onward(place, length);
                (orders[place], tied) = majority.of(orders[place], &orders[onward]);
            }
        }
        (orders, tied)
    }
}

/// People see the first paths only.
const SHOWN: usize = 40;

impl Serialize for Heard {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            let heard = (0..self.orders.len()).filter_map(|place| Some((self.path(place), self.get(place)?)));
            return s.collect_seq(heard.take(SHOWN).map(|(path, order)| super::Msg { path, order }));
        }
        s.collect_seq(&self.orders)
    }
}
