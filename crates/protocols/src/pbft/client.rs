//! PBFT's clients (§4.1): one request at a time, until f + 1 replicas give the same result.

use super::tables::META;
use super::{Cite, Config, Msg, Pbft, Reply, Request, Timer, is_replica};
use crate::queue::Queue;
use consensus_kernel::{Cx, Face, Input, NodeId, Poll, Slot, Tone, Value, Vote, Votes};
use serde::Serialize;

/// One client's whole state. All of it is kept over a crash: a number must never be used twice.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    me: NodeId,
    /// The request that it waits for.
    outstanding: Option<Value>,
    /// How often it was sent.
    attempts: u32,
    /// Results by replica.
    replies: Poll<Slot>,
    /// The lowest view that a replica replied from.
    lowest_view: u64,
    /// The view whose primary it asks first.
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
            outstanding: None,
            attempts: 0,
            replies: Poll::default(),
            lowest_view: u64::MAX,
            view: 0,
            answered: 0,
            waiting: Queue::default(),
        }
    }

    pub(super) fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Pbft>) {
        match input {
            Input::Start => {}
            Input::Restart | Input::Fire(Timer::Retry) => self.repeat(cx),
            Input::Propose(value) => {
                if value.client() != Some(self.me) || value.number() == 0 {
                    return cx.reject("another client's request");
                }
                self.waiting.push(value.number());
                if self.outstanding.is_none() {
                    self.ask(cx);
                }
            }
            Input::Deliver { from, msg: Msg::Reply(reply) } => self.on_reply(from, reply, cx),
            Input::Deliver { .. } => cx.reject("clients take replies only"),
            Input::Fire(_) => cx.reject("clients have a retry timer only"),
            Input::Command { .. } => cx.reject("clients take requests only"),
        }
    }

    /// §4.1: the next request, to the primary.
    fn ask(&mut self, cx: &mut Cx<'_, Pbft>) {
        let Some(number) = self.waiting.pop() else { return };
        let value = Value::request(self.me.index(), number);
        self.outstanding = Some(value);
        self.attempts = 1;
        self.replies.clear();
        self.lowest_view = u64::MAX;
        cx.cite(Cite::ClientAsks);
        cx.send(cx.config.primary(self.view), Msg::Request(cx.sign(Request { value })));
        cx.set_timer(Timer::Retry, cx.config.retry);
    }

    /// §4.1: the same request, to all.
    fn repeat(&mut self, cx: &mut Cx<'_, Pbft>) {
        let Some(value) = self.outstanding else { return };
        self.attempts = self.attempts.saturating_add(1);
        cx.cite(Cite::ClientRepeats);
        cx.broadcast(Msg::Request(cx.sign(Request { value })));
        cx.set_timer(Timer::Retry, cx.config.retry);
    }

    /// §4.1: f + 1 equal results make one of them true.
    fn on_reply(&mut self, from: NodeId, reply: &Reply, cx: &mut Cx<'_, Pbft>) {
        if !is_replica(from, cx.config) {
            return cx.reject("only replicas reply");
        }
        if self.outstanding != Some(reply.value) {
            return cx.reject("not the request it waits for");
        }
        match self.replies.add(from, reply.slot) {
            Vote::Counted(count) => {
                self.lowest_view = self.lowest_view.min(reply.view);
                if count >= cx.config.replies {
                    self.accept(reply, cx);
                }
            }
            Vote::Duplicate => cx.reject("counted already"),
            Vote::Equivocation => cx.reject("this replica gave another result before"),
        }
    }

    fn accept(&mut self, reply: &Reply, cx: &mut Cx<'_, Pbft>) {
        cx.cite(Cite::ClientAccepts);
        cx.decide(reply.slot, reply.value);
        self.view = self.view.max(self.lowest_view);
        self.answered += 1;
        self.outstanding = None;
        if self.waiting.is_empty() {
            cx.cancel_timer(Timer::Retry);
        }
        self.ask(cx);
    }

    pub(super) fn face(&self, config: &Config) -> Face {
        let (slot, have) = self.replies.leading().unwrap_or_default();
        let need = config.replies;
        let votes = self.outstanding.map(|_| Votes {
            of: "reply",
            have: have as u64,
            need: need as u64,
            total: config.n as u64,
            from: self
                .replies
                .tally(slot)
                .map_or_else(Vec::new, |t| t.voters().iter().map(NodeId::raw).collect()),
        });
        let status = match (self.outstanding, self.answered) {
            (Some(value), _) => format!("asks {value}").into(),
            (None, 0) => "idle".into(),
            (None, k) => format!("{k} done").into(),
        };
        let tone = match self.outstanding {
            Some(_) if self.attempts > 1 => Tone::Contending,
            Some(_) => Tone::Busy,
            None if self.answered > 0 => Tone::Settled,
            None => Tone::Idle,
        };
        let waits_for = self
            .outstanding
            .map(|value| format!("{have} of {need} equal replies to {value} ({} {})", META.round, self.view));
        Face { role: "client", status, tone, round: self.view, leads: false, votes, waits_for }
    }
}
