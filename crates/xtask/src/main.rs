//! `cargo xtask`: everything a developer or CI runs, as one small program.
//!
//! A fresh machine needs rustup and Node only. Each command finds or installs the other tools it needs, at pinned
//! versions, in a cache of the user (see [`tools`]), says what it does, and stops with one sentence where it cannot
//! go on. Nothing is ever skipped silently.
//!
//! This crate knows no protocol and no simulation: it starts other programs and looks at files.
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // Steps are timed, and the server is waited for.

mod browser;
mod bundle;
mod instance;
mod names;
mod offline;
mod pack;
mod page;
mod policy;
mod run;
mod serve;
mod single_file;
mod soak;
mod test;
mod tools;
mod wasm_node;
mod weight;

use std::process::ExitCode;

/// What every part of a command returns: the error is a sentence for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
usage: cargo xtask <command>

  serve [--port N] [--dev]    build the page and serve it on this machine, rebuilding as files change
  build                       make dist/, ready for any static host under any path
  single-file                 the same as one HTML file, which opens from a disk, without a server
  test [--only STEP[,STEP]]   run all checks, or some of them; `--list` names the steps
  soak [NAME...] [--times N]  the same promises at length: ten times as much as `test` tries, or N times
  golden                      rewrite the golden files from what the engines do now
  tools                       find or install every tool, and say where each one is
  policy                      (for Trunk) name the inline scripts of the staged page in its security policy
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Outcome {
    let (command, rest) = args.split_first().map_or(("help", &[][..]), |(c, rest)| (c.as_str(), rest));
    match command {
        "serve" => serve::serve(rest),
        "build" => none_expected(rest).and_then(|()| page::build()),
        "single-file" => none_expected(rest).and_then(|()| single_file::build()),
        "test" => test::test(rest),
        "soak" => soak::soak(rest),
        "golden" => none_expected(rest).and_then(|()| test::golden()),
        "tools" => none_expected(rest).and_then(|()| tools::all()),
        "policy" => none_expected(rest).and_then(|()| policy::seal_staged_page()),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n\n{USAGE}")),
    }
}

fn none_expected(args: &[String]) -> Outcome {
    match args.first() {
        None => Ok(()),
        Some(arg) => Err(format!("`{arg}` is not expected here\n\n{USAGE}")),
    }
}
