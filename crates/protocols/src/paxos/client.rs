//! A client, the same in both protocols: one request at a time, to the node it believes in, again until it is answered.

use crate::queue::Queue;
use consensus_kernel::{Cx, Duration, Face, Input, NodeId, Protocol, RuleId, Slot, Tone, Value};
use serde::Serialize;

/// What a protocol must say to its clients.
pub(crate) trait Asked: Protocol {
    /// The timer of a client's patience.
    const RETRY: Self::Timer;
    /// The rules that a client cites: it asks, it asks again, it is answered.
    const CITES: [RuleId; 3];
    /// A request as a message.
    fn request(value: Value) -> Self::Msg;
    /// What an answer says; none if the message is no answer.
    fn answer(msg: &Self::Msg) -> Option<Answer>;
    /// Whom this client asks first.
    fn first(config: &Self::Config, client: NodeId) -> NodeId;
    /// Whom it asks after this one fell silent.
    fn next(config: &Self::Config, target: NodeId) -> NodeId;
    /// How long it waits.
    fn patience(config: &Self::Config) -> Duration;
}

/// What an answer says.
pub(crate) enum Answer {
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
pub struct Client {
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

impl Client {
    pub(crate) fn new(me: NodeId, target: NodeId) -> Self {
        Self { me, outstanding: None, target, attempts: 0, answered: 0, waiting: Queue::default() }
    }

    /// A client keeps its requests: a number must never be used for two of them.
    pub(crate) fn restart(&self) -> Self {
        self.clone()
    }

    pub(crate) fn step<P: Asked>(&mut self, input: Input<'_, P::Msg, P::Timer>, cx: &mut Cx<'_, P>) {
        match input {
            Input::Start => {}
            Input::Restart if self.outstanding.is_some() => self.ask_the_next(cx),
            Input::Restart => {}
            Input::Propose(value) => {
                if value.client() != Some(self.me) {
                    return cx.reject("another client's request");
                }
                self.waiting.push(value.number());
                if self.outstanding.is_none() {
                    self.next_request(cx);
                }
            }
            Input::Fire(_) if self.outstanding.is_some() => self.ask_the_next(cx),
            Input::Fire(_) => cx.reject("nothing to wait for"),
            Input::Command { .. } => cx.reject("clients take requests only"),
            Input::Deliver { from, msg } => match P::answer(msg) {
                Some(Answer::Decided { asked, slot, value }) => {
                    if self.outstanding != Some(asked) {
                        return cx.reject("an answer to an earlier request");
                    }
                    cx.cite(P::CITES[2]);
                    cx.decide(slot, value);
                    self.answered += 1;
                    self.outstanding = None;
                    cx.cancel_timer(P::RETRY);
                    self.next_request(cx);
                }
                Some(Answer::Elsewhere { asked, leader }) => {
                    if self.outstanding != Some(asked) || from != self.target {
                        return cx.reject("from a node that is not asked any more");
                    }
                    match leader.filter(|leader| !leader.is_client() && *leader != from) {
                        Some(leader) => {
                            self.target = leader;
                            self.ask(cx);
                        }
                        None => cx.reject("it knows no leader: wait and ask another"),
                    }
                }
                None => cx.reject("this is not for clients"),
            },
        }
    }

    fn next_request<P: Asked>(&mut self, cx: &mut Cx<'_, P>) {
        let Some(number) = self.waiting.pop() else { return };
        self.outstanding = Some(Value::request(self.me.index(), number));
        self.attempts = 0;
        self.ask(cx);
    }

    fn ask_the_next<P: Asked>(&mut self, cx: &mut Cx<'_, P>) {
        cx.cite(P::CITES[1]);
        self.target = P::next(cx.config, self.target);
        self.ask(cx);
    }

    fn ask<P: Asked>(&mut self, cx: &mut Cx<'_, P>) {
        let Some(value) = self.outstanding else { return };
        cx.cite(P::CITES[0]);
        self.attempts = self.attempts.saturating_add(1);
        cx.send(self.target, P::request(value));
        cx.set_timer(P::RETRY, P::patience(cx.config));
    }

    pub(crate) fn face(&self) -> Face {
        Face {
            role: "client",
            status: if self.outstanding.is_some() { "waiting".into() } else { "idle".into() },
            tone: match (self.outstanding, self.answered) {
                (Some(_), _) => Tone::Busy,
                (None, 0) => Tone::Idle,
                (None, _) => Tone::Settled,
            },
            round: 0,
            leads: false,
            votes: None,
            waits_for: self.outstanding.map(|v| format!("the answer to {v} from node {}", self.target)),
        }
    }
}
