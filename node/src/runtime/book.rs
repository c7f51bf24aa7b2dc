//! Everything that was recorded: the journal, which is the truth, and the index over it, which answers quickly.
//!
//! The index lags behind the journal: changes gather in an [`Overlay`] in memory, which every look-up sees, and go to disk
//! together with a snapshot of the machine's state, on a thread of their own. After a crash both are brought up from the
//! journal's tail. Order on disk: journal, then snapshot, then index; so the index never knows more than the snapshot.

mod keys;
mod overlay;
mod pages;
mod project;
mod queries;
mod settle;
mod view;

pub use overlay::Overlay;
pub use queries::MAX_ROWS;
pub use settle::{RecoverError, Recovered, SETTLE_FACTS, recover};

use super::rebuild;
use crate::store::{Index, Journal, JournalReader, StoreError};
use kith_protocol::{
    codec,
    id::CommunityId,
    ledger::Entry,
    machine::{Batch, Fact},
};
use pages::{Pages, Place};
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
    /// How often each shelf changed since the start of the program.
    versions: BTreeMap<CommunityId, u64>,
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
        self.index.get(key).unwrap_or_else(|error| self.give_up(&error))
    }

    /// Ends the program, which cannot go on, and lets its next start build the index again.
    fn give_up(&self, error: &StoreError) -> ! {
        tracing::error!(%error, "the index cannot be read; the next start builds it again from the journal");
        if let Err(error) = rebuild::ask(self.directory()) {
            tracing::error!(%error, "the next start cannot be told; run `kith rebuild` before it");
        }
        std::process::abort()
    }

    /// Keys and values under a prefix after `after`, in order, at most `limit`.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        let stored = |from: Option<&[u8]>, n: usize| {
            self.index.scan(prefix, from, n).unwrap_or_else(|error| self.give_up(&error))
        };
        let pending = self.settler.pending_under(prefix);
        overlay::merged_scan(&self.overlay, &pending, prefix, after, limit, stored)
    }

    fn place(&self, entry: u64) -> Option<Place> {
        self.pages.place(entry, &|key| self.look(key))
    }

    /// A number that changes whenever a record of this shelf does, since the start of the program.
    #[must_use]
    pub fn shelf_version(&self, community: &CommunityId) -> u64 {
        self.versions.get(community).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
