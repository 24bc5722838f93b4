//! The list of protocols, and the step from a scenario to something of its type.

use crate::checkpoints::Sim;
use crate::run::Run;
use crate::session::Session;
use crate::watch::Watch;
#[cfg(feature = "experiments")]
use crate::workload::{self, Engine};
#[cfg(feature = "experiments")]
use consensus_check::judge;
use consensus_check::{Outcome, assumptions, judge_run, stays_one_network};
#[cfg(feature = "experiments")]
use consensus_kernel::Digest;
use consensus_kernel::{AnyConfig, AnyNode, Meta, Protocol, Setup, SetupError};
use consensus_scenario::{Scenario, bounds};

/// One protocol with its type forgotten.
struct Entry {
    meta: &'static Meta,
    configure: fn(&Setup) -> Result<AnyConfig, SetupError>,
    #[cfg(feature = "experiments")]
    judge: fn(&Scenario, bool) -> Result<Outcome, SetupError>,
    #[cfg(feature = "experiments")]
    engine: fn(&Scenario) -> Result<Box<dyn Engine>, SetupError>,
    #[cfg(feature = "experiments")]
    digest: fn(&Scenario) -> Result<Digest, SetupError>,
}

const fn entry<P: Protocol>() -> Entry {
    Entry {
        meta: P::META,
        configure: AnyConfig::of::<P>,
        #[cfg(feature = "experiments")]
        judge: judge::<P>,
        #[cfg(feature = "experiments")]
        engine: workload::engine::<P>,
        #[cfg(feature = "experiments")]
        digest: workload::digest::<P>,
    }
}

macro_rules! entries {
    ($($protocol:ty),* $(,)?) => {
        const ENTRIES: &[Entry] = &[$(entry::<$protocol>()),*];
        const CATALOGUE: &[&Meta] = &[$(<$protocol as Protocol>::META),*];
    };
}
consensus_protocols::for_each_protocol!(entries);

/// What every protocol says of itself, in the order of the picker.
pub fn catalogue() -> &'static [&'static Meta] {
    CATALOGUE
}

fn find(scenario: &Scenario) -> Result<&'static Entry, SetupError> {
    let unknown =
        || SetupError { key: "protocol", why: format!("there is no protocol {}", scenario.meta.id) };
    ENTRIES.iter().find(|e| e.meta.id == scenario.meta.id).ok_or_else(unknown)
}

/// Builds the run of a scenario.
pub fn open(scenario: &Scenario) -> Result<Box<dyn Session>, SetupError> {
    open_with_limit(scenario, bounds::EVENTS)
}

/// Builds the run of a scenario with another bound on the number of events.
pub fn open_with_limit(scenario: &Scenario, events_max: u64) -> Result<Box<dyn Session>, SetupError> {
    Ok(Box::new(Run::new(scenario, events_max)?))
}

/// Whether all that a protocol's promises rest on holds as a scenario begins, and its network stays one.
pub(crate) fn promises_all(scenario: &Scenario) -> Result<bool, SetupError> {
    let sim = simulate(scenario, bounds::EVENTS)?;
    let holds = assumptions(&sim).iter().all(|assumption| assumption.holds);
    Ok(holds && stays_one_network::<AnyNode>(sim.config(), scenario))
}

/// The simulation of a scenario at its beginning.
pub(crate) fn simulate(scenario: &Scenario, events_max: u64) -> Result<Sim, SetupError> {
    let config = (find(scenario)?.configure)(&scenario.setup())?;
    Ok(Sim::configured(scenario, config, events_max))
}

/// The same as [`judge_scenario`], by the engine that forgets the protocol's type, as the page has it; `beat` is called
/// every few hundred events.
pub fn judge_any(
    scenario: &Scenario,
    stop_at_first: bool,
    beat: &mut dyn FnMut(),
) -> Result<Outcome, SetupError> {
    let sim = simulate(scenario, bounds::EVENTS)?;
    Ok(judge_run(sim, stop_at_first, |sim, verdicts, stop| {
        beat();
        sim.run(&mut Watch::judging(scenario.meta, verdicts), stop)
    }))
}

#[cfg(feature = "experiments")]
/// Runs a scenario to its end and judges it; with `stop_at_first`, to its first violation of safety.
pub fn judge_scenario(scenario: &Scenario, stop_at_first: bool) -> Result<Outcome, SetupError> {
    (find(scenario)?.judge)(scenario, stop_at_first)
}

#[cfg(feature = "experiments")]
/// A real engine with its checks on, to be measured.
pub fn busy_engine(scenario: &Scenario) -> Result<Box<dyn Engine>, SetupError> {
    (find(scenario)?.engine)(scenario)
}

#[cfg(feature = "experiments")]
/// SHA-256 over the canonical event stream of the whole run, computed with the types of its protocol, which a session has
/// forgotten: the same as [`Session::digest`].
pub fn typed_digest(scenario: &Scenario) -> Result<Digest, SetupError> {
    (find(scenario)?.digest)(scenario)
}
