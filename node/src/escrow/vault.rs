//! What owner, keeper and pages share: the copies kept here, and how far ours have got elsewhere.

use super::line::Line;
use crate::{
    network::NetworkHandle,
    runtime::Home,
    store::{self, StoreError, files},
};
use kith_protocol::{
    escrow::Kept,
    id::{CommunityId, Digest},
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::Notify;

/// After this long without a new copy at a partner people are warned, as for backups: a week of a volunteer's attention.
pub const COPY_OVERDUE_AFTER: Span = Span::days(7);
/// Most bytes of the file that says what was sent last: a line for each keeper.
const MAX_SENT_BYTES: u64 = 4 * 1024;

/// The copy that a partner holds, as it said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// When it was made.
    pub at: Timestamp,
    /// How long it is.
    pub bytes: u64,
}

/// How it stands with our copies at one partner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the partner keeps them, if it said so since the start.
    pub keeps: Option<bool>,
    /// What it holds.
    pub sent: Option<Sent>,
    /// The code of what went wrong last.
    pub problem: Option<String>,
}

/// All of it.
#[derive(Debug)]
pub struct Vault {
    dir: PathBuf,
    /// Makes the marks by which our own pieces are known again.
    marks: [u8; 32],
    line: Arc<Line>,
    kept: Mutex<store::Escrow>,
    standings: Mutex<BTreeMap<CommunityId, Standing>>,
    /// Partners that are to get a copy now, each with the number of the wish.
    wanted: Mutex<BTreeMap<CommunityId, u64>>,
    wishes: AtomicU64,
    /// Grows whenever the copies should follow soon.
    hurry: AtomicU64,
    wake: Notify,
    stopping: AtomicBool,
}

fn sent_in(dir: &Path) -> PathBuf {
    dir.join("escrow.sent")
}

impl Vault {
    /// For the node in a home.
    ///
    /// # Errors
    /// The disk.
    pub fn open(home: &Home, network: NetworkHandle) -> Result<Self, StoreError> {
        let bytes = files::read_bounded(&sent_in(&home.dir), "what was sent to partners", MAX_SENT_BYTES)?;
        let sent: Vec<(CommunityId, Sent)> =
            bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let standing = |(partner, sent)| (partner, Standing { sent: Some(sent), ..Standing::default() });
        Ok(Self {
            marks: Digest::of("kith/v1/escrow-marks", &[&home.transport[..]]).0,
            line: Arc::new(Line::new(network)),
            kept: Mutex::new(store::Escrow::new(&home.dir)),
            dir: home.dir.clone(),
            standings: Mutex::new(sent.into_iter().map(standing).collect()),
            wanted: Mutex::default(),
            wishes: AtomicU64::new(0),
            hurry: AtomicU64::new(0),
            wake: Notify::new(),
            stopping: AtomicBool::new(false),
        })
    }

    /// The way to partners.
    #[must_use]
    pub fn line(&self) -> &Arc<Line> {
        &self.line
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn marks(&self) -> &[u8; 32] {
        &self.marks
    }

    /// The disk with others' copies, for one piece of work.
    pub(super) fn kept(&self) -> MutexGuard<'_, store::Escrow> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn standings(&self) -> MutexGuard<'_, BTreeMap<CommunityId, Standing>> {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all_wanted(&self) -> MutexGuard<'_, BTreeMap<CommunityId, u64>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it stands with our copies at a partner.
    #[must_use]
    pub fn standing(&self, partner: &CommunityId) -> Standing {
        self.standings().get(partner).cloned().unwrap_or_default()
    }

    pub(super) fn change(&self, partner: CommunityId, change: impl FnOnce(&mut Standing)) {
        change(self.standings().entry(partner).or_default());
    }

    /// What a partner said it holds. It is remembered over a stop, so that a warning does not wait for the partner.
    pub(super) fn note_sent(&self, partner: CommunityId, sent: Option<Sent>) {
        let known: Vec<(CommunityId, Sent)> = {
            let mut standings = self.standings();
            let standing = standings.entry(partner).or_default();
            if standing.sent == sent {
                return;
            }
            standing.sent = sent;
            standings.iter().filter_map(|(partner, standing)| Some((*partner, standing.sent?))).collect()
        };
        let bytes = serde_json::to_vec(&known).unwrap_or_default();
        if let Err(error) = files::replace(&sent_in(&self.dir), &[&bytes]) {
            tracing::warn!(%error, "what partners hold is not remembered over a stop");
        }
    }

    /// Nothing is sent to a partner any more.
    pub(super) fn forget(&self, partner: CommunityId) {
        self.note_sent(partner, None);
        self.standings().remove(&partner);
        self.all_wanted().remove(&partner);
    }

    /// A partner is to get a copy as soon as it is there.
    pub fn want(&self, partner: CommunityId) {
        self.all_wanted().insert(partner, self.wishes.fetch_add(1, Ordering::Relaxed));
        self.wake();
    }

    /// The wish that a partner gets a copy now, if there is one.
    pub(super) fn wish(&self, partner: &CommunityId) -> Option<u64> {
        self.all_wanted().get(partner).copied()
    }

    /// A copy that was begun after a wish is there. One that was wished for meanwhile still has to come.
    pub(super) fn satisfied(&self, partner: &CommunityId, wish: Option<u64>) {
        let mut wanted = self.all_wanted();
        if wanted.get(partner).copied() == wish {
            wanted.remove(partner);
        }
    }

    /// Something is to be in the copies, or out of them, soon: somebody was erased.
    pub fn hurry(&self) {
        self.hurry.fetch_add(1, Ordering::Relaxed);
        self.wake();
    }

    pub(super) fn hurried(&self) -> u64 {
        self.hurry.load(Ordering::Relaxed)
    }

    /// Looks now whether there is something to send.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Ends a copy that is being cut: the node stops.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub(super) fn stopping(&self) -> &AtomicBool {
        &self.stopping
    }

    /// The copy kept here for a partner: when it was made, and its length.
    ///
    /// # Errors
    /// The disk.
    pub fn kept_for(&self, owner: &CommunityId) -> Result<Option<Sent>, StoreError> {
        let bytes = self.kept().inventory(&owner.0)?;
        let kept: Option<Kept> = bytes.and_then(|bytes| kith_protocol::codec::decode_own(&bytes).ok());
        Ok(kept.map(|kept| {
            let inventory = kept.inventory.content;
            Sent { at: inventory.made_at, bytes: inventory.bytes() }
        }))
    }

    /// Removes what is kept here for a partner.
    ///
    /// # Errors
    /// The disk.
    pub fn remove(&self, owner: &CommunityId) -> Result<(), StoreError> {
        self.kept().remove(&owner.0)
    }
}
