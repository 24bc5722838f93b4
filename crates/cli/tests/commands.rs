//! The command line as people use it: what it prints, and its exit codes.

use consensus_lab::catalogue;
use consensus_scenario::{parse, print_compressed};
use serde_json::Value;
use std::process::{Command, Output};

const README: &str = include_str!("../../../README.md");

fn consensus(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consensus")).args(arguments).output().expect("the program starts")
}

/// What it prints, and how it ends.
fn printed(arguments: &[&str]) -> (String, Option<i32>) {
    let output = consensus(arguments);
    (String::from_utf8(output.stdout).expect("it prints text"), output.status.code())
}

#[test]
fn the_search_of_the_readme_finds_an_accident() {
    let search = README.lines().find(|line| line.contains("--without")).expect("the README shows a search");
    let words = search.split_whitespace().skip_while(|word| *word != "swarm").take_while(|word| *word != "#");
    let (text, code) = printed(&words.collect::<Vec<_>>());
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("is violated by\n#/"), "{text}");
}

#[test]
fn a_search_without_a_rule_that_finds_nothing_bounds_nothing() {
    let rule = ["--seeds", "0..8", "--without", "commit-own-term"];
    let (text, code) = printed(&[&["swarm", "raft"][..], &rule].concat());
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("failure rate"), "{text}");
    assert!(text.contains("`consensus rules raft --rule commit-own-term`"), "{text}");
    let (text, _) = printed(&["swarm", "paxos", "--seeds", "0..8", "--without", "strict-promise"]);
    assert!(text.contains("no property rests on it") && !text.contains("failure rate"), "{text}");
    let (text, _) = printed(&["swarm", "raft", "--seeds", "0..8"]);
    assert!(text.contains("failure rate"), "{text}");
}

/// What it prints as JSON.
fn json(arguments: &[&str]) -> Value {
    let (text, code) = printed(arguments);
    assert_eq!(code, Some(0), "{text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_trace_in_json_has_every_event() {
    // More events than are printed at a time.
    let run = json(&["run", "#/pbft?n=4&req=200", "--json", "--trace"]);
    let trace = run["trace"].as_array().expect("the events are a list");
    assert!(trace.len() > 5_000);
    assert_eq!(run["events"], trace.len());
    for (number, event) in trace.iter().enumerate() {
        assert_eq!(event["event"], number);
    }
    assert_eq!(json(&["run", "#/pbft?n=4&req=1", "--json"])["trace"], Value::Null);
}

#[test]
fn all_schedules_from_a_moment_are_followed_and_both_decisions_found() {
    let (text, code) = printed(&["schedules", "#/flp?sched=bivalent", "--at", "305ms"]);
    assert_eq!(code, Some(0), "{text}");
    for part in ["oldest, 5 of at most 54 steps old, is held back", "could decide 0", "could decide 1"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("All schedules from here: two decisions are among them"), "{text}");
    assert!(text.contains(" events: 0, 1"), "{text}");
    let found = json(&["schedules", "#/flp?in=1,1,1&sched=bivalent", "--configurations", "100", "--json"]);
    assert!(found["explored"]["Tree"]["title"].as_str().is_some_and(|t| t.ends_with("too many to follow")));
    assert!(refused(&["schedules", "#/flp"]).starts_with("nobody schedules this run"));
    // A file is read, and what is wrong has its place, as in all commands that take a scenario.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/flp_bivalent.scenario");
    assert_eq!(printed(&["schedules", file, "--at", "305ms"]).1, Some(0));
    assert_eq!(refused(&["schedules", "no/file"]), "there is no file `no/file`\n");
    assert!(
        refused(&["schedules", "#/pbft?checkpoint=16&window=4"]).starts_with("window=4 (at character 22): ")
    );
}

/// The sentence with which bad arguments or a bad scenario are refused.
fn refused(arguments: &[&str]) -> String {
    let output = consensus(arguments);
    let sentence = String::from_utf8(output.stderr).expect("it prints text");
    assert_eq!(output.status.code(), Some(2), "{sentence}");
    assert!(output.stdout.is_empty(), "{sentence}");
    sentence
}

#[test]
fn options_that_want_different_things_are_refused() {
    for picture in ["svg", "mermaid"] {
        let sentence = refused(&["run", "#/pbft", "--trace", "--format", picture]);
        assert!(sentence.starts_with("--trace has no place in a picture"), "{sentence}");
    }
    for command in ["run", "compare"] {
        let sentence = refused(&[command, "#/pbft", "--json", "--format", "svg"]);
        assert!(sentence.starts_with("--json and --format ask for different formats"), "{sentence}");
    }
    assert!(json(&["run", "#/pbft", "--json", "--format", "json"])["digest"].is_string());
}

#[test]
fn protocols_in_json_are_flat_and_know_every_adversary() {
    let all = json(&["protocols", "--json"]);
    for protocol in all.as_array().expect("protocols are a list") {
        let adversaries = protocol["adversaries"].as_array().expect("adversaries are a list");
        let generic = adversaries.iter().filter(|a| a["generic"] == true).filter_map(|a| a["id"].as_str());
        let names = ["silent", "delay", "omit", "replay", "twins", "equivocate"];
        assert_eq!(generic.collect::<Vec<_>>(), names, "{}", protocol["id"]);
        assert!(adversaries.iter().all(|a| a["does"].as_str().is_some_and(|does| !does.is_empty())));
        for param in protocol["params"].as_array().expect("parameters are a list") {
            let choice = param["type"] == "choice";
            assert_eq!(param["options"].is_array(), choice, "{param}");
            assert_eq!(param["min"].is_null(), choice || param["type"] == "flag", "{param}");
            assert!(!param["default"].is_null() && param["kind"].is_object(), "{param}");
        }
    }
    let param = |protocol: &str, key: &str| {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let found = list(&all).into_iter().find(|p| p["id"] == protocol).expect("there is such a protocol");
        list(&found["params"]).into_iter().find(|p| p["key"] == key).expect("there is such a parameter")
    };
    let election = param("raft", "election");
    assert_eq!((&election["type"], &election["unit"]), (&"span-range".into(), &"us".into()));
    assert_eq!((&election["min"], &election["default"]), (&1_000.into(), &vec![150_000, 300_000].into()));
    let quorum = param("pbft", "quorum");
    assert_eq!((&quorum["default"], &quorum["options"][2]["id"]), (&"minimal".into(), &"2f+1".into()));
    assert_eq!(param("weighted", "cap")["min"], "0.01");
}

#[test]
fn protocols_in_words_show_no_types_of_rust() {
    let (text, _) = printed(&["protocols"]);
    assert!(text.contains("[range of spans: 1ms to 3600s; default 150ms..300ms]"), "{text}");
    for word in ["Span", "Choice", "min:", "default:"] {
        assert!(!text.contains(word), "{word} stands in\n{text}");
    }
}

#[test]
fn messages_are_summed_by_what_they_serve() {
    let messages = &json(&["run", "#/raft?n=5&req=20&gap=100ms", "--json"])["messages"];
    let of = |class: &str| messages["by_class"][class].as_u64().expect("a count");
    assert_eq!((of("decision"), of("leadership")), (168, 8));
    assert_eq!(of("decision") + of("leadership") + of("background"), messages["replica"]);
    assert_eq!(messages["by_class"]["client"], messages["client"]);
    let (text, _) = printed(&["run", "#/raft?n=5&req=20&gap=100ms"]);
    let said = format!("168 for decisions, 8 for leaders and views, {} in the background", of("background"));
    assert!(text.contains(&said), "{text}");
}

#[test]
fn messages_of_later_rounds_are_counted_both_ways() {
    let messages = &json(&["run", "#/chandra-toueg?n=4", "--json"])["messages"];
    assert_eq!((&messages["by_class"]["decision"], &messages["later_rounds"]), (&26.into(), &5.into()));
    let (text, _) = printed(&["run", "#/chandra-toueg?n=4"]);
    assert!(text.contains("26 for decisions") && text.contains("as papers count: 21\n"), "{text}");
    assert!(!printed(&["run", "#/pbft?n=4"]).0.contains("as papers count"));
}

#[test]
fn what_a_protocol_refuses_is_shown_with_its_value_and_its_place() {
    let sentence = refused(&["run", "#/pbft?checkpoint=16&window=4"]);
    assert!(sentence.starts_with("window=4 (at character 22): "), "{sentence}");
    let sentence = refused(&["run", "#/paxos?n=1&roles=apart"]);
    assert!(sentence.starts_with("n=1 (at character 9): "), "{sentence}");
    // Within a compressed form no place is better than its beginning.
    let link = parse("#/pbft?checkpoint=16&window=4", catalogue()).expect("every value is allowed by itself");
    let sentence = refused(&["run", &print_compressed(&link)]);
    assert!(sentence.starts_with("window=4 (at character 3): "), "{sentence}");
    // A default has no place.
    let sentence = refused(&["run", "#/weighted?domains=sports,art"]);
    assert!(sentence.starts_with("domain: "), "{sentence}");
}

#[test]
fn a_file_that_is_not_there_is_called_so() {
    assert_eq!(refused(&["run", "nonexistent/file"]), "there is no file `nonexistent/file`\n");
    assert_eq!(refused(&["run", "scenario.txt"]), "there is no file `scenario.txt`\n");
    for no_path in ["nonexistent", "#/nonexistent/file", "nonexistent?n=4"] {
        let sentence = refused(&["run", no_path]);
        assert!(sentence.contains("there is no protocol `nonexistent"), "{sentence}");
    }
    assert_eq!(printed(&["run", "/pbft"]).1, Some(0));
}

#[test]
fn contestants_stand_in_one_table_with_their_bounds_and_the_convention() {
    let (text, code) = printed(&["compare", "#/pbft?n=4&req=5", "raft", "--tolerance"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("self messages are never counted"), "{text}");
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).expect("a line of the table");
    let (pbft, raft) = (line("PBFT"), line("Raft"));
    assert_eq!(pbft.chars().count(), raft.chars().count(), "columns are aligned:\n{text}");
    let survived = |line: &str| line.split_whitespace().rev().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert!(pbft.contains("n ≥ 3f + 1") && survived(pbft) == ["1", "1"], "{text}");
    assert!(raft.contains("n ≥ 2f + 1") && survived(raft) == ["–", "1"], "it knows no liars: {text}");
    assert!(text.contains("PBFT: 2 lying: fails in #/pbft?"), "{text}");
}

#[test]
fn who_cannot_run_beside_it_has_a_row_that_says_why() {
    let arguments = ["compare", "#/pbft?n=31&f=1&req=1", "om", "raft", "pbft;checkpoint:16;window:4"];
    let (text, code) = printed(&arguments);
    assert_eq!(code, Some(0), "{text}");
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).expect("a line of the table");
    assert!(line("Byzantine generals, oral  ").contains('–') && !line("Raft").contains('–'), "{text}");
    assert!(
        text.contains("Byzantine generals, oral: cannot run here: n=31 (at character 8): OM(10) takes"),
        "{text}"
    );
    assert!(text.contains("cannot run here: window=4 (in pbft;window:4): 4 is less than"), "{text}");
    let all = json(&[&arguments[..], &["--json", "--growth", "--tolerance"]].concat());
    let rows = all["rows"].as_array().expect("rows are a list");
    assert!(rows[1]["measured"].is_null() && rows[1]["refused"].is_string() && rows[2]["refused"].is_null());
    assert_eq!(rows[2]["measured"]["decisions"], 1);
    let (text, _) = printed(&[&arguments[..], &["--format", "csv"]].concat());
    assert_eq!(text.lines().filter(|line| line.ends_with(",run")).count(), 4, "{text}");
}

#[test]
fn what_is_wrong_with_a_comparison_is_named_with_its_value_its_place_and_what_is_allowed() {
    let sentence = refused(&["compare", "#/pbft?checkpoint=16&window=4", "raft"]);
    assert!(sentence.starts_with("window=4 (at character 22): 4 is less than"), "{sentence}");
    let sentence = refused(&["compare", "#/pbft", "raft", "hotstuff;variant:chained;batch:0"]);
    let wanted = "vs=hotstuff;variant:chained;batch:0 (argument 3): batch: too small, at least 1 is needed\n";
    assert_eq!(sentence, wanted);
    let sentence = refused(&["compare", "#/pbft", "raft;foo:1"]);
    assert!(
        sentence.starts_with("vs=raft;foo:1 (argument 2): there is no key of a rival `foo`"),
        "{sentence}"
    );
    let many = [&["compare", "#/pbft"][..], &["raft"; 8]].concat();
    assert!(refused(&many).starts_with("vs=raft (argument 9): one rival too many, at most 7 are"));
    assert_eq!(refused(&["compare", "no/file", "raft"]), "there is no file `no/file`\n");
    // The first may be compressed, and texts of others may hold what separates settings.
    let link = parse("#/pbft?n=4&req=1", catalogue()).expect("it is a link");
    let (text, code) = printed(&["compare", &print_compressed(&link), "weighted;question:Fish & chips?"]);
    assert_eq!(code, Some(0), "{text}");
}

#[test]
fn a_comparison_in_which_something_is_violated_ends_as_such_a_run_does() {
    let broken = "#/paxos?without=majority&n=4&at=0:partition:0,2,c0/1,3,c1&clients=2&req=2";
    let (text, code) = printed(&["compare", "#/pbft?n=4&req=1", "raft"]);
    assert_eq!(code, Some(0), "{text}");
    let (_, run) = printed(&["run", broken]);
    let (text, code) = printed(&["compare", broken]);
    assert_eq!((run, code), (Some(3), Some(3)), "{text}");
    assert!(text.contains("Agreement VIOLATED"), "{text}");
}

#[test]
fn what_the_document_says_is_held_against_the_numbers() {
    let arguments = ["compare", "#/pbft?n=4&req=5", "hotstuff", "--growth", "--tolerance"];
    let (text, _) = printed(&arguments);
    for part in [
        "  Tolerance as the document says: 1 of 4 lying survived, 1 claimed.",
        "  Messages as the document says: n^2.1.",
        "  Latency differs: 1.5 RTT until a replica decides, 2.5 for the client; votes go from all to all",
        "  Throughput differs: 20/s beside HotStuff 11.1/s; answers take 50 ms",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let judged = &json(&[&arguments[..], &["--json"]].concat())["rows"][0]["document"]["judged"];
    let agrees: Vec<_> = judged.as_array().expect("a list").iter().map(|j| j["agrees"].as_bool()).collect();
    assert_eq!(agrees, [Some(true), Some(true), Some(false), Some(false)]);
}

#[test]
fn a_comparison_as_csv_has_faults_exponents_and_what_the_document_says() {
    let (text, _) = printed(&["compare", "#/pbft?n=4", "--growth", "--tolerance", "--format", "csv"]);
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let (head, own) = (lines.next().expect("a head"), lines.next().expect("a contestant"));
    let cell = |name: &str| own[head.iter().position(|h| *h == name).expect("a column")];
    assert_eq!((cell("survived_crashed"), cell("survived_lying")), ("1", "1"));
    assert!(
        cell("messages_exponent").starts_with("2.") && cell("latency_exponent").starts_with('0'),
        "{text}"
    );
    assert_eq!((cell("bound"), cell("document_messages")), ("n ≥ 3f + 1", "O(n²)"));
    assert_eq!(
        [cell("agrees_tolerance"), cell("agrees_latency"), cell("agrees_throughput")],
        ["true", "false", ""]
    );
    assert_eq!(cell("measured_of"), "run");
    assert!(lines.all(|line| line.len() == head.len() && line.last() == Some(&"growth")), "{text}");
}

#[test]
fn a_comparison_as_svg_plots_messages_and_latency() {
    let (text, _) = printed(&["compare", "#/pbft?n=4", "raft", "--format", "svg"]);
    for plot in ["messages between replicas, a decision", "latency in ms"] {
        assert_eq!(text.matches(&format!("<title>{plot}")).count(), 1, "{plot}");
    }
    // Long names stand below the curves: then the second plot begins lower.
    let long = "pbft;execute:tentative;retry:1s;batch:8";
    let (text, _) = printed(&["compare", "#/pbft?n=4&req=1", long, "--format", "svg"]);
    let after = |text: &str, part: &str| text.split_once(part).map(|(_, rest)| rest.to_owned()).expect(part);
    let number = |text: &str| text.split('"').next().and_then(|n| n.parse::<f64>().ok()).expect("a number");
    let all = number(&after(&text, "height=\""));
    let second = number(&after(&after(&text, "<svg y=\"0\""), "height=\""));
    assert!(second > 462.0 && all == 2.0 * second, "{second} of {all}");
}
