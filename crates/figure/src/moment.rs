//! A moment of a run as a picture.

use crate::curve::Curve;
use crate::density::{Density, Emphasis, emphasis};
use crate::glyph;
use crate::layout::{Ask, Placement, Spot};
use crate::node;
use crate::palette::{Ink, ROUND_COLOURS};
use crate::point::Point;
use crate::room::{Room, TAG_SIZE};
use crate::shape::Within;
use crate::shape::{Anchor, Dash, Fill, Paint, Scene, Shape, pair, text_width};
use crate::table::clock;
use crate::values::Tag;
use consensus_kernel::{Face, Layout, Meta, NodeId, Tone, sort_by_number};
use consensus_lab::Session;
use consensus_lab::view::{FlightMark, FlightView, Health, Heard, LossView, NodeView, Position, Standing};
use consensus_scenario::Latency;
use std::borrow::Cow;

/// The share of its way after which the network loses a message: a message that will be lost is shown moving so that it
/// is there when that happens.
pub const LOST_ON_WAY: f64 = 5.0 / 9.0;

/// The share of its way at which a message is lost that reaches a node which is down.
pub const LOST_AT_DOOR: f64 = 0.94;

/// A moment of a run: everything the stage shows.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The protocol.
    pub meta: &'static Meta,
    /// When.
    pub position: Position,
    /// Replicas, then clients.
    pub nodes: Vec<NodeView>,
    /// Who talks to whom, if not everybody to everybody.
    pub edges: Option<Vec<(NodeId, NodeId)>>,
    /// Messages under way.
    pub flights: Vec<FlightView>,
    /// What liars say in some of them ([`crate::values`]).
    pub tags: Vec<Tag>,
    /// Messages lost lately.
    pub losses: Vec<LossView>,
    /// How long a loss stays visible, in microseconds.
    pub fade_us: f64,
}

impl Moment {
    /// Where the cursor of a session stands.
    pub fn of(session: &dyn Session) -> Self {
        let mut flights = Vec::new();
        session.flights(&mut flights);
        Self {
            meta: session.scenario().meta,
            position: session.position(),
            nodes: session.nodes(),
            edges: session.edges(),
            flights,
            tags: Vec::new(),
            losses: session.losses(),
            fade_us: 2.0 * usual_delay_us(session.scenario().network.latency),
        }
    }
}

impl Moment {
    /// What a node knows of this moment: itself, the last that it has heard of each other node, and what it has sent itself.
    pub fn through(mut self, eyes: NodeId, heard: &[Heard]) -> Self {
        let kinds = self.meta.kinds;
        for node in self.nodes.iter_mut().filter(|n| n.id != eyes) {
            let last = heard.iter().find(|h| h.of == node.id).map(|h| &h.message);
            let word = last.and_then(|m| kinds.get(m.kind)).map_or("unheard", |k| k.name);
            node.face = Face {
                role: "as heard",
                status: Cow::Borrowed(word),
                tone: if last.is_some() { Tone::Idle } else { Tone::Asking },
                round: last.map_or(0, |m| m.round),
                leads: false,
                votes: None,
                waits_for: None,
            };
            (node.second_face, node.byzantine, node.befouled) = (None, None, None);
            (node.health, node.standing) = (Health::Up, Standing::Intact);
            node.timers.clear();
        }
        self.flights.retain(|f| f.from == eyes);
        self.losses.clear();
        self
    }
}

/// More edges than this are a grey disc.
const EDGES_MAX: usize = 600;

/// Among so many nodes links can be told apart.
const CROWD_MAX: usize = 160;

/// Beyond so many messages a single one has no sign of its own.
const SINGLE_MAX: usize = 400;

/// So many of the busiest links are drawn as thick as they are busy, and so many of those have their number.
const BUSY_LINES: usize = 24;
const BUSY_COUNTS: usize = 12;

/// Among so many nodes each has beside it how many messages are on their way to it.
pub(crate) const COUNTED_MAX: usize = 32;

/// Two numbers are at least so far apart.
const COUNT_GAP: f64 = 18.0;

/// What is drawn of a moment, beside the nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Show {
    /// How much of what is under way.
    pub density: Density,
    /// The selected node: what concerns it stands out.
    pub selected: Option<NodeId>,
    /// Whether messages are part of the picture, or drawn over it by someone else.
    pub messages: bool,
}

/// What to ask the layout for.
pub fn ask(layout: Layout, nodes: &[NodeView], width: f64, height: f64) -> Ask {
    let replicas = || nodes.iter().filter(|n| !n.id.is_client());
    let mut roles: Vec<&str> = Vec::new();
    let mut group = |role: &'static str| {
        roles.iter().position(|r| *r == role).unwrap_or_else(|| {
            roles.push(role);
            roles.len() - 1
        })
    };
    // Nothing is placed anew for what plays no part in it.
    let (grouped, centred) = (matches!(layout, Layout::Columns | Layout::Tree), layout == Layout::Star);
    Ask {
        layout,
        weights: replicas().map(|n| n.weight).collect(),
        groups: replicas().filter(|_| grouped).map(|n| group(n.face.role)).collect(),
        leader: replicas().position(|n| n.face.leads && centred).unwrap_or(0),
        clients: nodes.iter().filter(|n| n.id.is_client()).count(),
        width,
        height,
    }
}

/// Draws a moment.
pub fn draw(moment: &Moment, placement: &Placement, show: Show) -> Scene {
    let Moment { meta, position, nodes, .. } = moment;
    let mut scene = Scene {
        width: placement.width,
        height: placement.height,
        title: format!("{} at {}, after {} events", meta.title, clock(position.at), position.event),
        ..Scene::default()
    };
    links(&mut scene.ground, moment, placement, show);
    let mut room = Room::of(placement);
    captions(&mut scene.ground, moment, placement, &mut room);
    for view in nodes {
        if let Some(spot) = placement.spot(view.id) {
            scene.nodes.push(node::draw(view, spot, meta, position.at, &mut room, &mut scene.words));
        }
    }
    let labels: Vec<&str> = scene.nodes.iter().map(|n| n.label.as_str()).collect();
    let count = moment.flights.len();
    let noun = if count == 1 { "message" } else { "messages" };
    scene.description = format!("{}; {count} {noun} under way.", labels.join("; "));
    if !placement.roomy {
        counts(&mut scene.words, moment, placement);
        crowded(&mut scene, moment, placement, show);
    }
    if show.messages {
        messages(&mut scene, moment, placement, show, &mut room);
    }
    scene.taken = room.taken;
    scene
}

/// The one-way delay that is usual in a network, in microseconds.
pub fn usual_delay_us(latency: Latency) -> f64 {
    match latency {
        Latency::Constant(d) | Latency::Exponential(d) => d.0 as f64,
        Latency::Uniform(low, high) => (low.0 + high.0) as f64 / 2.0,
    }
}

/// Where on its way a message was lost: at the door of a receiver that is down, else about half way.
pub fn loss_fraction(receiver: &NodeView) -> f64 {
    if receiver.health == Health::Crashed { LOST_AT_DOOR } else { LOST_ON_WAY }
}

/// How visible a loss still is, 1 at first.
pub fn loss_freshness(loss: &LossView, now_us: f64, fade_us: f64) -> f64 {
    1.0 - ((now_us - loss.at.0 as f64) / fade_us.max(1.0)).within(0.0, 1.0)
}

/// With few nodes every link; with many, those of the selected node, each with the number of messages on it.
fn links(ground: &mut Vec<Shape>, moment: &Moment, placement: &Placement, show: Show) {
    let replicas = &placement.spots[..placement.replicas.min(placement.spots.len())];
    let faint = |a: &Spot, b: &Spot| Shape::line(a.at, b.at, Paint::line(Ink::Faint, 1.0));
    if let Some(edges) = moment.edges.as_ref().filter(|edges| edges.len() <= EDGES_MAX) {
        let both = |(a, b): &(NodeId, NodeId)| Some(faint(placement.spot(*a)?, placement.spot(*b)?));
        ground.extend(edges.iter().filter_map(both));
    } else if placement.roomy && show.density != Density::Focus {
        for (i, a) in replicas.iter().enumerate() {
            for b in &replicas[i + 1..] {
                ground.push(faint(a, b));
            }
        }
    }
    let Some(selected) = show.selected.and_then(|id| placement.spot(id)) else { return };
    let mut counts = vec![0u32; placement.spots.len()];
    for flight in &moment.flights {
        let other = if flight.from == selected.id { flight.to } else { flight.from };
        let count = counts.get_mut(placement.index(other));
        if let Some(count) = count.filter(|_| flight.from == selected.id || flight.to == selected.id) {
            *count += 1;
        }
    }
    // Among very many only those that something is on.
    let least = u32::from(placement.spots.len() > CROWD_MAX);
    let others =
        placement.spots.iter().zip(counts).filter(|(s, count)| s.id != selected.id && *count >= least);
    for (other, count) in others {
        let paint = Paint::line(Ink::Soft, if count > 0 { 1.5 } else { 0.8 }).opacity(0.6);
        ground.push(Shape::line(selected.at, other.at, paint));
        if !placement.roomy && count > 0 {
            let way = other.at - selected.at;
            let at = other.at - way.unit() * (other.radius + 10.0) + Point::new(0.0, 3.0);
            ground.push(Shape::text(at, 9.0, Anchor::Middle, Ink::Soft, count.to_string()));
        }
    }
}

/// What those on each level of a tree or in each column are; words beside nodes keep off that.
fn captions(ground: &mut Vec<Shape>, moment: &Moment, placement: &Placement, room: &mut Room<'_>) {
    let columns = moment.meta.layout == Layout::Columns;
    if !columns && moment.meta.layout != Layout::Tree {
        return;
    }
    let replicas = &moment.nodes[..placement.replicas.min(moment.nodes.len())];
    // In one column nobody needs telling apart.
    if columns && replicas.windows(2).all(|pair| pair[0].face.role == pair[1].face.role) {
        return;
    }
    for (i, view) in replicas.iter().enumerate() {
        let role = view.face.role;
        let alike = || replicas.iter().filter(|other| other.face.role == role);
        let seen = replicas[..i].iter().any(|other| other.face.role == role);
        let Some(spot) = placement.spot(view.id).filter(|_| !seen) else { continue };
        let text = format!("{role}{}", if alike().count() > 1 { "s" } else { "" });
        let (at, anchor) = if columns {
            let (sum, count) = alike()
                .filter_map(|n| placement.spot(n.id))
                .fold((0.0, 0.0), |(sum, count), s| (sum + s.at.x, count + 1.0));
            let half = text_width(&text, 11.0) / 2.0 + 4.0;
            (Point::new((sum / count).within(half, placement.width - half), 12.0), Anchor::Middle)
        } else {
            (Point::new(8.0, spot.at.y - spot.radius - 6.0), Anchor::Start)
        };
        if columns {
            let size = Point::new(text_width(&text, 11.0), 14.0);
            room.keep(at - Point::new(size.x / 2.0, 12.0), size);
        }
        ground.push(Shape::text(at, 11.0, anchor, Ink::Soft, text));
    }
}

/// How many messages are on their way to each node, where single ones cannot be told apart.
fn counts(over: &mut Vec<Shape>, moment: &Moment, placement: &Placement) {
    let mut inbound = vec![0u32; placement.spots.len()];
    for flight in &moment.flights {
        if let Some(count) = inbound.get_mut(placement.index(flight.to)) {
            *count += 1;
        }
    }
    let readable = placement.replicas <= COUNTED_MAX;
    for (spot, count) in placement.spots.iter().zip(inbound).filter(|(_, count)| readable && *count > 0) {
        let beside = |reach: f64| spot.at + spot.out * (spot.radius + reach) + Point::new(0.0, 3.5);
        let outside = beside(9.0);
        let is_inside = (8.0..=placement.width - 8.0).contains(&outside.x)
            && (9.0..=placement.height - 3.0).contains(&outside.y);
        // At the picture's very edge the count stands on the inner side.
        let at = if is_inside { outside } else { beside(-2.0 * spot.radius - 10.0) };
        over.push(Shape::text(at, 9.5, Anchor::Middle, Ink::Soft, count.to_string()));
    }
}

/// The links with the most messages, each way: as thick as they are many, and at the middle of the busiest how many.
fn crowded(scene: &mut Scene, moment: &Moment, placement: &Placement, show: Show) {
    let nodes = placement.spots.len();
    if nodes > CROWD_MAX || show.density == Density::Focus {
        return;
    }
    let mut under_way = vec![0u32; nodes * nodes];
    for flight in &moment.flights {
        if let Some(count) =
            under_way.get_mut(placement.index(flight.from) * nodes + placement.index(flight.to))
        {
            *count += 1;
        }
    }
    let mut busy: Vec<usize> = (0..under_way.len()).filter(|link| under_way[*link] > 1).collect();
    sort_by_number(&mut busy, |link| u64::from(u32::MAX - under_way[*link]));
    busy.truncate(BUSY_LINES);
    let mut taken: Vec<(Point, f64)> =
        placement.spots.iter().map(|spot| (spot.at, spot.radius + 0.5 * COUNT_GAP)).collect();
    taken.extend(scene.words.iter().filter_map(|shape| match shape {
        Shape::Text { at, .. } => Some((*at, COUNT_GAP)),
        _ => None,
    }));
    for (place, link) in busy.into_iter().enumerate() {
        let (from, to) = (&placement.spots[link / nodes], &placement.spots[link % nodes]);
        let Some(way) = placement.curve(from.id, to.id) else { continue };
        let count = under_way[link];
        let d = format!("M{} Q{} {}", pair(way.from), pair(way.control), pair(way.to));
        let paint = Paint::line(Ink::Soft, f64::from(count).sqrt().min(5.0)).opacity(0.3);
        scene.ground.push(Shape::Path { d, paint });
        // Where another number or a node stands, it would hide both.
        let at = way.at(0.5);
        if place < BUSY_COUNTS && taken.iter().all(|(other, gap)| other.distance(at) > *gap) {
            taken.push((at, COUNT_GAP));
            let base = at + Point::new(0.0, 3.5);
            scene.words.push(Shape::bold(base, 10.5, Ink::Text, count.to_string()));
        }
    }
}

fn messages(scene: &mut Scene, moment: &Moment, placement: &Placement, show: Show, room: &mut Room<'_>) {
    let Moment { meta, position, nodes, flights, losses, fade_us, .. } = moment;
    for loss in losses.iter().filter(|l| loss_freshness(l, position.at.0 as f64, *fade_us) > 0.0) {
        let receiver = nodes.get(placement.index(loss.to));
        if let (Some(way), Some(receiver)) = (placement.curve(loss.from, loss.to), receiver) {
            scene.over.extend(glyph::loss(&way, loss_fraction(receiver)));
        }
    }
    let glyph = placement.glyph_among(flights.len());
    let mut spots = vec![None; flights.len()];
    // Very many are squares, gathered by colour.
    let mut squares: [String; ROUND_COLOURS] = Default::default();
    for (i, flight) in flights.iter().enumerate() {
        let Some(way) = placement.curve(flight.from, flight.to) else { continue };
        let Some(kind) = meta.kinds.get(flight.kind) else { continue };
        let mut gone = gone(flight, position.at.0 as f64);
        if flights.len() > SINGLE_MAX && flight.mark == FlightMark::Plain {
            let corner = pair(way.at(gone) - Point::new(1.5, 1.5));
            squares[Ink::round_colour(flight.round)] += &format!("M{corner}h3v3h-3z");
            continue;
        }
        let full =
            emphasis(show.density, flight, meta.kinds, position.event, show.selected) == Emphasis::Full;
        let ink = glyph::ink(flight.round, flight.mark);
        let radius = glyph.filter(|_| full).unwrap_or(2.4);
        if full && let Some(glyph) = glyph {
            gone -= behind(&flights[..i], flight, &way, glyph);
            let d = format!("M{} Q{} {}", pair(way.from), pair(way.control), pair(way.to));
            let dash = [Dash::Solid, Dash::Dashed, Dash::Dotted][Ink::round_pattern(flight.round)];
            scene.ground.push(Shape::Path { d, paint: Paint::line(ink, 1.2).dash(dash).opacity(0.4) });
            let (at, direction) = (way.at(gone), way.direction(gone));
            spots[i] = Some(at);
            scene.over.push(glyph::arrow_head(
                at + direction * (radius * 1.8),
                direction,
                radius * 0.75,
                ink,
            ));
        }
        scene.over.extend(glyph::message(way.at(gone), radius, kind, flight.round, flight.mark));
    }
    let tags = room.tags(flights, &spots, glyph.unwrap_or_default(), &moment.tags);
    scene.words.extend(tags.into_iter().map(|(at, ink, value)| Shape::bold(at, TAG_SIZE, ink, value)));
    for (colour, d) in squares.into_iter().enumerate().filter(|(_, d)| !d.is_empty()) {
        let paint = Paint::filled(Fill::Solid(Ink::Round(colour as u64)));
        scene.over.push(Shape::Path { d, paint });
    }
}

/// What part of its way a message has gone at a time in microseconds.
#[inline]
pub fn gone(flight: &FlightView, now_us: f64) -> f64 {
    let (sent, due) = (flight.sent.0 as f64, flight.due.0 as f64);
    if due <= sent { 1.0 } else { ((now_us - sent) / (due - sent)).within(0.0, 1.0) }
}

/// What part of its way a message that is held stands behind the door: others of this link are held before it.
pub fn behind(earlier: &[FlightView], flight: &FlightView, way: &Curve, glyph: f64) -> f64 {
    if flight.mark != FlightMark::Held {
        return 0.0;
    }
    let same = |f: &&FlightView| f.mark == FlightMark::Held && (f.from, f.to) == (flight.from, flight.to);
    earlier.iter().filter(same).count() as f64 * 2.3 * glyph / way.from.distance(way.to).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::place;
    use crate::legend::{Seen, entries};
    use crate::palette::Theme;
    use crate::{sample, svg, xml};
    use consensus_kernel::{KindClass, Time};
    use consensus_lab::view::MetricsView;

    fn scene(n: usize, show: Show) -> Scene {
        let moment = sample::moment(n);
        draw(&moment, &place(&ask(Layout::Ring, &moment.nodes, 780.0, 530.0)), show)
    }

    #[test]
    fn pictures_of_few_and_of_many_nodes_are_well_formed_in_every_density() {
        for n in [1, 2, 4, 7, 12, 13, 64, 128] {
            for density in [Density::Focus, Density::Context, Density::All] {
                let show = Show { density, selected: Some(NodeId::replica(0)), messages: true };
                for theme in [Theme::Light, Theme::Dark] {
                    xml::assert_well_formed(&svg::print(&scene(n, show), &[], theme));
                }
            }
        }
    }

    #[test]
    fn the_legend_names_what_was_seen_and_nothing_else() {
        let moment = sample::moment(4);
        let mut seen = Seen::default();
        assert!(entries(moment.meta, &seen).is_empty());
        seen.note(&MetricsView::default(), &moment.nodes, &moment.flights, &moment.losses);
        let labels: Vec<String> = entries(moment.meta, &seen).into_iter().map(|e| e.label).collect();
        for label in [
            "ask",
            "beat",
            "lost",
            "held back",
            "two-faced",
            "second copy",
            "contradicted",
            "crashed",
            "paused",
            "backup",
        ] {
            assert!(labels.iter().any(|l| l == label), "{label} in {labels:?}");
        }
        let scene = scene(4, Show { messages: true, ..Show::default() });
        xml::assert_well_formed(&svg::print(&scene, &entries(moment.meta, &seen), Theme::Light));
    }

    #[test]
    fn among_many_the_legend_says_what_numbers_and_arcs_are() {
        let labels = |n| {
            let (moment, mut seen) = (sample::moment(n), Seen::default());
            seen.note(&MetricsView::default(), &moment.nodes, &moment.flights, &moment.losses);
            let entries = entries(moment.meta, &seen);
            entries.iter().filter(|e| e.label.starts_with("votes") || e.label.starts_with("messages")).count()
        };
        assert_eq!([4, 16, 64].map(labels), [0, 2, 1]);
    }

    #[test]
    fn columns_say_who_stands_in_them_where_no_node_is() {
        static META: Meta = Meta { layout: Layout::Columns, ..sample::META };
        for (width, height) in [(780.0, 400.0), (390.0, 260.0)] {
            let mut moment = sample::moment(7);
            moment.meta = &META;
            for (i, node) in moment.nodes[..7].iter_mut().enumerate() {
                node.face.role = ["proposer", "acceptor", "learner"][(i + 1) / 3];
            }
            let placed = place(&ask(Layout::Columns, &moment.nodes, width, height));
            let scene = draw(&moment, &placed, Show::default());
            for word in ["proposers", "acceptors", "learners"] {
                let is_it = |s: &&Shape| matches!(s, Shape::Text { text, .. } if text == word);
                let Some(Shape::Text { at, .. }) = scene.ground.iter().find(is_it) else {
                    panic!("{word} in {width} by {height}")
                };
                let near = |s: &&Spot| (s.at.x - at.x).abs() < s.reach() + 30.0;
                let top =
                    placed.spots.iter().filter(near).map(|s| s.at.y - s.reach()).fold(f64::MAX, f64::min);
                assert!(top > at.y, "{word} at {at:?}, {top}");
            }
        }
    }

    #[test]
    fn a_node_says_in_words_what_it_shows() {
        let scene = scene(7, Show::default());
        assert_eq!(scene.nodes[4].label, "node 4, backup, prepared, view 0, 2 of 3 answers");
        assert!(scene.nodes[1].label.starts_with("node 1, crashed"));
        assert!(
            scene.nodes[2].label.contains("its second face") && scene.nodes[2].label.contains("Byzantine")
        );
        assert!(scene.nodes[3].label.contains("befouled"));
    }

    #[test]
    fn through_one_nodes_eyes_there_is_only_what_it_has_heard_and_sent() {
        let flight = sample::flight(1, 0, 10, 20);
        let heard = [Heard { of: NodeId::replica(1), message: FlightView { round: 4, ..flight }, event: 2 }];
        let seen = sample::moment(5).through(NodeId::replica(0), &heard);
        assert_eq!(
            (seen.nodes[1].face.round, seen.nodes[1].health),
            (4, Health::Up),
            "it does not know of the crash"
        );
        assert_eq!((&*seen.nodes[2].face.status, &seen.nodes[2].byzantine), ("unheard", &None));
        assert_eq!(seen.nodes[0], sample::moment(5).nodes[0]);
        assert!(seen.flights.iter().all(|f| f.from == NodeId::replica(0)) && seen.losses.is_empty());
    }

    #[test]
    fn background_traffic_is_faint_unless_all_is_asked_for() {
        let mut flight = sample::flight(0, 1, 0, 10);
        flight.kind = sample::META.kinds.iter().position(|k| k.class == KindClass::Background).unwrap();
        let look = |density, selected| emphasis(density, &flight, sample::META.kinds, 9, selected);
        assert_eq!(look(Density::Context, None), Emphasis::Faint);
        assert_eq!(look(Density::Context, Some(NodeId::replica(1))), Emphasis::Full);
        assert_eq!(look(Density::All, None), Emphasis::Full);
    }

    #[test]
    fn heartbeats_that_are_held_stand_one_behind_the_other_and_are_not_faint() {
        let kind = sample::META.kinds.iter().position(|k| k.class == KindClass::Background).unwrap();
        let held = FlightView { kind, mark: FlightMark::Held, ..sample::flight(0, 1, 0, 10) };
        let all = [held, FlightView { to: NodeId::replica(2), ..held }, held, held];
        let way = Curve { to: Point::new(230.0, 0.0), ..Curve::default() };
        let places: Vec<f64> = (0..4).map(|i| behind(&all[..i], &all[i], &way, 10.0)).collect();
        assert_eq!(places, [0.0, 0.0, 0.1, 0.2]);
        assert_eq!(behind(&all, &sample::flight(0, 1, 0, 10), &way, 10.0), 0.0);
        assert_eq!(emphasis(Density::Context, &held, sample::META.kinds, 9, None), Emphasis::Full);
    }

    #[test]
    fn focus_shows_what_the_last_event_sent() {
        let flight = FlightView { cause: 8, ..sample::flight(0, 1, 0, 10) };
        let look = |event| emphasis(Density::Focus, &flight, sample::META.kinds, event, None);
        assert_eq!([look(8), look(9), look(10)], [Emphasis::Faint, Emphasis::Full, Emphasis::Faint]);
    }

    #[test]
    fn a_message_is_where_its_time_has_brought_it() {
        let flight = sample::flight(0, 1, 1_000, 3_000);
        assert_eq!([gone(&flight, 0.0), gone(&flight, 1_500.0), gone(&flight, 9_000.0)], [0.0, 0.25, 1.0]);
        let now = FlightView { due: Time(1_000), ..flight };
        assert_eq!(gone(&now, 1_000.0), 1.0);
    }
}
