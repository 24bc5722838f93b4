//! Actions of a script and strategies of Byzantine replicas: read, printed, and said in words.

use crate::bounds;
use crate::error::ErrorKind::{Conflict, Malformed, Missing, NoSuchNode, UnknownName};
use crate::value::{
    Read, join, parse_duration, parse_group, parse_groups, parse_latency, parse_node, parse_number,
    parse_pair, parse_probability, parse_replica, parse_span, print_group, print_latency, print_ratio,
};
use crate::{Action, Fate, Group, Latency, MessageName, Scenario, Strategy, Timed, ValueError};
use consensus_kernel::{About, CommandSpec, Duration, Meta, NodeId, Time};

/// Every action: its name, and how it is written.
pub const ACTIONS: [(&str, &str); 19] = [
    ("crash", "crash:2"),
    ("restart", "restart:2"),
    ("amnesia", "amnesia:2"),
    ("pause", "pause:2"),
    ("resume", "resume:2"),
    ("partition", "partition:0,1/2,3"),
    ("block", "block:0,1-2,3"),
    ("cut", "cut:0-1"),
    ("mend", "mend:0-1"),
    ("heal", "heal"),
    ("loss", "loss:20%"),
    ("latency", "latency:5ms..20ms"),
    ("propose", "propose:c0"),
    ("fire", "fire:NODE:TIMER"),
    ("do", "do:NODE:COMMAND or do:NODE:COMMAND:ABOUT"),
    ("drop", "drop:FROM-TO:KIND:NTH"),
    ("deliver", "deliver:FROM-TO:KIND:NTH"),
    ("delay", "delay:FROM-TO:KIND:NTH:SPAN"),
    ("dup", "dup:FROM-TO:KIND:NTH"),
];

/// Every generic strategy: its name, and how it is written.
pub const STRATEGIES: [(&str, &str); 6] = [
    ("silent", "silent"),
    ("delay", "delay:50ms"),
    ("omit", "omit:1,2"),
    ("replay", "replay:50ms"),
    ("twins", "twins or twins:2,3,c1"),
    ("equivocate", "equivocate"),
];

/// Reads an action and its time, `300ms:crash:2`, for the nodes of this scenario and the names of its protocol.
///
/// # Errors
/// If it is not written so, or names a node, timer or message kind that there is not.
pub fn parse_action(scenario: &Scenario, text: &str) -> Result<Timed, ValueError> {
    let Some((time, what)) = text.split_once(':') else {
        return Err(ValueError::new(
            Missing,
            "an action needs a time and a name",
            "write it as 300ms:crash:2",
        ));
    };
    let at = Time(parse_duration(time)?.0);
    let (verb, rest) = match what.split_once(':') {
        Some((verb, rest)) => (verb, Some(rest)),
        None => (what, None),
    };
    let Some((_, form)) = ACTIONS.iter().find(|(name, _)| *name == verb) else {
        return Err(ValueError::unknown(UnknownName, "action", verb, ACTIONS.iter().map(|(name, _)| *name)));
    };
    let action = match (verb, rest) {
        ("heal", None) => Action::Heal,
        ("heal", Some(_)) => return Err(ValueError::new(Malformed, "heal takes nothing", "write heal")),
        (_, None | Some("")) => {
            return Err(ValueError::new(
                Missing,
                format!("what to {verb} is missing"),
                format!("write {form}"),
            ));
        }
        ("crash", Some(rest)) => Action::Crash(parse_node(scenario, rest)?),
        ("restart", Some(rest)) => Action::Restart(parse_node(scenario, rest)?),
        ("amnesia", Some(rest)) => Action::Amnesia(parse_node(scenario, rest)?),
        ("pause", Some(rest)) => Action::Pause(parse_node(scenario, rest)?),
        ("resume", Some(rest)) => Action::Resume(parse_node(scenario, rest)?),
        ("partition", Some(rest)) => Action::Partition(parse_groups(scenario, rest)?),
        ("block", Some(rest)) => parse_block(scenario, rest)?,
        ("cut", Some(rest)) => parse_pair(scenario, rest).map(|(a, b)| Action::Cut(a, b))?,
        ("mend", Some(rest)) => parse_pair(scenario, rest).map(|(a, b)| Action::Mend(a, b))?,
        ("loss", Some(rest)) => Action::Loss(parse_probability(rest)?),
        ("latency", Some(rest)) => Action::Latency(parse_latency(rest)?),
        ("propose", Some(rest)) => Action::Propose(parse_client(scenario, rest)?),
        ("fire", Some(rest)) => parse_fire(scenario, rest)?,
        ("do", Some(rest)) => parse_command(scenario, rest)?,
        ("delay", Some(rest)) => {
            let Some((name, span)) = rest.rsplit_once(':') else {
                return Err(ValueError::new(Missing, "a span is missing", format!("write {form}")));
            };
            let name = parse_message(scenario, name, form)?;
            Action::Message(name, Fate::Delay(parse_span(span, Duration::ZERO, bounds::SPAN)?))
        }
        (_, Some(rest)) => {
            let fate = match verb {
                "drop" => Fate::Drop,
                "deliver" => Fate::Deliver,
                _ => Fate::Duplicate,
            };
            Action::Message(parse_message(scenario, rest, form)?, fate)
        }
    };
    Ok(Timed { at, action })
}

fn parse_block(scenario: &Scenario, text: &str) -> Read<Action> {
    let Some((from, to)) = text.split_once('-') else {
        return Err(ValueError::new(Missing, "two groups are needed", "write block:0,1-2,3"));
    };
    let mut taken = Group::default();
    let from = parse_group(scenario, from, &mut taken)?;
    Ok(Action::Block(from, parse_group(scenario, to, &mut taken)?))
}

fn parse_client(scenario: &Scenario, text: &str) -> Read<NodeId> {
    let id = parse_node(scenario, text)?;
    if id.is_client() {
        return Ok(id);
    }
    Err(ValueError::new(NoSuchNode, format!("{id} is a replica"), "only a client, such as c0, can propose"))
}

fn parse_fire(scenario: &Scenario, text: &str) -> Read<Action> {
    let timers = scenario.meta.timers;
    let Some((node, timer)) = text.split_once(':') else {
        return Err(ValueError::new(
            Missing,
            "the timer is missing",
            format!("timers are {}", timers.join(", ")),
        ));
    };
    let node = parse_node(scenario, node)?;
    match timers.iter().position(|name| *name == timer) {
        Some(at) => Ok(Action::Fire(node, at)),
        None => Err(ValueError::unknown(UnknownName, "timer", timer, timers.iter().copied())),
    }
}

/// Reads what a replica is told to do, `1:suspect:2`.
fn parse_command(scenario: &Scenario, text: &str) -> Read<Action> {
    let commands = scenario.meta.commands;
    let mut parts = text.splitn(3, ':');
    let node = parse_replica(scenario, parts.next().unwrap_or_default())?;
    let name = parts.next().unwrap_or_default();
    let Some(at) = commands.iter().position(|command| command.id == name) else {
        return Err(ValueError::unknown(UnknownName, "command", name, commands.iter().map(|c| c.id)));
    };
    let about = match (commands[at].about, parts.next()) {
        (About::Nothing, None) => 0,
        (About::Nothing, Some(_)) => {
            return Err(ValueError::new(
                Conflict,
                format!("{name} takes nothing"),
                format!("write do:{node}:{name}"),
            ));
        }
        (About::Replica, Some(other)) => parse_replica(scenario, other)?.index(),
        (About::Choice(names), Some(choice)) => match names.iter().position(|name| *name == choice) {
            Some(place) => place,
            None => return Err(ValueError::unknown(UnknownName, "choice", choice, names.iter().copied())),
        },
        (_, None) => {
            return Err(ValueError::new(
                Missing,
                format!("{name} needs more"),
                format!("write do:{node}:{name}:ABOUT"),
            ));
        }
    };
    Ok(Action::Command(node, at, about))
}

/// What a command is about, as a link and people read it; nothing where it is about nothing.
fn about(command: &CommandSpec, about: usize) -> Option<String> {
    match command.about {
        About::Nothing => None,
        About::Replica => Some(about.to_string()),
        About::Choice(names) => Some(names.get(about).copied().unwrap_or_default().to_owned()),
    }
}

/// Reads the name of one message, `from-to:kind:nth`.
fn parse_message(scenario: &Scenario, text: &str, form: &str) -> Read<MessageName> {
    let mut parts = text.splitn(3, ':');
    let (Some(pair), Some(kind), Some(nth)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(ValueError::new(
            Missing,
            "the name of the message is not complete",
            format!("write {form}"),
        ));
    };
    let (from, to) = parse_pair(scenario, pair)?;
    let kinds = scenario.meta.kinds;
    let Some(kind) = kinds.iter().position(|k| k.name == kind) else {
        return Err(ValueError::unknown(UnknownName, "message", kind, kinds.iter().map(|k| k.name)));
    };
    let nth = parse_number(nth, 1, u64::from(u32::MAX), "messages")?;
    // The bound above is the type's own.
    Ok(MessageName { from, to, kind, nth: u32::try_from(nth).unwrap_or(u32::MAX) })
}

/// Prints an action and its time as [`parse_action`] reads it.
pub fn print_action(meta: &Meta, timed: &Timed) -> String {
    format!("{}:{}", timed.at, print_what(meta, &timed.action))
}

fn print_what(meta: &Meta, action: &Action) -> String {
    match action {
        Action::Crash(id) => format!("crash:{id}"),
        Action::Restart(id) => format!("restart:{id}"),
        Action::Amnesia(id) => format!("amnesia:{id}"),
        Action::Pause(id) => format!("pause:{id}"),
        Action::Resume(id) => format!("resume:{id}"),
        Action::Partition(groups) => format!("partition:{}", join(groups.iter().map(print_group), "/")),
        Action::Block(from, to) => format!("block:{}-{}", print_group(from), print_group(to)),
        Action::Cut(a, b) => format!("cut:{a}-{b}"),
        Action::Mend(a, b) => format!("mend:{a}-{b}"),
        Action::Heal => "heal".to_string(),
        Action::Loss(ratio) => format!("loss:{}", print_ratio(*ratio)),
        Action::Latency(latency) => format!("latency:{}", print_latency(*latency)),
        Action::Propose(id) => format!("propose:{id}"),
        Action::Fire(id, timer) => format!("fire:{id}:{}", timer_name(meta, *timer)),
        Action::Command(id, at, what) => match meta.commands.get(*at) {
            Some(command) => {
                let about = about(command, *what).map_or_else(String::new, |about| format!(":{about}"));
                format!("do:{id}:{}{about}", command.id)
            }
            None => String::new(),
        },
        Action::Message(name, fate) => {
            let MessageName { from, to, nth, .. } = name;
            let message = format!("{from}-{to}:{}:{nth}", kind_name(meta, name.kind));
            match fate {
                Fate::Drop => format!("drop:{message}"),
                Fate::Deliver => format!("deliver:{message}"),
                Fate::Delay(span) => format!("delay:{message}:{span}"),
                Fate::Duplicate => format!("dup:{message}"),
            }
        }
    }
}

/// Says an action in words, for lists and marks: "crash 2", "lose the 1st prepare from 0 to 2".
pub fn describe_action(meta: &Meta, action: &Action) -> String {
    match action {
        Action::Crash(id) => format!("crash {id}"),
        Action::Restart(id) => format!("restart {id}"),
        Action::Amnesia(id) => format!("restart {id} with an empty disk"),
        Action::Pause(id) => format!("pause {id}"),
        Action::Resume(id) => format!("resume {id}"),
        Action::Partition(groups) => {
            // One group alone stands against all others.
            let others = (groups.len() == 1).then(|| "all others".to_string());
            format!("partition into {}", join(groups.iter().map(describe_group).chain(others), " | "))
        }
        Action::Block(from, to) => {
            format!("block all from {} to {}", describe_group(from), describe_group(to))
        }
        Action::Cut(a, b) => format!("cut the link between {a} and {b}"),
        Action::Mend(a, b) => format!("mend the link between {a} and {b}"),
        Action::Heal => "heal all links".to_string(),
        Action::Loss(ratio) => format!("lose {ratio} of all messages from now on"),
        Action::Latency(latency) => format!("delay messages by {} from now on", describe_latency(*latency)),
        Action::Propose(id) => format!("{id} asks for one more value"),
        Action::Fire(id, timer) => format!("run out the {} timer of {id}", timer_name(meta, *timer)),
        Action::Command(id, at, what) => match meta.commands.get(*at) {
            Some(command) => {
                let about = about(command, *what).map_or_else(String::new, |about| format!(" {about}"));
                format!("{id} {}{about}", command.label)
            }
            None => String::new(),
        },
        Action::Message(name, fate) => {
            let MessageName { from, to, nth, .. } = name;
            let message = format!("the {} {} from {from} to {to}", ordinal(*nth), kind_name(meta, name.kind));
            match fate {
                Fate::Drop => format!("lose {message}"),
                Fate::Deliver => format!("deliver {message} now"),
                Fate::Delay(span) => format!("delay {message} by {span}"),
                Fate::Duplicate => format!("duplicate {message}"),
            }
        }
    }
}

fn describe_group(group: &Group) -> String {
    join(group.iter(), ", ")
}

fn describe_latency(latency: Latency) -> String {
    match latency {
        Latency::Constant(delay) => delay.to_string(),
        Latency::Uniform(low, high) => format!("{low} to {high}"),
        Latency::Exponential(mean) => format!("{mean} on average, exponentially distributed,"),
    }
}

fn timer_name(meta: &Meta, at: usize) -> &'static str {
    meta.timers.get(at).copied().unwrap_or_default()
}

fn kind_name(meta: &Meta, at: usize) -> &'static str {
    meta.kinds.get(at).map_or("", |kind| kind.name)
}

/// "1st", "2nd", "3rd", "4th", "11th".
fn ordinal(n: u32) -> String {
    let suffix = match (n % 10, n % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{n}{suffix}")
}

/// Reads how a Byzantine replica misbehaves: a generic strategy or one of the protocol's own lies.
///
/// # Errors
/// If there is no such strategy, or what it needs is missing or wrong.
pub fn parse_strategy(scenario: &Scenario, text: &str) -> Result<Strategy, ValueError> {
    let adversaries = scenario.meta.adversaries;
    let own = adversaries.iter().position(|a| a.id == text);
    let (name, rest) = match text.split_once(':') {
        Some((name, rest)) => (name, Some(rest)),
        None => (text, None),
    };
    let span = |text| parse_span(text, Duration::ZERO, bounds::SPAN);
    let group = |text| parse_group(scenario, text, &mut Group::default());
    match (name, rest) {
        ("silent", None) => Ok(Strategy::Silent),
        ("delay", Some(rest)) => span(rest).map(Strategy::Delay),
        ("omit", Some(rest)) => group(rest).map(Strategy::Omit),
        ("replay", Some(rest)) => span(rest).map(Strategy::Replay),
        ("twins", None) => Ok(Strategy::Twins(None)),
        ("twins", Some(rest)) => group(rest).map(|g| Strategy::Twins(Some(g))),
        _ => match own {
            Some(at) => Ok(Strategy::Own(at)),
            None if text == "equivocate" => {
                let two_faced = adversaries.iter().position(|a| a.id == "two-faced");
                Ok(two_faced.map_or(Strategy::Twins(None), Strategy::Own))
            }
            None => match STRATEGIES.iter().find(|(generic, _)| *generic == name) {
                Some((_, form)) if rest.is_none() => {
                    Err(ValueError::new(Missing, format!("{name} needs more"), format!("write {form}")))
                }
                Some((_, form)) => {
                    Err(ValueError::new(Conflict, format!("{name} takes nothing"), format!("write {form}")))
                }
                None => {
                    let names =
                        STRATEGIES.iter().map(|(name, _)| *name).chain(adversaries.iter().map(|a| a.id));
                    Err(ValueError::unknown(UnknownName, "strategy", name, names))
                }
            },
        },
    }
}

/// Prints a strategy as [`parse_strategy`] reads it.
pub fn print_strategy(meta: &Meta, strategy: &Strategy) -> String {
    match strategy {
        Strategy::Silent => "silent".to_string(),
        Strategy::Delay(span) => format!("delay:{span}"),
        Strategy::Omit(group) => format!("omit:{}", print_group(group)),
        Strategy::Replay(span) => format!("replay:{span}"),
        Strategy::Twins(None) => "twins".to_string(),
        Strategy::Twins(Some(group)) => format!("twins:{}", print_group(group)),
        Strategy::Own(at) => meta.adversaries.get(*at).map_or_else(String::new, |a| a.id.to_string()),
    }
}

/// Says a strategy in words: "sends nothing".
pub fn describe_strategy(meta: &Meta, strategy: &Strategy) -> String {
    match strategy {
        Strategy::Silent => "sends nothing".to_string(),
        Strategy::Delay(span) => format!("sends everything {span} late"),
        Strategy::Omit(group) => format!("sends nothing to {}", describe_group(group)),
        Strategy::Replay(span) => format!("sends everything again after {span}"),
        Strategy::Twins(None) => {
            "two copies of one identity: one faces the odd nodes, one the others".to_string()
        }
        Strategy::Twins(Some(group)) => {
            format!("two copies of one identity: one faces {}, one the others", describe_group(group))
        }
        Strategy::Own(at) => meta.adversaries.get(*at).map_or_else(String::new, |a| a.label.to_string()),
    }
}
