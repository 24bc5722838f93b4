//! The page's wasm module, packed to a fifth less than LZMA does, and unpacked again in the browser.
//!
//! The way is that of PAQ (Mahoney 2005): every byte is a few choices between two branches, every choice gets a probability,
//! and an arithmetic coder spends on it no more than that costs. What makes the probabilities good here is that the
//! module is [walked](walk) as what it is: whoever knows that the next byte is the offset of a load, that the load goes
//! through local 3, and which offset local 3 was used with before, hardly has to be told.
//!
//! 1. [`walk`]: what kind of byte comes next, and in which circumstances it stands.
//! 2. [`trees`]: the choices that lead to a byte: a Huffman tree for each kind, so that they are few. The trees come first.
//! 3. [`guess`]: how likely each branch is, by what followed in the same circumstances before: a mixture that learns.
//! 4. [`coder`]: choices and probabilities to bits and back.
//!
//! Packing and unpacking run the same code, so the two cannot guess differently; fractions are added in one order, and
//! tables made by additions and multiplications alone, so all machines get the same bits. The sizes of functions are
//! left out: where a function ends, its instructions say.
//!
//! A packed module is: its length (four bytes, least significant first), its length without the sizes of functions (the
//! same), the coder's bits.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod browser;
mod coder;
mod guess;
#[cfg(not(target_arch = "wasm32"))]
mod pack;
mod trees;
mod walk;

use alloc::vec::Vec;
use coder::Decoder;
use guess::Guesser;
use trees::Trees;
use walk::Event;

#[cfg(not(target_arch = "wasm32"))]
pub use pack::pack;

/// Longest module that is packed: the browser's side has this much room.
pub const MODULE_MAX: usize = 4 << 20;
/// Longest packed module.
pub const PACKED_MAX: usize = 1 << 20;
/// Bytes before the coder's.
const HEADER: usize = 8;
/// More than the trees take.
const TREES_MAX: usize = 8 << 10;
/// More than the coder reads for one byte.
const READ_AHEAD: usize = 64;

/// A module that is being unpacked while it arrives.
pub struct Unpacker {
    coder: Decoder,
    guesser: Option<Guesser>,
    module: Vec<u8>,
    /// How long the module is without the sizes of its functions.
    stripped: usize,
    /// Where the function begins that is being unpacked, if there is one.
    body: Option<usize>,
}

impl Default for Unpacker {
    fn default() -> Self {
        Self::new()
    }
}

impl Unpacker {
    /// Nothing has arrived.
    pub fn new() -> Self {
        let module = Vec::with_capacity(MODULE_MAX);
        Self { coder: Decoder::new(HEADER), guesser: None, module, stripped: 0, body: None }
    }

    /// What there is of the module: all but the function that is being unpacked.
    pub fn ready(&self) -> &[u8] {
        &self.module[..self.body.unwrap_or(self.module.len())]
    }

    /// Unpacks about `most` bytes more of what has arrived; `all` of it has. Whether it can go on at once.
    pub fn run(&mut self, arrived: &[u8], all: bool, most: usize) -> bool {
        if self.guesser.is_none() {
            if !all && arrived.len() < TREES_MAX || arrived.len() < HEADER {
                return false;
            }
            self.stripped = number(arrived, 4);
            let trees = Trees::coded(&mut self.coder.reading(arrived), None);
            self.guesser = Some(Guesser::new(trees));
        }
        let Some(guesser) = &mut self.guesser else { return false };
        let mut coder = self.coder.reading(arrived);
        let end = self.stripped.min(guesser.walk.at() + most);
        while guesser.walk.at() < end && self.module.len() < MODULE_MAX {
            if !all && coder.read() + READ_AHEAD > arrived.len() {
                return false;
            }
            let (byte, event) = guesser.byte(&mut coder, 0);
            self.module.push(byte);
            match event {
                Event::None => {}
                Event::Bodies => self.body = Some(self.module.len()),
                Event::Body { last } => {
                    let begin = self.body.unwrap_or(0);
                    insert_size(&mut self.module, begin);
                    self.body = if last { None } else { Some(self.module.len()) };
                }
            }
        }
        guesser.walk.at() < self.stripped
    }
}

/// The number that stands in these four bytes.
fn number(bytes: &[u8], at: usize) -> usize {
    bytes[at..at + 4].iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

/// Puts the size of the function from `begin` to the end of the module before it.
fn insert_size(module: &mut Vec<u8>, begin: usize) {
    let end = module.len();
    let mut size = end - begin;
    while {
        let more = if size >= 0x80 { 0x80 } else { 0 };
        module.push((size & 0x7f) as u8 | more);
        size >>= 7;
        more != 0
    } {}
    let digits = module.len() - end;
    module[begin..].rotate_right(digits);
}
