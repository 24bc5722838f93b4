//! Ideal signatures: forging one does not type-check.
//!
//! A [`Signed`] can only be minted by the [`Signer`] of its owner, and the simulator hands a node no signer but its own.
//! Neither type can be deserialised or built from parts.

use crate::{NodeId, NodeSet};
use serde::Serialize;

/// The right to sign in one node's name. Only a node's own context holds it.
#[derive(Debug)]
pub struct Signer {
    owner: NodeId,
}

impl Signer {
    /// Hands out the right to sign as `owner`. For the simulator alone: a protocol receives its signer, it never makes
    /// one (a test over the sources of the protocols checks this).
    pub const fn for_simulator(owner: NodeId) -> Self {
        Self { owner }
    }

    /// Signs a statement.
    #[inline]
    pub fn sign<T>(&self, body: T) -> Signed<T> {
        Signed { signer: self.owner, body }
    }

    /// In whose name it signs.
    pub fn owner(&self) -> NodeId {
        self.owner
    }
}

/// A statement that `signer` really made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Signed<T> {
    signer: NodeId,
    body: T,
}

impl<T> Signed<T> {
    /// Who signed.
    #[inline]
    pub fn signer(&self) -> NodeId {
        self.signer
    }

    /// What was signed.
    #[inline]
    pub fn body(&self) -> &T {
        &self.body
    }
}

/// One statement with the set of replicas that really signed it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Certificate<T> {
    body: T,
    signers: NodeSet,
}

impl<T: PartialEq + Clone> Certificate<T> {
    /// A certificate with a single signature.
    pub fn of(signed: &Signed<T>) -> Self {
        Self { body: signed.body.clone(), signers: NodeSet::only(signed.signer) }
    }

    /// Adds a signature on the same statement. False if it is on another statement, or that replica's is there already.
    #[inline]
    pub fn add(&mut self, signed: &Signed<T>) -> bool {
        self.body == signed.body && self.signers.insert(signed.signer)
    }

    /// Adds the signatures of another certificate. False if it is on another statement.
    pub fn join(&mut self, other: &Self) -> bool {
        let same = self.body == other.body;
        if same {
            self.signers = self.signers.union(&other.signers);
        }
        same
    }
}

impl<T> Certificate<T> {
    /// The statement.
    #[inline]
    pub fn body(&self) -> &T {
        &self.body
    }

    /// Who signed it: distinct replicas.
    #[inline]
    pub fn signers(&self) -> &NodeSet {
        &self.signers
    }

    /// Number of distinct signers.
    #[inline]
    pub fn count(&self) -> usize {
        self.signers.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_counts_signers_not_signatures() {
        let alice = Signer::for_simulator(NodeId::replica(0));
        let bob = Signer::for_simulator(NodeId::replica(1));
        let mut cert = Certificate::of(&alice.sign("v"));
        assert!(!cert.add(&alice.sign("v")));
        assert!(!cert.add(&bob.sign("w")));
        assert!(cert.add(&bob.sign("v")));
        assert_eq!(cert.count(), 2);
        assert!(cert.join(&Certificate::of(&alice.sign("v"))));
        assert!(!cert.join(&Certificate::of(&alice.sign("w"))));
        assert_eq!(cert.count(), 2);
    }
}
