//! What the scheduler does next and why, as a panel.

use crate::checkpoints::Sim;
use consensus_kernel::{AnyNode, Automaton, LogCell, LogState, Panel, TreeNode, TreePanel, Value};
use consensus_sim::{Act, Outlook};

/// Most events of a list that are shown one by one.
const SHOWN: usize = 24;

/// The panel of a moment of a scheduled run: what happens next, what is held back, and a schedule for each decision that is
/// still possible. None where nobody schedules.
pub(crate) fn panel(sim: &Sim) -> Option<Panel> {
    let outlook = sim.outlook()?;
    let Outlook { step, decided, witnesses, plan, stays, oldest, age, otherwise, bound, overruled } =
        &outlook;
    let mut list = List { sim, nodes: Vec::new() };
    let possible: Vec<Value> = witnesses.iter().map(|w| w.value).collect();
    let verdict = match (&possible[..], decided) {
        (_, true) => "decided, nothing is left to prevent".to_owned(),
        ([], _) => "no schedule found that decides".to_owned(),
        ([value], _) => format!("no schedule is found but to {value}, so it is let happen"),
        _ if *stays => "two decisions are still possible".to_owned(),
        _ => "two decisions are still possible, but not for longer".to_owned(),
    };
    if let Some(oldest) = *oldest {
        // What becomes of the oldest event is said at every step: it is what fairness is about.
        let after = match &otherwise[..] {
            _ if *decided => "all arrives in its turn".to_owned(),
            [] => "after it no decision is found".to_owned(),
            [value] => format!("after it only {value} is found"),
            _ => "after it two decisions are still possible".to_owned(),
        };
        let (fate, turn, state) = match plan.iter().position(|act| *act == oldest) {
            Some(0) => ("is next", String::new(), LogState::Prepared),
            Some(others) => {
                ("is held back", format!("; its turn comes after {others} more"), LogState::Proposed)
            }
            None if *stays => ("is held back", String::new(), LogState::Proposed),
            None => ("waits", String::new(), LogState::Proposed),
        };
        let label = format!("oldest, {age} of at most {bound} steps old, {fate}: {after}{turn}");
        let root = list.add(None, label, oldest, state);
        if plan.first() == Some(&oldest) {
            list.chain(root, &plan[1..]);
        }
    }
    if let Some(next) = plan.first().filter(|next| Some(**next) != *oldest) {
        let root = list.add(None, "next".to_owned(), *next, LogState::Prepared);
        list.chain(root, &plan[1..]);
    }
    for witness in witnesses {
        let label = format!("could decide {} in {} events", witness.value, witness.acts.len());
        let cell = LogCell { text: witness.value.to_string(), round: 0, state: LogState::Committed };
        list.nodes.push(TreeNode { parent: None, label, cell });
        list.chain(list.nodes.len() - 1, &witness.acts);
    }
    let often = match overruled {
        0 => String::new(),
        1 => "; held the oldest event back once".to_owned(),
        often => format!("; held the oldest event back {often} times"),
    };
    let title = format!("Scheduler, step {step}: {verdict}{often}");
    Some(Panel::Tree(TreePanel { title, nodes: list.nodes }))
}

/// What all schedules from this moment of a scheduled run lead to, by number of events: up to the first number with which two
/// decisions are possible, or as far as so many configurations go. None where nobody schedules.
pub(crate) fn explored(sim: &Sim, configurations_max: usize) -> Option<Panel> {
    sim.held_at_most()?;
    let explored = sim.explore_to_two(configurations_max);
    let mut title = "All schedules from here: ".to_owned();
    let mut nodes = Vec::new();
    for (k, (configurations, values)) in explored.levels.iter().enumerate() {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        let (text, state) = match values.is_empty() {
            true => ("–".to_owned(), LogState::Proposed),
            false => (values.join(", "), LogState::Committed),
        };
        let events = if k == 0 { "1 event".to_owned() } else { format!("at most {} events", k + 1) };
        let label = format!("decided in {configurations} configurations, after {events}");
        nodes.push(TreeNode { parent: None, label, cell: LogCell { text, round: 0, state } });
    }
    title += match &explored.values[..] {
        [_, _, ..] => "two decisions are among them",
        _ if explored.complete => "there are no others",
        _ => "with more events there are too many to follow",
    };
    Some(Panel::Tree(TreePanel { title, nodes }))
}

struct List<'a> {
    sim: &'a Sim,
    nodes: Vec<TreeNode>,
}

impl List<'_> {
    fn add(&mut self, parent: Option<usize>, label: String, act: Act, state: LogState) -> usize {
        let cell = LogCell { text: words(self.sim, act), round: 0, state };
        self.nodes.push(TreeNode { parent, label, cell });
        self.nodes.len() - 1
    }

    fn chain(&mut self, parent: usize, acts: &[Act]) {
        for (k, act) in acts.iter().take(SHOWN).enumerate() {
            self.add(Some(parent), format!("{}", k + 1), *act, LogState::Proposed);
        }
    }
}

fn words(sim: &Sim, act: Act) -> String {
    match act {
        Act::Deliver(name) => {
            let kind = sim.scenario().meta.kinds.get(name.kind).map_or("message", |k| k.name);
            format!("{kind} {}→{}", name.from, name.to)
        }
        Act::Fire(node, timer) => {
            format!("{} timer of {node}", AnyNode::timer_name(sim.config(), timer))
        }
    }
}
