//! Shapes of a scene as SVG elements. Colours are classes, so that the theme changes without drawing again.

use crate::markup::html;
use consensus_figure::palette::{Ink, ROUND_COLOURS};
use consensus_figure::shape::{Fill, Paint, Shape, hundredths, number};
use yew::prelude::*;

/// All of them, in order.
pub fn shapes(all: &[Shape]) -> Html {
    all.iter().map(shape).collect()
}

fn shape(shape: &Shape) -> Html {
    match shape {
        Shape::Circle { at, radius, paint } => {
            let look = Look::of(paint);
            html! {
                <circle cx={number(at.x)} cy={number(at.y)} r={number(*radius)} class={look.classes} fill={look.fill}
                    stroke-width={look.width} stroke-dasharray={look.dash} opacity={look.opacity} />
            }
        }
        Shape::Path { d, paint } => {
            let look = Look::of(paint);
            html! {
                <path d={d.clone()} class={look.classes} fill={look.fill} stroke-width={look.width}
                    stroke-dasharray={look.dash} opacity={look.opacity} />
            }
        }
        Shape::Text { at, size, anchor, bold, ink, text } => html! {
            <text x={number(at.x)} y={number(at.y)} font-size={number(*size)} text-anchor={anchor.name()}
                font-weight={bold.then_some("700")} class={format!("fill-{}", ink.name())}>{ text.clone() }</text>
        },
    }
}

struct Look {
    classes: String,
    fill: Option<String>,
    width: Option<String>,
    dash: Option<&'static str>,
    opacity: Option<String>,
}

impl Look {
    fn of(paint: &Paint) -> Self {
        let (mut classes, fill) = match paint.fill {
            Fill::None => (String::new(), Some("none".to_owned())),
            Fill::Solid(ink) => (format!("fill-{}", ink.name()), None),
            Fill::Tint(ink) => (format!("tint-{}", ink.name()), None),
            Fill::Hatch(ink) => (String::new(), Some(format!("url(#hatch-{})", ink.name()))),
        };
        if let Some(ink) = paint.stroke {
            classes.push_str(" stroke-");
            classes.push_str(ink.name());
        }
        Self {
            classes,
            fill,
            width: paint.stroke.map(|_| number(paint.width)),
            dash: paint.dash.pattern(),
            opacity: (paint.opacity < 1.0).then(|| hundredths(paint.opacity)),
        }
    }
}

/// The patterns that areas are hatched with.
pub fn hatches() -> Html {
    let rounds = (0..ROUND_COLOURS as u64).map(Ink::Round);
    html! { <defs>{ for rounds.chain([Ink::Trouble, Ink::Warning, Ink::Soft]).map(hatch) }</defs> }
}

/// The pattern of one ink.
pub fn hatch(ink: Ink) -> Html {
    html! {
        <pattern id={format!("hatch-{}", ink.name())} width="6" height="6" patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)">
            <rect width="6" height="6" class={format!("tint-{}", ink.name())} />
            <rect width="2.5" height="6" class={format!("fill-{}", ink.name())} opacity="0.35" />
        </pattern>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_figure::palette::Theme;

    /// The page's name of an ink's colour, where it differs from the ink's.
    fn token(ink: Ink) -> String {
        let name = match ink {
            Ink::Text => "ink",
            Ink::Soft => "ink-2",
            Ink::Faint => "line",
            Ink::Paper => "sunken",
            Ink::Trouble => "bad",
            Ink::Warning => "warn",
            Ink::Good => "ok",
            Ink::Round(_) => ink.name(),
        };
        format!("--{name}: ")
    }

    #[test]
    fn pictures_have_the_colours_of_the_page() {
        let tokens = include_str!("../../styles/tokens.css");
        let own = include_str!("stage.css");
        let (light, dark) = tokens.split_once("data-theme=\"dark\"").expect("a part for the dark theme");
        let light = light.split_once(":root").map_or(light, |(_, rest)| rest);
        let rounds = (0..ROUND_COLOURS as u64).map(Ink::Round);
        let others = [Ink::Text, Ink::Soft, Ink::Faint, Ink::Paper, Ink::Trouble, Ink::Warning, Ink::Good];
        for ink in rounds.chain(others) {
            for (part, theme) in [(light, Theme::Light), (dark, Theme::Dark)] {
                let line = format!("{}{};", token(ink), ink.hex(theme));
                assert!(
                    part.contains(&line) || theme == Theme::Light && own.contains(&line),
                    "{ink:?} in {theme:?}: no {line}"
                );
            }
        }
    }
}
