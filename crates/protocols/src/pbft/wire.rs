//! What PBFT's nodes say to each other, and how large it is on the wire.
//!
//! Statements that others may have to prove later (orders, votes, checkpoints, view changes) are signed. Prepares and
//! commits are different types, so that a signature on one can never pass for the other.

use super::Config;
use super::tables::kind;
use crate::clients::request;
pub use crate::clients::request::{ClientRecord, Request};
pub use crate::shared::Shared;
use consensus_kernel::{
    Certificate, Digest, Hash, Hashed, Hasher, Message, NodeId, NodeSet, Signed, Slot, Value,
};
use serde::Serialize;
use smallvec::SmallVec;
use std::cell::RefCell;

/// The requests that share one sequence number, in the order of execution. Empty: the null request.
#[derive(PartialEq, Eq, Debug, Default, Serialize)]
pub struct Batch {
    /// Each in its client's name.
    pub requests: SmallVec<[Signed<Request>; 1]>,
}

impl Clone for Batch {
    /// Mostly a single request, which needs no loop.
    #[inline]
    fn clone(&self) -> Self {
        let requests = match self.requests.as_slice() {
            [only] => SmallVec::from_buf([*only]),
            several => SmallVec::from_slice(several),
        };
        Self { requests }
    }
}

impl Hash for Batch {
    fn absorb(&self, into: &mut Hasher) {
        into.number(self.requests.len() as u64);
        for request in &self.requests {
            into.number(request.body().value.0);
        }
    }
}

impl Batch {
    /// Whether it is the null request.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.requests.is_empty()
    }

    /// Whether every request is really its client's, and there are not too many.
    pub fn is_valid(&self, config: &Config) -> bool {
        self.requests.len() <= config.batch
            && self.requests.iter().all(|r| request::is_own(r, config.clients))
    }
}

/// What PRE-PREPARE, PREPARE and COMMIT have in common: a digest, bound to a view and a sequence number.
pub trait Ballot: Copy + PartialEq {
    /// The view v.
    fn view(&self) -> u64;
    /// The sequence number n.
    fn sequence(&self) -> u64;
    /// The digest d of the batch.
    fn digest(&self) -> Digest;
}

macro_rules! ballot {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
        pub struct $name {
            /// The view v.
            pub view: u64,
            /// The sequence number n.
            pub sequence: u64,
            /// The digest d of the batch.
            pub digest: Digest,
        }

        impl Ballot for $name {
            #[inline]
            fn view(&self) -> u64 {
                self.view
            }
            #[inline]
            fn sequence(&self) -> u64 {
                self.sequence
            }
            #[inline]
            fn digest(&self) -> Digest {
                self.digest
            }
        }
    };
}

ballot!(
    /// The signed part of PRE-PREPARE: the primary gives a batch a place.
    Order
);
ballot!(
    /// PREPARE: a backup agrees to that place in that view.
    Prepare
);
ballot!(
    /// COMMIT: the replica has prepared it.
    Commit
);

/// PRE-PREPARE with its requests.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PrePrepare {
    /// Signed by the primary of its view.
    pub order: Signed<Order>,
    /// What the digest stands for.
    pub batch: Hashed<Batch>,
}

/// CHECKPOINT: the state after executing everything up to a sequence number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Checkpoint {
    /// The last sequence number in it.
    pub sequence: u64,
    /// Digest of the state.
    pub digest: Digest,
}

/// REPLY. The result of an assignment is the place where it was executed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Reply {
    /// The replica's view, so that the client learns who the primary is.
    pub view: u64,
    /// The request.
    pub value: Value,
    /// The result r.
    pub slot: Slot,
    /// What it rests on.
    #[serde(skip_serializing_if = "How::is_stable")]
    pub how: How,
}

/// What a reply rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum How {
    /// The request is committed.
    Stable,
    /// It is prepared (§5.1).
    Tentative,
    /// It was only a read (§5.1): the result is where the last request of the next client was executed.
    Read,
}

impl How {
    fn is_stable(&self) -> bool {
        *self == Self::Stable
    }
}

/// A pre-prepare or prepare that carries commits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Laden {
    /// What would be sent anyway.
    pub msg: Msg,
    /// What would be sent besides.
    pub commits: Vec<Signed<Commit>>,
}

/// A member of P: proof that a batch prepared in some view.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Prepared {
    /// The primary's order and the batch.
    pub proposal: PrePrepare,
    /// Matching prepares of backups.
    pub prepares: Certificate<Prepare>,
}

/// VIEW-CHANGE.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ViewChange {
    /// The view asked for.
    pub view: u64,
    /// C: proof of the last stable checkpoint; none for the initial state.
    pub stable: Option<Certificate<Checkpoint>>,
    /// P: what has prepared above it, in ascending order, each with the highest view in which it prepared.
    pub prepared: Vec<Prepared>,
}

impl ViewChange {
    /// The sequence number of the stable checkpoint.
    pub fn low(&self) -> u64 {
        self.stable.as_ref().map_or(0, |c| c.body().sequence)
    }
}

/// NEW-VIEW.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NewView {
    /// The view that begins.
    pub view: u64,
    /// V: the view changes that justify it.
    pub changes: Vec<Shared<Signed<ViewChange>>>,
    /// O: what is ordered anew, without gaps.
    pub orders: Vec<PrePrepare>,
}

/// How far a replica has come; sent when it suspects that it, or the receiver, has missed something.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Status {
    /// The view it is in or changing to.
    pub view: u64,
    /// Whether that view has begun for it.
    pub active: bool,
    /// Its last stable checkpoint.
    pub stable: u64,
    /// The last sequence number it executed.
    pub executed: u64,
    /// Whether it answers a status: such a one is not answered by another.
    pub answer: bool,
}

/// Proof that a batch is committed, for a replica that missed the votes.
///
/// A quorum of commits means that f + 1 correct replicas prepared it, so every later view keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Committed {
    /// What was committed.
    pub batch: Hashed<Batch>,
    /// By whom.
    pub commits: Certificate<Commit>,
}

/// The history between two checkpoints and the state at its end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Segment {
    /// Sequence number of the checkpoint at its end.
    pub sequence: u64,
    /// Digest of the checkpoint before it.
    pub before: Digest,
    /// Everything executed since, in order.
    pub batches: Vec<Hashed<Batch>>,
    /// The state, by client.
    pub clients: Vec<ClientRecord>,
}

impl Segment {
    /// The digest that CHECKPOINT names. It covers the whole history through `before`.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        hasher.number(self.sequence);
        hasher.update(&self.before.0);
        hasher.number(self.batches.len() as u64);
        for batch in &self.batches {
            hasher.update(&batch.digest().0);
        }
        for client in &self.clients {
            hasher.number((u64::from(client.executions) << 32) | u64::from(client.number));
            hasher.number(client.slot);
        }
        hasher.finish()
    }
}

/// The digest of the segment that was closed last. All correct replicas close equal segments one after the other, and
/// to compare two is much cheaper than to hash one again. It changes nothing but the time that takes.
#[derive(Clone, Debug, Default)]
pub struct SegmentDigests(RefCell<Option<(Shared<Segment>, Digest)>>);

impl SegmentDigests {
    /// The segment's digest.
    pub fn of(&self, segment: &Shared<Segment>) -> Digest {
        let mut latest = self.0.borrow_mut();
        match &*latest {
            Some((known, digest)) if known == segment => *digest,
            _ => latest.insert((segment.clone(), segment.digest())).1,
        }
    }
}

/// A stable checkpoint with its proof, for a replica that fell behind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct State {
    /// Proof.
    pub stable: Certificate<Checkpoint>,
    /// The history up to it, as far back as it is needed and kept; empty if the receiver only lacks the proof.
    pub segments: Vec<Shared<Segment>>,
}

/// Everything that travels.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// A client asks.
    Request(Signed<Request>),
    /// A replica answers a client.
    Reply(Reply),
    /// A backup passes a client's request on to the primary.
    Relay(Signed<Request>),
    /// The primary orders.
    PrePrepare(PrePrepare),
    /// A backup agrees.
    Prepare(Signed<Prepare>),
    /// A replica has prepared.
    Commit(Signed<Commit>),
    /// A replica has reached a checkpoint.
    Checkpoint(Signed<Checkpoint>),
    /// A replica wants another view.
    ViewChange(Shared<Signed<ViewChange>>),
    /// The new primary begins its view.
    NewView(Shared<Signed<NewView>>),
    /// A replica says how far it is.
    Status(Status),
    /// Proof that something is committed.
    Committed(Shared<Committed>),
    /// A stable checkpoint.
    State(Shared<State>),
    /// A client asks, and nothing is to change (§5.1).
    Read(Signed<Request>),
    /// A pre-prepare or prepare that carries commits.
    Laden(Shared<Laden>),
}

const HEADER: u64 = 16;
const NUMBER: u64 = 8;
const DIGEST: u64 = 32;
const SIGNATURE: u64 = 64;
/// REQUEST(o, t, c), signed.
const REQUEST: u64 = 3 * NUMBER + SIGNATURE;
/// PREPARE(v, n, d, i) or COMMIT(v, n, d, i), signed.
const VOTE: u64 = 3 * NUMBER + DIGEST + SIGNATURE;

fn bytes_of_batch(batch: &Hashed<Batch>) -> u64 {
    REQUEST * batch.body().requests.len() as u64
}

fn bytes_of_proposal(proposal: &PrePrepare) -> u64 {
    2 * NUMBER + DIGEST + SIGNATURE + bytes_of_batch(&proposal.batch)
}

fn bytes_of_certificate<T>(certificate: &Certificate<T>) -> u64 {
    2 * NUMBER + DIGEST + (NUMBER + SIGNATURE) * certificate.count() as u64
}

fn bytes_of_view_change(change: &ViewChange) -> u64 {
    let proofs =
        change.prepared.iter().map(|p| bytes_of_proposal(&p.proposal) + bytes_of_certificate(&p.prepares));
    3 * NUMBER + SIGNATURE + change.stable.as_ref().map_or(0, bytes_of_certificate) + proofs.sum::<u64>()
}

fn bytes_of_segment(segment: &Segment) -> u64 {
    let batches: u64 = segment.batches.iter().map(bytes_of_batch).sum();
    NUMBER + DIGEST + batches + 3 * NUMBER * segment.clients.len() as u64
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Request(_) => kind::REQUEST,
            Self::Reply(_) => kind::REPLY,
            Self::Relay(_) => kind::RELAY,
            Self::PrePrepare(_) => kind::PRE_PREPARE,
            Self::Prepare(_) => kind::PREPARE,
            Self::Commit(_) => kind::COMMIT,
            Self::Checkpoint(_) => kind::CHECKPOINT,
            Self::ViewChange(_) => kind::VIEW_CHANGE,
            Self::NewView(_) => kind::NEW_VIEW,
            Self::Status(_) => kind::STATUS,
            Self::Committed(_) => kind::COMMITTED,
            Self::State(_) => kind::STATE,
            Self::Read(_) => kind::READ,
            Self::Laden(laden) => laden.msg.kind(),
        }
    }

    fn bytes(&self) -> u64 {
        HEADER
            + match self {
                Self::Laden(laden) => return laden.msg.bytes() + VOTE * laden.commits.len() as u64,
                Self::Request(_) | Self::Relay(_) | Self::Read(_) => REQUEST,
                Self::Reply(_) => 5 * NUMBER + SIGNATURE,
                Self::PrePrepare(proposal) => bytes_of_proposal(proposal),
                Self::Prepare(_) | Self::Commit(_) => VOTE,
                Self::Checkpoint(_) => 2 * NUMBER + DIGEST + SIGNATURE,
                Self::ViewChange(change) => bytes_of_view_change(change.body()),
                Self::NewView(new) => {
                    let changes: u64 =
                        new.body().changes.iter().map(|c| bytes_of_view_change(c.body())).sum();
                    let orders: u64 = new.body().orders.iter().map(bytes_of_proposal).sum();
                    NUMBER + SIGNATURE + changes + orders
                }
                Self::Status(_) => 5 * NUMBER,
                Self::Committed(proof) => bytes_of_batch(&proof.batch) + bytes_of_certificate(&proof.commits),
                Self::State(state) => {
                    let segments: u64 = state.segments.iter().map(|s| bytes_of_segment(s)).sum();
                    bytes_of_certificate(&state.stable) + segments
                }
            }
    }

    fn round(&self) -> u64 {
        match self {
            Self::Request(_) | Self::Read(_) | Self::Relay(_) | Self::Checkpoint(_) | Self::State(_) => 0,
            Self::Laden(laden) => laden.msg.round(),
            Self::Reply(reply) => reply.view,
            Self::PrePrepare(proposal) => proposal.order.body().view,
            Self::Prepare(vote) => vote.body().view,
            Self::Commit(vote) => vote.body().view,
            Self::ViewChange(change) => change.body().view,
            Self::NewView(new) => new.body().view,
            Self::Status(status) => status.view,
            Self::Committed(proof) => proof.commits.body().view,
        }
    }

    fn slot(&self) -> Option<Slot> {
        match self {
            Self::PrePrepare(proposal) => Some(proposal.order.body().sequence),
            Self::Prepare(vote) => Some(vote.body().sequence),
            Self::Commit(vote) => Some(vote.body().sequence),
            Self::Laden(laden) => laden.msg.slot(),
            Self::Reply(reply) if reply.how != How::Read => Some(reply.slot),
            _ => None,
        }
    }

    fn request(&self) -> Option<Value> {
        match self {
            Self::Request(request) | Self::Read(request) => Some(request.body().value),
            _ => None,
        }
    }
}

/// Whether every signer is a replica of this run that orders.
pub fn are_replicas(signers: &NodeSet, config: &Config) -> bool {
    signers.iter().all(|id| config.is_member(id))
}

/// Whether a certificate proves a checkpoint stable.
pub fn is_stable(certificate: &Certificate<Checkpoint>, config: &Config) -> bool {
    let sequence = certificate.body().sequence;
    sequence > 0
        && sequence.is_multiple_of(config.checkpoint)
        && are_replicas(certificate.signers(), config)
        && certificate.count() >= config.quorum
}

/// Whether the primary of its view really ordered this very batch.
pub fn is_proposal(proposal: &PrePrepare, config: &Config) -> bool {
    let order = proposal.order.body();
    proposal.order.signer() == config.primary(order.view)
        && order.digest == proposal.batch.digest()
        && proposal.batch.body().is_valid(config)
}

/// Whether a member of P proves that its batch prepared: prepared(m, v, n) with signatures of distinct backups.
pub fn is_prepared(proof: &Prepared, config: &Config) -> bool {
    let (order, votes) = (proof.proposal.order.body(), proof.prepares.body());
    is_proposal(&proof.proposal, config)
        && (votes.view, votes.sequence, votes.digest) == (order.view, order.sequence, order.digest)
        && are_replicas(proof.prepares.signers(), config)
        && !proof.prepares.signers().contains(config.primary(order.view))
        && proof.prepares.count() >= config.prepares
}

/// Whether a VIEW-CHANGE is well-formed and proves what it says.
pub fn is_view_change(change: &Signed<ViewChange>, config: &Config) -> bool {
    let body = change.body();
    let low = body.low();
    let within = |n: u64| n > low && n - low <= config.window;
    let ascending = body.prepared.windows(2).all(|w| sequence_of(&w[0]) < sequence_of(&w[1]));
    config.is_member(change.signer())
        && body.stable.as_ref().is_none_or(|c| is_stable(c, config))
        && body.prepared.len() as u64 <= config.window
        && ascending
        && body.prepared.iter().all(|p| {
            p.proposal.order.body().view < body.view && within(sequence_of(p)) && is_prepared(p, config)
        })
}

/// The sequence number that a member of P is about.
pub fn sequence_of(proof: &Prepared) -> u64 {
    proof.proposal.order.body().sequence
}

/// Whether it is one of the run's replicas.
#[inline]
pub fn is_replica(id: NodeId, config: &Config) -> bool {
    !id.is_client() && id.index() < config.n
}
