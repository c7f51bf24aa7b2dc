//! What the clerk counts, for `/metrics` and the status page. Never names, ids or words of members.

use kith_protocol::rejection::Rejection;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Counts since the start of the program.
#[derive(Debug, Default)]
pub struct Counters {
    /// Inputs the machine handled.
    pub inputs: AtomicU64,
    /// Disk syncs of the journal.
    pub commits: AtomicU64,
    /// Microseconds spent in them.
    pub commit_micros: AtomicU64,
    /// Facts made durable.
    pub facts: AtomicU64,
    /// Messages sent to peers.
    pub sent: AtomicU64,
    /// Messages that found no room and will be repeated.
    pub dropped: AtomicU64,
    /// Parcels of peers that could not be read.
    pub malformed: AtomicU64,
    /// Exchanges with partners that settled here, on either side.
    pub settled: AtomicU64,
    /// Exchanges with partners that were lost here and came back.
    pub recovered: AtomicU64,
    refused: Mutex<BTreeMap<&'static str, u64>>,
}

impl Counters {
    /// Adds to a count.
    pub fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    /// Reads a count.
    #[must_use]
    pub fn read(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }

    /// Counts a refusal by its code.
    pub fn refuse(&self, why: &Rejection) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry(why.code()).or_default() += 1;
    }

    /// Refusals by code.
    #[must_use]
    pub fn refusals(&self) -> BTreeMap<&'static str, u64> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
