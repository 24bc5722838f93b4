//! Message delays: how long the longest chain of messages is on which a step rests.

/// Of so many decisions under way each instance remembers the chain. Where there are many instances, of fewer.
const REMEMBERED: (usize, usize) = (64, 4);
/// Many instances.
const MANY: usize = 256;

/// By instance and decision: the longest chain that has reached the instance for this decision.
///
/// A step rests on the message that causes it and on all that its node was told before about the same decision: a vote that
/// completes a quorum counts for no more than the votes before it.
#[derive(Clone)]
pub(crate) struct Depths {
    /// How many decisions of each instance are remembered, a power of two.
    each: usize,
    reached: Vec<Reached>,
}

#[derive(Clone, Copy)]
struct Reached {
    slot: u32,
    depth: u32,
}

impl Depths {
    pub fn new(instances: usize) -> Self {
        let each = if instances <= MANY { REMEMBERED.0 } else { REMEMBERED.1 };
        Self { each, reached: vec![Reached { slot: 0, depth: 0 }; instances * each] }
    }

    /// A message this deep about this decision (0 if about none) reaches an instance: how deep the step is that it causes.
    #[inline]
    pub fn reach(&mut self, instance: usize, slot: u32, depth: u32) -> u32 {
        if slot == 0 {
            return depth;
        }
        let place = instance * self.each + (slot as usize & (self.each - 1));
        let Some(before) = self.reached.get_mut(place) else { return depth };
        let depth = if before.slot == slot { depth.max(before.depth) } else { depth };
        *before = Reached { slot, depth };
        depth
    }

    pub fn estimated_bytes(&self) -> usize {
        size_of_val(&*self.reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_as_deep_as_the_deepest_message_about_the_same_decision() {
        let mut depths = Depths::new(2);
        assert_eq!(depths.reach(0, 5, 3), 3);
        assert_eq!(depths.reach(0, 5, 1), 3, "it had been told more before");
        assert_eq!(depths.reach(1, 5, 1), 1, "another node had not");
        assert_eq!(depths.reach(0, 6, 1), 1, "another decision");
        assert_eq!(depths.reach(0, 0, 1), 1, "what serves no decision rests on its own cause");
        assert_eq!(depths.reach(0, 5, 4), 4);
    }

    #[test]
    fn a_decision_that_comes_much_later_has_the_place_of_an_earlier_one() {
        let mut depths = Depths::new(1);
        assert_eq!(depths.reach(0, 1, 9), 9);
        assert_eq!(depths.reach(0, 1 + REMEMBERED.0 as u32, 2), 2);
        assert_eq!(depths.reach(0, 1, 1), 1, "nobody remembers");
    }
}
