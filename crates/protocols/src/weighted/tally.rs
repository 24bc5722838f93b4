//! From answers to a result: clusters, their weights, the winner, and who speaks for it. Counting whole numbers only, and the
//! same for everybody who has the same answers.
//!
//! Clusters grow round leaders (Hartigan 1975, "leader algorithm"), the heaviest agent first and the lower number among equals:
//! an answer joins the leader that it is most like, or begins a cluster if it is similar to none. So a cluster is what is
//! similar to one answer, and a light agent cannot chain two camps together with an answer between them, as it could where
//! clusters are the connected parts of the graph of similar answers.
//!
//! Of equally heavy clusters the one with the lowest-numbered agent comes first. Who speaks for a cluster is its medoid: the
//! member that is most like all members, each by its weight; among equals the lower number.

use super::plan::{Known, Plan};
use super::tables::{ABSTENTIONS, MEMBERS, PLURALITY, TIES};
use super::texts::Said;
use consensus_kernel::{NodeId, Value};
use serde::Serialize;
use std::cmp::Reverse;

/// One answer that counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ballot {
    /// Whose.
    pub agent: NodeId,
    /// What.
    pub said: Said,
}

/// Answers that belong together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Cluster {
    /// Whose, ascending.
    pub members: Vec<NodeId>,
    /// Who speaks for them.
    pub speaker: NodeId,
    /// What they weigh.
    pub weight: u64,
}

/// What comes of a vote.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Ruling {
    /// The heaviest first.
    pub clusters: Vec<Cluster>,
    /// The answer that has a majority, or that none has.
    pub value: Value,
}

impl Ruling {
    /// Counts answers, given in the order of their arrival.
    pub fn of(plan: &Plan, ballots: &[Ballot]) -> Self {
        let known: Vec<Known> = ballots.iter().map(|ballot| plan.look_up(&ballot.said)).collect();
        let weight = |at: &usize| plan.weight(ballots[*at].agent);
        let mut order: Vec<usize> = (0..ballots.len()).collect();
        let rank = |at: &usize| (Reverse(weight(at)), ballots[*at].agent, *at);
        consensus_kernel::sort(&mut order, |a, b| rank(a) < rank(b));
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for at in order {
            let likeness = |group: &Vec<usize>| plan.alike(&known[group[0]], &known[at]);
            let likest =
                groups.iter().enumerate().filter_map(|(g, group)| Some((likeness(group)?, Reverse(g)))).max();
            match likest {
                Some((_, Reverse(g))) => groups[g].push(at),
                None => groups.push(vec![at]),
            }
        }
        // Which comes first among equals: the lowest number, or, without the rule, what was heard first.
        let first = |group: &Vec<usize>| match plan.rules.holds(TIES) {
            true => group.iter().map(|at| ballots[*at].agent.index()).min(),
            false => group.iter().min().copied(),
        };
        let rank = |group: &Vec<usize>| (Reverse(group.iter().map(weight).sum::<u64>()), first(group));
        consensus_kernel::sort(&mut groups, |a, b| rank(a) < rank(b));
        let cluster = |group: &Vec<usize>| {
            let likeness = |a: usize| -> u128 {
                let to = |b: &usize| {
                    u128::from(weight(b)) * u128::from(plan.alike(&known[a], &known[*b]).unwrap_or(0))
                };
                group.iter().map(to).sum()
            };
            let speaker = group.iter().max_by_key(|at| (likeness(**at), Reverse(ballots[**at].agent)));
            let mut members: Vec<NodeId> = group.iter().map(|at| ballots[*at].agent).collect();
            consensus_kernel::sort(&mut members, |a, b| a < b);
            Cluster {
                speaker: speaker.map_or(members[0], |at| ballots[*at].agent),
                members,
                weight: group.iter().map(weight).sum(),
            }
        };
        let mut clusters: Vec<Cluster> = groups.iter().map(cluster).collect();
        let voted: u64 = (0..ballots.len()).map(|at| weight(&at)).sum();
        if let Some(first) = clusters.first_mut().filter(|_| !plan.rules.holds(ABSTENTIONS)) {
            first.weight += plan.total.saturating_sub(voted);
        }
        let of = if plan.rules.holds(MEMBERS) { plan.total } else { voted };
        let value = match clusters.first() {
            None => Value::NO_ANSWER,
            Some(first) if first.weight > plan.enough(of) => Value::answer(first.speaker.index()),
            Some(first) if !plan.rules.holds(PLURALITY) => Value::answer(first.speaker.index()),
            Some(first) if first.weight == 0 => Value::NO_ANSWER,
            Some(first) => Value::plurality(first.speaker.index()),
        };
        Self { clusters, value }
    }

    /// The cluster that an agent belongs to.
    pub fn cluster_of(&self, agent: NodeId) -> Option<usize> {
        self.clusters.iter().position(|cluster| cluster.members.contains(&agent))
    }
}
