//! A scene as a picture file that stands alone: colours are written out, nothing is fetched, nothing runs.

use crate::legend::{Entry, SIGN_HEIGHT, SIGN_WIDTH};
use crate::palette::{Ink, Theme};
use crate::point::Point;
use crate::shape::{Fill, Paint, Scene, Shape, hundredths, number, text_width};
use std::fmt::Write;

const FONT: &str = "system-ui, 'DejaVu Sans', sans-serif";

/// Space around the words above and below the picture.
const MARGIN: f64 = 14.0;

/// Size of the title.
const TITLE_SIZE: f64 = 14.0;

/// Size of the words of the legend.
const LEGEND_SIZE: f64 = 12.0;

/// Prints a scene with its title above and a legend below; an empty legend takes no room.
pub fn print(scene: &Scene, legend: &[Entry], theme: Theme) -> String {
    let head = TITLE_SIZE + 2.0 * MARGIN;
    let placed = legend_places(legend, scene.width);
    let foot = placed.last().map_or(0.0, |at| at.y + SIGN_HEIGHT + MARGIN);
    let height = head + scene.height + foot;
    let mut out = String::new();
    let (w, h) = (number(scene.width), number(height));
    let paper = Ink::Paper.hex(theme);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
         font-family=\"{FONT}\">\n<title>{}</title>\n<desc>{}</desc>\n",
        escape(&scene.title),
        escape(&scene.description)
    );
    hatches(&mut out, theme);
    let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"{paper}\"/>");
    let title = Shape::Text {
        at: Point::new(MARGIN, MARGIN + TITLE_SIZE * 0.8),
        size: TITLE_SIZE,
        anchor: crate::shape::Anchor::Start,
        bold: true,
        ink: Ink::Text,
        text: scene.title.clone(),
    };
    shape(&mut out, &title, theme);
    let _ = writeln!(out, "<g transform=\"translate(0 {})\">", number(head));
    all(&mut out, &scene.ground, theme);
    for node in &scene.nodes {
        let _ = writeln!(out, "<g><title>{}</title>", escape(&node.label));
        all(&mut out, &node.shapes, theme);
        out.push_str("</g>\n");
    }
    all(&mut out, &scene.over, theme);
    if !scene.words.is_empty() {
        let _ = writeln!(
            out,
            "<g paint-order=\"stroke\" stroke=\"{paper}\" stroke-width=\"3.5\" stroke-linejoin=\"round\">"
        );
        all(&mut out, &scene.words, theme);
        out.push_str("</g>\n");
    }
    for (entry, at) in legend.iter().zip(placed) {
        let corner = at + Point::new(0.0, scene.height);
        let _ = writeln!(out, "<g transform=\"translate({} {})\">", number(corner.x), number(corner.y));
        all(&mut out, &entry.sign, theme);
        let words = Point::new(SIGN_WIDTH + 4.0, SIGN_HEIGHT / 2.0 + LEGEND_SIZE * 0.35);
        shape(
            &mut out,
            &Shape::text(words, LEGEND_SIZE, crate::shape::Anchor::Start, Ink::Soft, &*entry.label),
            theme,
        );
        out.push_str("</g>\n");
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Text as XML has it. Characters that XML cannot hold become the replacement character.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn legend_places(legend: &[Entry], width: f64) -> Vec<Point> {
    let (mut x, mut y) = (MARGIN, MARGIN / 2.0);
    let mut places = Vec::with_capacity(legend.len());
    for entry in legend {
        let wide = SIGN_WIDTH + 20.0 + text_width(&entry.label, LEGEND_SIZE);
        if x > MARGIN && x + wide > width {
            (x, y) = (MARGIN, y + SIGN_HEIGHT + 4.0);
        }
        places.push(Point::new(x, y));
        x += wide;
    }
    places
}

/// The inks that areas are hatched with.
fn hatched_inks() -> impl Iterator<Item = Ink> {
    let rounds = (0..crate::palette::ROUND_COLOURS as u64).map(Ink::Round);
    rounds.chain([Ink::Trouble, Ink::Warning, Ink::Soft])
}

fn hatches(out: &mut String, theme: Theme) {
    out.push_str("<defs>\n");
    for ink in hatched_inks() {
        let _ = writeln!(
            out,
            "<pattern id=\"hatch-{}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"{}\"/>\
             <rect width=\"2.5\" height=\"6\" fill=\"{}\" opacity=\"0.35\"/></pattern>",
            ink.name(),
            ink.tint(theme),
            ink.hex(theme)
        );
    }
    out.push_str("</defs>\n");
}

fn all(out: &mut String, shapes: &[Shape], theme: Theme) {
    for one in shapes {
        shape(out, one, theme);
    }
}

fn shape(out: &mut String, shape: &Shape, theme: Theme) {
    let _ = match shape {
        Shape::Circle { at, radius, paint } => writeln!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}/>",
            number(at.x),
            number(at.y),
            number(*radius),
            look(paint, theme)
        ),
        Shape::Path { d, paint } => writeln!(out, "<path d=\"{}\"{}/>", escape(d), look(paint, theme)),
        Shape::Text { at, size, anchor, bold, ink, text } => writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\"{} fill=\"{}\">{}</text>",
            number(at.x),
            number(at.y),
            number(*size),
            anchor.name(),
            if *bold { " font-weight=\"700\"" } else { "" },
            ink.hex(theme),
            escape(text)
        ),
    };
}

fn look(paint: &Paint, theme: Theme) -> String {
    let mut out = match paint.fill {
        Fill::None => " fill=\"none\"".to_owned(),
        Fill::Solid(ink) => format!(" fill=\"{}\"", ink.hex(theme)),
        Fill::Tint(ink) => format!(" fill=\"{}\"", ink.tint(theme)),
        Fill::Hatch(ink) => format!(" fill=\"url(#hatch-{})\"", ink.name()),
    };
    if let Some(ink) = paint.stroke {
        let _ = write!(out, " stroke=\"{}\" stroke-width=\"{}\"", ink.hex(theme), number(paint.width));
    }
    if let Some(pattern) = paint.dash.pattern() {
        let _ = write!(out, " stroke-dasharray=\"{pattern}\"");
    }
    if paint.opacity < 1.0 {
        let _ = write!(out, " opacity=\"{}\"", hundredths(paint.opacity));
    }
    out
}
