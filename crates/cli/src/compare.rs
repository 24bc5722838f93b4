//! `consensus compare`: protocols, or one with different options, on one network, one seed and one fault script.

use crate::Failure;
use crate::comparison::{CONVENTION, print_csv, print_svg, print_text};
use clap::{Args, ValueEnum};
use consensus_lab::compare::{Measured, SIZES, exponent, measure, with_replicas};
use consensus_lab::tolerance::{Survived, tolerance};
use consensus_lab::{catalogue, documented, told_apart};
use consensus_scenario::{Scenario, changed, parse, print, print_rival};
use serde::Serialize;

#[derive(Args)]
pub(crate) struct CompareArguments {
    /// The scenario to share (`#/pbft?n=4&req=20`, perhaps with `vs=…` in it), then what else runs on its network, with its
    /// seed, load and faults: `raft`, `hotstuff;variant:chained`, `pbft;batch:8`.
    #[arg(required = true, num_args = 1..)]
    contestants: Vec<String>,
    /// Measure growth with n as well: 4, 7, 10, 16, 31, 64, 100, as far as a protocol goes, without faults.
    #[arg(long)]
    growth: bool,
    /// Try how many crashed and how many lying replicas each survives.
    #[arg(long)]
    tolerance: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// How to print.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
    Svg,
}

/// One contestant.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) link: String,
    /// Faults of the first contestant that it has not, or has in another form.
    pub(crate) changed: String,
    /// How many faulty replicas it promises to survive, as papers print it.
    pub(crate) bound: &'static str,
    pub(crate) measured: Measured,
    pub(crate) document: Option<Claim>,
    pub(crate) tolerance: Option<Tolerance>,
    pub(crate) growth: Vec<Measured>,
    /// Exponent of messages a decision in n.
    pub(crate) messages_exponent: Option<f64>,
    /// Exponent of latency in n.
    pub(crate) latency_exponent: Option<f64>,
}

/// How many faulty replicas a contestant survived.
#[derive(Serialize)]
pub(crate) struct Tolerance {
    /// None: not all is decided even without faults.
    pub(crate) crashes: Option<Tried>,
    /// None, too, where only crashes are promised to be survived.
    pub(crate) liars: Option<Tried>,
}

/// So many of them.
#[derive(Serialize)]
pub(crate) struct Tried {
    /// The most with which no trial failed.
    pub(crate) survived: usize,
    /// Trials with so many.
    pub(crate) trials: usize,
    /// A run that failed with one more.
    pub(crate) failed: Option<String>,
}

impl Tried {
    fn of(found: Survived) -> Self {
        Self { survived: found.most, trials: found.trials, failed: found.failed.as_ref().map(print) }
    }
}

/// What the document says, and where runs differ.
#[derive(Serialize)]
pub(crate) struct Claim {
    pub(crate) tolerance: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) latency: &'static str,
    pub(crate) throughput: &'static str,
    pub(crate) differs: &'static str,
}

#[derive(Serialize)]
struct Comparison {
    /// What is counted.
    convention: &'static str,
    rows: Vec<Row>,
}

pub(crate) fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let format = match (arguments.json, arguments.format) {
        (true, None | Some(Format::Json)) => Format::Json,
        (true, Some(_)) => return Err(Failure::two_formats()),
        (false, format) => format.unwrap_or(Format::Text),
    };
    let scenarios = contestants(&arguments.contestants)?;
    let refused = |e: consensus_kernel::SetupError| Failure::Bad(format!("{}: {}", e.key, e.why));
    let mut rows = Vec::new();
    for (scenario, name) in scenarios.iter().zip(names(&scenarios)) {
        let mut row = Row {
            name,
            link: print(scenario),
            changed: changed(&scenarios[0], scenario),
            bound: scenario.bound().formula(),
            measured: measure(scenario).map_err(refused)?,
            document: documented(scenario.meta.id).map(|d| Claim {
                tolerance: d.tolerance,
                messages: d.messages,
                latency: d.latency,
                throughput: d.throughput,
                differs: d.differs,
            }),
            tolerance: None,
            growth: Vec::new(),
            messages_exponent: None,
            latency_exponent: None,
        };
        if arguments.tolerance {
            let found = tolerance(scenario, &mut || ()).map_err(refused)?;
            let (crashes, liars) = found.map_or((None, None), |t| (Some(t.crashes), t.liars));
            row.tolerance = Some(Tolerance { crashes: crashes.map(Tried::of), liars: liars.map(Tried::of) });
        }
        if arguments.growth || format == Format::Svg {
            let sizes = SIZES.into_iter().filter(|n| (scenario.meta.n.0..=scenario.meta.n.2).contains(n));
            for n in sizes {
                // A size that the protocol's own parameters exclude is left out.
                row.growth.extend(measure(&with_replicas(scenario, n)));
            }
            row.messages_exponent = exponent(&points(&row.growth, |m| m.messages));
            row.latency_exponent = exponent(&points(&row.growth, |m| m.latency_us.map(|us| us as f64)));
        }
        rows.push(row);
    }
    report(&Comparison { convention: CONVENTION, rows }, format)
}

/// The shared scenario and its rivals: one link with `vs`, or the parts of one.
fn contestants(arguments: &[String]) -> Result<Vec<Scenario>, Failure> {
    let (base, rest) =
        arguments.split_first().ok_or_else(|| Failure::Bad("nothing to compare".to_owned()))?;
    let glue = if base.contains('?') { "&" } else { "?" };
    let rivals: Vec<String> = rest.iter().map(|rival| format!("vs={rival}")).collect();
    let text = if rivals.is_empty() { base.clone() } else { format!("{base}{glue}{}", rivals.join("&")) };
    let link = parse(&text, catalogue()).map_err(|e| Failure::Bad(e.to_string()))?;
    Ok(std::iter::once(link.scenario).chain(link.rivals).collect())
}

/// Names that tell the contestants apart.
fn names(scenarios: &[Scenario]) -> Vec<String> {
    let own: Vec<String> = scenarios.iter().map(|s| print_rival(&scenarios[0], s)).collect();
    let all: Vec<(&str, &str)> =
        scenarios.iter().zip(&own).map(|(s, own)| (s.meta.title, own.as_str())).collect();
    (0..all.len()).map(|who| told_apart(&all, who)).collect()
}

/// Replicas, and what is measured with so many.
pub(crate) fn points(growth: &[Measured], y: impl Fn(&Measured) -> Option<f64>) -> Vec<(f64, f64)> {
    growth.iter().filter_map(|m| Some((m.n as f64, y(m)?))).collect()
}

fn report(comparison: &Comparison, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let text = serde_json::to_string(comparison).map_err(|e| Failure::Broken(e.to_string()))?;
            println!("{text}");
        }
        Format::Csv => print_csv(&comparison.rows),
        Format::Svg => print_svg(&comparison.rows),
        Format::Text => print_text(&comparison.rows),
    }
    Ok(())
}
