//! Who can decide alone, who can prevent, and how often each agent's vote turns the scale.
//!
//! The voting game [q; w₁ … wₙ]: a coalition wins if it weighs more than θ of all. An agent's swings are the coalitions of
//! others that lose without and win with it; its share of all swings is its Banzhaf index (Banzhaf 1965). Exact: the others
//! are halved, the sums of both halves sorted, and the pairs within bounds counted.

use super::plan::Plan;
use consensus_kernel::NodeId;

/// Up to so many agents swings are counted.
pub const COUNTED_MAX: usize = 20;

/// Swings of each agent, if there are not too many.
pub fn swings(weights: &[u64], enough: u64) -> Option<Vec<u64>> {
    (weights.len() <= COUNTED_MAX)
        .then(|| (0..weights.len()).map(|i| swings_of(weights, i, enough)).collect())
}

fn swings_of(weights: &[u64], i: usize, enough: u64) -> u64 {
    let others: Vec<u64> = weights.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, w)| *w).collect();
    let (a, b) = others.split_at(others.len() / 2);
    let (a, b) = (sums(a), sums(b));
    // Loses without: at most enough. Wins with: not at most enough less its own weight.
    let loses_with = enough.checked_sub(weights[i]).map_or(0, |left| pairs_up_to(&a, &b, left));
    pairs_up_to(&a, &b, enough) - loses_with
}

/// What each subset weighs, ascending.
fn sums(weights: &[u64]) -> Vec<u64> {
    let mut sums = vec![0];
    for w in weights {
        sums.extend(sums.clone().into_iter().map(|sum| sum + w));
    }
    consensus_kernel::sort(&mut sums, |a, b| a < b);
    sums
}

/// How many pairs, one of each, sum up to this at most.
fn pairs_up_to(a: &[u64], b: &[u64], most: u64) -> u64 {
    let mut end = b.len();
    let mut pairs = 0;
    for x in a {
        while end > 0 && b[end - 1].saturating_add(*x) > most {
            end -= 1;
        }
        pairs += end as u64;
    }
    pairs
}

/// Whether an agent decides alone.
pub fn is_dictator(plan: &Plan, agent: NodeId) -> bool {
    plan.weight(agent) > plan.enough(plan.total)
}

/// Whether nothing is decided without an agent.
pub fn has_veto(plan: &Plan, agent: NodeId) -> bool {
    plan.total > 0 && plan.total - plan.weight(agent) <= plan.enough(plan.total)
}

/// ln(p / (1 − p)) in hundredths: the best weight of an agent that is right with this probability (Nitzan & Paroush 1982;
/// Shapley & Grofman 1984). None where it is infinite.
pub fn log_odds((num, den): (u64, u64)) -> Option<i32> {
    let wrong = den.checked_sub(num).filter(|wrong| *wrong > 0 && num > 0)?;
    Some(libm::round(100.0 * libm::log(num as f64 / wrong as f64)) as i32)
}
