//! Whose turn it is to propose: a lottery, or Tendermint's weighted round robin. Both in integers, over the stakes of the
//! height.

use super::Config;
use consensus_kernel::{NodeId, Rng, keyed_draw};
use serde::Serialize;

const LOTTERY: u64 = 0x4c4f_5454_4552_5900;

/// How a proposer is chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Choice {
    /// By lot: each with its share of the stake.
    Lottery,
    /// In turn: over as many rounds as there is stake, each exactly as often as it has stake.
    Rotation,
}

/// Who wins the draw of a height and round. A ticket is a number below the total, and each validator owns as many as it has
/// stake, so there is always a winner and nobody is the last resort.
pub fn lottery(seed: u64, height: u64, round: u64, stakes: &[u64]) -> Option<NodeId> {
    let total: u64 = stakes.iter().sum();
    let bits = keyed_draw(keyed_draw(seed, LOTTERY, height), LOTTERY, round);
    let mut ticket = Rng::spread(bits, 0, total.checked_sub(1)?);
    let winner = stakes.iter().position(|stake| {
        let owns = ticket < *stake;
        ticket = ticket.wrapping_sub(*stake);
        owns
    });
    winner.map(NodeId::replica)
}

/// Takes one turn of the round robin: everybody's priority rises by its stake, the highest proposes (the first among
/// equals) and pays the total.
pub fn take_turn(priorities: &mut [i64], stakes: &[u64]) -> Option<NodeId> {
    let mut best: Option<usize> = None;
    let mut total = 0;
    for (i, stake) in stakes.iter().enumerate().filter(|(_, stake)| **stake > 0) {
        total += *stake as i64;
        priorities[i] += *stake as i64;
        if best.is_none_or(|b| priorities[i] > priorities[b]) {
            best = Some(i);
        }
    }
    priorities[best?] -= total;
    best.map(NodeId::replica)
}

/// Where the round robin stands.
#[derive(Clone, Debug, Serialize)]
pub struct Turns {
    /// Before round 0 of this height.
    base: Vec<i64>,
    /// Before the present round.
    now: Vec<i64>,
    round: u64,
}

impl Turns {
    /// Before the first height.
    pub fn new(n: usize) -> Self {
        Self { base: vec![0; n], now: vec![0; n], round: 0 }
    }

    /// The present round's number changes; never by more than [`super::ROUNDS_AHEAD`] at once.
    pub fn enter(&mut self, round: u64, stakes: &[u64]) {
        while self.round < round {
            take_turn(&mut self.now, stakes);
            self.round += 1;
        }
    }

    /// The next height begins: one turn further than this height began, however many rounds it took.
    pub fn next_height(&mut self, stakes: &[u64]) {
        take_turn(&mut self.base, stakes);
        self.now.clone_from(&self.base);
        self.round = 0;
    }

    /// Who proposes in the present round or one after it. Without a common draw `me` draws for itself.
    pub fn proposer(
        &self,
        height: u64,
        round: u64,
        stakes: &[u64],
        config: &Config,
        me: NodeId,
    ) -> Option<NodeId> {
        if config.proposer == Choice::Lottery {
            let own = if config.common { 0 } else { 1 + me.index() as u64 };
            return lottery(config.seed ^ own << 32, height, round, stakes);
        }
        let mut priorities = self.now.clone();
        for _ in self.round..round {
            take_turn(&mut priorities, stakes);
        }
        take_turn(&mut priorities, stakes)
    }
}
