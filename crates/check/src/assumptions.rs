//! What a protocol's promises rest on, judged apart from the promises.

use consensus_kernel::{Automaton, Breaks, Caveat, Duration, FaultModel, NodeId, Pace, Time};
use consensus_scenario::{Action, Byzantine, Fate, Latency, Scenario, Strategy, Timed, describe_action};
use consensus_sim::Simulation;

/// One assumption at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assumption {
    /// Its name.
    pub name: &'static str,
    /// Whether it holds so far.
    pub holds: bool,
    /// Why, as a sentence without a full stop.
    pub reason: String,
    /// Since when it is broken.
    pub at: Option<Time>,
    /// Whether only progress rests on it: without it nothing wrong is decided.
    pub progress_only: bool,
}

impl Assumption {
    fn new(name: &'static str, broken_at: Option<Time>, reason: String) -> Self {
        Self { name, holds: broken_at.is_none(), reason, at: broken_at, progress_only: false }
    }

    /// The same as something that only progress rests on.
    fn for_progress(self) -> Self {
        Self { progress_only: true, ..self }
    }
}

/// The assumptions of a run as it stands.
pub fn assumptions<P: Automaton>(sim: &Simulation<P>) -> Vec<Assumption> {
    let scenario = sim.scenario();
    let mut found = vec![budget(scenario, sim.now())];
    if scenario.bound().max_weight(1).is_none() {
        found.insert(0, bound(scenario));
    }
    let variant = |name, why: String| Assumption::new(name, Some(Time::ZERO), why);
    found.extend(P::caveat(sim.config()).map(|caveat| match caveat {
        Caveat::Safety(why) => variant("A safe variant", why.to_owned()),
        Caveat::Fewer(few, why) => {
            let broken = (few < scenario.f).then_some(Time::ZERO);
            Assumption::new("A safe variant", broken, format!("{why} {few}, without it {}", scenario.f))
        }
        Caveat::Progress(why) => variant("A live variant", why.to_owned()).for_progress(),
    }));
    if scenario.faults() == FaultModel::Crash && !scenario.byzantine.is_empty() {
        let node = scenario.byzantine[0].node;
        let reason = format!("{} tolerates crashes only, and node {node} lies", scenario.meta.title);
        found.push(Assumption::new("Crash faults only", Some(Time::ZERO), reason));
    }
    if let Some(q) = P::quorum(sim.config()) {
        found.push(intersection(scenario, q));
    }
    found.push(disks(scenario, sim.now()));
    match P::pace(sim.config()) {
        Some(Pace::Rounds(longest)) => found.push(synchrony(scenario, longest, sim.now())),
        Some(Pace::Leaders { patience, heartbeat }) => {
            found.extend(unheard(scenario, patience, heartbeat, sim.now()));
        }
        Some(Pace::Race { interval, hops, tolerance, memory }) => {
            found.push(spreading(scenario, interval, hops, sim.now()));
            found.push(clocks(scenario, tolerance, sim.now()));
            found.extend(absence(scenario, memory, sim.now()));
        }
        None => {}
    }
    if scenario.meta.envelope.reliable_links {
        found.push(reliable_links(scenario, sim.now()).for_progress());
    }
    found.extend(one_network::<P>(sim.config(), scenario, sim.now()));
    if let Some(longest) = sim.held_at_most() {
        let reason = format!("whatever can happen does within {longest}, though a scheduler chooses when");
        found.push(Assumption::new("Fair schedule", None, reason));
    }
    if !scenario.rules.all_hold() {
        let switches = scenario.meta.switches.iter().enumerate();
        let off: Vec<_> = switches.filter(|(i, _)| !scenario.rules.holds(*i as u8)).map(|(_, s)| s).collect();
        let names: Vec<&str> = off.iter().map(|s| s.id).collect();
        let broken = Assumption::new(
            "Every rule holds",
            Some(Time::ZERO),
            format!("switched off: {}", names.join(", ")),
        );
        let progress_only = !off.iter().any(|s| matches!(s.breaks, Breaks::Safety(_)));
        found.push(Assumption { progress_only, ..broken });
    }
    if sim.is_partitioned() {
        let since = scenario.script.iter().rev().find(|t| t.at <= sim.now() && cuts(&t.action)).map(|t| t.at);
        let reason = "links are cut, so nobody promises progress until they heal".to_owned();
        found.push(Assumption::new("All links up", since.or(Some(sim.now())), reason).for_progress());
    }
    found
}

fn cuts(action: &Action) -> bool {
    matches!(action, Action::Partition(_) | Action::Block(..) | Action::Cut(..))
}

fn bound(scenario: &Scenario) -> Assumption {
    let (n, f) = (scenario.n, scenario.f);
    let most = scenario.bound().max_f(n);
    let formula = scenario.bound().formula();
    if f <= most {
        Assumption::new(formula, None, format!("{n} nodes tolerate {most}, {f} is assumed"))
    } else {
        Assumption::new(formula, Some(Time::ZERO), format!("{n} nodes tolerate {most}, but f is set to {f}"))
    }
}

/// At most f nodes are faulty at any one time, or less than their share of the weight: Byzantine, crashed, or back without
/// their disk.
pub fn budget(scenario: &Scenario, now: Time) -> Assumption {
    let total = scenario.total_weight();
    let share = scenario.bound().max_weight(total);
    let most = share.unwrap_or(scenario.f as u64);
    let much = |faulty: &[NodeId]| match share {
        Some(_) => faulty.iter().map(|id| scenario.weight(*id)).sum(),
        None => faulty.len() as u64,
    };
    let byzantine: Vec<NodeId> = scenario.byzantine.iter().map(|b| b.node).collect();
    let mut faulty = byzantine.clone();
    let mut worst = much(&faulty);
    let mut broken = (worst > most).then_some(Time::ZERO);
    for timed in scenario.script.iter().take_while(|t| t.at <= now) {
        match timed.action {
            Action::Crash(id) if !id.is_client() && !faulty.contains(&id) => faulty.push(id),
            Action::Restart(id) if !byzantine.contains(&id) && scenario.meta.envelope.recovers() => {
                faulty.retain(|other| *other != id);
            }
            _ => {}
        }
        worst = worst.max(much(&faulty));
        if worst > most && broken.is_none() {
            broken = Some(timed.at);
        }
    }
    let reason = match share {
        Some(_) => format!("at most {worst} of {total} at a time so far, {most} may be"),
        None => format!("at most {worst} at a time so far, f is {most}"),
    };
    let name = if share.is_some() { scenario.bound().formula() } else { "At most f faulty" };
    Assumption::new(name, broken, reason)
}

fn intersection(scenario: &Scenario, q: usize) -> Assumption {
    const NAME: &str = "Quorums intersect";
    let (n, f) = (scenario.bound().voters(scenario.n) as isize, scenario.f as isize);
    let overlap = 2 * q as isize - n;
    let needed = match scenario.faults() {
        FaultModel::Crash => 1,
        FaultModel::Byzantine => f + 1,
    };
    let shared = overlap.max(0);
    let reason = format!("any two quorums of {q} among {n} share at least {shared}; {needed} needed");
    Assumption::new(NAME, (overlap < needed).then_some(Time::ZERO), reason)
}

/// Every message arrives within the time that a round allows it: judged by what the network and the script are set to.
fn synchrony(scenario: &Scenario, longest: Duration, now: Time) -> Assumption {
    const NAME: &str = "Synchronous rounds";
    let network = &scenario.network;
    let slow = |latency: Latency| match latency {
        Latency::Exponential(_) => true,
        bounded => bounded.high() > longest,
    };
    if slow(network.latency) || network.gst.is_some() {
        let reason = format!("messages may take longer than the {longest} that a round allows them");
        return Assumption::new(NAME, Some(Time::ZERO), reason);
    }
    if !network.loss.is_zero() || network.cpu != Duration::ZERO || network.bandwidth.is_some() {
        let reason = "messages may be lost, or wait for a busy node or link, and miss their round".to_owned();
        return Assumption::new(NAME, Some(Time::ZERO), reason);
    }
    if let Some((id, _)) = scenario.skews.first() {
        let reason = format!("the clock of node {id} runs at another rate, so its rounds drift away");
        return Assumption::new(NAME, Some(Time::ZERO), reason);
    }
    let late = |action: &Action| match action {
        Action::Latency(latency) => slow(*latency),
        Action::Loss(loss) => !loss.is_zero(),
        Action::Message(_, Fate::Drop | Fate::Delay(_)) | Action::Pause(_) | Action::Fire(..) => true,
        other => cuts(other),
    };
    let first = scenario.script.iter().take_while(|t| t.at <= now).find(|t| late(&t.action));
    match first {
        Some(timed) => {
            let what = describe_action(scenario.meta, &timed.action);
            Assumption::new(NAME, Some(timed.at), format!("{what}: messages may miss their round"))
        }
        None => Assumption::new(NAME, None, format!("every message arrives within {longest}")),
    }
}

/// The longest delay, or where there is none the mean.
fn usual(latency: Latency) -> Duration {
    if let Latency::Exponential(mean) = latency { mean } else { latency.high() }
}

/// As messages are now, whoever is to follow a leader stands before it hears of it.
fn unheard(scenario: &Scenario, patience: Duration, heartbeat: Duration, now: Time) -> Option<Assumption> {
    let changed = scenario.script.iter().take_while(|t| t.at <= now).filter_map(|t| match t.action {
        Action::Latency(latency) => Some((t.at, latency)),
        _ => None,
    });
    let (since, latency) = changed.last().unwrap_or((Time::ZERO, scenario.network.latency));
    let delay = usual(latency);
    // Timers longer than the run are there to be run out by hand.
    let stands = scenario.n > 1 && Time::ZERO + patience < scenario.until;
    let late = stands && heartbeat + delay >= patience;
    let reason = || {
        format!(
            "a leader speaks each {heartbeat} and is heard up to {delay} later, but others stand after {patience}"
        )
    };
    late.then(|| Assumption::new("Leaders are heard in time", Some(since), reason()).for_progress())
}

/// Where work counts: what correct nodes find spreads before they find more, or they work against each other. Within that,
/// liars, who need not wait for each other, must have less than so much of the work: β < (1 − β) / (1 + (1 − β) λΔ)
/// (Dembo et al., CCS 2020; Gaži, Kiayias & Russell, CCS 2020). A clock that runs fast is work, too.
fn spreading(scenario: &Scenario, interval: Duration, hops: u64, now: Time) -> Assumption {
    const NAME: &str = "Blocks spread in time";
    let work = |liars: bool| -> f64 {
        let of = |id: &NodeId| scenario.byzantine.iter().any(|b| b.node == *id) == liars;
        let power = |id: NodeId| {
            let rate = scenario.skews.iter().find(|skew| skew.0 == id);
            let rate = rate.map_or(1.0, |(_, rate)| f64::from(rate.num()) / f64::from(rate.den()));
            scenario.weight(id) as f64 * rate
        };
        (0..scenario.n).map(NodeId::replica).filter(of).map(power).sum()
    };
    let (bad, good) = (work(true), work(false));
    let broken = |latency: Latency, wait: Duration| {
        // Of many ways the quickest counts, so of delays without a bound the usual one.
        let spread = usual(latency).times(hops) + wait;
        let ratio = spread.0 as f64 / interval.0 as f64;
        let most = good / (1.0 + good / (good + bad) * ratio);
        if ratio >= 1.0 {
            Some(format!(
                "a block takes up to {spread} to reach everybody, and the next is found after {interval}"
            ))
        } else if bad >= most {
            let percent = (100.0 * most / (good + bad)) as u64;
            Some(format!(
                "a block takes up to {spread} to reach everybody: liars with {percent} % of the power can win"
            ))
        } else {
            None
        }
    };
    let network = &scenario.network;
    let begun = Some((Time::ZERO, network.latency, Duration(network.gst.map_or(0, |until| until.0))));
    let changed = scenario.script.iter().take_while(|t| t.at <= now).filter_map(|t| match t.action {
        Action::Latency(latency) => Some((t.at, latency, Duration::ZERO)),
        _ => None,
    });
    let first =
        begun.into_iter().chain(changed).find_map(|(at, latency, wait)| Some((at, broken(latency, wait)?)));
    match first {
        Some((at, reason)) => Assumption::new(NAME, Some(at), reason),
        None => Assumption::new(
            NAME,
            None,
            format!("{hops} hops bring a block to everybody, and one is found each {interval}"),
        ),
    }
}

/// Times that nodes write are about right.
fn clocks(scenario: &Scenario, tolerance: Duration, now: Time) -> Assumption {
    const NAME: &str = "Clocks agree";
    let wrong = scenario.skews.iter().find_map(|(id, rate)| {
        let (num, den) = (u64::from(rate.num()), u64::from(rate.den()));
        let at = Time(tolerance.0.saturating_mul(den) / num.abs_diff(den).max(1));
        (num != den && at <= now).then_some((id, at))
    });
    match wrong {
        Some((id, at)) => Assumption::new(
            NAME,
            Some(at),
            format!("the clock of node {id} is wrong by more than {tolerance}"),
        ),
        None => Assumption::new(NAME, None, format!("no clock is wrong by more than {tolerance}")),
    }
}

/// Who was down for so long that nobody keeps what was found meanwhile, if anybody was: it goes on where it left off, alone.
fn absence(scenario: &Scenario, memory: Duration, now: Time) -> Option<Assumption> {
    let mut down = vec![None; scenario.n];
    scenario.script.iter().take_while(|t| t.at <= now).find_map(|t| match t.action {
        Action::Crash(id) if !id.is_client() => {
            down[id.index()].get_or_insert(t.at);
            None
        }
        Action::Restart(id) if !id.is_client() => {
            let away = t.at.since(down[id.index()].take()?);
            let reason =
                || format!("node {id} was down for {away}, and what was found meanwhile is not kept");
            (away > memory).then(|| Assumption::new("Nobody away for too long", Some(t.at), reason()))
        }
        _ => None,
    })
}

/// What is sent arrives, however late.
fn reliable_links(scenario: &Scenario, now: Time) -> Assumption {
    const NAME: &str = "Reliable links";
    let dropped = scenario.script.iter().take_while(|t| t.at <= now).find(|t| {
        let lossy = match &t.action {
            Action::Loss(loss) => !loss.is_zero(),
            other => cuts(other),
        };
        matches!(t.action, Action::Message(_, Fate::Drop)) || (lossy && scenario.network.retransmit.is_none())
    });
    let loses = !scenario.network.loss.is_zero() && scenario.network.retransmit.is_none();
    match (loses, dropped) {
        (true, _) => Assumption::new(
            NAME,
            Some(Time::ZERO),
            "messages are lost and nobody sends them again".to_owned(),
        ),
        (false, Some(timed)) => {
            let what = describe_action(scenario.meta, &timed.action);
            Assumption::new(NAME, Some(timed.at), format!("{what}, and nobody sends it again"))
        }
        (false, None) => {
            Assumption::new(NAME, None, "what is lost is sent again until it arrives".to_owned())
        }
    }
}

/// Where both sides of a cut go on, what one of them calls final is undone when links heal. Whoever passes nothing on cuts
/// those off that have no other neighbour.
fn one_network<P: Automaton>(config: &P::Config, scenario: &Scenario, now: Time) -> Option<Assumption> {
    const NAME: &str = "One network";
    let envelope = scenario.meta.envelope;
    if envelope.partition || envelope.delay_max.is_some() {
        return None;
    }
    let so_far = || scenario.script.iter().take_while(|t| t.at <= now);
    let described = |timed: &Timed| (timed.at, describe_action(scenario.meta, &timed.action));
    let cut = so_far().find(|t| cuts(&t.action)).map(described);
    // Who only plays a game of his own passes on what others say.
    let silent = |b: &&Byzantine| !matches!(b.strategy, Strategy::Own(_));
    let mut stays = vec![true; scenario.n];
    scenario.byzantine.iter().filter(silent).for_each(|b| stays[b.node.index()] = false);
    let falls = so_far().filter_map(|t| match t.action {
        Action::Crash(id) | Action::Pause(id) if !id.is_client() => Some((t.at, id)),
        _ => None,
    });
    let neighbours = P::edges(config).map(|edges| neighbours(&edges, scenario.n));
    let begun = std::iter::once((Time::ZERO, None));
    let apart = begun.chain(falls.map(|(at, id)| (at, Some(id)))).find_map(|(at, id)| {
        // Who has failed before changes nothing.
        if id.is_some_and(|id| stays.get_mut(id.index()).is_none_or(|stays| !std::mem::take(stays))) {
            return None;
        }
        let alone = cut_off(neighbours.as_deref()?, stays.clone())?;
        Some((at, format!("node {alone} is joined with others only through nodes that fail")))
    });
    let first = [cut, apart].into_iter().flatten().min_by_key(|(at, _)| *at);
    Some(match first {
        Some((at, what)) => {
            Assumption::new(NAME, Some(at), format!("{what}: both sides go on, and one of them is undone"))
        }
        None => Assumption::new(NAME, None, "no link was cut".to_owned()),
    })
}

/// Whether one network stays one to the end of a scenario, where that matters.
pub fn stays_one_network<P: Automaton>(config: &P::Config, scenario: &Scenario) -> bool {
    one_network::<P>(config, scenario, Time::NEVER).is_none_or(|assumption| assumption.holds)
}

/// With whom each replica is joined.
fn neighbours(edges: &[(NodeId, NodeId)], n: usize) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); n];
    for (a, b) in edges {
        neighbours[a.index()].push(b.index());
        neighbours[b.index()].push(a.index());
    }
    neighbours
}

/// One of the replicas that stay that no way joins with the first of them unless it passes one that is gone.
fn cut_off(neighbours: &[Vec<usize>], mut stays: Vec<bool>) -> Option<NodeId> {
    let mut reached = vec![stays.iter().position(|stays| *stays)?];
    stays[reached[0]] = false;
    while let Some(here) = reached.pop() {
        reached.extend(neighbours[here].iter().filter(|next| std::mem::take(&mut stays[**next])));
    }
    stays.iter().position(|stays| *stays).map(NodeId::replica)
}

fn disks(scenario: &Scenario, now: Time) -> Assumption {
    const NAME: &str = "Disks survive";
    let lost = scenario.script.iter().take_while(|t| t.at <= now).find_map(|t| match t.action {
        Action::Amnesia(id) => Some((id, t.at)),
        _ => None,
    });
    match lost {
        Some((id, at)) => Assumption::new(NAME, Some(at), format!("node {id} came back with an empty disk")),
        None => Assumption::new(NAME, None, "every node that came back had what it wrote".to_owned()),
    }
}
