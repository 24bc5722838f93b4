//! Storms of random schedules under all invariants, and hostile numbers.

use super::*;
use crate::testbed::forgers::fire_any;
use crate::testbed::watch::Watch;

/// Random deliveries, losses, repetitions and timers; then a calm in which nothing is lost.
fn storm(setup: &Setup, seed: u64, requests: u32) -> Result<Table<Pbft>, String> {
    let (mut table, mut rng, mut watch) = (Table::new(setup), Rng::stream(seed, 7), Watch::of::<Pbft>());
    for i in 0..setup.clients {
        for k in 1..=requests {
            propose(&mut table, Value::request(i, k));
        }
    }
    for _ in 0..1_500 {
        let last = table.pile.len().saturating_sub(1) as u64;
        let at = rng.within(0, last.min(12)) as usize;
        match rng.within(0, 99) {
            0..80 if !table.pile.is_empty() => {
                let letter = table.pile.remove(at).unwrap();
                if rng.within(0, 9) == 0 {
                    table.pile.push_back(letter.clone());
                }
                table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
            }
            80..90 if !table.pile.is_empty() => drop(table.pile.remove(at)),
            98 => table.restart(r(rng.within(0, setup.n as u64 - 1) as usize)),
            90.. => fire_any(&mut table, &mut rng),
            _ => fire_any(&mut table, &mut rng),
        }
        watch.look(&table, &[])?;
    }
    for _ in 0..200 {
        while table.deliver() {
            watch.look(&table, &[])?;
        }
        if table.timers.is_empty() {
            break;
        }
        // The shortest timer first, as time would have it, so that the doubled ones get their chance.
        let (&(id, timer), _) = table.timers.iter().min_by_key(|(_, span)| **span).unwrap();
        table.fire(id, <Timer as consensus_kernel::Timer>::from_index(timer));
        watch.look(&table, &[])?;
    }
    Ok(table)
}

#[test]
fn storms_break_nothing_and_all_is_decided_when_they_end() {
    for seed in 0..300 {
        let n = [4, 5, 7][seed as usize % 3];
        let small = with(setup(n, 2), param::CHECKPOINT, ParamValue::Int(1 + seed % 4));
        let table = storm(&small, seed, 4).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        for client in 0..2 {
            assert_eq!(decided(&table, c(client)).len(), 4, "seed {seed}, client {client}");
        }
        let highest = (0..n).map(|i| replica(&table, i).executed).max();
        assert!((0..n).all(|i| Some(replica(&table, i).executed) == highest), "seed {seed}");
    }
}

#[test]
fn without_what_new_views_inherit_storms_break_agreement_or_an_invariant() {
    let broken = without(with(setup(4, 2), param::CHECKPOINT, ParamValue::Int(4)), NEW_VIEW_CERTIFICATES);
    assert!((0..200).any(|seed| storm(&broken, seed, 4).is_err()));
}

#[test]
fn hostile_numbers_are_refused_and_nothing_panics() {
    let mut table = Table::new(&setup(4, 2));
    execute(&mut table, 1..=20, &[]);
    let extremes = [0, 1, 16, 17, 32, 48, 49, u64::MAX - 1, u64::MAX];
    for view in extremes {
        for sequence in extremes {
            let d = pre_prepare(&mut table, r(1), view, sequence, &[y(1)]);
            prepare(&mut table, r(2), r(1), view, sequence, d);
            commit(&mut table, r(2), r(1), view, sequence, d);
            let checkpoint = signed(&table, r(2), Checkpoint { sequence, digest: d });
            tell(&mut table, r(2), r(1), Msg::Checkpoint(checkpoint));
            let commits = Certificate::of(&signed(&table, r(2), Commit { view, sequence, digest: d }));
            let proof = Committed { batch: batch(&table, &[y(1)]), commits };
            tell(&mut table, r(2), r(1), Msg::Committed(Shared::new(proof)));
            let state = State { stable: Certificate::of(&checkpoint), segments: Vec::new() };
            tell(&mut table, r(2), r(1), Msg::State(Shared::new(state)));
            for active in [true, false] {
                let status = Status { view, active, stable: sequence, executed: sequence, answer: active };
                tell(&mut table, r(2), r(1), Msg::Status(status));
            }
        }
        want_view(&mut table, 2, 1, view);
    }
    assert_eq!(replica(&table, 1).executed, 20);
    assert_eq!(replica(&table, 1).view, 0);
    run(&mut table);
    propose(&mut table, y(1));
    run(&mut table);
    assert_eq!(decided(&table, c(1)).len(), 1);
}
