//! The same scenario gives the same run on every platform: scenarios of each protocol, and the SHA-256 of their event
//! streams.
//!
//! `golden/digests.txt` holds a digest and a link a line. Here the native engines are held to it; the scripts of
//! `wasm/` and `browser/` hold the wasm module to it, in Node and in Chromium.

use consensus_kernel::Meta;
use consensus_lab::{Budget, Hunt, catalogue, open};
use consensus_scenario::{Scenario, print};
use consensus_tests::{compare_with_golden, file, read, scenario, soak, updates_golden};
use std::fmt::Write;

/// Scenarios of each protocol.
const EACH: usize = 25;

const DIGESTS: &str = "golden/digests.txt";

/// The file, of this package; `DIGESTS` in the environment names another one.
fn digests() -> String {
    std::env::var("DIGESTS").unwrap_or_else(|_| DIGESTS.to_owned())
}

#[test]
fn scenarios_of_each_protocol_have_the_digests_that_every_platform_gives_them() {
    let each = EACH * soak() as usize;
    let text = if file(&digests()).is_file() { read(&digests()) } else { String::new() };
    let there = text.lines().map(|line| line.split_once(' ').expect("a digest and a link").1.to_owned());
    let links: Vec<String> = if updates_golden() {
        // Scenarios that stand there stay; those of a new protocol are added.
        let there: Vec<String> = there.collect();
        let of = |meta: &Meta| {
            let id = meta.id;
            let known = there.iter().filter(move |link| link.starts_with(&format!("#/{id}?")));
            known.cloned().chain(golden(id)).chain(drawn(id)).take(each).collect::<Vec<_>>()
        };
        catalogue().iter().flat_map(|meta| of(meta)).collect()
    } else {
        there.collect()
    };
    assert_eq!(links.len(), each * catalogue().len());
    let mut lines = String::new();
    for link in links {
        let _ = writeln!(lines, "{} {link}", digest(&scenario(&link)));
    }
    compare_with_golden(&digests(), &lines);
}

#[test]
fn each_of_them_gives_another_digest() {
    let mut digests: Vec<String> = read(DIGESTS).lines().map(|line| line[..64].to_owned()).collect();
    let all = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), all);
}

fn digest(scenario: &Scenario) -> String {
    open(scenario).unwrap_or_else(|error| panic!("{}: {}", error.key, error.why)).digest().to_string()
}

/// The golden scenarios of a protocol, by name.
fn golden(protocol: &str) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(file("golden")).expect("there are golden scenarios");
    let names =
        entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    let prefix = format!("{}_", protocol.replace('-', "_"));
    let wanted = |name: &String| name.starts_with(&prefix) && name.ends_with(".scenario");
    let mut names: Vec<String> = names.filter(wanted).collect();
    names.sort();
    names.into_iter().map(|name| print(&scenario(&read(&format!("golden/{name}")))))
}

/// What the swarm draws, beyond the budget every third time.
fn drawn(protocol: &str) -> impl Iterator<Item = String> {
    let meta = consensus_tests::protocol(protocol);
    (1_000..).map(move |seed| {
        let budget = if seed % 3 == 0 { Budget::Beyond } else { Budget::Within };
        print(&Hunt { meta, budget, without: None }.scenario(seed))
    })
}
