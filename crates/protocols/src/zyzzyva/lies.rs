//! Lies that Zyzzyva must survive. A liar signs in its own name only, and orders only what clients really asked for.

use super::tables::adversary;
use super::{
    Accusation, History, Link, Msg, Order, OrderReq, Replica, Shared, SpecResponse, Timer, ViewChange,
    Zyzzyva,
};
use consensus_kernel::{
    Certificate, Corruption, Cx, Digest, Duration, Hashed, Input, Liar, Lie, Member, Misstep, NodeId,
};

/// The lie at a position of the table.
pub(super) fn liar(strategy: usize) -> Option<Liar<Zyzzyva>> {
    match strategy {
        adversary::FORGETFUL => Some(forgetful),
        adversary::BROKEN_CHAIN => Some(broken_chain),
        adversary::WITHHOLD_COMMIT => Some(withhold_commit),
        adversary::FALSE_RESPONSE => Some(false_response),
        adversary::ACCUSER => Some(accuser),
        adversary::HOARD => Some(hoard),
        adversary::REWRITE => Some(rewrite),
        _ => None,
    }
}

/// The lie at a position of the table, if it takes more than words.
pub(super) fn misstep(strategy: usize) -> Option<Misstep<Zyzzyva>> {
    (strategy == adversary::HOARD).then_some(hoarding as Misstep<Zyzzyva>)
}

/// Its own view change with what another one reports; with nothing if there is none.
fn report_as(other: Option<&ViewChange>, lie: &Lie<'_, Zyzzyva>) -> Corruption<Msg> {
    match lie.msg {
        Msg::ViewChange(change) if change.signer() == lie.signer.owner() => {
            let ViewChange { view, accusations, .. } = *change.body();
            let (stable, certificate, orders) =
                other.map_or((None, None, Vec::new()), |o| (o.stable, o.certificate, o.orders.clone()));
            let body = ViewChange { view, accusations, stable, certificate, orders };
            Corruption::Replace(Msg::ViewChange(Shared::new(lie.signer.sign(body))))
        }
        _ => Corruption::Keep,
    }
}

fn forgetful(lie: &Lie<'_, Zyzzyva>) -> Corruption<Msg> {
    report_as(None, lie)
}

/// As primary it orders one request at a time and convicts itself of another order, so that the view is over when the
/// client comes with its certificate: nobody else takes that. Later primaries it accuses, and brings the certificate up.
fn hoarding(node: &mut Zyzzyva, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Zyzzyva>) {
    let Zyzzyva::Member(r) = node else { return };
    let has = r.changes.len() > cx.config.n;
    let before = (r.executed(), r.view, r.active);
    match input {
        Input::Deliver { msg: Msg::Request(_) | Msg::ConfirmReq { .. }, .. }
            if !has && r.active && r.primary == r.me && r.executed() > r.certified =>
        {
            return cx.reject("one at a time");
        }
        Input::Deliver { msg: Msg::Commit(certificate), .. } if !has => r.hoard(certificate, cx),
        _ => {}
    }
    r.step(input, cx);
    if !r.active || before == (r.executed(), r.view, r.active) || r.executed() == r.certified {
        return;
    }
    if r.primary != r.me {
        if has && r.accusations.is_none_or(|a| !a.signers().contains(r.me)) {
            r.accuse(cx);
        }
        return;
    }
    let Some(OrderReq { order, body }) = r.log.back().filter(|_| !has).cloned() else { return };
    let Order { view, sequence, .. } = *order.body();
    let history =
        Hashed::new(Link { before: Digest::of(b"a history that nobody has"), request: body.digest() });
    let other = cx.sign(Order { view, sequence, history });
    cx.broadcast(Msg::Proof(Shared::new((order, other))));
}

impl Replica {
    /// Keeps a certificate for what it reported when it gave the view up: behind the places of the replicas, where honest
    /// code does not look.
    fn hoard(&mut self, certificate: &Certificate<History>, cx: &Cx<'_, Zyzzyva>) {
        let History { view, sequence, digest } = *certificate.body();
        let Some(own) = &self.changes[self.me.index()] else { return };
        let covered = |order: &OrderReq| order.history() == digest;
        if own.body().view == view + 1 && own.body().order(sequence).is_some_and(covered) {
            let change = ViewChange { certificate: Some(*certificate), ..own.body().clone() };
            self.changes.push(Some(Shared::new(cx.sign(change))));
        }
    }
}

/// Arranges that one replica alone gets a certificate, and brings it up when it is overtaken.
fn hoard(lie: &Lie<'_, Zyzzyva>) -> Corruption<Msg> {
    let Some(replica) = lie.node.member() else { return Corruption::Keep };
    let (me, n) = (replica.me.index(), lie.config.n);
    let (next, chosen) = (NodeId::replica((me + 1) % n), NodeId::replica((me + 2) % n));
    match lie.msg {
        Msg::OrderReq(order) if order.order.signer() == replica.me && lie.to == next => Corruption::Drop,
        Msg::Checkpoint(_) if lie.to != chosen => Corruption::Drop,
        Msg::Stable(_) => Corruption::Drop,
        // Late enough for the order to be executed and answered, too early for the certificate.
        Msg::Proof(proof) => Corruption::Late(Msg::Proof(proof.clone()), Duration(lie.config.hope.0 / 3)),
        Msg::ViewChange(own) => {
            let earlier = replica.changes.iter().flatten().map(|c| c.body());
            let earlier = earlier.filter(|c| c.view < own.body().view && c.certificate.is_some());
            report_as(earlier.max_by_key(|c| c.certified().1), lie)
        }
        _ => Corruption::Keep,
    }
}

/// Reports its own orders the other way round, and one more.
fn rewrite(lie: &Lie<'_, Zyzzyva>) -> Corruption<Msg> {
    let Msg::ViewChange(own) = lie.msg else { return Corruption::Keep };
    let mut body = own.body().clone();
    let low = body.low().0;
    let (view, certified) = body.certified();
    let kept = certified.saturating_sub(low) as usize;
    if lie.config.primary(view) != lie.signer.owner() || body.orders.len() < kept + 2 {
        return Corruption::Keep;
    }
    let mut bodies: Vec<_> = body.orders.drain(kept..).map(|o| o.body).rev().collect();
    bodies.extend(bodies.first().cloned());
    let mut before = body.orders.last().map_or(body.low().1, OrderReq::history);
    for (sequence, request) in (low + kept as u64 + 1..=low + lie.config.window).zip(bodies) {
        let history = Hashed::new(Link { before, request: request.digest() });
        before = history.digest();
        body.orders
            .push(OrderReq { order: lie.signer.sign(Order { view, sequence, history }), body: request });
    }
    Corruption::Replace(Msg::ViewChange(Shared::new(lie.signer.sign(body))))
}

fn broken_chain(lie: &Lie<'_, Zyzzyva>) -> Corruption<Msg> {
    match lie.msg {
        Msg::OrderReq(order)
            if order.order.signer() == lie.signer.owner() && !lie.to.index().is_multiple_of(2) =>
        {
            let Order { view, sequence, .. } = *order.order.body();
            let before = Digest::of(b"a history that nobody has");
            let history = Hashed::new(Link { before, request: order.body.digest() });
            let order = OrderReq {
                order: lie.signer.sign(Order { view, sequence, history }),
                body: order.body.clone(),
            };
            Corruption::Replace(Msg::OrderReq(order))
        }
        _ => Corruption::Keep,
    }
}

fn withhold_commit(lie: &Lie<'_, Zyzzyva>) -> Corruption<Msg> {
    if matches!(lie.msg, Msg::LocalCommit(_) | Msg::Stable(_)) { Corruption::Drop } else { Corruption::Keep }
}

fn false_response(lie: &Lie<'_, Zyzzyva>) -> Corruption<Msg> {
    let other = |history: &History| {
        lie.signer.sign(History { digest: Digest::of(b"a history that nobody has"), ..*history })
    };
    match lie.msg {
        Msg::SpecResponse(response) => {
            let vouch = other(response.vouch.body());
            Corruption::Replace(Msg::SpecResponse(SpecResponse { vouch, ..response.clone() }))
        }
        Msg::Checkpoint(vouch) => Corruption::Replace(Msg::Checkpoint(Certificate::of(&other(vouch.body())))),
        Msg::ViewConfirm(vouch) => {
            Corruption::Replace(Msg::ViewConfirm(Certificate::of(&other(vouch.body()))))
        }
        _ => Corruption::Keep,
    }
}

fn accuser(lie: &Lie<'_, Zyzzyva>) -> Corruption<Msg> {
    match (lie.node.member(), lie.msg) {
        (Some(replica), Msg::FillHole { .. } | Msg::Checkpoint(_) | Msg::Stable(_) | Msg::ViewConfirm(_)) => {
            let accusation = lie.signer.sign(Accusation { view: replica.view });
            Corruption::Replace(Msg::Accuse(Certificate::of(&accusation)))
        }
        _ => Corruption::Keep,
    }
}
