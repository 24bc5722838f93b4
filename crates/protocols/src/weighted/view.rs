//! How weighted agents look: faces on the stage; opinions, clusters and power beside it.

use super::{COORDINATOR, Plan, Ruling, Weighted, has_veto, is_dictator, log_odds};
use consensus_kernel::{Camp, Face, NodeId, OpinionPanel, Tone, Value, Verdict, Voice, Votes};
use std::borrow::Cow;

pub(super) fn face(agent: &Weighted, plan: &Plan) -> Face {
    let Weighted { me, round, ruling, .. } = agent;
    let rounds = plan.rounds;
    let leads = plan.coordinated && *me == COORDINATOR;
    let heard = agent.heard();
    let counts = ruling.is_none() && (!plan.coordinated || leads);
    let (status, tone) = match ruling {
        Some(ruling) => (Cow::Owned(in_short(agent, plan, ruling.value)), Tone::Settled),
        None => (Cow::Owned(format!("round {round} of {rounds}")), Tone::Busy),
    };
    Face {
        role: if leads { "coordinator" } else { "agent" },
        status,
        tone,
        round: u64::from((*round).min(rounds)),
        leads,
        votes: counts.then(|| Votes {
            of: "answer",
            have: heard.iter().map(|id| plan.weight(id)).sum(),
            need: plan.enough(plan.total).saturating_add(1).min(plan.total),
            total: plan.total,
            from: heard.iter().map(NodeId::raw).collect(),
        }),
        waits_for: ruling.is_none().then(|| {
            if leads && *round > plan.before + 2 {
                return "an answer of every agent".to_owned();
            }
            let what = if counts { "the end of round" } else { "a result, in round" };
            format!("{what} {round} of {rounds}")
        }),
    }
}

/// What was found, as far as it fits beside a node.
fn in_short(agent: &Weighted, plan: &Plan, value: Value) -> String {
    const LETTERS_MAX: usize = 16;
    let speaker = (0..plan.answers.len()).find(|i| Value::answer(*i) == value);
    let Some(speaker) = speaker else { return value.to_string() };
    let said = plan_said(plan, &agent.counted(plan), NodeId::replica(speaker));
    match said.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => format!("{}…", &said[..end]),
        None => said,
    }
}

pub(super) fn opinions(plan: &Plan, agents: &[&Weighted]) -> OpinionPanel {
    // What most find is shown, or what the first one would find now.
    let found = |agent: &&&Weighted| agent.ruling.is_some() && !agent.known.is_empty();
    let shown = agents.iter().find(found).or_else(|| agents.iter().max_by_key(|a| a.known.len()));
    let counted = shown.map(|agent| agent.counted(plan)).unwrap_or_default();
    let ruling = Ruling::of(plan, &counted);
    let share = |weight: u64| match plan.total {
        0 => 0,
        total => (u128::from(weight) * 10_000 / u128::from(total)) as u32,
    };
    let said = |id: NodeId| plan_said(plan, &counted, id);
    let winner = shown.and_then(|a| a.ruling.as_ref()).map(|r| r.value);
    let camp = |cluster: &super::Cluster| Camp {
        answer: said(cluster.speaker),
        speaker: cluster.speaker.index(),
        members: cluster.members.iter().map(|id| id.index()).collect(),
        share: share(cluster.weight),
        wins: winner == Some(Value::answer(cluster.speaker.index())),
    };
    let swings = &plan.swings;
    let all: u64 = swings.iter().flatten().sum();
    let voice = |i: usize| {
        let id = NodeId::replica(i);
        let lines = [
            (is_dictator(plan, id), "dictator"),
            (has_veto(plan, id), "veto"),
            (plan.cut[i], "cut to the cap"),
        ];
        Voice {
            replica: i,
            answer: said(id),
            camp: ruling.cluster_of(id),
            share: share(plan.weight(id)),
            power: swings
                .as_ref()
                .filter(|_| all > 0)
                .map(|s| (u128::from(s[i]) * 10_000 / u128::from(all)) as u32),
            best: log_odds(plan.competence[i]),
            marks: lines.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect(),
        }
    };
    OpinionPanel {
        title: "Answers",
        question: match plan.domain.as_str() {
            "" => plan.question.to_string(),
            domain => format!("{} ({domain})", plan.question),
        },
        threshold: plan.theta.of(10_000) as u32,
        verdicts: verdicts(plan, agents),
        camps: ruling.clusters.iter().map(camp).collect(),
        voices: (0..plan.n).map(voice).collect(),
    }
}

/// What an agent is counted with; what it begins with as long as nobody has heard it.
fn plan_said(plan: &Plan, counted: &[super::Ballot], id: NodeId) -> String {
    match counted.iter().find(|ballot| ballot.agent == id) {
        Some(ballot) => ballot.said.to_string(),
        None => plan.answers[id.index()].to_string(),
    }
}

/// Who has found what.
fn verdicts(plan: &Plan, agents: &[&Weighted]) -> Vec<Verdict> {
    let mut verdicts: Vec<(Value, Verdict)> = Vec::new();
    for agent in agents {
        let Some(ruling) = &agent.ruling else { continue };
        let (value, me) = (ruling.value, agent.me.index());
        if let Some((_, verdict)) = verdicts.iter_mut().find(|(other, _)| *other == value) {
            verdict.replicas.push(me);
            continue;
        }
        let speaker = value.number() as usize;
        let counted = agent.counted(plan);
        let answer = (value != Value::NO_ANSWER).then(|| plan_said(plan, &counted, NodeId::replica(speaker)));
        let weight = ruling.clusters.first().map_or(0, |c| c.weight);
        let verdict = Verdict {
            what: match value {
                Value::NO_ANSWER => "no answer",
                _ if value == Value::answer(speaker) => "a majority",
                _ => "no majority; the most",
            },
            answer,
            share: if plan.total == 0 {
                0
            } else {
                (u128::from(weight) * 10_000 / u128::from(plan.total)) as u32
            },
            replicas: vec![me],
        };
        verdicts.push((value, verdict));
    }
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}
