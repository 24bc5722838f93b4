//! `consensus protocols`: what there is.

use crate::Failure;
use clap::Args;
use consensus_kernel::{About, Bound, Breaks, FaultModel, Meta, ParamKind};
use consensus_lab::catalogue;

#[derive(Args)]
pub(crate) struct ProtocolsArguments {
    /// Print everything as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn protocols(arguments: &ProtocolsArguments) -> Result<(), Failure> {
    if arguments.json {
        let json = serde_json::to_string_pretty(catalogue()).map_err(|e| Failure::Broken(e.to_string()))?;
        println!("{json}");
    } else {
        catalogue().iter().for_each(|meta| print(meta));
    }
    Ok(())
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
        println!("    {:<14} {} ({:?})", spec.key, spec.help, spec.kind);
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
    println!("  adversaries (byz=node:…): silent, delay:50ms, omit:1,2, replay:50ms, twins, equivocate");
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
    for adversary in meta.adversaries {
        println!("    {:<24} {}", adversary.id, adversary.does);
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
