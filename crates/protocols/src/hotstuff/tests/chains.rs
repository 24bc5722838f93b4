//! The chained rules: what locks, what commits, and what a gap in the views does.

use super::*;

/// Shows a replica a chain of blocks of these views, one client's request each, and gives it back.
fn chain(table: &mut Table<HotStuff>, to: usize, views: &[u64]) -> Vec<Hashed<Block>> {
    let mut blocks: Vec<Hashed<Block>> = Vec::new();
    for (i, view) in views.iter().enumerate() {
        let block = child(table, *view, blocks.last(), &[x(i % 4)]);
        show(table, to, &block);
        blocks.push(block);
    }
    blocks
}

#[test]
fn a_block_is_committed_when_three_certified_in_a_row_are_seen() {
    for (variant, needed) in [(Variant::Chained, 4), (Variant::TwoChain, 3)] {
        let mut table = table(variant, 4);
        // With the last proposal comes the certificate of the last but one.
        let views: Vec<u64> = (1..=needed).collect();
        chain(&mut table, 2, &views[..needed as usize - 1]);
        assert_eq!(decided(&table, r(2)), [], "{variant:?}");
        let mut table = self::table(variant, 4);
        chain(&mut table, 2, &views);
        assert_eq!(decided(&table, r(2)), [(1, x(0))], "{variant:?}");
    }
}

#[test]
fn a_chained_block_costs_a_broadcast_and_votes() {
    for n in [4, 7, 10] {
        let mut table = table(Variant::Chained, n);
        propose(&mut table, x(0));
        let counts = run_counting(&mut table);
        // The request's block and three empty ones on top of it.
        assert_eq!((counts[kind::GENERIC], counts[kind::GENERIC_VOTE]), (4 * (n - 1), 4 * (n - 1)), "n={n}");
        assert_eq!(counts[kind::NEW_VIEW], 0, "n={n}");
        assert_eq!(table.decided.iter().filter(|d| (d.1, d.2) == (1, x(0))).count(), n + 1, "n={n}");
        assert!(table.timers.is_empty(), "nothing is left to wait for at n={n}");
    }
}

#[test]
fn a_chain_with_a_gap_in_its_views_commits_nothing() {
    for (switch, executed) in [(None, vec![]), (Some(CONSECUTIVE_VIEWS), vec![(1, x(0))])] {
        for views in [[1, 2, 4, 5], [1, 3, 4, 5]] {
            let plain = setup(Variant::Chained, 4, 4);
            let mut table = Table::<HotStuff>::new(&switch.map_or(plain.clone(), |s| without(plain, s)));
            // Within a turn a leader may go on at a later view.
            table.config.tenure = 8;
            chain(&mut table, 2, &views);
            assert_eq!(decided(&table, r(2)), executed, "{views:?}");
        }
    }
}

#[test]
fn a_gap_above_the_three_does_not_matter() {
    let mut table = table(Variant::Chained, 4);
    table.config.tenure = 8;
    chain(&mut table, 2, &[1, 2, 3, 7]);
    assert_eq!(decided(&table, r(2)), [(1, x(0))]);
}

#[test]
fn two_certified_blocks_lock_the_first_whatever_their_views() {
    let mut table = table(Variant::Chained, 4);
    let blocks = chain(&mut table, 2, &[1, 3, 4]);
    assert_eq!(block_of(&replica(&table, 2).lock), blocks[0].digest());
    let mut table = self::table(Variant::TwoChain, 4);
    let blocks = chain(&mut table, 2, &[1, 3]);
    assert_eq!(
        block_of(&replica(&table, 2).lock),
        blocks[0].digest(),
        "one suffices in the two-chain variant"
    );
}

#[test]
fn one_phase_early_a_block_is_decided_where_it_should_be_locked_only() {
    let mut table = Table::new(&without(setup(Variant::Chained, 4, 4), LAST_PHASE));
    let blocks = chain(&mut table, 2, &[1, 2, 3]);
    assert_eq!(decided(&table, r(2)), [(1, x(0))]);
    assert_eq!(block_of(&replica(&table, 2).lock), blocks[0].digest());
}

#[test]
fn ancestors_are_executed_first() {
    let mut table = table(Variant::Chained, 4);
    table.config.tenure = 16;
    chain(&mut table, 2, &[1, 3, 5, 6, 7, 8]);
    assert_eq!(decided(&table, r(2)), [(1, x(0)), (2, x(1)), (3, x(2))]);
}

#[test]
fn a_proposal_of_a_view_that_has_not_begun_waits_for_it() {
    let mut table = table(Variant::Chained, 4);
    let block = child(&table, 5, None, &[x(0)]);
    show(&mut table, 2, &block);
    assert_eq!(why(&table), "of a view that has not begun here");
    for i in [0, 3] {
        let new = NewView { view: 5, high: None, height: 0, word: Word::Enters };
        tell(&mut table, r(i), r(2), Msg::NewView(new));
    }
    assert_eq!(votes_of(&mut table, 2).len(), 1, "f + 1 others are in it");
}

#[test]
fn votes_go_to_the_next_leader_and_its_certificate_begins_the_next_view() {
    let mut table = Table::new(&with(setup(Variant::Chained, 4, 1), param::LEADERS, ParamValue::Choice(1)));
    propose(&mut table, x(0));
    table.pile.clear();
    let block = child(&table, 1, None, &[x(0)]);
    for i in [1, 2, 3] {
        show(&mut table, i, &block);
    }
    assert!(table.pile.iter().all(|letter| letter.to == r(1)), "replica 1 leads view 2");
    assert_eq!(cited(&table, r(1), Cite::Propose), 0);
    table.deliver();
    table.deliver();
    assert_eq!(cited(&table, r(1), Cite::Certify), 1);
    assert_eq!(replica(&table, 1).view, 3, "it has proposed in view 2 and voted");
}
