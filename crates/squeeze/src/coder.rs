//! The arithmetic coder: a range is split at every choice, in the proportion of its chances, and the bits say where in all
//! the splits the right place lies.

#[cfg(not(target_arch = "wasm32"))]
use alloc::vec::Vec;

/// Chances are in parts of this.
pub const CERTAIN: u32 = 1 << 16;

/// Either side: the packer says what the choice is, the unpacker is told.
pub trait Coder {
    /// One choice. `chance` of it being 1: more than 0 and less than [`CERTAIN`].
    fn code(&mut self, chance: u32, bit: usize) -> usize;
}

/// Where in the packed bits the unpacker is.
pub struct Decoder {
    low: u32,
    high: u32,
    place: u32,
    read: usize,
    begun: bool,
}

/// The unpacker's side, for as long as no more bits arrive.
pub struct Reading<'a> {
    at: &'a mut Decoder,
    arrived: &'a [u8],
}

impl Decoder {
    /// Before the byte at `read`.
    pub const fn new(read: usize) -> Self {
        Self { low: 0, high: u32::MAX, place: 0, read, begun: false }
    }

    /// With what has arrived.
    pub fn reading<'a>(&'a mut self, arrived: &'a [u8]) -> Reading<'a> {
        let mut reading = Reading { at: self, arrived };
        if !reading.at.begun {
            reading.at.begun = true;
            (0..4).for_each(|_| reading.shift());
        }
        reading
    }
}

impl Reading<'_> {
    /// How many bytes are read.
    pub fn read(&self) -> usize {
        self.at.read
    }

    fn shift(&mut self) {
        self.at.place = self.at.place << 8 | u32::from(self.arrived.get(self.at.read).copied().unwrap_or(0));
        self.at.read += 1;
    }
}

impl Coder for Reading<'_> {
    #[inline]
    fn code(&mut self, chance: u32, _: usize) -> usize {
        let split = split(self.at.low, self.at.high, chance);
        let bit = usize::from(self.at.place <= split);
        narrow(&mut self.at.low, &mut self.at.high, split, bit);
        while (self.at.low ^ self.at.high) >> 24 == 0 {
            self.at.low <<= 8;
            self.at.high = self.at.high << 8 | 0xff;
            self.shift();
        }
        bit
    }
}

/// The packer's side.
#[cfg(not(target_arch = "wasm32"))]
pub struct Encoder {
    low: u32,
    high: u32,
    bytes: Vec<u8>,
}

#[cfg(not(target_arch = "wasm32"))]
impl Default for Encoder {
    fn default() -> Self {
        Self { low: 0, high: u32::MAX, bytes: Vec::new() }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Encoder {
    /// All bits.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.extend(self.high.to_be_bytes());
        self.bytes
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Coder for Encoder {
    fn code(&mut self, chance: u32, bit: usize) -> usize {
        let split = split(self.low, self.high, chance);
        narrow(&mut self.low, &mut self.high, split, bit);
        while (self.low ^ self.high) >> 24 == 0 {
            self.bytes.push((self.high >> 24) as u8);
            self.low <<= 8;
            self.high = self.high << 8 | 0xff;
        }
        bit
    }
}

#[inline]
fn split(low: u32, high: u32, chance: u32) -> u32 {
    low + ((u64::from(high - low) * u64::from(chance)) >> 16) as u32
}

#[inline]
fn narrow(low: &mut u32, high: &mut u32, split: u32, bit: usize) {
    if bit == 1 {
        *high = split;
    } else {
        *low = split + 1;
    }
}
