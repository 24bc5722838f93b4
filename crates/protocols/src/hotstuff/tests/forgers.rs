//! Liars who know everything that is sent, and say whatever they can sign, to whom they like and when they like.

use super::*;
use consensus_kernel::{Breaks, Duration, Ledger, Rng, SwitchId, Timer as _, World};
use std::collections::{BTreeMap, VecDeque};

const REQUESTS: u32 = 4;
const STEPS: usize = 1_500;
/// A replayed letter is one of so many.
const LETTERS_MAX: usize = 3_000;
/// Of a calm: a message takes so long, and after so long everybody must be done. Timers have doubled with every view.
const DELAY: u64 = 10_000;
const CALM: u64 = 100_000_000_000;

struct Seen<'a>(&'a Table<HotStuff>);

impl World<HotStuff> for Seen<'_> {
    fn config(&self) -> &Config {
        &self.0.config
    }
    fn replicas(&self) -> usize {
        self.0.replicas.len()
    }
    fn node(&self, id: NodeId) -> Option<&HotStuff> {
        if id.is_client() { self.0.clients.get(id.index()) } else { self.0.replicas.get(id.index()) }
    }
}

/// Everything that was ever sent.
#[derive(Default)]
struct Heard {
    requests: Vec<Signed<Request>>,
    blocks: Vec<Hashed<Block>>,
    votes: Vec<Signed<Ballot>>,
    letters: Vec<testbed::Letter<Msg>>,
}

fn note<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

fn pick<'a, T>(rng: &mut Rng, all: &'a [T]) -> Option<&'a T> {
    (!all.is_empty()).then(|| &all[rng.within(0, all.len() as u64 - 1) as usize])
}

fn one_in(rng: &mut Rng, many: u64) -> bool {
    rng.within(1, many) == 1
}

/// A run, and its liars.
struct Forgers<'a> {
    table: Table<HotStuff>,
    rng: Rng,
    ledgers: Vec<Ledger>,
    slots: Ledger,
    seen: (usize, usize),
    liars: &'a [usize],
    heard: Heard,
}

impl Heard {
    fn hear(&mut self, msg: &Msg) {
        match msg {
            Msg::Request(request) => note(&mut self.requests, *request),
            Msg::Prepare(block) | Msg::Generic(block) => note(&mut self.blocks, block.clone()),
            Msg::Vote(vote) => note(&mut self.votes, *vote),
            _ => {}
        }
    }
}

impl Forgers<'_> {
    fn honest(&self) -> impl Iterator<Item = &Replica> {
        let all = 0..self.table.replicas.len();
        all.filter(|i| !self.liars.contains(i)).map(|i| replica(&self.table, i))
    }

    fn is_liar(&self, id: NodeId) -> bool {
        !id.is_client() && self.liars.contains(&id.index())
    }

    /// After each step: what it cited and decided. Nothing is promised to liars.
    fn look(&mut self) -> Result<(), String> {
        for (who, slot, value) in &self.table.decided[self.seen.0..] {
            if self.is_liar(*who) {
                continue;
            }
            let agreed = self.slots.state(*slot, value.0, *who);
            agreed.map_err(|other| format!("{who} and {} decide slot {slot} differently", other.who))?;
        }
        for (who, rule) in &self.table.cited[self.seen.1..] {
            let lies = !who.is_client() && self.liars.contains(&who.index());
            for (invariant, ledger) in Replica::invariants().iter().zip(&mut self.ledgers) {
                if !lies && invariant.on.contains(rule) {
                    (invariant.check)(ledger, &Seen(&self.table), *who)
                        .map_err(|why| format!("{}: {why}", invariant.name))?;
                }
            }
        }
        self.seen = (self.table.decided.len(), self.table.cited.len());
        Ok(())
    }

    fn step(&mut self, from: NodeId, to: NodeId, msg: &Msg) -> Result<(), String> {
        self.table.step(to, Input::Deliver { from, msg });
        self.look()
    }

    /// All certificates that there are or can be, with the liars' votes.
    fn certificates(&self) -> Vec<Qc> {
        let mut all: Vec<Qc> = Vec::new();
        for vote in &self.heard.votes {
            match all.iter_mut().find(|qc| qc.ballot() == vote.body()) {
                Some(known) => {
                    known.add(vote);
                }
                None => {
                    let mut new = Qc::of(vote);
                    for liar in self.liars {
                        new.add(&signed(&self.table, r(*liar), *vote.body()));
                    }
                    all.push(new);
                }
            }
        }
        all.retain(|qc| qc.signers().len() >= self.table.config.quorum);
        all
    }

    fn certificate(&mut self, phase: Option<Phase>) -> Option<Qc> {
        let mut all = self.certificates();
        all.retain(|qc| phase.is_none_or(|phase| qc.ballot().phase == phase));
        let late = all.split_off(all.len().saturating_sub(if one_in(&mut self.rng, 2) { 4 } else { 50 }));
        pick(&mut self.rng, &late).copied()
    }

    /// Something to say, about where the others are now.
    fn lie(&mut self) -> Option<(NodeId, Msg)> {
        let liar = *pick(&mut self.rng, self.liars)?;
        let views = self.honest().map(|replica| replica.view).max()?;
        let view = self.rng.within(views.saturating_sub(3).max(1), views + 2);
        let first = self.table.config.first_phase();
        let msg = match self.rng.within(0, 11) {
            0..=3 => {
                let view = (views.saturating_sub(2)..=views + 3)
                    .filter(|view| self.table.config.leader(*view) == r(liar))
                    .collect::<Vec<_>>();
                let view = *pick(&mut self.rng, &view)?;
                let justify = if one_in(&mut self.rng, 10) { None } else { self.certificate(Some(first)) };
                let height = match &justify {
                    None => 0,
                    Some(qc) => {
                        let under = self.heard.blocks.iter().find(|b| b.digest() == qc.ballot().block)?;
                        under.body().height
                    }
                };
                let mut requests = SmallVec::new();
                if !one_in(&mut self.rng, 4) {
                    requests.extend(pick(&mut self.rng, &self.heard.requests).copied());
                }
                let parent = block_of(&justify);
                let block = Hashed::new(Block { view, height: height + 1, parent, justify, requests });
                match self.table.config.variant {
                    Variant::Basic => Msg::Prepare(block),
                    _ => Msg::Generic(block),
                }
            }
            4 | 5 => {
                let block = pick(&mut self.rng, &self.heard.blocks)?;
                let phase = match self.table.config.variant {
                    Variant::Basic => {
                        *pick(&mut self.rng, &[Phase::Prepare, Phase::PreCommit, Phase::Commit])?
                    }
                    _ => Phase::Generic,
                };
                let ballot = Ballot { phase, view: block.body().view, block: block.digest() };
                Msg::Vote(signed(&self.table, r(liar), ballot))
            }
            6 | 7 => Msg::Certificate(self.certificate(None)?),
            8 => {
                let high = if one_in(&mut self.rng, 4) { None } else { self.certificate(Some(first)) };
                let word = *pick(&mut self.rng, &[Word::Enters, Word::Asks, Word::Answers])?;
                let height = self.rng.within(0, 20);
                Msg::NewView(NewView { view, high, height, word })
            }
            9 => {
                let proof = self.certificate(None)?;
                let mut blocks: Vec<Hashed<Block>> = Vec::new();
                let mut next = proof.ballot().block;
                while let Some(block) = self.heard.blocks.iter().find(|b| b.digest() == next) {
                    next = block.body().parent;
                    blocks.insert(0, block.clone());
                    if one_in(&mut self.rng, 4) {
                        break;
                    }
                }
                Msg::Branch(Shared::new(Branch { blocks, proof: Some(proof) }))
            }
            10 => {
                let value = pick(&mut self.rng, &self.heard.requests)?.body().value;
                Msg::Reply(Reply { view, value, slot: self.rng.within(1, 9) })
            }
            _ => {
                let testbed::Letter { from, msg, .. } = pick(&mut self.rng, &self.heard.letters)?.clone();
                return Some((from, msg));
            }
        };
        self.heard.hear(&msg);
        Some((r(liar), msg))
    }

    fn fire_any(&mut self) {
        let set: Vec<(NodeId, usize)> = self.table.timers.keys().copied().collect();
        if let Some((id, timer)) = pick(&mut self.rng, &set) {
            self.table.fire(*id, Timer::from_index(*timer));
        }
    }

    /// Deliveries in any order, losses, restarts, timers at any moment, and lies.
    fn storm(&mut self) -> Result<(), String> {
        let mood = |rng: &mut Rng, options: [u64; 3]| options[rng.within(0, 2) as usize];
        let (lies, losses) = (mood(&mut self.rng, [10, 30, 50]), mood(&mut self.rng, [0, 5, 20]));
        let mut timers = 0;
        for step in 0..STEPS {
            if step % 200 == 0 {
                timers = mood(&mut self.rng, [1, 2, 5]);
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
                self.fire_any();
            } else {
                let last = self.table.pile.len() as u64 - 1;
                let letter = self.table.pile.remove(self.rng.within(0, last.min(20)) as usize).unwrap();
                if self.rng.within(0, 99) >= losses {
                    self.step(letter.from, letter.to, &letter.msg)?;
                }
            }
            self.look()?;
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        (0..self.table.clients.len())
            .all(|i| decided(&self.table, NodeId::client(i)).len() == REQUESTS as usize)
    }

    /// The liars are silent, nothing is lost, and timers keep time.
    fn calm(&mut self) -> Result<(), String> {
        /// A timer that was set before the step.
        const OLD: Duration = Duration(u64::MAX);
        let mut due: VecDeque<(u64, testbed::Letter<Msg>)> = VecDeque::new();
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
            for ((id, _), span) in &mut self.table.timers {
                if *id == who {
                    *span = OLD;
                }
            }
            match (letter, timer) {
                (Some((_, letter)), _) => self.step(letter.from, who, &letter.msg)?,
                (None, Some((_, (_, timer)))) => {
                    deadlines.remove(&(who, timer));
                    self.table.fire(who, Timer::from_index(timer));
                    self.look()?;
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
    let (n, f) = *pick(&mut rng, &[(4, 1), (4, 1), (5, 1), (7, 2)]).unwrap();
    let first = rng.within(0, n - 1) as usize;
    let liars = [first, (first + rng.within(1, n - 1) as usize) % n as usize];
    let variant = *pick(&mut rng, &[Variant::Basic, Variant::Chained, Variant::TwoChain]).unwrap();
    let base = Setup { f, ..setup(variant, n as usize, 2) };
    let base = if let Some(switch) = switch { without(base, switch) } else { base };
    let mut run = Forgers {
        table: Table::new(&base),
        rng,
        ledgers: vec![Ledger::new(); Replica::invariants().len()],
        slots: Ledger::new(),
        seen: (0, 0),
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
    // Blocks here extend what justifies them, and a list of signatures names each once.
    let never = [EXTENDS_JUSTIFY, DISTINCT_SIGNERS];
    let safety = (0..).zip(SWITCHES).filter(|(_, switch)| matches!(switch.breaks, Breaks::Safety(_)));
    for (at, switch) in safety.filter(|(at, _)| !never.contains(at)) {
        assert!((0..500).any(|seed| play(seed, Some(at)).is_err()), "{} is not missed", switch.id);
    }
}
