//! What a client has been asked to ask for and has not yet: it asks for one thing at a time.

use consensus_kernel::{NodeId, Value};
use serde::Serialize;
use smallvec::SmallVec;

/// Numbers of requests, in order: as runs of consecutive ones, so that a long queue takes no room.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Queue(SmallVec<[(u32, u32); 2]>);

impl Queue {
    /// Puts a number at the end.
    pub fn push(&mut self, number: u32) {
        match self.0.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => self.0.push((number, number)),
        }
    }

    /// Puts a request of this client's at the end; false if it is another's.
    pub fn take_in(&mut self, client: NodeId, value: Value) -> bool {
        let own = value.client() == Some(client) && value.number() > 0;
        if own {
            self.push(value.number());
        }
        own
    }

    /// Takes the first.
    pub fn pop(&mut self) -> Option<u32> {
        let (first, last) = self.0.first_mut()?;
        let number = *first;
        if number == *last {
            self.0.remove(0);
        } else {
            *first += 1;
        }
        Some(number)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn what_was_put_in_comes_out_in_order_and_runs_take_one_place() {
        let mut queue = Queue::default();
        let numbers = [1, 2, 3, 7, 8, 2];
        numbers.into_iter().for_each(|number| queue.push(number));
        assert_eq!(queue.0.len(), 3);
        let out: Vec<u32> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(out, numbers);
        assert!(queue.is_empty());
    }
}
