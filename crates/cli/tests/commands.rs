//! The command line as people use it: what it prints, and its exit codes.

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
