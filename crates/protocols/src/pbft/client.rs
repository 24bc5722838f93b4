//! PBFT's clients (§4.1): one request at a time, until f + 1 replicas give the same result, or 2f + 1 where it is
//! tentative or only read (§5.1).

use super::tables::META;
use super::{Cite, Config, How, Msg, Pbft, Replica, Reply, Request, Timer};
use crate::clients::{self, queue::Queue};
use consensus_kernel::{Cx, Face, Input, NodeId, NodeSet, Poll, Slot, Value, Vote, Votes};
use serde::Serialize;

/// One client's whole state. All of it is kept over a crash: a number must never be used twice.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    me: NodeId,
    /// The request that it waits for.
    pub(super) outstanding: Option<Value>,
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
    /// Whether the request is a read that is not to be ordered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) reading: bool,
    /// Where replies may be tentative: the one of the latest view from each replica.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    latest: Vec<(NodeId, u64, Slot)>,
    /// Where its last request was executed, for the invariants.
    #[serde(skip)]
    pub(super) accepted: Slot,
    /// Its last read and what that told, for the invariants.
    #[serde(skip)]
    pub(super) read: Option<(u32, Slot)>,
}

impl consensus_kernel::Client<Replica> for Client {
    fn new(_config: &Config, me: NodeId) -> Self {
        Self {
            me,
            outstanding: None,
            attempts: 0,
            replies: Poll::default(),
            lowest_view: u64::MAX,
            view: 0,
            answered: 0,
            waiting: Queue::default(),
            reading: false,
            latest: Vec::new(),
            accepted: 0,
            read: None,
        }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Pbft>) {
        match input {
            Input::Start => {}
            Input::Restart | Input::Fire(Timer::Retry) => self.repeat(cx),
            Input::Propose(value) if !self.waiting.take_in(self.me, value) => {
                cx.reject("another client's request");
            }
            Input::Propose(_) if self.outstanding.is_none() => self.ask(cx),
            Input::Propose(_) => {}
            Input::Deliver { from, msg: Msg::Reply(reply) } => self.on_reply(from, reply, cx),
            Input::Deliver { .. } => cx.reject("clients take replies only"),
            Input::Fire(_) => cx.reject("clients have a retry timer only"),
            Input::Command { .. } => cx.reject("clients take requests only"),
        }
    }

    fn face(&self, config: &Config) -> Face {
        let slot = self.replies.leading().unwrap_or_default().0;
        let stable = self.replies.tally(slot).map_or(NodeSet::EMPTY, |t| *t.voters());
        let (from, need) = match config.tentative && !self.reading {
            true => {
                let groups = self.latest.iter().map(|(_, view, slot)| self.who_says(*view, *slot));
                (groups.max_by_key(NodeSet::len).unwrap_or(NodeSet::EMPTY), config.replies_tentative)
            }
            false => (stable, if self.reading { config.answers } else { config.replies }),
        };
        let have = from.len();
        let votes = self.outstanding.map(|_| Votes {
            of: "reply",
            have: have as u64,
            need: need as u64,
            total: config.members as u64,
            from: from.iter().map(NodeId::raw).collect(),
        });
        let waits_for = self
            .outstanding
            .map(|value| format!("{have} of {need} equal replies to {value} ({} {})", META.round, self.view));
        let face = clients::face(self.outstanding, self.attempts > 1, self.answered, votes);
        Face { round: self.view, waits_for, ..face }
    }
}

impl Client {
    /// §4.1: the next request, to the primary; §5.1: a read, to all.
    fn ask(&mut self, cx: &mut Cx<'_, Pbft>) {
        let Some(number) = self.waiting.pop() else { return };
        let value = Value::request(self.me.index(), number);
        self.outstanding = Some(value);
        self.attempts = 1;
        self.forget_replies();
        self.reading = cx.config.is_read(value);
        let request = cx.sign(Request { value });
        if self.reading {
            cx.cite(Cite::ClientReads);
            Replica::tell_members(Msg::Read(request), cx);
        } else {
            cx.cite(Cite::ClientAsks);
            cx.send(cx.config.primary(self.view), Msg::Request(request));
        }
        cx.set_timer(Timer::Retry, cx.config.retry);
    }

    fn forget_replies(&mut self) {
        self.replies.clear();
        self.latest.clear();
        self.lowest_view = u64::MAX;
    }

    /// §4.1: the same request, to all; §5.1: a read is to be ordered now.
    fn repeat(&mut self, cx: &mut Cx<'_, Pbft>) {
        let Some(value) = self.outstanding else { return };
        self.attempts = self.attempts.saturating_add(1);
        if std::mem::take(&mut self.reading) {
            self.forget_replies();
        }
        cx.cite(Cite::ClientRepeats);
        Replica::tell_members(Msg::Request(cx.sign(Request { value })), cx);
        cx.set_timer(Timer::Retry, cx.config.retry);
    }

    /// §4.1: f + 1 equal results make one of them true.
    fn on_reply(&mut self, from: NodeId, reply: &Reply, cx: &mut Cx<'_, Pbft>) {
        if !cx.config.is_member(from) {
            return cx.reject("only replicas reply");
        }
        if self.outstanding != Some(reply.value) || self.reading != (reply.how == How::Read) {
            return cx.reject("not the request it waits for");
        }
        if cx.config.tentative && !self.reading {
            let same = self.note_latest(from, reply);
            if same >= cx.config.replies_tentative {
                cx.cite(Cite::ClientAcceptsTentative);
                self.lowest_view = reply.view;
                return self.accept(reply, cx);
            }
        }
        if reply.how == How::Tentative {
            if !cx.config.tentative {
                cx.reject("nothing is executed tentatively here");
            }
            return;
        }
        match self.replies.add(from, reply.slot) {
            Vote::Counted(count) => {
                self.lowest_view = self.lowest_view.min(reply.view);
                if self.reading && count >= cx.config.answers {
                    cx.cite(Cite::ReadAnswered);
                    self.accept(reply, cx);
                } else if !self.reading && count >= cx.config.replies {
                    let many = cx.config.replies > cx.config.weak;
                    cx.cite(if many { Cite::ClientAcceptsQuorum } else { Cite::ClientAccepts });
                    self.accept(reply, cx);
                }
            }
            Vote::Duplicate => cx.reject("counted already"),
            Vote::Equivocation => cx.reject("this replica gave another result before"),
        }
    }

    /// Takes a reply into account that may be tentative; says how many replicas gave the same in this view.
    fn note_latest(&mut self, from: NodeId, reply: &Reply) -> usize {
        match self.latest.iter_mut().find(|(who, ..)| *who == from) {
            Some(known) if known.1 < reply.view => *known = (from, reply.view, reply.slot),
            Some(_) => {}
            None => self.latest.push((from, reply.view, reply.slot)),
        }
        self.who_says(reply.view, reply.slot).len()
    }

    fn who_says(&self, view: u64, slot: Slot) -> NodeSet {
        self.latest.iter().filter(|(_, v, s)| (*v, *s) == (view, slot)).map(|(who, ..)| *who).collect()
    }

    fn accept(&mut self, reply: &Reply, cx: &mut Cx<'_, Pbft>) {
        if std::mem::take(&mut self.reading) {
            // What is only read has no place in the order.
            cx.decide(0, reply.value);
            self.read = Some((reply.value.number(), reply.slot));
        } else {
            cx.decide(reply.slot, reply.value);
            self.accepted = reply.slot;
        }
        self.view = self.view.max(self.lowest_view);
        self.answered += 1;
        self.outstanding = None;
        if self.waiting.is_empty() {
            cx.cancel_timer(Timer::Retry);
        }
        self.ask(cx);
    }
}
