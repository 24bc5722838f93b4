//! Random choices as functions of what they are for.
//!
//! A draw is keyed: by the seed, by its purpose, and by the identity of the thing whose fate it decides. So one more
//! message on one link never changes what happens to any other. A node's own choices come from a stream of its own.
//!
//! The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).

use serde::Serialize;

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Scrambles 64 bits; a bijection in which every input bit moves about half of the output bits.
#[inline]
pub const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// 64 uniform bits for one thing, named by `what` and `which`, in the run with this seed.
#[inline]
pub const fn keyed_draw(seed: u64, what: u64, which: u64) -> u64 {
    mix(mix(seed ^ what.wrapping_mul(GOLDEN)).wrapping_add(which.wrapping_mul(GOLDEN)))
}

/// A stream of random choices: SplitMix64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// The stream for `owner` in the run with this seed.
    pub const fn stream(seed: u64, owner: u64) -> Self {
        Self { state: keyed_draw(seed, 0x5354_5245_414d, owner) }
    }

    /// 64 uniform bits.
    #[inline]
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform in `low ..= high` (`low` if the range is empty). The bias is below 2⁻⁶⁴ · (high − low).
    #[inline]
    pub const fn within(&mut self, low: u64, high: u64) -> u64 {
        Self::spread(self.bits(), low, high)
    }

    /// Maps 64 uniform bits to `0 ..= most`.
    #[inline]
    pub const fn portion(bits: u64, most: u32) -> u64 {
        // The upper half of bits · width, in two products that fit: wasm has no wider ones.
        let width = most as u64 + 1;
        let (upper, lower) = (bits >> 32, bits & 0xffff_ffff);
        (upper * width + ((lower * width) >> 32)) >> 32
    }

    /// Maps 64 uniform bits to `low ..= high`.
    #[inline]
    pub const fn spread(bits: u64, low: u64, high: u64) -> u64 {
        if high <= low {
            return low;
        }
        let most = high - low;
        if most <= u32::MAX as u64 {
            return low + Self::portion(bits, most as u32);
        }
        low + ((bits as u128 * (most as u128 + 1)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_matches_the_published_vectors_of_splitmix64() {
        let mut rng = Rng { state: 1_234_567 };
        let drawn: Vec<u64> = (0..3).map(|_| rng.bits()).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_range_is_reached_at_both_ends_and_never_left() {
        let mut rng = Rng::stream(7, 0);
        let drawn: Vec<u64> = (0..1_000).map(|_| rng.within(3, 6)).collect();
        assert!(drawn.iter().all(|x| (3..=6).contains(x)));
        assert!((3..=6).all(|x| drawn.contains(&x)));
        assert_eq!(rng.within(9, 2), 9);
        assert_eq!(Rng::spread(u64::MAX, 0, u64::MAX), u64::MAX);
        for width in [1, 2, 15_001, u64::from(u32::MAX) - 1, u64::from(u32::MAX), u64::MAX >> 1] {
            for bits in (0..1_000).map(|_| rng.bits()).chain([0, u64::MAX]) {
                let exact = ((u128::from(bits) * (u128::from(width) + 1)) >> 64) as u64;
                assert_eq!(Rng::spread(bits, 7, 7 + width), 7 + exact);
            }
        }
    }
}
