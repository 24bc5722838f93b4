//! Collision-resistant names: real SHA-256.

use core::fmt;
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of nothing decided yet: all zero. No known input has it.
    pub const ZERO: Self = Self([0; 32]);

    /// SHA-256 of the bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The first eight bytes, big-endian: enough to tell digests apart in tables and ledgers.
    #[inline]
    pub const fn short(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}…", self.short() >> 32)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() { s.collect_str(&format_args!("{self:?}")) } else { self.0.serialize(s) }
    }
}

/// A running SHA-256 over several pieces.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Nothing absorbed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Absorbs bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Absorbs a number, eight bytes little-endian.
    pub fn number(&mut self, x: u64) {
        self.0.update(x.to_le_bytes());
    }

    /// The digest of all that was absorbed.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// SHA-256 after one whole block, for those who try many endings to one beginning.
#[derive(Clone, Copy)]
pub struct Begun([u32; 8]);

impl Begun {
    /// After this block.
    pub fn with(block: &[u8; 64]) -> Self {
        const START: [u32; 8] = [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ];
        let mut state = START;
        sha2::block_api::compress256(&mut state, &[*block]);
        Self(state)
    }

    /// The digest, if this block is the last one, padding and length included.
    #[inline]
    pub fn end(mut self, block: &[u8; 64]) -> Digest {
        sha2::block_api::compress256(&mut self.0, core::slice::from_ref(block));
        let mut digest = [0; 32];
        for (to, word) in digest.chunks_exact_mut(4).zip(self.0) {
            to.copy_from_slice(&word.to_be_bytes());
        }
        Digest(digest)
    }
}

/// Something that has a canonical byte form to hash.
pub trait Hash {
    /// Absorbs the canonical bytes. Different values must absorb different bytes.
    fn absorb(&self, into: &mut Hasher);
}

/// A body together with its digest, computed once where the body is made.
///
/// The digest is private and only [`Hashed::new`] sets it, so a receiver need not hash again to know that it fits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Hashed<T> {
    body: T,
    digest: Digest,
}

impl<T: Hash> Hashed<T> {
    /// Hashes the body.
    pub fn new(body: T) -> Self {
        let mut hasher = Hasher::new();
        body.absorb(&mut hasher);
        Self { digest: hasher.finish(), body }
    }
}

impl<T> Hashed<T> {
    /// What was hashed.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// Its SHA-256.
    #[inline]
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_and_its_ending_make_the_same_digest() {
        let text = [7u8; 64 + 11];
        let mut last = [0; 64];
        last[..11].fill(7);
        last[11] = 0x80;
        last[62..].copy_from_slice(&(75u16 * 8).to_be_bytes());
        assert_eq!(Begun::with(&[7; 64]).end(&last), Digest::of(&text));
    }

    #[test]
    fn the_digest_is_sha_256() {
        let hex = Digest::of(b"abc").to_string();
        assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
