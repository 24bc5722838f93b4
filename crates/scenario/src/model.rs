//! A scenario: everything that determines a run, as plain data.

use consensus_kernel::{
    Bits, Bound, Duration, FaultModel, Inputs, Meta, NodeId, Params, Ratio, RuleSet, Setup, Time, Value,
    WideSet,
};

/// Everything that determines a run. Two equal scenarios give the same run, event for event, on every platform.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The protocol.
    pub meta: &'static Meta,
    /// Number of replicas.
    pub n: usize,
    /// Number of faulty replicas that quorums are sized for; may lie beyond the protocol's bound.
    pub f: usize,
    /// Root of every random choice.
    pub seed: u64,
    /// The run ends here at the latest.
    pub until: Time,
    /// Every proposal should be decided by then; later, termination counts as violated. None: no such demand.
    pub deadline: Option<Time>,
    /// Number of clients; none where replicas begin with what is agreed on ([`Meta::inputs`]).
    pub clients: usize,
    /// Number of requests, dealt to the clients in turn.
    pub requests: u32,
    /// Time between one request and the next; zero hands all of them over at once.
    pub gap: Duration,
    /// What replicas begin with, as many as begin with something; empty for the usual.
    pub inputs: Vec<Value>,
    /// The protocol's own parameters.
    pub params: Params,
    /// Rules switched off.
    pub rules: RuleSet,
    /// Weight of each replica; empty if all weigh 1.
    pub weights: Vec<u64>,
    /// The network.
    pub network: Network,
    /// Replicas that misbehave from the start, each at most once, ascending.
    pub byzantine: Vec<Byzantine>,
    /// Replicas whose clock runs at another rate (2/1: twice as fast), each at most once, ascending.
    pub skews: Vec<(NodeId, Ratio)>,
    /// What happens when, ascending in time; what stands first happens first at the same time.
    pub script: Vec<Timed>,
}

/// How messages travel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    /// One-way delay.
    pub latency: Latency,
    /// Probability that a message is lost.
    pub loss: Ratio,
    /// Probability that a message has a second copy, then a third, and a fourth.
    pub duplicate: Ratio,
    /// Messages on one directed link do not overtake each other on their first way: what is sent again, doubled, replayed
    /// or moved by hand does.
    pub fifo: bool,
    /// A lost message is sent again by the link until it arrives, first after this time, then doubling.
    pub retransmit: Option<Duration>,
    /// Global stabilisation time: before it a message may take until then, plus its usual delay.
    pub gst: Option<Time>,
    /// Time a node needs to handle one message.
    pub cpu: Duration,
    /// Bytes per second that a node can send; none: unlimited.
    pub bandwidth: Option<u64>,
    /// Who chooses what happens next.
    pub schedule: Schedule,
}

/// Who chooses what happens next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Schedule {
    /// Nobody: messages arrive after their delay, timers run out in time.
    Network,
    /// An adversary that wants no decision (Fischer, Lynch & Paterson 1985): it delivers one message, or lets one timer
    /// run out, per latency, so that two outcomes stay possible, and nothing for ever. Only until the global
    /// stabilisation time, if there is one.
    Bivalent,
}

/// Distribution of the one-way delay, at least 1 µs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Latency {
    /// Always the same.
    Constant(Duration),
    /// Every microsecond between the two, inclusive, equally likely.
    Uniform(Duration, Duration),
    /// Exponential with this mean.
    Exponential(Duration),
}

impl Latency {
    /// A delay that is not exceeded (for the exponential: with probability 99.99 %).
    pub fn high(self) -> Duration {
        match self {
            Self::Constant(d) | Self::Uniform(_, d) => d,
            Self::Exponential(mean) => mean.times(10),
        }
    }
}

/// A replica that misbehaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Byzantine {
    /// Which.
    pub node: NodeId,
    /// How.
    pub strategy: Strategy,
}

/// How a Byzantine replica misbehaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Strategy {
    /// Sends nothing.
    Silent,
    /// Sends everything this much later.
    Delay(Duration),
    /// Sends nothing to these nodes.
    Omit(Group),
    /// Sends each message a second time after this long.
    Replay(Duration),
    /// Two honest copies of one identity; the second one faces these nodes, the first one all others. None: the second
    /// one faces the odd-numbered nodes.
    Twins(Option<Group>),
    /// A lie of the protocol's own: position in its [`Meta::adversaries`].
    Own(usize),
}

/// A set of nodes, replicas and clients.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Group {
    /// The replicas.
    pub replicas: WideSet,
    /// The clients, as replicas of the same index.
    clients: Bits<1>,
}

impl Group {
    /// Whether the node is a member.
    pub fn contains(&self, id: NodeId) -> bool {
        if id.is_client() {
            self.clients.contains(NodeId::replica(id.index()))
        } else {
            self.replicas.contains(id)
        }
    }

    /// Adds a node; false if it was there.
    pub fn insert(&mut self, id: NodeId) -> bool {
        if id.is_client() {
            self.clients.insert(NodeId::replica(id.index()))
        } else {
            self.replicas.insert(id)
        }
    }

    /// Members: replicas, then clients, ascending.
    pub fn iter(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.replicas.iter().chain(self.clients.iter().map(|c| NodeId::client(c.index())))
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.replicas.is_empty() && self.clients.is_empty()
    }
}

impl FromIterator<NodeId> for Group {
    fn from_iter<I: IntoIterator<Item = NodeId>>(iter: I) -> Self {
        let mut group = Self::default();
        for id in iter {
            group.insert(id);
        }
        group
    }
}

/// An action and its time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timed {
    /// When.
    pub at: Time,
    /// What.
    pub action: Action,
}

/// What the visitor, or a script, does to a run.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::large_enum_variant, reason = "scripts are short, and most say nothing of groups")]
pub enum Action {
    /// The node stops; messages that reach it are lost.
    Crash(NodeId),
    /// A crashed node comes back with what was on its disk.
    Restart(NodeId),
    /// A crashed node comes back with an empty disk.
    Amnesia(NodeId),
    /// The node stands still; messages wait for it, timers fire late.
    Pause(NodeId),
    /// A paused node goes on.
    Resume(NodeId),
    /// Nodes reach only nodes of their own group; nodes in no group form one more. Replaces earlier cuts.
    Partition(Vec<Group>),
    /// Nothing gets from the first group to the second.
    Block(Group, Group),
    /// Nothing gets from one of these nodes to the other, either way.
    Cut(NodeId, NodeId),
    /// Undoes `Cut` and `Block` between these two nodes.
    Mend(NodeId, NodeId),
    /// Undoes all cuts, blocks and partitions.
    Heal,
    /// From now on messages are lost with this probability.
    Loss(Ratio),
    /// From now on the one-way delay is this.
    Latency(Latency),
    /// This client asks for one more value.
    Propose(NodeId),
    /// The timer of this name runs out now, if it is set: node, position in [`Meta::timers`].
    Fire(NodeId, usize),
    /// This replica is told to do something: position in [`Meta::commands`], and about what
    /// ([`consensus_kernel::Input::Command`]).
    Command(NodeId, usize, usize),
    /// Something happens to one message: at once if it is under way, as soon as it is sent if it is not yet sent.
    Message(MessageName, Fate),
}

/// The name of one message: the `nth` (from 1) of its kind from one node to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageName {
    /// Sender.
    pub from: NodeId,
    /// Receiver.
    pub to: NodeId,
    /// Position in [`Meta::kinds`].
    pub kind: usize,
    /// Which of them, from 1.
    pub nth: u32,
}

/// What happens to one message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is lost.
    Drop,
    /// It arrives now.
    Deliver,
    /// It arrives this much later than it would have.
    Delay(Duration),
    /// It arrives a second time, 1 µs later.
    Duplicate,
}

/// The end of a run, unless something else is said.
const USUAL_UNTIL: Time = Time(10_000_000);

impl Scenario {
    /// The protocol with everything at its default: one request, no faults, 10 ms constant delay.
    pub fn new(meta: &'static Meta) -> Self {
        let n = meta.n.1;
        let params = Params::defaults(meta.params);
        let asked = matches!(meta.inputs, Inputs::Requests);
        Self {
            meta,
            n,
            f: meta.model(&params).1.max_f(n),
            seed: 1,
            until: USUAL_UNTIL,
            deadline: None,
            clients: usize::from(asked),
            requests: u32::from(asked),
            gap: Duration::ZERO,
            inputs: Vec::new(),
            params,
            rules: RuleSet::ALL_HOLD,
            weights: Vec::new(),
            network: Network::usual(meta),
            byzantine: Vec::new(),
            skews: Vec::new(),
            script: Vec::new(),
        }
    }

    /// Where the run ends if nothing else is said: where a scheduler keeps it from deciding, only after 100,000 of its steps.
    pub fn usual_until(&self) -> Time {
        match self.network.schedule {
            Schedule::Network => USUAL_UNTIL,
            Schedule::Bivalent => Time(100 * USUAL_UNTIL.0),
        }
    }

    /// Sets who chooses what arrives next; a usual end becomes the one that is usual then.
    pub fn set_schedule(&mut self, schedule: Schedule) {
        let usual = self.until == self.usual_until();
        self.network.schedule = schedule;
        if usual {
            self.until = self.usual_until();
        }
    }

    /// A run worth watching: the defaults, with three requests where clients ask.
    pub fn example(meta: &'static Meta) -> Self {
        let usual = Self::new(meta);
        Self { requests: 3 * usual.requests, ..usual }
    }

    /// What the protocol's configuration is made from.
    pub fn setup(&self) -> Setup {
        Setup {
            n: self.n,
            f: self.f,
            clients: self.clients,
            params: self.params.filled(self.meta.params, self.n),
            rules: self.rules,
            weights: if self.weights.is_empty() { vec![1; self.n] } else { self.weights.clone() },
            inputs: self.inputs_given(),
            seed: self.seed,
        }
    }

    /// What replicas begin with, those that begin with something, in their order.
    pub fn inputs_given(&self) -> Vec<Value> {
        if self.inputs.is_empty() { self.meta.inputs.usual(self.n) } else { self.inputs.clone() }
    }

    /// What faulty replicas may do, with these parameters.
    pub fn faults(&self) -> FaultModel {
        self.meta.model(&self.params).0
    }

    /// How many of them there may be, with these parameters.
    pub fn bound(&self) -> Bound {
        self.meta.model(&self.params).1
    }

    /// What a replica weighs.
    pub fn weight(&self, id: NodeId) -> u64 {
        self.weights.get(id.index()).copied().unwrap_or(1)
    }

    /// What all replicas weigh together.
    pub fn total_weight(&self) -> u64 {
        if self.weights.is_empty() { self.n as u64 } else { self.weights.iter().sum() }
    }

    /// Inserts an action behind all that happen before or at the same time; gives its position.
    pub fn act(&mut self, at: Time, action: Action) -> usize {
        let place = self.script.partition_point(|t| t.at <= at);
        self.script.insert(place, Timed { at, action });
        place
    }
}

impl Scenario {
    /// Whether two scenarios are equal but for what their scripts do.
    pub fn same_but_script(&self, other: &Self) -> bool {
        let Self {
            meta,
            n,
            f,
            seed,
            until,
            deadline,
            clients,
            requests,
            gap,
            inputs,
            params,
            rules,
            weights,
            ..
        } = self;
        meta.id == other.meta.id
            && (n, f, seed, until, deadline)
                == (&other.n, &other.f, &other.seed, &other.until, &other.deadline)
            && (clients, requests, gap, inputs)
                == (&other.clients, &other.requests, &other.gap, &other.inputs)
            && (params, rules, weights) == (&other.params, &other.rules, &other.weights)
            && (&self.network, &self.byzantine) == (&other.network, &other.byzantine)
            && self.skews == other.skews
    }
}

impl PartialEq for Scenario {
    fn eq(&self, other: &Self) -> bool {
        self.same_but_script(other) && self.script == other.script
    }
}

impl Default for Network {
    fn default() -> Self {
        Self {
            latency: Latency::Constant(Duration::millis(10)),
            loss: Ratio::ZERO,
            duplicate: Ratio::ZERO,
            fifo: false,
            retransmit: None,
            gst: None,
            cpu: Duration::ZERO,
            bandwidth: None,
            schedule: Schedule::Network,
        }
    }
}

impl Network {
    /// The network of a scenario that says nothing of it: 10 ms constant delay, and links that send again what is lost
    /// where the protocol needs such links.
    pub fn usual(meta: &Meta) -> Self {
        let retransmit = meta.envelope.reliable_links.then_some(Duration::millis(50));
        Self { retransmit, ..Self::default() }
    }
}
