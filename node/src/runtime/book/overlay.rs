//! Changes of the index that are not on disk yet.

use crate::store::Write;
use std::collections::BTreeMap;

/// Changes by key: a value, or `None` for a deletion.
#[derive(Debug, Clone, Default)]
pub struct Overlay(BTreeMap<Vec<u8>, Option<Vec<u8>>>);

impl Overlay {
    /// Sets a value.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.0.insert(key, Some(value));
    }

    /// Deletes a value.
    pub fn delete(&mut self, key: Vec<u8>) {
        self.0.insert(key, None);
    }

    /// The change of a key, if there is one.
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        self.0.get(key).cloned()
    }

    /// How many keys change.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes as the index takes them.
    #[must_use]
    pub fn writes(&self) -> Vec<Write> {
        self.0.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The changes under a prefix.
    pub(super) fn under(&self, prefix: &[u8]) -> BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        let from = self.0.range(prefix.to_vec()..);
        from.take_while(|(key, _)| key.starts_with(prefix)).map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}

type Page = Vec<(Vec<u8>, Vec<u8>)>;

/// A scan of the index as if all changes were in it already.
pub(super) fn merged_scan(
    overlay: &Overlay,
    pending: &BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    prefix: &[u8],
    after: Option<&[u8]>,
    limit: usize,
    stored: impl Fn(Option<&[u8]>, usize) -> Page,
) -> Page {
    let mut changes = pending.clone();
    changes.extend(overlay.under(prefix));
    if let Some(after) = after {
        changes = changes.split_off(after);
        changes.remove(after);
    }
    let mut found = BTreeMap::new();
    let mut from = after.map(<[u8]>::to_vec);
    // Stored values that changes delete or replace leave gaps: read on until the page is full or the index ends.
    loop {
        let page = stored(from.as_deref(), limit);
        let full = page.len() == limit;
        from = page.last().map(|(key, _)| key.clone());
        found.extend(page.into_iter().filter(|(key, _)| !changes.contains_key(key)));
        if !full || found.len() >= limit {
            let end = if full { from } else { None };
            let within = |key: &Vec<u8>| end.as_ref().is_none_or(|end| key <= end);
            found.extend(changes.into_iter().filter(|(key, _)| within(key)).filter_map(|(k, v)| Some((k, v?))));
            return found.into_iter().take(limit).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Index as _, MemoryIndex};

    #[test]
    fn a_scan_sees_changes_as_if_they_were_stored() {
        let index = MemoryIndex::new();
        let key = |n: u8| vec![b'a', n];
        index.apply((0..20).map(|n| (key(n), Some(vec![n]))).collect()).expect("memory never fails");
        let mut overlay = Overlay::default();
        (0..20).step_by(2).for_each(|n| overlay.delete(key(n)));
        overlay.put(key(4), vec![44]);
        overlay.put(key(30), vec![30]);
        overlay.put(vec![b'b'], vec![0]);
        let pending = BTreeMap::from([(key(6), Some(vec![66])), (key(31), Some(vec![31]))]);
        let scan = |after: Option<&[u8]>, limit| {
            let stored = |from: Option<&[u8]>, n| index.scan(b"a", from, n).expect("memory never fails");
            merged_scan(&overlay, &pending, b"a", after, limit, stored)
        };
        let all: Vec<u8> = scan(None, 100).into_iter().map(|(_, v)| v[0]).collect();
        assert_eq!(all, [1, 3, 44, 5, 7, 9, 11, 13, 15, 17, 19, 30, 31]);
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = scan(after.as_deref(), 3);
            after = page.last().map(|(key, _)| key.clone());
            paged.extend(page.iter().map(|(_, v)| v[0]));
            if page.len() < 3 {
                break;
            }
        }
        assert_eq!(paged, all);
    }
}
