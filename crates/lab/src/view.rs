//! What front ends see of a run: plain data, the same for every protocol.

use consensus_kernel::inspect::Tree;
use consensus_kernel::{Duration, Face, KindClass, Meta, NodeId, Rule, Slot, Time, Value};
use serde::Serialize;

/// A moment of a run: after `event` events, at time `at`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize)]
pub struct Position {
    /// How many events have happened.
    pub event: u64,
    /// The virtual time.
    pub at: Time,
}

/// Why a run is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// Nothing can ever happen again.
    Quiescent,
    /// The scenario's `until` is reached.
    Until,
    /// A bound on events or messages is reached.
    Limit,
}

/// One node at one moment.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct NodeView {
    /// Its name.
    pub id: NodeId,
    /// What the protocol shows of it.
    pub face: Face,
    /// For a twin: what its second copy shows.
    pub second_face: Option<Face>,
    /// Whether it runs.
    pub health: Health,
    /// How it misbehaves, if it does: label.
    pub byzantine: Option<String>,
    /// What the run's promises are worth to it.
    pub standing: Standing,
    /// For a befouled node: why nothing is promised to it, as a clause.
    pub befouled: Option<String>,
    /// Its weight.
    pub weight: u64,
    /// Its timers that are set.
    pub timers: Vec<TimerView>,
    /// Decisions so far.
    pub decided: u64,
}

/// Whether a node runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Health {
    /// It runs.
    Up,
    /// It has crashed.
    Crashed,
    /// It stands still.
    Paused,
}

/// What the protocol's promises are worth to a node, in the words of the Stellar Consensus Protocol (Mazières 2015).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Standing {
    /// Correct, and what its safety rests on holds.
    Intact,
    /// Byzantine, or beyond the crash model (it lost its disk).
    IllBehaved,
    /// Correct, but nothing is promised to it: an assumption that safety rests on is broken in this run.
    Befouled,
    /// Befouled, and it came to that: it decided something that another correct node contradicts.
    Contradicted,
}

/// A timer that is set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TimerView {
    /// Its name.
    pub name: &'static str,
    /// Position in [`consensus_kernel::Meta::timers`], for [`consensus_scenario::Action::Fire`].
    pub index: usize,
    /// When it was set.
    pub set_at: Time,
    /// When it runs out.
    pub due: Time,
}

/// A message under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct FlightView {
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Position in [`consensus_kernel::Meta::kinds`].
    pub kind: usize,
    /// Which of its kind on this link, from 1.
    pub nth: u32,
    /// The term or view that owns it: its colour.
    pub round: u64,
    /// When it was sent.
    pub sent: Time,
    /// When it arrives.
    pub due: Time,
    /// The event in which it was sent.
    pub cause: u64,
    /// What is special about it.
    pub mark: FlightMark,
}

/// What is special about a message under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum FlightMark {
    /// Nothing.
    Plain,
    /// A second copy.
    Duplicate,
    /// Held back by hand, by a pause, or by a busy receiver.
    Held,
    /// Sent by a Byzantine node, with another content than the node's honest code would send, or from one of two faces.
    Forged,
}

/// A message that was lost a short while ago.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct LossView {
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Position in [`consensus_kernel::Meta::kinds`].
    pub kind: usize,
    /// The term or view that owns it.
    pub round: u64,
    /// When it was sent.
    pub sent: Time,
    /// When it was lost.
    pub at: Time,
}

/// One event of a run.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EventView {
    /// Its number, from 0.
    pub index: u64,
    /// When.
    pub at: Time,
    /// At which node; none for what happens to the network.
    pub node: Option<NodeId>,
    /// At the second copy of a twin.
    pub second: bool,
    /// What happened.
    pub what: What,
    /// The rules that fired, in order: positions in [`consensus_kernel::Meta::rules`].
    pub cites: Vec<u8>,
    /// Why the input was refused, if it was.
    pub rejected: Option<&'static str>,
    /// What the node decided.
    pub decided: Vec<(Slot, Value)>,
    /// How many messages it sent: kind and number of receivers.
    pub sent: Vec<(usize, usize)>,
}

/// What happened in an event.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum What {
    /// The node started.
    Start,
    /// A client was asked to get this value agreed on.
    Propose(Value),
    /// A message arrived.
    Deliver(MessageView),
    /// A message reached nobody: the receiver is down or the link is cut or it was lost. The clause says why.
    Lost(MessageView, &'static str),
    /// A timer ran out: its name.
    Fire(&'static str),
    /// The visitor or the script did something: position in the scenario's script.
    Action(usize),
    /// The node came back after a crash.
    Restart,
    /// The visitor told the node to do something: position in the scenario's script.
    Told(usize),
}

/// One message, past or under way.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MessageView {
    /// How it travels or travelled.
    #[serde(flatten)]
    pub flight: FlightView,
    /// Its fields.
    pub body: Tree,
    /// Size in bytes.
    pub bytes: u64,
}

/// One thing that will happen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct PendingView {
    /// When.
    pub due: Time,
    /// To which node; none for what happens to the network.
    pub node: Option<NodeId>,
    /// What.
    pub what: Pending,
}

/// What will happen.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub enum Pending {
    /// The node starts.
    Start,
    /// A message arrives.
    Deliver(FlightView),
    /// A timer runs out: its name and position in [`consensus_kernel::Meta::timers`].
    Fire(&'static str, usize),
    /// A client is asked for this value.
    Propose(Value),
    /// A scripted action: position in the scenario's script.
    Action(usize),
}

/// One decision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DecisionView {
    /// Who.
    pub node: NodeId,
    /// Where.
    pub slot: Slot,
    /// What.
    pub value: Value,
    /// When its client first sent the request, or when the run began; where neither is known, when it was decided.
    pub since: Time,
    /// When.
    pub at: Time,
    /// In which event.
    pub event: u64,
    /// Message delays on the chain that led to it: at a replica counted from the first replica that had the request, at
    /// a client from its sending.
    pub delays: u32,
}

/// Who stands behind a decision: the votes that a node had gathered when the decision was made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Certificate {
    /// Whose count it is: the node that decided, or whoever it heard it from.
    pub counter: NodeId,
    /// What was counted, or heard: "commit", "vote", "heartbeat".
    pub of: &'static str,
    /// Votes, or weight, that were needed; 0 where no quorum is shown, and these are but those that the node went by.
    pub need: u64,
    /// Whose votes.
    pub voters: Vec<NodeId>,
    /// In which event they were enough.
    pub event: u64,
}

/// The last that a node has heard of another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Heard {
    /// Of whom.
    pub of: NodeId,
    /// The message.
    pub message: FlightView,
    /// In which event it arrived.
    pub event: u64,
}

/// How a property stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not violated so far; for termination: fulfilled.
    Holds,
    /// Violated, for good.
    Violated,
    /// Not yet fulfilled.
    Pending,
}

/// One property at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PropertyView {
    /// Name.
    pub name: &'static str,
    /// `safety` or `liveness`.
    pub kind: &'static str,
    /// What it demands, in a sentence.
    pub says: &'static str,
    /// Where it is stated.
    pub place: &'static str,
    /// How it stands.
    pub status: Status,
    /// The first offending event.
    pub event: Option<u64>,
    /// Its time.
    pub at: Option<Time>,
    /// Why it stands so, in a sentence.
    pub reason: String,
    /// For a violated agreement: the two decisions that conflict.
    pub conflict: Option<(DecisionView, DecisionView)>,
}

/// One assumption at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AssumptionView {
    /// Name.
    pub name: &'static str,
    /// Whether it holds so far.
    pub holds: bool,
    /// Why, in a sentence.
    pub reason: String,
    /// Since when it is broken.
    pub at: Option<Time>,
}

/// Counts at one moment. A message is one point-to-point send between two different nodes; self messages are never
/// counted, client messages are counted apart.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct MetricsView {
    /// Messages between replicas.
    pub replica: u64,
    /// Messages from or to a client.
    pub client: u64,
    /// Messages and bytes of each kind, in the order of [`consensus_kernel::Meta::kinds`].
    pub by_kind: Vec<(u64, u64)>,
    /// Messages lost.
    pub lost: u64,
    /// Second copies that arrived or will arrive.
    pub duplicated: u64,
    /// Frames that the link layer sent again.
    pub retransmitted: u64,
    /// Bytes sent, by the size model.
    pub bytes: u64,
}

impl MetricsView {
    /// Messages of all kinds that are counted to this account.
    pub fn of_class(&self, meta: &Meta, class: KindClass) -> u64 {
        let kinds = meta.kinds.iter().zip(&self.by_kind).filter(|(kind, _)| kind.class == class);
        kinds.map(|(_, (messages, _))| messages).sum()
    }
}

/// A point on the time line worth marking.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Mark {
    /// When, and after how many events.
    pub position: Position,
    /// What kind of thing.
    pub kind: MarkKind,
    /// In a few words.
    pub label: String,
}

/// Kinds of marks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub enum MarkKind {
    /// A property was violated.
    Violation,
    /// A fault, or the visitor's hand.
    Fault,
    /// A new leader, view or term.
    Leader,
    /// A slot was decided for the first time.
    Decision,
}

/// The explanation of one event: what, why, the rule, and where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// "2 becomes leader of term 3".
    pub headline: String,
    /// What happened in detail, a sentence or two: the message, what it changed, what was sent.
    pub detail: String,
    /// The rules that fired, with their prose.
    pub rules: Vec<Rule>,
    /// Where no rule fired, but a fault or the end of the run bears on what the protocol promises.
    pub stake: Option<Stake>,
}

/// What a fault or the end of a run means for what the protocol promises.
#[derive(Clone, Debug, Serialize)]
pub struct Stake {
    /// What is left: who reaches a quorum, which assumption is broken, what is missing.
    pub why: String,
    /// Under which assumptions the protocol decides, and is safe.
    pub claim: String,
    /// Where that is claimed.
    pub place: &'static str,
}

/// A span of virtual time, with helpers for drawing.
pub fn fraction(timer: &TimerView, now: Time) -> f64 {
    let whole = timer.due.since(timer.set_at);
    if whole == Duration::ZERO { 1.0 } else { now.since(timer.set_at).0 as f64 / whole.0 as f64 }
}
