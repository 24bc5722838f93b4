//! Clients of those of whom some lie: one request at a time, to all members, until enough of them give the same result.
//! Those that have not replied are asked on: a correct one learns in this way that it missed something.

use super::queue::Queue;
use super::request::Request;
use consensus_kernel::{
    Client, Cx, Duration, Face, Input, Member, NodeId, NodeSet, Party, RuleId, Signed, Slot, Tally, To,
    Value, Votes,
};
use serde::Serialize;
use smallvec::SmallVec;

/// The time between two requests to those that do not reply doubles at most so often.
const DOUBLINGS_MAX: u32 = 3;

/// What members tell clients that ask all of them.
pub trait AskedAll: Member {
    /// The timer of a client's patience.
    const RETRY: Self::Timer;
    /// The rules that a client cites: it asks, it asks again, it accepts.
    const CITES: [RuleId; 3];
    /// A request as a message.
    fn request(request: Signed<Request>) -> Self::Msg;
    /// What a reply says; none if the message is no reply.
    fn answer(msg: &Self::Msg) -> Option<Answer>;
    /// All members.
    fn everyone(config: &Self::Config) -> &NodeSet;
    /// What this member's word weighs.
    fn weight(config: &Self::Config, member: NodeId) -> u64;
    /// How much weight there is, and how much makes a result true.
    fn total_and_enough(config: &Self::Config) -> (u64, u64);
    /// How long a client waits.
    fn patience(config: &Self::Config) -> Duration;
}

/// What a reply says.
pub struct Answer {
    /// The request that is answered.
    pub asked: Value,
    /// The result: where it was executed.
    pub slot: Slot,
    /// The view from which it comes; 0 where there are none.
    pub view: u64,
}

/// One client's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct AsksAll {
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
    /// The latest view that a member replied from.
    #[serde(skip_serializing_if = "is_none")]
    view: u64,
    /// How many of its requests were answered.
    answered: u64,
    /// Requests still to be sent.
    waiting: Queue,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes by reference")]
fn is_none(view: &u64) -> bool {
    *view == 0
}

impl<M: AskedAll> Client<M> for AsksAll {
    fn new(_config: &M::Config, me: NodeId) -> Self {
        Self {
            me,
            asked: None,
            open: false,
            attempts: 0,
            replies: SmallVec::new(),
            heard: NodeSet::EMPTY,
            view: 0,
            answered: 0,
            waiting: Queue::default(),
        }
    }

    fn step(&mut self, input: Input<'_, M::Msg, M::Timer>, cx: &mut Cx<'_, Party<M>>) {
        match input {
            Input::Start => {}
            Input::Restart | Input::Fire(_) => self.repeat(cx),
            Input::Propose(value) if self.waiting.take_in(self.me, value) => self.ask(cx),
            Input::Propose(_) => cx.reject("another client's request"),
            Input::Command { .. } => cx.reject("clients take requests only"),
            Input::Deliver { from, msg } => match M::answer(msg) {
                Some(_) if !M::everyone(cx.config).contains(from) => cx.reject("only members reply"),
                Some(answer) => self.on_reply(from, &answer, cx),
                None => cx.reject("clients take replies only"),
            },
        }
    }

    fn face(&self, config: &M::Config) -> Face {
        let leading = self.replies.iter().map(|(_, tally)| tally).max_by_key(|tally| tally.weight());
        let leading = leading.copied().unwrap_or_default();
        let (total, need) = M::total_and_enough(config);
        let (open, have) = (self.asked.filter(|_| self.open), leading.weight());
        let from = leading.voters().iter().map(NodeId::raw).collect();
        let votes = open.map(|_| Votes { of: "reply", have, need, total, from });
        let by = if M::META.weighted { " by weight" } else { "" };
        let waits_for = open.map(|value| format!("{have} of {need} equal replies to {value}{by}"));
        let face = super::face(open, self.attempts > 1, self.answered, votes);
        Face { round: self.view, waits_for, ..face }
    }
}

impl AsksAll {
    /// The next request, to all, unless one is open.
    fn ask<M: AskedAll>(&mut self, cx: &mut Cx<'_, Party<M>>) {
        if self.open {
            return;
        }
        let Some(number) = self.waiting.pop() else { return };
        let value = Value::request(self.me.index(), number);
        (self.asked, self.open, self.attempts) = (Some(value), true, 1);
        self.replies.clear();
        self.heard = NodeSet::EMPTY;
        cx.cite(M::CITES[0]);
        cx.broadcast(M::request(cx.sign(Request { value })));
        cx.set_timer(M::RETRY, M::patience(cx.config));
    }

    /// The same request, to those that have not replied.
    fn repeat<M: AskedAll>(&mut self, cx: &mut Cx<'_, Party<M>>) {
        let silent = M::everyone(cx.config).iter().filter(|id| !self.heard.contains(*id)).collect();
        let Some(value) = self.asked.filter(|_| silent != NodeSet::EMPTY) else { return };
        cx.cite(M::CITES[1]);
        cx.multicast(To::Set(silent), M::request(cx.sign(Request { value })));
        cx.set_timer(M::RETRY, M::patience(cx.config).times(1 << self.attempts.min(DOUBLINGS_MAX)));
        self.attempts = self.attempts.saturating_add(1);
    }

    /// Enough equal results make one of them true. A member's first result counts.
    fn on_reply<M: AskedAll>(&mut self, from: NodeId, answer: &Answer, cx: &mut Cx<'_, Party<M>>) {
        if self.asked != Some(answer.asked) {
            return cx.reject("not the request that it asked last");
        }
        self.view = self.view.max(answer.view);
        if !self.heard.insert(from) {
            return cx.reject("has replied already");
        }
        if self.heard == *M::everyone(cx.config) {
            cx.cancel_timer(M::RETRY);
        }
        let place = self.replies.iter().position(|(slot, _)| *slot == answer.slot);
        let place = place.unwrap_or_else(|| {
            self.replies.push((answer.slot, Tally::EMPTY));
            self.replies.len() - 1
        });
        let (_, tally) = &mut self.replies[place];
        tally.add_weighted(from, M::weight(cx.config, from));
        if self.open && tally.weight() >= M::total_and_enough(cx.config).1 {
            cx.cite(M::CITES[2]);
            cx.decide(answer.slot, answer.asked);
            self.answered += 1;
            self.open = false;
            self.ask(cx);
        }
    }
}
