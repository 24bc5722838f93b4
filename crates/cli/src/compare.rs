//! `consensus compare`: protocols, or one with different options, on one network, one seed and one fault script.

use crate::Failure;
use crate::comparison::{CONVENTION, print_csv, print_svg, print_text};
use crate::run::read;
use clap::{Args, ValueEnum};
use consensus_kernel::SetupError;
use consensus_lab::compare::{Measured, SIZES, exponent, grown, measure};
use consensus_lab::tolerance::{Survived, tolerance};
use consensus_lab::{Contestant, Judged, catalogue, documented, told_apart, verdict};
use consensus_scenario::{Scenario, bounds, changed, parse, print, print_file, print_rival};
use serde::Serialize;

#[derive(Args)]
pub(crate) struct CompareArguments {
    /// The scenario to share (a link, its fragment `#/pbft?n=4&req=20`, perhaps with `vs=…` in it, or a scenario file), then
    /// what else runs on its network, with its seed, load and faults: `raft`, `hotstuff;variant:chained`, `pbft;batch:8`.
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
    pub(crate) protocol: &'static str,
    pub(crate) link: String,
    pub(crate) n: usize,
    pub(crate) f: usize,
    /// Faults of the first contestant that it has not, or has in another form.
    pub(crate) changed: String,
    /// How many faulty replicas it promises to survive, as papers print it.
    pub(crate) bound: &'static str,
    /// Why it cannot run here; then nothing is measured.
    pub(crate) refused: Option<String>,
    pub(crate) measured: Option<Measured>,
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

/// What the document says, and what the measurements say to it.
#[derive(Serialize)]
pub(crate) struct Claim {
    pub(crate) tolerance: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) latency: &'static str,
    pub(crate) throughput: &'static str,
    /// One of each, in this order.
    pub(crate) judged: Vec<Judged>,
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
    let (text, scenarios) = contestants(&arguments.contestants)?;
    let mut rows = Vec::new();
    for (scenario, name) in scenarios.iter().zip(names(&scenarios)) {
        let mut row = Row {
            name,
            protocol: scenario.meta.id,
            link: print(scenario),
            n: scenario.n,
            f: scenario.f,
            changed: changed(&scenarios[0], scenario),
            bound: scenario.bound().formula(),
            refused: None,
            measured: None,
            document: None,
            tolerance: None,
            growth: Vec::new(),
            messages_exponent: None,
            latency_exponent: None,
        };
        match fill(&mut row, scenario, arguments.tolerance, arguments.growth || format == Format::Svg) {
            Err(refusal) if rows.is_empty() => return Err(Failure::refused(&text, &refusal)),
            Err(refusal) => row.refused = Some(blamed(&text, &scenarios[0], scenario, &refusal)),
            Ok(()) => {}
        }
        rows.push(row);
    }
    judge(&mut rows, &scenarios);
    let violated = rows.iter().filter_map(|row| row.measured.as_ref()).any(|m| m.violated.is_some());
    report(&Comparison { convention: CONVENTION, rows }, format)?;
    if violated { Err(Failure::Violated) } else { Ok(()) }
}

/// Measures a contestant.
fn fill(row: &mut Row, scenario: &Scenario, tries: bool, grows: bool) -> Result<(), SetupError> {
    row.measured = Some(measure(scenario)?);
    if tries {
        let (crashes, liars) =
            tolerance(scenario, &mut || ())?.map_or((None, None), |t| (Some(t.crashes), t.liars));
        row.tolerance = Some(Tolerance { crashes: crashes.map(Tried::of), liars: liars.map(Tried::of) });
    }
    if grows {
        let sizes = SIZES.into_iter().filter(|n| (scenario.meta.n.0..=scenario.meta.n.2).contains(n));
        row.growth.extend(sizes.filter_map(|n| grown(scenario, n, &mut || ())));
        row.messages_exponent = exponent(&points(&row.growth, |m| m.messages));
        row.latency_exponent = exponent(&points(&row.growth, |m| m.latency_us.map(|us| us as f64)));
    }
    Ok(())
}

/// What a rival is refused for: the key with its value, and where that was given, by the rival itself or by what it shares.
fn blamed(text: &str, base: &Scenario, rival: &Scenario, refusal: &SetupError) -> String {
    let own = print_rival(base, rival);
    let given = own.split(';').skip(1).filter_map(|part| part.split_once(':'));
    match given.filter(|(key, _)| *key == refusal.key).last() {
        Some((key, value)) => format!("{key}={value} (in {own}): {}", refusal.why),
        None => match consensus_scenario::refused(text, catalogue(), refusal) {
            Some(shared) => shared.to_string(),
            None => format!("{}: {}", refusal.key, refusal.why),
        },
    }
}

/// Holds what is measured against what the document says.
fn judge(rows: &mut [Row], scenarios: &[Scenario]) {
    let survived =
        |t: &Tolerance| [&t.crashes, &t.liars].map(|tried| tried.as_ref().map(|tried| tried.survived as u64));
    let contestant = |(place, (row, scenario)): (usize, (&Row, _))| {
        let contestant = Contestant {
            name: row.name.clone(),
            scenario,
            measured: row.measured.clone()?,
            exponent: row.messages_exponent,
            survived: row.tolerance.as_ref().map(survived),
        };
        Some((place, contestant))
    };
    let (places, all): (Vec<usize>, Vec<Contestant<'_>>) =
        rows.iter().zip(scenarios).enumerate().filter_map(contestant).unzip();
    for (who, place) in places.into_iter().enumerate() {
        rows[place].document = documented(rows[place].protocol).map(|d| Claim {
            tolerance: d.tolerance,
            messages: d.messages,
            latency: d.latency,
            throughput: d.throughput,
            judged: verdict(d, who, &all),
        });
    }
}

/// The text of the shared scenario, and all scenarios: it, the rivals in its link, and those given beside it, each of them
/// written as in a link.
fn contestants(arguments: &[String]) -> Result<(String, Vec<Scenario>), Failure> {
    let (base, rest) =
        arguments.split_first().ok_or_else(|| Failure::Bad("nothing to compare".to_owned()))?;
    let text = read(base)?;
    let link = parse(&text, catalogue()).map_err(|e| Failure::unread(base, &text, &e))?;
    let shared = print_file(&link.scenario.clone().into());
    let mut all: Vec<Scenario> = std::iter::once(link.scenario).chain(link.rivals).collect();
    for (place, rival) in rest.iter().enumerate() {
        let refused = |why: &str| Failure::Bad(format!("vs={rival} (argument {}): {why}", place + 2));
        if all.len() > bounds::RIVALS {
            return Err(refused(&format!("one rival too many, at most {} are allowed", bounds::RIVALS)));
        }
        let read = parse(&format!("{shared}vs={}", rival.replace('&', "%26")), catalogue());
        all.extend(read.map_err(|e| refused(&e.because()))?.rivals);
    }
    Ok((text, all))
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
