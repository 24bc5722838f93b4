//! What a rival shares with the run that it is compared with, and what it says of the rest.

mod common;
#[path = "common/reading.rs"]
mod reading;

use common::{BITS, CATALOGUE, PLAIN, TOY};
use consensus_kernel::{FaultModel, Meta, NodeId, Time};
use consensus_scenario::{
    Action, Byzantine, ErrorKind, Link, Strategy, Timed, bounds, changed, parse, print_link, rival,
};
use reading::{read, refused};

const R2: NodeId = NodeId::replica(2);

#[test]
fn a_rival_shares_network_load_and_faults_and_says_only_what_is_its_own() {
    let text = "#/toy?n=7&seed=9&req=5&latency=5ms..20ms&byz=0:two-faced&byz=1:silent\
                &at=1s:crash:2&at=2s:drop:0-2:prepare:1&at=3s:crash:6&vs=plain;n:5&vs=toy;batch:3&v=1";
    let link = parse(text, CATALOGUE).expect("it is well formed");
    let [plain, toy] = link.rivals.as_slice() else { panic!("two rivals: {:?}", link.rivals) };
    assert_eq!((plain.meta.id, plain.n, plain.f, plain.seed, plain.requests), ("plain", 5, 2, 9, 5));
    assert_eq!(plain.network, link.scenario.network);
    let crash = Timed { at: Time(1_000_000), action: Action::Crash(R2) };
    assert_eq!(plain.script, [crash], "neither messages by name nor nodes that it has not");
    assert_eq!(toy.params.int(0), 3);
    assert_eq!((&toy.byzantine, &toy.script), (&link.scenario.byzantine, &link.scenario.script));
    assert_eq!(changed(&link.scenario, toy), "");
    assert_eq!(
        changed(&link.scenario, plain),
        "0 has a twin instead of “two-faced”. Without “lose the 1st prepare from 0 to 2”, “crash 6”, which Toy does not have"
    );
    assert_eq!(print_link(&link).replace("%20", " "), text);
    assert_eq!(parse(&print_link(&link), CATALOGUE), Ok(link));
    for (vs, expected) in [
        ("nope", "there is no protocol `nope`, allowed: toy, plain, bits"),
        ("toy;batch", "not a setting of a rival, write vs=raft;n:5;batch:8"),
        ("plain;seed:3", "there is no key of a rival `seed`, allowed: n, f, in, byz, without"),
        ("toy;n:0", "n: too small, at least 1 replica is needed"),
        ("toy;batch:0;n:5", "batch: too small, at least 1 is needed"),
        ("toy;n:5;n:6", "n was given before, each may stand once"),
    ] {
        let error = refused(&format!("toy?vs={vs}"));
        assert_eq!(format!("{}, {}", error.why, error.allowed), expected);
    }
    let many = "&vs=toy".repeat(bounds::RIVALS + 1);
    assert_eq!(refused(&format!("toy?{many}")).kind, ErrorKind::TooMany);
}

static CRASHES: Meta =
    Meta { id: "crashes", title: "Crashes", faults: FaultModel::Crash, n: (3, 4, 5), ..PLAIN };

#[test]
fn a_rival_that_knows_crashes_only_has_whoever_is_silent_crashed_and_no_liars() {
    let base = read(
        "toy?n=7&byz=0:silent&byz=1:stale&byz=2:twins&byz=3:delay:5ms&byz=6:silent&skew=6:2/1\
         &at=1s:restart:0&at=2s:fire:1:election&at=3s:do:1:rest",
    );
    let crashes = rival(&base, &CRASHES);
    assert_eq!(crashes.byzantine, []);
    assert_eq!(crashes.script, [Timed { at: Time(0), action: Action::Crash(NodeId::replica(0)) }]);
    let honest = "6’s clock, 1’s lie “sends old votes”, 2’s lie “two copies of one identity: one faces the odd nodes, one \
                  the others”, 4 more";
    let instead = "0 is crashed instead of silent";
    assert_eq!(changed(&base, &crashes), format!("{instead}. Without {honest}, which Crashes does not have"));
}

#[test]
fn a_rival_with_faults_of_its_own_is_told_no_others() {
    let link =
        parse("toy?byz=0:two-faced&at=1s:drop:0-1:prepare:1&vs=plain;byz:1:silent", CATALOGUE).unwrap();
    let plain = &link.rivals[0];
    assert_eq!(plain.byzantine, [Byzantine { node: NodeId::replica(1), strategy: Strategy::Silent }]);
    let without = "Without “lose the 1st prepare from 0 to 1”, which Toy does not have";
    assert_eq!(changed(&link.scenario, plain), without);
    let link = parse("toy?byz=0:two-faced&vs=plain;own;byz:1:silent;at:2s:heal", CATALOGUE).unwrap();
    assert_eq!(changed(&link.scenario, &link.rivals[0]), "");
}

#[test]
fn a_rival_shares_weights_and_with_the_same_protocol_what_replicas_begin_with() {
    let base = read("toy?n=4&w=1,2,3,4&byz=3:stale");
    assert_eq!(rival(&base, &TOY), base);
    let more = parse("toy?n=4&w=1,2,3,4&vs=toy;n:5", CATALOGUE).unwrap();
    assert_eq!(more.rivals[0].weights, Vec::<u64>::new());
    let given = read("bits?n=3&in=1,1,0");
    assert_eq!(rival(&given, &BITS), given);
}

#[test]
fn a_rival_that_shares_nothing_stands_whole() {
    let base = read("toy?n=7&seed=9&latency=20ms&byz=0:silent&at=1s:crash:2");
    let branch = read("toy?n=7&seed=4&byz=0:silent&byz=1:silent&at=2s:crash:2&at=3s:heal");
    let link = Link { rivals: vec![branch.clone()], ..Link::from(base) };
    let text = print_link(&link);
    assert!(
        text.contains("vs=toy;own;n:7;seed:4;byz:0:silent;byz:1:silent;at:2s:crash:2;at:3s:heal"),
        "{text}"
    );
    assert_eq!(parse(&text, CATALOGUE), Ok(link));
}
