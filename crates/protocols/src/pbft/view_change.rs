//! View changes (§4.4) and what keeps them live (§4.5.2).

use super::tables::*;
use super::{
    Batch, Checkpoint, Cite, Config, Entry, Msg, NewView, Order, Pbft, PrePrepare, Prepared, Replica, Shared,
    Timer, ViewChange, is_proposal, is_view_change, sequence_of,
};
use consensus_kernel::{Certificate, Cx, Hashed, Message, NodeId, NodeSet, Signed};

/// What a set of view changes demands of the new view.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// The latest stable checkpoint among them; none for the initial state.
    pub stable: Option<Certificate<Checkpoint>>,
    /// O without the signatures: for every number above that checkpoint, up to the highest with a certificate, what is
    /// ordered again.
    pub orders: Vec<(u64, Hashed<Batch>)>,
}

impl Demand {
    fn low(&self) -> u64 {
        self.stable.as_ref().map_or(0, |c| c.body().sequence)
    }
}

/// O(V): for each number between min-s and max-s the batch with the certificate of the highest view, or the null request.
pub(super) fn demand(changes: &[Shared<Signed<ViewChange>>], cx: &Cx<'_, Pbft>) -> Demand {
    let stable = changes.iter().filter_map(|c| c.body().stable.as_ref());
    let stable = stable.max_by_key(|c| c.body().sequence).copied();
    let min_s = stable.as_ref().map_or(0, |c| c.body().sequence);
    let all = changes.iter().flat_map(|c| &c.body().prepared);
    let known: Vec<&Prepared> =
        all.filter(|p| sequence_of(p) > min_s && cx.holds(NEW_VIEW_CERTIFICATES)).collect();
    let max_s = known.iter().map(|p| sequence_of(p)).max().unwrap_or(min_s);
    let view_of = |p: &Prepared| p.proposal.order.body().view;
    let batch_of = |n: u64| {
        let candidates = known.iter().filter(|p| sequence_of(p) == n);
        let chosen = if cx.holds(HIGHEST_VIEW) {
            candidates.max_by_key(|p| view_of(p))
        } else {
            candidates.min_by_key(|p| view_of(p))
        };
        chosen.map_or_else(|| cx.config.null.clone(), |p| p.proposal.batch.clone())
    };
    Demand { stable, orders: (min_s + 1..=max_s).map(|n| (n, batch_of(n))).collect() }
}

/// Whether the orders of a new view have the form of an O: signed by its primary, in ascending order, within the log.
fn are_orders(new: &NewView, low: u64, config: &Config) -> bool {
    let sequence = |p: &PrePrepare| p.order.body().sequence;
    let within = |n: u64| n > low && n - low <= config.window;
    new.orders.windows(2).all(|w| sequence(&w[0]) < sequence(&w[1]))
        && new
            .orders
            .iter()
            .all(|p| p.order.body().view == new.view && within(sequence(p)) && is_proposal(p, config))
}

/// Whether V consists of enough valid view changes of different replicas for this very view.
fn are_changes(new: &NewView, config: &Config) -> bool {
    let mut signers = NodeSet::EMPTY;
    new.changes.len() <= config.n
        && new.changes.iter().all(|c| {
            c.body().view == new.view
                && config.is_member(c.signer())
                && signers.insert(c.signer())
                && is_view_change(c, config)
        })
        && signers.len() >= config.changes
}

impl Replica {
    /// §4.4: the primary has had its time.
    pub(super) fn on_request_timeout(&mut self, cx: &mut Cx<'_, Pbft>) {
        if !self.active {
            return cx.reject("a view change is under way already");
        }
        cx.cite(Cite::RequestTimeout);
        self.change_view(self.view.saturating_add(1), cx);
    }

    /// §4.4: so has the next.
    pub(super) fn on_view_change_timeout(&mut self, cx: &mut Cx<'_, Pbft>) {
        if self.active {
            return cx.reject("no view change is under way");
        }
        cx.cite(Cite::NewViewTimeout);
        self.change_view(self.view.saturating_add(1), cx);
    }

    /// §4.4: stops taking part, and tells all what it knows to be prepared.
    fn change_view(&mut self, view: u64, cx: &mut Cx<'_, Pbft>) {
        self.failed_views =
            if self.fresh { 0 } else { (self.failed_views + 1).min(super::timers::DOUBLINGS_MAX) };
        self.fresh = false;
        self.quiet = 0;
        self.roll_back(cx);
        self.active = false;
        self.view = view;
        self.primary = cx.config.primary(view);
        self.stop_view_change_timer(cx);
        let change =
            ViewChange { view, stable: self.stable, prepared: self.certificates(cx.config.prepares) };
        let change = Shared::new(cx.sign(change));
        self.changes[self.me.index()] = Some(change.clone());
        Self::tell_members(Msg::ViewChange(change), cx);
        self.collect(cx);
    }

    fn stop_view_change_timer(&mut self, cx: &mut Cx<'_, Pbft>) {
        if std::mem::take(&mut self.view_change_timer) {
            cx.cancel_timer(Timer::ViewChange);
        }
    }

    /// P: what has prepared above the stable checkpoint, each with the latest view in which it did.
    fn certificates(&self, needed: usize) -> Vec<Prepared> {
        let entries = (self.low + 1..).take(self.entries.len()).filter_map(|n| self.known(n));
        let before = |e: &Entry| e.proof.as_ref().map(|p| (**p).clone());
        entries.filter_map(|e| e.certificate(needed).or_else(|| before(e))).collect()
    }

    /// §4.4: another replica wants another view.
    pub(super) fn on_view_change(
        &mut self,
        from: NodeId,
        change: &Shared<Signed<ViewChange>>,
        cx: &mut Cx<'_, Pbft>,
    ) {
        let view = change.body().view;
        if change.signer() != from {
            return cx.reject("somebody else's view change");
        }
        if view < self.view || (view == self.view && self.active) {
            return cx.reject("stale view");
        }
        if !is_view_change(change, cx.config) {
            return cx.reject("a view change without its proofs");
        }
        let known = &mut self.changes[from.index()];
        if known.as_ref().is_some_and(|k| k.body().view >= view) {
            return cx.reject("counted already");
        }
        *known = Some(change.clone());
        self.join(cx);
        self.answer_the_call(view, cx);
        self.collect(cx);
    }

    /// §4.4: 2f view changes of others suffice for the primary of their view. If it has sent none itself, V holds the
    /// one that it would have sent.
    fn answer_the_call(&mut self, view: u64, cx: &mut Cx<'_, Pbft>) {
        let others = self.changes.iter().flatten().filter(|c| c.body().view == view).count();
        if view > self.view && cx.config.primary(view) == self.me && others + 1 >= cx.config.changes {
            self.change_view(view, cx);
        }
    }

    /// §4.5.2, second rule: f + 1 replicas cannot all be faulty.
    fn join(&mut self, cx: &mut Cx<'_, Pbft>) {
        while cx.holds(JOIN) {
            let later = self.changes.iter().flatten().map(|c| c.body().view).filter(|v| *v > self.view);
            let (count, least) = later.fold((0, u64::MAX), |(k, least), v| (k + 1, least.min(v)));
            if count < cx.config.weak {
                return;
            }
            cx.cite(Cite::Join);
            self.change_view(least, cx);
        }
    }

    /// §4.4, §4.5.2: with a quorum of view changes the new primary begins its view, and the others start to wait for it.
    ///
    /// Only a replica's latest view change is ever sent again, so for the timer one for a later view stands for the
    /// earlier ones that may be lost: its sender has given this view up already.
    pub(super) fn collect(&mut self, cx: &mut Cx<'_, Pbft>) {
        let given_up = self.changes.iter().flatten().filter(|c| c.body().view >= self.view).count();
        if self.active || given_up < cx.config.changes {
            return;
        }
        let wanted = self.changes.iter().flatten().filter(|c| c.body().view == self.view);
        if self.primary == self.me && wanted.clone().count() >= cx.config.changes {
            let changes: Vec<_> = wanted.cloned().collect();
            return self.begin_view(changes, cx);
        }
        if !self.view_change_timer {
            cx.cite(Cite::WaitDoubled);
            cx.set_timer(Timer::ViewChange, self.patience(cx));
            self.view_change_timer = true;
        }
    }

    /// §4.4: the new primary orders again what the view changes demand.
    fn begin_view(&mut self, changes: Vec<Shared<Signed<ViewChange>>>, cx: &mut Cx<'_, Pbft>) {
        let (view, demand) = (self.view, demand(&changes, cx));
        let sign = |(sequence, batch): &(u64, Hashed<Batch>)| PrePrepare {
            order: cx.sign(Order { view, sequence: *sequence, digest: batch.digest() }),
            batch: batch.clone(),
        };
        let orders = demand.orders.iter().map(sign).collect();
        let new = Shared::new(cx.sign(NewView { view, changes, orders }));
        cx.cite(Cite::StartView);
        Self::tell_members(Msg::NewView(new.clone()), cx);
        self.install(new, &demand, cx);
    }

    /// §4.4: a backup enters the new view if it finds the same demand in its view changes.
    pub(super) fn on_new_view(&mut self, new: &Shared<Signed<NewView>>, cx: &mut Cx<'_, Pbft>) {
        let body = new.body();
        if body.view < self.view || (body.view == self.view && self.active) {
            return cx.reject("stale view");
        }
        if new.signer() != cx.config.primary(body.view) || new.signer() == self.me {
            return cx.reject("not the primary of that view");
        }
        if !are_changes(body, cx.config) {
            return cx.reject("a new view without a quorum of valid view changes");
        }
        let demand = demand(&body.changes, cx);
        if !are_orders(body, demand.low(), cx.config) {
            return cx.reject("orders that are not the new primary's");
        }
        let same = body.orders.len() == demand.orders.len()
            && body.orders.iter().zip(&demand.orders).all(|(p, (sequence, batch))| {
                p.order.body().sequence == *sequence && p.order.body().digest == batch.digest()
            });
        if !same && cx.holds(NEW_VIEW_CHECK) {
            return cx.reject("the view changes demand other orders");
        }
        cx.cite(Cite::EnterView);
        self.install(new.clone(), &demand, cx);
    }

    /// Begins a view: from its latest checkpoint on, everything is voted on anew.
    fn install(&mut self, new: Shared<Signed<NewView>>, demand: &Demand, cx: &mut Cx<'_, Pbft>) {
        self.stop_view_change_timer(cx);
        self.roll_back(cx);
        // The new primary has its own time.
        if self.awaited.take().is_some() {
            cx.cancel_timer(Timer::Request);
        }
        (self.active, self.fresh) = (false, false);
        if let Some(stable) = demand.stable {
            self.make_stable(stable, cx);
        }
        for entry in &mut self.entries {
            if entry.sequence > self.low {
                entry.leave_view(cx);
            } else {
                *entry = Entry::default();
            }
        }
        self.view = new.body().view;
        self.last_active = self.view;
        self.active = true;
        self.primary = cx.config.primary(self.view);
        self.views_entered += 1;
        self.quiet = 0;
        self.accepted = 0;
        self.forget_proposed(new.body());
        self.new_view = Some(new.clone());
        for order in &new.body().orders {
            let (sequence, null) = (order.order.body().sequence, order.batch.body().is_null());
            if sequence > self.low && sequence <= self.high(cx.config) {
                if self.primary == self.me {
                    cx.cite(if null { Cite::NullRequest } else { Cite::Reproposed });
                }
                self.accept(order.clone(), cx);
            }
        }
        self.hear_early(cx);
        self.propose(cx);
    }

    /// What has a number in the new view is what it orders again, and nothing else.
    fn forget_proposed(&mut self, new: &NewView) {
        let orders = new.orders.iter().map(|p| p.order.body().sequence);
        self.assigned = orders.fold(self.low, u64::max);
        for (proposed, record) in self.proposed.iter_mut().zip(&self.clients) {
            *proposed = record.number;
        }
        for request in new.orders.iter().flat_map(|p| &p.batch.body().requests) {
            let proposed = &mut self.proposed[request.signer().index()];
            *proposed = request.body().value.number().max(*proposed);
        }
    }

    /// Takes up what came before the view began.
    fn hear_early(&mut self, cx: &mut Cx<'_, Pbft>) {
        for i in 0..self.early.len() {
            let early = std::mem::take(&mut self.early[i]);
            for msg in early {
                if msg.round() > self.view {
                    self.early[i].push(msg);
                } else if msg.round() == self.view {
                    self.receive(NodeId::replica(i), &msg, cx);
                }
            }
        }
    }
}
