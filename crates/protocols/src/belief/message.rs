//! What agents tell each other.

use consensus_kernel::{Message, Slot};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

/// A number for each outcome: logarithms of probabilities, or probabilities. Digests see its bits, people six decimals.
#[derive(Clone, PartialEq, Debug)]
pub struct Opinion(pub Vec<f64>);

impl Serialize for Opinion {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let for_people = s.is_human_readable();
        let mut seq = s.serialize_seq(Some(self.0.len()))?;
        for x in &self.0 {
            match for_people {
                true => seq.serialize_element(&decimal(*x))?,
                false => seq.serialize_element(x)?,
            }
        }
        seq.end()
    }
}

/// Six decimals, written by hand: the standard library's way costs the page 7 KB.
fn decimal(x: f64) -> String {
    const UNIT: u64 = 1_000_000;
    let sign = if x < 0.0 { "-" } else { "" };
    let size = if x < 0.0 { -x } else { x };
    if size == f64::INFINITY {
        return format!("{sign}infinity");
    }
    let parts = (size * UNIT as f64 + 0.5) as u64;
    format!("{sign}{}.{:06}", parts / UNIT, parts % UNIT)
}

/// What the sender thinks in this round.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Msg {
    /// From 1.
    pub round: u32,
    /// As [`super::Config::opinion`] has it.
    pub opinion: Opinion,
}

impl Message for Msg {
    fn kind(&self) -> usize {
        0
    }
    fn bytes(&self) -> u64 {
        16 + 8 + 8 * self.opinion.0.len() as u64
    }
    fn round(&self) -> u64 {
        self.round.into()
    }
    fn slot(&self) -> Option<Slot> {
        Some(1)
    }
}
