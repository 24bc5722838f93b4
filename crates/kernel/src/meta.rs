//! What a protocol says of itself: the page, the link and the command line are built from this.

use crate::{Duration, QuorumRule, Ratio, Rule, RuleSet, Switch, Value};
use serde::Serialize;

/// Everything static about a protocol.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Meta {
    /// Name in links: lower case, hyphens.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What the paper calls one of those that agree: "replica", "server", "miner".
    pub member: &'static str,
    /// Authors and year, short: "Castro & Liskov 1999".
    pub paper: &'static str,
    /// Full reference.
    pub reference: &'static str,
    /// One paragraph: what it solves and how.
    pub summary: &'static str,
    /// What it promises, and under which assumptions.
    pub claims: Claims,
    /// What faulty nodes may do, unless a variant says otherwise.
    pub faults: FaultModel,
    /// How many of them, for a given n, unless a variant says otherwise.
    pub bound: Bound,
    /// Fault models that a parameter chooses between; [`Meta::model`] gives the one that holds.
    pub variants: Option<Variants>,
    /// Where the values come from that are agreed on.
    pub inputs: Inputs,
    /// What counts as a quorum unless an option says otherwise.
    pub quorum: QuorumRule,
    /// Smallest, usual and largest number of replicas.
    pub n: (usize, usize, usize),
    /// What its rounds are called: "term", "view".
    pub round: &'static str,
    /// What its slots are called: "index", "sequence number".
    pub slot: &'static str,
    /// Parameters beyond the common ones, in the order of the form.
    pub params: &'static [ParamSpec],
    /// The table of citations, indexed by [`crate::RuleId`].
    pub rules: &'static [Rule],
    /// Rules that can be switched off, indexed by [`crate::SwitchId`].
    pub switches: &'static [Switch],
    /// Message kinds, indexed by [`crate::Message::kind`].
    pub kinds: &'static [Kind],
    /// Names of the timers that a visitor can fire by hand ([`crate::Timer::name`]).
    pub timers: &'static [&'static str],
    /// What a visitor can tell a node to do ([`crate::Input::Command`]), beyond what befalls every node.
    pub commands: &'static [CommandSpec],
    /// Protocol-specific misbehaviour, beside the generic strategies of the simulator.
    pub adversaries: &'static [AdversarySpec],
    /// What the engine leaves out, and where the paper has it.
    pub simplified: &'static [&'static str],
    /// What searches may throw at it and still demand its promises.
    pub envelope: Envelope,
    /// Which arrangement of the nodes explains it.
    pub layout: Layout,
    /// Whether nodes of different weight mean something to it.
    pub weighted: bool,
}

impl Meta {
    /// Whether the scheduler of Fischer, Lynch & Paterson can play against it: every replica begins with one of several
    /// values, and no round has a known length.
    pub const fn can_be_scheduled(&self) -> bool {
        let asks = matches!(self.inputs, Inputs::Given { by: Givers::All, options: [_, _, ..], .. });
        asks && self.envelope.delay_max.is_none()
    }

    /// What faulty nodes may do, and how many of them there may be, with these parameters.
    pub fn model(&self, params: &Params) -> (FaultModel, Bound) {
        match self.variants {
            Some(Variants { param, models }) => {
                models.get(params.choice(param)).copied().unwrap_or((self.faults, self.bound))
            }
            None => (self.faults, self.bound),
        }
    }
}

/// Fault models that a parameter chooses between.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Variants {
    /// Position of the parameter, a [`ParamKind::Choice`].
    pub param: usize,
    /// The model of each of its options, in their order.
    pub models: &'static [(FaultModel, Bound)],
}

/// Where the values come from that are agreed on.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum Inputs {
    /// Clients ask for them, as many as the scenario says.
    Requests,
    /// Replicas begin with them, and there are no clients.
    Given {
        /// Who has one: every replica, or replica 0 alone.
        by: Givers,
        /// What each may be.
        options: &'static [Value],
        /// Positions of the usual ones among the options, for replicas 0, 1, …, and again from the beginning.
        usual: &'static [usize],
    },
}

/// Which replicas begin with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Givers {
    /// Every replica.
    All,
    /// Replica 0 alone: a commander.
    First,
    /// Nobody: what is agreed on is made of the parameters, and what may be decided is the protocol's own affair.
    Nobody,
}

impl Inputs {
    /// How many of n replicas begin with a value.
    pub const fn givers(self, n: usize) -> usize {
        match self {
            Self::Requests => 0,
            Self::Given { by: Givers::All, .. } => n,
            Self::Given { by: Givers::First, .. } => 1,
            Self::Given { by: Givers::Nobody, .. } => 0,
        }
    }

    /// What n replicas begin with unless the scenario says otherwise, in their order.
    pub fn usual(self, n: usize) -> Vec<Value> {
        let Self::Given { options, usual, .. } = self else { return Vec::new() };
        let value = |i: usize| options[usual[i % usual.len()]];
        (0..self.givers(n)).map(value).collect()
    }

    /// What a replica may begin with.
    pub const fn options(self) -> &'static [Value] {
        match self {
            Self::Requests => &[],
            Self::Given { options, .. } => options,
        }
    }
}

/// What a visitor can tell a node to do.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CommandSpec {
    /// Name in a link: `at=300ms:do:1:suspect:2`.
    pub id: &'static str,
    /// Two or three words, after the node's name: "suspects".
    pub label: &'static str,
    /// What it does, in a sentence.
    pub does: &'static str,
    /// What it needs beside the node.
    pub about: About,
}

/// What a command needs beside the node that it is given to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum About {
    /// Nothing.
    Nothing,
    /// Another replica: its index.
    Replica,
    /// One of several names: its position.
    Choice(&'static [&'static str]),
}

/// What a protocol promises.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Claims {
    /// Whose decisions must agree.
    pub agreement: AgreementScope,
    /// What may be decided.
    pub validity: Validity,
    /// Under which assumption every correct node decides, for people; none if it never promises to.
    pub termination: Option<&'static str>,
    /// Under which assumption it is safe, for people.
    pub safety: &'static str,
}

/// What may be decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Validity {
    /// What a client asked for (or the no-op), or some replica began with.
    Proposed,
    /// If all correct replicas that begin with a value begin with the same one, only that. With a single commander: if
    /// it is loyal, its order (Lamport, Shostak & Pease 1982, IC2).
    Unanimous,
}

/// Whose decisions must agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum AgreementScope {
    /// Every node that ever decides, also one that crashes afterwards.
    Uniform,
    /// Correct nodes only.
    Correct,
}

/// What faulty nodes may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum FaultModel {
    /// Stop, and perhaps come back with what was on disk.
    Crash,
    /// Anything, but forging signatures.
    Byzantine,
}

/// The largest number of faulty replicas tolerated among n.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Bound {
    /// f = 0.
    Nobody,
    /// f ≤ 1, however many there are.
    One,
    /// n ≥ 2f + 1.
    Half,
    /// n ≥ 2f + 5: four nodes have no vote.
    HalfBesideFour,
    /// n ≥ 3f + 1.
    Third,
    /// n ≥ 5f + 1.
    Fifth,
    /// n ≥ f + 2: with signatures and synchrony any number can be faulty, and with fewer than two correct replicas there
    /// is nothing to agree on.
    AllButTwo,
    /// Less than a third of the weight, however many replicas hold it; f says how many that are if all weigh the same.
    ThirdOfWeight,
    /// Less than half of the weight.
    HalfOfWeight,
}

impl Bound {
    /// The largest f that n replicas tolerate.
    pub const fn max_f(self, n: usize) -> usize {
        match self {
            Self::One if n > 1 => 1,
            Self::One | Self::Nobody => 0,
            Self::Half | Self::HalfOfWeight => n.saturating_sub(1) / 2,
            Self::HalfBesideFour => n.saturating_sub(5) / 2,
            Self::Third | Self::ThirdOfWeight => n.saturating_sub(1) / 3,
            Self::Fifth => n.saturating_sub(1) / 5,
            Self::AllButTwo => n.saturating_sub(2),
        }
    }

    /// How many of n replicas have a vote.
    pub const fn voters(self, n: usize) -> usize {
        match self {
            Self::HalfBesideFour => n.saturating_sub(4),
            _ => n,
        }
    }

    /// The smallest n that tolerates f.
    pub const fn min_n(self, f: usize) -> usize {
        match self {
            Self::Nobody if f > 0 => usize::MAX,
            Self::One if f > 1 => usize::MAX,
            Self::One | Self::Nobody => f + 1,
            Self::Half | Self::HalfOfWeight => 2 * f + 1,
            Self::HalfBesideFour => 2 * f + 5,
            Self::Third | Self::ThirdOfWeight => 3 * f + 1,
            Self::Fifth => 5 * f + 1,
            Self::AllButTwo => f + 2,
        }
    }

    /// As papers print it.
    pub const fn formula(self) -> &'static str {
        match self {
            Self::Nobody => "f = 0",
            Self::One => "f ≤ 1",
            Self::Half => "n ≥ 2f + 1",
            Self::HalfBesideFour => "n ≥ 2f + 5",
            Self::Third => "n ≥ 3f + 1",
            Self::Fifth => "n ≥ 5f + 1",
            Self::AllButTwo => "n ≥ f + 2",
            Self::ThirdOfWeight => "faulty weight < 1/3",
            Self::HalfOfWeight => "faulty weight < 1/2",
        }
    }

    /// Where weight is what counts: the most that may be faulty of this total.
    pub const fn max_weight(self, total: u64) -> Option<u64> {
        match self {
            Self::ThirdOfWeight => Some(total.saturating_sub(1) / 3),
            Self::HalfOfWeight => Some(total.saturating_sub(1) / 2),
            _ => None,
        }
    }
}

/// One kind of message.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Kind {
    /// Name, as in links and tables: `pre-prepare`.
    pub name: &'static str,
    /// One or two characters drawn inside the message.
    pub glyph: &'static str,
    /// Drawn filled (a request or proposal) or hollow (a reply or vote).
    pub proposal: bool,
    /// To what account it is counted.
    pub class: KindClass,
}

impl Kind {
    /// A row of the table.
    pub const fn of(name: &'static str, glyph: &'static str, proposal: bool, class: KindClass) -> Self {
        Self { name, glyph, proposal, class }
    }
}

/// To what account a kind of message is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum KindClass {
    /// Serves one decision.
    Decision,
    /// Elects a leader or changes the view.
    Leadership,
    /// Runs whether or not anything is decided: heartbeats, checkpoints, state transfer.
    Background,
    /// Between a client and a replica.
    Client,
}

/// A protocol-specific way to misbehave.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AdversarySpec {
    /// Name in a link: `byz=0:two-faced`.
    pub id: &'static str,
    /// Two or three words.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub does: &'static str,
}

/// What searches may throw at a protocol and still demand its promises.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Envelope {
    /// Lost messages.
    pub loss: bool,
    /// Duplicated messages.
    pub duplication: bool,
    /// Partitions that heal.
    pub partition: bool,
    /// Crashes, at most f at a time, with restart from disk.
    pub crash: bool,
    /// Pauses and skewed clocks.
    pub pause: bool,
    /// At most f Byzantine replicas, among them twins.
    pub byzantine: bool,
    /// The largest one-way delay, for a protocol that works in rounds of known length: it promises nothing if a message
    /// takes longer. None: any delay will do.
    pub delay_max: Option<Duration>,
    /// Whether it needs links that lose nothing: then, unless the scenario says otherwise, a link layer below it sends
    /// again what the network loses. Such a layer lives and dies with its node: what a crashed node has sent may be lost,
    /// and what reached it while it was down is. So these are the protocols in which a crash is for good.
    pub reliable_links: bool,
}

impl Envelope {
    /// Crashes with recovery, and all that a network does that loses, doubles and delays.
    pub const CRASHES: Self = Self {
        loss: true,
        duplication: true,
        partition: true,
        crash: true,
        pause: true,
        byzantine: false,
        delay_max: None,
        reliable_links: false,
    };

    /// The same, and replicas that lie.
    pub const LIARS: Self = Self { byzantine: true, ..Self::CRASHES };

    /// Rounds in which every message arrives within this time.
    pub const fn rounds(delay_max: Duration) -> Self {
        Self { loss: false, partition: false, pause: false, delay_max: Some(delay_max), ..Self::CRASHES }
    }

    /// Whether a crashed node may come back and has promises again. In rounds of known length it has missed some.
    pub const fn recovers(&self) -> bool {
        !self.reliable_links && self.delay_max.is_none()
    }
}

/// Which arrangement of the nodes explains the protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Layout {
    /// Replicas on a circle, clients outside.
    Ring,
    /// The leader in the middle, the others around it.
    Star,
    /// Roles side by side.
    Columns,
    /// Levels of a hierarchy.
    Tree,
}

/// One parameter of a protocol.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ParamSpec {
    /// Key in a link.
    pub key: &'static str,
    /// Label in the form.
    pub label: &'static str,
    /// What it means, in a sentence.
    pub help: &'static str,
    /// Type, bounds and default.
    pub kind: ParamKind,
}

/// Type, bounds and default of a parameter. Bounds are inclusive.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum ParamKind {
    /// A whole number.
    Int {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
        /// Unless said otherwise.
        default: u64,
    },
    /// A whole number that a promise in probability rests on.
    Sure {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
        /// Unless said otherwise.
        default: u64,
        /// So large that no search will ever see the promise broken within the budget.
        sure: u64,
    },
    /// A span of time.
    Span {
        /// Shortest.
        min: Duration,
        /// Longest.
        max: Duration,
        /// Unless said otherwise.
        default: Duration,
    },
    /// A range of spans, `low..high`.
    SpanRange {
        /// Shortest low end.
        min: Duration,
        /// Longest high end.
        max: Duration,
        /// Unless said otherwise.
        default: (Duration, Duration),
    },
    /// One of several names.
    Choice {
        /// The names and what each means.
        options: &'static [(&'static str, &'static str)],
        /// Position of the default.
        default: usize,
    },
    /// On or off.
    Flag {
        /// Unless said otherwise.
        default: bool,
    },
    /// A ratio.
    Ratio {
        /// Smallest.
        min: Ratio,
        /// Largest.
        max: Ratio,
        /// Unless said otherwise.
        default: Ratio,
    },
    /// A ratio for each replica.
    Ratios {
        /// Smallest.
        min: Ratio,
        /// Largest.
        max: Ratio,
        /// For replicas 0, 1, …, and again from the beginning; not empty.
        usual: &'static [Ratio],
    },
    /// A row of ratios from 0 to 1 for each replica, all of one length. They need not sum up to anything.
    Table {
        /// Fewest and most columns.
        columns: (usize, usize),
        /// For replicas 0, 1, …, and again from the beginning; not empty, all of one length.
        usual: &'static [&'static [Ratio]],
    },
    /// A text.
    Text {
        /// Longest, in bytes.
        bytes_max: usize,
        /// Unless said otherwise.
        default: &'static str,
    },
    /// A text for each replica; an empty one where fewer are given.
    Texts {
        /// Longest of each, in bytes.
        bytes_max: usize,
        /// For replicas 0, 1, …, and again from the beginning; not empty.
        usual: &'static [&'static str],
    },
}

impl ParamKind {
    /// A span between a millisecond and an hour.
    pub const fn span(default: Duration) -> Self {
        Self::Span { min: Duration::millis(1), max: Duration::secs(3_600), default }
    }

    /// The default as a value.
    pub const fn default_value(&self) -> ParamValue {
        match *self {
            Self::Ratio { default, .. } => ParamValue::Ratio(default),
            Self::Ratios { .. } => ParamValue::Ratios(Vec::new()),
            Self::Table { .. } => ParamValue::Table(Vec::new()),
            Self::Text { .. } => ParamValue::Text(None),
            Self::Texts { .. } => ParamValue::Texts(Vec::new()),
            Self::Int { default, .. } | Self::Sure { default, .. } => ParamValue::Int(default),
            Self::Span { default, .. } => ParamValue::Span(default),
            Self::SpanRange { default: (low, high), .. } => ParamValue::SpanRange(low, high),
            Self::Choice { default, .. } => ParamValue::Choice(default),
            Self::Flag { default } => ParamValue::Flag(default),
        }
    }
}

impl ParamKind {
    /// Whether there is one for each replica.
    pub const fn is_per_replica(&self) -> bool {
        matches!(self, Self::Ratios { .. } | Self::Table { .. } | Self::Texts { .. })
    }

    /// What n replicas have of it, in full: what is not said is filled in, what is too much left out.
    pub fn filled(&self, value: &ParamValue, n: usize) -> ParamValue {
        match (*self, value) {
            (Self::Ratios { usual, .. }, ParamValue::Ratios(given)) => {
                let one = |i: usize| given.get(i).copied().unwrap_or(usual[i % usual.len()]);
                ParamValue::Ratios((0..n).map(one).collect())
            }
            (Self::Table { usual, .. }, ParamValue::Table(given)) => {
                // A row that is missing has the length of the others.
                let columns = given.first().map(Vec::len);
                let row = |i: usize| match given.get(i) {
                    Some(row) => row.clone(),
                    None => {
                        let mut row = usual[i % usual.len()].to_vec();
                        row.resize(columns.unwrap_or(row.len()), Ratio::ZERO);
                        row
                    }
                };
                ParamValue::Table((0..n).map(row).collect())
            }
            (Self::Texts { usual, .. }, ParamValue::Texts(given)) => {
                let one = |i: usize| match given.get(i) {
                    Some(text) => text.clone(),
                    None if given.is_empty() => usual[i % usual.len()].to_owned(),
                    None => String::new(),
                };
                ParamValue::Texts((0..n).map(one).collect())
            }
            (Self::Text { default, .. }, ParamValue::Text(None)) => {
                ParamValue::Text(Some(default.to_owned()))
            }
            _ => value.clone(),
        }
    }

    /// The opposite: what is to be kept of a value that is full, nothing if it is what is usual.
    pub fn unless_usual(&self, value: ParamValue, n: usize) -> ParamValue {
        let usual = self.default_value();
        if self.filled(&usual, n) == value { usual } else { value }
    }
}

/// The value of a parameter; its shape fits the [`ParamKind`] of its specification. In a scenario an empty list stands for
/// what is usual; in a [`Setup`] there is one for each replica.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum ParamValue {
    /// A whole number.
    Int(u64),
    /// A span of time.
    Span(Duration),
    /// A range, low end first.
    SpanRange(Duration, Duration),
    /// Position among the options.
    Choice(usize),
    /// On or off.
    Flag(bool),
    /// A ratio.
    Ratio(Ratio),
    /// One for each replica, or the usual ones.
    Ratios(Vec<Ratio>),
    /// One row for each replica, or the usual ones.
    Table(Vec<Vec<Ratio>>),
    /// A text, or the usual one.
    Text(Option<String>),
    /// One for each replica, or the usual ones.
    Texts(Vec<String>),
}

/// The values of all of a protocol's parameters, in the order of [`Meta::params`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Params(pub Vec<ParamValue>);

impl Params {
    /// All at their defaults.
    pub fn defaults(specs: &[ParamSpec]) -> Self {
        Self(specs.iter().map(|s| s.kind.default_value()).collect())
    }

    /// With everything for each of n replicas, as a [`Setup`] has it.
    pub fn filled(&self, specs: &[ParamSpec], n: usize) -> Self {
        Self(specs.iter().zip(&self.0).map(|(spec, value)| spec.kind.filled(value, n)).collect())
    }

    /// The same parameters for another number of replicas: what the first ones have stays.
    pub fn resized(&self, specs: &[ParamSpec], n: usize) -> Self {
        let one = |(spec, value): (&ParamSpec, &ParamValue)| match *value == spec.kind.default_value() {
            true => value.clone(),
            false => spec.kind.unless_usual(spec.kind.filled(value, n), n),
        };
        Self(specs.iter().zip(&self.0).map(one).collect())
    }

    /// The whole number at this place.
    ///
    /// # Panics
    /// If the specification at this place is of another kind: a mistake in the protocol's own table.
    pub fn int(&self, at: usize) -> u64 {
        match self.0.get(at) {
            Some(ParamValue::Int(x)) => *x,
            other => panic!("parameter {at} is {other:?}, not a whole number"),
        }
    }

    /// The span at this place. Panics like [`Params::int`].
    pub fn span(&self, at: usize) -> Duration {
        match self.0.get(at) {
            Some(ParamValue::Span(x)) => *x,
            other => panic!("parameter {at} is {other:?}, not a span"),
        }
    }

    /// The range at this place, low end first. Panics like [`Params::int`].
    pub fn span_range(&self, at: usize) -> (Duration, Duration) {
        match self.0.get(at) {
            Some(ParamValue::SpanRange(low, high)) => (*low, *high),
            other => panic!("parameter {at} is {other:?}, not a range"),
        }
    }

    /// The same, or why it is none: the low end comes first. `key` is the parameter's.
    pub fn rising_range(&self, at: usize, key: &'static str) -> Result<(Duration, Duration), SetupError> {
        let (low, high) = self.span_range(at);
        if low > high {
            let why = format!("{low}..{high} is empty: the shorter time comes first");
            return Err(SetupError { key, why });
        }
        Ok((low, high))
    }

    /// The position of the chosen option. Panics like [`Params::int`].
    pub fn choice(&self, at: usize) -> usize {
        match self.0.get(at) {
            Some(ParamValue::Choice(x)) => *x,
            other => panic!("parameter {at} is {other:?}, not a choice"),
        }
    }

    /// Whether it is on. Panics like [`Params::int`].
    pub fn flag(&self, at: usize) -> bool {
        match self.0.get(at) {
            Some(ParamValue::Flag(x)) => *x,
            other => panic!("parameter {at} is {other:?}, not a flag"),
        }
    }

    /// The ratio at this place. Panics like [`Params::int`].
    pub fn ratio(&self, at: usize) -> Ratio {
        match self.0.get(at) {
            Some(ParamValue::Ratio(x)) => *x,
            other => panic!("parameter {at} is {other:?}, not a ratio"),
        }
    }

    /// The ratio of each replica, in a [`Setup`]. Panics like [`Params::int`].
    pub fn ratios(&self, at: usize) -> &[Ratio] {
        match self.0.get(at) {
            Some(ParamValue::Ratios(x)) => x,
            other => panic!("parameter {at} is {other:?}, not a list of ratios"),
        }
    }

    /// The row of each replica, in a [`Setup`]: all of one length. Panics like [`Params::int`].
    pub fn table(&self, at: usize) -> &[Vec<Ratio>] {
        match self.0.get(at) {
            Some(ParamValue::Table(x)) => x,
            other => panic!("parameter {at} is {other:?}, not a table"),
        }
    }

    /// The text at this place, in a [`Setup`]. Panics like [`Params::int`].
    pub fn text(&self, at: usize) -> &str {
        match self.0.get(at) {
            Some(ParamValue::Text(Some(x))) => x,
            other => panic!("parameter {at} is {other:?}, not a text"),
        }
    }

    /// The text of each replica, in a [`Setup`]. Panics like [`Params::int`].
    pub fn texts(&self, at: usize) -> &[String] {
        match self.0.get(at) {
            Some(ParamValue::Texts(x)) => x,
            other => panic!("parameter {at} is {other:?}, not a list of texts"),
        }
    }
}

/// What a protocol's configuration is made from.
#[derive(Clone, PartialEq, Debug)]
pub struct Setup {
    /// Number of replicas.
    pub n: usize,
    /// Number of faulty replicas that quorums are sized for.
    pub f: usize,
    /// Number of clients.
    pub clients: usize,
    /// The protocol's own parameters, [filled](Params::filled) for n replicas.
    pub params: Params,
    /// Rules switched off.
    pub rules: RuleSet,
    /// Weight of each replica; as many as there are replicas.
    pub weights: Vec<u64>,
    /// What replicas begin with, as many as begin with something ([`Inputs::givers`]).
    pub inputs: Vec<Value>,
    /// Root of what is drawn for all nodes alike before the run, such as a dealer's coins.
    pub seed: u64,
}

/// A set-up that the protocol refuses, although every single value is within its bounds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SetupError {
    /// The key to blame.
    pub key: &'static str,
    /// What is wrong and what is allowed, as a sentence without a full stop.
    pub why: String,
}
