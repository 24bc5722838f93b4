//! Scenarios to compare with another one: the same network, seed, load and faults, under another protocol or with other
//! options.
//!
//! In a link each is one `vs`: the protocol, and what it does not share, as `key:value` after semicolons:
//! `vs=hotstuff;variant:chained;n:7`. What cannot be said like this, such as another branch of the same run, stands
//! whole: `vs=pbft;own;seed:3;at:40ms:crash:2` shares nothing.

use crate::error::ErrorKind::{Malformed, Protocol, Repeated, UnknownName};
use crate::keys::{FAULTS, SETTINGS, put_in_order};
use crate::text::scenario_pairs;
use crate::value::parse_param;
use crate::{
    Action, Byzantine, Scenario, Strategy, Timed, ValueError, describe_action, describe_strategy,
    parse_action, parse_strategy, print_action, print_strategy,
};
use consensus_kernel::{FaultModel, Inputs, Meta, NodeId, ParamKind, Time};

/// Keys that a rival can set for itself beside its protocol's parameters; all else it shares.
const OWN_KEYS: [&str; 5] = ["n", "f", "in", "byz", "without"];

/// What a rival begins with, after its protocol, that shares nothing.
const OWN: &str = "own";

/// The same network, seed, load and faults under another protocol; what becomes of faults that it cannot have, [`changed`]
/// says.
pub fn rival(base: &Scenario, meta: &'static Meta) -> Scenario {
    let mut scenario = shared(base, meta);
    carry(base, &mut scenario, true);
    scenario
}

/// The same network, seed and load, without faults.
fn shared(base: &Scenario, meta: &'static Meta) -> Scenario {
    let usual = Scenario::new(meta);
    let n = base.n.clamp(meta.n.0, meta.n.2);
    let asked = matches!(meta.inputs, Inputs::Requests);
    let mut network = base.network;
    network.retransmit = network.retransmit.or(usual.network.retransmit);
    if !meta.can_be_scheduled() {
        network.schedule = usual.network.schedule;
    }
    let mut scenario = Scenario {
        n,
        f: usual.bound().max_f(n),
        seed: base.seed,
        until: base.until,
        deadline: base.deadline,
        clients: if asked { base.clients.max(1) } else { 0 },
        requests: if asked { base.requests.max(1) } else { 0 },
        gap: if asked { base.gap } else { usual.gap },
        network,
        ..usual
    };
    if base.until == base.usual_until() {
        scenario.until = scenario.usual_until();
    }
    // Whoever weighs something weighs the same, and so does a liar.
    if meta.weighted && base.weights.len() == n {
        scenario.weights = base.weights.clone();
    }
    if base.meta.id == meta.id {
        // The same question is put to the same agents.
        let said = base.params.resized(meta.params, n);
        for ((spec, place), value) in meta.params.iter().zip(&mut scenario.params.0).zip(said.0) {
            if spec.kind.is_per_replica() || matches!(spec.kind, ParamKind::Text { .. }) {
                *place = value;
            }
        }
        if base.inputs.len() == meta.inputs.givers(n) {
            scenario.inputs = base.inputs.clone();
        }
    }
    scenario
}

/// Gives a rival the faults of the run that it is compared with, and says what became of those that it cannot have. In
/// all:
///
/// - Where only crashes are known, who is silent is crashed from the start, and other liars are honest.
/// - A lie of the protocol's own is the rival's own of the same name; two faces, where the rival has no such lie, are twins.
/// - Messages and timers by name, and commands, are one protocol's; no other has the same.
/// - What names a node that the rival has not is left out.
fn carry(base: &Scenario, rival: &mut Scenario, liars: bool) -> Changes {
    let mut changes = Changes::default();
    let same = base.meta.id == rival.meta.id;
    let lies = same || rival.faults() == FaultModel::Byzantine;
    let here = |id: NodeId| id.index() < rival.n;
    let skews = base.skews.iter().filter(|(id, _)| here(*id)).copied().collect();
    let strange = base.skews.iter().filter(|(id, _)| !here(*id));
    changes.without.extend(strange.map(|(id, _)| format!("{id}’s clock")));
    let mut byzantine = Vec::new();
    let mut script = Vec::new();
    for Byzantine { node, strategy } in base.byzantine.iter().filter(|_| liars) {
        let mut name = print_strategy(base.meta, strategy);
        if name == "two-faced" {
            name = "equivocate".to_owned();
        }
        let was = describe_strategy(base.meta, strategy);
        match parse_strategy(rival, &name) {
            Ok(given) if here(*node) && lies => {
                if matches!((strategy, &given), (Strategy::Own(_), Strategy::Twins(_))) {
                    changes.instead.push(format!("{node} has a twin instead of “{was}”"));
                }
                byzantine.push(Byzantine { node: *node, strategy: given });
            }
            Ok(Strategy::Silent) if here(*node) => {
                changes.instead.push(format!("{node} is crashed instead of silent"));
                script.push(Timed { at: Time::ZERO, action: Action::Crash(*node) });
            }
            _ => changes.without.push(format!("{node}’s lie “{was}”")),
        }
    }
    let down = script.len();
    for timed in &base.script {
        let shared = match timed.action {
            // Whoever was silent would come back silent.
            Action::Restart(id) | Action::Amnesia(id)
                if script[..down].iter().any(|t| t.action == Action::Crash(id)) =>
            {
                continue;
            }
            Action::Fire(..) | Action::Command(..) | Action::Message(..) => same,
            _ => true,
        };
        match parse_action(rival, &print_action(base.meta, timed)) {
            Ok(given) if shared => script.push(given),
            _ => changes.without.push(format!("“{}”", describe_action(base.meta, &timed.action))),
        }
    }
    (rival.skews, rival.script) = (skews, script);
    if liars {
        rival.byzantine = byzantine;
    }
    changes
}

/// What a rival has instead of faults of the run that it is compared with, and what it has not.
#[derive(Default)]
struct Changes {
    instead: Vec<String>,
    without: Vec<String>,
}

/// Longest list of faults that a rival does not have.
const LISTED: usize = 3;

/// In sentences: which faults of the run that it is compared with a rival has not, or has in another form; nothing where it
/// has them all, or its own.
pub fn changed(base: &Scenario, rival: &Scenario) -> String {
    let mut again = rival.clone();
    let mut changes = carry(base, &mut again, true);
    if again.byzantine != rival.byzantine {
        changes = carry(base, &mut again, false);
        again.byzantine = rival.byzantine.clone();
    }
    if again != *rival {
        return String::new();
    }
    let Changes { mut instead, mut without } = changes;
    if base.network.schedule != rival.network.schedule {
        without.push("the scheduler that wants no decision".to_owned());
    }
    if !without.is_empty() {
        let more = without.len().saturating_sub(LISTED);
        without.truncate(LISTED);
        if more > 0 {
            without.push(format!("{more} more"));
        }
        instead.push(format!("Without {}, which {} does not have", without.join(", "), rival.meta.title));
    }
    instead.join(". ")
}

/// Reads one rival of a scenario: `hotstuff;variant:chained;n:7`.
///
/// # Errors
/// If there is no such protocol, or a setting is unknown or wrong.
pub fn parse_rival(base: &Scenario, catalogue: &[&'static Meta], text: &str) -> Result<Scenario, ValueError> {
    let mut parts = split(text).into_iter();
    let name = parts.next().unwrap_or_default();
    let Some(meta) = catalogue.iter().find(|meta| meta.id == name) else {
        return Err(ValueError::unknown(Protocol, "protocol", name, catalogue.iter().map(|meta| meta.id)));
    };
    let alone = split(text).get(1) == Some(&OWN);
    let mut scenario = if alone { Scenario::new(meta) } else { shared(base, meta) };
    if alone {
        parts.next();
    } else if let Some(n) = split(text).into_iter().find_map(|part| part.strip_prefix("n:")) {
        // What it shares depends on which nodes it has, so n comes first.
        for key in SETTINGS.iter().filter(|key| key.name == "n") {
            (key.read)(&mut scenario, n).map_err(|e| e.of(key.name))?;
        }
        scenario = shared(&Scenario { n: scenario.n, ..base.clone() }, meta);
    }
    let mut seen: Vec<&str> = Vec::new();
    for part in parts {
        let Some((key, value)) = part.split_once(':') else {
            return Err(ValueError::new(Malformed, "not a setting of a rival", "write vs=raft;n:5;batch:8"));
        };
        let repeats = match alone {
            true => SETTINGS.iter().chain(FAULTS).any(|k| k.repeats && k.name == key),
            false => key == "byz",
        };
        if seen.contains(&key) && !repeats {
            return Err(ValueError::new(Repeated, format!("{key} was given before"), "each may stand once"));
        }
        seen.push(key);
        if key == "n" && !alone {
            continue;
        }
        let place = meta.params.iter().position(|spec| spec.key == key);
        let mut common = SETTINGS.iter().chain(FAULTS);
        let common = common.find(|k| k.name == key && (alone || OWN_KEYS.contains(&key)));
        match (place, common) {
            (Some(place), _) => {
                scenario.params.0[place] =
                    parse_param(&meta.params[place], scenario.n, value).map_err(|e| e.of(key))?
            }
            (None, Some(common)) => (common.read)(&mut scenario, value).map_err(|e| e.of(key))?,
            (None, None) => {
                let own = meta.params.iter().map(|spec| spec.key);
                return Err(ValueError::unknown(UnknownName, "key of a rival", key, own.chain(OWN_KEYS)));
            }
        }
    }
    if !alone {
        // What it is told of faults depends on its own parameters, too.
        carry(base, &mut scenario, !seen.contains(&"byz"));
    }
    if !seen.contains(&"f") {
        scenario.f = scenario.bound().max_f(scenario.n);
    }
    if alone && !seen.contains(&"until") {
        scenario.until = scenario.usual_until();
    }
    put_in_order(&mut scenario);
    Ok(scenario)
}

/// Prints a rival as [`parse_rival`] reads it: what it does not share with the scenario it is compared with, or all of it.
pub fn print_rival(base: &Scenario, other: &Scenario) -> String {
    let same = shared(&Scenario { n: other.n, ..base.clone() }, other.meta);
    let mut lied = Scenario { params: other.params.clone(), ..same.clone() };
    carry(base, &mut lied, true);
    // All its liars, or none.
    let liars = lied.byzantine != other.byzantine;
    let shared = scenario_pairs(&same);
    let own = |key: &str| OWN_KEYS.contains(&key) || other.meta.params.iter().any(|spec| spec.key == key);
    let mut text = other.meta.id.to_owned();
    if rival(base, other.meta).n != other.n {
        put(&mut text, "n", &other.n.to_string());
    }
    let pairs = scenario_pairs(other);
    for (key, value) in &pairs {
        let said = if *key == "byz" { liars } else { !shared.contains(&(*key, value.clone())) };
        if own(key) && *key != "n" && said {
            put(&mut text, key, value);
        }
    }
    if parse_rival(base, &[other.meta], &text).as_ref() != Ok(other) {
        text = format!("{};{OWN}", other.meta.id);
        pairs.iter().for_each(|(key, value)| put(&mut text, key, value));
    }
    text
}

fn put(text: &mut String, key: &str, value: &str) {
    // Only texts have semicolons.
    text.push_str(&format!(";{key}:{}", value.replace(';', r"\;")));
}

/// The parts between semicolons; one that follows a backslash belongs to a text.
fn split(text: &str) -> Vec<&str> {
    let mut escaped = false;
    text.split(|c| {
        let ends = c == ';' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
    .collect()
}
