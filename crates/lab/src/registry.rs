//! The list of protocols, and the step from a scenario to a run of its type.

use crate::session::Session;
use consensus_kernel::{Meta, SetupError};
use consensus_scenario::Scenario;

/// What every protocol says of itself, in the order of the picker.
pub fn catalogue() -> &'static [&'static Meta] {
    &[]
}

/// Builds the run of a scenario.
pub fn open(_scenario: &Scenario) -> Result<Box<dyn Session>, SetupError> {
    Err(SetupError { key: "protocol", why: "there is no protocol yet".to_owned() })
}
