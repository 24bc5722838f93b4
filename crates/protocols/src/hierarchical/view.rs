//! How the hierarchy looks: faces on the stage, and the tree with what each proposes, recommends and objects to.

use super::{CHAIR, Config, EXECUTIVE, Hierarchical, Role};
use consensus_kernel::{
    Face, LogCell, LogState, NodeId, NodeSet, Panel, Tone, TreeNode, TreePanel, Value, Votes,
};

/// What an escalation waits for.
const RULING: &str = "your decision: rule at the chair, node 1";

pub(super) fn face(node: &Hierarchical, config: &Config) -> Face {
    let role = config.role(node.me);
    let waits = node.escalated && node.decided.is_none();
    let status = match (node.decided, waits, node.decision) {
        (Some(option), ..) if node.ruled => format!("ruled {option}").into(),
        (Some(option), ..) => format!("decided {option}").into(),
        (None, true, _) => "escalated".into(),
        (None, false, Some(option)) if node.objects => format!("objects to {option}").into(),
        (None, false, Some(option)) => format!("told {option}").into(),
        (None, false, None) => match (role, node.evaluation) {
            (Role::Worker, _) => format!("proposes {}", node.own).into(),
            (_, Some(option)) => format!("recommends {option}").into(),
            _ => "listens".into(),
        },
    };
    let tone = match (node.decided, waits) {
        (Some(_), _) => Tone::Settled,
        (None, true) => Tone::Asking,
        (None, false) => Tone::Busy,
    };
    let votes = votes(node, config, role);
    let waits_for = match (node.decided, &votes, role) {
        _ if waits => Some(RULING.to_owned()),
        (Some(_), ..) => None,
        (None, Some(v), _) => Some(format!("{} of {} {}s, or the end of its time", v.have, v.need, v.of)),
        (None, None, _) if node.decision.is_some() => Some("the end of the time for objections".to_owned()),
        (None, None, Role::Worker) => Some(format!("the decision, from node {}", config.boss(node.me))),
        (None, None, _) => Some("the decision, from the executive".to_owned()),
    };
    Face {
        role: match role {
            Role::Executive => "executive",
            Role::Supervisor => "supervisor",
            Role::Worker => "worker",
        },
        status,
        tone,
        round: node.decided.or(node.decision).unwrap_or(node.own).number().into(),
        leads: node.me == EXECUTIVE,
        votes,
        waits_for,
    }
}

fn votes(node: &Hierarchical, config: &Config, role: Role) -> Option<Votes> {
    if node.decided.is_some() {
        return None;
    }
    let of_poll = |of, total: usize| {
        let tallies = super::OPTIONS.iter().filter_map(|option| node.heard.tally(*option));
        let from: NodeSet = tallies.flat_map(|tally| tally.voters().iter()).collect();
        votes_of(of, &from, total, total)
    };
    match role {
        Role::Worker => None,
        Role::Executive => node.decision.is_none().then(|| of_poll("evaluation", config.supervisors)),
        Role::Supervisor if node.evaluation.is_none() => {
            Some(of_poll("proposal", config.team(node.me).len()))
        }
        Role::Supervisor if node.me == CHAIR && node.decision.is_some() => {
            let objections = node.all_objections.voters().union(node.objections.voters());
            Some(votes_of("objection", &objections, config.needed(), config.workers()))
        }
        Role::Supervisor => None,
    }
}

fn votes_of(of: &'static str, from: &NodeSet, need: usize, total: usize) -> Votes {
    Votes {
        of,
        have: from.len() as u64,
        need: need as u64,
        total: total as u64,
        from: from.iter().map(NodeId::raw).collect(),
    }
}

/// The tree, with what each has said.
pub(super) fn tree(config: &Config, replicas: &[&Hierarchical]) -> Panel {
    let mut nodes = vec![entry(None, "executive", replicas[0], replicas[0].decision, config)];
    for boss in config.board() {
        let Some(supervisor) = replicas.get(boss.index()) else { continue };
        let at = nodes.len();
        nodes.push(entry(Some(0), "supervisor", supervisor, supervisor.evaluation, config));
        for worker in config.team(boss) {
            let Some(worker) = replicas.get(worker.index()) else { continue };
            nodes.push(entry(Some(at), "worker", worker, Some(worker.own), config));
        }
    }
    Panel::Tree(TreePanel { title: "Who says what".to_owned(), nodes })
}

fn entry(
    parent: Option<usize>,
    role: &str,
    node: &Hierarchical,
    said: Option<Value>,
    config: &Config,
) -> TreeNode {
    let state = match (node.decided, node.decision) {
        (Some(_), _) => LogState::Committed,
        (None, Some(_)) => LogState::Prepared,
        (None, None) => LogState::Proposed,
    };
    let text = said.map_or_else(|| "?".to_owned(), |option| option.to_string());
    let mut label = format!("{role} {}", node.me);
    if node.me == CHAIR {
        let objections = node.all_objections.voters().union(node.objections.voters()).len();
        label.push_str(&format!(", chair: {objections} objections, {} escalate", config.needed()));
    }
    if node.objects {
        label.push_str(" objects");
    }
    if let Some(option) = node.decided {
        label.push_str(if node.ruled { ", ruled " } else { ", decided " });
        label.push_str(&option.to_string());
    } else if node.escalated {
        label.push_str(", waits for your decision");
    }
    let round = said.unwrap_or(node.own).number().into();
    TreeNode { parent, label, cell: LogCell { text, round, state } }
}
