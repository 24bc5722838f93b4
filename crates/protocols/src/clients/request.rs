//! What clients ask for where some may lie: signed, and numbered by each client.

use consensus_kernel::{NodeId, Signed, Slot, Value};
use serde::Serialize;

/// A client's operation. Its number, PBFT's timestamp, rises with every request of that client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Request {
    /// What is asked for.
    pub value: Value,
}

/// Whether one of so many clients asked for it itself.
pub fn is_own(request: &Signed<Request>, clients: usize) -> bool {
    let (value, client) = (request.body().value, request.signer());
    client.is_client()
        && client.index() < clients
        && value.number() > 0
        && value == Value::request(client.index(), value.number())
}

/// What the state knows of one client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct ClientRecord {
    /// Number of the last request executed; 0 if none. It is also the content of the client's register.
    pub number: u32,
    /// How many requests of this client were executed.
    pub executions: u32,
    /// Where the last one was executed.
    pub slot: Slot,
}

impl ClientRecord {
    /// A request is executed.
    #[inline]
    pub fn execute(&mut self, number: u32, slot: Slot) {
        *self = Self { number: self.number.max(number), executions: self.executions + 1, slot };
    }
}

/// Requests that came and are not executed, oldest first, one a client.
pub type Pending = Vec<Signed<Request>>;

/// Keeps the latest request of each client.
#[inline]
pub fn keep(pending: &mut Pending, request: &Signed<Request>) {
    match pending.iter_mut().find(|p| p.signer() == request.signer()) {
        None => pending.push(*request),
        Some(known) if known.body().value.number() < request.body().value.number() => *known = *request,
        Some(_) => {}
    }
}

/// Forgets what a client asked for up to this number, which is executed.
#[inline]
pub fn forget(pending: &mut Pending, client: NodeId, number: u32) {
    pending.retain(|p| p.signer() != client || p.body().value.number() > number);
}
