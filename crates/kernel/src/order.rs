//! Sorting lists that are not in a hot path.
//!
//! Each type that is sorted by the standard library costs several kilobytes in the page, and a tenth of that here.

/// Sorts by a number; what has the same number keeps its order.
pub fn sort_by_number<T>(items: &mut [T], number: impl Fn(&T) -> u64) {
    let mut places = places(items.iter().map(number).collect());
    for i in 0..places.len() {
        while places[i] != i {
            let place = places[i];
            items.swap(i, place);
            places.swap(i, place);
        }
    }
}

/// To which place each of these numbers belongs. The part that needs no type, so that it is there once.
#[inline(never)]
fn places(numbers: Vec<u64>) -> Vec<usize> {
    let mut order: Vec<(u64, usize)> =
        numbers.into_iter().enumerate().map(|(i, number)| (number, i)).collect();
    sort(&mut order, |a, b| a < b);
    let mut places = vec![0; order.len()];
    order.iter().enumerate().for_each(|(place, (_, i))| places[*i] = place);
    places
}

/// Sorts by an order that leaves no two different items equal: with a heap, whose largest goes to the end again and again.
pub fn sort<T>(items: &mut [T], before: impl Fn(&T, &T) -> bool) {
    for root in (0..items.len() / 2).rev() {
        sink(items, root, &before);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        sink(&mut items[..end], 0, &before);
    }
}

/// Makes a heap of a root over two heaps.
fn sink<T>(items: &mut [T], mut root: usize, before: &impl Fn(&T, &T) -> bool) {
    loop {
        let mut child = 2 * root + 1;
        if child + 1 < items.len() && before(&items[child], &items[child + 1]) {
            child += 1;
        }
        if child >= items.len() || !before(&items[root], &items[child]) {
            return;
        }
        items.swap(root, child);
        root = child;
    }
}

#[cfg(test)]
mod tests {
    use super::{sort, sort_by_number};

    #[test]
    fn every_list_of_up_to_seven_is_sorted() {
        for n in 0..8_u32 {
            for code in 0..n.pow(n.min(6)).max(1) {
                let mut items: Vec<u32> = (0..n).map(|i| code / n.pow(i.min(5)) % n).collect();
                let mut expected = items.clone();
                expected.sort_unstable();
                sort(&mut items, |a, b| a < b);
                assert_eq!(items, expected);
            }
        }
    }

    #[test]
    fn what_has_the_same_number_keeps_its_order() {
        let mut words = vec!["three", "one", "two", "eleven", "ten"];
        sort_by_number(&mut words, |word| word.len() as u64);
        assert_eq!(words, ["one", "two", "ten", "three", "eleven"]);
    }
}
