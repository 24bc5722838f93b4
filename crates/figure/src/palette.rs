//! Colours with a meaning.
//!
//! A term or view has a colour after Okabe and Ito, chosen so that people with any colour vision tell neighbours apart;
//! when the six are used up they return with another dash pattern. Trouble is vermilion, and whatever is vermilion also
//! has a shape of its own, so that nothing is ever told by red against green alone.

/// How many colours there are for rounds.
pub const ROUND_COLOURS: usize = 6;

/// How many dash patterns tell rounds of the same colour apart.
pub const ROUND_PATTERNS: usize = 3;

/// On light paper or on dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Theme {
    /// Dark ink on light paper.
    #[default]
    Light,
    /// Light ink on dark paper.
    Dark,
}

/// A colour by what it says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ink {
    /// Main text and lines.
    Text,
    /// Secondary text.
    Soft,
    /// Links that carry nothing, lines of the grid.
    Faint,
    /// The ground of the picture.
    Paper,
    /// A term or view.
    Round(u64),
    /// Losses, liars and their messages, violations.
    Trouble,
    /// Faults by hand.
    Warning,
    /// Decisions.
    Good,
}

const ROUNDS: [(&str, [u32; 2]); ROUND_COLOURS] = [
    ("round-0", [0x0a6aa6, 0x62b4ea]),
    ("round-1", [0xb97500, 0xf2a533]),
    ("round-2", [0xa5437c, 0xe595c3]),
    ("round-3", [0x00795a, 0x43c79f]),
    ("round-4", [0x857a00, 0xe8dc4a]),
    ("round-5", [0x3b8fc6, 0xb4dcf6]),
];

impl Ink {
    /// Which of the [`ROUND_COLOURS`] a round has.
    pub const fn round_colour(round: u64) -> usize {
        (round % ROUND_COLOURS as u64) as usize
    }

    /// Which of the [`ROUND_PATTERNS`] a round has; 0 is solid.
    pub const fn round_pattern(round: u64) -> usize {
        (round / ROUND_COLOURS as u64 % ROUND_PATTERNS as u64) as usize
    }

    /// Its name, for classes and custom properties of a stylesheet.
    pub const fn name(self) -> &'static str {
        self.entry().0
    }

    /// Red, green and blue.
    pub const fn rgb(self, theme: Theme) -> u32 {
        self.entry().1[theme as usize]
    }

    /// As SVG and CSS write it.
    pub fn hex(self, theme: Theme) -> String {
        format!("#{:06x}", self.rgb(theme))
    }

    /// A pale version, for areas: 12 % of it on a sheet that lies on the paper.
    pub fn tint(self, theme: Theme) -> String {
        const SHEET: [u32; 2] = [0xfffefb, 0x171b21];
        let (ink, paper) = (self.rgb(theme), SHEET[theme as usize]);
        let mixed = [16, 8, 0].map(|shift| {
            let (a, b) = ((ink >> shift) & 0xff, (paper >> shift) & 0xff);
            ((a * 12 + b * 88 + 50) / 100) << shift
        });
        format!("#{:06x}", mixed[0] | mixed[1] | mixed[2])
    }

    const fn entry(self) -> (&'static str, [u32; 2]) {
        match self {
            Self::Text => ("text", [0x1b2026, 0xe8eaed]),
            Self::Soft => ("soft", [0x59626c, 0xa3abb5]),
            Self::Faint => ("faint", [0xdcdad3, 0x2c323a]),
            Self::Paper => ("paper", [0xf6f5f2, 0x0f1317]),
            Self::Round(round) => ROUNDS[Self::round_colour(round)],
            Self::Trouble => ("trouble", [0xa93507, 0xff9466]),
            Self::Warning => ("warning", [0x7d5000, 0xf0b54a]),
            Self::Good => ("good", [0x08704f, 0x4cc79a]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(rgb: u32) -> f64 {
        let channel = |shift: u32| {
            let c = f64::from((rgb >> shift) & 0xff) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
        };
        0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_meaningful_colour_stands_out_from_the_paper() {
        for theme in [Theme::Light, Theme::Dark] {
            let paper = Ink::Paper.rgb(theme);
            for round in 0..ROUND_COLOURS as u64 {
                assert!(contrast(Ink::Round(round).rgb(theme), paper) >= 3.0, "round {round} {theme:?}");
            }
            for ink in [Ink::Trouble, Ink::Warning, Ink::Good] {
                assert!(contrast(ink.rgb(theme), paper) >= 3.0, "{ink:?} {theme:?}");
            }
            for ink in [Ink::Text, Ink::Soft] {
                assert!(contrast(ink.rgb(theme), paper) >= 4.5, "{ink:?} {theme:?}");
            }
        }
    }

    #[test]
    fn eighteen_rounds_in_a_row_all_look_different() {
        let mut looks: Vec<_> = (0..18).map(|r| (Ink::round_colour(r), Ink::round_pattern(r))).collect();
        looks.sort_unstable();
        looks.dedup();
        assert_eq!(looks.len(), 18);
    }

    #[test]
    fn a_tint_is_pale() {
        assert_eq!(Ink::Round(0).tint(Theme::Light), "#e2ecf1");
        assert_ne!(Ink::Round(0).tint(Theme::Light), Ink::Round(1).tint(Theme::Light));
    }
}
