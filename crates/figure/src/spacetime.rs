//! The space–time diagram: time to the right, a line for each node, messages as slanted arrows.
//!
//! [`chart`] gathers what is to be drawn in time and rows; whoever draws maps time to pixels, so that zooming and
//! scrolling gather nothing anew.

use crate::glyph::cross;
use crate::moment::{LOST_AT_DOOR, LOST_ON_WAY};
use crate::palette::Ink;
use crate::point::Point;
use crate::shape::{Anchor, Dash, Fill, Paint, Scene, Shape, Within};
use crate::sparse::sparse;
use crate::table::{clock, on_axis};
use consensus_kernel::{KindClass, Meta, NodeId, Time};
use consensus_lab::Session;
use consensus_lab::view::{EventView, FlightMark, FlightView, Health, What};

/// Room at the left for names.
pub const NAMES_WIDTH: f64 = 34.0;

/// A message in time and rows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arrow {
    /// Row of the sender.
    pub from: u16,
    /// Row of the receiver.
    pub to: u16,
    /// When it was sent.
    pub sent: Time,
    /// When it arrived, will arrive, or was lost.
    pub end: Time,
    /// Its term or view.
    pub round: u64,
    /// Position in [`Meta::kinds`].
    pub kind: u16,
    /// Which of its kind on this link, from 1.
    pub nth: u32,
    /// Whether it is a request or proposal.
    pub proposal: bool,
    /// Whether it runs in the background.
    pub background: bool,
    /// Whether it was lost.
    pub lost: bool,
    /// What share of its way it went.
    pub reach: f64,
    /// Whether its sender lied.
    pub forged: bool,
    /// The event in which it was sent.
    pub cause: u64,
    /// The event in which it arrived; none while it is under way.
    pub event: Option<u64>,
}

/// Something that happened at one node without a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tick {
    /// At which row.
    pub row: u16,
    /// When.
    pub at: Time,
    /// In which event.
    pub event: u64,
    /// What kind of thing.
    pub kind: TickKind,
}

/// Kinds of ticks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TickKind {
    /// A timer ran out.
    Timer,
    /// The node decided.
    Decision,
    /// It came back, or the visitor did something to it.
    Fault,
}

/// What a diagram shows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Chart {
    /// Whose line each row is: clients above, replicas below, as papers draw them.
    pub rows: Vec<NodeId>,
    /// Messages, in the order of their arrival.
    pub arrows: Vec<Arrow>,
    /// Everything else.
    pub ticks: Vec<Tick>,
    /// The stretch that is drawn, where it is not all of what there is: beside it something is left out.
    pub cut: Option<Window>,
    /// All steps of nodes: event and row, in order.
    steps: Vec<(u64, u16)>,
    /// All messages that arrived, in the order of their arrival, whether they are drawn or not.
    links: Vec<Link>,
}

/// How one step led to another: by a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Link {
    from: u16,
    to: u16,
    cause: u64,
    event: u64,
}

/// What can have led to an event, and what can have followed from it (Lamport's "happened before"), as far as a chart
/// reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cone {
    /// For each row: events before this number are in the past.
    past: Vec<u64>,
    /// For each row: events from this number on are in the future.
    future: Vec<u64>,
}

/// Where something stands to the event of a cone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// It can have led to it.
    Past,
    /// It is the event itself.
    Here,
    /// It can have followed from it.
    Future,
}

impl Cone {
    /// Where a step of a node stands; none if neither can have known of the other.
    pub fn side(&self, row: u16, event: u64) -> Option<Side> {
        let row = usize::from(row);
        match (
            self.past.get(row).is_some_and(|p| event < *p),
            self.future.get(row).is_some_and(|f| event >= *f),
        ) {
            (true, true) => Some(Side::Here),
            (true, false) => Some(Side::Past),
            (false, true) => Some(Side::Future),
            (false, false) => None,
        }
    }

    /// Whether a message is on the way to the event or from it.
    pub fn has(&self, arrow: &Arrow) -> bool {
        let led = arrow.event.is_some_and(|event| !arrow.lost && event < self.past[usize::from(arrow.to)]);
        led || arrow.cause >= self.future[usize::from(arrow.from)]
    }
}

impl Chart {
    /// The row at which an event happened.
    pub fn row_of(&self, event: u64) -> Option<u16> {
        let place = self.steps.binary_search_by_key(&event, |(event, _)| *event).ok()?;
        Some(self.steps[place].1)
    }

    /// The causal past and future of an event; none if it is not on the chart.
    pub fn cone(&self, event: u64) -> Option<Cone> {
        let row = usize::from(self.row_of(event)?);
        let (mut past, mut future) = (vec![0; self.rows.len()], vec![u64::MAX; self.rows.len()]);
        (past[row], future[row]) = (event + 1, event);
        // Whatever raises a row's past was sent before it arrived, so one pass in each direction is enough.
        for link in self.links.iter().rev() {
            if link.event < past[usize::from(link.to)] {
                let from = &mut past[usize::from(link.from)];
                *from = (*from).max(link.cause + 1);
            }
        }
        for link in &self.links {
            if link.cause >= future[usize::from(link.from)] {
                let to = &mut future[usize::from(link.to)];
                *to = (*to).min(link.event);
            }
        }
        Some(Cone { past, future })
    }
}

/// What of a diagram is shown, and what stands out.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Look {
    /// Only messages of one kind, by its position.
    pub kind: Option<usize>,
    /// Only messages from and to one node.
    pub node: Option<NodeId>,
    /// The selected event: what can neither have led to it nor followed from it is faint.
    pub event: Option<u64>,
}

impl Look {
    /// Whether a message is shown.
    pub fn shows(&self, chart: &Chart, arrow: &Arrow) -> bool {
        let is_at = |row: u16, id: NodeId| chart.rows.get(usize::from(row)) == Some(&id);
        self.kind.is_none_or(|k| k == usize::from(arrow.kind))
            && self.node.is_none_or(|id| is_at(arrow.from, id) || is_at(arrow.to, id))
    }
}

/// A span of time on the page.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// At its left edge, in microseconds.
    pub from_us: f64,
    /// At its right edge.
    pub to_us: f64,
}

/// Gathers a diagram from events, and from messages that had not arrived by the last of them.
pub fn chart(meta: &Meta, nodes: &[NodeId], events: &[EventView], flights: &[FlightView]) -> Chart {
    let clients = nodes.iter().filter(|n| n.is_client());
    let rows: Vec<NodeId> = clients.chain(nodes.iter().filter(|n| !n.is_client())).copied().collect();
    let client_count = rows.iter().filter(|n| n.is_client()).count();
    let row = |id: NodeId| (if id.is_client() { id.index() } else { client_count + id.index() }) as u16;
    let arrow = |flight: &FlightView, end: Time, reach: f64, event: Option<u64>| {
        let kind = meta.kinds.get(flight.kind);
        Arrow {
            from: row(flight.from),
            to: row(flight.to),
            sent: flight.sent,
            end,
            round: flight.round,
            kind: flight.kind as u16,
            nth: flight.nth,
            proposal: kind.is_some_and(|k| k.proposal),
            background: kind.is_some_and(|k| k.class == KindClass::Background),
            lost: reach < 1.0,
            reach,
            forged: flight.mark == FlightMark::Forged,
            cause: flight.cause,
            event,
        }
    };
    let mut chart = Chart { rows, ..Chart::default() };
    for event in events {
        chart.steps.extend(event.node.map(|node| (event.index, row(node))));
        match &event.what {
            What::Deliver(m) => {
                let (from, to) = (row(m.flight.from), row(m.flight.to));
                chart.links.push(Link { from, to, cause: m.flight.cause, event: event.index });
                chart.arrows.push(arrow(&m.flight, event.at, 1.0, Some(event.index)))
            }
            What::Lost(m, why) => {
                chart.arrows.push(arrow(&m.flight, event.at, lost_after(why), Some(event.index)))
            }
            _ => {}
        }
        if let Some(node) = event.node {
            let kind = match &event.what {
                _ if !event.decided.is_empty() => Some(TickKind::Decision),
                What::Fire(_) => Some(TickKind::Timer),
                What::Restart | What::Action(_) | What::Told(_) => Some(TickKind::Fault),
                _ => None,
            };
            if let Some(kind) = kind {
                chart.ticks.push(Tick { row: row(node), at: event.at, event: event.index, kind });
            }
        }
    }
    let last = events.last().map_or(Time::ZERO, |e| e.at);
    chart.arrows.extend(flights.iter().filter(|f| f.due > last).map(|f| arrow(f, f.due, 1.0, None)));
    chart
}

/// What reached a node that is down went nearly all of its way.
fn lost_after(why: &str) -> f64 {
    if why.contains("receiver") { LOST_AT_DOOR } else { LOST_ON_WAY }
}

/// A round span of time that cuts a window into about so many parts.
pub fn grid_step(window: Window, parts: f64) -> u64 {
    let wanted = (window.to_us - window.from_us) / parts.max(1.0);
    let mut step = 1u64;
    loop {
        for factor in [1, 2, 5] {
            if (step * factor) as f64 >= wanted {
                return step * factor;
            }
        }
        step *= 10;
    }
}

/// The row's height above which every name is written; else every k-th is.
pub fn name_every(rows: usize, height: f64) -> usize {
    (11.0 * rows as f64 / height.max(1.0)).ceil().max(1.0) as usize
}

/// The diagram of the events numbered `from .. to` as a picture.
pub fn draw(session: &dyn Session, from: u64, to: u64, width: f64, height: f64) -> Scene {
    let events = session.outline(from, to);
    let begin = events.first().map_or(0, |e| e.at.0) as f64;
    let end = events.last().map_or(1, |e| e.at.0) as f64;
    let margin = ((end - begin) * 0.02).max(1.0);
    let window = Window { from_us: (begin - margin).max(0.0), to_us: end + margin };
    let title = format!("{}, events {from} to {to}", session.scenario().meta.title);
    drawn(session, &events, (window, None), None, (Look::default(), title), (width, height))
}

/// The diagram of a span of time as a picture, with a line at the cursor; arrows that lead out of it are cut at its edges.
pub fn draw_window(session: &dyn Session, window: Window, look: Look, width: f64, height: f64) -> Scene {
    /// Around the window, for messages that were sent in it or arrive in it.
    const MARGIN: f64 = 0.6;
    let margin = (window.to_us - window.from_us) * MARGIN;
    let from = session.event_at(Time((window.from_us - margin).max(0.0) as u64));
    let to = session.event_at(Time((window.to_us + margin).max(0.0) as u64 + 1));
    let position = session.position();
    let (first, last) = capped(from, to, position.event, EVENTS_STILL_MAX);
    let events = session.outline(first, last);
    let cut = Window {
        from_us: events.first().filter(|_| from < first).map_or(0.0, |e| e.at.0 as f64),
        to_us: events.last().filter(|_| last < to).map_or(f64::MAX, |e| e.at.0 as f64),
    };
    let cut = ((first, last) != (from, to)).then_some(cut);
    let title = format!("{}, {}", session.scenario().meta.title, caption(window));
    drawn(session, &events, (window, cut), Some(position.at), (look, title), (width, height))
}

/// At most so many events are replayed for a picture while the run plays.
pub const EVENTS_MAX: u64 = 3_000;

/// And so many for one that stays.
pub const EVENTS_STILL_MAX: u64 = 24_000;

/// What is said where a picture ends although the run does not.
pub const CUT: &str = "more is not drawn";

/// And where messages are left out so that the others can be told apart.
pub const THINNED: &str = "not all messages are drawn";

/// At most so many events, around the cursor.
pub fn capped(first: u64, last: u64, here: u64, most: u64) -> (u64, u64) {
    if last.saturating_sub(first) <= most {
        return (first, last);
    }
    let from = here.saturating_sub(most * 2 / 3).clamp(first, last - most);
    (from, from + most)
}

fn drawn(
    session: &dyn Session,
    events: &[EventView],
    (window, cut): (Window, Option<Window>),
    now: Option<Time>,
    (look, title): (Look, String),
    (width, height): (f64, f64),
) -> Scene {
    let mut flights = Vec::new();
    session.flights(&mut flights);
    let nodes = session.nodes();
    let ids: Vec<NodeId> = nodes.iter().map(|n| n.id).collect();
    let chart = Chart { cut, ..chart(session.scenario().meta, &ids, events, &flights) };
    let down: Vec<NodeId> = nodes.iter().filter(|n| n.health == Health::Crashed).map(|n| n.id).collect();
    let mut scene = picture(&chart, window, look, &down, now, (width, height));
    scene.title = title;
    scene.description =
        format!("{} nodes, {} messages, {} events.", ids.len(), chart.arrows.len(), events.len());
    scene
}

fn picture(
    chart: &Chart,
    window: Window,
    look: Look,
    down: &[NodeId],
    now: Option<Time>,
    (width, height): (f64, f64),
) -> Scene {
    let foot = 18.0;
    let cone = look.event.and_then(|event| chart.cone(event));
    let x = |at: Time| {
        NAMES_WIDTH
            + (at.0 as f64 - window.from_us) / (window.to_us - window.from_us) * (width - NAMES_WIDTH - 12.0)
    };
    let y = |row: u16| (f64::from(row) + 0.5) / chart.rows.len().max(1) as f64 * (height - foot);
    let mut scene = Scene { width, height, ..Scene::default() };
    let step = grid_step(window, width / 110.0);
    let mut at = (window.from_us as u64).div_ceil(step) * step;
    while (at as f64) < window.to_us {
        let label = on_axis(at, step, window.to_us);
        scene.ground.push(Shape::text(
            Point::new(x(Time(at)), height - 4.0),
            10.0,
            Anchor::Middle,
            Ink::Soft,
            label,
        ));
        at += step;
    }
    let every = name_every(chart.rows.len(), height - foot);
    for (row, &id) in chart.rows.iter().enumerate() {
        let y = y(row as u16);
        let dash = if down.contains(&id) { Dash::Dotted } else { Dash::Solid };
        let line = Paint::line(Ink::Faint, 1.2).dash(dash);
        scene.ground.push(Shape::line(Point::new(NAMES_WIDTH, y), Point::new(width - 12.0, y), line));
        if row % every == 0 {
            let at = Point::new(8.0, y + 3.5);
            scene.ground.push(Shape::text(at, 11.0, Anchor::Start, Ink::Soft, id.to_string()));
        }
    }
    let mut arrows: Vec<Arrow> = chart.arrows.iter().filter(|a| look.shows(chart, a)).copied().collect();
    let thinned = sparse(&mut arrows, chart.rows.len(), window, width, |_| false);
    for arrow in &arrows {
        let (a, b) =
            (Point::new(x(arrow.sent), y(arrow.from)), Point::new(x(arrow.end), height_at(arrow, &y)));
        if b.x > NAMES_WIDTH && a.x < width - 12.0 {
            let faint = cone.as_ref().is_some_and(|cone| !cone.has(arrow));
            scene.over.extend(slanted(arrow, faint, a, b, (NAMES_WIDTH, width - 12.0)));
        }
    }
    let inside = |at: Time| (window.from_us..=window.to_us).contains(&(at.0 as f64));
    for tick in chart.ticks.iter().filter(|tick| inside(tick.at)) {
        scene.over.push(tick_shape(tick.kind, Point::new(x(tick.at), y(tick.row))));
    }
    if thinned {
        let at = Point::new(width - 12.0, 11.0);
        scene.words.push(Shape::text(at, 10.0, Anchor::End, Ink::Soft, THINNED));
    }
    for end in chart.cut.iter().flat_map(|cut| [cut.from_us, cut.to_us]) {
        if let Some(at) = Some(Time(end as u64)).filter(|at| at.0 > 0 && inside(*at)) {
            let (top, foot) = (Point::new(x(at), 0.0), Point::new(x(at), height - foot));
            scene.over.push(Shape::line(top, foot, Paint::line(Ink::Soft, 1.2).dash(Dash::Dashed)));
            let middle = Point::new(x(at).within(NAMES_WIDTH + 50.0, width - 62.0), foot.y / 2.0);
            scene.words.push(Shape::text(middle, 11.0, Anchor::Middle, Ink::Soft, CUT));
        }
    }
    if let Some(now) = now.filter(|now| inside(*now)) {
        let (top, foot) = (Point::new(x(now), 0.0), Point::new(x(now), height - foot));
        scene.over.push(Shape::line(top, foot, Paint::line(Ink::Text, 1.5)));
    }
    scene
}

/// Where a line stands at `x`.
fn on_line(a: Point, b: Point, x: f64) -> Point {
    let share = if b.x == a.x { 0.0 } else { (x - a.x) / (b.x - a.x) };
    Point::new(x, a.y + (b.y - a.y) * share)
}

/// Where an arrow ends: on its receiver's line, or before it if it was lost.
pub fn height_at(arrow: &Arrow, y: &dyn Fn(u16) -> f64) -> f64 {
    let (from, to) = (y(arrow.from), y(arrow.to));
    from + (to - from) * arrow.reach
}

fn slanted(arrow: &Arrow, faint: bool, a: Point, b: Point, (left, right): (f64, f64)) -> Vec<Shape> {
    let leaves = b.x > right;
    let (a, b) =
        (if a.x < left { on_line(a, b, left) } else { a }, if leaves { on_line(a, b, right) } else { b });
    let pattern = [Dash::Solid, Dash::Dashed, Dash::Dotted][Ink::round_pattern(arrow.round)];
    let opacity = if arrow.background { 0.35 } else { 0.9 };
    if faint {
        return vec![Shape::line(a, b, Paint::line(Ink::Soft, 1.0).opacity(0.15))];
    }
    if arrow.lost {
        let paint = Paint::line(Ink::Trouble, 1.2).dash(Dash::Dashed);
        let mut shapes = vec![Shape::line(a, b, paint)];
        if !leaves {
            shapes.extend(cross(b, 3.5, Paint::line(Ink::Trouble, 1.8)));
        }
        return shapes;
    }
    let ink = if arrow.forged { Ink::Trouble } else { Ink::Round(arrow.round) };
    let width = if arrow.proposal { 1.6 } else { 1.0 };
    let line =
        Paint::line(ink, width).dash(if arrow.forged { Dash::Dashed } else { pattern }).opacity(opacity);
    let mut shapes = vec![Shape::line(a, b, line)];
    if !leaves {
        shapes.push(crate::glyph::arrow_head(b, (b - a).unit(), 6.0, ink));
    }
    shapes
}

fn tick_shape(kind: TickKind, at: Point) -> Shape {
    match kind {
        TickKind::Timer => Shape::circle(at, 2.5, Paint::line(Ink::Soft, 1.3).fill(Fill::Solid(Ink::Paper))),
        TickKind::Decision => {
            let corner = |x: f64, y: f64| at + Point::new(x, y);
            let corners = [corner(0.0, -4.0), corner(4.0, 0.0), corner(0.0, 4.0), corner(-4.0, 0.0)];
            Shape::polygon(&corners, Paint::filled(Fill::Solid(Ink::Good)))
        }
        TickKind::Fault => {
            let corner = |x: f64, y: f64| at + Point::new(x, y);
            let corners = [corner(0.0, -4.0), corner(4.0, 3.0), corner(-4.0, 3.0)];
            Shape::polygon(&corners, Paint::filled(Fill::Solid(Ink::Warning)))
        }
    }
}

/// A moment of the diagram in words, for captions.
pub fn caption(window: Window) -> String {
    format!(
        "{} to {}",
        clock(Time(window.from_us.max(0.0) as u64)),
        clock(Time(window.to_us.max(0.0) as u64))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn ids(n: usize) -> Vec<NodeId> {
        (0..n).map(NodeId::replica).chain([NodeId::client(0)]).collect()
    }

    #[test]
    fn clients_stand_above_replicas() {
        let chart = chart(&sample::META, &ids(2), &[sample::delivery(0, 10, 20, 0, 1)], &[]);
        assert_eq!(chart.rows, [NodeId::client(0), NodeId::replica(0), NodeId::replica(1)]);
        assert_eq!((chart.arrows[0].from, chart.arrows[0].to), (1, 2));
    }

    #[test]
    fn a_message_under_way_is_drawn_until_it_is_due() {
        let flight = sample::flight(0, 1, 10, 90);
        let chart = chart(&sample::META, &ids(2), &[], &[flight]);
        assert_eq!((chart.arrows[0].end, chart.arrows[0].event), (Time(90), None));
    }

    #[test]
    fn grid_steps_are_round() {
        let step = |span: f64| grid_step(Window { from_us: 0.0, to_us: span }, 10.0);
        assert_eq!([step(10.0), step(90.0), step(170_000.0), step(400_000.0)], [1, 10, 20_000, 50_000]);
    }

    #[test]
    fn a_cone_holds_what_can_have_led_to_an_event_and_what_can_have_followed() {
        let sent = |index: u64, cause: u64, from: usize, to: usize| {
            let mut event = sample::delivery(index, 10 * cause, 10 * index, from, to);
            if let What::Deliver(m) = &mut event.what {
                m.flight.cause = cause;
            }
            event
        };
        // 0 → 1 → 2, and 3 → 4 beside it; then 2 → 3.
        let events = [sent(1, 0, 0, 1), sent(2, 1, 1, 2), sent(3, 0, 3, 4), sent(4, 2, 2, 3)];
        let chart = chart(&sample::META, &ids(5), &events, &[]);
        let cone = chart.cone(2).unwrap();
        let sides = [1, 2, 3, 4].map(|e| cone.side(chart.row_of(e).unwrap(), e));
        assert_eq!(sides, [Some(Side::Past), Some(Side::Here), None, Some(Side::Future)]);
        assert_eq!(chart.arrows.iter().map(|a| cone.has(a)).collect::<Vec<_>>(), [true, true, false, true]);
        assert_eq!(chart.cone(99), None);
    }

    #[test]
    fn an_arrow_that_leaves_the_window_is_cut_at_its_edge() {
        let chart = chart(&sample::META, &ids(2), &[sample::delivery(0, 10, 20, 0, 1)], &[]);
        let scene =
            picture(&chart, Window { from_us: 0.0, to_us: 15.0 }, Look::default(), &[], None, (800.0, 200.0));
        let text = crate::svg::print(&scene, &[], crate::palette::Theme::Light);
        assert!(scene.over.len() == 1 && text.contains("788"), "{text}");
        let scene = picture(
            &chart,
            Window { from_us: 30.0, to_us: 40.0 },
            Look::default(),
            &[],
            None,
            (800.0, 200.0),
        );
        assert!(scene.over.is_empty());
    }

    #[test]
    fn where_a_picture_ends_before_the_run_it_says_so() {
        let whole = chart(&sample::META, &ids(2), &[sample::delivery(0, 10, 20, 0, 1)], &[]);
        let window = Window { from_us: 0.0, to_us: 40.0 };
        let words = |cut| {
            let chart = Chart { cut, ..whole.clone() };
            picture(&chart, window, Look::default(), &[], None, (800.0, 200.0)).words.len()
        };
        let cut = |from_us, to_us| Some(Window { from_us, to_us });
        assert_eq!([None, cut(0.0, 25.0), cut(5.0, 25.0), cut(5.0, f64::MAX)].map(words), [0, 1, 2, 1]);
    }

    #[test]
    fn a_stretch_too_long_is_cut_around_the_cursor() {
        assert_eq!(capped(0, 900, 10, 3_000), (0, 900));
        let (from, to) = capped(0, 1_000_000, 500_000, 3_000);
        assert_eq!(to - from, 3_000);
        assert!(from < 500_000 && 500_000 < to);
        assert_eq!(capped(0, 10_000, 0, 3_000), (0, 3_000));
        assert_eq!(capped(0, 10_000, 10_000, 3_000), (7_000, 10_000));
    }

    #[test]
    fn the_picture_is_well_formed() {
        let events = [sample::delivery(0, 10, 20, 0, 1), sample::lost(1, 10, 30, 1, 0)];
        let chart = chart(&sample::META, &ids(2), &events, &[]);
        let scene = picture(
            &chart,
            Window { from_us: 0.0, to_us: 40.0 },
            Look::default(),
            &[NodeId::replica(0)],
            None,
            (800.0, 200.0),
        );
        crate::xml::assert_well_formed(&crate::svg::print(&scene, &[], crate::palette::Theme::Light));
    }
}
