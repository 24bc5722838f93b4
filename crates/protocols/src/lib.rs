//! Real protocol engines, one file per protocol.
//!
//! A protocol here knows the kernel's vocabulary and nothing else: no simulator, no network, no scenario, no clock, no
//! user interface. To add one: its file, its `mod` line and its place in [`for_each_protocol`].

#[macro_use]
mod tables;

pub mod belief;
pub mod ben_or;
pub mod chain;
pub mod chandra_toueg;
pub mod clients;
pub mod flp;
mod generals;
pub mod hierarchical;
pub mod hotstuff;
mod marks;
pub mod multi_paxos;
pub mod nakamoto;
pub mod om;
pub mod paxos;
pub mod pbft;
pub mod pos;
pub mod raft;
mod ratios;
mod shared;
pub mod sm;
pub mod weighted;
pub mod zyzzyva;

#[cfg(test)]
mod testbed;

/// Calls a macro with the types of all protocols, in the order of the picker: the one list of them.
#[macro_export]
macro_rules! for_each_protocol {
    ($callback:ident) => {
        $callback! {
            $crate::paxos::Paxos, $crate::multi_paxos::MultiPaxos, $crate::raft::Raft, $crate::om::Om, $crate::sm::Sm,
            $crate::pbft::Pbft, $crate::zyzzyva::Zyzzyva, $crate::hotstuff::HotStuff,
            $crate::flp::Flp, $crate::ben_or::BenOr, $crate::chandra_toueg::ChandraToueg,
            $crate::weighted::Weighted, $crate::hierarchical::Hierarchical, $crate::belief::Belief,
            $crate::nakamoto::Nakamoto, $crate::pos::Pos
        }
    };
}
