//! Views over all nodes in a few closed shapes. The page implements each shape once.

use serde::Serialize;

/// A view over all nodes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Panel {
    /// One row per replica, one column per slot.
    Log(LogPanel),
}

/// Replicated logs side by side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogPanel {
    /// What a column is called: "index", "sequence".
    pub slot_name: &'static str,
    /// First slot shown.
    pub first: u64,
    /// Number of columns.
    pub columns: usize,
    /// One row per replica, in order.
    pub rows: Vec<LogRow>,
}

/// One replica's log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogRow {
    /// As many cells as the panel has columns; none where nothing is known.
    pub cells: Vec<Option<LogCell>>,
    /// Positions worth marking, such as the commit index or, at a leader, each follower's match index.
    pub marks: Vec<LogMark>,
}

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogCell {
    /// What it holds, short.
    pub text: String,
    /// The term or view that wrote it: its colour.
    pub round: u64,
    /// How far it has come.
    pub state: LogState,
}

/// How far an entry has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum LogState {
    /// Known, no promise.
    Proposed,
    /// Backed by a quorum in this view, not yet final (PBFT: prepared).
    Prepared,
    /// Final.
    Committed,
    /// Final and executed.
    Applied,
}

/// A marked position in a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogMark {
    /// The slot marked.
    pub slot: u64,
    /// Short name: "commit", "match 3", "next 3", "low", "high".
    pub name: String,
}
