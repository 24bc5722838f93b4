//! Which part of the run the diagram shows: it follows the cursor without leaping.

use consensus_figure::shape::Within;
use consensus_figure::spacetime::Window;

/// The cursor stays within this part of the width.
const BAND: (f64, f64) = (0.12, 0.72);

/// Where a far leap puts it.
const LANDING: f64 = 0.4;

/// Share of the way to its goal that the window goes in a frame.
const EASE: f64 = 0.18;

/// Shortest span, in microseconds.
const SPAN_MIN_US: f64 = 20.0;

/// The part of the run that is shown.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct View {
    /// At the left edge, in microseconds.
    pub left_us: f64,
    /// From edge to edge.
    pub span_us: f64,
}

impl View {
    /// As a window for drawing.
    pub fn window(&self) -> Window {
        Window { from_us: self.left_us, to_us: self.left_us + self.span_us }
    }

    /// Zooms by a factor, keeping a time in its place.
    pub fn zoom(&mut self, factor: f64, around_us: f64, whole_us: f64) {
        let span = (self.span_us * factor).min(whole_us).max(SPAN_MIN_US);
        let place = (around_us - self.left_us) / self.span_us;
        self.left_us = (around_us - place * span).max(0.0);
        self.span_us = span;
    }

    /// Whether the cursor has leapt away.
    pub fn is_far(&self, cursor_us: f64) -> bool {
        !(-0.5..=1.5).contains(&((cursor_us - self.left_us) / self.span_us))
    }

    /// Brings the cursor into its band, by a step; at once when it is far away. True if another step is to come.
    pub fn follow(&mut self, cursor_us: f64, whole_us: f64, at_once: bool) -> bool {
        let place = (cursor_us - self.left_us) / self.span_us;
        let last = (whole_us - self.span_us * 0.96).max(0.0);
        let goal = if self.is_far(cursor_us) {
            cursor_us - LANDING * self.span_us
        } else {
            self.left_us + (place - place.within(BAND.0, BAND.1)) * self.span_us
        };
        let goal = goal.min(last).max(0.0);
        let way = goal - self.left_us;
        let near = way.abs() <= self.span_us * 0.002;
        let far = way.abs() > self.span_us * 1.5;
        self.left_us += if near || far || at_once { way } else { way * EASE };
        !(near || far || at_once)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_in_its_band_moves_nothing() {
        let mut view = View { left_us: 1_000.0, span_us: 1_000.0 };
        assert!(!view.follow(1_500.0, 1e6, false));
        assert_eq!(view.left_us, 1_000.0);
    }

    #[test]
    fn the_window_follows_in_steps_and_arrives() {
        let mut view = View { left_us: 1_000.0, span_us: 1_000.0 };
        let mut steps = 0;
        while view.follow(1_950.0, 1e6, false) {
            steps += 1;
            assert!(steps < 60);
        }
        assert!(steps > 3);
        assert!((1_950.0 - view.left_us) / view.span_us <= BAND.1 + 0.01);
    }

    #[test]
    fn a_far_leap_lands_at_once() {
        let mut view = View { left_us: 0.0, span_us: 1_000.0 };
        assert!(!view.follow(500_000.0, 1e6, false));
        assert_eq!(view.left_us, 500_000.0 - LANDING * 1_000.0);
    }

    #[test]
    fn zooming_keeps_the_time_under_the_pointer() {
        let mut view = View { left_us: 1_000.0, span_us: 1_000.0 };
        view.zoom(0.5, 1_400.0, 1e6);
        assert_eq!((1_400.0 - view.left_us) / view.span_us, 0.4);
        view.zoom(1e9, 1_400.0, 1e6);
        assert_eq!(view.span_us, 1e6);
    }

    #[test]
    fn the_window_never_begins_before_the_run() {
        let mut view = View { left_us: 100.0, span_us: 1_000.0 };
        view.follow(0.0, 1e6, true);
        assert_eq!(view.left_us, 0.0);
    }
}
