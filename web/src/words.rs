//! Actions, strategies, events and moments in words.

pub use consensus_figure::values::name_of;
pub use consensus_kernel::plural;
use consensus_kernel::{Meta, NodeId};
use consensus_lab::view::{EventView, What};
use consensus_scenario::{Action, Group, MessageName, Scenario, describe_action};

/// All nodes that an action names.
pub fn nodes_of(action: &Action) -> Vec<NodeId> {
    match action {
        Action::Crash(x) | Action::Restart(x) | Action::Amnesia(x) | Action::Pause(x) | Action::Resume(x) => {
            vec![*x]
        }
        Action::Propose(x) | Action::Fire(x, _) | Action::Command(x, ..) => vec![*x],
        Action::Partition(groups) => groups.iter().flat_map(Group::iter).collect(),
        Action::Block(a, b) => a.iter().chain(b.iter()).collect(),
        Action::Cut(a, b) | Action::Mend(a, b) => vec![*a, *b],
        Action::Message(name, _) => vec![name.from, name.to],
        Action::Heal | Action::Loss(_) | Action::Latency(_) => Vec::new(),
    }
}

/// A message by its name: "prepare 1→2", with its count if it is not the first.
pub fn message(meta: &Meta, name: &MessageName) -> String {
    let kind = meta.kinds.get(name.kind).map_or("message", |k| k.name);
    match name.nth {
        0 | 1 => format!("{kind} {}→{}", name.from, name.to),
        nth => format!("{kind} {}→{} #{nth}", name.from, name.to),
    }
}

/// A node in prose: "node 2", "client c0".
pub fn node(id: NodeId) -> String {
    if id.is_client() { format!("client {id}") } else { format!("node {id}") }
}

/// What happened, short, without the node.
pub fn what(meta: &Meta, scenario: &Scenario, event: &EventView) -> String {
    match &event.what {
        What::Start => "starts".to_owned(),
        What::Propose(value) => format!("is asked for {value}"),
        What::Deliver(m) => {
            format!("{} from {}", meta.kinds.get(m.flight.kind).map_or("message", |k| k.name), m.flight.from)
        }
        What::Lost(m, why) => {
            format!(
                "{} from {} lost: {why}",
                meta.kinds.get(m.flight.kind).map_or("message", |k| k.name),
                m.flight.from
            )
        }
        What::Fire(timer) => format!("timer {timer}"),
        What::Action(i) | What::Told(i) => {
            scenario.script.get(*i).map_or("action".to_owned(), |t| describe_action(meta, &t.action))
        }
        What::Restart => "is back".to_owned(),
    }
}

/// A moment with one decimal of a millisecond and grouped thousands: "1 204.6 ms".
pub fn moment(us: f64) -> String {
    let tenths = (us / 100.0).floor().max(0.0) as u64;
    format!("{}.{} ms", grouped(tenths / 10), tenths % 10)
}

/// A count with thin spaces between thousands.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// "1 replica", "4 replicas", "3 processes".
pub fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {}", grouped(n as u64), plural(one)) }
}

/// What a scenario is, when nobody has given it a title: "PBFT, 4 replicas, 1 lying".
pub fn describe(scenario: &Scenario) -> String {
    let mut text = format!("{}: {}", scenario.meta.title, count(scenario.n, scenario.meta.member));
    let liars = scenario.byzantine.len();
    if liars > 0 {
        text.push_str(&format!(", {liars} lying"));
    }
    let crashes = scenario.script.iter().filter(|t| matches!(t.action, Action::Crash(_))).count();
    if crashes > 0 {
        text.push_str(&format!(
            ", {}",
            if crashes == 1 { "1 crash".into() } else { format!("{crashes} crashes") }
        ));
    }
    if !scenario.rules.all_hold() {
        text.push_str(", a rule missing");
    }
    text
}

/// The first sentence of a text of several.
pub fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or_default()
}
