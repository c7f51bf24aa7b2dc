//! Queries for pages and API. All run on the clerk's thread, so each reads a bounded number of rows.

use super::{Book, keys, pages::Tree};
use kith_protocol::{
    id::{CommunityId, Digest, MemberId},
    ledger::{checkpoint::Checkpoint, merkle},
    machine::{Message, Showing},
};
use std::{cell::RefCell, collections::BTreeMap};

/// The most rows one query reads from the index at a time: a few milliseconds of the clerk's time.
pub const MAX_ROWS: usize = 1_000;

impl Book {
    /// Indices of the entries that touch a member, newest first, below `before`, at most `limit` and [`MAX_ROWS`].
    #[must_use]
    pub fn statement(&self, member: &MemberId, before: Option<u64>, limit: usize) -> Vec<u64> {
        let limit = limit.min(MAX_ROWS);
        let mut end = before.unwrap_or(u64::MAX).min(self.entries());
        // The index is read forwards only: look at ever wider windows before `end`, and at narrower ones where they are
        // too full to be read at once. A window of MAX_ROWS entries never is.
        let mut width = MAX_ROWS as u64;
        let mut found = Vec::new();
        while end > 0 && found.len() < limit {
            let start = end.saturating_sub(width);
            let rows = self.lines(member, start, MAX_ROWS);
            if rows.len() == MAX_ROWS && rows.last().is_some_and(|last| last + 1 < end) {
                width /= 2;
                continue;
            }
            found.extend(rows.into_iter().rev().filter(|index| *index < end));
            end = start;
            width = width.saturating_mul(2);
        }
        found.truncate(limit);
        found
    }

    /// Indices of the entries that touch a member, oldest first, from `from` on, at most `limit` and [`MAX_ROWS`].
    #[must_use]
    pub fn lines(&self, member: &MemberId, from: u64, limit: usize) -> Vec<u64> {
        let prefix = keys::statement(member);
        let after = from.checked_sub(1).map(|before| keys::statement_line(member, before));
        let rows = self.scan(&prefix, after.as_deref(), limit.min(MAX_ROWS));
        let index = |key: &[u8]| Some(u64::from_be_bytes(key.get(prefix.len()..)?.try_into().ok()?));
        rows.iter().filter_map(|(key, _)| index(key)).collect()
    }

    /// Records of a shelf above a revision, in order, as stored bytes with their revisions, at most `limit` and
    /// [`MAX_ROWS`]. Whoever asked decodes them, on another thread.
    #[must_use]
    pub fn shelf_rows(&self, community: &CommunityId, after: u64, limit: usize) -> Vec<(u64, Vec<u8>)> {
        let prefix = keys::shelf(community);
        let rows = self.scan(&prefix, Some(&keys::record(community, after)), limit.min(MAX_ROWS));
        let revision = |key: &[u8]| Some(u64::from_be_bytes(key.get(prefix.len()..)?.try_into().ok()?));
        rows.into_iter().filter_map(|(key, bytes)| Some((revision(&key)?, bytes))).collect()
    }

    /// The proof that an entry is in the ledger of `size` entries.
    #[must_use]
    pub fn inclusion_proof(&self, entry: u64, size: u64) -> Option<Vec<Digest>> {
        self.with_tree(|tree| merkle::inclusion_proof(entry, size, tree))
    }

    /// The Merkle root over the first `size` entries.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Digest> {
        self.with_tree(|tree| merkle::root_at(size, tree))
    }

    /// The proof that the ledger of `new` entries continues that of `old` entries.
    #[must_use]
    pub fn consistency_proof(&self, old: u64, new: u64) -> Option<Vec<Digest>> {
        self.with_tree(|tree| merkle::consistency_proof(old, new, tree))
    }

    /// The RFC 6962 hash of an entry.
    #[must_use]
    pub fn leaf(&self, entry: u64) -> Option<Digest> {
        use merkle::Nodes as _;
        self.with_tree(|tree| tree.node(0, entry))
    }

    /// What a partner may see of the ledger under a signed checkpoint; none when the tree lacks something.
    pub(in crate::runtime) fn show(&self, showing: &Showing, checkpoint: &Checkpoint, note: String) -> Option<Message> {
        self.with_tree(|tree| showing.message(checkpoint, note, tree, self))
    }

    /// Reads tree nodes with every page fetched once: the nodes of one proof lie on few pages, next to each other.
    fn with_tree<R>(&self, ask: impl FnOnce(&Tree<'_>) -> R) -> R {
        let fetched: RefCell<BTreeMap<Vec<u8>, Option<Vec<u8>>>> = RefCell::default();
        let look = |key: &[u8]| {
            let known = fetched.borrow().get(key).cloned();
            known.unwrap_or_else(|| {
                let page = self.look(key);
                fetched.borrow_mut().insert(key.to_vec(), page.clone());
                page
            })
        };
        ask(&Tree { pages: &self.pages, look: &look })
    }
}
