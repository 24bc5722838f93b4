//! Scenarios drawn from a seed: the whole fault configuration, not only the schedule (swarm testing, Groce et al. 2012).
//!
//! Uniformly random schedules do not find deep accidents. Here each run first draws how likely each class of action is in
//! it at all, many at zero, so that some runs do little but crash, others little but cut links.

use consensus_kernel::{
    Bound, Breaks, Duration, FaultModel, Givers, Inputs, Meta, NodeId, ParamKind, ParamValue, Ratio, Rng,
    SwitchId, Time, Variants,
};
use consensus_scenario::{
    Action, Byzantine, Group, Latency, Network, Scenario, Strategy, Timed, put_in_order,
};

/// Faults within what the protocol promises to survive, or beyond.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Budget {
    /// At most f faulty at a time, disks intact.
    Within,
    /// One or two more than f, and disks may be lost.
    Beyond,
}

/// After the last fault everything heals, and within this time everybody must have decided.
pub const RECOVERY: Duration = Duration::secs(60);

const PURPOSE: u64 = 0x5357_4152_4d00;
const LARGER: u64 = PURPOSE + 2;

/// Most nodes of most runs, where a protocol does with so few, and how many more those have that are larger. One in so many is:
/// what needs more nodes is rare, and they cost more time.
const USUAL_MAX: usize = 7;
const MORE_MAX: u64 = 2;
const ONE_IN: u64 = 8;

/// Classes of actions, drawn with weights of their own in each run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Crash,
    Partition,
    Block,
    Pause,
    Fire,
    Calm,
    Latency,
}

const CLASSES: [Class; 7] =
    [Class::Crash, Class::Partition, Class::Block, Class::Pause, Class::Fire, Class::Calm, Class::Latency];

struct Draw {
    rng: Rng,
}

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.rng.within(0, n.max(1) as u64 - 1) as usize
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.rng.within(0, 99) < percent
    }

    fn millis(&mut self, low: u64, high: u64) -> Duration {
        Duration::millis(self.rng.within(low, high))
    }
}

/// Draws a scenario. The same protocol, seed, budget and switched-off rule always give the same scenario.
pub fn draw_scenario(meta: &'static Meta, seed: u64, budget: Budget, without: Option<SwitchId>) -> Scenario {
    let mut draw = Draw { rng: Rng::stream(seed, PURPOSE) };
    let mut scenario = Scenario::new(meta);
    scenario.seed = seed;
    draw_variant(&mut draw, &mut scenario);
    let smallest = scenario.bound().min_n(1).max(meta.n.0);
    let largest = USUAL_MAX.max(smallest).min(meta.n.2);
    scenario.n = draw.rng.within(smallest as u64, largest as u64) as usize;
    // From a stream of its own, so that all other draws of a seed stay what they are.
    let mut larger = Rng::stream(seed, LARGER);
    if larger.within(1, ONE_IN) == 1 {
        scenario.n = (largest + larger.within(1, MORE_MAX) as usize).min(meta.n.2);
    }
    scenario.f = draw_tolerance(&mut draw, &scenario, budget);
    draw_values(&mut draw, &mut scenario);
    draw_weights(&mut draw, &mut scenario, without.is_some());
    draw_network(&mut draw, &mut scenario);
    draw_numbers(&mut draw, &mut scenario, budget, without);
    if budget == Budget::Within && without.is_none() {
        // With some of the variants fewer may fail.
        scenario.f = scenario.f.min(scenario.bound().max_f(scenario.n));
    }
    if let Some(switch) = without {
        scenario.rules = scenario.rules.without(switch);
    }
    let spare = draw_byzantine(&mut draw, &mut scenario, budget);
    draw_script(&mut draw, &mut scenario, budget, spare);
    scenario
}

/// Draws how many faults it is built for: the most that n allows. Where that is all but two, fewer are as interesting, and
/// with one more than all but two there would be nobody left to disagree.
fn draw_tolerance(draw: &mut Draw, scenario: &Scenario, budget: Budget) -> usize {
    let most = scenario.bound().max_f(scenario.n);
    match (scenario.bound(), budget) {
        (Bound::AllButTwo, Budget::Within) => draw.rng.within(most.min(1) as u64, most as u64) as usize,
        (Bound::AllButTwo, Budget::Beyond) => draw.below(most),
        _ => most,
    }
}

/// The parameter that chooses between several fault models, and how many of them searches draw from: not those, the last
/// ones, in which nobody may fail.
fn models(meta: &Meta) -> Option<(usize, usize)> {
    let Variants { param, models } = meta.variants?;
    let some = models.iter().take_while(|(_, bound)| *bound != Bound::Nobody).count();
    (some > 1).then_some((param, some))
}

/// Draws which fault model holds.
fn draw_variant(draw: &mut Draw, scenario: &mut Scenario) {
    if let Some((param, some)) = models(scenario.meta) {
        scenario.params.0[param] = ParamValue::Choice(draw.below(some));
    }
}

/// Draws who asks for how much, or what replicas begin with.
fn draw_values(draw: &mut Draw, scenario: &mut Scenario) {
    match scenario.meta.inputs {
        Inputs::Requests => {
            scenario.clients = 1 + draw.below(3);
            scenario.requests = draw.rng.within(1, 8) as u32;
            scenario.gap = if draw.chance(30) { Duration::ZERO } else { draw.millis(5, 400) };
        }
        Inputs::Given { by: Givers::Nobody, .. } => {}
        Inputs::Given { options, .. } => {
            let givers = scenario.meta.inputs.givers(scenario.n);
            // All alike now and then: unanimity has a law of its own.
            let alike = draw.chance(20).then(|| options[draw.below(options.len())]);
            scenario.inputs =
                (0..givers).map(|_| alike.unwrap_or_else(|| options[draw.below(options.len())])).collect();
            if scenario.inputs == scenario.meta.inputs.usual(scenario.n) {
                scenario.inputs.clear();
            }
        }
    }
}

/// Draws who weighs what, where weights count, or where one looks for what a rule about them prevents: all the same now
/// and then, and seldom nothing.
fn draw_weights(draw: &mut Draw, scenario: &mut Scenario, all: bool) {
    if (scenario.bound().max_weight(1).is_some() || (all && scenario.meta.weighted)) && draw.chance(70) {
        let weight = |_| if draw.chance(5) { 0 } else { draw.rng.within(1, 10) };
        let weights: Vec<u64> = (0..scenario.n).map(weight).collect();
        if weights.iter().any(|w| *w > 0) {
            scenario.weights = weights;
        }
    }
}

/// What a node takes from the budget of faults: its weight, where weights count.
fn share(scenario: &Scenario, node: NodeId) -> u64 {
    if scenario.bound().max_weight(1).is_some() { scenario.weight(node) } else { 1 }
}

fn shares(scenario: &Scenario, nodes: &[NodeId]) -> u64 {
    nodes.iter().map(|node| share(scenario, *node)).sum()
}

fn draw_network(draw: &mut Draw, scenario: &mut Scenario) {
    let envelope = scenario.meta.envelope;
    if let Some(longest) = envelope.delay_max {
        let high = draw.rng.within(2, longest.0);
        let latency = Latency::Uniform(Duration(draw.rng.within(1, high)), Duration(high));
        let duplicate = if envelope.duplication && draw.chance(30) { 10 } else { 0 };
        scenario.network =
            Network { latency, duplicate: Ratio::percent(duplicate), ..Network::usual(scenario.meta) };
        return;
    }
    let low = draw.millis(1, 20);
    let latency = match draw.below(4) {
        0 => Latency::Constant(low),
        1 => Latency::Exponential(low),
        _ => Latency::Uniform(low, low + draw.millis(1, 60)),
    };
    let percent = |draw: &mut Draw, on: bool, most: u64| match on && draw.chance(50) {
        true => Ratio::percent(draw.rng.within(1, most) as u32),
        false => Ratio::ZERO,
    };
    let loss = percent(draw, envelope.loss, 25);
    let duplicate = percent(draw, envelope.duplication, 25);
    let gst = (draw.chance(15)).then(|| Time(draw.millis(100, 1_500).0));
    scenario.network =
        Network { latency, loss, duplicate, fifo: draw.chance(15), gst, ..Network::usual(scenario.meta) };
    if envelope.pause && draw.chance(20) {
        let node = NodeId::replica(draw.below(scenario.n));
        let rate = [Ratio::new(1, 2), Ratio::new(9, 10), Ratio::new(11, 10), Ratio::new(2, 1)][draw.below(4)];
        scenario.skews.extend(rate.map(|rate| (node, rate)));
    }
}

/// Draws whole-number parameters at the small end, where more happens, flags, and variants, but for those of a rule whose
/// absence is harmless: what it is compared with is the usual one.
fn draw_numbers(draw: &mut Draw, scenario: &mut Scenario, budget: Budget, without: Option<SwitchId>) {
    let (n, meta) = (scenario.n, scenario.meta);
    let missing = without.and_then(|switch| meta.switches.get(usize::from(switch)));
    let dangerous = missing.is_some_and(|switch| switch.breaks != Breaks::Nothing);
    let choices = dangerous || missing.is_none();
    let hasty = missing.is_some_and(|switch| switch.breaks == Breaks::Liveness);
    // This one is drawn already, with what it allows.
    let model = models(meta).map(|(param, _)| param);
    for (place, (spec, value)) in meta.params.iter().zip(&mut scenario.params.0).enumerate() {
        match spec.kind {
            ParamKind::Int { min, max, .. } if draw.chance(50) => {
                let high = if draw.chance(50) { min } else { max.min(min + 7) };
                *value = ParamValue::Int(draw.rng.within(min, high));
            }
            ParamKind::Sure { sure, .. } if budget == Budget::Within => *value = ParamValue::Int(sure),
            ParamKind::Sure { min, .. } if draw.chance(50) => {
                *value = ParamValue::Int(draw.rng.within(min, min + 3));
            }
            // Spans that are too short are what adapting is for.
            ParamKind::Span { min, default, .. } if hasty && draw.chance(30) => {
                *value = ParamValue::Span(Duration(default.0 >> draw.rng.within(1, 5)).max(min));
            }
            ParamKind::Flag { .. } if draw.chance(50) => *value = ParamValue::Flag(draw.chance(50)),
            ParamKind::Choice { options, .. } if choices && model != Some(place) && draw.chance(25) => {
                *value = ParamValue::Choice(draw.below(options.len()));
            }
            kind if kind.is_per_replica() && draw.chance(80) => {
                *value = draw_for_each(draw, kind, n, dangerous);
            }
            _ => {}
        }
    }
}

/// Draws what each replica has, from what is usual for any; a text may be missing, a ratio be at a bound. Where a rule is
/// missing a row may be one for one column and zero for all others, too.
fn draw_for_each(draw: &mut Draw, kind: ParamKind, n: usize, certain: bool) -> ParamValue {
    let value = match kind {
        ParamKind::Ratios { min, max, usual } => {
            let one = |draw: &mut Draw| match draw.below(8) {
                0 => min,
                1 => max,
                _ => usual[draw.below(usual.len())],
            };
            ParamValue::Ratios((0..n).map(|_| one(draw)).collect())
        }
        ParamKind::Table { usual, .. } => {
            let one = |draw: &mut Draw| {
                let row = usual[draw.below(usual.len())];
                if !certain || draw.chance(75) {
                    return row.to_vec();
                }
                let sure = draw.below(row.len());
                (0..row.len()).map(|k| if k == sure { Ratio::ONE } else { Ratio::ZERO }).collect()
            };
            ParamValue::Table((0..n).map(|_| one(draw)).collect())
        }
        ParamKind::Texts { usual, .. } => {
            let one = |draw: &mut Draw| match draw.below(8) {
                0 => String::new(),
                _ => usual[draw.below(usual.len())].to_owned(),
            };
            ParamValue::Texts((0..n).map(|_| one(draw)).collect())
        }
        _ => kind.default_value(),
    };
    kind.unless_usual(value, n)
}

/// Whether a promise rests on how large a parameter is.
fn in_probability(meta: &Meta) -> bool {
    meta.params.iter().any(|spec| matches!(spec.kind, ParamKind::Sure { .. }))
}

/// Draws who lies and how; says how many more nodes may be down at a time, or how much of the weight.
fn draw_byzantine(draw: &mut Draw, scenario: &mut Scenario, budget: Budget) -> u64 {
    let f = scenario.f;
    let total = scenario.total_weight();
    let share_most = scenario.bound().max_weight(total);
    let most = match (budget, share_most) {
        (Budget::Within, None) => f as u64,
        (Budget::Beyond, None) => (f + 2).min(scenario.n - 1) as u64,
        (Budget::Within, Some(most)) => most,
        (Budget::Beyond, Some(most)) => most + total / 3,
    };
    if scenario.faults() == FaultModel::Crash || !scenario.meta.envelope.byzantine {
        return most;
    }
    let liars = match budget {
        Budget::Within => draw.below(f + 1).max(draw.below(f + 1)),
        Budget::Beyond => f + 1,
    };
    let mut nodes: Vec<usize> = (0..scenario.n).collect();
    let (mut taken, mut left) = (0, liars);
    // Liars that play the same part are the ones that work together.
    let own = scenario.meta.adversaries.len();
    let part = (budget == Budget::Beyond && draw.chance(50)).then(|| match draw.below(own + 1) {
        k if k < own => Strategy::Own(k),
        _ => Strategy::Twins(None),
    });
    // Where safety is a matter of chance: so little that no search is long enough to see it fail.
    let share_most = match budget {
        Budget::Within if in_probability(scenario.meta) => share_most.map(|_| total / 6),
        _ => share_most,
    };
    // By weight: within the budget whoever is too heavy is left out, and beyond it they are as many as that takes.
    while left > 0 && !nodes.is_empty() {
        // The first leader is the most interesting liar.
        let place = if draw.chance(50) { 0 } else { draw.below(nodes.len()) };
        let node = NodeId::replica(nodes.remove(place));
        let more = share(scenario, node);
        match share_most {
            Some(most) if budget == Budget::Within && taken + more > most => continue,
            Some(most) if budget == Budget::Beyond && taken > most => break,
            Some(_) if budget == Budget::Beyond => {}
            _ => left -= 1,
        }
        taken += more;
        let strategy = part.clone().unwrap_or_else(|| draw_strategy(draw, scenario));
        scenario.byzantine.push(Byzantine { node, strategy });
    }
    put_in_order(scenario);
    most.saturating_sub(taken)
}

fn draw_strategy(draw: &mut Draw, scenario: &Scenario) -> Strategy {
    let own = scenario.meta.adversaries.len();
    match draw.below(6) {
        0 => Strategy::Silent,
        1 => Strategy::Delay(draw.millis(10, 400)),
        2 => Strategy::Omit(draw_group(draw, scenario)),
        3 if own > 0 => Strategy::Own(draw.below(own)),
        4 if own > 0 => Strategy::Own(draw.below(own)),
        _ => Strategy::Twins(Some(draw_group(draw, scenario))),
    }
}

fn draw_group(draw: &mut Draw, scenario: &Scenario) -> Group {
    let everyone = (0..scenario.n).map(NodeId::replica).chain((0..scenario.clients).map(NodeId::client));
    let mut group: Group = everyone.filter(|_| draw.chance(50)).collect();
    if group.is_empty() {
        // The text form has no empty group.
        group.insert(NodeId::replica(draw.below(scenario.n)));
    }
    group
}

/// Draws what happens when; then everything heals, and the deadline stands [`RECOVERY`] later.
fn draw_script(draw: &mut Draw, scenario: &mut Scenario, budget: Budget, spare: u64) {
    let weights: Vec<u64> =
        CLASSES.map(|class| if allowed(scenario, class) { [0, 0, 1, 4][draw.below(4)] } else { 0 }).into();
    let total: u64 = weights.iter().sum();
    let most = if scenario.rules.all_hold() { 24 } else { 96 };
    let actions = if total == 0 { 0 } else { draw.below(most) };
    let mut down: Vec<NodeId> = Vec::new();
    let mut paused: Vec<NodeId> = Vec::new();
    let mut at = Time::ZERO;
    let pace = draw.rng.within(5, 200);
    for _ in 0..actions {
        at += Duration(draw.rng.within(1, pace * 2_000));
        let mut pick = draw.rng.within(0, total - 1);
        let class = CLASSES.iter().zip(&weights).find(|(_, w)| {
            let here = pick < **w;
            pick = pick.saturating_sub(**w);
            here
        });
        let Some((class, _)) = class else { continue };
        if let Some(action) = draw_action(draw, scenario, *class, budget, spare, &mut down, &mut paused) {
            scenario.script.push(Timed { at, action });
        }
    }
    at += draw.millis(50, 500);
    if stays_down(scenario, budget) {
        down.clear();
    }
    let healed = down.into_iter().map(Action::Restart).chain(paused.into_iter().map(Action::Resume));
    if scenario.meta.envelope.delay_max.is_none() {
        let steady = !scenario.rules.all_hold() && draw.chance(25);
        let calm = match draw.millis(1, 10) {
            // Without a rule a run that is in lock-step can go on for ever where chance would end it.
            delay if steady => Latency::Constant(delay),
            _ => Latency::Uniform(Duration::millis(1), Duration::millis(10)),
        };
        let network = [Action::Heal, Action::Loss(Ratio::ZERO), Action::Latency(calm)];
        scenario.script.extend(network.map(|action| Timed { at, action }));
    }
    scenario.script.extend(healed.map(|action| Timed { at, action }));
    let last = scenario.gap.times(scenario.requests.into());
    scenario.until = at + last + RECOVERY;
    scenario.deadline = Some(scenario.until);
}

/// Whether a node that crashes is faulty for good.
fn stays_down(scenario: &Scenario, budget: Budget) -> bool {
    budget == Budget::Within && !scenario.meta.envelope.recovers()
}

/// Whether everything that a script breaks is mended in the end, so that a promise to decide can be demanded: links
/// open, no loss, calm delays, nobody down (unless it is faulty for good) or standing still.
pub fn heals(scenario: &Scenario) -> bool {
    let mut broken = Group::default();
    let mut cut = false;
    let mut loss = scenario.network.loss;
    let bearable = scenario.meta.envelope.delay_max.unwrap_or(Duration::millis(20));
    let mut calm = scenario.network.latency.high() <= bearable;
    for timed in &scenario.script {
        match &timed.action {
            Action::Crash(_) if stays_down(scenario, Budget::Within) => {}
            Action::Crash(id) | Action::Pause(id) => {
                broken.insert(*id);
            }
            Action::Restart(id) | Action::Amnesia(id) | Action::Resume(id) => {
                broken = broken.iter().filter(|b| b != id).collect();
            }
            Action::Partition(_) | Action::Block(..) | Action::Cut(..) => cut = true,
            Action::Heal => cut = false,
            Action::Loss(now) => loss = *now,
            Action::Latency(now) => calm = now.high() <= bearable,
            _ => {}
        }
    }
    broken.is_empty() && !cut && loss.is_zero() && calm
}

fn allowed(scenario: &Scenario, class: Class) -> bool {
    let envelope = scenario.meta.envelope;
    match class {
        Class::Crash => envelope.crash,
        Class::Partition | Class::Block => envelope.partition,
        Class::Pause => envelope.pause,
        Class::Fire => !scenario.meta.timers.is_empty() && envelope.delay_max.is_none(),
        Class::Calm | Class::Latency => envelope.delay_max.is_none(),
    }
}

fn draw_action(
    draw: &mut Draw,
    scenario: &Scenario,
    class: Class,
    budget: Budget,
    spare: u64,
    down: &mut Vec<NodeId>,
    paused: &mut Vec<NodeId>,
) -> Option<Action> {
    let node = NodeId::replica(draw.below(scenario.n));
    let honest = scenario.byzantine.iter().all(|b| b.node != node);
    match class {
        Class::Crash => {
            let full = shares(scenario, down) + share(scenario, node) > spare;
            if stays_down(scenario, budget) && (full || down.contains(&node)) {
                return None;
            }
            if let Some(place) = down.iter().position(|id| *id == node) {
                down.remove(place);
                let forget = budget == Budget::Beyond && draw.chance(40);
                return Some(if forget { Action::Amnesia(node) } else { Action::Restart(node) });
            }
            if full {
                let back = (!down.is_empty()).then(|| down.remove(0))?;
                return Some(Action::Restart(back));
            }
            if !honest || paused.contains(&node) {
                return None;
            }
            down.push(node);
            Some(Action::Crash(node))
        }
        Class::Pause => {
            if let Some(place) = paused.iter().position(|id| *id == node) {
                paused.remove(place);
                return Some(Action::Resume(node));
            }
            if down.contains(&node) {
                return None;
            }
            paused.push(node);
            Some(Action::Pause(node))
        }
        Class::Partition => {
            let group = draw_group(draw, scenario);
            Some(if draw.chance(35) { Action::Heal } else { Action::Partition(vec![group]) })
        }
        Class::Block => {
            let (from, to) = (draw_group(draw, scenario), NodeId::replica(draw.below(scenario.n)));
            let from: Group = from.iter().filter(|id| *id != to).collect();
            if from.is_empty() || draw.chance(30) {
                return Some(Action::Heal);
            }
            let to: Group = [to].into_iter().collect();
            Some(if draw.chance(50) { Action::Block(from, to) } else { Action::Block(to, from) })
        }
        Class::Fire => Some(Action::Fire(node, draw.below(scenario.meta.timers.len()))),
        Class::Calm => {
            let loss =
                if scenario.meta.envelope.loss && draw.chance(50) { draw.rng.within(1, 40) } else { 0 };
            Some(Action::Loss(Ratio::percent(loss as u32)))
        }
        Class::Latency => {
            let low = draw.millis(1, 40);
            Some(Action::Latency(Latency::Uniform(low, low + draw.millis(0, 200))))
        }
    }
}
