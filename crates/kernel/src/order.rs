//! Sorting by a number, for lists that are not in a hot path.
//!
//! Each type that is sorted by the standard library costs several kilobytes in the page; here one sort serves all.

/// Sorts by a number; what has the same number keeps its order.
pub fn sort_by_number<T>(items: &mut Vec<T>, number: impl Fn(&T) -> u64) {
    let mut order: Vec<(u64, usize)> = items.iter().enumerate().map(|(i, item)| (number(item), i)).collect();
    order.sort_unstable();
    let mut unsorted: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|(_, i)| unsorted[i].take()));
}

#[cfg(test)]
mod tests {
    use super::sort_by_number;

    #[test]
    fn what_has_the_same_number_keeps_its_order() {
        let mut words = vec!["three", "one", "two", "eleven", "ten"];
        sort_by_number(&mut words, |word| word.len() as u64);
        assert_eq!(words, ["one", "two", "ten", "three", "eleven"]);
    }
}
