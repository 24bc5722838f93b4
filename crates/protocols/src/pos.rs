//! Proof of stake, with Tendermint (Buchman, Kwon & Milosevic 2018) as its agreement: validators finalise one block after
//! the other although some of them lie, and what counts is not how many they are but how much stake they hold.
//!
//! Fault model: validators with less than a third of the stake do anything but forge signatures; the network loses,
//! doubles, delays and reorders. Safety never depends on time; progress needs delays that do not grow for ever.
//!
//! A height decides one block. It takes rounds, each with a proposer who has it by lot or in turn (`proposer`), in
//! proportion to stake, or to stake times `trust` as the document has it. Messages of a round, to all: `Proposal`; `Prevote` for its block or for nil; `Precommit` for a
//! block that more than two thirds of the stake prevoted, or for nil. More than two thirds of precommits make it final,
//! with the votes as a certificate. Who precommits is locked: in later rounds it prevotes for no other block, unless the
//! proposal shows prevotes of a round not before the lock. A proposer that knows of such prevotes proposes their block
//! again. Arms cite the lines of Algorithm 1.
//!
//! `variant=single` is what the document describes: one vote, more than two thirds make the block final, and the next
//! round begins anew. Without any fault two blocks can become final in two rounds, for whoever saw the first one's votes
//! may be alone with them.
//!
//! Quorums are shares of the total stake of the height in integers, never of the votes cast. Two votes of one voter for
//! different blocks in one height, round and step are evidence. A proposer puts it into its block, and from the next
//! height on the stake of whom it convicts counts neither in votes nor in the total: weights never change within a height.
//! If two blocks become final at one height, their certificates share more than a third of the stake. In one round
//! that is evidence; in two rounds it may be amnesia, a vote against one's lock, and to blame for that takes the votes
//! that led to it.
//!
//! The paper has gossip bring everything to everybody. Here a message is sent once; a validator that does not get on
//! for a while sends all others what it knows of the height, and whoever is further answers with final blocks and their
//! certificates. A round f + 1 = more than a third of the stake are in, or beyond, is entered (L55). A height begins when a
//! request is known, or others have begun it, so a run in which everything is decided falls silent. Everything but timers
//! is on disk. Left out: see `META.simplified`.

mod ballots;
mod finality;
mod gossip;
mod hearing;
mod invariants;
mod lies;
mod proposer;
mod tables;
#[cfg(test)]
mod tests;
mod view;
mod wire;

pub use proposer::{Choice, lottery, take_turn};
pub use tables::{Cite, Timer};
pub use wire::*;

use crate::clients::all::{Answer, AskedAll, AsksAll};
use crate::clients::request::{self, ClientRecord, Pending};
use ballots::{Round, Stack};
use consensus_kernel::{
    Caveat, Digest, Duration, Face, Hashed, Input, Invariant, Liar, Member, Meta, Misstep, NodeId, NodeSet,
    Panel, Party, RuleId, Setup, SetupError, Signed, Slot, WeightRule, weigh,
};
use proposer::Turns;
use serde::Serialize;
use std::collections::VecDeque;
use tables::*;

type Cx<'a, P> = consensus_kernel::Cx<'a, P>;

/// Votes for so many rounds after the present one are kept; of later ones each voter's latest.
const WINDOW: u64 = 4;
/// So many rounds of a height are kept.
const ROUNDS_MAX: usize = 8;
/// A round further ahead is entered in several leaps.
pub const ROUNDS_AHEAD: u64 = 1_024;
/// So many blocks of a height are kept.
const BLOCKS_MAX: usize = 32;
/// So many final blocks are kept for those who lack them.
const HISTORY: usize = 1_024;

/// A node: a validator, or a client of the validators.
pub type Pos = Party<Replica>;

/// What all nodes know beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// Number of validators.
    pub n: usize,
    /// Number of clients.
    pub clients: usize,
    /// Stake of each validator.
    pub stakes: Vec<u64>,
    /// How far each is trusted, in parts of a common unit: the document's trust score, by which proposers are chosen.
    pub trust: Vec<u64>,
    /// How many of these parts are full trust.
    #[serde(skip)]
    pub full: u64,
    /// What draws of the lottery come from.
    pub seed: u64,
    /// Whether all see the same draws.
    #[serde(skip)]
    pub common: bool,
    /// Whether one vote is all: the document's variant.
    pub single: bool,
    /// How a proposer is chosen.
    pub proposer: Choice,
    /// What makes a quorum.
    pub quorum: WeightRule,
    /// Stake of those whose equal replies a client accepts.
    pub replies: u64,
    /// How long round 0 waits for what it misses.
    pub timeout: Duration,
    /// How much longer each further round waits.
    pub growth: Duration,
    /// How long a validator waits between telling the others what it knows.
    pub gossip: Duration,
    /// How long a client waits before it asks again.
    pub retry: Duration,
    /// All validators.
    pub everyone: NodeSet,
}

/// Something that just happened, for the invariants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fact {
    /// A quorum of prevotes for a block was seen.
    Polka { height: Slot, round: u64, block: Digest },
    /// A block is final; who was not convicted before.
    Final { height: Slot, block: Digest, innocent: NodeSet },
}

/// One validator's whole state. Names with `_p` in the paper stand here without.
#[derive(Clone, Debug, Serialize)]
pub struct Replica {
    me: NodeId,
    /// h_p.
    height: Slot,
    /// The last final block.
    parent: Digest,
    /// round_p.
    round: u64,
    /// step_p.
    step: Step,
    /// Whether it works on this height.
    begun: bool,
    /// Whether it has proposed in this round.
    proposed: bool,
    /// Whether the timers after two thirds of any prevotes, and of any precommits, were set in this round.
    timed: [bool; 2],
    /// lockedRound and lockedValue.
    locked: Option<(u64, Digest)>,
    /// validRound and validValue, with the prevotes for it.
    valid: Option<Votes>,
    /// Whose turn it is.
    turns: Turns,
    proposer: Option<NodeId>,
    /// Stake of each validator at this height.
    stakes: Vec<u64>,
    total: u64,
    /// Stake times trust of each: what its share of the turns is.
    #[serde(skip)]
    tickets: Vec<u64>,
    /// Whom final blocks convict.
    convicted: NodeSet,
    /// From which height on whose stake counts no more, ascending: votes of a height are weighed as they were then.
    slashed: Vec<(Slot, NodeSet)>,
    /// Evidence that is in no final block yet.
    evidence: Vec<Evidence>,
    /// Votes of this height, in the order of rounds.
    rounds: Vec<Round>,
    /// By validator: its latest vote if that is beyond the present round.
    latest: Vec<Option<Votes>>,
    /// Blocks proposed at this height.
    blocks: Vec<Hashed<Block>>,
    /// The latest final blocks.
    chain: VecDeque<Shared<Commit>>,
    /// Two blocks final at one height, and who signed for both.
    fork: Option<(Slot, NodeSet)>,
    /// The state, by client.
    clients: Vec<ClientRecord>,
    /// Requests that are not executed, oldest first, one a client.
    pending: Pending,
    /// Whether others are at a later height.
    behind: bool,
    /// Whether the gossip timer is set.
    telling: bool,
    #[serde(skip)]
    facts: Vec<Fact>,
}

impl Member for Replica {
    type Client = AsksAll;
    type Config = Config;
    type Msg = Msg;
    type Timer = Timer;

    const META: &'static Meta = &META;

    fn configure(setup: &Setup) -> Result<Config, SetupError> {
        let (p, holds) = (&setup.params, |switch| setup.rules.holds(switch));
        let quorum = match (holds(TWO_THIRDS), holds(MORE_THAN), holds(EXACT)) {
            (false, ..) => WeightRule::MoreThanHalf,
            (_, false, _) => WeightRule::TwoThirds,
            (.., false) => WeightRule::MoreThan67Percent,
            _ => WeightRule::MoreThanTwoThirds,
        };
        let (trust, full) = crate::ratios::common("trust", p.ratios(param::TRUST))?;
        let replies = WeightRule::MoreThanThird.least(setup.weights.iter().sum());
        Ok(Config {
            n: setup.n,
            clients: setup.clients,
            stakes: setup.weights.clone(),
            trust,
            full,
            seed: setup.seed,
            common: holds(COMMON_DRAW),
            single: p.choice(param::VARIANT) == 1,
            proposer: [Choice::Lottery, Choice::Rotation][p.choice(param::PROPOSER)],
            quorum,
            replies: if holds(CLIENT_QUORUM) { replies } else { 1 },
            timeout: p.span(param::TIMEOUT),
            growth: if holds(TIMEOUT_GROWTH) { p.span(param::GROWTH) } else { Duration::ZERO },
            gossip: p.span(param::GOSSIP),
            retry: p.span(param::RETRY),
            everyone: NodeSet::first(setup.n),
        })
    }

    fn new(config: &Config, me: NodeId) -> Self {
        let mut replica = Self {
            me,
            height: 1,
            parent: GENESIS,
            round: 0,
            step: Step::Propose,
            begun: false,
            proposed: false,
            timed: [false; 2],
            locked: None,
            valid: None,
            turns: Turns::new(config.n),
            proposer: None,
            stakes: config.stakes.clone(),
            total: config.stakes.iter().sum(),
            tickets: config.stakes.iter().zip(&config.trust).map(|(stake, trust)| stake * trust).collect(),
            convicted: NodeSet::EMPTY,
            slashed: Vec::new(),
            evidence: Vec::new(),
            rounds: Vec::new(),
            latest: vec![None; config.n],
            blocks: Vec::new(),
            chain: VecDeque::new(),
            fork: None,
            clients: vec![ClientRecord::default(); config.clients],
            pending: Vec::new(),
            behind: false,
            telling: false,
            facts: Vec::new(),
        };
        replica.proposer = replica.turns.proposer(1, 0, &replica.tickets, config, me);
        replica
    }

    fn step(&mut self, input: Input<'_, Msg, Timer>, cx: &mut Cx<'_, Pos>) {
        self.facts.clear();
        match input {
            Input::Start => {}
            Input::Restart => self.resume(cx),
            Input::Propose(_) => cx.reject("requests come from clients, not from validators"),
            Input::Command { .. } => cx.reject("validators take no commands of a visitor"),
            Input::Fire(Timer::Propose) => self.on_timeout_propose(cx),
            Input::Fire(Timer::Prevote) => self.on_timeout_prevote(cx),
            Input::Fire(Timer::Precommit) => self.on_timeout_precommit(cx),
            Input::Fire(Timer::Gossip) => self.on_gossip_timer(cx),
            Input::Fire(Timer::Retry) => cx.reject("validators have no retry timer"),
            Input::Deliver { from, msg: Msg::Request(request) } => self.on_request(from, request, cx),
            Input::Deliver { from, .. } if !is_validator(from, cx) => {
                cx.reject("only validators send this");
            }
            Input::Deliver { msg: Msg::Reply(_), .. } => cx.reject("replies are for clients"),
            Input::Deliver { msg: Msg::Proposal(proposal), .. } => refuse(self.on_proposal(proposal, cx), cx),
            Input::Deliver { msg: Msg::Vote(vote), .. } => refuse(self.on_votes(&Votes::of(vote), cx), cx),
            Input::Deliver { from, msg: Msg::Gossip(gossip) } => self.on_gossip(from, gossip, cx),
            Input::Deliver { msg: Msg::Blocks(blocks), .. } => self.on_blocks(blocks, cx),
        }
        self.go_on(cx);
    }

    fn restart(&self, _config: &Config) -> Self {
        Self { timed: [false; 2], telling: false, ..self.clone() }
    }

    fn face(&self, config: &Config) -> Face {
        view::face(self, config)
    }

    fn panels(config: &Config, replicas: &[&Self]) -> Vec<Panel> {
        view::panels(config, replicas)
    }

    fn invariants() -> &'static [Invariant<Pos>] {
        invariants::ALL
    }

    fn caveat(config: &Config) -> Option<Caveat> {
        config
            .single
            .then_some(Caveat::Safety("with a single vote a round, a later round can finalise another block"))
    }

    fn milestones() -> &'static [RuleId] {
        &[Cite::NextRound as RuleId, Cite::Skip as RuleId, Cite::Slash as RuleId]
    }

    fn lie(strategy: usize) -> Option<Liar<Pos>> {
        lies::liar(strategy)
    }

    fn misstep(strategy: usize) -> Option<Misstep<Pos>> {
        lies::misstep(strategy)
    }
}

impl AskedAll for Replica {
    const RETRY: Timer = Timer::Retry;
    const CITES: [RuleId; 3] =
        [Cite::ClientAsks as RuleId, Cite::ClientRepeats as RuleId, Cite::ClientAccepts as RuleId];

    fn request(request: Signed<Request>) -> Msg {
        Msg::Request(request)
    }
    fn answer(msg: &Msg) -> Option<Answer> {
        match msg {
            Msg::Reply(reply) => Some(Answer { asked: reply.value, slot: reply.height, view: 0 }),
            _ => None,
        }
    }
    fn everyone(config: &Config) -> &NodeSet {
        &config.everyone
    }
    fn weight(config: &Config, member: NodeId) -> u64 {
        config.stakes[member.index()]
    }
    fn total_and_enough(config: &Config) -> (u64, u64) {
        (config.stakes.iter().sum(), config.replies)
    }
    fn patience(config: &Config) -> Duration {
        config.retry
    }
}

impl Replica {
    /// The rules of Algorithm 1 that begin with "upon", until none applies.
    fn go_on(&mut self, cx: &mut Cx<'_, Pos>) {
        self.begin(cx);
        // Rounds without end may lie ahead, if enough lie: one leap an input.
        let mut leapt = false;
        while self.begun {
            let something = self.decides(cx)
                || (!leapt && {
                    leapt = self.skips(cx);
                    leapt
                })
                || self.proposes(cx)
                || self.prevotes(cx)
                || self.polka(cx)
                || self.nil_polka(cx)
                || self.waits(cx);
            if !something {
                return;
            }
            self.begin(cx);
        }
    }

    /// L10, L54: a height begins, here when there is something to decide.
    fn begin(&mut self, cx: &mut Cx<'_, Pos>) {
        let third = WeightRule::MoreThanThird.least(self.total);
        let called = || {
            let mut voters = NodeSet::EMPTY;
            for stack in self.rounds.iter().flat_map(|r| r.prevotes.iter().chain(r.precommits.iter())) {
                voters = voters.union(stack.votes.signers());
            }
            self.latest.iter().flatten().for_each(|votes| voters = voters.union(votes.signers()));
            weigh(&voters, &self.stakes) >= third
        };
        let proposed = || self.rounds.first().is_some_and(|r| r.proposal.is_some());
        if !self.begun && (!self.pending.is_empty() || proposed() || called()) {
            self.begun = true;
            cx.cite(Cite::Begin);
            self.start_round(0, cx);
            self.keep_telling(cx);
        }
    }

    /// L11–L13, L21.
    fn start_round(&mut self, round: u64, cx: &mut Cx<'_, Pos>) {
        self.turns.enter(round, &self.tickets);
        self.proposer = self.turns.proposer(self.height, round, &self.tickets, cx.config, self.me);
        (self.round, self.step, self.proposed, self.timed) = (round, Step::Propose, false, [false; 2]);
        cx.cancel_timer(Timer::Prevote);
        cx.cancel_timer(Timer::Precommit);
        cx.set_timer(Timer::Propose, self.patience(cx));
        while self.rounds.len() > ROUNDS_MAX && self.rounds[0].number < round {
            self.rounds.remove(0);
        }
        // Votes that came too early, unless they were counted when they came.
        for i in 0..self.latest.len() {
            if let Some(votes) = self.latest[i].filter(|votes| votes.body().round <= round) {
                self.latest[i] = None;
                if votes.body().round == round && !self.counts(&votes) {
                    self.add(&votes, cx);
                }
            }
        }
    }

    /// timeoutX(r): longer in each round.
    fn patience(&self, cx: &Cx<'_, Pos>) -> Duration {
        cx.config.timeout + cx.config.growth.times(self.round)
    }

    /// L14–L19: the round's proposer proposes what is valid, or else something new.
    fn proposes(&mut self, cx: &mut Cx<'_, Pos>) -> bool {
        if self.proposer != Some(self.me) || self.proposed || self.step != Step::Propose {
            return false;
        }
        let again = self.valid.filter(|_| cx.holds(VALID_VALUE) && !cx.config.single);
        let again = again.and_then(|votes| Some((self.find(votes.body().block?)?.clone(), votes)));
        let (block, proof) = match again {
            Some((block, votes)) => (block, Some(votes)),
            None => match self.pending.first() {
                Some(request) => (self.make_block(Some(*request)), None),
                None => return false,
            },
        };
        cx.cite(if proof.is_some() { Cite::ProposeValid } else { Cite::Propose });
        self.proposed = true;
        let proposal = self.offer(block, proof.map(|p| p.body().round), proof, cx);
        self.keep_proposal(&proposal);
        cx.broadcast(Msg::Proposal(proposal));
        cx.cancel_timer(Timer::Propose);
        true
    }

    /// A block on top of the chain.
    fn make_block(&self, request: Option<Signed<Request>>) -> Hashed<Block> {
        let evidence = self.evidence.clone();
        Hashed::new(Block { height: self.height, round: self.round, parent: self.parent, request, evidence })
    }

    /// Signs a proposal.
    fn offer(
        &self,
        block: Hashed<Block>,
        valid_round: Option<u64>,
        proof: Option<Votes>,
        cx: &Cx<'_, Pos>,
    ) -> Shared<Proposal> {
        let (height, round) = (self.height, self.round);
        let offer = cx.sign(Offer { height, round, block: block.digest(), valid_round });
        Shared::new(Proposal { offer, block, proof })
    }

    /// L22–L33: prevotes for the proposal if it may, else for nil.
    fn prevotes(&mut self, cx: &mut Cx<'_, Pos>) -> bool {
        if self.step != Step::Propose {
            return false;
        }
        let Some(proposal) = self.at(self.round).and_then(|r| r.proposal.clone()) else { return false };
        let (id, locked) = (proposal.block.digest(), self.locked.filter(|_| cx.holds(LOCK)));
        let same = |locked: (u64, Digest)| locked.1 == id;
        let free = match proposal.offer.body().valid_round {
            None => locked.is_none_or(same),
            Some(round) => {
                if !self.is_proven(&proposal, round, cx) {
                    return false;
                }
                locked.is_none_or(|lock| same(lock) || lock.0 <= round || !cx.holds(LATER_POLKA))
            }
        };
        let good = free && self.is_valid(&proposal.block, cx);
        cx.cite(match proposal.offer.body().valid_round {
            _ if !good => Cite::PrevoteNil,
            None => Cite::Prevote,
            Some(_) => Cite::PrevoteProven,
        });
        self.vote(Step::Prevote, good.then_some(id), cx);
        true
    }

    /// valid(v): a block of this height on top of the chain, with a client's own request that was not executed, and evidence
    /// that convicts.
    fn is_valid(&self, block: &Hashed<Block>, cx: &Cx<'_, Pos>) -> bool {
        let Block { height, parent, request, evidence, .. } = block.body();
        let fresh = |request: &Signed<Request>| {
            let value = request.body().value;
            let known = self.clients.get(request.signer().index()).map_or(0, |client| client.number);
            request::is_own(request, cx.config.clients) && (value.number() > known || !cx.holds(DEDUP))
        };
        let convicts =
            |e: &Evidence| (e.conflicts() || !cx.holds(EVIDENCE_CHECKED)) && !e.offenders().is_empty();
        (*height, *parent) == (self.height, self.parent)
            && request.as_ref().is_none_or(fresh)
            && evidence.len() <= cx.config.n
            && evidence.iter().all(convicts)
    }

    /// Whether more than two thirds prevoted the proposal's block in its valid round.
    fn is_proven(&self, proposal: &Proposal, round: u64, cx: &Cx<'_, Pos>) -> bool {
        let (height, block) = (self.height, Some(proposal.block.digest()));
        let ballot = Ballot { step: Step::Prevote, height, round, block };
        let shown =
            proposal.proof.as_ref().is_some_and(|votes| *votes.body() == ballot && self.proves(votes, cx));
        let known = || {
            let stacks = self.at(round).map(|r| &r.prevotes);
            stacks
                .is_some_and(|s| s.find(block).is_some_and(|stack| self.is_quorum(stack.weight, s.heard, cx)))
        };
        shown || !cx.holds(PROOF) || known()
    }

    /// L36–L43: two thirds prevote for a block that is here.
    fn polka(&mut self, cx: &mut Cx<'_, Pos>) -> bool {
        let round = self.round;
        if self.step < Step::Prevote
            || cx.config.single
            || self.valid.is_some_and(|votes| votes.body().round == round)
        {
            return false;
        }
        let Some((votes, id)) = self.quorum_of(round, Step::Prevote, cx) else { return false };
        cx.cite(Cite::Polka);
        self.facts.push(Fact::Polka { height: self.height, round, block: id });
        self.valid = Some(votes);
        if self.step == Step::Prevote {
            cx.cite(Cite::Lock);
            self.locked = Some((round, id));
            self.vote(Step::Precommit, Some(id), cx);
        }
        true
    }

    /// L44–L46: two thirds prevote for nothing.
    fn nil_polka(&mut self, cx: &mut Cx<'_, Pos>) -> bool {
        if self.step != Step::Prevote || cx.config.single {
            return false;
        }
        let Some(stacks) = self.at(self.round).map(|r| &r.prevotes) else { return false };
        let nil = stacks.find(None).map_or(0, |stack| stack.weight);
        if !self.is_quorum(nil, stacks.heard, cx) {
            return false;
        }
        cx.cite(Cite::NilPolka);
        self.vote(Step::Precommit, None, cx);
        true
    }

    /// L34, L47: two thirds voted for anything, so it is worth waiting for the rest, but not for ever.
    fn waits(&mut self, cx: &mut Cx<'_, Pos>) -> bool {
        let Some(round) = self.at(self.round).filter(|_| !cx.config.single) else { return false };
        let enough = |stacks: &ballots::Stacks| stacks.heard >= cx.config.quorum.least(self.total);
        if self.step == Step::Prevote && !self.timed[0] && enough(&round.prevotes) {
            self.timed[0] = true;
            cx.cite(Cite::WaitPrevotes);
            cx.set_timer(Timer::Prevote, self.patience(cx));
            return true;
        }
        if !self.timed[1] && enough(&round.precommits) {
            self.timed[1] = true;
            cx.cite(Cite::WaitPrecommits);
            cx.set_timer(Timer::Precommit, self.patience(cx));
            return true;
        }
        false
    }

    /// L49–L54: two thirds precommit a block in one round, whichever: it is final.
    fn decides(&mut self, cx: &mut Cx<'_, Pos>) -> bool {
        let step = if cx.config.single { Step::Prevote } else { Step::Precommit };
        let found = self.rounds.iter().find_map(|r| self.quorum_of(r.number, step, cx));
        let Some((votes, id)) = found else { return false };
        let Some(block) = self.find(id).cloned() else { return false };
        cx.cite(if cx.config.single { Cite::DecideSingle } else { Cite::Decide });
        self.finalise(&Shared::new(Commit { block, votes }), cx);
        true
    }

    /// L55–L56: more than a third are further on.
    fn skips(&mut self, cx: &mut Cx<'_, Pos>) -> bool {
        if !cx.holds(SKIP) {
            return false;
        }
        let mut ahead: Vec<(u64, usize)> = Vec::new();
        for (i, votes) in self.latest.iter().enumerate() {
            ahead.extend(votes.map(|votes| (votes.body().round, i)));
        }
        consensus_kernel::sort(&mut ahead, |a, b| a > b);
        let third = WeightRule::MoreThanThird.least(self.total);
        let mut weight = 0;
        let target = ahead.into_iter().find(|(_, i)| {
            weight += self.stakes[*i];
            weight >= third
        });
        let Some((round, _)) = target.filter(|(round, _)| *round > self.round) else { return false };
        cx.cite(Cite::Skip);
        self.start_round(round.min(self.round.saturating_add(ROUNDS_AHEAD)), cx);
        true
    }

    /// L57–L60.
    fn on_timeout_propose(&mut self, cx: &mut Cx<'_, Pos>) {
        if !self.begun || self.step != Step::Propose {
            return cx.reject("no proposal is waited for");
        }
        cx.cite(Cite::TimeoutPropose);
        self.vote(Step::Prevote, None, cx);
    }

    /// L61–L64. With a single vote, the next round.
    fn on_timeout_prevote(&mut self, cx: &mut Cx<'_, Pos>) {
        if !self.begun || self.step != Step::Prevote {
            return cx.reject("no prevotes are waited for");
        }
        if cx.config.single {
            return self.next_round(cx);
        }
        cx.cite(Cite::TimeoutPrevote);
        self.vote(Step::Precommit, None, cx);
    }

    /// L65–L67.
    fn on_timeout_precommit(&mut self, cx: &mut Cx<'_, Pos>) {
        if !self.begun || !self.timed[1] {
            return cx.reject("no precommits are waited for");
        }
        self.next_round(cx);
    }

    fn next_round(&mut self, cx: &mut Cx<'_, Pos>) {
        cx.cite(Cite::NextRound);
        self.start_round(self.round.saturating_add(1), cx);
    }

    /// Votes and moves to that step.
    fn vote(&mut self, step: Step, block: Option<Digest>, cx: &mut Cx<'_, Pos>) {
        self.step = step;
        cx.cancel_timer(if step == Step::Prevote { Timer::Propose } else { Timer::Prevote });
        if cx.config.single {
            cx.set_timer(Timer::Prevote, self.patience(cx));
        }
        let vote = cx.sign(Ballot { step, height: self.height, round: self.round, block });
        cx.broadcast(Msg::Vote(vote));
        self.add(&Votes::of(&vote), cx);
    }

    /// Whether this weight is a quorum. Who responded does not matter, only who may.
    fn is_quorum(&self, weight: u64, heard: u64, cx: &Cx<'_, Pos>) -> bool {
        weight >= cx.config.quorum.least(if cx.holds(OF_TOTAL) { self.total } else { heard })
    }

    /// Whether votes shown by somebody are a quorum.
    fn proves(&self, votes: &Votes, cx: &Cx<'_, Pos>) -> bool {
        let weight = weigh(votes.signers(), &self.stakes);
        self.is_quorum(weight, weight, cx)
    }

    /// The valid block with a quorum in this round and step, if it is here, and its votes.
    fn quorum_of(&self, round: u64, step: Step, cx: &Cx<'_, Pos>) -> Option<(Votes, Digest)> {
        let stacks = self.at(round)?.of(step);
        if stacks.heard < self.total && !cx.holds(QUORUM_SUFFICES) {
            return None;
        }
        let is = |stack: &&Stack| self.is_quorum(stack.weight, stacks.heard, cx);
        let mut found = stacks.iter().filter(is).filter_map(|s| Some((s.votes, s.votes.body().block?)));
        found.find(|(_, id)| self.find(*id).is_some_and(|block| self.is_valid(block, cx)))
    }
}

fn refuse(result: Result<(), &'static str>, cx: &mut Cx<'_, Pos>) {
    if let Err(why) = result {
        cx.reject(why);
    }
}
