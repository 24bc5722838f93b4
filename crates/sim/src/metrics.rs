//! Counts. A message is one point-to-point send between two different nodes; self messages are never counted, messages
//! from or to a client are counted apart.

/// Messages and bytes of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KindCount {
    /// Messages sent.
    pub messages: u64,
    /// Bytes sent, by the size model.
    pub bytes: u64,
}

/// Counts of a run so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    /// Messages between replicas.
    pub replica: u64,
    /// Messages from or to a client.
    pub client: u64,
    /// By kind, in the order of the protocol's table.
    pub by_kind: Vec<KindCount>,
    /// Messages that reached nobody.
    pub lost: u64,
    /// Second copies that the network made.
    pub duplicated: u64,
    /// Frames that the link layer sent again.
    pub retransmitted: u64,
    /// Messages that reached a node.
    pub delivered: u64,
}

impl Metrics {
    pub(crate) fn new(kinds: usize) -> Self {
        Self { by_kind: vec![KindCount::default(); kinds], ..Self::default() }
    }

    #[inline]
    pub(crate) fn sent(&mut self, kind: usize, bytes: u64, client: bool, messages: u64) {
        *(if client { &mut self.client } else { &mut self.replica }) += messages;
        if let Some(count) = self.by_kind.get_mut(kind) {
            count.messages += messages;
            count.bytes += bytes * messages;
        }
    }
}
