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

/// A number, or a dash where there is none.
fn shown(value: Option<f64>) -> String {
    value.map_or_else(dash, |v| format!("{v:.1}"))
}

fn dash() -> String {
    "–".to_owned()
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
         delays: until the first replica decides, until all do, until the client knows; ms: the client's latency."
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
    let m = &row.measured;
    let delays = [m.delays_first, m.delays_all, m.delays_client];
    let mut cells = vec![
        row.name.clone(),
        m.n.to_string(),
        m.f.to_string(),
        row.bound.to_owned(),
        m.decisions.to_string(),
        shown(m.messages),
        shown(m.messages_all),
        shown(m.messages_client),
        shown(m.bytes),
        delays.map(|d| d.map_or_else(dash, |d| d.to_string())).join(" / "),
        shown(latency_ms(m)),
        shown(m.throughput),
    ];
    if tried {
        let most = |tried: Option<&Tried>| tried.map_or_else(dash, |t| t.survived.to_string());
        let tolerance = row.tolerance.as_ref();
        cells.push(most(tolerance.and_then(|t| t.crashes.as_ref())));
        cells.push(most(tolerance.and_then(|t| t.liars.as_ref())));
    }
    cells
}

/// What its numbers do not say by themselves.
fn notes(row: &Row) -> Vec<String> {
    let m = &row.measured;
    let mut notes = Vec::new();
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
    println!("\nWithout faults, three requests where clients ask:");
    let mut table = vec![head("messages")];
    table.extend(rows.iter().map(|row| numbers(row, |m| m.messages, row.messages_exponent)));
    table.push(head("latency in ms"));
    table.extend(rows.iter().map(|row| numbers(row, latency_ms, row.latency_exponent)));
    print_table(&table);
}

/// What the document says, once for each protocol.
fn print_document(rows: &[Row]) {
    let mut known: Vec<&Row> = Vec::new();
    for row in rows.iter().filter(|row| row.document.is_some()) {
        if known.iter().all(|other| other.measured.protocol != row.measured.protocol) {
            known.push(row);
        }
    }
    if known.is_empty() {
        return;
    }
    println!();
    let head = ["the document says", "tolerates", "messages", "latency", "throughput"];
    let mut table = vec![head.map(str::to_owned).to_vec()];
    let said = |row: &&Row| {
        let d = row.document.as_ref()?;
        Some([&*row.name, d.tolerance, d.messages, d.latency, d.throughput].map(str::to_owned).to_vec())
    };
    table.extend(known.iter().filter_map(said));
    print_table(&table);
    for row in known {
        row.document.iter().for_each(|d| println!("{}: {}", row.name, d.differs));
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
        svg::print(&log_log(&all, "replicas n", of, SIZE.0, SIZE.1), &[], Theme::Light)
    };
    let plots =
        [plot("messages between replicas, a decision", |m| m.messages), plot("latency in ms", latency_ms)];
    // A picture in a picture, each as high as it is with its title.
    let height = SIZE.1 + 42.0;
    println!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">",
        w = SIZE.0,
        h = height * 2.0
    );
    for (i, plot) in plots.iter().enumerate() {
        print!("{}", plot.replacen("<svg ", &format!("<svg y=\"{}\" ", height * i as f64), 1));
    }
    println!("</svg>");
}

/// One line for each measurement: each contestant's own, with what else is known of it, then those of its growth.
pub(crate) fn print_csv(rows: &[Row]) {
    println!(
        "name,protocol,n,f,decisions,finished,violated,messages,messages_all,messages_client,bytes,delays_first,delays_all,\
         delays_client,latency_us,throughput,messages_of_later_rounds,bound,survived_crashed,survived_lying,\
         messages_exponent,latency_exponent,document_tolerance,document_messages,document_latency,document_throughput"
    );
    fn or_empty<T: ToString>(value: Option<T>) -> String {
        value.map_or_else(String::new, |v| v.to_string())
    }
    let each = |name: &str, m: &Measured, more: [String; 9]| {
        let cells = [
            name.to_owned(),
            m.protocol.to_owned(),
            m.n.to_string(),
            m.f.to_string(),
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
        ];
        let all: Vec<String> = cells.iter().chain(&more).map(|cell| csv_cell(cell)).collect();
        println!("{}", all.join(","));
    };
    for row in rows {
        let (tolerance, document) = (row.tolerance.as_ref(), row.document.as_ref());
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
        ];
        each(&row.name, &row.measured, more);
        row.growth.iter().for_each(|m| each(&row.name, m, Default::default()));
    }
}
