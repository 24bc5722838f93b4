//! What HotStuff's liars can say who know everything that is sent.

use super::*;
use crate::testbed::forgers::{self, Forgery, cast, each_is_missed, note, nothing_breaks, one_in, pick};
use consensus_kernel::{Rng, SwitchId};

type Forgers<'a> = forgers::Forgers<'a, Heard>;

/// Everything that was ever sent.
#[derive(Default)]
struct Heard {
    requests: Vec<Signed<Request>>,
    blocks: Vec<Hashed<Block>>,
    votes: Vec<Signed<Ballot>>,
}

impl Forgery for Heard {
    type Protocol = HotStuff;
    const REQUESTS: u32 = 4;
    const TIMERS: [u64; 3] = [1, 2, 5];
    const CALM: u64 = 100_000_000_000;

    fn hear(&mut self, msg: &Msg) {
        match msg {
            Msg::Request(request) => note(&mut self.requests, *request),
            Msg::Prepare(block) | Msg::Generic(block) => note(&mut self.blocks, block.clone()),
            Msg::Vote(vote) => note(&mut self.votes, *vote),
            _ => {}
        }
    }

    fn lie(run: &mut Forgers<'_>, liar: usize) -> Option<(NodeId, Msg)> {
        let views = honest(run).map(|replica| replica.view).max()?;
        let view = run.rng.within(views.saturating_sub(3).max(1), views + 2);
        let first = run.table.config.first_phase();
        let msg = match run.rng.within(0, 11) {
            0..=3 => {
                let view = (views.saturating_sub(2)..=views + 3)
                    .filter(|view| run.table.config.leader(*view) == r(liar))
                    .collect::<Vec<_>>();
                let view = *pick(&mut run.rng, &view)?;
                let justify = if one_in(&mut run.rng, 10) { None } else { run.certificate(Some(first)) };
                let height = match &justify {
                    None => 0,
                    Some(qc) => {
                        let under = run.heard.blocks.iter().find(|b| b.digest() == qc.ballot().block)?;
                        under.body().height
                    }
                };
                let mut requests = SmallVec::new();
                if !one_in(&mut run.rng, 4) {
                    requests.extend(pick(&mut run.rng, &run.heard.requests).copied());
                }
                let parent = block_of(&justify);
                let block = Hashed::new(Block { view, height: height + 1, parent, justify, requests });
                match run.table.config.variant {
                    Variant::Basic => Msg::Prepare(block),
                    _ => Msg::Generic(block),
                }
            }
            4 | 5 => {
                let block = pick(&mut run.rng, &run.heard.blocks)?;
                let phase = match run.table.config.variant {
                    Variant::Basic => {
                        *pick(&mut run.rng, &[Phase::Prepare, Phase::PreCommit, Phase::Commit])?
                    }
                    _ => Phase::Generic,
                };
                let ballot = Ballot { phase, view: block.body().view, block: block.digest() };
                Msg::Vote(signed(&run.table, r(liar), ballot))
            }
            6 | 7 => Msg::Certificate(run.certificate(None)?),
            8 => {
                let high = if one_in(&mut run.rng, 4) { None } else { run.certificate(Some(first)) };
                let word = *pick(&mut run.rng, &[Word::Enters, Word::Asks, Word::Answers])?;
                let height = run.rng.within(0, 20);
                Msg::NewView(NewView { view, high, height, word })
            }
            9 => {
                let proof = run.certificate(None)?;
                let mut blocks: Vec<Hashed<Block>> = Vec::new();
                let mut next = proof.ballot().block;
                while let Some(block) = run.heard.blocks.iter().find(|b| b.digest() == next) {
                    next = block.body().parent;
                    blocks.insert(0, block.clone());
                    if one_in(&mut run.rng, 4) {
                        break;
                    }
                }
                Msg::Branch(Shared::new(Branch { blocks, proof: Some(proof) }))
            }
            10 => {
                let value = pick(&mut run.rng, &run.heard.requests)?.body().value;
                Msg::Reply(Reply { view, value, slot: run.rng.within(1, 9) })
            }
            _ => return run.replay(),
        };
        Some((r(liar), msg))
    }

    fn client_of(msg: &Msg) -> Option<NodeId> {
        if let Msg::Reply(reply) = msg { reply.value.client() } else { None }
    }
}

fn honest<'a>(run: &'a Forgers<'_>) -> impl Iterator<Item = &'a Replica> {
    run.honest().filter_map(HotStuff::member)
}

impl Forgers<'_> {
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
}

/// What goes wrong, if anything does, and in which view it ends.
fn play(seed: u64, switch: Option<SwitchId>) -> Result<u64, String> {
    let mut rng = Rng::stream(seed, 5);
    let (n, f) = *pick(&mut rng, &[(4, 1), (4, 1), (5, 1), (7, 2)]).unwrap();
    let liars = cast(&mut rng, n, f);
    let variant = *pick(&mut rng, &[Variant::Basic, Variant::Chained, Variant::TwoChain]).unwrap();
    let base = Setup { f, ..setup(variant, n as usize, 2) };
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
    // Blocks here extend what justifies them, and a list of signatures names each once.
    let never = [EXTENDS_JUSTIFY, DISTINCT_SIGNERS];
    each_is_missed(SWITCHES, &never, play);
}
