//! The failure detector of one process: heartbeats, time-outs, and the guesses made from them.

use super::tables::GROW;
use super::{ChandraToueg, Cite, Config, Msg, Timer};
use consensus_kernel::{Cx, Duration, NodeId, NodeSet};
use serde::Serialize;

/// What a process believes of the others.
#[derive(Clone, Debug, Serialize)]
pub struct Detector {
    /// Whom it believes to have crashed.
    pub suspected: NodeSet,
    /// For how long each may be silent.
    pub timeouts: Vec<Duration>,
}

impl Detector {
    pub(super) fn new(config: &Config) -> Self {
        Self { suspected: NodeSet::EMPTY, timeouts: vec![config.timeout; config.n] }
    }

    /// Sends the first heartbeat and gives everybody else its time.
    pub(super) fn start(&mut self, me: NodeId, cx: &mut Cx<'_, ChandraToueg>) {
        for id in (0..self.timeouts.len()).map(NodeId::replica).filter(|id| *id != me) {
            cx.set_timer(Timer::Suspect(id), self.timeouts[id.index()]);
        }
        self.beat(cx);
    }

    /// Says that its process is up.
    pub(super) fn beat(&self, cx: &mut Cx<'_, ChandraToueg>) {
        cx.broadcast(Msg::Heartbeat);
        cx.set_timer(Timer::Heartbeat, cx.config.heartbeat);
    }

    /// A heartbeat: whoever was suspected is up after all, and gets more time from now on.
    pub(super) fn hear(&mut self, from: NodeId, cx: &mut Cx<'_, ChandraToueg>) {
        let timeout = &mut self.timeouts[from.index()];
        if self.suspected.remove(from) {
            cx.cite(Cite::Mistake);
            if cx.holds(GROW) {
                *timeout = *timeout + cx.config.growth;
            }
        }
        cx.set_timer(Timer::Suspect(from), *timeout);
    }

    /// Believes that a process has crashed.
    pub(super) fn suspect(&mut self, id: NodeId, cx: &mut Cx<'_, ChandraToueg>) {
        if self.suspected.insert(id) {
            cx.cite(Cite::Suspect);
        } else {
            cx.reject("it is suspected already");
        }
    }

    /// By hand: believes that a process is up, until it is silent for too long again.
    pub(super) fn trust(&mut self, id: NodeId, cx: &mut Cx<'_, ChandraToueg>) {
        if self.suspected.remove(id) {
            cx.cite(Cite::Trust);
            cx.set_timer(Timer::Suspect(id), self.timeouts[id.index()]);
        } else {
            cx.reject("it is not suspected");
        }
    }

    /// Nobody asks any more.
    pub(super) fn stop(&self, me: NodeId, cx: &mut Cx<'_, ChandraToueg>) {
        cx.cancel_timer(Timer::Heartbeat);
        for id in (0..self.timeouts.len()).map(NodeId::replica).filter(|id| *id != me) {
            cx.cancel_timer(Timer::Suspect(id));
        }
    }
}
