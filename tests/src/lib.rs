//! Conformance tests: what they share.
//!
//! The tests themselves lie in `tests/`, what they compare with in `golden/` and `reference/`. With `UPDATE_GOLDEN=1` in
//! the environment golden files are written instead of compared; with `SOAK=10` ten times as much is tried.

use consensus_kernel::{Meta, Time};
use consensus_lab::view::{PropertyView, Status};
use consensus_lab::{Session, catalogue, open};
use consensus_scenario::{Scenario, parse};
use std::path::PathBuf;

/// A file of this package.
pub fn file(relative: &str) -> PathBuf {
    // Asked for at run time first: clones that share a target folder share this program.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(here).join(relative)
}

/// The text of a file of this package.
pub fn read(relative: &str) -> String {
    std::fs::read_to_string(file(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// Whether golden files are to be written.
pub fn updates_golden() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// How many times more than usual is tried: `SOAK` in the environment, which `cargo xtask soak` sets.
pub fn soak() -> u64 {
    std::env::var("SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

/// Compares with a golden file, or writes it.
pub fn compare_with_golden(relative: &str, actual: &str) {
    if updates_golden() {
        let path = file(relative);
        std::fs::create_dir_all(path.parent().expect("golden files lie in folders"))
            .expect("the folder can be made");
        return std::fs::write(path, actual).expect("golden files can be written");
    }
    let expected = read(relative);
    let differs = expected.lines().zip(actual.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or(expected.lines().count().min(actual.lines().count()));
    assert!(
        expected == actual,
        "{relative} differs from line {}:\n  expected {:?}\n  got      {:?}\nUPDATE_GOLDEN=1 accepts what is new",
        line + 1,
        expected.lines().nth(line),
        actual.lines().nth(line),
    );
}

/// A protocol of the catalogue.
pub fn protocol(id: &str) -> &'static Meta {
    catalogue().iter().find(|meta| meta.id == id).unwrap_or_else(|| panic!("there is no protocol {id}"))
}

/// A scenario from its text.
pub fn scenario(text: &str) -> Scenario {
    parse(text, catalogue()).unwrap_or_else(|error| panic!("{text}: {error}")).scenario
}

/// The run of a scenario, with frontier and cursor at its end.
pub fn finished(scenario: &Scenario) -> Box<dyn Session> {
    let mut session = open(scenario).unwrap_or_else(|error| panic!("{}: {}", error.key, error.why));
    go_to_the_end(&mut *session);
    session
}

/// Moves frontier and cursor to the end.
pub fn go_to_the_end(session: &mut dyn Session) {
    while session.run_ahead(1 << 16) {}
    session.seek_time(Time::NEVER);
    session.seek_event(session.frontier().event);
}

/// A property at the cursor.
pub fn property(session: &dyn Session, name: &str) -> PropertyView {
    let found = session.properties().into_iter().find(|p| p.name == name);
    found.unwrap_or_else(|| panic!("{} has no property {name}", session.scenario().meta.id))
}

/// The names of the properties violated at the cursor.
pub fn violated(session: &dyn Session) -> Vec<&'static str> {
    let views = session.properties().into_iter();
    views.filter(|p| p.status == Status::Violated).map(|p| p.name).collect()
}
