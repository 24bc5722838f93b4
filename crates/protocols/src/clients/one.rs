//! Clients of those who only stop: one request at a time, to the member believed to lead, again until it is answered.

use super::queue::Queue;
use consensus_kernel::{Client, Cx, Duration, Face, Input, Member, NodeId, Party, RuleId, Slot, Value};
use serde::Serialize;

/// What members tell clients that ask one of them.
pub trait AskedOne: Member {
    /// The timer of a client's patience.
    const RETRY: Self::Timer;
    /// The rules that a client cites: it asks, it asks again, it is answered.
    const CITES: [RuleId; 3];
    /// A request as a message.
    fn request(value: Value) -> Self::Msg;
    /// What an answer says; none if the message is no answer.
    fn answer(msg: &Self::Msg) -> Option<Answer>;
    /// Whom this client asks first.
    fn first(_config: &Self::Config, _client: NodeId) -> NodeId {
        NodeId::replica(0)
    }
    /// How many members can be asked: the first ones.
    fn askable(config: &Self::Config) -> usize;
    /// How long a client waits.
    fn patience(config: &Self::Config) -> Duration;
}

/// What an answer says.
pub enum Answer {
    /// This was decided there; so the request is done with.
    Decided {
        /// The request that is answered.
        asked: Value,
        /// Where.
        slot: Slot,
        /// What.
        value: Value,
    },
    /// Ask somebody else.
    Elsewhere {
        /// The request that was not taken.
        asked: Value,
        /// Whom, if the sender knows.
        leader: Option<NodeId>,
    },
}

/// One client's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct AsksOne {
    /// Which client it is.
    pub me: NodeId,
    /// The request that it waits for.
    pub outstanding: Option<Value>,
    /// Whom it has asked, or will ask next.
    pub target: NodeId,
    /// How often the outstanding request was sent.
    pub attempts: u32,
    /// How many of its requests were answered.
    pub answered: u64,
    /// Requests still to be sent.
    pub waiting: Queue,
}

impl<M: AskedOne> Client<M> for AsksOne {
    fn new(config: &M::Config, me: NodeId) -> Self {
        let target = M::first(config, me);
        Self { me, outstanding: None, target, attempts: 0, answered: 0, waiting: Queue::default() }
    }

    fn step(&mut self, input: Input<'_, M::Msg, M::Timer>, cx: &mut Cx<'_, Party<M>>) {
        match input {
            Input::Start => {}
            Input::Restart if self.outstanding.is_some() => self.ask_the_next(cx),
            Input::Restart => {}
            Input::Propose(value) => {
                if !self.waiting.take_in(self.me, value) {
                    return cx.reject("another client's request");
                }
                if self.outstanding.is_none() {
                    self.next_request(cx);
                }
            }
            Input::Fire(_) if self.outstanding.is_some() => self.ask_the_next(cx),
            Input::Fire(_) => cx.reject("nothing to wait for"),
            Input::Command { .. } => cx.reject("clients take requests only"),
            Input::Deliver { from, msg } => match M::answer(msg) {
                Some(Answer::Decided { asked, slot, value }) => {
                    if self.outstanding != Some(asked) {
                        return cx.reject("an answer to an earlier request");
                    }
                    cx.cite(M::CITES[2]);
                    cx.decide(slot, value);
                    self.answered += 1;
                    self.outstanding = None;
                    cx.cancel_timer(M::RETRY);
                    self.next_request(cx);
                }
                Some(Answer::Elsewhere { asked, leader }) => {
                    if self.outstanding != Some(asked) || from != self.target {
                        return cx.reject("not from whom it asks now");
                    }
                    let is =
                        |id: &NodeId| !id.is_client() && id.index() < M::askable(cx.config) && *id != from;
                    match leader.filter(is) {
                        Some(leader) => {
                            self.target = leader;
                            cx.cite(M::CITES[0]);
                            self.ask(cx);
                        }
                        None => cx.reject("it knows no leader: wait and ask another"),
                    }
                }
                None => cx.reject("this is not for clients"),
            },
        }
    }

    fn face(&self, _config: &M::Config) -> Face {
        let asks = self.outstanding;
        let waits_for = asks.map(|v| format!("the answer to {v} from {} {}", M::META.member, self.target));
        Face { waits_for, ..super::face(asks, false, self.answered, None) }
    }
}

impl AsksOne {
    fn next_request<M: AskedOne>(&mut self, cx: &mut Cx<'_, Party<M>>) {
        let Some(number) = self.waiting.pop() else { return };
        self.outstanding = Some(Value::request(self.me.index(), number));
        self.attempts = 0;
        cx.cite(M::CITES[0]);
        self.ask(cx);
    }

    fn ask_the_next<M: AskedOne>(&mut self, cx: &mut Cx<'_, Party<M>>) {
        cx.cite(M::CITES[1]);
        self.target = NodeId::replica((self.target.index() + 1) % M::askable(cx.config).max(1));
        self.ask(cx);
    }

    fn ask<M: AskedOne>(&mut self, cx: &mut Cx<'_, Party<M>>) {
        let Some(value) = self.outstanding else { return };
        self.attempts = self.attempts.saturating_add(1);
        cx.send(self.target, M::request(value));
        cx.set_timer(M::RETRY, M::patience(cx.config));
    }
}
