//! Growth on log–log axes: a curve y = c·nᵉ is a straight line there, and its slope is e.

use crate::palette::{Ink, ROUND_COLOURS};
use crate::point::Point;
use crate::shape::{Anchor, Dash, Fill, Paint, Scene, Shape, hundredths, number, pair, text_width};
use consensus_lab::compare::exponent;

/// One curve.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// What it is of.
    pub name: String,
    /// Points, ascending; only those with positive coordinates can be shown.
    pub points: Vec<(f64, f64)>,
}

/// Space left of, below, right of and above the axes.
const MARGINS: (f64, f64, f64, f64) = (58.0, 34.0, 12.0, 22.0);
const TICK_SIZE: f64 = 11.0;
const NAME_SIZE: f64 = 12.0;
/// Largest share of the width that names beside the curves may take.
const NAMES_SHARE: f64 = 0.4;
/// Length of the piece of its line that stands before a name.
const SAMPLE: f64 = 18.0;
/// Between two names beside their curves.
const NAME_GAP: f64 = 16.0;

/// The picture. `x` and `y` are what the axes count.
pub fn log_log(series: &[Series], x: &str, y: &str, width: f64, height: f64) -> Scene {
    let shown: Vec<Vec<(f64, f64)>> = series
        .iter()
        .map(|s| s.points.iter().copied().filter(|(n, value)| *n > 0.0 && *value > 0.0).collect())
        .collect();
    let mut scene = Scene { width, height, title: format!("{y} against {x}"), ..Scene::default() };
    scene.description = description(series);
    let names: Vec<String> = series.iter().map(label).collect();
    let room = names.iter().map(|name| text_width(name, NAME_SIZE)).fold(0.0, f64::max) + SAMPLE + 16.0;
    let (left, below, right, above) = MARGINS;
    // Names that would leave the curves too little room stand below them.
    let narrow = room > width * NAMES_SHARE;
    let beside = if narrow { 0.0 } else { room };
    let all = || shown.iter().flatten();
    let axis_x = Axis::over(all().map(|p| p.0), left, width - right - beside);
    let axis_y = Axis::over(all().map(|p| p.1), height - below, above);
    axes(&mut scene, &axis_x, &axis_y, x, y);
    let mut ends: Vec<(f64, usize)> = Vec::new();
    let mut curves: Vec<Vec<Point>> = Vec::new();
    for points in &shown {
        curves.push(points.iter().map(|(n, v)| Point::new(axis_x.place(*n), axis_y.place(*v))).collect());
    }
    for (i, places) in curves.iter().enumerate() {
        let below = curves[i + 1..].iter().filter(|later| meet(places, later)).count() as f64;
        let mut paint = stroke(i);
        paint.width += 3.0 * below;
        let d: Vec<String> = places.iter().map(|p| pair(*p)).collect();
        if let Some(last) = places.last() {
            scene.over.push(Shape::Path { d: format!("M{}", d.join("L")), paint });
            ends.push((last.y, i));
        }
        for at in places {
            let disc = Paint::filled(Fill::Solid(Ink::Round(i as u64)));
            scene.over.push(Shape::circle(*at, 3.0 + 2.0 * below, disc));
        }
    }
    let mut places = spread(ends);
    if narrow {
        for (k, (y, _)) in places.iter_mut().enumerate() {
            *y = height + (k as f64 + 0.5) * NAME_GAP;
        }
        scene.height += places.len() as f64 * NAME_GAP;
    }
    for (y, i) in places {
        let left = if narrow { left } else { width - right - beside + 10.0 };
        scene.over.push(Shape::line(Point::new(left, y), Point::new(left + SAMPLE, y), stroke(i)));
        let at = Point::new(left + SAMPLE + 4.0, y + NAME_SIZE * 0.35);
        scene.over.push(Shape::text(at, NAME_SIZE, Anchor::Start, Ink::Round(i as u64), names[i].clone()));
    }
    scene
}

/// Whether two curves lie on each other for some of their way: then what is below is broader, so that all are seen.
fn meet(a: &[Point], b: &[Point]) -> bool {
    let near = |p: &Point, q: &Point| (p.x - q.x).abs() < 2.0 && (p.y - q.y).abs() < 2.0;
    a.iter().filter(|p| b.iter().any(|q| near(p, q))).count() > 1
}

/// How a curve is drawn: neighbours have other dashes, and so has who has the colour of another.
fn stroke(i: usize) -> Paint {
    let dash = [Dash::Solid, Dash::Dashed, Dash::Dotted][(i + i / ROUND_COLOURS) % 3];
    Paint::line(Ink::Round(i as u64), 2.0).dash(dash)
}

/// A curve's name with its exponent: "PBFT n^2.0".
fn label(series: &Series) -> String {
    match exponent(&series.points) {
        Some(e) => format!("{} n^{}", series.name, number(e)),
        None => series.name.clone(),
    }
}

/// The picture in words, with all its numbers.
fn description(series: &[Series]) -> String {
    let one = |s: &Series| {
        // What is little is not rounded to nothing.
        let small = |v: f64| if v < 1.0 { hundredths(v) } else { number(v) };
        let points: Vec<String> =
            s.points.iter().map(|(n, v)| format!("{} at {}", small(*v), number(*n))).collect();
        format!("{}: {}.", label(s), points.join(", "))
    };
    series.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Names that would lie on each other move apart, keeping their order.
fn spread(mut ends: Vec<(f64, usize)>) -> Vec<(f64, usize)> {
    consensus_kernel::sort_by_number(&mut ends, |(y, _)| (y.max(0.0) * 1_000.0) as u64);
    for k in 1..ends.len() {
        ends[k].0 = ends[k].0.max(ends[k - 1].0 + NAME_GAP);
    }
    ends
}

/// A logarithmic axis: from and to, in value and in place.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = values.fold((f64::MAX, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = if low > high { (1.0, 10.0) } else { (low, high.max(low * 2.0)) };
        Self { low: low / 1.12, high: high * 1.12, from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let share = libm::log(value / self.low) / libm::log(self.high / self.low);
        self.from + share * (self.to - self.from)
    }

    /// Round values to mark: the wider the range, the fewer of each power of ten.
    fn ticks(&self) -> Vec<f64> {
        let steps: &[f64] = match self.high / self.low {
            wide if wide > 1e3 => &[1.0],
            middle if middle > 6.0 => &[1.0, 2.0, 5.0],
            _ => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0],
        };
        let powers = (-9..16).map(|k| libm::pow(10.0, f64::from(k)));
        let all = powers.flat_map(|power| steps.iter().map(move |step| step * power));
        all.filter(|tick| *tick >= self.low && *tick <= self.high).collect()
    }
}

fn axes(scene: &mut Scene, x: &Axis, y: &Axis, x_name: &str, y_name: &str) {
    let grid = Paint::line(Ink::Faint, 1.0);
    for tick in x.ticks() {
        let at = x.place(tick);
        scene.ground.push(Shape::line(Point::new(at, y.from), Point::new(at, y.to), grid));
        let below = Point::new(at, y.from + TICK_SIZE + 4.0);
        scene.ground.push(Shape::text(below, TICK_SIZE, Anchor::Middle, Ink::Soft, short(tick)));
    }
    for tick in y.ticks() {
        let at = y.place(tick);
        scene.ground.push(Shape::line(Point::new(x.from, at), Point::new(x.to, at), grid));
        let beside = Point::new(x.from - 6.0, at + TICK_SIZE * 0.35);
        scene.ground.push(Shape::text(beside, TICK_SIZE, Anchor::End, Ink::Soft, short(tick)));
    }
    let foot = Point::new((x.from + x.to) / 2.0, y.from + 2.0 * TICK_SIZE + 8.0);
    scene.ground.push(Shape::text(foot, TICK_SIZE, Anchor::Middle, Ink::Soft, x_name));
    let head = Point::new(4.0, TICK_SIZE);
    scene.ground.push(Shape::text(head, TICK_SIZE, Anchor::Start, Ink::Soft, y_name));
}

/// A round number as short as can be: "20", "5k", "1M", "500m" for a half.
fn short(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{}M", number(v / 1e6)),
        v if v >= 1e3 => format!("{}k", number(v / 1e3)),
        v if v >= 1.0 => number(v),
        v => format!("{}m", number(v * 1e3)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::Theme;

    fn series() -> Vec<Series> {
        let of = |name: &str, e: i32| Series {
            name: name.to_owned(),
            points: [4.0f64, 10.0, 100.0].map(|n| (n, 2.0 * libm::pow(n, f64::from(e)))).to_vec(),
        };
        vec![of("line", 1), of("square <&>", 2)]
    }

    #[test]
    fn a_power_is_a_straight_line_named_with_its_exponent() {
        let scene = log_log(&series(), "n", "messages", 640.0, 360.0);
        let circles: Vec<Point> = scene
            .over
            .iter()
            .filter_map(|s| if let Shape::Circle { at, .. } = s { Some(*at) } else { None })
            .collect();
        for line in circles.chunks(3) {
            let slope = |a: Point, b: Point| (b.y - a.y) / (b.x - a.x);
            assert!((slope(line[0], line[1]) - slope(line[1], line[2])).abs() < 1e-9);
        }
        let words = format!("{:?}", scene.over);
        assert!(words.contains("line n^1") && words.contains("square <&> n^2"), "{words}");
        assert!(scene.description.contains("20 at 10"), "{}", scene.description);
    }

    #[test]
    fn nothing_to_show_is_an_empty_pair_of_axes() {
        let empty = [Series { name: "none".to_owned(), points: Vec::new() }];
        let scene = log_log(&empty, "n", "messages", 640.0, 360.0);
        assert!(!scene.ground.is_empty());
        crate::xml::assert_well_formed(&crate::svg::print(&scene, &[], Theme::Light));
    }

    #[test]
    fn eight_curves_all_look_different_and_neighbours_have_other_dashes() {
        let looks: Vec<(&str, Dash)> =
            (0..8).map(stroke).map(|p| (p.stroke.map_or("", Ink::name), p.dash)).collect();
        for (i, look) in looks.iter().enumerate() {
            assert!(!looks[..i].contains(look), "{look:?}");
            assert!(i == 0 || looks[i - 1].1 != look.1, "{look:?}");
        }
    }

    #[test]
    fn of_curves_that_lie_on_each_other_all_are_seen() {
        let one = |name: &str| Series { name: name.to_owned(), ..series().remove(0) };
        let scene = log_log(&["a", "b", "c", "d"].map(one), "n", "y", 640.0, 360.0);
        let path =
            |s: &Shape| if let Shape::Path { d, paint } = s { Some((d.clone(), paint.width)) } else { None };
        let curves: Vec<(String, f64)> =
            scene.over.iter().filter_map(path).filter(|(d, _)| d.matches('L').count() == 2).collect();
        let widths: Vec<f64> = curves.iter().map(|(_, width)| *width).collect();
        assert_eq!(widths, [11.0, 8.0, 5.0, 2.0], "each is broader than all above it");
        let crossing = |points: &[(f64, f64)]| Series { name: "e".to_owned(), points: points.to_vec() };
        let crossing = [crossing(&[(4.0, 8.0), (10.0, 30.0)]), crossing(&[(4.0, 20.0), (10.0, 30.0)])];
        for apart in [series(), crossing.to_vec()] {
            let apart = log_log(&apart, "n", "y", 640.0, 360.0);
            assert!(apart.over.iter().filter_map(path).all(|(_, width)| width == 2.0));
        }
    }

    #[test]
    fn marks_below_one_say_what_they_are() {
        assert_eq!(
            [0.05, 0.15, 0.5, 1.0, 1.5, 2_000.0].map(short),
            ["50m", "150m", "500m", "1", "1.5", "2k"]
        );
    }

    #[test]
    fn long_names_stand_below_the_curves_and_leave_them_their_width() {
        let long = |name: &str| Series { name: format!("{name} with a long name"), ..series().remove(0) };
        let scene = log_log(&[long("one"), long("another")], "n", "y", 360.0, 300.0);
        let right = |s: &Shape| if let Shape::Circle { at, .. } = s { at.x } else { 0.0 };
        assert!(scene.over.iter().map(right).fold(0.0, f64::max) > 300.0);
        let low = |s: &&Shape| matches!(s, Shape::Text { at, .. } if at.y > 300.0 && at.y < scene.height);
        assert_eq!(scene.over.iter().filter(low).count(), 2);
    }

    #[test]
    fn names_never_lie_on_each_other() {
        let same = |name: &str| Series { name: name.to_owned(), points: vec![(4.0, 8.0), (100.0, 200.0)] };
        let scene = log_log(&[same("a"), same("b"), same("c")], "n", "y", 640.0, 360.0);
        let heights: Vec<f64> = scene
            .over
            .iter()
            .filter_map(|s| if let Shape::Text { at, .. } = s { Some(at.y) } else { None })
            .collect();
        assert!(heights.windows(2).all(|w| w[1] - w[0] >= NAME_GAP - 1e-9), "{heights:?}");
    }
}
