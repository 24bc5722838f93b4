//! A run, whatever its protocol.

use crate::view::*;
use consensus_kernel::inspect::Tree;
use consensus_kernel::{Digest, NodeId, Panel, SetupError, Time};
use consensus_scenario::{MessageName, Scenario};

/// A run, whatever its protocol, with a cursor that can stand at any of its moments.
///
/// Two things move independently. The *frontier* is how far the run has ever been computed; properties, marks and
/// decisions are known up to there. The *cursor* is where the visitor stands; everything that shows state shows it at
/// the cursor. The cursor is never beyond the frontier.
pub trait Session {
    /// What determines the run.
    fn scenario(&self) -> &Scenario;

    /// How many replicas make a quorum in this run, if the protocol has one size only.
    fn quorum(&self) -> Option<usize>;

    /// Where the cursor stands.
    fn position(&self) -> Position;

    /// How far the run is known.
    fn frontier(&self) -> Position;

    /// Why the run is over, if the frontier has reached its end.
    fn end(&self) -> Option<End>;

    /// Moves the frontier on by at most so many events. False once the end is reached.
    fn run_ahead(&mut self, events_max: u64) -> bool;

    /// Moves the cursor so that exactly so many events have happened (fewer if the run has fewer).
    fn seek_event(&mut self, event: u64);

    /// Moves the cursor to a time: all events at or before it have happened. Stays at or before the run's `until`.
    fn seek_time(&mut self, at: Time);

    /// Who talks to whom, as pairs of replicas; none if everybody talks to everybody.
    fn edges(&self) -> Option<Vec<(NodeId, NodeId)>>;

    /// All nodes: replicas, then clients.
    fn nodes(&self) -> Vec<NodeView>;

    /// All messages under way, into a buffer that is reused from frame to frame.
    fn flights(&self, into: &mut Vec<FlightView>);

    /// Messages lost lately, newest last; at most 64.
    fn losses(&self) -> Vec<LossView>;

    /// A node's whole state; two trees for a twin.
    fn inspect(&self, node: NodeId) -> Vec<Tree>;

    /// A message under way, with its fields.
    fn message(&self, name: MessageName) -> Option<MessageView>;

    /// The protocol's views over all nodes; before them, in a scheduled run, what the scheduler does next and why.
    fn panels(&self) -> Vec<Panel>;

    /// In a scheduled run, what all schedules from here lead to, by number of events: up to the first number with which two
    /// decisions are possible, or as far as so many configurations go. Takes some microseconds for each.
    fn explored(&self, configurations_max: usize) -> Option<Panel>;

    /// The events numbered `from .. to`, as far as the frontier. Replays them, so ask for few thousands at a time.
    fn events(&self, from: u64, to: u64) -> Vec<EventView>;

    /// The same without the fields of messages ([`MessageView::body`] is [`Tree::None`]), in about half the time.
    fn outline(&self, from: u64, to: u64) -> Vec<EventView>;

    /// The number of the first event at or after a time (up to the frontier).
    fn event_at(&self, at: Time) -> u64;

    /// Numbers of events between which everything lies that happens from one time to another: some hundreds more, for
    /// nothing is replayed to find them.
    fn events_around(&self, from: Time, to: Time) -> (u64, u64);

    /// The next things to happen, soonest first, at most so many.
    fn pending(&self, most: usize) -> Vec<PendingView>;

    /// All properties as they stand at the cursor.
    fn properties(&self) -> Vec<PropertyView>;

    /// All assumptions as they stand at the cursor.
    fn assumptions(&self) -> Vec<AssumptionView>;

    /// Decisions of replicas up to the cursor, oldest first.
    fn decisions(&self) -> Vec<DecisionView>;

    /// Replies accepted by clients up to the cursor, oldest first.
    fn replies(&self) -> Vec<DecisionView>;

    /// Who stands behind a decision, as far as nodes show whose votes they count.
    fn certificate(&self, decision: &DecisionView) -> Option<Certificate>;

    /// The last message that a node has taken from each other one, up to the cursor; what lies thousands of events back is
    /// not looked for.
    fn heard(&self, node: NodeId) -> Vec<Heard>;

    /// Whether messages of this kind are sent anywhere in the run, as far as it is known.
    fn sends(&self, kind: usize) -> bool;

    /// Counts at the cursor.
    fn metrics(&self) -> MetricsView;

    /// Marks of the whole known run, oldest first.
    fn marks(&self) -> Vec<Mark>;

    /// Where the first mark of a kind stands, as far as the run is known.
    fn first_mark(&self, kind: MarkKind) -> Option<Position>;

    /// What an event came to, in a line.
    fn headline(&self, event: &EventView) -> String;

    /// Explains an event in words. Goes through it once more, to see what it changed.
    fn explain(&self, event: &EventView) -> Explanation;

    /// SHA-256 over the canonical event stream of the whole run, which is computed to its end for this.
    fn digest(&self) -> Digest;

    /// Replaces the scenario, keeping the cursor's time. What both have in common is not computed again.
    fn edit(&mut self, scenario: Scenario) -> Result<(), SetupError>;
}
