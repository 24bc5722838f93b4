//! Probabilities and rates as ratios of integers.

use core::fmt;
use serde::Serialize;

/// `num / den`, with `den > 0`. Never a float, so that it means the same on every platform.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ratio {
    num: u32,
    den: u32,
}

impl Ratio {
    /// Nothing, never.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// All, always.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// `num / den` in lowest terms; none if `den` is zero.
    pub const fn new(num: u32, den: u32) -> Option<Self> {
        if den == 0 {
            return None;
        }
        let (mut a, mut b) = (num, den);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Some(Self { num: num / a, den: den / a })
    }

    /// `n` hundredths.
    pub const fn percent(n: u32) -> Self {
        match Self::new(n, 100) {
            Some(r) => r,
            None => Self::ZERO,
        }
    }

    /// Whether it is not more than another.
    pub const fn at_most(self, other: Self) -> bool {
        self.num as u64 * other.den as u64 <= other.num as u64 * self.den as u64
    }

    /// Numerator, lowest terms.
    pub const fn num(self) -> u32 {
        self.num
    }

    /// Denominator, lowest terms.
    pub const fn den(self) -> u32 {
        self.den
    }

    /// Whether it is zero.
    #[inline]
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// Whether it lies in 0 ..= 1.
    pub const fn is_probability(self) -> bool {
        self.num <= self.den
    }

    /// Turns 64 uniform bits into a yes with this probability.
    #[inline]
    pub const fn happens(self, bits: u64) -> bool {
        // bits / 2^64 < num / den, in integers.
        (bits as u128) * (self.den as u128) < ((self.num as u128) << 64)
    }

    /// The same, made ready to be asked often.
    pub const fn chance(self) -> Chance {
        // The least number that is not below num / den · 2^64.
        let limit = ((self.num as u128) << 64).div_ceil(self.den as u128);
        if limit > u64::MAX as u128 {
            Chance { below: u64::MAX, always: true }
        } else {
            Chance { below: limit as u64, always: false }
        }
    }

    /// `x · num / den`, rounded down, saturating.
    #[inline]
    pub const fn of(self, x: u64) -> u64 {
        let product = x as u128 * self.num as u128 / self.den as u128;
        if product > u64::MAX as u128 { u64::MAX } else { product as u64 }
    }

    /// For drawing only: never for deciding.
    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }
}

/// A probability made ready for many draws: [`Ratio::happens`] without its wide products.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chance {
    below: u64,
    always: bool,
}

impl Chance {
    /// Turns 64 uniform bits into a yes with this probability.
    #[inline]
    pub const fn happens(self, bits: u64) -> bool {
        (bits < self.below) | self.always
    }
}

/// Per cent where that is exact, else `num/den`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scaled = u64::from(self.num) * 10_000;
        if scaled % u64::from(self.den) != 0 {
            return write!(f, "{}/{}", self.num, self.den);
        }
        let hundredths = scaled / u64::from(self.den);
        match (hundredths / 100, hundredths % 100) {
            (whole, 0) => write!(f, "{whole}%"),
            (whole, part) if part % 10 == 0 => write!(f, "{whole}.{}%", part / 10),
            (whole, part) => write!(f, "{whole}.{part:02}%"),
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_and_always_are_exact() {
        for bits in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(!Ratio::ZERO.happens(bits));
            assert!(Ratio::ONE.happens(bits));
        }
        assert!(Ratio::percent(50).happens(u64::MAX / 2));
        assert!(!Ratio::percent(50).happens(u64::MAX / 2 + 1));
    }

    #[test]
    fn a_chance_says_what_its_ratio_says() {
        let ratios = [(0, 1), (1, 1), (3, 2), (1, 3), (1, 1_000), (u32::MAX - 1, u32::MAX), (1, u32::MAX)];
        for ratio in ratios.map(|(num, den)| Ratio::new(num, den).unwrap()) {
            let edge = ratio.chance().below;
            for bits in [0, 1, edge.wrapping_sub(1), edge, edge.saturating_add(1), u64::MAX - 1, u64::MAX] {
                assert_eq!(ratio.chance().happens(bits), ratio.happens(bits), "{ratio} of {bits}");
            }
        }
    }

    #[test]
    fn a_ratio_prints_as_per_cent_where_that_is_exact() {
        assert_eq!(Ratio::percent(2).to_string(), "2%");
        assert_eq!(Ratio::new(1, 3).unwrap().to_string(), "1/3");
        assert_eq!(Ratio::new(1, 8).unwrap().to_string(), "12.5%");
        assert_eq!(Ratio::new(1, 10_000).unwrap().to_string(), "0.01%");
    }
}
