//! The scheduler of Fischer, Lynch & Paterson (1985): what it promises, what it claims, and where it must give in.
//!
//! Lemmas and theorems are those of the paper. Decisions that the scheduler calls possible are checked in two ways: each
//! is brought about by hand, and on small configurations all schedules are followed.

use consensus_kernel::{Automaton, Duration, Panel, Time, Value};
use consensus_lab::view::Status;
use consensus_lab::{Budget, Hunt, catalogue, judge_scenario, open, typed_digest};
use consensus_protocols::flp::Flp;
use consensus_scenario::{Action, Fate, Scenario, Schedule, Timed, print};
use consensus_sim::{Act, Cause, Decision, End, Observer, Progress, Simulation, Step, Stop, Witness};
use consensus_tests::{finished, property, protocol, scenario, violated};

/// The span of a step in all these runs.
const STEP_US: u64 = 10_000;

const ZERO: Value = Value::plain(0);
const ONE: Value = Value::plain(1);

/// What a test wants to know of a run.
#[derive(Default)]
struct Seen {
    decisions: Vec<Decision>,
    delivered: u64,
    /// The longest that a message was under way.
    slowest: Duration,
}

impl<P: Automaton> Observer<P> for Seen {
    const RECORDS: bool = true;

    fn decided(&mut self, decision: &Decision) {
        self.decisions.push(*decision);
    }

    fn step(&mut self, _: &Simulation<P>, step: &Step<'_, P>) {
        if let Cause::Deliver(facts, _) = &step.cause {
            self.delivered += 1;
            self.slowest = self.slowest.max(facts.due.since(facts.sent));
        }
    }
}

fn simulation(link: &str) -> Simulation<Flp> {
    Simulation::new(&scenario(link)).expect("possible")
}

/// After so many steps, before the next.
fn after(step: u64) -> Stop {
    Stop::at_time(Time(step * STEP_US + STEP_US / 2))
}

/// What can still be decided, as the scheduler shows it, ascending.
fn possible(sim: &Simulation<Flp>) -> Vec<Value> {
    let mut values: Vec<Value> = witnesses(sim).into_iter().map(|w| w.value).collect();
    values.sort_unstable();
    values
}

fn witnesses(sim: &Simulation<Flp>) -> Vec<Witness> {
    sim.outlook().expect("the run is scheduled").witnesses
}

#[test]
fn theorem_1_for_ten_thousand_steps_nobody_decides_although_every_message_arrives_in_time() {
    const STEPS: u64 = 10_000;
    let mut sim = simulation("#/flp?sched=bivalent&until=1h");
    let bound = sim.held_at_most().expect("the run is scheduled");
    let mut seen = Seen::default();
    for step in 0..STEPS {
        sim.run(&mut seen, after(step));
        assert_eq!(seen.decisions, [], "step {step}");
        assert_eq!(possible(&sim), [ZERO, ONE], "step {step}");
    }
    assert_eq!(seen.delivered, STEPS - 1, "one message a step");
    // It never comes to the bound: the scheduler itself chose every one of them.
    assert!(seen.slowest < bound, "{} of {bound}", seen.slowest);
    let mut under_way = 0;
    sim.in_flight(|_| under_way += 1);
    let sent = sim.metrics().replica;
    assert_eq!(sent, seen.delivered + under_way, "nothing is lost");
    let overruled = sim.outlook().expect("the run is scheduled").overruled;
    println!(
        "{sent} sent, {under_way} under way, the slowest took {}, overruled {overruled} times",
        seen.slowest
    );
    assert!(overruled > 0, "if the oldest would do each time, there were nothing to show");
}

#[test]
fn unless_it_is_told_when_to_end_a_scheduled_run_goes_on_for_a_hundred_thousand_steps() {
    let until = |text: &str| scenario(text).until;
    let (usual, long) = (Time(10_000_000), Time(100_000 * STEP_US));
    assert_eq!((until("#/flp"), until("#/flp?sched=bivalent")), (usual, long));
    for text in ["#/flp?sched=bivalent", "#/flp?until=10s&sched=bivalent", "#/flp?until=1000s"] {
        assert_eq!(print(&scenario(text)), text);
    }
    // By the form: what is usual follows, what was said stays.
    let mut form = scenario("#/flp");
    form.set_schedule(Schedule::Bivalent);
    assert_eq!(print(&form), "#/flp?sched=bivalent");
    form.set_schedule(Schedule::Network);
    assert_eq!(print(&form), "#/flp");
    // Beside it, whoever cannot be scheduled does not run for so long, and whoever can does.
    let text = "#/flp?sched=bivalent&vs=om&vs=ben-or&vs=flp;own;seed:3;sched:bivalent";
    let link = consensus_scenario::parse(text, catalogue()).expect("it is a link");
    assert_eq!(link.rivals.iter().map(|rival| rival.until).collect::<Vec<_>>(), [usual, long, long]);
    assert!(consensus_scenario::print_link(&link).starts_with(text));

    let mut sim = simulation("#/flp?sched=bivalent");
    let mut seen = Seen::default();
    sim.run(&mut seen, after(99_999));
    assert_eq!((seen.decisions, possible(&sim)), (Vec::new(), vec![ZERO, ONE]));
    assert_eq!(sim.run(&mut Seen::default(), Stop::NEVER), Progress::Ended(End::Until));
    assert_eq!(sim.events(), 100_003);
}

#[test]
fn theorem_1_holds_for_other_inputs_and_more_processes() {
    for link in ["#/flp?n=3&in=0,0,1", "#/flp?n=3&in=1,0,0", "#/flp?n=4&in=0,0,0,1", "#/flp?n=5&in=1,1,0,1,1"]
    {
        let mut sim = simulation(&format!("{link}&sched=bivalent&until=1h"));
        let bound = sim.held_at_most().expect("the run is scheduled");
        let mut seen = Seen::default();
        sim.run(&mut seen, after(2_000));
        assert_eq!(seen.decisions, [], "{link}");
        assert_eq!(possible(&sim), [ZERO, ONE], "{link}");
        assert!(seen.slowest < bound, "{link}: {}", seen.slowest);
    }
}

#[test]
fn each_schedule_that_shows_a_decision_to_be_possible_brings_it_about_by_hand() {
    for link in [
        "#/flp?sched=bivalent&until=100s",
        "#/flp?sched=bivalent&until=100s&n=4",
        "#/flp?sched=bivalent&until=100s&retry=30ms",
    ] {
        let base = scenario(link);
        let mut sim = Simulation::<Flp>::new(&base).expect("possible");
        for step in [0, 1, 17, 58, 203, 444, 1_021] {
            sim.run(&mut Seen::default(), after(step));
            let witnesses = witnesses(&sim);
            assert_eq!(witnesses.len(), 2, "step {step} of {link}");
            for witness in witnesses {
                let by_hand = by_hand(&base, sim.now(), &witness.acts);
                let mut seen = Seen::default();
                let mut run = Simulation::<Flp>::new(&by_hand).expect("possible");
                run.run(&mut seen, Stop::at_time(Time(sim.now().0 + 1 + witness.acts.len() as u64)));
                let values: Vec<Value> = seen.decisions.iter().map(|d| d.value).collect();
                assert_eq!(values, [witness.value], "step {step}: {}", print(&by_hand));
            }
        }
    }
}

#[test]
fn the_oldest_event_is_shown_at_every_step_with_its_age_and_what_becomes_of_it() {
    const STEPS: u64 = 1_000;
    let mut run = open(&scenario("#/flp?sched=bivalent&until=1h")).expect("possible");
    let (mut next, mut held) = (0, 0);
    for step in 0..STEPS {
        run.seek_time(Time(step * STEP_US + STEP_US / 2));
        let Some(Panel::Tree(tree)) = run.panels().into_iter().next() else { panic!("a tree comes first") };
        let roots = tree.nodes.iter().filter(|node| node.parent.is_none());
        let oldest: Vec<&str> =
            roots.map(|node| node.label.as_str()).filter(|label| label.starts_with("oldest")).collect();
        let [label] = oldest[..] else { panic!("step {step}: {oldest:?}") };
        assert!(label.contains(" of at most 54 steps old, "), "{label}");
        let stays = label.contains("is next: after it two decisions are still possible");
        let goes =
            label.contains("is held back: after it only ") && label.contains("; its turn comes after ");
        assert!(stays != goes, "step {step}: {label}");
        next += u64::from(stays);
        held += u64::from(goes);
    }
    println!("{next} times the oldest was next, {held} times it was held back");
    assert!(next + held == STEPS && held >= 50);
}

#[test]
fn what_is_said_to_become_of_the_oldest_event_becomes_of_it_by_hand() {
    let base = scenario("#/flp?sched=bivalent&until=100s");
    let mut sim = Simulation::<Flp>::new(&base).expect("possible");
    let (mut next, mut held) = (0, 0);
    for step in 0..400 {
        sim.run(&mut Seen::default(), after(step));
        let outlook = sim.outlook().expect("the run is scheduled");
        let oldest = outlook.oldest.expect("something is under way");
        let mut otherwise = outlook.otherwise;
        otherwise.sort_unstable();
        let due = outlook.plan.first() == Some(&oldest);
        if due && step % 20 > 0 {
            continue;
        }
        let scenario = by_hand(&base, sim.now(), &[oldest]);
        let mut run = Simulation::<Flp>::new(&scenario).expect("possible");
        run.run(&mut Seen::default(), Stop::at_time(Time(sim.now().0 + 2)));
        assert_eq!(possible(&run), otherwise, "step {step}: {}", print(&scenario));
        let explored = run.explore(5, 60_000);
        assert!(explored.complete);
        assert!(explored.values.iter().all(|value| otherwise.contains(value)), "step {step}: {explored:?}");
        next += usize::from(due && otherwise.len() == 2);
        held += usize::from(!due && otherwise.len() == 1);
    }
    println!("{next} that were next, {held} that were held back");
    assert!(next >= 15 && held >= 15);
}

/// The same run, but from this time on these events happen one right after the other.
fn by_hand(base: &Scenario, since: Time, acts: &[Act]) -> Scenario {
    let mut scenario = base.clone();
    for (k, act) in acts.iter().enumerate() {
        let action = match *act {
            Act::Deliver(name) => Action::Message(name, Fate::Deliver),
            Act::Fire(node, timer) => Action::Fire(node, timer),
        };
        scenario.script.push(Timed { at: Time(since.0 + 1 + k as u64), action });
    }
    scenario
}

#[test]
fn lemma_2_of_the_initial_configurations_exactly_those_with_both_bits_are_bivalent() {
    for bits in 0..8u32 {
        let bit = |i: u32| bits >> i & 1;
        let link = format!("#/flp?sched=bivalent&in={},{},{}", bit(0), bit(1), bit(2));
        let mut sim = simulation(&link);
        sim.run(&mut Seen::default(), Stop::at_time(Time::ZERO));
        let values: Vec<Value> =
            [ZERO, ONE].into_iter().filter(|v| (0..3).any(|i| bit(i) == v.number())).collect();
        assert_eq!(possible(&sim), values, "{link}");
    }
}

#[test]
fn lemma_2_neighbours_that_differ_in_one_bit_decide_alike_if_its_owner_is_silent() {
    // The argument of the proof: some pair of neighbours would have to be 0-valent and 1-valent, and is not.
    for bits in 0..8u32 {
        for silent in 0..3 {
            let decided = |bits: u32| {
                let bit = |i: u32| bits >> i & 1;
                let inputs = format!("in={},{},{}", bit(0), bit(1), bit(2));
                // The other two get on with it, by chance, not by schedule.
                let link = format!("#/flp?{inputs}&latency=5ms..20ms&until=60s&at=0:crash:{silent}");
                let run = finished(&scenario(&link));
                let first = run.decisions().first().map(|d| (d.node, d.value, d.at));
                first.unwrap_or_else(|| panic!("nobody decides: {link}"))
            };
            assert_eq!(decided(bits), decided(bits ^ 1 << silent), "{bits:03b}, {silent} silent");
        }
    }
}

#[test]
fn what_the_scheduler_calls_possible_all_schedules_confirm_and_they_find_nothing_else() {
    const CONFIGURATIONS: usize = 60_000;
    let mut compared = 0;
    for link in ["in=0,1,0", "in=0,0,1", "in=1,1,1", "in=0,1,1&at=15ms:crash:2"] {
        let mut sim = simulation(&format!("#/flp?sched=bivalent&until=10s&{link}"));
        let mut seen = Seen::default();
        for step in [0, 3, 6, 11, 18, 40] {
            sim.run(&mut seen, after(step));
            if !seen.decisions.is_empty() {
                break;
            }
            let witnesses = witnesses(&sim);
            for acts_max in 1.. {
                let explored = sim.explore(acts_max, CONFIGURATIONS);
                if !explored.complete {
                    break;
                }
                compared += 1;
                for witness in witnesses.iter().filter(|w| w.acts.len() <= acts_max) {
                    assert!(explored.values.contains(&witness.value), "step {step} of {link}: {explored:?}");
                }
                for value in &explored.values {
                    let shown = witnesses.iter().any(|w| w.value == *value);
                    assert!(shown, "step {step} of {link}: {value} is possible, too");
                }
                if explored.values.len() == 2 || acts_max == 7 {
                    println!("step {step} of {link}: {acts_max} events, {explored:?}");
                    break;
                }
            }
        }
    }
    assert!(compared >= 60, "{compared} searches were complete");
}

#[test]
fn all_schedules_of_four_or_five_events_show_both_decisions_and_the_view_says_so() {
    let mut run = open(&scenario("#/flp?sched=bivalent")).expect("possible");
    let mut sim = simulation("#/flp?sched=bivalent");
    let mut by_events = [0; 6];
    for step in (0..1_000).step_by(25) {
        sim.run(&mut Seen::default(), after(step));
        let explored = sim.explore_to_two(3_000);
        assert_eq!(explored.values, [ZERO, ONE], "step {step}");
        let events = explored.levels.len();
        assert_eq!(sim.explore(events, 3_000), explored);
        assert!(sim.explore(events - 1, 3_000).values.len() < 2, "step {step}: the fewest events");
        by_events[events] += 1;

        run.seek_time(sim.now());
        let Some(Panel::Tree(tree)) = run.explored(3_000) else { panic!("it is scheduled") };
        assert_eq!(tree.title, "All schedules from here: two decisions are among them");
        let last = tree.nodes.last().expect("there are schedules");
        let (configurations, _) = explored.levels[events - 1];
        let label = format!("decided in {configurations} configurations, after at most {events} events");
        assert_eq!((last.label.as_str(), last.cell.text.as_str()), (label.as_str(), "0, 1"));
    }
    println!("by number of events: {by_events:?}");
    assert!(by_events[4] > 0 && by_events[..3] == [0; 3]);
    // What is bounded says so, and where nobody schedules there is nothing to follow.
    let few = sim.explore_to_two(50);
    assert!(!few.complete && few.levels.len() == 2 && few.configurations == 50);
    assert_eq!(open(&scenario("#/flp?until=1s")).expect("possible").explored(50), None);
}

#[test]
fn with_equal_bits_one_decision_only_is_possible_and_it_is_let_happen() {
    for (n, bit) in [(3, ZERO), (3, ONE), (4, ONE), (5, ZERO)] {
        let inputs = vec![bit.to_string(); n].join(",");
        let link = format!("#/flp?n={n}&sched=bivalent&until=10s&in={inputs}");
        let mut sim = simulation(&link);
        sim.run(&mut Seen::default(), Stop::at_time(Time::ZERO));
        assert_eq!(possible(&sim), [bit], "{link}");
        let run = finished(&scenario(&link));
        assert_eq!(property(&*run, "Termination").status, Status::Holds, "{link}");
        assert!(run.decisions().iter().all(|d| d.value == bit), "{link}");
        assert!(run.decisions()[0].at <= Time(20 * STEP_US), "{link}: {}", run.decisions()[0].at);
    }
}

#[test]
fn way_round_by_partial_synchrony_after_gst_a_protocol_that_waits_longer_and_longer_decides() {
    for gst in [500, 1_000, 3_000] {
        let link = format!("#/flp?sched=bivalent&retry=40ms&until=60s&gst={gst}ms");
        let run = finished(&scenario(&link));
        assert_eq!(property(&*run, "Termination").status, Status::Holds, "{link}");
        let first = run.decisions()[0].at;
        assert!(first > Time(gst * 1_000) && first < Time((gst + 2_000) * 1_000), "{link}: {first}");
        // Before GST waiting is worth nothing.
        let never = finished(&scenario(&format!("#/flp?sched=bivalent&retry=40ms&until={gst}ms")));
        assert_eq!(never.decisions(), []);
    }
}

#[test]
fn way_round_by_chance_under_the_same_scheduler_coins_decide() {
    let mut coins = 0;
    for (n, variant) in [(3, "crash"), (4, "crash"), (5, "crash"), (6, "byzantine")] {
        for seed in 0..8 {
            let link = format!("#/ben-or?n={n}&variant={variant}&sched=bivalent&seed={seed}&until=100s");
            let run = finished(&scenario(&link));
            assert_eq!(property(&*run, "Termination").status, Status::Holds, "{link}");
            assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
            assert!(run.assumptions().iter().any(|a| a.name == "Fair schedule" && a.holds), "{link}");
            let toss = run.scenario().meta.rules.iter().position(|rule| rule.id() == "step 3c");
            let toss = toss.expect("a rule is about the coin") as u8;
            coins += run.events(0, u64::MAX).iter().filter(|event| event.cites.contains(&toss)).count();
        }
    }
    // It is the coins that it cannot foresee; what is deterministic stays undecided for as long.
    assert!(coins > 100, "{coins} coins fell");
    assert_eq!(finished(&scenario("#/flp?sched=bivalent&until=100s")).decisions(), []);
}

#[test]
fn way_round_by_a_detector_of_crashes_once_it_stops_erring_it_decides() {
    // Before GST the scheduler chooses when heartbeats arrive and time-outs run out, so the detector errs as it likes.
    for gst in [500u64, 1_000, 2_000, 3_000, 6_000] {
        let link = format!("#/chandra-toueg?n=5&sched=bivalent&gst={gst}ms&until=60s");
        let run = finished(&scenario(&link));
        assert_eq!(property(&*run, "Termination").status, Status::Holds, "{link}");
        assert_eq!(violated(&*run), Vec::<&str>::new(), "{link}");
        let first = run.decisions()[0].at;
        assert!(first > Time(gst * 1_000) && first < Time((gst + 1_000) * 1_000), "{link}: {first}");
    }
}

#[test]
fn the_same_run_comes_of_a_scheduled_scenario_wherever_one_looks_first() {
    for link in [
        "#/flp?sched=bivalent&until=3s",
        "#/flp?sched=bivalent&retry=20ms&gst=700ms&until=3s&at=400ms:crash:1",
    ] {
        let scenario = scenario(link);
        let digest = open(&scenario).expect("possible").digest();
        assert_eq!(typed_digest(&scenario).expect("possible"), digest);
        let mut there = finished(&scenario);
        assert_eq!(there.digest(), digest);
        for event in [250, 3, 111, 42] {
            let event = event.min(there.frontier().event - 1);
            there.seek_event(event);
            let mut fresh = open(&scenario).expect("possible");
            for k in 0..=event {
                fresh.seek_event(k);
            }
            assert_eq!(there.position(), fresh.position());
            assert_eq!(there.panels(), fresh.panels(), "event {event} of {link}");
            let states = |run: &dyn consensus_lab::Session| format!("{:?}", run.nodes());
            assert_eq!(states(&*there), states(&*fresh), "event {event} of {link}");
        }
    }
}

#[test]
fn what_a_hand_does_under_the_scheduler_is_done() {
    let base = scenario("#/flp?sched=bivalent&until=1s");
    let held =
        scenario("#/flp?sched=bivalent&until=1s&at=0:delay:0-1:prepare:1:500ms&at=1ms:drop:1-2:prepare:1");
    let at = |scenario: &Scenario, kind: &str, nth: u32, from: &str| {
        let run = finished(scenario);
        let events = run.events(0, u64::MAX);
        let kind = run.scenario().meta.kinds.iter().position(|k| k.name == kind).expect("it exists");
        events.into_iter().find_map(|event| match event.what {
            consensus_lab::view::What::Deliver(m)
                if (m.flight.kind, m.flight.nth) == (kind, nth)
                    && m.flight.from.to_string() == from
                    && m.flight.to.index() == usize::from(from == "0") + 2 * usize::from(from == "1") =>
            {
                Some(event.at)
            }
            _ => None,
        })
    };
    assert!(at(&base, "prepare", 1, "0").is_some_and(|at| at < Time(100_000)));
    assert!(at(&held, "prepare", 1, "0").is_some_and(|at| at > Time(500_000)));
    assert_eq!(at(&held, "prepare", 1, "1"), None);
}

#[test]
fn under_the_scheduler_no_protocol_decides_anything_wrong() {
    for meta in catalogue().iter().filter(|meta| meta.can_be_scheduled()) {
        for seed in 0..60 {
            let mut scenario = Hunt { meta, budget: Budget::Within, without: None }.scenario(seed);
            scenario.network.schedule = Schedule::Bivalent;
            scenario.until = scenario.until.min(Time(4_000_000));
            scenario.deadline = None;
            let outcome = judge_scenario(&scenario, false).expect("possible");
            let wrong: Vec<_> = outcome.violations.iter().filter(|v| v.property != "Termination").collect();
            assert!(wrong.is_empty(), "{}: {wrong:?}", print(&scenario));
        }
    }
}

#[test]
fn a_protocol_whose_replicas_begin_with_nothing_or_that_has_synchronous_rounds_is_not_scheduled() {
    for meta in catalogue() {
        let link = format!("#/{}?sched=bivalent", meta.id);
        let read = consensus_scenario::parse(&link, catalogue());
        assert_eq!(read.is_ok(), meta.can_be_scheduled(), "{link}");
    }
    assert!(protocol("flp").can_be_scheduled());
}
