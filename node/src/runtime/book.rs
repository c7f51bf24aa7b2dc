//! Everything that was recorded: the journal, which is the truth, and the index over it, which answers quickly.
//!
//! The index lags behind the journal: changes gather in an [`Overlay`] in memory, which every look-up sees, and go to disk
//! together with a snapshot of the machine's state, on a thread of their own. After a crash both are brought up from the
//! journal's tail. Order on disk: journal, then snapshot, then index; so the index never knows more than the snapshot.

mod keys;
mod overlay;
mod pages;
mod project;
mod settle;
mod view;

pub use overlay::Overlay;
pub use settle::{RecoverError, Recovered, SETTLE_FACTS, recover};

use crate::store::{Index, Journal, JournalReader, StoreError};
use kith_protocol::{
    codec,
    id::{Digest, MemberId},
    ledger::{Entry, merkle},
    machine::{Batch, Fact},
};
use pages::{Pages, Place, Tree};
use settle::Settler;
use std::{collections::BTreeMap, sync::Arc};

/// Everything that was recorded by one community.
pub struct Book {
    journal: Journal,
    reader: JournalReader,
    index: Arc<dyn Index>,
    overlay: Overlay,
    pages: Pages,
    /// Entries whose frames are not durable yet and cannot be read from the journal.
    fresh: BTreeMap<u64, Entry>,
    /// Kept beside the index's mark, so that facts projected again after a crash are not counted twice.
    exchanged: i64,
    settler: Settler,
}

impl Book {
    /// Takes in a batch: into the journal's next commit, and into what look-ups see.
    ///
    /// # Errors
    /// When the journal refuses: the node must stop.
    pub fn absorb(&mut self, batch: &Batch) -> Result<(), StoreError> {
        if !batch.facts.is_empty() {
            let at = self.journal.append(&codec::encode(&batch.facts))?;
            for (n, fact) in batch.facts.iter().enumerate() {
                if let Fact::Entry(entry) = fact {
                    self.fresh.insert(self.pages.len(), entry.clone());
                }
                self.project(at.0, n, fact);
            }
        }
        for foreign in &batch.foreign {
            self.project_foreign(foreign);
        }
        Ok(())
    }

    /// Whether something waits for [`Book::commit`].
    #[must_use]
    pub fn uncommitted(&self) -> bool {
        self.journal.end() != self.journal.durable_end()
    }

    /// Makes everything absorbed durable with one disk sync.
    ///
    /// # Errors
    /// When the disk refuses: nothing that was not durable before is, and the node must stop.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.journal.commit()?;
        self.fresh.clear();
        Ok(())
    }

    /// How many bytes the journal has, for people who watch their disk.
    #[must_use]
    pub fn journal_bytes(&self) -> u64 {
        self.journal.durable_end().0
    }

    /// How many ledger entries are recorded.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.pages.len()
    }

    /// Minutes of help recorded in all, as corrected since: exchanges, each place in a group, and what was settled with
    /// partners either way. Gifts to the pot and opening balances are left out, because nobody was helped by them.
    #[must_use]
    pub fn exchanged_minutes(&self) -> u64 {
        u64::try_from(self.exchanged).unwrap_or(0)
    }

    /// A handle that reads the journal from other threads.
    #[must_use]
    pub fn reader(&self) -> JournalReader {
        self.reader.clone()
    }

    fn look(&self, key: &[u8]) -> Option<Vec<u8>> {
        match self.overlay.get(key) {
            Some(change) => change,
            None => self.settler.pending(key).unwrap_or_else(|| self.stored(key)),
        }
    }

    /// A look-up in the index. An index that cannot be read must not be taken for one that knows nothing.
    fn stored(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.index.get(key).unwrap_or_else(|error| {
            tracing::error!(%error, "the index cannot be read; stop, then run `kith rebuild`");
            std::process::abort()
        })
    }

    /// Keys and values under a prefix after `after`, in order, at most `limit`.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        let stored = |from: Option<&[u8]>, n: usize| {
            self.index.scan(prefix, from, n).unwrap_or_else(|error| {
                tracing::error!(%error, "the index cannot be read; stop, then run `kith rebuild`");
                std::process::abort()
            })
        };
        let pending = self.settler.pending_under(prefix);
        overlay::merged_scan(&self.overlay, &pending, prefix, after, limit, stored)
    }

    fn place(&self, entry: u64) -> Option<Place> {
        self.pages.place(entry, &|key| self.look(key))
    }

    /// Indices of the entries that touch a member, newest first, below `before`, at most `limit`.
    #[must_use]
    pub fn statement(&self, member: &MemberId, before: Option<u64>, limit: usize) -> Vec<u64> {
        let prefix = keys::statement(member);
        let mut all = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = self.scan(&prefix, after.as_deref(), 1_000);
            let last = page.last().map(|(key, _)| key.clone());
            all.extend(
                page.iter().filter_map(|(key, _)| Some(u64::from_be_bytes(key[prefix.len()..].try_into().ok()?))),
            );
            if page.len() < 1_000 {
                break;
            }
            after = last;
        }
        all.into_iter().rev().filter(|index| before.is_none_or(|b| *index < b)).take(limit).collect()
    }

    /// The proof that an entry is in the ledger of `size` entries.
    #[must_use]
    pub fn inclusion_proof(&self, entry: u64, size: u64) -> Option<Vec<Digest>> {
        let look = |key: &[u8]| self.look(key);
        merkle::inclusion_proof(entry, size, &Tree { pages: &self.pages, look: &look })
    }

    /// The Merkle root over the first `size` entries.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Digest> {
        let look = |key: &[u8]| self.look(key);
        merkle::root_at(size, &Tree { pages: &self.pages, look: &look })
    }

    /// The proof that the ledger of `new` entries continues that of `old` entries.
    #[must_use]
    pub fn consistency_proof(&self, old: u64, new: u64) -> Option<Vec<Digest>> {
        let look = |key: &[u8]| self.look(key);
        merkle::consistency_proof(old, new, &Tree { pages: &self.pages, look: &look })
    }
}

#[cfg(test)]
mod tests;
