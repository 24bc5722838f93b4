//! Invariants of its own, over what happened in the step that just ended and the ledger of what was seen before.

use super::{Cite, Commit, Fact, Pos};
use consensus_kernel::{Invariant, Ledger, NodeId, NodeSet, RuleId, WeightRule, World, weigh};

const FINAL: &[RuleId] = &[Cite::Decide as RuleId, Cite::DecideSingle as RuleId, Cite::TakeBlock as RuleId];

pub(super) const ALL: &[Invariant<Pos>] = &[
    Invariant {
        name: "One Polka",
        place: "Tendermint, §4, Lemma 1, with the rules for voting once",
        says: "In each height and round two thirds prevote for one block at most.",
        on: &[Cite::Polka as RuleId],
        check: one_polka,
    },
    Invariant {
        name: "One Block",
        place: "Tendermint, §4, Lemma 3, Agreement",
        says: "At each height one block is final; two name who signed for both.",
        on: FINAL,
        check: one_block,
    },
    Invariant {
        name: "Accountability",
        place: "Casper FFG, Theorem 1",
        says: "If two blocks are final at one height, a third of the stake or more signed for both.",
        on: FINAL,
        check: accountability,
    },
    Invariant {
        name: "Two Thirds",
        place: "Tendermint, Alg. 1 L49; Casper FFG, §2",
        says: "More than two thirds of the stake that is not convicted signed for each final block.",
        on: FINAL,
        check: two_thirds,
    },
    Invariant {
        name: "Equivocation Noticed",
        place: "Casper FFG, §2",
        says: "Whoever holds two votes that exclude each other holds evidence against the voter.",
        on: &[Cite::Hear as RuleId, Cite::Decide as RuleId, Cite::NextRound as RuleId],
        check: equivocation_noticed,
    },
    Invariant {
        name: "The Innocent Keep Their Stake",
        place: "Casper FFG, §2",
        says: "No correct validator is convicted.",
        on: FINAL,
        check: innocent_keep_their_stake,
    },
    Invariant {
        name: "Exactly Once",
        place: "Tendermint, §4, Lemma 4, Validity",
        says: "A validator executes each request of a client at most once.",
        on: &[Cite::Execute as RuleId],
        check: exactly_once,
    },
];

fn one_polka(ledger: &mut Ledger, world: &dyn World<Pos>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Polka { height, round, block } = fact else { continue };
        ledger.state((*height, *round), block.short(), who).map_err(|other| {
            format!(
                "in round {round} of height {height} two thirds prevoted for {block:?}, as validator {who} sees it, and \
                 for another block, as validator {} does",
                other.who
            )
        })?;
    }
    Ok(())
}

/// A block that this validator has just made final beside another one's, and who signed for both.
struct Conflict<'a> {
    height: u64,
    other: NodeId,
    own: &'a Commit,
    /// None if the other one keeps it no more.
    theirs: Option<&'a Commit>,
    /// Whose stake counts at this height.
    innocent: NodeSet,
}

impl<'a> Conflict<'a> {
    fn find(ledger: &mut Ledger, world: &'a dyn World<Pos>, who: NodeId) -> Option<Self> {
        let r = world.member(who)?;
        r.facts.iter().find_map(|fact| {
            let Fact::Final { height, block, innocent } = *fact else { return None };
            let other = ledger.state(height, block.short(), who).err()?.who;
            let theirs = world.member(other).and_then(|r| r.final_at(height)).map(|commit| &**commit);
            Some(Self { height, other, own: r.final_at(height)?, theirs, innocent })
        })
    }

    /// Who signed for both, their stake, and both rounds.
    fn both(&self, world: &dyn World<Pos>) -> Option<(String, u64, [u64; 2])> {
        let theirs = self.theirs?;
        let both = self.own.votes.signers().intersection(theirs.votes.signers());
        let rounds = [theirs.votes.body().round, self.own.votes.body().round];
        Some((names(&both), self.stake(&both, world), rounds))
    }

    /// What counts of their stake at this height.
    fn stake(&self, of: &NodeSet, world: &dyn World<Pos>) -> u64 {
        weigh(&of.intersection(&self.innocent), &world.config().stakes)
    }

    /// All stake that counts at this height.
    fn total(&self, world: &dyn World<Pos>) -> u64 {
        self.stake(&self.innocent, world)
    }
}

fn one_block(ledger: &mut Ledger, world: &dyn World<Pos>, who: NodeId) -> Result<(), String> {
    let Some(found) = Conflict::find(ledger, world, who) else { return Ok(()) };
    let (Conflict { height, other, .. }, total) = (&found, found.total(world));
    let blame = match found.both(world) {
        None => String::new(),
        Some((names, stake, [one, two])) => {
            let how = if one == two {
                format!("in round {one}: that is evidence")
            } else {
                format!(
                    "in rounds {one} and {two}: whether that was amnesia only the votes in between can tell"
                )
            };
            format!("; {names}, with stake {stake} of {total}, signed for both, {how}")
        }
    };
    Err(format!("validators {other} and {who} have different final blocks at height {height}{blame}"))
}

fn accountability(ledger: &mut Ledger, world: &dyn World<Pos>, who: NodeId) -> Result<(), String> {
    let Some(found) = Conflict::find(ledger, world, who) else { return Ok(()) };
    match (found.both(world), found.total(world)) {
        // Two sets of two thirds share a third.
        (Some((names, stake, _)), total) if stake * 3 < total => {
            Err(format!("{names} with stake {stake} of {total} signed for both: less than a third"))
        }
        _ => Ok(()),
    }
}

fn names(set: &NodeSet) -> String {
    let names: Vec<String> = set.iter().map(|id| id.to_string()).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn two_thirds(_: &mut Ledger, world: &dyn World<Pos>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    for fact in &r.facts {
        let Fact::Final { height, innocent, .. } = fact else { continue };
        let Some(commit) = r.final_at(*height) else { continue };
        let stake = |of: &NodeSet| weigh(of, &world.config().stakes);
        let (signed, total) = (stake(&commit.votes.signers().intersection(innocent)), stake(innocent));
        let needed = WeightRule::MoreThanTwoThirds.least(total);
        if signed < needed {
            return Err(format!(
                "validator {who} takes height {height} for final with stake {signed} of {total}, {needed} needed"
            ));
        }
    }
    Ok(())
}

fn equivocation_noticed(_: &mut Ledger, world: &dyn World<Pos>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    let accused = r.accused();
    let mut caught =
        r.rounds.iter().flat_map(|round| round.prevotes.conflicts().chain(round.precommits.conflicts()));
    match caught.find(|evidence| evidence.offenders().union(&accused) != accused) {
        None => Ok(()),
        Some(evidence) => Err(format!(
            "validator {who} has two votes of {} that exclude each other, and no evidence",
            names(&evidence.offenders())
        )),
    }
}

fn innocent_keep_their_stake(_: &mut Ledger, world: &dyn World<Pos>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    match r.convicted.iter().find(|id| world.node(*id).is_some()) {
        None => Ok(()),
        Some(id) => Err(format!("validator {who} takes validator {id} for convicted, which is correct")),
    }
}

fn exactly_once(_: &mut Ledger, world: &dyn World<Pos>, who: NodeId) -> Result<(), String> {
    let Some(r) = world.member(who) else { return Ok(()) };
    match r.clients.iter().position(|c| c.executions > c.number) {
        None => Ok(()),
        Some(client) => Err(format!(
            "validator {who} executed {} requests of client {}, which has made {}",
            r.clients[client].executions,
            NodeId::client(client),
            r.clients[client].number
        )),
    }
}
