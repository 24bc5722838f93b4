//! HotStuff's clients (§4): one request at a time, to all replicas, until f + 1 give the same result. Those that have not
//! replied are asked on: a correct one learns in this way that it missed something.

use super::{Cite, Config, HotStuff, Msg, Reply, Request, Timer, is_replica};
use crate::queue::Queue;
use consensus_kernel::{Cx, Face, Input, NodeId, NodeSet, Poll, Slot, To, Tone, Value, Vote, Votes};
use serde::Serialize;

/// The time between two requests to those that do not reply doubles at most so often.
const DOUBLINGS_MAX: u32 = 3;

/// One client's whole state. All of it is kept over a crash: a number must never be used twice.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    me: NodeId,
    /// The last request sent.
    asked: Option<Value>,
    /// Whether it has no accepted result yet.
    open: bool,
    /// How often it was sent.
    attempts: u32,
    /// Results by replica.
    replies: Poll<Slot>,
    /// Who has replied.
    heard: NodeSet,
    /// The latest view that a replica replied from.
    view: u64,
    /// How many of its requests were answered.
    answered: u64,
    /// Requests still to be sent.
    waiting: Queue,
}

impl Client {
    pub(super) fn new(me: NodeId) -> Self {
        Self {
            me,
            asked: None,
            open: false,
            attempts: 0,
            replies: Poll::default(),
            heard: NodeSet::EMPTY,
            view: 0,
            answered: 0,
            waiting: Queue::default(),
        }
    }

    pub(super) fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, HotStuff>) {
        match input {
            Input::Start => {}
            Input::Restart | Input::Fire(Timer::Retry) => self.repeat(cx),
            Input::Propose(value) => {
                if value.client() != Some(self.me) || value.number() == 0 {
                    return cx.reject("another client's request");
                }
                self.waiting.push(value.number());
                self.ask(cx);
            }
            Input::Deliver { from, msg: Msg::Reply(reply) } => self.on_reply(from, reply, cx),
            Input::Deliver { .. } => cx.reject("clients take replies only"),
            Input::Fire(_) => cx.reject("clients have a retry timer only"),
            Input::Command { .. } => cx.reject("clients take requests only"),
        }
    }

    /// The next request, to all, unless one is open.
    fn ask(&mut self, cx: &mut Cx<'_, HotStuff>) {
        if self.open {
            return;
        }
        let Some(number) = self.waiting.pop() else { return };
        let value = Value::request(self.me.index(), number);
        (self.asked, self.open, self.attempts) = (Some(value), true, 1);
        self.replies.clear();
        self.heard = NodeSet::EMPTY;
        cx.cite(Cite::ClientAsks);
        cx.broadcast(Msg::Request(cx.sign(Request { value })));
        cx.set_timer(Timer::Retry, cx.config.retry);
    }

    /// The same request, to those that have not replied.
    fn repeat(&mut self, cx: &mut Cx<'_, HotStuff>) {
        let silent = cx.config.everyone.iter().filter(|id| !self.heard.contains(*id)).collect();
        let Some(value) = self.asked.filter(|_| silent != NodeSet::EMPTY) else { return };
        cx.cite(Cite::ClientRepeats);
        cx.multicast(To::Set(silent), Msg::Request(cx.sign(Request { value })));
        cx.set_timer(Timer::Retry, cx.config.retry.times(1 << self.attempts.min(DOUBLINGS_MAX)));
        self.attempts = self.attempts.saturating_add(1);
    }

    /// f + 1 equal results make one of them true.
    fn on_reply(&mut self, from: NodeId, reply: &Reply, cx: &mut Cx<'_, HotStuff>) {
        if !is_replica(from, cx.config) {
            return cx.reject("only replicas reply");
        }
        if self.asked != Some(reply.value) {
            return cx.reject("not the request that it asked last");
        }
        self.view = self.view.max(reply.view);
        self.heard.insert(from);
        if self.heard == cx.config.everyone {
            cx.cancel_timer(Timer::Retry);
        }
        match self.replies.add(from, reply.slot) {
            Vote::Counted(count) if self.open && count >= cx.config.replies => {
                cx.cite(Cite::ClientAccepts);
                cx.decide(reply.slot, reply.value);
                self.answered += 1;
                self.open = false;
                self.ask(cx);
            }
            Vote::Counted(_) => {}
            Vote::Duplicate => cx.reject("counted already"),
            Vote::Equivocation => cx.reject("this replica gave another result before"),
        }
    }

    pub(super) fn face(&self, config: &Config) -> Face {
        let (slot, have) = self.replies.leading().unwrap_or_default();
        let need = config.replies;
        let from = || {
            self.replies.tally(slot).map_or_else(Vec::new, |t| t.voters().iter().map(NodeId::raw).collect())
        };
        let open = self.asked.filter(|_| self.open);
        let (status, tone) = match (open, self.answered) {
            (Some(value), _) if self.attempts > 1 => (format!("asks {value}").into(), Tone::Contending),
            (Some(value), _) => (format!("asks {value}").into(), Tone::Busy),
            (None, 0) => ("idle".into(), Tone::Idle),
            (None, k) => (format!("{k} done").into(), Tone::Settled),
        };
        Face {
            role: "client",
            status,
            tone,
            round: self.view,
            leads: false,
            votes: open.map(|_| Votes {
                of: "reply",
                have: have as u64,
                need: need as u64,
                total: config.n as u64,
                from: from(),
            }),
            waits_for: open.map(|value| format!("{have} of {need} equal replies to {value}")),
        }
    }
}
