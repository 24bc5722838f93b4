//! What holds for every scenario and every text. `PROPTEST_CASES` sets how many of each are tried.

mod common;

use common::{BITS, CATALOGUE, PLAIN, TOY};
use consensus_kernel::{
    About, Duration, Inputs, Meta, NodeId, ParamKind, ParamSpec, ParamValue, Ratio, RuleSet, Time,
};
use consensus_scenario::{
    Action, Byzantine, FIRSTS, Fate, Group, Latency, Link, MessageName, Network, ParseError, Pause, Scenario,
    Strategy as Lies, Timed, When, bounds, describe_action, describe_strategy, parse, parse_lenient, print,
    print_compressed, print_file, print_link, rival, share,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;

/// The number of cases asked for, or one that takes about a second.
fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usual), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn printing_and_reading_is_the_identity(link in any_link()) {
        prop_assert_eq!(read(&print(&link.scenario)), Link::from(link.scenario.clone()));
        prop_assert_eq!(read(&print_link(&link)), link.clone());
        prop_assert_eq!(read(&print_file(&link)), link.clone());
        prop_assert_eq!(read(&print_compressed(&link)), link.clone());
        if let Some(shared) = share(&link) {
            prop_assert_eq!(read(&shared), link);
        }
    }

    #[test]
    fn what_is_printed_is_canonical_and_fit_for_a_url(link in any_link()) {
        let printed = print_link(&link);
        prop_assert_eq!(print_link(&read(&printed)), printed.clone());
        prop_assert!(is_fit_for_a_url(&printed));
    }

    #[test]
    fn every_action_and_strategy_has_words(link in any_link()) {
        let Scenario { meta, script, byzantine, .. } = &link.scenario;
        prop_assert!(script.iter().all(|t| !describe_action(meta, &t.action).is_empty()));
        prop_assert!(byzantine.iter().all(|b| !describe_strategy(meta, &b.strategy).is_empty()));
    }

    #[test]
    fn a_link_cut_short_or_changed_gives_a_scenario_or_an_error(
        link in any_link(), cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        for text in [print_link(&link), print_compressed(&link), print_file(&link)] {
            examine(&text[..cut.index(text.len() + 1)])?;
            let mut bytes = text.into_bytes();
            let place = at.index(bytes.len());
            bytes[place] ^= byte;
            examine(&String::from_utf8_lossy(&bytes))?;
        }
    }

    #[test]
    fn any_text_gives_a_scenario_or_an_error(text in any_text()) {
        examine(&text)?;
    }

    #[test]
    fn any_bytes_give_a_scenario_or_an_error(bytes in vec(any::<u8>(), 0..300)) {
        examine(&String::from_utf8_lossy(&bytes))?;
        examine(&format!("#/toy?{}", String::from_utf8_lossy(&bytes)))?;
    }
}

fn read(text: &str) -> Link {
    parse(text, CATALOGUE).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Whatever the text, the two readers agree, errors point into it and can be shown, and a scenario that comes out
/// lies within all bounds, so that it is read again as it prints.
fn examine(text: &str) -> Result<(), TestCaseError> {
    let strict = parse(text, CATALOGUE);
    let (lenient, errors) = parse_lenient(text, CATALOGUE);
    prop_assert_eq!(strict.as_ref().err(), errors.first());
    if let Ok(link) = strict {
        prop_assert_eq!(&link, &lenient);
    }
    for error in &errors {
        let ParseError { key, value, position, .. } = error;
        prop_assert!(text.is_char_boundary(*position));
        prop_assert!(key.chars().count() <= 40 && value.chars().count() <= 60);
        prop_assert!(is_fit_to_show(&error.to_string()));
    }
    prop_assert_eq!(read(&print_file(&lenient)), lenient);
    Ok(())
}

fn is_fit_for_a_url(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>`{}|\\^[]".contains(&b))
}

fn is_fit_to_show(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
}

fn any_link() -> impl Strategy<Value = Link> {
    (any_scenario(), option::of("[0-9a-f]{16,64}"), vec(any_pause(), 0..4)).prop_map(
        |(scenario, digest, pauses)| Link {
            digest,
            pauses,
            rivals: vec![rival(&scenario, &TOY), rival(&scenario, &BITS)],
            ..Link::from(scenario)
        },
    )
}

fn any_pause() -> impl Strategy<Value = Pause> {
    let when = prop_oneof![
        (0..=bounds::EVENTS).prop_map(When::Event),
        (0..=bounds::UNTIL.0).prop_map(|us| When::Time(Time(us))),
        (0..FIRSTS.len()).prop_map(When::First),
    ];
    (when, r"[ -~äß→]{0,40}").prop_map(|(when, note)| Pause { when, note })
}

fn any_scenario() -> impl Strategy<Value = Scenario> {
    prop_oneof![4 => Just(&TOY), 1 => Just(&PLAIN), 1 => Just(&BITS)].prop_flat_map(|meta| {
        let (min, usual, max) = meta.n;
        let n = prop_oneof![Just(usual), min..=max.min(9), min..=max];
        let clients = match meta.inputs {
            Inputs::Requests => prop_oneof![3 => Just(1), 1 => 1..=bounds::CLIENTS].boxed(),
            Inputs::Given { .. } => Just(0).boxed(),
        };
        (n, clients).prop_flat_map(move |(n, clients)| {
            let options = meta.inputs.options();
            let inputs = vec(0..options.len().max(1), meta.inputs.givers(n));
            let settings = (numbers(meta, n), any_network(), params(meta, n), inputs);
            (settings, faults(meta, n, clients)).prop_map(
                move |((numbers, network, params, inputs), faults)| {
                    let mut s = Scenario { n, clients, network, ..Scenario::new(meta) };
                    (s.f, s.seed, s.until, s.deadline, s.requests, s.gap) = numbers;
                    s.inputs = inputs.into_iter().map(|place| options[place]).collect();
                    if clients == 0 {
                        (s.requests, s.gap) = (0, Duration::ZERO);
                    }
                    if s.inputs == meta.inputs.usual(n) {
                        s.inputs.clear();
                    }
                    s.params.0 = params;
                    (s.rules, s.weights, s.byzantine, s.skews, s.script) = faults;
                    s.script.sort_by_key(|timed| timed.at);
                    s
                },
            )
        })
    })
}

type Numbers = (usize, u64, Time, Option<Time>, u32, Duration);

fn numbers(meta: &'static Meta, n: usize) -> impl Strategy<Value = Numbers> {
    let f = prop_oneof![Just(meta.bound.max_f(n)), 0..n];
    let until = prop_oneof![Just(Time(10_000_000)), (1..=bounds::UNTIL.0).prop_map(Time)];
    let requests = prop_oneof![Just(1), 0..=bounds::REQUESTS];
    (f, prop_oneof![Just(1), any::<u64>()], until, option::of(time()), requests, span(0))
}

fn any_network() -> impl Strategy<Value = Network> {
    let usual = Just(Network::default());
    let bandwidth = prop_oneof![1..=bounds::BANDWIDTH, (1..1_000u64).prop_map(|k| k * 1_000)];
    let other = (
        (latency(), probability(), probability(), any::<bool>()),
        (option::of(span(1)), option::of(time()), span(0), option::of(bandwidth)),
    );
    let other = other.prop_map(|((latency, loss, duplicate, fifo), (retransmit, gst, cpu, bandwidth))| {
        Network { latency, loss, duplicate, fifo, retransmit, gst, cpu, bandwidth, ..Network::default() }
    });
    prop_oneof![usual, other]
}

fn params(meta: &'static Meta, n: usize) -> impl Strategy<Value = Vec<ParamValue>> {
    let one = move |spec: &'static ParamSpec| {
        let given = param(spec, n).prop_map(move |value| spec.kind.unless_usual(value, n));
        prop_oneof![2 => Just(spec.kind.default_value()), 1 => given]
    };
    meta.params.iter().map(one).collect::<Vec<_>>()
}

fn param(spec: &'static ParamSpec, n: usize) -> BoxedStrategy<ParamValue> {
    let between = |min: Duration, max: Duration| (min.0..=max.0).prop_map(Duration);
    let letters = "[ -~äß漢\n]{0,13}";
    match spec.kind {
        ParamKind::Int { min, max, .. } | ParamKind::Sure { min, max, .. } => {
            (min..=max).prop_map(ParamValue::Int).boxed()
        }
        ParamKind::Span { min, max, .. } => between(min, max).prop_map(ParamValue::Span).boxed(),
        ParamKind::SpanRange { min, max, .. } => (between(min, max), between(min, max))
            .prop_map(|(a, b)| ParamValue::SpanRange(a.min(b), a.max(b)))
            .boxed(),
        ParamKind::Choice { options, .. } => (0..options.len()).prop_map(ParamValue::Choice).boxed(),
        ParamKind::Flag { .. } => any::<bool>().prop_map(ParamValue::Flag).boxed(),
        ParamKind::Ratio { min, max, .. } => probability()
            .prop_filter("within the bounds", move |r| min.at_most(*r) && r.at_most(max))
            .prop_map(ParamValue::Ratio)
            .boxed(),
        ParamKind::Ratios { .. } => vec(probability(), n).prop_map(ParamValue::Ratios).boxed(),
        ParamKind::Table { columns: (least, most), .. } => (least..=most)
            .prop_flat_map(move |columns| vec(vec(probability(), columns), n))
            .prop_map(ParamValue::Table)
            .boxed(),
        ParamKind::Text { .. } => letters
            .prop_filter("not empty", |text: &String| !text.is_empty())
            .prop_map(|text| ParamValue::Text(Some(text)))
            .boxed(),
        ParamKind::Texts { .. } => vec(letters, n).prop_map(ParamValue::Texts).boxed(),
    }
}

type Faults = (RuleSet, Vec<u64>, Vec<Byzantine>, Vec<(NodeId, Ratio)>, Vec<Timed>);

fn faults(meta: &'static Meta, n: usize, clients: usize) -> impl Strategy<Value = Faults> {
    let rules = subsequence((0..meta.switches.len()).collect::<Vec<_>>(), 0..=meta.switches.len())
        .prop_map(|off| off.into_iter().fold(RuleSet::ALL_HOLD, |rules, at| rules.without(at as u8)));
    let weights = match meta.weighted {
        true => prop_oneof![Just(Vec::new()), vec(1..=bounds::WEIGHT, n)].boxed(),
        false => Just(Vec::new()).boxed(),
    };
    let replicas: Vec<NodeId> = (0..n).map(NodeId::replica).collect();
    let some = move || subsequence(replicas.clone(), 0..=n.min(6));
    let byzantine = some().prop_flat_map(move |nodes| {
        let lies = vec(lie(meta, n, clients), nodes.len());
        lies.prop_map(move |lies| {
            nodes.iter().zip(lies).map(|(node, strategy)| Byzantine { node: *node, strategy }).collect()
        })
    });
    let rate = (1..=u32::MAX / 10, 1..=u32::MAX / 10)
        .prop_filter("a rate between a tenth and ten", |(a, b)| a / 10 < *b && b / 10 < *a)
        .prop_filter_map("no zero", |(a, b)| Ratio::new(a, b));
    let skews = some().prop_flat_map(move |nodes| {
        vec(rate.clone(), nodes.len()).prop_map(move |rates| nodes.iter().copied().zip(rates).collect())
    });
    let timed = (time(), action(meta, n, clients)).prop_map(|(at, action)| Timed { at, action });
    (rules, weights, byzantine, skews, vec(timed, 0..12))
}

fn lie(meta: &'static Meta, n: usize, clients: usize) -> impl Strategy<Value = Lies> {
    let own = match meta.adversaries.len() {
        0 => Just(Lies::Silent).boxed(),
        count => (0..count).prop_map(Lies::Own).boxed(),
    };
    prop_oneof![
        Just(Lies::Silent),
        span(0).prop_map(Lies::Delay),
        group(n, clients).prop_map(Lies::Omit),
        span(0).prop_map(Lies::Replay),
        option::of(group(n, clients)).prop_map(Lies::Twins),
        own,
    ]
}

fn action(meta: &'static Meta, n: usize, clients: usize) -> impl Strategy<Value = Action> {
    let node = move || node(n, clients);
    let pair = move || (node(), node()).prop_filter("two different nodes", |(a, b)| a != b);
    let two_groups = (group(n, clients), group(n, clients)).prop_map(|(a, b)| {
        let rest: Group = b.iter().filter(|id| !a.contains(*id)).collect();
        if rest.is_empty() { Action::Partition(vec![a]) } else { Action::Block(a, rest) }
    });
    let kinds = meta.kinds.len();
    let message =
        (pair(), 0..kinds.max(1), 1..=u32::MAX, fate()).prop_map(move |((from, to), kind, nth, fate)| {
            match kinds {
                0 => Action::Cut(from, to),
                _ => Action::Message(MessageName { from, to, kind, nth }, fate),
            }
        });
    let timers = meta.timers.len();
    let fire = (node(), 0..timers.max(1)).prop_map(move |(id, timer)| match timers {
        0 => Action::Pause(id),
        _ => Action::Fire(id, timer),
    });
    let commands = meta.commands;
    let command = (0..n, 0..commands.len().max(1), 0..n).prop_map(move |(id, at, other)| {
        let about = match commands.get(at).map(|command| command.about) {
            None => return Action::Heal,
            Some(About::Nothing) => 0,
            Some(About::Replica) => other,
            Some(About::Choice(names)) => other % names.len(),
        };
        Action::Command(NodeId::replica(id), at, about)
    });
    prop_oneof![
        node().prop_map(Action::Crash),
        node().prop_map(Action::Restart),
        node().prop_map(Action::Amnesia),
        node().prop_map(Action::Pause),
        node().prop_map(Action::Resume),
        partition(n),
        two_groups,
        pair().prop_map(|(a, b)| Action::Cut(a, b)),
        pair().prop_map(|(a, b)| Action::Mend(a, b)),
        Just(Action::Heal),
        probability().prop_map(Action::Loss),
        latency().prop_map(Action::Latency),
        (0..clients.max(1)).prop_map(move |i| match clients {
            0 => Action::Heal,
            _ => Action::Propose(NodeId::client(i)),
        }),
        command,
        fire,
        message,
    ]
}

fn partition(n: usize) -> impl Strategy<Value = Action> {
    vec(0..bounds::GROUPS, n).prop_map(|places| {
        let members = |group: usize| {
            let nodes = places.iter().enumerate().filter(move |(_, place)| **place == group);
            nodes.map(|(i, _)| NodeId::replica(i)).collect::<Group>()
        };
        Action::Partition((0..bounds::GROUPS).map(members).filter(|g| !g.replicas.is_empty()).collect())
    })
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![Just(Fate::Drop), Just(Fate::Deliver), Just(Fate::Duplicate), span(0).prop_map(Fate::Delay)]
}

fn node(n: usize, clients: usize) -> impl Strategy<Value = NodeId> {
    let client = move |i| if clients == 0 { NodeId::replica(0) } else { NodeId::client(i) };
    prop_oneof![4 => (0..n).prop_map(NodeId::replica), 1 => (0..clients.max(1)).prop_map(client)]
}

fn group(n: usize, clients: usize) -> impl Strategy<Value = Group> {
    vec(node(n, clients), 1..8).prop_map(|nodes| nodes.into_iter().collect())
}

fn time() -> impl Strategy<Value = Time> {
    prop_oneof![(0..=10u64).prop_map(|s| Time(s * 1_000_000)), (0..=bounds::UNTIL.0).prop_map(Time)]
}

fn span(min: u64) -> impl Strategy<Value = Duration> {
    prop_oneof![(1..=1_000u64).prop_map(Duration::millis), (min..=bounds::SPAN.0).prop_map(Duration)]
}

fn latency() -> impl Strategy<Value = Latency> {
    prop_oneof![
        span(1).prop_map(Latency::Constant),
        (span(1), span(1)).prop_map(|(a, b)| Latency::Uniform(a.min(b), a.max(b))),
        span(1).prop_map(Latency::Exponential),
    ]
}

fn probability() -> impl Strategy<Value = Ratio> {
    let any = (any::<u32>(), 1..=u32::MAX).prop_filter_map("no zero", |(a, b)| Ratio::new(a.min(b), b));
    prop_oneof![(0..=100u32).prop_map(Ratio::percent), any]
}

/// Texts made of what scenarios are made of, in any order.
fn any_text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(
        &[
            "#",
            "/",
            "#/",
            "toy",
            "plain",
            "?",
            "&",
            "=",
            ":",
            ",",
            "-",
            "..",
            "%",
            "%2C",
            "%zz",
            "%00",
            "\n",
            "//",
            " ",
            "n",
            "f",
            "seed",
            "until",
            "deadline",
            "clients",
            "req",
            "gap",
            "latency",
            "loss",
            "dup",
            "order",
            "link",
            "gst",
            "cpu",
            "bandwidth",
            "w",
            "byz",
            "skew",
            "without",
            "at",
            "v",
            "digest",
            "pause",
            "decision",
            "batch",
            "timeout",
            "election",
            "quorum",
            "prevote",
            "z1.",
            "z1.AAAA",
            "z2.",
            "0",
            "1",
            "4",
            "128",
            "1000000000",
            "99999999999999999999999",
            "1e9",
            "NaN",
            "-1",
            "0.5",
            "1/3",
            "2%",
            "10ms",
            "1us",
            "10min",
            "3650d",
            "exp:",
            "fifo",
            "retransmit:",
            "on",
            "crash",
            "partition",
            "block",
            "cut",
            "heal",
            "propose",
            "fire",
            "drop",
            "delay",
            "c0",
            "c9",
            "prepare",
            "silent",
            "twins",
            "omit",
            "two-faced",
            "lock",
            "🦀",
            "\u{202e}",
            "\u{0}",
            "é",
            "٣",
            "\u{feff}",
        ][..],
    );
    vec(words, 0..60).prop_map(|words| words.concat())
}
