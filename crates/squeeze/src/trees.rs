//! Huffman trees: frequent bytes are few choices away. They are here for speed; what a choice costs, the guesses decide.

use crate::coder::{CERTAIN, Coder};
use crate::walk;
use alloc::vec;
use alloc::vec::Vec;

/// How many trees there are.
pub const TREES: usize = walk::TREES;
/// Most choices that lead to a byte.
const DEEPEST: usize = 15;
/// A branch that ends in a byte has this added to the byte; the others lead to a node.
pub const LEAF: u16 = 256;
/// The node at which the choices for a byte begin. 0 is no node.
pub const ROOT: usize = 1;

/// The way to a byte: its choices, the first one highest, and how many they are.
#[derive(Clone, Copy, Default)]
pub struct Way {
    /// The choices.
    pub choices: u16,
    /// How many.
    pub length: u8,
}

/// All trees.
pub struct Trees {
    /// Where both branches of each node lead.
    pub branches: Vec<[[u16; 2]; 256]>,
    /// The way to each byte.
    pub ways: Vec<[Way; 256]>,
}

impl Trees {
    /// The trees that the coder tells, or is told: the lengths of all ways.
    pub fn coded(coder: &mut impl Coder, lengths: Option<&[[u8; 256]]>) -> Self {
        let mut trees =
            Self { branches: vec![[[0; 2]; 256]; TREES], ways: vec![[Way::default(); 256]; TREES] };
        // A length is four choices, guessed by the lengths of the byte before and of the same byte in the tree before.
        let mut chances = vec![(CERTAIN / 2) as u16; 16 * 16 * 16];
        let mut above = [0u8; 256];
        for tree in 0..TREES {
            let mut before = 0;
            for byte in 0..256 {
                let told = lengths.map_or(0, |lengths| lengths[tree][byte]);
                let mut node = 1;
                for place in (0..4).rev() {
                    let chance =
                        &mut chances[usize::from(above[byte]) << 8 | usize::from(before) << 4 | node];
                    let bit = coder.code(u32::from(*chance), usize::from(told >> place & 1));
                    *chance = if bit == 1 {
                        *chance + ((u16::MAX - *chance) >> 4)
                    } else {
                        *chance - (*chance >> 4)
                    };
                    node = node << 1 | bit;
                }
                before = (node & 15) as u8;
                above[byte] = before;
            }
            grow(&above, &mut trees.branches[tree], &mut trees.ways[tree]);
        }
        trees
    }
}

/// The tree whose ways have these lengths; 0 is no way. Nodes are numbered from the root down, so that frequent ones are near
/// each other in memory.
fn grow(lengths: &[u8; 256], branches: &mut [[u16; 2]; 256], ways: &mut [Way; 256]) {
    // Of the level: the node in which each unfinished way ends, in order. A way more than there are nodes is none.
    let (mut next, mut first, mut level) = (ROOT + 1, ROOT, 1);
    for length in 1..=DEEPEST {
        // Branches of this level, leaves first.
        let mut branch = 0;
        for (byte, &long) in lengths.iter().enumerate() {
            if usize::from(long) == length && branch < 2 * level {
                branches[first + branch / 2][branch % 2] = LEAF + byte as u16;
                branch += 1;
            }
        }
        let begin = next;
        while branch < 2 * level && next < 256 && lengths.iter().any(|&other| usize::from(other) > length) {
            branches[first + branch / 2][branch % 2] = next as u16;
            next += 1;
            branch += 1;
        }
        (first, level) = (begin, next - begin);
    }
    follow(branches, ways, ROOT, Way::default());
}

/// Notes the ways below a node.
fn follow(branches: &[[u16; 2]; 256], ways: &mut [Way; 256], node: usize, way: Way) {
    for (bit, &to) in branches[node].iter().enumerate() {
        let way = Way { choices: way.choices << 1 | bit as u16, length: way.length + 1 };
        match to {
            0 => {}
            LEAF.. => ways[usize::from(to - LEAF)] = way,
            node => follow(branches, ways, usize::from(node), way),
        }
    }
}

/// How long the way to each byte is best, if it comes so often.
#[cfg(not(target_arch = "wasm32"))]
pub fn lengths(counts: &[u32; 256]) -> [u8; 256] {
    let mut counts = counts.map(u64::from);
    loop {
        let lengths = huffman(&counts);
        if lengths.iter().all(|&length| usize::from(length) <= DEEPEST) {
            return lengths;
        }
        // Flatter, until no way is too long.
        counts = counts.map(|count| count.div_ceil(2));
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn huffman(counts: &[u64; 256]) -> [u8; 256] {
    let mut lengths = [0; 256];
    let mut parts: Vec<(u64, Vec<usize>)> =
        (0..256).filter(|&byte| counts[byte] > 0).map(|byte| (counts[byte], vec![byte])).collect();
    if let [(_, bytes)] = parts.as_slice() {
        lengths[bytes[0]] = 1;
    }
    while parts.len() > 1 {
        parts.sort_by(|a, b| b.cmp(a));
        let (Some(one), Some(other)) = (parts.pop(), parts.pop()) else { break };
        let bytes = [one.1, other.1].concat();
        bytes.iter().for_each(|&byte| lengths[byte] += 1);
        parts.push((one.0 + other.0, bytes));
    }
    lengths
}
