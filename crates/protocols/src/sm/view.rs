//! How SM looks: faces on the stage, and the set of orders that each lieutenant knows.

use super::{Msg, Order, Plan, Sm};
use crate::generals::{self, COMMANDER};
use consensus_kernel::{Face, LogCell, LogState, MatrixPanel, MatrixRow, NodeId, NodeSet, Votes};

pub(super) fn face(general: &Sm, plan: &Plan) -> Face {
    let Sm { me, round, known, obeys, .. } = general;
    let waits_for = (obeys.is_none() && *me != COMMANDER)
        .then(|| format!("the end of round {round} of {}, with {} orders known", plan.rounds, known.len()));
    let names: NodeSet = known.iter().flat_map(Msg::names).collect();
    let votes = (obeys.is_none() && !names.is_empty()).then(|| Votes {
        of: "signature",
        have: names.len() as u64,
        need: 1,
        total: plan.lieutenants().count() as u64 + 1,
        from: names.iter().map(NodeId::raw).collect(),
    });
    generals::face(*me, *round, *obeys, plan, votes, waits_for)
}

/// V of each lieutenant, each order with the names under it, and what is obeyed.
pub(super) fn sets(generals: &[&Sm]) -> MatrixPanel {
    const COLUMNS: [Order; 2] = [Order::Attack, Order::Retreat];
    let lieutenants = generals.iter().filter(|general| general.me != COMMANDER);
    MatrixPanel {
        title: "Signed orders that each lieutenant knows",
        row_name: "lieutenant",
        column_name: "order",
        columns: COLUMNS.iter().map(|order| order.name().to_owned()).chain(["obeys".to_owned()]).collect(),
        rows: lieutenants.map(|general| row(general, COLUMNS)).collect(),
    }
}

fn row(general: &Sm, columns: [Order; 2]) -> MatrixRow {
    let chain = |order| {
        let msg = general.known.iter().find(|msg| msg.order() == order)?;
        let names = msg.names();
        let text = names.iter().map(ToString::to_string).collect::<Vec<_>>().join(":");
        Some(LogCell { text, round: names.len() as u64, state: LogState::Prepared })
    };
    let obeys = general.obeys.map(|order| LogCell {
        text: order.name().to_owned(),
        round: general.round.saturating_sub(1).into(),
        state: LogState::Applied,
    });
    MatrixRow {
        label: general.me.to_string(),
        replica: Some(general.me.index()),
        cells: columns.map(chain).into_iter().chain([obeys]).collect(),
    }
}
