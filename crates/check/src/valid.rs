//! What may be decided in a run, by the protocol's own kind of validity.

use consensus_kernel::{FaultModel, Givers, Inputs, NodeId, Validity, Value};
use consensus_scenario::{Action, Scenario};

/// The values that may be decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Valid {
    /// How many values each client may have been asked for: those of the plan and those by hand.
    asked: Vec<u32>,
    /// Where replicas begin with values: those that may be decided.
    begun: Vec<Value>,
    /// The one that every correct replica began with, where that is the reason.
    unanimous: Option<Value>,
    /// Whether the protocol's own invariants say what may be decided.
    own: bool,
}

impl Valid {
    /// What may be decided in a run of this scenario in which these replicas have crashed so far.
    pub fn of(scenario: &Scenario, crashed: &[NodeId]) -> Self {
        let options = match scenario.meta.inputs {
            Inputs::Requests => {
                let asked = values_asked(scenario);
                return Self { asked, begun: Vec::new(), unanimous: None, own: false };
            }
            Inputs::Given { options, .. } => options,
        };
        let given = scenario.inputs_given();
        let unanimous = match scenario.meta.claims.validity {
            Validity::Proposed => None,
            Validity::Unanimous => {
                let lies = |i: usize| scenario.byzantine.iter().any(|b| b.node == NodeId::replica(i));
                let crashes = |i: usize| crashed.contains(&NodeId::replica(i));
                let correct = || given.iter().enumerate().filter(|(i, _)| !lies(*i));
                // One that has crashed may have done so before it told anybody, and where nodes may lie and a crash is for
                // good it is one of the faulty, whose values do not count.
                let told = correct().any(|(i, _)| !crashes(i));
                let lost = scenario.faults() == FaultModel::Byzantine && !scenario.meta.envelope.recovers();
                let counts = |i: usize| told && !(lost && crashes(i));
                let mut values = correct().filter(|(i, _)| counts(*i)).map(|(_, value)| *value);
                values.next().filter(|first| values.all(|value| value == *first))
            }
        };
        let begun = match (scenario.meta.claims.validity, unanimous) {
            (_, Some(value)) => vec![value],
            (Validity::Proposed, None) => given,
            (Validity::Unanimous, None) => options.to_vec(),
        };
        let own = matches!(scenario.meta.inputs, Inputs::Given { by: Givers::Nobody, .. });
        Self { asked: Vec::new(), begun, unanimous, own }
    }

    /// Whether this value may be decided.
    #[inline]
    pub fn allows(&self, value: Value) -> bool {
        match value.client() {
            Some(client) => {
                let asked = self.asked.get(client.index()).copied().unwrap_or(0);
                (1..=asked).contains(&value.number())
            }
            None if self.own => value.is_input(),
            None if self.begun.is_empty() => value == Value::NOOP,
            None => self.begun.contains(&value),
        }
    }

    /// Why a value may not be decided, as the end of a sentence.
    #[cold]
    pub fn objection(&self) -> String {
        match self.unanimous {
            Some(other) => format!("although every correct node that has a say began with {other}"),
            None => "which nobody proposed".to_owned(),
        }
    }
}

/// How many values each client may ask for: planned and by hand.
fn values_asked(scenario: &Scenario) -> Vec<u32> {
    let clients = scenario.clients;
    let mut most = vec![0u32; clients];
    for (i, most) in most.iter_mut().enumerate() {
        let k = scenario.requests as usize;
        *most = (k / clients + usize::from(i < k % clients)) as u32;
    }
    for timed in &scenario.script {
        if let Action::Propose(id) = timed.action
            && let Some(most) = most.get_mut(id.index())
        {
            *most += 1;
        }
    }
    most
}
