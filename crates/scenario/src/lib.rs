//! Scenarios as plain data, and their one text form for links, files, the command line and tests.
//!
//! This crate parses and prints; it runs nothing and knows no protocol by name: whoever reads a scenario hands in the
//! list of protocols there are.

mod action;
mod base64url;
pub mod bounds;
mod compress;
mod error;
mod keys;
mod model;
mod pause;
mod rival;
mod text;
mod value;

pub use action::{
    ACTIONS, STRATEGIES, describe_action, describe_strategy, parse_action, parse_strategy, print_action,
    print_strategy,
};
pub use compress::{InflateError, Inflated};
pub use error::{ErrorKind, ParseError, ValueError};
pub use keys::{FAULTS, Key, SETTINGS, put_in_order};
pub use model::{
    Action, Byzantine, Fate, Group, Latency, MessageName, Network, Scenario, Schedule, Strategy, Timed,
};
pub use pause::{FIRSTS, Pause, When, parse_when};
pub use rival::{changed, parse_rival, print_rival, rival};
pub use text::{
    Link, VERSION, deflated_part, long_text, parse, parse_inflated, parse_lenient, print, print_file,
    print_link, refused, share_deflated,
};
#[cfg(feature = "deflate")]
pub use text::{print_compressed, share};
pub use value::{
    parse_duration, parse_latency, parse_param, parse_probability, parse_ratio, print_latency, print_param,
    print_ratio,
};
