//! The vocabulary that protocols and the simulator share.
//!
//! A protocol is one node's whole state and a total function [`Protocol::step`] from inputs to effects. Everything a
//! protocol may know of the world arrives as an [`Input`] or is asked of its context [`Cx`]; everything it does to the
//! world goes to an [`Outbox`].
//!
//! This crate knows no protocol, no network, no clock, no scenario text and no user interface.

mod any;
mod automaton;
mod cx;
mod digest;
mod face;
mod fault;
pub mod inspect;
mod invariant;
mod ledger;
mod meta;
mod node;
mod order;
mod panel;
mod party;
mod protocol;
mod quorum;
mod ratio;
mod rng;
mod rules;
mod signed;
mod time;
mod value;
pub mod walk;

pub use any::{AnyConfig, AnyMessage, AnyNode};
pub use automaton::{Automaton, Promise};
pub use cx::{Address, Cx, Outbox, Sent, TimerChange};
pub use digest::{Begun, Digest, Hash, Hashed, Hasher};
pub use face::{Face, Tone, Votes, plural};
pub use fault::{Corruption, Liar, Lie, Misstep};
pub use invariant::{Invariant, World, broken};
pub use ledger::{Ledger, LedgerConflict, LedgerKey};
pub use meta::{
    About, AdversarySpec, AgreementScope, Bound, Claims, CommandSpec, Envelope, FaultModel, Givers, Inputs,
    Kind, KindClass, Layout, Meta, ParamKind, ParamSpec, ParamValue, Params, Setup, SetupError, Validity,
    Variants,
};
pub use node::{Bits, MAX_REPLICAS, NodeId, NodeSet, NodeSetIter, WideSet};
pub use order::{sort, sort_by_number};
pub use panel::{
    BarRow, BarsPanel, Block, BlockPanel, Camp, LogCell, LogMark, LogPanel, LogRow, LogState, MatrixPanel,
    MatrixRow, OpinionPanel, Panel, TreeNode, TreePanel, Verdict, Voice,
};
pub use party::{Client, Member, Party};
pub use protocol::{Caveat, Input, Message, Pace, Protocol, Timer, To};
pub use quorum::{Poll, QuorumRule, Tally, Vote, WeightRule, weigh};
pub use ratio::{Chance, Ratio};
pub use rng::{Rng, keyed_draw, mix};
pub use rules::{Breaks, Rule, RuleId, RuleSet, Switch, SwitchId};
pub use signed::{Certificate, Signed, Signer};
pub use time::{Duration, Time};
pub use value::{Slot, Value};
