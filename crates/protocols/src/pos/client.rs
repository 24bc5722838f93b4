//! Clients: one request at a time, to all validators, until more than a third of the stake gives the same result. Those
//! that have not replied are asked on: a correct one learns in this way that it missed something.

use super::{Cite, Config, Cx, Msg, Pos, Reply, Request, Timer, is_validator};
use crate::queue::Queue;
use consensus_kernel::{Face, Input, NodeId, NodeSet, Slot, Tally, To, Tone, Value, Votes};
use serde::Serialize;
use smallvec::SmallVec;

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
    /// Results, and who gives them.
    replies: SmallVec<[(Slot, Tally); 1]>,
    /// Who has replied.
    heard: NodeSet,
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
            replies: SmallVec::new(),
            heard: NodeSet::EMPTY,
            answered: 0,
            waiting: Queue::default(),
        }
    }

    pub(super) fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Pos>) {
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
    fn ask(&mut self, cx: &mut Cx<'_, Pos>) {
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
    fn repeat(&mut self, cx: &mut Cx<'_, Pos>) {
        let silent = cx.config.everyone.iter().filter(|id| !self.heard.contains(*id)).collect();
        let Some(value) = self.asked.filter(|_| silent != NodeSet::EMPTY) else { return };
        cx.cite(Cite::ClientRepeats);
        cx.multicast(To::Set(silent), Msg::Request(cx.sign(Request { value })));
        cx.set_timer(Timer::Retry, cx.config.retry.times(1 << self.attempts.min(DOUBLINGS_MAX)));
        self.attempts = self.attempts.saturating_add(1);
    }

    /// Equal results of more than a third of the stake make one of them true. A validator's first result counts.
    fn on_reply(&mut self, from: NodeId, reply: &Reply, cx: &mut Cx<'_, Pos>) {
        if !is_validator(from, cx) {
            return cx.reject("only validators reply");
        }
        if self.asked != Some(reply.value) {
            return cx.reject("not the request that it asked last");
        }
        if !self.heard.insert(from) {
            return cx.reject("has replied already");
        }
        if self.heard == cx.config.everyone {
            cx.cancel_timer(Timer::Retry);
        }
        let place = self.replies.iter().position(|(height, _)| *height == reply.height);
        let place = place.unwrap_or_else(|| {
            self.replies.push((reply.height, Tally::EMPTY));
            self.replies.len() - 1
        });
        let (_, tally) = &mut self.replies[place];
        tally.add_weighted(from, cx.config.stakes[from.index()]);
        if self.open && tally.weight() >= cx.config.replies {
            cx.cite(Cite::ClientAccepts);
            cx.decide(reply.height, reply.value);
            self.answered += 1;
            self.open = false;
            self.ask(cx);
        }
    }

    pub(super) fn face(&self, config: &Config) -> Face {
        let leading = self.replies.iter().map(|(_, tally)| *tally).max_by_key(Tally::weight);
        let leading = leading.unwrap_or_default();
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
            round: 0,
            leads: false,
            votes: open.map(|_| Votes {
                of: "reply",
                have: leading.weight(),
                need: config.replies,
                total: config.stakes.iter().sum(),
                from: leading.voters().iter().map(NodeId::raw).collect(),
            }),
            waits_for: open.map(|value| {
                format!("equal replies to {value} of stake {}, has {}", config.replies, leading.weight())
            }),
        }
    }
}
