//! The arithmetic of pools. Every sum runs in the order of the agents, and every logarithm is `libm`'s, so that all agents
//! and all platforms come to the same bits.

use super::Graph;

/// ln Σ exp(x), without overflow; minus infinity if nothing is left.
pub fn log_sum_exp(x: &[f64]) -> f64 {
    let most = x.iter().fold(f64::NEG_INFINITY, |most, x| if *x > most { *x } else { most });
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + libm::log(x.iter().map(|x| libm::exp(x - most)).sum())
}

/// The distribution whose logarithms these are but for a constant; none if every outcome is at minus infinity.
pub fn normalised(x: &[f64]) -> Option<Vec<f64>> {
    let sum = log_sum_exp(x);
    (sum > f64::NEG_INFINITY).then(|| x.iter().map(|x| libm::exp(x - sum)).collect())
}

/// p ∝ ∏ p_i^w_i, with zeros raised to `floor`. With weights that sum up to one it is the logarithmic opinion pool, with
/// weights of one each a product of experts. None if every outcome is vetoed.
pub fn log_pool(beliefs: &[Vec<f64>], weights: &[f64], floor: f64) -> Option<Vec<f64>> {
    normalised(&log_means(beliefs, weights, floor))
}

/// Σ w_i ln p_i for each outcome.
pub fn log_means(beliefs: &[Vec<f64>], weights: &[f64], floor: f64) -> Vec<f64> {
    let outcomes = beliefs.first().map_or(0, Vec::len);
    let there = || beliefs.iter().zip(weights).filter(|(_, w)| **w != 0.0);
    let log = |p: f64| libm::log(if p < floor { floor } else { p });
    (0..outcomes).map(|k| there().fold(0.0, |sum, (p, w)| sum + w * log(p[k]))).collect()
}

/// p = Σ w_i p_i.
pub fn linear_pool(beliefs: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let outcomes = beliefs.first().map_or(0, Vec::len);
    (0..outcomes).map(|k| beliefs.iter().zip(weights).fold(0.0, |sum, (p, w)| sum + w * p[k])).collect()
}

/// Bayes: a distribution in the light of evidence that is so likely under each outcome. None if it rules all out.
pub fn updated(p: &[f64], likelihood: &[f64]) -> Option<Vec<f64>> {
    let joint: Vec<f64> = p.iter().zip(likelihood).map(|(p, l)| p * l).collect();
    let sum: f64 = joint.iter().sum();
    (sum > 0.0).then(|| joint.iter().map(|x| x / sum).collect())
}

/// The most probable outcome, the first among equals.
pub fn argmax(p: &[f64]) -> usize {
    (1..p.len()).fold(0, |best, k| if p[k] > p[best] { k } else { best })
}

/// |λ₂| of the graph's Metropolis weights: by how much the distance from the mean shrinks a round.
pub fn second_eigenvalue(graph: Graph, n: usize) -> f64 {
    match graph {
        Graph::Complete => 0.0,
        // Up to three are all neighbours.
        Graph::Ring if n <= 3 => 0.0,
        Graph::Ring => (1.0 + 2.0 * libm::cos(2.0 * core::f64::consts::PI / n as f64)) / 3.0,
        Graph::Star if n <= 2 => 0.0,
        Graph::Star => 1.0 - 1.0 / n as f64,
    }
}

/// Rounds until the distance is this share of what it was.
pub fn rounds_needed(eigenvalue: f64, tolerance: f64) -> u32 {
    if eigenvalue <= 0.0 { 1 } else { libm::ceil(libm::log(tolerance) / libm::log(eigenvalue)) as u32 }
}
