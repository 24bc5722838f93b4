//! What a protocol beside another one gets of its faults.

use consensus_kernel::{FaultModel, NodeId, Time};
use consensus_lab::catalogue;
use consensus_lab::compare::measure;
use consensus_lessons::gallery::opening;
use consensus_scenario::{Action, Scenario, Strategy, changed, parse, rival};

fn scenario(link: &str) -> Scenario {
    parse(link, catalogue()).unwrap_or_else(|e| panic!("{link}: {e}")).scenario
}

fn against(base: &Scenario, protocol: &str) -> (Scenario, String) {
    let meta = catalogue().iter().find(|meta| meta.id == protocol).expect("there is such a protocol");
    let rival = rival(base, meta);
    let told = changed(base, &rival);
    (rival, told)
}

#[test]
fn the_opening_run_lends_its_liar_to_those_who_know_liars_and_the_others_say_that_theirs_is_honest() {
    let base = scenario(opening().expect("there is one").link);
    let lie = |s: &Scenario| s.byzantine.iter().map(|b| b.strategy.clone()).collect::<Vec<_>>();
    for protocol in ["paxos", "multi-paxos", "raft"] {
        let (rival, told) = against(&base, protocol);
        assert_eq!(lie(&rival), []);
        assert_eq!(told, format!("Without 0’s lie “Two faces”, which {} does not have", rival.meta.title));
    }
    let (pbft, told) = against(&base, "pbft");
    assert_eq!((lie(&pbft), told.as_str()), (lie(&base), ""));
    let (hotstuff, told) = against(&base, "hotstuff");
    assert_eq!((lie(&hotstuff).len(), told.as_str()), (1, ""));
    let (zyzzyva, told) = against(&base, "zyzzyva");
    assert_eq!(lie(&zyzzyva), [Strategy::Twins(None)]);
    assert_eq!(told, "0 has a twin instead of “Two faces”");
}

#[test]
fn whoever_is_silent_is_crashed_where_only_crashes_are_known_and_says_as_little() {
    let base = scenario("#/pbft?n=7&req=5&byz=1:silent");
    for meta in catalogue().iter().filter(|meta| meta.faults == FaultModel::Crash && meta.n.2 >= 7) {
        let rival = rival(&base, meta);
        let crash = Action::Crash(NodeId::replica(1));
        assert_eq!(rival.script.first().map(|t| (t.at, t.action.clone())), Some((Time::ZERO, crash)));
        assert_eq!(changed(&base, &rival), "1 is crashed instead of silent");
        let silent = Scenario { byzantine: base.byzantine.clone(), script: Vec::new(), ..rival.clone() };
        let cost = |s: &Scenario| measure(s).map(|m| (m.decisions, m.latency_us)).expect("possible");
        assert_eq!(cost(&rival), cost(&silent), "{}", meta.id);
    }
}

#[test]
fn a_rival_of_the_same_protocol_has_every_fault_of_the_run() {
    let link = "#/pbft?n=4&byz=3:wrong-digest&at=30ms:drop:0-1:prepare:1&at=50ms:fire:1:view-change&vs=pbft;window:4";
    let link = parse(link, catalogue()).expect("it is well formed");
    let [window] = link.rivals.as_slice() else { panic!("one rival") };
    assert_eq!((&window.byzantine, &window.script), (&link.scenario.byzantine, &link.scenario.script));
    assert_eq!(changed(&link.scenario, window), "");
}

#[test]
fn a_rival_whose_variant_knows_liars_gets_them() {
    let link = parse("#/pbft?n=6&byz=0:two-faced&vs=ben-or&vs=ben-or;variant:byzantine", catalogue());
    let rivals = link.expect("it is well formed").rivals;
    assert_eq!(rivals.iter().map(|r| r.byzantine.len()).collect::<Vec<_>>(), [0, 1]);
}
