//! What validators say to each other, and how large it is on the wire.

use super::tables::kind;
use super::{Cx, Pos};
pub use crate::clients::request::Request;
pub use crate::shared::Shared;
use consensus_kernel::{
    Certificate, Digest, Hash, Hashed, Hasher, Message, NodeId, NodeSet, Signed, Slot, Value,
};
use serde::Serialize;

/// The digest that stands for the parent of the first block.
pub const GENESIS: Digest = Digest::ZERO;

/// step_p of the paper; a ballot is cast in one of the latter two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[repr(u8)]
pub enum Step {
    /// Waits for the proposal.
    Propose,
    /// Has voted on the proposal. The only vote of the single-vote variant.
    Prevote,
    /// Has voted on what the prevotes said.
    Precommit,
}

/// What a vote signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Ballot {
    /// PREVOTE or PRECOMMIT.
    pub step: Step,
    /// The height.
    pub height: Slot,
    /// The round.
    pub round: u64,
    /// id(v); none is nil.
    pub block: Option<Digest>,
}

/// Votes on one ballot and who signed them.
pub type Votes = Certificate<Ballot>;

/// Two ballots that nobody may sign both of: of the same height, round and step, for different blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Evidence {
    /// One.
    pub first: Votes,
    /// The other.
    pub second: Votes,
}

impl Evidence {
    /// Whether the two ballots exclude each other.
    pub fn conflicts(&self) -> bool {
        let (a, b) = (self.first.body(), self.second.body());
        (a.step, a.height, a.round) == (b.step, b.height, b.round) && a.block != b.block
    }

    /// Who signed both.
    pub fn offenders(&self) -> NodeSet {
        self.first.signers().intersection(self.second.signers())
    }
}

/// What is agreed on at one height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Block {
    /// Its place.
    pub height: Slot,
    /// The round that it was first proposed in.
    pub round: u64,
    /// The block of the height below.
    pub parent: Digest,
    /// What a client asked for; an empty block changes nothing.
    pub request: Option<Signed<Request>>,
    /// Whose stake counts no more from the next height on, and why.
    pub evidence: Vec<Evidence>,
}

impl Block {
    /// What it decides.
    pub fn value(&self) -> Value {
        self.request.map_or(Value::NOOP, |request| request.body().value)
    }
}

impl Hash for Block {
    fn absorb(&self, into: &mut Hasher) {
        into.number(self.height);
        into.number(self.round);
        into.update(&self.parent.0);
        into.number(self.value().0);
        for votes in self.evidence.iter().flat_map(|e| [&e.first, &e.second]) {
            let ballot = votes.body();
            into.number(ballot.step as u64);
            into.number(ballot.height);
            into.number(ballot.round);
            into.update(&ballot.block.unwrap_or(Digest::ZERO).0);
            into.number(votes.count() as u64);
            votes.signers().iter().for_each(|id| into.number(id.raw().into()));
        }
    }
}

/// What a proposer signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Offer {
    /// The height.
    pub height: Slot,
    /// The round.
    pub round: u64,
    /// id(v).
    pub block: Digest,
    /// validRound: the round whose prevotes speak for the block; none is the paper's −1.
    pub valid_round: Option<u64>,
}

/// PROPOSAL(h, r, v, vr), with the block and the prevotes of round vr, which gossip brings in the paper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Proposal {
    /// What its proposer signed.
    pub offer: Signed<Offer>,
    /// v.
    pub block: Hashed<Block>,
    /// More than two thirds of PREVOTE(h, vr, id(v)).
    pub proof: Option<Votes>,
}

/// A final block and the votes that prove it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Commit {
    /// The block.
    pub block: Hashed<Block>,
    /// More than two thirds of PRECOMMIT(h, r, id(v)).
    pub votes: Votes,
}

/// What a validator that is not getting on knows of its height, for those who lack it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Gossip {
    /// Its height.
    pub height: Slot,
    /// Its round.
    pub round: u64,
    /// The last final block that it knows.
    pub last: Option<Shared<Commit>>,
    /// The proposal of its round.
    pub proposal: Option<Shared<Proposal>>,
    /// Blocks that votes are for.
    pub blocks: Vec<Hashed<Block>>,
    /// Votes of this height.
    pub votes: Vec<Votes>,
}

/// The result of a request: the height at which it became final.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Reply {
    /// The request.
    pub value: Value,
    /// The result.
    pub height: Slot,
}

/// Everything that travels.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// A client asks.
    Request(Signed<Request>),
    /// A validator answers a client.
    Reply(Reply),
    /// PROPOSAL.
    Proposal(Shared<Proposal>),
    /// PREVOTE or PRECOMMIT.
    Vote(Signed<Ballot>),
    /// What others may lack of this height.
    Gossip(Shared<Gossip>),
    /// Final blocks that somebody lacks.
    Blocks(Shared<Vec<Shared<Commit>>>),
}

const HEADER: u64 = 16;
const NUMBER: u64 = 8;
const DIGEST: u64 = 32;
const SIGNATURE: u64 = 64;
const REQUEST: u64 = 3 * NUMBER + SIGNATURE;
const BALLOT: u64 = 3 * NUMBER + DIGEST;

fn bytes_of_votes(votes: &Votes) -> u64 {
    BALLOT + (NUMBER + SIGNATURE) * votes.count() as u64
}

fn bytes_of_block(block: &Hashed<Block>) -> u64 {
    let Block { request, evidence, .. } = block.body();
    let both = |e: &Evidence| bytes_of_votes(&e.first) + bytes_of_votes(&e.second);
    2 * NUMBER + DIGEST + request.map_or(0, |_| REQUEST) + evidence.iter().map(both).sum::<u64>()
}

fn bytes_of_proposal(proposal: &Proposal) -> u64 {
    3 * NUMBER
        + DIGEST
        + SIGNATURE
        + bytes_of_block(&proposal.block)
        + proposal.proof.as_ref().map_or(0, bytes_of_votes)
}

fn bytes_of_commit(commit: &Commit) -> u64 {
    bytes_of_block(&commit.block) + bytes_of_votes(&commit.votes)
}

impl Message for Msg {
    #[inline]
    fn kind(&self) -> usize {
        match self {
            Self::Request(_) => kind::REQUEST,
            Self::Reply(_) => kind::REPLY,
            Self::Proposal(_) => kind::PROPOSAL,
            Self::Vote(vote) if vote.body().step == Step::Precommit => kind::PRECOMMIT,
            Self::Vote(_) => kind::PREVOTE,
            Self::Gossip(_) => kind::GOSSIP,
            Self::Blocks(_) => kind::BLOCKS,
        }
    }

    fn bytes(&self) -> u64 {
        HEADER
            + match self {
                Self::Request(_) => REQUEST,
                Self::Reply(_) => 3 * NUMBER + SIGNATURE,
                Self::Proposal(proposal) => bytes_of_proposal(proposal),
                Self::Vote(_) => BALLOT + SIGNATURE,
                Self::Gossip(gossip) => {
                    2 * NUMBER
                        + gossip.last.as_ref().map_or(0, |last| bytes_of_commit(last))
                        + gossip.proposal.as_ref().map_or(0, |proposal| bytes_of_proposal(proposal))
                        + gossip.blocks.iter().map(bytes_of_block).sum::<u64>()
                        + gossip.votes.iter().map(bytes_of_votes).sum::<u64>()
                }
                Self::Blocks(blocks) => blocks.iter().map(|commit| bytes_of_commit(commit)).sum(),
            }
    }

    fn round(&self) -> u64 {
        match self {
            Self::Request(_) | Self::Reply(_) | Self::Blocks(_) => 0,
            Self::Proposal(proposal) => proposal.offer.body().round,
            Self::Vote(vote) => vote.body().round,
            Self::Gossip(gossip) => gossip.round,
        }
    }

    fn slot(&self) -> Option<Slot> {
        match self {
            Self::Proposal(proposal) => Some(proposal.offer.body().height),
            Self::Vote(vote) => Some(vote.body().height),
            Self::Reply(reply) => Some(reply.height),
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

/// Whether it is one of the run's validators.
#[inline]
pub fn is_validator(id: NodeId, cx: &Cx<'_, Pos>) -> bool {
    !id.is_client() && id.index() < cx.config.n
}
