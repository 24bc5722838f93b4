//! Of whom something is said of a block.

use consensus_kernel::NodeId;

/// So many are named.
const NAMED: usize = 6;

/// Adds what is said of a block and of whom, of so many nodes; nothing if it is said of nobody.
pub(crate) fn mark(marks: &mut Vec<String>, what: &str, who: &mut dyn Iterator<Item = NodeId>, all: usize) {
    let names: Vec<String> = who.map(|id| id.to_string()).collect();
    let whom = match names.len() {
        0 => return,
        count if count == all => "all".to_owned(),
        count if count > NAMED => format!("{count} nodes"),
        _ => names.join(", "),
    };
    marks.push(format!("{what} {whom}"));
}
