//! What pictures owe their reader, measured over all lessons: words beside nodes that no message covers.

use consensus_figure::layout::{Ask, Placement, place};
use consensus_figure::moment::{Moment, Show, ask, draw, gone};
use consensus_figure::point::Point;
use consensus_figure::shape::{Anchor, Shape, Within, text_width};
use consensus_kernel::Time;
use consensus_lab::{catalogue, open};
use consensus_lessons::gallery::lessons;
use consensus_scenario::parse;

/// A desk, a phone, a frame and a card of a comparison; and how many of a thousand words and dots may be covered there.
const STAGES: [(f64, f64, usize); 4] =
    [(788.0, 445.0, 1), (390.0, 250.0, 9), (720.0, 240.0, 9), (250.0, 184.0, 9)];

/// Moments that are looked at, of the first 400 ms.
const MOMENTS: u64 = 40;

/// A crowd of clients that keeps all nodes busy is about numbers: its messages are everywhere, and no place is free of them.
const CLIENTS: usize = 8;

#[test]
fn messages_keep_off_the_words_beside_nodes_in_all_lessons() {
    for (width, height, most) in STAGES {
        let (mut words, mut covered) = (0, 0);
        for lesson in lessons() {
            let scenario = parse(lesson.link, catalogue()).expect("a lesson").scenario;
            if scenario.clients > CLIENTS {
                continue;
            }
            let mut session = open(&scenario).expect("a lesson runs");
            while session.frontier().at < Time(400_000) && session.run_ahead(64) {}
            let mut last: Option<(Ask, Placement)> = None;
            for i in 1..MOMENTS {
                session.seek_time(Time(400_000 * i / MOMENTS));
                let moment = Moment::of(&*session);
                let asked = ask(moment.meta.layout, &moment.nodes, width, height);
                let placed = match last {
                    Some((same, placed)) if same == asked => placed,
                    _ => place(&asked),
                };
                let passing = passing(&moment, &placed);
                for (corner, end) in draw(&moment, &placed, Show::default()).words.iter().filter_map(block) {
                    let over = |at: &Point| {
                        let nearest = Point::new(at.x.within(corner.x, end.x), at.y.within(corner.y, end.y));
                        nearest.distance(*at) < placed.glyph()
                    };
                    words += 1;
                    covered += usize::from(placed.roomy && passing.iter().any(over));
                }
                last = Some((asked, placed));
            }
        }
        println!("{width} × {height}: of {words} words and dots {covered} are covered");
        assert!(covered * 1_000 <= words * most, "{width} × {height}: {covered} of {words}");
    }
}

/// Where messages are.
fn passing(moment: &Moment, placed: &Placement) -> Vec<Point> {
    let now = moment.position.at.0 as f64;
    moment.flights.iter().filter_map(|f| Some(placed.curve(f.from, f.to)?.at(gone(f, now)))).collect()
}

/// Upper left and lower right corner of what stands beside a node.
fn block(shape: &Shape) -> Option<(Point, Point)> {
    match shape {
        Shape::Circle { at, radius, .. } => {
            let arm = Point::new(*radius, *radius);
            Some((*at - arm, *at + arm))
        }
        Shape::Text { at, size, anchor, text, .. } => {
            let width = text_width(text, *size);
            let left = match anchor {
                Anchor::Start => at.x,
                Anchor::Middle => at.x - width / 2.0,
                Anchor::End => at.x - width,
            };
            Some((Point::new(left, at.y - size * 0.75), Point::new(left + width, at.y)))
        }
        Shape::Path { .. } => None,
    }
}
