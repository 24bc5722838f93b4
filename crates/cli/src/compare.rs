//! `consensus compare`: protocols, or one with different options, on one network, one seed and one fault script.

use crate::Failure;
use clap::{Args, ValueEnum};
use consensus_figure::palette::Theme;
use consensus_figure::plot::{Series, log_log};
use consensus_figure::svg;
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
struct Row {
    name: String,
    link: String,
    /// Faults of the first contestant that it has not, or has in another form.
    changed: String,
    /// How many faulty replicas it promises to survive, as papers print it.
    bound: &'static str,
    measured: Measured,
    document: Option<Claim>,
    tolerance: Option<Tolerance>,
    growth: Vec<Measured>,
    /// Exponent of messages a decision in n.
    messages_exponent: Option<f64>,
    /// Exponent of latency in n.
    latency_exponent: Option<f64>,
}

/// How many faulty replicas a contestant survived.
#[derive(Serialize)]
struct Tolerance {
    /// None: not all is decided even without faults.
    crashes: Option<Tried>,
    /// None, too, where only crashes are promised to be survived.
    liars: Option<Tried>,
}

/// So many of them.
#[derive(Serialize)]
struct Tried {
    /// The most with which no trial failed.
    survived: usize,
    /// Trials with so many.
    trials: usize,
    /// A run that failed with one more.
    failed: Option<String>,
}

impl Tried {
    fn of(found: Survived) -> Self {
        Self { survived: found.most, trials: found.trials, failed: found.failed.as_ref().map(print) }
    }
}

/// What the document says, and where runs differ.
#[derive(Serialize)]
struct Claim {
    tolerance: &'static str,
    messages: &'static str,
    latency: &'static str,
    throughput: &'static str,
    differs: &'static str,
}

#[derive(Serialize)]
struct Comparison {
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
    report(&Comparison { rows }, format)
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

fn points(growth: &[Measured], y: impl Fn(&Measured) -> Option<f64>) -> Vec<(f64, f64)> {
    growth.iter().filter_map(|m| Some((m.n as f64, y(m)?))).collect()
}

fn report(comparison: &Comparison, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let text = serde_json::to_string(comparison).map_err(|e| Failure::Broken(e.to_string()))?;
            println!("{text}");
        }
        Format::Csv => print_csv(&comparison.rows),
        Format::Svg => {
            let series =
                |row: &Row| Series { name: row.name.clone(), points: points(&row.growth, |m| m.messages) };
            let all: Vec<Series> = comparison.rows.iter().map(series).collect();
            let scene = log_log(&all, "replicas n", "messages between replicas, a decision", 760.0, 420.0);
            print!("{}", svg::print(&scene, &[], Theme::Light));
        }
        Format::Text => comparison.rows.iter().for_each(print_row),
    }
    Ok(())
}

/// A number, or a dash where there is none.
fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{v:.1}"))
}

fn count(value: Option<u32>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| v.to_string())
}

fn print_row(row: &Row) {
    let m = &row.measured;
    println!("{} (n = {}, f = {}, {})", row.name, m.n, m.f, row.bound);
    let state = match (m.violated, m.finished) {
        (Some(property), _) => format!("{property} VIOLATED"),
        (None, true) => "all decided".to_owned(),
        (None, false) => "not all decided".to_owned(),
    };
    if !row.changed.is_empty() {
        println!("  {}", row.changed);
    }
    println!("  measured: {} decisions, {state}", m.decisions);
    println!(
        "    messages a decision: {} between replicas ({} with elections and background), {} with clients; {} bytes",
        shown(m.messages),
        shown(m.messages_all),
        shown(m.messages_client),
        shown(m.bytes)
    );
    if let Some(later) = m.later_rounds {
        println!(
            "      {later} of a later round than the one that decided: {} without them, as the literature counts",
            shown(m.messages.map(|all| all - later as f64))
        );
    }
    println!(
        "    message delays: {} until the first replica decides, {} until all, {} until the client knows",
        count(m.delays_first),
        count(m.delays_all),
        count(m.delays_client)
    );
    if m.client_first() {
        println!(
            "      the client first: replicas answer on trust, and decide with what comes later, as a checkpoint"
        );
    }
    println!(
        "    latency {} ms, throughput {} decisions a second",
        shown(m.latency_us.map(|us| us as f64 / 1e3)),
        shown(m.throughput)
    );
    if let Some(t) = &row.tolerance {
        print_tolerance(t);
    }
    if let Some(e) = row.messages_exponent {
        println!("    grows with n: messages n^{e:.2}, latency n^{}", shown(row.latency_exponent));
        for m in &row.growth {
            println!(
                "      n = {:>3}: {} messages, {} ms",
                m.n,
                shown(m.messages),
                shown(m.latency_us.map(|us| us as f64 / 1e3))
            );
        }
    }
    if let Some(d) = &row.document {
        println!(
            "  document: {}, {} messages, {}, {} throughput",
            d.tolerance, d.messages, d.latency, d.throughput
        );
        println!("    {}", d.differs);
    }
}

fn print_tolerance(tolerance: &Tolerance) {
    if tolerance.crashes.is_none() {
        println!("    faults: undetermined, as it does not finish without faults");
    }
    for (how, tried) in [("crashed", &tolerance.crashes), ("lying", &tolerance.liars)] {
        let Some(Tried { survived, trials, failed }) = tried else { continue };
        println!("    no failure found with {survived} {how} in {trials} trials");
        if let Some(link) = failed {
            println!("      a failure with {}: {link}", survived + 1);
        }
    }
}

fn print_csv(rows: &[Row]) {
    println!(
        "name,protocol,n,f,decisions,finished,violated,messages,messages_all,messages_client,bytes,delays_first,delays_all,\
         delays_client,latency_us,throughput"
    );
    let each = |name: &str, m: &Measured| {
        let real = |v: Option<f64>| v.map_or_else(String::new, |v| v.to_string());
        let whole = |v: Option<u32>| v.map_or_else(String::new, |v| v.to_string());
        println!(
            "{name},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            m.protocol,
            m.n,
            m.f,
            m.decisions,
            m.finished,
            m.violated.unwrap_or_default(),
            real(m.messages),
            real(m.messages_all),
            real(m.messages_client),
            real(m.bytes),
            whole(m.delays_first),
            whole(m.delays_all),
            whole(m.delays_client),
            m.latency_us.map_or_else(String::new, |us| us.to_string()),
            real(m.throughput)
        );
    };
    for row in rows {
        each(&row.name, &row.measured);
        row.growth.iter().for_each(|m| each(&row.name, m));
    }
}
