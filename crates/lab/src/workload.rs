//! Work to measure: the real engines, and the bare loop they are measured against. Nothing here reads a clock: whoever
//! runs it does.

use consensus_check::Verdicts;
use consensus_kernel::{Digest, Duration, Meta, Protocol, Ratio, SetupError, Time};
use consensus_scenario::{Latency, Scenario};
use consensus_sim::{Simulation, Stop, TraceDigest};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An event of the bare loop: 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct BareEvent {
    at: u64,
    seq: u64,
    from: u32,
    to: u32,
    round: u64,
}

/// The bare loop: `n` nodes send to all others, again and again, through a standard binary heap, with delays uniform in
/// 5–20 ms and a handler that only counts. A node that has heard all others in a round opens the next one.
pub struct BareLoop {
    rng: consensus_kernel::Rng,
    queue: BinaryHeap<Reverse<BareEvent>>,
    /// How many each node has heard in its round.
    heard: Vec<u32>,
    seq: u64,
}

impl BareLoop {
    /// All nodes have sent their first round.
    pub fn new(n: usize) -> Self {
        let rng = consensus_kernel::Rng::stream(7, 7);
        let mut bare = Self { rng, queue: BinaryHeap::with_capacity(4 * n * n), heard: vec![0; n], seq: 0 };
        for node in 0..n {
            bare.broadcast(node, 0, 0);
        }
        bare
    }

    /// Delivers so many more messages; gives how many.
    pub fn deliver(&mut self, messages: u64) -> u64 {
        let mut delivered = 0;
        while delivered < messages {
            let Some(Reverse(event)) = self.queue.pop() else { break };
            delivered += 1;
            let others = self.heard.len() - 1;
            let heard = &mut self.heard[event.to as usize];
            *heard += 1;
            if *heard as usize == others {
                *heard = 0;
                self.broadcast(event.to as usize, event.at, event.round + 1);
            }
        }
        delivered
    }

    #[inline(always)]
    fn broadcast(&mut self, from: usize, now: u64, round: u64) {
        for to in (0..self.heard.len()).filter(|to| *to != from) {
            let (at, seq) = (now + self.rng.within(5_000, 20_000), self.seq);
            self.queue.push(Reverse(BareEvent { at, seq, from: from as u32, to: to as u32, round }));
            self.seq += 1;
        }
    }
}

/// A bare loop from its beginning; gives the number of messages delivered.
pub fn bare_loop(n: usize, messages: u64) -> u64 {
    BareLoop::new(n).deliver(messages)
}

/// The scenario in which engines are measured: requests without end from four clients, delays uniform in 5–20 ms, and, if `trouble`, one
/// message in a thousand lost and one in a thousand doubled.
pub fn busy_scenario(meta: &'static Meta, n: usize, trouble: bool) -> Scenario {
    let mut scenario = Scenario::new(meta);
    scenario.n = n;
    scenario.f = scenario.bound().max_f(n);
    if scenario.clients > 0 {
        (scenario.clients, scenario.requests) = (4, 1_000_000);
    }
    // About as often as four clients that wait for each answer can ask: what they cannot ask yet costs events, and no messages.
    scenario.gap = Duration::millis(15);
    scenario.until = Time(consensus_scenario::bounds::UNTIL.0);
    scenario.network.latency = Latency::Uniform(Duration::millis(5), Duration::millis(20));
    if trouble {
        let rare = Ratio::new(1, 1_000).unwrap_or(Ratio::ZERO);
        // What a protocol does not promise to survive is not thrown at it.
        if meta.envelope.loss {
            scenario.network.loss = rare;
        }
        if meta.envelope.duplication {
            scenario.network.duplicate = rare;
        }
    }
    scenario
}

/// A run of a real engine with its checks on, to be moved on piece by piece.
pub trait Engine {
    /// Delivers at least so many more messages; gives how many.
    fn deliver(&mut self, messages: u64) -> u64;
    /// Decisions of replicas so far.
    fn decisions(&self) -> u64;
    /// Whether no property was violated.
    fn is_clean(&self) -> bool;
}

struct Running<P: Protocol> {
    scenario: Scenario,
    /// There is one whenever nothing begins again.
    sim: Option<Simulation<P>>,
    verdicts: Verdicts,
    /// Of the runs that are over: a protocol that decides once is run again and again, each time from another seed.
    delivered_before: u64,
    decisions_before: u64,
    was_clean: bool,
}

impl<P: Protocol> Running<P> {
    fn new(scenario: Scenario) -> Result<Self, SetupError> {
        let sim = Simulation::<P>::with_limit(&scenario, u64::MAX)?;
        let verdicts = Verdicts::new(&sim);
        let sim = Some(sim);
        Ok(Self { scenario, sim, verdicts, delivered_before: 0, decisions_before: 0, was_clean: true })
    }

    /// Messages delivered in the run under way.
    fn delivered_here(&self) -> u64 {
        self.sim.as_ref().map_or(0, |sim| sim.metrics().delivered)
    }

    fn delivered(&self) -> u64 {
        self.delivered_before + self.delivered_here()
    }

    /// The same from the next seed.
    fn begin_again(&mut self) {
        (self.delivered_before, self.decisions_before) = (self.delivered(), self.decisions());
        self.was_clean = self.is_clean();
        self.scenario.seed = self.scenario.seed.wrapping_add(1);
        let again = self.sim.take().map(|sim| sim.begin_again(&self.scenario));
        let sim = again.and_then(Result::ok).expect("what was possible from one seed is so from the next");
        self.verdicts = Verdicts::new(&sim);
        self.sim = Some(sim);
    }
}

impl<P: Protocol> Engine for Running<P> {
    fn deliver(&mut self, messages: u64) -> u64 {
        let before = self.delivered();
        while self.delivered() - before < messages {
            let left = messages - (self.delivered() - before);
            let Some(sim) = &mut self.sim else { break };
            let stop = Stop::at_event(sim.events() + left);
            if sim.run(&mut self.verdicts, stop) != consensus_sim::Progress::Stopped {
                if sim.metrics().delivered == 0 {
                    break;
                }
                self.begin_again();
            }
        }
        self.delivered() - before
    }

    fn decisions(&self) -> u64 {
        self.decisions_before + self.verdicts.tracker.decisions()
    }

    fn is_clean(&self) -> bool {
        self.was_clean && self.verdicts.violations().is_empty()
    }
}

/// A real engine in a busy scenario.
pub(crate) fn engine<P: Protocol>(scenario: &Scenario) -> Result<Box<dyn Engine>, SetupError> {
    Ok(Box::new(Running::<P>::new(scenario.clone())?))
}

/// The digest of a whole run.
pub(crate) fn digest<P: Protocol>(scenario: &Scenario) -> Result<Digest, SetupError> {
    let mut sim = Simulation::<P>::new(scenario)?;
    let mut digest = TraceDigest::default();
    sim.run(&mut digest, Stop::NEVER);
    Ok(digest.finish(&sim))
}
