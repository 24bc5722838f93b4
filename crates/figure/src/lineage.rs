//! Where the blocks of a tree stand: each in a row of its own, the newest on top, and in a lane that it shares with the
//! first of its children, so that a chain is a straight line and a fork is a new lane.

use crate::palette::Ink;
use crate::point::Point;
use crate::shape::{Anchor, Dash, Fill, Paint, Scene, Shape, text_width};
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

/// The tree as a picture: beside each block what is written of it.
pub fn draw(panel: &BlockPanel) -> Scene {
    const ROW: f64 = 30.0;
    const LANE: f64 = 24.0;
    const SIZE: f64 = 12.0;
    let places = arrange(panel);
    let lanes = places.iter().map(|place| place.lane + 1).max().unwrap_or(1);
    let at = |row: usize, lane: usize| Point::new((lane as f64 + 0.8) * LANE, (row as f64 + 0.5) * ROW);
    let mut scene = Scene { title: panel.title.to_owned(), ..Scene::default() };
    let mut widest = 0.0f64;
    for (row, place) in places.iter().enumerate() {
        let block = &panel.blocks[place.block];
        let here = at(row, place.lane);
        for (target, dash) in [(block.parent, Dash::Solid), (block.link, Dash::Dotted)] {
            let Some(to) = target.and_then(|t| places.iter().position(|p| p.block == t)) else { continue };
            let there = at(to, places[to].lane);
            let line = Paint::line(Ink::Soft, 1.5).dash(dash);
            // Down its own lane, then over to the other's in the last row.
            let bend = Point::new(here.x, there.y - ROW);
            scene.ground.push(Shape::line(here, bend, line));
            scene.ground.push(Shape::line(bend, there, line));
        }
        let ink = Ink::Round(block.cell.round);
        scene.over.push(Shape::circle(here, 6.5, Paint::line(ink, 1.5).fill(Fill::Tint(ink))));
        let mut words = format!("{} {}", block.height, block.name);
        for part in std::iter::once(block.cell.text.as_str()).chain(block.marks.iter().map(|m| m.as_ref())) {
            if !part.is_empty() {
                words.push_str(" · ");
                words.push_str(part);
            }
        }
        widest = widest.max(text_width(&words, SIZE));
        let beside = Point::new((lanes as f64 + 0.8) * LANE, here.y + SIZE * 0.35);
        scene.description.push_str(&words);
        scene.description.push_str("; ");
        scene.over.push(Shape::text(beside, SIZE, Anchor::Start, Ink::Text, words));
    }
    scene.width = ((lanes as f64 + 0.8) * LANE + widest + 20.0).max(240.0);
    scene.height = places.len().max(1) as f64 * ROW;
    scene
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
    fn the_picture_has_a_disc_and_a_line_of_text_for_each_block() {
        let scene = draw(&tree(&[(0, None), (1, Some(0)), (1, Some(0))]));
        assert_eq!((scene.over.len(), scene.ground.len()), (6, 4));
        crate::xml::assert_well_formed(&crate::svg::print(&scene, &[], crate::palette::Theme::Light));
    }

    #[test]
    fn a_parent_that_stands_behind_its_child_is_no_parent() {
        let panel = tree(&[(1, Some(1)), (0, None)]);
        assert_eq!(lanes(&panel), [(0, 0), (1, 1)]);
    }
}
