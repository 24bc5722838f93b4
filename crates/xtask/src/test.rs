//! `cargo xtask test`: all checks, cheapest first, stopping at the first that fails.

use std::time::Instant;

use crate::run::{cargo, run};
use crate::tools::{self, WASM_TARGET};
use crate::{Outcome, browser, single_file, wasm_node};

/// One check.
struct Step {
    name: &'static str,
    claim: &'static str,
    check: fn() -> Outcome,
}

static STEPS: [Step; 11] = [
    Step { name: "tools", claim: "every tool is there, at its pinned version", check: tools::all },
    Step { name: "format", claim: "the code is formatted", check: format },
    Step { name: "lint", claim: "the linter is silent, natively", check: lint },
    Step { name: "lint-wasm", claim: "the linter is silent, for the browser", check: lint_wasm },
    Step { name: "native", claim: "all native tests pass", check: native },
    Step { name: "release", claim: "optimised engines give the same digests", check: release },
    Step { name: "doc", claim: "all examples in the documentation run", check: doc },
    Step { name: "wasm", claim: "the engines pass as wasm in Node", check: wasm_node::test },
    Step { name: "page", claim: "the page builds, light enough, and as one file", check: single_file::build },
    Step { name: "browser", claim: "the page works in Chromium", check: browser::test },
    Step {
        name: "engines",
        claim: "the core path and all digests are the same in Chromium, Firefox and WebKit",
        check: browser::engines,
    },
];

/// Runs all steps, or those of `--only`.
pub fn test(args: &[String]) -> Outcome {
    let steps = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => STEPS.iter().collect(),
        ["--list"] => {
            STEPS.iter().for_each(|step| println!("{:<10} {}", step.name, step.claim));
            return Ok(());
        }
        ["--only", names] => names.split(',').map(named).collect::<Outcome<Vec<_>>>()?,
        _ => return Err(format!("test takes --list, or --only with some of {}", names())),
    };
    let mut report = Vec::new();
    for step in &steps {
        eprintln!("\n=== {}: {}", step.name, step.claim);
        let start = Instant::now();
        let outcome = (step.check)();
        report.push((step.name, start.elapsed().as_secs_f64(), outcome.is_ok()));
        if let Err(sentence) = outcome {
            summarise(&report, steps.len());
            return Err(format!("step {}: {sentence}", step.name));
        }
    }
    summarise(&report, steps.len());
    Ok(())
}

/// Rewrites the golden files: the native tests, told to write what they would compare.
pub fn golden() -> Outcome {
    run(native_tests().env("UPDATE_GOLDEN", "1"))?;
    eprintln!("Golden files are rewritten: `git diff` shows what changed.");
    Ok(())
}

fn format() -> Outcome {
    tools::rust_components()?;
    run(&mut cargo(["fmt", "--all", "--check"]))
        .map_err(|error| format!("{error}; `cargo fmt --all` formats"))
}

fn lint() -> Outcome {
    tools::rust_components()?;
    run(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn lint_wasm() -> Outcome {
    tools::rust_components()?;
    tools::wasm_target()?;
    let packages = ["--package", "consensus-web", "--package", "consensus-bindings"];
    run(cargo(["clippy", "--target", WASM_TARGET]).args(packages).args(["--", "-D", "warnings"]))
}

fn native() -> Outcome {
    run(&mut native_tests())
}

fn release() -> Outcome {
    run(&mut cargo(["test", "--release", "--package", "consensus-tests", "--test", "digests"]))
}

fn native_tests() -> std::process::Command {
    cargo(["test", "--workspace", "--lib", "--bins", "--tests"])
}

fn doc() -> Outcome {
    run(&mut cargo(["test", "--workspace", "--doc"]))
}

fn named(name: &str) -> Outcome<&'static Step> {
    let step = STEPS.iter().find(|step| step.name == name);
    step.ok_or_else(|| format!("there is no step `{name}`, only {}", names()))
}

fn names() -> String {
    STEPS.each_ref().map(|step| step.name).join(", ")
}

fn summarise(report: &[(&str, f64, bool)], planned: usize) {
    println!();
    for (name, seconds, passed) in report {
        println!("{name:<10} {seconds:>7.1} s  {}", if *passed { "passed" } else { "FAILED" });
    }
    let passed = report.iter().filter(|(_, _, passed)| *passed).count();
    let not_run = planned - report.len();
    if not_run > 0 {
        println!("{not_run} steps after it were not run");
    }
    println!("steps: {passed} passed, {} failed", report.len() - passed);
}
