//! `consensus schedules`: a moment of a run whose scheduler wants no decision (FLP 1985): what it holds back, how either decision
//! can still be reached, and what all schedules lead to.

use crate::Failure;
use crate::run::read;
use clap::Args;
use consensus_kernel::{Panel, Time, TreePanel};
use consensus_lab::{catalogue, open};
use consensus_scenario::{parse, parse_duration};

#[derive(Args)]
pub(crate) struct SchedulesArguments {
    /// A link, its fragment `#/flp?sched=bivalent`, or a scenario file.
    scenario: String,
    /// At which moment: `1305ms`.
    #[arg(long, default_value = "0ms")]
    at: String,
    /// Look at no more configurations than this.
    #[arg(long, default_value_t = 60_000)]
    configurations: usize,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn schedules(arguments: &SchedulesArguments) -> Result<(), Failure> {
    let text = read(&arguments.scenario)?;
    let link = parse(&text, catalogue()).map_err(|e| Failure::unread(&arguments.scenario, &text, &e))?;
    let at = parse_duration(&arguments.at)
        .map_err(|e| Failure::Bad(format!("--at {}: {}", arguments.at, e.why)))?;
    let mut session = open(&link.scenario).map_err(|e| Failure::refused(&text, &e))?;
    session.seek_time(Time(at.0));
    let explored = session.explored(arguments.configurations);
    let (Some(outlook), Some(explored)) = (session.panels().into_iter().next(), explored) else {
        let why = "nobody schedules this run at this moment: sched=bivalent does, up to gst";
        return Err(Failure::Bad(why.to_owned()));
    };
    if arguments.json {
        let text = serde_json::to_string(&serde_json::json!({ "outlook": outlook, "explored": explored }));
        println!("{}", text.map_err(|e| Failure::Broken(e.to_string()))?);
        return Ok(());
    }
    for panel in [outlook, explored] {
        if let Panel::Tree(tree) = panel {
            print_tree(&tree);
        }
    }
    Ok(())
}

/// A parent stands before its children, and nothing here is more than two deep.
fn print_tree(tree: &TreePanel) {
    println!("{}", tree.title);
    for node in &tree.nodes {
        let indent = if node.parent.is_some() { "      " } else { "  " };
        println!("{indent}{}: {}", node.label, node.cell.text);
    }
}
