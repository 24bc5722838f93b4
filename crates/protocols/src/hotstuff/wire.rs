//! What HotStuff's nodes say to each other, and how large it is on the wire.
//!
//! A certificate names who signed it; receivers check that. A block names its parent by digest, so whoever has a block
//! knows its whole branch by name.

use super::tables::{DISTINCT_SIGNERS, kind};
use super::{Config, HotStuff};
pub use crate::clients::request::{ClientRecord, Request};
pub use crate::shared::Shared;
use consensus_kernel::{
    Certificate, Cx, Digest, Hash, Hashed, Hasher, Message, NodeId, NodeSet, Signed, Slot, Value,
};
use serde::Serialize;
use smallvec::SmallVec;

/// The digest that stands for the genesis block, which carries nothing and is certified by agreement.
pub const GENESIS: Digest = Digest::ZERO;

/// What a vote is for: the type of the paper's messages. The chained variants know one type only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[repr(u8)]
pub enum Phase {
    /// First votes: their certificate is a prepareQC.
    Prepare,
    /// Votes on a prepareQC: theirs is a precommitQC.
    PreCommit,
    /// Votes on a precommitQC: theirs is a commitQC.
    Commit,
    /// Votes of the chained variants: each block's certificate serves three blocks.
    Generic,
}

/// What a vote signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Ballot {
    /// The type.
    pub phase: Phase,
    /// The view.
    pub view: u64,
    /// The block.
    pub block: Digest,
}

/// A quorum certificate, or one in the making: a ballot and who signed it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Qc {
    votes: Certificate<Ballot>,
    /// How many signatures are listed: as many as there are signers, unless somebody is careless or lies.
    signatures: u32,
}

impl Qc {
    /// A single vote.
    pub fn of(vote: &Signed<Ballot>) -> Self {
        Self { votes: Certificate::of(vote), signatures: 1 }
    }

    /// Adds a vote on the same ballot; false if this replica's is there already.
    #[inline]
    pub fn add(&mut self, vote: &Signed<Ballot>) -> bool {
        let new = self.votes.add(vote);
        self.signatures += u32::from(new);
        new
    }

    /// Lists a signature that is there already, as who does not look at the signers would.
    pub(super) fn list_again(&mut self) {
        self.signatures = self.signatures.saturating_add(1);
    }

    /// The same with its signatures listed so many times: a lie that only a careless receiver takes.
    pub(super) fn repeated(self, times: usize) -> Self {
        Self { signatures: self.signatures.saturating_mul(times as u32), ..self }
    }

    /// What was voted on.
    #[inline]
    pub fn ballot(&self) -> &Ballot {
        self.votes.body()
    }

    /// Who signed.
    #[inline]
    pub fn signers(&self) -> &NodeSet {
        self.votes.signers()
    }

    /// How many votes stand behind it: distinct signers, unless that rule is off.
    #[inline]
    pub fn count(&self, cx: &Cx<'_, HotStuff>) -> usize {
        if cx.holds(DISTINCT_SIGNERS) { self.votes.count() } else { self.signatures as usize }
    }

    /// Whether a quorum of replicas signed it, each once.
    #[inline]
    pub fn is_valid(&self, cx: &Cx<'_, HotStuff>) -> bool {
        let listed = self.signatures as usize == self.votes.count() || !cx.holds(DISTINCT_SIGNERS);
        listed
            && self.count(cx) >= cx.config.quorum
            && self.signers().union(&cx.config.everyone) == cx.config.everyone
    }
}

/// The next view.
#[inline]
pub fn after(view: u64) -> u64 {
    view.saturating_add(1)
}

/// The view of a certificate; none is the genesis block's.
#[inline]
pub fn view_of(qc: &Option<Qc>) -> u64 {
    qc.as_ref().map_or(0, |qc| qc.ballot().view)
}

/// The block of a certificate; none is the genesis block's.
#[inline]
pub fn block_of(qc: &Option<Qc>) -> Digest {
    qc.as_ref().map_or(GENESIS, |qc| qc.ballot().block)
}

/// A node of the paper's tree.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Block {
    /// The view that it was proposed in.
    pub view: u64,
    /// How many blocks lie between it and the genesis block, itself included.
    pub height: u64,
    /// The block it extends.
    pub parent: Digest,
    /// A certificate for its parent.
    pub justify: Option<Qc>,
    /// What clients asked for, in the order of execution.
    pub requests: SmallVec<[Signed<Request>; 1]>,
}

impl Hash for Block {
    fn absorb(&self, into: &mut Hasher) {
        into.number(self.view);
        into.number(self.height);
        into.update(&self.parent.0);
        into.number(view_of(&self.justify));
        into.update(&block_of(&self.justify).0);
        if let Some(qc) = &self.justify {
            into.number(qc.ballot().phase as u64 | u64::from(qc.signatures) << 8);
            qc.signers().iter().for_each(|id| into.number(id.raw().into()));
        }
        self.requests.iter().for_each(|r| into.number(r.body().value.0));
    }
}

/// NEW-VIEW: who enters a view says so, with the highest certificate it knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct NewView {
    /// The view entered.
    pub view: u64,
    /// prepareQC or genericQC; none is the genesis block's.
    pub high: Option<Qc>,
    /// The height of the last block executed.
    pub height: u64,
    /// What it is said for.
    pub word: Word,
}

/// What a NEW-VIEW is said for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Word {
    /// The sender enters the view.
    Enters,
    /// It heard too few in that view, and asks who is there.
    Asks,
    /// It answers one who is behind, or asks. Nobody answers an answer.
    Answers,
}

/// REPLY. The result of an assignment is the place in the order at which it was executed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Reply {
    /// The replica's view.
    pub view: u64,
    /// The request.
    pub value: Value,
    /// The result.
    pub slot: Slot,
}

/// Asks for a block and its ancestors.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Fetch {
    /// The block.
    pub block: Digest,
    /// The height of the last block executed: what lies above is missing.
    pub height: u64,
}

/// Part of a branch, lowest block first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Branch {
    /// Each the parent of the next.
    pub blocks: Vec<Hashed<Block>>,
    /// A certificate for the last one, which proves what is committed; none if the receiver knows of one.
    pub proof: Option<Qc>,
}

/// The state after a block, for a replica that fell behind what the others keep.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Snapshot {
    /// The last block executed.
    pub block: Hashed<Block>,
    /// How many requests were executed.
    pub executed: Slot,
    /// The state, by client.
    pub clients: Vec<ClientRecord>,
}

/// Everything that travels.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// A client asks.
    Request(Signed<Request>),
    /// A replica answers a client.
    Reply(Reply),
    /// A replica enters a view.
    NewView(NewView),
    /// A leader proposes, Algorithm 2.
    Prepare(Hashed<Block>),
    /// A leader proposes, Algorithms 3 to 5.
    Generic(Hashed<Block>),
    /// A replica votes.
    Vote(Signed<Ballot>),
    /// A leader shows a certificate, Algorithm 2: PRE-COMMIT, COMMIT or DECIDE.
    Certificate(Qc),
    /// A replica lacks a block.
    Fetch(Fetch),
    /// Blocks that somebody lacks.
    Branch(Shared<Branch>),
    /// State that somebody lacks.
    State(Shared<Snapshot>),
}

const HEADER: u64 = 16;
const NUMBER: u64 = 8;
const DIGEST: u64 = 32;
const SIGNATURE: u64 = 64;
const REQUEST: u64 = 3 * NUMBER + SIGNATURE;
const BALLOT: u64 = 2 * NUMBER + DIGEST;

fn bytes_of_qc(qc: &Option<Qc>) -> u64 {
    qc.as_ref().map_or(NUMBER, |qc| BALLOT + (NUMBER + SIGNATURE) * u64::from(qc.signatures))
}

fn bytes_of_block(block: &Hashed<Block>) -> u64 {
    let Block { justify, requests, .. } = block.body();
    2 * NUMBER + DIGEST + bytes_of_qc(justify) + REQUEST * requests.len() as u64
}

impl Message for Msg {
    #[inline]
    fn kind(&self) -> usize {
        match self {
            Self::Request(_) => kind::REQUEST,
            Self::Reply(_) => kind::REPLY,
            Self::NewView(_) => kind::NEW_VIEW,
            Self::Prepare(_) => kind::PREPARE,
            Self::Generic(_) => kind::GENERIC,
            Self::Vote(vote) => match vote.body().phase {
                Phase::Prepare => kind::PREPARE_VOTE,
                Phase::PreCommit => kind::PRE_COMMIT_VOTE,
                Phase::Commit => kind::COMMIT_VOTE,
                Phase::Generic => kind::GENERIC_VOTE,
            },
            Self::Certificate(qc) => match qc.ballot().phase {
                Phase::Prepare => kind::PRE_COMMIT,
                Phase::PreCommit => kind::COMMIT,
                Phase::Commit | Phase::Generic => kind::DECIDE,
            },
            Self::Fetch(_) => kind::FETCH,
            Self::Branch(_) => kind::BLOCKS,
            Self::State(_) => kind::STATE,
        }
    }

    fn bytes(&self) -> u64 {
        HEADER
            + match self {
                Self::Request(_) => REQUEST,
                Self::Reply(_) => 5 * NUMBER + SIGNATURE,
                Self::NewView(new) => 3 * NUMBER + bytes_of_qc(&new.high),
                Self::Prepare(block) | Self::Generic(block) => bytes_of_block(block),
                Self::Vote(_) => BALLOT + SIGNATURE,
                Self::Certificate(qc) => bytes_of_qc(&Some(*qc)),
                Self::Fetch(_) => NUMBER + DIGEST,
                Self::Branch(branch) => {
                    branch.blocks.iter().map(bytes_of_block).sum::<u64>() + bytes_of_qc(&branch.proof)
                }
                Self::State(state) => {
                    bytes_of_block(&state.block) + NUMBER + 3 * NUMBER * state.clients.len() as u64
                }
            }
    }

    fn round(&self) -> u64 {
        match self {
            Self::Request(_) | Self::Fetch(_) | Self::State(_) => 0,
            Self::Reply(reply) => reply.view,
            Self::NewView(new) => new.view,
            Self::Prepare(block) | Self::Generic(block) => block.body().view,
            Self::Vote(vote) => vote.body().view,
            Self::Certificate(qc) => qc.ballot().view,
            Self::Branch(branch) => view_of(&branch.proof),
        }
    }

    fn slot(&self) -> Option<Slot> {
        match self {
            // Votes of one phase are equally deep, so their leader need not add them up.
            Self::Reply(reply) => Some(reply.slot),
            _ => None,
        }
    }

    fn request(&self) -> Option<Value> {
        match self {
            Self::Request(request) => Some(request.body().value),
            _ => None,
        }
    }
}

/// Whether it is one of the run's replicas.
#[inline]
pub fn is_replica(id: NodeId, config: &Config) -> bool {
    !id.is_client() && id.index() < config.n
}
