//! Which messages of a crowded diagram are drawn: so few that they can be told apart, and for each stretch of time some of
//! every node and kind.

use crate::spacetime::{Arrow, Window};
use consensus_kernel::sort_by_number;

/// Arrows for each pixel of width: with more, a picture is hatching.
const PER_PIXEL: f64 = 0.9;

/// Leaves out what is too much for a window that is so many pixels wide: first of each broadcast all but its messages to the
/// first and the last row and the last to arrive; where that is still too much, all but one, and
/// of kinds with many broadcasts whole ones, evenly over time. What stays is not counted. True if anything was left out.
pub fn sparse(
    arrows: &mut Vec<Arrow>,
    rows: usize,
    window: Window,
    width: f64,
    stays: impl Fn(&Arrow) -> bool,
) -> bool {
    let count = arrows.len();
    let begin = arrows.iter().map(|a| a.sent.0).min().unwrap_or(0);
    let end = arrows.iter().map(|a| a.end.0).max().unwrap_or(0);
    // What is there may reach beyond the window, or fill a part of it.
    let pixels = (end - begin) as f64 * width / (window.to_us - window.from_us).max(1.0);
    let room = ((PER_PIXEL * pixels) as usize).max(rows);
    if count <= room {
        return false;
    }
    let mut order: Vec<usize> = (0..count).filter(|&i| !stays(&arrows[i])).collect();
    sort_by_number(&mut order, |&i| burst(&arrows[i]));
    let same = |a: &usize, b: &usize| burst(&arrows[*a]) == burst(&arrows[*b]);
    let mut keep = vec![true; count];
    order.iter().for_each(|&i| keep[i] = false);
    let (mut kept, mut bursts) = (0, [0; CLASSES]);
    for burst in order.chunk_by(same) {
        bursts[class(&arrows[burst[0]])] += 1;
        let (mut low, mut high, mut late) = (burst[0], burst[0], burst[0]);
        for &i in burst {
            low = if arrows[i].to < arrows[low].to { i } else { low };
            high = if arrows[i].to > arrows[high].to { i } else { high };
            late = if arrows[i].end > arrows[late].end { i } else { late };
        }
        for i in [low, high, late] {
            kept += usize::from(!keep[i]);
            keep[i] = true;
        }
    }
    if kept > room {
        order.iter().for_each(|&i| keep[i] = false);
        // Of rare kinds all, of the others equally many.
        let mut most = room;
        while most > 1 && bursts.iter().map(|&of| most.min(of)).sum::<usize>() > room {
            most -= most / 8 + 1;
        }
        let mut nth = [0u32; CLASSES];
        for burst in order.chunk_by(same) {
            let first = &arrows[burst[0]];
            let class = class(first);
            nth[class] += 1;
            // Multiples of the golden ratio are spread evenly, and keep no step with nodes that send by turns.
            let turn = u64::from(nth[class].wrapping_mul(0x9e37_79b9));
            if turn * (bursts[class] as u64) < (most as u64) << 32 {
                keep[burst[(first.cause % burst.len() as u64) as usize]] = true;
            }
        }
    }
    let mut kept = keep.iter();
    arrows.retain(|_| *kept.next().unwrap_or(&true));
    arrows.len() < count
}

/// As many as a class has values.
const CLASSES: usize = 256;

/// Its kind, and what went wrong with it apart.
fn class(arrow: &Arrow) -> usize {
    usize::from(arrow.kind << 1 & 0xfe) | usize::from(arrow.lost || arrow.forged)
}

/// By class, time and sender: the same number for what was sent together.
fn burst(arrow: &Arrow) -> u64 {
    (class(arrow) as u64) << 56 | (arrow.sent.0 & ((1 << 40) - 1)) << 16 | u64::from(arrow.from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sample, spacetime::chart};
    use consensus_kernel::NodeId;

    /// Broadcasts among n nodes, one after the other, `every` microseconds apart.
    fn broadcasts(n: usize, count: u64, every: u64) -> Vec<Arrow> {
        let ids: Vec<NodeId> = (0..n).map(NodeId::replica).collect();
        let mut events = Vec::new();
        for k in 0..count {
            let from = k as usize % n;
            for to in (0..n).filter(|to| *to != from) {
                let sent = k * every;
                events.push(sample::delivery(events.len() as u64, sent, sent + 20 + to as u64, from, to));
            }
        }
        chart(&sample::META, &ids, &events, &[]).arrows
    }

    fn thinned(n: usize, mut arrows: Vec<Arrow>, span_us: f64) -> (Vec<Arrow>, bool) {
        let window = Window { from_us: 0.0, to_us: span_us };
        let some = sparse(&mut arrows, n, window, 1_000.0, |a| a.to == 3);
        (arrows, some)
    }

    #[test]
    fn a_broadcast_without_room_is_thinned_to_three_arrows_and_what_stays() {
        let two = broadcasts(40, 2, 1);
        assert!(!thinned(40, two.clone(), 5e2).1, "there is room");
        let (arrows, thinned) = thinned(40, two, 1e5);
        assert!(thinned && (4..=8).contains(&arrows.len()), "{}", arrows.len());
    }

    #[test]
    fn where_there_is_room_everything_is_drawn() {
        let all = broadcasts(16, 30, 100);
        assert_eq!(thinned(16, all.clone(), 3_000.0), (all, false));
    }

    #[test]
    fn the_more_time_is_shown_the_fewer_broadcasts_stand_for_the_others_evenly_over_time_and_nodes() {
        let all = broadcasts(16, 4_000, 100);
        let mut before = usize::MAX;
        for span_us in [5e4, 1e5, 4e5] {
            let (arrows, thinned) = thinned(16, all.clone(), span_us);
            let counted: Vec<&Arrow> = arrows.iter().filter(|a| a.to != 3).collect();
            let room = PER_PIXEL * 1_000.0 * 4e5 / span_us;
            let count = counted.len() as f64;
            assert!(thinned && counted.len() < before && count <= 1.02 * room, "{count} in {span_us}");
            assert_eq!(arrows.len() - counted.len(), all.iter().filter(|a| a.to == 3).count());
            for part in 0..8 {
                let here = counted.iter().filter(|a| a.sent.0 / 50_000 == part).count() as f64;
                assert!((here - count / 8.0).abs() < 0.02 * count, "{here} of {count} in part {part}");
                let has = |from: u16| counted.iter().any(|a| a.from == from && a.sent.0 / 50_000 == part);
                assert!((0..16).all(has), "not of all in part {part} of {span_us}");
            }
            before = counted.len();
        }
    }

    #[test]
    fn of_a_rare_kind_and_of_what_went_wrong_all_is_drawn() {
        let mut all = broadcasts(16, 4_000, 100);
        for arrow in all.iter_mut().filter(|a| a.sent.0 == 16_000) {
            arrow.kind = 2;
        }
        all[9_000].lost = true;
        let (arrows, _) = thinned(16, all, 4e5);
        assert!(arrows.iter().any(|a| a.kind == 2) && arrows.iter().any(|a| a.lost));
    }
}
