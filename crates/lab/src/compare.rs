//! Runs side by side: what each cost, measured from its own events, and how that grows with n.
//!
//! Counts follow the convention of the whole project: a message is one point-to-point send between two different nodes;
//! messages from or to a client are counted apart. Of messages between replicas, those that serve decisions are told
//! from those that elect leaders or run in the background ([`consensus_kernel::KindClass`]).

use crate::registry::open;
use crate::session::Session;
use crate::view::{DecisionView, Status};
use consensus_kernel::{KindClass, NodeId, SetupError, Time};
use consensus_scenario::{Action, Byzantine, Scenario, Strategy, Timed};
use serde::Serialize;

/// What a run has cost so far, at its cursor.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Measured {
    /// The protocol's name in links.
    pub protocol: &'static str,
    /// Number of replicas.
    pub n: usize,
    /// Number of faulty replicas that quorums are sized for.
    pub f: usize,
    /// Decisions: requests answered, or, where replicas begin with values, 1 once a correct replica has decided.
    pub decisions: u64,
    /// Whether everybody has decided everything.
    pub finished: bool,
    /// The first property that is violated, if one is.
    pub violated: Option<&'static str>,
    /// Messages between replicas that serve decisions, for each decision.
    pub messages: Option<f64>,
    /// All messages between replicas, elections and background among them, for each decision.
    pub messages_all: Option<f64>,
    /// Messages from or to clients, for each decision.
    pub messages_client: Option<f64>,
    /// Bytes sent by everybody, for each decision, by the size model.
    pub bytes: Option<f64>,
    /// Message delays until the first replica has decided, the median over all places.
    pub delays_first: Option<u32>,
    /// Message delays until the last correct replica has, likewise.
    pub delays_all: Option<u32>,
    /// Message delays until the client has its answer, the median over all requests.
    pub delays_client: Option<u32>,
    /// Time from request to answer in microseconds, the median; where replicas begin with values, until the last correct
    /// one has decided.
    pub latency_us: Option<u64>,
    /// Decisions per second of virtual time, from the beginning to the last of them.
    pub throughput: Option<f64>,
}

/// Measures a run up to its cursor.
pub fn measured(session: &dyn Session) -> Measured {
    let scenario = session.scenario();
    let (decided, replies) = (session.decisions(), session.replies());
    let metrics = session.metrics();
    let asked = scenario.clients > 0;
    let decisions = if asked { replies.len() as u64 } else { u64::from(!decided.is_empty()) };
    let each = |count: u64| (decisions > 0).then(|| count as f64 / decisions as f64);
    let of_class = |class: KindClass| {
        let kinds =
            scenario.meta.kinds.iter().zip(&metrics.by_kind).filter(move |(kind, _)| kind.class == class);
        kinds.map(|(_, (messages, _))| *messages).sum::<u64>()
    };
    let (mut first, mut all) = delays_by_place(&decided);
    let last = if asked { &replies } else { &decided }.iter().map(|d| d.at).max();
    let mut latencies = if asked { waits(scenario, &replies) } else { last.iter().map(|at| at.0).collect() };
    let mut client: Vec<u32> = replies.iter().map(|d| d.delays).collect();
    let properties = session.properties();
    let violated = properties.iter().find(|p| p.status == Status::Violated).map(|p| p.name);
    let finished = properties.iter().all(|p| p.kind != "liveness" || p.status == Status::Holds);
    Measured {
        protocol: scenario.meta.id,
        n: scenario.n,
        f: scenario.f,
        decisions,
        finished,
        violated,
        messages: each(of_class(KindClass::Decision)),
        messages_all: each(metrics.replica),
        messages_client: each(metrics.client),
        bytes: each(metrics.bytes),
        delays_first: median(&mut first),
        delays_all: median(&mut all),
        delays_client: median(&mut client),
        latency_us: median(&mut latencies),
        throughput: last.filter(|at| at.0 > 0).and_then(|at| each(at.0).map(|each_us| 1e6 / each_us)),
    }
}

/// For each place that a request or a beginning led to: delays until the first and until the last replica decided.
fn delays_by_place(decided: &[DecisionView]) -> (Vec<u32>, Vec<u32>) {
    let mut order: Vec<usize> = (0..decided.len()).filter(|i| decided[*i].delays > 0).collect();
    consensus_kernel::sort_by_number(&mut order, |i| decided[*i].slot);
    let places = order.chunk_by(|a, b| decided[*a].slot == decided[*b].slot);
    places
        .map(|place| {
            let delays = || place.iter().map(|i| decided[*i].delays);
            (delays().min().unwrap_or(0), delays().max().unwrap_or(0))
        })
        .unzip()
}

/// How long each answered request waited: from when it was to be asked, or from its client's answer before it, since a
/// client asks for one thing at a time.
fn waits(scenario: &Scenario, replies: &[DecisionView]) -> Vec<u64> {
    let mut free = vec![Time::ZERO; scenario.clients];
    let wait = |reply: &DecisionView| {
        let (client, k) = (reply.node.index(), reply.value.number().saturating_sub(1));
        let planned = u64::from(k) * scenario.clients as u64 + client as u64;
        let since = Time(scenario.gap.times(planned).0).max(*free.get(client)?);
        if let Some(free) = free.get_mut(client) {
            *free = reply.at;
        }
        Some(reply.at.since(since).0)
    };
    replies.iter().filter_map(wait).collect()
}

fn median<T: Copy + Into<u64>>(values: &mut Vec<T>) -> Option<T> {
    consensus_kernel::sort_by_number(values, |value: &T| (*value).into());
    values.get(values.len() / 2).copied()
}

/// Measures a scenario's run: up to its last decision if everybody decides, since what runs in the background goes on for
/// as long as it is watched; else the whole of it.
///
/// # Errors
/// If the protocol refuses the scenario.
pub fn measure(scenario: &Scenario) -> Result<Measured, SetupError> {
    let mut session = open(scenario)?;
    finish(&mut *session);
    Ok(measured(&*session))
}

fn finish(session: &mut dyn Session) {
    while session.run_ahead(1 << 16) {}
    go_to_the_last_decision(session);
}

/// Puts the cursor of a finished run behind its last decision, or at its end if somebody has not decided.
pub fn go_to_the_last_decision(session: &mut dyn Session) {
    session.seek_event(session.frontier().event);
    let undecided = session.properties().iter().any(|p| p.kind == "liveness" && p.status != Status::Holds);
    let last = session.decisions().iter().chain(&session.replies()).map(|d| d.event + 1).max();
    if let (false, Some(last)) = (undecided, last) {
        session.seek_event(last);
    }
}

/// The same scenario with another number of replicas, without faults: what growth is measured from.
pub fn with_replicas(scenario: &Scenario, n: usize) -> Scenario {
    let mut grown = Scenario { n, inputs: Vec::new(), weights: Vec::new(), ..scenario.clone() };
    grown.params = grown.params.resized(grown.meta.params, n);
    grown.f = grown.bound().max_f(n);
    (grown.byzantine, grown.skews, grown.script) = (Vec::new(), Vec::new(), Vec::new());
    grown
}

/// The exponent e of the curve y = c·nᵉ that fits best on log–log axes (least squares), from at least two points with
/// positive coordinates.
pub fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logs: Vec<(f64, f64)> = points
        .iter()
        .filter(|(n, y)| *n > 0.0 && *y > 0.0)
        .map(|(n, y)| (libm::log(*n), libm::log(*y)))
        .collect();
    let k = logs.len() as f64;
    let (sx, sy) = logs.iter().fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x, sy + y));
    let (mx, my) = (sx / k, sy / k);
    let (mut sxx, mut sxy) = (0.0, 0.0);
    for (x, y) in &logs {
        sxx += (x - mx) * (x - mx);
        sxy += (x - mx) * (y - my);
    }
    (logs.len() > 1 && sxx > 0.0).then(|| sxy / sxx)
}

/// How many faulty replicas a protocol survived when it was tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Tolerance {
    /// So many replicas, the first leader among them, stopped at the beginning, and all was decided none the less.
    pub crashes: usize,
    /// So many, the first leader among them, lied in every way tried (silence, twins, each lie of the protocol's own, on
    /// several seeds), and no correct replica was led astray nor kept from deciding.
    pub liars: usize,
}

/// Seeds on which lies are tried.
const LIE_SEEDS: u64 = 4;

/// The search for how many faulty replicas a scenario's protocol survives at this n, run after run: evidence, not proof.
pub struct Trials {
    calm: Scenario,
    lies: Vec<Strategy>,
    /// How many are faulty in the run under way, and, once crashes are done, with which lie and seed.
    faulty: usize,
    lie: Option<(usize, u64)>,
    under_way: Option<Box<dyn Session>>,
    crashes: usize,
    found: Option<Tolerance>,
}

impl Trials {
    /// Nothing tried yet.
    pub fn new(scenario: &Scenario) -> Self {
        let own = (0..scenario.meta.adversaries.len()).map(Strategy::Own);
        Self {
            calm: with_replicas(scenario, scenario.n),
            lies: [Strategy::Silent, Strategy::Twins(None)].into_iter().chain(own).collect(),
            faulty: 1,
            lie: None,
            under_way: None,
            crashes: 0,
            found: None,
        }
    }

    /// What was found, once everything has been tried.
    pub fn found(&self) -> Option<Tolerance> {
        self.found
    }

    /// The scenario to try next.
    fn scenario(&self) -> Scenario {
        let faulty = (0..self.faulty).map(NodeId::replica);
        match self.lie {
            None => {
                let script = faulty.map(|id| Timed { at: Time(1), action: Action::Crash(id) }).collect();
                Scenario { script, ..self.calm.clone() }
            }
            Some((lie, seed)) => {
                let byzantine =
                    faulty.map(|node| Byzantine { node, strategy: self.lies[lie].clone() }).collect();
                Scenario { byzantine, seed: self.calm.seed ^ seed, ..self.calm.clone() }
            }
        }
    }

    /// Goes on for so many events. False once everything has been tried.
    ///
    /// # Errors
    /// If the protocol refuses the scenario.
    pub fn run_ahead(&mut self, events: u64) -> Result<bool, SetupError> {
        if self.found.is_some() {
            return Ok(false);
        }
        let mut session = match self.under_way.take() {
            Some(session) => session,
            None => open(&self.scenario())?,
        };
        if session.run_ahead(events) {
            self.under_way = Some(session);
        } else {
            go_to_the_last_decision(&mut *session);
            let outcome = measured(&*session);
            self.judge(outcome.finished && outcome.violated.is_none());
        }
        Ok(true)
    }

    /// Takes the outcome of a run into account.
    fn judge(&mut self, survived: bool) {
        let next = match self.lie {
            _ if !survived => None,
            None => Some(None),
            Some((lie, seed)) if seed + 1 < LIE_SEEDS => return self.lie = Some((lie, seed + 1)),
            Some((lie, _)) if lie + 1 < self.lies.len() => return self.lie = Some((lie + 1, 0)),
            Some(_) => Some(Some((0, 0))),
        };
        match next {
            Some(lie) if self.faulty + 1 < self.calm.n => {
                self.faulty += 1;
                self.lie = lie;
            }
            next => {
                let most = if next.is_some() { self.faulty } else { self.faulty - 1 };
                match self.lie {
                    None => (self.crashes, self.faulty, self.lie) = (most, 1, Some((0, 0))),
                    Some(_) => self.found = Some(Tolerance { crashes: self.crashes, liars: most }),
                }
            }
        }
    }
}

/// Tries how many faulty replicas a scenario's protocol survives at this n.
///
/// # Errors
/// If the protocol refuses the scenario.
pub fn tolerance(scenario: &Scenario) -> Result<Tolerance, SetupError> {
    let mut trials = Trials::new(scenario);
    loop {
        if let Some(found) = trials.found() {
            return Ok(found);
        }
        trials.run_ahead(1 << 16)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use consensus_scenario::{parse, rival};

    fn scenario(link: &str) -> Scenario {
        parse(link, catalogue()).unwrap_or_else(|e| panic!("{link}: {e}")).scenario
    }

    #[test]
    fn an_exponent_is_the_slope_on_log_log_axes() {
        let curve = |e: i32| [4.0f64, 7.0, 16.0, 100.0].map(|n| (n, 3.0 * libm::pow(n, f64::from(e))));
        for e in [0, 1, 2] {
            let found = exponent(&curve(e)).expect("there are points");
            assert!((found - f64::from(e)).abs() < 1e-9, "{e}: {found}");
        }
        assert_eq!(exponent(&[(4.0, 1.0)]), None);
    }

    #[test]
    fn what_is_measured_is_what_the_run_did() {
        let m = measure(&scenario("#/pbft?n=4&req=1")).expect("possible");
        assert_eq!((m.decisions, m.finished, m.violated), (1, true, None));
        assert_eq!((m.messages, m.messages_client), (Some(24.0), Some(5.0)));
        assert_eq!((m.delays_first, m.delays_all, m.delays_client), (Some(3), Some(3), Some(5)));
        assert_eq!(m.latency_us, Some(50_000), "five delays of 10 ms");
    }

    #[test]
    fn requests_that_queue_at_their_client_wait_from_the_answer_before_them() {
        let m = measure(&scenario("#/pbft?n=4&req=5")).expect("possible");
        assert_eq!(m.latency_us, Some(50_000));
        assert_eq!(m.throughput, Some(20.0), "one request every 50 ms");
    }

    #[test]
    fn every_protocol_can_stand_beside_every_other_on_one_network() {
        let base = scenario("#/pbft?n=7&req=3&latency=5ms..20ms&seed=5");
        for meta in catalogue() {
            let other = rival(&base, meta);
            let m = measure(&other).unwrap_or_else(|e| panic!("{}: {}", meta.id, e.why));
            assert_eq!(m.violated, None, "{}", meta.id);
            assert!(m.finished || meta.claims.termination.is_none(), "{} does not finish", meta.id);
        }
    }

    #[test]
    fn crashes_and_lies_survived_are_what_the_bounds_say() {
        let tried = |link: &str| tolerance(&scenario(link)).expect("possible");
        assert_eq!(tried("#/pbft?n=4&until=5s"), Tolerance { crashes: 1, liars: 1 });
        let raft = tried("#/raft?n=5&until=5s");
        assert_eq!(raft.crashes, 2);
    }
}
