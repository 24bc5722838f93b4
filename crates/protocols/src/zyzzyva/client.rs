//! Zyzzyva's clients (§3.2): one request at a time; they see what replicas cannot, whether all answered alike.

use super::tables::*;
use super::{
    Cite, Config, History, LocalCommit, Msg, Order, SpecResponse, Timer, Zyzzyva, is_misbehaviour, is_replica,
};
use crate::clients::request::Request;
use crate::clients::{self, queue::Queue};
use crate::shared::Shared;
use consensus_kernel::{Certificate, Cx, Digest, Duration, Face, Input, NodeId, Signed, Tally, Value, Votes};
use serde::Serialize;
use smallvec::SmallVec;

/// So many different answers are kept of each replica. A correct one gives one a view.
const ANSWERS_MAX: usize = 4;

/// Makes room for another answer of a replica, at the cost of one that it gave alone, or else of one of an earlier view,
/// which few share. False if there is none.
fn make_room<T>(
    known: &mut SmallVec<[T; 1]>,
    of: impl Fn(&T) -> (&Tally, u64),
    from: NodeId,
    view: u64,
) -> bool {
    let gave = |k: &T| of(k).0.voters().contains(from);
    if known.iter().filter(|k| gave(k)).count() < ANSWERS_MAX {
        return true;
    }
    let dear = |k: &T| (of(k).0.count(), of(k).1);
    let theirs = known.iter().enumerate().filter(|(_, k)| gave(k));
    let least = theirs.map(|(i, k)| (dear(k), i)).min();
    match least {
        Some(((count, before), place)) if count == 1 || before < view => {
            known.remove(place);
            true
        }
        _ => false,
    }
}

/// A view, a sequence number, and the history there: what a certificate may be held for.
type Held = (u64, u64, Digest);

/// Equal answers.
#[derive(Clone, Debug, Serialize)]
struct Answers {
    /// The signatures, which may become a commit certificate.
    certificate: Certificate<History>,
    /// Who gave them.
    from: Tally,
}

/// One client's whole state. All of it is kept over a crash: a number must never be used twice.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    me: NodeId,
    /// The request that it waits for.
    outstanding: Option<Value>,
    /// How often its timer ran out for it.
    timeouts: u32,
    /// Speculative answers, by history.
    answers: SmallVec<[Answers; 1]>,
    /// Whether it has handed out a commit certificate.
    committing: bool,
    /// Who holds it, by view and place.
    commits: SmallVec<[(Held, Tally); 1]>,
    /// An order that came with an answer.
    order: Option<Signed<Order>>,
    /// Two orders that contradict each other.
    proof: Option<Shared<(Signed<Order>, Signed<Order>)>>,
    /// The view whose primary it asks first.
    view: u64,
    /// How many of its requests are complete.
    completed: u64,
    /// Requests still to be sent.
    waiting: Queue,
}

impl consensus_kernel::Client<super::Replica> for Client {
    fn new(_config: &Config, me: NodeId) -> Self {
        Self {
            me,
            outstanding: None,
            timeouts: 0,
            answers: SmallVec::new(),
            committing: false,
            commits: SmallVec::new(),
            order: None,
            proof: None,
            view: 0,
            completed: 0,
            waiting: Queue::default(),
        }
    }

    #[inline]
    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Zyzzyva>) {
        match input {
            Input::Start => {}
            Input::Restart | Input::Fire(Timer::Retry) => self.on_timeout(cx),
            Input::Propose(value) if !self.waiting.take_in(self.me, value) => {
                cx.reject("another client's request");
            }
            Input::Propose(_) if self.outstanding.is_none() => self.ask(cx),
            Input::Propose(_) => {}
            Input::Deliver { from, .. } if !is_replica(from, cx.config) => cx.reject("only replicas answer"),
            Input::Deliver { from, msg: Msg::SpecResponse(response) } => self.on_response(from, response, cx),
            Input::Deliver { from, msg: Msg::LocalCommit(commit) } => self.on_local_commit(from, commit, cx),
            Input::Deliver { .. } => cx.reject("clients take responses only"),
            Input::Fire(_) => cx.reject("clients have a retry timer only"),
            Input::Command { .. } => cx.reject("clients take requests only"),
        }
    }

    fn face(&self, config: &Config) -> Face {
        let holders = self.commits.iter().map(|(_, t)| t).max_by_key(|t| t.count()).copied();
        let commits = ("local commit", holders.unwrap_or_default(), config.commits);
        let answers = ("response", self.most().map_or(Tally::EMPTY, |a| a.from), config.fast);
        // Either way may be the one that succeeds: that which lacks less.
        let lacks = |(_, tally, need): &(_, Tally, usize)| need.saturating_sub(tally.count());
        let second = self.committing || holders.is_some();
        let (of, tally, need) = if second && lacks(&commits) <= lacks(&answers) { commits } else { answers };
        let votes = self.outstanding.map(|_| Votes {
            of,
            have: tally.weight(),
            need: need as u64,
            total: config.n as u64,
            from: tally.voters().iter().map(NodeId::raw).collect(),
        });
        let waits_for = self
            .outstanding
            .map(|value| format!("{} of {need} equal {of}s to {value} (view {})", tally.count(), self.view));
        let face = clients::face(self.outstanding, self.timeouts > 0, self.completed, votes);
        Face { round: self.view, waits_for, ..face }
    }
}

impl Client {
    /// Step 1: the next request, to the primary.
    fn ask(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        let Some(number) = self.waiting.pop() else { return };
        let value = Value::request(self.me.index(), number);
        self.outstanding = Some(value);
        self.timeouts = 0;
        self.committing = false;
        (self.order, self.proof) = (None, None);
        self.answers.clear();
        self.commits.clear();
        cx.cite(Cite::ClientAsks);
        cx.send(cx.config.primary(self.view), Msg::Request(cx.sign(Request { value })));
        cx.set_timer(Timer::Retry, cx.config.hope);
    }

    /// Steps 4b and 4c: hope is over; hands out what certificate there is, or asks all replicas.
    fn on_timeout(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        let Some(value) = self.outstanding else { return };
        self.timeouts = self.timeouts.saturating_add(1);
        if !self.commit(cx) || self.timeouts > 2 {
            if self.timeouts > 1 {
                cx.cite(Cite::ClientRepeats);
                cx.broadcast(Msg::Request(cx.sign(Request { value })));
            }
            self.prove(cx);
        }
        let patience =
            cx.config.retry.0.saturating_sub(if self.timeouts == 1 { cx.config.hope.0 } else { 0 });
        cx.set_timer(Timer::Retry, Duration(patience.max(1)));
    }

    /// Step 4b: hands out a commit certificate, if it has one.
    fn commit(&mut self, cx: &mut Cx<'_, Zyzzyva>) -> bool {
        if !cx.holds(TWO_PHASES) {
            return false;
        }
        let enough = |a: &&Answers| a.certificate.count() >= cx.config.certificate;
        let latest = self.answers.iter().filter(enough).max_by_key(|a| a.certificate.body().view);
        let Some(certificate) = latest.map(|a| a.certificate) else { return false };
        self.committing = true;
        cx.cite(Cite::ClientCommits);
        cx.broadcast(Msg::Commit(certificate));
        true
    }

    /// Step 4d: tells all replicas that the primary ordered two ways.
    fn prove(&self, cx: &mut Cx<'_, Zyzzyva>) {
        if let Some(proof) = self.proof.as_ref().filter(|_| cx.holds(PROOFS)) {
            cx.cite(Cite::ClientProves);
            cx.broadcast(Msg::Proof(proof.clone()));
        }
    }

    /// Steps 4a and 4b: a speculative answer.
    #[inline]
    fn on_response(&mut self, from: NodeId, response: &SpecResponse, cx: &mut Cx<'_, Zyzzyva>) {
        let (vouch, order) = (response.vouch.body(), response.order.body());
        if self.outstanding != Some(response.value) {
            return cx.reject("not the request it waits for");
        }
        let fits = (order.view, order.sequence) == (vouch.view, vouch.sequence)
            && order.history.digest() == vouch.digest
            && response.order.signer() == cx.config.primary(order.view);
        if response.vouch.signer() != from || !fits {
            return cx.reject("the answer does not follow from the order");
        }
        self.compare(&response.order, cx);
        let same = |a: &Answers| {
            let known = a.certificate.body();
            let unbound =
                !cx.holds(HISTORY_BINDING) && (known.view, known.sequence) == (vouch.view, vouch.sequence);
            known == vouch || unbound
        };
        let place = match self.answers.iter().position(same) {
            Some(place) => place,
            None if make_room(
                &mut self.answers,
                |a| (&a.from, a.certificate.body().view),
                from,
                vouch.view,
            ) =>
            {
                let certificate = Certificate::of(&response.vouch);
                self.answers.push(Answers { certificate, from: Tally::EMPTY });
                self.answers.len() - 1
            }
            None => return cx.reject("too many different answers"),
        };
        let answers = &mut self.answers[place];
        answers.certificate.add(&response.vouch);
        if !answers.from.add(from) {
            return cx.reject("counted already");
        }
        let enough = answers.from.count() >= cx.config.fast;
        let certified = answers.certificate.count() >= cx.config.certificate;
        if enough {
            cx.cite(Cite::ClientCompletes);
            self.complete(vouch.sequence, vouch.view, cx);
        } else if self.timeouts > 0 && certified && !self.committing {
            self.commit(cx);
        }
    }

    /// Step 4d: compares the orders that come with answers.
    #[inline]
    fn compare(&mut self, order: &Signed<Order>, cx: &mut Cx<'_, Zyzzyva>) {
        match &self.order {
            Some(known) if known == order || self.proof.is_some() => {}
            Some(known) if is_misbehaviour(known, order, cx.config) => {
                self.proof = Some(Shared::new((known.clone(), order.clone())));
                self.prove(cx);
            }
            Some(known) if known.body().view >= order.body().view => {}
            _ => self.order = Some(order.clone()),
        }
    }

    /// Step 4b.2: a replica holds the certificate, or another one of its view that covers the request.
    fn on_local_commit(&mut self, from: NodeId, commit: &LocalCommit, cx: &mut Cx<'_, Zyzzyva>) {
        if self.outstanding != Some(commit.value) {
            return cx.reject("not the request it waits for");
        }
        let place = (commit.view, commit.sequence, commit.history);
        if self.commits.iter().all(|(known, _)| *known != place)
            && make_room(&mut self.commits, |((view, ..), holders)| (holders, *view), from, commit.view)
        {
            self.commits.push((place, Tally::EMPTY));
        }
        let Some((_, holders)) = self.commits.iter_mut().find(|(known, _)| *known == place) else {
            return cx.reject("too many different answers");
        };
        if !holders.add(from) {
            return cx.reject("counted already");
        }
        if holders.count() >= cx.config.commits {
            cx.cite(Cite::ClientCompletesLate);
            self.complete(commit.sequence, commit.view, cx);
        }
    }

    fn complete(&mut self, sequence: u64, view: u64, cx: &mut Cx<'_, Zyzzyva>) {
        let Some(value) = self.outstanding.take() else { return };
        cx.decide(sequence, value);
        self.view = self.view.max(view);
        self.completed += 1;
        if self.waiting.is_empty() {
            cx.cancel_timer(Timer::Retry);
        }
        self.ask(cx);
    }

    /// The answers that most replicas gave.
    fn most(&self) -> Option<&Answers> {
        self.answers.iter().max_by_key(|a| (a.from.count(), a.certificate.body().view))
    }
}
