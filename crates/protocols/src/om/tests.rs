//! One test a claim, on the table-top.

use super::*;
use crate::testbed::{self, Letter, Table, r, without};
use consensus_kernel::{Bound, Duration, ParamValue, Time, Timer as _, Value};

const ATTACK: Order = Order::Attack;
const RETREAT: Order = Order::Retreat;

/// OM(m) among n.
fn setup(n: usize, m: usize) -> Setup {
    Setup { f: m, ..testbed::setup(&META, n, 0) }
}

fn begin(setup: &Setup) -> Table<Om> {
    Table::new(setup)
}

fn path(generals: &[usize]) -> Path {
    generals[1..].iter().fold(Path::COMMANDER, |path, i| path.then(r(*i)))
}

/// Plays all rounds; `says` turns each letter round, or drops it. Gives how many letters each round had.
fn play(table: &mut Table<Om>, says: impl Fn(&Letter<Msg>) -> Option<Order>) -> Vec<usize> {
    let mut counts = Vec::new();
    let generals = table.replicas.len();
    while !table.timers.is_empty() {
        counts.push(table.pile.len());
        while let Some(mut letter) = table.pile.pop_front() {
            if let Some(order) = says(&letter) {
                letter.msg.order = order;
                table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
            }
        }
        for i in 1..generals {
            if table.timers.contains_key(&(r(i), Timer::Round.index())) {
                table.fire(r(i), Timer::Round);
            }
        }
    }
    counts
}

fn truly(letter: &Letter<Msg>) -> Option<Order> {
    Some(letter.msg.order)
}

fn obeyed(table: &Table<Om>, lieutenants: &[usize]) -> Vec<Option<Order>> {
    lieutenants.iter().map(|i| table.replicas[*i].obeys).collect()
}

fn why(table: &Table<Om>) -> &'static str {
    table.rejected.last().map_or("nothing was refused", |(_, why)| why)
}

#[test]
fn om_m_takes_as_many_messages_in_each_round_as_there_are_paths() {
    for (n, m) in [(1, 0), (2, 0), (4, 0), (4, 1), (5, 1), (7, 1), (7, 2), (10, 2), (10, 3), (5, 4)] {
        let mut table = begin(&setup(n, m));
        let counts = play(&mut table, truly);
        let round = |k: usize| (1..=k).map(|i| n.saturating_sub(i)).product::<usize>();
        assert_eq!(counts, (1..=m + 1).filter(|_| n > 1).map(round).collect::<Vec<_>>(), "OM({m}), n = {n}");
        assert_eq!(counts.iter().sum::<usize>() as u64, messages(n, m));
        assert_eq!(table.decided.len(), n);
        assert!(table.decided.iter().all(|(_, slot, value)| (*slot, *value) == (1, Value::ATTACK)));
    }
}

#[test]
fn om_1_among_four_survives_a_traitorous_lieutenant() {
    // §3, figure 3: lieutenant 3 says the opposite of what it was told.
    let mut table = begin(&setup(4, 1));
    play(&mut table, |l| Some(if l.from == r(3) { l.msg.order.opposite() } else { l.msg.order }));
    assert_eq!(obeyed(&table, &[1, 2]), [Some(ATTACK); 2]);
}

#[test]
fn om_1_among_four_survives_a_traitorous_commander() {
    // §3, figure 4: he tells each lieutenant what he likes; all three get the same three values.
    for tale in 0..8 {
        let told = |to: NodeId| if tale >> (to.index() - 1) & 1 == 0 { RETREAT } else { ATTACK };
        let mut table = begin(&setup(4, 1));
        play(&mut table, |l| Some(if l.from == COMMANDER { told(l.to) } else { l.msg.order }));
        let orders = obeyed(&table, &[1, 2, 3]);
        assert_eq!(orders, [orders[0]; 3], "{tale:03b}");
    }
}

#[test]
fn with_three_generals_one_view_fits_two_stories() {
    // §2: in the first the commander is loyal, in the second lieutenant 2 is.
    let mut first = begin(&setup(3, 1));
    play(&mut first, |l| Some(if l.from == r(2) { l.msg.order.opposite() } else { l.msg.order }));
    let mut second = begin(&setup(3, 1));
    play(&mut second, |l| Some(if l.to == r(2) { RETREAT } else { l.msg.order }));
    let view = |table: &Table<Om>| table.replicas[1].heard.orders().to_vec();
    assert_eq!(view(&first), [Some(ATTACK), Some(RETREAT)]);
    assert_eq!(view(&first), view(&second));
    assert_eq!(first.replicas[1].obeys, second.replicas[1].obeys);
}

#[test]
fn two_traitors_among_seven_change_nothing_whatever_they_say() {
    // Their words are drawn from the message's path and receiver, so that they are as unlike as can be.
    for seed in 0..40usize {
        for traitors in [[0, 1], [0, 6], [1, 2], [3, 5]] {
            let lie = |l: &Letter<Msg>| {
                let draw =
                    l.msg.path.generals().fold(seed + 7 * l.to.index(), |x, g| x * 31 + 17 * g.index());
                [Some(ATTACK), Some(RETREAT), None][(draw ^ draw >> 3) % 3]
            };
            let mut table = begin(&setup(7, 2));
            play(&mut table, |l| if traitors.contains(&l.from.index()) { lie(l) } else { truly(l) });
            let loyal: Vec<usize> = (1..7).filter(|i| !traitors.contains(i)).collect();
            let orders = obeyed(&table, &loyal);
            assert_eq!(orders, vec![orders[0]; loyal.len()], "seed {seed}, traitors {traitors:?}");
            assert!(traitors.contains(&0) || orders[0] == Some(ATTACK), "seed {seed}, traitors {traitors:?}");
        }
    }
}

#[test]
fn what_does_not_come_counts_as_retreat() {
    // §3, A3: the commander says nothing to anybody.
    let mut table = begin(&setup(4, 1));
    play(&mut table, |l| truly(l).filter(|_| l.from != COMMANDER));
    assert_eq!(obeyed(&table, &[1, 2, 3]), [Some(RETREAT); 3]);
    assert!(table.cited.contains(&(r(1), Cite::Missing as RuleId)));
}

#[test]
fn without_its_end_a_round_never_ends_for_want_of_one_message() {
    let mut table = begin(&without(setup(4, 1), ABSENCE));
    play(&mut table, |l| truly(l).filter(|_| l.from != r(3)));
    assert_eq!(obeyed(&table, &[1, 2]), [None; 2]);
    let late = Msg { path: path(&[0, 3]), order: ATTACK };
    table.step(r(1), Input::Deliver { from: r(3), msg: &late });
    assert_eq!(obeyed(&table, &[1, 2]), [Some(ATTACK), None], "what it waited for has come");
}

#[test]
fn a_tie_is_a_retreat_for_everybody() {
    // Five lieutenants would be odd; four have ties: attack, attack, retreat, retreat.
    let split = |l: &Letter<Msg>| match (l.from, l.to.index()) {
        (COMMANDER, 1 | 2) => Some(ATTACK),
        (COMMANDER, _) => Some(RETREAT),
        _ => Some(l.msg.order),
    };
    let mut table = begin(&setup(5, 1));
    play(&mut table, split);
    assert_eq!(obeyed(&table, &[1, 2, 3, 4]), [Some(RETREAT); 4]);
    assert!(table.cited.contains(&(r(1), Cite::Tie as RuleId)));
    let mut table = begin(&without(setup(5, 1), COMMON_TIE));
    play(&mut table, split);
    assert_eq!(obeyed(&table, &[1, 2, 3, 4]), [ATTACK, ATTACK, RETREAT, RETREAT].map(Some));
}

#[test]
fn a_lieutenant_believes_a_path_only_from_its_last_general() {
    // §3, A2.
    let forged = Msg { path: path(&[0, 2]), order: RETREAT };
    let mut table = begin(&setup(4, 1));
    table.step(r(1), Input::Deliver { from: r(3), msg: &forged });
    assert_eq!(why(&table), "the path does not end with its sender");
    let mut table = begin(&without(setup(4, 1), SENDER_KNOWN));
    table.step(r(1), Input::Deliver { from: r(3), msg: &forged });
    assert!(table.rejected.is_empty());
}

#[test]
fn only_the_first_word_along_a_path_counts_and_only_in_time() {
    let mut table = begin(&setup(4, 1));
    let word = |order| Msg { path: Path::COMMANDER, order };
    table.step(r(1), Input::Deliver { from: COMMANDER, msg: &word(RETREAT) });
    table.step(r(1), Input::Deliver { from: COMMANDER, msg: &word(ATTACK) });
    assert_eq!(why(&table), "heard along this path before");
    table.fire(r(2), Timer::Round);
    table.step(r(2), Input::Deliver { from: COMMANDER, msg: &word(ATTACK) });
    assert_eq!(why(&table), "its round is over");
    assert_eq!(table.replicas[1].heard.get(0), Some(RETREAT));
    assert_eq!(table.replicas[2].heard.get(0), None);
}

#[test]
fn impossible_paths_are_refused() {
    let mut table = begin(&setup(4, 1));
    for generals in [&[0, 2, 3][..], &[0, 1], &[0, 0], &[0, 7]] {
        let msg = Msg { path: path(generals), order: ATTACK };
        let from = msg.path.last();
        table.step(r(1), Input::Deliver { from, msg: &msg });
        assert_eq!(why(&table), "no path to this general", "{generals:?}");
    }
    table.step(COMMANDER, Input::Deliver { from: r(1), msg: &Msg { path: path(&[0, 1]), order: ATTACK } });
    assert_eq!(why(&table), "no path to this general", "the commander takes no orders");
}

#[test]
fn places_and_paths_name_each_other() {
    for (n, rounds, me) in [(2, 1, 1), (4, 2, 3), (7, 3, 1), (7, 6, 4), (9, 8, 8)] {
        let heard = Heard::new(n, rounds, r(me));
        let longest = heard.longest() as u32;
        let places: Vec<usize> = (1..=longest).flat_map(|length| heard.places(length)).collect();
        assert_eq!(places, (0..heard.orders().len()).collect::<Vec<_>>());
        for (length, place) in
            (1..=longest).flat_map(|l| heard.places(l).map(move |place| (l as usize, place)))
        {
            let path = heard.path(place);
            assert_eq!((path.len(), heard.place(&path)), (length, Some(place)));
            for next in heard.onward(place, length) {
                assert_eq!(heard.path(next).before(), Some(path));
            }
        }
        assert_eq!(heard.orders().len() as u64, messages(n, rounds - 1) / (n as u64 - 1));
    }
}

#[test]
fn no_set_up_passes_the_bounds_and_each_refusal_names_its_key() {
    for n in 1..=META.n.2 {
        for f in 0..n {
            match Om::configure(&setup(n, f)) {
                Ok(_) => {
                    assert!(messages(n, f) <= MESSAGES_MAX, "OM({f}), n = {n}");
                    assert!((f + 1).min(n.max(2) - 1) <= heard::LONGEST, "OM({f}), n = {n}");
                }
                Err(error) => {
                    assert_eq!(error.key, "n");
                    assert!(error.why.contains("fewer generals, or a smaller f"), "{}", error.why);
                }
            }
        }
    }
    assert!(Om::configure(&setup(13, 4)).is_ok());
    assert_eq!(messages(16, 5), 3_999_675);
    assert!(Om::configure(&setup(16, 5)).is_err());
    let told =
        |n, f, m: usize| testbed::with(setup(n, f), crate::generals::param::M, ParamValue::Choice(m + 1));
    assert_eq!(Om::configure(&told(7, 2, 1)).unwrap_err().key, "m", "fewer traitors than f");
    assert_eq!(Om::configure(&told(6, 1, 2)).unwrap_err().key, "m", "more than n allows");
    assert_eq!(Om::configure(&told(7, 1, 2)).unwrap().plan.rounds, 3);
    assert_eq!(Bound::Third.max_f(4), 1, "what stands for m unless it is given");
}

#[test]
fn a_lieutenant_that_comes_back_goes_on_with_the_round_under_way_and_does_not_speak_for_those_it_missed() {
    let mut table = begin(&setup(7, 2));
    table.now = Time(25_000);
    table.pile.clear();
    table.restart(r(1));
    assert_eq!(table.replicas[1].round, 2);
    assert_eq!(table.timers[&(r(1), 0)], Duration::micros(15_002));
    assert!(table.pile.is_empty());
    table.now = Time(80_000);
    table.restart(r(2));
    assert_eq!(table.replicas[2].obeys, Some(RETREAT), "all rounds are over");
    table.restart(r(2));
    assert_eq!(table.decided.iter().filter(|(id, ..)| *id == r(2)).count(), 1, "what it obeys is on disk");
}

#[test]
fn a_commander_that_comes_back_without_having_spoken_does_what_all_do_who_hear_nothing() {
    let mut table = begin(&setup(4, 1));
    let config = table.config.clone();
    *table.node(COMMANDER) = Om::new(&config, COMMANDER);
    table.pile.clear();
    table.restart(COMMANDER);
    assert!(table.pile.is_empty());
    assert_eq!(table.replicas[0].obeys, Some(RETREAT));
    assert!(!table.replicas[0].has_ordered());
}

#[test]
fn the_tree_shows_what_was_heard_and_the_majority_over_it() {
    let mut table = begin(&setup(4, 1));
    play(&mut table, |l| Some(if l.from == r(3) { RETREAT } else { l.msg.order }));
    let replicas: Vec<&Om> = table.replicas.iter().collect();
    let panels = Om::panels(&table.config, &replicas);
    assert_eq!(panels.len(), 3, "one for each lieutenant");
    let Panel::Tree(tree) = &panels[0] else { panic!("{panels:?}") };
    assert_eq!(tree.title, "What lieutenant 1 has heard");
    let shown: Vec<(Option<usize>, &str, &str)> =
        tree.nodes.iter().map(|n| (n.parent, n.label.as_str(), n.cell.text.as_str())).collect();
    assert_eq!(
        shown,
        [
            (None, "0 said", "attack, majority attack"),
            (Some(0), "2 says that 0 said", "attack"),
            (Some(0), "3 says that 0 said", "retreat"),
        ]
    );
}
