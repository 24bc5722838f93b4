//! What nodes send each other: payments, blocks, and questions about blocks.

use super::U256;
use super::tables::kind;
use crate::shared::Shared;
use consensus_kernel::{Begun, Digest, Hasher, Slot, Value};
use serde::Serialize;

/// A payment: a client's coin changes hands. Its k-th payment spends the change of the one before, so a chain holds a
/// client's payments in order, and two payments of the same coin exclude each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Payment {
    /// The coin, named by the request that spends it.
    pub coin: Value,
    /// It goes back to whoever spends it, instead of to the merchant: a double spend.
    pub back: bool,
}

impl Payment {
    /// What it means to the merchants: the request carried out, or nothing.
    pub fn value(self) -> Value {
        if self.back { Value::NOOP } else { self.coin }
    }

    /// The client that spends, and the coin's number.
    pub fn spender(self) -> Option<(usize, u32)> {
        self.coin.client().map(|client| (client.index(), self.coin.number()))
    }
}

/// What is hashed for the proof of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Header {
    /// Hash of the header before.
    pub parent: Digest,
    /// Hash of what the block holds.
    pub payload: Digest,
    /// The hash must not exceed it.
    pub target: U256,
    /// When the miner began to look, in microseconds.
    pub time: u64,
    /// Blocks before it.
    pub height: u32,
    /// Who mined it.
    pub miner: u16,
    /// What is tried until the hash is small enough.
    pub nonce: u64,
}

impl Header {
    /// The rest, 54 bytes: one more block of SHA-256.
    fn rest(&self) -> [u8; 54] {
        let mut rest = [0; 54];
        rest[..32].copy_from_slice(&self.target.bytes());
        rest[32..40].copy_from_slice(&self.time.to_be_bytes());
        rest[40..44].copy_from_slice(&self.height.to_be_bytes());
        rest[44..46].copy_from_slice(&self.miner.to_be_bytes());
        rest[46..].copy_from_slice(&self.nonce.to_be_bytes());
        rest
    }

    /// Its hash.
    pub fn hash(&self) -> Digest {
        self.hash_under(self.parent)
    }

    /// Its hash as if it followed another block.
    pub fn hash_under(&self, parent: Digest) -> Digest {
        let mut hasher = Hasher::new();
        hasher.update(&parent.0);
        hasher.update(&self.payload.0);
        hasher.update(&self.rest());
        hasher.finish()
    }

    /// The hash of all but its nonce.
    pub fn stamp(&self, covers_parent: bool) -> Digest {
        let blank = Self { nonce: 0, ..*self };
        blank.hash_under(if covers_parent { self.parent } else { Digest::ZERO })
    }

    /// The first nonce of so many from its own on for which `is_small` is true of the hash: the grinding itself.
    pub fn grind(&self, parent: Digest, count: u64, is_small: impl Fn(&Digest) -> bool) -> Option<u64> {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&parent.0);
        block[32..].copy_from_slice(&self.payload.0);
        let begun = Begun::with(&block);
        // 54 bytes, a one, zeros, and how many bits there are in all.
        block = [0; 64];
        block[..54].copy_from_slice(&self.rest());
        block[54] = 0x80;
        block[62..].copy_from_slice(&(8 * (64 + 54u16)).to_be_bytes());
        (0..count).map(|k| self.nonce.wrapping_add(k)).find(|nonce| {
            block[46..54].copy_from_slice(&nonce.to_be_bytes());
            is_small(&begun.end(&block))
        })
    }
}

/// What stands for a proof of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Proof {
    /// A hash that is small enough. Otherwise times are drawn, and a stamp stands for it: the nonce is the beginning of the
    /// hash of all else.
    pub real: bool,
    /// Whether it covers the hash of the block before.
    pub covers_parent: bool,
}

/// A header and what it stands for. Made by [`Block::new`] only, so that its hashes need no second look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Block {
    header: Header,
    payment: Option<Payment>,
    hash: Digest,
    proof: Digest,
}

impl Block {
    /// Hashes it.
    pub fn new(header: Header, payment: Option<Payment>, by: Proof) -> Shared<Self> {
        let hash = header.hash();
        let proof = match by {
            Proof { real: true, covers_parent: true } => hash,
            Proof { real: true, covers_parent: false } => header.hash_under(Digest::ZERO),
            Proof { real: false, covers_parent } => header.stamp(covers_parent),
        };
        Shared::new(Self { header, payment, hash, proof })
    }

    /// The block that all of a run begin with, and no other run. It needs no proof.
    pub fn genesis(target: U256, nonce: u64) -> Shared<Self> {
        let (parent, payload) = (Digest::ZERO, Digest::ZERO);
        let by = Proof { real: true, covers_parent: true };
        Self::new(Header { parent, payload, target, time: 0, height: 0, miner: 0, nonce }, None, by)
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The payment it holds, if it holds one.
    pub fn payment(&self) -> Option<Payment> {
        self.payment
    }

    /// Its name.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    /// What must not exceed the target; where times are drawn, what the nonce must be the beginning of.
    pub fn proof(&self) -> Digest {
        self.proof
    }

    /// What is decided with it.
    pub fn value(&self) -> Value {
        self.payment.map_or(Value::NOOP, Payment::value)
    }
}

/// The hash of what a block holds.
pub fn payload(payment: Option<Payment>) -> Digest {
    payment.map_or(Digest::ZERO, |payment| {
        let mut hasher = Hasher::new();
        hasher.number(payment.coin.0);
        hasher.number(payment.back.into());
        hasher.finish()
    })
}

/// What nodes send each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// A client pays.
    Request(Payment),
    /// Its payment is as deep as it must be, or its coin is spent otherwise.
    Reply {
        /// The request.
        coin: Value,
        /// The height of the block that spends it.
        height: Slot,
        /// It was spent otherwise.
        lost: bool,
    },
    /// A payment on its way through the network.
    Payment(Payment),
    /// A block on its way through the network, or asked for.
    Block(Shared<Block>),
    /// The sender lacks this block.
    Get(Digest),
    /// The sender's chain ends far behind: its last block, and ever fewer before it, with their heights.
    Locate(Vec<(Slot, Digest)>),
    /// The next blocks of the sender's chain from there on, ascending.
    Blocks(Vec<Shared<Block>>),
    /// What the sender builds on.
    Tip {
        /// The block.
        block: Digest,
        /// Its height.
        height: Slot,
        /// The receiver is to say the same.
        ask: bool,
    },
}

impl consensus_kernel::Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Request(_) => kind::REQUEST,
            Self::Reply { .. } => kind::REPLY,
            Self::Payment(_) => kind::PAYMENT,
            Self::Block(_) => kind::BLOCK,
            Self::Get(_) => kind::GET,
            Self::Locate(_) => kind::LOCATE,
            Self::Blocks(_) => kind::BLOCKS,
            Self::Tip { .. } => kind::TIP,
        }
    }

    fn bytes(&self) -> u64 {
        const HEADER: u64 = 16;
        let of = |block: &Block| 3 * 32 + 4 * 8 + if block.payment.is_some() { 8 + 64 } else { 0 };
        HEADER
            + match self {
                // The coin and its signature.
                Self::Request(_) | Self::Payment(_) => 8 + 64,
                Self::Reply { .. } => 24,
                Self::Block(block) => of(block),
                Self::Blocks(blocks) => blocks.iter().map(|block| of(block)).sum(),
                Self::Locate(places) => places.len() as u64 * (8 + 32),
                Self::Get(_) => 32,
                Self::Tip { .. } => 32 + 8,
            }
    }

    fn round(&self) -> u64 {
        match self {
            Self::Block(block) => u64::from(block.header.height),
            Self::Tip { height, .. } | Self::Reply { height, .. } => *height,
            Self::Request(_) | Self::Payment(_) | Self::Get(_) | Self::Locate(_) | Self::Blocks(_) => 0,
        }
    }

    fn slot(&self) -> Option<Slot> {
        match self {
            Self::Block(block) => Some(block.header.height.into()),
            Self::Reply { height, .. } => Some(*height),
            _ => None,
        }
    }

    fn request(&self) -> Option<Value> {
        match self {
            Self::Request(payment) => Some(payment.coin),
            _ => None,
        }
    }
}
