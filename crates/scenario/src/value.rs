//! Single values: numbers, spans of time, ratios, delays, nodes, groups and parameters; in both directions.
//!
//! No float takes part: decimals are read as integers and a power of ten, so that a value is exact or refused.

use crate::bounds;
use crate::error::ErrorKind::{
    Conflict, Missing, NoSuchNode, Repeated, TooLarge, TooLong, TooMany, TooSmall, UnknownName,
};
use crate::error::is_hidden;
use crate::{Group, Latency, Scenario, ValueError};
use consensus_kernel::{Duration, NodeId, ParamKind, ParamSpec, ParamValue, Ratio};

pub(crate) type Read<T> = Result<T, ValueError>;

/// Reads a span of time: a number, perhaps with a decimal point, and a unit (`us ms s min h d`), or a bare `0`.
///
/// # Errors
/// If it is not written so, is not a whole number of microseconds, or is longer than any span can be (ten years).
pub fn parse_duration(text: &str) -> Result<Duration, ValueError> {
    const FORM: &str = "write a number and a unit (us, ms, s, min, h or d), as in 250ms";
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit_micros = match unit {
        "us" => 1,
        "ms" => 1_000,
        "s" => 1_000_000,
        "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        "" if !number.is_empty() => return Err(ValueError::malformed("the unit is missing", FORM)),
        _ => return Err(ValueError::malformed("not a span of time", FORM)),
    };
    let micros = decimal(number, unit_micros).map_err(|fault| match fault {
        DecimalFault::Shape => ValueError::malformed("not a span of time", FORM),
        DecimalFault::Large => span_too_large(bounds::UNTIL),
        DecimalFault::Fine => {
            ValueError::malformed("finer than a microsecond", "whole microseconds are allowed")
        }
    })?;
    within(Duration(micros), Duration::ZERO, bounds::UNTIL)
}

/// Reads a span of time between two bounds, both allowed.
pub(crate) fn parse_span(text: &str, min: Duration, max: Duration) -> Read<Duration> {
    within(parse_duration(text)?, min, max)
}

fn within(span: Duration, min: Duration, max: Duration) -> Read<Duration> {
    if span > max {
        Err(span_too_large(max))
    } else if span < min {
        Err(ValueError::new(TooSmall, "too short", format!("at least {} is needed", long(min))))
    } else {
        Ok(span)
    }
}

fn span_too_large(max: Duration) -> ValueError {
    ValueError::new(TooLarge, "too long", format!("at most {} is allowed", long(max)))
}

/// A bound for people: in the largest unit that needs no fraction, up to days.
fn long(span: Duration) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min")];
    let fits = UNITS.iter().find(|(micros, _)| span.0 >= *micros && span.0.is_multiple_of(*micros));
    fits.map_or_else(|| span.to_string(), |(micros, unit)| format!("{}{unit}", span.0 / micros))
}

/// Reads a ratio: `2%`, `0.5%`, `0.02` or `1/3`.
///
/// # Errors
/// If it is not written so, or does not fit into two 32-bit numbers exactly.
pub fn parse_ratio(text: &str) -> Result<Ratio, ValueError> {
    const FORM: &str = "write per cent, a decimal or a fraction, as in 2%, 0.02 or 1/50";
    let shape = || ValueError::malformed("not a ratio", FORM);
    let fine = || ValueError::malformed("not exact in 32 bits", FORM);
    if let Some((num, den)) = text.split_once('/') {
        let part = |digits: &str| match decimal(digits, 1) {
            Ok(x) => u32::try_from(x).map_err(|_| fine()),
            Err(DecimalFault::Large) => Err(fine()),
            Err(_) => Err(shape()),
        };
        return Ratio::new(part(num)?, part(den)?)
            .ok_or_else(|| ValueError::malformed("nothing can be divided by zero", FORM));
    }
    let (number, den) = match text.strip_suffix('%') {
        Some(number) => (number, 100 * RATIO_UNIT),
        None => (text, RATIO_UNIT),
    };
    let num = decimal(number, RATIO_UNIT).map_err(|fault| match fault {
        DecimalFault::Shape => shape(),
        DecimalFault::Large => ValueError::new(TooLarge, "too large", "a few billion is the most"),
        DecimalFault::Fine => fine(),
    })?;
    let common = gcd(num, den).max(1);
    match (u32::try_from(num / common), u32::try_from(den / common)) {
        (Ok(num), Ok(den)) => Ratio::new(num, den).ok_or_else(fine),
        _ => Err(fine()),
    }
}

/// Decimals of a ratio are counted in this part of one.
const RATIO_UNIT: u64 = 1_000_000_000;

/// Reads a ratio from 0 to 1.
///
/// # Errors
/// As [`parse_ratio`]; and if it is more than 1.
pub fn parse_probability(text: &str) -> Result<Ratio, ValueError> {
    match parse_ratio(text) {
        Ok(ratio) if ratio.is_probability() => Ok(ratio),
        Err(error) if error.kind != TooLarge => Err(error),
        _ => Err(ValueError::new(TooLarge, "too large", "at most 100% is allowed")),
    }
}

/// Prints a ratio exactly and without a per cent sign, which a link would have to escape: `0.02`, `1/3`.
pub fn print_ratio(ratio: Ratio) -> String {
    let (num, den) = (u64::from(ratio.num()), u64::from(ratio.den()));
    let scaled = num * 1_000_000;
    if scaled % den != 0 {
        return format!("{num}/{den}");
    }
    let millionths = scaled / den;
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Reads the distribution of the one-way delay: `10ms`, `5ms..20ms` or `exp:10ms`.
///
/// # Errors
/// If it is not written so, or lies outside 1 µs to one day.
pub fn parse_latency(text: &str) -> Result<Latency, ValueError> {
    let delay = |part: &str| parse_span(part, bounds::DELAY_MIN, bounds::SPAN);
    if let Some(mean) = text.strip_prefix("exp:") {
        return Ok(Latency::Exponential(delay(mean)?));
    }
    match text.split_once("..") {
        Some(_) => {
            parse_range(text, bounds::DELAY_MIN, bounds::SPAN).map(|(low, high)| Latency::Uniform(low, high))
        }
        None => Ok(Latency::Constant(delay(text)?)),
    }
}

/// Prints a distribution as [`parse_latency`] reads it.
pub fn print_latency(latency: Latency) -> String {
    match latency {
        Latency::Constant(delay) => delay.to_string(),
        Latency::Uniform(low, high) => format!("{low}..{high}"),
        Latency::Exponential(mean) => format!("exp:{mean}"),
    }
}

/// Reads `low..high`; a single span is both.
fn parse_range(text: &str, min: Duration, max: Duration) -> Read<(Duration, Duration)> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let (low, high) = (parse_span(low, min, max)?, parse_span(high, min, max)?);
    if low > high {
        return Err(ValueError::new(Conflict, "the low end is above the high end", "write low..high"));
    }
    Ok((low, high))
}

/// Reads bytes per second: a number, perhaps with `k` (a thousand) or `M` (a million).
pub(crate) fn parse_bandwidth(text: &str) -> Read<u64> {
    const FORM: &str = "write bytes per second, as in 1000000, 500k or 10M";
    let thousands = text.strip_suffix('k').map(|number| (number, 1_000));
    let millions = text.strip_suffix('M').map(|number| (number, 1_000_000));
    let (number, unit) = thousands.or(millions).unwrap_or((text, 1));
    let large =
        || ValueError::new(TooLarge, "too large", format!("at most {} is allowed", bounds::BANDWIDTH));
    match decimal(number, unit) {
        Ok(0) => Err(ValueError::new(TooSmall, "too small", "at least 1 byte per second is needed")),
        Ok(bytes) if bytes > bounds::BANDWIDTH => Err(large()),
        Ok(bytes) => Ok(bytes),
        Err(DecimalFault::Large) => Err(large()),
        Err(DecimalFault::Shape) => Err(ValueError::malformed("not a number of bytes", FORM)),
        Err(DecimalFault::Fine) => Err(ValueError::malformed("not a whole number of bytes", FORM)),
    }
}

/// Prints bytes per second exactly, with the largest suffix that needs no fraction.
pub(crate) fn print_bandwidth(bytes: u64) -> String {
    match bytes {
        b if b % 1_000_000 == 0 => format!("{}M", b / 1_000_000),
        b if b % 1_000 == 0 => format!("{}k", b / 1_000),
        b => b.to_string(),
    }
}

/// Reads a whole number between two bounds, both allowed; `things` is what is counted, in the plural, or nothing.
pub(crate) fn parse_number(text: &str, min: u64, max: u64, things: &str) -> Read<u64> {
    let too_large =
        || ValueError::new(TooLarge, "too large", format!("at most {} allowed", count(max, things)));
    let number = match decimal(text, 1) {
        Ok(x) if !text.contains('.') => x,
        Err(DecimalFault::Large) => return Err(too_large()),
        _ => {
            let space = if things.is_empty() { "" } else { " " };
            let allowed = format!("{min} to {max}{space}{things}, in digits, are allowed");
            return Err(ValueError::malformed("not a whole number", allowed));
        }
    };
    if number > max {
        Err(too_large())
    } else if number < min {
        Err(ValueError::new(TooSmall, "too small", format!("at least {} needed", count(min, things))))
    } else {
        Ok(number)
    }
}

/// "1 client is", "2 clients are", "5 is".
fn count(number: u64, things: &str) -> String {
    match (number, things) {
        (_, "") => format!("{number} is"),
        (1, _) => format!("1 {} is", things.strip_suffix('s').unwrap_or(things)),
        _ => format!("{number} {things} are"),
    }
}

/// Reads the name of a node of this scenario.
pub(crate) fn parse_node(scenario: &Scenario, text: &str) -> Read<NodeId> {
    if text.is_empty() {
        return Err(ValueError::new(Missing, "a node is missing", nodes_there_are(scenario)));
    }
    let id = NodeId::parse(text).ok_or_else(|| {
        let why = format!("`{}` is not a node", crate::error::clean(text, 20));
        ValueError::new(NoSuchNode, why, nodes_there_are(scenario))
    })?;
    let (sort, end) = if id.is_client() { ("client", scenario.clients) } else { ("replica", scenario.n) };
    if id.index() < end {
        Ok(id)
    } else {
        Err(ValueError::new(NoSuchNode, format!("there is no {sort} {id}"), nodes_there_are(scenario)))
    }
}

/// Reads the name of a replica of this scenario.
pub(crate) fn parse_replica(scenario: &Scenario, text: &str) -> Read<NodeId> {
    let id = parse_node(scenario, text)?;
    if id.is_client() {
        return Err(ValueError::new(NoSuchNode, format!("{id} is a client"), nodes_there_are(scenario)));
    }
    Ok(id)
}

fn nodes_there_are(scenario: &Scenario) -> String {
    let range = |first: &str, last: String| if last == first { last } else { format!("{first} to {last}") };
    let replicas = range("0", scenario.n.saturating_sub(1).to_string());
    let clients = match scenario.clients {
        0 => return format!("replicas are {replicas}"),
        k => range("c0", format!("c{}", k - 1)),
    };
    format!("replicas are {replicas}, clients {clients}")
}

/// Reads two different nodes, `from-to`.
pub(crate) fn parse_pair(scenario: &Scenario, text: &str) -> Read<(NodeId, NodeId)> {
    let Some((from, to)) = text.split_once('-') else {
        return Err(ValueError::new(Missing, "two nodes are needed", "write them as 0-2"));
    };
    let (from, to) = (parse_node(scenario, from)?, parse_node(scenario, to)?);
    if from == to {
        let why = format!("{from} has no link to itself");
        return Err(ValueError::new(Conflict, why, "two different nodes are needed"));
    }
    Ok((from, to))
}

/// Reads a set of nodes, separated by commas, none of them in `taken`; adds them to it.
pub(crate) fn parse_group(scenario: &Scenario, text: &str, taken: &mut Group) -> Read<Group> {
    let mut group = Group::default();
    for name in text.split(',') {
        let id = parse_node(scenario, name)?;
        if !taken.insert(id) {
            return Err(ValueError::new(
                Repeated,
                format!("{id} stands there twice"),
                "each node may stand once",
            ));
        }
        group.insert(id);
    }
    Ok(group)
}

/// Reads groups that share no node, separated by slashes.
pub(crate) fn parse_groups(scenario: &Scenario, text: &str) -> Read<Vec<Group>> {
    let count = text.bytes().filter(|b| *b == b'/').count() + 1;
    if count > bounds::GROUPS {
        let allowed = format!("at most {} groups are allowed", bounds::GROUPS);
        return Err(ValueError::new(TooMany, format!("{count} groups"), allowed));
    }
    let mut taken = Group::default();
    let mut groups = Vec::with_capacity(count);
    for part in text.split('/') {
        groups.push(parse_group(scenario, part, &mut taken)?);
    }
    Ok(groups)
}

/// Prints a set of nodes, separated by commas.
pub(crate) fn print_group(group: &Group) -> String {
    join(group.iter(), ",")
}

/// Prints things with something between them.
pub(crate) fn join<T: ToString>(things: impl Iterator<Item = T>, between: &str) -> String {
    things.map(|t| t.to_string()).collect::<Vec<_>>().join(between)
}

/// Reads the value of a protocol's own parameter, for n replicas.
///
/// # Errors
/// If it does not have the parameter's shape or lies outside its bounds.
pub fn parse_param(spec: &ParamSpec, n: usize, text: &str) -> Result<ParamValue, ValueError> {
    let value = match spec.kind {
        ParamKind::Ratio { min, max, .. } => parse_bounded(text, min, max).map(ParamValue::Ratio),
        ParamKind::Ratios { min, max, .. } => {
            not_too_many(text.split(',').count(), n, "ratios")?;
            let one = |(i, text): (usize, &str)| parse_bounded(text.trim(), min, max).map_err(of_replica(i));
            text.split(',').enumerate().map(one).collect::<Read<_>>().map(ParamValue::Ratios)
        }
        ParamKind::Table { columns, .. } => parse_table(text, n, columns).map(ParamValue::Table),
        ParamKind::Text { bytes_max, .. } => match parse_texts(text, 1, bytes_max, None)?.pop() {
            Some(text) if !text.is_empty() => Ok(ParamValue::Text(Some(text))),
            _ => Err(ValueError::new(Missing, "there is nothing in it", "leave it out for the usual text")),
        },
        ParamKind::Texts { bytes_max, .. } => {
            parse_texts(text, n, bytes_max, Some('|')).map(ParamValue::Texts)
        }
        ParamKind::Int { min, max, .. } | ParamKind::Sure { min, max, .. } => {
            parse_number(text, min, max, "").map(ParamValue::Int)
        }
        ParamKind::Span { min, max, .. } => parse_span(text, min, max).map(ParamValue::Span),
        ParamKind::SpanRange { min, max, .. } => {
            parse_range(text, min, max).map(|(low, high)| ParamValue::SpanRange(low, high))
        }
        ParamKind::Choice { options, .. } => {
            options.iter().position(|(name, _)| *name == text).map(ParamValue::Choice).ok_or_else(|| {
                ValueError::unknown(UnknownName, "option", text, options.iter().map(|(name, _)| *name))
            })
        }
        ParamKind::Flag { .. } => match text {
            "on" | "yes" | "true" | "1" => Ok(ParamValue::Flag(true)),
            "off" | "no" | "false" | "0" => Ok(ParamValue::Flag(false)),
            _ => Err(ValueError::malformed("neither on nor off", "write on or off")),
        },
    }?;
    Ok(if value == spec.kind.default_value() {
        value
    } else {
        spec.kind.unless_usual(spec.kind.filled(&value, n), n)
    })
}

/// Reads a ratio between two bounds, both allowed.
fn parse_bounded(text: &str, min: Ratio, max: Ratio) -> Read<Ratio> {
    let ratio = parse_ratio(text)?;
    if !ratio.at_most(max) {
        let allowed = format!("at most {} is allowed", print_ratio(max));
        return Err(ValueError::new(TooLarge, "too large", allowed));
    }
    if !min.at_most(ratio) {
        return Err(ValueError::new(
            TooSmall,
            "too small",
            format!("at least {} is needed", print_ratio(min)),
        ));
    }
    Ok(ratio)
}

/// Says which replica's value is wrong.
fn of_replica(i: usize) -> impl Fn(ValueError) -> ValueError {
    move |error| ValueError { why: format!("that of replica {i} is wrong: {}", error.why), ..error }
}

fn not_too_many(given: usize, n: usize, things: &str) -> Read<()> {
    if given <= n {
        return Ok(());
    }
    let why = format!("{given} {things} are too many");
    Err(ValueError::new(TooMany, why, format!("at most one for each of the {n} replicas is allowed")))
}

/// Reads a row of ratios for each replica, slashes between rows and commas within. A fraction has a colon here.
fn parse_table(text: &str, n: usize, (least, most): (usize, usize)) -> Read<Vec<Vec<Ratio>>> {
    let rows = text.split('/').count();
    not_too_many(rows, n, "rows")?;
    if rows < n {
        let allowed = format!("one for each of the {n} replicas is needed, with slashes between");
        let why = if rows == 1 { "one row is too few".into() } else { format!("{rows} rows are too few") };
        return Err(ValueError::new(TooSmall, why, allowed));
    }
    let columns = text.split('/').next().unwrap_or_default().split(',').count();
    if !(least..=most).contains(&columns) {
        let kind = if columns < least { TooSmall } else { TooLarge };
        let why = format!("{columns} columns");
        return Err(ValueError::new(
            kind,
            why,
            format!("{least} to {most} are allowed, with commas between"),
        ));
    }
    let row = |(i, row): (usize, &str)| {
        let given = row.split(',').count();
        if given != columns {
            let why = format!("the row of replica {i} has {given} ratios");
            return Err(ValueError::new(
                Conflict,
                why,
                format!("all rows have as many as the first, {columns}"),
            ));
        }
        let cell = |cell: &str| parse_probability(&cell.trim().replace(':', "/")).map_err(of_replica(i));
        row.split(',').map(cell).collect()
    };
    text.split('/').enumerate().map(row).collect()
}

/// Reads texts: a backslash makes a plain sign of the separator, of a semicolon and of itself, and `\n` is a line break.
/// What could hide or turn what stands around it (control and bidirectional characters) is left out.
pub(crate) fn parse_texts(
    text: &str,
    n: usize,
    bytes_max: usize,
    separator: Option<char>,
) -> Read<Vec<String>> {
    let mut texts = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let c = match c {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some(c @ ('\\' | '|' | ';')) => c,
                _ => {
                    let allowed = r"write \\ for the sign itself, \| for a stroke and \n for a line break";
                    return Err(ValueError::malformed(
                        "a backslash is not followed by \\, |, ; or n",
                        allowed,
                    ));
                }
            },
            c if Some(c) == separator => {
                texts.push(String::new());
                continue;
            }
            '\t' => ' ',
            c => c,
        };
        if let Some(last) = texts.last_mut().filter(|_| c == '\n' || !is_hidden(c)) {
            last.push(c);
        }
    }
    while texts.len() > n && texts.last().is_some_and(String::is_empty) {
        texts.pop();
    }
    not_too_many(texts.len(), n, "texts")?;
    if let Some((i, text)) = texts.iter().enumerate().find(|(_, text)| text.len() > bytes_max) {
        let error = ValueError::new(
            TooLong,
            format!("{} bytes are too long", text.len()),
            format!("at most {bytes_max} are allowed"),
        );
        return Err(if separator.is_some() { of_replica(i)(error) } else { error });
    }
    Ok(texts)
}

/// Prints a text as [`parse_param`] reads it.
pub(crate) fn print_text(text: &str) -> String {
    text.replace('\\', r"\\").replace('|', r"\|").replace('\n', r"\n")
}

/// Prints the value of a protocol's own parameter as [`parse_param`] reads it; nothing for lists and texts that are usual.
pub fn print_param(spec: &ParamSpec, value: &ParamValue) -> String {
    let row = |row: &Vec<Ratio>| join(row.iter().map(|r| print_ratio(*r)), ",");
    match (value, spec.kind) {
        (ParamValue::Ratio(ratio), _) => print_ratio(*ratio),
        (ParamValue::Ratios(ratios), _) => row(ratios),
        (ParamValue::Table(rows), _) => join(rows.iter().map(|r| row(r).replace('/', ":")), "/"),
        (ParamValue::Text(text), _) => print_text(text.as_deref().unwrap_or_default()),
        (ParamValue::Texts(texts), _) => match join(texts.iter().map(|text| print_text(text)), "|") {
            // A value cannot be empty.
            empty if empty.is_empty() && !texts.is_empty() => "|".to_owned(),
            text => text,
        },
        (ParamValue::Int(x), _) => x.to_string(),
        (ParamValue::Span(span), _) => span.to_string(),
        (ParamValue::SpanRange(low, high), _) => format!("{low}..{high}"),
        (ParamValue::Choice(at), ParamKind::Choice { options, .. }) => {
            options.get(*at).map_or_else(String::new, |(name, _)| (*name).to_string())
        }
        (ParamValue::Choice(at), _) => at.to_string(),
        (ParamValue::Flag(on), _) => if *on { "on" } else { "off" }.to_string(),
    }
}

/// Why a decimal is not a whole number of units.
enum DecimalFault {
    /// It is no decimal.
    Shape,
    /// It is more than 64 bits hold.
    Large,
    /// A part of a unit is left over.
    Fine,
}

/// A decimal such as `1.25` times `unit`, if that is whole.
fn decimal(text: &str, unit: u64) -> Result<u64, DecimalFault> {
    /// No decimal with more places is a whole number of any unit used here (a day is 2¹³·3³·5⁸ µs).
    const PLACES_MAX: usize = 15;
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) => (whole, part),
        None => (text, "0"),
    };
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        return Err(DecimalFault::Shape);
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    if whole.len() > 20 {
        return Err(DecimalFault::Large);
    }
    if part.len() > PLACES_MAX {
        return Err(DecimalFault::Fine);
    }
    let digits = |text: &str| text.bytes().fold(0u128, |sum, b| sum * 10 + u128::from(b - b'0'));
    let whole_units = digits(whole) * u128::from(unit);
    let places = 10u128.pow(part.len() as u32);
    let part_scaled = digits(part) * u128::from(unit);
    let sum = whole_units + part_scaled / places;
    match u64::try_from(sum) {
        Err(_) => Err(DecimalFault::Large),
        Ok(_) if part_scaled % places != 0 => Err(DecimalFault::Fine),
        Ok(units) => Ok(units),
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
