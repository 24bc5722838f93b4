//! What the stage draws of one node.

use serde::Serialize;
use std::borrow::Cow;

/// One node at one moment, for drawing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Face {
    /// Its part in the protocol: "leader", "backup", "acceptor", "client".
    pub role: &'static str,
    /// What it is at, in a word or two: "prepared", "waiting", "candidate".
    pub status: Cow<'static, str>,
    /// How it should look.
    pub tone: Tone,
    /// Its term, view, ballot or height.
    pub round: u64,
    /// Whether it leads, as far as it knows.
    pub leads: bool,
    /// The votes it is collecting, if any.
    pub votes: Option<Votes>,
    /// What it waits for, as a clause: "2 of 3 prepares for sequence 4"; none if it waits for nothing.
    pub waits_for: Option<String>,
}

/// How a node should look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Tone {
    /// Nothing to do.
    Idle,
    /// At work on a decision.
    Busy,
    /// Standing for leadership, or changing the view.
    Contending,
    /// Has decided all it knows of.
    Settled,
    /// Waits for the visitor's decision: until it comes, nobody promises that this node decides.
    Asking,
}

/// Votes towards a quorum.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Votes {
    /// For what: "prepare", "commit", "vote".
    pub of: &'static str,
    /// Votes (or weight) so far.
    pub have: u64,
    /// Votes (or weight) needed.
    pub need: u64,
    /// All votes (or weight) there are.
    pub total: u64,
    /// Whose votes: indices of replicas.
    pub from: Vec<u16>,
}

impl Votes {
    /// "3 of 5"; with weights "57 of 67 needed, of 100".
    pub fn k_of_q(&self) -> String {
        if self.is_weighted() {
            format!("{} of {} needed, of {}", self.have, self.need, self.total)
        } else {
            format!("{} of {}", self.have, self.need)
        }
    }

    /// With weights the votes weigh more than there are voters, and not all are needed.
    pub fn is_weighted(&self) -> bool {
        self.have != self.from.len() as u64 && self.need < self.total
    }
}

/// Several of a kind: "replies", "relays", "classes", "votes".
pub fn plural(one: &str) -> String {
    match one.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None => format!("{one}{}", if one.ends_with('s') { "es" } else { "s" }),
    }
}

#[cfg(test)]
mod tests {
    use super::plural;

    #[test]
    fn many_of_a_kind_are_spelt_as_they_are() {
        assert_eq!(
            ["reply", "relay", "process", "vote"].map(plural),
            ["replies", "relays", "processes", "votes"]
        );
    }
}
