//! A run that goes on and on takes no more memory than one that has gone on for a while: checkpoints are thinned out,
//! nothing waits in a queue for ever, and no table of what was once judged grows with time alone.
//!
//! Ten simulated minutes; with `SOAK`, a day.

use consensus_kernel::{AnyConfig, AnyNode, Protocol};
use consensus_lab::{catalogue, open_with_limit};
use consensus_sim::{Observer, Simulation, Stop};
use consensus_tests::{scenario, soak};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Most bytes that a session holds, its checkpoints included: 9 MB were seen of ten minutes. A day of a bad network is
/// 20,000 terms, each with a leader that is remembered, for a second one would be an accident: 19 MB.
const BYTES_MAX: usize = 12 << 20;
const BYTES_MAX_OF_A_DAY: usize = 24 << 20;

/// All tests count with one allocator, so they take turns.
static TURN: Mutex<()> = Mutex::new(());

/// Runs `claim` while no other test allocates. It has a thread of its own, awaited to its end: what a thread keeps for
/// itself is given back only then, and would be missed in the next test's count.
fn alone(claim: fn()) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Err(panic) = thread::spawn(claim).join() {
        resume_unwind(panic);
    }
}

/// A network that keeps everybody busy.
const TROUBLE: &str = "&loss=20%25&dup=10%25&latency=1ms..40ms";

#[test]
fn a_run_that_goes_on_takes_no_more_memory() {
    alone(go_on);
}

fn go_on() {
    let (minutes, bytes_max) = if soak() > 1 { (24 * 60, BYTES_MAX_OF_A_DAY) } else { (10, BYTES_MAX) };
    let mut events = 0;
    for meta in catalogue() {
        for trouble in ["", TROUBLE] {
            let link = format!("#/{}?seed=3&until={minutes}min{trouble}", meta.id);
            let before = live_bytes();
            let mut session = open_with_limit(&scenario(&link), u64::MAX).expect("the bounds allow it");
            while session.run_ahead(1 << 16) {}
            let bytes = live_bytes() - before;
            events += session.frontier().event;
            assert!(bytes < bytes_max, "{link}: {bytes} bytes after {} events", session.frontier().event);
        }
    }
    assert!(events > 50_000 * minutes, "hardly anything went on: {events} events");
}

struct Nobody;

impl Observer<AnyNode> for Nobody {}

#[test]
fn what_a_moment_is_said_to_take_is_within_a_factor_of_two_of_what_it_takes() {
    alone(weigh_moments);
}

fn weigh_moments() {
    fn weigh<P: Protocol>(wrong: &mut Vec<String>) {
        for trouble in ["", TROUBLE] {
            let link = format!("#/{}?seed=3&until=10min{trouble}", P::META.id);
            let scenario = scenario(&link);
            let config = AnyConfig::of::<P>(&scenario.setup()).expect("the bounds allow it");
            let mut sim = Simulation::<AnyNode>::configured(&scenario, config, u64::MAX);
            for events in [100, 2_000, 20_000] {
                sim.run(&mut Nobody, Stop::at_event(events));
                let before = live_bytes();
                let copy = sim.clone();
                let (takes, said) = (live_bytes() - before, copy.estimated_bytes());
                if said > 2 * takes || takes > 2 * said {
                    wrong.push(format!("{link} after {events} events: {said} bytes said, {takes} taken"));
                }
            }
        }
    }
    macro_rules! weigh_all {
        ($($protocol:ty),* $(,)?) => {{
            let mut wrong = Vec::new();
            $(weigh::<$protocol>(&mut wrong);)*
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }};
    }
    consensus_protocols::for_each_protocol!(weigh_all);
}

fn live_bytes() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}
