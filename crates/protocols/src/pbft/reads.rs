//! Read-only requests (§5.1): they go to all replicas and are answered without being ordered.
//!
//! A read asks what was executed last for the next client, and where: the answer is that slot. It must not miss what
//! another client knows to be done. So writes are accepted from a quorum, too (f + 1 replies leave too few correct replicas
//! that know of them), and a replica that has prepared something waits with its answer until that is executed: somebody
//! may know of it from tentative replies. Where answers differ, the client has its read ordered like any other request.
//!
//! That writes wait for a quorum is what Berger, Reiser & Bessani (2021, arXiv:2107.11144) turn against PBFT: the primary
//! leaves f correct replicas out, liars do not reply, and a client that needs 2f + 1 replies has f + 1 for ever, while too
//! few want another view. Here that blocks nobody: who is left out asks for what it lacks (`catch_up`), and is shown what
//! is committed; the proof stands by itself, so it executes, and replies, too.

use super::tables::READS_WAIT;
use super::{Cite, How, Pbft, Replica, Request};
use crate::clients::request;
use consensus_kernel::{Cx, NodeId, Signed, Value};

impl Replica {
    /// §5.1: a client wants to know something.
    pub(super) fn on_read(&mut self, from: NodeId, request: &Signed<Request>, cx: &mut Cx<'_, Pbft>) {
        let (client, value) = (request.signer(), request.body().value);
        let own = request::is_own(request, cx.config.clients) && from == client && cx.config.is_read(value);
        if !own || !cx.config.is_member(self.me) {
            return cx.reject("not the client's own read");
        }
        let waits = cx.config.tentative && cx.holds(READS_WAIT);
        let until = if waits { self.prepared_up_to() } else { self.executed };
        if until > self.executed {
            self.flush_for_reads(cx);
        }
        self.reads.retain(|(other, _)| other.client() != value.client());
        self.reads.push((value, until));
    }

    /// The highest sequence number that somebody may know of from a tentative reply of this replica.
    fn prepared_up_to(&self) -> u64 {
        let above = (self.executed + 1..).take(self.entries.len()).filter_map(|n| self.known(n));
        above.filter(|e| e.prepared || e.proof.is_some()).map(|e| e.sequence).max().unwrap_or(0)
    }

    /// Somebody waits for the commits after all.
    fn flush_for_reads(&mut self, cx: &mut Cx<'_, Pbft>) {
        if !self.held.is_empty() {
            cx.cancel_timer(super::Timer::Commit);
            self.flush(cx);
        }
    }

    /// Answers the reads that need not wait any more.
    pub(super) fn answer_reads(&mut self, cx: &mut Cx<'_, Pbft>) {
        let ripe = |(_, until): &(Value, u64)| *until <= self.executed;
        let answered: Vec<Value> =
            self.reads.iter().filter(|read| ripe(read)).map(|(value, _)| *value).collect();
        let executed = self.executed;
        self.reads.retain(|(_, until)| *until > executed);
        for value in answered {
            let Some(client) = value.client() else { continue };
            let about = (client.index() + 1) % cx.config.clients;
            cx.cite(Cite::AnswerRead);
            self.reply(client, value, self.clients[about].slot, How::Read, cx);
        }
    }
}
