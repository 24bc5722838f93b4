//! One test a claim, on the table-top.

use super::*;
use crate::testbed::{self, Letter, Table, r, without};
use consensus_kernel::{Outbox, Rng, Time, Timer as _, Value};

const ATTACK: Order = Order::Attack;
const RETREAT: Order = Order::Retreat;

/// SM(m) among n.
fn setup(n: usize, m: usize) -> Setup {
    Setup { f: m, ..testbed::setup(&META, n, 0) }
}

fn begin(setup: &Setup) -> Table<Sm> {
    Table::new(setup)
}

/// v:0:j₁:…:jₖ, really signed by these.
fn chain(order: Order, names: &[usize]) -> Msg {
    let plan = Sm::configure(&setup(4, 1)).unwrap();
    let sign = |who: usize, text| {
        let (mut rng, mut out) = (Rng::stream(1, 1), Outbox::default());
        Cx::<Sm>::new(r(who), Time::ZERO, &plan, Default::default(), &mut rng, &mut out).sign(text)
    };
    let first = Chain::new(sign(names[0], Text::Own(order)));
    let whole = names[1..].iter().fold(first, |chain, who| Chain::new(sign(*who, Text::Message(chain))));
    Msg::Signed(whole)
}

fn tell(table: &mut Table<Sm>, to: usize, msg: &Msg) {
    let from = *msg.names().last().unwrap();
    table.step(r(to), Input::Deliver { from, msg });
}

/// Ends a round at these lieutenants.
fn end_round(table: &mut Table<Sm>, lieutenants: &[usize]) {
    for i in lieutenants {
        table.fire(r(*i), Timer::Round);
    }
}

/// Plays all rounds with the letters that `keep` lets pass. Gives how many letters each round had.
fn play(table: &mut Table<Sm>, keep: impl Fn(&Letter<Msg>) -> bool) -> Vec<usize> {
    let mut counts = Vec::new();
    while !table.timers.is_empty() {
        counts.push(table.pile.len());
        table.deliver_all(&keep);
        let running: Vec<usize> = table
            .timers
            .keys()
            .filter(|(_, t)| *t == Timer::Round.index())
            .map(|(id, _)| id.index())
            .collect();
        end_round(table, &running);
    }
    counts
}

fn known(table: &Table<Sm>, who: usize) -> Vec<Order> {
    table.replicas[who].known.iter().map(Msg::order).collect()
}

fn why(table: &Table<Sm>) -> &'static str {
    table.rejected.last().map_or("nothing was refused", |(_, why)| why)
}

#[test]
fn with_a_loyal_commander_each_lieutenant_passes_one_order_on_once() {
    for (n, m) in [(2, 0), (4, 0), (3, 1), (4, 1), (4, 2), (7, 2), (10, 3), (10, 8)] {
        let mut table = begin(&setup(n, m));
        let counts = play(&mut table, |_| true);
        let relays = if m > 0 { (n - 1) * (n - 2) } else { 0 };
        assert_eq!(counts.iter().sum::<usize>(), n - 1 + relays, "SM({m}), n = {n}");
        assert_eq!(counts.len(), m + 1, "rounds of SM({m})");
        assert_eq!(table.decided.len(), n);
        assert!(table.decided.iter().all(|(_, slot, value)| (*slot, *value) == (1, Value::ATTACK)));
    }
}

#[test]
fn with_signatures_three_generals_survive_a_traitorous_commander() {
    // §4, figure 5: attack:0 to lieutenant 1, retreat:0 to lieutenant 2; each finds out from the other.
    let mut table = begin(&setup(3, 1));
    table.pile.clear();
    tell(&mut table, 1, &chain(ATTACK, &[0]));
    tell(&mut table, 2, &chain(RETREAT, &[0]));
    play(&mut table, |_| true);
    assert_eq!((known(&table, 1), known(&table, 2)), (vec![ATTACK, RETREAT], vec![RETREAT, ATTACK]));
    assert_eq!([1, 2].map(|i| table.replicas[i].obeys), [Some(RETREAT); 2]);
}

#[test]
fn nobody_is_shown_anything_and_all_retreat() {
    let mut table = begin(&setup(4, 2));
    play(&mut table, |_| false);
    assert_eq!([1, 2, 3].map(|i| table.replicas[i].obeys), [Some(RETREAT); 3]);
}

#[test]
fn a_chain_needs_the_commander_and_as_many_different_signers_as_its_round() {
    let mut table = begin(&setup(5, 3));
    tell(&mut table, 1, &chain(RETREAT, &[2]));
    assert_eq!(why(&table), "the commander's signature is missing");
    end_round(&mut table, &[1]);
    tell(&mut table, 1, &chain(RETREAT, &[0]));
    assert_eq!(why(&table), "too few signatures for this round");
    tell(&mut table, 1, &chain(RETREAT, &[0, 2, 2]));
    assert_eq!(why(&table), "signed twice by the same general");
    assert_eq!(known(&table, 1), []);
    tell(&mut table, 1, &chain(RETREAT, &[0, 2, 3]));
    assert_eq!(known(&table, 1), [RETREAT], "more signatures than the round demands");
}

#[test]
fn a_claim_without_signatures_is_believed_only_if_signatures_mean_nothing() {
    let claim = Msg::Claimed(Claim { order: RETREAT, names: Names::from_slice(&[COMMANDER, r(2)]) });
    let mut table = begin(&setup(3, 1));
    tell(&mut table, 1, &claim);
    assert_eq!(why(&table), "not signed");
    let mut table = begin(&without(setup(3, 1), SIGNATURES));
    table.pile.clear();
    tell(&mut table, 1, &claim);
    assert_eq!(known(&table, 1), [RETREAT]);
}

#[test]
fn a_second_order_straight_from_the_commander_is_not_taken() {
    // §4, step 2 (A): only if no order has come before.
    let mut table = begin(&setup(4, 2));
    tell(&mut table, 1, &chain(ATTACK, &[0]));
    tell(&mut table, 1, &chain(RETREAT, &[0]));
    assert_eq!(why(&table), "the commander has given another order before");
    tell(&mut table, 1, &chain(ATTACK, &[0, 2]));
    assert_eq!(why(&table), "that order is known");
    tell(&mut table, 1, &chain(RETREAT, &[0, 2]));
    assert_eq!(known(&table, 1), [ATTACK, RETREAT]);
}

#[test]
fn an_order_is_passed_on_to_those_who_have_not_signed_until_m_plus_one_have() {
    let mut table = begin(&setup(5, 2));
    table.pile.clear();
    tell(&mut table, 1, &chain(ATTACK, &[0, 2]));
    end_round(&mut table, &[1]);
    let letters: Vec<(usize, String)> = table.pile.iter().map(|l| (l.to.index(), names(&l.msg))).collect();
    assert_eq!(letters, [(3, "0:2:1".to_owned()), (4, "0:2:1".to_owned())]);
    table.pile.clear();
    tell(&mut table, 3, &chain(ATTACK, &[0, 2, 1]));
    end_round(&mut table, &[3]);
    assert!(table.pile.is_empty(), "k = m: three have signed");
    let mut table = begin(&without(setup(5, 2), ENOUGH_SIGNED));
    table.pile.clear();
    tell(&mut table, 3, &chain(ATTACK, &[0, 2, 1]));
    end_round(&mut table, &[3]);
    assert_eq!(table.pile.len(), 1);
}

fn names(msg: &Msg) -> String {
    msg.names().iter().map(ToString::to_string).collect::<Vec<_>>().join(":")
}

#[test]
fn what_traitors_show_in_the_last_round_but_one_still_reaches_everybody() {
    // m = 2: the commander and lieutenant 3 are traitors, and show retreat:0:3 to lieutenant 1 alone, in round 2.
    let show = |setup: &Setup| {
        let mut table = begin(setup);
        table.pile.retain(|l| l.to != r(3));
        table.deliver_all(|_| true);
        end_round(&mut table, &[1, 2]);
        table.deliver_all(|l| l.to != r(3));
        tell(&mut table, 1, &chain(RETREAT, &[0, 3]));
        end_round(&mut table, &[1, 2]);
        if table.replicas[1].obeys.is_none() {
            table.deliver_all(|l| l.to != r(3));
            end_round(&mut table, &[1, 2]);
        }
        [1, 2].map(|i| table.replicas[i].obeys)
    };
    assert_eq!(show(&setup(4, 2)), [Some(RETREAT); 2]);
    assert_eq!(show(&without(setup(4, 2), LAST_ROUND)), [Some(RETREAT), Some(ATTACK)]);
}

/// Traitors who know all that is sent, sign in any order what they like, and show it to whom they like when they like.
/// Gives what the loyal lieutenants know in the end.
fn conspire(setup: &Setup, traitors: &[usize], seed: u64) -> Vec<Vec<Order>> {
    let (mut table, mut rng) = (begin(setup), Rng::stream(seed, 3));
    let mut seen: Vec<Chain> = Vec::new();
    let loyal: Vec<usize> = (1..setup.n).filter(|i| !traitors.contains(i)).collect();
    if traitors.contains(&0) {
        table.pile.clear();
        seen.extend([ATTACK, RETREAT].map(|v| Chain::new(testbed::signed(&table, COMMANDER, Text::Own(v)))));
    }
    for _ in 0..table.config.rounds {
        let mut letters: Vec<Letter<Msg>> =
            table.pile.drain(..).filter(|l| !traitors.contains(&l.from.index())).collect();
        for letter in &letters {
            let Msg::Signed(chain) = &letter.msg else { continue };
            seen.push(chain.clone());
        }
        for _ in 0..rng.within(0, 8) {
            let Some(mut chain) = seen.get(rng.within(0, seen.len().max(1) as u64 - 1) as usize).cloned()
            else {
                break;
            };
            for _ in 0..rng.within(0, 3) {
                let who = r(traitors[rng.within(0, traitors.len() as u64 - 1) as usize]);
                chain = Chain::new(testbed::signed(&table, who, Text::Message(chain)));
                seen.push(chain.clone());
            }
            let from = r(traitors[0]);
            let to = r(loyal[rng.within(0, loyal.len() as u64 - 1) as usize]);
            let at = rng.within(0, letters.len() as u64) as usize;
            letters.insert(at, Letter { from, to, msg: Msg::Signed(chain) });
        }
        for letter in letters {
            table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
        }
        end_round(&mut table, &loyal);
    }
    let set = |i: &usize| {
        let mut set = known(&table, *i);
        set.sort_by_key(|order| order.name());
        set
    };
    loyal.iter().map(set).collect()
}

#[test]
fn whatever_traitors_sign_and_whenever_they_show_it_all_loyal_lieutenants_end_with_the_same_orders() {
    // §4, theorem 2.
    let differ = |setup: &Setup, traitors: &[usize], seed: u64| {
        let sets = conspire(setup, traitors, seed);
        assert!(traitors.contains(&0) || sets.iter().all(|set| *set == [ATTACK]), "the commander is loyal");
        sets.iter().any(|set| *set != sets[0])
    };
    for (n, traitors) in [(4, &[0, 1][..]), (5, &[0, 2]), (5, &[0, 1, 2]), (6, &[0, 3, 4, 5]), (5, &[1, 3])] {
        let setup = setup(n, traitors.len());
        let found = |setup: &Setup| (0..1_000).any(|seed| differ(setup, traitors, seed));
        assert!(!found(&setup), "{traitors:?} of {n}");
        for rule in [DISTINCT_SIGNERS, SIGNED_IN_TIME, LAST_ROUND] {
            assert_eq!(found(&without(setup.clone(), rule)), traitors[0] == 0, "{traitors:?} of {n}, {rule}");
        }
    }
}

#[test]
fn choice_is_the_same_function_for_all() {
    let mut table = begin(&without(setup(3, 1), CHOICE));
    table.pile.clear();
    tell(&mut table, 1, &chain(ATTACK, &[0]));
    tell(&mut table, 2, &chain(RETREAT, &[0]));
    play(&mut table, |_| true);
    assert_eq!([1, 2].map(|i| table.replicas[i].obeys), [Some(ATTACK), Some(RETREAT)]);
}

#[test]
fn a_message_reads_as_the_paper_writes_it_and_costs_64_bytes_a_signature() {
    let msg = chain(ATTACK, &[0, 2, 1]);
    assert_eq!(consensus_kernel::inspect::Tree::of(&msg).to_string(), "Signed attack:0:2:1");
    assert_eq!((msg.bytes(), msg.round(), msg.kind()), (16 + 8 + 3 * 64, 3, kind(ATTACK, true)));
}

#[test]
fn a_lieutenant_that_comes_back_keeps_what_it_knew_and_does_not_make_up_for_rounds() {
    let mut table = begin(&setup(4, 2));
    tell(&mut table, 1, &chain(ATTACK, &[0]));
    table.pile.clear();
    table.now = Time(25_000);
    table.restart(r(1));
    assert_eq!((table.replicas[1].round, known(&table, 1)), (2, vec![ATTACK]));
    end_round(&mut table, &[1]);
    assert!(table.pile.is_empty(), "with one signature it would come too late");
    table.now = Time(70_000);
    table.restart(r(1));
    assert_eq!(table.replicas[1].obeys, Some(ATTACK));
    let commander = Sm::new(&table.config.clone(), COMMANDER);
    table.replicas[0] = commander;
    table.restart(COMMANDER);
    assert_eq!(table.replicas[0].obeys, Some(RETREAT), "nobody has heard anything from it");
}

#[test]
fn every_number_of_generals_and_traitors_is_possible() {
    for n in 1..=META.n.2 {
        for f in 0..n {
            let plan = Sm::configure(&setup(n, f)).unwrap();
            assert_eq!(plan.rounds as usize, f + 1);
        }
    }
}
