//! Time-outs, and how a replica that missed something catches up.

use super::*;
use consensus_kernel::Duration;

/// Lets so many requests of client 0 be executed, with some replicas cut off.
fn execute(table: &mut Table<HotStuff>, numbers: std::ops::RangeInclusive<u32>, absent: &[usize]) {
    for k in numbers {
        propose(table, Value::request(0, k));
        run_without(table, absent);
    }
}

fn view_timer(table: &Table<HotStuff>, i: usize) -> Option<Duration> {
    table.timers.get(&(r(i), 0)).copied()
}

#[test]
fn the_timer_runs_while_a_request_waits_and_each_failed_view_doubles_it() {
    let mut table = table(Variant::Basic, 4);
    assert_eq!(view_timer(&table, 1), None);
    propose(&mut table, x(0));
    run_without(&mut table, &[0]);
    let t = table.config.timeout;
    assert_eq!(view_timer(&table, 1), Some(t));
    // Leader 0 is silent, and so is leader 1: it proposes to nobody.
    for i in [1, 2, 3] {
        table.fire(r(i), Timer::View);
    }
    let muted = |l: &testbed::Letter<Msg>| l.to != r(0) && !matches!(l.msg, Msg::Prepare(_));
    table.deliver_all(muted);
    assert_eq!(replica(&table, 2).view, 2);
    assert_eq!(view_timer(&table, 2), Some(t.times(2)));
    for i in [1, 2, 3] {
        table.fire(r(i), Timer::View);
    }
    run_without(&mut table, &[0]);
    assert_eq!(decided(&table, r(3)), [(1, x(0))]);
    assert_eq!(replica(&table, 3).failed, 0);
}

#[test]
fn a_view_entered_by_time_out_is_timed_only_when_a_quorum_is_in_it() {
    let mut table = table(Variant::Basic, 4);
    propose(&mut table, x(0));
    run_without(&mut table, &[0]);
    table.fire(r(3), Timer::View);
    assert_eq!((replica(&table, 3).view, replica(&table, 3).begun), (2, false));
    table.pile.clear();
    table.fire(r(3), Timer::View);
    assert_eq!(replica(&table, 3).view, 2, "it does not run away from the others");
    assert!(table.pile.iter().all(|l| matches!(&l.msg, Msg::NewView(new) if new.word == Word::Asks)));
}

#[test]
fn who_hears_that_f_plus_one_are_further_joins_them() {
    let mut table = table(Variant::Basic, 7);
    let new = |view| Msg::NewView(NewView { view, high: None, height: 0, word: Word::Enters });
    tell(&mut table, r(1), r(0), new(9));
    tell(&mut table, r(2), r(0), new(4));
    assert_eq!(replica(&table, 0).view, 1);
    tell(&mut table, r(3), r(0), new(6));
    assert_eq!(replica(&table, 0).view, 4, "the least of the three");
}

#[test]
fn a_leader_has_as_many_views_in_a_row_as_a_commit_takes_and_loses_its_turn_with_a_time_out() {
    let table = table(Variant::Chained, 4);
    let leaders: Vec<usize> = (1..=9).map(|view| table.config.leader(view).index()).collect();
    assert_eq!(leaders, [0, 0, 0, 0, 1, 1, 1, 1, 2]);
    assert_eq!([1, 4, 5].map(|view| table.config.next_turn(view)), [5, 5, 9]);
}

#[test]
fn with_a_silent_replica_everything_is_decided_in_every_variant() {
    for variant in [Variant::Basic, Variant::Chained, Variant::TwoChain] {
        let mut table = table(variant, 4);
        propose(&mut table, x(0));
        propose(&mut table, x(1));
        for _ in 0..20 {
            run_without(&mut table, &[0]);
            let set = |table: &Table<HotStuff>, timer: Timer| -> Vec<NodeId> {
                (1..4).map(r).filter(|id| table.timers.contains_key(&(*id, timer as usize))).collect()
            };
            // A leader's wait is shorter than a view.
            let gathering = set(&table, Timer::Gather);
            let due = if gathering.is_empty() { Timer::View } else { Timer::Gather };
            for id in set(&table, due) {
                table.fire(id, due);
            }
        }
        assert_eq!(decided(&table, r(3)).len(), 2, "{variant:?}");
    }
}

#[test]
fn who_missed_the_decision_is_sent_the_blocks_with_a_proof() {
    for variant in [Variant::Basic, Variant::Chained, Variant::TwoChain] {
        let mut table = table(variant, 4);
        execute(&mut table, 1..=3, &[3]);
        assert_eq!(decided(&table, r(3)), []);
        // The client asks the one on that has not replied; it waits in vain and says how far it is.
        table.fire(NodeId::client(0), Timer::Retry);
        run(&mut table);
        table.fire(r(3), Timer::View);
        run(&mut table);
        assert_eq!(decided(&table, r(3)).len(), 3, "{variant:?}");
        assert_eq!(replica(&table, 3).tip, replica(&table, 0).tip, "{variant:?}");
    }
}

#[test]
fn who_fell_behind_what_is_kept_takes_the_state_that_f_plus_one_agree_on() {
    for variant in [Variant::Basic, Variant::Chained] {
        let few = with(setup(variant, 4, 1), param::HISTORY, ParamValue::Int(8));
        let stable = with(few, param::TENURE, ParamValue::Int(64));
        let mut table = Table::new(&stable);
        execute(&mut table, 1..=40, &[3]);
        assert_eq!((replica(&table, 0).executed, replica(&table, 3).executed), (40, 0));
        let kept = replica(&table, 0).blocks.iter().count();
        assert!(kept <= 16, "{variant:?}: {kept} blocks");
        table.fire(NodeId::client(0), Timer::Retry);
        run(&mut table);
        table.fire(r(3), Timer::View);
        let mut states = 0;
        while let Some(letter) = table.pile.front() {
            let state = matches!(letter.msg, Msg::State(_));
            table.deliver();
            states += usize::from(state);
            if states == 1 && state {
                assert_eq!(cited(&table, r(3), Cite::TakeState), 0, "one replica may lie");
            }
        }
        assert!(cited(&table, r(3), Cite::TakeState) > 0, "{variant:?}");
        assert_eq!(replica(&table, 3).executed, 40, "{variant:?}");
        assert_eq!(decided(&table, r(3)).last(), Some(&(40, Value::request(0, 40))), "{variant:?}");
    }
}

#[test]
fn a_state_is_taken_from_nobody_alone_however_often_it_comes() {
    let mut table = table(Variant::Basic, 4);
    let block = child(&table, 9, None, &[x(0)]);
    let block = Hashed::new(Block { height: 9, ..block.body().clone() });
    let state = Snapshot { block, executed: 5, clients: vec![ClientRecord::default(); 4] };
    for _ in 0..3 {
        tell(&mut table, r(2), r(1), Msg::State(Shared::new(state.clone())));
    }
    assert_eq!(replica(&table, 1).executed, 0);
}

#[test]
fn blocks_that_nobody_asked_for_are_refused() {
    let mut table = table(Variant::Basic, 4);
    let blocks = vec![child(&table, 1, None, &[x(0)])];
    tell(&mut table, r(2), r(1), Msg::Branch(Shared::new(Branch { blocks, proof: None })));
    assert_eq!(why(&table), "not blocks that it asked for");
}

#[test]
fn a_two_chain_leader_waits_for_all_locks_after_a_failed_view() {
    for (switch, proposes) in [(None, 0), (Some(WAIT_AFTER_FAILURE), 1)] {
        let plain = setup(Variant::TwoChain, 4, 4);
        let mut table = Table::new(&switch.map_or(plain.clone(), |s| without(plain, s)));
        propose(&mut table, x(0));
        table.deliver_all(|l| l.to == r(1));
        for i in [0, 2] {
            let new = NewView { view: 4, high: None, height: 0, word: Word::Enters };
            tell(&mut table, r(i), r(1), Msg::NewView(new));
        }
        assert_eq!(cited(&table, r(1), Cite::Propose), proposes);
        if switch.is_none() {
            table.fire(r(1), Timer::Gather);
            assert_eq!(cited(&table, r(1), Cite::Propose), 1);
        }
    }
}

#[test]
fn hostile_views_and_votes_do_no_harm() {
    let mut table = table(Variant::Chained, 4);
    let far = NewView { view: u64::MAX, high: None, height: u64::MAX, word: Word::Asks };
    tell(&mut table, r(1), r(0), Msg::NewView(far));
    for view in [0, u64::MAX] {
        let ballot = Ballot { phase: Phase::Generic, view, block: GENESIS };
        let vote = signed(&table, r(1), ballot);
        tell(&mut table, r(1), r(0), Msg::Vote(vote));
        let block = Hashed::new(Block { view, ..child(&table, 1, None, &[]).body().clone() });
        show(&mut table, 0, &block);
    }
    tell(&mut table, r(1), r(0), Msg::Fetch(Fetch { block: GENESIS, height: 0 }));
    tell(&mut table, r(1), r(0), Msg::Branch(Shared::new(Branch { blocks: vec![], proof: None })));
    propose(&mut table, x(0));
    run(&mut table);
    assert_eq!(decided(&table, r(0)), [(1, x(0))]);
}

#[test]
fn an_answer_is_not_answered_and_who_is_behind_is_answered_once_in_a_view() {
    let mut table = table(Variant::Chained, 4);
    lead_into(&mut table, 9);
    table.pile.clear();
    let late = |word| Msg::NewView(NewView { view: 5, high: None, height: 0, word });
    tell(&mut table, r(3), r(1), late(Word::Answers));
    assert!(table.pile.is_empty());
    for word in [Word::Enters, Word::Enters, Word::Asks] {
        tell(&mut table, r(3), r(1), late(word));
    }
    let answers: Vec<_> = table.pile.iter().map(|l| &l.msg).collect();
    assert!(
        matches!(answers[..], [Msg::NewView(NewView { view: 9, word: Word::Answers, .. })]),
        "{answers:?}"
    );
    // What was lost is asked for again after a while.
    table.now = Time(table.config.timeout.0);
    tell(&mut table, r(3), r(1), late(Word::Asks));
    assert_eq!(table.pile.len(), 2);
}

#[test]
fn heights_at_the_end_of_all_numbers_do_no_harm() {
    let mut table = table(Variant::Chained, 4);
    let block = child(&table, 1, None, &[x(0)]);
    show(&mut table, 1, &block);
    tell(&mut table, r(2), r(1), Msg::Fetch(Fetch { block: block.digest(), height: u64::MAX }));
    let top = Hashed::new(Block { height: u64::MAX, ..block.body().clone() });
    let over = Hashed::new(Block { parent: top.digest(), height: 0, ..block.body().clone() });
    tell(&mut table, r(2), r(1), Msg::Branch(Shared::new(Branch { blocks: vec![top, over], proof: None })));
    assert_eq!(why(&table), "not blocks that it asked for");
}

#[test]
fn a_leader_of_far_views_takes_nobodys_place_for_an_early_proposal() {
    let mut table = table(Variant::Chained, 4);
    let early = child(&table, 5, None, &[x(0)]);
    // Replica 2 leads views 9 to 12, and so on every 16.
    let far = |k: u64| child(&table, 9 + 16 * k, None, &[]);
    let far: Vec<_> = (1..100).map(far).collect();
    far[..50].iter().for_each(|block| show(&mut table, 3, block));
    show(&mut table, 3, &early);
    far[50..].iter().for_each(|block| show(&mut table, 3, block));
    assert_eq!(replica(&table, 3).held.len(), 2);
    for i in [0, 2] {
        let new = NewView { view: 5, high: None, height: 0, word: Word::Enters };
        tell(&mut table, r(i), r(3), Msg::NewView(new));
    }
    let voted = votes_of(&mut table, 3);
    assert_eq!(voted, [Ballot { phase: Phase::Generic, view: 5, block: early.digest() }]);
}

#[test]
fn a_leader_cannot_have_any_number_of_blocks_stored() {
    let mut table = table(Variant::Basic, 4);
    lock(&mut table);
    lead_into(&mut table, 3);
    let before = replica(&table, 1).blocks.iter().count();
    for k in 1..100 {
        let fork = child(&table, 3, None, &[Value::request(1, k)]);
        show(&mut table, 1, &fork);
        assert_eq!(why(&table), "conflicts with the lock");
    }
    assert_eq!(replica(&table, 1).blocks.iter().count(), before + 1);
}

#[test]
fn a_second_certificate_of_a_view_is_stated_however_old() {
    let mut table = table(Variant::Chained, 4);
    let mut parent = None;
    for view in 1..=4 {
        let block = child(&table, view, parent.as_ref(), &[x(0)]);
        show(&mut table, 3, &block);
        parent = Some(block);
    }
    let high = view_of(&replica(&table, 3).high);
    let second = certificate(&table, Phase::Generic, 1, Digest::of(b"another"), &[0, 1, 2]);
    let new = NewView { view: 5, high: Some(second), height: 0, word: Word::Enters };
    tell(&mut table, r(2), r(3), Msg::NewView(new));
    assert!(replica(&table, 3).facts.contains(&Fact::Certified(*second.ballot())));
    assert_eq!((view_of(&replica(&table, 3).high), cited(&table, r(3), Cite::KeepHigh)), (high, 1));
}

#[test]
fn of_a_branch_that_grows_against_what_was_executed_only_what_is_new_is_told() {
    let mut table = table(Variant::Basic, 4);
    let decide = |table: &mut Table<HotStuff>, block: &Hashed<Block>| {
        show(table, 1, block);
        let qc = certificate(table, Phase::Commit, block.body().view, block.digest(), &[0, 2, 3]);
        tell(table, table.config.leader(block.body().view), r(1), Msg::Certificate(qc));
        let told = replica(table, 1).facts.iter().filter_map(|fact| match fact {
            Fact::Committed { block, .. } => Some(*block),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    let executed = child(&table, 1, None, &[x(1)]);
    assert_eq!(decide(&mut table, &executed), [executed.digest()]);
    let first = child(&table, 2, None, &[x(2)]);
    assert_eq!(decide(&mut table, &first), [first.digest()]);
    assert_eq!(why(&table), "conflicts with what was executed");
    let second = child(&table, 3, Some(&first), &[x(3)]);
    assert_eq!(decide(&mut table, &second), [second.digest()]);
    assert_eq!(why(&table), "conflicts with what was executed");
    assert_eq!(decided(&table, r(1)), [(1, x(1))], "nothing is undone, and nothing executed beside it");
}
