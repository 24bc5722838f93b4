//! Runs side by side: what each cost, measured from its own events, and how that grows with n.
//!
//! Counts follow the convention of the whole project: a message is one point-to-point send between two different nodes;
//! messages from or to a client are counted apart. Of messages between replicas, those that serve decisions are told
//! from those that elect leaders or run in the background ([`consensus_kernel::KindClass`]).

use crate::registry::open;
use crate::session::Session;
use crate::view::{DecisionView, EventView, FlightView, Status, What};
use consensus_kernel::{KindClass, SetupError};
use consensus_scenario::Scenario;
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
    /// Decisions: values decided and known to the client that asked, however many others are told the same, or, where
    /// replicas begin with values, 1 once a correct replica has decided.
    pub decisions: u64,
    /// Whether everybody has decided everything.
    pub finished: bool,
    /// The first property that is violated, if one is.
    pub violated: Option<&'static str>,
    /// Messages between replicas that serve decisions, for each decision.
    pub messages: Option<f64>,
    /// Of them all, not for each decision, those of later rounds than the one that decided, where that was looked for
    /// ([`of_later_rounds`]).
    pub later_rounds: Option<u64>,
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
    /// Message delays until the client has its answer, the median over all decisions.
    pub delays_client: Option<u32>,
    /// Time from when its client first sent a request to the answer, in microseconds, the median; where replicas begin with values, until the last correct
    /// one has decided.
    pub latency_us: Option<u64>,
    /// Decisions per second of virtual time, from the beginning to the last of them.
    pub throughput: Option<f64>,
}

impl Measured {
    /// Whether the client knows before the first replica has decided: it counts replies that were given on trust, and
    /// replicas decide with what comes later.
    pub fn client_first(&self) -> bool {
        self.delays_client.is_some() && self.delays_client < self.delays_first
    }
}

/// Measures a run up to its cursor.
pub fn measured(session: &dyn Session) -> Measured {
    let scenario = session.scenario();
    let (mut decided, mut replies) = (session.decisions(), session.replies());
    let metrics = session.metrics();
    let asked = scenario.clients > 0;
    // What decides once tells everybody who asks later the same: these are no decisions, and their delays go on from the
    // first.
    let mut answered = vec![0; scenario.clients];
    replies.retain(|d| {
        let own = answered.get_mut(d.node.index()).filter(|_| d.value.client() == Some(d.node));
        own.is_some_and(|k| std::mem::replace(k, d.value.number()) != d.value.number())
    });
    let decisions = if asked { replies.len() as u64 } else { u64::from(!decided.is_empty()) };
    let each = |count: u64| (decisions > 0).then(|| count as f64 / decisions as f64);
    let told = if asked { &replies } else { &decided };
    let last = told.iter().map(|d| d.at).max();
    let latencies = match asked {
        true => told.iter().map(|d| d.at.since(d.since).0).collect(),
        false => last.iter().map(|at| at.0).collect(),
    };
    let client = replies.iter().map(|d| d.delays.into()).collect();
    let (first, all) = delays_by_place(&mut decided);
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
        messages: each(metrics.of_class(scenario.meta, KindClass::Decision)),
        later_rounds: None,
        messages_all: each(metrics.replica),
        messages_client: each(metrics.client),
        bytes: each(metrics.bytes),
        delays_first: median(first).map(|d| d as u32),
        delays_all: median(all).map(|d| d as u32),
        delays_client: median(client).map(|d| d as u32),
        latency_us: median(latencies),
        throughput: last.filter(|at| at.0 > 0).and_then(|at| each(at.0).map(|each_us| 1e6 / each_us)),
    }
}

/// Of the messages that serve a run's only decision, those of later rounds than the one that decided, if there are any:
/// whoever cannot know of the decision yet goes on, and the literature counts the round that decided alone, with what tells
/// of it. All events are gone through, so beyond so many nothing is said; nor where messages are lost or doubled.
pub fn of_later_rounds(session: &dyn Session, events_max: u64) -> Option<u64> {
    let (scenario, here) = (session.scenario(), session.position().event);
    let network = &scenario.network;
    if scenario.clients > 0 || here > events_max || !network.loss.is_zero() || !network.duplicate.is_zero() {
        return None;
    }
    let events = session.outline(0, here);
    let arrived = |event: &EventView| match &event.what {
        What::Deliver(m) | What::Lost(m, _) => Some(m.flight),
        _ => None,
    };
    let decided = events.iter().find(|event| !event.decided.is_empty())?;
    let round = arrived(decided)?.round;
    let mut flights = Vec::new();
    session.flights(&mut flights);
    let later = |m: &FlightView| m.round > round && scenario.meta.kinds[m.kind].class == KindClass::Decision;
    let count = events.iter().filter_map(arrived).chain(flights).filter(later).count() as u64;
    Some(count).filter(|count| *count > 0)
}

/// For each place that a request or a beginning led to: delays until the first and until the last replica decided.
fn delays_by_place(decided: &mut [DecisionView]) -> (Vec<u64>, Vec<u64>) {
    consensus_kernel::sort_by_number(decided, |d| d.slot);
    let (mut first, mut all) = (Vec::new(), Vec::new());
    for place in decided.chunk_by(|a, b| a.slot == b.slot) {
        let delays = || place.iter().map(|d| u64::from(d.delays)).filter(|delays| *delays > 0);
        first.extend(delays().min());
        all.extend(delays().max());
    }
    (first, all)
}

fn median(mut values: Vec<u64>) -> Option<u64> {
    consensus_kernel::sort_by_number(&mut values, |value| *value);
    values.get(values.len() / 2).copied()
}

/// Measures a scenario's run: up to its last decision if everybody decides, since what runs in the background goes on for
/// as long as it is watched; else the whole of it.
///
/// # Errors
/// If the protocol refuses the scenario.
pub fn measure(scenario: &Scenario) -> Result<Measured, SetupError> {
    let mut session = open(scenario)?;
    while session.run_ahead(1 << 16) {}
    go_to_the_last_decision(&mut *session);
    Ok(Measured { later_rounds: of_later_rounds(&*session, u64::MAX), ..measured(&*session) })
}

/// Puts the cursor of a finished run behind its last decision, or at its end if somebody has not decided.
fn go_to_the_last_decision(session: &mut dyn Session) {
    session.seek_event(session.frontier().event);
    let undecided = session.properties().iter().any(|p| p.kind == "liveness" && p.status != Status::Holds);
    let last = session.decisions().iter().chain(&session.replies()).map(|d| d.event + 1).max();
    if let (false, Some(last)) = (undecided, last) {
        session.seek_event(last);
    }
}

/// Numbers of replicas at which growth is measured: those of the literature's tables.
pub const SIZES: [usize; 7] = [4, 7, 10, 16, 31, 64, 100];

/// Events between two signs of life.
const EVENTS: u64 = 64;

/// Requests of a run with another number of replicas: the first may pay for an election.
const REQUESTS: u32 = 3;

/// The same scenario with another number of replicas, few requests and no faults: what growth is measured from.
pub fn with_replicas(scenario: &Scenario, n: usize) -> Scenario {
    let requests = scenario.requests.min(1) * REQUESTS;
    let mut grown = Scenario { n, requests, inputs: Vec::new(), weights: Vec::new(), ..scenario.clone() };
    grown.params = grown.params.resized(grown.meta.params, n);
    grown.f = grown.bound().max_f(n);
    (grown.byzantine, grown.skews, grown.script) = (Vec::new(), Vec::new(), Vec::new());
    grown.deadline = None;
    grown
}

/// What a scenario's run costs with another number of replicas; none if the protocol refuses so many, or if not all is
/// decided: what that has cost is no price of a decision. `beat` is called every few dozen events.
pub fn grown(scenario: &Scenario, n: usize, beat: &mut dyn FnMut()) -> Option<Measured> {
    let mut session = open(&with_replicas(scenario, n)).ok()?;
    while session.run_ahead(EVENTS) {
        beat();
    }
    go_to_the_last_decision(&mut *session);
    Some(measured(&*session)).filter(|m| m.finished)
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
    fn what_decides_once_has_one_decision_however_many_ask() {
        let once = |load: &str| measure(&scenario(&format!("#/paxos?n=4{load}"))).expect("possible");
        let one = once("&req=1");
        assert_eq!((one.decisions, one.messages, one.delays_client), (1, Some(15.0), Some(6)));
        assert_eq!((one.latency_us, one.throughput.map(f64::round)), (Some(60_000), Some(17.0)));
        for load in ["&req=3", "&req=20", "&req=16&clients=16"] {
            let many = once(load);
            assert_eq!((many.decisions, many.finished), (1, true), "{load}");
            assert_eq!((many.delays_first, many.delays_client), (Some(4), Some(6)), "{load}");
            assert_eq!((many.latency_us, many.throughput), (one.latency_us, one.throughput), "{load}");
        }
        assert_eq!(once("&req=3").messages, Some(15.0), "who asks later costs replicas nothing");
    }

    #[test]
    fn what_is_executed_on_trust_is_known_to_the_client_before_a_replica_decides() {
        let m = measure(&scenario("#/zyzzyva?n=4&req=20")).expect("possible");
        assert_eq!((m.delays_client, m.client_first()), (Some(3), true));
        let m = measure(&scenario("#/pbft?n=4&req=20")).expect("possible");
        assert_eq!((m.delays_client, m.client_first()), (Some(5), false));
        assert!(!measure(&scenario("#/om?n=4")).expect("possible").client_first(), "nobody asks");
    }

    #[test]
    fn rounds_that_begin_before_the_decision_arrives_are_told_apart() {
        for n in [4, 7] {
            let m = measure(&scenario(&format!("#/chandra-toueg?n={n}"))).expect("possible");
            let all = m.messages.expect("decided") as u64;
            let round_1 = all - m.later_rounds.expect("somebody has gone on");
            // What Chandra & Toueg's first round and the broadcast of its decision take, each relayed by everybody.
            assert_eq!(round_1, (n - 1) * (n + 3), "n = {n}, of {all} in all");
        }
        for link in ["#/om?n=4", "#/pbft?n=4", "#/chandra-toueg?n=4&loss=1%"] {
            assert_eq!(measure(&scenario(link)).expect("possible").later_rounds, None, "{link}");
        }
    }

    #[test]
    fn requests_that_queue_at_their_client_wait_from_the_answer_before_them() {
        let m = measure(&scenario("#/pbft?n=4&req=5")).expect("possible");
        assert_eq!(m.latency_us, Some(50_000));
        assert_eq!(m.throughput, Some(20.0), "one request every 50 ms");
    }

    #[test]
    fn who_asks_for_many_things_at_once_waits_for_each_from_when_it_was_asked() {
        let replies = |link: &str| {
            let mut session = open(&scenario(link)).expect("possible");
            while session.run_ahead(1 << 16) {}
            session.seek_event(session.frontier().event);
            session.replies()
        };
        let link = "#/nakamoto?n=4&req=9&until=60s";
        let mut ends: Vec<u64> = replies(link).iter().map(|reply| reply.at.0).collect();
        ends.sort_unstable();
        let m = measure(&scenario(link)).expect("possible");
        assert_eq!(
            (m.decisions, m.latency_us),
            (9, Some(ends[4])),
            "all nine payments are made at the beginning"
        );
        let link = "#/nakamoto?n=7&req=30&until=60s&seed=3&latency=10ms..300ms";
        assert!(!replies(link).is_sorted_by_key(|reply| reply.value.number()), "some overtake others");
        assert_eq!(measure(&scenario(link)).expect("possible").decisions, 30);
    }

    #[test]
    fn growth_has_no_price_of_decisions_that_were_not_all_made() {
        let slow = scenario("#/pbft?n=4&latency=400ms");
        assert!(grown(&slow, 7, &mut || ()).is_none(), "its time-outs are shorter than its delays");
        let cost = grown(&Scenario { deadline: Some(slow.until), ..scenario("#/pbft?n=4") }, 7, &mut || ());
        assert_eq!(cost.and_then(|m| m.messages), Some(84.0));
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
}
