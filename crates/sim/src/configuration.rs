//! A configuration in the sense of Fischer, Lynch & Paterson (1985): the states of all processes and what is under way,
//! with no clock. From here one can ask what may still be decided, and by which schedule.

use crate::canonical;
use crate::queue::{HELD, Tag, identity_index};
use crate::simulation::{Health, Simulation};
use consensus_kernel::{
    Automaton, Cx, Input, Message, NodeId, NodeSet, Outbox, Rng, Sent, Time, TimerChange, To, Value,
    sort_by_number,
};
use consensus_scenario::MessageName;
use std::rc::Rc;

/// One event that can happen next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// This message arrives.
    Deliver(MessageName),
    /// A node's timer runs out: the timer's index. Where delays are arbitrary, clocks say nothing, and when one runs
    /// out is the scheduler's choice.
    Fire(NodeId, usize),
}

/// A schedule that ends with a decision: the proof that this decision is still possible.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// What is decided at its end.
    pub value: Value,
    /// What happens, in order.
    pub acts: Vec<Act>,
}

/// An event that can happen, as long as it has not.
#[derive(Clone)]
pub(crate) struct Pending<M> {
    pub act: Act,
    /// At which instance.
    pub to: usize,
    /// Since when.
    pub since: Time,
    /// Sent from where; for a timer, its own instance.
    from: usize,
    /// Delayed by hand, or by who sent it: it comes in its own time.
    held: bool,
    msg: Option<Rc<M>>,
}

impl<M: Message> Pending<M> {
    /// The same bytes for what means the same, however it is named.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let timer = match self.act {
            Act::Fire(_, timer) => timer,
            Act::Deliver(_) => usize::MAX,
        };
        canonical::write(&mut bytes, &(self.from, self.to, timer));
        if let Some(msg) = &self.msg {
            canonical::write(&mut bytes, msg.as_ref());
        }
        bytes
    }
}

/// Which pending event comes next: a fair order in which one part of the system runs as if the rest stood still.
#[derive(Clone, Copy)]
pub(crate) struct Policy {
    /// Those that run: enough to decide.
    awake: NodeSet,
    /// Whose messages come first, then those to it.
    favoured: usize,
    /// The newest first, which follows one chain of cause and effect, or the oldest first.
    newest: bool,
}

/// What running on needs: a place for effects, and an end.
pub(crate) struct Work<P: Automaton> {
    effects: Outbox<P::Msg, P::Timer>,
    /// So many more events may be tried. Counted, not timed, so that the same run thinks equally far everywhere.
    pub left: u32,
}

impl<P: Automaton> Work<P> {
    /// So many events may be tried.
    pub fn of(left: u32) -> Self {
        let mut effects = Outbox::default();
        effects.listens = false;
        Self { effects, left }
    }
}

/// All processes and all that is under way, oldest first.
pub(crate) struct Configuration<'a, P: Automaton> {
    sim: &'a Simulation<P>,
    /// None where a process is down, stands still, or lies: then nothing is expected of it.
    nodes: Vec<Option<Rc<P>>>,
    /// Not the processes' own: a scheduler cannot know how a coin will fall.
    rngs: Vec<Rng>,
    pub pending: Vec<Pending<P::Msg>>,
    /// Messages so far by sender, kind and receiver, to name new ones.
    counters: Vec<u32>,
    /// The first decision made since the configuration was taken.
    pub decided: Option<Value>,
}

impl<P: Automaton> Clone for Configuration<'_, P> {
    fn clone(&self) -> Self {
        Self {
            sim: self.sim,
            nodes: self.nodes.clone(),
            rngs: self.rngs.clone(),
            pending: self.pending.clone(),
            counters: self.counters.clone(),
            decided: self.decided,
        }
    }
}

impl<'a, P: Automaton> Configuration<'a, P> {
    /// The configuration of a run as it stands.
    pub fn of(sim: &'a Simulation<P>) -> Self {
        let runs = |cell: &crate::simulation::Cell<P>| cell.health == Health::Up && !cell.byzantine;
        let mut waiting: Vec<(u32, Pending<P::Msg>)> = Vec::new();
        for event in sim.queue.iter().filter(|e| e.tag == Tag::Deliver) {
            let body = sim.slab.get(event.payload);
            let to = event.to as usize;
            let name = MessageName {
                from: body.from,
                to: sim.fixed.identities[to],
                kind: body.kind as usize,
                nth: event.nth,
            };
            let from = identity_index(body.from, sim.shape.n);
            let msg = Some(Rc::new(P::Msg::clone(&body.msg)));
            let (act, since, held) = (Act::Deliver(name), body.sent, event.flags & HELD != 0);
            waiting.push((event.seq, Pending { act, to, since, from, held, msg }));
        }
        for (to, id) in sim.fixed.identities.iter().enumerate() {
            for timer in 0..sim.timers.per_instance() {
                if let Some((since, _)) = sim.timers.get(to, timer) {
                    let act = Act::Fire(*id, timer);
                    waiting.push((u32::MAX, Pending { act, to, since, from: to, held: false, msg: None }));
                }
            }
        }
        sort_by_number(&mut waiting, |(seq, _)| (*seq).into());
        sort_by_number(&mut waiting, |(_, pending)| pending.since.0);
        let mut this = Self {
            sim,
            nodes: sim.cells.iter().map(|cell| runs(cell).then(|| Rc::new(cell.node.clone()))).collect(),
            rngs: Vec::new(),
            pending: waiting.into_iter().map(|(_, pending)| pending).collect(),
            counters: sim.counters.clone(),
            decided: None,
        };
        this.toss(0);
        this
    }

    /// Takes other coins.
    fn toss(&mut self, coins: u64) {
        let stream = |i: usize| Rng::stream(!self.sim.fixed.scenario.seed, coins << 16 | i as u64);
        self.rngs = (0..self.nodes.len()).map(stream).collect();
    }

    /// Whether a pending event may come next: its link is open, and nothing stands before it where links keep order.
    pub fn is_possible(&self, at: usize) -> bool {
        let Pending { from, to, held, .. } = self.pending[at];
        let receiver = self.sim.identity_of(to);
        if held || self.pending[at].msg.is_none() {
            return !held;
        }
        let before = |p: &Pending<P::Msg>| p.msg.is_some() && (p.from, p.to) == (from, to);
        let overtakes = self.sim.network.fifo && self.pending[..at].iter().any(before);
        !overtakes && !self.sim.connectivity.is_blocked(from, receiver)
    }

    /// The oldest pending event that may come next.
    pub fn oldest(&self) -> Option<usize> {
        (0..self.pending.len()).find(|at| self.is_possible(*at))
    }

    /// The pending event with this name.
    pub fn find(&self, act: Act) -> Option<usize> {
        self.pending.iter().position(|p| p.act == act)
    }

    /// Lets a pending event happen. At a process that is down it does nothing.
    pub fn apply(&mut self, at: usize, work: &mut Work<P>) {
        let Pending { act, to, msg, .. } = self.pending.remove(at);
        let sim = self.sim;
        let Some(node) = self.nodes[to].as_mut() else { return };
        let input = match (act, &msg) {
            (Act::Deliver(name), Some(msg)) => Input::Deliver { from: name.from, msg: msg.as_ref() },
            (Act::Fire(_, timer), _) => Input::Fire(P::timer(timer)),
            (Act::Deliver(_), None) => return,
        };
        work.left = work.left.saturating_sub(1);
        let effects = &mut work.effects;
        effects.clear();
        let id = sim.fixed.identities[to];
        let rules = sim.fixed.scenario.rules;
        let mut cx = Cx::new(id, sim.now, &sim.fixed.config, rules, &mut self.rngs[to], effects);
        Rc::make_mut(node).step(input, &mut cx);
        for change in effects.timers.drain(..) {
            let timer = match change {
                TimerChange::Set(timer, _) | TimerChange::Cancel(timer) => P::place(timer),
            };
            let act = Act::Fire(id, timer);
            self.pending.retain(|p| p.act != act || p.to != to);
            if let TimerChange::Set(..) = change {
                self.pending.push(Pending { act, to, since: sim.now, from: to, held: false, msg: None });
            }
        }
        let mut sends = core::mem::take(&mut effects.sends);
        for Sent { to: address, msg } in sends.drain(..) {
            let msg = Rc::new(*msg);
            match work.effects.receivers(address) {
                To::One(id) => self.send(to, id, &msg),
                To::Others => (0..sim.shape.n).for_each(|i| self.send(to, NodeId::replica(i), &msg)),
                To::Set(set) => set.iter().for_each(|id| self.send(to, id, &msg)),
            }
        }
        work.effects.sends = sends;
        self.decided = self.decided.or(work.effects.decisions.first().map(|(_, value)| *value));
    }

    fn send(&mut self, from: usize, id: NodeId, msg: &Rc<P::Msg>) {
        let shape = self.sim.shape;
        let to = identity_index(id, shape.n);
        if to == from || to >= shape.total {
            return;
        }
        let kind = msg.kind();
        let count = &mut self.counters[(from * shape.kinds + kind) * shape.total + to];
        *count += 1;
        let name = MessageName { from: self.sim.fixed.identities[from], to: id, kind, nth: *count };
        let (act, since) = (Act::Deliver(name), self.sim.now);
        self.pending.push(Pending { act, to, since, from, held: false, msg: Some(Rc::clone(msg)) });
    }

    /// All processes that run.
    pub fn nodes(&self) -> impl Iterator<Item = &P> {
        self.nodes.iter().flatten().map(Rc::as_ref)
    }

    /// What a policy lets happen next.
    fn next(&self, policy: &Policy) -> Option<usize> {
        let mut best: Option<(u8, usize)> = None;
        for (at, p) in self.pending.iter().enumerate() {
            let awake = |i: usize| policy.awake.contains(NodeId::replica(i));
            if !awake(p.to) || !awake(p.from) || self.nodes[p.to].is_none() {
                continue;
            }
            let rank = match (p.msg.is_some(), policy.newest) {
                (true, true) if p.from == policy.favoured => 0,
                (true, true) if p.to == policy.favoured => 1,
                (true, _) => 2,
                (false, _) if p.to == policy.favoured => 3,
                (false, _) => 4,
            };
            let better = match best {
                None => true,
                Some((other, _)) => rank < other || (rank == other && policy.newest),
            };
            if better && self.is_possible(at) {
                best = Some((rank, at));
            }
        }
        best.map(|(_, at)| at)
    }

    /// Runs on under a policy until something is decided. Also says whether any coin was tossed on the way.
    fn run_on(&self, policy: &Policy, coins: u64, work: &mut Work<P>) -> (Option<Witness>, bool) {
        let mut on = self.clone();
        on.toss(coins);
        let before = on.rngs.clone();
        let mut acts = Vec::new();
        for _ in 0..ACTS_PER_NODE * policy.awake.len() {
            let Some(at) = on.next(policy).filter(|_| work.left > 0) else { break };
            acts.push(on.pending[at].act);
            on.apply(at, work);
            if let Some(value) = on.decided {
                return (Some(Witness { value, acts }), on.rngs != before);
            }
        }
        (None, on.rngs != before)
    }

    /// Looks for witnesses of two different decisions: finds none, one or two. Policies that served last time
    /// (`hints`) come first.
    pub fn witnesses(&self, family: &[Policy], hints: &mut Vec<usize>, work: &mut Work<P>) -> Vec<Witness> {
        let mut found: Vec<Witness> = Vec::new();
        for coins in 0..COINS {
            let mut tossed = false;
            let order: Vec<usize> = hints.iter().copied().chain(0..family.len()).collect();
            for at in order {
                let (witness, with_coins) = self.run_on(&family[at], coins, work);
                tossed |= with_coins;
                let Some(witness) = witness.filter(|w| found.iter().all(|other| other.value != w.value))
                else {
                    continue;
                };
                found.push(witness);
                hints.retain(|hint| *hint != at);
                hints.insert(0, at);
                hints.truncate(HINTS);
                if found.len() == 2 {
                    return found;
                }
            }
            if !tossed {
                break;
            }
        }
        found
    }

    /// The shortest schedule of the family that ends with a decision.
    pub fn shortest(&self, family: &[Policy], work: &mut Work<P>) -> Option<Witness> {
        let runs = family.iter().filter_map(|policy| self.run_on(policy, 0, work).0);
        runs.reduce(|best, next| if next.acts.len() < best.acts.len() { next } else { best })
    }
}

/// A decision may take this many events for each node that is awake; what takes longer is no witness.
const ACTS_PER_NODE: usize = 40;
/// So many different falls of the coins are tried.
const COINS: u64 = 6;
/// So many policies that served last are tried first.
const HINTS: usize = 4;
/// With more nodes than this only neighbours are tried as groups that run alone.
const ALL_GROUPS: usize = 6;

/// The family of policies for n nodes of which f may be silent.
pub(crate) fn family(n: usize, f: usize) -> Vec<Policy> {
    let size = n.saturating_sub(f).max(1);
    let mut family = Vec::new();
    let mut add = |awake: NodeSet| {
        for member in awake.iter() {
            family.push(Policy { awake, favoured: member.index(), newest: true });
        }
        family.push(Policy { awake, favoured: 0, newest: false });
    };
    if n <= ALL_GROUPS {
        for bits in 0..1u32 << n {
            let awake: NodeSet = (0..n).filter(|i| bits & 1 << i != 0).map(NodeId::replica).collect();
            if awake.len() == size {
                add(awake);
            }
        }
    } else {
        for first in 0..n {
            add((0..size).map(|k| NodeId::replica((first + k) % n)).collect());
        }
    }
    family
}
