//! One test a claim, on the table-top.

use super::*;
use crate::testbed::{self, Table, with, without};
use consensus_kernel::{Message, ParamValue, Rng, SwitchId};

fn p(i: usize) -> NodeId {
    NodeId::replica(i)
}

fn setup(n: usize) -> Setup {
    testbed::setup(&META, n, 0)
}

fn value(number: u32) -> Value {
    Value::plain(number)
}

fn estimate(round: u64, number: u32, timestamp: u64) -> Msg {
    Msg::Estimate { round, estimate: Estimate { value: value(number), timestamp } }
}

fn proposal(round: u64, number: u32) -> Msg {
    Msg::Proposal { round, value: value(number) }
}

fn decide(round: u64, number: u32) -> Msg {
    Msg::Decide { round, value: value(number) }
}

/// A process of a table whose letters are thrown away, and what it says next.
struct Alone(Table<ChandraToueg>, NodeId);

impl Alone {
    fn new(setup: &Setup, i: usize) -> Self {
        let mut table = Table::new(setup);
        table.pile.clear();
        Self(table, p(i))
    }

    fn hear(&mut self, i: usize, msg: Msg) {
        self.0.step(self.1, Input::Deliver { from: p(i), msg: &msg });
    }

    fn told(&mut self, command: usize, about: usize) {
        self.0.step(self.1, Input::Command { command, about });
    }

    /// What it has sent since it was last asked, heartbeats aside: receivers and messages.
    fn said(&mut self) -> Vec<(usize, Msg)> {
        let me = self.1;
        let said = self.0.pile.drain(..).filter(|l| l.from == me && l.msg != Msg::Heartbeat);
        said.map(|l| (l.to.index(), l.msg)).collect()
    }

    fn process(&self) -> &ChandraToueg {
        &self.0.replicas[self.1.index()]
    }

    fn refuses(&mut self, i: usize, msg: Msg) -> bool {
        let before = self.0.rejected.len();
        self.hear(i, msg);
        self.0.rejected.len() > before
    }
}

#[test]
fn taken_literally_a_run_without_failures_sends_messages_of_round_2_before_the_decision_arrives() {
    for (n, of_round_1, all) in [(4, 21, 26), (7, 60, 71)] {
        let mut table: Table<ChandraToueg> = Table::new(&setup(n));
        let mut counts = [0; 2];
        while let Some(letter) = table.pile.front() {
            let counted = letter.msg != Msg::Heartbeat;
            counts[0] += usize::from(counted && letter.msg.round() == 1);
            counts[1] += usize::from(counted);
            table.deliver();
        }
        assert_eq!(counts, [of_round_1, all], "n = {n}");
        assert_eq!(table.decided.len(), n);
        // Process 1 coordinates round 1; all time stamps are 0 and its own estimate came first.
        assert!(table.decided.iter().all(|(_, _, decided)| *decided == value(2)));
    }
}

#[test]
fn processes_take_turns_as_coordinators_from_the_second_on() {
    let config = Config::of(&setup(3));
    let turns: Vec<usize> = (1..=6).map(|round| config.coordinator(round).index()).collect();
    assert_eq!(turns, [1, 2, 0, 1, 2, 0]);
    let mut alone = Alone::new(&setup(3), 0);
    for round in 1..=2 {
        alone.told(command::SUSPECT, round);
    }
    assert_eq!((alone.process().round, alone.process().phase), (3, Phase::Estimates));
    let said = [(1, Msg::Nack { round: 1 }), (2, estimate(2, 1, 0)), (2, Msg::Nack { round: 2 })];
    assert_eq!(alone.said(), said);
}

#[test]
fn phase_2_proposes_a_latest_estimate_of_a_majority() {
    let heard = [estimate(6, 4, 1), estimate(6, 5, 3)];
    let proposed = |setup: &Setup| {
        let mut alone = Alone::new(setup, 1);
        for coordinator in [2, 3, 4, 0] {
            alone.told(command::SUSPECT, coordinator);
        }
        alone.hear(0, Msg::Nack { round: 1 });
        for i in [0, 2] {
            alone.hear(i, estimate(1, 3, 0));
        }
        // Its own proposal has no majority of acks, and it gives up on all others until round 6.
        alone.hear(2, Msg::Nack { round: 1 });
        assert_eq!((alone.process().round, alone.process().phase), (6, Phase::Estimates));
        alone.said();
        alone.hear(2, heard[0]);
        assert_eq!(alone.said(), []);
        alone.hear(3, heard[1]);
        alone.process().past.back().and_then(|played| played.proposed)
    };
    assert_eq!(proposed(&setup(5)), Some(value(5)));
    assert_eq!(proposed(&without(setup(5), LATEST)), Some(value(2)));
}

#[test]
fn phase_3_takes_the_proposal_over_stamps_it_acks_and_goes_on_at_once() {
    let mut alone = Alone::new(&setup(5), 0);
    alone.hear(1, proposal(1, 2));
    assert_eq!(alone.process().estimate, Estimate { value: value(2), timestamp: 1 });
    assert_eq!(alone.said(), [(1, Msg::Ack { round: 1 }), (2, estimate(2, 2, 1))]);
    let mut careless = Alone::new(&without(setup(5), STAMP), 0);
    careless.hear(1, proposal(1, 2));
    assert_eq!(careless.process().estimate, Estimate { value: value(2), timestamp: 0 });
}

#[test]
fn phase_3_gives_up_on_a_suspect_and_waits_if_the_rule_is_off() {
    let mut alone = Alone::new(&setup(5), 0);
    alone.0.fire(p(0), Timer::Suspect(p(1)));
    assert_eq!(alone.process().estimate, Estimate { value: value(1), timestamp: 0 });
    assert_eq!(alone.said(), [(1, Msg::Nack { round: 1 }), (2, estimate(2, 1, 0))]);
    let mut patient = Alone::new(&without(setup(5), OR_SUSPECT), 0);
    patient.0.fire(p(0), Timer::Suspect(p(1)));
    assert_eq!((patient.process().round, patient.said()), (1, vec![]));
}

#[test]
fn phase_4_decides_only_if_all_answers_of_a_majority_are_acks() {
    let ask = |setup: &Setup, answers: [Msg; 2]| {
        let mut alone = Alone::new(setup, 1);
        for i in [0, 2] {
            alone.hear(i, estimate(1, 3, 0));
        }
        for (i, msg) in [0, 2].into_iter().zip(answers) {
            alone.hear(i, msg);
        }
        let decided = alone.process().decided;
        (decided, alone.said().iter().filter(|(_, msg)| msg.kind() == 4).count())
    };
    let (ack, nack) = (Msg::Ack { round: 1 }, Msg::Nack { round: 1 });
    let decision = Some(Decided { value: value(2), round: 1 });
    assert_eq!(ask(&setup(5), [ack, ack]), (decision, 4));
    assert_eq!(ask(&setup(5), [ack, nack]), (None, 0));
    assert_eq!(ask(&without(setup(5), ALL_ACKS), [ack, nack]), (decision, 4));
}

#[test]
fn a_decision_is_passed_on_when_it_first_arrives() {
    let mut alone = Alone::new(&setup(4), 0);
    alone.hear(2, decide(1, 2));
    assert_eq!(alone.said(), [1, 2, 3].map(|i| (i, decide(1, 2))));
    assert_eq!(alone.0.decided, [(p(0), 1, value(2))]);
    assert!(alone.refuses(3, decide(1, 2)));
    assert_eq!(alone.said(), []);
    assert!(alone.0.timers.keys().all(|(id, _)| *id != p(0)), "its detector has stopped");
    let mut silent = Alone::new(&without(setup(4), RELAY), 0);
    silent.hear(2, decide(1, 2));
    assert_eq!((silent.said(), silent.0.decided.len()), (vec![], 1));
}

#[test]
fn a_heartbeat_of_a_suspect_ends_the_suspicion_and_lengthens_its_time_out() {
    let timeouts = |setup: &Setup| {
        let mut alone = Alone::new(setup, 0);
        alone.0.fire(p(0), Timer::Suspect(p(3)));
        assert!(alone.process().detector.suspected.contains(p(3)));
        alone.hear(3, Msg::Heartbeat);
        assert!(alone.process().detector.suspected.is_empty());
        alone.hear(2, Msg::Heartbeat);
        let set = |i| alone.0.timers[&(p(0), consensus_kernel::Timer::index(Timer::Suspect(p(i))))];
        (set(2), set(3))
    };
    let usual = Duration::millis(150);
    assert_eq!(timeouts(&setup(5)), (usual, Duration::millis(200)));
    assert_eq!(timeouts(&without(setup(5), GROW)), (usual, usual));
}

#[test]
fn a_visitor_makes_the_detector_err_both_ways() {
    let mut alone = Alone::new(&setup(5), 0);
    alone.told(command::SUSPECT, 4);
    assert!(alone.process().detector.suspected.contains(p(4)));
    alone.told(1, 4);
    assert!(alone.process().detector.suspected.is_empty());
    let before = alone.0.rejected.len();
    for (command, about) in [(1, 4), (command::SUSPECT, 0), (command::SUSPECT, 5)] {
        alone.told(command, about);
    }
    alone.hear(1, decide(1, 2));
    alone.told(command::SUSPECT, 4);
    assert_eq!(alone.0.rejected.len(), before + 4);
}

#[test]
fn without_estimates_in_round_1_its_coordinator_proposes_at_once_and_later_rounds_ask() {
    let setup = with(setup(4), param::FIRST_PHASE, ParamValue::Flag(false));
    let mut table: Table<ChandraToueg> = Table::new(&setup);
    let mut counts = [0; 6];
    while let Some(letter) = table.pile.front() {
        counts[letter.msg.kind()] += usize::from(letter.msg.round() <= 1);
        table.deliver();
    }
    assert_eq!(counts[..5], [0, 3, 3, 0, 12]);
    let mut alone = Alone::new(&setup, 0);
    alone.told(command::SUSPECT, 1);
    assert_eq!(alone.said(), [(1, Msg::Nack { round: 1 }), (2, estimate(2, 1, 0))]);
}

#[test]
fn what_is_early_waits_and_what_is_late_doubled_or_false_is_refused() {
    let mut alone = Alone::new(&setup(5), 0);
    assert!(!alone.refuses(2, proposal(2, 3)), "round 2 will come");
    assert!(alone.refuses(2, proposal(2, 3)), "known already");
    assert!(alone.refuses(3, proposal(2, 3)), "3 does not coordinate round 2");
    assert!(alone.refuses(2, proposal(2, 9)), "nobody begins with 9");
    alone.hear(1, proposal(1, 2));
    assert_eq!((alone.process().round, alone.process().estimate.value), (3, value(3)), "both taken over");
    assert!(alone.refuses(1, proposal(1, 2)), "over");
    assert!(!alone.refuses(1, estimate(5, 1, 0)), "0 will coordinate round 5");
    assert!(alone.refuses(1, estimate(5, 2, 0)), "counted already");
    assert!(alone.refuses(2, estimate(5, 2, 5)), "a stamp of the round itself");
    assert!(alone.refuses(2, estimate(4, 2, 0)) && alone.refuses(2, Msg::Ack { round: 0 }), "not its rounds");
    alone.0.step(p(0), Input::Deliver { from: NodeId::client(0), msg: &Msg::Heartbeat });
    alone.0.step(p(0), Input::Propose(value(1)));
    assert_eq!(alone.0.rejected.iter().filter(|(id, _)| *id == p(0)).count(), 10);
}

/// Letters arrive in an order drawn from a seed and detectors err at random; then they err no more. The values decided.
fn storm(setup: &Setup, seed: u64) -> Vec<Value> {
    let mut table: Table<ChandraToueg> = Table::new(setup);
    let mut rng = Rng::stream(seed, 7);
    let n = setup.n as u64;
    for turn in 0..20_000 {
        table.pile.retain(|letter| letter.msg != Msg::Heartbeat);
        let (id, about) = (p(rng.within(0, n - 1) as usize), rng.within(0, n - 1) as usize);
        if turn < 400 && rng.within(0, 3) == 0 {
            table.step(id, Input::Command { command: rng.within(0, 2) as usize % 2, about });
        } else if turn >= 400 && !table.replicas[id.index()].detector.suspected.is_empty() {
            for about in 0..setup.n {
                table.step(id, Input::Command { command: 1, about });
            }
        } else if !table.pile.is_empty() {
            let at = rng.within(0, table.pile.len() as u64 - 1) as usize;
            let letter = table.pile.swap_remove_back(at).expect("it is there");
            // Decisions travel slowly at first, so that coordinators go on without them.
            if letter.msg.kind() == 4 && turn < 400 && rng.within(0, 7) > 0 {
                table.pile.push_back(letter);
                continue;
            }
            table.step(letter.to, Input::Deliver { from: letter.from, msg: &letter.msg });
        } else if table.decided.len() == setup.n {
            break;
        }
    }
    table.decided.iter().map(|(_, _, value)| *value).collect()
}

fn storm_setup(seed: u64) -> Setup {
    let setup = setup(3 + seed as usize % 5);
    with(setup, param::FIRST_PHASE, ParamValue::Flag(seed.is_multiple_of(2)))
}

#[test]
fn wrong_suspicions_delay_the_decision_and_never_break_agreement() {
    for seed in 0..400 {
        let setup = storm_setup(seed);
        let decided = storm(&setup, seed);
        assert_eq!(decided.len(), setup.n, "seed {seed}: {decided:?}");
        assert!(decided.iter().all(|value| *value == decided[0]), "seed {seed}: {decided:?}");
        assert!(setup.inputs.contains(&decided[0]), "seed {seed}: {decided:?}");
    }
}

#[test]
fn without_a_rule_of_safety_some_order_of_letters_and_suspicions_breaks_agreement() {
    let breaks = |switch: SwitchId| {
        (0..4_000).any(|seed| {
            let decided = storm(&without(storm_setup(seed), switch), seed);
            decided.iter().any(|value| *value != decided[0])
        })
    };
    for switch in [STAMP, LATEST, ALL_ACKS, MAJORITY] {
        assert!(breaks(switch), "{}", META.switches[switch as usize].id);
    }
}
