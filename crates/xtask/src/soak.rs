//! `cargo xtask soak`: the promises that every run of the tests checks a little, checked at length. With n clean runs the
//! rate of failures is below 3/n with 95 % confidence; what is counted is printed.

use std::process::Command;

use crate::run::{cargo, root, run, target_dir};
use crate::{Outcome, browser};

/// One promise, and what is run for it.
struct Campaign {
    name: &'static str,
    claim: &'static str,
    /// Given how many times more than usual is to be tried.
    run: fn(u64) -> Outcome,
}

static CAMPAIGNS: [Campaign; 7] = [
    Campaign { name: "links", claim: "any text is a scenario or an error with its place", run: links },
    Campaign {
        name: "runs",
        claim: "inside the budget nothing breaks and all decide; seeking equals replaying; votes split as often as they \
                should; a day of virtual time takes no more memory than ten minutes",
        run: runs,
    },
    Campaign { name: "rules", claim: "a search finds what each rule prevents", run: rules },
    Campaign { name: "digests", claim: "drawn scenarios have the same digests everywhere", run: digests },
    Campaign {
        name: "hostile",
        claim: "hostile links in three browsers, and in a frame without rights",
        run: hostile,
    },
    Campaign { name: "faults", claim: "worker and page fail, say so, and go on", run: faults },
    Campaign {
        name: "accidents",
        claim: "the page's own search finds what rules prevent, once each",
        run: accidents,
    },
];

const TIMES: u64 = 10;

/// Runs all campaigns, or those that are named.
pub fn soak(args: &[String]) -> Outcome {
    let (mut times, mut named) = (TIMES, Vec::new());
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if word == "--times" {
            let number =
                words.next().and_then(|text| text.parse().ok()).filter(|times| (1..=10_000).contains(times));
            times = number.ok_or("--times takes a number from 1 to 10000")?;
        } else {
            let known = CAMPAIGNS.iter().find(|campaign| campaign.name == word);
            named.push(known.ok_or_else(|| format!("there is no campaign `{word}`, only {}", names()))?);
        }
    }
    if named.is_empty() {
        named.extend(&CAMPAIGNS);
    }
    for campaign in named {
        eprintln!("\n=== {}: {}", campaign.name, campaign.claim);
        (campaign.run)(times).map_err(|sentence| format!("campaign {}: {sentence}", campaign.name))?;
    }
    Ok(())
}

fn names() -> String {
    CAMPAIGNS.each_ref().map(|campaign| campaign.name).join(", ")
}

fn links(times: u64) -> Outcome {
    let mut tests = cargo(["test", "--release", "--package", "consensus-scenario", "--test", "properties"]);
    run(tests.env("PROPTEST_CASES", (1_000 * times).to_string()))
}

fn runs(times: u64) -> Outcome {
    let mut tests = cargo(["test", "--release", "--package", "consensus-tests"]);
    tests.args([
        "--test",
        "swarm",
        "--test",
        "laws",
        "--test",
        "election",
        "--test",
        "memory",
        "--",
        "--nocapture",
    ]);
    run(tests.env("SOAK", times.to_string()))
}

fn rules(times: u64) -> Outcome {
    let mut search = cargo(["run", "--release", "--package", "consensus-cli", "--", "rules", "--searches"]);
    run(search.arg(times.clamp(1, 20).to_string()))
}

/// Unoptimised engines write the digests; all others are held to them.
fn digests(times: u64) -> Outcome {
    let file = target_dir()?.join("soak-digests.txt");
    let _ = std::fs::remove_file(&file);
    let with_file = |command: &mut Command| {
        command.env("SOAK", times.to_string()).env("DIGESTS", &file);
    };
    let mut write = cargo(["test", "--package", "consensus-tests", "--test", "digests"]);
    with_file(&mut write);
    run(write.env("UPDATE_GOLDEN", "1"))?;
    let mut compare = cargo(["xtask", "test", "--only", "release,wasm,page,engines"]);
    with_file(&mut compare);
    run(&mut compare)
}

fn hostile(times: u64) -> Outcome {
    crate::single_file::build()?;
    let mut node = browser::script("hostile.mjs")?;
    browser::all_engines(&mut node)?;
    run(node.arg((30 * times).to_string()))
}

fn faults(times: u64) -> Outcome {
    crate::page::build()?;
    let mut node = browser::specs_in_node()?;
    node.arg(root().join("tests/browser/faults.test.mjs"));
    run(node.env("SOAK", times.to_string()))
}

fn accidents(_: u64) -> Outcome {
    crate::page::build()?;
    run(&mut browser::script("accidents.mjs")?)
}
