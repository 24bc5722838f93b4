//! How far everybody has come: the small part of checking that travels with every checkpoint.

use consensus_kernel::{Automaton, Duration, Inputs, NodeId, Pace, Slot, Time, Tone, Votes};
use consensus_scenario::Action;
use consensus_sim::{Decision, Health, Observer, Simulation};

/// What is known somewhere should be known everywhere after so many of the longest delays, or, where chains race, of the times
/// between two blocks: of two as heavy ones the next block makes one the heavier.
const HOPS: u64 = 8;

/// Who has decided how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracker {
    /// Highest slot each replica has decided.
    high: Vec<Slot>,
    /// Replies that each client has accepted.
    answered: Vec<u32>,
    /// Highest slot that any correct replica has decided.
    highest: Slot,
    /// Since when.
    risen: Time,
    /// What it was before two moments that are at least `lag` apart, the later one first.
    before: [(Time, Slot); 2],
    /// What is younger everybody cannot be asked to know.
    lag: Duration,
    decisions: u64,
}

/// Whether everybody has decided everything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Termination {
    /// Every proposed value is answered and every correct running replica knows all that any knows.
    Reached,
    /// Not yet, and nobody promises it before the visitor has decided something; what, as a clause.
    Asks(String),
    /// Not yet, and what is missing, as a clause.
    Missing(String),
}

impl Tracker {
    /// Nobody has decided anything.
    pub fn new<P: Automaton>(sim: &Simulation<P>) -> Self {
        let scenario = sim.scenario();
        let later = scenario.script.iter().filter_map(|timed| match timed.action {
            Action::Latency(latency) => Some(latency.high()),
            _ => None,
        });
        let race = match P::pace(sim.config()) {
            Some(Pace::Race { interval, .. }) => interval,
            _ => Duration::ZERO,
        };
        let longest = later.fold(scenario.network.latency.high().max(race), Duration::max);
        Self {
            high: vec![0; scenario.n],
            answered: vec![0; scenario.clients],
            highest: 0,
            risen: Time::ZERO,
            before: [(Time::ZERO, 0); 2],
            lag: longest.times(HOPS),
            decisions: 0,
        }
    }

    /// Takes a decision into account.
    #[inline]
    pub fn note(&mut self, decision: &Decision) {
        if decision.node.is_client() {
            self.note_answer(decision);
        } else {
            self.note_decision(decision);
        }
    }

    /// Likewise, of a client.
    #[inline]
    pub(crate) fn note_answer(&mut self, decision: &Decision) {
        self.answered[decision.node.index()] += 1;
    }

    /// Likewise, of a replica.
    #[inline]
    pub(crate) fn note_decision(&mut self, decision: &Decision) {
        let high = &mut self.high[decision.node.index()];
        *high = decision.slot.max(*high);
        if !decision.byzantine {
            if decision.slot > self.highest {
                self.rise(decision.slot, decision.at);
            }
            self.decisions += 1;
        }
    }

    fn rise(&mut self, highest: Slot, now: Time) {
        if now >= self.before[0].0 + self.lag {
            self.before = [(now, self.highest), self.before[0]];
        }
        (self.highest, self.risen) = (highest, now);
    }

    /// A slot that was known somewhere so long ago that everybody should know it. Where decisions never end, nobody knows the
    /// highest at every instant.
    fn settled(&self, now: Time) -> Slot {
        let is_old = |since: Time| since + self.lag <= now;
        match self.before {
            _ if is_old(self.risen) => self.highest,
            [(since, slot), _] if is_old(since) => slot,
            [_, (_, slot)] => slot,
        }
    }

    /// Decisions of correct replicas so far.
    pub fn decisions(&self) -> u64 {
        self.decisions
    }

    /// Highest slot that any correct replica has decided.
    pub fn highest(&self) -> Slot {
        self.highest
    }

    /// Replies accepted by all clients so far.
    pub fn answered(&self) -> u64 {
        self.answered.iter().map(|k| u64::from(*k)).sum()
    }

    /// Whether everybody has decided everything, as the run stands.
    pub fn termination<P: Automaton>(&self, sim: &Simulation<P>) -> Termination {
        if let Inputs::Given { .. } = sim.scenario().meta.inputs {
            return self.all_know(sim, self.highest.max(1));
        }
        let planned = sim.scenario().requests;
        let proposed: u64 = sim.proposed().iter().map(|k| u64::from(*k)).sum();
        if planned == 0 && proposed == 0 {
            return Termination::Asks("nothing was proposed".to_owned());
        }
        if self.answered() < u64::from(planned).max(proposed) {
            let waiting = u64::from(planned).max(proposed) - self.answered();
            let reason = match waiting {
                1 => "one request has no accepted reply yet".to_owned(),
                k => format!("{k} requests have no accepted reply yet"),
            };
            return match self.only_down(sim) {
                Some(client) => Termination::Asks(format!("{reason}: client {client} does not run")),
                None => Termination::Missing(self.with_waiting(sim, reason)),
            };
        }
        let is_late = sim.now() >= sim.scenario().deadline.unwrap_or(sim.scenario().until);
        self.all_know(sim, if is_late { self.settled(sim.now()) } else { self.highest })
    }

    /// A client that does not run, if only such ones have requests that are not answered: nobody promises them anything.
    fn only_down<P: Automaton>(&self, sim: &Simulation<P>) -> Option<NodeId> {
        let (requests, clients) = (sim.scenario().requests as usize, self.answered.len());
        let lacks = |c: &usize| {
            let planned = (requests + clients - 1 - c) / clients;
            (self.answered[*c] as usize) < planned.max(sim.proposed()[*c] as usize)
        };
        let lacking: Vec<NodeId> = (0..clients).filter(lacks).map(NodeId::client).collect();
        let down = lacking.iter().all(|id| sim.health(*id) != Health::Up);
        lacking.first().copied().filter(|_| down)
    }

    /// Whether every correct running replica that is to learn has decided up to this slot.
    fn all_know<P: Automaton>(&self, sim: &Simulation<P>, wanted: Slot) -> Termination {
        for (i, high) in self.high.iter().enumerate() {
            let id = NodeId::replica(i);
            let counts = !sim.is_byzantine(id) && sim.health(id) == Health::Up && P::learns(sim.config(), id);
            if *high < wanted && counts && !is_gone(sim, id) {
                let slot = sim.scenario().meta.slot;
                let reason = match *high {
                    0 if self.highest == 0 => format!("node {id} has not decided"),
                    high => {
                        format!("node {id} has decided up to {slot} {high}, others up to {}", self.highest)
                    }
                };
                return match self.asking(sim) {
                    Some(asks) => Termination::Asks(asks),
                    None => Termination::Missing(self.with_waiting(sim, reason)),
                };
            }
        }
        Termination::Reached
    }

    /// What some correct running replica asks the visitor for, if one does.
    fn asking<P: Automaton>(&self, sim: &Simulation<P>) -> Option<String> {
        (0..self.high.len()).map(NodeId::replica).find_map(|id| {
            let running = sim.health(id) == Health::Up && !sim.is_byzantine(id);
            let face = sim.copies(id).into_iter().next().filter(|_| running)?.face(sim.config());
            (face.tone == Tone::Asking)
                .then(|| format!("node {id} waits for {}", face.waits_for.unwrap_or_default()))
        })
    }

    /// Adds what a node says it waits for, and from whom nothing has come: a node that counts votes rather than one that
    /// waits for something else, and a replica rather than a client. Where nobody counts, whoever is faulty is named.
    fn with_waiting<P: Automaton>(&self, sim: &Simulation<P>, reason: String) -> String {
        let replicas = (0..self.high.len()).map(NodeId::replica);
        let everybody = replicas.chain((0..self.answered.len()).map(NodeId::client));
        let faces = everybody.filter_map(|id| {
            let running = sim.health(id) == Health::Up && !sim.is_byzantine(id);
            let face = sim.copies(id).into_iter().next().filter(|_| running)?.face(sim.config());
            Some((id, face.waits_for?, face.votes.filter(|votes| votes.have < votes.need)))
        });
        let waiting: Vec<_> = faces.collect();
        let counts = waiting.iter().find(|(id, _, votes)| !id.is_client() && votes.is_some());
        let most = counts.or(waiting.first());
        let Some((id, what, votes)) = most else { return reason };
        let who = if id.is_client() { "client" } else { "node" };
        // "2 of 3 votes" is what it has.
        let does = if what.starts_with(|c: char| c.is_ascii_digit()) { "has" } else { "waits for" };
        let missing = votes.as_ref().and_then(|votes| silent(sim, *id, votes)).or_else(|| faulty(sim));
        format!("{reason}; {who} {id} {does} {what}{}", missing.unwrap_or_default())
    }
}

/// Which of those whose votes are waited for have not been heard.
fn silent<P: Automaton>(sim: &Simulation<P>, me: NodeId, votes: &Votes) -> Option<String> {
    if votes.from.is_empty() && votes.have > 0 {
        // What it counts does not come from anybody.
        return None;
    }
    let everybody = (0..sim.scenario().n).map(NodeId::replica).take(votes.total.min(1 << 16) as usize);
    let missing = everybody.filter(|id| *id != me && !votes.from.contains(&id.raw())).collect();
    Some(format!(", none yet from {}", names(sim, missing)?))
}

/// Who does not run, or lies.
fn faulty<P: Automaton>(sim: &Simulation<P>) -> Option<String> {
    let everybody = (0..sim.scenario().n).map(NodeId::replica);
    let all = everybody.filter(|id| sim.health(*id) != Health::Up || sim.is_byzantine(*id)).collect();
    Some(format!("; faulty: {}", names(sim, all)?))
}

/// The first of them, and why they are silent, where that is known to who sees everything.
fn names<P: Automaton>(sim: &Simulation<P>, all: Vec<NodeId>) -> Option<String> {
    /// More names than these nobody reads.
    const NAMES: usize = 6;
    let name = |id: &NodeId| {
        let why = match sim.health(*id) {
            Health::Crashed => " (crashed)",
            Health::Paused => " (paused)",
            Health::Up if sim.is_byzantine(*id) => " (Byzantine)",
            Health::Up => "",
        };
        format!("{id}{why}")
    };
    let mut names: Vec<String> = all.iter().take(NAMES).map(name).collect();
    if all.len() > NAMES {
        names.push(format!("{} more", all.len() - NAMES));
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// Whether the node crashed in a protocol that knows no coming back, so that it may run again but is promised nothing.
fn is_gone<P: Automaton>(sim: &Simulation<P>, id: NodeId) -> bool {
    let scenario = sim.scenario();
    let mut happened = scenario.script.iter().take(sim.actions_done());
    !scenario.meta.envelope.recovers() && happened.any(|timed| timed.action == Action::Crash(id))
}

impl<P: Automaton> Observer<P> for Tracker {
    #[inline]
    fn decided(&mut self, decision: &Decision) {
        self.note(decision);
    }
}
