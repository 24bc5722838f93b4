//! What each lie says, to whom, and what it leaves alone.

use super::*;
use consensus_kernel::{Corruption, Lie, Signer};

/// What replica 0 sends instead of `msg`, its fellow in lying being replica 3.
fn told(table: &Table<Pbft>, strategy: usize, to: NodeId, msg: &Msg) -> Corruption<Msg> {
    let signer = Signer::for_simulator(r(0));
    let fellows: NodeSet = [r(0), r(3)].into_iter().collect();
    let (node, config) = (&table.replicas[0], &table.config);
    let lie = Lie { msg, to, node, config, signer: &signer, fellows: &fellows };
    Replica::lie(strategy).expect("the strategy is in the table")(&lie)
}

fn replaced(corruption: Corruption<Msg>) -> Msg {
    match corruption {
        Corruption::Replace(msg) => msg,
        other => panic!("{other:?}"),
    }
}

/// An order, a prepare and a commit of replica 0 under this number.
fn says(table: &Table<Pbft>, sequence: u64) -> [Msg; 3] {
    let proposal = proposal(table, 0, sequence, &[x(1)]);
    let digest = proposal.batch.digest();
    [
        Msg::PrePrepare(proposal),
        Msg::Prepare(signed(table, r(0), Prepare { view: 0, sequence, digest })),
        Msg::Commit(signed(table, r(0), Commit { view: 0, sequence, digest })),
    ]
}

fn is_kept(corruption: &Corruption<Msg>) -> bool {
    matches!(corruption, Corruption::Keep)
}

#[test]
fn two_faces_tell_odd_replicas_the_same_story_one_number_earlier() {
    let table = Table::new(&setup(5, 1));
    let lie = |to, msg: &Msg| told(&table, adversary::TWO_FACED, to, msg);
    for (first, second) in says(&table, 1).iter().zip(&says(&table, 2)) {
        assert_eq!(replaced(lie(r(1), second)), *first);
        assert!(matches!(lie(r(1), first), Corruption::Drop), "there is no number before the first");
        for honest_to in [r(2), r(4), r(3), c(0)] {
            assert!(is_kept(&lie(honest_to, second)), "{honest_to} is even, a fellow or a client");
        }
    }
}

#[test]
fn what_two_faces_order_is_a_valid_order_of_a_real_request() {
    let mut table = Table::new(&setup(4, 1));
    let other = replaced(told(&table, adversary::TWO_FACED, r(1), &says(&table, 2)[0]));
    tell(&mut table, r(0), r(1), other);
    assert_eq!((cited(&table, r(1), Cite::AcceptPrePrepare), replica(&table, 1).accepted), (1, 1));
}

#[test]
fn a_wrong_digest_is_in_votes_only_and_the_same_towards_all() {
    let table = Table::new(&setup(4, 1));
    let [order, prepare, commit] = says(&table, 1);
    let lie = |to, msg: &Msg| told(&table, adversary::WRONG_DIGEST, to, msg);
    assert!(is_kept(&lie(r(1), &order)));
    for vote in [prepare, commit] {
        assert_eq!(replaced(lie(r(1), &vote)), replaced(lie(r(2), &vote)));
        assert_ne!(replaced(lie(r(1), &vote)), vote);
        assert_eq!(replaced(lie(r(1), &vote)).slot(), vote.slot());
    }
}

#[test]
fn who_withholds_commits_sends_all_else() {
    let table = Table::new(&setup(4, 1));
    let [order, prepare, commit] = says(&table, 1);
    let lie = |msg: &Msg| told(&table, adversary::WITHHOLD_COMMIT, r(1), msg);
    assert!(is_kept(&lie(&order)) && is_kept(&lie(&prepare)));
    assert!(matches!(lie(&commit), Corruption::Drop));
}

/// A view change of replica 0 that shows x←1 to be prepared at sequence 1 of view 0.
fn proven_change(table: &Table<Pbft>, view: u64) -> Shared<Signed<ViewChange>> {
    let proposal = proposal(table, 0, 1, &[x(1)]);
    let digest = proposal.batch.digest();
    let mut prepares = Certificate::of(&signed(table, r(1), Prepare { view: 0, sequence: 1, digest }));
    prepares.add(&signed(table, r(2), Prepare { view: 0, sequence: 1, digest }));
    let prepared = vec![Prepared { proposal, prepares }];
    Shared::new(signed(table, r(0), ViewChange { view, stable: None, prepared }))
}

#[test]
fn a_forgetful_view_change_is_valid_and_shows_nothing() {
    let table = Table::new(&setup(4, 1));
    let honest = Msg::ViewChange(proven_change(&table, 1));
    let Msg::ViewChange(shown) = replaced(told(&table, adversary::FORGETFUL, r(1), &honest)) else {
        panic!("it is still a view change")
    };
    assert_eq!((shown.body().view, shown.body().prepared.len()), (1, 0));
    assert!(is_view_change(&shown, &table.config));
}

#[test]
fn an_emptied_new_view_orders_null_requests_under_the_same_numbers() {
    let table = Table::new(&setup(4, 1));
    let change = proven_change(&table, 4);
    let order = proposal(&table, 4, 1, &[x(1)]);
    let new = NewView { view: 4, changes: vec![change], orders: vec![order] };
    let honest = Msg::NewView(Shared::new(signed(&table, r(0), new)));
    let Msg::NewView(shown) = replaced(told(&table, adversary::EMPTY_NEW_VIEW, r(1), &honest)) else {
        panic!("it is still a new view")
    };
    let order = &shown.body().orders[0];
    assert_eq!((order.order.body().sequence, order.batch.body().is_null()), (1, true));
    assert!(says(&table, 1).iter().all(|msg| is_kept(&told(&table, adversary::EMPTY_NEW_VIEW, r(1), msg))));
}

#[test]
fn a_false_reply_names_the_next_place() {
    let table = Table::new(&setup(4, 1));
    let reply = Reply { view: 0, value: x(1), slot: 7, how: How::Stable };
    let told = replaced(told(&table, adversary::FALSE_REPLY, c(0), &Msg::Reply(reply)));
    assert_eq!(told, Msg::Reply(Reply { slot: 8, ..reply }));
}
