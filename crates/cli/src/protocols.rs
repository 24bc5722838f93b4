//! `consensus protocols`: what there is.

use crate::Failure;
use crate::parameter::{Flat, allowed, default, form, options};
use clap::Args;
use consensus_kernel::{About, Bound, Breaks, FaultModel, Meta, ParamKind};
use consensus_lab::catalogue;
use consensus_scenario::{STRATEGIES, Scenario, Strategy, describe_strategy, parse_strategy};
use serde_json::{Value, json};

#[derive(Args)]
pub(crate) struct ProtocolsArguments {
    /// Print everything as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn protocols(arguments: &ProtocolsArguments) -> Result<(), Failure> {
    if arguments.json {
        let broken = |e: serde_json::Error| Failure::Broken(e.to_string());
        let all = catalogue().iter().map(|meta| json(meta)).collect::<Result<Vec<_>, _>>().map_err(broken)?;
        println!("{}", serde_json::to_string_pretty(&all).map_err(broken)?);
    } else {
        catalogue().iter().for_each(|meta| print(meta));
    }
    Ok(())
}

/// All that a protocol says of itself, its parameters flat, and every way to misbehave: those that all protocols know first.
fn json(meta: &'static Meta) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(meta)?;
    let Value::Object(fields) = &mut value else { return Ok(value) };
    if let Some(Value::Array(params)) = fields.get_mut("params") {
        for (param, spec) in params.iter_mut().zip(meta.params) {
            if let (Value::Object(param), Value::Object(flat)) =
                (param, serde_json::to_value(Flat::of(spec))?)
            {
                param.extend(flat);
            }
        }
    }
    let scenario = Scenario::new(meta);
    let generic = STRATEGIES.iter().filter_map(|(id, written)| {
        let examples: Vec<&str> = written.split(" or ").collect();
        let strategy = parse_strategy(&scenario, examples[0]).ok()?;
        let does = match strategy {
            Strategy::Own(at) => meta.adversaries.get(at)?.does.to_owned(),
            _ => describe_strategy(meta, &strategy),
        };
        Some(json!({ "id": id, "label": id, "does": does, "examples": examples, "generic": true }))
    });
    let own = meta.adversaries.iter().map(
        |a| json!({ "id": a.id, "label": a.label, "does": a.does, "examples": [a.id], "generic": false }),
    );
    fields.insert("adversaries".to_owned(), generic.chain(own).collect());
    Ok(value)
}

fn print(meta: &Meta) {
    println!("{}  {}, {}", meta.id, meta.title, meta.paper);
    println!("  {}", meta.summary);
    println!("  faults: {:?}, {}; n from {} to {}", meta.faults, meta.bound.formula(), meta.n.0, meta.n.2);
    for ((option, _), (faults, bound)) in variants(meta) {
        println!("    {option}: {faults:?}, {}", bound.formula());
    }
    if !meta.inputs.options().is_empty() {
        let options: Vec<String> = meta.inputs.options().iter().map(ToString::to_string).collect();
        println!("  replicas begin with values (in=…): {}", options.join(", "));
    }
    println!("  parameters:");
    for spec in meta.params {
        let (form, allowed, default) = (form(spec), allowed(spec), default(spec));
        println!("    {:<24} {} [{form}: {allowed}; default {default}]", spec.key, spec.help);
        for (name, means) in options(spec) {
            println!("      {name:<22} {means}");
        }
    }
    println!("  rules that can be switched off (without=…):");
    for switch in meta.switches {
        let breaks = match switch.breaks {
            Breaks::Safety(property) => format!("breaks {property}"),
            Breaks::Liveness => "costs liveness".to_owned(),
            Breaks::Nothing => "harmless".to_owned(),
        };
        println!("    {:<24} {} [{}; {breaks}]", switch.id, switch.label, switch.cite);
    }
    let generic = STRATEGIES.map(|(_, example)| example).join(", ");
    println!("  adversaries (byz=node:…): {generic}");
    for adversary in meta.adversaries {
        println!("    {:<24} {}", adversary.id, adversary.does);
    }
    if !meta.commands.is_empty() {
        println!("  commands to a replica (at=TIME:do:NODE:…):");
    }
    for command in meta.commands {
        let about = match command.about {
            About::Nothing => String::new(),
            About::Replica => ":NODE".to_owned(),
            About::Choice(names) => format!(":{}", names.join("|")),
        };
        println!("    {:<24} {}", format!("{}{about}", command.id), command.does);
    }
    println!();
}

/// The options of the parameter that chooses the fault model, with the model of each.
fn variants(
    meta: &Meta,
) -> impl Iterator<Item = (&'static (&'static str, &'static str), &'static (FaultModel, Bound))> {
    let options = meta.variants.and_then(|v| match meta.params.get(v.param)?.kind {
        ParamKind::Choice { options, .. } => Some(options.iter().zip(v.models)),
        _ => None,
    });
    options.into_iter().flatten()
}
