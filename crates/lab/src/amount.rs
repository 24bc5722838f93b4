//! Numbers with fractions, in words. The standard library's way of printing them costs the page 7 KB, once it is used anywhere.

use std::fmt;

/// A number, to a tenth.
pub struct Tenths(pub f64);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round();
        let (sign, tenths) = if tenths < 0.0 { ("-", -tenths as u64) } else { ("", tenths as u64) };
        match (tenths / 10, tenths % 10) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (whole, part) => write!(f, "{sign}{whole}.{part}"),
        }
    }
}

/// A number, to a tenth, as text.
pub fn number(x: f64) -> String {
    Tenths(x).to_string()
}

/// So many a second; if that is fewer than one, in how many seconds there is one.
pub struct Rate(pub f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            few if few < 1.0 => write!(f, "1 in {} s", Tenths(1.0 / few)),
            many => write!(f, "{}/s", Tenths(many)),
        }
    }
}

/// A span of so many microseconds, in milliseconds if it has some.
pub struct Span(pub u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            few if few < 1_000 => write!(f, "{few} µs"),
            many => write!(f, "{} ms", Tenths(many as f64 / 1e3)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_tenths() {
        let shown = [12.04, -0.05, -0.04, 7.0, 0.25].map(number);
        assert_eq!(shown, ["12", "-0.1", "0", "7", "0.3"]);
    }

    #[test]
    fn no_span_is_rounded_to_nothing() {
        assert_eq!(
            [0, 40, 1_000, 51_437].map(|us| Span(us).to_string()),
            ["0 µs", "40 µs", "1 ms", "51.4 ms"]
        );
    }

    #[test]
    fn no_rate_is_rounded_to_nothing() {
        let shown = [20.0, 1.24, 0.5, 0.000_28].map(|a_second| Rate(a_second).to_string());
        assert_eq!(shown, ["20/s", "1.2/s", "1 in 2 s", "1 in 3571.4 s"]);
    }
}
