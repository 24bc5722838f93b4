//! `consensus`: the playground's lab without a browser. A link's fragment is a scenario everywhere.
//!
//! Exit codes: 0 when no property is violated, 3 when one is, 2 for a bad scenario or bad arguments, 1 when the program
//! itself cannot go on (a file that cannot be written, say).
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // A command line may read the clock to report speed.

mod bench;
mod compare;
mod comparison;
#[cfg(test)]
mod manual;
mod parameter;
mod protocols;
mod rules;
mod run;
mod schedules;
mod swarm;

use clap::{Parser, Subcommand};
use consensus_kernel::SetupError;
use consensus_lab::catalogue;
use consensus_scenario::{ErrorKind, ParseError};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// Run, break and search consensus protocols from the command line.
#[derive(Parser)]
#[command(name = "consensus", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run one scenario to its end and say how every property stands.
    Run(run::RunArguments),
    /// Search many scenarios, drawn from seeds, for a violation.
    Swarm(swarm::SwarmArguments),
    /// Measure how long a search takes to find what goes wrong without each rule.
    Rules(rules::RulesArguments),
    /// Run several protocols on one network, one seed and one fault script, and measure what each costs.
    Compare(compare::CompareArguments),
    /// Follow all schedules from a moment of a run whose scheduler wants no decision, and show what that holds back.
    Schedules(schedules::SchedulesArguments),
    /// List the protocols with their parameters, rules and adversaries.
    Protocols(protocols::ProtocolsArguments),
    /// Measure the engines against a bare event loop in the same run.
    Bench(bench::BenchArguments),
}

/// Why a command did not succeed.
pub(crate) enum Failure {
    /// The scenario or the arguments are bad: exit code 2.
    Bad(String),
    /// A property is violated: exit code 3, and it has been reported already.
    Violated,
    /// The program cannot go on: exit code 1.
    Broken(String),
}

impl Failure {
    /// What a protocol refuses of a scenario that was read from this text.
    pub(crate) fn refused(text: &str, refusal: &SetupError) -> Self {
        let placed = consensus_scenario::refused(text, catalogue(), refusal);
        Self::Bad(placed.map_or_else(|| format!("{}: {}", refusal.key, refusal.why), |e| e.to_string()))
    }

    /// What cannot be read of a text that this argument is, or names.
    pub(crate) fn unread(argument: &str, text: &str, error: &ParseError) -> Self {
        // What is no scenario but looks like a path is meant as a file.
        let path = argument.contains(['/', '.']) && !argument.contains(['#', '?', '\n']);
        Self::Bad(match error.kind {
            ErrorKind::Protocol if text == argument && path => format!("there is no file `{text}`"),
            _ => error.to_string(),
        })
    }

    /// `--json` beside another `--format`.
    pub(crate) fn two_formats() -> Self {
        Self::Bad("--json and --format ask for different formats: give one of them".to_owned())
    }
}

/// Whoever reads the output may stop early, as `head` does: then there is nobody to tell anything.
fn end_quietly_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload().downcast_ref::<String>();
        if text.is_some_and(|t| t.starts_with("failed printing to stdout")) {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

fn main() -> ExitCode {
    end_quietly_when_nobody_reads();
    let result = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Swarm(arguments) => swarm::swarm(&arguments),
        Command::Rules(arguments) => rules::rules(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Schedules(arguments) => schedules::schedules(&arguments),
        Command::Protocols(arguments) => protocols::protocols(&arguments),
        Command::Bench(arguments) => bench::bench(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Violated) => ExitCode::from(3),
        Err(Failure::Bad(why)) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
        Err(Failure::Broken(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
