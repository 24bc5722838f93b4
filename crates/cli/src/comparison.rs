//! What `consensus compare` prints: one table of all contestants, what a number of it wants said, how they grow, and what the
//! document says.

use crate::compare::{Row, Tried, points};
use consensus_figure::palette::Theme;
use consensus_figure::plot::{Series, log_log};
use consensus_figure::svg;
use consensus_figure::table::csv_cell;
use consensus_lab::compare::{Measured, SIZES};

/// What is counted.
pub(crate) const CONVENTION: &str = "A message is one send between two different nodes; self messages are never counted, those with clients \
     apart, and counts, bytes and delays are those of a decision.";

/// Size of a plot.
const SIZE: (f64, f64) = (760.0, 420.0);

/// A number, or a dash where there is none; what is little is not rounded to nothing.
fn shown(value: Option<f64>) -> String {
    value.map_or_else(dash, |v| match v {
        v if v >= 1.0 || v == 0.0 => format!("{v:.1}"),
        v if v >= 0.001 => format!("{v:.3}"),
        v => format!("{v:.1e}"),
    })
}

fn dash() -> String {
    "–".to_owned()
}

fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(dash, |v| v.to_string())
}

fn latency_ms(m: &Measured) -> Option<f64> {
    m.latency_us.map(|us| us as f64 / 1e3)
}

pub(crate) fn print_text(rows: &[Row]) {
    println!("{CONVENTION}\n");
    let tried = rows.iter().any(|row| row.tolerance.is_some());
    let mut head = vec![
        "", "n", "f", "bound", "decided", "messages", "(all)", "clients", "bytes", "delays", "ms", "a second",
    ];
    head.extend(tried.then_some(["crashed", "lying"]).into_iter().flatten());
    let mut table = vec![head.into_iter().map(str::to_owned).collect()];
    table.extend(rows.iter().map(|row| cells(row, tried)));
    print_table(&table);
    println!(
        "\nmessages: between replicas, those that serve decisions; (all): with elections and background.\n\
         delays: until the first replica decides, until all do, until the client knows; ms: from request to answer, or, where \
         nobody asks, until all have decided; both are medians. a second: from the beginning to the last decision."
    );
    if tried {
        println!("crashed, lying: so many faulty replicas with which no trial failed, which is no proof.");
    }
    for row in rows {
        notes(row).iter().for_each(|note| println!("{}: {note}", row.name));
    }
    print_growth(rows);
    print_document(rows);
}

/// A contestant's line of the table.
fn cells(row: &Row, tried: bool) -> Vec<String> {
    let mut cells = vec![row.name.clone(), row.n.to_string(), row.f.to_string(), row.bound.to_owned()];
    cells.extend(match &row.measured {
        None => std::array::from_fn(|_| dash()),
        Some(m) => [
            m.decisions.to_string(),
            shown(m.messages),
            shown(m.messages_all),
            shown(m.messages_client),
            shown(m.bytes),
            [m.delays_first, m.delays_all, m.delays_client].map(or_dash).join(" / "),
            shown(latency_ms(m)),
            shown(m.throughput),
        ],
    });
    if tried {
        let most = |tried: Option<&Tried>| or_dash(tried.map(|t| t.survived));
        let tolerance = row.tolerance.as_ref();
        cells.push(most(tolerance.and_then(|t| t.crashes.as_ref())));
        cells.push(most(tolerance.and_then(|t| t.liars.as_ref())));
    }
    cells
}

/// What its numbers do not say by themselves.
fn notes(row: &Row) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(why) = &row.refused {
        notes.push(format!("cannot run here: {why}"));
    }
    let Some(m) = &row.measured else { return notes };
    match m.violated {
        Some(property) => notes.push(format!("{property} VIOLATED")),
        None if !m.finished => notes.push("not all decided".to_owned()),
        None => {}
    }
    if !row.changed.is_empty() {
        notes.push(row.changed.clone());
    }
    if let Some(later) = m.later_rounds {
        notes.push(format!(
            "{later} messages are of a later round than the one that decided; {} without them, as papers count",
            shown(m.messages.map(|all| all - later as f64))
        ));
    }
    if m.client_first() {
        notes.push(
            "the client knows first: replicas answer on trust, and decide with what comes later, as a checkpoint"
                .to_owned(),
        );
    }
    let Some(tolerance) = &row.tolerance else { return notes };
    if tolerance.crashes.is_none() {
        notes.push(
            "faults survived are undetermined, as even without faults it does not finish in the events given"
                .to_owned(),
        );
    }
    for (how, tried) in [("crashed", &tolerance.crashes), ("lying", &tolerance.liars)] {
        let Some(Tried { survived, trials, failed }) = tried else { continue };
        if *survived > 0 {
            let beyond = if *survived > m.f { ", though no more is promised than f" } else { "" };
            notes.push(format!("{survived} {how}: none of {trials} trials failed{beyond}"));
        }
        if let Some(link) = failed {
            notes.push(format!("{} {how}: fails in {link}", survived + 1));
        }
    }
    notes
}

/// Messages and latency at all sizes, a line for each contestant.
fn print_growth(rows: &[Row]) {
    if rows.iter().all(|row| row.growth.is_empty()) {
        return;
    }
    let numbers = |row: &Row, y: fn(&Measured) -> Option<f64>, e: Option<f64>| {
        let at = |n: &usize| shown(row.growth.iter().find(|m| m.n == *n).and_then(y));
        // What is next to nothing has no sign.
        let exponent = e.map_or_else(dash, |e| format!("n^{:.2}", (e * 100.0).round() / 100.0 + 0.0));
        [row.name.clone()].into_iter().chain(SIZES.iter().map(at)).chain([exponent]).collect::<Vec<_>>()
    };
    let head = |of: &str| -> Vec<String> {
        let sizes = SIZES.iter().map(|n| format!("n = {n}"));
        [of.to_owned()].into_iter().chain(sizes).chain(["grows".to_owned()]).collect()
    };
    println!(
        "\nWithout faults, three requests where clients ask; –: it does not go so far, or not all is decided:"
    );
    let mut table = vec![head("messages")];
    table.extend(rows.iter().map(|row| numbers(row, |m| m.messages, row.messages_exponent)));
    table.push(head("latency in ms"));
    table.extend(rows.iter().map(|row| numbers(row, latency_ms, row.latency_exponent)));
    print_table(&table);
}

/// What the document says, and what the measurements say to it.
fn print_document(rows: &[Row]) {
    let head = ["the document says", "tolerates", "messages", "latency", "throughput"];
    let mut table = vec![head.map(str::to_owned).to_vec()];
    let mut judged = String::new();
    for row in rows {
        let Some(d) = &row.document else { continue };
        table
            .push([&*row.name, d.tolerance, d.messages, d.latency, d.throughput].map(str::to_owned).to_vec());
        judged += &format!("\n{}\n", row.name);
        d.judged.iter().for_each(|j| judged += &format!("  {}\n", j.says));
    }
    if table.len() > 1 {
        println!();
        print_table(&table);
        print!("{judged}");
    }
}

/// Prints lines of cells, each column as wide as its widest cell: the first to the left, all others to the right.
fn print_table(lines: &[Vec<String>]) {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let length = |line: &Vec<String>, column: usize| line.get(column).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> =
        (0..columns).map(|column| lines.iter().map(|line| length(line, column)).max().unwrap_or(0)).collect();
    for line in lines {
        let cell = |(i, (text, width)): (usize, (&String, &usize))| match i {
            0 => format!("{text:<width$}"),
            _ => format!("  {text:>width$}"),
        };
        println!("{}", line.iter().zip(&widths).enumerate().map(cell).collect::<String>());
    }
}

/// Both plots, one below the other.
pub(crate) fn print_svg(rows: &[Row]) {
    let plot = |of: &str, y: fn(&Measured) -> Option<f64>| {
        let series = |row: &Row| Series { name: row.name.clone(), points: points(&row.growth, y) };
        let all: Vec<Series> = rows.iter().map(series).collect();
        let scene = log_log(&all, "replicas n", of, SIZE.0, SIZE.1);
        // As high as it is with its title.
        (scene.height + 42.0, svg::print(&scene, &[], Theme::Light))
    };
    let plots =
        [plot("messages between replicas, a decision", |m| m.messages), plot("latency in ms", latency_ms)];
    // A picture in a picture: names that are long stand below the curves, and make it higher.
    println!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">",
        w = SIZE.0,
        h = plots.iter().map(|(height, _)| height).sum::<f64>()
    );
    let mut above = 0.0;
    for (height, plot) in &plots {
        print!("{}", plot.replacen("<svg ", &format!("<svg y=\"{above}\" "), 1));
        above += height;
    }
    println!("</svg>");
}

/// Columns beside those of a measurement, for the contestant's own.
const MORE: [&str; 16] = [
    "bound",
    "survived_crashed",
    "survived_lying",
    "messages_exponent",
    "latency_exponent",
    "document_tolerance",
    "document_messages",
    "document_latency",
    "document_throughput",
    "agrees_tolerance",
    "agrees_messages",
    "agrees_latency",
    "agrees_throughput",
    "changed",
    "refused",
    "measured_of",
];

/// One line for each measurement: each contestant's own, with what else is known of it, then those of its growth.
pub(crate) fn print_csv(rows: &[Row]) {
    println!(
        "name,protocol,n,f,decisions,finished,violated,messages,messages_all,messages_client,bytes,delays_first,delays_all,\
         delays_client,latency_us,throughput,messages_of_later_rounds,{}",
        MORE.join(",")
    );
    for row in rows {
        let (tolerance, document) = (row.tolerance.as_ref(), row.document.as_ref());
        let agrees = |claim: usize| or_empty(document.and_then(|d| d.judged.get(claim)?.agrees));
        let more = [
            row.bound.to_owned(),
            or_empty(tolerance.and_then(|t| Some(t.crashes.as_ref()?.survived))),
            or_empty(tolerance.and_then(|t| Some(t.liars.as_ref()?.survived))),
            or_empty(row.messages_exponent),
            or_empty(row.latency_exponent),
            or_empty(document.map(|d| d.tolerance)),
            or_empty(document.map(|d| d.messages)),
            or_empty(document.map(|d| d.latency)),
            or_empty(document.map(|d| d.throughput)),
            agrees(0),
            agrees(1),
            agrees(2),
            agrees(3),
            row.changed.clone(),
            or_empty(row.refused.clone()),
            "run".to_owned(),
        ];
        print_line(row, (row.n, row.f), row.measured.as_ref(), more);
        for m in &row.growth {
            let mut more: [String; MORE.len()] = Default::default();
            more[MORE.len() - 1] = "growth".to_owned();
            print_line(row, (m.n, m.f), Some(m), more);
        }
    }
}

fn print_line(row: &Row, (n, f): (usize, usize), m: Option<&Measured>, more: [String; MORE.len()]) {
    let own = [row.name.clone(), row.protocol.to_owned(), n.to_string(), f.to_string()];
    let measured: [String; 13] = m.map_or_else(Default::default, |m| {
        [
            m.decisions.to_string(),
            m.finished.to_string(),
            or_empty(m.violated),
            or_empty(m.messages),
            or_empty(m.messages_all),
            or_empty(m.messages_client),
            or_empty(m.bytes),
            or_empty(m.delays_first),
            or_empty(m.delays_all),
            or_empty(m.delays_client),
            or_empty(m.latency_us),
            or_empty(m.throughput),
            or_empty(m.later_rounds),
        ]
    });
    let all: Vec<String> = own.iter().chain(&measured).chain(&more).map(|cell| csv_cell(cell)).collect();
    println!("{}", all.join(","));
}

fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}
