//! Hostile texts cost no more than friendly ones: the reader's work is bounded by the bounds, not by what the text says.
#![expect(clippy::disallowed_types, reason = "it is the reader's own time that is measured")]

mod common;

use common::{CATALOGUE, TOY};
use consensus_kernel::Time;
use consensus_scenario::{Action, Link, Scenario, Timed, bounds, parse_lenient, print_compressed};
use std::time::Instant;

/// Twenty times the promise of 5 ms: builds for tests are slow, and the machine may be busy.
const MILLIS_MAX: u128 = 100;

#[test]
fn the_largest_texts_are_read_at_once() {
    let groups = (0..16).map(|i| i.to_string()).collect::<Vec<_>>().join("/");
    let everybody = (0..64).map(|i| i.to_string()).collect::<Vec<_>>().join(",");
    let partition = format!("&at=0:partition:{groups}");
    let script = vec![Timed { at: Time(0), action: Action::Heal }; bounds::ACTIONS];
    for text in [
        full(&partition),
        full(&format!("&at=0:block:{everybody}-127")),
        full("&at=0:fire:0:elektion"),
        full("&sede=1"),
        full("&byz=0:slient"),
        full("&"),
        full("="),
        full("%25"),
        full("&n=%31"),
        full("\u{202e}"),
        print_compressed(&Link::from(Scenario { script, ..Scenario::new(&TOY) })),
        format!("toy\nn=16\n{}", partition.repeat(bounds::ACTIONS)),
        format!("toy\n{}", "\n//".repeat(bounds::FILE_BYTES / 3 - 10)),
    ] {
        let start = Instant::now();
        let (link, errors) = parse_lenient(&text, CATALOGUE);
        let millis = start.elapsed().as_millis();
        assert!(millis < MILLIS_MAX, "{millis} ms for {}…", text.chars().take(40).collect::<String>());
        assert!(link.scenario.script.len() <= bounds::ACTIONS && errors.len() <= 16);
    }
}

/// The longest link that consists of this, over and over.
fn full(piece: &str) -> String {
    let start = "#/toy?n=128";
    format!("{start}{}", piece.repeat((bounds::FRAGMENT_BYTES - start.len()) / piece.len()))
}
