//! Ordered keys and values: look-ups over the journal and what other communities publish.
//!
//! Nothing here is the only copy of anything, except behind [`super::people`]. All keys live in one tree, because only
//! one tree can be written atomically; callers part it by prefixes.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::error::StoreError;

mod sled_index;
#[cfg(test)]
mod tests;

pub use sled_index::SledIndex;

/// One change: a key with the value to put, or with `None` to delete it.
pub type Write = (Vec<u8>, Option<Vec<u8>>);

/// Entries in the order they were asked for.
pub type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// Longest key: keys are a prefix and a few ids; sled keeps 256 of them on one page, which must stay below 128 KiB.
pub const MAX_KEY_BYTES: usize = 256;

/// Largest value: a record as it travels, which gossip limits to 64 KiB.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;

/// A map from keys to values, ordered by key, written in atomic groups by one writer and read by many.
pub trait Index: Send + Sync {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Up to `limit` entries whose keys begin with `prefix`, ascending; only those after the key `after`, if given.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError>;

    /// Up to `limit` entries whose keys begin with `prefix`, descending; only those before the key `before`, if given.
    fn scan_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError>;

    /// Makes all of `writes` visible and, after a crash, all or none of them. Of two for one key the later wins.
    /// Durable only after [`Index::flush`].
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] if a key is over [`MAX_KEY_BYTES`] or a value over [`MAX_VALUE_BYTES`]; nothing is
    /// written then.
    fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// Makes every group applied so far durable, also against a power cut. After an error nothing more is accepted.
    fn flush(&self) -> Result<(), StoreError>;

    /// Bytes used on disk.
    fn size_on_disk(&self) -> u64;
}

fn check_sizes(writes: &[Write]) -> Result<(), StoreError> {
    let check = |what, bytes: usize, limit: usize| {
        if bytes > limit {
            return Err(StoreError::TooLarge { what, bytes: bytes as u64, limit: limit as u64 });
        }
        Ok(())
    };
    writes.iter().try_for_each(|(key, value)| {
        check("a key of the index", key.len(), MAX_KEY_BYTES)?;
        check("a value of the index", value.as_ref().map_or(0, Vec::len), MAX_VALUE_BYTES)
    })
}

/// A range of keys.
type Span<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// Keys from `prefix`, or after `after`, to the end of all keys: whoever walks it stops where the prefix ends.
fn span_after<'a>(prefix: &'a [u8], after: Option<&'a [u8]>) -> Span<'a> {
    match after {
        Some(after) if after >= prefix => (Bound::Excluded(after), Bound::Unbounded),
        _ => (Bound::Included(prefix), Bound::Unbounded),
    }
}

/// The first key behind all that begin with `prefix`; `None` if there is none.
fn behind(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|&byte| byte != u8::MAX)?;
    let mut behind = prefix[..=kept].to_vec();
    behind[kept] += 1;
    Some(behind)
}

/// Keys from `prefix` to before both `before` and `behind`; `None` if that is empty.
fn span_before<'a>(prefix: &'a [u8], before: Option<&'a [u8]>, behind: Option<&'a [u8]>) -> Option<Span<'a>> {
    let end = match (before, behind) {
        (Some(before), Some(behind)) => Some(before.min(behind)),
        (before, behind) => before.or(behind),
    };
    match end {
        Some(end) if end <= prefix => None,
        Some(end) => Some((Bound::Included(prefix), Bound::Excluded(end))),
        None => Some((Bound::Included(prefix), Bound::Unbounded)),
    }
}

/// An index in memory, for tests and for looking at a journal without a directory of its own.
#[derive(Debug, Default)]
pub struct MemoryIndex {
    entries: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl MemoryIndex {
    /// An empty index.
    pub fn new() -> MemoryIndex {
        MemoryIndex::default()
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn owned((key, value): (&Vec<u8>, &Vec<u8>)) -> (Vec<u8>, Vec<u8>) {
    (key.clone(), value.clone())
}

impl Index for MemoryIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.entries().get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError> {
        let entries = self.entries();
        let range = entries.range::<[u8], _>(span_after(prefix, after));
        Ok(range.take_while(|(key, _)| key.starts_with(prefix)).take(limit).map(owned).collect())
    }

    fn scan_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: usize) -> Result<Entries, StoreError> {
        let behind = behind(prefix);
        let Some(span) = span_before(prefix, before, behind.as_deref()) else {
            return Ok(Vec::new());
        };
        Ok(self.entries().range::<[u8], _>(span).rev().take(limit).map(owned).collect())
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        check_sizes(&writes)?;
        let mut entries = self.entries();
        for (key, value) in writes {
            match value {
                Some(value) => entries.insert(key, value),
                None => entries.remove(&key),
            };
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn size_on_disk(&self) -> u64 {
        0
    }
}
