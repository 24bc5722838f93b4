//! A wallet (§5, §8): it tells one node what it pays, and all of them when it hears nothing. It believes what those say who
//! have more than half of the hash power: fewer may lie. (§8 has it compare their headers.)

use super::{Cite, Config, Miner, Msg, Nakamoto, Payment, Timer};
use consensus_kernel::{Cx, Face, Input, NodeId, Slot, Tone, Value, Votes};
use serde::Serialize;
use std::collections::VecDeque;

/// From the oldest payment that is open on so many may be: nodes remember no more.
pub(super) const OPEN_MAX: u32 = 16;

/// A payment that is not final, and what nodes say of it.
#[derive(Clone, Debug, Serialize)]
struct Open {
    coin: Value,
    /// By node, its latest word: the height at which the coin is spent, and whether otherwise.
    said: Vec<(NodeId, Slot, bool)>,
}

impl Open {
    /// The hash power of those who say the same as this.
    fn weight(&self, height: Slot, lost: bool, config: &Config) -> u64 {
        let same = self.said.iter().filter(|said| (said.1, said.2) == (height, lost));
        same.map(|said| config.shares[said.0.index()]).sum()
    }
}

/// One client's whole state. All of it is kept over a crash.
#[derive(Clone, Debug, Serialize)]
pub struct Client {
    me: NodeId,
    /// Payments that are not final, oldest first.
    open: VecDeque<Open>,
    /// The last payment that was told, and the last that is to be.
    told: u32,
    last: u32,
    /// How often it has asked again.
    attempts: u32,
    /// How many of its payments are final, and how many coins were spent otherwise.
    answered: u64,
    lost: u64,
    /// The highest block that it was told of.
    height: Slot,
}

impl consensus_kernel::Client<Miner> for Client {
    fn new(_config: &Config, me: NodeId) -> Self {
        Self { me, open: VecDeque::new(), told: 0, last: 0, attempts: 0, answered: 0, lost: 0, height: 0 }
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Nakamoto>) {
        match input {
            Input::Start => {}
            Input::Restart | Input::Fire(Timer::Retry) => self.repeat(cx),
            Input::Propose(value) => {
                if value.client() != Some(self.me) || value.number() != self.last.wrapping_add(1) {
                    return cx.reject("not its next coin");
                }
                self.last = value.number();
                self.ask(cx);
            }
            Input::Deliver { from, msg: Msg::Reply { coin, height, lost } } if from.index() < cx.config.n => {
                self.on_reply(from, (*coin, *height, *lost), cx);
            }
            Input::Deliver { .. } => cx.reject("clients take replies of nodes only"),
            Input::Fire(_) => cx.reject("clients have a retry timer only"),
            Input::Command { .. } => cx.reject("clients take requests only"),
        }
    }

    fn face(&self, config: &Config) -> Face {
        let open = self.open.front();
        let (status, tone) = match (open, self.answered, self.lost) {
            (Some(open), ..) => (format!("pays {}", open.coin).into(), Tone::Busy),
            (None, 0, 0) => ("idle".into(), Tone::Idle),
            (None, _, 1..) => (format!("{} lost", self.lost).into(), Tone::Contending),
            (None, k, _) => (format!("{k} paid").into(), Tone::Settled),
        };
        Face {
            role: "client",
            status,
            tone,
            round: self.height,
            leads: false,
            votes: open.and_then(|open| {
                let (_, height, lost) = *open.said.last()?;
                Some(Votes {
                    of: "reply",
                    have: open.weight(height, lost, config),
                    need: config.enough,
                    total: config.total,
                    from: open.said.iter().map(|said| said.0.raw()).collect(),
                })
            }),
            waits_for: open.map(|open| format!("{} to be deep enough", open.coin)),
        }
    }
}

impl Client {
    /// Tells a node what it pays, as long as none is open from too far back.
    fn ask(&mut self, cx: &mut Cx<'_, Nakamoto>) {
        while self.told < self.last
            && self.open.front().is_none_or(|oldest| self.told - oldest.coin.number() + 1 < OPEN_MAX)
        {
            self.told += 1;
            let coin = Value::request(self.me.index(), self.told);
            self.open.push_back(Open { coin, said: Vec::new() });
            cx.cite(Cite::ClientPays);
            let node = NodeId::replica(self.me.index() % cx.config.n);
            cx.send(node, Msg::Request(Payment { coin, back: false }));
            cx.set_timer(Timer::Retry, cx.config.retry);
        }
    }

    /// Tells all nodes what is still open.
    fn repeat(&mut self, cx: &mut Cx<'_, Nakamoto>) {
        if self.open.is_empty() {
            return;
        }
        cx.cite(Cite::ClientRepeats);
        self.attempts = self.attempts.wrapping_add(1);
        for open in &self.open {
            cx.broadcast(Msg::Request(Payment { coin: open.coin, back: false }));
        }
        cx.set_timer(Timer::Retry, cx.config.retry);
    }

    fn on_reply(
        &mut self,
        from: NodeId,
        (coin, height, lost): (Value, Slot, bool),
        cx: &mut Cx<'_, Nakamoto>,
    ) {
        let Some(place) = self.open.iter().position(|open| open.coin == coin) else {
            return cx.reject("not open");
        };
        let open = &mut self.open[place];
        match open.said.iter_mut().find(|said| said.0 == from) {
            Some(said) => *said = (from, height, lost),
            None => open.said.push((from, height, lost)),
        }
        if open.weight(height, lost, cx.config) < cx.config.enough {
            return;
        }
        self.open.remove(place);
        self.height = self.height.max(height);
        if lost {
            self.lost += 1;
            cx.cite(Cite::ClientLoses);
        } else {
            self.answered += 1;
            cx.cite(Cite::ClientAccepts);
            cx.decide(height, coin);
        }
        if self.open.is_empty() {
            cx.cancel_timer(Timer::Retry);
        }
        self.ask(cx);
    }
}
