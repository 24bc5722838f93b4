//! Hierarchical consensus: workers propose, supervisors evaluate, an executive decides, workers object, and where too many
//! do the visitor rules. The document's `HierarchicalConsensus`; there is no paper, so what it leaves open is defined
//! here and marked "project".
//!
//! Fault model: at most one node crashes; every message arrives within Δ. Time is counted in spans of Δ and a microsecond.
//! Replica 0 is the executive, 1 to `supervisors` are supervisors, the first of them the chair; all others are workers,
//! spread over the supervisors in order.
//!
//! 1. Each worker sends its `Proposal` to its supervisor.
//! 2. A supervisor sends an `Evaluation` up when it has heard all its workers, or when span 1 is over: the option that most
//!    of them propose. Among equals it is its own view if that is one of them, else the smallest.
//! 3. The executive announces its `Decision` when it has heard all supervisors, or when span 2 is over, by the same rule:
//!    of the supervisors' words, or (`count=workers`) of all the workers' proposals that they passed on. Supervisors relay
//!    it. To the workers of a supervisor that was silent it speaks itself, and who has heard nothing after span 4 asks it.
//! 4. A worker whose proposal was another sends an `Objection` to its supervisor (to the chair, if the executive told it
//!    itself). Silence is no objection. After span 5 supervisors `Report` who objects to the chair.
//! 5. With objections of strictly more than `threshold` of all workers (5 of 10 are not more than half, 6 are) the chair
//!    sends an `Escalation` to all and waits for the visitor: `at=…:do:1:rule:2`. It does the same if no decision has come
//!    after span 4. Its `Ruling` is final: nobody can object to it, so an escalation leads to no other one.
//! 6. Who hears of no escalation until span 8 is over takes the decision as it stands.
//!
//! Two tiers of majorities are right less often than one vote of all workers, if each is right more often than not (Boland,
//! The Statistician 38, 1989): `count=workers` shows the difference.
//!
//! Nothing is promised if the executive lies: objections are the only remedy, and only a threshold of them. If the chair
//! is down, objections count as silence; if it stops once it has escalated, nobody is left to take your ruling. A node that crashed
//! asks when it comes back; nothing is promised to it. An executive that then has no supervisor's word decides nothing.

mod invariants;
mod lies;
mod message;
mod tables;
#[cfg(test)]
mod tests;
mod view;

pub use message::Msg;
pub use tables::{Cite, META, OPTIONS, Timer};

use consensus_kernel::{
    Cx, Duration, Face, Input, Invariant, Liar, Meta, Misstep, NodeId, NodeSet, Pace, Panel, Poll, Protocol,
    Ratio, RuleId, Setup, SetupError, Tally, To, Value, Vote,
};
use serde::Serialize;
use tables::*;

/// Who decides.
pub const EXECUTIVE: NodeId = NodeId::replica(0);
/// Who receives the objections and puts them before the visitor.
pub const CHAIR: NodeId = NodeId::replica(1);

/// Proposals by option.
pub type Counts = [u16; OPTIONS.len()];

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of nodes.
    pub n: usize,
    /// Number of supervisors.
    pub supervisors: usize,
    /// Objections of more than this share of the workers escalate.
    pub threshold: Ratio,
    /// Whether the executive counts workers, not supervisors.
    pub flat: bool,
    /// The longest that a message may take.
    pub delta: Duration,
    /// Each node's own view.
    pub views: Vec<Value>,
    /// The workers of each node, which only supervisors have.
    teams: Vec<NodeSet>,
}

/// A node's place in the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Role {
    /// Decides.
    Executive,
    /// Evaluates what its workers propose.
    Supervisor,
    /// Proposes and objects.
    Worker,
}

impl Config {
    /// A node's place.
    pub fn role(&self, id: NodeId) -> Role {
        match id.index() {
            0 => Role::Executive,
            i if i <= self.supervisors => Role::Supervisor,
            _ => Role::Worker,
        }
    }

    /// How many workers there are.
    pub fn workers(&self) -> usize {
        self.n - 1 - self.supervisors
    }

    /// Whom a worker proposes to.
    pub fn boss(&self, worker: NodeId) -> NodeId {
        let place = worker.index().saturating_sub(self.supervisors + 1);
        NodeId::replica(1 + place * self.supervisors / self.workers())
    }

    /// The workers of a supervisor.
    pub fn team(&self, supervisor: NodeId) -> NodeSet {
        self.teams.get(supervisor.index()).copied().unwrap_or_default()
    }

    /// All supervisors.
    pub fn board(&self) -> NodeSet {
        (1..=self.supervisors).map(NodeId::replica).collect()
    }

    /// So many objections escalate: strictly more than the threshold, of all workers.
    pub fn needed(&self) -> usize {
        self.threshold.of(self.workers() as u64) as usize + 1
    }

    /// The ends of spans at which a node has something to do.
    fn spans(&self, id: NodeId) -> &'static [u64] {
        match self.role(id) {
            Role::Executive => &[2, 8],
            Role::Supervisor if id == CHAIR => &[1, 4, 5, 8],
            Role::Supervisor => &[1, 5, 8],
            Role::Worker => &[4, 8],
        }
    }
}

/// The option that most are for. Among equals the own view if it is one of them, else the smallest.
pub fn plurality(counts: &Counts, own: Value) -> Value {
    let most = counts.iter().max().copied().unwrap_or(0);
    let leads = |option: &Value| counts.get(option.number() as usize) == Some(&most);
    if leads(&own) { own } else { OPTIONS.into_iter().find(leads).unwrap_or(own) }
}

/// One node's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Hierarchical {
    /// Which node it is.
    pub me: NodeId,
    /// What it would choose itself; a worker proposes it.
    pub own: Value,
    /// How many of its moments have passed.
    passed: usize,
    /// At a supervisor: what its workers propose. At the executive: what supervisors recommend.
    pub heard: Poll<Value>,
    /// At the executive: all proposals that supervisors counted.
    pub counts: Counts,
    /// Whether a worker has proposed.
    proposed: bool,
    /// What a supervisor recommended.
    pub evaluation: Option<Value>,
    /// The executive's decision, once it is known here.
    pub decision: Option<Value>,
    /// Whether it objected.
    pub objects: bool,
    /// At a supervisor: which of its workers object.
    pub objections: Tally,
    /// Whether a supervisor has reported them.
    pub reported: bool,
    /// At the chair: all workers that object, as far as it was told.
    pub all_objections: Tally,
    /// Whether the visitor has to rule.
    pub escalated: bool,
    /// What it decided: the executive's decision, or a ruling.
    pub decided: Option<Value>,
    /// Whether that was a ruling.
    pub ruled: bool,
    /// Whether it was down, and may have missed what was said meanwhile.
    returned: bool,
}

impl Protocol for Hierarchical {
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        let (n, supervisors) = (setup.n, setup.params.int(param::SUPERVISORS) as usize);
        if n < 1 + 2 * supervisors {
            let why = format!(
                "{supervisors} supervisors with a worker each and an executive make {}, n is {n}",
                1 + 2 * supervisors
            );
            return Err(SetupError { key: "supervisors", why });
        }
        let mut config = Config {
            n,
            supervisors,
            threshold: setup.params.ratio(param::THRESHOLD),
            flat: setup.params.choice(param::COUNT) == 1,
            delta: setup.params.span(param::DELTA),
            views: setup.inputs.clone(),
            teams: vec![NodeSet::EMPTY; n],
        };
        for worker in (supervisors + 1..n).map(NodeId::replica) {
            let boss = config.boss(worker);
            config.teams[boss.index()].insert(worker);
        }
        Ok(config)
    }

    fn new(config: &Config, me: NodeId) -> Self {
        Self {
            me,
            own: config.views.get(me.index()).copied().unwrap_or(OPTIONS[0]),
            passed: 0,
            heard: Poll::default(),
            counts: Counts::default(),
            proposed: false,
            evaluation: None,
            decision: None,
            objects: false,
            objections: Tally::EMPTY,
            reported: false,
            all_objections: Tally::EMPTY,
            escalated: false,
            decided: None,
            ruled: false,
            returned: false,
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Self>) {
        let role = cx.config.role(self.me);
        match input {
            Input::Start => {
                self.propose(role, cx);
                self.set_timer(cx);
            }
            Input::Deliver { from, .. } if from.is_client() || from.index() >= cx.config.n => {
                cx.reject("only members of the hierarchy send this");
            }
            Input::Deliver { from, msg: Msg::Proposal(option) } => self.hear_proposal(from, *option, cx),
            Input::Deliver { from, msg: Msg::Evaluation { option, counts } } => {
                self.hear_evaluation(from, *option, counts, cx);
            }
            Input::Deliver { from, msg: Msg::Decision(option) } => self.hear_decision(from, *option, cx),
            Input::Deliver { from, msg: Msg::Ask } => self.answer(from, cx),
            Input::Deliver { from, msg: Msg::Objection } => self.hear_objection(from, cx),
            Input::Deliver { from, msg: Msg::Report(who) } => self.hear_report(from, who, cx),
            Input::Deliver { from, msg: Msg::Escalation } => self.hear_escalation(from, cx),
            Input::Deliver { from, msg: Msg::Ruling(option) } => self.hear_ruling(from, *option, cx),
            Input::Fire(Timer::Span) => self.end_span(role, cx),
            Input::Command { about, .. } => self.rule(about, cx),
            Input::Restart => self.come_back(role, cx),
            Input::Propose(_) => cx.reject("nodes begin with their views, nobody asks them for others"),
        }
    }

    fn restart(&self, _config: &Config) -> Self {
        self.clone()
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        vec![view::tree(config, replicas)]
    }

    fn invariants() -> &'static [Invariant<Self>] {
        invariants::ALL
    }

    fn pace(config: &Config) -> Option<Pace> {
        Some(Pace::Rounds(config.delta))
    }

    fn edges(config: &Config) -> Option<Vec<(NodeId, NodeId)>> {
        let executive = NodeId::replica(0);
        let workers = (config.supervisors + 1..config.n).map(NodeId::replica);
        let below = workers.map(|worker| (config.boss(worker), worker));
        Some(config.board().iter().map(|supervisor| (executive, supervisor)).chain(below).collect())
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::Decides as RuleId, Cite::Escalates as RuleId, Cite::Rules as RuleId]
    }

    fn lie(strategy: usize) -> Option<Liar<Self>> {
        lies::liar(strategy)
    }

    fn misstep(strategy: usize) -> Option<Misstep<Self>> {
        lies::misstep(strategy)
    }
}

impl Hierarchical {
    /// Level 1.
    fn propose(&mut self, role: Role, cx: &mut Cx<'_, Self>) {
        if role == Role::Worker && !self.proposed {
            self.proposed = true;
            cx.cite(Cite::Proposes);
            cx.send(cx.config.boss(self.me), Msg::Proposal(self.own));
        }
    }

    /// Sets the timer to the next end of a span at which there is something to do.
    fn set_timer(&self, cx: &mut Cx<'_, Self>) {
        if let Some(span) = cx.config.spans(self.me).get(self.passed) {
            let ends = span.saturating_mul(cx.config.delta.as_micros() + 1);
            cx.set_timer(Timer::Span, Duration::micros(ends.saturating_sub(cx.now().as_micros())));
        }
    }

    /// What time alone brings about.
    fn end_span(&mut self, role: Role, cx: &mut Cx<'_, Self>) {
        let Some(span) = cx.config.spans(self.me).get(self.passed) else {
            return cx.reject("nothing is left to wait for");
        };
        self.passed += 1;
        self.set_timer(cx);
        match (role, span) {
            (Role::Supervisor, 1) => self.evaluate(cx),
            (Role::Executive, 2) => self.decide(cx),
            (Role::Worker, 4) if self.decision.is_none() && cx.holds(STAND_IN) => {
                cx.cite(Cite::Asks);
                cx.send(EXECUTIVE, Msg::Ask);
            }
            (Role::Supervisor, 4) if self.decision.is_none() && cx.holds(SILENCE_ESCALATES) => {
                self.escalate(cx);
            }
            (Role::Supervisor, 5) => self.report(cx),
            (_, 8) => self.let_stand(cx),
            _ => {}
        }
    }

    fn hear_proposal(&mut self, from: NodeId, option: Value, cx: &mut Cx<'_, Self>) {
        let team = cx.config.team(self.me);
        if !team.contains(from) || !OPTIONS.contains(&option) {
            return cx.reject("not a proposal of one of its workers");
        }
        if self.evaluation.is_some() {
            return cx.reject("it has evaluated already");
        }
        match self.heard.add(from, option) {
            Vote::Counted(_) => cx.cite(Cite::Hears),
            Vote::Duplicate | Vote::Equivocation => return cx.reject("this worker has proposed before"),
        }
        if self.voters() == team.len() {
            self.evaluate(cx);
        }
    }

    fn voters(&self) -> usize {
        OPTIONS.into_iter().map(|option| self.heard.count(option)).sum()
    }

    fn tallied(&self) -> Counts {
        OPTIONS.map(|option| self.heard.count(option) as u16)
    }

    /// Level 2.
    fn evaluate(&mut self, cx: &mut Cx<'_, Self>) {
        if self.evaluation.is_some() {
            return;
        }
        let counts = self.tallied();
        let heard = self.voters() > 0 && cx.holds(EVALUATE);
        let option = if heard { plurality(&counts, self.own) } else { self.own };
        self.evaluation = Some(option);
        cx.cite(Cite::Evaluates);
        cx.send(EXECUTIVE, Msg::Evaluation { option, counts });
    }

    fn hear_evaluation(&mut self, from: NodeId, option: Value, counts: &Counts, cx: &mut Cx<'_, Self>) {
        let size = cx.config.team(from).len() as u64;
        let sum: u64 = counts.iter().map(|k| u64::from(*k)).sum();
        let sender = self.me == EXECUTIVE && cx.config.role(from) == Role::Supervisor;
        if !sender || !OPTIONS.contains(&option) || sum > size {
            return cx.reject("not an evaluation of a supervisor's own workers");
        }
        if self.decision.is_some() {
            return cx.reject("it has decided already");
        }
        if !matches!(self.heard.add(from, option), Vote::Counted(_)) {
            return cx.reject("this supervisor has spoken before");
        }
        for (all, more) in self.counts.iter_mut().zip(counts) {
            *all += more;
        }
        cx.cite(Cite::Hears);
        if self.voters() == cx.config.supervisors {
            self.decide(cx);
        }
    }

    /// Level 3. Who has not heard its supervisor's relay is told by the executive itself.
    fn decide(&mut self, cx: &mut Cx<'_, Self>) {
        if self.decision.is_some() || self.escalated || self.decided.is_some() {
            return;
        }
        // It may be that nobody spoke, or that it was not there to hear: then the chair escalates.
        if self.returned && self.voters() == 0 {
            return;
        }
        let counts = if cx.config.flat { self.counts } else { self.tallied() };
        let heard = counts.iter().any(|k| *k > 0) && cx.holds(FOLLOW);
        let option = if heard { plurality(&counts, self.own) } else { self.own };
        let board = cx.config.board();
        let mut to = board;
        for silent in board {
            let spoke =
                OPTIONS.iter().any(|o| self.heard.tally(*o).is_some_and(|t| t.voters().contains(silent)));
            if !spoke && cx.holds(STAND_IN) {
                to = to.union(&cx.config.team(silent));
            }
        }
        cx.cite(Cite::Decides);
        cx.multicast(To::Set(to), Msg::Decision(option));
        self.know(option, cx);
    }

    /// The executive's decision is known here.
    fn know(&mut self, option: Value, cx: &mut Cx<'_, Self>) {
        self.decision = Some(option);
        if !cx.holds(WINDOW) {
            self.let_stand(cx);
        }
    }

    fn hear_decision(&mut self, from: NodeId, option: Value, cx: &mut Cx<'_, Self>) {
        let role = cx.config.role(self.me);
        let above = match role {
            Role::Executive => false,
            Role::Supervisor => from == EXECUTIVE,
            Role::Worker => from == EXECUTIVE || from == cx.config.boss(self.me),
        };
        if !above || !OPTIONS.contains(&option) {
            return cx.reject("not a decision from above");
        }
        if self.decision.is_some() || self.escalated || self.decided.is_some() {
            return cx.reject("it knows a decision, or of an escalation, already");
        }
        match role {
            Role::Worker => cx.cite(Cite::Learns),
            Role::Executive | Role::Supervisor => {
                cx.cite(Cite::Relays);
                cx.multicast(To::Set(cx.config.team(self.me)), Msg::Decision(option));
            }
        }
        if role == Role::Worker && option != self.own {
            self.objects = true;
            cx.cite(Cite::Objects);
            let to = if from == EXECUTIVE { target(cx) } else { from };
            cx.send(to, Msg::Objection);
        }
        self.know(option, cx);
    }

    fn hear_objection(&mut self, from: NodeId, cx: &mut Cx<'_, Self>) {
        if cx.config.role(from) != Role::Worker {
            return cx.reject("only workers object");
        }
        if cx.config.boss(from) == self.me && !self.reported {
            if !self.objections.add(from) {
                return cx.reject("this worker has objected before");
            }
            return cx.cite(Cite::Collects);
        }
        if self.me != target(cx) {
            return cx.reject("too late: who objects in its team is reported, and silence is no objection");
        }
        self.count(&[from].into_iter().collect(), cx);
    }

    /// Passes on who objects.
    fn report(&mut self, cx: &mut Cx<'_, Self>) {
        if std::mem::replace(&mut self.reported, true) || self.objections.count() == 0 {
            return;
        }
        let (who, to) = (*self.objections.voters(), target(cx));
        cx.cite(Cite::Reports);
        if to == self.me {
            self.count(&who, cx);
        } else {
            cx.send(to, Msg::Report(who));
        }
    }

    fn hear_report(&mut self, from: NodeId, who: &NodeSet, cx: &mut Cx<'_, Self>) {
        if cx.config.role(from) != Role::Supervisor
            || who.union(&cx.config.team(from)) != cx.config.team(from)
        {
            return cx.reject("not a supervisor's report on its own workers");
        }
        self.count(who, cx);
    }

    /// Counts objections, where they end, and escalates when they are too many.
    fn count(&mut self, who: &NodeSet, cx: &mut Cx<'_, Self>) {
        if self.me != target(cx) {
            return cx.reject("objections are counted elsewhere");
        }
        if self.me == EXECUTIVE {
            // The complaint about the executive has come to the executive, and that is the end of it.
            return cx.cite(Cite::Dismisses);
        }
        if self.escalated || self.decided.is_some() {
            return cx.reject("too late: it is settled, or escalated already");
        }
        let before = self.all_objections.count();
        for worker in who.iter() {
            self.all_objections.add(worker);
        }
        let objections = self.all_objections.count();
        if objections == before {
            return cx.reject("these objections are counted already");
        }
        cx.cite(Cite::Counts);
        let enough = match (cx.holds(ALL_WORKERS), cx.holds(STRICTLY_MORE)) {
            (true, true) => objections >= cx.config.needed(),
            (true, false) => {
                objections as u64 * u64::from(cx.config.threshold.den())
                    >= u64::from(cx.config.threshold.num()) * cx.config.workers() as u64
            }
            // Of those who spoke, all object.
            (false, _) => true,
        };
        if enough {
            self.escalate(cx);
        }
    }

    /// Puts it before the visitor.
    fn escalate(&mut self, cx: &mut Cx<'_, Self>) {
        if self.escalated || self.decided.is_some() {
            return;
        }
        self.escalated = true;
        cx.cite(Cite::Escalates);
        cx.broadcast(Msg::Escalation);
    }

    fn hear_escalation(&mut self, from: NodeId, cx: &mut Cx<'_, Self>) {
        if (from != CHAIR && from != EXECUTIVE) || self.escalated || self.decided.is_some() {
            return cx.reject("not the chair's, known, or too late");
        }
        self.escalated = true;
        cx.cite(Cite::Waits);
    }

    /// The visitor's decision.
    fn rule(&mut self, about: usize, cx: &mut Cx<'_, Self>) {
        let Some(option) = OPTIONS.get(about).copied().filter(|o| cx.config.views.contains(o)) else {
            return cx.reject("no node began with that option");
        };
        if self.me != CHAIR {
            return cx.reject("rulings are given to the chair, node 1");
        }
        if !self.escalated || self.decided.is_some() {
            return cx.reject("nothing waits for a ruling");
        }
        cx.cite(Cite::Rules);
        cx.broadcast(Msg::Ruling(option));
        self.settle(option, true, cx);
    }

    fn hear_ruling(&mut self, from: NodeId, option: Value, cx: &mut Cx<'_, Self>) {
        if (from != CHAIR && from != EXECUTIVE) || !OPTIONS.contains(&option) || self.decided.is_some() {
            return cx.reject("not the chair's, or settled already");
        }
        cx.cite(Cite::Accepts);
        self.escalated = true;
        self.settle(option, true, cx);
    }

    /// Nobody has escalated: the executive's decision stands.
    fn let_stand(&mut self, cx: &mut Cx<'_, Self>) {
        if let Some(option) = self.decision.filter(|_| !self.escalated && self.decided.is_none()) {
            cx.cite(Cite::Stands);
            self.settle(option, false, cx);
        }
    }

    fn settle(&mut self, option: Value, ruled: bool, cx: &mut Cx<'_, Self>) {
        self.decided = Some(option);
        self.ruled = ruled;
        cx.decide(1, option);
    }

    /// Tells what it knows to who has missed it.
    fn answer(&mut self, from: NodeId, cx: &mut Cx<'_, Self>) {
        let answer = match (self.decided.filter(|_| self.ruled), self.escalated, self.decision) {
            (Some(option), ..) => Msg::Ruling(option),
            (None, true, _) => Msg::Escalation,
            (None, false, Some(option)) => Msg::Decision(option),
            (None, false, None) => return cx.reject("it knows of no decision itself"),
        };
        cx.cite(Cite::Answers);
        cx.send(from, answer);
    }

    /// Goes on with what was on disk, and asks for what it missed.
    fn come_back(&mut self, role: Role, cx: &mut Cx<'_, Self>) {
        if self.decided.is_some() {
            return;
        }
        let now = cx.now().as_micros();
        let spans = cx.config.spans(self.me);
        self.passed =
            spans.partition_point(|span| span.saturating_mul(cx.config.delta.as_micros() + 1) <= now);
        self.returned = true;
        cx.cite(Cite::ComesBack);
        self.propose(role, cx);
        self.set_timer(cx);
        cx.send(if role == Role::Executive { CHAIR } else { EXECUTIVE }, Msg::Ask);
        if role == Role::Executive && self.passed > 0 {
            // As far as its disk says, it has yet to decide.
            self.decide(cx);
        }
    }
}

/// Where objections end.
fn target(cx: &Cx<'_, Hierarchical>) -> NodeId {
    if cx.holds(PAST_EXECUTIVE) { CHAIR } else { EXECUTIVE }
}
