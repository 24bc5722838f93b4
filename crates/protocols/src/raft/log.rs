//! The replicated log of one server.

use consensus_kernel::{Value, mix};
use core::hint::cold_path;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::sync::Arc;

/// How many entries are sealed into one shared block.
const BLOCK: usize = 256;
/// How many entries a viewer sees of a log; the prefix hash stands for the rest.
const SHOWN: u64 = 32;

/// One entry: a command, and the term of the leader that wrote it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Entry {
    /// The term in which a leader received it.
    pub term: u64,
    /// The client's command, or the no-op.
    pub value: Value,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    entry: Entry,
    prefix: u64,
}

/// Entries 1, 2, 3, …, each beside a hash of everything up to and including it, so that two logs are compared up to any
/// index in one step.
///
/// Full blocks are sealed and shared between copies of the log: a checkpoint of a long run costs a pointer a block.
#[derive(Clone, Debug, Default)]
pub struct Log {
    sealed: Vec<Arc<[Record]>>,
    /// How many entries are sealed.
    before: u64,
    tail: Vec<Record>,
}

impl Log {
    /// Index of the last entry; 0 if there is none.
    #[inline]
    pub fn last_index(&self) -> u64 {
        self.before + self.tail.len() as u64
    }

    /// Term of the last entry; 0 if there is none.
    #[inline]
    pub fn last_term(&self) -> u64 {
        self.entry(self.last_index()).map_or(0, |e| e.term)
    }

    /// The entry at an index, counted from 1.
    #[inline]
    pub fn entry(&self, index: u64) -> Option<Entry> {
        self.record(index).map(|r| r.entry)
    }

    /// The term at an index. The place before the first entry has term 0 in every log.
    #[inline]
    pub fn term_at(&self, index: u64) -> Option<u64> {
        if index == 0 { Some(0) } else { self.entry(index).map(|e| e.term) }
    }

    /// A hash of all entries up to and including this index.
    #[inline]
    pub fn prefix(&self, index: u64) -> Option<u64> {
        if index == 0 { Some(0) } else { self.record(index).map(|r| r.prefix) }
    }

    /// The first index whose term is at least `term`; one past the end if there is none. Terms never fall along a log.
    pub fn first_of_term(&self, term: u64) -> u64 {
        let (mut low, mut high) = (1, self.last_index() + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle).is_some_and(|e| e.term < term) { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Appends an entry.
    #[inline]
    pub fn push(&mut self, entry: Entry) {
        let before = match self.tail.last() {
            Some(last) => last.prefix,
            None => {
                cold_path();
                self.prefix(self.last_index()).unwrap_or(0)
            }
        };
        let prefix = mix(mix(before.wrapping_add(entry.term)).wrapping_add(mix(!entry.value.0)));
        self.tail.push(Record { entry, prefix });
        if self.tail.len() == BLOCK {
            self.seal();
        }
    }

    #[inline(never)]
    fn seal(&mut self) {
        self.sealed.push(Arc::from(self.tail.as_slice()));
        self.before += BLOCK as u64;
        self.tail.clear();
    }

    /// Deletes everything after an index.
    #[cold]
    pub fn truncate(&mut self, last: u64) {
        if last >= self.last_index() {
            return;
        }
        let keep = last as usize;
        let blocks = keep / BLOCK;
        if blocks < self.sealed.len() {
            self.tail = self.sealed[blocks][..keep % BLOCK].to_vec();
            self.sealed.truncate(blocks);
            self.before = (blocks * BLOCK) as u64;
        } else {
            self.tail.truncate(keep % BLOCK);
        }
    }

    #[inline]
    fn record(&self, index: u64) -> Option<&Record> {
        // Huge for what is sealed.
        let at = index.wrapping_sub(self.before).wrapping_sub(1);
        if at < self.tail.len() as u64 {
            return self.tail.get(at as usize);
        }
        cold_path();
        self.sealed_record(index)
    }

    #[inline(never)]
    fn sealed_record(&self, index: u64) -> Option<&Record> {
        let at = usize::try_from(index.checked_sub(1)?).ok()?;
        self.sealed.get(at / BLOCK)?.get(at % BLOCK)
    }
}

/// Its length, the hash of the whole and the latest entries: enough to tell two logs apart and to read where they end.
impl Serialize for Log {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let last = self.last_index();
        let latest: Vec<Entry> =
            (last.saturating_sub(SHOWN) + 1..=last).filter_map(|i| self.entry(i)).collect();
        let mut log = s.serialize_struct("Log", 3)?;
        log.serialize_field("length", &last)?;
        log.serialize_field("prefix", &self.prefix(last))?;
        log.serialize_field("latest", &latest)?;
        log.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(term: u64, number: u32) -> Entry {
        Entry { term, value: Value::request(0, number) }
    }

    proptest! {
        /// A naive twin: a plain vector.
        #[test]
        fn a_log_behaves_like_a_vector_of_entries(
            edits in prop::collection::vec((prop::bool::weighted(0.9), 0u64..900, 1usize..400), 1..12),
        ) {
            let (mut log, mut plain) = (Log::default(), Vec::new());
            for (grow, cut, many) in edits {
                if grow {
                    for k in 0..many {
                        let e = entry(plain.len() as u64 / 100, k as u32);
                        log.push(e);
                        plain.push(e);
                    }
                } else {
                    log.truncate(cut);
                    plain.truncate(cut as usize);
                }
                prop_assert_eq!(log.last_index(), plain.len() as u64);
                for (i, e) in plain.iter().enumerate() {
                    prop_assert_eq!(log.entry(i as u64 + 1), Some(*e));
                }
                prop_assert_eq!(log.entry(plain.len() as u64 + 1), None);
                prop_assert_eq!(log.entry(u64::MAX), None);
            }
        }
    }

    #[test]
    fn prefixes_are_equal_exactly_as_long_as_the_logs_are() {
        let (mut a, mut b) = (Log::default(), Log::default());
        for k in 1..=600 {
            a.push(entry(1, k));
            b.push(entry(1, if k == 300 { 0 } else { k }));
        }
        assert_eq!(a.prefix(299), b.prefix(299));
        assert!((300..=600).all(|i| a.prefix(i) != b.prefix(i)));
        a.truncate(299);
        b.truncate(299);
        a.push(entry(2, 1));
        b.push(entry(2, 1));
        assert_eq!(a.prefix(300), b.prefix(300));
    }

    #[test]
    fn the_first_index_of_a_term_is_found() {
        let mut log = Log::default();
        for term in [1, 1, 4, 4, 4, 6] {
            log.push(entry(term, 1));
        }
        assert_eq!([1, 2, 4, 5, 6, 7].map(|t| log.first_of_term(t)), [1, 3, 3, 6, 6, 7]);
    }
}
