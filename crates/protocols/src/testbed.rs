//! A table-top for unit tests: nodes, a pile of letters, and the test's own hand moving them. No time passes here.

pub mod forgers;
pub mod watch;

use consensus_kernel::{
    Cx, Duration, Input, Meta, NodeId, Outbox, ParamValue, Params, Protocol, Rng, RuleId, RuleSet, Setup,
    Signed, Slot, SwitchId, Time, Timer, TimerChange, To, Value,
};
use std::collections::{BTreeMap, VecDeque};

/// A set-up of this many replicas and clients with everything at its default.
pub fn setup(meta: &Meta, n: usize, clients: usize) -> Setup {
    Setup {
        n,
        f: meta.model(&Params::defaults(meta.params)).1.max_f(n),
        clients,
        params: Params::defaults(meta.params).filled(meta.params, n),
        rules: RuleSet::ALL_HOLD,
        weights: vec![1; n],
        inputs: meta.inputs.usual(n),
        seed: 1,
    }
}

/// The same with another value for the parameter at this place.
pub fn with(mut setup: Setup, at: usize, value: ParamValue) -> Setup {
    setup.params.0[at] = value;
    setup
}

/// The same with this rule switched off.
pub fn without(mut setup: Setup, switch: SwitchId) -> Setup {
    setup.rules = setup.rules.without(switch);
    setup
}

/// Replica i.
pub fn r(i: usize) -> NodeId {
    NodeId::replica(i)
}

/// Client i.
pub fn c(i: usize) -> NodeId {
    NodeId::client(i)
}

/// A request of client 0.
pub fn x(number: u32) -> Value {
    Value::request(0, number)
}

/// A request of client 1.
pub fn y(number: u32) -> Value {
    Value::request(1, number)
}

/// What `who` would sign.
pub fn signed<P: Protocol, T>(table: &Table<P>, who: NodeId, body: T) -> Signed<T> {
    let (mut rng, mut out) = (Rng::stream(1, 1), Outbox::default());
    Cx::<P>::new(who, Time::ZERO, &table.config, table.rules, &mut rng, &mut out).sign(body)
}

/// Hands over one message, whoever else has written what.
pub fn tell<P: Protocol>(table: &mut Table<P>, from: NodeId, to: NodeId, msg: P::Msg) {
    table.step(to, Input::Deliver { from, msg: &msg });
}

/// A letter on the pile.
#[derive(Clone)]
pub struct Letter<M> {
    pub from: NodeId,
    pub to: NodeId,
    pub msg: M,
}

/// The nodes of one run and everything that has come out of them.
pub struct Table<P: Protocol> {
    pub config: P::Config,
    pub rules: RuleSet,
    pub replicas: Vec<P>,
    pub clients: Vec<P>,
    /// Letters under way, oldest first. Tests reorder, drop and duplicate them at will.
    pub pile: VecDeque<Letter<P::Msg>>,
    /// Timers that are set, and for how long.
    pub timers: BTreeMap<(NodeId, usize), Duration>,
    pub decided: Vec<(NodeId, Slot, Value)>,
    pub cited: Vec<(NodeId, RuleId)>,
    pub rejected: Vec<(NodeId, &'static str)>,
    /// The time that nodes are told. Tests set it.
    pub now: Time,
    rngs: BTreeMap<NodeId, Rng>,
    n: usize,
}

impl<P: Protocol> Table<P> {
    /// Builds the nodes and starts them all.
    pub fn new(setup: &Setup) -> Self {
        let config = P::configure(setup).expect("the set-up of a test is possible");
        let mut table = Self {
            replicas: (0..setup.n).map(|i| P::new(&config, NodeId::replica(i))).collect(),
            clients: (0..setup.clients).map(|i| P::new(&config, NodeId::client(i))).collect(),
            config,
            rules: setup.rules,
            pile: VecDeque::new(),
            timers: BTreeMap::new(),
            decided: Vec::new(),
            cited: Vec::new(),
            rejected: Vec::new(),
            now: Time::ZERO,
            rngs: BTreeMap::new(),
            n: setup.n,
        };
        for id in table.everyone() {
            table.step(id, Input::Start);
        }
        table
    }

    fn everyone(&self) -> Vec<NodeId> {
        let replicas = (0..self.n).map(NodeId::replica);
        replicas.chain((0..self.clients.len()).map(NodeId::client)).collect()
    }

    /// The node with this id.
    pub fn node(&mut self, id: NodeId) -> &mut P {
        if id.is_client() { &mut self.clients[id.index()] } else { &mut self.replicas[id.index()] }
    }

    /// Gives one node one input and files what comes out.
    pub fn step(&mut self, id: NodeId, input: Input<'_, P::Msg, P::Timer>) {
        let mut out = Outbox::default();
        let rng = self.rngs.entry(id).or_insert_with(|| Rng::stream(1, id.raw().into()));
        let node =
            if id.is_client() { &mut self.clients[id.index()] } else { &mut self.replicas[id.index()] };
        node.step(input, &mut Cx::new(id, self.now, &self.config, self.rules, rng, &mut out));
        for change in out.timers.iter().copied() {
            match change {
                TimerChange::Set(timer, after) => self.timers.insert((id, timer.index()), after),
                TimerChange::Cancel(timer) => self.timers.remove(&(id, timer.index())),
            };
        }
        for sent in &out.sends {
            let receivers: Vec<NodeId> = match out.receivers(sent.to) {
                To::One(to) => vec![to],
                To::Others => (0..self.n).map(NodeId::replica).collect(),
                To::Set(set) => set.iter().collect(),
            };
            for to in receivers.into_iter().filter(|to| *to != id) {
                self.pile.push_back(Letter { from: id, to, msg: (*sent.msg).clone() });
            }
        }
        self.decided.extend(out.decisions.into_iter().map(|(slot, value)| (id, slot, value)));
        self.cited.extend(out.cites.into_iter().map(|rule| (id, rule)));
        self.rejected.extend(out.rejected.map(|why| (id, why)));
    }

    /// Delivers the oldest letter; false if there is none.
    pub fn deliver(&mut self) -> bool {
        let Some(letter) = self.pile.pop_front() else { return false };
        self.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
        true
    }

    /// Delivers letters in order until none is left, dropping those that `keep` refuses.
    pub fn deliver_all(&mut self, keep: impl Fn(&Letter<P::Msg>) -> bool) {
        for _ in 0..100_000 {
            match self.pile.pop_front() {
                None => return,
                Some(letter) if keep(&letter) => {
                    self.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
                }
                Some(_) => {}
            }
        }
        panic!("the nodes never stop writing letters");
    }

    /// Lets a timer run out.
    pub fn fire(&mut self, id: NodeId, timer: P::Timer) {
        assert!(self.timers.remove(&(id, timer.index())).is_some(), "{id} has no timer {}", timer.name());
        self.step(id, Input::Fire(timer));
    }

    /// Crashes a node and brings it back with its disk.
    pub fn restart(&mut self, id: NodeId) {
        self.timers.retain(|(owner, _), _| *owner != id);
        let config = self.config.clone();
        let back = self.node(id).restart(&config);
        *self.node(id) = back;
        self.step(id, Input::Restart);
    }
}
