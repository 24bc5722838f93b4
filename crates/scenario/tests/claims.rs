//! What the text form promises, key by key and mistake by mistake.

mod common;
#[path = "common/reading.rs"]
mod reading;

use common::{CATALOGUE, PLAIN, TOY};
use consensus_kernel::{Duration, NodeId, ParamValue, Ratio, Time};
use consensus_scenario::{
    Action, Byzantine, ErrorKind, FIRSTS, Fate, Group, Latency, Link, MessageName, Scenario, Strategy, Timed,
    VERSION, When, bounds, describe_action, parse, parse_duration, parse_lenient, parse_ratio, print,
    print_compressed, print_file, print_link, print_ratio, share,
};
use reading::{read, refused};

fn message(text: &str) -> String {
    refused(text).to_string()
}

fn replicas(ids: &[usize]) -> Group {
    ids.iter().map(|i| NodeId::replica(*i)).collect()
}

const R0: NodeId = NodeId::replica(0);
const R1: NodeId = NodeId::replica(1);
const R2: NodeId = NodeId::replica(2);
const C0: NodeId = NodeId::client(0);

#[test]
fn a_name_alone_is_the_protocol_at_its_defaults() {
    assert_eq!(read("#/toy"), Scenario::new(&TOY));
    assert_eq!(print(&Scenario::new(&TOY)), "#/toy");
}

#[test]
fn a_link_is_read_with_and_without_what_stands_before_it() {
    let mut expected = Scenario::new(&TOY);
    (expected.n, expected.f, expected.seed) = (7, 2, 9);
    for text in [
        "#/toy?n=7&seed=9",
        "/toy?n=7&seed=9",
        "toy?n=7&seed=9",
        "#toy?n=7&seed=9",
        "https://example.org/a/?embed=1#/toy?n=7&seed=9",
        " \n\ttoy?n=7&seed=9\r\n ",
        "toy?seed=%39&%6e=7",
        "toy?&n=7&&seed=9&",
        "toy&n=7&seed=9",
        "toy\nn=7\nseed=9",
        "\u{feff}// a file\r\n\r\n  // # and more\r\ntoy\r\n  n = 7  \r\n//f=3\r\nseed=9\r\n",
        "toy?n=7\nseed=9&f=2",
    ] {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

#[test]
fn a_comment_begins_a_line_and_nothing_else() {
    assert_eq!(refused("#/toy?//n=7&seed=9").kind, ErrorKind::Key);
    assert_eq!(refused("toy?n=7&//seed=9").kind, ErrorKind::Key);
    assert_eq!(refused("toy\nn=7 // seven").kind, ErrorKind::Malformed);
}

#[test]
fn f_is_the_most_that_n_tolerates_unless_given() {
    assert_eq!(read("toy?n=10").f, 3);
    assert_eq!(read("plain?n=7").f, 3);
    assert_eq!(read("toy?f=3&n=4").f, 3);
    assert_eq!(
        message("toy?n=4&f=4"),
        "f=4 (at character 9): too large, at most 3 faulty replicas are allowed"
    );
}

#[test]
fn every_common_key_sets_its_field() {
    let s = read(
        "toy?n=5&f=1&seed=18446744073709551615&until=1h&deadline=2s&clients=3&req=1000000&gap=1.5ms&latency=5ms..20ms\
         &loss=2%&dup=1/3&order=fifo&link=retransmit:50ms&gst=1min&cpu=100us&bandwidth=10M&w=3,1,0,1,1000000000",
    );
    assert_eq!((s.n, s.f, s.seed, s.clients, s.requests), (5, 1, u64::MAX, 3, 1_000_000));
    assert_eq!((s.until, s.deadline, s.gap), (Time(3_600_000_000), Some(Time(2_000_000)), Duration(1_500)));
    assert_eq!(s.network.latency, Latency::Uniform(Duration::millis(5), Duration::millis(20)));
    assert_eq!((s.network.loss, s.network.duplicate), (Ratio::percent(2), Ratio::new(1, 3).unwrap()));
    assert_eq!((s.network.fifo, s.network.retransmit), (true, Some(Duration::millis(50))));
    assert_eq!((s.network.gst, s.network.cpu), (Some(Time(60_000_000)), Duration(100)));
    assert_eq!((s.network.bandwidth, s.weights), (Some(10_000_000), vec![3, 1, 0, 1, 1_000_000_000]));
    assert_eq!(read("toy?latency=exp:7ms").network.latency, Latency::Exponential(Duration::millis(7)));
    assert_eq!(read("toy?order=any&link=plain").network, Scenario::new(&TOY).network);
}

#[test]
fn a_parameter_of_the_protocol_is_read_by_its_kind() {
    let s = read("toy?batch=100&timeout=0.25s&election=1ms..1min&quorum=n-f&prevote=yes");
    let span = (Duration::millis(1), Duration::secs(60));
    assert_eq!(
        s.params.0[..5],
        [
            ParamValue::Int(100),
            ParamValue::Span(Duration::millis(250)),
            ParamValue::SpanRange(span.0, span.1),
            ParamValue::Choice(1),
            ParamValue::Flag(true),
        ]
    );
    let fixed = ParamValue::SpanRange(Duration::millis(5), Duration::millis(5));
    assert_eq!(read("toy?election=5ms").params.0[2], fixed);
    assert_eq!(message("toy?batch=101"), "batch=101 (at character 5): too large, at most 100 is allowed");
    assert_eq!(message("toy?batch=0"), "batch=0 (at character 5): too small, at least 1 is needed");
    assert_eq!(message("toy?timeout=2h"), "timeout=2h (at character 5): too long, at most 1min is allowed");
    assert_eq!(
        message("toy?election=3s..2s"),
        "election=3s..2s (at character 5): the low end is above the high end, write low..high"
    );
    assert_eq!(
        message("toy?quorum=n+f"),
        "quorum=n+f (at character 5): there is no option `n+f`, did you mean `n-f`? allowed: 2f+1, n-f, § & %"
    );
    assert_eq!(
        message("toy?prevote=maybe"),
        "prevote=maybe (at character 5): neither on nor off, write on or off"
    );
    assert_eq!(refused("plain?batch=1").kind, ErrorKind::Key);
}

#[test]
fn parameters_of_each_replica_are_lists() {
    let ratio = |num, den| Ratio::new(num, den).unwrap();
    let s = read(
        "toy?n=3&share=2/3&trust=0.95,1/3&beliefs=0.9,0.1/1:3,2:3/0,1&question=Who%3F&answers=%C3%9C%7C%7Ca%20%5C%7Cb",
    );
    let rows =
        vec![vec![ratio(9, 10), ratio(1, 10)], vec![ratio(1, 3), ratio(2, 3)], vec![Ratio::ZERO, Ratio::ONE]];
    let texts = ["Ü", "", "a |b"].map(str::to_owned).to_vec();
    assert_eq!(
        s.params.0[5..],
        [
            ParamValue::Ratio(ratio(2, 3)),
            ParamValue::Ratios(vec![ratio(19, 20), ratio(1, 3), ratio(9, 10)]),
            ParamValue::Table(rows),
            ParamValue::Text(Some("Who?".to_owned())),
            ParamValue::Texts(texts),
        ]
    );
    assert_eq!(read("toy?n=3&trust=0.9,0.5,0.9&question=Why%3F&share=0.5"), read("toy?n=3"), "the usual");
    let full = read("toy?n=3").setup().params;
    assert_eq!(full.ratios(6), [ratio(9, 10), ratio(1, 2), ratio(9, 10)]);
    assert_eq!(full.table(7)[1], [Ratio::ZERO, Ratio::ONE]);
    assert_eq!((full.text(8), full.texts(9)[2].as_str()), ("Why?", "Because; so."));
    let silent = read("toy?n=3&answers=%7C").setup().params;
    assert_eq!(silent.texts(9), ["", "", ""], "nobody says anything");
    let hidden = read("toy?n=2&answers=a%E2%80%AEb%00%09c%5Cn%0D").setup().params;
    assert_eq!(hidden.texts(9), ["ab c\n", ""], "what turns or hides is left out");
    for (text, message_expected) in [
        ("share=3", "share=3 (at character 9): too large, at most 2 is allowed"),
        ("share=1/20", "share=1/20 (at character 9): too small, at least 0.1 is needed"),
        (
            "trust=0,0,2",
            "trust=0,0,2 (at character 9): that of replica 2 is wrong: too large, at most 1 is allowed",
        ),
        (
            "trust=0,0,0,0",
            "trust=0,0,0,0 (at character 9): 4 ratios are too many, at most one for each of the 3 replicas is allowed",
        ),
        (
            "beliefs=0,1/1,0",
            "beliefs=0,1/1,0 (at character 9): 2 rows are too few, one for each of the 3 replicas is needed, with slashes between",
        ),
        (
            "beliefs=0,1/1,0/1,0,0",
            "beliefs=0,1/1,0/1,0,0 (at character 9): the row of replica 2 has 3 ratios, all rows have as many as the first, 2",
        ),
        (
            "answers=a%5Cb",
            r"answers=a\b (at character 9): a backslash is not followed by \, |, ; or n, write \\ for the sign itself, \| for a stroke and \n for a line break",
        ),
        (
            "question=%00",
            "question=\u{fffd} (at character 9): there is nothing in it, leave it out for the usual text",
        ),
    ] {
        assert_eq!(message(&format!("toy?n=3&{text}")), message_expected);
    }
    let long = refused(&format!("toy?n=3&answers=a%7C{}", "x".repeat(41)));
    assert_eq!(
        (long.kind, long.why.as_str()),
        (ErrorKind::TooLong, "that of replica 1 is wrong: 41 bytes are too long")
    );
}

#[test]
fn a_rival_with_the_same_protocol_is_asked_the_same() {
    let text = "toy?n=4&question=Who%3F&answers=a%5C%3Bb%7Cc&vs=toy;share:0.9;answers:x%5C;y%7Cz;n:3";
    let link = parse(text, CATALOGUE).unwrap();
    let rival = &link.rivals[0].setup().params;
    assert_eq!((rival.text(8), rival.texts(9)), ("Who?", ["x;y", "z", ""].map(str::to_owned).as_slice()));
    let printed = print_link(&link);
    assert_eq!(parse(&printed, CATALOGUE).unwrap(), link, "{printed}");
}

#[test]
fn byzantine_replicas_are_read_in_any_order_and_kept_ascending() {
    let s = read(
        "toy?n=7&byz=6:two-faced&byz=0:silent&byz=1:delay:50ms&byz=2:omit:1,c0&byz=3:replay:1s&byz=4:twins",
    );
    let at = |i, strategy| Byzantine { node: NodeId::replica(i), strategy };
    assert_eq!(
        s.byzantine,
        [
            at(0, Strategy::Silent),
            at(1, Strategy::Delay(Duration::millis(50))),
            at(2, Strategy::Omit([R1, C0].into_iter().collect())),
            at(3, Strategy::Replay(Duration::secs(1))),
            at(4, Strategy::Twins(None)),
            at(6, Strategy::Own(0)),
        ]
    );
    // The protocol's own way of saying two things, where it has one.
    assert_eq!(read("toy?byz=0:equivocate").byzantine, [at(0, Strategy::Own(0))]);
    let facing = Strategy::Twins(Some([R2, C0].into_iter().collect()));
    assert_eq!(read("toy?byz=0:twins:2,c0").byzantine, [at(0, facing)]);
    assert_eq!(
        message("toy?byz=0:silent&byz=0:twins"),
        "byz=0:twins (at character 18): 0 has one already, each replica may have one"
    );
    assert_eq!(
        message("toy?byz=c0:silent"),
        "byz=c0:silent (at character 5): c0 is a client, replicas are 0 to 3, clients c0"
    );
    assert_eq!(
        message("toy?byz=0:delay"),
        "byz=0:delay (at character 5): delay needs more, write delay:50ms"
    );
    assert_eq!(
        message("toy?byz=0:slient"),
        "byz=0:slient (at character 5): there is no strategy `slient`, did you mean `silent`? \
         allowed: silent, delay, omit, replay, twins, equivocate, two-faced, stale"
    );
}

#[test]
fn clocks_run_between_a_tenth_and_ten_times_the_usual_rate() {
    let s = read("toy?skew=2:1/2&skew=1:10/1&skew=3:50%");
    let half = Ratio::new(1, 2).unwrap();
    assert_eq!(s.skews, [(R1, Ratio::new(10, 1).unwrap()), (R2, half), (NodeId::replica(3), half)]);
    assert_eq!(message("toy?skew=1:11/1"), "skew=1:11/1 (at character 5): too fast, at most 10/1 is allowed");
    assert_eq!(message("toy?skew=1:0"), "skew=1:0 (at character 5): too slow, at least 1/10 is needed");
    assert_eq!(refused("toy?skew=1:2/1&skew=1:2/1").kind, ErrorKind::Repeated);
    assert_eq!(refused("toy?skew=2/1").kind, ErrorKind::Malformed);
}

#[test]
fn rules_are_switched_off_by_name() {
    for text in ["toy?without=lock,5.4.2", "toy?without=lock&without=5.4.2"] {
        let rules = read(text).rules;
        assert!(!rules.holds(0) && rules.holds(1) && !rules.holds(2), "{text}");
    }
    assert_eq!(
        message("toy?without=locks"),
        "without=locks (at character 5): there is no rule `locks`, did you mean `lock`? \
         allowed: lock, up-to-date, 5.4.2, §1 – a"
    );
    assert_eq!(
        message("plain?without=x"),
        "without=x (at character 7): there is no rule `x`, this protocol has none"
    );
    assert_eq!(refused("toy?without=lock,lock").kind, ErrorKind::Repeated);
}

#[test]
fn every_action_is_read_and_said_in_words() {
    let name = MessageName { from: R0, to: R2, kind: 0, nth: 1 };
    let third = MessageName { from: C0, to: R2, kind: 1, nth: 13 };
    let uniform = Latency::Uniform(Duration::millis(5), Duration::millis(20));
    for (text, action, words) in [
        ("crash:2", Action::Crash(R2), "crash 2"),
        ("restart:2", Action::Restart(R2), "restart 2"),
        ("amnesia:2", Action::Amnesia(R2), "restart 2 with an empty disk"),
        ("pause:c0", Action::Pause(C0), "pause c0"),
        ("resume:c0", Action::Resume(C0), "resume c0"),
        (
            "partition:0,1/2,3",
            Action::Partition(vec![replicas(&[0, 1]), replicas(&[2, 3])]),
            "partition into 0, 1 | 2, 3",
        ),
        ("partition:0,1", Action::Partition(vec![replicas(&[0, 1])]), "partition into 0, 1 | all others"),
        ("block:0,1-2,3", Action::Block(replicas(&[0, 1]), replicas(&[2, 3])), "block all from 0, 1 to 2, 3"),
        ("cut:0-1", Action::Cut(R0, R1), "cut the link between 0 and 1"),
        ("mend:0-1", Action::Mend(R0, R1), "mend the link between 0 and 1"),
        ("heal", Action::Heal, "heal all links"),
        ("loss:0.2", Action::Loss(Ratio::percent(20)), "lose 20% of all messages from now on"),
        ("latency:5ms..20ms", Action::Latency(uniform), "delay messages by 5ms to 20ms from now on"),
        ("propose:c0", Action::Propose(C0), "c0 asks for one more value"),
        ("fire:1:election", Action::Fire(R1, 0), "run out the election timer of 1"),
        ("do:1:suspect:2", Action::Command(R1, 0, 2), "1 suspects 2"),
        ("do:1:rest", Action::Command(R1, 1, 0), "1 rests"),
        ("do:1:rule:against", Action::Command(R1, 2, 1), "1 rules against"),
        ("drop:0-2:prepare:1", Action::Message(name, Fate::Drop), "lose the 1st prepare from 0 to 2"),
        (
            "deliver:c0-2:pre-prepare:13",
            Action::Message(third, Fate::Deliver),
            "deliver the 13th pre-prepare from c0 to 2 now",
        ),
        (
            "delay:0-2:prepare:1:50ms",
            Action::Message(name, Fate::Delay(Duration::millis(50))),
            "delay the 1st prepare from 0 to 2 by 50ms",
        ),
        (
            "dup:0-2:prepare:1",
            Action::Message(name, Fate::Duplicate),
            "duplicate the 1st prepare from 0 to 2",
        ),
    ] {
        let s = read(&format!("toy?at=300ms:{text}"));
        assert_eq!(s.script, [Timed { at: Time(300_000), action }], "{text}");
        assert_eq!(print(&s), format!("#/toy?at=300ms:{text}"));
        assert_eq!(describe_action(&TOY, &s.script[0].action), words);
    }
}

#[test]
fn what_replicas_begin_with_is_one_known_value_for_each_of_them() {
    let bits = |text: &str| read(text).inputs_given().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(bits("bits"), ["0", "1", "0", "1", "0"], "the usual ones, over and over");
    assert_eq!(bits("bits?n=3&in=1,1,0"), ["1", "1", "0"]);
    assert_eq!(print(&read("bits?n=3&in=1,1,0")), "#/bits?n=3&in=1,1,0");
    assert_eq!(print(&read("bits?n=3&in=0,1,0")), "#/bits?n=3");
    for (text, expected) in [
        ("bits?in=1,1", "2 values are too few, one for each of the 5 replicas is needed"),
        ("bits?in=1,1,maybe,0,0", "there is no value `maybe`, allowed: 0, 1"),
        ("bits?req=2", "bits has no clients: replicas begin with the values, write in=… to say with which"),
        ("toy?in=0", "in toy clients ask for the values, leave it out, and write req=… for more requests"),
    ] {
        let error = refused(text);
        assert_eq!(format!("{}, {}", error.why, error.allowed), expected);
    }
}

#[test]
fn a_protocol_that_needs_reliable_links_has_them_unless_told_otherwise() {
    assert_eq!(read("bits").network.retransmit, Some(Duration::millis(50)));
    assert_eq!(read("bits?link=plain").network.retransmit, None);
    assert_eq!(print(&read("bits?link=plain")), "#/bits?link=plain");
    assert_eq!(print(&read("bits?link=retransmit:50ms")), "#/bits");
    assert_eq!(read("toy").network.retransmit, None);
}

#[test]
fn a_script_is_ordered_by_time_and_then_as_written() {
    let s = read("toy?at=2s:heal&at=1s:crash:0&at=2s:crash:1&at=0:crash:2");
    let order: Vec<_> = s.script.iter().map(|t| (t.at.0, t.action.clone())).collect();
    let (crash, heal) = (Action::Crash, Action::Heal);
    assert_eq!(order, [(0, crash(R2)), (1_000_000, crash(R0)), (2_000_000, heal), (2_000_000, crash(R1))]);
}

#[test]
fn an_impossible_action_says_what_is_wrong_with_it() {
    for (action, expected) in [
        ("heal", "an action needs a time and a name, write it as 300ms:crash:2"),
        ("crash:2", "not a span of time, write a number and a unit (us, ms, s, min, h or d), as in 250ms"),
        ("1s:crash:9", "there is no replica 9, replicas are 0 to 3, clients c0"),
        ("1s:crash:c1", "there is no client c1, replicas are 0 to 3, clients c0"),
        ("1s:crash:x", "`x` is not a node, replicas are 0 to 3, clients c0"),
        ("1s:crash", "what to crash is missing, write crash:2"),
        ("1s:heal:2", "heal takes nothing, write heal"),
        ("1s:partition:0,1/1", "1 stands there twice, each node may stand once"),
        ("1s:partition:0//1", "a node is missing, replicas are 0 to 3, clients c0"),
        ("1s:block:0-0,1", "0 stands there twice, each node may stand once"),
        ("1s:cut:1-1", "1 has no link to itself, two different nodes are needed"),
        ("1s:propose:0", "0 is a replica, only a client, such as c0, can propose"),
        (
            "1s:fire:0:elektion",
            "there is no timer `elektion`, did you mean `election`? allowed: election, view-change",
        ),
        ("1s:do:1:sleep", "there is no command `sleep`, allowed: suspect, rest, rule"),
        ("1s:do:1:suspect", "suspect needs more, write do:1:suspect:ABOUT"),
        ("1s:do:1:rest:2", "rest takes nothing, write do:1:rest"),
        ("1s:do:1:rule:perhaps", "there is no choice `perhaps`, allowed: for, against"),
        ("1s:do:c0:rest", "c0 is a client, replicas are 0 to 3, clients c0"),
        ("1s:drop:0-1:prepare:0", "too small, at least 1 message is needed"),
        ("1s:drop:0-1:prepare", "the name of the message is not complete, write drop:FROM-TO:KIND:NTH"),
        (
            "1s:drop:0-1:preparee:1",
            "there is no message `preparee`, did you mean `prepare`? allowed: prepare, pre-prepare, commit",
        ),
        ("1s:loss:101%", "too large, at most 100% is allowed"),
        ("1s:latency:0", "too short, at least 1us is needed"),
        ("11y:heal", "not a span of time, write a number and a unit (us, ms, s, min, h or d), as in 250ms"),
        ("3651d:heal", "too long, at most 3650d is allowed"),
    ] {
        let error = refused(&format!("toy?at={action}"));
        assert_eq!(format!("{error}"), format!("at={action} (at character 5): {expected}"));
    }
    let many = (0..17).map(|i| i.to_string()).collect::<Vec<_>>().join("/");
    assert_eq!(refused(&format!("toy?n=20&at=1s:partition:{many}")).why, "17 groups");
}

#[test]
fn a_span_is_exact_in_microseconds_or_refused() {
    for (text, micros) in [
        ("0", 0),
        ("0s", 0),
        ("1us", 1),
        ("250ms", 250_000),
        ("0.001ms", 1),
        ("1.5s", 1_500_000),
        ("1.50000000000000000000000s", 1_500_000),
        ("90min", 5_400_000_000),
        ("0.0000000003125d", 27),
        ("3650d", bounds::UNTIL.0),
    ] {
        assert_eq!(parse_duration(text), Ok(Duration(micros)), "{text}");
    }
    for (text, why) in [
        ("5", "the unit is missing"),
        ("", "not a span of time"),
        ("s", "not a span of time"),
        ("-1s", "not a span of time"),
        ("+1s", "not a span of time"),
        (".5s", "not a span of time"),
        ("5.s", "not a span of time"),
        ("1..2s", "not a span of time"),
        ("1e9s", "not a span of time"),
        ("NaNs", "not a span of time"),
        ("٣s", "not a span of time"),
        ("0.5us", "finer than a microsecond"),
        ("0.0000000000000000000000000001d", "finer than a microsecond"),
        ("3650.1d", "too long"),
        ("99999999999999999999999999999999999999999999999s", "too long"),
    ] {
        assert_eq!(parse_duration(text).unwrap_err().why, why, "{text}");
    }
}

#[test]
fn a_ratio_is_exact_or_refused() {
    for (text, num, den) in [
        ("2%", 1, 50),
        ("0.5%", 1, 200),
        ("1/3", 1, 3),
        ("0.02", 1, 50),
        ("1", 1, 1),
        ("0", 0, 1),
        ("200%", 2, 1),
    ] {
        assert_eq!(parse_ratio(text), Ok(Ratio::new(num, den).unwrap()), "{text}");
    }
    for text in [
        "",
        "%",
        "1/",
        "/2",
        "1/0",
        "-1",
        "NaN",
        "inf",
        "1e-3",
        "2%%",
        "1/2/3",
        "0.0000000001",
        "5000000000/1",
    ] {
        assert!(parse_ratio(text).is_err(), "{text}");
    }
    let max = Ratio::new(u32::MAX, u32::MAX - 1).unwrap();
    for ratio in [Ratio::percent(2), Ratio::ONE, Ratio::ZERO, Ratio::new(1, 3).unwrap(), max] {
        assert_eq!(parse_ratio(&print_ratio(ratio)), Ok(ratio));
    }
    assert_eq!(print_ratio(Ratio::percent(2)), "0.02");
}

#[test]
fn a_value_out_of_bounds_names_the_key_the_place_and_the_bound() {
    for (text, expected) in [
        ("#/toy?n=1000000000", "n=1000000000 (at character 7): too large, at most 128 replicas are allowed"),
        ("#/toy?n=0", "n=0 (at character 7): too small, at least 1 replica is needed"),
        ("plain?n=8", "n=8 (at character 7): too large, at most 7 replicas are allowed"),
        (
            "toy?n=1e9",
            "n=1e9 (at character 5): not a whole number, 1 to 128 replicas, in digits, are allowed",
        ),
        (
            "toy?n=NaN",
            "n=NaN (at character 5): not a whole number, 1 to 128 replicas, in digits, are allowed",
        ),
        ("toy?n=-4", "n=-4 (at character 5): not a whole number, 1 to 128 replicas, in digits, are allowed"),
        (
            "toy?n=4.0",
            "n=4.0 (at character 5): not a whole number, 1 to 128 replicas, in digits, are allowed",
        ),
        ("toy?n=🦀", "n=🦀 (at character 5): not a whole number, 1 to 128 replicas, in digits, are allowed"),
        ("toy?n=", "n (at character 5): the value is missing, write n=4"),
        ("toy?n", "n (at character 5): the value is missing, write n=4"),
        ("toy?n=4&n=4", "n=4 (at character 9): it was given before, n may stand once"),
        ("toy?loss=200%", "loss=200% (at character 5): too large, at most 100% is allowed"),
        (
            "toy?loss=99999999999999999999999",
            "loss=99999999999999999999999 (at character 5): too large, at most 100% is allowed",
        ),
        ("toy?clients=17", "clients=17 (at character 5): too large, at most 16 clients are allowed"),
        ("toy?clients=0", "clients=0 (at character 5): too small, at least 1 client is needed"),
        ("toy?req=1000001", "req=1000001 (at character 5): too large, at most 1000000 requests are allowed"),
        (
            "toy?seed=18446744073709551616",
            "seed=18446744073709551616 (at character 5): too large, at most 18446744073709551615 is allowed",
        ),
        ("toy?until=0", "until=0 (at character 5): too short, at least 1us is needed"),
        ("toy?gap=2d", "gap=2d (at character 5): too long, at most 1d is allowed"),
        ("toy?latency=0", "latency=0 (at character 5): too short, at least 1us is needed"),
        (
            "toy?latency=2ms..1ms",
            "latency=2ms..1ms (at character 5): the low end is above the high end, write low..high",
        ),
        (
            "toy?order=lifo",
            "order=lifo (at character 5): there is no order `lifo`, did you mean `fifo`? allowed: any, fifo",
        ),
        ("toy?link=tcp", "link=tcp (at character 5): not a kind of link, write plain or retransmit:50ms"),
        ("toy?bandwidth=0", "bandwidth=0 (at character 5): too small, at least 1 byte per second is needed"),
        (
            "toy?bandwidth=1000001M",
            "bandwidth=1000001M (at character 5): too large, at most 1000000000000 is allowed",
        ),
        (
            "toy?w=1,2",
            "w=1,2 (at character 5): 2 weights are too few, one for each of the 4 replicas is needed",
        ),
        ("toy?w=0,0,0,0", "w=0,0,0,0 (at character 5): all weights are zero, at least one must be more"),
        ("plain?w=1,1,1,1,1", "w=1,1,1,1,1 (at character 7): weights mean nothing to plain, leave them out"),
        (
            "toy?n=%zz",
            "n=%zz (at character 7): a per cent sign is not followed by two hexadecimal digits, write %25 for the sign itself",
        ),
        ("toy?n=%ff", "n=%ff (at character 7): the escapes are no UTF-8, plain letters need no escape"),
        (
            "// one\ntoy\n// two\nseed=1\n  n=0",
            "n=0 (line 5, character 3): too small, at least 1 replica is needed",
        ),
    ] {
        assert_eq!(message(text), expected);
    }
}

#[test]
fn an_unknown_name_suggests_the_nearest_and_lists_what_is_allowed() {
    assert_eq!(
        message("#/toy?sede=1"),
        "sede=1 (at character 7): there is no key `sede`, did you mean `seed`? allowed: n, f, seed, until, deadline, \
         clients, req, gap, in, latency, loss, dup, order, link, gst, cpu, bandwidth, sched, w, byz, skew, without, at, batch, \
         timeout, election, quorum, prevote, share, trust, beliefs, question, answers, vs, pause, v, digest"
    );
    assert_eq!(
        message("#/tyo?n=4"),
        "protocol=tyo (at character 3): there is no protocol `tyo`, allowed: toy, plain, bits"
    );
    assert_eq!(
        message("#/toi?n=4"),
        "protocol=toi (at character 3): there is no protocol `toi`, did you mean `toy`? allowed: toy, plain, bits"
    );
    for nothing in ["", "#", "#/", "   ", "// only a comment", "#/?n=4"] {
        assert_eq!(refused(nothing).kind, ErrorKind::Empty, "{nothing:?}");
        assert_eq!(refused(nothing).allowed, "allowed: toy, plain, bits");
    }
}

#[test]
fn an_error_can_be_shown_anywhere() {
    let nasty = "\u{202e}\u{0}\u{1b}[31m<b>&\u{7f}\u{200b}".replace('&', "");
    for text in [
        format!("toy?{nasty}={nasty}"),
        format!("toy?n={nasty}"),
        format!("{nasty}?n=4"),
        format!("toy?at=1s:{nasty}:1"),
        format!("toy?byz=0:{nasty}"),
    ] {
        let error = refused(&text);
        let shown = format!("{error}{error:?}{}{}{}", error.key, error.value, error.why);
        let plain = error.to_string() + &error.key + &error.value + &error.why;
        assert!(
            !plain.chars().any(|c| c.is_control() || ('\u{200b}'..='\u{202e}').contains(&c)),
            "{shown:?}"
        );
    }
    let long = refused(&format!("toy?{}={}", "k".repeat(500), "v".repeat(500)));
    assert_eq!((long.key.chars().count(), long.value.chars().count()), (40, 60));
    assert!(long.to_string().len() < 700);
}

#[test]
fn a_text_that_is_too_long_is_refused_unread() {
    let link = format!("#/toy?n={}", "1".repeat(1_000_000));
    assert_eq!(
        message(&link),
        "link (at character 1): 1000008 bytes are too long for a link, at most 16384 are allowed"
    );
    let file = format!("toy\n//{}", "x".repeat(bounds::FILE_BYTES));
    assert_eq!(refused(&file).kind, ErrorKind::TooLong);
    assert!(parse(&file[..bounds::FILE_BYTES], CATALOGUE).is_ok());
    let crowded = format!("toy\n{}", "n=4&".repeat(100_000));
    assert!(parse_lenient(&crowded, CATALOGUE).1.len() <= 16);
}

#[test]
fn a_script_holds_two_thousand_actions_and_no_more() {
    let file = |count| format!("toy\n{}", "at=1s:heal\n".repeat(count));
    assert_eq!(read(&file(2_000)).script.len(), 2_000);
    let (link, errors) = parse_lenient(&file(2_001), CATALOGUE);
    assert_eq!(link.scenario.script.len(), 2_000);
    assert_eq!(
        errors[0].to_string(),
        "at=1s:heal (line 2002, character 1): one action too many, at most 2000 actions are allowed"
    );
}

#[test]
fn the_lenient_reader_keeps_what_is_good() {
    let (link, errors) =
        parse_lenient("#/toy?n=7&f=99&colour=red&seed=5&at=1s:crash:9&at=2s:crash:6", CATALOGUE);
    let s = link.scenario;
    assert_eq!((s.n, s.f, s.seed), (7, 2, 5));
    assert_eq!(s.script, [Timed { at: Time(2_000_000), action: Action::Crash(NodeId::replica(6)) }]);
    let keys: Vec<&str> = errors.iter().map(|e| e.key.as_str()).collect();
    assert_eq!(keys, ["colour", "f", "at"]);
    for nonsense in ["#/nonsense?n=9", "", "z1.AAAA", "\u{0}", "🦀"] {
        let (link, errors) = parse_lenient(nonsense, CATALOGUE);
        assert_eq!(link.scenario, Scenario::new(&TOY), "{nonsense:?}");
        assert_eq!(errors.len(), 1);
    }
}

#[test]
fn a_newer_version_is_named_and_an_absent_one_is_the_present_one() {
    assert_eq!(parse("toy", CATALOGUE).unwrap().version, VERSION);
    assert_eq!(parse("toy?v=1", CATALOGUE).unwrap().version, 1);
    assert_eq!(
        message("toy?v=2"),
        "v=2 (at character 5): the link was made for version 2 of the engines, which is newer than this one, \
         versions up to 1 are allowed"
    );
    assert_eq!(refused("toy?v=0").kind, ErrorKind::TooSmall);
    let (link, errors) = parse_lenient("toy?v=2&n=7", CATALOGUE);
    assert_eq!((link.scenario.n, errors.len()), (7, 1));
}

#[test]
fn a_pause_is_a_number_of_events_a_time_or_what_happens_for_the_first_time_with_a_note() {
    let link = parse(
        "toy?pause=57&pause=0&pause=24ms:Two%20of%20three:%20enough&pause=decision:a&pause=0us",
        CATALOGUE,
    )
    .unwrap();
    let whens: Vec<When> = link.pauses.iter().map(|p| p.when).collect();
    let decision = FIRSTS.iter().position(|name| *name == "decision").unwrap();
    assert_eq!(
        whens,
        [
            When::Event(57),
            When::Event(0),
            When::Time(Time(24_000)),
            When::First(decision),
            When::Time(Time(0))
        ]
    );
    let notes: Vec<&str> = link.pauses.iter().map(|p| &*p.note).collect();
    assert_eq!(notes, ["", "", "Two of three: enough", "a", ""]);
    assert_eq!(
        print_link(&link),
        "#/toy?pause=57&pause=0&pause=24ms:Two%20of%20three:%20enough&pause=decision:a&pause=0us&v=1"
    );
    assert_eq!(link.scenario, Scenario::new(&TOY), "the run is the same");
}

#[test]
fn a_pause_that_is_none_is_refused_with_what_is_allowed() {
    assert_eq!(
        message("toy?pause=victory"),
        "pause=victory (at character 5): `victory` is no moment, allowed: a number of events, a time such as 24ms, or one \
         of: violation, fault, leader, decision"
    );
    assert_eq!(refused("toy?pause=99999999").kind, ErrorKind::TooLarge);
    assert_eq!(refused("toy?pause=5x").kind, ErrorKind::Malformed);
    assert_eq!(
        refused(&format!("toy?pause=5:{}", "x".repeat(bounds::NOTE_BYTES + 1))).kind,
        ErrorKind::TooLong
    );
    let many = |k| format!("toy?{}", "pause=1&".repeat(k));
    assert_eq!(refused(&many(bounds::PAUSES + 1)).kind, ErrorKind::TooMany);
    assert_eq!(parse(&many(bounds::PAUSES), CATALOGUE).unwrap().pauses.len(), bounds::PAUSES);
}

#[test]
fn a_digest_is_hexadecimal() {
    let link = parse("toy?digest=0123456789ABCDEF", CATALOGUE).unwrap();
    assert_eq!(link.digest.as_deref(), Some("0123456789abcdef"));
    assert_eq!(print_link(&link), "#/toy?v=1&digest=0123456789abcdef");
    for bad in ["0123456789abcde", "0123456789abcdeg", &"0".repeat(65)] {
        let error = refused(&format!("toy?digest={bad}"));
        assert_eq!(error.why, "not a digest");
    }
}

#[test]
fn what_is_printed_is_canonical_and_can_stand_in_a_url() {
    let text = "at=2s:loss:20%&without=%C2%A71%20%E2%80%93%20a&quorum=%C2%A7%20%26%20%25&loss=2%&req=1&n=5";
    let s = read(&format!("toy?{text}"));
    let printed = print(&s);
    assert_eq!(
        printed,
        "#/toy?n=5&loss=0.02&quorum=%C2%A7%20%26%20%25&without=%C2%A71%20%E2%80%93%20a&at=2s:loss:0.2"
    );
    assert_eq!(read(&printed), s);
    let link = Link::from(s);
    assert_eq!(
        print_file(&link),
        "toy\nn=5\nloss=0.02\nquorum=%C2%A7%20%26%20%25\nwithout=%C2%A71%20%E2%80%93%20a\nat=2s:loss:0.2\nv=1\n"
    );
}

#[test]
fn a_long_link_is_shared_compressed_and_a_short_one_readable() {
    let short = Link::from(read("toy?n=7"));
    assert_eq!(share(&short).as_deref(), Some("#/toy?n=7&v=1"));
    let mut long = short;
    for i in 0..1_000 {
        long.scenario.act(Time(i * 1_000), Action::Crash(NodeId::replica(i as usize % 7)));
    }
    let shared = share(&long).unwrap();
    assert!(shared.starts_with("#/z1.") && shared.len() < 8_000, "{}", shared.len());
    assert_eq!(parse(&shared, CATALOGUE).unwrap(), long);
    assert_eq!(
        message(&format!("{}?n=4", print_compressed(&long))),
        refused(&format!("{shared}&n=4")).to_string(),
    );
}

#[test]
fn a_compressed_link_with_a_mistake_inside_says_so() {
    let mut scenario = Scenario::new(&PLAIN);
    scenario.n = 9;
    let error = refused(&print_compressed(&Link::from(scenario)));
    assert_eq!(error.to_string(), "n=9 (at character 3): too large, at most 7 replicas are allowed");
    assert_eq!(
        message("https://example.org/#/z2.AAAA"),
        "link (at character 23): the compressed form z2 is not known here, z1 is"
    );
    assert_eq!(
        message("#/z1.AAAA"),
        "link (at character 3): the compressed scenario is damaged or cut short, copy the whole link once more"
    );
}
