//! Bounds that no link can pass. Each is checked when text is read, before anything is built.

use consensus_kernel::Duration;

/// Longest fragment in bytes.
pub const FRAGMENT_BYTES: usize = 16 * 1024;
/// Longest text after inflating a compressed fragment, in bytes.
pub const INFLATED_BYTES: usize = 256 * 1024;
/// Longest scenario file in bytes.
pub const FILE_BYTES: usize = 1024 * 1024;
/// Most replicas (a protocol may allow fewer, see [`consensus_kernel::Meta::n`]).
pub const REPLICAS: usize = 1_000;
/// Most clients.
pub const CLIENTS: usize = 16;
/// Most requests.
pub const REQUESTS: u32 = 1_000_000;
/// Most actions in a script.
pub const ACTIONS: usize = 2_000;
/// Most scenarios that another one is compared with.
pub const RIVALS: usize = 7;
/// Most pauses.
pub const PAUSES: usize = 32;
/// Longest note at a pause, in bytes.
pub const NOTE_BYTES: usize = 400;
/// Most groups in a partition.
pub const GROUPS: usize = 16;
/// Most second copies that the network makes of one message.
pub const COPIES: u64 = 3;
/// Most virtual time: ten years.
pub const UNTIL: Duration = Duration::secs(10 * 365 * 86_400);
/// Longest single span (delay, gap, timer).
pub const SPAN: Duration = Duration::secs(86_400);
/// Shortest message delay.
pub const DELAY_MIN: Duration = Duration::micros(1);
/// Largest weight of one replica.
pub const WEIGHT: u64 = 1_000_000_000;
/// Most bytes per second of a node's link.
pub const BANDWIDTH: u64 = 1_000_000_000_000;
/// Most events of one run in the page; the command line raises it with `--limit`.
pub const EVENTS: u64 = 5_000_000;
/// Most messages in flight at once.
pub const IN_FLIGHT: usize = 1_000_000;
/// Most events at one instant.
pub const EVENTS_AT_ONE_INSTANT: u64 = 1_000_000;
