//! Work to measure from JavaScript, where the clock is.

use crate::value::Thrown;
use consensus_lab::workload::{self, busy_scenario};
use consensus_lab::{busy_engine, catalogue};
use wasm_bindgen::prelude::wasm_bindgen;

/// The bare loop that engines are measured against: `n` nodes send to all others through a standard binary heap. Gives
/// the number of messages delivered, at least `messages`.
#[wasm_bindgen]
pub fn bare_loop(n: usize, messages: f64) -> f64 {
    workload::bare_loop(n.max(2), messages.max(0.0) as u64) as f64
}

/// A real engine with its checks on, kept busy.
#[wasm_bindgen]
pub struct Engine {
    inner: Box<dyn workload::Engine>,
}

#[wasm_bindgen]
impl Engine {
    /// An engine of a protocol with n replicas; with `trouble`, one message in a thousand is lost and one doubled.
    #[wasm_bindgen(constructor)]
    pub fn new(protocol: &str, n: usize, trouble: bool) -> Thrown<Engine> {
        let meta = catalogue().iter().find(|meta| meta.id == protocol);
        let meta = meta.ok_or_else(|| js_sys::Error::new(&format!("there is no protocol {protocol:?}")))?;
        let n = n.clamp(meta.n.0, meta.n.2);
        let refused = |e: consensus_kernel::SetupError| js_sys::Error::new(&format!("{}: {}", e.key, e.why));
        Ok(Self { inner: busy_engine(&busy_scenario(meta, n, trouble)).map_err(refused)? })
    }

    /// Delivers at least so many more messages; gives how many.
    pub fn deliver(&mut self, messages: f64) -> f64 {
        self.inner.deliver(messages.max(0.0) as u64) as f64
    }

    /// Decisions of replicas so far.
    pub fn decisions(&self) -> f64 {
        self.inner.decisions() as f64
    }

    /// Whether no property was violated.
    pub fn is_clean(&self) -> bool {
        self.inner.is_clean()
    }
}
