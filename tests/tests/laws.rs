//! What every protocol owes the laboratory, whatever it is: seeking equals replaying, undoing restores, printing reads
//! back, tables are well formed. No test here names a protocol; one that is added to the catalogue is held to all of it.

use consensus_kernel::{Breaks, Duration, Meta, NodeId, ParamKind, Protocol, Rng, Time};
use consensus_lab::view::{End, Status};
use consensus_lab::{
    Budget, Hunt, Session, Studio, catalogue, judge_any, judge_scenario, open, typed_digest,
};
use consensus_scenario::{
    Action, FAULTS, Fate, MessageName, SETTINGS, Scenario, bounds, parse, parse_param, print,
    print_compressed, print_file, print_param,
};
use consensus_tests::{finished, go_to_the_end, scenario, soak};
use std::collections::BTreeSet;

/// Scenarios of each protocol that the laws of seeking are tried on, and moments of each.
const SEEK_SCENARIOS: u64 = 50;
const SEEK_MOMENTS: u64 = 5;

/// What is drawn for these tests differs from what the swarm's own test draws.
const SEEDS: u64 = 1 << 32;

#[test]
fn going_to_an_event_equals_replaying_up_to_it() {
    for (scenario, mut rng) in drawn(SEEK_SCENARIOS * soak()) {
        let mut there = finished(&scenario);
        // Short of the end, where the clock runs on after the last event.
        let last = there.frontier().event - 1;
        let mut moments: Vec<u64> = (0..SEEK_MOMENTS).map(|_| rng.within(0, last)).collect();
        // The cursor goes back and forth; the replay only forward.
        let mut seen = Vec::new();
        for event in &moments {
            there.seek_event(*event);
            seen.push((*event, there.position(), states(&*there)));
        }
        moments.sort_unstable();
        let mut replay = open(&scenario).expect("possible");
        for event in moments {
            step_to(&mut *replay, event);
            let replayed = (event, replay.position(), states(&*replay));
            assert!(seen.contains(&replayed), "event {event} of {}", print(&scenario));
        }
    }
}

#[test]
fn what_is_judged_at_a_moment_does_not_depend_on_the_way_there() {
    for (scenario, mut rng) in drawn(SEEK_SCENARIOS * soak()) {
        let mut there = finished(&scenario);
        let event = rng.within(0, there.frontier().event - 1);
        there.seek_event(event);
        let mut direct = open(&scenario).expect("possible");
        direct.seek_event(event);
        while direct.run_ahead(1 << 16) {}
        assert!(everything(&*there) == everything(&*direct), "event {event} of {}", print(&scenario));
    }
}

#[test]
fn going_to_a_time_equals_replaying_up_to_it() {
    for (scenario, mut rng) in drawn(SEEK_SCENARIOS * soak()) {
        let mut there = finished(&scenario);
        let last = there.frontier().at.as_micros();
        let mut moments: Vec<Time> = (0..SEEK_MOMENTS).map(|_| Time(rng.within(0, last))).collect();
        let mut seen = Vec::new();
        for at in &moments {
            there.seek_time(*at);
            let position = there.position();
            assert_eq!(position.at, *at, "{}", print(&scenario));
            assert_eq!(there.event_at(*at + Duration::micros(1)), position.event, "{}", print(&scenario));
            seen.push((position, states(&*there)));
        }
        moments.sort_unstable();
        let mut replay = open(&scenario).expect("possible");
        for at in moments {
            while replay.position().at < at {
                replay.seek_time(at.min(replay.position().at + Duration::millis(199)));
            }
            let replayed = (replay.position(), states(&*replay));
            assert!(seen.contains(&replayed), "{at} of {}", print(&scenario));
        }
    }
}

/// Repairs end: nobody goes on telling others what they know.
#[test]
fn who_falls_silent_on_a_good_network_falls_silent_on_a_bad_one() {
    const TROUBLE: &str = "&loss=20%25&dup=10%25&latency=1ms..40ms";
    let mut silent = 0;
    for meta in catalogue() {
        let ends = |seed: u64, trouble: &str| {
            let link = format!("#/{}?seed={seed}&until=30min{trouble}", meta.id);
            finished(&scenario(&link)).end() == Some(End::Quiescent)
        };
        if ends(1, "") {
            silent += 1;
            (1..=10).for_each(|seed| assert!(ends(seed, TROUBLE), "{} with seed {seed}", meta.id));
        }
    }
    assert!(silent >= 10, "{silent} protocols fall silent");
}

#[test]
fn a_window_of_events_equals_stepping_through_it() {
    for (scenario, mut rng) in drawn(10) {
        let mut run = finished(&scenario);
        let from = rng.within(0, run.frontier().event);
        let to = run.frontier().event.min(from + 50);
        let window = run.events(from, to);
        assert_eq!(window.len() as u64, to - from, "{}", print(&scenario));
        for event in &window {
            assert_eq!(run.events(event.index, event.index + 1), std::slice::from_ref(event));
            run.seek_event(event.index + 1);
            assert_eq!((run.position().event, run.position().at), (event.index + 1, event.at));
        }
    }
}

#[test]
fn the_same_scenario_gives_the_same_digest_however_it_was_looked_at() {
    for (scenario, mut rng) in drawn(20) {
        let digest = open(&scenario).expect("possible").digest();
        let mut run = finished(&scenario);
        run.seek_event(rng.within(0, run.frontier().event));
        assert_eq!(run.digest(), digest, "{}", print(&scenario));
        let read = parse(&print(&scenario), catalogue()).expect("what is printed is read").scenario;
        assert_eq!(open(&read).expect("possible").digest(), digest, "{}", print(&scenario));
    }
}

#[test]
fn a_session_that_forgot_the_type_of_its_protocol_runs_as_the_type_does() {
    for (scenario, _) in drawn(20) {
        let typed = typed_digest(&scenario).expect("possible");
        assert_eq!(open(&scenario).expect("possible").digest(), typed, "{}", print(&scenario));
        let (outcome, run) = (judge_scenario(&scenario, false).expect("possible"), finished(&scenario));
        assert_eq!((outcome.events, outcome.decisions), (run.frontier().event, run.decisions().len() as u64));
        let mut beats = 0;
        let any = judge_any(&scenario, false, &mut || beats += 1).expect("possible");
        assert_eq!(
            (any.events, &any.violations),
            (outcome.events, &outcome.violations),
            "{}",
            print(&scenario)
        );
        assert_eq!(any.termination, outcome.termination, "{}", print(&scenario));
        assert!(beats >= outcome.events / 512, "{beats} signs of life");
        let is_violated = |property| outcome.violations.iter().any(|v| v.property == property);
        for property in run.properties().iter().filter(|p| p.kind == "safety") {
            let violated = property.status == Status::Violated;
            assert_eq!(violated, is_violated(property.name), "{}: {}", property.name, print(&scenario));
        }
    }
}

#[test]
fn undoing_restores_and_redoing_repeats() {
    for (scenario, mut rng) in drawn(20) {
        let mut studio = Studio::new(scenario.clone()).expect("possible");
        let mut digests = vec![studio.session().digest()];
        for _ in 0..3 {
            act_somewhere(&mut studio, &mut rng);
            digests.push(studio.session().digest());
        }
        for before in digests.iter().rev().skip(1) {
            studio.undo().expect("an edit can be undone");
            assert_eq!(studio.session().digest(), *before, "{}", print(&scenario));
        }
        assert_eq!(*studio.session().scenario(), scenario);
        assert!(!studio.can_undo());
        for after in &digests[1..] {
            studio.redo().expect("an edit can be redone");
            assert_eq!(studio.session().digest(), *after, "{}", print(&scenario));
        }
        assert!(!studio.can_redo());
    }
}

#[test]
fn an_act_leaves_the_past_as_it_was_and_equals_its_scenario_from_the_start() {
    for (scenario, mut rng) in drawn(20) {
        let mut studio = Studio::new(scenario).expect("possible");
        seek_somewhere(&mut studio, &mut rng);
        let here = studio.session().position().event;
        let before = studio.session().events(0, here);
        act(&mut studio, &mut rng);
        go_to_the_end(studio.session_mut());
        let after = studio.session().events(0, here);
        let differs = before.iter().zip(&after).find(|(a, b)| a != b);
        assert_eq!(differs, None, "{}", print(studio.session().scenario()));
        let fresh = finished(studio.session().scenario());
        assert!(everything(studio.session()) == everything(&*fresh), "{}", print(fresh.scenario()));
    }
}

#[test]
fn acting_in_the_past_makes_a_branch_and_keeps_the_other_future() {
    for (scenario, mut rng) in drawn(10) {
        let mut studio = Studio::new(scenario.clone()).expect("possible");
        go_to_the_end(studio.session_mut());
        studio.note_seen();
        let digest = studio.session().digest();
        let half = Time(studio.session().position().at.as_micros() / 2);
        studio.session_mut().seek_time(half);
        act(&mut studio, &mut rng);
        assert_eq!((studio.branches().len(), studio.current()), (2, 1));
        assert_ne!(*studio.session().scenario(), scenario);
        studio.switch(0).expect("the other branch is there");
        assert_eq!((studio.session().digest(), studio.session().position().at), (digest, half));
        assert_eq!(*studio.session().scenario(), scenario);
    }
}

#[test]
fn a_branch_is_named_and_taken_away_and_undo_brings_it_back() {
    for (scenario, mut rng) in drawn(4) {
        let mut studio = Studio::new(scenario.clone()).expect("possible");
        go_to_the_end(studio.session_mut());
        studio.note_seen();
        let half = Time(studio.session().position().at.as_micros() / 2);
        studio.session_mut().seek_time(half);
        act(&mut studio, &mut rng);
        studio.rename(1, "  what if  ");
        studio.rename(1, "");
        assert_eq!(studio.branches()[1].name, "what if");
        let branch = studio.session().scenario().clone();
        studio.remove(0).expect("nothing happens");
        studio.remove(1).expect("it is there");
        assert_eq!((studio.branches().len(), studio.session().scenario()), (1, &scenario));
        studio.undo().expect("it can be undone");
        assert_eq!((studio.branches().len(), studio.session().scenario()), (2, &branch));
    }
}

#[test]
fn a_message_that_waits_for_a_standing_receiver_can_be_dropped_by_hand() {
    for meta in catalogue() {
        let standing = NodeId::replica(1);
        let mut scenario = Scenario::new(meta);
        scenario.act(Time(1_000), Action::Pause(standing));
        let mut studio = Studio::new(scenario).expect("possible");
        studio.session_mut().seek_time(Time(2_000_000));
        let waiting = |studio: &Studio| {
            let mut flights = Vec::new();
            studio.session().flights(&mut flights);
            flights.retain(|f| f.to == standing && f.due <= studio.session().position().at);
            flights
        };
        let before = waiting(&studio);
        let first = before.first().expect("something waits");
        let name = MessageName { from: first.from, to: first.to, kind: first.kind, nth: first.nth };
        studio.act(Action::Message(name, Fate::Drop), "drop".to_owned()).expect("it can be dropped");
        studio.session_mut().seek_time(Time(2_000_001));
        let after = waiting(&studio);
        assert_eq!(after.len(), before.len() - 1, "{}", meta.id);
        assert!(studio.session().message(name).is_none(), "{}", meta.id);
    }
}

#[test]
fn what_the_swarm_draws_reads_back_as_printed_in_every_form() {
    for meta in catalogue() {
        let without = (0..meta.switches.len() as u8).map(Some).chain([None]);
        for (seed, without) in (0..200).flat_map(|seed| without.clone().map(move |w| (seed, w))) {
            let budget = if seed % 2 == 0 { Budget::Within } else { Budget::Beyond };
            let scenario = Hunt { meta, budget, without }.scenario(SEEDS + seed);
            let read =
                |text: String| parse(&text, catalogue()).unwrap_or_else(|error| panic!("{text}: {error}"));
            let link = read(print(&scenario));
            assert_eq!(link.scenario, scenario, "{}", print(&scenario));
            assert_eq!(print(&link.scenario), print(&scenario));
            assert_eq!(read(print_file(&link)), link);
            assert_eq!(read(print_compressed(&link)), link);
        }
    }
}

#[test]
fn every_name_can_stand_in_a_link() {
    let common: Vec<&str> =
        SETTINGS.iter().chain(FAULTS).map(|key| key.name).chain(["v", "digest"]).collect();
    for meta in catalogue() {
        let ids = |names: Vec<&'static str>| {
            let distinct: BTreeSet<&str> = names.iter().copied().collect();
            assert_eq!(distinct.len(), names.len(), "{}: a name stands twice among {names:?}", meta.id);
            for name in names {
                assert!(is_id(name), "{}: {name:?} cannot stand in a link", meta.id);
            }
        };
        ids(vec![meta.id]);
        ids(meta.params.iter().map(|p| p.key).collect());
        ids(meta.switches.iter().map(|s| s.id).collect());
        ids(meta.kinds.iter().map(|k| k.name).collect());
        ids(meta.timers.to_vec());
        ids(meta.adversaries.iter().map(|a| a.id).collect());
        for param in meta.params {
            assert!(!common.contains(&param.key), "{}: every protocol has a key {}", meta.id, param.key);
            let value = param.kind.default_value();
            let usual = param.kind.filled(&value, 5);
            assert_eq!(parse_param(param, 5, &print_param(param, &usual)).ok(), Some(value), "{}", param.key);
            if let ParamKind::Choice { options, .. } = param.kind {
                for (place, (option, _)) in options.iter().enumerate() {
                    let link = format!("#/{}?{}={}", meta.id, param.key, option.replace('+', "%2B"));
                    let read = scenario(&link).params;
                    let at = meta.params.iter().position(|p| p.key == param.key).expect("it is there");
                    assert_eq!(read.choice(at), place, "{link}");
                }
            }
        }
        for generic in ["silent", "delay", "omit", "replay", "twins"] {
            assert!(meta.adversaries.iter().all(|a| a.id != generic), "{}: {generic} is generic", meta.id);
        }
    }
}

#[test]
fn every_rule_cited_is_in_the_table() {
    for (scenario, mut rng) in drawn(20) {
        let run = finished(&scenario);
        let from = rng.within(0, run.frontier().event);
        let cited = run.events(from, from + 2_000).into_iter().flat_map(|event| event.cites);
        for rule in cited {
            assert!(usize::from(rule) < scenario.meta.rules.len(), "rule {rule} of {}", scenario.meta.id);
        }
    }
}

#[test]
fn every_table_is_filled_in() {
    for meta in catalogue() {
        let id = meta.id;
        for text in
            [meta.title, meta.paper, meta.reference, meta.summary, meta.round, meta.slot, meta.claims.safety]
        {
            assert_prose(id, text);
        }
        for rule in meta.rules {
            [rule.id(), rule.what(), rule.why(), rule.rule(), rule.place()]
                .into_iter()
                .for_each(|text| assert_prose(id, text));
        }
        for switch in meta.switches {
            [switch.label, switch.cite, switch.accident].into_iter().for_each(|text| assert_prose(id, text));
        }
        for param in meta.params {
            [param.label, param.help].into_iter().for_each(|text| assert_prose(id, text));
        }
        for adversary in meta.adversaries {
            [adversary.label, adversary.does].into_iter().for_each(|text| assert_prose(id, text));
        }
        for kind in meta.kinds {
            assert!(
                (1..=2).contains(&kind.glyph.chars().count()),
                "{id}: {} has glyph {:?}",
                kind.name,
                kind.glyph
            );
        }
        let (smallest, usual, largest) = meta.n;
        assert!(
            0 < smallest && smallest <= usual && usual <= largest && largest <= bounds::REPLICAS,
            "{id}: {:?}",
            meta.n
        );
        assert!(meta.rules.len() <= 64, "{id}: rules are watched as bits of one word");
        assert!(open(&Scenario::new(meta)).is_ok(), "{id}: its defaults are refused");
    }
}

#[test]
fn every_switch_names_a_property_that_is_there() {
    for meta in catalogue() {
        let run = open(&Scenario::new(meta)).expect("possible");
        let properties: Vec<&str> = run.properties().iter().map(|p| p.name).collect();
        for switch in meta.switches {
            if let Breaks::Safety(property) = switch.breaks {
                assert!(properties.contains(&property), "{}/{}: there is no {property}", meta.id, switch.id);
            }
        }
    }
}

#[test]
fn milestones_and_invariants_watch_rules_that_are_there() {
    fn check<P: Protocol>() {
        let (id, rules) = (P::META.id, P::META.rules.len());
        assert!(!P::milestones().is_empty(), "{id} marks nothing on the time line");
        assert!(P::milestones().iter().all(|rule| usize::from(*rule) < rules), "{id}");
        for invariant in P::invariants() {
            assert!(!invariant.on.is_empty(), "{id}: {} is never checked", invariant.name);
            assert!(invariant.on.iter().all(|rule| usize::from(*rule) < rules), "{id}: {}", invariant.name);
            [invariant.name, invariant.place, invariant.says]
                .into_iter()
                .for_each(|text| assert_prose(id, text));
        }
        assert!(
            (0..P::META.adversaries.len()).all(|lie| P::lie(lie).is_some() || P::misstep(lie).is_some()),
            "{id} describes a lie it has not"
        );
        let beyond = P::META.adversaries.len();
        let hidden = P::lie(beyond).is_some() || P::misstep(beyond).is_some();
        assert!(!hidden, "{id} has a lie that it does not describe");
    }
    macro_rules! check_all {
        ($($protocol:ty),* $(,)?) => { $(check::<$protocol>();)* };
    }
    consensus_protocols::for_each_protocol!(check_all);
}

/// Scenarios of every protocol, so many each, with faults within the budget and beyond; and numbers to go with each.
fn drawn(each: u64) -> impl Iterator<Item = (Scenario, Rng)> {
    let of = move |meta: &'static Meta| {
        (0..each).map(move |k| {
            let budget = if k % 3 == 2 { Budget::Beyond } else { Budget::Within };
            (Hunt { meta, budget, without: None }.scenario(SEEDS + k), Rng::stream(k, 0x6c61_7773))
        })
    };
    catalogue().iter().flat_map(move |meta| of(meta))
}

/// Moves a run that has only ever gone forward, in small steps, so that no checkpoint is ever gone back to.
fn step_to(session: &mut dyn Session, event: u64) {
    while session.position().event < event {
        session.seek_event(event.min(session.position().event + 97));
    }
}

/// All that a session shows at its cursor.
fn everything(session: &dyn Session) -> String {
    let judged = (session.properties(), session.assumptions(), session.decisions(), session.replies());
    format!("{:?}\n{}\n{judged:?}\n{:?}", session.position(), states(session), session.marks())
}

/// What nodes and network are like at the cursor.
fn states(session: &dyn Session) -> String {
    let nodes = session.nodes();
    let inside: Vec<_> = nodes.iter().map(|node| session.inspect(node.id)).collect();
    let mut flights = Vec::new();
    session.flights(&mut flights);
    flights.sort_by_key(|f| (f.due, f.sent, f.from, f.to, f.kind, f.nth));
    // Who comes first at the same time is settled when that time comes.
    let mut pending = session.pending(usize::MAX);
    pending.sort_by_key(|p| (p.due, p.node, format!("{:?}", p.what)));
    let network = (flights, session.losses(), session.metrics(), pending);
    format!("{nodes:?}\n{inside:?}\n{network:?}\n{:?}", session.panels())
}

fn seek_somewhere(studio: &mut Studio, rng: &mut Rng) {
    let session = studio.session_mut();
    while session.run_ahead(1 << 16) {}
    // Most happens early.
    let last = session.frontier().at.as_micros();
    let within = if rng.within(0, 1) == 0 { last } else { last.min(2_000_000) };
    let at = rng.within(0, within);
    session.seek_time(Time(at));
}

fn act_somewhere(studio: &mut Studio, rng: &mut Rng) {
    seek_somewhere(studio, rng);
    act(studio, rng);
}

fn act(studio: &mut Studio, rng: &mut Rng) {
    let action = some_action(studio.session(), rng);
    studio.act(action, "by hand".to_owned()).expect("it can be done");
}

fn some_action(session: &dyn Session, rng: &mut Rng) -> Action {
    let n = session.scenario().n as u64;
    let node = NodeId::replica(rng.within(0, n - 1) as usize);
    let other = NodeId::replica((node.index() + 1) % session.scenario().n);
    let mut flights = Vec::new();
    session.flights(&mut flights);
    match rng.within(0, 5) {
        0 => Action::Crash(node),
        1 => Action::Cut(node, other),
        2 => Action::Fire(node, 0),
        3 => Action::Propose(NodeId::client(0)),
        4 => Action::Pause(node),
        _ => match flights.first() {
            None => Action::Heal,
            Some(f) => {
                let name = MessageName { from: f.from, to: f.to, kind: f.kind, nth: f.nth };
                let fates = [Fate::Drop, Fate::Deliver, Fate::Duplicate, Fate::Delay(Duration::millis(7))];
                Action::Message(name, fates[rng.within(0, 3) as usize])
            }
        },
    }
}

/// Lower-case letters, digits and hyphens, a letter first.
fn is_id(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn assert_prose(id: &str, text: &str) {
    assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{id}: {text:?}");
}
