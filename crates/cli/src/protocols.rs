//! `consensus protocols`: what there is.

use crate::Failure;
use clap::Args;
use consensus_kernel::{Breaks, Meta};
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
    for adversary in meta.adversaries {
        println!("    {:<24} {}", adversary.id, adversary.does);
    }
    println!();
}
