//! Links that were handed out go on meaning what they meant, and links that nobody should have written are answered with
//! a sentence.
//!
//! `golden/links.txt` holds a frozen link, its canonical form and the beginning of its digest in each line, with tabs
//! between them. A line there changes only when the version of the engines' meaning grows.

use consensus_lab::{catalogue, open};
use consensus_scenario::{Link, parse, parse_lenient, print, print_compressed, share};
use consensus_tests::{compare_with_golden, read};
use std::fmt::Write;

/// Hexadecimal digits of a digest that a frozen link remembers.
const PREFIX: usize = 16;

#[test]
fn frozen_links_mean_what_they_meant() {
    let frozen = read("golden/links.txt");
    let mut lines = String::new();
    for line in frozen.lines() {
        let link = line.split('\t').next().expect("a line begins with a link");
        let scenario = read_link(link).scenario;
        let digest = open(&scenario).expect("a frozen link can run").digest().to_string();
        let _ = writeln!(lines, "{link}\t{}\t{}", print(&scenario), &digest[..PREFIX]);
    }
    assert!(frozen.lines().count() >= 25, "frozen links are never taken away");
    compare_with_golden("golden/links.txt", &lines);
}

#[test]
fn a_frozen_link_reads_back_from_whatever_it_is_handed_out_as() {
    for line in read("golden/links.txt").lines() {
        let link = read_link(line.split('\t').next().expect("a line begins with a link"));
        let handed_out = share(&link).expect("a frozen link is short enough");
        assert_eq!(read_link(&handed_out).scenario, link.scenario, "{line}");
        assert_eq!(read_link(&print_compressed(&link)).scenario, link.scenario, "{line}");
    }
}

#[test]
fn a_frozen_link_that_was_cut_short_is_another_scenario_or_a_mistake_but_no_accident() {
    for line in read("golden/links.txt").lines() {
        let link = line.split('\t').next().expect("a line begins with a link");
        for (end, _) in link.char_indices() {
            if let Ok(read) = parse(&link[..end], catalogue()) {
                assert_eq!(read_link(&print(&read.scenario)).scenario, read.scenario, "{}", &link[..end]);
            }
        }
    }
}

#[test]
fn a_compressed_link_that_was_cut_short_or_changed_never_runs_something_else() {
    let link =
        print_compressed(&read_link("#/pbft?n=7&at=300ms:crash:2&at=1s:partition:0,1/2,3,4,5,6&at=5s:heal"));
    for end in "#/z1.".len()..link.len() {
        assert!(parse(&link[..end], catalogue()).is_err(), "{}", &link[..end]);
    }
    for place in "#/z1.".len()..link.len() {
        let mut bytes = link.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).expect("letters");
        assert!(parse(&changed, catalogue()).is_err(), "{changed}");
    }
}

/// Hostile links and how the answer begins.
const HOSTILE: [(&str, &str); 28] = [
    ("", "protocol (at character 1): no protocol is named"),
    ("#/", "protocol (at character 3): no protocol is named"),
    ("#/pfbt", "protocol=pfbt (at character 3): there is no protocol `pfbt`, did you mean `pbft`?"),
    ("#/pbft?n=1000000000", "n=1000000000 (at character 8): too large, at most 256 replicas are allowed"),
    ("#/pbft?n=0", "n=0 (at character 8): too small, at least 1 replica is needed"),
    ("#/pbft?n=99999999999999999999999999", "n=99999999999999999999999999 (at character 8): too large"),
    ("#/pbft?n=4.5", "n=4.5 (at character 8): not a whole number"),
    ("#/pbft?n=NaN", "n=NaN (at character 8): not a whole number"),
    ("#/pbft?n=😀", "n=😀 (at character 8): not a whole number"),
    ("#/pbft?n=4\u{7}", "n=4\u{fffd} (at character 8): not a whole number"),
    ("#/pbft?loss=200%", "loss=200% (at character 8): too large, at most 100% is allowed"),
    ("#/pbft?loss=NaN", "loss=NaN (at character 8): not a ratio"),
    ("#/pbft?loss=1/0", "loss=1/0 (at character 8): nothing can be divided by zero"),
    ("#/pbft?latency=-5ms", "latency=-5ms (at character 8): not a span of time"),
    ("#/pbft?latency=exp:inf", "latency=exp:inf (at character 8): not a span of time"),
    ("#/pbft?until=99999999999999999999s", "until=99999999999999999999s (at character 8): too long"),
    ("#/pbft?seed=18446744073709551616", "seed=18446744073709551616 (at character 8): too large"),
    ("#/pbft?seed=1&seed=2", "seed=2 (at character 15): it was given before"),
    ("#/pbft?v=99", "v=99 (at character 8): the link was made for version 99"),
    ("#/pbft?at=1s:crash:9", "at=1s:crash:9 (at character 8): there is no replica 9"),
    ("#/pbft?at=1s:explode:1", "at=1s:explode:1 (at character 8): there is no action `explode`"),
    ("#/pbft?byz=0:silent&byz=0:twins", "byz=0:twins (at character 21): 0 has one already"),
    ("#/pbft?without=everything", "without=everything (at character 8): there is no rule `everything`"),
    ("#/pbft?n=4%2", "n=4%2 (at character 11): a per cent sign is not followed by two hexadecimal digits"),
    ("#/pbft?%ff=1", "%ff=1 (at character 8): the escapes are no UTF-8"),
    ("#/raft?w=1,2,3,4,5", "w=1,2,3,4,5 (at character 8): weights mean nothing to raft"),
    ("#/z1.AAAA", "link (at character 3): the compressed scenario is damaged or cut short"),
    ("#/z9.AAAA", "link (at character 3): the compressed form z9 is not known here"),
];

#[test]
fn hostile_links_are_answered_with_a_sentence() {
    for (link, sentence) in HOSTILE {
        let answer = parse(link, catalogue()).expect_err(link).to_string();
        assert!(answer.starts_with(sentence), "{link:?} is answered with {answer:?}");
        assert_safe(link, &answer);
    }
}

#[test]
fn a_megabyte_of_anything_is_answered_with_a_sentence() {
    let million = |text: &str| text.repeat((1 << 20) / text.len());
    let monsters = [
        format!("#/pbft?{}", million("a")),
        format!("#/pbft?{}", million("n=4&")),
        format!("#/pbft?seed={}", million("9")),
        format!("#/pbft?{}", million("&at=1s:heal")),
        format!("#/z1.{}", million("A")),
        format!("#/{}", million("😀")),
        million("%"),
        million("\u{202e}"),
        million("\n"),
    ];
    for monster in monsters {
        let start: String = monster.chars().take(20).collect();
        let answer = parse(&monster, catalogue()).expect_err(&start).to_string();
        assert_safe(&start, &answer);
    }
}

#[test]
fn beside_its_mistakes_a_link_still_runs_where_a_protocol_is_named() {
    let (link, mistakes) = parse_lenient("#/pbft?n=1000000000&loss=200%&req=3&at=soon:crash:1", catalogue());
    assert_eq!((print(&link.scenario).as_str(), mistakes.len()), ("#/pbft?req=3", 3));
    for (hostile, _) in HOSTILE {
        let (link, mistakes) = parse_lenient(hostile, catalogue());
        assert!(!mistakes.is_empty(), "{hostile:?}");
        assert!(open(&link.scenario).is_ok(), "{hostile:?} leaves nothing that runs");
    }
}

/// Nothing in an answer can disturb what shows it.
fn assert_safe(link: &str, answer: &str) {
    let hidden = |c: char| {
        c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    assert!(!answer.contains(hidden), "{link:?} is answered with {answer:?}");
    assert!(answer.chars().count() <= 800, "{link:?} is answered with a whole page: {answer}");
}

fn read_link(text: &str) -> Link {
    parse(text, catalogue()).unwrap_or_else(|error| panic!("{text}: {error}"))
}
