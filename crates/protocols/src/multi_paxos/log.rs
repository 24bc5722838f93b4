//! One replica's instances: those known to be chosen without a gap, and the open ones above them.

use crate::paxos::synod::{Count, Proposal};
use consensus_kernel::{Slot, mix};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::collections::VecDeque;
use std::sync::Arc;

/// How many chosen proposals are sealed into one shared block.
const BLOCK: usize = 256;
/// How many chosen proposals a viewer sees; the hash stands for the rest.
const SHOWN: u64 = 16;
/// How far above its gapless part a log reaches; whoever is further behind must catch up first.
pub const REACH: u64 = 1 << 10;

/// An instance that is not known to be chosen, or that lies above one that is not.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Open {
    /// On disk: what this replica has accepted: `(maxVBal, maxVal)`.
    pub vote: Option<Proposal>,
    /// On disk: what is chosen.
    pub chosen: Option<Proposal>,
    /// At a leader: who accepted its proposal.
    pub heard: Count,
    /// At a leader: whether it was under way at the last heartbeat already.
    pub overdue: bool,
    /// Whether it is carried out although something below it is missing.
    pub applied: bool,
}

/// Slots 1, 2, 3, …
///
/// Full blocks of chosen proposals are sealed and shared between copies of the log: a checkpoint of a long run costs a
/// pointer a block.
#[derive(Clone, Debug, Default)]
pub struct Log {
    sealed: Vec<Arc<[Proposal]>>,
    recent: Vec<Proposal>,
    hash: u64,
    open: VecDeque<Open>,
}

impl Log {
    /// All slots up to here are known to be chosen.
    #[inline]
    pub fn prefix(&self) -> Slot {
        (self.sealed.len() * BLOCK + self.recent.len()) as Slot
    }

    /// The last slot that anything is known of.
    #[inline]
    pub fn last(&self) -> Slot {
        self.prefix() + self.open.len() as Slot
    }

    /// What is chosen in a slot of the gapless part.
    pub fn settled(&self, slot: Slot) -> Option<Proposal> {
        let at = usize::try_from(slot.checked_sub(1)?).ok()?;
        match at.checked_sub(self.sealed.len() * BLOCK) {
            Some(at) => self.recent.get(at).copied(),
            None => self.sealed[at / BLOCK].get(at % BLOCK).copied(),
        }
    }

    #[inline]
    fn place(&self, slot: Slot) -> Option<usize> {
        usize::try_from(slot.checked_sub(self.prefix() + 1)?).ok()
    }

    /// An open instance.
    #[inline]
    pub fn open(&self, slot: Slot) -> Option<&Open> {
        self.open.get(self.place(slot)?)
    }

    /// The same, to change it; none in the gapless part and out of reach.
    #[inline]
    pub fn open_mut(&mut self, slot: Slot) -> Option<&mut Open> {
        let at = self.place(slot).filter(|at| *at < REACH as usize)?;
        if at >= self.open.len() {
            self.open.resize(at + 1, Open::default());
        }
        self.open.get_mut(at)
    }

    /// Open instances and their slots.
    pub fn opens(&self) -> impl Iterator<Item = (Slot, &Open)> {
        (self.prefix() + 1..).zip(&self.open)
    }

    /// All that is known of a slot: what is chosen, or what this replica voted for.
    pub fn known(&self, slot: Slot) -> Option<Proposal> {
        match self.open(slot) {
            Some(open) => open.chosen.or(open.vote),
            None => self.settled(slot),
        }
    }

    /// Moves the first open instance to the gapless part, if it is chosen; gives it and whether it was carried out.
    #[inline]
    pub fn settle(&mut self) -> Option<(Proposal, bool)> {
        let first = self.open.front()?;
        let (chosen, applied) = (first.chosen?, first.applied);
        self.open.pop_front();
        self.hash = mix(mix(self.hash.wrapping_add(self.prefix())).wrapping_add(mix(!chosen.value.0)));
        self.recent.push(chosen);
        if self.recent.len() == BLOCK {
            self.sealed.push(Arc::from(self.recent.as_slice()));
            self.recent.clear();
        }
        Some((chosen, applied))
    }

    /// What is on disk.
    pub fn restart(&self, votes: bool) -> Self {
        let mut back = self.clone();
        for open in &mut back.open {
            let Open { vote, chosen, .. } = *open;
            *open = Open { vote: vote.filter(|_| votes), chosen, ..Open::default() };
        }
        back
    }
}

/// The length and hash of the gapless part, its latest proposals, and the open instances.
impl Serialize for Log {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let last = self.prefix();
        let latest: Vec<Proposal> =
            (last.saturating_sub(SHOWN) + 1..=last).filter_map(|slot| self.settled(slot)).collect();
        let mut log = s.serialize_struct("Log", 4)?;
        log.serialize_field("chosen", &last)?;
        log.serialize_field("prefix", &self.hash)?;
        log.serialize_field("latest", &latest)?;
        log.serialize_field("open", &self.open)?;
        log.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use consensus_kernel::Value;
    use proptest::prelude::*;

    fn proposal(number: u32) -> Proposal {
        Proposal { ballot: 1, value: Value::request(0, number) }
    }

    proptest! {
        /// A naive twin: what was chosen, by slot.
        #[test]
        fn a_log_settles_exactly_what_is_chosen_without_a_gap(
            order in Just((1u64..=600).collect::<Vec<_>>()).prop_shuffle(), upto in 0usize..600,
        ) {
            let mut log = Log::default();
            let mut chosen = vec![false; 602];
            for slot in &order[..upto] {
                chosen[*slot as usize] = true;
                log.open_mut(*slot).expect("within reach").chosen = Some(proposal(*slot as u32));
                while log.settle().is_some() {}
                let gapless = (1..602).take_while(|s| chosen[*s]).count() as u64;
                prop_assert_eq!(log.prefix(), gapless);
            }
            for slot in 1..=600u64 {
                let expected = chosen[slot as usize].then(|| proposal(slot as u32));
                prop_assert_eq!(log.known(slot), expected);
                prop_assert_eq!(log.settled(slot), expected.filter(|_| slot <= log.prefix()));
            }
        }
    }

    #[test]
    fn what_is_settled_or_out_of_reach_cannot_be_opened() {
        let mut log = Log::default();
        log.open_mut(1).expect("the first").chosen = Some(proposal(1));
        assert_eq!(log.settle(), Some((proposal(1), false)));
        assert!(log.open_mut(0).is_none() && log.open_mut(1).is_none());
        assert!(log.open_mut(REACH + 1).is_some() && log.open_mut(REACH + 2).is_none());
        assert!(log.open_mut(u64::MAX).is_none() && log.settled(u64::MAX).is_none());
    }
}
