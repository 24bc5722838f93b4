//! Something large and rare, stored once however many messages and nodes hold it.

use consensus_kernel::walk::SHARED;
use serde::{Serialize, Serializer};
use std::ops::Deref;
use std::sync::Arc;

/// A body that is shared, and reads and serialises as itself.
#[derive(PartialEq, Eq, Debug)]
pub struct Shared<T>(pub Arc<T>);

impl<T> Shared<T> {
    /// Moves it to where it can be shared.
    pub fn new(inner: T) -> Self {
        Self(Arc::new(inner))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_newtype_struct(SHARED, &*self.0)
    }
}
