//! Lies that HotStuff's literature knows. A liar signs in its own name only, shows certificates that really exist, and
//! proposes only what clients really asked for.

use super::tables::adversary;
use super::{
    Ballot, Block, Config, HotStuff, Msg, NewView, Phase, Qc, Replica, Reply, Request, Timer, Variant,
    block_of, wire::GENESIS,
};
use consensus_kernel::{
    Corruption, Cx, Digest, Hashed, Input, Liar, Lie, Misstep, NodeId, NodeSet, Signed, To,
};
use smallvec::SmallVec;

/// The lie at a position of the table, if words are enough for it.
pub(super) fn liar(strategy: usize) -> Option<Liar<HotStuff>> {
    match strategy {
        adversary::CONFIDANT => Some(confidant),
        adversary::FALSE_REPLY => Some(false_reply),
        _ => None,
    }
}

/// The lie at a position of the table, if it takes more than words.
pub(super) fn misstep(strategy: usize) -> Option<Misstep<HotStuff>> {
    match strategy {
        adversary::TWO_FACED => Some(two_faced),
        adversary::IMPROVISER => Some(improviser),
        adversary::STALE_FORK => Some(stale_fork),
        adversary::WEAVER => Some(weaver),
        _ => None,
    }
}

/// The only one that a secretive leader shows anything: the replica before it.
fn confidant_of(me: NodeId, config: &Config) -> NodeId {
    NodeId::replica((me.index() + config.n - 1) % config.n)
}

fn confidant(lie: &Lie<'_, HotStuff>) -> Corruption<Msg> {
    let me = lie.signer.owner();
    match lie.msg {
        Msg::Certificate(_) | Msg::Branch(_) | Msg::State(_) if lie.to != confidant_of(me, lie.config) => {
            Corruption::Drop
        }
        // A block that carries the certificate of the view before it.
        Msg::Generic(block) if lie.to != confidant_of(me, lie.config) => match &block.body().justify {
            Some(qc) if qc.ballot().view + 1 == block.body().view => Corruption::Drop,
            _ => Corruption::Keep,
        },
        Msg::Vote(_) => Corruption::Drop,
        Msg::NewView(new) => Corruption::Replace(Msg::NewView(NewView { high: None, ..*new })),
        _ => Corruption::Keep,
    }
}

fn false_reply(lie: &Lie<'_, HotStuff>) -> Corruption<Msg> {
    match lie.msg {
        Msg::Reply(reply) => {
            Corruption::Replace(Msg::Reply(Reply { slot: reply.slot.saturating_add(1), ..*reply }))
        }
        _ => Corruption::Keep,
    }
}

/// A block to build on: its digest, height and certificate.
#[derive(Clone, Copy)]
struct Base {
    block: Digest,
    height: u64,
    justify: Option<Qc>,
}

const ROOT: Base = Base { block: GENESIS, height: 0, justify: None };

impl Replica {
    /// What it has a certificate for: the genesis block, then in the order in which its blocks came.
    fn bases(&self) -> Vec<Base> {
        let mut bases = vec![ROOT];
        let shown = self.blocks.iter().map(|block| block.body().justify);
        for justify in shown.chain([self.high]) {
            let block = block_of(&justify);
            if let Some(height) = self.blocks.height(block)
                && bases.iter().all(|base| base.block != block)
            {
                bases.push(Base { block, height, justify });
            }
        }
        bases
    }

    /// Requests that it knows and that are not on a branch, those of `unloved` last.
    fn requests_beside(&self, branch: Digest, unloved: &[Signed<Request>]) -> Vec<Signed<Request>> {
        let on_branch: Vec<Signed<Request>> =
            self.blocks.branch(branch).flat_map(|block| block.requests.iter().copied()).collect();
        let known = self.blocks.iter().flat_map(|b| b.body().requests.iter()).chain(&self.pending);
        let mut found: Vec<Signed<Request>> = Vec::new();
        for request in known {
            if !on_branch.contains(request) && !found.contains(request) {
                found.push(*request);
            }
        }
        consensus_kernel::sort_by_number(&mut found, |request| unloved.contains(request).into());
        found
    }

    /// A block of its own making, which it votes for.
    fn forge(
        &mut self,
        view: u64,
        base: Base,
        requests: &[Signed<Request>],
        cx: &mut Cx<'_, HotStuff>,
    ) -> Msg {
        let requests: SmallVec<[Signed<Request>; 1]> =
            requests.iter().take(cx.config.batch).copied().collect();
        let Base { block: parent, height, justify } = base;
        let block = Hashed::new(Block { view, height: height + 1, parent, justify, requests });
        self.insert(&block, cx);
        self.support(&block, cx);
        if cx.config.variant == Variant::Basic { Msg::Prepare(block) } else { Msg::Generic(block) }
    }

    /// Votes for a block in all phases, whatever else it voted for.
    fn support(&mut self, block: &Hashed<Block>, cx: &mut Cx<'_, HotStuff>) {
        let phases: &[Phase] = match cx.config.variant {
            Variant::Basic => &[Phase::Prepare, Phase::PreCommit, Phase::Commit],
            _ => &[Phase::Generic],
        };
        for phase in phases.iter().copied() {
            let vote = cx.sign(Ballot { phase, view: block.body().view, block: block.digest() });
            match cx.config.collector(vote.body()) {
                collector if collector == self.me => self.tally(&vote, cx),
                collector => cx.send(collector, Msg::Vote(vote)),
            }
        }
    }

    /// Its first block of a view: the one that its honest code proposed. Those that it forged came later.
    fn own(&self, view: u64, nth: usize) -> Option<&Hashed<Block>> {
        self.blocks.iter().filter(|b| b.body().view == view).nth(nth)
    }
}

/// The block of a message that proposes one.
fn proposal(msg: &Msg) -> Option<&Hashed<Block>> {
    match msg {
        Msg::Prepare(block) | Msg::Generic(block) => Some(block),
        _ => None,
    }
}

fn below(cx: &mut Cx<'_, HotStuff>, n: usize) -> usize {
    cx.rng().within(0, n.max(1) as u64 - 1) as usize
}

fn some_replicas(cx: &mut Cx<'_, HotStuff>) -> NodeSet {
    let everyone = cx.config.everyone;
    everyone.iter().filter(|_| below(cx, 2) == 0).collect()
}

type Step<'a> = Input<'a, Msg, Timer>;

/// What the node would do if it were honest, but as a leader it counts every vote, and as a voter it votes for every
/// proposal.
fn obliging_step(node: &mut HotStuff, input: Step<'_>, cx: &mut Cx<'_, HotStuff>) {
    match (&mut *node, &input) {
        (HotStuff::Member(replica), Input::Deliver { from, msg: Msg::Vote(vote) })
            if vote.signer() == *from && cx.config.collector(vote.body()) == replica.me =>
        {
            replica.tally(vote, cx);
        }
        (HotStuff::Member(replica), Input::Deliver { msg, .. }) => {
            if let Some(block) = proposal(msg) {
                replica.support(block, cx);
            }
        }
        _ => {}
    }
    honest_step(node, input, cx);
}

/// As leader it proposes two blocks: to even replicas one first, to odd ones the other, and each side is shown the
/// certificates of its own.
fn two_faced(node: &mut HotStuff, input: Step<'_>, cx: &mut Cx<'_, HotStuff>) {
    obliging_step(node, input, cx);
    let HotStuff::Member(replica) = node else { return };
    let everyone = cx.config.everyone;
    let side = |odd: usize| To::Set(everyone.iter().filter(|id| id.index() % 2 == odd).collect());
    let (even, odd) = (side(0), side(1));
    for (to, msg) in cx.unsend() {
        match (proposal(&msg).map(Hashed::body), &msg) {
            (Some(block), _) if to == To::Others => {
                let base = Base { block: block.parent, height: block.height - 1, justify: block.justify };
                let requests = replica.requests_beside(block.parent, &block.requests);
                let fresh = requests.first().is_some_and(|r| !block.requests.contains(r));
                if !fresh && block.requests.is_empty() {
                    cx.broadcast(msg);
                    continue;
                }
                // Its honest code votes on for one of them only.
                proposal(&msg).into_iter().for_each(|own| replica.support(own, cx));
                let other = replica.forge(block.view, base, if fresh { &requests } else { &[] }, cx);
                cx.multicast(even, msg.clone());
                cx.multicast(odd, other.clone());
                cx.multicast(even, other);
                cx.multicast(odd, msg);
            }
            (_, Msg::Certificate(qc)) => {
                let first = replica.own(qc.ballot().view, 0).map(Hashed::digest) == Some(qc.ballot().block);
                cx.multicast(if first { even } else { odd }, msg);
            }
            _ => cx.multicast(to, msg),
        }
    }
}

fn improviser(node: &mut HotStuff, input: Step<'_>, cx: &mut Cx<'_, HotStuff>) {
    if below(cx, 2) == 0 {
        obliging_step(node, input, cx)
    } else {
        honest_step(node, input, cx)
    }
    let HotStuff::Member(replica) = node else { return };
    for (to, msg) in cx.unsend() {
        match msg {
            Msg::Prepare(_) | Msg::Generic(_) if to == To::Others => improvise(replica, msg, cx),
            Msg::Certificate(_) if below(cx, 2) == 0 => {
                let some = some_replicas(cx);
                cx.multicast(To::Set(some), msg);
            }
            Msg::NewView(new) if below(cx, 3) == 0 => {
                cx.multicast(to, Msg::NewView(NewView { high: None, ..new }));
            }
            _ => cx.multicast(to, msg),
        }
    }
}

fn improvise(replica: &mut Replica, honest: Msg, cx: &mut Cx<'_, HotStuff>) {
    let Some(view) = proposal(&honest).map(|block| block.body().view) else { return };
    let bases = replica.bases();
    // Mostly a recent one, now and then any.
    let recent = if below(cx, 3) == 0 { bases.len() } else { bases.len().min(4) };
    let mut base = bases[bases.len() - 1 - below(cx, recent)];
    match below(cx, 8) {
        0 => base.justify = bases[below(cx, bases.len())].justify,
        1 => {
            let ballot =
                Ballot { phase: cx.config.first_phase(), view: view.saturating_sub(1), block: base.block };
            base.justify = Some(Qc::of(&cx.sign(ballot)).repeated(cx.config.quorum));
        }
        _ => {}
    }
    let mut requests = replica.requests_beside(base.block, &[]);
    let skip = below(cx, requests.len() + 1);
    let skip = skip.min(requests.len());
    requests.rotate_left(skip);
    let some = some_replicas(cx);
    let others: NodeSet = cx.config.everyone.iter().filter(|id| !some.contains(*id)).collect();
    let whim = below(cx, 7);
    if whim < 3 {
        return cx.multicast(if whim == 0 { To::Set(some) } else { To::Others }, honest);
    }
    let forged = replica.forge(view, base, &requests, cx);
    match whim {
        3 => cx.broadcast(forged),
        4 => cx.multicast(To::Set(some), forged),
        5 => {
            cx.multicast(To::Set(some), honest);
            cx.multicast(To::Set(others), forged);
        }
        _ => {
            cx.broadcast(honest);
            cx.broadcast(forged);
        }
    }
}

fn stale_fork(node: &mut HotStuff, input: Step<'_>, cx: &mut Cx<'_, HotStuff>) {
    honest_step(node, input, cx);
    let HotStuff::Member(replica) = node else { return };
    for (to, msg) in cx.unsend() {
        match proposal(&msg).filter(|_| to == To::Others).map(|block| block.body().view) {
            Some(view) => {
                let requests = replica.requests_beside(GENESIS, &[]);
                let forged = replica.forge(view, ROOT, &requests[requests.len().min(1)..], cx);
                cx.multicast(to, forged);
            }
            None => cx.multicast(to, msg),
        }
    }
}

/// In its turn, with blocks o ← p ← q before it and the only certificate of q: proposes w on o, then r on q, then shows
/// the certificate of r to one replica, which counts p, q, r as a chain although w's view lies between; then goes on
/// from w, whose certificate is later than what the others have locked.
fn weaver(node: &mut HotStuff, input: Step<'_>, cx: &mut Cx<'_, HotStuff>) {
    honest_step(node, input, cx);
    let HotStuff::Member(replica) = node else { return };
    for (to, msg) in cx.unsend() {
        match msg {
            Msg::Generic(block) if to == To::Others => weave(replica, &block, cx),
            _ => cx.multicast(to, msg),
        }
    }
}

fn weave(replica: &mut Replica, honest: &Hashed<Block>, cx: &mut Cx<'_, HotStuff>) {
    let view = honest.body().view;
    let first = cx.config.next_turn(view).saturating_sub(cx.config.tenure);
    let threads = replica.own(first, 0).and_then(|start| {
        let start = start.body().clone();
        let q = replica.blocks.find(start.parent)?;
        let p = replica.blocks.find(q.parent)?.clone();
        (q.view + 1 == first && p.view + 1 == q.view && !p.requests.is_empty()).then_some((start, p))
    });
    let woven = replica.own(first, 1).map(|w| (w.digest(), w.body().height));
    let Some((start, p)) = threads.filter(|_| cx.config.tenure >= 4 && view < first + 3) else {
        return cx.broadcast(Msg::Generic(honest.clone()));
    };
    match (view - first, woven) {
        (0, None) => {
            let base = Base { block: p.parent, height: p.height - 1, justify: p.justify };
            let requests = replica.requests_beside(base.block, &p.requests);
            let w = replica.forge(view, base, &requests, cx);
            cx.broadcast(w);
        }
        (1, Some(_)) => {
            let base = Base { block: start.parent, height: start.height - 1, justify: start.justify };
            let requests = replica.requests_beside(base.block, &[]);
            let r = replica.forge(view, base, &requests, cx);
            cx.broadcast(r);
        }
        (2, Some((w, height))) => {
            cx.send(confidant_of(replica.me, cx.config), Msg::Generic(honest.clone()));
            let justify = replica.own(first + 1, 0).and_then(|block| block.body().justify);
            if block_of(&justify) == w {
                let requests = replica.requests_beside(w, &[]);
                let next = replica.forge(view + 1, Base { block: w, height, justify }, &requests, cx);
                cx.broadcast(next);
            }
        }
        _ => cx.broadcast(Msg::Generic(honest.clone())),
    }
}

/// What the node would do if it were honest.
fn honest_step(node: &mut HotStuff, input: Step<'_>, cx: &mut Cx<'_, HotStuff>) {
    consensus_kernel::Protocol::step(node, input, cx);
}
