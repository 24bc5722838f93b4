//! Raft's clients (§8): one command at a time, to the server believed to lead, again until it is answered.

use super::{Cite, Msg, Raft, Timer};
use crate::queue::Queue;
use consensus_kernel::{Cx, Face, Input, NodeId, Tone, Value};
use serde::Serialize;

/// One client's whole state.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    /// Which client it is.
    pub me: NodeId,
    /// The command that it waits for.
    pub outstanding: Option<Value>,
    /// The server it has asked, or will ask next.
    pub target: NodeId,
    /// How often the outstanding command was sent.
    pub attempts: u32,
    /// How many of its commands were answered.
    pub answered: u64,
    /// Commands still to be sent.
    pub waiting: Queue,
}

impl Client {
    pub(super) fn new(me: NodeId) -> Self {
        Self {
            me,
            outstanding: None,
            target: NodeId::replica(0),
            attempts: 0,
            answered: 0,
            waiting: Queue::default(),
        }
    }

    /// A client keeps its commands: a number must never be used for two of them.
    pub(super) fn restart(&self) -> Self {
        self.clone()
    }

    pub(super) fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Raft>) {
        match input {
            Input::Start => {}
            Input::Restart => {
                if self.outstanding.is_some() {
                    self.ask_the_next_server(cx);
                }
            }
            Input::Propose(value) => {
                if value.client() != Some(self.me) {
                    return cx.reject("another client's command");
                }
                self.waiting.push(value.number());
                if self.outstanding.is_none() {
                    self.ask_for_the_next_command(cx);
                }
            }
            Input::Fire(Timer::Retry) if self.outstanding.is_some() => self.ask_the_next_server(cx),
            Input::Fire(_) => cx.reject("nothing to wait for"),
            Input::Command { .. } => cx.reject("clients take requests only"),
            Input::Deliver { msg: &Msg::Reply { value, index, .. }, .. } => {
                if self.outstanding != Some(value) {
                    return cx.reject("an answer to an earlier command");
                }
                cx.cite(Cite::ClientDone);
                cx.decide(index, value);
                self.answered += 1;
                self.outstanding = None;
                cx.cancel_timer(Timer::Retry);
                self.ask_for_the_next_command(cx);
            }
            Input::Deliver { from, msg: &Msg::Redirect { value, leader, .. } } => {
                if self.outstanding != Some(value) || from != self.target {
                    return cx.reject("from a server that is not asked any more");
                }
                match leader {
                    Some(leader) if !leader.is_client() && leader.index() < cx.config.n && leader != from => {
                        self.target = leader;
                        self.ask(cx);
                    }
                    _ => cx.reject("the server knows no leader: wait and ask another"),
                }
            }
            Input::Deliver { .. } => cx.reject("this is for servers only"),
        }
    }

    fn ask_for_the_next_command(&mut self, cx: &mut Cx<'_, Raft>) {
        let Some(number) = self.waiting.pop() else { return };
        self.outstanding = Some(Value::request(self.me.index(), number));
        self.attempts = 0;
        self.ask(cx);
    }

    fn ask_the_next_server(&mut self, cx: &mut Cx<'_, Raft>) {
        cx.cite(Cite::ClientRetry);
        self.target = NodeId::replica((self.target.index() + 1) % cx.config.n.max(1));
        self.ask(cx);
    }

    fn ask(&mut self, cx: &mut Cx<'_, Raft>) {
        let Some(value) = self.outstanding else { return };
        cx.cite(Cite::ClientAsk);
        self.attempts = self.attempts.saturating_add(1);
        cx.send(self.target, Msg::Request { value });
        cx.set_timer(Timer::Retry, cx.config.retry);
    }

    pub(super) fn face(&self) -> Face {
        let waits_for = self.outstanding.map(|v| format!("the answer to {v} from server {}", self.target));
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
            waits_for,
        }
    }
}
