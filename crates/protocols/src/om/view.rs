//! How OM looks: faces on the stage, and the tree of what each lieutenant has heard.

use super::{Config, Om, Order, Path};
use crate::generals::{self, COMMANDER};
use consensus_kernel::{Face, LogCell, LogState, NodeId, NodeSet, Panel, TreeNode, TreePanel, Votes};

/// So many lieutenants' trees are shown.
const TREES: usize = 12;
/// A tree is shown down to the last length with which it has at most so many nodes.
const NODES: usize = 65;

pub(super) fn face(general: &Om, config: &Config) -> Face {
    let Om { me, round, heard, obeys, .. } = general;
    let places = heard.places(*round);
    let (of, total) = (if *round == 1 { "order" } else { "relay" }, places.len() as u64);
    let votes = (total > 0 && obeys.is_none()).then(|| {
        let there = || places.clone().filter(|place| heard.get(*place).is_some());
        let from: NodeSet = there().map(|place| heard.path(place).last()).collect();
        let have = there().count() as u64;
        Votes { of, have, need: total, total, from: from.iter().map(NodeId::raw).collect() }
    });
    let waits_for =
        votes.as_ref().map(|v| format!("{} of {total} {of}s of round {round}, or its end", v.have));
    generals::face(*me, *round, *obeys, &config.plan, votes, waits_for)
}

/// What each lieutenant has heard, and, when it obeys, the majorities.
pub(super) fn trees(config: &Config, generals: &[&Om]) -> Vec<Panel> {
    let lieutenants = generals.iter().filter(|general| general.me != COMMANDER);
    lieutenants.take(TREES).map(|general| Panel::Tree(tree(config, general))).collect()
}

fn tree(config: &Config, general: &Om) -> TreePanel {
    let heard = &general.heard;
    let fits = |length: &u32| heard.places(*length).end <= NODES;
    let shown = (1..=heard.longest() as u32).rev().find(fits).unwrap_or(1) as usize;
    let orders = general.obeys.map(|_| heard.resolve(config.majority).0);
    let mut nodes = Vec::new();
    for length in 1..=shown {
        for place in heard.places(length as u32) {
            let path = heard.path(place);
            let parent = path.before().and_then(|before| heard.place(&before));
            let told = heard.get(place).map_or("nothing", Order::name);
            let (text, state) = match &orders {
                Some(orders) if length < heard.longest() => {
                    (format!("{told}, majority {}", orders[place].name()), LogState::Committed)
                }
                _ => (told.to_owned(), LogState::Proposed),
            };
            let cell = LogCell { text, round: length as u64, state };
            nodes.push(TreeNode { parent, label: label(&path), cell });
        }
    }
    TreePanel { title: format!("What lieutenant {} has heard", general.me), nodes }
}

fn label(path: &Path) -> String {
    match path.before() {
        None => format!("{} said", path.last()),
        Some(before) => format!("{} says that {} said", path.last(), before.last()),
    }
}
