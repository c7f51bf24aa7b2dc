//! Counts of the network task, read by others for the metrics page.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the start. Each is a plain total except [`NetworkCounters::connections`].
#[derive(Debug, Default)]
pub struct NetworkCounters {
    /// Requests of peers handed on.
    pub requests_in: AtomicU64,
    /// Requests of peers dropped because this node had no room for them.
    pub requests_in_dropped: AtomicU64,
    /// Requests of ours sent.
    pub requests_out: AtomicU64,
    /// Requests of ours that ended without an answer.
    pub requests_out_failed: AtomicU64,
    /// Bodies of requests, responses and gossip received, in bytes.
    pub bytes_in: AtomicU64,
    /// Bodies of requests, responses and own gossip sent, in bytes.
    pub bytes_out: AtomicU64,
    /// Gossiped messages received, each counted once however many peers send it.
    pub gossip_in: AtomicU64,
    /// Gossiped messages judged good and passed on.
    pub gossip_accepted: AtomicU64,
    /// Gossiped messages ignored, by verdict or for want of room.
    pub gossip_ignored: AtomicU64,
    /// Gossiped messages judged invalid.
    pub gossip_rejected: AtomicU64,
    /// Own messages handed to at least one peer.
    pub gossip_out: AtomicU64,
    /// Connections open now, in both directions.
    pub connections: AtomicU64,
}

/// Adds to a total. Relaxed, because no count orders anything else.
pub(super) fn add(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(amount as u64, Ordering::Relaxed);
}

/// Adds one to a total.
pub(super) fn count(counter: &AtomicU64) {
    add(counter, 1);
}
