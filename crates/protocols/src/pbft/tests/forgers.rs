//! Liars who know everything that is sent, and say whatever they can sign, to whom they like and when they like: a search
//! for what no lie with a name does.

use super::storms::{Watch, fire_any};
use super::*;
use crate::pbft::view_change::demand;
use consensus_kernel::{Breaks, Outbox, Time, Timer as _};
use std::collections::BTreeMap;

const REQUESTS: u32 = 6;
const STEPS: usize = 1_500;
/// A replayed letter is one of so many.
const LETTERS_MAX: usize = 3_000;
/// Of a calm: a message takes so long, and after so long everybody must be done. Timers have doubled with every view.
const DELAY: u64 = 10_000;
const CALM: u64 = 20_000_000_000;

/// Everything that was ever sent.
#[derive(Default)]
struct Heard {
    requests: Vec<Signed<Request>>,
    proposals: Vec<PrePrepare>,
    prepares: Vec<Signed<Prepare>>,
    commits: Vec<Signed<Commit>>,
    checkpoints: Vec<Signed<Checkpoint>>,
    changes: Vec<Shared<Signed<ViewChange>>>,
    letters: Vec<Letter<Msg>>,
}

fn note<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

impl Heard {
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
}

fn pick<'a, T>(rng: &mut Rng, all: &'a [T]) -> Option<&'a T> {
    (!all.is_empty()).then(|| &all[rng.within(0, all.len() as u64 - 1) as usize])
}

/// One in so many.
fn one_in(rng: &mut Rng, many: u64) -> bool {
    rng.within(1, many) == 1
}

/// A run, and its liars.
struct Forgers<'a> {
    table: Table<Pbft>,
    rng: Rng,
    watch: Watch,
    liars: &'a [usize],
    heard: Heard,
}

impl Forgers<'_> {
    fn honest(&self) -> impl Iterator<Item = &Replica> {
        let all = 0..self.table.replicas.len();
        all.filter(|i| !self.liars.contains(i)).map(|i| replica(&self.table, i))
    }

    fn is_liar(&self, id: NodeId) -> bool {
        !id.is_client() && self.liars.contains(&id.index())
    }

    fn step(&mut self, from: NodeId, to: NodeId, msg: &Msg) -> Result<(), String> {
        self.table.step(to, Input::Deliver { from, msg });
        self.watch.look(&self.table, self.liars)
    }

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

    /// Something to say, about where the others are now.
    fn lie(&mut self) -> Option<(NodeId, Msg)> {
        let liar = *pick(&mut self.rng, self.liars)?;
        let views = self.honest().map(|replica| replica.view).max()?;
        let executed = self.honest().map(|replica| replica.executed).max()?;
        let view = self.rng.within(views.saturating_sub(3), views + 1);
        let low = executed.saturating_sub(self.table.config.window).max(1);
        let sequence = self.rng.within(low, executed + 2);
        let leads = |view: u64| self.table.config.primary(view) == r(liar);
        let msg = match self.rng.within(0, 11) {
            0 | 1 if leads(view) => {
                let batch = self.batch();
                Msg::PrePrepare(self.order(liar, view, sequence, batch))
            }
            0 => Msg::PrePrepare(pick(&mut self.rng, &self.heard.proposals)?.clone()),
            1..=3 => {
                let Order { view, sequence, digest } =
                    *pick(&mut self.rng, &self.heard.proposals)?.order.body();
                if one_in(&mut self.rng, 2) {
                    Msg::Prepare(signed(&self.table, r(liar), Prepare { view, sequence, digest }))
                } else {
                    Msg::Commit(signed(&self.table, r(liar), Commit { view, sequence, digest }))
                }
            }
            4 => {
                let mut body = *pick(&mut self.rng, &self.heard.checkpoints)?.body();
                if one_in(&mut self.rng, 4) {
                    body.digest = Digest::of(b"nobody's state");
                }
                Msg::Checkpoint(signed(&self.table, r(liar), body))
            }
            5 => Msg::ViewChange(self.change(liar, view.max(1))),
            6 | 7 => {
                let view = (1..=views + 1).rev().find(|view| leads(*view))?;
                self.new_view(liar, view)
            }
            8 => {
                let all = self.certificates(&self.heard.commits);
                let commits = *pick(&mut self.rng, &all)?;
                let digest = commits.body().digest;
                let batch = self.heard.proposals.iter().find(|p| p.batch.digest() == digest)?.batch.clone();
                Msg::Committed(Shared::new(Committed { batch, commits }))
            }
            9 => {
                let value = pick(&mut self.rng, &self.heard.requests)?.body().value;
                let how = *pick(&mut self.rng, &[How::Stable, How::Tentative, How::Read])?;
                Msg::Reply(Reply { view, value, slot: sequence, how })
            }
            10 => {
                let (active, answer) = (one_in(&mut self.rng, 2), one_in(&mut self.rng, 2));
                Msg::Status(Status { view, active, stable: low, executed: sequence, answer })
            }
            _ => {
                let Letter { from, msg, .. } = pick(&mut self.rng, &self.heard.letters)?.clone();
                return Some((from, msg));
            }
        };
        self.heard.hear(&msg);
        Some((r(liar), msg))
    }

    /// Deliveries in any order, losses, restarts, timers at any moment, and lies.
    fn storm(&mut self) -> Result<(), String> {
        let mood = |rng: &mut Rng, options: [u64; 3]| options[rng.within(0, 2) as usize];
        let (lies, losses) = (mood(&mut self.rng, [10, 30, 50]), mood(&mut self.rng, [0, 5, 20]));
        let mut timers = 0;
        for step in 0..STEPS {
            if step % 200 == 0 {
                timers = mood(&mut self.rng, [2, 6, 15]);
            }
            self.table.pile.iter().for_each(|letter| self.heard.hear(&letter.msg));
            if self.heard.letters.len() < LETTERS_MAX {
                self.heard.letters.extend(self.table.pile.back().cloned());
            }
            let anybody = r(self.rng.within(0, self.table.replicas.len() as u64 - 1) as usize);
            let dice = self.rng.within(0, 99);
            if one_in(&mut self.rng, 200) {
                self.table.restart(anybody);
            } else if dice < lies {
                let Some((from, msg)) = self.lie() else { continue };
                let to = if let Msg::Reply(reply) = &msg { reply.value.client() } else { Some(anybody) };
                if let Some(to) = to.filter(|to| *to != from && !self.is_liar(*to)) {
                    self.step(from, to, &msg)?;
                }
            } else if dice < lies + timers || self.table.pile.is_empty() {
                fire_any(&mut self.table, &mut self.rng);
            } else {
                let last = self.table.pile.len() as u64 - 1;
                let letter = self.table.pile.remove(self.rng.within(0, last.min(20)) as usize).unwrap();
                if self.rng.within(0, 99) >= losses {
                    self.step(letter.from, letter.to, &letter.msg)?;
                }
            }
            self.watch.look(&self.table, self.liars)?;
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        let executed = |replica: &Replica| replica.executed;
        self.honest().map(executed).min() == self.honest().map(executed).max()
            && (0..self.table.clients.len()).all(|i| decided(&self.table, c(i)).len() == REQUESTS as usize)
    }

    /// The liars are silent, nothing is lost, and timers keep time.
    fn calm(&mut self) -> Result<(), String> {
        /// A timer that was set before the step.
        const OLD: Duration = Duration(u64::MAX);
        let mut due: VecDeque<(u64, Letter<Msg>)> = VecDeque::new();
        let mut deadlines: BTreeMap<(NodeId, usize), u64> =
            self.table.timers.iter().map(|(key, span)| (*key, span.as_micros())).collect();
        deadlines.retain(|(id, _), _| !self.is_liar(*id));
        let mut now = 0;
        while !self.is_done() {
            let letters: Vec<_> = self.table.pile.drain(..).collect();
            let between = letters.into_iter().filter(|l| !self.is_liar(l.from) && !self.is_liar(l.to));
            due.extend(between.map(|letter| (now + DELAY, letter)));
            let timer = deadlines.iter().min_by_key(|(_, at)| **at).map(|(key, at)| (*at, *key));
            let letter = due.pop_front_if(|(at, _)| timer.is_none_or(|(then, _)| *at <= then));
            let (at, who) = match (&letter, timer) {
                (Some((at, letter)), _) => (*at, letter.to),
                (None, Some((at, (id, _)))) => (at, id),
                (None, None) => return Err("everybody is silent".to_owned()),
            };
            now = at;
            if now > CALM {
                return Err("it never ends".to_owned());
            }
            let own = |((id, _), span): ((NodeId, usize), &mut Duration)| {
                if id == who {
                    *span = OLD
                }
            };
            self.table.timers.iter_mut().map(|(key, span)| (*key, span)).for_each(own);
            match (letter, timer) {
                (Some((_, letter)), _) => self.step(letter.from, who, &letter.msg)?,
                (None, Some((_, (_, timer)))) => {
                    deadlines.remove(&(who, timer));
                    self.table.fire(who, Timer::from_index(timer));
                    self.watch.look(&self.table, self.liars)?;
                }
                (None, None) => {}
            }
            deadlines.retain(|key, _| key.0 != who || self.table.timers.contains_key(key));
            let set = self.table.timers.iter().filter(|((id, _), span)| *id == who && **span != OLD);
            deadlines.extend(set.map(|(key, span)| (*key, now + span.as_micros())));
        }
        Ok(())
    }
}

/// What goes wrong, if anything does, and in which view it ends.
fn play(seed: u64, switch: Option<SwitchId>) -> Result<u64, String> {
    let mut rng = Rng::stream(seed, 5);
    let (n, f) = *pick(&mut rng, &[(4, 1), (4, 1), (5, 1), (6, 1), (7, 2)]).unwrap();
    let first = rng.within(0, n - 1) as usize;
    let liars = [first, (first + rng.within(1, n - 1) as usize) % n as usize];
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
    let mut run = Forgers {
        table: Table::new(&base),
        rng,
        watch: Watch::new(),
        liars: &liars[..f],
        heard: Heard::default(),
    };
    for (client, number) in (0..2).flat_map(|client| (1..=REQUESTS).map(move |number| (client, number))) {
        propose(&mut run.table, Value::request(client, number));
    }
    run.storm()?;
    if switch.is_none() {
        run.calm()?;
    }
    Ok(run.honest().map(|replica| replica.view).max().unwrap_or(0))
}

#[test]
fn whatever_liars_sign_nothing_breaks_and_all_is_decided_once_they_are_silent() {
    let views: u64 =
        (0..300).map(|seed| play(seed, None).unwrap_or_else(|why| panic!("seed {seed}: {why}"))).sum();
    assert!(views > 1_000, "in {views} views little can go wrong");
}

#[test]
fn without_a_safety_rule_liars_who_know_everything_break_it() {
    // What is left out takes thousands of runs.
    let rare = [VIEW_CHANGE_QUORUM, NEW_VIEW_CHECK, TENTATIVE_QUORUM, READ_QUORUM, WRITE_QUORUM];
    let safety = (0..).zip(SWITCHES).filter(|(_, switch)| matches!(switch.breaks, Breaks::Safety(_)));
    for (at, switch) in safety.filter(|(at, _)| !rare.contains(at)) {
        assert!((0..500).any(|seed| play(seed, Some(at)).is_err()), "{} is not missed", switch.id);
    }
}
