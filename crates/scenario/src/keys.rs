//! The table of keys that every protocol shares: what each sets, how it is read, when it is printed.
//!
//! The order of the table is the order in which values are applied and printed: the numbers of nodes come first,
//! because what follows names nodes.

use crate::action::{parse_action, parse_strategy, print_action, print_strategy};
use crate::bounds;
use crate::error::ErrorKind::{Conflict, Repeated, TooLarge, TooMany, TooSmall, UnknownName};
use crate::value::{
    Read, join, parse_bandwidth, parse_duration, parse_latency, parse_number, parse_probability, parse_ratio,
    parse_replica, parse_span, print_bandwidth, print_latency, print_ratio,
};
use crate::{Byzantine, Network, Scenario, Schedule, ValueError};
use consensus_kernel::{Duration, Inputs, NodeId, RuleSet, SwitchId, Time, sort_by_number};

/// A key that every protocol understands.
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// A value it may have.
    pub example: &'static str,
    /// What it sets, in a few words.
    pub help: &'static str,
    /// Whether it may stand more than once, each time adding something.
    pub repeats: bool,
    pub(crate) read: fn(&mut Scenario, &str) -> Read<()>,
    /// The values to print: none where the default holds.
    pub(crate) write: fn(&Scenario) -> Vec<String>,
}

/// The keys of every protocol but `v` and `digest`, in order; a protocol's own parameters are printed after them,
/// then [`FAULTS`].
pub const SETTINGS: &[Key] = &[
    Key {
        name: "n",
        example: "4",
        help: "number of replicas",
        repeats: false,
        read: |s, text| {
            let (min, _, max) = s.meta.n;
            s.n = parse_number(text, min as u64, max.min(bounds::REPLICAS) as u64, "replicas")? as usize;
            s.f = s.bound().max_f(s.n);
            s.inputs.clear();
            Ok(())
        },
        write: |s| unless(s.n == s.meta.n.1, || s.n),
    },
    Key {
        name: "f",
        example: "1",
        help: "faulty replicas that quorums are sized for; nothing where weight is what counts",
        repeats: false,
        read: |s, text| {
            s.f = parse_number(text, 0, s.n.saturating_sub(1) as u64, "faulty replicas")? as usize;
            Ok(())
        },
        write: |s| unless(s.f == s.bound().max_f(s.n), || s.f),
    },
    Key {
        name: "seed",
        example: "7",
        help: "root of every random choice",
        repeats: false,
        read: |s, text| set(&mut s.seed, parse_number(text, 0, u64::MAX, "")),
        write: |s| unless(s.seed == 1, || s.seed),
    },
    Key {
        name: "until",
        example: "10s",
        help: "the run ends here at the latest",
        repeats: false,
        read: |s, text| set(&mut s.until, parse_span(text, Duration(1), bounds::UNTIL).map(time)),
        write: |s| unless(s.until == s.usual_until(), || s.until),
    },
    Key {
        name: "deadline",
        example: "2s",
        help: "every proposal should be decided by then",
        repeats: false,
        read: |s, text| set(&mut s.deadline, parse_duration(text).map(|d| Some(time(d)))),
        write: |s| s.deadline.iter().map(ToString::to_string).collect(),
    },
    Key {
        name: "clients",
        example: "2",
        help: "number of clients",
        repeats: false,
        read: |s, text| {
            has_clients(s)?;
            s.clients = parse_number(text, 1, bounds::CLIENTS as u64, "clients")? as usize;
            Ok(())
        },
        write: |s| unless(s.clients <= 1, || s.clients),
    },
    Key {
        name: "req",
        example: "5",
        help: "number of requests, dealt to the clients in turn",
        repeats: false,
        read: |s, text| {
            has_clients(s)?;
            let number = parse_number(text, 0, u64::from(bounds::REQUESTS), "requests")?;
            s.requests = u32::try_from(number).unwrap_or(bounds::REQUESTS);
            Ok(())
        },
        write: |s| unless(s.requests == 1 || s.clients == 0, || s.requests),
    },
    Key {
        name: "gap",
        example: "100ms",
        help: "time between one request and the next",
        repeats: false,
        read: |s, text| {
            has_clients(s)?;
            set(&mut s.gap, parse_span(text, Duration::ZERO, bounds::SPAN))
        },
        write: |s| unless(s.gap == Duration::ZERO, || s.gap),
    },
    Key {
        name: "in",
        example: "0,1,1",
        help: "what each replica begins with, where there are no clients",
        repeats: false,
        read: read_inputs,
        write: |s| unless(s.inputs.is_empty(), || join(s.inputs.iter(), ",")),
    },
    Key {
        name: "latency",
        example: "5ms..20ms",
        help: "one-way delay of a message",
        repeats: false,
        read: |s, text| set(&mut s.network.latency, parse_latency(text)),
        write: |s| {
            unless(s.network.latency == Network::default().latency, || print_latency(s.network.latency))
        },
    },
    Key {
        name: "loss",
        example: "2%",
        help: "probability that a message is lost",
        repeats: false,
        read: |s, text| set(&mut s.network.loss, parse_probability(text)),
        write: |s| unless(s.network.loss.is_zero(), || print_ratio(s.network.loss)),
    },
    Key {
        name: "dup",
        example: "1/100",
        help: "probability of a second copy of a message, then of a third, and a fourth",
        repeats: false,
        read: |s, text| set(&mut s.network.duplicate, parse_probability(text)),
        write: |s| unless(s.network.duplicate.is_zero(), || print_ratio(s.network.duplicate)),
    },
    Key {
        name: "order",
        example: "fifo",
        help: "whether messages on one link can overtake each other on their first way",
        repeats: false,
        read: |s, text| {
            s.network.fifo = match text {
                "fifo" => true,
                "any" => false,
                _ => {
                    return Err(ValueError::unknown(UnknownName, "order", text, ["any", "fifo"].into_iter()));
                }
            };
            Ok(())
        },
        write: |s| unless(!s.network.fifo, || "fifo"),
    },
    Key {
        name: "link",
        example: "retransmit:50ms",
        help: "whether links send lost messages again",
        repeats: false,
        read: |s, text| {
            s.network.retransmit = match text.split_once(':') {
                Some(("retransmit", span)) => Some(parse_span(span, bounds::DELAY_MIN, bounds::SPAN)?),
                None if text == "plain" => None,
                _ => {
                    return Err(ValueError::malformed(
                        "not a kind of link",
                        "write plain or retransmit:50ms",
                    ));
                }
            };
            Ok(())
        },
        write: |s| {
            unless(s.network.retransmit == Network::usual(s.meta).retransmit, || match s.network.retransmit {
                Some(span) => format!("retransmit:{span}"),
                None => "plain".to_owned(),
            })
        },
    },
    Key {
        name: "gst",
        example: "2s",
        help: "global stabilisation time: before it, delays are arbitrary",
        repeats: false,
        read: |s, text| set(&mut s.network.gst, parse_duration(text).map(|d| Some(time(d)))),
        write: |s| s.network.gst.iter().map(ToString::to_string).collect(),
    },
    Key {
        name: "cpu",
        example: "100us",
        help: "time a node needs to handle one message",
        repeats: false,
        read: |s, text| set(&mut s.network.cpu, parse_span(text, Duration::ZERO, bounds::SPAN)),
        write: |s| unless(s.network.cpu == Duration::ZERO, || s.network.cpu),
    },
    Key {
        name: "bandwidth",
        example: "10M",
        help: "bytes per second that a node can send",
        repeats: false,
        read: |s, text| set(&mut s.network.bandwidth, parse_bandwidth(text).map(Some)),
        write: |s| s.network.bandwidth.iter().map(|bytes| print_bandwidth(*bytes)).collect(),
    },
    Key {
        name: "sched",
        example: "bivalent",
        help: "who chooses what arrives next: the network, or an adversary that wants no decision",
        repeats: false,
        read: read_schedule,
        write: |s| unless(s.network.schedule == Schedule::Network, || "bivalent"),
    },
];

/// The keys of weights, faults, switches and scripts, in order; they follow a protocol's own parameters.
pub const FAULTS: &[Key] = &[
    Key {
        name: "w",
        example: "3,1,1,1",
        help: "weight of each replica",
        repeats: false,
        read: read_weights,
        write: |s| unless(s.weights.is_empty(), || join(s.weights.iter(), ",")),
    },
    Key {
        name: "byz",
        example: "0:silent",
        help: "a replica that misbehaves, and how",
        repeats: true,
        read: read_byzantine,
        write: |s| {
            s.byzantine
                .iter()
                .map(|b| format!("{}:{}", b.node, print_strategy(s.meta, &b.strategy)))
                .collect()
        },
    },
    Key {
        name: "skew",
        example: "1:2/1",
        help: "a replica whose clock runs at another rate, and the rate",
        repeats: true,
        read: read_skew,
        write: |s| s.skews.iter().map(|(id, rate)| format!("{id}:{}/{}", rate.num(), rate.den())).collect(),
    },
    Key {
        name: "without",
        example: "RULE",
        help: "rules switched off",
        repeats: true,
        read: read_without,
        write: |s| {
            let off: Vec<&str> =
                switches(s).filter(|(at, _)| !s.rules.holds(*at)).map(|(_, id)| id).collect();
            unless(off.is_empty(), || off.join(","))
        },
    },
    Key {
        name: "at",
        example: "300ms:crash:2",
        help: "an action and its time",
        repeats: true,
        read: |s, text| {
            if s.script.len() >= bounds::ACTIONS {
                let allowed = format!("at most {} actions are allowed", bounds::ACTIONS);
                return Err(ValueError::new(TooMany, "one action too many", allowed));
            }
            let timed = parse_action(s, text)?;
            s.script.push(timed);
            Ok(())
        },
        write: |s| s.script.iter().map(|timed| print_action(s.meta, timed)).collect(),
    },
];

impl Key {
    /// Takes over what a link says under this key, in addition to what there is if it may be repeated.
    ///
    /// # Errors
    /// If a link may not say so.
    pub fn read(&self, scenario: &mut Scenario, text: &str) -> Read<()> {
        (self.read)(scenario, text)
    }
}

/// Puts what the protocol's order does not matter for into the order of the model.
pub fn put_in_order(scenario: &mut Scenario) {
    sort_by_number(&mut scenario.byzantine, |b| b.node.raw().into());
    sort_by_number(&mut scenario.skews, |(id, _)| id.raw().into());
    // Stable: what stands first happens first at the same time.
    sort_by_number(&mut scenario.script, |timed| timed.at.0);
}

fn has_clients(s: &Scenario) -> Read<()> {
    match s.meta.inputs {
        Inputs::Requests => Ok(()),
        Inputs::Given { .. } => {
            let why = format!("{} has no clients: replicas begin with the values", s.meta.id);
            let allowed = match s.meta.inputs.givers(s.n) {
                0 => "its own parameters say with which",
                _ => "write in=… to say with which",
            };
            Err(ValueError::new(Conflict, why, allowed))
        }
    }
}

fn read_inputs(s: &mut Scenario, text: &str) -> Read<()> {
    let Inputs::Given { options, .. } = s.meta.inputs else {
        let why = format!("in {} clients ask for the values", s.meta.id);
        return Err(ValueError::new(Conflict, why, "leave it out, and write req=… for more requests"));
    };
    let givers = s.meta.inputs.givers(s.n);
    if givers == 0 {
        let why = format!("{} is told by its own parameters what replicas begin with", s.meta.id);
        return Err(ValueError::new(Conflict, why, "leave it out"));
    }
    let given = text.bytes().filter(|b| *b == b',').count() + 1;
    if given != givers {
        let (kind, some) = if given < givers { (TooSmall, "few") } else { (TooLarge, "many") };
        let allowed = match givers {
            1 => "one is needed, that of replica 0".to_owned(),
            k => format!("one for each of the {k} replicas is needed"),
        };
        return Err(ValueError::new(kind, format!("{given} values are too {some}"), allowed));
    }
    let names: Vec<String> = options.iter().map(ToString::to_string).collect();
    let read = |name: &str| match names.iter().position(|option| option == name) {
        Some(place) => Ok(options[place]),
        None => Err(ValueError::unknown(UnknownName, "value", name, names.iter().map(String::as_str))),
    };
    s.inputs = text.split(',').map(|name| read(name.trim())).collect::<Read<_>>()?;
    if s.inputs == s.meta.inputs.usual(s.n) {
        s.inputs.clear();
    }
    Ok(())
}

fn read_schedule(s: &mut Scenario, text: &str) -> Read<()> {
    s.network.schedule = match text {
        "network" => Schedule::Network,
        "bivalent" if s.meta.can_be_scheduled() => Schedule::Bivalent,
        "bivalent" => {
            let why = format!("{} is no asynchronous protocol whose replicas begin with values", s.meta.id);
            return Err(ValueError::new(Conflict, why, "only sched=network is allowed"));
        }
        _ => {
            let names = ["network", "bivalent"].into_iter();
            return Err(ValueError::unknown(UnknownName, "scheduler", text, names));
        }
    };
    Ok(())
}

fn read_weights(s: &mut Scenario, text: &str) -> Read<()> {
    if !s.meta.weighted {
        let why = format!("weights mean nothing to {}", s.meta.id);
        return Err(ValueError::new(Conflict, why, "leave them out"));
    }
    let given = text.bytes().filter(|b| *b == b',').count() + 1;
    if given != s.n {
        let (kind, some) = if given < s.n { (TooSmall, "few") } else { (TooLarge, "many") };
        let allowed = format!("one for each of the {} replicas is needed", s.n);
        return Err(ValueError::new(kind, format!("{given} weights are too {some}"), allowed));
    }
    let weights: Vec<u64> =
        text.split(',').map(|w| parse_number(w.trim(), 0, bounds::WEIGHT, "")).collect::<Read<_>>()?;
    if weights.iter().all(|w| *w == 0) {
        return Err(ValueError::new(Conflict, "all weights are zero", "at least one must be more"));
    }
    s.weights = weights;
    Ok(())
}

fn read_byzantine(s: &mut Scenario, text: &str) -> Read<()> {
    let Some((node, strategy)) = text.split_once(':') else {
        return Err(ValueError::malformed("a replica and a strategy are needed", "write them as 0:silent"));
    };
    let node = parse_replica(s, node)?;
    if s.byzantine.iter().any(|b| b.node == node) {
        return Err(twice(node));
    }
    let strategy = parse_strategy(s, strategy)?;
    s.byzantine.push(Byzantine { node, strategy });
    Ok(())
}

fn read_skew(s: &mut Scenario, text: &str) -> Read<()> {
    let Some((node, rate)) = text.split_once(':') else {
        return Err(ValueError::malformed("a replica and a rate are needed", "write them as 1:2/1"));
    };
    let node = parse_replica(s, node)?;
    if s.skews.iter().any(|(other, _)| *other == node) {
        return Err(twice(node));
    }
    let rate = parse_ratio(rate)?;
    let tenfold = |x: u32| u64::from(x) * SKEW_MAX;
    if u64::from(rate.num()) > tenfold(rate.den()) {
        return Err(ValueError::new(TooLarge, "too fast", format!("at most {SKEW_MAX}/1 is allowed")));
    }
    if tenfold(rate.num()) < u64::from(rate.den()) {
        return Err(ValueError::new(TooSmall, "too slow", format!("at least 1/{SKEW_MAX} is needed")));
    }
    s.skews.push((node, rate));
    Ok(())
}

/// How many times as fast, or as slow, as real time a clock can run.
const SKEW_MAX: u64 = 10;

fn twice(node: NodeId) -> ValueError {
    ValueError::new(Repeated, format!("{node} has one already"), "each replica may have one")
}

fn read_without(s: &mut Scenario, text: &str) -> Read<()> {
    let mut rules = s.rules;
    for name in text.split(',') {
        let Some((at, _)) = switches(s).find(|(_, id)| *id == name) else {
            return Err(ValueError::unknown(UnknownName, "rule", name, s.meta.switches.iter().map(|w| w.id)));
        };
        if !rules.holds(at) {
            return Err(ValueError::new(
                Repeated,
                format!("`{name}` is off already"),
                "each rule may stand once",
            ));
        }
        rules = rules.without(at);
    }
    s.rules = rules;
    Ok(())
}

/// The rules that can be switched off: as many as a [`RuleSet`] holds.
fn switches(s: &Scenario) -> impl Iterator<Item = (SwitchId, &'static str)> + use<> {
    const _: () = assert!(size_of::<RuleSet>() == 8);
    (0..64).zip(s.meta.switches.iter().map(|switch| switch.id))
}

fn set<T>(place: &mut T, value: Read<T>) -> Read<()> {
    *place = value?;
    Ok(())
}

fn time(since_start: Duration) -> Time {
    Time(since_start.0)
}

/// What to print for a value: nothing where it is the default.
fn unless<T: ToString>(default: bool, value: impl FnOnce() -> T) -> Vec<String> {
    if default { Vec::new() } else { vec![value().to_string()] }
}
