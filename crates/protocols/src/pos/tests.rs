//! One test a claim, on the table-top.

use super::*;
use crate::testbed::{self, Letter, Table, c, signed, with, without};
use consensus_kernel::{ParamValue, Ratio, Value};

/// Validators with these stakes, who propose in turn, and two clients.
fn setup(stakes: &[u64]) -> Setup {
    let mut setup = with(testbed::setup(&META, stakes.len(), 2), param::PROPOSER, ParamValue::Choice(1));
    setup.weights = stakes.to_vec();
    setup
}

fn table(stakes: &[u64]) -> Table<Pos> {
    Table::new(&setup(stakes))
}

fn v(i: usize) -> NodeId {
    NodeId::replica(i)
}

/// The first request of a client.
fn x(client: usize) -> Value {
    Value::request(client, 1)
}

fn ask(table: &mut Table<Pos>, client: usize) {
    table.step(c(client), Input::Propose(x(client)));
}

fn replica(table: &Table<Pos>, i: usize) -> &Replica {
    table.replicas[i].member().unwrap()
}

/// These validators' votes of height 1.
fn votes(table: &Table<Pos>, step: Step, round: u64, block: Option<Digest>, signers: &[usize]) -> Votes {
    let vote = |i: &usize| signed(table, v(*i), Ballot { step, height: 1, round, block });
    let mut votes = Votes::of(&vote(&signers[0]));
    signers[1..].iter().for_each(|i| assert!(votes.add(&vote(i)), "distinct signers"));
    votes
}

/// A block of height 1 with this client's request.
fn block(table: &Table<Pos>, round: u64, client: usize) -> Hashed<Block> {
    let request = Some(signed(table, c(client), Request { value: x(client) }));
    Hashed::new(Block { height: 1, round, parent: GENESIS, request, evidence: Vec::new() })
}

/// The proposal of a round in the name of its proposer, in turn.
fn proposal(table: &Table<Pos>, round: u64, block: &Hashed<Block>, proof: Option<Votes>) -> Msg {
    let valid_round = proof.map(|votes| votes.body().round);
    let offer = Offer { height: 1, round, block: block.digest(), valid_round };
    let offer = signed(table, v(round as usize % table.replicas.len()), offer);
    Msg::Proposal(Shared::new(Proposal { offer, block: block.clone(), proof }))
}

fn tell(table: &mut Table<Pos>, from: usize, to: usize, msg: &Msg) {
    table.step(v(to), Input::Deliver { from: v(from), msg });
}

/// Votes arrive one by one.
fn tell_votes(
    table: &mut Table<Pos>,
    to: usize,
    step: Step,
    round: u64,
    block: Option<Digest>,
    from: &[usize],
) {
    for i in from {
        let vote = signed(table, v(*i), Ballot { step, height: 1, round, block });
        tell(table, *i, to, &Msg::Vote(vote));
    }
}

/// What a validator has just voted for, and takes it off the pile.
fn voted(table: &mut Table<Pos>, who: usize) -> Option<(Step, Option<Digest>)> {
    let from = |letter: &Letter<Msg>| match &letter.msg {
        Msg::Vote(vote) if letter.from == v(who) => Some((vote.body().step, vote.body().block)),
        _ => None,
    };
    let last = table.pile.iter().rev().find_map(from);
    table.pile.clear();
    last
}

/// Validator 3 is locked on client 0's block since round 0, and now in round 1.
fn locked(table: &mut Table<Pos>) -> Hashed<Block> {
    let first = block(table, 0, 0);
    let msg = proposal(table, 0, &first, None);
    tell(table, 0, 3, &msg);
    tell_votes(table, 3, Step::Prevote, 0, Some(first.digest()), &[0, 1]);
    assert_eq!(voted(table, 3), Some((Step::Precommit, Some(first.digest()))));
    tell_votes(table, 3, Step::Precommit, 0, None, &[0, 1]);
    table.fire(v(3), Timer::Precommit);
    assert_eq!(replica(table, 3).round, 1);
    first
}

#[test]
fn without_faults_a_block_costs_n_minus_1_times_2n_plus_1_messages() {
    for n in [4, 7, 10] {
        let mut table = table(&vec![1; n]);
        ask(&mut table, 0);
        let mut messages = 0;
        while let Some(letter) = table.pile.front() {
            messages += usize::from(!letter.from.is_client() && !letter.to.is_client());
            table.deliver();
        }
        assert_eq!(messages, (n - 1) * (2 * n + 1));
        assert!((0..n).all(|i| table.decided.contains(&(v(i), 1, x(0)))));
        assert!(table.decided.contains(&(c(0), 1, x(0))));
    }
}

#[test]
fn stake_counts_and_not_heads() {
    // Three of four hold 30 of 100; the fourth alone has more than two thirds.
    let mut table = table(&[10, 10, 10, 70]);
    let first = block(&table, 0, 0);
    table.step(v(3), Input::Deliver { from: c(0), msg: &Msg::Request(first.body().request.unwrap()) });
    table.deliver_all(|letter| letter.to == v(3));
    assert!(table.decided.contains(&(v(3), 1, x(0))), "its own stake is a quorum");
    tell_votes(&mut table, 0, Step::Precommit, 0, Some(first.digest()), &[1, 2]);
    assert!(table.decided.iter().all(|(who, ..)| *who != v(0)));
}

#[test]
fn exactly_two_thirds_are_not_enough_unless_that_rule_is_off() {
    for rule_holds in [true, false] {
        let setup = if rule_holds { setup(&[2, 2, 2]) } else { without(setup(&[2, 2, 2]), MORE_THAN) };
        let mut table = Table::<Pos>::new(&setup);
        let first = block(&table, 0, 0);
        let msg = proposal(&table, 0, &first, None);
        tell(&mut table, 0, 1, &msg);
        tell_votes(&mut table, 1, Step::Precommit, 0, Some(first.digest()), &[0, 2]);
        assert_eq!(table.decided.is_empty(), rule_holds);
    }
}

#[test]
fn sixty_seven_of_a_hundred_are_more_than_two_thirds_and_not_more_than_0_67() {
    for rule_holds in [true, false] {
        let setup = setup(&[34, 33, 33]);
        let mut table = Table::<Pos>::new(&if rule_holds { setup } else { without(setup, EXACT) });
        let first = block(&table, 0, 0);
        let msg = proposal(&table, 0, &first, None);
        tell(&mut table, 0, 1, &msg);
        tell_votes(&mut table, 1, Step::Precommit, 0, Some(first.digest()), &[0, 2]);
        assert_eq!(table.decided.is_empty(), !rule_holds);
        tell_votes(&mut table, 1, Step::Precommit, 0, Some(first.digest()), &[1]);
        assert!(!table.decided.is_empty(), "all together are enough");
    }
}

#[test]
fn without_a_rule_all_wait_for_the_last_vote() {
    let mut table = Table::<Pos>::new(&without(setup(&[1; 4]), QUORUM_SUFFICES));
    let first = block(&table, 0, 0);
    let msg = proposal(&table, 0, &first, None);
    tell(&mut table, 0, 1, &msg);
    tell_votes(&mut table, 1, Step::Precommit, 0, Some(first.digest()), &[0, 2, 3]);
    assert!(table.decided.is_empty());
    tell_votes(&mut table, 1, Step::Precommit, 0, Some(first.digest()), &[1]);
    assert!(!table.decided.is_empty());
}

#[test]
fn a_quorum_is_of_the_total_stake_and_not_of_who_responds() {
    let mut table = Table::<Pos>::new(&without(setup(&[1; 4]), OF_TOTAL));
    ask(&mut table, 0);
    table.deliver_all(|letter| letter.from.is_client());
    assert!(table.decided.contains(&(v(0), 1, x(0))), "the first voter decides alone");
}

#[test]
fn who_is_locked_prevotes_nil_for_a_new_block() {
    let mut table = table(&[1; 4]);
    locked(&mut table);
    let other = block(&table, 1, 1);
    let msg = proposal(&table, 1, &other, None);
    tell(&mut table, 1, 3, &msg);
    assert_eq!(voted(&mut table, 3), Some((Step::Prevote, None)));
}

#[test]
fn prevotes_of_the_lock_s_round_or_later_open_it_and_earlier_ones_do_not() {
    let mut table = table(&[1; 4]);
    locked(&mut table);
    tell_votes(&mut table, 3, Step::Precommit, 1, None, &[0, 1, 2]);
    table.fire(v(3), Timer::Precommit);
    let other = block(&table, 1, 1);
    let proof = votes(&table, Step::Prevote, 1, Some(other.digest()), &[0, 1, 2]);
    let msg = proposal(&table, 2, &other, Some(proof));
    tell(&mut table, 2, 3, &msg);
    assert_eq!(voted(&mut table, 3), Some((Step::Prevote, Some(other.digest()))));

    // Locked in round 1; prevotes of round 0 are too old.
    let mut table = self::table(&[1; 4]);
    let (old, new) = (block(&table, 0, 1), block(&table, 1, 0));
    tell_votes(&mut table, 3, Step::Precommit, 0, None, &[0, 1, 2]);
    table.fire(v(3), Timer::Precommit);
    let msg = proposal(&table, 1, &new, None);
    tell(&mut table, 1, 3, &msg);
    tell_votes(&mut table, 3, Step::Prevote, 1, Some(new.digest()), &[0, 1]);
    tell_votes(&mut table, 3, Step::Precommit, 1, None, &[0, 1]);
    table.fire(v(3), Timer::Precommit);
    let proof = votes(&table, Step::Prevote, 0, Some(old.digest()), &[0, 1, 2]);
    let msg = proposal(&table, 2, &old, Some(proof));
    tell(&mut table, 2, 3, &msg);
    assert_eq!(voted(&mut table, 3), Some((Step::Prevote, None)));
}

#[test]
fn a_valid_round_without_its_prevotes_opens_nothing() {
    let mut table = table(&[1; 4]);
    locked(&mut table);
    let other = block(&table, 1, 1);
    let proof = votes(&table, Step::Prevote, 0, Some(other.digest()), &[0, 2]);
    let msg = proposal(&table, 1, &other, Some(proof));
    tell(&mut table, 1, 3, &msg);
    assert_eq!(voted(&mut table, 3), None, "it waits for the prevotes");
}

#[test]
fn a_proposer_that_saw_a_polka_proposes_its_block_again() {
    let mut table = table(&[1; 4]);
    let first = block(&table, 0, 0);
    let msg = proposal(&table, 0, &first, None);
    tell(&mut table, 0, 1, &msg);
    tell_votes(&mut table, 1, Step::Prevote, 0, Some(first.digest()), &[0, 2]);
    tell_votes(&mut table, 1, Step::Precommit, 0, None, &[0, 2]);
    table.fire(v(1), Timer::Precommit);
    let again = table.pile.iter().rev().find_map(|letter| match &letter.msg {
        Msg::Proposal(proposal) => Some((proposal.block.digest(), proposal.offer.body().valid_round)),
        _ => None,
    });
    assert_eq!(again, Some((first.digest(), Some(0))));
}

#[test]
fn precommits_of_any_round_decide() {
    let mut table = table(&[1; 4]);
    let first = locked(&mut table);
    tell_votes(&mut table, 3, Step::Precommit, 0, Some(first.digest()), &[1, 2]);
    assert!(table.decided.contains(&(v(3), 1, x(0))));
}

#[test]
fn who_hears_that_more_than_a_third_are_further_joins_them() {
    let mut table = table(&[1; 4]);
    ask(&mut table, 0);
    table.deliver_all(|letter| letter.from.is_client());
    tell_votes(&mut table, 3, Step::Prevote, 7, None, &[0]);
    assert_eq!(replica(&table, 3).round, 0, "one may lie");
    tell_votes(&mut table, 3, Step::Prevote, 9, None, &[1]);
    assert_eq!(replica(&table, 3).round, 7);
    let later = replica(&table, 3).latest[1].map(|votes| votes.body().round);
    assert_eq!(later, Some(9), "what is later waits");
}

#[test]
fn two_votes_that_exclude_each_other_are_evidence_and_cost_the_stake_of_the_next_height() {
    let mut table = table(&[3, 1, 3, 3]);
    let other = Some(block(&table, 0, 1).digest());
    tell_votes(&mut table, 0, Step::Prevote, 0, None, &[1]);
    tell_votes(&mut table, 0, Step::Prevote, 0, other, &[1]);
    assert_eq!(replica(&table, 0).accused().iter().collect::<Vec<_>>(), [v(1)]);
    ask(&mut table, 0);
    table.deliver_all(|_| true);
    for i in [0, 2, 3] {
        let r = replica(&table, i);
        assert_eq!((r.height, r.total, r.stakes[1]), (2, 9, 0), "validator {i}");
        assert!(r.evidence.is_empty(), "it is used up");
    }
}

#[test]
fn evidence_that_convicts_nobody_makes_a_block_invalid() {
    let mut table = table(&[1; 4]);
    let honest = votes(&table, Step::Prevote, 0, None, &[2, 3]);
    let framed = Block {
        evidence: vec![Evidence { first: honest, second: honest }],
        ..block(&table, 0, 0).body().clone()
    };
    let msg = proposal(&table, 0, &Hashed::new(framed), None);
    tell(&mut table, 0, 3, &msg);
    assert_eq!(voted(&mut table, 3), Some((Step::Prevote, None)));
}

#[test]
fn whoever_missed_blocks_gets_them_with_their_certificates() {
    let mut table = table(&[1; 4]);
    for client in 0..2 {
        ask(&mut table, client);
        table.deliver_all(|letter| letter.to != v(3));
    }
    assert_eq!(replica(&table, 3).height, 1);
    let request = block(&table, 0, 0).body().request.unwrap();
    table.step(v(3), Input::Deliver { from: c(0), msg: &Msg::Request(request) });
    table.pile.clear();
    table.fire(v(3), Timer::Gossip);
    table.deliver_all(|_| true);
    assert_eq!(replica(&table, 3).height, 3);
    assert!(table.decided.contains(&(v(3), 2, x(1))));
}

#[test]
fn a_second_final_block_names_who_signed_for_both() {
    let mut table = Table::<Pos>::new(&without(setup(&[1; 4]), TWO_THIRDS));
    let (one, two) = (block(&table, 0, 0), block(&table, 0, 1));
    for (block, signers) in [(&one, [0, 1, 2]), (&two, [1, 2, 3])] {
        let votes = votes(&table, Step::Precommit, 0, Some(block.digest()), &signers);
        let commit = Shared::new(Commit { block: block.clone(), votes });
        tell(&mut table, 1, 0, &Msg::Blocks(Shared::new(vec![commit])));
    }
    let both: NodeSet = [v(1), v(2)].into_iter().collect();
    assert_eq!(replica(&table, 0).fork, Some((1, both)));
    assert_eq!(replica(&table, 0).accused(), both, "in one round it is evidence");
}

/// A block with a certificate of these.
fn commit(table: &Table<Pos>, block: &Hashed<Block>, signers: &[usize]) -> Msg {
    let Block { height, round, .. } = *block.body();
    let vote = |i: &usize| {
        let ballot = Ballot { step: Step::Precommit, height, round, block: Some(block.digest()) };
        signed(table, v(*i), ballot)
    };
    let mut votes = Votes::of(&vote(&signers[0]));
    signers[1..].iter().for_each(|i| assert!(votes.add(&vote(i)), "distinct signers"));
    Msg::Blocks(Shared::new(vec![Shared::new(Commit { block: block.clone(), votes })]))
}

/// A block that convicts validator 0 for its prevotes, with a client's request.
fn convicting(table: &Table<Pos>, client: usize) -> Hashed<Block> {
    let votes = |block| votes(table, Step::Prevote, 0, block, &[0]);
    let evidence = Evidence { first: votes(None), second: votes(Some(block(table, 7, 1).digest())) };
    Hashed::new(Block { evidence: vec![evidence], ..block(table, 0, client).body().clone() })
}

#[test]
fn a_certificate_of_an_earlier_height_is_weighed_with_the_stakes_of_that_height() {
    // With the stakes of now, without validator 0, two of three are too little; 0 to 2 were enough then.
    let mut table = table(&[2, 1, 1, 1]);
    let msg = commit(&table, &convicting(&table, 0), &[0, 1, 2]);
    tell(&mut table, 1, 3, &msg);
    assert_eq!((replica(&table, 3).height, replica(&table, 3).total), (2, 3));
    let other = block(&table, 0, 1);
    let msg = commit(&table, &other, &[0, 1, 3]);
    tell(&mut table, 1, 3, &msg);
    assert_eq!(replica(&table, 3).fork.map(|(height, _)| height), Some(1));

    // The other way round: three of three now, but only three of five then.
    let mut table = self::table(&[2, 1, 1, 1]);
    let msg = commit(&table, &convicting(&table, 0), &[0, 1, 2]);
    tell(&mut table, 1, 3, &msg);
    let msg = commit(&table, &other, &[1, 2, 3]);
    tell(&mut table, 1, 3, &msg);
    assert_eq!(replica(&table, 3).fork, None);
}

#[test]
fn blame_is_measured_by_the_stake_that_counts_at_the_height() {
    // Validator 0, convicted at height 1, signs for both blocks of height 2, and nobody else does.
    let mut table = Table::<Pos>::new(&without(without(setup(&[2, 1, 1, 1]), TWO_THIRDS), SLASHED_OUT));
    let first = convicting(&table, 0);
    let mut ledger = consensus_kernel::Ledger::default();
    let mut judged = Ok(());
    for (who, round, signers) in [(2, 0, [0, 1]), (3, 1, [0, 2])] {
        let msg = commit(&table, &first, &[0, 1, 2]);
        tell(&mut table, 1, who, &msg);
        let parent = first.digest();
        let second = Block { height: 2, parent, ..block(&table, round, 1).body().clone() };
        let msg = commit(&table, &Hashed::new(second), &signers);
        tell(&mut table, 1, who, &msg);
        assert_eq!(replica(&table, who).height, 3);
        let accountability = invariants::ALL.iter().find(|i| i.name == "Accountability").unwrap();
        judged = (accountability.check)(&mut ledger, &table, v(who));
    }
    assert_eq!(judged, Err("0 with stake 0 of 3 signed for both: less than a third".to_owned()));
}

#[test]
fn a_late_proposal_is_kept_since_its_votes_may_still_make_it_final() {
    let mut table = table(&[1; 4]);
    let first = block(&table, 0, 0);
    tell_votes(&mut table, 3, Step::Precommit, 0, None, &[0]);
    tell_votes(&mut table, 3, Step::Precommit, 0, Some(first.digest()), &[1, 2]);
    table.fire(v(3), Timer::Precommit);
    assert_eq!(replica(&table, 3).round, 1);
    let msg = proposal(&table, 0, &first, None);
    tell(&mut table, 0, 3, &msg);
    tell_votes(&mut table, 3, Step::Precommit, 0, Some(first.digest()), &[0]);
    assert!(table.decided.contains(&(v(3), 1, x(0))));
}

#[test]
fn a_certificate_makes_no_invalid_block_final() {
    let mut table = table(&[1; 4]);
    for client in [0, 0] {
        let height = replica(&table, 3).height;
        let body =
            Block { height, parent: replica(&table, 3).parent, ..block(&table, 0, client).body().clone() };
        let msg = commit(&table, &Hashed::new(body), &[0, 1, 2]);
        tell(&mut table, 1, 3, &msg);
    }
    assert_eq!(replica(&table, 3).height, 2, "the request was executed at height 1");
}

#[test]
fn early_votes_count_once() {
    let mut table = Table::<Pos>::new(&without(setup(&[1; 4]), DISTINCT_VOTERS));
    ask(&mut table, 0);
    table.deliver_all(|letter| letter.from.is_client());
    let id = Some(block(&table, 2, 0).digest());
    tell_votes(&mut table, 3, Step::Prevote, 2, id, &[0, 1]);
    assert_eq!(replica(&table, 3).round, 2, "they are more than a third");
    assert_eq!(replica(&table, 3).at(2).map(|r| r.prevotes.heard), Some(2));
}

#[test]
fn a_restarted_validator_keeps_its_lock() {
    let mut table = table(&[1; 4]);
    let first = locked(&mut table);
    table.restart(v(3));
    assert_eq!(replica(&table, 3).locked, Some((0, first.digest())));
    assert!(table.timers.contains_key(&(v(3), 0)), "it waits for the proposal again");
}

#[test]
fn in_turn_everybody_proposes_as_often_as_it_has_stake() {
    let stakes = [4, 3, 0, 2, 1];
    let mut priorities = vec![0; stakes.len()];
    for _ in 0..3 {
        let mut turns = [0; 5];
        (0..10).for_each(|_| turns[take_turn(&mut priorities, &stakes).unwrap().index()] += 1);
        assert_eq!(turns, stakes);
    }
}

#[test]
fn turns_go_by_stake_times_trust_and_votes_by_stake() {
    let half = Ratio::new(1, 2).unwrap();
    let trust = ParamValue::Ratios(vec![Ratio::ONE, half, Ratio::ONE, Ratio::percent(25)]);
    let table = Table::<Pos>::new(&with(setup(&[1, 2, 3, 4]), param::TRUST, trust));
    assert_eq!(replica(&table, 0).tickets, [4, 4, 12, 4]);
    assert_eq!((replica(&table, 0).stakes.clone(), replica(&table, 0).total), (vec![1, 2, 3, 4], 10));
    let mut priorities = vec![0; 4];
    let mut turns = [0; 4];
    (0..6).for_each(|_| turns[take_turn(&mut priorities, &[4, 4, 12, 4]).unwrap().index()] += 1);
    assert_eq!(turns, [1, 1, 3, 1]);
}

#[test]
fn the_lottery_has_a_winner_whatever_the_stakes() {
    assert_eq!(lottery(1, 1, 0, &[0, 0]), None);
    for height in 1..1_000 {
        assert_eq!(lottery(1, height, 0, &[0, 5, 0]), Some(v(1)));
        assert!(lottery(1, height, 0, &[u64::from(u32::MAX), 1]).is_some());
    }
}

#[test]
fn hostile_numbers_are_refused_or_harmless() {
    let mut table = table(&[1; 4]);
    ask(&mut table, 0);
    table.deliver_all(|letter| letter.from.is_client());
    for round in [u64::MAX, u64::MAX - 1, 1 << 40] {
        tell_votes(&mut table, 3, Step::Precommit, round, None, &[0, 1, 2]);
        let msg = proposal(&table, round, &block(&table, 0, 0), None);
        tell(&mut table, 0, 3, &msg);
    }
    let r = replica(&table, 3);
    assert!(r.round <= 12 * ROUNDS_AHEAD && r.rounds.len() <= ROUNDS_MAX + WINDOW as usize);
}

#[test]
fn a_liar_cannot_fill_the_room_for_blocks() {
    let mut table = table(&[1; 4]);
    let kept = locked(&mut table);
    let mut r = replica(&table, 3).clone();
    for round in 0..2 * BLOCKS_MAX as u64 {
        r.hold(&block(&table, 1_000 + round, 1), None);
    }
    assert_eq!(r.blocks.len(), BLOCKS_MAX);
    let new = block(&table, 5_000, 1);
    r.hold(&new, None);
    assert!(r.find(new.digest()).is_some(), "a new block finds room");
    assert!(r.find(kept.digest()).is_some(), "and the locked one stays");
}

/// What liars gossip before the height begins: blocks without end, each with their own prevotes.
fn flood(table: &Table<Pos>, liars: &[usize], blocks: std::ops::Range<u64>) -> Msg {
    let blocks: Vec<_> = blocks.map(|round| block(table, 1_000 + round, 1)).collect();
    let vote = |b: &Hashed<Block>| votes(table, Step::Prevote, 0, Some(b.digest()), liars);
    let votes = blocks.iter().map(vote).collect();
    Msg::Gossip(Shared::new(Gossip { height: 1, round: 0, last: None, proposal: None, blocks, votes }))
}

#[test]
fn a_liar_that_votes_for_all_its_blocks_cannot_fill_the_room_either() {
    let room = BLOCKS_MAX as u64;
    for stakes in [[2, 2, 2, 0], [2, 2, 2, 2]] {
        // The proposal comes by itself, or with the votes of others.
        for gossiped in [false, true] {
            let mut table = table(&stakes);
            for part in 0..8 {
                let msg = flood(&table, &[3], part * room..(part + 1) * room);
                tell(&mut table, 3, 1, &msg);
            }
            assert_eq!(replica(&table, 1).blocks.len(), BLOCKS_MAX);
            assert!(
                replica(&table, 1).rounds[0].prevotes.iter().count() <= 2 * BLOCKS_MAX,
                "votes are bounded"
            );
            let honest = block(&table, 0, 0);
            let id = Some(honest.digest());
            if gossiped {
                let votes = vec![votes(&table, Step::Precommit, 0, id, &[0, 1, 2])];
                let blocks = vec![honest];
                let gossip = Gossip { height: 1, round: 0, last: None, proposal: None, blocks, votes };
                tell(&mut table, 0, 1, &Msg::Gossip(Shared::new(gossip)));
            } else {
                let msg = proposal(&table, 0, &honest, None);
                tell(&mut table, 0, 1, &msg);
                tell_votes(&mut table, 1, Step::Prevote, 0, id, &[0, 2]);
                assert_eq!(voted(&mut table, 1), Some((Step::Precommit, id)), "stakes {stakes:?}");
                tell_votes(&mut table, 1, Step::Precommit, 0, id, &[0, 2]);
            }
            assert!(table.decided.contains(&(v(1), 1, x(0))), "stakes {stakes:?}, gossiped {gossiped}");
        }
    }
}

#[test]
fn several_liars_cannot_have_votes_without_end_kept_either() {
    // Each step, one more vouches for other blocks, which so displace those of the step before.
    let (stakes, room) = ([9, 9, 9, 9, 9, 1, 1, 1, 1, 1, 1], BLOCKS_MAX as u64);
    let mut table = table(&stakes);
    for step in 1..=6 {
        let liars: Vec<usize> = (5..5 + step as usize).collect();
        let msg = flood(&table, &liars, step * room..(step + 1) * room);
        tell(&mut table, 5, 1, &msg);
    }
    let kept = replica(&table, 1).rounds[0].prevotes.iter().count();
    assert!(kept <= 2 * BLOCKS_MAX, "{kept} stacks of votes");
    let honest = block(&table, 0, 0);
    let msg = proposal(&table, 0, &honest, None);
    tell(&mut table, 0, 1, &msg);
    tell_votes(&mut table, 1, Step::Precommit, 0, Some(honest.digest()), &[0, 2, 3, 4]);
    assert!(table.decided.contains(&(v(1), 1, x(0))));
}
