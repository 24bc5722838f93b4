//! What Zyzzyva's nodes say to each other, what makes it valid, and how large it is on the wire.
//!
//! SPEC-RESPONSE, VIEW-CONFIRM and CHECKPOINT make the same signed statement, [`History`]: so far has this replica come in
//! this view, and this is the digest of all of it. A quorum of such signatures is a commit certificate, whichever
//! messages they came in.

use super::Config;
use super::tables::kind;
use crate::clients::request::{self, Request};
use crate::shared::Shared;
use consensus_kernel::{
    Certificate, Digest, Hash, Hashed, Hasher, Message, NodeId, NodeSet, Signed, Slot, Value,
};
use serde::Serialize;

/// The request m that an order is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Body {
    /// In its client's name.
    pub request: Signed<Request>,
}

impl Hash for Body {
    fn absorb(&self, into: &mut Hasher) {
        into.number(self.request.body().value.0);
    }
}

/// What a history digest is made of: h(n) = H(h(n − 1), d).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Link {
    /// h(n − 1); all zero before the first request.
    pub before: Digest,
    /// The digest d of the request.
    pub request: Digest,
}

impl Hash for Link {
    fn absorb(&self, into: &mut Hasher) {
        into.update(&self.before.0);
        into.update(&self.request.0);
    }
}

/// The signed part of ORDER-REQ: the primary gives a request its place, and with it vouches for everything before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Order {
    /// The view v.
    pub view: u64,
    /// The sequence number n.
    pub sequence: u64,
    /// h(n), with what it is made of.
    pub history: Hashed<Link>,
}

/// ORDER-REQ with its request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OrderReq {
    /// Signed by the primary of its view.
    pub order: Signed<Order>,
    /// What the digest d stands for.
    pub body: Hashed<Body>,
}

impl OrderReq {
    /// The view in which it was ordered.
    #[inline]
    pub fn view(&self) -> u64 {
        self.order.body().view
    }

    /// The sequence number n.
    #[inline]
    pub fn sequence(&self) -> u64 {
        self.order.body().sequence
    }

    /// h(n).
    #[inline]
    pub fn history(&self) -> Digest {
        self.order.body().history.digest()
    }

    /// h(n − 1).
    #[inline]
    pub fn before(&self) -> Digest {
        self.order.body().history.body().before
    }

    /// What is asked for.
    #[inline]
    pub fn value(&self) -> Value {
        self.body.body().request.body().value
    }
}

/// In this view, the history up to this sequence number has this digest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct History {
    /// The view v.
    pub view: u64,
    /// The sequence number n.
    pub sequence: u64,
    /// h(n).
    pub digest: Digest,
}

/// SPEC-RESPONSE. The result of an assignment is the place where it was executed: the sequence number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SpecResponse {
    /// How the replica came to the result.
    pub vouch: Signed<History>,
    /// The request.
    pub value: Value,
    /// OR: the primary's order, as evidence.
    pub order: Signed<Order>,
}

/// LOCAL-COMMIT: the replica holds a commit certificate that covers this request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct LocalCommit {
    /// The view of the certificate.
    pub view: u64,
    /// The request.
    pub value: Value,
    /// Where it was executed.
    pub sequence: u64,
    /// h at that place.
    pub history: Digest,
}

/// I-HATE-THE-PRIMARY of this view.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Accusation {
    /// The view v.
    pub view: u64,
}

/// In this view the replica holds a commit certificate for everything up to this checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Stable {
    /// The view v.
    pub view: u64,
    /// The last sequence number in it.
    pub sequence: u64,
    /// h at that place.
    pub history: Digest,
    /// Digest of the state there.
    pub state: Digest,
}

/// VIEW-CHANGE.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ViewChange {
    /// The view asked for.
    pub view: u64,
    /// f + 1 accusations of the primary before.
    pub accusations: Certificate<Accusation>,
    /// Proof of the last stable checkpoint; none for the initial state.
    pub stable: Option<Certificate<Stable>>,
    /// CC: the best commit certificate; none if it has seen none.
    pub certificate: Option<Certificate<History>>,
    /// O: all that it has executed above the checkpoint.
    pub orders: Vec<OrderReq>,
}

impl ViewChange {
    /// The sequence number and h of the stable checkpoint.
    pub fn low(&self) -> (u64, Digest) {
        self.stable.as_ref().map_or((0, Digest::ZERO), |c| (c.body().sequence, c.body().history))
    }

    /// View and sequence number of the commit certificate.
    pub fn certified(&self) -> (u64, u64) {
        self.certificate.as_ref().map_or((0, 0), |c| (c.body().view, c.body().sequence))
    }

    /// What it reports at a sequence number above its checkpoint.
    pub fn order(&self, sequence: u64) -> Option<&OrderReq> {
        self.orders.get(sequence.checked_sub(self.low().0 + 1)? as usize)
    }
}

/// NEW-VIEW.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NewView {
    /// The view that begins.
    pub view: u64,
    /// P: the view changes from which everybody computes how it begins.
    pub changes: Vec<Shared<Signed<ViewChange>>>,
}

/// What a replica knows of one client: the last request it executed for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct ClientRecord {
    /// Number of the last request executed; 0 if none. It is also the content of the client's register.
    pub number: u32,
    /// How many requests of this client were executed.
    pub executions: u32,
    /// Where the last one was executed.
    pub slot: Slot,
    /// h at that place.
    pub history: Digest,
}

impl ClientRecord {
    /// Nothing executed.
    pub const NONE: Self = Self { number: 0, executions: 0, slot: 0, history: Digest::ZERO };
}

/// The history between two checkpoints and the state at its end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Segment {
    /// Sequence number of the checkpoint at its end.
    pub sequence: u64,
    /// h before its first request.
    pub before: Digest,
    /// The requests, in order.
    pub bodies: Vec<Hashed<Body>>,
    /// The state, by client.
    pub clients: Vec<ClientRecord>,
}

impl Segment {
    /// h at its end.
    pub fn history(&self) -> Digest {
        let link =
            |before, body: &Hashed<Body>| Hashed::new(Link { before, request: body.digest() }).digest();
        self.bodies.iter().fold(self.before, link)
    }

    /// Digest of the state at its end.
    pub fn state(&self) -> Digest {
        let mut hasher = Hasher::new();
        for client in &self.clients {
            hasher.number((u64::from(client.executions) << 32) | u64::from(client.number));
            hasher.number(client.slot);
            hasher.update(&client.history.0);
        }
        hasher.finish()
    }
}

/// A stable checkpoint with its proof, for a replica that fell behind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct State {
    /// Proof.
    pub stable: Certificate<Stable>,
    /// The history up to it, as far back as it is needed and kept.
    pub segments: Vec<Shared<Segment>>,
}

/// Everything that travels.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Msg {
    /// A client asks.
    Request(Signed<Request>),
    /// The primary orders.
    OrderReq(OrderReq),
    /// A replica has executed, hoping that the order will stand.
    SpecResponse(SpecResponse),
    /// A client hands out a commit certificate.
    Commit(Certificate<History>),
    /// A replica has it.
    LocalCommit(LocalCommit),
    /// A client shows two orders that contradict each other.
    Proof(Shared<(Signed<Order>, Signed<Order>)>),
    /// A replica asks the primary whether it has ordered this.
    ConfirmReq {
        /// The replica's view.
        view: u64,
        /// What the client asks for.
        request: Signed<Request>,
    },
    /// A replica lacks orders.
    FillHole {
        /// The replica's view.
        view: u64,
        /// The first sequence number that it lacks.
        sequence: u64,
        /// Its stable checkpoint.
        low: u64,
    },
    /// I-HATE-THE-PRIMARY, with the accusations of others that it has heard.
    Accuse(Certificate<Accusation>),
    /// A replica gives up a view.
    ViewChange(Shared<Signed<ViewChange>>),
    /// The new primary begins its view.
    NewView(Shared<Signed<NewView>>),
    /// With what history the view begins; with several signatures it tells one who missed them.
    ViewConfirm(Certificate<History>),
    /// A replica has executed up to a checkpoint.
    Checkpoint(Certificate<History>),
    /// A replica holds a commit certificate for a checkpoint.
    Stable(Certificate<Stable>),
    /// A stable checkpoint.
    State(Shared<State>),
}

const HEADER: u64 = 16;
const NUMBER: u64 = 8;
const DIGEST: u64 = 32;
const SIGNATURE: u64 = 64;
/// REQUEST(o, t, c), signed.
const REQUEST: u64 = 3 * NUMBER + SIGNATURE;
/// ORDER-REQ(v, n, h, d), signed.
const ORDER: u64 = 2 * NUMBER + 2 * DIGEST + SIGNATURE;

fn bytes_of_certificate<T>(certificate: &Certificate<T>) -> u64 {
    2 * NUMBER + DIGEST + (NUMBER + SIGNATURE) * certificate.count() as u64
}

fn bytes_of_view_change(change: &ViewChange) -> u64 {
    NUMBER
        + SIGNATURE
        + bytes_of_certificate(&change.accusations)
        + change.stable.as_ref().map_or(0, |c| DIGEST + bytes_of_certificate(c))
        + change.certificate.as_ref().map_or(0, bytes_of_certificate)
        + (ORDER + REQUEST) * change.orders.len() as u64
}

fn bytes_of_segment(segment: &Segment) -> u64 {
    let records = (3 * NUMBER + DIGEST) * segment.clients.len() as u64;
    NUMBER + DIGEST + REQUEST * segment.bodies.len() as u64 + records
}

impl Message for Msg {
    fn kind(&self) -> usize {
        match self {
            Self::Request(_) => kind::REQUEST,
            Self::OrderReq(_) => kind::ORDER_REQ,
            Self::SpecResponse(_) => kind::SPEC_RESPONSE,
            Self::Commit(_) => kind::COMMIT,
            Self::LocalCommit(_) => kind::LOCAL_COMMIT,
            Self::Proof(_) => kind::PROOF,
            Self::ConfirmReq { .. } => kind::CONFIRM_REQ,
            Self::FillHole { .. } => kind::FILL_HOLE,
            Self::Accuse(_) => kind::ACCUSE,
            Self::ViewChange(_) => kind::VIEW_CHANGE,
            Self::NewView(_) => kind::NEW_VIEW,
            Self::ViewConfirm(_) => kind::VIEW_CONFIRM,
            Self::Checkpoint(_) => kind::CHECKPOINT,
            Self::Stable(_) => kind::STABLE,
            Self::State(_) => kind::STATE,
        }
    }

    fn bytes(&self) -> u64 {
        HEADER
            + match self {
                Self::Request(_) => REQUEST,
                Self::OrderReq(_) => ORDER + REQUEST,
                Self::SpecResponse(_) => 5 * NUMBER + 2 * DIGEST + SIGNATURE + ORDER,
                Self::LocalCommit(_) => 4 * NUMBER + DIGEST + SIGNATURE,
                Self::Proof(_) => 2 * ORDER,
                Self::ConfirmReq { .. } => NUMBER + SIGNATURE + REQUEST,
                Self::FillHole { .. } => 4 * NUMBER,
                Self::Accuse(certificate) => bytes_of_certificate(certificate),
                Self::Commit(c) | Self::ViewConfirm(c) | Self::Checkpoint(c) => bytes_of_certificate(c),
                Self::Stable(certificate) => DIGEST + bytes_of_certificate(certificate),
                Self::ViewChange(change) => bytes_of_view_change(change.body()),
                Self::NewView(new) => {
                    let changes = new.body().changes.iter().map(|c| bytes_of_view_change(c.body()));
                    NUMBER + SIGNATURE + changes.sum::<u64>()
                }
                Self::State(state) => {
                    let segments: u64 = state.segments.iter().map(|s| bytes_of_segment(s)).sum();
                    DIGEST + bytes_of_certificate(&state.stable) + segments
                }
            }
    }

    fn round(&self) -> u64 {
        match self {
            Self::Request(_) | Self::State(_) => 0,
            Self::Stable(certificate) => certificate.body().view,
            Self::OrderReq(order) => order.view(),
            Self::SpecResponse(response) => response.vouch.body().view,
            Self::LocalCommit(commit) => commit.view,
            Self::Proof(proof) => proof.0.0.body().view,
            Self::ConfirmReq { view, .. } | Self::FillHole { view, .. } => *view,
            Self::Accuse(certificate) => certificate.body().view,
            Self::Commit(c) | Self::ViewConfirm(c) | Self::Checkpoint(c) => c.body().view,
            Self::ViewChange(change) => change.body().view,
            Self::NewView(new) => new.body().view,
        }
    }

    fn slot(&self) -> Option<Slot> {
        match self {
            Self::OrderReq(order) => Some(order.sequence()),
            Self::SpecResponse(response) => Some(response.vouch.body().sequence),
            Self::Commit(certificate) => Some(certificate.body().sequence),
            Self::LocalCommit(commit) => Some(commit.sequence),
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

/// Whether the primary of its view really gave this very request this place.
#[inline]
pub fn is_order(order: &OrderReq, config: &Config) -> bool {
    order.order.signer() == config.primary(order.view())
        && order.order.body().history.body().request == order.body.digest()
        && request::is_own(&order.body.body().request, config.clients)
}

/// Whether so many replicas signed it.
pub fn is_signed<T>(certificate: &Certificate<T>, needed: usize, config: &Config) -> bool {
    certificate.count() >= needed && certificate.signers().iter().all(|id| id.index() < config.n)
}

/// Whether a checkpoint is proven stable.
pub fn is_stable(certificate: &Certificate<Stable>, config: &Config) -> bool {
    let sequence = certificate.body().sequence;
    sequence > 0
        && sequence.is_multiple_of(config.checkpoint)
        && is_signed(certificate, config.stables, config)
}

/// Whether two orders of one primary contradict each other: two histories for one number, or two numbers for one request.
pub fn is_misbehaviour(a: &Signed<Order>, b: &Signed<Order>, config: &Config) -> bool {
    let (x, y) = (a.body(), b.body());
    let clash = if x.sequence == y.sequence {
        x.history.digest() != y.history.digest()
    } else {
        x.history.body().request == y.history.body().request
    };
    x.view == y.view && a.signer() == b.signer() && a.signer() == config.primary(x.view) && clash
}

/// Whether a VIEW-CHANGE is well-formed and proves what it says: a chain of orders from the checkpoint on, through the
/// commit certificate, and beyond it orders of the certificate's view only.
pub fn is_view_change(change: &Signed<ViewChange>, config: &Config) -> bool {
    let body = change.body();
    let (low, history) = body.low();
    let (view, certified) = body.certified();
    let linked = |(i, order): (usize, &OrderReq)| {
        let before = if i == 0 { history } else { body.orders[i - 1].history() };
        let sequence = low + 1 + i as u64;
        order.sequence() == sequence
            && order.before() == before
            && is_order(order, config)
            && (sequence <= certified || order.view() == view)
    };
    let fits = |c: &Certificate<History>| {
        is_signed(c, config.certificate, config)
            && c.body().view < body.view
            && (certified <= low || body.order(certified).is_some_and(|o| o.history() == c.body().digest))
    };
    is_replica(change.signer(), config)
        && body.accusations.body().view.checked_add(1) == Some(body.view)
        && is_signed(&body.accusations, config.weak, config)
        && body.stable.as_ref().is_none_or(|c| is_stable(c, config))
        && body.orders.len() as u64 <= config.window
        && body.orders.iter().enumerate().all(linked)
        && body.certificate.as_ref().is_none_or(fits)
}

/// Whether P consists of just enough valid view changes of different replicas for this very view.
pub fn are_changes(new: &NewView, config: &Config) -> bool {
    let mut signers = NodeSet::EMPTY;
    new.changes.len() == config.changes
        && new
            .changes
            .iter()
            .all(|c| c.body().view == new.view && signers.insert(c.signer()) && is_view_change(c, config))
}
