//! View changes (§3.3, VC1 to VC5).
//!
//! A new view begins with a history that everybody computes from the same q view changes. It holds all that may be
//! complete anywhere: what a quorum holds certificates for reaches it through one of them, and what all replicas
//! executed in one view is reported by q − f of them. Nobody touches its own history before a quorum has confirmed the
//! new one, so that until then it reports what it did in the last view that began.

use super::repair::gather;
use super::tables::*;
use super::{
    Accusation, Cite, DOUBLINGS_MAX, Fact, History, Msg, NewView, Order, OrderReq, Replica, Shared, Stable,
    ViewChange, Zyzzyva, are_changes, is_misbehaviour, is_signed, is_stable, is_view_change,
};
use consensus_kernel::{Certificate, Cx, Digest, NodeId, Signed};
use smallvec::SmallVec;

/// With what a view begins.
pub(super) struct Base {
    /// The latest stable checkpoint among the view changes.
    stable: Option<Certificate<Stable>>,
    /// The last sequence number.
    sequence: u64,
    /// h there.
    digest: Digest,
    /// The orders above the checkpoint.
    orders: Vec<OrderReq>,
}

#[cfg(test)]
impl Base {
    /// The last sequence number and h there.
    pub(super) fn end(&self) -> (u64, Digest) {
        (self.sequence, self.digest)
    }
}

/// How commit certificates are ordered: by view, then by length. The published rule looks at the length alone.
pub(super) fn rank(view: u64, sequence: u64, cx: &Cx<'_, Zyzzyva>) -> (u64, u64) {
    if cx.holds(CERTIFICATES_BY_VIEW) { (view, sequence) } else { (0, sequence) }
}

/// VC4: the history of the best commit certificate, and after it what enough replicas report to have executed in the
/// same view.
pub(super) fn base(changes: &[Shared<Signed<ViewChange>>], cx: &Cx<'_, Zyzzyva>) -> Base {
    let changes: Vec<&ViewChange> = changes.iter().map(|c| c.body()).collect();
    let stable = changes.iter().filter_map(|c| c.stable).max_by_key(|c| c.body().sequence);
    let low = stable.as_ref().map_or(0, |c| c.body().sequence);
    let mut digest = stable.as_ref().map_or(Digest::ZERO, |c| c.body().history);
    let (mut sequence, mut source) = (low, None);
    let rank = |c: &ViewChange| {
        let (view, sequence) = c.certified();
        rank(view, sequence, cx)
    };
    // Of equal certificates the first: in one view they are the same.
    let best = changes.iter().copied().rev().max_by_key(|c| rank(c));
    if let Some((best, certificate)) = best.and_then(|c| Some((c, c.certificate?)))
        && certificate.body().sequence > low
    {
        (sequence, digest, source) = (certificate.body().sequence, certificate.body().digest, Some(best));
    }
    let view = best.map_or(0, |c| rank(c).0);
    let peers = changes.iter().copied().filter(|c| rank(c).0 == view && cx.holds(SPECULATION_COUNTS));
    while let Some((order, change)) = supported(peers.clone(), sequence + 1, digest, cx) {
        (sequence, digest, source) = (sequence + 1, order.history(), Some(change));
    }
    let orders = source
        .map_or(Vec::new(), |change| (low + 1..=sequence).filter_map(|n| change.order(n)).cloned().collect());
    Base { stable, sequence, digest, orders }
}

/// What enough replicas report at a sequence number, after a history with this digest.
fn supported<'a>(
    peers: impl Iterator<Item = &'a ViewChange>,
    sequence: u64,
    before: Digest,
    cx: &Cx<'_, Zyzzyva>,
) -> Option<(&'a OrderReq, &'a ViewChange)> {
    type Reported<'a> = (usize, &'a OrderReq, &'a ViewChange);
    let mut reported: SmallVec<[Reported<'_>; 4]> = SmallVec::new();
    for change in peers {
        let Some(order) = change.order(sequence).filter(|o| o.before() == before) else { continue };
        match reported.iter_mut().find(|(_, o, _)| o.history() == order.history()) {
            Some((count, ..)) => *count += 1,
            None => reported.push((1, order, change)),
        }
    }
    if !cx.holds(SUPPORT_QUORUM) {
        return reported.into_iter().map(|(_, o, c)| (o, c)).max_by_key(|(_, c)| c.orders.len());
    }
    let most = reported.into_iter().max_by_key(|(count, ..)| *count)?;
    (most.0 >= cx.config.support).then_some((most.1, most.2))
}

impl Replica {
    /// VC1: the primary has had its time, or the new one did not begin its view.
    pub(super) fn on_primary_timeout(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        if !self.blames_primary() {
            return cx.reject("it waits for nothing");
        }
        self.accuse(cx);
    }

    /// Step 4d: a client shows that the primary ordered two ways.
    pub(super) fn on_proof(&mut self, proof: &(Signed<Order>, Signed<Order>), cx: &mut Cx<'_, Zyzzyva>) {
        if !is_misbehaviour(&proof.0, &proof.1, cx.config) {
            return cx.reject("not a proof of misbehaviour");
        }
        if proof.0.body().view != self.view || self.primary == self.me {
            return cx.reject("stale view");
        }
        cx.cite(Cite::Convicted);
        self.accuse(cx);
    }

    /// VC1: I-HATE-THE-PRIMARY. It goes on taking part until it knows that it is not alone.
    pub(super) fn accuse(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        let own = Certificate::of(&cx.sign(Accusation { view: self.view }));
        cx.cite(Cite::Accuse);
        let all = self.count_accusations(&own);
        cx.broadcast(Msg::Accuse(all));
        self.give_up(cx);
    }

    fn count_accusations(&mut self, more: &Certificate<Accusation>) -> Certificate<Accusation> {
        let all = self.accusations.get_or_insert(*more);
        all.join(more);
        *all
    }

    /// VC1: others accuse.
    pub(super) fn on_accuse(
        &mut self,
        from: NodeId,
        more: &Certificate<Accusation>,
        cx: &mut Cx<'_, Zyzzyva>,
    ) {
        let view = more.body().view;
        if !is_signed(more, 1, cx.config) {
            return cx.reject("not accusations of replicas");
        }
        if view < self.view {
            cx.reject("stale view");
            // Accusations of the view just given up cross with the reports.
            if self.active || view + 1 < self.view {
                self.help(from, cx);
            }
            return;
        }
        if view == self.view {
            self.count_accusations(more);
            return self.give_up(cx);
        }
        if more.count() >= cx.config.weak {
            return self.change_view(*more, cx);
        }
        self.hint(from, cx);
    }

    /// VC2: f + 1 accuse, so a correct replica does.
    fn give_up(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        if let Some(accusations) = self.accusations.filter(|a| a.count() >= cx.config.weak) {
            self.change_view(accusations, cx);
        }
    }

    /// VC2: stops taking part, and tells all what it has executed and what is certified.
    fn change_view(&mut self, accusations: Certificate<Accusation>, cx: &mut Cx<'_, Zyzzyva>) {
        let Some(view) = accusations.body().view.checked_add(1) else { return };
        cx.cite(Cite::GiveUp);
        self.enter(view, cx);
        let (stable, certificate) = (self.stable, self.certificate);
        let orders = self.log.iter().cloned().collect();
        let change = ViewChange { view, accusations, stable, certificate, orders };
        let change = Shared::new(cx.sign(change));
        self.changes[self.me.index()] = Some(change.clone());
        cx.broadcast(Msg::ViewChange(change));
        self.collect(cx);
    }

    /// Waits for a view to begin.
    fn enter(&mut self, view: u64, cx: &Cx<'_, Zyzzyva>) {
        self.failed_views = if self.fresh { 0 } else { (self.failed_views + 1).min(DOUBLINGS_MAX) };
        self.fresh = false;
        self.active = false;
        self.view = view;
        self.primary = cx.config.primary(view);
        (self.accusations, self.new_view, self.begun) = (None, None, None);
        self.confirms.clear();
        self.checkpoints.clear();
        self.early.clear();
    }

    pub(super) fn own_change(&self) -> Option<Shared<Signed<ViewChange>>> {
        self.changes[self.me.index()].clone().filter(|c| c.body().view == self.view)
    }

    /// VC2: another replica gives up a view, and shows that it is right to.
    pub(super) fn on_view_change(
        &mut self,
        from: NodeId,
        change: &Shared<Signed<ViewChange>>,
        cx: &mut Cx<'_, Zyzzyva>,
    ) {
        let view = change.body().view;
        if view < self.view || (view == self.view && self.active) {
            cx.reject("stale view");
            return self.help(from, cx);
        }
        if !is_view_change(change, cx.config) {
            return cx.reject("a view change without its proofs");
        }
        if change.signer() == self.me {
            return cx.reject("its own view change");
        }
        let known = &mut self.changes[change.signer().index()];
        if known.as_ref().is_some_and(|k| k.body().view >= view) {
            return cx.reject("counted already");
        }
        *known = Some(change.clone());
        if view > self.view {
            return self.change_view(change.body().accusations, cx);
        }
        self.collect(cx);
    }

    /// VC3: with enough view changes the new primary begins its view.
    fn collect(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        if self.active || self.primary != self.me || self.new_view.is_some() || self.own_change().is_none() {
            return;
        }
        let wanted = self.changes.iter().flatten().filter(|c| c.body().view == self.view);
        let changes: Vec<_> = wanted.take(cx.config.changes).cloned().collect();
        if changes.len() < cx.config.changes {
            return;
        }
        let new = Shared::new(cx.sign(NewView { view: self.view, changes }));
        cx.cite(Cite::StartView);
        cx.broadcast(Msg::NewView(new.clone()));
        self.confirm(new, cx);
    }

    /// VC4: the new primary's view changes.
    pub(super) fn on_new_view(&mut self, new: &Shared<Signed<NewView>>, cx: &mut Cx<'_, Zyzzyva>) {
        let body = new.body();
        if body.view < self.view || (body.view == self.view && (self.active || self.new_view.is_some())) {
            return cx.reject("stale view");
        }
        if new.signer() != cx.config.primary(body.view) || new.signer() == self.me {
            return cx.reject("not the primary of that view");
        }
        if !are_changes(body, cx.config) {
            return cx.reject("a new view without a quorum of valid view changes");
        }
        if body.view > self.view {
            self.enter(body.view, cx);
        }
        self.confirm(new.clone(), cx);
    }

    /// VC4: computes how the view begins, and says so.
    fn confirm(&mut self, new: Shared<Signed<NewView>>, cx: &mut Cx<'_, Zyzzyva>) {
        let Base { sequence, digest, .. } = base(&new.body().changes, cx);
        let confirm = Certificate::of(&cx.sign(History { view: self.view, sequence, digest }));
        self.new_view = Some(new);
        cx.cite(Cite::ConfirmView);
        cx.broadcast(Msg::ViewConfirm(confirm));
        gather(&mut self.confirms, &confirm, |_| 0);
        self.begin_if_confirmed(cx);
    }

    /// VC5: others have computed how the view begins.
    pub(super) fn on_view_confirm(
        &mut self,
        from: NodeId,
        confirm: &Certificate<History>,
        cx: &mut Cx<'_, Zyzzyva>,
    ) {
        let view = confirm.body().view;
        if !is_signed(confirm, 1, cx.config) {
            return cx.reject("not confirmations of replicas");
        }
        if view > self.view {
            return self.hint(from, cx);
        }
        if view < self.view {
            cx.reject("stale view");
            return self.help(from, cx);
        }
        if self.active {
            return cx.reject("the view has begun");
        }
        gather(&mut self.confirms, confirm, |_| 0);
        self.begin_if_confirmed(cx);
    }

    /// VC5: a quorum agrees on how the view begins.
    pub(super) fn begin_if_confirmed(&mut self, cx: &mut Cx<'_, Zyzzyva>) {
        let Some(new) = self.new_view.clone().filter(|_| !self.active) else { return };
        let base = base(&new.body().changes, cx);
        let ours = History { view: self.view, sequence: base.sequence, digest: base.digest };
        let confirmed = self.confirms.iter().find(|c| *c.body() == ours && c.count() >= cx.config.quorum);
        if let Some(begun) = confirmed.copied()
            && self.reaches(&base, cx)
        {
            self.begin(base, begun, cx);
        }
    }

    /// Whether the checkpoint at which the history of the view starts is stable here. If only its proof is missing, this
    /// makes up for it.
    fn reaches(&mut self, base: &Base, cx: &mut Cx<'_, Zyzzyva>) -> bool {
        let Some(stable) = base.stable.filter(|c| c.body().sequence > self.low) else { return true };
        if self.history_at(stable.body().sequence) == Some(stable.body().history) {
            self.make_stable(stable, cx);
            return true;
        }
        if !std::mem::replace(&mut self.needs_state, true) {
            self.ask_all(cx);
        }
        false
    }

    /// VC5: replaces what it has executed otherwise, and begins the view.
    fn begin(&mut self, base: Base, begun: Certificate<History>, cx: &mut Cx<'_, Zyzzyva>) {
        let ours = |o: &OrderReq| o.sequence() > self.low;
        let orders: Vec<OrderReq> = base.orders.into_iter().filter(ours).collect();
        let same = orders.iter().zip(&self.log).take_while(|(a, b)| a.history() == b.history()).count();
        if same < self.log.len() {
            cx.cite(Cite::RollBack);
            self.roll_back(same, cx);
        }
        for order in orders.into_iter().skip(same) {
            self.execute(order, cx);
        }
        cx.cite(Cite::BeginView);
        self.active = true;
        self.views_entered += 1;
        self.behind = false;
        self.begun = Some(begun);
        self.certified = self.executed();
        self.announced = self.low;
        // What others held certificates for in earlier views proves nothing, unless it was a quorum.
        self.stables.retain(|c| c.body().view >= self.view || is_stable(c, cx.config));
        self.facts.push(Fact::Certified(*begun.body()));
        self.certificate = Some(begun);
        self.announce(cx);
        self.hear_early(cx);
        self.order_pending(cx);
    }

    /// Takes back all but so many of the orders above the stable checkpoint.
    fn roll_back(&mut self, keep: usize, cx: &Cx<'_, Zyzzyva>) {
        self.log.truncate(keep);
        let last = self.executed();
        self.tentative.retain(|s| s.sequence <= last);
        let (from, clients) = self.state_before(last);
        self.clients = clients;
        let again: Vec<OrderReq> = self.log.iter().filter(|o| o.sequence() > from).cloned().collect();
        again.iter().for_each(|o| {
            self.apply(o, cx);
        });
    }
}
