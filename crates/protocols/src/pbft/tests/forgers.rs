//! What PBFT's liars can say who know everything that is sent.

use super::*;
use crate::pbft::view_change::demand;
use crate::testbed::forgers::{self, Forgery, cast, each_is_missed, note, nothing_breaks, one_in, pick};
use consensus_kernel::{Outbox, Time};

type Forgers<'a> = forgers::Forgers<'a, Heard>;

/// Everything that was ever sent.
#[derive(Default)]
struct Heard {
    requests: Vec<Signed<Request>>,
    proposals: Vec<PrePrepare>,
    prepares: Vec<Signed<Prepare>>,
    commits: Vec<Signed<Commit>>,
    checkpoints: Vec<Signed<Checkpoint>>,
    changes: Vec<Shared<Signed<ViewChange>>>,
}

impl Forgery for Heard {
    type Protocol = Pbft;
    const REQUESTS: u32 = 6;
    const TIMERS: [u64; 3] = [2, 6, 15];
    const CALM: u64 = 20_000_000_000;

    fn hear(&mut self, msg: &Msg) {
        match msg {
            Msg::Request(request) | Msg::Relay(request) | Msg::Read(request) => {
                note(&mut self.requests, *request);
            }
            Msg::PrePrepare(proposal) => note(&mut self.proposals, proposal.clone()),
            Msg::Prepare(vote) => note(&mut self.prepares, *vote),
            Msg::Commit(vote) => note(&mut self.commits, *vote),
            Msg::Checkpoint(vote) => note(&mut self.checkpoints, *vote),
            Msg::ViewChange(change) => note(&mut self.changes, change.clone()),
            Msg::NewView(new) => {
                new.body().orders.iter().for_each(|order| note(&mut self.proposals, order.clone()));
            }
            Msg::Laden(laden) => {
                self.hear(&laden.msg);
                laden.commits.iter().for_each(|vote| note(&mut self.commits, *vote));
            }
            _ => {}
        }
    }

    fn lie(run: &mut Forgers<'_>, liar: usize) -> Option<(NodeId, Msg)> {
        let views = honest(run).map(|replica| replica.view).max()?;
        let executed = honest(run).map(|replica| replica.executed).max()?;
        let view = run.rng.within(views.saturating_sub(3), views + 1);
        let low = executed.saturating_sub(run.table.config.window).max(1);
        let sequence = run.rng.within(low, executed + 2);
        let leads = |view: u64| run.table.config.primary(view) == r(liar);
        let msg = match run.rng.within(0, 11) {
            0 | 1 if leads(view) => {
                let batch = run.batch();
                Msg::PrePrepare(run.order(liar, view, sequence, batch))
            }
            0 => Msg::PrePrepare(pick(&mut run.rng, &run.heard.proposals)?.clone()),
            1..=3 => {
                let Order { view, sequence, digest } =
                    *pick(&mut run.rng, &run.heard.proposals)?.order.body();
                if one_in(&mut run.rng, 2) {
                    Msg::Prepare(signed(&run.table, r(liar), Prepare { view, sequence, digest }))
                } else {
                    Msg::Commit(signed(&run.table, r(liar), Commit { view, sequence, digest }))
                }
            }
            4 => {
                let mut body = *pick(&mut run.rng, &run.heard.checkpoints)?.body();
                if one_in(&mut run.rng, 4) {
                    body.digest = Digest::of(b"nobody's state");
                }
                Msg::Checkpoint(signed(&run.table, r(liar), body))
            }
            5 => Msg::ViewChange(run.change(liar, view.max(1))),
            6 | 7 => {
                let view = (1..=views + 1).rev().find(|view| leads(*view))?;
                run.new_view(liar, view)
            }
            8 => {
                let all = run.certificates(&run.heard.commits);
                let commits = *pick(&mut run.rng, &all)?;
                let digest = commits.body().digest;
                let batch = run.heard.proposals.iter().find(|p| p.batch.digest() == digest)?.batch.clone();
                Msg::Committed(Shared::new(Committed { batch, commits }))
            }
            9 => {
                let value = pick(&mut run.rng, &run.heard.requests)?.body().value;
                let how = *pick(&mut run.rng, &[How::Stable, How::Tentative, How::Read])?;
                Msg::Reply(Reply { view, value, slot: sequence, how })
            }
            10 => {
                let (active, answer) = (one_in(&mut run.rng, 2), one_in(&mut run.rng, 2));
                Msg::Status(Status { view, active, stable: low, executed: sequence, answer })
            }
            _ => return run.replay(),
        };
        Some((r(liar), msg))
    }

    fn client_of(msg: &Msg) -> Option<NodeId> {
        if let Msg::Reply(reply) = msg { reply.value.client() } else { None }
    }

    fn is_settled(run: &Forgers<'_>) -> bool {
        let executed = || honest(run).map(|replica| replica.executed);
        executed().min() == executed().max()
    }
}

fn honest<'a>(run: &'a Forgers<'_>) -> impl Iterator<Item = &'a Replica> {
    run.honest().filter_map(Pbft::member)
}

impl Forgers<'_> {
    /// Each statement with all who have signed it, and all liars, who will.
    fn certificates<T: PartialEq + Copy>(&self, votes: &[Signed<T>]) -> Vec<Certificate<T>> {
        let mut all: Vec<Certificate<T>> = Vec::new();
        for vote in votes {
            match all.iter_mut().find(|c| c.body() == vote.body()) {
                Some(known) => {
                    known.add(vote);
                }
                None => {
                    let mut new = Certificate::of(vote);
                    for liar in self.liars {
                        new.add(&signed(&self.table, r(*liar), *vote.body()));
                    }
                    all.push(new);
                }
            }
        }
        all
    }

    /// Some requests, or none.
    fn batch(&mut self) -> Hashed<Batch> {
        let mut requests = SmallVec::new();
        if !one_in(&mut self.rng, 10) {
            for _ in 0..self.rng.within(1, self.table.config.batch as u64) {
                requests.extend(pick(&mut self.rng, &self.heard.requests).copied());
            }
        }
        Hashed::new(Batch { requests })
    }

    fn order(&self, liar: usize, view: u64, sequence: u64, batch: Hashed<Batch>) -> PrePrepare {
        let order = Order { view, sequence, digest: batch.digest() };
        PrePrepare { order: signed(&self.table, r(liar), order), batch }
    }

    /// Some P with some of the certificates that there are, of whatever views.
    fn proofs(&mut self, view: u64, low: u64) -> Vec<Prepared> {
        let mut proofs = Vec::new();
        for n in low + 1..=low + self.table.config.window {
            let config = &self.table.config;
            let earlier = |p: &&PrePrepare| p.order.body().sequence == n && p.order.body().view < view;
            let prove = |proposal: &PrePrepare| {
                let Order { view, sequence, digest } = *proposal.order.body();
                let (body, primary) = (Prepare { view, sequence, digest }, config.primary(view));
                let heard = self.heard.prepares.iter().filter(|p| *p.body() == body).copied();
                let liars = self.liars.iter().map(|liar| signed(&self.table, r(*liar), body));
                let mut votes = heard.chain(liars).filter(|vote| vote.signer() != primary);
                let mut prepares = Certificate::of(&votes.next()?);
                for vote in votes {
                    prepares.add(&vote);
                }
                Some(Prepared { proposal: proposal.clone(), prepares })
                    .filter(|proof| is_prepared(proof, config))
            };
            let all: Vec<Prepared> = self.heard.proposals.iter().filter(earlier).filter_map(prove).collect();
            if !one_in(&mut self.rng, 4) {
                proofs.extend(pick(&mut self.rng, &all).cloned());
            }
        }
        proofs
    }

    fn change(&mut self, liar: usize, view: u64) -> Shared<Signed<ViewChange>> {
        let mut proven = self.certificates(&self.heard.checkpoints);
        proven.retain(|c| is_stable(c, &self.table.config));
        let stable = pick(&mut self.rng, &proven).copied().filter(|_| !one_in(&mut self.rng, 3));
        let prepared = self.proofs(view, stable.map_or(0, |c| c.body().sequence));
        Shared::new(signed(&self.table, r(liar), ViewChange { view, stable, prepared }))
    }

    /// A new view out of some of the view changes that there are; now and then it does not order what they demand.
    fn new_view(&mut self, liar: usize, view: u64) -> Msg {
        let mut changes = Vec::new();
        let mut others: Vec<_> = self
            .heard
            .changes
            .iter()
            .filter(|c| c.body().view == view && !self.is_liar(c.signer()))
            .collect();
        others.sort_by_key(|change| change.signer());
        others.dedup_by_key(|change| change.signer());
        changes.extend(others.into_iter().cloned());
        for liar in self.liars {
            changes.push(self.change(*liar, view));
        }
        while changes.len() > self.table.config.changes {
            changes.swap_remove(self.rng.within(0, changes.len() as u64 - 1) as usize);
        }
        let (mut rng, mut out) = (Rng::stream(1, 1), Outbox::default());
        let (config, rules) = (&self.table.config, self.table.rules);
        let demanded =
            demand(&changes, &Cx::new(r(liar), Time::ZERO, config, rules, &mut rng, &mut out)).orders;
        let mut orders: Vec<PrePrepare> =
            demanded.into_iter().map(|(sequence, batch)| self.order(liar, view, sequence, batch)).collect();
        if one_in(&mut self.rng, 5)
            && let Some(at) = pick(&mut self.rng, &orders).map(|order| order.order.body().sequence)
        {
            let other = self.batch();
            let other = self.order(liar, view, at, other);
            orders
                .iter_mut()
                .filter(|order| order.order.body().sequence == at)
                .for_each(|o| *o = other.clone());
        }
        Msg::NewView(Shared::new(signed(&self.table, r(liar), NewView { view, changes, orders })))
    }
}

/// What goes wrong, if anything does, and in which view it ends.
fn play(seed: u64, switch: Option<SwitchId>) -> Result<u64, String> {
    let mut rng = Rng::stream(seed, 5);
    let (n, f) = *pick(&mut rng, &[(4, 1), (4, 1), (5, 1), (6, 1), (7, 2)]).unwrap();
    let liars = cast(&mut rng, n, f);
    let k = rng.within(1, 4);
    let window = *pick(&mut rng, &[0, k, k + 1, 3 * k]).unwrap();
    // Of six, four order, or all do.
    let committee = if n == 6 && one_in(&mut rng, 2) { 4 } else { 0 };
    let settings = [
        (param::COMMITTEE, ParamValue::Int(committee)),
        (param::CHECKPOINT, ParamValue::Int(k)),
        (param::WINDOW, ParamValue::Int(window)),
        (param::BATCH, ParamValue::Int(rng.within(1, 2))),
        (param::EXECUTE, ParamValue::Choice(rng.within(0, 2) as usize)),
        (param::READS, ParamValue::Int(*pick(&mut rng, &[0, 0, 2, 3]).unwrap())),
    ];
    let base = Setup { f, ..setup(n as usize, 2) };
    let base = settings.into_iter().fold(base, |base, (at, value)| with(base, at, value));
    let base = if let Some(switch) = switch { without(base, switch) } else { base };
    let run = Forgers::play(&base, rng, &liars, switch.is_none())?;
    Ok(honest(&run).map(|replica| replica.view).max().unwrap_or(0))
}

#[test]
fn whatever_liars_sign_nothing_breaks_and_all_is_decided_once_they_are_silent() {
    nothing_breaks(play);
}

#[test]
fn without_a_safety_rule_liars_who_know_everything_break_it() {
    // What is left out takes thousands of runs.
    let rare = [VIEW_CHANGE_QUORUM, NEW_VIEW_CHECK, TENTATIVE_QUORUM, READ_QUORUM, WRITE_QUORUM];
    each_is_missed(SWITCHES, &rare, play);
}
