//! One test a claim, on the table-top: here the counts, the phases and the rules of voting.

mod chains;
mod forgers;
mod repair;

use super::*;
use crate::testbed::{self, Table, r, signed, tell, with, without};
use consensus_kernel::{ParamValue, Time, Value};

fn setup(variant: Variant, n: usize, clients: usize) -> Setup {
    with(testbed::setup(&META, n, clients), param::VARIANT, ParamValue::Choice(variant as usize))
}

fn table(variant: Variant, n: usize) -> Table<HotStuff> {
    Table::new(&setup(variant, n, 4))
}

/// The first request of a client.
fn x(client: usize) -> Value {
    Value::request(client, 1)
}

/// A certificate with these signers.
fn certificate(table: &Table<HotStuff>, phase: Phase, view: u64, block: Digest, signers: &[usize]) -> Qc {
    let vote = |i: &usize| signed(table, r(*i), Ballot { phase, view, block });
    let mut qc = Qc::of(&vote(&signers[0]));
    signers[1..].iter().for_each(|i| assert!(qc.add(&vote(i)), "distinct signers"));
    qc
}

/// A block on top of another, with a certificate for that one.
fn child(
    table: &Table<HotStuff>,
    view: u64,
    parent: Option<&Hashed<Block>>,
    values: &[Value],
) -> Hashed<Block> {
    let phase = table.config.first_phase();
    let justify = parent.map(|p| certificate(table, phase, p.body().view, p.digest(), &[0, 1, 2]));
    Hashed::new(Block {
        view,
        height: parent.map_or(0, |p| p.body().height) + 1,
        parent: block_of(&justify),
        justify,
        requests: values.iter().map(|v| signed(table, v.client().unwrap(), Request { value: *v })).collect(),
    })
}

/// Shows a block to a replica in the name of its view's leader.
fn show(table: &mut Table<HotStuff>, to: usize, block: &Hashed<Block>) {
    let leader = table.config.leader(block.body().view);
    let basic = table.config.variant == Variant::Basic;
    let msg = if basic { Msg::Prepare(block.clone()) } else { Msg::Generic(block.clone()) };
    tell(table, leader, r(to), msg);
}

fn replica(table: &Table<HotStuff>, i: usize) -> &Replica {
    table.replicas[i].member().unwrap()
}

fn why(table: &Table<HotStuff>) -> &'static str {
    table.rejected.last().map_or("nothing was refused", |(_, why)| why)
}

fn cited(table: &Table<HotStuff>, who: NodeId, cite: Cite) -> usize {
    table.cited.iter().filter(|(id, rule)| *id == who && *rule == cite as RuleId).count()
}

fn decided(table: &Table<HotStuff>, who: NodeId) -> Vec<(Slot, Value)> {
    table.decided.iter().filter(|(id, ..)| *id == who).map(|(_, slot, value)| (*slot, *value)).collect()
}

fn propose(table: &mut Table<HotStuff>, value: Value) {
    table.step(value.client().unwrap(), Input::Propose(value));
}

fn run(table: &mut Table<HotStuff>) {
    table.deliver_all(|_| true);
}

/// Runs while some replicas are cut off.
fn run_without(table: &mut Table<HotStuff>, absent: &[usize]) {
    let gone = |id: NodeId| !id.is_client() && absent.contains(&id.index());
    table.deliver_all(|l| !gone(l.from) && !gone(l.to));
}

/// Delivers everything and counts it by kind.
fn run_counting(table: &mut Table<HotStuff>) -> [usize; 15] {
    let mut counts = [0; 15];
    while let Some(letter) = table.pile.front() {
        counts[consensus_kernel::Message::kind(&letter.msg)] += 1;
        table.deliver();
    }
    counts
}

/// The votes of a replica on the pile, taken off it.
fn votes_of(table: &mut Table<HotStuff>, who: usize) -> Vec<Ballot> {
    let mut votes = Vec::new();
    table.pile.retain(|letter| match &letter.msg {
        Msg::Vote(vote) if letter.from == r(who) => {
            votes.push(*vote.body());
            false
        }
        _ => true,
    });
    votes
}

#[test]
fn a_basic_view_costs_a_broadcast_and_votes_in_three_phases_and_a_decide() {
    for n in [4, 5, 7, 10] {
        let mut table = table(Variant::Basic, n);
        propose(&mut table, x(0));
        let counts = run_counting(&mut table);
        let phases = [kind::PREPARE, kind::PRE_COMMIT, kind::COMMIT, kind::DECIDE];
        let votes = [kind::PREPARE_VOTE, kind::PRE_COMMIT_VOTE, kind::COMMIT_VOTE];
        for kind in phases.into_iter().chain(votes) {
            assert_eq!(counts[kind], n - 1, "n={n}, {}", META.kinds[kind].name);
        }
        // Into view 1 and, after the decision, into view 2.
        assert_eq!(counts[kind::NEW_VIEW], 2 * (n - 1), "n={n}");
        assert_eq!((counts[kind::REQUEST], counts[kind::REPLY]), (n, n));
        assert_eq!(table.decided.iter().filter(|d| (d.1, d.2) == (1, x(0))).count(), n + 1, "n={n}");
        assert!(table.timers.is_empty(), "nothing is left to wait for at n={n}");
    }
}

#[test]
fn new_views_can_wait_for_a_request() {
    let mut table = Table::new(&with(setup(Variant::Basic, 4, 1), param::NEW_VIEW, ParamValue::Choice(1)));
    assert!(table.pile.is_empty());
    propose(&mut table, x(0));
    let counts = run_counting(&mut table);
    assert_eq!(counts[kind::NEW_VIEW], 3);
    assert_eq!(decided(&table, r(3)), [(1, x(0))]);
}

#[test]
fn a_replica_votes_for_one_block_in_a_view() {
    for (switch, votes) in [(None, 1), (Some(VOTE_ONCE), 2)] {
        let plain = setup(Variant::Basic, 4, 2);
        let mut table = Table::new(&switch.map_or(plain.clone(), |s| without(plain, s)));
        let (one, two) = (child(&table, 1, None, &[x(0)]), child(&table, 1, None, &[x(1)]));
        show(&mut table, 1, &one);
        show(&mut table, 1, &two);
        assert_eq!(votes_of(&mut table, 1).len(), votes);
        if switch.is_none() {
            assert_eq!(why(&table), "voted in this view already");
        }
    }
}

#[test]
fn only_the_leader_of_a_view_proposes_in_it() {
    let mut table = table(Variant::Basic, 4);
    let block = child(&table, 1, None, &[]);
    tell(&mut table, r(2), r(1), Msg::Prepare(block));
    assert_eq!(why(&table), "not from the leader of its view");
    assert_eq!(votes_of(&mut table, 1), []);
}

#[test]
fn a_proposal_of_another_variant_is_refused() {
    let mut table = table(Variant::Basic, 4);
    let block = child(&table, 1, None, &[]);
    tell(&mut table, r(0), r(1), Msg::Generic(block));
    assert_eq!(why(&table), "a message of another variant");
}

/// Locks replica 1 on a block of view 1, and says which.
fn lock(table: &mut Table<HotStuff>) -> Hashed<Block> {
    let block = child(table, 1, None, &[x(0)]);
    show(table, 1, &block);
    for phase in [Phase::Prepare, Phase::PreCommit] {
        let qc = certificate(table, phase, 1, block.digest(), &[0, 2, 3]);
        tell(table, r(0), r(1), Msg::Certificate(qc));
    }
    votes_of(table, 1);
    assert_eq!(view_of(&replica(table, 1).lock), 1);
    block
}

/// Brings replica 1 into a view, by the word of the others.
fn lead_into(table: &mut Table<HotStuff>, view: u64) {
    for i in [0, 2, 3] {
        let new = NewView { view, high: None, height: 0, word: Word::Enters };
        tell(table, r(i), r(1), Msg::NewView(new));
    }
    assert_eq!(replica(table, 1).view, view);
}

#[test]
fn a_locked_replica_votes_for_no_other_branch_without_a_later_certificate() {
    for (switch, votes) in [(None, 0), (Some(LOCK), 1)] {
        let plain = setup(Variant::Basic, 4, 4);
        let mut table = Table::new(&switch.map_or(plain.clone(), |s| without(plain, s)));
        lock(&mut table);
        lead_into(&mut table, 3);
        let fork = child(&table, 3, None, &[x(1)]);
        show(&mut table, 1, &fork);
        assert_eq!(votes_of(&mut table, 1).len(), votes);
        if switch.is_none() {
            assert_eq!(why(&table), "conflicts with the lock");
        }
    }
}

#[test]
fn a_locked_replica_votes_for_what_extends_the_lock() {
    let mut table = table(Variant::Basic, 4);
    let block = lock(&mut table);
    lead_into(&mut table, 3);
    let next = child(&table, 3, Some(&block), &[x(1)]);
    show(&mut table, 1, &next);
    assert_eq!(votes_of(&mut table, 1).len(), 1);
}

#[test]
fn a_later_certificate_opens_the_lock() {
    let mut table = table(Variant::Basic, 4);
    lock(&mut table);
    lead_into(&mut table, 4);
    let other = child(&table, 3, None, &[x(1)]);
    let fork = child(&table, 4, Some(&other), &[x(2)]);
    show(&mut table, 1, &fork);
    assert_eq!(votes_of(&mut table, 1), [], "its parent is not here yet");
    let branch = Branch { blocks: vec![other], proof: None };
    tell(&mut table, r(3), r(1), Msg::Branch(Shared::new(branch)));
    let voted = votes_of(&mut table, 1);
    assert_eq!(voted, [Ballot { phase: Phase::Prepare, view: 4, block: fork.digest() }]);
}

#[test]
fn a_block_extends_the_block_that_its_certificate_is_for() {
    for (switch, votes) in [(None, 0), (Some(EXTENDS_JUSTIFY), 1)] {
        let plain = setup(Variant::Basic, 4, 4);
        let mut table = Table::new(&switch.map_or(plain.clone(), |s| without(plain, s)));
        let block = lock(&mut table);
        lead_into(&mut table, 3);
        let honest = child(&table, 3, Some(&block), &[x(1)]);
        let forged = Hashed::new(Block { parent: GENESIS, height: 1, ..honest.body().clone() });
        show(&mut table, 1, &forged);
        // Without the rule the lock still holds: a certificate of the lock's own view does not open it.
        let later = certificate(&table, Phase::Prepare, 2, Digest::of(b"elsewhere"), &[0, 2, 3]);
        let opened = Hashed::new(Block { justify: Some(later), ..forged.body().clone() });
        show(&mut table, 1, &opened);
        assert_eq!(votes_of(&mut table, 1).len(), votes);
    }
}

/// A way to make a certificate of a single vote that one should not believe.
type Trick = fn(&Table<HotStuff>, Signed<Ballot>) -> Qc;

#[test]
fn a_certificate_needs_a_quorum_of_distinct_replicas() {
    let vote_of = |table: &Table<HotStuff>, block| {
        signed(table, r(2), Ballot { phase: Phase::Prepare, view: 1, block })
    };
    let digest = Digest::of(b"some block");
    let tricks: [Trick; 3] = [
        |table, vote| certificate(table, Phase::Prepare, 1, vote.body().block, &[2, 3]),
        |_, vote| {
            let mut qc = Qc::of(&vote);
            (0..5).for_each(|_| {
                assert!(!qc.add(&vote));
                qc.list_again();
            });
            qc
        },
        |table, vote| certificate(table, Phase::Prepare, 1, vote.body().block, &[2, 3, 9]),
    ];
    for trick in tricks {
        let mut table = table(Variant::Basic, 4);
        let qc = trick(&table, vote_of(&table, digest));
        tell(&mut table, r(0), r(1), Msg::Certificate(qc));
        assert_eq!(why(&table), "not a valid certificate");
    }
    let mut careless = Table::new(&without(setup(Variant::Basic, 4, 1), DISTINCT_SIGNERS));
    let qc = tricks[1](&careless, vote_of(&careless, digest));
    tell(&mut careless, r(0), r(1), Msg::Certificate(qc));
    assert_eq!(cited(&careless, r(1), Cite::VotePreCommit), 1);
}

#[test]
fn a_leader_extends_the_highest_of_a_quorum_of_new_views() {
    let mut table = table(Variant::Basic, 4);
    let block = lock(&mut table);
    let high = Some(certificate(&table, Phase::Prepare, 1, block.digest(), &[0, 2, 3]));
    table.pile.clear();
    propose(&mut table, x(1));
    run_without(&mut table, &[0, 2, 3]);
    for (i, high) in [(2, None), (3, high)] {
        assert_eq!(cited(&table, r(1), Cite::Propose), 0, "two new-views are too few");
        tell(&mut table, r(i), r(1), Msg::NewView(NewView { view: 2, high, height: 0, word: Word::Enters }));
    }
    assert_eq!(cited(&table, r(1), Cite::Propose), 1);
    let proposed = table.pile.iter().find_map(|letter| match &letter.msg {
        Msg::Prepare(block) => Some(block.body().clone()),
        _ => None,
    });
    let proposed = proposed.expect("a proposal");
    assert_eq!((proposed.view, proposed.parent), (2, block.digest()));
    assert_eq!(proposed.requests[0].body().value, x(1), "what the branch holds is not proposed again");
}

#[test]
fn a_restart_keeps_lock_and_vote() {
    let mut table = table(Variant::Basic, 4);
    let block = lock(&mut table);
    table.restart(r(1));
    assert_eq!(block_of(&replica(&table, 1).lock), block.digest());
    let rival = child(&table, 1, None, &[x(1)]);
    show(&mut table, 1, &rival);
    assert_eq!(votes_of(&mut table, 1), []);
}

#[test]
fn a_request_is_executed_once_however_often_it_is_proposed() {
    let mut table = table(Variant::Chained, 4);
    let mut parent = None;
    for view in 1..=8 {
        let block = child(&table, view, parent.as_ref(), &[x(0)]);
        show(&mut table, 3, &block);
        parent = Some(block);
    }
    assert_eq!(decided(&table, r(3)), [(1, x(0))]);
    assert!(cited(&table, r(3), Cite::Repeated) > 0);
}

#[test]
fn a_client_accepts_what_f_plus_one_replicas_say_and_asks_the_others_on() {
    let mut table = table(Variant::Basic, 4);
    propose(&mut table, x(0));
    table.pile.clear();
    let reply = |slot| Msg::Reply(Reply { view: 1, value: x(0), slot });
    let c = NodeId::client(0);
    tell(&mut table, r(0), c, reply(9));
    tell(&mut table, r(1), c, reply(1));
    assert_eq!(decided(&table, c), []);
    tell(&mut table, r(2), c, reply(1));
    assert_eq!(decided(&table, c), [(1, x(0))]);
    table.fire(c, Timer::Retry);
    let asked: Vec<NodeId> = table.pile.iter().map(|letter| letter.to).collect();
    assert_eq!(asked, [r(3)]);
    tell(&mut table, r(3), c, reply(1));
    assert!(table.timers.keys().all(|(id, _)| *id != c), "all have replied");
}

#[test]
fn a_leaders_early_proposal_takes_no_place_but_its_own() {
    let mut table = table(Variant::Basic, 4);
    let leader = |table: &Table<HotStuff>, view: u64| table.config.leader(view);
    let early = (2..50).find(|v| leader(&table, *v) != leader(&table, 1) && *v > 8).expect("views turn");
    let far = (1_000..).find(|v| leader(&table, *v) != leader(&table, early)).expect("views turn");
    for view in [far, far + 400, early] {
        let block = child(&table, view, None, &[]);
        show(&mut table, 3, &block);
        assert_eq!(why(&table), "of a view that has not begun here");
    }
    assert!(replica(&table, 3).held.iter().any(|block| block.body().view == early));
    assert!(replica(&table, 3).held.len() <= 4);
}

#[test]
fn the_largest_height_is_refused_and_not_counted_beyond() {
    let mut table = table(Variant::Basic, 4);
    let block = child(&table, 1, None, &[x(0)]);
    show(&mut table, 1, &block);
    let fetch = Fetch { block: block.digest(), height: u64::MAX };
    tell(&mut table, r(2), r(1), Msg::Fetch(fetch));
    let low = Hashed::new(Block { height: u64::MAX, ..block.body().clone() });
    let high = Hashed::new(Block { parent: low.digest(), height: 0, ..block.body().clone() });
    tell(&mut table, r(2), r(1), Msg::Branch(Shared::new(Branch { blocks: vec![low, high], proof: None })));
    assert_eq!(cited(&table, r(1), Cite::TakeBlocks), 0);
}
