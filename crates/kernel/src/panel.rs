//! Views over all nodes in a few closed shapes. The page implements each shape once.

use serde::Serialize;

/// A view over all nodes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Panel {
    /// One row per replica, one column per slot.
    Log(LogPanel),
    /// Cells in rows and columns: votes by voter and ballot, reports by node and round.
    Matrix(MatrixPanel),
    /// Who was told what by whom: a recursion, a hierarchy.
    Tree(TreePanel),
    /// Blocks and their parents: height on one axis.
    Blocks(BlockPanel),
    /// Answers to a question, gathered to camps.
    Opinions(OpinionPanel),
    /// Shares of a whole, row by row: distributions.
    Bars(BarsPanel),
}

/// Answers to a question, who is behind them, and with what weight. Shares are in ten-thousandths of the whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OpinionPanel {
    /// What it shows: "Answers".
    pub title: &'static str,
    /// What was asked.
    pub question: String,
    /// More than this share is enough.
    pub threshold: u32,
    /// What replicas have found, one entry for each different finding.
    pub verdicts: Vec<Verdict>,
    /// The camps, the heaviest first.
    pub camps: Vec<Camp>,
    /// All replicas.
    pub voices: Vec<Voice>,
}

/// What some replicas have found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Verdict {
    /// In a word or two: "a majority".
    pub what: &'static str,
    /// For which answer, if for one.
    pub answer: Option<String>,
    /// How much stands behind it.
    pub share: u32,
    /// Who has found it.
    pub replicas: Vec<usize>,
}

/// Answers that are like each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Camp {
    /// The one that speaks for all.
    pub answer: String,
    /// Whose it is.
    pub speaker: usize,
    /// Who belongs to it.
    pub members: Vec<usize>,
    /// What they weigh.
    pub share: u32,
    /// Whether it has won.
    pub wins: bool,
}

/// One replica's part.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Voice {
    /// Which.
    pub replica: usize,
    /// What it says.
    pub answer: String,
    /// Position of its camp, if it is in one.
    pub camp: Option<usize>,
    /// What it weighs.
    pub share: u32,
    /// Its share of all swings: how often its vote turns the scale (Banzhaf).
    pub power: Option<u32>,
    /// The weight that would be best for it, in hundredths of a log-odd; none if that is infinite.
    pub best: Option<i32>,
    /// What is to be said of it: "dictator", "veto".
    pub marks: Vec<&'static str>,
}

/// Distributions, one a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BarsPanel {
    /// What it shows: "Beliefs".
    pub title: &'static str,
    /// What a row is: "agent".
    pub row_name: &'static str,
    /// What has a share: outcomes.
    pub columns: Vec<String>,
    /// The rows, in order.
    pub rows: Vec<BarRow>,
}

/// One distribution.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BarRow {
    /// Its head.
    pub label: String,
    /// The replica it belongs to, by index, if it belongs to one.
    pub replica: Option<usize>,
    /// Each column's share in millionths; none if it is undefined.
    pub parts: Option<Vec<u32>>,
}

impl BarRow {
    /// A share for people: `78.61 %`.
    pub fn percent(millionths: u32) -> String {
        let hundredths = millionths.saturating_add(50) / 100;
        format!("{}.{:02} %", hundredths / 100, hundredths % 100)
    }
}

/// Cells in rows and columns.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MatrixPanel {
    /// What it shows: "Promises and votes".
    pub title: &'static str,
    /// What a row is: "acceptor".
    pub row_name: &'static str,
    /// What a column is: "ballot".
    pub column_name: &'static str,
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// The rows, in order.
    pub rows: Vec<MatrixRow>,
}

/// One row of a matrix.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MatrixRow {
    /// Its head: a replica's name, or another.
    pub label: String,
    /// The replica it belongs to, by index, if it belongs to one.
    pub replica: Option<usize>,
    /// As many cells as the panel has columns; none where there is nothing.
    pub cells: Vec<Option<LogCell>>,
}

/// A tree, or several.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TreePanel {
    /// What it shows: "What lieutenant 2 has heard".
    pub title: String,
    /// Its nodes; a parent stands before its children.
    pub nodes: Vec<TreeNode>,
}

/// One node of a tree.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TreeNode {
    /// Position of its parent in the list; none for a root.
    pub parent: Option<usize>,
    /// What it is: "1 says that 0 said".
    pub label: String,
    /// What it holds, short, with its colour and how far it has come.
    pub cell: LogCell,
}

/// Blocks that refer to each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BlockPanel {
    /// What it shows: "Block tree".
    pub title: &'static str,
    /// What the height counts: "view", "height".
    pub height_name: &'static str,
    /// The blocks; a parent stands before its children.
    pub blocks: Vec<Block>,
}

/// One block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Block {
    /// Its short name: the first digits of its hash.
    pub name: String,
    /// Position of its parent in the list; none for a root.
    pub parent: Option<usize>,
    /// Another block that it refers to, such as the one its certificate is for, if that is not its parent.
    pub link: Option<usize>,
    /// Its height or view.
    pub height: u64,
    /// Work or weight behind it, relative to the others of this panel: its size. All 1 if that means nothing.
    pub weight: u64,
    /// What it carries, with its colour and how far it has come.
    pub cell: LogCell,
    /// What is to be said of it: "locked by 1, 2", "head of 0".
    pub marks: Vec<String>,
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

/// How many columns of logs are shown.
const COLUMNS: u64 = 24;

impl LogPanel {
    /// The latest columns of so many logs, the longest of which ends at `last`: what each has at a slot, and its marks.
    pub fn latest(
        slot_name: &'static str,
        last: u64,
        logs: usize,
        cell: &dyn Fn(usize, u64) -> Option<LogCell>,
        marks: &dyn Fn(usize) -> Vec<LogMark>,
    ) -> Self {
        let first = last.saturating_sub(COLUMNS - 1).max(1);
        let columns = last.saturating_sub(first - 1).min(COLUMNS);
        let row = |log: usize| {
            let mut marks = marks(log);
            marks.retain(|mark| (first..=first + columns).contains(&mark.slot));
            LogRow { cells: (first..first + columns).map(|slot| cell(log, slot)).collect(), marks }
        };
        Self { slot_name, first, columns: columns as usize, rows: (0..logs).map(row).collect() }
    }
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

impl LogMark {
    /// A mark with this name.
    pub fn of(slot: u64, name: &str) -> Self {
        Self { slot, name: name.to_owned() }
    }
}
