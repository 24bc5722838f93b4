//! Where the blocks of a tree stand: each in a row of its own, the newest on top, and in a lane that it shares with the
//! first of its children, so that a chain is a straight line and a fork is a new lane.

use consensus_kernel::{BlockPanel, sort_by_number};

/// One block's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Position of the block in [`BlockPanel::blocks`].
    pub block: usize,
    /// Its lane, from 0 at the left.
    pub lane: usize,
}

/// The places of all blocks, from the highest block to the lowest: the position in the list is the row.
pub fn arrange(panel: &BlockPanel) -> Vec<Place> {
    let mut lanes = vec![0; panel.blocks.len()];
    let mut has_child = vec![false; panel.blocks.len()];
    let mut next = 0;
    for (i, block) in panel.blocks.iter().enumerate() {
        let parent = block.parent.filter(|p| *p < i);
        lanes[i] = match parent {
            Some(parent) if !has_child[parent] => {
                has_child[parent] = true;
                lanes[parent]
            }
            _ => {
                next += 1;
                next - 1
            }
        };
    }
    let mut rows: Vec<usize> = (0..panel.blocks.len()).collect();
    sort_by_number(&mut rows, |i| panel.blocks[*i].height);
    rows.reverse();
    rows.into_iter().map(|block| Place { block, lane: lanes[block] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_kernel::{Block, LogCell, LogState};

    fn tree(blocks: &[(u64, Option<usize>)]) -> BlockPanel {
        let cell = LogCell { text: String::new(), round: 0, state: LogState::Proposed };
        let block = |(height, parent): &(u64, Option<usize>)| Block {
            name: height.to_string(),
            parent: *parent,
            link: None,
            height: *height,
            weight: 1,
            cell: cell.clone(),
            marks: Vec::new(),
        };
        BlockPanel { title: "Blocks", height_name: "height", blocks: blocks.iter().map(block).collect() }
    }

    fn lanes(panel: &BlockPanel) -> Vec<(usize, usize)> {
        arrange(panel).into_iter().map(|place| (place.block, place.lane)).collect()
    }

    #[test]
    fn a_chain_stays_in_one_lane_with_the_newest_on_top() {
        let panel = tree(&[(0, None), (1, Some(0)), (2, Some(1))]);
        assert_eq!(lanes(&panel), [(2, 0), (1, 0), (0, 0)]);
    }

    #[test]
    fn a_fork_takes_a_lane_of_its_own() {
        let panel = tree(&[(0, None), (1, Some(0)), (1, Some(0)), (2, Some(2)), (2, Some(1))]);
        assert_eq!(lanes(&panel), [(4, 0), (3, 1), (2, 1), (1, 0), (0, 0)]);
    }

    #[test]
    fn a_parent_that_stands_behind_its_child_is_no_parent() {
        let panel = tree(&[(1, Some(1)), (0, None)]);
        assert_eq!(lanes(&panel), [(0, 0), (1, 1)]);
    }
}
