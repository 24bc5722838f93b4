//! A parameter of a protocol in plain terms: in words for people, and as JSON that knows nothing of Rust's types.

use consensus_kernel::{Duration, ParamKind, ParamSpec, Ratio};
use consensus_scenario::{print_param, print_ratio};
use serde::Serialize;
use serde_json::{Value, json};

/// Type, bounds and default as flat JSON. Spans are numbers of microseconds, ratios are written as in a link.
#[derive(Serialize)]
pub(crate) struct Flat {
    r#type: &'static str,
    /// What numbers count: `us`, `bytes`, or nothing.
    unit: Option<&'static str>,
    min: Value,
    max: Value,
    default: Value,
    /// The names to choose from.
    options: Option<Vec<Name>>,
    /// Whether each replica has one, [`Flat::default`] then being those of replicas 0, 1, … and again from the beginning.
    per_replica: bool,
    /// Fewest and most columns of a table.
    columns: Option<(usize, usize)>,
}

/// One of several names.
#[derive(Serialize)]
struct Name {
    id: &'static str,
    means: &'static str,
}

impl Flat {
    pub(crate) fn of(spec: &ParamSpec) -> Self {
        let ratios = |row: &[Ratio]| row.iter().copied().map(print_ratio).collect::<Vec<_>>();
        let (unit, [min, max, default]) = match spec.kind {
            ParamKind::Int { min, max, default } | ParamKind::Sure { min, max, default, .. } => {
                (None, [json!(min), json!(max), json!(default)])
            }
            ParamKind::Span { min: Duration(min), max: Duration(max), default: Duration(default) } => {
                (Some("us"), [json!(min), json!(max), json!(default)])
            }
            ParamKind::SpanRange { min: Duration(min), max: Duration(max), default: (low, high) } => {
                (Some("us"), [json!(min), json!(max), json!([low.0, high.0])])
            }
            ParamKind::Choice { options, default } => {
                (None, [Value::Null, Value::Null, json!(options[default].0)])
            }
            ParamKind::Flag { default } => (None, [Value::Null, Value::Null, json!(default)]),
            ParamKind::Ratio { min, max, default } => {
                (None, [min, max, default].map(|ratio| json!(print_ratio(ratio))))
            }
            ParamKind::Ratios { min, max, usual } => {
                (None, [json!(print_ratio(min)), json!(print_ratio(max)), json!(ratios(usual))])
            }
            ParamKind::Table { usual, .. } => {
                let rows: Vec<_> = usual.iter().map(|row| ratios(row)).collect();
                (None, [json!("0"), json!("1"), json!(rows)])
            }
            ParamKind::Text { bytes_max, default } => {
                (Some("bytes"), [json!(0), json!(bytes_max), json!(default)])
            }
            ParamKind::Texts { bytes_max, usual } => {
                (Some("bytes"), [json!(0), json!(bytes_max), json!(usual)])
            }
        };
        let options = match spec.kind {
            ParamKind::Choice { options, .. } => {
                Some(options.iter().map(|&(id, means)| Name { id, means }).collect())
            }
            _ => None,
        };
        let columns = match spec.kind {
            ParamKind::Table { columns, .. } => Some(columns),
            _ => None,
        };
        let (r#type, per_replica) = (type_name(spec), spec.kind.is_per_replica());
        Self { r#type, unit, min, max, default, options, per_replica, columns }
    }
}

/// The name of its type: a list of ratios is one for each replica.
fn type_name(spec: &ParamSpec) -> &'static str {
    match spec.kind {
        ParamKind::Int { .. } | ParamKind::Sure { .. } => "integer",
        ParamKind::Span { .. } => "span",
        ParamKind::SpanRange { .. } => "span-range",
        ParamKind::Choice { .. } => "choice",
        ParamKind::Flag { .. } => "flag",
        ParamKind::Ratio { .. } | ParamKind::Ratios { .. } => "ratio",
        ParamKind::Table { .. } => "ratios",
        ParamKind::Text { .. } | ParamKind::Texts { .. } => "text",
    }
}

/// What is written for it, in words.
pub(crate) fn form(spec: &ParamSpec) -> &'static str {
    match spec.kind {
        ParamKind::Int { .. } | ParamKind::Sure { .. } => "whole number",
        ParamKind::Span { .. } => "span",
        ParamKind::SpanRange { .. } => "range of spans",
        ParamKind::Choice { .. } => "name",
        ParamKind::Flag { .. } => "flag",
        ParamKind::Ratio { .. } => "ratio",
        ParamKind::Ratios { .. } => "ratio for each replica",
        ParamKind::Table { .. } => "row of ratios for each replica",
        ParamKind::Text { .. } => "text",
        ParamKind::Texts { .. } => "text for each replica",
    }
}

/// What is allowed, in words.
pub(crate) fn allowed(spec: &ParamSpec) -> String {
    match spec.kind {
        ParamKind::Int { min, max, .. } | ParamKind::Sure { min, max, .. } => format!("{min} to {max}"),
        ParamKind::Span { min, max, .. } | ParamKind::SpanRange { min, max, .. } => format!("{min} to {max}"),
        ParamKind::Ratio { min, max, .. } | ParamKind::Ratios { min, max, .. } => {
            format!("{} to {}", print_ratio(min), print_ratio(max))
        }
        ParamKind::Table { columns: (fewest, most), .. } => {
            format!("{fewest} to {most} columns, each 0 to 1")
        }
        ParamKind::Text { bytes_max, .. } => format!("at most {bytes_max} bytes"),
        ParamKind::Texts { bytes_max, .. } => format!("at most {bytes_max} bytes each"),
        ParamKind::Flag { .. } => "on, off".to_owned(),
        ParamKind::Choice { options, .. } => {
            options.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
        }
    }
}

/// The names to choose from, and what each means.
pub(crate) fn options(spec: &ParamSpec) -> &'static [(&'static str, &'static str)] {
    match spec.kind {
        ParamKind::Choice { options, .. } => options,
        _ => &[],
    }
}

/// The default as a link has it; for replicas 0, 1, … and again from the beginning where each has one.
pub(crate) fn default(spec: &ParamSpec) -> String {
    let replicas = match spec.kind {
        ParamKind::Ratios { usual, .. } => usual.len(),
        ParamKind::Table { usual, .. } => usual.len(),
        ParamKind::Texts { usual, .. } => usual.len(),
        _ => 1,
    };
    print_param(spec, &spec.kind.filled(&spec.kind.default_value(), replicas))
}
