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
use crate::{Action, Scenario, Strategy, ValueError};
use consensus_kernel::{FaultModel, Inputs, Meta, NodeId, ParamKind};

/// Keys that a rival can set for itself beside its protocol's parameters; all else it shares.
const OWN_KEYS: [&str; 5] = ["n", "f", "in", "byz", "without"];

/// What a rival begins with, after its protocol, that shares nothing.
const OWN: &str = "own";

/// The same network, seed, load and faults under another protocol: what means nothing there (messages by name, lies of
/// the first protocol's own, lies at all where only crashes are known) is left out.
pub fn rival(base: &Scenario, meta: &'static Meta) -> Scenario {
    let usual = Scenario::new(meta);
    let n = base.n.clamp(meta.n.0, meta.n.2);
    let here = |id: NodeId| if id.is_client() { id.index() < base.clients } else { id.index() < n };
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
        skews: base.skews.iter().filter(|(id, _)| here(*id)).copied().collect(),
        ..usual
    };
    // The same question is put to the same agents.
    if base.meta.id == meta.id {
        let said = base.params.resized(meta.params, n);
        for ((spec, place), value) in meta.params.iter().zip(&mut scenario.params.0).zip(said.0) {
            if spec.kind.is_per_replica() || matches!(spec.kind, ParamKind::Text { .. }) {
                *place = value;
            }
        }
    }
    let generic = |strategy: &Strategy| !matches!(strategy, Strategy::Own(_));
    if scenario.faults() == FaultModel::Byzantine {
        let liars = base.byzantine.iter().filter(|b| here(b.node) && generic(&b.strategy));
        scenario.byzantine = liars.cloned().collect();
    }
    let fits = |action: &Action| match action {
        Action::Crash(id)
        | Action::Restart(id)
        | Action::Amnesia(id)
        | Action::Pause(id)
        | Action::Resume(id) => here(*id),
        Action::Propose(id) => asked && here(*id),
        Action::Cut(a, b) | Action::Mend(a, b) => here(*a) && here(*b),
        Action::Block(a, b) => a.iter().chain(b.iter()).all(here),
        Action::Partition(groups) => groups.iter().flat_map(|g| g.iter()).all(here),
        Action::Heal | Action::Loss(_) | Action::Latency(_) => true,
        Action::Fire(..) | Action::Command(..) | Action::Message(..) => false,
    };
    scenario.script = base.script.iter().filter(|timed| fits(&timed.action)).cloned().collect();
    scenario
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
    let mut scenario = if alone { Scenario::new(meta) } else { rival(base, meta) };
    if alone {
        parts.next();
    } else if let Some(n) = split(text).into_iter().find_map(|part| part.strip_prefix("n:")) {
        // What it shares depends on which nodes it has, so n comes first.
        for key in SETTINGS.iter().filter(|key| key.name == "n") {
            (key.read)(&mut scenario, n)?;
        }
        scenario = rival(&Scenario { n: scenario.n, ..base.clone() }, meta);
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
        if key == "byz" && !seen.contains(&key) {
            scenario.byzantine.clear();
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
                scenario.params.0[place] = parse_param(&meta.params[place], scenario.n, value)?
            }
            (None, Some(common)) => (common.read)(&mut scenario, value)?,
            (None, None) => {
                let own = meta.params.iter().map(|spec| spec.key);
                return Err(ValueError::unknown(UnknownName, "key of a rival", key, own.chain(OWN_KEYS)));
            }
        }
    }
    if !seen.contains(&"f") {
        scenario.f = scenario.bound().max_f(scenario.n);
    }
    put_in_order(&mut scenario);
    Ok(scenario)
}

/// Prints a rival as [`parse_rival`] reads it: what it does not share with the scenario it is compared with, or all of it.
pub fn print_rival(base: &Scenario, other: &Scenario) -> String {
    let shared = scenario_pairs(&rival(&Scenario { n: other.n, ..base.clone() }, other.meta));
    let own = |key: &str| OWN_KEYS.contains(&key) || other.meta.params.iter().any(|spec| spec.key == key);
    let mut text = other.meta.id.to_owned();
    if rival(base, other.meta).n != other.n {
        put(&mut text, "n", &other.n.to_string());
    }
    let pairs = scenario_pairs(other);
    for (key, value) in &pairs {
        if own(key) && *key != "n" && !shared.contains(&(*key, value.clone())) {
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
