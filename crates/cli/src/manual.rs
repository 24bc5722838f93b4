//! The tables of each protocol's own parameters, `docs/parameters.md`: written from what protocols say of themselves, and
//! held to it.

use crate::parameter::{allowed, default, form, options};
use consensus_kernel::{Meta, ParamSpec};
use consensus_lab::catalogue;
use consensus_scenario::{Scenario, parse};
use std::path::PathBuf;

const HEAD: &str = "\
# Parameters of each protocol

Beside the [keys of all protocols](scenario.md#keys) each has keys of its own: `#/raft?election=150ms..300ms&prevote=on`.
[Values](scenario.md#values) are written as all others, and what there is [for each
replica](scenario.md#the-protocols-own-parameters) in one value; bounds are inclusive. Where each replica has one, the default
is that of replicas 0, 1, … and again from the beginning.

`consensus protocols` prints the same, with rules, adversaries and commands, and with `--json` for programs.

<!-- `cargo xtask golden` writes this file from what protocols say of themselves. -->
";

fn tables() -> String {
    let protocols = catalogue().iter().map(|meta| table(meta));
    std::iter::once(HEAD.to_owned()).chain(protocols).collect()
}

fn table(meta: &Meta) -> String {
    let (fewest, usual, most) = meta.n;
    let title =
        format!("\n## {}\n\n{}: {fewest} to {most} replicas, usually {usual}.\n\n", meta.id, meta.title);
    let head = "| Key | Sets | Value | Allowed | Default |\n|---|---|---|---|---|\n".to_owned();
    [title, head].into_iter().chain(meta.params.iter().map(row)).collect()
}

fn row(spec: &ParamSpec) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let options: Vec<String> =
        options(spec).iter().map(|(name, means)| format!("`{name}`: {}", cell(means))).collect();
    let allowed = if options.is_empty() { allowed(spec) } else { options.join("<br>") };
    let (help, default) = (cell(spec.help), cell(&default(spec)));
    format!("| `{}` | *{}.* {help} | {} | {allowed} | `{default}` |\n", spec.key, spec.label, form(spec))
}

#[test]
fn the_tables_of_parameters_are_those_of_the_protocols() {
    // Asked for at run time first: clones that share a target folder share this program.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let file = PathBuf::from(here).join("../../docs/parameters.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(file, tables()).expect("the manual can be written");
    }
    let manual = std::fs::read_to_string(file).expect("the manual can be read");
    assert!(
        manual == tables(),
        "docs/parameters.md is not what protocols say: UPDATE_GOLDEN=1 accepts what is new"
    );
}

#[test]
fn every_default_in_the_tables_is_read_as_the_default() {
    for meta in catalogue() {
        let usual = Scenario::new(meta);
        for spec in meta.params {
            // As many as there are usual ones: fewer replicas would find too many.
            let text =
                format!("{}?n={}\n{}={}", meta.id, meta.n.1, spec.key, default(spec).replace('%', "%25"));
            let read = parse(&text, catalogue()).unwrap_or_else(|error| panic!("{text}: {error}")).scenario;
            let filled = |s: &Scenario| s.params.filled(meta.params, s.n);
            assert_eq!(filled(&read), filled(&usual), "{text}");
        }
    }
}
