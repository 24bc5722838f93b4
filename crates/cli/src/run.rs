//! `consensus run`: one scenario to its end.

use crate::Failure;
use clap::{Args, ValueEnum};
use consensus_figure::palette::Theme;
use consensus_figure::{mermaid, spacetime, svg, table};
use consensus_kernel::{Ratio, Time};
use consensus_lab::report::Report;
use consensus_lab::view::{End, Status};
use consensus_lab::{Session, catalogue, open_with_limit};
use consensus_scenario::{bounds, parse, print};

#[derive(Args)]
pub(crate) struct RunArguments {
    /// A link, its fragment (`#/pbft?n=4&req=1`), or a scenario file.
    scenario: String,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Print every event, too: as lines before the text, as `trace` in the JSON. CSV has them anyway, pictures have no room.
    #[arg(long)]
    trace: bool,
    /// How to print the run.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Most events of the run.
    #[arg(long, default_value_t = bounds::EVENTS)]
    limit: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
    Mermaid,
    Svg,
}

/// Most events in a picture; more would be black.
const PICTURE_EVENTS: u64 = 2_000;

/// Reads a scenario from a link, a fragment or a file.
pub(crate) fn read(argument: &str) -> Result<String, Failure> {
    let path = std::path::Path::new(argument);
    if argument.contains(['#', '?']) || !path.is_file() {
        return Ok(argument.to_owned());
    }
    let size = path.metadata().map(|m| m.len()).unwrap_or(u64::MAX);
    if size > bounds::FILE_BYTES as u64 {
        return Err(Failure::Bad(format!(
            "{argument}: {size} bytes, at most {} are allowed",
            bounds::FILE_BYTES
        )));
    }
    std::fs::read_to_string(path).map_err(|e| Failure::Bad(format!("{argument}: {e}")))
}

pub(crate) fn run(arguments: &RunArguments) -> Result<(), Failure> {
    let format = format(arguments)?;
    let text = read(&arguments.scenario)?;
    let link = parse(&text, catalogue()).map_err(|e| Failure::unread(&arguments.scenario, &text, &e))?;
    let mut session =
        open_with_limit(&link.scenario, arguments.limit).map_err(|e| Failure::refused(&text, &e))?;
    let report = Report::of_whole(&mut *session);
    print_run(&mut *session, &report, format, arguments.trace)?;
    if let Some(wanted) = &link.digest
        && !report.digest.starts_with(wanted.as_str())
    {
        eprintln!(
            "the link was made by another engine: it promises digest {wanted}, this run has {}",
            report.digest
        );
    }
    if report.violated() { Err(Failure::Violated) } else { Ok(()) }
}

/// How to print the run; refused where two options want different things.
fn format(arguments: &RunArguments) -> Result<Format, Failure> {
    let format = match (arguments.json, arguments.format) {
        (true, None | Some(Format::Json)) => Format::Json,
        (true, Some(_)) => return Err(Failure::two_formats()),
        (false, format) => format.unwrap_or(Format::Text),
    };
    match format {
        Format::Mermaid | Format::Svg if arguments.trace => Err(Failure::Bad(format!(
            "--trace has no place in a picture: it goes with text, json and csv; a picture shows the first {PICTURE_EVENTS} \
             events"
        ))),
        _ => Ok(format),
    }
}

fn print_run(session: &mut dyn Session, report: &Report, format: Format, trace: bool) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let text = serde_json::to_string(report).map_err(|e| Failure::Broken(e.to_string()))?;
            match text.strip_suffix('}').filter(|_| trace) {
                None => println!("{text}"),
                // Events may be millions: they are never in memory all at once.
                Some(head) => {
                    println!("{head},\"trace\":[");
                    in_chunks(session, |from, to| {
                        let comma = if from == 0 { "" } else { ",\n" };
                        print!("{comma}{}", table::json_events(session, from, to));
                    });
                    println!("\n]}}");
                }
            }
        }
        Format::Text => {
            if trace {
                in_chunks(session, |from, to| print!("{}", table::text(session, from, to)));
            }
            print_text(session, report);
        }
        Format::Csv => in_chunks(session, |from, to| {
            let rows = table::csv(session, from, to);
            let header = rows.find('\n').map_or(0, |end| end + 1);
            print!("{}", if from == 0 { &rows } else { &rows[header..] });
        }),
        Format::Mermaid => print!("{}", mermaid::sequence(session, 0, report.events.min(PICTURE_EVENTS))),
        Format::Svg => {
            let scene = spacetime::draw(session, 0, report.events.min(PICTURE_EVENTS), 1_200.0, 480.0);
            println!("{}", svg::print(&scene, &[], Theme::Light));
        }
    }
    Ok(())
}

/// Goes through all events, a few thousands at a time.
fn in_chunks(session: &dyn Session, mut each: impl FnMut(u64, u64)) {
    const CHUNK: u64 = 4_096;
    let end = session.frontier().event;
    for from in (0..end).step_by(CHUNK as usize) {
        each(from, (from + CHUNK).min(end));
    }
}

fn print_text(session: &dyn Session, report: &Report) {
    println!("{}", print(session.scenario()));
    let end = match report.end {
        End::Quiescent => "nothing more can happen",
        End::Until => "the time is up",
        End::Limit => "stopped at the limit",
    };
    println!("{} events, {} of virtual time; {end}", report.events, Time(report.time_us));
    let m = &report.messages;
    println!(
        "{} messages between replicas, {} with clients (self messages are never counted)",
        m.replica, m.client
    );
    let kinds: Vec<String> =
        m.by_kind.iter().filter(|(_, k)| **k > 0).map(|(kind, k)| format!("{kind} {k}")).collect();
    if !kinds.is_empty() {
        println!("  {}", kinds.join(", "));
    }
    let of = &m.by_class;
    println!(
        "  between replicas: {} for decisions, {} for leaders and views, {} in the background",
        of.decision, of.leadership, of.background
    );
    if let Some(later) = m.later_rounds {
        println!(
            "  for decisions without the {later} of later rounds than the one that decided, as papers count: {}",
            of.decision - later
        );
    }
    println!("{} decisions of replicas, {} replies accepted", report.decisions.len(), report.replies.len());
    for found in report.answers.iter().flat_map(|answers| &answers.verdicts) {
        let who: Vec<String> = found.replicas.iter().map(ToString::to_string).collect();
        let answer = found.answer.as_ref().map(|a| format!(" for {a:?}")).unwrap_or_default();
        let share = Ratio::new(found.share, 10_000).unwrap_or(Ratio::ZERO);
        println!("  found by {}: {}{answer}, {share} of all weight", who.join(", "), found.what);
    }
    for p in &report.properties {
        let status = match p.status {
            Status::Holds => "holds   ",
            Status::Violated => "VIOLATED",
            Status::Pending => "pending ",
        };
        println!("  {status} {:<24} {}", p.name, p.reason);
    }
    for a in report.assumptions.iter().filter(|a| a.status != "holds") {
        println!("  assumption broken: {}: {}", a.name, a.reason);
    }
    println!("digest {}", report.digest);
}
