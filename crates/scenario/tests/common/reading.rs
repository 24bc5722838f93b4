//! Texts that are to be read, or refused.

use crate::common::CATALOGUE;
use consensus_scenario::{ParseError, Scenario, parse, print};

/// The scenario that a text gives.
pub fn read(text: &str) -> Scenario {
    parse(text, CATALOGUE).unwrap_or_else(|error| panic!("{text}: {error}")).scenario
}

/// What is wrong with a text.
pub fn refused(text: &str) -> ParseError {
    match parse(text, CATALOGUE) {
        Ok(link) => panic!("{text} was read as {}", print(&link.scenario)),
        Err(error) => error,
    }
}
