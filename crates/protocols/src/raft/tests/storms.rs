//! Storms of random schedules, with every rule and without each.

use super::*;

/// Random messages of any content.
fn hostile(rng: &mut Rng) -> Msg {
    let pick = |rng: &mut Rng| match rng.within(0, 3) {
        0 => u64::MAX - rng.within(0, 1),
        1 => rng.bits() >> 1,
        _ => rng.within(0, 5),
    };
    let (a, b, c, d) = (pick(rng), pick(rng), pick(rng), pick(rng));
    let value = Value(if a % 2 == 0 { x(1).0 } else { rng.bits() });
    let entries = (0..rng.within(0, 6)).map(|_| entry(pick(rng), value)).collect();
    let ack = Ack { term: a, success: b % 2 == 0, prev_log_index: c, index: d };
    match rng.within(0, 10) {
        0 => Msg::RequestVote { term: a, last_log_index: b, last_log_term: c },
        1 => Msg::Vote { term: a, granted: b % 2 == 0 },
        2 => Msg::PreVote { term: a, last_log_index: b, last_log_term: c },
        3 => Msg::PreVoteReply { term: a, granted: b % 2 == 0 },
        4 => Msg::Append { term: a, prev_log_index: b, prev_log_term: c, leader_commit: d, entries },
        5 => Msg::AppendReply(ack),
        6 => Msg::Heartbeat { term: a, prev_log_index: b, prev_log_term: c, leader_commit: d },
        7 => Msg::HeartbeatReply(ack),
        8 => Msg::Request { value },
        9 => Msg::Reply { term: a, value, index: b },
        _ => Msg::Redirect { term: a, value, leader: Some(NodeId::replica(b as usize & 0x1ff)) },
    }
}

#[test]
fn no_message_makes_a_node_panic() {
    for seed in 0..400 {
        let mut rng = Rng::stream(seed, 7);
        let base = with(setup(3, 1), PREVOTE, ParamValue::Flag(seed % 2 == 0));
        let base =
            if seed % 3 == 0 { without(base, (seed % SWITCHES.len() as u64) as SwitchId) } else { base };
        let mut table: Table<Raft> = Table::new(&base);
        table.step(NodeId::client(0), Input::Propose(x(1)));
        for _ in 0..60 {
            let to = [s(0), s(1), NodeId::client(0)][rng.within(0, 2) as usize];
            let from =
                [s(1), s(2), s(200), NodeId::client(0), NodeId::client(9_000)][rng.within(0, 4) as usize];
            if rng.within(0, 4) == 0 {
                let timer = <Timer as consensus_kernel::Timer>::from_index(rng.within(0, 2) as usize);
                table.step(to, Input::Fire(timer));
            }
            table.step(to, Input::Deliver { from, msg: &hostile(&mut rng) });
            let config = table.config.clone();
            let _face = table.node(to).face(&config);
        }
        let replicas: Vec<&Server> = table.replicas.iter().filter_map(Raft::member).collect();
        let _panels = Server::panels(&table.config, &replicas);
    }
}

/// One storm: letters delivered in any order, doubled, lost; servers restarted; timers at any moment. The mood of the
/// run, drawn once, makes some of these rare.
fn storm(setup: &Setup, seed: u64, steps: usize) -> Watched {
    let mut rng = Rng::stream(seed, 0x5701);
    let mut w = Watched::new(setup);
    let weight = |rng: &mut Rng| [0, 1, 4, 12][rng.within(0, 3) as usize];
    let mood = [40, weight(&mut rng), weight(&mut rng), weight(&mut rng), 1 + weight(&mut rng), 2, 3];
    let total = mood.iter().sum();
    let mut numbers = vec![0; setup.clients];
    for _ in 0..steps {
        if !w.broken().is_empty() {
            break;
        }
        w.table.now += Duration::millis(rng.within(0, 20));
        let mut dice = rng.within(1, total);
        let action = mood
            .iter()
            .position(|m| {
                if dice <= *m {
                    true
                } else {
                    dice -= *m;
                    false
                }
            })
            .unwrap_or(0);
        let any = |rng: &mut Rng, len: usize| rng.within(0, len as u64 - 1) as usize;
        match action {
            0..=2 if !w.table.pile.is_empty() => {
                let at = any(&mut rng, w.table.pile.len().min(40));
                let letter = match action {
                    1 => Some(w.table.pile[at].clone()),
                    _ => w.table.pile.remove(at),
                };
                if let Some(letter) = letter.filter(|_| action != 2) {
                    w.deliver(letter.from, letter.to, &letter.msg);
                }
            }
            3 => {
                let i = any(&mut rng, setup.n);
                w.table.pile.retain(|l| l.to != s(i) || rng.within(0, 1) == 0);
                w.restart(i);
            }
            5 => {
                let c = any(&mut rng, setup.clients);
                numbers[c] += 1;
                w.propose(Value::request(c, numbers[c]));
            }
            _ => {
                let set: Vec<_> = w.table.timers.keys().copied().collect();
                let (id, timer) = set[any(&mut rng, set.len())];
                if timer != 0 || action == 4 {
                    w.fire(id, <Timer as consensus_kernel::Timer>::from_index(timer));
                }
            }
        }
    }
    w
}

fn storm_setup(seed: u64) -> Setup {
    let mut rng = Rng::stream(seed, 0xf1a6);
    let base = setup([3, 3, 4, 5][seed as usize % 4], 2);
    let base = [NOOP, PREVOTE, EAGER_COMMIT]
        .into_iter()
        .fold(base, |base, at| with(base, at, ParamValue::Flag(rng.within(0, 1) == 0)));
    let base = with(base, BATCH, ParamValue::Int([1, 2, 8][seed as usize % 3]));
    let base = with(base, WINDOW, ParamValue::Int([1, 1, 2, 5][seed as usize / 6 % 4]));
    with(base, REPLICATE, ParamValue::Choice((seed / 3 % 2) as usize))
}

#[test]
fn no_storm_breaks_a_promise() {
    let mut decided = 0;
    for seed in 0..600 {
        let w = storm(&storm_setup(seed), seed, 600);
        assert!(w.broken().is_empty(), "seed {seed}: {:?}", w.broken());
        decided += w.table.decided.iter().filter(|(who, ..)| who.is_client()).count();
    }
    assert!(decided > 600, "storms in which nothing is decided prove nothing: {decided}");
}

/// The network is whole again: rounds in which somebody may stand, leaders are heard, and clients lose their patience.
fn heal(w: &mut Watched, n: usize) {
    let clients: Vec<NodeId> = (0..w.table.clients.len()).map(NodeId::client).collect();
    for round in 0..6 * n {
        w.table.now += Duration::secs(1);
        if !(0..n).any(|i| w.leads(i)) {
            w.fire(s(round % n), Timer::Election);
        }
        w.among(&all(n));
        for _ in 0..40 {
            for i in (0..n).filter(|i| w.leads(*i)).collect::<Vec<_>>() {
                if w.leads(i) {
                    w.beat(i, &all(n));
                }
            }
        }
        for client in &clients {
            if w.table.timers.contains_key(&(*client, 2)) {
                w.fire(*client, Timer::Retry);
                w.among(&all(n));
            }
        }
    }
}

#[test]
fn after_a_storm_every_command_is_answered_and_the_logs_are_equal() {
    for seed in 0..200 {
        let setup = storm_setup(seed);
        let mut w = storm(&setup, seed, 300);
        w.table.pile.clear();
        heal(&mut w, setup.n);
        assert!(w.broken().is_empty(), "seed {seed}: {:?}", w.broken());
        for client in &w.table.clients {
            let client = client.client().expect("clients are clients");
            assert_eq!((client.outstanding, client.waiting.is_empty()), (None, true), "seed {seed}");
        }
        let logs: Vec<_> =
            (0..setup.n).map(|i| w.server(i).log.prefix(w.server(0).log.last_index())).collect();
        assert!(logs.iter().all(|log| log.is_some() && *log == logs[0]), "seed {seed}: {logs:?}");
    }
}

#[test]
fn without_a_safety_rule_a_storm_breaks_what_the_rule_protects() {
    for (at, switch) in SWITCHES.iter().enumerate() {
        let Breaks::Safety(property) = switch.breaks else { continue };
        let found = (0..20_000)
            .find(|seed| storm(&without(storm_setup(*seed), at as SwitchId), *seed, 600).breaks(property));
        assert!(found.is_some(), "{} never breaks {property}", switch.id);
    }
}

#[test]
fn without_a_liveness_rule_nothing_wrong_is_ever_decided() {
    for (at, switch) in SWITCHES.iter().enumerate().filter(|(_, switch)| switch.breaks == Breaks::Liveness) {
        for seed in 0..200 {
            let w = storm(&without(storm_setup(seed), at as SwitchId), seed, 600);
            assert!(w.broken().is_empty(), "{}, seed {seed}: {:?}", switch.id, w.broken());
        }
    }
}
