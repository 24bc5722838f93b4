//! What all nodes know beforehand, and the sizes of all quorums.

use super::committee::members_of;
use super::tables::*;
use super::{Batch, SegmentDigests};
use consensus_kernel::{Duration, Hashed, NodeId, NodeSet, Setup, SetupError, Slot, Value};
use serde::Serialize;

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of replicas.
    pub n: usize,
    /// Number of clients.
    pub clients: usize,
    /// So many replicas, the first ones, order; the others learn.
    pub members: usize,
    /// The same as a set, if they are not all.
    pub committee: Option<NodeSet>,
    /// One more than may be faulty: among so many there is a correct one.
    pub weak: usize,
    /// The size q of a quorum.
    pub quorum: usize,
    /// Prepares of different backups that make prepared, beside the pre-prepare.
    pub prepares: usize,
    /// Commits that make committed-local.
    pub commits: usize,
    /// View changes that begin a view.
    pub changes: usize,
    /// Replies that a client accepts.
    pub replies: usize,
    /// Replies of one view, tentative or not, that a client accepts.
    pub replies_tentative: usize,
    /// Answers that a reading client accepts.
    pub answers: usize,
    /// T: how long a backup waits for a request.
    pub timeout: Duration,
    /// How long a client waits for a result.
    pub retry: Duration,
    /// At most so many requests share a sequence number.
    pub batch: usize,
    /// W: so many sequence numbers may be assigned and not executed at the primary.
    pub parallel: u64,
    /// K: a checkpoint every so many sequence numbers.
    pub checkpoint: u64,
    /// k: the high watermark is so far above the low one.
    pub window: u64,
    /// Whether what is prepared is executed.
    pub tentative: bool,
    /// Whether commits wait for a message to carry them.
    pub piggyback: bool,
    /// Every so many-th request of a client only reads; 0: none does.
    pub reads: u64,
    /// The batch of the null request.
    pub null: Hashed<Batch>,
    /// Segments are hashed once for all replicas that close the same.
    #[serde(skip)]
    pub digests: SegmentDigests,
}

/// At most so many replicas order.
const ORDER_MAX: usize = 128;

impl Config {
    /// The configuration that a set-up asks for.
    pub(super) fn of(setup: &Setup) -> Result<Self, SetupError> {
        let (p, holds) = (&setup.params, |switch| setup.rules.holds(switch));
        let checkpoint = p.int(param::CHECKPOINT).max(1);
        let window = match p.int(param::WINDOW) {
            0 => 2 * checkpoint,
            window => window,
        };
        if window < checkpoint {
            let why =
                format!("{window} is less than the checkpoint period {checkpoint}; at least that, or 0");
            return Err(SetupError { key: "window", why });
        }
        let (members, f) = members_of(setup);
        if members > ORDER_MAX {
            let why = format!("{members} order; more than {ORDER_MAX} need a committee");
            return Err(SetupError { key: "n", why });
        }
        let quorum = QUORUM_RULES[p.choice(param::QUORUM)].size(members, f);
        let one_less = |rule| quorum - usize::from(!holds(rule) && quorum > 1);
        let pre_prepare = usize::from(holds(PRE_PREPARE_COUNTS));
        let (execute, reads) = (p.choice(param::EXECUTE), p.int(param::READS));
        // What a read must not miss has to be where it looks.
        let replies = if reads > 0 && holds(WRITE_QUORUM) { quorum } else { f + 1 };
        Ok(Self {
            n: setup.n,
            clients: setup.clients,
            members,
            committee: (members < setup.n).then(|| (0..members).map(NodeId::replica).collect()),
            weak: f + 1,
            quorum,
            prepares: one_less(PREPARE_QUORUM) - pre_prepare,
            commits: one_less(COMMIT_QUORUM),
            changes: one_less(VIEW_CHANGE_QUORUM),
            replies: if holds(CLIENT_QUORUM) { replies } else { 1 },
            replies_tentative: if holds(TENTATIVE_QUORUM) { quorum } else { f + 1 },
            answers: if holds(READ_QUORUM) { quorum } else { f + 1 },
            timeout: p.span(param::TIMEOUT),
            retry: p.span(param::RETRY),
            batch: p.int(param::BATCH).max(1) as usize,
            parallel: match p.int(param::PARALLEL) {
                0 => window,
                parallel => parallel,
            },
            checkpoint,
            window,
            tentative: execute >= param::TENTATIVE,
            piggyback: execute == param::PIGGYBACK,
            reads,
            null: Hashed::new(Batch::default()),
            digests: SegmentDigests::default(),
        })
    }

    /// The primary of a view.
    #[inline]
    pub fn primary(&self, view: u64) -> NodeId {
        NodeId::replica((view % self.members as u64) as usize)
    }

    /// The slot that the i-th request of a sequence number decides.
    #[inline]
    pub fn slot(&self, sequence: u64, i: usize) -> Slot {
        if self.batch == 1 { sequence } else { sequence.saturating_mul(self.batch as u64) + i as u64 }
    }

    /// Whether a request only reads.
    pub fn is_read(&self, value: Value) -> bool {
        self.reads > 0 && u64::from(value.number()).is_multiple_of(self.reads)
    }

    /// Whether one replica has to know how far another is: members of each other, and the first f + 1 of them, among whom
    /// one is correct, of who only learns.
    pub(super) fn cares(&self, me: NodeId, of: NodeId) -> bool {
        self.is_member(me) && (self.is_member(of) || me.index() < self.weak)
    }

    /// Whether it is one of the replicas that order.
    #[inline]
    pub fn is_member(&self, id: NodeId) -> bool {
        !id.is_client() && id.index() < self.members
    }
}
