//! Elections (§5.2, §5.4.1), and the question before them (dissertation §9.6).

use super::tables::{
    DROP_STALE_VOTES, LAST_TERM_FIRST, LATER_TERM_SUFFICES, ONE_VOTE, RANDOMISED_TIMEOUTS, UP_TO_DATE,
};
use super::{Cite, Entry, Msg, Raft, Role, Server, Timer};
use consensus_kernel::{Cx, Duration, NodeId, NodeSet, Value};

impl Server {
    pub(super) fn restart_election_timer(&mut self, cx: &mut Cx<'_, Raft>) {
        if self.role == Role::Leader {
            return;
        }
        let (low, high) = cx.config.election;
        let after = if cx.holds(RANDOMISED_TIMEOUTS) { cx.rng().within(low.0, high.0) } else { low.0 };
        cx.set_timer(Timer::Election, Duration(after));
    }

    /// Without the rule that only hearing the leader and granting a vote do.
    #[cold]
    pub(super) fn restart_election_timer_for_any(&mut self, msg: &Msg, cx: &mut Cx<'_, Raft>) {
        use Msg::{Append, Heartbeat, PreVote, RequestVote};
        if matches!(msg, RequestVote { .. } | PreVote { .. } | Append { .. } | Heartbeat { .. }) {
            self.restart_election_timer(cx);
        }
    }

    pub(super) fn election_timeout(&mut self, cx: &mut Cx<'_, Raft>) {
        match self.role {
            Role::Leader => return cx.reject("a leader has no election timer"),
            Role::Candidate => cx.cite(Cite::StandAgain),
            Role::Follower | Role::PreCandidate => {}
        }
        if cx.config.prevote { self.ask_pre_vote(cx) } else { self.start_election(cx) }
    }

    fn start_election(&mut self, cx: &mut Cx<'_, Raft>) {
        cx.cite(Cite::StartElection);
        self.current_term = self.current_term.saturating_add(1);
        self.voted_for = Some(self.me);
        self.role = Role::Candidate;
        self.leader = None;
        self.votes.clear();
        self.votes.add(self.me);
        self.restart_election_timer(cx);
        cx.broadcast(Msg::RequestVote {
            term: self.current_term,
            last_log_index: self.log.last_index(),
            last_log_term: self.log.last_term(),
        });
        if self.votes.count() >= cx.config.quorum {
            self.become_leader(cx);
        }
    }

    pub(super) fn on_request_vote(
        &mut self,
        from: NodeId,
        term: u64,
        last: (u64, u64),
        cx: &mut Cx<'_, Raft>,
    ) {
        let taken = self.voted_for.is_some_and(|v| v != from) && cx.holds(ONE_VOTE);
        let granted = if term < self.current_term {
            cx.cite(Cite::StaleTerm);
            false
        } else if taken {
            cx.cite(Cite::VoteTaken);
            false
        } else if !self.is_up_to_date(last, cx) {
            cx.cite(Cite::StaleLog);
            false
        } else {
            cx.cite(Cite::GrantVote);
            self.voted_for = Some(from);
            self.restart_election_timer(cx);
            true
        };
        if !granted {
            cx.reject("the vote is refused");
        }
        cx.send(from, Msg::Vote { term: self.current_term, granted });
    }

    /// §5.4.1: whether a log that ends with `(term, index)` is at least as up to date as the own.
    fn is_up_to_date(&self, (term, index): (u64, u64), cx: &Cx<'_, Raft>) -> bool {
        let (own_term, own_index) = (self.log.last_term(), self.log.last_index());
        if !cx.holds(UP_TO_DATE) {
            true
        } else if !cx.holds(LAST_TERM_FIRST) {
            index >= own_index
        } else if !cx.holds(LATER_TERM_SUFFICES) {
            term >= own_term && index >= own_index
        } else {
            (term, index) >= (own_term, own_index)
        }
    }

    pub(super) fn on_vote(&mut self, from: NodeId, term: u64, granted: bool, cx: &mut Cx<'_, Raft>) {
        if term < self.current_term && cx.holds(DROP_STALE_VOTES) {
            return cx.reject("a vote of an earlier term");
        }
        if self.role != Role::Candidate {
            return cx.reject("a vote after the election");
        }
        if !granted {
            return cx.reject("the voter refused");
        }
        if !self.votes.add(from) {
            return cx.reject("this voter was counted before");
        }
        cx.cite(Cite::CountVote);
        if self.votes.count() >= cx.config.quorum {
            self.become_leader(cx);
        }
    }

    fn become_leader(&mut self, cx: &mut Cx<'_, Raft>) {
        cx.cite(Cite::BecomeLeader);
        self.role = Role::Leader;
        self.leader = Some(self.me);
        self.next_index.fill(self.log.last_index() + 1);
        self.match_index.fill(0);
        self.told_commit.fill(0);
        self.in_flight = NodeSet::EMPTY;
        self.overdue = NodeSet::EMPTY;
        self.reset_pipes(cx.config.window);
        self.ahead.clear();
        for session in &mut self.sessions {
            session.pending = 0;
        }
        cx.cancel_timer(Timer::Election);
        if cx.config.noop {
            cx.cite(Cite::Noop);
            self.log.push(Entry { term: self.current_term, value: Value::NOOP });
        }
        self.send_round(cx);
        self.advance_commit(cx);
    }

    // Dissertation §9.6: pre-vote.

    fn ask_pre_vote(&mut self, cx: &mut Cx<'_, Raft>) {
        cx.cite(Cite::AskPreVote);
        self.role = Role::PreCandidate;
        self.leader = None;
        self.votes.clear();
        self.votes.add(self.me);
        if self.votes.count() >= cx.config.quorum {
            return self.start_election(cx);
        }
        self.restart_election_timer(cx);
        cx.broadcast(Msg::PreVote {
            term: self.current_term,
            last_log_index: self.log.last_index(),
            last_log_term: self.log.last_term(),
        });
    }

    pub(super) fn on_pre_vote(&mut self, from: NodeId, term: u64, last: (u64, u64), cx: &mut Cx<'_, Raft>) {
        let led = self.role == Role::Leader
            || self.heard_at.is_some_and(|heard| cx.now().since(heard) < cx.config.election.0);
        let granted = term == self.current_term && !led && self.is_up_to_date(last, cx);
        if granted {
            cx.cite(Cite::GrantPreVote);
        } else {
            cx.cite(Cite::RefusePreVote);
            cx.reject("the pre-vote is refused");
        }
        cx.send(from, Msg::PreVoteReply { term: self.current_term, granted });
    }

    pub(super) fn on_pre_vote_reply(
        &mut self,
        from: NodeId,
        term: u64,
        granted: bool,
        cx: &mut Cx<'_, Raft>,
    ) {
        if self.role != Role::PreCandidate || term < self.current_term {
            return cx.reject("a pre-vote that nobody waits for");
        }
        if !granted {
            return cx.reject("the voter refused");
        }
        if !self.votes.add(from) {
            return cx.reject("this voter was counted before");
        }
        cx.cite(Cite::CountPreVote);
        if self.votes.count() >= cx.config.quorum {
            self.start_election(cx);
        }
    }
}
