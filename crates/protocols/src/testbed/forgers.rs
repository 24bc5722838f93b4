//! Liars who know everything that is sent, and say whatever they can sign, to whom they like and when they like: a search
//! for what no lie with a name does.

use super::{Letter, Table, r};
use crate::testbed::watch::Watch;
use consensus_kernel::{
    Breaks, Duration, Input, NodeId, Protocol, Rng, Setup, Switch, SwitchId, Timer, Value,
};
use std::collections::{BTreeMap, VecDeque};

const STEPS: usize = 1_500;
/// A replayed letter is one of so many.
const LETTERS_MAX: usize = 3_000;
/// In a calm a message takes so many microseconds.
const DELAY: u64 = 10_000;
/// A timer that was set before the step.
const OLD: Duration = Duration(u64::MAX);

type Msg<F> = <<F as Forgery>::Protocol as Protocol>::Msg;

/// What the liars of a protocol have heard, and what they can say.
pub trait Forgery: Default {
    /// Whose messages they forge.
    type Protocol: Protocol;
    /// Requests of each client.
    const REQUESTS: u32;
    /// In so many of a hundred steps a timer runs out: one of these for a while, then another.
    const TIMERS: [u64; 3];
    /// After so many microseconds of calm all must be done. Timers have doubled with every view.
    const CALM: u64;

    /// Remembers what can be used.
    fn hear(&mut self, msg: &Msg<Self>);
    /// Something that this liar says, about where the others are now, and who sends it.
    fn lie(run: &mut Forgers<'_, Self>, liar: usize) -> Option<(NodeId, Msg<Self>)>;
    /// Whom this message is for; none for replicas.
    fn client_of(msg: &Msg<Self>) -> Option<NodeId>;
    /// What else must be done once all clients have their answers.
    fn is_settled(_run: &Forgers<'_, Self>) -> bool {
        true
    }
}

/// Adds what is not there.
pub fn note<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

/// One of them.
pub fn pick<'a, T>(rng: &mut Rng, all: &'a [T]) -> Option<&'a T> {
    (!all.is_empty()).then(|| &all[rng.within(0, all.len() as u64 - 1) as usize])
}

/// One in so many.
pub fn one_in(rng: &mut Rng, many: u64) -> bool {
    rng.within(1, many) == 1
}

/// So many liars among so many replicas, of whom there are two at most.
pub fn cast(rng: &mut Rng, n: u64, f: usize) -> Vec<usize> {
    let first = rng.within(0, n - 1) as usize;
    let second = (first + rng.within(1, n - 1) as usize) % n as usize;
    [first, second][..f].to_vec()
}

/// Lets any timer run out.
pub fn fire_any<P: Protocol>(table: &mut Table<P>, rng: &mut Rng) {
    let set: Vec<(NodeId, usize)> = table.timers.keys().copied().collect();
    if let Some((id, timer)) = pick(rng, &set) {
        table.fire(*id, P::Timer::from_index(*timer));
    }
}

/// A run, and its liars.
pub struct Forgers<'a, F: Forgery> {
    pub table: Table<F::Protocol>,
    pub rng: Rng,
    pub liars: &'a [usize],
    pub heard: F,
    letters: Vec<Letter<Msg<F>>>,
    watch: Watch,
}

impl<'a, F: Forgery> Forgers<'a, F> {
    /// A storm, and, if all must come right in the end, a calm. Gives the run, or what goes wrong.
    pub fn play(setup: &Setup, rng: Rng, liars: &'a [usize], calms: bool) -> Result<Self, String> {
        let (table, watch) = (Table::new(setup), Watch::of::<F::Protocol>());
        let mut run = Self { table, rng, liars, heard: F::default(), letters: Vec::new(), watch };
        for client in 0..setup.clients {
            for number in 1..=F::REQUESTS {
                let value = Value::request(client, number);
                run.table.step(NodeId::client(client), Input::Propose(value));
            }
        }
        run.storm()?;
        if calms {
            run.calm()?;
        }
        Ok(run)
    }

    /// The replicas that do not lie.
    pub fn honest(&self) -> impl Iterator<Item = &F::Protocol> {
        let all = self.table.replicas.iter().enumerate();
        all.filter(|(i, _)| !self.liars.contains(i)).map(|(_, replica)| replica)
    }

    pub fn is_liar(&self, id: NodeId) -> bool {
        !id.is_client() && self.liars.contains(&id.index())
    }

    /// A letter that was sent before.
    pub fn replay(&mut self) -> Option<(NodeId, Msg<F>)> {
        let Letter { from, msg, .. } = pick(&mut self.rng, &self.letters)?.clone();
        Some((from, msg))
    }

    fn look(&mut self) -> Result<(), String> {
        self.watch.look(&self.table, self.liars)
    }

    fn step(&mut self, from: NodeId, to: NodeId, msg: &Msg<F>) -> Result<(), String> {
        self.table.step(to, Input::Deliver { from, msg });
        self.look()
    }

    fn lie(&mut self) -> Option<(NodeId, Msg<F>)> {
        let liar = *pick(&mut self.rng, self.liars)?;
        let (from, msg) = F::lie(self, liar)?;
        self.heard.hear(&msg);
        Some((from, msg))
    }

    /// Deliveries in any order, losses, restarts, timers at any moment, and lies.
    fn storm(&mut self) -> Result<(), String> {
        let mood = |rng: &mut Rng, options: [u64; 3]| options[rng.within(0, 2) as usize];
        let (lies, losses) = (mood(&mut self.rng, [10, 30, 50]), mood(&mut self.rng, [0, 5, 20]));
        let mut timers = 0;
        for step in 0..STEPS {
            if step % 200 == 0 {
                timers = mood(&mut self.rng, F::TIMERS);
            }
            self.table.pile.iter().for_each(|letter| self.heard.hear(&letter.msg));
            if self.letters.len() < LETTERS_MAX {
                self.letters.extend(self.table.pile.back().cloned());
            }
            let anybody = r(self.rng.within(0, self.table.replicas.len() as u64 - 1) as usize);
            let dice = self.rng.within(0, 99);
            if one_in(&mut self.rng, 200) {
                self.table.restart(anybody);
            } else if dice < lies {
                let Some((from, msg)) = self.lie() else { continue };
                let to = F::client_of(&msg).unwrap_or(anybody);
                if to != from && !self.is_liar(to) {
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
            self.look()?;
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        let answers = |client| self.table.decided.iter().filter(|(who, ..)| *who == client).count();
        (0..self.table.clients.len()).all(|i| answers(NodeId::client(i)) == F::REQUESTS as usize)
            && F::is_settled(self)
    }

    /// The liars are silent, nothing is lost, and timers keep time.
    fn calm(&mut self) -> Result<(), String> {
        let mut due: VecDeque<(u64, Letter<Msg<F>>)> = VecDeque::new();
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
            if now > F::CALM {
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
                    self.table.fire(who, <F::Protocol as Protocol>::Timer::from_index(timer));
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

/// What goes wrong in the play from a seed, if anything does, or in which view it ends; with all rules or without one.
pub type Play = fn(u64, Option<SwitchId>) -> Result<u64, String>;

/// Nothing goes wrong, in views enough for something to do so.
pub fn nothing_breaks(play: Play) {
    let views: u64 =
        (0..300).map(|seed| play(seed, None).unwrap_or_else(|why| panic!("seed {seed}: {why}"))).sum();
    assert!(views > 1_000, "in {views} views little can go wrong");
}

/// Without any of the safety rules something does, but for those that are left out.
pub fn each_is_missed(switches: &[Switch], left_out: &[SwitchId], play: Play) {
    let safety = (0..).zip(switches).filter(|(_, switch)| matches!(switch.breaks, Breaks::Safety(_)));
    for (at, switch) in safety.filter(|(at, _)| !left_out.contains(at)) {
        assert!((0..500).any(|seed| play(seed, Some(at)).is_err()), "{} is not missed", switch.id);
    }
}
