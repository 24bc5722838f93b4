//! The manual, `docs/scenario.md`, leaves nothing out and says what is so.

mod common;

use common::CATALOGUE;
use consensus_kernel::Duration;
use consensus_scenario::{ACTIONS, FAULTS, SETTINGS, STRATEGIES, bounds, parse};

const MANUAL: &str = include_str!("../../../docs/scenario.md");

#[test]
fn every_key_has_a_row() {
    for key in SETTINGS.iter().chain(FAULTS).map(|key| key.name).chain(["vs", "pause", "v", "digest"]) {
        assert!(MANUAL.contains(&format!("\n| `{key}` |")), "{key}");
    }
}

#[test]
fn every_action_and_strategy_has_a_row() {
    for (name, _) in ACTIONS.iter().chain(&STRATEGIES) {
        let found = [format!("\n| `{name}`"), format!("\n| `{name}:")].iter().any(|row| MANUAL.contains(row));
        assert!(found, "{name}");
    }
}

#[test]
fn every_link_is_read_and_every_message_is_the_one_shown() {
    let mut lines = MANUAL.lines().skip_while(|line| *line != "## Form").peekable();
    let (mut links, mut messages) = (0, 0);
    while let Some(line) = lines.next() {
        if !line.starts_with("#/pbft") {
            continue;
        }
        match lines.next_if(|next| next.starts_with("→ ")) {
            None => {
                links += 1;
                assert!(parse(&line.replace("pbft", "toy"), CATALOGUE).is_ok(), "{line}");
            }
            Some(message) => {
                messages += 1;
                let shown = message.trim_start_matches("→ ");
                // The name is one letter shorter; a blank in front keeps the places what they are.
                let error = parse(&line.replace("#/pbft", " #/toy"), CATALOGUE).unwrap_err();
                assert_eq!(error.to_string(), shown);
            }
        }
    }
    assert!(links >= 3 && messages >= 6);
}

#[test]
fn the_file_is_read() {
    let file = MANUAL.split("```text\n").find(|block| block.starts_with("// ")).unwrap();
    let file = file.split("```").next().unwrap().replace("\npbft\n", "\ntoy\n");
    assert_eq!(parse(&file, CATALOGUE).unwrap().scenario.script.len(), 2);
}

#[test]
fn the_bounds_are_those_of_the_code() {
    let row = |what: &str| {
        let start = MANUAL.find(&format!("\n| {what}")).unwrap_or_else(|| panic!("no row for {what}"));
        let line = MANUAL[start + 1..].lines().next().unwrap();
        line.rsplit('|').nth(1).unwrap().replace(',', "")
    };
    for (what, bound) in [
        ("link (one line)", bounds::FRAGMENT_BYTES as u64),
        ("text in a compressed link", bounds::INFLATED_BYTES as u64),
        ("file (several lines)", bounds::FILE_BYTES as u64),
        ("replicas", bounds::REPLICAS as u64),
        ("clients", bounds::CLIENTS as u64),
        ("requests", u64::from(bounds::REQUESTS)),
        ("actions", bounds::ACTIONS as u64),
        ("pauses", bounds::PAUSES as u64),
        ("note at a pause", bounds::NOTE_BYTES as u64),
        ("groups in a partition", bounds::GROUPS as u64),
        ("copies that the network makes of one message", bounds::COPIES),
        ("weight of a replica", bounds::WEIGHT),
        ("bandwidth of a node", bounds::BANDWIDTH),
        ("events of one run", bounds::EVENTS),
        ("messages in flight", bounds::IN_FLIGHT as u64),
        ("events at one instant", bounds::EVENTS_AT_ONE_INSTANT),
    ] {
        assert!(row(what).trim().starts_with(&bound.to_string()), "{what}: {bound}");
    }
    assert_eq!((bounds::UNTIL, bounds::SPAN), (Duration::secs(3650 * 86_400), Duration::secs(86_400)));
    assert_eq!(bounds::DELAY_MIN, Duration::micros(1));
}
