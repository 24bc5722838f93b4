//! What all agents know beforehand: who weighs how much, what is enough, and how answers are compared.

use super::power::swings;
use super::tables::{CAP, LAST_ROUND, USUAL_DOMAIN, param};
use super::texts::{Measure, Said, dice, parts};
use crate::ratios::{common, gcd_wide};
use consensus_kernel::{Duration, NodeId, Ratio, RuleSet, Setup, SetupError, Time};
use serde::Serialize;

/// What all agents know beforehand. The answers are each agent's own.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// Number of agents.
    pub n: usize,
    /// How many may be faulty where all exchange answers.
    pub f: usize,
    /// Number of rounds.
    pub rounds: u32,
    /// The longest that a message may take.
    pub delta: Duration,
    /// Whether agent 0 alone collects and announces.
    pub coordinated: bool,
    /// How many rounds a roll call takes before the question is put.
    pub before: u32,
    /// What is asked.
    pub question: Said,
    /// What it belongs to; empty if that is nothing unusual.
    pub domain: String,
    /// What each agent begins with.
    pub answers: Vec<Said>,
    /// Trust times expertise of each agent, as a fraction, before any cap.
    pub competence: Vec<(u64, u64)>,
    /// The same as whole numbers without a common divisor, after the cap.
    pub weights: Vec<u64>,
    /// Whose weight was cut.
    pub cut: Vec<bool>,
    /// All weights together.
    pub total: u64,
    /// θ: more than this share of all is a majority.
    pub theta: Ratio,
    /// The largest share that an agent may have.
    pub cap: Ratio,
    /// Answers at least so similar can share a cluster.
    pub similar: Ratio,
    /// What is compared.
    pub measure: Measure,
    /// Which rules hold.
    pub rules: RuleSet,
    /// How often each agent's vote turns the scale, if they are few enough to count.
    #[serde(skip)]
    pub swings: Option<Vec<u64>>,
    /// How alike any two of the agents' own answers are: compared once for all.
    #[serde(skip)]
    book: Vec<Vec<(u32, u32)>>,
}

impl Plan {
    /// Reads it from a set-up.
    pub(super) fn new(setup: &Setup) -> Result<Self, SetupError> {
        let (params, n) = (&setup.params, setup.n);
        let table = params.table(param::EXPERTISE);
        let columns = table.first().map_or(0, Vec::len);
        let (names, wanted) = (params.text(param::DOMAINS), params.text(param::DOMAIN).trim());
        let Some(domain) = column(names, wanted).filter(|domain| *domain < columns) else {
            let why =
                format!("expertise has {columns} columns, from 0, for {names}; none of them is {wanted}");
            return Err(SetupError { key: "domain", why });
        };
        let expertise: Vec<Ratio> = table.iter().map(|row| row[domain]).collect();
        let (trust, trust_unit) = common("trust", params.ratios(param::TRUST))?;
        let (expertise, expertise_unit) = common("expertise", &expertise)?;
        let products: Vec<u64> = trust.iter().zip(&expertise).map(|(t, e)| t * e).collect();
        let measure = match params.choice(param::MEASURE) {
            0 => Measure::Letters,
            1 => Measure::Words,
            _ => Measure::Exact,
        };
        let cap = if setup.rules.holds(CAP) { params.ratio(param::CAP) } else { Ratio::ONE };
        let mut plan = Self {
            n,
            f: setup.f,
            rounds: (setup.f + usize::from(setup.rules.holds(LAST_ROUND))).max(1) as u32,
            before: 0,
            delta: params.span(param::DELTA),
            coordinated: params.choice(param::DECIDE) == 1,
            question: Said::new(params.text(param::QUESTION)),
            domain: match wanted {
                USUAL_DOMAIN => String::new(),
                _ => names.split(',').nth(domain).map_or(wanted, str::trim).to_owned(),
            },
            answers: params.texts(param::ANSWERS).iter().map(|text| Said::new(text)).collect(),
            competence: products.iter().map(|w| (*w, trust_unit * expertise_unit)).collect(),
            weights: Vec::new(),
            cut: Vec::new(),
            total: 0,
            theta: params.ratio(param::THETA),
            cap: params.ratio(param::CAP),
            similar: params.ratio(param::SIMILAR),
            measure,
            rules: setup.rules,
            swings: None,
            book: Vec::new(),
        };
        if plan.coordinated {
            plan.before = if params.flag(param::ROLL_CALL) { 2 } else { 0 };
            plan.rounds = plan.before + 3;
        }
        (plan.weights, plan.cut) = capped(&products, cap)?;
        plan.weigh();
        let all: Vec<Vec<String>> = plan.answers.iter().map(|said| parts(said.text(), measure)).collect();
        plan.book = all.iter().map(|a| all.iter().map(|b| dice(a, b)).collect()).collect();
        Ok(plan)
    }

    /// The same with these weights, for measuring what a rule of weighting is worth.
    #[must_use]
    pub fn with_weights(mut self, weights: Vec<u64>) -> Self {
        self.weights = weights;
        self.weigh();
        self
    }

    fn weigh(&mut self) {
        self.total = self.weights.iter().sum();
        self.swings = swings(&self.weights, self.enough(self.total));
    }

    /// What all agents, or some, weigh together times θ, rounded down: more is a majority.
    pub fn enough(&self, of: u64) -> u64 {
        self.theta.of(of)
    }

    /// What an agent weighs.
    pub fn weight(&self, agent: NodeId) -> u64 {
        self.weights.get(agent.index()).copied().unwrap_or(0)
    }

    /// Whether two answers can share a cluster, and how alike they are in parts of [`Plan::WHOLE`], rounded down.
    pub(super) fn alike(&self, a: &Known, b: &Known) -> Option<u64> {
        let (shared, all) = match (a.place, b.place) {
            (Some(i), Some(j)) => self.book[i][j],
            _ => dice(&self.parts_of(a), &self.parts_of(b)),
        };
        let wide = |x: u32, y: u32| u64::from(x) * u64::from(y);
        let fits = all > 0 && wide(shared, self.similar.den()) >= wide(self.similar.num(), all);
        fits.then(|| u64::from(shared) * Self::WHOLE / u64::from(all))
    }

    fn parts_of(&self, known: &Known) -> Vec<String> {
        match known.place {
            Some(i) => parts(self.answers[i].text(), self.measure),
            None => known.parts.clone(),
        }
    }

    /// What two equal answers are alike.
    pub const WHOLE: u64 = 1 << 20;

    /// An answer, looked up among the agents' own.
    pub(super) fn look_up(&self, said: &Said) -> Known {
        let place = self.answers.iter().position(|own| own == said);
        let parts = if place.is_none() { parts(said.text(), self.measure) } else { Vec::new() };
        Known { place, parts }
    }

    /// What a liar says instead of this agent's answer: the first that is unlike it.
    pub(super) fn other(&self, agent: NodeId) -> Said {
        let own = self.look_up(&self.answers[agent.index()]);
        let unlike = |said: &&Said| !said.is_blank() && self.alike(&self.look_up(said), &own).is_none();
        self.answers.iter().find(unlike).cloned().unwrap_or_else(|| Said::new("no"))
    }

    /// How long a round lasts: a message that takes Δ is in time.
    pub(super) fn span(&self) -> Duration {
        self.delta + Duration::micros(1)
    }

    /// The round under way at this time, from 1, and how long it lasts from then.
    pub(super) fn round_at(&self, now: Time) -> (u32, Duration) {
        let span = self.span().as_micros();
        let over = now.as_micros() / span;
        let left = (over + 1).saturating_mul(span) - now.as_micros();
        (u32::try_from(over).unwrap_or(u32::MAX).saturating_add(1), Duration::micros(left))
    }
}

/// An answer ready to be compared.
pub(super) struct Known {
    /// Which agent begins with it, if one does.
    place: Option<usize>,
    parts: Vec<String>,
}

/// The column of expertise that has this name, or this number, from 0.
fn column(names: &str, wanted: &str) -> Option<usize> {
    let named = names.split(',').position(|name| name.trim().eq_ignore_ascii_case(wanted));
    named.or_else(|| wanted.parse().ok())
}

/// Cuts weights until nobody has more than this share of what is left, and says whose were cut: the k heaviest get c·T, where
/// T = U / (1 − k·c) and U is what the others weigh. All in whole numbers, without a common divisor.
fn capped(weights: &[u64], cap: Ratio) -> Result<(Vec<u64>, Vec<bool>), SetupError> {
    let (num, den) = (u128::from(cap.num()), u128::from(cap.den()));
    if num * (weights.len() as u128) < den {
        let why = format!("{} agents cannot all have less than {cap}", weights.len());
        return Err(SetupError { key: "cap", why });
    }
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let rank = |i: &usize| (std::cmp::Reverse(weights[*i]), *i);
    consensus_kernel::sort(&mut order, |a, b| rank(a) < rank(b));
    let mut rest: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    let (mut cut, mut unit) = (vec![false; weights.len()], den);
    for i in order {
        let weight = u128::from(weights[i]);
        if weight * unit <= num * rest {
            break;
        }
        // What is too much is more than c of the total, so k·c stays below 1 and the unit above 0.
        (rest, unit) = (rest - weight, unit.saturating_sub(num));
        cut[i] = true;
    }
    let new = |i: usize| if cut[i] { num * rest } else { u128::from(weights[i]) * unit };
    let wide: Vec<u128> = (0..weights.len()).map(new).collect();
    let divisor = wide.iter().fold(0, |a, b| gcd_wide(a, *b)).max(1);
    let whole = |w: &u128| u64::try_from(w / divisor).ok().filter(|w| *w < u64::MAX >> 8);
    match wide.iter().map(whole).collect() {
        Some(weights) => Ok((weights, cut)),
        None => {
            Err(SetupError { key: "cap", why: "write it, and the weights, with fewer digits".to_owned() })
        }
    }
}
