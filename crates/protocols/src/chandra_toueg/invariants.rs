//! What holds in every run of Chandra and Toueg's protocol, whatever the detectors say.

use super::{ChandraToueg, Cite, Decided, Played};
use consensus_kernel::{Invariant, Ledger, NodeId, RuleId, World};

pub(super) const ALL: &[Invariant<ChandraToueg>] = &[
    Invariant {
        name: "One Proposal per Round",
        place: "Chandra & Toueg 1996, Figure 6, phase 2",
        says: "A round has one proposal, and that is what its acks are for.",
        on: &[Cite::Propose as RuleId, Cite::Adopt as RuleId],
        check: one_proposal,
    },
    Invariant {
        name: "Majority Behind a Decision",
        place: "Chandra & Toueg 1996, Figure 6, phase 4",
        says: "When a coordinator decides, a majority of all processes has taken its proposal over, as far as they remember.",
        on: &[Cite::Broadcast as RuleId],
        check: majority_behind,
    },
    Invariant {
        name: "Locked Value",
        place: "Chandra & Toueg 1996, §6.2, uniform agreement",
        says: "After a decision in round r, every later coordinator proposes that value.",
        on: &[Cite::Propose as RuleId, Cite::Broadcast as RuleId],
        check: locked_value,
    },
];

fn everyone(world: &dyn World<ChandraToueg>) -> impl Iterator<Item = &ChandraToueg> {
    (0..world.replicas()).filter_map(|i| world.node(NodeId::replica(i)))
}

fn one_proposal(ledger: &mut Ledger, world: &dyn World<ChandraToueg>, who: NodeId) -> Result<(), String> {
    let Some(process) = world.node(who) else { return Ok(()) };
    for Played { round, proposed, .. } in &process.past {
        let Some(value) = proposed else { continue };
        if let Err(before) = ledger.state(*round, value.0, who) {
            return Err(format!("process {} and process {who} both proposed in round {round}", before.who));
        }
    }
    let (value, since) = (process.estimate.value, process.estimate.timestamp);
    match ledger.lookup(since) {
        Some((proposed, by)) if since > 0 && proposed != value.0 => {
            Err(format!("process {who} took over {value} in round {since}, which {by} did not propose there"))
        }
        _ => Ok(()),
    }
}

fn majority_behind(_: &mut Ledger, world: &dyn World<ChandraToueg>, who: NodeId) -> Result<(), String> {
    let Some(Decided { round, value }) = world.node(who).and_then(|process| process.decided) else {
        return Ok(());
    };
    // A process may have gone on so far that it remembers nothing of that round.
    let refused = |process: &ChandraToueg| match process.past.iter().find(|played| played.round == round) {
        Some(played) => played.took != Some(true),
        None => process.round < round,
    };
    let against = everyone(world).filter(|process| refused(process)).count();
    let behind = world.replicas() - against;
    if behind > against {
        return Ok(());
    }
    Err(format!(
        "process {who} decided {value} in round {round}, which {behind} of {} have taken over",
        world.replicas()
    ))
}

fn locked_value(_: &mut Ledger, world: &dyn World<ChandraToueg>, who: NodeId) -> Result<(), String> {
    let Some(me) = world.node(who) else { return Ok(()) };
    let complain = |by: &ChandraToueg, of: &ChandraToueg| {
        let Decided { round, value } = by.decided?;
        let strays = |p: &&Played| p.round > round && p.proposed.is_some_and(|proposed| proposed != value);
        let played = of.past.iter().find(strays)?;
        let proposed = played.proposed?;
        Some(format!(
            "{value} was decided in round {round}, and process {} proposed {proposed} in round {}",
            of.me, played.round
        ))
    };
    match everyone(world).find_map(|other| complain(other, me).or_else(|| complain(me, other))) {
        Some(why) => Err(why),
        None => Ok(()),
    }
}
