//! Whole numbers below 2²⁵⁶: targets and sums of work.

use consensus_kernel::Digest;
use serde::{Serialize, Serializer};

/// A number below 2²⁵⁶: its 64-bit digits, the highest first, so that it compares as a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct U256(pub [u64; 4]);

impl U256 {
    /// Nothing.
    pub const ZERO: Self = Self([0; 4]);

    /// 2^`bits` − 1; all ones from 256 up.
    pub fn ones(bits: u32) -> Self {
        let mut digits = [0; 4];
        for (i, digit) in digits.iter_mut().rev().enumerate() {
            *digit = match bits.saturating_sub(64 * i as u32) {
                0 => 0,
                some if some < 64 => (1 << some) - 1,
                _ => u64::MAX,
            };
        }
        Self(digits)
    }

    /// A digest read as a number, its first byte highest.
    pub fn of(digest: &Digest) -> Self {
        let mut digits = [0; 4];
        for (digit, bytes) in digits.iter_mut().zip(digest.0.chunks_exact(8)) {
            *digit = bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        }
        Self(digits)
    }

    /// Its bytes, the highest first.
    pub fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (place, digit) in bytes.chunks_exact_mut(8).zip(self.0) {
            place.copy_from_slice(&digit.to_be_bytes());
        }
        bytes
    }

    /// The sum; the largest number if that is too large.
    pub fn plus(self, other: Self) -> Self {
        let (sum, carry) = self.carrying(other);
        if carry { Self([u64::MAX; 4]) } else { sum }
    }

    fn carrying(self, other: Self) -> (Self, bool) {
        let (mut digits, mut carry) = ([0; 4], false);
        for i in (0..4).rev() {
            let (sum, a) = self.0[i].overflowing_add(other.0[i]);
            let (sum, b) = sum.overflowing_add(u64::from(carry));
            (digits[i], carry) = (sum, a | b);
        }
        (Self(digits), carry)
    }

    fn complement(self) -> Self {
        Self(self.0.map(|digit| !digit))
    }

    /// This times `by`, divided by `over`, rounded down; the largest number if that is too large.
    pub fn scaled(self, by: u64, over: u64) -> Self {
        let (mut product, mut carry) = ([0u64; 5], 0u128);
        for i in (0..4).rev() {
            let part = u128::from(self.0[i]) * u128::from(by) + carry;
            (product[i + 1], carry) = (part as u64, part >> 64);
        }
        product[0] = carry as u64;
        let mut rest = 0u128;
        for digit in &mut product {
            let part = rest << 64 | u128::from(*digit);
            (*digit, rest) = ((part / u128::from(over.max(1))) as u64, part % u128::from(over.max(1)));
        }
        let [over, a, b, c, d] = product;
        if over > 0 { Self([u64::MAX; 4]) } else { Self([a, b, c, d]) }
    }

    /// How many hashes a proof for this target takes on average: 2²⁵⁶ / (target + 1).
    pub fn work(self) -> Self {
        // (2²⁵⁶ − 1 − target) / (target + 1) + 1, so that nothing needs 257 bits.
        let (divisor, none) = self.carrying(Self([0, 0, 0, 1]));
        if none {
            return Self([0, 0, 0, 1]);
        }
        let (dividend, negative) = (self.complement(), divisor.complement());
        let (mut quotient, mut rest) = (Self::ZERO, Self::ZERO);
        for bit in 0..256 {
            let top = rest.0[0] >> 63 == 1;
            rest = rest.carrying(rest).0;
            rest.0[3] |= dividend.0[bit / 64] >> (63 - bit % 64) & 1;
            if top || rest >= divisor {
                // Subtracts: adds the complement and one.
                rest = rest.carrying(negative).0.carrying(Self([0, 0, 0, 1])).0;
                quotient.0[bit / 64] |= 1 << (63 - bit % 64);
            }
        }
        quotient.plus(Self([0, 0, 0, 1]))
    }

    /// How many hexadecimal digits are zero before the first that is not.
    pub fn hex_zeros(self) -> u32 {
        let mut zeros = 0;
        for digit in self.0 {
            zeros += digit.leading_zeros();
            if digit != 0 {
                break;
            }
        }
        zeros / 4
    }

    /// As a number with a fraction, for chances and pictures.
    pub fn float(self) -> f64 {
        self.0.iter().fold(0.0, |sum, digit| sum * 18_446_744_073_709_551_616.0 + *digit as f64)
    }
}

impl std::fmt::Debug for U256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            [0, 0, 0, small] => write!(f, "{small}"),
            digits => digits.iter().try_for_each(|digit| write!(f, "{digit:016x}")),
        }
    }
}

impl Serialize for U256 {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.collect_str(&format_args!("{self:?}"))
        } else {
            self.bytes().serialize(s)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_target_of_all_ones_but_k_bits_takes_2_to_the_k_hashes() {
        assert_eq!(U256::ones(256).work(), U256([0, 0, 0, 1]));
        for bits in [0u32, 1, 8, 14, 63] {
            assert_eq!(U256::ones(256 - bits).work(), U256([0, 0, 0, 1 << bits]), "{bits}");
        }
        assert_eq!(U256::ZERO.work(), U256([u64::MAX; 4]), "2²⁵⁶ does not fit");
        assert_eq!(U256::ones(248).hex_zeros(), 2);
        assert_eq!(U256::ZERO.hex_zeros(), 64);
    }

    proptest! {
        /// A naive twin with the machine's own numbers, shifted to the top.
        #[test]
        fn small_numbers_do_as_the_machine_does(a: u64, b: u64, by: u64, over in 1u64..) {
            let small = |x: u128| U256([0, 0, (x >> 64) as u64, x as u64]);
            prop_assert_eq!(small(a.into()).plus(small(b.into())), small(u128::from(a) + u128::from(b)));
            let product = u128::from(a) * u128::from(by);
            prop_assert_eq!(small(a.into()).scaled(by, over), small(product / u128::from(over)));
        }

        #[test]
        fn work_is_2_to_the_256_over_one_more_than_the_target(high in 1u64.., low: u64) {
            let target = U256([0, high, low, 0]);
            let expected = f64::from_bits((1023 + 256) << 52) / (target.float() + 1.0);
            let work = target.work().float();
            prop_assert!((work - expected).abs() <= expected * 1e-12 + 1.0, "{work} {expected}");
        }

        #[test]
        fn a_digest_reads_back(bytes: [u8; 32]) {
            prop_assert_eq!(U256::of(&Digest(bytes)).bytes(), bytes);
        }
    }
}
