//! The pacemaker (§4.2, §6; the paper leaves it open): which view a replica is in, and for how long.

use super::tables::*;
use super::{Cite, Fact, HotStuff, Msg, NewView, Replica, Timer, Variant, Word, after, view_of};
use consensus_kernel::{Cx, Duration, NodeId};

/// The time of a view doubles at most so often.
const DOUBLINGS_MAX: u32 = 20;

impl Replica {
    /// How long this view may last.
    fn span(&self, cx: &Cx<'_, HotStuff>) -> Duration {
        let doublings = if cx.holds(TIMER_DOUBLING) { self.failed.min(DOUBLINGS_MAX) } else { 0 };
        cx.config.timeout.times(1 << doublings)
    }

    /// Sets and stops the timer as the state after a step demands: it runs while a request waits, and anew in each view.
    #[inline]
    pub(super) fn settle(&mut self, cx: &mut Cx<'_, HotStuff>) {
        let waits = !self.pending.is_empty();
        if waits && (self.fresh || !self.timer) {
            let span = if self.begun { self.span(cx) } else { cx.config.timeout };
            cx.set_timer(Timer::View, span);
        } else if !waits && self.timer {
            cx.cancel_timer(Timer::View);
        }
        (self.timer, self.fresh) = (waits, false);
    }

    /// Enters a view if it is later.
    #[inline]
    pub(super) fn enter_from(&mut self, view: u64, cx: &mut Cx<'_, HotStuff>) {
        if view > self.view {
            self.enter(view, true, cx);
        }
    }

    /// Enters a later view: because the one before succeeded, or else because time ran out.
    pub(super) fn enter(&mut self, view: u64, succeeded: bool, cx: &mut Cx<'_, HotStuff>) {
        self.view = view;
        self.views_entered += 1;
        self.facts.push(Fact::Entered { nth: self.views_entered, view });
        self.begun = succeeded;
        self.fresh = true;
        self.wanted.clear();
        self.tallies.retain(|t| after(t.ballot().view) >= view);
        self.here = self.announced.iter().filter(|announced| **announced >= view).count();
        if succeeded {
            cx.cite(Cite::NextView);
        } else {
            self.announce_to_all(Word::Enters, cx);
        }
    }

    /// The view works: its time runs.
    #[inline]
    pub(super) fn begin(&mut self, cx: &mut Cx<'_, HotStuff>) {
        if !self.begun {
            self.begun = true;
            self.fresh = true;
            cx.cite(Cite::Begins);
        }
    }

    fn new_view(&self, word: Word) -> Msg {
        Msg::NewView(NewView { view: self.view, high: self.high, height: self.tip.height, word })
    }

    fn note_announced(&mut self, who: NodeId, view: u64) {
        let known = &mut self.announced[who.index()];
        self.here += usize::from(*known < self.view && view >= self.view);
        *known = view.max(*known);
    }

    /// Alg. 2, after a view that succeeded: NEW-VIEW to the leader.
    #[inline]
    pub(super) fn announce(&mut self, cx: &mut Cx<'_, HotStuff>) {
        let basic = cx.config.variant == Variant::Basic;
        if basic && self.own_announced < self.view && (cx.config.eager || !self.pending.is_empty()) {
            cx.cite(Cite::NewView);
            self.own_announced = self.view;
            self.note_announced(self.me, self.view);
            cx.send(cx.config.leader(self.view), self.new_view(Word::Enters));
        }
    }

    /// After a view that failed: NEW-VIEW to all, so that they come together in one view.
    /// Said again, it asks who is there.
    pub(super) fn announce_to_all(&mut self, word: Word, cx: &mut Cx<'_, HotStuff>) {
        cx.cite(Cite::NewView);
        self.own_announced = self.view;
        self.note_announced(self.me, self.view);
        cx.broadcast(self.new_view(word));
        self.try_begin(cx);
    }

    /// A quorum is in this view: its time runs.
    fn try_begin(&mut self, cx: &mut Cx<'_, HotStuff>) {
        if self.begun || self.here < cx.config.quorum {
            return;
        }
        self.begin(cx);
        if self.gathers(cx) {
            cx.cite(Cite::Wait);
            self.gathering = self.view;
            cx.set_timer(Timer::Gather, Duration((self.span(cx).0 / 4).max(1)));
        }
    }

    /// Whether the leader of this view must hear of every lock before it proposes (HotStuff-2).
    fn gathers(&self, cx: &Cx<'_, HotStuff>) -> bool {
        let (config, linked) = (cx.config, after(view_of(&self.high)) == self.view);
        config.variant == Variant::TwoChain
            && cx.holds(WAIT_AFTER_FAILURE)
            && !linked
            && config.leader(self.view) == self.me
    }

    /// Whether it has heard of every lock, or waited for that long enough.
    pub(super) fn has_gathered(&self, cx: &Cx<'_, HotStuff>) -> bool {
        !self.gathers(cx) || self.here == cx.config.n || self.waited == self.view
    }

    /// Time runs out: for the view, and another leader gets its turn; or for its beginning, and it is announced again.
    pub(super) fn on_view_timeout(&mut self, cx: &mut Cx<'_, HotStuff>) {
        self.timer = false;
        if self.begun {
            cx.cite(Cite::Timeout);
            self.failed = self.failed.saturating_add(1);
            self.enter(cx.config.next_turn(self.view), false, cx);
        } else {
            self.announce_to_all(Word::Asks, cx);
        }
    }

    /// NEW-VIEW of another replica.
    pub(super) fn on_new_view(&mut self, from: NodeId, new: &NewView, cx: &mut Cx<'_, HotStuff>) {
        if let Some(qc) = &new.high {
            if qc.ballot().phase != cx.config.first_phase() || !qc.is_valid(cx) {
                return cx.reject("not a valid certificate");
            }
            self.raise_high(qc, from, cx);
            let view = qc.ballot().view;
            self.enter_from(if cx.config.variant == Variant::Basic { view } else { after(view) }, cx);
        }
        self.note_announced(from, new.view);
        self.join(cx);
        self.try_begin(cx);
        let behind = new.height < self.tip.height;
        let asks = new.word != Word::Answers
            && (new.view < self.view || (new.view == self.view && new.word == Word::Asks));
        if (behind || asks) && self.may_answer(from, cx) {
            if behind {
                self.help(from, new.height, cx);
            }
            if asks {
                cx.send(from, self.new_view(Word::Answers));
            }
        }
    }

    /// Each replica is answered once in a view, and again only after a while: views may go on faster than messages travel.
    fn may_answer(&mut self, who: NodeId, cx: &Cx<'_, HotStuff>) -> bool {
        let (view, at) = &mut self.answered[who.index()];
        let due = *view < self.view || cx.now().since(*at).0 >= cx.config.timeout.0 / 2;
        if due {
            (*view, *at) = (self.view, cx.now());
        }
        due
    }

    /// f + 1 others are in later views: at least one of them is correct.
    fn join(&mut self, cx: &mut Cx<'_, HotStuff>) {
        loop {
            let ahead = self.announced.iter().filter(|view| **view > self.view);
            let (mut count, mut least) = (0, u64::MAX);
            ahead.for_each(|view| (count, least) = (count + 1, least.min(*view)));
            if count < cx.config.weak {
                return;
            }
            cx.cite(Cite::Join);
            self.enter(least, false, cx);
        }
    }
}
