//! Belief consensus: agents that hold a probability distribution each agree on one. The document's `BeliefConsensus`, with
//! messages: nobody sees all beliefs unless they are sent.
//!
//! Fault model: agents crash, and what is sent arrives within Δ. Two pools (Genest & Zidek, Statistical Science 1, 1986):
//! - logarithmic, p ∝ ∏ p_i^w_i: the normalised geometric mean. Whether all update on the same evidence before they pool or
//!   after comes to the same (external Bayesianity). One agent that says 0 vetoes an outcome for all.
//! - linear, p = Σ w_i p_i: merging outcomes before or after comes to the same (marginalisation). Nobody has a veto.
//!
//! Weights are the agents' `w=`, divided by their sum. That sum of one is what makes it a mean: with weights of one each the
//! logarithmic rule is a product of experts, surer than any of them.
//!
//! On the complete graph a `Belief` goes from everybody to everybody, and an agent pools when it has heard all, or when the
//! round is over. The weights of those it heard are made to sum up to one again. A step is atomic, so a belief reaches all
//! or none, and all pool the same ones, in the same order, to the same bits. On a ring or a star an agent hears its
//! neighbours only. In each round it moves to a mean of its opinion and theirs, with Metropolis weights
//! 1 / (1 + max(d_i, d_j)): they are symmetric, so that what all tend to is the pool of all (DeGroot, JASA 69, 1974; Xiao &
//! Boyd, Systems & Control Letters 53, 2004). The distance shrinks by |λ₂| a round; after `rounds`, or as many as
//! `tolerance` needs, it decides.
//!
//! Logarithmic opinions are logarithms all the time and are divided by their sum through log-sum-exp: a product of many
//! small numbers is 0 before its root is taken. What is below `floor` is raised to it before; the document adds
//! 1e-10 to everything, which differs only near the floor. What the veto is worth depends on the floor and on n.
//!
//! What is decided is the most probable outcome, the first among equals. A row of zeros is no opinion: all outcomes alike.
//! Agents believe what they are told: a liar can veto, be stubborn, or tell each another thing. An agent that comes back
//! after a crash has missed beliefs and decides only if it has heard all; if it was not there to tell its own it tells none.
//! Without its disk it begins anew.

mod invariants;
mod lies;
mod message;
mod pool;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use crate::generals::Timer;
pub use message::{Msg, Opinion};
pub use pool::{
    argmax, linear_pool, log_pool, log_sum_exp, normalised, rounds_needed, second_eigenvalue, updated,
};
pub use tables::{Cite, META};

use consensus_kernel::{
    Caveat, Cx, Duration, Face, Input, Invariant, Liar, Meta, NodeId, NodeSet, Pace, Panel, Protocol, Ratio,
    RuleId, Setup, SetupError, To, Value,
};
use serde::Serialize;
use tables::*;

/// Who hears whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Graph {
    /// Everybody everybody.
    Complete,
    /// Everybody two neighbours.
    Ring,
    /// All others agent 0, and agent 0 all others.
    Star,
}

/// How beliefs are pooled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Rule {
    /// By their logarithms.
    Log,
    /// As they are.
    Linear,
    /// Like [`Rule::Log`], but by products instead of sums of logarithms: what underflows.
    Product,
}

/// What all agents know beforehand. Of the beliefs each knows its own.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of agents.
    pub n: usize,
    /// Who hears whom.
    pub graph: Graph,
    /// How beliefs are pooled.
    pub rule: Rule,
    /// Least probability that counts.
    pub floor: f64,
    /// Rounds until the decision.
    pub rounds: u32,
    /// The longest that a message may take.
    pub delta: Duration,
    /// Each agent's distribution.
    pub beliefs: Vec<Vec<f64>>,
    /// Each agent's weight; they sum up to one.
    pub weights: Vec<f64>,
    /// What agents count each other's beliefs by: the weights.
    #[serde(skip)]
    counted: Vec<f64>,
    /// How likely the evidence is under each outcome; empty without evidence.
    pub evidence: Vec<f64>,
    /// Whether agents update on it before they pool.
    pub before: bool,
    /// How far two agents' pools, and each from the pool of all, may be apart.
    pub within: f64,
    /// Whether pools are divided by their sum.
    normalises: bool,
    /// What the weights of those heard sum up to.
    sum: f64,
    /// Whether weights between neighbours are symmetric.
    symmetric: bool,
    /// Whom each agent hears.
    neighbours: Vec<NodeSet>,
}

fn share(ratio: Ratio) -> f64 {
    f64::from(ratio.num()) / f64::from(ratio.den())
}

/// Whom the i-th agent hears, and who hears it.
fn neighbours(graph: Graph, n: usize, i: usize) -> NodeSet {
    let is = |j: usize| match graph {
        Graph::Complete => true,
        Graph::Ring => (i + 1) % n == j || (j + 1) % n == i,
        Graph::Star => i == 0 || j == 0,
    };
    (0..n).filter(|j| *j != i && is(*j)).map(NodeId::replica).collect()
}

/// Divides by the sum; all alike if that is zero.
fn spread_to_one(mut parts: Vec<f64>) -> Vec<f64> {
    let (sum, all) = (parts.iter().sum::<f64>(), parts.len() as f64);
    parts.iter_mut().for_each(|part| *part = if sum > 0.0 { *part / sum } else { 1.0 / all });
    parts
}

/// Numbers with commas between, each with at most nine digits after its point and not above 1.
fn read_evidence(text: &str) -> Option<Vec<f64>> {
    let number = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.len() < 10 && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(part) || whole.len() + part.len() == 0 {
            return None;
        }
        let value = |text: &str| text.bytes().fold(0u64, |x, b| x * 10 + u64::from(b - b'0')) as f64;
        let unit = (0..part.len()).fold(1.0, |x, _| x * 10.0);
        Some(value(whole) + value(part) / unit).filter(|x| *x <= 1.0)
    };
    text.split(',').map(|part| number(part.trim())).collect()
}

impl Config {
    fn of(setup: &Setup) -> Result<Self, SetupError> {
        let (n, rules, params) = (setup.n, setup.rules, &setup.params);
        let beliefs: Vec<Vec<f64>> = (params.table(param::BELIEFS).iter())
            .map(|row| spread_to_one(row.iter().map(|r| share(*r)).collect()))
            .collect();
        let outcomes = beliefs.first().map_or(0, Vec::len);
        let evidence = match params.text(param::EVIDENCE) {
            "none" => Vec::new(),
            text => read_evidence(text)
                .filter(|all| all.len() == outcomes && all.iter().any(|x| *x > 0.0))
                .ok_or_else(|| {
                let why = format!("the evidence needs {outcomes} numbers from 0 to 1, as in 0.9,0.4");
                SetupError { key: "evidence", why }
            })?,
        };
        let graph = [Graph::Complete, Graph::Ring, Graph::Star][params.choice(param::GRAPH)];
        let rule = match (params.choice(param::RULE), rules.holds(LOG_SPACE)) {
            (1, _) => Rule::Linear,
            (_, true) => Rule::Log,
            (_, false) => Rule::Product,
        };
        let rounds = match (graph, params.int(param::ROUNDS)) {
            (Graph::Complete, _) => 1,
            (_, 0) => {
                let tolerance = share(params.ratio(param::TOLERANCE));
                rounds_needed(second_eigenvalue(graph, n), tolerance).min(ROUNDS_MAX)
            }
            (_, chosen) => chosen as u32,
        };
        let weights = spread_to_one(setup.weights.iter().map(|w| *w as f64).collect());
        let counted = if rules.holds(WEIGHTS) { weights.clone() } else { spread_to_one(vec![1.0; n]) };
        let mut config = Self {
            n,
            graph,
            rule,
            floor: if rules.holds(FLOOR) { FLOORS[params.choice(param::FLOOR)] } else { 0.0 },
            rounds,
            delta: params.span(param::DELTA),
            beliefs,
            weights,
            counted,
            evidence,
            before: params.choice(param::UPDATE) == 0,
            within: 0.0,
            normalises: rules.holds(NORMALISE),
            sum: if rules.holds(SUM_TO_ONE) { 1.0 } else { n as f64 },
            symmetric: rules.holds(SYMMETRIC),
            neighbours: (0..n).map(|i| neighbours(graph, n, i)).collect(),
        };
        config.within = config.reach();
        Ok(config)
    }

    /// By theory: the distance from the pool of all, as a length over agents, shrinks by |λ₂| a round.
    fn reach(&self) -> f64 {
        const ROUNDING: f64 = 1e-9;
        if self.graph == Graph::Complete {
            return ROUNDING;
        }
        let all: Vec<Opinion> = (0..self.n).map(|i| self.initial(NodeId::replica(i))).collect();
        let mut widest = 0.0;
        for k in 0..self.outcomes() {
            for pair in all.iter().flat_map(|a| all.iter().map(move |b| (a.0[k], b.0[k]))) {
                if pair.0 > pair.1 && pair.0 - pair.1 > widest {
                    widest = pair.0 - pair.1;
                }
            }
        }
        let shrunk = libm::pow(second_eigenvalue(self.graph, self.n), f64::from(self.rounds));
        2.0 * shrunk * libm::sqrt(self.n as f64) * widest + ROUNDING
    }

    /// Number of outcomes.
    pub fn outcomes(&self) -> usize {
        self.beliefs.first().map_or(0, Vec::len)
    }

    /// Whom an agent hears, and who hears it.
    pub fn neighbours(&self, of: NodeId) -> NodeSet {
        self.neighbours.get(of.index()).copied().unwrap_or_default()
    }

    /// Whether an agent can think this, whatever it believes: no outcome is surer than sure. On a complete graph it is a
    /// distribution, but for what the floor has raised.
    fn is_possible(&self, opinion: &Opinion) -> bool {
        const ROUNDING: f64 = 1e-9;
        let heaviest = match (self.graph, self.rule) {
            (_, Rule::Log) => 0.0,
            (Graph::Complete, _) | (_, Rule::Product) => 1.0,
            (_, Rule::Linear) => {
                self.n as f64 * self.counted.iter().fold(0.0, |most, w| if *w > most { *w } else { most })
            }
        };
        let low = if self.rule == Rule::Log { f64::NEG_INFINITY } else { 0.0 };
        let all = &opinion.0;
        let fits = all.len() == self.outcomes() && all.iter().all(|x| *x >= low && *x <= heaviest + ROUNDING);
        if !fits || self.graph != Graph::Complete {
            return fits;
        }
        let share = |x: &f64| if self.rule == Rule::Log { libm::exp(*x) } else { *x };
        let sum: f64 = all.iter().map(share).sum();
        sum >= 1.0 - ROUNDING && sum <= 1.0 + ROUNDING + self.floor * all.len() as f64
    }

    /// What an agent's distribution is as an opinion: logarithms, floored, or as it is; and, where agents do not hear
    /// all others, as heavy as the agent is.
    pub fn opinion(&self, of: NodeId, distribution: &[f64]) -> Opinion {
        let heavy = match self.graph {
            Graph::Complete => 1.0,
            _ => self.n as f64 * self.counted.get(of.index()).copied().unwrap_or(0.0),
        };
        let one = |p: &f64| {
            let p = if *p < self.floor && self.rule != Rule::Linear { self.floor } else { *p };
            match self.rule {
                _ if heavy == 0.0 => {
                    if self.rule == Rule::Product {
                        1.0
                    } else {
                        0.0
                    }
                }
                Rule::Log => heavy * libm::log(p),
                Rule::Linear => heavy * p,
                Rule::Product => libm::pow(p, heavy),
            }
        };
        Opinion(distribution.iter().map(one).collect())
    }

    /// What an agent begins with.
    pub fn initial(&self, of: NodeId) -> Opinion {
        self.beliefs.get(of.index()).map_or(Opinion(Vec::new()), |own| self.opinion(of, &self.told(own)))
    }

    /// What an agent with this belief tells: in the light of the evidence, where that comes before.
    fn told(&self, own: &[f64]) -> Vec<f64> {
        let update = self.before && !self.evidence.is_empty();
        // What the evidence leaves nothing of is no opinion.
        update.then(|| updated(own, &self.evidence)).flatten().unwrap_or_else(|| own.to_vec())
    }

    /// The weighted mean of opinions.
    fn mean(&self, terms: &[(f64, &Opinion)]) -> Opinion {
        let all = terms.len() as f64;
        let one = |k: usize| {
            let there = terms.iter().filter(|(weight, _)| *weight != 0.0);
            match self.rule {
                Rule::Log | Rule::Linear => there.fold(0.0, |sum, (weight, x)| sum + weight * x.0[k]),
                Rule::Product => {
                    let product =
                        there.fold(1.0, |all_of, (weight, x)| all_of * libm::pow(x.0[k], all * weight));
                    libm::pow(product, 1.0 / all)
                }
            }
        };
        Opinion((0..self.outcomes()).map(one).collect())
    }

    /// The mean of what was heard of all agents, by their weights. If those heard weigh nothing they all count alike.
    fn pooled(&self, heard: &[Option<Opinion>]) -> Opinion {
        let there = || heard.iter().enumerate().filter_map(|(i, x)| Some((self.counted[i], x.as_ref()?)));
        let (total, count) = (there().map(|(w, _)| w).sum::<f64>(), there().count() as f64);
        let weight = |w: f64| self.sum * if total > 0.0 { w / total } else { 1.0 / count };
        self.mean(&there().map(|(w, x)| (weight(w), x)).collect::<Vec<_>>())
    }

    /// The distribution that an opinion stands for; none if nothing is left of any outcome.
    pub fn distribution(&self, opinion: &Opinion) -> Option<Vec<f64>> {
        match self.rule {
            Rule::Log if self.normalises => normalised(&opinion.0),
            Rule::Log => Some(opinion.0.iter().map(|x| libm::exp(*x)).collect()),
            // Who has heard of no belief that weighs anything has none: all outcomes alike.
            Rule::Linear if self.normalises => Some(spread_to_one(opinion.0.clone())),
            Rule::Linear | Rule::Product => {
                let sum: f64 = opinion.0.iter().sum();
                let by = if self.normalises { sum } else { 1.0 };
                (sum > 0.0).then(|| opinion.0.iter().map(|x| x / by).collect())
            }
        }
    }

    /// The pool of all that agents tell.
    fn pool_of_told(&self) -> Option<Vec<f64>> {
        let beliefs: Vec<Vec<f64>> = self.beliefs.iter().map(|own| self.told(own)).collect();
        match self.rule {
            Rule::Linear => Some(linear_pool(&beliefs, &self.weights)),
            Rule::Log | Rule::Product => log_pool(&beliefs, &self.weights, self.floor),
        }
    }

    /// The pool of all agents' beliefs, as if somebody saw them all.
    pub fn pool_of_all(&self) -> Option<Vec<f64>> {
        self.judged(self.pool_of_told()?)
    }

    /// Whether two outcomes are nearer to each other than agents that hear their neighbours only come to the pool of all.
    fn is_close(&self) -> bool {
        let Some(pool) = self.pool_of_told().filter(|_| self.graph != Graph::Complete) else { return false };
        let likely = |k: usize| self.evidence.get(k).filter(|_| !self.before).copied().unwrap_or(1.0);
        let judged: Vec<f64> = pool.iter().enumerate().map(|(k, p)| p * likely(k)).collect();
        let best = argmax(&judged);
        (0..pool.len()).any(|k| {
            let most = if likely(k) > likely(best) { likely(k) } else { likely(best) };
            k != best && judged[best] - judged[k] <= self.within * most
        })
    }

    /// The pool in the light of the evidence, where that comes after.
    fn judged(&self, pool: Vec<f64>) -> Option<Vec<f64>> {
        if self.before || self.evidence.is_empty() { Some(pool) } else { updated(&pool, &self.evidence) }
    }
}

/// One agent's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Belief {
    /// Which agent it is.
    pub me: NodeId,
    /// Whether it has told its belief, or was down and is too late to tell it.
    begun: bool,
    /// The round under way, from 1; one more than there are when it has pooled.
    pub round: u32,
    /// What it thinks now.
    pub opinion: Opinion,
    /// What it heard in this round, by agent, itself among them.
    pub heard: Vec<Option<Opinion>>,
    /// What it heard of the next round already.
    early: Vec<Option<Opinion>>,
    /// Whether somebody was not heard in some round, be it itself.
    pub missed: bool,
    /// Whether the round is over, but it waits for somebody.
    waits: bool,
    /// The pool, as a distribution.
    pub pool: Option<Opinion>,
    /// Whether every outcome was vetoed.
    pub undefined: bool,
    /// What it decided.
    pub decided: Option<Value>,
}

impl Protocol for Belief {
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        Config::of(setup)
    }

    fn new(config: &Config, me: NodeId) -> Self {
        Self {
            me,
            begun: false,
            round: 1,
            opinion: config.initial(me),
            heard: vec![None; config.n],
            early: vec![None; config.n],
            missed: false,
            waits: false,
            pool: None,
            undefined: false,
            decided: None,
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Self>) {
        match input {
            Input::Start => self.begin(cx),
            Input::Restart if !self.begun => self.begin(cx),
            Input::Restart => cx.cite(Cite::ComesBack),
            Input::Deliver { from, msg } => self.hear(from, msg, cx),
            Input::Fire(Timer::Round) => self.end_round(cx),
            Input::Propose(_) | Input::Command { .. } => cx.reject("agents take no requests"),
        }
    }

    fn restart(&self, _config: &Config) -> Self {
        // What it told now would reach some in their round and others after it.
        Self { begun: true, missed: self.missed || !self.begun, ..self.clone() }
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        view::panels(config, replicas)
    }

    fn invariants() -> &'static [Invariant<Self>] {
        invariants::ALL
    }

    fn pace(config: &Config) -> Option<Pace> {
        Some(Pace::Rounds(config.delta))
    }

    fn caveat(config: &Config) -> Option<Caveat> {
        let denies = config.beliefs.iter().flat_map(|own| config.told(own)).any(|p| p <= config.floor);
        if denies && config.rule == Rule::Log {
            return Some(Caveat::Safety("somebody gives an outcome no chance, which is a veto"));
        }
        config.is_close().then_some(Caveat::Safety(
            "after these rounds neighbours' pools may differ by more than the best two outcomes do",
        ))
    }

    fn edges(config: &Config) -> Option<Vec<(NodeId, NodeId)>> {
        let all = || (0..config.n).map(NodeId::replica);
        let of = |id: NodeId| {
            config.neighbours(id).into_iter().filter(move |other| id < *other).map(move |other| (id, other))
        };
        (config.graph != Graph::Complete).then(|| all().flat_map(of).collect())
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::Pools as RuleId, Cite::Undefined as RuleId]
    }

    fn lie(strategy: usize) -> Option<Liar<Self>> {
        lies::liar(strategy)
    }
}

impl Belief {
    fn begin(&mut self, cx: &mut Cx<'_, Self>) {
        self.begun = true;
        if cx.config.before && !cx.config.evidence.is_empty() {
            cx.cite(Cite::UpdatesFirst);
        }
        cx.cite(Cite::Tells);
        self.tell(cx);
    }

    /// Opens a round: says what it thinks.
    fn tell(&mut self, cx: &mut Cx<'_, Self>) {
        if let Some(place) = self.heard.get_mut(self.me.index()) {
            *place = Some(self.opinion.clone());
        }
        let msg = Msg { round: self.round, opinion: self.opinion.clone() };
        match cx.config.graph {
            Graph::Complete => cx.broadcast(msg),
            Graph::Ring | Graph::Star => cx.multicast(To::Set(cx.config.neighbours(self.me)), msg),
        }
        // A microsecond more, so that what takes Δ is in time.
        cx.set_timer(Timer::Round, cx.config.delta + Duration::micros(1));
    }

    fn hear(&mut self, from: NodeId, msg: &Msg, cx: &mut Cx<'_, Self>) {
        if from.is_client() || !cx.config.neighbours(self.me).contains(from) {
            return cx.reject("not of a neighbour");
        }
        if !cx.config.is_possible(&msg.opinion) {
            return cx.reject("not an opinion on these outcomes");
        }
        let places = match msg.round.checked_sub(self.round) {
            _ if self.over(cx.config) => return cx.reject("it has pooled already"),
            None => return cx.reject("its round is over"),
            Some(0) => &mut self.heard,
            Some(1) => &mut self.early,
            Some(_) => return cx.reject("of a round far ahead"),
        };
        match places.get_mut(from.index()) {
            Some(place @ None) => *place = Some(msg.opinion.clone()),
            _ => return cx.reject("this agent was heard in this round before"),
        }
        cx.cite(Cite::Hears);
        let at_once = self.waits || cx.config.graph == Graph::Complete;
        if at_once && self.begun && !self.misses(cx.config) {
            self.end_round(cx);
        }
    }

    fn over(&self, config: &Config) -> bool {
        self.round > config.rounds
    }

    /// Whether it has not heard all neighbours in this round.
    fn misses(&self, config: &Config) -> bool {
        config.neighbours(self.me).iter().any(|id| self.heard[id.index()].is_none())
    }

    /// The round is over: takes the mean of what was heard.
    fn end_round(&mut self, cx: &mut Cx<'_, Self>) {
        if self.over(cx.config) {
            return cx.reject("all rounds are over");
        }
        if self.misses(cx.config) {
            if !cx.holds(END_OF_ROUND) {
                self.waits = true;
                return;
            }
            self.missed = true;
            cx.cite(Cite::Missing);
        }
        self.waits = false;
        self.opinion = match cx.config.graph {
            Graph::Complete => cx.config.pooled(&self.heard),
            Graph::Ring | Graph::Star => self.mixed(cx.config),
        };
        self.round += 1;
        if self.over(cx.config) {
            return self.conclude(cx);
        }
        cx.cite(Cite::Mixes);
        std::mem::swap(&mut self.heard, &mut self.early);
        self.early.fill(None);
        self.tell(cx);
    }

    /// The mean of its own opinion and its neighbours'.
    fn mixed(&self, config: &Config) -> Opinion {
        let degree = |id: NodeId| config.neighbours(id).len();
        let own = degree(self.me);
        let heard = config.neighbours(self.me);
        let heard = heard.iter().filter_map(|id| Some((id, self.heard[id.index()].as_ref()?)));
        let count = heard.clone().count();
        let weight = |id: NodeId| match config.symmetric {
            true => 1.0 / (1 + own.max(degree(id))) as f64,
            false => 1.0 / (1 + count) as f64,
        };
        let mut terms: Vec<(f64, &Opinion)> = heard.map(|(id, x)| (weight(id), x)).collect();
        let given: f64 = terms.iter().map(|(w, _)| w).sum();
        terms.push((1.0 - given, &self.opinion));
        config.mean(&terms)
    }

    /// Decides for the most probable outcome.
    fn conclude(&mut self, cx: &mut Cx<'_, Self>) {
        cx.cancel_timer(Timer::Round);
        let pool = cx.config.distribution(&self.opinion).and_then(|pool| cx.config.judged(pool));
        let Some(pool) = pool else {
            self.undefined = true;
            return cx.cite(Cite::Undefined);
        };
        if !cx.config.before && !cx.config.evidence.is_empty() {
            cx.cite(Cite::UpdatesLast);
        }
        cx.cite(Cite::Pools);
        let decided = Value::plain(argmax(&pool) as u32);
        self.pool = Some(Opinion(pool));
        self.decided = Some(decided);
        cx.decide(1, decided);
    }
}
