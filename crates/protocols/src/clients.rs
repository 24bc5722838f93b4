//! Clients, and what they have in common: each has one request open at a time.

pub mod all;
pub mod one;
pub mod queue;
pub mod request;

use consensus_kernel::{AdversarySpec, Face, Tone, Value, Votes};

/// A client on the stage: what it asks for and whether it had to ask again, or how many of its requests are done.
pub(crate) fn face(asks: Option<Value>, again: bool, done: u64, votes: Option<Votes>) -> Face {
    let (status, tone) = match (asks, done) {
        (Some(value), _) => (format!("asks {value}"), if again { Tone::Contending } else { Tone::Busy }),
        (None, 0) => ("idle".to_owned(), Tone::Idle),
        (None, _) => (format!("{done} done"), Tone::Settled),
    };
    Face { role: "client", status: status.into(), tone, round: 0, leads: false, votes, waits_for: None }
}

/// The lie that needs no protocol.
pub(crate) const FALSE_REPLY: AdversarySpec = AdversarySpec {
    id: "false-reply",
    label: "False replies",
    does: "It tells clients that their requests were executed one place later than they were.",
};
